/* SPDX-License-Identifier: MIT */
/* hooks.h - what hooks.c counts and when it lets a call fail. */
#ifndef TESTS_HOOKS_H
#define TESTS_HOOKS_H

#include "failing.h"

/* Shared by the processes of a run. */
struct hooks_report {
    unsigned long calls[FAILING_KINDS];
    long leaked;
};

struct hooks {
    struct failing_plan plan;
    struct hooks_report *report;
    bool armed;
    unsigned turn;
    long live; /* blocks */
};
extern struct hooks hooks;

#endif
