/* SPDX-License-Identifier: MIT */
/* virtual_commands.h - the virtual command interface (registers from E00h on): software in a
 * virtual machine asks whoever emulates its unit for PASIDs, which are shared with other
 * machines. Here the unit has them all to itself and hands them out from 1 on. */
#ifndef SV_ARCH_VIRTUAL_COMMANDS_H
#define SV_ARCH_VIRTUAL_COMMANDS_H

#include "spec/config.h"

/* PASIDs below this one can be had, fewer if PSS says so: a bound of this model. PASID 0 is never
 * handed out, requests without PASID commonly use it. */
#define SV_VIRTUAL_PASIDS 1024u

struct sv_virtual_commands {
    uint64_t taken[SV_VIRTUAL_PASIDS / 64]; /* bit n % 64 of n / 64: PASID n is allocated */
    uint32_t end;                           /* behind the last PASID; 0: no commands for PASIDs */
};

void sv_virtual_commands_reset(struct sv_virtual_commands *commands, const svasim_config *config);
uint64_t sv_virtual_commands_capability(const struct sv_virtual_commands *commands); /* VCCAP */
/* Carry out what VCMD says; returns VCRSP. */
uint64_t sv_virtual_commands_run(struct sv_virtual_commands *commands, uint64_t vcmd);

#endif
