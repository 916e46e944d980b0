/* SPDX-License-Identifier: MIT */
/* perfmon.c - the performance monitoring registers: what they announce, which bits a write stores
 * and when they are locked (tables 51 and 52), and the checks before a counter is enabled (section
 * 10.5). IO and GFO are reserved where they are not supported, so that check cannot fail. */
#include "arch/perfmon.h"

#define CFG_EGI     bits_mask(11, 8)
#define CFG_ES      bits_mask(59, 32)
#define CONFIG_STEP 0x100u
#define FILTERS_AT  0x08u /* in the configuration block of a counter */
#define CAP_AT      0x80u
#define EVENTS_AT   0x84u

/* --- capabilities --- */

static void read_kind(struct sv_perf_kind *kind, uint64_t groups, uint64_t width, bool interrupts,
                      bool freezes)
{
    const svasim_perf_event_info *row;
    for (unsigned i = 0; (row = svasim_perf_event_at(i)) != NULL; i++)
        if (bit_get(groups, row->group))
            kind->events[row->group] |= UINT32_C(1) << row->bit;
    kind->width = (uint8_t)width;
    kind->interrupts = interrupts;
    kind->freezes = freezes;
}

void sv_perfmon_reset(struct sv_perfmon *perf, const svasim_config *config)
{
    const uint64_t *value = config->value;
    const svasim_perf_event_info *row;
    *perf = (struct sv_perfmon){
        .config_offset = (uint32_t)value[SV_KEY_PERF_CONFIG],
        .freeze_offset = (uint32_t)value[SV_KEY_PERF_FREEZE],
        .overflow_offset = (uint32_t)value[SV_KEY_PERF_OVERFLOW],
        .value_offset = (uint32_t)value[SV_KEY_PERF_VALUES],
        .stride = UINT32_C(1024) << value[SV_KEY_PERF_STRIDE],
        .filters = (uint8_t)value[SV_KEY_PERF_FILTERS],
        .writable = value[SV_KEY_PERF_WRITABLE] != 0,
        .pairs_known = value[SV_KEY_PERF_PAIRS] != 0,
    };
    if (!(sv_config_caps(config) & SV_CAP_BIT(PMS)))
        return;
    perf->count = (uint8_t)value[SV_KEY_PERF_COUNTERS];
    perf->limited_count = (uint8_t)value[SV_KEY_PERF_LIMITED];
    for (unsigned i = 0; (row = svasim_perf_event_at(i)) != NULL; i++)
        if (row->group >= perf->groups)
            perf->groups = (uint8_t)(row->group + 1);
    read_kind(&perf->common, value[SV_KEY_PERF_GROUPS], value[SV_KEY_PERF_WIDTH],
              value[SV_KEY_PERF_INTERRUPTS] != 0, value[SV_KEY_PERF_FREEZES] != 0);
    read_kind(&perf->limited, value[SV_KEY_PERF_GROUPS] & value[SV_KEY_PERF_LIMITED_GROUPS],
              value[SV_KEY_PERF_LIMITED_WIDTH], false, false);
}

void sv_perfmon_announce(const struct sv_perfmon *perf, uint64_t *value)
{
    if (perf->count == 0)
        return;
    unsigned stride = 0;
    while (UINT32_C(1024) << stride < perf->stride)
        stride++;
    /* Model choice: the reserved bits 63:60 of PERFCAP read as printed, Fh. */
    value[SV_REG_PERFCAP] =
        (uint64_t)perf->count | (uint64_t)perf->common.width << 16 | (uint64_t)perf->groups << 24 |
        (uint64_t)perf->filters << 32 | (uint64_t)perf->writable << 48 |
        (uint64_t)perf->common.freezes << 49 | (uint64_t)perf->common.interrupts << 50 |
        (uint64_t)(perf->limited_count != 0) << 51 | (uint64_t)stride << 52 | UINT64_C(0xf) << 60;
    value[SV_REG_PERFCFGOFF] = perf->config_offset;
    value[SV_REG_PERFFRZOFF] = perf->freeze_offset;
    value[SV_REG_PERFOVFOFF] = perf->overflow_offset;
    value[SV_REG_PERFCNTROFF] = perf->value_offset;
    for (unsigned group = 0; group <= SV_REG_PERFEVNTCAP4 - SV_REG_PERFEVNTCAP0; group++)
        value[SV_REG_PERFEVNTCAP0 + group] = perf->common.events[group];
}

/* --- which register an offset is --- */

/* Is `offset` in `bytes` bytes from `start`? If so, how far. */
static bool within(uint32_t offset, uint32_t start, uint32_t bytes, uint32_t *out_at)
{
    *out_at = offset - start;
    return offset >= start && *out_at < bytes;
}

bool sv_perfmon_has(const struct sv_perfmon *perf, uint32_t offset)
{
    uint32_t at;
    return perf->count && (within(offset, perf->config_offset, CONFIG_STEP * perf->count, &at) ||
                           within(offset, perf->freeze_offset, 8, &at) ||
                           within(offset, perf->overflow_offset, 8, &at) ||
                           within(offset, perf->value_offset, perf->stride * perf->count, &at));
}

static uint32_t half(uint64_t word, uint32_t at)
{
    return (uint32_t)(word >> (8 * (at & 4)));
}

static void put_half(uint64_t *word, uint32_t at, uint32_t value, uint64_t writable)
{
    unsigned shift = 8 * (at & 4);
    uint64_t mask = writable & (UINT64_C(0xffffffff) << shift);
    *word = (*word & ~mask) | ((uint64_t)value << shift & mask);
}

/* PERFCNTRCAP and PERFCNTREVCAP of a counter. */
static uint32_t read_capability(const struct sv_perfmon *perf, unsigned index, uint32_t at)
{
    const struct sv_perf_kind *kind = sv_perfmon_kind(perf, index);
    if (kind != &perf->limited)
        return 0; /* PCC = 0: what PERFCAP says holds */
    uint32_t found = 0;
    for (unsigned group = 0; group < perf->groups; group++)
        if (kind->events[group] && EVENTS_AT + 4 * found++ == at)
            return (uint32_t)group << 28 | kind->events[group];
    if (at != CAP_AT)
        return 0;
    return found << 28 | (uint32_t)kind->freezes << 17 | (uint32_t)kind->interrupts << 16 |
           (uint32_t)kind->width << 8 | 1;
}

static uint32_t read_config(const struct sv_perfmon *perf, uint32_t at)
{
    unsigned index = at / CONFIG_STEP;
    const struct sv_perf_counter *counter = &perf->counter[index];
    at %= CONFIG_STEP;
    if (at < FILTERS_AT)
        return half(counter->config, at);
    if (at < FILTERS_AT + 4 * SV_PERF_FILTERS)
        return counter->filter[(at - FILTERS_AT) / 4];
    return at >= CAP_AT ? read_capability(perf, index, at) : 0;
}

uint32_t sv_perfmon_read(const struct sv_perfmon *perf, uint32_t offset)
{
    uint32_t at;
    if (within(offset, perf->config_offset, CONFIG_STEP * perf->count, &at))
        return read_config(perf, at);
    if (within(offset, perf->freeze_offset, 8, &at))
        return half(perf->frozen, at);
    if (within(offset, perf->overflow_offset, 8, &at))
        return half(perf->overflowed, at);
    at = offset - perf->value_offset;
    return at % perf->stride < 8 ? half(perf->counter[at / perf->stride].value, at) : 0;
}

/* --- writes --- */

static uint64_t config_writable(const struct sv_perf_kind *kind)
{
    return CFG_ES | CFG_EGI | (kind->interrupts ? SV_PERF_CFG_IO : 0) |
           (kind->freezes ? SV_PERF_CFG_GFO : 0);
}

static uint32_t filter_writable(const struct sv_perfmon *perf, unsigned filter)
{
    static const uint32_t fields[SV_PERF_FILTERS] = {
        [SV_PERF_RID] = 0xffff, [SV_PERF_DID] = 0xffff, [SV_PERF_PASID] = 0x3fffff,
        [SV_PERF_AT] = 7,       [SV_PERF_PTL] = 0x1f, /* printed as write-only; it reads back here
                                                       */
    };
    if (!bit_get(perf->filters, filter))
        return 0;
    return SV_PERF_FLTR_EN | fields[filter];
}

static void write_config(struct sv_perfmon *perf, uint32_t at, uint32_t value)
{
    unsigned index = at / CONFIG_STEP;
    struct sv_perf_counter *counter = &perf->counter[index];
    at %= CONFIG_STEP;
    if (counter->config & SV_PERF_CFG_EN)
        return; /* locked */
    if (at < FILTERS_AT)
        put_half(&counter->config, at, value, config_writable(sv_perfmon_kind(perf, index)));
    else if (at < FILTERS_AT + 4 * SV_PERF_FILTERS)
        counter->filter[(at - FILTERS_AT) / 4] =
            value & filter_writable(perf, (at - FILTERS_AT) / 4);
}

void sv_perfmon_write(struct sv_perfmon *perf, uint32_t offset, uint32_t value)
{
    uint32_t at;
    if (within(offset, perf->config_offset, CONFIG_STEP * perf->count, &at)) {
        write_config(perf, at, value);
        return;
    }
    if (within(offset, perf->freeze_offset, 8, &at))
        return; /* read-only: commands freeze and unfreeze */
    if (within(offset, perf->overflow_offset, 8, &at)) {
        perf->overflowed &= ~((uint64_t)value << (8 * (at & 4)));
        return;
    }
    at = offset - perf->value_offset;
    unsigned index = at / perf->stride;
    struct sv_perf_counter *counter = &perf->counter[index];
    if (at % perf->stride < 8 && (perf->writable || !(counter->config & SV_PERF_CFG_EN)))
        put_half(&counter->value, at, value, low_mask(sv_perfmon_kind(perf, index)->width));
}

/* --- commands --- */

void sv_perfmon_update(struct sv_perfmon *perf)
{
    perf->running = perf->filtering = 0;
    for (unsigned i = 0; i < perf->count; i++) {
        uint64_t bit = UINT64_C(1) << i;
        if (!(perf->counter[i].config & SV_PERF_CFG_EN) || (perf->frozen & bit))
            continue;
        perf->running |= bit;
        if (sv_perfmon_is_filtered(&perf->counter[i]))
            perf->filtering |= bit;
    }
}

/* May each enabled filter be used with this event? */
static bool pairs_well(const struct sv_perfmon *perf, const struct sv_perf_counter *counter,
                       const svasim_perf_event_info *event)
{
    unsigned allowed = perf->pairs_known ? event->knows : event->pairs;
    for (unsigned i = 0; i < SV_PERF_FILTERS; i++)
        if ((counter->filter[i] & SV_PERF_FLTR_EN) && !bit_get(allowed, i))
            return false;
    return true;
}

bool sv_perfmon_enable(struct sv_perfmon *perf, uint64_t index)
{
    if (index >= perf->count)
        return false;
    struct sv_perf_counter *counter = &perf->counter[index];
    if (counter->config & SV_PERF_CFG_EN)
        return true;
    uint64_t events = bits_get(counter->config, 59, 32);
    unsigned group = (unsigned)bits_get(counter->config, 11, 8);
    bool filtered = sv_perfmon_is_filtered(counter);
    if (events == 0 || (events & ~(uint64_t)sv_perfmon_kind(perf, (unsigned)index)->events[group]))
        return false;
    if (filtered && (events & (events - 1)))
        return false;
    const svasim_perf_event_info *row;
    counter->source_count = 0;
    for (unsigned i = 0; (row = svasim_perf_event_at(i)) != NULL; i++) {
        if (row->group != group || !bit_get(events, row->bit))
            continue;
        if (!pairs_well(perf, counter, row))
            return false;
        counter->source[counter->source_count++] = (uint8_t)i;
    }
    counter->config |= SV_PERF_CFG_EN;
    sv_perfmon_update(perf);
    return true;
}

bool sv_perfmon_disable(struct sv_perfmon *perf, uint64_t index)
{
    if (index >= perf->count)
        return false;
    perf->counter[index].config &= ~SV_PERF_CFG_EN;
    perf->frozen &= ~(UINT64_C(1) << index);
    sv_perfmon_update(perf);
    return true;
}

void sv_perfmon_reset_configuration(struct sv_perfmon *perf)
{
    for (unsigned i = 0; i < perf->count; i++) {
        perf->counter[i].config = 0;
        memset(perf->counter[i].filter, 0, sizeof perf->counter[i].filter);
    }
    perf->frozen = perf->overflowed = 0;
    sv_perfmon_update(perf);
}

void sv_perfmon_reset_values(struct sv_perfmon *perf)
{
    for (unsigned i = 0; i < perf->count; i++)
        perf->counter[i].value = 0;
}

void sv_perfmon_freeze(struct sv_perfmon *perf, bool freeze)
{
    perf->frozen = freeze ? low_mask(perf->count) : 0;
    sv_perfmon_update(perf);
}
