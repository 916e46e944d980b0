/* SPDX-License-Identifier: MIT */
/* lists.h - the fact tables as text. Each returns an exit code. */
#ifndef SVASIM_TOOLS_LISTS_H
#define SVASIM_TOOLS_LISTS_H

#include "cli.h"

int cli_list_keys(void);
int cli_list_faults(void);
int cli_list_layouts(void);
int cli_list_layout(const char *name);
int cli_list_opcodes(void);
int cli_list_counters(void);
int cli_list_records(void);

#endif
