/* SPDX-License-Identifier: MIT */
/* text.h - a string that grows. Out of memory ends the program. */
#ifndef TESTS_VALIDATION_TEXT_H
#define TESTS_VALIDATION_TEXT_H

#include <stddef.h>

struct text {
    char *bytes; /* terminated; NULL: empty */
    size_t length, room;
};

void text_add(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
const char *text_of(const struct text *text);
void text_free(struct text *text);
/* realloc that does not fail, to hold element `count` of `bytes` each; grows by doubling. */
void *grown(void *array, size_t count, size_t bytes);

#endif
