/* SPDX-License-Identifier: MIT */
/**
 * dsa_operands.h - where the operands of test descriptors lie, and random contents for them.
 * The areas are far enough apart that legal operands never meet.
 */
#ifndef TESTS_DSA_OPERANDS_H
#define TESTS_DSA_OPERANDS_H

#include "dsa_host.h"

#define SRC    (HOST_BASE + 0x10000)
#define SRC2   (HOST_BASE + 0x30000)
#define DST    (HOST_BASE + 0x50000)
#define DST2   (HOST_BASE + 0x70000)
#define SGL    (HOST_BASE + 0x90000)
#define BLOCKS (HOST_BASE + 0xA0000)
#define CR     (HOST_BASE + 0xF0000)

static inline void fill_random(struct dsa_host *host)
{
    for (unsigned i = 0; i < HOST_BYTES; i += 8) {
        uint64_t value = sv_rng_next(&host->rng);

        memcpy(&host->memory[i], &value, 8);
    }
}

static inline uint64_t pick(struct dsa_host *host, uint64_t below)
{
    return sv_rng_next(&host->rng) % below;
}

/* A random list whose blocks stay inside the BLOCKS area. */
static inline void make_list(struct dsa_host *host, uint8_t *bytes)
{
    unsigned format = 1 + (unsigned)pick(host, 3);
    unsigned entries = 1 + (unsigned)pick(host, 60);
    unsigned entry_bytes = format == 2 ? 4 : 8;
    struct sv_plan plan;

    desc_set(bytes, "sgl", SGL + pick(host, 64));
    desc_set(bytes, "sgl_size", entries);
    desc_set(bytes, "sgl_format", format);
    desc_set(bytes, "base", BLOCKS + pick(host, 64));
    desc_set(bytes, "in_type", pick(host, 10));
    desc_set(bytes, "elements", 1 + pick(host, 40));
    sv_dsa_plan(bytes, &plan);
    for (unsigned i = 0; i < entries; i++)
        sv_dsa_put(host_at(host, sv_dsa_operand(&plan, SV_ROLE_SGL)->address + i * entry_bytes), 0,
                   entry_bytes, format == 1 ? pick(host, 0x4000) : pick(host, 50));
    if (bytes[7] != SV_DSA_GATHER_REDUCE)
        desc_set(bytes, "size", plan.entries * plan.block);
}

#endif
