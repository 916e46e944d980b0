/* SPDX-License-Identifier: MIT */
/* registers.h - the register file: storage, reset values, and what a write sets off (section
 * 11.4). The unit carries out the actions; this file only says which. */
#ifndef SV_ARCH_REGISTERS_H
#define SV_ARCH_REGISTERS_H

#include "arch/walk.h"
#include "spec/tables.h"

struct sv_registers {
    uint64_t value[SV_REG_COUNT];
};

/* What the unit must do after a write. */
enum sv_action {
    SV_ACTION_NONE = 0,
    SV_ACTION_LATCH_ROOT = 1u << 0, /* RTADDR takes effect now */
    SV_ACTION_ENABLE = 1u << 1,     /* TE 0 -> 1 */
    SV_ACTION_DISABLE = 1u << 2     /* TE 1 -> 0 */
};

void sv_registers_reset(struct sv_registers *registers, const svasim_config *config);
/* Apply a write of 4 or 8 bytes; returns sv_action bits. */
unsigned sv_registers_write(struct sv_registers *registers, const struct sv_rules *rules,
                            uint32_t offset, uint32_t bytes, uint64_t value);
uint64_t sv_registers_read(const struct sv_registers *registers, uint32_t offset, uint32_t bytes);
/* RTADDR as the walk uses it. */
void sv_registers_latch(const struct sv_registers *registers, const struct sv_rules *rules,
                        struct sv_mode *mode);

#endif
