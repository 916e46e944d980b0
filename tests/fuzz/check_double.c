/* SPDX-License-Identifier: MIT */
/* check_double.c - the two functions of libcheck that its assertions call, for a bed outside of its
 * test runner: a failed assertion of the bed stops the target. */
#include "fuzz.h"

#include <check.h>

void _mark_point(const char *file, int line)
{
    (void)file;
    (void)line;
}

void _ck_assert_failed(const char *file, int line, const char *expression, const char *message, ...)
{
    (void)message;
    fuzz_broken(expression, file, line);
}
