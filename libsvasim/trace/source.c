/* SPDX-License-Identifier: MIT */
/* source.c - bytes of a file, a pipe or memory through one window: have some, move on. Jumps over
 * bytes where the input allows it. Knows no form of a trace. */
#define _POSIX_C_SOURCE   200809L
#define _FILE_OFFSET_BITS 64
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "trace/internal.h"

struct sv_source {
    int file; /* -1: memory */
    bool owned, can_jump, ended;
    const unsigned char *memory;
    uint64_t at, total;
    size_t begin, end; /* unread bytes of the window */
    unsigned char window[];
};

static struct sv_source *fail_open(struct sv_source *source, svasim_trace_error *error, int number)
{
    sv_source_close(source);
    (void)sv_trace_fail(error, number == ENOMEM ? SVASIM_ENOMEM : SVASIM_EIO, "cannot open: %s",
                        strerror(number));
    return NULL;
}

struct sv_source *sv_source_open(const char *path, const void *memory, size_t bytes,
                                 svasim_trace_error *error)
{
    size_t window = memory != NULL ? 0 : SV_SOURCE_WINDOW;
    struct sv_source *source = calloc(1, sizeof *source + window);
    if (source == NULL)
        return fail_open(NULL, error, ENOMEM);
    source->file = -1;
    if (memory != NULL) {
        source->memory = memory;
        source->total = bytes;
        return source;
    }
    source->owned = strcmp(path, "-") != 0;
    source->file = source->owned ? open(path, O_RDONLY | O_CLOEXEC) : STDIN_FILENO;
    struct stat status;
    if (source->file < 0 || fstat(source->file, &status) != 0)
        return fail_open(source, error, errno);
    if (S_ISDIR(status.st_mode))
        return fail_open(source, error, EISDIR);
    off_t here = lseek(source->file, 0, SEEK_CUR);
    if (S_ISREG(status.st_mode) && here >= 0) {
        source->can_jump = true;
        source->total = status.st_size > here ? (uint64_t)(status.st_size - here) : 0;
    }
    return source;
}

void sv_source_close(struct sv_source *source)
{
    if (source == NULL)
        return;
    if (source->owned && source->file >= 0)
        (void)close(source->file);
    free(source);
}

static svasim_err fill(struct sv_source *source, size_t want, svasim_trace_error *error)
{
    if (source->begin > 0) {
        memmove(source->window, source->window + source->begin, source->end - source->begin);
        source->end -= source->begin;
        source->begin = 0;
    }
    while (source->end < want && !source->ended) {
        ssize_t got =
            read(source->file, source->window + source->end, SV_SOURCE_WINDOW - source->end);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return sv_trace_fail(error, SVASIM_EIO, "cannot read: %s", strerror(errno));
        source->ended = got == 0;
        source->end += (size_t)got;
    }
    return SVASIM_OK;
}

svasim_err sv_source_need(struct sv_source *source, size_t want, const unsigned char **out,
                          size_t *out_bytes, svasim_trace_error *error)
{
    svasim_err err = SVASIM_OK;
    if (source->memory != NULL) {
        *out = source->memory + source->at;
        *out_bytes = (size_t)(source->total - source->at);
        return SVASIM_OK;
    }
    if (source->end - source->begin < want)
        err = fill(source, want, error);
    *out = source->window + source->begin;
    *out_bytes = source->end - source->begin;
    return err;
}

svasim_err sv_source_skip(struct sv_source *source, uint64_t bytes, svasim_trace_error *error)
{
    if (source->memory != NULL) {
        uint64_t left = source->total - source->at;
        source->at += bytes < left ? bytes : left;
        return SVASIM_OK;
    }
    source->at += bytes;
    while (bytes > source->end - source->begin) {
        bytes -= source->end - source->begin;
        source->begin = source->end = 0;
        if (source->can_jump && bytes <= INT64_MAX) {
            if (lseek(source->file, (off_t)bytes, SEEK_CUR) < 0)
                return sv_trace_fail(error, SVASIM_EIO, "cannot seek: %s", strerror(errno));
            return SVASIM_OK;
        }
        svasim_err err = fill(source, 1, error);
        if (err != SVASIM_OK || source->end == 0)
            return err;
    }
    source->begin += (size_t)bytes;
    return SVASIM_OK;
}

uint64_t sv_source_at(const struct sv_source *source)
{
    return source->at;
}

uint64_t sv_source_total(const struct sv_source *source)
{
    return source->total;
}
