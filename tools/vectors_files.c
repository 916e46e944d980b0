/* SPDX-License-Identifier: MIT */
/* vectors_files.c - a directory of vectors: one file for each scenario, one line for each object,
 * and an index. What cannot be written completely is removed. */
#define _POSIX_C_SOURCE 200809L
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "vectors_files.h"

static int cannot(const char *path, int error)
{
    cli_message("%s: %s", path, error ? strerror(error) : "cannot be written");
    return CLI_EXIT_SYSTEM;
}

static int out_of_memory(void)
{
    cli_message("out of memory");
    return CLI_EXIT_SYSTEM;
}

static char *join(const char *directory, const char *name, const char *suffix)
{
    size_t bytes = strlen(directory) + strlen(name) + strlen(suffix) + 2;
    char *path = malloc(bytes);
    if (path)
        (void)snprintf(path, bytes, "%s/%s%s", directory, name, suffix);
    return path;
}

/* Make the directories that lead to `path`; it is put together again afterwards. */
static int make_parents(char *path)
{
    for (char *at = path + 1; *at; at++) {
        if (*at != '/')
            continue;
        *at = 0;
        int failed = mkdir(path, 0777) != 0 && errno != EEXIST ? errno : 0;
        if (failed)
            return cannot(path, failed);
        *at = '/';
    }
    return CLI_EXIT_OK;
}

static bool put_line(FILE *file, const json_t *object)
{
    return json_dumpf(object, file, JSON_COMPACT) == 0 && fputc('\n', file) != EOF;
}

/* Close it; after an error nothing of it stays. */
static int close_file(FILE *file, const char *path, bool ok)
{
    /* A write that failed in between may be told by the stream alone. */
    ok = ok && !ferror(file);
    int error = ok ? 0 : errno ? errno : EIO;
    if (fclose(file) != 0 && ok) {
        error = errno;
        ok = false;
    }
    if (ok)
        return CLI_EXIT_OK;
    (void)unlink(path);
    return cannot(path, error);
}

static bool put_end(FILE *file, size_t memory, size_t steps)
{
    json_t *end = json_object();
    bool ok = json_object_set_new(end, "kind", json_string("end")) == 0 &&
              json_object_set_new(end, "memory", json_integer((json_int_t)memory)) == 0 &&
              json_object_set_new(end, "steps", json_integer((json_int_t)steps)) == 0 &&
              put_line(file, end);
    json_decref(end);
    return ok;
}

static bool put_memory(FILE *file, json_t *one)
{
    json_t *line = json_object();
    bool ok = json_object_set_new(line, "kind", json_string("memory")) == 0 &&
              json_object_update(line, one) == 0 && put_line(file, line);
    json_decref(line);
    return ok;
}

/* NULL: the returned exit code says why, and a message was printed. */
static int open_file(char *path, FILE **out)
{
    int code = make_parents(path);
    *out = code == CLI_EXIT_OK ? fopen(path, "w") : NULL;
    return code == CLI_EXIT_OK && !*out ? cannot(path, errno) : code;
}

int vectors_files_put(const char *directory, const struct vectors_scenario *scenario)
{
    char *path = join(directory, scenario->name, ".jsonl");
    if (!path)
        return out_of_memory();
    FILE *file;
    int code = open_file(path, &file);
    if (file) {
        size_t index;
        json_t *one;
        errno = 0;
        bool ok = put_line(file, scenario->header);
        json_array_foreach (scenario->image, index, one)
            ok = ok && put_memory(file, one);
        json_array_foreach (scenario->steps, index, one)
            ok = ok && put_line(file, one);
        ok =
            ok && put_end(file, json_array_size(scenario->image), json_array_size(scenario->steps));
        code = close_file(file, path, ok);
    }
    free(path);
    return code;
}

int vectors_files_index(const char *directory, const json_t *index)
{
    char *path = join(directory, "index", ".jsonl");
    if (!path)
        return out_of_memory();
    FILE *file;
    int code = open_file(path, &file);
    if (file) {
        size_t at;
        const json_t *one;
        bool ok = true;
        errno = 0;
        json_array_foreach (index, at, one)
            ok = ok && put_line(file, one);
        code = close_file(file, path, ok);
    }
    free(path);
    return code;
}
