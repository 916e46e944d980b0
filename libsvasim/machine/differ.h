/* SPDX-License-Identifier: MIT */
/* differ.h - differences between what was expected and what is, collected as one line of text. */
#ifndef SV_MACHINE_DIFFER_H
#define SV_MACHINE_DIFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "svasim/trace.h"

struct sv_differences {
    char *text; /* always terminated */
    size_t bytes, used;
    bool any;
};

/* One more difference, after "; " if it is not the first. */
void sv_differ(struct sv_differences *d, const char *format, ...)
#if defined(__GNUC__)
    __attribute__((format(printf, 2, 3)))
#endif
    ;
/* More text, without a separator and without being a difference. */
void sv_differ_append(struct sv_differences *d, const char *format, ...)
#if defined(__GNUC__)
    __attribute__((format(printf, 2, 3)))
#endif
    ;
/* A difference if field `slot` of the record is given and is not `actual`; both are written as the
 * type of the field is. */
void sv_differ_field(struct sv_differences *d, const svasim_record *expect, unsigned slot,
                     uint64_t actual);

#endif
