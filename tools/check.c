/* SPDX-License-Identifier: MIT */
/* check.c - do these scenarios hold? Options, and the order of the steps. Knows neither how a
 * scenario runs nor how the outcome is written. */
#define _POSIX_C_SOURCE 200809L
#include <getopt.h>
#include <string.h>
#include <unistd.h>

#include "check.h"

#define JOBS_MAX 1024

static const char help[] =
    "Usage: svasim check [options] PATH...\n\n"
    "Runs traces as tests. PATH is a trace, or a directory in which every .svt and .svb\n"
    "file is one. Each is a scenario with a machine of its own, run with functional and\n"
    "with full timing (latency= is judged with timing only); it passes if it expects\n"
    "something and all of that is met.\n\n"
    "      --functional        only without time\n"
    "      --timed             only with full timing\n"
    "      --both              both, one after the other (default)\n"
    "      --filter TEXT       only paths that contain TEXT\n"
    "      --list              print the paths and run nothing\n"
    "      --jobs N            scenarios at once (default: the processors that are online)\n"
    "      --tap               Test Anything Protocol, version 13\n"
    "      --junit F.xml       also write a JUnit report\n"
    "      --update            write the values that came out into the expectations of text\n"
    "                          traces that are not met, and judge again\n"
    "      --coverage F.json   also say which faults, invalidations, walk steps and settings\n"
    "                          the scenarios that passed have reached\n"
    "  -c, --config FILE.ini   configuration over what the traces say (may be repeated)\n"
    "      --set KEY=VALUE     one setting, over FILE.ini (svasim info --keys lists them)\n"
    "  -h, --help\n\n"
    "Exit code: 1 if an expectation is not met, 3 if a trace is malformed, 4 if one cannot\n"
    "be read or its process crashed; the worst decides, and all others run in any case.\n\n"
    "Example: everything about invalidation, four at once\n"
    "  svasim check --filter invalidation --jobs 4 tests/conformance\n";

static int parse_jobs(struct check_options *options, const char *text)
{
    uint64_t jobs;
    if (!cli_number(text, &jobs) || jobs < 1 || jobs > JOBS_MAX)
        return cli_usage("check", "--jobs: \"%s\" is not 1 to %d", text, JOBS_MAX);
    options->jobs = (unsigned)jobs;
    return CLI_EXIT_OK;
}

enum { SET = 256, FUNCTIONAL, TIMED, BOTH, FILTER, LIST, JOBS, TAP, JUNIT, COVERAGE, UPDATE };

/* Returns an exit code, or -1 when there is nothing more to do. */
static int parse_one(struct check_options *options, struct cli_pins *sets, int option, char **argv)
{
    switch (option) {
    case 'c':
        return cli_pins_file(&options->pins, optarg);
    case SET:
        return cli_pins_assign(sets, "check", optarg);
    case FUNCTIONAL:
        options->modes = CHECK_FUNCTIONAL;
        break;
    case TIMED:
        options->modes = CHECK_TIMED;
        break;
    case BOTH:
        options->modes = CHECK_FUNCTIONAL | CHECK_TIMED;
        break;
    case FILTER:
        options->filter = optarg;
        break;
    case LIST:
        options->list = true;
        break;
    case JOBS:
        return parse_jobs(options, optarg);
    case TAP:
        options->tap = true;
        break;
    case JUNIT:
        options->junit_path = optarg;
        break;
    case UPDATE:
        options->update = true;
        break;
    case COVERAGE:
        options->coverage_path = optarg;
        break;
    case 'h':
        (void)fputs(help, stdout);
        return -1;
    default:
        return cli_usage_option("check", option, argv);
    }
    return CLI_EXIT_OK;
}

static int parse(struct check_options *options, int argc, char **argv)
{
    static const struct option names[] = {{"config", required_argument, NULL, 'c'},
                                          {"set", required_argument, NULL, SET},
                                          {"functional", no_argument, NULL, FUNCTIONAL},
                                          {"timed", no_argument, NULL, TIMED},
                                          {"both", no_argument, NULL, BOTH},
                                          {"filter", required_argument, NULL, FILTER},
                                          {"list", no_argument, NULL, LIST},
                                          {"jobs", required_argument, NULL, JOBS},
                                          {"tap", no_argument, NULL, TAP},
                                          {"junit", required_argument, NULL, JUNIT},
                                          {"update", no_argument, NULL, UPDATE},
                                          {"coverage", required_argument, NULL, COVERAGE},
                                          {"help", no_argument, NULL, 'h'},
                                          {NULL, 0, NULL, 0}};
    struct cli_pins sets = {NULL, 0};
    int code = CLI_EXIT_OK, option;
    opterr = 0;
    while (code == CLI_EXIT_OK && (option = getopt_long(argc, argv, ":c:h", names, NULL)) != -1)
        code = parse_one(options, &sets, option, argv);
    /* --set wins over files, wherever it stands on the line. */
    if (code == CLI_EXIT_OK && !cli_pins_move(&options->pins, &sets)) {
        cli_message("out of memory");
        code = CLI_EXIT_SYSTEM;
    }
    cli_pins_free(&sets);
    return code;
}

/* Only what passed counts: a scenario that fails may have been anywhere. */
static int tell_coverage(const struct check_options *options, const struct check_list *list)
{
    size_t passed = 0;
    for (size_t i = 0; i < list->count; i++) {
        const struct check_case *one = &list->cases[i];
        if (!one->done || one->verdict.code != CLI_EXIT_OK)
            continue;
        cover_add(options->cover, &one->verdict.reached, one->path);
        passed++;
    }
    cover_print(options->cover, passed, options->tap ? "# " : "");
    return cover_write(options->cover, passed, options->coverage_path);
}

static int check(struct check_options *options, struct check_list *list)
{
    options->cover = options->coverage_path ? cover_create() : NULL;
    if (options->coverage_path && !options->cover) {
        cli_message("out of memory");
        return CLI_EXIT_SYSTEM;
    }
    check_report_begin(options, list);
    int code = check_run(options, list, check_report_case);
    check_report_end(options, list);
    if (options->junit_path)
        code = cli_worse(code, check_junit_write(options->junit_path, list));
    if (options->cover)
        code = cli_worse(code, tell_coverage(options, list));
    cover_destroy(options->cover);
    return code;
}

int cli_cmd_check(int argc, char **argv)
{
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    struct check_options options = {.modes = CHECK_FUNCTIONAL | CHECK_TIMED,
                                    .jobs = online > 0 && online < JOBS_MAX ? (unsigned)online : 1};
    struct check_list list = {NULL, 0, 0};
    int code = parse(&options, argc, argv);
    if (code == CLI_EXIT_OK && optind == argc)
        code = cli_usage("check", "a trace or a directory is missing");
    if (code == CLI_EXIT_OK)
        code = check_collect(&list, "check", argv + optind, argc - optind, options.filter);
    if (code == CLI_EXIT_OK && options.list)
        for (size_t i = 0; i < list.count; i++)
            (void)puts(list.cases[i].path);
    else if (code == CLI_EXIT_OK)
        code = check(&options, &list);
    check_list_free(&list);
    cli_pins_free(&options.pins);
    return code < 0 ? CLI_EXIT_OK : code;
}
