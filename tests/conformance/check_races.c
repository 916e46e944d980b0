/* SPDX-License-Identifier: MIT */
/* check_races.c - software changes tables and invalidates while requests are in flight (sections
 * 6.5.2, 6.5.3.3). Requests already inside may see old or new; once all are answered, nothing that
 * was invalidated may come back. The change is tried at every tick of the way. */
#define _POSIX_C_SOURCE 200809L
#include "conformance/bed.h"
#include "conformance/suite.h"

#include <stdio.h>

#define PAGES     3u
#define NEW_FRAME UINT64_C(0x100000) /* what software xors into the frames of the leaves */
#define WAIT_HPA  UINT64_C(0x300000)
#define WAIT_DATA 0x600df00du

enum act {
    LEAF_BY_PAGE,
    LEAF_BY_DOMAIN,
    PASID_ENTRY,
    CONTEXT_ENTRY,
    ROOT_POINTER,
    OFF_AND_ON,
    ACTS
};

struct race {
    struct bed bed;
    unsigned answers;
    bool same_page;
};

static void count_answer(void *user, const svasim_response *response)
{
    struct race *race = user;
    (void)response;
    race->answers++;
}

static uint64_t page_at(const struct race *race, unsigned i)
{
    return BED_VA + (race->same_page ? 0 : i) * UINT64_C(0x1000);
}

static void open_race(struct race *race, const struct bed_plan *plan, bool same_page)
{
    *race = (struct race){.same_page = same_page};
    bed_open(&race->bed, plan);
    race->bed.respond = count_answer;
    race->bed.user = race;
    const svasim_tree *tree = plan->pgtt == 1 ? &race->bed.first : &race->bed.second;
    ck_assert(svasim_tree_map(race->bed.tables, tree, BED_VA, BED_HPA, 0x1000 * PAGES, 0x1000,
                              SVASIM_MAP_READ | SVASIM_MAP_WRITE | SVASIM_MAP_USER) == SVASIM_OK);
}

static void send_all(struct race *race)
{
    for (unsigned i = 0; i < PAGES; i++) {
        svasim_request request = bed_request(&race->bed, BED_PASID, SVASIM_READ);
        request.address = page_at(race, i);
        ck_assert(svasim_submit(race->bed.unit, &request) == SVASIM_OK);
    }
}

static void invalidate(struct race *race, uint64_t word0, uint64_t word1)
{
    const uint64_t words[4] = {word0, word1, 0, 0};
    ck_assert(svasim_invalidate(race->bed.unit, words, NULL) == SVASIM_OK);
}

static void change_leaves(struct race *race)
{
    const char *name = race->bed.plan.pgtt == 1 ? "first1" : "second1";
    for (unsigned i = 0; i < (race->same_page ? 1 : PAGES); i++) {
        uint64_t hpa = bed_entry_hpa(&race->bed, BED_PASID, page_at(race, i), name);
        uint64_t leaf = svasim_mem_read64(race->bed.mem, hpa);
        ck_assert(svasim_mem_write64(race->bed.mem, hpa, leaf ^ NEW_FRAME) == SVASIM_OK);
    }
}

/* Change something and invalidate what that asks for; returns the fault that follows from it. */
static svasim_fault act_now(struct race *race, enum act act)
{
    bool first = race->bed.plan.pgtt == 1;
    const uint64_t by_domain = 2 | 2u << 4 | BED_DID << 16;
    switch (act) {
    case LEAF_BY_PAGE:
        change_leaves(race);
        for (unsigned i = 0; i < PAGES; i++)
            invalidate(race,
                       first ? 6 | 3u << 4 | BED_DID << 16 | UINT64_C(5) << 32
                             : 2 | 3u << 4 | BED_DID << 16,
                       page_at(race, i) | 64);
        return SVASIM_FAULT_NONE;
    case LEAF_BY_DOMAIN:
        change_leaves(race);
        invalidate(race, by_domain, 0);
        return SVASIM_FAULT_NONE;
    case PASID_ENTRY:
        bed_edit(&race->bed, BED_PASID, BED_VA, "pasid p=0");
        invalidate(race, 7 | 1u << 4 | BED_DID << 16 | UINT64_C(5) << 32, 0);
        invalidate(race, by_domain, 0);
        return SVASIM_FAULT_SPT_2;
    case CONTEXT_ENTRY:
        bed_edit(&race->bed, BED_PASID, BED_VA, "context p=0");
        invalidate(race, 1 | 3u << 4 | (uint64_t)BED_SID << 32, 0);
        invalidate(race, 7 | 0u << 4 | BED_DID << 16, 0);
        invalidate(race, by_domain, 0);
        return SVASIM_FAULT_SCT_2;
    case ROOT_POINTER:
        race->bed.root = svasim_tables_frame(race->bed.tables, 1); /* an empty root table */
        bed_on(&race->bed);
        return SVASIM_FAULT_SRT_2;
    case OFF_AND_ON:
        change_leaves(race);
        ck_assert(svasim_mmio_write(race->bed.unit, 0x18, 4, 0) == SVASIM_OK);
        ck_assert(svasim_mmio_write(race->bed.unit, 0x18, 4, 1u << 31) == SVASIM_OK);
        return SVASIM_FAULT_NONE;
    case ACTS:
    default:
        ck_abort();
    }
}

/* Rounds: the act, first or second stage, one page or several, one walker or several. */
static bool run_race(int round, svasim_tick tick)
{
    struct race race;
    enum act act = (enum act)(round % ACTS);
    int bits = round / ACTS;
    const struct bed_plan plan = {.pgtt = bits & 1 ? 2 : 1,
                                  .config = bits & 4 ? "walk.walkers=1 memory.latency=5"
                                                     : "memory.latency=5"};
    open_race(&race, &plan, bits & 2);
    send_all(&race);
    svasim_run_until(race.bed.unit, tick);
    bool in_flight = svasim_in_flight(race.bed.unit) != 0;
    svasim_fault fault = act_now(&race, act);
    svasim_drain(race.bed.unit);
    ck_assert_uint_eq(race.answers, PAGES);
    for (unsigned i = 0; i < PAGES; i++) {
        svasim_response r = bed_read(&race.bed, BED_PASID, page_at(&race, i));
        ck_assert_msg(r.fault == fault, "tick %u: %s, expected %s", (unsigned)tick,
                      bed_fault_name(r.fault), bed_fault_name(fault));
        uint64_t target = (BED_HPA + page_at(&race, i) - BED_VA) ^ NEW_FRAME;
        if (fault == SVASIM_FAULT_NONE)
            ck_assert_msg(r.address == target, "tick %u: old frame", (unsigned)tick);
    }
    bed_close(&race.bed);
    return in_flight;
}

START_TEST(nothing_invalidated_comes_back)
{
    svasim_tick tick = 0;
    while (run_race(_i, tick))
        tick++;
    ck_assert_uint_gt(tick, 30); /* the walk was met at many places */
}
END_TEST

/* --- wait descriptors --- */

static void send_wait(struct race *race)
{
    invalidate(race, 5 | 1u << 5 | (uint64_t)WAIT_DATA << 32, WAIT_HPA);
}

START_TEST(wait_is_done_at_once_when_idle)
{
    struct race race;
    const struct bed_plan plan = {.pgtt = 1};
    open_race(&race, &plan, false);
    send_wait(&race);
    ck_assert_uint_eq(svasim_mem_read64(race.bed.mem, WAIT_HPA), WAIT_DATA);
    invalidate(&race, 5 | UINT64_C(1) << 32, WAIT_HPA); /* SW = 0: no write */
    ck_assert_uint_eq(svasim_mem_read64(race.bed.mem, WAIT_HPA), WAIT_DATA);
    bed_close(&race.bed);
}
END_TEST

/* The status appears once all requests accepted before are answered, and not for later ones. */
START_TEST(wait_follows_the_requests_before_it)
{
    struct race race;
    const struct bed_plan plan = {.pgtt = 1};
    open_race(&race, &plan, false);
    send_all(&race);
    svasim_run_until(race.bed.unit, (svasim_tick)_i);
    send_wait(&race);
    send_all(&race);
    bool seen = false;
    while (svasim_in_flight(race.bed.unit)) {
        bool now = svasim_mem_read64(race.bed.mem, WAIT_HPA) == WAIT_DATA;
        ck_assert(!seen || now);
        if (race.answers < PAGES)
            ck_assert(!now);
        seen = now;
        svasim_run_until(race.bed.unit, svasim_next_event(race.bed.unit));
    }
    ck_assert_uint_eq(svasim_mem_read64(race.bed.mem, WAIT_HPA), WAIT_DATA);
    ck_assert_uint_eq(race.answers, 2 * PAGES);
    bed_close(&race.bed);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("races");
    suite_add(suite, "invalidation", nothing_invalidated_comes_back, ACTS * 8);
    suite_add(suite, "idle wait", wait_is_done_at_once_when_idle, 1);
    suite_add(suite, "wait", wait_follows_the_requests_before_it, 60);
    return suite_run(suite);
}
