/* SPDX-License-Identifier: MIT */
/* check_junit.c - the outcome as a JUnit report. The one place that knows XML. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "check.h"

/* Bytes of the UTF-8 sequence at `at` that XML allows, 0 if there is none. */
static size_t sequence(const unsigned char *at, size_t room)
{
    static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t bytes = at[0] >= 0xf0 && at[0] < 0xf8   ? 4
                   : at[0] >= 0xe0 && at[0] < 0xf0 ? 3
                   : at[0] >= 0xc0 && at[0] < 0xe0 ? 2
                                                   : 0;
    if (bytes == 0 || bytes > room)
        return 0;
    uint32_t code = at[0] & (0x7fu >> bytes);
    for (size_t i = 1; i < bytes; i++) {
        if ((at[i] & 0xc0) != 0x80)
            return 0;
        code = code << 6 | (at[i] & 0x3fu);
    }
    bool allowed = code >= smallest[bytes] && code <= 0x10ffff && code != 0xfffe &&
                   code != 0xffff && (code < 0xd800 || code > 0xdfff);
    return allowed ? bytes : 0;
}

/* Text for an element or a quoted attribute. What XML cannot hold becomes a question mark. */
static void escaped(FILE *file, const char *text, size_t bytes)
{
    const unsigned char *at = (const unsigned char *)text;
    for (size_t i = 0; i < bytes;) {
        size_t length = at[i] < 0x80 ? 1 : sequence(at + i, bytes - i);
        if (at[i] == '&')
            (void)fputs("&amp;", file);
        else if (at[i] == '<')
            (void)fputs("&lt;", file);
        else if (at[i] == '>')
            (void)fputs("&gt;", file);
        else if (at[i] == '"')
            (void)fputs("&quot;", file);
        else if (length == 0 || at[i] == 0x7f || (at[i] < 0x20 && at[i] != '\t' && at[i] != '\n'))
            (void)fputc('?', file);
        else
            (void)fwrite(at + i, 1, length, file);
        i += length ? length : 1;
    }
}

static void put_time(FILE *file, uint64_t microseconds)
{
    (void)fprintf(file, " time=\"%" PRIu64 ".%06" PRIu64 "\"", microseconds / 1000000,
                  microseconds % 1000000);
}

static void put_case(FILE *file, const struct check_case *one)
{
    const char *slash = strrchr(one->path, '/');
    const char *name = slash ? slash + 1 : one->path;
    const struct check_verdict *verdict = &one->verdict;
    (void)fputs("    <testcase classname=\"", file);
    escaped(file, slash ? one->path : ".", slash ? (size_t)(slash - one->path) : 1);
    (void)fputs("\" name=\"", file);
    escaped(file, name, strlen(name));
    (void)fputs("\"", file);
    put_time(file, verdict->microseconds);
    if (verdict->code == CLI_EXIT_OK) {
        (void)fputs("/>\n", file);
        return;
    }
    const char *element = verdict->code == CLI_EXIT_EXPECTATION ? "failure" : "error";
    (void)fprintf(file, ">\n      <%s message=\"%" PRIu64 " of %" PRIu64 " met\">", element,
                  verdict->met, verdict->expectations);
    if (one->text)
        escaped(file, one->text, one->text_bytes);
    (void)fprintf(file, "</%s>\n    </testcase>\n", element);
}

static void put_all(FILE *file, const struct check_list *list)
{
    size_t failures = 0, errors = 0;
    uint64_t microseconds = 0;
    for (size_t i = 0; i < list->count; i++) {
        failures += list->cases[i].verdict.code == CLI_EXIT_EXPECTATION;
        errors += list->cases[i].verdict.code > CLI_EXIT_EXPECTATION;
        microseconds += list->cases[i].verdict.microseconds;
    }
    (void)fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n", file);
    (void)fprintf(file,
                  "  <testsuite name=\"svasim check\" tests=\"%zu\" failures=\"%zu\" "
                  "errors=\"%zu\" skipped=\"0\"",
                  list->count, failures, errors);
    put_time(file, microseconds);
    (void)fputs(">\n", file);
    for (size_t i = 0; i < list->count; i++)
        put_case(file, &list->cases[i]);
    (void)fputs("  </testsuite>\n</testsuites>\n", file);
}

int check_junit_write(const char *path, const struct check_list *list)
{
    errno = 0;
    FILE *file = fopen(path, "w");
    bool ok = file != NULL;
    if (file) {
        put_all(file, list);
        ok = !ferror(file);
        ok = fclose(file) == 0 && ok;
    }
    if (!ok)
        cli_message("%s: %s", path, errno ? strerror(errno) : "cannot be written");
    return ok ? CLI_EXIT_OK : CLI_EXIT_SYSTEM;
}
