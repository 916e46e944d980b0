/* SPDX-License-Identifier: MIT */
/* watch.c - from what a walk asked for, and how that was served, to the act that a host is told
 * of. Must not change anything. */
#include "uarch/watch.h"

#include "spec/tables.h"
#include "uarch/txn.h"

static unsigned iotlb_of(unsigned page_shift)
{
    return SV_CACHE_IOTLB_4K + (page_shift - 12) / 9;
}

static unsigned answering_iotlb(const struct sv_walk *walk)
{
    const struct sv_translation *t = walk->found;
    unsigned first = t ? iotlb_of(t->page_shift) : SV_CACHE_IOTLB_4K;
    return t && walk->found_level == 2 ? first + SV_CACHE_IOTLB2_4K : first;
}

static unsigned table_cache(unsigned stage, unsigned level)
{
    return (stage == 1 ? SV_CACHE_FS_L2 : SV_CACHE_SS_L2) + level - 2;
}

/* The cache that answered, or the first of those that had nothing. */
static unsigned asked_cache(const struct sv_core *core, const struct sv_walk *walk, enum sv_ask ask)
{
    switch (ask) {
    case SV_ASK_IOTLB:
        return answering_iotlb(walk);
    case SV_ASK_CONTEXT:
        return SV_CACHE_CONTEXT;
    case SV_ASK_PASID:
        return SV_CACHE_PASID;
    case SV_ASK_HPT_TABLE:
        return SV_CACHE_HPT_L2 + (walk->found ? walk->found_level - 2u : 0);
    case SV_ASK_HPT_LEAF:
        for (unsigned i = SV_CACHE_HPT_4K; walk->found && i <= SV_CACHE_HPT_1G; i++)
            if (sv_caches_holds(&core->caches, (enum sv_cache_id)i, &walk->key))
                return i;
        return SV_CACHE_HPT_4K;
    case SV_ASK_IEC:
        return SV_CACHE_IEC;
    case SV_ASK_TABLE:
    case SV_ASK_FILL:
    case SV_ASK_READ:
    case SV_ASK_UPDATE:
    case SV_ASK_DONE:
    default: /* only tables are left to ask for */
        return table_cache(walk->key.stage, walk->found ? walk->found_level : 2);
    }
}

static unsigned filled_cache(const struct sv_walk *walk)
{
    if (walk->fill_cache == SV_CACHE_IOTLB_4K)
        return iotlb_of(walk->key.page_shift);
    return walk->fill_cache;
}

/* Does the PASID entry (or its stand-in of legacy mode) say how this one translates? */
static bool in_stages(const struct sv_walk *walk, enum sv_ask ask)
{
    if (ask == SV_ASK_FILL)
        return walk->fill_cache <= SV_CACHE_IOTLB_1G ||
               (walk->fill_cache >= SV_CACHE_PASID && walk->fill_cache <= SV_CACHE_SS_L5);
    return ask == SV_ASK_TABLE ||
           ((ask == SV_ASK_READ || ask == SV_ASK_UPDATE) &&
            (walk->reading == SV_READING_FIRST || walk->reading == SV_READING_SECOND));
}

static uint8_t pgtt_of(const struct sv_walk *walk, enum sv_ask ask)
{
    if (ask == SV_ASK_IOTLB)
        return walk->found ? ((const struct sv_translation *)walk->found)->pgtt : 0;
    if (ask == SV_ASK_PASID)
        return walk->found ? ((const struct sv_pasid *)walk->found)->pgtt : 0;
    return in_stages(walk, ask) ? walk->entry.pgtt : 0;
}

void sv_watch_served(struct sv_core *core, const struct sv_walk *walk, enum sv_ask ask)
{
    svasim_act act = {.request = walk->request};
    if (ask == SV_ASK_FILL && walk->no_fill)
        return;
    act.pgtt = pgtt_of(walk, ask);
    if (ask == SV_ASK_READ || ask == SV_ASK_UPDATE) {
        act.kind = ask == SV_ASK_READ ? SVASIM_ACT_READ : SVASIM_ACT_UPDATE;
        sv_step_describe(walk, ask, &act.step);
    } else if (ask == SV_ASK_FILL) {
        act.kind = SVASIM_ACT_FILL;
        act.cache = (uint8_t)filled_cache(walk);
    } else {
        act.kind = SVASIM_ACT_LOOKUP;
        act.cache = (uint8_t)asked_cache(core, walk, ask);
        act.hit = walk->found != NULL;
    }
    core->on_act(core->watcher, &act);
    unsigned second = act.cache + SV_CACHE_IOTLB2_4K;
    if (act.kind == SVASIM_ACT_FILL && act.cache <= SV_CACHE_IOTLB_1G &&
        core->caches.cache[second].enabled) {
        act.cache = (uint8_t)second;
        core->on_act(core->watcher, &act);
    }
}

void sv_watch_scope(struct sv_core *core, const struct sv_scope *scope, svasim_act_kind kind)
{
    svasim_act act = {.kind = kind,
                      .scope = scope->row,
                      .hint = scope->hint,
                      .legacy = core->mode.ttm == SV_TTM_LEGACY};
    core->on_act(core->watcher, &act);
}

void sv_watch_stage(const struct sv_core *core, const struct sv_txn *txn, unsigned stage,
                    svasim_tick since, svasim_tick until, unsigned next)
{
    bool walks = txn->walking && since >= txn->walker_since;
    svasim_act act = {.kind = SVASIM_ACT_STAGE,
                      .next = (uint8_t)next,
                      .request = &txn->request,
                      .stage = (uint8_t)stage,
                      .walker = walks ? txn->walker : SVASIM_NO_WALKER,
                      .since = since,
                      .until = until};
    core->on_act(core->watcher, &act);
}

void sv_watch_engine(const struct sv_core *core, svasim_engine engine, svasim_tick since,
                     svasim_tick until)
{
    svasim_act act = {
        .kind = SVASIM_ACT_ENGINE, .engine = (uint8_t)engine, .since = since, .until = until};
    core->on_act(core->watcher, &act);
}

void sv_watch_walk(const struct sv_core *core, const struct sv_txn *txn, svasim_tick now)
{
    svasim_act act = {.kind = SVASIM_ACT_WALK,
                      .request = &txn->request,
                      .walker = txn->walker,
                      .since = txn->walker_since,
                      .until = now};
    core->on_act(core->watcher, &act);
}
