/* SPDX-License-Identifier: MIT */
/* sva.c - which address spaces exist? Life of the layer, its spaces and its messages. It must not
 * know how tables or descriptors are encoded. */
#include "sva/state.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define GIB UINT64_C(0x40000000)

svasim_sva_setup svasim_sva_setup_default(void)
{
    return (svasim_sva_setup){
        .data_base = 4 * GIB,
        .data_bytes = 64 * GIB,
        .direct_map_va = UINT64_C(0xffff888000000000),
        .direct_map_bytes = 1024 * GIB,
        .direct_map_page = GIB,
    };
}

svasim_sva *sv_sva_create(svasim *unit, svasim_mem *mem, svasim_tables *tables,
                          const svasim_sva_setup *setup, const svasim_alloc *alloc)
{
    struct sv_sva_fields fields;
    if (!unit || !mem || !tables || !setup || !sv_fields_open(&fields))
        return NULL;
    svasim_alloc hooks = sv_alloc_resolve(alloc);
    svasim_sva *sva = sv_alloc_array(&hooks, 1, sizeof *sva);
    if (!sva)
        return NULL;
    sva->unit = unit;
    sva->mem = mem;
    sva->tables = tables;
    sva->alloc = hooks;
    sva->setup = *setup;
    sva->fields = fields;
    sva->user_of.alloc = hooks;
    sva->binding_of.alloc = hooks;
    sva->space_pool.vacant = SV_NONE;
    sva->user_pool.vacant = SV_NONE;
    sva->binding_pool.vacant = SV_NONE;
    sva->later_pool.vacant = SV_NONE;
    sva->next_domain_id = SV_DID_DMA;
    sv_abilities_read(&sva->abilities, unit);
    sv_data_init(&sva->data, &hooks, setup->data_base, setup->data_bytes);
    return sva;
}

svasim_sva *svasim_sva_create(svasim *unit, svasim_mem *mem, svasim_tables *tables,
                              const svasim_sva_setup *setup)
{
    return sv_sva_create(unit, mem, tables, setup, NULL);
}

void svasim_sva_destroy(svasim_sva *sva)
{
    if (!sva)
        return;
    svasim_alloc hooks = sva->alloc;
    sv_data_clear(&sva->data);
    sv_index_clear(&sva->user_of);
    sv_index_clear(&sva->binding_of);
    sv_alloc_free(&hooks, sva->spaces);
    sv_alloc_free(&hooks, sva->users);
    sv_alloc_free(&hooks, sva->bindings);
    sv_alloc_free(&hooks, sva->later);
    sv_alloc_free(&hooks, sva);
}

const char *svasim_sva_error(const svasim_sva *sva)
{
    return sva->message;
}

svasim_err sv_sva_fail(svasim_sva *sva, svasim_err error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(sva->message, sizeof sva->message, format, arguments);
    va_end(arguments);
    return error;
}

svasim_err sv_sva_pass(svasim_sva *sva, const char *act, svasim_err error)
{
    if (error == SVASIM_OK)
        return SVASIM_OK;
    return sv_sva_fail(sva, error, "%s: %s", act, svasim_tables_error(sva->tables));
}

void *sv_pool_room(const svasim_alloc *alloc, struct sv_pool *pool, void *items, size_t item_bytes)
{
    if (pool->vacant != SV_NONE || pool->count < pool->capacity)
        return items;
    if (pool->capacity > SV_NONE / 4)
        return NULL;
    uint32_t capacity = pool->capacity ? pool->capacity * 2 : 16;
    void *grown = sv_alloc_array(alloc, capacity, item_bytes);
    if (!grown)
        return NULL;
    if (pool->count)
        memcpy(grown, items, (size_t)pool->count * item_bytes);
    sv_alloc_free(alloc, items);
    pool->capacity = capacity;
    return grown;
}

struct sv_space *sv_space_at(svasim_sva *sva, svasim_space space)
{
    if (space < sva->space_pool.count)
        return &sva->spaces[space];
    (void)sv_sva_fail(sva, SVASIM_EINVAL, "space %" PRIu32 ": expected one of %" PRIu32 " spaces",
                      space, sva->space_pool.count);
    return NULL;
}

static svasim_err check_kind(svasim_sva *sva, svasim_space_kind kind, bool second_stage)
{
    if (kind != SVASIM_SPACE_USER && kind != SVASIM_SPACE_KERNEL && kind != SVASIM_SPACE_DMA)
        return sv_sva_fail(sva, SVASIM_EINVAL, "space: kind %u, expected 0..%u", (unsigned)kind,
                           (unsigned)SVASIM_SPACE_DMA);
    if (second_stage && kind != SVASIM_SPACE_DMA)
        return sv_sva_fail(sva, SVASIM_EINVAL,
                           "space: second_stage 1, expected 0 unless the kind is dma");
    if (kind == SVASIM_SPACE_DMA && sva->next_domain_id >= SV_DID_LIMIT)
        return sv_sva_fail(sva, SVASIM_EINVAL, "space: expected at most %u DMA domains",
                           SV_DID_LIMIT - SV_DID_DMA);
    return SVASIM_OK;
}

/* The whole of host memory below direct_map_bytes, for supervisors, as the kernel has it. */
static svasim_err map_directly(svasim_sva *sva, const svasim_tree *tree)
{
    const svasim_sva_setup *setup = &sva->setup;
    if (setup->direct_map_bytes == 0)
        return SVASIM_OK;
    return svasim_tree_map(sva->tables, tree, setup->direct_map_va, 0, setup->direct_map_bytes,
                           setup->direct_map_page, SVASIM_MAP_READ | SVASIM_MAP_WRITE);
}

svasim_err svasim_sva_space_create(svasim_sva *sva, svasim_space_kind kind, uint8_t levels,
                                   bool second_stage, svasim_space *out)
{
    svasim_err error = check_kind(sva, kind, second_stage);
    if (error != SVASIM_OK)
        return error;
    struct sv_pool *pool = &sva->space_pool;
    void *room = NULL;
    if (pool->count >> SV_SPACE_BITS == 0)
        room = sv_pool_room(&sva->alloc, pool, sva->spaces, sizeof *sva->spaces);
    if (!room)
        return sv_sva_fail(sva, SVASIM_ENOMEM, "space: no memory left for another one");
    sva->spaces = room;
    svasim_tree tree;
    error = svasim_tree_create(sva->tables, second_stage, levels, &tree);
    if (error == SVASIM_OK && kind == SVASIM_SPACE_KERNEL) {
        error = map_directly(sva, &tree);
        if (error != SVASIM_OK)
            svasim_tables_release(sva->tables, tree.root, 1);
    }
    if (error != SVASIM_OK)
        return sv_sva_pass(sva, "space", error);
    uint32_t domain_id = kind == SVASIM_SPACE_DMA ? sva->next_domain_id++ : SV_DID_SHARED;
    sva->spaces[pool->count] = (struct sv_space){.tree = tree,
                                                 .first_user = SV_NONE,
                                                 .domain_id = (uint16_t)domain_id,
                                                 .kind = (uint8_t)kind};
    *out = pool->count++;
    return SVASIM_OK;
}

svasim_err svasim_sva_space_tree(const svasim_sva *sva, svasim_space space, svasim_tree *out_tree,
                                 uint16_t *out_domain_id)
{
    if (space >= sva->space_pool.count)
        return SVASIM_EINVAL;
    *out_tree = sva->spaces[space].tree;
    *out_domain_id = sva->spaces[space].domain_id;
    return SVASIM_OK;
}
