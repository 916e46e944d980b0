/* SPDX-License-Identifier: MIT */
/* backing.c - how long a memory access takes, by where it ends. A bank serves one access at a
 * time, the longer one if it has another row open; lines leave over one bus. */
#include "uarch/backing.h"

#include "base/bits.h"
#include "spec/tables.h"

#define LINE_SHIFT 6

static struct sv_tag line_tag(uint64_t hpa)
{
    return (struct sv_tag){hpa >> LINE_SHIFT, 1};
}

static bool tags_init(struct sv_cache *cache, const svasim_alloc *alloc, uint64_t sets,
                      uint64_t ways)
{
    return sets == 0 || sv_cache_init(cache, alloc, (uint32_t)sets, (uint32_t)ways, SV_POLICY_LRU,
                                      true, sizeof(uint8_t));
}

bool sv_backing_init(struct sv_backing *b, const svasim_config *config, const svasim_alloc *alloc)
{
    const uint64_t *value = config->value;
    *b = (struct sv_backing){
        .bank_count = (uint32_t)value[SV_KEY_DRAM_BANKS],
        .line_latency = (uint32_t)value[SV_KEY_LINE_LATENCY],
        .llc_latency = (uint32_t)value[SV_KEY_LLC_LATENCY],
        .memory_latency = (uint32_t)value[SV_KEY_MEM_LATENCY],
        .row_hit = (uint32_t)value[SV_KEY_DRAM_HIT],
        .row_miss = (uint32_t)value[SV_KEY_DRAM_MISS],
        .bus = (uint32_t)value[SV_KEY_DRAM_BUS],
        .varied = value[SV_KEY_DRAM_BANKS] || value[SV_KEY_LLC_SETS] || value[SV_KEY_DATA_INTERVAL],
    };
    while ((UINT64_C(1) << b->row_shift) < value[SV_KEY_DRAM_ROW])
        b->row_shift++;
    if (b->bank_count)
        b->banks = sv_alloc_array(alloc, b->bank_count, sizeof *b->banks);
    return tags_init(&b->lines, alloc, value[SV_KEY_LINES] != 0, value[SV_KEY_LINES]) &&
           tags_init(&b->llc, alloc, value[SV_KEY_LLC_SETS], value[SV_KEY_LLC_WAYS]) &&
           (b->banks || !b->bank_count);
}

void sv_backing_free(struct sv_backing *b, const svasim_alloc *alloc)
{
    sv_cache_free(&b->lines, alloc);
    sv_cache_free(&b->llc, alloc);
    sv_alloc_free(alloc, b->banks);
}

bool sv_backing_keeps(struct sv_backing *b, uint64_t hpa)
{
    return sv_cache_find(&b->lines, line_tag(hpa)) != NULL;
}

static void fill(struct sv_backing *b, struct sv_cache *cache, uint64_t hpa)
{
    const uint8_t nothing = 0;
    (void)sv_cache_fill(cache, line_tag(hpa), &nothing, &b->rng);
}

void sv_backing_keep(struct sv_backing *b, uint64_t hpa)
{
    if (b->lines.enabled)
        fill(b, &b->lines, hpa);
}

void sv_backing_forget(struct sv_backing *b)
{
    (void)sv_cache_drop_all(&b->lines);
}

static svasim_tick later(svasim_tick a, svasim_tick b)
{
    return a > b ? a : b;
}

static svasim_tick from_banks(struct sv_backing *b, svasim_tick start, uint64_t hpa,
                              uint64_t *counter)
{
    uint64_t row = hpa >> b->row_shift;
    struct sv_bank *bank = &b->banks[row % b->bank_count];
    bool open = bank->open_row == row + 1;
    svasim_tick ready = later(start, bank->free) + (open ? b->row_hit : b->row_miss);
    counter[SV_COUNT_DRAM_ACCESS]++;
    counter[SV_COUNT_DRAM_ROW_HIT] += open;
    bank->open_row = row + 1;
    bank->free = ready;
    b->bus_free = later(ready, b->bus_free) + b->bus;
    b->bus_busy += b->bus;
    return b->bus_free + b->memory_latency;
}

/* Did the last-level cache have the line? It does from now on. */
static bool touch_llc(struct sv_backing *b, uint64_t hpa)
{
    if (sv_cache_find(&b->llc, line_tag(hpa)))
        return true;
    fill(b, &b->llc, hpa);
    return false;
}

static svasim_tick from_memory(struct sv_backing *b, svasim_tick start, uint64_t hpa,
                               uint64_t *counter)
{
    return b->bank_count ? from_banks(b, start, hpa, counter) : start + b->memory_latency;
}

svasim_tick sv_backing_done(struct sv_backing *b, svasim_tick start, uint64_t hpa,
                            uint64_t *counter)
{
    if (b->llc.enabled) {
        bool hit = touch_llc(b, hpa);
        counter[SV_COUNT_LLC_LOOKUP]++;
        counter[SV_COUNT_LLC_HIT] += hit;
        if (hit)
            return start + b->llc_latency;
    }
    return from_memory(b, start, hpa, counter);
}

svasim_tick sv_backing_data(struct sv_backing *b, svasim_tick start, uint64_t hpa,
                            uint64_t *counter)
{
    bool hit = touch_llc(b, hpa);
    counter[SV_COUNT_DATA_LLC_HIT] += hit;
    return hit ? start + b->llc_latency : from_memory(b, start, hpa, counter);
}
