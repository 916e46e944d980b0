/* SPDX-License-Identifier: MIT */
/* prefetch.h - translations that nobody has asked for yet: of the next page, by walkers that are
 * idle, or of the entries in the line that a walk has just read. */
#ifndef SV_UARCH_PREFETCH_H
#define SV_UARCH_PREFETCH_H

#include "spec/config.h"
#include "svasim/svasim.h"

struct sv_pipeline;
struct sv_txn;

enum sv_prefetch_mode { SV_PREFETCH_OFF, SV_PREFETCH_NEXT_PAGE, SV_PREFETCH_LINE };

struct sv_prefetch {
    uint8_t mode;    /* enum sv_prefetch_mode */
    uint32_t places; /* transactions of its own, behind those of requests and engines */
    struct sv_txn *all;
    uint32_t under_way;     /* walkers that are idle but for a prefetch */
    struct sv_txn *running; /* these, the youngest first */
    struct sv_txn *free;
};

void sv_prefetch_init(struct sv_prefetch *prefetch, const svasim_config *config);
/* The places are `places`. */
void sv_prefetch_open(struct sv_prefetch *prefetch, struct sv_txn *places);
/* The rest is only for prefetch.mode != SV_PREFETCH_OFF. A walk has ended. */
void sv_prefetch_after(struct sv_pipeline *pipeline, const struct sv_txn *done);
/* What a prefetch waited for is here. */
void sv_prefetch_event(struct sv_pipeline *pipeline, struct sv_txn *txn);
/* A request has taken a walker, maybe one that was not quite idle. */
void sv_prefetch_make_room(struct sv_pipeline *pipeline);
/* A request joins it: from now on it is the walk of that request. */
void sv_prefetch_promote(struct sv_pipeline *pipeline, struct sv_txn *txn);
/* An invalidation was applied. */
void sv_prefetch_overtake(struct sv_pipeline *pipeline);

#endif
