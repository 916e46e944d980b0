/* SPDX-License-Identifier: MIT */
/* second_stage.c - second-stage page walks of 3 to 5 levels, section 3.7: for whole translations
 * (scalable or legacy), and for each guest address that a nested first stage produces. */
#include "arch/walk.h"

#include "spec/tables.h"

#define ENTRY_A  (sv_second_leaf_4k_a_mask())
#define ENTRY_D  (sv_second_leaf_4k_d_mask())
#define ENTRY_PS (sv_second_table_ps_mask())

static enum sv_ask judge_found(struct sv_walk *walk);
static enum sv_ask read_entry(struct sv_walk *walk);
static enum sv_ask judge_entry(struct sv_walk *walk);
static enum sv_ask accept_entry(struct sv_walk *walk);

/* The same condition has another name in legacy mode. */
static enum sv_ask fault_by_mode(struct sv_walk *walk, svasim_fault scalable, svasim_fault legacy)
{
    return sv_walk_fault(walk, walk->legacy ? legacy : scalable);
}

/* Legacy mode knows no "not present": the missing right is reported (LGN.2, LGN.3). A translation
 * request succeeds without rights. */
static enum sv_ask no_rights(struct sv_walk *walk)
{
    if (!walk->legacy)
        return sv_walk_fault(walk, SVASIM_FAULT_SSS_2);
    bool writes = walk->request->op == SVASIM_WRITE ||
                  (walk->request->op == SVASIM_ATOMIC && !walk->rules->legacy_atomic_reads);
    return sv_walk_fault(walk, writes ? SVASIM_FAULT_LGN_2 : SVASIM_FAULT_LGN_3);
}

enum sv_ask sv_second_only(struct sv_walk *walk)
{
    if (!fits_width(walk->request->address, walk->entry.width))
        return fault_by_mode(walk, SVASIM_FAULT_SGN_5, SVASIM_FAULT_LGN_1_1);
    return sv_second_stage(walk, walk->request->address, SV_PURPOSE_PAGE, sv_finish);
}

enum sv_ask sv_second_stage(struct sv_walk *walk, uint64_t gpa, enum sv_purpose purpose,
                            sv_judge then)
{
    struct sv_stage_state *ss = &walk->ss;
    ss->address = gpa;
    ss->level = walk->entry.second_levels;
    ss->table = walk->entry.second_root;
    ss->granted = UINT64_MAX;
    walk->purpose = (uint8_t)purpose;
    walk->then = then;
    if (!walk->rules->has_ss_cache)
        return read_entry(walk);
    walk->key.address = gpa;
    walk->key.domain_id = walk->entry.domain_id;
    walk->key.stage = 2;
    walk->key.level = ss->level;
    walk->judge = judge_found;
    return SV_ASK_TABLE;
}

static enum sv_ask judge_found(struct sv_walk *walk)
{
    const struct sv_table *table = walk->found;
    struct sv_stage_state *ss = &walk->ss;
    if (table) {
        ss->level = walk->found_level - 1;
        ss->table = table->base;
        ss->granted = table->granted;
    }
    return read_entry(walk);
}

static enum sv_ask read_entry(struct sv_walk *walk)
{
    struct sv_stage_state *ss = &walk->ss;
    ss->hpa = ss->table + 8 * (ss->address >> (3 + 9 * ss->level) & 0x1ff);
    return sv_ask_read(walk, SV_READING_SECOND, ss->hpa, 8, judge_entry);
}

static bool grants_any(const struct sv_walk *walk, uint64_t granted)
{
    return sv_second_reads(walk, granted) || sv_second_writes(walk, granted);
}

static bool is_leaf(const struct sv_stage_state *ss, uint64_t e)
{
    return ss->level == 1 || (ss->level <= 3 && (e & ENTRY_PS));
}

/* A table is being looked up for the first stage: top or lower table, for the fault's name. */
static enum sv_ask table_unreadable(struct sv_walk *walk)
{
    bool top = walk->fs.level == walk->entry.first_levels;
    return sv_walk_fault(walk, top ? SVASIM_FAULT_SFS_6 : SVASIM_FAULT_SFS_7);
}

/* With SSADE the second stage must allow writing a table that the first stage reads. */
static enum sv_ask table_unwritable(struct sv_walk *walk)
{
    if (walk->purpose == SV_PURPOSE_TABLE_WRITE)
        return sv_walk_fault(walk, SVASIM_FAULT_SFS_8);
    switch ((enum sv_nested_ro)walk->rules->nested_ro) {
    case SV_NESTED_RO_SFS67:
        return table_unreadable(walk);
    case SV_NESTED_RO_SGN6:
        return sv_walk_fault(walk, SVASIM_FAULT_SGN_6);
    case SV_NESTED_RO_SFS8:
    default:
        return sv_walk_fault(walk, SVASIM_FAULT_SFS_8);
    }
}

/* --- accessed and dirty flags, section 3.7.2 --- */

/* Does this walk dirty the leaf at once? The page itself is dirtied last, by sv_finish. */
static bool dirties_table(const struct sv_walk *walk)
{
    return walk->purpose == SV_PURPOSE_TABLE_WRITE ||
           (walk->purpose == SV_PURPOSE_TABLE_READ && walk->rules->fs_read_dirties);
}

static enum sv_ask judge_update(struct sv_walk *walk)
{
    if (walk->update == SVASIM_UPDATE_LOST && ++walk->tries < walk->rules->update_tries) {
        walk->ok = true;
        return judge_entry(walk);
    }
    REQUIRE(walk, walk->update == SVASIM_UPDATE_DONE, SSS_6);
    walk->ss.entry = walk->desired;
    return accept_entry(walk);
}

/* Flags that this entry lacks for this use. */
static uint64_t missing_flags(const struct sv_walk *walk, uint64_t e, bool leaf)
{
    if (!walk->entry.ssade)
        return 0;
    uint64_t flags = ENTRY_A;
    uint64_t granted = walk->ss.granted & e; /* D never for a refused access */
    if (leaf && sv_second_reads(walk, granted) && sv_second_writes(walk, granted) &&
        dirties_table(walk))
        flags |= ENTRY_D;
    /* A page that a write may dirty gets A together with D at the end, in one update. */
    if (leaf && walk->purpose == SV_PURPOSE_PAGE && sv_wants_dirty(walk->rules, walk->request))
        return 0;
    return flags & ~e;
}

static enum sv_ask judge_entry(struct sv_walk *walk)
{
    struct sv_stage_state *ss = &walk->ss;
    uint64_t e = walk->words[0];
    if (!walk->ok) {
        if (ss->level == walk->entry.second_levels)
            return fault_by_mode(walk, SVASIM_FAULT_SSS_4, SVASIM_FAULT_LCT_4_3);
        return fault_by_mode(walk, SVASIM_FAULT_SSS_1, SVASIM_FAULT_LSS_1);
    }
    bool leaf = is_leaf(ss, e);
    if (!grants_any(walk, e))
        return no_rights(walk);
    uint64_t reserved = walk->rules->second_rsvd[ss->level][leaf];
    if (!walk->ssirwe)
        reserved |= sv_second_table_iw_mask();
    if (e & reserved)
        return fault_by_mode(walk, SVASIM_FAULT_SSS_3, SVASIM_FAULT_LSS_2);
    ss->entry = e;
    uint64_t missing = missing_flags(walk, e, leaf);
    if (missing) {
        REQUIRE(walk, walk->entry.pwsnp, SSS_5);
        return sv_ask_update(walk, ss->hpa, e, e | missing, judge_update);
    }
    return accept_entry(walk);
}

/* --- entries --- */

static enum sv_ask leaf_found(struct sv_walk *walk)
{
    struct sv_stage_state *ss = &walk->ss;
    if (!grants_any(walk, ss->granted))
        return no_rights(walk);
    ss->shift = (uint8_t)(3 + 9 * ss->level);
    uint64_t offset = low_mask(ss->shift);
    ss->target = (ss->entry & sv_second_leaf_4k_addr_mask() & ~offset) | (ss->address & offset);
    if (walk->purpose == SV_PURPOSE_PAGE)
        return walk->then(walk);
    bool writes = sv_second_writes(walk, ss->granted);
    if (!sv_second_reads(walk, ss->granted))
        return table_unreadable(walk);
    if (!writes && walk->entry.ssade)
        return table_unwritable(walk);
    walk->holder_writable = writes;
    walk->holder_dirty = (ss->entry & ENTRY_D) != 0; /* matters with SSADE only */
    return walk->then(walk);
}

static enum sv_ask accept_entry(struct sv_walk *walk)
{
    struct sv_stage_state *ss = &walk->ss;
    uint64_t e = ss->entry;
    ss->granted &= e;
    if (is_leaf(ss, e))
        return leaf_found(walk);
    if (walk->rules->rights_lost_early && !grants_any(walk, ss->granted))
        return no_rights(walk);
    ss->table = e & sv_second_table_addr_mask();
    ss->level--;
    if (!walk->rules->has_ss_cache || !grants_any(walk, ss->granted))
        return read_entry(walk);
    walk->table_fill = (struct sv_table){.base = ss->table, .granted = ss->granted};
    walk->key.level = ss->level + 1; /* the rest is as it was looked up */
    walk->fill_cache = (uint8_t)(SV_CACHE_SS_L2 + ss->level - 1);
    walk->fill = &walk->table_fill;
    walk->judge = read_entry;
    return SV_ASK_FILL;
}
