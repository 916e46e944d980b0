/* SPDX-License-Identifier: MIT */
/* builder.h - for the commands that make traces: set the fields of a record and put it. An error is
 * printed once and remembered, so that callers need not look after each record. */
#ifndef SVASIM_TOOLS_BUILDER_H
#define SVASIM_TOOLS_BUILDER_H

#include "form.h"

struct cli_builder {
    svasim_writer *writer;
    const char *path;
    svasim_record record; /* under construction */
    uint64_t put;         /* records written */
    int code;             /* CLI_EXIT_OK, or what the first error was */
};

/** Begin a record; what was set before and not put is dropped. */
void cli_build(struct cli_builder *to, svasim_record_kind kind);
void cli_build_number(struct cli_builder *to, unsigned slot, uint64_t value);
/** `text` is not copied: it must live until the record is put. */
void cli_build_text(struct cli_builder *to, unsigned slot, const char *text);
/** The word of a CHOICE field. */
void cli_build_choice(struct cli_builder *to, unsigned slot, const char *word);
/** `data` is not copied. */
void cli_build_data(struct cli_builder *to, unsigned slot, const void *data, uint32_t bytes);
void cli_build_time(struct cli_builder *to, uint64_t tick);
/** Write it. */
void cli_build_put(struct cli_builder *to);
/** config KEY VALUE. */
void cli_build_config(struct cli_builder *to, const char *key, const char *value);
/** A comment. */
void cli_build_comment(struct cli_builder *to, const char *text);

#endif
