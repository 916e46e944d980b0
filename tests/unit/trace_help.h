/* SPDX-License-Identifier: MIT */
/* trace_help.h - for the tests of traces: random records that obey their row, files in memory,
 * conversion between the forms. */
#ifndef TRACE_HELP_H
#define TRACE_HELP_H

#include "svasim/trace.h"

struct random {
    uint64_t state;
};
uint64_t random_next(struct random *random);
/* 0..limit-1 */
uint64_t random_below(struct random *random, uint64_t limit);

/* A record and the bytes of its blobs. */
struct sample {
    svasim_record record;
    char text[SVASIM_RECORD_FIELDS_MAX][64];
};
/* A random record of `kind`; times never decrease, ids follow often but not always. */
void sample_make(struct sample *sample, unsigned kind, struct random *random, uint64_t *time,
                 uint64_t *id);
/* A number of a kind that exists, counting through all of them. */
unsigned kind_of(uint64_t counter);
/* Same kind, time and fields; number and line are not compared. */
bool same_record(const svasim_record *a, const svasim_record *b);

/* Contents of a file; `data` is owned. */
struct file {
    char *data;
    size_t bytes;
};
struct file file_load(const char *path);
void file_save(const char *path, const void *data, size_t bytes);
void file_free(struct file *file);
/* Name of a new empty file, in a buffer of the caller. */
char *file_name(char path[64]);
/* Everything that `from` says in another form; fails the test if it cannot be read. */
struct file convert(const struct file *from, svasim_trace_form form);
/* A trace of `count` random records of all kinds; the same for the same seed. */
struct file random_trace(uint64_t seed, uint64_t count, svasim_trace_form form);

#endif
