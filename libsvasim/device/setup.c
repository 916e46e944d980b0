/* SPDX-License-Identifier: MIT */
/* setup.c - the configuration of a device: what it is unless told otherwise, and what the keys
 * dsa.* say of it. */
#include "device/internal.h"

#include "svasim/config.h"

#include <stdlib.h>
#include <string.h>

svasim_dsa_setup svasim_dsa_setup_default(void)
{
    svasim_dsa_setup setup = {.engines = 1,
                              .lines = 16,
                              .pasid_enable = true,
                              .priv_enable = true,
                              .atc = {.misses = 16}};
    const svasim_opcode_info *row;

    for (unsigned i = 0; (row = svasim_opcode_at(i)) != NULL; i++)
        if (!(sv_dsa_op(row->opcode)->traits & (SV_TRAIT_NO_DEVICE | SV_TRAIT_IDPT)))
            setup.opcodes[row->opcode / 32] |= UINT32_C(1) << row->opcode % 32;
    return setup;
}

static uint32_t number(const svasim_config *config, const char *key)
{
    char text[32] = "0";

    (void)svasim_config_get(config, key, text, sizeof text);
    return (uint32_t)strtoul(text, NULL, 10);
}

static bool is_on(const svasim_config *config, const char *key)
{
    char text[32] = "";

    (void)svasim_config_get(config, key, text, sizeof text);
    return strcmp(text, "on") == 0;
}

void svasim_dsa_setup_read(svasim_dsa_setup *setup, const svasim_config *config)
{
    setup->lines = (uint16_t)number(config, "dsa.lines");
    setup->atc.entries = is_on(config, "cap.dt") ? (uint16_t)number(config, "dsa.atc") : 0;
    setup->atc.shared = is_on(config, "dsa.atc_shared");
    setup->atc.misses = (uint16_t)number(config, "dsa.atc_misses");
    setup->atc.ahead = (uint16_t)number(config, "dsa.atc_ahead");
    setup->atc.lookup_ticks = number(config, "dsa.atc_latency");
    setup->atc.invalidate_ticks = number(config, "dsa.atc_invalidate_latency");
    setup->submit_ticks = number(config, "dsa.submit_latency");
    setup->dispatch_ticks = number(config, "dsa.dispatch_latency");
    setup->line_ticks = number(config, "dsa.line_interval");
    setup->record_ticks = number(config, "dsa.record_latency");
}
