/* SPDX-License-Identifier: MIT */
/* explain.h - one request explained: what the tables say step by step, which checks that meets,
 * what the unit did with caches and time. What the files of `svasim explain` share. */
#ifndef SVASIM_TOOLS_EXPLAIN_H
#define SVASIM_TOOLS_EXPLAIN_H

#include "cli.h"

#define EXPLAIN_STEPS_MAX  256u /* a nested walk of five levels has 35 reads and as many updates */
#define EXPLAIN_CHECKS_MAX 2048u

enum explain_outcome { EXPLAIN_PASSED, EXPLAIN_FAILED, EXPLAIN_NOT_REACHED, EXPLAIN_OUTCOMES };

struct explain_check {
    const svasim_check_info *info;
    enum explain_outcome outcome;
};

/* Checks of one place. */
struct explain_group {
    unsigned first, count;
};

struct explain_step {
    svasim_step step;
    struct explain_group checks; /* of a read */
};

/* What a unit with caches and a clock did for the same request. */
struct explain_act {
    uint8_t cache; /* svasim_cache_at */
    bool fill, hit;
};
struct explain_timed {
    uint64_t id;
    svasim_request request;
    svasim_response response;
    struct explain_act *acts;
    unsigned act_count, act_room;
    bool answered, used;
};

struct explained {
    uint64_t id;
    svasim_request request;
    svasim_response response; /* what the tables say */
    bool ssirwe;              /* I/O rights stand apart */
    bool zero_reads_waived;   /* zero-length reads need no read right */
    struct explain_step steps[EXPLAIN_STEPS_MAX];
    unsigned step_count, steps_lost;
    struct explain_group before, result; /* checks before the tables and after them */
    struct explain_check checks[EXPLAIN_CHECKS_MAX];
    unsigned check_count;
    bool has_record; /* in a fault recording register: */
    unsigned record;
    uint64_t record_words[2];
    const struct explain_timed *timed; /* NULL: not known */
    uint64_t mhz;
};

/** explain_checks.c: list the checks, by the answer and the steps. */
void explain_judge(struct explained *explained);
/** What makes the access legal; NULL for SVASIM_FAULT_NONE. */
const char *explain_remedy(unsigned fault);
/** The layout, also of an entry that could not be read; NULL if that is not known. */
bool explain_is_interrupt(const svasim_request *request);

/** explain_timed.c: run `path` with full timing, and keep what became of `id`, or of all. NULL if
   memory is short; what cannot be run is not there. */
struct explain_runs;
struct explain_runs *explain_runs_make(const char *path, const struct cli_pins *pins,
                                       const uint64_t *id);
void explain_runs_free(struct explain_runs *runs);
/** Each answer is found once. */
const struct explain_timed *explain_runs_find(struct explain_runs *runs, uint64_t id,
                                              const svasim_request *request);

/** explain_text.c, explain_json.c: on standard output. False if memory is short. */
void explain_print(const struct explained *explained);
bool explain_print_json(const struct explained *explained);

#endif
