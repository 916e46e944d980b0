/* SPDX-License-Identifier: MIT */
/* first_stage.c - CPU-format page walks of 4 and 5 levels, section 3.6, alone or nested (3.8).
 * Nested, every table access takes a detour through the second stage and resumes here. */
#include "arch/walk.h"

#include "base/hints.h"
#include "spec/tables.h"

#define ENTRY_P  (sv_first_leaf_4k_p_mask())
#define ENTRY_RW (sv_first_leaf_4k_rw_mask())
#define ENTRY_US (sv_first_leaf_4k_us_mask())
#define ENTRY_A  (sv_first_leaf_4k_a_mask())
#define ENTRY_EA (sv_first_leaf_4k_ea_mask())
#define ENTRY_PS (sv_first_table_ps_mask())

static enum sv_ask judge_found(struct sv_walk *walk);
static enum sv_ask judge_entry(struct sv_walk *walk);

static bool is_nested(const struct sv_walk *walk)
{
    return walk->entry.pgtt == SV_PGTT_NESTED;
}

/* Bits 63..N-1 all equal, N = 48 or 57 by FSPM. */
static bool is_canonical(uint64_t address, unsigned levels)
{
    uint64_t upper = address >> (levels == 5 ? 56 : 47);
    return upper == 0 || upper == (levels == 5 ? 0xffu : 0x1ffffu);
}

static uint64_t entry_offset(const struct sv_stage_state *fs)
{
    return 8 * (fs->address >> (3 + 9 * fs->level) & 0x1ff);
}

/* --- tables: the address goes on as an argument, because the next read waits for it --- */

static inline enum sv_ask read_entry(struct sv_walk *walk, uint64_t table)
{
    return sv_ask_read(walk, SV_READING_FIRST, table + entry_offset(&walk->fs), 8, judge_entry);
}

static enum sv_ask judge_filled(struct sv_walk *walk)
{
    return read_entry(walk, walk->fs.table);
}

/* The table's host address is known: remember the path to it, then read. */
static enum sv_ask fill_table(struct sv_walk *walk)
{
    struct sv_stage_state *fs = &walk->fs;
    walk->table_fill = (struct sv_table){
        .base = fs->table,
        .base_gpa = fs->table_gpa,
        .granted = fs->granted,
        .writable = walk->holder_writable,
        .dirty = walk->holder_dirty,
    };
    walk->key.address = fs->address;
    walk->key.pasid = walk->pasid;
    walk->key.domain_id = walk->entry.domain_id;
    walk->key.stage = 1;
    walk->key.level = fs->level + 1;
    walk->fill_cache = (uint8_t)(SV_CACHE_FS_L2 + fs->level - 1);
    walk->fill = &walk->table_fill;
    walk->judge = judge_filled;
    return SV_ASK_FILL;
}

static inline enum sv_ask table_is_open(struct sv_walk *walk, uint64_t table)
{
    walk->fs.table = table;
    if (walk->rules->has_fs_cache && walk->fs.level != walk->entry.first_levels)
        return fill_table(walk);
    return read_entry(walk, table);
}

static enum sv_ask table_translated(struct sv_walk *walk)
{
    return table_is_open(walk, walk->ss.target & ~low_mask(12));
}

static inline enum sv_ask open_table(struct sv_walk *walk, uint64_t address)
{
    walk->fs.table_gpa = address;
    if (is_nested(walk))
        return sv_second_stage(walk, address + entry_offset(&walk->fs), SV_PURPOSE_TABLE_READ,
                               table_translated);
    return table_is_open(walk, address);
}

/* --- the top --- */

static enum sv_ask judge_found(struct sv_walk *walk)
{
    const struct sv_table *table = walk->found;
    struct sv_stage_state *fs = &walk->fs;
    if (!table)
        return open_table(walk, walk->entry.first_root);
    fs->level = walk->found_level - 1;
    fs->table = table->base;
    fs->table_gpa = table->base_gpa;
    fs->granted = table->granted;
    walk->holder_writable = table->writable;
    walk->holder_dirty = table->dirty;
    if (walk->rules->us_early)
        REQUIRE(walk, walk->privileged || (fs->granted & ENTRY_US), SGN_2);
    return read_entry(walk, fs->table);
}

enum sv_ask sv_first_stage(struct sv_walk *walk)
{
    const struct sv_pasid *entry = &walk->entry;
    struct sv_stage_state *fs = &walk->fs;
    REQUIRE(walk, is_canonical(walk->request->address, entry->first_levels), SGN_1);
    fs->address = walk->request->address;
    fs->level = entry->first_levels;
    fs->granted = UINT64_MAX;
    walk->holder_writable = walk->holder_dirty = true; /* nested: told by each table's page */
    if (entry->pgtt == SV_PGTT_FIRST && !walk->rules->us_early)
        walk->plain = &walk->rules->first_plain[entry->eafe];
    if (!walk->rules->has_fs_cache)
        return open_table(walk, entry->first_root);
    walk->key.address = walk->request->address;
    walk->key.pasid = walk->pasid;
    walk->key.domain_id = entry->domain_id;
    walk->key.stage = 1;
    walk->key.level = entry->first_levels;
    walk->judge = judge_found;
    return SV_ASK_TABLE;
}

/* --- entries --- */

static bool is_leaf(unsigned level, uint64_t e)
{
    return level == 1 || (level <= 3 && (e & ENTRY_PS));
}

static enum sv_ask leaf_found(struct sv_walk *walk)
{
    struct sv_stage_state *fs = &walk->fs;
    fs->shift = (uint8_t)(3 + 9 * fs->level);
    uint64_t offset = low_mask(fs->shift);
    fs->target = (fs->entry & sv_first_leaf_4k_addr_mask() & ~offset) | (fs->address & offset);
    if (is_nested(walk))
        return sv_second_stage(walk, fs->target, SV_PURPOSE_PAGE, sv_finish);
    return sv_finish(walk);
}

/* Entry `e` raised no objection, and its flags are set: go down, or end. */
static enum sv_ask accept_entry(struct sv_walk *walk, uint64_t e, bool leaf)
{
    struct sv_stage_state *fs = &walk->fs;
    fs->granted &= e;
    if (leaf) {
        fs->entry = e;
        return leaf_found(walk);
    }
    fs->level--;
    return open_table(walk, e & sv_first_table_addr_mask());
}

/* --- accessed flags, section 3.6.2 --- */

static enum sv_ask judge_update(struct sv_walk *walk)
{
    if (walk->update == SVASIM_UPDATE_LOST && ++walk->tries < walk->rules->update_tries) {
        walk->ok = true;
        return judge_entry(walk); /* words[0] holds what software wrote meanwhile */
    }
    REQUIRE(walk, walk->update == SVASIM_UPDATE_DONE, SFS_10);
    return accept_entry(walk, walk->desired, is_leaf(walk->fs.level, walk->desired));
}

static enum sv_ask update_entry(struct sv_walk *walk)
{
    struct sv_stage_state *fs = &walk->fs;
    uint64_t flags = ENTRY_A | (walk->entry.eafe ? ENTRY_EA : 0);
    return sv_ask_update(walk, fs->hpa, fs->entry, fs->entry | flags, judge_update);
}

/* A flag must be set: may the walker write here, and does the second stage see the write? */
static enum sv_ask prepare_update(struct sv_walk *walk)
{
    struct sv_stage_state *fs = &walk->fs;
    REQUIRE(walk, walk->entry.pwsnp, SFS_9);
    REQUIRE(walk, walk->holder_writable, SFS_8);
    if (walk->entry.ssade && !walk->holder_dirty)
        return sv_second_stage(walk, fs->table_gpa + entry_offset(fs), SV_PURPOSE_TABLE_WRITE,
                               update_entry);
    return update_entry(walk);
}

/* An entry that needs a closer look, check by check. */
static SV_SELDOM enum sv_ask judge_closely(struct sv_walk *walk)
{
    struct sv_stage_state *fs = &walk->fs;
    const struct sv_pasid *entry = &walk->entry;
    uint64_t e = walk->words[0];
    bool leaf = is_leaf(fs->level, e);
    fs->hpa = walk->hpa;
    if (!walk->ok)
        return sv_walk_fault(walk, fs->level == entry->first_levels ? SVASIM_FAULT_SFS_4
                                                                    : SVASIM_FAULT_SFS_1);
    REQUIRE(walk, e & ENTRY_P, SFS_2);
    REQUIRE(walk, !(e & walk->rules->first_rsvd[fs->level][leaf]), SFS_3);
    /* Flags in the place of a large page's low address bits lie far below the width. */
    REQUIRE(walk, !is_nested(walk) || fits_width(e & sv_first_leaf_4k_addr_mask(), entry->width),
            SFS_5);
    if (walk->rules->us_early)
        REQUIRE(walk, walk->privileged || (e & ENTRY_US), SGN_2);
    fs->entry = e;
    bool flags_missing = !(e & ENTRY_A) || (entry->eafe && !(e & ENTRY_EA));
    /* A leaf that a write may dirty gets A together with D at the end, in one update. */
    if (flags_missing && !(leaf && sv_wants_dirty(walk->rules, walk->request)))
        return prepare_update(walk);
    return accept_entry(walk, e, leaf);
}

/* The common entry of a first stage alone, in one comparison: present, its flags set, no reserved
 * bit. */
static inline bool is_plain(const struct sv_plain *plain, unsigned level, uint64_t e)
{
    return (e & plain->cares[level][(e & ENTRY_PS) != 0]) == plain->settled;
}

static enum sv_ask judge_entry(struct sv_walk *walk)
{
    struct sv_stage_state *fs = &walk->fs;
    uint64_t e = walk->words[0];
    if (!walk->ok || !walk->plain || !is_plain(walk->plain, fs->level, e))
        return judge_closely(walk);
    fs->granted &= e;
    if (fs->level == 1 || (e & ENTRY_PS)) {
        fs->entry = e;
        fs->hpa = walk->hpa;
        return leaf_found(walk);
    }
    uint64_t table = e & sv_first_table_addr_mask();
    fs->level--;
    if (!walk->rules->has_fs_cache)
        return read_entry(walk, table);
    fs->table = fs->table_gpa = table;
    return fill_table(walk);
}
