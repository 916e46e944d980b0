/* SPDX-License-Identifier: MIT */
/* summary.c - what did the run do, on one screen of 24 lines and 80 columns? Sections are written
 * apart and get blank lines between them if there is room. */
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include "report.h"

#define SCREEN_LINES  24
#define COLUMNS       80
#define SECTION_MAX   1024
#define FAULT_ROWS    4
#define CONDITION_MAX 43 /* characters left beside a fault's name, code and count */
#define LABEL         14 /* width of the first column */

struct section {
    char text[SECTION_MAX];
    size_t used;
};

static void put(struct section *to, const char *format, ...) CLI_TOOL_PRINTF(2, 3);
static void put(struct section *to, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(to->text + to->used, sizeof to->text - to->used, format, arguments);
    va_end(arguments);
    to->used += length > 0 ? (size_t)length : 0;
    if (to->used >= sizeof to->text)
        to->used = sizeof to->text - 1;
}

static double share(uint64_t part, uint64_t whole)
{
    return whole ? (double)part / (double)whole * 100 : 0;
}

/* At most 7 characters. */
static const char *compact(uint64_t value, char out[CLI_COUNT_TEXT])
{
    static const char units[] = "kMGTPE";
    if (value < 10000000) {
        (void)snprintf(out, CLI_COUNT_TEXT, "%" PRIu64, value);
        return out;
    }
    double scaled = (double)value;
    unsigned unit = 0;
    for (scaled /= 1000; scaled >= 1000; scaled /= 1000)
        unit++;
    (void)snprintf(out, CLI_COUNT_TEXT, "%.1f%c", scaled, units[unit]);
    return out;
}

uint64_t cli_run_elapsed(const struct cli_run *run)
{
    return svasim_now(svasim_machine_unit(run->machine));
}

struct cli_bottleneck cli_run_bottleneck(const struct cli_run *run)
{
    const svasim *unit = svasim_machine_unit(run->machine);
    uint64_t elapsed = cli_run_elapsed(run), total = 0, most = 0;
    struct cli_bottleneck found = {.busy = -1};
    svasim_resource resource;
    for (unsigned i = 0; i < svasim_resource_count(); i++) {
        if (svasim_resource_get(unit, i, &resource) != SVASIM_OK || !resource.slots || !elapsed)
            continue;
        /* A credit is held for as long as its request waits for anything else. */
        if (strcmp(resource.name, "port.credits") == 0)
            continue;
        double busy = (double)resource.busy_ticks / ((double)resource.slots * (double)elapsed);
        /* What is held while waiting for something later is as busy as that: the later one. */
        if (busy >= found.busy) {
            found.busy = busy;
            found.resource = resource;
        }
    }
    for (unsigned i = 0; i < SVASIM_STAGE_COUNT; i++) {
        uint64_t ticks = svasim_stage_ticks(unit, i);
        total += ticks;
        if (ticks > most) {
            most = ticks;
            found.stage = i;
        }
    }
    found.stage_share = share(most, total) / 100;
    found.latency = found.busy < 0.5;
    return found;
}

/* --- sections --- */

static void put_title(struct section *to, const struct cli_run *run)
{
    const svasim_machine_stats *stats = svasim_machine_statistics(run->machine);
    uint64_t mhz = cli_config_number(svasim_machine_config(run->machine), "clock.freq_mhz");
    uint64_t elapsed = cli_run_elapsed(run);
    char a[CLI_COUNT_TEXT], b[CLI_COUNT_TEXT];
    const char *path = run->path;
    if (strlen(path) > 40)
        path += strlen(path) - 40;
    put(to, "%s: %s records, %s%s\n", path, cli_count(stats->records, a),
        run->functional ? "functional" : "full timing",
        run->broken ? ", STOPPED AT BAD INPUT" : "");
    if (!run->functional)
        put(to, "%-*s%s cycles = %s ns at %" PRIu64 " MHz\n", LABEL, "simulated",
            cli_count(elapsed, a), cli_count(elapsed / mhz * 1000 + elapsed % mhz * 1000 / mhz, b),
            mhz);
}

static void put_requests(struct section *to, const struct cli_run *run)
{
    const svasim *unit = svasim_machine_unit(run->machine);
    const svasim_machine_stats *stats = svasim_machine_statistics(run->machine);
    uint64_t elapsed = cli_run_elapsed(run), faulted = 0;
    char a[CLI_COUNT_TEXT], b[CLI_COUNT_TEXT], c[CLI_COUNT_TEXT];
    for (unsigned i = 1; i < SVASIM_FAULT_COUNT; i++)
        faulted += svasim_fault_count(unit, i);
    put(to, "%-*s%s: %s ok, %s faulted", LABEL, "translations", cli_count(stats->requests, a),
        cli_count(stats->requests - faulted, b), cli_count(faulted, c));
    if (!run->functional && elapsed)
        put(to, "; %.3f per cycle", (double)stats->requests / (double)elapsed);
    put(to, "\n");
}

static void put_descriptors(struct section *to, const svasim_machine_stats *stats)
{
    char a[CLI_COUNT_TEXT], b[CLI_COUNT_TEXT];
    if (stats->submits == 0)
        return;
    put(to, "%-*s%s submitted: %s accepted", LABEL, "descriptors", cli_count(stats->submits, a),
        cli_count(stats->accepted, b));
    const struct {
        uint64_t count;
        const char *name;
    } others[] = {{stats->retried, "told to retry"},
                  {stats->dropped, "dropped"},
                  {stats->general_protection, "#GP"}};
    for (unsigned i = 0; i < 3; i++)
        if (others[i].count)
            put(to, ", %s %s", cli_count(others[i].count, a), others[i].name);
    put(to, "\n%-*s%s completed", LABEL, "", cli_count(stats->completed, a));
    size_t line = LABEL + strlen(a) + 10;
    unsigned left = 0;
    for (unsigned i = 0, shown = 0; i < 256; i++) {
        char item[64];
        if (!stats->completed_by_status[i])
            continue;
        int length = snprintf(item, sizeof item, "%s %s %s", shown ? "," : ":",
                              cli_count(stats->completed_by_status[i], a),
                              svasim_dsa_status_name((uint8_t)i));
        if (left || line + (size_t)length > COLUMNS - 12) {
            left++;
            continue;
        }
        put(to, "%s", item);
        line += (size_t)length;
        shown++;
    }
    put(to, left ? ", %u others\n" : "\n", left);
}

/* The most frequent fault that is not `done`; equal ones in the order of the table. 0: none. */
static unsigned next_fault(const svasim *unit, const bool *done)
{
    unsigned best = 0;
    for (unsigned i = 1; i < SVASIM_FAULT_COUNT; i++)
        if (!done[i] && svasim_fault_count(unit, i) > (best ? svasim_fault_count(unit, best) : 0))
            best = i;
    return best;
}

/* A few with their meaning, one a line; more of them three a line. */
static void put_faults(struct section *to, const svasim *unit)
{
    bool done[SVASIM_FAULT_COUNT] = {false};
    unsigned kinds = 0, best;
    for (unsigned i = 1; i < SVASIM_FAULT_COUNT; i++)
        kinds += svasim_fault_count(unit, i) != 0;
    unsigned per_line = kinds > FAULT_ROWS ? 3 : 1, room = FAULT_ROWS * per_line, shown = 0;
    while (shown < room && (best = next_fault(unit, done)) != 0) {
        const svasim_fault_info *fault = svasim_fault_at(best);
        char a[CLI_COUNT_TEXT];
        if (shown + 1 == room && kinds > room) {
            put(to, "  and %u more kinds", kinds - shown);
            break;
        }
        if (shown % per_line == 0)
            put(to, "%s%-*s", shown ? "\n" : "", LABEL, shown ? "" : "faults");
        put(to, "%s%-7s 0x%02x %*s", shown % per_line ? "  " : "", fault->name, fault->code,
            per_line == 1 ? 8 : 7, compact(svasim_fault_count(unit, best), a));
        if (per_line == 1 && strlen(fault->condition) <= CONDITION_MAX)
            put(to, "  %s", fault->condition);
        else if (per_line == 1)
            put(to, "  %.*s...", CONDITION_MAX - 3, fault->condition);
        done[best] = true;
        shown++;
    }
    if (shown)
        put(to, "\n");
}

/* Hits of the cache whose lookups are counter `at`: the sum of NAME_hit... behind it. */
static bool hits_of(const svasim *unit, unsigned at, size_t stem, uint64_t *out)
{
    const char *name = svasim_counter_at(at)->name;
    const svasim_counter_info *next;
    unsigned found = 0;
    *out = 0;
    while ((next = svasim_counter_at(at + 1 + found)) != NULL &&
           strncmp(next->name, name, stem) == 0 && strncmp(next->name + stem, "_hit", 4) == 0)
        *out += svasim_counter_value(unit, at + 1 + found++);
    return found != 0;
}

/* Caches are the counters NAME_lookup that have a NAME_hit beside them, or one by kind of hit. */
static void put_caches(struct section *to, const svasim *unit)
{
    static const char lookup[] = "_lookup";
    struct section rates = {.used = 0}, counts = {.used = 0};
    const svasim_counter_info *counter;
    for (unsigned i = 0; (counter = svasim_counter_at(i)) != NULL; i++) {
        uint64_t hits, lookups = svasim_counter_value(unit, i);
        size_t stem = strlen(counter->name) - (sizeof lookup - 1);
        if (!lookups || !cli_ends_with(counter->name, lookup) || !hits_of(unit, i, stem, &hits))
            continue;
        char a[CLI_COUNT_TEXT];
        if (to->used == 0)
            put(to, "%-*s", LABEL, "caches");
        put(to, "%*.*s", 13, (int)stem, counter->name);
        put(&rates, "%11.1f %%", share(hits, lookups));
        put(&counts, "%13s", compact(lookups, a));
    }
    if (to->used)
        put(to, "\n%-*s%s\n%-*s%s\n", LABEL, "  hit rate", rates.text, LABEL, "  lookups",
            counts.text);
}

/* Kinds that are the machine's, beside those of the unit. */
enum { OF_DESCRIPTORS = -1, OF_PAGE_REQUESTS = -2 };

static uint64_t latency_count(const struct cli_run *run, int kind)
{
    if (kind == OF_PAGE_REQUESTS)
        return svasim_machine_page_samples(run->machine);
    if (kind == OF_DESCRIPTORS)
        return svasim_machine_statistics(run->machine)->completed;
    return svasim_latency_samples(svasim_machine_unit(run->machine), (unsigned)kind);
}

static uint64_t latency_at(const struct cli_run *run, int kind, uint32_t point)
{
    if (kind == OF_PAGE_REQUESTS)
        return svasim_machine_page_quantile(run->machine, point);
    if (kind == OF_DESCRIPTORS)
        return svasim_machine_descriptor_quantile(run->machine, point);
    return svasim_latency_quantile(svasim_machine_unit(run->machine), (unsigned)kind, point);
}

static void put_latency_row(struct section *to, const struct cli_run *run, int kind, uint64_t mhz)
{
    static const uint32_t points[] = {500000, 900000, 990000, 999000, 1000000};
    uint64_t count = latency_count(run, kind);
    char a[CLI_COUNT_TEXT];
    if (!count)
        return;
    const char *name = kind >= 0                ? svasim_latency_kind_name((unsigned)kind)
                       : kind == OF_DESCRIPTORS ? "descriptor"
                                                : "page req.";
    put(to, "  %-10s%8s", name, compact(count, a));
    uint64_t at[5];
    for (unsigned i = 0; i < 5; i++) {
        at[i] = latency_at(run, kind, points[i]);
        put(to, "%9s", compact(at[i], a));
    }
    for (unsigned i = 0; mhz != 1000 && i < 3; i += 2)
        put(to, i ? "%8.0f" : "%7.0f", (double)at[i] * 1000 / (double)mhz);
    put(to, "\n");
}

static void put_latencies(struct section *to, const struct cli_run *run)
{
    uint64_t mhz = cli_config_number(svasim_machine_config(run->machine), "clock.freq_mhz");
    struct section rows = {.used = 0};
    if (run->functional)
        return;
    for (unsigned kind = 0; kind < svasim_latency_kinds(); kind++)
        put_latency_row(&rows, run, (int)kind, mhz);
    put_latency_row(&rows, run, OF_DESCRIPTORS, mhz);
    put_latency_row(&rows, run, OF_PAGE_REQUESTS, mhz);
    if (!rows.used)
        return;
    put(to, "%-12s%8s%9s%9s%9s%9s%9s%s\n", "latency", "count", "p50", "p90", "p99", "p99.9", "max",
        mhz == 1000 ? "  (cycles = ns)" : " p50 ns  p99 ns");
    put(to, "%s", rows.text);
}

/* Stages by share, the largest first; what does not fit is summed. */
static void put_stages(struct section *to, const svasim *unit)
{
    bool done[SVASIM_STAGE_COUNT] = {false};
    struct section shares = {.used = 0};
    uint64_t total = 0, left;
    for (unsigned i = 0; i < SVASIM_STAGE_COUNT; i++)
        total += svasim_stage_ticks(unit, i);
    if (!total)
        return;
    put(to, "%-*s", LABEL, "stages");
    for (left = total; left;) {
        unsigned best = SVASIM_STAGE_COUNT;
        for (unsigned i = 0; i < SVASIM_STAGE_COUNT; i++)
            if (!done[i] && (best == SVASIM_STAGE_COUNT ||
                             svasim_stage_ticks(unit, i) > svasim_stage_ticks(unit, best)))
                best = i;
        uint64_t ticks = svasim_stage_ticks(unit, best);
        const char *name = svasim_stage_name(best);
        int width = strlen(name) < 7 ? 9 : (int)strlen(name) + 2;
        /* Unless this is the last one, keep room for the column of the others. */
        if (to->used + (size_t)width > (ticks < left ? COLUMNS - 9 : COLUMNS)) {
            name = "others";
            ticks = left;
            width = 9;
        }
        put(to, "%*s", width, name);
        put(&shares, "%*.1f %%", width - 2, share(ticks, total));
        done[best] = true;
        left -= ticks;
    }
    put(to, "\n%-*s%s\n", LABEL, "  share", shares.text);
}

/* Why requests stood still, the three largest reasons by their share of all requests' time; what
 * is below one in a thousand is not worth a word. */
static void put_stalls(struct section *to, const svasim *unit)
{
    bool done[SVASIM_STALL_COUNT] = {false}, any = false;
    uint64_t total = 0;
    for (unsigned i = 0; i < SVASIM_STAGE_COUNT; i++)
        total += svasim_stage_ticks(unit, i);
    for (unsigned shown = 0; shown < 3; shown++) {
        unsigned best = 0;
        uint64_t most = 0;
        for (unsigned i = 0; i < SVASIM_STALL_COUNT; i++)
            if (!done[i] && svasim_stall_ticks(unit, (svasim_stall)i) > most) {
                most = svasim_stall_ticks(unit, (svasim_stall)i);
                best = i;
            }
        if (most == 0 || share(most, total) < 0.1)
            break;
        done[best] = true;
        put(to, "%-*s%s %.1f %%", shown ? 0 : LABEL, shown ? ", " : "stalls",
            svasim_stall_at(best)->key, share(most, total));
        any = true;
    }
    if (any)
        put(to, "\n");
}

static void put_bottleneck(struct section *to, const struct cli_run *run)
{
    struct cli_bottleneck found = cli_run_bottleneck(run);
    if (run->functional || cli_run_elapsed(run) == 0 || found.stage_share <= 0)
        return;
    put(to, "%-*s", LABEL, "bottleneck");
    if (found.latency)
        put(to, "latency-bound: most time in stage %s (%.0f %%)\n", svasim_stage_name(found.stage),
            found.stage_share * 100);
    else
        put(to, "%s: %.0f %% of its %" PRIu64 " slot%s busy\n", found.resource.name,
            found.busy * 100, found.resource.slots, found.resource.slots == 1 ? "" : "s");
}

static void put_checks(struct section *to, const struct cli_run *run)
{
    const svasim_machine_stats *stats = svasim_machine_statistics(run->machine);
    const char *label = "checks", *separator = "";
    if (stats->expectations) {
        put(to, "%-*s%" PRIu64 " of %" PRIu64 " expectations met", LABEL, label,
            stats->expectations_met, stats->expectations);
        label = NULL;
        separator = ", ";
    }
    if (stats->observations) {
        put(to, "%-*s%s%" PRIu64 " of %" PRIu64 " observations differ", label ? LABEL : 0,
            label ? label : "", separator, stats->observations_differ, stats->observations);
        label = NULL;
        separator = ", ";
    }
    if (run->check_stale) {
        put(to, "%-*s%s%" PRIu64 " stale answers", label ? LABEL : 0, label ? label : "", separator,
            stats->stale);
        label = NULL;
    }
    if (!label)
        put(to, "\n");
}

static unsigned lines_of(const struct section *section)
{
    unsigned lines = 0;
    for (size_t i = 0; i < section->used; i++)
        lines += section->text[i] == '\n';
    return lines;
}

void cli_summary_print(const struct cli_run *run)
{
    enum { HEAD, CACHES, LATENCIES, STAGES, CHECKS, SECTIONS };
    struct section sections[SECTIONS] = {{.used = 0}};
    const svasim *unit = svasim_machine_unit(run->machine);
    put_title(&sections[HEAD], run);
    put_requests(&sections[HEAD], run);
    put_descriptors(&sections[HEAD], svasim_machine_statistics(run->machine));
    put_faults(&sections[HEAD], unit);
    put_caches(&sections[CACHES], unit);
    put_latencies(&sections[LATENCIES], run);
    put_stages(&sections[STAGES], unit);
    put_stalls(&sections[STAGES], unit);
    put_bottleneck(&sections[STAGES], run);
    put_checks(&sections[CHECKS], run);
    unsigned total = 0;
    for (unsigned i = 0; i < SECTIONS; i++)
        total += lines_of(&sections[i]);
    bool any = false;
    for (unsigned i = 0; i < SECTIONS; i++) {
        if (sections[i].used && any && total < SCREEN_LINES) {
            putchar('\n');
            total++;
        }
        (void)fputs(sections[i].text, stdout);
        any |= sections[i].used != 0;
    }
}
