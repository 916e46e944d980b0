/* SPDX-License-Identifier: MIT */
/* check_monotony.c - more hardware never makes walks longer: a walker, a way, a set, a memory
 * access more, on every shipped trace and under every preset.
 *
 * Walk cycles are those from a miss to the end of its walk, summed over all requests: waiting for a
 * walker, its lookups, waiting for the memory port, memory. (Not the reads: two walks at once read
 * what the second of two in a row finds cached. Not joining: who joins waits as long as another's
 * walk takes.)
 *
 * Exceptions, each with its reason:
 *   - walkers beyond memory.depth: they only take turns at memory. Walks that would have ended one
 *     after the other all end late, and find less of each other's entries cached.
 *   - sets, by 1 %. LRU keeps in more ways what it keeps in fewer, but twice the sets are other
 *     sets: entries that did not compete may do so now. */
#define _POSIX_C_SOURCE 200809L
#include "conformance/suite.h"
#include "property/replays.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const unsigned walk_stages[] = {SVASIM_STAGE_WALKER_WAIT, SVASIM_STAGE_WALK_LOOKUP,
                                       SVASIM_STAGE_MEMORY_QUEUE, SVASIM_STAGE_MEMORY};

static uint64_t walk_cycles(const struct trace *trace, const char *preset, const char *key,
                            uint64_t value)
{
    char setting[64];
    struct replay replay;
    uint64_t sum = 0;
    snprintf(setting, sizeof setting, "%s=%" PRIu64, key, value);
    replay_run(&replay, trace, preset, setting, REPLAY_TIMES);
    for (unsigned i = 0; i < sizeof walk_stages / sizeof walk_stages[0]; i++)
        sum += replay.stages[walk_stages[i]];
    replay_free(&replay);
    return sum;
}

/* Value of a numeric key under a preset. */
static uint64_t value_of(const char *pairs, const char *key)
{
    char word[64], text[32] = "";
    snprintf(word, sizeof word, "%s=", key);
    const char *found = strstr(pairs, word);
    if (found)
        return strtoull(found + strlen(word), NULL, 0);
    svasim_config *config = svasim_config_create();
    ck_assert(svasim_config_get(config, key, text, sizeof text) == SVASIM_OK);
    svasim_config_destroy(config);
    return strtoull(text, NULL, 0);
}

/* The key at 1, 2, 4, ... up to `last`. */
static void expect_monotony(const struct trace *trace, unsigned preset, const char *key,
                            uint64_t last)
{
    const char *pairs = preset_pairs(preset, true);
    bool sets = strstr(key, ".sets") != NULL;
    uint64_t depth = value_of(pairs, "memory.depth");
    if (strcmp(key, "walk.walkers") == 0 && depth < last)
        last = depth;
    uint64_t before = last < 2 ? 0 : walk_cycles(trace, pairs, key, 1);
    for (uint64_t value = 2; value <= last; value *= 2) {
        uint64_t now = walk_cycles(trace, pairs, key, value);
        ck_assert_msg(now <= before + (sets ? before / 100 : 0),
                      "%s, %s: walk cycles rise from %" PRIu64 " to %" PRIu64 " with %s=%" PRIu64,
                      preset_name(preset), trace->name, before, now, key, value);
        before = now;
    }
}

/* What a replay of this trace costs decides how often it can be replayed. */
static bool is_long(const struct trace *trace)
{
    return trace->length > 40000;
}

static const char *const keys[] = {
    "walk.walkers",  "memory.depth",  "iotlb_4k.ways", "iotlb_4k.sets", "fs_pde.ways",
    "fs_pde.sets",   "pasid.ways",    "pasid.sets",    "context.ways",  "iotlb_2m.ways",
    "iotlb_2m.sets", "iotlb_1g.ways", "fs_pdpe.ways",  "fs_pml4e.ways",
};

#define MAIN_KEYS 4 /* the first of them */

/* The main keys as far as it goes, the others as far as these traces fill caches. */
START_TEST(all_keys_of_the_default)
{
    unsigned preset = 0;
    while (strcmp(preset_name(preset), "default") != 0)
        preset++;
    for (unsigned i = 0; trace_at(i); i++)
        if (!is_long(trace_at(i)))
            expect_monotony(trace_at(i), preset, keys[_i], _i < 6 ? 32 : 4);
        else if (_i < 2)
            expect_monotony(trace_at(i), preset, keys[_i], 16);
}
END_TEST

START_TEST(main_keys_of_each_preset)
{
    unsigned preset = (unsigned)_i / MAIN_KEYS;
    if (!preset_name(preset))
        return;
    for (unsigned i = 0; trace_at(i); i++)
        if (!is_long(trace_at(i)))
            expect_monotony(trace_at(i), preset, keys[_i % MAIN_KEYS], 4);
        else if (_i % MAIN_KEYS == 0)
            expect_monotony(trace_at(i), preset, "walk.walkers", 2);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("monotony");
    suite_add(suite, "default", all_keys_of_the_default, (int)(sizeof keys / sizeof keys[0]));
    suite_add(suite, "presets", main_keys_of_each_preset, MAIN_KEYS * PRESETS);
    return suite_run(suite);
}
