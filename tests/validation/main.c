/* SPDX-License-Identifier: MIT */
/* main.c - validate: the model against published measurements. Writes docs/validation.md and its
 * charts, or checks that they are what the model gives now and that no required tolerance is
 * missed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "preset.h"
#include "report.h"

static const struct chapter chapters[] = {
#define CHAPTER(name, title) {#name, title, chapter_##name},
#include "chapters.def"
#undef CHAPTER
};
#define CHAPTERS (sizeof chapters / sizeof chapters[0])

static int usage(void)
{
    fprintf(stderr, "usage: validate DIR              write docs/validation.md of the source tree "
                    "DIR and its charts\n"
                    "       validate --check DIR      compare them, and the tolerances\n"
                    "       validate --only NAME DIR  print one chapter:");
    for (size_t i = 0; i < CHAPTERS; i++)
        fprintf(stderr, " %s", chapters[i].name);
    fprintf(stderr, "\n");
    return 2;
}

/* --- files --- */

static FILE *open_page(const char *root, const char *page, const char *mode)
{
    char path[1024];
    (void)snprintf(path, sizeof path, "%s/%s", root, page);
    FILE *file = fopen(path, mode);
    if (!file)
        perror(path);
    return file;
}

static bool write_page(const char *root, const char *page, const struct text *text)
{
    FILE *file = open_page(root, page, "wb");
    if (!file)
        return false;
    bool ok = fwrite(text_of(text), 1, text->length, file) == text->length;
    return fclose(file) == 0 && ok;
}

static bool same_page(const char *root, const char *page, const struct text *text)
{
    FILE *file = open_page(root, page, "rb");
    if (!file)
        return false;
    size_t at = 0;
    int byte;
    while ((byte = getc(file)) != EOF && at < text->length && (char)byte == text->bytes[at])
        at++;
    (void)fclose(file);
    if (byte == EOF && at == text->length)
        return true;
    fprintf(stderr, "validate: %s is not what the model gives now; run validate %s\n", page, root);
    return false;
}

static bool each_page(const char *root, const struct report *report, const struct text *document,
                      bool (*visit)(const char *root, const char *page, const struct text *text))
{
    bool ok = visit(root, "docs/validation.md", document);
    for (size_t i = 0; i < report->page_count; i++)
        ok = visit(root, report->pages[i].path, &report->pages[i].text) && ok;
    return ok;
}

/* --- the document --- */

static void compose(struct text *out, const struct report *report)
{
    text_add(
        out,
        "# Validation\n\n"
        "What the model gives under the conditions of published measurements, beside what was "
        "published.\n"
        "Written by `build/dev/bin/validate .`; the test `validation` (`validate --check .`) "
        "fails when this page or a chart is\n"
        "not what the model gives now, or when a point leaves a tolerance that is required. The "
        "numbers are times and counts\n"
        "of the simulated unit: no host speed enters. Each chapter is a file of "
        "[tests/validation](../tests/validation), which\n"
        "says where the published numbers come from; `validate --only NAME .` prints one.\n\n"
        "## Summary\n\n"
        "| Series | points | tolerance | within | mean difference | worst |\n"
        "|---|---:|---|---:|---:|---:|\n%s\n%s",
        text_of(&report->summary), text_of(&report->body));
    out->length--; /* one line end at the end */
    out->bytes[out->length] = 0;
}

static bool run_chapters(struct report *report, const char *only)
{
    bool found = false, ok = true;
    for (size_t i = 0; i < CHAPTERS; i++) {
        if (only && strcmp(only, chapters[i].name) != 0)
            continue;
        found = true;
        report_chapter(report, chapters[i].title);
        bool ran = chapters[i].run(report);
        report_flush(report);
        if (!ran)
            fprintf(stderr, "validate: chapter %s failed\n", chapters[i].name);
        ok = ok && ran;
    }
    return found && ok;
}

int main(int argc, char **argv)
{
    bool check = argc == 3 && strcmp(argv[1], "--check") == 0;
    const char *only = argc == 4 && strcmp(argv[1], "--only") == 0 ? argv[2] : NULL;
    if (!check && !only && (argc != 2 || argv[1][0] == '-'))
        return usage();
    const char *root = argv[argc - 1];
    preset_root = root;

    struct report report = {.missed = 0};
    struct text document = {NULL, 0, 0};
    bool ok = run_chapters(&report, only);
    if (only) {
        printf("%s", text_of(&report.body));
    } else if (ok) {
        compose(&document, &report);
        ok = each_page(root, &report, &document, check ? same_page : write_page);
    }
    if (report.missed)
        fprintf(stderr, "validate: %u points beyond a required tolerance\n", report.missed);
    ok = ok && (!check || report.missed == 0);
    text_free(&document);
    report_free(&report);
    return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}
