/* SPDX-License-Identifier: MIT */
/* check_throughput.c - a saturated unit must serve what its narrowest resource allows: lookup
 * width, walkers over service time, memory port, memory depth, completion width. Also joining of
 * walks, refusal without credits, and Little's law. */
#define _POSIX_C_SOURCE 200809L
#include "conformance/suite.h"
#include "property/load.h"

#include <math.h>

/* A page of its own for each request, or always the first one. */
static svasim_request spread(struct load *load, unsigned index)
{
    svasim_request request = bed_request(&load->bed, BED_PASID, SVASIM_READ);
    request.address = BED_VA + (index % LOAD_PAGES) * UINT64_C(0x1000);
    return request;
}

static svasim_request same(struct load *load, unsigned index)
{
    (void)index;
    return bed_request(&load->bed, BED_PASID, SVASIM_READ);
}

static void open_load(struct load *load, const char *config)
{
    load_open_pages(load, config);
    load->next = spread;
}

/* --- bounds --- */

struct bound {
    const char *config;
    bool hits;
    unsigned requests;
    double per_tick;
};

/* Without caches a walk is 8 reads; with an idle front half a walker is busy for just those. */
static const struct bound bounds[] = {
    {"lookup.width=1 respond.width=8", true, 8000, 1.0},
    {"lookup.width=3 respond.width=8", true, 12000, 3.0},
    {"lookup.width=8 respond.width=2", true, 12000, 2.0},
    {"lookup.width=1 respond.width=1 port.credits=1", true, 4000, 1.0 / 2}, /* one every latency */
    {BED_CACHES_OFF "walk.walkers=1 memory.latency=50", false, 500, 1.0 / 400},
    {BED_CACHES_OFF "walk.walkers=4 memory.latency=50 walk.join=off", false, 2000, 4.0 / 400},
    {BED_CACHES_OFF "walk.walkers=7 memory.latency=33 walk.join=off", false, 2000, 7.0 / 264},
    {BED_CACHES_OFF "walk.walkers=200 memory.latency=50 memory.interval=5 memory.depth=1000", false,
     4000, 1.0 / 40},
    {BED_CACHES_OFF "walk.walkers=200 memory.latency=50 memory.depth=4 memory.interval=0", false,
     4000, 4.0 / 400},
    {"iotlb_4k.enabled=off iotlb_2m.enabled=off iotlb_1g.enabled=off walk.walkers=2 "
     "memory.latency=20 context.latency=3 pasid.latency=4 fs_pde.latency=5",
     false, 4000, 2.0 / 32},
    {BED_CACHES_OFF "walk.walkers=4 memory.latency=50 port.credits=2 respond.latency=0", false,
     1000, 2.0 / 400},
};

START_TEST(throughput_is_the_bound)
{
    const struct bound *bound = &bounds[_i];
    struct load load;
    open_load(&load, bound->config);
    if (bound->hits) {
        load.next = same;
        load_run(&load, 1); /* fill */
        load_reset(&load);
    } else {
        load_run(&load, 16); /* warm structures, if any */
        load_reset(&load);
    }
    svasim_tick start = svasim_now(load.bed.unit);
    load_run(&load, bound->requests);
    double ticks = (double)(load.last_answer - start);
    double rate = bound->requests / ticks;
    ck_assert_msg(fabs(rate / bound->per_tick - 1) < 0.01, "%f per tick, expected %f", rate,
                  bound->per_tick);
    load_close(&load);
}
END_TEST

/* Requests inside = rate * time inside, measured at a saturated unit. */
START_TEST(littles_law)
{
    struct load load;
    open_load(&load, bounds[_i].config);
    uint64_t inside = 0, ticks = 0;
    load.wanted = 2000;
    load_feed(&load);
    while (svasim_in_flight(load.bed.unit)) {
        inside += svasim_in_flight(load.bed.unit);
        ticks++;
        svasim_run_until(load.bed.unit, svasim_now(load.bed.unit) + 1);
    }
    ck_assert_uint_eq(load.answered, 2000);
    double mean_inside = (double)inside / (double)ticks;
    double rate = 2000.0 / (double)ticks, mean = svasim_latency_mean(load.bed.unit, 0);
    ck_assert_msg(fabs(mean_inside / (rate * mean) - 1) < 0.01, "%f inside, expected %f",
                  mean_inside, rate * mean);
    ck_assert_uint_eq(inside, bed_counter(&load.bed, "total_occupancy"));
    load_close(&load);
}
END_TEST

/* No resource is used beyond what it has. */
START_TEST(resources_stay_within_their_slots)
{
    struct load load;
    open_load(&load, bounds[_i].config);
    load_run(&load, 1000);
    for (unsigned i = 0; i < svasim_resource_count(); i++) {
        svasim_resource resource;
        ck_assert(svasim_resource_get(load.bed.unit, i, &resource) == SVASIM_OK);
        ck_assert_msg(resource.busy_ticks <= resource.slots * (svasim_now(load.bed.unit) + 1), "%s",
                      resource.name);
    }
    load_close(&load);
}
END_TEST

/* --- joining --- */

START_TEST(one_walk_serves_all_of_a_page)
{
    struct load load;
    open_load(&load, _i ? "walk.join=off" : NULL);
    load.next = same;
    load_run(&load, 20);
    if (_i) {
        ck_assert_uint_gt(bed_counter(&load.bed, "walks"), 1);
        ck_assert_uint_eq(bed_counter(&load.bed, "joined"), 0);
    } else {
        ck_assert_uint_eq(bed_counter(&load.bed, "walks"), 1);
        ck_assert_uint_eq(bed_counter(&load.bed, "joined"), 19);
        ck_assert_uint_eq(load.bed.reads_seen, 8);
    }
    for (unsigned i = 0; i < 20; i++) {
        ck_assert_uint_eq(load.answer[i].fault, SVASIM_FAULT_NONE);
        ck_assert_uint_eq(load.answer[i].address, bed_target(&load.bed, BED_VA + 0x40));
        ck_assert(_i || ((load.answer[i].flags & SVASIM_JOINED) != 0) == (i > 0));
        ck_assert(_i || load.answer[i].reads == (i ? 0 : 8));
    }
    load_close(&load);
}
END_TEST

/* Reads and writes of users and supervisors in one line behind one walk: everyone is judged by its
 * own needs, whoever walked. */
static svasim_request mixed(struct load *load, unsigned index)
{
    svasim_request request = same(load, index);
    uint64_t kind = load->seed >> (2 * index);
    request.op = kind & 1 ? SVASIM_WRITE : SVASIM_READ;
    request.flags = kind & 2 ? SVASIM_PRIV : 0;
    return request;
}

START_TEST(joined_requests_are_judged_apart)
{
    static const char *const edits[] = {"first1 rw=0 us=1", "first1 us=0", "first1 rw=0 us=0",
                                        "first1 p=0"};
    struct load load;
    open_load(&load, NULL);
    bed_edit(&load.bed, BED_PASID, BED_VA, edits[_i]);
    load.next = mixed;
    for (load.seed = 0; load.seed < 256; load.seed++) { /* every line of four */
        bed_on(&load.bed);
        load_reset(&load);
        load_run(&load, 4);
        for (unsigned i = 0; i < 4; i++) {
            svasim_request request = mixed(&load, i);
            svasim_response alone;
            ck_assert(svasim_peek(load.bed.unit, &request, &alone) == SVASIM_OK);
            ck_assert_uint_eq(load.answer[i].fault, alone.fault);
            ck_assert_uint_eq(load.answer[i].rights, alone.rights);
            ck_assert_uint_eq(load.answer[i].address, alone.address);
        }
    }
    ck_assert_uint_gt(bed_counter(&load.bed, "joined"), 0);
    load_close(&load);
}
END_TEST

/* The last of 256 requests behind one slow walker waits for more than 2^32 ticks. */
START_TEST(long_waits_are_accounted)
{
    struct load load;
    const struct bed_plan plan = {.pgtt = 3,
                                  .preset = SVASIM_MAP_ACCESSED | SVASIM_MAP_DIRTY,
                                  .config = BED_CACHES_OFF
                                  "memory.latency=1000000 walk.walkers=1 walk.join=off"};
    load_open(&load, &plan);
    load.next = same;
    load_run(&load, 256);
    uint64_t latency = load.answer[255].completed_at - load.answer[255].accepted_at;
    ck_assert_uint_ge(latency, 256 * UINT64_C(28000000));
    load_close(&load);
}
END_TEST

/* --- credits --- */

START_TEST(refusal_takes_nothing)
{
    struct load load;
    open_load(&load, "port.credits=3");
    load.wanted = 3;
    load_feed(&load);
    ck_assert_uint_eq(svasim_in_flight(load.bed.unit), 3);
    svasim_request request = same(&load, 0);
    ck_assert(svasim_submit(load.bed.unit, &request) == SVASIM_BUSY);
    ck_assert(svasim_submit(load.bed.unit, &request) == SVASIM_BUSY);
    ck_assert_uint_eq(svasim_in_flight(load.bed.unit), 3);
    ck_assert_uint_eq(bed_counter(&load.bed, "iommu_requests"), 3);
    svasim_response response;
    ck_assert(svasim_translate(load.bed.unit, &request, &response) == SVASIM_BUSY);
    svasim_drain(load.bed.unit);
    ck_assert_uint_eq(load.credits, 1); /* one call for all refusals */
    ck_assert_uint_eq(load.answered, 3);
    load_close(&load);
}
END_TEST

START_TEST(no_credit_call_without_a_refusal)
{
    struct load load;
    open_load(&load, "port.credits=8");
    load_run(&load, 8);
    ck_assert_uint_eq(load.credits, 0);
    load_close(&load);
}
END_TEST

START_TEST(bad_requests_are_refused_unchanged)
{
    struct load load;
    open_load(&load, NULL);
    const svasim_request good = same(&load, 0);
    for (int i = 0; i < 9; i++) {
        svasim_request bad = good;
        svasim_response response;
        switch (i) {
        case 0:
            bad.op = 3;
            break;
        case 1:
            bad.at = 4;
            break;
        case 2:
            bad.pasid = 1u << 20;
            break;
        case 3:
            bad.pasid = SVASIM_NO_PASID, bad.flags = SVASIM_PRIV;
            break;
        case 4:
            bad.pasid = SVASIM_NO_PASID, bad.flags = SVASIM_EXEC;
            break;
        case 5:
            bad.length = 0, bad.op = SVASIM_WRITE;
            break;
        case 6:
            bad.length = 4097;
            break;
        case 7:
            bad.address |= 0xfff, bad.length = 2;
            break;
        default:
            bad.length = UINT32_MAX, bad.address = UINT64_MAX;
            break;
        }
        ck_assert(svasim_submit(load.bed.unit, &bad) == SVASIM_EINVAL);
        ck_assert(svasim_translate(load.bed.unit, &bad, &response) == SVASIM_EINVAL);
        ck_assert(svasim_peek(load.bed.unit, &bad, &response) == SVASIM_EINVAL);
        ck_assert(*svasim_error(load.bed.unit) != 0);
    }
    ck_assert_uint_eq(svasim_in_flight(load.bed.unit), 0);
    ck_assert_uint_eq(bed_counter(&load.bed, "iommu_requests"), 0);
    load_close(&load);
}
END_TEST

#define BOUNDS (int)(sizeof bounds / sizeof bounds[0])

int main(void)
{
    Suite *suite = suite_create("throughput");
    suite_add(suite, "bounds", throughput_is_the_bound, BOUNDS);
    suite_add(suite, "Little", littles_law, BOUNDS);
    suite_add(suite, "resources", resources_stay_within_their_slots, BOUNDS);
    suite_add(suite, "joining", one_walk_serves_all_of_a_page, 2);
    suite_add(suite, "joined faults", joined_requests_are_judged_apart, 4);
    suite_add(suite, "long waits", long_waits_are_accounted, 1);
    suite_add(suite, "refusal", refusal_takes_nothing, 1);
    suite_add(suite, "credit", no_credit_call_without_a_refusal, 1);
    suite_add(suite, "bad requests", bad_requests_are_refused_unchanged, 1);
    return suite_run(suite);
}
