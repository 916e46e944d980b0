/* SPDX-License-Identifier: MIT */
/*
 * bytes.c - byte queues between lines and kernels, and CRC-32C. Knows nothing of
 * descriptors.
 */
#include "device/internal.h"

#include "base/assert.h"

#include <string.h>

unsigned sv_fifo_room(const struct fifo *fifo)
{
    return FIFO_BYTES - fifo->count;
}

static void make_tail(struct fifo *fifo, unsigned count)
{
    SV_ASSERT(count <= sv_fifo_room(fifo));
    if (fifo->start + fifo->count + count > FIFO_BYTES) {
        memmove(fifo->bytes, fifo->bytes + fifo->start, fifo->count);
        fifo->start = 0;
    }
}

void sv_fifo_push(struct fifo *fifo, const uint8_t *bytes, unsigned count)
{
    make_tail(fifo, count);
    memcpy(fifo->bytes + fifo->start + fifo->count, bytes, count);
    fifo->count += count;
}

void sv_fifo_push_byte(struct fifo *fifo, uint8_t byte, unsigned count)
{
    make_tail(fifo, count);
    memset(fifo->bytes + fifo->start + fifo->count, byte, count);
    fifo->count += count;
}

void sv_fifo_pop(struct fifo *fifo, uint8_t *out, unsigned count)
{
    SV_ASSERT(count <= fifo->count);
    if (out)
        memcpy(out, fifo->bytes + fifo->start, count);
    fifo->start += count;
    fifo->count -= count;
}

/* Polynomial 0x1EDC6F41, most significant bit first, four bits at a time. */
static const uint32_t nibble[16] = {
    0x00000000, 0x1EDC6F41, 0x3DB8DE82, 0x2364B1C3, 0x7B71BD04, 0x65ADD245, 0x46C96386, 0x58150CC7,
    0xF6E37A08, 0xE83F1549, 0xCB5BA48A, 0xD587CBCB, 0x8D92C70C, 0x934EA84D, 0xB02A198E, 0xAEF676CF};

static uint32_t reflect(uint32_t value, unsigned bits)
{
    uint32_t out = 0;

    for (unsigned i = 0; i < bits; i++)
        out |= (value >> i & 1) << (bits - 1 - i);
    return out;
}

uint32_t sv_crc32c_begin(uint32_t seed, bool raw)
{
    return raw ? seed : reflect(~seed, 32);
}

uint32_t sv_crc32c_add(uint32_t crc, const uint8_t *bytes, unsigned count, bool raw_data)
{
    for (unsigned i = 0; i < count; i++) {
        crc ^= (raw_data ? bytes[i] : reflect(bytes[i], 8)) << 24;
        crc = crc << 4 ^ nibble[crc >> 28];
        crc = crc << 4 ^ nibble[crc >> 28];
    }
    return crc;
}

uint32_t sv_crc32c_end(uint32_t crc, bool raw)
{
    return raw ? crc : ~reflect(crc, 32);
}
