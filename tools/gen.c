/* SPDX-License-Identifier: MIT */
/* gen.c - `svasim gen`: which kind of synthetic trace, with which sizes. The kinds are in gen_dma.c
 * and gen_descriptors.c. */
#include "gen.h"

#include <getopt.h>
#include <inttypes.h>
#include <string.h>

#define KIB        UINT64_C(1024)
#define MIB        (KIB * KIB)
#define GIB        (KIB * MIB)
#define MEMORY_MAX (48 * GIB) /* what all windows may take of the host memory for data */

static const struct kind {
    const char *name;
    int (*run)(struct gen *gen);
    uint64_t count, window, pasids, size, reads;
    unsigned page, regions; /* windows a client has */
    bool descriptors;
    const char *summary;
} kinds[] = {
    {"copies", cli_gen_copies, 1000, 16 * MIB, 1, 4 * KIB, 100, 0, 3, true,
     "sequential memmove descriptors"},
    {"window", cli_gen_window, 100000, 64 * MIB, 1, 64, 100, 0, 1, false,
     "random requests over a window"},
    {"tenants", cli_gen_tenants, 100000, 256 * KIB, 64, 64, 70, 0, 1, false,
     "random requests of many PASIDs, Zipf"},
    {"mix", cli_gen_mix, 1000, 4 * MIB, 1, 16 * KIB, 100, 0, 3, true,
     "a mix of operations, batches among them"},
    {"supervisor", cli_gen_supervisor, 1000, GIB, 1, 4 * KIB, 100, 2, 3, true,
     "ENQCMDS by a kernel client, direct map"},
    {"faults", cli_gen_faults, 10000, 64 * KIB, 1, 64, 100, 0, 1, false,
     "a storm of faults, with expectations"},
};
#define KINDS (sizeof kinds / sizeof kinds[0])

static const char *const page_names[] = {"4K", "2M", "1G"};

static int help(void)
{
    printf("Usage: svasim gen KIND [options] -o OUT\n\n"
           "Writes a synthetic trace that replays by itself. The same options give the same\n"
           "bytes on every machine.\n\nKinds:%38s%10s%9s%8s%6s\n",
           "", "count", "window", "size", "page");
    for (size_t i = 0; i < KINDS; i++) {
        char window[CLI_COUNT_TEXT], size[CLI_COUNT_TEXT];
        printf("  %-10s %-40s%9" PRIu64 "%9s%8s%4s\n", kinds[i].name, kinds[i].summary,
               kinds[i].count, cli_bytes(kinds[i].window, window), cli_bytes(kinds[i].size, size),
               page_names[kinds[i].page]);
    }
    printf("\n  -o, --output OUT      .svt is text, .svb binary, - standard output\n"
           "      --text, --binary\n"
           "      --seed N          default 1\n"
           "      --count N         requests or descriptors\n"
           "      --window BYTES    memory that a client touches (suffixes K, M, G)\n"
           "      --size BYTES      of a request, or the largest of a descriptor\n"
           "      --page 4K|2M|1G   page size\n"
           "      --rw-mix PERCENT  requests that read (window: 100, tenants: 70)\n"
           "      --pasids N        tenants (64)\n"
           "      --zipf S          tenants: exponent, two decimals (0.99); 0: all alike\n"
           "      --interval N      cycles between two stimuli; default 0: no time stamps,\n"
           "                        each is issued as soon as there is room\n"
           "  -h, --help\n\n"
           "Example: a thousand tenants, a few of them busy\n"
           "  svasim gen tenants --pasids 1000 --zipf 1.20 -o tenants.svb\n");
    return CLI_EXIT_OK;
}

/* "0.99" to 99; up to two decimals, no more than 4. */
static bool parse_zipf(const char *text, unsigned *out)
{
    unsigned whole = 0, fraction = 0, digits = 0;
    for (; *text >= '0' && *text <= '9' && whole <= 4; digits++)
        whole = whole * 10 + (unsigned)(*text++ - '0');
    if (!digits)
        return false;
    if (*text == '.') {
        text++;
        for (unsigned scale = 10; scale && *text >= '0' && *text <= '9'; scale /= 10)
            fraction += (unsigned)(*text++ - '0') * scale;
    }
    *out = whole * 100 + fraction;
    return *text == 0 && *out <= 400;
}

struct command {
    struct gen gen;
    const struct kind *kind;
    const char *out;
    int wish;
};

static int parse(struct command *command, int argc, char **argv)
{
    enum { TEXT = 256, BINARY, SEED, COUNT, WINDOW, SIZE, PAGE, RW_MIX, PASIDS, ZIPF, INTERVAL };
    static const struct option options[] = {{"output", required_argument, NULL, 'o'},
                                            {"text", no_argument, NULL, TEXT},
                                            {"binary", no_argument, NULL, BINARY},
                                            {"seed", required_argument, NULL, SEED},
                                            {"count", required_argument, NULL, COUNT},
                                            {"window", required_argument, NULL, WINDOW},
                                            {"size", required_argument, NULL, SIZE},
                                            {"page", required_argument, NULL, PAGE},
                                            {"rw-mix", required_argument, NULL, RW_MIX},
                                            {"pasids", required_argument, NULL, PASIDS},
                                            {"zipf", required_argument, NULL, ZIPF},
                                            {"interval", required_argument, NULL, INTERVAL},
                                            {"help", no_argument, NULL, 'h'},
                                            {NULL, 0, NULL, 0}};
    struct gen *gen = &command->gen;
    int option;
    opterr = 0;
    while ((option = getopt_long(argc, argv, ":o:h", options, NULL)) != -1) {
        uint64_t *number = option == SEED       ? &gen->seed
                           : option == COUNT    ? &gen->count
                           : option == WINDOW   ? &gen->window
                           : option == SIZE     ? &gen->size
                           : option == RW_MIX   ? &gen->reads
                           : option == PASIDS   ? &gen->pasids
                           : option == INTERVAL ? &gen->interval
                                                : NULL;
        if (number) {
            if (!cli_number(optarg, number))
                return cli_usage("gen", "\"%s\" is not a number", optarg);
        } else if (option == 'o') {
            command->out = optarg;
        } else if (option == TEXT || option == BINARY) {
            command->wish = option == TEXT ? SVASIM_FORM_TEXT : SVASIM_FORM_BINARY;
        } else if (option == PAGE) {
            for (gen->page = 0; strcmp(page_names[gen->page], optarg) != 0;)
                if (++gen->page == 3)
                    return cli_usage("gen", "--page: \"%s\" is none of 4K, 2M, 1G", optarg);
        } else if (option == ZIPF) {
            if (!parse_zipf(optarg, &gen->zipf_percent))
                return cli_usage("gen", "--zipf: \"%s\" is not a number from 0 to 4.00", optarg);
        } else if (option == 'h') {
            return help() - 1;
        } else {
            return cli_usage_option("gen", option, argv);
        }
    }
    return CLI_EXIT_OK;
}

static int check(const struct command *command)
{
    const struct gen *gen = &command->gen;
    uint64_t largest = command->kind->descriptors ? UINT64_C(1) << 31 : 4096;
    if (gen->size == 0 || gen->size > largest)
        return cli_usage("gen", "--size: %" PRIu64 " is not 1 to %" PRIu64, gen->size, largest);
    if (command->kind->descriptors && gen->size % 64)
        return cli_usage("gen", "--size: %" PRIu64 " is not a multiple of 64", gen->size);
    if (gen->pasids == 0 || gen->pasids >= 1u << 20)
        return cli_usage("gen", "--pasids: %" PRIu64 " is not 1 to 1048575", gen->pasids);
    if (gen->reads > 100)
        return cli_usage("gen", "--rw-mix: %" PRIu64 " is not 0 to 100", gen->reads);
    if (gen->window < 64 || gen->window > MEMORY_MAX)
        return cli_usage("gen", "--window: %" PRIu64 " is not 64 to 48G", gen->window);
    if (command->kind->descriptors && gen->size > gen->window)
        return cli_usage("gen", "--size: %" PRIu64 " is more than --window", gen->size);
    if (cli_gen_whole_pages(gen, gen->window) > MEMORY_MAX / command->kind->regions / gen->pasids)
        return cli_usage("gen", "--window, --pasids: all windows together take more than 48G");
    if (gen->interval && gen->count > UINT64_MAX / gen->interval)
        return cli_usage("gen", "--interval: time runs out");
    return CLI_EXIT_OK;
}

static int generate(struct command *command, svasim_trace_form form)
{
    struct cli_builder to = {.path = command->out, .code = CLI_EXIT_OK};
    struct gen *gen = &command->gen;
    char comment[256];
    to.writer = cli_writer_open(command->out, form);
    if (!to.writer)
        return CLI_EXIT_SYSTEM;
    gen->to = &to;
    gen->state = gen->seed;
    (void)snprintf(
        comment, sizeof comment,
        " svasim gen %s --seed %" PRIu64 " --count %" PRIu64 " --window %" PRIu64 " --size %" PRIu64
        " --page %s --rw-mix %" PRIu64 " --pasids %" PRIu64 " --zipf %u.%02u --interval %" PRIu64,
        command->kind->name, gen->seed, gen->count, gen->window, gen->size, page_names[gen->page],
        gen->reads, gen->pasids, gen->zipf_percent / 100, gen->zipf_percent % 100, gen->interval);
    cli_build_comment(&to, comment);
    int code = command->kind->run(gen);
    return cli_worse(code, cli_writer_close(to.writer, command->out));
}

int cli_cmd_gen(int argc, char **argv)
{
    struct command command = {.wish = -1, .gen = {.seed = 1, .zipf_percent = 99}};
    svasim_trace_form form;
    int code;
    if (argc > 1 && argv[1][0] != '-') {
        size_t i = 0;
        while (strcmp(kinds[i].name, argv[1]) != 0)
            if (++i == KINDS)
                return cli_usage("gen", "%s: no such kind", argv[1]);
        const struct kind *kind = command.kind = &kinds[i];
        command.gen.count = kind->count;
        command.gen.window = kind->window;
        command.gen.pasids = kind->pasids;
        command.gen.size = kind->size;
        command.gen.reads = kind->reads;
        command.gen.page = kind->page;
        argc--;
        argv++;
    }
    if ((code = parse(&command, argc, argv)) != CLI_EXIT_OK)
        return code < 0 ? CLI_EXIT_OK : code;
    if (!command.kind || optind != argc)
        return cli_usage("gen", "expected one KIND, first");
    if (!command.out || !cli_form_of(command.out, command.wish, &form))
        return cli_usage("gen", "-o: a name ending in .svt or .svb, or --text or --binary");
    code = check(&command);
    return code == CLI_EXIT_OK ? generate(&command, form) : code;
}
