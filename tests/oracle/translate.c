/* SPDX-License-Identifier: MIT */
/* translate.c - the naive translator from ingress to the kind of page walk: root, context, PASID
 * directory and PASID entries, quadword by quadword in the order in which the specification (rev
 * 5.10, chapters 3, 4, 7 and 9) describes them. Where it is silent, this follows the model's
 * documented defaults. No caches, no time, nothing of the library. */
#include "way.h"

bool read_words(struct way *w, uint64_t hpa, uint64_t *out, unsigned count)
{
    bool good = true;
    for (unsigned i = 0; i < count; i++)
        good &= w->memory->read(w->memory->host, hpa + 8 * i, &out[i]) == 0;
    return good;
}

static bool supported_width(const struct way *w, uint64_t aw)
{
    return aw >= 1 && aw <= 3 && (w->caps->sagaw >> aw & 1);
}

static unsigned width_of(const struct way *w, uint64_t aw)
{
    unsigned agaw = aw == 1 ? 39 : aw == 2 ? 48 : 57;
    return agaw < w->caps->mgaw ? agaw : w->caps->mgaw;
}

static uint64_t domain_reserved(const struct way *w)
{
    return 0xFFFF & ~((UINT64_C(1) << (4 + 2 * w->caps->nd)) - 1);
}

static bool legacy_mode(struct way *w)
{
    uint64_t root[2], c[2];
    const struct oracle_caps *caps = w->caps;
    if (!read_words(w, w->regs->rta + 16 * (w->rq->sid >> 8), root, 2))
        return fail(w, "LRT.1");
    if (!(root[0] & 1))
        return fail(w, "LRT.2");
    if (root[0] & (bits(11, 1) | above(caps->haw, 63)) || root[1])
        return fail(w, "LRT.3");
    if (!read_words(w, (root[0] & bits(63, 12)) + 16 * (w->rq->sid & 0xFF), c, 2))
        return fail(w, "LCT.1");
    w->fpd |= c[0] >> 1 & 1;
    if (!(c[0] & 1))
        return fail(w, "LCT.2");
    uint64_t tt = field(c[0], 3, 2), aw = field(c[1], 2, 0);
    if (c[0] & (bits(11, 4) | (tt == 2 ? 0 : above(caps->haw, 63))) ||
        c[1] & (1u << 7 | domain_reserved(w) << 8 | bits(63, 24)))
        return fail(w, "LCT.3");
    if (tt == 3 || (tt == 1 && !caps->dt) || (tt == 2 && !caps->pt))
        return fail(w, "LCT.4.2");
    if (!supported_width(w, aw) && !(tt == 2 && caps->sagaw == 0))
        return fail(w, "LCT.4.1");
    if (w->rq->at != ORACLE_UNTRANSLATED && tt != 1)
        return fail(w, "LCT.5");
    w->out.domain_id = (uint16_t)field(c[1], 23, 8);
    if (w->rq->at == ORACLE_TRANSLATION && in_fee(w->rq->address))
        return special(w);
    if (w->rq->at == ORACLE_TRANSLATED)
        return translated(w);
    if (tt == 2)
        return pass_through(w);
    w->ss_root = c[0] & bits(63, 12);
    w->ss_levels = (unsigned)aw + 2;
    w->x = width_of(w, aw);
    return second_only(w);
}

static bool context_reserved(const struct way *w, const uint64_t c[4])
{
    const struct oracle_caps *caps = w->caps;
    uint64_t low = bits(8, 7) | above(caps->haw, 63), high = bits(63, 21);
    low |= (caps->dt ? 0u : 1u << 2) | (caps->pasid ? 0u : 1u << 3) | (caps->prs ? 0u : 1u << 4) |
           (caps->hpts ? 0u : 1u << 5) | (caps->ptrs ? 0u : 1u << 6);
    high |= (caps->rps ? 0 : bits(19, 0)) | (caps->rprivs ? 0u : 1u << 20);
    return (c[0] & low) || (c[1] & high) || c[2] || c[3];
}

/* The checks of a scalable-mode context entry that depend on the request. */
static bool context_allows(struct way *w, const uint64_t c[4])
{
    const struct oracle_request *q = w->rq;
    bool dte = c[0] >> 2 & 1, paside = c[0] >> 3 & 1, pre = c[0] >> 4 & 1, eptr = c[0] >> 6 & 1;
    uint64_t limit = UINT64_C(1) << (field(c[0], 11, 9) + 13), rid = field(c[1], 19, 0);
    if (!dte && pre)
        return fail(w, "SCT.4.1");
    if (rid >= limit)
        return fail(w, "SCT.4.2");
    if (eptr && !paside && (!q->has_pasid || q->at == ORACLE_TRANSLATED))
        return fail(w, "SCT.4.3");
    if (q->at != ORACLE_UNTRANSLATED && !dte)
        return fail(w, "SCT.5");
    if (!q->has_pasid)
        return true;
    if (q->at == ORACLE_TRANSLATED && !eptr)
        return fail(w, "SCT.10");
    if (q->at != ORACLE_TRANSLATED && !paside)
        return fail(w, "SCT.6");
    if (q->pasid >= UINT64_C(1) << (w->caps->pss + 1))
        return fail(w, "SGN.10");
    if (q->pasid >= limit)
        return fail(w, "SCT.7");
    if (q->pasid == rid)
        return fail(w, "SCT.9");
    return true;
}

static bool pasid_reserved(const struct way *w, const uint64_t e[8])
{
    const struct oracle_caps *c = w->caps;
    uint64_t m[8] = {0};
    uint64_t wide = above(c->haw, 63);
    m[0] = 1u << 5 | bits(11, 10) | wide | (c->ssts ? 0 : bits(4, 2) | bits(63, 12)) |
           (c->ssts && c->ssads ? 0 : 1u << 9);
    m[1] = domain_reserved(w) | bits(22, 16) | bits(31, 27) | (c->smpwcs ? 0 : 1u << 23) |
           (c->sc ? 0 : 1u << 24) | (c->mts ? 0 : 3u << 25 | bits(63, 32));
    m[2] = 1u << 1 | bits(11, 8) | wide | (c->srs ? 0 : 1u << 0) | (c->eafs ? 0 : 1u << 7) |
           (c->fsts ? 0 : bits(4, 2) | bits(63, 12));
    m[3] = ~UINT64_C(0);
    m[4] = bits(11, 3) | wide | (c->hpts ? 0 : bits(2, 0) | bits(63, 12));
    m[5] = domain_reserved(w) | bits(63, 16) | (c->hpts ? 0 : bits(15, 0));
    m[6] = m[7] = ~UINT64_C(0);
    for (int i = 0; i < 8; i++)
        if (e[i] & m[i])
            return true;
    return false;
}

static bool type_supported(const struct oracle_caps *c, uint64_t pgtt)
{
    return (pgtt == 1 && c->fsts) || (pgtt == 2 && c->ssts) || (pgtt == 3 && c->nest) ||
           (pgtt == 4 && c->pt);
}

static bool by_pasid_entry(struct way *w, const uint64_t e[8])
{
    uint64_t pgtt = field(e[0], 8, 6), aw = field(e[0], 4, 2), fspm = field(e[2], 3, 2);
    uint64_t fs_root = e[2] & bits(63, 12);
    bool first = pgtt == 1 || pgtt == 3, second = pgtt == 2 || pgtt == 3;
    if (!type_supported(w->caps, pgtt))
        return fail(w, "SPT.4.2");
    if (second && !supported_width(w, aw))
        return fail(w, "SPT.4.1");
    if (first && (fspm > 1 || (fspm == 1 && !w->caps->fs5lp)))
        return fail(w, "SPT.4.3");
    w->nested = first && second;
    w->fs_levels = fspm ? 5 : 4;
    w->ss_levels = (unsigned)aw + 2;
    w->x = second ? width_of(w, aw) : 64;
    w->ss_root = e[0] & bits(63, 12);
    if (w->nested && beyond(fs_root, w->x))
        return fail(w, "SPT.4.4");
    if (w->rq->er && !w->caps->ers)
        return fail(w, "SPT.5");
    if (!w->user && !(e[2] & 1))
        return fail(w, "SPT.6");
    w->ssade = second && (e[0] >> 9 & 1);
    w->snooped = w->caps->smpwcs && (e[1] >> 23 & 1);
    w->pgsnp = e[1] >> 24 & 1;
    w->wpe = e[2] >> 4 & 1;
    w->eafe = first && (e[2] >> 7 & 1);
    w->out.domain_id = (uint16_t)field(e[1], 15, 0);
    return pgtt == 4 ? pass_through(w) : pgtt == 2 ? second_only(w) : first_stage(w, fs_root);
}

static bool scalable_mode(struct way *w)
{
    uint64_t root[2], c[4], d, e[8];
    unsigned half = w->rq->sid >> 7 & 1;
    if (!read_words(w, w->regs->rta + 16 * (w->rq->sid >> 8), root, 2))
        return fail(w, "SRT.1");
    if (!(root[half] & 1))
        return fail(w, "SRT.2");
    if (root[half] & (bits(11, 1) | above(w->caps->haw, 63)))
        return fail(w, "SRT.3");
    if (!read_words(w, (root[half] & bits(63, 12)) + 32 * (w->rq->sid & 0x7F), c, 4))
        return fail(w, "SCT.1");
    w->fpd |= c[0] >> 1 & 1;
    if (!(c[0] & 1))
        return fail(w, "SCT.2");
    if (context_reserved(w, c))
        return fail(w, "SCT.3");
    if (!context_allows(w, c))
        return false;
    if (w->rq->at == ORACLE_TRANSLATED)
        return translated(w);
    if (w->rq->at == ORACLE_TRANSLATION && !w->rq->has_pasid && in_fee(w->rq->address))
        return special(w);
    uint64_t pasid = w->rq->has_pasid ? w->rq->pasid : field(c[1], 19, 0);
    w->user = w->rq->has_pasid ? !w->rq->pr : !(c[1] >> 20 & 1);
    if (!read_words(w, (c[0] & bits(63, 12)) + 8 * (pasid >> 6), &d, 1))
        return fail(w, "SPD.1");
    w->fpd |= d >> 1 & 1;
    if (!(d & 1))
        return fail(w, "SPD.2");
    if (d & (bits(11, 2) | above(w->caps->haw, 63)))
        return fail(w, "SPD.3");
    if (!read_words(w, (d & bits(63, 12)) + 64 * (pasid & 63), e, 8))
        return fail(w, "SPT.1");
    w->fpd |= e[0] >> 1 & 1;
    if (!(e[0] & 1))
        return fail(w, "SPT.2");
    if (pasid_reserved(w, e))
        return fail(w, "SPT.3");
    return by_pasid_entry(w, e);
}

/* The root pointer register and what comes before any table. */
static bool by_mode(struct way *w)
{
    const struct oracle_request *q = w->rq;
    if (w->regs->ttm == 2)
        return fail(w, "RTA.1.2");
    if (w->regs->ttm == 3)
        return fail(w, w->caps->adms ? "RTA.4" : "RTA.1.1");
    if (w->regs->ttm == 1 && !w->caps->smts)
        return fail(w, "RTA.1.3");
    if (w->regs->ttm == 0 && q->has_pasid)
        return fail(w, "RTA.2");
    if (w->regs->ttm == 0 && w->regs->ssirwe)
        return fail(w, "RTA.1.4");
    if (w->caps->major >= 8 && q->has_pasid && q->er)
        return fail(w, "RTA.5");
    w->legacy = w->regs->ttm == 0;
    return w->legacy ? legacy_mode(w) : scalable_mode(w);
}

/* True if the answer is known before any table is looked at. */
static bool at_ingress(struct way *w)
{
    const struct oracle_request *q = w->rq;
    struct oracle_result *out = &w->out;
    out->no_data = true;
    if (q->at == ORACLE_UNTRANSLATED && !q->has_pasid && in_fee(q->address)) {
        if (q->op == ORACLE_WRITE && q->length == 4 && (q->address & 3) == 0)
            out->interrupt = true;
        else if (q->op != ORACLE_READ || q->length != 0)
            fail(w, "INT.29");
        return true;
    }
    out->status = ORACLE_UR;
    if (q->at == ORACLE_AT3 || (q->at == ORACLE_TRANSLATION && q->op != ORACLE_READ))
        return true;
    if (!w->regs->tes && q->at != ORACLE_UNTRANSLATED)
        return true;
    if (q->at == ORACLE_TRANSLATED && q->has_pasid && !w->caps->ptrs)
        return true;
    out->status = ORACLE_OK;
    out->no_data = false;
    if (w->regs->tes)
        return false;
    out->r = out->w = true;
    out->address = q->address;
    return true;
}

struct oracle_result oracle_translate(const struct oracle_caps *caps,
                                      const struct oracle_regs *regs,
                                      const struct oracle_memory *memory,
                                      const struct oracle_request *request)
{
    struct way w = {.caps = caps, .regs = regs, .memory = memory, .rq = request, .user = true};
    w.out.fault = "";
    w.may_dirty = request->at == ORACLE_TRANSLATION ? !(request->nw && caps->nwfs)
                                                    : request->op != ORACLE_READ;
    if (!at_ingress(&w))
        by_mode(&w);
    w.out.priv = request->at == ORACLE_TRANSLATION && request->has_pasid && request->pr &&
                 w.out.status == ORACLE_OK;
    return w.out;
}
