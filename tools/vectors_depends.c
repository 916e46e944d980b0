/* SPDX-License-Identifier: MIT */
/* vectors_depends.c - which values could another unit have otherwise without being wrong? The
 * scenario runs again with each open point of the specification decided otherwise, and once without
 * caches; the steps whose expected values change say so in `depends_on`. */
#include <stdlib.h>
#include <string.h>

#include "vectors.h"

static bool is_one_of(const char *key, const char *const *keys)
{
    for (; *keys; keys++)
        if (strcmp(key, *keys) == 0)
            return true;
    return false;
}

/* Is what software and devices do the same? */
static bool same_input(json_t *step, json_t *other)
{
    static const char *const results[] = {"expect", "internal", "asserted", "depends_on", NULL};
    const char *key;
    json_t *value;
    json_object_foreach(step, key,
                        value) if (!is_one_of(key, results) &&
                                   !json_equal(value, json_object_get(other, key))) return false;
    return true;
}

static bool mark(json_t *step, const char *why)
{
    json_t *list = json_object_get(step, "depends_on");
    if (!list && json_object_set_new(step, "depends_on", json_array()) != 0)
        return false;
    return json_array_append_new(json_object_get(step, "depends_on"), json_string(why)) == 0;
}

static bool compare(json_t *steps, json_t *others, const char *why)
{
    size_t index;
    json_t *step;
    bool ok = true, apart = false;
    json_array_foreach(steps, index, step)
    {
        json_t *other = json_array_get(others, index);
        /* Once the stimuli differ, nothing after it can be compared. */
        apart = apart || !other || !same_input(step, other);
        json_t *expect = json_object_get(step, "expect");
        if (apart || (expect && !json_equal(expect, json_object_get(other, "expect"))))
            ok = ok && mark(step, why);
    }
    return ok;
}

/* The pins of the command line, and one more; false if memory is short. */
static bool play_otherwise(const struct cli_pins *pins, struct cli_pin *extra, size_t count,
                           const char *path, json_t *steps, const char *why)
{
    struct vectors_run run = {0};
    struct cli_pins all = {calloc(pins->count + count, sizeof *all.list), pins->count + count};
    if (!all.list)
        return false;
    for (size_t i = 0; i < all.count; i++)
        all.list[i] = i < pins->count ? pins->list[i] : extra[i - pins->count];
    (void)vectors_play(&run, &all, path, false);
    free(all.list);
    bool ok = !run.failed && (!run.steps || compare(steps, run.steps, why));
    vectors_run_free(&run);
    return ok;
}

/* Every word of a choice but the one that is set. */
static bool vary_choice(const struct cli_pins *pins, const char *path, const svasim_config_key *key,
                        const char *is, json_t *steps)
{
    const char *words = strcmp(key->type, "bool") == 0 ? "off|on" : key->type;
    bool ok = true;
    for (const char *at = words; ok && *at; at += *at == '|') {
        char name[64], value[32];
        size_t length = strcspn(at, "|");
        (void)snprintf(name, sizeof name, "%s", key->name);
        (void)snprintf(value, sizeof value, "%.*s", (int)length, at);
        at += length;
        if (strcmp(value, is) == 0)
            continue;
        struct cli_pin pin = {name, value};
        ok = play_otherwise(pins, &pin, 1, path, steps, key->name);
    }
    return ok;
}

static bool without_caches(const struct cli_pins *pins, const char *path, json_t *steps)
{
    char names[32][40], off[] = "off";
    struct cli_pin list[32];
    unsigned count = 0;
    const svasim_cache_info *cache;
    for (; count < 32 && (cache = svasim_cache_at(count)) != NULL; count++) {
        (void)snprintf(names[count], sizeof names[count], "%s.enabled", cache->name);
        list[count] = (struct cli_pin){names[count], off};
    }
    return play_otherwise(pins, list, count, path, steps, "caches");
}

bool vectors_depend(const struct cli_pins *pins, const char *path, const svasim_config *config,
                    json_t *steps)
{
    const svasim_config_key *key;
    bool ok = without_caches(pins, path, steps);
    for (unsigned i = 0; ok && (key = svasim_config_key_at(i)) != NULL; i++) {
        char text[64] = "";
        bool open =
            strncmp(key->name, "policy.", 7) == 0 || strcmp(key->name, "perf.filter_pairs") == 0;
        if (!open || strcmp(key->type, "uint") == 0)
            continue;
        (void)svasim_config_get(config, key->name, text, sizeof text);
        ok = vary_choice(pins, path, key, text, steps);
    }
    return ok;
}
