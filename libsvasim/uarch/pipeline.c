/* SPDX-License-Identifier: MIT */
/* pipeline.c - time: events, the request queue, the IOTLB lookup and the completion path. Each
 * stage of constant latency is a ring (its events become due in the order they were put in);
 * walkers in cache lookups, whose latencies differ, share one small heap (ADR 0007). */
#include "uarch/pipeline.h"

#include "base/assert.h"
#include "uarch/data.h"
#include "uarch/device_tlb.h"
#include "uarch/inv_queue.h"
#include "uarch/monitor.h"
#include "uarch/txn.h"

/* --- events --- */

void sv_lane_put(struct sv_lane *lane, struct sv_event event)
{
    SV_ASSERT(lane->count <= lane->mask);
    lane->slots[(lane->head + lane->count) & lane->mask] = event;
    lane->count++;
}

static struct sv_txn *lane_take(struct sv_lane *lane)
{
    struct sv_txn *txn = lane->slots[lane->head].txn;
    lane->head = (lane->head + 1) & lane->mask;
    lane->count--;
    return txn;
}

static bool before(const struct sv_event *a, const struct sv_event *b)
{
    return a->tick != b->tick ? a->tick < b->tick : a->sequence < b->sequence;
}

/* Put `event` at place `i` or nearer to the top. */
static inline void heap_rise(struct sv_pipeline *p, uint32_t i, struct sv_event event)
{
    while (i > 0 && before(&event, &p->heap[(i - 1) / 2])) {
        p->heap[i] = p->heap[(i - 1) / 2];
        i = (i - 1) / 2;
    }
    p->heap[i] = event;
}

/* Put `event` at place `i` or further from the top; returns where. */
static inline uint32_t heap_sink(struct sv_pipeline *p, uint32_t i, struct sv_event event)
{
    for (;;) {
        uint32_t child = 2 * i + 1;
        if (child >= p->heap_count)
            break;
        if (child + 1 < p->heap_count && before(&p->heap[child + 1], &p->heap[child]))
            child++;
        if (!before(&p->heap[child], &event))
            break;
        p->heap[i] = p->heap[child];
        i = child;
    }
    p->heap[i] = event;
    return i;
}

void sv_heap_put(struct sv_pipeline *p, struct sv_event event)
{
    heap_rise(p, p->heap_count++, event);
}

struct sv_event sv_heap_take(struct sv_pipeline *p)
{
    struct sv_event top = p->heap[0], last = p->heap[--p->heap_count];
    (void)heap_sink(p, 0, last);
    return top;
}

void sv_heap_cancel(struct sv_pipeline *p, const struct sv_txn *txn)
{
    for (uint32_t i = 0; i < p->heap_count; i++) {
        if (p->heap[i].txn != txn)
            continue;
        struct sv_event last = p->heap[--p->heap_count];
        if (i < p->heap_count)
            heap_rise(p, heap_sink(p, i, last), last);
        return;
    }
}

/* --- accept and queue --- */

static bool may_start(const struct sv_pipeline *p)
{
    return p->waiting.count + p->lookups.count + p->second_level_busy < p->pending;
}

static uint64_t page_of(const struct sv_txn *txn)
{
    return txn->request.address >> 12;
}

/* When a request that is next may start its lookup. */
static inline svasim_tick lookup_slot(const struct sv_pipeline *p, const struct sv_txn *txn)
{
    svasim_tick at = sv_rate_peek(&p->lookup_rate, p->now);
    if (!p->lookup_banks.count)
        return at;
    svasim_tick free = sv_bank_free(&p->lookup_banks, page_of(txn));
    return free > at ? free : at;
}

static SV_ALWAYS_INLINE void start_lookup(struct sv_pipeline *p, struct sv_txn *txn)
{
    svasim_tick at = sv_rate_take(&p->lookup_rate, p->now);
    SV_ASSERT(at == p->now);
    if (p->lookup_banks.count)
        sv_bank_take(&p->lookup_banks, page_of(txn), at);
    sv_txn_enter(p->core, txn, at, SVASIM_STAGE_LOOKUP);
    p->busy[SV_RES_LOOKUP]++;
    sv_lane_put(&p->lookups, (struct sv_event){at + p->lookup_latency, p->sequence++, txn});
}

/* The queue stands still from now on, or no more. Nobody leaves it meanwhile. */
SV_SELDOM static void block_queue(struct sv_pipeline *p)
{
    p->blocked = true;
    p->blocked_from = p->queue.count * p->now;
}

SV_SELDOM static void unblock_queue(struct sv_pipeline *p)
{
    p->blocked = false;
    p->blocked_ticks += p->queue.count * p->now - p->blocked_from;
}

/* The head of the queue may start as soon as a lookup slot and a place for a miss are free. */
void sv_pipeline_wake_queue(struct sv_pipeline *p)
{
    if (p->queue.count == 0 || p->start_at != SVASIM_NEVER)
        return;
    if (!may_start(p)) {
        if (!p->blocked)
            block_queue(p);
        return;
    }
    if (p->blocked)
        unblock_queue(p);
    p->start_at = lookup_slot(p, p->queue.first);
    p->start_sequence = p->sequence++;
}

/* A request is at the unit. */
static SV_ALWAYS_INLINE void arrive(struct sv_pipeline *p, struct sv_txn *txn)
{
    txn->order = p->accepted++;
    txn->arrived = txn->since = p->now;
    txn->stage = SVASIM_STAGE_QUEUE;
    txn->active = true;
    if (p->ordered) {
        txn->posted_before = p->posted_arrived;
        p->posted_arrived += !sv_link_returns(&txn->request);
    }
    if (p->queue.count == 0 && may_start(p) && lookup_slot(p, txn) == p->now) {
        start_lookup(p, txn);
    } else {
        sv_list_push(&p->queue, txn);
        if (p->blocked)
            p->blocked_from += p->now;
        sv_pipeline_wake_queue(p);
    }
    if (p->core->mode.monitored) {
        sv_monitor_request(p->core, &txn->request);
        sv_monitor_settle(p->core);
    }
}

bool sv_pipeline_submit(struct sv_pipeline *p, const svasim_request *request)
{
    struct sv_txn *txn = p->free;
    if (!txn || (p->port.limits && !sv_port_admits(&p->port, request))) {
        p->credit_owed = true;
        return false;
    }
    if (p->port.limits)
        txn->place = sv_port_sent(&p->port, request);
    p->free = txn->next;
    p->in_flight++;
    p->core->counter[SV_COUNT_REQUESTS]++;
    txn->request = *request;
    txn->accepted = p->now;
    txn->walking = txn->missed = txn->joined = txn->listed = false;
    txn->piece = 0;
    memset(txn->where, 0, sizeof txn->where);
    txn->joiners = (struct sv_list){NULL, NULL, 0};
    if (p->core->on_act)
        sv_watch_stage(p->core, txn, SVASIM_STAGE_COUNT, p->now, p->now,
                       p->link.on ? SVASIM_STAGE_LINK : SVASIM_STAGE_QUEUE);
    if (p->link.on) {
        svasim_tick at = sv_link_up(&p->link, p->now, request);
        txn->where[SVASIM_STAGE_LINK] = at - p->now;
        if (p->core->on_act)
            sv_watch_stage(p->core, txn, SVASIM_STAGE_LINK, p->now, at, SVASIM_STAGE_QUEUE);
        sv_lane_put(&p->arrivals, (struct sv_event){at, p->sequence++, txn});
    } else {
        arrive(p, txn);
    }
    return true;
}

static void run_queue(struct sv_pipeline *p)
{
    p->start_at = SVASIM_NEVER;
    while (p->queue.count && may_start(p) && lookup_slot(p, p->queue.first) == p->now)
        start_lookup(p, sv_list_pop(&p->queue));
    sv_pipeline_wake_queue(p);
}

/* --- IOTLB lookup --- */

static void lookup_done(struct sv_pipeline *p, struct sv_txn *txn)
{
    struct sv_core *core = p->core;
    const struct sv_translation *found = NULL;
    bool asked = sv_hit_allowed(&core->mode, &txn->request);
    if (asked && sv_core_hit(core, &txn->request, &txn->ending, &found)) {
        sv_pipeline_respond(p, txn);
    } else {
        enum sv_ask ask = (core->caches.second_level ? sv_core_first_level : sv_core_begin)(
            core, &txn->walk, &txn->request, &txn->ending, asked, found);
        txn->ask = (uint8_t)ask;
        txn->generation = core->mode.generation;
        if (ask == SV_ASK_IEC) {
            svasim_tick done = sv_walkers_lookup_done(p, txn);
            sv_heap_put(p, (struct sv_event){done, p->sequence++, txn});
        } else if (ask == SV_ASK_IOTLB) {
            p->second_level_busy++;
            sv_heap_put(p, (struct sv_event){p->now + p->second_level_latency, p->sequence++, txn});
        } else if (ask == SV_ASK_DONE) {
            sv_core_ending(&txn->walk, &txn->ending);
            sv_pipeline_respond(p, txn);
        } else {
            sv_walkers_miss(p, txn);
        }
    }
    if (p->queue.count)
        sv_pipeline_wake_queue(p);
}

/* --- completion --- */

void sv_pipeline_respond(struct sv_pipeline *p, struct sv_txn *txn)
{
    svasim_tick at = sv_rate_take(&p->respond_rate, p->now);
    sv_txn_enter(p->core, txn, p->now, SVASIM_STAGE_RESPOND);
    p->busy[SV_RES_RESPOND]++;
    p->stalled[SV_RES_RESPOND] += at - p->now;
    if (txn->request.at == SVASIM_TRANSLATION)
        p->core->counter[SV_COUNT_ATS_BLOCKED] += at - p->now;
    sv_lane_put(&p->answers, (struct sv_event){at + p->respond_latency, p->sequence++, txn});
}

static enum sv_latency_kind latency_kind(const svasim_request *request)
{
    if (request->at == SVASIM_TRANSLATION)
        return SV_LATENCY_ATS;
    if (request->at != SVASIM_UNTRANSLATED)
        return SV_LATENCY_TRANSLATED;
    return (enum sv_latency_kind)request->op;
}

/* The device has its answer. */
static SV_ALWAYS_INLINE void deliver(struct sv_pipeline *p, struct sv_txn *txn)
{
    svasim_response response;
    sv_core_describe(p->core, &txn->ending, &response);
    response.tag = txn->request.tag;
    response.accepted_at = txn->accepted;
    response.completed_at = p->now;
    if (txn->joined)
        response.flags |= SVASIM_JOINED;
    uint64_t latency = p->now - txn->accepted;
    for (unsigned i = 0; i < SVASIM_STAGE_COUNT; i++)
        p->stage_ticks[i] += response.where[i] = txn->where[i];
    sv_histogram_add(&p->latency[latency_kind(&txn->request)], latency);
    p->busy[SV_RES_CREDITS] += latency;
    txn->next = p->free;
    p->free = txn;
    p->in_flight--;
    if (p->port.limits)
        sv_port_answered(&p->port, txn->place, &txn->request);
    if (p->core->ports.respond)
        p->core->ports.respond(p->core->ports.host, &response);
}

static void give_credit(struct sv_pipeline *p)
{
    if (p->credit_owed && p->free && p->core->ports.on_credit) {
        p->credit_owed = false;
        p->core->ports.on_credit(p->core->ports.host);
    }
}

/* The unit is done with it. */
static SV_ALWAYS_INLINE void answer(struct sv_pipeline *p, struct sv_txn *txn)
{
    bool returns = p->link.on && sv_link_returns(&txn->request);
    if (p->core->on_act)
        sv_watch_stage(p->core, txn, txn->stage, txn->since, p->now,
                       returns ? SVASIM_STAGE_DATA : SVASIM_STAGE_COUNT);
    txn->where[txn->stage] += p->now - txn->since;
    sv_core_count(p->core, &txn->request, &txn->ending);
    p->core->counter[SV_COUNT_TOTAL_OCCUPANCY] += p->now - txn->arrived;
    p->core->counter[SV_COUNT_MEM_BLOCKED] += txn->where[SVASIM_STAGE_MEMORY_QUEUE];
    p->stalled[SV_RES_LOOKUP] += txn->where[SVASIM_STAGE_QUEUE];
    p->stalled[SV_RES_MEMORY_PORT] += txn->where[SVASIM_STAGE_MEMORY_QUEUE];
    if (txn->missed)
        p->core->counter[SV_COUNT_PW_OCCUPANCY] += p->now - txn->missed_at -
                                                   txn->where[SVASIM_STAGE_RESPOND] -
                                                   txn->where[SVASIM_STAGE_ORDER];
    txn->active = false;
    if (p->link.on)
        sv_data_send(p, txn);
    if (!returns)
        deliver(p, txn);
    if (p->wait_count) { /* the status write follows the answers it vouches for */
        sv_pipeline_finish_waits(p);
        sv_inv_queue_run(p);
    }
    give_credit(p);
}

/* Take one out of those held back that nothing holds back any more; NULL if there is none. */
static struct sv_txn *take_free(struct sv_pipeline *p)
{
    struct sv_txn **at = &p->held.first, *last = NULL;
    while (*at && (*at)->posted_before > p->posted_left) {
        last = *at;
        at = &last->next;
    }
    struct sv_txn *txn = *at;
    if (!txn)
        return NULL;
    *at = txn->next;
    if (p->held.last == txn)
        p->held.last = last;
    p->held.count--;
    return txn;
}

/* The same where posted requests leave in the order they came, and nothing before those that came
 * before it (PCI Express base specification 6.0, section 2.4.1, without relaxed ordering). */
static SV_SELDOM void answer_in_order(struct sv_pipeline *p, struct sv_txn *txn)
{
    if (txn->posted_before > p->posted_left) {
        sv_txn_enter(p->core, txn, p->now, SVASIM_STAGE_ORDER);
        sv_list_push(&p->held, txn);
        return;
    }
    do {
        p->posted_left += !sv_link_returns(&txn->request);
        answer(p, txn);
    } while ((txn = take_free(p)));
}

/* --- the event loop --- */

enum source {
    FROM_QUEUE,
    FROM_LOOKUP,
    FROM_MEMORY,
    FROM_HEAP,
    FROM_ANSWER,
    FROM_LINK,
    FROM_RETURN,
    FROM_NONE
};

static inline enum source earliest(const struct sv_pipeline *p, svasim_tick *out_tick)
{
    struct sv_event best = {p->start_at, p->start_sequence, NULL};
    enum source from = best.tick == SVASIM_NEVER ? FROM_NONE : FROM_QUEUE;
#define CONSIDER(count, event, source)                                                             \
    if ((count) && (from == FROM_NONE || before(&(event), &best))) {                               \
        best = (event);                                                                            \
        from = (source);                                                                           \
    }
    CONSIDER(p->lookups.count, p->lookups.slots[p->lookups.head], FROM_LOOKUP)
    CONSIDER(p->memory.count, p->memory.slots[p->memory.head], FROM_MEMORY)
    CONSIDER(p->answers.count, p->answers.slots[p->answers.head], FROM_ANSWER)
    CONSIDER(p->heap_count, p->heap[0], FROM_HEAP)
    if (p->link.on) {
        CONSIDER(p->arrivals.count, p->arrivals.slots[p->arrivals.head], FROM_LINK)
        CONSIDER(p->returns.count, p->returns.slots[p->returns.head], FROM_RETURN)
    }
#undef CONSIDER
    *out_tick = from == FROM_NONE ? SVASIM_NEVER : best.tick;
    return from;
}

svasim_tick sv_pipeline_next(const struct sv_pipeline *p)
{
    svasim_tick tick;
    (void)earliest(p, &tick);
    if (p->core->mode.monitored) {
        svasim_tick other = sv_monitor_next(p);
        return other < tick ? other : tick;
    }
    return tick;
}

static void dispatch(struct sv_pipeline *p, enum source from)
{
    struct sv_txn *txn;
    switch (from) {
    case FROM_QUEUE:
        run_queue(p);
        break;
    case FROM_LOOKUP:
        lookup_done(p, lane_take(&p->lookups));
        break;
    case FROM_MEMORY:
        txn = lane_take(&p->memory);
        if (!p->backing.varied)
            sv_walkers_memory_answered(p, txn);
        else if (txn->active)
            sv_walkers_memory_started(p, txn);
        else
            sv_data_started(p, txn);
        break;
    case FROM_HEAP:
        txn = sv_heap_take(p).txn;
        if (!txn)
            sv_device_tlb_expire(p);
        else if (txn->active)
            sv_walkers_looked_up(p, txn);
        else
            sv_data_arrived(p, txn);
        break;
    case FROM_ANSWER:
        if (p->ordered)
            answer_in_order(p, lane_take(&p->answers));
        else
            answer(p, lane_take(&p->answers));
        break;
    case FROM_LINK:
        arrive(p, lane_take(&p->arrivals));
        break;
    case FROM_RETURN:
        p->returning--;
        deliver(p, lane_take(&p->returns));
        give_credit(p);
        break;
    case FROM_NONE:
    default:
        SV_ASSERT(from != FROM_NONE);
    }
}

static inline void pass_time(struct sv_pipeline *p, svasim_tick tick)
{
    if (p->core->mode.monitored)
        sv_monitor_advance(p, tick);
    p->now = tick;
}

/* Run what is due up to run_limit, which an event can draw in. */
static void run_events(struct sv_pipeline *p)
{
    for (;;) {
        svasim_tick tick;
        enum source from = earliest(p, &tick);
        if (from == FROM_NONE || tick > p->run_limit)
            return;
        p->now = tick;
        dispatch(p, from);
    }
}

/* The same, told to the counters. */
SV_SELDOM static void run_monitored(struct sv_pipeline *p)
{
    for (;;) {
        svasim_tick tick;
        enum source from = earliest(p, &tick);
        if (from == FROM_NONE || tick > p->run_limit)
            return;
        pass_time(p, tick);
        dispatch(p, from);
    }
}

void sv_pipeline_run(struct sv_pipeline *p, svasim_tick until)
{
    do {
        p->run_limit = until;
        if (p->core->mode.monitored)
            run_monitored(p);
        else
            run_events(p);
    } while (p->run_limit < until);
    if (p->core->mode.monitored)
        sv_monitor_finish(p, until);
    if (until > p->now && until != SVASIM_NEVER)
        p->now = until;
}

void sv_pipeline_drain(struct sv_pipeline *p)
{
    while (p->in_flight || sv_engines_busy(p)) {
        svasim_tick tick;
        enum source from = earliest(p, &tick);
        if (from == FROM_NONE) {
            SV_ASSERT(p->host_memory.owed_count); /* else both always have an event ahead */
            break;
        }
        pass_time(p, tick);
        dispatch(p, from);
    }
    pass_time(p, p->now);
}
