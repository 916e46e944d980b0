/* SPDX-License-Identifier: MIT */
/* page_bed.h - a unit with a device that may send page requests, one PASID for each translation
 * type, a page request queue in memory, and ports that write down what they are asked. Knows the
 * public interface only. */
#ifndef TESTS_PAGE_BED_H
#define TESTS_PAGE_BED_H

#include "unit_bed.h"

#define REG_PQH     0x0c0u
#define REG_PQT     0x0c8u
#define REG_PQA     0x0d0u
#define REG_PRS     0x0dcu
#define REG_PEDATA  0x0e4u
#define REG_PEADDR  0x0e8u
#define REG_PEUADDR 0x0ecu
#define PRS_PPR     1u
#define PRS_PRO     2u

#define PAGE_QUEUE UINT64_C(0xa000000)
#define PAGE_ENTRY 32u
/* Two mapped pages, apart in every level of the tables and from the tables themselves. */
#define PAGE_X UINT64_C(0x8012345000)
#define PAGE_Y UINT64_C(0x10000400000)

/* PASIDs of the device UNIT_SID. 1 to 4 have that translation type and domain UNIT_DID. */
enum {
    PAGE_FIRST = 1,
    PAGE_SECOND = 2,
    PAGE_NESTED = 3,
    PAGE_PASS = 4,
    PAGE_OTHER_PASID = 7,  /* first stage, UNIT_DID */
    PAGE_OTHER_FIRST = 8,  /* first stage, UNIT_OTHER_DID */
    PAGE_OTHER_SECOND = 9, /* second stage, UNIT_OTHER_DID */
    PAGE_NO_ENTRY = 10
};

#define PAGE_R   ((unsigned)SVASIM_PAGE_READ)
#define PAGE_RL  (PAGE_R | (unsigned)SVASIM_PAGE_LAST)
#define PAGE_END ((unsigned)SVASIM_PAGE_LAST) /* of a stop marker */

/* What the host saw when a quadword of the queue was stored. */
struct page_store {
    uint64_t address, value;
    uint32_t tail, cached_small; /* PQT and entries of iotlb_4k at that time */
};

struct page_bed {
    struct unit_bed base; /* its own event list stays empty */
    struct page_store stores[8];
    unsigned store_count; /* the first ones are kept */
    struct {
        uint64_t address;
        uint32_t data;
    } message; /* the last one */
    unsigned messages;
    svasim_page_response response; /* the last one */
    unsigned responses, answers;
    svasim_response answer[4];
};

/* `rid_pgtt`: translation type of requests without PASID. Translation is off, the queue (of
 * 4096 << `size` bytes) is programmed and empty, and its event is not masked. */
void page_open(struct page_bed *bed, unsigned rid_pgtt, unsigned size, const char *config);
void page_close(struct page_bed *bed);

svasim_page_request page_request(uint32_t pasid, uint64_t address, unsigned flags);
/* Send it; no fault may be met. */
svasim_page_answer page_send(struct page_bed *bed, uint32_t pasid, uint64_t address,
                             unsigned flags);
/* The same, and this must be the answer. */
void page_expect(struct page_bed *bed, uint32_t pasid, unsigned flags, svasim_page_answer answer);
/* Queue `count` requests. */
void page_fill(struct page_bed *bed, unsigned count);
uint64_t page_word(const struct page_bed *bed, unsigned entry, unsigned word);
uint64_t page_counter(const struct page_bed *bed, const char *name);
/* Set fields of a table entry of UNIT_SID. */
void page_set(struct page_bed *bed, svasim_entry entry, uint32_t pasid, const char *fields);

#endif
