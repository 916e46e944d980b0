/* SPDX-License-Identifier: MIT */
/* caches.h - the translation caches of one unit: which tag each uses, how the walk's lookups and
 * fills reach them, and how an invalidation scope empties them. */
#ifndef SV_UARCH_CACHES_H
#define SV_UARCH_CACHES_H

#include "arch/invalidate.h"
#include "arch/walk.h"
#include "spec/tables.h"
#include "uarch/cache.h"

struct sv_caches {
    struct sv_cache cache[SV_CACHE_COUNT];
    struct sv_rng rng;
    uint64_t evicted;
    bool second_level; /* of the IOTLB */
};

bool sv_caches_init(struct sv_caches *caches, const svasim_config *config,
                    const svasim_alloc *alloc);
void sv_caches_free(struct sv_caches *caches, const svasim_alloc *alloc);

/* `pasid` of the request: SVASIM_NO_PASID finds entries of requests-without-PASID. */
const struct sv_translation *sv_caches_iotlb(struct sv_caches *caches, uint64_t address,
                                             uint16_t source_id, uint32_t pasid);
/* The same of the second level; what it has goes into the first. Only if `second_level`.
 *
 * Model choice: neither level excludes or includes the other: walks fill both, a hit of the second
 * is copied, and what the first gives up is not handed down. */
const struct sv_translation *sv_caches_iotlb2(struct sv_caches *caches, uint64_t address,
                                              uint16_t source_id, uint32_t pasid);
const void *sv_caches_context(struct sv_caches *caches, const struct sv_lookup *key);
const void *sv_caches_pasid(struct sv_caches *caches, const struct sv_lookup *key);
const struct sv_irte *sv_caches_interrupt(struct sv_caches *caches, uint64_t index);
/* Deepest table known for key->stage below key->level; *out_level is the level of the entry that
 * points to it. */
const struct sv_table *sv_caches_table(struct sv_caches *caches, const struct sv_lookup *key,
                                       uint8_t *out_level);
/* Host permission of a page, and the deepest host permission table known for it. Where both know
 * the page, the lower level counts (section 6.2). */
const struct sv_permission *sv_caches_permission(struct sv_caches *caches,
                                                 const struct sv_lookup *key);
const struct sv_permission *sv_caches_permission_table(struct sv_caches *caches,
                                                       const struct sv_lookup *key,
                                                       uint8_t *out_level);
void sv_caches_fill(struct sv_caches *caches, enum sv_cache_id id, const struct sv_lookup *key,
                    const void *payload);
/* Remove what the scope covers; returns how many entries went. */
uint32_t sv_caches_invalidate(struct sv_caches *caches, const struct sv_scope *scope);
/* Empty the translation caches, or the interrupt entry cache. */
uint32_t sv_caches_flush(struct sv_caches *caches);
uint32_t sv_caches_flush_interrupts(struct sv_caches *caches);
/* The next valid entry at or behind `*slot` (sv_cache_next), by its tags; false at the end. */
bool sv_caches_next(const struct sv_caches *caches, enum sv_cache_id id, uint32_t *slot,
                    svasim_cache_entry *out);
/* Would a lookup in this cache hit? For an IOTLB, key->has_pasid chooses the entry type; for the
 * interrupt entry cache, key->address is the index. */
bool sv_caches_holds(const struct sv_caches *caches, enum sv_cache_id id,
                     const struct sv_lookup *key);

/* Cached context or PASID entry without counting as a use; NULL if there is none. */
const struct sv_context *sv_caches_peek_context(const struct sv_caches *caches,
                                                const struct sv_lookup *key);
/* The same of a table of 4 KiB pages of key->stage. */
const struct sv_table *sv_caches_peek_table(const struct sv_caches *caches,
                                            const struct sv_lookup *key);
const struct sv_pasid *sv_caches_peek_pasid(const struct sv_caches *caches,
                                            const struct sv_lookup *key);

#endif
