/* SPDX-License-Identifier: MIT */
/*
 * portal.c - may this 64-byte write enter a queue, and which queued descriptor goes next?
 * Instruction rules, the accept/retry/drop table and weighted arbitration; it does not look
 * at a descriptor beyond its first four bytes.
 *
 * Not modelled: several groups, and with them bandwidth limits and read-buffer shares; all
 *   queues feed all engines.
 */
#include "device/internal.h"

#include <string.h>

#define PORTAL_SLOT_MASK 63u /* the destination must be 64-byte aligned */
#define PORTAL_LIMITED   (1u << 12)
#define PORTAL_IMS       (1u << 13)
#define PORTAL_WQ_SHIFT  14
#define PASID_MASK       0xFFFFFu
#define COMMAND_RESERVED 0x7FF00000u /* bits 30:20 of the first dword */

/* Command error codes of Enable WQ. */
enum {
    WQ_OK = 0,
    WQ_INDEX = 0x02,
    WQ_NOT_DISABLED = 0x21,
    WQ_SIZE = 0x22,
    WQ_PRIORITY = 0x23,
    WQ_BLOCK_ON_FAULT = 0x25,
    WQ_PASID = 0x26,
    WQ_BATCH_OR_SGL = 0x27,
    WQ_TRANSFER = 0x28,
    WQ_PRIV = 0x2A
};

svasim_wq_setup svasim_wq_setup_default(void)
{
    return (svasim_wq_setup){
        .size = 16,
        .threshold = 16,
        .priority = 1,
        .pasid_enable = true,
        .max_transfer_log2 = 31,
        .max_batch_log2 = 10,
        .max_sgl_log2 = 15,
    };
}

static uint8_t check_wq(const svasim_dsa *dsa, const svasim_wq_setup *setup)
{
    if (!setup->size || setup->size > WQ_ENTRIES_MAX)
        return WQ_SIZE;
    if (!setup->priority || setup->priority > 15)
        return WQ_PRIORITY;
    /* Page requests are off, so no queue may let its descriptors wait for one. */
    if (setup->block_on_fault)
        return WQ_BLOCK_ON_FAULT;
    if (setup->pasid_enable ? !dsa->setup.pasid_enable : !setup->dedicated)
        return WQ_PASID;
    if (setup->dedicated && setup->pasid_enable && setup->pasid > PASID_MASK)
        return WQ_PASID;
    if (setup->max_batch_log2 < 1 || setup->max_batch_log2 > 10 || setup->max_sgl_log2 > 15)
        return WQ_BATCH_OR_SGL;
    if (setup->max_transfer_log2 < 12 || setup->max_transfer_log2 > 31)
        return WQ_TRANSFER;
    if (setup->dedicated && setup->pasid_enable && setup->priv && !dsa->setup.priv_enable)
        return WQ_PRIV;
    return WQ_OK;
}

uint8_t svasim_dsa_wq_enable(svasim_dsa *dsa, unsigned wq, const svasim_wq_setup *setup)
{
    uint8_t code;

    if (wq >= SVASIM_DSA_WQS)
        return WQ_INDEX;
    if (dsa->wqs[wq].enabled)
        return WQ_NOT_DISABLED;
    code = check_wq(dsa, setup);
    if (code != WQ_OK)
        return code;
    dsa->wqs[wq].setup = *setup;
    dsa->wqs[wq].credits = setup->priority;
    dsa->wqs[wq].enabled = true;
    return WQ_OK;
}

/* Does the instruction raise #GP before anything reaches the device? ENQCMD ignores the first
   dword of its source: recordings hold anything there, and the core overwrites it. */
static bool raises_gp(svasim_submit_kind kind, uint32_t portal, uint32_t pasid,
                      const uint8_t bytes[64])
{
    if (portal & PORTAL_SLOT_MASK)
        return true;
    if (kind == SVASIM_ENQCMD)
        return pasid > PASID_MASK;
    return kind == SVASIM_ENQCMDS && sv_dsa_get(bytes, 0, 4) & COMMAND_RESERVED;
}

static struct wq *find_wq(svasim_dsa *dsa, uint32_t portal)
{
    uint32_t index = portal >> PORTAL_WQ_SHIFT;

    /* There is no interrupt message store, so its portals lead nowhere. */
    if (portal & PORTAL_IMS || index >= SVASIM_DSA_WQS || !dsa->wqs[index].enabled)
        return NULL;
    return &dsa->wqs[index];
}

static bool has_room(const struct wq *wq, uint32_t portal)
{
    uint32_t limit = wq->setup.size;

    if (!wq->setup.dedicated && portal & PORTAL_LIMITED && wq->setup.threshold < limit)
        limit = wq->setup.threshold;
    return wq->count < limit;
}

svasim_submit_result svasim_dsa_submit(svasim_dsa *dsa, svasim_submit_kind kind, uint32_t portal,
                                       uint32_t pasid, const uint8_t bytes[64], uint64_t id)
{
    bool posted = kind == SVASIM_MOVDIR64B;
    struct wq_entry *entry;
    struct wq *wq;

    if (raises_gp(kind, portal, pasid, bytes))
        return SVASIM_SUBMIT_GP;
    wq = find_wq(dsa, portal);
    /* Not modelled: the error register, which would show 0x53 for a full dedicated queue. */
    if (!wq || posted != wq->setup.dedicated || !has_room(wq, portal))
        return posted ? SVASIM_SUBMIT_DROPPED : SVASIM_SUBMIT_RETRY;

    dsa->tick = dsa->ports.now(dsa->ports.host);
    entry = &wq->entries[(wq->head + wq->count++) % WQ_ENTRIES_MAX];
    memcpy(entry->bytes, bytes, 64);
    if (kind == SVASIM_ENQCMD)
        sv_dsa_put(entry->bytes, 0, 4, pasid);
    entry->id = id;
    entry->sequence = dsa->sequence++;
    entry->submitted_at = dsa->tick;
    entry->ready_at = dsa->tick + dsa->setup.submit_ticks;
    dsa->pending++;
    sv_dsa_pump(dsa);
    return SVASIM_SUBMIT_ACCEPTED;
}

/* Whose name and privilege the accesses carry. */
static void set_identity(const svasim_wq_setup *setup, struct job *job)
{
    uint32_t command = (uint32_t)sv_dsa_get(job->bytes, 0, 4);

    job->out.pasid = SVASIM_NO_PASID;
    job->out.privileged = false;
    if (!setup->dedicated) {
        job->out.pasid = command & PASID_MASK;
        job->out.privileged = command >> 31;
    } else if (setup->pasid_enable) {
        job->out.pasid = setup->pasid;
        job->out.privileged = setup->priv;
    }
}

/* Has its oldest descriptor come in from the portal? */
static bool has_work(svasim_dsa *dsa, const struct wq *wq)
{
    if (!wq->count)
        return false;
    if (wq->entries[wq->head].ready_at <= dsa->tick)
        return true;
    sv_dsa_wake(dsa, wq->entries[wq->head].ready_at);
    return false;
}

static struct wq *pick_wq(svasim_dsa *dsa)
{
    bool pending = false;

    for (unsigned round = 0; round < 2; round++) {
        for (unsigned i = 0; i < SVASIM_DSA_WQS; i++) {
            unsigned index = (dsa->wq_turn + i) % SVASIM_DSA_WQS;
            struct wq *wq = &dsa->wqs[index];

            if (!has_work(dsa, wq))
                continue;
            pending = true;
            if (!wq->credits)
                continue;
            dsa->wq_turn = (index + 1) % SVASIM_DSA_WQS;
            return wq;
        }
        if (!pending)
            return NULL;
        /* Every queue with work has used up its share: a new round begins. */
        for (unsigned i = 0; i < SVASIM_DSA_WQS; i++)
            dsa->wqs[i].credits = dsa->wqs[i].setup.priority;
    }
    return NULL;
}

bool sv_dsa_arbitrate(svasim_dsa *dsa, struct job *out)
{
    struct wq *wq = pick_wq(dsa);
    struct wq_entry *entry;

    if (!wq)
        return false;
    entry = &wq->entries[wq->head];
    wq->head = (wq->head + 1) % WQ_ENTRIES_MAX;
    wq->count--;
    wq->credits--;
    memcpy(out->bytes, entry->bytes, 64);
    out->sequence = entry->sequence;
    out->out = (svasim_completion){
        .id = entry->id,
        .submitted_at = entry->submitted_at,
        .started_at = dsa->tick,
        .batch_index = UINT16_MAX,
        .opcode = entry->bytes[7],
        .wq = (uint8_t)(wq - dsa->wqs),
    };
    set_identity(&wq->setup, out);
    return true;
}
