/* SPDX-License-Identifier: MIT */
/* device_tlb.c - invalidation requests to devices, oldest first. All have the same time to live, so
 * the oldest is also the next to time out.
 *
 * Model choice: of a completion that names valid ITags and others the valid ones count, whatever
 * the version; up to major version 5 hardware may drop them.
 *
 * Not modelled: the time a request or a completion is on its way; the host's delay stands for
 * both. */
#include "uarch/device_tlb.h"

#include "uarch/inv_queue.h"
#include "uarch/txn.h"

#include <string.h>

uint64_t sv_device_tlb_oldest(const struct sv_pipeline *p)
{
    return p->devices.count ? p->devices.pending[0].sequence : UINT64_MAX;
}

/* The timer is that of the oldest request. */
static void set_timer(struct sv_pipeline *p)
{
    sv_heap_cancel(p, NULL);
    if (p->devices.count)
        sv_heap_put(p, (struct sv_event){p->devices.pending[0].deadline, p->sequence++, NULL});
}

static void forget(struct sv_pipeline *p, uint32_t index)
{
    struct sv_device_tlb *devices = &p->devices;
    devices->count--;
    memmove(devices->pending + index, devices->pending + index + 1,
            (devices->count - index) * sizeof *devices->pending);
    if (index == 0)
        set_timer(p);
}

/* Lowest free ITag of the device; false if it, or the function it belongs to, has too many. */
static bool take_itag(const struct sv_device_tlb *devices, const struct sv_invalidation *inv,
                      uint8_t *out)
{
    uint32_t used = 0, throttled = 0, of_device = 0;
    for (uint32_t i = 0; i < devices->count; i++) {
        const struct sv_device_flush *flush = &devices->pending[i];
        throttled += flush->throttle_id == inv->throttle_id;
        if (flush->source_id == inv->device.source_id) {
            used |= UINT32_C(1) << flush->itag;
            of_device++;
        }
    }
    if (devices->count == devices->capacity || of_device >= devices->itags ||
        throttled >= inv->pending_max)
        return false;
    *out = 0;
    while (used >> *out & 1u)
        ++*out;
    return true;
}

bool sv_device_tlb_send(struct sv_pipeline *p, const struct sv_invalidation *inv)
{
    struct sv_device_tlb *devices = &p->devices;
    const svasim_ports *ports = &p->core->ports;
    svasim_device_invalidation message = inv->device;
    if (!ports->device_invalidate)
        return true;
    if (!take_itag(devices, inv, &message.itag))
        return false;
    /* With translation off the answer would be an Unsupported Request: it never arrives. */
    if (ports->device_invalidate(ports->host, &message) && p->core->mode.enabled)
        return true;
    struct sv_device_flush *flush = &devices->pending[devices->count++];
    *flush = (struct sv_device_flush){
        .sequence = devices->sent++,
        .deadline = p->now + devices->timeout,
        .source_id = message.source_id,
        .throttle_id = inv->throttle_id,
        .itag = message.itag,
    };
    if (devices->count == 1)
        set_timer(p);
    return true;
}

/* Waits that only these requests held back can complete, and the queue may go on. */
static void go_on(struct sv_pipeline *p)
{
    sv_pipeline_finish_waits(p);
    sv_inv_queue_run(p);
    sv_core_send_messages(p->core);
}

void sv_device_tlb_done(struct sv_pipeline *p, uint16_t source_id, uint32_t itags, unsigned count)
{
    struct sv_device_tlb *devices = &p->devices;
    if (!p->core->mode.enabled)
        return;
    for (uint32_t i = 0; i < devices->count;) {
        struct sv_device_flush *flush = &devices->pending[i];
        bool named = flush->source_id == source_id && (itags >> flush->itag & 1u);
        if (named)
            itags &= ~(UINT32_C(1) << flush->itag);
        if (named && ++flush->messages == count)
            forget(p, i);
        else
            i++;
    }
    if (itags)
        sv_registers_device_error(&p->core->registers, SV_FSTS_ICE, source_id);
    go_on(p);
}

void sv_device_tlb_expire(struct sv_pipeline *p)
{
    struct sv_device_tlb *devices = &p->devices;
    while (devices->count && devices->pending[0].deadline <= p->now) {
        sv_registers_device_error(&p->core->registers, SV_FSTS_ITE, devices->pending[0].source_id);
        sv_pipeline_abort_waits(p);
        sv_inv_queue_abandon(p);
        forget(p, 0);
    }
    sv_pipeline_finish_waits(p); /* those of registers, which the others held back */
    sv_core_send_messages(p->core);
}
