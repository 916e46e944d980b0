/* SPDX-License-Identifier: MIT */
/* check_faults.c - is every case of the fault table raised by what raises it, answered as its
 * column says, and logged or silenced as FPD says (sections 7.1.2, 7.1.3, 7.2.1), by both drivers?
 * Page requests have check_page_faults.c; check_fault_table.c says whether cases are missing. */
#define _POSIX_C_SOURCE 200809L
#include "conformance/fault_bed.h"
#include "conformance/suite.h"

#include <stdio.h>
#include <string.h>

#define DMA_KINDS SVASIM_KIND_PR /* the columns before it */

/* One case, one kind of request, one FPD bit. */
struct trial {
    const struct fault_case *row;
    int kind, fpd;
    char answer;
    char where[200];
    svasim_response responses[4];
    unsigned answered;
};

static svasim_status status_of(char answer)
{
    return answer == 'U' ? SVASIM_STATUS_UR : answer == 'C' ? SVASIM_STATUS_CA : SVASIM_STATUS_OK;
}

static void judge(const struct trial *t, const svasim_response *r)
{
    bool privileged = t->kind % 2 == 1 && (t->row->flags & SVASIM_PRIV);
    bool silent = fault_is_silent(t->row, t->answer, t->fpd);
    if (t->answer == 'e') {
        /* Rights that are missing are no fault of a translation request: either is right. */
        ck_assert_msg(r->fault == SVASIM_FAULT_NONE || r->fault == t->row->fault, "%s: fault %s",
                      t->where, bed_fault_name(r->fault));
        ck_assert_msg(r->rights == t->row->rights, "%s: rights %u", t->where, r->rights);
    } else {
        unsigned rights = t->answer != 'U' && t->answer != 'C' && privileged ? SVASIM_P : 0;
        ck_assert_msg(r->fault == t->row->fault, "%s: fault %s", t->where,
                      bed_fault_name(r->fault));
        ck_assert_msg(r->address == 0 && r->page_bytes == 0 && r->rights == rights,
                      "%s: grants something", t->where);
    }
    ck_assert_msg(r->status == status_of(t->answer), "%s: status %u, expected %c", t->where,
                  r->status, t->answer);
    ck_assert_msg(((r->flags & SVASIM_RECORDED) != 0) == !silent, "%s: recorded %d", t->where,
                  (r->flags & SVASIM_RECORDED) != 0);
}

/* The log and the statistics after the case was met `times` times. */
static void judge_unit(const struct trial *t, const struct bed *bed, const svasim_request *request,
                       unsigned times, uint16_t fault)
{
    struct fault_record record = fault_record_of(bed, request, t->row->fault);
    bool silent = fault_is_silent(t->row, t->answer, t->fpd);
    fault_log_holds(bed, &record, silent ? 0 : times, t->where);
    if (fault != SVASIM_FAULT_NONE)
        ck_assert_uint_eq(svasim_fault_count(bed->unit, fault), times);
}

static void run_functional(struct trial *t)
{
    struct bed bed;
    svasim_response peeked, response;
    fault_bed_open(&bed, t->row, t->kind % 2 == 1, t->fpd);
    svasim_request request = fault_bed_request(&bed, t->row, t->kind);
    ck_assert(svasim_peek(bed.unit, &request, &peeked) == SVASIM_OK);
    ck_assert_uint_eq(bed.updates_seen, 0);
    if (t->row->updates == BED_UPDATES_WORK)
        judge(t, &peeked);
    judge_unit(t, &bed, &request, 0, SVASIM_FAULT_NONE);
    response = bed_ask(&bed, &request);
    judge(t, &response);
    judge_unit(t, &bed, &request, 1, response.fault);
    /* Faults are not cached: the same again gives the same again, whatever was cached. */
    response = bed_ask(&bed, &request);
    judge(t, &response);
    judge_unit(t, &bed, &request, 2, response.fault);
    bed_close(&bed);
}

static void collect(void *user, const svasim_response *response)
{
    struct trial *t = user;
    ck_assert_uint_lt(t->answered, sizeof t->responses / sizeof t->responses[0]);
    t->responses[t->answered++] = *response;
}

/* Two requests at once, and a third when they are answered. Where software changes entries under
 * the walk they come one by one: with two, each would undo what stops the other. */
static void run_timed(struct trial *t)
{
    struct bed bed;
    fault_bed_open(&bed, t->row, t->kind % 2 == 1, t->fpd);
    svasim_request request = fault_bed_request(&bed, t->row, t->kind);
    bed.respond = collect;
    bed.user = t;
    t->answered = 0;
    for (unsigned i = 0; i < 3; i++) {
        ck_assert(svasim_submit(bed.unit, &request) == SVASIM_OK);
        if (i > 0 || t->row->updates == BED_UPDATES_LOSE)
            svasim_drain(bed.unit);
    }
    ck_assert_uint_eq(t->answered, 3);
    for (unsigned i = 0; i < 3; i++)
        judge(t, &t->responses[i]);
    judge_unit(t, &bed, &request, 3, t->responses[0].fault);
    bed_close(&bed);
}

START_TEST(every_case)
{
    struct trial t = {.row = fault_case_at((unsigned)_i)};
    ck_assert_uint_eq(strlen(t.row->answers), SVASIM_KIND_COUNT);
    for (t.kind = 0; t.kind < DMA_KINDS; t.kind++) {
        t.answer = t.row->answers[t.kind];
        for (t.fpd = 0; t.fpd <= (t.row->pgtt ? 3 : 1) && t.answer != '-'; t.fpd++) {
            snprintf(t.where, sizeof t.where, "case %d, %s by {%s}, kind %d, FPD %d", _i,
                     bed_fault_name(t.row->fault), t.row->edits ? t.row->edits : "", t.kind, t.fpd);
            run_functional(&t);
            if (t.fpd == 0 || t.fpd == t.row->fpd_entries) /* logged, and silenced if it can be */
                run_timed(&t);
        }
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("faults");
    suite_add(suite, "cases", every_case, (int)fault_case_count());
    return suite_run(suite);
}
