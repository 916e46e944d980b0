/* SPDX-License-Identifier: MIT */
/* check_walkers.c - walkers that are shared by device: limits and turns as closed formulas, and
 * every cycle of waiting has one cause. */
#define _POSIX_C_SOURCE 200809L
#include "conformance/suite.h"
#include "property/load.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Devices without a context entry: a walk is one lookup of the context cache and the reads of the
 * root and the context entry, 201 cycles, and nothing is kept. */
static svasim_request of_devices(struct load *load, unsigned index, unsigned devices)
{
    svasim_request request = bed_request(&load->bed, BED_PASID, SVASIM_READ);
    request.source_id = (uint16_t)(0x120 + (index % devices) * 8);
    request.address = BED_VA + UINT64_C(0x1000) * index;
    return request;
}

static svasim_request two_devices(struct load *load, unsigned index)
{
    return of_devices(load, index, 2);
}

static svasim_request three_devices(struct load *load, unsigned index)
{
    return of_devices(load, index, 3);
}

#define BUSY "memory.latency=100 context.latency=1 memory.depth=64 memory.interval=0 walk.join=off "

static const struct {
    svasim_request (*next)(struct load *load, unsigned index);
    const char *config;
    unsigned at_once; /* walks that can be under way */
    bool limited, short_of_walkers;
} shares[] = {
    {two_devices, "walk.walkers=8 walk.partition=device walk.per_id=1", 2, true, false},
    {two_devices, "walk.walkers=8 walk.partition=device walk.per_id=3", 6, true, false},
    {three_devices, "walk.walkers=8 walk.partition=device walk.per_id=2", 6, true, false},
    {three_devices, "walk.walkers=4 walk.partition=device walk.per_id=4", 4, false, true},
    {three_devices, "walk.walkers=4 walk.partition=pasid walk.per_id=3", 3, true, false},
    {three_devices, "walk.walkers=4 walk.partition=none walk.per_id=2", 2, true, false},
    {three_devices, "walk.walkers=4 walk.partition=device walk.order=turns", 4, false, true},
    {three_devices, "walk.walkers=5 walk.urgent_mask=1 walk.urgent_match=1", 5, false, true},
    {three_devices, "walk.walkers=4", 4, false, true},
};

/* So many walks of 201 cycles at once, and each cycle that a miss waits is either for a walker or
 * for its id's share. */
START_TEST(shares_are_kept)
{
    struct load load;
    char config[300];
    snprintf(config, sizeof config, BUSY "%s", shares[_i].config);
    load_open_pages(&load, config);
    load.next = shares[_i].next;
    load_run(&load, 6000);
    double rate = 6000 / (double)load.last_answer, expected = shares[_i].at_once / 201.0;
    ck_assert_msg(fabs(rate / expected - 1) < 0.01, "%f per tick, expected %f", rate, expected);
    uint64_t waited = 0;
    for (unsigned i = 0; i < 6000; i++) {
        ck_assert_uint_ne(load.answer[i].fault, SVASIM_FAULT_NONE);
        waited += load.answer[i].where[SVASIM_STAGE_WALKER_WAIT];
    }
    uint64_t limit = load_resource(&load, "walk.per_id").stalled_ticks;
    ck_assert_uint_eq(waited, limit + load_resource(&load, "walk.walkers").stalled_ticks);
    ck_assert((limit > waited / 2) == shares[_i].limited);
    ck_assert((limit < waited / 2) == shares[_i].short_of_walkers);
    load_close(&load);
}
END_TEST

/* One device asks nine times as often as the other. By age it gets nine times the walks, in turn
 * as many as the other while that has one waiting. */
static svasim_request uneven(struct load *load, unsigned index)
{
    svasim_request request = of_devices(load, index, 1);
    request.source_id = (uint16_t)(index % 10 == 9 ? 0x128 : 0x120);
    return request;
}

START_TEST(turns_do_not_starve)
{
    for (unsigned turns = 0; turns < 2; turns++) {
        struct load load;
        char config[300];
        snprintf(config, sizeof config,
                 BUSY "port.credits=64 walk.walkers=1 walk.partition=device walk.order=%s",
                 turns ? "turns" : "age");
        load_open_pages(&load, config);
        load.next = uneven;
        load_run(&load, 1000);
        uint64_t longest = 0;
        for (unsigned i = 9; i < 1000; i += 10)
            if (load.answer[i].where[SVASIM_STAGE_WALKER_WAIT] > longest)
                longest = load.answer[i].where[SVASIM_STAGE_WALKER_WAIT];
        /* In turn: behind the walk under way and those of its own device before it. */
        if (turns)
            ck_assert_uint_lt(longest, 8 * 2 * 201);
        else
            ck_assert_uint_gt(longest, 40 * 201);
        load_close(&load);
    }
}
END_TEST

/* --- prefetches --- */

static svasim_request of_pages(struct load *load, unsigned index)
{
    svasim_request request = bed_request(&load->bed, BED_PASID, SVASIM_READ);
    request.address = BED_VA + UINT64_C(0x1000) * (index % LOAD_PAGES);
    return request;
}

static const struct {
    const char *config;
    unsigned walks; /* of 512 pages in a row, one request at a time */
    unsigned started, filled;
} prefetches[] = {
    {"", 512, 0, 0},
    /* Every other page. Where the next page has another table its request comes before the end of
     * the prefetch, which becomes a walk. */
    {"walk.prefetch=next_page", 257, 256, 256},
    /* A walk for each line; of the first line the page is the last, of the last line
     * the pages are the first seven. */
    {"walk.prefetch=line", 65, 65 * 7, 6 + 63 * 7},
    /* Nothing leads to the line without reading more; pages walked before are not tried. */
    {"walk.prefetch=line fs_pde.enabled=off", 512, 63 * 28 + 28 + 7, 0},
    {"walk.prefetch=line pasid.enabled=off", 512, 63 * 28 + 28 + 7, 0},
};

START_TEST(prefetches_save_walks)
{
    struct load load;
    char config[300];
    snprintf(config, sizeof config, "port.credits=1 respond.latency=200 %s", prefetches[_i].config);
    load_open_pages(&load, config);
    load.next = of_pages;
    load_run(&load, LOAD_PAGES);
    svasim_run_until(load.bed.unit, svasim_now(load.bed.unit) + 10000);
    uint64_t started = bed_counter(&load.bed, "prefetch_started"),
             filled = bed_counter(&load.bed, "prefetch_filled");
    ck_assert_uint_eq(started, filled + bed_counter(&load.bed, "prefetch_abandoned"));
    ck_assert_uint_eq(bed_counter(&load.bed, "walks"), prefetches[_i].walks);
    ck_assert_uint_eq(started, prefetches[_i].started);
    ck_assert_uint_eq(filled, prefetches[_i].filled);
    ck_assert_uint_eq(bed_counter(&load.bed, "faults"), 0);
    load_close(&load);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("walkers");
    suite_add(suite, "shares", shares_are_kept, (int)(sizeof shares / sizeof shares[0]));
    suite_add(suite, "turns", turns_do_not_starve, 1);
    suite_add(suite, "prefetch", prefetches_save_walks,
              (int)(sizeof prefetches / sizeof prefetches[0]));
    return suite_run(suite);
}
