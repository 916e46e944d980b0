/* SPDX-License-Identifier: MIT */
/* text.c - see text.h. */
#include "text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static void *checked(void *memory)
{
    if (!memory) {
        fprintf(stderr, "validate: out of memory\n");
        exit(4);
    }
    return memory;
}

void text_add(struct text *text, const char *format, ...)
{
    va_list list, again;
    va_start(list, format);
    va_copy(again, list);
    size_t bytes = (size_t)vsnprintf(NULL, 0, format, list);
    va_end(list);
    if (text->length + bytes + 1 > text->room) {
        text->room = 2 * text->room + bytes + 1;
        text->bytes = checked(realloc(text->bytes, text->room));
    }
    (void)vsnprintf(text->bytes + text->length, bytes + 1, format, again);
    va_end(again);
    text->length += bytes;
}

const char *text_of(const struct text *text)
{
    return text->bytes ? text->bytes : "";
}

void text_free(struct text *text)
{
    free(text->bytes);
    *text = (struct text){NULL, 0, 0};
}

void *grown(void *array, size_t count, size_t bytes)
{
    if (count & (count - 1))
        return array;
    return checked(realloc(array, (count ? 2 * count : 1) * bytes));
}
