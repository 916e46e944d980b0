/* SPDX-License-Identifier: MIT */
/* alloc.c - the default allocator and overflow-safe arrays. */
#include "base/alloc.h"

#include <stdlib.h>

static void *libc_allocate(void *user, size_t bytes)
{
    (void)user;
    return calloc(1, bytes);
}

static void libc_release(void *user, void *memory)
{
    (void)user;
    free(memory);
}

svasim_alloc sv_alloc_resolve(const svasim_alloc *from)
{
    if (from && from->allocate && from->release)
        return *from;
    return (svasim_alloc){libc_allocate, libc_release, NULL};
}

void *sv_alloc_array(const svasim_alloc *alloc, size_t count, size_t item_bytes)
{
    if (count == 0)
        count = 1;
    if (item_bytes != 0 && count > SIZE_MAX / item_bytes)
        return NULL;
    return alloc->allocate(alloc->user, count * item_bytes);
}

void sv_alloc_free(const svasim_alloc *alloc, void *memory)
{
    if (memory)
        alloc->release(alloc->user, memory);
}
