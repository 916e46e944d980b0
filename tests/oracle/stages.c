/* SPDX-License-Identifier: MIT */
/* stages.c - the page walks of the naive translator: first stage, second stage and nested, level by
 * level by recursion, with their flags and rights (rev 5.10 sections 3.6 to 3.8, 9.7 and 9.8), and
 * the addresses that are not walked. It must not know how a request finds its tables. */
#include "way.h"

#include <string.h>

/* Set flags that are missing now. */
static bool set_flags(struct way *w, uint64_t hpa, uint64_t flags, const char *not_snooped,
                      const char *failed, const char *read_only)
{
    uint64_t now = 0;
    (void)w->memory->read(w->memory->host, hpa, &now);
    if ((now & flags) == flags)
        return true;
    if (!w->snooped)
        return fail(w, not_snooped);
    if (read_only)
        return fail(w, read_only);
    if (w->memory->update(w->memory->host, hpa, flags) != 0)
        return fail(w, failed);
    return true;
}

static bool second_flags(struct way *w, uint64_t hpa, uint64_t flags)
{
    return !w->ssade || set_flags(w, hpa, flags, "SSS.5", "SSS.6", NULL);
}

static bool first_flags(struct way *w, uint64_t hpa, uint64_t flags, bool holder_w)
{
    if (w->eafe)
        flags |= UINT64_C(1) << 10;
    return set_flags(w, hpa, flags, "SFS.9", "SFS.10", holder_w ? NULL : "SFS.8");
}

#define A2 (UINT64_C(1) << 8)
#define D2 (UINT64_C(1) << 9)
#define A1 (UINT64_C(1) << 5)
#define D1 (UINT64_C(1) << 6)

static uint64_t second_reserved(const struct way *w, unsigned level, bool leaf)
{
    uint64_t mask = above(w->caps->haw, 51);
    if (level >= 4)
        mask |= 1u << 7;
    if (leaf && level == 3)
        mask |= bits(29, 12) | (w->caps->sslps & 2 ? 0 : 1u << 7);
    if (leaf && level == 2)
        mask |= bits(20, 12) | (w->caps->sslps & 1 ? 0 : 1u << 7);
    if (!leaf || !w->caps->sc)
        mask |= 1u << 11;
    if (!w->regs->ssirwe)
        mask |= UINT64_C(1) << 62;
    return mask;
}

/* Walk the second stage from `level` down. `late_leaf`: the caller sets the leaf's flags. */
static bool second_walk(struct way *w, uint64_t in, uint64_t table, unsigned level, bool late_leaf,
                        struct second *s)
{
    unsigned shift = 12 + 9 * (level - 1);
    uint64_t hpa = table + 8 * (in >> shift & 511), e;
    bool top = level == w->ss_levels;
    if (!read_words(w, hpa, &e, 1))
        return fail(w, w->legacy ? (top ? "LCT.4.3" : "LSS.1") : top ? "SSS.4" : "SSS.1");
    bool r = w->regs->ssirwe ? e >> 61 & 1 : e & 1;
    bool wr = w->regs->ssirwe ? e >> 62 & 1 : e >> 1 & 1;
    if (!r && !wr) {
        if (w->legacy) /* no code for "not present": a walk without any right */
            return fail(w, w->rq->op == ORACLE_READ ? "LGN.3" : "LGN.2");
        return fail(w, "SSS.2");
    }
    bool leaf = level == 1 || (level <= 3 && (e >> 7 & 1));
    if (e & second_reserved(w, level, leaf))
        return fail(w, w->legacy ? "LSS.2" : "SSS.3");
    s->r &= r;
    s->w &= wr;
    if (!(leaf && late_leaf) && !second_flags(w, hpa, A2))
        return false;
    if (!leaf)
        return second_walk(w, in, e & bits(51, 12), level - 1, late_leaf, s);
    s->leaf_hpa = hpa;
    s->size = UINT64_C(1) << shift;
    s->pa = (e & bits(51, 12) & ~(s->size - 1)) | (in & (s->size - 1));
    s->snp = e >> 11 & 1;
    if (!s->r && !s->w && !w->legacy)
        return fail(w, "SSS.2");
    return true;
}

static bool second_stage(struct way *w, uint64_t in, bool late_leaf, struct second *s)
{
    memset(s, 0, sizeof *s);
    s->r = s->w = true;
    return second_walk(w, in, w->ss_root, w->ss_levels, late_leaf, s);
}

/* Where a first-stage entry at guest address `gpa` is, and whether it may be written. */
static bool table_entry(struct way *w, uint64_t gpa, bool top, uint64_t *hpa, bool *writable)
{
    struct second s;
    *hpa = gpa;
    *writable = true;
    if (!w->nested)
        return true;
    if (!second_stage(w, gpa, false, &s))
        return false;
    if (!s.r)
        return fail(w, top ? "SFS.6" : "SFS.7");
    if (w->ssade && !s.w)
        return fail(w, "SFS.8");
    *hpa = s.pa;
    *writable = s.w;
    return second_flags(w, s.leaf_hpa, D2);
}

static uint64_t first_reserved(const struct way *w, unsigned level, bool leaf)
{
    uint64_t mask = above(w->caps->haw, 51);
    if (level >= 4)
        mask |= 1u << 7;
    if (leaf && level == 3)
        mask |= bits(29, 13) | (w->caps->fs1gp ? 0 : 1u << 7);
    if (leaf && level == 2)
        mask |= bits(20, 13);
    return mask;
}

static bool first_walk(struct way *w, uint64_t table, unsigned level, struct first *f)
{
    unsigned shift = 12 + 9 * (level - 1);
    bool top = level == w->fs_levels;
    uint64_t hpa, e;
    bool writable;
    if (!table_entry(w, table + 8 * (w->rq->address >> shift & 511), top, &hpa, &writable))
        return false;
    if (!read_words(w, hpa, &e, 1))
        return fail(w, top ? "SFS.4" : "SFS.1");
    if (!(e & 1))
        return fail(w, "SFS.2");
    bool leaf = level == 1 || (level <= 3 && (e >> 7 & 1));
    if (e & first_reserved(w, level, leaf))
        return fail(w, "SFS.3");
    uint64_t size = leaf ? UINT64_C(1) << shift : 4096;
    uint64_t next = e & bits(51, 12) & ~(size - 1);
    if (w->nested && beyond(next, w->x))
        return fail(w, "SFS.5");
    f->rw &= e >> 1 & 1;
    f->us &= e >> 2 & 1;
    if (!(leaf && w->may_dirty) && !first_flags(w, hpa, A1, writable))
        return false;
    if (!leaf)
        return first_walk(w, next, level - 1, f);
    f->leaf_hpa = hpa;
    f->holder_w = writable;
    f->size = size;
    f->out = next | (w->rq->address & (size - 1));
    return true;
}

/* A translation request may get no right at all, and then no address either. */
static bool nothing_granted(const struct way *w)
{
    return w->rq->at == ORACLE_TRANSLATION && !w->out.r && !w->out.w;
}

/* Does the page, with these rights, let the request pass? Sets the rights of a completion. */
static bool judge(struct way *w, bool r, bool wr, bool second_w)
{
    const struct oracle_request *q = w->rq;
    const char *no_write = w->legacy ? "LGN.2" : "SGN.6", *no_read = w->legacy ? "LGN.3" : "SGN.7";
    w->out.r = r;
    w->out.w = wr;
    if (q->at == ORACLE_TRANSLATION) {
        if (q->nw && w->caps->nwfs)
            w->out.w = false;
        if (!r && !wr && w->legacy) /* no SSS.2 there */
            return fail(w, no_read);
        w->out.no_data = nothing_granted(w);
        return true;
    }
    if (q->op != ORACLE_READ && !wr)
        return fail(w, no_write);
    bool waived = q->op == ORACLE_READ && q->length == 0 && w->caps->zlr && second_w;
    if (q->op != ORACLE_WRITE && !r && !waived)
        return fail(w, no_read);
    return true;
}

static bool interrupt_range(struct way *w, uint64_t pa, uint64_t size)
{
    if (w->rq->at == ORACLE_TRANSLATION)
        return !overlaps_fee(pa & ~(size - 1), size) || fail(w, w->legacy ? "LGN.4" : "SGN.8.2");
    return !in_fee(pa) || fail(w, w->legacy ? "LGN.4" : "SGN.8.1");
}

static bool finish(struct way *w, uint64_t pa, uint64_t size, bool snoop)
{
    w->out.address = pa;
    w->out.page_bytes = size;
    w->out.snoop = snoop;
    return true;
}

/* True if the access that was granted marks its page dirty. */
static bool dirties(const struct way *w)
{
    return w->may_dirty && (w->rq->at != ORACLE_TRANSLATION || w->out.w);
}

/* PGTT = 010, and the second-stage types of legacy mode. */
bool second_only(struct way *w)
{
    struct second s;
    if (beyond(w->rq->address, w->x))
        return fail(w, w->legacy ? "LGN.1.1" : "SGN.5");
    if (!second_stage(w, w->rq->address, w->may_dirty, &s) || !judge(w, s.r, s.w, s.w) ||
        !interrupt_range(w, s.pa, s.size))
        return false;
    if (nothing_granted(w))
        return true;
    if (w->may_dirty && !second_flags(w, s.leaf_hpa, dirties(w) ? A2 | D2 : A2))
        return false;
    return finish(w, s.pa, s.size, w->pgsnp || s.snp);
}

/* PGTT = 001 and 011. */
bool first_stage(struct way *w, uint64_t root)
{
    struct first f = {.rw = true, .us = true};
    struct second s = {.r = true, .w = true};
    unsigned n = w->fs_levels == 5 ? 57 : 48;
    uint64_t sign = w->rq->address >> (n - 1);
    if (sign != 0 && sign != bits(63 - (n - 1), 0))
        return fail(w, "SGN.1");
    if (!first_walk(w, root, w->fs_levels, &f))
        return false;
    s.pa = f.out;
    s.size = f.size;
    if (w->nested && !second_stage(w, f.out, w->may_dirty, &s))
        return false;
    if (w->user && !f.us)
        return fail(w, "SGN.2");
    bool wr = f.rw || (!w->user && !w->wpe);
    uint64_t size = s.size < f.size ? s.size : f.size;
    if (!judge(w, s.r, wr && s.w, s.w))
        return false;
    /* Open in the specification: a page without any right has no result that could lie in the
       interrupt range; one whose only right NW takes away has. */
    if (!s.r && !(wr && s.w) && w->rq->at == ORACLE_TRANSLATION)
        return true;
    if (!interrupt_range(w, s.pa, size))
        return false;
    if (nothing_granted(w))
        return true;
    if (w->may_dirty && !first_flags(w, f.leaf_hpa, dirties(w) ? A1 | D1 : A1, f.holder_w))
        return false;
    if (w->nested && w->may_dirty && !second_flags(w, s.leaf_hpa, dirties(w) ? A2 | D2 : A2))
        return false;
    return finish(w, s.pa, size, w->pgsnp || s.snp);
}

/* PGTT = 100, and TT = 10b (untranslated requests only). */
bool pass_through(struct way *w)
{
    uint64_t at = w->rq->address;
    const struct oracle_caps *c = w->caps;
    uint64_t size = w->legacy                  ? 4096
                    : c->sslps & 2 || c->fs1gp ? 1u << 30
                    : c->sslps & 1 || c->fsts  ? 1u << 21
                                               : 4096;
    if (beyond(at, w->caps->haw))
        return fail(w, w->legacy ? "LGN.1.3" : "SGN.4.2");
    if (in_fee(at)) /* only requests with PASID get here */
        return fail(w, w->legacy                         ? "LGN.4"
                       : w->rq->at == ORACLE_TRANSLATION ? "SGN.8.2"
                                                         : "SGN.8.1");
    while (overlaps_fee(at & ~(size - 1), size))
        size >>= 9;
    return judge(w, true, true, true) && finish(w, at, size, w->pgsnp);
}

bool translated(struct way *w)
{
    if (beyond(w->rq->address, w->caps->haw))
        return fail(w, w->legacy ? "LGN.1.2" : "SGN.4.1");
    if (in_fee(w->rq->address))
        return fail(w, w->legacy ? "LGN.4" : "SGN.8.3");
    w->out.r = w->out.w = true;
    w->out.domain_id = 0;
    return finish(w, w->rq->address, 0, false);
}

bool special(struct way *w)
{
    w->out.u = w->out.w = !(w->rq->nw && w->caps->nwfs);
    w->out.no_data = true;
    return true;
}
