/* SPDX-License-Identifier: MIT */
/* blocks.c - gzip members of the binary form to blocks, and blocks to records: checks headers,
 * sizes, checksums and the order of blocks, and jumps over blocks that are not wanted. What the
 * bytes of a record mean is decode.c's. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "trace/code.h"

struct sv_blocks {
    struct sv_source *source;
    z_stream stream;
    uint64_t offset; /* of the block in hand */
    bool started, ended;
    struct sv_decoder decoder;
    unsigned char raw[SV_RAW_MAX + SV_RAW_SLACK];
};

/* What a member's header says. */
struct member {
    const unsigned char *at;
    uint64_t first;
    uint32_t bytes, count;
};

bool sv_blocks_recognise(const unsigned char *bytes, size_t count)
{
    return count >= SV_HEAD_SIZE && memcmp(bytes, SV_MEMBER_BEGIN, SV_HEAD_SIZE) == 0;
}

struct sv_blocks *sv_blocks_create(struct sv_source *source)
{
    struct sv_blocks *blocks = calloc(1, sizeof *blocks);
    if (blocks == NULL)
        return NULL;
    if (inflateInit2(&blocks->stream, -15) != Z_OK) {
        free(blocks);
        return NULL;
    }
    blocks->source = source;
    sv_codes_fill(blocks->decoder.codes);
    sv_decoder_begin(&blocks->decoder, blocks->raw, blocks->raw, 1, 0);
    return blocks;
}

void sv_blocks_destroy(struct sv_blocks *blocks)
{
    if (blocks == NULL)
        return;
    (void)inflateEnd(&blocks->stream);
    free(blocks);
}

uint64_t sv_blocks_number(const struct sv_blocks *blocks)
{
    return blocks->decoder.number;
}

uint64_t sv_blocks_offset(const struct sv_blocks *blocks)
{
    return blocks->offset;
}

/* Look at the header of the next member; its number has to follow. */
static svasim_err read_head(struct sv_blocks *blocks, struct member *out, svasim_trace_error *error)
{
    size_t bytes;
    blocks->offset = sv_source_at(blocks->source);
    svasim_err err = sv_source_need(blocks->source, SV_MEMBER_HEAD, &out->at, &bytes, error);
    if (err != SVASIM_OK)
        return err;
    if (bytes == 0)
        return sv_trace_fail(error, SVASIM_EDATA,
                             "file ends without its end block: it is truncated");
    if (bytes < SV_MEMBER_HEAD)
        return sv_trace_fail(error, SVASIM_EDATA, "file ends inside a block header");
    if (!sv_blocks_recognise(out->at, bytes))
        return sv_trace_fail(error, SVASIM_EDATA, "block header is corrupt");
    out->bytes = (uint32_t)load_le32(out->at + SV_HEAD_SIZE);
    out->first = load_le64(out->at + SV_HEAD_FIRST);
    out->count = (uint32_t)load_le32(out->at + SV_HEAD_COUNT);
    if (out->bytes <= SV_MEMBER_HEAD + SV_MEMBER_TAIL || out->bytes > SV_MEMBER_MAX)
        return sv_trace_fail(error, SVASIM_EDATA,
                             "block header is corrupt: size %" PRIu32 " (expected %u..%u)",
                             out->bytes, SV_MEMBER_HEAD + SV_MEMBER_TAIL + 1, SV_MEMBER_MAX);
    if (out->first != blocks->decoder.number || out->count > UINT64_MAX - out->first)
        return sv_trace_fail(error, SVASIM_EDATA,
                             "block header is corrupt: first record %" PRIu64 " (expected %" PRIu64
                             ")",
                             out->first, blocks->decoder.number);
    return SVASIM_OK;
}

static svasim_err inflate_block(struct sv_blocks *blocks, const struct member *member,
                                size_t *out_bytes, svasim_trace_error *error)
{
    z_stream *stream = &blocks->stream;
    (void)inflateReset(stream);
    stream->next_in = (z_const Bytef *)(uintptr_t)(member->at + SV_MEMBER_HEAD);
    stream->avail_in = member->bytes - SV_MEMBER_HEAD - SV_MEMBER_TAIL;
    stream->next_out = blocks->raw;
    /* zlib is fast only while there is room for its longest match. */
    stream->avail_out = sizeof blocks->raw;
    int result = inflate(stream, Z_FINISH);
    size_t bytes = sizeof blocks->raw - stream->avail_out;
    if (result == Z_MEM_ERROR)
        return sv_trace_fail(error, SVASIM_ENOMEM, "memory is short");
    if (result != Z_STREAM_END || stream->avail_in != 0 || bytes > SV_RAW_MAX)
        return sv_trace_fail(error, SVASIM_EDATA, "block is corrupt: %s",
                             stream->msg != NULL ? stream->msg : "its data has the wrong length");
    const unsigned char *tail = member->at + member->bytes - SV_MEMBER_TAIL;
    if (load_le32(tail + 4) != bytes)
        return sv_trace_fail(error, SVASIM_EDATA,
                             "block is corrupt: %zu bytes, but its length field says %" PRIu64,
                             bytes, load_le32(tail + 4));
    uint64_t sum = crc32(0, blocks->raw, (uInt)bytes);
    if (load_le32(tail) != sum)
        return sv_trace_fail(error, SVASIM_EDATA,
                             "block is corrupt: checksum 0x%08" PRIx64 ", but its field says "
                             "0x%08" PRIx64,
                             sum, load_le32(tail));
    memset(blocks->raw + bytes, 0, SV_RAW_SLACK);
    *out_bytes = bytes;
    return SVASIM_OK;
}

/* Magic (first block only) and the block's own word on its records. */
static svasim_err open_block(struct sv_blocks *blocks, const struct member *member, size_t bytes,
                             svasim_trace_error *error)
{
    const unsigned char *at = blocks->raw, *end = at + bytes;
    if (!blocks->started) {
        if (bytes < SV_MAGIC_BYTES || memcmp(at, SV_MAGIC, SV_MAGIC_BYTES - 1) != 0)
            return sv_trace_fail(error, SVASIM_EDATA, "content does not begin with SVTR");
        if (at[SV_MAGIC_BYTES - 1] != SV_MAGIC[SV_MAGIC_BYTES - 1])
            return sv_trace_fail(error, SVASIM_EDATA,
                                 "binary form version %u (this program reads version %u)",
                                 at[SV_MAGIC_BYTES - 1], SV_MAGIC[SV_MAGIC_BYTES - 1]);
        at += SV_MAGIC_BYTES;
    }
    uint64_t first = 0, count = 0;
    size_t used = sv_varint_read(at, end, &first);
    at += used;
    size_t used_by_count = used != 0 ? sv_varint_read(at, end, &count) : 0;
    at += used_by_count;
    if (used_by_count == 0 || first != member->first || count != member->count)
        return sv_trace_fail(error, SVASIM_EDATA,
                             "block says %" PRIu64 " records from %" PRIu64
                             ", but its header %" PRIu32 " from %" PRIu64,
                             count, first, member->count, member->first);
    blocks->started = true;
    sv_decoder_begin(&blocks->decoder, at, end, first, count);
    return SVASIM_OK;
}

/* After an empty block nothing follows. */
static svasim_err finish(struct sv_blocks *blocks, svasim_trace_error *error)
{
    const unsigned char *at;
    size_t bytes;
    if (blocks->decoder.at != blocks->decoder.end)
        return sv_trace_fail(error, SVASIM_EDATA, "end block is corrupt: it has records");
    svasim_err err = sv_source_need(blocks->source, 1, &at, &bytes, error);
    if (err == SVASIM_OK && bytes != 0)
        err = sv_trace_fail(error, SVASIM_EDATA, "data after the end block at byte %" PRIu64,
                            sv_source_at(blocks->source));
    blocks->ended = true;
    return err;
}

/* Take the next block in hand; at the end of the trace, `ended` is set. */
static svasim_err load_block(struct sv_blocks *blocks, svasim_trace_error *error)
{
    struct member member;
    size_t bytes;
    if (blocks->decoder.at != blocks->decoder.end)
        return sv_trace_fail(error, SVASIM_EDATA, "block has bytes after its last record");
    svasim_err err = read_head(blocks, &member, error);
    if (err == SVASIM_OK)
        err = sv_source_need(blocks->source, member.bytes, &member.at, &bytes, error);
    if (err == SVASIM_OK && bytes < member.bytes)
        err =
            sv_trace_fail(error, SVASIM_EDATA, "file ends inside a block: %zu of %" PRIu32 " bytes",
                          bytes, member.bytes);
    if (err == SVASIM_OK)
        err = inflate_block(blocks, &member, &bytes, error);
    if (err == SVASIM_OK)
        err = open_block(blocks, &member, bytes, error);
    if (err == SVASIM_OK)
        err = sv_source_skip(blocks->source, member.bytes, error);
    if (err == SVASIM_OK && member.count == 0)
        err = finish(blocks, error);
    return err;
}

svasim_err sv_blocks_next(struct sv_blocks *blocks, const svasim_record **out,
                          svasim_trace_error *error)
{
    while (blocks->decoder.left == 0) {
        *out = NULL;
        if (blocks->ended)
            return SVASIM_OK;
        svasim_err err = load_block(blocks, error);
        if (err != SVASIM_OK)
            return err;
    }
    return sv_decoder_next(&blocks->decoder, out, error);
}

/* Jump over whole blocks that end before record `number`. */
static svasim_err jump(struct sv_blocks *blocks, uint64_t number, svasim_trace_error *error)
{
    struct sv_decoder *decoder = &blocks->decoder;
    if (decoder->left > 0)
        sv_decoder_begin(decoder, decoder->end, decoder->end, decoder->number + decoder->left, 0);
    for (;;) {
        struct member member;
        svasim_err err = read_head(blocks, &member, error);
        if (err != SVASIM_OK)
            return err;
        if (member.count == 0 || number - member.first < member.count)
            return SVASIM_OK;
        err = sv_source_skip(blocks->source, member.bytes, error);
        if (err != SVASIM_OK)
            return err;
        decoder->number += member.count;
    }
}

svasim_err sv_blocks_seek(struct sv_blocks *blocks, uint64_t number, bool *out_found,
                          svasim_trace_error *error)
{
    svasim_err err = SVASIM_OK;
    struct sv_decoder *decoder = &blocks->decoder;
    /* The first block is always read: it holds the magic. */
    if (!blocks->started)
        err = load_block(blocks, error);
    if (err == SVASIM_OK && !blocks->ended && number - decoder->number >= decoder->left)
        err = jump(blocks, number, error);
    const svasim_record *record;
    while (err == SVASIM_OK && decoder->number < number) {
        err = sv_blocks_next(blocks, &record, error);
        if (err == SVASIM_OK && record == NULL)
            break;
    }
    /* The record itself may be the first of a block not yet read. */
    while (err == SVASIM_OK && decoder->left == 0 && !blocks->ended)
        err = load_block(blocks, error);
    *out_found = decoder->number == number && decoder->left > 0;
    return err;
}
