/* SPDX-License-Identifier: MIT */
/* names.c - open addressing over words; used when a trace names spaces, never per request. */
#include "machine/names.h"

#include <string.h>

static size_t slot_of(const struct sv_names *names, const char *text, uint32_t bytes)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (uint32_t i = 0; i < bytes; i++)
        hash = (hash ^ (unsigned char)text[i]) * UINT64_C(0x100000001b3);
    size_t i = (size_t)(hash ^ hash >> 32) & (names->capacity - 1);
    while (names->slots[i].text &&
           (names->slots[i].bytes != bytes || memcmp(names->slots[i].text, text, bytes) != 0))
        i = (i + 1) & (names->capacity - 1);
    return i;
}

bool sv_names_find(const struct sv_names *names, const char *text, uint32_t bytes,
                   uint32_t *out_number)
{
    if (names->capacity == 0)
        return false;
    const struct sv_name *slot = &names->slots[slot_of(names, text, bytes)];
    if (!slot->text)
        return false;
    *out_number = slot->number;
    return true;
}

static bool grow(struct sv_names *names)
{
    struct sv_names bigger = {.capacity = names->capacity ? 2 * names->capacity : 16};
    bigger.slots = calloc(bigger.capacity, sizeof *bigger.slots);
    if (!bigger.slots)
        return false;
    for (size_t i = 0; i < names->capacity; i++)
        if (names->slots[i].text)
            bigger.slots[slot_of(&bigger, names->slots[i].text, names->slots[i].bytes)] =
                names->slots[i];
    bigger.used = names->used;
    free(names->slots);
    *names = bigger;
    return true;
}

bool sv_names_add(struct sv_names *names, const char *text, uint32_t bytes, uint32_t number)
{
    if (2 * (names->used + 1) > names->capacity && !grow(names))
        return false;
    char *copy = malloc(bytes + 1u);
    if (!copy)
        return false;
    memcpy(copy, text, bytes);
    copy[bytes] = 0;
    names->slots[slot_of(names, text, bytes)] = (struct sv_name){copy, bytes, number};
    names->used++;
    return true;
}

void sv_names_free(struct sv_names *names)
{
    for (size_t i = 0; i < names->capacity; i++)
        free(names->slots[i].text);
    free(names->slots);
    *names = (struct sv_names){NULL, 0, 0};
}
