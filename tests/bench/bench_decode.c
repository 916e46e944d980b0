/* SPDX-License-Identifier: MIT */
/* bench_decode.c - records per second of the trace reader, from a file that is already in the
 * page cache. Knows only the public reader and writer. */
#define _POSIX_C_SOURCE 200809L
#include "bench_decode.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "svasim/trace.h"

#define PAGES (UINT64_C(64) * 1024 * 1024 / 4096)

/* xorshift64*: the same trace on every machine. */
static uint64_t next_random(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * UINT64_C(0x2545f4914f6cdd1d);
}

static void make_record(svasim_record *record, uint64_t number, uint64_t *random)
{
    static const uint16_t sids[] = {0x0010, 0x0018, 0x6a00, 0x6f00};
    uint64_t draw = next_random(random);
    unsigned device = (unsigned)(draw >> 62);
    memset(record, 0, sizeof *record);
    record->kind = SVASIM_RECORD_DMA;
    record->present = 1u << SVASIM_F_DMA_id | 1u << SVASIM_F_DMA_op | 1u << SVASIM_F_DMA_sid |
                      1u << SVASIM_F_DMA_iova | 1u << SVASIM_F_DMA_length |
                      1u << SVASIM_F_DMA_pasid;
    record->value[SVASIM_F_DMA_id] = number;
    record->value[SVASIM_F_DMA_op] = draw >> 61 & 1;
    record->value[SVASIM_F_DMA_sid] = sids[device];
    record->value[SVASIM_F_DMA_iova] = UINT64_C(0x7f0000000000) + (draw >> 32) % PAGES * 4096;
    record->value[SVASIM_F_DMA_length] = 64;
    record->value[SVASIM_F_DMA_pasid] = device + 1;
}

static int write_trace(const char *path, svasim_trace_form form, uint64_t records)
{
    svasim_writer *writer = svasim_writer_open(path, form);
    uint64_t random = UINT64_C(88172645463325252);
    svasim_err err = writer != NULL ? SVASIM_OK : SVASIM_EIO;
    for (uint64_t i = 1; err == SVASIM_OK && i <= records; i++) {
        svasim_record record;
        make_record(&record, i, &random);
        err = svasim_writer_put(writer, &record);
    }
    svasim_err closed = svasim_writer_close(writer);
    return err != SVASIM_OK || closed != SVASIM_OK;
}

static double seconds(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

/* Seconds to read the file once; negative if it does not hold `records` records. */
static double read_trace(const char *path, uint64_t records, uint64_t *out_bytes)
{
    double begin = seconds();
    svasim_reader *reader = svasim_reader_open(path, NULL);
    const svasim_record *record = NULL;
    uint64_t count = 0, sum = 0, done, total = 0;
    if (reader == NULL)
        return -1;
    while (svasim_reader_next(reader, &record) == SVASIM_OK && record != NULL) {
        count++;
        sum += record->value[SVASIM_F_DMA_iova];
    }
    svasim_reader_progress(reader, &done, &total);
    svasim_reader_close(reader);
    *out_bytes = total;
    return count == records && sum != 0 ? seconds() - begin : -1;
}

double bench_decode(const char *form, uint64_t records, unsigned runs, uint64_t *out_bytes)
{
    char path[] = "/tmp/svasim-bench-XXXXXX";
    bool binary = strcmp(form, "binary") == 0;
    uint64_t bytes = 0;
    double best = -1;
    int file = mkstemp(path);
    if (file < 0)
        return -1;
    (void)close(file);
    int failed = write_trace(path, binary ? SVASIM_FORM_BINARY : SVASIM_FORM_TEXT, records);
    for (unsigned run = 0; !failed && run < runs; run++) {
        double took = read_trace(path, records, &bytes);
        failed = took < 0;
        if (!failed && (best < 0 || took < best))
            best = took;
    }
    (void)remove(path);
    if (out_bytes != NULL)
        *out_bytes = bytes;
    return failed || best <= 0 ? -1 : (double)records / best;
}
