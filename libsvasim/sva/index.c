/* SPDX-License-Identifier: MIT */
/* index.c - which value belongs to this number? Linear probing, removal without tombstones. It must
 * not know what keys mean. */
#include "base/bits.h"
#include "sva/state.h"

#define CAPACITY_FIRST 64u

static size_t slot_of(const struct sv_index_slot *slots, size_t capacity, uint64_t key)
{
    size_t i = (size_t)mix64(key) & (capacity - 1);
    while (slots[i].used && slots[i].key != key)
        i = (i + 1) & (capacity - 1);
    return i;
}

bool sv_index_reserve(struct sv_index *index, size_t more)
{
    if (more > SIZE_MAX / 4 - index->used)
        return false;
    size_t capacity = index->capacity ? index->capacity : CAPACITY_FIRST;
    while (capacity / 2 < index->used + more)
        capacity *= 2;
    if (capacity == index->capacity)
        return true;
    struct sv_index_slot *slots = sv_alloc_array(&index->alloc, capacity, sizeof *slots);
    if (!slots)
        return false;
    for (size_t i = 0; i < index->capacity; i++)
        if (index->slots[i].used)
            slots[slot_of(slots, capacity, index->slots[i].key)] = index->slots[i];
    sv_alloc_free(&index->alloc, index->slots);
    index->slots = slots;
    index->capacity = capacity;
    return true;
}

void sv_index_put(struct sv_index *index, uint64_t key, uint64_t value)
{
    struct sv_index_slot *slot = &index->slots[slot_of(index->slots, index->capacity, key)];
    if (!slot->used)
        index->used++;
    *slot = (struct sv_index_slot){.key = key, .value = value, .used = true};
}

bool sv_index_get(const struct sv_index *index, uint64_t key, uint64_t *out_value)
{
    if (index->capacity == 0)
        return false;
    const struct sv_index_slot *slot = &index->slots[slot_of(index->slots, index->capacity, key)];
    *out_value = slot->value;
    return slot->used;
}

void sv_index_remove(struct sv_index *index, uint64_t key)
{
    if (index->capacity == 0)
        return;
    size_t mask = index->capacity - 1;
    size_t hole = slot_of(index->slots, index->capacity, key);
    if (!index->slots[hole].used)
        return;
    /* Close the gap with the next entries that may stand there. */
    for (size_t i = (hole + 1) & mask; index->slots[i].used; i = (i + 1) & mask) {
        size_t home = (size_t)mix64(index->slots[i].key) & mask;
        if (((i - home) & mask) < ((i - hole) & mask))
            continue;
        index->slots[hole] = index->slots[i];
        hole = i;
    }
    index->slots[hole].used = false;
    index->used--;
}

void sv_index_clear(struct sv_index *index)
{
    sv_alloc_free(&index->alloc, index->slots);
    index->slots = NULL;
    index->capacity = index->used = 0;
}
