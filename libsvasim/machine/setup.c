/* SPDX-License-Identifier: MIT */
/* setup.c - bringing parts into being when a record first needs them: memory and unit, table
 * builder, software side, devices. Order of addresses: see state.h. */
#include "machine/state.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define RTADDR 0x20
#define GCMD   0x18
#define SRTP   (UINT64_C(1) << 30)
#define TE     (UINT64_C(1) << 31)

static uint64_t config_number(const svasim_machine *machine, const char *key)
{
    char text[32] = "0";
    (void)svasim_config_get(machine->config, key, text, sizeof text);
    return strtoull(text, NULL, 10);
}

bool sv_machine_config_is(const svasim_machine *machine, const char *key, const char *word)
{
    char text[32] = "";
    (void)svasim_config_get(machine->config, key, text, sizeof text);
    return strcmp(text, word) == 0;
}

static bool make_flights(svasim_machine *machine)
{
    /* One more than the port takes: the unit itself refuses, and so knows that it owes a credit. */
    uint32_t count = (uint32_t)config_number(machine, "port.credits") + 1;
    if (machine->options.functional && count < 4096)
        count = 4096;
    machine->flights = calloc(count, sizeof *machine->flights);
    machine->queue = calloc(count, sizeof *machine->queue);
    if (!machine->flights || !machine->queue)
        return false;
    for (uint32_t i = 0; i < count; i++)
        machine->flights[i].next = i + 1;
    machine->flight_capacity = count;
    return true;
}

/* The unit could not be made; a later record may try again. */
static void drop_host(svasim_machine *machine)
{
    svasim_front_destroy(machine->front);
    svasim_mem_destroy(machine->mem);
    free(machine->flights);
    free(machine->queue);
    machine->front = NULL;
    machine->mem = NULL;
    machine->flights = NULL;
    machine->queue = NULL;
}

svasim_err sv_machine_need_unit(svasim_machine *machine)
{
    if (machine->unit)
        return SVASIM_OK;
    uint64_t limit = config_number(machine, "machine.memory");
    if (limit == 0)
        limit = UINT64_C(1) << config_number(machine, "cap.haw");
    machine->mem = svasim_mem_create(limit, NULL);
    if (!machine->mem || !make_flights(machine)) {
        drop_host(machine);
        return sv_machine_fail(machine, SVASIM_ENOMEM, "out of memory");
    }
    sv_machine_watch(machine);
    machine->unjudged =
        machine->options.functional && sv_machine_config_is(machine, "machine.timed_only", "on");
    machine->mem_ports.size = sizeof machine->mem_ports;
    svasim_mem_ports(machine->mem, &machine->mem_ports);
    machine->cpu_cache = sv_machine_config_is(machine, "machine.cpu_cache", "on");
    svasim_err err = machine->cpu_cache ? sv_machine_need_front(machine) : SVASIM_OK;
    svasim_ports ports = sv_machine_ports(machine);
    if (!err)
        err = svasim_create(&machine->unit, machine->config, &ports, NULL);
    if (err)
        drop_host(machine);
    if (err == SVASIM_EINVAL)
        return sv_machine_fail(machine, err, "%s", svasim_config_error(machine->config));
    if (err)
        return sv_machine_fail(machine, err, "out of memory");
    if (!sv_service_init(machine)) {
        svasim_destroy(machine->unit);
        machine->unit = NULL;
        drop_host(machine);
        return sv_machine_fail(machine, SVASIM_ENOMEM, "out of memory");
    }
    if (machine->options.on_act)
        svasim_watch(machine->unit, sv_machine_on_act, machine);
    return SVASIM_OK;
}

/* Program the root pointer and switch translation on, as a driver would. */
static svasim_err enable(svasim_machine *machine, bool scalable)
{
    if (machine->registers_written || !sv_machine_config_is(machine, "machine.auto_enable", "on"))
        return SVASIM_OK;
    uint64_t rtaddr = svasim_tables_root(machine->tables) | (scalable ? 1u << 10 : 0);
    (void)sv_machine_write_register(machine, RTADDR, 8, rtaddr);
    (void)sv_machine_write_register(machine, GCMD, 4, SRTP);
    (void)sv_machine_write_register(machine, GCMD, 4, TE);
    return SVASIM_OK;
}

svasim_err sv_machine_need_builder(svasim_machine *machine)
{
    if (machine->tables)
        return SVASIM_OK;
    uint32_t interrupts = (uint32_t)config_number(machine, "machine.interrupts");
    if (interrupts & (interrupts - 1))
        return sv_machine_fail(machine, SVASIM_EINVAL,
                               "machine.interrupts: %" PRIu32 " is not a power of two", interrupts);
    svasim_tables_setup setup = {
        .frames_base = SV_FRAMES_BASE,
        .frames_bytes = SV_FRAMES_BYTES,
        .scalable = sv_machine_config_is(machine, "machine.table_mode", "scalable"),
        .pdts = 7,
        .interrupts = interrupts,
    };
    machine->tables = svasim_tables_create(machine->mem, &setup);
    if (!machine->tables)
        return sv_machine_fail(machine, SVASIM_ENOMEM, "out of memory for tables");
    return SVASIM_OK;
}

svasim_err sv_machine_need_tables(svasim_machine *machine)
{
    if (machine->translates)
        return SVASIM_OK;
    svasim_err err = sv_machine_need_builder(machine);
    if (err)
        return err;
    machine->translates = true;
    return enable(machine, sv_machine_config_is(machine, "machine.table_mode", "scalable"));
}

svasim_err sv_machine_set_entry(svasim_machine *machine, const svasim_entry_ref *ref,
                                svasim_blob fields)
{
    char text[1024];
    if (fields.bytes >= sizeof text)
        return sv_machine_fail(machine, SVASIM_EINVAL, "set: longer than %zu bytes",
                               sizeof text - 1);
    memcpy(text, fields.data, fields.bytes);
    text[fields.bytes] = 0;
    svasim_err err = svasim_tables_set(machine->tables, ref, text);
    return err ? sv_machine_fail(machine, err, "%s", svasim_tables_error(machine->tables))
               : SVASIM_OK;
}

svasim_err sv_machine_need_sva(svasim_machine *machine)
{
    if (machine->sva)
        return SVASIM_OK;
    svasim_err err = sv_machine_need_tables(machine);
    if (err)
        return err;
    svasim_sva_setup setup = svasim_sva_setup_default();
    setup.invalidate = sv_machine_invalidate;
    setup.host = machine;
    setup.direct_map_bytes = config_number(machine, "machine.direct_map");
    setup.direct_map_page = sv_machine_config_is(machine, "machine.direct_map_page", "2M")
                                ? UINT64_C(1) << 21
                                : UINT64_C(1) << 30;
    if (setup.direct_map_bytes % setup.direct_map_page)
        return sv_machine_fail(machine, SVASIM_EINVAL,
                               "machine.direct_map: 0x%" PRIx64 " is no multiple of the page",
                               setup.direct_map_bytes);
    machine->sva = svasim_sva_create(machine->unit, machine->mem, machine->tables, &setup);
    if (!machine->sva)
        return sv_machine_fail(machine, SVASIM_ENOMEM, "out of memory for the software side");
    return SVASIM_OK;
}

/* --- devices --- */

struct sv_device *sv_machine_device(svasim_machine *machine, svasim_blob name)
{
    for (uint32_t i = 0; i < machine->device_count; i++) {
        struct sv_device *device = &machine->devices[i];
        if (strlen(device->name) == name.bytes && memcmp(device->name, name.data, name.bytes) == 0)
            return device;
    }
    (void)sv_machine_fail(machine, SVASIM_EINVAL, "device: \"%.*s\" was not declared",
                          (int)(name.bytes < 64 ? name.bytes : 64), name.data);
    return NULL;
}

static uint64_t given(const svasim_record *record, unsigned slot, uint64_t otherwise)
{
    return svasim_record_has(record, slot) ? record->value[slot] : otherwise;
}

struct sv_device *sv_machine_ats_device(svasim_machine *machine, uint16_t source_id)
{
    for (uint32_t i = 0; i < machine->device_count; i++)
        if (machine->devices[i].ats && machine->devices[i].source_id == source_id)
            return &machine->devices[i];
    return NULL;
}

/* Without cap.dt a driver leaves ATS off, whatever the device can do. */
static svasim_err read_atc(svasim_machine *machine, const svasim_record *record,
                           svasim_dsa_setup *out)
{
    uint64_t entries = given(record, SVASIM_F_DEVICE_atc, out->atc.entries);
    if (entries > 1024)
        return sv_machine_fail(machine, SVASIM_EINVAL, "atc: %" PRIu64 " is not 0 to 1024",
                               entries);
    if (!sv_machine_config_is(machine, "cap.dt", "on"))
        entries = 0;
    if (entries && sv_machine_ats_device(machine, out->source_id))
        return sv_machine_fail(machine, SVASIM_EINVAL,
                               "device: another one of this source id has a device TLB");
    out->atc.entries = (uint16_t)entries;
    return SVASIM_OK;
}

svasim_err sv_machine_add_device(svasim_machine *machine, const svasim_record *record)
{
    svasim_blob name = record->blob[SVASIM_F_DEVICE_name];
    if (machine->device_count == SV_DEVICES_MAX)
        return sv_machine_fail(machine, SVASIM_EINVAL, "device: more than %u", SV_DEVICES_MAX);
    struct sv_device *device = &machine->devices[machine->device_count];
    if (name.bytes >= sizeof device->name)
        return sv_machine_fail(machine, SVASIM_EINVAL, "device: the name is longer than 63 bytes");
    for (uint32_t i = 0; i < machine->device_count; i++)
        if (strlen(machine->devices[i].name) == name.bytes &&
            memcmp(machine->devices[i].name, name.data, name.bytes) == 0)
            return sv_machine_fail(machine, SVASIM_EINVAL, "device: \"%s\" is already declared",
                                   machine->devices[i].name);
    svasim_dsa_setup setup = svasim_dsa_setup_default();
    svasim_dsa_setup_read(&setup, machine->config);
    uint64_t engines = given(record, SVASIM_F_DEVICE_engines, 1);
    uint64_t lines = given(record, SVASIM_F_DEVICE_lines, setup.lines);
    uint64_t data_ticks = given(record, SVASIM_F_DEVICE_data_ticks, 0);
    if (engines < 1 || engines > 16)
        return sv_machine_fail(machine, SVASIM_EINVAL, "engines: %" PRIu64 " is not 1 to 16",
                               engines);
    if (lines < 1 || lines > 256)
        return sv_machine_fail(machine, SVASIM_EINVAL, "lines: %" PRIu64 " is not 1 to 256", lines);
    if (data_ticks > 1000000000)
        return sv_machine_fail(machine, SVASIM_EINVAL, "data_ticks: more than 10^9");
    setup.source_id = (uint16_t)record->value[SVASIM_F_DEVICE_sid];
    setup.engines = (uint16_t)engines;
    setup.lines = (uint16_t)lines;
    setup.data_ticks = (uint32_t)data_ticks;
    setup.pasid_enable = true;
    setup.priv_enable = given(record, SVASIM_F_DEVICE_priv_enable, 1) != 0;
    svasim_err err = read_atc(machine, record, &setup);
    if (err)
        return err;
    *device = (struct sv_device){.machine = machine,
                                 .source_id = setup.source_id,
                                 .index = machine->device_count,
                                 .ats = setup.atc.entries != 0};
    memcpy(device->name, name.data, name.bytes);
    svasim_dsa_ports ports = sv_machine_device_ports(device);
    device->dsa = svasim_dsa_create(&setup, &ports, NULL);
    if (!device->dsa)
        return sv_machine_fail(machine, SVASIM_ENOMEM, "out of memory for a device");
    machine->device_count++;
    return SVASIM_OK;
}
