/* SPDX-License-Identifier: MIT */
/* compare_rows.c - which numbers of two runs are set side by side? Rates and numbers per request
 * are derived here. Knows no output format and no order. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "compare.h"

/* Both runs, where rows go, and the section that is being walked through. */
struct pair {
    json_t *const *stats;
    struct cli_rows *rows;
    const char *section;
};

/* --- values --- */

static double number_of(const json_t *value)
{
    double number = 0;
    (void)cli_stats_number(value, &number);
    return number;
}

static struct cli_side value_side(double value)
{
    return (struct cli_side){.state = CLI_SIDE_VALUE, .value = value};
}

static struct cli_side side_of(const json_t *value)
{
    return value ? value_side(number_of(value)) : (struct cli_side){.state = CLI_SIDE_ABSENT};
}

/* What is left out where it did not happen. */
static struct cli_side side_or_zero(const json_t *value)
{
    return value_side(value ? number_of(value) : 0);
}

/* part / whole; no value without a whole. */
static struct cli_side ratio(double part, double whole)
{
    return whole > 0 ? value_side(part / whole) : (struct cli_side){.state = CLI_SIDE_NONE};
}

static struct cli_side text_side(const json_t *value)
{
    struct cli_side side = {.state = value ? CLI_SIDE_VALUE : CLI_SIDE_ABSENT};
    if (json_is_string(value))
        cli_printable(json_string_value(value), side.text, sizeof side.text);
    else if (json_is_boolean(value))
        (void)snprintf(side.text, sizeof side.text, "%s", json_is_true(value) ? "on" : "off");
    else if (json_is_number(value))
        (void)snprintf(side.text, sizeof side.text, "%.17g", json_number_value(value));
    else
        (void)snprintf(side.text, sizeof side.text, "-");
    return side;
}

/* --- rows --- */

static struct cli_row *new_row(struct cli_rows *rows)
{
    if ((rows->count & (rows->count - 1)) == 0) {
        /* full at every power of two */
        size_t room = rows->count ? 2 * rows->count : 1;
        struct cli_row *list = realloc(rows->list, room * sizeof *list);
        if (!list) {
            rows->no_memory = true;
            return NULL;
        }
        rows->list = list;
    }
    return &rows->list[rows->count++];
}

static void add(const struct pair *pair, enum cli_group group, enum cli_row_kind kind,
                const struct cli_side side[2], const char *format, ...) CLI_TOOL_PRINTF(5, 6);
static void add(const struct pair *pair, enum cli_group group, enum cli_row_kind kind,
                const struct cli_side side[2], const char *format, ...)
{
    if (side[0].state != CLI_SIDE_VALUE && side[1].state != CLI_SIDE_VALUE)
        return;
    struct cli_row *row = new_row(pair->rows);
    if (!row)
        return;
    char name[CLI_ROW_NAME];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(name, sizeof name, format, arguments);
    va_end(arguments);
    *row = (struct cli_row){.group = group, .kind = kind, .order = pair->rows->count};
    cli_printable(name, row->name, sizeof row->name);
    memcpy(row->side, side, sizeof row->side);
    double difference = side[1].value - side[0].value;
    row->differs = side[0].state != side[1].state || difference < 0 || difference > 0;
}

/* Texts, whose difference is the one of the values that they show. */
static void add_text(const struct pair *pair, enum cli_group group, const char *key,
                     json_t *const of[2])
{
    const struct cli_side side[2] = {text_side(of[0]), text_side(of[1])};
    size_t before = pair->rows->count;
    add(pair, group, CLI_ROW_TEXT, side, "%s", key);
    if (pair->rows->count > before)
        pair->rows->list[before].differs = !of[0] || !of[1] || !json_equal(of[0], of[1]);
}

typedef void visit(const struct pair *pair, const char *key, json_t *const of[2]);

/* The members of one object in both runs: those of A in its order, then what only B has. */
static void each(const struct pair *pair, json_t *const of[2], visit *member)
{
    for (unsigned i = 0; i < 2; i++)
        for (void *at = json_object_iter(of[i]); at; at = json_object_iter_next(of[i], at)) {
            const char *key = json_object_iter_key(at);
            json_t *const both[2] = {json_object_get(of[0], key), json_object_get(of[1], key)};
            if (i == 0 || !both[0])
                member(pair, key, both);
        }
}

static void each_in(const struct pair *pair, const char *section, visit *member)
{
    const struct pair inside = {pair->stats, pair->rows, section};
    json_t *const of[2] = {json_object_get(pair->stats[0], section),
                           json_object_get(pair->stats[1], section)};
    each(&inside, of, member);
}

static double top(const struct pair *pair, unsigned i, const char *key)
{
    return number_of(json_object_get(pair->stats[i], key));
}

static void member_of(json_t *const of[2], const char *key, json_t *out[2])
{
    out[0] = json_object_get(of[0], key);
    out[1] = json_object_get(of[1], key);
}

/* --- what is compared, by section --- */

static void add_setting(const struct pair *pair, const char *key, json_t *const of[2])
{
    add_text(pair, CLI_GROUP_CONFIG, key, of);
}

/* One number of the run as a whole. */
static void add_top(const struct pair *pair, enum cli_group group, enum cli_row_kind kind,
                    const char *key)
{
    json_t *of[2];
    member_of(pair->stats, key, of);
    const struct cli_side side[2] = {side_of(of[0]), side_of(of[1])};
    add(pair, group, kind, side, "%s", key);
}

static void add_word(const struct pair *pair, enum cli_group group, const char *key)
{
    json_t *of[2];
    member_of(pair->stats, key, of);
    add_text(pair, group, key, of);
}

static void add_run(const struct pair *pair)
{
    add_word(pair, CLI_GROUP_RUN, "svasim");
    add_word(pair, CLI_GROUP_RUN, "mode");
    add_top(pair, CLI_GROUP_RUN, CLI_ROW_COUNT, "records");
    add_top(pair, CLI_GROUP_RUN, CLI_ROW_COUNT, "requests");
    each_in(pair, "config", add_setting);
}

static void add_throughput(const struct pair *pair)
{
    static const struct {
        const char *name, *over;
        double factor;
    } rates[] = {{"requests per cycle", "cycles", 1}, {"requests per second", "nanoseconds", 1e9}};
    struct cli_side side[2];
    for (size_t r = 0; r < sizeof rates / sizeof rates[0]; r++) {
        for (unsigned i = 0; i < 2; i++)
            side[i] =
                ratio(rates[r].factor * top(pair, i, "requests"), top(pair, i, rates[r].over));
        add(pair, CLI_GROUP_THROUGHPUT, r ? CLI_ROW_COUNT : CLI_ROW_REAL, side, "%s",
            rates[r].name);
    }
    add_top(pair, CLI_GROUP_THROUGHPUT, CLI_ROW_COUNT, "cycles");
    add_top(pair, CLI_GROUP_THROUGHPUT, CLI_ROW_COUNT, "nanoseconds");
}

static void add_latency(const struct pair *pair, const char *kind, json_t *const of[2])
{
    static const char *const points[] = {"mean", "p50", "p90", "p99", "p99.9", "p99.99", "max"};
    json_t *value[2];
    struct cli_side side[2];
    bool none[2];
    member_of(of, "count", value);
    for (unsigned i = 0; i < 2; i++) {
        side[i] = side_or_zero(value[i]);
        none[i] = side[i].value <= 0;
    }
    add(pair, CLI_GROUP_OTHERS, CLI_ROW_COUNT, side, "latency_cycles.%s.count", kind);
    for (size_t p = 0; p < sizeof points / sizeof points[0]; p++) {
        member_of(of, points[p], value);
        for (unsigned i = 0; i < 2; i++)
            side[i] = none[i] ? (struct cli_side){.state = CLI_SIDE_NONE} : side_of(value[i]);
        add(pair, CLI_GROUP_LATENCY, p ? CLI_ROW_COUNT : CLI_ROW_REAL, side, "%s %s", kind,
            points[p]);
    }
}

static void add_fault(const struct pair *pair, const char *name, json_t *const of[2])
{
    json_t *count[2];
    member_of(of, "count", count);
    const struct cli_side side[2] = {side_or_zero(count[0]), side_or_zero(count[1])};
    add(pair, CLI_GROUP_FAULTS, CLI_ROW_COUNT, side, "%s", name);
}

/* Hits of the cache whose lookups are counter `stem`_lookup: all of `stem`_hit... */
static double hits_of(json_t *counters, const char *lookup, size_t stem)
{
    double hits = 0;
    for (void *at = json_object_iter(counters); at; at = json_object_iter_next(counters, at)) {
        const char *key = json_object_iter_key(at);
        if (strncmp(key, lookup, stem) == 0 && strncmp(key + stem, "_hit", 4) == 0)
            hits += number_of(json_object_iter_value(at));
    }
    return hits;
}

static void add_rate(const struct pair *pair, const char *key, json_t *const of[2])
{
    if (!cli_ends_with(key, "_lookup"))
        return;
    size_t stem = strlen(key) - strlen("_lookup");
    struct cli_side side[2];
    for (unsigned i = 0; i < 2; i++) {
        json_t *counters = json_object_get(pair->stats[i], "counters");
        side[i] =
            of[i] ? ratio(100 * hits_of(counters, key, stem), number_of(of[i])) : side_of(NULL);
    }
    add(pair, CLI_GROUP_RATES, CLI_ROW_SHARE, side, "%.*s", (int)stem, key);
}

static void add_counter(const struct pair *pair, const char *key, json_t *const of[2])
{
    static const struct {
        const char *key;
        enum cli_group group;
    } places[] = {
        {"faults", CLI_GROUP_FAULTS},          {"faults_recorded", CLI_GROUP_FAULTS},
        {"faults_silenced", CLI_GROUP_FAULTS}, {"walks", CLI_GROUP_WALKS},
        {"rewalks", CLI_GROUP_WALKS},          {"joined", CLI_GROUP_WALKS},
        {"iommu_mrds", CLI_GROUP_MEMORY},      {"iommu_atomic_ad_update", CLI_GROUP_MEMORY},
        {"dram_access", CLI_GROUP_MEMORY}};
    const struct cli_side side[2] = {side_of(of[0]), side_of(of[1])};
    enum cli_group group = CLI_GROUP_OTHERS;
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++)
        if (strcmp(places[i].key, key) == 0)
            group = places[i].group;
    add(pair, group, CLI_ROW_COUNT, side, "%s", key);
}

static void add_stage(const struct pair *pair, const char *name, json_t *const of[2])
{
    struct cli_side side[2];
    for (unsigned i = 0; i < 2; i++)
        side[i] = of[i] ? ratio(number_of(of[i]), top(pair, i, "requests")) : side_of(NULL);
    add(pair, CLI_GROUP_STAGES, CLI_ROW_REAL, side, "%s", name);
}

static void add_resource(const struct pair *pair, const char *name, json_t *const of[2])
{
    static const char *const keys[] = {"slots", "stalled_cycles"};
    struct cli_side side[2];
    json_t *value[2];
    for (unsigned i = 0; i < 2; i++)
        side[i] = of[i] ? ratio(100 * number_of(json_object_get(of[i], "busy_cycles")),
                                number_of(json_object_get(of[i], "slots")) * top(pair, i, "cycles"))
                        : side_of(NULL);
    add(pair, CLI_GROUP_RESOURCES, CLI_ROW_SHARE, side, "%s", name);
    for (size_t k = 0; k < sizeof keys / sizeof keys[0]; k++) {
        member_of(of, keys[k], value);
        side[0] = side_of(value[0]);
        side[1] = side_of(value[1]);
        add(pair, CLI_GROUP_OTHERS, CLI_ROW_COUNT, side, "resources.%s.%s", name, keys[k]);
    }
}

static void add_status(const struct pair *pair, const char *code, json_t *const of[2])
{
    json_t *count[2];
    member_of(of, "count", count);
    const struct cli_side side[2] = {side_or_zero(count[0]), side_or_zero(count[1])};
    add(pair, CLI_GROUP_OTHERS, CLI_ROW_COUNT, side, "descriptors.by_status.%s", code);
}

static void add_number(const struct pair *pair, const char *key, json_t *const of[2])
{
    const struct cli_side side[2] = {side_of(of[0]), side_of(of[1])};
    if (json_is_object(of[0]) || json_is_object(of[1]))
        each(pair, of, add_status);
    else
        add(pair, CLI_GROUP_OTHERS, CLI_ROW_COUNT, side, "%s.%s", pair->section, key);
}

bool cli_compare_rows(struct cli_comparison *comparison)
{
    struct cli_rows *rows = &comparison->rows;
    const struct pair pair = {comparison->stats, rows, ""};
    static const char *const tallies[] = {"descriptors", "expectations", "observations",
                                          "invalidations"};
    add_run(&pair);
    add_throughput(&pair);
    each_in(&pair, "latency_cycles", add_latency);
    each_in(&pair, "faults", add_fault);
    each_in(&pair, "counters", add_rate);
    each_in(&pair, "counters", add_counter);
    each_in(&pair, "stage_cycles", add_stage);
    each_in(&pair, "resources", add_resource);
    add_word(&pair, CLI_GROUP_RESOURCES, "bottleneck");
    add_top(&pair, CLI_GROUP_OTHERS, CLI_ROW_COUNT, "stale");
    for (size_t i = 0; i < sizeof tallies / sizeof tallies[0]; i++)
        each_in(&pair, tallies[i], add_number);
    if (rows->no_memory)
        return false;
    cli_rows_sort(rows);
    return true;
}
