/* SPDX-License-Identifier: MIT */
/* lists.c - the tables that the model is made of, one row a line, for people and for grep. */
#include <inttypes.h>
#include <string.h>

#include "lists.h"

/* The word number `index` of "a|b|c". */
static void put_word(const char *words, uint64_t index)
{
    for (; index && strchr(words, '|'); index--)
        words = strchr(words, '|') + 1;
    printf("%-11.*s", (int)strcspn(words, "|"), words);
}

int cli_list_keys(void)
{
    const svasim_config_key *key;
    printf("%-42s%-11s%-27s%s\n", "key", "default", "range", "meaning");
    for (unsigned i = 0; (key = svasim_config_key_at(i)) != NULL; i++) {
        char range[64];
        bool number = strcmp(key->type, "uint") == 0, flag = strcmp(key->type, "bool") == 0;
        printf("%-42s", key->name);
        if (number)
            printf("%-11" PRIu64, key->initial);
        else
            put_word(flag ? "off|on" : key->type, key->initial);
        if (number && key->max == UINT64_MAX)
            (void)snprintf(range, sizeof range, "from %" PRIu64, key->min);
        else if (number)
            (void)snprintf(range, sizeof range, "%" PRIu64 "..%" PRIu64, key->min, key->max);
        else
            (void)snprintf(range, sizeof range, "%s", flag ? "on|off" : key->type);
        printf("%-27s%s%s%s%s\n", range, key->meaning, key->unit[0] ? " (" : "", key->unit,
               key->unit[0] ? ")" : "");
    }
    return CLI_EXIT_OK;
}

int cli_list_faults(void)
{
    /* Columns of svasim_kind, words of svasim_answer. */
    static const char *const kinds[] = {"U", "UP", "T", "TP", "X", "XP", "PR"};
    static const char *const answers[] = {"-", "UR", "CA", "OK0", "OK0L", "OKE", "IR"};
    printf("%-9s%-6s%-8s%-5s", "name", "code", "section", "FPD");
    for (unsigned kind = 0; kind < SVASIM_KIND_COUNT; kind++)
        printf("%-5s", kinds[kind]);
    printf("condition\n");
    for (unsigned i = 1; i < SVASIM_FAULT_COUNT; i++) {
        const svasim_fault_info *fault = svasim_fault_at(i);
        if (!fault)
            continue;
        printf("%-9s0x%02x  %-8s%-5s", fault->name, fault->code, fault->section,
               fault->qualified ? "yes" : "no");
        for (unsigned kind = 0; kind < SVASIM_KIND_COUNT; kind++)
            printf("%-5s", answers[fault->answer[kind]]);
        printf("%s\n", fault->condition);
    }
    printf("\nFPD: fault processing disable silences it. Answers to untranslated (U),\n"
           "translation (T), translated (X) requests, P with PASID, and to page requests (PR).\n");
    return CLI_EXIT_OK;
}

int cli_list_layouts(void)
{
    const svasim_layout *layout;
    printf("%-24s%-7s%-9s%s\n", "name", "bytes", "section", "title");
    for (unsigned i = 0; (layout = svasim_layout_at(i)) != NULL; i++)
        printf("%-24s%-7u%-9s%s\n", layout->name, layout->words * 8u, layout->section,
               layout->title);
    return CLI_EXIT_OK;
}

int cli_list_layout(const char *name)
{
    static const char *const kinds[] = {"",          "address",  "address",
                                        "domain id", "reserved", "ignored"};
    const svasim_layout *layout = svasim_layout_find(name);
    if (!layout)
        return cli_usage("info", "%s: no such layout (svasim info --layouts lists them)", name);
    printf("%s: %s, %u bytes, section %s\n\n%-11s%-14s%s\n", layout->name, layout->title,
           layout->words * 8u, layout->section, "bits", "field", "meaning");
    for (unsigned i = 0; i < layout->field_count; i++) {
        const svasim_field *field = &layout->fields[i];
        char bits[16];
        int length = snprintf(bits, sizeof bits, "%u", field->word * 64u + field->hi);
        if (field->hi != field->lo)
            (void)snprintf(bits + length, sizeof bits - (size_t)length, ":%u",
                           field->word * 64u + field->lo);
        printf("%-11s%-14s%s", bits, field->name[0] ? field->name : kinds[field->kind],
               field->meaning);
        if (field->unless[0])
            printf(" (reserved unless %s)", field->unless);
        putchar('\n');
    }
    return CLI_EXIT_OK;
}

int cli_list_opcodes(void)
{
    const svasim_opcode_info *opcode;
    printf("%-6s%-28s%s\n", "code", "name", "meaning");
    for (unsigned i = 0; (opcode = svasim_opcode_at(i)) != NULL; i++)
        printf("0x%02x  %-28s%s\n", opcode->opcode, opcode->name, opcode->meaning);
    return CLI_EXIT_OK;
}

int cli_list_counters(void)
{
    const svasim_counter_info *counter;
    for (unsigned i = 0; (counter = svasim_counter_at(i)) != NULL; i++)
        printf("%-24s%s\n", counter->name, counter->meaning);
    return CLI_EXIT_OK;
}

static const char *type_name(const svasim_record_field *field)
{
    switch ((svasim_field_type)field->type) {
    case SVASIM_TYPE_HEX:
    case SVASIM_TYPE_DEC:
    case SVASIM_TYPE_ID:
        return "number";
    case SVASIM_TYPE_SID:
        return "bb:dd.f";
    case SVASIM_TYPE_FLAG:
        return "flag";
    case SVASIM_TYPE_CHOICE:
        return field->choices;
    case SVASIM_TYPE_FAULT:
        return "fault name";
    case SVASIM_TYPE_NAME:
        return "word";
    case SVASIM_TYPE_DATA:
        return "hex digits";
    case SVASIM_TYPE_TEXT:
        return "rest of the line";
    default:
        return "";
    }
}

int cli_list_records(void)
{
    for (unsigned kind = 0; kind <= SVASIM_RECORD_KIND_MAX; kind++) {
        const svasim_record_info *info = svasim_record_info_of(kind);
        if (!info)
            continue;
        printf("%s - %s\n", info->verb, info->meaning);
        for (unsigned i = 0; i < info->field_count; i++) {
            const svasim_record_field *field = &info->fields[i];
            char name[32];
            (void)snprintf(name, sizeof name, "%s%s%s", field->positional ? "<" : "", field->name,
                           field->positional                 ? ">"
                           : field->type == SVASIM_TYPE_FLAG ? ""
                                                             : "=");
            printf("  %-15s %-10s %s (%s)\n", name, field->required ? "required" : "",
                   field->meaning, type_name(field));
        }
    }
    return CLI_EXIT_OK;
}
