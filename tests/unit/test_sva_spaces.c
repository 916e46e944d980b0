/* SPDX-License-Identifier: MIT */
/* test_sva_spaces.c - what do spaces, fresh frames and PASID entries look like in memory, and what
 * happens when something runs out or was overwritten by others? */
#include "test_sva_double.h"
#include "unit/ration.h"

#define SID 0x0140

static svasim_sva_setup setup_with(uint64_t base, uint64_t bytes)
{
    svasim_sva_setup setup = svasim_sva_setup_default();
    setup.data_base = base;
    setup.data_bytes = bytes;
    return setup;
}

static uint64_t where(struct world *w, svasim_space space, uint64_t address)
{
    uint64_t hpa = 0;
    good(w, svasim_sva_resolve(w->sva, space, address, &hpa));
    return hpa;
}

static uint64_t leaf_bits(struct world *w, svasim_space space, uint64_t address)
{
    svasim_tree tree;
    uint16_t domain_id;
    uint64_t target, page_bytes, leaf;
    assert_int_equal(svasim_sva_space_tree(w->sva, space, &tree, &domain_id), SVASIM_OK);
    assert_int_equal(svasim_tree_find(w->tables, &tree, address, &target, &page_bytes, &leaf),
                     SVASIM_OK);
    return svasim_mem_read64(w->mem, leaf) & 0xfff;
}

static void kinds_of_spaces(void **state)
{
    (void)state;
    struct world w;
    open_with(&w, 0, 0, svasim_sva_setup_default(), 4096);
    svasim_space user = space_of(&w, SVASIM_SPACE_USER, 5, false);
    svasim_space kernel = space_of(&w, SVASIM_SPACE_KERNEL, 4, false);
    svasim_space first = space_of(&w, SVASIM_SPACE_DMA, 4, false);
    svasim_space second = space_of(&w, SVASIM_SPACE_DMA, 3, true);
    static const uint16_t domains[] = {1, 1, 2, 3};
    static const uint8_t levels[] = {5, 4, 4, 3};
    const svasim_space spaces[] = {user, kernel, first, second};
    for (unsigned i = 0; i < 4; i++) {
        svasim_tree tree;
        uint16_t domain_id;
        assert_int_equal(svasim_sva_space_tree(w.sva, spaces[i], &tree, &domain_id), SVASIM_OK);
        assert_int_equal(domain_id, domains[i]);
        assert_int_equal(tree.levels, levels[i]);
        assert_int_equal(tree.second, i == 3);
        /* Whatever the caller says about U/S, the kind decides. */
        uint64_t at = i == 1 ? UINT64_C(0xffffc90000000000) : 0x400000;
        uint32_t flags = i % 2 ? RW | SVASIM_MAP_USER : RW;
        good(&w, svasim_sva_map(w.sva, spaces[i], at, FRESH, KIB4, KIB4, flags, 0));
        assert_int_equal(leaf_bits(&w, spaces[i], at), i == 1 || i == 3 ? 3 : 7);
        if (i == 1 || i == 3)
            continue;
        good(&w, svasim_sva_protect(w.sva, spaces[i], at, KIB4, SVASIM_MAP_READ, 0));
        assert_int_equal(leaf_bits(&w, spaces[i], at), 5);
    }
    /* The direct map: all of memory, for supervisors, writable, in 1 GiB pages. */
    uint64_t direct = UINT64_C(0xffff888000000000);
    assert_int_equal(where(&w, kernel, direct + 0x123456789), 0x123456789);
    assert_int_equal(where(&w, kernel, direct + 1024 * GIB1 - 1), 1024 * GIB1 - 1);
    assert_int_equal(leaf_bits(&w, kernel, direct), 0x83);
    uint64_t hpa;
    refuse(&w, svasim_sva_resolve(w.sva, kernel, direct + 1024 * GIB1, &hpa), SVASIM_EINVAL,
           "no page");
    close_world(&w);
}

static void bad_arguments(void **state)
{
    (void)state;
    struct world w;
    open_with(&w, 0, 0, setup_with(4 * GIB1, GIB1), 4096);
    svasim_space user = space_of(&w, SVASIM_SPACE_USER, 4, false), out;
    svasim_tree tree;
    uint16_t domain_id;
    uint64_t hpa;
    svasim_sva *s = w.sva;
    refuse(&w, svasim_sva_space_create(s, SVASIM_SPACE_USER, 3, false, &out), SVASIM_EINVAL,
           "tree.levels 3");
    refuse(&w, svasim_sva_space_create(s, SVASIM_SPACE_KERNEL, 4, true, &out), SVASIM_EINVAL,
           "second_stage 1");
    refuse(&w, svasim_sva_space_create(s, (svasim_space_kind)3, 4, true, &out), SVASIM_EINVAL,
           "kind 3");
    assert_int_equal(svasim_sva_space_tree(s, 9, &tree, &domain_id), SVASIM_EINVAL);
    refuse(&w, svasim_sva_map(s, 9, 0, 0, KIB4, KIB4, RW, 0), SVASIM_EINVAL, "space 9");
    refuse(&w, svasim_sva_unmap(s, 9, 0, KIB4, 0), SVASIM_EINVAL, "space 9");
    refuse(&w, svasim_sva_protect(s, 9, 0, KIB4, RW, 0), SVASIM_EINVAL, "space 9");
    refuse(&w, svasim_sva_bind(s, SID, 1, 9, 0), SVASIM_EINVAL, "space 9");
    refuse(&w, svasim_sva_resolve(s, 9, 0, &hpa), SVASIM_EINVAL, "space 9");
    refuse(&w, svasim_sva_map(s, user, 0, FRESH, KIB4, 17, RW, 0), SVASIM_EINVAL, "page_bytes");
    refuse(&w, svasim_sva_map(s, user, 1, FRESH, KIB4, KIB4, RW, 0), SVASIM_EINVAL, "multiples");
    refuse(&w, svasim_sva_map(s, user, UINT64_C(1) << 47, FRESH, KIB4, KIB4, RW, 0), SVASIM_EINVAL,
           "canonical");
    refuse(&w, svasim_sva_unmap(s, user, 0, 0, 0), SVASIM_EINVAL, "at least one page");
    refuse(&w, svasim_sva_bind(s, SID, 1 << 20, user, 0), SVASIM_EINVAL, "20 bits");
    refuse(&w, svasim_sva_bind(s, SID, 1, user, SVASIM_SVA_FPD), SVASIM_EINVAL, "act 0x8");
    refuse(&w, svasim_sva_unbind(s, SID, 1 << 20, 0), SVASIM_EINVAL, "20 bits");
    refuse(&w, svasim_sva_unbind(s, SID, 1, SVASIM_SVA_WPE), SVASIM_EINVAL, "act 0x2");
    refuse(&w, svasim_sva_unbind(s, SID, 1, 0), SVASIM_EINVAL, "is not bound");
    good(&w, svasim_sva_map(s, user, 0, FRESH, MIB2, MIB2, RW, 0));
    refuse(&w, svasim_sva_map(s, user, KIB4, FRESH, KIB4, KIB4, RW, 0), SVASIM_EINVAL,
           "is in the way");
    assert_null(svasim_sva_create(NULL, w.mem, w.tables, NULL));
    svasim_sva_destroy(NULL);
    close_world(&w);

    svasim_sva_setup setup = svasim_sva_setup_default();
    setup.direct_map_page = 12345;
    open_with(&w, 0, 0, setup, 64);
    refuse(&w, svasim_sva_space_create(w.sva, SVASIM_SPACE_KERNEL, 4, false, &out), SVASIM_EINVAL,
           "page_bytes");
    close_world(&w);
}

static uint64_t entry_word(struct world *w, uint32_t pasid, unsigned word)
{
    svasim_entry_ref ref = {.entry = SVASIM_ENTRY_PASID, .source_id = SID, .pasid = pasid};
    const svasim_layout *layout;
    uint64_t hpa;
    assert_int_equal(svasim_tables_locate(w->tables, &ref, false, &hpa, &layout), SVASIM_OK);
    return svasim_mem_read64(w->mem, hpa + word * 8);
}

static void pasid_entries(void **state)
{
    (void)state;
    struct world w;
    open_with(&w, 0, DOUBLE_SMPWCS, svasim_sva_setup_default(), 4096);
    svasim_space kernel = space_of(&w, SVASIM_SPACE_KERNEL, 4, false);
    svasim_space user = space_of(&w, SVASIM_SPACE_USER, 5, false);
    svasim_space dma = space_of(&w, SVASIM_SPACE_DMA, 5, true);
    svasim_tree tree;
    uint16_t domain_id;
    good(&w, svasim_sva_bind(w.sva, SID, 2, kernel, SVASIM_SVA_SUPERVISOR | SVASIM_SVA_WPE));
    assert_int_equal(svasim_sva_space_tree(w.sva, kernel, &tree, &domain_id), SVASIM_OK);
    assert_int_equal(entry_word(&w, 2, 0), 1 | 1 << 6);
    assert_int_equal(entry_word(&w, 2, 1), 1 | 1 << 23);
    assert_int_equal(entry_word(&w, 2, 2), tree.root | 1 | 1 << 4);
    good(&w, svasim_sva_bind(w.sva, SID, 3, user, SVASIM_SVA_EAFE));
    assert_int_equal(svasim_sva_space_tree(w.sva, user, &tree, &domain_id), SVASIM_OK);
    assert_int_equal(entry_word(&w, 3, 2), tree.root | 1 << 2 | 1 << 7);
    good(&w, svasim_sva_bind(w.sva, SID, 0, dma, 0));
    assert_int_equal(svasim_sva_space_tree(w.sva, dma, &tree, &domain_id), SVASIM_OK);
    assert_int_equal(entry_word(&w, 0, 0), tree.root | 1 | 3 << 2 | 2 << 6);
    assert_int_equal(entry_word(&w, 0, 1), 2 | 1 << 23);
    assert_int_equal(entry_word(&w, 0, 2), 0);
    for (unsigned word = 3; word < 8; word++)
        assert_int_equal(entry_word(&w, 2, word), 0);

    refuse(&w, svasim_sva_bind(w.sva, SID, 2, user, 0), SVASIM_EINVAL, "is present");
    good(&w, svasim_sva_unbind(w.sva, SID, 2, SVASIM_SVA_FPD));
    assert_int_equal(entry_word(&w, 2, 0), 2);
    assert_int_equal(entry_word(&w, 2, 1) | entry_word(&w, 2, 2), 0);
    good(&w, svasim_sva_bind(w.sva, SID, 2, user, 0));
    assert_int_equal(entry_word(&w, 2, 0), 1 | 1 << 6);
    good(&w, svasim_sva_unbind(w.sva, SID, 2, 0));
    assert_int_equal(entry_word(&w, 2, 0), 0);
    /* Somebody else cleared P: binding again is allowed and replaces what was noted. */
    svasim_entry_ref ref = {.entry = SVASIM_ENTRY_PASID, .source_id = SID, .pasid = 3};
    assert_int_equal(svasim_tables_set(w.tables, &ref, "p=0"), SVASIM_OK);
    good(&w, svasim_sva_bind(w.sva, SID, 3, kernel, 0));
    good(&w, svasim_sva_unbind(w.sva, SID, 3, 0));
    refuse(&w, svasim_sva_unbind(w.sva, SID, 3, 0), SVASIM_EINVAL, "is not bound");
    close_world(&w);
}

static void many_bindings(void **state)
{
    (void)state;
    struct world w;
    enum { COUNT = 3000 };
    open_with(&w, 0, 0, svasim_sva_setup_default(), 4096);
    svasim_space user = space_of(&w, SVASIM_SPACE_USER, 4, false);
    svasim_space other = space_of(&w, SVASIM_SPACE_USER, 4, false);
    for (uint32_t pasid = 1; pasid <= COUNT; pasid++)
        good(&w, svasim_sva_bind(w.sva, SID, pasid * 7, pasid % 2 ? user : other, 0));
    for (uint32_t pasid = 1; pasid <= COUNT; pasid += 3)
        good(&w, svasim_sva_unbind(w.sva, SID, pasid * 7, SVASIM_SVA_NO_FLUSH));
    for (uint32_t pasid = 1; pasid <= COUNT; pasid++) {
        bool bound = sv_binding_find(w.sva, SID, pasid * 7) != SV_NONE;
        assert_int_equal(bound, pasid % 3 != 1);
        if (bound)
            good(&w, svasim_sva_unbind(w.sva, SID, pasid * 7, SVASIM_SVA_NO_FLUSH));
    }
    good(&w, svasim_sva_map(w.sva, user, 0, FRESH, KIB4, KIB4, RW, 0));
    good(&w, svasim_sva_unmap(w.sva, user, 0, KIB4, 0));
    assert_int_equal(w.unit.count, 0); /* nobody is left */
    close_world(&w);
}

static void fresh_frames_come_back(void **state)
{
    (void)state;
    struct world w;
    open_with(&w, 0, 0, setup_with(GIB1, 4 * MIB2), 4096);
    svasim_space a = space_of(&w, SVASIM_SPACE_USER, 4, false);
    svasim_space b = space_of(&w, SVASIM_SPACE_USER, 4, false);
    good(&w, svasim_sva_map(w.sva, a, 0, FRESH, 3 * KIB4, KIB4, RW, 0));
    assert_int_equal(where(&w, a, 0x2345), GIB1 + 0x2345);
    /* Shared by address: the owner alone gives it back. */
    good(&w, svasim_sva_map(w.sva, b, 0x10000, GIB1, KIB4, KIB4, RW, 0));
    good(&w, svasim_sva_unmap(w.sva, b, 0x10000, KIB4, 0));
    good(&w, svasim_sva_map(w.sva, b, 0, FRESH, KIB4, KIB4, RW, 0));
    assert_int_equal(where(&w, b, 0), GIB1 + 3 * KIB4);
    good(&w, svasim_sva_unmap(w.sva, a, KIB4, KIB4, 0));
    good(&w, svasim_sva_map(w.sva, b, KIB4, FRESH, KIB4, KIB4, RW, 0));
    assert_int_equal(where(&w, b, KIB4), GIB1 + KIB4);
    /* Overwriting takes another frame before the old one is let go. */
    good(&w, svasim_sva_map(w.sva, b, KIB4, FRESH, KIB4, KIB4, RW, 0));
    assert_int_equal(where(&w, b, KIB4), GIB1 + 4 * KIB4);
    /* Large frames are aligned; what they skip serves small pages. */
    good(&w, svasim_sva_map(w.sva, a, MIB2, FRESH, MIB2, MIB2, RW, 0));
    assert_int_equal(where(&w, a, MIB2), GIB1 + MIB2);
    good(&w, svasim_sva_map(w.sva, a, 2 * MIB2, FRESH, 500 * KIB4, KIB4, RW, 0));
    assert_in_range(where(&w, a, 2 * MIB2), GIB1, GIB1 + MIB2 - 1);
    /* All that is left: two large frames, then small pieces of them. */
    refuse(&w, svasim_sva_map(w.sva, a, GIB1, FRESH, 3 * MIB2, MIB2, RW, 0), SVASIM_ENOMEM,
           "expected at most 2 fresh pages of 0x200000");
    good(&w, svasim_sva_unmap(w.sva, a, MIB2, MIB2, 0));
    good(&w, svasim_sva_map(w.sva, a, GIB1, FRESH, 3 * 512 * KIB4, KIB4, RW, 0));
    refuse(&w, svasim_sva_map(w.sva, a, 2 * GIB1, FRESH, MIB2, MIB2, RW, 0), SVASIM_ENOMEM,
           "expected at most 0 fresh pages");
    /* Every page has a frame of its own. */
    for (uint64_t i = 0; i < 3 * 512; i++) {
        uint64_t hpa = where(&w, a, GIB1 + i * KIB4);
        assert_int_equal(svasim_mem_read64(w.mem, hpa), 0);
        assert_int_equal(svasim_mem_write64(w.mem, hpa, i + 1), SVASIM_OK);
    }
    close_world(&w);
}

static void fresh_gigabyte_pages(void **state)
{
    (void)state;
    struct world w;
    open_with(&w, 0, 0, setup_with(MIB2, 4 * GIB1), 4096);
    svasim_space a = space_of(&w, SVASIM_SPACE_USER, 4, false);
    good(&w, svasim_sva_map(w.sva, a, 0, FRESH, KIB4, KIB4, RW, 0));
    good(&w, svasim_sva_map(w.sva, a, GIB1, FRESH, GIB1, GIB1, RW, 0));
    assert_int_equal(where(&w, a, GIB1), GIB1);
    good(&w, svasim_sva_map(w.sva, a, 2 * GIB1, FRESH, 2 * GIB1, GIB1, RW, 0));
    assert_int_equal(where(&w, a, 3 * GIB1), 3 * GIB1);
    good(&w, svasim_sva_unmap(w.sva, a, GIB1, GIB1, 0));
    /* 510 untouched and skipped 2 MiB frames, one at the end, then pieces of the 1 GiB frame. */
    good(&w, svasim_sva_map(w.sva, a, 8 * GIB1, FRESH, 600 * MIB2, MIB2, RW, 0));
    refuse(&w, svasim_sva_map(w.sva, a, GIB1, FRESH, GIB1, GIB1, RW, 0), SVASIM_ENOMEM, "most 0");
    svasim_tree tree;
    uint16_t domain_id;
    assert_int_equal(svasim_sva_space_tree(w.sva, a, &tree, &domain_id), SVASIM_OK);
    close_world(&w);
}

static void table_frames_run_out(void **state)
{
    (void)state;
    struct world w;
    open_with(&w, 0, 0, setup_with(GIB1, GIB1), 7);
    svasim_space a = space_of(&w, SVASIM_SPACE_USER, 4, false);
    good(&w, svasim_sva_map(w.sva, a, 0, FRESH, 4 * KIB4, KIB4, RW, 0));
    /* Two more leaf tables exist, three are needed. Nothing of the range stays. */
    refuse(&w, svasim_sva_map(w.sva, a, 0, FRESH, 4 * MIB2, KIB4, RW, 0), SVASIM_ENOMEM,
           "no frame left");
    uint64_t hpa;
    refuse(&w, svasim_sva_resolve(w.sva, a, 0, &hpa), SVASIM_EINVAL, "no page");
    /* All frames came back. */
    good(&w, svasim_sva_map(w.sva, a, 0, FRESH, 2 * 512 * KIB4, KIB4, RW, 0));
    good(&w, svasim_sva_unmap(w.sva, a, 0, 2 * 512 * KIB4, 0));
    assert_int_equal(sv_data_available(&w.sva->data, 0), 512 * 512);
    close_world(&w);
}

static void short_of_memory(void **state)
{
    (void)state;
    for (unsigned n = 0;; n++) {
        struct world w;
        svasim_sva_setup setup = setup_with(GIB1, GIB1);
        open_with(&w, 0, 0, setup, 4096);
        svasim_sva_destroy(w.sva);
        struct ration ration = {.left = n};
        svasim_alloc alloc = {ration_allocate, ration_release, &ration};
        w.sva = sv_sva_create(&w.unit, w.mem, w.tables, &setup, &alloc);
        svasim_err error = w.sva ? SVASIM_OK : SVASIM_ENOMEM;
        svasim_space space = 0;
        for (unsigned i = 0; i < 40 && error == SVASIM_OK; i++)
            error = svasim_sva_space_create(w.sva, SVASIM_SPACE_USER, 4, false, &space);
        for (uint32_t pasid = 0; pasid < 40 && error == SVASIM_OK; pasid++)
            error = svasim_sva_bind(w.sva, SID, pasid, space, SVASIM_SVA_NO_FLUSH);
        if (error == SVASIM_OK)
            error =
                svasim_sva_map(w.sva, space, 0, FRESH, 100 * KIB4, KIB4, RW, SVASIM_SVA_NO_FLUSH);
        if (error == SVASIM_OK)
            error =
                svasim_sva_map(w.sva, space, GIB1, FRESH, 70 * MIB2, MIB2, RW, SVASIM_SVA_NO_FLUSH);
        assert_true(error == SVASIM_OK || error == SVASIM_ENOMEM);
        uint64_t hpa;
        if (w.sva && error != SVASIM_OK)
            assert_int_not_equal(svasim_sva_resolve(w.sva, space, GIB1, &hpa), SVASIM_OK);
        close_world(&w);
        assert_int_equal(ration.live, 0);
        if (error == SVASIM_OK) {
            assert_in_range(n, 8, 40);
            break;
        }
    }
}

/* Tables that others destroyed: errors, not crashes. */
static void hostile_memory(void **state)
{
    (void)state;
    struct world w;
    open_with(&w, DOUBLE_PSI | DOUBLE_MAMV, DOUBLE_DT, svasim_sva_setup_default(), 4096);
    svasim_space user = space_of(&w, SVASIM_SPACE_USER, 4, false);
    good(&w, svasim_sva_map(w.sva, user, 0, FRESH, 4 * KIB4, KIB4, RW, 0));
    good(&w, svasim_sva_bind(w.sva, SID, 5, user, 0));
    svasim_entry_ref ref = {.entry = SVASIM_ENTRY_CONTEXT, .source_id = SID};
    assert_int_equal(svasim_tables_set(w.tables, &ref, "raw0=0xffffffffffffffff raw1=1"),
                     SVASIM_OK);
    assert_int_equal(svasim_sva_unbind(w.sva, SID, 5, 0), SVASIM_EINVAL);
    assert_int_equal(svasim_sva_bind(w.sva, SID, 6, user, 0), SVASIM_EINVAL);
    assert_int_not_equal(strlen(svasim_sva_error(w.sva)), 0);
    /* The leaf points to a frame of somebody else: it is not given back for it. */
    svasim_tree tree;
    uint16_t domain_id;
    uint64_t target, page_bytes, leaf;
    assert_int_equal(svasim_sva_space_tree(w.sva, user, &tree, &domain_id), SVASIM_OK);
    assert_int_equal(svasim_tree_find(w.tables, &tree, 0, &target, &page_bytes, &leaf), SVASIM_OK);
    assert_int_equal(svasim_mem_write64(w.mem, leaf, (target + KIB4) | 7), SVASIM_OK);
    uint64_t before = sv_data_available(&w.sva->data, 0);
    good(&w, svasim_sva_unmap(w.sva, user, 0, KIB4, 0));
    assert_int_equal(sv_data_available(&w.sva->data, 0), before);
    close_world(&w);
}

static void domains_run_out(void **state)
{
    (void)state;
    struct world w;
    open_with(&w, 0, 0, svasim_sva_setup_default(), 70000);
    svasim_space space = 0, out;
    for (unsigned i = 2; i < 65536; i++)
        space = space_of(&w, SVASIM_SPACE_DMA, 4, false);
    svasim_tree tree;
    uint16_t domain_id;
    assert_int_equal(svasim_sva_space_tree(w.sva, space, &tree, &domain_id), SVASIM_OK);
    assert_int_equal(domain_id, 65535);
    refuse(&w, svasim_sva_space_create(w.sva, SVASIM_SPACE_DMA, 4, false, &out), SVASIM_EINVAL,
           "at most 65534 DMA domains");
    space_of(&w, SVASIM_SPACE_USER, 4, false);
    close_world(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kinds_of_spaces),        cmocka_unit_test(bad_arguments),
        cmocka_unit_test(pasid_entries),          cmocka_unit_test(many_bindings),
        cmocka_unit_test(fresh_frames_come_back), cmocka_unit_test(fresh_gigabyte_pages),
        cmocka_unit_test(table_frames_run_out),   cmocka_unit_test(short_of_memory),
        cmocka_unit_test(hostile_memory),         cmocka_unit_test(domains_run_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
