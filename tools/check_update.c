/* SPDX-License-Identifier: MIT */
/* check_update.c - `check --update`: the values that expectations should have named go into their
 * lines, and nothing else of the file changes. Knows nothing of how a scenario runs. */
#define _XOPEN_SOURCE 700
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"

/* One field of one line. */
struct update {
    uint64_t line;
    char field[40];
    char actual[2][40]; /* in a functional and in a timed run */
    bool differs[2];
};

struct check_updates {
    struct update *list;
    size_t count, room;
    bool broken; /* memory was short */
};

struct check_updates *check_updates_create(void)
{
    return calloc(1, sizeof(struct check_updates));
}

void check_updates_destroy(struct check_updates *updates)
{
    if (updates)
        free(updates->list);
    free(updates);
}

/* --- what should change --- */

static struct update *find(struct check_updates *updates, uint64_t line, const char *field)
{
    for (size_t i = 0; i < updates->count; i++)
        if (updates->list[i].line == line && strcmp(updates->list[i].field, field) == 0)
            return &updates->list[i];
    if (updates->count == updates->room) {
        size_t room = updates->room ? 2 * updates->room : 64;
        struct update *list = realloc(updates->list, room * sizeof *list);
        if (!list) {
            updates->broken = true;
            return NULL;
        }
        updates->list = list;
        updates->room = room;
    }
    struct update *update = &updates->list[updates->count++];
    *update = (struct update){.line = line};
    (void)snprintf(update->field, sizeof update->field, "%s", field);
    return update;
}

void check_updates_note(struct check_updates *updates, const svasim_event *event, bool timed)
{
    for (uint32_t i = 0; i < event->difference_count; i++) {
        struct update *update = find(updates, event->line, event->differences[i].field);
        if (!update)
            return;
        update->differs[timed] = true;
        memcpy(update->actual[timed], event->differences[i].actual, sizeof update->actual[0]);
    }
}

/* The value to write, or NULL: what is right for one way to run is wrong for the other. */
static const char *decided(const struct update *update, unsigned judged)
{
    bool functional = (judged & CHECK_FUNCTIONAL) != 0, timed = (judged & CHECK_TIMED) != 0;
    if (!functional || !timed || strcmp(update->field, "latency") == 0)
        return update->actual[update->differs[true]];
    if (update->differs[false] && update->differs[true] &&
        strcmp(update->actual[false], update->actual[true]) == 0)
        return update->actual[true];
    return NULL;
}

/* --- one line --- */

struct word {
    size_t at, length;
};

/* The word at or behind `*at`; false at the end of the record or where a comment begins. */
static bool next_word(const char *line, size_t *at, struct word *out)
{
    *at += strspn(line + *at, " \t");
    out->at = *at;
    out->length = strcspn(line + *at, " \t\r\n#");
    *at += out->length;
    return out->length > 0;
}

static const svasim_record_info *kind_of(const char *line, struct word verb)
{
    for (unsigned kind = 0; kind <= SVASIM_RECORD_KIND_MAX; kind++) {
        const svasim_record_info *info = svasim_record_info_of(kind);
        if (info && strlen(info->verb) == verb.length &&
            strncmp(info->verb, line + verb.at, verb.length) == 0)
            return info;
    }
    return NULL;
}

static bool is_choice(const char *choices, const char *word, size_t length)
{
    for (; *choices; choices += strcspn(choices, "|"), choices += *choices == '|')
        if (strcspn(choices, "|") == length && strncmp(choices, word, length) == 0)
            return true;
    return false;
}

/* Which positional field a bare word is: the next one, or one further if a choice that need not be
 * given has no such word. */
static const svasim_record_field *next_positional(const svasim_record_info *info, unsigned *slot,
                                                  const char *word, size_t length)
{
    for (; *slot < info->field_count; (*slot)++) {
        const svasim_record_field *field = &info->fields[*slot];
        bool skipped = !field->required && field->type == SVASIM_TYPE_CHOICE &&
                       !is_choice(field->choices, word, length);
        if (field->positional && !skipped) {
            (*slot)++;
            return field;
        }
    }
    return NULL;
}

/* Where the value of a field stands. A bare word is all value; of "name=value", `out_name` is the
 * part before. */
static bool find_value(const char *line, const char *name, struct word *out, size_t *out_name)
{
    size_t at = 0, length = strlen(name);
    unsigned slot = 0;
    struct word word;
    if (!next_word(line, &at, &word) || (line[word.at] == '@' && !next_word(line, &at, &word)))
        return false;
    const svasim_record_info *info = kind_of(line, word);
    while (info && next_word(line, &at, &word)) {
        const char *equals = memchr(line + word.at, '=', word.length);
        *out_name = 0;
        if (equals && strncasecmp(line + word.at, name, length) == 0 &&
            line[word.at + length] == '=') {
            *out_name = length + 1;
            *out = (struct word){word.at + length + 1, word.length - length - 1};
            return true;
        }
        if (equals)
            continue;
        const svasim_record_field *field =
            next_positional(info, &slot, line + word.at, word.length);
        if (field && strcmp(field->name, name) == 0) {
            *out = word;
            return true;
        }
    }
    return false;
}

/* Put `actual` into the line; "" takes the whole word away. A new line, or NULL if the line does
 * not name the field or memory is short. `out_old` receives what was there. */
static char *rewrite(const char *line, const char *name, const char *actual, char *out_old,
                     size_t bytes)
{
    struct word value;
    size_t before;
    if (!find_value(line, name, &value, &before))
        return NULL;
    (void)snprintf(out_old, bytes, "%.*s", (int)value.length, line + value.at);
    size_t start = value.at, stop = value.at + value.length, all = strlen(line);
    if (!*actual)
        for (start -= before; start > 0 && (line[start - 1] == ' ' || line[start - 1] == '\t');)
            start--;
    char *out = malloc(all + strlen(actual) + 1);
    if (out)
        (void)snprintf(out, all + strlen(actual) + 1, "%.*s%s%s", (int)start, line, actual,
                       line + stop);
    return out;
}

/* --- the file --- */

struct text {
    char **lines; /* with their ends */
    size_t count, room;
};

static void free_text(struct text *text)
{
    for (size_t i = 0; i < text->count; i++)
        free(text->lines[i]);
    free(text->lines);
}

static bool read_text(const char *path, struct text *out)
{
    FILE *file = fopen(path, "rb");
    char *line = NULL;
    size_t bytes = 0;
    bool ok = file != NULL;
    while (ok && getline(&line, &bytes, file) > 0) {
        if (out->count == out->room) {
            size_t room = out->room ? 2 * out->room : 256;
            char **lines = realloc(out->lines, room * sizeof *lines);
            ok = lines != NULL;
            if (!ok)
                break;
            out->lines = lines;
            out->room = room;
        }
        ok = (out->lines[out->count] = strdup(line)) != NULL;
        out->count += ok;
    }
    ok = ok && feof(file); /* and not because memory was short */
    free(line);
    if (file)
        (void)fclose(file);
    return ok;
}

static bool is_plain_text(const struct text *text)
{
    static const char first[] = "svasim-trace ";
    return text->count > 0 && strncmp(text->lines[0], first, sizeof first - 1) == 0;
}

/* A new file takes the place of the old one, whose permissions it gets; either is whole. */
static bool replace(const char *path, const struct text *text)
{
    char real[PATH_MAX], temporary[PATH_MAX + 8];
    struct stat status;
    if (!realpath(path, real) || stat(real, &status) != 0)
        return false;
    (void)snprintf(temporary, sizeof temporary, "%s.XXXXXX", real);
    int descriptor = mkstemp(temporary);
    FILE *file = descriptor < 0 ? NULL : fdopen(descriptor, "wb");
    bool ok = file && fchmod(descriptor, status.st_mode & 07777) == 0;
    for (size_t i = 0; ok && i < text->count; i++)
        ok = fputs(text->lines[i], file) >= 0;
    ok = ok && !ferror(file);
    if (file)
        ok = fclose(file) == 0 && ok;
    else if (descriptor >= 0)
        (void)close(descriptor);
    ok = ok && rename(temporary, real) == 0;
    if (!ok && descriptor >= 0) {
        int error = errno;
        (void)unlink(temporary);
        errno = error;
    }
    return ok;
}

/* One line for each field that changes or that cannot. *out_changed: the text is another one now.
 * False: memory is short. */
static bool apply(const struct check_updates *updates, unsigned judged, const char *path,
                  struct text *text, bool *out_changed)
{
    for (size_t i = 0; i < updates->count; i++) {
        const struct update *update = &updates->list[i];
        const char *actual = decided(update, judged);
        char old[64] = "";
        char **line =
            update->line && update->line <= text->count ? &text->lines[update->line - 1] : NULL;
        if (!actual) {
            (void)fprintf(stderr,
                          "  left alone: %s:%" PRIu64 ": %s is %s without time and %s with time\n",
                          path, update->line, update->field,
                          update->differs[false] ? update->actual[false] : "as it says",
                          update->differs[true] ? update->actual[true] : "as it says");
            continue;
        }
        errno = 0;
        char *rewritten = line ? rewrite(*line, update->field, actual, old, sizeof old) : NULL;
        if (!rewritten && errno == ENOMEM)
            return false;
        if (!rewritten) {
            (void)fprintf(stderr, "  left alone: %s:%" PRIu64 ": the line has no %s\n", path,
                          update->line, update->field);
            continue;
        }
        free(*line);
        *line = rewritten;
        *out_changed = true;
        (void)fprintf(stderr, "  updated: %s:%" PRIu64 ": %s %s -> %s\n", path, update->line,
                      update->field, old, *actual ? actual : "(removed)");
    }
    return true;
}

int check_updates_write(const struct check_updates *updates, unsigned judged, const char *path)
{
    struct text text = {NULL, 0, 0};
    int code = CLI_EXIT_OK;
    bool changed = false;
    if (updates->broken || (updates->count && !read_text(path, &text))) {
        (void)fprintf(stderr, "  %s: cannot be read for an update\n", path);
        code = CLI_EXIT_SYSTEM;
    } else if (updates->count && !is_plain_text(&text)) {
        (void)fprintf(stderr,
                      "  %s: only plain text can be updated: svasim convert makes it of a binary "
                      "trace, gunzip of a compressed one\n",
                      path);
    } else if (updates->count && !apply(updates, judged, path, &text, &changed)) {
        (void)fprintf(stderr, "  %s: out of memory: left as it was\n", path);
        code = CLI_EXIT_SYSTEM;
    } else if (changed && !replace(path, &text)) {
        (void)fprintf(stderr, "  %s: cannot be replaced: %s\n", path, strerror(errno));
        code = CLI_EXIT_SYSTEM;
    }
    free_text(&text);
    return code;
}
