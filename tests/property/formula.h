/* SPDX-License-Identifier: MIT */
/* formula.h - how long a request takes that has the unit to itself, from the configuration alone.
 */
#ifndef TESTS_FORMULA_H
#define TESTS_FORMULA_H

#include "property/load.h"

/* Caches by name, NULL at the end. */
extern const char *const formula_iotlbs[], *const formula_contexts[], *const formula_pasids[];

/* Is any of them on? And the latency of the slowest that is. */
bool formula_any(const struct load *load, const char *const *caches);
uint64_t formula_slowest(const struct load *load, const char *const *caches);

/* Found in the IOTLB. */
uint64_t formula_hit(const struct load *load);
/* Not found, and over behind the context cache, where the context entry said no; or behind the
 * PASID cache. */
uint64_t formula_context(const struct load *load, unsigned accesses);
uint64_t formula_pasid(const struct load *load, unsigned accesses);
/* A walk with that many lookups in the structure caches of each stage, and memory accesses. */
uint64_t formula_walk(const struct load *load, unsigned first_lookups, unsigned second_lookups,
                      unsigned accesses);

#endif
