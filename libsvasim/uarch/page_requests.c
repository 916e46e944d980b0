/* SPDX-License-Identifier: MIT */
/* page_requests.c - page request messages: checks, implicit invalidation, queue, overflow and
 * automatic responses. What takes time is in page_engine.c.
 *
 * Not modelled: a queue memory that refuses writes (the tail moves on as if the entry were
 * there). */
#include "uarch/page_requests.h"

#define ENTRY_BYTES 32u

static bool is_stop_marker(const svasim_page_request *r)
{
    return (r->flags & SVASIM_PAGE_LAST) && r->pasid != SVASIM_NO_PASID &&
           !(r->flags & (SVASIM_PAGE_READ | SVASIM_PAGE_WRITE));
}

static svasim_page_answer automatic(const svasim_page_request *r, svasim_page_answer response)
{
    return r->flags & SVASIM_PAGE_LAST ? response : SVASIM_PAGE_DROPPED;
}

/* The request as the walk sees it. */
static svasim_request as_request(const svasim_page_request *r)
{
    return (svasim_request){
        .address = r->address & ~low_mask(12),
        .length = 64,
        .pasid = r->pasid,
        .source_id = r->source_id,
        .op = SVASIM_READ,
        .at = SV_AT_PAGE,
        .flags = (uint8_t)((r->flags & SVASIM_PAGE_PRIV ? SVASIM_PRIV : 0) |
                           (r->flags & SVASIM_PAGE_EXEC ? SVASIM_EXEC : 0)),
    };
}

/* Whatever could hide the page that software is about to provide must go (section 7.4.1). */
static void forget_page(struct sv_pipeline *p, const struct sv_walk *walk)
{
    struct sv_core *core = p->core;
    const struct sv_translation *t = &walk->result;
    struct sv_invalidation inv;
    bool psi = sv_rules_has(&core->rules, SV_CAP_PSI);
    uint64_t words[4] = {(uint64_t)t->domain_id << 16, walk->request->address, 0, 0};
    if (t->pgtt == SV_PGTT_FIRST)
        words[0] |= 6 | 3u << 4 | (uint64_t)t->pasid << 32;
    else
        words[0] |= 2 | (t->pgtt == SV_PGTT_NESTED || !psi ? 2u : 3u) << 4;
    sv_invalidation_decode(&core->rules, SV_TTM_SCALABLE, words, &inv);
    inv.scope.spares_larger = false; /* whatever controls the address */
    core->counter[SV_COUNT_INVALIDATED] += sv_caches_invalidate(&core->caches, &inv.scope);
    sv_pipeline_overtake(p);
}

static void encode(const svasim_page_request *r, uint64_t *words)
{
    bool has_pasid = r->pasid != SVASIM_NO_PASID;
    words[0] = 1;
    words[1] = r->address & sv_page_request_addr_mask();
    bits_put(&words[0], sv_page_request_pp_mask(), has_pasid);
    bits_put(&words[0], sv_page_request_rid_mask(), r->source_id);
    bits_put(&words[0], sv_page_request_pasid_mask(), has_pasid ? r->pasid : 0);
    bits_put(&words[0], sv_page_request_exr_mask(), (r->flags & SVASIM_PAGE_EXEC) != 0);
    bits_put(&words[0], sv_page_request_pmr_mask(), (r->flags & SVASIM_PAGE_PRIV) != 0);
    bits_put(&words[1], sv_page_request_rdr_mask(), (r->flags & SVASIM_PAGE_READ) != 0);
    bits_put(&words[1], sv_page_request_wrr_mask(), (r->flags & SVASIM_PAGE_WRITE) != 0);
    bits_put(&words[1], sv_page_request_lpig_mask(), (r->flags & SVASIM_PAGE_LAST) != 0);
    bits_put(&words[1], sv_page_request_prgi_mask(), r->group);
}

static svasim_page_answer overflow(struct sv_pipeline *p, const svasim_page_request *r)
{
    svasim_page_answer answer = automatic(r, SVASIM_PAGE_SUCCESS);
    p->core->counter[SV_COUNT_PG_REQ_OVERFLOW] += answer == SVASIM_PAGE_SUCCESS;
    return answer;
}

static uint64_t queue_bytes(const struct sv_core *core)
{
    return UINT64_C(4096) << (core->registers.value[SV_REG_PQA] & 7);
}

/* With the entries that are still to be written. */
static bool queue_is_full(const struct sv_pipeline *p)
{
    const uint64_t *value = p->core->registers.value;
    uint64_t size = queue_bytes(p->core);
    uint64_t used = (value[SV_REG_PQT] - value[SV_REG_PQH]) % size;
    return used + (p->pages.entries + UINT64_C(1)) * ENTRY_BYTES >= size;
}

/* Write the descriptor at the tail. */
static void enqueue(struct sv_core *core, const svasim_page_request *r)
{
    uint64_t *value = core->registers.value;
    uint64_t size = queue_bytes(core), tail = value[SV_REG_PQT] % size;
    uint64_t base = value[SV_REG_PQA] & bits_mask(63, 12) & low_mask(core->rules.haw);
    uint64_t words[4] = {0};
    encode(r, words);
    for (unsigned i = 0; i < 4 && core->ports.write; i++) {
        unsigned char bytes[8];
        store_le64(bytes, words[i]);
        (void)core->ports.write(core->ports.host, base + tail + 8 * i, bytes, sizeof bytes);
    }
    value[SV_REG_PQT] = (tail + ENTRY_BYTES) % size;
    core->counter[SV_COUNT_PG_REQ_POSTED]++;
}

void sv_page_entry_visible(struct sv_pipeline *p, const svasim_page_request *r)
{
    enqueue(p->core, r);
    sv_registers_page_status(&p->core->registers, SV_PRS_PPR);
    sv_core_send_messages(p->core);
}

static svasim_page_answer faulted(struct sv_core *core, const struct sv_walk *walk,
                                  struct sv_ending *ending, const svasim_page_request *r)
{
    sv_core_ending(walk, ending);
    sv_core_count(core, walk->request, ending);
    return automatic(r, SVASIM_PAGE_INVALID);
}

svasim_page_answer sv_page_ask(struct sv_pipeline *p, struct sv_walk *walk,
                               const svasim_page_request *r, uint16_t *out_fault)
{
    struct sv_core *core = p->core;
    struct sv_ending ending;
    svasim_request request = as_request(r);
    bool quiet = is_stop_marker(r) && sv_rules_has(&core->rules, SV_CAP_SMS) &&
                 !core->rules.stop_marker_overflows;
    bool overflowed = (core->registers.value[SV_REG_PRS] & SV_PRS_PRO) != 0;
    if (overflowed && core->rules.overflow_first && core->mode.enabled) {
        *out_fault = SVASIM_FAULT_NONE;
        return quiet ? SVASIM_PAGE_DROPPED : overflow(p, r);
    }
    sv_core_run(core, walk, sv_walk_begin(walk, &core->rules, &core->mode, &request, &ending.out));
    *out_fault = ending.out.fault;
    bool faults = ending.out.fault != SVASIM_FAULT_NONE;
    if (!faults && ending.out.status != SVASIM_STATUS_OK)
        return SVASIM_PAGE_DROPPED; /* translation is off: an Unsupported Request */
    bool queued = !faults && !overflowed && !queue_is_full(p);
    if (queued)
        forget_page(p, walk);
    if (p->pages.timed)
        sv_page_engine_add(p, walk, queued ? r : NULL);
    else if (queued)
        sv_page_entry_visible(p, r);
    if (queued)
        return SVASIM_PAGE_QUEUED;
    if (quiet)
        return SVASIM_PAGE_DROPPED;
    if (faults)
        return faulted(core, walk, &ending, r);
    if (!overflowed) {
        sv_registers_page_status(&core->registers, SV_PRS_PRO);
        sv_core_send_messages(core);
    }
    return overflow(p, r);
}
