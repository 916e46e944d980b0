/* SPDX-License-Identifier: MIT */
/* test_tables_frames.c - are frames handed out once, zeroed, reused, and refused at the end? Also:
 * what happens when the host's memory is short. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdlib.h>

#include "tables/builder.h"
#include "unit/ration.h"

#define BASE UINT64_C(0x100000)

static svasim_tables *builder(svasim_mem *mem, uint64_t base, uint64_t bytes)
{
    svasim_tables_setup setup = {.frames_base = base, .frames_bytes = bytes, .scalable = true};
    return svasim_tables_create(mem, &setup);
}

static void frames_run_out_and_come_back(void **state)
{
    (void)state;
    svasim_mem *mem = svasim_mem_create(0, NULL);
    svasim_tables *tables = builder(mem, BASE, 4 * 4096);
    assert_non_null(tables);
    assert_int_equal(svasim_tables_root(tables), BASE);
    uint64_t a = svasim_tables_frame(tables, 1);
    uint64_t b = svasim_tables_frame(tables, 2);
    assert_int_equal(a, BASE + 0x1000);
    assert_int_equal(b, BASE + 0x2000);
    assert_int_equal(svasim_tables_frame(tables, 1), 0);
    assert_int_equal(svasim_tables_frame(tables, 0), 0);

    assert_int_equal(svasim_mem_write64(mem, a + 8, 77), SVASIM_OK);
    svasim_tables_release(tables, a, 1);
    svasim_tables_release(tables, a, 1); /* twice, and frames that are not ours: ignored */
    svasim_tables_release(tables, a + 1, 1);
    svasim_tables_release(tables, BASE - 4096, 1);
    svasim_tables_release(tables, BASE + 4 * 4096, 1);
    svasim_tables_release(tables, b, UINT32_MAX);
    assert_int_equal(svasim_tables_frame(tables, 1), a);
    assert_int_equal(svasim_mem_read64(mem, a + 8), 0);
    assert_int_equal(svasim_tables_frame(tables, 1), 0);

    /* Neighbours are found again among single frames that were given back in any order. */
    svasim_tables_release(tables, b + 4096, 1);
    svasim_tables_release(tables, a, 1);
    assert_int_equal(svasim_tables_frame(tables, 2), 0);
    svasim_tables_release(tables, b, 1);
    assert_int_equal(svasim_tables_frame(tables, 3), a);
    assert_int_equal(svasim_tables_frame(tables, 1), 0);
    svasim_tables_release(tables, a, 3);
    assert_int_equal(svasim_tables_frame(tables, 2), a);
    assert_int_equal(svasim_tables_frame(tables, 2), 0);
    assert_int_equal(svasim_tables_frame(tables, 1), a + 2 * 4096);
    svasim_tables_destroy(tables);
    svasim_mem_destroy(mem);
}

static void odd_ranges(void **state)
{
    (void)state;
    svasim_mem *mem = svasim_mem_create(UINT64_C(1) << 30, NULL);
    assert_null(builder(mem, BASE, 0));
    assert_null(builder(mem, BASE, 4095));
    assert_null(builder(mem, 0, 4096));                    /* host address 0 is never handed out */
    assert_null(builder(mem, UINT64_C(1) << 30, 1 << 20)); /* no memory there */
    assert_null(svasim_tables_create(NULL, NULL));
    svasim_tables_setup setup = {.frames_base = BASE, .frames_bytes = 1 << 20, .pdts = 8};
    assert_null(svasim_tables_create(mem, &setup));
    svasim_tables_destroy(NULL);

    svasim_tables *tables = builder(mem, 0, 2 * 4096);
    assert_int_equal(svasim_tables_root(tables), 4096);
    svasim_tables_destroy(tables);
    tables = builder(mem, BASE + 1, 3 * 4096);
    assert_int_equal(svasim_tables_root(tables), BASE + 4096);
    assert_int_equal(svasim_tables_frame(tables, 1), BASE + 8192);
    assert_int_equal(svasim_tables_frame(tables, 1), 0);
    svasim_tables_destroy(tables);
    tables = builder(mem, (UINT64_C(1) << 30) - 4096, UINT64_MAX);
    assert_non_null(tables);
    assert_int_equal(svasim_tables_frame(tables, 1), 0); /* past the end of memory */
    svasim_tables_destroy(tables);
    svasim_mem_destroy(mem);
}

static void many_frames_are_distinct(void **state)
{
    (void)state;
    enum { COUNT = 5000 };
    svasim_mem *mem = svasim_mem_create(0, NULL);
    svasim_tables *tables = builder(mem, BASE, UINT64_C(1) << 40);
    for (unsigned i = 1; i <= COUNT; i++)
        assert_int_equal(svasim_tables_frame(tables, 1), BASE + i * UINT64_C(4096));
    for (unsigned i = 1; i <= COUNT; i++)
        svasim_tables_release(tables, BASE + i * UINT64_C(4096), 1);
    for (unsigned i = COUNT; i >= 1; i--)
        assert_int_equal(svasim_tables_frame(tables, 1), BASE + i * UINT64_C(4096));
    svasim_tables_destroy(tables);
    svasim_mem_destroy(mem);
}

static void short_of_memory(void **state)
{
    (void)state;
    svasim_mem *mem = svasim_mem_create(0, NULL);
    svasim_tables_setup setup = {.frames_base = BASE, .frames_bytes = UINT64_C(1) << 30};
    for (unsigned n = 0;; n++) {
        struct ration ration = {.left = n};
        svasim_alloc alloc = {ration_allocate, ration_release, &ration};
        svasim_tables *tables = sv_tables_create(mem, &setup, &alloc);
        bool all = tables != NULL;
        for (unsigned i = 0; all && i < 3000; i++)
            all = svasim_tables_frame(tables, 1) != 0;
        svasim_tables_destroy(tables);
        assert_int_equal(ration.live, 0);
        if (all) {
            assert_in_range(n, 5, 16);
            break;
        }
    }
    svasim_mem_destroy(mem);
}

static void simulated_memory_is_short(void **state)
{
    (void)state;
    for (unsigned n = 2; n < 5; n++) {
        struct ration ration = {.left = n};
        svasim_alloc alloc = {ration_allocate, ration_release, &ration};
        svasim_mem *mem = svasim_mem_create(0, &alloc);
        assert_non_null(mem);
        svasim_tables *tables = builder(mem, BASE, UINT64_C(1) << 30);
        assert_true((tables != NULL) == (n > 2));
        svasim_tree tree = {0};
        svasim_err error = SVASIM_OK;
        /* Spread over many 64 KiB chunks of memory. */
        for (unsigned i = 0; tables && error == SVASIM_OK && i < 64; i++)
            error = svasim_tree_create(tables, false, 4, &tree);
        if (tables)
            assert_int_equal(error, SVASIM_ENOMEM);
        svasim_tables_destroy(tables);
        svasim_mem_destroy(mem);
        assert_int_equal(ration.live, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frames_run_out_and_come_back), cmocka_unit_test(odd_ranges),
        cmocka_unit_test(many_frames_are_distinct),     cmocka_unit_test(short_of_memory),
        cmocka_unit_test(simulated_memory_is_short),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
