/* SPDX-License-Identifier: MIT */
/* samples.c - occupancy as a series of means. Nothing changes between two events, so sums over
 * ticks are exact. */
#include "samples.h"

#include <string.h>

void cli_samples_begin(struct cli_samples *samples, svasim_machine *machine, svasim_tick interval)
{
    memset(samples, 0, sizeof *samples);
    samples->machine = machine;
    samples->interval = interval ? interval : 1;
    for (unsigned i = 0; i < SVASIM_OCCUPANT_COUNT; i++)
        samples->of[i].min = UINT32_MAX;
}

/* Two intervals become one. */
static void halve(struct cli_samples *samples)
{
    for (unsigned i = 0; i < SVASIM_OCCUPANT_COUNT; i++) {
        uint64_t *closed = samples->of[i].closed;
        for (unsigned k = 0; k < CLI_SAMPLES_MAX / 2; k++)
            closed[k] = closed[2 * k] + closed[2 * k + 1];
    }
    samples->count = CLI_SAMPLES_MAX / 2;
    samples->interval *= 2;
}

static void close_interval(struct cli_samples *samples)
{
    for (unsigned i = 0; i < SVASIM_OCCUPANT_COUNT; i++) {
        samples->of[i].closed[samples->count] = samples->of[i].open;
        samples->of[i].open = 0;
    }
    samples->since += samples->interval;
    if (++samples->count == CLI_SAMPLES_MAX)
        halve(samples);
}

void cli_samples_pass(struct cli_samples *samples, svasim_tick tick)
{
    const svasim *unit = svasim_machine_unit(samples->machine);
    svasim_tick now = svasim_now(unit);
    uint32_t here[SVASIM_OCCUPANT_COUNT];
    for (unsigned i = 0; i < SVASIM_OCCUPANT_COUNT; i++) {
        struct cli_sampled *of = &samples->of[i];
        here[i] = svasim_occupancy(unit, (svasim_occupant)i);
        of->min = here[i] < of->min ? here[i] : of->min;
        of->max = here[i] > of->max ? here[i] : of->max;
        of->total += (double)here[i] * (double)(tick - now);
    }
    while (now < tick) {
        svasim_tick end = samples->since + samples->interval;
        svasim_tick until = end < tick ? end : tick;
        for (unsigned i = 0; i < SVASIM_OCCUPANT_COUNT; i++)
            samples->of[i].open += here[i] * (until - now);
        now = until;
        if (now == end)
            close_interval(samples);
    }
}

/* To three decimals: what follows says nothing and would fill the file. Numbers of requests are
 * small enough to be counted in thousandths. */
static json_t *rounded(double value)
{
    return json_real((double)(uint64_t)(value * 1000 + 0.5) / 1000);
}

static json_t *series_json(const struct cli_samples *samples, const struct cli_sampled *of,
                           svasim_tick open_ticks)
{
    json_t *series = json_array();
    bool ok = series != NULL;
    for (unsigned k = 0; ok && k < samples->count; k++)
        ok = json_array_append_new(series,
                                   rounded((double)of->closed[k] / (double)samples->interval)) == 0;
    if (ok && open_ticks)
        ok = json_array_append_new(series, rounded((double)of->open / (double)open_ticks)) == 0;
    if (ok)
        return series;
    json_decref(series);
    return NULL;
}

static json_t *occupant_json(const struct cli_samples *samples, unsigned which, svasim_tick now)
{
    const struct cli_sampled *of = &samples->of[which];
    const svasim_config *config = svasim_machine_config(samples->machine);
    json_t *object = json_object();
    uint64_t bound = cli_config_number(config, svasim_occupant_at(which)->bound);
    bool ok =
        json_object_set_new(object, "bound", json_integer((json_int_t)bound)) == 0 &&
        json_object_set_new(object, "min", json_integer(now ? (json_int_t)of->min : 0)) == 0 &&
        json_object_set_new(object, "mean", rounded(now ? of->total / (double)now : 0)) == 0 &&
        json_object_set_new(object, "max", json_integer((json_int_t)of->max)) == 0 &&
        json_object_set_new(object, "series", series_json(samples, of, now - samples->since)) == 0;
    if (ok)
        return object;
    json_decref(object);
    return NULL;
}

json_t *cli_samples_json(const struct cli_samples *samples)
{
    svasim_tick now = svasim_now(svasim_machine_unit(samples->machine));
    json_t *object = json_object();
    bool ok = json_object_set_new(object, "interval_cycles",
                                  json_integer((json_int_t)samples->interval)) == 0;
    for (unsigned i = 0; ok && i < SVASIM_OCCUPANT_COUNT; i++)
        ok = json_object_set_new(object, svasim_occupant_at(i)->name,
                                 occupant_json(samples, i, now)) == 0;
    if (ok)
        return object;
    json_decref(object);
    return NULL;
}
