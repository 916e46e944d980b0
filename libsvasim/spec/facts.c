/* SPDX-License-Identifier: MIT */
/* facts.c - faults, stages, counters, caches and registers as tables that tools can list. */
#include "svasim/facts.h"

#include "spec/tables.h"

#include <strings.h>

#define ANSWER(x) SVASIM_ANSWER_##x
const svasim_fault_info sv_faults[SVASIM_FAULT_COUNT] = {
    [SVASIM_FAULT_NONE] = {"none", "no fault", "", 0, false, {0}},
#define FAULT(id, code, name, qualified, u, up, t, tp, x, xp, pr, section, condition)              \
    [SVASIM_FAULT_##                                                                               \
        id] = {name,                                                                               \
               condition,                                                                          \
               section,                                                                            \
               code,                                                                               \
               qualified,                                                                          \
               {ANSWER(u), ANSWER(up), ANSWER(t), ANSWER(tp), ANSWER(x), ANSWER(xp), ANSWER(pr)}},
#include "svasim/faults.def"
#undef FAULT
};

static const char *const stage_names[] = {
#define STAGE(id, name, meaning) name,
#include "svasim/stages.def"
#undef STAGE
};

static const char *const stage_meanings[] = {
#define STAGE(id, name, meaning) meaning,
#include "svasim/stages.def"
#undef STAGE
};

static const svasim_occupant_info occupants[] = {
#define OCCUPANT(id, name, bound, meaning) {name, bound, meaning},
#include "svasim/occupants.def"
#undef OCCUPANT
};

static const svasim_stall_info stalls[] = {
#define STALL(id, stage, key, meaning) {SVASIM_STAGE_##stage, key, meaning},
#include "svasim/stalls.def"
#undef STALL
};

static const svasim_counter_info counters[] = {
#define COUNTER(id, name, meaning) {name, meaning},
#include "spec/counters.def"
#undef COUNTER
};

static const svasim_cache_info caches[] = {
#define CACHE(id, name, enabled, sets, ways, latency, tag, holds) {name, tag, holds},
#include "spec/caches.def"
#undef CACHE
};

static const svasim_scope_info scopes[] = {
#define SCOPE(layout, g, context, pasid, second, first, first_tables, second_tables, permissions,  \
              interrupts)                                                                          \
    {#layout,                                                                                      \
     g,                                                                                            \
     {#context, #pasid, #second, #first, #first_tables, #second_tables, #permissions,              \
      #interrupts}},
#include "spec/scopes.def"
#undef SCOPE
};

#define R                                     SVASIM_PERF_REQUESTER
#define D                                     SVASIM_PERF_DOMAIN
#define P                                     SVASIM_PERF_PASID
#define A                                     SVASIM_PERF_ADDRESS_TYPE
#define L                                     SVASIM_PERF_LEVEL
#define PERF_LEVEL(group, bit, counter, name) {name, SV_COUNT_##counter, group, bit, true, 0, 0},
#define PERF_COUNT(group, bit, counter, pairs, knows, name)                                        \
    {name, SV_COUNT_##counter, group, bit, false, pairs, knows},
const svasim_perf_event_info sv_perf_events[] = {
#include "spec/perf_events.def"
};
#undef PERF_LEVEL
#undef PERF_COUNT
#undef R
#undef D
#undef P
#undef A
#undef L

const svasim_register_info sv_registers[] = {
#define REG(id, offset, bytes, access, needs, reset, writable, name, meaning)                      \
    {name, meaning, offset, bytes, access, reset},
#include "spec/registers.def"
#undef REG
};

const uint64_t sv_register_writable[] = {
#define REG(id, offset, bytes, access, needs, reset, writable, name, meaning) writable,
#include "spec/registers.def"
#undef REG
};

const uint64_t sv_register_needs[] = {
#define REG(id, offset, bytes, access, needs, reset, writable, name, meaning) needs,
#include "spec/registers.def"
#undef REG
};

static const svasim_register_field register_fields[] = {
#define BITS(reg, name, hi, lo, kind, meaning)                                                     \
    {#name, meaning, SV_REG_##reg, SVASIM_BITS_##kind, hi, lo},
#include "spec/register_fields.def"
#undef BITS
};

const svasim_fault_info *svasim_fault_at(unsigned fault)
{
    return fault != SVASIM_FAULT_NONE && fault < SVASIM_FAULT_COUNT ? &sv_faults[fault] : NULL;
}

svasim_fault svasim_fault_find(const char *name)
{
    for (unsigned i = 1; i < SVASIM_FAULT_COUNT; i++)
        if (strcasecmp(sv_faults[i].name, name) == 0)
            return (svasim_fault)i;
    return SVASIM_FAULT_NONE;
}

const char *svasim_stage_name(unsigned stage)
{
    return stage < SVASIM_STAGE_COUNT ? stage_names[stage] : NULL;
}

const char *svasim_stage_meaning(unsigned stage)
{
    return stage < SVASIM_STAGE_COUNT ? stage_meanings[stage] : NULL;
}

const svasim_occupant_info *svasim_occupant_at(unsigned index)
{
    return index < SVASIM_OCCUPANT_COUNT ? &occupants[index] : NULL;
}

const svasim_stall_info *svasim_stall_at(unsigned index)
{
    return index < SVASIM_STALL_COUNT ? &stalls[index] : NULL;
}

const svasim_counter_info *svasim_counter_at(unsigned index)
{
    return index < SV_COUNTER_COUNT ? &counters[index] : NULL;
}

const svasim_cache_info *svasim_cache_at(unsigned index)
{
    return index < SV_CACHE_COUNT ? &caches[index] : NULL;
}

const svasim_scope_info *svasim_scope_at(unsigned index)
{
    return index < sizeof scopes / sizeof scopes[0] ? &scopes[index] : NULL;
}

const svasim_perf_event_info *svasim_perf_event_at(unsigned index)
{
    return index < sizeof sv_perf_events / sizeof sv_perf_events[0] ? &sv_perf_events[index] : NULL;
}

const svasim_register_info *svasim_register_at(unsigned index)
{
    return index < SV_REG_COUNT ? &sv_registers[index] : NULL;
}

const svasim_register_field *svasim_register_field_at(unsigned index)
{
    return index < sizeof register_fields / sizeof register_fields[0] ? &register_fields[index]
                                                                      : NULL;
}
