/* SPDX-License-Identifier: MIT */
/* check_performance.c - do performance counters count what --stats counts? The bundled traces run
 * with a counter for every event, functional and timed: each must show what the unit's own counter
 * of that event does, filters that let everything pass must change nothing, and no answer may come
 * out otherwise or at another tick because someone counts. */
#define _POSIX_C_SOURCE 200809L
#include "conformance/suite.h"
#include "perf_driver.h"
#include "svasim/machine.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define EVENTS_MAX 40u

static const char *const traces[] = {
    "traces/quickstart/quickstart.svt",
    "traces/supervisor_sva/supervisor_sva.svt",
    "traces/linux_nvme_strict/linux_nvme_strict.svb",
    "traces/linux_nvme_lazy/linux_nvme_lazy.svb",
};
#define TRACES (sizeof traces / sizeof traces[0])

struct run {
    svasim_machine *machine;
    unsigned level;             /* what is counted: 0 nothing, 1 all events, 2 with filters too */
    bool congested;             /* a memory port that makes accesses wait */
    bool counting;              /* the counters are programmed */
    uint64_t start[EVENTS_MAX]; /* the unit's counters then */
    unsigned filtered[EVENTS_MAX], filtered_count; /* events of the counters behind the first */
    uint64_t answers, hash;
};

static void mix(struct run *run, uint64_t value)
{
    run->hash = (run->hash ^ value) * UINT64_C(0x100000001b3);
}

static void on_event(void *user, const svasim_event *event)
{
    struct run *run = user;
    if (event->kind != SVASIM_EVENT_TRANSLATION)
        return;
    const svasim_response *r = event->response;
    run->answers++;
    mix(run, r->address);
    mix(run, r->completed_at);
    mix(run, r->accepted_at);
    mix(run, (uint64_t)r->fault << 32 | (uint64_t)r->reads << 16 | r->updates);
    mix(run, (uint64_t)r->flags << 16 | (uint64_t)r->rights << 8 | r->status);
}

static unsigned events(void)
{
    unsigned count = 0;
    while (svasim_perf_event_at(count))
        count++;
    return count;
}

/* Counters behind those of all events: each event again, with all filters it knows, so that
 * everything passes. */
static void count_filtered(struct run *run, svasim *unit, unsigned first)
{
    const svasim_perf_event_info *event;
    for (unsigned i = 0; (event = svasim_perf_event_at(i)) != NULL; i++) {
        unsigned counter = first + run->filtered_count;
        if (!event->knows)
            continue;
        perf_select(unit, counter, event->group, UINT32_C(1) << event->bit, 0);
        if (event->knows & SVASIM_PERF_ADDRESS_TYPE)
            perf_filter(unit, counter, PERF_AT_FILTER, 7);
        if (event->knows & SVASIM_PERF_LEVEL)
            perf_filter(unit, counter, PERF_PTL_FILTER, 0x1f);
        ck_assert_uint_eq(perf_command(unit, PERF_ENABLE, counter), 0);
        run->filtered[run->filtered_count++] = i;
    }
}

static void start(struct run *run)
{
    svasim *unit = svasim_machine_unit(run->machine);
    const svasim_perf_event_info *event;
    unsigned i = 0;
    for (; (event = svasim_perf_event_at(i)) != NULL; i++) {
        run->start[i] = svasim_counter_value(unit, event->counter);
        ck_assert_uint_eq(perf_count(unit, i, event->group, UINT32_C(1) << event->bit, PERF_IO), 0);
    }
    if (run->level == 2)
        count_filtered(run, unit, i);
    run->counting = true;
}

static void judge(struct run *run, bool functional)
{
    unsigned busy = 0;
    svasim *unit = svasim_machine_unit(run->machine);
    const svasim_perf_event_info *event;
    for (unsigned i = 0; (event = svasim_perf_event_at(i)) != NULL; i++) {
        uint64_t wanted = svasim_counter_value(unit, event->counter) - run->start[i];
        ck_assert_msg(perf_value(unit, i) == wanted, "%s: %" PRIu64 ", --stats %" PRIu64,
                      event->name, perf_value(unit, i), wanted);
        busy += wanted != 0;
    }
    for (unsigned i = 0; i < run->filtered_count; i++)
        ck_assert_msg(perf_value(unit, events() + i) == perf_value(unit, run->filtered[i]),
                      "%s with filters: %" PRIu64, svasim_perf_event_at(run->filtered[i])->name,
                      perf_value(unit, events() + i));
    ck_assert_uint_ge(busy, functional ? 5 : 9); /* else this compares nothing with nothing */
    ck_assert_uint_eq(perf_overflowed(unit), 0);
}

static void pin(struct run *run, const char *key, const char *value)
{
    ck_assert(svasim_machine_pin(run->machine, key, value) == SVASIM_OK);
}

static void replay(struct run *run, const char *path, bool functional)
{
    svasim_trace_error error = {0};
    svasim_machine_options options = {.on_event = on_event, .user = run, .functional = functional};
    const svasim_record *record;
    run->machine = svasim_machine_create(&options);
    pin(run, "cap.ecmds", "on");
    pin(run, "cap.pms", "on");
    pin(run, "perf.counters", "64");
    pin(run, "perf.filter_pairs", "known");
    if (run->congested) {
        pin(run, "memory.interval", "7");
        pin(run, "memory.depth", "2");
        pin(run, "walk.walkers", "6");
    }
    svasim_reader *reader = svasim_reader_open(path, &error);
    ck_assert_msg(reader != NULL, "%s: %s", path, error.text);
    while (svasim_reader_next(reader, &record) == SVASIM_OK && record) {
        ck_assert_msg(svasim_machine_apply(run->machine, record) == SVASIM_OK, "%s",
                      svasim_machine_error(run->machine));
        if (run->level && !run->counting && svasim_machine_unit(run->machine))
            start(run);
    }
    ck_assert(svasim_machine_finish(run->machine) == SVASIM_OK);
    ck_assert_uint_gt(run->answers, 0);
    if (run->level)
        judge(run, functional);
    svasim_reader_close(reader);
    svasim_machine_destroy(run->machine);
}

START_TEST(counters_agree_with_statistics)
{
    const char *path = traces[(unsigned)_i / 3];
    struct run runs[3] = {{.level = 0}, {.level = 1}, {.level = 2}};
    for (unsigned i = 0; i < 3; i++) {
        runs[i].congested = _i % 3 == 2;
        replay(&runs[i], path, _i % 3 == 1);
    }
    ck_assert_uint_eq(runs[0].answers, runs[1].answers);
    ck_assert_uint_eq(runs[0].hash, runs[1].hash);
    ck_assert_uint_eq(runs[0].hash, runs[2].hash);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("performance");
    suite_add(suite, "traces", counters_agree_with_statistics, 3 * (int)TRACES);
    return suite_run(suite);
}
