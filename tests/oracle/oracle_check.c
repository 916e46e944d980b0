/* SPDX-License-Identifier: MIT */
/* oracle_check.c - do the library and the naive translator agree? Random machines, each with many
 * cases of up to three damaged quadwords and one request (or, with caches on, a few requests to a
 * fresh unit): both answers and both memories must be equal. A failure is shrunk, printed,
 * and written as a scenario, oracle-SEED-N.svt.
 *
 * oracle_check [CASES [DIRECTORY]]: every case becomes a scenario there; environment: SVASIM_SEED.
 * Last line: "N passed, N failed". */
#include "compare.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CASES_PER_MACHINE 100
#define CACHED_EVERY      32

static void copy_arena(struct arena *to, const struct arena *from)
{
    to->limit = from->limit;
    to->pages = from->pages;
    to->poisoned = to->frozen = to->writes = 0;
    memcpy(to->base, from->base, from->pages * sizeof to->base[0]);
    memcpy(to->slot, from->slot, sizeof to->slot);
    memcpy(to->words, from->words, from->pages * sizeof to->words[0]);
}

/* All PASID entries carry one domain id. Where damage makes them differ, software broke the rule
   that a domain has one second stage, and caches may mix the two. */
static bool shares_domain(const struct machine *machine, const struct trial *trial)
{
    for (unsigned i = 0; i < trial->damages; i++)
        if (trial->damage[i].kind == DAMAGE_BITS &&
            machine->word[trial->damage[i].word].kind <= WORD_PASID)
            return true;
    return false;
}

static void random_trial(struct rng *rng, const struct machine *machine, bool caches,
                         struct trial *trial)
{
    memset(trial, 0, sizeof *trial);
    trial->caches = caches;
    trial->damages = (unsigned)rng_below(rng, DAMAGE_MAX + 1);
    for (unsigned i = 0; i < trial->damages; i++)
        damage_random(rng, machine, &trial->damage[i]);
    trial->requests = caches ? SEQUENCE_MAX : 1;
    for (unsigned i = 0; i < trial->requests; i++) {
        request_random(rng, machine, &trial->request[i]);
        if (i > 0 && shares_domain(machine, trial) &&
            (trial->request[i].has_pasid != trial->request[0].has_pasid ||
             trial->request[i].pasid != trial->request[0].pasid))
            trial->request[i] = trial->request[0];
    }
}

/* Every page of both memories, after all trials of a machine were undone. */
static bool memories_equal(const struct bench *bench)
{
    const struct arena *pristine = &bench->machine.memory;
    size_t bytes = pristine->pages * sizeof pristine->words[0];
    return memcmp(pristine->words, bench->memory.words, bytes) == 0 &&
           memcmp(pristine->words, bench->model.memory.words, bytes) == 0 &&
           memcmp(pristine->words, bench->cached.memory.words, bytes) == 0;
}

static bool write_case(struct bench *bench, const struct trial *trial, const struct verdict *v)
{
    char path[4096];
    (void)snprintf(path, sizeof path, "%s/case_%06" PRIu64 ".svt", bench->scenarios,
                   bench->passed + bench->failed);
    if (scenario_write(bench, trial, v, path))
        return true;
    fprintf(stderr, "oracle: %s: cannot be written\n", path);
    return false;
}

static void run_machine(struct bench *bench, struct rng *rng, uint64_t cases)
{
    const char *error;
    machine_build(rng, &bench->machine);
    copy_arena(&bench->memory, &bench->machine.memory);
    copy_arena(&bench->model.memory, &bench->machine.memory);
    copy_arena(&bench->cached.memory, &bench->machine.memory);
    if (!model_open(&bench->model, &bench->machine, false, &error)) {
        printf("the library refuses this configuration: %s\n", error);
        print_caps(&bench->machine.caps, &bench->machine.regs, 0);
        bench->failed += cases;
        return;
    }
    for (uint64_t i = 0; i < cases; i++) {
        struct trial trial;
        random_trial(rng, &bench->machine, i % CACHED_EVERY == CACHED_EVERY - 1, &trial);
        struct verdict v = try_once(bench, &trial, true);
        if (bench->scenarios && !write_case(bench, &trial, &v))
            exit(4);
        if (v.what)
            report(bench, &trial, &v);
        else
            bench->passed++;
    }
    model_close(&bench->model);
    if (!memories_equal(bench)) {
        printf("disagreement: memory outside of the updated quadwords changed\n");
        bench->failed++;
    }
}

int main(int argc, char **argv)
{
    const char *seed = getenv("SVASIM_SEED");
    uint64_t cases = argc > 1 ? strtoull(argv[1], NULL, 0) : 50000;
    struct bench *bench = calloc(1, sizeof *bench);
    if (!bench)
        return 4;
    bench->scenarios = argc > 2 ? argv[2] : NULL;
    bench->seed = seed ? strtoull(seed, NULL, 0) : 1;
    printf("oracle: seed %" PRIu64 ", %" PRIu64 " cases\n", bench->seed, cases);
    struct rng rng = {bench->seed};
    for (uint64_t done = 0; done < cases; done += CASES_PER_MACHINE)
        run_machine(bench, &rng,
                    cases - done < CASES_PER_MACHINE ? cases - done : CASES_PER_MACHINE);
    if (!print_coverage(bench) && cases >= 50000) {
        printf("a fault condition above was never reached\n");
        bench->failed++;
    }
    print_kinds(bench);
    printf("%" PRIu64 " passed, %" PRIu64 " failed\n", bench->passed, bench->failed);
    bool good = bench->failed == 0;
    free(bench);
    return good ? 0 : 1;
}
