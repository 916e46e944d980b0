/* SPDX-License-Identifier: MIT */
/* config.h - values behind svasim_config, for code that is inside. */
#ifndef SV_SPEC_CONFIG_H
#define SV_SPEC_CONFIG_H

#include "spec/tables.h"
#include "svasim/config.h"

struct svasim_config {
    uint64_t value[SV_KEY_COUNT];
    char error[256];
};

/* Checks that span several keys; false and an error text if one fails. */
bool sv_config_check(svasim_config *config);
/* Why the performance monitoring registers cannot lie where they are configured; or NULL. */
const char *sv_config_check_perf(const svasim_config *config);
/* CAP_REG or ECAP_REG as the configuration makes it. */
uint64_t sv_capability_register(const svasim_config *config, bool extended);
/* Capability bits as a word of SV_CAP_BIT. */
uint64_t sv_config_caps(const svasim_config *config);

#endif
