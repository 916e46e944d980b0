/* SPDX-License-Identifier: MIT */
/* compare.h - two runs side by side: the files that replay --stats wrote, the rows that become of
 * them in order of importance, and the two forms in which these are told. */
#ifndef SVASIM_TOOLS_COMPARE_H
#define SVASIM_TOOLS_COMPARE_H

#include <jansson.h>

#include "cli.h"

/* What a row is about, the most important first. */
enum cli_group {
    CLI_GROUP_RUN,
    CLI_GROUP_CONFIG,
    CLI_GROUP_THROUGHPUT,
    CLI_GROUP_LATENCY,
    CLI_GROUP_FAULTS,
    CLI_GROUP_RATES,
    CLI_GROUP_WALKS,
    CLI_GROUP_MEMORY,
    CLI_GROUP_STAGES,
    CLI_GROUP_RESOURCES,
    CLI_GROUP_OTHERS,
    CLI_GROUPS
};

enum cli_row_kind {
    CLI_ROW_COUNT,
    CLI_ROW_REAL,
    CLI_ROW_SHARE, /* percent of something: changes are percentage points */
    CLI_ROW_TEXT
};

enum cli_side_state {
    CLI_SIDE_VALUE,
    CLI_SIDE_NONE,  /* nothing to measure: a hit rate without lookups */
    CLI_SIDE_ABSENT /* the file lacks the key */
};

#define CLI_ROW_NAME       72
#define CLI_ROW_TEXT_BYTES 40

struct cli_side {
    enum cli_side_state state;
    double value;                  /* 0 in any other state, and of text */
    char text[CLI_ROW_TEXT_BYTES]; /* of CLI_ROW_TEXT */
};

struct cli_row {
    enum cli_group group;
    enum cli_row_kind kind;
    size_t order; /* place among all rows as they were found */
    char name[CLI_ROW_NAME];
    struct cli_side side[2];
    bool differs;
};

struct cli_rows {
    struct cli_row *list;
    size_t count;
    bool no_memory;
};

struct cli_comparison {
    const char *path[2];
    json_t *stats[2];
    struct cli_rows rows;
    bool all;         /* equal rows too */
    double threshold; /* percent, or percentage points, below which a change is not told */
};

/** Read a file of replay --stats and check all that is read later. Returns an exit code; errors are
    printed. */
int cli_stats_load(const char *path, json_t **out);
/** A count or a fraction as stats hold it; false: it is neither. */
bool cli_stats_number(const json_t *value, double *out);
/** Copy `from` with whatever is not printable replaced; cut to `bytes`. */
void cli_printable(const char *from, char *out, size_t bytes);

/** Fill `rows`, sorted; false if memory is short. */
bool cli_compare_rows(struct cli_comparison *comparison);
/** By importance; rows that weigh the same stay as they were found. */
void cli_rows_sort(struct cli_rows *rows);
/** B less A, and that in percent of A; false: one side has no value, or the row is text. */
bool cli_row_change(const struct cli_row *row, double *change);
/** False if A is 0 or the change is in percentage points. */
bool cli_row_percent(const struct cli_row *row, double *percent);
/** Is the row told? */
bool cli_row_shown(const struct cli_comparison *comparison, const struct cli_row *row);
/** "latency", "stages", ... */
const char *cli_group_name(enum cli_group group);
/** What its numbers are, if that is one thing; else NULL. */
const char *cli_group_unit(enum cli_group group);
/** Changes that are not shown. */
size_t cli_compare_hidden(const struct cli_comparison *comparison);

/** As a table. Returns an exit code; errors are printed. */
int cli_compare_print(const struct cli_comparison *comparison);
/** One object on a line of its own. Returns an exit code; errors are printed. */
int cli_compare_json(const struct cli_comparison *comparison);

#endif
