/* SPDX-License-Identifier: MIT */
/* test_sva_flush.c - does each act send the descriptors that a correct driver owes, in order, and
 * none when told to leave them out? Expected descriptors are written out bit by bit. */
#include "test_sva_double.h"

#define SID   0x0140
#define SID_2 0x0208

/* Decoded by hand from the specification, so that a wrong layout shows. */
static void describe(const uint64_t *words, char *out, size_t bytes)
{
    uint64_t low = words[0], high = words[1];
    unsigned did = (unsigned)(low >> 16 & 0xffff), pasid = (unsigned)(low >> 32 & 0xfffff);
    unsigned granularity = (unsigned)(low >> 4 & 3), mask = (unsigned)(high & 0x3f);
    const char *ih = high >> 6 & 1 ? " ih" : "";
    uint64_t address = high & ~UINT64_C(0xfff);
    switch (low & 0xf) {
    case 2:
        if (granularity == 3)
            snprintf(out, bytes, "iotlb did=%u page=%" PRIx64 " am=%u%s", did, address, mask, ih);
        else
            snprintf(out, bytes, "iotlb did=%u g=%u", did, granularity);
        assert_int_equal(low >> 6 & 3, 3);
        break;
    case 3:
        snprintf(out, bytes, "dev sid=%x s=%u %" PRIx64 " pf=%x", (unsigned)(low >> 32 & 0xffff),
                 (unsigned)(high & 1), address, (unsigned)(low >> 52 << 4 | (low >> 12 & 0xf)));
        break;
    case 5:
        snprintf(out, bytes, "%s", low == 5 ? "wait" : low == (5 | 1 << 6) ? "fence" : "?");
        assert_int_equal(high, 0);
        break;
    case 6:
        if (granularity == 3)
            snprintf(out, bytes, "piotlb did=%u pasid=%u page=%" PRIx64 " am=%u%s", did, pasid,
                     address, mask, ih);
        else
            snprintf(out, bytes, "piotlb did=%u pasid=%u g=%u", did, pasid, granularity);
        break;
    case 7:
        snprintf(out, bytes, "pc did=%u pasid=%u g=%u", did, pasid, granularity);
        break;
    case 8:
        snprintf(out, bytes, "pdev sid=%x pasid=%u s=%u %" PRIx64 " pf=%x", did, pasid,
                 (unsigned)(high >> 11 & 1), address,
                 (unsigned)(low >> 52 << 4 | (low >> 12 & 0xf)));
        break;
    default:
        snprintf(out, bytes, "type %u", (unsigned)(low & 0xf));
    }
    assert_int_equal(words[2] | words[3], 0);
}

static void expect_sent(struct world *w, const char *expected)
{
    char text[2048] = "";
    for (unsigned i = 0; i < w->unit.count; i++) {
        char one[128];
        describe(w->unit.words[i], one, sizeof one);
        size_t used = strlen(text);
        (void)snprintf(text + used, sizeof text - used, "%s%s", i ? "; " : "", one);
    }
    w->unit.count = 0;
    assert_string_equal(text, expected);
}

static void open_plain(struct world *w)
{
    svasim_sva_setup setup = svasim_sva_setup_default();
    setup.direct_map_bytes = 16 * GIB1;
    open_with(w, DOUBLE_PSI | DOUBLE_MAMV, DOUBLE_DT | DOUBLE_SMPWCS, setup, 4096);
}

enum act { ACT_MAP, ACT_UNMAP, ACT_PROTECT };

/* What a space sends for an act on a page that was there. */
struct row {
    enum act act;
    uint64_t address, bytes, page; /* page: what MAP uses */
    const char *user, *dma;        /* a first-stage space, a second-stage space */
};

/* Before each row: 2048 pages of 4 KiB from 8 MiB, one 2 MiB page at 1 GiB, one 1 GiB page at
 * 2 GiB. User: DID 1, PASID 5. DMA: DID 2, behind PASID 0. */
static const struct row rows[] = {
    {ACT_UNMAP, 0x800000, 0x1000, 0, "piotlb did=1 pasid=5 page=800000 am=0 ih; wait",
     "iotlb did=2 page=800000 am=0 ih; wait"},
    {ACT_UNMAP, 0x801000, 0x2000, 0, "piotlb did=1 pasid=5 page=800000 am=2 ih; wait",
     "iotlb did=2 page=800000 am=2 ih; wait"},
    {ACT_PROTECT, 0x800000, 0x800000, 0, "piotlb did=1 pasid=5 page=800000 am=11 ih; wait",
     "iotlb did=2 page=800000 am=11 ih; wait"},
    /* Only what was present counts. */
    {ACT_UNMAP, 0, 0x801000, 0, "piotlb did=1 pasid=5 page=800000 am=0 ih; wait",
     "iotlb did=2 page=800000 am=0 ih; wait"},
    {ACT_UNMAP, 0, 0x800000, 0, "", ""},
    {ACT_PROTECT, 0x100000000, 0x1000, 0, "", ""},
    /* A part of a large page is the whole page. */
    {ACT_UNMAP, 0x40001000, 0x1000, 0, "piotlb did=1 pasid=5 page=40000000 am=9 ih; wait",
     "iotlb did=2 page=40000000 am=9 ih; wait"},
    {ACT_PROTECT, 0x80000000, 0x40000000, 0, "piotlb did=1 pasid=5 page=80000000 am=18 ih; wait",
     "iotlb did=2 page=80000000 am=18 ih; wait"},
    /* Wider than MAMV allows, or than is worth it. */
    {ACT_UNMAP, 0x40000000, 0x80000000, 0, "piotlb did=1 pasid=5 page=0 am=20 ih; wait",
     "iotlb did=2 g=2; wait"},
    {ACT_UNMAP, 0, UINT64_C(0x700000000000), 0, "piotlb did=1 pasid=5 page=0 am=20 ih; wait",
     "iotlb did=2 g=2; wait"},
    /* Mapping over pages, leaf for leaf, and a large page over a table. */
    {ACT_MAP, 0, 0x800000, 0x1000, "", ""},
    {ACT_MAP, 0x7ff000, 0x2000, 0x1000, "piotlb did=1 pasid=5 page=800000 am=0 ih; wait",
     "iotlb did=2 page=800000 am=0 ih; wait"},
    {ACT_MAP, 0x800000, 0x200000, 0x200000, "piotlb did=1 pasid=5 page=800000 am=9; wait",
     "iotlb did=2 page=800000 am=9; wait"},
    {ACT_MAP, 0x40000000, 0x40000000, 0x40000000, "piotlb did=1 pasid=5 page=40000000 am=18; wait",
     "iotlb did=2 page=40000000 am=18; wait"},
};

static void prepare(struct world *w, svasim_space space)
{
    good(w, svasim_sva_map(w->sva, space, 0x800000, 0x800000, 2048 * KIB4, KIB4, RW, 0));
    good(w, svasim_sva_map(w->sva, space, GIB1, GIB1, MIB2, MIB2, RW, 0));
    good(w, svasim_sva_map(w->sva, space, 2 * GIB1, 2 * GIB1, GIB1, GIB1, RW, 0));
    expect_sent(w, ""); /* nothing was there before: nothing is owed */
}

static void do_act(struct world *w, svasim_space space, const struct row *row, uint32_t flags)
{
    switch (row->act) {
    case ACT_MAP:
        good(w, svasim_sva_map(w->sva, space, row->address, 4 * GIB1, row->bytes, row->page, RW,
                               flags));
        break;
    case ACT_UNMAP:
        good(w, svasim_sva_unmap(w->sva, space, row->address, row->bytes, flags));
        break;
    case ACT_PROTECT:
        good(w,
             svasim_sva_protect(w->sva, space, row->address, row->bytes, SVASIM_MAP_READ, flags));
        break;
    }
}

static void acts_by_table(void **state)
{
    (void)state;
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        for (unsigned second = 0; second < 2; second++) {
            for (unsigned silent = 0; silent < 2; silent++) {
                struct world w;
                open_plain(&w);
                svasim_space user = space_of(&w, SVASIM_SPACE_USER, 4, false);
                svasim_space dma = space_of(&w, SVASIM_SPACE_DMA, 4, true);
                good(&w, svasim_sva_bind(w.sva, SID, 5, user, 0));
                good(&w, svasim_sva_bind(w.sva, SID, 0, dma, 0));
                svasim_space space = second ? dma : user;
                prepare(&w, space);
                do_act(&w, space, &rows[i], silent ? SVASIM_SVA_NO_FLUSH : 0);
                expect_sent(&w, silent ? "" : second ? rows[i].dma : rows[i].user);
                close_world(&w);
            }
        }
    }
}

static void every_user_once(void **state)
{
    (void)state;
    struct world w;
    open_plain(&w);
    svasim_space kernel = space_of(&w, SVASIM_SPACE_KERNEL, 4, false);
    uint64_t vmalloc = UINT64_C(0xffffc90000000000);
    good(&w, svasim_sva_map(w.sva, kernel, vmalloc, FRESH, KIB4, KIB4, RW, 0));
    good(&w, svasim_sva_unmap(w.sva, kernel, vmalloc, KIB4, 0));
    expect_sent(&w, ""); /* nobody uses it */
    /* Two devices with one PASID need one descriptor, another PASID needs its own. */
    good(&w, svasim_sva_bind(w.sva, SID, 7, kernel, SVASIM_SVA_SUPERVISOR));
    good(&w, svasim_sva_bind(w.sva, SID_2, 7, kernel, SVASIM_SVA_SUPERVISOR));
    good(&w, svasim_sva_bind(w.sva, SID, 8, kernel, SVASIM_SVA_SUPERVISOR));
    good(&w, svasim_sva_map(w.sva, kernel, vmalloc, FRESH, KIB4, KIB4, RW, 0));
    good(&w, svasim_sva_unmap(w.sva, kernel, vmalloc, KIB4, 0));
    expect_sent(&w, "piotlb did=1 pasid=8 page=ffffc90000000000 am=0 ih; "
                    "piotlb did=1 pasid=7 page=ffffc90000000000 am=0 ih; wait");
    good(&w, svasim_sva_unbind(w.sva, SID, 7, SVASIM_SVA_NO_FLUSH));
    good(&w, svasim_sva_unbind(w.sva, SID, 8, SVASIM_SVA_NO_FLUSH));
    good(&w,
         svasim_sva_protect(w.sva, kernel, UINT64_C(0xffff888000000000), GIB1, SVASIM_MAP_READ, 0));
    expect_sent(&w, "piotlb did=1 pasid=7 page=ffff888000000000 am=18 ih; wait");
    /* What Linux of 2021 did for kernel mappings. */
    good(&w, svasim_sva_map(w.sva, kernel, vmalloc, FRESH, KIB4, KIB4, RW, 0));
    good(&w, svasim_sva_unmap(w.sva, kernel, vmalloc, KIB4, SVASIM_SVA_NO_FLUSH));
    expect_sent(&w, "");
    close_world(&w);
}

static void very_large_is_the_whole_pasid(void **state)
{
    (void)state;
    struct world w;
    open_plain(&w);
    svasim_space user = space_of(&w, SVASIM_SPACE_USER, 4, false);
    good(&w, svasim_sva_bind(w.sva, SID, 5, user, 0));
    good(&w, svasim_sva_map(w.sva, user, 0, 0, 1024 * GIB1, GIB1, RW, 0));
    good(&w, svasim_sva_protect(w.sva, user, 0, 512 * GIB1, SVASIM_MAP_READ, 0));
    expect_sent(&w, "piotlb did=1 pasid=5 page=0 am=27 ih; wait");
    good(&w, svasim_sva_unmap(w.sva, user, 0, 1024 * GIB1, 0));
    expect_sent(&w, "piotlb did=1 pasid=5 g=2; wait");
    close_world(&w);
}

static void bind_and_unbind(void **state)
{
    (void)state;
    struct world w;
    open_plain(&w);
    svasim_space user = space_of(&w, SVASIM_SPACE_USER, 5, false);
    svasim_space first = space_of(&w, SVASIM_SPACE_DMA, 4, false);
    svasim_space second = space_of(&w, SVASIM_SPACE_DMA, 3, true);
    good(&w, svasim_sva_bind(w.sva, SID, 5, user, 0));
    good(&w, svasim_sva_bind(w.sva, SID, 0, first, 0));
    good(&w, svasim_sva_bind(w.sva, SID_2, 0, second, 0));
    expect_sent(&w, "");
    good(&w, svasim_sva_unbind(w.sva, SID, 5, 0));
    expect_sent(&w, "pc did=1 pasid=5 g=1; piotlb did=1 pasid=5 g=2; wait");
    good(&w, svasim_sva_unbind(w.sva, SID, 0, SVASIM_SVA_FPD));
    expect_sent(&w, "pc did=2 pasid=0 g=1; piotlb did=2 pasid=0 g=2; wait");
    good(&w, svasim_sva_unbind(w.sva, SID_2, 0, 0));
    expect_sent(&w, "pc did=3 pasid=0 g=1; iotlb did=3 g=2; wait");
    good(&w, svasim_sva_bind(w.sva, SID_2, 0, second, 0));
    good(&w, svasim_sva_unbind(w.sva, SID_2, 0, SVASIM_SVA_NO_FLUSH));
    expect_sent(&w, "");
    close_world(&w);
}

static void caching_mode(void **state)
{
    (void)state;
    struct world w;
    open_with(&w, DOUBLE_CM | DOUBLE_MAMV, 0, svasim_sva_setup_default(), 4096);
    svasim_space user = space_of(&w, SVASIM_SPACE_USER, 4, false);
    svasim_space dma = space_of(&w, SVASIM_SPACE_DMA, 4, true);
    good(&w, svasim_sva_bind(w.sva, SID, 5, user, 0));
    expect_sent(&w, "pc did=0 pasid=5 g=1; pc did=1 pasid=5 g=1; piotlb did=1 pasid=5 g=2; wait");
    good(&w, svasim_sva_bind(w.sva, SID, 0, dma, 0));
    expect_sent(&w, "pc did=0 pasid=0 g=1; pc did=2 pasid=0 g=1; piotlb did=2 pasid=0 g=2; wait");
    good(&w, svasim_sva_bind(w.sva, SID_2, 0, dma, SVASIM_SVA_NO_FLUSH));
    /* First-stage entries are never cached while not present; second-stage ones may be. This
     * unit has no page-selective invalidation. */
    good(&w, svasim_sva_map(w.sva, user, 0, FRESH, KIB4, KIB4, RW, 0));
    expect_sent(&w, "");
    good(&w, svasim_sva_map(w.sva, dma, 0, FRESH, KIB4, KIB4, RW, 0));
    expect_sent(&w, "iotlb did=2 g=2; wait");
    good(&w, svasim_sva_map(w.sva, dma, KIB4, FRESH, KIB4, KIB4, RW, SVASIM_SVA_NO_FLUSH));
    expect_sent(&w, "");
    close_world(&w);
}

/* trap 79: a whole device TLB is S = 1 and 7ffffffffffff000.
 * trap 80: two pages are S = 1 with bit 12 clear.
 * trap 81: RID_PASID's entry wants the descriptor without PASID. */
static void device_tlbs(void **state)
{
    (void)state;
    struct world w;
    open_with(&w, DOUBLE_PSI | DOUBLE_MAMV, DOUBLE_DT | DOUBLE_DIT, svasim_sva_setup_default(),
              4096);
    svasim_space first = space_of(&w, SVASIM_SPACE_DMA, 4, false);
    good(&w, svasim_sva_bind(w.sva, SID, 0, first, 0));
    good(&w, svasim_sva_bind(w.sva, SID_2, 9, first, 0));
    svasim_entry_ref context = {.entry = SVASIM_ENTRY_CONTEXT, .source_id = SID};
    assert_int_equal(svasim_tables_set(w.tables, &context, "dte=1"), SVASIM_OK);
    context.source_id = SID_2;
    assert_int_equal(svasim_tables_set(w.tables, &context, "dte=1"), SVASIM_OK);
    good(&w, svasim_sva_map(w.sva, first, 0, 0, 16 * KIB4, KIB4, RW, 0));
    good(&w, svasim_sva_unmap(w.sva, first, 0, KIB4, 0));
    /* No device-TLB flush of a request-without-PASID may pass the PASID's own. */
    expect_sent(&w, "piotlb did=2 pasid=9 page=0 am=0 ih; piotlb did=2 pasid=0 page=0 am=0 ih; "
                    "pdev sid=208 pasid=9 s=0 0 pf=208; fence; dev sid=140 s=0 0 pf=140; wait");
    good(&w, svasim_sva_unbind(w.sva, SID, 0, 0));
    expect_sent(&w, "pc did=2 pasid=0 g=1; piotlb did=2 pasid=0 g=2; fence; "
                    "dev sid=140 s=1 7ffffffffffff000 pf=140; wait");
    good(&w, svasim_sva_unmap(w.sva, first, 2 * KIB4, 2 * KIB4, 0));
    expect_sent(&w, "piotlb did=2 pasid=9 page=2000 am=1 ih; "
                    "pdev sid=208 pasid=9 s=1 2000 pf=208; wait");
    good(&w, svasim_sva_unmap(w.sva, first, 8 * KIB4, 8 * KIB4, 0));
    expect_sent(&w, "piotlb did=2 pasid=9 page=8000 am=3 ih; "
                    "pdev sid=208 pasid=9 s=1 b000 pf=208; wait");
    close_world(&w);
}

static void a_refusing_unit(void **state)
{
    (void)state;
    struct world w;
    open_plain(&w);
    svasim_space user = space_of(&w, SVASIM_SPACE_USER, 4, false);
    good(&w, svasim_sva_bind(w.sva, SID, 5, user, 0));
    good(&w, svasim_sva_map(w.sva, user, 0, FRESH, 2 * KIB4, KIB4, RW, 0));
    w.unit.iqei = 3;
    refuse(&w, svasim_sva_unmap(w.sva, user, 0, KIB4, 0), SVASIM_EIO,
           "inv_p_iotlb refused by the unit, IQEI 3");
    expect_sent(&w, "piotlb did=1 pasid=5 page=0 am=0 ih"); /* the queue has stopped */
    uint64_t hpa;
    refuse(&w, svasim_sva_resolve(w.sva, user, 0, &hpa), SVASIM_EINVAL, "no page is mapped");
    w.unit.iqei = 0;
    w.unit.error = SVASIM_BUSY;
    refuse(&w, svasim_sva_unbind(w.sva, SID, 5, 0), SVASIM_BUSY, "inv_pc: the double says no");
    refuse(&w, svasim_sva_unbind(w.sva, SID, 5, 0), SVASIM_EINVAL, "is not bound");
    close_world(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(acts_by_table),   cmocka_unit_test(every_user_once),
        cmocka_unit_test(bind_and_unbind), cmocka_unit_test(very_large_is_the_whole_pasid),
        cmocka_unit_test(caching_mode),    cmocka_unit_test(device_tlbs),
        cmocka_unit_test(a_refusing_unit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
