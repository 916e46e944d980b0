/* SPDX-License-Identifier: MIT */
/* walk.c - the front half of every translation, in the order of sections 3.4 and 7.1.3: ingress,
 * IOTLB, root, context, PASID directory, PASID entry, and which stage comes then. One judge_*
 * function per thing that is read. Must not know time or cache storage. */
#include "arch/walk.h"

#include "base/hints.h"
#include "spec/tables.h"

static enum sv_ask judge_iotlb(struct sv_walk *walk);
static enum sv_ask judge_context_cache(struct sv_walk *walk);
static enum sv_ask judge_root(struct sv_walk *walk);
static enum sv_ask judge_context(struct sv_walk *walk);
static enum sv_ask judge_pasid_cache(struct sv_walk *walk);
static enum sv_ask judge_pasid_dir(struct sv_walk *walk);
static enum sv_ask judge_pasid(struct sv_walk *walk);

/* --- ends --- */

enum sv_ask sv_walk_fault(struct sv_walk *walk, svasim_fault fault)
{
    sv_outcome_fault(walk->out, fault, walk->request, walk->fpd);
    return SV_ASK_DONE;
}

/* Devices stay out of protected memory, without a fault and without a record. */
static SV_SELDOM void protect(struct sv_walk *walk)
{
    struct sv_outcome *out = walk->out;
    bool is_access = walk->request->at != SVASIM_TRANSLATION && walk->request->at != SV_AT_PAGE &&
                     !(out->flags & SVASIM_INTERRUPT);
    if (out->fault == SVASIM_FAULT_NONE && is_access &&
        sv_protected_hits(walk->protect, out->pa, walk->request->length))
        *out = (struct sv_outcome){.flags = SVASIM_PROTECTED, .status = SVASIM_STATUS_UR};
}

enum sv_ask sv_walk_done(struct sv_walk *walk)
{
    walk->out->status = SVASIM_STATUS_OK;
    if (walk->protect->on)
        protect(walk);
    return SV_ASK_DONE;
}

/* Blocked without a fault record. */
static enum sv_ask block(struct sv_walk *walk)
{
    walk->out->status = SVASIM_STATUS_UR;
    return SV_ASK_DONE;
}

/* The address goes out as it came in. */
static enum sv_ask bypass(struct sv_walk *walk, uint8_t response_flag)
{
    walk->out->pa = walk->request->address;
    walk->out->rights = SVASIM_R | SVASIM_W;
    walk->out->flags |= response_flag;
    return sv_walk_done(walk);
}

/* --- ingress, sections 3.15, 4.2 and 11.4.5 --- */

static enum sv_ask ingress_interrupt_range(struct sv_walk *walk,
                                           const struct sv_interrupt_mode *mode)
{
    if (walk->request->op == SVASIM_WRITE && walk->request->length == 4 &&
        (walk->request->address & 3) == 0)
        return sv_interrupt_begin(walk, mode);
    if (walk->request->op == SVASIM_READ && walk->request->length == 0)
        return bypass(walk, SVASIM_BYPASS);
    return sv_walk_fault(walk, SVASIM_FAULT_INT_29);
}

static enum sv_ask mode_passed(struct sv_walk *walk)
{
    if (walk->request->at != SVASIM_UNTRANSLATED || !walk->rules->has_iotlb)
        return sv_walk_tables(walk);
    walk->key = sv_hit_key(walk->request);
    walk->judge = judge_iotlb;
    return SV_ASK_IOTLB;
}

static enum sv_ask check_mode(struct sv_walk *walk, const struct sv_mode *mode)
{
    const struct sv_rules *rules = walk->rules;
    bool adms = sv_rules_has(rules, SV_CAP_ADMS);
    REQUIRE(walk, mode->ttm != SV_TTM_RESERVED, RTA_1_2);
    REQUIRE(walk, mode->ttm != SV_TTM_ABORT || adms, RTA_1_1);
    REQUIRE(walk, mode->ttm != SV_TTM_SCALABLE || sv_rules_has(rules, SV_CAP_SMTS), RTA_1_3);
    walk->legacy = mode->ttm == SV_TTM_LEGACY;
    bool page = walk->request->at == SV_AT_PAGE;
    REQUIRE(walk, !(walk->legacy && mode->ssirwe && !walk->has_pasid && !page), RTA_1_4);
    REQUIRE(walk, mode->ttm != SV_TTM_ABORT, RTA_4);
    REQUIRE(walk, !(walk->legacy && page), RTA_3);
    REQUIRE(walk, !(walk->legacy && walk->has_pasid), RTA_2);
    REQUIRE(walk,
            page || !(walk->has_pasid && (walk->request->flags & SVASIM_EXEC) &&
                      rules->version_major >= 8),
            RTA_5);
    return mode_passed(walk);
}

static SV_SELDOM enum sv_ask begin_closely(struct sv_walk *walk, const struct sv_mode *mode)
{
    if (walk->request->at == SVASIM_UNTRANSLATED) {
        if (!walk->has_pasid && sv_is_interrupt_range(walk->request->address))
            return ingress_interrupt_range(walk, &mode->interrupts);
        if (!mode->enabled)
            return bypass(walk, SVASIM_BYPASS);
    } else {
        bool translated_with_pasid = walk->request->at == SVASIM_TRANSLATED && walk->has_pasid;
        if (walk->request->at == SVASIM_AT_RESERVED || !mode->enabled ||
            (walk->request->at == SVASIM_TRANSLATION && walk->request->op != SVASIM_READ) ||
            (translated_with_pasid && !sv_rules_has(walk->rules, SV_CAP_PTRS)))
            return block(walk);
    }
    return check_mode(walk, mode);
}

enum sv_ask sv_walk_begin(struct sv_walk *walk, const struct sv_rules *rules,
                          const struct sv_mode *mode, const svasim_request *request,
                          struct sv_outcome *out)
{
    walk->rules = rules;
    walk->request = request;
    walk->out = out;
    walk->root = mode->root;
    walk->protect = &mode->protect;
    walk->ssirwe = mode->ssirwe;
    walk->pasid = request->pasid;
    walk->has_pasid = request->pasid != SVASIM_NO_PASID;
    walk->kind = sv_request_kind(request);
    walk->fpd = walk->skip_iotlb = walk->no_fill = false;
    walk->tries = walk->reads = walk->updates = 0;
    walk->result.domain_id = 0;
    walk->result.page_shift = 0;
    walk->result.pgtt = 0;
    *out = (struct sv_outcome){0};

    if (sv_mode_open(mode, request)) {
        walk->legacy = mode->ttm == SV_TTM_LEGACY;
        return mode_passed(walk);
    }
    return begin_closely(walk, mode);
}

/* --- IOTLB --- */

static enum sv_ask judge_iotlb(struct sv_walk *walk)
{
    const struct sv_translation *t = walk->found;
    if (!t)
        return sv_walk_tables(walk);
    if (sv_hit(walk->rules, walk->request, t, walk->out) == SV_HIT_DONE) {
        walk->result.domain_id = t->domain_id;
        walk->result.page_shift = t->page_shift;
        walk->result.pgtt = t->pgtt;
        walk->result.flags = t->flags;
        if (walk->protect->on)
            protect(walk);
        return SV_ASK_DONE;
    }
    walk->skip_iotlb = true;
    return sv_walk_tables(walk);
}

enum sv_ask sv_walk_join(struct sv_walk *walk, const struct sv_translation *translation)
{
    walk->reads = 0; /* a first ask that was never served */
    walk->found = translation;
    return judge_iotlb(walk);
}

/* --- root and context --- */

enum sv_ask sv_walk_tables(struct sv_walk *walk)
{
    walk->plain = NULL;
    walk->key.source_id = walk->request->source_id;
    if (walk->rules->has_context_cache) {
        walk->judge = judge_context_cache;
        return SV_ASK_CONTEXT;
    }
    return sv_ask_read(walk, SV_READING_ROOT, walk->root + 16u * (walk->request->source_id >> 8),
                       16, judge_root);
}

static enum sv_ask judge_root(struct sv_walk *walk)
{
    const struct sv_rules *rules = walk->rules;
    const uint64_t *e = walk->words;
    unsigned function = walk->request->source_id & 0xffu;
    if (walk->legacy) {
        REQUIRE(walk, walk->ok, LRT_1);
        REQUIRE(walk, sv_legacy_root_entry_p(e), LRT_2);
        REQUIRE(walk, !((e[0] & rules->legacy_root_rsvd[0]) | (e[1] & rules->legacy_root_rsvd[1])),
                LRT_3);
        return sv_ask_read(walk, SV_READING_CONTEXT, sv_legacy_root_entry_ctp(e) + 16u * function,
                           16, judge_context);
    }
    REQUIRE(walk, walk->ok, SRT_1);
    unsigned half = function >> 7;
    bool present[2] = {sv_root_entry_lp(e), sv_root_entry_up(e)};
    REQUIRE(walk, present[half], SRT_2);
    REQUIRE(walk, !(e[half] & rules->root_rsvd[half]), SRT_3);
    if (rules->both_halves && present[!half])
        REQUIRE(walk, !(e[!half] & rules->root_rsvd[!half]), SRT_3);
    uint64_t table = half ? sv_root_entry_uctp(e) : sv_root_entry_lctp(e);
    return sv_ask_read(walk, SV_READING_CONTEXT, table + 32u * (function & 0x7f), 32,
                       judge_context);
}

static enum sv_ask enter_legacy(struct sv_walk *walk);
static enum sv_ask check_context(struct sv_walk *walk);

static enum sv_ask context_ready(struct sv_walk *walk)
{
    return walk->legacy ? enter_legacy(walk) : check_context(walk);
}

static enum sv_ask judge_context_cache(struct sv_walk *walk)
{
    if (!walk->found)
        return sv_ask_read(walk, SV_READING_ROOT,
                           walk->root + 16u * (walk->request->source_id >> 8), 16, judge_root);
    walk->context = *(const struct sv_context *)walk->found;
    walk->fpd |= walk->context.fpd;
    return context_ready(walk);
}

static enum sv_ask fill_context(struct sv_walk *walk)
{
    if (!walk->rules->has_context_cache)
        return context_ready(walk);
    walk->fill_cache = SV_CACHE_CONTEXT;
    walk->fill = &walk->context;
    walk->key.domain_id = walk->context.domain_id;
    walk->judge = context_ready;
    return SV_ASK_FILL;
}

static enum sv_ask judge_legacy_context(struct sv_walk *walk)
{
    const struct sv_rules *rules = walk->rules;
    const uint64_t *e = walk->words;
    struct sv_context *context = &walk->context;
    unsigned tt = (unsigned)sv_legacy_context_entry_tt(e);
    REQUIRE(walk, sv_legacy_context_entry_p(e), LCT_2);
    uint64_t rsvd0 = rules->legacy_context_rsvd[0];
    if (tt == 2) /* SSPTPTR is ignored as a whole */
        rsvd0 &= ~sv_legacy_context_entry_ssptptr_mask();
    REQUIRE(walk, !((e[0] & rsvd0) | (e[1] & rules->legacy_context_rsvd[1])), LCT_3);
    REQUIRE(walk,
            tt != 3 && !(tt == 1 && !sv_rules_has(rules, SV_CAP_DT)) &&
                !(tt == 2 && !sv_rules_has(rules, SV_CAP_PT)),
            LCT_4_2);
    unsigned aw = (unsigned)sv_legacy_context_entry_aw(e);
    unsigned bits = sv_agaw_bits(rules, aw);
    REQUIRE(walk, bits != 0 || (tt == 2 && rules->sagaw == 0), LCT_4_1);
    context->tt = (uint8_t)tt;
    context->levels = (uint8_t)(aw + 2);
    context->width = (uint8_t)(bits < rules->mgaw ? bits : rules->mgaw);
    context->table = sv_legacy_context_entry_ssptptr(e);
    context->domain_id = (uint16_t)sv_legacy_context_entry_did(e);
    return fill_context(walk);
}

/* EPTR without PASIDE. Requests that carry a PASID and are not translated meet another row first
 * (section 7.1.3). The entry is not cached either way. */
static enum sv_ask contradictory_context(struct sv_walk *walk)
{
    REQUIRE(walk, walk->kind != SVASIM_KIND_TP || walk->context.dte, SCT_5);
    REQUIRE(walk, walk->kind != SVASIM_KIND_TP && walk->kind != SVASIM_KIND_UP, SCT_6);
    return sv_walk_fault(walk, SVASIM_FAULT_SCT_4_3);
}

static enum sv_ask judge_context(struct sv_walk *walk)
{
    const struct sv_rules *rules = walk->rules;
    const uint64_t *e = walk->words;
    struct sv_context *context = &walk->context;
    *context = (struct sv_context){0};
    if (walk->legacy) {
        REQUIRE(walk, walk->ok, LCT_1);
        context->fpd = sv_legacy_context_entry_fpd(e);
        walk->fpd |= context->fpd;
        return judge_legacy_context(walk);
    }
    REQUIRE(walk, walk->ok, SCT_1);
    context->fpd = sv_context_entry_fpd(e);
    walk->fpd |= context->fpd; /* counts even when P = 0 */
    REQUIRE(walk, sv_context_entry_p(e), SCT_2);
    uint64_t reserved = 0;
    for (unsigned i = 0; i < 4; i++)
        reserved |= e[i] & rules->context_rsvd[i];
    REQUIRE(walk, reserved == 0, SCT_3);
    context->dte = sv_context_entry_dte(e);
    context->paside = sv_context_entry_paside(e);
    context->pre = sv_context_entry_pre(e);
    context->hpte = sv_context_entry_hpte(e);
    context->eptr = sv_context_entry_eptr(e);
    context->pdts = (uint8_t)sv_context_entry_pdts(e);
    context->table = sv_context_entry_pasiddirptr(e);
    context->rid_pasid = (uint32_t)sv_context_entry_rid_pasid(e);
    context->rid_priv = sv_context_entry_rid_priv(e);
    REQUIRE(walk, !(context->pre && !context->dte), SCT_4_1);
    REQUIRE(walk, context->rid_pasid >> (context->pdts + 13u) == 0, SCT_4_2);
    if (context->eptr && !context->paside)
        return contradictory_context(walk);
    return fill_context(walk);
}

/* Translation request into the interrupt range, special conditions S.1 and S.2 (section 4.2.3). */
static enum sv_ask interrupt_range_translation(struct sv_walk *walk)
{
    bool no_write =
        (walk->request->flags & SVASIM_NO_WRITE) && sv_rules_has(walk->rules, SV_CAP_NWFS);
    if (!no_write) {
        walk->out->rights = SVASIM_W;
        walk->out->flags |= SVASIM_UNTRANSLATED_ONLY;
    }
    return sv_walk_done(walk);
}

static bool asks_interrupt_range(const struct sv_walk *walk)
{
    return walk->request->at == SVASIM_TRANSLATION && !walk->has_pasid &&
           sv_is_interrupt_range(walk->request->address);
}

static enum sv_ask check_translated(struct sv_walk *walk)
{
    REQUIRE(walk, fits_width(walk->request->address, walk->rules->haw), SGN_4_1);
    REQUIRE(walk, !sv_is_interrupt_range(walk->request->address), SGN_8_3);
    return walk->context.hpte ? sv_host_permission(walk) : bypass(walk, 0);
}

/* What this request may do with this context entry; then on to the PASID structures. */
static enum sv_ask check_context(struct sv_walk *walk)
{
    const struct sv_context *context = &walk->context;
    bool page = walk->request->at == SV_AT_PAGE;
    REQUIRE(walk, walk->request->at == SVASIM_UNTRANSLATED || page || context->dte, SCT_5);
    REQUIRE(walk, !page || context->pre, SCT_8);
    if (walk->has_pasid) {
        REQUIRE(walk, walk->request->at != SVASIM_TRANSLATED || context->eptr, SCT_10);
        REQUIRE(walk, walk->request->at == SVASIM_TRANSLATED || context->paside, SCT_6);
        REQUIRE(walk, page || walk->pasid >> (walk->rules->pss + 1u) == 0, SGN_10);
        REQUIRE(walk, walk->pasid >> (context->pdts + 13u) == 0, SCT_7);
        REQUIRE(walk, walk->pasid != context->rid_pasid || walk->rules->rid_pasid_is_shared, SCT_9);
    }
    if (walk->request->at == SVASIM_TRANSLATED)
        return check_translated(walk);
    if (asks_interrupt_range(walk) && !walk->rules->ats_range_late)
        return interrupt_range_translation(walk);
    if (!walk->has_pasid)
        walk->pasid = context->rid_pasid;
    walk->privileged =
        walk->has_pasid ? (walk->request->flags & SVASIM_PRIV) != 0 : context->rid_priv;
    return sv_walk_pasid(walk);
}

enum sv_ask sv_walk_pasid(struct sv_walk *walk)
{
    walk->key.pasid = walk->pasid;
    if (walk->rules->has_pasid_cache) {
        walk->judge = judge_pasid_cache;
        return SV_ASK_PASID;
    }
    return sv_ask_read(walk, SV_READING_PASID_DIR, walk->context.table + 8u * (walk->pasid >> 6), 8,
                       judge_pasid_dir);
}

/* --- legacy mode, section 3.4.2 --- */

static enum sv_ask enter_legacy(struct sv_walk *walk)
{
    const struct sv_context *context = &walk->context;
    REQUIRE(walk, walk->request->at == SVASIM_UNTRANSLATED || context->tt == 1, LCT_5);
    if (asks_interrupt_range(walk))
        return interrupt_range_translation(walk);
    if (walk->request->at == SVASIM_TRANSLATED) {
        REQUIRE(walk, fits_width(walk->request->address, walk->rules->haw), LGN_1_2);
        REQUIRE(walk, !sv_is_interrupt_range(walk->request->address), LGN_4);
        return bypass(walk, 0);
    }
    walk->privileged = false;
    walk->pasid = 0;
    walk->result.domain_id = context->domain_id;
    if (context->tt == 2) {
        /* Not in the interrupt range: that was settled at ingress. */
        REQUIRE(walk, fits_width(walk->request->address, walk->rules->haw), LGN_1_3);
        walk->result.page_shift = 12;
        return bypass(walk, 0);
    }
    walk->entry = (struct sv_pasid){
        .second_root = context->table,
        .domain_id = context->domain_id,
        .second_levels = context->levels,
        .width = context->width,
    };
    return sv_second_only(walk);
}

/* --- PASID directory and PASID entry, sections 9.5 and 9.6 --- */

/* Requests that need the PASID entry and none of its stages. */
static enum sv_ask enter_no_stage(struct sv_walk *walk)
{
    const struct sv_pasid *entry = &walk->entry;
    if (walk->request->at == SVASIM_TRANSLATED)
        return sv_host_permission_tables(walk);
    walk->result.domain_id = entry->domain_id;
    walk->result.pgtt = entry->pgtt;
    walk->result.pasid = walk->pasid;
    return sv_walk_done(walk);
}

static enum sv_ask enter_stage(struct sv_walk *walk)
{
    const struct sv_pasid *entry = &walk->entry;
    if (walk->request->at > SVASIM_TRANSLATION)
        return enter_no_stage(walk);
    bool execute = walk->has_pasid && (walk->request->flags & SVASIM_EXEC);
    REQUIRE(walk, !execute || sv_rules_has(walk->rules, SV_CAP_ERS), SPT_5);
    REQUIRE(walk, !walk->privileged || entry->sre, SPT_6);
    if (walk->rules->ats_range_late && asks_interrupt_range(walk))
        return interrupt_range_translation(walk);
    switch ((enum sv_pgtt)entry->pgtt) {
    case SV_PGTT_SECOND:
        return sv_second_only(walk);
    case SV_PGTT_PASS_THROUGH:
        return sv_pass_through(walk);
    case SV_PGTT_FIRST:
    case SV_PGTT_NESTED:
    default:
        return sv_first_stage(walk);
    }
}

static enum sv_ask judge_pasid_cache(struct sv_walk *walk)
{
    if (!walk->found)
        return sv_ask_read(walk, SV_READING_PASID_DIR,
                           walk->context.table + 8u * (walk->pasid >> 6), 8, judge_pasid_dir);
    walk->entry = *(const struct sv_pasid *)walk->found;
    walk->fpd |= walk->entry.fpd;
    return enter_stage(walk);
}

static enum sv_ask judge_pasid_dir(struct sv_walk *walk)
{
    const uint64_t *e = walk->words;
    REQUIRE(walk, walk->ok, SPD_1);
    walk->entry.fpd = sv_pasid_dir_entry_fpd(e);
    walk->fpd |= walk->entry.fpd;
    REQUIRE(walk, sv_pasid_dir_entry_p(e), SPD_2);
    REQUIRE(walk, !(e[0] & walk->rules->pasid_dir_rsvd), SPD_3);
    return sv_ask_read(walk, SV_READING_PASID,
                       sv_pasid_dir_entry_smptblptr(e) + 64u * (walk->pasid & 63), 64, judge_pasid);
}

static bool pgtt_is_supported(const struct sv_rules *rules, unsigned pgtt)
{
    static const uint64_t needs[8] = {
        [SV_PGTT_FIRST] = SV_CAP_BIT(FSTS),
        [SV_PGTT_SECOND] = SV_CAP_BIT(SSTS),
        [SV_PGTT_NESTED] = SV_CAP_BIT(NEST),
        [SV_PGTT_PASS_THROUGH] = SV_CAP_BIT(PT),
    };
    return (rules->caps & needs[pgtt]) != 0;
}

static void decode_pasid(struct sv_pasid *entry, const uint64_t *e)
{
    entry->first_root = sv_pasid_entry_fsptptr(e);
    entry->second_root = sv_pasid_entry_ssptptr(e);
    entry->hpt_root = sv_pasid_entry_hptptr(e);
    entry->domain_id = (uint16_t)sv_pasid_entry_did(e);
    entry->hpt_domain_id = (uint16_t)sv_pasid_entry_hptdid(e);
    entry->hpt_width = (uint8_t)(49 + sv_pasid_entry_hptsz(e));
    entry->pgtt = (uint8_t)sv_pasid_entry_pgtt(e);
    entry->first_levels = sv_pasid_entry_fspm(e) ? 5 : 4;
    entry->sre = sv_pasid_entry_sre(e);
    entry->wpe = sv_pasid_entry_wpe(e);
    entry->eafe = sv_pasid_entry_eafe(e);
    entry->ssade = sv_pasid_entry_ssade(e);
    entry->pwsnp = sv_pasid_entry_pwsnp(e);
    entry->pgsnp = sv_pasid_entry_pgsnp(e);
    entry->cd = sv_pasid_entry_cd(e);
    entry->emte = sv_pasid_entry_emte(e);
    entry->pat = (uint32_t)sv_pasid_entry_pat(e);
    entry->second_levels = 0;
    entry->width = 0;
}

static enum sv_ask judge_pasid(struct sv_walk *walk)
{
    const struct sv_rules *rules = walk->rules;
    const uint64_t *e = walk->words;
    struct sv_pasid *entry = &walk->entry;
    REQUIRE(walk, walk->ok, SPT_1);
    entry->fpd |= sv_pasid_entry_fpd(e);
    walk->fpd |= entry->fpd;
    REQUIRE(walk, sv_pasid_entry_p(e), SPT_2);
    uint64_t reserved = 0;
    for (unsigned i = 0; i < 8; i++)
        reserved |= e[i] & rules->pasid_rsvd[i];
    REQUIRE(walk, reserved == 0, SPT_3);
    decode_pasid(entry, e);
    bool first = entry->pgtt == SV_PGTT_FIRST || entry->pgtt == SV_PGTT_NESTED;
    bool second = entry->pgtt == SV_PGTT_SECOND || entry->pgtt == SV_PGTT_NESTED;
    REQUIRE(walk, pgtt_is_supported(rules, entry->pgtt), SPT_4_2);
    if (second) {
        unsigned aw = (unsigned)sv_pasid_entry_aw(e);
        unsigned bits = sv_agaw_bits(rules, aw);
        REQUIRE(walk, bits != 0, SPT_4_1);
        entry->second_levels = (uint8_t)(aw + 2);
        entry->width = (uint8_t)(bits < rules->mgaw ? bits : rules->mgaw);
    }
    if (first) {
        uint64_t fspm = sv_pasid_entry_fspm(e);
        REQUIRE(walk, fspm == 0 || (fspm == 1 && sv_rules_has(rules, SV_CAP_FS5LP)), SPT_4_3);
    }
    REQUIRE(walk, entry->pgtt != SV_PGTT_NESTED || fits_width(entry->first_root, entry->width),
            SPT_4_4);
    if (!rules->has_pasid_cache)
        return enter_stage(walk);
    walk->fill_cache = SV_CACHE_PASID;
    walk->fill = entry;
    walk->key.domain_id = entry->domain_id;
    walk->judge = enter_stage;
    return SV_ASK_FILL;
}
