/* SPDX-License-Identifier: MIT */
/* scenario.c - what happens to a machine: DMA in tables at rest, tables that change under it, and
 * the acts of switches.c. */
#include "build.h"

#include <inttypes.h>
#include <string.h>

struct step *add_step(struct builder *builder, enum step_kind kind, enum topic topic)
{
    static struct step lost;
    struct scenario *scenario = builder->scenario;
    struct step *step = scenario->steps < STEPS_MAX ? &scenario->step[scenario->steps++] : &lost;
    *step = (struct step){.kind = (uint8_t)kind, .topic = (uint8_t)topic};
    return step;
}

void set_register(struct builder *builder, unsigned offset, unsigned bytes, uint64_t value,
                  enum topic topic)
{
    struct step *step = add_step(builder, STEP_SET, topic);
    step->address = offset;
    step->bytes = (uint8_t)bytes;
    step->value = value;
}

void get_register(struct builder *builder, unsigned offset, unsigned bytes, enum topic topic)
{
    struct step *step = add_step(builder, STEP_GET, topic);
    step->address = offset;
    step->bytes = (uint8_t)bytes;
}

void dma(struct builder *builder, const struct device *device, uint64_t address, bool write,
         bool fresh, enum topic topic)
{
    struct step *step = add_step(builder, write ? STEP_WRITE_DMA : STEP_READ_DMA, topic);
    step->requester = (uint8_t)device->requester;
    step->address = address;
    step->value = builder->next_slot[device->requester]++;
    step->fresh = fresh;
}

void look_at_faults(struct builder *builder)
{
    get_register(builder, REG_FSTS, 4, TOPIC_FAULT_LOG);
    get_register(builder, REG_FRCD_LOW, 8, TOPIC_FAULT_LOG);
    get_register(builder, REG_FRCD_HIGH, 8, TOPIC_FAULT_LOG);
    if (one_in(builder, 5))
        return;
    if (one_in(builder, 2))
        set_register(builder, REG_FRCD_HIGH, 8, UINT64_C(1) << 63, TOPIC_FAULT_LOG);
    else
        set_register(builder, REG_FRCD_HIGH + 4, 4, UINT64_C(1) << 31, TOPIC_FAULT_LOG);
    if (!one_in(builder, 8))
        set_register(builder, REG_FSTS, 4, 1, TOPIC_FAULT_LOG);
    get_register(builder, REG_FSTS, 4, TOPIC_FAULT_LOG);
}

/* --- DMA --- */

const struct device *any_device(struct builder *builder)
{
    return &builder->device[below(builder, builder->devices)];
}

uint64_t inside(struct builder *builder, const struct page *page)
{
    uint64_t offset = UINT64_C(4) * below(builder, 1024);
    if (page->level == 3)
        return page->iova + DATA_BASE + offset;
    return page->iova + offset + (page->level == 2 ? UINT64_C(4096) * below(builder, 512) : 0);
}

uint64_t any_address(struct builder *builder, const struct device *device)
{
    unsigned of = one_in(builder, 10) ? below(builder, builder->domains) : device->domain;
    const struct domain *domain = &builder->domain[of];
    const struct page *page = &domain->page[below(builder, domain->pages)];
    switch (below(builder, 16)) {
    case 0: /* next door */
        return inside(builder, page) + (UINT64_C(4096) << below(builder, 10));
    case 1: /* too wide */
        return inside(builder, page) | UINT64_C(1) << (domain->levels * 9 + 12 + below(builder, 4));
    case 2:
        return DATA_BASE + UINT64_C(4) * below(builder, 0x100000);
    default:
        return inside(builder, page);
    }
}

static void burst(struct builder *builder)
{
    unsigned count = 1 + below(builder, 3);
    for (unsigned i = 0; i < count; i++) {
        const struct device *device = any_device(builder);
        if (one_in(builder, 150)) /* the interrupt range; a write there would be an interrupt */
            dma(builder, device, UINT64_C(0xfee00000) + 4 * below(builder, 1024), false, false,
                TOPIC_REST);
        else
            dma(builder, device, any_address(builder, device), one_in(builder, 2), false,
                TOPIC_REST);
        look_at_faults(builder);
    }
}

/* --- changes, and who notices --- */

static uint16_t domain_id_of(const struct builder *builder, const struct device *device)
{
    uint64_t word = builder->scenario->scalable ? word_at(builder, device->pasid_at + 8)
                                                : word_at(builder, device->context_at + 8) >> 8;
    return (uint16_t)word;
}

static void change_leaf(struct builder *builder, const struct page *page)
{
    uint64_t entry = word_at(builder, page->entry_at[page->level]);
    switch (below(builder, 4)) {
    case 0:
        entry = 0;
        break;
    case 1:
        entry ^= 1 + below(builder, 3);
        break;
    default:
        entry = (entry & ~UINT64_C(0x000ffffffffff000)) | random_frame(builder, page->level);
        break;
    }
    store(builder, page->entry_at[page->level], entry, TOPIC_CHANGE_LEAF);
}

static void change_words(struct builder *builder, uint64_t at, const uint64_t *words,
                         unsigned count, enum topic topic)
{
    for (unsigned i = 0; i < count; i++)
        if (word_at(builder, at + 8 * i) != words[i])
            store(builder, at + 8 * i, words[i], topic);
}

static enum change change_entries(struct builder *builder, struct device *device)
{
    uint64_t words[8];
    unsigned other = below(builder, builder->domains);
    bool scalable = builder->scenario->scalable;
    if (one_in(builder, 6)) {
        store(builder, device->root_at, word_at(builder, device->root_at) ^ 1, TOPIC_CHANGE_ROOT);
        return CHANGED_ROOT;
    }
    if (scalable && !one_in(builder, 3)) {
        pasid_words(builder, other, words);
        if (one_in(builder, 4))
            words[0] ^= 1;
        else if (one_in(builder, 4))
            words[0] ^= 6 << 6; /* pass-through */
        device->domain = other;
        change_words(builder, device->pasid_at, words, 2, TOPIC_CHANGE_PASID);
        return CHANGED_PASID;
    }
    context_words(builder, device, other, words);
    if (one_in(builder, 3))
        words[0] ^= 1;
    else if (!scalable && one_in(builder, 4))
        words[0] |= 2 << 2; /* pass-through */
    if (!scalable)
        device->domain = other;
    change_words(builder, device->context_at, words, scalable ? 4 : 2, TOPIC_CHANGE_CONTEXT);
    return CHANGED_CONTEXT;
}

/* Fill the caches, change what they hold, invalidate too little, too much or just enough, and ask
   again. */
static void change(struct builder *builder)
{
    struct device *device = &builder->device[below(builder, builder->devices)];
    const struct device *other = any_device(builder);
    const struct domain *domain = &builder->domain[device->domain];
    const struct page *page = &domain->page[below(builder, domain->pages)];
    uint64_t address = inside(builder, page);
    uint16_t domain_id = domain_id_of(builder, device);
    bool together = domain_id_of(builder, other) == domain_id;
    bool write = one_in(builder, 2);
    enum change what;
    dma(builder, device, address, write, false, TOPIC_REST);
    dma(builder, other, any_address(builder, other), write, false, TOPIC_REST);
    look_at_faults(builder);
    unsigned level = page->level + 1, kind = below(builder, 8);
    if (kind < 3) {
        change_leaf(builder, page);
        what = CHANGED_LEAF;
    } else if (kind == 3 && level < 4 && level <= domain->levels) {
        store(builder, page->entry_at[level],
              one_in(builder, 2) ? 0 : word_at(builder, page->entry_at[level]) ^ 2,
              TOPIC_CHANGE_TABLE);
        what = CHANGED_TABLE;
    } else {
        what = change_entries(builder, device);
    }
    if (one_in(builder, 3)) {
        dma(builder, device, address, write, false, TOPIC_STALE);
        look_at_faults(builder);
    }
    bool enough = one_in(builder, 2);
    if (enough && !builder->dirty) {
        invalidate_as_told(builder, what, device, domain_id, address);
    } else if (enough) {
        invalidate_all(builder);
    } else {
        builder->dirty = true;
        for (unsigned i = below(builder, 3); i > 0; i--)
            invalidate_something(builder, device, address);
    }
    dma(builder, device, address, write, enough, TOPIC_STALE);
    look_at_faults(builder);
    dma(builder, other, inside(builder, page), !write, enough && together, TOPIC_STALE);
    look_at_faults(builder);
}

static void act_oddly(struct builder *builder)
{
    switch (below(builder, builder->scenario->scalable ? 4 : 2)) {
    case 0:
        odd_descriptor(builder);
        break;
    case 1:
        odd_mode(builder);
        break;
    case 2:
        odd_filling(builder);
        break;
    default:
        odd_registers(builder);
        break;
    }
}

static void act(struct builder *builder)
{
    unsigned n = below(builder, 24);
    if (n == 0)
        translation_off(builder);
    else if (n == 1)
        new_root(builder);
    else if (n == 2)
        queue_off(builder);
    else if (n == 3)
        events(builder);
    else if (n == 4 && !builder->scenario->scalable && one_in(builder, 3))
        bad_registers(builder);
    else if (n == 4)
        bad_descriptor(builder);
    else if (n < 13)
        burst(builder);
    else
        change(builder);
}

void scenario_make(struct scenario *scenario, uint64_t seed, uint64_t number)
{
    struct builder builder = {.scenario = scenario};
    builder.rng.state = seed * UINT64_C(0x9e3779b97f4a7c15) + number * UINT64_C(0xd1342543de82ef95);
    memset(scenario, 0, sizeof *scenario);
    scenario->seed = seed;
    scenario->number = number;
    scenario->unit = (uint8_t)(number % UNIT_COUNT);
    scenario->scalable = scenario->unit == UNIT_SCALABLE_48 && !one_in(&builder, 4);
    scenario->all_caches = one_in(&builder, scenario->scalable ? 2 : 3);
    scenario->wide_queue = scenario->scalable && !one_in(&builder, 100);
    machine_build(&builder);
    machine_damage(&builder);
    builder.playing = true;
    unsigned acts = 1 + below(&builder, 4);
    for (unsigned i = 0; i < acts && scenario->steps < STEPS_MAX - 80; i++)
        act(&builder);
    if (one_in(&builder, 25))
        act_oddly(&builder);
}
