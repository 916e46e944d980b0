/* SPDX-License-Identifier: MIT */
/* engines.h - what carries out invalidations, and what serves page requests: they work beside the
 * request path, share its memory port, and keep lookups from starting. All of it takes time only
 * if the configuration says so. */
#ifndef SV_UARCH_ENGINES_H
#define SV_UARCH_ENGINES_H

#include "arch/invalidate.h"
#include "base/alloc.h"
#include "spec/config.h"

struct sv_pipeline;
struct sv_txn;
struct sv_walk;
struct sv_rate;

/* Who waits for an event, or for an access to memory, without being a request. Each has a place
 * behind the transactions; its event in the heap, or its access, is the only one it has. */
enum sv_agent {
    SV_AGENT_NONE,
    SV_AGENT_FETCH,       /* an access: descriptors of the queue */
    SV_AGENT_PAGE_ACCESS, /* an access: of the walk of a page request. The others wait for ticks */
    SV_AGENT_QUEUE,       /* the descriptor at the head is carried out */
    SV_AGENT_CONTEXT,     /* so is the command of CCMD_REG */
    SV_AGENT_IOTLB,       /* and that of IOTLB_REG */
    SV_AGENT_DIRECT,      /* what the host gave to the engine is done */
    SV_AGENT_PAGE,        /* a step of a page request is over */
    SV_AGENT_STATUS,      /* the status of the oldest wait may be written */
    SV_AGENT_END,
    SV_AGENT_PREFETCH = SV_AGENT_END /* a walk ahead of requests; it has places of its own */
};
#define SV_AGENTS (SV_AGENT_END - 1u)

/* Descriptors that one access brought. */
struct sv_inv_line {
    uint64_t iqa;  /* of the queue they are of */
    uint64_t head; /* offset of the next one */
    uint64_t words[4][4];
    bool failed[4];
    uint8_t next, count;
};

enum sv_inv_state {
    SV_INV_IDLE,
    SV_INV_FETCHING,
    SV_INV_CARRYING, /* `current` */
    SV_INV_HELD      /* the same, but too much is pending for it to complete */
};

struct sv_inv_engine {
    bool timed; /* anything below takes time */
    bool uses_port;
    bool sweep_blocks;
    uint32_t context_cycles, pasid_cycles, iotlb_cycles, interrupt_cycles, other_cycles, set_cycles,
        block_cycles;
    svasim_tick free_at;       /* what was given to it is carried out */
    svasim_tick blocked_until; /* no lookup starts before */
    uint8_t state;             /* enum sv_inv_state, of the queue */
    svasim_tick asked_at;      /* for the line */
    bool abandoned;            /* the line being fetched is not wanted any more */
    struct sv_inv_line line;
    struct sv_invalidation current;
    bool commanded[2]; /* by CCMD_REG, by IOTLB_REG */
    struct sv_invalidation command[2];
};

/* Page requests that are not over, oldest first. */
struct sv_page_engine {
    bool timed, uses_port;
    uint32_t cycles; /* of each */
    struct sv_page_job {
        svasim_tick asked;
        uint64_t hpa, cycles; /* cycles, accesses: still to come */
        uint32_t accesses, requests;
        bool has_entry, posted;
        svasim_page_request request; /* if it has an entry */
    } * jobs;                        /* ring */
    uint32_t first, count;
    uint32_t entries;     /* still to be written */
    uint64_t asked, done; /* requests so far */
    svasim_tick since;    /* begin of the oldest */
};

bool sv_page_engine_init(struct sv_page_engine *engine, const svasim_config *config,
                         const svasim_alloc *alloc);
void sv_page_engine_free(struct sv_page_engine *engine, const svasim_alloc *alloc);
/* A request whose `walk` is done occupies the engine; `entry` goes into the queue, unless NULL. */
void sv_page_engine_add(struct sv_pipeline *pipeline, const struct sv_walk *walk,
                        const svasim_page_request *entry);
void sv_page_engine_due(struct sv_pipeline *pipeline);

void sv_inv_engine_init(struct sv_inv_engine *engine, const svasim_config *config);
/* The engine is given `inv`: occupies it and the lookup ports; returns when it is carried out. */
svasim_tick sv_inv_engine_occupy(struct sv_pipeline *pipeline, const struct sv_invalidation *inv);
/* Will something of an engine happen by itself? */
bool sv_engines_busy(const struct sv_pipeline *pipeline);
/* What an agent waited for has come: its tick, or the answer of memory. */
void sv_agent_due(struct sv_pipeline *pipeline, enum sv_agent agent);
void sv_agent_at(struct sv_pipeline *pipeline, enum sv_agent agent, svasim_tick tick);
void sv_agent_cancel(struct sv_pipeline *pipeline, enum sv_agent agent);
/* Ask memory; the answer is that of an access by a walker. */
void sv_agent_access(struct sv_pipeline *pipeline, enum sv_agent agent, uint64_t hpa);
/* Take a start of the memory port for a write that nobody waits for; returns its tick. */
svasim_tick sv_port_post(struct sv_pipeline *pipeline);

#endif
