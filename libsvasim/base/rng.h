/* SPDX-License-Identifier: MIT */
/* rng.h - small seeded generator (splitmix64): same seed, same numbers, everywhere. */
#ifndef SV_BASE_RNG_H
#define SV_BASE_RNG_H

#include <stdint.h>

struct sv_rng {
    uint64_t state;
};

static inline uint64_t sv_rng_next(struct sv_rng *rng)
{
    uint64_t z = rng->state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

/* A number in [0, bound); bound > 0. */
static inline uint32_t sv_rng_below(struct sv_rng *rng, uint32_t bound)
{
    return (uint32_t)(((sv_rng_next(rng) >> 32) * bound) >> 32);
}

#endif
