/* SPDX-License-Identifier: MIT */
/* engines.c - how long an invalidation occupies its engine and the lookup ports, and the events of
 * all that works beside the request path.
 *
 * Model choice: caches are swept side by side, so the one with the most sets counts; and whole,
 * since a descriptor does not name what the set index is made of. What waits for the engine blocks
 * lookups right after what is before it.
 *
 * Not modelled: a sweep that keeps walkers from asking the caches that only they ask. */
#include "uarch/engines.h"

#include "uarch/inv_queue.h"
#include "uarch/txn.h"
#include "uarch/watch.h"

void sv_inv_engine_init(struct sv_inv_engine *e, const svasim_config *config)
{
    const uint64_t *value = config->value;
    *e = (struct sv_inv_engine){
        .uses_port = value[SV_KEY_INV_PORT] != 0,
        .sweep_blocks = value[SV_KEY_INV_SWEEP_BLOCKS] != 0,
        .context_cycles = (uint32_t)value[SV_KEY_INV_CONTEXT],
        .pasid_cycles = (uint32_t)value[SV_KEY_INV_PASID],
        .iotlb_cycles = (uint32_t)value[SV_KEY_INV_IOTLB],
        .interrupt_cycles = (uint32_t)value[SV_KEY_INV_INTERRUPT],
        .other_cycles = (uint32_t)value[SV_KEY_INV_OTHER],
        .set_cycles = (uint32_t)value[SV_KEY_INV_SET],
        .block_cycles = (uint32_t)value[SV_KEY_INV_BLOCK],
    };
    e->timed = e->uses_port || e->context_cycles || e->pasid_cycles || e->iotlb_cycles ||
               e->interrupt_cycles || e->other_cycles || e->set_cycles || e->block_cycles;
}

/* --- events --- */

static struct sv_txn *txn_of(const struct sv_pipeline *p, enum sv_agent agent)
{
    return &p->txns[p->credits + agent - 1u];
}

void sv_agent_at(struct sv_pipeline *p, enum sv_agent agent, svasim_tick tick)
{
    sv_heap_put(p, (struct sv_event){tick, p->sequence++, txn_of(p, agent)});
}

void sv_agent_cancel(struct sv_pipeline *p, enum sv_agent agent)
{
    sv_heap_cancel(p, txn_of(p, agent));
}

void sv_agent_due(struct sv_pipeline *p, enum sv_agent agent)
{
    switch (agent) {
    case SV_AGENT_FETCH:
        sv_inv_queue_fetched(p);
        break;
    case SV_AGENT_PAGE_ACCESS:
    case SV_AGENT_PAGE:
        sv_page_engine_due(p);
        break;
    case SV_AGENT_QUEUE:
        sv_inv_queue_carried(p);
        break;
    case SV_AGENT_CONTEXT:
    case SV_AGENT_IOTLB:
        sv_inv_command_done(p, agent);
        break;
    case SV_AGENT_STATUS:
        sv_pipeline_finish_waits(p);
        sv_inv_queue_run(p);
        break;
    case SV_AGENT_DIRECT:
    case SV_AGENT_NONE:
    case SV_AGENT_END:
    default: /* only the tick mattered */
        break;
    }
}

bool sv_engines_busy(const struct sv_pipeline *p)
{
    const struct sv_inv_engine *e = &p->inv;
    if (p->pages.count)
        return true;
    return e->timed && (e->state == SV_INV_FETCHING || e->state == SV_INV_CARRYING ||
                        e->free_at > p->now || (p->wait_count && p->waits[0].due > p->now));
}

/* --- cost --- */

static uint32_t largest(const struct sv_caches *caches, enum sv_cache_id first,
                        enum sv_cache_id last)
{
    uint32_t sets = 0;
    for (unsigned i = first; i <= last; i++)
        if (caches->cache[i].enabled && caches->cache[i].sets > sets)
            sets = caches->cache[i].sets;
    return sets;
}

static uint32_t sets_swept(const struct sv_caches *caches, const struct sv_scope *scope)
{
    const struct {
        bool concerned;
        enum sv_cache_id first, last;
    } groups[] = {
        {scope->iotlb_first || scope->iotlb_second, SV_CACHE_IOTLB_4K, SV_CACHE_IOTLB2_1G},
        {scope->context != 0, SV_CACHE_CONTEXT, SV_CACHE_CONTEXT},
        {scope->pasid_cache != 0, SV_CACHE_PASID, SV_CACHE_PASID},
        {scope->interrupts != 0, SV_CACHE_IEC, SV_CACHE_IEC},
        {scope->first_tables != 0, SV_CACHE_FS_L2, SV_CACHE_FS_L5},
        {scope->second_tables != 0, SV_CACHE_SS_L2, SV_CACHE_SS_L5},
        {scope->permissions != 0, SV_CACHE_HPT_4K, SV_CACHE_HPT_1G},
        {scope->permissions != 0, SV_CACHE_HPT_L2, SV_CACHE_HPT_L4},
    };
    uint32_t sets = 0;
    for (unsigned i = 0; i < sizeof groups / sizeof groups[0]; i++) {
        uint32_t of_group = 0;
        if (groups[i].concerned)
            of_group = largest(caches, groups[i].first, groups[i].last);
        sets = of_group > sets ? of_group : sets;
    }
    return sets;
}

static uint32_t constant_of(const struct sv_inv_engine *e, const struct sv_invalidation *inv)
{
    if (inv->kind != SV_INV_SCOPE)
        return e->other_cycles;
    enum sv_layout_id layout = sv_scope_layout(&inv->scope);
    return layout == SV_LAYOUT_inv_cc    ? e->context_cycles
           : layout == SV_LAYOUT_inv_pc  ? e->pasid_cycles
           : layout == SV_LAYOUT_inv_iec ? e->interrupt_cycles
                                         : e->iotlb_cycles;
}

static void block_lookups(struct sv_pipeline *p, uint64_t cycles)
{
    struct sv_inv_engine *e = &p->inv;
    if (cycles == 0)
        return;
    e->blocked_until = (e->blocked_until > p->now ? e->blocked_until : p->now) + cycles;
    sv_rate_block(&p->lookup_rate, e->blocked_until);
    p->busy[SV_RES_LOOKUP] += cycles * p->lookup_rate.width;
    p->core->counter[SV_COUNT_LOOKUP_BLOCKED] += cycles;
}

svasim_tick sv_inv_engine_occupy(struct sv_pipeline *p, const struct sv_invalidation *inv)
{
    struct sv_inv_engine *e = &p->inv;
    if (!e->timed || inv->kind == SV_INV_ERROR)
        return p->now;
    bool removes = inv->kind == SV_INV_SCOPE;
    uint64_t sweep =
        removes ? (uint64_t)e->set_cycles * sets_swept(&p->core->caches, &inv->scope) : 0;
    uint64_t cycles = constant_of(e, inv) + sweep;
    svasim_tick start = e->free_at > p->now ? e->free_at : p->now;
    e->free_at = start + cycles;
    if (p->core->on_act && cycles)
        sv_watch_engine(p->core, SVASIM_ENGINE_INVALIDATION, start, e->free_at);
    p->busy[SV_RES_INVALIDATION] += cycles;
    p->stalled[SV_RES_INVALIDATION] += start - p->now;
    p->core->counter[SV_COUNT_INV_BUSY] += cycles;
    p->core->counter[SV_COUNT_INV_STALLED] += start - p->now;
    if (removes && (inv->scope.iotlb_first || inv->scope.iotlb_second))
        block_lookups(p, e->block_cycles + (e->sweep_blocks ? sweep : 0));
    return e->free_at;
}
