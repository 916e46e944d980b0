/* SPDX-License-Identifier: MIT */
/* info.c - what does a trace hold, without running it? The fact tables are printed by lists.c. */
#include <getopt.h>
#include <inttypes.h>
#include <string.h>

#include "capabilities.h"
#include "lists.h"

#define LINES_KEPT  32 /* config and device lines shown; the rest is counted */
#define LINE_LENGTH 72

static const char help[] =
    "Usage: svasim info FILE...\n"
    "       svasim info --keys | --faults | --layouts [NAME] |\n"
    "                   --opcodes | --counters | --records\n"
    "       svasim info [--haw BITS] --dmar LINE\n\n"
    "Says what a trace holds, prints one of the tables that the model is made of, or\n"
    "turns what a kernel says of a unit into a configuration file.\n\n"
    "      --keys           configuration keys: default, range, meaning\n"
    "      --faults         fault conditions: name, code, section\n"
    "      --layouts        in-memory structures and descriptors\n"
    "      --layouts NAME   the fields of one of them\n"
    "      --opcodes        operations of a DSA descriptor\n"
    "      --counters       counters of --stats\n"
    "      --records        records of a trace and their fields\n"
    "      --dmar LINE      capabilities of a unit; LINE as Linux prints it at boot, with\n"
    "                       \"ver 6:0 cap 19ed... ecap 3ee9...\"\n"
    "      --haw BITS       its host address width, from the line before the units\n"
    "  -h, --help\n\n"
    "Examples: how is the 4 KiB IOTLB configured? And a unit like the one in this machine:\n"
    "  svasim info --keys | grep iotlb_4k\n"
    "  svasim info --haw 52 --dmar \"$(dmesg | grep 'DMAR: dmar0')\" >mine.ini\n";

/* Lines worth showing, up to a bound. */
struct kept {
    char line[LINES_KEPT][LINE_LENGTH];
    uint64_t count;
};

struct holds {
    uint64_t by_kind[SVASIM_RECORD_KIND_MAX + 1];
    uint64_t records, first_time, last_time, timed;
    uint64_t first_id, last_id, ids;
    struct kept config, devices;
};

static void keep(struct kept *kept, const svasim_record *record)
{
    if (kept->count < LINES_KEPT)
        (void)svasim_record_format(record, kept->line[kept->count], LINE_LENGTH);
    kept->count++;
}

static void look(struct holds *holds, const svasim_record *record)
{
    holds->records++;
    holds->by_kind[record->kind & SVASIM_RECORD_KIND_MAX]++;
    if (record->has_time) {
        if (!holds->timed++)
            holds->first_time = record->time;
        holds->last_time = record->time;
    }
    if (record->kind == SVASIM_RECORD_CONFIG)
        keep(&holds->config, record);
    if (record->kind == SVASIM_RECORD_DEVICE || record->kind == SVASIM_RECORD_WQ)
        keep(&holds->devices, record);
    if (record->kind == SVASIM_RECORD_DMA || record->kind == SVASIM_RECORD_SUBMIT ||
        record->kind == SVASIM_RECORD_INTERRUPT) {
        uint64_t id = record->value[record->kind == SVASIM_RECORD_SUBMIT ? SVASIM_F_SUBMIT_id : 0];
        if (!holds->ids++ || id < holds->first_id)
            holds->first_id = id;
        if (id > holds->last_id)
            holds->last_id = id;
    }
}

static void tell_kept(const char *title, const struct kept *kept)
{
    for (uint64_t i = 0; i < kept->count && i < LINES_KEPT; i++)
        printf("%-10s%s\n", i ? "" : title, kept->line[i]);
    if (kept->count > LINES_KEPT)
        printf("%-10s... and %" PRIu64 " more\n", "", kept->count - LINES_KEPT);
}

static void tell(const struct holds *holds, const char *path, bool binary)
{
    char a[CLI_COUNT_TEXT];
    printf("%s\n%-10s%s\n", path, "form", binary ? "binary" : "text");
    printf("%-10s%s\n", "records", cli_count(holds->records, a));
    for (unsigned kind = 0; kind <= SVASIM_RECORD_KIND_MAX; kind++) {
        const svasim_record_info *info = svasim_record_info_of(kind);
        if (info && holds->by_kind[kind])
            printf("  %-8s%14s  %s\n", info->verb, cli_count(holds->by_kind[kind], a),
                   info->meaning);
    }
    if (holds->ids)
        printf("%-10s%" PRIu64 " to %" PRIu64 "\n", "ids", holds->first_id, holds->last_id);
    if (holds->timed)
        printf("%-10s%" PRIu64 " to %" PRIu64 " cycles\n", "time", holds->first_time,
               holds->last_time);
    else
        printf("%-10snone: every record follows the one before\n", "time");
    tell_kept("config", &holds->config);
    tell_kept("devices", &holds->devices);
}

static int info_file(const char *path)
{
    svasim_trace_error error;
    svasim_reader *reader = svasim_reader_open(path, &error);
    if (!reader)
        return cli_trace_message(&error);
    struct holds holds = {.records = 0};
    const svasim_record *record;
    svasim_err err;
    while ((err = svasim_reader_next(reader, &record)) == SVASIM_OK && record)
        look(&holds, record);
    int code = err == SVASIM_OK ? CLI_EXIT_OK : cli_trace_message(svasim_reader_error(reader));
    tell(&holds, path, svasim_reader_is_binary(reader));
    svasim_reader_close(reader);
    return code;
}

static void print_key(void *user, const char *key, const char *value)
{
    (void)user;
    printf("%s = %s\n", key, value);
}

static int info_unit(struct cli_caps *caps, const char *line)
{
    if (!cli_caps_parse(caps, line))
        return cli_usage("info", "--dmar: \"%s\" lacks \"cap HEX\" or \"ecap HEX\"", line);
    caps->put = print_key;
    return cli_caps_keys(caps);
}

int cli_cmd_info(int argc, char **argv)
{
    enum { KEYS = 256, FAULTS, LAYOUTS, OPCODES, COUNTERS, RECORDS, DMAR, HAW };
    static const struct option options[] = {
        {"keys", no_argument, NULL, KEYS},         {"faults", no_argument, NULL, FAULTS},
        {"layouts", no_argument, NULL, LAYOUTS},   {"opcodes", no_argument, NULL, OPCODES},
        {"counters", no_argument, NULL, COUNTERS}, {"records", no_argument, NULL, RECORDS},
        {"dmar", required_argument, NULL, DMAR},   {"haw", required_argument, NULL, HAW},
        {"help", no_argument, NULL, 'h'},          {NULL, 0, NULL, 0}};
    struct cli_caps caps = {0};
    opterr = 0;
    int option = getopt_long(argc, argv, ":h", options, NULL);
    if (option == HAW) {
        if (!cli_number(optarg, &caps.haw))
            return cli_usage("info", "--haw: \"%s\" is not a number", optarg);
        option = getopt_long(argc, argv, ":h", options, NULL);
        if (option != DMAR && option != '?' && option != ':')
            return cli_usage("info", "--haw: belongs to --dmar");
    }
    switch (option) {
    case -1:
        break;
    case KEYS:
        return cli_list_keys();
    case FAULTS:
        return cli_list_faults();
    case LAYOUTS:
        return optind < argc ? cli_list_layout(argv[optind]) : cli_list_layouts();
    case OPCODES:
        return cli_list_opcodes();
    case COUNTERS:
        return cli_list_counters();
    case RECORDS:
        return cli_list_records();
    case DMAR:
        return info_unit(&caps, optarg);
    case 'h':
        (void)fputs(help, stdout);
        return CLI_EXIT_OK;
    default:
        return cli_usage_option("info", option, argv);
    }
    int code = CLI_EXIT_OK;
    if (optind == argc)
        return cli_usage("info", "a trace is missing");
    for (int i = optind; i < argc; i++) {
        if (i > optind)
            putchar('\n');
        code = cli_worse(code, info_file(argv[i]));
    }
    return code;
}
