/* SPDX-License-Identifier: MIT */
/* histogram.c - quantiles of a histogram. */
#include "base/histogram.h"

/* Lower edge of a bucket. */
static uint64_t edge(unsigned bucket)
{
    if (bucket < SV_HISTOGRAM_EXACT)
        return bucket;
    unsigned octave = 11 + (bucket - SV_HISTOGRAM_EXACT) / 1024u;
    uint64_t step = (bucket - SV_HISTOGRAM_EXACT) % 1024u;
    return (UINT64_C(1) << octave) + (step << (octave - 10));
}

uint64_t sv_histogram_quantile(const struct sv_histogram *histogram, uint32_t parts_per_million)
{
    if (histogram->samples == 0)
        return 0;
    if (parts_per_million >= 1000000)
        return histogram->max;
    uint64_t whole = histogram->samples / 1000000u, rest = histogram->samples % 1000000u;
    uint64_t rank = whole * parts_per_million + (rest * parts_per_million + 999999u) / 1000000u;
    uint64_t seen = 0;
    for (unsigned i = 0; i < SV_HISTOGRAM_BUCKETS; i++) {
        seen += histogram->bucket[i];
        if (seen >= rank && seen > 0)
            return edge(i);
    }
    return histogram->max;
}
