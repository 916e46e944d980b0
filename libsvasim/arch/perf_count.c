/* SPDX-License-Identifier: MIT */
/* perf_count.c - what happened becomes counter values: sums of events as differences of the unit's
 * own counters, filtered events one by one, overflow and freezing (sections 10.3 and 10.4). */
#include "arch/perfmon.h"

/* What the events of a counter come to so far. */
static uint64_t sum_of(const struct sv_perfmon *perf, const struct sv_perf_counter *counter,
                       const uint64_t *totals)
{
    uint64_t sum = 0;
    if (sv_perfmon_is_filtered(counter))
        return counter->noted;
    for (unsigned i = 0; i < counter->source_count; i++) {
        const svasim_perf_event_info *event = &sv_perf_events[counter->source[i]];
        sum += event->level ? perf->ticks[event->counter] : totals[event->counter];
    }
    return sum;
}

void sv_perfmon_mark(struct sv_perfmon *perf, const uint64_t *totals)
{
    for (unsigned i = 0; i < perf->count; i++)
        if (bit_get(perf->running, i))
            perf->counter[i].mark = sum_of(perf, &perf->counter[i], totals);
}

/* Add to a counter; true: it came to zero or went past it. */
static bool add(struct sv_perf_counter *counter, uint64_t delta, unsigned width)
{
    uint64_t mask = low_mask(width);
    bool overflows = delta > mask - counter->value;
    counter->value = (counter->value + delta) & mask;
    return overflows;
}

bool sv_perfmon_settle(struct sv_perfmon *perf, const uint64_t *totals)
{
    bool interrupt = false, freeze = false;
    for (unsigned i = 0; i < perf->count; i++) {
        if (!bit_get(perf->running, i))
            continue;
        struct sv_perf_counter *counter = &perf->counter[i];
        uint64_t sum = sum_of(perf, counter, totals), delta = sum - counter->mark;
        counter->mark = sum;
        if (!add(counter, delta, sv_perfmon_kind(perf, i)->width))
            continue;
        perf->overflowed |= UINT64_C(1) << i;
        interrupt |= (counter->config & SV_PERF_CFG_IO) != 0;
        freeze |= (counter->config & SV_PERF_CFG_GFO) != 0;
    }
    if (freeze)
        sv_perfmon_freeze(perf, true);
    return interrupt;
}

/* --- filters --- */

static bool pasid_matches(uint32_t filter, uint32_t pasid)
{
    bool has_pasid = pasid != SVASIM_NO_PASID;
    switch (bits_get(filter, 21, 20)) {
    case 0:
        return has_pasid && pasid == (filter & 0xfffff);
    case 1:
        return has_pasid;
    case 2:
        return !has_pasid;
    default:
        return false; /* reserved: matches nothing */
    }
}

static bool passes(const uint32_t *filter, const struct sv_perf_subject *subject)
{
    const svasim_request *request = subject->request;
    const bool matches[SV_PERF_FILTERS] = {
        [SV_PERF_RID] = (filter[SV_PERF_RID] & 0xffff) == request->source_id,
        [SV_PERF_DID] = (filter[SV_PERF_DID] & 0xffff) == subject->domain_id,
        [SV_PERF_PASID] = pasid_matches(filter[SV_PERF_PASID], request->pasid),
        [SV_PERF_AT] = bit_get(filter[SV_PERF_AT], request->at),
        [SV_PERF_PTL] = subject->level && bit_get(filter[SV_PERF_PTL], subject->level - 1u),
    };
    for (unsigned i = 0; i < SV_PERF_FILTERS; i++)
        if ((filter[i] & SV_PERF_FLTR_EN) && !matches[i])
            return false;
    return true;
}

void sv_perfmon_note(struct sv_perfmon *perf, enum sv_counter counter,
                     const struct sv_perf_subject *subject)
{
    for (unsigned i = 0; i < perf->count; i++) {
        struct sv_perf_counter *c = &perf->counter[i];
        /* Filters go with exactly one event. */
        if (bit_get(perf->filtering, i) && sv_perf_events[c->source[0]].counter == counter)
            c->noted += passes(c->filter, subject);
    }
}

/* --- time --- */

uint64_t sv_perfmon_alarm(const struct sv_perfmon *perf, const uint64_t *rates, bool may_interrupt)
{
    uint64_t first = UINT64_MAX;
    for (unsigned i = 0; i < perf->count; i++) {
        const struct sv_perf_counter *counter = &perf->counter[i];
        bool seen = (may_interrupt && (counter->config & SV_PERF_CFG_IO)) ||
                    (counter->config & SV_PERF_CFG_GFO);
        uint64_t rate = 0;
        if (!bit_get(perf->running, i) || !seen)
            continue;
        for (unsigned k = 0; k < counter->source_count; k++)
            rate += sv_perf_events[counter->source[k]].level
                        ? rates[sv_perf_events[counter->source[k]].counter]
                        : 0;
        uint64_t room = low_mask(sv_perfmon_kind(perf, i)->width) - counter->value;
        if (rate && room / rate < first)
            first = room / rate + 1; /* room + 1 or more overflow it */
    }
    return first;
}
