/* SPDX-License-Identifier: MIT */
/* check_invalidation.c - what is left in which cache after each invalidation (sections 6.5.1, 6.5.2
 * and 7.4.1)? Caches are filled with everything of inv_bed.h, one invalidation comes through the
 * queue in memory, through the registers or from a page request, and the whole contents are
 * compared with what the matrix of inv_matrix.h leaves. */
#define _POSIX_C_SOURCE 200809L
#include "conformance/inv_matrix.h"
#include "conformance/suite.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define REG_GCMD 0x18u
#define REG_PQH  0xc0u
#define REG_PQT  0xc8u
#define REG_PQA  0xd0u

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
    UINT64_C(0x1241e00000),                         /* host address, its 32 MiB are checked */
    UINT64_C(0x140a00000),  UINT64_C(0x00150000)};  /* ... and of tables */
static const uint8_t masks[] = {0, 1, 9, 18, 27, 63};
#define COUNT(array) ((unsigned)(sizeof(array) / sizeof((array)[0])))

struct sweep {
    struct inv_bed inv;
    enum inv_way way;
    unsigned gone[COLUMNS];
};

/* Domains 7, 9 and 10 have every kind of entry between them; for the others one address will do. */
static void sweep_addresses(struct sweep *s, struct inv_descriptor *d)
{
    unsigned hints = inv_scope_uses(d->scope, 'L') ? 4 : 2;
    bool all = d->domain == 7 || d->domain == 9 || d->domain == 10;
    for (unsigned a = 0; a < (all ? COUNT(addresses) : 1); a++)
        for (unsigned m = 0; m < COUNT(masks) * hints; m++) {
            d->address = addresses[a];
            d->am = masks[m / hints];
            d->ih = (uint8_t)(m % hints);
            inv_apply(&s->inv, d, s->way, s->gone);
        }
}

static void sweep_levels(struct sweep *s, struct inv_descriptor *d)
{
    for (d->ih = 0; d->ih < 4; d->ih++)
        inv_apply(&s->inv, d, s->way, s->gone);
}

static void sweep_indexes(struct sweep *s, struct inv_descriptor *d)
{
    static const uint16_t indexes[] = {0, 1, 5, 8, 14, 255, 256};
    for (unsigned i = 0; i < COUNT(indexes); i++)
        for (d->am = 0; d->am < 16; d->am++) { /* MHMV is 15 */
            d->index = indexes[i];
            inv_apply(&s->inv, d, s->way, s->gone);
        }
}

static void sweep_devices(struct sweep *s, struct inv_descriptor *d)
{
    for (unsigned i = 0; i < COUNT(sids); i++)
        for (d->fm = 0; d->fm < 4; d->fm++) {
            d->sid = sids[i];
            inv_apply(&s->inv, d, s->way, s->gone);
        }
}

static bool is_in_use(const struct inv_bed *inv, const struct inv_descriptor *d)
{
    unsigned count;
    const struct inv_space *spaces = inv_spaces(inv, &count);
    for (unsigned i = 0; i < count; i++)
        if (spaces[i].domain == d->domain && spaces[i].pasid == d->pasid)
            return true;
    return false;
}

static void sweep_pasids(struct sweep *s, struct inv_descriptor *d)
{
    for (unsigned i = 0; i < COUNT(pasids); i++) {
        d->pasid = pasids[i];
        d->address = addresses[0];
        d->am = 0;
        if (inv_scope_uses(d->scope, 'A') && is_in_use(&s->inv, d))
            sweep_addresses(s, d);
        else
            inv_apply(&s->inv, d, s->way, s->gone);
    }
}

static void sweep_scope(struct sweep *s, const struct inv_scope *scope)
{
    struct inv_descriptor d = {.scope = scope};
    bool by_domain = inv_scope_uses(scope, 'D') || inv_scope_uses(scope, 'd');
    for (unsigned i = 0; i < (by_domain ? COUNT(domains) : 1); i++) {
        d.domain = by_domain ? domains[i] : 0;
        if (inv_scope_uses(scope, 'P'))
            sweep_pasids(s, &d);
        else if (inv_scope_uses(scope, 'A'))
            sweep_addresses(s, &d);
        else if (inv_scope_uses(scope, 'S'))
            sweep_devices(s, &d);
        else if (inv_scope_uses(scope, 'I'))
            sweep_indexes(s, &d);
        else if (inv_scope_uses(scope, 'L'))
            sweep_levels(s, &d);
        else
            inv_apply(&s->inv, &d, s->way, s->gone);
    }
    /* The sweep reached every cell of the row. Legacy mode has neither PASIDs nor first stages. */
    for (unsigned i = 0; i < COLUMNS; i++) {
        bool exists =
            !s->inv.legacy || i == CONTEXT || i == IOTLB_24 || i == SECOND || i == INTERRUPT;
        ck_assert_msg((s->gone[i] > 0) == (exists && *scope->cell[i] != '-'),
                      "column %u: %u entries went", i, s->gone[i]);
    }
}

START_TEST(scalable_rows)
{
    static struct sweep s;
    memset(&s, 0, sizeof s);
    s.way = QUEUE;
    inv_open_for(&s.inv, false, s.way, NULL);
    sweep_scope(&s, &inv_scopes[_i]);
    inv_close(&s.inv);
}
END_TEST

/* cc_inv, iotlb_inv and iec_inv; the registers, the queue of either width, the host. */
START_TEST(legacy_rows)
{
    static struct sweep s;
    const struct inv_scope *scope = &inv_scopes[_i / 4];
    memset(&s, 0, sizeof s);
    s.way = (enum inv_way)(_i % 4);
    if (scope->type > 2 && (scope->type != 4 || s.way == REGISTERS))
        return;
    inv_open_for(&s.inv, true, s.way, NULL);
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
        {1, 1, did | device, 0},
        {1, 2, device, 0},
        {1, 3, did, 0},
        {7, 3, did | pasid, 0},
        {7, 0, pasid, 0},
        {2, 1, did | drains, page},
        {2, 2, drains, page},
        {6, 2, 0, page},
        {2, 3, drains, UINT64_C(0x3) << 12},
        {6, 3, 0, UINT64_C(0x3) << 12},
        {4, 0, UINT64_C(0xffff) << 32 | UINT64_C(0x1f) << 27, 0},
        {10, 1, did, UINT64_C(0xfffffffffffff0ff)},
        {10, 2, 0, UINT64_C(0xfffffffffffff03f)},
        {10, 3, 0, UINT64_C(0x3) << 12},
    };
    static struct inv_bed inv;
    for (unsigned i = 0; i < COUNT(rows); i++) {
        unsigned gone[COLUMNS] = {0};
        const struct inv_descriptor d = {.scope = inv_scope_of(rows[i].type, rows[i].granularity),
                                         .domain = 9,
                                         .sid = 0x0109,
                                         .pasid = 8,
                                         .am = 2,
                                         .address = UINT64_C(0x1234564000),
                                         .junk = {rows[i].low, rows[i].high}};
        inv_open_for(&inv, false, QUEUE, NULL);
        inv_apply(&inv, &d, QUEUE, gone);
        inv_close(&inv);
    }
}
END_TEST

/* Domain ids have 4 + 2 * ND bits; page-selective iotlb_inv has MGAW address bits, hpt_inv HAW. */
START_TEST(bits_beyond_the_widths)
{
    static struct inv_bed inv;
    unsigned gone[COLUMNS] = {0};
    for (unsigned s = 0; s < inv_scope_count; s++) {
        struct inv_descriptor d = {.scope = &inv_scopes[s],
                                   .domain = 9,
                                   .sid = 0x0109,
                                   .pasid = 8,
                                   .address = UINT64_C(0x1234567000)};
        if (!inv_scope_uses(d.scope, 'D'))
            continue;
        d.junk[0] = UINT64_C(0xff00) << 16;
        if (d.scope->type != 6 && d.scope->granularity == 3) /* MGAW, HAW */
            d.junk[1] = UINT64_C(0xffff) << 48;
        inv_open_for(&inv, false, QUEUE, "cap.nd=2 cap.haw=48 cap.mgaw=48 cap.sagaw=0xe");
        inv_apply(&inv, &d, QUEUE, gone);
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
        {5 | 1u << 6, 0},                                           /* inv_wait, fence */
        {8 | UINT64_C(0x0108) << 16 | UINT64_C(5) << 32, UINT64_C(0x7ffffffffffff801)},
        {9 | 1u << 4 | UINT64_C(0x0108) << 16 | UINT64_C(5) << 32, 0x18}};
    static struct inv_bed inv;
    bool legacy = _i == 1;
    inv_open_for(&inv, legacy, QUEUE, NULL);
    inv_refill(&inv);
    for (unsigned i = 0; i < (legacy ? 2u : 4u); i++) {
        const uint64_t words[4] = {others[i][0], others[i][1], 0, 0};
        inv_through_queue(&inv, words, false);
        inv_expect(&inv, &inv.filled, "a descriptor for others");
    }
    inv_close(&inv);
}
END_TEST

#define TE    (1u << 31)
#define SRTP  (1u << 30)
#define IRE   (1u << 25)
#define SIRTP (1u << 24)
enum { TRANSLATIONS = 1, INTERRUPTS = 2, ALL = 3 };

/* Fill, write a command, and these stay. */
static void after_command(bool legacy, const char *config, uint32_t gcmd, unsigned stays,
                          const char *where)
{
    static struct inv_bed inv;
    static struct inv_list rest;
    inv_open_for(&inv, legacy, HOST, config);
    inv_fill(&inv);
    inv_expect(&inv, &inv.filled, where);
    inv_put(&inv, REG_GCMD, 4, gcmd);
    rest.count = 0;
    for (unsigned i = 0; i < inv.filled.count; i++) {
        bool interrupt = inv_column_of(&inv.filled.entry[i]) == INTERRUPT;
        if (stays & (interrupt ? INTERRUPTS : TRANSLATIONS))
            rest.entry[rest.count++] = inv.filled.entry[i];
    }
    inv_expect(&inv, &rest, where);
    inv_close(&inv);
}

/* Setting the root pointer flushes if ESRTPS = 1, disabling translation if SMTS = 1; the interrupt
 * entry cache goes with SIRTP and IRE, if ESIRTPS = 1 (11.4.4). */
START_TEST(global_commands)
{
    static const char *const no_scalable_mode =
        "cap.smts=off cap.fsts=off cap.nest=off cap.prs=off cap.srs=off cap.smpwcs=off "
        "cap.eafs=off cap.ssads=off cap.pasid=off cap.rps=off cap.rprivs=off cap.sms=off "
        "cap.fs1gp=off cap.fs5lp=off cap.ptrs=off";
    bool legacy = _i == 1;
    after_command(legacy, NULL, TE | IRE | SRTP, INTERRUPTS, "SRTP");
    after_command(legacy, NULL, IRE, INTERRUPTS, "TE off");
    after_command(legacy, NULL, TE | IRE | SIRTP, TRANSLATIONS, "SIRTP");
    after_command(legacy, NULL, TE, TRANSLATIONS, "IRE off");
    after_command(legacy, "cap.esrtps=off", TE | IRE | SRTP, ALL, "SRTP without ESRTPS");
    after_command(legacy, "cap.esirtps=off", TE | IRE | SIRTP, ALL, "SIRTP without ESIRTPS");
    after_command(legacy, "cap.esirtps=off", TE, ALL, "IRE off without ESIRTPS");
    if (legacy)
        after_command(true, no_scalable_mode, IRE, ALL, "TE off without SMTS");
}
END_TEST

/* --- inspection --- */

/* A device and PASID that use an entry; structure caches are shared. */
static const struct inv_space *user_of(const struct inv_bed *inv, const svasim_cache_entry *tags)
{
    unsigned count;
    const struct inv_space *spaces = inv_spaces(inv, &count);
    bool any_sid = tags->source_id == 0, any_pasid = inv->legacy || tags->pasid == SVASIM_NO_PASID;
    for (unsigned i = 0; i < count; i++)
        if ((any_sid ? spaces[i].domain == tags->domain_id : spaces[i].sid == tags->source_id) &&
            (any_pasid || spaces[i].pasid == tags->pasid))
            return &spaces[i];
    ck_abort_msg("nobody uses it");
}

/* svasim_cache_holds finds what is listed, and structure entries also without the entries that
 * lead to them. */
START_TEST(what_is_listed_is_found)
{
    static struct inv_bed inv;
    static const uint64_t drops[][4] = {{7 | 3u << 4}, {1 | 1u << 4}};
    bool legacy = _i == 1;
    inv_open_for(&inv, legacy, HOST, NULL);
    inv_refill(&inv);
    for (unsigned round = 0; round < 3; round++) {
        for (unsigned i = 0; i < inv.filled.count; i++) {
            const struct inv_entry *entry = &inv.filled.entry[i];
            const char *name = svasim_cache_at(entry->cache)->name;
            bool tables = name[1] == 's'; /* fs_, ss_ */
            if (strncmp(name, "hpt", 3) == 0 || strcmp(name, "iec") == 0 || (round && !tables))
                continue;
            const struct inv_space *space = user_of(&inv, &entry->tags);
            bool none = legacy || (!tables && !entry->tags.with_pasid && name[0] == 'i');
            ck_assert_msg(svasim_cache_holds(inv.bed.unit, name, space->sid,
                                             none ? SVASIM_NO_PASID : space->pasid,
                                             entry->tags.address + entry->tags.bytes / 2),
                          "round %u: entry %u of %s is not found", round, i, name);
        }
        if (round < 2 && !(legacy && round == 0))
            ck_assert(svasim_invalidate(inv.bed.unit, drops[round], NULL) == SVASIM_OK);
    }
    inv_close(&inv);
}
END_TEST

/* --- page requests --- */

/* Section 7.4.1: which invalidation an accepted page request stands for, by translation type. */
static const struct inv_scope *implied(uint8_t pgtt, bool psi)
{
    bool page = pgtt == 1 || (pgtt != 3 && psi);
    return inv_scope_of(pgtt == 1 ? 6 : 2, page ? 3 : 2);
}

static struct inv_list left; /* too large for a stack */

static void ask_page(struct inv_bed *inv, const struct inv_space *space, uint64_t address, bool psi)
{
    svasim_page_request request = {.address = address,
                                   .pasid = space->is_rid ? SVASIM_NO_PASID : space->pasid,
                                   .source_id = space->sid,
                                   .flags = SVASIM_PAGE_READ | SVASIM_PAGE_LAST};
    const struct inv_descriptor d = {.scope = implied(space->pgtt, psi),
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
    inv_leave(inv, &d, &left, gone);
    inv_expect(inv, &left, where);
    inv_put(inv, REG_PQH, 8, inv_get(inv, REG_PQT, 8));
}

START_TEST(page_requests)
{
    static struct inv_bed inv;
    bool psi = _i == 0;
    unsigned count;
    inv_open_for(&inv, false, HOST, psi ? NULL : "cap.psi=off");
    inv_put(&inv, REG_PQA, 8, INV_QUEUE);
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
    suite_add(suite, "scalable", scalable_rows, (int)inv_scope_count);
    suite_add(suite, "legacy", legacy_rows, 4 * (int)inv_scope_count);
    suite_add(suite, "ignored fields", ignored_fields, 1);
    suite_add(suite, "widths", bits_beyond_the_widths, 1);
    suite_add(suite, "others", other_descriptors_remove_nothing, 2);
    suite_add(suite, "commands", global_commands, 2);
    suite_add(suite, "inspection", what_is_listed_is_found, 2);
    suite_add(suite, "page requests", page_requests, 2);
    return suite_run(suite);
}
