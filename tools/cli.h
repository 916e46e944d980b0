/* SPDX-License-Identifier: MIT */
/* cli.h - what the commands share: exit codes, messages, numbers, and configuration from the
 * command line. Knows nothing of what a command does. Names shared by files here begin with cli_:
 * the program is linked with the library, whose own begin with sv_. */
#ifndef SVASIM_TOOLS_CLI_H
#define SVASIM_TOOLS_CLI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "svasim/machine.h"

/* Exit codes; the worst of several files wins, and a higher number is worse. */
enum cli_exit {
    CLI_EXIT_OK = 0,
    CLI_EXIT_EXPECTATION = 1, /* an expectation is not met */
    CLI_EXIT_USAGE = 2,
    CLI_EXIT_INPUT = 3, /* bad input; what was computed before it is kept */
    CLI_EXIT_SYSTEM = 4 /* memory, files */
};

#if defined(__GNUC__)
#define CLI_TOOL_PRINTF(text, first) __attribute__((format(printf, text, first)))
#else
#define CLI_TOOL_PRINTF(text, first)
#endif

/* --- the commands; argv[0] is the command's name --- */
int cli_cmd_replay(int argc, char **argv);
int cli_cmd_check(int argc, char **argv);
int cli_cmd_info(int argc, char **argv);
int cli_cmd_convert(int argc, char **argv);
int cli_cmd_dump(int argc, char **argv);
int cli_cmd_explain(int argc, char **argv);
int cli_cmd_gen(int argc, char **argv);
int cli_cmd_import(int argc, char **argv);
int cli_cmd_compare(int argc, char **argv);
int cli_cmd_vectors(int argc, char **argv);

/* --- messages --- */

/** One line on standard error, "svasim: ..."; a progress bar there is wiped first. */
void cli_message(const char *format, ...) CLI_TOOL_PRINTF(1, 2);
/** Wrong usage of `command`: the message and where help is. Returns CLI_EXIT_USAGE. */
int cli_usage(const char *command, const char *format, ...) CLI_TOOL_PRINTF(2, 3);
/** A wrong option: what getopt_long returned, with ":" first in its short options. */
int cli_usage_option(const char *command, int option, char **argv);
/** A record that a machine refused with `err` and `text`. Returns the exit code for it. */
int cli_record_message(const char *path, const svasim_reader *reader, const svasim_record *record,
                       svasim_err err, const char *text);
/** Where and why a trace could not be read. Returns the exit code for it. */
int cli_trace_message(const svasim_trace_error *error);
/** `code`, or CLI_EXIT_SYSTEM with a message if standard output could not be written. */
int cli_finish_stdout(int code);
static inline int cli_worse(int a, int b)
{
    return a > b ? a : b;
}

/** Progress on standard error, only if that is a terminal. `total` 0: unknown. */
void cli_progress(const char *name, uint64_t done, uint64_t total);
void cli_progress_wipe(void);

/* --- numbers and names --- */

/** Decimal, 0x, or with a suffix K, M, G, T (powers of 1024). */
bool cli_number(const char *text, uint64_t *out);
/** "bb:dd.f", hexadecimal. */
bool cli_sid_parse(const char *text, uint16_t *out);
#define CLI_SID_TEXT 8
void cli_sid_format(uint16_t source_id, char out[CLI_SID_TEXT]);
/** 1234567 as "1,234,567". */
#define CLI_COUNT_TEXT 32
char *cli_count(uint64_t value, char out[CLI_COUNT_TEXT]);
/** Nanoseconds of `ticks` at `mhz`, exact to a picosecond, without trailing zeros. */
char *cli_nanoseconds(uint64_t ticks, uint64_t mhz, char out[CLI_COUNT_TEXT]);
/** A length with the largest binary unit that divides it: "4 KiB". */
char *cli_bytes(uint64_t bytes, char out[CLI_COUNT_TEXT]);
/** Does `name` end with `suffix`? */
bool cli_ends_with(const char *name, const char *suffix);
/** The value of a numeric configuration key. */
uint64_t cli_config_number(const svasim_config *config, const char *key);

/* --- configuration over what a trace says --- */

struct cli_pin {
    char *key, *value;
};
struct cli_pins {
    struct cli_pin *list;
    size_t count;
};
/** key=value. Returns an exit code; errors are printed. */
int cli_pins_assign(struct cli_pins *pins, const char *command, const char *assignment);
/** An INI file: [group] and key = value lines. Returns an exit code; errors are printed. */
int cli_pins_file(struct cli_pins *pins, const char *path);
/** Give all of them to a new machine; errors are printed. */
int cli_pins_apply(const struct cli_pins *pins, svasim_machine *machine);
/** Append all of `from`, which is empty afterwards; false if memory is short. */
bool cli_pins_move(struct cli_pins *pins, struct cli_pins *from);
void cli_pins_free(struct cli_pins *pins);

/* --- a trace on a machine --- */

/** The settings, every record of the trace, and the end. Errors are printed. Returns an exit code;
   the machine has no unit if nothing ever ran. */
int cli_machine_run(svasim_machine *machine, svasim_reader *reader, const char *path,
                    const struct cli_pins *pins);

/* --- words of the output --- */

const char *cli_op_name(const svasim_request *request);
const char *cli_submit_name(svasim_submit_kind kind);
const char *cli_submit_result_name(svasim_submit_result result);
/** Of the access bits in svasim_page_request.flags. */
const char *cli_page_need_name(unsigned flags);
const char *cli_page_answer_name(svasim_page_answer answer);
/** Delivery mode of an interrupt message. */
const char *cli_delivery_name(unsigned delivery);
/** What an answered interrupt request became, in one phrase. */
#define CLI_INTERRUPT_TEXT 160
const char *cli_interrupt_text(const svasim_response *response, char out[CLI_INTERRUPT_TEXT]);

#endif
