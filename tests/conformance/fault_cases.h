/* SPDX-License-Identifier: MIT */
/* fault_cases.h - ways to raise every modelled row of the fault table, as data: which tables, which
 * edit breaks them, which request meets it, and how each kind of request is answered. Answers are
 * typed here from section 7.1.3 and not taken from faults.def. */
#ifndef TESTS_FAULT_CASES_H
#define TESTS_FAULT_CASES_H

#include "conformance/bed.h"

struct fault_case {
    svasim_fault fault;
    /* Columns U UP T TP X XP PR, as svasim_kind: U unsupported request, C completer abort, 0
     * success without rights, e success with the effective rights, L success without rights but
     * logged, I invalid request, - not tried. */
    const char *answers;
    uint8_t fpd_entries; /* entries with an FPD bit read before the fault is found: context,
                            directory, PASID entry */
    uint8_t pgtt;        /* of the tables; 0: legacy */
    char op;             /* r read, w write, a atomic, z zero-length read */
    const char *config;
    const char *edits; /* bed_edit; applied last */
    uint64_t address;  /* of the request; 0: the mapped page */
    uint32_t pasid;    /* of the kinds that carry one; 0: BED_PASID */
    uint8_t flags;     /* SVASIM_PRIV, SVASIM_EXEC for the kinds that carry a PASID */
    uint8_t rights;    /* what an `e` answer grants */
    uint8_t second_levels;
    enum bed_updates updates;
    uint16_t sid; /* 0: BED_SID */
};

struct fault_cases {
    const struct fault_case *rows;
    unsigned count;
};

extern const struct fault_cases fault_cases_legacy, fault_cases_front, fault_cases_pasid,
    fault_cases_first, fault_cases_second, fault_cases_nested, fault_cases_general,
    fault_cases_permission;

/* All of them, one after the other. */
unsigned fault_case_count(void);
const struct fault_case *fault_case_at(unsigned index);

/* A row begins with this; the next values are those of the fields after `fault`. */
#define RAISE(id) .fault = SVASIM_FAULT_##id
#define FAULT_CASES(name, array)                                                                   \
    const struct fault_cases name = {array, (unsigned)(sizeof array / sizeof array[0])}

#endif
