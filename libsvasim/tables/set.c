/* SPDX-License-Identifier: MIT */
/* set.c - what does "pgtt=1 p=1" mean for an entry? Text becomes field values, checked against the
 * width of the field and nothing else. It must not know what a legal entry is. */
#include "base/bits.h"
#include "tables/paging.h"

#include <inttypes.h>
#include <stdio.h>
#include <strings.h>

#define NAME_BYTES 32u

/* One name=value of the text. */
struct assignment {
    char name[NAME_BYTES];
    uint64_t value;
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static int digit_of(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : 99;
}

/* The whole of text[0..length) as a number, decimal or 0x. */
static bool parse_number(const char *text, size_t length, uint64_t *out)
{
    unsigned base = 10;
    size_t i = 0;
    if (length > 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
        base = 16;
        i = 2;
    }
    uint64_t value = 0;
    if (i == length)
        return false;
    for (; i < length; i++) {
        unsigned digit = (unsigned)digit_of(text[i]);
        if (digit >= base || value > (UINT64_MAX - digit) / base)
            return false;
        value = value * base + digit;
    }
    *out = value;
    return true;
}

/* Take the next assignment off *text. False at the end or on an error. */
static bool next_assignment(svasim_tables *tables, const char **text, struct assignment *out,
                            svasim_err *error)
{
    const char *at = *text;
    *error = SVASIM_OK;
    while (is_blank(*at))
        at++;
    if (!*at)
        return false;
    size_t token = strcspn(at, " \t");
    const char *equals = memchr(at, '=', token);
    size_t name = equals ? (size_t)(equals - at) : 0;
    bool good = equals && name > 0 && name < NAME_BYTES &&
                parse_number(equals + 1, token - name - 1, &out->value);
    if (!good) {
        *error = sv_tables_fail(tables, SVASIM_EINVAL,
                                "\"%.*s\": expected name=number, decimal or 0x, below 2^64",
                                token < 64 ? (int)token : 64, at);
        return false;
    }
    memcpy(out->name, at, name);
    out->name[name] = '\0';
    *text = at + token;
    return true;
}

/* Is `name` `prefix` and a decimal number below `limit`? */
static bool numbered(const char *name, const char *prefix, unsigned limit, unsigned *out)
{
    size_t length = strlen(prefix);
    uint64_t number;
    if (strncmp(name, prefix, length) != 0 ||
        !parse_number(name + length, strlen(name + length), &number) || number >= limit)
        return false;
    *out = (unsigned)number;
    return true;
}

static svasim_err unknown_field(svasim_tables *tables, const svasim_layout *layout,
                                const char *name)
{
    char known[SV_TABLES_MESSAGE / 2] = "";
    size_t used = 0;
    for (unsigned i = 0; i < layout->field_count && used < sizeof known; i++)
        if (layout->fields[i].name[0])
            used +=
                (size_t)snprintf(known + used, sizeof known - used, "%s ", layout->fields[i].name);
    return sv_tables_fail(tables, SVASIM_EINVAL,
                          "%s has no field \"%s\": expected one of %sraw0..raw%u bit0..bit%u",
                          layout->name, name, known, layout->words - 1u, layout->words * 64u - 1u);
}

static svasim_err out_of_range(svasim_tables *tables, const svasim_layout *layout,
                               const svasim_field *field, uint64_t value)
{
    uint64_t mask = bits_mask(field->hi, field->lo);
    if (field->kind == SVASIM_FIELD_ADDRESS || field->kind == SVASIM_FIELD_WIDE)
        return sv_tables_fail(tables, SVASIM_EINVAL,
                              "%s.%s 0x%" PRIx64 ": expected a multiple of 0x%" PRIx64
                              " up to 0x%" PRIx64,
                              layout->name, field->name, value, UINT64_C(1) << field->lo, mask);
    return sv_tables_fail(tables, SVASIM_EINVAL, "%s.%s 0x%" PRIx64 ": expected 0..0x%" PRIx64,
                          layout->name, field->name, value, mask >> field->lo);
}

static svasim_err apply_one(svasim_tables *tables, const svasim_layout *layout,
                            const struct assignment *one, uint64_t *words)
{
    unsigned number;
    if (numbered(one->name, "raw", layout->words, &number)) {
        words[number] = one->value;
        return SVASIM_OK;
    }
    if (numbered(one->name, "bit", layout->words * 64u, &number)) {
        if (one->value > 1)
            return sv_tables_fail(tables, SVASIM_EINVAL, "%s.bit%u 0x%" PRIx64 ": expected 0..1",
                                  layout->name, number, one->value);
        uint64_t bit = UINT64_C(1) << number % 64;
        words[number / 64] = one->value ? words[number / 64] | bit : words[number / 64] & ~bit;
        return SVASIM_OK;
    }
    const svasim_field *field = svasim_field_find(layout, one->name);
    if (!field)
        return unknown_field(tables, layout, one->name);
    if (!svasim_field_set(field, words, one->value))
        return out_of_range(tables, layout, field, one->value);
    return SVASIM_OK;
}

/* The bit that chooses between two layouts of an entry: PS or IM; NULL if nothing does. */
static const svasim_field *chooser_of(const svasim_tables *tables, const svasim_entry_ref *ref)
{
    const struct sv_shapes *shapes = &tables->shapes;
    if (ref->entry == SVASIM_ENTRY_FIRST || ref->entry == SVASIM_ENTRY_SECOND)
        return shapes->paging[ref->entry == SVASIM_ENTRY_SECOND][SV_FORM_LEAF_LARGEST].ps;
    return ref->entry == SVASIM_ENTRY_IRTE ? shapes->irte_im : NULL;
}

/* Will that bit be set once `fields` are applied to `word`? */
static svasim_err final_choice(svasim_tables *tables, const svasim_field *chooser,
                               const char *fields, uint64_t word, bool *out)
{
    struct assignment one;
    svasim_err error;
    unsigned bit;
    *out = svasim_field_get(chooser, &word) != 0;
    while (next_assignment(tables, &fields, &one, &error)) {
        if (strcasecmp(one.name, chooser->name) == 0)
            *out = one.value != 0;
        else if (strcmp(one.name, "raw0") == 0)
            *out = svasim_field_get(chooser, &one.value) != 0;
        else if (numbered(one.name, "bit", 64, &bit) && bit == chooser->lo)
            *out = one.value != 0;
    }
    return error;
}

/* The words that the entry shall hold, and its layout then. */
static svasim_err apply_all(svasim_tables *tables, const svasim_entry_ref *ref, const char *fields,
                            uint64_t *words, const svasim_layout **out_layout)
{
    bool paging = ref->entry == SVASIM_ENTRY_FIRST || ref->entry == SVASIM_ENTRY_SECOND;
    bool second = ref->entry == SVASIM_ENTRY_SECOND;
    const svasim_field *chooser = chooser_of(tables, ref);
    bool other = false;
    struct assignment one;
    svasim_err error = SVASIM_OK;
    if (chooser)
        error = final_choice(tables, chooser, fields, words[0], &other);
    if (error != SVASIM_OK)
        return error;
    const svasim_layout *layout = sv_layout_of(tables, ref, other);
    if (!layout)
        return sv_tables_fail(tables, SVASIM_EINVAL,
                              "entry kind %u, level %u: expected a kind 0..%u, level 1..%u",
                              (unsigned)ref->entry, (unsigned)ref->level,
                              (unsigned)SVASIM_ENTRY_POSTED, SV_LEVELS_MAX);
    if (paging) {
        bool was_leaf = sv_is_leaf(tables, second, ref->level, words[0]);
        const struct sv_paging *was = sv_form_of(tables, second, ref->level, was_leaf);
        if (was->layout != layout)
            (void)svasim_field_set(was->addr, words, 0);
    }
    unsigned count = 0;
    for (; next_assignment(tables, &fields, &one, &error); count++) {
        error = apply_one(tables, layout, &one, words);
        if (error != SVASIM_OK)
            return error;
    }
    if (error == SVASIM_OK && count == 0)
        return sv_tables_fail(tables, SVASIM_EINVAL, "%s: expected at least one name=value",
                              layout->name);
    *out_layout = layout;
    return error;
}

svasim_err svasim_tables_set(svasim_tables *tables, const svasim_entry_ref *ref, const char *fields)
{
    uint64_t words[SV_ENTRY_WORDS] = {0}, hpa;
    const svasim_layout *layout;
    bool exists = svasim_tables_locate(tables, ref, false, &hpa, &layout) == SVASIM_OK;
    svasim_err error = SVASIM_OK;
    if (exists)
        error = sv_entry_load(tables, hpa, layout->words, words);
    if (error == SVASIM_OK)
        error = apply_all(tables, ref, fields, words, &layout);
    if (error != SVASIM_OK)
        return error;
    if (!exists) {
        const svasim_layout *empty;
        error = svasim_tables_locate(tables, ref, true, &hpa, &empty);
        if (error != SVASIM_OK)
            return error;
    }
    return sv_entry_store(tables, hpa, layout->words, words);
}
