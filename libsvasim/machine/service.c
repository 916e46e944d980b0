/* SPDX-License-Identifier: MIT */
/* service.c - software that answers page requests, some at a time, each after a service time:
 * reads the page request queue, brings pages in that were mapped `later`, and responds through the
 * invalidation queue (sections 7.4 to 7.6). Off unless service.slots is set; a trace answers then.
 *
 * Model choice: a response waits for all requests of its group, and is a failure if one of them
 * found no memory, invalid if one of them found no mapping. A stop marker has no response.
 *
 * Not modelled: the CPU that software runs on; what a service does to the times of other software.
 */
#include "machine/state.h"

#include "base/rng.h"

#include <stdlib.h>
#include <string.h>

#define PQH          0xc0u
#define PQT          0xc8u
#define PQA          0xd0u
#define PRS          0xdcu
#define PRS_PPR      1u
#define PRS_PRO      2u
#define ENTRY_BYTES  32u
#define ASKED_MAX    32768u /* more than the largest queue holds */
#define CODE_INVALID 1u
#define CODE_FAILURE 15u

enum distribution { FIXED, UNIFORM, EXPONENTIAL };

/* A request on its way through queue and service. */
struct asked {
    svasim_tick since;
    uint64_t id, address;
    uint32_t pasid; /* SVASIM_NO_PASID if it has none */
    uint16_t source_id, group;
    bool last, writes, privileged, stops;
    bool taken, served;
    uint8_t code;
};

struct sv_service {
    uint32_t slots;
    enum distribution distribution;
    uint64_t latency, spread;
    struct sv_rng rng;
    struct job {
        svasim_tick due;
        uint64_t order;
    } job[64]; /* being served, in no order */
    uint32_t jobs;
    uint64_t taken;      /* so far: gives each its order */
    struct asked *asked; /* oldest first */
    uint64_t *order;     /* of those that are taken */
    uint32_t count;
};

static uint64_t number(const svasim_machine *machine, const char *key)
{
    char text[32] = "0";
    (void)svasim_config_get(machine->config, key, text, sizeof text);
    return strtoull(text, NULL, 10);
}

bool sv_service_init(svasim_machine *machine)
{
    if (machine->service || number(machine, "service.slots") == 0)
        return true;
    struct sv_service *s = calloc(1, sizeof *s);
    if (!s)
        return false;
    s->asked = calloc(ASKED_MAX, sizeof *s->asked);
    s->order = calloc(ASKED_MAX, sizeof *s->order);
    if (!s->asked || !s->order) {
        free(s->asked);
        free(s->order);
        free(s);
        return false;
    }
    s->slots = (uint32_t)number(machine, "service.slots");
    s->latency = number(machine, "service.latency");
    s->spread = number(machine, "service.spread");
    s->rng.state = number(machine, "service.seed");
    s->distribution = sv_machine_config_is(machine, "service.distribution", "uniform") ? UNIFORM
                      : sv_machine_config_is(machine, "service.distribution", "exponential")
                          ? EXPONENTIAL
                          : FIXED;
    machine->service = s;
    return true;
}

void sv_service_free(svasim_machine *machine)
{
    if (!machine->service)
        return;
    free(machine->service->asked);
    free(machine->service->order);
    free(machine->service);
}

/* --- service times --- */

/* -ln(r / 2^32) in 65536ths, for r from 1 to 2^32; whole numbers, so that every machine agrees. */
static uint64_t minus_ln(uint64_t r)
{
    uint64_t log2 = 0, mantissa = r;
    while (mantissa >> 31 > 1) {
        mantissa >>= 1;
        log2 += UINT64_C(1) << 16;
    }
    while (!(mantissa >> 31)) {
        mantissa <<= 1;
        log2 -= UINT64_C(1) << 16; /* may wrap: the sum below does not */
    }
    log2 += UINT64_C(31) << 16;
    for (unsigned bit = 16; bit-- > 0;) {
        mantissa = mantissa * mantissa >> 31;
        if (mantissa >> 32) {
            mantissa >>= 1;
            log2 += UINT64_C(1) << bit;
        }
    }
    return ((UINT64_C(32) << 16) - log2) * 45426 >> 16; /* times ln 2 */
}

static uint64_t service_time(struct sv_service *s)
{
    if (s->distribution == FIXED)
        return s->latency;
    if (s->distribution == EXPONENTIAL)
        return s->latency * minus_ln((sv_rng_next(&s->rng) >> 32) + 1) >> 16;
    uint64_t least = s->latency > s->spread ? s->latency - s->spread : 0;
    return least + sv_rng_next(&s->rng) % (s->latency + s->spread - least + 1);
}

/* --- requests --- */

static bool same_group(const struct asked *a, const struct asked *b)
{
    return a->source_id == b->source_id && a->pasid == b->pasid && a->group == b->group;
}

static struct asked *note(struct sv_service *s, const struct asked *request)
{
    if (s->count == ASKED_MAX)
        return NULL;
    s->asked[s->count] = *request;
    return &s->asked[s->count++];
}

static void forget(struct sv_service *s, uint32_t index)
{
    s->count--;
    memmove(s->asked + index, s->asked + index + 1, (s->count - index) * sizeof *s->asked);
    memmove(s->order + index, s->order + index + 1, (s->count - index) * sizeof *s->order);
}

bool sv_service_asked(svasim_machine *machine, const svasim_page_request *r, uint64_t id)
{
    if (!machine->service)
        return false;
    bool accesses = (r->flags & (SVASIM_PAGE_READ | SVASIM_PAGE_WRITE)) != 0;
    bool last = (r->flags & SVASIM_PAGE_LAST) != 0;
    const struct asked request = {
        .since = sv_machine_now(machine),
        .id = id,
        .address = r->address & ~UINT64_C(4095),
        .pasid = r->pasid,
        .source_id = r->source_id,
        .group = r->group,
        .last = last,
        .stops = last && !accesses && r->pasid != SVASIM_NO_PASID,
    };
    return note(machine->service, &request) && last && !request.stops;
}

/* --- the queue --- */

static uint64_t reg(const svasim_machine *machine, uint32_t offset, uint32_t bytes)
{
    uint64_t value = 0;
    (void)svasim_mmio_read(machine->unit, offset, bytes, &value);
    return value;
}

static uint64_t field_of(const svasim_layout *layout, const char *name, const uint64_t *words)
{
    return svasim_field_get(svasim_field_find(layout, name), words);
}

static struct asked decode(const uint64_t words[4])
{
    const svasim_layout *layout = svasim_layout_find("page_request");
    bool has_pasid = field_of(layout, "pp", words) != 0;
    bool writes = field_of(layout, "wrr", words) != 0;
    bool last = field_of(layout, "lpig", words) != 0;
    return (struct asked){
        .address = words[1] & ~UINT64_C(4095),
        .pasid = has_pasid ? (uint32_t)field_of(layout, "pasid", words) : SVASIM_NO_PASID,
        .source_id = (uint16_t)field_of(layout, "rid", words),
        .group = (uint16_t)field_of(layout, "prgi", words),
        .last = last,
        .writes = writes,
        .privileged = field_of(layout, "pmr", words) != 0,
        .stops = last && has_pasid && !writes && !field_of(layout, "rdr", words),
    };
}

/* The request that this entry is of; of none that this machine sent, but a host: a new one. */
static struct asked *match(svasim_machine *machine, const struct asked *entry)
{
    struct sv_service *s = machine->service;
    for (uint32_t i = 0; i < s->count; i++) {
        struct asked *one = &s->asked[i];
        if (!one->taken && same_group(one, entry) && one->address == entry->address &&
            one->last == entry->last)
            return one;
    }
    struct asked *made = note(s, entry);
    if (made)
        made->since = sv_machine_now(machine);
    return made;
}

/* Take the entry at the head. False: no request is known of it. */
static void take(svasim_machine *machine, uint64_t head)
{
    struct sv_service *s = machine->service;
    uint64_t words[4], pqa = reg(machine, PQA, 8), size = UINT64_C(4096) << (pqa & 7);
    for (unsigned i = 0; i < 4; i++)
        words[i] = svasim_mem_read64(machine->mem, (pqa & ~UINT64_C(4095)) + head + 8 * i);
    const struct asked entry = decode(words);
    struct asked *request = match(machine, &entry);
    if (request) {
        request->taken = true;
        request->writes = entry.writes;
        request->privileged = entry.privileged;
        request->stops = entry.stops;
        s->order[request - s->asked] = s->taken;
        s->job[s->jobs++] = (struct job){sv_machine_now(machine) + service_time(s), s->taken++};
    }
    (void)sv_machine_write_register(machine, PQH, 8, (head + ENTRY_BYTES) % size);
}

void sv_service_look(svasim_machine *machine)
{
    struct sv_service *s = machine->service;
    if (!s)
        return;
    uint64_t status = reg(machine, PRS, 4);
    if (status & PRS_PPR) /* before the tail is read, so that nothing is missed */
        (void)sv_machine_write_register(machine, PRS, 4, PRS_PPR);
    uint64_t size = UINT64_C(4096) << (reg(machine, PQA, 8) & 7);
    while (s->jobs < s->slots && reg(machine, PQH, 8) % size != reg(machine, PQT, 8) % size)
        take(machine, reg(machine, PQH, 8) % size);
    if ((status & PRS_PRO) && reg(machine, PQH, 8) % size == reg(machine, PQT, 8) % size)
        (void)sv_machine_write_register(machine, PRS, 4, PRS_PRO);
}

/* --- responses --- */

static void set_field(const svasim_layout *layout, const char *name, uint64_t *words,
                      uint64_t value)
{
    (void)svasim_field_set(svasim_field_find(layout, name), words, value);
}

static void respond(svasim_machine *machine, const struct asked *last, uint8_t code)
{
    const svasim_layout *layout = svasim_layout_find("inv_page_grp_resp");
    uint64_t words[4] = {0};
    bool has_pasid = last->pasid != SVASIM_NO_PASID;
    set_field(layout, "type", words, 9);
    set_field(layout, "pp", words, has_pasid);
    set_field(layout, "rc", words, code);
    set_field(layout, "rid", words, last->source_id);
    set_field(layout, "pasid", words, has_pasid ? last->pasid : 0);
    set_field(layout, "prgi", words, last->group);
    uint8_t iqei;
    (void)sv_machine_invalidate(machine, words, &iqei);
}

/* Respond if all of the group up to its last request are served. */
static void close_group(svasim_machine *machine, const struct asked *of)
{
    struct sv_service *s = machine->service;
    const struct asked key = *of;
    uint8_t code = 0;
    for (uint32_t i = 0; i < s->count; i++) {
        struct asked *one = &s->asked[i];
        if (!same_group(one, &key) || one->stops)
            continue;
        if (!one->served)
            return;
        code = one->code > code ? one->code : code;
        if (one->last) {
            const struct asked last = *one;
            respond(machine, &last, code); /* forgets them: sv_service_answered */
            return;
        }
    }
}

void sv_service_answered(svasim_machine *machine, const svasim_page_response *response,
                         svasim_event *event)
{
    struct sv_service *s = machine->service;
    const struct asked key = {
        .pasid = response->pasid, .source_id = response->source_id, .group = response->group};
    bool last = false;
    for (uint32_t i = 0; s && i < s->count && !last;) {
        const struct asked one = s->asked[i];
        if (!same_group(&one, &key) || !one.served || one.stops) {
            i++;
            continue;
        }
        last = one.last;
        forget(s, i);
        uint64_t latency = sv_machine_now(machine) - one.since;
        sv_histogram_add(&machine->page_latency, latency);
        if (!last)
            continue;
        event->id = one.id;
        event->latency = latency;
        struct sv_known *known = one.id ? sv_known_find(machine, one.id) : NULL;
        if (known && known->state == SV_KNOWN_PENDING) {
            known->page_response = response->code;
            known->has_response = true;
            known->response.completed_at = sv_machine_now(machine);
            known->epoch = machine->epoch;
            sv_known_done(machine, known);
        }
    }
}

/* --- time --- */

/* Index of the job that is over first; -1 if there is none. */
static int next_job(const struct sv_service *s)
{
    int next = -1;
    for (uint32_t i = 0; i < s->jobs; i++)
        if (next < 0 || s->job[i].due < s->job[next].due ||
            (s->job[i].due == s->job[next].due && s->job[i].order < s->job[next].order))
            next = (int)i;
    return next;
}

svasim_tick sv_service_next(const svasim_machine *machine)
{
    int next = machine->service ? next_job(machine->service) : -1;
    return next < 0 ? SVASIM_NEVER : machine->service->job[next].due;
}

bool sv_service_busy(const svasim_machine *machine)
{
    return machine->service &&
           (machine->service->jobs || reg(machine, PQH, 8) != reg(machine, PQT, 8));
}

static void serve(svasim_machine *machine, uint64_t order)
{
    struct sv_service *s = machine->service;
    uint32_t i = 0;
    while (i < s->count && !(s->asked[i].taken && s->order[i] == order))
        i++;
    if (i == s->count)
        return; /* the trace itself has answered it */
    struct asked *one = &s->asked[i];
    if (one->stops) {
        forget(s, i);
        return;
    }
    svasim_err err = SVASIM_EINVAL;
    machine->epoch++;
    sv_machine_cpu_stores(machine, SVASIM_RECORD_MAP);
    if (machine->sva)
        err = svasim_sva_page_in(machine->sva, one->source_id,
                                 one->pasid == SVASIM_NO_PASID ? 0 : one->pasid, one->address,
                                 one->writes, one->privileged);
    one->served = true;
    one->code = err == SVASIM_OK ? 0 : err == SVASIM_ENOMEM ? CODE_FAILURE : CODE_INVALID;
    close_group(machine, one);
}

void sv_service_run(svasim_machine *machine, svasim_tick tick)
{
    struct sv_service *s = machine->service;
    if (!s)
        return;
    int next;
    while ((next = next_job(s)) >= 0 && s->job[next].due <= tick) {
        struct job job = s->job[next];
        s->job[next] = s->job[--s->jobs];
        serve(machine, job.order);
    }
    sv_service_look(machine);
}
