/* SPDX-License-Identifier: MIT */
/* commands.c - enhanced commands: what is written, which there are, what each does and how it is
 * answered (tables 52 and 53). */
#include "arch/commands.h"

#define FIRST         240u /* of the commands there are; ECCAP3 begins at 192 */
#define STATUS_OK     0u
#define STATUS_NONE   1u /* no such command */
#define STATUS_BUSY   2u /* a command of another register is in flight */
#define STATUS_FAILED 16u

enum {
    ENABLE = 240,
    DISABLE = 241,
    RESET_CONFIGURATION = 242,
    RESET_VALUES = 243,
    FREEZE = 244,
    UNFREEZE = 245
};

void sv_commands_reset(struct sv_commands *commands, const svasim_config *config)
{
    /* All commands there are concern performance monitoring. */
    bool monitors = (sv_config_caps(config) & SV_CAP_BIT(PMS)) != 0;
    *commands = (struct sv_commands){.set = monitors ? (uint8_t)config->value[SV_KEY_COMMANDS] : 0};
}

uint64_t sv_commands_capability(const struct sv_commands *commands)
{
    return (uint64_t)commands->set << (FIRST - 192);
}

bool sv_commands_write(struct sv_commands *commands, uint64_t *response, uint32_t at,
                       uint32_t value, bool busy)
{
    if (*response & SV_ECRSP_IP)
        return false; /* dropped */
    unsigned shift = 8 * at;
    commands->written = (commands->written & ~(UINT64_C(0xffffffff) << shift)) | (uint64_t)value
                                                                                     << shift;
    if (at != 0)
        return false;
    *response = busy ? (uint64_t)STATUS_BUSY << 1 : SV_ECRSP_IP;
    return !busy;
}

static unsigned carry_out(struct sv_perfmon *perf, unsigned command, uint64_t operand)
{
    switch (command) {
    case ENABLE:
        return sv_perfmon_enable(perf, operand) ? STATUS_OK : STATUS_FAILED;
    case DISABLE:
        return sv_perfmon_disable(perf, operand) ? STATUS_OK : STATUS_FAILED;
    case RESET_CONFIGURATION:
        sv_perfmon_reset_configuration(perf);
        return STATUS_OK;
    case RESET_VALUES:
        sv_perfmon_reset_values(perf);
        return STATUS_OK;
    case FREEZE:
    case UNFREEZE:
    default: /* `set` has no others */
        sv_perfmon_freeze(perf, command == FREEZE);
        return STATUS_OK;
    }
}

void sv_commands_run(const struct sv_commands *commands, uint64_t *response,
                     struct sv_perfmon *perf)
{
    unsigned command = commands->written & 0xff, status = STATUS_NONE;
    if (command >= FIRST && bit_get(commands->set, command - FIRST))
        status = carry_out(perf, command, commands->written >> 16);
    *response = (uint64_t)status << 1;
}
