/* SPDX-License-Identifier: MIT */
/* dump.c - what is in a machine at a record of its trace? Runs the trace that far without time and
 * prints registers; tables are left to dump_tables.c. */
#include "dump.h"

#include <getopt.h>
#include <inttypes.h>
#include <string.h>

#define RTADDR         0x20
#define GSTS           0x1c
#define GSTS_IRTPS     (UINT64_C(1) << 24)
#define IRTA           0xb8
#define DEFAULT_BUDGET 100000

struct command {
    struct dump dump;
    uint64_t at; /* last record to apply */
    const char *path;
};

static const char help[] =
    "Usage: svasim dump [options] FILE\n\n"
    "Applies a trace without timing, then decodes the registers and every table that is\n"
    "reachable from the root pointer: address, raw quadwords, and fields that are not 0.\n"
    "Once its pointer is set, the interrupt remapping table follows.\n\n"
    "      --at RECORD      stop after this record (default: the last)\n"
    "      --sid BB:DD.F    only this requester\n"
    "      --pasid N        only this PASID (0 or RID_PASID: requests without PASID)\n"
    "      --depth DEPTH    tables: page tables as ranges (default); pages: every entry\n"
    "      --limit N        tables visited and entries printed (default 100000)\n"
    "  -h, --help\n\n"
    "Example: what does PASID 5 of a device see before record 40 changes it?\n"
    "  svasim dump --at 39 --sid 00:02.0 --pasid 5 trace.svt\n";

bool cli_dump_afford(struct dump *dump)
{
    if (dump->budget == 0 && !dump->stopped)
        printf("... stopped: the limit is reached (--limit, or narrow it: --sid, --pasid)\n");
    if (dump->budget == 0)
        dump->stopped = true;
    else
        dump->budget--;
    return !dump->stopped;
}

bool cli_dump_read(struct dump *dump, unsigned indent, uint64_t hpa, uint64_t *words,
                   unsigned count)
{
    uint8_t bytes[DUMP_TABLE_BYTES];
    if (!cli_dump_afford(dump))
        return false;
    if (svasim_mem_read(dump->mem, hpa, bytes, count * 8u) != SVASIM_OK) {
        printf("%*sno memory at 0x%" PRIx64 "\n", (int)indent, "", hpa);
        return false;
    }
    for (unsigned i = 0; i < count; i++) {
        words[i] = 0;
        for (unsigned b = 8; b-- > 0;)
            words[i] = words[i] << 8 | bytes[i * 8 + b];
    }
    return true;
}

uint64_t cli_dump_field(const svasim_layout *layout, const char *name, const uint64_t *words)
{
    const svasim_field *field = layout ? svasim_field_find(layout, name) : NULL;
    return field ? svasim_field_get(field, words) : 0;
}

void cli_dump_fields(const svasim_layout *layout, const uint64_t *words)
{
    bool any = false;
    for (unsigned i = 0; i < layout->field_count; i++) {
        const svasim_field *field = &layout->fields[i];
        uint64_t value = svasim_field_get(field, words);
        if (value == 0 || field->kind == SVASIM_FIELD_IGNORED)
            continue;
        any = true;
        if (field->kind == SVASIM_FIELD_RESERVED)
            printf(" RESERVED[%u:%u]=0x%" PRIx64, field->word * 64u + field->hi,
                   field->word * 64u + field->lo, value);
        else if (value < 10)
            printf(" %s=%" PRIu64, field->name, value);
        else
            printf(" %s=0x%" PRIx64, field->name, value);
    }
    printf("%s\n", any ? "" : " (all fields are 0)");
}

void cli_dump_entry(struct dump *dump, unsigned indent, const char *label,
                    const svasim_layout *layout, uint64_t hpa, const uint64_t *words)
{
    if (!layout || !cli_dump_afford(dump))
        return;
    printf("%*s%s: %s at 0x%" PRIx64, (int)indent, "", label, layout->name, hpa);
    if (layout->words == 1) { /* all on one line */
        printf("  %016" PRIx64 " ", words[0]);
        cli_dump_fields(layout, words);
        return;
    }
    for (unsigned i = 0; i < layout->words; i++) {
        if (i % 4 == 0)
            printf("\n%*sraw", (int)indent + 2, "");
        printf(" %016" PRIx64, words[i]);
    }
    printf("\n%*s", (int)indent + 1, "");
    cli_dump_fields(layout, words);
}

/* --- registers --- */

static void put_registers(svasim *unit)
{
    const svasim_register_info *info;
    printf("registers (those that are not 0)\n");
    for (unsigned i = 0; (info = svasim_register_at(i)) != NULL; i++) {
        uint64_t value = 0;
        if (svasim_mmio_read(unit, info->offset, info->bytes, &value) != SVASIM_OK || !value)
            continue;
        printf("  0x%03" PRIx32 " %-12s0x%0*" PRIx64 "%*s %s\n", info->offset, info->name,
               info->bytes * 2, value, info->bytes == 4 ? 8 : 0, "", info->meaning);
    }
}

static int put_machine(struct command *command, svasim_machine *machine)
{
    svasim *unit = svasim_machine_unit(machine);
    uint64_t rtaddr = 0, gsts = 0, irta = 0;
    if (!unit)
        return CLI_EXIT_OK; /* it could not be made; a message says why */
    uint64_t haw = cli_config_number(svasim_machine_config(machine), "cap.haw");
    command->dump.mem = svasim_machine_mem(machine);
    command->dump.haw_mask = haw < 64 ? (UINT64_C(1) << haw) - 1 : UINT64_MAX;
    printf("%s after record %" PRIu64 "\n\n", command->path,
           svasim_machine_statistics(machine)->records);
    put_registers(unit);
    putchar('\n');
    (void)svasim_mmio_read(unit, RTADDR, 8, &rtaddr);
    cli_dump_tables(&command->dump, rtaddr);
    (void)svasim_mmio_read(unit, GSTS, 4, &gsts);
    (void)svasim_mmio_read(unit, IRTA, 8, &irta);
    if ((gsts & GSTS_IRTPS) && !command->dump.has_sid && !command->dump.has_pasid &&
        !command->dump.stopped) {
        putchar('\n');
        cli_dump_interrupts(&command->dump, irta);
    }
    return CLI_EXIT_OK;
}

/* --- the command --- */

static int apply(const struct command *command, svasim_machine *machine, svasim_reader *reader)
{
    const svasim_record *record;
    svasim_err err;
    while ((err = svasim_reader_next(reader, &record)) == SVASIM_OK && record &&
           record->number <= command->at) {
        err = svasim_machine_apply(machine, record);
        if (err != SVASIM_OK)
            return cli_record_message(command->path, reader, record, err,
                                      svasim_machine_error(machine));
    }
    return err == SVASIM_OK ? CLI_EXIT_OK : cli_trace_message(svasim_reader_error(reader));
}

static int run(struct command *command)
{
    svasim_trace_error error;
    svasim_machine_options options = {.functional = true};
    svasim_reader *reader = svasim_reader_open(command->path, &error);
    if (!reader)
        return cli_trace_message(&error);
    svasim_machine *machine = svasim_machine_create(&options);
    int code = CLI_EXIT_SYSTEM;
    if (machine) {
        code = apply(command, machine, reader);
        /* Without a unit after an error there is nothing to finish. */
        svasim_err err = SVASIM_OK;
        if (code == CLI_EXIT_OK || svasim_machine_unit(machine))
            err = svasim_machine_finish(machine);
        if (err != SVASIM_OK && code == CLI_EXIT_OK) {
            cli_message("%s: %s", command->path, svasim_machine_error(machine));
            code = err == SVASIM_EINVAL ? CLI_EXIT_INPUT : CLI_EXIT_SYSTEM;
        }
        code = cli_worse(code, put_machine(command, machine));
    } else {
        cli_message("out of memory");
    }
    svasim_machine_destroy(machine);
    svasim_reader_close(reader);
    return code;
}

static int parse(struct command *command, int argc, char **argv)
{
    enum { AT = 256, SID, PASID, DEPTH, LIMIT };
    static const struct option options[] = {{"at", required_argument, NULL, AT},
                                            {"sid", required_argument, NULL, SID},
                                            {"pasid", required_argument, NULL, PASID},
                                            {"depth", required_argument, NULL, DEPTH},
                                            {"limit", required_argument, NULL, LIMIT},
                                            {"help", no_argument, NULL, 'h'},
                                            {NULL, 0, NULL, 0}};
    struct dump *dump = &command->dump;
    int option;
    uint64_t number = 0;
    opterr = 0;
    while ((option = getopt_long(argc, argv, ":h", options, NULL)) != -1) {
        bool numeric = option == AT || option == PASID || option == LIMIT;
        if (numeric && !cli_number(optarg, &number))
            return cli_usage("dump", "\"%s\" is not a number", optarg);
        if (option == AT) {
            command->at = number;
        } else if (option == LIMIT) {
            dump->budget = number;
        } else if (option == PASID) {
            if (number >> 20)
                return cli_usage("dump", "--pasid: %s does not fit 20 bits", optarg);
            dump->has_pasid = true;
            dump->pasid = (uint32_t)number;
        } else if (option == SID) {
            dump->has_sid = true;
            if (!cli_sid_parse(optarg, &dump->sid))
                return cli_usage("dump", "--sid: \"%s\" is not bb:dd.f", optarg);
        } else if (option == DEPTH) {
            dump->pages = strcmp(optarg, "pages") == 0;
            if (!dump->pages && strcmp(optarg, "tables") != 0)
                return cli_usage("dump", "--depth: \"%s\" is neither tables nor pages", optarg);
        } else if (option == 'h') {
            (void)fputs(help, stdout);
            return -1;
        } else {
            return cli_usage_option("dump", option, argv);
        }
    }
    return CLI_EXIT_OK;
}

int cli_cmd_dump(int argc, char **argv)
{
    struct command command = {.dump = {.budget = DEFAULT_BUDGET}, .at = UINT64_MAX};
    int code = parse(&command, argc, argv);
    if (code != CLI_EXIT_OK)
        return code < 0 ? CLI_EXIT_OK : code;
    if (argc - optind != 1)
        return cli_usage("dump", "expected one trace");
    command.path = argv[optind];
    return run(&command);
}
