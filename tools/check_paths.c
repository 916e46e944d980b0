/* SPDX-License-Identifier: MIT */
/* check_paths.c - which files are meant? Directories are searched for traces, by name; what is
 * named itself is taken as it is. Must not open a file. */
#define _POSIX_C_SOURCE 200809L
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "check.h"

/* Directories that are still to be searched. */
struct stack {
    char **paths;
    size_t count, room;
};

static int out_of_memory(void)
{
    cli_message("out of memory");
    return CLI_EXIT_SYSTEM;
}

/* `path` belongs to the stack afterwards, in any case. */
static int push(struct stack *stack, char *path)
{
    if (stack->count == stack->room) {
        size_t room = stack->room ? 2 * stack->room : 16;
        char **paths = realloc(stack->paths, room * sizeof *paths);
        if (!paths) {
            free(path);
            return out_of_memory();
        }
        stack->paths = paths;
        stack->room = room;
    }
    stack->paths[stack->count++] = path;
    return CLI_EXIT_OK;
}

/* `path` belongs to the list afterwards, in any case. */
static int add(struct check_list *list, char *path)
{
    if (list->count == list->room) {
        size_t room = list->room ? 2 * list->room : 64;
        struct check_case *cases = realloc(list->cases, room * sizeof *cases);
        if (!cases) {
            free(path);
            return out_of_memory();
        }
        list->cases = cases;
        list->room = room;
    }
    list->cases[list->count++] = (struct check_case){.path = path};
    return CLI_EXIT_OK;
}

static char *join(const char *directory, const char *name)
{
    size_t length = strlen(directory), bytes = length + strlen(name) + 2;
    char *path = malloc(bytes);
    bool slash = length > 0 && directory[length - 1] == '/';
    if (path)
        (void)snprintf(path, bytes, "%s%s%s", directory, slash ? "" : "/", name);
    return path;
}

/* One name found in a directory. Links to directories are not followed: they may form a loop. */
static int take(struct check_list *list, struct stack *stack, const char *directory,
                const char *name)
{
    struct stat status;
    if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
        return CLI_EXIT_OK;
    char *path = join(directory, name);
    if (!path)
        return out_of_memory();
    if (lstat(path, &status) == 0 && S_ISDIR(status.st_mode))
        return push(stack, path);
    if (cli_ends_with(name, ".svt") || cli_ends_with(name, ".svb"))
        return add(list, path);
    free(path);
    return CLI_EXIT_OK;
}

static int search(struct check_list *list, struct stack *stack, const char *directory)
{
    DIR *open = opendir(directory);
    int code = CLI_EXIT_OK;
    if (!open) {
        cli_message("%s: %s", directory, strerror(errno));
        return CLI_EXIT_SYSTEM;
    }
    const struct dirent *entry;
    while (code == CLI_EXIT_OK && (entry = readdir(open)) != NULL)
        code = take(list, stack, directory, entry->d_name);
    (void)closedir(open);
    return code;
}

static int collect_one(struct check_list *list, const char *command, const char *path)
{
    struct stat status;
    struct stack stack = {NULL, 0, 0};
    if (strcmp(path, "-") == 0)
        return cli_usage(command, "-: standard input can be read only once, name a file");
    char *copy = strdup(path);
    if (!copy)
        return out_of_memory();
    /* What is not there is a scenario that fails: it must not keep the others from running. */
    if (stat(path, &status) != 0 || !S_ISDIR(status.st_mode))
        return add(list, copy);
    int code = push(&stack, copy);
    while (code == CLI_EXIT_OK && stack.count) {
        char *directory = stack.paths[--stack.count];
        code = search(list, &stack, directory);
        free(directory);
    }
    while (stack.count)
        free(stack.paths[--stack.count]);
    free(stack.paths);
    return code;
}

static int by_path(const void *a, const void *b)
{
    return strcmp(((const struct check_case *)a)->path, ((const struct check_case *)b)->path);
}

/* Sort; drop doubles and what the filter does not keep. */
static void arrange(struct check_list *list, const char *filter)
{
    size_t kept = 0;
    if (list->count == 0)
        return;
    qsort(list->cases, list->count, sizeof list->cases[0], by_path);
    for (size_t i = 0; i < list->count; i++) {
        struct check_case *one = &list->cases[i];
        bool again = kept > 0 && strcmp(list->cases[kept - 1].path, one->path) == 0;
        if (again || (filter && !strstr(one->path, filter)))
            free(one->path);
        else
            list->cases[kept++] = *one;
    }
    list->count = kept;
}

int check_collect(struct check_list *list, const char *command, char **paths, int count,
                  const char *filter)
{
    int code = CLI_EXIT_OK;
    for (int i = 0; code == CLI_EXIT_OK && i < count; i++)
        code = collect_one(list, command, paths[i]);
    if (code != CLI_EXIT_OK)
        return code;
    arrange(list, filter);
    if (list->count == 0)
        return cli_usage(command, filter ? "no trace has \"%s\" in its path" : "no trace found%s",
                         filter ? filter : "");
    return CLI_EXIT_OK;
}

void check_list_free(struct check_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        free(list->cases[i].path);
        free(list->cases[i].text);
    }
    free(list->cases);
    *list = (struct check_list){NULL, 0, 0};
}
