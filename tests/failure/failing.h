/* SPDX-License-Identifier: MIT */
/* failing.h - a program, or a part of it, in which the n-th allocation, read, write or open fails.
 * Each run is a process of its own: a crash is an outcome, and so is memory that nobody freed. */
#ifndef TESTS_FAILING_H
#define TESTS_FAILING_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum failing_kind {
    FAILING_NOTHING,
    FAILING_ALLOCATION, /* malloc, calloc, realloc, and all that rests on them */
    FAILING_READ,       /* read, and files opened for reading: EIO */
    FAILING_WRITE,      /* write: ENOSPC */
    FAILING_OPEN,       /* open and fopen: EMFILE */
    FAILING_CLOSE,      /* close after data was written: EIO */
    FAILING_KINDS
};

struct failing_plan {
    enum failing_kind kind;
    unsigned long at;  /* which call fails, from 1 */
    bool onwards;      /* and all later ones */
    bool short_reads;  /* reads give a byte at a time */
    bool interrupted;  /* every other read or write ends with EINTR first */
    uint64_t file_max; /* no file grows beyond this many bytes; 0: no limit */
    const char *input; /* standard input; NULL: empty */
};

/* Bytes of a file, owned. */
struct failing_text {
    char *at;
    size_t bytes;
};

struct failing_outcome {
    int code;                           /* exit code; -1: ended by a signal */
    unsigned long calls[FAILING_KINDS]; /* how often each could have failed */
    long leaked;                        /* blocks that were not freed; sanitizers: 0 or 1 */
    struct failing_text out, err;
};

/* Run `work` in a process; its return value is the exit code. */
void failing_run(int (*work)(void *user), void *user, const struct failing_plan *plan,
                 struct failing_outcome *out);
void failing_free(struct failing_outcome *outcome);

/* A command line, split at blanks, as the program would run it. */
void failing_command(const char *line, const struct failing_plan *plan,
                     struct failing_outcome *out);

struct failing_text failing_load(const char *path);
void failing_save(const char *path, const char *text);
bool failing_same(const struct failing_text *a, const struct failing_text *b);

/* A directory for this program, which becomes the current one; removed by failing_leave. */
int failing_enter(void **state);
int failing_leave(void **state);

/*
 * Run `line` without a failure, then with each of its failures of `kind` in turn, once alone and
 * once with all that follow. Each must end with exit code 4, a message with one of `words` ("a|b")
 * and nothing leaked, or as if nothing had happened: same code, same output, same `file` (NULL:
 * none). Prints how many there were.
 */
void failing_each(const char *line, enum failing_kind kind, const char *words, const char *file);

#endif
