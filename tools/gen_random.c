/* SPDX-License-Identifier: MIT */
/* gen_random.c - random numbers that are the same with every compiler and C library: integers only,
 * also for the powers of a Zipf distribution. */
#include "gen.h"

#include <stdlib.h>

#define ONE (UINT64_C(1) << 32) /* fixed point: 32 bits of fraction */

/* SplitMix64 (Steele, Lea, Flood 2014). */
uint64_t cli_random(struct gen *gen)
{
    uint64_t z = gen->state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

uint64_t cli_random_below(struct gen *gen, uint64_t below)
{
    /* Numbers above the last whole multiple of `below` would favour small results. */
    uint64_t limit = UINT64_MAX - UINT64_MAX % below, random;
    do
        random = cli_random(gen);
    while (random >= limit);
    return random % below;
}

static uint64_t square_root(uint64_t value)
{
    uint64_t root = 0;
    for (uint64_t bit = UINT64_C(1) << 31; bit; bit >>= 1)
        if ((root | bit) * (root | bit) <= value)
            root |= bit;
    return root;
}

/* log2 of a number from 1 to 2^31, fixed point. */
static uint64_t log2_fixed(uint64_t value)
{
    uint64_t whole = 0, fraction = 0;
    while (value >> (whole + 1))
        whole++;
    /* The mantissa as 31 bits after the point; squaring it doubles its logarithm. */
    uint64_t mantissa = value << (31 - whole);
    for (uint64_t bit = ONE >> 1; bit; bit >>= 1) {
        mantissa = mantissa * mantissa >> 31;
        if (mantissa >> 32) {
            mantissa >>= 1;
            fraction |= bit;
        }
    }
    return whole << 32 | fraction;
}

/* 2^40 times 2^(-x), x in fixed point; at least 1. */
static uint64_t weight_of(uint64_t x)
{
    uint64_t factor = ONE, step = ONE >> 1; /* step: 2^-1, then 2^(-1/2), 2^(-1/4), ... */
    for (uint64_t bit = ONE >> 1; bit; bit >>= 1) {
        step = square_root(step << 32);
        if (x & bit)
            factor = factor * step >> 32;
    }
    uint64_t whole = x >> 32, weight = whole < 41 ? (factor << 8) >> whole : 0;
    return weight ? weight : 1;
}

uint64_t *cli_zipf_create(uint64_t ranks, unsigned exponent_percent)
{
    uint64_t *weights = calloc((size_t)ranks, sizeof *weights), total = 0;
    for (uint64_t k = 0; weights && k < ranks; k++) {
        total += weight_of(log2_fixed(k + 1) * exponent_percent / 100);
        weights[k] = total;
    }
    return weights;
}

uint64_t cli_zipf_rank(struct gen *gen, const uint64_t *weights, uint64_t ranks)
{
    uint64_t point = cli_random_below(gen, weights[ranks - 1]), low = 0, high = ranks - 1;
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        if (weights[middle] > point)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}
