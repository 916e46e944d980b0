/* SPDX-License-Identifier: MIT */
/* link.h - the way between the devices and the unit: packets one after the other in each
 * direction, then a constant latency. Knows when packets arrive, not what they carry. */
#ifndef SV_UARCH_LINK_H
#define SV_UARCH_LINK_H

#include "spec/config.h"
#include "svasim/svasim.h"

/* One direction is free from `tick` + `part` / 2^16 on. */
struct sv_way {
    svasim_tick tick;
    uint64_t part;
    uint64_t busy;   /* ticks that it carried something, * 2^16 */
    uint64_t waited; /* ticks that requests and answers waited for their turn, summed */
};

struct sv_link {
    bool on;
    struct sv_way up, down;
    uint64_t per_byte; /* ticks * 2^16 */
    svasim_tick next_request;
    uint32_t latency, header, payload, gap, interval, write_interval;
};

void sv_link_init(struct sv_link *link, const svasim_config *config);
/* When a request that is sent at `now`, or as soon as the link allows, arrives at the unit. */
svasim_tick sv_link_up(struct sv_link *link, svasim_tick now, const svasim_request *request);
/* Does the device wait for an answer? Writes and interrupts are posted. */
bool sv_link_returns(const svasim_request *request);
/* When the completion arrives at the device that the unit sends at `at`. `granted`: it is a
 * success. Times of arrival never go back from call to call. */
svasim_tick sv_link_down(struct sv_link *link, svasim_tick at, const svasim_request *request,
                         bool granted);

#endif
