/* SPDX-License-Identifier: MIT */
/* unit.c - one remapping unit: the public API over rules, caches, registers and the pipeline.
 * Glue only: no rule of the specification and no latency lives here. */
#include "svasim/svasim.h"

#include "base/assert.h"
#include "uarch/device_tlb.h"
#include "uarch/inv_queue.h"
#include "uarch/monitor.h"
#include "uarch/page_requests.h"

#include <stdio.h>

struct svasim {
    struct sv_core core;
    struct sv_pipeline pipeline;
    struct sv_walk walk; /* of the functional driver */
    svasim_alloc alloc;
    char error[160];
};

/* --- life --- */

/* Hosts built against an older header lack the fields behind this many bytes. */
#define PORTS_SIZE_MIN offsetof(svasim_ports, device_invalidate)

static void release(svasim *unit)
{
    svasim_alloc alloc = unit->alloc;
    sv_pipeline_free(&unit->pipeline, &alloc);
    sv_caches_free(&unit->core.caches, &alloc);
    sv_alloc_free(&alloc, unit);
}

svasim_err svasim_create(svasim **out, svasim_config *config, const svasim_ports *ports,
                         const svasim_alloc *alloc)
{
    if (!out || !config || !ports || ports->size < PORTS_SIZE_MIN || !ports->read || !ports->update)
        return SVASIM_EINVAL;
    if (!sv_config_check(config))
        return SVASIM_EINVAL;
    svasim_alloc hooks = sv_alloc_resolve(alloc);
    svasim *unit = sv_alloc_array(&hooks, 1, sizeof *unit);
    if (!unit)
        return SVASIM_ENOMEM;
    unit->alloc = hooks;
    memcpy(&unit->core.ports, ports, ports->size < sizeof *ports ? ports->size : sizeof *ports);
    sv_core_memory_init(&unit->core, config);
    sv_rules_init(&unit->core.rules, config);
    sv_registers_reset(&unit->core.registers, config);
    if (!sv_caches_init(&unit->core.caches, config, &hooks) ||
        !sv_pipeline_init(&unit->pipeline, &unit->core, config, &hooks)) {
        release(unit);
        return SVASIM_ENOMEM;
    }
    *out = unit;
    return SVASIM_OK;
}

void svasim_destroy(svasim *unit)
{
    if (unit)
        release(unit);
}

/* --- requests --- */

static svasim_err refuse(svasim *unit, const char *text)
{
    snprintf(unit->error, sizeof unit->error, "%s", text);
    return SVASIM_EINVAL;
}

/* Why a request is outside its ranges. */
static svasim_err explain_request(svasim *unit, const svasim_request *r)
{
    if (r->op > SVASIM_ATOMIC)
        return refuse(unit, "op: not one of read, write, atomic");
    if (r->at > SVASIM_AT_RESERVED)
        return refuse(unit, "at: not a 2-bit address type");
    if (r->pasid != SVASIM_NO_PASID && r->pasid >> 20)
        return refuse(unit, "pasid: does not fit 20 bits");
    if (r->pasid == SVASIM_NO_PASID && (r->flags & (SVASIM_PRIV | SVASIM_EXEC)))
        return refuse(unit, "flags: PR and ER travel in the PASID prefix; give a pasid");
    if (r->flags & ~(SVASIM_PRIV | SVASIM_EXEC | SVASIM_NO_WRITE))
        return refuse(unit, "flags: not only SVASIM_PRIV, SVASIM_EXEC and SVASIM_NO_WRITE");
    if (r->length == 0)
        return refuse(unit, "length: only a read can have length 0");
    return refuse(unit, "length: the request crosses a 4 KiB boundary");
}

static inline bool in_range(const svasim_request *r)
{
    bool has_pasid = r->pasid != SVASIM_NO_PASID;
    unsigned flags = has_pasid ? SVASIM_PRIV | SVASIM_EXEC | SVASIM_NO_WRITE : SVASIM_NO_WRITE;
    return r->op <= SVASIM_ATOMIC && r->at <= SVASIM_AT_RESERVED &&
           (!has_pasid || r->pasid >> 20 == 0) && !(r->flags & ~flags) &&
           (r->length != 0 || r->op == SVASIM_READ) && r->length <= 4096 &&
           (r->address & 0xfff) + r->length <= 4096;
}

static void respond_now(const svasim *unit, const svasim_request *request,
                        const struct sv_ending *ending, svasim_response *out)
{
    sv_core_describe(&unit->core, ending, out);
    out->tag = request->tag;
    out->accepted_at = out->completed_at = unit->pipeline.now;
    memset(out->where, 0, sizeof out->where);
}

svasim_err svasim_translate(svasim *unit, const svasim_request *request, svasim_response *out)
{
    struct sv_ending ending;
    if (!in_range(request))
        return explain_request(unit, request);
    if (unit->pipeline.in_flight)
        return SVASIM_BUSY;
    sv_core_translate(&unit->core, &unit->walk, request, &ending);
    sv_core_count(&unit->core, request, &ending);
    respond_now(unit, request, &ending, out);
    return SVASIM_OK;
}

svasim_err svasim_peek(svasim *unit, const svasim_request *request, svasim_response *out)
{
    struct sv_ending ending;
    if (!in_range(request))
        return explain_request(unit, request);
    sv_core_peek(&unit->core, request, &ending);
    respond_now(unit, request, &ending, out);
    return SVASIM_OK;
}

svasim_err svasim_explain(svasim *unit, const svasim_request *request,
                          void (*on_step)(void *user, const svasim_step *step), void *user,
                          svasim_response *out)
{
    struct sv_ending ending;
    if (!in_range(request))
        return explain_request(unit, request);
    sv_core_explain(&unit->core, request, on_step, user, &ending);
    respond_now(unit, request, &ending, out);
    return SVASIM_OK;
}

void svasim_watch(svasim *unit, void (*on_act)(void *user, const svasim_act *act), void *user)
{
    unit->core.on_act = on_act;
    unit->core.watcher = user;
    sv_monitor_settle(&unit->core);
}

svasim_err svasim_submit(svasim *unit, const svasim_request *request)
{
    if (!in_range(request))
        return explain_request(unit, request);
    return sv_pipeline_submit(&unit->pipeline, request) ? SVASIM_OK : SVASIM_BUSY;
}

svasim_tick svasim_now(const svasim *unit)
{
    return unit->pipeline.now;
}

svasim_tick svasim_next_event(const svasim *unit)
{
    return sv_pipeline_next(&unit->pipeline);
}

void svasim_run_until(svasim *unit, svasim_tick until)
{
    sv_pipeline_run(&unit->pipeline, until);
}

void svasim_drain(svasim *unit)
{
    sv_pipeline_drain(&unit->pipeline);
}

svasim_err svasim_memory_answer(svasim *unit, uint64_t tag)
{
    if (sv_host_memory_answered(&unit->pipeline, tag))
        return SVASIM_OK;
    return refuse(unit, "tag: no access of that tag waits for its answer");
}

uint32_t svasim_in_flight(const svasim *unit)
{
    return unit->pipeline.in_flight;
}

bool svasim_is_busy(const svasim *unit)
{
    return unit->pipeline.in_flight || sv_engines_busy(&unit->pipeline);
}

/* --- the programming interface --- */

static void flush_caches(svasim *unit)
{
    unit->core.counter[SV_COUNT_INVALIDATED] += sv_caches_flush(&unit->core.caches);
    sv_pipeline_overtake(&unit->pipeline);
}

static void interrupt_actions(svasim *unit, unsigned actions)
{
    struct sv_core *core = &unit->core;
    if (actions & SV_ACTION_LATCH_IRTA)
        sv_registers_latch_irta(&core->registers, &core->rules, &core->mode.interrupts);
    sv_registers_interrupt_levels(&core->registers, &core->mode.interrupts);
    sv_mode_settle(&core->mode, &core->rules);
    if (actions & SV_ACTION_FLUSH_IEC) {
        core->counter[SV_COUNT_INVALIDATED] += sv_caches_flush_interrupts(&core->caches);
        sv_pipeline_overtake_interrupts(&unit->pipeline);
    }
}

svasim_err svasim_mmio_write(svasim *unit, uint32_t offset, uint32_t bytes, uint64_t value)
{
    if ((bytes != 4 && bytes != 8) || offset % bytes)
        return refuse(unit, "register access: 4 or 8 bytes, naturally aligned");
    const struct sv_rules *rules = &unit->core.rules;
    if (unit->core.mode.monitored)
        sv_monitor_settle(&unit->core);
    unsigned actions = sv_registers_write(&unit->core.registers, rules, offset, bytes, value);
    if (actions & SV_ACTION_LATCH_ROOT) {
        sv_registers_latch(&unit->core.registers, rules, &unit->core.mode);
        if (sv_rules_has(rules, SV_CAP_ESRTPS))
            flush_caches(unit);
    }
    if (actions & SV_ACTION_ENABLE)
        unit->core.mode.enabled = true;
    if (actions & SV_ACTION_DISABLE) {
        unit->core.mode.enabled = false;
        if (sv_rules_has(rules, SV_CAP_SMTS))
            flush_caches(unit);
    }
    if (actions & SV_ACTION_PROTECT)
        sv_protected_latch(&unit->core.mode.protect, unit->core.registers.value, rules->caps);
    if (actions & (SV_ACTION_LATCH_ROOT | SV_ACTION_ENABLE | SV_ACTION_DISABLE | SV_ACTION_PROTECT))
        sv_mode_settle(&unit->core.mode, rules);
    if (actions & (SV_ACTION_LATCH_IRTA | SV_ACTION_INTERRUPTS))
        interrupt_actions(unit, actions);
    unsigned drained = (actions & SV_ACTION_DRAIN ? SV_DRAINED_LEVELS : 0u) |
                       (actions & SV_ACTION_PROTECT ? SV_DRAINED_PMEN : 0u);
    if (drained)
        sv_pipeline_wait_for_register(&unit->pipeline, drained);
    if (actions & (SV_ACTION_CCMD | SV_ACTION_IOTLB))
        sv_inv_registers_run(&unit->pipeline, actions);
    if (actions & SV_ACTION_QUEUE)
        sv_inv_queue_run(&unit->pipeline);
    if (actions & SV_ACTION_PERF)
        sv_monitor_programmed(&unit->core);
    if (actions & SV_ACTION_COMMAND)
        sv_monitor_command(&unit->pipeline);
    sv_core_send_messages(&unit->core);
    return SVASIM_OK;
}

svasim_err svasim_mmio_read(svasim *unit, uint32_t offset, uint32_t bytes, uint64_t *value)
{
    if ((bytes != 4 && bytes != 8) || offset % bytes)
        return refuse(unit, "register access: 4 or 8 bytes, naturally aligned");
    if (unit->core.mode.monitored)
        sv_monitor_settle(&unit->core);
    *value = sv_registers_read(&unit->core.registers, offset, bytes);
    return SVASIM_OK;
}

svasim_err svasim_invalidate(svasim *unit, const uint64_t words[4], uint8_t *out_iqei)
{
    struct sv_invalidation inv;
    sv_invalidation_decode(&unit->core.rules, (enum sv_ttm)unit->core.mode.ttm, words, &inv);
    if (out_iqei)
        *out_iqei = inv.iqei;
    if (sv_inv_direct(&unit->pipeline, &inv))
        return SVASIM_OK;
    (void)refuse(unit, "too many wait descriptors are pending, or invalidations of the device");
    return SVASIM_BUSY;
}

svasim_err svasim_device_tlb_done(svasim *unit, uint16_t source_id, uint32_t itags, uint8_t count)
{
    if (!sv_rules_has(&unit->core.rules, SV_CAP_DT))
        return refuse(unit, "device TLB: cap.dt is off");
    if (count < 1 || count > 8)
        return refuse(unit, "count: not 1 to 8");
    sv_device_tlb_done(&unit->pipeline, source_id, itags, count);
    return SVASIM_OK;
}

uint32_t svasim_device_tlb_pending(const svasim *unit)
{
    return unit->pipeline.devices.count;
}

/* --- page requests --- */

svasim_err svasim_page_ask(svasim *unit, const svasim_page_request *request,
                           svasim_page_answer *out_answer, uint16_t *out_fault)
{
    uint16_t fault;
    bool has_pasid = request->pasid != SVASIM_NO_PASID;
    if (has_pasid && request->pasid >> 20)
        return refuse(unit, "pasid: does not fit 20 bits");
    if (!has_pasid && (request->flags & (SVASIM_PAGE_PRIV | SVASIM_PAGE_EXEC)))
        return refuse(unit, "flags: PRIV and EXEC travel in the PASID prefix; give a pasid");
    if (request->flags & ~(SVASIM_PAGE_READ | SVASIM_PAGE_WRITE | SVASIM_PAGE_PRIV |
                           SVASIM_PAGE_EXEC | SVASIM_PAGE_LAST))
        return refuse(unit, "flags: not only SVASIM_PAGE_ bits");
    if (request->group > 511)
        return refuse(unit, "group: does not fit 9 bits");
    if (!sv_rules_has(&unit->core.rules, SV_CAP_PRS))
        return refuse(unit, "page requests: cap.prs is off");
    *out_answer = sv_page_ask(&unit->pipeline, &unit->walk, request, &fault);
    if (unit->core.mode.monitored)
        sv_monitor_settle(&unit->core);
    if (out_fault)
        *out_fault = fault;
    return SVASIM_OK;
}

/* --- interrupts --- */

uint32_t svasim_interrupt_index(const svasim_request *request)
{
    return sv_interrupt_index(request);
}

void svasim_message_decode(uint64_t address, uint32_t data, svasim_message *out)
{
    *out = (svasim_message){
        .destination = (uint32_t)((address >> 12 & 0xff) | (address >> 40) << 8),
        .vector = (uint8_t)data,
        .delivery = data >> 8 & 7,
        .logical = bit_get(address, 2),
        .hint = bit_get(address, 3),
        .level = bit_get(data, 15),
        .asserted = bit_get(data, 14),
    };
}

/* --- inspection --- */

uint64_t svasim_counter_value(const svasim *unit, unsigned index)
{
    switch (index) {
    case SV_COUNT_CLOCKS:
        return unit->pipeline.now;
    case SV_COUNT_MEM_OCCUPANCY:
        return unit->pipeline.busy[SV_RES_MEMORY_DEPTH];
    case SV_COUNT_EVICTED:
        return unit->core.caches.evicted;
    default:
        return index < SV_COUNTER_COUNT ? unit->core.counter[index] : 0;
    }
}

uint64_t svasim_stage_ticks(const svasim *unit, unsigned index)
{
    return index < SVASIM_STAGE_COUNT ? unit->pipeline.stage_ticks[index] : 0;
}

unsigned svasim_latency_kinds(void)
{
    return SV_LATENCY_KINDS;
}

const char *svasim_latency_kind_name(unsigned kind)
{
    static const char *const names[SV_LATENCY_KINDS] = {"read", "write", "atomic", "ats",
                                                        "translated"};
    return kind < SV_LATENCY_KINDS ? names[kind] : NULL;
}

uint64_t svasim_latency_samples(const svasim *unit, unsigned kind)
{
    return kind < SV_LATENCY_KINDS ? unit->pipeline.latency[kind].samples : 0;
}

uint64_t svasim_latency_quantile(const svasim *unit, unsigned kind, uint32_t parts_per_million)
{
    if (kind >= SV_LATENCY_KINDS)
        return 0;
    return sv_histogram_quantile(&unit->pipeline.latency[kind], parts_per_million);
}

double svasim_latency_mean(const svasim *unit, unsigned kind)
{
    if (kind >= SV_LATENCY_KINDS || unit->pipeline.latency[kind].samples == 0)
        return 0;
    const struct sv_histogram *latency = &unit->pipeline.latency[kind];
    return (double)latency->sum / (double)latency->samples;
}

uint64_t svasim_fault_count(const svasim *unit, unsigned fault)
{
    return fault < SVASIM_FAULT_COUNT ? unit->core.faults[fault] : 0;
}

unsigned svasim_resource_count(void)
{
    return SV_RES_COUNT;
}

svasim_err svasim_resource_get(const svasim *unit, unsigned index, svasim_resource *out)
{
    if (index >= SV_RES_COUNT)
        return SVASIM_EINVAL;
    sv_pipeline_resource(&unit->pipeline, index, out);
    return SVASIM_OK;
}

uint32_t svasim_occupancy(const svasim *unit, svasim_occupant which)
{
    return sv_pipeline_occupancy(&unit->pipeline, which);
}

uint64_t svasim_stall_ticks(const svasim *unit, svasim_stall why)
{
    return sv_pipeline_stall(&unit->pipeline, why);
}

static int cache_index(const char *name)
{
    for (int i = 0; i < SV_CACHE_COUNT; i++)
        if (strcmp(svasim_cache_at((unsigned)i)->name, name) == 0)
            return i;
    return -1;
}

/* Structure caches carry domain ids, not source ids: take that of the entry that leads to them. */
static bool holds_table(const svasim *unit, enum sv_cache_id id, struct sv_lookup *key)
{
    const struct sv_caches *caches = &unit->core.caches;
    const struct sv_context *context = sv_caches_peek_context(caches, key);
    const struct sv_pasid *entry = sv_caches_peek_pasid(caches, key);
    bool legacy = unit->core.mode.ttm == SV_TTM_LEGACY;
    bool known = legacy ? context != NULL : entry != NULL;
    svasim_cache_entry found;
    if (known) {
        key->domain_id = legacy                  ? context->domain_id
                         : id >= SV_CACHE_HPT_L2 ? entry->hpt_domain_id
                                                 : entry->domain_id;
        return sv_caches_holds(caches, id, key);
    }
    bool any_pasid = !key->has_pasid && !context; /* RID_PASID is not known either */
    for (uint32_t slot = 0; sv_caches_next(caches, id, &slot, &found);)
        if ((found.pasid == SVASIM_NO_PASID || found.pasid == key->pasid || any_pasid) &&
            key->address - found.address < found.bytes)
            return true;
    return false;
}

bool svasim_cache_holds(const svasim *unit, const char *cache, uint16_t source_id, uint32_t pasid,
                        uint64_t address)
{
    int index = cache_index(cache);
    if (index < 0)
        return false;
    bool has_pasid = pasid != SVASIM_NO_PASID;
    struct sv_lookup key = {
        .address = address,
        .pasid = has_pasid ? pasid : 0,
        .source_id = source_id,
        .has_pasid = has_pasid,
    };
    if (index == SV_CACHE_IEC)
        return sv_caches_holds(&unit->core.caches, SV_CACHE_IEC, &key);
    /* What lies behind the context entry is tagged with RID_PASID, not with "none". */
    if (!has_pasid && index >= SV_CACHE_PASID) {
        const struct sv_context *context = sv_caches_peek_context(&unit->core.caches, &key);
        key.pasid = context ? context->rid_pasid : 0;
    }
    bool has_source = index >= SV_CACHE_HPT_4K && index <= SV_CACHE_HPT_1G;
    if (index >= SV_CACHE_FS_L2 && !has_source)
        return holds_table(unit, (enum sv_cache_id)index, &key);
    return sv_caches_holds(&unit->core.caches, (enum sv_cache_id)index, &key);
}

bool svasim_cache_next(const svasim *unit, unsigned index, uint32_t *slot, svasim_cache_entry *out)
{
    return index < SV_CACHE_COUNT &&
           sv_caches_next(&unit->core.caches, (enum sv_cache_id)index, slot, out);
}

uint32_t svasim_cache_entries(const svasim *unit, unsigned index)
{
    return index < SV_CACHE_COUNT ? unit->core.caches.cache[index].count : 0;
}

const char *svasim_error(const svasim *unit)
{
    return unit->error;
}
