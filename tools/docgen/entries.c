/* SPDX-License-Identifier: MIT */
/* entries.c - how do the structures in memory look, and which faults are there? Prints the pages of
 * layouts and faults from svasim/facts.h; which source raises a fault is searched in arch/. */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "docgen.h"
#include "svasim/config.h"
#include "svasim/facts.h"

/* --- layouts --- */

/* Capability bits are numbered in the order of their switches in the key table. */
static const char *capability(unsigned bit)
{
    const svasim_config_key *key;
    for (unsigned i = 0; (key = svasim_config_key_at(i)) != NULL; i++)
        if (strncmp(key->name, "cap.", 4) == 0 && strcmp(key->type, "bool") == 0 && bit-- == 0)
            return key->name;
    return NULL;
}

static bool print_capabilities(FILE *out, const svasim_field *field)
{
    const char *separator = "";
    for (unsigned bit = 0; bit < 64; bit++) {
        if (!(field->unless_caps >> bit & 1u))
            continue;
        const char *name = capability(bit);
        if (!name) {
            sv_doc_complain(field->name, "depends on a capability without a key");
            return false;
        }
        (void)fprintf(out, "%s`%s`", separator, name);
        separator = ", ";
    }
    return true;
}

static bool print_field(FILE *out, const svasim_field *field)
{
    static const char *const notes[] = {
        [SVASIM_FIELD_VALUE] = "",
        [SVASIM_FIELD_ADDRESS] = " (address in place; reserved from `cap.haw` up)",
        [SVASIM_FIELD_WIDE] = " (address in place)",
        [SVASIM_FIELD_DOMAIN] = " (reserved above the width of `cap.nd`)",
        [SVASIM_FIELD_RESERVED] = "reserved: must be 0",
        [SVASIM_FIELD_IGNORED] = "ignored",
    };
    if (field->hi == field->lo)
        (void)fprintf(out, "| %u | %u | ", field->word, field->hi);
    else
        (void)fprintf(out, "| %u | %u:%u | ", field->word, field->hi, field->lo);
    if (field->name[0])
        (void)fprintf(out, "`%s` | %s | ", field->name, field->spec_name);
    else
        (void)fputs("| | ", out);
    (void)fprintf(out, "%s%s | ", field->meaning, notes[field->kind]);
    bool good = print_capabilities(out, field);
    (void)fputs(" |\n", out);
    return good;
}

static const svasim_field *lowest_after(const svasim_layout *layout, unsigned word, int bit)
{
    const svasim_field *best = NULL;
    for (unsigned i = 0; i < layout->field_count; i++) {
        const svasim_field *field = &layout->fields[i];
        if (field->word == word && field->lo > bit && (!best || field->lo < best->lo))
            best = field;
    }
    return best;
}

bool sv_doc_layouts(FILE *out, const char *source)
{
    const svasim_layout *layout;
    (void)source;
    (void)fputs(
        "<!-- Written by svasim-docgen; edit the rows of libsvasim/spec/layouts. -->\n"
        "# Layouts\n\n"
        "Structures in memory and invalidation descriptors, with the section of the VT-d\n"
        "specification revision 5.10. Words are little-endian quadwords (Q), bits count from\n"
        "each quadword's lowest. The names in the third column are those of `entry` and `inv`\n"
        "records and of `svasim_tables_set`. A field is reserved unless the capabilities in the\n"
        "last column are on.\n\n",
        out);
    for (unsigned i = 0; (layout = svasim_layout_at(i)) != NULL; i++)
        (void)fprintf(out, "* [`%s`](#%s): %s\n", layout->name, layout->name, layout->title);
    for (unsigned i = 0; (layout = svasim_layout_at(i)) != NULL; i++) {
        (void)fprintf(out,
                      "\n## `%s`\n\n%s, section %s, %u bytes.\n\n"
                      "| Q | Bits | Field | In the specification | Meaning | Exists with |\n"
                      "|---|---|---|---|---|---|\n",
                      layout->name, layout->title, layout->section, 8u * layout->words);
        for (unsigned word = 0; word < layout->words; word++) {
            const svasim_field *field;
            for (int bit = -1; (field = lowest_after(layout, word, bit)) != NULL; bit = field->lo)
                if (!print_field(out, field))
                    return false;
        }
    }
    return true;
}

/* --- faults --- */

static bool is_word(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

/* Does the text name the row, as SPT_6 or SVASIM_FAULT_SPT_6? */
static bool names(const char *text, const char *id)
{
    static const char prefix[] = "SVASIM_FAULT_";
    for (const char *at = text; (at = strstr(at, id)) != NULL; at++) {
        const char *begin = at;
        if (begin - text >= (long)sizeof prefix - 1 &&
            strncmp(begin - (sizeof prefix - 1), prefix, sizeof prefix - 1) == 0)
            begin -= sizeof prefix - 1;
        if ((begin == text || !is_word(begin[-1])) && !is_word(at[strlen(id)]))
            return true;
    }
    return false;
}

static void print_raisers(FILE *out, const svasim_fault_info *row, const struct sv_doc_files *files,
                          char *const *texts)
{
    char id[32];
    const char *separator = "";
    (void)snprintf(id, sizeof id, "%s", row->name);
    for (char *dot = id; (dot = strchr(dot, '.')) != NULL;)
        *dot = '_';
    for (size_t i = 0; i < files->count; i++) {
        if (!names(texts[i], id))
            continue;
        (void)fprintf(out, "%s`%s`", separator, strrchr(files->paths[i], '/') + 1);
        separator = ", ";
    }
    if (!separator[0])
        (void)fputs("-", out);
}

static void print_fault(FILE *out, unsigned number, const svasim_fault_info *row)
{
    static const char *const answers[] = {
        [SVASIM_ANSWER_NEVER] = "-", [SVASIM_ANSWER_UR] = "UR",     [SVASIM_ANSWER_CA] = "CA",
        [SVASIM_ANSWER_OK0] = "OK0", [SVASIM_ANSWER_OK0L] = "OK0L", [SVASIM_ANSWER_OKE] = "OKE",
        [SVASIM_ANSWER_IR] = "IR",
    };
    (void)fprintf(out, "| %u | 0x%02X | %s | %s | %s |", number, row->code, row->name,
                  row->condition, row->qualified ? "yes" : "no");
    for (unsigned kind = 0; kind < SVASIM_KIND_COUNT; kind++)
        (void)fprintf(out, " %s |", answers[row->answer[kind]]);
    (void)fprintf(out, " %s | ", row->section);
}

static const char faults_head[] =
    "<!-- Written by svasim-docgen; edit the rows of include/svasim/faults.def. -->\n"
    "# Faults\n\n"
    "One row per condition of the VT-d specification revision 5.10; several may share a code.\n"
    "Names are the specification's, except those of interrupt requests (`INT.xx`), which have\n"
    "none there. FPD *yes*: a qualified fault, silenced by FPD = 1 in an entry on the way. "
    "*Raised\n"
    "in* names the files of `libsvasim/arch` that can raise it; `-` is a fault this version never\n"
    "raises ([not_modelled.md](not_modelled.md)).\n\n"
    "| Column | Kind of request |\n|---|---|\n"
    "| U, UP | untranslated, without and with PASID |\n"
    "| T, TP | translation request |\n"
    "| X, XP | translated |\n"
    "| PR | page request |\n\n"
    "| Answer | Means |\n|---|---|\n"
    "| - | this kind of request cannot meet the fault |\n"
    "| UR, CA | Unsupported Request, Completer Abort |\n"
    "| OK0 | success without rights: recoverable, not logged |\n"
    "| OK0L | success without rights, and logged |\n"
    "| OKE | success with the effective rights, not logged |\n"
    "| IR | page request answered with Invalid Request |\n\n"
    "| # | Code | Name | Condition | FPD | U | UP | T | TP | X | XP | PR | Section | Raised in |\n"
    "|---|---|---|---|---|---|---|---|---|---|---|---|---|---|\n";

bool sv_doc_faults(FILE *out, const char *source)
{
    struct sv_doc_files files = {NULL, 0};
    if (!sv_doc_list(&files, source, "libsvasim/arch"))
        return false;
    char **texts = calloc(files.count + 1, sizeof *texts);
    bool good = texts != NULL;
    for (size_t i = 0; good && i < files.count; i++) {
        texts[i] = sv_doc_read(source, files.paths[i]);
        good = texts[i] != NULL;
        if (!good)
            sv_doc_complain(files.paths[i], strerror(errno));
    }
    (void)fputs(faults_head, out);
    const svasim_fault_info *row;
    for (unsigned i = 1; good && (row = svasim_fault_at(i)) != NULL; i++) {
        print_fault(out, i, row);
        print_raisers(out, row, &files, texts);
        (void)fputs(" |\n", out);
    }
    for (size_t i = 0; texts && i < files.count; i++)
        free(texts[i]);
    free(texts);
    sv_doc_files_free(&files);
    return good;
}
