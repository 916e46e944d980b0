/* SPDX-License-Identifier: MIT */
/* check_fabric.c - the link, and what is behind the memory port: times are closed formulas of the
 * configuration, saturated rates are what the narrowest way carries, and nothing of it changes a
 * result. */
#define _POSIX_C_SOURCE 200809L
#include "conformance/suite.h"
#include "property/load.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static svasim_request page(struct load *load, unsigned index, unsigned op)
{
    svasim_request request = bed_request(&load->bed, BED_PASID, op);
    request.address = BED_VA + (index % LOAD_PAGES) * UINT64_C(0x1000);
    request.length = 64;
    return request;
}

static svasim_request reads(struct load *load, unsigned index)
{
    return page(load, index, SVASIM_READ);
}

static svasim_request writes(struct load *load, unsigned index)
{
    return page(load, index, SVASIM_WRITE);
}

static svasim_request long_writes(struct load *load, unsigned index)
{
    svasim_request request = page(load, index, SVASIM_WRITE);
    request.length = 1000;
    return request;
}

static svasim_request one_page(struct load *load, unsigned index)
{
    (void)index;
    return page(load, 0, SVASIM_READ);
}

static svasim_request one_page_written(struct load *load, unsigned index)
{
    (void)index;
    return page(load, 0, SVASIM_WRITE);
}

static svasim_request absent(struct load *load, unsigned index)
{
    svasim_request request = page(load, index, SVASIM_READ);
    request.address += UINT64_C(1) << 40;
    return request;
}

static svasim_request translation(struct load *load, unsigned index)
{
    svasim_request request = page(load, index, SVASIM_READ);
    request.at = SVASIM_TRANSLATION;
    request.length = 8;
    return request;
}

/* The next request finds the caches filled and nobody inside. */
static void warm_up(struct load *load)
{
    load_run(load, 1);
    load_reset(load);
    svasim_run_until(load->bed.unit, svasim_now(load->bed.unit) + 10000);
}

/* --- a lone request --- */

/* A packet of n bytes takes 2 (24 + n) ticks, and 5 more; the link 70; data 40; a hit 2. */
#define LINK "link.latency=70 link.rate=500 link.gap=5 data.latency=40 "

static const struct {
    svasim_request (*next)(struct load *load, unsigned index);
    const char *config;
    uint64_t latency, link, data, back;
} lone[] = {
    {reads, LINK, 123 + 2 + 40 + 251, 123, 40, 251},
    {writes, LINK, 251 + 2, 251, 0, 0}, /* posted: over when the unit is done */
    {long_writes, LINK "link.payload=256", 70 + 2 * (4 * 24 + 1000) + 4 * 5 + 2,
     70 + 2 * (4 * 24 + 1000) + 4 * 5, 0, 0},
    {long_writes, LINK "link.payload=4096", 70 + 2 * 1024 + 5 + 2, 70 + 2 * 1024 + 5, 0, 0},
    {reads, LINK "link.header=0", 75 + 2 + 40 + 203, 75, 40, 203},
    {reads, "link.latency=70", 142, 70, 0, 70},
    {reads, "data.latency=40", 42, 0, 40, 0},
    {reads, "link.rate=80000", 1 + 2 + 2, 1, 0, 2}, /* 0.3 and 1.1 ticks */
    {reads, "", 2, 0, 0, 0},
};

START_TEST(lone_latency)
{
    struct load load;
    load_open_pages(&load, lone[_i].config);
    load.next = lone[_i].next;
    warm_up(&load);
    load_run(&load, 1);
    const svasim_response *r = &load.answer[0];
    ck_assert_uint_eq(r->completed_at - r->accepted_at, lone[_i].latency);
    ck_assert_uint_eq(r->where[SVASIM_STAGE_LINK], lone[_i].link);
    ck_assert_uint_eq(r->where[SVASIM_STAGE_DATA], lone[_i].data);
    ck_assert_uint_eq(r->where[SVASIM_STAGE_RETURN], lone[_i].back);
    load_close(&load);
}
END_TEST

/* What is refused carries no data, and a translation 8 bytes; neither waits for memory. */
START_TEST(completions_without_data)
{
    struct load load;
    load_open_pages(&load, LINK "cap.dt=on");
    load.next = absent;
    load_run(&load, 1);
    ck_assert_uint_ne(load.answer[0].fault, SVASIM_FAULT_NONE);
    ck_assert_uint_eq(load.answer[0].where[SVASIM_STAGE_DATA], 0);
    ck_assert_uint_eq(load.answer[0].where[SVASIM_STAGE_RETURN], 123);
    load_reset(&load);
    load.next = translation;
    load_run(&load, 1);
    ck_assert_uint_eq(load.answer[0].where[SVASIM_STAGE_LINK], 123);
    ck_assert_uint_eq(load.answer[0].where[SVASIM_STAGE_DATA], 0);
    ck_assert_uint_eq(load.answer[0].where[SVASIM_STAGE_RETURN], 123 + 16);
    load_close(&load);
}
END_TEST

/* A walk of 8 reads, no translation cache: where do they end? The tables of the bed are 8 pages,
 * so 8 lines and 8 rows of 4 KiB. */
#define WALK BED_CACHES_OFF "memory.latency=100 respond.latency=0 "

static const struct {
    const char *config;
    uint64_t first, second;
} walks[] = {
    {WALK, 800, 800},
    {WALK "walk.lines=8 walk.line_latency=3", 800, 24},
    {WALK "walk.lines=7 walk.line_latency=3", 800, 800}, /* LRU, and one too few */
    {WALK "walk.lines=8 walk.line_latency=0", 800, 0},
    {WALK "llc.sets=1 llc.ways=8 llc.latency=20", 800, 160},
    {WALK "llc.sets=1 llc.ways=7 llc.latency=20", 800, 800},
    {WALK "dram.banks=1 dram.row=4096 dram.miss=45 dram.hit=15 dram.bus=3", 8 * 148, 8 * 148},
    {WALK "dram.banks=64 dram.row=4096 dram.miss=45 dram.hit=15 dram.bus=3", 8 * 148, 8 * 118},
    {WALK "dram.banks=64 dram.row=4096 dram.miss=45 dram.hit=15 dram.bus=3 llc.sets=1 "
          "llc.ways=8 llc.latency=20",
     8 * 148, 160},
    {WALK "dram.banks=4 walk.lines=8 walk.line_latency=2 llc.sets=1024 llc.latency=7", 0, 16},
};

START_TEST(lone_walk)
{
    struct load load;
    load_open_pages(&load, walks[_i].config);
    load.next = one_page;
    load_run(&load, 1);
    ck_assert_uint_eq(load.answer[0].reads, 8);
    if (walks[_i].first)
        ck_assert_uint_eq(load.answer[0].completed_at - load.answer[0].accepted_at,
                          walks[_i].first);
    load_reset(&load);
    svasim_run_until(load.bed.unit, svasim_now(load.bed.unit) + 1000);
    load_run(&load, 1);
    ck_assert_uint_eq(load.answer[0].reads, 8);
    ck_assert_uint_eq(load.answer[0].completed_at - load.answer[0].accepted_at, walks[_i].second);
    load_close(&load);
}
END_TEST

/* Entries of one line: the walkers' buffer serves all but the first. An invalidation empties it. */
START_TEST(neighbours_share_a_line)
{
    struct load load;
    load_open_pages(&load, WALK "walk.lines=8 walk.line_latency=3");
    load.next = reads;
    load_run(&load, 8);
    ck_assert_uint_eq(bed_counter(&load.bed, "iommu_mrds"), 64);
    ck_assert_uint_eq(bed_counter(&load.bed, "walk_line_lookup"), 64);
    ck_assert_uint_lt(bed_counter(&load.bed, "walk_line_hit"), 64 - 7);
    load_reset(&load);
    load.next = one_page;
    load_run(&load, 1);
    uint64_t hits = bed_counter(&load.bed, "walk_line_hit");
    load_reset(&load);
    const uint64_t all[4] = {2 | 1u << 4}; /* iotlb_inv, global */
    ck_assert(svasim_invalidate(load.bed.unit, all, NULL) == SVASIM_OK);
    load_run(&load, 1);
    ck_assert_uint_eq(bed_counter(&load.bed, "walk_line_hit"), hits);
    load_close(&load);
}
END_TEST

/* --- saturated --- */

static const struct {
    const char *config;
    svasim_request (*next)(struct load *load, unsigned index);
    double per_tick;
} bounds[] = {
    {"link.rate=8800 lookup.width=4 respond.width=4", one_page, 8.8 / 88}, /* completions */
    {"link.rate=8800 lookup.width=4 respond.width=4", one_page_written, 8.8 / 88},
    {"link.rate=8800 link.gap=10 lookup.width=4 respond.width=4", one_page_written, 1.0 / 20},
    {"link.rate=2400 link.header=24 link.payload=64 data.latency=30", one_page, 2.4 / 88},
    {"link.interval=7", one_page, 1.0 / 7},
    {"link.interval=7 link.latency=500", one_page_written, 1.0 / 7},
    {"link.interval=7 link.write_interval=12", one_page_written, 1.0 / 12},
    {"lookup.banks=1 lookup.width=4 respond.width=4", one_page, 1.0},
    {"data.interval=9 lookup.width=4 respond.width=4", one_page, 1.0 / 9},
    {"link.latency=499 port.credits=10 data.latency=200", one_page, 10.0 / (2 * 499 + 200 + 2)},
    {BED_CACHES_OFF "walk.join=off walk.walkers=100 dram.banks=1 dram.row=4096 dram.miss=50 "
                    "dram.hit=50 dram.bus=1 memory.depth=1000 memory.interval=0",
     one_page, 1.0 / 400},
    {BED_CACHES_OFF "walk.join=off walk.walkers=100 dram.banks=4096 dram.row=4096 dram.miss=1 "
                    "dram.hit=1 dram.bus=10 memory.depth=1000 memory.interval=0",
     one_page, 1.0 / 80},
};

START_TEST(throughput_is_the_bound)
{
    struct load load;
    load_open_pages(&load, bounds[_i].config);
    load.next = bounds[_i].next;
    warm_up(&load);
    unsigned requests = bounds[_i].per_tick < 0.02 ? 4000 : 18000;
    svasim_tick start = svasim_now(load.bed.unit);
    load_run(&load, requests);
    double rate = requests / (double)(load.last_answer - start);
    ck_assert_msg(fabs(rate / bounds[_i].per_tick - 1) < 0.01, "%f per tick, expected %f", rate,
                  bounds[_i].per_tick);
    load_close(&load);
}
END_TEST

/* --- the devices' own limits --- */

/* One miss of four reads, then hits; two credits. A hit takes 2, the walk 405 (no cached tables).
 */
static svasim_request miss_and_hits(struct load *load, unsigned index)
{
    return page(load, index == 0, SVASIM_READ);
}

static const struct {
    const char *config;
    svasim_tick accepted[4];
} limits[] = {
    {"port.credits=2", {0, 0, 2, 4}},
    {"port.credits=2 port.in_order=on", {0, 0, 405, 405}},
    {"port.credits=3 port.in_order=on", {0, 0, 0, 405}},
    {"port.read_bytes=128", {0, 0, 2, 4}},
    {"port.read_bytes=127", {0, 405, 407, 409}},
    {"port.read_bytes=1", {0, 405, 407, 409}}, /* alone it may always go */
    {"port.read_bytes=192 port.in_order=on", {0, 0, 0, 405}},
    {"port.posted_credits=1", {0, 0, 0, 0}}, /* nothing here is posted */
};

START_TEST(devices_have_limits)
{
    struct load load;
    char config[300];
    snprintf(config, sizeof config,
             "lookup.width=4 respond.width=4 fs_pde.enabled=off fs_pdpe.enabled=off "
             "fs_pml4e.enabled=off %s",
             limits[_i].config);
    load_open_pages(&load, config);
    load.next = one_page;
    warm_up(&load);
    svasim_tick start = svasim_now(load.bed.unit);
    load.next = miss_and_hits;
    load_run(&load, 4);
    ck_assert_uint_eq(load.answer[0].completed_at - start, 405);
    for (unsigned i = 0; i < 4; i++)
        ck_assert_uint_eq(load.answer[i].accepted_at - start, limits[_i].accepted[i]);
    load_close(&load);
}
END_TEST

/* What is posted asks for no data. */
START_TEST(writes_need_no_buffer)
{
    struct load load;
    load_open_pages(&load, "port.read_bytes=64 lookup.width=4 respond.width=4");
    load.next = one_page_written;
    warm_up(&load);
    load_run(&load, 4);
    ck_assert_uint_eq(load.answer[3].accepted_at, load.answer[0].accepted_at);
    load_close(&load);
}
END_TEST

/* Of four credits, writes have two; reads the rest. */
static svasim_request writes_then_reads(struct load *load, unsigned index)
{
    return page(load, 0, index < 3 ? SVASIM_WRITE : SVASIM_READ);
}

START_TEST(posted_requests_have_credits)
{
    struct load load;
    load_open_pages(&load, "port.posted_credits=2 port.credits=4 lookup.width=8 respond.width=8");
    load.next = one_page_written;
    warm_up(&load);
    svasim_tick start = svasim_now(load.bed.unit);
    load.next = writes_then_reads;
    load_run(&load, 5);
    const svasim_tick accepted[] = {0, 0, 2, 2, 2};
    for (unsigned i = 0; i < 5; i++)
        ck_assert_uint_eq(load.answer[i].accepted_at - start, accepted[i]);
    load_close(&load);
}
END_TEST

/* Answers by the ordering rules, whatever the walks take: posted ones in turn, others behind the
 * posted ones before them. */
static svasim_request shuffled(struct load *load, unsigned index)
{
    uint64_t random = (index + 1) * UINT64_C(0x9e3779b97f4a7c15) >> 20;
    unsigned index_of_page = random >> 31 & 1 ? (unsigned)random : 0; /* half of them hit */
    return page(load, index_of_page, random >> 30 & 1 ? SVASIM_WRITE : SVASIM_READ);
}

START_TEST(posted_requests_leave_in_order)
{
    struct load load;
    load_open_pages(&load, "port.ordered=on iotlb_4k.sets=8 walk.walkers=3 port.credits=60");
    load.next = shuffled;
    load_run(&load, 3000);
    svasim_tick posted = 0, held = 0;
    unsigned before_a_read = 0;
    for (unsigned i = 0; i < 3000; i++) {
        const svasim_response *r = &load.answer[i];
        ck_assert_uint_ge(r->completed_at, posted);
        held += r->where[SVASIM_STAGE_ORDER];
        if (shuffled(&load, i).op == SVASIM_WRITE)
            posted = r->completed_at;
        else
            before_a_read += i + 1 < 3000 && load.answer[i + 1].completed_at < r->completed_at;
    }
    ck_assert_uint_gt(held, 0);
    ck_assert_uint_gt(before_a_read, 100);
    load_close(&load);
}
END_TEST

/* --- on and off --- */

#define SECOND_LEVEL "iotlb_4k.sets=2 iotlb_4k.ways=2 iotlb2_4k.enabled=on iotlb2_4k.sets=16 "

static const char *const fabrics[] = {
    LINK,
    "walk.lines=4",
    "llc.sets=4 llc.ways=2",
    "dram.banks=3 dram.row=128",
    "data.interval=3 data.latency=20 port.in_order=on",
    "data.cached=on llc.sets=16 llc.ways=2 data.latency=20 port.read_bytes=200",
    "port.ordered=on",
    "lookup.banks=4 lookup.width=3 ports.context=1 banks.pasid=1 ports.first_stage=2 "
    "banks.first_stage=4",
    LINK "port.ordered=on port.posted_credits=3 data.interval=3 port.in_order=on",
    "data.cached=on llc.sets=16 data.interval=2 dram.banks=3 port.read_bytes=300 port.in_order=on",
    SECOND_LEVEL,
    SECOND_LEVEL "iotlb_1g.enabled=off iotlb.partition=pasid iotlb.partitions=2",
    "walk.walkers=3 walk.per_id=2",
    "walk.walkers=2 walk.order=turns walk.partition=pasid walk.urgent_mask=1",
    "walk.prefetch=next_page iotlb_4k.sets=4",
    "walk.prefetch=line iotlb_4k.sets=4",
    "walk.prefetch=next_page walk.walkers=2 walk.order=turns memory.depth=2 dram.banks=2 "
    "walk.lines=2 iotlb_4k.sets=2",
    LINK SECOND_LEVEL "link.interval=3 walk.lines=8 llc.sets=64 dram.banks=16 memory.depth=2",
};

static svasim_request mixed(struct load *load, unsigned index)
{
    uint64_t random = (index + 1) * UINT64_C(0x9e3779b97f4a7c15) >> 20;
    svasim_request request = page(load, (unsigned)(random % (LOAD_PAGES + 40)),
                                  random >> 30 & 1 ? SVASIM_WRITE : SVASIM_READ);
    if (random % 7 == 0)
        request.address += UINT64_C(1) << 40;
    return request;
}

/* Addresses, faults and rights are those without it, each tick has one place, and stepping changes
 * nothing. */
START_TEST(results_do_not_change)
{
    struct load plain, with, stepped;
    load_open_pages(&plain, "port.credits=16");
    char config[300];
    snprintf(config, sizeof config, "%s port.credits=16", fabrics[_i]);
    load_open_pages(&with, config);
    load_open_pages(&stepped, config);
    plain.next = with.next = stepped.next = mixed;
    load_run(&plain, 600);
    load_run(&with, 600);
    stepped.wanted = 600;
    load_feed(&stepped);
    while (svasim_in_flight(stepped.bed.unit))
        svasim_run_until(stepped.bed.unit, svasim_now(stepped.bed.unit) + 1);
    uint64_t ticks = 0;
    for (unsigned i = 0; i < 600; i++) {
        const svasim_response *a = &plain.answer[i], *b = &with.answer[i], *c = &stepped.answer[i];
        ck_assert(a->fault == b->fault && a->address == b->address && a->rights == b->rights &&
                  a->status == b->status && a->page_bytes == b->page_bytes);
        uint64_t sum = 0;
        for (unsigned stage = 0; stage < SVASIM_STAGE_COUNT; stage++)
            sum += b->where[stage];
        ck_assert_uint_eq(sum, b->completed_at - b->accepted_at);
        ticks += sum;
        ck_assert(b->completed_at == c->completed_at && b->accepted_at == c->accepted_at);
    }
    ck_assert_uint_eq(ticks, with.latencies);
    svasim_run_until(with.bed.unit, svasim_now(with.bed.unit) + 10000); /* prefetches go on */
    ck_assert_uint_eq(svasim_next_event(with.bed.unit), SVASIM_NEVER);
    load_close(&plain);
    load_close(&with);
    load_close(&stepped);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("fabric");
    suite_add(suite, "lone", lone_latency, (int)(sizeof lone / sizeof lone[0]));
    suite_add(suite, "without data", completions_without_data, 1);
    suite_add(suite, "walk", lone_walk, (int)(sizeof walks / sizeof walks[0]));
    suite_add(suite, "lines", neighbours_share_a_line, 1);
    suite_add(suite, "bound", throughput_is_the_bound, (int)(sizeof bounds / sizeof bounds[0]));
    suite_add(suite, "limits", devices_have_limits, (int)(sizeof limits / sizeof limits[0]));
    suite_add(suite, "posted", writes_need_no_buffer, 1);
    suite_add(suite, "posted credits", posted_requests_have_credits, 1);
    suite_add(suite, "order", posted_requests_leave_in_order, 1);
    suite_add(suite, "results", results_do_not_change, (int)(sizeof fabrics / sizeof fabrics[0]));
    return suite_run(suite);
}
