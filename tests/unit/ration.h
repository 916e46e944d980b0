/* SPDX-License-Identifier: MIT */
/* ration.h - an allocator that fails after `left` calls and counts what is still live. */
#ifndef TESTS_RATION_H
#define TESTS_RATION_H

#include <stddef.h>
#include <stdlib.h>

struct ration {
    unsigned left, live;
};

static inline void *ration_allocate(void *user, size_t bytes)
{
    struct ration *ration = user;
    if (ration->left == 0)
        return NULL;
    ration->left--;
    ration->live++;
    return calloc(1, bytes);
}

static inline void ration_release(void *user, void *memory)
{
    ((struct ration *)user)->live--;
    free(memory);
}

#endif
