/* SPDX-License-Identifier: MIT */
/* check_page_faults.c - is every fault case of the page request column raised by what raises it,
 * told to the device as an invalid request, and logged or silenced as FPD says (sections 7.1.3,
 * 7.2.1 and 7.4.1)? And does nothing else happen then: no queue entry, no invalidation? */
#define _POSIX_C_SOURCE 200809L
#include "conformance/fault_bed.h"
#include "conformance/suite.h"

#include <stdio.h>
#include <string.h>

#define QUEUE UINT64_C(0x30000000)
#define GROUP 0x155u

#define REG_PQT  0xc8u
#define REG_PQA  0xd0u
#define REG_PRS  0xdcu
#define REG_FRCD 0x1000u

/* --- one case, one kind of request, one FPD bit --- */

struct trial {
    struct bed bed;
    const struct fault_case *row;
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

static void open_trial(struct trial *t, const struct fault_case *row, bool has_pasid, int fpd)
{
    *t = (struct trial){.row = row};
    /* Setting the root pointer must not empty the caches. */
    (void)snprintf(t->config, sizeof t->config, "cap.esrtps=off %s",
                   row->config ? row->config : "");
    struct bed_plan plan = fault_bed_plan(row);
    plan.config = t->config;
    bed_open(&t->bed, &plan);
    warm_up(t, has_pasid && row->pgtt ? BED_PASID : SVASIM_NO_PASID);
    if (row->pgtt)
        bed_edit(&t->bed, BED_PASID, BED_VA, "context pre=1");
    fault_bed_break(&t->bed, row, has_pasid, fpd);
    ck_assert(svasim_mmio_write(t->bed.unit, REG_PQA, 8, QUEUE) == SVASIM_OK);
    t->iotlb = iotlb_cached(t);
    t->tables = page_tables_cached(t);
    t->silent = fault_is_silent(row, 'I', fpd);
    t->request = (svasim_page_request){.address = BED_VA + 0x123,
                                       .pasid = has_pasid ? row->pasid ? row->pasid : BED_PASID
                                                          : SVASIM_NO_PASID,
                                       .source_id = t->bed.plan.sid,
                                       .group = GROUP};
}

static void check_log(const struct trial *t)
{
    struct fault_record record = fault_record_of_page(&t->bed, &t->request, t->row->fault);
    fault_log_holds(&t->bed, &record, t->logged, bed_fault_name(t->row->fault));
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

static void run(const struct fault_case *row, bool has_pasid, int fpd)
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

/* A condition that other requests meet only with a PASID has one here too. */
static bool needs_pasid(svasim_fault fault)
{
    const uint8_t *answer = svasim_fault_at(fault)->answer;
    return answer[SVASIM_KIND_U] == SVASIM_ANSWER_NEVER &&
           answer[SVASIM_KIND_UP] != SVASIM_ANSWER_NEVER;
}

START_TEST(every_case)
{
    const struct fault_case *row = fault_case_at((unsigned)_i);
    if (row->answers[SVASIM_KIND_PR] == '-')
        return;
    ck_assert_int_eq(row->answers[SVASIM_KIND_PR], 'I');
    for (int fpd = 0; fpd <= (row->pgtt ? 3 : 1); fpd++) {
        run(row, true, fpd);
        if (!needs_pasid(row->fault))
            run(row, false, fpd);
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
    static const struct fault_case no_entry = {RAISE(SPT_2), "------I",           3, 1,
                                               'r',          .edits = "pasid p=0"};
    open_trial(t, &no_entry, true, 0);
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
    suite_add(suite, "cases", every_case, (int)fault_case_count());
    suite_add(suite, "scalable", page_requests_need_scalable_mode, 1);
    suite_add(suite, "address", the_record_holds_57_address_bits, 1);
    suite_add(suite, "order", a_fault_wins_over_an_overflow, 1);
    return suite_run(suite);
}
