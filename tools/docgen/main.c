/* SPDX-License-Identifier: MIT */
/* main.c - svasim-docgen: does the generated documentation say what the tables say? Renders every
 * page in memory, then writes what differs, or with --check only names it. It must not know what
 * is on a page. */
#define _POSIX_C_SOURCE 200809L
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "docgen.h"

enum { EXIT_FRESH = 0, EXIT_STALE = 1, EXIT_USAGE = 2, EXIT_SYSTEM = 4 };

static const struct page {
    const char *path;
    const char *section; /* NULL: the whole file; else between its marker lines */
    sv_doc_printer print;
} pages[] = {
    {"docs/configuration.md", NULL, sv_doc_configuration},
    {"docs/policies.md", NULL, sv_doc_policies},
    {"docs/generated/layouts.md", NULL, sv_doc_layouts},
    {"docs/generated/faults.md", NULL, sv_doc_faults},
    {"docs/generated/checks.md", NULL, sv_doc_checks},
    {"docs/generated/invalidation.md", NULL, sv_doc_invalidation},
    {"docs/generated/registers.md", NULL, sv_doc_registers},
    {"docs/generated/counters.md", NULL, sv_doc_counters},
    {"docs/generated/caches.md", NULL, sv_doc_caches},
    {"docs/generated/stages.md", NULL, sv_doc_stages},
    {"docs/generated/not_modelled.md", NULL, sv_doc_not_modelled},
    {"docs/trace_format.md", "records", sv_doc_records},
    {"docs/dsa.md", "opcodes", sv_doc_opcodes},
    {"docs/performance_counters.md", "events", sv_doc_perf_events},
};

static const char help[] =
    "Usage: svasim-docgen [--check] SOURCE_DIR\n\n"
    "Writes the generated documentation from the library's tables and the comments of the\n"
    "sources. With --check nothing is written: stale files are named, and the exit code is 1\n"
    "if there is one.\n";

/* --- rendering --- */

/* What the printer writes; to be freed. NULL: a message was printed. */
static char *print_page(const struct page *page, const char *source)
{
    char *text = NULL;
    size_t bytes = 0;
    FILE *out = open_memstream(&text, &bytes);
    if (!out) {
        sv_doc_complain(page->path, strerror(errno));
        return NULL;
    }
    bool good = page->print(out, source);
    if (fclose(out) != 0) {
        sv_doc_complain(page->path, strerror(errno));
        good = false;
    }
    if (good)
        return text;
    free(text);
    return NULL;
}

/* `old` with the text between its markers replaced; to be freed, NULL without the markers. */
static char *splice(const char *old, const char *section, const char *text)
{
    char begin[64];
    (void)snprintf(begin, sizeof begin, "<!-- generated:%s -->\n", section);
    const char *from = strstr(old, begin);
    const char *to = from ? strstr(from, "<!-- end -->") : NULL;
    if (!to)
        return NULL;
    size_t head = (size_t)(from - old) + strlen(begin);
    size_t bytes = head + strlen(text) + strlen(to) + 1;
    char *whole = malloc(bytes);
    if (whole)
        (void)snprintf(whole, bytes, "%.*s%s%s", (int)head, old, text, to);
    return whole;
}

/* What the file should hold; to be freed. NULL: a message was printed. */
static char *wanted(const struct page *page, const char *source, const char *old)
{
    char *text = print_page(page, source);
    if (!text || !page->section)
        return text;
    char *whole = old ? splice(old, page->section, text) : NULL;
    if (!whole)
        sv_doc_complain(page->path, "has no marker lines of its generated section");
    free(text);
    return whole;
}

/* --- files --- */

static bool store(const char *source, const char *path, const char *text)
{
    size_t bytes = strlen(source) + strlen(path) + 2;
    char *name = malloc(bytes);
    if (!name)
        return false;
    (void)snprintf(name, bytes, "%s/%s", source, path);
    char *slash = strrchr(name, '/');
    *slash = 0;
    (void)mkdir(name, 0777); /* docs/generated may be missing; anything else shows below */
    *slash = '/';
    FILE *file = fopen(name, "wb");
    free(name);
    if (!file)
        return false;
    bool good = fputs(text, file) >= 0;
    return fclose(file) == 0 && good;
}

static int refresh(const struct page *page, const char *source, bool check)
{
    char *old = sv_doc_read(source, page->path);
    char *text = wanted(page, source, old);
    int code = EXIT_FRESH;
    if (!text) {
        code = EXIT_SYSTEM;
    } else if (!old || strcmp(old, text) != 0) {
        if (check) {
            sv_doc_complain(page->path, "stale; the build target docs rewrites it");
            code = EXIT_STALE;
        } else if (store(source, page->path, text)) {
            printf("%s\n", page->path);
        } else {
            sv_doc_complain(page->path, strerror(errno));
            code = EXIT_SYSTEM;
        }
    }
    free(old);
    free(text);
    return code;
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "--help") == 0) {
        (void)fputs(help, stdout);
        return EXIT_FRESH;
    }
    bool check = argc == 3 && strcmp(argv[1], "--check") == 0;
    if (argc != 2 && !check) {
        (void)fputs(help, stderr);
        return EXIT_USAGE;
    }
    int worst = EXIT_FRESH;
    for (size_t i = 0; i < sizeof pages / sizeof pages[0]; i++) {
        int code = refresh(&pages[i], argv[argc - 1], check);
        worst = code > worst ? code : worst;
    }
    return worst;
}
