/* SPDX-License-Identifier: MIT */
/* test_core_front.c - accesses that fail on purpose: which bytes, which kinds, until when. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(without_ranges_it_is_the_memory, open_bed, close_bed),
        cmocka_unit_test_setup_teardown(one_byte_of_an_access_is_enough, open_bed, close_bed),
        cmocka_unit_test_setup_teardown(kinds_of_access_fail_apart, open_bed, close_bed),
        cmocka_unit_test_setup_teardown(healing_cuts_ranges, open_bed, close_bed),
        cmocka_unit_test_setup_teardown(the_last_byte_can_fail, open_bed, close_bed),
        cmocka_unit_test(short_memory_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
