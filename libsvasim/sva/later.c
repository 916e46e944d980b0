/* SPDX-License-Identifier: MIT */
/* later.c - mappings that software knows of, but has not put into the page tables: a page comes in
 * when a device asks for it. Keeps their ranges; edits of tables are acts.c's.
 *
 * Not modelled: `protect` of a page that is not in the tables yet (it comes in with the rights of
 * its mapping); the rights of a page that is present without such a mapping. */
#include "sva/state.h"

#include <inttypes.h>

static bool reserve(svasim_sva *sva)
{
    void *room = sv_pool_room(&sva->alloc, &sva->later_pool, sva->later, sizeof *sva->later);
    if (room)
        sva->later = room;
    return room != NULL;
}

static void drop(svasim_sva *sva, uint32_t index)
{
    sva->later[index] = sva->later[--sva->later_pool.count];
}

/* The first address of a page, and the last. */
static uint64_t down(uint64_t address, uint64_t page_bytes)
{
    return address & ~(page_bytes - 1);
}

static uint64_t up(uint64_t address, uint64_t page_bytes)
{
    return address | (page_bytes - 1);
}

svasim_err sv_later_cut(svasim_sva *sva, svasim_space space, uint64_t address, uint64_t bytes)
{
    if (sva->later_pool.count == 0 || bytes == 0)
        return SVASIM_OK;
    if (!reserve(sva)) /* cutting a hole makes two of one, and only one range can be around it */
        return sv_sva_fail(sva, SVASIM_ENOMEM, "no memory left to note a mapping");
    for (uint32_t i = 0; i < sva->later_pool.count;) {
        struct sv_later *range = &sva->later[i];
        uint64_t first = down(address, range->page_bytes);
        uint64_t last = up(address + (bytes - 1), range->page_bytes);
        if (range->space != space || last < range->first || first > range->last) {
            i++;
        } else if (first <= range->first && last >= range->last) {
            drop(sva, i);
        } else if (first > range->first && last < range->last) {
            sva->later[sva->later_pool.count] = *range;
            sva->later[sva->later_pool.count++].first = last + 1;
            range->last = first - 1;
            i++;
        } else {
            if (first <= range->first)
                range->first = last + 1;
            else
                range->last = first - 1;
            i++;
        }
    }
    return SVASIM_OK;
}

svasim_err svasim_sva_map_later(svasim_sva *sva, svasim_space number, uint64_t address,
                                uint64_t bytes, uint64_t page_bytes, uint32_t map_flags)
{
    const struct sv_space *space = sv_space_at(sva, number);
    if (!space)
        return SVASIM_EINVAL;
    svasim_err error = sv_sva_pass(sva, "map",
                                   svasim_tree_can_map(sva->tables, &space->tree, address, 0, bytes,
                                                       page_bytes, map_flags | SVASIM_MAP_USER));
    if (error == SVASIM_OK)
        error = sv_later_cut(sva, number, address, bytes);
    if (error != SVASIM_OK)
        return error;
    if (!reserve(sva))
        return sv_sva_fail(sva, SVASIM_ENOMEM, "map: no memory left to note a mapping");
    sva->later[sva->later_pool.count++] = (struct sv_later){
        .first = address,
        .last = address + (bytes - 1),
        .page_bytes = page_bytes,
        .space = number,
        .map_flags = map_flags,
    };
    return SVASIM_OK;
}

static const struct sv_later *find(const svasim_sva *sva, svasim_space space, uint64_t address)
{
    for (uint32_t i = 0; i < sva->later_pool.count; i++)
        if (sva->later[i].space == space && address >= sva->later[i].first &&
            address <= sva->later[i].last)
            return &sva->later[i];
    return NULL;
}

svasim_err svasim_sva_page_in(svasim_sva *sva, uint16_t source_id, uint32_t pasid, uint64_t address,
                              bool writes, bool privileged)
{
    uint32_t binding = sv_binding_find(sva, source_id, pasid);
    if (binding == SV_NONE)
        return sv_sva_fail(sva, SVASIM_EINVAL, "page: PASID %" PRIu32 " uses no space", pasid);
    svasim_space number = sva->users[sva->bindings[binding].user].space;
    const struct sv_space *space = &sva->spaces[number];
    const struct sv_later *range = find(sva, number, address);
    if ((range && writes && !(range->map_flags & SVASIM_MAP_WRITE)) ||
        (space->kind == SVASIM_SPACE_KERNEL && !privileged))
        return sv_sva_fail(sva, SVASIM_EINVAL, "page: 0x%" PRIx64 " grants less than is asked for",
                           address);
    uint64_t frame, page_bytes, leaf;
    if (svasim_tree_find(sva->tables, &space->tree, address, &frame, &page_bytes, &leaf) ==
        SVASIM_OK)
        return SVASIM_OK;
    if (!range)
        return sv_sva_fail(sva, SVASIM_EINVAL, "page: 0x%" PRIx64 " is not mapped", address);
    struct sv_later page = *range;
    return sv_sva_map_now(sva, number, down(address, page.page_bytes), UINT64_MAX, page.page_bytes,
                          page.page_bytes, page.map_flags, 0);
}
