/* SPDX-License-Identifier: MIT */
/* check.c - does a record obey its row of records.def? The same answer for records of text, of
 * the binary form and of a program that writes a trace. Knows no meaning beyond the row. */
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include "trace/internal.h"

static bool refuse(char *why, size_t why_bytes, const char *format, ...) SV_PRINTF(3, 4);
static bool refuse(char *why, size_t why_bytes, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(why, why_bytes, format, arguments);
    va_end(arguments);
    return false;
}

/* First byte that must not occur in a word or text; -1 if there is none. */
static int bad_byte(const svasim_record_field *field, bool is_comment, const svasim_blob *blob)
{
    for (uint32_t i = 0; i < blob->bytes; i++) {
        unsigned char c = (unsigned char)blob->data[i];
        bool blank = c == ' ' || c == '\t';
        if ((c < 0x20 && !blank) || c == 0x7f)
            return c;
        if (c == '#' && !is_comment)
            return c;
        if (field->type == SVASIM_TYPE_NAME && (blank || c == '='))
            return c;
    }
    return -1;
}

static bool check_blob(const svasim_record *record, unsigned slot, const svasim_record_field *field,
                       char *why, size_t why_bytes)
{
    const svasim_blob *blob = &record->blob[slot];
    bool is_comment = record->kind == SVASIM_RECORD_COMMENT;
    if (blob->bytes == 0)
        return is_comment || refuse(why, why_bytes, "field %s: is empty", field->name);
    if (blob->bytes > SV_PAYLOAD_MAX)
        return refuse(why, why_bytes, "field %s: %" PRIu32 " bytes, expected at most %u",
                      field->name, blob->bytes, SV_PAYLOAD_MAX);
    if (field->type == SVASIM_TYPE_DATA)
        return true;
    int bad = bad_byte(field, is_comment, blob);
    if (bad >= 0)
        return refuse(why, why_bytes, "field %s: byte 0x%02x is not allowed here", field->name,
                      (unsigned)bad);
    char first = blob->data[0], last = blob->data[blob->bytes - 1];
    if (!is_comment && (first == ' ' || first == '\t' || last == ' ' || last == '\t'))
        return refuse(why, why_bytes, "field %s: begins or ends with a blank", field->name);
    return true;
}

static bool check_field(const svasim_record *record, unsigned slot,
                        const svasim_record_field *field, char *why, size_t why_bytes)
{
    if (!svasim_record_has(record, slot))
        return !field->required || refuse(why, why_bytes, "field %s is missing", field->name);
    if (sv_field_is_blob(field))
        return check_blob(record, slot, field, why, why_bytes);
    uint64_t value = record->value[slot];
    if (value < sv_field_min(field) || value > sv_field_max(field))
        return refuse(why, why_bytes,
                      "field %s: 0x%" PRIx64 " is out of range (expected 0x%" PRIx64 "..0x%" PRIx64
                      ")",
                      field->name, value, sv_field_min(field), sv_field_max(field));
    return true;
}

bool sv_record_check(const svasim_record *record, char *why, size_t why_bytes)
{
    const svasim_record_info *info = svasim_record_info_of(record->kind);
    if (info == NULL)
        return refuse(why, why_bytes, "record kind %u is unknown", record->kind);
    if (record->kind == SVASIM_RECORD_COMMENT && record->has_time)
        return refuse(why, why_bytes, "a comment has no time");
    if (record->present >> info->field_count != 0)
        return refuse(why, why_bytes, "'%s' has %u fields, but presence bits are 0x%" PRIx32,
                      info->verb, info->field_count, record->present);
    uint64_t payload = 0;
    for (unsigned slot = 0; slot < info->field_count; slot++) {
        if (!check_field(record, slot, &info->fields[slot], why, why_bytes))
            return false;
        if (svasim_record_has(record, slot) && sv_field_is_blob(&info->fields[slot]))
            payload += (uint64_t)record->blob[slot].bytes *
                       (info->fields[slot].type == SVASIM_TYPE_DATA ? 2 : 1);
    }
    if (payload > SV_PAYLOAD_MAX)
        return refuse(why, why_bytes,
                      "words, data and text have %" PRIu64 " characters, expected at most %u",
                      payload, SV_PAYLOAD_MAX);
    return true;
}
