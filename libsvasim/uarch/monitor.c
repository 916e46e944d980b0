/* SPDX-License-Identifier: MIT */
/* monitor.c - feeding the performance counters. What happens once is taken from the counters of
 * counters.def as differences; what adds up every cycle is added here, between two events, when
 * nothing in the pipeline changes; what filters look at is told request by request. */
#include "uarch/monitor.h"

#include "uarch/txn.h"
#include "uarch/watch.h"

static void update(struct sv_core *core)
{
    bool monitored = core->registers.perf.running || core->on_act ||
                     (core->registers.value[SV_REG_ECRSP] & SV_ECRSP_IP);
    if (monitored != core->mode.monitored)
        sv_mode_monitor(&core->mode, &core->rules, monitored);
}

void sv_monitor_settle(struct sv_core *core)
{
    if (sv_perfmon_settle(&core->registers.perf, core->counter)) {
        sv_registers_perf_event(&core->registers);
        sv_core_send_messages(core);
    }
    update(core); /* an overflow may have frozen all */
}

void sv_monitor_programmed(struct sv_core *core)
{
    sv_perfmon_mark(&core->registers.perf, core->counter);
    update(core);
}

static void finish_command(struct sv_pipeline *p)
{
    p->command_due = SVASIM_NEVER;
    sv_registers_run_command(&p->core->registers);
    sv_monitor_programmed(p->core);
}

void sv_monitor_command(struct sv_pipeline *p)
{
    p->run_limit = p->now; /* a run that is under way goes on monitored */
    if (p->command_latency == 0) {
        finish_command(p);
        return;
    }
    p->command_due = p->now + p->command_latency;
    update(p->core);
}

/* --- one by one, for filters --- */

void sv_monitor_request(struct sv_core *core, const svasim_request *request)
{
    struct sv_perf_subject subject = {.request = request};
    sv_perfmon_note(&core->registers.perf, SV_COUNT_REQUESTS, &subject);
}

/* The counter of lookups that an ask belongs to; that of its hits is the next, or for posted
 * interrupts the one after it. */
static enum sv_counter lookup_counter(const struct sv_walk *walk, enum sv_ask ask)
{
    if (ask == SV_ASK_IOTLB)
        return SV_COUNT_IOTLB_LOOKUP;
    if (ask == SV_ASK_CONTEXT)
        return SV_COUNT_CTXT_LOOKUP;
    if (ask == SV_ASK_PASID)
        return SV_COUNT_PASID_LOOKUP;
    if (ask == SV_ASK_HPT_LEAF)
        return SV_COUNT_HPT_LEAF_LOOKUP;
    if (ask == SV_ASK_HPT_TABLE)
        return SV_COUNT_HPT_NONLEAF_LOOKUP;
    if (ask == SV_ASK_IEC)
        return SV_COUNT_INT_LOOKUP;
    return walk->key.stage == 1 ? SV_COUNT_FS_NONLEAF_LOOKUP : SV_COUNT_SS_NONLEAF_LOOKUP;
}

static void note_lookup(struct sv_perfmon *perf, const struct sv_walk *walk, enum sv_ask ask)
{
    struct sv_perf_subject subject = {.request = walk->request};
    enum sv_counter counter = lookup_counter(walk, ask);
    if (ask == SV_ASK_TABLE || ask == SV_ASK_HPT_TABLE)
        subject.domain_id = walk->key.domain_id;
    for (unsigned i = sv_core_lookups(walk, ask); i > 0; i--)
        sv_perfmon_note(perf, counter, &subject);
    if (!walk->found)
        return;
    if (ask == SV_ASK_IOTLB) {
        const struct sv_translation *t = walk->found;
        subject.domain_id = t->domain_id;
        subject.level = (uint8_t)((t->page_shift - 3) / 9);
    } else if (ask == SV_ASK_PASID) {
        subject.domain_id = ((const struct sv_pasid *)walk->found)->domain_id;
    } else if (ask == SV_ASK_HPT_LEAF || ask == SV_ASK_HPT_TABLE) {
        const struct sv_permission *permission = walk->found;
        subject.domain_id = permission->domain_id;
        subject.level = permission->level;
    } else if (ask == SV_ASK_TABLE) {
        subject.level = walk->found_level;
    }
    bool posted = ask == SV_ASK_IEC && sv_irte_im(((const struct sv_irte *)walk->found)->words);
    sv_perfmon_note(perf, counter + 1 + posted, &subject);
}

void sv_monitor_served(struct sv_core *core, const struct sv_walk *walk, enum sv_ask ask)
{
    struct sv_perfmon *perf = &core->registers.perf;
    struct sv_perf_subject subject = {.request = walk->request};
    if (core->on_act)
        sv_watch_served(core, walk, ask);
    if (!perf->filtering || ask == SV_ASK_FILL)
        return;
    if (ask == SV_ASK_READ)
        sv_perfmon_note(perf, SV_COUNT_MRDS, &subject);
    else if (ask == SV_ASK_UPDATE)
        sv_perfmon_note(perf, sv_update_counter(walk), &subject);
    else
        note_lookup(perf, walk, ask);
}

void sv_monitor_run(struct sv_core *core, struct sv_walk *walk, enum sv_ask ask)
{
    while (ask != SV_ASK_DONE) {
        if (ask == SV_ASK_READ || ask == SV_ASK_UPDATE)
            sv_core_serve_memory(core, walk, ask);
        else
            sv_core_serve_cache(core, walk, ask);
        sv_monitor_served(core, walk, ask);
        ask = sv_walk_answer(walk);
    }
}

/* --- what adds up with time --- */

/* Accesses that have a slot but have not started, and when the first of them does. */
static uint32_t not_started(const struct sv_pipeline *p, svasim_tick *out_first)
{
    uint32_t count = 0;
    *out_first = SVASIM_NEVER;
    for (uint32_t i = p->memory.count; i-- > 0;) {
        uint32_t slot = (p->memory.head + i) & p->memory.mask;
        svasim_tick start =
            p->memory.slots[slot].tick - (p->backing.varied ? 0 : p->memory_latency);
        if (start <= p->now)
            break; /* so have all before it */
        if (!p->memory.slots[slot].txn->active)
            continue; /* data */
        *out_first = start;
        count++;
    }
    return count;
}

/* What each PERF_LEVEL row grows by per cycle, until *out_change. */
static void rates_now(const struct sv_pipeline *p, uint64_t *rates, svasim_tick *out_change)
{
    uint32_t later = not_started(p, out_change);
    rates[SV_COUNT_CLOCKS] = 1;
    uint32_t inside = p->in_flight - p->arrivals.count - p->returning;
    rates[SV_COUNT_TOTAL_OCCUPANCY] = inside;
    rates[SV_COUNT_PW_OCCUPANCY] = inside - p->queue.count - p->lookups.count -
                                   p->second_level_busy - p->answers.count - p->held.count;
    rates[SV_COUNT_MEM_OCCUPANCY] = p->memory_busy - later;
    rates[SV_COUNT_MEM_BLOCKED] = p->memory_queue.count + later;
}

static svasim_tick next_with(const struct sv_pipeline *p, const uint64_t *rates)
{
    const struct sv_registers *registers = &p->core->registers;
    uint64_t wait =
        sv_perfmon_alarm(&registers->perf, rates, sv_registers_perf_event_is_new(registers));
    svasim_tick alarm = wait > SVASIM_NEVER - p->now ? SVASIM_NEVER : p->now + wait;
    return p->command_due < alarm ? p->command_due : alarm;
}

svasim_tick sv_monitor_next(const struct sv_pipeline *p)
{
    uint64_t rates[SV_COUNTER_COUNT] = {0};
    svasim_tick change;
    rates_now(p, rates, &change);
    svasim_tick next = next_with(p, rates);
    return next != SVASIM_NEVER && change < next ? change : next;
}

void sv_monitor_advance(struct sv_pipeline *p, svasim_tick tick)
{
    struct sv_core *core = p->core;
    sv_monitor_settle(core);
    while (core->mode.monitored && p->now < tick) {
        uint64_t rates[SV_COUNTER_COUNT] = {0};
        svasim_tick step;
        rates_now(p, rates, &step);
        svasim_tick next = next_with(p, rates);
        step = next < step ? next : step;
        step = tick < step ? tick : step;
        for (unsigned i = 0; i < SV_COUNTER_COUNT; i++)
            core->registers.perf.ticks[i] += rates[i] * (step - p->now);
        p->now = step;
        sv_monitor_settle(core);
        if (p->command_due <= p->now)
            finish_command(p);
    }
}

void sv_monitor_finish(struct sv_pipeline *p, svasim_tick until)
{
    svasim_tick next = SVASIM_NEVER;
    while (until == SVASIM_NEVER && p->core->mode.monitored &&
           (next = sv_monitor_next(p)) != SVASIM_NEVER)
        sv_monitor_advance(p, next);
    sv_monitor_advance(p, until > p->now && until != SVASIM_NEVER ? until : p->now);
}
