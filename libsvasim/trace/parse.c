/* SPDX-License-Identifier: MIT */
/* parse.c - a line of text to a record, by its row of records.def. Knows nothing of files; the
 * operands of submit and inv are left to operand.c. */
#include <inttypes.h>
#include <string.h>

#include "svasim/facts.h"
#include "trace/internal.h"

struct parse {
    const svasim_record_info *info;
    svasim_record *record;
    svasim_trace_error *error;
    struct sv_word operand[SV_OPERANDS_MAX];
    unsigned operands;
};

static svasim_err bad_value(struct parse *p, const svasim_record_field *field, struct sv_word word,
                            const char *what)
{
    char shown[SV_SHOW_MAX];
    return sv_trace_fail(p->error, SVASIM_EDATA, "field %s: '%s' %s", field->name,
                         sv_word_show(word, shown), what);
}

static svasim_err parse_number(struct parse *p, const svasim_record_field *field,
                               struct sv_word word, uint64_t *out)
{
    const char *what = sv_word_number(word, out);
    if (what != NULL)
        return bad_value(p, field, word, what);
    if (*out > sv_field_max(field)) {
        char text[64];
        (void)snprintf(text, sizeof text, "is out of range (expected at most 0x%" PRIx64 ")",
                       sv_field_max(field));
        return bad_value(p, field, word, text);
    }
    return SVASIM_OK;
}

static svasim_err parse_choice(struct parse *p, const svasim_record_field *field,
                               struct sv_word word, uint64_t *out)
{
    int index = sv_choice_find(field, word);
    if (index < 0) {
        char text[128];
        (void)snprintf(text, sizeof text, "is none of %s", field->choices);
        return bad_value(p, field, word, text);
    }
    *out = (uint64_t)index;
    return SVASIM_OK;
}

static svasim_err parse_fault(struct parse *p, const svasim_record_field *field,
                              struct sv_word word, uint64_t *out)
{
    char name[16] = "";
    if (word.bytes < sizeof name)
        memcpy(name, word.at, word.bytes);
    svasim_fault fault = svasim_fault_find(name);
    if (fault == SVASIM_FAULT_NONE)
        return bad_value(p, field, word, "is no fault (expected a name such as SPT.2)");
    *out = (uint64_t)fault;
    return SVASIM_OK;
}

static svasim_err parse_blob(struct parse *p, unsigned slot, struct sv_word word)
{
    const svasim_record_field *field = &p->info->fields[slot];
    if (word.bytes == 0)
        return sv_trace_fail(p->error, SVASIM_EDATA, "field %s: is empty", field->name);
    if (field->type == SVASIM_TYPE_DATA) {
        char shown[SV_SHOW_MAX];
        (void)sv_word_show(word, shown); /* unpacking overwrites the digits */
        word.bytes = sv_word_unpack(word);
        if (word.bytes == 0)
            return sv_trace_fail(p->error, SVASIM_EDATA,
                                 "field %s: '%s' is not data (expected pairs of hexadecimal "
                                 "digits)",
                                 field->name, shown);
    }
    p->record->blob[slot] = (svasim_blob){word.at, (uint32_t)word.bytes};
    return SVASIM_OK;
}

static svasim_err parse_value(struct parse *p, unsigned slot, struct sv_word word)
{
    const svasim_record_field *field = &p->info->fields[slot];
    uint64_t *value = &p->record->value[slot];
    svasim_err err = SVASIM_OK;
    if (svasim_record_has(p->record, slot))
        return bad_value(p, field, word, "is given after another value of the same field");
    switch ((svasim_field_type)field->type) {
    case SVASIM_TYPE_HEX:
    case SVASIM_TYPE_DEC:
    case SVASIM_TYPE_ID:
        err = parse_number(p, field, word, value);
        break;
    case SVASIM_TYPE_SID:
        if (!sv_word_sid(word, value))
            err = bad_value(p, field, word, "is not a source id (expected bb:dd.f)");
        break;
    case SVASIM_TYPE_FLAG:
        *value = 1;
        break;
    case SVASIM_TYPE_CHOICE:
        err = parse_choice(p, field, word, value);
        break;
    case SVASIM_TYPE_FAULT:
        err = parse_fault(p, field, word, value);
        break;
    case SVASIM_TYPE_NAME:
    case SVASIM_TYPE_DATA:
    case SVASIM_TYPE_TEXT:
        err = parse_blob(p, slot, word);
        break;
    }
    p->record->present |= 1u << slot;
    return err;
}

/* The positional field that a bare word would fill now; -1 if none is open. */
static int open_position(const struct parse *p, struct sv_word word)
{
    for (int slot = 0; slot < p->info->field_count; slot++) {
        const svasim_record_field *field = &p->info->fields[slot];
        if (!field->positional || svasim_record_has(p->record, (unsigned)slot))
            continue;
        if (field->required || field->type != SVASIM_TYPE_CHOICE)
            return slot;
        if (sv_choice_find(field, word) >= 0)
            return slot;
    }
    return -1;
}

static int text_slot(const svasim_record_info *info)
{
    int last = info->field_count - 1;
    return last >= 0 && info->fields[last].type == SVASIM_TYPE_TEXT ? last : -1;
}

static svasim_err unknown_word(struct parse *p, struct sv_word word, struct sv_word name)
{
    char shown[SV_SHOW_MAX], hint[64];
    struct sv_guess guess = {NULL, 0};
    for (unsigned slot = 0; slot < p->info->field_count; slot++)
        sv_guess_offer(&guess, name, p->info->fields[slot].name);
    return sv_trace_fail(p->error, SVASIM_EDATA, "'%s' is no field of '%s'%s",
                         sv_word_show(word, shown), p->info->verb, sv_guess_text(&guess, hint));
}

/* A word that is no field of the row: begins the text, or belongs to an operand. */
static svasim_err parse_other(struct parse *p, struct sv_word word, struct sv_word name,
                              struct sv_word *rest)
{
    int text = text_slot(p->info);
    if (text >= 0) {
        /* ":" alone says that the text begins after it. */
        struct sv_word all = {word.at, word.bytes + rest->bytes};
        if (sv_word_is(word, ":"))
            all = *rest;
        sv_word_trim(&all);
        rest->bytes = 0;
        return parse_value(p, (unsigned)text, all);
    }
    bool has_operand = p->info->kind == SVASIM_RECORD_SUBMIT || p->info->kind == SVASIM_RECORD_INV;
    if (!has_operand)
        return unknown_word(p, word, name);
    if (p->operands == SV_OPERANDS_MAX)
        return sv_trace_fail(p->error, SVASIM_EDATA, "'%s' has more than %u operand fields",
                             p->info->verb, SV_OPERANDS_MAX);
    p->operand[p->operands++] = word;
    return SVASIM_OK;
}

static svasim_err parse_word(struct parse *p, struct sv_word word, struct sv_word *rest)
{
    struct sv_word name = word, value;
    if (sv_word_split(word, &name, &value)) {
        int slot = sv_field_find(p->info, name);
        if (slot < 0 || slot == text_slot(p->info))
            return parse_other(p, word, name, rest);
        if (p->info->fields[slot].type == SVASIM_TYPE_FLAG)
            return bad_value(p, &p->info->fields[slot], value,
                             "is given, but a flag is written without '='");
        return parse_value(p, (unsigned)slot, value);
    }
    int slot = open_position(p, word);
    if (slot < 0) {
        slot = sv_field_find(p->info, word);
        if (slot >= 0 && p->info->fields[slot].type != SVASIM_TYPE_FLAG)
            slot = -1;
    }
    if (slot < 0)
        return parse_other(p, word, name, rest);
    return parse_value(p, (unsigned)slot, word);
}

static svasim_err parse_verb(struct parse *p, struct sv_word *rest)
{
    struct sv_word word;
    char shown[SV_SHOW_MAX], hint[64];
    if (!sv_word_next(rest, &word))
        return sv_trace_fail(p->error, SVASIM_EDATA, "a record is missing after the time");
    p->info = sv_record_find(word);
    if (p->info != NULL) {
        p->record->kind = p->info->kind;
        return SVASIM_OK;
    }
    struct sv_guess guess = {NULL, 0};
    for (unsigned kind = 1; kind < SV_KINDS; kind++)
        if (svasim_record_info_of(kind) != NULL)
            sv_guess_offer(&guess, word, svasim_record_info_of(kind)->verb);
    return sv_trace_fail(p->error, SVASIM_EDATA, "unknown verb '%s'%s", sv_word_show(word, shown),
                         sv_guess_text(&guess, hint));
}

static svasim_err parse_time(struct parse *p, struct sv_word *rest)
{
    struct sv_word after = *rest, word;
    if (!sv_word_next(&after, &word) || word.at[0] != '@')
        return SVASIM_OK;
    *rest = after;
    struct sv_word digits = {word.at + 1, word.bytes - 1};
    const char *what = sv_word_number(digits, &p->record->time);
    char shown[SV_SHOW_MAX];
    if (what != NULL)
        return sv_trace_fail(p->error, SVASIM_EDATA, "time: '%s' %s", sv_word_show(digits, shown),
                             what);
    p->record->has_time = true;
    return SVASIM_OK;
}

/* An id that is left out follows the last one of any kind. */
static svasim_err supply_id(struct parse *p, uint64_t last_id)
{
    for (unsigned slot = 0; slot < p->info->field_count; slot++) {
        if (p->info->fields[slot].type != SVASIM_TYPE_ID || svasim_record_has(p->record, slot))
            continue;
        if (last_id == UINT64_MAX)
            return sv_trace_fail(p->error, SVASIM_EDATA,
                                 "field %s is missing and no number follows the last one",
                                 p->info->fields[slot].name);
        p->record->value[slot] = last_id + 1;
        p->record->present |= 1u << slot;
    }
    return SVASIM_OK;
}

static svasim_err parse_record(struct parse *p, struct sv_word rest, uint64_t last_id)
{
    struct sv_word word;
    svasim_err err = parse_time(p, &rest);
    if (err == SVASIM_OK)
        err = parse_verb(p, &rest);
    while (err == SVASIM_OK && sv_word_next(&rest, &word))
        err = parse_word(p, word, &rest);
    if (err == SVASIM_OK)
        err = supply_id(p, last_id);
    if (err == SVASIM_OK && p->operands > 0)
        err = sv_operand_parse(p->record, p->operand, p->operands, p->error);
    char why[160];
    if (err == SVASIM_OK && !sv_record_check(p->record, why, sizeof why))
        err = sv_trace_fail(p->error, SVASIM_EDATA, "%s: %s", p->info->verb, why);
    return err;
}

svasim_err sv_line_parse(struct sv_word line, uint64_t last_id, struct sv_line *out,
                         svasim_trace_error *error)
{
    memset(&out->record, 0, sizeof out->record);
    char *hash = line.bytes > 0 ? memchr(line.at, '#', line.bytes) : NULL;
    out->has_comment = hash != NULL;
    if (hash != NULL) {
        out->comment = (struct sv_word){hash + 1, line.bytes - (size_t)(hash - line.at) - 1};
        line.bytes = (size_t)(hash - line.at);
    }
    sv_word_trim(&line);
    if (line.bytes == 0)
        return SVASIM_OK;
    struct parse p;
    p.info = NULL;
    p.record = &out->record;
    p.error = error;
    p.operands = 0;
    return parse_record(&p, line, last_id);
}

svasim_err svasim_record_parse(char *line, size_t bytes, svasim_record *out,
                               svasim_trace_error *error)
{
    struct sv_line parsed;
    svasim_trace_error unused;
    if (error == NULL)
        error = &unused;
    if (bytes > SV_LINE_MAX) {
        memset(out, 0, sizeof *out);
        return sv_trace_fail(error, SVASIM_EDATA, "line is %zu bytes long (expected at most %u)",
                             bytes, SV_LINE_MAX);
    }
    svasim_err err = sv_line_parse((struct sv_word){line, bytes}, 0, &parsed, error);
    *out = parsed.record;
    if (err == SVASIM_OK && out->kind == 0 && parsed.has_comment) {
        out->kind = SVASIM_RECORD_COMMENT;
        out->present = 1u << SVASIM_F_COMMENT_text;
        out->blob[SVASIM_F_COMMENT_text] =
            (svasim_blob){parsed.comment.at, (uint32_t)parsed.comment.bytes};
        char why[160];
        if (!sv_record_check(out, why, sizeof why))
            err = sv_trace_fail(error, SVASIM_EDATA, "comment: %s", why);
    }
    return err;
}
