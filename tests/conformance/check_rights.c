/* SPDX-License-Identifier: MIT */
/* check_rights.c - who may do what with which page: U/S, R/W, WPE, PR and SRE in the first stage
 * (sections 3.6.1, 9.6), R and W in the second (3.7.1), both when nested (3.8), zero-length reads
 * and atomics, and what a translation request is told (4.2.3). Every combination is tried against
 * the rule written down once here. */
#define _POSIX_C_SOURCE 200809L
#include "conformance/bed.h"
#include "conformance/suite.h"

#include <stdio.h>

static const svasim_op ops[3] = {SVASIM_READ, SVASIM_WRITE, SVASIM_ATOMIC};

/* --- first stage --- */

struct first_rule {
    bool us, rw, wpe, pr, sre;
};

static svasim_fault first_fault(const struct first_rule *rule, svasim_op op)
{
    if (rule->pr && !rule->sre)
        return SVASIM_FAULT_SPT_6;
    if (!rule->pr && !rule->us)
        return SVASIM_FAULT_SGN_2;
    if (op != SVASIM_READ && !rule->rw && !(rule->pr && !rule->wpe))
        return SVASIM_FAULT_SGN_6;
    return SVASIM_FAULT_NONE;
}

static uint8_t first_rights(const struct first_rule *rule)
{
    bool writes = first_fault(rule, SVASIM_WRITE) == SVASIM_FAULT_NONE;
    bool reads = first_fault(rule, SVASIM_READ) == SVASIM_FAULT_NONE;
    return (uint8_t)((reads ? SVASIM_R : 0) | (writes ? SVASIM_W : 0));
}

static void ask_first(struct bed *bed, const struct first_rule *rule, uint32_t pasid)
{
    bool has_pasid = pasid != SVASIM_NO_PASID;
    uint8_t flags = has_pasid && rule->pr ? SVASIM_PRIV : 0;
    for (unsigned i = 0; i < 3; i++) {
        svasim_request request = bed_request(bed, pasid, ops[i]);
        request.flags = flags;
        svasim_response r = bed_expect(bed, &request, first_fault(rule, ops[i]));
        ck_assert_uint_eq(r.status, r.fault ? SVASIM_STATUS_UR : SVASIM_STATUS_OK);
        ck_assert_uint_eq(r.rights, r.fault ? 0 : first_rights(rule));
    }
    for (unsigned no_write = 0; no_write < 2; no_write++) {
        svasim_request request = bed_request(bed, pasid, SVASIM_READ);
        request.at = SVASIM_TRANSLATION;
        request.flags = (uint8_t)(flags | (no_write ? SVASIM_NO_WRITE : 0));
        svasim_response r = bed_ask(bed, &request);
        uint8_t rights = first_rights(rule);
        if (no_write)
            rights &= (uint8_t)~SVASIM_W;
        ck_assert_uint_eq(r.status, SVASIM_STATUS_OK);
        ck_assert_uint_eq(r.rights, rights | (flags ? SVASIM_P : 0));
        ck_assert_uint_eq(r.flags & SVASIM_RECORDED, 0);
        ck_assert_uint_eq(r.address, rights ? bed_target(bed, request.address) : 0);
    }
}

/* Rounds: bits 0-4 the rule, then the level that carries U/S and R/W, then the translation type
 * and whether caches may answer.
 * trap 122: PRIV in every answer to PR = 1. */
START_TEST(first_stage_rights)
{
    struct bed bed;
    char edits[200];
    const struct first_rule rule = {_i & 1, _i & 2, _i & 4, _i & 8, _i & 16};
    int level = 1 + (_i >> 5) % 4;
    bool nested = (_i >> 7) & 1, cached = (_i >> 8) & 1;
    snprintf(edits, sizeof edits, "first%d us=%d rw=%d; pasid wpe=%d sre=%d", level, rule.us,
             rule.rw, rule.wpe, rule.sre);
    const struct bed_plan plan = {.pgtt = nested ? 3 : 1, .config = cached ? NULL : BED_CACHES_OFF};
    bed_open(&bed, &plan);
    bed_edit(&bed, BED_PASID, BED_VA, edits);
    bed_edit(&bed, BED_RID_PASID, BED_VA, edits);
    bed_edit(&bed, BED_PASID, BED_VA, rule.pr ? "context rid_priv=1" : "context rid_priv=0");
    ask_first(&bed, &rule, BED_PASID);
    ask_first(&bed, &rule, SVASIM_NO_PASID);
    ask_first(&bed, &rule, BED_PASID);
    bed_close(&bed);
}
END_TEST

/* One IOTLB entry serves user and supervisor: filled by either, it must answer both. */
START_TEST(shared_entry_keeps_the_modes_apart)
{
    struct bed bed;
    const struct bed_plan plan = {.pgtt = _i & 1 ? 3 : 1,
                                  .edits = _i & 2 ? "first1 us=0 rw=0; pasid wpe=1"
                                                  : "first1 us=0 rw=0"};
    bed_open(&bed, &plan);
    svasim_request user = bed_request(&bed, BED_PASID, SVASIM_READ), super = user;
    super.flags = SVASIM_PRIV;
    bed_expect(&bed, &super, SVASIM_FAULT_NONE);
    bed_expect(&bed, &user, SVASIM_FAULT_SGN_2);
    svasim_response r = bed_expect(&bed, &super, SVASIM_FAULT_NONE);
    ck_assert(r.flags & SVASIM_IOTLB_HIT);
    ck_assert_uint_eq(r.rights, _i & 2 ? SVASIM_R : SVASIM_R | SVASIM_W);
    super.op = SVASIM_WRITE;
    bed_expect(&bed, &super, _i & 2 ? SVASIM_FAULT_SGN_6 : SVASIM_FAULT_NONE);
    bed_close(&bed);
}
END_TEST

/* policy.us_check=early: the supervisor part of the path ends the walk, also when a structure cache
 * remembers it. The supervisor's own request goes on and meets what lies below. */
START_TEST(early_check_on_a_cached_path)
{
    struct bed bed;
    const struct bed_plan plan = {
        .pgtt = _i ? 3 : 1, .config = "policy.us_check=early", .edits = "first3 us=0; first1 p=0"};
    bed_open(&bed, &plan);
    svasim_request user = bed_request(&bed, BED_PASID, SVASIM_READ), super = user;
    super.flags = SVASIM_PRIV;
    bed_expect(&bed, &user, SVASIM_FAULT_SGN_2);
    bed_expect(&bed, &super, SVASIM_FAULT_SFS_2);
    bed_expect(&bed, &user, SVASIM_FAULT_SGN_2);
    bed_close(&bed);
}
END_TEST

/* --- second stage --- */

static svasim_fault second_fault(bool reads, bool writes, svasim_op op, bool zero_length, bool zlr,
                                 bool legacy)
{
    if (!reads && !writes && !legacy)
        return SVASIM_FAULT_SSS_2;
    if (op != SVASIM_READ && !writes)
        return legacy ? SVASIM_FAULT_LGN_2 : SVASIM_FAULT_SGN_6;
    if (op == SVASIM_WRITE || reads || (zero_length && zlr && writes))
        return SVASIM_FAULT_NONE;
    return legacy ? SVASIM_FAULT_LGN_3 : SVASIM_FAULT_SGN_7;
}

/* Rounds: R and W at an upper level and at the leaf, CAP.ZLR, legacy, caches. */
START_TEST(second_stage_rights)
{
    struct bed bed;
    char edits[100];
    bool reads = (_i & 1) && (_i & 4), writes = (_i & 2) && (_i & 8);
    bool zlr = _i & 16, legacy = _i & 32, cached = _i & 64;
    char config[600];
    snprintf(config, sizeof config, "%s cap.zlr=%d", cached ? "" : BED_CACHES_OFF, zlr);
    snprintf(edits, sizeof edits, "second3 r=%d w=%d; second1 r=%d w=%d", _i & 1, _i >> 1 & 1,
             _i >> 2 & 1, _i >> 3 & 1);
    const struct bed_plan plan = {.pgtt = legacy ? 0 : 2, .config = config, .edits = edits};
    bed_open(&bed, &plan);
    for (unsigned i = 0; i < 8; i++) { /* twice: the second time from caches */
        svasim_op op = i % 4 == 3 ? SVASIM_READ : ops[i % 4];
        svasim_request request = bed_request(&bed, legacy ? SVASIM_NO_PASID : BED_PASID, op);
        if (i % 4 == 3)
            request.length = 0;
        svasim_response r =
            bed_expect(&bed, &request, second_fault(reads, writes, op, i % 4 == 3, zlr, legacy));
        uint8_t rights = (uint8_t)((reads ? SVASIM_R : 0) | (writes ? SVASIM_W : 0));
        ck_assert_uint_eq(r.rights, r.fault ? 0 : rights);
    }
    bed_close(&bed);
}
END_TEST

/* Privilege plays no part in the second stage, beyond SRE. */
START_TEST(second_stage_ignores_privilege)
{
    struct bed bed;
    const struct bed_plan plan = {.pgtt = 2, .edits = "second1 w=0; pasid wpe=1"};
    bed_open(&bed, &plan);
    svasim_request request = bed_request(&bed, BED_PASID, SVASIM_READ);
    request.flags = SVASIM_PRIV;
    bed_expect(&bed, &request, SVASIM_FAULT_NONE);
    request.op = SVASIM_WRITE;
    bed_expect(&bed, &request, SVASIM_FAULT_SGN_6);
    bed_edit(&bed, BED_PASID, BED_VA, "pasid wpe=0");
    bed_expect(&bed, &request, SVASIM_FAULT_SGN_6);
    bed_close(&bed);
}
END_TEST

/* SSIRWE moves the rights to bits 61 and 62. */
START_TEST(io_rights)
{
    struct bed bed;
    bool ir = _i & 1, iw = _i & 2;
    char leaf[80];
    const struct bed_plan plan = {.pgtt = 2, .config = "cap.ssirws=on"};
    bed_open(&bed, &plan);
    bed_edit(&bed, BED_PASID, BED_VA,
             "rtaddr 0x80; second4 r=0 w=0 ir=1 iw=1; second3 r=0 w=0 ir=1 iw=1; "
             "second2 r=0 w=0 ir=1 iw=1");
    snprintf(leaf, sizeof leaf, "second1 r=%d w=%d ir=%d iw=%d", !ir, !iw, ir, iw);
    bed_edit(&bed, BED_PASID, BED_VA, leaf);
    bed_on(&bed);
    for (unsigned i = 0; i < 3; i++) {
        svasim_request request = bed_request(&bed, BED_PASID, ops[i]);
        bed_expect(&bed, &request, second_fault(ir, iw, ops[i], false, false, false));
    }
    bed_close(&bed);
}
END_TEST

/* --- nested --- */

static svasim_fault nested_fault(bool rw, bool reads, bool writes, svasim_op op, bool zero_length)
{
    if (!reads && !writes)
        return SVASIM_FAULT_SSS_2;
    if (op != SVASIM_READ && !(rw && writes))
        return SVASIM_FAULT_SGN_6;
    if (op == SVASIM_WRITE || reads || (zero_length && writes))
        return SVASIM_FAULT_NONE;
    return SVASIM_FAULT_SGN_7;
}

START_TEST(nested_rights)
{
    struct bed bed;
    char edits[100];
    bool rw = _i & 1, reads = _i & 2, writes = _i & 4, cached = _i & 8;
    snprintf(edits, sizeof edits, "first1 rw=%d; second1@page r=%d w=%d", rw, reads, writes);
    const struct bed_plan plan = {
        .pgtt = 3, .config = cached ? NULL : BED_CACHES_OFF, .edits = edits};
    bed_open(&bed, &plan);
    for (unsigned i = 0; i < 8; i++) {
        svasim_op op = i % 4 == 3 ? SVASIM_READ : ops[i % 4];
        svasim_request request = bed_request(&bed, BED_PASID, op);
        if (i % 4 == 3)
            request.length = 0;
        bed_expect(&bed, &request, nested_fault(rw, reads, writes, op, i % 4 == 3));
    }
    bed_close(&bed);
}
END_TEST

/* A supervisor write with WPE = 0 needs no R/W bit, but still the second stage's W. */
START_TEST(nested_supervisor_writes)
{
    struct bed bed;
    bool rw = _i & 1, writes = _i & 2, wpe = _i & 4;
    char edits[100];
    snprintf(edits, sizeof edits, "first1 rw=%d; second1@page w=%d; pasid wpe=%d", rw, writes, wpe);
    const struct bed_plan plan = {.pgtt = 3, .edits = edits};
    bed_open(&bed, &plan);
    svasim_request request = bed_request(&bed, BED_PASID, SVASIM_READ);
    request.flags = SVASIM_PRIV;
    bed_expect(&bed, &request, SVASIM_FAULT_NONE);
    request.op = SVASIM_WRITE;
    bool allowed = writes && (rw || !wpe);
    bed_expect(&bed, &request, allowed ? SVASIM_FAULT_NONE : SVASIM_FAULT_SGN_6);
    bed_expect(&bed, &request, allowed ? SVASIM_FAULT_NONE : SVASIM_FAULT_SGN_6);
    bed_close(&bed);
}
END_TEST

/* The waiver of zero-length reads covers the final page only, not the tables on the way. */
START_TEST(zero_length_reads_need_readable_tables)
{
    static const char *const edits[] = {"second1@first4 r=0", "second1@first2 r=0"};
    static const svasim_fault faults[] = {SVASIM_FAULT_SFS_6, SVASIM_FAULT_SFS_7};
    struct bed bed;
    const struct bed_plan plan = {.pgtt = 3, .edits = edits[_i]};
    bed_open(&bed, &plan);
    svasim_request request = bed_request(&bed, BED_PASID, SVASIM_READ);
    request.length = 0;
    bed_expect(&bed, &request, faults[_i]);
    bed_close(&bed);
}
END_TEST

/* NWFS = 0: the no-write flag of a translation request is not looked at. */
START_TEST(no_write_needs_its_capability)
{
    struct bed bed;
    const struct bed_plan plan = {.pgtt = (uint8_t)(1 + _i), .config = "cap.nwfs=off"};
    bed_open(&bed, &plan);
    svasim_request request = bed_request(&bed, BED_PASID, SVASIM_READ);
    request.at = SVASIM_TRANSLATION;
    request.flags = SVASIM_NO_WRITE;
    ck_assert_uint_eq(bed_ask(&bed, &request).rights, SVASIM_R | SVASIM_W);
    bed_close(&bed);
}
END_TEST

/* RID_PRIV gives the answer supervisor rights, but PRIV stays 0 without a PASID.
 * trap 122: without a PASID PRIV is 0. */
START_TEST(rid_priv_is_not_announced)
{
    struct bed bed;
    const struct bed_plan plan = {.pgtt = 1, .edits = "context rid_priv=1; first1 us=0"};
    bed_open(&bed, &plan);
    svasim_request request = bed_request(&bed, SVASIM_NO_PASID, SVASIM_READ);
    request.at = SVASIM_TRANSLATION;
    ck_assert_uint_eq(bed_ask(&bed, &request).rights, SVASIM_R | SVASIM_W);
    bed_close(&bed);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("rights");
    suite_add(suite, "first stage", first_stage_rights, 512);
    suite_add(suite, "shared entry", shared_entry_keeps_the_modes_apart, 4);
    suite_add(suite, "early check", early_check_on_a_cached_path, 2);
    suite_add(suite, "second stage", second_stage_rights, 128);
    suite_add(suite, "privilege", second_stage_ignores_privilege, 1);
    suite_add(suite, "I/O rights", io_rights, 4);
    suite_add(suite, "nested", nested_rights, 16);
    suite_add(suite, "nested supervisor", nested_supervisor_writes, 8);
    suite_add(suite, "zero-length reads", zero_length_reads_need_readable_tables, 2);
    suite_add(suite, "no write", no_write_needs_its_capability, 4);
    suite_add(suite, "RID_PRIV", rid_priv_is_not_announced, 1);
    return suite_run(suite);
}
