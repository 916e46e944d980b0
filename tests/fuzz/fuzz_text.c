/* SPDX-License-Identifier: MIT */
/* fuzz_text.c - a text trace: its lines, in any encoding of nonsense, through reader and machine.
 * The parity of the length says whether time passes. */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_LINE "svasim-trace 1\n"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    size_t head = sizeof FIRST_LINE - 1;
    char *whole = malloc(head + bytes);
    FUZZ_REQUIRE(whole);
    memcpy(whole, FIRST_LINE, head);
    if (bytes)
        memcpy(whole + head, data, bytes);
    fuzz_trace((uint8_t *)whole, head + bytes, bytes & 1);
    free(whole);
    return 0;
}
