/* SPDX-License-Identifier: MIT */
/* host_memory.h - accesses whose time the host decides (svasim_ports.access). */
#ifndef SV_UARCH_HOST_MEMORY_H
#define SV_UARCH_HOST_MEMORY_H

#include "base/alloc.h"
#include "svasim/svasim.h"

#include <stdbool.h>
#include <stdint.h>

struct sv_pipeline;
struct sv_txn;

struct sv_host_memory {
    bool on;
    struct sv_host_access {
        struct sv_txn *txn; /* NULL: not in use */
        svasim_tick since;
    } * owed; /* what the host has not answered, by tag; memory.depth of them */
    uint32_t owed_count;
};

bool sv_host_memory_init(struct sv_host_memory *memory, const svasim_ports *ports, uint32_t depth,
                         const svasim_alloc *alloc);
void sv_host_memory_free(struct sv_host_memory *memory, const svasim_alloc *alloc);
/* The access of a transaction starts now. */
void sv_host_memory_started(struct sv_pipeline *pipeline, struct sv_txn *txn);
/* False: there is no such access. */
bool sv_host_memory_answered(struct sv_pipeline *pipeline, uint64_t tag);

#endif
