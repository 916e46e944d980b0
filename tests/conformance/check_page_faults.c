/* SPDX-License-Identifier: MIT */
/* check_page_faults.c - is every fault that a page request can meet raised by what raises it, told
 * to the device as an invalid request, and logged or silenced as FPD says (sections 7.1.3, 7.2.1
 * and 7.4.1)? And does nothing else happen then: no queue entry, no invalidation? */
#define _POSIX_C_SOURCE 200809L
#include "conformance/bed.h"
#include "conformance/suite.h"

#include <stdio.h>
#include <string.h>

#define NOWHERE "0x20000000000"
#define QUEUE   UINT64_C(0x30000000)
#define GROUP   0x155u

#define REG_FSTS 0x34u
#define REG_PQT  0xc8u
#define REG_PQA  0xd0u
#define REG_PRS  0xdcu
#define REG_FRCD 0x1000u

struct page_case {
    svasim_fault fault;
    const char *kinds;   /* n without PASID, p with one */
    uint8_t fpd_entries; /* with an FPD bit, read before the fault is found */
    uint8_t pgtt;        /* 0: legacy */
    const char *config;
    const char *edits;
    uint32_t pasid; /* of the requests that carry one; 0: BED_PASID */
    uint16_t sid;
    uint8_t second_levels;
};

#define RAISE(id) .fault = SVASIM_FAULT_##id

static const struct page_case cases[] = {
    {RAISE(RTA_1_1), "np", 0, 1, "cap.adms=off", "rtaddr 0xc00"},
    {RAISE(RTA_1_2), "np", 0, 0, .edits = "rtaddr 0x800"},
    {RAISE(RTA_3), "np", 0, 0},
    {RAISE(RTA_3), "np", 0, 0, "cap.ssirws=on", "rtaddr 0x80"},
    {RAISE(RTA_3), "np", 0, 0, .edits = "context p=0"},
    {RAISE(RTA_4), "np", 0, 1, .edits = "rtaddr 0xc00; root raw0=2"},
    {RAISE(SRT_1), "np", 0, 1, .edits = "rootat " NOWHERE},
    {RAISE(SRT_2), "np", 0, 1, .edits = "root lp=0"},
    {RAISE(SRT_2), "np", 0, 1, .edits = "root up=0", .sid = 0x0188},
    {RAISE(SRT_3), "np", 0, 1, .edits = "root bit1=1"},
    {RAISE(SRT_3), "np", 0, 1, .edits = "root bit63=1"},
    {RAISE(SCT_1), "np", 0, 1, .edits = "root lctp=" NOWHERE},
    {RAISE(SCT_2), "np", 1, 1, .edits = "context p=0"},
    {RAISE(SCT_2), "np", 1, 1, .edits = "context p=0 bit7=1 raw3=1 dte=0"},
    {RAISE(SCT_3), "np", 1, 1, .edits = "context bit7=1"},
    {RAISE(SCT_3), "np", 1, 1, .edits = "context bit255=1 pre=0"},
    {RAISE(SCT_3), "np", 1, 1, "cap.ptrs=off"},
    {RAISE(SCT_3), "np", 1, 1, "cap.rps=off"},
    {RAISE(SCT_4_1), "np", 1, 1, .edits = "context dte=0"},
    {RAISE(SCT_4_2), "np", 1, 1, .edits = "context rid_pasid=0x2000"},
    {RAISE(SCT_4_3), "np", 1, 1, .edits = "context paside=0"},
    {RAISE(SCT_6), "p", 1, 1, .edits = "context paside=0 eptr=0"},
    {RAISE(SCT_7), "p", 1, 1, .pasid = 0x2000},
    {RAISE(SCT_7), "p", 1, 1, "cap.pss=7", .pasid = 0xfffff},
    {RAISE(SCT_8), "np", 1, 1, .edits = "context pre=0"},
    {RAISE(SCT_8), "np", 1, 4, .edits = "context pre=0 dte=0; pasid p=0"},
    {RAISE(SCT_9), "p", 1, 1, .pasid = BED_RID_PASID},
    {RAISE(SCT_9), "p", 1, 4, .edits = "context rid_pasid=5"},
    {RAISE(SPD_1), "np", 1, 1, .edits = "context pasiddirptr=" NOWHERE},
    {RAISE(SPD_2), "np", 2, 1, .edits = "dir p=0"},
    {RAISE(SPD_2), "np", 2, 1, .edits = "dir p=0 bit2=1 bit63=1"},
    {RAISE(SPD_3), "np", 2, 1, .edits = "dir bit2=1"},
    {RAISE(SPT_1), "np", 2, 1, .edits = "dir smptblptr=" NOWHERE},
    {RAISE(SPT_2), "np", 3, 1, .edits = "pasid p=0"},
    {RAISE(SPT_2), "np", 3, 1, .edits = "pasid p=0 bit5=1 pgtt=7 raw7=1"},
    {RAISE(SPT_3), "np", 3, 1, .edits = "pasid bit5=1"},
    {RAISE(SPT_3), "np", 3, 3, .edits = "pasid bit511=1"},
    {RAISE(SPT_4_1), "np", 3, 2, .edits = "pasid aw=0"},
    {RAISE(SPT_4_1), "np", 3, 3, .edits = "pasid aw=4"},
    {RAISE(SPT_4_2), "np", 3, 1, .edits = "pasid pgtt=0"},
    {RAISE(SPT_4_2), "np", 3, 1, .edits = "pasid pgtt=7"},
    {RAISE(SPT_4_2), "np", 3, 3, "cap.nest=off"},
    {RAISE(SPT_4_2), "np", 3, 4, "cap.pt=off"},
    {RAISE(SPT_4_3), "np", 3, 1, .edits = "pasid fspm=2"},
    {RAISE(SPT_4_3), "np", 3, 3, "cap.fs5lp=off", "pasid fspm=1"},
    {RAISE(SPT_4_4), "np", 3, 3, .edits = "pasid fsptptr=0x8000000000", .second_levels = 3},
};
#define CASES ((int)(sizeof cases / sizeof cases[0]))

/* --- one case, one kind of request, one FPD bit --- */

struct trial {
    struct bed bed;
    const struct page_case *row;
    svasim_page_request request;
    bool silent;            /* FPD hides the fault */
    unsigned logged;        /* records so far */
    unsigned raised;        /* faults so far */
    uint32_t iotlb, tables; /* entries that must stay */
    char config[256];
};

static uint64_t reg(const struct trial *t, uint32_t offset, uint32_t bytes)
{
    uint64_t value = 0;
    ck_assert(svasim_mmio_read(t->bed.unit, offset, bytes, &value) == SVASIM_OK);
    return value;
}

static void invalidate(struct trial *t, uint64_t word0)
{
    const uint64_t words[4] = {word0, 0, 0, 0};
    uint8_t iqei = 0xee;
    ck_assert(svasim_invalidate(t->bed.unit, words, &iqei) == SVASIM_OK);
    ck_assert_uint_eq(iqei, 0);
}

static uint32_t page_tables_cached(const struct trial *t)
{
    uint32_t count = 0;
    for (unsigned i = 0; svasim_cache_at(i); i++)
        if (strncmp(svasim_cache_at(i)->name, "fs_", 3) == 0 ||
            strncmp(svasim_cache_at(i)->name, "ss_", 3) == 0)
            count += svasim_cache_entries(t->bed.unit, i);
    return count;
}

static uint32_t iotlb_cached(const struct trial *t)
{
    return bed_cached(&t->bed, "iotlb_4k") + bed_cached(&t->bed, "iotlb_2m") +
           bed_cached(&t->bed, "iotlb_1g");
}

/* Translate the page while the tables are sound, so that there is something to lose. */
static void warm_up(struct trial *t, uint32_t pasid)
{
    svasim_request request = bed_request(&t->bed, pasid, SVASIM_READ);
    svasim_response peeked;
    ck_assert(svasim_peek(t->bed.unit, &request, &peeked) == SVASIM_OK);
    if (peeked.fault == SVASIM_FAULT_NONE) {
        (void)bed_ask(&t->bed, &request);
        ck_assert_uint_eq(iotlb_cached(t), 1);
    } else {
        ck_assert_ptr_nonnull(t->row->config); /* only capabilities break fresh tables */
    }
    invalidate(t, 1 | 1u << 4);
    if (t->bed.plan.pgtt)
        invalidate(t, 7 | 3u << 4);
}

static void open_trial(struct trial *t, const struct page_case *row, bool has_pasid, int fpd)
{
    static const char *const fpd_edits[] = {NULL, "context fpd=1", "dir fpd=1", "pasid fpd=1"};
    uint32_t effective = has_pasid ? BED_PASID : BED_RID_PASID;
    *t = (struct trial){.row = row};
    /* Setting the root pointer must not empty the caches. */
    (void)snprintf(t->config, sizeof t->config, "cap.esrtps=off %s",
                   row->config ? row->config : "");
    const struct bed_plan plan = {.config = t->config,
                                  .pgtt = row->pgtt,
                                  .second_levels = row->second_levels,
                                  .sid = row->sid};
    bed_open(&t->bed, &plan);
    warm_up(t, has_pasid && row->pgtt ? BED_PASID : SVASIM_NO_PASID);
    if (row->pgtt)
        bed_edit(&t->bed, effective, BED_VA, "context pre=1");
    bed_edit(&t->bed, effective, BED_VA, fpd_edits[fpd]);
    bed_edit(&t->bed, effective, BED_VA, row->edits);
    bed_on(&t->bed);
    ck_assert(svasim_mmio_write(t->bed.unit, REG_PQA, 8, QUEUE) == SVASIM_OK);
    t->iotlb = iotlb_cached(t);
    t->tables = page_tables_cached(t);
    t->silent = svasim_fault_at(row->fault)->qualified && fpd > 0 && fpd <= row->fpd_entries;
    t->request = (svasim_page_request){.address = BED_VA + 0x123,
                                       .pasid = has_pasid ? row->pasid ? row->pasid : BED_PASID
                                                          : SVASIM_NO_PASID,
                                       .source_id = t->bed.plan.sid,
                                       .group = GROUP};
}

/* Section 11.4.7.6. Not compared: AT and EXE, which mean nothing for a page request. */
static void check_record(const struct trial *t, unsigned index)
{
    uint64_t low = reg(t, REG_FRCD + 16 * index, 8), high = reg(t, REG_FRCD + 16 * index + 8, 8);
    bool has_pasid = t->request.pasid != SVASIM_NO_PASID;
    bool privileged = (t->request.flags & SVASIM_PAGE_PRIV) != 0;
    ck_assert_uint_eq(low, BED_VA);
    ck_assert_uint_eq(high & 0xffff, t->request.source_id);
    ck_assert_uint_eq(high >> 32 & 0xff, svasim_fault_at(t->row->fault)->code);
    ck_assert_msg((high >> 62 & 1) == 0 && (high >> 28 & 1) == 1, "{T1,T2} is not 01");
    ck_assert_uint_eq(high >> 63, 1);
    ck_assert_uint_eq(high >> 31 & 1, has_pasid);
    ck_assert_uint_eq(high >> 40 & 0xfffff, has_pasid ? t->request.pasid : 0);
    ck_assert_uint_eq(high >> 29 & 1, has_pasid && privileged);
    ck_assert_uint_eq(high >> 16 & 0xfff, 0);
}

static void check_log(const struct trial *t)
{
    /* The primary pending flag, and index 0 of the first record. */
    ck_assert_uint_eq(reg(t, REG_FSTS, 4), t->logged ? 2 : 0);
    for (unsigned i = 0; i < 8; i++)
        if (i < t->logged)
            check_record(t, i);
        else
            ck_assert_uint_eq(reg(t, REG_FRCD + 16 * i + 8, 8), 0);
}

static void nothing_else_happened(const struct trial *t)
{
    ck_assert_uint_eq(reg(t, REG_PQT, 8), 0);
    ck_assert_uint_eq(reg(t, REG_PRS, 4), 0);
    for (unsigned i = 0; i < 4; i++)
        ck_assert_uint_eq(svasim_mem_read64(t->bed.mem, QUEUE + 8 * i), 0);
    ck_assert_uint_eq(iotlb_cached(t), t->iotlb);
    ck_assert_uint_eq(page_tables_cached(t), t->tables);
    ck_assert_uint_eq(bed_counter(&t->bed, "pg_req_posted"), 0);
}

static void ask(struct trial *t, unsigned access, bool last, svasim_page_answer expected)
{
    svasim_page_answer answer = SVASIM_PAGE_QUEUED;
    uint16_t fault = 0;
    t->request.flags = (uint8_t)(access | (last ? SVASIM_PAGE_LAST : 0u));
    ck_assert(svasim_page_ask(t->bed.unit, &t->request, &answer, &fault) == SVASIM_OK);
    ck_assert_msg(fault == t->row->fault, "fault %s, expected %s", bed_fault_name(fault),
                  bed_fault_name(t->row->fault));
    ck_assert_msg(answer == expected, "answer %d, expected %d", (int)answer, (int)expected);
    nothing_else_happened(t);
}

static void run(const struct page_case *row, bool has_pasid, int fpd)
{
    struct trial t;
    unsigned access = SVASIM_PAGE_WRITE | (has_pasid ? SVASIM_PAGE_PRIV : 0u);
    open_trial(&t, row, has_pasid, fpd);
    /* A second time what was cached on the way may matter. */
    for (unsigned round = 0; round < 4; round++) {
        bool last = round % 2 == 0;
        ask(&t, access, last, last ? SVASIM_PAGE_INVALID : SVASIM_PAGE_DROPPED);
        t.logged += !t.silent;
        check_log(&t);
        ck_assert_uint_eq(svasim_fault_count(t.bed.unit, row->fault), round + 1);
    }
    if (has_pasid) { /* a stop marker vanishes */
        ask(&t, 0, true, SVASIM_PAGE_DROPPED);
        t.request.flags = (uint8_t)access;
        check_log(&t);
    }
    bed_close(&t.bed);
}

START_TEST(every_case)
{
    const struct page_case *row = &cases[_i];
    for (const char *kind = row->kinds; *kind; kind++)
        for (int fpd = 0; fpd <= (row->pgtt ? 3 : 1); fpd++)
            run(row, *kind == 'p', fpd);
}
END_TEST

/* --- completeness --- */

START_TEST(every_row_is_raised)
{
    bool raised[SVASIM_FAULT_COUNT] = {false};
    for (int i = 0; i < CASES; i++)
        raised[cases[i].fault] = true;
    for (unsigned fault = 1; fault < SVASIM_FAULT_COUNT; fault++) {
        uint8_t answer = svasim_fault_at(fault)->answer[SVASIM_KIND_PR];
        ck_assert(answer == SVASIM_ANSWER_IR || answer == SVASIM_ANSWER_NEVER);
        /* Page requests need scalable mode, which RTA.1.3 lacks: see below. */
        bool expected = answer == SVASIM_ANSWER_IR && fault != SVASIM_FAULT_RTA_1_3;
        ck_assert_msg(raised[fault] == expected, "%s", bed_fault_name(fault));
    }
}
END_TEST

static int no_read(void *host, uint64_t hpa, void *out, uint32_t bytes)
{
    (void)host, (void)hpa, (void)out, (void)bytes;
    return 1;
}

static svasim_update no_update(void *host, uint64_t hpa, uint64_t expected, uint64_t desired,
                               uint64_t *seen)
{
    (void)host, (void)hpa, (void)expected, (void)desired, (void)seen;
    return SVASIM_UPDATE_FAILED;
}

START_TEST(page_requests_need_scalable_mode)
{
    svasim_config *config = svasim_config_create();
    svasim_ports ports = SVASIM_PORTS_INIT;
    svasim *unit = NULL;
    ports.read = no_read;
    ports.update = no_update;
    bed_configure(config, "cap.smts=off cap.fsts=off cap.nest=off cap.srs=off cap.smpwcs=off "
                          "cap.eafs=off cap.ssads=off cap.pasid=off cap.rps=off cap.rprivs=off "
                          "cap.fs1gp=off cap.fs5lp=off");
    ck_assert(svasim_create(&unit, config, &ports, NULL) == SVASIM_EINVAL);
    ck_assert_str_eq(svasim_config_error(config), "cap.prs needs cap.dt and cap.smts");
    svasim_config_destroy(config);
}
END_TEST

/* --- the record and the queue status --- */

static void open_broken(struct trial *t)
{
    for (int i = 0; i < CASES; i++)
        if (cases[i].fault == SVASIM_FAULT_SPT_2) {
            open_trial(t, &cases[i], true, 0);
            return;
        }
    ck_abort();
}

/* Bits of the page number above the widest supported paging read 0. */
START_TEST(the_record_holds_57_address_bits)
{
    struct trial t;
    open_broken(&t);
    t.request.address = UINT64_C(0xfffffffffffff123);
    ask(&t, SVASIM_PAGE_READ, true, SVASIM_PAGE_INVALID);
    ck_assert_uint_eq(reg(&t, REG_FRCD, 8), UINT64_C(0x1fffffffffff000));
    bed_close(&t.bed);
}
END_TEST

/* Where both hold, the model lets the fault win over the overflow. */
START_TEST(a_fault_wins_over_an_overflow)
{
    struct trial t;
    svasim_page_answer answer = SVASIM_PAGE_QUEUED;
    uint16_t fault = 0;
    open_broken(&t);
    ck_assert(svasim_mmio_write(t.bed.unit, 0xc0, 8, 0x20) == SVASIM_OK); /* full */
    svasim_page_request sound = t.request;
    sound.pasid = SVASIM_NO_PASID;
    sound.flags = SVASIM_PAGE_READ | SVASIM_PAGE_LAST;
    ck_assert(svasim_page_ask(t.bed.unit, &sound, &answer, &fault) == SVASIM_OK);
    ck_assert(answer == SVASIM_PAGE_SUCCESS);
    ck_assert_uint_eq(fault, SVASIM_FAULT_NONE);
    ck_assert_uint_eq(reg(&t, REG_PRS, 4), 2);
    t.request.flags = sound.flags;
    ck_assert(svasim_page_ask(t.bed.unit, &t.request, &answer, &fault) == SVASIM_OK);
    ck_assert(answer == SVASIM_PAGE_INVALID);
    ck_assert_uint_eq(fault, SVASIM_FAULT_SPT_2);
    t.logged = 1;
    check_log(&t);
    bed_close(&t.bed);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("page faults");
    suite_add(suite, "cases", every_case, CASES);
    suite_add(suite, "complete", every_row_is_raised, 1);
    suite_add(suite, "scalable", page_requests_need_scalable_mode, 1);
    suite_add(suite, "address", the_record_holds_57_address_bits, 1);
    suite_add(suite, "order", a_fault_wins_over_an_overflow, 1);
    return suite_run(suite);
}
