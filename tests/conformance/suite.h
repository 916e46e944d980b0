/* SPDX-License-Identifier: MIT */
/* suite.h - what every check program's main repeats: cases, and the run. */
#ifndef TESTS_SUITE_H
#define TESTS_SUITE_H

#include <check.h>

/* One case with a loop test of `count` rounds (1: an ordinary test). */
void suite_add(Suite *suite, const char *name, const TTest *test, int count);
/* Exit status of the program. Frees the suite. */
int suite_run(Suite *suite);

#endif
