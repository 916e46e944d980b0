/* SPDX-License-Identifier: MIT */
/* timeline.h - a run as Chrome trace events, which Perfetto and chrome://tracing open. */
#ifndef SVASIM_TOOLS_TIMELINE_H
#define SVASIM_TOOLS_TIMELINE_H

#include "cli.h"

struct cli_timeline;
/** NULL: a message was printed. `path` ending in .gz is compressed. */
struct cli_timeline *cli_timeline_open(const char *path);
/** A file is run next; `mhz` is asked for when its unit exists. Each file is a process of its own.
 */
void cli_timeline_begin(struct cli_timeline *timeline, const char *name, svasim_machine *machine);
void cli_timeline_act(struct cli_timeline *timeline, uint64_t id, const svasim_act *act);
void cli_timeline_event(struct cli_timeline *timeline, const svasim_event *event);
/** The clock is about to move on. */
void cli_timeline_time(struct cli_timeline *timeline);
void cli_timeline_end(struct cli_timeline *timeline);
/** Returns an exit code; errors are printed. */
int cli_timeline_close(struct cli_timeline *timeline);

#endif
