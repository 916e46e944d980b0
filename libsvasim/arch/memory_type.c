/* SPDX-License-Identifier: MIT */
/* memory_type.c - memory types of the MTRRs (section 11.4.10), and how they meet those of the
 * tables (section 3.10). */
#include "arch/memory_type.h"

#define VARIABLE_RANGES 10u
#define FIXED_END       UINT64_C(0x100000)
#define DEF_FE          (UINT64_C(1) << 10)
#define DEF_E           (UINT64_C(1) << 11)
#define MASK_V          (UINT64_C(1) << 11)

/* Model choice: types that do not exist count as uncacheable. */
static unsigned known(unsigned type)
{
    switch (type) {
    case SV_MEMORY_WC:
    case SV_MEMORY_WT:
    case SV_MEMORY_WP:
    case SV_MEMORY_WB:
    case SV_MEMORY_UC_MINUS:
        return type;
    default:
        return SV_MEMORY_UC;
    }
}

enum sv_memory_type sv_memory_combine(unsigned type, unsigned pat)
{
#define UC SV_MEMORY_UC
#define WC SV_MEMORY_WC
#define WT SV_MEMORY_WT
#define WP SV_MEMORY_WP
#define WB SV_MEMORY_WB
    static const uint8_t made[8][8] = {
        /*               UC  WC  -   -   WT  WP  WB  UC-   of PAT */
        [SV_MEMORY_UC] = {UC, WC, UC, UC, UC, UC, UC, UC},
        [SV_MEMORY_WC] = {UC, WC, UC, UC, UC, UC, WC, WC},
        [SV_MEMORY_WT] = {UC, WC, UC, UC, WT, WP, WT, UC},
        [SV_MEMORY_WB] = {UC, WC, UC, UC, WT, WP, WB, UC},
        [SV_MEMORY_WP] = {UC, WC, UC, UC, WT, WP, WP, WC},
    };
#undef UC
#undef WC
#undef WT
#undef WP
#undef WB
    unsigned row = known(type & 7);
    return (enum sv_memory_type)made[row == SV_MEMORY_UC_MINUS ? SV_MEMORY_UC : row][pat & 7];
}

/* Eight pieces of 64 KiB, sixteen of 16 KiB, 64 of 4 KiB: one byte each, in order of address. */
static unsigned fixed_type(const uint64_t *values, uint64_t hpa)
{
    unsigned piece;
    if (hpa < 0x80000)
        piece = (unsigned)(hpa >> 16);
    else if (hpa < 0xc0000)
        piece = 8 + (unsigned)((hpa - 0x80000) >> 14);
    else
        piece = 24 + (unsigned)((hpa - 0xc0000) >> 12);
    return values[SV_REG_MTRR_FIX64K_00000 + piece / 8] >> 8 * (piece % 8) & 0xff;
}

/* Where ranges overlap UC wins, then WT over WB.
 * Model choice: any other overlap, which software must not make, is uncacheable. */
static unsigned overlap(unsigned a, unsigned b)
{
    if (a == b)
        return a;
    bool through =
        (a == SV_MEMORY_WT || a == SV_MEMORY_WB) && (b == SV_MEMORY_WT || b == SV_MEMORY_WB);
    return through ? SV_MEMORY_WT : SV_MEMORY_UC;
}

static unsigned mtrr_type(const uint64_t *values, uint64_t hpa)
{
    uint64_t def = values[SV_REG_MTRRDEF];
    if (!(def & DEF_E))
        return SV_MEMORY_UC;
    if ((def & DEF_FE) && hpa < FIXED_END)
        return fixed_type(values, hpa);
    unsigned found = 0;
    bool any = false;
    for (unsigned i = 0; i < VARIABLE_RANGES; i++) {
        uint64_t base = values[SV_REG_MTRR_PHYSBASE0 + 2 * i];
        uint64_t mask = values[SV_REG_MTRR_PHYSBASE0 + 2 * i + 1];
        if (!(mask & MASK_V) || ((hpa ^ base) & mask & ~low_mask(12)))
            continue;
        found = any ? overlap(found, base & 0xff) : (unsigned)(base & 0xff);
        any = true;
    }
    return any ? found : (unsigned)(def & 0xff);
}

enum sv_memory_type sv_memory_resolve(const uint64_t *values, unsigned said, uint64_t hpa)
{
    if (said & SV_MEMORY_MTRR)
        return sv_memory_combine(mtrr_type(values, hpa), said);
    unsigned type = known(said);
    return type == SV_MEMORY_UC_MINUS ? SV_MEMORY_UC : (enum sv_memory_type)type;
}
