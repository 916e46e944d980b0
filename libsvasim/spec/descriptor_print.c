/* SPDX-License-Identifier: MIT */
/*
 * descriptor_print.c - how do the descriptor tables read as documentation? It prints the
 * generated part of docs/dsa.md from the rows and adds no fact of its own.
 */
#include "spec/dsa.h"

#include <inttypes.h>

struct named {
    unsigned number;
    const char *name, *meaning;
};

static const struct named flag_rows[] = {
#define FLAG(id, bit, name, meaning) {bit, name, meaning},
#include "dsa_flags.def"
#undef FLAG
};
static const struct named status_rows[] = {
#define STATUS(id, code, name, meaning) {code, name, meaning},
#include "dsa_status.def"
#undef STATUS
};

static void print_operands(FILE *out, uint8_t opcode)
{
    uint8_t bytes[64] = {0};
    struct sv_plan plan;
    const char *separator = "";

    bytes[7] = opcode;
    /* Operands that only exist with a flag are shown too: flags 16 and 17. */
    bytes[6] = 3;
    sv_dsa_plan(bytes, &plan);
    for (unsigned i = 0; i < plan.count; i++) {
        const struct sv_operand *operand = &plan.operands[i];

        fprintf(out, "%s%s %s", separator,
                operand->probe   ? "Z"
                : operand->write ? "W"
                                 : "R",
                operand->name);
        separator = ", ";
    }
}

static void print_fields(FILE *out, uint8_t opcode)
{
    const svasim_desc_field *field;
    const char *separator = "";

    for (unsigned i = 0; (field = svasim_desc_field_at(opcode, i)) != NULL; i++) {
        uint32_t any = 0;

        for (unsigned word = 0; word < 8; word++)
            any |= field->opcodes[word];
        if (!any)
            continue;
        fprintf(out, "%s`%s`", separator, field->name);
        separator = " ";
    }
}

int sv_dsa_print_tables(FILE *out)
{
    const svasim_opcode_info *op;
    const svasim_desc_field *field;

    fprintf(out, "| Code | Name | Meaning | Operands | Own fields |\n|---|---|---|---|---|\n");
    for (unsigned i = 0; (op = svasim_opcode_at(i)) != NULL; i++) {
        fprintf(out, "| 0x%02X | `%s` | %s | ", op->opcode, op->name, op->meaning);
        print_operands(out, op->opcode);
        fprintf(out, " | ");
        print_fields(out, op->opcode);
        fprintf(out, " |\n");
    }
    fprintf(out, "\n| Field of every operation | Byte | Bits | Meaning |\n|---|---|---|---|\n");
    for (unsigned i = 0; (field = svasim_desc_field_at(0xFF, i)) != NULL; i++)
        fprintf(out, "| `%s` | %d | %d:%d | %s |\n", field->name, field->bit / 8,
                field->bit % 8 + field->bits - 1, field->bit % 8, field->meaning);
    fprintf(out, "\n| Flag | Value | Name | Meaning |\n|---|---|---|---|\n");
    for (size_t i = 0; i < sizeof(flag_rows) / sizeof(flag_rows[0]); i++)
        fprintf(out, "| %u | 0x%06" PRIX32 " | %s | %s |\n", flag_rows[i].number,
                UINT32_C(1) << flag_rows[i].number, flag_rows[i].name, flag_rows[i].meaning);
    fprintf(out, "\n| Status | Name | When |\n|---|---|---|\n");
    for (size_t i = 0; i < sizeof(status_rows) / sizeof(status_rows[0]); i++)
        fprintf(out, "| 0x%02X | %s | %s |\n", status_rows[i].number, status_rows[i].name,
                status_rows[i].meaning);
    return ferror(out) ? -1 : 0;
}
