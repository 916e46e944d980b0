/* SPDX-License-Identifier: MIT */
/* check_caches.c - what may the caches answer, and to whom (sections 6.2.1, 6.2.4)? Tags, reads
 * saved by each cache, staleness until invalidated, and the checks that are still due when another
 * request filled the entry. */
#define _POSIX_C_SOURCE 200809L
#include "conformance/bed.h"
#include "conformance/suite.h"

#include <stdio.h>
#include <string.h>

#define OTHER_SID   0x0109u
#define OTHER_PASID 6u

static svasim_response read_page(struct bed *bed, uint32_t pasid)
{
    return bed_read(bed, pasid, bed->plan.address);
}

static void invalidate(struct bed *bed, uint64_t word0, uint64_t word1)
{
    const uint64_t words[4] = {word0, word1, 0, 0};
    uint8_t iqei = 0xff;
    ck_assert(svasim_invalidate(bed->unit, words, &iqei) == SVASIM_OK);
    ck_assert_uint_eq(iqei, 0);
}

/* Entries like those of the first device and PASID, for another device or PASID. */
static void add_entries(struct bed *bed, uint16_t sid, uint32_t pasid, unsigned domain)
{
    char text[400];
    uint16_t usual = bed->plan.sid;
    snprintf(text, sizeof text,
             "pasid p=1 pgtt=%u did=%u pwsnp=1 sre=1 aw=2 ssptptr=0x%llx fsptptr=0x%llx; context "
             "p=1 dte=1 paside=1 eptr=1 rid_pasid=9; dir p=1",
             bed->plan.pgtt, domain, (unsigned long long)bed->second.root,
             (unsigned long long)bed->first.root);
    bed->plan.sid = sid;
    bed_edit(bed, pasid, bed->plan.address, text);
    bed->plan.sid = usual;
}

/* --- hits --- */

START_TEST(second_access_hits)
{
    static const uint8_t shifts[3] = {12, 21, 30};
    static const char *const names[3] = {"iotlb_4k", "iotlb_2m", "iotlb_1g"};
    struct bed bed;
    const struct bed_plan plan = {.pgtt = (uint8_t)(_i / 6 == 4 ? 0 : _i / 6 % 4),
                                  .first_shift = shifts[_i / 2 % 3],
                                  .second_shift = shifts[_i / 2 % 3]};
    uint32_t pasid = _i % 2 && plan.pgtt ? BED_PASID : SVASIM_NO_PASID;
    bed_open(&bed, &plan);
    svasim_response cold = read_page(&bed, pasid);
    ck_assert_uint_eq(cold.flags & SVASIM_IOTLB_HIT, 0);
    ck_assert(svasim_cache_holds(bed.unit, names[_i / 2 % 3], BED_SID, pasid, BED_VA));
    svasim_response warm = read_page(&bed, pasid);
    ck_assert(warm.flags & SVASIM_IOTLB_HIT);
    ck_assert_uint_eq(warm.reads, 0);
    ck_assert_uint_eq(warm.address, cold.address);
    ck_assert_uint_eq(warm.page_bytes, cold.page_bytes);
    ck_assert_uint_eq(warm.rights, cold.rights);
    ck_assert_uint_eq(warm.domain_id, BED_DID);
    ck_assert_uint_eq(warm.pgtt, plan.pgtt);
    /* The whole page is covered, and no more. */
    uint64_t page = bed.plan.address & ~(cold.page_bytes - 1);
    warm = bed_read(&bed, pasid, page + cold.page_bytes - 64);
    ck_assert(warm.flags & SVASIM_IOTLB_HIT);
    ck_assert_uint_eq(warm.address, bed_target(&bed, page + cold.page_bytes - 64));
    ck_assert(!(bed_read(&bed, pasid, page + cold.page_bytes).flags & SVASIM_IOTLB_HIT));
    ck_assert_uint_eq(bed_counter(&bed, "iotlb_lookup"), 4);
    ck_assert_uint_eq(bed_counter(&bed, "iotlb_hit"), 2);
    bed_close(&bed);
}
END_TEST

/* The structure caches of one stage are off, those of the other are not. */
START_TEST(caches_that_are_off_are_not_asked)
{
    static const char *const off[2] = {
        "fs_pde.enabled=off fs_pdpe.enabled=off fs_pml4e.enabled=off fs_pml5e.enabled=off",
        "ss_pde.enabled=off ss_pdpe.enabled=off ss_pml4e.enabled=off ss_pml5e.enabled=off"};
    static const char *const counters[2] = {"fs_nonleaf_lookup", "ss_nonleaf_lookup"};
    struct bed bed;
    const struct bed_plan plan = {.pgtt = 3, .config = off[_i]};
    bed_open(&bed, &plan);
    (void)read_page(&bed, BED_PASID);
    ck_assert_uint_eq(bed_counter(&bed, counters[_i]), 0);
    ck_assert_uint_gt(bed_counter(&bed, counters[!_i]), 0);
    bed_close(&bed);
}
END_TEST

/* An IOTLB entry belongs to one device and to one of "with PASID" and "without"; structure entries
 * belong to the domain (and PASID) alone. */
START_TEST(tags)
{
    struct bed bed;
    const struct bed_plan plan = {.pgtt = (uint8_t)(1 + _i)};
    bed_open(&bed, &plan);
    add_entries(&bed, OTHER_SID, BED_PASID, BED_DID);
    add_entries(&bed, BED_SID, OTHER_PASID, BED_DID);
    (void)read_page(&bed, BED_PASID);
    svasim_request request = bed_request(&bed, SVASIM_NO_PASID, SVASIM_READ);
    svasim_response r = bed_expect(&bed, &request, SVASIM_FAULT_NONE);
    ck_assert(!(r.flags & SVASIM_IOTLB_HIT));
    ck_assert_uint_eq(bed_cached(&bed, "iotlb_4k"), 2);
    request.pasid = BED_PASID;
    request.source_id = OTHER_SID;
    r = bed_expect(&bed, &request, SVASIM_FAULT_NONE);
    ck_assert(!(r.flags & SVASIM_IOTLB_HIT));
    ck_assert_uint_eq(r.reads, 4 + 1); /* own front half, shared structure entry, leaf */
    request.source_id = BED_SID;
    request.pasid = OTHER_PASID;
    r = bed_expect(&bed, &request, SVASIM_FAULT_NONE);
    ck_assert(!(r.flags & SVASIM_IOTLB_HIT));
    /* First-stage structure entries carry the PASID, second-stage ones do not. */
    ck_assert_uint_eq(r.reads, 2 + (plan.pgtt == 1 ? 4 : 1));
    bed_close(&bed);
}
END_TEST

/* Two devices share a PASID and domain: an invalidation names no device and takes both. */
START_TEST(invalidation_ignores_the_device)
{
    struct bed bed;
    const struct bed_plan plan = {.pgtt = 1};
    bed_open(&bed, &plan);
    add_entries(&bed, OTHER_SID, BED_PASID, BED_DID);
    add_entries(&bed, BED_SID, OTHER_PASID, BED_DID);
    add_entries(&bed, OTHER_SID, OTHER_PASID, BED_DID + 1);
    for (unsigned i = 0; i < 4; i++) {
        svasim_request request = bed_request(&bed, i & 1 ? OTHER_PASID : BED_PASID, SVASIM_READ);
        request.source_id = i & 2 ? OTHER_SID : BED_SID;
        bed_expect(&bed, &request, SVASIM_FAULT_NONE);
    }
    invalidate(&bed, 6 | 3u << 4 | BED_DID << 16 | UINT64_C(5) << 32, BED_VA);
    ck_assert(!svasim_cache_holds(bed.unit, "iotlb_4k", BED_SID, BED_PASID, BED_VA));
    ck_assert(!svasim_cache_holds(bed.unit, "iotlb_4k", OTHER_SID, BED_PASID, BED_VA));
    ck_assert(svasim_cache_holds(bed.unit, "iotlb_4k", BED_SID, OTHER_PASID, BED_VA));
    ck_assert(svasim_cache_holds(bed.unit, "iotlb_4k", OTHER_SID, OTHER_PASID, BED_VA));
    invalidate(&bed, 2 | 2u << 4 | BED_DID << 16, 0);
    ck_assert(!svasim_cache_holds(bed.unit, "iotlb_4k", BED_SID, OTHER_PASID, BED_VA));
    ck_assert(svasim_cache_holds(bed.unit, "iotlb_4k", OTHER_SID, OTHER_PASID, BED_VA));
    bed_close(&bed);
}
END_TEST

static const struct {
    const char *off;
    uint8_t pgtt;
    uint16_t reads;
} saved[] = {
    {"", 1, 1},
    {"context.enabled=off", 1, 3},
    {"pasid.enabled=off", 1, 3},
    {"context.enabled=off pasid.enabled=off", 1, 5},
    {"fs_pde.enabled=off", 1, 2},
    {"fs_pde.enabled=off fs_pdpe.enabled=off", 1, 3},
    {"fs_pde.enabled=off fs_pdpe.enabled=off fs_pml4e.enabled=off", 1, 4},
    {"fs_pdpe.enabled=off fs_pml4e.enabled=off", 1, 1},
    {"ss_pde.enabled=off", 2, 2},
    {"ss_pde.enabled=off ss_pdpe.enabled=off", 2, 3},
    {"ss_pde.enabled=off ss_pdpe.enabled=off ss_pml4e.enabled=off", 2, 4},
    {"", 3, 2},
    {"ss_pde.enabled=off", 3, 3},
    {"fs_pde.enabled=off", 3, 4},
    {"context.enabled=off", 0, 3},
};

/* Reads that a second access needs with the IOTLB and one more cache off. */
START_TEST(reads_saved_by_each_cache)
{
    char config[300];
    struct bed bed;
    snprintf(config, sizeof config, "iotlb_4k.enabled=off %s", saved[_i].off);
    const struct bed_plan plan = {.pgtt = saved[_i].pgtt, .config = config};
    uint32_t pasid = plan.pgtt ? BED_PASID : SVASIM_NO_PASID;
    bed_open(&bed, &plan);
    uint16_t cold = read_page(&bed, pasid).reads;
    svasim_response r = read_page(&bed, pasid);
    ck_assert_uint_eq(r.fault, SVASIM_FAULT_NONE);
    ck_assert_uint_eq(r.reads, saved[_i].reads);
    ck_assert_uint_lt(r.reads, cold);
    bed_close(&bed);
}
END_TEST

/* --- inspection --- */

/* Structure caches outlive the entry that leads to them, and can still be asked. */
START_TEST(tables_without_their_pasid_entry)
{
    struct bed bed;
    const struct bed_plan plan = {.pgtt = 3};
    bed_open(&bed, &plan);
    (void)read_page(&bed, BED_PASID);
    for (unsigned gone = 0; gone < 2; gone++) {
        ck_assert(svasim_cache_holds(bed.unit, "pasid", BED_SID, BED_PASID, 0) == !gone);
        ck_assert(svasim_cache_holds(bed.unit, "fs_pde", BED_SID, BED_PASID, BED_VA));
        ck_assert(svasim_cache_holds(bed.unit, "ss_pde", BED_SID, BED_PASID, BED_GPA));
        ck_assert(!svasim_cache_holds(bed.unit, "fs_pde", BED_SID, OTHER_PASID, BED_VA));
        ck_assert(!svasim_cache_holds(bed.unit, "fs_pde", BED_SID, BED_PASID, BED_VA + 0x200000));
        ck_assert(!svasim_cache_holds(bed.unit, "ss_pde", BED_SID, BED_PASID, BED_VA));
        /* RID_PASID has none, as long as it is known. */
        ck_assert(!svasim_cache_holds(bed.unit, "fs_pde", BED_SID, SVASIM_NO_PASID, BED_VA));
        invalidate(&bed, 7 | 3u << 4, 0);
    }
    invalidate(&bed, 1 | 1u << 4, 0); /* now it is not */
    ck_assert(svasim_cache_holds(bed.unit, "fs_pde", BED_SID, SVASIM_NO_PASID, BED_VA));
    invalidate(&bed, 2 | 2u << 4 | BED_DID << 16, 0);
    ck_assert(!svasim_cache_holds(bed.unit, "fs_pde", BED_SID, BED_PASID, BED_VA));
    ck_assert(!svasim_cache_holds(bed.unit, "ss_pde", BED_SID, BED_PASID, BED_GPA));
    bed_close(&bed);
}
END_TEST

START_TEST(tables_of_legacy_mode)
{
    struct bed bed;
    const struct bed_plan plan = {.pgtt = 0};
    bed_open(&bed, &plan);
    (void)read_page(&bed, SVASIM_NO_PASID);
    for (unsigned gone = 0; gone < 2; gone++) {
        ck_assert(svasim_cache_holds(bed.unit, "context", BED_SID, SVASIM_NO_PASID, 0) == !gone);
        ck_assert(svasim_cache_holds(bed.unit, "ss_pde", BED_SID, SVASIM_NO_PASID, BED_VA));
        ck_assert(!svasim_cache_holds(bed.unit, "ss_pde", BED_SID, SVASIM_NO_PASID, 0));
        invalidate(&bed, 1 | 1u << 4, 0);
    }
    invalidate(&bed, 2 | 1u << 4, 0);
    ck_assert(!svasim_cache_holds(bed.unit, "ss_pde", BED_SID, SVASIM_NO_PASID, BED_VA));
    bed_close(&bed);
}
END_TEST

START_TEST(caches_are_listed)
{
    struct bed bed;
    const struct bed_plan plan = {.pgtt = 1, .first_shift = 21};
    svasim_cache_entry entry;
    bed_open(&bed, &plan);
    (void)read_page(&bed, BED_PASID);
    for (unsigned i = 0; svasim_cache_at(i); i++) {
        uint32_t slot = 0, listed = 0;
        while (svasim_cache_next(bed.unit, i, &slot, &entry)) {
            listed++;
            if (strncmp(svasim_cache_at(i)->name, "iotlb", 5) == 0) {
                ck_assert_uint_eq(entry.address, BED_VA & ~UINT64_C(0x1fffff));
                ck_assert_uint_eq(entry.bytes, 0x200000);
                ck_assert_uint_eq(entry.domain_id, BED_DID);
                ck_assert(entry.with_pasid);
            }
        }
        ck_assert_uint_eq(listed, svasim_cache_entries(bed.unit, i));
        ck_assert(!svasim_cache_next(bed.unit, i, &slot, &entry));
    }
    uint32_t slot = 0;
    ck_assert(!svasim_cache_next(bed.unit, 1000, &slot, &entry));
    ck_assert_uint_eq(slot, 0);
    bed_close(&bed);
}
END_TEST

/* --- stale until invalidated --- */

struct stale {
    uint8_t pgtt;
    const char *config; /* which cache is to be the one that answers */
    const char *edit;   /* takes the mapping away */
    svasim_fault fault; /* what the tables say then */
    uint64_t word0, word1;
};

#define NO_IOTLB "iotlb_4k.enabled=off iotlb_2m.enabled=off iotlb_1g.enabled=off "

static const struct stale stale[] = {
    {1, "", "first1 p=0", SVASIM_FAULT_SFS_2, 6 | 3u << 4 | 7u << 16 | UINT64_C(5) << 32,
     BED_VA | 64},
    {1, "", "first4 p=0", SVASIM_FAULT_SFS_2, 6 | 3u << 4 | 7u << 16 | UINT64_C(5) << 32, BED_VA},
    {1, NO_IOTLB, "first2 p=0", SVASIM_FAULT_SFS_2, 6 | 3u << 4 | 7u << 16 | UINT64_C(5) << 32,
     BED_VA},
    {1, NO_IOTLB, "first4 p=0", SVASIM_FAULT_SFS_2, 6 | 2u << 4 | 7u << 16 | UINT64_C(5) << 32, 0},
    {1, NO_IOTLB, "pasid p=0", SVASIM_FAULT_SPT_2, 7 | 1u << 4 | 7u << 16 | UINT64_C(5) << 32, 0},
    {1, NO_IOTLB, "dir p=0", SVASIM_FAULT_SPD_2, 7 | 0u << 4 | 7u << 16, 0},
    {1, NO_IOTLB, "context p=0", SVASIM_FAULT_SCT_2, 1 | 3u << 4 | UINT64_C(0x108) << 32, 0},
    {1, NO_IOTLB, "root lp=0", SVASIM_FAULT_SRT_2, 1 | 1u << 4, 0},
    {2, "", "second1 r=0 w=0", SVASIM_FAULT_SSS_2, 2 | 3u << 4 | 7u << 16, BED_VA | 64},
    {2, NO_IOTLB, "second2 r=0 w=0", SVASIM_FAULT_SSS_2, 2 | 3u << 4 | 7u << 16, BED_VA},
    {3, "", "second1@page r=0 w=0", SVASIM_FAULT_SSS_2, 2 | 3u << 4 | 7u << 16, BED_GPA | 64},
    {3, NO_IOTLB, "second1@first2 r=0 w=0", SVASIM_FAULT_SSS_2, 2 | 3u << 4 | 7u << 16, BED_GPA},
    {3, NO_IOTLB, "second4@first1 r=0 w=0", SVASIM_FAULT_SSS_2, 2 | 2u << 4 | 7u << 16, 0},
    {4, "", "pasid pgtt=0", SVASIM_FAULT_SPT_4_2, 0, 0},
    {0, "", "second1 r=0 w=0", SVASIM_FAULT_LGN_3, 2 | 3u << 4 | 7u << 16, BED_VA},
    {0, NO_IOTLB, "context p=0", SVASIM_FAULT_LCT_2, 1 | 3u << 4 | 7u << 16 | UINT64_C(0x108) << 32,
     0},
};

START_TEST(stale_until_invalidated)
{
    const struct stale *row = &stale[_i];
    struct bed bed;
    const struct bed_plan plan = {.pgtt = row->pgtt, .config = row->config};
    uint32_t pasid = plan.pgtt ? BED_PASID : SVASIM_NO_PASID;
    bed_open(&bed, &plan);
    svasim_response fresh = read_page(&bed, pasid);
    bed_edit(&bed, BED_PASID, BED_VA, row->edit);
    svasim_response r = read_page(&bed, pasid), now;
    ck_assert_msg(r.fault == SVASIM_FAULT_NONE, "fault %s", bed_fault_name(r.fault));
    ck_assert_uint_eq(r.address, fresh.address);
    svasim_request request = bed_request(&bed, pasid, SVASIM_READ);
    ck_assert(svasim_peek(bed.unit, &request, &now) == SVASIM_OK);
    ck_assert_msg(now.fault == row->fault, "peek: %s", bed_fault_name(now.fault));
    if (row->word0)
        invalidate(&bed, row->word0, row->word1);
    else
        bed_on(&bed);
    bed_expect(&bed, &request, row->fault);
    bed_close(&bed);
}
END_TEST

/* An upper entry that changes needs IH = 0; with IH = 1 the structure caches stay. */
START_TEST(hint_spares_the_structure_caches)
{
    struct bed bed;
    const struct bed_plan plan = {.pgtt = (uint8_t)(1 + _i), .config = NO_IOTLB};
    uint64_t word0 = _i ? 2 | 3u << 4 | 7u << 16 : 6 | 3u << 4 | 7u << 16 | UINT64_C(5) << 32;
    bed_open(&bed, &plan);
    (void)read_page(&bed, BED_PASID);
    bed_edit(&bed, BED_PASID, BED_VA, _i ? "second2 r=0 w=0" : "first2 p=0");
    invalidate(&bed, word0, BED_VA | 64);
    ck_assert_uint_eq(read_page(&bed, BED_PASID).fault, SVASIM_FAULT_NONE);
    invalidate(&bed, word0, BED_VA);
    ck_assert_uint_ne(read_page(&bed, BED_PASID).fault, SVASIM_FAULT_NONE);
    bed_close(&bed);
}
END_TEST

/* CM = 0: what was not present needs no invalidation once it is. */
START_TEST(becoming_present_needs_no_invalidation)
{
    static const struct {
        uint8_t pgtt;
        const char *remove, *restore;
    } rows[] = {{1, "root lp=0", "root lp=1"},
                {1, "context p=0", "context p=1"},
                {1, "dir p=0", "dir p=1"},
                {1, "pasid p=0", "pasid p=1"},
                {1, "first4 p=0", "first4 p=1"},
                {1, "first2 p=0", "first2 p=1"},
                {1, "first1 p=0", "first1 p=1"},
                {1, "first2 bit8=1 p=0", "first2 p=1"},
                {2, "second4 r=0 w=0", "second4 r=1 w=1"},
                {2, "second1 r=0 w=0", "second1 r=1 w=1"},
                {3, "second1@first1 r=0 w=0", "second1@first1 r=1 w=1"},
                {3, "second2@page r=0 w=0", "second2@page r=1 w=1"},
                {1, "pasid pgtt=0", "pasid pgtt=1"},
                {1, "context bit7=1", "context bit7=0"},
                {1, "context rid_pasid=0x2000", "context rid_pasid=9"}};
    struct bed bed;
    const struct bed_plan plan = {.pgtt = rows[_i].pgtt, .edits = rows[_i].remove};
    bed_open(&bed, &plan);
    ck_assert_uint_ne(read_page(&bed, BED_PASID).fault, SVASIM_FAULT_NONE);
    bed_edit(&bed, BED_PASID, BED_VA, rows[_i].restore);
    ck_assert_uint_eq(read_page(&bed, BED_PASID).fault, SVASIM_FAULT_NONE);
    bed_close(&bed);
}
END_TEST

/* A read-only entry may go on refusing writes after software granted them: fault at once, or look
 * at the tables first, as the policy says. */
START_TEST(rights_granted_later)
{
    struct bed bed;
    const struct bed_plan plan = {
        .pgtt = 1, .config = _i ? "policy.iotlb_denied=walk" : NULL, .edits = "first1 rw=0"};
    bed_open(&bed, &plan);
    (void)read_page(&bed, BED_PASID);
    bed_edit(&bed, BED_PASID, BED_VA, "first1 rw=1");
    svasim_request request = bed_request(&bed, BED_PASID, SVASIM_WRITE);
    bed_expect(&bed, &request, _i ? SVASIM_FAULT_NONE : SVASIM_FAULT_SGN_6);
    invalidate(&bed, 6 | 3u << 4 | 7u << 16 | UINT64_C(5) << 32, BED_VA | 64);
    bed_expect(&bed, &request, SVASIM_FAULT_NONE);
    bed_close(&bed);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("caches");
    suite_add(suite, "hits", second_access_hits, 24);
    suite_add(suite, "off", caches_that_are_off_are_not_asked, 2);
    suite_add(suite, "tags", tags, 2);
    suite_add(suite, "devices", invalidation_ignores_the_device, 1);
    suite_add(suite, "reads", reads_saved_by_each_cache, (int)(sizeof saved / sizeof saved[0]));
    suite_add(suite, "tables", tables_without_their_pasid_entry, 1);
    suite_add(suite, "legacy tables", tables_of_legacy_mode, 1);
    suite_add(suite, "list", caches_are_listed, 1);
    suite_add(suite, "stale", stale_until_invalidated, (int)(sizeof stale / sizeof stale[0]));
    suite_add(suite, "hint", hint_spares_the_structure_caches, 2);
    suite_add(suite, "present", becoming_present_needs_no_invalidation, 15);
    suite_add(suite, "rights", rights_granted_later, 2);
    return suite_run(suite);
}
