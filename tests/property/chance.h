/* SPDX-License-Identifier: MIT */
/* chance.h - seeded random tables and requests for property tests. SVASIM_SEED chooses the seed;
 * every failure names it. */
#ifndef TESTS_CHANCE_H
#define TESTS_CHANCE_H

#include "base/rng.h"
#include "conformance/bed.h"

/* Seed of round `round` of this run. */
uint64_t chance_seed(int round);
/* True in `percent` of the calls. */
bool chance_is(struct sv_rng *rng, uint32_t percent);
/* One of a list of unusual but legal plans; `config` of it is chosen too. */
void chance_plan(struct sv_rng *rng, struct bed_plan *out);
/* A legal request, mostly for the mapped page. */
svasim_request chance_request(struct sv_rng *rng, const struct bed *bed);

/* Contents of the frames that hold tables, to compare and restore. */
struct chance_tables {
    unsigned char *bytes;
    unsigned char *scratch; /* room for two copies, to compare */
    uint64_t length;
};
void chance_save(struct chance_tables *saved, struct bed *bed);
void chance_restore(const struct chance_tables *saved, struct bed *bed);
void chance_free(struct chance_tables *saved);
/* Do both beds hold the same tables? */
bool chance_same(const struct chance_tables *saved, struct bed *a, struct bed *b);
/* Change one quadword of the tables, the same in every bed of the list (NULL ends it). */
void chance_flip(struct sv_rng *rng, const struct chance_tables *saved, struct bed **beds);

#endif
