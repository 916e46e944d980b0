/* SPDX-License-Identifier: MIT */
/* devices.c - what a device may do: its context entry, and one PASID entry for each address space
 * that it works in. RID_PASID is 0 everywhere: PASID 0 is what requests without a PASID use. */
#include "driver.h"

#define RID_PASID 0u

/* --- finding entries --- */

static uint64_t context_of(const struct driver *driver, uint16_t source_id)
{
    uint64_t root = driver->root + 16u * (source_id >> 8) + 8u * (source_id >> 7 & 1u);
    return (load(driver, root) & ADDRESS) + 32u * (source_id & 0x7fu);
}

/* Where the PASID entry lies; its table is made if it is missing. */
static uint64_t entry_of(struct driver *driver, uint16_t source_id, uint32_t pasid)
{
    uint64_t directory = load(driver, context_of(driver, source_id)) & ADDRESS;
    uint64_t at = directory + 8u * (pasid >> 6);
    if (!(load(driver, at) & ENTRY_P))
        store(driver, at, take_frame(driver) | ENTRY_P);
    return (load(driver, at) & ADDRESS) + 64u * (pasid & 63u);
}

struct space *pasid_space(struct driver *driver, uint16_t source_id, uint32_t pasid)
{
    for (unsigned i = 0; i < BINDINGS; i++) {
        struct binding *binding = &driver->bindings[i];
        if (binding->space && binding->source_id == source_id && binding->pasid == pasid)
            return binding->space;
    }
    return NULL;
}

static bool remember(struct driver *driver, struct space *space, uint16_t source_id, uint32_t pasid)
{
    for (unsigned i = 0; i < BINDINGS; i++)
        if (!driver->bindings[i].space) {
            driver->bindings[i] = (struct binding){space, source_id, pasid};
            return true;
        }
    return false;
}

static void forget(struct driver *driver, uint16_t source_id, uint32_t pasid)
{
    for (unsigned i = 0; i < BINDINGS; i++) {
        struct binding *binding = &driver->bindings[i];
        if (binding->source_id == source_id && binding->pasid == pasid)
            binding->space = NULL;
    }
}

/* --- context entry, section 9.4 --- */

bool device_add(struct driver *driver, uint16_t source_id, unsigned kind)
{
    uint64_t root = driver->root + 16u * (source_id >> 8) + 8u * (source_id >> 7 & 1u);
    if (!(load(driver, root) & ENTRY_P))
        store(driver, root, take_frame(driver) | ENTRY_P);
    uint64_t entry = context_of(driver, source_id);
    if (load(driver, entry) & ENTRY_P)
        return false;
    uint64_t flags = ENTRY_P | CONTEXT_PASIDE;
    if (kind == DEVICE_ATS)
        flags |= CONTEXT_DTE | (driver->ecap & ECAP_PRS ? CONTEXT_PRE : 0);
    store(driver, entry + 8, RID_PASID);
    /* PDTS 0: a directory of 128 entries, PASIDs up to 2^13. The quadword with P goes last. */
    store(driver, entry, take_frame(driver) | flags);
    if (!(driver->cap & CAP_CM))
        return true; /* nothing of a not-present entry is cached */
    const struct descriptor context[2] = {
        {INV_CC | GRANULARITY(CC_DEVICE) | (uint64_t)source_id << 32, 0},
        {INV_IOTLB | GRANULARITY(IOTLB_DOMAIN), 0},
    };
    return queue_run(driver, context, 2);
}

/* --- PASID entry, section 9.6 --- */

bool pasid_attach(struct driver *driver, uint16_t source_id, uint32_t pasid, struct space *space)
{
    uint64_t entry = entry_of(driver, source_id, pasid);
    if ((load(driver, entry) & ENTRY_P) || !remember(driver, space, source_id, pasid))
        return false;
    uint64_t second = 0, first = 0;
    if (space->type == PGTT_SECOND)
        second = space->root | PASID_AW_48;
    else
        first = space->root; /* FSPM 0: four levels; SRE 0: no supervisor requests */
    if (space->type == PGTT_NESTED)
        second = space->parent | PASID_AW_48;
    for (unsigned i = 3; i < 8; i++)
        store(driver, entry + 8 * i, 0);
    store(driver, entry + 16, first);
    store(driver, entry + 8, space->domain_id | PASID_PWSNP);
    store(driver, entry, second | space->type | ENTRY_P);
    if (!(driver->cap & CAP_CM))
        return true;
    uint64_t did = INV_DID(space->domain_id);
    const struct descriptor fresh[2] = {
        {INV_PC | GRANULARITY(PC_PASID) | did | INV_PASID(pasid), 0},
        {INV_P_IOTLB | GRANULARITY(P_IOTLB_PASID) | did | INV_PASID(pasid), 0},
    };
    return queue_run(driver, fresh, 2);
}

bool device_has_tlb(const struct driver *driver, uint16_t source_id)
{
    return (load(driver, context_of(driver, source_id)) & CONTEXT_DTE) != 0;
}

/* What a device keeps is found by PASID, or by none if the PASID is RID_PASID. */
struct descriptor device_tlb(uint16_t source_id, uint32_t pasid, uint64_t high)
{
    uint64_t low = pasid == RID_PASID
                       ? INV_DEV_TLB | (uint64_t)source_id << 32
                       : INV_P_DEV_TLB | (uint64_t)source_id << 16 | INV_PASID(pasid);
    return (struct descriptor){low, high};
}

/* Take the entry away. P goes first: the rest must stay readable for a walk under way. Then the
 * caches from the general to the particular; tables of a second stage are found by domain only.
 * `left` is 0, or FPD, which must be there from the moment that P is not. */
static bool withdraw(struct driver *driver, uint16_t source_id, uint32_t pasid, uint64_t left)
{
    uint64_t entry = entry_of(driver, source_id, pasid);
    uint64_t low = load(driver, entry), type = low & PGTT_MASK;
    uint64_t did = INV_DID(load(driver, entry + 8) & 0xffff);
    struct descriptor batch[3] = {{INV_PC | GRANULARITY(PC_PASID) | did | INV_PASID(pasid), 0}};
    if (!(low & ENTRY_P))
        return false;
    store(driver, entry, (low & ~ENTRY_P) | left);
    batch[1].low = type == PGTT_FIRST
                       ? INV_P_IOTLB | GRANULARITY(P_IOTLB_PASID) | did | INV_PASID(pasid)
                       : INV_IOTLB | GRANULARITY(IOTLB_DOMAIN) | did;
    batch[2] = device_tlb(source_id, pasid, DEV_TLB_ALL);
    bool ok = queue_run(driver, batch, device_has_tlb(driver, source_id) ? 3 : 2);
    store(driver, entry, left);
    for (unsigned i = 1; i < 8; i++)
        store(driver, entry + 8 * i, 0);
    return ok;
}

/* Wait until no page request of the PASID is left anywhere: first in our queue, then on its way
 * (section 7.10). The device answers its invalidation only after it has sent the page requests
 * that came before; the wait descriptor with PD reports only when those are in the queue. */
static bool drain(struct driver *driver, uint16_t source_id, uint32_t pasid, uint64_t did)
{
    struct descriptor batch[3] = {
        {INV_WAIT | WAIT_FENCE, 0},
        {INV_P_IOTLB | GRANULARITY(P_IOTLB_PASID) | did | INV_PASID(pasid), 0},
    };
    batch[2] = device_tlb(source_id, pasid, DEV_TLB_ALL);
    do {
        page_requests_handle(driver);
        if (!queue_run_wait(driver, batch, 3, WAIT_PAGE_DRAIN))
            return false;
        page_requests_handle(driver);
    } while (reg_read(driver, REG_PRS) & PRS_PRO);
    return true;
}

bool pasid_silence(struct driver *driver, uint16_t source_id, uint32_t pasid)
{
    return withdraw(driver, source_id, pasid, ENTRY_FPD);
}

bool pasid_detach(struct driver *driver, uint16_t source_id, uint32_t pasid)
{
    const struct space *space = pasid_space(driver, source_id, pasid);
    if (!space)
        return false;
    uint64_t did = INV_DID(space->domain_id), entry = entry_of(driver, source_id, pasid);
    bool silent = (load(driver, entry) & (ENTRY_P | ENTRY_FPD)) == ENTRY_FPD;
    bool ok = silent || withdraw(driver, source_id, pasid, 0);
    forget(driver, source_id, pasid);
    if (ok && device_has_tlb(driver, source_id) && (driver->ecap & ECAP_PRS))
        ok = drain(driver, source_id, pasid, did);
    store(driver, entry, 0);
    return ok;
}

/* The device first forgets, while it may still ask; then it may not ask any more. */
bool device_ats_off(struct driver *driver, uint16_t source_id)
{
    uint64_t entry = context_of(driver, source_id);
    struct descriptor forget_all[1] = {{INV_DEV_TLB | (uint64_t)source_id << 32, DEV_TLB_ALL}};
    struct descriptor context[1 + 2 * BINDINGS] = {
        {INV_CC | GRANULARITY(CC_DEVICE) | (uint64_t)source_id << 32, 0}};
    unsigned count = 1;
    if (!queue_run(driver, forget_all, 1))
        return false;
    store(driver, entry, load(driver, entry) & ~(CONTEXT_DTE | CONTEXT_PRE));
    /* A context entry has changed: the caches behind it go by the domains reachable through it. */
    for (unsigned i = 0; i < BINDINGS; i++) {
        const struct binding *binding = &driver->bindings[i];
        if (!binding->space || binding->source_id != source_id)
            continue;
        context[count++].low = INV_PC | GRANULARITY(PC_DOMAIN) | INV_DID(binding->space->domain_id);
    }
    for (unsigned i = 0; i < BINDINGS; i++) {
        const struct binding *binding = &driver->bindings[i];
        if (!binding->space || binding->source_id != source_id)
            continue;
        context[count++].low =
            INV_IOTLB | GRANULARITY(IOTLB_DOMAIN) | INV_DID(binding->space->domain_id);
    }
    return queue_run(driver, context, count);
}
