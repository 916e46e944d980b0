/* SPDX-License-Identifier: MIT */
/* load.h - timed requests fed to a unit as fast as it takes them, and the answers kept. */
#ifndef TESTS_LOAD_H
#define TESTS_LOAD_H

#include "conformance/bed.h"

#define LOAD_MAX 20000u

struct load {
    struct bed bed;
    svasim_request (*next)(struct load *load, unsigned index); /* tag is set by the load */
    unsigned wanted, sent, answered, refused, credits;         /* credits: calls of on_credit */
    svasim_tick first_answer, last_answer;
    uint64_t latencies;      /* sum over answers */
    svasim_response *answer; /* by tag, LOAD_MAX of them */
    uint64_t seed;           /* free for `next` */
};

void load_open(struct load *load, const struct bed_plan *plan);
/* The same with a first stage of LOAD_PAGES writable pages from BED_VA on, nothing left to set. */
#define LOAD_PAGES 512u
void load_open_pages(struct load *load, const char *config);
void load_close(struct load *load);
/* Offer requests until `wanted` are taken or one is refused. */
void load_feed(struct load *load);
/* Feed and run until all wanted requests are answered; later requests go in as room appears. */
void load_run(struct load *load, unsigned wanted);
/* Value of a config key that is a number, or a switch. */
uint64_t load_config(const struct load *load, const char *key);
/* Forget answers and counts, keep the unit as it is. */
void load_reset(struct load *load);

/* A row of the resource report. */
svasim_resource load_resource(const struct load *load, const char *name);

#endif
