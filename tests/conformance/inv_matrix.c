/* SPDX-License-Identifier: MIT */
/* inv_matrix.c - the matrix of inv_matrix.h, applied to lists, and the ways in. */
#include "conformance/inv_matrix.h"

#include <check.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

const struct inv_scope inv_scopes[] = {
    {1, 1, {"*", "-", "-", "-", "-", "-", "-", "-"}},      /* cc_inv global */
    {1, 2, {"d", "-", "-", "-", "-", "-", "-", "-"}},      /* domain */
    {1, 3, {"Sd", "-", "-", "-", "-", "-", "-", "-"}},     /* device */
    {7, 0, {"-", "D", "-", "-", "-", "-", "-", "-"}},      /* pc_inv domain */
    {7, 1, {"-", "DP", "-", "-", "-", "-", "-", "-"}},     /* PASID in domain */
    {7, 3, {"-", "*", "-", "-", "-", "-", "-", "-"}},      /* global */
    {2, 1, {"-", "-", "*", "*", "*", "*", "-", "-"}},      /* iotlb_inv global */
    {2, 2, {"-", "-", "D", "D", "D", "D", "-", "-"}},      /* domain */
    {2, 3, {"-", "-", "DA", "D", "D", "DA!", "-", "-"}},   /* page in domain */
    {6, 2, {"-", "-", "DP", "DP", "DP", "-", "-", "-"}},   /* p_iotlb_inv PASID */
    {6, 3, {"-", "-", "-", "DPA", "DPA!", "-", "-", "-"}}, /* page in PASID */
    {10, 1, {"-", "-", "-", "-", "-", "-", "*", "-"}},     /* hpt_inv global */
    {10, 2, {"-", "-", "-", "-", "-", "-", "DL", "-"}},    /* domain */
    {10, 3, {"-", "-", "-", "-", "-", "-", "DAL", "-"}},   /* page in domain */
    {4, 0, {"-", "-", "-", "-", "-", "-", "-", "*"}},      /* iec_inv global */
    {4, 1, {"-", "-", "-", "-", "-", "-", "-", "I"}},      /* index */
};
const unsigned inv_scope_count = sizeof inv_scopes / sizeof inv_scopes[0];

const struct inv_scope *inv_scope_of(uint8_t type, uint8_t granularity)
{
    const struct inv_scope *scope = inv_scopes;
    while (scope->type != type || scope->granularity != granularity)
        ck_assert_uint_lt((unsigned)(++scope - inv_scopes), inv_scope_count);
    return scope;
}

bool inv_scope_uses(const struct inv_scope *scope, char tag)
{
    for (unsigned i = 0; i < COLUMNS; i++)
        if (strchr(scope->cell[i], tag))
            return true;
    return false;
}

/* --- the matrix applied --- */

enum column inv_column_of(const struct inv_entry *entry)
{
    const char *name = svasim_cache_at(entry->cache)->name;
    if (strcmp(name, "context") == 0)
        return CONTEXT;
    if (strcmp(name, "pasid") == 0)
        return PASID;
    if (strncmp(name, "hpt", 3) == 0)
        return PERMISSION;
    if (strcmp(name, "iec") == 0)
        return INTERRUPT;
    if (strncmp(name, "iotlb", 5) != 0)
        return name[0] == 'f' ? FIRST : SECOND;
    return entry->tags.pgtt == 1 || entry->tags.pgtt == 3 ? IOTLB_13 : IOTLB_24;
}

/* The larger of the two blocks decides: a page goes when any part of it is named. */
static bool same_block(const struct inv_descriptor *d, const struct inv_entry *entry)
{
    uint64_t block = entry->tags.bytes;
    if (12u + d->am >= 64)
        return true;
    if (UINT64_C(1) << (12 + d->am) > block)
        block = UINT64_C(1) << (12 + d->am);
    return d->address / block == entry->tags.address / block;
}

/* Level of the host permission table entry that a cached one was made of. */
static unsigned permission_level(const struct inv_entry *entry)
{
    static const char *const names[] = {"hpt_4k",  "hpt_2m",  "hpt_1g",
                                        "hpt_l2e", "hpt_l3e", "hpt_l4e"};
    static const uint8_t levels[] = {1, 2, 3, 2, 3, 4};
    unsigned i = 0;
    while (strcmp(svasim_cache_at(entry->cache)->name, names[i]) != 0)
        i++;
    return levels[i];
}

static bool goes(const struct inv_descriptor *d, const struct inv_entry *entry, bool legacy)
{
    static const uint16_t masked[4] = {0, 4, 6, 7}; /* function bits that FM leaves out */
    const char *cell = d->scope->cell[inv_column_of(entry)];
    bool other_domain = d->domain != entry->tags.domain_id;
    if (*cell == '-' || (strchr(cell, '!') && d->ih))
        return false;
    if (legacy && strchr(cell, 'd') && other_domain)
        return false;
    if (strchr(cell, 'S') && ((d->sid ^ entry->tags.source_id) & (uint16_t)~masked[d->fm]))
        return false;
    if ((strchr(cell, 'D') && other_domain) || (strchr(cell, 'P') && d->pasid != entry->tags.pasid))
        return false;
    if (strchr(cell, 'L') && permission_level(entry) > d->ih + 1u)
        return false;
    if (strchr(cell, 'I'))
        return (d->index ^ entry->tags.address) >> d->am == 0;
    return !strchr(cell, 'A') || same_block(d, entry);
}

/* What the invalidation leaves of a fill; counts what goes by column. */
void inv_leave(const struct inv_bed *inv, const struct inv_descriptor *d, struct inv_list *out,
               unsigned *gone)
{
    out->count = 0;
    for (unsigned i = 0; i < inv->filled.count; i++) {
        const struct inv_entry *entry = &inv->filled.entry[i];
        if (goes(d, entry, inv->legacy))
            gone[inv_column_of(entry)]++;
        else
            out->entry[out->count++] = *entry;
    }
}

/* --- the three ways in --- */

#define REG_CCMD 0x28u
#define REG_FSTS 0x34u
#define REG_IQH  0x80u
#define REG_IQT  0x88u
#define REG_IQA  0x90u
#define REG_IVA  0x500u /* IRO is 50h by default */
#define COMMAND  (UINT64_C(1) << 63)

uint64_t inv_get(const struct inv_bed *inv, uint32_t offset, uint32_t bytes)
{
    uint64_t value = 0;
    ck_assert(svasim_mmio_read(inv->bed.unit, offset, bytes, &value) == SVASIM_OK);
    return value;
}

void inv_put(struct inv_bed *inv, uint32_t offset, uint32_t bytes, uint64_t value)
{
    ck_assert(svasim_mmio_write(inv->bed.unit, offset, bytes, value) == SVASIM_OK);
}

static void words_of(const struct inv_descriptor *d, uint64_t words[4])
{
    uint8_t type = d->scope->type;
    memset(words, 0, 4 * sizeof *words);
    words[0] = type | (uint64_t)d->scope->granularity << 4;
    words[0] |=
        type == 4 ? (uint64_t)d->index << 32 | (uint64_t)d->am << 27 : (uint64_t)d->domain << 16;
    if (type == 1)
        words[0] |= (uint64_t)d->sid << 32 | (uint64_t)d->fm << 48;
    if (type == 6 || type == 7)
        words[0] |= (uint64_t)d->pasid << 32;
    if (type == 2 || type == 6 || type == 10)
        words[1] = (d->address & ~UINT64_C(0xfff)) | (uint64_t)d->ih << 6 | d->am;
    words[0] |= d->junk[0];
    words[1] |= d->junk[1];
}

void inv_through_queue(struct inv_bed *inv, const uint64_t *words, bool narrow)
{
    uint64_t head = inv_get(inv, REG_IQH, 8);
    unsigned bytes = narrow ? 16 : 32;
    for (unsigned i = 0; i < bytes / 8; i++)
        ck_assert(svasim_mem_write64(inv->bed.mem, INV_QUEUE + head + 8 * i, words[i]) ==
                  SVASIM_OK);
    uint64_t tail = (head + bytes) % 4096;
    inv_put(inv, REG_IQT, 8, tail);
    ck_assert_uint_eq(inv_get(inv, REG_FSTS, 4), 0);
    ck_assert_uint_eq(inv_get(inv, REG_IQH, 8), tail);
}

/* Section 6.5.1: the command bit clears, and the granularity done is reported. */
static void through_registers(struct inv_bed *inv, const struct inv_descriptor *d)
{
    uint64_t g = d->scope->granularity;
    if (d->scope->type == 1) {
        inv_put(inv, REG_CCMD, 8,
                COMMAND | g << 61 | (uint64_t)d->fm << 32 | (uint64_t)d->sid << 16 | d->domain);
        ck_assert_uint_eq(inv_get(inv, REG_CCMD, 8) >> 59, g << 2 | g);
        return;
    }
    inv_put(inv, REG_IVA, 8, (d->address & ~UINT64_C(0xfff)) | (uint64_t)d->ih << 6 | d->am);
    inv_put(inv, REG_IVA + 8, 8, COMMAND | g << 60 | (uint64_t)d->domain << 32);
    ck_assert_uint_eq(inv_get(inv, REG_IVA + 8, 8) >> 57, g << 3 | g);
}

void inv_open_for(struct inv_bed *inv, bool legacy, enum inv_way way, const char *config)
{
    char text[200];
    (void)snprintf(text, sizeof text, "%s %s", config ? config : "",
                   way == REGISTERS ? "cap.version_major=5" : "");
    inv_open(inv, legacy, text);
    inv->bed.gcmd_bits |= way == QUEUE || way == QUEUE_NARROW ? 1u << 26 : 0;
    inv_put(inv, REG_IQA, 8, INV_QUEUE | (way == QUEUE ? 1u << 11 : 0));
    bed_on(&inv->bed);
}

/* --- one invalidation --- */

static struct inv_list left; /* too large for a stack */

void inv_apply(struct inv_bed *inv, const struct inv_descriptor *d, enum inv_way way,
               unsigned *gone)
{
    uint64_t words[4];
    uint8_t iqei = 0;
    unsigned removed[COLUMNS] = {0}, sum = 0;
    char where[200];
    words_of(d, words);
    (void)snprintf(where, sizeof where, "way %d, descriptor %016" PRIx64 " %016" PRIx64, (int)way,
                   words[0], words[1]);
    inv_refill(inv);
    uint64_t before = bed_counter(&inv->bed, "invalidated");
    if (way == REGISTERS)
        through_registers(inv, d);
    else if (way == HOST)
        ck_assert(svasim_invalidate(inv->bed.unit, words, &iqei) == SVASIM_OK);
    else
        inv_through_queue(inv, words, way == QUEUE_NARROW);
    ck_assert_msg(iqei == 0, "%s: IQEI %u", where, iqei);
    inv_leave(inv, d, &left, removed);
    inv_expect(inv, &left, where);
    for (unsigned i = 0; i < COLUMNS; i++) {
        sum += removed[i];
        gone[i] += removed[i];
    }
    ck_assert_uint_eq(bed_counter(&inv->bed, "invalidated") - before, sum);
}
