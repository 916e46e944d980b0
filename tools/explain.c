/* SPDX-License-Identifier: MIT */
/* explain.c - `svasim explain`: one request's way through the tables, read by read, as memory is
 * when the trace reaches it, and what software would find in the fault record. */
#include <getopt.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "dump.h"

struct explain {
    const char *path;
    uint64_t id;
    svasim_machine *machine;
    svasim_request request; /* the one explained last */
    bool seen;
    uint16_t fault; /* of the answer, svasim_fault */
    bool recorded;
    unsigned steps;
};

static const char help[] =
    "Usage: svasim explain [options] --id N FILE\n\n"
    "Shows one request's way, as the tables are when the trace reaches it: each read with\n"
    "its address and decoded fields, the flags that would be set, the answer and why, and\n"
    "the fault record that software would find. For a descriptor, the first of its requests\n"
    "that faults is explained, or else its first.\n\n"
    "      --id N             id of a dma, interrupt or submit record\n"
    "  -c, --config F.ini     configuration\n"
    "      --set KEY=VALUE    set one key (repeatable)\n"
    "  -h, --help\n\n"
    "Example:\n"
    "  svasim explain --id 5 traces/supervisor_sva/supervisor_sva.svt\n";

/* --- one step --- */

static void on_step(void *user, const svasim_step *step)
{
    struct explain *explain = user;
    if (step->is_update) {
        printf("      sets");
        cli_dump_fields(step->layout, step->words);
        return;
    }
    explain->steps++;
    if (!step->layout) {
        printf("  %2u  read at 0x%" PRIx64 " failed\n", explain->steps, step->hpa);
        return;
    }
    printf("  %2u  %s, section %s, at 0x%" PRIx64, explain->steps, step->layout->title,
           step->layout->section, step->hpa);
    if (step->level)
        printf(", level %u%s", step->level, step->is_nested ? " of the second stage" : "");
    if (step->is_nested)
        printf(" for 0x%" PRIx64, step->input);
    printf("\n     ");
    cli_dump_fields(step->layout, step->words);
}

/* --- the answer --- */

/* An interrupt request that names an entry of the table (section 5.1.2.2). */
static bool is_remappable(const svasim_request *request)
{
    return request->at == SVASIM_UNTRANSLATED && request->pasid == SVASIM_NO_PASID &&
           request->op == SVASIM_WRITE && request->length == 4 && request->address >> 20 == 0xfee &&
           (request->address & 16);
}

static void print_request(uint64_t id, const svasim_request *request)
{
    static const char *const ops[] = {"read", "write", "atomic"};
    static const char *const kinds[] = {"", "translation request, ", "translated ", "reserved "};
    char sid[CLI_SID_TEXT];
    cli_sid_format(request->source_id, sid);
    printf("request %" PRIu64 ": %s%s by %s at 0x%" PRIx64 ", %" PRIu32 " bytes", id,
           kinds[request->at & 3], ops[request->op % 3], sid, request->address, request->length);
    if (request->pasid == SVASIM_NO_PASID)
        printf(", without PASID");
    else
        printf(", pasid %" PRIu32 "%s", request->pasid,
               request->flags & SVASIM_PRIV ? ", privileged" : ", user");
    if (is_remappable(request))
        printf(", interrupt index %" PRIu32, svasim_interrupt_index(request));
    printf("\n");
}

static void print_cached(const struct explain *explain)
{
    static const char *const caches[2][3] = {{"iotlb_4k", "iotlb_2m", "iotlb_1g"},
                                             {"hpt_4k", "hpt_2m", "hpt_1g"}};
    const svasim *unit = svasim_machine_unit(explain->machine);
    const svasim_request *request = &explain->request;
    if (is_remappable(request)) {
        if (svasim_cache_holds(unit, "iec", 0, SVASIM_NO_PASID, svasim_interrupt_index(request)))
            printf("cache   iec holds this entry: the unit may answer from it instead\n");
        return;
    }
    bool translated = request->at == SVASIM_TRANSLATED;
    for (unsigned i = 0; i < 3; i++)
        if (svasim_cache_holds(unit, caches[translated][i], request->source_id, request->pasid,
                               request->address))
            printf("cache   %s holds this page: the unit may answer from it instead\n",
                   caches[translated][i]);
}

static void print_answer(const svasim_response *response)
{
    static const char *const statuses[] = {"success", "Unsupported Request", "Completer Abort"};
    const svasim_fault_info *fault = svasim_fault_at(response->fault);
    char message[CLI_INTERRUPT_TEXT];
    if (fault) {
        printf("answer  fault %s, reason 0x%02x: %s (section %s)\n", fault->name, fault->code,
               fault->condition, fault->section);
        printf("        the device gets %s; %s\n", statuses[response->status % 3],
               response->flags & SVASIM_RECORDED ? "logged" : "not logged");
        return;
    }
    printf("answer  %s", statuses[response->status % 3]);
    if (response->flags & SVASIM_INTERRUPT)
        printf(", %s", cli_interrupt_text(response, message));
    else if (response->status == SVASIM_STATUS_OK)
        printf(", address 0x%" PRIx64 ", page 0x%" PRIx64 ", rights %s%s", response->address,
               response->page_bytes, response->rights & SVASIM_R ? "r" : "-",
               response->rights & SVASIM_W ? "w" : "-");
    printf("; %u reads, %u updates\n", response->reads, response->updates);
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
static void print_record(svasim *unit, const svasim_request *request, unsigned code)
{
    const svasim_layout *layout = svasim_layout_find("fault_record");
    const svasim_field *f = svasim_field_find(layout, "f"), *sid = svasim_field_find(layout, "sid");
    const svasim_field *fr = svasim_field_find(layout, "fr"), *fi = svasim_field_find(layout, "fi");
    const svasim_field *pp = svasim_field_find(layout, "pp"), *pv = svasim_field_find(layout, "pv");
    bool has_pasid = request->pasid != SVASIM_NO_PASID;
    uint32_t base = 16 * (uint32_t)capability(unit, "cap.fro");
    for (uint64_t i = capability(unit, "cap.nfr") + 1; i-- > 0;) {
        uint64_t words[2] = {0};
        (void)svasim_mmio_read(unit, base + 16 * (uint32_t)i, 8, &words[0]);
        (void)svasim_mmio_read(unit, base + 16 * (uint32_t)i + 8, 8, &words[1]);
        uint64_t page = svasim_field_get(fi, words);
        if (!svasim_field_get(f, words) || svasim_field_get(fr, words) != code ||
            svasim_field_get(sid, words) != request->source_id ||
            (!is_interrupt_reason(code) && (page & request->address) != page) ||
            svasim_field_get(pp, words) != has_pasid ||
            svasim_field_get(pv, words) != (has_pasid ? request->pasid : 0))
            continue;
        printf("record  FRCD[%" PRIu64 "]", i);
        cli_dump_fields(layout, words);
        return;
    }
    printf("record  none: the fault recording registers were full\n");
}

/* --- the command --- */

static void tell(struct explain *explain, const svasim_request *request)
{
    svasim_response response = {0};
    explain->request = *request;
    explain->seen = true;
    explain->steps = 0;
    print_request(explain->id, request);
    if (svasim_explain(svasim_machine_unit(explain->machine), request, on_step, explain,
                       &response) != SVASIM_OK) {
        cli_message("%s", svasim_error(svasim_machine_unit(explain->machine)));
        return;
    }
    print_cached(explain);
    print_answer(&response);
    explain->fault = response.fault;
    explain->recorded = (response.flags & SVASIM_RECORDED) != 0;
}

static void on_event(void *user, const svasim_event *event)
{
    struct explain *explain = user;
    if (event->kind != SVASIM_EVENT_TRANSLATION || event->id != explain->id)
        return;
    bool fault = event->response->fault != SVASIM_FAULT_NONE;
    if (!explain->seen || (fault && explain->fault == SVASIM_FAULT_NONE))
        tell(explain, event->request);
}

static int feed(struct explain *explain, svasim_reader *reader)
{
    const svasim_record *record;
    svasim_err err;
    while ((err = svasim_reader_next(reader, &record)) == SVASIM_OK && record) {
        bool wanted =
            (record->kind == SVASIM_RECORD_DMA || record->kind == SVASIM_RECORD_INTERRUPT) &&
            record->value[0] == explain->id;
        bool last = wanted || (record->kind == SVASIM_RECORD_SUBMIT &&
                               record->value[SVASIM_F_SUBMIT_id] == explain->id);
        if (wanted && svasim_machine_unit(explain->machine)) {
            svasim_request request;
            if (!svasim_machine_request(record, &request))
                tell(explain, &request);
        }
        err = svasim_machine_apply(explain->machine, record);
        if (err != SVASIM_OK)
            return cli_record_message(explain->path, reader, record, err,
                                      svasim_machine_error(explain->machine));
        if (!last)
            continue;
        if (explain->recorded)
            print_record(svasim_machine_unit(explain->machine), &explain->request,
                         svasim_fault_at(explain->fault)->code);
        return CLI_EXIT_OK;
    }
    if (err != SVASIM_OK)
        return cli_trace_message(svasim_reader_error(reader));
    cli_message("%s: no dma, interrupt or submit record has the id %" PRIu64, explain->path,
                explain->id);
    return CLI_EXIT_USAGE;
}

static int run(struct explain *explain, const struct cli_pins *pins)
{
    svasim_trace_error error;
    svasim_machine_options options = {.functional = true, .on_event = on_event, .user = explain};
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
    return code;
}

static int parse(struct explain *explain, struct cli_pins *pins, int argc, char **argv)
{
    enum { ID = 256, SET };
    static const struct option options[] = {{"id", required_argument, NULL, ID},
                                            {"set", required_argument, NULL, SET},
                                            {"config", required_argument, NULL, 'c'},
                                            {"help", no_argument, NULL, 'h'},
                                            {NULL, 0, NULL, 0}};
    int option, code = CLI_EXIT_OK;
    bool has_id = false;
    opterr = 0;
    while (code == CLI_EXIT_OK && (option = getopt_long(argc, argv, ":c:h", options, NULL)) != -1) {
        if (option == ID) {
            has_id = cli_number(optarg, &explain->id);
            if (!has_id)
                return cli_usage("explain", "--id: \"%s\" is not a number", optarg);
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
    if (code == CLI_EXIT_OK && !has_id)
        return cli_usage("explain", "--id: which request?");
    if (code == CLI_EXIT_OK && argc - optind != 1)
        return cli_usage("explain", "expected one trace");
    return code;
}

int cli_cmd_explain(int argc, char **argv)
{
    struct explain explain = {0};
    struct cli_pins pins = {NULL, 0};
    int code = parse(&explain, &pins, argc, argv);
    if (code == CLI_EXIT_OK) {
        explain.path = argv[optind];
        code = run(&explain, &pins);
    }
    cli_pins_free(&pins);
    return code < 0 ? CLI_EXIT_OK : code;
}
