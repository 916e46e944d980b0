/* SPDX-License-Identifier: MIT */
/**
 * tables.h - build the structures that a unit reads: root, context, PASID,
 * page and interrupt tables, in simulated memory, by field name.
 *
 * A builder hands out 4 KiB frames from a range of host addresses and keeps no
 * copy of what it wrote: memory is the truth, and any field of any entry can be
 * set to any value, legal or not. Missing parents are created on the way.
 */
#ifndef SVASIM_TABLES_H
#define SVASIM_TABLES_H

#include "svasim/facts.h"
#include "svasim/mem.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct svasim_tables svasim_tables;

/** What a builder needs to know. */
typedef struct svasim_tables_setup {
    uint64_t frames_base;  /**< first host address for tables, 4 KiB aligned */
    uint64_t frames_bytes; /**< how much may be used */
    bool scalable;         /**< scalable-mode root, or legacy */
    uint8_t pdts;          /**< PASID directory size field of new context entries, 0..7 */
    uint32_t interrupts;   /**< entries of the interrupt remapping table, a power of two from 2 to
                                65536; 0: 256 */
} svasim_tables_setup;

/** The memory is borrowed and must outlive the builder. NULL if memory is short, the range
    has no usable frame (host address 0 is never handed out), or pdts or interrupts is out of
    range. */
SVASIM_API svasim_tables *svasim_tables_create(svasim_mem *mem, const svasim_tables_setup *setup);
SVASIM_API void svasim_tables_destroy(svasim_tables *tables);
/** Host address of the root table (the RTA of RTADDR); it exists from creation. */
SVASIM_API uint64_t svasim_tables_root(const svasim_tables *tables);
/** Host address of the interrupt remapping table (of IRTA), made by the first entry that is set;
    0 before. `out_entries`: how many it has. */
SVASIM_API uint64_t svasim_tables_interrupts(const svasim_tables *tables, uint32_t *out_entries);
/** A zeroed 4 KiB frame, or `pages` contiguous ones; 0 when the range is used up. */
SVASIM_API uint64_t svasim_tables_frame(svasim_tables *tables, uint32_t pages);
/** Give frames back; they are zeroed when handed out again. Frames that are not handed out
    are ignored. */
SVASIM_API void svasim_tables_release(svasim_tables *tables, uint64_t frame, uint32_t pages);

/** Which entry of the front half. */
typedef enum svasim_entry {
    SVASIM_ENTRY_ROOT,    /**< legacy or scalable root entry of the bus */
    SVASIM_ENTRY_CONTEXT, /**< legacy or scalable context entry */
    SVASIM_ENTRY_PASID_DIR,
    SVASIM_ENTRY_PASID,
    SVASIM_ENTRY_FIRST,  /**< first-stage paging entry at `level` */
    SVASIM_ENTRY_SECOND, /**< second-stage paging entry at `level` */
    SVASIM_ENTRY_HPT,    /**< host permission entry at `level` */
    SVASIM_ENTRY_IRTE,   /**< interrupt remapping table entry; `address` is its index */
    SVASIM_ENTRY_POSTED  /**< posted-interrupt descriptor at host address `address` */
} svasim_entry;

/** Names an entry. Fields that the kind does not use are ignored. */
typedef struct svasim_entry_ref {
    svasim_entry entry;
    uint16_t source_id;
    uint32_t pasid;   /**< effective PASID (RID_PASID of a request-without-PASID) */
    uint64_t address; /**< input address of the stage; of a host permission: host address; or
                           see the kind */
    uint8_t level;    /**< 1 = 4 KiB leaf ... 5; of a host permission: 1 ... 4 */
} svasim_entry_ref;

/**
 * Host address and layout of an entry.
 * A parent is missing when its pointer field is 0. Any other parent is followed as it
 * is, even with P = 0 or illegal fields, and never changed: a scenario may break an
 * upper entry and go on editing lower ones.
 * A large-page layout is given for a paging entry that has its PS bit set now, that of posted
 * interrupts for an interrupt entry with IM set.
 * @param create make missing parents (present, all rights, no leaf) on the way
 * @return SVASIM_OK; SVASIM_EINVAL if a parent is missing or is a leaf and
 *         `create` is false or cannot help (a PASID entry whose PGTT has no such
 *         stage); SVASIM_ENOMEM if frames ran out.
 *         In a nested PASID entry, first-stage tables are found through guest
 *         addresses equal to host addresses (identity second stage).
 */
SVASIM_API svasim_err svasim_tables_locate(svasim_tables *tables, const svasim_entry_ref *ref,
                                           bool create, uint64_t *out_hpa,
                                           const svasim_layout **out_layout);
/**
 * Set fields of an entry: "p=1 pgtt=3 fsptptr=0x5000". Numbers are decimal or 0x.
 * Fields not named keep their value. `raw0=`, `raw1=` ... set whole quadwords,
 * `bit<n>=` one bit of the entry, reserved ones too. They apply from left to right.
 * A paging entry that the text turns from a table into a page, or back (by `ps`),
 * drops its old address. Quadword 0 is stored last.
 * On an error svasim_tables_error has the text; on SVASIM_EINVAL nothing was stored.
 */
SVASIM_API svasim_err svasim_tables_set(svasim_tables *tables, const svasim_entry_ref *ref,
                                        const char *fields);
SVASIM_API const char *svasim_tables_error(const svasim_tables *tables);

/** Rights and attributes of a mapping. */
enum {
    SVASIM_MAP_READ = 1u << 0, /**< second stage only; first stage is always readable */
    SVASIM_MAP_WRITE = 1u << 1,
    SVASIM_MAP_USER = 1u << 2,     /**< first stage: U/S = 1 */
    SVASIM_MAP_ACCESSED = 1u << 3, /**< preset A in the leaf and in new parents */
    SVASIM_MAP_DIRTY = 1u << 4     /**< preset D in the leaf */
};

/** One page-table tree, of either stage. */
typedef struct svasim_tree {
    uint64_t root;  /**< host address of the top table */
    uint8_t levels; /**< 3 (second stage only), 4 or 5 */
    bool second;    /**< second-stage format */
} svasim_tree;

/** A new empty tree. */
SVASIM_API svasim_err svasim_tree_create(svasim_tables *tables, bool second, uint8_t levels,
                                         svasim_tree *out);
/**
 * Map [address, address + bytes) to consecutive frames from `target` with pages of
 * `page_bytes` (4 KiB, 2 MiB, 1 GiB). All three are multiples of it. An existing
 * leaf is overwritten; an existing smaller table under a large page stays allocated.
 * A larger page that covers part of the range is SVASIM_EINVAL and nothing changes
 * (unmap it first); after SVASIM_ENOMEM the range may be mapped in part.
 */
SVASIM_API svasim_err svasim_tree_map(svasim_tables *tables, const svasim_tree *tree,
                                      uint64_t address, uint64_t target, uint64_t bytes,
                                      uint64_t page_bytes, uint32_t map_flags);
/** Would svasim_tree_map take these arguments? Nothing changes. */
SVASIM_API svasim_err svasim_tree_can_map(svasim_tables *tables, const svasim_tree *tree,
                                          uint64_t address, uint64_t target, uint64_t bytes,
                                          uint64_t page_bytes, uint32_t map_flags);
/** Clear the leaves that cover the range, whole ones also at its ends. Missing ones are
    skipped, tables stay. */
SVASIM_API svasim_err svasim_tree_unmap(svasim_tables *tables, const svasim_tree *tree,
                                        uint64_t address, uint64_t bytes);
/** Change rights of existing leaves, whole ones also at the ends; frames, A and D stay unless
    map_flags presets them. */
SVASIM_API svasim_err svasim_tree_protect(svasim_tables *tables, const svasim_tree *tree,
                                          uint64_t address, uint64_t bytes, uint32_t map_flags);
/** Find the leaf covering `address`. SVASIM_EINVAL if none is present. */
SVASIM_API svasim_err svasim_tree_find(svasim_tables *tables, const svasim_tree *tree,
                                       uint64_t address, uint64_t *out_target,
                                       uint64_t *out_page_bytes, uint64_t *out_leaf_hpa);

/** A present paging entry, as svasim_tree_walk meets it. */
typedef struct svasim_tree_node {
    uint64_t address;    /**< first input address that it covers */
    uint64_t target;     /**< frame of a leaf, else the next table */
    uint64_t page_bytes; /**< how much it covers */
    uint64_t entry_hpa;  /**< where it is */
    uint8_t level;       /**< 1 = 4 KiB leaf ... 5 */
    bool leaf;
} svasim_tree_node;
/** False ends the walk. Must not change the tree. */
typedef bool (*svasim_tree_visit)(void *user, const svasim_tree_node *node);
/**
 * Visit every present entry that covers a part of [address, address + bytes), parents
 * before children, addresses rising. A table outside memory counts as empty. SVASIM_EINVAL
 * if there are more tables than a tree without loops can have.
 */
SVASIM_API svasim_err svasim_tree_walk(svasim_tables *tables, const svasim_tree *tree,
                                       uint64_t address, uint64_t bytes, svasim_tree_visit visit,
                                       void *user);

#ifdef __cplusplus
}
#endif
#endif
