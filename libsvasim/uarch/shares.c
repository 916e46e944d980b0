/* SPDX-License-Identifier: MIT */
/* shares.c - which miss gets the next walker. Among those whose id holds fewer walkers than its
 * limit, urgent ids come first; among equals the id whose turn it is (walk.order=turns), and of
 * one id, or of all, the one that has waited longest.
 *
 * Model choice: urgency is absolute: others can starve behind urgent ids that never stop asking.
 * Without urgent ids nobody starves: by age everybody older goes first, and in turn an id waits for
 * one walk of each other id that waits too, however many requests those have. */
#include "uarch/shares.h"

#include "base/assert.h"
#include "uarch/txn.h"

bool sv_shares_init(struct sv_shares *shares, const svasim_config *config,
                    const svasim_alloc *alloc)
{
    const uint64_t *value = config->value;
    *shares = (struct sv_shares){
        .turns = value[SV_KEY_WALK_ORDER] != 0,
        .partition = (uint8_t)value[SV_KEY_WALK_PARTITION],
        .per_id = (uint32_t)value[SV_KEY_WALK_PER_ID],
        .urgent_mask = (uint32_t)value[SV_KEY_URGENT_MASK],
        .urgent_match = (uint32_t)value[SV_KEY_URGENT_MATCH],
        .last = UINT32_MAX,
    };
    shares->on = shares->turns || shares->per_id || shares->urgent_mask;
    if (shares->on)
        shares->holders =
            sv_alloc_array(alloc, (size_t)value[SV_KEY_WALKERS], sizeof *shares->holders);
    return !shares->on || shares->holders;
}

void sv_shares_free(struct sv_shares *shares, const svasim_alloc *alloc)
{
    sv_alloc_free(alloc, shares->holders);
}

static uint32_t id_of(const struct sv_shares *shares, const svasim_request *request)
{
    if (shares->partition == 0)
        return 0;
    if (shares->partition == 1)
        return request->source_id;
    return request->pasid == SVASIM_NO_PASID ? SV_SHARE_NO_PASID : request->pasid;
}

/* Cycles so far in which a walker was free: who waits then, waits for its id's share. */
static uint64_t free_ticks(const struct sv_pipeline *p)
{
    const struct sv_shares *shares = &p->shares;
    return shares->free_ticks + (p->walkers_busy < p->walkers ? p->now - shares->free_since : 0);
}

void sv_shares_wait(struct sv_pipeline *p, struct sv_txn *txn)
{
    txn->id = id_of(&p->shares, &txn->request);
    txn->free_before = free_ticks(p);
}

static bool may_walk(const struct sv_pipeline *p, const struct sv_txn *txn)
{
    const struct sv_shares *shares = &p->shares;
    uint32_t held = 0;
    for (uint32_t i = 0; shares->per_id && i < p->walkers; i++)
        held += shares->holders[i] == txn->id + 1;
    return shares->per_id == 0 || held < shares->per_id;
}

/* Smaller goes first; equals by age. */
static uint64_t rank_of(const struct sv_shares *shares, const struct sv_txn *txn)
{
    bool urgent = shares->urgent_mask && (txn->id & shares->urgent_mask) == shares->urgent_match;
    uint64_t behind = shares->turns ? (uint32_t)(txn->id - shares->last - 1) : 0;
    return (uint64_t)!urgent << 32 | behind;
}

struct sv_txn *sv_shares_next(struct sv_pipeline *p)
{
    struct sv_txn *best = NULL, *before_best = NULL, *before = NULL;
    uint64_t best_rank = 0;
    for (struct sv_txn *txn = p->waiting.first; txn; before = txn, txn = txn->next) {
        uint64_t rank = rank_of(&p->shares, txn);
        if ((best && rank >= best_rank) || !may_walk(p, txn))
            continue;
        best = txn;
        before_best = before;
        best_rank = rank;
    }
    if (!best)
        return NULL;
    *(before_best ? &before_best->next : &p->waiting.first) = best->next;
    if (p->waiting.last == best)
        p->waiting.last = before_best;
    p->waiting.count--;
    uint64_t limited = free_ticks(p) - best->free_before;
    SV_ASSERT(limited <= p->now - best->since);
    p->stalled[SV_RES_WALKER_SHARE] += limited;
    p->stalled[SV_RES_WALKERS] += p->now - best->since - limited;
    return best;
}

void sv_shares_taken(struct sv_pipeline *p, const struct sv_txn *txn)
{
    struct sv_shares *shares = &p->shares;
    shares->holders[txn->walker] = txn->id + 1;
    shares->last = txn->id;
    if (p->walkers_busy == p->walkers)
        shares->free_ticks += p->now - shares->free_since;
}

void sv_shares_given(struct sv_pipeline *p, const struct sv_txn *txn)
{
    p->shares.holders[txn->walker] = 0;
    if (p->walkers_busy + 1 == p->walkers)
        p->shares.free_since = p->now;
}
