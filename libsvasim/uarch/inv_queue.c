/* SPDX-License-Identifier: MIT */
/* inv_queue.c - fetching descriptors from the queue in memory and carrying them out, one after the
 * other. A fetch takes time if it goes through the memory port, a descriptor if the engine has
 * cycles for it (engines.c), and a wait until what came before is answered.
 *
 * Model choice: what a descriptor removes, it removes when it has been carried out; it is decoded
 * when that begins, in the table mode of that moment. If the queue is disabled, or stops as a
 * device has timed out, before that, nothing of it happens; it is fetched anew if the queue goes
 * on from there. A second command of a register carries out the first one at once.
 *
 * Not modelled: fetching the next descriptors while one is carried out. */
#include "uarch/inv_queue.h"

#include "uarch/device_tlb.h"
#include "uarch/txn.h"
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

static uint8_t decode(const struct sv_core *core, const uint64_t words[4], bool wide,
                      struct sv_invalidation *out)
{
    if (!wide && (words[0] & 0xf) > 5)
        return IQEI_TYPE;
    sv_invalidation_decode(&core->rules, (enum sv_ttm)core->mode.ttm, words, out);
    return out->iqei;
}

/* --- lines of descriptors --- */

static uint64_t hpa_of(const struct sv_core *core, uint64_t head)
{
    uint64_t iqa = core->registers.value[SV_REG_IQA];
    return (iqa & bits_mask(63, 12) & low_mask(core->rules.haw)) + head;
}

/* Bytes of a descriptor. */
static uint32_t width_of(const struct sv_core *core)
{
    return core->registers.value[SV_REG_IQA] & IQA_DW ? 32 : 16;
}

/* Read the descriptor at the head, and those behind it that lie before `end`. */
static void read_line(struct sv_pipeline *p, uint64_t end)
{
    const struct sv_core *core = p->core;
    struct sv_inv_line *line = &p->inv.line;
    uint32_t bytes = width_of(core);
    line->iqa = core->registers.value[SV_REG_IQA];
    line->head = core->registers.value[SV_REG_IQH];
    line->next = line->count = 0;
    for (uint64_t at = line->head; at < end; at += bytes) {
        unsigned char data[32] = {0};
        unsigned n = line->count++;
        line->failed[n] = sv_core_fetch(core, true, hpa_of(core, at), data, bytes) != 0;
        for (unsigned i = 0; i < 4; i++)
            line->words[n][i] = load_le64(data + 8 * i);
    }
}

static bool line_has_head(const struct sv_pipeline *p)
{
    const uint64_t *value = p->core->registers.value;
    const struct sv_inv_line *line = &p->inv.line;
    return line->next < line->count && line->iqa == value[SV_REG_IQA] &&
           line->head == value[SV_REG_IQH];
}

/* The next one of the line; 0, or the IQEI code of its error. */
static uint8_t take(struct sv_pipeline *p, struct sv_invalidation *out)
{
    struct sv_inv_line *line = &p->inv.line;
    unsigned n = line->next++;
    uint32_t bytes = width_of(p->core);
    line->head += bytes;
    return line->failed[n] ? IQEI_FETCH : decode(p->core, line->words[n], bytes == 32, out);
}

/* --- the queue --- */

/* Forget what is under way; the head stays where it is. */
void sv_inv_queue_abandon(struct sv_pipeline *p)
{
    struct sv_inv_engine *e = &p->inv;
    e->line.count = 0;
    if (e->state == SV_INV_CARRYING)
        sv_agent_cancel(p, SV_AGENT_QUEUE);
    if (e->state == SV_INV_FETCHING)
        e->abandoned = true; /* its answer still comes */
    else
        e->state = SV_INV_IDLE;
}

/* It may take the descriptor at the head. */
static bool may_take(const struct sv_pipeline *p)
{
    const uint64_t *value = p->core->registers.value;
    return (value[SV_REG_GSTS] & GSTS_QIES) && value[SV_REG_IQH] != value[SV_REG_IQT] &&
           !(value[SV_REG_FSTS] & (SV_FSTS_IQE | SV_FSTS_ITE)) && !p->fence;
}

/* `current` is carried out. False: the queue stands still. */
static bool complete(struct sv_pipeline *p, uint64_t size)
{
    struct sv_inv_engine *e = &p->inv;
    uint64_t *head = &p->core->registers.value[SV_REG_IQH];
    if (!sv_invalidation_apply(p, &e->current)) {
        e->state = e->timed ? SV_INV_HELD : SV_INV_IDLE;
        e->line.count = e->timed ? e->line.count : 0;
        return false; /* goes on when an older wait or a device is done */
    }
    e->state = SV_INV_IDLE;
    *head = (*head + width_of(p->core)) % size;
    p->fence = e->current.kind == SV_INV_WAIT && e->current.fence && p->wait_count != 0;
    return true;
}

/* Begin with the descriptor at the head. False: this takes time, or the queue stands still. */
static bool take_one(struct sv_pipeline *p, uint64_t size)
{
    struct sv_core *core = p->core;
    struct sv_inv_engine *e = &p->inv;
    uint64_t head = core->registers.value[SV_REG_IQH];
    uint8_t iqei = check_queue(core, core->registers.value[SV_REG_IQT], size);
    if (!iqei && e->uses_port && !line_has_head(p)) {
        e->state = SV_INV_FETCHING;
        e->asked_at = p->now;
        core->counter[SV_COUNT_INV_FETCHES]++;
        sv_agent_access(p, SV_AGENT_FETCH, hpa_of(core, head) & ~UINT64_C(63));
        return false;
    }
    if (!iqei && !e->uses_port)
        read_line(p, head + 1);
    if (!iqei)
        iqei = take(p, &e->current);
    if (iqei) {
        e->line.count = 0;
        sv_registers_queue_error(&core->registers, iqei);
        sv_core_send_messages(core);
        return false;
    }
    svasim_tick done = sv_inv_engine_occupy(p, &e->current);
    if (done > p->now) {
        e->state = SV_INV_CARRYING;
        sv_agent_at(p, SV_AGENT_QUEUE, done);
        return false;
    }
    return complete(p, size);
}

void sv_inv_queue_run(struct sv_pipeline *p)
{
    struct sv_core *core = p->core;
    uint64_t *value = core->registers.value;
    uint64_t size = UINT64_C(4096) << (value[SV_REG_IQA] & 7);
    /* The width or the size may have changed under a head of the old ones. */
    value[SV_REG_IQH] = value[SV_REG_IQH] % size & ~(uint64_t)(width_of(core) - 1);
    if (!core->rules.queue_in_memory)
        return;
    if (!(value[SV_REG_GSTS] & GSTS_QIES))
        sv_inv_queue_abandon(p);
    if (p->inv.state == SV_INV_HELD && (!may_take(p) || !complete(p, size)))
        return;
    while (p->inv.state == SV_INV_IDLE && may_take(p))
        if (!take_one(p, size))
            return;
}

void sv_inv_queue_fetched(struct sv_pipeline *p)
{
    struct sv_inv_engine *e = &p->inv;
    const uint64_t *value = p->core->registers.value;
    p->core->counter[SV_COUNT_INV_STALLED] += p->now - e->asked_at;
    e->state = SV_INV_IDLE;
    if (!e->abandoned && may_take(p)) {
        /* What lies behind the tail is still software's. */
        uint64_t end = (value[SV_REG_IQH] | 63) + 1, tail = value[SV_REG_IQT];
        read_line(p, tail > value[SV_REG_IQH] && tail < end ? tail : end);
    }
    e->abandoned = false;
    sv_inv_queue_run(p);
    sv_core_send_messages(p->core);
}

void sv_inv_queue_carried(struct sv_pipeline *p)
{
    uint64_t size = UINT64_C(4096) << (p->core->registers.value[SV_REG_IQA] & 7);
    if (complete(p, size))
        sv_inv_queue_run(p);
    sv_core_send_messages(p->core);
}

bool sv_inv_direct(struct sv_pipeline *p, const struct sv_invalidation *inv)
{
    struct sv_inv_engine *e = &p->inv;
    bool waits = inv->kind == SV_INV_WAIT;
    if (waits && p->wait_count >= SV_WAITS_MAX)
        return false;
    if (waits) /* for itself, too */
        (void)sv_inv_engine_occupy(p, inv);
    if (!sv_invalidation_apply(p, inv))
        return false;
    if (!waits)
        (void)sv_inv_engine_occupy(p, inv);
    if (e->free_at > p->now) {
        sv_agent_cancel(p, SV_AGENT_DIRECT);
        sv_agent_at(p, SV_AGENT_DIRECT, e->free_at);
    }
    return true;
}

/* --- commands of registers --- */

static void command_carried(struct sv_pipeline *p, enum sv_agent agent)
{
    const struct sv_invalidation inv = p->inv.command[agent - SV_AGENT_CONTEXT];
    p->inv.commanded[agent - SV_AGENT_CONTEXT] = false;
    (void)sv_invalidation_apply(p, &inv);
    if (agent == SV_AGENT_CONTEXT)
        sv_registers_drained(&p->core->registers, SV_DRAINED_CONTEXT);
    else
        sv_pipeline_wait_for_register(p, SV_DRAINED_IOTLB);
}

void sv_inv_command_done(struct sv_pipeline *p, enum sv_agent agent)
{
    command_carried(p, agent);
    sv_inv_queue_run(p);
    sv_core_send_messages(p->core);
}

static void command(struct sv_pipeline *p, enum sv_agent agent,
                    bool (*take_words)(struct sv_registers *registers, const struct sv_rules *rules,
                                       enum sv_ttm ttm, uint64_t *out_words))
{
    struct sv_core *core = p->core;
    struct sv_inv_engine *e = &p->inv;
    enum sv_ttm ttm = (enum sv_ttm)core->mode.ttm;
    unsigned index = agent - SV_AGENT_CONTEXT;
    uint64_t words[4];
    if (e->commanded[index]) {
        sv_agent_cancel(p, agent);
        command_carried(p, agent);
    }
    if (!take_words(&core->registers, &core->rules, ttm, words))
        return;
    sv_invalidation_decode(&core->rules, ttm, words, &e->command[index]);
    e->commanded[index] = true;
    svasim_tick done = sv_inv_engine_occupy(p, &e->command[index]);
    if (done > p->now)
        sv_agent_at(p, agent, done);
    else
        command_carried(p, agent);
}

void sv_inv_registers_run(struct sv_pipeline *p, unsigned actions)
{
    if (actions & SV_ACTION_CCMD)
        command(p, SV_AGENT_CONTEXT, sv_registers_take_ccmd);
    if (actions & SV_ACTION_IOTLB)
        command(p, SV_AGENT_IOTLB, sv_registers_take_iotlb);
}
