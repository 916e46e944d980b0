/* SPDX-License-Identifier: MIT */
/* data.c - which host frame does a fresh page get, and may it be had back? One stack per page size;
 * larger frames are split when smaller ones run out, never joined again. It must not know tables.
 * A frame that was never used reads 0; a used one keeps its contents, as a DMA buffer would. */
#include "base/bits.h"
#include "sva/state.h"

#define FRAME_LIMIT (UINT64_C(1) << 52) /* addresses that paging entries can hold */
#define PIECES      512u                /* frames of the next smaller size in one */

static uint64_t size_of(unsigned level)
{
    return UINT64_C(4096) << 9u * level;
}

/* Address of a page and its size in one word: the low bits of the address are free. */
static uint64_t owner_value(uint64_t address, unsigned level)
{
    return (address & ~(size_of(0) - 1)) | level;
}

static uint64_t owner_key(uint64_t frame, svasim_space space)
{
    return frame / size_of(0) << SV_SPACE_BITS | space;
}

void sv_data_init(struct sv_data *data, const svasim_alloc *alloc, uint64_t base, uint64_t bytes)
{
    uint64_t end = base + bytes < base || base + bytes > FRAME_LIMIT ? FRAME_LIMIT : base + bytes;
    *data = (struct sv_data){.alloc = *alloc, .next = base, .end = end & ~(size_of(0) - 1)};
    data->owners.alloc = *alloc;
    uint64_t misfit = base & (size_of(0) - 1);
    if (base == 0 || misfit) /* host address 0 is never handed out */
        data->next += size_of(0) - misfit;
    if (data->next < base || data->next > data->end)
        data->next = data->end;
}

void sv_data_clear(struct sv_data *data)
{
    for (unsigned level = 0; level < SV_PAGE_LEVELS; level++)
        sv_alloc_free(&data->alloc, data->stacks[level].frames);
    sv_index_clear(&data->owners);
}

/* Room on the stack for `more` frames that did not exist at this size before. */
static bool make_frames(struct sv_data *data, unsigned level, size_t more)
{
    struct sv_stack *stack = &data->stacks[level];
    size_t needed = stack->frames_made + more, capacity = stack->capacity ? stack->capacity : 64;
    while (capacity < needed)
        capacity *= 2;
    if (capacity != stack->capacity) {
        uint64_t *frames = sv_alloc_array(&data->alloc, capacity, sizeof *frames);
        if (!frames)
            return false;
        if (stack->used)
            memcpy(frames, stack->frames, stack->used * sizeof *frames);
        sv_alloc_free(&data->alloc, stack->frames);
        stack->frames = frames;
        stack->capacity = capacity;
    }
    stack->frames_made = needed;
    return true;
}

static uint64_t pop(struct sv_stack *stack)
{
    uint64_t frame = stack->frames[--stack->usable];
    stack->frames[stack->usable] = stack->frames[--stack->used];
    return frame;
}

/* Usable frames stay in front of retired ones. */
static void push_usable(struct sv_stack *stack, uint64_t frame)
{
    stack->frames[stack->used++] = stack->frames[stack->usable];
    stack->frames[stack->usable++] = frame;
}

static uint64_t aligned_next(const struct sv_data *data, unsigned level)
{
    uint64_t misfit = data->next & (size_of(level) - 1);
    uint64_t start = misfit ? data->next + (size_of(level) - misfit) : data->next;
    return start < data->next || start > data->end ? data->end : start;
}

/* Frames of a size that the untouched part of the range still holds. */
static uint64_t untouched(const struct sv_data *data, unsigned level)
{
    return (data->end - aligned_next(data, level)) / size_of(level);
}

uint64_t sv_data_available(const struct sv_data *data, unsigned level)
{
    uint64_t count = untouched(data, level), pieces = 1;
    for (unsigned l = level; l < SV_PAGE_LEVELS; l++, pieces *= PIECES)
        count += data->stacks[l].usable * pieces;
    return count;
}

/* Take from the untouched part; what alignment skips becomes smaller frames. */
static bool take_untouched(struct sv_data *data, unsigned level, uint64_t *out_frame)
{
    if (untouched(data, level) == 0)
        return false;
    uint64_t start = aligned_next(data, level);
    for (unsigned small = 0; small < level; small++) {
        while (data->next < start &&
               (small + 1 == level || data->next & (size_of(small + 1) - 1))) {
            if (!make_frames(data, small, 1))
                return false;
            push_usable(&data->stacks[small], data->next);
            data->next += size_of(small);
        }
    }
    if (!make_frames(data, level, 1))
        return false;
    *out_frame = start;
    data->next = start + size_of(level);
    return true;
}

/* Cut the next larger frame that is usable, down to `level`. */
static bool take_piece(struct sv_data *data, unsigned level, uint64_t *out_frame)
{
    unsigned from = level + 1;
    while (from < SV_PAGE_LEVELS && data->stacks[from].usable == 0)
        from++;
    if (from >= SV_PAGE_LEVELS)
        return false;
    for (; from > level; from--) {
        if (!make_frames(data, from - 1, PIECES))
            return false;
        uint64_t whole = pop(&data->stacks[from]);
        data->stacks[from].frames_made--;
        for (uint64_t piece = PIECES; piece-- > 0;)
            push_usable(&data->stacks[from - 1], whole + piece * size_of(from - 1));
    }
    *out_frame = pop(&data->stacks[level]);
    return true;
}

svasim_err sv_data_take(struct sv_data *data, unsigned level, svasim_space space, uint64_t address,
                        uint64_t *out_frame)
{
    if (!sv_index_reserve(&data->owners, 1))
        return SVASIM_ENOMEM;
    if (data->stacks[level].usable > 0)
        *out_frame = pop(&data->stacks[level]);
    else if (!take_untouched(data, level, out_frame) && !take_piece(data, level, out_frame))
        return SVASIM_ENOMEM;
    sv_index_put(&data->owners, owner_key(*out_frame, space), owner_value(address, level));
    return SVASIM_OK;
}

void sv_data_retire(struct sv_data *data, unsigned level, svasim_space space, uint64_t address,
                    uint64_t frame)
{
    uint64_t key = owner_key(frame, space), value;
    if (!sv_index_get(&data->owners, key, &value) || value != owner_value(address, level))
        return;
    sv_index_remove(&data->owners, key);
    data->stacks[level].frames[data->stacks[level].used++] = frame;
}

void sv_data_settle(struct sv_data *data)
{
    for (unsigned level = 0; level < SV_PAGE_LEVELS; level++)
        data->stacks[level].usable = data->stacks[level].used;
}
