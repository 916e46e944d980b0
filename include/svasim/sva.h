/* SPDX-License-Identifier: MIT */
/**
 * sva.h - the software side: address spaces, the kernel's direct map and vmalloc
 * area, binding a PASID to an address space with or without supervisor rights, a
 * DMA-API domain behind RID_PASID, and the invalidations that should go with each
 * act (or are left out on purpose).
 *
 * The layer owns page tables, a frame allocator for data and the DID numbers. It
 * acts on memory through tables.h and on the unit through svasim_invalidate only (or
 * what the setup names instead), as a driver would. It reads the capability registers once, when it
 * is created.
 *
 * Which acts lead to which invalidations: docs/software_side.md. Two results are
 * common to all acts: SVASIM_ENOMEM when frames or the host's memory ran out, and
 * SVASIM_EIO when the tables were changed but the unit refused (IQEI) an
 * invalidation that the act owed. Errors of svasim_invalidate itself pass through, the
 * tables being changed as well. svasim_sva_error has the text.
 */
#ifndef SVASIM_SVA_H
#define SVASIM_SVA_H

#include "svasim/svasim.h"
#include "svasim/tables.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct svasim_sva svasim_sva;
/** An address space; small numbers from svasim_sva_space_create. */
typedef uint32_t svasim_space;

typedef enum svasim_space_kind {
    SVASIM_SPACE_USER,   /**< a process: user pages, lower half */
    SVASIM_SPACE_KERNEL, /**< supervisor pages: direct map and vmalloc area */
    SVASIM_SPACE_DMA     /**< a DMA-API domain: IOVAs, first- or second-stage tables */
} svasim_space_kind;

typedef struct svasim_sva_setup {
    uint64_t data_base; /**< host range handed out for mapped pages, 2 MiB aligned */
    uint64_t data_bytes;
    uint64_t direct_map_va;    /**< first virtual address of the direct map (kernel space) */
    uint64_t direct_map_bytes; /**< host memory it covers from address 0; 0 = none */
    uint64_t direct_map_page;  /**< page size: 1 GiB or 2 MiB */
    /** As svasim_invalidate: how invalidations reach the unit. NULL: by that function. */
    svasim_err (*invalidate)(void *host, const uint64_t words[4], uint8_t *out_iqei);
    void *host; /**< first argument of `invalidate` */
} svasim_sva_setup;

/** A setup like a 64-bit Linux kernel's: direct map at 0xffff888000000000. */
SVASIM_API svasim_sva_setup svasim_sva_setup_default(void);

/** All three are borrowed and must outlive the result. NULL if memory is short. */
SVASIM_API svasim_sva *svasim_sva_create(svasim *unit, svasim_mem *mem, svasim_tables *tables,
                                         const svasim_sva_setup *setup);
SVASIM_API void svasim_sva_destroy(svasim_sva *sva);
SVASIM_API const char *svasim_sva_error(const svasim_sva *sva);

/**
 * New address space. Its DID: kernel and user spaces share the first-stage DID 1, each
 * DMA domain gets its own from 2 up (the rules of the specification's section 6.2.1).
 * @param levels 4 or 5 (first stage), 3..5 (DMA space with second-stage tables)
 * @param second_stage only for SVASIM_SPACE_DMA
 */
SVASIM_API svasim_err svasim_sva_space_create(svasim_sva *sva, svasim_space_kind kind,
                                              uint8_t levels, bool second_stage, svasim_space *out);
/** The page-table tree and domain id of a space. */
SVASIM_API svasim_err svasim_sva_space_tree(const svasim_sva *sva, svasim_space space,
                                            svasim_tree *out_tree, uint16_t *out_domain_id);

/** Bits of `act` below. */
enum {
    SVASIM_SVA_SUPERVISOR = 1u << 0, /**< bind: SRE = 1 */
    SVASIM_SVA_WPE = 1u << 1,        /**< bind: WPE = 1 */
    SVASIM_SVA_NO_FLUSH = 1u << 2,   /**< leave out the invalidation that should follow */
    SVASIM_SVA_FPD = 1u << 3,        /**< unbind: leave FPD = 1 behind (process exit) */
    SVASIM_SVA_EAFE = 1u << 4        /**< bind: EAFE = 1 */
};

/**
 * Map fresh or given frames. Fresh ones go back, and may be handed out again, when
 * the leaf they were taken for is unmapped or overwritten, flushed or not. What was
 * never used reads 0; reused frames keep their contents. A larger page in the way is
 * SVASIM_EINVAL. After SVASIM_ENOMEM for lack of fresh pages nothing has changed;
 * for lack of frames for tables, nothing of the range is mapped.
 * @param target host address to map to, or UINT64_MAX to take fresh frames
 * @param map_flags SVASIM_MAP_*; U/S is chosen by the kind of space: user pages in
 *        a user or DMA space, supervisor pages in a kernel space
 * @param act only SVASIM_SVA_NO_FLUSH matters (a present page that is overwritten)
 */
SVASIM_API svasim_err svasim_sva_map(svasim_sva *sva, svasim_space space, uint64_t address,
                                     uint64_t target, uint64_t bytes, uint64_t page_bytes,
                                     uint32_t map_flags, uint32_t act);
/**
 * Know of a mapping without putting it into the tables: its pages, of fresh frames, come in one by
 * one with svasim_sva_page_in, until the range is unmapped or mapped otherwise. What is present
 * stays. Arguments as of svasim_sva_map.
 */
SVASIM_API svasim_err svasim_sva_map_later(svasim_sva *sva, svasim_space space, uint64_t address,
                                           uint64_t bytes, uint64_t page_bytes, uint32_t map_flags);
/**
 * What a kernel does with a page request: make the page present.
 * @param pasid RID_PASID is 0, also for requests without PASID
 * @return SVASIM_OK: it is present now, or was; SVASIM_EINVAL: no mapping, or one that grants less;
 *         SVASIM_ENOMEM
 */
SVASIM_API svasim_err svasim_sva_page_in(svasim_sva *sva, uint16_t source_id, uint32_t pasid,
                                         uint64_t address, bool writes, bool privileged);
/** Clear the leaves that cover the range, whole ones also at its ends. */
SVASIM_API svasim_err svasim_sva_unmap(svasim_sva *sva, svasim_space space, uint64_t address,
                                       uint64_t bytes, uint32_t act);
/** Give the leaves that cover the range the rights of map_flags (U/S as in svasim_sva_map). */
SVASIM_API svasim_err svasim_sva_protect(svasim_sva *sva, svasim_space space, uint64_t address,
                                         uint64_t bytes, uint32_t map_flags, uint32_t act);
/**
 * Let (source_id, pasid) use a space: writes the PASID entry (first stage, or second
 * stage for such a DMA space), P last, creating context and directory on the way
 * (PASIDE = 1, RID_PASID = 0). PASID 0 is RID_PASID: the DMA-API domain.
 * The invalidations a driver owes for a not-present entry follow (none when CM = 0).
 * SVASIM_EINVAL if the entry is present, or the tables are in legacy mode.
 */
SVASIM_API svasim_err svasim_sva_bind(svasim_sva *sva, uint16_t source_id, uint32_t pasid,
                                      svasim_space space, uint32_t act);
/** Clear P, then PASID-cache and IOTLB invalidation of the right kind, then the rest. */
SVASIM_API svasim_err svasim_sva_unbind(svasim_sva *sva, uint16_t source_id, uint32_t pasid,
                                        uint32_t act);
/** Where software sees byte `address` of a space: its host address. SVASIM_EINVAL: unmapped. */
SVASIM_API svasim_err svasim_sva_resolve(svasim_sva *sva, svasim_space space, uint64_t address,
                                         uint64_t *out_hpa);

#ifdef __cplusplus
}
#endif
#endif
