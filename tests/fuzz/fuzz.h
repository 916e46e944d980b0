/* SPDX-License-Identifier: MIT */
/* fuzz.h - what the fuzz targets share: values drawn from an input, a way to say what does not
 * hold, and noisy memory. One target is one file fuzz_X.c with LLVMFuzzerTestOneInput;
 * replay_corpus.c is its main where there is no fuzz engine. */
#ifndef TESTS_FUZZ_H
#define TESTS_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "svasim/svasim.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

/* Stop with a message unless an invariant holds. */
#define FUZZ_REQUIRE(condition)                                                                    \
    ((condition) ? (void)0 : fuzz_broken(#condition, __FILE__, __LINE__))
#if defined(__GNUC__)
__attribute__((noreturn, cold))
#endif
void fuzz_broken(const char *condition, const char *file, int line);

/* --- an input, taken from the front; past its end it reads 0 --- */

struct fuzz_input {
    const uint8_t *at;
    size_t left;
};
uint64_t fuzz_take(struct fuzz_input *input, unsigned bytes);
/* 0..limit-1, from one byte (limit up to 256). */
unsigned fuzz_below(struct fuzz_input *input, unsigned limit);
/* A request; `few`: devices, PASIDs and pages from so small a set that caches hit. */
svasim_request fuzz_request(struct fuzz_input *input, bool few);

/* --- memory without a builder: 64 KiB of noise that answer at every address below 2^46 --- */

#define FUZZ_NOISE_BYTES 65536u
struct fuzz_noise {
    unsigned char bytes[FUZZ_NOISE_BYTES];
    uint64_t stores;    /* of the unit */
    uint8_t updates;    /* how they end: 0 done, 1 lost, 2 failed */
    uint8_t fail_every; /* every n-th access fails; 0: none */
    uint8_t accesses;
};
/* Fill with entries that mostly look legal and point at each other. */
void fuzz_noise_fill(struct fuzz_noise *noise, uint64_t seed);
void fuzz_noise_store(struct fuzz_noise *noise, uint64_t hpa, uint64_t value);
/* Ports whose host is `noise`. */
void fuzz_noise_ports(struct fuzz_noise *noise, svasim_ports *ports);

/* --- configuration --- */

/* Is the value of a size or a count one that a test can afford? */
bool fuzz_modest(const char *key, size_t key_bytes, const char *value, size_t value_bytes);

/* --- whole traces --- */

/* Read every record, write it in the other form, and run it on a machine. */
void fuzz_trace(const uint8_t *data, size_t bytes, bool functional);

#endif
