/* SPDX-License-Identifier: MIT */
/* registers.c - the register file. A row of registers.def says where each register lies and what
 * a write stores; GCMD is the one register here whose write acts.
 * Not modelled: fault recording registers, queue engines behind IQT and PQH, event interrupts,
 * register-based invalidation, performance monitoring (their registers store and read back). */
#include "arch/registers.h"

#define GCMD_TE    (UINT64_C(1) << 31)
#define GCMD_SRTP  (UINT64_C(1) << 30)
#define GCMD_QIE   (UINT64_C(1) << 26)
#define GCMD_IRE   (UINT64_C(1) << 25)
#define GCMD_SIRTP (UINT64_C(1) << 24)
#define GCMD_CFI   (UINT64_C(1) << 23)

static uint64_t capability_word(const svasim_config *config, bool extended)
{
    uint64_t word = 0;
#define CAP_REG  false
#define ECAP_REG true
#define CAP(id, name, reg, bit, initial, meaning)                                                  \
    if (reg##_REG == extended && config->value[SV_KEY_CAP_FIRST + SV_CAP_##id])                    \
        word |= UINT64_C(1) << (bit);
#include "spec/caps.def"
#undef CAP
    return word;
}

static uint64_t cap_value(const svasim_config *config)
{
    const uint64_t *v = config->value;
    /* DRD and DWD (bits 55, 54) are always set from major version 2 on. */
    return capability_word(config, false) | v[SV_KEY_ND] | v[SV_KEY_SAGAW] << 8 |
           (v[SV_KEY_MGAW] - 1) << 16 | v[SV_KEY_SSLPS] << 34 | v[SV_KEY_NFR] << 40 |
           v[SV_KEY_MAMV] << 48 | (v[SV_KEY_VERSION] >= 2 ? UINT64_C(3) << 54 : 0);
}

static uint64_t ecap_value(const svasim_config *config)
{
    uint64_t smts = config->value[SV_KEY_CAP_FIRST + SV_CAP_SMTS];
    return capability_word(config, true) | (smts ? config->value[SV_KEY_PSS] << 35 : 0);
}

void sv_registers_reset(struct sv_registers *registers, const svasim_config *config)
{
    for (unsigned i = 0; i < SV_REG_COUNT; i++)
        registers->value[i] = sv_registers[i].reset;
    registers->value[SV_REG_VER] = config->value[SV_KEY_VERSION] << 4;
    registers->value[SV_REG_CAP] = cap_value(config);
    registers->value[SV_REG_ECAP] = ecap_value(config);
}

/* Register that contains byte `offset`; SV_REG_COUNT in a hole. */
static unsigned register_at(uint32_t offset)
{
    for (unsigned i = 0; i < SV_REG_COUNT; i++)
        if (offset >= sv_registers[i].offset &&
            offset < sv_registers[i].offset + sv_registers[i].bytes)
            return i;
    return SV_REG_COUNT;
}

static unsigned write_gcmd(struct sv_registers *registers, const struct sv_rules *rules,
                           uint64_t value)
{
    uint64_t *status = &registers->value[SV_REG_GSTS];
    uint64_t levels = GCMD_TE | GCMD_CFI;
    if (sv_rules_has(rules, SV_CAP_QI))
        levels |= GCMD_QIE;
    if (sv_rules_has(rules, SV_CAP_IR))
        levels |= GCMD_IRE;
    uint64_t before = *status;
    unsigned actions = SV_ACTION_NONE;
    *status = (before & ~levels) | (value & levels);
    if (value & GCMD_SRTP) {
        *status |= GCMD_SRTP;
        actions |= SV_ACTION_LATCH_ROOT;
    }
    if ((value & GCMD_SIRTP) && sv_rules_has(rules, SV_CAP_IR))
        *status |= GCMD_SIRTP;
    if ((before & GCMD_QIE) && !(*status & GCMD_QIE))
        registers->value[SV_REG_IQH] = 0;
    if ((before ^ *status) & GCMD_TE)
        actions |= *status & GCMD_TE ? SV_ACTION_ENABLE : SV_ACTION_DISABLE;
    return actions;
}

/* Store the 32 bits at `offset`, which is a multiple of 4. */
static unsigned write_half(struct sv_registers *registers, const struct sv_rules *rules,
                           uint32_t offset, uint32_t value)
{
    unsigned i = register_at(offset);
    if (i == SV_REG_COUNT)
        return SV_ACTION_NONE;
    if (i == SV_REG_GCMD)
        return write_gcmd(registers, rules, value);
    unsigned shift = 8 * (offset - sv_registers[i].offset);
    uint64_t mask = sv_register_writable[i] & (UINT64_C(0xffffffff) << shift);
    registers->value[i] = (registers->value[i] & ~mask) | ((uint64_t)value << shift & mask);
    return SV_ACTION_NONE;
}

unsigned sv_registers_write(struct sv_registers *registers, const struct sv_rules *rules,
                            uint32_t offset, uint32_t bytes, uint64_t value)
{
    unsigned actions = write_half(registers, rules, offset, (uint32_t)value);
    if (bytes == 8)
        actions |= write_half(registers, rules, offset + 4, (uint32_t)(value >> 32));
    return actions;
}

static uint64_t read_half(const struct sv_registers *registers, uint32_t offset)
{
    unsigned i = register_at(offset);
    if (i == SV_REG_COUNT)
        return 0;
    return registers->value[i] >> (8 * (offset - sv_registers[i].offset)) & UINT64_C(0xffffffff);
}

uint64_t sv_registers_read(const struct sv_registers *registers, uint32_t offset, uint32_t bytes)
{
    uint64_t value = read_half(registers, offset);
    return bytes == 8 ? value | read_half(registers, offset + 4) << 32 : value;
}

void sv_registers_latch(const struct sv_registers *registers, const struct sv_rules *rules,
                        struct sv_mode *mode)
{
    uint64_t rtaddr = registers->value[SV_REG_RTADDR];
    mode->root = rtaddr & bits_mask(63, 12) & low_mask(rules->haw);
    mode->ttm = (uint8_t)bits_get(rtaddr, 11, 10);
    mode->ssirwe = sv_rules_has(rules, SV_CAP_SSIRWS) && bit_get(rtaddr, 7);
}
