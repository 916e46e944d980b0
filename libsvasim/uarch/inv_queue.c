/* SPDX-License-Identifier: MIT */
/* inv_queue.c - fetching descriptors from the queue in memory and carrying them out. The queue
 * itself takes no time here; a wait descriptor does, until what came before is answered. */
#include "uarch/inv_queue.h"

#include "uarch/device_tlb.h"
#include "uarch/watch.h"

#define GSTS_QIES (UINT64_C(1) << 26)
#define IQA_DW    (UINT64_C(1) << 11)

enum {
    IQEI_TAIL = 1,
    IQEI_FETCH = 2,
    IQEI_TYPE = 3,
    IQEI_RESERVED = 4,
    IQEI_WIDTH = 5,
    IQEI_TAIL_BIT = 6,
    IQEI_MODE = 7
};

bool sv_invalidation_apply(struct sv_pipeline *p, const struct sv_invalidation *inv)
{
    struct sv_core *core = p->core;
    if (inv->kind == SV_INV_WAIT && !sv_pipeline_wait(p, inv))
        return false;
    if (inv->kind == SV_INV_DEVICE && !sv_device_tlb_send(p, inv))
        return false;
    core->counter[SV_COUNT_INVALIDATIONS] += inv->kind != SV_INV_ERROR;
    if (inv->kind == SV_INV_PAGE_RESPONSE && core->ports.page_response)
        core->ports.page_response(core->ports.host, &inv->response);
    if (inv->kind == SV_INV_SCOPE) {
        if (core->on_act)
            sv_watch_scope(core, &inv->scope, SVASIM_ACT_INVALIDATE);
        core->counter[SV_COUNT_INVALIDATED] += sv_caches_invalidate(&core->caches, &inv->scope);
        if (core->on_act)
            sv_watch_scope(core, &inv->scope, SVASIM_ACT_INVALIDATED);
        if (inv->scope.interrupts)
            sv_pipeline_overtake_interrupts(p);
        else
            sv_pipeline_overtake(p);
    }
    return true;
}

/* Errors that concern the queue as a whole, most general first; 0 if there is none. */
static uint8_t check_queue(const struct sv_core *core, uint64_t tail, uint64_t size)
{
    const struct sv_registers *registers = &core->registers;
    bool wide = (registers->value[SV_REG_IQA] & IQA_DW) != 0;
    bool smts = sv_rules_has(&core->rules, SV_CAP_SMTS);
    bool adms = sv_rules_has(&core->rules, SV_CAP_ADMS);
    enum sv_ttm ttm = (enum sv_ttm)core->mode.ttm;
    if (sv_invalidation_bad_mode(&core->rules, ttm))
        return IQEI_MODE;
    if ((wide && !smts && !adms) || (!wide && ttm != SV_TTM_LEGACY))
        return IQEI_WIDTH;
    if (wide && (tail & 16))
        return IQEI_TAIL_BIT;
    return tail >= size ? IQEI_TAIL : 0;
}

/* Read and decode the descriptor at `hpa`. */
static uint8_t fetch(const struct sv_core *core, uint64_t hpa, bool wide,
                     struct sv_invalidation *out)
{
    uint64_t words[4] = {0};
    unsigned char bytes[32] = {0};
    if (sv_core_fetch(core, true, hpa, bytes, wide ? 32 : 16) != 0)
        return IQEI_FETCH;
    for (unsigned i = 0; i < 4; i++)
        words[i] = load_le64(bytes + 8 * i);
    if (!wide && (words[0] & 0xf) > 5)
        return IQEI_TYPE;
    sv_invalidation_decode(&core->rules, (enum sv_ttm)core->mode.ttm, words, out);
    return out->iqei;
}

void sv_inv_queue_run(struct sv_pipeline *p)
{
    struct sv_core *core = p->core;
    struct sv_registers *registers = &core->registers;
    uint64_t *value = registers->value;
    uint64_t iqa = value[SV_REG_IQA];
    bool wide = (iqa & IQA_DW) != 0;
    uint64_t size = UINT64_C(4096) << (iqa & 7);
    /* The width or the size may have changed under a head of the old ones. */
    value[SV_REG_IQH] = value[SV_REG_IQH] % size & ~(wide ? UINT64_C(31) : UINT64_C(15));
    if (!core->rules.queue_in_memory)
        return;
    while ((value[SV_REG_GSTS] & GSTS_QIES) && value[SV_REG_IQH] != value[SV_REG_IQT] &&
           !(value[SV_REG_FSTS] & (SV_FSTS_IQE | SV_FSTS_ITE)) && !p->fence) {
        struct sv_invalidation inv;
        uint64_t head = value[SV_REG_IQH];
        uint8_t iqei = check_queue(core, value[SV_REG_IQT], size);
        if (!iqei)
            iqei = fetch(core, (iqa & bits_mask(63, 12) & low_mask(core->rules.haw)) + head, wide,
                         &inv);
        if (iqei) {
            sv_registers_queue_error(registers, iqei);
            sv_core_send_messages(core);
            return;
        }
        if (!sv_invalidation_apply(p, &inv))
            return; /* goes on when an older wait or a device is done */
        value[SV_REG_IQH] = (head + (wide ? 32 : 16)) % size;
        p->fence = inv.kind == SV_INV_WAIT && inv.fence && p->wait_count != 0;
    }
}

void sv_inv_registers_run(struct sv_pipeline *p, unsigned actions)
{
    struct sv_core *core = p->core;
    enum sv_ttm ttm = (enum sv_ttm)core->mode.ttm;
    uint64_t words[4];
    struct sv_invalidation inv;
    if ((actions & SV_ACTION_CCMD) &&
        sv_registers_take_ccmd(&core->registers, &core->rules, ttm, words)) {
        sv_invalidation_decode(&core->rules, ttm, words, &inv);
        (void)sv_invalidation_apply(p, &inv);
    }
    if ((actions & SV_ACTION_IOTLB) &&
        sv_registers_take_iotlb(&core->registers, &core->rules, ttm, words)) {
        sv_invalidation_decode(&core->rules, ttm, words, &inv);
        (void)sv_invalidation_apply(p, &inv);
        sv_pipeline_wait_for_register(p, SV_DRAINED_IOTLB);
    }
}
