/* SPDX-License-Identifier: MIT */
/* trace.c - a whole trace of any form: each record that can be read can be written and printed, and
 * the machine takes or refuses it with a reason. Work that a record may legally ask for is limited.
 */
#include "fuzz.h"

#include "svasim/machine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RECORDS_MAX 1500u
#define LINE_MAX    (256u * 1024u)
#define MAP_PAGES   1024u
#define UNMAP_BYTES (UINT64_C(1) << 32)

/* What was told, to be compared with what the machine counts. */
struct told {
    uint64_t failed, differs, stale, requests;
};

static void on_event(void *user, const svasim_event *event)
{
    struct told *told = user;
    told->failed += event->kind == SVASIM_EVENT_FAILED;
    told->differs += event->kind == SVASIM_EVENT_DIFFERS;
    told->stale += event->kind == SVASIM_EVENT_STALE;
    told->requests += event->kind == SVASIM_EVENT_TRANSLATION;
    if (event->kind == SVASIM_EVENT_FAILED || event->kind == SVASIM_EVENT_DIFFERS)
        FUZZ_REQUIRE(event->text && event->text[0]);
    if (event->kind == SVASIM_EVENT_TRANSLATION) {
        uint64_t sum = 0;
        for (unsigned i = 0; i < SVASIM_STAGE_COUNT; i++)
            sum += event->response->where[i];
        FUZZ_REQUIRE(sum == event->response->completed_at - event->response->accepted_at);
        FUZZ_REQUIRE(event->response->fault < SVASIM_FAULT_COUNT);
    }
}

static void at_most(svasim_record *record, unsigned slot, uint64_t limit)
{
    if (svasim_record_has(record, slot) && record->value[slot] <= limit)
        return;
    record->present |= 1u << slot;
    record->value[slot] = limit;
}

/* A trace may ask for hours of work; limits are the caller's business. False: leave it out. */
static bool affordable(svasim_record *record)
{
    static const uint64_t pages[3] = {1u << 12, 1u << 21, 1u << 30};
    const svasim_blob *blob = record->blob;
    const uint64_t *value = record->value;
    switch (record->kind) {
    case SVASIM_RECORD_CONFIG:
        return fuzz_modest(blob[0].data, blob[0].bytes, blob[1].data, blob[1].bytes);
    case SVASIM_RECORD_MAP:
        return value[SVASIM_F_MAP_bytes] / pages[value[SVASIM_F_MAP_page] % 3] <= MAP_PAGES;
    case SVASIM_RECORD_UNMAP:
        return value[SVASIM_F_UNMAP_bytes] <= UNMAP_BYTES;
    case SVASIM_RECORD_PROTECT:
        return value[SVASIM_F_PROTECT_bytes] <= UNMAP_BYTES;
    case SVASIM_RECORD_WQ:
        at_most(record, SVASIM_F_WQ_max_transfer_log2, 14);
        at_most(record, SVASIM_F_WQ_max_batch_log2, 4);
        return true;
    case SVASIM_RECORD_SUBMIT:
        if (value[SVASIM_F_SUBMIT_retries] > 16)
            record->value[SVASIM_F_SUBMIT_retries] = 16;
        return true;
    default:
        return true;
    }
}

/* What is printed reads back as the same record. */
static void round_trip(const svasim_record *record)
{
    static char first[LINE_MAX], second[LINE_MAX];
    svasim_record again;
    svasim_trace_error error;
    size_t bytes = svasim_record_format(record, first, sizeof first);
    FUZZ_REQUIRE(bytes < sizeof first);
    memcpy(second, first, bytes + 1);
    FUZZ_REQUIRE(svasim_record_parse(second, bytes, &again, &error) == SVASIM_OK);
    if (record->kind == SVASIM_RECORD_COMMENT)
        return; /* dropped by the parser of one line */
    FUZZ_REQUIRE(again.kind == record->kind && again.present == record->present);
    FUZZ_REQUIRE(memcmp(again.value, record->value, sizeof again.value) == 0);
}

static void run(svasim_machine *machine, svasim_reader *reader, svasim_writer *writer)
{
    const svasim_record *record;
    svasim_err err;
    for (unsigned count = 0; count < RECORDS_MAX; count++) {
        err = svasim_reader_next(reader, &record);
        if (err) {
            FUZZ_REQUIRE(err == SVASIM_EDATA || err == SVASIM_ENOMEM);
            FUZZ_REQUIRE(svasim_reader_error(reader)->text[0]);
            FUZZ_REQUIRE(svasim_reader_next(reader, &record) == err);
            return;
        }
        if (!record)
            return;
        round_trip(record);
        err = svasim_writer_put(writer, record);
        FUZZ_REQUIRE(err == SVASIM_OK);
        svasim_record copy = *record;
        if (!affordable(&copy))
            continue;
        err = svasim_machine_apply(machine, &copy);
        FUZZ_REQUIRE(err == SVASIM_OK || svasim_machine_error(machine)[0]);
        FUZZ_REQUIRE(err == SVASIM_OK || err == SVASIM_EINVAL || err == SVASIM_ENOMEM ||
                     err == SVASIM_EIO || err == SVASIM_BUSY);
    }
}

void fuzz_trace(const uint8_t *data, size_t bytes, bool functional)
{
    struct told told = {0};
    svasim_machine_options options = {
        .functional = functional, .check_stale = true, .on_event = on_event, .user = &told};
    svasim_trace_error error;
    svasim_reader *reader = svasim_reader_memory(data, bytes, "input", &error);
    if (!reader) {
        FUZZ_REQUIRE(error.text[0]);
        return;
    }
    svasim_writer *writer = svasim_writer_open(
        "/dev/null", svasim_reader_is_binary(reader) ? SVASIM_FORM_TEXT : SVASIM_FORM_BINARY);
    svasim_machine *machine = svasim_machine_create(&options);
    FUZZ_REQUIRE(writer && machine);
    FUZZ_REQUIRE(svasim_machine_pin(machine, "machine.direct_map", "0x100000000") == SVASIM_OK);
    run(machine, reader, writer);
    svasim_err err = svasim_machine_finish(machine);
    const svasim_machine_stats *stats = svasim_machine_statistics(machine);
    FUZZ_REQUIRE(err == SVASIM_OK || svasim_machine_error(machine)[0]);
    FUZZ_REQUIRE(err != SVASIM_OK || svasim_machine_idle(machine));
    FUZZ_REQUIRE(stats->expectations_met + told.failed == stats->expectations);
    FUZZ_REQUIRE(stats->observations_differ == told.differs);
    FUZZ_REQUIRE(stats->stale == told.stale);
    FUZZ_REQUIRE(stats->requests == told.requests);
    FUZZ_REQUIRE(svasim_writer_close(writer) == SVASIM_OK);
    svasim_machine_destroy(machine);
    svasim_reader_close(reader);
}
