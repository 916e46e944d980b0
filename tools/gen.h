/* SPDX-License-Identifier: MIT */
/* gen.h - what the generators share: their options, the stream of random numbers, and the records
 * that every synthetic trace begins with. */
#ifndef SVASIM_TOOLS_GEN_H
#define SVASIM_TOOLS_GEN_H

#include "builder.h"

struct gen {
    struct cli_builder *to;
    uint64_t seed, count;
    uint64_t window;       /* bytes that a client touches */
    uint64_t pasids;       /* tenants */
    uint64_t size;         /* bytes of a request or descriptor */
    uint64_t reads;        /* percent of requests that read */
    uint64_t interval;     /* cycles between two stimuli; 0: no time stamps */
    unsigned zipf_percent; /* exponent times 100 */
    unsigned page;         /* 0: 4K, 1: 2M, 2: 1G, as in map records */
    uint64_t state;        /* of the random numbers */
    uint64_t made;         /* stimuli so far; the next id is one more */
};

/* --- gen_random.c: the same numbers everywhere, integers only --- */

uint64_t cli_random(struct gen *gen);
/** 0 .. below - 1, each equally likely. */
uint64_t cli_random_below(struct gen *gen, uint64_t below);
/** Cumulative weights of ranks 1 .. `ranks`, rank k weighing k^(-exponent); NULL if memory is
 * short. Free with free(). */
uint64_t *cli_zipf_create(uint64_t ranks, unsigned exponent_percent);
/** A rank from 0, distributed by the weights. */
uint64_t cli_zipf_rank(struct gen *gen, const uint64_t *weights, uint64_t ranks);

/* --- gen_parts.c --- */

#define GEN_DEVICE  "dsa0"
#define GEN_SID     0x0008 /* 00:01.0 */
#define GEN_USER    UINT64_C(0x7f0000000000)
#define GEN_RECORDS UINT64_C(0x7e0000000000) /* completion records, descriptor lists */
#define GEN_VMALLOC UINT64_C(0xffffc90000000000)

uint64_t cli_gen_page_bytes(const struct gen *gen);
/** `bytes` as whole pages. */
uint64_t cli_gen_whole_pages(const struct gen *gen, uint64_t bytes);
void cli_gen_device(struct gen *gen);
void cli_gen_space(struct gen *gen, const char *name, const char *kind);
void cli_gen_map(struct gen *gen, const char *space, uint64_t address, uint64_t bytes,
                 unsigned page, bool read_only);
void cli_gen_bind(struct gen *gen, const char *space, uint64_t pasid, bool supervisor);

/** Begin a dma record with the next id and time; the caller adds flags and puts it. */
uint64_t cli_gen_dma(struct gen *gen, svasim_op op, uint16_t sid, uint64_t iova);
/** Clip --size so that it stays in the 4 KiB page of `address`. */
uint64_t cli_gen_length(const struct gen *gen, uint64_t address);

/** A descriptor under construction. */
struct gen_descriptor {
    uint8_t bytes[64], opcode;
};
struct gen_descriptor cli_descriptor(const char *operation);
/** Set a field of the operation by name. */
void cli_descriptor_set(struct gen_descriptor *descriptor, const char *field, uint64_t value);
/** Ask for a completion record at `address`. */
void cli_descriptor_record(struct gen_descriptor *descriptor, uint64_t address);
/** A submit record to queue 0: ENQCMD by `pasid`, or ENQCMDS if `supervisor`. */
void cli_gen_submit(struct gen *gen, struct gen_descriptor *descriptor, uint64_t pasid,
                    bool supervisor);

/* --- the kinds --- */

int cli_gen_copies(struct gen *gen);
int cli_gen_window(struct gen *gen);
int cli_gen_tenants(struct gen *gen);
int cli_gen_mix(struct gen *gen);
int cli_gen_supervisor(struct gen *gen);
int cli_gen_faults(struct gen *gen);

#endif
