/* SPDX-License-Identifier: MIT */
/*
 * descriptor_plan.c - which memory does a descriptor touch, and in which order? The engines
 * follow the same plan, so the footprint is what they do; nothing here reads memory.
 */
#include "spec/dsa.h"

#include <stddef.h>

#define ALWAYS 0xFF

struct operand_row {
    const char *name;
    uint8_t opcode, address_byte, amount, flag, role;
    bool write, probe;
};

#define R false, false
#define W true, false
#define Z false, true
static const struct operand_row rows[] = {
#define OPERAND(id, name, access, byte, amount, flag, role)                                        \
    {name, SV_DSA_##id, byte, SV_AMOUNT_##amount, flag, SV_ROLE_##role, access},
#include "descriptor_operands.def"
#undef OPERAND
};
#undef R
#undef W
#undef Z

unsigned sv_dsa_type_bytes(unsigned type)
{
    /* int8 int16 int32 int64, two 8-bit floats, two 16-bit floats, FP32, FP64 */
    static const uint8_t bytes[16] = {1, 2, 4, 8, 1, 1, 2, 2, 4, 8};

    return bytes[type & 15];
}

unsigned sv_dsa_dif_block(const uint8_t *bytes)
{
    static const uint16_t block[4] = {512, 520, 4096, 4104};

    return block[bytes[42] & 3];
}

/* Scattered blocks: bytes of one, how many, and how the list names them. */
static void plan_blocks(const uint8_t *bytes, struct sv_plan *plan)
{
    unsigned format = bytes[59] >> 4;
    bool reduce = bytes[7] == SV_DSA_GATHER_REDUCE;
    uint64_t elements = sv_dsa_get(bytes, reduce ? 32 : 40, 4);

    plan->entries = (uint32_t)sv_dsa_get(bytes, 44, 2);
    plan->entry_bytes = format == 2 ? 4 : 8;
    plan->by_block = format != 1;
    plan->block = elements * sv_dsa_type_bytes(bytes[56] & 15);
}

static uint64_t amount_of(enum sv_amount amount, const uint8_t *bytes, const struct sv_plan *plan)
{
    uint64_t size = sv_dsa_get(bytes, 32, 4);
    unsigned block = sv_dsa_dif_block(bytes);

    switch (amount) {
    case SV_AMOUNT_NOTHING:
        return 0;
    case SV_AMOUNT_SIZE:
        return size;
    case SV_AMOUNT_LIST:
        return size * 64;
    case SV_AMOUNT_SEED:
        return sv_dsa_flags(bytes) & SV_FLAG_OP3 ? 8 : 4;
    case SV_AMOUNT_DELTA_MAX:
        return sv_dsa_get(bytes, 48, 4);
    case SV_AMOUNT_DELTA_SIZE:
        return sv_dsa_get(bytes, 40, 4);
    case SV_AMOUNT_DELTA_ITEMS:
        return sv_dsa_get(bytes, 40, 4) / 10 * 8;
    case SV_AMOUNT_TAGS_ADDED:
        return size + size / block * 8;
    case SV_AMOUNT_TAGS_GONE:
        return size - size / (block + 8) * 8;
    case SV_AMOUNT_TAGS_ONLY:
        return size / block * 8;
    case SV_AMOUNT_IN_ELEMENTS:
        return size * sv_dsa_type_bytes(bytes[56] & 15);
    case SV_AMOUNT_OUT_ELEMENTS:
        return size * sv_dsa_type_bytes(bytes[56] >> 4);
    case SV_AMOUNT_SGL:
        return (uint64_t)plan->entries * plan->entry_bytes;
    case SV_AMOUNT_BLOCKS:
        return plan->entries * plan->block;
    }
    return 0;
}

void sv_dsa_plan(const uint8_t bytes[64], struct sv_plan *out)
{
    uint32_t flags = sv_dsa_flags(bytes);

    *out = (struct sv_plan){.count = 0};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct operand_row *row = &rows[i];

        if (row->opcode != bytes[7] || (row->flag != ALWAYS && !(flags >> row->flag & 1)))
            continue;
        if (row->role == SV_ROLE_SGL)
            plan_blocks(bytes, out);
        out->operands[out->count++] = (struct sv_operand){
            .name = row->name,
            .address = sv_dsa_get(bytes, row->address_byte, 8),
            .bytes = amount_of((enum sv_amount)row->amount, bytes, out),
            .role = row->role,
            .amount = row->amount,
            .write = row->write,
            .probe = row->probe,
        };
    }
}

const struct sv_operand *sv_dsa_operand(const struct sv_plan *plan, unsigned role)
{
    for (unsigned i = 0; i < plan->count; i++)
        if (plan->operands[i].role == role)
            return &plan->operands[i];
    return NULL;
}

bool sv_dsa_reads_back(const uint8_t bytes[64])
{
    const struct sv_dsa_op *op = sv_dsa_op(bytes[7]);

    return op && op->flags & sv_dsa_flags(bytes) & SV_FLAG_CC2;
}

static bool depends_on_data(const struct sv_operand *operand, const struct sv_dsa_op *op)
{
    return op->traits & SV_TRAIT_EARLY || operand->amount == SV_AMOUNT_BLOCKS;
}

static void add(svasim_footprint row, svasim_footprint *out, unsigned capacity, unsigned *count)
{
    if (*count < capacity)
        out[*count] = row;
    ++*count;
}

unsigned svasim_desc_footprint(const uint8_t bytes[64], svasim_footprint *out, unsigned capacity)
{
    const struct sv_dsa_op *op = sv_dsa_op(bytes[7]);
    uint32_t flags = sv_dsa_flags(bytes);
    svasim_footprint last = {.operand = "readback", .op = SVASIM_READ};
    struct sv_plan plan;
    unsigned count = 0;

    if (!op)
        return 0;
    /* Not modelled: the translations that translation_fetch asks for; they need ATS. */
    sv_dsa_plan(bytes, &plan);
    for (unsigned i = 0; i < plan.count; i++) {
        const struct sv_operand *operand = &plan.operands[i];
        svasim_footprint row = {operand->address, operand->bytes, operand->name,
                                operand->write ? SVASIM_WRITE : SVASIM_READ,
                                depends_on_data(operand, op)};

        add(row, out, capacity, &count);
        if ((operand->write || operand->role == SV_ROLE_PROBE) && operand->bytes) {
            last.address = operand->address + operand->bytes - 1;
            last.data_dependent = row.data_dependent;
        }
    }
    if (sv_dsa_reads_back(bytes))
        add(last, out, capacity, &count);
    if (flags & SV_FLAG_CRAV && flags & SV_FLAG_RCR)
        add((svasim_footprint){sv_dsa_get(bytes, 8, 8), 32, "completion", SVASIM_WRITE, false}, out,
            capacity, &count);
    return count;
}
