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
    json_object_foreach (step, key, value)
        if (!is_one_of(key, results) && !json_equal(value, json_object_get(other, key)))
            return false;
    return true;
}

static bool mark(json_t *step, const char *why)
{
    json_t *list = json_object_get(step, "depends_on"), *known;
    size_t index;
    if (!list && json_object_set_new(step, "depends_on", json_array()) != 0)
        return false;
    list = json_object_get(step, "depends_on");
    json_array_foreach (list, index, known)
        if (strcmp(json_string_value(known), why) == 0) /* another word of the key did it */
            return true;
    return json_array_append_new(list, json_string(why)) == 0;
}

/* Settings that are tried, alone or together. */
struct trial {
    const struct cli_pins *pins; /* of the command line */
    const char *path;
    json_t *steps;
    struct cli_pin *others; /* the value that a key does not have */
    bool failed;            /* memory is short */
};

/* Do steps differ? With `why`, those that do are marked. */
static bool compare(struct trial *trial, json_t *others, const char *why)
{
    size_t index;
    json_t *step;
    bool apart = false, any = false;
    json_array_foreach (trial->steps, index, step) {
        json_t *other = json_array_get(others, index);
        /* Once the stimuli differ, nothing after it can be compared. */
        apart = apart || !other || !same_input(step, other);
        json_t *expect = json_object_get(step, "expect");
        if (!apart && (!expect || json_equal(expect, json_object_get(other, "expect"))))
            continue;
        any = true;
        if (why && !mark(step, why))
            trial->failed = true;
    }
    return any;
}

static bool play(struct trial *trial, const struct cli_pin *others, size_t count, const char *why)
{
    const struct cli_pins *pins = trial->pins;
    struct vectors_run run = {.only_steps = true};
    struct cli_pins all = {calloc(pins->count + count, sizeof *all.list), pins->count + count};
    if (!all.list) {
        trial->failed = true;
        return false;
    }
    for (size_t i = 0; i < all.count; i++)
        all.list[i] = i < pins->count ? pins->list[i] : others[i - pins->count];
    (void)vectors_play(&run, &all, trial->path, false);
    free(all.list);
    bool differ = !run.failed && run.steps && compare(trial, run.steps, why);
    trial->failed = trial->failed || run.failed;
    vectors_run_free(&run);
    return differ;
}

/* Which of others[first..first+count) matter? Most do not: all together first, then by halves. That
   two changes undo each other in every value is not considered. */
static void search(struct trial *trial, size_t first, size_t count)
{
    const struct cli_pin *others = trial->others + first;
    if (count == 0 || trial->failed || !play(trial, others, count, count == 1 ? others->key : NULL))
        return;
    if (count > 1) {
        search(trial, first, count / 2);
        search(trial, first + count / 2, count - count / 2);
    }
}

static void without_caches(struct trial *trial)
{
    char names[32][40], off[] = "off";
    struct cli_pin list[32];
    unsigned count = 0;
    const svasim_cache_info *cache;
    for (; count < 32 && (cache = svasim_cache_at(count)) != NULL; count++) {
        (void)snprintf(names[count], sizeof names[count], "%s.enabled", cache->name);
        list[count] = (struct cli_pin){names[count], off};
    }
    (void)play(trial, list, count, "caches");
}

/* The n-th word of "a|b|c", from 0, that is not `is`; the caller frees it. NULL: there are fewer.
 */
static char *other_word(const char *words, const char *is, unsigned n)
{
    for (const char *at = words; *at; at += *at == '|') {
        size_t length = strcspn(at, "|");
        bool same = strlen(is) == length && memcmp(at, is, length) == 0;
        if (!same && n-- == 0) {
            char *word = malloc(length + 1);
            if (word) {
                memcpy(word, at, length);
                word[length] = 0;
            }
            return word;
        }
        at += length;
    }
    return NULL;
}

static bool is_open_point(const svasim_config_key *key)
{
    bool open =
        strncmp(key->name, "policy.", 7) == 0 || strcmp(key->name, "perf.filter_pairs") == 0;
    return open && strcmp(key->type, "uint") != 0;
}

/* Each open point with the n-th word that it does not have. Returns how many have one. */
static size_t gather(struct trial *trial, const svasim_config *config, unsigned n)
{
    const svasim_config_key *key;
    size_t count = 0;
    for (unsigned i = 0; (key = svasim_config_key_at(i)) != NULL; i++) {
        char is[64] = "";
        if (!is_open_point(key))
            continue;
        (void)svasim_config_get(config, key->name, is, sizeof is);
        char *word = other_word(strcmp(key->type, "bool") == 0 ? "off|on" : key->type, is, n);
        /* A pin's key is not written to; tables are constant. */
        if (word)
            trial->others[count++] = (struct cli_pin){(char *)(uintptr_t)key->name, word};
    }
    return count;
}

static size_t open_points(void)
{
    const svasim_config_key *key;
    size_t count = 0;
    for (unsigned i = 0; (key = svasim_config_key_at(i)) != NULL; i++)
        count += is_open_point(key);
    return count;
}

bool vectors_depend(const struct cli_pins *pins, const char *path, const svasim_config *config,
                    json_t *steps)
{
    struct trial trial = {.pins = pins,
                          .path = path,
                          .steps = steps,
                          .others = calloc(open_points() + 1, sizeof *trial.others)};
    size_t count = 1;
    if (!trial.others)
        return false;
    without_caches(&trial);
    for (unsigned n = 0; count && !trial.failed; n++) {
        count = gather(&trial, config, n);
        search(&trial, 0, count);
        for (size_t i = 0; i < count; i++)
            free(trial.others[i].value);
    }
    free(trial.others);
    return !trial.failed;
}
