/* SPDX-License-Identifier: MIT */
/*
 * kernel.c - what do the bytes mean to each operation? A kernel turns bytes of the input
 * queues into bytes of the output queues whenever there are some and there is room; it knows
 * neither addresses nor requests.
 *
 * Not modelled: protection tags. dif_insert and dix_generate write tags of zeros, dif_update
 *   copies the old ones, dif_check and dif_strip accept every tag.
 * Not modelled: arithmetic. type_convert, reduce, reduce_dualcast and gather_reduce write zeros
 *   and never report a numeric exception.
 */
#include "device/internal.h"

#include <string.h>

#define TAG_BYTES 8u
#define WORD      8u

static bool writes(const struct engine *engine, unsigned out)
{
    return engine->streams[SV_ROLE_OUT1 + out].active;
}

/* Room common to the outputs that exist. */
static unsigned output_room(const struct engine *engine)
{
    unsigned room = FIFO_BYTES;

    for (unsigned i = 0; i < 2; i++)
        if (writes(engine, i) && sv_fifo_room(&engine->out[i]) < room)
            room = sv_fifo_room(&engine->out[i]);
    return room;
}

static void put(struct engine *engine, const uint8_t *bytes, unsigned count)
{
    for (unsigned i = 0; i < 2; i++)
        if (writes(engine, i))
            sv_fifo_push(&engine->out[i], bytes, count);
    engine->kernel.produced += count;
}

static void put_zeros(struct engine *engine, unsigned count)
{
    for (unsigned i = 0; i < 2; i++)
        if (writes(engine, i))
            sv_fifo_push_byte(&engine->out[i], 0, count);
    engine->kernel.produced += count;
}

static unsigned least(uint64_t a, uint64_t b)
{
    return (unsigned)(a < b ? a : b);
}

static void run_copy(struct engine *engine)
{
    struct kernel *kernel = &engine->kernel;
    struct fifo *in = &engine->in[0];
    unsigned count = least(in->count, output_room(engine));
    uint8_t bytes[FIFO_BYTES];
    uint8_t op = sv_dsa_job(engine)->bytes[7];
    bool raw_data = sv_dsa_flags(sv_dsa_job(engine)->bytes) & SV_FLAG_OP2;

    sv_fifo_pop(in, bytes, count);
    if (op == SV_DSA_CRC || op == SV_DSA_COPY_CRC)
        kernel->crc = sv_crc32c_add(kernel->crc, bytes, count, raw_data);
    put(engine, bytes, count);
    kernel->consumed += count;
    kernel->ended = kernel->consumed == kernel->total;
}

/* The seed from memory arrives before the first source byte. */
static void run_crc(struct engine *engine)
{
    struct fifo *seed = &engine->in[1];
    const uint8_t *bytes = sv_dsa_job(engine)->bytes;

    if (seed->count) {
        uint8_t value[4];

        sv_fifo_pop(seed, value, 4);
        engine->kernel.crc =
            sv_crc32c_begin((uint32_t)sv_dsa_get(value, 0, 4), sv_dsa_flags(bytes) & SV_FLAG_OP1);
    }
    run_copy(engine);
}

static void run_dif(struct engine *engine)
{
    struct kernel *kernel = &engine->kernel;
    struct fifo *in = &engine->in[0];
    const uint8_t *descriptor = sv_dsa_job(engine)->bytes;
    uint8_t op = descriptor[7];
    unsigned block = sv_dsa_dif_block(descriptor);
    bool copies = op == SV_DSA_DIF_INSERT || op == SV_DSA_DIF_STRIP || op == SV_DSA_DIF_UPDATE;
    bool makes_tags = op == SV_DSA_DIF_INSERT || op == SV_DSA_DIX_GENERATE;

    for (;;) {
        bool tags = kernel->block_at == block;
        unsigned room = output_room(engine);
        unsigned count = least(in->count, tags ? TAG_BYTES : block - kernel->block_at);
        uint8_t bytes[FIFO_BYTES];

        if (tags && makes_tags) {
            if (room < TAG_BYTES)
                return;
            put_zeros(engine, TAG_BYTES);
            kernel->block_at = 0;
            kernel->ended = kernel->consumed == kernel->total;
            continue;
        }
        if (tags ? count < TAG_BYTES || room < TAG_BYTES : !count)
            return;
        count = tags ? count : least(count, room);
        if (!count)
            return;
        sv_fifo_pop(in, bytes, count);
        if (tags ? op == SV_DSA_DIF_UPDATE : copies)
            put(engine, bytes, count);
        kernel->consumed += count;
        kernel->block_at = tags ? 0 : kernel->block_at + count;
        kernel->ended = tags && kernel->consumed == kernel->total;
    }
}

static void run_fill(struct engine *engine)
{
    struct kernel *kernel = &engine->kernel;
    const uint8_t *bytes = sv_dsa_job(engine)->bytes;
    bool scattered = engine->streams[SV_ROLE_OUT1].scattered;
    bool wide = !scattered && sv_dsa_flags(bytes) & SV_FLAG_OP2;
    uint64_t total = sv_dsa_operand(&engine->plan, SV_ROLE_OUT1)->bytes;
    /* Only blocks whose list entry has arrived can be filled. */
    uint64_t limit = scattered ? engine->sgl_known * engine->plan.block : total;

    while (kernel->produced < limit && output_room(engine)) {
        uint64_t at = scattered ? kernel->produced % engine->plan.block : kernel->produced;
        unsigned index = (unsigned)(at % (wide ? 16 : 8));

        put(engine, &bytes[index < 8 ? 16 + index : 32 + index], 1);
    }
    kernel->consumed = kernel->produced;
    kernel->ended = kernel->produced == total;
}

static void run_compare(struct engine *engine)
{
    struct kernel *kernel = &engine->kernel;
    struct job *job = sv_dsa_job(engine);
    bool pattern = job->bytes[7] == SV_DSA_COMPARE_PATTERN;
    unsigned count = engine->in[0].count;

    if (!pattern)
        count = least(count, engine->in[1].count);
    for (; count; count--) {
        uint8_t a, b;

        sv_fifo_pop(&engine->in[0], &a, 1);
        if (pattern)
            b = job->bytes[24 + kernel->consumed % 8];
        else
            sv_fifo_pop(&engine->in[1], &b, 1);
        if (a != b) {
            job->out.result = 1;
            kernel->stopped = true;
            break;
        }
        kernel->consumed++;
    }
    kernel->ended = kernel->stopped || kernel->consumed == kernel->total;
}

static void run_create_delta(struct engine *engine)
{
    struct kernel *kernel = &engine->kernel;
    struct job *job = sv_dsa_job(engine);
    uint64_t record_max = sv_dsa_get(job->bytes, 48, 4);

    while (engine->in[0].count >= WORD && engine->in[1].count >= WORD) {
        uint8_t one[WORD], item[DELTA_ITEM];

        if (sv_fifo_room(&engine->out[0]) < DELTA_ITEM)
            return;
        sv_fifo_pop(&engine->in[0], one, WORD);
        sv_fifo_pop(&engine->in[1], item + 2, WORD);
        if (memcmp(one, item + 2, WORD)) {
            if (kernel->delta_bytes + DELTA_ITEM > record_max) {
                job->out.result = 2;
                kernel->stopped = true;
                break;
            }
            job->out.result = 1;
            sv_dsa_put(item, 0, 2, kernel->consumed / WORD);
            put(engine, item, DELTA_ITEM);
            kernel->delta_bytes += DELTA_ITEM;
        }
        kernel->consumed += WORD;
    }
    kernel->ended = kernel->stopped || kernel->consumed == kernel->total;
}

/* Bytes of a record after its last whole item are read and ignored. */
static void run_apply_delta(struct engine *engine)
{
    struct kernel *kernel = &engine->kernel;
    struct job *job = sv_dsa_job(engine);
    uint64_t region = sv_dsa_get(job->bytes, 32, 4);

    while (engine->in[0].count >= DELTA_ITEM) {
        uint8_t item[DELTA_ITEM];
        uint32_t offset;

        if (sv_fifo_room(&engine->out[0]) < WORD || engine->sgl_count == SGL_AHEAD)
            return;
        sv_fifo_pop(&engine->in[0], item, DELTA_ITEM);
        offset = (uint32_t)sv_dsa_get(item, 0, 2);
        if (offset < kernel->delta_offset || (uint64_t)offset * WORD >= region) {
            job->out.status =
                offset < kernel->delta_offset ? SV_STATUS_DELTA_ORDER : SV_STATUS_DELTA_RANGE;
            kernel->stopped = true;
            break;
        }
        kernel->delta_offset = offset + 1;
        engine->sgl[(engine->sgl_head + engine->sgl_count++) % SGL_AHEAD] = offset * WORD;
        put(engine, item + 2, WORD);
        kernel->consumed += DELTA_ITEM;
    }
    kernel->ended = kernel->stopped || kernel->total - kernel->consumed < DELTA_ITEM;
}

static void run_typed(struct engine *engine)
{
    struct kernel *kernel = &engine->kernel;
    const uint8_t *bytes = sv_dsa_job(engine)->bytes;
    unsigned in_bytes = sv_dsa_type_bytes(bytes[56] & 15);
    unsigned out_bytes = sv_dsa_type_bytes(bytes[56] >> 4);
    unsigned elements = least(engine->in[0].count / in_bytes, output_room(engine) / out_bytes);

    if (engine->streams[SV_ROLE_IN2].active) {
        elements = least(elements, engine->in[1].count / in_bytes);
        sv_fifo_pop(&engine->in[1], NULL, elements * in_bytes);
    }
    sv_fifo_pop(&engine->in[0], NULL, elements * in_bytes);
    put_zeros(engine, elements * out_bytes);
    kernel->consumed += elements * in_bytes;
    kernel->ended = kernel->consumed == kernel->total;
}

/* The one output block exists once every source block has been seen. */
static void run_gather_reduce(struct engine *engine)
{
    struct kernel *kernel = &engine->kernel;
    uint64_t total = sv_dsa_operand(&engine->plan, SV_ROLE_OUT1)->bytes;

    kernel->consumed += engine->in[0].count;
    sv_fifo_pop(&engine->in[0], NULL, engine->in[0].count);
    if (kernel->consumed < kernel->total)
        return;
    put_zeros(engine, least(total - kernel->produced, output_room(engine)));
    kernel->ended = kernel->produced == total;
}

static void run_nothing(struct engine *engine)
{
    engine->kernel.ended = true;
}

typedef void kernel_run(struct engine *engine);

static kernel_run *kernel_of(uint8_t opcode)
{
    static kernel_run *const kernels[] = {
        [SV_DSA_MEMMOVE] = run_copy,
        [SV_DSA_FILL] = run_fill,
        [SV_DSA_COMPARE] = run_compare,
        [SV_DSA_COMPARE_PATTERN] = run_compare,
        [SV_DSA_CREATE_DELTA] = run_create_delta,
        [SV_DSA_APPLY_DELTA] = run_apply_delta,
        [SV_DSA_DUALCAST] = run_copy,
        [SV_DSA_CRC] = run_crc,
        [SV_DSA_COPY_CRC] = run_crc,
        [SV_DSA_DIF_CHECK] = run_dif,
        [SV_DSA_DIF_INSERT] = run_dif,
        [SV_DSA_DIF_STRIP] = run_dif,
        [SV_DSA_DIF_UPDATE] = run_dif,
        [SV_DSA_DIX_GENERATE] = run_dif,
        [SV_DSA_TYPE_CONVERT] = run_typed,
        [SV_DSA_REDUCE] = run_typed,
        [SV_DSA_REDUCE_DUALCAST] = run_typed,
        [SV_DSA_GATHER_REDUCE] = run_gather_reduce,
        [SV_DSA_GATHER_COPY] = run_copy,
        [SV_DSA_SCATTER_COPY] = run_copy,
        [SV_DSA_SCATTER_FILL] = run_fill,
    };
    kernel_run *run = opcode < sizeof(kernels) / sizeof(kernels[0]) ? kernels[opcode] : NULL;

    return run ? run : run_nothing;
}

void sv_dsa_kernel_begin(struct engine *engine)
{
    const struct sv_operand *in = sv_dsa_operand(&engine->plan, SV_ROLE_IN1);
    const uint8_t *bytes = sv_dsa_job(engine)->bytes;

    engine->kernel = (struct kernel){.total = in ? in->bytes : 0};
    engine->kernel.crc =
        sv_crc32c_begin((uint32_t)sv_dsa_get(bytes, 40, 4), sv_dsa_flags(bytes) & SV_FLAG_OP1);
}

void sv_dsa_kernel_run(struct engine *engine)
{
    if (engine->kernel.stopped)
        engine->kernel.ended = true;
    if (!engine->kernel.ended)
        kernel_of(sv_dsa_job(engine)->bytes[7])(engine);
}
