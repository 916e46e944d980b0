/* SPDX-License-Identifier: MIT */
/* check_cover.h - which parts of the model did scenarios reach? The cells that can be reached, and
 * how what a machine does is found among them. Knows nothing of processes and of output. */
#ifndef SVASIM_TOOLS_CHECK_COVER_H
#define SVASIM_TOOLS_CHECK_COVER_H

#include "cli.h"

enum cover_group {
    COVER_FAULTS,       /* row: fault, column: kind of request */
    COVER_INVALIDATION, /* row: descriptor and granularity, column: cache */
    COVER_STEPS,        /* row: entry and level, or cache, column: translation */
    COVER_CONFIG,       /* row: key, column: value */
    COVER_GROUPS
};

enum cover_outcome {
    COVER_ANSWERED, /* the device got the answer of the fault table */
    COVER_LOGGED,   /* software was told */
    COVER_SILENCED, /* FPD kept it from being told */
    COVER_REMOVES,  /* entries went */
    COVER_KEEPS,    /* others of the same cache stayed */
    COVER_LEAVES,   /* a cache that the invalidation must not touch was filled, and stayed so */
    COVER_HINT,     /* stayed because the descriptor says that only leaves changed */
    COVER_READ,
    COVER_UPDATE,
    COVER_HIT,
    COVER_FILL,
    COVER_SET,
    COVER_OUTCOMES
};

struct cover_cell {
    enum cover_group group;
    enum cover_outcome outcome;
    char row[40], column[40];
    const char *beyond; /* why no scenario reaches it; NULL: one can */
    uint32_t scenarios; /* how many reached it */
    const char *first;  /* the first of them in the order of the list */
};

/* A bit per cell. */
#define COVER_CELLS_MAX 4096u
struct cover_bits {
    uint64_t word[COVER_CELLS_MAX / 64];
};

struct cover;
/** All cells, unreached; NULL if memory is short. */
struct cover *cover_create(void);
void cover_destroy(struct cover *cover);
unsigned cover_count(const struct cover *cover);
const struct cover_cell *cover_at(const struct cover *cover, unsigned index);
const char *cover_group_name(enum cover_group group);
const char *cover_kind_name(unsigned kind); /* svasim_kind, as columns name it */
const char *cover_outcome_name(enum cover_outcome outcome);
/** Take what the scenario `path` reached, which is borrowed. */
void cover_add(struct cover *cover, const struct cover_bits *reached, const char *path);

/* --- numbers of cells; -1: there is no such cell --- */

/** Columns of faults beside svasim_kind: of COVER_SILENCED, which is one cell for a row. */
int cover_fault(const struct cover *cover, unsigned fault, unsigned kind,
                enum cover_outcome outcome);
/** Entries of the IOTLB are two columns: see svasim_reach. */
int cover_scope(const struct cover *cover, unsigned scope, unsigned cache, bool first, bool legacy,
                enum cover_outcome outcome);
int cover_step(const struct cover *cover, const char *layout, unsigned level, unsigned pgtt,
               enum cover_outcome outcome);
int cover_cache(const struct cover *cover, unsigned cache, unsigned pgtt,
                enum cover_outcome outcome);
/** `value` is the text of the key's value. */
int cover_config(const struct cover *cover, unsigned key, const char *value);

/* --- one run --- */

/** What a run has reached so far. The machine is set before anything happens. */
struct cover_run {
    const struct cover *cover;
    svasim_machine *machine;
    struct cover_bits *reached;
    uint64_t recorded;      /* faults that software was told of, as far as they are known */
    uint32_t before[64][2]; /* cache entries before an invalidation */
};
void cover_on_event(struct cover_run *run, const svasim_event *event);
void cover_on_act(struct cover_run *run, const svasim_act *act);
/** The run is over. */
void cover_finish(struct cover_run *run);

/* --- output --- */

/** On standard output, each line behind `before`. */
void cover_print(const struct cover *cover, size_t scenarios, const char *before);
/** Returns an exit code; errors are printed. */
int cover_write(const struct cover *cover, size_t scenarios, const char *path);

#endif
