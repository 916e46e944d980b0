/* SPDX-License-Identifier: MIT */
/* member.c - one block of the binary form to one gzip member, which carries in its header what a
 * reader needs to jump over it. Knows nothing of what the block says. */
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "trace/code.h"

struct sv_packer {
    z_stream stream;
    unsigned char member[SV_MEMBER_MAX];
};

struct sv_packer *sv_packer_create(void)
{
    struct sv_packer *packer = calloc(1, sizeof *packer);
    if (packer == NULL)
        return NULL;
    if (deflateInit2(&packer->stream, SV_DEFLATE_LEVEL, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY) !=
        Z_OK) {
        free(packer);
        return NULL;
    }
    return packer;
}

void sv_packer_destroy(struct sv_packer *packer)
{
    if (packer == NULL)
        return;
    (void)deflateEnd(&packer->stream);
    free(packer);
}

static void store_le32(unsigned char *to, uint32_t value)
{
    for (unsigned i = 0; i < 4; i++)
        to[i] = (unsigned char)(value >> (8 * i));
}

/* Deflate; 0 if the result would not be `limit` bytes or shorter. */
static size_t squeeze(z_stream *stream, unsigned char *to, size_t limit, const unsigned char *raw,
                      size_t bytes)
{
    (void)deflateReset(stream);
    stream->next_in = (z_const Bytef *)(uintptr_t)raw;
    stream->avail_in = (uInt)bytes;
    stream->next_out = to;
    stream->avail_out = (uInt)limit;
    return deflate(stream, Z_FINISH) == Z_STREAM_END ? limit - stream->avail_out : 0;
}

/* Deflate data that only copies (RFC 1951 section 3.2.4). Returns its length. */
static size_t store(unsigned char *to, const unsigned char *raw, size_t bytes)
{
    unsigned char *begin = to;
    do {
        uint32_t piece = bytes < 0xffff ? (uint32_t)bytes : 0xffff;
        bytes -= piece;
        *to++ = bytes == 0;
        store_le32(to, piece | ~piece << 16);
        memcpy(to + 4, raw, piece);
        to += 4 + piece;
        raw += piece;
    } while (bytes > 0);
    return (size_t)(to - begin);
}

const unsigned char *sv_packer_pack(struct sv_packer *packer, const unsigned char *raw,
                                    size_t bytes, uint64_t first, uint32_t count, size_t *out_bytes)
{
    unsigned char *member = packer->member, *data = member + SV_MEMBER_HEAD;
    size_t used = squeeze(&packer->stream, data, bytes - bytes / SV_DEFLATE_WORTH, raw, bytes);
    if (used == 0)
        used = store(data, raw, bytes);
    unsigned char *tail = data + used;
    size_t total = (size_t)(tail - member) + SV_MEMBER_TAIL;
    memcpy(member, SV_MEMBER_BEGIN, SV_HEAD_SIZE);
    store_le32(member + SV_HEAD_SIZE, (uint32_t)total);
    store_le64(member + SV_HEAD_FIRST, first);
    store_le32(member + SV_HEAD_COUNT, count);
    store_le32(tail, (uint32_t)crc32(0, raw, (uInt)bytes));
    store_le32(tail + 4, (uint32_t)bytes);
    *out_bytes = total;
    return member;
}
