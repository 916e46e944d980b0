/* SPDX-License-Identifier: MIT */
/* capabilities.h - the configuration of a real unit, from what its registers say. */
#ifndef SVASIM_TOOLS_CAPABILITIES_H
#define SVASIM_TOOLS_CAPABILITIES_H

#include "cli.h"

struct cli_caps {
    uint64_t haw; /* host address width; 0: not known */
    uint64_t cap, ecap;
    bool has_cap, has_ecap; /* else the defaults of the model */
    uint8_t version_major;  /* VER_REG; 0: not known */
    /* Takes a config key and its value. */
    void (*put)(void *user, const char *key, const char *value);
    void *user;
};

/** The line in which a Linux kernel tells of a unit: "... ver 6:0 cap 19ed... ecap 3ee9...".
    False if the line lacks a register. */
bool cli_caps_parse(struct cli_caps *caps, const char *line);
/** Give the keys that make such a unit; say which bits no key can. Returns an exit code. */
int cli_caps_keys(const struct cli_caps *caps);

#endif
