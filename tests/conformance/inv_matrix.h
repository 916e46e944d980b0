/* SPDX-License-Identifier: MIT */
/* inv_matrix.h - which invalidation removes which entries (sections 6.5.2 and 6.2), typed from the
 * specification; and the ways to issue one and to compare what it leaves. */
#ifndef TESTS_INV_MATRIX_H
#define TESTS_INV_MATRIX_H

#include "conformance/inv_bed.h"

/* Columns of the matrix. */
enum column { CONTEXT, PASID, IOTLB_24, IOTLB_13, FIRST, SECOND, PERMISSION, INTERRUPT, COLUMNS };

/* What a cell compares: D domain, P PASID, A address; S source id; ! nothing if IH is 1;
 * * everything goes; - nothing goes; d domain in legacy mode only; L what came from entries of a
 * level up to IH + 1; I interrupt index under the mask. The D of host permissions is the HPTDID. */
struct inv_scope {
    uint8_t type, granularity;
    const char *cell[COLUMNS];
};
extern const struct inv_scope inv_scopes[];
extern const unsigned inv_scope_count;
/* The row of a descriptor; there must be one. */
const struct inv_scope *inv_scope_of(uint8_t type, uint8_t granularity);
/* Does any cell of the row compare that? */
bool inv_scope_uses(const struct inv_scope *scope, char tag);

struct inv_descriptor {
    const struct inv_scope *scope;
    uint32_t pasid;
    uint16_t domain, sid;
    uint8_t am, fm;
    uint8_t ih; /* hpt_inv: 0 to 3, others: 0 and 1 */
    uint64_t address;
    uint16_t index;   /* iec_inv; `am` is its mask */
    uint64_t junk[2]; /* bits of fields that this granularity ignores */
};

enum column inv_column_of(const struct inv_entry *entry);
/* What the invalidation leaves of a fill; counts what goes by column. */
void inv_leave(const struct inv_bed *inv, const struct inv_descriptor *d, struct inv_list *out,
               unsigned *gone);

/* Through the queue in memory, of either width, from the host, or as the registers' commands. */
enum inv_way { QUEUE, QUEUE_NARROW, HOST, REGISTERS };
#define INV_QUEUE UINT64_C(0x30000000)

/* A unit that takes invalidations that way; its caches are empty. */
void inv_open_for(struct inv_bed *inv, bool legacy, enum inv_way way, const char *config);
uint64_t inv_get(const struct inv_bed *inv, uint32_t offset, uint32_t bytes);
void inv_put(struct inv_bed *inv, uint32_t offset, uint32_t bytes, uint64_t value);
/* Run one descriptor from the queue; it must be accepted. */
void inv_through_queue(struct inv_bed *inv, const uint64_t *words, bool narrow);
/* Fill, invalidate, compare all that is left; adds to `gone`. */
void inv_apply(struct inv_bed *inv, const struct inv_descriptor *d, enum inv_way way,
               unsigned *gone);

#endif
