/* SPDX-License-Identifier: MIT */
/* check_cover_report.c - coverage as a table on standard output, and as one JSON object, whose keys
 * are a contract: docs/cli.md. */
#include <string.h>

#include "check_cover.h"
#include "report.h"
#include "svasim/version.h"

#define LINES_MAX 40u /* rows of the list of unreached cells */

struct tally {
    const char *name;
    unsigned reached, cells, beyond;
};

static void count(struct tally *tally, const struct cover_cell *cell)
{
    tally->beyond += cell->beyond != NULL;
    tally->cells += cell->beyond == NULL;
    tally->reached += cell->beyond == NULL && cell->scenarios != 0;
}

static bool is_unreached(const struct cover_cell *cell)
{
    return !cell->beyond && cell->scenarios == 0;
}

/* What a group is split into. */
#define PARTS_MAX 16u
struct parts {
    struct tally part[PARTS_MAX];
    char name[PARTS_MAX][40];
    unsigned count;
};

static struct tally *part(struct parts *parts, const char *name)
{
    unsigned i = 0;
    while (i < parts->count && strcmp(parts->name[i], name) != 0)
        i++;
    if (i == PARTS_MAX)
        i--; /* more than this table has */
    if (i == parts->count) {
        (void)snprintf(parts->name[i], sizeof parts->name[i], "%s", name);
        parts->part[i] = (struct tally){parts->name[i], 0, 0, 0};
        parts->count++;
    }
    return &parts->part[i];
}

static void name_part(const struct cover_cell *cell, char *out, size_t bytes)
{
    static const char *const steps[COVER_OUTCOMES] = {[COVER_READ] = "entries read",
                                                      [COVER_UPDATE] = "flags set",
                                                      [COVER_HIT] = "cache hits",
                                                      [COVER_FILL] = "cache fills"};
    switch (cell->group) {
    case COVER_FAULTS:
        (void)snprintf(out, bytes, "%s",
                       cell->outcome == COVER_SILENCED ? "silenced by FPD" : cell->column);
        break;
    case COVER_INVALIDATION:
        (void)snprintf(out, bytes, "%.*s", (int)strcspn(cell->row, " "), cell->row);
        break;
    case COVER_STEPS:
        (void)snprintf(out, bytes, "%s", steps[cell->outcome]);
        break;
    case COVER_CONFIG:
    case COVER_GROUPS:
    default:
        (void)snprintf(out, bytes, "%s",
                       strncmp(cell->row, "cap.", 4) == 0      ? "capabilities"
                       : strncmp(cell->row, "policy.", 7) == 0 ? "policies"
                                                               : "other keys");
    }
}

/* A row is reached if all of it is that can be. */
static struct tally count_rows(const struct cover *cover, enum cover_group group)
{
    struct tally rows = {"whole rows", 0, 0, 0};
    const char *row = "";
    bool whole = false;
    for (unsigned i = 0; i < cover_count(cover); i++) {
        const struct cover_cell *cell = cover_at(cover, i);
        if (cell->group != group)
            continue;
        if (strcmp(cell->row, row) != 0) {
            rows.reached += whole;
            rows.cells++;
            row = cell->row;
            whole = true;
        }
        whole = whole && !is_unreached(cell);
    }
    rows.reached += whole;
    return rows;
}

/* --- the table --- */

static void print_tally(const struct tally *tally, const char *before, bool is_part)
{
    double share = tally->cells ? 100.0 * tally->reached / tally->cells : 100.0;
    printf("%s%s%-*s %7u %7u  %5.1f %%", before, is_part ? "  " : "", is_part ? 20 : 22,
           tally->name, tally->reached, tally->cells, share);
    if (tally->beyond)
        printf("  %u beyond reach", tally->beyond);
    putchar('\n');
}

static void print_group(const struct cover *cover, enum cover_group group, const char *before)
{
    struct tally all = {cover_group_name(group), 0, 0, 0}, rows = count_rows(cover, group);
    struct parts parts = {.count = 0};
    char name[40];
    for (unsigned kind = 0; group == COVER_FAULTS && kind < SVASIM_KIND_COUNT; kind++)
        (void)part(&parts, cover_kind_name(kind)); /* as the fault table orders them */
    for (unsigned i = 0; i < cover_count(cover); i++) {
        const struct cover_cell *cell = cover_at(cover, i);
        if (cell->group != group)
            continue;
        name_part(cell, name, sizeof name);
        count(&all, cell);
        count(part(&parts, name), cell);
    }
    print_tally(&all, before, false);
    print_tally(&rows, before, true);
    for (unsigned i = 0; i < parts.count; i++)
        print_tally(&parts.part[i], before, true);
}

/* One line for each row with unreached cells: "faults  SPT.6: translation logged, any silenced". */
static void print_unreached(const struct cover *cover, const char *before)
{
    const struct cover_cell *last = NULL;
    unsigned lines = 0, left = 0;
    for (unsigned i = 0; i < cover_count(cover); i++) {
        const struct cover_cell *cell = cover_at(cover, i);
        if (!is_unreached(cell))
            continue;
        bool same = last && last->group == cell->group && strcmp(last->row, cell->row) == 0;
        if (!same && ++lines == 1)
            printf("%snot reached", before);
        if (lines > LINES_MAX) {
            left++;
            continue;
        }
        if (same)
            printf(", ");
        else
            printf("\n%s  %s  %s: ", before, cover_group_name(cell->group), cell->row);
        printf("%s", cell->column);
        if (cell->group != COVER_CONFIG)
            printf(" %s", cover_outcome_name(cell->outcome));
        last = cell;
    }
    if (left)
        printf("\n%s  and %u more cells", before, left);
    if (lines)
        putchar('\n');
}

void cover_print(const struct cover *cover, size_t scenarios, const char *before)
{
    printf("%s\n%scoverage of %zu scenarios\n", before, before, scenarios);
    printf("%s%-22s %7s %7s    %s\n", before, "", "reached", "of", "share");
    for (unsigned i = 0; i < COVER_GROUPS; i++)
        print_group(cover, (enum cover_group)i, before);
    print_unreached(cover, before);
}

/* --- JSON --- */

static json_t *cell_json(const struct cover_cell *cell)
{
    json_t *object =
        json_pack("{s:s, s:s, s:s, s:s}", "group", cover_group_name(cell->group), "row", cell->row,
                  "column", cell->column, "outcome", cover_outcome_name(cell->outcome));
    int failed = 0;
    if (!object)
        return NULL;
    if (cell->beyond) {
        failed = json_object_set_new(object, "why", json_string(cell->beyond));
    } else if (cell->scenarios) {
        failed = json_object_set_new(object, "scenarios", json_integer(cell->scenarios)) |
                 json_object_set_new(object, "first", cli_json_text(cell->first));
    }
    if (!failed)
        return object;
    json_decref(object);
    return NULL;
}

static json_t *totals_json(const struct cover *cover)
{
    json_t *totals = json_object();
    int failed = 0;
    for (unsigned group = 0; group < COVER_GROUPS; group++) {
        struct tally all = {NULL, 0, 0, 0};
        for (unsigned i = 0; i < cover_count(cover); i++)
            if (cover_at(cover, i)->group == group)
                count(&all, cover_at(cover, i));
        struct tally rows = count_rows(cover, (enum cover_group)group);
        failed |= json_object_set_new(totals, cover_group_name((enum cover_group)group),
                                      json_pack("{s:i, s:i, s:i, s:i, s:i}", "reached",
                                                (int)all.reached, "cells", (int)all.cells, "beyond",
                                                (int)all.beyond, "rows", (int)rows.cells,
                                                "whole_rows", (int)rows.reached));
    }
    if (!failed)
        return totals;
    json_decref(totals);
    return NULL;
}

static json_t *cover_json(const struct cover *cover, size_t scenarios)
{
    json_t *lists[3] = {json_array(), json_array(), json_array()};
    bool ok = true;
    for (unsigned i = 0; i < cover_count(cover); i++) {
        const struct cover_cell *cell = cover_at(cover, i);
        unsigned list = cell->beyond ? 2 : cell->scenarios ? 0 : 1;
        ok = json_array_append_new(lists[list], cell_json(cell)) == 0 && ok;
    }
    json_t *all = json_pack("{s:s, s:I, s:o, s:o, s:o, s:o}", "svasim", SVASIM_VERSION, "scenarios",
                            (json_int_t)scenarios, "totals", totals_json(cover), "unreached",
                            lists[1], "beyond", lists[2], "reached", lists[0]);
    if (all && ok)
        return all;
    json_decref(all);
    return NULL;
}

int cover_write(const struct cover *cover, size_t scenarios, const char *path)
{
    json_t *all = cover_json(cover, scenarios);
    if (!all) {
        cli_message("out of memory");
        return CLI_EXIT_SYSTEM;
    }
    int code = cli_json_write(all, path, JSON_INDENT(1));
    json_decref(all);
    return code;
}
