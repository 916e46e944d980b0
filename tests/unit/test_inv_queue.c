/* SPDX-License-Identifier: MIT */
/* test_inv_queue.c - how does the unit work through the invalidation queue in memory? Head and
 * tail, every error code, going on after one, and what wait descriptors wait for (section 6.5.2).
 * What each descriptor removes is the subject of conformance/check_invalidation.c. */
#include "unit_bed.h"

#define DID(d) ((uint64_t)(d) << 16)

static void head_is(const struct unit_bed *bed, uint32_t offset)
{
    assert_int_equal(unit_read(bed, REG_IQH, 8), offset);
}

static void tail(struct unit_bed *bed, uint32_t offset)
{
    unit_write(bed, REG_IQT, 8, offset);
}

/* Error `iqei` (0: none) at `offset`. */
static void stopped_with(const struct unit_bed *bed, unsigned iqei, uint32_t offset)
{
    assert_int_equal(unit_read(bed, REG_FSTS, 4), iqei ? FSTS_IQE : 0);
    if (iqei)
        assert_int_equal(unit_read(bed, REG_IQERCD, 8) & 0xf, iqei);
    head_is(bed, offset);
}

static void store_is(const struct unit_bed *bed, unsigned n, uint32_t data)
{
    const struct unit_event *store = unit_event(bed, UNIT_STORE, n);
    assert_int_equal(store->address, UNIT_STATUS);
    assert_int_equal(store->data, data);
    assert_int_equal(store->bytes, 4);
}

static void stores_are(const struct unit_bed *bed, unsigned count)
{
    assert_int_equal(unit_events(bed, UNIT_STORE), count);
}

/* --- head and tail --- */

static void descriptors_run_in_order(void **state)
{
    (void)state;
    for (unsigned wide = 0; wide < 2; wide++) {
        struct unit_bed bed;
        uint32_t size = wide ? 32 : 16;
        unit_open(&bed, wide ? UNIT_SCALABLE : UNIT_LEGACY, NULL);
        unit_on(&bed);
        unit_ask(&bed, UNIT_SID, SVASIM_NO_PASID, UNIT_VA, SVASIM_READ);
        assert_int_equal(unit_cached(&bed, "iotlb_4k"), 1);
        unit_put_wait(&bed, 0, wide, 0x12345678, 0);
        unit_put(&bed, size, wide, INV_IOTLB_ALL, 0);
        unit_put_wait(&bed, 2 * size, wide, 0x9abcdef0, 0);
        unit_queue_on(&bed, 0, wide);
        head_is(&bed, 0);
        tail(&bed, size);
        head_is(&bed, size);
        stores_are(&bed, 1);
        assert_int_equal(unit_cached(&bed, "iotlb_4k"), 1);
        tail(&bed, 3 * size);
        stopped_with(&bed, 0, 3 * size);
        assert_int_equal(unit_cached(&bed, "iotlb_4k"), 0);
        stores_are(&bed, 2);
        store_is(&bed, 0, 0x12345678);
        store_is(&bed, 1, 0x9abcdef0);
        unit_close(&bed);
    }
}

static void the_queue_wraps_at_its_size(void **state)
{
    (void)state;
    for (unsigned qs = 0; qs < 3; qs++)
        for (unsigned wide = 0; wide < 2; wide++) {
            struct unit_bed bed;
            uint32_t size = wide ? 32 : 16, bytes = 4096u << qs;
            unit_open(&bed, wide ? UNIT_SCALABLE : UNIT_LEGACY, NULL);
            unit_on(&bed);
            for (uint32_t at = 0; at < bytes; at += size)
                unit_put(&bed, at, wide, INV_WAIT, 0);
            unit_queue_on(&bed, qs, wide);
            tail(&bed, bytes - size);
            stopped_with(&bed, 0, bytes - size);
            unit_put_wait(&bed, bytes - size, wide, 1, 0);
            unit_put_wait(&bed, 0, wide, 2, 0);
            unit_put_wait(&bed, size, wide, 3, 0);
            tail(&bed, size);
            stopped_with(&bed, 0, size);
            stores_are(&bed, 2);
            store_is(&bed, 0, 1);
            store_is(&bed, 1, 2);
            unit_close(&bed);
        }
}

static void nothing_runs_while_the_queue_is_off(void **state)
{
    struct unit_bed bed;
    (void)state;
    unit_open(&bed, UNIT_LEGACY, NULL); /* translation may be off */
    unit_put_wait(&bed, 0, false, 1, 0);
    unit_write(&bed, REG_IQA, 8, UNIT_QUEUE);
    tail(&bed, 16);
    stopped_with(&bed, 0, 0);
    assert_int_equal(bed.reads, 0);
    unit_queue_on(&bed, 0, false); /* takes the tail that was written before */
    stopped_with(&bed, 0, 16);
    stores_are(&bed, 1);
    unit_write(&bed, REG_IQT, 4, 16); /* empty */
    unit_write(&bed, REG_IQT + 4, 4, 0);
    stores_are(&bed, 1);
    unit_close(&bed);
}

static void a_queue_that_comes_from_elsewhere_is_not_read(void **state)
{
    struct unit_bed bed;
    uint64_t words[4] = {INV_WAIT | INV_WAIT_SW | INV_WAIT_DATA(7), UNIT_STATUS, 0, 0};
    uint8_t iqei = 9;
    (void)state;
    unit_open(&bed, UNIT_SCALABLE, "queue.from_memory=off");
    unit_on(&bed);
    unit_put(&bed, 0, true, 0, 0); /* would be an error */
    unit_queue_on(&bed, 0, true);
    tail(&bed, 32);
    stopped_with(&bed, 0, 0);
    assert_int_equal(unit_read(&bed, REG_IQT, 8), 32);
    assert_int_equal(bed.reads, 0);
    assert_int_equal(svasim_invalidate(bed.unit, words, &iqei), SVASIM_OK);
    assert_int_equal(iqei, 0);
    store_is(&bed, 0, 7);
    stopped_with(&bed, 0, 0);
    unit_close(&bed);
}

/* --- descriptors one by one --- */

enum { NARROW, WIDE, WIDE_LEGACY, WIDE_ABORT };

#define PAGE_IOTLB 0x32
static const struct {
    const char *config;
    int queue;
    uint64_t low, high;
    unsigned iqei;
} descriptors[] = {
    {NULL, NARROW, 0x11, 0, 0},
    {NULL, NARROW, 0x21 | DID(7), 0, 0},
    {NULL, NARROW, 0x31 | DID(7), 0, 0},
    {NULL, NARROW, 0xf2, 0, 0}, /* page of domain 0, drain flags */
    {NULL, NARROW, PAGE_IOTLB, UNIT_VA | 1 << 6 | 18, 0},
    {NULL, NARROW, 0x03, 0, 0},
    {NULL, NARROW, 0x14, 0, 0},
    {NULL, NARROW, 0x05, 0, 0}, /* neither status write nor interrupt */
    {NULL, WIDE_LEGACY, 0x12, 0, 0},
    {NULL, WIDE_ABORT, 0x12, 0, 0},
    {NULL, WIDE_ABORT, 0x26 | DID(7), 0, 0},
    {NULL, WIDE, 0x85, 0, 0}, /* page-request drain */
    {NULL, WIDE, 0x26 | DID(7), 0, 0},
    {NULL, WIDE, 0x36 | DID(7), UNIT_VA | 0x3f, 0}, /* MAMV does not bind it */
    {NULL, WIDE, 0x07 | DID(7), 0, 0},
    {NULL, WIDE, 0x17 | DID(7), 0, 0},
    {NULL, WIDE, 0x37, 0, 0},
    {NULL, WIDE, 0xfff000000000f008, 1, 0},  /* both halves of PFSID */
    {NULL, WIDE, 0x09, 4, 0},                /* bit 66 is ignored */
    {UNIT_NO_SMTS, WIDE_LEGACY, 0x12, 0, 0}, /* abort mode alone allows it */
    /* 3: the type, or a granularity that it does not have */
    {NULL, NARROW, 0x00, 0, 3},
    {NULL, NARROW, 0x26, 0, 3},
    {NULL, NARROW, 0x37, 0, 3},
    {NULL, NARROW, 0x08, 0, 3},
    {NULL, NARROW, 0x09, 0, 3},
    {NULL, NARROW, 0x0f, 0, 3},
    {NULL, NARROW, 0x212, 0, 3}, /* type bit 9: another type */
    {NULL, NARROW, 0x812, 0, 3},
    {NULL, WIDE, 0x412, 0, 3},
    {NULL, WIDE_LEGACY, 0x26, 0, 3},
    {NULL, WIDE_LEGACY, 0x37, 0, 3},
    {NULL, WIDE_LEGACY, 0x08, 0, 3},
    {NULL, WIDE_LEGACY, 0x09, 0, 3},
    {NULL, WIDE, 0x00, 0, 3},
    {NULL, WIDE, 0x1a, 0, 3}, /* host permission table: not there */
    {NULL, WIDE, 0x0b, 0, 3},
    {UNIT_NO_DT, WIDE, 0x03, 0, 3},
    {UNIT_NO_DT, WIDE, 0x08, 0, 3},
    {"cap.prs=off cap.sms=off", WIDE, 0x09, 0, 3},
    {NULL, NARROW, 0x01, 0, 3},
    {NULL, NARROW, 0x02, 0, 3},
    {NULL, WIDE, 0x06, 0, 3},
    {NULL, WIDE, 0x16, 0, 3},
    {NULL, WIDE, 0x27, 0, 3},
    {"cap.psi=off", NARROW, PAGE_IOTLB, UNIT_VA, 3},
    {"policy.bad_granularity=iqei4", WIDE, 0x16, 0, 4},
    /* 4: a reserved bit of a valid type */
    {NULL, NARROW, 0x11 | 1 << 6, 0, 4},
    {NULL, NARROW, 0x11 | 1 << 12, 0, 4},
    {NULL, NARROW, 0x11, 1, 4},
    {NULL, NARROW, 0x12 | 1 << 8, 0, 4},
    {NULL, NARROW, 0x12 | UINT64_C(1) << 32, 0, 4},
    {NULL, NARROW, 0x12, 1 << 7, 4},
    {NULL, NARROW, 0x03 | 1 << 21, 0, 4},
    {NULL, NARROW, 0x04 | 1 << 12, 0, 4},
    {NULL, NARROW, 0x05 | 1 << 12, 0, 4},
    {NULL, NARROW, 0x05, 1, 4},
    {NULL, WIDE, 0x26 | 1 << 12, 0, 4},
    {NULL, WIDE, 0x26 | UINT64_C(1) << 52, 0, 4},
    {NULL, WIDE, 0x37, 1, 4},
    {NULL, WIDE, 0x08, 2, 4},
    {NULL, WIDE, 0x09 | 1 << 5, 0, 4},
    {"cap.pds=off", WIDE, 0x85, 0, 4},
    {"cap.dit=off", WIDE, 0x1003, 0, 4},
    {"cap.dit=off", WIDE, UINT64_C(0x0010000000000008), 0, 4},
    /* a mask above MAMV: by key */
    {NULL, NARROW, PAGE_IOTLB, UNIT_VA | 19, 4},
    {"policy.am_above_mamv=iqei3", NARROW, PAGE_IOTLB, UNIT_VA | 19, 3},
    {"policy.am_above_mamv=accept", NARROW, PAGE_IOTLB, UNIT_VA | 19, 0},
};

/* Latch a table mode (TTM) and switch a queue on. */
static void open_queue(struct unit_bed *bed, const char *config, unsigned ttm, bool wide)
{
    unit_open(bed, ttm == 1 ? UNIT_SCALABLE : UNIT_LEGACY, config);
    unit_write(bed, REG_RTADDR, 8, (bed->rtaddr & ~UINT64_C(0xfff)) | ttm << 10);
    unit_write(bed, REG_GCMD, 4, GCMD_SRTP);
    unit_queue_on(bed, 0, wide);
}

static void each_descriptor_is_checked(void **state)
{
    static const unsigned modes[] = {[NARROW] = 0, [WIDE] = 1, [WIDE_LEGACY] = 0, [WIDE_ABORT] = 3};
    (void)state;
    for (size_t i = 0; i < sizeof descriptors / sizeof descriptors[0]; i++) {
        struct unit_bed bed;
        bool wide = descriptors[i].queue != NARROW;
        uint32_t size = wide ? 32 : 16;
        uint64_t words[4] = {descriptors[i].low, descriptors[i].high, 0, 0};
        uint8_t iqei = 99;
        open_queue(&bed, descriptors[i].config, modes[descriptors[i].queue], wide);
        unit_put_wait(&bed, 0, wide, 1, 0);
        unit_put(&bed, size, wide, words[0], words[1]);
        unit_put_wait(&bed, 2 * size, wide, 2, 0);
        tail(&bed, 3 * size);
        if (unit_events(&bed, UNIT_STORE) != (descriptors[i].iqei ? 1 : 2))
            fail_msg("row %u: error %u expected", (unsigned)i, descriptors[i].iqei);
        stopped_with(&bed, descriptors[i].iqei, descriptors[i].iqei ? size : 3 * size);
        /* The call says the same and stops nothing. */
        assert_int_equal(svasim_invalidate(bed.unit, words, &iqei), SVASIM_OK);
        assert_int_equal(iqei, descriptors[i].iqei);
        unit_close(&bed);
    }
}

/* trap 88: any bit of it. */
static void upper_half_of_a_narrow_type_is_reserved(void **state)
{
    (void)state;
    for (unsigned word = 2; word < 4; word++) {
        struct unit_bed bed;
        open_queue(&bed, NULL, 1, true);
        unit_put(&bed, 0, true, INV_IOTLB_ALL, 0);
        svasim_mem_write64(bed.mem, UNIT_QUEUE + 8 * word, UINT64_C(1) << 63);
        tail(&bed, 32);
        stopped_with(&bed, 4, 0);
        unit_close(&bed);
    }
}

/* --- errors of the queue as a whole --- */

static void errors_of_the_queue_have_their_codes(void **state)
{
    static const struct {
        const char *config;
        unsigned ttm;
        bool wide;
        uint32_t tail;
        bool dead;
        unsigned iqei;
    } rows[] = {
        {NULL, 0, false, 0x1000, false, 1},
        {NULL, 1, true, 0x1000, false, 1},
        {NULL, 1, true, 0x40, true, 2},
        {NULL, 0, false, 0x10, true, 2},
        {NULL, 1, false, 0x10, false, 5},
        {NULL, 3, false, 0x10, false, 5},
        {UNIT_NO_SMTS "cap.adms=off", 0, true, 0x20, false, 5},
        {NULL, 1, true, 0x10, false, 6},
        {NULL, 0, true, 0x30, false, 6},
        {NULL, 2, true, 0x20, false, 7},
        {NULL, 2, false, 0x10, false, 7},
        {UNIT_NO_SMTS, 1, true, 0x20, false, 7},
        {"cap.adms=off", 3, true, 0x20, false, 7},
        /* the more general one counts */
        {NULL, 2, true, 0x1010, true, 7},
        {NULL, 1, false, 0x1010, true, 5},
        {NULL, 1, true, 0x1010, true, 6},
        {NULL, 1, true, 0x1000, true, 1},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct unit_bed bed;
        open_queue(&bed, rows[i].config, rows[i].ttm, rows[i].wide);
        unit_put_wait(&bed, 0, true, 1, 0);
        bed.dead = rows[i].dead ? UNIT_QUEUE : 0;
        tail(&bed, rows[i].tail);
        stopped_with(&bed, rows[i].iqei, 0);
        stores_are(&bed, 0);
        unit_close(&bed);
    }
}

static void an_error_holds_the_queue_until_it_is_cleared(void **state)
{
    struct unit_bed bed;
    (void)state;
    open_queue(&bed, NULL, 1, true);
    unit_put_wait(&bed, 0, true, 1, 0);
    unit_put(&bed, 32, true, 0, 0);
    unit_put_wait(&bed, 64, true, 3, 0);
    unit_put_wait(&bed, 96, true, 4, 0);
    tail(&bed, 96);
    stopped_with(&bed, 3, 32);
    stores_are(&bed, 1);
    unit_put_wait(&bed, 32, true, 2, 0); /* repaired, but IQE is still set */
    unsigned reads = bed.reads;
    tail(&bed, 128);
    unit_write(&bed, REG_FSTS, 4, 0xffffffff & ~FSTS_IQE);
    stopped_with(&bed, 3, 32);
    assert_int_equal(bed.reads, reads);
    unit_write(&bed, REG_FSTS, 4, FSTS_IQE);
    stopped_with(&bed, 0, 128); /* fetched again, from the bad one on */
    stores_are(&bed, 4);
    for (unsigned i = 0; i < 4; i++)
        store_is(&bed, i, i + 1);
    unit_close(&bed);
}

static void an_error_that_stays_comes_back(void **state)
{
    struct unit_bed bed;
    (void)state;
    open_queue(&bed, NULL, 1, true);
    bed.dead = UNIT_QUEUE;
    unit_put_wait(&bed, 0, true, 1, 0);
    tail(&bed, 32);
    stopped_with(&bed, 2, 0);
    bed.dead = 0;
    unit_put(&bed, 0, true, INV_IOTLB_ALL | 1 << 12, 0);
    unit_write(&bed, REG_FSTS, 4, FSTS_IQE);
    stopped_with(&bed, 4, 0); /* another one takes its place */
    unit_write(&bed, REG_GCMD, 4, 0);
    unit_write(&bed, REG_GCMD, 4, GCMD_QIE); /* no way around it */
    stopped_with(&bed, 4, 0);
    unit_close(&bed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(descriptors_run_in_order),
        cmocka_unit_test(the_queue_wraps_at_its_size),
        cmocka_unit_test(nothing_runs_while_the_queue_is_off),
        cmocka_unit_test(a_queue_that_comes_from_elsewhere_is_not_read),
        cmocka_unit_test(each_descriptor_is_checked),
        cmocka_unit_test(upper_half_of_a_narrow_type_is_reserved),
        cmocka_unit_test(errors_of_the_queue_have_their_codes),
        cmocka_unit_test(an_error_holds_the_queue_until_it_is_cleared),
        cmocka_unit_test(an_error_that_stays_comes_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
