/* SPDX-License-Identifier: MIT */
/* samples.h - how full the unit was over the time of a run. */
#ifndef SVASIM_TOOLS_SAMPLES_H
#define SVASIM_TOOLS_SAMPLES_H

#include <jansson.h>

#include "cli.h"

#define CLI_SAMPLES_MAX 512u

/** Means over intervals, whose length doubles whenever there would be too many. */
struct cli_samples {
    svasim_machine *machine;
    svasim_tick interval, since; /**< since: start of the open interval */
    uint32_t count;              /**< of closed intervals */
    struct cli_sampled {
        uint64_t open; /**< occupancy summed over the ticks of the open interval */
        uint64_t closed[CLI_SAMPLES_MAX]; /**< of the others */
        uint32_t min, max;
        double total;
    } of[SVASIM_OCCUPANT_COUNT];
};

/** `interval`: ticks that the first intervals have; 1 if 0. */
void cli_samples_begin(struct cli_samples *samples, svasim_machine *machine, svasim_tick interval);
/** What svasim_machine_options.on_time tells. */
void cli_samples_pass(struct cli_samples *samples, svasim_tick tick);
/** The member `occupancy` of --stats; NULL if memory is short. */
json_t *cli_samples_json(const struct cli_samples *samples);

#endif
