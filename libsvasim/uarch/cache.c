/* SPDX-License-Identifier: MIT */
/* cache.c - lookup, replacement and removal in one set-associative array. */
#include "uarch/cache.h"

#include "base/assert.h"
#include "base/bits.h"
#include "base/hints.h"

bool sv_cache_init(struct sv_cache *cache, const svasim_alloc *alloc, uint32_t sets, uint32_t ways,
                   enum sv_policy policy, bool low_index, uint32_t payload_bytes)
{
    size_t entries = (size_t)sets * ways;
    *cache = (struct sv_cache){
        .sets = sets,
        .ways = ways,
        .policy = (uint8_t)policy,
        .plain_index = !low_index,
        .low_index = low_index,
        .payload_bytes = payload_bytes,
        .enabled = true,
    };
    cache->tags = sv_alloc_array(alloc, entries, sizeof *cache->tags);
    cache->used = sv_alloc_array(alloc, entries, sizeof *cache->used);
    cache->payload = sv_alloc_array(alloc, entries, payload_bytes);
    return cache->tags && cache->used && cache->payload;
}

void sv_cache_free(struct sv_cache *cache, const svasim_alloc *alloc)
{
    sv_alloc_free(alloc, cache->tags);
    sv_alloc_free(alloc, cache->used);
    sv_alloc_free(alloc, cache->payload);
}

void sv_cache_divide(struct sv_cache *cache, uint32_t parts, uint8_t shift, uint32_t mask)
{
    cache->parts = parts;
    cache->owner_shift = shift;
    cache->owner_mask = mask;
    cache->plain_index = false;
}

static inline size_t hash_of(struct sv_tag tag)
{
    uint64_t h =
        tag.lower * UINT64_C(0x9e3779b97f4a7c15) ^ tag.upper * UINT64_C(0xc2b2ae3d27d4eb4f);
    return (size_t)(h >> 40);
}

static SV_SELDOM size_t other_set_of(const struct sv_cache *cache, struct sv_tag tag)
{
    size_t index = cache->low_index ? (size_t)(tag.lower ^ tag.upper) : hash_of(tag);
    if (cache->owner_mask == 0)
        return index & (cache->sets - 1);
    uint32_t owner = (uint32_t)(tag.upper >> cache->owner_shift) & cache->owner_mask;
    uint32_t part = (owner ^ owner >> 3) & (cache->parts - 1), sets = cache->sets / cache->parts;
    return (size_t)part * sets + (index & (sets - 1));
}

static size_t set_of(const struct sv_cache *cache, struct sv_tag tag)
{
    return cache->plain_index ? hash_of(tag) & (cache->sets - 1) : other_set_of(cache, tag);
}

static size_t index_of(const struct sv_cache *cache, size_t set, struct sv_tag tag)
{
    size_t first = set * cache->ways;
    for (size_t i = first; i < first + cache->ways; i++)
        if (cache->tags[i].lower == tag.lower && cache->tags[i].upper == tag.upper)
            return i;
    return SIZE_MAX;
}

/* Tree-PLRU: node n has children 2n and 2n+1; a set bit sends the next victim search right. */
static void plru_touch(struct sv_cache *cache, size_t set, uint32_t way)
{
    uint64_t bits = cache->used[set];
    uint32_t node = cache->ways + way;
    for (; node > 1; node >>= 1) {
        uint64_t bit = UINT64_C(1) << (node >> 1);
        bits = node & 1 ? bits & ~bit : bits | bit;
    }
    cache->used[set] = bits;
}

static uint32_t plru_victim(const struct sv_cache *cache, size_t set)
{
    uint32_t node = 1;
    while (node < cache->ways)
        node = 2 * node + (uint32_t)(cache->used[set] >> node & 1);
    return node - cache->ways;
}

static void touch(struct sv_cache *cache, size_t set, size_t index)
{
    if (cache->policy == SV_POLICY_LRU)
        cache->used[index] = ++cache->clock;
    else if (cache->policy == SV_POLICY_PLRU)
        plru_touch(cache, set, (uint32_t)(index - set * cache->ways));
    cache->recent = index;
}

void *sv_cache_search(struct sv_cache *cache, struct sv_tag tag)
{
    size_t set = set_of(cache, tag);
    size_t index = index_of(cache, set, tag);
    if (index == SIZE_MAX)
        return NULL;
    touch(cache, set, index);
    return cache->payload + index * cache->payload_bytes;
}

const void *sv_cache_peek(const struct sv_cache *cache, struct sv_tag tag)
{
    if (cache->count == 0)
        return NULL;
    size_t index = index_of(cache, set_of(cache, tag), tag);
    return index == SIZE_MAX ? NULL : cache->payload + index * cache->payload_bytes;
}

const void *sv_cache_next(const struct sv_cache *cache, uint32_t *slot, struct sv_tag *out_tag)
{
    while (*slot < cache->sets * cache->ways) {
        size_t i = (*slot)++;
        if (cache->tags[i].upper == 0)
            continue;
        *out_tag = cache->tags[i];
        return cache->payload + i * cache->payload_bytes;
    }
    return NULL;
}

static size_t victim_of(struct sv_cache *cache, size_t set, struct sv_rng *rng)
{
    size_t first = set * cache->ways;
    for (size_t i = first; i < first + cache->ways; i++)
        if (cache->tags[i].upper == 0)
            return i;
    if (cache->policy == SV_POLICY_RANDOM)
        return first + sv_rng_below(rng, cache->ways);
    if (cache->policy == SV_POLICY_PLRU)
        return first + plru_victim(cache, set);
    size_t oldest = first;
    for (size_t i = first + 1; i < first + cache->ways; i++)
        if (cache->used[i] < cache->used[oldest])
            oldest = i;
    return oldest;
}

bool sv_cache_fill(struct sv_cache *cache, struct sv_tag tag, const void *payload,
                   struct sv_rng *rng)
{
    SV_ASSERT(tag.upper != 0);
    size_t set = set_of(cache, tag);
    size_t index = index_of(cache, set, tag);
    bool evicted = false;
    if (index == SIZE_MAX) {
        index = victim_of(cache, set, rng);
        evicted = cache->tags[index].upper != 0;
        cache->count += !evicted;
        cache->tags[index] = tag;
    }
    memcpy(cache->payload + index * cache->payload_bytes, payload, cache->payload_bytes);
    touch(cache, set, index);
    return evicted;
}

uint32_t sv_cache_drop(struct sv_cache *cache,
                       bool (*match)(const void *criterion, struct sv_tag tag, const void *payload),
                       const void *criterion)
{
    uint32_t dropped = 0;
    if (cache->count == 0)
        return 0;
    for (size_t i = 0; i < (size_t)cache->sets * cache->ways; i++) {
        if (cache->tags[i].upper == 0 ||
            !match(criterion, cache->tags[i], cache->payload + i * cache->payload_bytes))
            continue;
        cache->tags[i] = (struct sv_tag){0, 0};
        dropped++;
    }
    cache->count -= dropped;
    return dropped;
}

uint32_t sv_cache_drop_all(struct sv_cache *cache)
{
    uint32_t dropped = cache->count;
    if (dropped)
        memset(cache->tags, 0, (size_t)cache->sets * cache->ways * sizeof *cache->tags);
    cache->count = 0;
    return dropped;
}
