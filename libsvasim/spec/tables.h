/* SPDX-License-Identifier: MIT */
/* tables.h - numbers of the rows of counters.def, caches.def, registers.def, config.def, and the
 * tables behind facts.h for code that is inside. */
#ifndef SV_SPEC_TABLES_H
#define SV_SPEC_TABLES_H

#include "spec/layout.h"
#include "svasim/facts.h"

enum sv_counter {
#define COUNTER(id, name, meaning) SV_COUNT_##id,
#include "spec/counters.def"
#undef COUNTER
    SV_COUNTER_COUNT
};

enum sv_cache_id {
#define CACHE(id, name, enabled, sets, ways, latency, tag, holds) SV_CACHE_##id,
#include "spec/caches.def"
#undef CACHE
    SV_CACHE_COUNT
};

enum sv_register {
#define REG(id, offset, bytes, access, needs, reset, writable, name, meaning) SV_REG_##id,
#include "spec/registers.def"
#undef REG
    SV_REG_COUNT
};

/* Config keys: the rows of config.def, then one per capability, then five per cache. */
enum sv_key {
#define UINT(id, name, initial, min, max, unit, meaning) SV_KEY_##id,
#define BOOL(id, name, initial, meaning)                 SV_KEY_##id,
#define CHOICE(id, name, words, initial, meaning)        SV_KEY_##id,
#include "spec/config.def"
#undef UINT
#undef BOOL
#undef CHOICE
    SV_KEY_CAP_FIRST,
    SV_KEY_CACHE_FIRST = SV_KEY_CAP_FIRST + SV_CAP_COUNT,
    SV_KEY_COUNT = SV_KEY_CACHE_FIRST + 5 * SV_CACHE_COUNT
};
enum sv_part { SV_PART_ENABLED, SV_PART_SETS, SV_PART_WAYS, SV_PART_POLICY, SV_PART_LATENCY };
#define SV_KEY_CACHE(cache, part) (SV_KEY_CACHE_FIRST + 5 * (cache) + (part))

extern const svasim_perf_event_info sv_perf_events[];
extern const svasim_fault_info sv_faults[SVASIM_FAULT_COUNT];
extern const svasim_register_info sv_registers[];
extern const uint64_t sv_register_writable[];
extern const uint64_t sv_register_needs[]; /* SV_CAP_BIT */

#endif
