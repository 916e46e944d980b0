/* SPDX-License-Identifier: MIT */
/* differ.c - how a difference reads: "expected sid=00:02.0, got 00:03.0". */
#include "machine/differ.h"

#include "svasim/facts.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define VALUE_BYTES 48u

static void add(struct sv_differences *d, const char *format, va_list arguments)
{
    int length = vsnprintf(d->text + d->used, d->bytes - d->used, format, arguments);
    if (length > 0)
        d->used += (size_t)length < d->bytes - d->used ? (size_t)length : d->bytes - d->used - 1;
}

void sv_differences_begin(struct sv_differences *d, char *text, size_t bytes)
{
    d->text = text;
    d->bytes = bytes;
    d->used = 0;
    d->count = 0;
    d->any = d->unknown = false;
    text[0] = 0;
}

void sv_differ_actual(struct sv_differences *d, const char *field, const char *actual)
{
    if (d->count == SV_DIFFERENCES) {
        d->unknown = true;
        return;
    }
    d->list[d->count].field = field;
    snprintf(d->list[d->count].actual, sizeof d->list[0].actual, "%s", actual);
    d->count++;
}

void sv_differ_append(struct sv_differences *d, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    add(d, format, arguments);
    va_end(arguments);
}

static void separate(struct sv_differences *d)
{
    if (d->any)
        sv_differ_append(d, "; ");
    d->any = true;
}

void sv_differ(struct sv_differences *d, const char *format, ...)
{
    va_list arguments;
    separate(d);
    d->unknown = true;
    va_start(arguments, format);
    add(d, format, arguments);
    va_end(arguments);
}

void sv_differ_value(struct sv_differences *d, const char *field, const char *wanted,
                     const char *got)
{
    separate(d);
    sv_differ_append(d, "expected %s=%s, got %s", field, wanted, got);
    sv_differ_actual(d, field, got);
}

/* Word number `index` of "a|b|c". */
static void show_choice(const char *choices, uint64_t index, char *out)
{
    for (; index && *choices; choices++)
        index -= *choices == '|';
    snprintf(out, VALUE_BYTES, "%.*s", (int)strcspn(choices, "|"), *choices ? choices : "?");
}

static void show(const svasim_record_field *field, uint64_t value, char *out)
{
    const svasim_fault_info *fault;
    switch ((svasim_field_type)field->type) {
    case SVASIM_TYPE_HEX:
        snprintf(out, VALUE_BYTES, "0x%" PRIx64, value);
        return;
    case SVASIM_TYPE_SID:
        snprintf(out, VALUE_BYTES, "%02x:%02x.%x", (unsigned)(value >> 8 & 0xff),
                 (unsigned)(value >> 3 & 0x1f), (unsigned)(value & 7));
        return;
    case SVASIM_TYPE_CHOICE:
        show_choice(field->choices, value, out);
        return;
    case SVASIM_TYPE_FAULT:
        fault = svasim_fault_at((unsigned)value);
        snprintf(out, VALUE_BYTES, "%s", fault ? fault->name : "none");
        return;
    case SVASIM_TYPE_DEC:
    case SVASIM_TYPE_ID:
    case SVASIM_TYPE_FLAG:
    case SVASIM_TYPE_NAME:
    case SVASIM_TYPE_DATA:
    case SVASIM_TYPE_TEXT:
    default:
        snprintf(out, VALUE_BYTES, "%" PRIu64, value);
    }
}

void sv_differ_field(struct sv_differences *d, const svasim_record *expect, unsigned slot,
                     uint64_t actual)
{
    const svasim_record_field *field = &svasim_record_info_of(expect->kind)->fields[slot];
    char wanted[VALUE_BYTES], got[VALUE_BYTES];
    if (!svasim_record_has(expect, slot) || expect->value[slot] == actual)
        return;
    show(field, expect->value[slot], wanted);
    show(field, actual, got);
    sv_differ_value(d, field->name, wanted, got);
    if (field->type == SVASIM_TYPE_FAULT && actual == SVASIM_FAULT_NONE && !d->unknown)
        d->list[d->count - 1].actual[0] = 0; /* no text says so: the field must go */
}

void sv_differ_masked(struct sv_differences *d, const char *where, uint64_t place,
                      uint64_t expected, uint64_t mask, uint64_t actual)
{
    char value[VALUE_BYTES];
    sv_differ_append(
        d, "%s 0x%" PRIx64 ": expected 0x%" PRIx64 " (mask 0x%" PRIx64 "), got 0x%" PRIx64, where,
        place, expected, mask, actual);
    if (((expected ^ actual) & mask) == 0)
        return;
    d->any = true;
    snprintf(value, sizeof value, "0x%" PRIx64, (actual & mask) | (expected & ~mask));
    sv_differ_actual(d, "value", value);
}
