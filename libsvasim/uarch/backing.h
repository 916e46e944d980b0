/* SPDX-License-Identifier: MIT */
/* backing.h - what is behind the memory port: the walkers' line buffer, the host's last-level
 * cache, banks of memory. Says when an access is done, never what it reads: contents come through
 * the host's ports at that moment, whatever is kept here. */
#ifndef SV_UARCH_BACKING_H
#define SV_UARCH_BACKING_H

#include "spec/config.h"
#include "uarch/cache.h"

struct sv_bank {
    uint64_t open_row; /* plus 1; 0: none */
    svasim_tick free;
};

struct sv_backing {
    struct sv_cache lines, llc; /* tags alone count */
    struct sv_rng rng;
    struct sv_bank *banks;
    uint32_t bank_count, row_shift;
    uint32_t line_latency, llc_latency, memory_latency, row_hit, row_miss, bus;
    svasim_tick bus_free;
    uint64_t bus_busy;
    bool varied; /* latencies differ from access to access, or data share the port */
};

bool sv_backing_init(struct sv_backing *backing, const svasim_config *config,
                     const svasim_alloc *alloc);
void sv_backing_free(struct sv_backing *backing, const svasim_alloc *alloc);
/* Is the line in the walkers' buffer? */
bool sv_backing_keeps(struct sv_backing *backing, uint64_t hpa);
/* A read was answered: its line is in the walkers' buffer now. */
void sv_backing_keep(struct sv_backing *backing, uint64_t hpa);
/* An invalidation empties that buffer. */
void sv_backing_forget(struct sv_backing *backing);
/* When an access that starts at `start` is done; counts where it ends. Calls come in the order of
 * `start`. */
svasim_tick sv_backing_done(struct sv_backing *backing, svasim_tick start, uint64_t hpa,
                            uint64_t *counter);
/* The same for a line of data; only with a last-level cache. */
svasim_tick sv_backing_data(struct sv_backing *backing, svasim_tick start, uint64_t hpa,
                            uint64_t *counter);

#endif
