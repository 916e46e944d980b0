/* SPDX-License-Identifier: MIT */
/* builder.c - records from a program. Which fields a record has is checked by the writer. */
#include "builder.h"

#include <errno.h>
#include <string.h>

void cli_build(struct cli_builder *to, svasim_record_kind kind)
{
    memset(&to->record, 0, sizeof to->record);
    to->record.kind = (uint8_t)kind;
}

void cli_build_number(struct cli_builder *to, unsigned slot, uint64_t value)
{
    to->record.present |= 1u << slot;
    to->record.value[slot] = value;
}

void cli_build_text(struct cli_builder *to, unsigned slot, const char *text)
{
    to->record.present |= 1u << slot;
    to->record.blob[slot] = (svasim_blob){text, (uint32_t)strlen(text)};
}

void cli_build_data(struct cli_builder *to, unsigned slot, const void *data, uint32_t bytes)
{
    to->record.present |= 1u << slot;
    to->record.blob[slot] = (svasim_blob){data, bytes};
}

void cli_build_choice(struct cli_builder *to, unsigned slot, const char *word)
{
    const char *at = svasim_record_info_of(to->record.kind)->fields[slot].choices;
    size_t length = strlen(word);
    uint64_t index = 0;
    while (strncmp(at, word, length) != 0 || (at[length] != '|' && at[length] != 0)) {
        const char *bar = strchr(at, '|');
        if (!bar) {
            index = UINT64_MAX; /* the writer refuses it */
            break;
        }
        at = bar + 1;
        index++;
    }
    cli_build_number(to, slot, index);
}

void cli_build_time(struct cli_builder *to, uint64_t tick)
{
    to->record.has_time = true;
    to->record.time = tick;
}

void cli_build_put(struct cli_builder *to)
{
    if (to->code != CLI_EXIT_OK)
        return;
    errno = 0;
    svasim_err err = svasim_writer_put(to->writer, &to->record);
    if (err == SVASIM_OK) {
        to->put++;
        return;
    }
    if (err == SVASIM_EINVAL)
        cli_message("%s: %s", to->path, svasim_writer_error(to->writer));
    else
        cli_message("%s: %s", to->path, errno ? strerror(errno) : "cannot be written");
    to->code = err == SVASIM_EINVAL ? CLI_EXIT_INPUT : CLI_EXIT_SYSTEM;
}

void cli_build_config(struct cli_builder *to, const char *key, const char *value)
{
    cli_build(to, SVASIM_RECORD_CONFIG);
    cli_build_text(to, SVASIM_F_CONFIG_key, key);
    cli_build_text(to, SVASIM_F_CONFIG_value, value);
    cli_build_put(to);
}

void cli_build_comment(struct cli_builder *to, const char *text)
{
    cli_build(to, SVASIM_RECORD_COMMENT);
    cli_build_text(to, SVASIM_F_COMMENT_text, text);
    cli_build_put(to);
}
