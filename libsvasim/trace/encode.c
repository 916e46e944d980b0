/* SPDX-License-Identifier: MIT */
/* encode.c - records to the bytes of a block. A record is given to the lane of its kind whose last
 * record looks most like it, and coded as the difference from that one. Knows neither gzip nor
 * files. */
#include <string.h>

#include "trace/code.h"

static void put_number(struct sv_encoder *e, uint64_t value)
{
    e->bytes += sv_varint_write(e->raw + e->bytes, value);
}

void sv_encoder_begin(struct sv_encoder *e)
{
    for (unsigned kind = 0; kind < SV_KINDS; kind++)
        if ((e->touched >> kind & 1) != 0)
            memset(e->lanes[kind], 0, sizeof e->lanes[kind]);
    memset(e->form_at, 0, sizeof e->form_at);
    e->touched = 0;
    e->form_count = 0;
    e->last_id = 0;
    e->last_time = 0;
    e->count = 0;
    e->bytes = SV_RAW_FRONT;
}

/* Hash of the fields that tell streams apart, never 0. */
static uint64_t hash_stream(const struct sv_code *code, const svasim_record *record)
{
    uint64_t hash = record->present;
    for (uint32_t slots = record->present & code->stream, slot = 0; slots >> slot != 0; slot++) {
        if ((slots >> slot & 1) == 0)
            continue;
        const svasim_blob *blob = &record->blob[slot];
        if ((code->blobs >> slot & 1) == 0)
            hash = mix64(hash ^ record->value[slot]);
        else
            for (uint32_t i = 0; i < blob->bytes; i++)
                hash = mix64(hash ^ (unsigned char)blob->data[i]);
    }
    return hash | 1;
}

/* The lane of the same stream, else the one that has rested longest. */
static unsigned choose_lane(struct sv_encoder *e, const svasim_record *record)
{
    uint64_t stream = hash_stream(&e->codes[record->kind], record);
    unsigned lane = 0, oldest = 0;
    for (; lane < SV_LANES && e->lanes[record->kind][lane].stream != stream; lane++)
        if (e->lanes[record->kind][lane].used < e->lanes[record->kind][oldest].used)
            oldest = lane;
    if (lane == SV_LANES)
        lane = oldest;
    e->touched |= UINT64_C(1) << record->kind;
    e->lanes[record->kind][lane].stream = stream;
    e->lanes[record->kind][lane].used = ++e->uses;
    return lane;
}

/* Write the form's number, or describe it where it is used first. */
static void put_form(struct sv_encoder *e, const struct sv_form *form)
{
    uint64_t hash = mix64((uint64_t)form->present << 32 | form->changed) + form->kind * 37u +
                    form->lane * 2u + form->has_time;
    unsigned at = (unsigned)(hash % sizeof e->form_at);
    for (; e->form_at[at] != 0; at = (at + 1) % (unsigned)sizeof e->form_at) {
        const struct sv_form *known = &e->forms[e->form_at[at] - 1];
        if (known->present == form->present && known->changed == form->changed &&
            known->kind == form->kind && known->lane == form->lane &&
            known->has_time == form->has_time) {
            e->raw[e->bytes++] = (unsigned char)(e->form_at[at] - 1);
            return;
        }
    }
    e->raw[e->bytes++] = SV_FORM_NEW;
    e->raw[e->bytes++] = (unsigned char)(form->kind | (form->has_time ? SV_FORM_TIME : 0));
    e->raw[e->bytes++] = form->lane;
    put_number(e, form->present);
    put_number(e, form->changed);
    if (e->form_count == SV_FORMS_MAX)
        return;
    e->forms[e->form_count++] = *form;
    e->form_at[at] = (uint8_t)e->form_count;
}

/* A field that goes away leaves nothing to differ from. */
static void forget(svasim_record *last, uint32_t slots)
{
    for (unsigned slot = 0; slots >> slot != 0; slot++) {
        if ((slots >> slot & 1) == 0)
            continue;
        last->value[slot] = 0;
        last->blob[slot] = (svasim_blob){NULL, 0};
    }
}

static bool same_blob(const svasim_blob *a, const svasim_blob *b)
{
    return a->bytes == b->bytes && (a->bytes == 0 || memcmp(a->data, b->data, a->bytes) == 0);
}

/* Fields that differ from what the decoder will assume. */
static uint32_t find_changes(const struct sv_code *code, const svasim_record *last,
                             const svasim_record *record)
{
    uint32_t changed = 0;
    for (unsigned slot = 0; record->present >> slot != 0; slot++) {
        uint32_t bit = 1u << slot;
        if ((record->present & bit & ~code->flags) == 0)
            continue;
        bool same = (code->blobs & bit) != 0 ? same_blob(&last->blob[slot], &record->blob[slot])
                                             : last->value[slot] == record->value[slot];
        if (!same)
            changed |= bit;
    }
    return changed;
}

/* A difference in a field of addresses: bit 0 says "in pages"; the code 1, which would be zero
 * pages, announces a difference that has no bit left for that. */
static void put_difference(struct sv_encoder *e, uint64_t difference, bool in_pages)
{
    uint64_t code = sv_zigzag(difference);
    if (!in_pages) {
        put_number(e, code);
    } else if ((difference & low_mask(SV_PAGE_BITS)) == 0) {
        uint64_t sign = difference >> 63;
        uint64_t pages = difference >> SV_PAGE_BITS | (0 - sign) << (64 - SV_PAGE_BITS);
        put_number(e, sv_zigzag(pages) << 1 | 1);
    } else if (code >> 63 == 0) {
        put_number(e, code << 1);
    } else {
        put_number(e, 1);
        put_number(e, code);
    }
}

static void put_blob(struct sv_encoder *e, svasim_blob *last, const svasim_blob *blob)
{
    put_number(e, blob->bytes);
    last->data = (const char *)e->raw + e->bytes;
    last->bytes = blob->bytes;
    if (blob->bytes > 0)
        memcpy(e->raw + e->bytes, blob->data, blob->bytes);
    e->bytes += blob->bytes;
}

static void put_fields(struct sv_encoder *e, const struct sv_code *code, uint32_t changed,
                       svasim_record *last, const svasim_record *record)
{
    for (unsigned slot = 0; changed >> slot != 0; slot++) {
        uint32_t bit = 1u << slot;
        if ((changed & bit) == 0)
            continue;
        if ((code->blobs & bit) != 0)
            put_blob(e, &last->blob[slot], &record->blob[slot]);
        else
            put_difference(e, record->value[slot] - last->value[slot], (code->pages & bit) != 0);
        last->value[slot] = record->value[slot];
    }
}

void sv_encoder_put(struct sv_encoder *e, const svasim_record *record)
{
    const struct sv_code *code = &e->codes[record->kind];
    struct sv_form form = {record->present, 0, record->kind, 0, record->has_time};
    form.lane = (uint8_t)choose_lane(e, record);
    svasim_record *last = &e->lanes[form.kind][form.lane].last;
    forget(last, last->present & ~record->present);
    last->present = record->present;
    if (code->id_slot >= 0)
        last->value[code->id_slot] = e->last_id + 1;
    form.changed = find_changes(code, last, record);
    put_form(e, &form);
    if (record->has_time) {
        put_number(e, record->time - e->last_time);
        e->last_time = record->time;
    }
    put_fields(e, code, form.changed, last, record);
    if (code->id_slot >= 0)
        e->last_id = record->value[code->id_slot];
    e->count++;
}
