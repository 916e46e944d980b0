/* SPDX-License-Identifier: MIT */
/* monitor.h - while a performance counter runs, a command is in progress or a host watches, the
 * unit is monitored: they are told what was counted and how time goes by. Nothing here is called
 * otherwise. */
#ifndef SV_UARCH_MONITOR_H
#define SV_UARCH_MONITOR_H

#include "base/hints.h"
#include "uarch/pipeline.h"

/* Take what was counted until now into the performance counters. */
SV_SELDOM void sv_monitor_settle(struct sv_core *core);
/* Software has programmed counters, or a command: begin or stop to monitor. */
SV_SELDOM void sv_monitor_programmed(struct sv_core *core);
/* Start the command that was written; it runs at once if command.latency is 0. */
SV_SELDOM void sv_monitor_command(struct sv_pipeline *pipeline);

/* One request was accepted. */
SV_SELDOM void sv_monitor_request(struct sv_core *core, const svasim_request *request);
/* Serve a walk until it is done, at once. */
SV_SELDOM void sv_monitor_run(struct sv_core *core, struct sv_walk *walk, enum sv_ask ask);
/* What a walk asked for was served. */
SV_SELDOM void sv_monitor_served(struct sv_core *core, const struct sv_walk *walk, enum sv_ask ask);

/* Time goes by until `tick`; nothing else happens in between. The clock stands at `tick`, or
 * before if there is nothing to monitor any more. */
SV_SELDOM void sv_monitor_advance(struct sv_pipeline *pipeline, svasim_tick tick);
/* The same to the end of a run, where no event is left before `until`. */
SV_SELDOM void sv_monitor_finish(struct sv_pipeline *pipeline, svasim_tick until);
/* Tick of the next interrupt or end of a command, if nothing else happens before. */
SV_SELDOM svasim_tick sv_monitor_next(const struct sv_pipeline *pipeline);

#endif
