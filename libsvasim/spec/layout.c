/* SPDX-License-Identifier: MIT */
/* layout.c - which bits are what: layouts.def as descriptor tables, generic field access, and
 * reserved masks. The only place that turns the rows into data. */
#include "spec/layout.h"

#include <strings.h>

#define LAYOUT_BEGIN(layout, words, title, section) static const svasim_field fields_##layout[] = {
#define LAYOUT_END(layout)                                                                         \
    }                                                                                              \
    ;
#define ROW(kind, name, word, hi, lo, spec, caps, text, meaning)                                   \
    {name, spec, meaning, (text)[0] == '0' ? "" : (text), (caps), kind, word, hi, lo},
#define FIELD(layout, name, word, hi, lo, spec, caps, meaning)                                     \
    ROW(SVASIM_FIELD_VALUE, #name, word, hi, lo, spec, caps, #caps, meaning)
#define ADDR(layout, name, word, hi, lo, spec, caps, meaning)                                      \
    ROW(SVASIM_FIELD_ADDRESS, #name, word, hi, lo, spec, caps, #caps, meaning)
#define WIDE(layout, name, word, hi, lo, spec, caps, meaning)                                      \
    ROW(SVASIM_FIELD_WIDE, #name, word, hi, lo, spec, caps, #caps, meaning)
#define DOMAIN_ID(layout, name, word, hi, lo, spec, caps, meaning)                                 \
    ROW(SVASIM_FIELD_DOMAIN, #name, word, hi, lo, spec, caps, #caps, meaning)
#define RSVD(layout, word, hi, lo) {"", "", "", "", 0, SVASIM_FIELD_RESERVED, word, hi, lo},
#define IGN(layout, word, hi, lo)  {"", "", "", "", 0, SVASIM_FIELD_IGNORED, word, hi, lo},
#define C(id)                      SV_CAP_BIT(id)
#include "spec/layouts.def"
#undef LAYOUT_BEGIN
#undef LAYOUT_END
#undef FIELD
#undef ADDR
#undef WIDE
#undef DOMAIN_ID
#undef RSVD
#undef IGN

static const svasim_layout layouts[SV_LAYOUT_COUNT] = {
#define LAYOUT_BEGIN(layout, words, title, section)                                                \
    {#layout, title, section, fields_##layout, sizeof fields_##layout / sizeof fields_##layout[0], \
     words},
#define LAYOUT_END(layout)
#define FIELD(layout, name, word, hi, lo, spec, caps, meaning)
#define ADDR      FIELD
#define WIDE      FIELD
#define DOMAIN_ID FIELD
#define RSVD(layout, word, hi, lo)
#define IGN(layout, word, hi, lo)
#include "spec/layouts.def"
};

const svasim_layout *svasim_layout_at(unsigned index)
{
    return index < SV_LAYOUT_COUNT ? &layouts[index] : NULL;
}

const svasim_layout *svasim_layout_find(const char *name)
{
    for (unsigned i = 0; i < SV_LAYOUT_COUNT; i++)
        if (strcmp(layouts[i].name, name) == 0)
            return &layouts[i];
    return NULL;
}

const svasim_field *svasim_field_find(const svasim_layout *layout, const char *name)
{
    for (unsigned i = 0; i < layout->field_count; i++)
        if (layout->fields[i].name[0] && strcasecmp(layout->fields[i].name, name) == 0)
            return &layout->fields[i];
    return NULL;
}

static bool is_in_place(const svasim_field *field)
{
    return field->kind == SVASIM_FIELD_ADDRESS || field->kind == SVASIM_FIELD_WIDE;
}

uint64_t svasim_field_get(const svasim_field *field, const uint64_t *words)
{
    uint64_t value = words[field->word] & bits_mask(field->hi, field->lo);
    return is_in_place(field) ? value : value >> field->lo;
}

bool svasim_field_set(const svasim_field *field, uint64_t *words, uint64_t value)
{
    uint64_t mask = bits_mask(field->hi, field->lo);
    if (!is_in_place(field)) {
        if (value > mask >> field->lo)
            return false;
        value <<= field->lo;
    } else if (value & ~mask) {
        return false;
    }
    words[field->word] = (words[field->word] & ~mask) | value;
    return true;
}

static uint64_t reserved_bits(const svasim_field *field, uint64_t caps, unsigned haw,
                              unsigned did_width)
{
    uint64_t mask = bits_mask(field->hi, field->lo);
    if (field->kind == SVASIM_FIELD_RESERVED || (field->unless_caps & ~caps) != 0)
        return mask;
    if (field->kind == SVASIM_FIELD_ADDRESS)
        return mask & ~low_mask(haw);
    if (field->kind == SVASIM_FIELD_DOMAIN)
        return mask & ~(low_mask(did_width) << field->lo);
    return 0;
}

void sv_reserved_masks(enum sv_layout_id layout, uint64_t caps, unsigned haw, unsigned did_width,
                       uint64_t *out)
{
    const svasim_layout *row = &layouts[layout];
    memset(out, 0, row->words * sizeof *out);
    for (unsigned i = 0; i < row->field_count; i++)
        out[row->fields[i].word] |= reserved_bits(&row->fields[i], caps, haw, did_width);
}
