/* SPDX-License-Identifier: MIT */
/* check_order.c - is checks.def the order in which the model checks? The table is for those who
 * explain a walk, so nothing else would notice a row in the wrong place: here entries are broken in
 * two ways at once, and the fault must be the one that stands first. */
#define _POSIX_C_SOURCE 200809L
#include "conformance/fault_bed.h"
#include "conformance/suite.h"

#include <stdio.h>
#include <string.h>

/* --- the table --- */

START_TEST(every_fault_has_its_check)
{
    bool seen[SVASIM_FAULT_COUNT] = {false};
    const svasim_check_info *info;
    unsigned stage = 0;
    for (unsigned i = 0; (info = svasim_check_at(i)) != NULL; i++) {
        ck_assert_uint_ge(info->stage, stage); /* stages stand together, in their order */
        stage = info->stage;
        ck_assert_uint_lt(info->fault, SVASIM_FAULT_COUNT);
        ck_assert_uint_ne(info->fault, SVASIM_FAULT_NONE);
        ck_assert(info->says[0] && info->section[0]);
        seen[info->fault] = true;
    }
    for (unsigned fault = 1; fault < SVASIM_FAULT_COUNT; fault++)
        ck_assert_msg(seen[fault], "%s has no row in checks.def", bed_fault_name(fault));
}
END_TEST

/* Place of a fault in the table. With two rows the later one counts, which is where a path of
 * entries fails together; but for SSS.2, where each case has an entry that grants nothing. */
static unsigned place_of(unsigned fault)
{
    const svasim_check_info *info;
    unsigned place = 0;
    for (unsigned i = 0; (info = svasim_check_at(i)) != NULL; i++)
        if (info->fault == fault) {
            place = i;
            if (fault == SVASIM_FAULT_SSS_2)
                break;
        }
    return place;
}

/* --- entries that are broken twice --- */

static bool same_text(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

/* One entry, fields by name. */
static bool is_simple(const struct fault_case *row)
{
    /* Where a first-stage table lies decides what is read next: that is another entry's check. */
    bool moves_table = row->edits && strstr(row->edits, "@first") && strstr(row->edits, "addr=");
    return row->edits && !moves_table && !strchr(row->edits, ';') && !strstr(row->edits, "raw") &&
           row->updates == BED_UPDATES_WORK && strncmp(row->edits, "root", 4) != 0 &&
           strncmp(row->edits, "rtaddr", 6) != 0;
}

static bool is_same_entry(const struct fault_case *a, const struct fault_case *b)
{
    size_t length = strcspn(a->edits, " ");
    return strncmp(a->edits, b->edits, length + 1) == 0;
}

static bool names_field(const char *edits, const char *name, size_t length)
{
    for (const char *at = strchr(edits, ' '); at; at = strchr(at + 1, ' '))
        if (strncmp(at + 1, name, length) == 0 && at[1 + length] == '=')
            return true;
    return false;
}

/* Fields of one that the other sets too. */
static bool overlap(const struct fault_case *a, const struct fault_case *b)
{
    for (const char *at = strchr(a->edits, ' '); at; at = strchr(at + 1, ' '))
        if (names_field(b->edits, at + 1, strcspn(at + 1, "=")))
            return true;
    return false;
}

/* One change undoes what the other one needs: without EPTR its contradiction with PASIDE is gone,
 * and an entry that grants neither right is not one that lacks a certain right. */
static bool cancel(const struct fault_case *a, const struct fault_case *b)
{
    bool contradiction = a->fault == SVASIM_FAULT_SCT_4_3 && strstr(b->edits, "eptr=0") != NULL;
    bool rights = names_field(a->edits, "r", 1) && names_field(b->edits, "w", 1);
    /* Another type of translation or of entry has other checks. */
    bool type = names_field(a->edits, "pgtt", 4) || names_field(a->edits, "tt", 2) ||
                names_field(a->edits, "ps", 2);
    return contradiction || rights || type;
}

/* A pointer to a table that cannot be read shows at the next entry: after every check of this one,
 * before any of the result. */
static bool shows_below(const struct fault_case *row)
{
    return row->fault == SVASIM_FAULT_SFS_1 || row->fault == SVASIM_FAULT_SSS_1 ||
           row->fault == SVASIM_FAULT_LSS_1 || row->fault == SVASIM_FAULT_HPT_1;
}

static unsigned first_of(const struct fault_case *a, const struct fault_case *b)
{
    if (shows_below(b)) {
        const struct fault_case *other = a;
        a = b;
        b = other;
    }
    if (shows_below(a) && svasim_check_at(place_of(b->fault))->stage != SVASIM_CHECK_RESULT)
        return b->fault;
    if (shows_below(a))
        return a->fault;
    return place_of(a->fault) < place_of(b->fault) ? a->fault : b->fault;
}

static bool fit_together(const struct fault_case *a, const struct fault_case *b)
{
    return a->fault != b->fault && is_simple(a) && is_simple(b) && is_same_entry(a, b) &&
           !overlap(a, b) && !cancel(a, b) && !cancel(b, a) &&
           !(shows_below(a) && shows_below(b)) && same_text(a->config, b->config) &&
           a->pgtt == b->pgtt && a->op == b->op && a->address == b->address &&
           a->pasid == b->pasid && a->flags == b->flags && a->sid == b->sid &&
           a->second_levels == b->second_levels;
}

static void try_both(const struct fault_case *a, const struct fault_case *b, int kind)
{
    struct bed bed;
    svasim_response response;
    bool has_pasid = kind % 2 == 1;
    unsigned first = first_of(a, b);
    if (strstr(a->edits, " bit")) { /* single bits last: a field would wipe them out */
        const struct fault_case *other = a;
        a = b;
        b = other;
    }
    fault_bed_open(&bed, a, has_pasid, 0);
    bed_edit(&bed, has_pasid ? BED_PASID : BED_RID_PASID, bed.plan.address, b->edits);
    svasim_request request = fault_bed_request(&bed, a, kind);
    ck_assert(svasim_peek(bed.unit, &request, &response) == SVASIM_OK);
    ck_assert_msg(response.fault == first, "\"%s\" and \"%s\", kind %d: fault %s, but %s is first",
                  a->edits, b->edits, kind, bed_fault_name(response.fault), bed_fault_name(first));
    bed_close(&bed);
}

static bool is_refused(const struct fault_case *row, int kind)
{
    return row->answers[kind] != '-' && row->answers[kind] != 'e';
}

START_TEST(the_first_check_that_fails_decides)
{
    unsigned tried = 0;
    for (unsigned i = 0; i < fault_case_count(); i++)
        for (unsigned k = i + 1; k < fault_case_count(); k++) {
            const struct fault_case *a = fault_case_at(i), *b = fault_case_at(k);
            if (!fit_together(a, b))
                continue;
            for (int kind = 0; kind < SVASIM_KIND_PR; kind++)
                if (is_refused(a, kind) && is_refused(b, kind)) {
                    try_both(a, b, kind);
                    tried++;
                }
        }
    ck_assert_msg(tried > 500, "only %u pairs fit together", tried);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("order of checks");
    suite_add(suite, "table", every_fault_has_its_check, 1);
    suite_add(suite, "order", the_first_check_that_fails_decides, 1);
    return suite_run(suite);
}
