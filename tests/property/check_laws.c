/* SPDX-License-Identifier: MIT */
/* check_laws.c - time has to add up: the latency of a lone request is a closed formula of the
 * configuration, every tick of every request has one place, and neither stepping nor repeating a
 * run changes anything. */
#define _POSIX_C_SOURCE 200809L
#include "conformance/suite.h"
#include "property/chance.h"
#include "property/formula.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const timings[] = {
    "",
    "memory.latency=1 memory.interval=1",
    "memory.latency=0 memory.interval=0",
    "memory.latency=317 memory.interval=100 respond.latency=13 context.latency=7 "
    "pasid.latency=11 fs_pde.latency=5 ss_pdpe.latency=9 iotlb_2m.latency=17",
    "respond.latency=0 iotlb_4k.latency=0 iotlb_2m.latency=0 iotlb_1g.latency=0",
    "memory.latency=1 memory.interval=1 respond.latency=0 context.latency=0 pasid.latency=0",
    "memory.latency=40 walk.walkers=1 walk.pending=1 memory.depth=1 port.credits=1",
    BED_CACHES_OFF "memory.latency=23 respond.latency=3",
    "context.enabled=off context.latency=50 pasid.latency=6 memory.latency=10",
};
#define TIMINGS (int)(sizeof timings / sizeof timings[0])

/* --- the latency of a lone request --- */

static svasim_request usual(struct load *load, unsigned index)
{
    (void)index;
    return bed_request(&load->bed, load->bed.plan.pgtt ? BED_PASID : SVASIM_NO_PASID, SVASIM_READ);
}

static uint64_t lone_latency(struct load *load)
{
    load_reset(load);
    svasim_run_until(load->bed.unit,
                     svasim_now(load->bed.unit) + 1); /* slots of this tick are used */
    load_run(load, 1);
    return load->answer[0].completed_at - load->answer[0].accepted_at;
}

struct shape {
    uint8_t pgtt, first_levels, second_levels;
    uint8_t first_lookups, second_lookups, reads;
};

static const struct shape shapes[] = {
    {0, 4, 4, 0, 1, 2 + 4}, {1, 4, 4, 1, 0, 4 + 4}, {1, 5, 4, 1, 0, 4 + 5}, {2, 4, 3, 0, 1, 4 + 3},
    {2, 4, 4, 0, 1, 4 + 4}, {2, 4, 5, 0, 1, 4 + 5}, {4, 4, 4, 0, 0, 4},
};
#define SHAPES (int)(sizeof shapes / sizeof shapes[0])

static struct bed_plan plan_of(int round)
{
    const struct shape *shape = &shapes[round % SHAPES];
    return (struct bed_plan){.pgtt = shape->pgtt,
                             .first_levels = shape->first_levels,
                             .second_levels = shape->second_levels,
                             .preset = SVASIM_MAP_ACCESSED | SVASIM_MAP_DIRTY,
                             .config = timings[round / SHAPES]};
}

START_TEST(lone_walk_and_hit)
{
    const struct shape *shape = &shapes[_i % SHAPES];
    struct load load;
    const struct bed_plan plan = plan_of(_i);
    load_open(&load, &plan);
    load.next = usual;
    ck_assert_uint_eq(lone_latency(&load), formula_walk(&load, shape->first_lookups,
                                                        shape->second_lookups, shape->reads));
    ck_assert_uint_eq(load.answer[0].reads, shape->reads);
    if (formula_any(&load, formula_iotlbs))
        ck_assert_uint_eq(lone_latency(&load), formula_hit(&load));
    load_close(&load);
}
END_TEST

/* Flag updates are memory accesses too. */
START_TEST(lone_walk_with_updates)
{
    struct load load;
    struct bed_plan plan = {.pgtt = 1, .config = timings[_i]};
    load_open(&load, &plan);
    load.next = usual;
    ck_assert_uint_eq(lone_latency(&load), formula_walk(&load, 1, 0, 8 + 4));
    load_close(&load);
}
END_TEST

/* Without structure caches a nested walk of 4 over 4 levels reads 24 entries behind the front
 * half, and asks the structure caches never. */
START_TEST(lone_nested_walk)
{
    struct load load;
    char config[1000];
    snprintf(config, sizeof config, "%s %s", timings[_i],
             "fs_pde.enabled=off fs_pdpe.enabled=off fs_pml4e.enabled=off fs_pml5e.enabled=off "
             "ss_pde.enabled=off ss_pdpe.enabled=off ss_pml4e.enabled=off ss_pml5e.enabled=off");
    const struct bed_plan plan = {
        .pgtt = 3, .preset = SVASIM_MAP_ACCESSED | SVASIM_MAP_DIRTY, .config = config};
    load_open(&load, &plan);
    load.next = usual;
    ck_assert_uint_eq(lone_latency(&load), formula_walk(&load, 0, 0, 4 + 24));
    load_close(&load);
}
END_TEST

/* Warm structures: context, PASID and table lookups, and one read. */
START_TEST(lone_warm_walk)
{
    struct load load;
    const struct bed_plan plan = {.pgtt = 1, .preset = SVASIM_MAP_ACCESSED | SVASIM_MAP_DIRTY};
    const uint64_t words[4] = {6 | 3u << 4 | BED_DID << 16 | UINT64_C(5) << 32, BED_VA | 64, 0, 0};
    load_open(&load, &plan);
    load.next = usual;
    (void)lone_latency(&load);
    ck_assert(svasim_invalidate(load.bed.unit, words, NULL) == SVASIM_OK);
    ck_assert_uint_eq(lone_latency(&load), formula_walk(&load, 1, 0, 1));
    load_close(&load);
}
END_TEST

/* --- every tick has one place --- */

static svasim_request random_request(struct load *load, unsigned index)
{
    struct sv_rng rng = {chance_seed((int)index) ^ load->seed};
    return chance_request(&rng, &load->bed);
}

static void open_random(struct load *load, int round)
{
    static char config[2000];
    struct bed_plan plan;
    uint64_t seed = chance_seed(round);
    struct sv_rng rng = {seed};
    chance_plan(&rng, &plan);
    snprintf(config, sizeof config, "%s port.credits=%u walk.walkers=%u %s", plan.config,
             1 + sv_rng_below(&rng, 40), 1 + sv_rng_below(&rng, 4),
             chance_is(&rng, 50) ? "walk.pending=2 memory.depth=2 lookup.width=3 memory.interval=3"
                                 : "memory.latency=17 respond.width=2 walk.join=off");
    plan.config = config;
    load_open(load, &plan);
    load->next = random_request;
    load->seed = seed;
}

static void expect_sums(struct load *load, unsigned requests)
{
    const svasim *unit = load->bed.unit;
    uint64_t samples = 0, ticks = 0;
    ck_assert_uint_eq(bed_counter(&load->bed, "iommu_requests"), requests);
    ck_assert_uint_eq(bed_counter(&load->bed, "total_occupancy"), load->latencies);
    ck_assert_uint_eq(bed_counter(&load->bed, "iommu_clocks"), svasim_now(unit));
    for (unsigned kind = 0; kind < svasim_latency_kinds(); kind++)
        samples += svasim_latency_samples(unit, kind);
    ck_assert_uint_eq(samples, requests);
    for (unsigned stage = 0; stage < SVASIM_STAGE_COUNT; stage++) {
        uint64_t sum = 0;
        for (unsigned i = 0; i < requests; i++)
            sum += load->answer[i].where[stage];
        ck_assert_uint_eq(svasim_stage_ticks(unit, stage), sum);
        ticks += sum;
    }
    ck_assert_uint_eq(ticks, load->latencies);
    uint64_t faults = 0;
    for (unsigned fault = 1; fault < SVASIM_FAULT_COUNT; fault++)
        faults += svasim_fault_count(unit, fault);
    ck_assert_uint_eq(faults, bed_counter(&load->bed, "faults"));
    ck_assert_uint_eq(faults, bed_counter(&load->bed, "faults_recorded") +
                                  bed_counter(&load->bed, "faults_silenced"));
    ck_assert_uint_eq(load->bed.reads_seen, bed_counter(&load->bed, "iommu_mrds"));
    ck_assert_uint_eq(load->bed.updates_seen, bed_counter(&load->bed, "iommu_atomic_ad_update"));
}

START_TEST(accounts_balance)
{
    struct load load;
    open_random(&load, _i);
    load_run(&load, 500);
    expect_sums(&load, 500);
    uint64_t reads = 0;
    for (unsigned i = 0; i < 500; i++)
        reads += load.answer[i].reads;
    ck_assert_uint_eq(reads, load.bed.reads_seen);
    ck_assert_uint_eq(svasim_next_event(load.bed.unit), SVASIM_NEVER);
    load_close(&load);
}
END_TEST

/* --- the same run again, and in single ticks --- */

static void expect_same_answers(const struct load *a, const struct load *b)
{
    size_t bytes = offsetof(svasim_response, pgtt) + 1; /* there may be padding before `where` */
    ck_assert_uint_eq(a->answered, b->answered);
    for (unsigned i = 0; i < a->answered; i++) {
        const svasim_response *x = &a->answer[i], *y = &b->answer[i];
        ck_assert_msg(memcmp(x, y, bytes) == 0, "answer %u differs", i);
        ck_assert_msg(memcmp(x->where, y->where, sizeof x->where) == 0, "answer %u: stages", i);
    }
}

START_TEST(repeating_changes_nothing)
{
    struct load a, b;
    open_random(&a, _i);
    open_random(&b, _i);
    load_run(&a, 300);
    load_run(&b, 300);
    expect_same_answers(&a, &b);
    load_close(&a);
    load_close(&b);
}
END_TEST

/* Also: the sum over ticks of the requests inside is the sum of their latencies. */
START_TEST(stepping_changes_nothing)
{
    struct load a, b;
    uint64_t inside = 0;
    open_random(&a, _i);
    open_random(&b, _i);
    load_run(&a, 200);
    b.wanted = 200;
    load_feed(&b);
    while (svasim_in_flight(b.bed.unit)) {
        svasim_tick now = svasim_now(b.bed.unit), next = svasim_next_event(b.bed.unit);
        unsigned answered = b.answered;
        inside += svasim_in_flight(b.bed.unit);
        svasim_run_until(b.bed.unit, now + 1);
        ck_assert_uint_eq(svasim_now(b.bed.unit), now + 1);
        ck_assert(next <= now + 1 || b.answered == answered);
        svasim_run_until(b.bed.unit, now); /* the past is ignored */
        ck_assert_uint_eq(svasim_now(b.bed.unit), now + 1);
    }
    expect_same_answers(&a, &b);
    ck_assert_uint_eq(inside, b.latencies);
    load_close(&a);
    load_close(&b);
}
END_TEST

/* --- quantiles --- */

static int by_value(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

START_TEST(quantiles_are_those_of_the_answers)
{
    static const uint32_t parts[] = {1, 100000, 500000, 900000, 999000, 1000000};
    struct load load;
    uint64_t *sorted = malloc(400 * sizeof *sorted), sum = 0;
    const struct bed_plan plan = {.pgtt = 1, .config = "memory.latency=19 walk.join=off"};
    load_open(&load, &plan);
    load.next = usual;
    load_run(&load, 400);
    for (unsigned i = 0; i < 400; i++)
        sum += sorted[i] = load.answer[i].completed_at - load.answer[i].accepted_at;
    qsort(sorted, 400, sizeof *sorted, by_value);
    for (unsigned i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        uint64_t rank = (400ull * parts[i] + 999999) / 1000000; /* at least that share */
        ck_assert_uint_eq(svasim_latency_quantile(load.bed.unit, 0, parts[i]),
                          sorted[(rank ? rank : 1) - 1]);
    }
    ck_assert_double_eq_tol(svasim_latency_mean(load.bed.unit, 0), (double)sum / 400, 1e-9);
    ck_assert_uint_eq(svasim_latency_quantile(load.bed.unit, 1, 500000), 0);
    free(sorted);
    load_close(&load);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("laws");
    suite_add(suite, "lone walk", lone_walk_and_hit, SHAPES * TIMINGS);
    suite_add(suite, "updates", lone_walk_with_updates, TIMINGS);
    suite_add(suite, "nested", lone_nested_walk, TIMINGS);
    suite_add(suite, "warm walk", lone_warm_walk, 1);
    suite_add(suite, "accounts", accounts_balance, 60);
    suite_add(suite, "repeat", repeating_changes_nothing, 30);
    suite_add(suite, "step", stepping_changes_nothing, 30);
    suite_add(suite, "quantiles", quantiles_are_those_of_the_answers, 1);
    return suite_run(suite);
}
