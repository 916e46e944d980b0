/* SPDX-License-Identifier: MIT */
/* stats_json.c - everything that was counted in a run, as one JSON object. Keys stand in a fixed
 * order and come from the fact tables. The keys are a contract: docs/cli.md. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "report.h"
#include "samples.h"
#include "svasim/version.h"

/* An object under construction; a failed step is remembered and judged at the end. */
struct builder {
    json_t *object;
    bool ok;
};

static void set(struct builder *to, const char *key, json_t *value)
{
    to->ok = json_object_set_new(to->object, key, value) == 0 && to->ok;
}

static void set_count(struct builder *to, const char *key, uint64_t value)
{
    /* JSON integers are signed here; what is above is shown as text. */
    char text[CLI_COUNT_TEXT];
    if (value <= INT64_MAX) {
        set(to, key, json_integer((json_int_t)value));
        return;
    }
    (void)snprintf(text, sizeof text, "%" PRIu64, value);
    set(to, key, json_string(text));
}

static struct builder begin(void)
{
    json_t *object = json_object();
    return (struct builder){object, object != NULL};
}

/* Put a finished object under `key`. */
static void nest(struct builder *to, const char *key, struct builder part)
{
    set(to, key, part.object);
    to->ok = part.ok && to->ok;
}

/* The object, or NULL if a step failed. */
static json_t *finish(struct builder all)
{
    if (all.ok)
        return all.object;
    json_decref(all.object);
    return NULL;
}

json_t *cli_config_json(const svasim_config *config)
{
    struct builder part = begin();
    const svasim_config_key *key;
    for (unsigned i = 0; (key = svasim_config_key_at(i)) != NULL; i++) {
        char text[64] = "";
        (void)svasim_config_get(config, key->name, text, sizeof text);
        uint64_t number;
        if (strcmp(key->type, "bool") == 0)
            set(&part, key->name, json_boolean(strcmp(text, "on") == 0));
        else if (strcmp(key->type, "uint") == 0 && cli_number(text, &number))
            set_count(&part, key->name, number);
        else
            set(&part, key->name, json_string(text));
    }
    return finish(part);
}

static void add_counters(struct builder *to, const svasim *unit)
{
    struct builder part = begin();
    const svasim_counter_info *counter;
    for (unsigned i = 0; (counter = svasim_counter_at(i)) != NULL; i++)
        set_count(&part, counter->name, svasim_counter_value(unit, i));
    nest(to, "counters", part);
}

static void add_faults(struct builder *to, const svasim *unit)
{
    struct builder part = begin();
    for (unsigned i = 1; i < SVASIM_FAULT_COUNT; i++) {
        const svasim_fault_info *fault = svasim_fault_at(i);
        if (!fault || svasim_fault_count(unit, i) == 0)
            continue;
        struct builder row = begin();
        set_count(&row, "code", fault->code);
        set_count(&row, "count", svasim_fault_count(unit, i));
        nest(&part, fault->name, row);
    }
    nest(to, "faults", part);
}

static void add_stages(struct builder *to, const svasim *unit)
{
    struct builder part = begin();
    for (unsigned i = 0; i < SVASIM_STAGE_COUNT; i++)
        set_count(&part, svasim_stage_name(i), svasim_stage_ticks(unit, i));
    nest(to, "stage_cycles", part);
}

/* By stage, and there by the key that decides about it. */
static void add_stalls(struct builder *to, const svasim *unit)
{
    struct builder part = begin();
    for (unsigned stage = 0; stage < SVASIM_STAGE_COUNT; stage++) {
        const svasim_stall_info *stall;
        struct builder row = begin();
        for (unsigned i = 0; (stall = svasim_stall_at(i)) != NULL; i++)
            if (stall->stage == stage)
                set_count(&row, stall->key, svasim_stall_ticks(unit, (svasim_stall)i));
        if (json_object_size(row.object) || !row.ok)
            nest(&part, svasim_stage_name(stage), row);
        else
            json_decref(row.object);
    }
    nest(to, "stall_cycles", part);
}

static const struct {
    const char *name;
    uint32_t parts_per_million;
} quantiles[] = {{"p50", 500000},   {"p90", 900000},    {"p99", 990000},
                 {"p99.9", 999000}, {"p99.99", 999900}, {"max", 1000000}};

static void add_latencies(struct builder *to, const struct cli_run *run)
{
    const svasim *unit = svasim_machine_unit(run->machine);
    const svasim_machine_stats *stats = svasim_machine_statistics(run->machine);
    struct builder part = begin();
    for (unsigned kind = 0; kind < svasim_latency_kinds(); kind++) {
        struct builder row = begin();
        set_count(&row, "count", svasim_latency_samples(unit, kind));
        set(&row, "mean", json_real(svasim_latency_mean(unit, kind)));
        for (unsigned q = 0; q < sizeof quantiles / sizeof quantiles[0]; q++)
            set_count(&row, quantiles[q].name,
                      svasim_latency_quantile(unit, kind, quantiles[q].parts_per_million));
        nest(&part, svasim_latency_kind_name(kind), row);
    }
    struct builder row = begin();
    set_count(&row, "count", stats->completed);
    for (unsigned q = 0; q < sizeof quantiles / sizeof quantiles[0]; q++)
        set_count(&row, quantiles[q].name,
                  svasim_machine_descriptor_quantile(run->machine, quantiles[q].parts_per_million));
    nest(&part, "descriptor", row);
    uint64_t pages = svasim_machine_page_samples(run->machine);
    if (pages) {
        row = begin();
        set_count(&row, "count", pages);
        for (unsigned q = 0; q < sizeof quantiles / sizeof quantiles[0]; q++)
            set_count(&row, quantiles[q].name,
                      svasim_machine_page_quantile(run->machine, quantiles[q].parts_per_million));
        nest(&part, "page_request", row);
    }
    nest(to, "latency_cycles", part);
}

static void add_resources(struct builder *to, const struct cli_run *run)
{
    const svasim *unit = svasim_machine_unit(run->machine);
    struct builder part = begin();
    svasim_resource resource;
    for (unsigned i = 0; i < svasim_resource_count(); i++) {
        if (svasim_resource_get(unit, i, &resource) != SVASIM_OK)
            continue;
        struct builder row = begin();
        set_count(&row, "slots", resource.slots);
        set_count(&row, "busy_cycles", resource.busy_ticks);
        set_count(&row, "stalled_cycles", resource.stalled_ticks);
        nest(&part, resource.name, row);
    }
    nest(to, "resources", part);
    struct cli_bottleneck bottleneck = cli_run_bottleneck(run);
    set(to, "bottleneck",
        run->functional      ? json_null()
        : bottleneck.latency ? json_string(svasim_stage_name(bottleneck.stage))
                             : json_string(bottleneck.resource.name));
}

static void add_descriptors(struct builder *to, const svasim_machine_stats *stats)
{
    struct builder part = begin(), statuses = begin();
    set_count(&part, "submits", stats->submits);
    set_count(&part, "accepted", stats->accepted);
    set_count(&part, "retried", stats->retried);
    set_count(&part, "dropped", stats->dropped);
    set_count(&part, "general_protection", stats->general_protection);
    set_count(&part, "completed", stats->completed);
    for (unsigned i = 0; i < 256; i++)
        if (stats->completed_by_status[i]) {
            char code[8];
            struct builder row = begin();
            (void)snprintf(code, sizeof code, "0x%02x", i);
            set(&row, "name", json_string(svasim_dsa_status_name((uint8_t)i)));
            set_count(&row, "count", stats->completed_by_status[i]);
            nest(&statuses, code, row);
        }
    nest(&part, "by_status", statuses);
    nest(to, "descriptors", part);
}

static void add_judgement(struct builder *to, const svasim_machine_stats *stats)
{
    struct builder part = begin();
    set_count(&part, "total", stats->expectations);
    set_count(&part, "met", stats->expectations_met);
    nest(to, "expectations", part);
    part = begin();
    set_count(&part, "total", stats->observations);
    set_count(&part, "differ", stats->observations_differ);
    nest(to, "observations", part);
    part = begin();
    set_count(&part, "processed", stats->invalidations);
    set_count(&part, "errors", stats->invalidation_errors);
    nest(to, "invalidations", part);
}

json_t *cli_stats_json(const struct cli_run *run)
{
    const svasim *unit = svasim_machine_unit(run->machine);
    const svasim_config *config = svasim_machine_config(run->machine);
    const svasim_machine_stats *stats = svasim_machine_statistics(run->machine);
    uint64_t mhz = cli_config_number(config, "clock.freq_mhz");
    char ns[CLI_COUNT_TEXT];
    struct builder all = begin();
    set(&all, "svasim", json_string(SVASIM_VERSION));
    set(&all, "file", cli_json_text(run->path));
    set(&all, "mode", json_string(run->functional ? "functional" : "timed"));
    set(&all, "complete", json_boolean(!run->broken));
    set_count(&all, "records", stats->records);
    set_count(&all, "cycles", cli_run_elapsed(run));
    set(&all, "nanoseconds",
        json_real(strtod(cli_nanoseconds(cli_run_elapsed(run), mhz, ns), NULL)));
    set_count(&all, "requests", stats->requests);
    if (run->check_stale)
        set_count(&all, "stale", stats->stale);
    add_counters(&all, unit);
    add_faults(&all, unit);
    add_descriptors(&all, stats);
    add_judgement(&all, stats);
    add_latencies(&all, run);
    add_stages(&all, unit);
    add_stalls(&all, unit);
    add_resources(&all, run);
    set(&all, "occupancy", run->samples ? cli_samples_json(run->samples) : json_null());
    set(&all, "config", cli_config_json(config));
    if (run->config_files)
        set(&all, "config_files", json_incref(run->config_files));
    return finish(all);
}
