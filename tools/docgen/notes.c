/* SPDX-License-Identifier: MIT */
/* notes.c - what is left out, and what was chosen where the specification is open? Collects the
 * marked comments of the sources; also prints the two sections the library writes itself. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "docgen.h"

static const char not_modelled[] = "Not modelled:";
static const char model_choice[] = "Model choice:";

/* Start of a line's text behind blanks and comment signs; `from` is the line's start. */
static const char *text_of(const char *from)
{
    const char *at = from + strspn(from, " \t");
    if (strncmp(at, "/*", 2) == 0)
        at += 2;
    at += strspn(at, "*");
    return at + strspn(at, " \t");
}

static bool starts_with(const char *text, const char *word)
{
    return strncmp(text, word, strlen(word)) == 0;
}

/* End of the text on this line: the line's, or of the comment. */
static const char *end_of(const char *text, bool *out_last)
{
    const char *line = text + strcspn(text, "\n");
    const char *close = strstr(text, "*/");
    *out_last = *line == 0 || (close && close < line);
    const char *end = *out_last && close && close < line ? close : line;
    while (end > text && (end[-1] == ' ' || end[-1] == '\t' || end[-1] == '\r'))
        end--;
    return end;
}

static void put_text(FILE *out, const char *from, const char *to)
{
    for (; from < to; from++) {
        if (*from == '|')
            (void)fputc('\\', out);
        (void)fputc(*from, out);
    }
}

/* The paragraph behind a marker: up to an empty line, the next marker or the end of the comment. */
static void put_paragraph(FILE *out, const char *text)
{
    bool last = false;
    const char *separator = "";
    for (;;) {
        const char *end = end_of(text, &last);
        (void)fputs(separator, out);
        put_text(out, text, end);
        separator = " ";
        if (last)
            return;
        text = text_of(strchr(end, '\n') + 1);
        if (*text == '\n' || *text == '/' || *text == 0 || starts_with(text, not_modelled) ||
            starts_with(text, model_choice))
            return;
    }
}

/* One row for each marked comment of a file. */
static void put_file(FILE *out, const char *path, const char *content, const char *marker)
{
    for (const char *line = content; *line;) {
        const char *text = text_of(line);
        if (starts_with(text, marker)) {
            text += strlen(marker);
            (void)fprintf(out, "| `%s` | ", path);
            put_paragraph(out, text + strspn(text, " "));
            (void)fputs(" |\n", out);
        }
        line += strcspn(line, "\n");
        line += *line == '\n';
    }
}

static bool put_table(FILE *out, const char *source, const struct sv_doc_files *files,
                      const char *marker, const char *what)
{
    (void)fprintf(out, "\n| Where | %s |\n|---|---|\n", what);
    for (size_t i = 0; i < files->count; i++) {
        char *content = sv_doc_read(source, files->paths[i]);
        if (!content) {
            sv_doc_complain(files->paths[i], strerror(errno));
            return false;
        }
        put_file(out, files->paths[i], content, marker);
        free(content);
    }
    return true;
}

bool sv_doc_not_modelled(FILE *out, const char *source)
{
    struct sv_doc_files files = {NULL, 0};
    bool good = sv_doc_list(&files, source, "include") &&
                sv_doc_list(&files, source, "libsvasim") && sv_doc_list(&files, source, "tools");
    (void)fputs(
        "<!-- Written by svasim-docgen from comments of the sources. -->\n"
        "# What is not modelled\n\n"
        "Every deliberate gap is a comment `Not modelled:` at the place where the missing part\n"
        "would stand. Faults that this version never raises are marked in\n"
        "[faults.md](faults.md); what is modelled is on [model.md](../model.md).\n",
        out);
    good = good && put_table(out, source, &files, not_modelled, "Not modelled");
    (void)fputs(
        "\n## Choices\n\n"
        "Where the specification is open and there is no `policy.*` key\n"
        "([configuration.md](../configuration.md)), the choice is a comment `Model choice:`.\n",
        out);
    good = good && put_table(out, source, &files, model_choice, "Choice");
    sv_doc_files_free(&files);
    return good;
}

bool sv_doc_records(FILE *out, const char *source)
{
    (void)source;
    return sv_trace_print_records(out) == 0;
}

bool sv_doc_opcodes(FILE *out, const char *source)
{
    (void)source;
    return sv_dsa_print_tables(out) == 0;
}
