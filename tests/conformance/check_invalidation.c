/* SPDX-License-Identifier: MIT */
/* check_invalidation.c - what is left in which cache after each invalidation descriptor (section
 * 6.5.2)? A unit is filled by one request, one descriptor is applied, and every cache is counted
 * against the scope table typed below. Domain, PASID, address, mask and hint are varied over all
 * combinations. */
#define _POSIX_C_SOURCE 200809L
#include "conformance/bed.h"
#include "conformance/suite.h"

#include <string.h>

/* Columns of the scope table. */
enum column { CONTEXT, PASID, IOTLB_24, IOTLB_13, FIRST, SECOND, COLUMNS };

/* What a cell compares: D domain, P PASID, A address; S source id; ! nothing if IH is 1;
 * * everything goes; - nothing goes; d domain in legacy mode only. */
static const struct scope {
    uint8_t type, granularity;
    const char *cell[COLUMNS];
} scopes[] = {
    {1, 1, {"*", "-", "-", "-", "-", "-"}},      /* cc_inv global */
    {1, 2, {"d", "-", "-", "-", "-", "-"}},      /* domain */
    {1, 3, {"Sd", "-", "-", "-", "-", "-"}},     /* device */
    {7, 0, {"-", "D", "-", "-", "-", "-"}},      /* pc_inv domain */
    {7, 1, {"-", "DP", "-", "-", "-", "-"}},     /* PASID in domain */
    {7, 3, {"-", "*", "-", "-", "-", "-"}},      /* global */
    {2, 1, {"-", "-", "*", "*", "*", "*"}},      /* iotlb_inv global */
    {2, 2, {"-", "-", "D", "D", "D", "D"}},      /* domain */
    {2, 3, {"-", "-", "DA", "D", "D", "DA!"}},   /* page in domain */
    {6, 2, {"-", "-", "DP", "DP", "DP", "-"}},   /* p_iotlb_inv PASID */
    {6, 3, {"-", "-", "-", "DPA", "DPA!", "-"}}, /* page in PASID */
};
#define SCOPES (sizeof scopes / sizeof scopes[0])

/* One descriptor, as differences from what the cached entries carry. */
struct descriptor {
    const struct scope *scope;
    bool other_domain, other_pasid, ih;
    uint16_t sid_xor;
    uint8_t am, fm;
    uint64_t address; /* absolute */
};

/* One cache entry that the fill must have made. */
struct resident {
    const char *cache;
    enum column column;
    uint64_t address;
    unsigned shift; /* log2 of what it covers */
};

struct filled {
    struct bed bed;
    uint32_t pasid; /* of the request */
    struct resident resident[16];
    unsigned count;
    bool legacy;
};

static void resident(struct filled *f, const char *cache, enum column column, uint64_t address,
                     unsigned shift)
{
    f->resident[f->count++] = (struct resident){cache, column, address, shift};
}

/* Structure entries of one 4-level walk that ends in a page of 2^shift bytes. */
static void structure(struct filled *f, bool second, uint64_t address, unsigned shift)
{
    static const char *const names[2][3] = {{"fs_pde", "fs_pdpe", "fs_pml4e"},
                                            {"ss_pde", "ss_pdpe", "ss_pml4e"}};
    for (unsigned level = 2 + (shift - 12) / 9; level <= 4; level++)
        resident(f, names[second][level - 2], second ? SECOND : FIRST, address, 3 + 9 * level);
}

static void expect_fill(struct filled *f)
{
    static const char *const iotlb[3] = {"iotlb_4k", "iotlb_2m", "iotlb_1g"};
    const struct bed_plan *plan = &f->bed.plan;
    bool first = plan->pgtt == 1 || plan->pgtt == 3;
    unsigned shift = first ? plan->first_shift : plan->second_shift;
    resident(f, "context", CONTEXT, 0, 64);
    if (plan->pgtt)
        resident(f, "pasid", PASID, 0, 64);
    if (first)
        structure(f, false, plan->address, plan->first_shift);
    if (plan->pgtt == 0 || plan->pgtt == 2)
        structure(f, true, plan->address, plan->second_shift);
    if (plan->pgtt == 3) {
        /* Guest addresses of the tables, and of the page: apart below the top level. */
        structure(f, true, BED_GPA, plan->second_shift);
        structure(f, true, BED_FRAMES, plan->second_shift);
        f->count--; /* one top-level entry leads to both */
        if (plan->second_shift < shift)
            shift = plan->second_shift;
    }
    if (plan->pgtt == 4)
        shift = 30;
    resident(f, iotlb[(shift - 12) / 9], first ? IOTLB_13 : IOTLB_24, plan->address, shift);
}

static void expect_counts(const struct filled *f, const bool *gone)
{
    for (unsigned c = 0; svasim_cache_at(c); c++) {
        const char *name = svasim_cache_at(c)->name;
        unsigned expected = 0;
        for (unsigned i = 0; i < f->count; i++)
            expected += strcmp(f->resident[i].cache, name) == 0 && !(gone && gone[i]);
        ck_assert_msg(svasim_cache_entries(f->bed.unit, c) == expected, "%s holds %u, expected %u",
                      name, svasim_cache_entries(f->bed.unit, c), expected);
    }
}

/* Empty all caches and fill them by one request. */
static void refill(struct filled *f)
{
    bed_on(&f->bed);
    svasim_response r = bed_read(&f->bed, f->pasid, f->bed.plan.address);
    ck_assert_uint_eq(r.fault, SVASIM_FAULT_NONE);
    expect_counts(f, NULL);
}

static void words_of(const struct filled *f, const struct descriptor *d, uint64_t words[4])
{
    uint32_t effective = f->pasid == SVASIM_NO_PASID ? BED_RID_PASID : f->pasid;
    uint64_t domain = BED_DID + (d->other_domain ? 1 : 0);
    uint64_t pasid = effective + (d->other_pasid ? 1 : 0);
    memset(words, 0, 4 * sizeof *words);
    words[0] = d->scope->type | (uint64_t)d->scope->granularity << 4 | domain << 16;
    if (d->scope->type == 1)
        words[0] |= (uint64_t)(BED_SID ^ d->sid_xor) << 32 | (uint64_t)d->fm << 48;
    if (d->scope->type == 6 || d->scope->type == 7)
        words[0] |= pasid << 32;
    if (d->scope->type == 2 || d->scope->type == 6)
        words[1] = (d->address & ~UINT64_C(0xfff)) | (uint64_t)d->ih << 6 | d->am;
}

static bool goes(const struct filled *f, const struct descriptor *d, const struct resident *r)
{
    static const uint16_t masked[4] = {0, 4, 6, 7}; /* function bits that FM leaves out */
    const char *cell = d->scope->cell[r->column];
    unsigned block = 12u + d->am > r->shift ? 12u + d->am : r->shift;
    if (*cell == '-' || (strchr(cell, '!') && d->ih))
        return false;
    if (f->legacy && strchr(cell, 'd') && d->other_domain)
        return false;
    if (strchr(cell, 'S') && (d->sid_xor & (uint16_t)~masked[d->fm]))
        return false;
    if ((strchr(cell, 'D') && d->other_domain) || (strchr(cell, 'P') && d->other_pasid))
        return false;
    return !strchr(cell, 'A') || block >= 64 || (d->address ^ r->address) >> block == 0;
}

static void apply(struct filled *f, const struct descriptor *d)
{
    uint64_t words[4];
    bool gone[16];
    uint8_t iqei = 0xff;
    unsigned removed = 0;
    refill(f);
    uint64_t before = bed_counter(&f->bed, "invalidated");
    words_of(f, d, words);
    ck_assert(svasim_invalidate(f->bed.unit, words, &iqei) == SVASIM_OK);
    ck_assert_uint_eq(iqei, 0);
    for (unsigned i = 0; i < f->count; i++)
        removed += gone[i] = goes(f, d, &f->resident[i]);
    expect_counts(f, gone);
    ck_assert_uint_eq(bed_counter(&f->bed, "invalidated") - before, removed);
    for (unsigned i = 0; i < f->count && f->pasid != SVASIM_NO_PASID; i++)
        if (f->resident[i].column != FIRST && f->resident[i].column != SECOND)
            ck_assert(svasim_cache_holds(f->bed.unit, f->resident[i].cache, BED_SID, f->pasid,
                                         f->bed.plan.address) == !gone[i]);
}

/* Rounds: translation type (0 to 4), page size, with or without PASID. */
static void open_filled(struct filled *f, int round)
{
    static const uint8_t shifts[3] = {12, 21, 30};
    const struct bed_plan plan = {.pgtt = (uint8_t)(round % 5),
                                  .first_shift = shifts[round / 5 % 3],
                                  .second_shift = shifts[round / 5 % 3],
                                  .config = "cap.mamv=63"};
    memset(f, 0, sizeof *f);
    bed_open(&f->bed, &plan);
    f->legacy = plan.pgtt == 0;
    f->pasid = f->legacy || round / 15 ? SVASIM_NO_PASID : BED_PASID;
    expect_fill(f);
}
#define ROUNDS 30

static bool is_legal(const struct filled *f, const struct scope *scope)
{
    return !f->legacy || scope->type < 6;
}

START_TEST(domain_and_pasid)
{
    struct filled f;
    open_filled(&f, _i);
    for (unsigned s = 0; s < SCOPES; s++)
        for (unsigned bits = 0; bits < 8 && is_legal(&f, &scopes[s]); bits++) {
            struct descriptor d = {.scope = &scopes[s],
                                   .other_domain = bits & 1,
                                   .other_pasid = bits & 2,
                                   .ih = bits & 4,
                                   .address = BED_VA};
            apply(&f, &d);
        }
    bed_close(&f.bed);
}
END_TEST

START_TEST(address_and_mask)
{
    static const uint64_t deltas[] = {0,
                                      0x1000,
                                      0x2000,
                                      0x1ff000,
                                      0x200000,
                                      0x3fe00000,
                                      0x40000000,
                                      UINT64_C(1) << 38,
                                      UINT64_C(1) << 39};
    static const uint8_t masks[] = {0, 1, 9, 10, 18, 27, 63};
    struct filled f;
    open_filled(&f, _i);
    uint64_t base = f.bed.plan.pgtt == 3 && _i % 2 ? BED_GPA : BED_VA;
    for (unsigned s = 0; s < SCOPES; s++)
        for (unsigned i = 0; i < 9 && is_legal(&f, &scopes[s]); i++)
            for (unsigned m = 0; m < 14; m++) {
                if (!strpbrk(scopes[s].cell[SECOND], "A") && !strpbrk(scopes[s].cell[FIRST], "A"))
                    continue; /* no cell of this granularity looks at addresses */
                struct descriptor d = {.scope = &scopes[s],
                                       .am = masks[m / 2],
                                       .ih = m % 2,
                                       .address = base ^ deltas[i]};
                apply(&f, &d);
            }
    bed_close(&f.bed);
}
END_TEST

START_TEST(function_mask)
{
    struct filled f;
    open_filled(&f, _i);
    for (uint16_t bits = 0; bits < 16; bits++)
        for (uint8_t fm = 0; fm < 8; fm++) {
            struct descriptor d = {.scope = &scopes[2],
                                   .sid_xor = bits == 8 ? 0x0100 : bits,
                                   .fm = fm % 4,
                                   .other_domain = fm / 4};
            apply(&f, &d);
        }
    bed_close(&f.bed);
}
END_TEST

/* Address bits at and above MGAW, and domain id bits above the unit's width, are not looked at. */
START_TEST(bits_beyond_the_widths)
{
    struct bed bed;
    const struct bed_plan plan = {.pgtt = 2, .config = "cap.nd=2 cap.haw=46 cap.mgaw=46"};
    bed_open(&bed, &plan);
    uint64_t words[4] = {2 | 3u << 4 | 0xff07u << 16, BED_VA | UINT64_C(0xffff) << 46, 0, 0};
    (void)bed_read(&bed, BED_PASID, BED_VA);
    ck_assert_uint_eq(bed_cached(&bed, "iotlb_4k"), 1);
    ck_assert(svasim_invalidate(bed.unit, words, NULL) == SVASIM_OK);
    ck_assert_uint_eq(bed_cached(&bed, "iotlb_4k"), 0);
    ck_assert_uint_eq(bed_cached(&bed, "ss_pde"), 0);
    bed_close(&bed);
}
END_TEST

/* Descriptors that only concern others remove nothing here. */
START_TEST(other_descriptors_remove_nothing)
{
    static const uint64_t others[][2] = {
        {3 | UINT64_C(0x0108) << 32, UINT64_C(0x7ffffffffffff001)}, /* dev_tlb_inv, all */
        {4, 0},                                                     /* iec_inv global */
        {5 | 1u << 6, 0},                                           /* inv_wait, fence */
        {8 | UINT64_C(0x0108) << 16 | UINT64_C(5) << 32, UINT64_C(0x7ffffffffffff801)},
        {9 | 1u << 4 | UINT64_C(0x0108) << 16 | UINT64_C(5) << 32, 0x18}};
    struct filled f;
    open_filled(&f, _i);
    for (unsigned i = 0; i < (f.legacy ? 3 : 5); i++) {
        const uint64_t words[4] = {others[i][0], others[i][1], 0, 0};
        uint8_t iqei = 0xff;
        refill(&f);
        ck_assert(svasim_invalidate(f.bed.unit, words, &iqei) == SVASIM_OK);
        ck_assert_uint_eq(iqei, 0);
        expect_counts(&f, NULL);
    }
    bed_close(&f.bed);
}
END_TEST

/* Setting the root pointer flushes if ESRTPS = 1; disabling translation always does here. */
START_TEST(global_commands)
{
    struct filled f;
    bool all[16];
    memset(all, true, sizeof all);
    open_filled(&f, _i);
    refill(&f);
    ck_assert(svasim_mmio_write(f.bed.unit, 0x18, 4, 1u << 31 | 1u << 30) == SVASIM_OK);
    expect_counts(&f, all);
    refill(&f);
    ck_assert(svasim_mmio_write(f.bed.unit, 0x18, 4, 0) == SVASIM_OK);
    expect_counts(&f, all);
    bed_close(&f.bed);
}
END_TEST

START_TEST(root_pointer_without_esrtps)
{
    struct bed bed;
    const struct bed_plan plan = {.pgtt = 1, .config = "cap.esrtps=off"};
    bed_open(&bed, &plan);
    (void)bed_read(&bed, BED_PASID, BED_VA);
    ck_assert(svasim_mmio_write(bed.unit, 0x18, 4, 1u << 31 | 1u << 30) == SVASIM_OK);
    ck_assert_uint_eq(bed_cached(&bed, "iotlb_4k"), 1);
    ck_assert_uint_eq(bed_cached(&bed, "context"), 1);
    bed_close(&bed);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("invalidation");
    suite_add(suite, "domain and PASID", domain_and_pasid, ROUNDS);
    suite_add(suite, "address and mask", address_and_mask, ROUNDS);
    suite_add(suite, "function mask", function_mask, ROUNDS);
    suite_add(suite, "widths", bits_beyond_the_widths, 1);
    suite_add(suite, "others", other_descriptors_remove_nothing, ROUNDS);
    suite_add(suite, "commands", global_commands, ROUNDS);
    suite_add(suite, "ESRTPS", root_pointer_without_esrtps, 1);
    return suite_run(suite);
}
