/* SPDX-License-Identifier: MIT */
/* config_perf.c - do the places of the performance monitoring registers keep clear of each other
 * and of all others, and are they aligned as section 11.4.13 wants them? Do those that CAP and ECAP
 * name keep clear of optional registers? */
#include "spec/config.h"

#define FIXED_FIRST   0x300u /* PERFCAP */
#define FIXED_END     0x450u /* behind ECCAP3 */
#define VIRTUAL_FIRST 0xe00u /* VCMD */
#define VIRTUAL_END   0xe38u /* behind VCCAP */

struct block {
    uint64_t first, bytes;
};

static bool overlap(const struct block *a, const struct block *b)
{
    return a->first < b->first + b->bytes && b->first < a->first + a->bytes;
}

static const char *check_alignment(const uint64_t *value)
{
    if (value[SV_KEY_PERF_FREEZE] % 8)
        return "perf.freeze_offset: must be a multiple of 8";
    if (value[SV_KEY_PERF_OVERFLOW] % 8)
        return "perf.overflow_offset: must be a multiple of 8";
    if (value[SV_KEY_PERF_CONFIG] % 256)
        return "perf.config_offset: must be a multiple of 256";
    if (value[SV_KEY_PERF_VALUES] % (UINT64_C(1024) << value[SV_KEY_PERF_STRIDE]))
        return "perf.counter_offset: must be a multiple of the stride, 1024 * 2^counter_stride";
    return NULL;
}

const char *sv_config_check_perf(const svasim_config *config)
{
    const uint64_t *value = config->value;
    uint64_t caps = sv_config_caps(config), counters = value[SV_KEY_PERF_COUNTERS];
    bool monitors = (caps & SV_CAP_BIT(PMS)) != 0;
    bool fixed = (caps & (SV_CAP_BIT(PMS) | SV_CAP_BIT(ECMDS))) != 0;
    bool commands = (caps & SV_CAP_BIT(VCS)) != 0;
    /* An empty block at 0 overlaps nothing. */
    const struct block blocks[] = {
        {16 * value[SV_KEY_FRO], 16 * (value[SV_KEY_NFR] + 1)},
        {16 * value[SV_KEY_IRO], 16},
        {fixed ? FIXED_FIRST : 0, fixed ? FIXED_END - FIXED_FIRST : 0},
        {commands ? VIRTUAL_FIRST : 0, commands ? VIRTUAL_END - VIRTUAL_FIRST : 0},
        {value[SV_KEY_PERF_FREEZE], 8},
        {value[SV_KEY_PERF_OVERFLOW], 8},
        {value[SV_KEY_PERF_CONFIG], 256 * counters},
        {value[SV_KEY_PERF_VALUES], counters * (UINT64_C(1024) << value[SV_KEY_PERF_STRIDE])},
    };
    size_t count = monitors ? sizeof blocks / sizeof blocks[0] : 4;
    if (monitors && value[SV_KEY_PERF_LIMITED] > counters)
        return "perf.limited.counters: more than perf.counters";
    const char *text = monitors ? check_alignment(value) : NULL;
    for (size_t i = 1; !text && i < count; i++)
        for (size_t j = 0; j < i; j++)
            if (overlap(&blocks[i], &blocks[j]))
                text = "cap.fro, cap.iro, perf offsets: these registers overlap each other or "
                       "those at 0x300 to 0x44f or 0xe00 to 0xe37";
    return text;
}
