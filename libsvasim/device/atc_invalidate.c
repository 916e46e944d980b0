/* SPDX-License-Identifier: MIT */
/*
 * atc_invalidate.c - forgetting translations: what an invalidation request of the unit takes away,
 * which requests under way it waits for, and when it is complete. From the request on nothing new
 * uses the old translation; an answer that is still on its way is discarded when it comes.
 */
#include "device/internal.h"

static bool names_pasid(const svasim_device_invalidation *request, uint32_t pasid)
{
    if (request->all_pasids)
        return pasid != SVASIM_NO_PASID;
    return request->pasid == pasid;
}

static bool names(const svasim_device_invalidation *request, uint32_t pasid, uint64_t first,
                  uint64_t last)
{
    uint64_t end = request->size_log2 >= 64
                       ? UINT64_MAX
                       : request->address + ((UINT64_C(1) << request->size_log2) - 1);
    uint64_t start = request->size_log2 >= 64 ? 0 : request->address;

    return names_pasid(request, pasid) && first <= end && start <= last;
}

/* From the first claim that is named on: they are made again, page by page. */
static void forget_claims(struct engine *engine, const svasim_device_invalidation *request)
{
    uint32_t pasid = sv_dsa_job(engine)->out.pasid;

    for (unsigned role = 0; role < ROLE_COUNT; role++) {
        struct claims *claims = &engine->claims[role];
        unsigned count = claims->count, unsettled = 0;

        claims->count = 0;
        for (unsigned i = 0; i < count; i++) {
            const struct claim *claim = &claims->ring[(claims->head + i) % CLAIMS_MAX];

            if (claim->state >= CLAIM_HELD &&
                names(request, pasid, claim->found.first, claim->found.last))
                break;
            unsettled += claim->state < CLAIM_HELD;
            claims->count++;
        }
        claims->unsettled = (uint8_t)unsettled;
    }
}

/* Requests under way that used what is named; those of the engine's descriptor, there are no
   others. */
static uint32_t hold_lines(const svasim_dsa *dsa, struct engine *engine,
                           const svasim_device_invalidation *request)
{
    uint32_t pasid = sv_dsa_job(engine)->out.pasid, count = 0;

    for (unsigned i = 0; i < dsa->setup.lines; i++) {
        struct line *line = &engine->lines[i];
        bool under_way = line->state == LINE_SENT || line->state == LINE_DATA;

        if (!under_way || !line->translated || !names(request, pasid, line->address, line->address))
            continue;
        line->held |= UINT32_C(1) << request->itag;
        count++;
    }
    return count;
}

static uint32_t forget(const svasim_dsa *dsa, struct engine *engine,
                       const svasim_device_invalidation *request)
{
    size_t entries = sv_dsa_atc_entries(&dsa->setup.atc);

    for (size_t i = 0; i < entries; i++) {
        struct atc_entry *entry = &engine->atc[i];

        if (names(request, entry->pasid, entry->kept.first, entry->kept.last))
            entry->valid = false;
    }
    for (unsigned i = 0; i < dsa->setup.atc.misses; i++) {
        struct miss *miss = &engine->misses[i];

        /* How large the answer's page will be is not known: any of the PASID counts. */
        if (miss->under_way && names_pasid(request, miss->pasid))
            miss->stale = true;
    }
    forget_claims(engine, request);
    return hold_lines(dsa, engine, request);
}

bool svasim_dsa_invalidate(svasim_dsa *dsa, const svasim_device_invalidation *request)
{
    uint32_t requests = 0;
    struct invalidation *invalidation = &dsa->invalidations[request->itag % INVALIDATIONS];

    if (!dsa->setup.atc.entries)
        return true;
    dsa->tick = dsa->ports.now(dsa->ports.host);
    for (unsigned i = 0; i < dsa->setup.engines; i++)
        requests += forget(dsa, &dsa->engines[i], request);
    dsa->counts.invalidations++;
    dsa->counts.waited += requests != 0;
    sv_dsa_wake(dsa, dsa->tick); /* what is no longer held is asked for again */
    if (!requests && !dsa->setup.atc.invalidate_ticks)
        return true;
    dsa->invalidating += !invalidation->active;
    *invalidation = (struct invalidation){
        .due = requests ? SVASIM_NEVER : dsa->tick + dsa->setup.atc.invalidate_ticks,
        .requests = requests,
        .active = true,
    };
    return false;
}

void sv_dsa_invalidation_release(svasim_dsa *dsa, uint32_t itags)
{
    for (unsigned i = 0; i < INVALIDATIONS; i++) {
        struct invalidation *invalidation = &dsa->invalidations[i];

        if (itags >> i & 1u && --invalidation->requests == 0)
            invalidation->due = dsa->tick + dsa->setup.atc.invalidate_ticks;
    }
}

svasim_tick sv_dsa_invalidation_next(const svasim_dsa *dsa)
{
    svasim_tick next = SVASIM_NEVER;

    for (unsigned i = 0; dsa->invalidating && i < INVALIDATIONS; i++)
        if (dsa->invalidations[i].active && dsa->invalidations[i].due < next)
            next = dsa->invalidations[i].due;
    return next;
}

void sv_dsa_invalidation_run(svasim_dsa *dsa)
{
    for (unsigned i = 0; i < INVALIDATIONS; i++) {
        struct invalidation *invalidation = &dsa->invalidations[i];

        if (!invalidation->active || invalidation->due > dsa->tick)
            continue;
        invalidation->active = false;
        dsa->invalidating--;
        dsa->ports.invalidated(dsa->ports.host, (uint8_t)i);
    }
}
