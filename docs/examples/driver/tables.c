/* SPDX-License-Identifier: MIT */
/* tables.c - paging structures of four levels with 4 KiB pages: the processor's format in the
 * first stage (section 9.7), the other one in the second (9.8). */
#include "driver.h"

#define LEVELS 4u

static bool is_second(const struct space *space)
{
    return space->type == PGTT_SECOND;
}

void space_create(struct driver *driver, struct space *space, uint64_t type, uint16_t domain_id)
{
    *space = (struct space){.type = type, .root = take_frame(driver), .domain_id = domain_id};
}

/* The domain id of a nested space is its parent's: an invalidation of the parent must reach
 * everything that was derived from it. */
void space_create_nested(struct driver *driver, struct space *space, const struct space *parent,
                         uint64_t lies_at, uint64_t root)
{
    (void)driver;
    *space = (struct space){.type = PGTT_NESTED,
                            .root = root,
                            .parent = parent->root,
                            .lies_at = lies_at,
                            .domain_id = parent->domain_id};
}

/* Guest tables come out of guest memory, in the pages after the guest's root. */
static uint64_t new_table(struct driver *driver, const struct space *space)
{
    if (space->type != PGTT_NESTED)
        return take_frame(driver);
    uint64_t page = space->root + PAGE_BYTES;
    while (load(driver, space->lies_at + page + PAGE_BYTES - 8) != 0)
        page += PAGE_BYTES;
    /* Entry 511 marks the page as taken; guests of this size never map there. */
    store(driver, space->lies_at + page + PAGE_BYTES - 8, FIRST_US);
    return page;
}

/* Where the leaf of `address` lies; missing tables are made if asked to, else 0. */
static uint64_t leaf_of(struct driver *driver, const struct space *space, uint64_t address,
                        bool make)
{
    uint64_t table = space->root;
    uint64_t flags = is_second(space) ? SECOND_R | SECOND_W : FIRST_P | FIRST_RW | FIRST_US;
    for (unsigned level = LEVELS;; level--) {
        uint64_t at = space->lies_at + table + 8 * (address >> (3 + 9 * level) & 0x1ff);
        if (level == 1)
            return at;
        uint64_t entry = load(driver, at);
        if (!(entry & flags)) {
            if (!make)
                return 0;
            entry = new_table(driver, space) | flags;
            store(driver, at, entry);
        }
        table = entry & ADDRESS;
    }
}

/* A page that was not present needs no invalidation, unless the unit caches even that (CM). */
void space_map(struct driver *driver, const struct space *space, uint64_t address, uint64_t target,
               bool writable)
{
    uint64_t rights = is_second(space) ? SECOND_R | (writable ? SECOND_W : 0)
                                       : FIRST_P | FIRST_US | (writable ? FIRST_RW : 0);
    store(driver, leaf_of(driver, space, address, true), target | rights);
    if (driver->cap & CAP_CM)
        (void)space_flush_page(driver, space, address);
}

void space_unmap_unflushed(struct driver *driver, const struct space *space, uint64_t address)
{
    uint64_t leaf = leaf_of(driver, space, address, false);
    if (leaf)
        store(driver, leaf, 0);
}

/* Second-stage translations are found by domain, first-stage ones by domain and PASID: one
 * descriptor, or one for each PASID that uses the tables (section 6.5.3.3). */
static unsigned flush_unit(const struct driver *driver, const struct space *space, uint64_t page,
                           struct descriptor *out)
{
    unsigned count = 0;
    uint64_t did = INV_DID(space->domain_id);
    if (is_second(space)) {
        unsigned granularity = driver->cap & CAP_PSI ? IOTLB_PAGE : IOTLB_DOMAIN;
        out[0].low = INV_IOTLB | GRANULARITY(granularity) | did;
        out[0].high = page | INV_IH;
        return 1;
    }
    for (unsigned i = 0; i < BINDINGS; i++) {
        const struct binding *binding = &driver->bindings[i];
        if (binding->space != space)
            continue;
        out[count].low = INV_P_IOTLB | GRANULARITY(P_IOTLB_PAGE) | did | INV_PASID(binding->pasid);
        out[count++].high = page | INV_IH;
    }
    return count;
}

/* The unit first, then the devices that keep translations: they would fetch the old one again. The
 * queue does not keep that order by itself for every pair of descriptors, a fence does. */
bool space_flush_page(struct driver *driver, const struct space *space, uint64_t address)
{
    struct descriptor batch[1 + 2 * BINDINGS];
    uint64_t page = address & ~(PAGE_BYTES - 1);
    unsigned count = flush_unit(driver, space, page, batch);
    batch[count++] = (struct descriptor){INV_WAIT | WAIT_FENCE, 0};
    for (unsigned i = 0; i < BINDINGS; i++) {
        const struct binding *binding = &driver->bindings[i];
        if (binding->space == space && device_has_tlb(driver, binding->source_id))
            batch[count++] = device_tlb(binding->source_id, binding->pasid, page);
    }
    return queue_run(driver, batch, count);
}

bool space_unmap(struct driver *driver, const struct space *space, uint64_t address)
{
    space_unmap_unflushed(driver, space, address);
    return space_flush_page(driver, space, address);
}
