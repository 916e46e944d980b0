/* SPDX-License-Identifier: MIT */
/* paging.c - how does one paging entry look, and where is it? Both stages through the same calls;
 * it must not know PASIDs or devices.
 *
 * Not modelled: the I/O read and write bits (SSIRWE) as rights that the builder gives; entries that
 * use them are set by name. */
#include "tables/paging.h"

#include "base/bits.h"

#include <inttypes.h>

#define PAGE_SHIFT  12u
#define INDEX_BITS  9u
#define LEAF_LEVELS 3u

uint64_t sv_level_span(unsigned level)
{
    return UINT64_C(1) << (PAGE_SHIFT + INDEX_BITS * (level - 1));
}

unsigned sv_level_of_page(uint64_t page_bytes)
{
    for (unsigned level = 1; level <= LEAF_LEVELS; level++)
        if (page_bytes == sv_level_span(level))
            return level;
    return 0;
}

uint64_t sv_entry_at(uint64_t table, uint64_t address, unsigned level)
{
    return table + address / sv_level_span(level) % SV_TABLE_ENTRIES * 8;
}

bool sv_is_leaf(const svasim_tables *tables, bool second, unsigned level, uint64_t word)
{
    if (level == 1)
        return true;
    const struct sv_paging *form = &tables->shapes.paging[second][SV_FORM_LEAF_LARGEST];
    return level <= LEAF_LEVELS && svasim_field_get(form->ps, &word) != 0;
}

const struct sv_paging *sv_form_of(const svasim_tables *tables, bool second, unsigned level,
                                   bool leaf)
{
    unsigned form = SV_FORM_TOP;
    if (level <= LEAF_LEVELS)
        form = leaf ? SV_FORM_LEAF + level - 1 : (unsigned)SV_FORM_TABLE;
    return &tables->shapes.paging[second][form];
}

bool sv_is_present(const struct sv_paging *form, uint64_t word)
{
    if (form->p)
        return svasim_field_get(form->p, &word) != 0;
    return svasim_field_get(form->r, &word) != 0 || svasim_field_get(form->w, &word) != 0;
}

static void set_flag(const svasim_field *field, uint64_t *word, bool value)
{
    if (field)
        (void)svasim_field_set(field, word, value);
}

uint64_t sv_with_rights(const struct sv_paging *form, uint64_t word, uint32_t map_flags)
{
    set_flag(form->p, &word, true);
    set_flag(form->rw, &word, (map_flags & SVASIM_MAP_WRITE) != 0);
    set_flag(form->us, &word, (map_flags & SVASIM_MAP_USER) != 0);
    set_flag(form->r, &word, (map_flags & SVASIM_MAP_READ) != 0);
    set_flag(form->w, &word, (map_flags & SVASIM_MAP_WRITE) != 0);
    if (map_flags & SVASIM_MAP_ACCESSED)
        set_flag(form->a, &word, true);
    if (map_flags & SVASIM_MAP_DIRTY)
        set_flag(form->d, &word, true);
    return word;
}

/* Give the entry at `hpa` a new empty table. */
static svasim_err attach_table(svasim_tables *tables, const struct sv_paging *form, uint64_t hpa,
                               uint32_t rights, uint64_t *out_table)
{
    uint64_t table = svasim_tables_frame(tables, 1);
    if (table == 0)
        return sv_tables_fail(tables, SVASIM_ENOMEM, "no frame left for a paging table");
    uint64_t word = 0;
    if (!svasim_field_set(form->addr, &word, table)) {
        svasim_tables_release(tables, table, 1);
        return sv_tables_fail(tables, SVASIM_EINVAL,
                              "frame 0x%" PRIx64 " does not fit a paging entry", table);
    }
    word = sv_with_rights(form, word, rights);
    svasim_err error = sv_entry_store(tables, hpa, 1, &word);
    if (error != SVASIM_OK)
        svasim_tables_release(tables, table, 1);
    *out_table = table;
    return error;
}

svasim_err sv_descend(svasim_tables *tables, const svasim_tree *tree, uint64_t address,
                      unsigned level, enum sv_parents parents, uint32_t map_flags,
                      uint64_t *out_hpa)
{
    uint32_t rights =
        SVASIM_MAP_READ | SVASIM_MAP_WRITE | SVASIM_MAP_USER | (map_flags & SVASIM_MAP_ACCESSED);
    uint64_t table = tree->root;
    for (unsigned at = tree->levels; at > level; at--) {
        uint64_t hpa = sv_entry_at(table, address, at), word;
        svasim_err error = sv_entry_load(tables, hpa, 1, &word);
        if (error != SVASIM_OK)
            return error;
        bool leaf = sv_is_leaf(tables, tree->second, at, word);
        const struct sv_paging *form = sv_form_of(tables, tree->second, at, leaf);
        bool present = sv_is_present(form, word);
        if (leaf && present)
            return sv_tables_fail(tables, SVASIM_EINVAL,
                                  "address 0x%" PRIx64 ": expected a table at level %u, found a "
                                  "page of 0x%" PRIx64 " bytes",
                                  address, at, sv_level_span(at));
        form = sv_form_of(tables, tree->second, at, false);
        table = leaf ? 0 : svasim_field_get(form->addr, &word);
        if (table == 0 && parents == SV_PARENTS_MUST_EXIST)
            return sv_tables_fail(tables, SVASIM_EINVAL,
                                  "address 0x%" PRIx64 ": no table below the entry of level %u",
                                  address, at);
        if (table == 0)
            error = attach_table(tables, form, hpa, rights, &table);
        else if (parents == SV_PARENTS_OPEN && !present) {
            word = sv_with_rights(form, word, rights);
            error = sv_entry_store(tables, hpa, 1, &word);
        }
        if (error != SVASIM_OK)
            return error;
    }
    *out_hpa = sv_entry_at(table, address, level);
    return SVASIM_OK;
}
