/* SPDX-License-Identifier: MIT */
/* check_ingress.c - requests that never reach a page walk, the interrupt range on both sides, and
 * the checks that an IOTLB or context-cache hit must not skip (sections 3.15, 4.2, 6.2.4). */
#define _POSIX_C_SOURCE 200809L
#include "conformance/bed.h"
#include "conformance/suite.h"

#define FEE UINT64_C(0xfee00000)

static svasim_request request_at(const struct bed *bed, uint32_t pasid, uint8_t at, svasim_op op)
{
    svasim_request request = bed_request(bed, pasid, op);
    request.at = at;
    return request;
}

/* Blocked, nothing logged, nothing read. */
static void expect_blocked(struct bed *bed, const svasim_request *request)
{
    uint32_t reads = bed->reads_seen;
    svasim_response r = bed_expect(bed, request, SVASIM_FAULT_NONE);
    ck_assert_uint_eq(r.status, SVASIM_STATUS_UR);
    ck_assert_uint_eq(r.flags & SVASIM_RECORDED, 0);
    ck_assert_uint_eq(r.address, 0);
    ck_assert_uint_eq(r.rights, 0);
    ck_assert_uint_eq(bed->reads_seen, reads);
}

START_TEST(blocked_without_a_record)
{
    struct bed bed;
    const struct bed_plan plan = {.pgtt = _i ? 1 : 0,
                                  .config = _i == 2 ? "cap.ptrs=off" : NULL,
                                  .edits = _i == 2 ? "context eptr=0" : NULL};
    bed_open(&bed, &plan);
    for (uint8_t op = 0; op <= SVASIM_ATOMIC; op++)
        for (int with = 0; with < 2; with++) {
            uint32_t pasid = with ? BED_PASID : SVASIM_NO_PASID;
            svasim_request request = request_at(&bed, pasid, SVASIM_AT_RESERVED, (svasim_op)op);
            expect_blocked(&bed, &request);
            request.at = SVASIM_TRANSLATION;
            if (op != SVASIM_READ)
                expect_blocked(&bed, &request);
            request.at = SVASIM_TRANSLATED;
            if (with && _i == 2)
                expect_blocked(&bed, &request);
        }
    bed_close(&bed);
}
END_TEST

START_TEST(translation_off)
{
    struct bed bed;
    const struct bed_plan plan = {.pgtt = 1};
    bed_open(&bed, &plan);
    (void)bed_read(&bed, BED_PASID, BED_VA);
    ck_assert(svasim_mmio_write(bed.unit, 0x18, 4, 0) == SVASIM_OK);
    svasim_request request = bed_request(&bed, BED_PASID, SVASIM_WRITE);
    for (int with = 0; with < 2; with++) {
        request.pasid = with ? BED_PASID : SVASIM_NO_PASID;
        request.at = SVASIM_UNTRANSLATED;
        svasim_response r = bed_expect(&bed, &request, SVASIM_FAULT_NONE);
        ck_assert_uint_eq(r.address, request.address);
        ck_assert(r.flags & SVASIM_BYPASS);
        ck_assert_uint_eq(r.reads, 0);
        request.op = SVASIM_READ;
        request.at = SVASIM_TRANSLATION;
        expect_blocked(&bed, &request);
        request.at = SVASIM_TRANSLATED;
        expect_blocked(&bed, &request);
    }
    bed_on(&bed);
    request.at = SVASIM_UNTRANSLATED;
    svasim_response r = bed_expect(&bed, &request, SVASIM_FAULT_NONE);
    ck_assert_uint_eq(r.address, bed_target(&bed, request.address));
    bed_close(&bed);
}
END_TEST

/* --- interrupt range as input --- */

START_TEST(interrupt_messages)
{
    struct bed bed;
    const struct bed_plan plan = {.pgtt = (uint8_t)_i, .address = FEE & ~UINT64_C(0xfff)};
    bed_open(&bed, &plan);
    svasim_request request = bed_request(&bed, SVASIM_NO_PASID, SVASIM_WRITE);
    request.length = 4;
    svasim_response r = bed_expect(&bed, &request, SVASIM_FAULT_NONE);
    ck_assert(r.flags & SVASIM_INTERRUPT);
    request.length = 8;
    bed_expect(&bed, &request, SVASIM_FAULT_INT_29);
    request.op = SVASIM_ATOMIC;
    request.length = 4;
    bed_expect(&bed, &request, SVASIM_FAULT_INT_29);
    request.op = SVASIM_READ;
    bed_expect(&bed, &request, SVASIM_FAULT_INT_29);
    request.length = 0;
    r = bed_expect(&bed, &request, SVASIM_FAULT_NONE);
    ck_assert_uint_eq(r.status, SVASIM_STATUS_OK);
    ck_assert_uint_eq(bed.reads_seen, 0);
    if (plan.pgtt == 1 || plan.pgtt == 3) { /* with PASID: an address like any other */
        request = bed_request(&bed, BED_PASID, SVASIM_WRITE);
        request.length = 4;
        r = bed_expect(&bed, &request, SVASIM_FAULT_NONE);
        ck_assert_uint_eq(r.flags & SVASIM_INTERRUPT, 0);
        ck_assert_uint_eq(r.address, bed_target(&bed, request.address));
    }
    bed_close(&bed);
}
END_TEST

/* Special conditions S.1 and S.2, after root and context entry and before anything else. */
START_TEST(translation_requests_into_the_range)
{
    struct bed bed;
    const struct bed_plan plan = {.pgtt = _i & 1, .config = _i & 2 ? "cap.nwfs=off" : NULL};
    bed_open(&bed, &plan);
    svasim_request request = request_at(&bed, SVASIM_NO_PASID, SVASIM_TRANSLATION, SVASIM_READ);
    for (int no_write = 0; no_write < 2; no_write++) {
        bool second = no_write && !(_i & 2);
        request.address = FEE + 0x1000;
        request.flags = no_write ? SVASIM_NO_WRITE : 0;
        svasim_response r = bed_expect(&bed, &request, SVASIM_FAULT_NONE);
        ck_assert_uint_eq(r.status, SVASIM_STATUS_OK);
        ck_assert_uint_eq(r.rights, second ? 0 : SVASIM_W);
        ck_assert((r.flags & SVASIM_UNTRANSLATED_ONLY) == (second ? 0 : SVASIM_UNTRANSLATED_ONLY));
        ck_assert_uint_eq(r.flags & SVASIM_RECORDED, 0);
    }
    bed_edit(&bed, BED_PASID, BED_VA, _i & 1 ? "context dte=0" : "context tt=0");
    bed_on(&bed);
    bed_expect(&bed, &request, _i & 1 ? SVASIM_FAULT_SCT_5 : SVASIM_FAULT_LCT_5);
    bed_edit(&bed, BED_PASID, BED_VA, "context p=0");
    bed_on(&bed);
    bed_expect(&bed, &request, _i & 1 ? SVASIM_FAULT_SCT_2 : SVASIM_FAULT_LCT_2);
    bed_close(&bed);
}
END_TEST

/* --- interrupt range as output --- */

START_TEST(large_page_over_the_range)
{
    struct bed bed;
    const struct bed_plan plan = {.pgtt = _i ? 2 : 1,
                                  .first_shift = 21,
                                  .second_shift = 21,
                                  .edits =
                                      _i ? "second2 addr=0xfee00000" : "first2 addr=0xfee00000"};
    bed_open(&bed, &plan);
    uint64_t page = BED_VA & ~UINT64_C(0x1fffff);
    svasim_request request = bed_request(&bed, BED_PASID, SVASIM_WRITE);
    for (int round = 0; round < 2; round++) {
        request.at = SVASIM_UNTRANSLATED;
        request.op = SVASIM_WRITE;
        request.address = page + 0x100000;
        svasim_response r = bed_expect(&bed, &request, SVASIM_FAULT_NONE);
        ck_assert_uint_eq(r.address, 0xfef00000);
        request.address = page + 0xfffc0;
        bed_expect(&bed, &request, SVASIM_FAULT_SGN_8_1);
        request.at = SVASIM_TRANSLATION;
        request.op = SVASIM_READ;
        request.address = page + 0x100000;
        bed_expect(&bed, &request, SVASIM_FAULT_SGN_8_2);
    }
    bed_close(&bed);
}
END_TEST

/* --- translated requests --- */

START_TEST(translated_requests_pass)
{
    struct bed bed;
    const struct bed_plan plan = {.pgtt = _i ? 1 : 0, .config = BED_CACHES_OFF};
    bed_open(&bed, &plan);
    if (_i)
        bed_edit(&bed, BED_PASID, BED_VA, "dir p=0; pasid p=0"); /* not looked at */
    for (int with = 0; with <= _i; with++) {
        svasim_request request =
            request_at(&bed, with ? BED_PASID : SVASIM_NO_PASID, SVASIM_TRANSLATED, SVASIM_WRITE);
        request.address = (UINT64_C(1) << 52) - 64;
        svasim_response r = bed_expect(&bed, &request, SVASIM_FAULT_NONE);
        ck_assert_uint_eq(r.status, SVASIM_STATUS_OK);
        ck_assert_uint_eq(r.address, request.address);
        ck_assert_uint_eq(r.reads, 2);
    }
    bed_close(&bed);
}
END_TEST

/* --- fields that count or not by capability and type --- */

START_TEST(harmless_values)
{
    static const struct {
        uint8_t pgtt;
        const char *edits;
        const char *config;
    } rows[] = {
        {1, "pasid aw=7 ssade=1 ssptptr=0xffffffffff000", NULL},
        {4, "pasid aw=7 ssade=1 fspm=3 wpe=1 eafe=1 ssptptr=0xffffffffff000", NULL},
        {2, "pasid fspm=3 wpe=1 eafe=1 fsptptr=0xffffffffff000", NULL},
        {1, "pasid bit133=1 bit134=1", NULL},
        {1, "first4 bit63=1 bit11=1 bit9=1 bit8=1 bit6=1 bit3=1", NULL},
        {1, "first1 bit63=1 bit11=1 bit8=1 bit7=1 bit10=1 pwt=1 pcd=1", NULL},
        {1, "first3 bit62=1 bit52=1", NULL},
        {2, "second4 bit63=1 bit61=1 bit60=1 bit10=1 bit9=1 bit6=1 bit3=1 bit2=1", NULL},
        {2, "second1 bit63=1 bit61=1 bit10=1 bit7=1 ipat=1 emt=7 snp=1 bit2=1", NULL},
        {3, "second1@page emt=2 snp=1", NULL},
        {1, "root up=0 raw1=0xffe", NULL},
        {0, "context bit67=1 bit70=1", NULL},
        {1, "pasid fpd=1; dir fpd=1; context fpd=1", NULL},
        {1, "pasid did=0xffff", NULL},
        {1, "pasid cd=1 emte=1 pat=0x0706", "cap.mts=on"},
        {1, "first1 addr=0xffffffffff000 rw=1 us=1 a=1 d=1 bit7=1 bit63=1", NULL},
    };
    struct bed bed;
    const struct bed_plan plan = {
        .pgtt = rows[_i].pgtt, .config = rows[_i].config, .edits = rows[_i].edits};
    bed_open(&bed, &plan);
    svasim_request request =
        bed_request(&bed, plan.pgtt ? BED_PASID : SVASIM_NO_PASID, SVASIM_WRITE);
    bed_expect(&bed, &request, SVASIM_FAULT_NONE);
    bed_close(&bed);
}
END_TEST

/* Snooping: the hint of a completion, from PGSNP or the second stage's leaf. */
START_TEST(snoop_hint)
{
    static const struct {
        uint8_t pgtt;
        const char *edits;
        bool snoops;
    } rows[] = {{1, NULL, false},
                {1, "pasid pgsnp=1", true},
                {2, "second1 snp=1", true},
                {2, NULL, false},
                {3, "second1@page snp=1", true},
                {4, "pasid pgsnp=1", true},
                {0, "second1 snp=1", true},
                {0, NULL, false}};
    struct bed bed;
    const struct bed_plan plan = {.pgtt = rows[_i].pgtt, .edits = rows[_i].edits};
    bed_open(&bed, &plan);
    for (int i = 0; i < 2; i++) {
        svasim_response r = bed_read(&bed, plan.pgtt ? BED_PASID : SVASIM_NO_PASID, BED_VA);
        ck_assert(((r.flags & SVASIM_SNOOP) != 0) == rows[_i].snoops);
    }
    bed_close(&bed);
}
END_TEST

/* --- a cached answer must not hide what a walk would have refused --- */

START_TEST(execute_is_refused_on_a_hit)
{
    struct bed bed;
    const struct bed_plan plan = {.pgtt = (uint8_t)(1 + _i)};
    bed_open(&bed, &plan);
    (void)bed_read(&bed, BED_PASID, BED_VA);
    svasim_request request = bed_request(&bed, BED_PASID, SVASIM_READ);
    request.flags = SVASIM_EXEC;
    bed_expect(&bed, &request, SVASIM_FAULT_SPT_5);
    bed_close(&bed);
}
END_TEST

START_TEST(refused_context_is_not_cached)
{
    struct bed bed;
    const struct bed_plan plan = {.pgtt = 1, .edits = "context paside=0"}; /* EPTR is 1 */
    bed_open(&bed, &plan);
    svasim_request with = bed_request(&bed, BED_PASID, SVASIM_READ);
    svasim_request without = bed_request(&bed, SVASIM_NO_PASID, SVASIM_READ);
    bed_expect(&bed, &with, SVASIM_FAULT_SCT_6);
    bed_expect(&bed, &without, SVASIM_FAULT_SCT_4_3);
    bed_close(&bed);
}
END_TEST

START_TEST(aliases_of_a_cached_address)
{
    static const struct {
        uint8_t pgtt;
        uint64_t beyond;
        svasim_fault fault;
    } rows[] = {{1, UINT64_C(1) << 48, SVASIM_FAULT_SGN_1},
                {3, UINT64_C(1) << 62, SVASIM_FAULT_SGN_1},
                {2, UINT64_C(1) << 48, SVASIM_FAULT_SGN_5},
                {4, UINT64_C(1) << 52, SVASIM_FAULT_SGN_4_2},
                {0, UINT64_C(1) << 48, SVASIM_FAULT_LGN_1_1}};
    struct bed bed;
    const struct bed_plan plan = {.pgtt = rows[_i].pgtt};
    bed_open(&bed, &plan);
    svasim_request request =
        bed_request(&bed, plan.pgtt ? BED_PASID : SVASIM_NO_PASID, SVASIM_READ);
    bed_expect(&bed, &request, SVASIM_FAULT_NONE);
    request.address |= rows[_i].beyond;
    bed_expect(&bed, &request, rows[_i].fault);
    bed_close(&bed);
}
END_TEST

/* An untranslated request filled the IOTLB while the device TLB is off. */
START_TEST(device_tlb_is_checked_on_a_hit)
{
    struct bed bed;
    const struct bed_plan plan = {.pgtt = 1, .edits = "context dte=0"};
    bed_open(&bed, &plan);
    (void)bed_read(&bed, BED_PASID, BED_VA);
    svasim_request request = request_at(&bed, BED_PASID, SVASIM_TRANSLATION, SVASIM_READ);
    bed_expect(&bed, &request, SVASIM_FAULT_SCT_5);
    bed_close(&bed);
}
END_TEST

START_TEST(fpd_silences_faults_on_a_hit)
{
    static const char *const edits[] = {"first1 rw=0", "first1 rw=0; context fpd=1",
                                        "first1 rw=0; dir fpd=1", "first1 rw=0; pasid fpd=1"};
    struct bed bed;
    const struct bed_plan plan = {.pgtt = 1, .edits = edits[_i]};
    bed_open(&bed, &plan);
    (void)bed_read(&bed, BED_PASID, BED_VA);
    svasim_request request = bed_request(&bed, BED_PASID, SVASIM_WRITE);
    svasim_response r = bed_expect(&bed, &request, SVASIM_FAULT_SGN_6);
    ck_assert(((r.flags & SVASIM_RECORDED) != 0) == (_i == 0));
    bed_close(&bed);
}
END_TEST

/* svasim.h: a response with a fault names no translation. */
START_TEST(faults_name_no_domain)
{
    struct bed bed;
    const struct bed_plan plan = {.pgtt = (uint8_t)_i,
                                  .edits = _i == 1   ? "first1 rw=0"
                                           : _i == 3 ? "first1 rw=0"
                                                     : "second1 w=0"};
    bed_open(&bed, &plan);
    svasim_request request =
        bed_request(&bed, plan.pgtt ? BED_PASID : SVASIM_NO_PASID, SVASIM_WRITE);
    svasim_response r = bed_ask(&bed, &request);
    ck_assert_uint_ne(r.fault, SVASIM_FAULT_NONE);
    ck_assert_uint_eq(r.domain_id, 0);
    bed_close(&bed);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ingress");
    suite_add(suite, "blocked", blocked_without_a_record, 3);
    suite_add(suite, "translation off", translation_off, 1);
    suite_add(suite, "interrupts", interrupt_messages, 5);
    suite_add(suite, "S.1 and S.2", translation_requests_into_the_range, 4);
    suite_add(suite, "large page", large_page_over_the_range, 2);
    suite_add(suite, "translated", translated_requests_pass, 2);
    suite_add(suite, "harmless values", harmless_values, 16);
    suite_add(suite, "snoop", snoop_hint, 8);
    suite_add(suite, "execute", execute_is_refused_on_a_hit, 4);
    suite_add(suite, "context", refused_context_is_not_cached, 1);
    suite_add(suite, "aliases", aliases_of_a_cached_address, 5);
    suite_add(suite, "device TLB", device_tlb_is_checked_on_a_hit, 1);
    suite_add(suite, "FPD", fpd_silences_faults_on_a_hit, 4);
    suite_add(suite, "domain", faults_name_no_domain, 4);
    return suite_run(suite);
}
