/* SPDX-License-Identifier: MIT */
/* format.c - a record to its canonical line: positional fields, then the others, both in slot
 * order. Assumes that the record obeys its row. Knows nothing of files. */
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include "svasim/facts.h"
#include "trace/internal.h"

void sv_text_put(struct sv_text *text, const char *from, size_t bytes)
{
    if (text->length < text->room) {
        size_t left = text->room - text->length;
        memcpy(text->at + text->length, from, bytes < left ? bytes : left);
    }
    text->length += bytes;
}

void sv_text_print(struct sv_text *text, const char *format, ...)
{
    char piece[128];
    va_list arguments;
    va_start(arguments, format);
    int bytes = vsnprintf(piece, sizeof piece, format, arguments);
    va_end(arguments);
    if (bytes > 0)
        sv_text_put(text, piece, (size_t)bytes < sizeof piece ? (size_t)bytes : sizeof piece - 1);
}

static void put_number(struct sv_text *text, uint64_t value, unsigned base)
{
    char digits[24];
    size_t at = sizeof digits;
    do {
        digits[--at] = "0123456789abcdef"[value % base];
        value /= base;
    } while (value != 0);
    if (base == 16)
        sv_text_put(text, "0x", 2);
    sv_text_put(text, digits + at, sizeof digits - at);
}

static void put_data(struct sv_text *text, const svasim_blob *blob)
{
    static const char hex[] = "0123456789abcdef";
    for (uint32_t i = 0; i < blob->bytes; i++) {
        unsigned char byte = (unsigned char)blob->data[i];
        char pair[2] = {hex[byte >> 4], hex[byte & 15]};
        sv_text_put(text, pair, 2);
    }
}

static void put_value(struct sv_text *text, const svasim_record *record, unsigned slot,
                      const svasim_record_field *field)
{
    uint64_t value = record->value[slot];
    const svasim_blob *blob = &record->blob[slot];
    switch ((svasim_field_type)field->type) {
    case SVASIM_TYPE_HEX:
        put_number(text, value, 16);
        break;
    case SVASIM_TYPE_DEC:
    case SVASIM_TYPE_ID:
        put_number(text, value, 10);
        break;
    case SVASIM_TYPE_SID:
        sv_text_print(text, "%02x:%02x.%x", (unsigned)(value >> 8 & 0xff),
                      (unsigned)(value >> 3 & 31), (unsigned)(value & 7));
        break;
    case SVASIM_TYPE_FLAG:
        break;
    case SVASIM_TYPE_CHOICE:
        if (value <= sv_field_max(field)) {
            struct sv_word word = sv_choice_at(field, (unsigned)value);
            sv_text_put(text, word.at, word.bytes);
        }
        break;
    case SVASIM_TYPE_FAULT: {
        const svasim_fault_info *fault =
            value <= UINT32_MAX ? svasim_fault_at((unsigned)value) : NULL;
        if (fault != NULL)
            sv_text_put(text, fault->name, strlen(fault->name));
        break;
    }
    case SVASIM_TYPE_DATA:
        put_data(text, blob);
        break;
    case SVASIM_TYPE_NAME:
    case SVASIM_TYPE_TEXT:
        if (blob->bytes > 0)
            sv_text_put(text, blob->data, blob->bytes);
        break;
    }
}

/* Would the first word of a text field be taken for another field of the record? */
static bool needs_colon(const svasim_record_info *info, unsigned slot, const svasim_blob *blob)
{
    /* Only for reading, though words of a line may be changed. */
    struct sv_word rest = {(char *)(uintptr_t)blob->data, blob->bytes}, word, name, value;
    if (!sv_word_next(&rest, &word))
        return false;
    if (!sv_word_split(word, &name, &value))
        name = word;
    int other = sv_field_find(info, name);
    return sv_word_is(word, ":") || (other >= 0 && other != (int)slot);
}

static bool is_operand(const svasim_record *record, unsigned slot)
{
    return record->kind == SVASIM_RECORD_INV ||
           (record->kind == SVASIM_RECORD_SUBMIT && slot >= SVASIM_F_SUBMIT_w0);
}

static void put_named(struct sv_text *text, const svasim_record *record,
                      const svasim_record_info *info)
{
    bool by_name = false, tried = false;
    for (unsigned slot = 0; slot < info->field_count; slot++) {
        const svasim_record_field *field = &info->fields[slot];
        if (!svasim_record_has(record, slot) || field->positional)
            continue;
        if (is_operand(record, slot)) {
            if (!tried)
                by_name = sv_operand_format(record, text);
            tried = true;
            if (by_name)
                continue;
        }
        sv_text_put(text, " ", 1);
        if (field->type == SVASIM_TYPE_TEXT) {
            if (needs_colon(info, slot, &record->blob[slot]))
                sv_text_put(text, ": ", 2);
        } else {
            sv_text_put(text, field->name, strlen(field->name));
            if (field->type != SVASIM_TYPE_FLAG)
                sv_text_put(text, "=", 1);
        }
        put_value(text, record, slot, field);
    }
}

static void put_comment(struct sv_text *text, const svasim_record *record)
{
    const svasim_blob *blob = &record->blob[SVASIM_F_COMMENT_text];
    if (!svasim_record_has(record, SVASIM_F_COMMENT_text))
        return;
    sv_text_put(text, "#", 1);
    if (blob->bytes > 0)
        sv_text_put(text, blob->data, blob->bytes);
}

static void put_record(struct sv_text *text, const svasim_record *record)
{
    const svasim_record_info *info = svasim_record_info_of(record->kind);
    if (info == NULL)
        return;
    if (record->kind == SVASIM_RECORD_COMMENT) {
        put_comment(text, record);
        return;
    }
    if (record->has_time) {
        sv_text_put(text, "@", 1);
        put_number(text, record->time, 10);
        sv_text_put(text, " ", 1);
    }
    sv_text_put(text, info->verb, strlen(info->verb));
    for (unsigned slot = 0; slot < info->field_count; slot++) {
        if (!svasim_record_has(record, slot) || !info->fields[slot].positional)
            continue;
        sv_text_put(text, " ", 1);
        put_value(text, record, slot, &info->fields[slot]);
    }
    put_named(text, record, info);
}

size_t svasim_record_format(const svasim_record *record, char *out, size_t bytes)
{
    struct sv_text text = {out, bytes, 0};
    put_record(&text, record);
    if (bytes > 0)
        out[text.length < bytes ? text.length : bytes - 1] = '\0';
    return text.length;
}
