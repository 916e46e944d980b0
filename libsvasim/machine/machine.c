/* SPDX-License-Identifier: MIT */
/* machine.c - the machine's life, and the order in which records act: barrier, time, act. */
#include "machine/state.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

svasim_err sv_machine_fail(svasim_machine *machine, svasim_err err, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(machine->error, sizeof machine->error, format, arguments);
    va_end(arguments);
    return err;
}

bool sv_parse_sid(const char *text, uint16_t *out)
{
    unsigned bus, device, function;
    char extra;
    if (sscanf(text, "%2x:%2x.%1x%c", &bus, &device, &function, &extra) != 3 || device > 31 ||
        function > 7)
        return false;
    *out = (uint16_t)(bus << 8 | device << 3 | function);
    return true;
}

void sv_machine_emit(svasim_machine *machine, svasim_event *event)
{
    if (!machine->options.on_event)
        return;
    event->tick = sv_machine_now(machine);
    machine->options.on_event(machine->options.user, event);
}

svasim_machine *svasim_machine_create(const svasim_machine_options *options)
{
    svasim_machine *machine = calloc(1, sizeof *machine);
    if (!machine)
        return NULL;
    if (options)
        machine->options = *options;
    machine->config = svasim_config_create();
    machine->descriptor_latency.bucket = calloc(SV_HISTOGRAM_BUCKETS, sizeof(uint64_t));
    machine->page_latency.bucket = calloc(SV_HISTOGRAM_BUCKETS, sizeof(uint64_t));
    if (!machine->config || !machine->descriptor_latency.bucket || !machine->page_latency.bucket ||
        !sv_expect_init(machine)) {
        svasim_machine_destroy(machine);
        return NULL;
    }
    return machine;
}

void svasim_machine_destroy(svasim_machine *machine)
{
    if (!machine)
        return;
    for (uint32_t i = 0; i < machine->device_count; i++)
        svasim_dsa_destroy(machine->devices[i].dsa);
    svasim_sva_destroy(machine->sva);
    svasim_tables_destroy(machine->tables);
    svasim_destroy(machine->unit);
    svasim_front_destroy(machine->front);
    svasim_mem_destroy(machine->mem);
    svasim_config_destroy(machine->config);
    sv_names_free(&machine->pinned);
    sv_names_free(&machine->spaces);
    free(machine->flights);
    free(machine->queue);
    free(machine->known);
    free(machine->waiting);
    free(machine->waiting_heads);
    free(machine->descriptor_latency.bucket);
    free(machine->page_latency.bucket);
    sv_service_free(machine);
    free(machine);
}

svasim_err svasim_machine_pin(svasim_machine *machine, const char *key, const char *value)
{
    uint32_t unused, bytes = (uint32_t)strlen(key);
    if (machine->unit)
        return sv_machine_fail(machine, SVASIM_EINVAL, "%s: the machine is running", key);
    if (svasim_config_set(machine->config, key, value) != SVASIM_OK)
        return sv_machine_fail(machine, SVASIM_EINVAL, "%s", svasim_config_error(machine->config));
    if (!sv_names_find(&machine->pinned, key, bytes, &unused) &&
        !sv_names_add(&machine->pinned, key, bytes, 0))
        return sv_machine_fail(machine, SVASIM_ENOMEM, "out of memory");
    return SVASIM_OK;
}

static svasim_err act_config(svasim_machine *machine, const svasim_record *record)
{
    char key[64], value[64];
    svasim_blob k = record->blob[SVASIM_F_CONFIG_key], v = record->blob[SVASIM_F_CONFIG_value];
    uint32_t unused;
    if (machine->unit)
        return sv_machine_fail(machine, SVASIM_EINVAL,
                               "config: only before the first record that acts");
    if (k.bytes >= sizeof key || v.bytes >= sizeof value)
        return sv_machine_fail(machine, SVASIM_EINVAL, "config: key or value is too long");
    memcpy(key, k.data, k.bytes);
    memcpy(value, v.data, v.bytes);
    key[k.bytes] = value[v.bytes] = 0;
    if (sv_names_find(&machine->pinned, key, k.bytes, &unused))
        return SVASIM_OK;
    if (svasim_config_set(machine->config, key, value) != SVASIM_OK)
        return sv_machine_fail(machine, SVASIM_EINVAL, "config: %s",
                               svasim_config_error(machine->config));
    return SVASIM_OK;
}

/* Stimulus and what is said of it need not wait; everything else changes or inspects state. */
static bool is_barrier(unsigned kind)
{
    return kind != SVASIM_RECORD_DMA && kind != SVASIM_RECORD_SUBMIT &&
           kind != SVASIM_RECORD_INTERRUPT && kind != SVASIM_RECORD_EXPECT &&
           kind != SVASIM_RECORD_OBSERVE;
}

/* A store of the unit or of a device that the host has no memory for: neither can say so. */
static svasim_err check_memory(svasim_machine *machine, svasim_err err)
{
    if (machine->mem && svasim_mem_short(machine->mem))
        return sv_machine_fail(machine, SVASIM_ENOMEM,
                               "out of memory: a store to simulated memory is lost");
    return err;
}

svasim_err svasim_machine_apply(svasim_machine *machine, const svasim_record *record)
{
    machine->stats.records++;
    if (record->kind == SVASIM_RECORD_COMMENT)
        return SVASIM_OK;
    if (record->kind == SVASIM_RECORD_CONFIG)
        return act_config(machine, record);
    sv_act act = sv_machine_act_of(record->kind);
    if (!act)
        return sv_machine_fail(machine, SVASIM_EINVAL, "record kind %u has no meaning",
                               record->kind);
    svasim_err err = sv_machine_need_unit(machine);
    if (err)
        return err;
    if (record->has_time) {
        sv_machine_run_to(machine, record->time);
    } else if (is_barrier(record->kind)) {
        err = sv_machine_drain(machine);
        if (err)
            return err;
    }
    machine->epoch += is_barrier(record->kind);
    machine->record = record;
    sv_machine_cpu_stores(machine, record->kind);
    err = act(machine, record);
    machine->record = NULL;
    sv_service_look(machine);
    return check_memory(machine, err);
}

svasim_err svasim_machine_finish(svasim_machine *machine)
{
    svasim_err err = sv_machine_need_unit(machine);
    if (!err)
        err = sv_machine_drain(machine);
    sv_expect_finish(machine);
    return check_memory(machine, err);
}

const char *svasim_machine_error(const svasim_machine *machine)
{
    return machine->error;
}

const svasim_machine_stats *svasim_machine_statistics(const svasim_machine *machine)
{
    return &machine->stats;
}

uint64_t svasim_machine_descriptor_quantile(const svasim_machine *machine,
                                            uint32_t parts_per_million)
{
    return sv_histogram_quantile(&machine->descriptor_latency, parts_per_million);
}

uint64_t svasim_machine_page_samples(const svasim_machine *machine)
{
    return machine->page_latency.samples;
}

uint64_t svasim_machine_page_quantile(const svasim_machine *machine, uint32_t parts_per_million)
{
    return sv_histogram_quantile(&machine->page_latency, parts_per_million);
}

svasim *svasim_machine_unit(svasim_machine *machine)
{
    return machine->unit;
}

svasim_mem *svasim_machine_mem(svasim_machine *machine)
{
    return machine->mem;
}

const svasim_config *svasim_machine_config(const svasim_machine *machine)
{
    return machine->config;
}
