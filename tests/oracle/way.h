/* SPDX-License-Identifier: MIT */
/* way.h - what the parts of the naive translator share: the request on its way, bit arithmetic, and
 * the ends of a way. */
#ifndef ORACLE_WAY_H
#define ORACLE_WAY_H

#include "translate.h"

/* The request on its way. */
struct way {
    const struct oracle_caps *caps;
    const struct oracle_regs *regs;
    const struct oracle_memory *memory;
    const struct oracle_request *rq;
    struct oracle_result out;
    bool fpd;
    bool legacy;
    bool user;      /* effective PR = 0 */
    bool may_dirty; /* the final access may be a write */
    bool nested;
    bool snooped; /* page walks are */
    bool ssade, eafe, wpe, pgsnp;
    unsigned fs_levels, ss_levels, x; /* x: bits of an input to the second stage */
    uint64_t ss_root;
};

/* A second-stage lookup. */
struct second {
    uint64_t pa, size;
    uint64_t leaf_hpa;
    bool r, w, snp;
};

/* A finished first-stage walk. */
struct first {
    uint64_t out, size;
    uint64_t leaf_hpa;
    bool rw, us, holder_w; /* holder_w: the page of the leaf entry may be written */
};

static inline uint64_t bits(unsigned hi, unsigned lo)
{
    return (hi == 63 ? ~UINT64_C(0) : (UINT64_C(1) << (hi + 1)) - 1) & ~((UINT64_C(1) << lo) - 1);
}

/* Bits [hi:lo]; none if the range is empty (a width of 52 leaves nothing reserved in [51:52]). */
static inline uint64_t above(unsigned haw, unsigned hi)
{
    return haw > hi ? 0 : bits(hi, haw);
}

static inline uint64_t field(uint64_t word, unsigned hi, unsigned lo)
{
    return (word & bits(hi, lo)) >> lo;
}

static inline bool in_fee(uint64_t address)
{
    return address >> 20 == 0xFEE;
}

static inline bool overlaps_fee(uint64_t start, uint64_t size)
{
    return start < UINT64_C(0xFEF00000) && start + size > UINT64_C(0xFEE00000);
}

static inline bool beyond(uint64_t address, unsigned width)
{
    return width < 64 && address >> width != 0;
}

/* Answer with a fault; always false so that callers can return it. */
bool fail(struct way *w, const char *name);
/* Read `count` quadwords; false if any of them cannot be. */
bool read_words(struct way *w, uint64_t hpa, uint64_t *out, unsigned count);

/* The page walks: false after a fault. */
bool second_only(struct way *w);
bool first_stage(struct way *w, uint64_t root);
bool pass_through(struct way *w);
/* An address that a device already translated. */
bool translated(struct way *w);
/* A translation request without PASID for the interrupt range (special conditions S.1, S.2). */
bool special(struct way *w);

#endif
