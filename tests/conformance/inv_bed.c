/* SPDX-License-Identifier: MIT */
/* inv_bed.c - builds the tables of inv_bed.h and predicts which entries a fill leaves (6.2). */
#include "conformance/inv_bed.h"

#include <check.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define ALL_RIGHTS (SVASIM_MAP_READ | SVASIM_MAP_WRITE | SVASIM_MAP_USER)
#define HPA_BASE   UINT64_C(0x4000000000)

/* --- who maps what --- */

/* Domains 7 and 8 have first-stage and pass-through entries, the others second-stage and nested
 * ones, so that every domain shows both IOTLB columns where that is legal. */
static const struct inv_space scalable_spaces[] = {
    {0x0108, 0x05, false, 1, 7, 4, 0, 0},  {0x0108, 0x06, false, 4, 7, 4, 0, 9},
    {0x0108, 0x07, false, 2, 9, 4, 0, 0},  {0x0108, 0x08, false, 3, 9, 4, 0, 0},
    {0x0108, 0x41, false, 1, 7, 5, 0, 0},  {0x0108, 0x14, true, 1, 7, 4, 0, 7},
    {0x0109, 0x05, false, 2, 9, 4, 0, 10}, {0x0109, 0x06, false, 1, 8, 4, 0, 0},
    {0x0109, 0x08, false, 3, 10, 4, 1, 0}, {0x0109, 0x15, true, 3, 9, 4, 0, 9},
    {0x0188, 0x05, false, 1, 8, 4, 0, 0},  {0x0188, 0x07, false, 2, 10, 4, 1, 0},
    {0x0188, 0x09, false, 2, 11, 4, 2, 0}, {0x0188, 0x16, true, 4, 8, 4, 0, 0},
    {0x010a, 0x15, true, 2, 9, 4, 0, 0},   {0x010c, 0x15, true, 2, 9, 4, 0, 0},
    {0x010f, 0x15, true, 2, 9, 4, 0, 0},   {0x0208, 0x15, true, 2, 10, 4, 1, 0},
};
static const struct inv_space legacy_spaces[] = {
    {0x0108, SVASIM_NO_PASID, true, 0, 7, 4, 0, 0},  {0x0109, SVASIM_NO_PASID, true, 0, 7, 4, 0, 0},
    {0x0188, SVASIM_NO_PASID, true, 0, 9, 4, 1, 0},  {0x010a, SVASIM_NO_PASID, true, 0, 9, 4, 1, 0},
    {0x010c, SVASIM_NO_PASID, true, 0, 11, 4, 2, 0}, {0x010f, SVASIM_NO_PASID, true, 0, 7, 4, 0, 0},
    {0x0208, SVASIM_NO_PASID, true, 0, 11, 4, 2, 0},
};
#define COUNT(array) ((unsigned)(sizeof(array) / sizeof((array)[0])))

/* Second stages, by index: levels, and the page size that maps the first-stage tables. */
static const struct {
    uint8_t levels, table_shift;
} seconds[] = {{4, 12}, {5, 21}, {3, 12}};

/* A page and where it leads. Without a second stage `second_shift` is unused, without a first one
 * `first_shift` and `gpa`. */
struct page {
    uint64_t address;
    uint64_t gpa;
    uint8_t first_shift, second_shift;
};

static const struct page plain_pages[] = {
    {UINT64_C(0x1234567000), 0, 12, 12}, {UINT64_C(0x1234568000), 0, 12, 12},
    {UINT64_C(0x1234807000), 0, 21, 21}, {UINT64_C(0x1280234000), 0, 30, 30},
    {UINT64_C(0x9234567000), 0, 12, 12}, /* needs more than 39 bits */
};
/* The second stage maps pages of the same size, of a smaller and of a larger one. */
static const struct page nested_pages[] = {
    {UINT64_C(0x1234567000), UINT64_C(0x80000000), 12, 12},
    {UINT64_C(0x1234807000), UINT64_C(0x80807000), 21, 12},
    {UINT64_C(0x1280234000), UINT64_C(0xc0234000), 30, 21},
    {UINT64_C(0x12c0005000), UINT64_C(0x100005000), 12, 30},
    {UINT64_C(0x1300a00000), UINT64_C(0x140a00000), 30, 30},
};

/* Host addresses that a host permission table allows: by its entries of level 1, 2 and 3. */
static const struct {
    uint64_t address;
    const char *rights;
    const char *leaf, *table; /* caches of what was found there, and of what leads to it */
} grants[] = {
    {UINT64_C(0x1234567000), "pp7=3", "hpt_4k", "hpt_l2e"},
    {UINT64_C(0x1240007000), "pp0=3", "hpt_2m", "hpt_l3e"},
    {UINT64_C(0x1280234000), "pp2=3", "hpt_1g", "hpt_l4e"},
};

const struct inv_space *inv_spaces(const struct inv_bed *inv, unsigned *count)
{
    *count = inv->legacy ? COUNT(legacy_spaces) : COUNT(scalable_spaces);
    return inv->legacy ? legacy_spaces : scalable_spaces;
}

static const struct page *page_of(const struct inv_space *space, unsigned i)
{
    bool nested = space->pgtt == 3;
    unsigned count = nested ? COUNT(nested_pages) : COUNT(plain_pages);
    bool narrow = space->pgtt != 1 && space->pgtt != 4 && seconds[space->second].levels == 3;
    return i >= count - narrow ? NULL : nested ? &nested_pages[i] : &plain_pages[i];
}

bool inv_page(const struct inv_space *space, unsigned i, uint64_t *out_address)
{
    const struct page *page = page_of(space, i);
    if (page)
        *out_address = page->address;
    return page != NULL;
}

/* --- tables --- */

static uint64_t align(uint64_t address, unsigned shift)
{
    return address & ~((UINT64_C(1) << shift) - 1);
}

static void map(struct inv_bed *inv, const svasim_tree *tree, uint64_t from, uint64_t to,
                unsigned shift)
{
    svasim_err error = svasim_tree_map(inv->bed.tables, tree, align(from, shift), align(to, shift),
                                       UINT64_C(1) << shift, UINT64_C(1) << shift, ALL_RIGHTS);
    ck_assert_msg(error == SVASIM_OK, "%s", svasim_tables_error(inv->bed.tables));
}

/* Every page of every kind, and the frames that hold tables. */
static void build_seconds(struct inv_bed *inv)
{
    for (unsigned i = 0; i < COUNT(seconds); i++) {
        svasim_tree *tree = &inv->second[i];
        ck_assert(svasim_tree_create(inv->bed.tables, true, seconds[i].levels, tree) == SVASIM_OK);
        for (unsigned p = 0; p < COUNT(plain_pages) - (seconds[i].levels == 3); p++)
            map(inv, tree, plain_pages[p].address, plain_pages[p].address + HPA_BASE,
                plain_pages[p].second_shift);
        for (unsigned p = 0; p < COUNT(nested_pages); p++)
            map(inv, tree, nested_pages[p].gpa, nested_pages[p].gpa + HPA_BASE,
                nested_pages[p].second_shift);
        for (uint64_t at = 0; at < BED_FRAMES + BED_FRAME_BYTES;
             at += UINT64_C(1) << seconds[i].table_shift)
            map(inv, tree, at, at, seconds[i].table_shift);
    }
}

static void set(struct inv_bed *inv, const struct inv_space *space, svasim_entry entry,
                const char *fields)
{
    svasim_entry_ref ref = {.entry = entry, .source_id = space->sid, .pasid = space->pasid};
    ck_assert_msg(svasim_tables_set(inv->bed.tables, &ref, fields) == SVASIM_OK, "%s",
                  svasim_tables_error(inv->bed.tables));
}

static void build_space(struct inv_bed *inv, const struct inv_space *space)
{
    char text[256];
    svasim_tree first = {0};
    uint64_t second = inv->second[space->second].root;
    unsigned aw = seconds[space->second].levels - 2u;
    if (inv->legacy) {
        (void)snprintf(text, sizeof text, "p=1 tt=1 did=%u aw=%u ssptptr=0x%" PRIx64, space->domain,
                       aw, second);
        set(inv, space, SVASIM_ENTRY_CONTEXT, text);
        return;
    }
    if (space->pgtt == 1 || space->pgtt == 3) {
        ck_assert(svasim_tree_create(inv->bed.tables, false, space->first_levels, &first) ==
                  SVASIM_OK);
        for (unsigned p = 0; page_of(space, p); p++) {
            const struct page *page = page_of(space, p);
            map(inv, &first, page->address, space->pgtt == 3 ? page->gpa : page->address + HPA_BASE,
                page->first_shift);
        }
    }
    (void)snprintf(text, sizeof text,
                   "p=1 pgtt=%u did=%u aw=%u fspm=%u pwsnp=1 ssptptr=0x%" PRIx64
                   " fsptptr=0x%" PRIx64,
                   space->pgtt, space->domain, aw, space->first_levels - 4u, second, first.root);
    set(inv, space, SVASIM_ENTRY_PASID, text);
    set(inv, space, SVASIM_ENTRY_PASID_DIR, "p=1");
    (void)snprintf(text, sizeof text, "p=1 dte=1 pre=1 paside=1 rid_pasid=%u", space->pasid);
    if (space->is_rid)
        set(inv, space, SVASIM_ENTRY_CONTEXT, text);
}

/* One table per HPTDID; whoever comes first makes it. */
static void build_permissions(struct inv_bed *inv, const struct inv_space *space)
{
    char text[64];
    bool is_new = !inv->permissions[space->hpt_domain];
    if (is_new)
        inv->permissions[space->hpt_domain] = svasim_tables_frame(inv->bed.tables, 1);
    (void)snprintf(text, sizeof text, "hptdid=%u hptptr=0x%" PRIx64, space->hpt_domain,
                   inv->permissions[space->hpt_domain]);
    set(inv, space, SVASIM_ENTRY_PASID, text);
    set(inv, space, SVASIM_ENTRY_CONTEXT, "hpte=1 eptr=1");
    for (uint8_t i = 0; i < COUNT(grants) && is_new; i++) {
        svasim_entry_ref ref = {.entry = SVASIM_ENTRY_HPT,
                                .source_id = space->sid,
                                .pasid = space->pasid,
                                .address = grants[i].address,
                                .level = i + 1};
        ck_assert_msg(svasim_tables_set(inv->bed.tables, &ref, grants[i].rights) == SVASIM_OK, "%s",
                      svasim_tables_error(inv->bed.tables));
    }
}

/* --- interrupts --- */

#define INTERRUPT_TABLE UINT64_C(0x31000000)
#define INTERRUPT_SIZE  7u /* 256 entries */
#define IRE             (1u << 25)
#define SIRTP           (1u << 24)

static const uint16_t indexes[] = {0, 1, 2, 3, 8, 15, 255};

/* Present entries: vector 33h to APIC 2, any source. */
static void build_interrupts(struct inv_bed *inv)
{
    for (unsigned i = 0; i < COUNT(indexes); i++)
        ck_assert(svasim_mem_write64(inv->bed.mem, INTERRUPT_TABLE + 16u * indexes[i],
                                     1 | 0x33u << 16 | UINT64_C(2) << 40) == SVASIM_OK);
    ck_assert(svasim_mmio_write(inv->bed.unit, 0xb8, 8, INTERRUPT_TABLE | INTERRUPT_SIZE) ==
              SVASIM_OK);
    ck_assert(svasim_mmio_write(inv->bed.unit, 0x18, 4, SIRTP) == SVASIM_OK);
    inv->bed.gcmd_bits = IRE;
}

/* --- what a fill leaves --- */

/* Entries of `levels` down to the one above a page of 2^shift bytes. */
static void add_tables(struct inv_list *list, bool second, const struct inv_space *space,
                       uint64_t address, unsigned levels, unsigned shift)
{
    static const char *const names[2][4] = {{"fs_pde", "fs_pdpe", "fs_pml4e", "fs_pml5e"},
                                            {"ss_pde", "ss_pdpe", "ss_pml4e", "ss_pml5e"}};
    for (unsigned level = 2 + (shift - 12) / 9; level <= levels; level++) {
        unsigned span = 3 + 9 * level;
        inv_list_add(list, names[second][level - 2],
                     (svasim_cache_entry){.address = align(address, span),
                                          .bytes = UINT64_C(1) << span,
                                          .pasid = second ? SVASIM_NO_PASID : space->pasid,
                                          .domain_id = space->domain});
    }
}

static void add_page(struct inv_list *list, const struct inv_space *space, const struct page *page)
{
    static const char *const names[2][3] = {{"iotlb_4k", "iotlb_2m", "iotlb_1g"},
                                            {"iotlb2_4k", "iotlb2_2m", "iotlb2_1g"}};
    bool first = space->pgtt == 1 || space->pgtt == 3;
    bool second = space->pgtt == 0 || space->pgtt == 2 || space->pgtt == 3;
    unsigned levels = seconds[space->second].levels;
    unsigned shift = space->pgtt == 4 ? 30 : first ? page->first_shift : page->second_shift;
    if (first)
        add_tables(list, false, space, page->address, space->first_levels, page->first_shift);
    if (space->pgtt == 3) { /* the pages of the tables, too */
        if (page->second_shift < shift)
            shift = page->second_shift;
        add_tables(list, true, space, BED_FRAMES, levels, seconds[space->second].table_shift);
    }
    if (second)
        add_tables(list, true, space, space->pgtt == 3 ? page->gpa : page->address, levels,
                   page->second_shift);
    const svasim_cache_entry entry = {.address = align(page->address, shift),
                                      .bytes = UINT64_C(1) << shift,
                                      .pasid = space->pasid,
                                      .source_id = space->sid,
                                      .domain_id = space->domain,
                                      .pgtt = space->pgtt,
                                      .with_pasid = !space->is_rid};
    inv_list_add(list, names[0][(shift - 12) / 9], entry);
    inv_list_add(list, names[1][(shift - 12) / 9], entry);
}

static void add_permissions(struct inv_list *list, const struct inv_space *space)
{
    for (unsigned i = 0; i < COUNT(grants); i++) {
        unsigned page = 12 + 9 * i, span = 25 + 8 * i; /* 4 KiB, 2 MiB, 1 GiB; 32 MiB and up */
        inv_list_add(list, grants[i].leaf,
                     (svasim_cache_entry){.address = align(grants[i].address, page),
                                          .bytes = UINT64_C(1) << page,
                                          .pasid = space->is_rid ? SVASIM_NO_PASID : space->pasid,
                                          .source_id = space->sid,
                                          .domain_id = space->hpt_domain,
                                          .with_pasid = !space->is_rid});
        inv_list_add(list, grants[i].table,
                     (svasim_cache_entry){.address = align(grants[0].address, span),
                                          .bytes = UINT64_C(1) << span,
                                          .pasid = SVASIM_NO_PASID,
                                          .domain_id = space->hpt_domain});
    }
}

static void predict(struct inv_bed *inv)
{
    unsigned count;
    const struct inv_space *spaces = inv_spaces(inv, &count);
    for (unsigned i = 0; i < count; i++) {
        const struct inv_space *space = &spaces[i];
        inv_list_add(&inv->filled, "context",
                     (svasim_cache_entry){.pasid = SVASIM_NO_PASID,
                                          .source_id = space->sid,
                                          .domain_id = inv->legacy ? space->domain : 0});
        if (!inv->legacy)
            inv_list_add(&inv->filled, "pasid",
                         (svasim_cache_entry){.pasid = space->pasid,
                                              .source_id = space->sid,
                                              .domain_id = space->domain,
                                              .pgtt = space->pgtt});
        for (unsigned p = 0; page_of(space, p); p++)
            add_page(&inv->filled, space, page_of(space, p));
        if (space->hpt_domain)
            add_permissions(&inv->filled, space);
    }
    for (unsigned i = 0; i < COUNT(indexes); i++)
        inv_list_add(&inv->filled, "iec",
                     (svasim_cache_entry){.address = indexes[i], .pasid = SVASIM_NO_PASID});
    inv_list_sort(&inv->filled);
}

/* --- life --- */

void inv_open(struct inv_bed *inv, bool legacy, const char *config)
{
    char text[600];
    *inv = (struct inv_bed){.legacy = legacy};
    (void)snprintf(text, sizeof text,
                   "cap.mamv=63 iotlb_2m.ways=16 iotlb_1g.ways=64 fs_pde.ways=16 fs_pdpe.ways=16 "
                   "fs_pml4e.ways=16 ss_pde.ways=16 ss_pdpe.ways=16 ss_pml4e.ways=16 "
                   "iotlb2_4k.enabled=on iotlb2_2m.enabled=on iotlb2_1g.enabled=on "
                   "iotlb2_1g.ways=64 %s %s",
                   legacy ? "" : "cap.hpts=on cap.hpt1gps=on", config ? config : "");
    const struct bed_plan plan = {.pgtt = legacy ? 0 : 4, .config = text};
    unsigned count;
    bed_open(&inv->bed, &plan);
    inv->bed.plan.config = NULL; /* it was on the stack */
    const struct inv_space *spaces = inv_spaces(inv, &count);
    build_seconds(inv);
    for (unsigned i = 0; i < count; i++) {
        build_space(inv, &spaces[i]);
        if (spaces[i].hpt_domain)
            build_permissions(inv, &spaces[i]);
    }
    build_interrupts(inv);
    predict(inv);
    bed_on(&inv->bed);
}

void inv_close(struct inv_bed *inv)
{
    bed_close(&inv->bed);
}

static void ask(struct inv_bed *inv, const struct inv_space *space, uint64_t address, svasim_at at)
{
    uint32_t pasid = space->is_rid ? SVASIM_NO_PASID : space->pasid;
    svasim_request request = bed_request(&inv->bed, pasid, SVASIM_READ);
    request.source_id = space->sid;
    request.address = address;
    request.at = (uint8_t)at;
    /* Not an assertion: the library writes a file for each one that holds, and there are many. */
    svasim_response response;
    if (svasim_translate(inv->bed.unit, &request, &response) != SVASIM_OK ||
        response.fault != SVASIM_FAULT_NONE)
        ck_abort_msg("fill: %04x, PASID %x, address %" PRIx64 " is refused", space->sid, pasid,
                     address);
}

static void interrupt(struct inv_bed *inv, uint16_t index)
{
    svasim_request request = bed_request(&inv->bed, SVASIM_NO_PASID, SVASIM_WRITE);
    svasim_response response;
    request.address = 0xfee00010u | (uint32_t)index << 5; /* remappable format */
    request.length = 4;
    if (svasim_translate(inv->bed.unit, &request, &response) != SVASIM_OK ||
        response.fault != SVASIM_FAULT_NONE)
        ck_abort_msg("fill: interrupt %u is refused", index);
}

void inv_fill(struct inv_bed *inv)
{
    unsigned count;
    const struct inv_space *spaces = inv_spaces(inv, &count);
    for (unsigned i = 0; i < count; i++) {
        for (unsigned p = 0; page_of(&spaces[i], p); p++)
            ask(inv, &spaces[i], page_of(&spaces[i], p)->address, SVASIM_UNTRANSLATED);
        for (unsigned p = 0; p < COUNT(grants) && spaces[i].hpt_domain; p++)
            ask(inv, &spaces[i], grants[p].address, SVASIM_TRANSLATED);
    }
    for (unsigned i = 0; i < COUNT(indexes); i++)
        interrupt(inv, indexes[i]);
}

void inv_refill(struct inv_bed *inv)
{
    bed_on(&inv->bed);
    inv_fill(inv);
    inv_expect(inv, &inv->filled, "fill");
}
