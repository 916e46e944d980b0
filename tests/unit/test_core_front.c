/* SPDX-License-Identifier: MIT */
/* test_core_front.c - accesses that fail on purpose: which bytes, which kinds, until when; and
 * stores that stay in the CPU's caches: which reads see them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <string.h>

#include "ration.h"
#include "svasim/front.h"

struct front_bed {
    svasim_mem *mem;
    svasim_front *front;
    svasim_ports ports;
};

static int open_bed(void **state)
{
    struct front_bed *bed = calloc(1, sizeof *bed);
    bed->mem = svasim_mem_create(0, NULL);
    bed->front = svasim_front_create(bed->mem, NULL);
    svasim_front_ports(bed->front, &bed->ports);
    *state = bed;
    return 0;
}

static int close_bed(void **state)
{
    struct front_bed *bed = *state;
    svasim_front_destroy(bed->front);
    svasim_mem_destroy(bed->mem);
    free(bed);
    return 0;
}

static bool reads(const struct front_bed *bed, uint64_t hpa, uint32_t bytes)
{
    unsigned char out[64];
    return bed->ports.read(bed->ports.host, hpa, out, bytes) == 0;
}

static bool writes(const struct front_bed *bed, uint64_t hpa, uint64_t value)
{
    return bed->ports.write(bed->ports.host, hpa, &value, 8) == 0;
}

static void without_ranges_it_is_the_memory(void **state)
{
    const struct front_bed *bed = *state;
    uint64_t seen = 1;
    assert_true(writes(bed, 0x1000, 7));
    assert_true(reads(bed, 0x1000, 64));
    assert_int_equal(svasim_mem_read64(bed->mem, 0x1000), 7);
    assert_int_equal(bed->ports.update(bed->ports.host, 0x1000, 7, 9, &seen), SVASIM_UPDATE_DONE);
    assert_int_equal(bed->ports.update(bed->ports.host, 0x1000, 7, 9, &seen), SVASIM_UPDATE_LOST);
    assert_int_equal(seen, 9);
}

static void one_byte_of_an_access_is_enough(void **state)
{
    const struct front_bed *bed = *state;
    assert_int_equal(svasim_front_fail(bed->front, 0x1010, 1, SVASIM_FAIL_ALL), SVASIM_OK);
    assert_true(reads(bed, 0x1000, 16));
    assert_false(reads(bed, 0x1000, 32));
    assert_false(reads(bed, 0x1010, 8));
    assert_true(reads(bed, 0x1018, 8));
    assert_true(reads(bed, 0x1011, 8));
}

static void kinds_of_access_fail_apart(void **state)
{
    const struct front_bed *bed = *state;
    uint64_t seen;
    assert_int_equal(svasim_front_fail(bed->front, 0x1000, 8, SVASIM_FAIL_READ), SVASIM_OK);
    assert_int_equal(svasim_front_fail(bed->front, 0x2000, 8, SVASIM_FAIL_WRITE), SVASIM_OK);
    assert_int_equal(svasim_front_fail(bed->front, 0x3000, 8, SVASIM_FAIL_UPDATE), SVASIM_OK);
    for (uint64_t page = 1; page <= 3; page++) {
        uint64_t at = page << 12;
        assert_int_equal(reads(bed, at, 8), page != 1);
        assert_int_equal(writes(bed, at, 0), page != 2);
        assert_int_equal(bed->ports.update(bed->ports.host, at, 0, 5, &seen),
                         page == 3 ? SVASIM_UPDATE_FAILED : SVASIM_UPDATE_DONE);
        assert_int_equal(svasim_mem_read64(bed->mem, at), page == 3 ? 0 : 5);
    }
}

static void healing_cuts_ranges(void **state)
{
    const struct front_bed *bed = *state;
    assert_int_equal(svasim_front_fail(bed->front, 0x1000, 0x100, SVASIM_FAIL_READ), SVASIM_OK);
    assert_int_equal(svasim_front_fail(bed->front, 0x1080, 0x100, SVASIM_FAIL_READ), SVASIM_OK);
    assert_int_equal(svasim_front_heal(bed->front, 0x1040, 0x80), SVASIM_OK);
    for (uint64_t at = 0x1000; at < 0x1200; at += 8)
        assert_int_equal(reads(bed, at, 8), (at >= 0x1040 && at < 0x10c0) || at >= 0x1180);
    assert_int_equal(svasim_front_heal(bed->front, 0x10c0, 0), SVASIM_OK);
    assert_false(reads(bed, 0x1038, 8));
    assert_true(reads(bed, 0x10c0, 8));
    assert_int_equal(svasim_front_heal(bed->front, 0, 0), SVASIM_OK);
    assert_true(reads(bed, 0x1038, 8));
}

/* Said a thousand times, it holds once and is taken back once; more than was said is new. */
static void saying_it_again_changes_nothing(void **state)
{
    (void)state;
    struct ration ration = {2, 0};
    const svasim_alloc alloc = {ration_allocate, ration_release, &ration};
    struct front_bed bed = {.mem = svasim_mem_create(0, NULL)};
    uint64_t seen;
    bed.front = svasim_front_create(bed.mem, &alloc);
    svasim_front_ports(bed.front, &bed.ports);
    assert_int_equal(svasim_front_fail(bed.front, 0x1000, 64, SVASIM_FAIL_READ), SVASIM_OK);
    for (unsigned i = 0; i < 1000; i++)
        assert_int_equal(svasim_front_fail(bed.front, 0x1000 + i % 56, 8, SVASIM_FAIL_READ),
                         SVASIM_OK);
    assert_int_equal(bed.ports.update(bed.ports.host, 0x1000, 0, 1, &seen), SVASIM_UPDATE_DONE);
    assert_int_equal(svasim_front_fail(bed.front, 0x1000, 8, SVASIM_FAIL_ALL), SVASIM_OK);
    assert_int_equal(bed.ports.update(bed.ports.host, 0x1000, 1, 2, &seen), SVASIM_UPDATE_FAILED);
    assert_int_equal(svasim_front_heal(bed.front, 0, 0), SVASIM_OK);
    assert_true(reads(&bed, 0x1000, 64));
    svasim_front_destroy(bed.front);
    svasim_mem_destroy(bed.mem);
}

static void the_last_byte_can_fail(void **state)
{
    const struct front_bed *bed = *state;
    assert_int_equal(svasim_front_fail(bed->front, UINT64_MAX, 1, SVASIM_FAIL_READ), SVASIM_OK);
    assert_int_equal(svasim_front_heal(bed->front, 0, UINT64_MAX), SVASIM_OK);
    assert_int_equal(svasim_front_fail(bed->front, UINT64_MAX, 2, SVASIM_FAIL_READ), SVASIM_EINVAL);
    assert_int_equal(svasim_front_fail(bed->front, 0x1000, 0, SVASIM_FAIL_READ), SVASIM_EINVAL);
    assert_int_equal(svasim_front_fail(bed->front, 0x1000, 8, 0), SVASIM_EINVAL);
    assert_int_equal(svasim_front_fail(bed->front, 0x1000, 8, 8), SVASIM_EINVAL);
    assert_int_equal(svasim_front_heal(bed->front, UINT64_MAX, 2), SVASIM_EINVAL);
}

static void short_memory_changes_nothing(void **state)
{
    (void)state;
    struct ration ration = {1, 0};
    const svasim_alloc alloc = {ration_allocate, ration_release, &ration};
    struct front_bed bed = {.mem = svasim_mem_create(0, NULL)};
    bed.front = svasim_front_create(bed.mem, &alloc);
    assert_non_null(bed.front);
    svasim_front_ports(bed.front, &bed.ports);
    assert_int_equal(svasim_front_fail(bed.front, 0x1000, 8, SVASIM_FAIL_ALL), SVASIM_ENOMEM);
    assert_true(reads(&bed, 0x1000, 8));
    ration.left = 1;
    for (uint64_t i = 0; i < 8; i++)
        assert_int_equal(svasim_front_fail(bed.front, 0x1000 + 8 * i, 8, SVASIM_FAIL_ALL),
                         SVASIM_OK);
    assert_int_equal(svasim_front_heal(bed.front, 0x1004, 8), SVASIM_ENOMEM);
    assert_false(reads(&bed, 0x1000, 8));
    assert_false(reads(&bed, 0x1038, 8));
    svasim_front_destroy(bed.front);
    assert_int_equal(ration.live, 0);
    assert_null(svasim_front_create(bed.mem, &alloc));
    svasim_front_destroy(NULL);
    svasim_mem_destroy(bed.mem);
}

/* --- stores that stay in the CPU's caches --- */

static uint64_t unsnooped(const struct front_bed *bed, uint64_t hpa)
{
    uint64_t value = 0;
    assert_int_equal(bed->ports.read_unsnooped(bed->ports.host, hpa, &value, 8), 0);
    return value;
}

static uint64_t snooped(const struct front_bed *bed, uint64_t hpa)
{
    uint64_t value = 0;
    assert_int_equal(bed->ports.read(bed->ports.host, hpa, &value, 8), 0);
    return value;
}

static void stores_are_seen_by_who_snoops(void **state)
{
    const struct front_bed *bed = *state;
    assert_int_equal(svasim_mem_write64(bed->mem, 0x1038, 1), SVASIM_OK);
    assert_int_equal(unsnooped(bed, 0x1038), 1);
    svasim_front_cpu_cache(bed->front, SVASIM_CPU_CACHE_KEEP);
    unsigned char bytes[16] = {2, 0, 0, 0, 0, 0, 0, 0, 3};
    assert_int_equal(svasim_mem_write(bed->mem, 0x1038, bytes, 16), SVASIM_OK); /* two lines */
    assert_int_equal(svasim_front_kept_lines(bed->front), 2);
    assert_int_equal(snooped(bed, 0x1038), 2);
    assert_int_equal(snooped(bed, 0x1040), 3);
    assert_int_equal(unsnooped(bed, 0x1038), 1);
    assert_int_equal(unsnooped(bed, 0x1040), 0);
    /* A second store to the line does not make the old bytes younger. */
    assert_int_equal(svasim_mem_write64(bed->mem, 0x1030, 9), SVASIM_OK);
    assert_int_equal(unsnooped(bed, 0x1030), 0);
    svasim_front_flush(bed->front, 0x103f, 1);
    assert_int_equal(unsnooped(bed, 0x1038), 2);
    assert_int_equal(unsnooped(bed, 0x1030), 9);
    assert_int_equal(unsnooped(bed, 0x1040), 0);
    svasim_front_cpu_cache(bed->front, SVASIM_CPU_CACHE_FLUSH);
    assert_int_equal(svasim_mem_write64(bed->mem, 0x1080, 5), SVASIM_OK);
    assert_int_equal(unsnooped(bed, 0x1080), 5);
    assert_int_equal(unsnooped(bed, 0x1040), 0);
    /* What goes is the whole line, with what was kept of it. */
    svasim_front_cpu_cache(bed->front, SVASIM_CPU_CACHE_KEEP);
    assert_int_equal(svasim_mem_write64(bed->mem, 0x10c0, 6), SVASIM_OK);
    svasim_front_cpu_cache(bed->front, SVASIM_CPU_CACHE_FLUSH);
    assert_int_equal(svasim_mem_write64(bed->mem, 0x10c8, 7), SVASIM_OK);
    assert_int_equal(unsnooped(bed, 0x10c0), 6);
    assert_int_equal(unsnooped(bed, 0x10c8), 7);
    assert_int_equal(svasim_front_kept_lines(bed->front), 1);
    svasim_front_cpu_cache(bed->front, SVASIM_CPU_CACHE_NONE);
    assert_int_equal(unsnooped(bed, 0x1040), 3);
    assert_int_equal(svasim_front_kept_lines(bed->front), 0);
}

static void count_store(void *user, uint64_t hpa, size_t bytes)
{
    unsigned *count = user;
    assert_true(hpa >= 0x1000 && bytes == 8);
    ++*count;
}

/* Who watched the memory before is told as well, and is told again when the front is gone. */
static void other_watchers_are_told_too(void **state)
{
    (void)state;
    unsigned count = 0;
    svasim_mem *mem = svasim_mem_create(0, NULL);
    assert_non_null(mem);
    svasim_mem_watcher none = svasim_mem_watch(mem, count_store, &count);
    assert_null(none.before);
    svasim_front *front = svasim_front_create(mem, NULL);
    assert_non_null(front);
    svasim_front_cpu_cache(front, SVASIM_CPU_CACHE_KEEP);
    assert_int_equal(svasim_mem_write64(mem, 0x1000, 1), SVASIM_OK);
    assert_int_equal(count, 1);
    assert_int_equal(svasim_front_kept_lines(front), 1);
    svasim_front_destroy(front);
    assert_int_equal(svasim_mem_write64(mem, 0x1008, 1), SVASIM_OK);
    assert_int_equal(count, 2);
    svasim_mem_watcher counter = svasim_mem_watch(mem, NULL, NULL);
    assert_ptr_equal(counter.user, &count);
    assert_int_equal(svasim_mem_write64(mem, 0x1010, 1), SVASIM_OK);
    assert_int_equal(count, 2);
    svasim_mem_destroy(mem);
}

/* Writes and locked accesses of the unit, and writes of devices, snoop: the line is written back.
 */
static void snooping_writes_take_the_line(void **state)
{
    const struct front_bed *bed = *state;
    uint64_t seen;
    svasim_front_cpu_cache(bed->front, SVASIM_CPU_CACHE_KEEP);
    for (uint64_t at = 0x1000; at < 0x1100; at += 0x40)
        assert_int_equal(svasim_mem_write64(bed->mem, at, 7), SVASIM_OK);
    assert_int_equal(svasim_front_kept_lines(bed->front), 4);
    assert_true(writes(bed, 0x1008, 1));
    assert_int_equal(unsnooped(bed, 0x1000), 7);
    assert_int_equal(bed->ports.update(bed->ports.host, 0x1040, 7, 8, &seen), SVASIM_UPDATE_DONE);
    assert_int_equal(unsnooped(bed, 0x1040), 8);
    assert_int_equal(bed->ports.update(bed->ports.host, 0x1080, 0, 8, &seen), SVASIM_UPDATE_LOST);
    assert_int_equal(seen, 7);
    assert_int_equal(unsnooped(bed, 0x1080), 7);
    uint64_t value = 3;
    assert_int_equal(svasim_front_write(bed->front, 0x10c8, &value, 8), SVASIM_OK);
    assert_int_equal(unsnooped(bed, 0x10c0), 7);
    assert_int_equal(svasim_front_kept_lines(bed->front), 0);
    /* An access that fails takes nothing. */
    assert_int_equal(svasim_mem_write64(bed->mem, 0x2000, 7), SVASIM_OK);
    assert_int_equal(svasim_front_fail(bed->front, 0x2000, 8, SVASIM_FAIL_ALL), SVASIM_OK);
    assert_false(writes(bed, 0x2000, 1));
    assert_int_equal(bed->ports.read_unsnooped(bed->ports.host, 0x2000, &value, 8), 1);
    assert_int_equal(svasim_front_kept_lines(bed->front), 1);
}

#define LINES 3000u

/* Many lines, dropped in ranges of all sizes, against a plain array of what memory holds. */
static void lines_come_and_go(void **state)
{
    const struct front_bed *bed = *state;
    static uint64_t memory[LINES];
    uint64_t random = 12345, kept = 0;
    memset(memory, 0, sizeof memory);
    svasim_front_cpu_cache(bed->front, SVASIM_CPU_CACHE_KEEP);
    for (unsigned round = 0; round < 400; round++) {
        for (unsigned i = 0; i < 40; i++) {
            random = random * UINT64_C(6364136223846793005) + 1442695040888963407u;
            assert_int_equal(svasim_mem_write64(bed->mem, (random >> 33) % LINES * 64, random),
                             SVASIM_OK);
        }
        uint64_t first = (random >> 20) % LINES, count = (random >> 40) % (round % 8 ? 64 : LINES);
        if (first + count > LINES)
            count = LINES - first;
        if (count)
            svasim_front_flush(bed->front, first * 64, count * 64);
        for (uint64_t i = first; i < first + count; i++)
            memory[i] = svasim_mem_read64(bed->mem, i * 64);
        kept = 0;
        for (uint64_t i = 0; i < LINES; i++) {
            kept += svasim_mem_read64(bed->mem, i * 64) != memory[i];
            assert_int_equal(unsnooped(bed, i * 64), memory[i]);
        }
        assert_int_equal(svasim_front_kept_lines(bed->front), kept);
    }
    assert_true(kept > 50);
    svasim_front_flush(bed->front, 64 * 10, 0);
    for (uint64_t i = 0; i < LINES; i++)
        assert_int_equal(unsnooped(bed, i * 64),
                         i < 10 ? memory[i] : svasim_mem_read64(bed->mem, i * 64));
}

static void without_memory_stores_are_there_at_once(void **state)
{
    (void)state;
    struct ration ration = {1, 0};
    const svasim_alloc alloc = {ration_allocate, ration_release, &ration};
    struct front_bed bed = {.mem = svasim_mem_create(0x1010, NULL)};
    bed.front = svasim_front_create(bed.mem, &alloc);
    svasim_front_ports(bed.front, &bed.ports);
    svasim_front_cpu_cache(bed.front, SVASIM_CPU_CACHE_KEEP);
    assert_int_equal(svasim_mem_write64(bed.mem, 0x1000, 5), SVASIM_OK);
    assert_int_equal(unsnooped(&bed, 0x1000), 5);
    ration.left = 1;
    assert_int_equal(svasim_mem_write64(bed.mem, 0x1008, 6), SVASIM_OK); /* a line cut short */
    assert_int_equal(unsnooped(&bed, 0x1008), 6);
    assert_int_equal(svasim_mem_write64(bed.mem, 0xfc0, 6), SVASIM_OK);
    assert_int_equal(unsnooped(&bed, 0xfc0), 0);
    svasim_front_destroy(bed.front);
    assert_int_equal(ration.live, 0);
    assert_int_equal(svasim_mem_write64(bed.mem, 0xfc0, 7), SVASIM_OK); /* nobody watches */
    svasim_mem_destroy(bed.mem);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(without_ranges_it_is_the_memory, open_bed, close_bed),
        cmocka_unit_test_setup_teardown(one_byte_of_an_access_is_enough, open_bed, close_bed),
        cmocka_unit_test_setup_teardown(kinds_of_access_fail_apart, open_bed, close_bed),
        cmocka_unit_test_setup_teardown(healing_cuts_ranges, open_bed, close_bed),
        cmocka_unit_test_setup_teardown(the_last_byte_can_fail, open_bed, close_bed),
        cmocka_unit_test(short_memory_changes_nothing),
        cmocka_unit_test(saying_it_again_changes_nothing),
        cmocka_unit_test_setup_teardown(stores_are_seen_by_who_snoops, open_bed, close_bed),
        cmocka_unit_test(other_watchers_are_told_too),
        cmocka_unit_test_setup_teardown(snooping_writes_take_the_line, open_bed, close_bed),
        cmocka_unit_test_setup_teardown(lines_come_and_go, open_bed, close_bed),
        cmocka_unit_test(without_memory_stores_are_there_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
