/* SPDX-License-Identifier: MIT */
/* explain.c - `svasim explain`: one request's way through the tables as memory is when the trace
 * reaches it. Options, and the order of the steps; each part of the answer has a file of its own.
 */
#include <getopt.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "explain.h"

struct explain {
    const char *path;
    uint64_t id;
    bool has_id, all, json;
    svasim_machine *machine;
    struct explain_runs *runs;  /* with full timing; NULL: not possible */
    struct explained explained; /* the request explained last */
    bool seen;                  /* there is one that was not printed */
    bool printed;               /* one was */
    int code;
};

static const char help[] =
    "Usage: svasim explain [options] (--id N | --all) FILE\n\n"
    "Shows one request's way, as the tables are when the trace reaches it: each read with\n"
    "its address, raw words and decoded fields, each check with its outcome, the flags that\n"
    "would be set, the answer; of a fault, what would make the access legal and the record\n"
    "that software would find; and which caches a unit with a clock asked, and where its\n"
    "cycles went. For a descriptor, the first of its requests that faults is explained, or\n"
    "else its first.\n\n"
    "      --id N             id of a dma, interrupt or submit record\n"
    "      --all              every dma and interrupt record, one after the other\n"
    "      --json             one JSON object for each request, on one line\n"
    "  -c, --config F.ini     configuration\n"
    "      --set KEY=VALUE    set one key (repeatable)\n"
    "  -h, --help\n\n"
    "Example:\n"
    "  svasim explain --id 5 traces/supervisor_sva/supervisor_sva.svt\n";

/* --- the tables' answer --- */

static void on_step(void *user, const svasim_step *step)
{
    struct explained *explained = user;
    if (explained->step_count == EXPLAIN_STEPS_MAX) {
        explained->steps_lost++;
        return;
    }
    explained->steps[explained->step_count++] = (struct explain_step){.step = *step};
}

/* Value of a capability as the unit's registers tell it. */
static uint64_t capability(svasim *unit, const char *key)
{
    svasim_capability_info info;
    for (unsigned i = 0; svasim_capability_at(i, &info); i++) {
        uint64_t word = 0;
        if (strcmp(info.key, key) != 0)
            continue;
        (void)svasim_mmio_read(unit, info.extended ? 0x10 : 0x08, 8, &word);
        return (word >> info.lo & ((UINT64_C(1) << info.bits) - 1)) + info.add;
    }
    return 0;
}

/* FI of these reasons holds no page (section 11.4.7.6). */
static bool is_interrupt_reason(unsigned code)
{
    return code >= 0x20 && code <= 0x2f;
}

/* The record that holds this request's fault, if software can still find one. */
static void find_record(struct explained *explained, svasim *unit)
{
    const svasim_layout *layout = svasim_layout_find("fault_record");
    const svasim_request *request = &explained->request;
    unsigned code = svasim_fault_at(explained->response.fault)->code;
    bool has_pasid = request->pasid != SVASIM_NO_PASID;
    uint32_t base = 16 * (uint32_t)capability(unit, "cap.fro");
#define GET(name) svasim_field_get(svasim_field_find(layout, name), words)
    for (uint64_t i = capability(unit, "cap.nfr") + 1; i-- > 0;) {
        uint64_t words[2] = {0};
        (void)svasim_mmio_read(unit, base + 16 * (uint32_t)i, 8, &words[0]);
        (void)svasim_mmio_read(unit, base + 16 * (uint32_t)i + 8, 8, &words[1]);
        uint64_t page = GET("fi");
        if (!GET("f") || GET("fr") != code || GET("sid") != request->source_id ||
            (!is_interrupt_reason(code) && (page & request->address) != page) ||
            GET("pp") != has_pasid || GET("pv") != (has_pasid ? request->pasid : 0))
            continue;
        explained->has_record = true;
        explained->record = (unsigned)i;
        memcpy(explained->record_words, words, sizeof words);
        return;
    }
#undef GET
}

/* The tables cannot know that memory refuses an update: there the unit's own answer counts. */
static bool is_of_memory(unsigned fault)
{
    return fault == SVASIM_FAULT_SFS_10 || fault == SVASIM_FAULT_SSS_6 ||
           fault == SVASIM_FAULT_INT_27;
}

static void look(struct explain *explain, uint64_t id, const svasim_request *request)
{
    svasim *unit = svasim_machine_unit(explain->machine);
    struct explained *explained = &explain->explained;
    uint64_t rtaddr = 0;
    memset(explained, 0, sizeof *explained);
    explained->id = id;
    explained->request = *request;
    if (svasim_explain(unit, request, on_step, explained, &explained->response) != SVASIM_OK) {
        cli_message("%s", svasim_error(unit));
        explain->code = CLI_EXIT_INPUT;
        return;
    }
    (void)svasim_mmio_read(unit, 0x20, 8, &rtaddr);
    explained->ssirwe = capability(unit, "cap.ssirws") && (rtaddr & 0x80);
    explained->zero_reads_waived = capability(unit, "cap.zlr") != 0;
    explained->mhz = cli_config_number(svasim_machine_config(explain->machine), "clock.freq_mhz");
    if (explain->runs)
        explained->timed = explain_runs_find(explain->runs, id, request);
    if (explained->timed && is_of_memory(explained->timed->response.fault))
        explained->response = explained->timed->response;
    explain_judge(explained);
    explain->seen = true;
}

/* Print what was seen, after the record acted: only then is its fault recorded. */
static void tell(struct explain *explain)
{
    struct explained *explained = &explain->explained;
    if (!explain->seen)
        return;
    explain->seen = false;
    if (explained->response.fault && (explained->response.flags & SVASIM_RECORDED))
        find_record(explained, svasim_machine_unit(explain->machine));
    if (explain->printed && !explain->json)
        putchar('\n');
    explain->printed = true;
    if (!explain->json) {
        explain_print(explained);
    } else if (!explain_print_json(explained)) {
        cli_message("out of memory");
        explain->code = CLI_EXIT_SYSTEM;
    }
}

/* --- the trace --- */

/* Requests of a descriptor: the first that faults, else the first. */
static void on_event(void *user, const svasim_event *event)
{
    struct explain *explain = user;
    if (event->kind != SVASIM_EVENT_TRANSLATION || explain->all || event->id != explain->id)
        return;
    bool fault = event->response->fault != SVASIM_FAULT_NONE;
    if (!explain->seen || (fault && explain->explained.response.fault == SVASIM_FAULT_NONE))
        look(explain, event->id, event->request);
}

static bool is_request(const svasim_record *record)
{
    return record->kind == SVASIM_RECORD_DMA || record->kind == SVASIM_RECORD_INTERRUPT;
}

/* One record. True: it was the last one that matters. */
static bool step(struct explain *explain, svasim_reader *reader, const svasim_record *record)
{
    bool wanted = is_request(record) && (explain->all || record->value[0] == explain->id);
    bool submit = record->kind == SVASIM_RECORD_SUBMIT && !explain->all &&
                  record->value[SVASIM_F_SUBMIT_id] == explain->id;
    svasim_request request;
    if (wanted && svasim_machine_unit(explain->machine) &&
        !svasim_machine_request(record, &request))
        look(explain, record->value[0], &request);
    svasim_err err = svasim_machine_apply(explain->machine, record);
    if (err != SVASIM_OK) {
        explain->code = cli_record_message(explain->path, reader, record, err,
                                           svasim_machine_error(explain->machine));
        return true;
    }
    if (wanted || submit)
        tell(explain);
    return (wanted || submit) && !explain->all;
}

static int feed(struct explain *explain, svasim_reader *reader)
{
    const svasim_record *record;
    svasim_err err;
    while ((err = svasim_reader_next(reader, &record)) == SVASIM_OK && record)
        if (step(explain, reader, record) || explain->code != CLI_EXIT_OK)
            return explain->code;
    if (err != SVASIM_OK)
        return cli_trace_message(svasim_reader_error(reader));
    if (explain->all)
        return CLI_EXIT_OK;
    cli_message("%s: no dma, interrupt or submit record has the id %" PRIu64, explain->path,
                explain->id);
    return CLI_EXIT_USAGE;
}

static int run(struct explain *explain, const struct cli_pins *pins)
{
    svasim_trace_error error;
    svasim_machine_options options = {.functional = true, .on_event = on_event, .user = explain};
    bool timed = strcmp(explain->path, "-") != 0; /* which can be read once only */
    if (timed)
        explain->runs = explain_runs_make(explain->path, pins, explain->all ? NULL : &explain->id);
    svasim_reader *reader = svasim_reader_open(explain->path, &error);
    if (!reader)
        return cli_trace_message(&error);
    int code = CLI_EXIT_SYSTEM;
    explain->machine = svasim_machine_create(&options);
    if (explain->machine) {
        code = cli_pins_apply(pins, explain->machine);
        if (code == CLI_EXIT_OK)
            code = feed(explain, reader);
    } else {
        cli_message("out of memory");
    }
    svasim_machine_destroy(explain->machine);
    svasim_reader_close(reader);
    if (timed && !explain->runs && code == CLI_EXIT_OK) {
        cli_message("%s: no cycles and caches: out of memory, or it cannot be read twice",
                    explain->path);
        code = CLI_EXIT_SYSTEM;
    }
    return code;
}

/* --- the command --- */

static int parse(struct explain *explain, struct cli_pins *pins, int argc, char **argv)
{
    enum { ID = 256, ALL, JSON, SET };
    static const struct option options[] = {{"id", required_argument, NULL, ID},
                                            {"all", no_argument, NULL, ALL},
                                            {"json", no_argument, NULL, JSON},
                                            {"set", required_argument, NULL, SET},
                                            {"config", required_argument, NULL, 'c'},
                                            {"help", no_argument, NULL, 'h'},
                                            {NULL, 0, NULL, 0}};
    int option, code = CLI_EXIT_OK;
    opterr = 0;
    while (code == CLI_EXIT_OK && (option = getopt_long(argc, argv, ":c:h", options, NULL)) != -1) {
        if (option == ID) {
            explain->has_id = cli_number(optarg, &explain->id);
            if (!explain->has_id)
                return cli_usage("explain", "--id: \"%s\" is not a number", optarg);
        } else if (option == ALL) {
            explain->all = true;
        } else if (option == JSON) {
            explain->json = true;
        } else if (option == SET) {
            code = cli_pins_assign(pins, "explain", optarg);
        } else if (option == 'c') {
            code = cli_pins_file(pins, optarg);
        } else if (option == 'h') {
            (void)fputs(help, stdout);
            return -1;
        } else {
            return cli_usage_option("explain", option, argv);
        }
    }
    if (code == CLI_EXIT_OK && explain->has_id == explain->all)
        return cli_usage("explain", "--id N or --all: which request?");
    if (code == CLI_EXIT_OK && argc - optind != 1)
        return cli_usage("explain", "expected one trace");
    return code;
}

int cli_cmd_explain(int argc, char **argv)
{
    struct explain *explain = calloc(1, sizeof *explain);
    struct cli_pins pins = {NULL, 0};
    if (!explain) {
        cli_message("out of memory");
        return CLI_EXIT_SYSTEM;
    }
    int code = parse(explain, &pins, argc, argv);
    if (code == CLI_EXIT_OK) {
        explain->path = argv[optind];
        code = run(explain, &pins);
    }
    explain_runs_free(explain->runs);
    cli_pins_free(&pins);
    free(explain);
    return code < 0 ? CLI_EXIT_OK : code;
}
