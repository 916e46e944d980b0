/* SPDX-License-Identifier: MIT */
/**
 * machine.h - one simulated machine: memory, a remapping unit, devices and their software, driven
 * by the records of a trace. What replay, check, dump and explain share.
 *
 * Order and time: a record with a time stamp acts at that tick. One without waits until everything
 * before it is finished if it changes state; a dma or submit record without a time stamp is issued
 * as soon as the request port takes it. Nothing is printed here.
 */
#ifndef SVASIM_MACHINE_H
#define SVASIM_MACHINE_H

#include "svasim/device.h"
#include "svasim/mem.h"
#include "svasim/svasim.h"
#include "svasim/trace.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct svasim_machine svasim_machine;

/** What happened; reported in the order it happened. */
typedef enum svasim_event_kind {
    SVASIM_EVENT_TRANSLATION,   /**< a request was answered: `request`, `response` */
    SVASIM_EVENT_SUBMIT,        /**< a submitting instruction retired: `submit` */
    SVASIM_EVENT_COMPLETION,    /**< a descriptor is finished: `completion` */
    SVASIM_EVENT_INVALIDATION,  /**< a descriptor of the queue was processed: `words`, `iqei` */
    SVASIM_EVENT_STALE,         /**< `response` is not what the tables say: `fresh` */
    SVASIM_EVENT_FAILED,        /**< an expectation is not met: `text` */
    SVASIM_EVENT_PAGE_REQUEST,  /**< `page_request`, `page_answer`, `fault` */
    SVASIM_EVENT_PAGE_RESPONSE, /**< software's answer went out: `page_response`, `latency` */
    SVASIM_EVENT_INTERRUPT,     /**< the unit sent an event message: `address`, `data` */
    SVASIM_EVENT_DIFFERS        /**< an observation of a real machine differs: `text` */
} svasim_event_kind;

/** What a field of an expectation should have said, written as in a text trace. */
typedef struct svasim_difference {
    const char *field; /**< name of the field; of a register record, of the register's field */
    char actual[40];   /**< "" if the field should not be given at all */
} svasim_difference;

/** One event. Pointers are valid during the callback. */
typedef struct svasim_event {
    svasim_event_kind kind;
    uint64_t id;     /**< of the dma or submit record; 0 if there is none */
    uint64_t record; /**< number of the record that caused it or expects it */
    uint64_t line;   /**< its line in a text trace, else 0 */
    const svasim_request *request;
    const svasim_response *response;
    const svasim_response *fresh;
    const svasim_completion *completion;
    const svasim_page_request *page_request;
    const svasim_page_response *page_response;
    const uint64_t *words; /**< four quadwords */
    const char *text;
    svasim_submit_kind submit_kind;
    svasim_submit_result submit_result;
    svasim_tick tick;
    svasim_page_answer page_answer;
    uint16_t fault;                       /**< svasim_fault of a page request */
    uint32_t submit_tries;                /**< attempts it took */
    const svasim_difference *differences; /**< FAILED: fields that differ and how they would not */
    uint32_t difference_count;            /**< 0: `text` is all that is known */
    uint64_t address;                     /**< of an event message */
    uint64_t latency; /**< PAGE_RESPONSE to request `id`: cycles since then; without id, 0 */
    uint32_t data;
    uint8_t iqei;
} svasim_event;

/**
 * What crosses the border between the unit and everything else, besides requests and messages,
 * which are events. All of it in order is what another model of a unit needs to be put through
 * the same.
 */
typedef enum svasim_crossing_kind {
    SVASIM_CROSSING_STORE,      /**< software or a device will change memory: `address`, `bytes` */
    SVASIM_CROSSING_ACCESS,     /**< the unit will access memory */
    SVASIM_CROSSING_CHANGE,     /**< it has changed `bytes` (4 or 8) at `address`: `old`, `value` */
    SVASIM_CROSSING_REGISTER,   /**< software will write `bytes` at offset `address`: `value` */
    SVASIM_CROSSING_INVALIDATE, /**< a descriptor will go to the unit: `words` */
    SVASIM_CROSSING_DEVICE_DONE, /**< a device will say that invalidations are done */
    SVASIM_CROSSING_TIME,        /**< the clock will move to `tick` */
    SVASIM_CROSSING_END,         /**< the last one of these four is over: `iqei` */
    SVASIM_CROSSING_TOLD,        /**< a device was told to forget: `message`, `flag`: it has */
    SVASIM_CROSSING_FAIL, /**< unit's accesses `value` (SVASIM_FAIL_*) to a range will fail */
    SVASIM_CROSSING_HEAL, /**< they will work again; 0 bytes: all from `address` on */
    SVASIM_CROSSING_FLUSH /**< CPU caches will be written back; 0 bytes: as above */
} svasim_crossing_kind;

typedef struct svasim_crossing {
    svasim_crossing_kind kind;
    uint64_t address, bytes;
    uint64_t old, value;
    const uint64_t *words;                     /**< four quadwords; valid during the callback */
    const svasim_device_invalidation *message; /**< valid during the callback */
    svasim_tick tick;
    uint32_t itags; /**< DEVICE_DONE */
    uint16_t source_id;
    uint8_t messages;
    uint8_t iqei;
    bool flag; /**< STORE: by a device; CHANGE: a locked update; END: nothing was done; TOLD: see
                    there */
    bool kept; /**< STORE: stays in the CPU's caches (machine.cpu_cache) */
} svasim_crossing;

typedef struct svasim_machine_options {
    bool functional;  /**< answers at once, no time */
    bool check_stale; /**< compare every answer with the tables in memory */
    void (*on_event)(void *user, const svasim_event *event); /**< may be NULL */
    void *user;
    /** Acts of the unit (svasim_watch), and of which dma, interrupt or submit record; id 0: of
       none. May be NULL. */
    void (*on_act)(void *user, uint64_t id, const svasim_act *act);
    /** The clock of a timed machine moves on to `tick`; all until now has happened. May be NULL. */
    void (*on_time)(void *user, svasim_tick tick);
    /** May be NULL. Sees memory as it is at that moment, and must change nothing. */
    void (*on_crossing)(void *user, const svasim_crossing *crossing);
} svasim_machine_options;

/** NULL if memory is short. */
SVASIM_API svasim_machine *svasim_machine_create(const svasim_machine_options *options);
SVASIM_API void svasim_machine_destroy(svasim_machine *machine);
/**
 * Set a configuration key over whatever the trace says (a command line's or file's wish).
 * Only before the first record. SVASIM_EINVAL: svasim_machine_error tells.
 */
SVASIM_API svasim_err svasim_machine_pin(svasim_machine *machine, const char *key,
                                         const char *value);
/**
 * Apply the next record of a trace.
 * @return SVASIM_OK; SVASIM_EINVAL: the record cannot be applied (unknown device, value out of
 *         range, ...), it was skipped, and svasim_machine_error names the field; SVASIM_ENOMEM
 */
SVASIM_API svasim_err svasim_machine_apply(svasim_machine *machine, const svasim_record *record);
/** Finish everything in flight and judge what is left of the expectations. */
SVASIM_API svasim_err svasim_machine_finish(svasim_machine *machine);
/** Text of the last error: field, value and what was expected. */
SVASIM_API const char *svasim_machine_error(const svasim_machine *machine);

/**
 * The request that a dma record stands for.
 * @return NULL, or the field that is out of range and why
 */
SVASIM_API const char *svasim_machine_request(const svasim_record *record, svasim_request *out);

/** Numbers of the run so far. */
typedef struct svasim_machine_stats {
    uint64_t records;
    uint64_t requests; /**< dma requests answered, of records and devices */
    uint64_t submits;  /**< submit records */
    uint64_t accepted, retried, dropped, general_protection; /**< attempts by what they met */
    uint64_t completed; /**< descriptors finished, batch members included */
    uint64_t completed_by_status[256];
    uint64_t expectations, expectations_met;
    uint64_t observations, observations_differ;
    uint64_t stale;
    uint64_t invalidations, invalidation_errors;
    uint64_t page_requests; /**< sent by devices */
    uint64_t interrupts;    /**< event messages of the unit */
} svasim_machine_stats;
SVASIM_API const svasim_machine_stats *svasim_machine_statistics(const svasim_machine *machine);
/** Descriptor latency (submission to completion) in ticks; see svasim_latency_quantile. */
SVASIM_API uint64_t svasim_machine_descriptor_quantile(const svasim_machine *machine,
                                                       uint32_t parts_per_million);

/** Page requests that modelled software (service.slots) has answered, and the cycles from each to
    its response. */
SVASIM_API uint64_t svasim_machine_page_samples(const svasim_machine *machine);
SVASIM_API uint64_t svasim_machine_page_quantile(const svasim_machine *machine,
                                                 uint32_t parts_per_million);

/** The parts, for inspection. The unit exists from the first record that is no config. */
SVASIM_API svasim *svasim_machine_unit(svasim_machine *machine);
SVASIM_API svasim_mem *svasim_machine_mem(svasim_machine *machine);
SVASIM_API const svasim_config *svasim_machine_config(const svasim_machine *machine);
/** Is the machine idle (nothing in flight)? */
SVASIM_API bool svasim_machine_idle(const svasim_machine *machine);

#ifdef __cplusplus
}
#endif
#endif
