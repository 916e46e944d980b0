/* SPDX-License-Identifier: MIT */
/* records.c - records.def as rows: which kinds there are, their fields, the words of their
 * choices. Knows neither form of a trace. */
#include <assert.h>
#include <string.h>

#include "svasim/facts.h"
#include "trace/internal.h"

/* Position of each field in one flat array, in the order of the table. */
enum {
#define RECORD(id, number, verb, meaning)        FIRST_##id, BEFORE_##id = FIRST_##id - 1,
#define FIELD(id, name, type, required, meaning) AT_##id##_##name,
#include "svasim/records.def"
#undef RECORD
#undef FIELD
};

/* One byte per field and one more: the size counts the fields of a kind. */
struct count_none {
    char none;
#define RECORD(id, number, verb, meaning)                                                          \
    }                                                                                              \
    ;                                                                                              \
    struct count_##id {                                                                            \
        char none;
#define FIELD(id, name, type, required, meaning) char field_##name;
#include "svasim/records.def"
#undef RECORD
#undef FIELD
};

#define ANY64          UINT64_MAX
#define ANY32          UINT64_C(0xffffffff)
#define ROW(p, t, m)   "", m, SVASIM_TYPE_##t, p
#define WORDS(p, list) list, 0, SVASIM_TYPE_CHOICE, p

#define HEX              ROW(false, HEX, ANY64)
#define HEX32            ROW(false, HEX, ANY32)
#define DEC              ROW(false, DEC, ANY32)
#define DEC64            ROW(false, DEC, ANY64)
#define PASID            ROW(false, DEC, 0xfffff)
#define BIT              ROW(false, DEC, 1)
#define ID               ROW(false, ID, ANY64)
#define SID              ROW(false, SID, 0xffff)
#define FLAG             ROW(false, FLAG, 1)
#define FAULT            ROW(false, FAULT, 0)
#define TEXT             ROW(false, TEXT, 0)
#define CHOICE(list)     WORDS(false, list)
#define POS_CHOICE(list) WORDS(true, list)
#define POS_NAME         ROW(true, NAME, 0)
#define POS_DATA         ROW(true, DATA, 0)
#define POS_HEX          ROW(true, HEX, ANY64)
#define POS_HEX32        ROW(true, HEX, ANY32)
#define POS_DEC          ROW(true, DEC, ANY32)
#define POS_DEC64        ROW(true, DEC, ANY64)
#define POS_SID          ROW(true, SID, 0xffff)

#define RECORD(id, number, verb, meaning)
#define FIELD(id, name, type, required, meaning) MAKE_FIELD(#name, meaning, required, type)
#define MAKE_FIELD(...)                          EXPAND_FIELD(__VA_ARGS__)
#define EXPAND_FIELD(name, meaning, required, choices, max, type, positional)                      \
    {name, meaning, choices, max, type, required, positional},
static const svasim_record_field all_fields[] = {
#include "svasim/records.def"
};
#undef RECORD
#undef FIELD

#define RECORD(id, number, verb, meaning)                                                          \
    [number] = {verb, meaning, &all_fields[FIRST_##id], sizeof(struct count_##id) - 1, number},
#define FIELD(id, name, type, required, meaning)
static const svasim_record_info all_records[SV_KINDS] = {
#include "svasim/records.def"
};
#undef RECORD

#define RECORD(id, number, verb, meaning)                                                          \
    static_assert(number > 0 && number < SV_KINDS, "record numbers have six bits");                \
    static_assert(sizeof(struct count_##id) - 1 <= SVASIM_RECORD_FIELDS_MAX, "too many fields");
#include "svasim/records.def"
#undef RECORD
#undef FIELD

const svasim_record_info *svasim_record_info_of(unsigned kind)
{
    if (kind >= SV_KINDS || all_records[kind].verb == NULL)
        return NULL;
    return &all_records[kind];
}

const svasim_record_info *sv_record_find(struct sv_word verb)
{
    for (unsigned kind = 1; kind < SV_KINDS; kind++) {
        const svasim_record_info *info = svasim_record_info_of(kind);
        if (info != NULL && sv_word_is(verb, info->verb))
            return info;
    }
    return NULL;
}

int sv_field_find(const svasim_record_info *info, struct sv_word name)
{
    for (int slot = 0; slot < info->field_count; slot++)
        if (sv_word_is(name, info->fields[slot].name))
            return slot;
    return -1;
}

unsigned sv_choice_count(const svasim_record_field *field)
{
    unsigned count = 1;
    for (const char *at = field->choices; *at != '\0'; at++)
        count += *at == '|';
    return count;
}

struct sv_word sv_choice_at(const svasim_record_field *field, unsigned index)
{
    /* Only for reading, though words of a line may be changed. */
    char *at = (char *)(uintptr_t)field->choices;
    while (index > 0)
        index -= *at++ == '|';
    return (struct sv_word){at, strcspn(at, "|")};
}

int sv_choice_find(const svasim_record_field *field, struct sv_word word)
{
    unsigned count = sv_choice_count(field);
    for (unsigned index = 0; index < count; index++) {
        struct sv_word choice = sv_choice_at(field, index);
        if (choice.bytes == word.bytes && memcmp(choice.at, word.at, word.bytes) == 0)
            return (int)index;
    }
    return -1;
}

bool sv_field_is_blob(const svasim_record_field *field)
{
    return field->type == SVASIM_TYPE_NAME || field->type == SVASIM_TYPE_DATA ||
           field->type == SVASIM_TYPE_TEXT;
}

uint64_t sv_field_min(const svasim_record_field *field)
{
    return field->type == SVASIM_TYPE_FAULT || field->type == SVASIM_TYPE_FLAG ? 1 : 0;
}

uint64_t sv_field_max(const svasim_record_field *field)
{
    if (field->type == SVASIM_TYPE_CHOICE)
        return sv_choice_count(field) - 1;
    if (field->type == SVASIM_TYPE_FAULT)
        return SVASIM_FAULT_COUNT - 1;
    return field->max;
}
