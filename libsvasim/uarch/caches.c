/* SPDX-License-Identifier: MIT */
/* caches.c - tags of every translation cache (section 6.2), and removal by scope. */
#include "uarch/caches.h"

#define VALID (UINT64_C(1) << 63)

_Static_assert(SV_CACHE_IOTLB_4K == 0 && SV_CACHE_IOTLB2_4K == 3, "see sv_caches_holds");

static const uint32_t payload_bytes[SV_CACHE_COUNT] = {
    [SV_CACHE_IOTLB_4K] = sizeof(struct sv_translation),
    [SV_CACHE_IOTLB_2M] = sizeof(struct sv_translation),
    [SV_CACHE_IOTLB_1G] = sizeof(struct sv_translation),
    [SV_CACHE_IOTLB2_4K] = sizeof(struct sv_translation),
    [SV_CACHE_IOTLB2_2M] = sizeof(struct sv_translation),
    [SV_CACHE_IOTLB2_1G] = sizeof(struct sv_translation),
    [SV_CACHE_CONTEXT] = sizeof(struct sv_context),
    [SV_CACHE_PASID] = sizeof(struct sv_pasid),
    [SV_CACHE_FS_L2] = sizeof(struct sv_table),
    [SV_CACHE_FS_L3] = sizeof(struct sv_table),
    [SV_CACHE_FS_L4] = sizeof(struct sv_table),
    [SV_CACHE_FS_L5] = sizeof(struct sv_table),
    [SV_CACHE_SS_L2] = sizeof(struct sv_table),
    [SV_CACHE_SS_L3] = sizeof(struct sv_table),
    [SV_CACHE_SS_L4] = sizeof(struct sv_table),
    [SV_CACHE_SS_L5] = sizeof(struct sv_table),
    [SV_CACHE_HPT_4K] = sizeof(struct sv_permission),
    [SV_CACHE_HPT_2M] = sizeof(struct sv_permission),
    [SV_CACHE_HPT_1G] = sizeof(struct sv_permission),
    [SV_CACHE_HPT_L2] = sizeof(struct sv_permission),
    [SV_CACHE_HPT_L3] = sizeof(struct sv_permission),
    [SV_CACHE_HPT_L4] = sizeof(struct sv_permission),
    [SV_CACHE_IEC] = sizeof(struct sv_irte),
};

/* By source id or by PASID, of which requests without have 0; where requester() puts them. */
static void divide(struct sv_cache *cache, const svasim_config *config)
{
    bool by_pasid = config->value[SV_KEY_PARTITION] == 2;
    sv_cache_divide(cache, (uint32_t)config->value[SV_KEY_PARTITIONS], by_pasid ? 16 : 0,
                    by_pasid ? 0xfffff : 0xffff);
}

bool sv_caches_init(struct sv_caches *caches, const svasim_config *config,
                    const svasim_alloc *alloc)
{
    caches->rng.state = config->value[SV_KEY_SEED];
    for (unsigned i = 0; i < SV_CACHE_COUNT; i++) {
        const uint64_t *key = &config->value[SV_KEY_CACHE(i, 0)];
        if (!key[SV_PART_ENABLED])
            continue;
        if (!sv_cache_init(&caches->cache[i], alloc, (uint32_t)key[SV_PART_SETS],
                           (uint32_t)key[SV_PART_WAYS], (enum sv_policy)key[SV_PART_POLICY],
                           config->value[SV_KEY_INDEX] != 0, payload_bytes[i]))
            return false;
        if (config->value[SV_KEY_PARTITION] && i <= SV_CACHE_IOTLB2_1G)
            divide(&caches->cache[i], config);
        caches->second_level |= i >= SV_CACHE_IOTLB2_4K && i <= SV_CACHE_IOTLB2_1G;
    }
    return true;
}

void sv_caches_free(struct sv_caches *caches, const svasim_alloc *alloc)
{
    for (unsigned i = 0; i < SV_CACHE_COUNT; i++)
        sv_cache_free(&caches->cache[i], alloc);
}

/* --- tags --- */

/* Who asked: entries of requests with and without PASID are kept apart. */
static inline uint64_t requester(uint16_t source_id, uint32_t pasid)
{
    uint64_t with = (uint64_t)pasid << 16 | UINT64_C(1) << 40;
    return VALID | source_id | (pasid == SVASIM_NO_PASID ? 0 : with);
}

static struct sv_tag iotlb_tag(const struct sv_lookup *key, unsigned shift)
{
    uint32_t pasid = key->has_pasid ? key->pasid : SVASIM_NO_PASID;
    return (struct sv_tag){key->address >> shift, requester(key->source_id, pasid)};
}

static struct sv_tag context_tag(const struct sv_lookup *key)
{
    return (struct sv_tag){0, VALID | key->source_id};
}

static struct sv_tag pasid_tag(const struct sv_lookup *key)
{
    return (struct sv_tag){key->pasid, VALID | key->source_id};
}

static struct sv_tag interrupt_tag(uint64_t index)
{
    return (struct sv_tag){index, VALID};
}

/* Bytes that an entry of `level` covers: 2^(3 + 9 * level) (level 2: 2 MiB). */
static unsigned span_shift(unsigned level)
{
    return 3 + 9 * level;
}

static struct sv_tag table_tag(const struct sv_lookup *key, unsigned level)
{
    uint64_t pasid = key->stage == 1 ? key->pasid : 0;
    return (struct sv_tag){key->address >> span_shift(level), VALID | key->domain_id | pasid << 16};
}

static enum sv_cache_id table_cache(unsigned stage, unsigned level)
{
    return (enum sv_cache_id)((stage == 1 ? SV_CACHE_FS_L2 : SV_CACHE_SS_L2) + level - 2);
}

/* Of a host permission table entry: level 2: 32 MiB, 3: 8 GiB, 4: 2 TiB (section 4.2.4). */
static unsigned permission_span_shift(unsigned level)
{
    return 9 + 8 * level;
}

static struct sv_tag permission_table_tag(const struct sv_lookup *key, unsigned level)
{
    return (struct sv_tag){key->address >> permission_span_shift(level), VALID | key->domain_id};
}

static svasim_cache_entry describe_permission(enum sv_cache_id id, struct sv_tag tag,
                                              const void *payload)
{
    const struct sv_permission *permission = payload;
    bool leaf = id <= SV_CACHE_HPT_1G;
    unsigned shift =
        leaf ? 12 + 9 * (id - SV_CACHE_HPT_4K) : permission_span_shift(2 + id - SV_CACHE_HPT_L2);
    bool with_pasid = leaf && (tag.upper >> 40 & 1);
    return (svasim_cache_entry){.address = tag.lower << shift,
                                .bytes = UINT64_C(1) << shift,
                                .pasid = with_pasid ? tag.upper >> 16 & 0xfffff : SVASIM_NO_PASID,
                                .source_id = leaf ? (uint16_t)tag.upper : 0,
                                .domain_id = permission->domain_id,
                                .with_pasid = with_pasid};
}

/* Tags as a host sees them. */
static svasim_cache_entry describe(enum sv_cache_id id, struct sv_tag tag, const void *payload)
{
    const struct sv_translation *t = payload;
    uint16_t low = (uint16_t)tag.upper; /* source id, or domain id of structure caches */
    if (id == SV_CACHE_CONTEXT) {
        const struct sv_context *context = payload;
        return (svasim_cache_entry){
            .pasid = SVASIM_NO_PASID, .source_id = low, .domain_id = context->domain_id};
    }
    if (id == SV_CACHE_PASID) {
        const struct sv_pasid *entry = payload;
        return (svasim_cache_entry){.pasid = (uint32_t)tag.lower,
                                    .source_id = low,
                                    .domain_id = entry->domain_id,
                                    .pgtt = entry->pgtt};
    }
    if (id <= SV_CACHE_IOTLB2_1G)
        return (svasim_cache_entry){.address = tag.lower << t->page_shift,
                                    .bytes = UINT64_C(1) << t->page_shift,
                                    .pasid = t->pgtt ? t->pasid : SVASIM_NO_PASID,
                                    .source_id = low,
                                    .domain_id = t->domain_id,
                                    .pgtt = t->pgtt,
                                    .with_pasid = tag.upper >> 40 & 1};
    if (id == SV_CACHE_IEC)
        return (svasim_cache_entry){.address = tag.lower, .pasid = SVASIM_NO_PASID};
    if (id >= SV_CACHE_HPT_4K)
        return describe_permission(id, tag, payload);
    bool second = id >= SV_CACHE_SS_L2;
    unsigned shift = span_shift(2 + (unsigned)(id - (second ? SV_CACHE_SS_L2 : SV_CACHE_FS_L2)));
    return (svasim_cache_entry){.address = tag.lower << shift,
                                .bytes = UINT64_C(1) << shift,
                                .pasid = second ? SVASIM_NO_PASID : tag.upper >> 16 & 0xfffff,
                                .domain_id = low};
}

/* --- lookups and fills --- */

static void put(struct sv_caches *caches, enum sv_cache_id id, struct sv_tag tag,
                const void *payload)
{
    if (caches->cache[id].enabled)
        caches->evicted += sv_cache_fill(&caches->cache[id], tag, payload, &caches->rng);
}

const struct sv_translation *sv_caches_iotlb(struct sv_caches *caches, uint64_t address,
                                             uint16_t source_id, uint32_t pasid)
{
    struct sv_tag tag = {address >> 12, requester(source_id, pasid)};
    const void *found = sv_cache_find(&caches->cache[SV_CACHE_IOTLB_4K], tag);
    if (found)
        return found;
    tag.lower = address >> 21;
    found = sv_cache_find(&caches->cache[SV_CACHE_IOTLB_2M], tag);
    if (found)
        return found;
    tag.lower = address >> 30;
    return sv_cache_find(&caches->cache[SV_CACHE_IOTLB_1G], tag);
}

const struct sv_translation *sv_caches_iotlb2(struct sv_caches *caches, uint64_t address,
                                              uint16_t source_id, uint32_t pasid)
{
    for (unsigned i = 0; i < 3; i++) {
        struct sv_tag tag = {address >> (12 + 9 * i), requester(source_id, pasid)};
        const void *found = sv_cache_find(&caches->cache[SV_CACHE_IOTLB2_4K + i], tag);
        if (!found)
            continue;
        put(caches, (enum sv_cache_id)(SV_CACHE_IOTLB_4K + i), tag, found);
        return found;
    }
    return NULL;
}

const void *sv_caches_context(struct sv_caches *caches, const struct sv_lookup *key)
{
    return sv_cache_find(&caches->cache[SV_CACHE_CONTEXT], context_tag(key));
}

const void *sv_caches_pasid(struct sv_caches *caches, const struct sv_lookup *key)
{
    return sv_cache_find(&caches->cache[SV_CACHE_PASID], pasid_tag(key));
}

const struct sv_irte *sv_caches_interrupt(struct sv_caches *caches, uint64_t index)
{
    return sv_cache_find(&caches->cache[SV_CACHE_IEC], interrupt_tag(index));
}

const struct sv_table *sv_caches_table(struct sv_caches *caches, const struct sv_lookup *key,
                                       uint8_t *out_level)
{
    for (unsigned level = 2; level <= key->level; level++) {
        struct sv_cache *cache = &caches->cache[table_cache(key->stage, level)];
        const void *found = sv_cache_find(cache, table_tag(key, level));
        if (found) {
            *out_level = (uint8_t)level;
            return found;
        }
    }
    return NULL;
}

const struct sv_permission *sv_caches_permission_table(struct sv_caches *caches,
                                                       const struct sv_lookup *key,
                                                       uint8_t *out_level)
{
    for (unsigned level = 2; level <= 4; level++) {
        struct sv_cache *cache = &caches->cache[SV_CACHE_HPT_L2 + level - 2];
        const void *found = sv_cache_find(cache, permission_table_tag(key, level));
        if (found) {
            *out_level = (uint8_t)level;
            return found;
        }
    }
    return NULL;
}

const struct sv_permission *sv_caches_permission(struct sv_caches *caches,
                                                 const struct sv_lookup *key)
{
    for (unsigned i = 0; i < 3; i++) {
        const struct sv_permission *found =
            sv_cache_find(&caches->cache[SV_CACHE_HPT_4K + i], iotlb_tag(key, 12 + 9 * i));
        if (!found)
            continue;
        struct sv_lookup table = *key;
        table.domain_id = found->domain_id;
        bool lower = i == 2 && sv_cache_peek(&caches->cache[SV_CACHE_HPT_L2],
                                             permission_table_tag(&table, 2)) != NULL;
        return lower ? NULL : found;
    }
    return NULL;
}

void sv_caches_fill(struct sv_caches *caches, enum sv_cache_id id, const struct sv_lookup *key,
                    const void *payload)
{
    struct sv_tag tag;
    if (id == SV_CACHE_CONTEXT) {
        tag = context_tag(key);
    } else if (id == SV_CACHE_PASID) {
        tag = pasid_tag(key);
    } else if (id == SV_CACHE_IOTLB_4K) {
        id = key->page_shift == 12   ? SV_CACHE_IOTLB_4K
             : key->page_shift == 21 ? SV_CACHE_IOTLB_2M
                                     : SV_CACHE_IOTLB_1G;
        tag = iotlb_tag(key, key->page_shift);
        if (caches->second_level)
            put(caches, (enum sv_cache_id)(id + SV_CACHE_IOTLB2_4K), tag, payload);
    } else if (id == SV_CACHE_IEC) {
        tag = interrupt_tag(key->address);
    } else if (id <= SV_CACHE_SS_L5) {
        tag = table_tag(key, key->level);
    } else if (id <= SV_CACHE_HPT_1G) {
        tag = iotlb_tag(key, key->page_shift);
    } else {
        tag = permission_table_tag(key, key->level);
    }
    put(caches, id, tag, payload);
}

bool sv_caches_next(const struct sv_caches *caches, enum sv_cache_id id, uint32_t *slot,
                    svasim_cache_entry *out)
{
    struct sv_tag tag;
    const void *payload = sv_cache_next(&caches->cache[id], slot, &tag);
    if (payload)
        *out = describe(id, tag, payload);
    return payload != NULL;
}

bool sv_caches_holds(const struct sv_caches *caches, enum sv_cache_id id,
                     const struct sv_lookup *key)
{
    const struct sv_cache *cache = &caches->cache[id];
    if (id == SV_CACHE_CONTEXT)
        return sv_cache_peek(cache, context_tag(key)) != NULL;
    if (id == SV_CACHE_PASID)
        return sv_cache_peek(cache, pasid_tag(key)) != NULL;
    if (id <= SV_CACHE_IOTLB2_1G)
        return sv_cache_peek(cache, iotlb_tag(key, 12 + 9 * (id % 3u))) != NULL;
    if (id == SV_CACHE_IEC)
        return sv_cache_peek(cache, interrupt_tag(key->address)) != NULL;
    if (id >= SV_CACHE_HPT_L2)
        return sv_cache_peek(cache, permission_table_tag(key, 2 + id - SV_CACHE_HPT_L2)) != NULL;
    if (id >= SV_CACHE_HPT_4K)
        return sv_cache_peek(cache, iotlb_tag(key, 12 + 9 * (id - SV_CACHE_HPT_4K))) != NULL;
    unsigned stage = id >= SV_CACHE_SS_L2 ? 2 : 1;
    unsigned level = 2 + (unsigned)(id - (stage == 2 ? SV_CACHE_SS_L2 : SV_CACHE_FS_L2));
    struct sv_lookup sized = *key;
    sized.stage = (uint8_t)stage;
    return sv_cache_peek(cache, table_tag(&sized, level)) != NULL;
}

const struct sv_context *sv_caches_peek_context(const struct sv_caches *caches,
                                                const struct sv_lookup *key)
{
    return sv_cache_peek(&caches->cache[SV_CACHE_CONTEXT], context_tag(key));
}

const struct sv_table *sv_caches_peek_table(const struct sv_caches *caches,
                                            const struct sv_lookup *key)
{
    return sv_cache_peek(&caches->cache[table_cache(key->stage, 2)], table_tag(key, 2));
}

const struct sv_pasid *sv_caches_peek_pasid(const struct sv_caches *caches,
                                            const struct sv_lookup *key)
{
    return sv_cache_peek(&caches->cache[SV_CACHE_PASID], pasid_tag(key));
}

/* --- removal --- */

struct criterion {
    const struct sv_scope *scope;
    unsigned span; /* structure caches: log2 of what an entry covers */
};

static bool same_block(const struct sv_scope *scope, uint64_t address, unsigned shift)
{
    unsigned coarse = shift > scope->block_shift ? shift : scope->block_shift;
    if (coarse >= 64)
        return true;
    uint64_t differs = (address ^ scope->address) & low_mask(scope->address_width);
    return differs >> coarse == 0;
}

static bool matches(const struct sv_scope *scope, uint8_t cell, uint16_t domain_id, uint32_t pasid,
                    uint64_t address, unsigned shift)
{
    if (cell == SV_MATCH_NONE)
        return false;
    return !((cell & SV_MATCH_D) && domain_id != scope->domain_id) &&
           !((cell & SV_MATCH_P) && pasid != scope->pasid) &&
           !((cell & SV_MATCH_A) && !same_block(scope, address, shift));
}

/* Is the block too small to remove a page of this size (policy.am_inside_large_page)? */
static bool spares(const struct sv_scope *scope, unsigned page_shift)
{
    return scope->spares_larger && page_shift > scope->block_shift;
}

static bool match_iotlb(const void *criterion, struct sv_tag tag, const void *payload)
{
    const struct sv_scope *scope = ((const struct criterion *)criterion)->scope;
    const struct sv_translation *t = payload;
    bool first = t->pgtt == SV_PGTT_FIRST || t->pgtt == SV_PGTT_NESTED;
    uint8_t cell = first ? scope->iotlb_first : scope->iotlb_second;
    if ((cell & SV_MATCH_A) && spares(scope, t->page_shift))
        return false;
    return matches(scope, cell, t->domain_id, t->pasid, tag.lower << t->page_shift, t->page_shift);
}

static bool match_context(const void *criterion, struct sv_tag tag, const void *payload)
{
    const struct sv_scope *scope = ((const struct criterion *)criterion)->scope;
    const struct sv_context *context = payload;
    if ((scope->context & SV_MATCH_S) && ((tag.upper ^ scope->source_id) & scope->source_mask))
        return false;
    return matches(scope, scope->context, context->domain_id, 0, 0, 0);
}

static bool match_pasid(const void *criterion, struct sv_tag tag, const void *payload)
{
    const struct sv_scope *scope = ((const struct criterion *)criterion)->scope;
    const struct sv_pasid *entry = payload;
    return matches(scope, scope->pasid_cache, entry->domain_id, (uint32_t)tag.lower, 0, 0);
}

static bool match_first_table(const void *criterion, struct sv_tag tag, const void *payload)
{
    const struct criterion *c = criterion;
    (void)payload;
    return matches(c->scope, c->scope->first_tables, (uint16_t)tag.upper,
                   (uint32_t)(tag.upper >> 16 & 0xfffff), tag.lower << c->span, c->span);
}

static bool match_second_table(const void *criterion, struct sv_tag tag, const void *payload)
{
    const struct criterion *c = criterion;
    (void)payload;
    return matches(c->scope, c->scope->second_tables, (uint16_t)tag.upper, 0, tag.lower << c->span,
                   c->span);
}

static bool match_permission(const void *criterion, struct sv_tag tag, const void *payload)
{
    const struct criterion *c = criterion;
    const struct sv_permission *permission = payload;
    bool leaf = c->span == 12 || c->span == 21 || c->span == 30; /* no table has these spans */
    if (leaf && (c->scope->permissions & SV_MATCH_A) && spares(c->scope, c->span))
        return false;
    return permission->level <= c->scope->permission_levels &&
           matches(c->scope, c->scope->permissions, permission->domain_id, 0, tag.lower << c->span,
                   c->span);
}

static uint32_t drop_permissions(struct sv_caches *caches, const struct sv_scope *scope)
{
    uint32_t dropped = 0;
    for (unsigned i = 0; i < 3; i++) {
        struct criterion page = {scope, 12 + 9 * i}, table = {scope, permission_span_shift(2 + i)};
        dropped += sv_cache_drop(&caches->cache[SV_CACHE_HPT_4K + i], match_permission, &page);
        dropped += sv_cache_drop(&caches->cache[SV_CACHE_HPT_L2 + i], match_permission, &table);
    }
    return dropped;
}

static bool match_interrupt(const void *criterion, struct sv_tag tag, const void *payload)
{
    const struct sv_scope *scope = ((const struct criterion *)criterion)->scope;
    (void)payload;
    return scope->interrupts == SV_MATCH_ALL ||
           ((tag.lower ^ scope->index) & scope->index_mask) == 0;
}

uint32_t sv_caches_invalidate(struct sv_caches *caches, const struct sv_scope *scope)
{
    struct criterion c = {scope, 0};
    uint32_t dropped = 0;
    for (unsigned i = SV_CACHE_IOTLB_4K; i <= SV_CACHE_IOTLB2_1G; i++)
        if (scope->iotlb_first || scope->iotlb_second)
            dropped += sv_cache_drop(&caches->cache[i], match_iotlb, &c);
    if (scope->context)
        dropped += sv_cache_drop(&caches->cache[SV_CACHE_CONTEXT], match_context, &c);
    if (scope->pasid_cache)
        dropped += sv_cache_drop(&caches->cache[SV_CACHE_PASID], match_pasid, &c);
    if (scope->interrupts)
        dropped += sv_cache_drop(&caches->cache[SV_CACHE_IEC], match_interrupt, &c);
    for (unsigned level = 2; level <= 5; level++) {
        c.span = span_shift(level);
        if (scope->first_tables)
            dropped += sv_cache_drop(&caches->cache[table_cache(1, level)], match_first_table, &c);
        if (scope->second_tables)
            dropped += sv_cache_drop(&caches->cache[table_cache(2, level)], match_second_table, &c);
    }
    if (scope->permissions)
        dropped += drop_permissions(caches, scope);
    return dropped;
}

uint32_t sv_caches_flush(struct sv_caches *caches)
{
    uint32_t dropped = 0;
    for (unsigned i = 0; i < SV_CACHE_COUNT; i++)
        if (i != SV_CACHE_IEC)
            dropped += sv_cache_drop_all(&caches->cache[i]);
    return dropped;
}

uint32_t sv_caches_flush_interrupts(struct sv_caches *caches)
{
    return sv_cache_drop_all(&caches->cache[SV_CACHE_IEC]);
}
