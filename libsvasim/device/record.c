/* SPDX-License-Identifier: MIT */
/*
 * record.c - what does a finished operation report? Status, result, bytes completed and the
 * 32 bytes of the completion record; whether the record is written at all. It issues nothing.
 */
#include "device/internal.h"

#include <string.h>

#define RECORD_WRITE 0x80u /* in the status byte: the faulting access was a write */

static bool failed(uint8_t status)
{
    return status != SV_STATUS_SUCCESS && status != SV_STATUS_FALSE;
}

/* Check Result turns an unexpected result into status 0x02. */
static bool unexpected(const struct job *job)
{
    switch (job->bytes[7]) {
    case SV_DSA_COMPARE:
    case SV_DSA_COMPARE_PATTERN:
        return job->out.result != (job->bytes[40] & 1);
    case SV_DSA_CREATE_DELTA:
        return !(job->bytes[56] >> job->out.result & 1);
    default:
        return false;
    }
}

/* How far it got: nothing is said of an operation that is simply complete. */
static uint32_t bytes_completed(const struct engine *engine, const struct job *job)
{
    const struct kernel *kernel = &engine->kernel;
    uint8_t op = job->bytes[7];

    if (failed(job->out.status))
        return op == SV_DSA_GATHER_REDUCE ? 0 : (uint32_t)kernel->consumed;
    if ((op == SV_DSA_COMPARE || op == SV_DSA_COMPARE_PATTERN) && job->out.result)
        return (uint32_t)kernel->consumed;
    return op == SV_DSA_CREATE_DELTA && job->out.result == 2 ? (uint32_t)kernel->consumed : 0;
}

void sv_dsa_kernel_finish(struct engine *engine)
{
    struct job *job = sv_dsa_job(engine);

    if (job->out.status == SV_STATUS_SUCCESS && sv_dsa_flags(job->bytes) & SV_FLAG_CHECK &&
        unexpected(job))
        job->out.status = SV_STATUS_FALSE;
    if (engine->streams[SV_ROLE_IN1].down)
        job->out.result = 1;
    job->out.bytes_completed = bytes_completed(engine, job);
}

static void put_operation(const struct engine *engine, const struct job *job, uint8_t *record)
{
    const struct kernel *kernel = &engine->kernel;
    bool raw = sv_dsa_flags(job->bytes) & SV_FLAG_OP1;

    switch (job->bytes[7]) {
    case SV_DSA_CREATE_DELTA:
        sv_dsa_put(record, 16, 4, kernel->delta_bytes);
        break;
    case SV_DSA_CRC:
    case SV_DSA_COPY_CRC:
        sv_dsa_put(record, 16, 8, sv_crc32c_end(kernel->crc, raw));
        break;
    case SV_DSA_GATHER_COPY:
    case SV_DSA_SCATTER_COPY:
    case SV_DSA_SCATTER_FILL:
        if (failed(job->out.status))
            sv_dsa_put(record, 20, 2, kernel->consumed / engine->plan.block);
        break;
    default:
        break;
    }
}

void sv_dsa_record_fill(struct engine *engine, bool executed)
{
    const struct job *job = sv_dsa_job(engine);
    uint8_t *record = engine->record;

    memset(record, 0, RECORD_BYTES);
    record[0] = job->out.status;
    if (engine->faulted_write && job->out.status == SV_STATUS_PAGE_FAULT)
        record[0] |= RECORD_WRITE;
    record[1] = job->out.result;
    sv_dsa_put(record, 4, 4, job->out.bytes_completed);
    sv_dsa_put(record, 8, 8, job->out.fault_address);
    if (job->out.status == SV_STATUS_BAD_FLAGS)
        sv_dsa_put(record, 16, 3, engine->invalid_flags);
    else if (executed)
        put_operation(engine, job, record);
}

bool sv_dsa_record_due(const struct job *job)
{
    uint32_t flags = sv_dsa_flags(job->bytes);

    switch (job->out.status) {
    case SV_STATUS_RECORD_FAULT:
    case SV_STATUS_RECORD_ALIGN:
    case SV_STATUS_PRIV:
        return false;
    case SV_STATUS_SUCCESS:
    case SV_STATUS_FALSE:
    case SV_STATUS_BATCH_FAIL:
        return flags & SV_FLAG_CRAV && flags & SV_FLAG_RCR;
    default:
        return flags & SV_FLAG_CRAV;
    }
}
