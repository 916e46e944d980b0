/* SPDX-License-Identifier: MIT */
/* core.c - serving a walk without time: cache lookups, memory through the host's ports, and the
 * two drivers that never wait. */
#include "uarch/core.h"

#include "arch/memory_type.h"
#include "base/assert.h"
#include "base/hints.h"
#include "uarch/monitor.h"

#include <string.h>

static void serve_table(struct sv_core *core, struct sv_walk *walk)
{
    uint8_t level = 0;
    const struct sv_table *found = sv_caches_table(&core->caches, &walk->key, &level);
    unsigned lookup =
        walk->key.stage == 1 ? SV_COUNT_FS_NONLEAF_LOOKUP : SV_COUNT_SS_NONLEAF_LOOKUP;
    walk->found = found;
    walk->found_level = level;
    core->counter[lookup] += sv_core_lookups(walk, SV_ASK_TABLE);
    core->counter[lookup + 1] += found != NULL;
}

static inline void serve_context(struct sv_core *core, struct sv_walk *walk)
{
    walk->found = sv_caches_context(&core->caches, &walk->key);
    core->counter[SV_COUNT_CTXT_LOOKUP]++;
    core->counter[SV_COUNT_CTXT_HIT] += walk->found != NULL;
}

static inline void serve_pasid(struct sv_core *core, struct sv_walk *walk)
{
    walk->found = sv_caches_pasid(&core->caches, &walk->key);
    core->counter[SV_COUNT_PASID_LOOKUP]++;
    core->counter[SV_COUNT_PASID_HIT] += walk->found != NULL;
}

static void serve_interrupt_entry(struct sv_core *core, struct sv_walk *walk)
{
    const struct sv_irte *found = sv_caches_interrupt(&core->caches, walk->key.address);
    core->counter[SV_COUNT_INT_LOOKUP]++;
    if (found)
        core->counter[sv_irte_im(found->words) ? SV_COUNT_INT_HIT_POSTED
                                               : SV_COUNT_INT_HIT_NONPOSTED]++;
    walk->found = found;
}

static SV_SELDOM const struct sv_translation *ask_second(struct sv_core *core,
                                                         const svasim_request *request)
{
    const struct sv_translation *found =
        sv_caches_iotlb2(&core->caches, request->address, request->source_id, request->pasid);
    core->counter[SV_COUNT_IOTLB2_LOOKUP]++;
    core->counter[SV_COUNT_IOTLB2_HIT] += found != NULL;
    core->counter[SV_COUNT_IOTLB_HIT] += found != NULL;
    return found;
}

static void ask_first(struct sv_core *core, struct sv_walk *walk)
{
    const svasim_request *request = walk->request;
    walk->found =
        sv_caches_iotlb(&core->caches, request->address, request->source_id, request->pasid);
    walk->found_level = 1;
    core->counter[SV_COUNT_IOTLB_LOOKUP]++;
    core->counter[SV_COUNT_IOTLB_HIT] += walk->found != NULL;
}

void sv_core_serve_cache(struct sv_core *core, struct sv_walk *walk, enum sv_ask ask)
{
    uint64_t *counter = core->counter;
    switch (ask) {
    case SV_ASK_IOTLB:
        ask_first(core, walk);
        if (core->caches.second_level && !walk->found) {
            walk->found = ask_second(core, walk->request);
            walk->found_level = 2;
        }
        break;
    case SV_ASK_CONTEXT:
        serve_context(core, walk);
        break;
    case SV_ASK_PASID:
        serve_pasid(core, walk);
        break;
    case SV_ASK_TABLE:
        serve_table(core, walk);
        break;
    case SV_ASK_HPT_LEAF:
        walk->found = sv_caches_permission(&core->caches, &walk->key);
        counter[SV_COUNT_HPT_LEAF_LOOKUP]++;
        counter[SV_COUNT_HPT_LEAF_HIT] += walk->found != NULL;
        break;
    case SV_ASK_HPT_TABLE:
        walk->found = sv_caches_permission_table(&core->caches, &walk->key, &walk->found_level);
        counter[SV_COUNT_HPT_NONLEAF_LOOKUP] += sv_core_lookups(walk, ask);
        counter[SV_COUNT_HPT_NONLEAF_HIT] += walk->found != NULL;
        break;
    case SV_ASK_IEC:
        serve_interrupt_entry(core, walk);
        break;
    case SV_ASK_FILL:
        if (!walk->no_fill)
            sv_caches_fill(&core->caches, (enum sv_cache_id)walk->fill_cache, &walk->key,
                           walk->fill);
        break;
    case SV_ASK_READ:
    case SV_ASK_UPDATE:
    case SV_ASK_DONE:
    default:
        SV_ASSERT(ask == SV_ASK_FILL); /* the others are no cache questions */
    }
}

static inline void read_words(const struct sv_core *core, struct sv_walk *walk)
{
    const svasim_ports *ports = &core->ports;
    if (walk->bytes > core->plain_bytes) {
        for (unsigned i = 0; sv_core_read_piece(core, walk, i);)
            i++;
        return;
    }
    walk->ok = ports->read(ports->host, walk->hpa, walk->words, walk->bytes) == 0;
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    for (unsigned i = 0; i < walk->bytes / 8u; i++)
        walk->words[i] = load_le64(&walk->words[i]);
#endif
}

void sv_core_read(const struct sv_core *core, struct sv_walk *walk)
{
    read_words(core, walk);
}

static inline void serve_read(struct sv_core *core, struct sv_walk *walk)
{
    core->counter[SV_COUNT_MRDS]++;
    read_words(core, walk);
}

static void serve_update(struct sv_core *core, struct sv_walk *walk)
{
    core->counter[sv_update_counter(walk)]++;
    uint64_t seen = 0;
    walk->update = (uint8_t)core->ports.update(core->ports.host, walk->hpa, walk->expected,
                                               walk->desired, &seen);
    walk->words[0] = seen;
    core->counter[SV_COUNT_RETRIED] += walk->update == SVASIM_UPDATE_LOST;
}

void sv_core_serve_memory(struct sv_core *core, struct sv_walk *walk, enum sv_ask ask)
{
    if (ask == SV_ASK_READ)
        serve_read(core, walk);
    else
        serve_update(core, walk);
}

bool sv_core_hit(struct sv_core *core, const svasim_request *request, struct sv_ending *out,
                 const struct sv_translation **out_found)
{
    const struct sv_translation *t =
        sv_caches_iotlb(&core->caches, request->address, request->source_id, request->pasid);
    core->counter[SV_COUNT_IOTLB_LOOKUP]++;
    *out_found = t;
    if (!t)
        return false;
    core->counter[SV_COUNT_IOTLB_HIT]++;
    if (sv_hit(&core->rules, request, t, &out->out) != SV_HIT_DONE)
        return false;
    out->domain_id = t->domain_id;
    out->pgtt = t->pgtt;
    out->page_shift = t->page_shift;
    out->memory = (uint8_t)(t->flags >> SV_T_MEMORY_SHIFT);
    out->reads = 0;
    out->updates = 0;
    return true;
}

enum sv_ask sv_core_begin(struct sv_core *core, struct sv_walk *walk, const svasim_request *request,
                          struct sv_ending *out, bool asked, const struct sv_translation *found)
{
    enum sv_ask ask = sv_walk_begin(walk, &core->rules, &core->mode, request, &out->out);
    if (ask != SV_ASK_IOTLB)
        return ask;
    if (asked) {
        walk->found = found;
    } else {
        sv_core_serve_cache(core, walk, ask);
        if (core->mode.monitored)
            sv_monitor_served(core, walk, ask);
    }
    ask = sv_walk_answer(walk);
    core->counter[SV_COUNT_REWALKS] += walk->skip_iotlb;
    return ask;
}

static enum sv_ask iotlb_answered(struct sv_core *core, struct sv_walk *walk)
{
    if (core->mode.monitored)
        sv_monitor_served(core, walk, SV_ASK_IOTLB);
    enum sv_ask ask = sv_walk_answer(walk);
    core->counter[SV_COUNT_REWALKS] += walk->skip_iotlb;
    return ask;
}

enum sv_ask sv_core_first_level(struct sv_core *core, struct sv_walk *walk,
                                const svasim_request *request, struct sv_ending *out, bool asked,
                                const struct sv_translation *found)
{
    enum sv_ask ask = sv_walk_begin(walk, &core->rules, &core->mode, request, &out->out);
    if (ask != SV_ASK_IOTLB)
        return ask;
    walk->found = found;
    if (!asked)
        ask_first(core, walk);
    return walk->found ? iotlb_answered(core, walk) : SV_ASK_IOTLB;
}

enum sv_ask sv_core_second_level(struct sv_core *core, struct sv_walk *walk)
{
    walk->found = ask_second(core, walk->request);
    walk->found_level = 2;
    return iotlb_answered(core, walk);
}

void sv_core_ending(const struct sv_walk *walk, struct sv_ending *out)
{
    out->domain_id = walk->result.domain_id;
    out->pgtt = walk->result.pgtt;
    out->page_shift = walk->result.page_shift;
    out->memory = (uint8_t)(walk->result.flags >> SV_T_MEMORY_SHIFT);
    out->reads = walk->reads;
    out->updates = walk->updates;
}

/* Two tests on purpose: compilers turn one condition into a wide load, which then waits for the
 * narrow stores that have just been made. */
static bool is_granted(const struct sv_outcome *outcome)
{
    if (outcome->fault != SVASIM_FAULT_NONE)
        return false;
    return outcome->status == SVASIM_STATUS_OK;
}

/* Whatever has no translation of its own is write-back (section 3.10). */
static SV_SELDOM uint8_t memory_type(const struct sv_core *core, const struct sv_ending *ending)
{
    if (!is_granted(&ending->out) || ending->pgtt == 0)
        return SV_MEMORY_WB;
    return (uint8_t)sv_memory_resolve(core->registers.value, ending->memory, ending->out.pa);
}

void sv_core_describe(const struct sv_core *core, const struct sv_ending *ending,
                      svasim_response *out)
{
    const struct sv_outcome *outcome = &ending->out;
    bool ok = is_granted(outcome);
    out->address = ok ? outcome->pa : 0;
    out->page_bytes = ok && ending->page_shift ? UINT64_C(1) << ending->page_shift : 0;
    out->fault = outcome->fault;
    out->reads = ending->reads;
    out->updates = ending->updates;
    out->domain_id = ok ? ending->domain_id : 0;
    out->status = outcome->status;
    out->rights = outcome->rights;
    out->flags = outcome->flags;
    out->pgtt = ending->pgtt;
    out->memory_type = SV_MEMORY_WB;
    if (sv_rules_has(&core->rules, SV_CAP_MTS))
        out->memory_type = memory_type(core, ending);
    memset(out->reserved, 0, sizeof out->reserved);
    out->data = outcome->flags & SVASIM_INTERRUPT ? outcome->data : 0; /* hits leave it alone */
}

void sv_core_send_messages(struct sv_core *core)
{
    uint64_t address;
    uint32_t data;
    while (sv_registers_take_message(&core->registers, &address, &data))
        if (core->ports.interrupt)
            core->ports.interrupt(core->ports.host, address, data);
}

static void count_fault(struct sv_core *core, const svasim_request *request,
                        const struct sv_outcome *out)
{
    bool recorded = (out->flags & SVASIM_RECORDED) != 0;
    core->faults[out->fault]++;
    core->counter[SV_COUNT_FAULTS]++;
    core->counter[recorded ? SV_COUNT_FAULTS_RECORDED : SV_COUNT_FAULTS_SILENCED]++;
    if (!recorded)
        return;
    sv_registers_fault(&core->registers, &core->rules, request, sv_faults[out->fault].code);
    sv_core_send_messages(core);
}

void sv_core_count(struct sv_core *core, const svasim_request *request,
                   const struct sv_ending *ending)
{
    uint64_t *counter = core->counter;
    const struct sv_outcome *out = &ending->out;
    if (out->fault != SVASIM_FAULT_NONE) {
        count_fault(core, request, out);
    } else if (out->flags & (SVASIM_BYPASS | SVASIM_INTERRUPT | SVASIM_PROTECTED)) {
        counter[SV_COUNT_PROTECTED] += (out->flags & SVASIM_PROTECTED) != 0;
        counter[SV_COUNT_BYPASSED] += (out->flags & SVASIM_BYPASS) != 0;
        counter[SV_COUNT_INTERRUPTS] += (out->flags & SVASIM_INTERRUPT) != 0;
        counter[SV_COUNT_INTERRUPTS_POSTED] += (out->flags & SVASIM_POSTED) != 0;
        counter[SV_COUNT_NOTIFICATIONS] += (out->flags & SVASIM_POSTED) && out->pa;
    }
}

void sv_core_run(struct sv_core *core, struct sv_walk *walk, enum sv_ask ask)
{
    if (core->mode.monitored) {
        sv_monitor_run(core, walk, ask);
        return;
    }
    while (ask != SV_ASK_DONE) {
        if (ask == SV_ASK_CONTEXT)
            serve_context(core, walk);
        else if (ask == SV_ASK_PASID)
            serve_pasid(core, walk);
        else if (ask == SV_ASK_READ)
            serve_read(core, walk);
        else if (ask == SV_ASK_UPDATE)
            serve_update(core, walk);
        else
            sv_core_serve_cache(core, walk, ask);
        ask = sv_walk_answer(walk);
    }
}

void sv_core_translate(struct sv_core *core, struct sv_walk *walk, const svasim_request *request,
                       struct sv_ending *out)
{
    const struct sv_translation *found = NULL;
    bool asked = sv_hit_allowed(&core->mode, request);
    core->counter[SV_COUNT_REQUESTS]++;
    if (asked && sv_core_hit(core, request, out, &found))
        return;
    if (core->caches.second_level && asked && !found)
        found = ask_second(core, request);
    enum sv_ask ask = sv_core_begin(core, walk, request, out, asked, found);
    if (ask == SV_ASK_IEC) { /* like the IOTLB, asked before a walker is needed */
        sv_core_serve_cache(core, walk, ask);
        if (core->mode.monitored)
            sv_monitor_served(core, walk, ask);
        ask = sv_walk_answer(walk);
    }
    core->counter[SV_COUNT_WALKS] += ask != SV_ASK_DONE;
    sv_core_run(core, walk, ask);
    sv_core_ending(walk, out);
    if (core->mode.monitored) { /* then no request ends above */
        sv_monitor_request(core, request);
        sv_monitor_settle(core);
    }
}

void sv_core_peek(const struct sv_core *core, const svasim_request *request, struct sv_ending *out)
{
    sv_core_explain(core, request, NULL, NULL, out);
}
