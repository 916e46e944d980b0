/* SPDX-License-Identifier: MIT */
/* tree.c - how does a range of pages get into, out of, or change inside a tree? Whole tables are
 * filled at a time. It must not know who uses the tree.
 *
 * Not modelled: freeing paging tables that have become empty or were replaced by a large page. */
#include "base/bits.h"
#include "tables/paging.h"

#include <inttypes.h>

svasim_err svasim_tree_create(svasim_tables *tables, bool second, uint8_t levels, svasim_tree *out)
{
    svasim_tree tree = {.levels = levels, .second = second};
    svasim_err error = sv_tree_check(tables, &tree, 0, SV_FRAME_BYTES);
    if (error != SVASIM_OK)
        return error;
    tree.root = svasim_tables_frame(tables, 1);
    if (tree.root == 0)
        return sv_tables_fail(tables, SVASIM_ENOMEM, "no frame left for a root table");
    *out = tree;
    return SVASIM_OK;
}

/* First-stage pages are readable by being present; a second-stage page without rights is none. */
static svasim_err check_rights(svasim_tables *tables, const svasim_tree *tree, uint32_t map_flags)
{
    if (tree->second && (map_flags & (SVASIM_MAP_READ | SVASIM_MAP_WRITE)) == 0)
        return sv_tables_fail(tables, SVASIM_EINVAL,
                              "map_flags 0x%" PRIx32 ": expected READ or WRITE in a second stage",
                              map_flags);
    return SVASIM_OK;
}

/* Is a page larger than those of `level` in the way? Asked before anything is written. */
static svasim_err check_nothing_larger(svasim_tables *tables, const svasim_tree *tree,
                                       uint64_t address, uint64_t bytes, unsigned level)
{
    struct sv_cursor cursor;
    svasim_tree_node node;
    svasim_err error;
    sv_cursor_open(&cursor, tables, tree, address, bytes, level + 1);
    while (sv_cursor_next(&cursor, &node, &error))
        if (node.leaf)
            return sv_tables_fail(tables, SVASIM_EINVAL,
                                  "a page of 0x%" PRIx64 " bytes at 0x%" PRIx64
                                  " is in the way: expected it to be unmapped first",
                                  node.page_bytes, node.address);
    return error;
}

svasim_err svasim_tree_can_map(svasim_tables *tables, const svasim_tree *tree, uint64_t address,
                               uint64_t target, uint64_t bytes, uint64_t page_bytes,
                               uint32_t map_flags)
{
    unsigned level = sv_level_of_page(page_bytes);
    if (level == 0)
        return sv_tables_fail(tables, SVASIM_EINVAL,
                              "page_bytes 0x%" PRIx64 ": expected 0x1000, 0x200000 or 0x40000000",
                              page_bytes);
    if ((address | target | bytes) & (page_bytes - 1))
        return sv_tables_fail(tables, SVASIM_EINVAL,
                              "address 0x%" PRIx64 ", target 0x%" PRIx64 ", bytes 0x%" PRIx64
                              ": expected multiples of 0x%" PRIx64,
                              address, target, bytes, page_bytes);
    svasim_err error = sv_tree_check(tables, tree, address, bytes);
    if (error == SVASIM_OK)
        error = check_rights(tables, tree, map_flags);
    if (error != SVASIM_OK)
        return error;
    const svasim_field *frame = sv_form_of(tables, tree->second, level, true)->addr;
    uint64_t last = target + (bytes - page_bytes), word = 0;
    if (last < target || !svasim_field_set(frame, &word, last))
        return sv_tables_fail(tables, SVASIM_EINVAL,
                              "target 0x%" PRIx64 " + 0x%" PRIx64 ": expected at most 0x%" PRIx64,
                              target, bytes, bits_mask(frame->hi, frame->lo));
    return check_nothing_larger(tables, tree, address, bytes, level);
}

svasim_err svasim_tree_map(svasim_tables *tables, const svasim_tree *tree, uint64_t address,
                           uint64_t target, uint64_t bytes, uint64_t page_bytes, uint32_t map_flags)
{
    svasim_err error =
        svasim_tree_can_map(tables, tree, address, target, bytes, page_bytes, map_flags);
    if (error != SVASIM_OK)
        return error;
    unsigned level = sv_level_of_page(page_bytes);
    const struct sv_paging *form = sv_form_of(tables, tree->second, level, true);
    uint64_t rights = sv_with_rights(form, 0, map_flags);
    if (form->ps)
        (void)svasim_field_set(form->ps, &rights, 1);
    uint64_t pages = bytes / page_bytes;
    for (uint64_t filled = 0; pages > 0; filled++) {
        uint64_t hpa;
        if (filled > sv_tables_limit(tables))
            return sv_tables_fail(tables, SVASIM_EINVAL,
                                  "tree at 0x%" PRIx64 ": more tables than exist (a loop?)",
                                  tree->root);
        error = sv_descend(tables, tree, address, level, SV_PARENTS_OPEN, map_flags, &hpa);
        if (error != SVASIM_OK)
            return error;
        uint64_t room = SV_TABLE_ENTRIES - hpa % SV_FRAME_BYTES / 8;
        unsigned count = (unsigned)(pages < room ? pages : room);
        unsigned char table[SV_FRAME_BYTES];
        for (unsigned i = 0; i < count; i++)
            store_le64(table + (size_t)i * 8, rights | (target + i * page_bytes));
        error = svasim_mem_write(tables->mem, hpa, table, (size_t)count * 8);
        if (error != SVASIM_OK)
            return sv_tables_fail(tables, error, "paging table at 0x%" PRIx64 " cannot be written",
                                  hpa);
        address += count * page_bytes;
        target += count * page_bytes;
        pages -= count;
    }
    return SVASIM_OK;
}

/* Rewrite every leaf of the range: clear it, or give it new rights. */
static svasim_err edit_leaves(svasim_tables *tables, const svasim_tree *tree, uint64_t address,
                              uint64_t bytes, bool clear, uint32_t map_flags)
{
    svasim_err error = sv_tree_check(tables, tree, address, bytes);
    if (error != SVASIM_OK)
        return error;
    struct sv_cursor cursor;
    svasim_tree_node node;
    sv_cursor_open(&cursor, tables, tree, address, bytes, 1);
    while (sv_cursor_next(&cursor, &node, &error)) {
        if (!node.leaf)
            continue;
        const struct sv_paging *form = sv_form_of(tables, tree->second, node.level, true);
        uint64_t word = clear ? 0 : sv_with_rights(form, cursor.word, map_flags);
        error = sv_entry_store(tables, node.entry_hpa, 1, &word);
        if (error != SVASIM_OK)
            return error;
    }
    return error;
}

svasim_err svasim_tree_unmap(svasim_tables *tables, const svasim_tree *tree, uint64_t address,
                             uint64_t bytes)
{
    return edit_leaves(tables, tree, address, bytes, true, 0);
}

svasim_err svasim_tree_protect(svasim_tables *tables, const svasim_tree *tree, uint64_t address,
                               uint64_t bytes, uint32_t map_flags)
{
    svasim_err error = check_rights(tables, tree, map_flags);
    return error == SVASIM_OK ? edit_leaves(tables, tree, address, bytes, false, map_flags) : error;
}

svasim_err svasim_tree_walk(svasim_tables *tables, const svasim_tree *tree, uint64_t address,
                            uint64_t bytes, svasim_tree_visit visit, void *user)
{
    svasim_err error = sv_tree_check(tables, tree, address, bytes);
    if (error != SVASIM_OK)
        return error;
    struct sv_cursor cursor;
    svasim_tree_node node;
    sv_cursor_open(&cursor, tables, tree, address, bytes, 1);
    while (sv_cursor_next(&cursor, &node, &error))
        if (!visit(user, &node))
            return SVASIM_OK;
    return error;
}

svasim_err svasim_tree_find(svasim_tables *tables, const svasim_tree *tree, uint64_t address,
                            uint64_t *out_target, uint64_t *out_page_bytes, uint64_t *out_leaf_hpa)
{
    svasim_err error = sv_tree_check(tables, tree, address, 1);
    if (error != SVASIM_OK)
        return error;
    struct sv_cursor cursor;
    svasim_tree_node node;
    sv_cursor_open(&cursor, tables, tree, address, 1, 1);
    while (sv_cursor_next(&cursor, &node, &error)) {
        if (!node.leaf)
            continue;
        *out_target = node.target;
        *out_page_bytes = node.page_bytes;
        *out_leaf_hpa = node.entry_hpa;
        return SVASIM_OK;
    }
    return error != SVASIM_OK ? error
                              : sv_tables_fail(tables, SVASIM_EINVAL,
                                               "address 0x%" PRIx64 ": no page is mapped", address);
}
