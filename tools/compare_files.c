/* SPDX-License-Identifier: MIT */
/* compare_files.c - is this a file of replay --stats? Everything that the comparison reads is
 * checked here, so that it can rely on it. Keys: tools/stats_json.c. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "compare.h"

#define KEY_TEXT 200

/* What is being checked, for messages. */
struct place {
    const char *path;
    char key[KEY_TEXT]; /* "resources.walk.walkers.slots" */
};

void cli_printable(const char *from, char *out, size_t bytes)
{
    size_t at = 0;
    for (; *from && at + 1 < bytes; from++)
        out[at++] = *from >= ' ' && *from <= '~' ? *from : '?';
    out[at] = 0;
}

bool cli_stats_number(const json_t *value, double *out)
{
    if (json_is_string(value)) {
        /* counts above what an integer of JSON holds here */
        const char *text = json_string_value(value);
        if (text[0] == 0 || strlen(text) > 20 || strspn(text, "0123456789") != strlen(text))
            return false;
        *out = strtod(text, NULL);
        return true;
    }
    *out = json_number_value(value);
    return json_is_number(value) && *out >= 0;
}

static bool refuse(const struct place *place, const char *what)
{
    char key[KEY_TEXT];
    cli_printable(place->key, key, sizeof key);
    cli_message("%s: %s: %s", place->path, key, what);
    return false;
}

/* The place of `key` in what `in` is the place of. */
static struct place inside(const struct place *in, const char *key)
{
    struct place place = {.path = in->path};
    int length =
        snprintf(place.key, sizeof place.key, "%s%s%s", in->key, in->key[0] ? "." : "", key);
    if (length >= KEY_TEXT)
        memcpy(place.key + KEY_TEXT - 4, "...", 4);
    return place;
}

static bool check_number(const struct place *place, const json_t *value)
{
    double number;
    return cli_stats_number(value, &number) || refuse(place, "expected a number");
}

static bool check_text(const struct place *place, const json_t *value)
{
    return json_is_string(value) || refuse(place, "expected a string");
}

static bool check_name(const struct place *place, const json_t *value)
{
    return json_is_null(value) || check_text(place, value);
}

static bool check_truth(const struct place *place, const json_t *value)
{
    return json_is_boolean(value) || refuse(place, "expected true or false");
}

static bool check_scalar(const struct place *place, const json_t *value)
{
    return json_is_string(value) || json_is_number(value) || json_is_boolean(value) ||
           refuse(place, "expected a string, a number, true or false");
}

typedef bool check(const struct place *place, const json_t *value);

/* Every member of an object by the same rule. */
static bool check_members(const struct place *place, const json_t *value, check *rule)
{
    if (!json_is_object(value))
        return refuse(place, "expected an object");
    json_t *object = (json_t *)value; /* the iterator of jansson wants it so */
    for (void *at = json_object_iter(object); at; at = json_object_iter_next(object, at)) {
        struct place member = inside(place, json_object_iter_key(at));
        if (!rule(&member, json_object_iter_value(at)))
            return false;
    }
    return true;
}

static bool check_numbers(const struct place *place, const json_t *value)
{
    return check_members(place, value, check_number);
}

static bool check_settings(const struct place *place, const json_t *value)
{
    return check_members(place, value, check_scalar);
}

static bool check_required(const struct place *place, const json_t *value, const char *key)
{
    struct place member = inside(place, key);
    const json_t *found = json_object_get(value, key);
    return found ? check_number(&member, found) : refuse(&member, "is missing");
}

static bool check_counted(const struct place *place, const json_t *value)
{
    if (!json_is_object(value))
        return refuse(place, "expected an object");
    return check_required(place, value, "count");
}

static bool check_latency(const struct place *place, const json_t *value)
{
    return check_numbers(place, value) && check_required(place, value, "count");
}

static bool check_resource(const struct place *place, const json_t *value)
{
    return check_numbers(place, value) && check_required(place, value, "slots") &&
           check_required(place, value, "busy_cycles") &&
           check_required(place, value, "stalled_cycles");
}

static bool check_faults(const struct place *place, const json_t *value)
{
    return check_members(place, value, check_counted);
}

static bool check_latencies(const struct place *place, const json_t *value)
{
    return check_members(place, value, check_latency);
}

static bool check_resources(const struct place *place, const json_t *value)
{
    return check_members(place, value, check_resource);
}

/* Numbers, and objects of what is counted by kind. */
static bool check_descriptor(const struct place *place, const json_t *value)
{
    return json_is_object(value) ? check_faults(place, value) : check_number(place, value);
}

static bool check_descriptors(const struct place *place, const json_t *value)
{
    return check_members(place, value, check_descriptor);
}

static bool check_paths(const struct place *place, const json_t *value)
{
    if (!json_is_array(value))
        return refuse(place, "expected an array");
    for (size_t i = 0; i < json_array_size(value); i++)
        if (!check_name(place, json_array_get(value, i)))
            return false;
    return true;
}

static const struct {
    const char *key;
    check *rule;
    bool optional; /* depends on options, or younger than the others */
} keys[] = {
    {"svasim", check_text, false},
    {"file", check_name, false},
    {"mode", check_text, false},
    {"complete", check_truth, false},
    {"records", check_number, false},
    {"cycles", check_number, false},
    {"nanoseconds", check_number, false},
    {"requests", check_number, false},
    {"stale", check_number, true},
    {"counters", check_numbers, false},
    {"faults", check_faults, false},
    {"descriptors", check_descriptors, false},
    {"expectations", check_numbers, false},
    {"observations", check_numbers, false},
    {"invalidations", check_numbers, false},
    {"latency_cycles", check_latencies, false},
    {"stage_cycles", check_numbers, false},
    {"resources", check_resources, false},
    {"bottleneck", check_name, false},
    {"config", check_settings, false},
    {"config_files", check_paths, true},
};

static bool check_stats(const char *path, const json_t *stats)
{
    if (json_is_array(stats)) {
        cli_message("%s: holds %zu runs, expected the object of one", path, json_array_size(stats));
        return false;
    }
    if (!json_is_object(stats)) {
        cli_message("%s: expected an object, as svasim replay --stats writes", path);
        return false;
    }
    const struct place top = {.path = path};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        const json_t *value = json_object_get(stats, keys[i].key);
        struct place place = inside(&top, keys[i].key);
        if (!value && !keys[i].optional)
            return refuse(&place, "is missing");
        if (value && !keys[i].rule(&place, value))
            return false;
    }
    return true;
}

/* After a failed allocation jansson may go on with another text, or free what is in use: end here.
 * Nothing was computed yet. */
static void *sure_malloc(size_t bytes)
{
    void *block = malloc(bytes);
    if (block)
        return block;
    cli_message("out of memory");
    exit(CLI_EXIT_SYSTEM);
}

int cli_stats_load(const char *path, json_t **out)
{
    json_error_t error;
    FILE *file = fopen(path, "r");
    if (!file) {
        cli_message("%s: %s", path, strerror(errno));
        return CLI_EXIT_SYSTEM;
    }
    json_set_alloc_funcs(sure_malloc, free);
    *out = json_loadf(file, JSON_REJECT_DUPLICATES, &error);
    bool unreadable = ferror(file) != 0;
    (void)fclose(file);
    if (unreadable) {
        cli_message("%s: cannot be read", path);
        return CLI_EXIT_SYSTEM;
    }
    if (!*out) {
        char text[JSON_ERROR_TEXT_LENGTH];
        cli_printable(error.text, text, sizeof text);
        cli_message("%s: line %d (byte %d): %s", path, error.line, error.position, text);
        return CLI_EXIT_INPUT;
    }
    return check_stats(path, *out) ? CLI_EXIT_OK : CLI_EXIT_INPUT;
}
