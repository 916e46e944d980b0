/* SPDX-License-Identifier: MIT */
/* compare_order.c - how large is a change, which rows are told, and which first? */
#include <float.h>
#include <stdlib.h>

#include "compare.h"

static const struct {
    const char *name, *unit;
} groups[CLI_GROUPS] = {
    [CLI_GROUP_RUN] = {"run", NULL},
    [CLI_GROUP_CONFIG] = {"configuration", NULL},
    [CLI_GROUP_THROUGHPUT] = {"throughput", NULL},
    [CLI_GROUP_LATENCY] = {"latency", "cycles"},
    [CLI_GROUP_FAULTS] = {"faults", NULL},
    [CLI_GROUP_RATES] = {"caches", "hit rate"},
    [CLI_GROUP_WALKS] = {"walks", NULL},
    [CLI_GROUP_MEMORY] = {"memory", "accesses"},
    [CLI_GROUP_STAGES] = {"stages", "cycles per request"},
    [CLI_GROUP_RESOURCES] = {"resources", "share of slots busy"},
    [CLI_GROUP_OTHERS] = {"others", NULL},
};

const char *cli_group_name(enum cli_group group)
{
    return groups[group].name;
}

const char *cli_group_unit(enum cli_group group)
{
    return groups[group].unit;
}

bool cli_row_change(const struct cli_row *row, double *change)
{
    *change = row->side[1].value - row->side[0].value;
    return row->kind != CLI_ROW_TEXT && row->side[0].state == CLI_SIDE_VALUE &&
           row->side[1].state == CLI_SIDE_VALUE;
}

bool cli_row_percent(const struct cli_row *row, double *percent)
{
    double change;
    if (!cli_row_change(row, &change) || row->kind == CLI_ROW_SHARE || row->side[0].value <= 0)
        return false;
    *percent = change / row->side[0].value * 100;
    return true;
}

bool cli_row_shown(const struct cli_comparison *comparison, const struct cli_row *row)
{
    double change, percent;
    if (!row->differs)
        return comparison->all;
    if (!cli_row_change(row, &change))
        return true;
    if (row->kind == CLI_ROW_SHARE)
        percent = change;
    else if (!cli_row_percent(row, &percent))
        return true; /* from 0 */
    return (percent < 0 ? -percent : percent) >= comparison->threshold;
}

size_t cli_compare_hidden(const struct cli_comparison *comparison)
{
    size_t hidden = 0;
    for (size_t i = 0; i < comparison->rows.count; i++)
        hidden += comparison->rows.list[i].differs &&
                  !cli_row_shown(comparison, &comparison->rows.list[i]);
    return hidden;
}

/* How much a row tells within its group; the same with A and B swapped, so that twice and half
   weigh the same. Shares and parts of the time of a request by their difference, as they are parts
   of one whole. Words come first; below every change what only one run has, then what is equal. */
static double weight(const struct cli_row *row)
{
    double change, a = row->side[0].value, b = row->side[1].value;
    if (!row->differs)
        return -2;
    if (row->kind == CLI_ROW_TEXT)
        return DBL_MAX;
    if (!cli_row_change(row, &change))
        return -1;
    if (change < 0)
        change = -change;
    if (row->kind == CLI_ROW_SHARE || row->group == CLI_GROUP_STAGES)
        return change;
    return change / (a > b ? a : b);
}

/* Two ways to compute one ratio may differ in the last bit: such rows weigh the same. */
static double rounded(double weight)
{
    return weight > 0 && weight < 1e9 ? (double)(uint64_t)(weight * 1e9 + 0.5) / 1e9 : weight;
}

static int by_importance(const void *a, const void *b)
{
    const struct cli_row *one = a, *two = b;
    if (one->group != two->group)
        return one->group < two->group ? -1 : 1;
    double first = rounded(weight(one)), second = rounded(weight(two));
    if (first > second || first < second)
        return first > second ? -1 : 1;
    return one->order < two->order ? -1 : 1;
}

void cli_rows_sort(struct cli_rows *rows)
{
    qsort(rows->list, rows->count, sizeof *rows->list, by_importance);
}
