/* SPDX-License-Identifier: MIT */
/* bed.h - a unit with one device and tables for it, for tests that state the specification: which
 * tables, how to break one field of them, and how to ask. Must not know how the unit works inside.
 */
#ifndef TESTS_BED_H
#define TESTS_BED_H

#include "svasim/mem.h"
#include "svasim/tables.h"

#define BED_SID         0x0108u /* bus 1, lower half of the root entry */
#define BED_PASID       5u
#define BED_RID_PASID   9u
#define BED_DID         7u
#define BED_VA          UINT64_C(0x1234567000) /* 37 bits: fits every table depth */
#define BED_GPA         UINT64_C(0x80000000)   /* nested: where the first stage leads */
#define BED_HPA         UINT64_C(0x4c0000000)  /* where the translation ends */
#define BED_FRAMES      UINT64_C(0x100000)     /* tables live here */
#define BED_FRAME_BYTES UINT64_C(0x100000)
#define BED_NOWHERE     UINT64_C(0x20000000000) /* legal address without memory behind it */

/* What to build. Zero means the usual value. */
struct bed_plan {
    const char *config;                  /* "key=value key=value" over the defaults */
    uint8_t pgtt;                        /* translation type of the PASID entries; 0: legacy mode */
    uint8_t first_levels, second_levels; /* usual: 4 */
    uint8_t first_shift, second_shift;   /* page sizes, usual: 12 */
    uint16_t sid;                        /* usual: BED_SID */
    uint64_t address;                    /* mapped page, usual: BED_VA */
    uint32_t preset;                     /* SVASIM_MAP_ACCESSED, SVASIM_MAP_DIRTY */
    const char *edits;                   /* applied last, see bed_edit */
};

enum bed_updates {
    BED_UPDATES_WORK,
    BED_UPDATES_FAIL,
    BED_UPDATES_LOSE_ONCE, /* software xors `meddle` into the entry just before the first one */
    BED_UPDATES_LOSE       /* and before every one */
};

struct bed {
    svasim *unit;
    svasim_mem *mem;
    svasim_tables *tables;
    svasim_config *config;
    svasim_tree first, second;
    struct bed_plan plan;
    uint64_t root, rtaddr_bits; /* what bed_on programs */
    uint32_t gcmd_bits;         /* and what it leaves on besides */
    enum bed_updates updates;
    uint64_t meddle;
    uint32_t reads_seen, updates_seen;
    void (*respond)(void *user, const svasim_response *response);
    void (*on_credit)(void *user);
    void *user;
};

void bed_open(struct bed *bed, const struct bed_plan *plan);
void bed_close(struct bed *bed);
/* Program the root pointer and enable translation. bed_open has done it once. */
void bed_on(struct bed *bed);

/**
 * Break tables: "ENTRY FIELDS; ENTRY FIELDS". ENTRY is root, context, dir, pasid, first<level>,
 * second<level> (of the request's address), second<level>@first<level> (of the page that holds
 * that entry) or second<level>@page (of where the first stage leads). FIELDS as
 * svasim_tables_set. Also: "rtaddr NUMBER" (more bits) and "rootat NUMBER"; both need bed_on.
 */
void bed_edit(struct bed *bed, uint32_t pasid, uint64_t address, const char *edits);
/* Host address of an entry, as named above; and the quadword there. */
uint64_t bed_entry_hpa(struct bed *bed, uint32_t pasid, uint64_t address, const char *entry);
uint64_t bed_entry(struct bed *bed, const char *entry);

/* Untranslated request of 64 bytes (an atomic: 8) to the mapped page. */
svasim_request bed_request(const struct bed *bed, uint32_t pasid, svasim_op op);
svasim_response bed_ask(struct bed *bed, const svasim_request *request);
/* The same, and the fault must be this one. */
svasim_response bed_expect(struct bed *bed, const svasim_request *request, svasim_fault fault);
svasim_response bed_read(struct bed *bed, uint32_t pasid, uint64_t address);
/* Host address that the mapped page's byte `address` ends at. */
uint64_t bed_target(const struct bed *bed, uint64_t address);
const char *bed_fault_name(unsigned fault);
/* Set config keys from "key=value key=value". */
void bed_configure(svasim_config *config, const char *pairs);
/* Entries in the cache of that name; and whether it holds this translation. */
uint32_t bed_cached(const struct bed *bed, const char *cache);
uint64_t bed_counter(const struct bed *bed, const char *counter);

#define BED_CACHES_OFF                                                                             \
    "iotlb_4k.enabled=off iotlb_2m.enabled=off iotlb_1g.enabled=off context.enabled=off "          \
    "pasid.enabled=off fs_pde.enabled=off fs_pdpe.enabled=off fs_pml4e.enabled=off "               \
    "fs_pml5e.enabled=off ss_pde.enabled=off ss_pdpe.enabled=off ss_pml4e.enabled=off "            \
    "ss_pml5e.enabled=off "

#endif
