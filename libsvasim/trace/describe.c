/* SPDX-License-Identifier: MIT */
/* describe.c - the record table as markdown, for docs/trace_format.md. Says what the rows say and
 * nothing else. */
#include <inttypes.h>
#include <string.h>

#include "trace/internal.h"

static void print_type(const svasim_record_field *field, FILE *out)
{
    static const char *const names[] = {
        [SVASIM_TYPE_HEX] = "hex",     [SVASIM_TYPE_DEC] = "decimal", [SVASIM_TYPE_ID] = "id",
        [SVASIM_TYPE_SID] = "sid",     [SVASIM_TYPE_FLAG] = "flag",   [SVASIM_TYPE_CHOICE] = "",
        [SVASIM_TYPE_FAULT] = "fault", [SVASIM_TYPE_NAME] = "name",   [SVASIM_TYPE_DATA] = "data",
        [SVASIM_TYPE_TEXT] = "text",
    };
    (void)fputs(names[field->type], out);
    if (field->type == SVASIM_TYPE_CHOICE) {
        for (unsigned i = 0; i < sv_choice_count(field); i++) {
            struct sv_word word = sv_choice_at(field, i);
            (void)fprintf(out, "%s`%.*s`", i > 0 ? ", " : "", (int)word.bytes, word.at);
        }
    }
    bool number = field->type == SVASIM_TYPE_HEX || field->type == SVASIM_TYPE_DEC;
    if (number && field->max != UINT64_MAX)
        (void)fprintf(out, ", at most 0x%" PRIx64, field->max);
}

/* Positional fields first, then the others, as the canonical writer does. */
static void print_synopsis(const svasim_record_info *info, FILE *out)
{
    (void)fprintf(out, "    %s", info->verb);
    for (unsigned pass = 0; pass < 2; pass++) {
        for (unsigned slot = 0; slot < info->field_count; slot++) {
            const svasim_record_field *field = &info->fields[slot];
            bool bare = field->positional || field->type == SVASIM_TYPE_TEXT;
            /* An id may be left out in text. */
            bool optional = !field->required || field->type == SVASIM_TYPE_ID;
            if (field->positional != (pass == 0))
                continue;
            (void)fputs(optional ? " [" : " ", out);
            if (field->type == SVASIM_TYPE_FLAG)
                (void)fputs(field->name, out);
            else
                (void)fprintf(out, bare ? "<%s>" : "%s=", field->name);
            if (optional)
                (void)fputs("]", out);
        }
    }
    (void)fputs("\n\n", out);
}

static void print_record(const svasim_record_info *info, FILE *out)
{
    (void)fprintf(out, "### `%s` (kind %u)\n\n%s.\n\n", info->verb, info->kind, info->meaning);
    print_synopsis(info, out);
    if (info->field_count == 0) {
        (void)fputs("No fields.\n\n", out);
        return;
    }
    (void)fputs("| Slot | Field | Type | Required | Meaning |\n|---|---|---|---|---|\n", out);
    for (unsigned slot = 0; slot < info->field_count; slot++) {
        const svasim_record_field *field = &info->fields[slot];
        (void)fprintf(out, "| %u | `%s`%s | ", slot, field->name,
                      field->positional ? " (positional)" : "");
        print_type(field, out);
        (void)fprintf(out, " | %s | %s |\n", field->required ? "yes" : "no", field->meaning);
    }
    (void)fputs("\n", out);
}

int sv_trace_print_records(FILE *out)
{
    for (unsigned kind = 0; kind < SV_KINDS; kind++) {
        const svasim_record_info *info = svasim_record_info_of(kind);
        if (info != NULL)
            print_record(info, out);
    }
    return ferror(out);
}
