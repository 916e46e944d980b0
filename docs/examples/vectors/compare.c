/* SPDX-License-Identifier: MIT */
/* compare.c - is what came of a step what the vectors say? Key by key; what only one side has
 * differs too. Registers that no step named must still read as before. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "player.h"

#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
static void
differs(struct player *player, const char *format, ...)
{
    va_list arguments;
    player->differences++;
    va_start(arguments, format);
    printf("%s: line %lu, step %lu: ", player->path, player->line, player->step);
    vprintf(format, arguments);
    printf("\n");
    va_end(arguments);
}

static void report(struct player *player, const char *part, const json_t *wanted, const json_t *got)
{
    char *a = wanted ? json_dumps(wanted, JSON_COMPACT | JSON_ENCODE_ANY) : NULL;
    char *b = got ? json_dumps(got, JSON_COMPACT | JSON_ENCODE_ANY) : NULL;
    differs(player, "%s: expected %s, got %s", part, a ? a : "nothing", b ? b : "nothing");
    free(a);
    free(b);
}

void compare(struct player *player, const char *part, const json_t *wanted, const json_t *got)
{
    char inner[256];
    const char *key;
    json_t *value;
    if (!json_is_object(wanted) || !json_is_object(got)) {
        if (!wanted || !got || !json_equal(wanted, got))
            report(player, part, wanted, got);
        return;
    }
    json_object_foreach ((json_t *)wanted, key, value) {
        (void)snprintf(inner, sizeof inner, "%s.%s", part, key);
        compare(player, inner, value, json_object_get(got, key));
    }
    json_object_foreach ((json_t *)got, key, value) {
        (void)snprintf(inner, sizeof inner, "%s.%s", part, key);
        if (!json_object_get(wanted, key))
            report(player, inner, NULL, value);
    }
}

/* --- registers --- */

static void learn(struct player *player, uint32_t offset, json_t *value)
{
    char key[16];
    (void)snprintf(key, sizeof key, "%x", offset);
    (void)json_object_set(player->registers, key, value);
}

static void check(struct player *player, const char *name, uint32_t offset, uint32_t bytes,
                  int free)
{
    char key[16];
    uint64_t is = 0;
    (void)snprintf(key, sizeof key, "%x", offset);
    (void)svasim_mmio_read(player->world.unit, offset, bytes, &is);
    uint64_t wanted = number(player->registers, key);
    /* What another unit counts is its own business. */
    if (free || (player->other && strncmp(name, "PERF", 4) == 0))
        (void)json_object_set_new(player->registers, key, hex(is));
    else if (is != wanted)
        differs(player, "%s (0x%s): expected 0x%llx, got 0x%llx", name, key,
                (unsigned long long)wanted, (unsigned long long)is);
}

void compare_registers(struct player *player, const json_t *told, const json_t *records, int free)
{
    const svasim_register_info *info;
    size_t index;
    json_t *one;
    uint64_t cap = 0;
    json_array_foreach (told, index, one)
        learn(player, (uint32_t)number(one, "offset"), json_object_get(one, "value"));
    json_array_foreach (records, index, one) {
        const json_t *words = json_object_get(one, "words");
        uint32_t offset = (uint32_t)number(one, "offset");
        learn(player, offset, json_array_get(words, 0));
        learn(player, offset + 8, json_array_get(words, 1));
    }
    for (unsigned i = 0; (info = svasim_register_at(i)) != NULL; i++)
        check(player, info->name, info->offset, info->bytes, free);
    json_array_foreach (told, index, one)
        check(player, text(one, "name"), (uint32_t)number(one, "offset"),
              (uint32_t)number(one, "bytes"), free);
    (void)svasim_mmio_read(player->world.unit, 8, 8, &cap); /* CAP_REG: NFR and FRO */
    for (uint32_t i = 0; i <= (cap >> 40 & 0xff); i++) {
        uint32_t offset = 16 * ((uint32_t)(cap >> 24 & 0x3ff) + i);
        check(player, "fault record, lower half", offset, 8, free);
        check(player, "fault record, upper half", offset + 8, 8, free);
    }
}
