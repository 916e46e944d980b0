/* SPDX-License-Identifier: MIT */
/* generate.c - random capabilities, damage and requests. Capabilities keep the dependencies of the
 * registers (rev 5.10 sections 11.4.2 and 11.4.3); the rest may be anything. */
#include "machine.h"

static bool flag(struct rng *rng, unsigned percent)
{
    return rng_below(rng, 100) < percent;
}

void caps_random(struct rng *rng, struct oracle_caps *c)
{
    static const unsigned sslps[] = {0, 1, 3, 3};
    *c = (struct oracle_caps){0};
    c->haw = flag(rng, 40) ? 52 : 40 + (unsigned)rng_below(rng, 13);
    c->mgaw = c->haw + (unsigned)rng_below(rng, 58 - c->haw);
    c->sagaw = 2 * (1 + (unsigned)rng_below(rng, 7));
    c->sslps = sslps[rng_below(rng, 4)];
    c->pss = flag(rng, 50) ? 19 : (unsigned)rng_below(rng, 20);
    c->nd = flag(rng, 50) ? 6 : (unsigned)rng_below(rng, 7);
    c->major = 5 + (unsigned)rng_below(rng, 4);
    c->zlr = flag(rng, 50);
    c->dt = flag(rng, 90);
    c->pt = flag(rng, 80);
    c->sc = flag(rng, 60);
    c->adms = flag(rng, 70);
    c->nwfs = c->dt && flag(rng, 60);
    c->smts = flag(rng, 92);
    c->ssts = flag(rng, 90);
    if (c->smts) {
        c->fsts = flag(rng, 90);
        c->smpwcs = flag(rng, 85);
        c->rps = flag(rng, 75);
        c->srs = flag(rng, 75);
        c->mts = flag(rng, 50);
        c->pasid = flag(rng, 92);
        c->prs = c->dt && flag(rng, 60);
        /* The oracle knows no host permission table: cap.hpts stays 0 and HPTE is reserved. */
    }
    c->nest = c->smts && c->fsts && c->ssts && flag(rng, 90);
    c->fs1gp = c->fsts && flag(rng, 70);
    c->fs5lp = c->fsts && flag(rng, 70);
    c->eafs = c->fsts && c->smpwcs && flag(rng, 60);
    c->ssads = c->ssts && c->smpwcs && flag(rng, 70);
    c->rprivs = c->srs && flag(rng, 60);
    c->ptrs = c->dt && c->pasid && flag(rng, 50);
    c->ssirws = c->ssts && flag(rng, 25);
    if (!c->ssts && c->major >= 6)
        c->sagaw = 0;
    if (!c->smts)
        c->pss = 0;
}

/* Fields worth another value, by quadword. */
static const struct target {
    uint8_t kind, index, hi, lo;
} targets[] = {
    {WORD_ROOT, 0, 0, 0},      {WORD_CONTEXT, 0, 0, 0},   {WORD_CONTEXT, 0, 1, 1},
    {WORD_CONTEXT, 0, 3, 2},   {WORD_CONTEXT, 0, 4, 2},   {WORD_CONTEXT, 0, 11, 9},
    {WORD_CONTEXT, 1, 2, 0},   {WORD_CONTEXT, 1, 19, 0},  {WORD_CONTEXT, 0, 6, 3},
    {WORD_CONTEXT, 1, 20, 20}, {WORD_DIRECTORY, 0, 1, 0}, {WORD_PASID, 0, 0, 0},
    {WORD_PASID, 0, 4, 2},     {WORD_PASID, 0, 8, 6},     {WORD_PASID, 0, 9, 9},
    {WORD_PASID, 1, 24, 23},   {WORD_PASID, 2, 0, 0},     {WORD_PASID, 2, 3, 2},
    {WORD_PASID, 2, 4, 4},     {WORD_PASID, 2, 7, 7},     {WORD_FIRST, 0, 2, 0},
    {WORD_FIRST, 0, 7, 5},     {WORD_FIRST, 0, 10, 10},   {WORD_FIRST, 0, 1, 1},
    {WORD_FIRST, 0, 2, 2},     {WORD_SECOND, 0, 1, 0},    {WORD_SECOND, 0, 9, 7},
    {WORD_SECOND, 0, 11, 11},  {WORD_SECOND, 0, 62, 61},  {WORD_SECOND, 0, 0, 0},
    {WORD_SECOND, 0, 1, 1},
};

static uint64_t span(unsigned hi, unsigned lo)
{
    return (hi == 63 ? ~UINT64_C(0) : (UINT64_C(1) << (hi + 1)) - 1) & ~((UINT64_C(1) << lo) - 1);
}

/* A pointer or frame that leads somewhere else. */
static void damage_address(struct rng *rng, const struct machine *m, struct damage *d)
{
    d->mask = span(51, 12);
    switch (rng_below(rng, 6)) {
    case 0: /* the interrupt range and its neighbours */
        d->value = UINT64_C(0xFEE00000) + ((rng_below(rng, 3) - 1) << 20);
        break;
    case 1: /* memory that does not exist */
        d->value = m->memory.limit + (rng_below(rng, 16) << 12);
        break;
    case 2: /* the borders of the widths */
        d->value = UINT64_C(1) << (38 + rng_below(rng, 14));
        break;
    case 3: /* another table */
        d->value = m->memory.base[rng_below(rng, m->memory.pages)];
        break;
    default:
        d->value = rng_next(rng) & span(m->caps.haw - 1, 12);
        break;
    }
    d->value &= d->mask;
}

void damage_random(struct rng *rng, const struct machine *m, struct damage *d)
{
    *d = (struct damage){.word = (unsigned)rng_below(rng, m->words)};
    switch (rng_below(rng, 16)) {
    case 0:
    case 1:
    case 2:
        d->kind = DAMAGE_POISON;
        return;
    case 3:
    case 4:
        d->kind = DAMAGE_FREEZE;
        return;
    case 5:
    case 6:
        damage_address(rng, m, d);
        return;
    case 7:
    case 8:
    case 9:
        d->mask = UINT64_C(1) << rng_below(rng, 64);
        d->value = rng_next(rng);
        break;
    default:
        for (;;) {
            const struct target *t = &targets[rng_below(rng, sizeof targets / sizeof targets[0])];
            d->word = (unsigned)rng_below(rng, m->words);
            if (t->kind == m->word[d->word].kind && t->index == m->word[d->word].index) {
                d->mask = span(t->hi, t->lo);
                d->value = rng_next(rng);
                break;
            }
        }
        break;
    }
    d->value &= d->mask;
}

void damage_apply(const struct machine *m, const struct damage *d, struct arena *memory)
{
    uint64_t hpa = m->word[d->word].hpa;
    switch (d->kind) {
    case DAMAGE_POISON:
        memory->poison[memory->poisoned++] = hpa;
        return;
    case DAMAGE_FREEZE:
        memory->freeze[memory->frozen++] = hpa;
        return;
    default:
        break;
    }
    if (arena_touch(memory, hpa)) {
        uint64_t *word = arena_word(memory, hpa);
        *word = (*word & ~d->mask) | d->value;
    }
}

static uint64_t other_address(struct rng *rng, const struct machine *m)
{
    unsigned agaw = m->aw == 1 ? 39 : m->aw == 2 ? 48 : 57;
    switch (rng_below(rng, 8)) {
    case 0:
        return UINT64_C(0xFEE00000) + rng_below(rng, 1u << 20);
    case 1:
        return UINT64_C(1) << m->caps.haw;
    case 2:
        return UINT64_C(1) << (agaw < m->caps.mgaw ? agaw : m->caps.mgaw);
    case 3:
        return m->input ^ UINT64_C(1) << (39 + rng_below(rng, 25));
    case 4:
        return UINT64_C(0xFEF00000) - (rng_below(rng, 2) << 21) + rng_below(rng, 4096);
    case 5:
        return (UINT64_C(1) << (m->five ? 56 : 47)) - 64;
    case 6:
        return m->input + (rng_below(rng, 512) << 12);
    default:
        return rng_next(rng) & span(m->caps.haw - 1, 0);
    }
}

static uint32_t other_pasid(struct rng *rng, const struct machine *m)
{
    switch (rng_below(rng, 4)) {
    case 0:
        return m->rid_pasid;
    case 1:
        return (UINT32_C(1) << (m->caps.pss + 1)) & 0xFFFFF;
    case 2:
        return (UINT32_C(1) << (m->pdts + 13)) & 0xFFFFF;
    default:
        return (uint32_t)rng_next(rng) & 0xFFFFF;
    }
}

void request_random(struct rng *rng, const struct machine *m, struct oracle_request *q)
{
    static const uint32_t lengths[] = {0, 4, 8, 64};
    static const uint8_t ats[] = {0, 0, 0, 0, 0, 1, 1, 1, 1, 2};
    *q = (struct oracle_request){.sid = m->sid};
    q->at = one_in(rng, 200) ? ORACLE_AT3 : ats[rng_below(rng, sizeof ats)];
    q->op = (uint8_t)rng_below(rng, 3);
    if (q->at == ORACLE_TRANSLATION && !one_in(rng, 100))
        q->op = ORACLE_READ;
    q->length = lengths[rng_below(rng, 4)];
    if (q->op != ORACLE_READ || q->at == ORACLE_TRANSLATION)
        q->length = lengths[1 + rng_below(rng, 3)];
    q->has_pasid = one_in(rng, m->regs.ttm == 1 ? 2 : 12);
    if (q->has_pasid) {
        q->pasid = one_in(rng, 12) ? other_pasid(rng, m) : m->pasid;
        q->pr = one_in(rng, 3);
        q->er = one_in(rng, 25);
    }
    q->nw = q->at == ORACLE_TRANSLATION && one_in(rng, 3);
    uint64_t page = m->page_bytes;
    q->address = (m->input & ~(page - 1)) |
                 (rng_below(rng, page) & (one_in(rng, 2) ? ~UINT64_C(0) : UINT64_C(0xFFF))) |
                 (one_in(rng, 2) ? m->input & (page - 1) & ~UINT64_C(0xFFF) : 0);
    if (one_in(rng, 10))
        q->address = other_address(rng, m);
    q->address &= ~UINT64_C(63); /* never across a page */
    if (q->length < 64)
        q->address += rng_below(rng, 64 - q->length);
    if (one_in(rng, 300))
        q->sid ^= (uint16_t)(1u << rng_below(rng, 16));
}
