/* SPDX-License-Identifier: MIT */
/* test_tables_entries.c - is every entry of the front half found where the specification puts it,
 * and does its text set exactly the bits named? Expected bits are typed here, not taken from the
 * layouts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <string.h>

#include "svasim/tables.h"

#define BASE UINT64_C(0x100000)
#define SID  0x1a85 /* bus 1a, function 85: upper half */

struct world {
    svasim_mem *mem;
    svasim_tables *tables;
};

static struct world open_world(bool scalable, uint8_t pdts)
{
    struct world world = {.mem = svasim_mem_create(UINT64_C(1) << 40, NULL)};
    svasim_tables_setup setup = {
        .frames_base = BASE, .frames_bytes = 1 << 24, .scalable = scalable, .pdts = pdts};
    world.tables = svasim_tables_create(world.mem, &setup);
    assert_non_null(world.tables);
    return world;
}

static void close_world(struct world *world)
{
    svasim_tables_destroy(world->tables);
    svasim_mem_destroy(world->mem);
}

static svasim_entry_ref ref_of(svasim_entry entry, uint32_t pasid)
{
    return (svasim_entry_ref){.entry = entry, .source_id = SID, .pasid = pasid, .level = 1};
}

static uint64_t place(struct world *world, svasim_entry_ref ref, bool create, const char *layout)
{
    uint64_t hpa = 0;
    const svasim_layout *found = NULL;
    assert_int_equal(svasim_tables_locate(world->tables, &ref, create, &hpa, &found), SVASIM_OK);
    assert_string_equal(found->name, layout);
    return hpa;
}

static void refuse(struct world *world, svasim_entry_ref ref, const char *fields, const char *why)
{
    assert_int_equal(svasim_tables_set(world->tables, &ref, fields), SVASIM_EINVAL);
    if (!strstr(svasim_tables_error(world->tables), why))
        fail_msg("\"%s\" lacks \"%s\"", svasim_tables_error(world->tables), why);
}

static void accept(struct world *world, svasim_entry_ref ref, const char *fields)
{
    if (svasim_tables_set(world->tables, &ref, fields) != SVASIM_OK)
        fail_msg("%s: %s", fields, svasim_tables_error(world->tables));
}

static void scalable_chain(void **state)
{
    (void)state;
    struct world w = open_world(true, 7);
    uint64_t root = svasim_tables_root(w.tables), hpa;
    const svasim_layout *layout;
    svasim_entry_ref pasid = ref_of(SVASIM_ENTRY_PASID, 0xfffff);
    assert_int_equal(svasim_tables_locate(w.tables, &pasid, false, &hpa, &layout), SVASIM_EINVAL);
    assert_int_equal(place(&w, ref_of(SVASIM_ENTRY_ROOT, 0), false, "root_entry"),
                     root + 0x1a * 16);

    uint64_t entry = place(&w, pasid, true, "pasid_entry");
    uint64_t low = svasim_mem_read64(w.mem, root + 0x1a * 16);
    uint64_t high = svasim_mem_read64(w.mem, root + 0x1a * 16 + 8);
    assert_int_equal(low, 0); /* only the half in use */
    assert_int_equal(high & 0xfff, 1);
    uint64_t context = (high & ~UINT64_C(0xfff)) + 0x05 * 32;
    assert_int_equal(place(&w, ref_of(SVASIM_ENTRY_CONTEXT, 0), false, "context_entry"), context);
    uint64_t word = svasim_mem_read64(w.mem, context);
    assert_int_equal(word & 0xfff, 1 | 1 << 3 | 7 << 9); /* P, PASIDE, PDTS */
    assert_int_equal(svasim_mem_read64(w.mem, context + 8), 0);
    uint64_t directory = (word & ~UINT64_C(0xfff)) + (0xfffff >> 6) * 8;
    assert_int_equal(place(&w, ref_of(SVASIM_ENTRY_PASID_DIR, 0xfffff), false, "pasid_dir_entry"),
                     directory);
    word = svasim_mem_read64(w.mem, directory);
    assert_int_equal(word & 0xfff, 1);
    assert_int_equal(entry, (word & ~UINT64_C(0xfff)) + 0x3f * 64);
    /* A directory of 2^14 entries is 32 pages: what comes next lies behind it. */
    assert_int_equal(word & ~UINT64_C(0xfff),
                     (svasim_mem_read64(w.mem, context) & ~UINT64_C(0xfff)) + 32 * 4096);
    assert_int_equal(place(&w, pasid, true, "pasid_entry"), entry);
    close_world(&w);
}

static void pasid_limits(void **state)
{
    (void)state;
    struct world w = open_world(true, 0);
    accept(&w, ref_of(SVASIM_ENTRY_PASID, 8191), "p=1");
    refuse(&w, ref_of(SVASIM_ENTRY_PASID, 8192), "p=1", "less than 0x2000");
    refuse(&w, ref_of(SVASIM_ENTRY_PASID, 1 << 20), "p=1", "20 bits");
    accept(&w, ref_of(SVASIM_ENTRY_CONTEXT, 0), "pdts=1");
    accept(&w, ref_of(SVASIM_ENTRY_PASID, 8192), "p=1");
    close_world(&w);
}

static void fields_by_name(void **state)
{
    (void)state;
    struct world w = open_world(true, 2);
    svasim_entry_ref ref = ref_of(SVASIM_ENTRY_PASID, 5);
    accept(&w, ref, "pgtt=3 did=0xbeef fspm=1 SRE=1 fsptptr=0x12345000\tssptptr=0x7000 aw=2 p=1");
    uint64_t hpa = place(&w, ref, false, "pasid_entry");
    assert_int_equal(svasim_mem_read64(w.mem, hpa), 1 | 2 << 2 | 3 << 6 | 0x7000);
    assert_int_equal(svasim_mem_read64(w.mem, hpa + 8), 0xbeef);
    assert_int_equal(svasim_mem_read64(w.mem, hpa + 16), 1 | 1 << 2 | 0x12345000);
    accept(&w, ref, "pgtt=7 bit5=1 bit511=1 raw3=0x8000000000000000 bit0=0");
    assert_int_equal(svasim_mem_read64(w.mem, hpa), 2 << 2 | 1 << 5 | 7 << 6 | 0x7000);
    assert_int_equal(svasim_mem_read64(w.mem, hpa + 24), UINT64_C(1) << 63);
    assert_int_equal(svasim_mem_read64(w.mem, hpa + 56), UINT64_C(1) << 63);
    assert_int_equal(svasim_mem_read64(w.mem, hpa + 8), 0xbeef);
    accept(&w, ref, "raw0=18446744073709551615 p=0");
    assert_int_equal(svasim_mem_read64(w.mem, hpa), UINT64_MAX - 1);
    close_world(&w);
}

static void bad_texts(void **state)
{
    (void)state;
    struct world w = open_world(true, 0);
    svasim_entry_ref ref = ref_of(SVASIM_ENTRY_PASID, 1), context = ref_of(SVASIM_ENTRY_CONTEXT, 0);
    refuse(&w, ref, "", "at least one");
    refuse(&w, ref, "  ", "at least one");
    refuse(&w, ref, "p=1 pgtt=8", "pasid_entry.pgtt 0x8: expected 0..0x7");
    refuse(&w, ref, "did=65536", "pasid_entry.did 0x10000: expected 0..0xffff");
    refuse(&w, ref, "fsptptr=0x1001", "expected a multiple of 0x1000");
    refuse(&w, ref, "color=1", "has no field \"color\": expected one of p fpd aw pgtt");
    refuse(&w, ref, "raw8=1", "raw0..raw7");
    refuse(&w, ref, "bit512=1", "bit0..bit511");
    refuse(&w, ref, "bit3=2", "expected 0..1");
    refuse(&w, ref, "bit=1", "no field");
    refuse(&w, ref, "p", "expected name=number");
    refuse(&w, ref, "=1", "expected name=number");
    refuse(&w, ref, "p=", "expected name=number");
    refuse(&w, ref, "p=0x", "expected name=number");
    refuse(&w, ref, "p=-1", "expected name=number");
    refuse(&w, ref, "p=1x", "expected name=number");
    refuse(&w, ref, "p=18446744073709551616", "below 2^64");
    refuse(&w, ref, "a_name_that_is_much_longer_than_any_field=1", "expected name=number");
    /* Nothing was made on the way. */
    uint64_t hpa;
    const svasim_layout *layout;
    assert_int_equal(svasim_tables_locate(w.tables, &context, false, &hpa, &layout), SVASIM_EINVAL);
    svasim_entry_ref wrong = {.entry = (svasim_entry)42};
    refuse(&w, wrong, "p=1", "kind");
    assert_int_equal(svasim_tables_locate(w.tables, &wrong, true, &hpa, &layout), SVASIM_EINVAL);
    ref = ref_of(SVASIM_ENTRY_FIRST, 1);
    ref.level = 6;
    refuse(&w, ref, "p=1", "level");
    ref.level = 0;
    refuse(&w, ref, "p=1", "level");
    close_world(&w);
}

static void broken_parents_are_followed(void **state)
{
    (void)state;
    struct world w = open_world(true, 0);
    accept(&w, ref_of(SVASIM_ENTRY_PASID, 1), "pgtt=1 p=1");
    accept(&w, ref_of(SVASIM_ENTRY_CONTEXT, 0), "p=0 bit8=1");
    uint64_t context = place(&w, ref_of(SVASIM_ENTRY_CONTEXT, 0), false, "context_entry");
    uint64_t before = svasim_mem_read64(w.mem, context);
    accept(&w, ref_of(SVASIM_ENTRY_PASID, 2), "p=1");
    assert_int_equal(svasim_mem_read64(w.mem, context), before);
    /* A context entry prepared by name gets its directory and P with the first PASID. */
    svasim_entry_ref other = {.entry = SVASIM_ENTRY_CONTEXT, .source_id = 3};
    accept(&w, other, "dte=1 pdts=3");
    other.entry = SVASIM_ENTRY_PASID;
    other.pasid = 65535;
    accept(&w, other, "p=1");
    other.entry = SVASIM_ENTRY_CONTEXT;
    context = place(&w, other, false, "context_entry");
    assert_int_equal(svasim_mem_read64(w.mem, context) & 0xfff, 1 | 4 | 8 | 3 << 9);
    close_world(&w);
}

static void paging_entries(void **state)
{
    (void)state;
    struct world w = open_world(true, 0);
    svasim_entry_ref ref = ref_of(SVASIM_ENTRY_FIRST, 9);
    ref.address = UINT64_C(0xffff888123456000);
    refuse(&w, ref, "p=1", "PGTT is 0, expected 1 or 3");
    accept(&w, ref_of(SVASIM_ENTRY_PASID, 9), "pgtt=1 fspm=2");
    refuse(&w, ref, "p=1", "FSPM is 2");
    accept(&w, ref_of(SVASIM_ENTRY_PASID, 9), "fspm=0");
    ref.level = 5;
    refuse(&w, ref, "p=1", "level 5: expected 1..4");
    ref.level = 1;
    accept(&w, ref, "p=1 rw=0 us=1 addr=0xabc000 pat=1");
    uint64_t leaf = place(&w, ref, false, "first_leaf_4k");
    assert_int_equal(svasim_mem_read64(w.mem, leaf), 1 | 4 | 1 << 7 | 0xabc000);
    assert_int_equal(leaf & 0xfff, 0x56 * 8);
    /* Parents: present, all rights, and found again at their own level. */
    static const char *const names[] = {"first_table", "first_table", "first_table_top"};
    for (uint8_t level = 2; level <= 4; level++) {
        ref.level = level;
        uint64_t hpa = place(&w, ref, false, names[level - 2]);
        assert_int_equal(svasim_mem_read64(w.mem, hpa) & 0xfff, 7);
    }
    /* A table turned into a page loses the pointer; below it nothing can be found. */
    ref.level = 2;
    accept(&w, ref, "ps=1 addr=0x40200000");
    leaf = place(&w, ref, false, "first_leaf_2m");
    assert_int_equal(svasim_mem_read64(w.mem, leaf), 7 | 1 << 7 | 0x40200000);
    ref.level = 1;
    refuse(&w, ref, "p=1", "expected a table at level 2");
    ref.level = 2;
    refuse(&w, ref, "addr=0x40201000", "multiple of 0x200000");
    accept(&w, ref, "raw0=0x7");
    place(&w, ref, false, "first_table");
    accept(&w, ref, "bit7=1 pat=1");
    place(&w, ref, false, "first_leaf_2m");
    accept(&w, ref, "ps=0 addr=0x7000");
    leaf = place(&w, ref, false, "first_table");
    /* The bit that was PAT is plain address again. */
    assert_int_equal(svasim_mem_read64(w.mem, leaf), 7 | 0x7000);
    close_world(&w);
}

static void second_stage_and_nested(void **state)
{
    (void)state;
    struct world w = open_world(true, 0);
    svasim_entry_ref pasid = ref_of(SVASIM_ENTRY_PASID, 0);
    svasim_entry_ref second = ref_of(SVASIM_ENTRY_SECOND, 0);
    svasim_entry_ref first = ref_of(SVASIM_ENTRY_FIRST, 0);
    accept(&w, pasid, "pgtt=2 aw=1");
    second.address = 0x40000000;
    accept(&w, second, "r=1 snp=1 addr=0x1000");
    place(&w, second, false, "second_leaf_4k");
    second.level = 4;
    refuse(&w, second, "r=1", "expected 1..3");
    refuse(&w, first, "p=1", "PGTT is 2, expected 1 or 3");
    accept(&w, pasid, "pgtt=3 fspm=1");
    first.level = 5;
    accept(&w, first, "p=1");
    place(&w, first, false, "first_table_top");
    accept(&w, pasid, "aw=0");
    refuse(&w, second, "r=1", "AW is 0, expected 1..3");
    accept(&w, pasid, "pgtt=4");
    refuse(&w, second, "r=1", "PGTT is 4, expected 2 or 3");
    close_world(&w);
}

static void legacy_mode(void **state)
{
    (void)state;
    struct world w = open_world(false, 0);
    svasim_entry_ref context = ref_of(SVASIM_ENTRY_CONTEXT, 0);
    svasim_entry_ref second = ref_of(SVASIM_ENTRY_SECOND, 0);
    accept(&w, context, "did=0x1234 aw=3 tt=0 p=1");
    uint64_t hpa = place(&w, context, false, "legacy_context_entry");
    uint64_t root = svasim_tables_root(w.tables) + 0x1a * 16;
    uint64_t table = svasim_mem_read64(w.mem, root) & ~UINT64_C(0xfff);
    assert_int_equal(hpa, table + 0x85 * 16);
    assert_int_equal(svasim_mem_read64(w.mem, root) & 0xfff, 1);
    assert_int_equal(svasim_mem_read64(w.mem, hpa + 8), 3 | 0x1234 << 8);
    place(&w, ref_of(SVASIM_ENTRY_ROOT, 0), false, "legacy_root_entry");
    second.address = UINT64_C(0x100000000000000);
    accept(&w, second, "w=1 addr=0x2000");
    second.level = 5;
    place(&w, second, false, "second_table_top");
    refuse(&w, ref_of(SVASIM_ENTRY_PASID, 0), "p=1", "legacy-mode tables have no PASID");
    refuse(&w, ref_of(SVASIM_ENTRY_PASID_DIR, 0), "p=1", "legacy-mode tables have no PASID");
    refuse(&w, ref_of(SVASIM_ENTRY_FIRST, 0), "p=1", "no first stage");
    close_world(&w);
}

/* Pointers beyond memory, to themselves, and everything set: an answer, never a crash. */
static void hostile_memory(void **state)
{
    (void)state;
    static const uint64_t garbage[] = {UINT64_MAX, UINT64_C(0xfffffffffffff001),
                                       UINT64_C(0x000fffffffffffff), 1, 0x1000};
    for (unsigned g = 0; g < sizeof garbage / sizeof garbage[0]; g++) {
        for (svasim_entry broken = SVASIM_ENTRY_ROOT; broken <= SVASIM_ENTRY_PASID; broken++) {
            struct world w = open_world(true, 1);
            accept(&w, ref_of(SVASIM_ENTRY_PASID, 77), "pgtt=1 p=1");
            svasim_entry_ref ref = ref_of(broken, 77);
            uint64_t hpa = 0;
            const svasim_layout *layout;
            assert_int_equal(svasim_tables_locate(w.tables, &ref, false, &hpa, &layout), SVASIM_OK);
            for (unsigned i = 0; i < layout->words; i++)
                assert_int_equal(svasim_mem_write64(w.mem, hpa + i * 8, garbage[g]), SVASIM_OK);
            for (svasim_entry e = SVASIM_ENTRY_ROOT; e <= SVASIM_ENTRY_SECOND; e++) {
                ref = ref_of(e, 77);
                ref.address = UINT64_C(0x7fffdeadb000);
                (void)svasim_tables_locate(w.tables, &ref, false, &hpa, &layout);
                (void)svasim_tables_set(w.tables, &ref, "raw0=0xffffffffffffffff");
                assert_non_null(svasim_tables_error(w.tables));
            }
            close_world(&w);
        }
    }
}

static void frames_exhausted(void **state)
{
    (void)state;
    for (unsigned frames = 1; frames < 9; frames++) {
        svasim_mem *mem = svasim_mem_create(0, NULL);
        svasim_tables_setup setup = {
            .frames_base = BASE, .frames_bytes = frames * UINT64_C(4096), .scalable = true};
        svasim_tables *tables = svasim_tables_create(mem, &setup);
        svasim_entry_ref ref = ref_of(SVASIM_ENTRY_PASID, 0);
        svasim_err error = svasim_tables_set(tables, &ref, "pgtt=1 p=1");
        assert_int_equal(error, frames < 4 ? SVASIM_ENOMEM : SVASIM_OK);
        ref.entry = SVASIM_ENTRY_FIRST;
        error = svasim_tables_set(tables, &ref, "p=1");
        assert_int_equal(error, frames < 8 ? SVASIM_ENOMEM : SVASIM_OK);
        if (error != SVASIM_OK)
            assert_non_null(strstr(svasim_tables_error(tables), "left"));
        svasim_tables_destroy(tables);
        svasim_mem_destroy(mem);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scalable_chain),
        cmocka_unit_test(pasid_limits),
        cmocka_unit_test(fields_by_name),
        cmocka_unit_test(bad_texts),
        cmocka_unit_test(broken_parents_are_followed),
        cmocka_unit_test(paging_entries),
        cmocka_unit_test(second_stage_and_nested),
        cmocka_unit_test(legacy_mode),
        cmocka_unit_test(hostile_memory),
        cmocka_unit_test(frames_exhausted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
