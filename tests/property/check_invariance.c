/* SPDX-License-Identifier: MIT */
/* check_invariance.c - what a unit answers does not depend on how long it takes: every address,
 * page size, right, fault, record and completion of a trace is that of a run without time, under
 * every preset, with each timing feature alone and with many together.
 *
 * Legitimately different, and not compared: the order of events and their times; what a trace that
 * leaves out an invalidation reads stale; how many requests a failing descriptor had still under
 * way; with a device TLB (dsa.atc), which requests devices make, and of which fault they hear
 * first. Presets that change capabilities change results: they are compared with themselves without
 * time, and with the default without these. */
#define _POSIX_C_SOURCE 200809L
#include "conformance/suite.h"
#include "property/replays.h"
#include "svasim/mem.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- traces --- */

/* Made by the program, beside those that are shipped: faults and supervisors among them. */
static const char *const generated[] = {
    "faults --count 400",
    "supervisor --count 24 --window 16M --size 1K",
    "tenants --count 600 --pasids 40 --window 64K",
    "mix --count 20 --window 256K --size 2K",
    "window --count 500 --window 512M --page 2M --rw-mix 40",
};
#define GENERATED (unsigned)(sizeof generated / sizeof generated[0])

static const struct trace *pick(unsigned index)
{
    static struct trace made[GENERATED];
    if (index >= GENERATED)
        return trace_at(index - GENERATED);
    if (!made[index].bytes)
        trace_generate(&made[index], generated[index]);
    return &made[index];
}

/* Replays of it take a while. */
static bool is_long(const struct trace *trace)
{
    return trace->length > 60000 && strncmp(trace->name, "gen ", 4) != 0;
}

#define TRACES 32 /* rounds; those that there are not do nothing */

/* Do devices keep translations, and ask for them? */
static bool devices_translate(const char *settings)
{
    const char *found = strstr(settings, "dsa.atc=");
    return found && found[strlen("dsa.atc=")] != '0';
}

/* A run without time. */
struct plain {
    const struct trace *trace;
    struct replay replay;
};

static void run_plain(struct plain *out, const struct trace *trace, const char *settings)
{
    *out = (struct plain){.trace = trace};
    replay_run(&out->replay, trace, settings, NULL,
               REPLAY_FUNCTIONAL | (is_long(trace) ? 0 : REPLAY_STALE));
}

/* Devices that translate ask for other things at other times, and are told of faults that others
 * never hear of: what their descriptors come to is that of such devices without time. */
static void compare_descriptors(const struct trace *trace, struct replay *timed,
                                const char *settings, const char *what)
{
    struct plain plain;
    run_plain(&plain, trace, settings);
    replay_forget_devices(&plain.replay);
    replay_forget_devices(timed);
    if (plain.replay.count)
        replay_expect_same(&plain.replay, timed, what);
    replay_free(&plain.replay);
}

/* A timed run under `settings` has the results of `plain`. */
static void compare(const struct plain *plain, const char *settings)
{
    struct replay other;
    char what[300];
    snprintf(what, sizeof what, "%s, %.200s", plain->trace->name, settings);
    replay_run(&other, plain->trace, settings, NULL, is_long(plain->trace) ? 0 : REPLAY_STALE);
    if (devices_translate(settings))
        compare_descriptors(plain->trace, &other, settings, what);
    else
        replay_expect_same(&plain->replay, &other, what);
    replay_free(&other);
}

/* --- presets --- */

START_TEST(presets)
{
    struct plain plain;
    const struct trace *trace = pick((unsigned)_i);
    if (!trace)
        return;
    run_plain(&plain, trace, "");
    for (unsigned i = 0; preset_name(i); i++) {
        const char *all = preset_pairs(i, true), *timing = preset_pairs(i, false);
        compare(&plain, timing);
        if (strcmp(all, timing) == 0)
            continue;
        struct plain able;
        run_plain(&able, trace, all);
        compare(&able, all);
        replay_free(&able.replay);
    }
    replay_free(&plain.replay);
}
END_TEST

/* --- features --- */

#define OFF(cache) cache ".enabled=off "
#define IOTLBS_OFF OFF("iotlb_4k") OFF("iotlb_2m") OFF("iotlb_1g")
#define STRUCTURES_OFF                                                                             \
    OFF("fs_pde")                                                                                  \
    OFF("fs_pdpe")                                                                                 \
    OFF("fs_pml4e") OFF("fs_pml5e") OFF("ss_pde") OFF("ss_pdpe") OFF("ss_pml4e") OFF("ss_pml5e")

static const char *const features[] = {
    "link.latency=70 link.rate=500 link.gap=5 link.interval=3 data.latency=40",
    "walk.lines=4 llc.sets=4 llc.ways=2 dram.banks=3 dram.row=128 memory.depth=2",
    "walk.lines=64 llc.sets=64 dram.banks=64 dram.bus=11 link.latency=400 lookup.width=4",
    "port.credits=1",
    "port.credits=3 walk.walkers=1 walk.pending=1 memory.depth=1 memory.interval=9",
    "walk.walkers=64 walk.join=off lookup.width=16 respond.width=16 memory.interval=0",
    "memory.latency=0 memory.interval=0 respond.latency=0 context.latency=0 pasid.latency=0",
    "memory.latency=3000 walk.pending=2 respond.latency=77 iotlb_4k.latency=23",
    "memory.piece=16 memory.piece_ticks=31",
    "dsa.lines=3 dsa.submit_latency=90 dsa.dispatch_latency=70 dsa.line_interval=4 "
    "dsa.record_latency=300",
    "dsa.atc=4 dsa.atc_misses=2 dsa.atc_ahead=3 dsa.atc_latency=6 dsa.atc_invalidate_latency=500",
    "invalidation.iotlb=60 invalidation.set=2 invalidation.block=90 invalidation.memory_port=on "
    "invalidation.pasid=40 invalidation.context=30 invalidation.other=10 page_request.latency=80",
    IOTLBS_OFF,
    STRUCTURES_OFF OFF("context") OFF("pasid"),
    IOTLBS_OFF STRUCTURES_OFF "walk.join=off",
    "iotlb_4k.sets=1 iotlb_4k.ways=1 iotlb_2m.sets=1 iotlb_2m.ways=1 iotlb_1g.ways=1 "
    "context.sets=1 "
    "context.ways=1 pasid.sets=1 pasid.ways=1 fs_pde.sets=1 fs_pde.ways=1 fs_pdpe.sets=1",
    "iotlb_4k.policy=random pasid.policy=random fs_pde.policy=plru iotlb_2m.policy=plru",
    "cache.index=low context.policy=random seed=77 iotlb_4k.sets=2",
};

START_TEST(several_features)
{
    struct plain plain;
    const struct trace *trace = pick((unsigned)_i);
    if (!trace)
        return;
    run_plain(&plain, trace, "");
    for (unsigned i = 0; i < sizeof features / sizeof features[0]; i++)
        if (!is_long(trace) || i % 5 == 1)
            compare(&plain, features[i]);
    replay_free(&plain.replay);
}
END_TEST

/* --- each key by itself, whatever there will be --- */

/* Keys that say what the unit is able to do or how the machine around it is made. */
static bool is_timing(const char *key)
{
    static const char *const others[] = {"cap.",   "policy.",  "perf.",       "command.",
                                         "queue.", "machine.", "device_tlb.", "clock."};
    for (unsigned i = 0; i < sizeof others / sizeof others[0]; i++)
        if (strncmp(key, others[i], strlen(others[i])) == 0)
            return false;
    return true;
}

/* Some other value of a key; of a number a power of two, as several must be. */
static void other_value(char *out, size_t bytes, const svasim_config_key *key)
{
    if (strcmp(key->type, "bool") == 0) {
        snprintf(out, bytes, "%s", key->initial ? "off" : "on");
    } else if (strcmp(key->type, "uint") == 0) {
        uint64_t value = key->initial ? key->initial / 4 * 4 * 2 : 16;
        value = value < key->min || value > key->max ? key->min : value;
        snprintf(out, bytes, "%" PRIu64, value);
    } else { /* words: the first that is not the default */
        const char *word = key->initial ? key->type : strchr(key->type, '|') + 1;
        snprintf(out, bytes, "%.*s", (int)strcspn(word, "|"), word);
    }
}

static bool is_legal(const char *name, const char *value)
{
    svasim_ports ports = SVASIM_PORTS_INIT;
    svasim_mem *mem = svasim_mem_create(0, NULL);
    svasim_config *config = svasim_config_create();
    svasim *unit = NULL;
    svasim_mem_ports(mem, &ports);
    bool legal = svasim_config_set(config, name, value) == SVASIM_OK &&
                 svasim_create(&unit, config, &ports, NULL) == SVASIM_OK;
    svasim_destroy(unit);
    svasim_config_destroy(config);
    svasim_mem_destroy(mem);
    return legal;
}

/* The shortest traces; keys in as many parts as there are rounds. */
#define ROUNDS 4

/* With two short traces; the keys in as many parts as there are rounds. */
#define ROUNDS 4

START_TEST(each_key)
{
    unsigned tried = 0, skipped = 0;
    struct plain plain[2];
    const struct trace *traces[2] = {pick(0), NULL};
    for (unsigned i = 0; trace_at(i); i++)
        if (strcmp(trace_at(i)->name, "supervisor_sva") == 0)
            traces[1] = trace_at(i);
    ck_assert_ptr_nonnull(traces[1]);
    for (unsigned t = 0; t < 2; t++)
        run_plain(&plain[t], traces[t], "");
    for (unsigned i = (unsigned)_i; svasim_config_key_at(i); i += ROUNDS) {
        const svasim_config_key *key = svasim_config_key_at(i);
        char value[64], setting[128];
        if (!is_timing(key->name))
            continue;
        other_value(value, sizeof value, key);
        tried++;
        if (!is_legal(key->name, value)) {
            skipped++;
            continue;
        }
        snprintf(setting, sizeof setting, "%s=%s", key->name, value);
        for (unsigned t = 0; t < 2; t++)
            compare(&plain[t], setting);
    }
    ck_assert_uint_gt(tried, 20);
    ck_assert_uint_lt(skipped, tried / 4);
    replay_free(&plain[0].replay);
    replay_free(&plain[1].replay);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("invariance");
    suite_add(suite, "presets", presets, TRACES);
    suite_add(suite, "features", several_features, TRACES);
    suite_add(suite, "keys", each_key, ROUNDS);
    return suite_run(suite);
}
