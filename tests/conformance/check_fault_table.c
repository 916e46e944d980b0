/* SPDX-License-Identifier: MIT */
/* check_fault_table.c - is faults.def the table of sections 4.1 to 7.1.3 of the specification, and
 * is every cell of it that the library can raise raised by a case? The expectation below was typed
 * from the specification, cell by cell, and shares nothing with faults.def. */
#define _POSIX_C_SOURCE 200809L
#include "conformance/fault_cases.h"
#include "conformance/interrupt_cases.h"
#include "conformance/suite.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Columns U UP T TP X XP PR, letters as in fault_cases.h. */
static const struct row {
    const char *name;
    uint8_t code;
    bool qualified;
    const char *answers;
} table[] = {
    /* legacy mode */
    {"LRT.1", 0x08, false, "U-C-U--"},
    {"LRT.2", 0x01, false, "U-U-U--"},
    {"LRT.3", 0x0a, false, "U-C-U--"},
    {"LCT.1", 0x09, false, "U-C-U--"},
    {"LCT.2", 0x02, true, "U-U-U--"},
    {"LCT.3", 0x0b, true, "U-C-U--"},
    {"LCT.4.1", 0x03, true, "U-C-U--"},
    {"LCT.4.2", 0x03, true, "U-C-U--"},
    {"LCT.4.3", 0x03, true, "U-C----"},
    {"LCT.5", 0x0d, true, "--U-U--"},
    {"LGN.1.1", 0x04, true, "U-0----"},
    {"LGN.1.2", 0x04, true, "----U--"},
    {"LGN.1.3", 0x04, true, "U------"},
    {"LGN.2", 0x05, true, "U-e----"},
    {"LGN.3", 0x06, true, "U-e----"},
    {"LGN.4", 0x0e, true, "U-C-U--"},
    {"LSS.1", 0x07, true, "U-C----"},
    {"LSS.2", 0x0c, true, "U-C----"},
    /* root table address, root and context entries of scalable mode */
    {"RTA.1.1", 0x30, false, "UUCCUUI"},
    {"RTA.1.2", 0x30, false, "UUCCUUI"},
    {"RTA.1.3", 0x30, false, "UUCCUUI"},
    {"RTA.1.4", 0x30, false, "U-C-U--"},
    {"RTA.2", 0x31, false, "-U-U-U-"},
    {"RTA.3", 0x32, false, "------I"},
    {"RTA.4", 0x33, false, "UUUUUUI"},
    {"RTA.5", 0x34, false, "-U-U-U-"},
    {"SRT.1", 0x38, false, "UUCCUUI"},
    {"SRT.2", 0x39, false, "UUUUUUI"},
    {"SRT.3", 0x3a, false, "UUCCUUI"},
    {"SCT.1", 0x40, false, "UUCCUUI"},
    {"SCT.2", 0x41, true, "UUUUUUI"},
    {"SCT.3", 0x42, true, "UUCCUUI"},
    {"SCT.4.1", 0x43, true, "UUCCUUI"},
    {"SCT.4.2", 0x43, true, "UUCCUUI"},
    {"SCT.4.3", 0x43, true, "U-C-UUI"},
    {"SCT.5", 0x44, true, "--UUUU-"},
    {"SCT.6", 0x45, true, "-U-U--I"},
    {"SCT.7", 0x46, true, "-U-U-UI"},
    {"SCT.8", 0x47, true, "------I"},
    {"SCT.9", 0x48, true, "-U-U-UI"},
    {"SCT.10", 0x49, true, "-----U-"},
    /* PASID structures */
    {"SPD.1", 0x50, false, "UUCCCCI"},
    {"SPD.2", 0x51, true, "UU00UUI"},
    {"SPD.3", 0x52, true, "UUCCCCI"},
    {"SPT.1", 0x58, false, "UUCCCCI"},
    {"SPT.2", 0x59, true, "UU00UUI"},
    {"SPT.3", 0x5a, true, "UUCCCCI"},
    {"SPT.4.1", 0x5b, true, "UUCCCCI"},
    {"SPT.4.2", 0x5b, true, "UUCCCCI"},
    {"SPT.4.3", 0x5b, true, "UUCCCCI"},
    {"SPT.4.4", 0x5b, true, "UUCCCCI"},
    {"SPT.5", 0x5c, true, "-U-0---"},
    {"SPT.6", 0x5d, true, "UU00---"},
    {"SPT.9", 0x60, true, "----UU-"},
    /* first stage */
    {"SFS.1", 0x70, true, "UU00---"},
    {"SFS.2", 0x71, true, "UU00---"},
    {"SFS.3", 0x72, true, "UU00---"},
    {"SFS.4", 0x73, true, "UU00---"},
    {"SFS.5", 0x74, true, "UU00---"},
    {"SFS.6", 0x75, true, "UU00---"},
    {"SFS.7", 0x76, true, "UU00---"},
    {"SFS.8", 0x77, true, "UU00---"},
    {"SFS.9", 0x90, true, "UU00---"},
    {"SFS.10", 0x91, true, "UULL---"},
    /* second stage */
    {"SSS.1", 0x78, true, "UUCC---"},
    {"SSS.2", 0x79, true, "UU00---"},
    {"SSS.3", 0x7a, true, "UUCC---"},
    {"SSS.4", 0x7b, true, "UUCC---"},
    {"SSS.5", 0x7c, true, "UUCC---"},
    {"SSS.6", 0x7d, true, "UUCC---"},
    /* results */
    {"SGN.1", 0x80, true, "UU00---"},
    {"SGN.2", 0x81, true, "UU00---"},
    {"SGN.4.1", 0x83, true, "----UU-"},
    {"SGN.4.2", 0x83, true, "UU00---"},
    {"SGN.5", 0x84, true, "UU00---"},
    {"SGN.6", 0x85, true, "UUee---"},
    {"SGN.7", 0x86, true, "UUee---"},
    {"SGN.8.1", 0x87, true, "UU-----"},
    {"SGN.8.2", 0x87, true, "--CC---"},
    {"SGN.8.3", 0x87, true, "----UU-"},
    {"SGN.10", 0x89, true, "-U-U-U-"},
    /* host permission table */
    {"HPT.1", 0xa0, true, "----CC-"},
    {"HPT.2", 0xa1, true, "----CC-"},
    {"HPT.3", 0xa2, true, "----CC-"},
    {"HPT.4", 0xa3, true, "----UU-"},
    {"HPT.5", 0xa4, true, "----UU-"},
    {"HPT.6", 0xa5, true, "----UU-"},
    /* interrupts: untranslated writes without a PASID */
    {"INT.20", 0x20, false, "U------"},
    {"INT.21", 0x21, false, "U------"},
    {"INT.22", 0x22, true, "U------"},
    {"INT.23", 0x23, false, "U------"},
    {"INT.24", 0x24, true, "U------"},
    {"INT.25", 0x25, false, "U------"},
    {"INT.26", 0x26, true, "U------"},
    {"INT.27", 0x27, true, "U------"},
    {"INT.28", 0x28, true, "U------"},
    {"INT.29", 0x29, false, "U------"},
    {"INT.2A", 0x2a, false, "U------"},
    {"INT.2B", 0x2b, false, "U------"},
};
#define ROWS ((unsigned)(sizeof table / sizeof table[0]))

static char letter_of(uint8_t answer)
{
    static const char letters[] = {
        [SVASIM_ANSWER_NEVER] = '-', [SVASIM_ANSWER_UR] = 'U',   [SVASIM_ANSWER_CA] = 'C',
        [SVASIM_ANSWER_OK0] = '0',   [SVASIM_ANSWER_OK0L] = 'L', [SVASIM_ANSWER_OKE] = 'e',
        [SVASIM_ANSWER_IR] = 'I'};
    return letters[answer];
}

static const char *column_name(unsigned kind)
{
    static const char *const names[] = {"U", "UP", "T", "TP", "X", "XP", "PR"};
    return kind < sizeof names / sizeof names[0] ? names[kind] : "of a new kind";
}

static const struct row *row_of(unsigned fault)
{
    for (unsigned i = 0; i < ROWS; i++)
        if (strcmp(table[i].name, svasim_fault_at(fault)->name) == 0)
            return &table[i];
    return NULL;
}

/* --- the table --- */

START_TEST(the_table_is_that_of_the_specification)
{
    ck_assert_uint_eq(ROWS, SVASIM_FAULT_COUNT - 1);
    for (unsigned fault = 1; fault < SVASIM_FAULT_COUNT; fault++) {
        const svasim_fault_info *info = svasim_fault_at(fault);
        const struct row *row = row_of(fault);
        ck_assert_msg(row != NULL, "%s: not in this test's table", info->name);
        ck_assert_msg(info->code == row->code, "%s: reason code %x", info->name, info->code);
        ck_assert_msg(info->qualified == row->qualified, "%s: FPD", info->name);
        for (unsigned kind = 0; kind < SVASIM_KIND_COUNT; kind++)
            ck_assert_msg(letter_of(info->answer[kind]) == row->answers[kind],
                          "%s: column %s says %c, expected %c", info->name, column_name(kind),
                          letter_of(info->answer[kind]), row->answers[kind]);
    }
}
END_TEST

START_TEST(the_table_agrees_with_the_cases)
{
    for (unsigned i = 0; i < fault_case_count(); i++)
        for (unsigned kind = 0; kind < SVASIM_KIND_COUNT; kind++) {
            const struct fault_case *c = fault_case_at(i);
            char letter = letter_of(svasim_fault_at(c->fault)->answer[kind]);
            ck_assert_msg(c->answers[kind] == '-' || c->answers[kind] == letter,
                          "case %u of %s: column %s says %c", i, bed_fault_name(c->fault),
                          column_name(kind), c->answers[kind]);
        }
}
END_TEST

/* --- completeness --- */

/* Identifiers of faults.def: a condition is modelled if the code names it. */
static const char *const identifiers[SVASIM_FAULT_COUNT] = {
#define FAULT(id, code, name, qualified, u, up, t, tp, x, xp, pr, section, condition)              \
    [SVASIM_FAULT_##id] = #id,
#include "svasim/faults.def"
#undef FAULT
};

static bool is_word(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static void mark_named(const char *text, bool *named)
{
    for (unsigned fault = 1; fault < SVASIM_FAULT_COUNT; fault++) {
        size_t length = strlen(identifiers[fault]);
        for (const char *at = text; !named[fault]; at++) {
            at = strstr(at, identifiers[fault]);
            if (!at)
                break;
            /* SPT_4 is not SPT_4_1; a prefix SVASIM_FAULT_ is allowed. */
            named[fault] =
                !is_word(at[length]) && at[length] != '_' && (at == text || !is_word(at[-1]));
        }
    }
}

static void read_sources(const char *folder, bool *named)
{
    static char text[200000];
    DIR *directory = opendir(folder);
    ck_assert_msg(directory != NULL, "%s: run this test in the project's directory", folder);
    for (struct dirent *entry; (entry = readdir(directory)) != NULL;) {
        char path[512];
        const char *end = strrchr(entry->d_name, '.');
        if (!end || strcmp(end, ".c") != 0)
            continue;
        (void)snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        FILE *file = fopen(path, "r");
        ck_assert_ptr_nonnull(file);
        size_t length = fread(text, 1, sizeof text - 1, file);
        ck_assert_uint_lt(length, sizeof text - 1);
        text[length] = 0;
        (void)fclose(file);
        mark_named(text, named);
    }
    (void)closedir(directory);
}

/* Cells that no input can reach, and why. */
static bool is_unreachable(unsigned fault, unsigned kind, const bool *named)
{
    bool translated = kind == SVASIM_KIND_X || kind == SVASIM_KIND_XP;
    /* Translated requests read PASID structures only for the host permission table. */
    if (translated && fault >= SVASIM_FAULT_SPD_1 && fault <= SVASIM_FAULT_SPT_4_4)
        return !named[SVASIM_FAULT_HPT_1];
    /* Without scalable mode a unit has neither PTRS nor PRS: blocked at ingress, and refused. */
    return fault == SVASIM_FAULT_RTA_1_3 && (kind == SVASIM_KIND_XP || kind == SVASIM_KIND_PR);
}

START_TEST(every_row_and_column_is_raised)
{
    bool named[SVASIM_FAULT_COUNT] = {false};
    bool raised[SVASIM_FAULT_COUNT][SVASIM_KIND_COUNT] = {{false}};
    unsigned missing = 0;
    read_sources("libsvasim/arch", named);
    read_sources("libsvasim/uarch", named);
    for (unsigned i = 0; i < fault_case_count(); i++)
        for (unsigned kind = 0; kind < SVASIM_KIND_COUNT; kind++)
            raised[fault_case_at(i)->fault][kind] |= fault_case_at(i)->answers[kind] != '-';
    for (unsigned i = 0; i < interrupt_case_count; i++)
        raised[interrupt_cases[i].fault][SVASIM_KIND_U] = true;
    for (unsigned fault = 1; fault < SVASIM_FAULT_COUNT; fault++)
        for (unsigned kind = 0; kind < SVASIM_KIND_COUNT; kind++) {
            bool answers = svasim_fault_at(fault)->answer[kind] != SVASIM_ANSWER_NEVER;
            bool needed = named[fault] && answers && !is_unreachable(fault, kind, named);
            if (needed == raised[fault][kind])
                continue;
            missing++;
            fprintf(stderr, "%s, column %s: %s\n", bed_fault_name(fault), column_name(kind),
                    needed ? "the library can raise it, but no case in fault_cases_*.c does"
                           : "has a case, but the library cannot raise it");
        }
    ck_assert_msg(missing == 0, "%u cells of the fault table, listed above", missing);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("fault table");
    suite_add(suite, "specification", the_table_is_that_of_the_specification, 1);
    suite_add(suite, "cases", the_table_agrees_with_the_cases, 1);
    suite_add(suite, "complete", every_row_and_column_is_raised, 1);
    return suite_run(suite);
}
