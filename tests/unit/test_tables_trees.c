/* SPDX-License-Identifier: MIT */
/* test_tables_trees.c - do ranges get into, out of, and change inside trees of both stages, at all
 * page sizes and depths, and do broken trees stay harmless? */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <string.h>

#include "svasim/tables.h"

#define KIB4 UINT64_C(0x1000)
#define MIB2 UINT64_C(0x200000)
#define GIB1 UINT64_C(0x40000000)
#define RW   (SVASIM_MAP_READ | SVASIM_MAP_WRITE)

struct world {
    svasim_mem *mem;
    svasim_tables *tables;
};

static int open_world(void **state)
{
    static struct world world;
    world.mem = svasim_mem_create(0, NULL);
    svasim_tables_setup setup = {
        .frames_base = 0x100000, .frames_bytes = UINT64_C(1) << 28, .scalable = true};
    world.tables = svasim_tables_create(world.mem, &setup);
    *state = &world;
    return world.tables ? 0 : -1;
}

static int close_world(void **state)
{
    struct world *world = *state;
    svasim_tables_destroy(world->tables);
    svasim_mem_destroy(world->mem);
    return 0;
}

static void refuse(struct world *w, svasim_err error, const char *why)
{
    assert_int_equal(error, SVASIM_EINVAL);
    if (!strstr(svasim_tables_error(w->tables), why))
        fail_msg("\"%s\" lacks \"%s\"", svasim_tables_error(w->tables), why);
}

static void expect_page(struct world *w, const svasim_tree *tree, uint64_t address, uint64_t frame,
                        uint64_t page, uint64_t bits)
{
    uint64_t target, page_bytes, leaf;
    assert_int_equal(svasim_tree_find(w->tables, tree, address, &target, &page_bytes, &leaf),
                     SVASIM_OK);
    assert_int_equal(target, frame);
    assert_int_equal(page_bytes, page);
    assert_int_equal(svasim_mem_read64(w->mem, leaf), frame | bits);
}

static void expect_hole(struct world *w, const svasim_tree *tree, uint64_t address)
{
    uint64_t target, page_bytes, leaf;
    refuse(w, svasim_tree_find(w->tables, tree, address, &target, &page_bytes, &leaf),
           "no page is mapped");
}

static void every_size_and_depth(void **state)
{
    struct world *w = *state;
    static const uint64_t pages[] = {KIB4, MIB2, GIB1};
    for (unsigned second = 0; second < 2; second++) {
        for (uint8_t levels = second ? 3 : 4; levels <= 5; levels++) {
            svasim_tree tree;
            assert_int_equal(svasim_tree_create(w->tables, second, levels, &tree), SVASIM_OK);
            for (unsigned i = 0; i < 3; i++) {
                uint64_t at = (i + 1) * 8 * GIB1, page = pages[i];
                uint64_t ps = i == 0 ? 0 : 0x80;
                /* More pages than one table holds, from the middle of a table. */
                assert_int_equal(svasim_tree_map(w->tables, &tree, at + 500 * page * (i < 2), at,
                                                 20 * page, page, RW | SVASIM_MAP_USER),
                                 SVASIM_OK);
                uint64_t start = at + 500 * page * (i < 2);
                expect_hole(w, &tree, start - 1);
                expect_hole(w, &tree, start + 20 * page);
                for (unsigned n = 0; n < 20; n += 19)
                    expect_page(w, &tree, start + n * page + page - 1, at + n * page, page,
                                (second ? 3u : 7u) | ps);
            }
        }
    }
}

static void rights_and_flags(void **state)
{
    struct world *w = *state;
    svasim_tree first, second;
    assert_int_equal(svasim_tree_create(w->tables, false, 4, &first), SVASIM_OK);
    assert_int_equal(svasim_tree_create(w->tables, true, 4, &second), SVASIM_OK);
    uint32_t preset = SVASIM_MAP_ACCESSED | SVASIM_MAP_DIRTY;
    assert_int_equal(svasim_tree_map(w->tables, &first, 0, MIB2, KIB4, KIB4, preset), SVASIM_OK);
    expect_page(w, &first, 0, MIB2, KIB4, 1 | 1 << 5 | 1 << 6);
    assert_int_equal(svasim_mem_read64(w->mem, first.root) & 0xfff, 7 | 1 << 5);
    assert_int_equal(
        svasim_tree_map(w->tables, &second, 0, 0, MIB2, MIB2, SVASIM_MAP_WRITE | preset),
        SVASIM_OK);
    expect_page(w, &second, 0, 0, MIB2, 2 | 1 << 7 | 1 << 8 | 1 << 9);
    assert_int_equal(svasim_mem_read64(w->mem, second.root) & 0xfff, 3 | 1 << 8);

    assert_int_equal(svasim_tree_protect(w->tables, &first, 0, KIB4, RW | SVASIM_MAP_USER),
                     SVASIM_OK);
    expect_page(w, &first, 0, MIB2, KIB4, 7 | 1 << 5 | 1 << 6);
    assert_int_equal(svasim_tree_protect(w->tables, &first, 0, KIB4, SVASIM_MAP_READ), SVASIM_OK);
    expect_page(w, &first, 0, MIB2, KIB4, 1 | 1 << 5 | 1 << 6);
    assert_int_equal(svasim_tree_protect(w->tables, &second, 0, KIB4, SVASIM_MAP_READ), SVASIM_OK);
    expect_page(w, &second, 0, 0, MIB2, 1 | 1 << 7 | 1 << 8 | 1 << 9);
    refuse(w, svasim_tree_protect(w->tables, &second, 0, KIB4, 0), "READ or WRITE");
    refuse(w, svasim_tree_map(w->tables, &second, 0, 0, KIB4, KIB4, SVASIM_MAP_USER),
           "READ or WRITE");
    /* A parent that lost its rights gets them back when something is mapped below. */
    uint64_t top = svasim_mem_read64(w->mem, first.root);
    assert_int_equal(svasim_mem_write64(w->mem, first.root, top & ~UINT64_C(7)), SVASIM_OK);
    expect_hole(w, &first, 0);
    assert_int_equal(svasim_tree_map(w->tables, &first, KIB4, 0, KIB4, KIB4, RW), SVASIM_OK);
    assert_int_equal(svasim_mem_read64(w->mem, first.root), top);
}

static void unmap_and_overwrite(void **state)
{
    struct world *w = *state;
    svasim_tree tree;
    assert_int_equal(svasim_tree_create(w->tables, false, 4, &tree), SVASIM_OK);
    assert_int_equal(svasim_tree_map(w->tables, &tree, 0, 0, 1024 * KIB4, KIB4, RW), SVASIM_OK);
    assert_int_equal(svasim_tree_map(w->tables, &tree, GIB1, GIB1, 4 * MIB2, MIB2, RW), SVASIM_OK);
    /* Holes in the range do not matter, nor does a range that covers part of a page. */
    assert_int_equal(svasim_tree_unmap(w->tables, &tree, 511 * KIB4, GIB1), SVASIM_OK);
    expect_page(w, &tree, 510 * KIB4, 510 * KIB4, KIB4, 3);
    expect_hole(w, &tree, 511 * KIB4);
    expect_hole(w, &tree, 1023 * KIB4);
    expect_hole(w, &tree, GIB1);
    expect_page(w, &tree, GIB1 + MIB2, GIB1 + MIB2, MIB2, 0x83);
    assert_int_equal(svasim_tree_unmap(w->tables, &tree, 0, UINT64_C(1) << 47), SVASIM_OK);
    expect_hole(w, &tree, 0);
    expect_hole(w, &tree, GIB1 + MIB2);

    /* A large page replaces a table; smaller ones may not cut it. */
    assert_int_equal(svasim_tree_map(w->tables, &tree, 0, MIB2, MIB2, MIB2, RW), SVASIM_OK);
    expect_page(w, &tree, 5 * KIB4, MIB2, MIB2, 0x83);
    refuse(w, svasim_tree_map(w->tables, &tree, KIB4, 0, KIB4, KIB4, RW), "is in the way");
    /* Found before anything is written, wherever in the range it is. */
    assert_int_equal(svasim_tree_map(w->tables, &tree, 4 * MIB2, 0, MIB2, MIB2, RW), SVASIM_OK);
    refuse(w, svasim_tree_map(w->tables, &tree, 3 * MIB2, 0, 2 * MIB2, KIB4, RW), "is in the way");
    expect_hole(w, &tree, 3 * MIB2);
}

static void bad_arguments(void **state)
{
    struct world *w = *state;
    svasim_tree tree, other;
    assert_int_equal(svasim_tree_create(w->tables, false, 4, &tree), SVASIM_OK);
    refuse(w, svasim_tree_create(w->tables, false, 3, &other), "tree.levels 3: expected 4..5");
    refuse(w, svasim_tree_create(w->tables, true, 2, &other), "expected 3..5");
    refuse(w, svasim_tree_create(w->tables, true, 6, &other), "expected 3..5");
    refuse(w, svasim_tree_map(w->tables, &tree, 0, 0, KIB4, 0x2000, RW), "page_bytes 0x2000");
    refuse(w, svasim_tree_map(w->tables, &tree, 0, 0, KIB4, 0, RW), "page_bytes 0x0");
    refuse(w, svasim_tree_map(w->tables, &tree, 1, 0, KIB4, KIB4, RW), "multiples of 0x1000");
    refuse(w, svasim_tree_map(w->tables, &tree, 0, KIB4, MIB2, MIB2, RW), "multiples");
    refuse(w, svasim_tree_map(w->tables, &tree, 0, 0, MIB2 + KIB4, MIB2, RW), "multiples");
    refuse(w, svasim_tree_map(w->tables, &tree, 0, 0, 0, KIB4, RW), "at least one page");
    refuse(w, svasim_tree_map(w->tables, &tree, UINT64_C(1) << 47, 0, KIB4, KIB4, RW),
           "canonical addresses of 48 bits");
    refuse(w, svasim_tree_map(w->tables, &tree, (UINT64_C(1) << 47) - KIB4, 0, 2 * KIB4, KIB4, RW),
           "canonical");
    refuse(w, svasim_tree_map(w->tables, &tree, 0 - KIB4, 0, 2 * KIB4, KIB4, RW), "canonical");
    refuse(w, svasim_tree_map(w->tables, &tree, 0, UINT64_C(1) << 52, KIB4, KIB4, RW),
           "target 0x10000000000000");
    refuse(w, svasim_tree_map(w->tables, &tree, 0, 0 - KIB4, 2 * KIB4, KIB4, RW), "target");
    refuse(w, svasim_tree_unmap(w->tables, &tree, 0, 0), "at least one page");
    tree.levels = 9;
    refuse(w, svasim_tree_unmap(w->tables, &tree, 0, KIB4), "tree.levels 9");
    tree.levels = 4;
    /* The last page of the address space is a page like any other. */
    assert_int_equal(svasim_tree_map(w->tables, &tree, 0 - KIB4, 0, KIB4, KIB4, RW), SVASIM_OK);
    expect_page(w, &tree, UINT64_MAX, 0, KIB4, 3);
    svasim_tree second = {.root = tree.root, .levels = 3, .second = true};
    refuse(w, svasim_tree_unmap(w->tables, &second, UINT64_C(1) << 39, KIB4), "39 bits");
}

static void large_ranges(void **state)
{
    struct world *w = *state;
    svasim_tree tree;
    uint64_t va = UINT64_C(0xffff888000000000);
    assert_int_equal(svasim_tree_create(w->tables, false, 4, &tree), SVASIM_OK);
    assert_int_equal(svasim_tree_map(w->tables, &tree, va, 0, 1024 * GIB1, GIB1, RW), SVASIM_OK);
    expect_page(w, &tree, va, 0, GIB1, 0x83);
    expect_page(w, &tree, va + 1023 * GIB1, 1023 * GIB1, GIB1, 0x83);
    expect_hole(w, &tree, va + 1024 * GIB1);
    assert_int_equal(svasim_tree_map(w->tables, &tree, 0, 0, 64 * GIB1, MIB2, RW), SVASIM_OK);
    for (uint64_t at = 0; at < 64 * GIB1; at += 513 * MIB2)
        expect_page(w, &tree, at, at, MIB2, 0x83);
    expect_hole(w, &tree, 64 * GIB1);
    assert_int_equal(svasim_tree_unmap(w->tables, &tree, 0, 64 * GIB1), SVASIM_OK);
    for (uint64_t at = 0; at < 64 * GIB1; at += 513 * MIB2)
        expect_hole(w, &tree, at);
}

struct tour {
    unsigned leaves, tables, stop_after;
    uint64_t last;
};

static bool count_node(void *user, const svasim_tree_node *node)
{
    struct tour *tour = user;
    if (node->leaf) {
        assert_true(tour->leaves == 0 || node->address > tour->last);
        tour->last = node->address;
        tour->leaves++;
    } else {
        tour->tables++;
    }
    return tour->leaves + tour->tables != tour->stop_after;
}

static void walks_visit_in_order(void **state)
{
    struct world *w = *state;
    svasim_tree tree;
    uint64_t va = UINT64_C(0xffffc90000000000);
    assert_int_equal(svasim_tree_create(w->tables, false, 5, &tree), SVASIM_OK);
    assert_int_equal(svasim_tree_map(w->tables, &tree, va, 0, 600 * KIB4, KIB4, RW), SVASIM_OK);
    assert_int_equal(svasim_tree_map(w->tables, &tree, va + GIB1, 0, MIB2, MIB2, RW), SVASIM_OK);
    struct tour tour = {0};
    assert_int_equal(svasim_tree_walk(w->tables, &tree, va, 2 * GIB1, count_node, &tour),
                     SVASIM_OK);
    assert_int_equal(tour.leaves, 601);
    assert_int_equal(tour.tables, 6); /* PML5, PML4, two PDP, and two PD entries */
    assert_int_equal(tour.last, va + GIB1);
    tour = (struct tour){.stop_after = 10};
    assert_int_equal(svasim_tree_walk(w->tables, &tree, va, 2 * GIB1, count_node, &tour),
                     SVASIM_OK);
    assert_int_equal(tour.leaves + tour.tables, 10);
    tour = (struct tour){0};
    assert_int_equal(svasim_tree_walk(w->tables, &tree, va + 7 * KIB4, KIB4, count_node, &tour),
                     SVASIM_OK);
    assert_int_equal(tour.leaves, 1);
}

static void hostile_trees(void **state)
{
    struct world *w = *state;
    svasim_tree tree;
    assert_int_equal(svasim_tree_create(w->tables, false, 5, &tree), SVASIM_OK);
    /* Every entry of the top table points to the top table. */
    for (unsigned i = 0; i < 512; i++)
        assert_int_equal(svasim_mem_write64(w->mem, tree.root + i * 8, tree.root | 7), SVASIM_OK);
    struct tour tour = {0};
    refuse(w, svasim_tree_walk(w->tables, &tree, 0, UINT64_C(1) << 56, count_node, &tour),
           "more tables than exist");
    refuse(w, svasim_tree_protect(w->tables, &tree, 0, UINT64_C(1) << 56, RW), "more tables");
    /* Here every level-1 table is the top table: the loop lies in what is edited. */
    assert_int_not_equal(svasim_tree_unmap(w->tables, &tree, 0, UINT64_C(1) << 56), SVASIM_ENOMEM);

    assert_int_equal(svasim_tree_create(w->tables, false, 5, &tree), SVASIM_OK);
    uint64_t below;
    assert_int_equal(svasim_tree_create(w->tables, false, 4, &tree), SVASIM_OK);
    below = svasim_tables_frame(w->tables, 1);
    for (unsigned i = 0; i < 512; i++) {
        assert_int_equal(svasim_mem_write64(w->mem, tree.root + i * 8, below | 7), SVASIM_OK);
        assert_int_equal(svasim_mem_write64(w->mem, below + i * 8, below | 7), SVASIM_OK);
    }
    assert_int_not_equal(svasim_tree_map(w->tables, &tree, 0, 0, UINT64_C(1) << 46, KIB4, RW),
                         SVASIM_OK);

    /* Pointers beyond memory read as holes and cannot be written through. */
    assert_int_equal(svasim_tree_create(w->tables, false, 4, &tree), SVASIM_OK);
    assert_int_equal(svasim_mem_write64(w->mem, tree.root, UINT64_C(0xffffffffff007)), SVASIM_OK);
    svasim_mem *small = svasim_mem_create(1 << 24, NULL);
    svasim_tables_setup setup = {.frames_base = 0x100000, .frames_bytes = 1 << 20};
    svasim_tables *tables = svasim_tables_create(small, &setup);
    svasim_tree in_small;
    assert_int_equal(svasim_tree_create(tables, false, 4, &in_small), SVASIM_OK);
    assert_int_equal(svasim_mem_write64(small, in_small.root, UINT64_C(0xffffffffff007)),
                     SVASIM_OK);
    struct world beyond = {small, tables};
    expect_hole(&beyond, &in_small, 0);
    refuse(&beyond, svasim_tree_map(tables, &in_small, 0, 0, KIB4, KIB4, RW), "inside memory");
    in_small.root = UINT64_C(0x7ffffffffffff000);
    expect_hole(&beyond, &in_small, 0);
    assert_int_equal(svasim_tree_unmap(tables, &in_small, 0, GIB1), SVASIM_OK);
    svasim_tables_destroy(tables);
    svasim_mem_destroy(small);
}

static void frames_exhausted(void **state)
{
    (void)state;
    svasim_mem *mem = svasim_mem_create(0, NULL);
    svasim_tables_setup setup = {.frames_base = 0x100000, .frames_bytes = 6 * 4096};
    struct world w = {mem, svasim_tables_create(mem, &setup)};
    svasim_tree tree;
    assert_int_equal(svasim_tree_create(w.tables, false, 4, &tree), SVASIM_OK);
    /* Root table, tree root, three parents, and one leaf table more than there is. */
    assert_int_equal(svasim_tree_map(w.tables, &tree, 0, 0, 1025 * KIB4, KIB4, RW), SVASIM_ENOMEM);
    assert_non_null(strstr(svasim_tables_error(w.tables), "no frame left"));
    expect_page(&w, &tree, 0, 0, KIB4, 3);
    expect_hole(&w, &tree, 1024 * KIB4);
    assert_int_equal(svasim_tree_create(w.tables, false, 4, &tree), SVASIM_ENOMEM);
    svasim_tables_destroy(w.tables);
    svasim_mem_destroy(mem);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_size_and_depth, open_world, close_world),
        cmocka_unit_test_setup_teardown(rights_and_flags, open_world, close_world),
        cmocka_unit_test_setup_teardown(unmap_and_overwrite, open_world, close_world),
        cmocka_unit_test_setup_teardown(bad_arguments, open_world, close_world),
        cmocka_unit_test_setup_teardown(large_ranges, open_world, close_world),
        cmocka_unit_test_setup_teardown(walks_visit_in_order, open_world, close_world),
        cmocka_unit_test_setup_teardown(hostile_trees, open_world, close_world),
        cmocka_unit_test(frames_exhausted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
