/* SPDX-License-Identifier: MIT */
/* vectors.c - scenarios for other models of a unit: options, names, and what became of each. Knows
 * neither how a scenario becomes steps nor how a file looks. */
#include <getopt.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "report.h"
#include "vectors_files.h"

static const char help[] =
    "Usage: svasim vectors [options] DIR [PATH...]\n\n"
    "Writes scenarios as test vectors that any model of a unit can be put through: RTL test\n"
    "benches, emulators, other simulators. PATH is a trace, or a directory in which every\n"
    ".svt and .svb file is one (default: tests/conformance). Each becomes a file below DIR,\n"
    "one JSON object per line: the unit and its registers, the memory image, then each\n"
    "step and what it must lead to. DIR/index.jsonl lists them, and those that were left\n"
    "out with the reason. docs/vectors.md describes the format.\n\n"
    "      --filter TEXT       only paths that contain TEXT\n"
    "      --no-depends        leave out what the values depend on (takes most of the time)\n"
    "  -c, --config FILE.ini   configuration over what the traces say (may be repeated)\n"
    "      --set KEY=VALUE     one setting, over FILE.ini (svasim info --keys lists them)\n"
    "  -h, --help\n\n"
    "Exit code: 1 if an expectation of a scenario is not met (it gets no file), 3 if a trace\n"
    "is malformed, 4 if a file cannot be read or written; the worst decides.\n\n"
    "Example: all that is said of rights\n"
    "  svasim vectors vectors/rights tests/conformance/rights\n";

struct options {
    struct cli_pins pins;
    const char *filter;
    bool no_depends;
};

struct counts {
    size_t written, left_out, failed;
    uint64_t steps, requests;
};

static int parse(struct options *options, int argc, char **argv)
{
    enum { SET = 256, FILTER, NO_DEPENDS };
    static const struct option names[] = {{"config", required_argument, NULL, 'c'},
                                          {"set", required_argument, NULL, SET},
                                          {"filter", required_argument, NULL, FILTER},
                                          {"no-depends", no_argument, NULL, NO_DEPENDS},
                                          {"help", no_argument, NULL, 'h'},
                                          {NULL, 0, NULL, 0}};
    struct cli_pins sets = {NULL, 0};
    int code = CLI_EXIT_OK, option;
    opterr = 0;
    while (code == CLI_EXIT_OK && (option = getopt_long(argc, argv, ":c:h", names, NULL)) != -1) {
        if (option == 'c') {
            code = cli_pins_file(&options->pins, optarg);
        } else if (option == SET) {
            code = cli_pins_assign(&sets, "vectors", optarg);
        } else if (option == FILTER) {
            options->filter = optarg;
        } else if (option == NO_DEPENDS) {
            options->no_depends = true;
        } else if (option == 'h') {
            (void)fputs(help, stdout);
            code = -1;
        } else {
            code = cli_usage_option("vectors", option, argv);
        }
    }
    if (code == CLI_EXIT_OK && !cli_pins_move(&options->pins, &sets)) {
        cli_message("out of memory");
        code = CLI_EXIT_SYSTEM;
    }
    cli_pins_free(&sets);
    return code;
}

/* --- names --- */

/* What of `path` lies below the argument that led to it, without its ending; the caller frees it.
 */
static char *name_of(const char *path, char **roots, int count)
{
    const char *slash = strrchr(path, '/'), *rest = slash ? slash + 1 : path;
    for (int i = 0; i < count; i++) {
        size_t length = strlen(roots[i]);
        while (length > 1 && roots[i][length - 1] == '/')
            length--;
        if (strncmp(path, roots[i], length) == 0 && path[length] == '/') {
            rest = path + length;
            rest += strspn(rest, "/");
            break;
        }
    }
    char *name = malloc(strlen(rest) + 1);
    if (!name)
        return NULL;
    memcpy(name, rest, strlen(rest) + 1);
    if (cli_ends_with(name, ".svt") || cli_ends_with(name, ".svb"))
        name[strlen(name) - 4] = 0;
    return name;
}

static int by_name(const void *a, const void *b)
{
    const struct vectors_scenario *x = a, *y = b;
    int order = strcmp(x->name, y->name);
    return order ? order : strcmp(x->path, y->path);
}

/* Sorted by name; two files of one name would overwrite each other. */
static int name_all(struct vectors_scenario *scenarios, const struct check_list *list, char **roots,
                    int count)
{
    for (size_t i = 0; i < list->count; i++) {
        scenarios[i].path = list->cases[i].path;
        scenarios[i].name = name_of(list->cases[i].path, roots, count);
        if (!scenarios[i].name) {
            cli_message("out of memory");
            return CLI_EXIT_SYSTEM;
        }
        json_t *valid = cli_json_text(scenarios[i].path);
        bool is_text = json_is_string(valid);
        json_decref(valid);
        if (!valid) {
            cli_message("out of memory");
            return CLI_EXIT_SYSTEM;
        }
        if (!is_text)
            return cli_usage("vectors", "%s: a path that is no UTF-8", scenarios[i].path);
    }
    qsort(scenarios, list->count, sizeof scenarios[0], by_name);
    for (size_t i = 0; i < list->count; i++) {
        const char *name = scenarios[i].name;
        if (strcmp(name, "index") == 0)
            return cli_usage("vectors", "%s: the name \"index\" is taken", scenarios[i].path);
        if (i && strcmp(scenarios[i - 1].name, name) == 0)
            return cli_usage("vectors", "%s, %s: both would be %s.jsonl", scenarios[i - 1].path,
                             scenarios[i].path, name);
    }
    return CLI_EXIT_OK;
}

/* --- the index --- */

static bool add_to_index(json_t *index, const struct vectors_scenario *scenario)
{
    json_t *one = json_object();
    bool ok = one && json_object_set_new(one, "kind", json_string("entry")) == 0 &&
              json_object_set_new(one, "name", json_string(scenario->name)) == 0 &&
              json_object_set_new(one, "source", json_string(scenario->path)) == 0;
    if (scenario->left_out) {
        ok = ok && json_object_set_new(one, "left_out", json_string(scenario->left_out)) == 0;
    } else {
        char file[1024];
        (void)snprintf(file, sizeof file, "%s.jsonl", scenario->name);
        ok = ok && json_object_set_new(one, "file", json_string(file)) == 0 &&
             json_object_set_new(one, "steps",
                                 json_integer((json_int_t)json_array_size(scenario->steps))) == 0 &&
             json_object_set_new(one, "requests", json_integer((json_int_t)scenario->requests)) ==
                 0 &&
             json_object_set(one, "needs", json_object_get(scenario->header, "needs")) == 0;
        if (scenario->depends)
            ok = ok && json_object_set(one, "depends_on",
                                       json_object_get(scenario->header, "depends_on")) == 0;
    }
    return json_array_append_new(index, one) == 0 && ok;
}

/* --- all of them --- */

static int make_one(const struct options *options, const char *directory,
                    struct vectors_scenario *scenario, json_t *index, struct counts *counts)
{
    scenario->depends = !options->no_depends;
    vectors_scenario(&options->pins, scenario);
    int code = scenario->code;
    if (code == CLI_EXIT_OK && !scenario->left_out)
        code = vectors_files_put(directory, scenario);
    if (code != CLI_EXIT_OK) {
        counts->failed++;
    } else if (scenario->left_out) {
        counts->left_out++;
    } else {
        counts->written++;
        counts->steps += json_array_size(scenario->steps);
        counts->requests += scenario->requests;
    }
    if (code == CLI_EXIT_OK && !add_to_index(index, scenario)) {
        cli_message("out of memory");
        code = CLI_EXIT_SYSTEM;
    }
    vectors_scenario_free(scenario);
    return code;
}

static int make_all(const struct options *options, const char *directory,
                    struct vectors_scenario *scenarios, size_t count)
{
    struct counts counts = {0};
    json_t *index = json_array();
    int code = CLI_EXIT_OK;
    for (size_t i = 0; i < count; i++) {
        code = cli_worse(code, make_one(options, directory, &scenarios[i], index, &counts));
        cli_progress(directory, i + 1, count);
    }
    cli_progress_wipe();
    code = cli_worse(code, vectors_files_index(directory, index));
    json_decref(index);
    printf("%zu scenarios: %zu written (%" PRIu64 " steps, %" PRIu64
           " requests), %zu left out (timed), %zu failed\n",
           count, counts.written, counts.steps, counts.requests, counts.left_out, counts.failed);
    return code;
}

static int vectors(const struct options *options, const struct check_list *list,
                   const char *directory, char **roots, int count)
{
    struct vectors_scenario *scenarios = calloc(list->count, sizeof *scenarios);
    if (!scenarios) {
        cli_message("out of memory");
        return CLI_EXIT_SYSTEM;
    }
    int code = name_all(scenarios, list, roots, count);
    if (code == CLI_EXIT_OK)
        code = make_all(options, directory, scenarios, list->count);
    for (size_t i = 0; i < list->count; i++)
        free((void *)scenarios[i].name);
    free(scenarios);
    return code;
}

int cli_cmd_vectors(int argc, char **argv)
{
    static char usual[] = "tests/conformance";
    char *usual_roots[] = {usual};
    struct options options = {.filter = NULL};
    struct check_list list = {NULL, 0, 0};
    int code = parse(&options, argc, argv);
    if (code == CLI_EXIT_OK && optind == argc)
        code = cli_usage("vectors", "a directory for the vectors is missing");
    if (code == CLI_EXIT_OK) {
        bool given = argc - optind > 1;
        char **roots = given ? argv + optind + 1 : usual_roots;
        int count = given ? argc - optind - 1 : 1;
        code = check_collect(&list, "vectors", roots, count, options.filter);
        if (code == CLI_EXIT_OK)
            code = vectors(&options, &list, argv[optind], roots, count);
    }
    check_list_free(&list);
    cli_pins_free(&options.pins);
    return code < 0 ? CLI_EXIT_OK : code;
}
