/* SPDX-License-Identifier: MIT */
/* interrupt_cases.h - ways to raise every row of the interrupt fault table, as data (section
 * 5.1.4.1). Codes and classes are typed here and not taken from faults.def. */
#ifndef TESTS_INTERRUPT_CASES_H
#define TESTS_INTERRUPT_CASES_H

#include "conformance/interrupt_bed.h"

#define INTERRUPT_CASE_INDEX 0xa5u

struct interrupt_case {
    svasim_fault fault;
    uint8_t code;
    bool qualified, has_index;
    const char *config;
    const char *entry;      /* of the index; "%" takes the FPD bit */
    const char *descriptor; /* NULL: all 0 */
    uint64_t address;       /* of the request; 0: remappable, the index above */
    uint32_t data;
    int mode;
    bool off; /* IRE = 0 */
    bool table_fails, descriptor_fails, update_fails;
};

extern const struct interrupt_case interrupt_cases[];
extern const unsigned interrupt_case_count;

#endif
