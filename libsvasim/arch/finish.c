/* SPDX-License-Identifier: MIT */
/* finish.c - what happens once both stages have an answer: rights, the interrupt range (section
 * 3.15), dirty flags (3.6.2, 3.7.2), and the IOTLB entry (6.2.4). */
#include "arch/memory_type.h"
#include "arch/walk.h"

#include "base/hints.h"
#include "spec/tables.h"

#define INTERRUPT_BASE  UINT64_C(0xfee00000)
#define INTERRUPT_BYTES UINT64_C(0x100000)

static enum sv_ask dirty_first(struct sv_walk *walk);
static enum sv_ask dirty_second(struct sv_walk *walk);
static enum sv_ask fill_iotlb(struct sv_walk *walk);

static bool is_first(const struct sv_translation *t)
{
    return (t->flags & SV_T_FIRST) != 0;
}

static bool wants_dirty(const struct sv_walk *walk)
{
    return sv_wants_dirty(walk->rules, walk->request);
}

/* Type that the first-stage leaf selects from the PASID entry's eight. */
static unsigned pat_type(const struct sv_walk *walk)
{
    uint64_t e = walk->fs.entry;
    bool pat =
        e & (walk->fs.level == 1 ? sv_first_leaf_4k_pat_mask() : sv_first_leaf_2m_pat_mask());
    unsigned index = (pat ? 4u : 0u) | (e & sv_first_leaf_4k_pcd_mask() ? 2u : 0u) |
                     (e & sv_first_leaf_4k_pwt_mask() ? 1u : 0u);
    return walk->entry.pat >> (4 * index) & 7;
}

/* Section 3.10, for units with MTS: what the tables say of the memory type. */
static SV_SELDOM unsigned memory_type(const struct sv_walk *walk)
{
    const struct sv_pasid *entry = &walk->entry;
    unsigned emt = (unsigned)sv_second_leaf_4k_emt(&walk->ss.entry);
    if (entry->cd)
        return SV_MEMORY_UC;
    switch ((enum sv_pgtt)entry->pgtt) {
    case SV_PGTT_SECOND:
        return entry->emte ? emt : (unsigned)SV_MEMORY_WB;
    case SV_PGTT_FIRST:
        return pat_type(walk) | SV_MEMORY_MTRR;
    case SV_PGTT_NESTED:
        if (!entry->emte)
            return pat_type(walk) | SV_MEMORY_MTRR;
        return walk->ss.entry & sv_second_leaf_4k_ipat_mask()
                   ? emt
                   : (unsigned)sv_memory_combine(emt, pat_type(walk));
    case SV_PGTT_PASS_THROUGH:
    default:
        return SV_MEMORY_WB;
    }
}

/* What the IOTLB entry takes over from the PASID entry, and what the leaves make of it. */
static unsigned entry_flags(const struct sv_walk *walk)
{
    const struct sv_pasid *entry = &walk->entry;
    return (entry->sre ? SV_T_SRE : 0u) | (entry->wpe ? SV_T_WPE : 0u) |
           (walk->fpd ? SV_T_FPD : 0u) | (entry->pgsnp ? SV_T_SNOOP : 0u) |
           (walk->privileged && !walk->has_pasid ? SV_T_RID_PRIV : 0u) |
           (sv_rules_has(walk->rules, SV_CAP_MTS) ? memory_type(walk) << SV_T_MEMORY_SHIFT : 0u);
}

/* The stages' results as one translation. */
static void compose(struct sv_walk *walk)
{
    const struct sv_pasid *entry = &walk->entry;
    const struct sv_stage_state *fs = &walk->fs, *ss = &walk->ss;
    bool first = entry->pgtt == SV_PGTT_FIRST || entry->pgtt == SV_PGTT_NESTED;
    bool second = entry->pgtt != SV_PGTT_FIRST;
    uint8_t shift = first ? fs->shift : ss->shift;
    uint64_t target = fs->target;
    unsigned flags = entry_flags(walk);
    if (first) {
        flags |= SV_T_FIRST | (fs->granted & sv_first_leaf_4k_rw_mask() ? SV_T_FS_RW : 0u) |
                 (fs->granted & sv_first_leaf_4k_us_mask() ? SV_T_FS_US : 0u) |
                 (fs->entry & sv_first_leaf_4k_d_mask() ? SV_T_FS_DIRTY : 0u);
    } else {
        flags |= SV_T_FS_DIRTY;
    }
    if (second) {
        bool dirty = !entry->ssade || (ss->entry & sv_second_leaf_4k_d_mask());
        flags |= (sv_second_reads(walk, ss->granted) ? SV_T_SS_R : 0u) |
                 (sv_second_writes(walk, ss->granted) ? SV_T_SS_W : 0u) |
                 (dirty ? SV_T_SS_DIRTY : 0u) |
                 (ss->entry & sv_second_leaf_4k_snp_mask() ? SV_T_SNOOP : 0u);
        target = ss->target;
        shift = ss->shift < shift ? ss->shift : shift;
    } else {
        flags |= SV_T_SS_R | SV_T_SS_W | SV_T_SS_DIRTY;
    }
    walk->out->pa = target;
    walk->result = (struct sv_translation){
        .frame = target & ~low_mask(shift),
        .pasid = walk->pasid,
        .domain_id = entry->domain_id,
        .flags = (uint16_t)flags,
        .page_shift = shift,
        .pgtt = entry->pgtt,
    };
}

static bool overlaps_interrupt_range(uint64_t frame, unsigned shift)
{
    return frame < INTERRUPT_BASE + INTERRUPT_BYTES && frame + low_mask(shift) >= INTERRUPT_BASE;
}

static enum sv_ask deliver(struct sv_walk *walk)
{
    if (walk->result.flags & SV_T_SNOOP)
        walk->out->flags |= SVASIM_SNOOP;
    if (walk->request->at != SVASIM_TRANSLATION)
        return sv_walk_done(walk);
    if ((walk->request->flags & SVASIM_NO_WRITE) && sv_rules_has(walk->rules, SV_CAP_NWFS))
        walk->out->rights &= (uint8_t)~SVASIM_W;
    if (!walk->out->rights) {
        walk->out->pa = 0;
        walk->result.page_shift = 0;
        walk->result.domain_id = 0;
    }
    if (walk->has_pasid && (walk->request->flags & SVASIM_PRIV))
        walk->out->rights |= SVASIM_P;
    return sv_walk_done(walk);
}

/* The common end: a user's page of a first stage alone that grants everything, and no flag is
 * left to set. Nothing below could object. */
static bool is_plain(const struct sv_walk *walk)
{
    const struct sv_plain *plain = walk->plain;
    return plain && (walk->fs.entry & plain->settled) == plain->settled &&
           walk->request->at == SVASIM_UNTRANSLATED &&
           sv_grants_all(&walk->result, walk->request, walk->privileged, walk->out->pa);
}

enum sv_ask sv_finish(struct sv_walk *walk)
{
    compose(walk);
    if (is_plain(walk)) {
        walk->out->rights = SVASIM_R | SVASIM_W;
        return fill_iotlb(walk);
    }
    svasim_fault fault = sv_check_rights(walk->rules, walk->request, walk->privileged,
                                         &walk->result, &walk->out->rights);
    if (fault != SVASIM_FAULT_NONE)
        return sv_walk_fault(walk, fault);
    if (walk->request->at == SVASIM_TRANSLATION) {
        if (!walk->out->rights)
            return deliver(walk);
        if (overlaps_interrupt_range(walk->result.frame, walk->result.page_shift))
            return sv_walk_fault(walk, walk->legacy ? SVASIM_FAULT_LGN_4 : SVASIM_FAULT_SGN_8_2);
    } else if (sv_is_interrupt_range(walk->out->pa)) {
        return sv_walk_fault(walk, walk->legacy ? SVASIM_FAULT_LGN_4 : SVASIM_FAULT_SGN_8_1);
    }
    return dirty_first(walk);
}

/* --- dirty flags: last, and only when nothing can fault any more --- */

static bool first_flags_missing(const struct sv_walk *walk, uint64_t *out_flags)
{
    if (!is_first(&walk->result))
        return false;
    uint64_t flags = sv_first_leaf_4k_a_mask();
    if (walk->entry.eafe)
        flags |= sv_first_leaf_4k_ea_mask();
    if (wants_dirty(walk) && (walk->out->rights & SVASIM_W))
        flags |= sv_first_leaf_4k_d_mask();
    *out_flags = flags & ~walk->fs.entry;
    return *out_flags != 0;
}

static enum sv_ask judge_first_update(struct sv_walk *walk)
{
    /* Software changed the leaf under us: whatever was found may be gone. Walk again. */
    if (walk->update == SVASIM_UPDATE_LOST && ++walk->tries < walk->rules->update_tries)
        return sv_walk_tables(walk);
    REQUIRE(walk, walk->update == SVASIM_UPDATE_DONE, SFS_10);
    walk->fs.entry = walk->desired;
    if (walk->desired & sv_first_leaf_4k_d_mask())
        walk->result.flags |= SV_T_FS_DIRTY;
    return dirty_second(walk);
}

static enum sv_ask update_first(struct sv_walk *walk)
{
    uint64_t flags = 0;
    (void)first_flags_missing(walk, &flags);
    return sv_ask_update(walk, walk->fs.hpa, walk->fs.entry, walk->fs.entry | flags,
                         judge_first_update);
}

/* The write of the flag itself dirtied the table's page in the second stage. That walk overwrote
 * what was known of the page, so the page is looked up once more. */
static enum sv_ask page_again(struct sv_walk *walk)
{
    walk->holder_dirty = true;
    return sv_second_stage(walk, walk->fs.target, SV_PURPOSE_PAGE, sv_finish);
}

static enum sv_ask dirty_first(struct sv_walk *walk)
{
    uint64_t flags;
    if (!first_flags_missing(walk, &flags))
        return dirty_second(walk);
    REQUIRE(walk, walk->entry.pwsnp, SFS_9);
    if (walk->entry.pgtt == SV_PGTT_NESTED) {
        REQUIRE(walk, walk->holder_writable, SFS_8);
        if (walk->entry.ssade && !walk->holder_dirty) {
            uint64_t offset = walk->fs.hpa & low_mask(12);
            return sv_second_stage(walk, walk->fs.table_gpa + offset, SV_PURPOSE_TABLE_WRITE,
                                   page_again);
        }
    }
    return update_first(walk);
}

static enum sv_ask judge_second_update(struct sv_walk *walk)
{
    if (walk->update == SVASIM_UPDATE_LOST && ++walk->tries < walk->rules->update_tries)
        return sv_walk_tables(walk);
    REQUIRE(walk, walk->update == SVASIM_UPDATE_DONE, SSS_6);
    if (walk->desired & sv_second_leaf_4k_d_mask())
        walk->result.flags |= SV_T_SS_DIRTY;
    return fill_iotlb(walk);
}

static enum sv_ask dirty_second(struct sv_walk *walk)
{
    if (!walk->entry.ssade || walk->entry.pgtt == SV_PGTT_FIRST)
        return fill_iotlb(walk);
    uint64_t flags = sv_second_leaf_4k_a_mask();
    if (wants_dirty(walk) && (walk->out->rights & SVASIM_W))
        flags |= sv_second_leaf_4k_d_mask();
    flags &= ~walk->ss.entry;
    if (!flags)
        return fill_iotlb(walk);
    REQUIRE(walk, walk->entry.pwsnp, SSS_5);
    return sv_ask_update(walk, walk->ss.hpa, walk->ss.entry, walk->ss.entry | flags,
                         judge_second_update);
}

/* --- the IOTLB entry --- */

static enum sv_ask fill_iotlb(struct sv_walk *walk)
{
    if (!walk->rules->has_iotlb)
        return deliver(walk);
    walk->key.address = walk->request->address;
    walk->key.pasid = walk->has_pasid ? walk->pasid : 0;
    walk->key.source_id = walk->request->source_id;
    walk->key.has_pasid = walk->has_pasid;
    walk->key.page_shift = walk->result.page_shift;
    walk->fill_cache = SV_CACHE_IOTLB_4K;
    walk->fill = &walk->result;
    walk->judge = deliver;
    return SV_ASK_FILL;
}

/* --- pass-through, section 3.9 --- */

/* Largest page the unit supports, shrunk until it does not touch the interrupt range. */
static uint8_t pass_through_shift(const struct sv_walk *walk)
{
    uint8_t shift = 12;
    if ((walk->rules->sslps & 2) || sv_rules_has(walk->rules, SV_CAP_FS1GP))
        shift = 30;
    else if ((walk->rules->sslps & 1) || sv_rules_has(walk->rules, SV_CAP_FSTS))
        shift = 21;
    if (walk->rules->pass_through_whole)
        return shift;
    while (shift > 12 && overlaps_interrupt_range(walk->request->address & ~low_mask(shift), shift))
        shift = shift == 30 ? 21 : 12;
    return shift;
}

enum sv_ask sv_pass_through(struct sv_walk *walk)
{
    REQUIRE(walk, fits_width(walk->request->address, walk->rules->haw), SGN_4_2);
    /* Without PASID it was answered before it came here. */
    bool answers = walk->rules->pass_through_ats_answers && walk->request->at == SVASIM_TRANSLATION;
    if (sv_is_interrupt_range(walk->request->address) && !answers)
        return sv_walk_fault(walk, walk->request->at == SVASIM_TRANSLATION ? SVASIM_FAULT_SGN_8_2
                                                                           : SVASIM_FAULT_SGN_8_1);
    uint8_t shift = pass_through_shift(walk);
    walk->out->pa = walk->request->address;
    walk->out->rights = SVASIM_R | SVASIM_W;
    walk->result = (struct sv_translation){
        .frame = walk->request->address & ~low_mask(shift),
        .pasid = walk->pasid,
        .domain_id = walk->entry.domain_id,
        .page_shift = shift,
        .flags =
            (uint16_t)(entry_flags(walk) | SV_T_SS_R | SV_T_SS_W | SV_T_FS_DIRTY | SV_T_SS_DIRTY),
        .pgtt = SV_PGTT_PASS_THROUGH,
    };
    return fill_iotlb(walk);
}
