/* SPDX-License-Identifier: MIT */
/* check_faults.c - is every modelled row of the fault table raised by what raises it, answered as
 * its column says, and logged or silenced as FPD says (sections 7.1.2, 7.1.3)? */
#define _POSIX_C_SOURCE 200809L
#include "conformance/fault_cases.h"
#include "conformance/suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KINDS 6

/* --- one case, one kind of request, one FPD bit --- */

static svasim_request request_of(const struct bed *bed, const struct fault_case *row, int kind)
{
    bool has_pasid = kind % 2 == 1;
    uint32_t pasid = row->pasid ? row->pasid : BED_PASID;
    svasim_op op = row->op == 'w' ? SVASIM_WRITE : row->op == 'a' ? SVASIM_ATOMIC : SVASIM_READ;
    if (kind == SVASIM_KIND_T || kind == SVASIM_KIND_TP)
        op = SVASIM_READ;
    svasim_request request = bed_request(bed, has_pasid ? pasid : SVASIM_NO_PASID, op);
    if (row->address)
        request.address = row->address;
    if (row->op == 'z')
        request.length = 0;
    request.at = (uint8_t)(kind / 2);
    request.flags = has_pasid ? row->flags : 0;
    return request;
}

static void build(struct bed *bed, const struct fault_case *row, int kind, int fpd)
{
    static const char *const fpd_edits[] = {NULL, "context fpd=1", "dir fpd=1", "pasid fpd=1"};
    const struct bed_plan plan = {
        .config = row->config, .pgtt = row->pgtt, .second_levels = row->second_levels};
    uint32_t effective = kind % 2 == 1 ? BED_PASID : BED_RID_PASID;
    bed_open(bed, &plan);
    bed->updates = row->updates;
    bed_edit(bed, effective, bed->plan.address, fpd_edits[fpd]);
    bed_edit(bed, effective, bed->plan.address, row->edits);
    bed_on(bed);
}

static svasim_status status_of(char answer)
{
    return answer == 'U' ? SVASIM_STATUS_UR : answer == 'C' ? SVASIM_STATUS_CA : SVASIM_STATUS_OK;
}

static void judge(const struct fault_case *row, int kind, int fpd, const svasim_response *r)
{
    char answer = row->answers[kind];
    const svasim_fault_info *info = svasim_fault_at(row->fault);
    bool privileged = kind % 2 == 1 && (row->flags & SVASIM_PRIV);
    bool silent =
        answer == '0' || answer == 'e' || (info->qualified && fpd > 0 && fpd <= row->fpd_entries);
    if (answer == 'e') {
        /* Rights that are missing are no fault of a translation request: either is right. */
        ck_assert_msg(r->fault == SVASIM_FAULT_NONE || r->fault == row->fault, "fault %s",
                      bed_fault_name(r->fault));
        ck_assert_uint_eq(r->rights, row->rights);
    } else {
        ck_assert_msg(r->fault == row->fault, "fault %s", bed_fault_name(r->fault));
        ck_assert_uint_eq(r->address, 0);
        ck_assert_uint_eq(r->page_bytes, 0);
        ck_assert_uint_eq(r->rights, answer != 'U' && answer != 'C' && privileged ? SVASIM_P : 0);
    }
    ck_assert_msg(r->status == status_of(answer), "status %u, expected %c", r->status, answer);
    ck_assert_msg(((r->flags & SVASIM_RECORDED) != 0) == !silent, "recorded %d with FPD %d",
                  (r->flags & SVASIM_RECORDED) != 0, fpd);
}

static void run(const struct fault_case *row, int kind, int fpd)
{
    struct bed bed;
    svasim_response peeked, response;
    build(&bed, row, kind, fpd);
    svasim_request request = request_of(&bed, row, kind);
    ck_assert(svasim_peek(bed.unit, &request, &peeked) == SVASIM_OK);
    ck_assert_uint_eq(bed.updates_seen, 0);
    if (row->updates == BED_UPDATES_WORK)
        judge(row, kind, fpd, &peeked);
    response = bed_ask(&bed, &request);
    judge(row, kind, fpd, &response);
    /* Faults are not cached: the same again gives the same again, whatever was cached. */
    response = bed_ask(&bed, &request);
    judge(row, kind, fpd, &response);
    ck_assert_uint_eq(svasim_fault_count(bed.unit, response.fault), 2u * (response.fault != 0));
    bed_close(&bed);
}

static void run_case(const struct fault_case *row)
{
    ck_assert_uint_eq(strlen(row->answers), KINDS);
    for (int kind = 0; kind < KINDS; kind++) {
        if (row->answers[kind] == '-')
            continue;
        int entries = row->pgtt == 0 ? 1 : 3;
        for (int fpd = 0; fpd <= entries; fpd++) {
            if (getenv("SVASIM_VERBOSE"))
                fprintf(stderr, "%s %s kind %d fpd %d\n", bed_fault_name(row->fault),
                        row->edits ? row->edits : "", kind, fpd);
            run(row, kind, fpd);
        }
    }
}

#define LOOP(area)                                                                                 \
    START_TEST(area##_faults)                                                                      \
    {                                                                                              \
        run_case(&fault_cases_##area.rows[_i]);                                                    \
    }                                                                                              \
    END_TEST

LOOP(legacy)
LOOP(front)
LOOP(pasid)
LOOP(first)
LOOP(second)
LOOP(nested)
LOOP(general)

/* --- completeness --- */

static const struct fault_cases *const areas[] = {
    &fault_cases_legacy, &fault_cases_front,  &fault_cases_pasid,  &fault_cases_first,
    &fault_cases_second, &fault_cases_nested, &fault_cases_general};
#define AREAS (sizeof areas / sizeof areas[0])

/* Conditions of parts that the model leaves out: host permission tables, interrupt remapping and
 * page requests. */
static bool is_modelled(unsigned fault)
{
    const char *name = svasim_fault_at(fault)->name;
    if (strncmp(name, "INT.", 4) == 0)
        return fault == SVASIM_FAULT_INT_29;
    return strncmp(name, "HPT.", 4) != 0 && fault != SVASIM_FAULT_SPT_9 &&
           fault != SVASIM_FAULT_RTA_3 && fault != SVASIM_FAULT_SCT_8;
}

static bool is_reachable(unsigned fault, int kind)
{
    /* Translated requests read PASID structures only for the host permission table. */
    bool translated = kind == SVASIM_KIND_X || kind == SVASIM_KIND_XP;
    if (translated && fault >= SVASIM_FAULT_SPD_1 && fault <= SVASIM_FAULT_SPT_4_4)
        return false;
    /* Translated requests with PASID are blocked at ingress where scalable mode is absent. */
    return !(fault == SVASIM_FAULT_RTA_1_3 && kind == SVASIM_KIND_XP);
}

static char answer_letter(uint8_t answer)
{
    static const char letters[] = {
        [SVASIM_ANSWER_NEVER] = '-', [SVASIM_ANSWER_UR] = 'U',   [SVASIM_ANSWER_CA] = 'C',
        [SVASIM_ANSWER_OK0] = '0',   [SVASIM_ANSWER_OK0L] = 'L', [SVASIM_ANSWER_OKE] = 'e',
        [SVASIM_ANSWER_IR] = 'I'};
    return letters[answer];
}

START_TEST(every_row_and_column_is_raised)
{
    bool raised[SVASIM_FAULT_COUNT][KINDS] = {{false}};
    for (size_t a = 0; a < AREAS; a++)
        for (int i = 0; i < areas[a]->count; i++)
            for (int kind = 0; kind < KINDS; kind++)
                raised[areas[a]->rows[i].fault][kind] |= areas[a]->rows[i].answers[kind] != '-';
    for (unsigned fault = 1; fault < SVASIM_FAULT_COUNT; fault++)
        for (int kind = 0; kind < KINDS && is_modelled(fault); kind++) {
            bool answers = svasim_fault_at(fault)->answer[kind] != SVASIM_ANSWER_NEVER;
            ck_assert_msg(!answers || raised[fault][kind] || !is_reachable(fault, kind),
                          "%s: column %d is raised by no case", bed_fault_name(fault), kind);
        }
}
END_TEST

/* The cases' answers come from the specification; the table must say the same. */
START_TEST(the_table_agrees_with_the_cases)
{
    for (size_t a = 0; a < AREAS; a++)
        for (int i = 0; i < areas[a]->count; i++)
            for (int kind = 0; kind < KINDS; kind++) {
                const struct fault_case *row = &areas[a]->rows[i];
                char letter = answer_letter(svasim_fault_at(row->fault)->answer[kind]);
                ck_assert_msg(row->answers[kind] == '-' || row->answers[kind] == letter,
                              "%s: column %d", bed_fault_name(row->fault), kind);
            }
}
END_TEST

/* Section 7.1.3: only these are logged whatever FPD says. */
START_TEST(unqualified_rows)
{
    static const uint8_t unqualified[] = {0x01, 0x08, 0x09, 0x0a, 0x30, 0x31, 0x32, 0x33,
                                          0x34, 0x38, 0x39, 0x3a, 0x40, 0x50, 0x58, 0x20,
                                          0x21, 0x23, 0x25, 0x29, 0x2a, 0x2b};
    for (unsigned fault = 1; fault < SVASIM_FAULT_COUNT; fault++) {
        const svasim_fault_info *info = svasim_fault_at(fault);
        bool listed = memchr(unqualified, info->code, sizeof unqualified) != NULL;
        ck_assert_msg(info->qualified == !listed, "%s", info->name);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("faults");
    suite_add(suite, "legacy", legacy_faults, fault_cases_legacy.count);
    suite_add(suite, "front", front_faults, fault_cases_front.count);
    suite_add(suite, "pasid", pasid_faults, fault_cases_pasid.count);
    suite_add(suite, "first stage", first_faults, fault_cases_first.count);
    suite_add(suite, "second stage", second_faults, fault_cases_second.count);
    suite_add(suite, "nested", nested_faults, fault_cases_nested.count);
    suite_add(suite, "general", general_faults, fault_cases_general.count);
    suite_add(suite, "complete", every_row_and_column_is_raised, 1);
    suite_add(suite, "columns", the_table_agrees_with_the_cases, 1);
    suite_add(suite, "qualified", unqualified_rows, 1);
    return suite_run(suite);
}
