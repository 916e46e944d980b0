/* SPDX-License-Identifier: MIT */
/* setup.c - the pipeline's memory, all taken at creation, and its report of resources. */
#include "uarch/txn.h"

static uint32_t power_of_two(uint32_t at_least)
{
    uint32_t size = 2;
    while (size < at_least)
        size *= 2;
    return size;
}

static bool lane_init(struct sv_lane *lane, uint32_t credits, const svasim_alloc *alloc)
{
    uint32_t size = power_of_two(credits);
    lane->mask = size - 1;
    lane->slots = sv_alloc_array(alloc, size, sizeof *lane->slots);
    return lane->slots != NULL;
}

/* The IOTLBs are looked up in parallel: the slowest enabled one counts. */
static uint32_t slowest(const svasim_config *config, enum sv_cache_id first, enum sv_cache_id last)
{
    uint64_t latency = 0;
    for (unsigned i = first; i <= last; i++) {
        const uint64_t *key = &config->value[SV_KEY_CACHE(i, 0)];
        if (key[SV_PART_ENABLED] && key[SV_PART_LATENCY] > latency)
            latency = key[SV_PART_LATENCY];
    }
    return (uint32_t)latency;
}

static void read_config(struct sv_pipeline *p, const svasim_config *config)
{
    const uint64_t *value = config->value;
    p->credits = (uint32_t)value[SV_KEY_CREDITS];
    sv_link_init(&p->link, config);
    p->ordered = value[SV_KEY_ORDERED] != 0;
    p->lookup_banks.count = (uint32_t)value[SV_KEY_LOOKUP_BANKS];
    sv_slots_init(&p->slots, config);
    p->lookup_rate.width = (uint32_t)value[SV_KEY_LOOKUP_WIDTH];
    p->respond_rate.width = (uint32_t)value[SV_KEY_RESPOND_WIDTH];
    p->lookup_latency = slowest(config, SV_CACHE_IOTLB_4K, SV_CACHE_IOTLB_1G);
    p->second_level_latency = slowest(config, SV_CACHE_IOTLB2_4K, SV_CACHE_IOTLB2_1G);
    p->context_latency = slowest(config, SV_CACHE_CONTEXT, SV_CACHE_CONTEXT);
    p->pasid_latency = slowest(config, SV_CACHE_PASID, SV_CACHE_PASID);
    p->table_latency = slowest(config, SV_CACHE_FS_L2, SV_CACHE_SS_L5);
    p->hpt_leaf_latency = slowest(config, SV_CACHE_HPT_4K, SV_CACHE_HPT_1G);
    p->hpt_table_latency = slowest(config, SV_CACHE_HPT_L2, SV_CACHE_HPT_L4);
    p->interrupt_latency = slowest(config, SV_CACHE_IEC, SV_CACHE_IEC);
    p->respond_latency = (uint32_t)value[SV_KEY_RESPOND_LATENCY];
    p->walkers = (uint32_t)value[SV_KEY_WALKERS];
    p->pending = (uint32_t)value[SV_KEY_PENDING];
    p->join = value[SV_KEY_JOIN] != 0;
    p->memory_latency = (uint32_t)value[SV_KEY_MEM_LATENCY];
    p->memory_interval = (uint32_t)value[SV_KEY_MEM_INTERVAL];
    p->data_latency = (uint32_t)value[SV_KEY_DATA_LATENCY];
    p->data_interval = (uint32_t)value[SV_KEY_DATA_INTERVAL];
    p->data_cached = value[SV_KEY_DATA_CACHED] != 0;
    p->piece_ticks = (uint32_t)value[SV_KEY_PIECE_TICKS];
    p->memory_depth = (uint32_t)value[SV_KEY_MEM_DEPTH];
    p->devices.itags = (uint32_t)value[SV_KEY_ITAGS];
    p->devices.capacity = (uint32_t)value[SV_KEY_DEVICE_PENDING];
    p->devices.timeout = value[SV_KEY_DEVICE_TIMEOUT];
    p->command_latency = (uint32_t)value[SV_KEY_COMMAND_LATENCY];
    sv_inv_engine_init(&p->inv, config);
    sv_prefetch_init(&p->prefetch, config);
}

bool sv_pipeline_init(struct sv_pipeline *p, struct sv_core *core, const svasim_config *config,
                      const svasim_alloc *alloc)
{
    *p = (struct sv_pipeline){.core = core, .start_at = SVASIM_NEVER, .command_due = SVASIM_NEVER};
    read_config(p, config);
    uint32_t heads = power_of_two(2 * p->credits);
    p->joinable_mask = heads - 1;
    p->joinable = sv_alloc_array(alloc, heads, sizeof(struct sv_txn *));
    bool paged = sv_page_engine_init(&p->pages, config, alloc);
    uint32_t agents = p->inv.timed || p->pages.timed ? SV_AGENTS : 0; /* behind the requests */
    uint32_t places = p->prefetch.places;                             /* behind these */
    p->txns = sv_alloc_array(alloc, p->credits + agents + places, sizeof *p->txns);
    p->heap = sv_alloc_array(alloc, p->credits + 2 * agents + places + 1, sizeof *p->heap);
    p->waits = sv_alloc_array(alloc, SV_WAITS_MAX + 1, sizeof *p->waits);
    p->devices.pending = sv_alloc_array(alloc, p->devices.capacity, sizeof *p->devices.pending);
    p->walkers_free = sv_alloc_array(alloc, p->walkers, sizeof *p->walkers_free);
    for (uint32_t i = 0; p->walkers_free && i < p->walkers; i++)
        p->walkers_free[i] = (uint16_t)i;
    bool ok = sv_backing_init(&p->backing, config, alloc) &&
              sv_port_init(&p->port, config, alloc) &&
              sv_host_memory_init(&p->host_memory, &core->ports, p->memory_depth, alloc);
    p->backing.varied |= p->host_memory.on;
    ok = sv_shares_init(&p->shares, config, alloc) && ok;
    ok = ok && paged && p->walkers_free && p->joinable && p->txns && p->heap && p->waits &&
         p->devices.pending;
    ok = ok && lane_init(&p->lookups, p->credits, alloc) &&
         lane_init(&p->memory, p->credits + agents + places, alloc) &&
         lane_init(&p->answers, p->credits, alloc);
    if (p->link.on)
        ok = ok && lane_init(&p->arrivals, p->credits, alloc) &&
             lane_init(&p->returns, p->credits, alloc);
    for (unsigned i = 0; i < SV_LATENCY_KINDS; i++) {
        p->latency[i].bucket = sv_alloc_array(alloc, SV_HISTOGRAM_BUCKETS, sizeof(uint64_t));
        ok = ok && p->latency[i].bucket;
    }
    if (!ok)
        return false;
    for (uint32_t i = p->credits; i-- > 0;) {
        p->txns[i].next = p->free;
        p->free = &p->txns[i];
    }
    for (uint32_t i = 0; i < agents; i++) {
        p->txns[p->credits + i].agent = (uint8_t)(i + 1);
        p->txns[p->credits + i].active = true; /* its accesses are not data of a device */
    }
    sv_prefetch_open(&p->prefetch, p->txns + p->credits + agents);
    return true;
}

void sv_pipeline_free(struct sv_pipeline *p, const svasim_alloc *alloc)
{
    sv_backing_free(&p->backing, alloc);
    sv_port_free(&p->port, alloc);
    sv_host_memory_free(&p->host_memory, alloc);
    sv_page_engine_free(&p->pages, alloc);
    sv_shares_free(&p->shares, alloc);
    sv_alloc_free(alloc, p->walkers_free);
    sv_alloc_free(alloc, p->joinable);
    sv_alloc_free(alloc, p->txns);
    sv_alloc_free(alloc, p->heap);
    sv_alloc_free(alloc, p->waits);
    sv_alloc_free(alloc, p->devices.pending);
    sv_alloc_free(alloc, p->arrivals.slots);
    sv_alloc_free(alloc, p->returns.slots);
    sv_alloc_free(alloc, p->lookups.slots);
    sv_alloc_free(alloc, p->memory.slots);
    sv_alloc_free(alloc, p->answers.slots);
    for (unsigned i = 0; i < SV_LATENCY_KINDS; i++)
        sv_alloc_free(alloc, p->latency[i].bucket);
}

void sv_pipeline_resource(const struct sv_pipeline *p, unsigned index, svasim_resource *out)
{
    static const char *const names[SV_RES_COUNT] = {
        [SV_RES_CREDITS] = "port.credits",      [SV_RES_LOOKUP] = "lookup.width",
        [SV_RES_WALKERS] = "walk.walkers",      [SV_RES_MEMORY_PORT] = "memory.interval",
        [SV_RES_MEMORY_DEPTH] = "memory.depth", [SV_RES_DRAM_BUS] = "dram.bus",
        [SV_RES_INVALIDATION] = "invalidation", [SV_RES_PAGE_REQUEST] = "page_request",
        [SV_RES_RESPOND] = "respond.width",     [SV_RES_LINK_UP] = "link.up",
        [SV_RES_WALKER_SHARE] = "walk.per_id",  [SV_RES_LINK_DOWN] = "link.down",
    };
    const uint64_t slots[SV_RES_COUNT] = {
        [SV_RES_CREDITS] = p->credits,
        [SV_RES_LOOKUP] = p->lookup_rate.width,
        [SV_RES_WALKERS] = p->walkers,
        [SV_RES_WALKER_SHARE] = p->shares.per_id,
        [SV_RES_MEMORY_PORT] = 1,
        [SV_RES_MEMORY_DEPTH] = p->memory_depth,
        [SV_RES_DRAM_BUS] = p->backing.bank_count != 0,
        [SV_RES_INVALIDATION] = p->inv.timed,
        [SV_RES_PAGE_REQUEST] = p->pages.timed,
        [SV_RES_RESPOND] = p->respond_rate.width,
        [SV_RES_LINK_UP] = p->link.per_byte != 0,
        [SV_RES_LINK_DOWN] = p->link.per_byte != 0,
    };
    uint64_t busy = p->busy[index];
    if (index == SV_RES_LINK_UP || index == SV_RES_LINK_DOWN)
        busy = (index == SV_RES_LINK_UP ? p->link.up.busy : p->link.down.busy) >> 16;
    *out = (svasim_resource){names[index], busy, slots[index], p->stalled[index]};
}
