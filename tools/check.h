/* SPDX-License-Identifier: MIT */
/* check.h - a scenario and its verdict: what the files of `svasim check` share. */
#ifndef SVASIM_TOOLS_CHECK_H
#define SVASIM_TOOLS_CHECK_H

#include "check_cover.h"
#include "cli.h"

enum check_mode { CHECK_FUNCTIONAL = 1u << 0, CHECK_TIMED = 1u << 1 };

/* What the process of a scenario tells at its end. */
struct check_verdict {
    uint64_t expectations, met; /* of all modes together */
    uint64_t microseconds;
    int code;                  /* enum cli_exit */
    bool complete;             /* false: it never came to its end */
    struct cover_bits reached; /* in all modes; only with --coverage */
};

struct check_case {
    char *path;
    char *text; /* lines that it printed; may be NULL if there are none */
    size_t text_bytes;
    struct check_verdict verdict;
    bool done;
};

struct check_list {
    struct check_case *cases;
    size_t count, room;
};

struct check_options {
    struct cli_pins pins;
    const char *filter, *junit_path, *coverage_path;
    struct cover *cover; /* the cells, with --coverage */
    unsigned modes;      /* enum check_mode */
    unsigned jobs;
    bool tap, list, update;
};

/** check_paths.c: the traces that `paths` name or contain, sorted, each once. `command` is named in
    messages. Returns an exit code. */
int check_collect(struct check_list *list, const char *command, char **paths, int count,
                  const char *filter);
void check_list_free(struct check_list *list);

/** check_scenario.c: run one file in each mode. Everything it has to say goes to standard error. */
void check_scenario(const struct check_options *options, const char *path,
                    struct check_verdict *out);

/** check_answers.c: what became of the requests of a run. */
struct check_answers;
struct check_answers *check_answers_create(void);
void check_answers_destroy(struct check_answers *answers);
void check_answers_note(struct check_answers *answers, const svasim_event *event);
/** One line on standard error, indented, without stages if the run has no time; none if nothing is
   known of this id. */
void check_answers_tell(const struct check_answers *answers, uint64_t id, bool timed);

/** check_update.c: what expectations that are not met should say. */
struct check_updates;
struct check_updates *check_updates_create(void);
void check_updates_destroy(struct check_updates *updates);
void check_updates_note(struct check_updates *updates, const svasim_event *event, bool timed);
/** Write it into the file; what changes, and what cannot, is told on standard error. `judged`: the
   modes (enum check_mode) that judged expectations. Returns an exit code. */
int check_updates_write(const struct check_updates *updates, unsigned judged, const char *path);

/** check_jobs.c: run all cases, each in a process of its own. `done` is called for each in the
   order of the list. Returns an exit code. */
int check_run(const struct check_options *options, struct check_list *list,
              void (*done)(const struct check_options *options, const struct check_case *one,
                           size_t number));

/** check_report.c */
void check_report_begin(const struct check_options *options, const struct check_list *list);
void check_report_case(const struct check_options *options, const struct check_case *one,
                       size_t number);
void check_report_end(const struct check_options *options, const struct check_list *list);

/** check_junit.c. Returns an exit code; errors are printed. */
int check_junit_write(const char *path, const struct check_list *list);

#endif
