/* SPDX-License-Identifier: MIT */
/* files.c - what is in the source tree? Reads files and lists folders. It knows nothing of what
 * is looked for in them. */
#define _POSIX_C_SOURCE 200809L
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "docgen.h"

#define PATH_BYTES 4096

void sv_doc_complain(const char *what, const char *why)
{
    (void)fprintf(stderr, "svasim-docgen: %s: %s\n", what, why);
}

static bool join(char out[PATH_BYTES], const char *folder, const char *name)
{
    int length = snprintf(out, PATH_BYTES, "%s/%s", folder, name);
    return length > 0 && length < PATH_BYTES;
}

static char *read_all(FILE *file)
{
    size_t room = 1 << 16, used = 0;
    char *text = malloc(room);
    while (text) {
        size_t got = fread(text + used, 1, room - used - 1, file);
        used += got;
        if (got == 0)
            break;
        if (used + 1 < room)
            continue;
        room *= 2;
        char *larger = realloc(text, room);
        if (!larger)
            free(text);
        text = larger;
    }
    if (text)
        text[used] = 0;
    return text;
}

char *sv_doc_read(const char *source, const char *path)
{
    char name[PATH_BYTES];
    if (!join(name, source, path)) {
        errno = ENAMETOOLONG;
        return NULL;
    }
    FILE *file = fopen(name, "rb");
    if (!file)
        return NULL;
    char *text = read_all(file);
    if (text && ferror(file)) {
        free(text);
        text = NULL;
        errno = EIO;
    }
    (void)fclose(file);
    return text;
}

static bool add(struct sv_doc_files *files, const char *path)
{
    char **paths = realloc(files->paths, (files->count + 1) * sizeof *paths);
    if (!paths)
        return false;
    files->paths = paths;
    paths[files->count] = strdup(path);
    return paths[files->count++] != NULL;
}

static bool is_source(const char *name)
{
    const char *dot = strrchr(name, '.');
    return dot && (strcmp(dot, ".c") == 0 || strcmp(dot, ".h") == 0 || strcmp(dot, ".def") == 0);
}

/* One entry of a folder: a folder goes to `folders`, a source file to `files`. */
static bool sort_in(struct sv_doc_files *files, struct sv_doc_files *folders, const char *source,
                    const char *path, const char *name)
{
    char full[PATH_BYTES];
    struct stat status;
    if (!join(full, source, path) || stat(full, &status) != 0)
        return true; /* went away, or too deep to be ours */
    if (S_ISDIR(status.st_mode))
        return add(folders, path);
    return !S_ISREG(status.st_mode) || !is_source(name) || add(files, path);
}

static bool list_folder(struct sv_doc_files *files, struct sv_doc_files *folders,
                        const char *source, const char *under)
{
    char name[PATH_BYTES];
    if (!join(name, source, under))
        return true;
    DIR *folder = opendir(name);
    if (!folder)
        return false;
    bool good = true;
    const struct dirent *entry;
    while (good && (entry = readdir(folder)))
        if (entry->d_name[0] != '.' && join(name, under, entry->d_name))
            good = sort_in(files, folders, source, name, entry->d_name);
    (void)closedir(folder);
    return good;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

bool sv_doc_list(struct sv_doc_files *files, const char *source, const char *under)
{
    struct sv_doc_files folders = {NULL, 0};
    size_t first = files->count;
    bool good = add(&folders, under);
    for (size_t i = 0; good && i < folders.count; i++)
        good = list_folder(files, &folders, source, folders.paths[i]);
    sv_doc_files_free(&folders);
    if (!good) {
        sv_doc_complain(under, "cannot be listed");
        return false;
    }
    if (files->count > first)
        qsort(files->paths + first, files->count - first, sizeof *files->paths, by_name);
    return true;
}

void sv_doc_files_free(struct sv_doc_files *files)
{
    for (size_t i = 0; i < files->count; i++)
        free(files->paths[i]);
    free(files->paths);
    *files = (struct sv_doc_files){NULL, 0};
}
