/* SPDX-License-Identifier: MIT */
/* build.h - what the parts of the generator share: the machine as software sees it. */
#ifndef QEMU_BUILD_H
#define QEMU_BUILD_H

#include "base/rng.h"
#include "scenario.h"

#define DOMAINS_MAX 2u
#define PAGES_MAX   6u
#define DEVICES_MAX 3u

/* A mapped page, and the entries that lead to it: entry_at[1] is a 4 KiB page's own. */
struct page {
    uint64_t iova, frame;
    unsigned level;
    uint64_t entry_at[5];
};

struct domain {
    uint16_t id;
    unsigned levels;
    uint64_t root;
    unsigned pages;
    struct page page[PAGES_MAX];
};

struct device {
    unsigned requester, domain;
    uint64_t root_at, context_at, directory_at, pasid_at; /* of their first quadwords */
    uint32_t rid_pasid;
};

struct builder {
    struct scenario *scenario;
    struct sv_rng rng;
    bool playing; /* stores are steps from now on */
    bool dirty;   /* some change was not invalidated as it should have been */
    unsigned table_pages, tail, waits;
    unsigned next_slot[REQUESTERS];
    uint64_t root;
    unsigned width; /* of addresses */
    unsigned domains, devices;
    struct domain domain[DOMAINS_MAX];
    struct device device[DEVICES_MAX];
};

static inline unsigned below(struct builder *builder, unsigned bound)
{
    return sv_rng_below(&builder->rng, bound);
}

static inline bool one_in(struct builder *builder, unsigned n)
{
    return below(builder, n) == 0;
}

/* Software's view of memory: what it stored last. */
uint64_t word_at(const struct builder *builder, uint64_t address);
void store(struct builder *builder, uint64_t address, uint64_t value, enum topic topic);

/* A root table, up to three devices and up to two domains with a few pages each. */
void machine_build(struct builder *builder);
/* Do things to it that software should not. */
void machine_damage(struct builder *builder);
/* Entries of `device` for `domain`, as words of memory. */
void context_words(const struct builder *builder, const struct device *device, unsigned domain,
                   uint64_t words[4]);
void pasid_words(const struct builder *builder, unsigned domain, uint64_t words[8]);
/* Where a page of this size may lie. */
uint64_t random_frame(struct builder *builder, unsigned level);

struct step *add_step(struct builder *builder, enum step_kind kind, enum topic topic);
void set_register(struct builder *builder, unsigned offset, unsigned bytes, uint64_t value,
                  enum topic topic);
void get_register(struct builder *builder, unsigned offset, unsigned bytes, enum topic topic);
void dma(struct builder *builder, const struct device *device, uint64_t address, bool write,
         bool fresh, enum topic topic);
/* Look at the fault record and, mostly, make room for the next. */
void look_at_faults(struct builder *builder);

/* --- what to ask for --- */

const struct device *any_device(struct builder *builder);
/* An address inside a page; where the page is huge, one whose frame is in the data area if any. */
uint64_t inside(struct builder *builder, const struct page *page);
/* Mostly inside one, sometimes next to it or too wide. */
uint64_t any_address(struct builder *builder, const struct device *device);

/* --- acts of switches.c --- */

void translation_off(struct builder *builder);
void new_root(struct builder *builder);
void queue_off(struct builder *builder);
void events(struct builder *builder);
void bad_descriptor(struct builder *builder);
void bad_registers(struct builder *builder);
/* Both sides go separate ways after these. */
void odd_descriptor(struct builder *builder);
void odd_mode(struct builder *builder);
void odd_registers(struct builder *builder);
void odd_filling(struct builder *builder);

/* --- invalidations --- */

struct descriptor {
    uint64_t low, high;
};
/* Put into the queue, and have it done. */
void queue_push(struct builder *builder, struct descriptor descriptor, enum topic topic);
void queue_run(struct builder *builder, enum topic topic);
/* A random invalidation near what changed; may be too little. */
void invalidate_something(struct builder *builder, const struct device *device, uint64_t address);
/* Whatever was changed before, nothing stale is left. */
void invalidate_all(struct builder *builder);

/* What was changed: how much has to be invalidated follows from it. */
enum change { CHANGED_LEAF, CHANGED_TABLE, CHANGED_PASID, CHANGED_CONTEXT, CHANGED_ROOT };
void invalidate_as_told(struct builder *builder, enum change change, const struct device *device,
                        uint16_t domain_id, uint64_t address);

#endif
