/* SPDX-License-Identifier: MIT */
/* engines.h - what carries out invalidations, and what serves page requests: they work beside the
 * request path, share its memory port, and keep lookups from starting. All of it takes time only
 * if the configuration says so. */
#ifndef SV_UARCH_ENGINES_H
#define SV_UARCH_ENGINES_H

#include "arch/invalidate.h"
#include "spec/config.h"

struct sv_pipeline;
struct sv_txn;
struct sv_rate;

/* Who waits for an event, or for an access to memory, without being a request. Each has a place
 * behind the transactions; its event in the heap, or its access, is the only one it has. */
enum sv_agent {
    SV_AGENT_NONE,
    SV_AGENT_FETCH,   /* an access: descriptors of the queue */
    SV_AGENT_QUEUE,   /* the descriptor at the head is carried out */
    SV_AGENT_CONTEXT, /* so is the command of CCMD_REG */
    SV_AGENT_IOTLB,   /* and that of IOTLB_REG */
    SV_AGENT_DIRECT,  /* what the host gave to the engine is done */
    SV_AGENT_STATUS,  /* the status of the oldest wait may be written */
    SV_AGENT_END
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
