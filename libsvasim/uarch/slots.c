/* SPDX-License-Identifier: MIT */
/* slots.c - ports and banks of the caches that walkers look up.
 *
 * Model choice: the bank is the low bits of what the lookup is for: source id, PASID, index, or the
 * number of the smallest block that an entry covers (2 MiB; of permissions the page). A lookup that
 * waits for its bank keeps its port. Structure caches of all levels are asked at once, through one
 * port. */
#include "uarch/slots.h"

void sv_slots_init(struct sv_slots *slots, const svasim_config *config)
{
    static const struct {
        uint16_t ports, banks;
    } keys[SV_SLOTS_COUNT] = {
        [SV_SLOTS_CONTEXT] = {SV_KEY_PORTS_CONTEXT, SV_KEY_BANKS_CONTEXT},
        [SV_SLOTS_PASID] = {SV_KEY_PORTS_PASID, SV_KEY_BANKS_PASID},
        [SV_SLOTS_FIRST] = {SV_KEY_PORTS_FIRST, SV_KEY_BANKS_FIRST},
        [SV_SLOTS_SECOND] = {SV_KEY_PORTS_SECOND, SV_KEY_BANKS_SECOND},
        [SV_SLOTS_PERMISSION] = {SV_KEY_PORTS_PERMISSION, SV_KEY_BANKS_PERMISSION},
        [SV_SLOTS_INTERRUPT] = {SV_KEY_PORTS_INTERRUPT, SV_KEY_BANKS_INTERRUPT},
    };
    for (unsigned i = 0; i < SV_SLOTS_COUNT; i++) {
        slots->of[i].ports.width = (uint32_t)config->value[keys[i].ports];
        slots->of[i].banks.count = (uint32_t)config->value[keys[i].banks];
        slots->on |= slots->of[i].ports.width || slots->of[i].banks.count;
    }
}

/* Whose slots, and what picks the bank. */
static enum sv_slots_id slots_of(const struct sv_walk *walk, enum sv_ask ask, uint64_t *out_key)
{
    switch (ask) {
    case SV_ASK_CONTEXT:
        *out_key = walk->key.source_id;
        return SV_SLOTS_CONTEXT;
    case SV_ASK_PASID:
        *out_key = walk->key.pasid;
        return SV_SLOTS_PASID;
    case SV_ASK_TABLE:
        *out_key = walk->key.address >> 21;
        return walk->key.stage == 1 ? SV_SLOTS_FIRST : SV_SLOTS_SECOND;
    case SV_ASK_HPT_LEAF:
    case SV_ASK_HPT_TABLE:
        *out_key = walk->key.address >> 12;
        return SV_SLOTS_PERMISSION;
    case SV_ASK_IEC:
        *out_key = walk->key.address;
        return SV_SLOTS_INTERRUPT;
    case SV_ASK_IOTLB:
    case SV_ASK_FILL:
    case SV_ASK_READ:
    case SV_ASK_UPDATE:
    case SV_ASK_DONE:
    default:
        return SV_SLOTS_COUNT;
    }
}

svasim_tick sv_slots_take(struct sv_slots *slots, svasim_tick now, const struct sv_walk *walk,
                          enum sv_ask ask)
{
    uint64_t key = 0;
    enum sv_slots_id id = slots_of(walk, ask, &key);
    if (id == SV_SLOTS_COUNT)
        return now;
    struct sv_cache_slots *cache = &slots->of[id];
    svasim_tick start = cache->ports.width ? sv_rate_take(&cache->ports, now) : now;
    if (cache->banks.count) {
        svasim_tick free = sv_bank_free(&cache->banks, key);
        start = free > start ? free : start;
        sv_bank_take(&cache->banks, key, start);
    }
    return start;
}
