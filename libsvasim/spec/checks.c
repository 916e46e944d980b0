/* SPDX-License-Identifier: MIT */
/* checks.c - the checks of a request as a table that tools can list. */
#include "svasim/facts.h"

#define ALWAYS   0
#define TOP      SVASIM_WHEN_TOP
#define LOWER    SVASIM_WHEN_LOWER
#define LEAF     SVASIM_WHEN_LEAF
#define FIRST    SVASIM_WHEN_FIRST
#define SECOND   SVASIM_WHEN_SECOND
#define NESTED   SVASIM_WHEN_NESTED
#define ALONE    SVASIM_WHEN_ALONE
#define PASS     SVASIM_WHEN_PASS
#define OF_TABLE SVASIM_WHEN_OF_TABLE
#define UNREAD   SVASIM_WHEN_UNREAD
#define READ     SVASIM_WHEN_READ
#define READS    SVASIM_WHEN_READS
#define WRITES   SVASIM_WHEN_WRITES
#define ZERO     SVASIM_WHEN_ZERO
#define HOST     SVASIM_WHEN_HOST

static const svasim_check_info checks[] = {
#define CHECK(stage, fault, when, section, says)                                                   \
    {section, says, SVASIM_FAULT_##fault, (when), SVASIM_CHECK_##stage},
#include "spec/checks.def"
};

const svasim_check_info *svasim_check_at(unsigned index)
{
    return index < sizeof checks / sizeof checks[0] ? &checks[index] : NULL;
}
