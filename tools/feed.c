/* SPDX-License-Identifier: MIT */
/* feed.c - how does a whole trace run on a machine? Settings first, every record in turn, the end
 * last. Knows no record kind, and not what is done with the outcome. */
#include "cli.h"

#define PROGRESS_PERIOD 65536 /* records between two looks at the progress */

static int feed(svasim_machine *machine, svasim_reader *reader, const char *path)
{
    const svasim_record *record;
    svasim_err err;
    while ((err = svasim_reader_next(reader, &record)) == SVASIM_OK && record) {
        err = svasim_machine_apply(machine, record);
        if (err != SVASIM_OK)
            return cli_record_message(path, reader, record, err, svasim_machine_error(machine));
        if (record->number % PROGRESS_PERIOD == 0) {
            uint64_t done, total;
            svasim_reader_progress(reader, &done, &total);
            cli_progress(path, done, total);
        }
    }
    return err == SVASIM_OK ? CLI_EXIT_OK : cli_trace_message(svasim_reader_error(reader));
}

int cli_machine_run(svasim_machine *machine, svasim_reader *reader, const char *path,
                    const struct cli_pins *pins)
{
    int code = cli_pins_apply(pins, machine);
    if (code == CLI_EXIT_OK)
        code = feed(machine, reader, path);
    /* Without a unit after an error there is nothing to finish. */
    svasim_err err = SVASIM_OK;
    if (code == CLI_EXIT_OK || svasim_machine_unit(machine))
        err = svasim_machine_finish(machine);
    cli_progress_wipe();
    if (err != SVASIM_OK && code == CLI_EXIT_OK) {
        cli_message("%s: %s", path, svasim_machine_error(machine));
        code = err == SVASIM_EINVAL ? CLI_EXIT_INPUT : CLI_EXIT_SYSTEM;
    }
    return code;
}
