/* SPDX-License-Identifier: MIT */
/* crossing.c - what goes to the unit, and who is told of it: calls of software and devices, and the
 * unit's accesses to memory if somebody watches them. */
#include "machine/state.h"

void sv_machine_cross(svasim_machine *machine, const svasim_crossing *crossing)
{
    if (machine->options.on_crossing)
        machine->options.on_crossing(machine->options.user, crossing);
}

static void over(svasim_machine *machine, svasim_err err, uint8_t iqei)
{
    sv_machine_cross(
        machine,
        &(svasim_crossing){.kind = SVASIM_CROSSING_END, .iqei = iqei, .flag = err != SVASIM_OK});
}

/* --- calls --- */

svasim_err sv_machine_write_register(svasim_machine *machine, uint32_t offset, uint32_t bytes,
                                     uint64_t value)
{
    sv_machine_cross(machine, &(svasim_crossing){.kind = SVASIM_CROSSING_REGISTER,
                                                 .address = offset,
                                                 .bytes = bytes,
                                                 .value = value});
    svasim_err err = svasim_mmio_write(machine->unit, offset, bytes, value);
    over(machine, err, 0);
    return err;
}

svasim_err sv_machine_invalidate(void *host, const uint64_t words[4], uint8_t *out_iqei)
{
    svasim_machine *machine = host;
    sv_machine_cross(machine,
                     &(svasim_crossing){.kind = SVASIM_CROSSING_INVALIDATE, .words = words});
    svasim_err err = svasim_invalidate(machine->unit, words, out_iqei);
    over(machine, err, *out_iqei);
    return err;
}

svasim_err sv_machine_device_done(svasim_machine *machine, uint16_t source_id, uint32_t itags,
                                  uint8_t messages)
{
    sv_machine_cross(machine, &(svasim_crossing){.kind = SVASIM_CROSSING_DEVICE_DONE,
                                                 .source_id = source_id,
                                                 .itags = itags,
                                                 .messages = messages});
    svasim_err err = svasim_device_tlb_done(machine->unit, source_id, itags, messages);
    over(machine, err, 0);
    return err;
}

void sv_machine_pass_time(svasim_machine *machine, svasim_tick tick)
{
    bool moves = tick > svasim_now(machine->unit);
    if (moves && machine->options.on_time && !machine->options.functional)
        machine->options.on_time(machine->options.user, tick);
    if (moves)
        sv_machine_cross(machine, &(svasim_crossing){.kind = SVASIM_CROSSING_TIME, .tick = tick});
    svasim_run_until(machine->unit, tick);
    if (moves)
        over(machine, SVASIM_OK, 0);
}

/* --- memory --- */

static void before_change(void *user, uint64_t hpa, size_t bytes)
{
    svasim_machine *machine = user;
    if (machine->unit_changes)
        return;
    sv_machine_cross(machine,
                     &(svasim_crossing){.kind = SVASIM_CROSSING_STORE,
                                        .address = hpa,
                                        .bytes = bytes,
                                        .flag = machine->device_stores,
                                        .kept = machine->keeps && !machine->device_stores});
}

void sv_machine_watch(svasim_machine *machine)
{
    if (machine->options.on_crossing)
        (void)svasim_mem_watch(machine->mem, before_change, machine);
}

static void before_access(svasim_machine *machine)
{
    sv_machine_cross(machine, &(svasim_crossing){.kind = SVASIM_CROSSING_ACCESS});
}

static int watched_read(void *host, uint64_t hpa, void *out, uint32_t bytes)
{
    svasim_machine *machine = host;
    before_access(machine);
    return machine->mem_ports.read(machine->mem_ports.host, hpa, out, bytes);
}

static int watched_read_unsnooped(void *host, uint64_t hpa, void *out, uint32_t bytes)
{
    svasim_machine *machine = host;
    before_access(machine);
    return machine->mem_ports.read_unsnooped(machine->mem_ports.host, hpa, out, bytes);
}

/* What `bytes` bytes at `hpa` hold, as a number. */
static uint64_t value_at(const svasim_machine *machine, uint64_t hpa, uint32_t bytes)
{
    unsigned char raw[8] = {0};
    uint64_t value = 0;
    (void)svasim_mem_read(machine->mem, hpa, raw, bytes);
    for (unsigned i = 0; i < 8; i++)
        value |= (uint64_t)raw[i] << 8 * i;
    return value;
}

static void changed(svasim_machine *machine, uint64_t hpa, uint32_t bytes, uint64_t old,
                    bool locked)
{
    sv_machine_cross(machine, &(svasim_crossing){.kind = SVASIM_CROSSING_CHANGE,
                                                 .address = hpa,
                                                 .bytes = bytes,
                                                 .old = old,
                                                 .value = value_at(machine, hpa, bytes),
                                                 .flag = locked});
}

static int watched_write(void *host, uint64_t hpa, const void *data, uint32_t bytes)
{
    svasim_machine *machine = host;
    before_access(machine);
    uint64_t old = value_at(machine, hpa, bytes);
    machine->unit_changes = true;
    int failed = machine->mem_ports.write(machine->mem_ports.host, hpa, data, bytes);
    machine->unit_changes = false;
    if (!failed)
        changed(machine, hpa, bytes, old, false);
    return failed;
}

static svasim_update watched_update(void *host, uint64_t hpa, uint64_t expected, uint64_t desired,
                                    uint64_t *seen)
{
    svasim_machine *machine = host;
    before_access(machine);
    machine->unit_changes = true;
    svasim_update result =
        machine->mem_ports.update(machine->mem_ports.host, hpa, expected, desired, seen);
    machine->unit_changes = false;
    if (result == SVASIM_UPDATE_DONE)
        changed(machine, hpa, 8, expected, true);
    return result;
}

void sv_machine_watched_ports(svasim_ports *ports)
{
    ports->read = watched_read;
    ports->write = watched_write;
    ports->update = watched_update;
    if (ports->read_unsnooped)
        ports->read_unsnooped = watched_read_unsnooped;
}
