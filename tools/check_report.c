/* SPDX-License-Identifier: MIT */
/* check_report.c - the outcome on standard output: a line for each scenario with what failed below
 * it, or the Test Anything Protocol. Knows nothing of how scenarios run. */
#include <inttypes.h>
#include <string.h>

#include "check.h"

static void print_counts(const struct check_verdict *verdict)
{
    printf("%" PRIu64 " of %" PRIu64 " met, %" PRIu64 ".%03" PRIu64 " s\n", verdict->met,
           verdict->expectations, verdict->microseconds / 1000000,
           verdict->microseconds / 1000 % 1000);
}

/* Each line of the text behind `before`. */
static void print_lines(const char *before, const struct check_case *one)
{
    const char *at = one->text;
    const char *end = at ? at + one->text_bytes : NULL;
    while (at < end) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        const char *stop = newline ? newline : end;
        (void)fputs(before, stdout);
        (void)fwrite(at, 1, (size_t)(stop - at), stdout);
        putchar('\n');
        at = newline ? newline + 1 : end;
    }
}

static const char *word(const struct check_verdict *verdict)
{
    if (verdict->code == CLI_EXIT_OK)
        return "ok";
    return verdict->code == CLI_EXIT_EXPECTATION ? "FAILED" : "ERROR";
}

/* A # would begin a directive. */
static void print_tap_path(const char *path)
{
    for (; *path; path++) {
        if (*path == '#' || *path == '\\')
            putchar('\\');
        putchar(*path == '\n' ? ' ' : *path);
    }
}

void check_report_begin(const struct check_options *options, const struct check_list *list)
{
    if (options->tap)
        printf("TAP version 13\n1..%zu\n", list->count);
}

void check_report_case(const struct check_options *options, const struct check_case *one,
                       size_t number)
{
    bool ok = one->verdict.code == CLI_EXIT_OK;
    if (options->tap) {
        printf("%s %zu - ", ok ? "ok" : "not ok", number);
        print_tap_path(one->path);
        printf("\n# %s: ", word(&one->verdict));
        print_counts(&one->verdict);
        print_lines("# ", one);
    } else {
        printf("%-6s  %s: ", word(&one->verdict), one->path);
        print_counts(&one->verdict);
        print_lines("", one);
    }
    (void)fflush(stdout);
}

void check_report_end(const struct check_options *options, const struct check_list *list)
{
    size_t passed = 0;
    for (size_t i = 0; i < list->count; i++)
        passed += list->cases[i].done && list->cases[i].verdict.code == CLI_EXIT_OK;
    printf("%s%zu passed, %zu failed\n", options->tap ? "# " : "", passed, list->count - passed);
}
