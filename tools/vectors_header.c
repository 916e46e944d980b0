/* SPDX-License-Identifier: MIT */
/* vectors_header.c - the first line of a scenario: what it is about, and the unit it needs. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "svasim/version.h"
#include "vectors.h"

/* Settings that are not those of a fresh unit; what concerns the machine around it is told
   otherwise. */
static json_t *config_of(struct vectors_run *run)
{
    const svasim_config *config = svasim_machine_config(run->machine);
    svasim_config *fresh = svasim_config_create();
    json_t *object = json_object();
    const svasim_config_key *key;
    for (unsigned i = 0; fresh && (key = svasim_config_key_at(i)) != NULL; i++) {
        char text[64] = "", usual[64] = "";
        (void)svasim_config_get(config, key->name, text, sizeof text);
        (void)svasim_config_get(fresh, key->name, usual, sizeof usual);
        if (strncmp(key->name, "machine.", 8) != 0 && strcmp(text, usual) != 0)
            vectors_set(run, object, key->name, json_string(text));
    }
    run->failed = run->failed || !fresh;
    svasim_config_destroy(fresh);
    return object;
}

static uint64_t memory_bytes(const struct vectors_run *run)
{
    const svasim_config *config = svasim_machine_config(run->machine);
    uint64_t bytes = cli_config_number(config, "machine.memory");
    return bytes ? bytes : UINT64_C(1) << cli_config_number(config, "cap.haw");
}

static json_t *needs_of(struct vectors_run *run)
{
    static const char *const names[] = {"cpu_cache",     "access_errors", "descriptors",
                                        "page_requests", "interrupts",    "device_tlb",
                                        "time"};
    json_t *list = json_array();
    for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++)
        if (run->needs >> i & 1u)
            vectors_append(run, list, json_string(names[i]));
    return list;
}

/* --- comments --- */

/* All comments as one text; the caller frees it. */
static char *joined(const json_t *comments)
{
    size_t bytes = 1, index;
    json_t *one;
    json_array_foreach (comments, index, one)
        bytes += json_string_length(one) + 1;
    char *text = calloc(bytes, 1), *at = text;
    if (!text)
        return NULL;
    json_array_foreach (comments, index, one) {
        memcpy(at, json_string_value(one), json_string_length(one));
        at += json_string_length(one);
        *at++ = ' ';
    }
    return text;
}

/* Numbers of the corner cases of docs/traps.md: "trap 7:". */
static json_t *traps_of(struct vectors_run *run, const char *text)
{
    json_t *list = json_array();
    for (const char *at = text; (at = strstr(at, "trap ")) != NULL;) {
        char *end;
        at += 5;
        unsigned long number = strtoul(at, &end, 10);
        if (end != at && *end == ':')
            vectors_append(run, list, json_integer((json_int_t)number));
    }
    return list;
}

static bool holds(const json_t *list, const char *text, size_t length)
{
    const json_t *one;
    size_t index;
    json_array_foreach (list, index, one)
        if (json_string_length(one) == length && memcmp(json_string_value(one), text, length) == 0)
            return true;
    return false;
}

/* "3.6.2, 4.2.3 and 9.6" from `at` on; returns where it ends. */
static const char *take_sections(struct vectors_run *run, json_t *list, const char *at)
{
    for (;;) {
        size_t length = strspn(at, "0123456789.");
        while (length && at[length - 1] == '.')
            length--;
        if (length == 0 || !isdigit((unsigned char)at[0]))
            return at;
        if (!holds(list, at, length))
            vectors_append(run, list, json_stringn(at, length));
        at += length;
        at += *at == ',';
        at += strspn(at, " ");
        if (strncmp(at, "and ", 4) == 0)
            at += 4;
    }
}

/* Sections of the specification that the comments name. */
static json_t *sections_of(struct vectors_run *run, const char *text)
{
    static const char *const words[] = {"specification ", "section ", "sections "};
    json_t *list = json_array();
    for (const char *at = text; *at; at++)
        for (unsigned i = 0; i < sizeof words / sizeof words[0]; i++)
            if (strncmp(at, words[i], strlen(words[i])) == 0)
                (void)take_sections(run, list, at + strlen(words[i]));
    return list;
}

json_t *vectors_header(struct vectors_run *run, const struct vectors_scenario *scenario)
{
    json_t *header = json_object();
    char *text = joined(run->comments);
    run->failed = run->failed || !text;
    vectors_set(run, header, "kind", json_string("scenario"));
    vectors_set(run, header, "format", json_integer(1));
    vectors_set(run, header, "svasim", json_string(SVASIM_VERSION));
    vectors_set(run, header, "name", json_string(scenario->name));
    vectors_set(run, header, "source", json_string(scenario->path));
    vectors_set(run, header, "comments", json_incref(run->comments));
    vectors_set(run, header, "sections", sections_of(run, text ? text : ""));
    vectors_set(run, header, "traps", traps_of(run, text ? text : ""));
    vectors_set(run, header, "needs", needs_of(run));
    vectors_set(run, header, "config", config_of(run));
    vectors_set(run, header, "memory_bytes", vectors_hex(memory_bytes(run)));
    vectors_set(run, header, "registers", json_incref(run->registers));
    free(text);
    return header;
}
