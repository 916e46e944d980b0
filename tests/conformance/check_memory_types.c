/* SPDX-License-Identifier: MIT */
/* check_memory_types.c - which memory type does an access have, by PASID entry, leaf and MTRRs?
 * Sections 3.10 and 11.4.10; the table of combinations is typed from the specification. */
#include "bed.h"
#include "suite.h"

#include <stdio.h>

enum { UC = 0, WC = 1, WT = 4, WP = 5, WB = 6, UCM = 7 };

#define MTRRDEF      0x108u
#define MTRR_FIXED   0x120u /* 64K, two of 16K, eight of 4K */
#define MTRR_BASE(n) (0x180u + 16u * (unsigned)(n))
#define MTRR_MASK(n) (0x188u + 16u * (unsigned)(n))
#define E            UINT64_C(0x800)
#define FE           UINT64_C(0x400)
#define ON           "cap.mts=on"

/* Rows: MTRR or EMT; columns: PAT. */
static const uint8_t mtrrs[5] = {UC, WC, WT, WB, WP};
static const uint8_t pats[6] = {UC, UCM, WC, WT, WB, WP};
static const uint8_t made[5][6] = {
    {UC, UC, WC, UC, UC, UC}, {UC, WC, WC, UC, WC, UC}, {UC, UC, WC, WT, WT, WP},
    {UC, UC, WC, WT, WB, WP}, {UC, WC, WC, WT, WP, WP},
};

static void put(struct bed *bed, uint32_t offset, uint64_t value)
{
    ck_assert(svasim_mmio_write(bed->unit, offset, 8, value) == SVASIM_OK);
}

/* The type of a walk, of an IOTLB hit, and of a timed request. */
static unsigned type_of(struct bed *bed)
{
    uint64_t address = bed->plan.address + 0x800; /* the bit that says "valid" in a mask register */
    svasim_response walked = bed_read(bed, BED_PASID, address);
    svasim_response hit = bed_read(bed, BED_PASID, address);
    ck_assert(hit.flags & SVASIM_IOTLB_HIT);
    ck_assert_uint_eq(walked.memory_type, hit.memory_type);
    return walked.memory_type;
}

START_TEST(mtrr_and_pat)
{
    char edits[80];
    unsigned mtrr = (unsigned)_i / 6, pat = (unsigned)_i % 6;
    struct bed bed;
    (void)snprintf(edits, sizeof edits, "pasid pat=%u; first1 pat=0", pats[pat]);
    const struct bed_plan plan = {.pgtt = 1, .config = ON, .edits = edits};
    bed_open(&bed, &plan);
    put(&bed, MTRRDEF, E | mtrrs[mtrr]);
    ck_assert_uint_eq(type_of(&bed), made[mtrr][pat]);
    bed_close(&bed);
}
END_TEST

START_TEST(emt_and_pat)
{
    char edits[120];
    unsigned emt = (unsigned)_i / 6 % 5, pat = (unsigned)_i % 6;
    bool ignore_pat = _i >= 30;
    struct bed bed;
    (void)snprintf(edits, sizeof edits, "pasid pat=%u emte=1; second1@page emt=%u ipat=%d",
                   pats[pat], mtrrs[emt], ignore_pat);
    const struct bed_plan plan = {.pgtt = 3, .config = ON, .edits = edits};
    bed_open(&bed, &plan);
    put(&bed, MTRRDEF, E | UC); /* has no say */
    ck_assert_uint_eq(type_of(&bed), ignore_pat ? mtrrs[emt] : made[emt][pat]);
    bed_close(&bed);
}
END_TEST

/* The leaf's bits select one of the eight types; the place of PAT goes by the size of the page. */
START_TEST(leaf_selects)
{
    static const uint8_t shifts[3] = {12, 21, 30};
    unsigned index = (unsigned)_i % 8, size = (unsigned)_i / 8;
    char edits[120];
    struct bed bed;
    (void)snprintf(edits, sizeof edits, "pasid pat=0x%08x; first%u pat=%u pcd=%u pwt=%u",
                   (0x66666666u & ~(0xfu << 4 * index)) | (unsigned)WT << 4 * index, size + 1,
                   index >> 2, index >> 1 & 1, index & 1);
    const struct bed_plan plan = {
        .pgtt = 1, .config = ON, .edits = edits, .first_shift = shifts[size]};
    bed_open(&bed, &plan);
    put(&bed, MTRRDEF, E | WB);
    ck_assert_uint_eq(type_of(&bed), WT);
    bed_close(&bed);
}
END_TEST

static const struct {
    uint8_t pgtt, type;
    const char *edits, *config;
} rows[] = {
    {2, WB, "second1 emt=4", ON},
    {2, WT, "pasid emte=1; second1 emt=4", ON},
    {2, UC, "pasid emte=1 cd=1; second1 emt=4", ON},
    {2, UC, "pasid emte=1; second1 emt=2", ON}, /* does not exist */
    {4, WB, NULL, ON},
    {4, UC, "pasid cd=1", ON},
    {3, UC, "pasid cd=1 pat=6", ON},
    {3, WC, "pasid pat=1; second1@page emt=4 ipat=1", ON}, /* EMTE = 0: PAT and MTRR */
    {1, UC, "pasid cd=1 pat=6", ON},
    {1, WB, NULL, "cap.mts=off"},
};

START_TEST(translation_type_decides)
{
    struct bed bed;
    const struct bed_plan plan = {
        .pgtt = rows[_i].pgtt, .config = rows[_i].config, .edits = rows[_i].edits};
    bed_open(&bed, &plan);
    if (rows[_i].config[8] == 'o' && rows[_i].config[9] == 'n')
        put(&bed, MTRRDEF, E | WB);
    ck_assert_uint_eq(type_of(&bed), rows[_i].type);
    bed_close(&bed);
}
END_TEST

/* First stage to `hpa`, write-back by PAT: the type is the MTRRs' alone. */
static void open_at(struct bed *bed, uint64_t hpa, char edits[80])
{
    (void)snprintf(edits, 80, "pasid pat=6; first1 addr=0x%llx", (unsigned long long)hpa);
    const struct bed_plan plan = {.pgtt = 1, .config = ON, .edits = edits};
    bed_open(bed, &plan);
}

START_TEST(fixed_ranges)
{
    static const struct {
        uint64_t hpa;
        unsigned reg, byte;
    } pieces[] = {{0, 0, 0},          {0x7f000, 0, 7},  {0x80000, 1, 0}, {0x9f000, 1, 7},
                  {0xa0000, 2, 0},    {0xbf000, 2, 7},  {0xc0000, 3, 0}, {0xc7000, 3, 7},
                  {0xd8000, 6, 0},    {0xff000, 10, 7}, {0x13000, 0, 1}, {0x87000, 1, 1},
                  {0xe9000, 3 + 5, 1}};
    char edits[80];
    struct bed bed;
    open_at(&bed, pieces[_i].hpa, edits);
    put(&bed, MTRRDEF, E | FE | WB);
    put(&bed, MTRR_FIXED + 8 * pieces[_i].reg, (uint64_t)WP << 8 * pieces[_i].byte);
    ck_assert_uint_eq(type_of(&bed), WP);
    put(&bed, MTRRDEF, E | WB); /* the fixed ranges are off: the default */
    ck_assert_uint_eq(type_of(&bed), WB);
    put(&bed, MTRRDEF, FE | WB); /* all are off */
    ck_assert_uint_eq(type_of(&bed), UC);
    bed_close(&bed);
}
END_TEST

/* Type 7 is UC- in the PAT and nothing elsewhere; 2 and 3 are nothing at all. */
START_TEST(types_that_do_not_exist)
{
    static const uint8_t types[] = {UCM, 2, 3};
    char edits[80];
    struct bed bed;
    const struct bed_plan plan = {.pgtt = 1, .config = ON, .edits = "pasid pat=6"};
    bed_open(&bed, &plan);
    put(&bed, MTRRDEF, E | types[_i]);
    ck_assert_uint_eq(type_of(&bed), UC);
    bed_close(&bed);
    (void)snprintf(edits, sizeof edits, "pasid emte=1; second1 emt=%u", types[_i]);
    const struct bed_plan second = {.pgtt = 2, .config = ON, .edits = edits};
    bed_open(&bed, &second);
    ck_assert_uint_eq(type_of(&bed), UC);
    bed_close(&bed);
}
END_TEST

/* Every bit of a mask counts, the highest too. */
START_TEST(masks_reach_the_top)
{
    const uint64_t top = UINT64_C(1) << (12 + _i);
    char edits[80];
    struct bed bed;
    open_at(&bed, UINT64_C(0x300000), edits);
    put(&bed, MTRRDEF, E | WT);
    put(&bed, MTRR_BASE(0), (UINT64_C(0x300000) ^ top) | WB);
    put(&bed, MTRR_MASK(0), top | 0x800);
    ck_assert_uint_eq(type_of(&bed), WT);
    put(&bed, MTRR_BASE(0), UINT64_C(0x300000) | WB);
    ck_assert_uint_eq(type_of(&bed), WB);
    bed_close(&bed);
}
END_TEST

/* The registers behind the last range are none, even where their bits look like one: here the place
 * of the performance counters. */
START_TEST(ranges_end)
{
    const struct bed_plan plan = {.pgtt = 1,
                                  .config = ON " cap.ecmds=on cap.pms=on perf.config_offset=0x1800",
                                  .edits = "pasid pat=6; first1 addr=0"};
    struct bed bed;
    bed_open(&bed, &plan);
    put(&bed, MTRRDEF, E | WT);
    ck_assert_uint_eq(type_of(&bed), WT);
    bed_close(&bed);
}
END_TEST

START_TEST(variable_ranges)
{
    const uint64_t page = UINT64_C(0x4c0000000), mask = UINT64_C(0xffffffff00000) | 0x800;
    char edits[80];
    struct bed bed;
    open_at(&bed, page + 0xff000, edits);
    put(&bed, MTRRDEF, E | FE | WT);
    ck_assert_uint_eq(type_of(&bed), WT);
    put(&bed, MTRR_BASE(_i), page | WB);
    ck_assert_uint_eq(type_of(&bed), WT); /* not valid yet */
    put(&bed, MTRR_MASK(_i), mask & ~UINT64_C(0x800));
    ck_assert_uint_eq(type_of(&bed), WT);
    put(&bed, MTRR_MASK(_i), mask);
    ck_assert_uint_eq(type_of(&bed), WB);
    put(&bed, MTRR_BASE(_i), (page + 0x100000) | WB); /* the neighbour */
    ck_assert_uint_eq(type_of(&bed), WT);
    put(&bed, MTRR_BASE(_i), page | WB);
    unsigned other = ((unsigned)_i + 1) % 10;
    put(&bed, MTRR_MASK(other), mask);
    put(&bed, MTRR_BASE(other), page | WB);
    ck_assert_uint_eq(type_of(&bed), WB);
    put(&bed, MTRR_BASE(other), page | WT); /* WT over WB */
    ck_assert_uint_eq(type_of(&bed), WT);
    put(&bed, MTRR_BASE(other), page | UC); /* UC over all */
    ck_assert_uint_eq(type_of(&bed), UC);
    put(&bed, MTRR_BASE(other), page | WP); /* a mistake */
    ck_assert_uint_eq(type_of(&bed), UC);
    bed_close(&bed);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("memory types");
    suite_add(suite, "MTRR and PAT", mtrr_and_pat, 30);
    suite_add(suite, "EMT and PAT", emt_and_pat, 60);
    suite_add(suite, "leaf", leaf_selects, 24);
    suite_add(suite, "types", translation_type_decides, (int)(sizeof rows / sizeof rows[0]));
    suite_add(suite, "fixed", fixed_ranges, 13);
    suite_add(suite, "variable", variable_ranges, 10);
    suite_add(suite, "unknown", types_that_do_not_exist, 3);
    suite_add(suite, "masks", masks_reach_the_top, 40);
    suite_add(suite, "end", ranges_end, 1);
    return suite_run(suite);
}
