/* SPDX-License-Identifier: MIT */
/* fault_cases.c - the cases of all areas as one list. A new area gets its line here. */
#include "conformance/fault_cases.h"

static const struct fault_cases *const areas[] = {
    &fault_cases_legacy, &fault_cases_front,  &fault_cases_pasid,   &fault_cases_first,
    &fault_cases_second, &fault_cases_nested, &fault_cases_general, &fault_cases_permission};
#define AREAS (sizeof areas / sizeof areas[0])

unsigned fault_case_count(void)
{
    unsigned count = 0;
    for (unsigned i = 0; i < AREAS; i++)
        count += areas[i]->count;
    return count;
}

const struct fault_case *fault_case_at(unsigned index)
{
    unsigned area = 0;
    for (; index >= areas[area]->count; area++)
        index -= areas[area]->count;
    return &areas[area]->rows[index];
}
