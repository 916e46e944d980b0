/* SPDX-License-Identifier: MIT */
/* check_scenario.c - is one scenario met? Runs the file once for each mode and lists what failed.
 * Knows nothing of other scenarios and of processes. */
#define _POSIX_C_SOURCE 200809L
#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "check.h"

/* One file in one mode. */
struct run {
    const char *path, *mode;
    struct check_answers *answers;
    struct cover_run cover; /* if that is asked for */
    bool covers;
    bool timed;
    struct check_updates *updates; /* not NULL: failures go there and nowhere else */
    unsigned *judged;              /* modes (enum check_mode) that judged expectations */
};

static void on_event(void *user, const svasim_event *event)
{
    struct run *run = user;
    check_answers_note(run->answers, event);
    if (run->covers)
        cover_on_event(&run->cover, event);
    if (event->kind != SVASIM_EVENT_FAILED)
        return;
    if (run->updates) {
        check_updates_note(run->updates, event, run->timed);
        return;
    }
    if (event->line)
        (void)fprintf(stderr, "  %s: %s:%" PRIu64 ": %s\n", run->mode, run->path, event->line,
                      event->text);
    else
        (void)fprintf(stderr, "  %s: %s: record %" PRIu64 ": %s\n", run->mode, run->path,
                      event->record, event->text);
    check_answers_tell(run->answers, event->id, run->timed);
}

static void on_act(void *user, uint64_t id, const svasim_act *act)
{
    struct run *run = user;
    (void)id;
    cover_on_act(&run->cover, act);
}

/* Does the scenario leave its expectations to timed runs? */
static bool only_timed(const svasim_machine *machine)
{
    char text[8] = "";
    (void)svasim_config_get(svasim_machine_config(machine), "machine.timed_only", text,
                            sizeof text);
    return strcmp(text, "on") == 0;
}

static void judge(struct run *run, svasim_machine *machine, svasim_reader *reader,
                  const struct cli_pins *pins, struct check_verdict *out)
{
    run->cover.machine = machine;
    int code = cli_machine_run(machine, reader, run->path, pins);
    if (run->covers)
        cover_finish(&run->cover);
    const svasim_machine_stats *stats = svasim_machine_statistics(machine);
    out->expectations += stats->expectations;
    out->met += stats->expectations_met;
    if (stats->expectations_met < stats->expectations)
        code = cli_worse(code, CLI_EXIT_EXPECTATION);
    bool unjudged = !run->timed && only_timed(machine);
    if (!unjudged)
        *run->judged |= run->timed ? CHECK_TIMED : CHECK_FUNCTIONAL;
    if (stats->expectations == 0 && code == CLI_EXIT_OK && !unjudged) {
        if (!run->updates)
            (void)fprintf(stderr, "  %s: %s: has no expectation\n", run->mode, run->path);
        code = CLI_EXIT_EXPECTATION;
    }
    out->code = cli_worse(out->code, code);
}

static void run_mode(const struct check_options *options, const char *path, bool timed,
                     struct check_updates *updates, unsigned *judged, struct check_verdict *out)
{
    svasim_trace_error error;
    svasim_reader *reader = svasim_reader_open(path, &error);
    if (!reader) {
        out->code = cli_worse(out->code, cli_trace_message(&error));
        return;
    }
    struct run run = {.path = path,
                      .mode = timed ? "timed" : "functional",
                      .answers = check_answers_create(),
                      .cover = {.cover = options->cover, .reached = &out->reached},
                      .covers = options->cover != NULL,
                      .timed = timed,
                      .updates = updates,
                      .judged = judged};
    svasim_machine_options machine_options = {.functional = !timed,
                                              .on_event = on_event,
                                              .user = &run,
                                              .on_act = run.covers ? on_act : NULL};
    svasim_machine *machine = run.answers ? svasim_machine_create(&machine_options) : NULL;
    if (machine) {
        judge(&run, machine, reader, &options->pins, out);
    } else {
        cli_message("out of memory");
        out->code = CLI_EXIT_SYSTEM;
    }
    svasim_machine_destroy(machine);
    check_answers_destroy(run.answers);
    svasim_reader_close(reader);
}

static uint64_t microseconds(void)
{
    struct timespec now = {0};
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

/* Returns the modes that judged expectations. */
static unsigned run_modes(const struct check_options *options, const char *path,
                          struct check_updates *updates, struct check_verdict *out)
{
    unsigned judged = 0;
    if (options->modes & CHECK_FUNCTIONAL)
        run_mode(options, path, false, updates, &judged, out);
    /* Bad input is bad in both modes: once is enough. */
    if ((options->modes & CHECK_TIMED) && out->code < CLI_EXIT_INPUT)
        run_mode(options, path, true, updates, &judged, out);
    return judged;
}

/* Run it once to see what comes out, and write that down. False: it was not about expectations, and
 * the verdict stands. Expectations change nothing of what happens, so the next run finds it as
 * written. */
static bool update(const struct check_options *options, const char *path, struct check_verdict *out,
                   int *out_code)
{
    struct check_updates *updates = check_updates_create();
    if (!updates) {
        cli_message("out of memory");
        *out_code = CLI_EXIT_SYSTEM;
        return true;
    }
    unsigned judged = run_modes(options, path, updates, out);
    bool failed = out->code == CLI_EXIT_EXPECTATION;
    if (failed)
        *out_code = check_updates_write(updates, judged, path);
    check_updates_destroy(updates);
    return failed;
}

void check_scenario(const struct check_options *options, const char *path,
                    struct check_verdict *out)
{
    uint64_t start = microseconds();
    int code = CLI_EXIT_OK;
    if (!options->update || update(options, path, out, &code)) {
        *out = (struct check_verdict){0};
        (void)run_modes(options, path, NULL, out);
    }
    out->code = cli_worse(out->code, code);
    out->microseconds = microseconds() - start;
    out->complete = true;
}
