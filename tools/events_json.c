/* SPDX-License-Identifier: MIT */
/* events_json.c - one line of JSON per outcome. Written by hand into a buffer, as there can be
 * millions a second; every string is a name from the fact tables and needs no escaping. The keys
 * are a contract: docs/cli.md. */
#include <errno.h>
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
    const char *mode = cli_ends_with(path, ".gz") ? "wb1" : "wbT";
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

/* Text that is too long for the line is cut; no row of a table is. */
static void put(struct cli_events *events, const char *text)
{
    size_t length = strlen(text), room = sizeof events->line - events->used;
    if (length > room)
        length = room;
    memcpy(events->line + events->used, text, length);
    events->used += length;
}

static void put_digits(struct cli_events *events, uint64_t value, unsigned base)
{
    char digits[24];
    size_t at = sizeof digits;
    digits[--at] = 0;
    do
        digits[--at] = "0123456789abcdef"[value % base];
    while (value /= base);
    put(events, digits + at);
}

/* The name of the key comes with its quotes, comma and colon. */
static void put_number(struct cli_events *events, const char *key, uint64_t value)
{
    put(events, key);
    put_digits(events, value, 10);
}

static void put_word(struct cli_events *events, const char *key, const char *word)
{
    put(events, key);
    put(events, "\"");
    put(events, word);
    put(events, "\"");
}

static void put_address(struct cli_events *events, const char *key, uint64_t address)
{
    put(events, key);
    put(events, "\"0x");
    put_digits(events, address, 16);
    put(events, "\"");
}

static void put_bool(struct cli_events *events, const char *key, bool value)
{
    put(events, key);
    put(events, value ? "true" : "false");
}

static void put_times(struct cli_events *events, uint64_t in, uint64_t out, uint64_t mhz)
{
    char ns[CLI_COUNT_TEXT];
    put_number(events, ",\"t_in\":", in);
    put_number(events, ",\"t_out\":", out);
    put_number(events, ",\"latency_cycles\":", out - in);
    if (mhz == 1000) {
        put_number(events, ",\"latency_ns\":", out - in);
    } else {
        put(events, ",\"latency_ns\":");
        put(events, cli_nanoseconds(out - in, mhz, ns));
    }
}

static void put_pasid(struct cli_events *events, uint32_t pasid)
{
    if (pasid == SVASIM_NO_PASID)
        put(events, ",\"pasid\":null");
    else
        put_number(events, ",\"pasid\":", pasid);
}

/* "status", "pa", "page_bytes" and "fault" of an answer. */
static void put_answer(struct cli_events *events, const svasim_response *response)
{
    const svasim_fault_info *fault = svasim_fault_at(response->fault);
    bool ok = response->status == SVASIM_STATUS_OK && !fault;
    put_word(events, "\"status\":", ok ? "ok" : "fault");
    if (ok) {
        put_address(events, ",\"pa\":", response->address);
        put_number(events, ",\"page_bytes\":", response->page_bytes);
    } else {
        put(events, ",\"pa\":null,\"page_bytes\":null");
    }
    if (fault) {
        put_number(events, ",\"fault\":{\"code\":", fault->code);
        put_word(events, ",\"name\":", fault->name);
        put_bool(events, ",\"recorded\":", response->flags & SVASIM_RECORDED);
        put(events, "}");
    } else {
        put(events, ",\"fault\":null");
    }
}

/* What an interrupt request became; null: it only set a bit of a posted descriptor. */
static void put_interrupt(struct cli_events *events, const svasim_response *response)
{
    svasim_message message;
    put_bool(events, ",\"posted\":", response->flags & SVASIM_POSTED);
    if (response->address == 0) {
        put(events, ",\"message\":null");
        return;
    }
    svasim_message_decode(response->address, response->data, &message);
    put_address(events, ",\"message\":{\"address\":", response->address);
    put_address(events, ",\"data\":", response->data);
    put_number(events, ",\"vector\":", message.vector);
    put_number(events, ",\"destination\":", message.destination);
    put_bool(events, ",\"logical\":", message.logical);
    put_bool(events, ",\"hint\":", message.hint);
    put_word(events, ",\"delivery\":", cli_delivery_name(message.delivery));
    put_word(events, ",\"trigger\":", message.level ? "level" : "edge");
    put(events, "}");
}

static void put_translation(struct cli_events *events, const svasim_event *event, uint64_t mhz)
{
    const svasim_request *request = event->request;
    const svasim_response *response = event->response;
    char sid[CLI_SID_TEXT];
    cli_sid_format(request->source_id, sid);
    put_times(events, response->accepted_at, response->completed_at, mhz);
    put_word(events, ",\"sid\":", sid);
    put_pasid(events, request->pasid);
    put_bool(events, ",\"pr\":", request->flags & SVASIM_PRIV);
    put_word(events, ",\"op\":", cli_op_name(request));
    put_address(events, ",\"iova\":", request->address);
    put(events, ",");
    put_answer(events, response);
    if (response->flags & SVASIM_INTERRUPT)
        put_interrupt(events, response);
    put_number(events, ",\"reads\":", response->reads);
    for (unsigned i = 0; i < SVASIM_STAGE_COUNT; i++) {
        put_word(events, i ? "," : ",\"where\":{", svasim_stage_name(i));
        put_number(events, ":", response->where[i]);
    }
    put(events, "}");
    if (event->kind == SVASIM_EVENT_STALE) {
        put(events, ",\"fresh\":{");
        put_answer(events, event->fresh);
        put(events, "}");
    }
}

static void put_submit(struct cli_events *events, const svasim_event *event)
{
    put_number(events, ",\"t_out\":", event->tick);
    put_word(events, ",\"op\":", cli_submit_name(event->submit_kind));
    put_word(events, ",\"status\":", cli_submit_result_name(event->submit_result));
    put_number(events, ",\"tries\":", event->submit_tries);
}

static void put_completion(struct cli_events *events, const svasim_completion *done, uint64_t mhz)
{
    const svasim_opcode_info *opcode = svasim_opcode_find(done->opcode);
    put_times(events, done->submitted_at, done->completed_at, mhz);
    put_number(events, ",\"t_start\":", done->started_at);
    put_pasid(events, done->pasid);
    put_bool(events, ",\"pr\":", done->privileged);
    put_word(events, ",\"op\":", opcode ? opcode->name : "reserved");
    put_word(events, ",\"status\":", svasim_dsa_status_name(done->status));
    put_number(events, ",\"code\":", done->status);
    put_number(events, ",\"result\":", done->result);
    put_number(events, ",\"bytes\":", done->bytes_completed);
    put_address(events, ",\"fault_address\":", done->fault_address);
    put_number(events, ",\"requests\":", done->dma_requests);
    put_number(events, ",\"wq\":", done->wq);
    if (done->batch_index == UINT16_MAX)
        put(events, ",\"batch_index\":null");
    else
        put_number(events, ",\"batch_index\":", done->batch_index);
}

static void put_invalidation(struct cli_events *events, const svasim_event *event)
{
    put_number(events, ",\"t_out\":", event->tick);
    put_word(events, ",\"status\":", event->iqei ? "error" : "ok");
    put_number(events, ",\"iqei\":", event->iqei);
    for (unsigned i = 0; i < 4; i++)
        put_address(events, i ? "," : ",\"words\":[", event->words[i]);
    put(events, "]");
}

static void put_page_request(struct cli_events *events, const svasim_event *event)
{
    const svasim_page_request *request = event->page_request;
    const svasim_fault_info *fault = svasim_fault_at(event->fault);
    char sid[CLI_SID_TEXT];
    cli_sid_format(request->source_id, sid);
    put_number(events, ",\"t_out\":", event->tick);
    put_word(events, ",\"sid\":", sid);
    put_pasid(events, request->pasid);
    put_bool(events, ",\"pr\":", request->flags & SVASIM_PAGE_PRIV);
    put_word(events, ",\"op\":", cli_page_need_name(request->flags));
    put_address(events, ",\"iova\":", request->address);
    put_word(events, ",\"status\":", cli_page_answer_name(event->page_answer));
    if (fault) {
        put_number(events, ",\"fault\":{\"code\":", fault->code);
        put_word(events, ",\"name\":", fault->name);
        put(events, "}");
    } else {
        put(events, ",\"fault\":null");
    }
}

static void put_page_response(struct cli_events *events, const svasim_event *event, uint64_t mhz)
{
    const svasim_page_response *response = event->page_response;
    char sid[CLI_SID_TEXT];
    cli_sid_format(response->source_id, sid);
    put_times(events, event->tick - event->latency, event->tick, mhz);
    put_word(events, ",\"sid\":", sid);
    put_pasid(events, response->pasid);
    put_number(events, ",\"group\":", response->group);
    put_word(events, ",\"status\":",
             response->code == 0    ? "success"
             : response->code == 15 ? "failure"
                                    : "invalid");
}

void cli_events_put(struct cli_events *events, const svasim_event *event, uint64_t mhz)
{
    static const char *const kinds[] = {
        [SVASIM_EVENT_TRANSLATION] = "translation",
        [SVASIM_EVENT_SUBMIT] = "submit",
        [SVASIM_EVENT_COMPLETION] = "completion",
        [SVASIM_EVENT_INVALIDATION] = "invalidation",
        [SVASIM_EVENT_STALE] = "stale",
        [SVASIM_EVENT_PAGE_REQUEST] = "page_request",
        [SVASIM_EVENT_PAGE_RESPONSE] = "page_response",
    };
    if (event->kind >= sizeof kinds / sizeof kinds[0] || !kinds[event->kind] || events->failed)
        return; /* failed expectations are listed, not logged */
    events->used = 0;
    put_word(events, "{\"kind\":", kinds[event->kind]);
    put_number(events, ",\"id\":", event->id);
    if (event->kind == SVASIM_EVENT_TRANSLATION || event->kind == SVASIM_EVENT_STALE)
        put_translation(events, event, mhz);
    else if (event->kind == SVASIM_EVENT_SUBMIT)
        put_submit(events, event);
    else if (event->kind == SVASIM_EVENT_PAGE_REQUEST)
        put_page_request(events, event);
    else if (event->kind == SVASIM_EVENT_PAGE_RESPONSE)
        put_page_response(events, event, mhz);
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
