/* SPDX-License-Identifier: MIT */
/* check_paths.c - a lone request costs what its path is made of, whichever path it is: each shape
 * of page tables and page size, each kind of request, a fault at each structure, flags that are
 * set, interrupts. No formula knows more than the number of accesses and the configuration. */
#define _POSIX_C_SOURCE 200809L
#include "conformance/interrupt_bed.h"
#include "conformance/suite.h"
#include "property/formula.h"

#include <stdio.h>

/* Every latency another number, so that none can stand for another. */
#define LATENCIES                                                                                  \
    "iotlb_4k.latency=2 iotlb_2m.latency=3 iotlb_1g.latency=1 context.latency=5 pasid.latency=7 "  \
    "fs_pde.latency=11 ss_pdpe.latency=13 iec.latency=17 respond.latency=19 memory.latency=211 "
#define NO_STRUCTURES                                                                              \
    "fs_pde.enabled=off fs_pdpe.enabled=off fs_pml4e.enabled=off fs_pml5e.enabled=off "            \
    "ss_pde.enabled=off ss_pdpe.enabled=off ss_pml4e.enabled=off ss_pml5e.enabled=off "
#define SET (SVASIM_MAP_ACCESSED | SVASIM_MAP_DIRTY)

static svasim_request one(struct load *load, unsigned index)
{
    (void)index;
    svasim_request request =
        bed_request(&load->bed, load->bed.plan.pgtt ? BED_PASID : SVASIM_NO_PASID, SVASIM_READ);
    request.op = (uint8_t)(load->seed & 3);
    request.at = (uint8_t)(load->seed >> 2 & 3);
    if (request.at == SVASIM_TRANSLATION)
        request.length = 8;
    return request;
}

/* Latency of the request that the next one is: `op`, and `at`. */
static uint64_t latency_of(struct load *load, unsigned op, unsigned at)
{
    load->next = one;
    load->seed = op | at << 2;
    load_reset(load);
    svasim_run_until(load->bed.unit,
                     svasim_now(load->bed.unit) + 1); /* this tick's slots are used */
    load_run(load, 1);
    return load->answer[0].completed_at - load->answer[0].accepted_at;
}

/* Entries that a stage of `levels` reads down to a page of 2^shift bytes. */
static unsigned entries(unsigned levels, unsigned shift)
{
    return levels - (shift - 12) / 9;
}

/* --- walks and hits, by shape --- */

static const uint8_t sizes[3] = {12, 21, 30};

static void expect_walk_and_hit(const struct bed_plan *plan, unsigned first, unsigned second,
                                unsigned reads)
{
    struct load load;
    load_open(&load, plan);
    ck_assert_uint_eq(latency_of(&load, SVASIM_READ, SVASIM_UNTRANSLATED),
                      formula_walk(&load, first, second, reads));
    ck_assert_uint_eq(load.answer[0].reads, reads);
    ck_assert_uint_eq(latency_of(&load, SVASIM_READ, SVASIM_UNTRANSLATED), formula_hit(&load));
    ck_assert_uint_eq(load.answer[0].reads, 0);
    load_close(&load);
}

/* 4 and 5 levels of the first stage, 3 to 5 of the second with a PASID and in legacy mode. */
START_TEST(one_stage)
{
    static const struct {
        uint8_t pgtt, levels, front;
    } rows[] = {{1, 4, 4}, {1, 5, 4}, {2, 3, 4}, {2, 4, 4},
                {2, 5, 4}, {0, 3, 2}, {0, 4, 2}, {0, 5, 2}};
    unsigned row = (unsigned)_i / 3, shift = sizes[_i % 3];
    bool first = rows[row].pgtt == 1;
    const struct bed_plan plan = {.pgtt = rows[row].pgtt,
                                  .first_levels = first ? rows[row].levels : 4,
                                  .second_levels = first ? 4 : rows[row].levels,
                                  .first_shift = (uint8_t)shift,
                                  .second_shift = (uint8_t)shift,
                                  .preset = SET,
                                  .config = LATENCIES};
    expect_walk_and_hit(&plan, first, !first, rows[row].front + entries(rows[row].levels, shift));
}
END_TEST

START_TEST(pass_through)
{
    const struct bed_plan plan = {.pgtt = 4, .config = LATENCIES};
    expect_walk_and_hit(&plan, 0, 0, 4);
}
END_TEST

/* Each entry of the first stage, and the page, costs a walk of the second stage. */
START_TEST(nested)
{
    unsigned first_levels = 4 + (unsigned)_i % 2, second_levels = 3 + (unsigned)_i / 2 % 3;
    unsigned first_shift = sizes[_i / 6 % 3], second_shift = sizes[_i / 18];
    unsigned first = entries(first_levels, first_shift);
    unsigned second = entries(second_levels, second_shift);
    const struct bed_plan plan = {.pgtt = 3,
                                  .first_levels = (uint8_t)first_levels,
                                  .second_levels = (uint8_t)second_levels,
                                  .first_shift = (uint8_t)first_shift,
                                  .second_shift = (uint8_t)second_shift,
                                  .preset = SET,
                                  .config = LATENCIES NO_STRUCTURES};
    expect_walk_and_hit(&plan, 0, 0, 4 + first * (second + 1) + second);
}
END_TEST

/* --- the other address types --- */

START_TEST(translation_requests)
{
    struct load load;
    const struct bed_plan plan = {.pgtt = 1, .preset = SET, .config = LATENCIES "cap.dt=on"};
    load_open(&load, &plan);
    ck_assert_uint_eq(latency_of(&load, SVASIM_READ, SVASIM_TRANSLATION),
                      formula_walk(&load, 1, 0, 8));
    /* What it found is in the IOTLB for others; a translation request itself asks the tables. */
    ck_assert_uint_eq(latency_of(&load, SVASIM_READ, SVASIM_UNTRANSLATED), formula_hit(&load));
    ck_assert_uint_eq(latency_of(&load, SVASIM_READ, SVASIM_TRANSLATION),
                      formula_walk(&load, 1, 0, 1));
    load_close(&load);
}
END_TEST

START_TEST(translated_requests)
{
    struct load load;
    const struct bed_plan plan = {.pgtt = 1, .preset = SET, .config = LATENCIES "cap.dt=on"};
    load_open(&load, &plan);
    ck_assert_uint_eq(latency_of(&load, SVASIM_READ, SVASIM_TRANSLATED), formula_context(&load, 2));
    ck_assert_uint_eq(latency_of(&load, SVASIM_READ, SVASIM_TRANSLATED), formula_context(&load, 0));
    load_close(&load);
}
END_TEST

/* --- faults: as soon as they are known --- */

struct broken {
    uint8_t pgtt, levels;
    const char *edit;
    uint8_t reads; /* up to the entry that says no */
};

static const struct broken broken[] = {
    {1, 4, "root lp=0 up=0", 1},  {1, 4, "context p=0", 2},     {1, 4, "dir p=0", 3},
    {1, 4, "pasid p=0", 4},       {1, 4, "first4 p=0", 5},      {1, 4, "first3 p=0", 6},
    {1, 4, "first2 p=0", 7},      {1, 4, "first1 p=0", 8},      {1, 4, "first1 us=0", 8},
    {1, 5, "first5 p=0", 5},      {1, 5, "first1 p=0", 9},      {2, 3, "second3 r=0 w=0", 5},
    {2, 3, "second1 r=0 w=0", 7}, {2, 4, "second4 r=0 w=0", 5}, {2, 4, "second3 r=0 w=0", 6},
    {2, 4, "second2 r=0 w=0", 7}, {2, 4, "second1 r=0 w=0", 8}, {2, 5, "second5 r=0 w=0", 5},
    {2, 5, "second1 r=0 w=0", 9}, {0, 4, "root p=0", 1},        {0, 4, "context p=0", 2},
    {0, 4, "second4 r=0 w=0", 3}, {0, 4, "second1 r=0 w=0", 6},
};

static uint64_t fault_latency(const struct load *load, const struct broken *row)
{
    unsigned front = row->pgtt ? 4 : 2;
    if (row->reads <= 2)
        return formula_context(load, row->reads);
    if (row->reads <= front)
        return formula_pasid(load, row->reads);
    return formula_walk(load, row->pgtt == 1, row->pgtt != 1, row->reads);
}

START_TEST(faults)
{
    const struct broken *row = &broken[_i];
    struct load load;
    const struct bed_plan plan = {.pgtt = row->pgtt,
                                  .first_levels = row->pgtt == 1 ? row->levels : 4,
                                  .second_levels = row->pgtt == 1 ? 4 : row->levels,
                                  .preset = SET,
                                  .config = LATENCIES,
                                  .edits = row->edit};
    load_open(&load, &plan);
    ck_assert_uint_eq(latency_of(&load, SVASIM_READ, SVASIM_UNTRANSLATED),
                      fault_latency(&load, row));
    ck_assert_uint_ne(load.answer[0].fault, SVASIM_FAULT_NONE);
    ck_assert_uint_eq(load.answer[0].reads, row->reads);
    load_close(&load);
}
END_TEST

/* --- flags: one more access for each entry that lacks one --- */

struct flags {
    uint8_t pgtt, op;
    bool preset;
    const char *edits;
    uint8_t updates;
};

static const struct flags flags[] = {
    {1, SVASIM_READ, false, NULL, 4},
    {1, SVASIM_WRITE, false, NULL, 4},
    {1, SVASIM_READ, true, NULL, 0},
    {1, SVASIM_READ, true, "first1 a=0", 1},
    {1, SVASIM_READ, true, "first1 d=0", 0},
    {1, SVASIM_WRITE, true, "first1 d=0", 1},
    {1, SVASIM_WRITE, true, "first4 a=0", 1},
    {1, SVASIM_READ, true, "first3 a=0; first2 a=0", 2},
    {2, SVASIM_READ, false, NULL, 0},
    {2, SVASIM_READ, false, "pasid ssade=1", 4},
    {2, SVASIM_WRITE, false, "pasid ssade=1", 4},
    {2, SVASIM_WRITE, true, "pasid ssade=1; second1 d=0", 1},
};

START_TEST(updates)
{
    struct load load;
    bool first = flags[_i].pgtt == 1;
    const struct bed_plan plan = {.pgtt = flags[_i].pgtt,
                                  .preset = flags[_i].preset ? SET : 0,
                                  .config = LATENCIES,
                                  .edits = flags[_i].edits};
    load_open(&load, &plan);
    ck_assert_uint_eq(latency_of(&load, flags[_i].op, SVASIM_UNTRANSLATED),
                      formula_walk(&load, first, !first, 8u + flags[_i].updates));
    ck_assert_uint_eq(load.answer[0].updates, flags[_i].updates);
    load_close(&load);
}
END_TEST

/* A write to a page that is known to be clean: the tables again, the leaf, and its flag. */
START_TEST(first_write_of_a_known_page)
{
    struct load load;
    const struct bed_plan plan = {
        .pgtt = 1, .preset = SET, .config = LATENCIES, .edits = "first1 d=0"};
    load_open(&load, &plan);
    (void)latency_of(&load, SVASIM_READ, SVASIM_UNTRANSLATED);
    ck_assert_uint_eq(latency_of(&load, SVASIM_WRITE, SVASIM_UNTRANSLATED),
                      formula_walk(&load, 1, 0, 1 + 1));
    ck_assert_uint_eq(latency_of(&load, SVASIM_WRITE, SVASIM_UNTRANSLATED), formula_hit(&load));
    load_close(&load);
}
END_TEST

/* --- interrupts --- */

static uint64_t interrupt_latency(struct ibed *bed, uint32_t index)
{
    const svasim_request request = ibed_request(index);
    svasim_run_until(bed->unit, svasim_now(bed->unit) + 1);
    const svasim_response response = ibed_ask(bed, &request, true);
    return response.completed_at - response.accepted_at;
}

/* The slowest IOTLB, the entry cache, and the answer; and memory: an entry, a posted descriptor,
 * two updates of it. */
#define INTERRUPT (3 + 17 + 19)

START_TEST(interrupts)
{
    struct ibed bed;
    ibed_open(&bed, LATENCIES, IBED_X2APIC);
    ibed_entry(&bed, 3, "p=1 v=0x41");
    ck_assert_uint_eq(interrupt_latency(&bed, 3), INTERRUPT + 211);
    ck_assert_uint_eq(interrupt_latency(&bed, 3), INTERRUPT);
    ibed_entry(&bed, 4, "p=0");
    ck_assert_uint_eq(interrupt_latency(&bed, 4), INTERRUPT + 211);
    ck_assert_uint_ne(bed.last.fault, SVASIM_FAULT_NONE);
    ibed_descriptor(&bed, "nv=0x55 ndst=9");
    ibed_entry(&bed, 5, IBED_POSTED "vv=0x42");
    ck_assert_uint_eq(interrupt_latency(&bed, 5), INTERRUPT + 4 * 211);
    ck_assert_uint_eq(interrupt_latency(&bed, 5), INTERRUPT + 3 * 211);
    ibed_close(&bed);
}
END_TEST

#define COUNT(list) (int)(sizeof(list) / sizeof(list)[0])

int main(void)
{
    Suite *suite = suite_create("paths");
    suite_add(suite, "one stage", one_stage, 8 * 3);
    suite_add(suite, "pass-through", pass_through, 1);
    suite_add(suite, "nested", nested, 2 * 3 * 3 * 3);
    suite_add(suite, "translation requests", translation_requests, 1);
    suite_add(suite, "translated requests", translated_requests, 1);
    suite_add(suite, "faults", faults, COUNT(broken));
    suite_add(suite, "updates", updates, COUNT(flags));
    suite_add(suite, "first write", first_write_of_a_known_page, 1);
    suite_add(suite, "interrupts", interrupts, 1);
    return suite_run(suite);
}
