/* SPDX-License-Identifier: MIT */
/* events_json.c - one line of JSON per outcome. Written by hand into a buffer, as there can be
 * millions a second; every string is a name from the fact tables and needs no escaping. The keys
 * are a contract: docs/cli.md. */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "report.h"

#define LINE_MAX_BYTES 2048

struct cli_events {
    gzFile file;
    const char *path;
    bool failed;
    size_t used;
    char line[LINE_MAX_BYTES];
};

struct cli_events *cli_events_open(const char *path)
{
    struct cli_events *events = calloc(1, sizeof *events);
    if (!events) {
        cli_message("out of memory");
        return NULL;
    }
    /* T: no compression, plain bytes. The gzip header holds no time, so runs compare equal. */
    const char *mode = cli_ends_with(path, ".gz") ? "wb" : "wbT";
    events->path = path;
    errno = 0;
    events->file = strcmp(path, "-") == 0 ? gzdopen(1, "wbT") : gzopen(path, mode);
    if (!events->file) {
        cli_message("%s: %s", path, errno ? strerror(errno) : "out of memory");
        free(events);
        return NULL;
    }
    return events;
}

static void put(struct cli_events *events, const char *format, ...) CLI_TOOL_PRINTF(2, 3);
static void put(struct cli_events *events, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(events->line + events->used, sizeof events->line - events->used, format,
                           arguments);
    va_end(arguments);
    events->used += length > 0 ? (size_t)length : 0;
    if (events->used >= sizeof events->line) /* a stage or status name out of all proportion */
        events->used = sizeof events->line - 1;
}

static void put_times(struct cli_events *events, uint64_t in, uint64_t out, uint64_t mhz)
{
    char ns[CLI_COUNT_TEXT];
    put(events,
        ",\"t_in\":%" PRIu64 ",\"t_out\":%" PRIu64 ",\"latency_cycles\":%" PRIu64
        ",\"latency_ns\":%s",
        in, out, out - in, cli_nanoseconds(out - in, mhz, ns));
}

static void put_pasid(struct cli_events *events, uint32_t pasid)
{
    if (pasid == SVASIM_NO_PASID)
        put(events, ",\"pasid\":null");
    else
        put(events, ",\"pasid\":%" PRIu32, pasid);
}

static const char *op_name(const svasim_request *request)
{
    static const char *const names[] = {"read", "write", "atomic"};
    if (request->at == SVASIM_TRANSLATION)
        return "ats";
    if (request->at == SVASIM_TRANSLATED)
        return "translated";
    return request->op <= SVASIM_ATOMIC ? names[request->op] : "reserved";
}

/* "status", "pa", "page_bytes" and "fault" of an answer. */
static void put_answer(struct cli_events *events, const svasim_response *response)
{
    const svasim_fault_info *fault = svasim_fault_at(response->fault);
    bool ok = response->status == SVASIM_STATUS_OK && !fault;
    put(events, "\"status\":\"%s\"", ok ? "ok" : "fault");
    if (ok)
        put(events, ",\"pa\":\"0x%" PRIx64 "\",\"page_bytes\":%" PRIu64, response->address,
            response->page_bytes);
    else
        put(events, ",\"pa\":null,\"page_bytes\":null");
    if (fault)
        put(events, ",\"fault\":{\"code\":%u,\"name\":\"%s\",\"recorded\":%s}", fault->code,
            fault->name, response->flags & SVASIM_RECORDED ? "true" : "false");
    else
        put(events, ",\"fault\":null");
}

static void put_translation(struct cli_events *events, const svasim_event *event, uint64_t mhz)
{
    const svasim_request *request = event->request;
    const svasim_response *response = event->response;
    char sid[CLI_SID_TEXT];
    cli_sid_format(request->source_id, sid);
    put_times(events, response->accepted_at, response->completed_at, mhz);
    put(events, ",\"sid\":\"%s\"", sid);
    put_pasid(events, request->pasid);
    put(events, ",\"pr\":%s,\"op\":\"%s\",\"iova\":\"0x%" PRIx64 "\",",
        request->flags & SVASIM_PRIV ? "true" : "false", op_name(request), request->address);
    put_answer(events, response);
    put(events, ",\"reads\":%u,\"where\":{", response->reads);
    for (unsigned i = 0; i < SVASIM_STAGE_COUNT; i++)
        put(events, "%s\"%s\":%" PRIu32, i ? "," : "", svasim_stage_name(i), response->where[i]);
    put(events, "}");
    if (event->kind == SVASIM_EVENT_STALE) {
        put(events, ",\"fresh\":{");
        put_answer(events, event->fresh);
        put(events, "}");
    }
}

static void put_submit(struct cli_events *events, const svasim_event *event)
{
    static const char *const ops[] = {"enqcmd", "enqcmds", "movdir64b"};
    static const char *const results[] = {"accepted", "retry", "dropped", "gp"};
    put(events, ",\"t_out\":%" PRIu64 ",\"op\":\"%s\",\"status\":\"%s\",\"tries\":%" PRIu32,
        event->tick, ops[event->submit_kind], results[event->submit_result], event->submit_tries);
}

static void put_completion(struct cli_events *events, const svasim_completion *done, uint64_t mhz)
{
    const svasim_opcode_info *opcode = svasim_opcode_find(done->opcode);
    put_times(events, done->submitted_at, done->completed_at, mhz);
    put(events, ",\"t_start\":%" PRIu64, done->started_at);
    put_pasid(events, done->pasid);
    put(events, ",\"pr\":%s,\"op\":\"%s\",\"status\":\"%s\",\"code\":%u,\"result\":%u",
        done->privileged ? "true" : "false", opcode ? opcode->name : "reserved",
        svasim_dsa_status_name(done->status), done->status, done->result);
    put(events,
        ",\"bytes\":%" PRIu32 ",\"fault_address\":\"0x%" PRIx64 "\",\"requests\":%" PRIu32
        ",\"wq\":%u",
        done->bytes_completed, done->fault_address, done->dma_requests, done->wq);
    if (done->batch_index == UINT16_MAX)
        put(events, ",\"batch_index\":null");
    else
        put(events, ",\"batch_index\":%u", done->batch_index);
}

static void put_invalidation(struct cli_events *events, const svasim_event *event)
{
    put(events, ",\"t_out\":%" PRIu64 ",\"status\":\"%s\",\"iqei\":%u,\"words\":[", event->tick,
        event->iqei ? "error" : "ok", event->iqei);
    for (unsigned i = 0; i < 4; i++)
        put(events, "%s\"0x%" PRIx64 "\"", i ? "," : "", event->words[i]);
    put(events, "]");
}

void cli_events_put(struct cli_events *events, const svasim_event *event, uint64_t mhz)
{
    static const char *const kinds[] = {"translation", "submit", "completion", "invalidation",
                                        "stale"};
    if (event->kind > SVASIM_EVENT_STALE || events->failed)
        return; /* failed expectations are listed, not logged */
    events->used = 0;
    put(events, "{\"kind\":\"%s\",\"id\":%" PRIu64, kinds[event->kind], event->id);
    if (event->kind == SVASIM_EVENT_TRANSLATION || event->kind == SVASIM_EVENT_STALE)
        put_translation(events, event, mhz);
    else if (event->kind == SVASIM_EVENT_SUBMIT)
        put_submit(events, event);
    else if (event->kind == SVASIM_EVENT_COMPLETION)
        put_completion(events, event->completion, mhz);
    else
        put_invalidation(events, event);
    put(events, "}\n");
    events->failed = gzwrite(events->file, events->line, (unsigned)events->used) == 0;
}

int cli_events_close(struct cli_events *events)
{
    bool failed = events->failed;
    failed = gzclose(events->file) != Z_OK || failed;
    if (failed)
        cli_message("%s: cannot be written", events->path);
    free(events);
    return failed ? CLI_EXIT_SYSTEM : CLI_EXIT_OK;
}
