/* SPDX-License-Identifier: MIT */
/* configuration.c - which keys are there, and what does each do? Prints docs/configuration.md from
 * the key table. The groups' titles are its own; everything about a key is the key's row. */
#include <inttypes.h>
#include <string.h>

#include "docgen.h"
#include "svasim/config.h"
#include "svasim/facts.h"

static const char introduction[] =
    "<!-- Written by svasim-docgen from the key table; edit the rows of libsvasim/spec. -->\n"
    "# Configuration\n\n"
    "Everything about a unit that is not fixed by the specification is a key. Keys can be set in\n"
    "four places; a later line of this list wins:\n\n"
    "| Where | How |\n|---|---|\n"
    "| defaults | the tables below |\n"
    "| a trace | `config walk.walkers 16` before its first record that acts |\n"
    "| a file | `svasim replay -c what_if.ini TRACE` |\n"
    "| the command line | `svasim replay --set walk.walkers=16 TRACE` |\n\n"
    "A host that embeds the library calls `svasim_config_set(config, \"walk.walkers\", \"16\")`.\n"
    "Numbers are decimal or `0x`; switches take `on`, `off`, `true`, `false`, `yes`, `no`, `1`,\n"
    "`0`. An unknown key or a value out of range is refused with a message, never adjusted.\n"
    "Time is in cycles of the unit's clock; `clock.freq_mhz` only sets what they are called in\n"
    "nanoseconds.\n\n"
    "In a file, the part of a key before the first dot may be the section:\n\n"
    "```ini\n"
    "; what_if.ini: twice the walkers, no PASID cache, slower memory\n"
    "[walk]\n"
    "walkers = 16\n\n"
    "[pasid]\n"
    "enabled = off\n\n"
    "[memory]\n"
    "latency = 250\n"
    "```\n\n"
    "Files with their sources stand in `tools/presets`.\n";

/* Titles of groups, by what is before the first dot. */
static const struct {
    const char *prefix, *title, *text;
} groups[] = {
    {"clock", "Clock", ""},
    {"seed", "Randomness", "Nothing else in the model is random.\n\n"},
    {"cap", "Capabilities",
     "What CAP_REG and ECAP_REG announce. A field or descriptor whose capability is off is\n"
     "reserved. Capabilities that need others are refused without them.\n\n"},
    {"policy", "Policies", "Where the specification leaves a choice to the implementation.\n\n"},
    {"port", "Request port", ""},
    {"lookup", "IOTLB lookup", ""},
    {"iotlb", "IOTLB, all its caches", ""},
    {"walk", "Walkers", ""},
    {"memory", "Memory port", ""},
    {"respond", "Completion path", ""},
    {"cache", "All caches", ""},
    {"queue", "Invalidation queue", ""},
    {"perf", "Performance counters",
     "What the performance monitoring registers announce ([performance_counters.md]"
     "(performance_counters.md)).\n\n"},
    {"command", "Enhanced commands", ""},
    {"machine", "The machine around the unit", "Read where traces are applied, not by a unit.\n\n"},
};
#define GROUPS (sizeof groups / sizeof groups[0])

static size_t prefix_bytes(const char *key)
{
    return strcspn(key, ".");
}

static bool is_in(const char *key, const char *prefix)
{
    return prefix_bytes(key) == strlen(prefix) && strncmp(key, prefix, strlen(prefix)) == 0;
}

static bool is_cache(const char *key)
{
    const svasim_cache_info *cache;
    for (unsigned i = 0; (cache = svasim_cache_at(i)) != NULL; i++)
        if (is_in(key, cache->name))
            return true;
    return false;
}

/* --- one key --- */

static void print_number(FILE *out, uint64_t value)
{
    if (value == UINT64_MAX)
        (void)fputs("2^64 - 1", out);
    else if (value >= UINT64_C(1) << 20 && (value & (value - 1)) == 0)
        (void)fprintf(out, "0x%" PRIx64, value);
    else
        (void)fprintf(out, "%" PRIu64, value);
}

/* Type, or the words of a choice. */
static void print_type(FILE *out, const svasim_config_key *key)
{
    if (strcmp(key->type, "uint") == 0) {
        (void)fputs("number", out);
    } else if (strcmp(key->type, "bool") == 0) {
        (void)fputs("switch", out);
    } else {
        const char *at = key->type;
        for (const char *separator = ""; *at; separator = ", ") {
            size_t bytes = strcspn(at, "|");
            (void)fprintf(out, "%s`%.*s`", separator, (int)bytes, at);
            at += bytes + (at[bytes] == '|');
        }
    }
}

static void print_range(FILE *out, const svasim_config_key *key)
{
    if (strcmp(key->type, "uint") != 0)
        return;
    print_number(out, key->min);
    (void)fputs(" .. ", out);
    print_number(out, key->max);
}

static bool print_default(FILE *out, const svasim_config *config, const svasim_config_key *key)
{
    char text[64];
    if (svasim_config_get(config, key->name, text, sizeof text) != SVASIM_OK) {
        sv_doc_complain(key->name, "has no value");
        return false;
    }
    (void)fputs(text, out);
    return true;
}

static bool print_key(FILE *out, const svasim_config *config, const svasim_config_key *key,
                      const char *name)
{
    (void)fprintf(out, "| `%s` | ", name);
    print_type(out, key);
    (void)fputs(" | ", out);
    bool good = print_default(out, config, key);
    (void)fputs(" | ", out);
    print_range(out, key);
    (void)fprintf(out, " | %s | %s |\n", key->unit, key->meaning);
    return good;
}

static bool print_group(FILE *out, const svasim_config *config, const char *prefix)
{
    const svasim_config_key *key;
    (void)fputs("| Key | Type | Default | Range | Unit | Meaning |\n|---|---|---|---|---|---|\n",
                out);
    for (unsigned i = 0; (key = svasim_config_key_at(i)) != NULL; i++)
        if (is_in(key->name, prefix) && !print_key(out, config, key, key->name))
            return false;
    return true;
}

/* --- the caches, which all have the same keys --- */

static const svasim_config_key *find(const char *cache, const char *part)
{
    const svasim_config_key *key;
    for (unsigned i = 0; (key = svasim_config_key_at(i)) != NULL; i++)
        if (is_in(key->name, cache) && strcmp(key->name + strlen(cache), part) == 0)
            return key;
    sv_doc_complain(cache, "a cache without one of its keys");
    return NULL;
}

static bool print_cache(FILE *out, const svasim_config *config, const svasim_cache_info *cache)
{
    static const char *const parts[] = {".enabled", ".sets", ".ways", ".policy", ".latency"};
    (void)fprintf(out, "| `%s` | %s |", cache->name, cache->holds);
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        const svasim_config_key *key = find(cache->name, parts[i]);
        (void)fputc(' ', out);
        if (!key || !print_default(out, config, key))
            return false;
        (void)fputs(" |", out);
    }
    (void)fputc('\n', out);
    return true;
}

static bool print_caches(FILE *out, const svasim_config *config)
{
    const svasim_cache_info *cache = svasim_cache_at(0);
    static const struct {
        const char *part, *name, *meaning;
    } parts[] = {{".enabled", "<cache>.enabled", "use this cache"},
                 {".sets", "<cache>.sets", NULL},
                 {".ways", "<cache>.ways", NULL},
                 {".policy", "<cache>.policy", NULL},
                 {".latency", "<cache>.latency", NULL}};
    (void)fputs(
        "\n## Each cache\n\n"
        "Every cache has the same five keys, with its name in front: `iotlb_4k.ways`. What\n"
        "its entries are found by is on [generated/caches.md](generated/caches.md).\n"
        "A walk fills every enabled cache it comes by, so these switches also say what walks\n"
        "leave behind: without `fs_pml4e` and `fs_pml5e` no upper levels, with all of `fs_*` and\n"
        "`ss_*` off only whole translations.\n\n"
        "| Key | Type | Range | Unit | Meaning |\n|---|---|---|---|---|\n",
        out);
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        const svasim_config_key *key = find(cache->name, parts[i].part);
        if (!key)
            return false;
        (void)fprintf(out, "| `%s` | ", parts[i].name);
        print_type(out, key);
        (void)fputs(" | ", out);
        print_range(out, key);
        (void)fprintf(out, " | %s | %s |\n", key->unit,
                      parts[i].meaning ? parts[i].meaning : key->meaning);
    }
    (void)fputs("\nDefaults:\n\n"
                "| Cache | An entry holds | enabled | sets | ways | policy | latency |\n"
                "|---|---|---|---|---|---|---|\n",
                out);
    for (unsigned i = 0; (cache = svasim_cache_at(i)) != NULL; i++)
        if (!print_cache(out, config, cache))
            return false;
    return true;
}

static bool has_title(const char *key)
{
    for (size_t i = 0; i < GROUPS; i++)
        if (is_in(key, groups[i].prefix))
            return true;
    return false;
}

/* Groups that the list above does not name yet: no key may be missing from the page. */
static bool print_others(FILE *out, const svasim_config *config)
{
    char last[64] = "";
    const svasim_config_key *key;
    for (unsigned i = 0; (key = svasim_config_key_at(i)) != NULL; i++) {
        if (has_title(key->name) || is_cache(key->name) || (last[0] && is_in(key->name, last)))
            continue;
        (void)snprintf(last, sizeof last, "%.*s", (int)prefix_bytes(key->name), key->name);
        (void)fprintf(out, "\n## %s\n\n", last);
        if (!print_group(out, config, last))
            return false;
    }
    return true;
}

bool sv_doc_configuration(FILE *out, const char *source)
{
    (void)source;
    svasim_config *config = svasim_config_create();
    if (!config) {
        sv_doc_complain("configuration", "out of memory");
        return false;
    }
    bool good = true;
    (void)fputs(introduction, out);
    for (size_t i = 0; good && i < GROUPS; i++) {
        (void)fprintf(out, "\n## %s\n\n%s", groups[i].title, groups[i].text);
        good = print_group(out, config, groups[i].prefix);
    }
    good = good && print_others(out, config) && print_caches(out, config);
    svasim_config_destroy(config);
    return good;
}
