/* SPDX-License-Identifier: MIT */
/* expect.c - what is known of requests, and the expectations on them. Both are rings of fixed
 * size: a trace may be endless. An expectation may stand before its request or after it. */
#include "machine/differ.h"
#include "machine/state.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define NO_KNOWN_MESSAGE "there is no result of a request with this id"

bool sv_expect_init(svasim_machine *machine)
{
    machine->known = calloc(SV_KNOWN, sizeof *machine->known);
    machine->waiting = calloc(SV_WAITING, sizeof *machine->waiting);
    machine->waiting_heads = calloc(SV_KNOWN, sizeof *machine->waiting_heads);
    return machine->known && machine->waiting && machine->waiting_heads;
}

static bool has_room_to_wait(const svasim_machine *machine)
{
    return machine->waiting_free || machine->waiting_used < SV_WAITING;
}

/* Index + 1 of a place. Places are chained as they come back, so that a short trace touches few. */
static uint32_t take_place(svasim_machine *machine)
{
    uint32_t index = machine->waiting_free;
    if (!index)
        return ++machine->waiting_used;
    machine->waiting_free = machine->waiting[index - 1].next;
    return index;
}

/* --- what is known --- */

struct sv_known *sv_known_begin(svasim_machine *machine, uint64_t id, unsigned kind)
{
    struct sv_known *known = &machine->known[id % SV_KNOWN];
    if (known->state == SV_KNOWN_PENDING)
        return NULL;
    known->id = id;
    known->record = machine->record ? machine->record->number : 0;
    known->state = SV_KNOWN_PENDING;
    known->kind = (uint8_t)kind;
    known->has_completion = known->stale_known = known->stale = known->has_response = false;
    return known;
}

struct sv_known *sv_known_find(svasim_machine *machine, uint64_t id)
{
    struct sv_known *known = &machine->known[id % SV_KNOWN];
    return known->state != SV_KNOWN_NOTHING && known->id == id ? known : NULL;
}

/* --- verdicts --- */

static void fail(svasim_machine *machine, const svasim_record *expect, uint64_t id,
                 const char *text, const struct sv_differences *d)
{
    bool observation = expect->kind == SVASIM_RECORD_OBSERVE;
    svasim_event event = {
        .kind = observation ? SVASIM_EVENT_DIFFERS : SVASIM_EVENT_FAILED,
        .id = id,
        .record = expect->number,
        .line = expect->line,
        .text = text,
    };
    if (d && !d->unknown) {
        event.differences = d->list;
        event.difference_count = d->count;
    }
    sv_machine_emit(machine, &event);
}

static void conclude(svasim_machine *machine, const svasim_record *expect, uint64_t id, bool met,
                     const char *text, const struct sv_differences *d)
{
    if (machine->unjudged)
        return;
    if (expect->kind == SVASIM_RECORD_OBSERVE) {
        machine->stats.observations++;
        machine->stats.observations_differ += !met;
    } else {
        machine->stats.expectations++;
        machine->stats.expectations_met += met;
    }
    if (!met)
        fail(machine, expect, id, text, d);
}

void sv_expect_verdict(svasim_machine *machine, const svasim_record *expect, uint64_t id, bool met,
                       const char *text)
{
    conclude(machine, expect, id, met, text, NULL);
}

void sv_expect_judged(svasim_machine *machine, const svasim_record *expect, uint64_t id,
                      const struct sv_differences *d)
{
    conclude(machine, expect, id, !d->any, d->text, d);
}

static void judge_now(svasim_machine *machine, const svasim_record *expect,
                      const struct sv_known *known)
{
    char text[512];
    struct sv_differences d;
    sv_differences_begin(&d, text, sizeof text);
    sv_judge(machine, expect, known, &d);
    sv_expect_judged(machine, expect, known->id, &d);
}

/* Does an expectation that waits for this request ask whether its answer was stale? */
static bool staleness_is_asked(const svasim_machine *machine, uint64_t id)
{
    for (uint32_t i = machine->waiting_heads[id % SV_KNOWN]; i; i = machine->waiting[i - 1].next) {
        const svasim_record *expect = &machine->waiting[i - 1].record;
        if (expect->kind == SVASIM_RECORD_EXPECT && expect->value[0] == id &&
            svasim_record_has(expect, SVASIM_F_EXPECT_stale))
            return true;
    }
    return false;
}

void sv_known_done(svasim_machine *machine, struct sv_known *known)
{
    known->state = SV_KNOWN_DONE;
    if (machine->waiting_count == 0)
        return;
    if ((known->kind == SVASIM_RECORD_DMA || known->kind == SVASIM_RECORD_INTERRUPT) &&
        staleness_is_asked(machine, known->id)) {
        svasim_response fresh;
        known->stale = sv_is_stale(machine, &known->request, &known->response, &fresh);
        known->stale_known = true;
    }
    uint32_t *at = &machine->waiting_heads[known->id % SV_KNOWN];
    while (*at) {
        uint32_t index = *at;
        struct sv_waiting *waiting = &machine->waiting[index - 1];
        if (waiting->record.value[0] != known->id) {
            at = &waiting->next;
            continue;
        }
        *at = waiting->next;
        judge_now(machine, &waiting->record, known);
        waiting->next = machine->waiting_free;
        machine->waiting_free = index;
        machine->waiting_count--;
    }
}

/* --- records --- */

svasim_err sv_act_expect(svasim_machine *machine, const svasim_record *record)
{
    uint64_t id = record->value[0]; /* first field of both kinds */
    const struct sv_known *known = sv_known_find(machine, id);
    if (known && known->state == SV_KNOWN_DONE) {
        judge_now(machine, record, known);
        return SVASIM_OK;
    }
    if (!has_room_to_wait(machine) && known) {
        svasim_err err = sv_machine_drain(machine);
        if (err)
            return err;
        judge_now(machine, record, known);
        return SVASIM_OK;
    }
    if (!has_room_to_wait(machine)) {
        sv_expect_verdict(machine, record, id, false, NO_KNOWN_MESSAGE " near here");
        return SVASIM_OK;
    }
    uint32_t index = take_place(machine);
    struct sv_waiting *waiting = &machine->waiting[index - 1];
    machine->waiting_count++;
    waiting->record = *record;
    waiting->next = 0;
    uint32_t *at = &machine->waiting_heads[id % SV_KNOWN];
    while (*at)
        at = &machine->waiting[*at - 1].next;
    *at = index;
    return SVASIM_OK;
}

void sv_expect_finish(svasim_machine *machine)
{
    for (uint32_t bucket = 0; machine->waiting_count && bucket < SV_KNOWN; bucket++)
        while (machine->waiting_heads[bucket]) {
            uint32_t index = machine->waiting_heads[bucket];
            struct sv_waiting *waiting = &machine->waiting[index - 1];
            machine->waiting_heads[bucket] = waiting->next;
            sv_expect_verdict(machine, &waiting->record, waiting->record.value[0], false,
                              NO_KNOWN_MESSAGE);
            waiting->next = machine->waiting_free;
            machine->waiting_free = index;
            machine->waiting_count--;
        }
}

svasim_err sv_act_cached(svasim_machine *machine, const svasim_record *record)
{
    char cache[32], text[160];
    svasim_blob name = record->blob[SVASIM_F_CACHED_cache];
    bool known_name = false;
    if (name.bytes < sizeof cache) {
        memcpy(cache, name.data, name.bytes);
        cache[name.bytes] = 0;
        for (unsigned i = 0; svasim_cache_at(i); i++)
            known_name |= strcmp(svasim_cache_at(i)->name, cache) == 0;
    }
    if (!known_name)
        return sv_machine_fail(machine, SVASIM_EINVAL, "cache: \"%.*s\" is not a cache",
                               (int)(name.bytes < 64 ? name.bytes : 64), name.data);
    uint32_t pasid = SVASIM_NO_PASID;
    if (svasim_record_has(record, SVASIM_F_CACHED_pasid))
        pasid = (uint32_t)record->value[SVASIM_F_CACHED_pasid];
    bool present =
        svasim_cache_holds(machine->unit, cache, (uint16_t)record->value[SVASIM_F_CACHED_sid],
                           pasid, record->value[SVASIM_F_CACHED_address]);
    struct sv_differences d;
    sv_differences_begin(&d, text, sizeof text);
    sv_differ_append(&d, "%s: ", cache);
    sv_differ_field(&d, record, SVASIM_F_CACHED_present, present);
    sv_expect_judged(machine, record, 0, &d);
    return SVASIM_OK;
}

svasim_err sv_act_loaded(svasim_machine *machine, const svasim_record *record)
{
    char text[160];
    uint64_t hpa = record->value[SVASIM_F_LOADED_address];
    uint64_t expected = record->value[SVASIM_F_LOADED_value];
    uint64_t mask = UINT64_MAX;
    if (svasim_record_has(record, SVASIM_F_LOADED_mask))
        mask = record->value[SVASIM_F_LOADED_mask];
    uint64_t value = svasim_mem_read64(machine->mem, hpa);
    struct sv_differences d;
    sv_differences_begin(&d, text, sizeof text);
    sv_differ_masked(&d, "memory", hpa, expected, mask, value);
    sv_expect_judged(machine, record, 0, &d);
    return SVASIM_OK;
}

svasim_err sv_act_seen(svasim_machine *machine, const svasim_record *record)
{
    char text[160];
    svasim_space space;
    svasim_blob name = record->blob[SVASIM_F_SEEN_space], data = record->blob[SVASIM_F_SEEN_data];
    if (!machine->sva || !sv_names_find(&machine->spaces, name.data, name.bytes, &space))
        return sv_machine_fail(machine, SVASIM_EINVAL, "space: \"%.*s\" was not created",
                               (int)(name.bytes < 64 ? name.bytes : 64), name.data);
    for (uint32_t i = 0; i < data.bytes; i++) {
        uint64_t hpa, address = record->value[SVASIM_F_SEEN_address] + i;
        unsigned char byte = 0, expected = (unsigned char)data.data[i];
        bool mapped = svasim_sva_resolve(machine->sva, space, address, &hpa) == SVASIM_OK;
        if (mapped)
            (void)svasim_mem_read(machine->mem, hpa, &byte, 1);
        if (mapped && byte == expected)
            continue;
        snprintf(text, sizeof text,
                 mapped ? "address 0x%" PRIx64 ": expected byte %02x, got %02x"
                        : "address 0x%" PRIx64 " is not mapped (expected byte %02x)",
                 address, expected, byte);
        sv_expect_verdict(machine, record, 0, false, text);
        return SVASIM_OK;
    }
    sv_expect_verdict(machine, record, 0, true, "");
    return SVASIM_OK;
}
