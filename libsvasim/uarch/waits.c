/* SPDX-License-Identifier: MIT */
/* waits.c - wait descriptors, and commands of registers, that are not complete: in order, each
 * until the requests and the invalidations of devices before it are (sections 6.5.2.9
 * and 6.5.2.12). */
#include "uarch/device_tlb.h"
#include "uarch/txn.h"

/* A wait that nothing older holds back comes behind what the engine was given before it, and its
 * write takes a start of the memory port. */
static bool is_held(struct sv_pipeline *p, struct sv_wait *wait)
{
    if (wait->due > p->now)
        return true; /* its event is on the way */
    if (wait->not_before > p->now) {
        wait->due = wait->not_before;
    } else if (wait->write && p->inv.uses_port && !wait->posted) {
        wait->posted = true;
        wait->due = sv_port_post(p);
    }
    if (wait->due <= p->now)
        return false;
    sv_agent_at(p, SV_AGENT_STATUS, wait->due);
    return true;
}

void sv_pipeline_finish_waits(struct sv_pipeline *p)
{
    uint64_t oldest = UINT64_MAX, oldest_sent = sv_device_tlb_oldest(p);
    for (uint32_t i = 0; i < p->credits; i++)
        if (p->txns[i].active && p->txns[i].order < oldest)
            oldest = p->txns[i].order;
    uint32_t done = 0;
    while (done < p->wait_count && p->waits[done].accepted_before <= oldest &&
           p->waits[done].sent_before <= oldest_sent &&
           p->waits[done].pages_before <= p->pages.done &&
           !(p->inv.timed && is_held(p, &p->waits[done]))) {
        const struct sv_wait *wait = &p->waits[done++];
        unsigned char data[4] = {(unsigned char)wait->data, (unsigned char)(wait->data >> 8),
                                 (unsigned char)(wait->data >> 16),
                                 (unsigned char)(wait->data >> 24)};
        if (wait->write && p->core->ports.write)
            (void)p->core->ports.write(p->core->ports.host, wait->hpa, data, sizeof data);
        if (wait->interrupt)
            sv_registers_wait_done(&p->core->registers);
        if (wait->drains)
            sv_registers_drained(&p->core->registers, wait->drains);
    }
    sv_core_send_messages(p->core);
    p->wait_count -= done;
    memmove(p->waits, p->waits + done, p->wait_count * sizeof *p->waits);
    if (p->wait_count == 0)
        p->fence = false;
}

/* Keep the waits that are, or are not, of a register. */
static void keep_waits(struct sv_pipeline *p, bool of_register)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < p->wait_count; i++)
        if ((p->waits[i].drains != 0) == of_register)
            p->waits[kept++] = p->waits[i];
    p->wait_count = kept;
}

void sv_pipeline_abort_waits(struct sv_pipeline *p)
{
    keep_waits(p, true);
    p->fence = false;
    if (p->inv.timed)
        sv_agent_cancel(p, SV_AGENT_STATUS);
}

bool sv_pipeline_wait(struct sv_pipeline *p, const struct sv_invalidation *wait)
{
    if (p->wait_count >= SV_WAITS_MAX)
        return false;
    p->waits[p->wait_count++] = (struct sv_wait){
        .accepted_before = p->accepted,
        .sent_before = p->devices.sent,
        .pages_before = wait->drains_pages ? p->pages.asked : 0,
        .not_before = p->inv.free_at,
        .hpa = wait->status_hpa,
        .data = wait->status_data,
        .write = wait->writes_status,
        .interrupt = wait->interrupts,
    };
    sv_pipeline_finish_waits(p);
    return true;
}

void sv_pipeline_wait_for_register(struct sv_pipeline *p, unsigned what)
{
    /* Software must not give a command while another is pending; if it does, both end with the
     * last one. So one place beyond those of the descriptors is enough. */
    for (uint32_t i = 0; i < p->wait_count; i++)
        what |= p->waits[i].drains;
    keep_waits(p, false);
    p->waits[p->wait_count++] =
        (struct sv_wait){.accepted_before = p->accepted, .drains = (uint8_t)what};
    sv_pipeline_finish_waits(p);
}
