/* SPDX-License-Identifier: MIT */
/* flush.c - which invalidations does a correct driver owe for an act, and how are they
 * encoded? The only file that builds descriptors. It must not edit tables.
 *
 * Not modelled: draining of page requests on unbind.
 * Not modelled: write-buffer flushes for units with RWBF = 1. Cache lines for units that do not
 * snoop are the business of who lends the memory (svasim/front.h).
 * Not modelled: one table that several addresses reach; its owner has to flush each of them. */
#include "base/bits.h"
#include "sva/state.h"

#include <inttypes.h>

/* Granularities, spec 6.5.2. */
#define IOTLB_DOMAIN        2u
#define IOTLB_PAGE          3u
#define P_IOTLB_PASID       2u
#define P_IOTLB_PAGE        3u
#define PC_PASID            1u
#define PAGE_SHIFT          12u
#define DEVICE_TLB_ALL      UINT64_C(0x7ffffffffffff000)
#define DEVICE_TLB_MASK_MAX 51u
/* Above 512 GiB a first-stage range is flushed as the whole PASID. */
#define FIRST_STAGE_MASK_MAX 27u

enum descriptor_type {
#define SHAPE(layout, type) TYPE_##layout = (type),
#define PART(layout, field)
#include "sva/fields.def"
#undef SHAPE
#undef PART
};

enum register_offset {
#define REG(id, offset, bytes, access, needs, reset, writable, name, meaning)                      \
    OFFSET_##id = (offset),
#include "spec/registers.def"
#undef REG
};

enum capability_bit {
#define CAP(id, name, reg, bit, initial, meaning) BIT_##id = (bit),
#include "spec/caps.def"
#undef CAP
};

/* Descriptors that go to the unit together. The first error ends the batch. */
struct batch {
    svasim_sva *sva;
    svasim_err error;
    bool has_p_iotlb; /* one is in it that no device-TLB invalidation may overtake */
};

/* Naturally aligned block of 2^mask pages. */
struct block {
    uint64_t address;
    unsigned mask;
};

bool sv_fields_open(struct sv_sva_fields *fields)
{
    bool found = true;
#define SHAPE(layout, type) found = found && (fields->layout = svasim_layout_find(#layout)) != NULL;
#define PART(layout, field)                                                                        \
    found = found && (fields->layout##_##field = svasim_field_find(fields->layout, #field)) != NULL;
#include "sva/fields.def"
#undef SHAPE
#undef PART
    return found;
}

void sv_abilities_read(struct sv_abilities *abilities, svasim *unit)
{
    uint64_t cap = 0, ecap = 0;
    (void)svasim_mmio_read(unit, OFFSET_CAP, 8, &cap);
    (void)svasim_mmio_read(unit, OFFSET_ECAP, 8, &ecap);
    *abilities = (struct sv_abilities){
        .caching_mode = bit_get(cap, BIT_CM),
        .page_selective = bit_get(cap, BIT_PSI),
        .mask_max = (unsigned)bits_get(cap, 53, 48), /* MAMV, spec 11.4.2 */
        .device_tlb = bit_get(ecap, BIT_DT),
        .pfsid = bit_get(ecap, BIT_DIT),
        .coherent_walks = bit_get(ecap, BIT_SMPWCS),
    };
}

/* Every value fits its field: widths were checked when it entered this layer. */
static void put(const svasim_field *field, uint64_t *words, uint64_t value)
{
    (void)svasim_field_set(field, words, value);
}

static void send(struct batch *batch, const svasim_layout *layout, const uint64_t *words)
{
    uint8_t iqei = 0;
    if (batch->error != SVASIM_OK)
        return;
    const svasim_sva_setup *setup = &batch->sva->setup;
    svasim_err error = setup->invalidate ? setup->invalidate(setup->host, words, &iqei)
                                         : svasim_invalidate(batch->sva->unit, words, &iqei);
    if (error != SVASIM_OK)
        batch->error =
            sv_sva_fail(batch->sva, error, "%s: %s", layout->name, svasim_error(batch->sva->unit));
    else if (iqei != 0)
        batch->error = sv_sva_fail(batch->sva, SVASIM_EIO,
                                   "%s refused by the unit, IQEI %u; the tables are changed",
                                   layout->name, (unsigned)iqei);
}

static struct block block_around(uint64_t first, uint64_t last)
{
    unsigned mask = 0;
    while (mask + PAGE_SHIFT < 64 && (first ^ last) >> (mask + PAGE_SHIFT) != 0)
        mask++;
    return (struct block){.address = first & ~low_mask(mask + PAGE_SHIFT), .mask = mask};
}

static void send_wait(struct batch *batch, bool fence)
{
    const struct sv_sva_fields *f = &batch->sva->fields;
    uint64_t words[4] = {0};
    put(f->inv_wait_type, words, TYPE_inv_wait);
    put(f->inv_wait_fn, words, fence);
    send(batch, f->inv_wait, words);
}

static void send_pc(struct batch *batch, uint16_t domain_id, uint32_t pasid)
{
    const struct sv_sva_fields *f = &batch->sva->fields;
    uint64_t words[4] = {0};
    put(f->inv_pc_type, words, TYPE_inv_pc);
    put(f->inv_pc_g, words, PC_PASID);
    put(f->inv_pc_did, words, domain_id);
    put(f->inv_pc_pasid, words, pasid);
    send(batch, f->inv_pc, words);
}

/* `block` NULL: the whole PASID. */
static void send_p_iotlb(struct batch *batch, uint16_t domain_id, uint32_t pasid,
                         const struct block *block, bool only_leaves)
{
    const struct sv_sva_fields *f = &batch->sva->fields;
    uint64_t words[4] = {0};
    put(f->inv_p_iotlb_type, words, TYPE_inv_p_iotlb);
    put(f->inv_p_iotlb_g, words, block ? P_IOTLB_PAGE : P_IOTLB_PASID);
    put(f->inv_p_iotlb_did, words, domain_id);
    put(f->inv_p_iotlb_pasid, words, pasid);
    if (block) {
        put(f->inv_p_iotlb_am, words, block->mask);
        put(f->inv_p_iotlb_ih, words, only_leaves);
        put(f->inv_p_iotlb_addr, words, block->address);
    }
    batch->has_p_iotlb = true;
    send(batch, f->inv_p_iotlb, words);
}

/* `block` NULL: the whole domain. Drain flags matter to units of major version 1 only. */
static void send_iotlb(struct batch *batch, uint16_t domain_id, const struct block *block,
                       bool only_leaves)
{
    const struct sv_sva_fields *f = &batch->sva->fields;
    uint64_t words[4] = {0};
    put(f->inv_iotlb_type, words, TYPE_inv_iotlb);
    put(f->inv_iotlb_g, words, block ? IOTLB_PAGE : IOTLB_DOMAIN);
    put(f->inv_iotlb_dw, words, 1);
    put(f->inv_iotlb_dr, words, 1);
    put(f->inv_iotlb_did, words, domain_id);
    if (block) {
        put(f->inv_iotlb_am, words, block->mask);
        put(f->inv_iotlb_ih, words, only_leaves);
        put(f->inv_iotlb_addr, words, block->address);
    }
    send(batch, f->inv_iotlb, words);
}

/* ADDR and S of both device-TLB descriptors: the run of ones above bit 12 tells the size. */
static uint64_t device_tlb_address(const struct block *block, bool *out_s)
{
    *out_s = !block || block->mask > 0;
    if (!block || block->mask > DEVICE_TLB_MASK_MAX)
        return DEVICE_TLB_ALL;
    return block->mask ? block->address | low_mask(block->mask - 1) << PAGE_SHIFT : block->address;
}

/* What the function may have cached itself. Nothing without ATS (DTE = 0). */
static void send_device_tlb(struct batch *batch, uint16_t source_id, uint32_t pasid,
                            const struct block *block)
{
    const struct sv_sva_fields *f = &batch->sva->fields;
    const svasim_layout *layout;
    svasim_entry_ref ref = {.entry = SVASIM_ENTRY_CONTEXT, .source_id = source_id};
    uint64_t context[4] = {0}, words[4] = {0}, hpa;
    if (!batch->sva->abilities.device_tlb ||
        svasim_tables_locate(batch->sva->tables, &ref, false, &hpa, &layout) != SVASIM_OK)
        return;
    for (unsigned i = 0; i < f->context_entry->words; i++)
        context[i] = svasim_mem_read64(batch->sva->mem, hpa + i * 8u);
    if (svasim_field_get(f->context_entry_dte, context) == 0)
        return;
    bool pfsid = batch->sva->abilities.pfsid, s;
    uint64_t address = device_tlb_address(block, &s);
    if (svasim_field_get(f->context_entry_rid_pasid, context) == pasid) {
        if (batch->has_p_iotlb) /* without a fence the queue may let this one overtake */
            send_wait(batch, true);
        batch->has_p_iotlb = false;
        put(f->inv_dev_tlb_type, words, TYPE_inv_dev_tlb);
        put(f->inv_dev_tlb_pfsid_lo, words, pfsid ? bits_get(source_id, 3, 0) : 0);
        put(f->inv_dev_tlb_pfsid_hi, words, pfsid ? bits_get(source_id, 15, 4) : 0);
        put(f->inv_dev_tlb_sid, words, source_id);
        put(f->inv_dev_tlb_s, words, s);
        put(f->inv_dev_tlb_addr, words, address);
        send(batch, f->inv_dev_tlb, words);
        return;
    }
    put(f->inv_p_dev_tlb_type, words, TYPE_inv_p_dev_tlb);
    put(f->inv_p_dev_tlb_pfsid_lo, words, pfsid ? bits_get(source_id, 3, 0) : 0);
    put(f->inv_p_dev_tlb_pfsid_hi, words, pfsid ? bits_get(source_id, 15, 4) : 0);
    put(f->inv_p_dev_tlb_sid, words, source_id);
    put(f->inv_p_dev_tlb_pasid, words, pasid);
    put(f->inv_p_dev_tlb_s, words, s);
    put(f->inv_p_dev_tlb_addr, words, address);
    send(batch, f->inv_p_dev_tlb, words);
}

svasim_err sv_flush_range(svasim_sva *sva, const struct sv_space *space, uint64_t first,
                          uint64_t last, bool only_leaves)
{
    struct batch batch = {.sva = sva};
    struct block around = block_around(first, last);
    const struct sv_abilities *able = &sva->abilities;
    if (space->first_user == SV_NONE)
        return SVASIM_OK;
    if (space->tree.second) {
        bool by_page = able->page_selective && around.mask <= able->mask_max;
        send_iotlb(&batch, space->domain_id, by_page ? &around : NULL, only_leaves);
    } else {
        bool by_page = around.mask <= FIRST_STAGE_MASK_MAX;
        for (uint32_t u = space->first_user; u != SV_NONE; u = sva->users[u].next)
            send_p_iotlb(&batch, space->domain_id, sva->users[u].pasid, by_page ? &around : NULL,
                         only_leaves);
    }
    for (uint32_t u = space->first_user; u != SV_NONE; u = sva->users[u].next)
        for (uint32_t b = sva->users[u].first_binding; b != SV_NONE; b = sva->bindings[b].next)
            send_device_tlb(&batch, sva->bindings[b].source_id, sva->bindings[b].pasid, &around);
    send_wait(&batch, false);
    return batch.error;
}

svasim_err sv_flush_bind(svasim_sva *sva, uint32_t pasid, uint16_t domain_id)
{
    struct batch batch = {.sva = sva};
    if (!sva->abilities.caching_mode)
        return SVASIM_OK;
    /* A not-present entry is cached under domain 0, whatever it is going to be. */
    send_pc(&batch, 0, pasid);
    send_pc(&batch, domain_id, pasid);
    send_p_iotlb(&batch, domain_id, pasid, NULL, false);
    send_wait(&batch, false);
    return batch.error;
}

svasim_err sv_flush_unbind(svasim_sva *sva, uint16_t source_id, uint32_t pasid, uint16_t domain_id,
                           bool second_stage)
{
    struct batch batch = {.sva = sva};
    send_pc(&batch, domain_id, pasid);
    if (second_stage)
        send_iotlb(&batch, domain_id, NULL, false);
    else
        send_p_iotlb(&batch, domain_id, pasid, NULL, false);
    send_device_tlb(&batch, source_id, pasid, NULL);
    send_wait(&batch, false);
    return batch.error;
}
