/* SPDX-License-Identifier: MIT */
/* import.c - another tool's log becomes a trace: which format, which unit was recorded, where to.
 * Formats are read in files of their own. */
#include <getopt.h>
#include <string.h>

#include "capabilities.h"
#include "import.h"

static const char help[] =
    "Usage: svasim import FORMAT [options] IN -o OUT\n\n"
    "Turns another tool's log into a trace whose expect records say what was recorded.\n\n"
    "Formats:\n"
    "  qemu-jsonl   translations by QEMU's VT-d model, with the driver's stores to its\n"
    "               tables, register writes and invalidations; one JSON object a line,\n"
    "               compressed or not (docs/cli.md has the keys)\n\n"
    "  -o, --output OUT   .svt is text, .svb binary, - standard output\n"
    "      --text, --binary\n"
    "      --haw BITS     host address width of the recorded unit (default 48)\n"
    "      --cap VALUE    its CAP_REG; default: the model's own capabilities\n"
    "      --ecap VALUE   its ECAP_REG; default: the model's own capabilities\n"
    "  -h, --help\n\n"
    "Example:\n"
    "  svasim import qemu-jsonl boot.jsonl.gz -o boot.svb && svasim replay boot.svb\n";

static const struct {
    const char *name;
    int (*run)(struct cli_builder *to, const char *in);
} formats[] = {{"qemu-jsonl", cli_import_qemu_jsonl}};

struct import {
    struct cli_caps caps;
    const char *out;
    int wish;
};

static int number_option(const char *name, const char *text, uint64_t *out)
{
    if (cli_number(text, out))
        return CLI_EXIT_OK;
    return cli_usage("import", "--%s: \"%s\" is not a number", name, text);
}

static int parse(struct import *import, int argc, char **argv)
{
    enum { TEXT = 256, BINARY, HAW, CAP, ECAP };
    static const struct option options[] = {
        {"output", required_argument, NULL, 'o'}, {"text", no_argument, NULL, TEXT},
        {"binary", no_argument, NULL, BINARY},    {"haw", required_argument, NULL, HAW},
        {"cap", required_argument, NULL, CAP},    {"ecap", required_argument, NULL, ECAP},
        {"help", no_argument, NULL, 'h'},         {NULL, 0, NULL, 0}};
    int code = CLI_EXIT_OK, option;
    opterr = 0;
    while (code == CLI_EXIT_OK && (option = getopt_long(argc, argv, ":o:h", options, NULL)) != -1) {
        switch (option) {
        case 'o':
            import->out = optarg;
            break;
        case TEXT:
        case BINARY:
            import->wish = option == TEXT ? SVASIM_FORM_TEXT : SVASIM_FORM_BINARY;
            break;
        case HAW:
            code = number_option("haw", optarg, &import->caps.haw);
            break;
        case CAP:
            import->caps.has_cap = true;
            code = number_option("cap", optarg, &import->caps.cap);
            break;
        case ECAP:
            import->caps.has_ecap = true;
            code = number_option("ecap", optarg, &import->caps.ecap);
            break;
        case 'h':
            (void)fputs(help, stdout);
            return -1;
        default:
            code = cli_usage_option("import", option, argv);
            break;
        }
    }
    return code;
}

static void put_key(void *user, const char *key, const char *value)
{
    cli_build_config(user, key, value);
}

int cli_cmd_import(int argc, char **argv)
{
    struct import import = {.caps = {.haw = 48}, .wish = -1};
    struct cli_builder to = {.code = CLI_EXIT_OK};
    svasim_trace_form form;
    size_t format = 0;
    int code = parse(&import, argc, argv);
    if (code != CLI_EXIT_OK)
        return code < 0 ? CLI_EXIT_OK : code;
    if (argc - optind != 2)
        return cli_usage("import", "expected FORMAT and IN");
    while (strcmp(formats[format].name, argv[optind]) != 0)
        if (++format == sizeof formats / sizeof formats[0])
            return cli_usage("import", "%s: no such format", argv[optind]);
    if (!import.out || !cli_form_of(import.out, import.wish, &form))
        return cli_usage("import", "-o: a name ending in .svt or .svb, or --text or --binary");
    to.path = import.out;
    to.writer = cli_writer_open(import.out, form);
    if (!to.writer)
        return CLI_EXIT_SYSTEM;
    import.caps.put = put_key;
    import.caps.user = &to;
    code = cli_caps_keys(&import.caps);
    if (code == CLI_EXIT_OK)
        code = formats[format].run(&to, argv[optind + 1]);
    code = cli_worse(code, to.code);
    return cli_worse(code, cli_writer_close(to.writer, import.out));
}
