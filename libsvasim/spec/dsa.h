/* SPDX-License-Identifier: MIT */
/**
 * dsa.h - facts about descriptors for code inside the library: codes, flags, must-be-zero
 * bytes, and the plan of memory operands. It knows no queue, no engine and no time.
 */
#ifndef SV_SPEC_DSA_H
#define SV_SPEC_DSA_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "svasim/device.h"

/* Operation codes. */
enum {
#define OPCODE(id, code, name, flags, zero, traits, meaning) SV_DSA_##id = code,
#include "opcodes.def"
#undef OPCODE
};

/* Masks of the 24-bit flags field. */
enum {
#define FLAG(id, bit, name, meaning) SV_FLAG_##id = 1 << bit,
#include "dsa_flags.def"
#undef FLAG
    /* The cache-control triple, address 1 to 3 traffic classes. */
    SV_FLAGS_CACHE = SV_FLAG_CC3 | SV_FLAG_CC2 | SV_FLAG_CC1
};

/* Status codes. */
enum {
#define STATUS(id, code, name, meaning) SV_STATUS_##id = code,
#include "dsa_status.def"
#undef STATUS
};

/* Traits of an operation. */
enum {
    SV_TRAIT_RECORD = 1 << 0,
    SV_TRAIT_BYTES = 1 << 1,
    SV_TRAIT_ELEMENTS = 1 << 2,
    SV_TRAIT_NOT_IN_BATCH = 1 << 3,
    SV_TRAIT_EARLY = 1 << 4,
    SV_TRAIT_NO_DEVICE = 1 << 5,
    SV_TRAIT_HIGH56 = 1 << 6,
    SV_TRAIT_LOW57 = 1 << 7,
    SV_TRAIT_LOW59 = 1 << 8,
    SV_TRAIT_IDPT = 1 << 9
};

/* One operation, beside its public row. */
struct sv_dsa_op {
    svasim_opcode_info info;
    uint32_t flags;  /* legal ones, the common ones included (FENCE is not) */
    uint64_t zero;   /* bit n: byte n must be 0, whatever the flags */
    uint32_t traits; /* SV_TRAIT_* */
};

/* NULL if the code is reserved. */
const struct sv_dsa_op *sv_dsa_op(uint8_t opcode);
/* Bytes that must be 0 in this descriptor, given its flags. */
uint64_t sv_dsa_zero_bytes(const struct sv_dsa_op *op, uint32_t flags);
/* Flags set although another flag they depend on is clear. */
uint32_t sv_dsa_orphan_flags(const struct sv_dsa_op *op, uint32_t flags);
/* Flags that the operation knows and this device does not offer. */
uint32_t sv_dsa_not_offered(const struct sv_dsa_op *op);

/* Little-endian loads and stores of descriptor and record bytes. */
uint64_t sv_dsa_get(const uint8_t *bytes, unsigned offset, unsigned count);
void sv_dsa_put(uint8_t *bytes, unsigned offset, unsigned count, uint64_t value);
static inline uint32_t sv_dsa_flags(const uint8_t *bytes)
{
    return (uint32_t)sv_dsa_get(bytes, 4, 3);
}
/* Bytes of an element of data type 0..9; 0 for a reserved type. */
unsigned sv_dsa_type_bytes(unsigned type);
/* Bytes of a protected block without its tags. */
unsigned sv_dsa_dif_block(const uint8_t *bytes);

/* Where an operand's length comes from. */
enum sv_amount {
    SV_AMOUNT_NOTHING,      /* a zero-length read */
    SV_AMOUNT_SIZE,         /* bytes 32-35 */
    SV_AMOUNT_LIST,         /* 64 bytes for each descriptor */
    SV_AMOUNT_SEED,         /* 4 bytes; 8 for a 64-bit CRC */
    SV_AMOUNT_DELTA_MAX,    /* at most bytes 48-51 */
    SV_AMOUNT_DELTA_SIZE,   /* bytes 40-43 */
    SV_AMOUNT_DELTA_ITEMS,  /* 8 bytes for each 10-byte item */
    SV_AMOUNT_TAGS_ADDED,   /* size plus 8 for each block */
    SV_AMOUNT_TAGS_GONE,    /* size less 8 for each block with tags */
    SV_AMOUNT_TAGS_ONLY,    /* 8 for each block */
    SV_AMOUNT_IN_ELEMENTS,  /* elements of the source type */
    SV_AMOUNT_OUT_ELEMENTS, /* elements of the destination type */
    SV_AMOUNT_SGL,          /* list entries of 4 or 8 bytes */
    SV_AMOUNT_BLOCKS        /* entries times a block, scattered */
};

/* What an engine does with an operand. */
enum sv_role {
    SV_ROLE_IN1,
    SV_ROLE_IN2,
    SV_ROLE_SEED,
    SV_ROLE_SGL,
    SV_ROLE_LIST,
    SV_ROLE_PROBE, /* zero-length reads */
    SV_ROLE_PROBE2,
    SV_ROLE_OUT1,
    SV_ROLE_OUT2,
    SV_ROLE_COUNT
};

struct sv_operand {
    const char *name;
    uint64_t address;
    uint64_t bytes;
    uint8_t role;   /* enum sv_role */
    uint8_t amount; /* enum sv_amount */
    bool write, probe;
};

#define SV_PLAN_MAX 4

/* The operands of one descriptor. The completion record and the destination readback are not
   among them: every operation handles those alike. */
struct sv_plan {
    struct sv_operand operands[SV_PLAN_MAX];
    unsigned count;
    uint64_t block;      /* bytes of one scattered block, 0 if none */
    uint32_t entries;    /* of the scatter-gather list */
    uint8_t entry_bytes; /* 4 or 8 */
    bool by_block;       /* an entry counts blocks, not bytes */
};

void sv_dsa_plan(const uint8_t bytes[64], struct sv_plan *out);
/* The operand with that role, or NULL. */
const struct sv_operand *sv_dsa_operand(const struct sv_plan *plan, unsigned role);
/* Does a success end with a readback of the last destination? */
bool sv_dsa_reads_back(const uint8_t bytes[64]);

/* The generated part of docs/dsa.md; negative if writing failed. */
SVASIM_API int sv_dsa_print_tables(FILE *out);

#endif
