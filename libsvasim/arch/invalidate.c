/* SPDX-License-Identifier: MIT */
/* invalidate.c - descriptor checks and scopes (section 6.5.2). The scope of each granularity is
 * a row of scopes.def; here the descriptor's fields are put into it. */
#include "arch/invalidate.h"

/* Descriptor types, and the table modes they are legal in. */
static const struct {
    enum sv_layout_id layout;
    bool in_legacy;
    bool needs_cap;
    enum sv_cap cap;
} types[] = {
    [1] = {SV_LAYOUT_inv_cc, true, false, SV_CAP_QI},
    [2] = {SV_LAYOUT_inv_iotlb, true, false, SV_CAP_QI},
    [3] = {SV_LAYOUT_inv_dev_tlb, true, true, SV_CAP_DT},
    [4] = {SV_LAYOUT_inv_iec, true, false, SV_CAP_QI},
    [5] = {SV_LAYOUT_inv_wait, true, false, SV_CAP_QI},
    [6] = {SV_LAYOUT_inv_p_iotlb, false, false, SV_CAP_QI},
    [7] = {SV_LAYOUT_inv_pc, false, false, SV_CAP_QI},
    [8] = {SV_LAYOUT_inv_p_dev_tlb, false, true, SV_CAP_DT},
    [9] = {SV_LAYOUT_inv_page_grp_resp, false, true, SV_CAP_PRS},
    [10] = {SV_LAYOUT_inv_hpt, false, true, SV_CAP_HPTS},
};

static const struct scope_row {
    enum sv_layout_id layout;
    uint8_t granularity;
    uint8_t context, pasid_cache, iotlb_second, iotlb_first, first_tables, second_tables,
        permissions, interrupts;
} scopes[] = {
#define NONE     SV_MATCH_NONE
#define ALL      SV_MATCH_ALL
#define S        SV_MATCH_S
#define D        SV_MATCH_D
#define P        SV_MATCH_P
#define A        SV_MATCH_A
#define IH       SV_MATCH_IH
#define LEGACY_D SV_MATCH_LEGACY_D
#define I        SV_MATCH_I
#define SCOPE(layout, g, context, pasid, second, first, first_tables, second_tables, permissions,  \
              interrupts)                                                                          \
    {SV_LAYOUT_##layout, g,           context,   pasid, second, first, first_tables,               \
     second_tables,      permissions, interrupts},
#include "spec/scopes.def"
};

static const struct scope_row *find_row(enum sv_layout_id layout, unsigned granularity)
{
    for (unsigned i = 0; i < sizeof scopes / sizeof scopes[0]; i++)
        if (scopes[i].layout == layout && scopes[i].granularity == granularity)
            return &scopes[i];
    return NULL;
}

enum sv_layout_id sv_scope_layout(const struct sv_scope *scope)
{
    return scopes[scope->row].layout;
}

/* IH spares a column; LEGACY_D becomes D or, in scalable mode, no condition on the domain. */
static uint8_t resolve(uint8_t cell, bool ih, bool legacy)
{
    if ((cell & SV_MATCH_IH) && ih)
        return SV_MATCH_NONE;
    if (cell & SV_MATCH_LEGACY_D) {
        if (legacy)
            cell |= SV_MATCH_D;
        else if (cell == SV_MATCH_LEGACY_D)
            cell = SV_MATCH_ALL;
    }
    return cell & (uint8_t) ~(SV_MATCH_IH | SV_MATCH_LEGACY_D);
}

static void fill_scope(struct sv_scope *scope, const struct scope_row *row, bool ih, bool legacy)
{
    scope->context = resolve(row->context, ih, legacy);
    scope->pasid_cache = resolve(row->pasid_cache, ih, legacy);
    scope->iotlb_second = resolve(row->iotlb_second, ih, legacy);
    scope->iotlb_first = resolve(row->iotlb_first, ih, legacy);
    scope->first_tables = resolve(row->first_tables, ih, legacy);
    scope->second_tables = resolve(row->second_tables, ih, legacy);
    scope->permissions = resolve(row->permissions, false, legacy);
    scope->interrupts = row->interrupts;
    scope->hint = ih;
    scope->row = (uint8_t)(row - scopes);
}

static void set_block(struct sv_scope *scope, uint64_t address, unsigned am, unsigned width)
{
    scope->block_shift = (uint8_t)(12 + am > 64 ? 64 : 12 + am);
    scope->address = address;
    scope->address_width = (uint8_t)width;
}

bool sv_invalidation_bad_mode(const struct sv_rules *rules, enum sv_ttm ttm)
{
    return ttm == SV_TTM_RESERVED ||
           (ttm == SV_TTM_SCALABLE && !sv_rules_has(rules, SV_CAP_SMTS)) ||
           (ttm == SV_TTM_ABORT && !sv_rules_has(rules, SV_CAP_ADMS));
}

/* The decode functions return 0, or the IQEI code of the error. */
static uint8_t decode_scope(const struct sv_rules *rules, enum sv_ttm ttm, enum sv_layout_id layout,
                            const uint64_t *w, struct sv_invalidation *out)
{
    unsigned granularity = (unsigned)sv_inv_iotlb_g(w);
    const struct scope_row *row = find_row(layout, granularity);
    if (!row)
        return rules->granularity_iqei;
    bool ih = false;
    struct sv_scope *scope = &out->scope;
    scope->domain_id = (uint16_t)(sv_inv_iotlb_did(w) & low_mask(rules->did_width));
    if (layout == SV_LAYOUT_inv_cc) {
        /* The mask covers, in order, function bits 2, 2:1 and 2:0 (section 6.5.2.1). */
        static const uint16_t function_masks[4] = {0, 4, 6, 7};
        scope->source_id = (uint16_t)sv_inv_cc_sid(w);
        scope->source_mask = (uint16_t)~function_masks[sv_inv_cc_fm(w)];
    } else if (layout == SV_LAYOUT_inv_iotlb && granularity == 3) {
        if (!sv_rules_has(rules, SV_CAP_PSI))
            return rules->granularity_iqei;
        if (sv_inv_iotlb_am(w) > rules->mamv && rules->am_range != 2)
            return rules->am_range == 0 ? 4 : 3;
        ih = sv_inv_iotlb_ih(w);
        set_block(scope, sv_inv_iotlb_addr(w), (unsigned)sv_inv_iotlb_am(w), rules->mgaw);
    } else if (layout == SV_LAYOUT_inv_iec) {
        if (granularity == 1 && sv_inv_iec_im(w) > rules->mhmv && sv_rules_has(rules, SV_CAP_IR) &&
            rules->am_range != 2)
            return rules->am_range == 0 ? 4 : 3;
        scope->index = (uint16_t)sv_inv_iec_iidx(w);
        scope->index_mask = (uint16_t)~low_mask((unsigned)sv_inv_iec_im(w));
    } else if (layout == SV_LAYOUT_inv_p_iotlb || layout == SV_LAYOUT_inv_pc) {
        scope->pasid = (uint32_t)sv_inv_p_iotlb_pasid(w);
        ih = granularity == 3 && sv_inv_p_iotlb_ih(w); /* inv_pc has no column that it spares */
        set_block(scope, sv_inv_p_iotlb_addr(w), (unsigned)sv_inv_p_iotlb_am(w), 57);
    }
    if (layout == SV_LAYOUT_inv_hpt) {
        scope->permission_levels = granularity == 1 ? 4 : (uint8_t)(sv_inv_hpt_ih(w) + 1);
        set_block(scope, sv_inv_hpt_addr(w), (unsigned)sv_inv_hpt_am(w), rules->haw);
    }
    scope->spares_larger = rules->am_spares_larger;
    fill_scope(scope, row, ih, ttm == SV_TTM_LEGACY);
    out->kind = SV_INV_SCOPE;
    return 0;
}

static uint8_t decode_wait(const struct sv_rules *rules, const uint64_t *w,
                           struct sv_invalidation *out)
{
    out->kind = SV_INV_WAIT;
    out->writes_status = sv_inv_wait_sw(w);
    out->interrupts = sv_inv_wait_iflag(w);
    out->fence = sv_inv_wait_fn(w);
    out->drains_pages = sv_inv_wait_pd(w);
    out->status_hpa = sv_inv_wait_status_addr(w) & low_mask(rules->haw);
    out->status_data = (uint32_t)sv_inv_wait_status_data(w);
    return 0;
}

static uint8_t decode_response(const uint64_t *w, struct sv_invalidation *out)
{
    bool has_pasid = sv_inv_page_grp_resp_pp(w);
    out->kind = SV_INV_PAGE_RESPONSE;
    out->response = (svasim_page_response){
        .pasid = has_pasid ? (uint32_t)sv_inv_page_grp_resp_pasid(w) : SVASIM_NO_PASID,
        .source_id = (uint16_t)sv_inv_page_grp_resp_rid(w),
        .group = (uint16_t)sv_inv_page_grp_resp_prgi(w),
        .code = (uint8_t)sv_inv_page_grp_resp_rc(w),
    };
    return 0;
}

/* Invalidation requests for devices, sections 6.5.2.5 and 6.5.2.6. The range is the block whose
 * address has a 0 above the ones that begin at bit 12. */
static uint8_t decode_device(const struct sv_rules *rules, const uint64_t *w, bool has_pasid,
                             struct sv_invalidation *out)
{
    svasim_device_invalidation *to = &out->device;
    uint64_t address = sv_inv_dev_tlb_addr(w);
    bool larger = has_pasid ? sv_inv_p_dev_tlb_s(w) : sv_inv_dev_tlb_s(w);
    unsigned mip = (unsigned)(has_pasid ? sv_inv_p_dev_tlb_mip(w) : sv_inv_dev_tlb_mip(w));
    unsigned size_log2 = 12;
    if (larger)
        for (size_log2 = 13; size_log2 < 64 && bit_get(address, size_log2 - 1); size_log2++)
            continue;
    out->kind = SV_INV_DEVICE;
    to->source_id = (uint16_t)(has_pasid ? sv_inv_p_dev_tlb_sid(w) : sv_inv_dev_tlb_sid(w));
    to->pasid = has_pasid ? (uint32_t)sv_inv_p_dev_tlb_pasid(w) : SVASIM_NO_PASID;
    to->all_pasids = has_pasid && sv_inv_p_dev_tlb_gi(w);
    to->size_log2 = (uint8_t)size_log2;
    to->address = address & ~low_mask(size_log2);
    out->throttle_id = to->source_id;
    if (sv_rules_has(rules, SV_CAP_DIT))
        out->throttle_id = (uint16_t)(sv_inv_dev_tlb_pfsid_hi(w) << 4 | sv_inv_dev_tlb_pfsid_lo(w));
    out->pending_max = (uint8_t)(mip ? mip : 32);
    return 0;
}

static bool reserved_set(enum sv_layout_id layout, const uint64_t *words)
{
    uint64_t masks[4];
    uint64_t bits = 0;
    sv_reserved_masks(layout, 0, 64, 16, masks);
    for (unsigned i = 0; i < 4; i++)
        bits |= words[i] & masks[i];
    return bits != 0;
}

static uint8_t decode(const struct sv_rules *rules, enum sv_ttm ttm, const uint64_t *words,
                      struct sv_invalidation *out)
{
    unsigned type = (unsigned)(sv_inv_cc_type_hi(words) << 4 | sv_inv_cc_type(words));
    if (sv_invalidation_bad_mode(rules, ttm))
        return 7;
    if (type == 0 || type >= sizeof types / sizeof types[0] ||
        (types[type].needs_cap && !sv_rules_has(rules, types[type].cap)) ||
        (ttm == SV_TTM_LEGACY && !types[type].in_legacy))
        return 3;
    enum sv_layout_id layout = types[type].layout;
    uint64_t pfsid = sv_inv_dev_tlb_pfsid_lo_mask() | sv_inv_dev_tlb_pfsid_hi_mask();
    bool device = layout == SV_LAYOUT_inv_dev_tlb || layout == SV_LAYOUT_inv_p_dev_tlb;
    uint64_t lower[4] = {words[0], words[1], 0, 0};
    if (types[type].in_legacy && (words[2] | words[3]) && !reserved_set(layout, lower))
        return rules->padding_iqei;
    if (reserved_set(layout, words) ||
        (device && (words[0] & pfsid) && !sv_rules_has(rules, SV_CAP_DIT)))
        return 4;
    if (layout == SV_LAYOUT_inv_wait) {
        if (sv_inv_wait_pd(words) && !sv_rules_has(rules, SV_CAP_PDS))
            return 4;
        return decode_wait(rules, words, out);
    }
    if (layout == SV_LAYOUT_inv_page_grp_resp)
        return decode_response(words, out);
    if (device)
        return decode_device(rules, words, layout == SV_LAYOUT_inv_p_dev_tlb, out);
    return decode_scope(rules, ttm, layout, words, out);
}

void sv_invalidation_decode(const struct sv_rules *rules, enum sv_ttm ttm, const uint64_t *words,
                            struct sv_invalidation *out)
{
    *out = (struct sv_invalidation){.kind = SV_INV_OTHER};
    out->iqei = decode(rules, ttm, words, out);
    if (out->iqei)
        out->kind = SV_INV_ERROR;
}
