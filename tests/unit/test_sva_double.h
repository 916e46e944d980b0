/* SPDX-License-Identifier: MIT */
/* test_sva_double.h - a stand-in for the unit: keeps the invalidation descriptors it is given and
 * shows capability registers that the test chooses. For one program of its own. */
#ifndef TEST_SVA_DOUBLE_H
#define TEST_SVA_DOUBLE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sva/state.h"

#define DOUBLE_CM     (UINT64_C(1) << 7)
#define DOUBLE_PSI    (UINT64_C(1) << 39)
#define DOUBLE_MAMV   (UINT64_C(18) << 48)
#define DOUBLE_DT     (UINT64_C(1) << 2)
#define DOUBLE_DIT    (UINT64_C(1) << 41)
#define DOUBLE_SMPWCS (UINT64_C(1) << 48)

#define KIB4  UINT64_C(0x1000)
#define MIB2  UINT64_C(0x200000)
#define GIB1  UINT64_C(0x40000000)
#define RW    (SVASIM_MAP_READ | SVASIM_MAP_WRITE)
#define FRESH UINT64_MAX

struct svasim {
    uint64_t words[64][4];
    unsigned count;
    uint8_t iqei; /* what to answer */
    svasim_err error;
    uint64_t cap, ecap;
};

svasim_err svasim_invalidate(svasim *unit, const uint64_t words[4], uint8_t *out_iqei)
{
    assert_in_range(unit->count, 0, 63);
    memcpy(unit->words[unit->count++], words, sizeof unit->words[0]);
    *out_iqei = unit->iqei;
    return unit->error;
}

svasim_err svasim_mmio_read(svasim *unit, uint32_t offset, uint32_t bytes, uint64_t *value)
{
    assert_int_equal(bytes, 8);
    *value = offset == 8 ? unit->cap : offset == 16 ? unit->ecap : 0;
    return SVASIM_OK;
}

const char *svasim_error(const svasim *unit)
{
    (void)unit;
    return "the double says no";
}

/* One software side with everything below it. */
struct world {
    svasim unit;
    svasim_mem *mem;
    svasim_tables *tables;
    svasim_sva *sva;
};

static void open_with(struct world *w, uint64_t cap, uint64_t ecap, svasim_sva_setup setup,
                      uint64_t table_frames)
{
    *w = (struct world){.unit = {.cap = cap, .ecap = ecap}};
    w->mem = svasim_mem_create(0, NULL);
    svasim_tables_setup tables = {
        .frames_base = 0x100000, .frames_bytes = table_frames * 4096, .scalable = true, .pdts = 7};
    w->tables = svasim_tables_create(w->mem, &tables);
    assert_non_null(w->tables);
    w->sva = svasim_sva_create(&w->unit, w->mem, w->tables, &setup);
    assert_non_null(w->sva);
}

static void close_world(struct world *w)
{
    svasim_sva_destroy(w->sva);
    svasim_tables_destroy(w->tables);
    svasim_mem_destroy(w->mem);
}

static void good(struct world *w, svasim_err error)
{
    if (error != SVASIM_OK)
        fail_msg("%d: %s", (int)error, svasim_sva_error(w->sva));
}

static void refuse(struct world *w, svasim_err error, svasim_err wanted, const char *why)
{
    assert_int_equal(error, wanted);
    if (!strstr(svasim_sva_error(w->sva), why))
        fail_msg("\"%s\" lacks \"%s\"", svasim_sva_error(w->sva), why);
}

static svasim_space space_of(struct world *w, svasim_space_kind kind, uint8_t levels, bool second)
{
    svasim_space space = 0;
    good(w, svasim_sva_space_create(w->sva, kind, levels, second, &space));
    return space;
}

#endif
