/* SPDX-License-Identifier: MIT */
/* slots.h - when a lookup may start: a cache has so many ports, and banks that begin one lookup a
 * cycle each. Walkers ask for the caches of their walks; the request path for the IOTLB's banks. */
#ifndef SV_UARCH_SLOTS_H
#define SV_UARCH_SLOTS_H

#include "arch/walk.h"
#include "spec/config.h"

/* So many starts per cycle. */
struct sv_rate {
    svasim_tick tick; /* cycle of the last start */
    uint32_t used;    /* starts in that cycle */
    uint32_t width;
};

/* First tick at or after `now` with a free slot; takes the slot. */
static inline svasim_tick sv_rate_take(struct sv_rate *rate, svasim_tick now)
{
    if (now > rate->tick || rate->used == 0) {
        rate->tick = now;
        rate->used = 0;
    } else if (rate->used == rate->width) {
        rate->tick++;
        rate->used = 0;
    }
    rate->used++;
    return rate->tick;
}

/* The same without taking it. */
static inline svasim_tick sv_rate_peek(const struct sv_rate *rate, svasim_tick now)
{
    if (now > rate->tick || rate->used < rate->width)
        return now > rate->tick ? now : rate->tick;
    return rate->tick + 1;
}

/* No start before `until`. */
static inline void sv_rate_block(struct sv_rate *rate, svasim_tick until)
{
    if (rate->tick < until) {
        rate->tick = until - 1;
        rate->used = rate->width;
    }
}

/* Caches that have ports of their own. */
enum sv_slots_id {
    SV_SLOTS_CONTEXT,
    SV_SLOTS_PASID,
    SV_SLOTS_FIRST,
    SV_SLOTS_SECOND,
    SV_SLOTS_PERMISSION,
    SV_SLOTS_INTERRUPT,
    SV_SLOTS_COUNT
};

#define SV_BANKS_MAX 64u

/* Which bank may begin a lookup when. */
struct sv_banks {
    uint32_t count; /* a power of two; 0: no limit */
    svasim_tick free[SV_BANKS_MAX];
};

struct sv_slots {
    bool on; /* any limit is set */
    struct sv_cache_slots {
        struct sv_rate ports; /* width 0: no limit */
        struct sv_banks banks;
    } of[SV_SLOTS_COUNT];
};

void sv_slots_init(struct sv_slots *slots, const svasim_config *config);
/* When the lookup that the walk asks for starts; takes the slot. Calls come in the order of
 * `now`. */
svasim_tick sv_slots_take(struct sv_slots *slots, svasim_tick now, const struct sv_walk *walk,
                          enum sv_ask ask);

static inline svasim_tick sv_bank_free(const struct sv_banks *banks, uint64_t key)
{
    return banks->free[key & (banks->count - 1)];
}

static inline void sv_bank_take(struct sv_banks *banks, uint64_t key, svasim_tick start)
{
    banks->free[key & (banks->count - 1)] = start + 1;
}

#endif
