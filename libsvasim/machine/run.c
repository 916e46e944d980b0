/* SPDX-License-Identifier: MIT */
/* run.c - time and traffic: requests from records and devices go into the unit, answers go back,
 * and whatever is due next happens. A functional machine answers at once; its clock moves only
 * for the devices' own delays. */
#include "machine/state.h"

#include <string.h>

svasim_tick sv_machine_now(const svasim_machine *machine)
{
    if (machine->options.functional || !machine->unit)
        return machine->functional_now;
    return svasim_now(machine->unit);
}

/* --- flights --- */

static struct sv_flight *take_flight(svasim_machine *machine)
{
    if (machine->flight_free == machine->flight_capacity)
        return NULL;
    struct sv_flight *flight = &machine->flights[machine->flight_free];
    machine->flight_free = flight->next;
    machine->flights_used++;
    return flight;
}

static void release_flight(svasim_machine *machine, struct sv_flight *flight)
{
    flight->next = machine->flight_free;
    machine->flight_free = (uint32_t)(flight - machine->flights);
    machine->flights_used--;
}

/* --- answers --- */

static void report_answer(svasim_machine *machine, const struct sv_flight *flight,
                          const svasim_response *response)
{
    svasim_event event = {
        .kind = SVASIM_EVENT_TRANSLATION,
        .id = flight->id,
        .record = flight->record,
        .line = flight->line,
        .request = &flight->request,
        .response = response,
    };
    sv_machine_emit(machine, &event);
    svasim_response fresh;
    if (!machine->options.check_stale || !sv_is_stale(machine, &flight->request, response, &fresh))
        return;
    machine->stats.stale++;
    event.kind = SVASIM_EVENT_STALE;
    event.fresh = &fresh;
    sv_machine_emit(machine, &event);
}

static void deliver(svasim_machine *machine, struct sv_flight *slot, svasim_response response)
{
    struct sv_flight flight = *slot;
    release_flight(machine, slot);
    response.tag = flight.request.tag;
    machine->stats.requests++;
    report_answer(machine, &flight, &response);
    if (flight.device >= 0) {
        svasim_dsa_answer(machine->devices[flight.device].dsa, &response);
        return;
    }
    struct sv_known *known = sv_known_find(machine, flight.id);
    if (!known)
        return;
    known->request = flight.request;
    known->response = response;
    known->epoch = machine->epoch;
    sv_known_done(machine, known);
}

static void on_respond(void *host, const svasim_response *response)
{
    svasim_machine *machine = host;
    deliver(machine, &machine->flights[response->tag], *response);
}

static void on_credit(void *host)
{
    svasim_machine *machine = host;
    for (uint32_t i = 0; i < machine->device_count; i++) {
        struct sv_device *device = &machine->devices[i];
        if (!device->blocked)
            continue;
        device->blocked = false;
        svasim_dsa_credit(device->dsa);
    }
}

static void on_interrupt(void *host, uint64_t address, uint32_t data)
{
    svasim_machine *machine = host;
    svasim_event event = {
        .kind = SVASIM_EVENT_INTERRUPT,
        .record = machine->record ? machine->record->number : 0,
        .address = address,
        .data = data,
    };
    machine->stats.interrupts++;
    sv_messages_add(&machine->messages, address, data);
    sv_machine_emit(machine, &event);
}

static void on_page_response(void *host, const svasim_page_response *response)
{
    svasim_machine *machine = host;
    svasim_event event = {
        .kind = SVASIM_EVENT_PAGE_RESPONSE,
        .record = machine->record ? machine->record->number : 0,
        .page_response = response,
    };
    sv_service_answered(machine, response, &event);
    sv_machine_emit(machine, &event);
}

void sv_machine_on_act(void *host, const svasim_act *act)
{
    const svasim_machine *machine = host;
    const struct sv_flight *flight = NULL;
    if (act->request && act->request->at <= SVASIM_AT_RESERVED) /* a page request has no flight */
        flight =
            machine->options.functional ? machine->served : &machine->flights[act->request->tag];
    machine->options.on_act(machine->options.user, flight ? flight->id : 0, act);
}

static bool on_device_invalidate(void *host, const svasim_device_invalidation *request)
{
    bool done = sv_device_tlbs_hear(host, request);
    sv_machine_cross(
        host, &(svasim_crossing){.kind = SVASIM_CROSSING_TOLD, .message = request, .flag = done});
    return done;
}

static int mem_read(void *host, uint64_t hpa, void *out, uint32_t bytes)
{
    const svasim_machine *machine = host;
    return machine->mem_ports.read(machine->mem_ports.host, hpa, out, bytes);
}

static int mem_read_unsnooped(void *host, uint64_t hpa, void *out, uint32_t bytes)
{
    const svasim_machine *machine = host;
    return machine->mem_ports.read_unsnooped(machine->mem_ports.host, hpa, out, bytes);
}

static int mem_write(void *host, uint64_t hpa, const void *data, uint32_t bytes)
{
    const svasim_machine *machine = host;
    return machine->mem_ports.write(machine->mem_ports.host, hpa, data, bytes);
}

static svasim_update mem_update(void *host, uint64_t hpa, uint64_t expected, uint64_t desired,
                                uint64_t *seen)
{
    const svasim_machine *machine = host;
    return machine->mem_ports.update(machine->mem_ports.host, hpa, expected, desired, seen);
}

svasim_ports sv_machine_ports(svasim_machine *machine)
{
    svasim_ports ports = {
        .size = sizeof(svasim_ports),
        .host = machine,
        .read = mem_read,
        .write = mem_write,
        .update = mem_update,
        .respond = on_respond,
        .on_credit = on_credit,
        .interrupt = on_interrupt,
        .page_response = on_page_response,
        .device_invalidate = on_device_invalidate,
        .read_unsnooped = machine->cpu_cache ? mem_read_unsnooped : NULL,
    };
    if (machine->options.on_crossing)
        sv_machine_watched_ports(&ports);
    return ports;
}

/* --- requests --- */

/* One request into the unit. Functional: it is queued and served by pump. */
static svasim_err offer(svasim_machine *machine, const svasim_request *request, uint64_t id,
                        int32_t device)
{
    struct sv_flight *flight = take_flight(machine);
    if (!flight)
        return SVASIM_BUSY;
    flight->request = *request;
    flight->id = id;
    flight->device = device;
    flight->record = machine->record ? machine->record->number : 0;
    flight->line = machine->record ? machine->record->line : 0;
    uint32_t index = (uint32_t)(flight - machine->flights);
    if (machine->options.functional) {
        uint32_t at = (machine->queue_head + machine->queue_count) % machine->flight_capacity;
        machine->queue[at] = index;
        machine->queue_count++;
        return SVASIM_OK;
    }
    svasim_request tagged = *request;
    tagged.tag = index;
    svasim_err err = svasim_submit(machine->unit, &tagged);
    if (err)
        release_flight(machine, flight);
    return err;
}

/* Serve what a functional machine has queued; answers may queue more. */
static bool pump(svasim_machine *machine)
{
    bool any = machine->queue_count != 0;
    while (machine->queue_count) {
        struct sv_flight *flight = &machine->flights[machine->queue[machine->queue_head]];
        machine->queue_head = (machine->queue_head + 1) % machine->flight_capacity;
        machine->queue_count--;
        svasim_response response = {0};
        machine->served = flight;
        if (svasim_translate(machine->unit, &flight->request, &response) != SVASIM_OK)
            response.status = SVASIM_STATUS_UR;
        machine->served = NULL;
        response.accepted_at = response.completed_at = machine->functional_now;
        deliver(machine, flight, response);
        on_credit(machine);
    }
    return any;
}

svasim_err sv_machine_issue(svasim_machine *machine, const svasim_request *request, uint64_t id)
{
    svasim_err err;
    while ((err = offer(machine, request, id, -1)) == SVASIM_BUSY)
        if (!sv_machine_step(machine, SVASIM_NEVER))
            return sv_machine_fail(machine, SVASIM_EINVAL, "the request port never has room");
    if (err)
        return sv_machine_fail(machine, err, "%s", svasim_error(machine->unit));
    if (machine->options.functional)
        pump(machine);
    return SVASIM_OK;
}

/* --- devices --- */

static svasim_err device_dma(void *host, const svasim_request *request)
{
    struct sv_device *device = host;
    uint64_t id = svasim_dsa_request_id(device->dsa, request->tag);
    svasim_err err = offer(device->machine, request, id, (int32_t)device->index);
    device->blocked |= err == SVASIM_BUSY;
    return err;
}

static int device_read(void *host, uint64_t hpa, void *out, size_t bytes)
{
    struct sv_device *device = host;
    return svasim_mem_read(device->machine->mem, hpa, out, bytes) != SVASIM_OK;
}

static int device_write(void *host, uint64_t hpa, const void *data, size_t bytes)
{
    struct sv_device *device = host;
    svasim_machine *machine = device->machine;
    machine->device_stores = true;
    svasim_err err = machine->front ? svasim_front_write(machine->front, hpa, data, bytes)
                                    : svasim_mem_write(machine->mem, hpa, data, bytes);
    machine->device_stores = false;
    return err != SVASIM_OK;
}

static svasim_tick device_now(void *host)
{
    struct sv_device *device = host;
    return sv_machine_now(device->machine);
}

static void device_completed(void *host, const svasim_completion *completion)
{
    svasim_machine *machine = ((struct sv_device *)host)->machine;
    machine->completions++;
    machine->stats.completed++;
    machine->stats.completed_by_status[completion->status]++;
    sv_histogram_add(&machine->descriptor_latency,
                     completion->completed_at - completion->submitted_at);
    struct sv_known *known = sv_known_find(machine, completion->id);
    svasim_event event = {
        .kind = SVASIM_EVENT_COMPLETION,
        .id = completion->id,
        .record = known ? known->record : 0,
        .completion = completion,
    };
    sv_machine_emit(machine, &event);
    if (!known || completion->batch_index != UINT16_MAX)
        return;
    known->completion = *completion;
    known->has_completion = true;
    known->epoch = machine->epoch;
    if (known->state == SV_KNOWN_PENDING)
        sv_known_done(machine, known);
}

svasim_dsa_ports sv_machine_device_ports(struct sv_device *device)
{
    return (svasim_dsa_ports){
        .size = sizeof(svasim_dsa_ports),
        .host = device,
        .dma = device_dma,
        .read = device_read,
        .write = device_write,
        .completed = device_completed,
        .now = device_now,
        .invalidated = sv_device_tlbs_done,
    };
}

/* --- time --- */

static svasim_tick next_tick(const svasim_machine *machine)
{
    svasim_tick next = svasim_next_event(machine->unit), answer = sv_device_tlbs_next(machine);
    if (answer < next)
        next = answer;
    svasim_tick served = sv_service_next(machine);
    if (served < next)
        next = served;
    for (uint32_t i = 0; i < machine->device_count; i++) {
        svasim_tick tick = svasim_dsa_next_event(machine->devices[i].dsa);
        if (tick < next)
            next = tick;
    }
    return next;
}

static void run_devices(svasim_machine *machine, svasim_tick tick)
{
    for (uint32_t i = 0; i < machine->device_count; i++)
        if (svasim_dsa_next_event(machine->devices[i].dsa) <= tick)
            svasim_dsa_run_until(machine->devices[i].dsa, tick);
}

/* A functional unit has no requests under way, but devices that time out. */
static void pass_to(svasim_machine *machine, svasim_tick tick)
{
    if (machine->options.functional && tick > machine->functional_now)
        machine->functional_now = tick;
    sv_machine_pass_time(machine, tick);
}

bool sv_machine_step(svasim_machine *machine, svasim_tick limit)
{
    if (machine->options.functional && pump(machine))
        return true;
    svasim_tick tick = next_tick(machine);
    if (tick == SVASIM_NEVER || tick > limit)
        return false;
    pass_to(machine, tick);
    sv_device_tlbs_run(machine, tick);
    run_devices(machine, tick);
    sv_service_run(machine, tick);
    return true;
}

void sv_machine_run_to(svasim_machine *machine, svasim_tick tick)
{
    while (sv_machine_step(machine, tick)) {
    }
    pass_to(machine, tick);
}

bool svasim_machine_idle(const svasim_machine *machine)
{
    if (machine->flights_used || machine->tlbs.answer_count || machine->tlbs.waiting ||
        (machine->unit && svasim_is_busy(machine->unit)) || sv_service_busy(machine))
        return false;
    for (uint32_t i = 0; i < machine->device_count; i++)
        if (svasim_dsa_pending(machine->devices[i].dsa))
            return false;
    return true;
}

svasim_err sv_machine_drain(svasim_machine *machine)
{
    while (!svasim_machine_idle(machine))
        if (!sv_machine_step(machine, SVASIM_NEVER))
            return sv_machine_fail(machine, SVASIM_EINVAL,
                                   "a descriptor can never finish: its device waits for nothing");
    return SVASIM_OK;
}
