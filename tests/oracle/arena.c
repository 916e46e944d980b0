/* SPDX-License-Identifier: MIT */
/* arena.c - the raw memory of a machine, and random numbers. It must not know what is stored. */
#include "machine.h"

#include <string.h>

uint64_t rng_next(struct rng *rng)
{
    uint64_t z = rng->state += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
    return z ^ z >> 31;
}

uint64_t rng_below(struct rng *rng, uint64_t bound)
{
    return rng_next(rng) % bound;
}

bool one_in(struct rng *rng, uint64_t n)
{
    return rng_below(rng, n) == 0;
}

static unsigned hash(uint64_t page)
{
    return (unsigned)(page * UINT64_C(0x9E3779B97F4A7C15) >> 55);
}

uint64_t *arena_word(struct arena *arena, uint64_t hpa)
{
    uint64_t page = hpa >> 12;
    for (unsigned i = hash(page);; i = (i + 1) % ARENA_SLOTS) {
        unsigned index = arena->slot[i];
        if (index == 0)
            return NULL;
        if (arena->base[index - 1] >> 12 == page)
            return &arena->words[index - 1][hpa >> 3 & 511];
    }
}

/* A new zeroed page at `base`; the caller knows that there is room and none there yet. */
void arena_add(struct arena *arena, uint64_t base)
{
    unsigned i = hash(base >> 12);
    while (arena->slot[i] != 0)
        i = (i + 1) % ARENA_SLOTS;
    memset(arena->words[arena->pages], 0, sizeof arena->words[0]);
    arena->base[arena->pages++] = base;
    arena->slot[i] = (uint16_t)arena->pages;
}

void arena_reset(struct arena *arena, uint64_t limit)
{
    arena->limit = limit;
    arena->pages = arena->poisoned = arena->frozen = arena->writes = 0;
    memset(arena->slot, 0, sizeof arena->slot);
}

int arena_read(struct arena *arena, uint64_t hpa, uint64_t *out)
{
    *out = 0;
    if (hpa >= arena->limit)
        return 1;
    for (unsigned i = 0; i < arena->poisoned; i++)
        if (arena->poison[i] == hpa)
            return 1;
    const uint64_t *word = arena_word(arena, hpa);
    if (word)
        *out = *word;
    return 0;
}

bool arena_touch(struct arena *arena, uint64_t hpa)
{
    if (!arena_word(arena, hpa))
        return false;
    for (unsigned i = 0; i < arena->writes; i++)
        if (arena->written[i] == hpa)
            return true;
    if (arena->writes == WRITES_MAX)
        return false;
    arena->written[arena->writes++] = hpa;
    return true;
}

void arena_restore(struct arena *arena, const struct arena *pristine)
{
    for (unsigned i = 0; i < arena->writes; i++) {
        uint64_t *word = arena_word(arena, arena->written[i]);
        size_t offset = (size_t)(word - &arena->words[0][0]);
        *word = (&pristine->words[0][0])[offset];
    }
    arena->writes = arena->poisoned = arena->frozen = 0;
}
