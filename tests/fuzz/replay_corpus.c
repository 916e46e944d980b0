/* SPDX-License-Identifier: MIT */
/* replay_corpus.c - main of a fuzz target where there is no fuzz engine: runs every file of the
 * given directories, in order of names, and files given themselves. Ends with 1 if there are none.
 */
#define _POSIX_C_SOURCE 200809L
#include "fuzz.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define PATH_BYTES 1024

static unsigned long run_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    struct stat info;
    if (!file || fstat(fileno(file), &info) != 0) {
        perror(path);
        exit(2);
    }
    size_t bytes = (size_t)info.st_size;
    /* Of exactly this size, so that a sanitizer sees what is read past it. */
    uint8_t *data = malloc(bytes ? bytes : 1);
    if (!data || fread(data, 1, bytes, file) != bytes) {
        perror(path);
        exit(2);
    }
    (void)fclose(file);
    if (getenv("FUZZ_VERBOSE"))
        fprintf(stderr, "%s\n", path);
    (void)LLVMFuzzerTestOneInput(data, bytes);
    free(data);
    return 1;
}

static int no_dots(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static unsigned long run(const char *path)
{
    struct stat info;
    struct dirent **names;
    unsigned long count = 0;
    if (stat(path, &info) != 0) {
        perror(path);
        exit(2);
    }
    if (!S_ISDIR(info.st_mode))
        return run_file(path);
    int entries = scandir(path, &names, no_dots, alphasort);
    for (int i = 0; i < entries; i++) {
        char inner[PATH_BYTES];
        (void)snprintf(inner, sizeof inner, "%s/%s", path, names[i]->d_name);
        count += run_file(inner);
        free(names[i]);
    }
    if (entries >= 0)
        free(names);
    return count;
}

int main(int argc, char **argv)
{
    unsigned long count = 0;
    for (int i = 1; i < argc; i++)
        count += run(argv[i]);
    printf("%lu inputs\n", count);
    return count == 0;
}
