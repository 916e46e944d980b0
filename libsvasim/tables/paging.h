/* SPDX-License-Identifier: MIT */
/* paging.h - one paging entry of either stage, and a cursor over the entries of a range. It must
 * not know PASIDs or devices. */
#ifndef SV_TABLES_PAGING_H
#define SV_TABLES_PAGING_H

#include "tables/builder.h"

/* Bytes that one entry of `level` covers; level 1..5. */
uint64_t sv_level_span(unsigned level);
/* Level whose leaf is `page_bytes` long; 0 if there is none. */
unsigned sv_level_of_page(uint64_t page_bytes);
/* Host address of the entry of `level` for `address` in the table at `table`. */
uint64_t sv_entry_at(uint64_t table, uint64_t address, unsigned level);

/* Does `word`, met at `level`, map a page? Not asked for presence. */
bool sv_is_leaf(const svasim_tables *tables, bool second, unsigned level, uint64_t word);
const struct sv_paging *sv_form_of(const svasim_tables *tables, bool second, unsigned level,
                                   bool leaf);
bool sv_is_present(const struct sv_paging *form, uint64_t word);
/* `word` with the rights and preset flags of `map_flags` and the P bit of the first stage. */
uint64_t sv_with_rights(const struct sv_paging *form, uint64_t word, uint32_t map_flags);

/* What to do about parents on the way down. */
enum sv_parents {
    SV_PARENTS_MUST_EXIST,
    SV_PARENTS_CREATE, /* make those without a table; leave the others as they are */
    SV_PARENTS_OPEN    /* and give rights to those that are not present */
};
/* Host address of the entry of `level` for `address`. */
svasim_err sv_descend(svasim_tables *tables, const svasim_tree *tree, uint64_t address,
                      unsigned level, enum sv_parents parents, uint32_t map_flags,
                      uint64_t *out_hpa);

/* Does the tree make sense, and the range lie inside its input addresses? bytes > 0. */
svasim_err sv_tree_check(svasim_tables *tables, const svasim_tree *tree, uint64_t address,
                         uint64_t bytes);

/* How many tables one pass over a tree may enter: more mean a loop in hostile memory. */
uint64_t sv_tables_limit(const svasim_tables *tables);

/* Present entries that intersect a range, parents before children. */
struct sv_cursor {
    svasim_tables *tables;
    const svasim_tree *tree;
    uint64_t first, last; /* of the range, without the sign extension */
    uint64_t extension;   /* the address bits that `first` and `last` lack */
    uint64_t tables_left; /* how many more may be entered */
    unsigned level_min;   /* entries below are not visited */
    unsigned level;       /* of the next entry */
    uint64_t word;        /* contents of the entry returned last */
    struct {
        uint64_t table, base;
        unsigned index, end;
    } at[SV_LEVELS_MAX + 1];
};
void sv_cursor_open(struct sv_cursor *cursor, svasim_tables *tables, const svasim_tree *tree,
                    uint64_t address, uint64_t bytes, unsigned level_min);
/* False at the end; *error tells an end from a loop. */
bool sv_cursor_next(struct sv_cursor *cursor, svasim_tree_node *out, svasim_err *error);

#endif
