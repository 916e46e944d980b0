/* SPDX-License-Identifier: MIT */
/* walkers.c - what happens to misses: joining a walk of the same page, waiting for a walker, and
 * driving walks through cache lookups and the memory port. */
#include "base/assert.h"
#include "uarch/monitor.h"
#include "uarch/txn.h"

static void run_walk(struct sv_pipeline *p, struct sv_txn *txn);

/* --- joinable walks, by requester and 4 KiB page --- */

static struct sv_txn **bucket_of(struct sv_pipeline *p, uint64_t page, uint64_t requester)
{
    uint64_t h = page * UINT64_C(0x9e3779b97f4a7c15) ^ requester * UINT64_C(0xc2b2ae3d27d4eb4f);
    return &p->joinable[(uint32_t)(h >> 40) & p->joinable_mask];
}

struct sv_txn *sv_walkers_joinable(struct sv_pipeline *p, const struct sv_txn *txn)
{
    struct sv_txn *other = *bucket_of(p, txn->page, txn->requester);
    while (other && (other->page != txn->page || other->requester != txn->requester))
        other = other->hash_next;
    return other;
}

void sv_walkers_list(struct sv_pipeline *p, struct sv_txn *txn)
{
    struct sv_txn **bucket = bucket_of(p, txn->page, txn->requester);
    txn->hash_next = *bucket;
    *bucket = txn;
    txn->listed = true;
}

void sv_unlist(struct sv_pipeline *p, struct sv_txn *txn)
{
    if (!txn->listed)
        return;
    struct sv_txn **at = bucket_of(p, txn->page, txn->requester);
    while (*at != txn)
        at = &(*at)->hash_next;
    *at = txn->hash_next;
    txn->listed = false;
}

/* --- waiting for a walker --- */

static void start_walk(struct sv_pipeline *p, struct sv_txn *txn)
{
    txn->walker = p->walkers_free[p->walkers_busy++];
    txn->walking = true;
    txn->walker_since = p->now;
    if (p->shares.on)
        sv_shares_taken(p, txn);
    if (p->prefetch.under_way)
        sv_prefetch_make_room(p);
    p->core->counter[SV_COUNT_WALKS]++;
    /* While it waited, software may have moved the root table: nothing was read yet, so begin
     * with what holds now. */
    if (txn->generation != p->core->mode.generation) {
        txn->generation = p->core->mode.generation;
        txn->ask =
            (uint8_t)sv_core_begin(p->core, &txn->walk, &txn->request, &txn->ending, true, NULL);
    }
    sv_txn_enter(p->core, txn, p->now, SVASIM_STAGE_WALK_LOOKUP);
    run_walk(p, txn);
}

/* The request needs a walk of its own. Where walkers are shared, feed_walkers decides. */
static void want_walker(struct sv_pipeline *p, struct sv_txn *txn)
{
    if (p->walkers_busy < p->walkers && p->waiting.count == 0 && !p->shares.on) {
        start_walk(p, txn);
        return;
    }
    sv_txn_enter(p->core, txn, p->now, SVASIM_STAGE_WALKER_WAIT);
    if (p->shares.on)
        sv_shares_wait(p, txn);
    sv_list_push(&p->waiting, txn);
}

static void share_walkers(struct sv_pipeline *p)
{
    struct sv_txn *txn;
    while (p->walkers_busy < p->walkers && p->waiting.count && (txn = sv_shares_next(p)))
        start_walk(p, txn);
    sv_pipeline_wake_queue(p);
}

static void feed_walkers(struct sv_pipeline *p)
{
    if (p->shares.on) {
        share_walkers(p);
        return;
    }
    while (p->walkers_busy < p->walkers && p->waiting.count) {
        struct sv_txn *txn = sv_list_pop(&p->waiting);
        p->stalled[SV_RES_WALKERS] += p->now - txn->since;
        start_walk(p, txn);
    }
    sv_pipeline_wake_queue(p);
}

void sv_walkers_name_page(struct sv_txn *txn)
{
    const svasim_request *request = &txn->request;
    bool has_pasid = request->pasid != SVASIM_NO_PASID;
    txn->page = request->address >> 12;
    txn->requester = (uint64_t)request->source_id |
                     (uint64_t)(has_pasid ? request->pasid : 0) << 16 | (uint64_t)has_pasid << 40;
}

/* Wait for another one's walk of the same page. */
static void join(struct sv_pipeline *p, struct sv_txn *txn, struct sv_txn *other)
{
    if (other->agent)
        sv_prefetch_promote(p, other);
    sv_list_push(&other->joiners, txn);
}

void sv_walkers_miss(struct sv_pipeline *p, struct sv_txn *txn)
{
    const struct sv_walk *walk = &txn->walk;
    txn->missed = true;
    txn->missed_at = p->now;
    if (p->join && walk->request->at == SVASIM_UNTRANSLATED &&
        !sv_is_interrupt_request(walk->request)) {
        sv_walkers_name_page(txn);
        struct sv_txn *other = sv_walkers_joinable(p, txn);
        if (other) {
            sv_txn_enter(p->core, txn, p->now, SVASIM_STAGE_JOIN);
            join(p, txn, other);
            return;
        }
        sv_walkers_list(p, txn);
    }
    want_walker(p, txn);
    if (p->shares.on)
        share_walkers(p);
}

/* --- the end of a walk --- */

/* The same request but for its address inside the page: a walk would end in the same fault. */
static bool asks_the_same(const svasim_request *a, const svasim_request *b)
{
    return a->op == b->op && a->flags == b->flags && (a->length == 0) == (b->length == 0);
}

static void share_fault(struct sv_pipeline *p, struct sv_txn *txn, const struct sv_txn *done)
{
    txn->ending = done->ending;
    txn->ending.reads = txn->ending.updates = 0;
    txn->joined = true;
    p->core->counter[SV_COUNT_JOINED]++;
    sv_pipeline_respond(p, txn);
}

/* Those who waited for this walk get its translation or its fault, or go on by themselves: the
 * first walks, the others wait for it. */
static void serve_joiners(struct sv_pipeline *p, struct sv_txn *done)
{
    struct sv_list joiners = done->joiners;
    done->joiners = (struct sv_list){NULL, NULL, 0};
    struct sv_txn *leader = NULL, *txn;
    bool usable = done->ending.out.fault == SVASIM_FAULT_NONE && done->walk.result.page_shift != 0;
    while ((txn = sv_list_pop(&joiners))) {
        if (done->ending.out.fault != SVASIM_FAULT_NONE &&
            asks_the_same(&txn->request, &done->request)) {
            share_fault(p, txn, done);
            continue;
        }
        if (leader) {
            sv_list_push(&leader->joiners, txn);
            continue;
        }
        if (usable) {
            enum sv_ask ask = sv_walk_join(&txn->walk, &done->walk.result);
            txn->ask = (uint8_t)ask;
            if (ask == SV_ASK_DONE) {
                txn->joined = true;
                sv_core_ending(&txn->walk, &txn->ending);
                txn->ending.out.flags &= (uint16_t)~SVASIM_IOTLB_HIT;
                p->core->counter[SV_COUNT_JOINED]++;
                sv_pipeline_respond(p, txn);
                continue;
            }
        }
        leader = txn;
        struct sv_txn *other = sv_walkers_joinable(p, txn);
        if (other) { /* one that came after an invalidation */
            join(p, txn, other);
            leader = other;
            continue;
        }
        sv_walkers_list(p, txn);
        want_walker(p, txn);
        if (!txn->listed) /* its walk began anew and ended at once: nobody can wait for it */
            leader = NULL;
    }
}

static void walk_done(struct sv_pipeline *p, struct sv_txn *txn)
{
    p->walkers_free[--p->walkers_busy] = txn->walker;
    if (p->shares.on)
        sv_shares_given(p, txn);
    if (p->core->on_act)
        sv_watch_walk(p->core, txn, p->now);
    p->busy[SV_RES_WALKERS] += p->now - txn->walker_since;
    sv_core_ending(&txn->walk, &txn->ending);
    sv_unlist(p, txn);
    sv_pipeline_respond(p, txn);
    txn->walking = false;
    if (txn->joiners.count)
        serve_joiners(p, txn);
    feed_walkers(p);
    if (p->prefetch.mode)
        sv_prefetch_after(p, txn);
}

/* --- driving a walk --- */

/* An engine has no stages, but its accesses wait like those of walks. */
SV_SELDOM static void count_wait(struct sv_pipeline *p, const struct sv_txn *txn, svasim_tick start)
{
    p->stalled[SV_RES_MEMORY_PORT] += start - txn->since;
    p->core->counter[SV_COUNT_MEM_BLOCKED] += start - txn->since;
}

static void start_access(struct sv_pipeline *p, struct sv_txn *txn)
{
    svasim_tick start = p->now > p->memory_slot ? p->now : p->memory_slot;
    p->memory_slot = start + p->memory_interval;
    p->memory_busy++;
    p->busy[SV_RES_MEMORY_PORT] += p->memory_interval;
    if (txn->agent)
        count_wait(p, txn, start);
    else
        sv_txn_enter(p->core, txn, start, SVASIM_STAGE_MEMORY);
    if (p->backing.varied) {
        sv_lane_put(&p->memory, (struct sv_event){start, p->sequence++, txn});
        return;
    }
    p->busy[SV_RES_MEMORY_DEPTH] += p->memory_latency;
    sv_lane_put(&p->memory, (struct sv_event){start + p->memory_latency, p->sequence++, txn});
}

/* An access is over: the next one that waited for it starts. */
static void start_waiting(struct sv_pipeline *p)
{
    struct sv_txn *txn = sv_list_pop(&p->memory_queue);
    if (!txn->agent)
        p->depth_ticks += p->now - txn->since;
    start_access(p, txn);
}

void sv_walkers_memory_started(struct sv_pipeline *p, struct sv_txn *txn)
{
    if (p->host_memory.on) {
        sv_host_memory_started(p, txn);
        return;
    }
    uint64_t bus = p->backing.bus_busy;
    svasim_tick done = sv_backing_done(&p->backing, p->now, txn->walk.hpa, p->core->counter);
    p->busy[SV_RES_MEMORY_DEPTH] += done - p->now;
    p->busy[SV_RES_DRAM_BUS] += p->backing.bus_busy - bus;
    sv_heap_put(p, (struct sv_event){done, p->sequence++, txn});
}

void sv_walkers_start_access(struct sv_pipeline *p, struct sv_txn *txn)
{
    start_access(p, txn);
}

static void access_memory(struct sv_pipeline *p, struct sv_txn *txn)
{
    txn->from_line = p->backing.lines.enabled && txn->ask == SV_ASK_READ &&
                     sv_backing_keeps(&p->backing, txn->walk.hpa);
    if (p->backing.lines.enabled && txn->ask == SV_ASK_READ) {
        p->core->counter[SV_COUNT_LINE_LOOKUP]++;
        p->core->counter[SV_COUNT_LINE_HIT] += txn->from_line;
    }
    if (txn->from_line) {
        sv_txn_enter(p->core, txn, p->now, SVASIM_STAGE_WALK_LOOKUP);
        sv_heap_put(p, (struct sv_event){p->now + p->backing.line_latency, p->sequence++, txn});
        return;
    }
    sv_txn_enter(p->core, txn, p->now, SVASIM_STAGE_MEMORY_QUEUE);
    if (p->memory_busy < p->memory_depth && p->memory_queue.count == 0)
        start_access(p, txn);
    else
        sv_list_push(&p->memory_queue, txn);
}

void sv_agent_access(struct sv_pipeline *p, enum sv_agent agent, uint64_t hpa)
{
    struct sv_txn *txn = &p->txns[p->credits + agent - 1u];
    txn->since = p->now;
    txn->ask = SV_ASK_READ; /* of a line, for a host that times accesses */
    txn->walk.bytes = 64;
    txn->walk.hpa = hpa;
    if (p->memory_busy < p->memory_depth && p->memory_queue.count == 0)
        start_access(p, txn);
    else
        sv_list_push(&p->memory_queue, txn);
}

svasim_tick sv_port_post(struct sv_pipeline *p)
{
    svasim_tick start = p->now > p->memory_slot ? p->now : p->memory_slot;
    p->memory_slot = start + p->memory_interval;
    p->busy[SV_RES_MEMORY_PORT] += p->memory_interval;
    return start;
}

/* The answer to an agent. */
SV_SELDOM static void agent_answered(struct sv_pipeline *p, struct sv_txn *txn)
{
    if (txn->agent == SV_AGENT_PREFETCH) {
        sv_prefetch_event(p, txn);
        return;
    }
    p->memory_busy--;
    if (p->memory_queue.count)
        start_waiting(p);
    sv_agent_due(p, (enum sv_agent)txn->agent);
}

static uint32_t lookup_latency(const struct sv_pipeline *p, enum sv_ask ask)
{
    if (ask == SV_ASK_CONTEXT)
        return p->context_latency;
    if (ask == SV_ASK_PASID)
        return p->pasid_latency;
    if (ask == SV_ASK_HPT_LEAF)
        return p->hpt_leaf_latency;
    if (ask == SV_ASK_HPT_TABLE)
        return p->hpt_table_latency;
    if (ask == SV_ASK_IEC)
        return p->interrupt_latency;
    return ask == SV_ASK_TABLE ? p->table_latency : 0;
}

svasim_tick sv_walkers_lookup_done(struct sv_pipeline *p, const struct sv_txn *txn)
{
    enum sv_ask ask = (enum sv_ask)txn->ask;
    svasim_tick start = p->now;
    if (p->slots.on) {
        start = sv_slots_take(&p->slots, p->now, &txn->walk, ask);
        p->core->counter[SV_COUNT_LOOKUP_PORT_BLOCKED] += start - p->now;
        p->lookup_port_ticks += txn->walking ? start - p->now : 0;
    }
    return start + lookup_latency(p, ask);
}

static void run_walk(struct sv_pipeline *p, struct sv_txn *txn)
{
    for (;;) {
        enum sv_ask ask = (enum sv_ask)txn->ask;
        if (ask == SV_ASK_DONE) {
            walk_done(p, txn);
            return;
        }
        if (ask == SV_ASK_READ || ask == SV_ASK_UPDATE) {
            access_memory(p, txn);
            return;
        }
        svasim_tick done = sv_walkers_lookup_done(p, txn);
        if (done != p->now) {
            sv_txn_enter(p->core, txn, p->now, SVASIM_STAGE_WALK_LOOKUP);
            sv_heap_put(p, (struct sv_event){done, p->sequence++, txn});
            return;
        }
        sv_core_serve_cache(p->core, &txn->walk, ask);
        if (p->core->mode.monitored)
            sv_monitor_served(p->core, &txn->walk, ask);
        txn->ask = (uint8_t)sv_walk_answer(&txn->walk);
    }
}

/* The second level of the IOTLB and the interrupt entry cache are asked before a walker is needed.
 */
static void looked_up_without_walker(struct sv_pipeline *p, struct sv_txn *txn)
{
    bool second_level = txn->ask == SV_ASK_IOTLB;
    if (second_level) {
        p->second_level_busy--;
        txn->ask = (uint8_t)sv_core_second_level(p->core, &txn->walk);
    } else {
        sv_core_serve_cache(p->core, &txn->walk, (enum sv_ask)txn->ask);
        if (p->core->mode.monitored)
            sv_monitor_served(p->core, &txn->walk, (enum sv_ask)txn->ask);
        txn->ask = (uint8_t)sv_walk_answer(&txn->walk);
    }
    if (txn->ask != SV_ASK_DONE) {
        sv_walkers_miss(p, txn);
    } else {
        sv_core_ending(&txn->walk, &txn->ending);
        sv_pipeline_respond(p, txn);
    }
    if (second_level)
        sv_pipeline_wake_queue(p);
}

void sv_walkers_looked_up(struct sv_pipeline *p, struct sv_txn *txn)
{
    if (txn->agent) {
        if (txn->agent <= SV_AGENT_PAGE_ACCESS || txn->agent == SV_AGENT_PREFETCH)
            agent_answered(p, txn);
        else
            sv_agent_due(p, (enum sv_agent)txn->agent);
        return;
    }
    if (!txn->walking) {
        looked_up_without_walker(p, txn);
        return;
    }
    if (txn->ask == SV_ASK_READ || txn->ask == SV_ASK_UPDATE) { /* not of a cache, but of memory */
        sv_walkers_memory_answered(p, txn);
        return;
    }
    sv_core_serve_cache(p->core, &txn->walk, (enum sv_ask)txn->ask);
    if (p->core->mode.monitored)
        sv_monitor_served(p->core, &txn->walk, (enum sv_ask)txn->ask);
    txn->ask = (uint8_t)sv_walk_answer(&txn->walk);
    run_walk(p, txn);
}

/* A long read: its next piece is here. True: others follow, one after the other. */
static bool more_pieces(struct sv_pipeline *p, struct sv_txn *txn)
{
    p->core->counter[SV_COUNT_MRDS] += txn->piece == 0;
    if (!sv_core_read_piece(p->core, &txn->walk, txn->piece)) {
        txn->piece = 0;
        return false;
    }
    txn->piece++;
    p->busy[SV_RES_MEMORY_DEPTH] += p->piece_ticks;
    sv_heap_put(p, (struct sv_event){p->now + p->piece_ticks, p->sequence++, txn});
    return true;
}

void sv_walkers_memory_answered(struct sv_pipeline *p, struct sv_txn *txn)
{
    if (txn->agent) {
        agent_answered(p, txn);
        return;
    }
    if (txn->ask != SV_ASK_READ || txn->walk.bytes <= p->core->piece_bytes)
        sv_core_serve_memory(p->core, &txn->walk, (enum sv_ask)txn->ask);
    else if (more_pieces(p, txn))
        return;
    if (!txn->from_line) {
        p->memory_busy--;
        sv_backing_keep(&p->backing, txn->walk.hpa);
    }
    if (p->core->mode.monitored)
        sv_monitor_served(p->core, &txn->walk, (enum sv_ask)txn->ask);
    sv_txn_enter(p->core, txn, p->now, SVASIM_STAGE_WALK_LOOKUP);
    txn->ask = (uint8_t)sv_walk_answer(&txn->walk);
    if (p->memory_queue.count && !txn->from_line)
        start_waiting(p);
    run_walk(p, txn);
}

/* --- prefetches --- */

bool sv_walkers_more_pieces(struct sv_pipeline *p, struct sv_txn *txn)
{
    return txn->walk.bytes > p->core->piece_bytes && more_pieces(p, txn);
}

void sv_walkers_serve(struct sv_pipeline *p, struct sv_txn *txn)
{
    struct sv_core *core = p->core;
    enum sv_ask ask = (enum sv_ask)txn->ask;
    if (ask != SV_ASK_READ)
        sv_core_serve_cache(core, &txn->walk, ask);
    else if (txn->walk.bytes <= core->piece_bytes)
        sv_core_serve_memory(core, &txn->walk, ask);
    if (core->mode.monitored) { /* counters see it; who watches requests does not */
        void (*const on_act)(void *watcher, const svasim_act *act) = core->on_act;
        core->on_act = NULL;
        sv_monitor_served(core, &txn->walk, ask);
        core->on_act = on_act;
    }
    txn->ask = (uint8_t)sv_walk_answer(&txn->walk);
}

void sv_walkers_end_access(struct sv_pipeline *p, const struct sv_txn *txn)
{
    p->memory_busy--;
    sv_backing_keep(&p->backing, txn->walk.hpa);
    if (p->memory_queue.count)
        start_waiting(p);
}

void sv_walkers_promote(struct sv_pipeline *p, struct sv_txn *txn)
{
    txn->walking = true;
    txn->walker = p->walkers_free[p->walkers_busy++];
    txn->walker_since = p->now;
    p->core->counter[SV_COUNT_WALKS]++;
    if (p->shares.on) {
        sv_shares_wait(p, txn);
        sv_shares_taken(p, txn);
    }
}

void sv_walkers_promoted_done(struct sv_pipeline *p, struct sv_txn *txn)
{
    p->walkers_free[--p->walkers_busy] = txn->walker;
    txn->walking = false;
    p->busy[SV_RES_WALKERS] += p->now - txn->walker_since;
    if (p->shares.on)
        sv_shares_given(p, txn);
    serve_joiners(p, txn);
    feed_walkers(p);
}

static void overtake(struct sv_pipeline *p, bool interrupts)
{
    sv_backing_forget(&p->backing);
    if (p->prefetch.mode && !interrupts)
        sv_prefetch_overtake(p);
    if (p->in_flight == 0)
        return;
    for (uint32_t i = 0; i < p->credits; i++) {
        struct sv_txn *txn = &p->txns[i];
        if (!txn->active || !txn->walking)
            continue; /* the others have read nothing yet */
        if (sv_is_interrupt_request(&txn->request) != interrupts)
            continue;
        txn->walk.no_fill = true;
        sv_unlist(p, txn);
    }
}

void sv_pipeline_overtake(struct sv_pipeline *p)
{
    overtake(p, false);
}

void sv_pipeline_overtake_interrupts(struct sv_pipeline *p)
{
    overtake(p, true);
}
