/* SPDX-License-Identifier: MIT */
/* frames.c - which 4 KiB frame is free? Book-keeping is outside simulated memory, so nothing that
 * a guest writes can corrupt it. It must not know what frames are used for. */
#include "base/bits.h"
#include "tables/builder.h"

#include <stdlib.h>

#define CAPACITY_FIRST 1024u

void sv_frames_init(struct sv_frames *frames, svasim_mem *mem, const svasim_alloc *alloc,
                    uint64_t base, uint64_t bytes)
{
    uint64_t skip =
        base & (SV_FRAME_BYTES - 1) ? SV_FRAME_BYTES - (base & (SV_FRAME_BYTES - 1)) : 0;
    if (base == 0) /* 0 means "no frame" to every caller */
        skip = SV_FRAME_BYTES;
    if (skip > bytes)
        skip = bytes;
    bytes -= skip;
    base += skip;
    if (bytes != 0 && base + (bytes - 1) < base)
        bytes = 0 - base;
    *frames = (struct sv_frames){
        .mem = mem, .alloc = *alloc, .base = base, .count = bytes / SV_FRAME_BYTES};
}

void sv_frames_clear(struct sv_frames *frames)
{
    sv_alloc_free(&frames->alloc, frames->free);
    sv_alloc_free(&frames->alloc, frames->in_use);
}

/* Room for `frames_needed` frames, handed out or given back. */
static bool reserve(struct sv_frames *frames, uint64_t frames_needed)
{
    if (frames_needed <= frames->capacity)
        return true;
    uint64_t capacity = frames->capacity ? frames->capacity : CAPACITY_FIRST;
    while (capacity < frames_needed)
        capacity *= 2;
    if (capacity > SIZE_MAX)
        return false;
    uint64_t *stack = sv_alloc_array(&frames->alloc, (size_t)capacity, sizeof *stack);
    uint64_t *in_use = sv_alloc_array(&frames->alloc, (size_t)(capacity / 64), sizeof *in_use);
    if (!stack || !in_use) {
        sv_alloc_free(&frames->alloc, stack);
        sv_alloc_free(&frames->alloc, in_use);
        return false;
    }
    if (frames->capacity) {
        memcpy(stack, frames->free, (size_t)frames->free_count * sizeof *stack);
        memcpy(in_use, frames->in_use, (size_t)(frames->capacity / 64) * sizeof *in_use);
    }
    sv_frames_clear(frames);
    frames->free = stack;
    frames->in_use = in_use;
    frames->capacity = capacity;
    return true;
}

static int descending(const void *left, const void *right)
{
    uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;
    return a < b ? 1 : a > b ? -1 : 0;
}

/* Take `pages` neighbours off the stack. Rare: only once the untouched part is too small. */
static bool take_run(struct sv_frames *frames, uint64_t pages, uint64_t *out_first)
{
    if (frames->free_count < pages)
        return false;
    qsort(frames->free, (size_t)frames->free_count, sizeof *frames->free, descending);
    uint64_t run = 1;
    for (uint64_t i = frames->free_count - 1; run < pages && i > 0; i--) {
        run = frames->free[i - 1] == frames->free[i] + 1 ? run + 1 : 1;
        if (run < pages)
            continue;
        *out_first = frames->free[i - 1] - (pages - 1);
        uint64_t rest = frames->free_count - (i - 1 + pages);
        memmove(frames->free + (i - 1), frames->free + (i - 1 + pages),
                (size_t)rest * sizeof *frames->free);
        frames->free_count -= pages;
        return true;
    }
    return false;
}

static bool take_index(struct sv_frames *frames, uint64_t pages, uint64_t *out_first)
{
    if (pages == 1 && frames->free_count > 0) {
        *out_first = frames->free[--frames->free_count];
        return true;
    }
    if (pages <= frames->count - frames->next) {
        if (!reserve(frames, frames->next + pages))
            return false;
        *out_first = frames->next;
        frames->next += pages;
        return true;
    }
    return take_run(frames, pages, out_first);
}

uint64_t sv_frames_take(struct sv_frames *frames, uint64_t pages)
{
    static const unsigned char zeros[SV_FRAME_BYTES];
    uint64_t first;
    if (pages == 0 || !take_index(frames, pages, &first))
        return 0;
    for (uint64_t i = first; i < first + pages; i++)
        frames->in_use[i / 64] |= UINT64_C(1) << i % 64;
    uint64_t hpa = frames->base + first * SV_FRAME_BYTES;
    for (uint64_t i = 0; i < pages; i++) {
        if (svasim_mem_write(frames->mem, hpa + i * SV_FRAME_BYTES, zeros, sizeof zeros) ==
            SVASIM_OK)
            continue;
        sv_frames_give(frames, hpa, pages);
        return 0;
    }
    return hpa;
}

void sv_frames_give(struct sv_frames *frames, uint64_t frame, uint64_t pages)
{
    if (frame < frames->base || frame & (SV_FRAME_BYTES - 1))
        return;
    uint64_t first = (frame - frames->base) / SV_FRAME_BYTES;
    if (first >= frames->next || pages > frames->next - first)
        return;
    /* Highest first, so that the lowest is handed out next. */
    for (uint64_t i = first + pages; i-- > first;) {
        if (!bit_get(frames->in_use[i / 64], i % 64))
            continue;
        frames->in_use[i / 64] &= ~(UINT64_C(1) << i % 64);
        frames->free[frames->free_count++] = i;
    }
}
