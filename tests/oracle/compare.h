/* SPDX-License-Identifier: MIT */
/* compare.h - one trial of both translators, and what is told about a disagreement. */
#ifndef ORACLE_COMPARE_H
#define ORACLE_COMPARE_H

#include "model.h"

#define SEQUENCE_MAX 4
#define PRINTED_MAX  40
#define NAMES_MAX    128

/* What is tried: replayed as often as shrinking needs. */
struct trial {
    unsigned damages, requests;
    bool caches;
    struct damage damage[DAMAGE_MAX];
    struct oracle_request request[SEQUENCE_MAX];
};

struct bench {
    struct machine machine;
    struct arena memory; /* the oracle's copy */
    struct model model;  /* caches off */
    struct model cached; /* caches on, a fresh unit for each trial */
    uint64_t seed;
    const char *scenarios; /* directory to write every trial to, or NULL: disagreements alone */
    uint64_t passed, failed;
    uint64_t reached[NAMES_MAX];
    uint64_t granted;
    unsigned kinds; /* of disagreement: what and both faults, printed once each */
    struct kind {
        const char *what, *oracle, *model;
        uint64_t count;
    } kind[PRINTED_MAX];
};

/* Where and how a trial went wrong. */
struct verdict {
    const char *what; /* NULL: agreement */
    unsigned request;
    uint64_t hpa, oracle_word, model_word;
    struct oracle_result oracle;
    struct answer model;
};

/* One request on both sides: true if answers and memories agree. */
bool compare_one(struct bench *bench, struct model *model, const struct oracle_request *request,
                 struct verdict *verdict);
/* Run the trial on both sides, compare, and undo it. */
struct verdict try_once(struct bench *bench, const struct trial *trial, bool counting);
/* Write the trial as a scenario that expects what the oracle says of its request `v->request`.
 * False: the file cannot be written. */
bool scenario_write(struct bench *bench, const struct trial *trial, const struct verdict *v,
                    const char *path);
/* Shrink, print and write as a scenario the first disagreement of each kind; count all. */
void report(struct bench *bench, struct trial *trial, const struct verdict *v);
void print_request(const struct oracle_request *request);
void print_result(const char *who, const struct oracle_result *result);
void print_caps(const struct oracle_caps *caps, const struct oracle_regs *regs, uint64_t limit);
void print_kinds(const struct bench *bench);
/* True if every condition was met by some request. */
bool print_coverage(const struct bench *bench);

#endif
