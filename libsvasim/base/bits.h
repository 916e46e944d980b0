/* SPDX-License-Identifier: MIT */
/* bits.h - bit arithmetic and little-endian access that every room needs. Knows nothing of VT-d. */
#ifndef SV_BASE_BITS_H
#define SV_BASE_BITS_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* Bits hi..lo set; hi <= 63. */
static inline uint64_t bits_mask(unsigned hi, unsigned lo)
{
    return (~UINT64_C(0) >> (63u - hi)) & (~UINT64_C(0) << lo);
}

/* The low `count` bits set; count <= 64. */
static inline uint64_t low_mask(unsigned count)
{
    return count == 0 ? 0 : ~UINT64_C(0) >> (64u - count);
}

static inline uint64_t bits_get(uint64_t word, unsigned hi, unsigned lo)
{
    return (word & bits_mask(hi, lo)) >> lo;
}

static inline bool bit_get(uint64_t word, unsigned bit)
{
    return (word >> bit & 1u) != 0;
}

/* Put `value` into the bits of `mask`, which were 0; upper bits that do not fit are cut. */
static inline void bits_put(uint64_t *word, uint64_t mask, uint64_t value)
{
    *word |= (value * (mask & -mask)) & mask;
}

/* Is `address` below 2^width? width <= 64. */
static inline bool fits_width(uint64_t address, unsigned width)
{
    return width >= 64 || address >> width == 0;
}

static inline uint64_t load_le64(const void *from)
{
    uint64_t value;
    memcpy(&value, from, sizeof value);
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    value = __builtin_bswap64(value);
#endif
    return value;
}

static inline void store_le64(void *to, uint64_t value)
{
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    value = __builtin_bswap64(value);
#endif
    memcpy(to, &value, sizeof value);
}

static inline uint64_t load_le32(const void *from)
{
    const unsigned char *byte = from;
    return (uint64_t)byte[0] | (uint64_t)byte[1] << 8 | (uint64_t)byte[2] << 16 |
           (uint64_t)byte[3] << 24;
}

/* A well-mixed hash of one word (a finaliser of the splitmix family). */
static inline uint64_t mix64(uint64_t x)
{
    x ^= x >> 32;
    x *= UINT64_C(0xd6e8feb86659fd93);
    x ^= x >> 32;
    x *= UINT64_C(0xd6e8feb86659fd93);
    x ^= x >> 32;
    return x;
}

#endif
