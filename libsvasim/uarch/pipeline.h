/* SPDX-License-Identifier: MIT */
/* pipeline.h - the timed request path: link, request queue, IOTLB lookup, same-page joining,
 * walkers, memory port, completion. The only owner of time. */
#ifndef SV_UARCH_PIPELINE_H
#define SV_UARCH_PIPELINE_H

#include "base/histogram.h"
#include "uarch/backing.h"
#include "uarch/core.h"
#include "uarch/engines.h"
#include "uarch/host_memory.h"
#include "uarch/link.h"
#include "uarch/port.h"
#include "uarch/prefetch.h"
#include "uarch/shares.h"
#include "uarch/slots.h"

/* Latency histograms, by kind of request. */
enum sv_latency_kind {
    SV_LATENCY_READ,
    SV_LATENCY_WRITE,
    SV_LATENCY_ATOMIC,
    SV_LATENCY_ATS,
    SV_LATENCY_TRANSLATED,
    SV_LATENCY_KINDS
};

/* Things that can be busy; rows of the bottleneck report. */
enum sv_resource_id {
    SV_RES_CREDITS,
    SV_RES_LINK_UP,
    SV_RES_LOOKUP,
    SV_RES_WALKERS,
    SV_RES_WALKER_SHARE,
    SV_RES_MEMORY_PORT,
    SV_RES_MEMORY_DEPTH,
    SV_RES_DRAM_BUS,
    SV_RES_INVALIDATION,
    SV_RES_PAGE_REQUEST,
    SV_RES_RESPOND,
    SV_RES_LINK_DOWN,
    SV_RES_COUNT
};

struct sv_txn;

/* One event that is due; ties go by sequence number. */
struct sv_event {
    svasim_tick tick;
    uint64_t sequence;
    struct sv_txn *txn;
};

/* Events of a stage of constant latency: they become due in the order they were put in. */
struct sv_lane {
    struct sv_event *slots;
    uint32_t mask, head, count;
};

/* First in, first out, linked through the transactions. */
struct sv_list {
    struct sv_txn *first, *last;
    uint32_t count;
};

struct sv_pipeline {
    struct sv_core *core;
    svasim_tick now;
    uint64_t sequence;

    struct sv_txn *txns;
    struct sv_txn *free;
    uint32_t credits, in_flight;
    bool credit_owed; /* someone was refused */
    uint64_t accepted;

    struct sv_port port;
    struct sv_link link;
    struct sv_lane arrivals, returns; /* only if link.on */
    uint32_t returning;               /* answered, but the device does not have the answer yet */

    struct sv_list queue; /* before the lookup */
    svasim_tick start_at; /* when the queue's head starts; SVASIM_NEVER if it cannot */
    uint64_t start_sequence;
    bool blocked;          /* the queue stands still because of misses, */
    uint64_t blocked_from; /* since these ticks, summed over its requests */
    uint64_t blocked_ticks;
    struct sv_rate lookup_rate, respond_rate;
    uint64_t lookup_port_ticks;
    struct sv_lane lookups, answers;
    uint32_t second_level_busy; /* requests that wait for the second level of the IOTLB */
    struct sv_lane memory;      /* answers of memory; their starts, if backing.varied */
    struct sv_event *heap; /* walkers in a cache lookup or at a memory whose latencies differ, and
                              agents; and, without a transaction, the time-out of the oldest of
                              `devices` */
    uint32_t heap_count;

    bool ordered; /* posted_*: how many of them have come, and have left the unit */
    uint64_t posted_arrived, posted_left;
    struct sv_list held; /* answered, behind posted requests that are not */

    struct sv_list waiting; /* misses without a walker */
    struct sv_list memory_queue;
    uint32_t walkers_busy, memory_busy;
    uint16_t *walkers_free; /* numbers of those that are not busy, from walkers_busy on */
    struct sv_prefetch prefetch;
    struct sv_shares shares;  /* who of those that wait gets one */
    svasim_tick memory_slot;  /* next start of an access */
    uint64_t depth_ticks;     /* accesses of walks waited for an earlier one to end, summed */
    uint64_t data_slot_ticks; /* data waited for a slot, summed */
    struct sv_backing backing;
    struct sv_host_memory host_memory;
    struct sv_txn **joinable; /* hash heads by page */
    uint32_t joinable_mask;

    /* configuration */
    uint32_t lookup_latency, second_level_latency, respond_latency, walkers, pending,
        memory_latency, memory_interval, memory_depth, piece_ticks;
    uint32_t data_latency, data_interval;
    bool data_cached;
    uint32_t context_latency, pasid_latency, table_latency, hpt_leaf_latency, hpt_table_latency,
        interrupt_latency;
    bool join;

    struct sv_inv_engine inv;
    struct sv_page_engine pages;

    /* wait descriptors: written when every request accepted before them is answered and every
     * invalidation sent to a device before them is complete */
    struct sv_wait {
        uint64_t accepted_before, sent_before, pages_before;
        uint64_t hpa;
        uint32_t data;
        bool write, interrupt, posted; /* posted: its write has its start of the memory port */
        svasim_tick not_before, due;   /* due: when it is looked at again */
        uint8_t drains;                /* SV_DRAINED_*: of a register, not of a descriptor */
    } * waits;
    uint32_t wait_count;
    bool fence; /* the queue waits for the youngest pending wait */

    /* invalidations that devices have not completed, oldest first */
    struct sv_device_tlb {
        struct sv_device_flush {
            uint64_t sequence;    /* count of those sent before it */
            svasim_tick deadline; /* when it has timed out */
            uint16_t source_id, throttle_id;
            uint8_t itag, messages; /* completion messages that named it */
        } * pending;
        uint32_t count, capacity;
        uint32_t itags; /* per device */
        uint64_t sent;
        svasim_tick timeout;
    } devices;
    svasim_tick
        run_limit; /* events run up to this tick; then whether they are counted is looked at */

    uint32_t command_latency;
    svasim_tick command_due; /* an enhanced command is done then */

    uint64_t stage_ticks[SVASIM_STAGE_COUNT];
    uint64_t busy[SV_RES_COUNT], stalled[SV_RES_COUNT];
    struct sv_histogram latency[SV_LATENCY_KINDS];

    /* large, and off by default: behind what each request needs */
    struct sv_banks lookup_banks;
    struct sv_slots slots; /* of the walkers' lookups */
};

#define SV_WAITS_MAX 64u

bool sv_pipeline_init(struct sv_pipeline *pipeline, struct sv_core *core,
                      const svasim_config *config, const svasim_alloc *alloc);
void sv_pipeline_free(struct sv_pipeline *pipeline, const svasim_alloc *alloc);
/* False: no credit. */
bool sv_pipeline_submit(struct sv_pipeline *pipeline, const svasim_request *request);
svasim_tick sv_pipeline_next(const struct sv_pipeline *pipeline);
void sv_pipeline_run(struct sv_pipeline *pipeline, svasim_tick until);
void sv_pipeline_drain(struct sv_pipeline *pipeline);
/* An invalidation was applied: walks in flight may finish, but fill nothing and serve no one who
 * comes later. */
void sv_pipeline_overtake(struct sv_pipeline *pipeline);
/* The same for interrupt requests, whose entries other invalidations remove. */
void sv_pipeline_overtake_interrupts(struct sv_pipeline *pipeline);
/* Complete a wait descriptor (status write, interrupt) once everything accepted so far is answered.
 * False: too many are pending. */
bool sv_pipeline_wait(struct sv_pipeline *pipeline, const struct sv_invalidation *wait);
/* Tell the registers (SV_DRAINED_*) once everything accepted so far is answered. */
void sv_pipeline_wait_for_register(struct sv_pipeline *pipeline, unsigned what);
/* Write the status of the wait descriptors that nothing older holds back any more. */
void sv_pipeline_finish_waits(struct sv_pipeline *pipeline);
/* Forget the wait descriptors that are pending; what IOTLB_REG waits for stays. */
void sv_pipeline_abort_waits(struct sv_pipeline *pipeline);
/* svasim_occupancy, svasim_stall_ticks */
uint32_t sv_pipeline_occupancy(const struct sv_pipeline *pipeline, svasim_occupant which);
uint64_t sv_pipeline_stall(const struct sv_pipeline *pipeline, svasim_stall why);
void sv_pipeline_resource(const struct sv_pipeline *pipeline, unsigned index, svasim_resource *out);

#endif
