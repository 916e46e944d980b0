/* SPDX-License-Identifier: MIT */
/* form.h - for the commands that write traces: which form, opening and closing with messages. */
#ifndef SVASIM_TOOLS_FORM_H
#define SVASIM_TOOLS_FORM_H

#include "cli.h"

/** The form to write: `wish` if not negative, else by suffix; "-" is text. False: unknown. */
bool cli_form_of(const char *path, int wish, svasim_trace_form *out);
/** NULL: a message was printed. */
svasim_writer *cli_writer_open(const char *path, svasim_trace_form form);
/** Returns an exit code; errors are printed. */
int cli_writer_close(svasim_writer *writer, const char *path);

#endif
