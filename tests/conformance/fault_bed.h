/* SPDX-License-Identifier: MIT */
/* fault_bed.h - what a fault case builds, and what software must read of it afterwards: the fault
 * records and the fault status register (sections 11.4.7.1 and 11.4.7.6). */
#ifndef TESTS_FAULT_BED_H
#define TESTS_FAULT_BED_H

#include "conformance/fault_cases.h"

/* A fault record; bits of `open` in the upper quadword mean nothing for it. */
struct fault_record {
    uint64_t low, high, open;
};

/* Build the tables and break them; FPD is set in entry number `fpd` of context, directory and PASID
 * entry (0: in none) of the requests with or without a PASID. Caches are empty. */
void fault_bed_open(struct bed *bed, const struct fault_case *row, bool has_pasid, int fpd);
/* Break tables that are already there, as fault_bed_open does. */
void fault_bed_break(struct bed *bed, const struct fault_case *row, bool has_pasid, int fpd);
/* The plan of the tables before they are broken. */
struct bed_plan fault_bed_plan(const struct fault_case *row);
/* The request of a DMA kind (svasim_kind) that meets the fault. */
svasim_request fault_bed_request(const struct bed *bed, const struct fault_case *row, int kind);

/* Does no record appear? */
bool fault_is_silent(const struct fault_case *row, char answer, int fpd);
struct fault_record fault_record_of(const struct bed *bed, const svasim_request *request,
                                    svasim_fault fault);
struct fault_record fault_record_of_page(const struct bed *bed, const svasim_page_request *request,
                                         svasim_fault fault);
/* The log holds `count` such records, from the first on, and nothing else. */
void fault_log_holds(const struct bed *bed, const struct fault_record *record, unsigned count,
                     const char *where);

#endif
