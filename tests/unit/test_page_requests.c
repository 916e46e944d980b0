/* SPDX-License-Identifier: MIT */
/* test_page_requests.c - what does a page request tell software, what does it remove from the
 * caches, and how does software's response reach the device (sections 7.4, 7.5, 7.6.1)? The queue
 * as a ring and its events are the subject of test_page_queue.c, faults that of
 * conformance/check_page_faults.c. */
#include "page_bed.h"

#include <inttypes.h>
#include <string.h>

static void on(struct page_bed *bed, unsigned rid_pgtt, const char *config)
{
    page_open(bed, rid_pgtt, 0, config);
    unit_on(&bed->base);
}

static bool holds(const struct page_bed *bed, const char *cache, uint32_t pasid, uint64_t address)
{
    return svasim_cache_holds(bed->base.unit, cache, UNIT_SID, pasid, address);
}

/* --- the descriptor --- */

struct descriptor_case {
    uint32_t pasid;
    unsigned flags;
    uint16_t group;
    uint64_t address;
    uint64_t low, high;  /* what software finds */
    uint64_t unknown[2]; /* bits that mean nothing then */
};

/* Type 1 and the source id are in every row. */
#define PP         (UINT64_C(1) << 8)
#define PASID(p)   ((uint64_t)(p) << 32)
#define ANY_PASID  PASID(0xfffff)
#define ANY_ACCESS (UINT64_C(3) << 52) /* EXR and PMR */
#define EXR        (UINT64_C(1) << 52)
#define PMR        (UINT64_C(1) << 53)
#define RDR        UINT64_C(1)
#define WRR        UINT64_C(2)
#define LPIG       UINT64_C(4)
#define PRGI(g)    ((uint64_t)(g) << 3)

static void each_bit_has_its_place(void **state)
{
    static const struct descriptor_case rows[] = {
        {1, SVASIM_PAGE_READ, 0, 0, PP | PASID(1), RDR, {0}},
        {1, SVASIM_PAGE_WRITE, 0, 0, PP | PASID(1), WRR, {EXR}},
        {1, PAGE_RL, 0, 0x1000, PP | PASID(1), RDR | LPIG | 0x1000, {0}},
        {1, PAGE_R | SVASIM_PAGE_PRIV, 0, 0, PP | PMR | PASID(1), RDR, {0}},
        {1, PAGE_R | SVASIM_PAGE_EXEC, 0, 0, PP | EXR | PASID(1), RDR, {0}},
        {2, PAGE_R, 0x1ff, 0xfff, PP | PASID(2), RDR | PRGI(0x1ff), {0}},
        {3,
         PAGE_R,
         0x0aa,
         UINT64_C(0x123456789000),
         PP | PASID(3),
         RDR | PRGI(0xaa) | UINT64_C(0x123456789000),
         {0}},
        {4,
         0x1f,
         0x155,
         UINT64_C(0xfffffffffffff000),
         PP | EXR | PMR | PASID(4),
         RDR | WRR | LPIG | PRGI(0x155) | UINT64_C(0xfffffffffffff000),
         {0}},
        {SVASIM_NO_PASID,
         PAGE_RL,
         1,
         UINT64_C(0x8000000000000000),
         0,
         RDR | LPIG | PRGI(1) | UINT64_C(0x8000000000000000),
         {ANY_PASID | ANY_ACCESS}},
        {SVASIM_NO_PASID, 0, 3, 0x2000, 0, 0x2000, {ANY_PASID | ANY_ACCESS, PRGI(0x1ff)}},
    };
    struct page_bed bed;
    (void)state;
    on(&bed, 2, NULL);
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        svasim_page_request request = page_request(rows[i].pasid, rows[i].address, rows[i].flags);
        svasim_page_answer answer = SVASIM_PAGE_INVALID;
        request.group = rows[i].group;
        for (unsigned word = 0; word < 4; word++) /* all of it is written */
            svasim_mem_write64(bed.base.mem, PAGE_QUEUE + PAGE_ENTRY * i + 8 * word, UINT64_MAX);
        assert_int_equal(svasim_page_ask(bed.base.unit, &request, &answer, NULL), SVASIM_OK);
        assert_int_equal(answer, SVASIM_PAGE_QUEUED);
        uint64_t low = rows[i].low | 1 | UNIT_SID << 16;
        uint64_t got[2] = {page_word(&bed, i, 0) & ~rows[i].unknown[0],
                           page_word(&bed, i, 1) & ~rows[i].unknown[1]};
        if (got[0] != low || got[1] != rows[i].high)
            fail_msg("row %u: %" PRIx64 " %" PRIx64, i, got[0], got[1]);
        assert_int_equal(page_word(&bed, i, 2), 0);
        assert_int_equal(page_word(&bed, i, 3), 0);
        assert_int_equal(unit_read(&bed.base, REG_PQT, 8), PAGE_ENTRY * (i + 1));
    }
    page_close(&bed);
}

/* Stale translations are gone before the descriptor is there, and the tail moves after that. */
static void invalidation_then_descriptor_then_tail(void **state)
{
    struct page_bed bed;
    (void)state;
    on(&bed, 1, NULL);
    unit_ask(&bed.base, UNIT_SID, PAGE_FIRST, PAGE_X, SVASIM_READ);
    assert_int_equal(unit_cached(&bed.base, "iotlb_4k"), 1);
    page_expect(&bed, PAGE_FIRST, PAGE_RL, SVASIM_PAGE_QUEUED);
    assert_int_equal(bed.store_count, 4);
    for (unsigned i = 0; i < 4; i++) {
        assert_int_equal(bed.stores[i].address, PAGE_QUEUE + 8 * i);
        assert_int_equal(bed.stores[i].tail, 0);
        assert_int_equal(bed.stores[i].cached_small, 0);
    }
    assert_int_equal(unit_read(&bed.base, REG_PQT, 8), PAGE_ENTRY);
    page_close(&bed);
}

/* --- what a page request does not mind --- */

static void the_page_itself_is_not_looked_at(void **state)
{
    static const uint64_t addresses[] = {
        0, UNIT_NOWHERE, 0xfee00000, UINT64_C(1) << 47, UINT64_C(1) << 57, UINT64_MAX};
    struct page_bed bed;
    (void)state;
    on(&bed, 2, "cap.version_major=8 cap.haw=46 cap.mgaw=46");
    for (size_t i = 0; i < sizeof addresses / sizeof addresses[0]; i++)
        for (uint32_t pasid = PAGE_FIRST; pasid <= PAGE_PASS; pasid++) {
            /* 1Fh: privileged without SRE, and execute in a unit that refuses it elsewhere */
            assert_int_equal(page_send(&bed, pasid, addresses[i], 0x1f), SVASIM_PAGE_QUEUED);
            assert_int_equal(page_send(&bed, SVASIM_NO_PASID, addresses[i], PAGE_RL),
                             SVASIM_PAGE_QUEUED);
        }
    assert_int_equal(page_counter(&bed, "faults"), 0);
    assert_int_equal(unit_read(&bed.base, REG_FSTS, 4), 0);
    page_close(&bed);
}

/* Only the directory bounds a page request's PASID. */
static void a_pasid_wider_than_the_unit_supports_passes(void **state)
{
    struct page_bed bed;
    (void)state;
    page_open(&bed, 1, 0, "cap.pss=7");
    page_set(&bed, SVASIM_ENTRY_PASID, 0x1234, "p=1 pgtt=4 did=9 aw=2");
    unit_on(&bed.base);
    page_expect(&bed, 0x1234, PAGE_RL, SVASIM_PAGE_QUEUED);
    assert_int_equal(page_word(&bed, 0, 0) >> 32, 0x1234);
    page_close(&bed);
}

static void translation_off_drops_everything(void **state)
{
    struct page_bed bed;
    (void)state;
    page_open(&bed, 1, 0, NULL);
    for (unsigned round = 0; round < 2; round++) {
        page_expect(&bed, PAGE_FIRST, PAGE_RL, SVASIM_PAGE_DROPPED);
        page_expect(&bed, SVASIM_NO_PASID, PAGE_R, SVASIM_PAGE_DROPPED);
        assert_int_equal(unit_read(&bed.base, REG_PQT, 8), PAGE_ENTRY * round);
        assert_int_equal(unit_read(&bed.base, REG_PRS, 4), round);
        assert_int_equal(unit_read(&bed.base, REG_FSTS, 4), 0);
        assert_int_equal(bed.store_count, 4 * round);
        assert_int_equal(bed.messages, round);
        if (round == 0) {
            unit_on(&bed.base);
            page_expect(&bed, PAGE_FIRST, PAGE_RL, SVASIM_PAGE_QUEUED);
            unit_write(&bed.base, REG_GCMD, 4, 0);
        }
    }
    page_close(&bed);
}

static void bad_arguments_are_refused(void **state)
{
    static const struct {
        svasim_page_request request;
        const char *names;
    } rows[] = {
        {{.pasid = 0x100000, .source_id = UNIT_SID, .flags = PAGE_R}, "pasid"},
        {{.pasid = SVASIM_NO_PASID - 1, .source_id = UNIT_SID, .flags = PAGE_R}, "pasid"},
        {{.pasid = 1, .source_id = UNIT_SID, .group = 512, .flags = PAGE_R}, "group"},
        {{.pasid = SVASIM_NO_PASID, .source_id = UNIT_SID, .flags = SVASIM_PAGE_PRIV}, "flags"},
        {{.pasid = SVASIM_NO_PASID, .source_id = UNIT_SID, .flags = SVASIM_PAGE_EXEC}, "flags"},
        {{.pasid = 1, .source_id = UNIT_SID, .flags = 0x20}, "flags"},
        {{.pasid = 1, .source_id = UNIT_SID, .flags = PAGE_R | 0x80}, "flags"},
    };
    struct page_bed bed;
    (void)state;
    on(&bed, 1, NULL);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        svasim_page_answer answer = SVASIM_PAGE_SUCCESS;
        uint16_t fault = 0xeeee;
        assert_int_equal(svasim_page_ask(bed.base.unit, &rows[i].request, &answer, &fault),
                         SVASIM_EINVAL);
        assert_non_null(strstr(svasim_error(bed.base.unit), rows[i].names));
        assert_int_equal(answer, SVASIM_PAGE_SUCCESS);
        assert_int_equal(fault, 0xeeee);
    }
    assert_int_equal(unit_read(&bed.base, REG_PQT, 8), 0);
    page_close(&bed);
}

/* --- implicit invalidation, section 7.4.1 --- */

enum column { IOTLB_SECOND, IOTLB_FIRST, FIRST_TABLES, SECOND_TABLES };

struct resident {
    const char *cache;
    enum column column;
    uint32_t pasid;
    bool other_domain;
    uint64_t address;
};

/* Each page of a PASID leaves all of these levels; the two pages share none. */
static const char *const first_tables[] = {"fs_pde", "fs_pdpe", "fs_pml4e"};
static const char *const second_tables[] = {"ss_pde", "ss_pdpe", "ss_pml4e"};

static unsigned list_residents(unsigned rid_pgtt, struct resident *out)
{
    static const unsigned pgtt_of[] = {0,
                                       1,
                                       2,
                                       3,
                                       4,
                                       0,
                                       0,
                                       [PAGE_OTHER_PASID] = 1,
                                       [PAGE_OTHER_FIRST] = 1,
                                       [PAGE_OTHER_SECOND] = 2};
    unsigned count = 0;
    for (uint32_t p = 0; p < PAGE_NO_ENTRY; p++) {
        uint32_t pasid = p ? p : SVASIM_NO_PASID;
        unsigned pgtt = p ? pgtt_of[p] : rid_pgtt;
        bool other = pasid == PAGE_OTHER_FIRST || pasid == PAGE_OTHER_SECOND;
        for (unsigned page = 0; pgtt && page < 2; page++) {
            uint64_t address = page ? PAGE_Y : PAGE_X;
            bool first = pgtt == 1 || pgtt == 3;
            out[count++] =
                (struct resident){pgtt == 4 ? "iotlb_1g" : "iotlb_4k",
                                  first ? IOTLB_FIRST : IOTLB_SECOND, pasid, other, address};
            for (unsigned i = 0; first && i < 3; i++)
                out[count++] =
                    (struct resident){first_tables[i], FIRST_TABLES, pasid, other, address};
            for (unsigned i = 0; pgtt == 2 && i < 3; i++)
                out[count++] =
                    (struct resident){second_tables[i], SECOND_TABLES, pasid, other, address};
        }
    }
    return count;
}

/* What a page request for PAGE_X of this type in UNIT_DID removes. */
static bool goes(const struct resident *r, unsigned pgtt, uint32_t pasid, bool psi)
{
    bool same_page = r->address == PAGE_X;
    if (r->other_domain)
        return false;
    if (pgtt == 1)
        return (r->column == IOTLB_FIRST || r->column == FIRST_TABLES) && r->pasid == pasid &&
               same_page;
    if (pgtt == 3 || !psi)
        return true;
    return r->column == IOTLB_FIRST || r->column == FIRST_TABLES || same_page;
}

static void removes_what_it_must(unsigned pgtt, bool has_pasid, bool psi)
{
    struct resident residents[96];
    struct page_bed bed;
    uint32_t pasid = has_pasid ? pgtt : SVASIM_NO_PASID;
    on(&bed, pgtt, psi ? NULL : "cap.psi=off");
    unsigned count = list_residents(pgtt, residents);
    assert_true(count <= sizeof residents / sizeof residents[0]);
    for (unsigned i = 0; i < count; i++)
        if (!strncmp(residents[i].cache, "iotlb", 5))
            assert_int_equal(
                unit_ask(&bed.base, UNIT_SID, residents[i].pasid, residents[i].address, SVASIM_READ)
                    .fault,
                SVASIM_FAULT_NONE);
    for (unsigned i = 0; i < count; i++)
        assert_true(holds(&bed, residents[i].cache, residents[i].pasid, residents[i].address));
    uint32_t contexts = unit_cached(&bed.base, "context"), pasids = unit_cached(&bed.base, "pasid");
    page_expect(&bed, pasid, PAGE_RL, SVASIM_PAGE_QUEUED);
    for (unsigned i = 0; i < count; i++) {
        const struct resident *r = &residents[i];
        if (holds(&bed, r->cache, r->pasid, r->address) == goes(r, pgtt, pasid, psi))
            fail_msg("PGTT %u, PASID %u, PSI %d: %s of PASID %u at %" PRIx64 " %s", pgtt,
                     (unsigned)pasid, psi, r->cache, (unsigned)r->pasid, r->address,
                     goes(r, pgtt, pasid, psi) ? "stays" : "is gone");
    }
    assert_int_equal(unit_cached(&bed.base, "context"), contexts);
    assert_int_equal(unit_cached(&bed.base, "pasid"), pasids);
    page_close(&bed);
}

static void each_type_removes_its_scope(void **state)
{
    (void)state;
    for (unsigned pgtt = 1; pgtt <= 4; pgtt++)
        for (unsigned bits = 0; bits < 4; bits++)
            removes_what_it_must(pgtt, bits & 1, !(bits & 2));
}

/* --- requests in flight --- */

static void submit(struct page_bed *bed, uint32_t pasid)
{
    svasim_request request = unit_request(UNIT_SID, pasid, PAGE_X, SVASIM_READ);
    assert_int_equal(svasim_submit(bed->base.unit, &request), SVASIM_OK);
}

/* Send the page of PAGE_X elsewhere: the first stage's leaf if there is one. */
static uint64_t move_page(struct page_bed *bed, unsigned pgtt)
{
    uint64_t hpa = 0;
    const svasim_layout *layout = NULL;
    svasim_entry_ref ref = {.entry = pgtt == 2 ? SVASIM_ENTRY_SECOND : SVASIM_ENTRY_FIRST,
                            .source_id = UNIT_SID,
                            .pasid = pgtt,
                            .address = PAGE_X,
                            .level = 1};
    assert_int_equal(svasim_tables_locate(bed->base.tables, &ref, false, &hpa, &layout), SVASIM_OK);
    uint64_t leaf = svasim_mem_read64(bed->base.mem, hpa);
    svasim_mem_write64(bed->base.mem, hpa, leaf ^ (pgtt == 3 ? PAGE_X ^ PAGE_Y : 0x1000));
    return UNIT_HPA + 0x1000;
}

/* The page request comes at `tick` of a walk; false if that was over by then. */
static bool overtakes(unsigned pgtt, svasim_tick tick, const char *config)
{
    struct page_bed bed;
    on(&bed, 1, config);
    submit(&bed, pgtt);
    svasim_run_until(bed.base.unit, tick);
    bool in_flight = svasim_in_flight(bed.base.unit) != 0;
    page_expect(&bed, pgtt, PAGE_RL, SVASIM_PAGE_QUEUED);
    uint64_t target = move_page(&bed, pgtt); /* software has seen the request */
    submit(&bed, pgtt);                      /* and the device tries again: must not join */
    svasim_drain(bed.base.unit);
    assert_int_equal(bed.answers, 2);
    svasim_response later = bed.answer[1];
    svasim_response again = unit_ask(&bed.base, UNIT_SID, pgtt, PAGE_X, SVASIM_READ);
    if (later.address != target || again.address != target)
        fail_msg("PGTT %u, tick %u: %" PRIx64 " and %" PRIx64, pgtt, (unsigned)tick, later.address,
                 again.address);
    page_close(&bed);
    return in_flight;
}

static void walks_in_flight_bring_nothing_back(void **state)
{
    static const char *const configs[] = {"memory.latency=4", "memory.latency=4 walk.walkers=1"};
    (void)state;
    for (unsigned pgtt = 1; pgtt <= 3; pgtt++)
        for (unsigned c = 0; c < 2; c++) {
            svasim_tick tick = 0;
            while (overtakes(pgtt, tick, configs[c]))
                tick++;
            assert_true(tick > 30); /* met at many places of the walk */
        }
}

/* Rights may be raised without an invalidation: only the request stands between. */
static void a_retry_finds_the_raised_rights(void **state)
{
    struct page_bed bed;
    (void)state;
    page_open(&bed, 1, 0, NULL);
    const svasim_entry_ref leaf = {.entry = SVASIM_ENTRY_FIRST,
                                   .source_id = UNIT_SID,
                                   .pasid = PAGE_FIRST,
                                   .address = PAGE_X,
                                   .level = 1};
    assert_int_equal(svasim_tables_set(bed.base.tables, &leaf, "rw=0"), SVASIM_OK);
    unit_on(&bed.base);
    assert_int_equal(unit_ask(&bed.base, UNIT_SID, PAGE_FIRST, PAGE_X, SVASIM_READ).fault, 0);
    page_expect(&bed, PAGE_FIRST, SVASIM_PAGE_WRITE | PAGE_RL, SVASIM_PAGE_QUEUED);
    assert_int_equal(svasim_tables_set(bed.base.tables, &leaf, "rw=1"), SVASIM_OK);
    assert_int_equal(unit_ask(&bed.base, UNIT_SID, PAGE_FIRST, PAGE_X, SVASIM_WRITE).fault, 0);
    page_close(&bed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_bit_has_its_place),
        cmocka_unit_test(invalidation_then_descriptor_then_tail),
        cmocka_unit_test(the_page_itself_is_not_looked_at),
        cmocka_unit_test(a_pasid_wider_than_the_unit_supports_passes),
        cmocka_unit_test(translation_off_drops_everything),
        cmocka_unit_test(bad_arguments_are_refused),
        cmocka_unit_test(each_type_removes_its_scope),
        cmocka_unit_test(walks_in_flight_bring_nothing_back),
        cmocka_unit_test(a_retry_finds_the_raised_rights),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
