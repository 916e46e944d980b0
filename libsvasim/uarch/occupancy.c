/* SPDX-License-Identifier: MIT */
/* occupancy.c - how many requests and accesses are where, and what kept them from going on, for
 * whoever asks. */
#include "uarch/txn.h"

uint32_t sv_pipeline_occupancy(const struct sv_pipeline *p, svasim_occupant which)
{
    switch (which) {
    case SVASIM_OCCUPANT_IN_FLIGHT:
        return p->in_flight;
    case SVASIM_OCCUPANT_QUEUE:
        return p->queue.count;
    case SVASIM_OCCUPANT_LOOKUPS:
        return p->lookups.count + p->second_level_busy;
    case SVASIM_OCCUPANT_MISSES:
        return p->waiting.count;
    case SVASIM_OCCUPANT_WALKERS:
        return p->walkers_busy;
    case SVASIM_OCCUPANT_MEMORY_QUEUE:
        return p->memory_queue.count;
    case SVASIM_OCCUPANT_MEMORY:
        return p->memory_busy;
    case SVASIM_OCCUPANT_COUNT:
    default:
        return 0;
    }
}

/* Waits are counted when they end and stages when the device has its answer: until a run is over
 * the parts of a stage may be ahead of it. */
static uint64_t rest_of(uint64_t stage, uint64_t part)
{
    return stage > part ? stage - part : 0;
}

uint64_t sv_pipeline_stall(const struct sv_pipeline *p, svasim_stall why)
{
    switch (why) {
    case SVASIM_STALL_LINK_UP:
        return p->link.up.waited;
    case SVASIM_STALL_LOOKUP_SLOT:
        return rest_of(p->stage_ticks[SVASIM_STAGE_QUEUE], p->blocked_ticks);
    case SVASIM_STALL_MISSES_FULL:
        return p->blocked_ticks;
    case SVASIM_STALL_SAME_PAGE:
        return p->stage_ticks[SVASIM_STAGE_JOIN];
    case SVASIM_STALL_WALKERS_BUSY:
        return p->stage_ticks[SVASIM_STAGE_WALKER_WAIT];
    case SVASIM_STALL_LOOKUP_PORT:
        return p->lookup_port_ticks;
    case SVASIM_STALL_MEMORY_DEPTH:
        return p->depth_ticks;
    case SVASIM_STALL_MEMORY_SLOT:
        return rest_of(p->stage_ticks[SVASIM_STAGE_MEMORY_QUEUE], p->depth_ticks);
    case SVASIM_STALL_RESPOND_SLOT:
        return p->stalled[SV_RES_RESPOND];
    case SVASIM_STALL_DATA_SLOT:
        return p->data_slot_ticks;
    case SVASIM_STALL_LINK_DOWN:
        return p->link.down.waited;
    case SVASIM_STALL_COUNT:
    default:
        return 0;
    }
}
