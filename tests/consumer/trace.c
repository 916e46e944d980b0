/* SPDX-License-Identifier: MIT */
/* trace.c - a host of svasim::trace: can an installed trace library be found, linked and called? */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <svasim/trace.h>

int main(void)
{
    static const char text[] = "svasim-trace 1\ndrain\n";
    svasim_trace_error error = {0};
    svasim_reader *reader = svasim_reader_memory(text, strlen(text), "memory", &error);
    const svasim_record *record = NULL;
    if (reader == NULL || svasim_reader_next(reader, &record) != SVASIM_OK || record == NULL) {
        fprintf(stderr, "read: %s\n", error.text);
        return EXIT_FAILURE;
    }
    int good = record->kind == SVASIM_RECORD_DRAIN;
    printf("record: %s\n", good ? "good" : "of the wrong kind");
    svasim_reader_close(reader);
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
