/* SPDX-License-Identifier: MIT */
/* first_stage.c - CPU-format page walks of 4 and 5 levels, section 3.6, alone or nested (3.8).
 * Nested, every table access takes a detour through the second stage and resumes here. */
#include "arch/walk.h"

#include "spec/tables.h"

#define ENTRY_P  (sv_first_leaf_4k_p_mask())
#define ENTRY_RW (sv_first_leaf_4k_rw_mask())
#define ENTRY_US (sv_first_leaf_4k_us_mask())
#define ENTRY_A  (sv_first_leaf_4k_a_mask())
#define ENTRY_EA (sv_first_leaf_4k_ea_mask())
#define ENTRY_PS (sv_first_table_ps_mask())

static enum sv_ask judge_found(struct sv_walk *walk);
static enum sv_ask read_entry(struct sv_walk *walk);
static enum sv_ask judge_entry(struct sv_walk *walk);
static enum sv_ask accept_entry(struct sv_walk *walk);
static enum sv_ask open_table(struct sv_walk *walk, uint64_t address);

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

enum sv_ask sv_first_stage(struct sv_walk *walk)
{
    const struct sv_pasid *entry = &walk->entry;
    struct sv_stage_state *fs = &walk->fs;
    REQUIRE(walk, is_canonical(walk->request.address, entry->first_levels), SGN_1);
    fs->address = walk->request.address;
    fs->level = entry->first_levels;
    fs->write = fs->other = true;
    walk->holder_writable = walk->holder_dirty = true; /* nested: told by each table's page */
    walk->fast_first = entry->pgtt == SV_PGTT_FIRST && !walk->rules->us_early;
    walk->first_settled = ENTRY_P | ENTRY_A | (entry->eafe ? ENTRY_EA : 0);
    if (!walk->rules->has_fs_cache)
        return open_table(walk, entry->first_root);
    walk->key.address = walk->request.address;
    walk->key.pasid = walk->pasid;
    walk->key.domain_id = entry->domain_id;
    walk->key.stage = 1;
    walk->key.level = entry->first_levels;
    walk->judge = judge_found;
    return SV_ASK_TABLE;
}

static enum sv_ask judge_found(struct sv_walk *walk)
{
    const struct sv_table *table = walk->found;
    struct sv_stage_state *fs = &walk->fs;
    if (!table)
        return open_table(walk, walk->entry.first_root);
    fs->level = walk->found_level - 1;
    fs->table = table->base;
    fs->table_gpa = table->base_gpa;
    fs->write = table->write;
    fs->other = table->other;
    walk->holder_writable = table->writable;
    walk->holder_dirty = table->dirty;
    if (walk->rules->us_early)
        REQUIRE(walk, walk->privileged || fs->other, SGN_2);
    return read_entry(walk);
}

/* The table's host address is known: remember the path to it, then read. */
static enum sv_ask table_is_open(struct sv_walk *walk)
{
    struct sv_stage_state *fs = &walk->fs;
    if (fs->level == walk->entry.first_levels || !walk->rules->has_fs_cache)
        return read_entry(walk);
    walk->table_fill = (struct sv_table){
        .base = fs->table,
        .base_gpa = fs->table_gpa,
        .write = fs->write,
        .other = fs->other,
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
    walk->judge = read_entry;
    return SV_ASK_FILL;
}

static enum sv_ask table_translated(struct sv_walk *walk)
{
    walk->fs.table = walk->ss.target & ~low_mask(12);
    return table_is_open(walk);
}

static enum sv_ask open_table(struct sv_walk *walk, uint64_t address)
{
    struct sv_stage_state *fs = &walk->fs;
    fs->table_gpa = address;
    if (is_nested(walk))
        return sv_second_stage(walk, address + entry_offset(fs), SV_PURPOSE_TABLE_READ,
                               table_translated);
    fs->table = address;
    return table_is_open(walk);
}

static enum sv_ask read_entry(struct sv_walk *walk)
{
    walk->fs.hpa = walk->fs.table + entry_offset(&walk->fs);
    return sv_ask_read(walk, SV_READING_FIRST, walk->fs.hpa, 8, judge_entry);
}

/* --- accessed flags, section 3.6.2 --- */

static enum sv_ask judge_update(struct sv_walk *walk)
{
    if (walk->update == SVASIM_UPDATE_LOST && ++walk->tries < walk->rules->update_tries) {
        walk->ok = true;
        return judge_entry(walk); /* words[0] holds what software wrote meanwhile */
    }
    REQUIRE(walk, walk->update == SVASIM_UPDATE_DONE, SFS_10);
    walk->fs.entry = walk->desired;
    return accept_entry(walk);
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
    REQUIRE(walk, !is_nested(walk) || walk->holder_writable, SFS_8);
    if (is_nested(walk) && walk->entry.ssade && !walk->holder_dirty)
        return sv_second_stage(walk, fs->table_gpa + entry_offset(fs), SV_PURPOSE_TABLE_WRITE,
                               update_entry);
    return update_entry(walk);
}

/* --- entries --- */

static bool is_leaf(const struct sv_stage_state *fs, uint64_t e)
{
    return fs->level == 1 || (fs->level <= 3 && (e & ENTRY_PS));
}

static enum sv_ask judge_entry(struct sv_walk *walk)
{
    struct sv_stage_state *fs = &walk->fs;
    const struct sv_pasid *entry = &walk->entry;
    uint64_t e = walk->words[0];
    if (walk->ok && walk->fast_first && (e & walk->first_settled) == walk->first_settled &&
        !(e & walk->rules->first_rsvd[fs->level][is_leaf(fs, e)])) {
        fs->entry = e; /* nothing below could object */
        return accept_entry(walk);
    }
    if (!walk->ok)
        return sv_walk_fault(walk, fs->level == entry->first_levels ? SVASIM_FAULT_SFS_4
                                                                    : SVASIM_FAULT_SFS_1);
    bool leaf = is_leaf(fs, e);
    REQUIRE(walk, e & ENTRY_P, SFS_2);
    REQUIRE(walk, !(e & walk->rules->first_rsvd[fs->level][leaf]), SFS_3);
    if (is_nested(walk)) {
        uint64_t frame = e & sv_first_leaf_4k_addr_mask();
        if (leaf)
            frame &= ~low_mask(3u + 9u * fs->level);
        REQUIRE(walk, fits_width(frame, entry->width), SFS_5);
    }
    if (walk->rules->us_early)
        REQUIRE(walk, walk->privileged || (e & ENTRY_US), SGN_2);
    fs->entry = e;
    bool flags_missing = !(e & ENTRY_A) || (entry->eafe && !(e & ENTRY_EA));
    /* A leaf that a write may dirty gets A together with D at the end, in one update. */
    if (flags_missing && !(leaf && sv_wants_dirty(walk->rules, &walk->request)))
        return prepare_update(walk);
    return accept_entry(walk);
}

static enum sv_ask accept_entry(struct sv_walk *walk)
{
    struct sv_stage_state *fs = &walk->fs;
    uint64_t e = fs->entry;
    fs->write = fs->write && (e & ENTRY_RW);
    fs->other = fs->other && (e & ENTRY_US);
    if (!is_leaf(fs, e)) {
        fs->level--;
        return open_table(walk, e & sv_first_table_addr_mask());
    }
    fs->shift = (uint8_t)(3 + 9 * fs->level);
    uint64_t offset = low_mask(fs->shift);
    fs->target = (e & sv_first_leaf_4k_addr_mask() & ~offset) | (fs->address & offset);
    if (is_nested(walk))
        return sv_second_stage(walk, fs->target, SV_PURPOSE_PAGE, sv_finish);
    return sv_finish(walk);
}
