/* SPDX-License-Identifier: MIT */
/**
 * config.h - every knob of a unit, set by key.
 *
 * Keys, types, defaults, ranges and meanings are rows of one table
 * (docs/configuration.md is generated from it). A config object is plain data:
 * no file is opened here.
 */
#ifndef SVASIM_CONFIG_H
#define SVASIM_CONFIG_H

#include <stdint.h>

#include "svasim/types.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct svasim_config svasim_config;

/** A row of the key table. */
typedef struct svasim_config_key {
    const char *name;           /**< "iotlb_4k.ways" */
    const char *type;           /**< "uint", "bool", or the choices "lru|plru|random" */
    const char *unit;           /**< "cycles", "bits", ...; "" if none */
    const char *meaning;        /**< one sentence */
    uint64_t initial, min, max; /**< of a choice: index of the word */
} svasim_config_key;

/** All keys at their defaults. NULL if memory is short. */
SVASIM_API svasim_config *svasim_config_create(void);
SVASIM_API svasim_config *svasim_config_copy(const svasim_config *from);
SVASIM_API void svasim_config_destroy(svasim_config *config);
/**
 * Set one key from text: decimal or 0x numbers, true/false/on/off/1/0, a word.
 * @return SVASIM_EINVAL for an unknown key or a value out of range; the config
 *         is unchanged and svasim_config_error says what was expected
 */
SVASIM_API svasim_err svasim_config_set(svasim_config *config, const char *key, const char *value);
/** Write the value of `key` as text into `out` (`bytes` long, always terminated). */
SVASIM_API svasim_err svasim_config_get(const svasim_config *config, const char *key, char *out,
                                        size_t bytes);
/** Text of the last error; "" if none. */
SVASIM_API const char *svasim_config_error(const svasim_config *config);
/** Rows of the key table, in documentation order; NULL past the end. */
SVASIM_API const svasim_config_key *svasim_config_key_at(unsigned index);

#ifdef __cplusplus
}
#endif
#endif
