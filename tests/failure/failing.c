/* SPDX-License-Identifier: MIT */
/* failing.c - runs work in a process with hooks armed, and compares outcomes; see failing.h. */
#define _GNU_SOURCE
#include "hooks.h"

#include "../../tools/cli.h"

#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef FAILING_WRAPPED
int __lsan_do_recoverable_leak_check(void);
#endif

/* More calls than these are sampled; sanitizers make a process slow to start and to end. */
#ifdef FAILING_WRAPPED
#define EVERY_MAX 50
#else
#define EVERY_MAX 500
#endif

#define ARGUMENTS_MAX 32
#define OUT           "failing.out"
#define ERR           "failing.err"

static void redirect(const char *in)
{
    static char out_buffer[65536];
    if (!freopen(in ? in : "/dev/null", "r", stdin) || !freopen(OUT, "w", stdout) ||
        !freopen(ERR, "w", stderr))
        _exit(99);
    (void)setvbuf(stdout, out_buffer, _IOFBF, sizeof out_buffer);
    (void)setvbuf(stderr, NULL, _IONBF, 0);
}

static void child(int (*work)(void *user), void *user, const struct failing_plan *plan,
                  struct hooks_report *report)
{
    /* cmocka would go on with the next test here. */
    static const int crashes[] = {SIGSEGV, SIGFPE, SIGILL, SIGBUS, SIGSYS, SIGABRT};
    for (size_t i = 0; i < sizeof crashes / sizeof crashes[0]; i++)
        (void)signal(crashes[i], SIG_DFL);
    redirect(plan->input);
    (void)signal(SIGXFSZ, SIG_IGN);
    if (plan->file_max) {
        struct rlimit limit = {plan->file_max, plan->file_max};
        (void)setrlimit(RLIMIT_FSIZE, &limit);
    }
    hooks = (struct hooks){.plan = *plan, .report = report, .armed = true};
    int code = work(user);
    hooks.armed = false;
#ifdef FAILING_WRAPPED
    report->leaked = __lsan_do_recoverable_leak_check();
#else
    report->leaked = hooks.live;
#endif
    (void)fflush(NULL);
    _exit(code);
}

void failing_run(int (*work)(void *user), void *user, const struct failing_plan *plan,
                 struct failing_outcome *out)
{
    int status = 0;
    struct hooks_report *report =
        mmap(NULL, sizeof *report, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_true(report != MAP_FAILED);
    (void)fflush(NULL);
    pid_t process = fork();
    if (process == 0)
        child(work, user, plan, report);
    assert_true(process > 0 && waitpid(process, &status, 0) == process);
    *out = (struct failing_outcome){
        .code = WIFEXITED(status) ? WEXITSTATUS(status) : -1,
        .leaked = report->leaked,
        .out = failing_load(OUT),
        .err = failing_load(ERR),
    };
    memcpy(out->calls, report->calls, sizeof out->calls);
    (void)munmap(report, sizeof *report);
}

void failing_free(struct failing_outcome *outcome)
{
    free(outcome->out.at);
    free(outcome->err.at);
}

/* --- commands --- */

struct line {
    int count;
    char *word[ARGUMENTS_MAX + 1];
};

/* As main.c does it. */
static int dispatch(void *user)
{
    static const struct {
        const char *name;
        int (*run)(int argc, char **argv);
    } commands[] = {{"replay", cli_cmd_replay},   {"check", cli_cmd_check},
                    {"info", cli_cmd_info},       {"convert", cli_cmd_convert},
                    {"dump", cli_cmd_dump},       {"explain", cli_cmd_explain},
                    {"gen", cli_cmd_gen},         {"import", cli_cmd_import},
                    {"vectors", cli_cmd_vectors}, {"compare", cli_cmd_compare}};
    struct line *line = user;
    optind = 1;
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
        if (strcmp(line->word[0], commands[i].name) == 0)
            return cli_finish_stdout(commands[i].run(line->count, line->word));
    return 98;
}

void failing_command(const char *text, const struct failing_plan *plan, struct failing_outcome *out)
{
    char copy[1024], *rest = copy;
    struct line line = {0};
    assert_true(strlen(text) < sizeof copy);
    memcpy(copy, text, strlen(text) + 1);
    for (char *word = strtok_r(copy, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
        assert_true(line.count < ARGUMENTS_MAX);
        line.word[line.count++] = word;
    }
    failing_run(dispatch, &line, plan, out);
}

/* --- files --- */

struct failing_text failing_load(const char *path)
{
    struct failing_text text = {NULL, 0};
    FILE *file = fopen(path, "rb");
    if (!file)
        return text;
    for (size_t room = 0, got = 1; got > 0; text.bytes += got) {
        if (room < text.bytes + 4096) {
            room = 2 * room + 8192;
            text.at = realloc(text.at, room);
            assert_non_null(text.at);
        }
        got = fread(text.at + text.bytes, 1, room - text.bytes - 1, file);
    }
    text.at[text.bytes] = 0;
    (void)fclose(file);
    return text;
}

void failing_save(const char *path, const char *text)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

bool failing_same(const struct failing_text *a, const struct failing_text *b)
{
    return a->bytes == b->bytes && (a->bytes == 0 || memcmp(a->at, b->at, a->bytes) == 0);
}

int failing_enter(void **state)
{
    static char path[64];
    (void)snprintf(path, sizeof path, "failing_XXXXXX");
    if (!mkdtemp(path) || chdir(path) != 0)
        return -1;
    *state = path;
    return 0;
}

int failing_leave(void **state)
{
    char command[128];
    if (chdir("..") != 0)
        return -1;
    (void)snprintf(command, sizeof command, "rm -rf %s", (const char *)*state);
    return system(command);
}

/* --- every failure in turn --- */

static bool has_word(const struct failing_text *text, const char *words)
{
    char copy[256], *rest = copy;
    (void)snprintf(copy, sizeof copy, "%s", words);
    for (char *word = strtok_r(copy, "|", &rest); word; word = strtok_r(NULL, "|", &rest))
        if (text->at && strstr(text->at, word))
            return true;
    return false;
}

/* True if the outcome is one that may be. */
static bool judge(const char *line, const struct failing_plan *plan,
                  const struct failing_outcome *whole, const struct failing_text *whole_file,
                  const struct failing_outcome *got, const struct failing_text *file,
                  const char *words)
{
    bool clean = got->code == 4 && (has_word(&got->err, words) || has_word(&got->out, words));
    bool same = strncmp(line, "check", 5) == 0 /* which prints how long it took */
                    ? got->out.bytes == whole->out.bytes
                    : failing_same(&got->out, &whole->out);
    bool unnoticed = got->code == whole->code && same && failing_same(&got->err, &whole->err) &&
                     failing_same(file, whole_file);
    if (got->leaked == 0 && (clean || unnoticed))
        return true;
    print_error("%s: call %lu%s: exit code %d, %ld leaked, %zu bytes out of %zu, says \"%s\"\n",
                line, plan->at, plan->onwards ? " onwards" : "", got->code, got->leaked,
                got->out.bytes, whole->out.bytes, got->err.at ? got->err.at : "");
    return false;
}

void failing_each(const char *line, enum failing_kind kind, const char *words, const char *file)
{
    struct failing_plan plan = {.kind = kind};
    struct failing_outcome whole, got;
    unsigned wrong = 0;
    if (file)
        (void)remove(file);
    failing_command(line, &plan, &whole);
    struct failing_text whole_file = file ? failing_load(file) : (struct failing_text){NULL, 0};
    if (whole.leaked != 0 || whole.code != 0)
        print_error("%s: exit code %d, %ld leaked: %s\n", line, whole.code, whole.leaked,
                    whole.err.at ? whole.err.at : "");
    assert_int_equal(whole.leaked, 0);
    assert_int_equal(whole.code, 0);
    unsigned long step = whole.calls[kind] / EVERY_MAX + 1;
    for (plan.at = 1; plan.at <= whole.calls[kind]; plan.at += step)
        for (unsigned onwards = 0; onwards < 2; onwards++) {
            plan.onwards = onwards;
            if (file)
                (void)remove(file);
            failing_command(line, &plan, &got);
            struct failing_text now = file ? failing_load(file) : (struct failing_text){NULL, 0};
            wrong += !judge(line, &plan, &whole, &whole_file, &got, &now, words);
            free(now.at);
            failing_free(&got);
        }
    print_message("%6lu failures: %s\n", whole.calls[kind], line);
    free(whole_file.at);
    failing_free(&whole);
    assert_int_equal(wrong, 0);
}
