/* SPDX-License-Identifier: MIT */
/* code.c - what encoder and decoder need of a row, as bits, and numbers of variable length.
 * Knows the record table, no file. */
#include <string.h>

#include "trace/code.h"

#define STREAM_SPAN UINT64_C(0xfffff)

static void fill(struct sv_code *code, const svasim_record_info *info)
{
    code->info = info;
    code->id_slot = -1;
    for (unsigned slot = 0; slot < info->field_count; slot++) {
        const svasim_record_field *field = &info->fields[slot];
        uint32_t bit = 1u << slot;
        code->valid |= bit;
        if (field->required)
            code->required |= bit;
        if (sv_field_is_blob(field)) {
            code->blobs |= bit;
            if (field->type == SVASIM_TYPE_NAME)
                code->stream |= bit;
            continue;
        }
        code->min[slot] = sv_field_min(field);
        code->span[slot] = sv_field_max(field) - sv_field_min(field);
        if (field->type == SVASIM_TYPE_FLAG)
            code->flags |= bit;
        if (field->type == SVASIM_TYPE_HEX)
            code->pages |= bit;
        if (field->type == SVASIM_TYPE_ID)
            code->id_slot = (int)slot;
        /* Names, source ids, PASIDs, choices: who and what, not where or how much. */
        if (code->span[slot] <= STREAM_SPAN)
            code->stream |= bit;
    }
}

void sv_codes_fill(struct sv_code codes[SV_KINDS])
{
    memset(codes, 0, SV_KINDS * sizeof codes[0]);
    for (unsigned kind = 0; kind < SV_KINDS; kind++) {
        const svasim_record_info *info = svasim_record_info_of(kind);
        if (info != NULL)
            fill(&codes[kind], info);
    }
}

size_t sv_varint_write(unsigned char *to, uint64_t value)
{
    size_t bytes = 0;
    while (value >= 0x80) {
        to[bytes++] = (unsigned char)(value | 0x80);
        value >>= 7;
    }
    to[bytes++] = (unsigned char)value;
    return bytes;
}

size_t sv_varint_read(const unsigned char *at, const unsigned char *end, uint64_t *out)
{
    uint64_t value = 0;
    for (unsigned i = 0; i < 10 && at + i < end; i++) {
        /* The tenth byte has room for one bit. */
        if (i == 9 && at[i] > 1)
            return 0;
        value |= (uint64_t)(at[i] & 0x7f) << (7 * i);
        if (at[i] < 0x80) {
            *out = value;
            return i + 1;
        }
    }
    return 0;
}
