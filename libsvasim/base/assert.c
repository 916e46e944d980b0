/* SPDX-License-Identifier: MIT */
/* assert.c - what happens when an invariant of ours is broken: say where, then stop. */
#include "base/assert.h"

#include <stdio.h>
#include <stdlib.h>

void sv_assert_failed(const char *condition, const char *file, int line)
{
    fprintf(stderr, "svasim: internal error at %s:%d: %s does not hold\n", file, line, condition);
    abort();
}
