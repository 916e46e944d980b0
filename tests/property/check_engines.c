/* SPDX-License-Identifier: MIT */
/* check_engines.c - engines beside the request path: how long they are busy, what waits for them
 * and what they keep from starting are closed formulas of the configuration; counters and resources
 * say the same; and nothing of it changes a result. */
#include "conformance/suite.h"
#include "property/load.h"

#include <stdio.h>
#include <string.h>

#define QUEUE UINT64_C(0x30000000) /* of descriptors, 256 bits each */
#define PAGES UINT64_C(0x31000000) /* of page requests */

enum { REG_GCMD = 0x18, REG_IQT = 0x88, REG_IQA = 0x90, REG_PQT = 0xc8, REG_PQA = 0xd0 };

static svasim_request one_page(struct load *load, unsigned index)
{
    svasim_request request = bed_request(&load->bed, BED_PASID, SVASIM_READ);
    (void)index;
    request.address = BED_VA;
    request.length = 64;
    return request;
}

static svasim_request pages(struct load *load, unsigned index)
{
    svasim_request request = one_page(load, index);
    request.address += (index * 7 % LOAD_PAGES) * UINT64_C(0x1000);
    if (index % 11 == 3)
        request.address += UINT64_C(1) << 40; /* not mapped */
    return request;
}

static void put(struct load *load, unsigned slot, uint64_t low, uint64_t high)
{
    const uint64_t words[4] = {low, high, 0, 0};
    for (unsigned i = 0; i < 32; i++) {
        unsigned char byte = (unsigned char)(words[i / 8] >> 8 * (i % 8));
        ck_assert(svasim_mem_write(load->bed.mem, QUEUE + 32 * slot + i, &byte, 1) == SVASIM_OK);
    }
}

static void write_reg(struct load *load, uint32_t offset, uint32_t bytes, uint64_t value)
{
    ck_assert(svasim_mmio_write(load->bed.unit, offset, bytes, value) == SVASIM_OK);
}

static uint64_t read_reg(const struct load *load, uint32_t offset)
{
    uint64_t value = 0;
    ck_assert(svasim_mmio_read(load->bed.unit, offset, 8, &value) == SVASIM_OK);
    return value;
}

static void queue_on(struct load *load)
{
    write_reg(load, REG_IQA, 8, QUEUE | 1u << 11);
    write_reg(load, REG_GCMD, 4, UINT64_C(0x84000000));
}

/* P_IOTLB of another PASID: sweeps, and removes nothing. */
#define ELSEWHERE (UINT64_C(6) | 2u << 4 | (uint64_t)BED_DID << 16 | (uint64_t)77 << 32)

/* Hits on one page, as fast as they go in, and `_i` invalidations at the beginning: what those
 * block is the difference. */
START_TEST(hits_stand_still_as_long_as_sweeps)
{
    struct load load;
    unsigned count = (unsigned)_i;
    load_open_pages(&load,
                    "invalidation.block=30 invalidation.iotlb=50 lookup.width=2 respond.width=2");
    load.next = one_page;
    load_run(&load, 1);
    load_reset(&load);
    svasim_run_until(load.bed.unit, 10000);
    const uint64_t words[4] = {ELSEWHERE, 0, 0, 0};
    for (unsigned i = 0; i < count; i++)
        ck_assert(svasim_invalidate(load.bed.unit, words, NULL) == SVASIM_OK);
    ck_assert(svasim_is_busy(load.bed.unit) == (count != 0));
    load_run(&load, 400);
    /* 200 cycles of lookups, a cycle of latency, one on the way back. */
    ck_assert_uint_eq(load.last_answer, 10000 + 30 * count + 199 + 2);
    svasim_drain(load.bed.unit);
    ck_assert(!svasim_is_busy(load.bed.unit));
    ck_assert_uint_ge(svasim_now(load.bed.unit), 10000 + 50 * count);
    ck_assert_uint_eq(bed_counter(&load.bed, "lookup_blocked"), 30 * count);
    ck_assert_uint_eq(bed_counter(&load.bed, "inv_busy"), 50 * count);
    ck_assert_uint_eq(bed_counter(&load.bed, "inv_stalled"),
                      50 * count * (count - (count > 0)) / 2);
    ck_assert_uint_eq(load_resource(&load, "invalidation").busy_ticks, 50 * count);
    ck_assert_uint_eq(load_resource(&load, "invalidation").slots, 1);
    ck_assert_uint_eq(load_resource(&load, "lookup.width").busy_ticks, 401 + 60 * count);
    load_close(&load);
}
END_TEST

/* A queue of n descriptors: lines of two, one access each, then each descriptor for itself. */
START_TEST(queue_takes_its_time)
{
    struct load load;
    unsigned count = (unsigned)_i;
    load_open_pages(&load, "invalidation.memory_port=on invalidation.iotlb=40 memory.latency=90");
    for (unsigned i = 0; i < count; i++)
        put(&load, i, ELSEWHERE, 0);
    queue_on(&load);
    svasim_run_until(load.bed.unit, 1000);
    write_reg(&load, REG_IQT, 8, 32 * (uint64_t)count);
    for (unsigned i = 0; i <= count; i++) {
        uint64_t lines = (i + 1) / 2;
        svasim_tick done = 1000 + 90 * lines + 40 * i;
        svasim_run_until(load.bed.unit, done - (i > 0));
        ck_assert_uint_eq(read_reg(&load, 0x80), i ? 32 * (i - 1) : 0);
        svasim_run_until(load.bed.unit, done);
        ck_assert_uint_eq(read_reg(&load, 0x80), 32 * i);
    }
    ck_assert(!svasim_is_busy(load.bed.unit));
    ck_assert_uint_eq(svasim_next_event(load.bed.unit), SVASIM_NEVER);
    ck_assert_uint_eq(bed_counter(&load.bed, "inv_fetches"), (count + 1) / 2);
    ck_assert_uint_eq(bed_counter(&load.bed, "inv_stalled"), (count + 1) / 2 * 90);
    ck_assert_uint_eq(bed_counter(&load.bed, "inv_busy"), 40 * count);
    ck_assert_uint_eq(load_resource(&load, "memory.interval").busy_ticks, (count + 1) / 2);
    load_close(&load);
}
END_TEST

/* n page requests at once, caches filled: each 25 cycles, the k-th behind k - 1 others. */
START_TEST(page_requests_follow_each_other)
{
    struct load load;
    unsigned count = (unsigned)_i;
    svasim_page_answer answer;
    svasim_page_request request = {.address = BED_VA,
                                   .pasid = BED_PASID,
                                   .source_id = BED_SID,
                                   .flags = SVASIM_PAGE_READ | SVASIM_PAGE_LAST};
    load_open_pages(&load, "page_request.latency=25");
    bed_edit(&load.bed, BED_PASID, BED_VA, "context dte=1 pre=1");
    load.next = one_page;
    load_run(&load, 1);
    svasim_run_until(load.bed.unit, 10000);
    write_reg(&load, REG_PQA, 8, PAGES);
    for (unsigned i = 0; i < count; i++) {
        ck_assert(svasim_page_ask(load.bed.unit, &request, &answer, NULL) == SVASIM_OK);
        ck_assert(answer == (i < 127 ? SVASIM_PAGE_QUEUED : SVASIM_PAGE_SUCCESS)); /* room counts */
    }
    unsigned queued = count < 127 ? count : 127;
    for (unsigned i = 0; i < queued; i++) {
        svasim_run_until(load.bed.unit, 10000 + 25 * (i + 1) - 1);
        ck_assert_uint_eq(read_reg(&load, REG_PQT), 32 * i);
        svasim_run_until(load.bed.unit, 10000 + 25 * (i + 1));
        ck_assert_uint_eq(read_reg(&load, REG_PQT), 32 * (i + 1));
    }
    svasim_drain(load.bed.unit);
    /* Those without room are over, too: after PRO the tables are still looked at. */
    ck_assert_uint_eq(bed_counter(&load.bed, "page_request_busy"), 25 * count);
    ck_assert_uint_eq(load_resource(&load, "page_request").busy_ticks, 25 * count);
    if (count <= 127)
        ck_assert_uint_eq(bed_counter(&load.bed, "page_request_stalled"),
                          25 * count * (count - (count > 0)) / 2);
    ck_assert_uint_eq(svasim_next_event(load.bed.unit), SVASIM_NEVER);
    load_close(&load);
}
END_TEST

static const char *const engines[] = {
    "invalidation.memory_port=on",
    "invalidation.iotlb=333 invalidation.block=17",
    "invalidation.set=1 invalidation.sweep_blocks=on invalidation.other=9",
    "invalidation.memory_port=on invalidation.iotlb=60 memory.depth=1 memory.interval=7",
    "invalidation.memory_port=on dram.banks=4 llc.sets=16",
    "page_request.memory_port=on page_request.latency=40 invalidation.memory_port=on",
};

/* Requests of which some fault, while the queue is at work all the time: the same answers, later.
 */
START_TEST(results_do_not_change)
{
    struct load plain, with;
    load_open_pages(&plain, "memory.latency=50");
    load_open_pages(&with, engines[_i]);
    struct load *both[] = {&plain, &with};
    for (unsigned which = 0; which < 2; which++) {
        struct load *load = both[which];
        for (unsigned i = 0; i < 128; i++)
            put(load, i, i % 3 == 2 ? 5 | 1u << 5 : ELSEWHERE, i % 3 == 2 ? 0x5000 : 0);
        queue_on(load);
        load->next = pages;
        load->wanted = 500;
        load_feed(load);
        for (unsigned turn = 1; load->answered < load->wanted; turn++) {
            write_reg(load, REG_IQT, 8, 32 * (turn * 5 % 128));
            svasim_run_until(load->bed.unit, svasim_now(load->bed.unit) + 100);
            load_feed(load);
        }
        svasim_drain(load->bed.unit);
        ck_assert_uint_eq(svasim_next_event(load->bed.unit), SVASIM_NEVER);
        ck_assert_uint_eq(read_reg(load, 0x80), read_reg(load, REG_IQT));
    }
    for (unsigned i = 0; i < 500; i++) {
        const svasim_response *a = &plain.answer[i], *b = &with.answer[i];
        ck_assert(a->fault == b->fault && a->address == b->address && a->rights == b->rights &&
                  a->status == b->status && a->page_bytes == b->page_bytes);
        uint64_t sum = 0;
        for (unsigned stage = 0; stage < SVASIM_STAGE_COUNT; stage++)
            sum += b->where[stage];
        ck_assert_uint_eq(sum, b->completed_at - b->accepted_at);
    }
    load_close(&plain);
    load_close(&with);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("engines");
    suite_add(suite, "sweeps", hits_stand_still_as_long_as_sweeps, 6);
    suite_add(suite, "queue", queue_takes_its_time, 8);
    suite_add(suite, "page requests", page_requests_follow_each_other, 131);
    suite_add(suite, "results", results_do_not_change, (int)(sizeof engines / sizeof engines[0]));
    return suite_run(suite);
}
