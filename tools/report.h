/* SPDX-License-Identifier: MIT */
/* report.h - a run that is over (or was broken off), and the three forms in which it is told: the
 * summary on standard output, --stats, and --events. */
#ifndef SVASIM_TOOLS_REPORT_H
#define SVASIM_TOOLS_REPORT_H

#include <jansson.h>

#include "cli.h"

struct cli_run {
    const char *path;
    svasim_machine *machine; /* its unit exists */
    bool functional, check_stale;
    bool broken;                       /* stopped at bad input */
    json_t *config_files;              /* paths given with -c; borrowed */
    const struct cli_samples *samples; /* NULL without time; read by --stats only */
};

/** Simulated time so far, in ticks. */
uint64_t cli_run_elapsed(const struct cli_run *run);

/** The resource that limits the run. */
struct cli_bottleneck {
    svasim_resource resource;
    double busy;    /* share of its slots, 0..1 */
    bool latency;   /* none is half busy */
    unsigned stage; /* where most time went */
    double stage_share;
};
struct cli_bottleneck cli_run_bottleneck(const struct cli_run *run);

/** One screen: at most 24 lines of 80 columns. */
void cli_summary_print(const struct cli_run *run);

/** Everything that is counted, as one object; NULL if memory is short. */
json_t *cli_stats_json(const struct cli_run *run);
/** Every key with its value, as in --stats; NULL if memory is short. */
json_t *cli_config_json(const svasim_config *config);

/* --- JSON --- */

/** A string; null if it is not UTF-8, NULL if memory is short. */
json_t *cli_json_text(const char *text);
/** Write a document; "-" is standard output. Returns an exit code; errors are printed. */
int cli_json_write(const json_t *document, const char *path, size_t flags);

/* --- events: one line each, also through gzip --- */

struct cli_events;
/** `path` ending in .gz is compressed; "-" is standard output. NULL: a message was printed. */
struct cli_events *cli_events_open(const char *path);
void cli_events_put(struct cli_events *events, const svasim_event *event, uint64_t mhz);
/** Returns an exit code; errors are printed. */
int cli_events_close(struct cli_events *events);

#endif
