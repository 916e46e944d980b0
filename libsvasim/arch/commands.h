/* SPDX-License-Identifier: MIT */
/* commands.h - the enhanced command interface (section 11.4.14): one command at a time, its
 * operand, and its response. When a command is carried out is the caller's business. */
#ifndef SV_ARCH_COMMANDS_H
#define SV_ARCH_COMMANDS_H

#include "arch/perfmon.h"

struct sv_commands {
    uint64_t written; /* ECMD as written; software cannot read it */
    uint8_t set;      /* bit n: command 240 + n is there */
};

#define SV_ECRSP_IP UINT64_C(1)

/* `response` is always ECRSP. */
void sv_commands_reset(struct sv_commands *commands, const svasim_config *config);
uint64_t sv_commands_capability(const struct sv_commands *commands); /* ECCAP3 */
/* Write 32 bits at byte `at` (0 or 4) of ECMD. True: a command is now in progress. `busy`: one of
 * another register is, and this one is refused. */
bool sv_commands_write(struct sv_commands *commands, uint64_t *response, uint32_t at,
                       uint32_t value, bool busy);
/* Carry out the command in progress. */
void sv_commands_run(const struct sv_commands *commands, uint64_t *response,
                     struct sv_perfmon *perf);

#endif
