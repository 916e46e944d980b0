/* SPDX-License-Identifier: MIT */
/* main.c - which command? Finds its row and hands over the rest of the line. Knows no command's
 * options. */
#include <string.h>

#include "cli.h"
#include "svasim/version.h"

static const struct {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *summary;
} commands[] = {
    {"replay", cli_cmd_replay, "run traces with full timing and print a summary"},
    {"check", cli_cmd_check, "run traces as tests, in parallel, and judge their expectations"},
    {"info", cli_cmd_info, "say what a trace holds; list keys, faults, layouts, ..."},
    {"convert", cli_cmd_convert, "between the text and the binary form of a trace"},
    {"dump", cli_cmd_dump, "decode registers and tables of a trace's machine"},
    {"explain", cli_cmd_explain, "show one request's way, read by read"},
    {"gen", cli_cmd_gen, "write a synthetic trace from a seed"},
    {"import", cli_cmd_import, "turn another tool's log into a trace"},
    {"compare", cli_cmd_compare, "show what differs between two runs"},
    {"vectors", cli_cmd_vectors, "write scenarios as test vectors for other models"},
};
#define COMMANDS (sizeof commands / sizeof commands[0])

static int help(void)
{
    printf("svasim %s - a cycle-level model of the Intel VT-d scalable-mode IOMMU\n\n"
           "Usage: svasim COMMAND [options] FILE...\n\nCommands:\n",
           SVASIM_VERSION);
    for (size_t i = 0; i < COMMANDS; i++)
        printf("  %-9s %s\n", commands[i].name, commands[i].summary);
    printf("\n  svasim COMMAND --help   options and an example\n"
           "  svasim --version        which svasim this is\n\n"
           "Exit codes: 0 done, 1 an expectation failed, 2 wrong usage, 3 bad input,\n"
           "4 resource or system error.\n\n"
           "Example:\n"
           "  svasim gen window --count 100000 -o window.svb && svasim replay window.svb\n");
    return CLI_EXIT_OK;
}

int main(int argc, char **argv)
{
    if (argc < 2)
        return cli_usage(NULL, "a command is missing");
    const char *name = argv[1];
    for (size_t i = 0; i < COMMANDS; i++)
        if (strcmp(name, commands[i].name) == 0)
            return cli_finish_stdout(commands[i].run(argc - 1, argv + 1));
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0 || strcmp(name, "help") == 0)
        return cli_finish_stdout(help());
    if (strcmp(name, "--version") == 0 || strcmp(name, "-V") == 0) {
        printf("svasim %s\n", SVASIM_VERSION);
        return cli_finish_stdout(CLI_EXIT_OK);
    }
    return cli_usage(NULL, "%s: no such command", name);
}
