/* SPDX-License-Identifier: MIT */
/* data.c - what follows the unit's answer: the data of a read come from host memory, through the
 * walkers' port if they share it, and go back over the link. Only if link.on.
 *
 * Model choice: written data have a way of their own to memory: published rates of writes that miss
 * do not depend on their size. A last-level cache keeps every line of data that went through
 * (data.cached), read or written. */
#include "uarch/data.h"

#include "uarch/txn.h"

#define LINE_BYTES 64u

static bool is_granted(const struct sv_txn *txn)
{
    const struct sv_outcome *out = &txn->ending.out;
    return out->fault == SVASIM_FAULT_NONE && out->status == SVASIM_STATUS_OK;
}

static uint32_t lines_of(const struct sv_txn *txn)
{
    uint64_t first = txn->ending.out.pa / LINE_BYTES;
    uint64_t bytes = txn->request.length ? txn->request.length : 1;
    return (uint32_t)((txn->ending.out.pa + bytes - 1) / LINE_BYTES - first + 1);
}

/* Slots of the memory port; returns when the first of them is. */
static svasim_tick take_port(struct sv_pipeline *p, const struct sv_txn *txn)
{
    svasim_tick start = p->now > p->memory_slot ? p->now : p->memory_slot;
    uint64_t busy = (uint64_t)lines_of(txn) * p->data_interval;
    p->memory_slot = start + busy;
    p->busy[SV_RES_MEMORY_PORT] += busy;
    p->core->counter[SV_COUNT_DATA_LINES] += lines_of(txn);
    return start;
}

/* How much later than data.latency the last of its lines comes. */
static svasim_tick beyond_cache(struct sv_pipeline *p, const struct sv_txn *txn)
{
    svasim_tick latest = p->now + p->backing.llc_latency;
    for (uint32_t i = 0; i < lines_of(txn); i++) {
        svasim_tick done = sv_backing_data(
            &p->backing, p->now, txn->ending.out.pa + (uint64_t)i * LINE_BYTES, p->core->counter);
        if (done > latest)
            latest = done;
    }
    return latest - p->now - p->backing.llc_latency;
}

void sv_data_send(struct sv_pipeline *p, struct sv_txn *txn)
{
    bool returns = sv_link_returns(&txn->request);
    bool moves = is_granted(txn) && txn->request.at != SVASIM_TRANSLATION;
    svasim_tick start = moves && returns && p->data_interval ? take_port(p, txn) : p->now;
    if (!returns) {
        if (moves && p->data_cached)
            (void)beyond_cache(p, txn);
        return;
    }
    p->returning++;
    p->data_slot_ticks += start - p->now;
    txn->since = p->now;
    txn->stage = SVASIM_STAGE_DATA;
    if (!moves)
        sv_data_arrived(p, txn);
    else if (start == p->now)
        sv_data_started(p, txn);
    else
        sv_lane_put(&p->memory, (struct sv_event){start, p->sequence++, txn});
}

void sv_data_started(struct sv_pipeline *p, struct sv_txn *txn)
{
    svasim_tick done = p->now + p->data_latency + (p->data_cached ? beyond_cache(p, txn) : 0);
    if (done == p->now)
        sv_data_arrived(p, txn);
    else
        sv_heap_put(p, (struct sv_event){done, p->sequence++, txn});
}

void sv_data_arrived(struct sv_pipeline *p, struct sv_txn *txn)
{
    sv_txn_enter(p->core, txn, p->now, SVASIM_STAGE_RETURN);
    svasim_tick at = sv_link_down(&p->link, p->now, &txn->request, is_granted(txn));
    txn->where[SVASIM_STAGE_RETURN] = at - p->now;
    if (p->core->on_act)
        sv_watch_stage(p->core, txn, SVASIM_STAGE_RETURN, p->now, at, SVASIM_STAGE_COUNT);
    sv_lane_put(&p->returns, (struct sv_event){at, p->sequence++, txn});
}
