/* SPDX-License-Identifier: MIT */
/* import.h - what importers share: capabilities of the recorded unit, and lines of a log. */
#ifndef SVASIM_TOOLS_IMPORT_H
#define SVASIM_TOOLS_IMPORT_H

#include "builder.h"

struct cli_caps {
    uint64_t haw, cap, ecap;
    bool has_cap, has_ecap; /* else the defaults of the model */
};
/** Write config records for the capabilities; returns an exit code. */
int cli_caps_build(struct cli_builder *to, const struct cli_caps *caps);

/** A log of JSON lines to records; `in` may be compressed. Returns an exit code. */
int cli_import_qemu_jsonl(struct cli_builder *to, const char *in);

#endif
