/* SPDX-License-Identifier: MIT */
/* link.c - how long packets take.
 *
 * Not modelled: posted requests that pass others on the way (in the unit they do), completions that
 * are split at boundaries other than link.payload. */
#include "uarch/link.h"

#define ONE (UINT64_C(1) << 16)

void sv_link_init(struct sv_link *link, const svasim_config *config)
{
    const uint64_t *value = config->value;
    *link = (struct sv_link){
        .latency = (uint32_t)value[SV_KEY_LINK_LATENCY],
        .header = (uint32_t)value[SV_KEY_LINK_HEADER],
        .payload = (uint32_t)value[SV_KEY_LINK_PAYLOAD],
        .gap = (uint32_t)value[SV_KEY_LINK_GAP],
        .interval = (uint32_t)value[SV_KEY_LINK_INTERVAL],
        .write_interval = (uint32_t)value[SV_KEY_LINK_WRITE_INTERVAL],
    };
    if (value[SV_KEY_LINK_RATE])
        link->per_byte = (1000 * ONE + value[SV_KEY_LINK_RATE] / 2) / value[SV_KEY_LINK_RATE];
    if (link->write_interval < link->interval)
        link->write_interval = link->interval;
    link->on = link->latency || link->per_byte || link->gap || link->write_interval ||
               value[SV_KEY_DATA_LATENCY] || value[SV_KEY_DATA_INTERVAL] ||
               value[SV_KEY_DATA_CACHED];
}

/* Send `bytes` of data in as many packets as it takes; returns when the last bit has left. */
static svasim_tick send(const struct sv_link *link, struct sv_way *way, svasim_tick now,
                        uint32_t bytes)
{
    uint64_t packets = bytes ? (bytes + link->payload - 1) / link->payload : 1;
    uint64_t time = (bytes + packets * link->header) * link->per_byte + packets * link->gap * ONE;
    if (way->tick < now) {
        way->tick = now;
        way->part = 0;
    }
    way->waited += way->tick - now;
    way->busy += time;
    way->part += time;
    way->tick += way->part / ONE;
    way->part %= ONE;
    return way->tick + (way->part != 0);
}

svasim_tick sv_link_up(struct sv_link *link, svasim_tick now, const svasim_request *request)
{
    svasim_tick start = link->next_request > now ? link->next_request : now;
    if (start < link->up.tick)
        start = link->up.tick;
    link->up.waited += start - now;
    bool carries = request->op != SVASIM_READ && request->at != SVASIM_TRANSLATION;
    link->next_request = start + (carries ? link->write_interval : link->interval);
    return send(link, &link->up, start, carries ? request->length : 0) + link->latency;
}

bool sv_link_returns(const svasim_request *request)
{
    return request->op != SVASIM_WRITE || request->at == SVASIM_TRANSLATION;
}

/* The completion of a translation request carries one entry of 8 bytes (ATS 1.1, section 2.3). */
svasim_tick sv_link_down(struct sv_link *link, svasim_tick at, const svasim_request *request,
                         bool granted)
{
    uint32_t bytes = request->at == SVASIM_TRANSLATION ? 8 : request->length;
    return send(link, &link->down, at, granted ? bytes : 0) + link->latency;
}
