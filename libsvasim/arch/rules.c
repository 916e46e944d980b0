/* SPDX-License-Identifier: MIT */
/* rules.c - from configuration to what the walk checks against. */
#include "arch/rules.h"

static void mask_of(struct sv_rules *rules, enum sv_layout_id layout, uint64_t *out)
{
    sv_reserved_masks(layout, rules->caps, rules->haw, rules->did_width, out);
}

static void paging_masks(struct sv_rules *rules)
{
    static const enum sv_layout_id first[6][2] = {
        [1] = {SV_LAYOUT_first_leaf_4k, SV_LAYOUT_first_leaf_4k},
        [2] = {SV_LAYOUT_first_table, SV_LAYOUT_first_leaf_2m},
        [3] = {SV_LAYOUT_first_table, SV_LAYOUT_first_leaf_1g},
        [4] = {SV_LAYOUT_first_table_top, SV_LAYOUT_first_table_top},
        [5] = {SV_LAYOUT_first_table_top, SV_LAYOUT_first_table_top},
    };
    static const enum sv_layout_id second[6][2] = {
        [1] = {SV_LAYOUT_second_leaf_4k, SV_LAYOUT_second_leaf_4k},
        [2] = {SV_LAYOUT_second_table, SV_LAYOUT_second_leaf_2m},
        [3] = {SV_LAYOUT_second_table, SV_LAYOUT_second_leaf_1g},
        [4] = {SV_LAYOUT_second_table_top, SV_LAYOUT_second_table_top},
        [5] = {SV_LAYOUT_second_table_top, SV_LAYOUT_second_table_top},
    };
    for (unsigned level = 1; level <= 5; level++)
        for (unsigned leaf = 0; leaf < 2; leaf++) {
            mask_of(rules, first[level][leaf], &rules->first_rsvd[level][leaf]);
            mask_of(rules, second[level][leaf], &rules->second_rsvd[level][leaf]);
        }
    /* A large page of an unsupported size: the PS bit itself is reserved (sections 9.7, 9.8). */
    if (!sv_rules_has(rules, SV_CAP_FS1GP))
        rules->first_rsvd[3][1] |= sv_first_leaf_1g_ps_mask();
    if (!(rules->sslps & 1))
        rules->second_rsvd[2][1] |= sv_second_leaf_2m_ps_mask();
    if (!(rules->sslps & 2))
        rules->second_rsvd[3][1] |= sv_second_leaf_1g_ps_mask();
}

static void plain_first(struct sv_rules *rules, bool eafe)
{
    struct sv_plain *plain = &rules->first_plain[eafe];
    plain->settled = sv_first_leaf_4k_p_mask() | sv_first_leaf_4k_a_mask() |
                     (eafe ? sv_first_leaf_4k_ea_mask() : 0);
    for (unsigned level = 1; level <= 5; level++)
        for (unsigned ps = 0; ps < 2; ps++) {
            bool leaf = level == 1 || (level <= 3 && ps);
            plain->cares[level][ps] = plain->settled | rules->first_rsvd[level][leaf] |
                                      (level >= 4 ? sv_first_table_ps_mask() : 0);
        }
}

static bool cache_on(const svasim_config *config, enum sv_cache_id cache)
{
    return config->value[SV_KEY_CACHE(cache, SV_PART_ENABLED)] != 0;
}

void sv_rules_init(struct sv_rules *rules, const svasim_config *config)
{
    const uint64_t *value = config->value;
    *rules = (struct sv_rules){
        .caps = sv_config_caps(config),
        .haw = (uint8_t)value[SV_KEY_HAW],
        .mgaw = (uint8_t)value[SV_KEY_MGAW],
        .sagaw = (uint8_t)value[SV_KEY_SAGAW],
        .sslps = (uint8_t)value[SV_KEY_SSLPS],
        .pss = (uint8_t)value[SV_KEY_PSS],
        .version_major = (uint8_t)value[SV_KEY_VERSION],
        .mamv = (uint8_t)value[SV_KEY_MAMV],
        .mhmv = (uint8_t)value[SV_KEY_MHMV],
        .did_width = (uint8_t)(4 + 2 * value[SV_KEY_ND]),
        .update_tries = (uint16_t)value[SV_KEY_UPDATE_TRIES],
        .queue_in_memory = value[SV_KEY_QUEUE] != 0,
        .us_early = value[SV_KEY_US_CHECK] != 0,
        .denied_walks = value[SV_KEY_DENIED] != 0,
        .fs_read_dirties = value[SV_KEY_FS_READ_DIRTY] != 0,
        .both_halves = value[SV_KEY_BOTH_HALVES] != 0,
        .legacy_atomic_reads = value[SV_KEY_LEGACY_ATOMIC] != 0,
        .rights_lost_early = value[SV_KEY_NO_COMMON_RIGHT] != 0,
        .padding_iqei = value[SV_KEY_PAD_RESERVED] ? 3 : 4,
        .am_spares_larger = value[SV_KEY_AM_INSIDE] != 0,
        .registers_beside_queue = value[SV_KEY_REGISTER_INV] != 0,
        .rid_pasid_is_shared =
            value[SV_KEY_RID_CLASH] == 2 ||
            (value[SV_KEY_RID_CLASH] == 1 && !config->value[SV_KEY_CAP_FIRST + SV_CAP_RPS]),
        .ats_range_late = value[SV_KEY_ATS_RANGE] != 0,
        .pass_through_whole = value[SV_KEY_PT_RANGE] != 0,
        .pass_through_ats_answers = value[SV_KEY_PT_ATS] != 0,
        .overflow_first = value[SV_KEY_PAGE_ORDER] != 0,
        .stop_marker_overflows = value[SV_KEY_STOP_FULL] != 0,
        .page_event_is_ppr = value[SV_KEY_PAGE_EVENT] != 0,
        .nonleaf_by_level = value[SV_KEY_NONLEAF] != 0,
        .hpt_keeps_denied = value[SV_KEY_HPT_DENIED] != 0,
        .nested_ro = (uint8_t)value[SV_KEY_NESTED_RO],
        .am_range = (uint8_t)value[SV_KEY_AM_RANGE],
        .granularity_iqei = value[SV_KEY_BAD_GRANULARITY] ? 4 : 3,
        .has_context_cache = cache_on(config, SV_CACHE_CONTEXT),
        .has_pasid_cache = cache_on(config, SV_CACHE_PASID),
        .has_hpt_leaf_cache = cache_on(config, SV_CACHE_HPT_4K) ||
                              cache_on(config, SV_CACHE_HPT_2M) ||
                              cache_on(config, SV_CACHE_HPT_1G),
        .has_hpt_table_cache = cache_on(config, SV_CACHE_HPT_L2) ||
                               cache_on(config, SV_CACHE_HPT_L3) ||
                               cache_on(config, SV_CACHE_HPT_L4),
        .has_interrupt_cache = cache_on(config, SV_CACHE_IEC),
    };
    for (unsigned i = SV_CACHE_IOTLB_4K; i <= SV_CACHE_IOTLB2_1G; i++)
        rules->has_iotlb |= cache_on(config, (enum sv_cache_id)i);
    for (unsigned i = 0; i < 4; i++) {
        rules->has_fs_cache |= cache_on(config, (enum sv_cache_id)(SV_CACHE_FS_L2 + i));
        rules->has_ss_cache |= cache_on(config, (enum sv_cache_id)(SV_CACHE_SS_L2 + i));
    }
    mask_of(rules, SV_LAYOUT_legacy_root_entry, rules->legacy_root_rsvd);
    mask_of(rules, SV_LAYOUT_root_entry, rules->root_rsvd);
    mask_of(rules, SV_LAYOUT_legacy_context_entry, rules->legacy_context_rsvd);
    mask_of(rules, SV_LAYOUT_context_entry, rules->context_rsvd);
    mask_of(rules, SV_LAYOUT_pasid_dir_entry, &rules->pasid_dir_rsvd);
    mask_of(rules, SV_LAYOUT_pasid_entry, rules->pasid_rsvd);
    mask_of(rules, SV_LAYOUT_irte, rules->irte_rsvd);
    mask_of(rules, SV_LAYOUT_irte_posted, rules->irte_posted_rsvd);
    mask_of(rules, SV_LAYOUT_posted_descriptor, rules->posted_rsvd);
    paging_masks(rules);
    plain_first(rules, false);
    plain_first(rules, true);
    mask_of(rules, SV_LAYOUT_hpt_l1_entry, rules->hpt_rsvd[1]);
    mask_of(rules, SV_LAYOUT_hpt_l2_entry, rules->hpt_rsvd[2]);
    mask_of(rules, SV_LAYOUT_hpt_l3_entry, rules->hpt_rsvd[3]);
    mask_of(rules, SV_LAYOUT_hpt_l4_entry, rules->hpt_rsvd[4]);
}

unsigned sv_agaw_bits(const struct sv_rules *rules, unsigned aw)
{
    if (!(rules->sagaw >> aw & 1u)) /* bits 0 and 4 and above are never set */
        return 0;
    return 30 + 9 * aw;
}
