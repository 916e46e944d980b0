/* SPDX-License-Identifier: MIT */
/* cursor.c - which present entries of a tree touch a range? Steps through memory with one position
 * per level; it must not change anything. */
#include "tables/paging.h"

#include "base/bits.h"

#include <inttypes.h>

/* Tables outside the builder's frames (written raw by a trace) that one pass may enter. */
#define FOREIGN_TABLES 4096u

static unsigned input_bits(const svasim_tree *tree)
{
    return 12u + 9u * tree->levels;
}

uint64_t sv_tables_limit(const svasim_tables *tables)
{
    return tables->frames.next + FOREIGN_TABLES;
}

svasim_err sv_tree_check(svasim_tables *tables, const svasim_tree *tree, uint64_t address,
                         uint64_t bytes)
{
    unsigned least = tree->second ? 3 : 4;
    if (tree->levels < least || tree->levels > SV_LEVELS_MAX)
        return sv_tables_fail(tables, SVASIM_EINVAL, "tree.levels %u: expected %u..%u",
                              (unsigned)tree->levels, least, SV_LEVELS_MAX);
    if (bytes == 0)
        return sv_tables_fail(tables, SVASIM_EINVAL, "bytes 0: expected at least one page");
    uint64_t last = address + (bytes - 1);
    unsigned bits = input_bits(tree);
    /* First-stage addresses are sign-extended; second-stage ones have zeros above. */
    uint64_t above = ~low_mask(tree->second ? bits : bits - 1);
    bool low = (address & above) == 0 && (last & above) == 0;
    bool high = !tree->second && (address & above) == above && (last & above) == above;
    if (last < address || (!low && !high))
        return sv_tables_fail(tables, SVASIM_EINVAL,
                              "range 0x%" PRIx64 " + 0x%" PRIx64
                              ": expected %s addresses of %u bits",
                              address, bytes, tree->second ? "zero-extended" : "canonical", bits);
    return SVASIM_OK;
}

/* Enter the table at `table`, whose first entry maps `base`. */
static void enter(struct sv_cursor *cursor, unsigned level, uint64_t table, uint64_t base)
{
    uint64_t span = sv_level_span(level);
    uint64_t end = base + (span * SV_TABLE_ENTRIES - 1);
    uint64_t first = cursor->first > base ? cursor->first : base;
    uint64_t last = cursor->last < end ? cursor->last : end;
    cursor->level = level;
    cursor->at[level].table = table;
    cursor->at[level].base = base;
    cursor->at[level].index = (unsigned)((first - base) / span);
    cursor->at[level].end = (unsigned)((last - base) / span);
}

void sv_cursor_open(struct sv_cursor *cursor, svasim_tables *tables, const svasim_tree *tree,
                    uint64_t address, uint64_t bytes, unsigned level_min)
{
    uint64_t mask = low_mask(input_bits(tree));
    *cursor = (struct sv_cursor){
        .tables = tables,
        .tree = tree,
        .first = address & mask,
        .last = (address + (bytes - 1)) & mask,
        .extension = address & ~mask,
        .tables_left = sv_tables_limit(tables),
        .level_min = level_min,
    };
    enter(cursor, tree->levels, tree->root, 0);
}

bool sv_cursor_next(struct sv_cursor *cursor, svasim_tree_node *out, svasim_err *error)
{
    bool second = cursor->tree->second;
    *error = SVASIM_OK;
    for (;;) {
        unsigned level = cursor->level;
        if (cursor->at[level].index > cursor->at[level].end) {
            if (level == cursor->tree->levels)
                return false;
            cursor->level++;
            continue;
        }
        uint64_t index = cursor->at[level].index++;
        uint64_t hpa = cursor->at[level].table + index * 8;
        uint64_t address = cursor->at[level].base + index * sv_level_span(level);
        uint64_t word = svasim_mem_read64(cursor->tables->mem, hpa);
        bool leaf = sv_is_leaf(cursor->tables, second, level, word);
        const struct sv_paging *form = sv_form_of(cursor->tables, second, level, leaf);
        if (!sv_is_present(form, word))
            continue;
        cursor->word = word;
        *out = (svasim_tree_node){
            .address = address | cursor->extension,
            .target = svasim_field_get(form->addr, &word),
            .page_bytes = sv_level_span(level),
            .entry_hpa = hpa,
            .level = (uint8_t)level,
            .leaf = leaf,
        };
        if (!leaf && level > cursor->level_min) {
            if (cursor->tables_left-- == 0) {
                *error = sv_tables_fail(cursor->tables, SVASIM_EINVAL,
                                        "tree at 0x%" PRIx64 ": more tables than exist (a loop?)",
                                        cursor->tree->root);
                return false;
            }
            enter(cursor, level - 1, out->target, address);
        }
        return true;
    }
}
