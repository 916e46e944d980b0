/* SPDX-License-Identifier: MIT */
/* fuzz_invalidation.c - requests under way while software changes pages and tables, invalidates
 * some, all or others, and waits. What software may rely on (specification 6.5.2 and 6.5.2.8): a
 * request that was accepted after a wait completed does not see what was replaced before an
 * invalidation in front of that wait; waits complete, and not before the requests in front of them;
 * and a page that was absent all along is not found. The history of each page is kept here, in
 * actions, and knows nothing of the model's time. */
#include "fuzz.h"

#include "conformance/bed.h"

#include <string.h>

#define PAGES        8u
#define KINDS        2u /* with PASID, and by RID_PASID */
#define VERSIONS     256u
#define REQUESTS     512u
#define WAITS        128u
#define FLUSHES      256u
#define STATUS       UINT64_C(0x9000000)
#define ACTIONS_MAX  600u
#define ADDRESS_BITS UINT64_C(0xffffffffff000)

/* What a page led to from one action to another. */
struct version {
    uint64_t target; /* 0: absent */
    uint64_t end;    /* action that replaced it; UINT64_MAX: none yet */
};

struct page {
    uint64_t leaf[2];   /* where its entry is, in either table */
    uint64_t target[2]; /* what that leads to; 0: absent */
    uint64_t bits;      /* of the entry, without the address */
    struct version version[VERSIONS];
    unsigned count;
    uint64_t clear[KINDS]; /* what ended before this action must not be seen any more */
};

struct request {
    unsigned page, kind;
    uint64_t accepted, floor, clear; /* floor: when the oldest request under way was accepted */
    bool answered;
};

/* An invalidation: what it covers. */
struct flush {
    uint64_t action;
    uint8_t pages[KINDS]; /* bit n: page n */
};

struct race {
    struct bed bed;
    struct page page[PAGES];
    struct request request[REQUESTS];
    struct flush flush[FLUSHES];
    unsigned requests, flushes, waits;
    unsigned flushed_before[WAITS]; /* flushes in front of each wait */
    bool done[WAITS];
    uint64_t action, fresh; /* fresh: next target that no page had */
    unsigned requests_before[WAITS];
    uint64_t upper, tables[2]; /* the entry above the leaves, and its two values */
    unsigned table;            /* which one it has */
    bool switched;             /* ever: flushes have to reach the caches of tables */
};

static uint64_t page_address(const struct race *race, unsigned page)
{
    return race->bed.plan.address + 4096 * page;
}

/* --- tables --- */

static uint64_t entry_of(struct race *race, unsigned page, uint8_t level)
{
    struct bed *bed = &race->bed;
    bool first = bed->plan.pgtt == 1;
    const svasim_layout *layout;
    uint64_t hpa = 0;
    svasim_entry_ref ref = {
        .entry = first ? SVASIM_ENTRY_FIRST : SVASIM_ENTRY_SECOND,
        .source_id = bed->plan.sid,
        .pasid = bed->plan.pgtt ? BED_PASID : 0,
        .address = bed->plan.pgtt == 3 ? BED_GPA + 4096 * page : page_address(race, page),
        .level = level,
    };
    FUZZ_REQUIRE(svasim_tables_locate(bed->tables, &ref, false, &hpa, &layout) == SVASIM_OK);
    return hpa;
}

static void locate(struct race *race, unsigned page)
{
    const struct bed *bed = &race->bed;
    struct page *p = &race->page[page];
    p->leaf[0] = entry_of(race, page, 1);
    uint64_t entry = svasim_mem_read64(bed->mem, p->leaf[0]);
    p->bits = entry & ~ADDRESS_BITS;
    p->target[0] = p->target[1] = entry & ADDRESS_BITS;
    p->version[0] = (struct version){entry & ADDRESS_BITS, UINT64_MAX};
    p->count = 1;
}

/* A second table with the same leaves, for the entry above to point to. */
static void copy_table(struct race *race)
{
    const struct bed *bed = &race->bed;
    unsigned char bytes[4096];
    uint64_t copy = svasim_tables_frame(bed->tables, 1);
    race->upper = entry_of(race, 0, 2);
    race->tables[0] = svasim_mem_read64(bed->mem, race->upper);
    race->tables[1] = (race->tables[0] & ~ADDRESS_BITS) | copy;
    uint64_t table = race->tables[0] & ADDRESS_BITS;
    FUZZ_REQUIRE(copy && svasim_mem_read(bed->mem, table, bytes, sizeof bytes) == SVASIM_OK);
    FUZZ_REQUIRE(svasim_mem_write(bed->mem, copy, bytes, sizeof bytes) == SVASIM_OK);
    for (unsigned i = 0; i < PAGES; i++)
        race->page[i].leaf[1] = race->page[i].leaf[0] - table + copy;
}

static void build(struct race *race, const struct bed_plan *plan)
{
    const uint32_t rights = SVASIM_MAP_READ | SVASIM_MAP_WRITE | SVASIM_MAP_USER | plan->preset;
    struct bed *bed = &race->bed;
    bed_open(bed, plan);
    uint64_t va = bed->plan.address, bytes = PAGES * 4096;
    if (plan->pgtt == 1 || plan->pgtt == 3)
        FUZZ_REQUIRE(svasim_tree_map(bed->tables, &bed->first, va,
                                     plan->pgtt == 3 ? BED_GPA : BED_HPA, bytes, 4096,
                                     rights) == SVASIM_OK);
    if (plan->pgtt != 1)
        FUZZ_REQUIRE(svasim_tree_map(bed->tables, &bed->second, plan->pgtt == 3 ? BED_GPA : va,
                                     BED_HPA, bytes, 4096, rights) == SVASIM_OK);
    race->fresh = BED_HPA + bytes;
    for (unsigned i = 0; i < PAGES; i++)
        locate(race, i);
    copy_table(race);
}

static bool new_version(struct race *race, struct page *page, uint64_t target)
{
    if (page->count == VERSIONS)
        return false;
    page->version[page->count - 1].end = race->action;
    page->version[page->count++] = (struct version){target, UINT64_MAX};
    return true;
}

static void change(struct race *race, unsigned page, bool present)
{
    struct page *p = &race->page[page];
    uint64_t target = present ? race->fresh : 0;
    if (!new_version(race, p, target))
        return;
    race->fresh += 4096;
    p->target[race->table] = target;
    FUZZ_REQUIRE(svasim_mem_write64(race->bed.mem, p->leaf[race->table],
                                    present ? p->bits | target : 0) == SVASIM_OK);
}

/* The other table, for all pages at once. */
static void switch_tables(struct race *race)
{
    for (unsigned i = 0; i < PAGES; i++)
        if (race->page[i].count == VERSIONS)
            return;
    race->table = !race->table;
    race->switched = true;
    for (unsigned i = 0; i < PAGES; i++)
        (void)new_version(race, &race->page[i], race->page[i].target[race->table]);
    uint64_t flags = svasim_mem_read64(race->bed.mem, race->upper) & ~ADDRESS_BITS;
    FUZZ_REQUIRE(svasim_mem_write64(race->bed.mem, race->upper,
                                    (race->tables[race->table] & ADDRESS_BITS) | flags) ==
                 SVASIM_OK);
}

/* --- requests --- */

static void judge(struct race *race, const struct request *request, const svasim_response *response)
{
    const struct page *page = &race->page[request->page];
    uint64_t offset = 0x40;
    for (unsigned i = 0; i < page->count; i++) {
        const struct version *version = &page->version[i];
        if (response->status != SVASIM_STATUS_OK) {
            /* Absent pages are not cached, but a walk on its way may have met one, and a table
               that is cached may have one. */
            uint64_t since = race->switched ? request->clear : request->floor;
            if (version->target == 0 && (version->end > request->floor || version->end > since))
                return;
        } else if (version->target && version->target + offset == response->address &&
                   version->end > request->clear) {
            return;
        }
    }
    bool justified_by_memory = false;
    FUZZ_REQUIRE(justified_by_memory);
}

static void respond(void *user, const svasim_response *response)
{
    struct race *race = user;
    FUZZ_REQUIRE(response->tag < race->requests);
    struct request *request = &race->request[response->tag];
    FUZZ_REQUIRE(!request->answered);
    request->answered = true;
    judge(race, request, response);
}

static struct request describe(const struct race *race, unsigned shape, svasim_request *out)
{
    struct request request = {.page = shape & 7, .kind = shape >> 3 & 1};
    if (race->bed.plan.pgtt == 0)
        request.kind = 1;
    *out = bed_request(&race->bed, request.kind ? SVASIM_NO_PASID : BED_PASID,
                       shape & 16 ? SVASIM_WRITE : SVASIM_READ);
    out->address = page_address(race, request.page) + 0x40;
    request.accepted = request.floor = race->action;
    request.clear = race->page[request.page].clear[request.kind];
    for (unsigned i = 0; i < race->requests; i++)
        if (!race->request[i].answered && race->request[i].accepted < request.floor)
            request.floor = race->request[i].accepted;
    return request;
}

static void submit(struct race *race, unsigned shape)
{
    svasim_request request;
    if (race->requests == REQUESTS)
        return;
    race->request[race->requests] = describe(race, shape, &request);
    request.tag = race->requests++;
    svasim_err err = svasim_submit(race->bed.unit, &request);
    FUZZ_REQUIRE(err == SVASIM_OK || err == SVASIM_BUSY);
    if (err)
        race->requests--;
}

static void translate(struct race *race, unsigned shape)
{
    svasim_request request;
    svasim_response response;
    struct request mine = describe(race, shape, &request);
    svasim_err err = svasim_translate(race->bed.unit, &request, &response);
    FUZZ_REQUIRE(err == (svasim_in_flight(race->bed.unit) ? SVASIM_BUSY : SVASIM_OK));
    if (err == SVASIM_OK)
        judge(race, &mine, &response);
}

/* --- invalidations --- */

/* Pages that share the aligned block of 2^am pages with page `page`. */
static uint8_t block(const struct race *race, unsigned page, unsigned am)
{
    uint8_t pages = 0;
    for (unsigned i = 0; i < PAGES; i++)
        if (page_address(race, i) >> (12 + am) == page_address(race, page) >> (12 + am))
            pages |= (uint8_t)(1u << i);
    return pages;
}

static bool issue(struct race *race, const uint64_t words[4])
{
    uint8_t iqei = 0;
    svasim_err err = svasim_invalidate(race->bed.unit, words, &iqei);
    FUZZ_REQUIRE(err == SVASIM_OK || err == SVASIM_BUSY);
    FUZZ_REQUIRE(iqei == 0);
    return err == SVASIM_OK;
}

static void invalidate(struct race *race, unsigned shape)
{
    unsigned page = shape & 7, am = shape >> 3 & 3;
    unsigned pgtt = race->bed.plan.pgtt;
    uint64_t address = pgtt == 3 ? BED_GPA + 4096 * page : page_address(race, page);
    uint64_t words[4] = {2 | (uint64_t)BED_DID << 16, 0, 0, 0};
    struct flush flush = {race->action, {0xff, 0xff}};
    bool by_pasid = pgtt == 1 || pgtt == 3;
    uint64_t hint = race->switched ? 0 : shape & 1; /* only leaves changed */
    switch (shape >> 5 & 7) {
    case 0: /* everything */
        words[0] |= 1 << 4;
        break;
    case 1: /* the domain */
        words[0] |= 2 << 4;
        break;
    case 2: /* pages of the domain; all of it where first-stage tables are involved */
        words[0] |= 3 << 4;
        words[1] = (address & ~((UINT64_C(4096) << am) - 1)) | hint << 6 | am;
        if (!by_pasid)
            flush.pages[0] = flush.pages[1] = block(race, page, am);
        break;
    case 3: /* a PASID */
    case 4:
        if (pgtt == 0)
            return;
        words[0] = 6 | 2 << 4 | (uint64_t)BED_DID << 16 |
                   (uint64_t)(shape & 32 ? BED_PASID : BED_RID_PASID) << 32;
        flush.pages[shape & 32 ? 1 : 0] = 0;
        break;
    default: /* pages of a PASID */
        if (!by_pasid)
            return;
        words[0] = 6 | 3 << 4 | (uint64_t)BED_DID << 16 |
                   (uint64_t)(shape & 32 ? BED_PASID : BED_RID_PASID) << 32;
        words[1] = (page_address(race, page) & ~((UINT64_C(4096) << am) - 1)) | hint << 6 | am;
        flush.pages[shape & 32 ? 1 : 0] = 0;
        flush.pages[shape & 32 ? 0 : 1] = block(race, page, am);
        break;
    }
    /* Tables of the second stage are not a PASID's: its invalidations leave them. */
    if ((words[0] & 15) == 6 && pgtt != 1 && race->switched)
        flush.pages[0] = flush.pages[1] = 0;
    if (race->flushes < FLUSHES && issue(race, words))
        race->flush[race->flushes++] = flush;
}

static void wait(struct race *race, bool fence)
{
    unsigned n = race->waits;
    const uint64_t words[4] = {5 | 1 << 5 | (fence ? 1u << 6 : 0) | (uint64_t)(n + 1) << 32,
                               STATUS + 4 * n, 0, 0};
    if (n < WAITS && issue(race, words)) {
        race->flushed_before[n] = race->flushes;
        race->requests_before[n] = race->requests;
        race->waits++;
    }
}

/* Waits whose status is in memory: what was flushed in front of them is gone. They complete in
 * order. */
static void look_at_waits(struct race *race)
{
    for (unsigned i = 0; i < race->waits; i++) {
        uint64_t word = svasim_mem_read64(race->bed.mem, STATUS + 8 * (i / 2));
        uint32_t status = (uint32_t)(word >> (i % 2 ? 32 : 0));
        FUZZ_REQUIRE(status == 0 || status == i + 1);
        FUZZ_REQUIRE(status == 0 || i == 0 || race->done[i - 1]);
        if (status == 0 || race->done[i])
            continue;
        race->done[i] = true;
        for (unsigned r = 0; r < race->requests_before[i]; r++)
            FUZZ_REQUIRE(race->request[r].answered);
        for (unsigned f = 0; f < race->flushed_before[i]; f++)
            for (unsigned n = 0; n < PAGES * KINDS; n++) {
                uint64_t *clear = &race->page[n % PAGES].clear[n / PAGES];
                if ((race->flush[f].pages[n / PAGES] >> (n % PAGES) & 1) &&
                    race->flush[f].action > *clear)
                    *clear = race->flush[f].action;
            }
    }
}

/* --- one input --- */

static void act(struct race *race, unsigned action, unsigned shape)
{
    svasim *unit = race->bed.unit;
    switch (action & 15) {
    case 5:
        change(race, shape & 7, shape & 24);
        break;
    case 6:
        switch_tables(race);
        break;
    case 7:
        invalidate(race, shape);
        break;
    case 8:
        wait(race, shape & 1);
        break;
    case 9:
        svasim_run_until(unit, svasim_now(unit) + shape);
        break;
    case 10: /* the next thing that happens, several times */
        for (unsigned i = 0; i <= (shape & 7); i++)
            if (svasim_next_event(unit) != SVASIM_NEVER)
                svasim_run_until(unit, svasim_next_event(unit));
        break;
    case 11:
        svasim_drain(unit);
        break;
    case 12:
        translate(race, shape);
        break;
    case 13: /* as a driver does it */
    case 14:
        if (action & 1)
            change(race, shape & 7, shape & 24);
        else
            switch_tables(race);
        race->action++;
        invalidate(race, (shape & 7) | (action & 0xe0));
        wait(race, false);
        break;
    case 15: /* the root pointer again, which empties the caches */
        if (svasim_in_flight(unit) == 0) {
            bed_on(&race->bed);
            for (unsigned n = 0; n < PAGES * KINDS; n++)
                race->page[n % PAGES].clear[n / PAGES] = race->action;
        }
        break;
    default:
        submit(race, shape);
        break;
    }
}

static void finish(struct race *race)
{
    const uint64_t everything[4] = {2 | 1 << 4, 0, 0, 0};
    svasim_drain(race->bed.unit);
    FUZZ_REQUIRE(svasim_in_flight(race->bed.unit) == 0);
    look_at_waits(race);
    for (unsigned i = 0; i < race->requests; i++)
        FUZZ_REQUIRE(race->request[i].answered);
    for (unsigned i = 0; i < race->waits; i++)
        FUZZ_REQUIRE(race->done[i]);
    race->action++;
    for (unsigned shape = 0; shape < PAGES * KINDS; shape++)
        translate(race, shape);
    FUZZ_REQUIRE(issue(race, everything));
    for (unsigned n = 0; n < PAGES * KINDS; n++)
        race->page[n % PAGES].clear[n / PAGES] = race->action;
    race->action++;
    for (unsigned shape = 0; shape < PAGES * KINDS; shape++)
        translate(race, shape);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    static struct race race;
    static const uint8_t pgtts[4] = {1, 2, 3, 0};
    static const char *const configs[8] = {
        "",
        "walk.join=off",
        "walk.walkers=1 walk.pending=1 memory.depth=1 memory.interval=7",
        "memory.piece=16 memory.piece_ticks=9 iotlb_4k.enabled=off",
        ("iotlb_4k.sets=1 iotlb_4k.ways=2 fs_pde.sets=1 fs_pde.ways=1 ss_pde.sets=1 ss_pde.ways=1 "
         "port.credits=4"),
        "policy.iotlb_denied=walk context.enabled=off pasid.enabled=off lookup.width=4",
        "memory.latency=3 respond.latency=50",
        "fs_pde.enabled=off fs_pdpe.enabled=off fs_pml4e.enabled=off ss_pde.enabled=off "};
    struct fuzz_input input = {data, bytes};
    unsigned kind = (unsigned)fuzz_take(&input, 1);
    struct bed_plan plan = {
        .pgtt = pgtts[kind & 3],
        .config = configs[kind >> 2 & 7],
        .preset = kind & 32 ? SVASIM_MAP_ACCESSED | SVASIM_MAP_DIRTY : 0,
        .edits = pgtts[kind & 3] && kind & 64 ? "pasid ssade=1" : NULL,
    };
    memset(&race, 0, sizeof race);
    build(&race, &plan);
    race.bed.respond = respond;
    race.bed.user = &race;
    for (unsigned i = 0; i < ACTIONS_MAX && input.left > 0; i++) {
        unsigned action = (unsigned)fuzz_take(&input, 1);
        race.action++;
        act(&race, action, (unsigned)fuzz_take(&input, 1));
        look_at_waits(&race);
    }
    finish(&race);
    bed_close(&race.bed);
    return 0;
}
