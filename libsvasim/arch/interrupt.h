/* SPDX-License-Identifier: MIT */
/* interrupt.h - interrupt requests, chapter 5: their two formats, and what a walk keeps while it
 * remaps or posts one. */
#ifndef SV_ARCH_INTERRUPT_H
#define SV_ARCH_INTERRUPT_H

#include "arch/rules.h"
#include "svasim/svasim.h"

/* Address bits of a request (section 5.1.2). */
#define SV_INTERRUPT_REMAPPABLE (UINT64_C(1) << 4)
#define SV_INTERRUPT_SHV        (UINT64_C(1) << 3)

/* IRTA fields as latched by the last SIRTP, and the levels of GCMD. */
struct sv_interrupt_mode {
    uint64_t table;   /* host address */
    uint32_t entries; /* 2 to 65536 */
    bool extended;    /* EIME: x2APIC destinations */
    bool enabled;     /* IRES */
    bool compatible;  /* CFIS: requests in compatibility format pass */
};

/* What the interrupt entry cache holds: the entry as it is in memory, which every hit judges
 * again (section 6.4). */
struct sv_irte {
    uint64_t words[2];
};

/* Progress of an interrupt request inside a walk. */
struct sv_interrupt {
    struct sv_irte entry;
    uint64_t table, descriptor; /* host addresses of the table, and of the posted descriptor */
    uint64_t control;           /* posted: the quadword with ON and SN, as last seen */
    uint32_t index;
    bool extended, filled;
};

/* Would the unit take this request for an interrupt (or for a mistaken one)? */
static inline bool sv_is_interrupt_request(const svasim_request *request)
{
    return request->at == SVASIM_UNTRANSLATED && request->pasid == SVASIM_NO_PASID &&
           sv_is_interrupt_range(request->address);
}

/* interrupt_index of a request in remappable format (section 5.1.3). It can leave 16 bits; no
 * table is that long. */
static inline uint32_t sv_interrupt_index(const svasim_request *request)
{
    uint64_t address = request->address;
    uint32_t handle = (uint32_t)((address >> 5 & 0x7fff) | (address >> 2 & 1) << 15);
    return address & SV_INTERRUPT_SHV ? handle + (request->data & 0xffff) : handle;
}

#endif
