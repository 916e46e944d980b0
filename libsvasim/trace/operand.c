/* SPDX-License-Identifier: MIT */
/* operand.c - the operand of submit (64 bytes) and of inv (quadwords) by field names, both ways.
 * The names are those of svasim/device.h and of the layouts; which bits they are, it never asks. */
#include <inttypes.h>
#include <string.h>

#include "base/bits.h"
#include "svasim/device.h"
#include "trace/internal.h"

/* Layouts of invalidation descriptors; the descriptor type is the index plus one. */
static const char *const invalidations[] = {
    "inv_cc",      "inv_iotlb", "inv_dev_tlb",   "inv_iec",           "inv_wait",
    "inv_p_iotlb", "inv_pc",    "inv_p_dev_tlb", "inv_page_grp_resp", "inv_hpt",
};
#define INVALIDATIONS (sizeof invalidations / sizeof invalidations[0])

/* Bits 3:0 and 11:9 of quadword 0 hold the type of an invalidation descriptor (spec 6.5.2). */
#define INV_TYPE_LOW  UINT64_C(0xf)
#define INV_TYPE_HIGH UINT64_C(0xe00)
/* The operation code is the last byte of quadword 0 of a DSA descriptor. */
#define OPCODE_BYTE 7

static svasim_err fail_word(svasim_trace_error *error, const char *where, struct sv_word word,
                            const char *what)
{
    char shown[SV_SHOW_MAX];
    return sv_trace_fail(error, SVASIM_EDATA, "%s: '%s' %s", where, sv_word_show(word, shown),
                         what);
}

/* Value of "name=value", or 1 of a bare name of a one-bit field. */
static svasim_err operand_value(struct sv_word word, unsigned bits, struct sv_word *name,
                                uint64_t *out, svasim_trace_error *error)
{
    struct sv_word value;
    if (!sv_word_split(word, name, &value)) {
        *out = 1;
        return bits == 1 ? SVASIM_OK : fail_word(error, "operand", word, "needs '=' and a value");
    }
    if (bits == 16 && sv_word_sid(value, out))
        return SVASIM_OK;
    char field[SV_SHOW_MAX + 8], shown[SV_SHOW_MAX];
    (void)snprintf(field, sizeof field, "field %s", sv_word_show(*name, shown));
    const char *what = sv_word_number(value, out);
    if (what != NULL)
        return fail_word(error, field, value, what);
    if (*out > low_mask(bits))
        return fail_word(error, field, value, "has more bits than the field");
    return SVASIM_OK;
}

static struct sv_word name_of(struct sv_word word)
{
    struct sv_word name = word, value;
    (void)sv_word_split(word, &name, &value);
    return name;
}

/* No field twice: every word against those before it. */
static svasim_err check_once(const struct sv_word *words, unsigned count, svasim_trace_error *error)
{
    for (unsigned i = 1; i < count; i++) {
        struct sv_word name = name_of(words[i]);
        for (unsigned j = 0; j < i; j++) {
            struct sv_word other = name_of(words[j]);
            if (name.bytes == other.bytes && memcmp(name.at, other.at, name.bytes) == 0)
                return fail_word(error, "operand", name, "is given twice");
        }
    }
    return SVASIM_OK;
}

/* Number as a reader expects it: counts and identifiers in decimal, masks and addresses not. */
static void print_value(struct sv_text *text, const char *name, unsigned bits, uint64_t value)
{
    if (bits == 1)
        sv_text_print(text, " %s", name);
    else if (bits <= 20 || bits == 32)
        sv_text_print(text, " %s=%" PRIu64, name, value);
    else
        sv_text_print(text, " %s=0x%" PRIx64, name, value);
}

/* --- submit --- */

static svasim_err parse_opcode(struct sv_word word, uint8_t *out, svasim_trace_error *error)
{
    struct sv_guess guess = {NULL, 0};
    const svasim_opcode_info *info;
    for (unsigned i = 0; (info = svasim_opcode_at(i)) != NULL; i++) {
        if (sv_word_is(word, info->name)) {
            *out = info->opcode;
            return SVASIM_OK;
        }
        sv_guess_offer(&guess, word, info->name);
    }
    uint64_t number;
    if (sv_word_number(word, &number) == NULL && number <= UINT8_MAX) {
        *out = (uint8_t)number;
        return SVASIM_OK;
    }
    char shown[SV_SHOW_MAX], hint[64];
    return sv_trace_fail(error, SVASIM_EDATA,
                         "field op: '%s' is no operation (expected a name or 0..255)%s",
                         sv_word_show(word, shown), sv_guess_text(&guess, hint));
}

static svasim_err set_descriptor_field(uint8_t bytes[64], struct sv_word word,
                                       svasim_trace_error *error)
{
    struct sv_word name = name_of(word);
    struct sv_guess guess = {NULL, 0};
    const svasim_desc_field *field;
    for (unsigned i = 0; (field = svasim_desc_field_at(bytes[OPCODE_BYTE], i)) != NULL; i++) {
        sv_guess_offer(&guess, name, field->name);
        if (!sv_word_is(name, field->name))
            continue;
        uint64_t value;
        svasim_err err = operand_value(word, field->bits, &name, &value, error);
        if (err == SVASIM_OK && !svasim_desc_set(field, bytes, value))
            err = fail_word(error, "operand", word, "does not fit its field");
        return err;
    }
    char shown[SV_SHOW_MAX], hint[64];
    return sv_trace_fail(
        error, SVASIM_EDATA, "'%s' is no field of 'submit' or of operation 0x%02x%s",
        sv_word_show(name, shown), bytes[OPCODE_BYTE], sv_guess_text(&guess, hint));
}

static svasim_err parse_descriptor(svasim_record *record, const struct sv_word *words,
                                   unsigned count, svasim_trace_error *error)
{
    uint8_t bytes[64] = {0};
    unsigned at_op = count;
    for (unsigned i = 0; i < count; i++)
        if (sv_word_is(name_of(words[i]), "op"))
            at_op = i;
    struct sv_word name, value;
    if (at_op == count || !sv_word_split(words[at_op], &name, &value))
        return fail_word(error, "submit", words[0],
                         "is no field; descriptor fields need 'op=' beside them");
    svasim_err err = parse_opcode(value, &bytes[OPCODE_BYTE], error);
    for (unsigned i = 0; err == SVASIM_OK && i < count; i++)
        if (i != at_op)
            err = set_descriptor_field(bytes, words[i], error);
    if (err != SVASIM_OK)
        return err;
    for (unsigned word = 0; word < 8; word++) {
        unsigned slot = SVASIM_F_SUBMIT_w0 + word;
        if (svasim_record_has(record, slot))
            return sv_trace_fail(error, SVASIM_EDATA,
                                 "w%u is given beside op (expected one or the other)", word);
        record->present |= 1u << slot;
        record->value[slot] = load_le64(bytes + 8 * word);
    }
    return SVASIM_OK;
}

static bool format_descriptor(const svasim_record *record, struct sv_text *text)
{
    uint8_t bytes[64], built[64] = {0};
    for (unsigned word = 0; word < 8; word++)
        store_le64(bytes + 8 * word, record->value[SVASIM_F_SUBMIT_w0 + word]);
    uint8_t opcode = bytes[OPCODE_BYTE];
    built[OPCODE_BYTE] = opcode;
    const svasim_opcode_info *info = svasim_opcode_find(opcode);
    if (info != NULL)
        sv_text_print(text, " op=%s", info->name);
    else
        sv_text_print(text, " op=0x%02x", opcode);
    const svasim_record_info *row = svasim_record_info_of(SVASIM_RECORD_SUBMIT);
    const svasim_desc_field *field;
    for (unsigned i = 0; (field = svasim_desc_field_at(opcode, i)) != NULL; i++) {
        uint64_t value = svasim_desc_get(field, bytes);
        /* A field of the record hides one of the descriptor. */
        struct sv_word name = {(char *)(uintptr_t)field->name, strlen(field->name)};
        if (sv_field_find(row, name) >= 0)
            continue;
        if (value == svasim_desc_get(field, built))
            continue;
        /* A bare name says 1 and nothing says 0. */
        if (!svasim_desc_set(field, built, value) || (field->bits == 1 && value == 0))
            return false;
        print_value(text, field->name, field->bits, value);
    }
    return memcmp(bytes, built, sizeof bytes) == 0;
}

/* --- inv --- */

static void set_type(const svasim_layout *layout, uint64_t *words, uint64_t type)
{
    const svasim_field *field = svasim_field_find(layout, "type");
    if (field != NULL)
        (void)svasim_field_set(field, words, type);
}

/* Address fields are given in place: any bits that the mask of the field allows. */
static unsigned field_bits(const svasim_field *field)
{
    bool in_place = field->kind == SVASIM_FIELD_ADDRESS || field->kind == SVASIM_FIELD_WIDE;
    return in_place ? 64 : (unsigned)(field->hi - field->lo) + 1;
}

static svasim_err set_layout_field(const svasim_layout *layout, uint64_t *quads,
                                   struct sv_word word, svasim_trace_error *error)
{
    struct sv_word name = name_of(word);
    struct sv_guess guess = {NULL, 0};
    for (unsigned i = 0; i < layout->field_count; i++) {
        const svasim_field *field = &layout->fields[i];
        if (field->name[0] == '\0')
            continue;
        sv_guess_offer(&guess, name, field->name);
        if (!sv_word_is(name, field->name))
            continue;
        uint64_t value;
        svasim_err err = operand_value(word, field_bits(field), &name, &value, error);
        if (err == SVASIM_OK && !svasim_field_set(field, quads, value))
            err = fail_word(error, "operand", word, "has bits outside the field");
        return err;
    }
    char shown[SV_SHOW_MAX], hint[64];
    return sv_trace_fail(error, SVASIM_EDATA, "'%s' is no field of %s%s", sv_word_show(name, shown),
                         layout->name, sv_guess_text(&guess, hint));
}

/* Quadwords that a descriptor by name has: the upper two only if something is in them. */
static unsigned quads_used(const uint64_t quads[4])
{
    return (quads[2] | quads[3]) != 0 ? 4 : 2;
}

static svasim_err parse_invalidation(svasim_record *record, const struct sv_word *words,
                                     unsigned count, svasim_trace_error *error)
{
    unsigned type = 0;
    struct sv_guess guess = {NULL, 0};
    while (type < INVALIDATIONS && !sv_word_is(words[0], invalidations[type]))
        sv_guess_offer(&guess, words[0], invalidations[type++]);
    const svasim_layout *layout =
        type < INVALIDATIONS ? svasim_layout_find(invalidations[type]) : NULL;
    if (layout == NULL || layout->words > 4) {
        char shown[SV_SHOW_MAX], hint[64];
        return sv_trace_fail(error, SVASIM_EDATA,
                             "inv: '%s' is no descriptor (expected q0=.. q1=.. or a name such as "
                             "inv_iotlb)%s",
                             sv_word_show(words[0], shown), sv_guess_text(&guess, hint));
    }
    uint64_t quads[4] = {0};
    set_type(layout, quads, type + 1);
    svasim_err err = SVASIM_OK;
    for (unsigned i = 1; err == SVASIM_OK && i < count; i++)
        err = set_layout_field(layout, quads, words[i], error);
    if (err != SVASIM_OK)
        return err;
    if (record->present != 0)
        return sv_trace_fail(error, SVASIM_EDATA,
                             "q0..q3 are given beside %s (expected one or the other)",
                             layout->name);
    for (unsigned i = 0; i < quads_used(quads); i++) {
        record->value[SVASIM_F_INV_q0 + i] = quads[i];
        record->present |= 1u << (SVASIM_F_INV_q0 + i);
    }
    return SVASIM_OK;
}

static bool format_invalidation(const svasim_record *record, struct sv_text *text)
{
    uint64_t quads[4] = {0}, built[4] = {0};
    for (unsigned i = 0; i < 4; i++)
        if (svasim_record_has(record, SVASIM_F_INV_q0 + i))
            quads[i] = record->value[SVASIM_F_INV_q0 + i];
    uint64_t type = quads[0] & INV_TYPE_LOW;
    if (type < 1 || type > INVALIDATIONS || (quads[0] & INV_TYPE_HIGH) != 0)
        return false;
    const svasim_layout *layout = svasim_layout_find(invalidations[type - 1]);
    if (layout == NULL || layout->words > 4)
        return false;
    set_type(layout, built, type);
    sv_text_print(text, " %s", layout->name);
    for (unsigned i = 0; i < layout->field_count; i++) {
        const svasim_field *field = &layout->fields[i];
        uint64_t value = svasim_field_get(field, quads);
        if (field->name[0] == '\0' || value == svasim_field_get(field, built))
            continue;
        if (!svasim_field_set(field, built, value))
            return false;
        print_value(text, field->name, field_bits(field), value);
    }
    unsigned used = quads_used(built);
    return memcmp(quads, built, sizeof built) == 0 && record->present == low_mask(used)
                                                                             << SVASIM_F_INV_q0;
}

svasim_err sv_operand_parse(svasim_record *record, const struct sv_word *words, unsigned count,
                            svasim_trace_error *error)
{
    svasim_err err = check_once(words, count, error);
    if (err != SVASIM_OK)
        return err;
    if (record->kind == SVASIM_RECORD_SUBMIT)
        return parse_descriptor(record, words, count, error);
    return parse_invalidation(record, words, count, error);
}

bool sv_operand_format(const svasim_record *record, struct sv_text *text)
{
    struct sv_text trial = *text;
    bool exact = record->kind == SVASIM_RECORD_SUBMIT ? format_descriptor(record, &trial)
                                                      : format_invalidation(record, &trial);
    if (exact)
        *text = trial;
    return exact;
}
