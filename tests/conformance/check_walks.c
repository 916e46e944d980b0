/* SPDX-License-Identifier: MIT */
/* check_walks.c - do legal tables of every depth and page size lead to the right byte, with the
 * right page size and the right number of memory reads (sections 3.4 to 3.9)? Also: who is found in
 * which half of a root entry, and where PASIDs and addresses end. */
#define _POSIX_C_SOURCE 200809L
#include "conformance/bed.h"
#include "conformance/suite.h"

#include <stdio.h>

static const uint8_t shifts[3] = {12, 21, 30};

/* Reads of one stage: one per level down to the leaf. */
static unsigned stage_reads(unsigned levels, unsigned shift)
{
    return levels - (shift - 12) / 9;
}

static void expect_walk(struct bed *bed, uint32_t pasid, uint64_t address, unsigned shift,
                        unsigned reads)
{
    svasim_response r = bed_read(bed, pasid, address);
    ck_assert_msg(r.fault == SVASIM_FAULT_NONE, "fault %s", bed_fault_name(r.fault));
    ck_assert_uint_eq(r.status, SVASIM_STATUS_OK);
    ck_assert_uint_eq(r.address, bed_target(bed, address));
    ck_assert_uint_eq(r.page_bytes, UINT64_C(1) << shift);
    ck_assert_uint_eq(r.rights, SVASIM_R | SVASIM_W);
    ck_assert_uint_eq(r.pgtt, bed->plan.pgtt);
    ck_assert_uint_eq(r.domain_id, BED_DID);
    ck_assert_uint_eq(r.reads, reads);
    ck_assert_uint_eq(r.completed_at, r.accepted_at);
}

/* With and without PASID, first and last bytes of the page. */
static void walk_all(const struct bed_plan *plan, unsigned shift, unsigned reads)
{
    struct bed bed;
    struct bed_plan uncached = *plan;
    uncached.config = BED_CACHES_OFF;
    bed_open(&bed, &uncached);
    uint64_t page = bed.plan.address & ~((UINT64_C(1) << shift) - 1);
    uint64_t last = page + (UINT64_C(1) << shift) - 64;
    const uint64_t addresses[] = {bed.plan.address, page, last};
    for (unsigned i = 0; i < 3; i++) {
        expect_walk(&bed, SVASIM_NO_PASID, addresses[i], shift, reads);
        if (plan->pgtt)
            expect_walk(&bed, BED_PASID, addresses[i], shift, reads);
    }
    ck_assert_uint_eq(bed.reads_seen, bed_counter(&bed, "iommu_mrds"));
    ck_assert_uint_eq(bed.reads_seen, reads * (plan->pgtt ? 6u : 3u));
    bed_close(&bed);
}

/* --- depth and page size --- */

START_TEST(first_stage_shapes)
{
    struct bed_plan plan = {.pgtt = 1,
                            .first_levels = (uint8_t)(4 + _i / 3),
                            .first_shift = shifts[_i % 3],
                            .address = BED_VA + 0x12345000};
    walk_all(&plan, plan.first_shift, 4 + stage_reads(plan.first_levels, plan.first_shift));
}
END_TEST

/* The upper half of the input addresses, up to the very last page. */
START_TEST(first_stage_upper_half)
{
    static const uint64_t addresses[] = {UINT64_C(0xffff800000000000), UINT64_C(0xfffff12345678000),
                                         UINT64_C(0xfffffffffffff000)};
    static const uint64_t addresses5[] = {
        UINT64_C(0xff00000000000000), UINT64_C(0xff7fffffffffe000), UINT64_C(0xfffffffffffff000)};
    bool five = _i >= 3;
    struct bed_plan plan = {.pgtt = 1,
                            .first_levels = five ? 5 : 4,
                            .address = five ? addresses5[_i % 3] : addresses[_i % 3]};
    walk_all(&plan, 12, five ? 9 : 8);
    plan.pgtt = 3;
    walk_all(&plan, 12, five ? 4 + 29 : 4 + 24);
}
END_TEST

START_TEST(second_stage_shapes)
{
    struct bed_plan plan = {.pgtt = 2,
                            .second_levels = (uint8_t)(3 + _i / 3),
                            .second_shift = shifts[_i % 3],
                            .address = BED_VA + 0x12345000};
    walk_all(&plan, plan.second_shift, 4 + stage_reads(plan.second_levels, plan.second_shift));
}
END_TEST

START_TEST(legacy_shapes)
{
    struct bed_plan plan = {.second_levels = (uint8_t)(3 + _i / 3),
                            .second_shift = shifts[_i % 3],
                            .address = BED_VA + 0x12345000};
    walk_all(&plan, plan.second_shift, 2 + stage_reads(plan.second_levels, plan.second_shift));
}
END_TEST

START_TEST(nested_shapes)
{
    struct bed_plan plan = {.pgtt = 3,
                            .first_levels = (uint8_t)(4 + _i / 27),
                            .first_shift = shifts[_i / 9 % 3],
                            .second_levels = (uint8_t)(3 + _i / 3 % 3),
                            .second_shift = shifts[_i % 3],
                            .address = BED_VA + 0x12345000};
    unsigned first = stage_reads(plan.first_levels, plan.first_shift);
    unsigned second = stage_reads(plan.second_levels, plan.second_shift);
    unsigned reads = first * (second + 1) + second;
    if (plan.first_shift == 12 && plan.second_shift == 12 && plan.second_levels == 4)
        ck_assert_uint_eq(reads, plan.first_levels == 4 ? 24 : 29);
    walk_all(&plan, plan.first_shift < plan.second_shift ? plan.first_shift : plan.second_shift,
             4 + reads);
}
END_TEST

/* 5 levels over 5 levels is the longest walk there is: 35 reads behind the front half. */
START_TEST(longest_walk)
{
    struct bed_plan plan = {.pgtt = 3, .first_levels = 5, .second_levels = 5};
    walk_all(&plan, 12, 4 + 35);
}
END_TEST

/* --- pass-through --- */

START_TEST(pass_through)
{
    struct bed bed;
    const struct bed_plan plan = {.pgtt = 4, .config = BED_CACHES_OFF};
    static const uint64_t addresses[] = {0, BED_VA, 0xfed00000, 0xfef00000,
                                         (UINT64_C(1) << 52) - 64};
    static const uint64_t pages[] = {1u << 30, 1u << 30, 1u << 21, 1u << 12, 1u << 30};
    bed_open(&bed, &plan);
    for (unsigned i = 0; i < 5; i++) {
        svasim_response r = bed_read(&bed, i % 2 ? BED_PASID : SVASIM_NO_PASID, addresses[i]);
        ck_assert_uint_eq(r.fault, SVASIM_FAULT_NONE);
        ck_assert_uint_eq(r.address, addresses[i]);
        ck_assert_uint_eq(r.page_bytes, pages[i]); /* shrunk beside the interrupt range */
        ck_assert_uint_eq(r.rights, SVASIM_R | SVASIM_W);
        ck_assert_uint_eq(r.pgtt, 4);
        ck_assert_uint_eq(r.reads, 4);
        ck_assert_uint_eq(r.updates, 0);
    }
    bed_close(&bed);
}
END_TEST

START_TEST(pass_through_page_follows_capabilities)
{
    static const char *const configs[] = {"cap.sslps=1 cap.fs1gp=off", "cap.fs1gp=off",
                                          "cap.sslps=0"};
    static const uint64_t pages[] = {1u << 21, 1u << 30, 1u << 30};
    struct bed bed;
    const struct bed_plan plan = {.pgtt = 4, .config = configs[_i]};
    bed_open(&bed, &plan);
    svasim_request request = bed_request(&bed, BED_PASID, SVASIM_READ);
    request.at = SVASIM_TRANSLATION;
    svasim_response r = bed_ask(&bed, &request);
    ck_assert_uint_eq(r.page_bytes, pages[_i]);
    ck_assert_uint_eq(r.rights, SVASIM_R | SVASIM_W);
    bed_close(&bed);
}
END_TEST

START_TEST(legacy_pass_through)
{
    struct bed bed;
    const struct bed_plan plan = {.config = BED_CACHES_OFF,
                                  .edits = "context tt=2 ssptptr=0xfff8000000000000"};
    bed_open(&bed, &plan);
    svasim_response r = bed_read(&bed, SVASIM_NO_PASID, BED_VA + 8);
    ck_assert_uint_eq(r.fault, SVASIM_FAULT_NONE);
    ck_assert_uint_eq(r.address, BED_VA + 8);
    ck_assert_uint_eq(r.reads, 2);
    bed_close(&bed);
}
END_TEST

/* --- functions --- */

START_TEST(function_selects_the_half)
{
    static const uint16_t sids[] = {0x0000, 0x007f, 0x0080, 0x00ff, 0x017f, 0x0180, 0xff7f, 0xffff};
    struct bed bed;
    const struct bed_plan plan = {.pgtt = 1, .sid = sids[_i], .config = BED_CACHES_OFF};
    if (sids[_i] == 0)
        return; /* sid 0 means "usual" to the bed; covered by function 7f of bus 0 */
    bed_open(&bed, &plan);
    expect_walk(&bed, BED_PASID, BED_VA, 12, 8);
    /* The neighbour across the boundary is in the other half, which is not present. */
    svasim_request request = bed_request(&bed, BED_PASID, SVASIM_READ);
    request.source_id ^= 0x80;
    bed_expect(&bed, &request, SVASIM_FAULT_SRT_2);
    /* The neighbour in the same half has an empty context entry. */
    request.source_id ^= 0x81;
    bed_expect(&bed, &request, SVASIM_FAULT_SCT_2);
    request.source_id ^= 0x0101;
    ck_assert_uint_eq(request.source_id, sids[_i] ^ 0x0100);
    bed_expect(&bed, &request, SVASIM_FAULT_SRT_2);
    bed_close(&bed);
}
END_TEST

/* --- PASID limits --- */

static void copy_pasid_entry(struct bed *bed, uint32_t to)
{
    char text[400];
    snprintf(text, sizeof text, "pasid p=1 pgtt=1 did=7 pwsnp=1 sre=1 fsptptr=0x%llx; dir p=1",
             (unsigned long long)bed->first.root);
    bed_edit(bed, to, BED_VA, text);
}

START_TEST(directory_size_limits_pasids)
{
    struct bed bed;
    char pdts[40];
    const struct bed_plan plan = {.pgtt = 1, .config = BED_CACHES_OFF};
    uint32_t limit = UINT32_C(1) << (13 + _i);
    bed_open(&bed, &plan);
    snprintf(pdts, sizeof pdts, "context pdts=%d", _i);
    bed_edit(&bed, BED_PASID, BED_VA, pdts); /* the directory has room for PDTS up to 2 */
    copy_pasid_entry(&bed, limit - 1);
    expect_walk(&bed, limit - 1, BED_VA, 12, 8);
    svasim_request request = bed_request(&bed, limit, SVASIM_READ);
    bed_expect(&bed, &request, SVASIM_FAULT_SCT_7);
    request.pasid = 64; /* another directory entry, not present */
    bed_expect(&bed, &request, SVASIM_FAULT_SPD_2);
    request.pasid = 63; /* same table, entry not present */
    bed_expect(&bed, &request, SVASIM_FAULT_SPT_2);
    bed_close(&bed);
}
END_TEST

START_TEST(unit_width_limits_pasids)
{
    struct bed bed;
    char config[400];
    unsigned pss = 6 + (unsigned)_i;
    uint32_t limit = UINT32_C(2) << pss;
    snprintf(config, sizeof config, BED_CACHES_OFF "cap.pss=%u", pss);
    const struct bed_plan plan = {.pgtt = 1, .config = config};
    bed_open(&bed, &plan);
    copy_pasid_entry(&bed, limit - 1);
    expect_walk(&bed, limit - 1, BED_VA, 12, 8);
    svasim_request request = bed_request(&bed, limit, SVASIM_READ);
    bed_expect(&bed, &request, SVASIM_FAULT_SGN_10);
    bed_close(&bed);
}
END_TEST

/* --- address limits --- */

START_TEST(canonical_by_depth)
{
    static const struct {
        uint8_t levels;
        uint64_t address;
        bool canonical;
    } rows[] = {
        {4, UINT64_C(0x00007fffffffffc0), true},  {4, UINT64_C(0x0000800000000000), false},
        {4, UINT64_C(0xffff7fffffffffc0), false}, {4, UINT64_C(0xffff800000000000), true},
        {5, UINT64_C(0x0000800000000000), true},  {5, UINT64_C(0x00ffffffffffffc0), true},
        {5, UINT64_C(0x0100000000000000), false}, {5, UINT64_C(0xfeffffffffffffc0), false},
        {5, UINT64_C(0xff00000000000000), true},  {5, UINT64_C(0x01ff800000000000), false},
        {4, UINT64_C(0x0fff800000000000), false},
    };
    struct bed bed;
    /* AW and MGAW have no say (section 3.6). */
    const struct bed_plan plan = {.pgtt = (uint8_t)(_i < 11 ? 1 : 3),
                                  .config = "cap.haw=46 cap.mgaw=46",
                                  .first_levels = rows[_i % 11].levels,
                                  .second_levels = 3};
    bed_open(&bed, &plan);
    svasim_request request = bed_request(&bed, BED_PASID, SVASIM_READ);
    request.address = rows[_i % 11].address;
    bed_expect(&bed, &request, rows[_i % 11].canonical ? SVASIM_FAULT_SFS_2 : SVASIM_FAULT_SGN_1);
    bed_close(&bed);
}
END_TEST

START_TEST(first_stage_beyond_mgaw)
{
    const struct bed_plan plan = {.pgtt = 1,
                                  .config = BED_CACHES_OFF "cap.haw=40 cap.mgaw=40",
                                  .address = UINT64_C(0x523456789000)};
    struct bed bed;
    bed_open(&bed, &plan);
    expect_walk(&bed, BED_PASID, plan.address, 12, 8);
    bed_close(&bed);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("walks");
    suite_add(suite, "first stage", first_stage_shapes, 6);
    suite_add(suite, "upper half", first_stage_upper_half, 6);
    suite_add(suite, "second stage", second_stage_shapes, 9);
    suite_add(suite, "legacy", legacy_shapes, 9);
    suite_add(suite, "nested", nested_shapes, 54);
    suite_add(suite, "longest", longest_walk, 1);
    suite_add(suite, "pass-through", pass_through, 1);
    suite_add(suite, "pass-through page", pass_through_page_follows_capabilities, 3);
    suite_add(suite, "legacy pass-through", legacy_pass_through, 1);
    suite_add(suite, "functions", function_selects_the_half, 8);
    suite_add(suite, "PASID directory", directory_size_limits_pasids, 3);
    suite_add(suite, "PASID width", unit_width_limits_pasids, 6);
    suite_add(suite, "canonical", canonical_by_depth, 22);
    suite_add(suite, "beyond MGAW", first_stage_beyond_mgaw, 1);
    return suite_run(suite);
}
