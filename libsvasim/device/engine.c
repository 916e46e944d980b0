/* SPDX-License-Identifier: MIT */
/*
 * engine.c - which phase is a descriptor in, and what comes next? Checks, waiting, data,
 * readback, record, completion; a batch runs its members through the same phases one after
 * another. It does not look at data.
 *
 * Model choice: an engine finishes a descriptor before it takes the next, and fetches a batch
 *   in windows of 16 descriptors without overlapping fetch and execution.
 * Not modelled: without a device TLB, translating the completion-record address before the
 *   operation starts; the record is one write at the end.
 * Not modelled: completion interrupts; a handle is checked and no message is sent.
 * Not modelled: the implicit readback of a drain, whose address hardware chooses.
 */
#include "device/internal.h"

#include <string.h>

static void clear_data_path(struct engine *engine)
{
    memset(engine->streams, 0, sizeof(engine->streams));
    engine->open_count = 0;
    if (engine->atc)
        sv_dsa_claims_clear(engine);
    for (unsigned i = 0; i < 2; i++) {
        engine->in[i].start = engine->in[i].count = 0;
        engine->out[i].start = engine->out[i].count = 0;
    }
    engine->sgl_bytes.start = engine->sgl_bytes.count = 0;
    engine->sgl_head = engine->sgl_count = engine->sgl_flying = 0;
    engine->sgl_known = 0;
    engine->kernel = (struct kernel){.ended = true};
}

static void scatter(struct engine *engine, struct stream *stream)
{
    stream->scattered = true;
    stream->base = stream->next;
    if (!engine->plan.block)
        engine->plan.block = 8; /* one word of a delta item */
}

static void open_operand(struct engine *engine, const struct sv_operand *operand)
{
    struct stream *stream = &engine->streams[operand->role];

    sv_dsa_stream_open(engine, operand->role, operand->address, operand->bytes, operand->write,
                       operand->probe);
    if (operand->amount == SV_AMOUNT_BLOCKS || operand->amount == SV_AMOUNT_DELTA_ITEMS)
        scatter(engine, stream);
    if (operand->amount == SV_AMOUNT_DELTA_MAX || operand->amount == SV_AMOUNT_DELTA_ITEMS)
        stream->left = OPEN;
}

/* A copy onto its own tail runs from the last byte to the first. */
static void choose_direction(struct engine *engine)
{
    struct stream *in = &engine->streams[SV_ROLE_IN1];
    struct stream *out = &engine->streams[SV_ROLE_OUT1];

    if (sv_dsa_job(engine)->bytes[7] != SV_DSA_MEMMOVE || out->next == in->next ||
        out->next - in->next >= in->left)
        return;
    in->next += in->left;
    out->next += out->left;
    in->down = out->down = true;
}

static void enter_run(struct engine *engine)
{
    clear_data_path(engine);
    for (unsigned i = 0; i < engine->plan.count; i++)
        open_operand(engine, &engine->plan.operands[i]);
    choose_direction(engine);
    sv_dsa_kernel_begin(engine);
    sv_dsa_kernel_run(engine);
    engine->phase = PHASE_RUN;
}

static void enter_record(struct engine *engine, bool executed)
{
    struct job *job = sv_dsa_job(engine);
    bool due = sv_dsa_record_due(job);

    /* Filled first: it tells of kernel state that clearing forgets. */
    if (due)
        sv_dsa_record_fill(engine, executed);
    clear_data_path(engine);
    if (due) {
        sv_dsa_stream_open(engine, ROLE_RECORD, sv_dsa_get(job->bytes, 8, 8), RECORD_BYTES, true,
                           false);
    }
    engine->phase = PHASE_RECORD;
}

static void leave_run(struct engine *engine)
{
    struct job *job = sv_dsa_job(engine);
    struct kernel kernel;

    sv_dsa_kernel_finish(engine);
    kernel = engine->kernel;
    if (job->out.status == SV_STATUS_SUCCESS && sv_dsa_reads_back(job->bytes)) {
        const struct sv_operand *flushed = sv_dsa_operand(&engine->plan, SV_ROLE_PROBE);

        if (flushed) {
            kernel.any_written = true;
            kernel.last_written = flushed->address + flushed->bytes - 1;
        }
        if (kernel.any_written) {
            clear_data_path(engine);
            kernel.stopped = false;
            engine->kernel = kernel;
            sv_dsa_stream_open(engine, ROLE_READBACK, kernel.last_written, 0, false, true);
            engine->phase = PHASE_READBACK;
            return;
        }
    }
    enter_record(engine, true);
}

static void enter_list(struct engine *engine)
{
    struct batch *batch = &engine->batch;
    uint64_t list = sv_dsa_get(engine->jobs[0].bytes, 16, 8);
    uint32_t count = batch->total - batch->fetched;

    if (count > BATCH_WINDOW)
        count = BATCH_WINDOW;
    clear_data_path(engine);
    sv_dsa_stream_open(engine, SV_ROLE_LIST, list + UINT64_C(64) * batch->fetched,
                       UINT64_C(64) * count, false, false);
    engine->phase = PHASE_LIST;
}

static void start(svasim_dsa *dsa, struct engine *engine)
{
    struct job *job = sv_dsa_job(engine);
    uint8_t status;

    sv_dsa_plan(job->bytes, &engine->plan);
    engine->invalid_flags = 0;
    engine->early_record = engine->faulted_write = false;
    status = sv_dsa_check(dsa, job, &engine->plan, &engine->invalid_flags);
    job->out.status = status ? status : SV_STATUS_SUCCESS;
    clear_data_path(engine);
    engine->early_record = !status && job->bytes[7] != SV_DSA_BATCH && sv_dsa_record_due(job);
    if (status) {
        enter_record(engine, false);
    } else if (job->bytes[7] == SV_DSA_DRAIN) {
        engine->phase = PHASE_WAIT;
    } else if (job->bytes[7] == SV_DSA_BATCH) {
        engine->batch.total = (uint32_t)sv_dsa_get(job->bytes, 32, 4);
        engine->batch.started = engine->batch.fetched = 0;
        engine->batch.list_failed = false;
        /* A continuation inherits the failure of the part before it. */
        engine->batch.any_failed = sv_dsa_flags(job->bytes) & SV_FLAG_OP0;
        enter_list(engine);
    } else {
        enter_run(engine);
    }
}

static void end_batch(struct engine *engine)
{
    struct job *job = &engine->jobs[0];

    job->out.bytes_completed = engine->batch.started;
    job->out.result = engine->batch.any_failed;
    if (job->out.status == SV_STATUS_SUCCESS && engine->batch.any_failed)
        job->out.status = SV_STATUS_BATCH_FAIL;
    enter_record(engine, false);
}

/* Start the next member, fetch more of the list, or end the batch. */
static void next_member(svasim_dsa *dsa, struct engine *engine)
{
    struct batch *batch = &engine->batch;
    const struct job *parent = &engine->jobs[0];
    struct job *member = &engine->jobs[1];

    if (batch->started == batch->fetched) {
        if (batch->started == batch->total || batch->list_failed)
            end_batch(engine);
        else
            enter_list(engine);
        return;
    }
    memcpy(member->bytes, &batch->window[batch->started % BATCH_WINDOW * 64], 64);
    /* A fence behind a failure ends the batch: this member and the rest never happen. */
    if (sv_dsa_flags(member->bytes) & SV_FLAG_FENCE && batch->any_failed) {
        end_batch(engine);
        return;
    }
    member->sequence = parent->sequence;
    member->out = parent->out;
    member->out.started_at = dsa->tick;
    member->out.fault_address = 0;
    member->out.dma_requests = 0;
    member->out.batch_index = (uint16_t)batch->started;
    member->out.opcode = member->bytes[7];
    engine->depth = 1;
    start(dsa, engine);
}

static void finish(svasim_dsa *dsa, struct engine *engine)
{
    svasim_completion out = sv_dsa_job(engine)->out;

    out.completed_at = dsa->tick;
    engine->early_record = false;
    if (engine->depth) {
        engine->depth = 0;
        engine->batch.started++;
        engine->batch.any_failed |= out.status != SV_STATUS_SUCCESS;
        next_member(dsa, engine);
    } else {
        engine->phase = PHASE_IDLE;
        dsa->pending--;
    }
    dsa->ports.completed(dsa->ports.host, &out);
}

/* Older descriptors of the same queue (shared: and PASID) that a drain must wait for. Those
   not yet dispatched are behind it. */
static bool older_work(const svasim_dsa *dsa, const struct engine *engine)
{
    const struct job *drain = &engine->jobs[0];
    bool dedicated = dsa->wqs[drain->out.wq].setup.dedicated;

    for (unsigned i = 0; i < dsa->setup.engines; i++) {
        const struct engine *other = &dsa->engines[i];
        const struct job *job = &other->jobs[0];

        if (other->phase == PHASE_IDLE || job->out.wq != drain->out.wq)
            continue;
        if (job->sequence < drain->sequence && (dedicated || job->out.pasid == drain->out.pasid))
            return true;
    }
    return false;
}

static void next_phase(svasim_dsa *dsa, struct engine *engine)
{
    switch ((enum phase)engine->phase) {
    case PHASE_LIST:
        next_member(dsa, engine);
        break;
    case PHASE_RUN:
        leave_run(engine);
        break;
    case PHASE_READBACK:
        enter_record(engine, true);
        break;
    case PHASE_RECORD:
        if (!dsa->setup.record_ticks || !sv_dsa_job(engine)->out.record_written) {
            finish(dsa, engine);
            break;
        }
        engine->phase = PHASE_SEEN;
        engine->until = dsa->tick + dsa->setup.record_ticks;
        break;
    case PHASE_IDLE:
    case PHASE_DISPATCH:
    case PHASE_SEEN:
    case PHASE_WAIT:
        break;
    }
}

static bool take_descriptor(svasim_dsa *dsa, struct engine *engine)
{
    if (!sv_dsa_arbitrate(dsa, &engine->jobs[0]))
        return false;
    if (dsa->setup.dispatch_ticks) {
        engine->phase = PHASE_DISPATCH;
        engine->until = dsa->tick + dsa->setup.dispatch_ticks;
    } else {
        start(dsa, engine);
    }
    return true;
}

/* Phases of their own length. */
static bool pass_time(svasim_dsa *dsa, struct engine *engine)
{
    if (dsa->tick < engine->until) {
        sv_dsa_wake(dsa, engine->until);
        return false;
    }
    if (engine->phase == PHASE_DISPATCH)
        start(dsa, engine);
    else
        finish(dsa, engine);
    return true;
}

bool sv_dsa_engine_step(svasim_dsa *dsa, struct engine *engine)
{
    bool moved;

    if (engine->phase == PHASE_IDLE)
        return take_descriptor(dsa, engine);
    if (engine->phase == PHASE_DISPATCH || engine->phase == PHASE_SEEN)
        return pass_time(dsa, engine);
    if (engine->phase == PHASE_WAIT) {
        if (older_work(dsa, engine))
            return false;
        enter_run(engine);
        return true;
    }
    moved = sv_dsa_retire(engine);
    sv_dsa_kernel_run(engine);
    if (engine->atc)
        sv_dsa_translate(dsa, engine);
    if (sv_dsa_issue(dsa, engine))
        return true;
    if (!engine->kernel.ended || !sv_dsa_quiet(engine))
        return moved;
    next_phase(dsa, engine);
    return true;
}
