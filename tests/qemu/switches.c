/* SPDX-License-Identifier: MIT */
/* switches.c - acts of a scenario in which software switches things on and off, does what the
 * queue refuses, or what QEMU takes and the specification does not. */
#include "build.h"

void translation_off(struct builder *builder)
{
    const struct device *device = any_device(builder);
    set_register(builder, REG_GCMD, 4, GCMD_QIE, TOPIC_TRANSLATION_OFF);
    get_register(builder, REG_GSTS, 4, TOPIC_TRANSLATION_OFF);
    dma(builder, device, DATA_BASE + UINT64_C(4) * below(builder, 0x100000), one_in(builder, 2),
        false, TOPIC_TRANSLATION_OFF);
    set_register(builder, REG_GCMD, 4, GCMD_QIE | GCMD_TE, TOPIC_TRANSLATION_OFF);
    get_register(builder, REG_GSTS, 4, TOPIC_TRANSLATION_OFF);
    invalidate_all(builder);
    dma(builder, device, any_address(builder, device), one_in(builder, 2), true,
        TOPIC_TRANSLATION_OFF);
    look_at_faults(builder);
}

/* A root table for the first device only. */
void new_root(struct builder *builder)
{
    uint64_t page = TABLES_BASE + UINT64_C(4096) * builder->table_pages++;
    const struct device *device = &builder->device[0];
    uint64_t offset = device->root_at - builder->root;
    if (offset > 4095)
        return;
    store(builder, page + offset, word_at(builder, device->root_at), TOPIC_NEW_ROOT);
    set_register(builder, REG_RTADDR, 8, page | (builder->scenario->scalable ? 1u << 10 : 0),
                 TOPIC_NEW_ROOT);
    get_register(builder, REG_RTADDR, 8, TOPIC_NEW_ROOT);
    dma(builder, device, any_address(builder, device), one_in(builder, 2), false, TOPIC_NEW_ROOT);
    look_at_faults(builder);
    set_register(builder, REG_GCMD, 4, GCMD_TE | GCMD_QIE | GCMD_SRTP, TOPIC_NEW_ROOT);
    get_register(builder, REG_GSTS, 4, TOPIC_NEW_ROOT);
    invalidate_all(builder);
    for (unsigned i = 0; i < builder->devices; i++) {
        builder->device[i].root_at += page - builder->root;
        dma(builder, &builder->device[i], any_address(builder, &builder->device[i]),
            one_in(builder, 2), true, TOPIC_NEW_ROOT);
        look_at_faults(builder);
    }
    builder->root = page;
}

void queue_off(struct builder *builder)
{
    queue_push(builder, (struct descriptor){5 | 1 << 5, STATUS_BASE}, TOPIC_WAIT);
    queue_run(builder, TOPIC_WAIT);
    set_register(builder, REG_GCMD, 4, GCMD_TE, TOPIC_QUEUE_OFF);
    get_register(builder, REG_GSTS, 4, TOPIC_QUEUE_OFF);
    get_register(builder, REG_IQH, 8, TOPIC_QUEUE_OFF);
    set_register(builder, REG_IQT, 8, 0, TOPIC_QUEUE_OFF);
    set_register(builder, REG_GCMD, 4, GCMD_TE | GCMD_QIE, TOPIC_QUEUE_OFF);
    get_register(builder, REG_GSTS, 4, TOPIC_QUEUE_OFF);
    get_register(builder, REG_IQH, 8, TOPIC_QUEUE_OFF);
    builder->tail = 0;
}

/* Fault events and completion events, masked and not. */
void events(struct builder *builder)
{
    const struct device *device = any_device(builder);
    bool masked = one_in(builder, 2);
    set_register(builder, REG_FEADDR, 4, 0xfee00000, TOPIC_EVENT);
    set_register(builder, REG_FEDATA, 4, 0x40 + below(builder, 100), TOPIC_EVENT);
    get_register(builder, REG_FECTL, 4, TOPIC_EVENT);
    set_register(builder, REG_FECTL, 4, masked ? 0x80000000 : 0, TOPIC_EVENT);
    get_register(builder, REG_FEDATA, 4, TOPIC_EVENT);
    dma(builder, device, any_address(builder, device), one_in(builder, 2), false, TOPIC_EVENT);
    get_register(builder, REG_FECTL, 4, TOPIC_EVENT);
    look_at_faults(builder);
    get_register(builder, REG_FECTL, 4, TOPIC_EVENT);
    if (one_in(builder, 2))
        set_register(builder, REG_FECTL, 4, masked ? 0 : 0x80000000, TOPIC_EVENT);
    get_register(builder, REG_FECTL, 4, TOPIC_EVENT);
    if (one_in(builder, 2))
        set_register(builder, REG_IECTL, 4, one_in(builder, 2) ? 0 : 0x80000000, TOPIC_EVENT);
    queue_push(builder, (struct descriptor){5 | 1 << 4, 0}, TOPIC_WAIT);
    queue_run(builder, TOPIC_WAIT);
    get_register(builder, REG_ICS, 4, TOPIC_EVENT);
    get_register(builder, REG_IECTL, 4, TOPIC_EVENT);
    if (one_in(builder, 2))
        set_register(builder, REG_ICS, 4, 1, TOPIC_EVENT);
    get_register(builder, REG_IECTL, 4, TOPIC_EVENT);
}

/* A descriptor that stops the queue, and the way out. */
void bad_descriptor(struct builder *builder)
{
    static const struct descriptor bad[] = {
        {0, 0},
        {0xf, 0},
        {0xc, 0},
        {1, 0},
        {2, 0},
        {1 | 1 << 4 | 1 << 15, 0},
        {1 | 1 << 4, 1},
        {2 | 1 << 4, 0x80},
        {2 | 3 << 4 | 1 << 16, 0x1000 | 19},
        {5 | 1 << 5 | 1 << 10, STATUS_BASE},
        {2 | 1 << 4 | UINT64_C(1) << 40, 0},
    };
    unsigned slot = builder->tail;
    uint64_t bytes = builder->scenario->wide_queue ? 32 : 16;
    queue_push(builder, bad[below(builder, sizeof bad / sizeof bad[0])], TOPIC_BAD_DESCRIPTOR);
    queue_push(builder, (struct descriptor){2 | 1 << 4, 0}, TOPIC_IOTLB_GLOBAL);
    queue_run(builder, TOPIC_BAD_DESCRIPTOR);
    get_register(builder, REG_IQERCD, 8, TOPIC_BAD_DESCRIPTOR);
    store(builder, QUEUE_BASE + slot * bytes, 2 | 1 << 4, TOPIC_BAD_DESCRIPTOR);
    store(builder, QUEUE_BASE + slot * bytes + 8, 0, TOPIC_BAD_DESCRIPTOR);
    set_register(builder, REG_FSTS, 4, 0x10, TOPIC_BAD_DESCRIPTOR);
    queue_run(builder, TOPIC_BAD_DESCRIPTOR);
}

/* Requests by register that ask for nothing there is: the granularity done is 0, and so is what
   they do (sections 11.4.6.1 and 11.4.6.3). */
void bad_registers(struct builder *builder)
{
    const struct device *device = any_device(builder);
    uint64_t address = any_address(builder, device);
    dma(builder, device, address, false, false, TOPIC_BY_REGISTER);
    look_at_faults(builder);
    queue_off(builder);
    set_register(builder, REG_GCMD, 4, GCMD_TE, TOPIC_BY_REGISTER);
    set_register(builder, REG_CCMD, 8, UINT64_C(1) << 63, TOPIC_BY_REGISTER);
    get_register(builder, REG_CCMD, 8, TOPIC_BY_REGISTER);
    set_register(builder, REG_IOTLB, 8, UINT64_C(1) << 63, TOPIC_BY_REGISTER);
    get_register(builder, REG_IOTLB, 8, TOPIC_BY_REGISTER);
    set_register(builder, REG_IVA, 8, 19 + below(builder, 45), TOPIC_BY_REGISTER);
    set_register(builder, REG_IOTLB, 8, UINT64_C(11) << 60, TOPIC_BY_REGISTER);
    get_register(builder, REG_IOTLB, 8, TOPIC_BY_REGISTER);
    if (one_in(builder, 2)) { /* the mask counts for pages only */
        set_register(builder, REG_IOTLB, 8, UINT64_C(9) << 60, TOPIC_BY_REGISTER);
        get_register(builder, REG_IOTLB, 8, TOPIC_BY_REGISTER);
    }
    set_register(builder, REG_IQT, 8, 0, TOPIC_BY_REGISTER);
    set_register(builder, REG_GCMD, 4, GCMD_TE | GCMD_QIE, TOPIC_BY_REGISTER);
    builder->dirty = true;
    store(builder, device->root_at, word_at(builder, device->root_at) ^ 1, TOPIC_CHANGE_ROOT);
    dma(builder, device, address, true, false, TOPIC_STALE);
    look_at_faults(builder);
    store(builder, device->root_at, word_at(builder, device->root_at) ^ 1, TOPIC_CHANGE_ROOT);
}

/* What the specification refuses, or allows, and QEMU does not. Both sides go separate ways. */
void odd_descriptor(struct builder *builder)
{
    static const struct descriptor legacy[] = {{7 | 3 << 4, 0}, {6 | 2 << 4, 0}, {4, 0}, {3, 0}};
    static const struct descriptor scalable[] = {{7 | 2 << 4, 0}, {6, 0}, {4, 0}, {3, 0}};
    unsigned n = below(builder, 5);
    if (n == 4)
        queue_push(builder, (struct descriptor){5 | 1 << 6, 0}, TOPIC_FENCE);
    else
        queue_push(builder, builder->scenario->scalable ? scalable[n] : legacy[n], TOPIC_TOLERATED);
    queue_run(builder, n == 4 ? TOPIC_FENCE : TOPIC_TOLERATED);
}

void odd_mode(struct builder *builder)
{
    const struct device *device = any_device(builder);
    unsigned mode =
        builder->scenario->unit == UNIT_LEGACY_39 ? 1 + below(builder, 3) : 2 + below(builder, 2);
    set_register(builder, REG_RTADDR, 8, builder->root | mode << 10, TOPIC_TABLE_MODE);
    set_register(builder, REG_GCMD, 4, GCMD_TE | GCMD_QIE | GCMD_SRTP, TOPIC_TABLE_MODE);
    dma(builder, device, any_address(builder, device), one_in(builder, 2), false, TOPIC_TABLE_MODE);
    look_at_faults(builder);
}

/* Registers are for legacy mode; here they do nothing (section 11.4.6). */
void odd_registers(struct builder *builder)
{
    queue_off(builder);
    set_register(builder, REG_GCMD, 4, GCMD_TE, TOPIC_BY_REGISTER);
    set_register(builder, REG_CCMD, 8, UINT64_C(5) << 61, TOPIC_BY_REGISTER);
    get_register(builder, REG_CCMD, 8, TOPIC_BY_REGISTER);
}

/* Does an IOTLB hit fill the context cache? Another page of the domain tells. */
void odd_filling(struct builder *builder)
{
    const struct device *device = &builder->device[0];
    const struct domain *domain = &builder->domain[device->domain];
    dma(builder, device, inside(builder, &domain->page[0]), false, false, TOPIC_REST);
    queue_push(builder, (struct descriptor){1 | 1 << 4, 0}, TOPIC_CONTEXT_GLOBAL);
    queue_run(builder, TOPIC_CONTEXT_GLOBAL);
    dma(builder, device, inside(builder, &domain->page[0]), false, false, TOPIC_REST);
    look_at_faults(builder);
    store(builder, device->root_at, word_at(builder, device->root_at) ^ 1, TOPIC_CHANGE_ROOT);
    dma(builder, device, inside(builder, &domain->page[1]), false, false, TOPIC_STALE);
    look_at_faults(builder);
}
