/* SPDX-License-Identifier: MIT */
/* qemu_check.c - does QEMU's emulation agree with the model? Random scenarios are played on both; a
 * disagreement that is no known departure of QEMU is shrunk and printed.
 *
 * qemu_check [--scenarios N] [--seed N] [--only K] [--print] [--qemu PROGRAM]
 * Last line: "N passed, N failed". Exit status 77, and a line that says why, without a QEMU 7.2. */
#define _GNU_SOURCE
#include "compare.h"

#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define FAILURES_PRINTED 5u
#define SHRINK_TRIES     1500u
#define SKIPPED          77

struct options {
    uint64_t scenarios, seed, only;
    bool one, print;
    const char *qemu;
};

/* One unit on both sides. */
struct pair {
    struct qemu_player *qemu;
    struct model_player *model;
    struct result model_result, qemu_result;
};

/* What a worker tells; shared memory. */
struct report {
    bool finished;
    uint64_t at; /* scenario being played */
    uint64_t passed, failed;
    struct tally tally;
};

static void play(struct pair *pair, const struct scenario *scenario, struct verdict *verdict)
{
    unsigned char *rams[2] = {model_player_ram(pair->model), qemu_player_ram(pair->qemu)};
    qemu_play(pair->qemu, scenario, &pair->qemu_result);
    model_play(pair->model, scenario, &pair->model_result);
    compare(scenario, &pair->model_result, &pair->qemu_result, rams[0], rams[1], verdict);
    for (unsigned i = 0; i < 2; i++) {
        memory_restore(rams[i], &pair->model_result.touched);
        memory_restore(rams[i], &pair->qemu_result.touched);
    }
}

static void print_played(const struct pair *pair, const struct scenario *scenario)
{
    scenario_print(scenario, stdout);
    for (unsigned i = 0; i < scenario->steps; i++) {
        const struct step *step = &scenario->step[i];
        printf("    %3u  ", i);
        step_print(step, stdout);
        if (step->kind != STEP_STORE && step->kind != STEP_SET) {
            printf("\n             model: ");
            answer_print(step, &pair->model_result.answer[i], true, stdout);
            printf("\n             QEMU:  ");
            answer_print(step, &pair->qemu_result.answer[i], false, stdout);
        }
        printf("\n");
    }
}

/* Without its invalidations a scenario would expect too much. */
static bool needed(const struct scenario *scenario, const struct step *step)
{
    bool expects = false;
    for (unsigned i = 0; i < scenario->steps; i++)
        expects |= scenario->step[i].fresh;
    return expects && step->topic >= TOPIC_IOTLB_GLOBAL && step->topic <= TOPIC_WAIT;
}

/* Leave out what the disagreement does not need: steps from the last to the first, then stores. */
static void shrink(struct pair *pair, struct scenario *scenario, uint32_t sort)
{
    struct scenario *less = malloc(sizeof *less);
    struct verdict verdict;
    bool smaller = true;
    play(pair, scenario, &verdict);
    if (!verdict.at_end && verdict.at + 3 < scenario->steps)
        scenario->steps =
            verdict.at + 3; /* what is read of a fault afterwards may tell something */
    for (unsigned tries = 0; less && smaller && tries < SHRINK_TRIES;) {
        smaller = false;
        for (unsigned i = scenario->steps + scenario->stores; i-- > 0; tries++) {
            *less = *scenario;
            if (i >= scenario->stores) {
                unsigned at = i - scenario->stores;
                if (needed(scenario, &scenario->step[at]))
                    continue;
                memmove(&less->step[at], &less->step[at + 1],
                        (less->steps - at - 1) * sizeof less->step[0]);
                less->steps--;
            } else {
                memmove(&less->store[i], &less->store[i + 1],
                        (less->stores - i - 1) * sizeof less->store[0]);
                less->stores--;
            }
            play(pair, less, &verdict);
            if (verdict.agrees || verdict.sort != sort)
                continue;
            *scenario = *less;
            smaller = true;
        }
    }
    free(less);
    play(pair, scenario, &verdict);
}

static void fail(struct pair *pair, struct scenario *scenario, const struct verdict *verdict)
{
    printf("disagreement in scenario %" PRIu64 ", %s; again with --seed %" PRIu64 " --only %" PRIu64
           "\n",
           scenario->number, verdict->what, scenario->seed, scenario->number);
    shrink(pair, scenario, verdict->sort);
    print_played(pair, scenario);
    fflush(stdout);
}

static void count(struct report *report, const struct pair *pair, const struct scenario *scenario,
                  const struct verdict *verdict)
{
    struct tally *tally = &report->tally;
    uint64_t topics = 0;
    tally->scenarios++;
    tally->ended_early += verdict->ended_early;
    for (unsigned i = 0; i < scenario->steps && i <= verdict->at; i++) {
        const struct step *step = &scenario->step[i];
        const struct answer *answer = &pair->model_result.answer[i];
        topics |= UINT64_C(1) << step->topic;
        tally->steps++;
        tally->answers += step->kind == STEP_GET;
        if (step->kind != STEP_READ_DMA && step->kind != STEP_WRITE_DMA)
            continue;
        enum departure unused;
        tally->dmas++;
        tally->moved += answer->dma.outcome == OUTCOME_MOVED;
        tally->blocked += answer->dma.outcome == OUTCOME_BLOCKED;
        tally->stale += !same_answer(&answer->dma, &answer->fresh, &unused);
    }
    for (unsigned i = 0; i < TOPIC_COUNT; i++)
        tally->topic[i] += topics >> i & 1;
    for (unsigned i = 0; i < DEPARTURE_COUNT; i++)
        tally->departure[i] += verdict->departures[i / 32] >> i % 32 & 1;
    if (verdict->agrees)
        report->passed++;
    else
        report->failed++;
}

/* What both announce, but for what the model has and QEMU does not tell of, or the other way. */
static bool same_capabilities(struct pair *pair)
{
    const struct {
        unsigned offset;
        uint64_t ignored;
        const char *name;
    } registers[] = {
        {0x08, UINT64_C(3) << 54, "CAP"}, /* draining, which is implied from major version 2 on */
        {0x10, UINT64_C(1) << 49, "ECAP"} /* RPS: QEMU uses RID_PASID without announcing it */
    };
    bool same = true;
    for (unsigned i = 0; i < 2; i++) {
        uint64_t a = model_player_register(pair->model, registers[i].offset);
        uint64_t b = qemu_player_register(pair->qemu, registers[i].offset);
        if (((a ^ b) & ~registers[i].ignored) == 0)
            continue;
        same = false;
        printf("%s: model 0x%" PRIx64 ", QEMU 0x%" PRIx64 "\n", registers[i].name, a, b);
    }
    return same;
}

static void work(const struct options *options, enum unit_kind unit, struct report *report)
{
    struct pair *pair = calloc(1, sizeof *pair);
    struct scenario *scenario = malloc(sizeof *scenario);
    if (!pair || !scenario)
        abort();
    pair->qemu = qemu_player_start(options->qemu, unit);
    pair->model = model_player_start(unit);
    if (!same_capabilities(pair))
        report->failed++;
    for (uint64_t i = 0; i < options->scenarios; i++) {
        struct verdict verdict;
        if (i % UNIT_COUNT != (uint64_t)unit || (options->one && i != options->only))
            continue;
        report->at = i;
        scenario_make(scenario, options->seed, i);
        play(pair, scenario, &verdict);
        count(report, pair, scenario, &verdict);
        if (options->print && verdict.agrees)
            print_played(pair, scenario);
        if (!verdict.agrees && report->failed <= FAILURES_PRINTED)
            fail(pair, scenario, &verdict);
    }
    model_player_stop(pair->model);
    qemu_player_stop(pair->qemu);
    free(pair);
    free(scenario);
    report->finished = true;
}

/* Each unit in a process of its own, as QEMU ends the process that drives it. */
static void run(const struct options *options, struct report *reports)
{
    pid_t worker[UNIT_COUNT], parent = getpid();
    for (unsigned i = 0; i < UNIT_COUNT; i++) {
        fflush(stdout);
        worker[i] = options->one && options->only % UNIT_COUNT != i ? 0 : fork();
        if (options->one && options->only % UNIT_COUNT != i) {
            reports[i].finished = true;
            continue;
        }
        if (worker[i] == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            if (getppid() == parent)
                work(options, (enum unit_kind)i, &reports[i]);
            fflush(stdout);
            _exit(0);
        }
    }
    for (unsigned i = 0; i < UNIT_COUNT; i++)
        if (worker[i] > 0)
            waitpid(worker[i], NULL, 0);
}

static void print_tally(const struct tally *tally)
{
    printf("%" PRIu64 " scenarios, %" PRIu64 " steps: %" PRIu64 " DMAs (%" PRIu64 " moved, %" PRIu64
           " blocked, %" PRIu64 " stale), %" PRIu64 " registers read; %" PRIu64
           " scenarios end early at a departure\n",
           tally->scenarios, tally->steps, tally->dmas, tally->moved, tally->blocked, tally->stale,
           tally->answers, tally->ended_early);
    printf("scenarios by what happens in them:\n");
    for (unsigned i = 0; i < TOPIC_COUNT; i++)
        printf("%8" PRIu64 "  %s\n", tally->topic[i], topic_text(i));
    printf("scenarios by departure of QEMU:\n");
    for (unsigned i = 0; i < DEPARTURE_COUNT; i++)
        printf("%8" PRIu64 "  %-20s %s (%s)%s\n", tally->departure[i], departure_info[i].name,
               departure_info[i].reason, departure_info[i].section,
               tally->departure[i] ? "" : "  UNUSED");
}

static void add_up(struct tally *sum, const struct tally *part)
{
    uint64_t *to = (uint64_t *)sum;
    const uint64_t *from = (const uint64_t *)part;
    for (size_t i = 0; i < sizeof *sum / sizeof *to; i++)
        to[i] += from[i];
}

static bool parse(int argc, char **argv, struct options *options)
{
    *options = (struct options){.scenarios = 6000, .seed = 1, .qemu = "qemu-system-x86_64"};
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--print") == 0) {
            options->print = true;
            continue;
        }
        if (i + 1 == argc)
            return false;
        uint64_t number = strtoull(argv[i + 1], NULL, 0);
        if (strcmp(argv[i], "--scenarios") == 0)
            options->scenarios = number;
        else if (strcmp(argv[i], "--seed") == 0)
            options->seed = number;
        else if (strcmp(argv[i], "--qemu") == 0)
            options->qemu = argv[i + 1];
        else if (strcmp(argv[i], "--only") == 0)
            options->only = number, options->one = true;
        else
            return false;
        i++;
    }
    if (options->one && options->scenarios <= options->only)
        options->scenarios = options->only + 1;
    return true;
}

int main(int argc, char **argv)
{
    struct options options;
    char version[256];
    if (!parse(argc, argv, &options)) {
        fprintf(stderr, "usage: qemu_check [--scenarios N] [--seed N] [--only K] [--print] "
                        "[--qemu PROGRAM]\n");
        return 2;
    }
    if (!qemu_version(options.qemu, version, sizeof version)) {
        printf("SKIP: there is no %s; Debian has it in qemu-system-x86\n", options.qemu);
        return SKIPPED;
    }
    if (!strstr(version, "version 7.2")) {
        printf("SKIP: %s: the known departures are those of 7.2\n", version);
        return SKIPPED;
    }
    printf("%s; seed %" PRIu64 ", %" PRIu64 " scenarios\n", version, options.seed,
           options.scenarios);
    struct report *reports = mmap(NULL, UNIT_COUNT * sizeof *reports, PROT_READ | PROT_WRITE,
                                  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (reports == MAP_FAILED)
        return 4;
    run(&options, reports);
    struct tally tally = {0};
    uint64_t passed = 0, failed = 0;
    for (unsigned i = 0; i < UNIT_COUNT; i++) {
        add_up(&tally, &reports[i].tally);
        if (!reports[i].finished)
            printf("broke off in scenario %" PRIu64 "; again with --seed %" PRIu64
                   " --only %" PRIu64 "\n",
                   reports[i].at, options.seed, reports[i].at);
        passed += reports[i].passed;
        failed += reports[i].failed + !reports[i].finished;
    }
    print_tally(&tally);
    printf("%" PRIu64 " passed, %" PRIu64 " failed\n", passed, failed);
    return failed == 0 ? 0 : 1;
}
