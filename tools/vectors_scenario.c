/* SPDX-License-Identifier: MIT */
/* vectors_scenario.c - one scenario: run it, find out what its values depend on, and say why there
 * are no steps if there are none. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "vectors.h"

static void note_comment(struct vectors_run *run)
{
    svasim_blob text = run->record->blob[SVASIM_F_COMMENT_text];
    while (text.bytes && text.data[0] == ' ') {
        text.data++;
        text.bytes--;
    }
    /* Bytes that are no UTF-8 cannot stand in JSON; such a comment is left out. */
    json_t *string = text.bytes ? json_stringn(text.data, text.bytes) : NULL;
    if (string)
        vectors_append(run, run->comments, string);
}

static svasim_err apply(struct vectors_run *run, bool tell)
{
    unsigned kind = run->record->kind;
    if (kind == SVASIM_RECORD_COMMENT && tell)
        note_comment(run);
    if (kind == SVASIM_RECORD_EXPECT && !tell)
        return SVASIM_OK;
    /* The first record that acts makes the unit: look at its registers before it is touched. */
    if (kind != SVASIM_RECORD_COMMENT && kind != SVASIM_RECORD_CONFIG && !run->registers) {
        const svasim_record drain = {.kind = SVASIM_RECORD_DRAIN};
        svasim_err err = svasim_machine_apply(run->machine, &drain);
        if (err != SVASIM_OK)
            return err;
        vectors_registers_open(run);
    }
    svasim_err err = svasim_machine_apply(run->machine, run->record);
    if (err == SVASIM_OK) {
        vectors_note_expect(run);
        vectors_check(run);
    }
    return err;
}

static int feed(struct vectors_run *run, svasim_reader *reader, const char *path, bool tell)
{
    svasim_err err;
    while ((err = svasim_reader_next(reader, &run->record)) == SVASIM_OK && run->record) {
        err = apply(run, tell);
        if (err != SVASIM_OK)
            return !tell ? CLI_EXIT_INPUT
                         : cli_record_message(path, reader, run->record, err,
                                              svasim_machine_error(run->machine));
    }
    run->record = NULL;
    if (err != SVASIM_OK)
        return tell ? cli_trace_message(svasim_reader_error(reader)) : CLI_EXIT_INPUT;
    if (svasim_machine_finish(run->machine) == SVASIM_OK) {
        if (!run->registers)
            vectors_registers_open(run);
        return CLI_EXIT_OK;
    }
    if (tell)
        cli_message("%s: %s", path, svasim_machine_error(run->machine));
    return CLI_EXIT_INPUT;
}

static bool begin(struct vectors_run *run)
{
    svasim_machine_options options;
    vectors_options(run, &options);
    run->machine = svasim_machine_create(&options);
    run->steps = json_array();
    run->effects = json_object();
    run->messages = json_array();
    run->told = json_array();
    run->comments = json_array();
    run->asserted = json_object();
    return run->machine && run->steps && run->effects && run->messages && run->told &&
           run->comments && run->asserted;
}

static int out_of_memory(void)
{
    cli_message("out of memory");
    return CLI_EXIT_SYSTEM;
}

int vectors_play(struct vectors_run *run, const struct cli_pins *pins, const char *path, bool tell)
{
    svasim_trace_error error;
    svasim_reader *reader = svasim_reader_open(path, &error);
    if (!reader)
        return tell ? cli_trace_message(&error) : CLI_EXIT_SYSTEM;
    int code = begin(run) ? CLI_EXIT_OK : out_of_memory();
    for (size_t i = 0; code == CLI_EXIT_OK && i < pins->count; i++)
        if (svasim_machine_pin(run->machine, pins->list[i].key, pins->list[i].value) != SVASIM_OK) {
            if (tell)
                cli_message("%s", svasim_machine_error(run->machine));
            code = CLI_EXIT_USAGE;
        }
    if (code == CLI_EXIT_OK)
        code = feed(run, reader, path, tell);
    run->record = NULL;
    if (run->registers) {
        vectors_image_close(run);
        vectors_settle(run);
    }
    svasim_reader_close(reader);
    return code;
}

void vectors_run_free(struct vectors_run *run)
{
    svasim_machine_destroy(run->machine);
    json_decref(run->image);
    json_decref(run->steps);
    json_decref(run->effects);
    json_decref(run->messages);
    json_decref(run->told);
    json_decref(run->comments);
    json_decref(run->asserted);
    json_decref(run->registers);
    free(run->stores.words);
}

/* --- the result --- */

/* All that the steps depend on, each once, in the order in which it first appears. */
static json_t *all_depends(struct vectors_run *run)
{
    json_t *all = json_array(), *step, *why, *known;
    size_t i, j, k;
    json_array_foreach (run->steps, i, step)
        json_array_foreach (json_object_get(step, "depends_on"), j, why) {
            bool there = false;
            json_array_foreach (all, k, known)
                there = there || json_equal(known, why);
            if (!there && json_array_append(all, why) != 0)
                run->failed = true;
        }
    return all;
}

static bool is_timed_only(const svasim_machine *machine)
{
    char text[8] = "";
    (void)svasim_config_get(svasim_machine_config(machine), "machine.timed_only", text,
                            sizeof text);
    return strcmp(text, "on") == 0;
}

static void complete(struct vectors_run *run, const struct cli_pins *pins,
                     struct vectors_scenario *out)
{
    vectors_assert_all(run);
    if (out->depends &&
        !vectors_depend(pins, out->path, svasim_machine_config(run->machine), run->steps))
        run->failed = true;
    out->header = vectors_header(run, out);
    if (out->depends)
        vectors_set(run, out->header, "depends_on", all_depends(run));
    out->image = json_incref(run->image);
    out->steps = json_incref(run->steps);
    out->requests = run->requests;
}

void vectors_scenario(const struct cli_pins *pins, struct vectors_scenario *out)
{
    struct vectors_run run = {0};
    out->code = vectors_play(&run, pins, out->path, true);
    if (out->code == CLI_EXIT_OK && is_timed_only(run.machine)) {
        out->left_out = "timed";
    } else if (out->code == CLI_EXIT_OK) {
        const svasim_machine_stats *stats = svasim_machine_statistics(run.machine);
        if (stats->expectations_met < stats->expectations) {
            cli_message("%s: %" PRIu64 " of %" PRIu64 " expectations are not met: no vectors",
                        out->path, stats->expectations - stats->expectations_met,
                        stats->expectations);
            out->code = CLI_EXIT_EXPECTATION;
        } else {
            complete(&run, pins, out);
        }
    }
    if (run.failed && out->code != CLI_EXIT_SYSTEM)
        out->code = out_of_memory();
    vectors_run_free(&run);
}

void vectors_scenario_free(struct vectors_scenario *scenario)
{
    json_decref(scenario->header);
    json_decref(scenario->image);
    json_decref(scenario->steps);
}
