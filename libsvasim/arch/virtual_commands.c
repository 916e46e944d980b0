/* SPDX-License-Identifier: MIT */
/* virtual_commands.c - virtual commands: which there are, what each does and how it is answered
 * (section 11.4, VCMD_REG and VCRSP_REG). All are complete at once, so IP is never seen set.
 * Status codes are those of revision 5.10; earlier drafts had 1 and then 2 for 16. */
#include "arch/virtual_commands.h"

#include "base/bits.h"

#define CAP_NULL  UINT64_C(1)
#define CAP_PASID UINT64_C(6) /* PAS and FPS: allocate and free */

#define STATUS_OK       0u
#define STATUS_NONE     1u  /* no such command */
#define STATUS_NO_PASID 16u /* none is left, or this one was not allocated */

enum { NOTHING = 0, ALLOCATE_PASID = 1, FREE_PASID = 2 };

void sv_virtual_commands_reset(struct sv_virtual_commands *commands, const svasim_config *config)
{
    *commands = (struct sv_virtual_commands){0};
    if (!(sv_config_caps(config) & SV_CAP_BIT(PASID)))
        return; /* PAS and FPS are reserved without PASID */
    uint64_t end = UINT64_C(2) << config->value[SV_KEY_PSS];
    commands->end = end < SV_VIRTUAL_PASIDS ? (uint32_t)end : SV_VIRTUAL_PASIDS;
}

uint64_t sv_virtual_commands_capability(const struct sv_virtual_commands *commands)
{
    return CAP_NULL | (commands->end ? CAP_PASID : 0);
}

static unsigned allocate(struct sv_virtual_commands *commands, uint64_t *response)
{
    for (uint32_t pasid = 1; pasid < commands->end; pasid++) {
        if (bit_get(commands->taken[pasid / 64], pasid % 64))
            continue;
        commands->taken[pasid / 64] |= UINT64_C(1) << pasid % 64;
        bits_put(response, bits_mask(35, 16), pasid);
        return STATUS_OK;
    }
    return STATUS_NO_PASID;
}

static unsigned release(struct sv_virtual_commands *commands, uint64_t pasid)
{
    if (pasid >= commands->end || !bit_get(commands->taken[pasid / 64], pasid % 64))
        return STATUS_NO_PASID;
    commands->taken[pasid / 64] &= ~(UINT64_C(1) << pasid % 64);
    return STATUS_OK;
}

uint64_t sv_virtual_commands_run(struct sv_virtual_commands *commands, uint64_t vcmd)
{
    uint64_t command = bits_get(vcmd, 7, 0), response = 0;
    unsigned status = STATUS_NONE;
    if (command == NOTHING)
        status = STATUS_OK;
    else if (command == ALLOCATE_PASID && commands->end)
        status = allocate(commands, &response);
    else if (command == FREE_PASID && commands->end)
        status = release(commands, bits_get(vcmd, 35, 16));
    return response | (uint64_t)status << 1;
}
