/* SPDX-License-Identifier: MIT */
/* prefetch.c - walks ahead of requests. They never end in a fault that anybody is told of, set no
 * flag, and are given up whenever a request wants what they use:
 *
 * next_page: after the walk of a 4 KiB page, if a walker is idle and nobody waits for one, it walks
 * the page behind. A request that needs that walker gets it at once; one that needs that page
 * joins, and then it is a walk like any other. An access that finds the memory port taken is not
 * made, one that was made is not called back: a request can wait for it as it would for any other
 * access.
 *
 * line: a walk of a 4 KiB page that set no flag has read 8 bytes of a line; the other entries of
 * the line are put into the IOTLB at once, as far as the caches know all that leads to them.
 *
 * Not modelled: prefetches of functional runs; of pages whose accessed flag is clear; useful
 * prefetches are not counted, as each hit would have to look whether it is the first. */
#include "uarch/prefetch.h"

#include "uarch/monitor.h"
#include "uarch/txn.h"

void sv_prefetch_init(struct sv_prefetch *prefetch, const svasim_config *config)
{
    *prefetch = (struct sv_prefetch){.mode = (uint8_t)config->value[SV_KEY_PREFETCH]};
    if (prefetch->mode == SV_PREFETCH_NEXT_PAGE)
        prefetch->places = (uint32_t)config->value[SV_KEY_WALKERS];
}

void sv_prefetch_open(struct sv_prefetch *prefetch, struct sv_txn *places)
{
    prefetch->all = places;
    for (uint32_t i = 0; i < prefetch->places; i++) {
        places[i].agent = SV_AGENT_PREFETCH;
        places[i].active = true; /* its accesses are not data of a device */
        places[i].next = prefetch->free;
        prefetch->free = &places[i];
    }
}

/* --- what to prefetch --- */

/* Did this walk find a 4 KiB page that the caches may keep? */
static bool leads_on(const struct sv_pipeline *p, const struct sv_txn *done)
{
    return p->core->rules.has_iotlb && !(done->ending.out.flags & SVASIM_BYPASS) &&
           done->request.at == SVASIM_UNTRANSLATED && !sv_is_interrupt_request(&done->request) &&
           done->ending.out.fault == SVASIM_FAULT_NONE && !done->walk.no_fill &&
           done->walk.result.page_shift == 12;
}

static svasim_request request_of_page(const struct sv_txn *done, uint64_t page)
{
    svasim_request request = done->request;
    request.op = SVASIM_READ;
    request.flags &= (uint8_t)SVASIM_PRIV;
    request.address = page << 12;
    request.length = 1;
    return request;
}

static bool is_cached(const struct sv_pipeline *p, const svasim_request *request)
{
    struct sv_lookup key = sv_hit_key(request);
    for (unsigned i = SV_CACHE_IOTLB_4K; i <= SV_CACHE_IOTLB2_1G; i++)
        if (sv_caches_holds(&p->core->caches, (enum sv_cache_id)i, &key))
            return true;
    return false;
}

static bool is_filled(const struct sv_walk *walk)
{
    return walk->out->fault == SVASIM_FAULT_NONE && !walk->no_fill && walk->result.page_shift;
}

static void count_end(struct sv_pipeline *p, bool filled)
{
    p->core->counter[filled ? SV_COUNT_PREFETCH_FILLED : SV_COUNT_PREFETCH_ABANDONED]++;
}

/* --- the line of a leaf --- */

/* Serve what a walk inside a line may ask for; false: it asks for more than that. */
static bool serve_in_line(struct sv_pipeline *p, struct sv_walk *walk, enum sv_ask ask,
                          uint64_t line)
{
    struct sv_core *core = p->core;
    switch (ask) {
    case SV_ASK_CONTEXT:
        walk->found = sv_caches_peek_context(&core->caches, &walk->key);
        return walk->found != NULL;
    case SV_ASK_PASID:
        walk->found = sv_caches_peek_pasid(&core->caches, &walk->key);
        return walk->found != NULL;
    case SV_ASK_TABLE:
        walk->found = sv_caches_peek_table(&core->caches, &walk->key);
        walk->found_level = 2;
        return walk->found != NULL;
    case SV_ASK_READ:
        if (walk->hpa / 64 != line)
            return false;
        sv_core_read(core, walk);
        return true;
    case SV_ASK_FILL:
        sv_caches_fill(&core->caches, (enum sv_cache_id)walk->fill_cache, &walk->key, walk->fill);
        return true;
    case SV_ASK_IOTLB:
    case SV_ASK_HPT_LEAF:
    case SV_ASK_HPT_TABLE:
    case SV_ASK_IEC:
    case SV_ASK_UPDATE:
    case SV_ASK_DONE:
    default:
        return false;
    }
}

static void prefetch_in_line(struct sv_pipeline *p, const svasim_request *request, uint64_t line)
{
    struct sv_walk walk;
    struct sv_ending ending;
    p->core->counter[SV_COUNT_PREFETCH_STARTED]++;
    enum sv_ask ask = sv_core_begin(p->core, &walk, request, &ending, true, NULL);
    while (ask != SV_ASK_DONE && serve_in_line(p, &walk, ask, line))
        ask = sv_walk_answer(&walk);
    count_end(p, ask == SV_ASK_DONE && is_filled(&walk));
}

static void prefetch_line(struct sv_pipeline *p, const struct sv_txn *done)
{
    const struct sv_walk *walk = &done->walk;
    uint8_t pgtt = walk->entry.pgtt;
    bool paged = walk->legacy || pgtt == SV_PGTT_FIRST || pgtt == SV_PGTT_SECOND;
    if (!paged || walk->reads == 0 || walk->updates != 0)
        return; /* of a nested page the line alone says nothing */
    uint64_t hpa = pgtt == SV_PGTT_FIRST ? walk->fs.hpa : walk->ss.hpa;
    uint64_t page = done->request.address >> 12;
    for (unsigned i = 1; i < 8; i++) {
        svasim_request request = request_of_page(done, page ^ i);
        if (!is_cached(p, &request))
            prefetch_in_line(p, &request, hpa / 64);
    }
}

/* --- the next page --- */

static void leave_running(struct sv_pipeline *p, const struct sv_txn *txn)
{
    struct sv_txn **at = &p->prefetch.running;
    while (*at != txn)
        at = &(*at)->next;
    *at = txn->next;
    p->prefetch.under_way--;
}

static void give_place(struct sv_pipeline *p, struct sv_txn *txn)
{
    txn->next = p->prefetch.free;
    p->prefetch.free = txn;
}

/* Nobody has joined it: forget it, or, if memory owes it an answer, keep the place until then. */
static void abandon(struct sv_pipeline *p, struct sv_txn *txn, bool in_heap)
{
    count_end(p, false);
    leave_running(p, txn);
    sv_unlist(p, txn);
    bool at_memory = txn->ask == SV_ASK_READ && !txn->from_line;
    if (in_heap && at_memory) {
        txn->ask = SV_ASK_DONE;
        return;
    }
    if (in_heap)
        sv_heap_cancel(p, txn);
    give_place(p, txn);
}

static void finish(struct sv_pipeline *p, struct sv_txn *txn, bool filled)
{
    count_end(p, filled);
    sv_unlist(p, txn);
    if (!txn->walking) {
        leave_running(p, txn);
        give_place(p, txn);
        return;
    }
    if (!filled) { /* who joined walks by itself; what was found may be out of date or no page */
        txn->ending.out.fault = SVASIM_FAULT_NONE;
        txn->walk.result.page_shift = 0;
    }
    sv_walkers_promoted_done(p, txn);
    give_place(p, txn);
}

/* False: the port is taken. */
static bool access_memory(struct sv_pipeline *p, struct sv_txn *txn)
{
    struct sv_backing *b = &p->backing;
    txn->since = p->now;
    txn->from_line = b->lines.enabled && sv_backing_keeps(b, txn->walk.hpa);
    p->core->counter[SV_COUNT_LINE_LOOKUP] += b->lines.enabled;
    p->core->counter[SV_COUNT_LINE_HIT] += txn->from_line;
    if (txn->from_line) {
        sv_heap_put(p, (struct sv_event){p->now + b->line_latency, p->sequence++, txn});
        return true;
    }
    bool room = p->memory_busy < p->memory_depth && p->memory_queue.count == 0;
    if (!txn->walking && (!room || p->memory_slot > p->now))
        return false;
    if (room)
        sv_walkers_start_access(p, txn);
    else
        sv_list_push(&p->memory_queue, txn);
    return true;
}

/* Go on until something takes time. */
static void step(struct sv_pipeline *p, struct sv_txn *txn)
{
    for (;;) {
        enum sv_ask ask = (enum sv_ask)txn->ask;
        bool moved = txn->generation != p->core->mode.generation;
        if (ask == SV_ASK_DONE) {
            finish(p, txn, is_filled(&txn->walk));
            return;
        }
        if (ask == SV_ASK_UPDATE || moved || (ask == SV_ASK_READ && !access_memory(p, txn))) {
            finish(p, txn, false);
            return;
        }
        if (ask == SV_ASK_READ)
            return;
        svasim_tick done = sv_walkers_lookup_done(p, txn);
        if (done != p->now) {
            sv_heap_put(p, (struct sv_event){done, p->sequence++, txn});
            return;
        }
        sv_walkers_serve(p, txn);
    }
}

void sv_prefetch_event(struct sv_pipeline *p, struct sv_txn *txn)
{
    bool abandoned = txn->ask == SV_ASK_DONE, at_memory = abandoned;
    if (txn->ask == SV_ASK_READ) {
        if (sv_walkers_more_pieces(p, txn))
            return;
        at_memory = !txn->from_line;
    }
    if (!abandoned)
        sv_walkers_serve(p, txn);
    if (at_memory)
        sv_walkers_end_access(p, txn);
    if (abandoned)
        give_place(p, txn);
    else
        step(p, txn);
}

static void prefetch_next_page(struct sv_pipeline *p, const struct sv_txn *done)
{
    struct sv_txn *txn = p->prefetch.free;
    uint64_t page = (done->request.address >> 12) + 1;
    if (!txn || page >> 52 || p->waiting.count ||
        p->walkers_busy + p->prefetch.under_way >= p->walkers)
        return;
    txn->request = request_of_page(done, page);
    sv_walkers_name_page(txn);
    if (is_cached(p, &txn->request) || sv_walkers_joinable(p, txn))
        return;
    p->prefetch.free = txn->next;
    txn->next = p->prefetch.running;
    p->prefetch.running = txn;
    p->prefetch.under_way++;
    p->core->counter[SV_COUNT_PREFETCH_STARTED]++;
    txn->walking = txn->from_line = false;
    txn->piece = 0;
    txn->joiners = (struct sv_list){NULL, NULL, 0};
    txn->generation = p->core->mode.generation;
    txn->ask = (uint8_t)sv_core_begin(p->core, &txn->walk, &txn->request, &txn->ending, true, NULL);
    if (p->join)
        sv_walkers_list(p, txn);
    step(p, txn);
}

void sv_prefetch_after(struct sv_pipeline *p, const struct sv_txn *done)
{
    if (!leads_on(p, done))
        return;
    if (p->prefetch.mode == SV_PREFETCH_LINE)
        prefetch_line(p, done);
    else
        prefetch_next_page(p, done);
}

void sv_prefetch_make_room(struct sv_pipeline *p)
{
    if (p->walkers_busy + p->prefetch.under_way > p->walkers)
        abandon(p, p->prefetch.running, true);
}

void sv_prefetch_promote(struct sv_pipeline *p, struct sv_txn *txn)
{
    if (txn->walking)
        return; /* somebody else has joined before */
    leave_running(p, txn);
    sv_walkers_promote(p, txn);
}

void sv_prefetch_overtake(struct sv_pipeline *p)
{
    while (p->prefetch.running)
        abandon(p, p->prefetch.running, true);
    for (uint32_t i = 0; i < p->prefetch.places; i++) {
        struct sv_txn *txn = &p->prefetch.all[i];
        if (!txn->walking)
            continue;
        txn->walk.no_fill = true; /* who joined walks by itself */
        sv_unlist(p, txn);
    }
}
