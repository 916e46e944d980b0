/* SPDX-License-Identifier: MIT */
/* check_drivers.c - do the functional and the timed driver agree (ADR 0002)? Random tables with a
 * few random flips, random requests, two units over two copies of one memory: answers must be the
 * same, and so must the memories afterwards. */
#define _POSIX_C_SOURCE 200809L
#include "conformance/suite.h"
#include "property/chance.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define BATCH 6
/* Sanitizers cost a factor of 15: with them, memory errors are looked for on fewer cases. */
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define LAYOUTS 8
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define LAYOUTS 8
#endif
#ifndef LAYOUTS
#define LAYOUTS 60 /* rounds of each test, each with tables of its own: over 100,000 cases */
#endif
#define SEQUENCES  320 /* flips and batches of a round */
#define CONCURRENT 120

struct pair {
    struct bed functional, timed;
    struct chance_tables saved;
    svasim_response answer[BATCH];
    unsigned answers;
    uint64_t seed;
};

static void take_answer(void *user, const svasim_response *response)
{
    struct pair *pair = user;
    ck_assert_uint_lt(response->tag, BATCH);
    pair->answer[response->tag] = *response;
    pair->answers++;
}

static void open_pair(struct pair *pair, struct sv_rng *rng, const char *more)
{
    static char config[1000];
    struct bed_plan plan;
    chance_plan(rng, &plan);
    bed_open(&pair->functional, &plan);
    snprintf(config, sizeof config, "%s %s", plan.config, more);
    plan.config = config;
    bed_open(&pair->timed, &plan);
    pair->timed.respond = take_answer;
    pair->timed.user = pair;
    chance_save(&pair->saved, &pair->functional);
    (void)svasim_tables_frame(pair->timed.tables, 1);
    ck_assert(chance_same(&pair->saved, &pair->functional, &pair->timed));
}

static void close_pair(struct pair *pair)
{
    chance_free(&pair->saved);
    bed_close(&pair->functional);
    bed_close(&pair->timed);
}

/* New tables: the saved ones with up to two flips. */
static void deal(struct pair *pair, struct sv_rng *rng, bool flush)
{
    struct bed *beds[] = {&pair->functional, &pair->timed, NULL};
    chance_restore(&pair->saved, &pair->functional);
    chance_restore(&pair->saved, &pair->timed);
    for (uint32_t flips = sv_rng_below(rng, 3); flips > 0; flips--)
        chance_flip(rng, &pair->saved, beds);
    if (flush) {
        bed_on(&pair->functional);
        bed_on(&pair->timed);
    }
}

static const char *describe(const struct pair *pair, const svasim_request *q, const char *what)
{
    static char text[300];
    snprintf(text, sizeof text,
             "%s differ: seed 0x%" PRIx64 " (SVASIM_SEED), pgtt %u, config \"%.60s\", at %u op %u "
             "flags %u pasid 0x%x address 0x%" PRIx64,
             what, pair->seed, pair->timed.plan.pgtt, pair->functional.plan.config, q->at, q->op,
             q->flags, q->pasid, q->address);
    return text;
}

/* `exact`: also what the translation cost. */
static void compare(const struct pair *pair, const svasim_request *q, const svasim_response *f,
                    const svasim_response *t, bool exact)
{
    ck_assert_msg(f->fault == t->fault, "%s: %s, %s", describe(pair, q, "faults"),
                  bed_fault_name(f->fault), bed_fault_name(t->fault));
    ck_assert_msg(f->address == t->address, "%s", describe(pair, q, "addresses"));
    ck_assert_msg(f->rights == t->rights, "%s", describe(pair, q, "rights"));
    ck_assert_msg(f->status == t->status, "%s", describe(pair, q, "statuses"));
    ck_assert_msg(f->domain_id == t->domain_id, "%s", describe(pair, q, "domains"));
    ck_assert_msg((f->flags & SVASIM_RECORDED) == (t->flags & SVASIM_RECORDED), "%s",
                  describe(pair, q, "records"));
    if (!exact)
        return;
    ck_assert_msg(f->page_bytes == t->page_bytes, "%s", describe(pair, q, "page sizes"));
    ck_assert_msg(f->flags == t->flags, "%s", describe(pair, q, "flags"));
    ck_assert_msg(f->reads == t->reads, "%s: %u, %u", describe(pair, q, "reads"), f->reads,
                  t->reads);
    ck_assert_msg(f->updates == t->updates, "%s", describe(pair, q, "updates"));
    ck_assert_msg(f->pgtt == t->pgtt, "%s", describe(pair, q, "translation types"));
}

/* --- one request after the other: everything is the same --- */

START_TEST(one_at_a_time)
{
    struct pair pair = {.seed = chance_seed(_i)};
    struct sv_rng rng = {pair.seed};
    open_pair(&pair, &rng, "");
    for (int sequence = 0; sequence < SEQUENCES; sequence++) {
        deal(&pair, &rng, chance_is(&rng, 60));
        for (unsigned i = 0; i < BATCH; i++) {
            svasim_request request = chance_request(&rng, &pair.functional);
            request.tag = i;
            svasim_response response = bed_ask(&pair.functional, &request);
            pair.answers = 0;
            ck_assert(svasim_submit(pair.timed.unit, &request) == SVASIM_OK);
            svasim_drain(pair.timed.unit);
            ck_assert_uint_eq(pair.answers, 1);
            compare(&pair, &request, &response, &pair.answer[i], true);
        }
        ck_assert_msg(chance_same(&pair.saved, &pair.functional, &pair.timed),
                      "memories differ: seed 0x%" PRIx64, pair.seed);
    }
    close_pair(&pair);
}
END_TEST

/* --- several at once, without and with joining of walks --- */

/* A flip may make a table serve as two kinds of structure. Then a flag that one request sets can
 * decide how another one ends, and the order of the requests counts. */
static bool is_order_free(struct pair *pair, const svasim_request *request,
                          const svasim_response *first)
{
    bed_on(&pair->functional);
    for (unsigned i = 0; i < BATCH; i++) {
        svasim_response again = bed_ask(&pair->functional, &request[i]);
        if (again.fault != first[i].fault || again.address != first[i].address ||
            again.rights != first[i].rights)
            return false;
    }
    return true;
}

/* Requests of one batch use one PASID entry: a flip may give two entries of one domain different
 * tables, which software must not do, and then the order decides who fills the shared caches. */
static bool run_batch(struct pair *pair, struct sv_rng *rng)
{
    svasim_request request[BATCH];
    svasim_response response[BATCH];
    bool with_pasid = pair->timed.plan.pgtt && chance_is(rng, 60);
    pair->answers = 0;
    for (unsigned i = 0; i < BATCH; i++) {
        do
            request[i] = chance_request(rng, &pair->functional);
        while (request[i].pasid != (with_pasid ? BED_PASID : SVASIM_NO_PASID));
        request[i].tag = i;
        ck_assert(svasim_submit(pair->timed.unit, &request[i]) == SVASIM_OK);
        if (chance_is(rng, 50))
            svasim_run_until(pair->timed.unit,
                             svasim_now(pair->timed.unit) + sv_rng_below(rng, 400));
    }
    svasim_drain(pair->timed.unit);
    ck_assert_uint_eq(pair->answers, BATCH);
    for (unsigned i = 0; i < BATCH; i++)
        response[i] = bed_ask(&pair->functional, &request[i]);
    if (!is_order_free(pair, request, response))
        return false;
    for (unsigned i = 0; i < BATCH; i++)
        compare(pair, &request[i], &response[i], &pair->answer[i], false);
    ck_assert_msg(chance_same(&pair->saved, &pair->functional, &pair->timed),
                  "memories differ: seed 0x%" PRIx64, pair->seed);
    return true;
}

static void run_batches(int round, const char *config)
{
    struct pair pair = {.seed = chance_seed(round)};
    struct sv_rng rng = {pair.seed};
    int compared = 0;
    open_pair(&pair, &rng, config);
    for (int sequence = 0; sequence < CONCURRENT; sequence++) {
        deal(&pair, &rng, true);
        compared += run_batch(&pair, &rng);
    }
    ck_assert_int_gt(compared, CONCURRENT * 9 / 10);
    close_pair(&pair);
}

START_TEST(at_once)
{
    run_batches(_i, "walk.join=off");
}
END_TEST

START_TEST(at_once_joining)
{
    run_batches(_i, "walk.join=on");
}
END_TEST

START_TEST(at_once_narrow)
{
    run_batches(_i, "walk.walkers=1 walk.pending=1 memory.depth=1 memory.interval=7");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("drivers");
    suite_add(suite, "one at a time", one_at_a_time, LAYOUTS);
    suite_add(suite, "at once", at_once, LAYOUTS);
    suite_add(suite, "joining", at_once_joining, LAYOUTS);
    suite_add(suite, "narrow", at_once_narrow, LAYOUTS);
    return suite_run(suite);
}
