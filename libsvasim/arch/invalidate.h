/* SPDX-License-Identifier: MIT */
/* invalidate.h - from an invalidation descriptor to what it means: a scope (which entries of
 * which caches go), a wait, or an error code of the queue (section 6.5.2). */
#ifndef SV_ARCH_INVALIDATE_H
#define SV_ARCH_INVALIDATE_H

#include "arch/rules.h"
#include "svasim/svasim.h"

/* What an entry must match to be removed; 0 removes nothing. */
enum sv_match {
    SV_MATCH_NONE = 0,
    SV_MATCH_ALL = 1u << 0,
    SV_MATCH_S = 1u << 1,
    SV_MATCH_D = 1u << 2,
    SV_MATCH_P = 1u << 3,
    SV_MATCH_A = 1u << 4,
    SV_MATCH_IH = 1u << 5,
    SV_MATCH_LEGACY_D = 1u << 6,
    SV_MATCH_I = 1u << 7
};

struct sv_scope {
    uint8_t context, pasid_cache, iotlb_second, iotlb_first, first_tables, second_tables;
    uint8_t permissions;
    uint8_t permission_levels; /* host permissions of this level and below */
    uint8_t interrupts;
    uint16_t index, index_mask;      /* bits of the interrupt index that count */
    uint16_t source_id, source_mask; /* bits of the source id that count */
    uint16_t domain_id;
    uint32_t pasid;
    uint64_t address;
    bool spares_larger;    /* pages larger than the block stay */
    bool hint;             /* IH: only leaves changed */
    uint8_t row;           /* of scopes.def */
    uint8_t block_shift;   /* the block is 2^block_shift bytes around `address` */
    uint8_t address_width; /* address bits at and above it do not count */
};

enum sv_inv_kind {
    SV_INV_SCOPE,         /* apply `scope` */
    SV_INV_WAIT,          /* status write when everything earlier is done */
    SV_INV_PAGE_RESPONSE, /* `response` goes to its device */
    SV_INV_DEVICE,        /* `device` goes to its device */
    SV_INV_OTHER,         /* valid, but nothing inside the unit is removed */
    SV_INV_ERROR          /* `iqei` */
};

struct sv_invalidation {
    enum sv_inv_kind kind;
    uint8_t iqei;
    struct sv_scope scope;
    bool writes_status, interrupts, fence, drains_pages;
    uint64_t status_hpa;
    uint32_t status_data;
    svasim_page_response response;
    svasim_device_invalidation device;
    uint16_t throttle_id; /* of the function whose limit counts for `device` */
    uint8_t pending_max;  /* that limit, a hint of software */
};

/* Which descriptor has this scope. */
enum sv_layout_id sv_scope_layout(const struct sv_scope *scope);
/* Is the table mode one that no descriptor can be processed in? */
bool sv_invalidation_bad_mode(const struct sv_rules *rules, enum sv_ttm ttm);
/* Decode one descriptor for the table mode in effect. */
void sv_invalidation_decode(const struct sv_rules *rules, enum sv_ttm ttm, const uint64_t *words,
                            struct sv_invalidation *out);

#endif
