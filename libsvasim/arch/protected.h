/* SPDX-License-Identifier: MIT */
/* protected.h - the two protected memory regions (section 11.4.9): no device reaches them, whether
 * translation is on or off. Judged by the host address at the end of a request; not a fault, and
 * not logged. Interrupts, and what the unit itself reads and writes, are exempt.
 * Model choice: a request that is in flight when the regions are enabled is judged with them; the
 * status follows when all of those are answered. */
#ifndef SV_ARCH_PROTECTED_H
#define SV_ARCH_PROTECTED_H

#include "spec/tables.h"

/* Alignment of both regions: 2 MiB (software finds it by writing ones). */
#define SV_PROTECTED_SHIFT 21u

struct sv_protected {
    bool on;
    struct {
        uint64_t first, last; /* host addresses, both included; first > last: no region */
    } region[2];
};

/* Take over the base and limit registers, as enabling does. `values`: by enum sv_register. */
void sv_protected_latch(struct sv_protected *protect, const uint64_t *values, uint64_t caps);
/* Does a request of `bytes` at `hpa` touch a region? One of no bytes counts as one of one. */
bool sv_protected_hits(const struct sv_protected *protect, uint64_t hpa, uint32_t bytes);

#endif
