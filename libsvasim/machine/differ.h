/* SPDX-License-Identifier: MIT */
/* differ.h - differences between what was expected and what is, collected as one line of text. */
#ifndef SV_MACHINE_DIFFER_H
#define SV_MACHINE_DIFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "svasim/machine.h"

#define SV_DIFFERENCES 16u
struct sv_differences {
    char *text; /* always terminated */
    size_t bytes, used;
    bool any;
    bool unknown; /* not every difference is a field with a known value */
    unsigned count;
    svasim_difference list[SV_DIFFERENCES];
};

/* No difference yet; `text` becomes empty. */
void sv_differences_begin(struct sv_differences *d, char *text, size_t bytes);

/* One more difference, in words only, after "; " if it is not the first. */
void sv_differ(struct sv_differences *d, const char *format, ...)
#if defined(__GNUC__)
    __attribute__((format(printf, 2, 3)))
#endif
    ;
/* A field of the expectation and what it should say; no text. */
void sv_differ_actual(struct sv_differences *d, const char *field, const char *actual);
/* More text, without a separator and without being a difference. */
void sv_differ_append(struct sv_differences *d, const char *format, ...)
#if defined(__GNUC__)
    __attribute__((format(printf, 2, 3)))
#endif
    ;
/* A difference of a field whose values are texts: "expected FIELD=WANTED, got GOT". */
void sv_differ_value(struct sv_differences *d, const char *field, const char *wanted,
                     const char *got);
/* The field "value" under a mask: "WHERE 0x38: expected ..., got ...". Bits that do not matter keep
 * what the expectation says. */
void sv_differ_masked(struct sv_differences *d, const char *where, uint64_t place,
                      uint64_t expected, uint64_t mask, uint64_t actual);
/* A difference if field `slot` of the record is given and is not `actual`; both are written as the
 * type of the field is. */
void sv_differ_field(struct sv_differences *d, const svasim_record *expect, unsigned slot,
                     uint64_t actual);

#endif
