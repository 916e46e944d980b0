/* SPDX-License-Identifier: MIT */
/* txn.h - one request on its way through the pipeline. */
#ifndef SV_UARCH_TXN_H
#define SV_UARCH_TXN_H

#include "uarch/pipeline.h"

struct sv_txn {
    struct sv_txn *next;         /* list it waits in */
    svasim_tick accepted, since; /* since: start of the present stage */
    svasim_tick arrived;         /* at the unit */
    uint64_t order;              /* count of requests that arrived before it */
    uint8_t stage;               /* svasim_stage */
    uint8_t ask;                 /* enum sv_ask that is open, once it missed */
    bool active;                 /* arrived, not answered by the unit */
    bool walking;                /* holds a walker */
    bool missed;                 /* needs or needed a walk */
    bool joined, listed;
    uint16_t walker; /* that it holds, if `walking` */
    uint8_t agent;   /* enum sv_agent: none of a request */
    bool from_line;  /* the entry comes from the walkers' lines: the port is not used */
    uint8_t piece;   /* of a read under way: the next to arrive */
    uint64_t where[SVASIM_STAGE_COUNT];
    svasim_tick walker_since, missed_at;
    uint64_t posted_before; /* count of posted requests that arrived before it */
    uint64_t place;         /* among the outstanding requests, if port.limits */
    svasim_request request;
    uint32_t generation; /* of the mode its walk began with */
    struct sv_ending ending;
    uint32_t id;          /* that shares of walkers go by */
    uint64_t free_before; /* cycles with a free walker until it began to wait for one */
    uint64_t page;        /* key of the joinable table */
    uint64_t requester;
    struct sv_txn *hash_next;
    struct sv_list joiners;
    struct sv_walk walk;
};

static inline void sv_list_push(struct sv_list *list, struct sv_txn *txn)
{
    txn->next = NULL;
    if (list->last)
        list->last->next = txn;
    else
        list->first = txn;
    list->last = txn;
    list->count++;
}

static inline struct sv_txn *sv_list_pop(struct sv_list *list)
{
    struct sv_txn *txn = list->first;
    if (!txn)
        return NULL;
    list->first = txn->next;
    if (!list->first)
        list->last = NULL;
    list->count--;
    return txn;
}

/* Tell who watches that a stage is over; SVASIM_STAGE_COUNT is where they come from and go. Only if
 * core->on_act. */
void sv_watch_stage(const struct sv_core *core, const struct sv_txn *txn, unsigned stage,
                    svasim_tick since, svasim_tick until, unsigned next);

/* And that a walk is. */
void sv_watch_walk(const struct sv_core *core, const struct sv_txn *txn, svasim_tick now);

/* From now on the transaction's time belongs to `stage`. */
static inline void sv_txn_enter(const struct sv_core *core, struct sv_txn *txn, svasim_tick now,
                                svasim_stage stage)
{
    if (core->on_act)
        sv_watch_stage(core, txn, txn->stage, txn->since, now, stage);
    txn->where[txn->stage] += now - txn->since;
    txn->since = now;
    txn->stage = (uint8_t)stage;
}

/* --- between pipeline.c and walkers.c --- */

void sv_pipeline_respond(struct sv_pipeline *pipeline, struct sv_txn *txn);
void sv_pipeline_wake_queue(struct sv_pipeline *pipeline);
/* A lookup missed: join a walk, or wait for a walker. */
void sv_walkers_miss(struct sv_pipeline *pipeline, struct sv_txn *txn);
/* A walker's cache lookup is over; or memory has answered. */
void sv_walkers_looked_up(struct sv_pipeline *pipeline, struct sv_txn *txn);
void sv_walkers_memory_answered(struct sv_pipeline *pipeline, struct sv_txn *txn);
/* An access to a memory whose latencies differ starts. */
void sv_walkers_memory_started(struct sv_pipeline *pipeline, struct sv_txn *txn);
void sv_lane_put(struct sv_lane *lane, struct sv_event event);
void sv_heap_put(struct sv_pipeline *pipeline, struct sv_event event);
/* Take the event of a transaction (NULL: the one without) out again, if there is one. */
void sv_heap_cancel(struct sv_pipeline *pipeline, const struct sv_txn *txn);
struct sv_event sv_heap_take(struct sv_pipeline *pipeline);
void sv_unlist(struct sv_pipeline *pipeline, struct sv_txn *txn);

/* When the lookup is over that a transaction asks for now: it takes a port, and a bank. */
svasim_tick sv_walkers_lookup_done(struct sv_pipeline *pipeline, const struct sv_txn *txn);

/* --- of walkers.c, for prefetch.c --- */

/* Set the key of the joinable table from the request. */
void sv_walkers_name_page(struct sv_txn *txn);
struct sv_txn *sv_walkers_joinable(struct sv_pipeline *pipeline, const struct sv_txn *txn);
void sv_walkers_list(struct sv_pipeline *pipeline, struct sv_txn *txn);
/* Serve what a prefetch asked for, but for the pieces of a long read, and answer its walk. */
void sv_walkers_serve(struct sv_pipeline *pipeline, struct sv_txn *txn);
/* A read has an answer; true: only a piece of it. */
bool sv_walkers_more_pieces(struct sv_pipeline *pipeline, struct sv_txn *txn);
void sv_walkers_start_access(struct sv_pipeline *pipeline, struct sv_txn *txn);
void sv_walkers_end_access(struct sv_pipeline *pipeline, const struct sv_txn *txn);
/* A prefetch holds a walker from now on; and it is done. */
void sv_walkers_promote(struct sv_pipeline *pipeline, struct sv_txn *txn);
void sv_walkers_promoted_done(struct sv_pipeline *pipeline, struct sv_txn *txn);

#endif
