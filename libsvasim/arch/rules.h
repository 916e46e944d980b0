/* SPDX-License-Identifier: MIT */
/* rules.h - what never changes while a unit lives: capabilities, policies, and the reserved masks
 * that follow from them. Computed once; the walk only reads it. */
#ifndef SV_ARCH_RULES_H
#define SV_ARCH_RULES_H

#include "spec/config.h"
#include "spec/layout.h"

/* Translation table modes of RTADDR (section 11.4.5). */
enum sv_ttm { SV_TTM_LEGACY = 0, SV_TTM_SCALABLE = 1, SV_TTM_RESERVED = 2, SV_TTM_ABORT = 3 };

/* PASID-entry translation types. */
enum sv_pgtt {
    SV_PGTT_FIRST = 1,
    SV_PGTT_SECOND = 2,
    SV_PGTT_NESTED = 3,
    SV_PGTT_PASS_THROUGH = 4
};

enum sv_nested_ro { SV_NESTED_RO_SFS8, SV_NESTED_RO_SFS67, SV_NESTED_RO_SGN6 };

/* How a first-stage entry looks that needs no further look: (entry & cares) == settled. At levels
 * 4 and 5 the PS bit is one that such an entry must not have. */
struct sv_plain {
    uint64_t cares[6][2]; /* [level][PS bit] */
    uint64_t settled;
};

struct sv_rules {
    uint64_t caps; /* SV_CAP_BIT */
    uint8_t haw, mgaw, sagaw, sslps, pss, version_major, mamv, mhmv;
    uint8_t did_width;
    uint16_t update_tries;

    /* policies */
    bool us_early, queue_in_memory, denied_walks, fs_read_dirties, both_halves, legacy_atomic_reads,
        hpt_keeps_denied;
    uint8_t nested_ro;        /* enum sv_nested_ro */
    uint8_t am_range;         /* index of policy.am_above_mamv */
    uint8_t granularity_iqei; /* 3 or 4 */
    uint8_t padding_iqei;     /* 3 or 4 */
    bool rights_lost_early, am_spares_larger, registers_beside_queue, rid_pasid_is_shared;
    bool ats_range_late, pass_through_whole, pass_through_ats_answers;
    bool overflow_first, stop_marker_overflows, page_event_is_ppr, nonleaf_by_level;

    /* which optional lookups are worth asking for */
    bool has_context_cache, has_pasid_cache, has_fs_cache, has_ss_cache, has_iotlb,
        has_hpt_leaf_cache, has_hpt_table_cache, has_interrupt_cache;

    /* bits that must be 0 */
    uint64_t legacy_root_rsvd[2], root_rsvd[2], legacy_context_rsvd[2], context_rsvd[4];
    uint64_t pasid_dir_rsvd, pasid_rsvd[8];
    uint64_t first_rsvd[6][2], second_rsvd[6][2]; /* [level][is leaf] */
    struct sv_plain first_plain[2];               /* [EAFE] */
    uint64_t hpt_rsvd[5][2];                      /* [level] */
    uint64_t irte_rsvd[2], irte_posted_rsvd[2], posted_rsvd[8];
};

static inline bool sv_rules_has(const struct sv_rules *rules, enum sv_cap cap)
{
    return (rules->caps >> cap & 1u) != 0;
}

void sv_rules_init(struct sv_rules *rules, const svasim_config *config);

/* Address bits of an AW field (section 9.6), 0 if the unit does not support it. */
unsigned sv_agaw_bits(const struct sv_rules *rules, unsigned aw);

/* Is `address` in 0xfee00000..0xfeefffff (section 3.15)? */
static inline bool sv_is_interrupt_range(uint64_t address)
{
    return address >> 20 == 0xfee;
}

#endif
