/* SPDX-License-Identifier: MIT */
/* check_invalidation.c - what is left in which cache after each invalidation (sections 6.5.1, 6.5.2
 * and 7.4.1)? Caches are filled with everything of inv_bed.h, one invalidation comes through the
 * queue in memory, through the registers or from a page request, and the whole contents are
 * compared with what the matrix below leaves. */
#define _POSIX_C_SOURCE 200809L
#include "conformance/inv_bed.h"
#include "conformance/suite.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Columns of the matrix. */
enum column { CONTEXT, PASID, IOTLB_24, IOTLB_13, FIRST, SECOND, COLUMNS };

/* What a cell compares: D domain, P PASID, A address; S source id; ! nothing if IH is 1;
 * * everything goes; - nothing goes; d domain in legacy mode only. */
static const struct scope {
    uint8_t type, granularity;
    const char *cell[COLUMNS];
} scopes[] = {
    {1, 1, {"*", "-", "-", "-", "-", "-"}},      /* cc_inv global */
    {1, 2, {"d", "-", "-", "-", "-", "-"}},      /* domain */
    {1, 3, {"Sd", "-", "-", "-", "-", "-"}},     /* device */
    {7, 0, {"-", "D", "-", "-", "-", "-"}},      /* pc_inv domain */
    {7, 1, {"-", "DP", "-", "-", "-", "-"}},     /* PASID in domain */
    {7, 3, {"-", "*", "-", "-", "-", "-"}},      /* global */
    {2, 1, {"-", "-", "*", "*", "*", "*"}},      /* iotlb_inv global */
    {2, 2, {"-", "-", "D", "D", "D", "D"}},      /* domain */
    {2, 3, {"-", "-", "DA", "D", "D", "DA!"}},   /* page in domain */
    {6, 2, {"-", "-", "DP", "DP", "DP", "-"}},   /* p_iotlb_inv PASID */
    {6, 3, {"-", "-", "-", "DPA", "DPA!", "-"}}, /* page in PASID */
};
#define SCOPES ((unsigned)(sizeof scopes / sizeof scopes[0]))

struct descriptor {
    const struct scope *scope;
    uint32_t pasid;
    uint16_t domain, sid;
    uint8_t am, fm;
    bool ih;
    uint64_t address;
    uint64_t junk[2]; /* bits of fields that this granularity ignores */
};

/* --- the matrix applied --- */

static enum column column_of(const struct inv_entry *entry)
{
    const char *name = svasim_cache_at(entry->cache)->name;
    if (strcmp(name, "context") == 0)
        return CONTEXT;
    if (strcmp(name, "pasid") == 0)
        return PASID;
    if (strncmp(name, "iotlb", 5) != 0)
        return name[0] == 'f' ? FIRST : SECOND;
    return entry->tags.pgtt == 1 || entry->tags.pgtt == 3 ? IOTLB_13 : IOTLB_24;
}

/* The larger of the two blocks decides: a page goes when any part of it is named. */
static bool same_block(const struct descriptor *d, const struct inv_entry *entry)
{
    uint64_t block = entry->tags.bytes;
    if (12u + d->am >= 64)
        return true;
    if (UINT64_C(1) << (12 + d->am) > block)
        block = UINT64_C(1) << (12 + d->am);
    return d->address / block == entry->tags.address / block;
}

static bool goes(const struct descriptor *d, const struct inv_entry *entry, bool legacy)
{
    static const uint16_t masked[4] = {0, 4, 6, 7}; /* function bits that FM leaves out */
    const char *cell = d->scope->cell[column_of(entry)];
    bool other_domain = d->domain != entry->tags.domain_id;
    if (*cell == '-' || (strchr(cell, '!') && d->ih))
        return false;
    if (legacy && strchr(cell, 'd') && other_domain)
        return false;
    if (strchr(cell, 'S') && ((d->sid ^ entry->tags.source_id) & (uint16_t)~masked[d->fm]))
        return false;
    if ((strchr(cell, 'D') && other_domain) || (strchr(cell, 'P') && d->pasid != entry->tags.pasid))
        return false;
    return !strchr(cell, 'A') || same_block(d, entry);
}

/* What the invalidation leaves of a fill; counts what goes by column. */
static void leave(const struct inv_bed *inv, const struct descriptor *d, struct inv_list *out,
                  unsigned *gone)
{
    out->count = 0;
    for (unsigned i = 0; i < inv->filled.count; i++) {
        const struct inv_entry *entry = &inv->filled.entry[i];
        if (goes(d, entry, inv->legacy))
            gone[column_of(entry)]++;
        else
            out->entry[out->count++] = *entry;
    }
}

/* --- the three ways in --- */

enum way { QUEUE, QUEUE_NARROW, HOST, REGISTERS };

#define QUEUE_BASE UINT64_C(0x30000000)
#define REG_GCMD   0x18u
#define REG_CCMD   0x28u
#define REG_FSTS   0x34u
#define REG_IQH    0x80u
#define REG_IQT    0x88u
#define REG_IQA    0x90u
#define REG_PQH    0xc0u
#define REG_PQT    0xc8u
#define REG_PQA    0xd0u
#define REG_IVA    0x500u /* IRO is 50h by default */
#define COMMAND    (UINT64_C(1) << 63)

static uint64_t get(const struct inv_bed *inv, uint32_t offset, uint32_t bytes)
{
    uint64_t value = 0;
    ck_assert(svasim_mmio_read(inv->bed.unit, offset, bytes, &value) == SVASIM_OK);
    return value;
}

static void put(struct inv_bed *inv, uint32_t offset, uint32_t bytes, uint64_t value)
{
    ck_assert(svasim_mmio_write(inv->bed.unit, offset, bytes, value) == SVASIM_OK);
}

static void words_of(const struct descriptor *d, uint64_t words[4])
{
    uint8_t type = d->scope->type;
    memset(words, 0, 4 * sizeof *words);
    words[0] = type | (uint64_t)d->scope->granularity << 4 | (uint64_t)d->domain << 16;
    if (type == 1)
        words[0] |= (uint64_t)d->sid << 32 | (uint64_t)d->fm << 48;
    if (type == 6 || type == 7)
        words[0] |= (uint64_t)d->pasid << 32;
    if (type == 2 || type == 6)
        words[1] = (d->address & ~UINT64_C(0xfff)) | (uint64_t)d->ih << 6 | d->am;
    words[0] |= d->junk[0];
    words[1] |= d->junk[1];
}

static void through_queue(struct inv_bed *inv, const uint64_t *words, bool narrow)
{
    uint64_t head = get(inv, REG_IQH, 8);
    unsigned bytes = narrow ? 16 : 32;
    for (unsigned i = 0; i < bytes / 8; i++)
        ck_assert(svasim_mem_write64(inv->bed.mem, QUEUE_BASE + head + 8 * i, words[i]) ==
                  SVASIM_OK);
    uint64_t tail = (head + bytes) % 4096;
    put(inv, REG_IQT, 8, tail);
    ck_assert_uint_eq(get(inv, REG_FSTS, 4), 0);
    ck_assert_uint_eq(get(inv, REG_IQH, 8), tail);
}

/* Section 6.5.1: the command bit clears, and the granularity done is reported. */
static void through_registers(struct inv_bed *inv, const struct descriptor *d)
{
    uint64_t g = d->scope->granularity;
    if (d->scope->type == 1) {
        put(inv, REG_CCMD, 8,
            COMMAND | g << 61 | (uint64_t)d->fm << 32 | (uint64_t)d->sid << 16 | d->domain);
        ck_assert_uint_eq(get(inv, REG_CCMD, 8) >> 59, g << 2 | g);
        return;
    }
    put(inv, REG_IVA, 8, (d->address & ~UINT64_C(0xfff)) | (uint64_t)d->ih << 6 | d->am);
    put(inv, REG_IVA + 8, 8, COMMAND | g << 60 | (uint64_t)d->domain << 32);
    ck_assert_uint_eq(get(inv, REG_IVA + 8, 8) >> 57, g << 3 | g);
}

static void open_for(struct inv_bed *inv, bool legacy, enum way way, const char *config)
{
    char text[200];
    (void)snprintf(text, sizeof text, "%s %s", config ? config : "",
                   way == REGISTERS ? "cap.version_major=5" : "");
    inv_open(inv, legacy, text);
    inv->bed.gcmd_bits = way == QUEUE || way == QUEUE_NARROW ? 1u << 26 : 0;
    put(inv, REG_IQA, 8, QUEUE_BASE | (way == QUEUE ? 1u << 11 : 0));
    bed_on(&inv->bed);
}

/* --- one invalidation --- */

static struct inv_list left; /* too large for a stack */

static void apply(struct inv_bed *inv, const struct descriptor *d, enum way way, unsigned *gone)
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
        through_queue(inv, words, way == QUEUE_NARROW);
    ck_assert_msg(iqei == 0, "%s: IQEI %u", where, iqei);
    leave(inv, d, &left, removed);
    inv_expect(inv, &left, where);
    for (unsigned i = 0; i < COLUMNS; i++) {
        sum += removed[i];
        gone[i] += removed[i];
    }
    ck_assert_uint_eq(bed_counter(&inv->bed, "invalidated") - before, sum);
}

/* --- all descriptors of a row --- */

static const uint16_t sids[] = {0x0108, 0x0109, 0x010a, 0x010c, 0x010f,
                                0x0188, 0x0208, 0x0110, 0x0308};
/* Not in use: domain 12 and a number that has the low bits of domain 7, PASID 4. */
static const uint16_t domains[] = {7, 8, 9, 10, 11, 12, 0x1007};
static const uint32_t pasids[] = {0x05, 0x06, 0x07, 0x08, 0x09, 0x14, 0x15, 0x16, 0x41, 0x04};
static const uint64_t addresses[] = {
    UINT64_C(0x1234567000), UINT64_C(0x1234569000), /* a page; not mapped, near by */
    UINT64_C(0x1234800000), UINT64_C(0x12bffff000), /* large pages: first and last part */
    UINT64_C(0x9234568000), UINT64_C(0x12c0005000), /* 39 bits further; small over large */
    UINT64_C(0x80000000),   UINT64_C(0x80a07000),   /* guest addresses */
    UINT64_C(0x140a00000),  UINT64_C(0x00150000)};  /* ... and of tables */
static const uint8_t masks[] = {0, 1, 9, 18, 27, 63};
#define COUNT(array) ((unsigned)(sizeof(array) / sizeof((array)[0])))

static bool uses(const struct scope *scope, char tag)
{
    for (unsigned i = 0; i < COLUMNS; i++)
        if (strchr(scope->cell[i], tag))
            return true;
    return false;
}

struct sweep {
    struct inv_bed inv;
    enum way way;
    unsigned gone[COLUMNS];
};

static void sweep_addresses(struct sweep *s, struct descriptor *d)
{
    for (unsigned a = 0; a < COUNT(addresses); a++)
        for (unsigned m = 0; m < COUNT(masks) * 2; m++) {
            d->address = addresses[a];
            d->am = masks[m / 2];
            d->ih = m % 2;
            apply(&s->inv, d, s->way, s->gone);
        }
}

static void sweep_devices(struct sweep *s, struct descriptor *d)
{
    for (unsigned i = 0; i < COUNT(sids); i++)
        for (d->fm = 0; d->fm < 4; d->fm++) {
            d->sid = sids[i];
            apply(&s->inv, d, s->way, s->gone);
        }
}

static bool is_in_use(const struct inv_bed *inv, const struct descriptor *d)
{
    unsigned count;
    const struct inv_space *spaces = inv_spaces(inv, &count);
    for (unsigned i = 0; i < count; i++)
        if (spaces[i].domain == d->domain && spaces[i].pasid == d->pasid)
            return true;
    return false;
}

static void sweep_pasids(struct sweep *s, struct descriptor *d)
{
    for (unsigned i = 0; i < COUNT(pasids); i++) {
        d->pasid = pasids[i];
        d->address = addresses[0];
        d->am = 0;
        if (uses(d->scope, 'A') && is_in_use(&s->inv, d))
            sweep_addresses(s, d);
        else
            apply(&s->inv, d, s->way, s->gone);
    }
}

static void sweep_scope(struct sweep *s, const struct scope *scope)
{
    struct descriptor d = {.scope = scope};
    bool by_domain = uses(scope, 'D') || uses(scope, 'd');
    for (unsigned i = 0; i < (by_domain ? COUNT(domains) : 1); i++) {
        d.domain = by_domain ? domains[i] : 0;
        if (uses(scope, 'P'))
            sweep_pasids(s, &d);
        else if (uses(scope, 'A'))
            sweep_addresses(s, &d);
        else if (uses(scope, 'S'))
            sweep_devices(s, &d);
        else
            apply(&s->inv, &d, s->way, s->gone);
    }
    /* The sweep reached every cell of the row. Legacy mode has neither PASIDs nor first stages. */
    for (unsigned i = 0; i < COLUMNS; i++) {
        bool exists = !s->inv.legacy || i == CONTEXT || i == IOTLB_24 || i == SECOND;
        ck_assert_msg((s->gone[i] > 0) == (exists && *scope->cell[i] != '-'),
                      "column %u: %u entries went", i, s->gone[i]);
    }
}

START_TEST(scalable_rows)
{
    static struct sweep s;
    memset(&s, 0, sizeof s);
    s.way = QUEUE;
    open_for(&s.inv, false, s.way, NULL);
    sweep_scope(&s, &scopes[_i]);
    inv_close(&s.inv);
}
END_TEST

/* cc_inv and iotlb_inv; the registers, the queue of either width, the host. */
START_TEST(legacy_rows)
{
    static struct sweep s;
    const struct scope *scope = &scopes[_i / 4];
    if (scope->type > 2)
        return;
    memset(&s, 0, sizeof s);
    s.way = (enum way)(_i % 4);
    open_for(&s.inv, true, s.way, NULL);
    sweep_scope(&s, scope);
    inv_close(&s.inv);
}
END_TEST

/* Fields that the granularity does not use may hold anything (6.5.2); address bits below the mask,
 * and domain id bits above the unit's width, too. */
START_TEST(ignored_fields)
{
    static const uint64_t did = UINT64_C(0xffff) << 16, pasid = UINT64_C(0xfffff) << 32;
    static const uint64_t device = UINT64_C(0x3ffff) << 32, drains = 0xc0;
    static const uint64_t page = ~UINT64_C(0xf80);
    const struct {
        uint8_t type, granularity;
        uint64_t low, high;
    } rows[] = {
        {1, 1, did | device, 0},        {1, 2, device, 0}, {1, 3, did, 0},
        {7, 3, did | pasid, 0},         {7, 0, pasid, 0},  {2, 1, did | drains, page},
        {2, 2, drains, page},           {6, 2, 0, page},   {2, 3, drains, UINT64_C(0x3) << 12},
        {6, 3, 0, UINT64_C(0x3) << 12},
    };
    static struct inv_bed inv;
    for (unsigned i = 0; i < COUNT(rows); i++)
        for (unsigned s = 0; s < SCOPES; s++) {
            unsigned gone[COLUMNS] = {0};
            if (scopes[s].type != rows[i].type || scopes[s].granularity != rows[i].granularity)
                continue;
            struct descriptor d = {.scope = &scopes[s],
                                   .domain = 9,
                                   .sid = 0x0109,
                                   .pasid = 8,
                                   .am = 2,
                                   .address = UINT64_C(0x1234564000),
                                   .junk = {rows[i].low, rows[i].high}};
            open_for(&inv, false, QUEUE, NULL);
            apply(&inv, &d, QUEUE, gone);
            inv_close(&inv);
        }
}
END_TEST

/* Domain ids have 4 + 2 * ND bits; page-selective iotlb_inv has MGAW address bits. */
START_TEST(bits_beyond_the_widths)
{
    static struct inv_bed inv;
    unsigned gone[COLUMNS] = {0};
    for (unsigned s = 0; s < SCOPES; s++) {
        struct descriptor d = {.scope = &scopes[s],
                               .domain = 9,
                               .sid = 0x0109,
                               .pasid = 8,
                               .address = UINT64_C(0x1234567000)};
        if (!uses(d.scope, 'D'))
            continue;
        d.junk[0] = UINT64_C(0xff00) << 16;
        if (d.scope->type == 2 && d.scope->granularity == 3)
            d.junk[1] = UINT64_C(0xffff) << 48;
        open_for(&inv, false, QUEUE, "cap.nd=2 cap.haw=48 cap.mgaw=48 cap.sagaw=0xe");
        apply(&inv, &d, QUEUE, gone);
        inv_close(&inv);
    }
}
END_TEST

/* --- other descriptors, and commands --- */

/* Descriptors that only concern others remove nothing here. */
START_TEST(other_descriptors_remove_nothing)
{
    static const uint64_t others[][2] = {
        {3 | UINT64_C(0x0108) << 32, UINT64_C(0x7ffffffffffff001)}, /* dev_tlb_inv, all */
        {4, 0},                                                     /* iec_inv global */
        {5 | 1u << 6, 0},                                           /* inv_wait, fence */
        {8 | UINT64_C(0x0108) << 16 | UINT64_C(5) << 32, UINT64_C(0x7ffffffffffff801)},
        {9 | 1u << 4 | UINT64_C(0x0108) << 16 | UINT64_C(5) << 32, 0x18}};
    static struct inv_bed inv;
    bool legacy = _i == 1;
    open_for(&inv, legacy, QUEUE, NULL);
    inv_refill(&inv);
    for (unsigned i = 0; i < (legacy ? 3u : 5u); i++) {
        const uint64_t words[4] = {others[i][0], others[i][1], 0, 0};
        through_queue(&inv, words, false);
        inv_expect(&inv, &inv.filled, "a descriptor for others");
    }
    inv_close(&inv);
}
END_TEST

/* Setting the root pointer flushes if ESRTPS = 1, disabling translation if SMTS = 1 (11.4.4). */
START_TEST(global_commands)
{
    static const char *const no_scalable_mode =
        "cap.smts=off cap.fsts=off cap.nest=off cap.prs=off cap.srs=off cap.smpwcs=off "
        "cap.eafs=off cap.ssads=off cap.pasid=off cap.rps=off cap.rprivs=off cap.sms=off "
        "cap.fs1gp=off cap.fs5lp=off cap.ptrs=off";
    static struct inv_bed inv;
    static const struct inv_list none;
    bool legacy = _i == 1;
    open_for(&inv, legacy, HOST, NULL);
    inv_refill(&inv);
    put(&inv, REG_GCMD, 4, 1u << 31 | 1u << 30);
    inv_expect(&inv, &none, "SRTP");
    inv_refill(&inv);
    put(&inv, REG_GCMD, 4, 0);
    inv_expect(&inv, &none, "TE off");
    inv_close(&inv);

    open_for(&inv, legacy, HOST, "cap.esrtps=off");
    inv_fill(&inv);
    put(&inv, REG_GCMD, 4, 1u << 31 | 1u << 30);
    inv_expect(&inv, &inv.filled, "SRTP without ESRTPS");
    inv_close(&inv);
    if (!legacy)
        return;
    open_for(&inv, true, HOST, no_scalable_mode);
    inv_fill(&inv);
    put(&inv, REG_GCMD, 4, 0);
    inv_expect(&inv, &inv.filled, "TE off without SMTS");
    inv_close(&inv);
}
END_TEST

/* --- page requests --- */

/* Section 7.4.1: which invalidation an accepted page request stands for, by translation type. */
static const struct scope *implied(uint8_t pgtt, bool psi)
{
    uint8_t type = pgtt == 1 ? 6 : 2;
    uint8_t granularity = pgtt == 1 || (pgtt != 3 && psi) ? 3 : 2;
    const struct scope *scope = scopes;
    while (scope->type != type || scope->granularity != granularity)
        scope++;
    return scope;
}

static void ask_page(struct inv_bed *inv, const struct inv_space *space, uint64_t address, bool psi)
{
    svasim_page_request request = {.address = address,
                                   .pasid = space->is_rid ? SVASIM_NO_PASID : space->pasid,
                                   .source_id = space->sid,
                                   .flags = SVASIM_PAGE_READ | SVASIM_PAGE_LAST};
    const struct descriptor d = {.scope = implied(space->pgtt, psi),
                                 .domain = space->domain,
                                 .pasid = space->pasid,
                                 .address = address};
    svasim_page_answer answer = SVASIM_PAGE_DROPPED;
    unsigned gone[COLUMNS] = {0};
    char where[100];
    (void)snprintf(where, sizeof where, "page request of %04x, PASID %x, for %" PRIx64, space->sid,
                   space->pasid, address);
    inv_refill(inv);
    ck_assert(svasim_page_ask(inv->bed.unit, &request, &answer, NULL) == SVASIM_OK);
    ck_assert_msg(answer == SVASIM_PAGE_QUEUED, "%s: answer %d", where, (int)answer);
    leave(inv, &d, &left, gone);
    inv_expect(inv, &left, where);
    put(inv, REG_PQH, 8, get(inv, REG_PQT, 8));
}

START_TEST(page_requests)
{
    static struct inv_bed inv;
    bool psi = _i == 0;
    unsigned count;
    open_for(&inv, false, HOST, psi ? NULL : "cap.psi=off");
    put(&inv, REG_PQA, 8, QUEUE_BASE);
    const struct inv_space *spaces = inv_spaces(&inv, &count);
    for (unsigned i = 0; i < count; i++) {
        uint64_t address = 0;
        for (unsigned p = 0; inv_page(&spaces[i], p, &address); p++)
            ask_page(&inv, &spaces[i], address & ~UINT64_C(0xfff), psi);
        ask_page(&inv, &spaces[i], UINT64_C(0x1234569000), psi); /* not mapped */
    }
    inv_close(&inv);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("invalidation");
    suite_add(suite, "scalable", scalable_rows, (int)SCOPES);
    suite_add(suite, "legacy", legacy_rows, 4 * (int)SCOPES);
    suite_add(suite, "ignored fields", ignored_fields, 1);
    suite_add(suite, "widths", bits_beyond_the_widths, 1);
    suite_add(suite, "others", other_descriptors_remove_nothing, 2);
    suite_add(suite, "commands", global_commands, 2);
    suite_add(suite, "page requests", page_requests, 2);
    return suite_run(suite);
}
