/* SPDX-License-Identifier: MIT */
/* waits.c - wait descriptors, and commands of registers, that are not complete: in order, each
 * until the requests and the invalidations of devices before it are (sections 6.5.2.9
 * and 6.5.2.12). */
#include "uarch/device_tlb.h"
#include "uarch/txn.h"

void sv_pipeline_finish_waits(struct sv_pipeline *p)
{
    uint64_t oldest = UINT64_MAX, oldest_sent = sv_device_tlb_oldest(p);
    for (uint32_t i = 0; i < p->credits; i++)
        if (p->txns[i].active && p->txns[i].order < oldest)
            oldest = p->txns[i].order;
    uint32_t done = 0;
    while (done < p->wait_count && p->waits[done].accepted_before <= oldest &&
           p->waits[done].sent_before <= oldest_sent) {
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
}

bool sv_pipeline_wait(struct sv_pipeline *p, const struct sv_invalidation *wait)
{
    if (p->wait_count >= SV_WAITS_MAX)
        return false;
    p->waits[p->wait_count++] = (struct sv_wait){
        .accepted_before = p->accepted,
        .sent_before = p->devices.sent,
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
