/* SPDX-License-Identifier: MIT */
/* messages.c - how does the program talk on standard error, and how are numbers written? The one
 * place that knows about the terminal. */
#define _POSIX_C_SOURCE 200809L
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"

#define BAR_CELLS 40

void cli_message(const char *format, ...)
{
    va_list arguments;
    cli_progress_wipe();
    va_start(arguments, format);
    (void)fputs("svasim: ", stderr);
    (void)vfprintf(stderr, format, arguments);
    (void)fputc('\n', stderr);
    va_end(arguments);
}

int cli_usage(const char *command, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    (void)fprintf(stderr, "svasim%s%s: ", command ? " " : "", command ? command : "");
    (void)vfprintf(stderr, format, arguments);
    (void)fprintf(stderr, "\nTry 'svasim%s%s --help'.\n", command ? " " : "",
                  command ? command : "");
    va_end(arguments);
    return CLI_EXIT_USAGE;
}

int cli_usage_option(const char *command, int option, char **argv)
{
    const char *text = argv[optind - 1];
    if (option == ':')
        return cli_usage(command, "%s: a value is missing", text);
    return cli_usage(command, "%s: no such option", text);
}

int cli_record_message(const char *path, const svasim_reader *reader, const svasim_record *record,
                       svasim_err err, const char *text)
{
    uint64_t offset = svasim_reader_offset(reader);
    if (record->line)
        cli_message("%s: line %" PRIu64 " (record %" PRIu64 ", byte %" PRIu64 "): %s", path,
                    record->line, record->number, offset, text);
    else
        cli_message("%s: record %" PRIu64 " (block at byte %" PRIu64 "): %s", path, record->number,
                    offset, text);
    return err == SVASIM_EINVAL ? CLI_EXIT_INPUT : CLI_EXIT_SYSTEM;
}

int cli_trace_message(const svasim_trace_error *error)
{
    if (error->code == SVASIM_EDATA && error->line)
        cli_message("%s: line %" PRIu64 " (record %" PRIu64 ", byte %" PRIu64 "): %s", error->path,
                    error->line, error->record, error->byte_offset, error->text);
    else if (error->code == SVASIM_EDATA)
        cli_message("%s: record %" PRIu64 " (block at byte %" PRIu64 "): %s", error->path,
                    error->record, error->byte_offset, error->text);
    else
        cli_message("%s: %s", error->path, error->text);
    return error->code == SVASIM_EDATA ? CLI_EXIT_INPUT : CLI_EXIT_SYSTEM;
}

int cli_finish_stdout(int code)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return code;
    cli_message("standard output: %s", strerror(errno));
    return CLI_EXIT_SYSTEM;
}

void cli_progress(const char *name, uint64_t done, uint64_t total)
{
    if (!isatty(STDERR_FILENO))
        return;
    if (total == 0 || done > total) {
        (void)fprintf(stderr, "\r%.30s  %" PRIu64 " bytes\033[K", name, done);
        return;
    }
    unsigned cells = (unsigned)((double)done / (double)total * BAR_CELLS);
    char bar[BAR_CELLS + 1];
    memset(bar, '.', BAR_CELLS);
    memset(bar, '#', cells);
    bar[BAR_CELLS] = 0;
    (void)fprintf(stderr, "\r%.30s  [%s] %3.0f %%\033[K", name, bar,
                  (double)done / (double)total * 100);
}

void cli_progress_wipe(void)
{
    if (isatty(STDERR_FILENO))
        (void)fputs("\r\033[K", stderr);
}

bool cli_number(const char *text, uint64_t *out)
{
    if (text[0] < '0' || text[0] > '9')
        return false;
    char *end;
    errno = 0;
    unsigned long long value = strtoull(text, &end, 0);
    if (errno)
        return false;
    static const char suffixes[] = "KMGT";
    const char *suffix = *end ? strchr(suffixes, *end) : NULL;
    unsigned shift = suffix ? 10 * (unsigned)(suffix - suffixes + 1) : 0;
    if (suffix)
        end++;
    if (*end || value > UINT64_MAX >> shift)
        return false;
    *out = (uint64_t)value << shift;
    return true;
}

bool cli_sid_parse(const char *text, uint16_t *out)
{
    unsigned bus, device, function;
    char rest;
    if (strlen(text) > 7 || sscanf(text, "%2x:%2x.%1x%c", &bus, &device, &function, &rest) != 3 ||
        device > 31 || function > 7)
        return false;
    *out = (uint16_t)(bus << 8 | device << 3 | function);
    return true;
}

void cli_sid_format(uint16_t source_id, char out[CLI_SID_TEXT])
{
    (void)snprintf(out, CLI_SID_TEXT, "%02x:%02x.%x", (source_id >> 8) & 0xffu,
                   (source_id >> 3) & 0x1fu, source_id & 7u);
}

char *cli_count(uint64_t value, char out[CLI_COUNT_TEXT])
{
    char digits[CLI_COUNT_TEXT];
    int length = snprintf(digits, sizeof digits, "%" PRIu64, value), at = 0;
    for (int i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0)
            out[at++] = ',';
        out[at++] = digits[i];
    }
    out[at] = 0;
    return out;
}

char *cli_nanoseconds(uint64_t ticks, uint64_t mhz, char out[CLI_COUNT_TEXT])
{
    /* 1000 / mhz ns a tick; the remainder keeps the multiplication within 64 bits. */
    uint64_t whole = ticks / mhz, rest = ticks % mhz;
    uint64_t picoseconds = (rest * 1000000 + mhz / 2) / mhz;
    uint64_t nanoseconds = whole * 1000 + picoseconds / 1000;
    int length =
        snprintf(out, CLI_COUNT_TEXT, "%" PRIu64 ".%03" PRIu64, nanoseconds, picoseconds % 1000);
    while (out[length - 1] == '0')
        out[--length] = 0;
    if (out[length - 1] == '.')
        out[length - 1] = 0;
    return out;
}

char *cli_bytes(uint64_t bytes, char out[CLI_COUNT_TEXT])
{
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
    unsigned unit = 0;
    while (unit < 4 && bytes && bytes % 1024 == 0) {
        bytes /= 1024;
        unit++;
    }
    (void)snprintf(out, CLI_COUNT_TEXT, "%" PRIu64 " %s", bytes, units[unit]);
    return out;
}

bool cli_ends_with(const char *name, const char *suffix)
{
    size_t length = strlen(name), tail = strlen(suffix);
    return length >= tail && strcmp(name + length - tail, suffix) == 0;
}
