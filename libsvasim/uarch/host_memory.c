/* SPDX-License-Identifier: MIT */
/* host_memory.c - memory accesses that a host times: how long they take, or when they are done.
 *
 * Model choice: what a walk finds is read when its access is done, as with the unit's own models
 * of memory. */
#include "uarch/host_memory.h"

#include "base/assert.h"
#include "uarch/txn.h"

bool sv_host_memory_init(struct sv_host_memory *memory, const svasim_ports *ports, uint32_t depth,
                         const svasim_alloc *alloc)
{
    *memory = (struct sv_host_memory){.on = ports->access != NULL};
    if (memory->on)
        memory->owed = sv_alloc_array(alloc, depth, sizeof *memory->owed);
    return memory->owed || !memory->on;
}

void sv_host_memory_free(struct sv_host_memory *memory, const svasim_alloc *alloc)
{
    sv_alloc_free(alloc, memory->owed);
}

static void done_at(struct sv_pipeline *p, struct sv_txn *txn, svasim_tick since, svasim_tick done)
{
    p->busy[SV_RES_MEMORY_DEPTH] += done - since;
    sv_heap_put(p, (struct sv_event){done, p->sequence++, txn});
}

void sv_host_memory_started(struct sv_pipeline *p, struct sv_txn *txn)
{
    struct sv_host_memory *memory = &p->host_memory;
    const svasim_ports *ports = &p->core->ports;
    uint32_t bytes = txn->ask == SV_ASK_UPDATE ? 8 : txn->walk.bytes;
    uint32_t tag = 0;
    while (memory->owed[tag].txn) { /* no more than memory.depth are under way */
        tag++;
        SV_ASSERT(tag < p->memory_depth);
    }
    memory->owed[tag] = (struct sv_host_access){txn, p->now};
    svasim_tick ticks = ports->access(ports->host, txn->walk.hpa, bytes, tag);
    if (ticks == SVASIM_NEVER) {
        memory->owed_count++;
        return;
    }
    memory->owed[tag].txn = NULL;
    done_at(p, txn, p->now, p->now + ticks);
}

bool sv_host_memory_answered(struct sv_pipeline *p, uint64_t tag)
{
    struct sv_host_memory *memory = &p->host_memory;
    if (!memory->on || tag >= p->memory_depth || !memory->owed[tag].txn)
        return false;
    struct sv_host_access *access = &memory->owed[tag];
    done_at(p, access->txn, access->since, p->now);
    access->txn = NULL;
    memory->owed_count--;
    return true;
}
