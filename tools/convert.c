/* SPDX-License-Identifier: MIT */
/* convert.c - the same records in the other form. Loses nothing: comments and times are records or
 * fields too. */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>

#include "form.h"

static const char help[] =
    "Usage: svasim convert [--text | --binary] IN OUT\n\n"
    "Copies a trace into the other form, without loss. OUT's form follows from its name:\n"
    ".svt is text, .svb is binary. - is standard input or output (as text unless\n"
    "--binary is given).\n\n"
    "      --text     write text\n"
    "      --binary   write the compressed binary form\n"
    "  -h, --help\n\n"
    "Example: look at the first records of a binary trace\n"
    "  svasim convert window.svb - | head\n";

bool cli_form_of(const char *path, int wish, svasim_trace_form *out)
{
    if (wish >= 0)
        *out = (svasim_trace_form)wish;
    else if (cli_ends_with(path, ".svt") || strcmp(path, "-") == 0)
        *out = SVASIM_FORM_TEXT;
    else if (cli_ends_with(path, ".svb"))
        *out = SVASIM_FORM_BINARY;
    else
        return false;
    return true;
}

svasim_writer *cli_writer_open(const char *path, svasim_trace_form form)
{
    errno = 0;
    svasim_writer *writer = svasim_writer_open(path, form);
    if (!writer)
        cli_message("%s: %s", path, errno ? strerror(errno) : "cannot be created");
    return writer;
}

int cli_writer_close(svasim_writer *writer, const char *path)
{
    errno = 0;
    if (svasim_writer_close(writer) == SVASIM_OK)
        return CLI_EXIT_OK;
    cli_message("%s: %s", path, errno ? strerror(errno) : "cannot be written");
    return CLI_EXIT_SYSTEM;
}

/* Opening the output for writing would empty the input. */
static bool same_file(const char *a, const char *b)
{
    struct stat x, y;
    return stat(a, &x) == 0 && stat(b, &y) == 0 && S_ISREG(x.st_mode) && x.st_dev == y.st_dev &&
           x.st_ino == y.st_ino;
}

static int copy(svasim_reader *reader, svasim_writer *writer, const char *out)
{
    const svasim_record *record;
    svasim_err err;
    while ((err = svasim_reader_next(reader, &record)) == SVASIM_OK && record) {
        err = svasim_writer_put(writer, record);
        if (err == SVASIM_EINVAL) {
            const char *path = svasim_reader_error(reader)->path;
            cli_message("%s: line %" PRIu64 " (record %" PRIu64 "): %s", path ? path : "input",
                        record->line, record->number, svasim_writer_error(writer));
            return CLI_EXIT_INPUT;
        }
        if (err != SVASIM_OK) {
            cli_message("%s: cannot be written", out);
            return CLI_EXIT_SYSTEM;
        }
    }
    return err == SVASIM_OK ? CLI_EXIT_OK : cli_trace_message(svasim_reader_error(reader));
}

static int convert(const char *in, const char *out, svasim_trace_form form)
{
    svasim_trace_error error;
    if (same_file(in, out))
        return cli_usage("convert", "%s and %s are the same file", in, out);
    svasim_reader *reader = svasim_reader_open(in, &error);
    if (!reader)
        return cli_trace_message(&error);
    svasim_writer *writer = cli_writer_open(out, form);
    int code = CLI_EXIT_SYSTEM;
    if (writer) {
        code = copy(reader, writer, out);
        code = cli_worse(code, cli_writer_close(writer, out));
    }
    svasim_reader_close(reader);
    return code;
}

int cli_cmd_convert(int argc, char **argv)
{
    enum { TEXT = 256, BINARY };
    static const struct option options[] = {{"text", no_argument, NULL, TEXT},
                                            {"binary", no_argument, NULL, BINARY},
                                            {"help", no_argument, NULL, 'h'},
                                            {NULL, 0, NULL, 0}};
    int wish = -1, option;
    opterr = 0;
    while ((option = getopt_long(argc, argv, ":h", options, NULL)) != -1) {
        if (option == TEXT || option == BINARY) {
            wish = option == TEXT ? SVASIM_FORM_TEXT : SVASIM_FORM_BINARY;
        } else if (option == 'h') {
            (void)fputs(help, stdout);
            return CLI_EXIT_OK;
        } else {
            return cli_usage_option("convert", option, argv);
        }
    }
    svasim_trace_form form;
    if (argc - optind != 2)
        return cli_usage("convert", "expected IN and OUT");
    if (!cli_form_of(argv[optind + 1], wish, &form))
        return cli_usage("convert", "%s: a name ending in .svt or .svb, or --text or --binary",
                         argv[optind + 1]);
    return convert(argv[optind], argv[optind + 1], form);
}
