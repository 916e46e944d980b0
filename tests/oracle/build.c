/* SPDX-License-Identifier: MIT */
/* build.c - raw tables of a mostly valid random machine: root to leaf, for one device and two
 * PASIDs (its own and that of requests without PASID) that share their trees. Every quadword on
 * the way is remembered as a target of damage. */
#include "machine.h"

#include <string.h>

struct build {
    struct rng *rng;
    struct machine *m;
    bool preset; /* accessed and dirty flags are already set */
};

static bool maybe(struct build *b, unsigned percent)
{
    return rng_below(b->rng, 100) < percent;
}

static uint64_t mask_of(unsigned width)
{
    return (UINT64_C(1) << width) - 1;
}

/* A random address of `width` bits, often near a border. */
static uint64_t random_address(struct build *b, unsigned width)
{
    uint64_t address = rng_next(b->rng) & mask_of(width);
    switch (rng_below(b->rng, 4)) {
    case 0:
        return address & 0xFFFFFFFF;
    case 1:
        return address | (mask_of(width) & ~mask_of(width - 8));
    default:
        return address;
    }
}

static uint64_t new_page(struct build *b)
{
    struct arena *memory = &b->m->memory;
    uint64_t base;
    do
        base = random_address(b, b->m->caps.haw) % memory->limit & ~UINT64_C(0xFFF);
    while (base == 0 || base >> 20 == 0xFEE || arena_word(memory, base));
    arena_add(memory, base);
    return base;
}

static void put(struct build *b, uint64_t hpa, uint64_t value, unsigned kind, unsigned index,
                unsigned level)
{
    struct machine *m = b->m;
    uint64_t *word = arena_word(&m->memory, hpa);
    *word = value;
    for (unsigned i = 0; i < m->words; i++)
        if (m->word[i].hpa == hpa)
            return;
    if (m->words < WORDS_MAX)
        m->word[m->words++] = (struct word){hpa, (uint8_t)kind, (uint8_t)index, (uint8_t)level};
}

static uint64_t second_flags(struct build *b, bool leaf)
{
    const struct oracle_caps *caps = &b->m->caps;
    uint64_t r = maybe(b, 97), w = maybe(b, 95), e = r | w << 1;
    if (b->m->regs.ssirwe) {
        e = r << 61 | w << 62;
        e |= maybe(b, 50) ? rng_next(b->rng) & 3 : r | w << 1;
    } else if (maybe(b, 5)) {
        e |= UINT64_C(1) << 61;
    }
    if (b->preset || maybe(b, 40))
        e |= 1u << 8;
    if (leaf && (b->preset || maybe(b, 30)))
        e |= 1u << 9;
    if (leaf && caps->sc && maybe(b, 20))
        e |= 1u << 11;
    if (leaf)
        e |= rng_below(b->rng, 16) << 3;
    if (maybe(b, 10)) /* ignored bits */
        e |= rng_next(b->rng) & (UINT64_C(0x9FF) << 52 | 1u << 2 | 1u << 10);
    return e;
}

static uint64_t first_flags(struct build *b, bool leaf)
{
    uint64_t e = 1 | (uint64_t)maybe(b, 93) << 1 | (uint64_t)maybe(b, 93) << 2;
    if (b->preset || maybe(b, 40))
        e |= 1u << 5;
    if (leaf && (b->preset || maybe(b, 30)))
        e |= 1u << 6;
    if (b->preset || maybe(b, 40))
        e |= 1u << 10;
    if (leaf)
        e |= rng_below(b->rng, 4) << 3 | rng_below(b->rng, 2) << 8;
    if (maybe(b, 10))
        e |= rng_next(b->rng) & (UINT64_C(0xFFF) << 52 | 1u << 9 | 1u << 11);
    return e;
}

/* Map `in` to `target` by a second-stage page of `leaf` level; existing entries stay. */
static void map_second(struct build *b, uint64_t root, unsigned levels, uint64_t in,
                       uint64_t target, unsigned leaf)
{
    uint64_t table = root;
    for (unsigned level = levels; level >= 1; level--) {
        unsigned shift = 12 + 9 * (level - 1);
        uint64_t hpa = table + 8 * (in >> shift & 511);
        uint64_t e = *arena_word(&b->m->memory, hpa);
        bool is_leaf = level == leaf;
        if (e == 0) {
            uint64_t next = is_leaf ? target & ~mask_of(shift) : new_page(b);
            e = second_flags(b, is_leaf) | next | (is_leaf && level > 1 ? 1u << 7 : 0);
            put(b, hpa, e, WORD_SECOND, 0, level);
        }
        table = e & UINT64_C(0xFFFFFFFFFF000);
        if (is_leaf || (level <= 3 && level > 1 && (e >> 7 & 1)))
            return;
        if (!arena_word(&b->m->memory, table))
            return;
    }
}

static unsigned second_leaf(struct build *b)
{
    unsigned sslps = b->m->caps.sslps, level = 1 + (unsigned)rng_below(b->rng, 3);
    if (maybe(b, 3))
        return level;
    return level == 3 && !(sslps & 2) ? 1 : level == 2 && !(sslps & 1) ? 1 : level;
}

/* A final frame: anywhere, sometimes in or beside the interrupt range. */
static uint64_t target_frame(struct build *b, unsigned width)
{
    if (maybe(b, 12))
        return UINT64_C(0xFEE00000) + ((rng_below(b->rng, 5) - 2) << 20);
    return random_address(b, width) & ~UINT64_C(0xFFF);
}

/* A guest address that a second-stage page of `leaf` level can map to `hpa`. */
static uint64_t guest_of(struct build *b, uint64_t hpa, unsigned leaf, unsigned x,
                         const uint64_t *near)
{
    uint64_t low = mask_of(12 + 9 * (leaf - 1));
    uint64_t high =
        *near && maybe(b, 60) ? *near + (rng_below(b->rng, 8) << 21) : random_address(b, x);
    return ((high & ~low) | (hpa & low)) & mask_of(x);
}

/* A table of the first stage: its host page, and where the first stage sees it. */
static uint64_t guest_table(struct build *b, uint64_t ss_root, unsigned levels, unsigned x,
                            uint64_t *near, uint64_t *hpa)
{
    *hpa = new_page(b);
    if (ss_root == 0)
        return *hpa;
    unsigned leaf = second_leaf(b);
    uint64_t gpa = guest_of(b, *hpa, leaf, x, near);
    map_second(b, ss_root, levels, gpa, *hpa, leaf);
    *near = gpa;
    return gpa;
}

/* Returns the root as the PASID entry names it. */
static uint64_t build_first(struct build *b, uint64_t ss_root, unsigned ss_levels, unsigned x)
{
    struct machine *m = b->m;
    unsigned levels = m->five ? 5 : 4, leaf = 1 + (unsigned)rng_below(b->rng, 3);
    unsigned n = m->five ? 57 : 48;
    if (leaf == 3 && !m->caps.fs1gp && maybe(b, 95))
        leaf = 2;
    m->input = random_address(b, n - 1);
    if (maybe(b, 10))
        m->input = UINT64_C(0xFEE00000) | (m->input & 0xFFFFF);
    else if (maybe(b, 40))
        m->input |= ~mask_of(n - 1);
    uint64_t near = 0, hpa, root = guest_table(b, ss_root, ss_levels, x, &near, &hpa);
    uint64_t table = hpa;
    for (unsigned level = levels; level >= leaf; level--) {
        unsigned shift = 12 + 9 * (level - 1);
        uint64_t at = table + 8 * (m->input >> shift & 511), next;
        if (level == leaf) {
            next = target_frame(b, ss_root ? (x < m->caps.haw ? x : m->caps.haw) : m->caps.haw);
            next &= ~mask_of(shift);
            m->page_bytes = UINT64_C(1) << shift;
            uint64_t gpa = next | (m->input & mask_of(shift));
            unsigned ss_leaf = second_leaf(b);
            if (ss_root) {
                map_second(b, ss_root, ss_levels, gpa, target_frame(b, m->caps.haw), ss_leaf);
                if (ss_leaf < leaf)
                    m->page_bytes = UINT64_C(1) << (12 + 9 * (ss_leaf - 1));
            }
            if (maybe(b, 10) && shift > 12)
                next |= 1u << 12; /* PAT */
        } else {
            next = guest_table(b, ss_root, ss_levels, x, &near, &table);
        }
        uint64_t e = first_flags(b, level == leaf) | next;
        put(b, at, e | (level == leaf && level > 1 ? 1u << 7 : 0), WORD_FIRST, 0, level);
    }
    return root;
}

static unsigned pick_aw(struct build *b)
{
    unsigned sagaw = b->m->caps.sagaw, aw;
    if (sagaw == 0)
        return 2;
    do
        aw = 1 + (unsigned)rng_below(b->rng, 3);
    while (!(sagaw >> aw & 1));
    return aw;
}

/* Both trees as `pgtt` needs them; sets the input address. */
static void build_trees(struct build *b, uint64_t *fs_root, uint64_t *ss_root)
{
    struct machine *m = b->m;
    unsigned agaw = m->aw == 1 ? 39 : m->aw == 2 ? 48 : 57;
    unsigned x = agaw < m->caps.mgaw ? agaw : m->caps.mgaw;
    *fs_root = *ss_root = 0;
    m->page_bytes = 4096;
    if (m->pgtt == 2 || m->pgtt == 3)
        *ss_root = new_page(b);
    if (m->pgtt == 1 || m->pgtt == 3) {
        *fs_root = build_first(b, *ss_root, m->aw + 2, x);
    } else if (m->pgtt == 2) {
        unsigned leaf = second_leaf(b);
        m->input = maybe(b, 8) ? UINT64_C(0xFEE00000) : random_address(b, x);
        map_second(b, *ss_root, m->aw + 2, m->input, target_frame(b, m->caps.haw), leaf);
        m->page_bytes = UINT64_C(1) << (12 + 9 * (leaf - 1));
    } else {
        m->input = maybe(b, 15) ? UINT64_C(0xFEE00000) + (rng_below(b->rng, 5) << 19)
                                : random_address(b, m->caps.haw);
    }
}

static void build_pasid(struct build *b, uint64_t directory, uint32_t pasid, const uint64_t e[8])
{
    struct arena *memory = &b->m->memory;
    uint64_t slot = directory + 8 * (uint64_t)(pasid >> 6);
    if (!arena_word(memory, slot))
        arena_add(memory, slot & ~UINT64_C(0xFFF));
    uint64_t d = *arena_word(memory, slot);
    if (d == 0) {
        d = new_page(b) | 1 | (maybe(b, 6) ? 2u : 0u);
        put(b, slot, d, WORD_DIRECTORY, 0, 0);
    }
    uint64_t base = (d & UINT64_C(0xFFFFFFFFFF000)) + 64 * (uint64_t)(pasid & 63);
    for (unsigned i = 0; i < 8; i++)
        put(b, base + 8 * i, e[i], WORD_PASID, i, 0);
}

static void fill_pasid_entry(struct build *b, uint64_t e[8], uint64_t fs_root, uint64_t ss_root)
{
    const struct machine *m = b->m;
    const struct oracle_caps *c = &m->caps;
    bool first = m->pgtt == 1 || m->pgtt == 3;
    memset(e, 0, 64);
    e[0] = 1 | (maybe(b, 6) ? 2u : 0u) | (uint64_t)m->pgtt << 6 | ss_root;
    if (c->ssts)
        e[0] |= (uint64_t)(ss_root ? m->aw : rng_below(b->rng, 8)) << 2;
    if (c->ssts && c->ssads && maybe(b, 50))
        e[0] |= 1u << 9;
    e[1] = rng_next(b->rng) & mask_of(4 + 2 * c->nd);
    e[1] |= (uint64_t)(c->smpwcs && maybe(b, 80)) << 23 | (uint64_t)(c->sc && maybe(b, 30)) << 24;
    if (c->mts && maybe(b, 40))
        e[1] |= rng_next(b->rng) & (UINT64_C(0xFFFFFFFF) << 32 | 3u << 25);
    e[2] = (uint64_t)(c->srs && maybe(b, 70)) | fs_root;
    if (first)
        e[2] |= (uint64_t)m->five << 2;
    if (c->fsts)
        e[2] |= (uint64_t)maybe(b, 50) << 4;
    if (c->eafs && maybe(b, 50))
        e[2] |= 1u << 7;
    if (c->hpts && maybe(b, 30))
        e[4] = rng_next(b->rng) & (mask_of(c->haw) & ~UINT64_C(0xFF8));
    if (maybe(b, 10))
        e[2] |= rng_below(b->rng, 4) << 5;
}

/* A directory page whose neighbours up to the end of the directory are free. */
static uint64_t new_directory(struct build *b)
{
    uint64_t size = UINT64_C(8) << (b->m->pdts + 7), base;
    bool taken;
    if (size < 4096)
        size = 4096;
    do {
        base = random_address(b, b->m->caps.haw) % b->m->memory.limit & ~(size - 1);
        taken = base == 0 || base >> 20 == 0xFEE;
        for (uint64_t at = base; at < base + size; at += 4096)
            taken |= arena_word(&b->m->memory, at) != NULL;
    } while (taken);
    arena_add(&b->m->memory, base);
    return base;
}

static void build_scalable(struct build *b, uint64_t context)
{
    struct machine *m = b->m;
    const struct oracle_caps *c = &m->caps;
    uint64_t fs_root, ss_root, e[8], w[4] = {0};
    uint64_t directory = new_directory(b), limit = UINT64_C(1) << (m->pdts + 13);
    uint64_t end = UINT64_C(1) << (c->pss + 1);
    m->rid_pasid =
        c->rps ? (uint32_t)rng_below(b->rng, limit < 128 || maybe(b, 50) ? 128 : limit) : 0;
    do
        m->pasid = (uint32_t)rng_below(b->rng, end < limit ? end : limit);
    while (m->pasid == m->rid_pasid);
    build_trees(b, &fs_root, &ss_root);
    fill_pasid_entry(b, e, fs_root, ss_root);
    build_pasid(b, directory, m->pasid, e);
    build_pasid(b, directory, m->rid_pasid, e);
    bool dte = c->dt && maybe(b, 95), paside = c->pasid && maybe(b, 97);
    w[0] = directory | (uint64_t)m->pdts << 9 | 1 | (maybe(b, 6) ? 2u : 0u) | (uint64_t)dte << 2 |
           (uint64_t)paside << 3 | (uint64_t)(c->prs && dte && maybe(b, 40)) << 4 |
           (uint64_t)(c->ptrs && paside && maybe(b, 70)) << 6;
    w[1] = m->rid_pasid | (uint64_t)(c->rprivs && maybe(b, 30)) << 20;
    for (unsigned i = 0; i < 4; i++)
        put(b, context + 8 * i, w[i], WORD_CONTEXT, i, 0);
}

static void build_legacy(struct build *b, uint64_t context)
{
    struct machine *m = b->m;
    uint64_t fs_root, ss_root;
    unsigned tt = m->caps.dt && maybe(b, 60) ? 1 : 0;
    m->pgtt = m->caps.pt && maybe(b, 20) ? 4 : 2;
    if (m->pgtt == 4)
        tt = 2;
    build_trees(b, &fs_root, &ss_root);
    put(b, context, ss_root | tt << 2 | 1 | (maybe(b, 6) ? 2u : 0u), WORD_CONTEXT, 0, 0);
    put(b, context + 8,
        m->aw | rng_below(b->rng, 16) << 3 | (rng_next(b->rng) & mask_of(4 + 2 * m->caps.nd)) << 8,
        WORD_CONTEXT, 1, 0);
}

static unsigned pick_pgtt(struct build *b)
{
    const struct oracle_caps *c = &b->m->caps;
    const bool has[5] = {false, c->fsts, c->ssts, c->nest, c->pt};
    if (!c->fsts && !c->ssts && !c->pt)
        return 1;
    for (;;) {
        unsigned pgtt = (unsigned)rng_below(b->rng, 6);
        pgtt = pgtt == 5 ? 3 : pgtt;
        if (has[pgtt] && !(pgtt == 4 && maybe(b, 50) && (c->fsts || c->ssts)))
            return pgtt;
    }
}

static void pick_mode(struct build *b)
{
    struct oracle_regs *regs = &b->m->regs;
    regs->tes = !maybe(b, 2);
    regs->ttm = maybe(b, b->m->caps.smts ? 75 : 25) ? 1 : 0;
    if (maybe(b, 7))
        regs->ttm = maybe(b, 70) ? 3 : 2;
    regs->ssirwe = b->m->caps.ssirws && maybe(b, regs->ttm == 0 ? 10 : 50);
}

void machine_build(struct rng *rng, struct machine *m)
{
    struct build b = {.rng = rng, .m = m};
    caps_random(rng, &m->caps);
    b.preset = maybe(&b, 40);
    uint64_t all = UINT64_C(1) << m->caps.haw;
    arena_reset(&m->memory, maybe(&b, 30) ? all - (all >> (1 + rng_below(rng, 6))) : all);
    m->words = 0;
    m->pasid = m->rid_pasid = 0;
    m->sid = (uint16_t)rng_next(rng);
    m->pdts = (unsigned)rng_below(rng, 8);
    m->five = m->caps.fs5lp && maybe(&b, 40);
    m->aw = pick_aw(&b);
    pick_mode(&b);
    m->regs.rta = new_page(&b);
    uint64_t context = new_page(&b), root = m->regs.rta + 16 * (uint64_t)(m->sid >> 8);
    bool legacy = m->regs.ttm != 1;
    if (legacy) {
        put(&b, root, context | 1, WORD_ROOT, 0, 0);
        put(&b, root + 8, 0, WORD_ROOT, 1, 0);
        build_legacy(&b, context + 16 * (uint64_t)(m->sid & 0xFF));
        return;
    }
    m->pgtt = pick_pgtt(&b);
    put(&b, root + 8 * (m->sid >> 7 & 1), context | 1, WORD_ROOT, 0, 0);
    build_scalable(&b, context + 32 * (uint64_t)(m->sid & 0x7F));
}
