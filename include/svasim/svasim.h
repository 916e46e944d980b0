/* SPDX-License-Identifier: MIT */
/**
 * svasim.h - embed one VT-d remapping unit.
 *
 * A unit has no globals, starts no threads and opens no files. Addresses and
 * lengths are in bytes, time is in ticks: one tick is one cycle of the unit's
 * clock (`clock.freq_mhz`). One unit is used by one thread at a time; two
 * units never share anything.
 *
 * Three vocabularies never mix:
 *   - svasim_err: what the caller did wrong, or lacks. Nothing was changed.
 *   - a fault: a normal result of the modelled hardware, in svasim_response.
 *   - an assertion: a bug of svasim itself; it prints and aborts.
 *
 * Ten lines to a first translation: docs/examples/embed_minimal.c.
 */
#ifndef SVASIM_SVASIM_H
#define SVASIM_SVASIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "svasim/config.h"
#include "svasim/facts.h"
#include "svasim/types.h"

#ifdef __cplusplus
extern "C" {
#endif

/** One remapping unit; opaque. */
typedef struct svasim svasim;

/** How a memory transaction is tagged on the link (the AT field). */
typedef enum svasim_at {
    SVASIM_UNTRANSLATED = 0, /**< AT = 00b: to be translated */
    SVASIM_TRANSLATION = 1,  /**< AT = 01b: an ATS translation request */
    SVASIM_TRANSLATED = 2,   /**< AT = 10b: carries a host address already */
    SVASIM_AT_RESERVED = 3   /**< AT = 11b: always an Unsupported Request */
} svasim_at;

/** What the transaction does to memory. */
typedef enum svasim_op {
    SVASIM_READ = 0,
    SVASIM_WRITE = 1,
    SVASIM_ATOMIC = 2 /**< needs both read and write permission */
} svasim_op;

/** Bits of svasim_request.flags. */
enum {
    SVASIM_PRIV = 1u << 0,    /**< privileged mode requested (PR); needs a PASID */
    SVASIM_EXEC = 1u << 1,    /**< execute requested (ER); needs a PASID */
    SVASIM_NO_WRITE = 1u << 2 /**< NW of a translation request */
};

/** Value of svasim_request.pasid of a request-without-PASID. */
#define SVASIM_NO_PASID UINT32_MAX

/** A request on the upstream port. Copied: the caller may reuse it at once. */
typedef struct svasim_request {
    uint64_t tag;       /**< opaque; comes back in the response */
    uint64_t address;   /**< the untranslated address, or the host address if translated */
    uint32_t length;    /**< bytes, 0..4096, not crossing a 4 KiB boundary; 0 is a
                             zero-length read (only with SVASIM_READ) */
    uint32_t pasid;     /**< 20 bits, or SVASIM_NO_PASID */
    uint16_t source_id; /**< bus[15:8] device[7:3] function[2:0] */
    uint8_t op;         /**< svasim_op */
    uint8_t at;         /**< svasim_at */
    uint8_t flags;      /**< SVASIM_PRIV | SVASIM_EXEC | SVASIM_NO_WRITE */
    uint32_t data;      /**< what an interrupt request writes; of any other request ignored */
} svasim_request;

/** How the unit answered (what the device sees). */
typedef enum svasim_status {
    SVASIM_STATUS_OK = 0, /**< success; `address` and `rights` are valid */
    SVASIM_STATUS_UR = 1, /**< Unsupported Request: blocked */
    SVASIM_STATUS_CA = 2  /**< Completer Abort */
} svasim_status;

/** Bits of svasim_response.rights. */
enum { SVASIM_R = 1u << 0, SVASIM_W = 1u << 1, SVASIM_P = 1u << 2 };

/** Bits of svasim_response.flags. */
enum {
    SVASIM_RECORDED = 1u << 0,  /**< the fault was logged (not silenced by FPD) */
    SVASIM_IOTLB_HIT = 1u << 1, /**< served from the IOTLB */
    SVASIM_JOINED = 1u << 2,    /**< served by another request's walk */
    SVASIM_INTERRUPT = 1u << 3, /**< decoded as an interrupt message, not DMA */
    SVASIM_BYPASS = 1u << 4,    /**< not translated (translation disabled) */
    SVASIM_SNOOP = 1u << 5,     /**< the access must snoop whatever its no-snoop hint says */
    SVASIM_UNTRANSLATED_ONLY = 1u << 6, /**< U of a translation completion */
    SVASIM_POSTED = 1u << 7,            /**< interrupt: recorded in a posted descriptor */
    SVASIM_PROTECTED = 1u << 8          /**< refused: it touches protected memory */
};

/**
 * Exactly one per accepted request. An interrupt (SVASIM_INTERRUPT) is delivered by whoever owns
 * the processors, as a DWORD write of `data` to `address`; a posted one only if `address` is not
 * 0, which is its notification.
 */
typedef struct svasim_response {
    uint64_t tag;            /**< of the request */
    uint64_t address;        /**< host physical address of the request's first byte; 0 on a fault */
    uint64_t page_bytes;     /**< size of the translation used; 0 on a fault */
    svasim_tick accepted_at; /**< tick at which the port took the request */
    svasim_tick completed_at; /**< tick at which the answer left; accepted_at if untimed */
    uint16_t fault;           /**< svasim_fault, SVASIM_FAULT_NONE if none */
    uint16_t reads;           /**< memory reads this request caused */
    uint16_t updates;         /**< atomic updates this request caused: A/D, posted descriptor */
    uint16_t domain_id;       /**< of the translation used; 0 on a fault */
    uint16_t flags;           /**< SVASIM_RECORDED | ... */
    uint16_t data;            /**< of an interrupt message, bits 15:0; otherwise 0 */
    uint8_t status;           /**< svasim_status */
    uint8_t rights;           /**< SVASIM_R | SVASIM_W granted */
    uint8_t pgtt;             /**< translation type used, PASID-entry encoding; 0 = none */
    uint8_t memory_type;      /**< 0 UC, 1 WC, 4 WT, 5 WP, 6 WB; WB unless cap.mts says otherwise */
    uint8_t reserved[4];      /**< 0 */
    uint64_t where[SVASIM_STAGE_COUNT]; /**< ticks spent by stage; the sum is the latency */
} svasim_response;

/** What the processors read from an interrupt message (specification 5.1.2.1, 5.1.6). */
typedef struct svasim_message {
    uint32_t destination; /**< APIC id: 8 bits, or 32 in x2APIC mode */
    uint8_t vector;
    uint8_t delivery; /**< 0 fixed, 1 lowest priority, 2 SMI, 4 NMI, 5 INIT, 7 ExtINT */
    bool logical;     /**< destination mode */
    bool hint;        /**< redirection hint: one of the processors named */
    bool level;       /**< trigger mode */
    bool asserted;    /**< trigger mode level */
} svasim_message;

/** Take a message apart: `address` and `data` of an answer, or of svasim_ports.interrupt. */
SVASIM_API void svasim_message_decode(uint64_t address, uint32_t data, svasim_message *out);

/** Index of an interrupt request in remappable format (address bit 4 set; specification 5.1.3). */
SVASIM_API uint32_t svasim_interrupt_index(const svasim_request *request);

/** Answer of svasim_ports.update. */
typedef enum svasim_update {
    SVASIM_UPDATE_DONE = 0,  /**< memory held `expected` and now holds `desired` */
    SVASIM_UPDATE_LOST = 1,  /**< memory held something else, now in *seen; unchanged */
    SVASIM_UPDATE_FAILED = 2 /**< the target cannot do it (fault SFS.10 or SSS.6) */
} svasim_update;

/** A page group response as it goes to the device. */
typedef struct svasim_page_response {
    uint32_t pasid; /**< SVASIM_NO_PASID if it carries none */
    uint16_t source_id;
    uint16_t group; /**< 9 bits */
    uint8_t code;   /**< 0 success, 1 invalid request, 15 response failure */
} svasim_page_response;

/** An invalidation request as it goes to a device that caches translations (specification 4.3). */
typedef struct svasim_device_invalidation {
    uint64_t address;   /**< first byte of the range */
    uint32_t pasid;     /**< SVASIM_NO_PASID if it carries none */
    uint16_t source_id; /**< of the device */
    uint8_t itag;       /**< 0..31; the device names it when it is done */
    uint8_t size_log2;  /**< the range has 2^this bytes: 12 a page, 64 everything */
    bool all_pasids;    /**< for every PASID: `pasid` does not count */
} svasim_device_invalidation;

/** What the host lends the unit. Set with SVASIM_PORTS_INIT, then fill. */
typedef struct svasim_ports {
    size_t size; /**< sizeof(svasim_ports): older hosts keep working */
    void *host;  /**< first argument of every call below; never dereferenced */
    /** Copy `bytes` (8, 16, 32 or 64, naturally aligned, at most memory.piece) at `hpa` to `out`.
        Nonzero means the access failed. Must not call back into the unit. */
    int (*read)(void *host, uint64_t hpa, void *out, uint32_t bytes);
    /** Store `bytes` (4 or 8) at `hpa`. Nonzero: failed. */
    int (*write)(void *host, uint64_t hpa, const void *data, uint32_t bytes);
    /** Locked compare-exchange of the 8-byte little-endian entry at `hpa`. */
    svasim_update (*update)(void *host, uint64_t hpa, uint64_t expected, uint64_t desired,
                            uint64_t *seen);
    /** Timed answers. May call svasim_submit. NULL: answers are counted only. */
    void (*respond)(void *host, const svasim_response *response);
    /** A request queue that had been full has room again. May be NULL. */
    void (*on_credit)(void *host);
    /** An event message of the unit itself (a DWORD write of `data` to `address`, in the interrupt
        range); never remapped. Interrupts of devices are answers: see svasim_response. Must not
       call back into the unit. May be NULL. */
    void (*interrupt)(void *host, uint64_t address, uint32_t data);
    /** Software's page group response to a device. May be NULL. */
    void (*page_response)(void *host, const struct svasim_page_response *response);
    /** A device must forget translations. True: it has, and has said so. False: the host calls
        svasim_device_tlb_done later. Must not call back into the unit. NULL: no device keeps any,
        and nothing is sent. Hosts made before this field existed are served as if it were NULL. */
    bool (*device_invalidate)(void *host, const svasim_device_invalidation *request);
    /** As `read`, for structures whose reads do not snoop the CPU's caches (specification 3.10:
        ECAP.C = 0, or PWSNP = 0 in the PASID entry). NULL: `read` serves them too. */
    int (*read_unsnooped)(void *host, uint64_t hpa, void *out, uint32_t bytes);
    /** Timed units whose memory is modelled by the host: an access of `bytes` at `hpa` starts now;
        it is done after as many ticks as this returns, or, for SVASIM_NEVER, when the host calls
        svasim_memory_answer with `tag`. Contents come through `read` or `update` at that moment.
        memory.interval and memory.depth hold as ever. Must not call back into the unit.
        NULL: memory.latency, llc.* and dram.* say how long it takes. */
    svasim_tick (*access)(void *host, uint64_t hpa, uint32_t bytes, uint64_t tag);
} svasim_ports;
/* clang-format off */
#define SVASIM_PORTS_INIT \
    { sizeof(svasim_ports), NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL }
/* clang-format on */

/**
 * Create a unit in reset state: translation off, caches empty, time 0.
 * @param out     receives the unit; unchanged on error
 * @param config  checked and copied; the caller keeps it
 * @param ports   copied; `read` and `update` are required
 * @param alloc   NULL for the C library's. Nothing is allocated after this call.
 * @return SVASIM_OK; SVASIM_EINVAL (text in svasim_config_error(config));
 *         SVASIM_ENOMEM
 */
SVASIM_API svasim_err svasim_create(svasim **out, svasim_config *config, const svasim_ports *ports,
                                    const svasim_alloc *alloc);
/** Free the unit; requests in flight get no answer. NULL is allowed. */
SVASIM_API void svasim_destroy(svasim *unit);

/* --- functional: answers at once, through the same caches and the same walk --- */

/**
 * Translate now: caches are used and filled, A/D bits set, no time passes.
 * Not allowed (SVASIM_BUSY) while timed requests are in flight.
 * @return SVASIM_OK and *out is filled (a fault is a result); SVASIM_EINVAL for
 *         a request outside the ranges of svasim_request, text in svasim_error
 */
SVASIM_API svasim_err svasim_translate(svasim *unit, const svasim_request *request,
                                       svasim_response *out);
/**
 * What the tables in memory say right now: no cache is consulted or filled, no
 * bit is set, nothing is counted. Compare with a response to find stale ones.
 */
SVASIM_API svasim_err svasim_peek(svasim *unit, const svasim_request *request,
                                  svasim_response *out);

/** One memory access of an explained walk. */
typedef struct svasim_step {
    const svasim_layout *layout; /**< what was read; NULL if the read failed */
    uint64_t hpa;                /**< where */
    uint64_t input;              /**< address that the stage translates; 0 before the stages */
    uint64_t words[8];           /**< the entry, host order; of an update: what it would become */
    uint8_t level;               /**< 1..5 of a paging entry, else 0 */
    bool is_update;              /**< accessed or dirty flags would be set here */
    bool is_nested;              /**< a second-stage entry for an address of the first stage */
} svasim_step;

/**
 * svasim_peek, told step by step.
 * @param on_step called for each memory access in order; the step is valid during the call
 */
SVASIM_API svasim_err svasim_explain(svasim *unit, const svasim_request *request,
                                     void (*on_step)(void *user, const svasim_step *step),
                                     void *user, svasim_response *out);

/** What a watched unit does. */
typedef enum svasim_act_kind {
    SVASIM_ACT_LOOKUP,      /**< caches were asked: `cache`, `hit` */
    SVASIM_ACT_FILL,        /**< an entry went into `cache` */
    SVASIM_ACT_READ,        /**< memory was read: `step` */
    SVASIM_ACT_UPDATE,      /**< an atomic update was tried: `step` */
    SVASIM_ACT_INVALIDATE,  /**< a descriptor or register command is about to remove entries:
                                 `scope`, `hint`, `legacy` */
    SVASIM_ACT_INVALIDATED, /**< it has */
    SVASIM_ACT_STAGE, /**< timed: a request was in `stage` from `since` to `until`, and goes on to
                           `next` */
    SVASIM_ACT_WALK,  /**< timed: it had walker `walker` from `since` to `until` */
    SVASIM_ACT_ENGINE /**< timed: `engine` is at work from `since` to `until`, which may be later;
                           only if it takes time */
} svasim_act_kind;

#define SVASIM_NO_WALKER 0xffffu

/** Who works beside requests. */
typedef enum svasim_engine { SVASIM_ENGINE_INVALIDATION, SVASIM_ENGINE_PAGE_REQUEST } svasim_engine;

/** One act of a unit, in the order they happen. Pointers are valid during the call. */
typedef struct svasim_act {
    const svasim_request *request; /**< for which one; NULL of an invalidation, and of an engine */
    svasim_step step; /**< of an update, `words` has only the quadword that it would store */
    svasim_act_kind kind;
    uint8_t cache;   /**< index of svasim_cache_at; of a miss, the first of those that were asked */
    uint8_t pgtt;    /**< of the translation under way; 0: legacy mode, or not known yet */
    uint8_t scope;   /**< of an invalidation: index of svasim_scope_at, */
    bool hint;       /**< only leaves changed (IH), */
    bool legacy;     /**< it came in legacy mode */
    bool hit;        /**< the cache had an entry */
    uint8_t stage;   /**< svasim_stage; SVASIM_STAGE_COUNT: the device has just sent it */
    uint8_t next;    /**< svasim_stage; SVASIM_STAGE_COUNT: the device has its answer */
    uint16_t walker; /**< 0 to walk.walkers - 1; of a stage, SVASIM_NO_WALKER if it has none */
    svasim_tick since, until;
    uint8_t engine; /**< svasim_engine */
} svasim_act;

/**
 * Be told of each act of the unit. Results and times are the same as without; it only costs time
 * of the host. Searches that a join or a host's question causes are no acts.
 * @param on_act must not call back into the unit but to inspect it; NULL ends it
 */
SVASIM_API void svasim_watch(svasim *unit, void (*on_act)(void *user, const svasim_act *act),
                             void *user);

/* --- timed --- */

/**
 * Offer a request at the current tick.
 * @return SVASIM_OK: accepted, exactly one respond() follows; SVASIM_BUSY: the
 *         request queue is full, nothing was taken, on_credit() will be called;
 *         SVASIM_EINVAL as svasim_translate
 */
SVASIM_API svasim_err svasim_submit(svasim *unit, const svasim_request *request);
/** Current tick. */
SVASIM_API svasim_tick svasim_now(const svasim *unit);
/** Tick of the next thing that happens by itself; SVASIM_NEVER when idle. */
SVASIM_API svasim_tick svasim_next_event(const svasim *unit);
/** Run all events up to and including tick `until`, then set the time to it.
    A time in the past is ignored. */
SVASIM_API void svasim_run_until(svasim *unit, svasim_tick until);
/** Run until no request is in flight and no engine at work, or, with svasim_ports.access, until
    only the host's memory can go on. */
SVASIM_API void svasim_drain(svasim *unit);
/** An access of which svasim_ports.access has answered SVASIM_NEVER is done now; the walk goes on
    with the next event, at this tick. SVASIM_EINVAL: there is no such access. */
SVASIM_API svasim_err svasim_memory_answer(svasim *unit, uint64_t tag);
/** Requests accepted and not yet answered. */
SVASIM_API uint32_t svasim_in_flight(const svasim *unit);

/** Is a request in flight, or will an engine of the unit do something by itself? Only with the keys
    that make invalidations or page requests take time do engines work longer than a call. */
SVASIM_API bool svasim_is_busy(const svasim *unit);

/* --- the programming interface --- */

/** Register write of 4 or 8 bytes at a naturally aligned offset. */
SVASIM_API svasim_err svasim_mmio_write(svasim *unit, uint32_t offset, uint32_t bytes,
                                        uint64_t value);
/** Register read of 4 or 8 bytes; holes read 0. */
SVASIM_API svasim_err svasim_mmio_read(svasim *unit, uint32_t offset, uint32_t bytes,
                                       uint64_t *value);
/**
 * Process one invalidation descriptor as the queue would, at once. If the engine takes time for it,
 * it is occupied, and what comes later waits for it; so does the status of a wait descriptor.
 * @param words  four quadwords; the upper two are 0 for a 128-bit descriptor
 * @param out_iqei 0, or the IQEI code of the error the queue would stop with;
 *                 may be NULL
 * @return SVASIM_BUSY: nothing was done, as too many wait descriptors are pending, or the device
 *         has too many invalidations outstanding
 */
SVASIM_API svasim_err svasim_invalidate(svasim *unit, const uint64_t words[4], uint8_t *out_iqei);

/**
 * An invalidation completion message of a device: it has done what the requests named by `itags`
 * asked for. A request is complete when `count` messages have named it (specification 4.3).
 * While translation is off the message is refused as an Unsupported Request, without effect.
 * @param itags bit n names ITag n; one that is not outstanding for this device sets ICE
 * @param count 1 to 8, how many messages the device sends for each request
 * @return SVASIM_EINVAL if cap.dt is off or `count` is out of range
 */
SVASIM_API svasim_err svasim_device_tlb_done(svasim *unit, uint16_t source_id, uint32_t itags,
                                             uint8_t count);
/** Invalidation requests that devices have not completed and that have not timed out. */
SVASIM_API uint32_t svasim_device_tlb_pending(const svasim *unit);

/* --- page requests --- */

/** Bits of svasim_page_request.flags. */
enum {
    SVASIM_PAGE_READ = 1u << 0,
    SVASIM_PAGE_WRITE = 1u << 1,
    SVASIM_PAGE_PRIV = 1u << 2, /**< needs a PASID */
    SVASIM_PAGE_EXEC = 1u << 3, /**< needs a PASID */
    SVASIM_PAGE_LAST = 1u << 4  /**< last in its group: wants a response */
};

/** A page request message of a device. With SVASIM_PAGE_LAST, a PASID and neither READ nor WRITE
    it is a stop marker. */
typedef struct svasim_page_request {
    uint64_t address; /**< of the page; bits 11:0 are ignored */
    uint32_t pasid;   /**< 20 bits, or SVASIM_NO_PASID */
    uint16_t source_id;
    uint16_t group; /**< 9 bits */
    uint8_t flags;  /**< SVASIM_PAGE_* */
} svasim_page_request;

/** What the device sees of a page request at once. */
typedef enum svasim_page_answer {
    SVASIM_PAGE_QUEUED,  /**< in the queue: software answers with a page group response */
    SVASIM_PAGE_SUCCESS, /**< automatic response Success (overflow) */
    SVASIM_PAGE_INVALID, /**< automatic response Invalid Request (a fault) */
    SVASIM_PAGE_DROPPED  /**< gone without a response */
} svasim_page_answer;

/**
 * A device sends a page request: tables are looked at, stale translations of the page are
 * dropped, and the request is written to the page request queue (specification 7.4, 7.5). The
 * answer is there at once; if page requests take time, tail, status and event follow later.
 * @param out_fault svasim_fault met, SVASIM_FAULT_NONE if none; may be NULL
 * @return SVASIM_EINVAL for a request outside its ranges
 */
SVASIM_API svasim_err svasim_page_ask(svasim *unit, const svasim_page_request *request,
                                      svasim_page_answer *out_answer, uint16_t *out_fault);

/* --- inspection --- */

/** Value of counter `index` (facts.h lists them). 0 for an index out of range. */
SVASIM_API uint64_t svasim_counter_value(const svasim *unit, unsigned index);
/** Ticks all answered requests spent in stage `index`, in total. */
SVASIM_API uint64_t svasim_stage_ticks(const svasim *unit, unsigned index);
/** Answered requests of kind `kind` (svasim_latency_kind_name). */
SVASIM_API uint64_t svasim_latency_samples(const svasim *unit, unsigned kind);
/** Latency in ticks at quantile `per_mille` * 10 + tenth: pass 500000 for the median,
    999000 for p99.9, 1000000 for the maximum. Exact below 2048 ticks, within
    1/1024 above. 0 when there are no samples. */
SVASIM_API uint64_t svasim_latency_quantile(const svasim *unit, unsigned kind,
                                            uint32_t parts_per_million);
/** Mean latency in ticks of kind `kind`; 0 without samples. */
SVASIM_API double svasim_latency_mean(const svasim *unit, unsigned kind);
/** Number of latency kinds, and their names ("read", "write", ...). */
SVASIM_API unsigned svasim_latency_kinds(void);
SVASIM_API const char *svasim_latency_kind_name(unsigned kind);
/** Faults answered, by svasim_fault. */
SVASIM_API uint64_t svasim_fault_count(const svasim *unit, unsigned fault);
/** Use of resource `index` since reset: busy slot-ticks, capacity in slots. */
typedef struct svasim_resource {
    const char *name;
    uint64_t busy_ticks;    /**< sum over slots */
    uint64_t slots;         /**< how many can be busy at once */
    uint64_t stalled_ticks; /**< ticks something waited for a slot */
} svasim_resource;
SVASIM_API unsigned svasim_resource_count(void);
SVASIM_API svasim_err svasim_resource_get(const svasim *unit, unsigned index, svasim_resource *out);
/** Requests or accesses that are now where `which` says. */
SVASIM_API uint32_t svasim_occupancy(const svasim *unit, svasim_occupant which);
/** Ticks that requests stood still for reason `why`, summed over requests. */
SVASIM_API uint64_t svasim_stall_ticks(const svasim *unit, svasim_stall why);
/** Is this cached? `cache` is a name of svasim_cache_at; SVASIM_NO_PASID asks for what a
    request-without-PASID uses. Structure caches belong to a domain: that of the cached PASID entry
    (legacy mode: context entry), or any one if that entry is gone. For the interrupt entry cache
    `address` is the interrupt index, and who asks does not matter. */
SVASIM_API bool svasim_cache_holds(const svasim *unit, const char *cache, uint16_t source_id,
                                   uint32_t pasid, uint64_t address);
/** What tells the entries of a cache apart. */
typedef struct svasim_cache_entry {
    uint64_t address;   /**< first one covered: of requests, or a guest address in ss_*, a
                             host address in hpt_*, the index in iec; else 0 */
    uint64_t bytes;     /**< covered; 0 in caches that are not asked by address */
    uint32_t pasid;     /**< RID_PASID for a request without; SVASIM_NO_PASID where there is none,
                             and in hpt_* for a request without */
    uint16_t source_id; /**< 0 in structure caches, which all devices of a domain share */
    uint16_t domain_id; /**< 0 for context entries of scalable mode; of hpt_*: HPTDID */
    uint8_t pgtt;       /**< translation type, of IOTLB and PASID entries; 0 = none */
    bool with_pasid;    /**< IOTLB, hpt_4k to hpt_1g: serves requests with a PASID, otherwise those
                             without */
} svasim_cache_entry;
/**
 * List cache `index` of svasim_cache_at, in no particular order.
 * @param slot 0 before the first call; moved on by each one
 * @return false when there are no more entries
 */
SVASIM_API bool svasim_cache_next(const svasim *unit, unsigned index, uint32_t *slot,
                                  svasim_cache_entry *out);
/** Entries now valid in cache `index` of svasim_cache_at. */
SVASIM_API uint32_t svasim_cache_entries(const svasim *unit, unsigned index);
/** Text of the last SVASIM_EINVAL; never NULL. */
SVASIM_API const char *svasim_error(const svasim *unit);

#ifdef __cplusplus
}
#endif
#endif
