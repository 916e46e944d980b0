/* SPDX-License-Identifier: MIT */
/* protected.c - where the protected memory regions lie, and who touches them (section 11.4.9). */
#include "arch/protected.h"

#define PMEN_EPM (UINT64_C(1) << 31)

/* Limit registers hold the address of the last granule: its low bits count as ones. */
static void latch_region(struct sv_protected *protect, unsigned i, uint64_t base, uint64_t limit)
{
    protect->region[i].first = base;
    protect->region[i].last = limit | low_mask(SV_PROTECTED_SHIFT);
}

void sv_protected_latch(struct sv_protected *protect, const uint64_t *values, uint64_t caps)
{
    *protect = (struct sv_protected){.region = {{UINT64_MAX, 0}, {UINT64_MAX, 0}}};
    protect->on = (values[SV_REG_PMEN] & PMEN_EPM) != 0;
    if (caps & SV_CAP_BIT(PLMR))
        latch_region(protect, 0, values[SV_REG_PLMBASE], values[SV_REG_PLMLIMIT]);
    if (caps & SV_CAP_BIT(PHMR))
        latch_region(protect, 1, values[SV_REG_PHMBASE], values[SV_REG_PHMLIMIT]);
}

bool sv_protected_hits(const struct sv_protected *protect, uint64_t hpa, uint32_t bytes)
{
    uint64_t last = hpa + (bytes ? bytes - 1 : 0);
    for (unsigned i = 0; i < 2; i++)
        if (hpa <= protect->region[i].last && last >= protect->region[i].first)
            return true;
    return false;
}
