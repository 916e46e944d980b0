/* SPDX-License-Identifier: MIT */
/* import.h - the importers, one per format. */
#ifndef SVASIM_TOOLS_IMPORT_H
#define SVASIM_TOOLS_IMPORT_H

#include "builder.h"

/** A log of JSON lines to records; `in` may be compressed. Returns an exit code. */
int cli_import_qemu_jsonl(struct cli_builder *to, const char *in);

#endif
