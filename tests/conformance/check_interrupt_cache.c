/* SPDX-License-Identifier: MIT */
/* check_interrupt_cache.c - what does the interrupt entry cache keep, what removes it, and what
 * does a request cost with and without it (sections 6.4, 6.5.2.7, 11.4.4)? */
#define _POSIX_C_SOURCE 200809L
#include "conformance/bed.h"
#include "conformance/interrupt_bed.h"
#include "conformance/suite.h"

#include <stdio.h>
#include <string.h>

#define SIRTP (1u << 24)
#define IRE   (1u << 25)
#define EIME  (UINT64_C(1) << 11)
#define TIMES                                                                                      \
    "memory.latency=100 iec.latency=7 iotlb_4k.latency=2 iotlb_2m.latency=1 iotlb_1g.latency=1 "   \
    "respond.latency=3 walk.walkers=1 "

static void fill_table(struct ibed *bed)
{
    for (unsigned i = 0; i < IBED_ENTRIES; i++) {
        char fields[64];
        (void)snprintf(fields, sizeof fields, i & 1 ? "p=1 v=%u" : IBED_POSTED "vv=%u", i);
        ibed_entry(bed, i, fields);
    }
}

START_TEST(hits_and_misses)
{
    struct ibed bed;
    ibed_open(&bed, NULL, IBED_X2APIC);
    fill_table(&bed);
    for (unsigned i = 0; i < 3; i++) {
        ck_assert_uint_eq(ibed_expect(&bed, 1, _i, SVASIM_FAULT_NONE).reads, i == 0);
        ck_assert_uint_eq(ibed_expect(&bed, 2, _i, SVASIM_FAULT_NONE).reads, 1 + (i == 0));
    }
    ck_assert_uint_eq(ibed_counter(&bed, "int_cache_lookup"), 6);
    ck_assert_uint_eq(ibed_counter(&bed, "int_cache_hit_nonposted"), 2);
    ck_assert_uint_eq(ibed_counter(&bed, "int_cache_hit_posted"), 2);
    ck_assert_uint_eq(ibed_counter(&bed, "interrupts"), 6);
    ck_assert_uint_eq(ibed_counter(&bed, "iotlb_lookup"), 0);
    /* A hit that only remaps needs no walk. */
    ck_assert_uint_eq(ibed_counter(&bed, "walks"), 4);
    ibed_close(&bed);
}
END_TEST

START_TEST(entries_are_listed)
{
    struct ibed bed;
    unsigned iec = 0;
    uint32_t slot = 0, seen = 0;
    svasim_cache_entry entry;
    ibed_open(&bed, NULL, IBED_X2APIC);
    fill_table(&bed);
    (void)ibed_expect(&bed, 1, _i, SVASIM_FAULT_NONE);
    (void)ibed_expect(&bed, 0xf3, _i, SVASIM_FAULT_NONE);
    while (strcmp(svasim_cache_at(iec)->name, "iec") != 0)
        iec++;
    while (svasim_cache_next(bed.unit, iec, &slot, &entry)) {
        seen++;
        ck_assert(entry.address == 1 || entry.address == 0xf3);
        ck_assert(entry.pasid == SVASIM_NO_PASID && entry.bytes == 0 && entry.domain_id == 0);
    }
    ck_assert_uint_eq(seen, 2);
    ck_assert_uint_eq(svasim_cache_entries(bed.unit, iec), 2);
    ibed_close(&bed);
}
END_TEST

START_TEST(without_the_cache)
{
    struct ibed bed;
    ibed_open(&bed, "iec.enabled=off", IBED_X2APIC);
    fill_table(&bed);
    for (unsigned i = 0; i < 3; i++)
        ck_assert_uint_eq(ibed_expect(&bed, 1, _i, SVASIM_FAULT_NONE).reads, 1);
    ck_assert_uint_eq(ibed_counter(&bed, "int_cache_lookup"), 0);
    ck_assert(!ibed_cached(&bed, 1));
    ibed_close(&bed);
}
END_TEST

START_TEST(shape_and_replacement)
{
    struct ibed bed;
    ibed_open(&bed, "iec.sets=1 iec.ways=2", IBED_X2APIC);
    fill_table(&bed);
    (void)ibed_expect(&bed, 1, _i, SVASIM_FAULT_NONE);
    (void)ibed_expect(&bed, 3, _i, SVASIM_FAULT_NONE);
    (void)ibed_expect(&bed, 1, _i, SVASIM_FAULT_NONE);
    (void)ibed_expect(&bed, 5, _i, SVASIM_FAULT_NONE); /* 3 was used longest ago */
    ck_assert(ibed_cached(&bed, 1) && !ibed_cached(&bed, 3) && ibed_cached(&bed, 5));
    ck_assert_uint_eq(ibed_counter(&bed, "evicted"), 1);
    ibed_close(&bed);
}
END_TEST

/* Every index under every mask: those that agree above the mask go, no other. */
START_TEST(masks_of_an_invalidation)
{
    struct ibed bed;
    unsigned im = (unsigned)_i;
    uint32_t victim = 0x5b;
    ibed_open(&bed, "iec.sets=64 iec.ways=64", IBED_X2APIC);
    fill_table(&bed);
    for (unsigned i = 0; i < IBED_ENTRIES; i++)
        (void)ibed_expect(&bed, i, false, SVASIM_FAULT_NONE);
    ibed_invalidate(&bed, 4 | 1u << 4 | (uint64_t)im << 27 | (uint64_t)victim << 32);
    for (unsigned i = 0; i < IBED_ENTRIES; i++)
        ck_assert_uint_eq(ibed_cached(&bed, i), i >> im != victim >> im);
    ibed_invalidate(&bed, 4);
    for (unsigned i = 0; i < IBED_ENTRIES; i++)
        ck_assert(!ibed_cached(&bed, i));
    ibed_close(&bed);
}
END_TEST

/* With ESIRTPS a new pointer and switching off empty it; SRTP, TE and CFI never do. */
START_TEST(commands_and_the_cache)
{
    struct ibed bed;
    bool flushes = _i == 0;
    ibed_open(&bed, flushes ? NULL : "cap.esirtps=off", IBED_X2APIC);
    fill_table(&bed);
    (void)ibed_expect(&bed, 1, false, SVASIM_FAULT_NONE);
    ck_assert(svasim_mmio_write(bed.unit, 0x20, 8, 1u << 10) == SVASIM_OK);
    ibed_command(&bed, IRE | 1u << 30);
    ibed_command(&bed, IRE | 1u << 31 | 1u << 23);
    ibed_command(&bed, IRE);
    ck_assert(ibed_cached(&bed, 1));
    ibed_point(&bed, bed.table | EIME | 7);
    ck_assert_uint_eq(ibed_cached(&bed, 1), !flushes);
    (void)ibed_expect(&bed, 1, false, SVASIM_FAULT_NONE);
    ibed_command(&bed, 0);
    ck_assert_uint_eq(ibed_cached(&bed, 1), !flushes);
    ibed_close(&bed);
}
END_TEST

/* A stale entry is judged in the mode that holds now. */
START_TEST(cached_entry_in_another_mode)
{
    struct ibed bed;
    ibed_open(&bed, "cap.esirtps=off", IBED_X2APIC);
    ibed_entry(&bed, 1, "p=1 dst=0x12345678");
    (void)ibed_expect(&bed, 1, _i, SVASIM_FAULT_NONE);
    ibed_point(&bed, bed.table | 7);
    ck_assert_uint_eq(ibed_expect(&bed, 1, _i, SVASIM_FAULT_INT_24).reads, 0);
    ibed_close(&bed);
}
END_TEST

/* --- time --- */

static uint64_t latency(struct ibed *bed, uint32_t index)
{
    svasim_response r = ibed_expect(bed, index, true, SVASIM_FAULT_NONE);
    uint64_t sum = 0;
    for (unsigned i = 0; i < SVASIM_STAGE_COUNT; i++)
        sum += r.where[i];
    ck_assert_uint_eq(sum, r.completed_at - r.accepted_at);
    return sum;
}

/* Lookup 2, cache 7, answer 3; each access 100. A posting reads once and updates twice. */
START_TEST(unloaded_latencies)
{
    struct ibed bed;
    ibed_open(&bed, TIMES, IBED_X2APIC);
    fill_table(&bed);
    ck_assert_uint_eq(latency(&bed, 1), 2 + 7 + 100 + 3);
    ck_assert_uint_eq(latency(&bed, 1), 2 + 7 + 3);
    ck_assert_uint_eq(latency(&bed, 2), 2 + 7 + 400 + 3);
    ck_assert_uint_eq(latency(&bed, 2), 2 + 7 + 300 + 3);
    ibed_command(&bed, 0); /* compatibility format asks nobody */
    ck_assert_uint_eq(latency(&bed, 1), 2 + 3);
    ibed_close(&bed);
}
END_TEST

/* Requests to one page of the interrupt range have nothing in common: each walks for itself. */
START_TEST(neighbours_do_not_join)
{
    struct ibed bed;
    ibed_open(&bed, TIMES, IBED_X2APIC);
    fill_table(&bed);
    svasim_request one = ibed_request(1), two = ibed_request(3), three = ibed_request(1);
    ck_assert(svasim_submit(bed.unit, &one) == SVASIM_OK);
    ck_assert(svasim_submit(bed.unit, &two) == SVASIM_OK);
    ck_assert(svasim_submit(bed.unit, &three) == SVASIM_OK);
    svasim_drain(bed.unit);
    ck_assert_uint_eq(bed.answered, 3);
    ck_assert_uint_eq(bed.last.data & 0xff, 1);
    ck_assert_uint_eq(ibed_counter(&bed, "joined"), 0);
    ck_assert_uint_eq(ibed_counter(&bed, "iommu_mrds"), 3);
    ibed_close(&bed);
}
END_TEST

/* The only walker is busy with a miss: a hit overtakes it. */
START_TEST(hit_needs_no_walker)
{
    struct ibed bed;
    ibed_open(&bed, TIMES, IBED_X2APIC);
    fill_table(&bed);
    (void)ibed_expect(&bed, 1, true, SVASIM_FAULT_NONE);
    svasim_request miss = ibed_request(3), hit = ibed_request(1);
    uint32_t before = bed.answered;
    ck_assert(svasim_submit(bed.unit, &miss) == SVASIM_OK);
    ck_assert(svasim_submit(bed.unit, &hit) == SVASIM_OK);
    svasim_run_until(bed.unit, svasim_now(bed.unit) + 20);
    ck_assert_uint_eq(bed.answered, before + 1);
    ck_assert_uint_eq(bed.last.data & 0xff, 1);
    svasim_drain(bed.unit);
    ck_assert_uint_eq(bed.answered, before + 2);
    ibed_close(&bed);
}
END_TEST

/* An invalidation overtakes a walk that has begun: it answers with what it read and fills nothing.
 * One for DMA does not concern it. */
START_TEST(invalidation_overtakes_a_walk)
{
    struct ibed bed;
    bool concerns = _i == 0;
    ibed_open(&bed, TIMES, IBED_X2APIC);
    fill_table(&bed);
    svasim_request request = ibed_request(1);
    ck_assert(svasim_submit(bed.unit, &request) == SVASIM_OK);
    svasim_run_until(bed.unit, 50);
    ibed_invalidate(&bed, concerns ? 4 : 2 | 1u << 4);
    svasim_drain(bed.unit);
    ck_assert_uint_eq(bed.last.fault, SVASIM_FAULT_NONE);
    ck_assert_uint_eq(ibed_cached(&bed, 1), !concerns);
    ibed_close(&bed);
}
END_TEST

/* A wait behind the invalidation is complete when the interrupts before it are delivered. */
START_TEST(wait_drains_interrupts)
{
    const uint64_t status = 0x300000;
    const uint64_t wait[4] = {5 | 1u << 5 | UINT64_C(0x77) << 32, status, 0, 0};
    struct ibed bed;
    ibed_open(&bed, TIMES, IBED_X2APIC);
    fill_table(&bed);
    svasim_request request = ibed_request(2);
    ck_assert(svasim_submit(bed.unit, &request) == SVASIM_OK);
    svasim_run_until(bed.unit, 50);
    ibed_invalidate(&bed, 4);
    ck_assert(svasim_invalidate(bed.unit, wait, NULL) == SVASIM_OK);
    while (bed.answered == 0) {
        ck_assert_uint_eq(svasim_mem_read64(bed.mem, status), 0);
        svasim_run_until(bed.unit, svasim_next_event(bed.unit));
    }
    ck_assert_uint_eq(svasim_mem_read64(bed.mem, status), 0x77);
    ibed_close(&bed);
}
END_TEST

/* Remapping is switched off while a request waits for the walker: it begins anew. */
START_TEST(switch_while_waiting)
{
    struct ibed bed;
    ibed_open(&bed, TIMES, IBED_X2APIC);
    fill_table(&bed);
    svasim_request first = ibed_request(1), second = ibed_request(3);
    ck_assert(svasim_submit(bed.unit, &first) == SVASIM_OK);
    ck_assert(svasim_submit(bed.unit, &second) == SVASIM_OK);
    svasim_run_until(bed.unit, 50);
    ibed_command(&bed, 0);
    svasim_drain(bed.unit);
    ck_assert_uint_eq(bed.answered, 2);
    ck_assert_uint_eq(bed.last.address, second.address); /* as it came */
    ck_assert_uint_eq(ibed_counter(&bed, "iommu_mrds"), 1);
    ibed_close(&bed);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("interrupt cache");
    suite_add(suite, "hits", hits_and_misses, 2);
    suite_add(suite, "listed", entries_are_listed, 2);
    suite_add(suite, "off", without_the_cache, 2);
    suite_add(suite, "shape", shape_and_replacement, 2);
    suite_add(suite, "masks", masks_of_an_invalidation, 9);
    suite_add(suite, "commands", commands_and_the_cache, 2);
    suite_add(suite, "mode", cached_entry_in_another_mode, 2);
    suite_add(suite, "latency", unloaded_latencies, 1);
    suite_add(suite, "join", neighbours_do_not_join, 1);
    suite_add(suite, "walker", hit_needs_no_walker, 1);
    suite_add(suite, "race", invalidation_overtakes_a_walk, 2);
    suite_add(suite, "wait", wait_drains_interrupts, 1);
    suite_add(suite, "switch", switch_while_waiting, 1);
    return suite_run(suite);
}
