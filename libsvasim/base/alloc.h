/* SPDX-License-Identifier: MIT */
/* alloc.h - per-object allocation: the caller's hooks, or the C library's. */
#ifndef SV_BASE_ALLOC_H
#define SV_BASE_ALLOC_H

#include "svasim/types.h"

/* The hooks to use: a copy of *from, or the C library's if from is NULL. */
svasim_alloc sv_alloc_resolve(const svasim_alloc *from);
/* Zero-filled room for count items; NULL if short or if the product overflows. */
void *sv_alloc_array(const svasim_alloc *alloc, size_t count, size_t item_bytes);
void sv_alloc_free(const svasim_alloc *alloc, void *memory);

#endif
