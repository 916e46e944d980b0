/* SPDX-License-Identifier: MIT */
/*
 * check.c - may this descriptor run? Rules that are the same for all operations come from the
 * tables of spec/; what only one operation knows is a short function here. The first broken
 * rule, in the order of sv_dsa_check, gives the status.
 *
 * Not modelled: traffic classes, strict ordering and cache-control hints; their flags are checked
 *   and have no effect beyond the destination readback.
 */
#include "device/internal.h"

#define OK               0
#define DELTA_REGION_MAX (512u << 10)
#define DELTA_RECORD_MIN 80u
#define TYPE_FLOAT_FIRST 4u
#define TYPE_COUNT       10u
#define PAGE_MASK        0xFFFu
#define REDUCE_BLOCK_MAX (32u << 10) /* model choice */
/* Bits of the 12-bit compute flags: negate source 1, flush to zero, denormals are zero, a
   rounding mode of 0..3, signed, saturate. */
#define COMPUTE_FLAGS 0x1BDu

struct subject {
    const uint8_t *bytes;
    const svasim_wq_setup *wq;
    const struct sv_dsa_op *op;
    const struct sv_plan *plan;
    uint64_t size, size_max;
};

bool sv_dsa_overlap(uint64_t a, uint64_t a_bytes, uint64_t b, uint64_t b_bytes)
{
    /* Modulo 2^64, so ranges that wrap are seen too. */
    return a_bytes && b_bytes && (b - a < a_bytes || a - b < b_bytes);
}

static bool operands_overlap(const struct sv_plan *plan, unsigned role_a, unsigned role_b)
{
    const struct sv_operand *a = sv_dsa_operand(plan, role_a);
    const struct sv_operand *b = sv_dsa_operand(plan, role_b);

    return a && b && sv_dsa_overlap(a->address, a->bytes, b->address, b->bytes);
}

static uint32_t cache_control_errors(const struct sv_dsa_op *op, uint32_t flags)
{
    bool cc1 = flags & SV_FLAG_CC1;
    bool cc2 = flags & SV_FLAG_CC2;
    bool cc3 = flags & SV_FLAG_CC3;

    /* 101 and 111 are reserved; a flush knows only 000 and 010. */
    if ((cc3 && cc1) || (op->info.opcode == SV_DSA_CACHE_FLUSH && (cc3 || cc1)))
        return flags & SV_FLAGS_CACHE & ~(uint32_t)(cc2 && !cc3 ? SV_FLAG_CC2 : 0);
    return 0;
}

static uint32_t flag_errors(const struct subject *s, bool member)
{
    uint32_t flags = sv_dsa_flags(s->bytes);
    uint32_t legal = s->op->flags & ~sv_dsa_not_offered(s->op);
    uint32_t needed = 0;
    uint32_t errors;

    if (!s->wq->block_on_fault)
        legal &= ~(uint32_t)SV_FLAG_BOF;
    if (member)
        legal |= SV_FLAG_FENCE;
    if (s->op->traits & SV_TRAIT_RECORD)
        needed = SV_FLAG_CRAV | SV_FLAG_RCR;
    if (s->op->info.opcode == SV_DSA_DRAIN && !(flags & (SV_FLAG_RCR | SV_FLAG_RCI)))
        needed = SV_FLAG_RCR;
    errors = (flags & ~legal) | sv_dsa_orphan_flags(s->op, flags) | (needed & ~flags);
    return errors | cache_control_errors(s->op, flags & legal);
}

static bool reserved_bytes_set(const struct subject *s)
{
    uint64_t zero = sv_dsa_zero_bytes(s->op, sv_dsa_flags(s->bytes));
    uint32_t traits = s->op->traits;

    for (unsigned i = 0; i < 64; i++)
        if (zero >> i & 1 && s->bytes[i])
            return true;
    return (traits & SV_TRAIT_HIGH56 && s->bytes[56] >> 4) ||
           (traits & SV_TRAIT_LOW57 && s->bytes[57] & 15) ||
           (traits & SV_TRAIT_LOW59 && s->bytes[59] & 15);
}

static uint8_t check_batch(const struct subject *s)
{
    if (sv_dsa_get(s->bytes, 16, 8) % 64)
        return SV_STATUS_LIST_ALIGN;
    /* A list of one needs a capability (Batch1) that this device does not have. */
    if (s->size < 2 || s->size > UINT64_C(1) << s->wq->max_batch_log2)
        return SV_STATUS_BAD_COUNT;
    return OK;
}

static uint8_t check_delta(const struct subject *s, bool create)
{
    uint64_t record = sv_dsa_get(s->bytes, create ? 48 : 40, 4);
    uint64_t misaligned = s->size | sv_dsa_get(s->bytes, 24, 8);

    if (create)
        misaligned |= sv_dsa_get(s->bytes, 16, 8);
    if (misaligned % 8)
        return SV_STATUS_MISALIGNED;
    if (s->size > DELTA_REGION_MAX)
        return SV_STATUS_BAD_SIZE;
    if (record < (create ? DELTA_RECORD_MIN : DELTA_ITEM) || record > s->size_max)
        return SV_STATUS_BAD_FIELD;
    if (create)
        return operands_overlap(s->plan, SV_ROLE_IN1, SV_ROLE_OUT1) ||
                       operands_overlap(s->plan, SV_ROLE_IN2, SV_ROLE_OUT1)
                   ? SV_STATUS_OVERLAP
                   : OK;
    /* The destination is the whole region, however few words change. */
    return sv_dsa_overlap(sv_dsa_get(s->bytes, 16, 8), record, sv_dsa_get(s->bytes, 24, 8), s->size)
               ? SV_STATUS_OVERLAP
               : OK;
}

static uint8_t check_two_destinations(const struct subject *s)
{
    const struct sv_operand *one = sv_dsa_operand(s->plan, SV_ROLE_OUT1);
    const struct sv_operand *two = sv_dsa_operand(s->plan, SV_ROLE_OUT2);

    if ((one->address ^ two->address) & PAGE_MASK)
        return SV_STATUS_DUALCAST;
    return operands_overlap(s->plan, SV_ROLE_OUT1, SV_ROLE_OUT2) ? SV_STATUS_OVERLAP : OK;
}

static uint8_t check_copy(const struct subject *s)
{
    if (operands_overlap(s->plan, SV_ROLE_IN1, SV_ROLE_OUT1) ||
        operands_overlap(s->plan, SV_ROLE_IN1, SV_ROLE_OUT2))
        return SV_STATUS_OVERLAP;
    return OK;
}

static uint8_t check_crc(const struct subject *s)
{
    const struct sv_operand *seed = sv_dsa_operand(s->plan, SV_ROLE_SEED);

    if (seed && seed->address % seed->bytes)
        return SV_STATUS_MISALIGNED;
    return check_copy(s);
}

static uint8_t check_dif(const struct subject *s)
{
    uint8_t op = s->op->info.opcode;
    uint64_t block = sv_dsa_dif_block(s->bytes);

    if (op != SV_DSA_DIF_INSERT && op != SV_DSA_DIX_GENERATE)
        block += 8;
    /* Model choice: a last partial block is a bad size. */
    if (s->size % block)
        return SV_STATUS_BAD_SIZE;
    if (op == SV_DSA_DIX_GENERATE && sv_dsa_get(s->bytes, 24, 8) % 8)
        return SV_STATUS_MISALIGNED;
    return check_copy(s);
}

static uint8_t check_types(const struct subject *s)
{
    unsigned in = s->bytes[56] & 15;
    unsigned out = s->bytes[56] >> 4;
    unsigned compute = s->bytes[57] & 15;
    unsigned flags = (unsigned)(sv_dsa_get(s->bytes, 57, 2) >> 4);
    bool converts = s->op->info.opcode == SV_DSA_TYPE_CONVERT;

    if (in >= TYPE_COUNT || out >= TYPE_COUNT)
        return SV_STATUS_BAD_FIELD;
    if ((in >= TYPE_FLOAT_FIRST) != (out >= TYPE_FLOAT_FIRST))
        return SV_STATUS_BAD_FIELD;
    if (!converts && (compute < 1 || compute == 2 || compute > 7))
        return SV_STATUS_BAD_FIELD;
    return flags & ~COMPUTE_FLAGS ? SV_STATUS_BAD_FIELD : OK;
}

/* A typed destination may be a source only in place: same address and same type. */
static bool typed_overlap(const struct subject *s, unsigned in_role, unsigned out_role)
{
    const struct sv_operand *in = sv_dsa_operand(s->plan, in_role);
    const struct sv_operand *out = sv_dsa_operand(s->plan, out_role);
    bool same_type = (s->bytes[56] & 15) == s->bytes[56] >> 4;

    if (!operands_overlap(s->plan, in_role, out_role))
        return false;
    return in->address != out->address || !same_type;
}

static uint8_t check_typed(const struct subject *s)
{
    uint8_t status = check_types(s);

    if (status != OK)
        return status;
    for (unsigned i = 0; i < s->plan->count; i++) {
        const struct sv_operand *operand = &s->plan->operands[i];
        unsigned type = operand->write ? s->bytes[56] >> 4 : s->bytes[56] & 15;

        if (!operand->bytes || operand->bytes > s->size_max)
            return SV_STATUS_BAD_SIZE;
        if (operand->address % sv_dsa_type_bytes(type))
            return SV_STATUS_MISALIGNED;
    }
    if (s->op->info.opcode == SV_DSA_REDUCE_DUALCAST) {
        status = check_two_destinations(s);
        if (status != OK)
            return status;
    }
    for (unsigned in = SV_ROLE_IN1; in <= SV_ROLE_IN2; in++)
        for (unsigned out = SV_ROLE_OUT1; out <= SV_ROLE_OUT2; out++)
            if (typed_overlap(s, in, out))
                return SV_STATUS_OVERLAP;
    return OK;
}

static uint8_t check_scattered(const struct subject *s)
{
    const struct sv_plan *plan = s->plan;
    uint64_t bytes = plan->entries * plan->block;
    unsigned format = s->bytes[59] >> 4;
    bool reduce = s->op->info.opcode == SV_DSA_GATHER_REDUCE;
    uint8_t status = reduce ? check_types(s) : (uint8_t)OK;

    if (status != OK)
        return status;
    if (format < 1 || format > 3 || (s->bytes[56] & 15) >= TYPE_COUNT)
        return SV_STATUS_BAD_FIELD;
    if (!plan->entries || plan->entries > UINT32_C(1) << s->wq->max_sgl_log2)
        return SV_STATUS_BAD_COUNT;
    if (!bytes || bytes > s->size_max || (!reduce && bytes != s->size))
        return SV_STATUS_BAD_SIZE;
    if (reduce && plan->block > REDUCE_BLOCK_MAX)
        return SV_STATUS_BAD_SIZE;
    /* Scattered destinations are not compared with anything. */
    if (sv_dsa_operand(plan, SV_ROLE_OUT1)->amount == SV_AMOUNT_BLOCKS)
        return OK;
    return operands_overlap(plan, SV_ROLE_SGL, SV_ROLE_OUT1) ? SV_STATUS_OVERLAP : OK;
}

/* The rules of one operation, after everything common has passed. */
static uint8_t check_operation(const struct subject *s)
{
    switch (s->op->info.opcode) {
    case SV_DSA_BATCH:
        return check_batch(s);
    case SV_DSA_CREATE_DELTA:
        return check_delta(s, true);
    case SV_DSA_APPLY_DELTA:
        return check_delta(s, false);
    case SV_DSA_DUALCAST: {
        uint8_t status = check_two_destinations(s);

        return status != OK ? status : check_copy(s);
    }
    case SV_DSA_CRC:
    case SV_DSA_COPY_CRC:
        return check_crc(s);
    case SV_DSA_DIF_CHECK:
    case SV_DSA_DIF_INSERT:
    case SV_DSA_DIF_STRIP:
    case SV_DSA_DIF_UPDATE:
    case SV_DSA_DIX_GENERATE:
        return check_dif(s);
    case SV_DSA_TYPE_CONVERT:
    case SV_DSA_REDUCE:
    case SV_DSA_REDUCE_DUALCAST:
        return check_typed(s);
    case SV_DSA_GATHER_REDUCE:
    case SV_DSA_GATHER_COPY:
    case SV_DSA_SCATTER_COPY:
    case SV_DSA_SCATTER_FILL:
        return check_scattered(s);
    default:
        return OK;
    }
}

static bool supported(const svasim_dsa *dsa, const struct sv_dsa_op *op, bool member)
{
    uint8_t code = op->info.opcode;

    if (!(dsa->setup.opcodes[code / 32] >> code % 32 & 1))
        return false;
    /* Not modelled: translation_fetch, which prefetches translations into the device TLB. */
    if (op->traits & SV_TRAIT_NO_DEVICE)
        return false;
    return !(member && op->traits & SV_TRAIT_NOT_IN_BATCH);
}

uint8_t sv_dsa_check(const svasim_dsa *dsa, const struct job *job, const struct sv_plan *plan,
                     uint32_t *invalid_flags)
{
    bool member = job->out.batch_index != UINT16_MAX;
    uint32_t flags = sv_dsa_flags(job->bytes);
    struct subject s = {.bytes = job->bytes,
                        .wq = &dsa->wqs[job->out.wq].setup,
                        .op = sv_dsa_op(job->bytes[7]),
                        .plan = plan,
                        .size = sv_dsa_get(job->bytes, 32, 4)};

    s.size_max = UINT64_C(1) << s.wq->max_transfer_log2;
    if (!s.wq->dedicated && job->out.privileged && !dsa->setup.priv_enable)
        return SV_STATUS_PRIV;
    if (flags & SV_FLAG_CRAV && sv_dsa_get(job->bytes, 8, 8) % RECORD_BYTES)
        return SV_STATUS_RECORD_ALIGN;
    if (!s.op || !supported(dsa, s.op, member))
        return SV_STATUS_BAD_OPCODE;
    *invalid_flags = flag_errors(&s, member);
    if (*invalid_flags)
        return SV_STATUS_BAD_FLAGS;
    if (reserved_bytes_set(&s))
        return SV_STATUS_NONZERO;
    /* Not modelled: the inter-domain permissions table; no handle is ever valid. */
    if (s.op->traits & SV_TRAIT_IDPT)
        return job->out.pasid == SVASIM_NO_PASID ? SV_STATUS_NEED_PASID : SV_STATUS_IDPT_HANDLE;
    /* Not modelled: PASIDs of interrupt-table entries; a handle only has to exist. */
    if (flags & SV_FLAG_RCI && sv_dsa_get(job->bytes, 36, 2) >= INTERRUPT_HANDLES)
        return SV_STATUS_BAD_HANDLE;
    if (s.op->traits & SV_TRAIT_BYTES && (!s.size || s.size > s.size_max))
        return SV_STATUS_BAD_SIZE;
    return check_operation(&s);
}
