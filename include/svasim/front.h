/* SPDX-License-Identifier: MIT */
/**
 * front.h - what stands between a unit and simulated memory when memory is not perfect: accesses
 * that fail on purpose, and stores of software that stay in the CPU's caches.
 *
 * The memory itself always holds what the CPU sees. A front keeps beside it the old bytes of the
 * lines that software stored to and has not flushed: reads that do not snoop get those.
 *
 * A front borrows a memory and lends the same three ports. A host that needs none of this uses
 * the memory's own ports and pays nothing.
 */
#ifndef SVASIM_FRONT_H
#define SVASIM_FRONT_H

#include "svasim/mem.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct svasim_front svasim_front;

/** @param mem borrowed and watched (svasim_mem_watch); outlives the front. NULL is returned if
    memory is short. */
SVASIM_API svasim_front *svasim_front_create(svasim_mem *mem, const svasim_alloc *alloc);
SVASIM_API void svasim_front_destroy(svasim_front *front);
/** Set read, write, update, read_unsnooped and host of `ports` to this front. */
SVASIM_API void svasim_front_ports(svasim_front *front, svasim_ports *ports);

/** Kinds of access that fail. */
enum {
    SVASIM_FAIL_READ = 1u << 0,
    SVASIM_FAIL_WRITE = 1u << 1,
    SVASIM_FAIL_UPDATE = 1u << 2, /**< locked accesses only: what is plain memory to a read */
    SVASIM_FAIL_ALL = 7u
};

/**
 * From now on an access of the unit that touches [hpa, hpa + bytes) fails, and changes nothing.
 * A range may be given more than once; all hold.
 * @param accesses SVASIM_FAIL_*
 * @return SVASIM_EINVAL for an empty range or one that wraps around; SVASIM_ENOMEM
 */
SVASIM_API svasim_err svasim_front_fail(svasim_front *front, uint64_t hpa, uint64_t bytes,
                                        unsigned accesses);
/** Accesses to [hpa, hpa + bytes) work again; parts of a range outside it go on failing.
    0 bytes: everything from hpa on. SVASIM_ENOMEM: nothing changed. */
SVASIM_API svasim_err svasim_front_heal(svasim_front *front, uint64_t hpa, uint64_t bytes);

/** What the CPU stores into the memory from now on. */
typedef enum svasim_cpu_cache {
    SVASIM_CPU_CACHE_NONE, /**< is there at once (initially); what was kept back is flushed */
    SVASIM_CPU_CACHE_KEEP, /**< stays in the CPU's caches, line by line, until it is flushed. Short
                                of memory for that, it is there at once */
    SVASIM_CPU_CACHE_FLUSH /**< is flushed right after the store, as careful software does */
} svasim_cpu_cache;
SVASIM_API void svasim_front_cpu_cache(svasim_front *front, svasim_cpu_cache mode);
/** The CPU writes back the 64-byte lines that touch [hpa, hpa + bytes); 0 bytes: all lines from
    hpa on. */
SVASIM_API void svasim_front_flush(svasim_front *front, uint64_t hpa, uint64_t bytes);
/** A device stores: its writes snoop, so a line that the CPU holds is written back first. */
SVASIM_API svasim_err svasim_front_write(svasim_front *front, uint64_t hpa, const void *data,
                                         size_t bytes);
/** Lines now kept back. */
SVASIM_API uint64_t svasim_front_kept_lines(const svasim_front *front);

#ifdef __cplusplus
}
#endif
#endif
