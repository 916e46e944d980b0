/* SPDX-License-Identifier: MIT */
/* exhaustive.c - every combination of the bits that matter: on a short path of tables all values of
 * present, rights, accessed and dirty bits of each entry and of the switches in the PASID entry,
 * times every kind of request, answered by the library and by the naive translator. Entries below
 * one that ends the walk are not varied. Last line: "N passed, N failed". */
#include "compare.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIELDS_MAX  6
#define PRINTED     5
#define PASID       3
#define ROOT        UINT64_C(0x10000)
#define CONTEXT     UINT64_C(0x11000)
#define DIRECTORY   UINT64_C(0x12000)
#define PASID_TABLE UINT64_C(0x13000)
#define ENTRY       (PASID_TABLE + 64 * PASID)
#define FIRST_ROOT  UINT64_C(0x20000)
#define FIRST_L3    UINT64_C(0x21000)
#define FIRST_L2    UINT64_C(0x22000)
#define SECOND_ROOT UINT64_C(0x30000)
#define SECOND_L2   UINT64_C(0x31000)
#define SECOND_L1   UINT64_C(0x32000)
#define GIB         (UINT64_C(1) << 30)

/* A quadword and its varied bits. */
struct varied {
    uint64_t hpa, base;
    uint64_t gate; /* if none of these is set the walk ends here; 0: never */
    uint8_t count, bit[6];
};

struct suite {
    const char *name;
    uint64_t input;
    uint64_t entry[3]; /* PASID entry, fixed part */
    bool ssirwe, zlr;
    unsigned fields;
    struct varied field[FIELDS_MAX];
};

/* Three levels of first stage (2 MiB page), then: both walks of 4 KiB, and nested with 1 GiB pages
   so that one second-stage entry answers for each first-stage table. */
static const struct suite suites[] = {
    {"first stage",
     0x1000,
     {0x41, 5, FIRST_ROOT},
     false,
     true,
     5,
     {{ENTRY + 8, 5, 0, 1, {23}},
      {ENTRY + 16, FIRST_ROOT, 0, 3, {0, 4, 7}},
      {FIRST_ROOT, FIRST_L3, 1, 5, {0, 1, 2, 5, 10}},
      {FIRST_L3, FIRST_L2, 1, 5, {0, 1, 2, 5, 10}},
      {FIRST_L2, 0x40000080, 1, 6, {0, 1, 2, 5, 6, 10}}}},
    {"second stage",
     0x1000,
     {0x85 | SECOND_ROOT, 5, 0},
     false,
     true,
     5,
     {{ENTRY, 0x85 | SECOND_ROOT, 0, 1, {9}},
      {ENTRY + 8, 5, 0, 1, {23}},
      {SECOND_ROOT, SECOND_L2, 3, 4, {0, 1, 8, 11}},
      {SECOND_L2, SECOND_L1, 3, 3, {0, 1, 8}},
      {SECOND_L1 + 8, 0x40000000, 3, 6, {0, 1, 7, 8, 9, 11}}}},
    {"second stage with I/O rights",
     0x1000,
     {0x85 | SECOND_ROOT, 5, 0},
     true,
     false,
     4,
     {{ENTRY, 0x85 | SECOND_ROOT, 0, 1, {9}},
      {SECOND_ROOT, SECOND_L2, UINT64_C(3) << 61, 4, {0, 1, 61, 62}},
      {SECOND_L2, SECOND_L1, UINT64_C(3) << 61, 4, {0, 1, 61, 62}},
      {SECOND_L1 + 8, 0x40000000, UINT64_C(3) << 61, 6, {0, 1, 61, 62, 8, 9}}}},
    {"nested",
     GIB,
     {0x2C5 | SECOND_ROOT, 5 | 1u << 23, FIRST_ROOT},
     false,
     true,
     6,
     {{ENTRY, 0xC5 | SECOND_ROOT, 0, 1, {9}},
      {ENTRY + 8, 5, 0, 1, {23}},
      {SECOND_ROOT, 0x80, 3, 4, {0, 1, 8, 9}},
      {FIRST_ROOT, (GIB + FIRST_L3) | 7, 0, 1, {5}},
      {SECOND_ROOT + 8, 0x80, 3, 4, {0, 1, 8, 9}},
      {FIRST_L3 + 8, 2 * GIB | 0x85, 0, 3, {1, 5, 6}}}},
    {"nested, final page",
     GIB,
     {0x2C5 | SECOND_ROOT, 5 | 1u << 23, FIRST_ROOT},
     false,
     true,
     6,
     {{ENTRY, 0xC5 | SECOND_ROOT, 0, 1, {9}},
      {ENTRY + 16, FIRST_ROOT, 0, 2, {0, 4}},
      {SECOND_ROOT + 8, 0x80, 3, 4, {0, 1, 8, 9}},
      {FIRST_ROOT, (GIB + FIRST_L3) | 1, 0, 2, {1, 2}},
      {FIRST_L3 + 8, 2 * GIB | 0x81, 0, 5, {1, 2, 5, 6, 10}},
      {SECOND_ROOT + 16, 5 * GIB | 0x80, 3, 4, {0, 1, 8, 9}}}},
};

static void store(struct bench *bench, uint64_t hpa, uint64_t value)
{
    *arena_word(&bench->machine.memory, hpa) = value;
    *arena_word(&bench->memory, hpa) = value;
    *arena_word(&bench->model.memory, hpa) = value;
}

static bool open_suite(struct bench *bench, const struct suite *suite)
{
    static const uint64_t pages[] = {ROOT,     CONTEXT,  DIRECTORY,   PASID_TABLE, FIRST_ROOT,
                                     FIRST_L3, FIRST_L2, SECOND_ROOT, SECOND_L2,   SECOND_L1};
    struct machine *m = &bench->machine;
    const char *error;
    m->caps = (struct oracle_caps){.haw = 46,
                                   .mgaw = 48,
                                   .sagaw = 14,
                                   .sslps = 3,
                                   .pss = 19,
                                   .nd = 6,
                                   .major = 6,
                                   .zlr = suite->zlr,
                                   .fs1gp = true,
                                   .dt = true,
                                   .sc = false,
                                   .nest = true,
                                   .srs = true,
                                   .nwfs = true,
                                   .eafs = true,
                                   .pasid = true,
                                   .smts = true,
                                   .ssads = true,
                                   .ssts = true,
                                   .fsts = true,
                                   .smpwcs = true,
                                   .rps = true,
                                   .ssirws = suite->ssirwe};
    m->regs = (struct oracle_regs){ROOT, 1, suite->ssirwe, true};
    arena_reset(&m->memory, UINT64_C(1) << 46);
    for (size_t i = 0; i < sizeof pages / sizeof pages[0]; i++)
        arena_add(&m->memory, pages[i]);
    bench->memory = bench->model.memory = m->memory;
    store(bench, ROOT, CONTEXT | 1);
    store(bench, CONTEXT, DIRECTORY | 0xD);
    store(bench, DIRECTORY, PASID_TABLE | 1);
    for (unsigned i = 0; i < 3; i++)
        store(bench, ENTRY + 8 * i, suite->entry[i]);
    if (suite->entry[2] && suite->entry[0] & SECOND_ROOT) { /* pages not varied by every suite */
        store(bench, SECOND_ROOT, 0x383);
        store(bench, SECOND_ROOT + 16, 5 * GIB | 0x383);
    }
    if (model_open(&bench->model, m, false, &error))
        return true;
    printf("the library refuses this configuration: %s\n", error);
    return false;
}

/* Store combination `number`; false if it varies an entry that is not reached. */
static bool combine(struct bench *bench, const struct suite *suite, uint64_t number)
{
    bool ended = false;
    uint64_t word[FIELDS_MAX];
    for (unsigned f = 0; f < suite->fields; f++) {
        const struct varied *v = &suite->field[f];
        uint64_t bits = 0;
        for (unsigned k = 0; k < v->count; k++, number >>= 1)
            bits |= (number & 1) << v->bit[k];
        if (ended && bits)
            return false;
        word[f] = v->base | bits;
        ended |= v->gate && !(word[f] & v->gate);
    }
    for (unsigned f = 0; f < suite->fields; f++)
        store(bench, suite->field[f].hpa, word[f]);
    return true;
}

/* Request `index`: read, write, atomic, zero-length read, translation with and without NW; each as
   user and as supervisor. False past the end. */
static bool request_at(const struct suite *suite, unsigned index, struct oracle_request *q)
{
    unsigned kind = index / 2;
    *q = (struct oracle_request){.address = suite->input, .length = 64, .pasid = PASID};
    q->has_pasid = true;
    q->pr = index % 2;
    if (kind < 3)
        q->op = (uint8_t)kind;
    if (kind == 3)
        q->length = 0;
    if (kind >= 4)
        q->at = ORACLE_TRANSLATION;
    q->nw = kind == 5;
    return kind < 6;
}

static void run_requests(struct bench *bench, const struct suite *suite)
{
    struct oracle_request q;
    for (unsigned i = 0; request_at(suite, i, &q); i++) {
        struct verdict v = {0};
        if (compare_one(bench, &bench->model, &q, &v)) {
            bench->passed++;
        } else if (++bench->failed <= PRINTED) {
            printf("disagreement: %s (%s)\n", v.what, suite->name);
            for (unsigned f = 0; f < suite->fields; f++)
                printf("  0x%" PRIx64 ": 0x%016" PRIx64 "\n", suite->field[f].hpa,
                       *arena_word(&bench->machine.memory, suite->field[f].hpa));
            print_request(&q);
            print_result("oracle", &v.oracle);
            print_result("model", &v.model.result);
            if (strcmp(v.what, "memory") == 0)
                printf("  0x%" PRIx64 " oracle 0x%016" PRIx64 " model 0x%016" PRIx64 "\n", v.hpa,
                       v.oracle_word, v.model_word);
        }
        arena_restore(&bench->memory, &bench->machine.memory);
        arena_restore(&bench->model.memory, &bench->machine.memory);
    }
}

static void run_suite(struct bench *bench, const struct suite *suite)
{
    uint64_t before = bench->passed + bench->failed;
    unsigned varied = 0;
    if (!open_suite(bench, suite)) {
        bench->failed++;
        return;
    }
    for (unsigned f = 0; f < suite->fields; f++)
        varied += suite->field[f].count;
    for (uint64_t n = 0; n < UINT64_C(1) << varied; n++)
        if (combine(bench, suite, n))
            run_requests(bench, suite);
    model_close(&bench->model);
    printf("%s: %" PRIu64 " cases\n", suite->name, bench->passed + bench->failed - before);
}

int main(void)
{
    struct bench *bench = calloc(1, sizeof *bench);
    if (!bench)
        return 4;
    for (size_t i = 0; i < sizeof suites / sizeof suites[0]; i++)
        run_suite(bench, &suites[i]);
    printf("%" PRIu64 " passed, %" PRIu64 " failed\n", bench->passed, bench->failed);
    bool good = bench->failed == 0;
    free(bench);
    return good ? 0 : 1;
}
