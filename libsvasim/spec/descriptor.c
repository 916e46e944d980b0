/* SPDX-License-Identifier: MIT */
/*
 * descriptor.c - what is the name, place and legal value of everything in a 64-byte
 * descriptor? Answers come from the tables beside it; nothing here knows a device.
 */
#include "spec/dsa.h"

#include <stddef.h>

#define ROWS(table) (sizeof(table) / sizeof((table)[0]))

/* Columns of opcodes.def. */
#define B              SV_FLAG_BOF
#define K              SV_FLAG_CHECK
#define D              SV_FLAGS_CACHE
#define S              SV_FLAG_STRICT
#define T1             SV_FLAG_TC1
#define T2             SV_FLAG_TC2
#define T3             SV_FLAG_TC3
#define F(bit)         (1 << (bit))
#define Z(first, last) ((UINT64_MAX >> (63 - (last))) & (UINT64_MAX << (first)))
#define RECORD         SV_TRAIT_RECORD
#define BYTES          SV_TRAIT_BYTES
#define ELEMENTS       SV_TRAIT_ELEMENTS
#define NOT_IN_BATCH   SV_TRAIT_NOT_IN_BATCH
#define EARLY          SV_TRAIT_EARLY
#define NO_DEVICE      SV_TRAIT_NO_DEVICE
#define HIGH56         SV_TRAIT_HIGH56
#define LOW57          SV_TRAIT_LOW57
#define LOW59          SV_TRAIT_LOW59
#define IDPT           SV_TRAIT_IDPT

#define ALWAYS_LEGAL (SV_FLAG_CRAV | SV_FLAG_RCR | SV_FLAG_RCI | SV_FLAG_TCR)

static const struct sv_dsa_op operations[] = {
#define OPCODE(id, code, name, flags, zero, traits, meaning)                                       \
    {{name, code, meaning}, (uint32_t)((flags) | ALWAYS_LEGAL), zero, (uint32_t)(traits)},
#include "opcodes.def"
#undef OPCODE
};

static const struct {
    uint8_t code;
    const char *name;
} statuses[] = {
#define STATUS(id, code, name, meaning) {code, name},
#include "dsa_status.def"
#undef STATUS
};

#define ALL   UINT64_C(0)
#define O(id) (UINT64_C(1) << SV_DSA_##id)
static const svasim_desc_field fields[] = {
#define FIELD(name, byte, bit, bits, ops, meaning)                                                 \
    {name, meaning, (byte)*8 + (bit), bits, {(uint32_t)(ops), (uint32_t)((ops) >> 32)}},
#include "descriptor_fields.def"
#undef FIELD
};

struct condition {
    uint8_t opcode, flag, first, last;
};

static const struct condition zero_unless[] = {
#define ZERO_UNLESS(id, flag, first, last) {SV_DSA_##id, flag, first, last},
#include "dsa_conditions.def"
};
static const struct condition zero_when[] = {
#define ZERO_WHEN(id, flag, first, last) {SV_DSA_##id, flag, first, last},
#include "dsa_conditions.def"
};
static const struct condition needs_flag[] = {
#define NEEDS_FLAG(id, flag, other) {SV_DSA_##id, flag, other, 0},
#include "dsa_conditions.def"
};
static const struct condition not_offered[] = {
#define NOT_OFFERED(id, flag) {SV_DSA_##id, flag, 0, 0},
#include "dsa_conditions.def"
};

const struct sv_dsa_op *sv_dsa_op(uint8_t opcode)
{
    for (size_t i = 0; i < ROWS(operations); i++)
        if (operations[i].info.opcode == opcode)
            return &operations[i];
    return NULL;
}

const svasim_opcode_info *svasim_opcode_at(unsigned index)
{
    return index < ROWS(operations) ? &operations[index].info : NULL;
}

const svasim_opcode_info *svasim_opcode_find(uint8_t opcode)
{
    const struct sv_dsa_op *op = sv_dsa_op(opcode);

    return op ? &op->info : NULL;
}

const char *svasim_dsa_status_name(uint8_t status)
{
    for (size_t i = 0; i < ROWS(statuses); i++)
        if (statuses[i].code == status)
            return statuses[i].name;
    /* Bit 7 says that the faulting access was a write; the code is in bits 5:0. */
    return status & 0x80 ? svasim_dsa_status_name(status & 0x3F) : "reserved";
}

uint64_t sv_dsa_zero_bytes(const struct sv_dsa_op *op, uint32_t flags)
{
    uint64_t zero = op->zero;

    for (size_t i = 0; i < ROWS(zero_unless); i++)
        if (zero_unless[i].opcode == op->info.opcode && !(flags >> zero_unless[i].flag & 1))
            zero |= Z(zero_unless[i].first, zero_unless[i].last);
    for (size_t i = 0; i < ROWS(zero_when); i++)
        if (zero_when[i].opcode == op->info.opcode && flags >> zero_when[i].flag & 1)
            zero |= Z(zero_when[i].first, zero_when[i].last);
    if (!(flags & SV_FLAG_CRAV))
        zero |= Z(8, 15);
    if (!(flags & SV_FLAG_RCI))
        zero |= Z(36, 37);
    return zero;
}

uint32_t sv_dsa_orphan_flags(const struct sv_dsa_op *op, uint32_t flags)
{
    uint32_t orphans = 0;

    for (size_t i = 0; i < ROWS(needs_flag); i++)
        if (needs_flag[i].opcode == op->info.opcode && !(flags >> needs_flag[i].first & 1))
            orphans |= flags & UINT32_C(1) << needs_flag[i].flag;
    if (!(flags & SV_FLAG_CRAV))
        orphans |= flags & (SV_FLAG_RCR | SV_FLAG_TCR);
    return orphans;
}

uint32_t sv_dsa_not_offered(const struct sv_dsa_op *op)
{
    uint32_t flags = 0;

    for (size_t i = 0; i < ROWS(not_offered); i++)
        if (not_offered[i].opcode == op->info.opcode)
            flags |= UINT32_C(1) << not_offered[i].flag;
    return flags;
}

uint64_t sv_dsa_get(const uint8_t *bytes, unsigned offset, unsigned count)
{
    uint64_t value = 0;

    for (unsigned i = 0; i < count; i++)
        value |= (uint64_t)bytes[offset + i] << 8 * i;
    return value;
}

void sv_dsa_put(uint8_t *bytes, unsigned offset, unsigned count, uint64_t value)
{
    for (unsigned i = 0; i < count; i++)
        bytes[offset + i] = (uint8_t)(value >> 8 * i);
}

static bool field_applies(const svasim_desc_field *field, uint8_t opcode)
{
    uint32_t any = 0;

    for (unsigned i = 0; i < 8; i++)
        any |= field->opcodes[i];
    return !any || field->opcodes[opcode / 32] >> opcode % 32 & 1;
}

const svasim_desc_field *svasim_desc_field_at(uint8_t opcode, unsigned index)
{
    unsigned seen = 0;

    for (size_t i = 0; i < ROWS(fields); i++)
        if (field_applies(&fields[i], opcode) && seen++ == index)
            return &fields[i];
    return NULL;
}

uint64_t svasim_desc_get(const svasim_desc_field *field, const uint8_t bytes[64])
{
    uint64_t value = 0;

    for (unsigned i = 0; i < field->bits; i++) {
        unsigned bit = field->bit + i;

        value |= (uint64_t)(bytes[bit / 8] >> bit % 8 & 1) << i;
    }
    return value;
}

bool svasim_desc_set(const svasim_desc_field *field, uint8_t bytes[64], uint64_t value)
{
    if (field->bits < 64 && value >> field->bits)
        return false;
    for (unsigned i = 0; i < field->bits; i++) {
        unsigned bit = field->bit + i;
        unsigned mask = 1u << bit % 8;

        bytes[bit / 8] = (uint8_t)((bytes[bit / 8] & ~mask) | ((value >> i & 1) ? mask : 0));
    }
    return true;
}
