/* SPDX-License-Identifier: MIT */
/* memory_type.h - which memory type does an access have (section 3.10)? The tables say it with the
 * translation; where the MTRRs have a say too, it is settled for the exact address. */
#ifndef SV_ARCH_MEMORY_TYPE_H
#define SV_ARCH_MEMORY_TYPE_H

#include "spec/tables.h"

/* As PAT, EMT and MTRRs encode it. UC_MINUS exists in PAT alone. */
enum sv_memory_type {
    SV_MEMORY_UC = 0,
    SV_MEMORY_WC = 1,
    SV_MEMORY_WT = 4,
    SV_MEMORY_WP = 5,
    SV_MEMORY_WB = 6,
    SV_MEMORY_UC_MINUS = 7
};

/* What a translation says: a type, and whether the MTRRs of its address still count. */
#define SV_MEMORY_MTRR 8u

/* What a second-stage or MTRR type and a PAT type make together. */
enum sv_memory_type sv_memory_combine(unsigned type, unsigned pat);
/* The type of an access to `hpa`. `values`: by enum sv_register; `said`: a type, or one with
 * SV_MEMORY_MTRR. */
enum sv_memory_type sv_memory_resolve(const uint64_t *values, unsigned said, uint64_t hpa);

#endif
