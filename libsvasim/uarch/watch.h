/* SPDX-License-Identifier: MIT */
/* watch.h - telling a host what the unit does, act by act. Nothing here is called unless somebody
 * watches. */
#ifndef SV_UARCH_WATCH_H
#define SV_UARCH_WATCH_H

#include "base/hints.h"
#include "uarch/pipeline.h"

/* What a walk asked for was served. */
SV_SELDOM void sv_watch_served(struct sv_core *core, const struct sv_walk *walk, enum sv_ask ask);
/* An invalidation is about to act, or has. */
SV_SELDOM void sv_watch_scope(struct sv_core *core, const struct sv_scope *scope,
                              svasim_act_kind kind);
/* An engine works, or has. */
SV_SELDOM void sv_watch_engine(const struct sv_core *core, svasim_engine engine, svasim_tick since,
                               svasim_tick until);

#endif
