/* SPDX-License-Identifier: MIT */
/* inv_bed.h - a unit whose caches hold entries of several devices, PASIDs, domains, translation
 * types and page sizes at once, which entries those are, and lists of what is cached. Tables and
 * expected entries come from one description of who maps what; nothing is asked of the model. */
#ifndef TESTS_INV_BED_H
#define TESTS_INV_BED_H

#include "conformance/bed.h"

#define INV_ENTRIES 768

struct inv_entry {
    unsigned cache; /* index of svasim_cache_at */
    svasim_cache_entry tags;
};

/* Sorted, without duplicates. */
struct inv_list {
    struct inv_entry entry[INV_ENTRIES];
    unsigned count;
};

/* Add an entry unless it is there; to be sorted when all are. */
void inv_list_add(struct inv_list *list, const char *cache, svasim_cache_entry tags);
void inv_list_sort(struct inv_list *list);

struct inv_bed {
    struct bed bed;
    bool legacy;
    svasim_tree second[4];
    uint64_t permissions[16]; /* host permission tables by HPTDID */
    struct inv_list filled;   /* what a fill must leave in the caches */
};

/* Who asks: a device and a PASID (SVASIM_NO_PASID: none) of the described ones, and how it is
 * translated. */
struct inv_space {
    uint16_t sid;
    uint32_t pasid; /* of its PASID entry */
    bool is_rid;    /* that is the RID_PASID: requests carry none */
    uint8_t pgtt;   /* 0: legacy, TT 01b */
    uint16_t domain;
    uint8_t first_levels, second; /* index of a second stage */
    uint16_t hpt_domain;          /* of the table that translated requests are checked against;
                                     0: they are not sent */
};

void inv_open(struct inv_bed *inv, bool legacy, const char *config);
void inv_close(struct inv_bed *inv);
/* Empty the caches through the root pointer (needs ESRTPS) and fill them: exactly `filled`. */
void inv_refill(struct inv_bed *inv);
/* The requests of a fill alone. */
void inv_fill(struct inv_bed *inv);
/* All that is cached. */
void inv_contents(const struct inv_bed *inv, struct inv_list *out);
/* Fails with `where` and the first difference. */
void inv_expect(const struct inv_bed *inv, const struct inv_list *expected, const char *where);

/* The described ones; `count` of them. */
const struct inv_space *inv_spaces(const struct inv_bed *inv, unsigned *count);
/* Page number `i` that a space maps; false past the end. */
bool inv_page(const struct inv_space *space, unsigned i, uint64_t *out_address);

#endif
