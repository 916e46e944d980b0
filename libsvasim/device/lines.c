/* SPDX-License-Identifier: MIT */
/*
 * lines.c - how do an operation's operands become DMA requests? Each request stays inside one
 * 64-byte line; reads are taken in by their order of issue, whatever order they return in.
 * It does not know what the bytes mean.
 */
#include "device/internal.h"

#include "base/assert.h"

#include <string.h>

/* A list line completes at most this many entries: one may have begun in the line before. */
#define SGL_PER_LINE (LINE_BYTES / 4 + 1)

void sv_dsa_stream_open(struct engine *engine, unsigned role, uint64_t address, uint64_t bytes,
                        bool write, bool probe)
{
    engine->streams[role] =
        (struct stream){.next = address,
                        .left = bytes ? bytes : probe, /* a readback of nothing still asks once */
                        .active = true,
                        .write = write,
                        .probe = probe};
    engine->open[engine->open_count++] = (uint8_t)role;
}

void sv_dsa_fail(struct engine *engine, uint8_t status, uint64_t address)
{
    struct job *job = sv_dsa_job(engine);

    if (job->out.status != SV_STATUS_SUCCESS)
        return;
    job->out.status = status;
    job->out.fault_address = address;
    engine->kernel.stopped = true;
}

void sv_dsa_line_free(struct engine *engine, struct line *line)
{
    line->state = LINE_FREE;
    engine->busy--;
    engine->free[engine->free_count++] = (uint16_t)(line - engine->lines);
}

/* Bytes of the next request of a stream: to the end of the line, block or operand. */
static unsigned chunk_of(const struct stream *stream)
{
    uint64_t bytes = stream->down ? ((stream->next - 1) & (LINE_BYTES - 1)) + 1
                                  : LINE_BYTES - (stream->next & (LINE_BYTES - 1));

    if (bytes > stream->left)
        bytes = stream->left;
    if (stream->scattered && bytes > stream->block_left)
        bytes = stream->block_left;
    return (unsigned)bytes;
}

bool sv_dsa_enter_block(struct engine *engine, struct stream *stream)
{
    if (!stream->scattered || stream->block_left)
        return true;
    if (!engine->sgl_count)
        return false;
    stream->next = stream->base + engine->sgl[engine->sgl_head];
    stream->block_left = engine->plan.block;
    engine->sgl_head = (engine->sgl_head + 1) % SGL_AHEAD;
    engine->sgl_count--;
    return true;
}

/* Is it known where the operand's next byte lies, or that it lies nowhere? */
static bool translated(const struct engine *engine, unsigned role)
{
    return !engine->atc ||
           sv_dsa_claim(&engine->claims[role], sv_dsa_position(&engine->streams[role]));
}

static bool output_ready(struct engine *engine, unsigned role)
{
    struct stream *stream = &engine->streams[role];
    const struct fifo *fifo = &engine->out[role - SV_ROLE_OUT1];

    if (!stream->active || !stream->left)
        return false;
    if (engine->kernel.ended && stream->left > fifo->count)
        stream->left = fifo->count;
    if (!stream->left || !fifo->count || !sv_dsa_enter_block(engine, stream))
        return false;
    return fifo->count >= chunk_of(stream) && translated(engine, role);
}

/* With a device TLB an output can wait while its input fills all there is: a read that takes the
   last line has to find room for its data, or the output would never get that line. */
static bool line_left(const struct engine *engine, unsigned role)
{
    if (!engine->atc || engine->free_count > 1 || role > SV_ROLE_IN2)
        return true;
    return (engine->order_count + 1) * LINE_BYTES <= sv_fifo_room(&engine->in[role - SV_ROLE_IN1]);
}

static bool input_ready(struct engine *engine, unsigned role)
{
    struct stream *stream = &engine->streams[role];

    if (!stream->active || !stream->left || engine->kernel.stopped || !line_left(engine, role))
        return false;
    if (role == SV_ROLE_SGL)
        return engine->sgl_count + engine->sgl_flying + SGL_PER_LINE <= SGL_AHEAD &&
               translated(engine, role);
    /* Source bytes wait until the block they will be written to is known. */
    if (engine->streams[SV_ROLE_OUT1].scattered && engine->streams[SV_ROLE_SGL].active)
        return stream->issued < engine->sgl_known * engine->plan.block && translated(engine, role);
    return sv_dsa_enter_block(engine, stream) && translated(engine, role);
}

/* Both ready: the one that is behind. Otherwise whichever is. */
static int pick_pair(struct engine *engine, unsigned first, unsigned second,
                     bool (*ready)(struct engine *, unsigned))
{
    bool a = ready(engine, first);
    bool b = ready(engine, second);

    if (a && b)
        return (int)(engine->streams[second].issued < engine->streams[first].issued ? second
                                                                                    : first);
    return a ? (int)first : b ? (int)second : -1;
}

/* The stream whose turn it is, or -1. Writes go first: they give room to everything behind. */
static int pick_stream(struct engine *engine)
{
    static const uint8_t side[] = {SV_ROLE_SEED, SV_ROLE_SGL, SV_ROLE_LIST, SV_ROLE_PROBE,
                                   SV_ROLE_PROBE2};
    const struct stream *in1 = &engine->streams[SV_ROLE_IN1];
    const struct stream *in2 = &engine->streams[SV_ROLE_IN2];
    int role;

    if (engine->streams[ROLE_RECORD].left)
        return translated(engine, ROLE_RECORD) ? ROLE_RECORD : -1;
    if (engine->streams[ROLE_READBACK].left)
        return translated(engine, ROLE_READBACK) ? ROLE_READBACK : -1;
    role = pick_pair(engine, SV_ROLE_OUT1, SV_ROLE_OUT2, output_ready);
    if (role >= 0)
        return role;
    for (unsigned i = 0; i < sizeof(side); i++)
        if (input_ready(engine, side[i]))
            return side[i];
    /* Two sources advance together, so neither runs out of buffer. */
    if (in2->active && in1->left && in1->issued > in2->issued)
        return input_ready(engine, SV_ROLE_IN2) ? SV_ROLE_IN2 : -1;
    if (in2->active && in1->left && in1->issued < in2->issued)
        return input_ready(engine, SV_ROLE_IN1) ? SV_ROLE_IN1 : -1;
    return pick_pair(engine, SV_ROLE_IN1, SV_ROLE_IN2, input_ready);
}

/* `claim`: where it lies; NULL: the unit has to find out. */
static svasim_err offer(svasim_dsa *dsa, struct engine *engine, struct line *line,
                        const struct claim *claim, unsigned length)
{
    const svasim_completion *out = &sv_dsa_job(engine)->out;
    svasim_request request = {
        .tag = line->tag,
        .address = line->address,
        .length = length,
        .pasid = out->pasid,
        .source_id = dsa->setup.source_id,
        .op = line->write ? SVASIM_WRITE : SVASIM_READ,
        .at = SVASIM_UNTRANSLATED,
        .flags = out->privileged ? SVASIM_PRIV : 0,
    };

    if (claim && !claim->found.untranslated) {
        request.address += claim->found.offset;
        request.pasid = SVASIM_NO_PASID;
        request.at = SVASIM_TRANSLATED;
        request.flags = 0;
        line->translated = true;
    }
    return dsa->ports.dma(dsa->ports.host, &request);
}

/* Take the bytes of an accepted write out of its queue, in address order. */
static void load_output(struct engine *engine, struct line *line, bool down)
{
    struct fifo *fifo;

    if (line->role == ROLE_RECORD) {
        memcpy(line->data, engine->record, RECORD_BYTES);
        return;
    }
    fifo = &engine->out[line->role - SV_ROLE_OUT1];
    if (!down)
        sv_fifo_pop(fifo, line->data, line->length);
    for (unsigned i = line->length; down && i-- > 0;)
        sv_fifo_pop(fifo, &line->data[i], 1);
    engine->kernel.any_written = true;
    engine->kernel.last_written = line->address + line->length - 1;
}

static void advance(struct engine *engine, struct stream *stream, unsigned chunk, unsigned role)
{
    stream->next = stream->down ? stream->next - chunk : stream->next + chunk;
    stream->issued += chunk;
    if (stream->left != OPEN)
        stream->left -= chunk;
    if (stream->scattered)
        stream->block_left -= chunk;
    if (role == SV_ROLE_SGL)
        engine->sgl_flying += chunk / engine->plan.entry_bytes + 1;
}

/* A write without translation: the descriptor ends, and nothing more of it is written. */
static void refuse_write(struct engine *engine, struct stream *stream, unsigned role,
                         uint8_t status, uint64_t address)
{
    struct kernel *kernel = &engine->kernel;
    struct job *job = sv_dsa_job(engine);

    if (role == ROLE_RECORD) {
        job->out.status = status;
        job->out.fault_address = address;
        stream->left = 0;
        return;
    }
    engine->faulted_write |= job->out.status == SV_STATUS_SUCCESS;
    sv_dsa_fail(engine, status, address);
    kernel->ended = true;
    for (unsigned i = SV_ROLE_OUT1; i <= SV_ROLE_OUT2; i++) {
        struct stream *out = &engine->streams[i];

        /* Where output follows input byte by byte, what was not written counts as not read. */
        if (out->active && kernel->consumed == kernel->produced && out->issued < kernel->produced)
            kernel->consumed = out->issued;
        out->left = 0;
        engine->out[i - SV_ROLE_OUT1].count = 0;
    }
}

/* A read without translation takes its place among the others and fails in its turn. */
static void refuse_read(struct engine *engine, struct stream *stream, unsigned role,
                        struct line *line, uint8_t status)
{
    if (role == SV_ROLE_SGL)
        engine->sgl_flying += line->length / engine->plan.entry_bytes + 1u;
    line->status = status;
    line->failed = true;
    line->state = LINE_READY;
    engine->order[(engine->order_head + engine->order_count++) % LINES_MAX] =
        (uint16_t)(line - engine->lines);
    stream->left = 0;
}

static struct line *take_line(svasim_dsa *dsa, struct engine *engine, struct stream *stream,
                              unsigned chunk, unsigned role)
{
    unsigned slot = engine->free[--engine->free_count];
    struct line *line = &engine->lines[slot];

    engine->busy++;
    line->tag = sv_dsa_tag(dsa, engine, slot);
    line->address = stream->down ? stream->next - chunk : stream->next;
    line->hpa = 0;
    line->state = LINE_DATA;
    line->role = (uint8_t)role;
    line->length = (uint8_t)(stream->probe ? 0 : chunk);
    line->write = stream->write;
    line->failed = line->absorbed = line->translated = false;
    line->status = 0;
    line->held = 0;
    return line;
}

/* The request has left. */
static void sent(svasim_dsa *dsa, struct engine *engine, struct line *line, unsigned chunk)
{
    struct stream *stream = &engine->streams[line->role];

    engine->next_line = dsa->tick + dsa->setup.line_ticks;
    line->state = LINE_SENT;
    sv_dsa_job(engine)->out.dma_requests++;
    if (line->write)
        load_output(engine, line, stream->down);
    else
        engine->order[(engine->order_head + engine->order_count++) % LINES_MAX] =
            (uint16_t)(line - engine->lines);
    advance(engine, stream, chunk, line->role);
}

bool sv_dsa_issue(svasim_dsa *dsa, struct engine *engine)
{
    const struct claim *claim = NULL;
    struct stream *stream;
    struct line *line;
    unsigned chunk;
    svasim_err err;
    int role;

    if (dsa->blocked || !engine->free_count)
        return false;
    role = pick_stream(engine);
    if (role < 0)
        return false;
    if (dsa->tick < engine->next_line) {
        sv_dsa_wake(dsa, engine->next_line);
        return false;
    }
    stream = &engine->streams[role];
    chunk = chunk_of(stream);
    SV_ASSERT(chunk > 0);
    if (engine->atc)
        claim = sv_dsa_claim(&engine->claims[role], sv_dsa_position(stream));
    line = take_line(dsa, engine, stream, chunk, (unsigned)role);
    if (claim && claim->state == CLAIM_FAULT) {
        if (stream->write) {
            refuse_write(engine, stream, (unsigned)role, claim->status, line->address);
            sv_dsa_line_free(engine, line);
        } else {
            refuse_read(engine, stream, (unsigned)role, line, claim->status);
        }
        return true;
    }
    err = offer(dsa, engine, line, claim, line->length);
    if (err == SVASIM_BUSY) {
        sv_dsa_line_free(engine, line);
        dsa->blocked = true;
        dsa->blocked_engine = engine->index;
        return false;
    }
    sent(dsa, engine, line, chunk);
    if (err != SVASIM_OK) {
        /* A port that refuses the request for good answers like an aborted access. */
        line->failed = true;
        sv_dsa_move_data(dsa, engine, line);
    }
    return true;
}

void sv_dsa_move_data(svasim_dsa *dsa, struct engine *engine, struct line *line)
{
    bool touches = !line->failed && !line->absorbed && line->length;
    void *host = dsa->ports.host;

    if (line->held)
        sv_dsa_invalidation_release(dsa, line->held);
    line->held = 0;
    if (!line->write) {
        if (touches && dsa->ports.read(host, line->hpa, line->data, line->length))
            line->failed = true;
        line->state = LINE_READY;
        return;
    }
    /* A write that could not be translated is lost: the device is never told. */
    if (touches && dsa->ports.write(host, line->hpa, line->data, line->length)) {
        if (line->role != ROLE_RECORD)
            sv_dsa_fail(engine, SV_STATUS_WRITE_ERROR, line->address);
    } else if (touches && line->role == ROLE_RECORD) {
        sv_dsa_job(engine)->out.record_written = true;
    }
    sv_dsa_line_free(engine, line);
}

/* List entries that have become complete. */
static void take_entries(struct engine *engine)
{
    const struct sv_plan *plan = &engine->plan;

    while (engine->sgl_bytes.count >= plan->entry_bytes && engine->sgl_count < SGL_AHEAD) {
        uint8_t bytes[8];
        uint64_t entry;

        sv_fifo_pop(&engine->sgl_bytes, bytes, plan->entry_bytes);
        entry = sv_dsa_get(bytes, 0, plan->entry_bytes);
        engine->sgl[(engine->sgl_head + engine->sgl_count++) % SGL_AHEAD] =
            plan->by_block ? entry * plan->block : entry;
        engine->sgl_known++;
    }
}

static void take_read_error(struct engine *engine, const struct line *line)
{
    bool readback = line->role == ROLE_READBACK || sv_dsa_job(engine)->out.opcode == SV_DSA_DRAIN;
    uint8_t otherwise = readback ? SV_STATUS_WRITE_ERROR : SV_STATUS_READ_ERROR;

    if (line->role == SV_ROLE_LIST)
        engine->batch.list_failed = true;
    sv_dsa_fail(engine, line->status ? line->status : otherwise, line->address);
}

static void take_read(struct engine *engine, struct line *line)
{
    struct stream *stream = &engine->streams[line->role];

    if (line->role == SV_ROLE_SGL)
        engine->sgl_flying -= line->length / engine->plan.entry_bytes + 1u;
    if (engine->kernel.stopped)
        return;
    if (line->failed) {
        take_read_error(engine, line);
        return;
    }
    if (line->role == SV_ROLE_SGL) {
        sv_fifo_push(&engine->sgl_bytes, line->data, line->length);
        take_entries(engine);
    } else if (line->role == SV_ROLE_SEED) {
        sv_fifo_push(&engine->in[1], line->data, line->length);
    } else if (line->role == SV_ROLE_LIST) {
        struct batch *batch = &engine->batch;

        memcpy(&batch->window[batch->fetched % BATCH_WINDOW * 64], line->data, 64);
        batch->fetched++;
    } else if (line->role == SV_ROLE_IN1 || line->role == SV_ROLE_IN2) {
        struct fifo *fifo = &engine->in[line->role - SV_ROLE_IN1];

        if (!stream->down)
            sv_fifo_push(fifo, line->data, line->length);
        for (unsigned i = line->length; stream->down && i-- > 0;)
            sv_fifo_push(fifo, &line->data[i], 1);
    }
}

/* Does output that is complete wait for its translation, or for the port? */
static bool output_waits(const struct engine *engine)
{
    bool writes = engine->free_count || engine->busy > engine->order_count;

    for (unsigned role = SV_ROLE_OUT1; writes && role <= SV_ROLE_OUT2; role++) {
        const struct stream *stream = &engine->streams[role];
        const struct fifo *fifo = &engine->out[role - SV_ROLE_OUT1];

        if (stream->active && stream->left && fifo->count &&
            (!stream->scattered || stream->block_left) && fifo->count >= chunk_of(stream))
            return true;
    }
    return false;
}

bool sv_dsa_retire(struct engine *engine)
{
    bool any = false;

    while (engine->order_count) {
        struct line *line = &engine->lines[engine->order[engine->order_head]];
        bool fills = line->role == SV_ROLE_IN1 || line->role == SV_ROLE_IN2;

        if (line->state != LINE_READY)
            break;
        /* What came before a refused translation is used first. */
        if (line->status && !engine->kernel.stopped && output_waits(engine))
            break;
        if (fills && !engine->kernel.stopped &&
            sv_fifo_room(&engine->in[line->role - SV_ROLE_IN1]) < line->length)
            break;
        take_read(engine, line);
        engine->order_head = (engine->order_head + 1) % LINES_MAX;
        engine->order_count--;
        sv_dsa_line_free(engine, line);
        any = true;
        sv_dsa_kernel_run(engine);
    }
    return any;
}

bool sv_dsa_quiet(const struct engine *engine)
{
    if (engine->busy)
        return false;
    for (unsigned role = 0; role < ROLE_COUNT; role++) {
        const struct stream *stream = &engine->streams[role];
        bool output = stream->write || role == ROLE_READBACK;

        if (stream->active && stream->left && (output || !engine->kernel.stopped))
            return false;
    }
    return true;
}
