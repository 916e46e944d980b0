/* SPDX-License-Identifier: MIT */
/* dump.h - what the parts of `svasim dump` share: filters, and a budget that memory of any content
 * cannot exceed. */
#ifndef SVASIM_TOOLS_DUMP_H
#define SVASIM_TOOLS_DUMP_H

#include "cli.h"

#define DUMP_TABLE_BYTES   4096
#define DUMP_TABLE_ENTRIES 512

struct dump {
    const svasim_mem *mem;
    uint64_t haw_mask;
    bool has_sid, has_pasid;
    bool pages;       /* every paging entry, not ranges */
    bool permissions; /* HPTE of the context entry at hand */
    uint16_t sid;
    uint32_t pasid;
    uint64_t budget; /* tables that may still be visited plus lines that may be printed */
    bool stopped;    /* it is used up, and this was said */
};

/** Take one from the budget. False: it is used up, do nothing more. */
bool cli_dump_afford(struct dump *dump);
/** Read a naturally aligned table or entry as quadwords; false with a line if it is not memory. */
bool cli_dump_read(struct dump *dump, unsigned indent, uint64_t hpa, uint64_t *words,
                   unsigned count);
/** "LABEL layout at HPA", raw quadwords, and the fields that are not 0. */
void cli_dump_entry(struct dump *dump, unsigned indent, const char *label,
                    const svasim_layout *layout, uint64_t hpa, const uint64_t *words);
/** The fields that are not 0, in one line with its end. */
void cli_dump_fields(const svasim_layout *layout, const uint64_t *words);
/** A field by name; 0 if the layout has none. */
uint64_t cli_dump_field(const svasim_layout *layout, const char *name, const uint64_t *words);

/** Everything that is reachable from the root pointer. */
void cli_dump_tables(struct dump *dump, uint64_t rtaddr);

/** The interrupt remapping table of IRTA, and the posted descriptors it leads to. */
void cli_dump_interrupts(struct dump *dump, uint64_t irta);

/** A tree of paging entries. */
struct dump_tree {
    uint64_t root;
    uint8_t levels;
    bool second;
    bool nested;        /* first stage whose tables lie at guest addresses: */
    uint64_t host_root; /* second stage that maps them */
    uint8_t host_levels;
};
void cli_dump_pages(struct dump *dump, unsigned indent, const struct dump_tree *tree);
/** The host permission table of a PASID entry. */
void cli_dump_permissions(struct dump *dump, unsigned indent, const uint64_t *pasid_entry);

#endif
