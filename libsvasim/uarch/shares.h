/* SPDX-License-Identifier: MIT */
/* shares.h - which miss gets a walker when walkers are not simply handed out in the order of
 * asking: a limit per id, urgent ids, ids in turn. An id is a device's source id or a PASID. */
#ifndef SV_UARCH_SHARES_H
#define SV_UARCH_SHARES_H

#include "spec/config.h"
#include "svasim/svasim.h"

/* The id of requests without PASID, where PASIDs are the ids. */
#define SV_SHARE_NO_PASID 0x100000u

struct sv_pipeline;
struct sv_txn;

struct sv_shares {
    bool on; /* something of it is configured */
    bool turns;
    uint8_t partition; /* walk.partition */
    uint32_t per_id, urgent_mask, urgent_match;
    uint32_t *holders;   /* by walker: id of its walk plus 1; 0: none */
    uint32_t last;       /* id that got a walker last */
    uint64_t free_ticks; /* in which a walker was free, up to `free_since` if one is */
    svasim_tick free_since;
};

bool sv_shares_init(struct sv_shares *shares, const svasim_config *config,
                    const svasim_alloc *alloc);
void sv_shares_free(struct sv_shares *shares, const svasim_alloc *alloc);
/* The rest is only for shares that are on. A miss starts to wait; the next of those that wait and
 * may have a walker, no longer in the list (NULL: none may); it took its walker, and gave it back.
 */
void sv_shares_wait(struct sv_pipeline *pipeline, struct sv_txn *txn);
struct sv_txn *sv_shares_next(struct sv_pipeline *pipeline);
void sv_shares_taken(struct sv_pipeline *pipeline, const struct sv_txn *txn);
void sv_shares_given(struct sv_pipeline *pipeline, const struct sv_txn *txn);

#endif
