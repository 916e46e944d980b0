/* SPDX-License-Identifier: MIT */
/* test_watch.c - is a host that watches told of every act, once, in order, and does watching change
 * nothing? The acts of a request are compared with its answer, and runs with and without. */
#include "unit_bed.h"

#include <string.h>

struct seen {
    unsigned acts, reads, updates, fills, lookups, hits, invalidations;
    unsigned last_kind, last_cache, removed_after; /* of an invalidation: entries left */
    uint8_t scope;
    char order[256]; /* a letter for each act */
    const struct unit_bed *bed;
};

static void on_act(void *user, const svasim_act *act)
{
    static const char letters[] = "lfruIdsw"; /* svasim_act_kind */
    struct seen *seen = user;
    if (seen->acts < sizeof seen->order - 1)
        seen->order[seen->acts] = letters[act->kind];
    seen->acts++;
    seen->reads += act->kind == SVASIM_ACT_READ;
    seen->updates += act->kind == SVASIM_ACT_UPDATE;
    seen->fills += act->kind == SVASIM_ACT_FILL;
    seen->lookups += act->kind == SVASIM_ACT_LOOKUP;
    seen->hits += act->kind == SVASIM_ACT_LOOKUP && act->hit;
    seen->invalidations += act->kind == SVASIM_ACT_INVALIDATE;
    if (act->kind == SVASIM_ACT_INVALIDATE || act->kind == SVASIM_ACT_INVALIDATED) {
        assert_null(act->request);
        seen->scope = act->scope;
        seen->removed_after = unit_cached(seen->bed, NULL);
    } else {
        assert_non_null(act->request);
        assert_int_equal(act->request->source_id, UNIT_SID);
        seen->last_cache = act->cache;
    }
    if (act->kind == SVASIM_ACT_READ)
        assert_non_null(act->step.layout);
}

static void begin(struct seen *seen, const struct unit_bed *bed)
{
    *seen = (struct seen){.bed = bed};
}

static void acts_are_those_of_the_answer(void **state)
{
    (void)state;
    struct unit_bed bed;
    struct seen seen;
    unit_open(&bed, UNIT_SCALABLE, NULL);
    unit_on(&bed);
    begin(&seen, &bed);
    svasim_watch(bed.unit, on_act, &seen);
    svasim_response first = unit_ask(&bed, UNIT_SID, UNIT_PASID, UNIT_VA, SVASIM_WRITE);
    assert_int_equal(first.fault, SVASIM_FAULT_NONE);
    assert_int_equal(seen.reads, first.reads);
    assert_int_equal(seen.updates, first.updates);
    assert_true(first.reads > 0 && seen.fills > 0 && seen.lookups > 0);
    assert_int_equal(seen.hits, 0);
    /* The IOTLB is asked first, nothing is read before the context cache was asked, and the IOTLB
     * is filled last. */
    assert_int_equal(strncmp(seen.order, "llrr", 4), 0);
    assert_int_equal(seen.order[seen.acts - 1], 'f');
    assert_string_equal(svasim_cache_at(seen.last_cache)->name, "iotlb_4k");

    begin(&seen, &bed);
    svasim_response second = unit_ask(&bed, UNIT_SID, UNIT_PASID, UNIT_VA, SVASIM_WRITE);
    assert_int_equal(second.reads, 0);
    assert_string_equal(seen.order, "l");
    assert_int_equal(seen.hits, 1);

    /* Peeking is not an act of the unit. */
    const svasim_request request = unit_request(UNIT_SID, UNIT_PASID, UNIT_VA, SVASIM_READ);
    begin(&seen, &bed);
    assert_int_equal(svasim_peek(bed.unit, &request, &second), SVASIM_OK);
    assert_int_equal(seen.acts, 0);
    unit_close(&bed);
}

static void invalidations_are_told_before_and_after(void **state)
{
    (void)state;
    struct unit_bed bed;
    struct seen seen;
    const uint64_t words[4] = {INV_IOTLB_ALL, 0, 0, 0};
    unit_open(&bed, UNIT_SCALABLE, NULL);
    unit_on(&bed);
    (void)unit_ask(&bed, UNIT_SID, UNIT_PASID, UNIT_VA, SVASIM_READ);
    begin(&seen, &bed);
    svasim_watch(bed.unit, on_act, &seen);
    uint32_t before = unit_cached(&bed, NULL);
    assert_int_equal(svasim_invalidate(bed.unit, words, NULL), SVASIM_OK);
    assert_string_equal(seen.order, "Id");
    assert_int_equal(seen.invalidations, 1);
    assert_true(seen.removed_after < before);
    assert_int_equal(seen.removed_after, unit_cached(&bed, NULL));
    const svasim_scope_info *scope = svasim_scope_at(seen.scope);
    assert_string_equal(scope->descriptor, "inv_iotlb");
    assert_int_equal(scope->granularity, 1);
    assert_string_equal(scope->removes[SVASIM_REACH_IOTLB_FIRST], "ALL");
    assert_string_equal(scope->removes[SVASIM_REACH_CONTEXT], "NONE");

    /* Not any more. */
    svasim_watch(bed.unit, NULL, NULL);
    assert_int_equal(svasim_invalidate(bed.unit, words, NULL), SVASIM_OK);
    assert_int_equal(seen.acts, 2);
    unit_close(&bed);
}

/* Requests of four pages, some of which meet in flight, by tag; all are answered. */
static void send_burst(struct unit_bed *bed)
{
    for (unsigned i = 0; i < 24; i++) {
        svasim_request request = unit_request(UNIT_SID, UNIT_PASID, UNIT_VA + 0x1000 * (i % 4),
                                              i % 3 ? SVASIM_READ : SVASIM_WRITE);
        request.tag = i;
        assert_int_equal(svasim_submit(bed->unit, &request), SVASIM_OK);
        svasim_run_until(bed->unit, svasim_now(bed->unit) + i % 5);
    }
    svasim_drain(bed->unit);
}

/* Answer times and counters of a burst of requests, some of which meet in flight. */
static void run_burst(bool watched, uint64_t *ticks, uint64_t *counters)
{
    struct unit_bed bed;
    struct seen seen;
    unit_open(&bed, UNIT_SCALABLE, "walk.walkers=2");
    unit_on(&bed);
    begin(&seen, &bed);
    if (watched)
        svasim_watch(bed.unit, on_act, &seen);
    send_burst(&bed);
    assert_int_equal(watched, seen.acts > 0);
    assert_int_equal(unit_events(&bed, UNIT_ANSWER), 24);
    for (unsigned i = 0; i < 24; i++) {
        const struct unit_event *answer = unit_event(&bed, UNIT_ANSWER, i);
        ticks[i] = answer->tick << 8 | answer->address;
    }
    for (unsigned i = 0; i < 64; i++)
        counters[i] = svasim_counter_value(bed.unit, i);
    unit_close(&bed);
}

static void watching_changes_nothing(void **state)
{
    (void)state;
    uint64_t ticks[2][24], counters[2][64];
    run_burst(false, ticks[0], counters[0]);
    run_burst(true, ticks[1], counters[1]);
    assert_memory_equal(ticks[0], ticks[1], sizeof ticks[0]);
    assert_memory_equal(counters[0], counters[1], sizeof counters[0]);
}

/* --- time --- */

struct way {
    svasim_tick at, spent[SVASIM_STAGE_COUNT];
    uint8_t next;
    bool over;
    unsigned walks;
};

struct ways {
    struct way way[24];
    bool busy[2]; /* walkers, by the ends of their walks */
    svasim_tick free_at[2];
};

/* Each stage begins where the last one ended, and nobody shares a walker. */
static void on_time(void *user, const svasim_act *act)
{
    struct ways *ways = user;
    if (act->kind == SVASIM_ACT_WALK) {
        assert_true(act->walker < 2 && act->since < act->until);
        assert_true(act->since >= ways->free_at[act->walker]);
        ways->free_at[act->walker] = act->until;
        ways->busy[act->walker] = true;
        ways->way[act->request->tag].walks++;
    }
    if (act->kind != SVASIM_ACT_STAGE)
        return;
    struct way *way = &ways->way[act->request->tag];
    assert_false(way->over);
    assert_true(act->since <= act->until);
    if (act->stage != SVASIM_STAGE_COUNT) {
        assert_int_equal(act->stage, way->next);
        assert_int_equal(act->since, way->at);
        way->spent[act->stage] += act->until - act->since;
    }
    bool at_walker = act->stage == SVASIM_STAGE_WALK_LOOKUP ||
                     act->stage == SVASIM_STAGE_MEMORY_QUEUE || act->stage == SVASIM_STAGE_MEMORY;
    assert_int_equal(act->walker != SVASIM_NO_WALKER, at_walker);
    way->at = act->until;
    way->next = act->next;
    way->over = act->next == SVASIM_STAGE_COUNT;
}

static void stages_follow_each_other(void **state)
{
    static const char *const configs[] = {
        "walk.walkers=2", "walk.walkers=2 link.latency=30 link.rate=2000 data.latency=7",
        "walk.walkers=2 walk.lines=4 dram.banks=2 memory.depth=1"};
    (void)state;
    for (unsigned c = 0; c < sizeof configs / sizeof configs[0]; c++) {
        struct unit_bed bed;
        struct ways ways = {.way = {{0}}};
        unit_open(&bed, UNIT_SCALABLE, configs[c]);
        unit_on(&bed);
        svasim_watch(bed.unit, on_time, &ways);
        send_burst(&bed);
        uint64_t walks = 0;
        for (unsigned i = 0; i < 24; i++) {
            assert_true(ways.way[i].over);
            walks += ways.way[i].walks;
        }
        assert_true(walks > 0 && ways.busy[0] && ways.busy[1]);
        for (unsigned stage = 0; stage < SVASIM_STAGE_COUNT; stage++) {
            uint64_t sum = 0;
            for (unsigned i = 0; i < 24; i++)
                sum += ways.way[i].spent[stage];
            assert_int_equal(sum, svasim_stage_ticks(bed.unit, stage));
        }
        unit_close(&bed);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(acts_are_those_of_the_answer),
                                       cmocka_unit_test(invalidations_are_told_before_and_after),
                                       cmocka_unit_test(watching_changes_nothing),
                                       cmocka_unit_test(stages_follow_each_other)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
