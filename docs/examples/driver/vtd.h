/* SPDX-License-Identifier: MIT */
/* vtd.h - what a driver types in from the VT-d specification, revision 5.10: registers (section
 * 11.4), structures in memory (chapter 9), descriptors of the two queues (6.5.2, 7.4.1). Written
 * down a second time on purpose: a driver does not share headers with the hardware. */
#ifndef DRIVER_VTD_H
#define DRIVER_VTD_H

#include <stdint.h>

#define BIT(n) (UINT64_C(1) << (n))
/* Bits hi..lo of a register or an entry. */
#define BITS(value, hi, lo) ((value) >> (lo) & (UINT64_MAX >> (63 - ((hi) - (lo)))))

/* --- registers --- */

enum {
    REG_VER = 0x00,
    REG_CAP = 0x08,
    REG_ECAP = 0x10,
    REG_GCMD = 0x18,
    REG_GSTS = 0x1c,
    REG_RTADDR = 0x20,
    REG_FSTS = 0x34,
    REG_FECTL = 0x38,
    REG_FEDATA = 0x3c,
    REG_FEADDR = 0x40,
    REG_FEUADDR = 0x44,
    REG_IQH = 0x80,
    REG_IQT = 0x88,
    REG_IQA = 0x90,
    REG_IQERCD = 0xb0,
    REG_PQH = 0xc0,
    REG_PQT = 0xc8,
    REG_PQA = 0xd0,
    REG_PRS = 0xdc,
    REG_PECTL = 0xe0,
    REG_PEDATA = 0xe4,
    REG_PEADDR = 0xe8,
    REG_PEUADDR = 0xec
};

#define CAP_CM     BIT(7)
#define CAP_PSI    BIT(39)
#define CAP_ESRTPS BIT(63)

#define ECAP_C      BIT(0)
#define ECAP_QI     BIT(1)
#define ECAP_NEST   BIT(26)
#define ECAP_PRS    BIT(29)
#define ECAP_PASID  BIT(40)
#define ECAP_SMTS   BIT(43)
#define ECAP_SSTS   BIT(46)
#define ECAP_FSTS   BIT(47)
#define ECAP_SMPWCS BIT(48)

#define GCMD_TE   BIT(31)
#define GCMD_SRTP BIT(30)
#define GCMD_QIE  BIT(26)
/* Status bits that GCMD must repeat; the one-shot bits among them must not be (section 11.4.4). */
#define GSTS_LEVELS UINT64_C(0x96ffffff)

#define RTADDR_SCALABLE (UINT64_C(1) << 10)
#define IQA_WIDE        BIT(11) /* 256-bit descriptors */
#define EVENT_MASKED    BIT(31) /* IM of FECTL, PECTL */

#define FSTS_PFO BIT(0)
#define FSTS_PPF BIT(1)
#define FSTS_IQE BIT(4)
#define FSTS_ITE BIT(6)

#define PRS_PPR BIT(0)
#define PRS_PRO BIT(1)

/* --- structures in memory --- */

#define ENTRY_P   BIT(0)
#define ENTRY_FPD BIT(1) /* of context and PASID entries */

#define CONTEXT_DTE    BIT(2)
#define CONTEXT_PASIDE BIT(3)
#define CONTEXT_PRE    BIT(4)

/* Translation type, bits 8:6 of a PASID entry. */
#define PGTT_FIRST  (UINT64_C(1) << 6)
#define PGTT_SECOND (UINT64_C(2) << 6)
#define PGTT_NESTED (UINT64_C(3) << 6)
#define PGTT_MASK   (UINT64_C(7) << 6)
#define PASID_AW_48 (UINT64_C(2) << 2)
#define PASID_PWSNP BIT(23) /* of quadword 1 */

#define FIRST_P  BIT(0)
#define FIRST_RW BIT(1)
#define FIRST_US BIT(2)

#define SECOND_R BIT(0)
#define SECOND_W BIT(1)

#define PAGE_BYTES UINT64_C(4096)
#define ADDRESS    UINT64_C(0x000ffffffffff000) /* bits 51:12 of any entry */

/* --- invalidation queue, first quadword unless said otherwise --- */

enum {
    INV_CC = 1,
    INV_IOTLB = 2,
    INV_DEV_TLB = 3,
    INV_WAIT = 5,
    INV_P_IOTLB = 6,
    INV_PC = 7,
    INV_P_DEV_TLB = 8,
    INV_RESPONSE = 9
};

/* Granularity, bits 5:4. The PASID cache counts differently from the others. */
#define GRANULARITY(g) ((uint64_t)(g) << 4)
enum { CC_GLOBAL = 1, CC_DEVICE = 3 };
enum { IOTLB_GLOBAL = 1, IOTLB_DOMAIN = 2, IOTLB_PAGE = 3 };
enum { P_IOTLB_PASID = 2, P_IOTLB_PAGE = 3 };
enum { PC_DOMAIN = 0, PC_PASID = 1, PC_GLOBAL = 3 };

#define INV_DID(did)     ((uint64_t)(did) << 16)
#define INV_PASID(pasid) ((uint64_t)(pasid) << 32)
#define INV_IH           BIT(6) /* quadword 1: only leaf entries changed */
#define WAIT_STATUS      BIT(5)
#define WAIT_FENCE       BIT(6)
#define WAIT_PAGE_DRAIN  BIT(7)
/* Quadword 1 of a device-TLB invalidation that names every address. */
#define DEV_TLB_ALL (UINT64_C(0x7ffffffffffff000) | 1)

/* --- page requests, two quadwords --- */

#define PAGE_REQUEST_BYTES 32u
#define PAGE_REQUEST_PP    BIT(8)
#define PAGE_REQUEST_PRIV  BIT(53)
#define PAGE_REQUEST_READ  BIT(0) /* quadword 1 */
#define PAGE_REQUEST_WRITE BIT(1)
#define PAGE_REQUEST_LAST  BIT(2)

enum { RESPONSE_SUCCESS = 0, RESPONSE_INVALID = 1 };

#endif
