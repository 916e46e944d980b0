/* SPDX-License-Identifier: MIT */
/* build.c - random machines of what QEMU and the model both know: legacy tables, or scalable ones
 * with a second stage or pass-through for requests without PASID. */
#include "build.h"

#include <string.h>

#define R UINT64_C(1)
#define W UINT64_C(2)

uint64_t word_at(const struct builder *builder, uint64_t address)
{
    const struct scenario *scenario = builder->scenario;
    for (unsigned i = scenario->steps; i-- > 0;)
        if (scenario->step[i].kind == STEP_STORE && scenario->step[i].address == address)
            return scenario->step[i].value;
    for (unsigned i = scenario->stores; i-- > 0;)
        if (scenario->store[i].address == address)
            return scenario->store[i].value;
    return 0;
}

void store(struct builder *builder, uint64_t address, uint64_t value, enum topic topic)
{
    struct scenario *scenario = builder->scenario;
    if (builder->playing) {
        struct step *step = add_step(builder, STEP_STORE, topic);
        step->address = address;
        step->value = value;
        return;
    }
    for (unsigned i = 0; i < scenario->stores; i++) {
        if (scenario->store[i].address == address) {
            scenario->store[i].value = value;
            return;
        }
    }
    if (scenario->stores < STORES_MAX)
        scenario->store[scenario->stores++] = (struct store){address, value};
}

static uint64_t take_page(struct builder *builder)
{
    uint64_t page = TABLES_BASE + UINT64_C(4096) * builder->table_pages;
    builder->table_pages++;
    return page;
}

static unsigned level_shift(unsigned level)
{
    return 12 + 9 * (level - 1);
}

uint64_t random_frame(struct builder *builder, unsigned level)
{
    uint64_t size = UINT64_C(1) << level_shift(level);
    if (one_in(builder, 24))
        return UINT64_C(0xfee00000) & ~(size - 1);
    if (one_in(builder, 5))
        return NOWHERE + below(builder, 16) * size;
    if (one_in(builder, 8))
        return (UINT64_C(1) << (builder->width - 1)) + below(builder, 4) * size;
    if (level == 3)
        return 0;
    return DATA_BASE + below(builder, level == 2 ? 2 : 1024) * size;
}

/* Bits that nobody looks at (section 9.8); PS is one of a 4 KiB leaf. */
static uint64_t ignored_bits(struct builder *builder, unsigned level, bool leaf)
{
    uint64_t all = UINT64_C(0xbff000000000077c) | (leaf && level == 1 ? 0x80 : 0);
    return one_in(builder, 4) ? sv_rng_next(&builder->rng) & all : 0;
}

static void map(struct builder *builder, struct domain *domain, uint64_t iova, unsigned level)
{
    struct page *page = &domain->page[domain->pages++];
    uint64_t table = domain->root;
    *page = (struct page){.iova = iova, .level = level};
    for (unsigned at = domain->levels; at >= level; at--) {
        uint64_t entry_at = table + 8 * (iova >> level_shift(at) & 511);
        uint64_t entry = word_at(builder, entry_at);
        page->entry_at[at] = entry_at;
        if (at == level) {
            uint64_t rights = one_in(builder, 4) ? 1 + below(builder, 2) : R | W;
            page->frame = random_frame(builder, level);
            store(builder, entry_at,
                  page->frame | rights | (level > 1 ? 0x80 : 0) |
                      ignored_bits(builder, level, true),
                  TOPIC_REST);
        } else if (entry & 0x80) { /* a larger page is there */
            domain->pages--;
            return;
        } else if (!entry) {
            table = take_page(builder);
            store(builder, entry_at, table | R | W | ignored_bits(builder, at, false), TOPIC_REST);
        } else {
            table = entry & UINT64_C(0x000ffffffffff000);
        }
    }
}

/* Pages close together, so that they share tables, at addresses that are also good ones where
   nothing translates. */
static void build_domain(struct builder *builder, unsigned index)
{
    struct domain *domain = &builder->domain[index];
    bool four = builder->scenario->unit == UNIT_SCALABLE_48 && !one_in(builder, 3);
    *domain = (struct domain){.id = (uint16_t)(1 + index + below(builder, 200) * 4),
                              .levels = four ? 4 : 3,
                              .root = take_page(builder)};
    uint64_t base =
        one_in(builder, 2) ? DATA_BASE : NOWHERE + (uint64_t)below(builder, 64) * 0x600000;
    if (four && one_in(builder, 2))
        base |= UINT64_C(1) << (40 + below(builder, 7));
    base += UINT64_C(0x200000) * below(builder, 2);
    uint64_t first = base + UINT64_C(4096) * below(builder, 500);
    map(builder, domain, first, 1);
    map(builder, domain, first + 4096 * (1 + below(builder, 8)), 1);
    if (one_in(builder, 2))
        map(builder, domain, (base & ~UINT64_C(0x1fffff)) + 0x400000, 2);
    if (one_in(builder, 3))
        map(builder, domain, (base & ~UINT64_C(0x3fffffff)) + 0x80000000, 3);
}

/* --- from a device to its domain --- */

void context_words(const struct builder *builder, const struct device *device, unsigned domain,
                   uint64_t words[4])
{
    const struct domain *to = &builder->domain[domain];
    memset(words, 0, 4 * sizeof words[0]);
    if (builder->scenario->scalable) {
        words[0] = device->directory_at | UINT64_C(1);
        words[1] = device->rid_pasid;
        return;
    }
    words[0] = to->root | 1;
    words[1] = (uint64_t)to->id << 8 | (to->levels - 2);
}

void pasid_words(const struct builder *builder, unsigned domain, uint64_t words[8])
{
    const struct domain *to = &builder->domain[domain];
    memset(words, 0, 8 * sizeof words[0]);
    words[0] = to->root | 2 << 6 | (to->levels - 2) << 2 | 1;
    words[1] = to->id;
}

/* The table that an entry of another device may have led to already. */
static uint64_t table_of(struct builder *builder, uint64_t entry_at, uint64_t flags)
{
    uint64_t entry = word_at(builder, entry_at);
    if (!entry) {
        entry = take_page(builder) | flags;
        store(builder, entry_at, entry, TOPIC_REST);
    }
    return entry & ~UINT64_C(0xfff);
}

static void add_device(struct builder *builder, unsigned requester)
{
    struct device *device = &builder->device[builder->devices++];
    unsigned devfn = requester_sid[requester] & 0xff;
    uint64_t words[8];
    *device = (struct device){.requester = requester, .domain = below(builder, builder->domains)};
    device->root_at = builder->root + UINT64_C(16) * (requester_sid[requester] >> 8);
    if (!builder->scenario->scalable) {
        device->context_at = table_of(builder, device->root_at, 1) + 16 * devfn;
        context_words(builder, device, device->domain, words);
        if (one_in(builder, 10))
            words[0] |= 2 << 2; /* pass-through */
        for (unsigned i = 0; i < 2; i++)
            store(builder, device->context_at + 8 * i, words[i], TOPIC_REST);
        return;
    }
    if (devfn & 0x80)
        device->root_at += 8;
    device->context_at = table_of(builder, device->root_at, 1) + 32 * (devfn & 0x7f);
    device->rid_pasid = one_in(builder, 3) ? 1 + below(builder, 126) : 0;
    device->directory_at = take_page(builder);
    context_words(builder, device, device->domain, words);
    for (unsigned i = 0; i < 2; i++)
        store(builder, device->context_at + 8 * i, words[i], TOPIC_REST);
    uint64_t in_directory = device->directory_at + 8 * (device->rid_pasid >> 6);
    device->pasid_at = table_of(builder, in_directory, 1) + 64 * (device->rid_pasid & 63);
    pasid_words(builder, device->domain, words);
    if (one_in(builder, 10))
        words[0] = (words[0] & ~UINT64_C(0x1c0)) | 4 << 6;
    for (unsigned i = 0; i < 2; i++)
        store(builder, device->pasid_at + 8 * i, words[i], TOPIC_REST);
}

void machine_build(struct builder *builder)
{
    struct scenario *scenario = builder->scenario;
    builder->width = scenario->unit == UNIT_LEGACY_39 ? 39 : 48;
    builder->root = take_page(builder);
    scenario->rtaddr = builder->root | (scenario->scalable ? 1u << 10 : 0);
    builder->domains = 1 + below(builder, DOMAINS_MAX);
    for (unsigned i = 0; i < builder->domains; i++)
        build_domain(builder, i);
    unsigned first = below(builder, REQUESTERS), count = 1 + below(builder, DEVICES_MAX);
    for (unsigned i = 0; i < count; i++)
        add_device(builder, (first + i) % REQUESTERS);
}

/* --- damage --- */

/* A context or PASID entry that leads somewhere else gets a domain of its own: two trees under one
   domain id are another mistake, after which caches may mix them. */
static void make_foreign(struct builder *builder, const struct device *device)
{
    if (builder->scenario->scalable)
        store(builder, device->pasid_at + 8,
              (word_at(builder, device->pasid_at + 8) & ~UINT64_C(0xffff)) | 0x7007, TOPIC_REST);
    else
        store(builder, device->context_at + 8,
              (word_at(builder, device->context_at + 8) & ~UINT64_C(0xffff00)) | 0x7007 << 8,
              TOPIC_REST);
}

static void flip(struct builder *builder, uint64_t address, uint64_t bits)
{
    store(builder, address, word_at(builder, address) ^ bits, TOPIC_REST);
}

static uint64_t any_bit(struct builder *builder, unsigned low, unsigned high)
{
    return UINT64_C(1) << (low + below(builder, high - low + 1));
}

/* Not there, reserved bits, a table where no memory is. */
static void damage_link(struct builder *builder, uint64_t address, unsigned reserved_high)
{
    switch (below(builder, 4)) {
    case 0:
        flip(builder, address, 1);
        break;
    case 1:
        flip(builder, address, any_bit(builder, 4, reserved_high));
        break;
    case 2:
        flip(builder, address, any_bit(builder, builder->width, 63));
        break;
    default:
        store(builder, address, (word_at(builder, address) & 0xfff) | NOWHERE, TOPIC_REST);
        break;
    }
}

static void damage_legacy_context(struct builder *builder, const struct device *device)
{
    uint64_t at = device->context_at;
    switch (below(builder, 5)) {
    case 0:
        damage_link(builder, at, 11);
        break;
    case 1:
        flip(builder, at, any_bit(builder, 2, 3));
        break;
    case 2:
        flip(builder, at + 8, any_bit(builder, 0, 2));
        break;
    case 3:
        flip(builder, at + 8, any_bit(builder, 24, 63));
        break;
    default:
        flip(builder, at + 8, UINT64_C(1) << 7);
        break;
    }
    make_foreign(builder, device);
}

static void damage_scalable(struct builder *builder, const struct device *device)
{
    uint64_t in_directory = device->directory_at + 8 * (device->rid_pasid >> 6);
    switch (below(builder, 9)) {
    case 0:
        damage_link(builder, device->context_at, 8);
        break;
    case 8: /* what needs a capability */
        flip(builder, device->context_at, any_bit(builder, 2, 4));
        break;
    case 1:
        flip(builder, device->context_at + 8 * (1 + below(builder, 3)), any_bit(builder, 21, 63));
        break;
    case 2:
        damage_link(builder, in_directory, 11);
        break;
    case 3:
        flip(builder, device->pasid_at, 1);
        break;
    case 4: /* type */
        flip(builder, device->pasid_at, any_bit(builder, 6, 8));
        break;
    case 5: /* width */
        flip(builder, device->pasid_at, any_bit(builder, 2, 4));
        break;
    case 6: /* reserved */
        flip(builder, device->pasid_at + 8 * (1 + below(builder, 7)), any_bit(builder, 16, 63));
        break;
    default: /* the root of the second stage */
        damage_link(builder, device->pasid_at, 5);
        break;
    }
    make_foreign(builder, device);
}

static void damage_paging(struct builder *builder, const struct device *device)
{
    struct domain *domain = &builder->domain[device->domain];
    struct page *page = &domain->page[below(builder, domain->pages)];
    unsigned level = page->level + below(builder, domain->levels - page->level + 1);
    uint64_t at = page->entry_at[level];
    switch (below(builder, 7)) {
    case 0:
        store(builder, at, 0, TOPIC_REST);
        break;
    case 1: /* one right less */
        flip(builder, at, 1 + below(builder, 2));
        break;
    case 2: /* reserved in every entry, or above the width */
        flip(builder, at,
             one_in(builder, 2) ? UINT64_C(1) << 11 : any_bit(builder, builder->width, 51));
        break;
    case 3:
        flip(builder, at, any_bit(builder, 52, 63));
        break;
    case 4: /* large pages where there are none, and below their alignment */
        flip(builder, at, level == page->level && level > 1 ? any_bit(builder, 12, 20) : 0x80);
        break;
    case 5:
        store(builder, at, (word_at(builder, at) & 0xfff) | NOWHERE, TOPIC_REST);
        break;
    default: /* ignored */
        flip(builder, at, any_bit(builder, 2, 6));
        break;
    }
}

static void damage_device(struct builder *builder, const struct device *device)
{
    bool scalable = builder->scenario->scalable;
    if (one_in(builder, 4)) /* silence */
        flip(builder,
             scalable && one_in(builder, 2)   ? device->pasid_at
             : scalable && one_in(builder, 3) ? device->directory_at + 8 * (device->rid_pasid >> 6)
                                              : device->context_at,
             2);
    switch (below(builder, 8)) {
    case 0:
        damage_link(builder, device->root_at, 11);
        break;
    case 1:
        if (!scalable)
            flip(builder, device->root_at + 8, any_bit(builder, 0, 63));
        break;
    case 2:
    case 3:
    case 4:
        if (scalable)
            damage_scalable(builder, device);
        else
            damage_legacy_context(builder, device);
        break;
    default:
        damage_paging(builder, device);
        break;
    }
}

void machine_damage(struct builder *builder)
{
    unsigned count = one_in(builder, 2) ? 0 : 1 + below(builder, 2);
    for (unsigned i = 0; i < count; i++)
        damage_device(builder, &builder->device[below(builder, builder->devices)]);
}
