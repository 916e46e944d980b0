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

/* Give a scattered stream its next block. False: the list entry has not arrived. */
static bool enter_block(struct engine *engine, struct stream *stream)
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

static bool output_ready(struct engine *engine, unsigned role)
{
    struct stream *stream = &engine->streams[role];
    const struct fifo *fifo = &engine->out[role - SV_ROLE_OUT1];

    if (!stream->active || !stream->left)
        return false;
    if (engine->kernel.ended && stream->left > fifo->count)
        stream->left = fifo->count;
    if (!stream->left || !fifo->count || !enter_block(engine, stream))
        return false;
    return fifo->count >= chunk_of(stream);
}

static bool input_ready(struct engine *engine, unsigned role)
{
    struct stream *stream = &engine->streams[role];

    if (!stream->active || !stream->left || engine->kernel.stopped)
        return false;
    if (role == SV_ROLE_SGL)
        return engine->sgl_count + engine->sgl_flying + SGL_PER_LINE <= SGL_AHEAD;
    /* Source bytes wait until the block they will be written to is known. */
    if (engine->streams[SV_ROLE_OUT1].scattered && engine->streams[SV_ROLE_SGL].active)
        return stream->issued < engine->sgl_known * engine->plan.block;
    return enter_block(engine, stream);
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
        return ROLE_RECORD;
    if (engine->streams[ROLE_READBACK].left)
        return ROLE_READBACK;
    role = pick_pair(engine, SV_ROLE_OUT1, SV_ROLE_OUT2, output_ready);
    if (role >= 0)
        return role;
    for (unsigned i = 0; i < sizeof(side); i++)
        if (input_ready(engine, side[i]))
            return side[i];
    /* Two sources advance together, so neither runs out of buffer. */
    if (in2->active && in1->left && in1->issued > in2->issued)
        return input_ready(engine, SV_ROLE_IN2) ? SV_ROLE_IN2 : -1;
    return pick_pair(engine, SV_ROLE_IN1, SV_ROLE_IN2, input_ready);
}

static svasim_err offer(svasim_dsa *dsa, struct engine *engine, const struct line *line,
                        unsigned length)
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
    for (unsigned i = 0; i < line->length; i++)
        sv_fifo_pop(fifo, &line->data[down ? line->length - 1u - i : i], 1);
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

bool sv_dsa_issue(svasim_dsa *dsa, struct engine *engine)
{
    struct stream *stream;
    struct line *line;
    unsigned chunk;
    uint16_t slot;
    svasim_err err;
    int role;

    if (dsa->blocked || !engine->free_count)
        return false;
    role = pick_stream(engine);
    if (role < 0)
        return false;
    stream = &engine->streams[role];
    chunk = chunk_of(stream);
    SV_ASSERT(chunk > 0);
    slot = engine->free[--engine->free_count];
    line = &engine->lines[slot];
    engine->busy++;
    *line = (struct line){
        .tag = dsa->tag_serial++ << 12 | (uint64_t)engine->index << 8 | slot,
        .address = stream->down ? stream->next - chunk : stream->next,
        .state = LINE_DATA,
        .role = (uint8_t)role,
        .length = (uint8_t)(stream->probe ? 0 : chunk),
        .write = stream->write,
    };
    err = offer(dsa, engine, line, line->length);
    if (err == SVASIM_BUSY) {
        sv_dsa_line_free(engine, line);
        dsa->blocked = true;
        dsa->blocked_engine = engine->index;
        return false;
    }
    line->state = LINE_SENT;
    sv_dsa_job(engine)->out.dma_requests++;
    if (line->write)
        load_output(engine, line, stream->down);
    else
        engine->order[(engine->order_head + engine->order_count++) % LINES_MAX] = slot;
    advance(engine, stream, chunk, (unsigned)role);
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

    if (line->role == SV_ROLE_LIST)
        engine->batch.list_failed = true;
    sv_dsa_fail(engine, readback ? SV_STATUS_WRITE_ERROR : SV_STATUS_READ_ERROR, line->address);
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

        for (unsigned i = 0; i < line->length; i++)
            sv_fifo_push(fifo, &line->data[stream->down ? line->length - 1u - i : i], 1);
    }
}

bool sv_dsa_retire(struct engine *engine)
{
    bool any = false;

    while (engine->order_count) {
        struct line *line = &engine->lines[engine->order[engine->order_head]];
        bool fills = line->role == SV_ROLE_IN1 || line->role == SV_ROLE_IN2;

        if (line->state != LINE_READY)
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
