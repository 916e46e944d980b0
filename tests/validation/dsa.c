/* SPDX-License-Identifier: MIT */
/* dsa.c - descriptors of a DSA device with a device TLB, one at a time: a completion record with
 * and without its translation, and moves of 4 KiB to 512 MiB. */
#include <stdlib.h>
#include <string.h>

#include "svasim/device.h"
#include "validation.h"

#define PRESET       "sapphire-rapids-dsa"
#define KIB          UINT64_C(1024)
#define SMALL_PAGE   (4 * KIB)
#define LARGE_PAGE   (2048 * KIB)
#define SOURCE       UINT64_C(0x7e0000000000)
#define DESTINATION  UINT64_C(0x7f0000000000)
#define RECORD       UINT64_C(0x10000)
#define OTHER_RECORD UINT64_C(0x11000)
#define TARGET       UINT64_C(0x100000000) /* data are never stored: the places need not differ */
#define FLAGS        0xc                   /* record valid, record requested */
#define IDLE_TICKS   10000
#define JUDGED_FROM  (16 * KIB)
#define RUN_LIMIT    (32768 * KIB) /* larger moves go on as the last doubling did */

enum { NOOP_HIT, NOOP_MISS };

static const struct {
    const char *what;
    double cycles;
} noops[] = {
#define NOOP(id, what, cycles) [id] = {what, cycles},
#define MOVE(kib, cycles)
#include "dsa.def"
#undef NOOP
#undef MOVE
};

static const struct {
    uint64_t bytes;
    double cycles;
} moves[] = {
#define NOOP(id, what, cycles)
#define MOVE(kib, cycles) {(kib)*KIB, cycles},
#include "dsa.def"
#undef NOOP
#undef MOVE
};
#define MOVES (sizeof moves / sizeof moves[0])

struct run {
    struct bed bed;
    svasim_dsa *dsa;
    svasim_completion done;
};

/* --- the device beside the unit --- */

static svasim_err send(void *user, const svasim_request *request)
{
    const struct run *run = user;
    return svasim_submit(run->bed.unit, request);
}

static int take(void *user, uint64_t hpa, void *out, size_t bytes)
{
    (void)user, (void)hpa;
    memset(out, 0, bytes);
    return 0;
}

static int give(void *user, uint64_t hpa, const void *data, size_t bytes)
{
    (void)user, (void)hpa, (void)data, (void)bytes;
    return 0;
}

static void completed(void *user, const svasim_completion *completion)
{
    ((struct run *)user)->done = *completion;
}

static svasim_tick now(void *user)
{
    const struct run *run = user;
    return svasim_now(run->bed.unit);
}

/* Nothing is invalidated here. */
static void invalidated(void *user, uint8_t itag)
{
    (void)user, (void)itag;
}

static void answer(void *user, const svasim_response *response)
{
    const struct run *run = user;
    svasim_dsa_answer(run->dsa, response);
}

static void credit(void *user)
{
    const struct run *run = user;
    svasim_dsa_credit(run->dsa);
}

static bool open_device(struct run *run)
{
    svasim_dsa_setup setup = svasim_dsa_setup_default();
    svasim_wq_setup queue = svasim_wq_setup_default();
    const svasim_dsa_ports ports = {
        .size = sizeof ports,
        .host = run,
        .dma = send,
        .read = take,
        .write = give,
        .completed = completed,
        .now = now,
        .invalidated = invalidated,
    };
    svasim_dsa_setup_read(&setup, run->bed.config);
    setup.source_id = BED_SOURCE;
    queue.size = 4;
    run->dsa = svasim_dsa_create(&setup, &ports, NULL);
    return run->dsa && svasim_dsa_wq_enable(run->dsa, 0, &queue) == 0;
}

static bool open_run(struct run *run)
{
    svasim_entry_ref context = {.entry = SVASIM_ENTRY_CONTEXT, .source_id = BED_SOURCE};
    *run = (struct run){.dsa = NULL};
    if (!bed_open(&run->bed, preset_load(PRESET, NULL), 1, 4))
        return false;
    run->bed.respond = answer;
    run->bed.on_credit = credit;
    run->bed.user = run;
    return svasim_tables_set(run->bed.tables, &context, "dte=1") == SVASIM_OK &&
           bed_map(&run->bed, &run->bed.first, RECORD, TARGET, 2 * SMALL_PAGE, SMALL_PAGE) &&
           open_device(run);
}

static void close_run(struct run *run)
{
    svasim_dsa_destroy(run->dsa);
    bed_close(&run->bed);
}

static bool set(uint8_t bytes[64], const char *name, uint64_t value)
{
    const svasim_desc_field *field;
    for (unsigned i = 0; (field = svasim_desc_field_at(bytes[7], i)) != NULL; i++)
        if (strcmp(field->name, name) == 0)
            return svasim_desc_set(field, bytes, value);
    return false;
}

/* Submit when everything has been quiet, wait; false unless it succeeds. */
static bool execute(struct run *run, const uint8_t bytes[64], double *out_cycles)
{
    svasim *unit = run->bed.unit;
    svasim_run_until(unit, svasim_now(unit) + IDLE_TICKS);
    run->done.status = 0;
    if (svasim_dsa_submit(run->dsa, SVASIM_ENQCMD, 0, BED_PASID, bytes, 1) !=
        SVASIM_SUBMIT_ACCEPTED)
        return false;
    while (svasim_dsa_pending(run->dsa)) {
        svasim_tick unit_next = svasim_next_event(unit);
        svasim_tick next = svasim_dsa_next_event(run->dsa);
        if (unit_next < next)
            next = unit_next;
        if (next == SVASIM_NEVER)
            return false;
        svasim_run_until(unit, next);
        svasim_dsa_run_until(run->dsa, next);
    }
    *out_cycles = (double)(run->done.completed_at - run->done.submitted_at);
    return run->done.status == 1;
}

/* --- no operation --- */

static bool noop(struct run *run, uint64_t record, double *out_cycles)
{
    const svasim_opcode_info *row = svasim_opcode_find(0);
    uint8_t bytes[64] = {0};
    bytes[7] = row->opcode;
    return set(bytes, "flags", FLAGS) && set(bytes, "cr", record) &&
           execute(run, bytes, out_cycles);
}

/* Records in turn in two pages, as the measurement made its misses; then again in the last one. */
static bool measure_noops(double out_cycles[2])
{
    struct run run;
    bool ok = open_run(&run) && noop(&run, RECORD, &out_cycles[NOOP_MISS]) &&
              noop(&run, OTHER_RECORD, &out_cycles[NOOP_MISS]) &&
              noop(&run, RECORD, &out_cycles[NOOP_MISS]) &&
              noop(&run, RECORD, &out_cycles[NOOP_HIT]);
    close_run(&run);
    return ok;
}

/* --- moves --- */

/* A buffer as an allocator hands it out on a system with transparent huge pages: whatever is
 * aligned to 2 MiB is one page, and the head and the tail are small ones. */
static bool map_buffer(struct run *run, uint64_t address, uint64_t bytes, uint64_t *out_start)
{
    const svasim_tree *tree = &run->bed.first;
    uint64_t half = LARGE_PAGE / 2;
    if (bytes <= LARGE_PAGE) {
        *out_start = address;
        return bed_map(&run->bed, tree, address, TARGET, bytes, SMALL_PAGE);
    }
    *out_start = address + half;
    return bed_map(&run->bed, tree, address + half, TARGET + half, half, SMALL_PAGE) &&
           bed_map(&run->bed, tree, address + LARGE_PAGE, TARGET + LARGE_PAGE, bytes - LARGE_PAGE,
                   LARGE_PAGE) &&
           bed_map(&run->bed, tree, address + bytes, TARGET + bytes, half, SMALL_PAGE);
}

static bool measure_move(uint64_t size, double *out_cycles)
{
    struct run run;
    uint8_t bytes[64] = {0};
    uint64_t source = 0, destination = 0;
    double unused;
    bool ok = open_run(&run) && map_buffer(&run, SOURCE, size, &source) &&
              map_buffer(&run, DESTINATION, size, &destination);
    bytes[7] = 3; /* memmove */
    ok = ok && noop(&run, RECORD, &unused) && set(bytes, "flags", FLAGS) &&
         set(bytes, "cr", RECORD) && set(bytes, "src", source) && set(bytes, "dst", destination) &&
         set(bytes, "size", size) && execute(&run, bytes, out_cycles);
    close_run(&run);
    return ok;
}

static bool report_moves(struct report *report)
{
    double cycles[MOVES];
    for (unsigned i = 0; i < MOVES; i++) {
        if (moves[i].bytes <= RUN_LIMIT) {
            if (!measure_move(moves[i].bytes, &cycles[i]))
                return false;
        } else {
            cycles[i] = cycles[i - 1] + 2 * (cycles[i - 1] - cycles[i - 2]);
        }
    }
    report_figure(report, &(struct figure){.file = "dsa_move",
                                           .title = "One memory move",
                                           .x_label = "size, bytes",
                                           .y_label = "cycles",
                                           .x_scale = SCALE_LOG2,
                                           .y_scale = SCALE_LOG10,
                                           .x_is_bytes = true});
    report_series(report, "below 16 KiB", 0, false);
    for (unsigned i = 0; i < MOVES && moves[i].bytes < JUDGED_FROM; i++)
        report_point(report, (double)moves[i].bytes, moves[i].cycles, cycles[i]);
    report_series(report, "move", 15, true);
    for (unsigned i = 0; i < MOVES; i++)
        if (moves[i].bytes >= JUDGED_FROM)
            report_point(report, (double)moves[i].bytes, moves[i].cycles, cycles[i]);
    return true;
}

bool chapter_dsa(struct report *report)
{
    double cycles[2] = {0};
    if (!measure_noops(cycles))
        return false;
    report_text(
        report,
        "Source: \"DSAssassin\" (HPCA 2026), raw results in `chanbengz/dsa-reversing`; numbers in\n"
        "[dsa.def](../tests/validation/dsa.def), preset "
        "[sapphire-rapids-dsa](../tools/presets/sapphire-rapids-dsa.ini). One shared queue of 4, "
        "one\n"
        "engine, 96 read buffers, a device TLB of one page for each field. Nothing is charged for "
        "a "
        "page: a move claims its translations\n"
        "136 lines ahead of the oldest unfinished one, and what the 538 cycles of a miss exceed "
        "that "
        "lead by is the cost.\n"
        "\n"
        "Fitted: the sums of the two rows without data, the rate of large moves, the latency of a "
        "read and the lead. Assumed: the pages of the\n"
        "buffers. Up to 2 MiB they are of 4 KiB; larger buffers have a head and a tail of 1 MiB of "
        "them and 2 MiB pages between, as transparent\n"
        "huge pages make of an unaligned buffer: the published cost of a page changes at that "
        "size. "
        "Every read of data takes the same time, the\n"
        "tables of a buffer are walked cold. Moves of more than 32 MiB are not run: each doubling "
        "adds "
        "twice what the one before added (run in\n"
        "full, 512 MiB gives the same number of cycles).\n"
        "\n"
        "What does not fit: the first move of 4 KiB, which the source measured with everything "
        "cold, "
        "the processor's side included; and 64 KiB,\n"
        "which the source has 800 cycles above the line through its neighbours.");
    report_table(report, "A descriptor without data", "record's page in the device TLB", "cycles");
    report_series(report, "no operation", 5, true);
    report_value(report, noops[NOOP_HIT].what, noops[NOOP_HIT].cycles, cycles[NOOP_HIT]);
    report_value(report, noops[NOOP_MISS].what, noops[NOOP_MISS].cycles, cycles[NOOP_MISS]);
    return report_moves(report);
}
