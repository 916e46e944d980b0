/* SPDX-License-Identifier: MIT */
/* acts.c - what happens when software maps, unmaps or protects a range? Edits the tree, then asks
 * for the flush that is owed, then lets go of frames. It must not build descriptors. */
#include "sva/state.h"

#include <inttypes.h>

#define PAGE_LEAST UINT64_C(4096)

/* What an act finds in the range before it edits it. */
struct sweep {
    svasim_sva *sva;
    svasim_space space;
    uint8_t map_level;  /* level of the new leaves; 0: none */
    bool retire;        /* take owned frames back */
    bool found;         /* something present changes, between first and last */
    bool tables_change; /* an entry that points to a table does */
    uint64_t first, last;
};

static bool see(void *user, const svasim_tree_node *node)
{
    struct sweep *sweep = user;
    bool replaced_table = !node->leaf && node->level == sweep->map_level;
    if (!node->leaf && !replaced_table)
        return true;
    uint64_t last = node->address + (node->page_bytes - 1);
    if (!sweep->found || node->address < sweep->first)
        sweep->first = node->address;
    if (!sweep->found || last > sweep->last)
        sweep->last = last;
    sweep->found = true;
    sweep->tables_change = sweep->tables_change || replaced_table;
    if (node->leaf && sweep->retire)
        sv_data_retire(&sweep->sva->data, node->level - 1u, sweep->space, node->address,
                       node->target);
    return true;
}

static uint32_t rights_of(const struct sv_space *space, uint32_t map_flags)
{
    bool supervisor = space->kind == SVASIM_SPACE_KERNEL;
    return supervisor ? map_flags & ~(uint32_t)SVASIM_MAP_USER : map_flags | SVASIM_MAP_USER;
}

/* Flush what `sweep` found, then let its frames be handed out again. */
static svasim_err finish(svasim_sva *sva, const struct sv_space *space, const struct sweep *sweep,
                         uint32_t act)
{
    svasim_err error = SVASIM_OK;
    if (sweep->found && (act & SVASIM_SVA_NO_FLUSH) == 0)
        error = sv_flush_range(sva, space, sweep->first, sweep->last, !sweep->tables_change);
    sv_data_settle(&sva->data);
    return error;
}

/* Fresh frames for a range, mapped in runs of neighbours. */
static svasim_err map_fresh(svasim_sva *sva, svasim_space number, uint64_t address, uint64_t bytes,
                            uint64_t page_bytes, uint32_t rights)
{
    const struct sv_space *space = &sva->spaces[number];
    unsigned level = page_bytes == PAGE_LEAST ? 0 : page_bytes == PAGE_LEAST << 9 ? 1 : 2;
    uint64_t done = 0, run = 0, run_frame = 0;
    svasim_err error = SVASIM_OK;
    while (error == SVASIM_OK && done + run < bytes) {
        uint64_t frame;
        error = sv_data_take(&sva->data, level, number, address + done + run, &frame);
        if (error != SVASIM_OK) {
            error = sv_sva_fail(sva, error, "map: no memory left to note a frame");
            break;
        }
        if (run > 0 && frame != run_frame + run) {
            error = sv_sva_pass(sva, "map",
                                svasim_tree_map(sva->tables, &space->tree, address + done,
                                                run_frame, run, page_bytes, rights));
            if (error != SVASIM_OK) {
                sv_data_retire(&sva->data, level, number, address + done + run, frame);
                break;
            }
            done += run;
            run = 0;
        }
        if (run == 0)
            run_frame = frame;
        run += page_bytes;
    }
    if (error == SVASIM_OK)
        error = sv_sva_pass(sva, "map",
                            svasim_tree_map(sva->tables, &space->tree, address + done, run_frame,
                                            run, page_bytes, rights));
    for (uint64_t i = 0; error != SVASIM_OK && i < run; i += page_bytes)
        sv_data_retire(&sva->data, level, number, address + done + i, run_frame + i);
    return error;
}

static svasim_err check_fresh(svasim_sva *sva, uint64_t bytes, uint64_t page_bytes)
{
    unsigned level = page_bytes == PAGE_LEAST ? 0 : page_bytes == PAGE_LEAST << 9 ? 1 : 2;
    uint64_t available = sv_data_available(&sva->data, level);
    if (bytes / page_bytes <= available)
        return SVASIM_OK;
    return sv_sva_fail(sva, SVASIM_ENOMEM,
                       "map: bytes 0x%" PRIx64 ": expected at most %" PRIu64
                       " fresh pages of 0x%" PRIx64 " bytes",
                       bytes, available, page_bytes);
}

/* Nothing of the range shall stay mapped: it is half old and half new. */
static void give_up(struct sweep *sweep, const struct sv_space *space, uint64_t address,
                    uint64_t bytes)
{
    struct sweep again = {.sva = sweep->sva, .space = sweep->space, .retire = true};
    (void)svasim_tree_walk(sweep->sva->tables, &space->tree, address, bytes, see, &again);
    (void)svasim_tree_unmap(sweep->sva->tables, &space->tree, address, bytes);
}

svasim_err sv_sva_map_now(svasim_sva *sva, svasim_space number, uint64_t address, uint64_t target,
                          uint64_t bytes, uint64_t page_bytes, uint32_t map_flags, uint32_t act)
{
    struct sv_space *space = sv_space_at(sva, number);
    if (!space)
        return SVASIM_EINVAL;
    bool fresh = target == UINT64_MAX;
    uint32_t rights = rights_of(space, map_flags);
    svasim_err error =
        sv_sva_pass(sva, "map",
                    svasim_tree_can_map(sva->tables, &space->tree, address, fresh ? 0 : target,
                                        bytes, page_bytes, rights));
    if (error == SVASIM_OK && fresh)
        error = check_fresh(sva, bytes, page_bytes);
    if (error != SVASIM_OK)
        return error;
    struct sweep sweep = {
        .sva = sva,
        .space = number,
        .map_level = page_bytes == PAGE_LEAST        ? 1
                     : page_bytes == PAGE_LEAST << 9 ? 2
                                                     : 3,
        .retire = true,
    };
    error = sv_sva_pass(sva, "map",
                        svasim_tree_walk(sva->tables, &space->tree, address, bytes, see, &sweep));
    if (error != SVASIM_OK)
        return error;
    if (fresh)
        error = map_fresh(sva, number, address, bytes, page_bytes, rights);
    else
        error = sv_sva_pass(
            sva, "map",
            svasim_tree_map(sva->tables, &space->tree, address, target, bytes, page_bytes, rights));
    if (error != SVASIM_OK)
        give_up(&sweep, space, address, bytes);
    if (space->tree.second && sva->abilities.caching_mode) {
        /* Not-present entries may be cached too, those above the leaves included. */
        sweep.found = sweep.tables_change = true;
        sweep.first = address;
        sweep.last = address + (bytes - 1);
    }
    svasim_err flushed = finish(sva, space, &sweep, act);
    return error != SVASIM_OK ? error : flushed;
}

svasim_err svasim_sva_map(svasim_sva *sva, svasim_space number, uint64_t address, uint64_t target,
                          uint64_t bytes, uint64_t page_bytes, uint32_t map_flags, uint32_t act)
{
    svasim_err error =
        sv_sva_map_now(sva, number, address, target, bytes, page_bytes, map_flags, act);
    return error != SVASIM_OK ? error : sv_later_cut(sva, number, address, bytes);
}

svasim_err svasim_sva_unmap(svasim_sva *sva, svasim_space number, uint64_t address, uint64_t bytes,
                            uint32_t act)
{
    struct sv_space *space = sv_space_at(sva, number);
    if (!space)
        return SVASIM_EINVAL;
    svasim_err cut = sv_later_cut(sva, number, address, bytes);
    if (cut != SVASIM_OK)
        return cut;
    struct sweep sweep = {.sva = sva, .space = number, .retire = true};
    svasim_err error = svasim_tree_walk(sva->tables, &space->tree, address, bytes, see, &sweep);
    if (error == SVASIM_OK)
        error = svasim_tree_unmap(sva->tables, &space->tree, address, bytes);
    svasim_err flushed = finish(sva, space, &sweep, act);
    return error != SVASIM_OK ? sv_sva_pass(sva, "unmap", error) : flushed;
}

svasim_err svasim_sva_protect(svasim_sva *sva, svasim_space number, uint64_t address,
                              uint64_t bytes, uint32_t map_flags, uint32_t act)
{
    struct sv_space *space = sv_space_at(sva, number);
    if (!space)
        return SVASIM_EINVAL;
    struct sweep sweep = {.sva = sva, .space = number};
    svasim_err error =
        svasim_tree_protect(sva->tables, &space->tree, address, bytes, rights_of(space, map_flags));
    if (error == SVASIM_OK)
        error = svasim_tree_walk(sva->tables, &space->tree, address, bytes, see, &sweep);
    if (error != SVASIM_OK)
        return sv_sva_pass(sva, "protect", error);
    return finish(sva, space, &sweep, act);
}

svasim_err svasim_sva_resolve(svasim_sva *sva, svasim_space number, uint64_t address,
                              uint64_t *out_hpa)
{
    struct sv_space *space = sv_space_at(sva, number);
    if (!space)
        return SVASIM_EINVAL;
    uint64_t frame, page_bytes, leaf;
    svasim_err error =
        svasim_tree_find(sva->tables, &space->tree, address, &frame, &page_bytes, &leaf);
    if (error != SVASIM_OK)
        return sv_sva_pass(sva, "resolve", error);
    *out_hpa = frame | (address & (page_bytes - 1));
    return SVASIM_OK;
}
