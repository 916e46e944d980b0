/* SPDX-License-Identifier: MIT */
/* histogram.h - counts of 64-bit samples: exact below 2048, then 1024 buckets an octave. */
#ifndef SV_BASE_HISTOGRAM_H
#define SV_BASE_HISTOGRAM_H

#include <stdint.h>

#define SV_HISTOGRAM_EXACT   2048u
#define SV_HISTOGRAM_BUCKETS (SV_HISTOGRAM_EXACT + 53u * 1024u)

struct sv_histogram {
    uint64_t samples, max, sum;
    uint64_t *bucket; /* SV_HISTOGRAM_BUCKETS */
};

static inline unsigned sv_histogram_bucket(uint64_t value)
{
    if (value < SV_HISTOGRAM_EXACT)
        return (unsigned)value;
    unsigned octave = 63u - (unsigned)__builtin_clzll(value); /* 11..63 */
    return SV_HISTOGRAM_EXACT + (octave - 11) * 1024u + (unsigned)(value >> (octave - 10) & 1023u);
}

static inline void sv_histogram_add(struct sv_histogram *histogram, uint64_t value)
{
    histogram->bucket[sv_histogram_bucket(value)]++;
    histogram->samples++;
    histogram->sum += value;
    if (value > histogram->max)
        histogram->max = value;
}

/* Smallest recorded value with at least that share of the samples at or below it. */
uint64_t sv_histogram_quantile(const struct sv_histogram *histogram, uint32_t parts_per_million);

#endif
