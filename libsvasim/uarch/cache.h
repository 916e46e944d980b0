/* SPDX-License-Identifier: MIT */
/* cache.h - one set-associative array: tag pairs, payloads of a fixed size, LRU, tree-PLRU or
 * seeded random replacement. Knows nothing of what tags and payloads mean. */
#ifndef SV_UARCH_CACHE_H
#define SV_UARCH_CACHE_H

#include "base/alloc.h"
#include "base/rng.h"

#include <stdbool.h>
#include <stdint.h>

enum sv_policy { SV_POLICY_LRU, SV_POLICY_PLRU, SV_POLICY_RANDOM };

/* A tag pair; `upper` is never 0 for a valid entry. */
struct sv_tag {
    uint64_t lower, upper;
};

struct sv_cache {
    struct sv_tag *tags; /* [set][way] */
    uint64_t *used;      /* LRU: [set][way] time of last use; PLRU: [set] tree bits */
    unsigned char *payload;
    uint64_t clock;
    size_t recent; /* index of the entry used last */
    uint32_t sets, ways, count, payload_bytes;
    uint8_t policy;
    bool enabled;
    bool plain_index;    /* hash of the tag, one part */
    bool low_index;      /* low bits of the tag */
    uint8_t owner_shift; /* where the owner lies in the upper tag */
    uint32_t owner_mask; /* 0: one part */
    uint32_t parts;
};

bool sv_cache_init(struct sv_cache *cache, const svasim_alloc *alloc, uint32_t sets, uint32_t ways,
                   enum sv_policy policy, bool low_index, uint32_t payload_bytes);
/* Divide the sets into `parts`, a power of two: (owner ^ owner >> 3) % parts has this entry, where
 * the owner is what `mask` leaves of the upper tag shifted by `shift`. */
void sv_cache_divide(struct sv_cache *cache, uint32_t parts, uint8_t shift, uint32_t mask);
void sv_cache_free(struct sv_cache *cache, const svasim_alloc *alloc);
/* sv_cache_find for any but the entry used last. */
void *sv_cache_search(struct sv_cache *cache, struct sv_tag tag);
/* Payload of the entry, now most recently used; NULL on a miss. Using the entry used last once
 * more changes no order of replacement, so that is settled without a search. */
static inline void *sv_cache_find(struct sv_cache *cache, struct sv_tag tag)
{
    if (cache->count == 0)
        return NULL;
    size_t recent = cache->recent;
    if (cache->tags[recent].lower == tag.lower && cache->tags[recent].upper == tag.upper)
        return cache->payload + recent * cache->payload_bytes;
    return sv_cache_search(cache, tag);
}
/* The same without counting as a use. */
const void *sv_cache_peek(const struct sv_cache *cache, struct sv_tag tag);
/* Tag and payload of the first valid entry at or behind `*slot`, which moves past it; NULL at the
 * end. Slots count from 0, set by set. */
const void *sv_cache_next(const struct sv_cache *cache, uint32_t *slot, struct sv_tag *out_tag);
/* Insert or overwrite; true if another entry had to go. */
bool sv_cache_fill(struct sv_cache *cache, struct sv_tag tag, const void *payload,
                   struct sv_rng *rng);
/* Drop the entries for which `match` is true; returns how many. */
uint32_t sv_cache_drop(struct sv_cache *cache,
                       bool (*match)(const void *criterion, struct sv_tag tag, const void *payload),
                       const void *criterion);
uint32_t sv_cache_drop_all(struct sv_cache *cache);

#endif
