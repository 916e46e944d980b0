/* SPDX-License-Identifier: MIT */
/* perfmon.h - the performance counters (chapter 10 and section 11.4.13): what the driver programs
 * them to count, what they hold, and when they overflow or stop. Knows no time: what goes by per
 * cycle is told by the unit (`ticks`), as are the totals of counters.def. */
#ifndef SV_ARCH_PERFMON_H
#define SV_ARCH_PERFMON_H

#include "spec/config.h"
#include "svasim/svasim.h"

#define SV_PERF_COUNTERS_MAX 64u /* the maximum of perf.counters */
#define SV_PERF_GROUPS_MAX   16u /* EGI has 4 bits */
#define SV_PERF_EVENTS_MAX   28u /* ES has 28 */

/* Filter registers of a counter, in the order of their offsets and of the bits in PERFCAP. */
enum sv_perf_filter {
    SV_PERF_RID,
    SV_PERF_DID,
    SV_PERF_PASID,
    SV_PERF_AT,
    SV_PERF_PTL,
    SV_PERF_FILTERS
};

struct sv_perf_counter {
    uint64_t config;                    /* PERFCNTRCFG */
    uint32_t filter[SV_PERF_FILTERS];   /* filter registers */
    uint64_t value;                     /* PERFCNTR, as of the last settling */
    uint64_t mark;                      /* what its events summed up to then */
    uint64_t noted;                     /* occurrences that passed its filters */
    uint8_t source[SV_PERF_EVENTS_MAX]; /* rows of perf_events.def, fixed when enabled */
    uint8_t source_count;
};

/* What one kind of counter can do; the announced capability registers say it too. */
struct sv_perf_kind {
    uint32_t events[SV_PERF_GROUPS_MAX];
    uint8_t width;
    bool interrupts, freezes;
};

struct sv_perfmon {
    uint64_t running;                 /* bit n: counter n is enabled and not frozen */
    uint64_t filtering;               /* of those, the ones with a filter */
    uint64_t frozen;                  /* PERFFRZSTS */
    uint64_t overflowed;              /* PERFOVFSTS */
    uint64_t ticks[SV_COUNTER_COUNT]; /* sums over time, for the PERF_LEVEL rows */
    struct sv_perf_counter counter[SV_PERF_COUNTERS_MAX];

    /* fixed */
    struct sv_perf_kind common, limited; /* the last `limited_count` are of the second kind */
    uint32_t config_offset, freeze_offset, overflow_offset, value_offset, stride;
    uint8_t count, limited_count, groups;
    uint8_t filters;  /* bit n: enum sv_perf_filter n is there */
    bool writable;    /* counters may be written while enabled */
    bool pairs_known; /* perf.filter_pairs */
};

void sv_perfmon_reset(struct sv_perfmon *perf, const svasim_config *config);
/* Put what the fixed capability and offset registers read into `value`, indexed by sv_register. */
void sv_perfmon_announce(const struct sv_perfmon *perf, uint64_t *value);

/* --- the registers whose place PERFCFGOFF and its neighbours tell --- */

bool sv_perfmon_has(const struct sv_perfmon *perf, uint32_t offset);
uint32_t sv_perfmon_read(const struct sv_perfmon *perf, uint32_t offset);
void sv_perfmon_write(struct sv_perfmon *perf, uint32_t offset, uint32_t value);

/* --- commands (table 52) --- */

/* False: a check of section 10.5 failed, or there is no such counter. */
bool sv_perfmon_enable(struct sv_perfmon *perf, uint64_t index);
bool sv_perfmon_disable(struct sv_perfmon *perf, uint64_t index);
void sv_perfmon_reset_configuration(struct sv_perfmon *perf);
void sv_perfmon_reset_values(struct sv_perfmon *perf);
void sv_perfmon_freeze(struct sv_perfmon *perf, bool freeze);

/* --- counting (perf_count.c) --- */

/* Who an occurrence belongs to, as far as it is known. */
struct sv_perf_subject {
    const svasim_request *request;
    uint16_t domain_id;
    uint8_t level; /* of the paging entry, or of the page: 1 is 4 KiB */
};

/* Start counting from here: `totals` are the values of counters.def. Due after each change of
 * what is running. */
void sv_perfmon_mark(struct sv_perfmon *perf, const uint64_t *totals);
/* Take what happened since into the counters. True: a counter that asks for an interrupt has
 * overflowed. */
bool sv_perfmon_settle(struct sv_perfmon *perf, const uint64_t *totals);
/* One occurrence, for counters with filters. */
void sv_perfmon_note(struct sv_perfmon *perf, enum sv_counter counter,
                     const struct sv_perf_subject *subject);
/* Cycles until a counter overflows by the passing of time alone, in a way that can be seen before
 * software looks: by an interrupt (if `may_interrupt`) or a freeze. `rates`: what each PERF_LEVEL
 * row adds per cycle. UINT64_MAX: never. */
uint64_t sv_perfmon_alarm(const struct sv_perfmon *perf, const uint64_t *rates, bool may_interrupt);

/* --- between perfmon.c and perf_count.c --- */

#define SV_PERF_CFG_EN  UINT64_C(1)
#define SV_PERF_CFG_IO  (UINT64_C(1) << 1)
#define SV_PERF_CFG_GFO (UINT64_C(1) << 2)
#define SV_PERF_FLTR_EN (UINT32_C(1) << 31)

static inline const struct sv_perf_kind *sv_perfmon_kind(const struct sv_perfmon *perf,
                                                         unsigned index)
{
    return index >= (unsigned)perf->count - perf->limited_count ? &perf->limited : &perf->common;
}

static inline bool sv_perfmon_is_filtered(const struct sv_perf_counter *counter)
{
    uint32_t enabled = 0;
    for (unsigned i = 0; i < SV_PERF_FILTERS; i++)
        enabled |= counter->filter[i] & SV_PERF_FLTR_EN;
    return enabled != 0;
}

/* Recompute `running` and `filtering`. */
void sv_perfmon_update(struct sv_perfmon *perf);

#endif
