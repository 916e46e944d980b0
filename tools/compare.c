/* SPDX-License-Identifier: MIT */
/* compare.c - what became different between two runs? Options, and the order of things. */
#include <getopt.h>
#include <stdlib.h>

#include "compare.h"

static const char help[] =
    "Usage: svasim compare [options] A.json B.json\n\n"
    "Shows what differs between two runs, the most important first: what was configured,\n"
    "throughput, latencies, faults, hit rates, walks, memory reads, where the time went, how\n"
    "busy the resources were, and all other counters. A.json and B.json are what\n"
    "svasim replay --stats wrote, of one trace each. Changes are B less A.\n\n"
    "      --all                 rows that are equal too\n"
    "      --threshold PERCENT   hide smaller changes (of rates: percentage points)\n"
    "      --json                the same rows as one object\n"
    "  -h, --help\n\n"
    "Exit code: 0 whether they differ or not, 3 if a file is not such a file.\n\n"
    "Example: what do sixteen walkers change?\n"
    "  svasim gen window --window 1G -o window.svb\n"
    "  svasim replay --stats a.json window.svb\n"
    "  svasim replay --stats b.json --set walk.walkers=16 window.svb\n"
    "  svasim compare --threshold 1 a.json b.json\n";

static int run(struct cli_comparison *comparison, bool json)
{
    for (unsigned i = 0; i < 2; i++) {
        int code = cli_stats_load(comparison->path[i], &comparison->stats[i]);
        if (code != CLI_EXIT_OK)
            return code;
    }
    if (!cli_compare_rows(comparison)) {
        cli_message("out of memory");
        return CLI_EXIT_SYSTEM;
    }
    return json ? cli_compare_json(comparison) : cli_compare_print(comparison);
}

/* More than 100 is no mistake: a counter can grow a hundredfold. */
static bool parse_threshold(const char *text, double *out)
{
    char *end;
    if (text[0] < '0' || text[0] > '9')
        return false;
    *out = strtod(text, &end);
    return *end == 0 && *out <= 1e9;
}

int cli_cmd_compare(int argc, char **argv)
{
    enum { ALL = 256, THRESHOLD, JSON };
    static const struct option options[] = {{"all", no_argument, NULL, ALL},
                                            {"threshold", required_argument, NULL, THRESHOLD},
                                            {"json", no_argument, NULL, JSON},
                                            {"help", no_argument, NULL, 'h'},
                                            {NULL, 0, NULL, 0}};
    struct cli_comparison comparison = {.all = false};
    bool json = false;
    int option;
    opterr = 0;
    while ((option = getopt_long(argc, argv, ":h", options, NULL)) != -1) {
        switch (option) {
        case ALL:
            comparison.all = true;
            break;
        case THRESHOLD:
            if (!parse_threshold(optarg, &comparison.threshold))
                return cli_usage("compare", "--threshold: \"%s\" is not a percentage", optarg);
            break;
        case JSON:
            json = true;
            break;
        case 'h':
            (void)fputs(help, stdout);
            return CLI_EXIT_OK;
        default:
            return cli_usage_option("compare", option, argv);
        }
    }
    if (argc - optind != 2)
        return cli_usage("compare", "two files are compared, not %d", argc - optind);
    comparison.path[0] = argv[optind];
    comparison.path[1] = argv[optind + 1];
    int code = run(&comparison, json);
    json_decref(comparison.stats[0]);
    json_decref(comparison.stats[1]);
    free(comparison.rows.list);
    return code;
}
