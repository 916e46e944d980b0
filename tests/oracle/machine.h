/* SPDX-License-Identifier: MIT */
/* machine.h - random machines: capabilities, raw tables in a sparse memory, damage to them, and
 * requests. Nothing here knows the library or the oracle's rules beyond what a mostly valid table
 * looks like. */
#ifndef ORACLE_MACHINE_H
#define ORACLE_MACHINE_H

#include <stddef.h>

#include "translate.h"

#define ARENA_PAGES 96
#define ARENA_SLOTS 512
#define WRITES_MAX  256
#define WORDS_MAX   256
#define DAMAGE_MAX  3

struct rng {
    uint64_t state;
};
uint64_t rng_next(struct rng *rng);
uint64_t rng_below(struct rng *rng, uint64_t bound);
/* True once in `n` times. */
bool one_in(struct rng *rng, uint64_t n);

/* Sparse physical memory: pages anywhere, zero elsewhere, errors from `limit` on. */
struct arena {
    uint64_t limit;
    unsigned pages;
    uint64_t base[ARENA_PAGES];
    uint16_t slot[ARENA_SLOTS]; /* hash of the page number: index + 1 */
    uint64_t words[ARENA_PAGES][512];
    /* Damage that is no bit: quadwords that cannot be read, or not updated. */
    unsigned poisoned, frozen;
    uint64_t poison[DAMAGE_MAX], freeze[DAMAGE_MAX];
    /* Quadwords changed since the last restore. */
    unsigned writes;
    uint64_t written[WRITES_MAX];
};
void arena_reset(struct arena *arena, uint64_t limit);
void arena_add(struct arena *arena, uint64_t base);
/* The quadword at `hpa`, NULL where nothing was ever built. */
uint64_t *arena_word(struct arena *arena, uint64_t hpa);
int arena_read(struct arena *arena, uint64_t hpa, uint64_t *out);
/* Remember that the quadword changes; false if there is none. */
bool arena_touch(struct arena *arena, uint64_t hpa);
/* Undo every write since the arena equalled `pristine`. */
void arena_restore(struct arena *arena, const struct arena *pristine);

enum { WORD_ROOT, WORD_CONTEXT, WORD_DIRECTORY, WORD_PASID, WORD_FIRST, WORD_SECOND };

/* A quadword on the way of the machine's requests. */
struct word {
    uint64_t hpa;
    uint8_t kind;
    uint8_t index; /* quadword inside its entry */
    uint8_t level; /* of a paging entry */
};

struct machine {
    struct oracle_caps caps;
    struct oracle_regs regs;
    struct arena memory;
    unsigned words;
    struct word word[WORDS_MAX];
    uint16_t sid;
    uint32_t pasid, rid_pasid;
    unsigned pgtt; /* legacy: of the context entry's meaning */
    unsigned pdts;
    bool five; /* first stage has 5 levels */
    unsigned aw;
    uint64_t input;      /* a mapped address */
    uint64_t page_bytes; /* smallest leaf that maps it */
};

/* Change of memory: word `word` becomes (old & ~mask) | value, or is poisoned or frozen. */
enum { DAMAGE_BITS, DAMAGE_POISON, DAMAGE_FREEZE };
struct damage {
    unsigned word;
    uint8_t kind;
    uint64_t mask, value;
};

void caps_random(struct rng *rng, struct oracle_caps *caps);
void machine_build(struct rng *rng, struct machine *machine);
void damage_random(struct rng *rng, const struct machine *machine, struct damage *damage);
void damage_apply(const struct machine *machine, const struct damage *damage, struct arena *memory);
void request_random(struct rng *rng, const struct machine *machine, struct oracle_request *request);

#endif
