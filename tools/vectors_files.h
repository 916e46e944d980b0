/* SPDX-License-Identifier: MIT */
/* vectors_files.h - where vectors go. */
#ifndef SVASIM_TOOLS_VECTORS_FILES_H
#define SVASIM_TOOLS_VECTORS_FILES_H

#include "vectors.h"

/** DIRECTORY/NAME.jsonl; directories are made. Returns an exit code; errors are printed. */
int vectors_files_put(const char *directory, const struct vectors_scenario *scenario);
/** DIRECTORY/index.jsonl. */
int vectors_files_index(const char *directory, const json_t *index);

#endif
