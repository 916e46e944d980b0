/* SPDX-License-Identifier: MIT */
/* perf_events.c - what can a performance counter count, and which filters go with it? Prints the
 * table of docs/performance_counters.md from svasim/facts.h. */
#include "docgen.h"
#include "svasim/facts.h"

static void print_filters(FILE *out, unsigned filters)
{
    static const char *const names[] = {"requester id", "domain", "PASID", "address type", "level"};
    const char *separator = "";
    for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++)
        if (filters >> i & 1) {
            (void)fprintf(out, "%s%s", separator, names[i]);
            separator = ", ";
        }
}

bool sv_doc_perf_events(FILE *out, const char *source)
{
    const svasim_perf_event_info *row;
    (void)source;
    (void)fputs("\n| Group | Bit | Event | `--stats` | Per | Filters of table 49 | With "
                "`perf.filter_pairs=known` also |\n|---|---|---|---|---|---|---|\n",
                out);
    for (unsigned i = 0; (row = svasim_perf_event_at(i)) != NULL; i++) {
        (void)fprintf(out, "| %u | %u | %s | `%s` | %s | ", row->group, row->bit, row->name,
                      svasim_counter_at(row->counter)->name, row->level ? "cycle" : "event");
        print_filters(out, row->pairs);
        (void)fputs(" | ", out);
        print_filters(out, row->knows & ~(unsigned)row->pairs);
        (void)fputs(" |\n", out);
    }
    (void)fputs("\n", out);
    return true;
}
