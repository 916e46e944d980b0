/* SPDX-License-Identifier: MIT */
/**
 * device.h - a DSA-like requester: portals, work queues, engines, descriptors.
 *
 * The device sees the world through ports: it offers DMA requests, is told the
 * answers, and reads or writes data at translated host addresses. It knows no unit,
 * so a test can stand in for one. Requests leave untranslated, or through a device TLB.
 */
#ifndef SVASIM_DEVICE_H
#define SVASIM_DEVICE_H

#include "svasim/config.h"
#include "svasim/svasim.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct svasim_dsa svasim_dsa;
struct svasim_completion;

/** What a device needs from its surroundings. */
typedef struct svasim_dsa_ports {
    size_t size; /**< sizeof(svasim_dsa_ports) */
    void *host;
    /** As svasim_submit: SVASIM_OK, or SVASIM_BUSY and svasim_dsa_credit() later. The tag
        is the device's; the answer comes back through svasim_dsa_answer, never from inside
        this call. Any other error makes the access fail like an aborted one. */
    svasim_err (*dma)(void *host, const svasim_request *request);
    /** Data at a translated address; nonzero = the access failed. */
    int (*read)(void *host, uint64_t hpa, void *out, size_t bytes);
    int (*write)(void *host, uint64_t hpa, const void *data, size_t bytes);
    /** A descriptor is finished (also one that only went to the error log): exactly once for
        each accepted one and for each batch member that was started; members that a fence
        abandons are never reported. Comes from inside submit, answer, credit or run_until,
        and may itself call svasim_dsa_submit. */
    void (*completed)(void *host, const struct svasim_completion *completion);
    /** Current tick. */
    svasim_tick (*now)(void *host);
    /** An invalidation that svasim_dsa_invalidate left open is complete; from inside run_until
        only. May be NULL without a device TLB. */
    void (*invalidated)(void *host, uint8_t itag);
} svasim_dsa_ports;

/** How a descriptor ended. */
typedef struct svasim_completion {
    uint64_t id; /**< of the submission; members of a batch carry the batch's */
    svasim_tick submitted_at, started_at, completed_at;
    uint64_t fault_address;
    uint32_t bytes_completed;
    uint32_t pasid;        /**< SVASIM_NO_PASID if none */
    uint32_t dma_requests; /**< requests this descriptor issued */
    uint16_t batch_index;  /**< of a batch member, else UINT16_MAX */
    uint8_t status;        /**< DSA status code; 0x01 success */
    uint8_t result;        /**< byte 1 of the completion record */
    uint8_t opcode;
    uint8_t wq;
    bool privileged;
    bool record_written; /**< a completion record reached memory */
} svasim_completion;

/** Device TLB (address translation cache, ATC) of each engine. */
typedef struct svasim_atc_setup {
    uint16_t entries; /**< 0: none, ATS is off; for each descriptor field, or together, 1..1024 */
    bool shared;      /**< the fields share the entries; otherwise each has as many of its own */
    uint16_t misses;  /**< translation requests an engine keeps outstanding, 1..64 */
    uint16_t ahead;   /**< lines whose translation is looked up ahead of the oldest unfinished one
                           of a source, and of the next one of a destination, 0..256 */
    uint32_t lookup_ticks;     /**< of a lookup */
    uint32_t invalidate_ticks; /**< from the last request that an invalidation waits for to its
                                    completion */
} svasim_atc_setup;

/** Configuration of a device; see svasim_dsa_setup_default. */
typedef struct svasim_dsa_setup {
    uint16_t source_id;
    uint16_t engines;    /**< 1..16 */
    uint16_t lines;      /**< DMA requests an engine keeps outstanding, 1..256 */
    uint32_t data_ticks; /**< from a translated address to its data */
    bool pasid_enable;   /**< PCIe PASID capability enabled */
    bool priv_enable;    /**< PCIe Privileged Mode Enable */
    uint32_t opcodes[8]; /**< OPCAP bitmap, opcode n = bit n */
    svasim_atc_setup atc;
    uint32_t submit_ticks;   /**< from the portal to the end of the queue */
    uint32_t dispatch_ticks; /**< from the head of the queue to the first check */
    uint32_t line_ticks;     /**< between two DMA requests of an engine; 0: no limit */
    uint32_t record_ticks;   /**< from the completion record's write until software has seen it */
} svasim_dsa_setup;
SVASIM_API svasim_dsa_setup svasim_dsa_setup_default(void);
/** Lines, device TLB and latencies as the keys dsa.* say; without cap.dt no device TLB. */
SVASIM_API void svasim_dsa_setup_read(svasim_dsa_setup *setup, const svasim_config *config);

/** Configuration of one work queue. */
typedef struct svasim_wq_setup {
    bool dedicated;
    uint16_t size;      /**< entries, 1..1024 */
    uint16_t threshold; /**< limited portal of a shared queue */
    uint8_t priority;   /**< 1..15 */
    bool pasid_enable;  /**< must be 1 on a shared queue */
    uint32_t pasid;     /**< dedicated queue: used for every access */
    bool priv;          /**< dedicated queue: PR of every access */
    bool block_on_fault;
    uint8_t max_transfer_log2; /**< 12..31 */
    uint8_t max_batch_log2;    /**< 1..10 */
    uint8_t max_sgl_log2;      /**< 0..15 */
} svasim_wq_setup;
SVASIM_API svasim_wq_setup svasim_wq_setup_default(void);

#define SVASIM_DSA_WQS 16

/** NULL if memory is short or the setup is out of range. */
SVASIM_API svasim_dsa *svasim_dsa_create(const svasim_dsa_setup *setup,
                                         const svasim_dsa_ports *ports, const svasim_alloc *alloc);
SVASIM_API void svasim_dsa_destroy(svasim_dsa *dsa);
/**
 * Enable work queue `wq`.
 * @return 0, or the command error code of the specification: 0x02 no such queue,
 *         0x20..0x2E a setting
 */
SVASIM_API uint8_t svasim_dsa_wq_enable(svasim_dsa *dsa, unsigned wq, const svasim_wq_setup *setup);

/** The instruction that writes to a portal. */
typedef enum svasim_submit_kind {
    SVASIM_ENQCMD,   /**< user: PASID from IA32_PASID, PRIV = 0 */
    SVASIM_ENQCMDS,  /**< supervisor: PASID and PRIV from the source */
    SVASIM_MOVDIR64B /**< posted 64-byte write */
} svasim_submit_kind;

/** What the submitter sees. */
typedef enum svasim_submit_result {
    SVASIM_SUBMIT_ACCEPTED, /**< ZF = 0, or a posted write that a queue took */
    SVASIM_SUBMIT_RETRY,    /**< ZF = 1 */
    SVASIM_SUBMIT_DROPPED,  /**< posted write that went nowhere; nobody is told */
    SVASIM_SUBMIT_GP        /**< the instruction raises #GP(0); nothing was sent */
} svasim_submit_result;

/**
 * Execute a submitting instruction.
 * @param portal offset inside BAR2: wq = bits 31:14, bit 12 = limited portal
 * @param pasid  IA32_PASID for SVASIM_ENQCMD; SVASIM_NO_PASID = its valid bit is 0
 * @param bytes  the 64-byte source operand
 */
SVASIM_API svasim_submit_result svasim_dsa_submit(svasim_dsa *dsa, svasim_submit_kind kind,
                                                  uint32_t portal, uint32_t pasid,
                                                  const uint8_t bytes[64], uint64_t id);
/** The answer to a request the device issued (tag as given). */
SVASIM_API void svasim_dsa_answer(svasim_dsa *dsa, const svasim_response *response);
/** Submission id of the descriptor that issued a request; `tag` as the device gave it. */
SVASIM_API uint64_t svasim_dsa_request_id(const svasim_dsa *dsa, uint64_t tag);
/** The dma port has room again. */
SVASIM_API void svasim_dsa_credit(svasim_dsa *dsa);
/** When the device next acts by itself; SVASIM_NEVER if it only waits for answers. */
SVASIM_API svasim_tick svasim_dsa_next_event(const svasim_dsa *dsa);
/** Act on everything due up to `until`. */
SVASIM_API void svasim_dsa_run_until(svasim_dsa *dsa, svasim_tick until);
/**
 * Forget translations, as an invalidation request of the unit says. No later request uses them.
 * @return true: complete. False: requests that use them are under way, or it takes time;
 *         svasim_dsa_ports.invalidated follows with the request's ITag.
 */
SVASIM_API bool svasim_dsa_invalidate(svasim_dsa *dsa, const svasim_device_invalidation *request);

/** What the device TLBs of all engines did so far. */
typedef struct svasim_dsa_counts {
    uint64_t lookups, hits;
    uint64_t requests;      /**< translation requests sent */
    uint64_t joined;        /**< misses that another one's request served */
    uint64_t refused;       /**< answers without the right needed, or none */
    uint64_t discarded;     /**< answers that an invalidation overtook */
    uint64_t invalidations; /**< heard */
    uint64_t waited;        /**< of them, that waited for requests under way */
    uint64_t occupancy;     /**< ticks that translation requests were outstanding, summed */
} svasim_dsa_counts;
SVASIM_API svasim_dsa_counts svasim_dsa_counted(const svasim_dsa *dsa);

/** Descriptors accepted and not finished. */
SVASIM_API uint32_t svasim_dsa_pending(const svasim_dsa *dsa);

/* --- descriptors as facts --- */

typedef struct svasim_opcode_info {
    const char *name; /**< "memmove" */
    uint8_t opcode;
    const char *meaning;
} svasim_opcode_info;
SVASIM_API const svasim_opcode_info *svasim_opcode_at(unsigned index); /**< NULL past the end */
/** Row of an opcode, NULL if it is reserved. */
SVASIM_API const svasim_opcode_info *svasim_opcode_find(uint8_t opcode);
/** Short name of a status code ("success", "page fault"), "reserved" if none. */
SVASIM_API const char *svasim_dsa_status_name(uint8_t status);

/** A field of the 64-byte descriptor: for text forms and dumps. */
typedef struct svasim_desc_field {
    const char *name; /**< "src", "dst", "size", "flags", "pasid", "priv", "cr", ... */
    const char *meaning;
    uint16_t bit, bits; /**< first bit counted from bit 0 of byte 0, and width 1..64 */
    /** Which operations use it, bit n of word n/32 = opcode n; all zero: every one. */
    uint32_t opcodes[8];
} svasim_desc_field;
/** Fields of an operation's descriptor in order; NULL past the end. */
SVASIM_API const svasim_desc_field *svasim_desc_field_at(uint8_t opcode, unsigned index);
SVASIM_API uint64_t svasim_desc_get(const svasim_desc_field *field, const uint8_t bytes[64]);
SVASIM_API bool svasim_desc_set(const svasim_desc_field *field, uint8_t bytes[64], uint64_t value);

/** One contiguous access that a descriptor causes, in issue order. */
typedef struct svasim_footprint {
    uint64_t address;
    uint64_t bytes;      /**< 0: a zero-length read; operand "flush": one for each 64-byte line */
    const char *operand; /**< "source", "destination", "completion", "list", ... */
    uint8_t op;          /**< svasim_op */
    bool data_dependent; /**< at most this much, or depends on data in memory */
} svasim_footprint;
/**
 * The DMA of a descriptor that passes its checks, without running it.
 * @param out receives up to `capacity` accesses
 * @return how many there are (may exceed capacity)
 */
SVASIM_API unsigned svasim_desc_footprint(const uint8_t bytes[64], svasim_footprint *out,
                                          unsigned capacity);

#ifdef __cplusplus
}
#endif
#endif
