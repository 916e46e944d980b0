/* SPDX-License-Identifier: MIT */
/* invalidate.c - invalidations of a scenario: random ones, and those that the specification tells
 * software to do after a change (section 6.5.3.3). */
#include "build.h"

#define CC     UINT64_C(1)
#define IOTLB  UINT64_C(2)
#define WAIT   UINT64_C(5)
#define PIOTLB UINT64_C(6)
#define PC     UINT64_C(7)
#define G(n)   ((uint64_t)(n) << 4)

static unsigned slot_bytes(const struct builder *builder)
{
    return builder->scenario->wide_queue ? 32 : 16;
}

void queue_push(struct builder *builder, struct descriptor descriptor, enum topic topic)
{
    unsigned bytes = slot_bytes(builder);
    uint64_t at = QUEUE_BASE + builder->tail * bytes;
    store(builder, at, descriptor.low, topic);
    store(builder, at + 8, descriptor.high, topic);
    builder->tail = (builder->tail + 1) % (4096 / bytes);
}

void queue_run(struct builder *builder, enum topic topic)
{
    set_register(builder, REG_IQT, 8, (uint64_t)builder->tail * slot_bytes(builder), topic);
    get_register(builder, REG_IQH, 8, topic);
    get_register(builder, REG_FSTS, 4, topic);
}

/* One of legacy mode, through registers while the queue is off. */
static bool by_registers(struct builder *builder, const struct descriptor *descriptor,
                         enum topic topic)
{
    uint64_t granularity = descriptor->low >> 4 & 3, did = descriptor->low >> 16 & 0xffff;
    uint64_t type = descriptor->low & 15;
    if (builder->scenario->scalable || (type != CC && type != IOTLB) || !one_in(builder, 3))
        return false;
    queue_push(builder, (struct descriptor){WAIT | 1 << 5, STATUS_BASE}, TOPIC_WAIT);
    queue_run(builder, TOPIC_WAIT);
    set_register(builder, REG_GCMD, 4, GCMD_TE, TOPIC_BY_REGISTER);
    if (type == CC) {
        set_register(builder, REG_CCMD, 8,
                     UINT64_C(1) << 63 | granularity << 61 | descriptor->low >> 32 << 16 | did,
                     topic);
        get_register(builder, REG_CCMD, 8, TOPIC_BY_REGISTER);
    } else {
        set_register(builder, REG_IVA, 8, descriptor->high, TOPIC_BY_REGISTER);
        set_register(builder, REG_IOTLB, 8, UINT64_C(1) << 63 | granularity << 60 | did << 32,
                     topic);
        get_register(builder, REG_IOTLB, 8, TOPIC_BY_REGISTER);
    }
    set_register(builder, REG_IQT, 8, 0, TOPIC_BY_REGISTER);
    set_register(builder, REG_GCMD, 4, GCMD_TE | GCMD_QIE, TOPIC_BY_REGISTER);
    builder->tail = 0;
    return true;
}

static void issue(struct builder *builder, struct descriptor descriptor, enum topic topic)
{
    if (by_registers(builder, &descriptor, topic))
        return;
    queue_push(builder, descriptor, topic);
    if (one_in(builder, 3)) {
        unsigned n = builder->waits++ % 64;
        queue_push(
            builder,
            (struct descriptor){WAIT | 1 << 5 | (uint64_t)(n + 1) << 32, STATUS_BASE + 8 + 8 * n},
            TOPIC_WAIT);
    }
    queue_run(builder, TOPIC_BY_QUEUE);
}

static struct descriptor pages(uint16_t domain_id, uint64_t address, unsigned mask, bool leaf_only)
{
    uint64_t block = address & ~((UINT64_C(4096) << mask) - 1);
    return (struct descriptor){IOTLB | G(3) | (uint64_t)domain_id << 16,
                               block | (leaf_only ? 1 << 6 : 0) | mask};
}

static uint16_t id_of(const struct builder *builder, const struct device *device)
{
    uint64_t word = builder->scenario->scalable ? word_at(builder, device->pasid_at + 8)
                                                : word_at(builder, device->context_at + 8) >> 8;
    return (uint16_t)word;
}

static void invalidate_context(struct builder *builder, const struct device *device, uint16_t id)
{
    /* Any function that the mask makes equal will do. */
    static const uint8_t masked[4] = {0, 4, 6, 7};
    unsigned mask = below(builder, 4);
    uint64_t sid = requester_sid[device->requester] ^ (below(builder, 8) & masked[mask]);
    switch (below(builder, 3)) {
    case 0:
        issue(builder, (struct descriptor){CC | G(1), 0}, TOPIC_CONTEXT_GLOBAL);
        break;
    case 1:
        issue(builder, (struct descriptor){CC | G(2) | (uint64_t)id << 16, 0},
              TOPIC_CONTEXT_DOMAIN);
        break;
    default:
        issue(builder,
              (struct descriptor){CC | G(3) | (uint64_t)id << 16 | sid << 32 | (uint64_t)mask << 48,
                                  0},
              TOPIC_CONTEXT_DEVICE);
        break;
    }
}

static void invalidate_pasid(struct builder *builder, const struct device *device, uint16_t id)
{
    switch (below(builder, 3)) {
    case 0:
        issue(builder, (struct descriptor){PC | G(3), 0}, TOPIC_PASID_GLOBAL);
        break;
    case 1:
        issue(builder, (struct descriptor){PC | G(0) | (uint64_t)id << 16, 0}, TOPIC_PASID_DOMAIN);
        break;
    default:
        issue(builder,
              (struct descriptor){
                  PC | G(1) | (uint64_t)id << 16 | (uint64_t)device->rid_pasid << 32, 0},
              TOPIC_PASID_PASID);
        break;
    }
}

static void invalidate_iotlb(struct builder *builder, uint16_t id, uint64_t address, bool whole)
{
    switch (below(builder, whole ? 2 : 3)) {
    case 0:
        issue(builder, (struct descriptor){IOTLB | G(1), 0}, TOPIC_IOTLB_GLOBAL);
        break;
    case 1:
        issue(builder, (struct descriptor){IOTLB | G(2) | (uint64_t)id << 16, 0},
              TOPIC_IOTLB_DOMAIN);
        break;
    default:
        issue(builder, pages(id, address, below(builder, 10), one_in(builder, 4)),
              TOPIC_IOTLB_PAGE);
        break;
    }
}

void invalidate_something(struct builder *builder, const struct device *device, uint64_t address)
{
    uint16_t id = id_of(builder, device);
    if (one_in(builder, 5)) /* somebody else */
        device = &builder->device[below(builder, builder->devices)];
    if (one_in(builder, 5))
        id = builder->domain[below(builder, builder->domains)].id;
    if (one_in(builder, 5))
        address ^= UINT64_C(4096) << below(builder, 12);
    bool scalable = builder->scenario->scalable;
    switch (below(builder, scalable ? 8 : 6)) {
    case 0:
    case 1:
        invalidate_context(builder, device, id);
        break;
    case 6:
        invalidate_pasid(builder, device, id);
        break;
    case 7:
        issue(builder,
              (struct descriptor){
                  PIOTLB | G(2) | (uint64_t)id << 16 | (uint64_t)device->rid_pasid << 32, 0},
              TOPIC_PASID_IOTLB);
        break;
    default:
        invalidate_iotlb(builder, id, address, false);
        break;
    }
}

void invalidate_all(struct builder *builder)
{
    issue(builder, (struct descriptor){CC | G(1), 0}, TOPIC_CONTEXT_GLOBAL);
    if (builder->scenario->scalable)
        issue(builder, (struct descriptor){PC | G(3), 0}, TOPIC_PASID_GLOBAL);
    issue(builder, (struct descriptor){IOTLB | G(1), 0}, TOPIC_IOTLB_GLOBAL);
    builder->dirty = false;
}

void invalidate_as_told(struct builder *builder, enum change change, const struct device *device,
                        uint16_t domain_id, uint64_t address)
{
    switch (change) {
    case CHANGED_LEAF:
        if (one_in(builder, 2))
            issue(builder, pages(domain_id, address, below(builder, 10), one_in(builder, 2)),
                  TOPIC_IOTLB_PAGE);
        else
            invalidate_iotlb(builder, domain_id, address, true);
        break;
    case CHANGED_TABLE:
        if (one_in(builder, 2))
            issue(builder, pages(domain_id, address, 18, false), TOPIC_IOTLB_PAGE);
        else
            invalidate_iotlb(builder, domain_id, address, true);
        break;
    case CHANGED_CONTEXT:
        invalidate_context(builder, device, domain_id);
        if (builder->scenario->scalable)
            issue(builder, (struct descriptor){PC | G(3), 0}, TOPIC_PASID_GLOBAL);
        invalidate_iotlb(builder, domain_id, address, true);
        break;
    case CHANGED_PASID:
        invalidate_pasid(builder, device, domain_id);
        invalidate_iotlb(builder, domain_id, address, true);
        break;
    case CHANGED_ROOT:
        invalidate_all(builder);
        break;
    }
}
