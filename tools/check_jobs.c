/* SPDX-License-Identifier: MIT */
/* check_jobs.c - many scenarios at once: a process for each file, so that a crash takes only itself
 * along, and results in the order of the list whatever finishes first. Knows nothing of traces. */
#define _POSIX_C_SOURCE 200809L
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

/* A process under way. Its file begins with the verdict; what it prints follows. */
struct job {
    pid_t process;
    FILE *file;
    struct check_case *one;
};

struct pool {
    const struct check_options *options;
    struct job *jobs; /* options->jobs of them; process 0: free */
    unsigned running;
};

/* The case did not come to an end by itself; `why` is all there is to say. */
static void broken(struct check_case *one, const char *why)
{
    char line[256];
    /* It may have been in the middle of a line. */
    bool open = one->text_bytes > 0 && one->text[one->text_bytes - 1] != '\n';
    int length = snprintf(line, sizeof line, "%s  %s\n", open ? "\n" : "", why);
    char *text = length > 0 ? realloc(one->text, one->text_bytes + (size_t)length + 1) : NULL;
    if (text) {
        memcpy(text + one->text_bytes, line, (size_t)length + 1);
        one->text = text;
        one->text_bytes += (size_t)length;
    } else {
        cli_message("%s: %s", one->path, why);
    }
    one->verdict.code = CLI_EXIT_SYSTEM;
    one->done = true;
}

/* --- a child --- */

static void child(const struct pool *pool, const struct job *job)
{
    struct check_verdict verdict = {0};
    int file = fileno(job->file);
    if (dup2(file, STDERR_FILENO) < 0 || lseek(STDERR_FILENO, (off_t)sizeof verdict, SEEK_SET) < 0)
        _exit(CLI_EXIT_SYSTEM);
    check_scenario(pool->options, job->one->path, &verdict);
    if (pwrite(file, &verdict, sizeof verdict, 0) != (ssize_t)sizeof verdict)
        _exit(CLI_EXIT_SYSTEM);
    exit(CLI_EXIT_OK);
}

static bool start(struct pool *pool, struct job *job, struct check_case *one)
{
    job->one = one;
    job->file = tmpfile();
    if (!job->file) {
        char why[128];
        (void)snprintf(why, sizeof why, "no temporary file for its result: %s", strerror(errno));
        broken(one, why);
        return true;
    }
    /* What is still buffered would be written by both. */
    (void)fflush(NULL);
    pid_t process = fork();
    if (process == 0)
        child(pool, job);
    if (process < 0) {
        (void)fclose(job->file);
        if (errno == EAGAIN && pool->running)
            return false; /* later, when another one has finished */
        broken(one, "no process for it");
        return true;
    }
    job->process = process;
    pool->running++;
    return true;
}

/* --- the end of a child --- */

static void read_result(struct check_case *one, FILE *file)
{
    if (fseek(file, 0, SEEK_END) != 0)
        return;
    long bytes = ftell(file);
    rewind(file);
    if (bytes < (long)sizeof one->verdict ||
        fread(&one->verdict, sizeof one->verdict, 1, file) != 1)
        return;
    size_t rest = (size_t)bytes - sizeof one->verdict;
    if (rest == 0)
        return;
    one->text = malloc(rest + 1);
    if (one->text) {
        one->text_bytes = fread(one->text, 1, rest, file);
        one->text[one->text_bytes] = 0;
    } else {
        cli_message("%s: out of memory: what it said is lost", one->path);
        one->verdict.code = CLI_EXIT_SYSTEM;
    }
}

static void finish(struct pool *pool, struct job *job, int status)
{
    struct check_case *one = job->one;
    char why[128];
    read_result(one, job->file);
    (void)fclose(job->file);
    if (WIFSIGNALED(status)) {
        (void)snprintf(why, sizeof why, "crashed: signal %d (%s)", WTERMSIG(status),
                       strsignal(WTERMSIG(status)));
        broken(one, why);
    } else if (!one->verdict.complete || WEXITSTATUS(status) != 0) {
        (void)snprintf(why, sizeof why, "its process ended early with exit code %d",
                       WEXITSTATUS(status));
        broken(one, why);
    }
    one->done = true;
    *job = (struct job){0};
    pool->running--;
}

static bool wait_for_one(struct pool *pool)
{
    int status;
    pid_t process;
    do
        process = waitpid(-1, &status, 0);
    while (process < 0 && errno == EINTR);
    for (unsigned i = 0; process > 0 && i < pool->options->jobs; i++)
        if (pool->jobs[i].process == process)
            finish(pool, &pool->jobs[i], status);
    return process > 0;
}

static struct job *free_job(const struct pool *pool)
{
    for (unsigned i = 0; i < pool->options->jobs; i++)
        if (pool->jobs[i].process == 0)
            return &pool->jobs[i];
    return NULL;
}

int check_run(const struct check_options *options, struct check_list *list,
              void (*done)(const struct check_options *options, const struct check_case *one,
                           size_t number))
{
    struct pool pool = {.options = options, .jobs = calloc(options->jobs, sizeof(struct job))};
    size_t started = 0, told = 0;
    int code = CLI_EXIT_OK;
    if (!pool.jobs) {
        cli_message("out of memory");
        return CLI_EXIT_SYSTEM;
    }
    while (told < list->count) {
        struct job *job = started < list->count ? free_job(&pool) : NULL;
        if (job && start(&pool, job, &list->cases[started])) {
            started++;
        } else if (!wait_for_one(&pool)) {
            cli_message("the processes of the scenarios are lost: %s", strerror(errno));
            code = CLI_EXIT_SYSTEM;
            break;
        }
        for (; told < started && list->cases[told].done; told++) {
            code = cli_worse(code, list->cases[told].verdict.code);
            done(options, &list->cases[told], told + 1);
        }
    }
    free(pool.jobs);
    return code;
}
