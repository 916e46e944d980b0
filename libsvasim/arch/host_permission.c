/* SPDX-License-Identifier: MIT */
/* host_permission.c - may a translated request touch its host page? The host permission table of
 * its PASID entry says so (section 4.2.4): four levels of entries that hold permissions of pages
 * beside the pointer to the next table. Rights of a page that no entry names are none.
 * Not modelled: prefetch of the host permission after a translation request (allowed, never
 * required; section 4.2.4). */
#include "arch/walk.h"

#include "spec/tables.h"

#define TOP_LEVEL 4u

static enum sv_ask judge_leaf_cache(struct sv_walk *walk);
static enum sv_ask judge_table_cache(struct sv_walk *walk);
static enum sv_ask read_entry(struct sv_walk *walk);
static enum sv_ask judge_entry(struct sv_walk *walk);
static enum sv_ask use_entry(struct sv_walk *walk, bool keep);
static enum sv_ask judge_rights(struct sv_walk *walk);

/* Bytes that an entry of `level` covers, as a power of two: 128 KiB, 32 MiB, 8 GiB, 2 TiB. */
static unsigned span_shift(unsigned level)
{
    return 9 + 8 * level;
}

/* Bytes of a page whose permission such an entry holds: 4 KiB, 2 MiB, 1 GiB. */
static unsigned page_shift(unsigned level)
{
    return 3 + 9 * level;
}

enum sv_ask sv_host_permission(struct sv_walk *walk)
{
    if (!walk->has_pasid)
        walk->pasid = walk->context.rid_pasid;
    if (!walk->rules->has_hpt_leaf_cache)
        return sv_walk_pasid(walk);
    walk->key = sv_hit_key(walk->request);
    walk->judge = judge_leaf_cache;
    return SV_ASK_HPT_LEAF;
}

static enum sv_ask judge_leaf_cache(struct sv_walk *walk)
{
    const struct sv_permission *found = walk->found;
    if (!found)
        return sv_walk_pasid(walk);
    walk->permission = *found;
    walk->fpd |= found->fpd;
    return judge_rights(walk);
}

enum sv_ask sv_host_permission_tables(struct sv_walk *walk)
{
    REQUIRE(walk, fits_width(walk->request->address, walk->entry.hpt_width), SPT_9);
    walk->ss.address = walk->request->address;
    walk->ss.level = TOP_LEVEL;
    walk->ss.table = walk->entry.hpt_root;
    if (!walk->rules->has_hpt_table_cache)
        return read_entry(walk);
    walk->key.address = walk->request->address;
    walk->key.domain_id = walk->entry.hpt_domain_id;
    walk->judge = judge_table_cache;
    return SV_ASK_HPT_TABLE;
}

/* Model choice: the structure caches keep entries whole, so that a page whose permission stands in
 * an entry that also leads on is found there (section 6.2.6). */
static enum sv_ask judge_table_cache(struct sv_walk *walk)
{
    const struct sv_permission *found = walk->found;
    if (!found)
        return read_entry(walk);
    walk->ss.level = walk->found_level;
    walk->words[0] = found->words[0];
    walk->words[1] = found->words[1];
    return use_entry(walk, false);
}

/* Tables have 256 entries of 16 bytes; only the root is larger, by the bits from 49 on. */
static enum sv_ask read_entry(struct sv_walk *walk)
{
    const struct sv_stage_state *state = &walk->ss;
    uint64_t index = state->address >> span_shift(state->level);
    if (state->level != TOP_LEVEL)
        index &= 0xff;
    return sv_ask_read(walk, SV_READING_HPT, state->table + 16 * index, 16, judge_entry);
}

/* The permission that the entry holds for the page, SVASIM_R | SVASIM_W. */
static uint8_t permission_of(const struct sv_walk *walk)
{
    unsigned level = walk->ss.level;
    if (level == TOP_LEVEL)
        return 0;
    unsigned shift = page_shift(level);
    unsigned bit = 4 * (unsigned)(walk->ss.address >> shift & low_mask(span_shift(level) - shift));
    return walk->words[bit / 64] >> bit % 64 & 3;
}

static enum sv_ask descend(struct sv_walk *walk, bool keep)
{
    struct sv_stage_state *state = &walk->ss;
    state->table = sv_hpt_l4_entry_addr(walk->words);
    state->level--;
    if (!walk->rules->has_hpt_table_cache || !keep)
        return read_entry(walk);
    walk->permission = (struct sv_permission){
        .words = {walk->words[0], walk->words[1]},
        .domain_id = walk->entry.hpt_domain_id,
        .level = (uint8_t)(state->level + 1),
    };
    walk->key.address = state->address;
    walk->key.domain_id = walk->entry.hpt_domain_id;
    walk->key.level = walk->permission.level;
    walk->fill_cache = (uint8_t)(SV_CACHE_HPT_L2 + state->level - 1);
    walk->fill = &walk->permission;
    walk->judge = read_entry;
    return SV_ASK_FILL;
}

/* The walk is over: keep what it found, then judge. An entry that says nothing at all is never
 * kept; whether a page without permission is, is a policy (section 6.2). */
static enum sv_ask end_of_walk(struct sv_walk *walk, uint8_t rights, bool keep)
{
    const struct sv_stage_state *state = &walk->ss;
    walk->permission = (struct sv_permission){
        .domain_id = walk->entry.hpt_domain_id,
        .level = state->level,
        .rights = rights,
        .fpd = walk->fpd,
    };
    if (!walk->rules->has_hpt_leaf_cache || !keep ||
        (rights == 0 && !walk->rules->hpt_keeps_denied))
        return judge_rights(walk);
    walk->key = sv_hit_key(walk->request);
    walk->key.page_shift = (uint8_t)page_shift(state->level);
    walk->fill_cache = (uint8_t)(SV_CACHE_HPT_4K + state->level - 1);
    walk->fill = &walk->permission;
    walk->judge = judge_rights;
    return SV_ASK_FILL;
}

/* `keep`: it comes from memory. */
static enum sv_ask use_entry(struct sv_walk *walk, bool keep)
{
    const uint64_t *e = walk->words;
    unsigned level = walk->ss.level;
    uint8_t rights = permission_of(walk);
    if (level > 1 && rights == 0 && sv_hpt_l4_entry_av(e))
        return descend(walk, keep);
    bool says_something = e[0] != 0 || (level == 1 && e[1] != 0);
    return end_of_walk(walk, rights, level != TOP_LEVEL && says_something);
}

static enum sv_ask judge_entry(struct sv_walk *walk)
{
    const uint64_t *e = walk->words, *reserved = walk->rules->hpt_rsvd[walk->ss.level];
    if (walk->ss.level == TOP_LEVEL)
        REQUIRE(walk, walk->ok, HPT_3);
    REQUIRE(walk, walk->ok, HPT_1);
    REQUIRE(walk, !((e[0] & reserved[0]) | (e[1] & reserved[1])), HPT_2);
    return use_entry(walk, true);
}

/* --- rights, section 4.2.4.1 --- */

static enum sv_ask judge_rights(struct sv_walk *walk)
{
    const svasim_request *request = walk->request;
    uint8_t rights = walk->permission.rights;
    bool zero_length = request->length == 0 && sv_rules_has(walk->rules, SV_CAP_ZLR);
    REQUIRE(walk, request->op == SVASIM_READ || (rights & SVASIM_W), HPT_5);
    REQUIRE(walk, !zero_length || rights != 0, HPT_4);
    REQUIRE(walk, request->op == SVASIM_WRITE || zero_length || (rights & SVASIM_R), HPT_6);
    walk->out->pa = request->address;
    walk->out->rights = rights;
    return sv_walk_done(walk);
}
