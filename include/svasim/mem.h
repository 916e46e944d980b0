/* SPDX-License-Identifier: MIT */
/**
 * mem.h - sparse simulated physical memory, zero where never written.
 *
 * Kept in 64 KiB chunks that are allocated on the first write. Any 64-bit
 * address may be used; addresses at and above the limit fail like a bus error.
 */
#ifndef SVASIM_MEM_H
#define SVASIM_MEM_H

#include "svasim/svasim.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct svasim_mem svasim_mem;

/**
 * @param limit_bytes first address that does not exist (0: 2^52)
 * @param alloc       NULL for the C library's
 * @return NULL if memory is short
 */
SVASIM_API svasim_mem *svasim_mem_create(uint64_t limit_bytes, const svasim_alloc *alloc);
SVASIM_API void svasim_mem_destroy(svasim_mem *mem);
/** Copy `bytes` at `hpa` to `out`. SVASIM_EINVAL beyond the limit; any alignment. */
SVASIM_API svasim_err svasim_mem_read(const svasim_mem *mem, uint64_t hpa, void *out, size_t bytes);
/** Store. SVASIM_EINVAL beyond the limit, SVASIM_ENOMEM if a chunk cannot be had
    (bytes before that chunk are stored). */
SVASIM_API svasim_err svasim_mem_write(svasim_mem *mem, uint64_t hpa, const void *data,
                                       size_t bytes);
/** Little-endian quadword helpers; a read outside memory gives 0. */
SVASIM_API uint64_t svasim_mem_read64(const svasim_mem *mem, uint64_t hpa);
SVASIM_API svasim_err svasim_mem_write64(svasim_mem *mem, uint64_t hpa, uint64_t value);
/**
 * True once a store was lost because the host's memory was short, whoever stored: the unit and
 * devices cannot tell, and go on as if the access had failed. What they did since does not count.
 */
SVASIM_API bool svasim_mem_short(const svasim_mem *mem);
/** Bytes of host memory now used for contents. */
SVASIM_API uint64_t svasim_mem_footprint_bytes(const svasim_mem *mem);
/** Who is told of changes. */
typedef struct svasim_mem_watcher {
    void (*before)(void *user, uint64_t hpa, size_t bytes); /**< NULL: nobody */
    void *user;
} svasim_mem_watcher;
/**
 * Have `before` called ahead of every change of contents, the unit's included; NULL: no more.
 * It may read the memory and must not change it.
 * @return who was told until now: whoever takes the place tells that one too, and puts it back
 *         at the end
 */
SVASIM_API svasim_mem_watcher svasim_mem_watch(
    svasim_mem *mem, void (*before)(void *user, uint64_t hpa, size_t bytes), void *user);
/** Set read, write, update and host of `ports` to this memory. */
SVASIM_API void svasim_mem_ports(svasim_mem *mem, svasim_ports *ports);

#ifdef __cplusplus
}
#endif
#endif
