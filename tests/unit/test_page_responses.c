/* SPDX-License-Identifier: MIT */
/* test_page_responses.c - does software's page group response reach the device as it was written,
 * given at once or through the invalidation queue, and is a malformed one refused (section
 * 7.6.1)? */
#include "page_bed.h"

#define RESPONSE UINT64_C(9)
#define PP       (UINT64_C(1) << 4)
#define RC(c)    ((uint64_t)(c) << 12)
#define RID(r)   ((uint64_t)(r) << 16)
#define PASID(p) ((uint64_t)(p) << 32)
#define PRGI(g)  ((uint64_t)(g) << 3)
#define OLD_LPIG UINT64_C(4) /* ignored today */

static const struct response_case {
    uint64_t low, high;
    svasim_page_response response;
} good[] = {
    {RESPONSE, 0, {SVASIM_NO_PASID, 0, 0, 0}},
    {RESPONSE | RID(0xffff), 0, {SVASIM_NO_PASID, 0xffff, 0, 0}},
    {RESPONSE | RID(UNIT_SID), PRGI(0x1ff), {SVASIM_NO_PASID, UNIT_SID, 0x1ff, 0}},
    {RESPONSE | PP | RID(1), PRGI(0x0aa), {0, 1, 0x0aa, 0}},
    {RESPONSE | PP | RID(1) | PASID(0xfffff), PRGI(0x155), {0xfffff, 1, 0x155, 0}},
    {RESPONSE | PP | PASID(0x12345) | RC(1), PRGI(1), {0x12345, 0, 1, 1}},
    {RESPONSE | PP | PASID(5) | RC(15), PRGI(1) | OLD_LPIG, {5, 0, 1, 15}},
    {RESPONSE | PASID(0xfffff) | RC(1), OLD_LPIG, {SVASIM_NO_PASID, 0, 0, 1}},
};
#define GOOD (sizeof good / sizeof good[0])

static void response_is(const struct page_bed *bed, const svasim_page_response *expected)
{
    assert_int_equal(bed->response.pasid, expected->pasid);
    assert_int_equal(bed->response.source_id, expected->source_id);
    assert_int_equal(bed->response.group, expected->group);
    assert_int_equal(bed->response.code, expected->code);
}

static void given_at_once(void **state)
{
    struct page_bed bed;
    (void)state;
    page_open(&bed, 1, 0, NULL);
    unit_on(&bed.base);
    for (unsigned i = 0; i < GOOD; i++) {
        const uint64_t words[4] = {good[i].low, good[i].high, 0, 0};
        uint8_t iqei = 0xee;
        assert_int_equal(svasim_invalidate(bed.base.unit, words, &iqei), SVASIM_OK);
        assert_int_equal(iqei, 0);
        assert_int_equal(bed.responses, i + 1);
        response_is(&bed, &good[i].response);
    }
    page_close(&bed);
}

static void through_the_queue(void **state)
{
    struct page_bed bed;
    (void)state;
    page_open(&bed, 1, 0, NULL);
    unit_on(&bed.base);
    for (unsigned i = 0; i < GOOD; i++)
        unit_put(&bed.base, 32 * i, true, good[i].low, good[i].high);
    unit_queue_on(&bed.base, 0, true);
    assert_int_equal(bed.responses, 0);
    for (unsigned i = 0; i < GOOD; i++) {
        unit_write(&bed.base, REG_IQT, 8, 32 * (i + 1));
        assert_int_equal(unit_read(&bed.base, REG_IQH, 8), 32 * (i + 1));
        assert_int_equal(bed.responses, i + 1);
        response_is(&bed, &good[i].response);
    }
    page_close(&bed);
}

/* It tells the device something and removes nothing. */
static void caches_stay(void **state)
{
    const uint64_t words[4] = {RESPONSE | PP | RID(UNIT_SID) | PASID(PAGE_FIRST), 0, 0, 0};
    struct page_bed bed;
    (void)state;
    page_open(&bed, 1, 0, NULL);
    unit_on(&bed.base);
    unit_ask(&bed.base, UNIT_SID, PAGE_FIRST, PAGE_X, SVASIM_READ);
    uint32_t cached = unit_cached(&bed.base, NULL);
    assert_true(cached > 0);
    assert_int_equal(svasim_invalidate(bed.base.unit, words, NULL), SVASIM_OK);
    assert_int_equal(unit_cached(&bed.base, NULL), cached);
    page_close(&bed);
}

static void reserved_bits_are_refused(void **state)
{
    struct page_bed bed;
    (void)state;
    page_open(&bed, 1, 0, NULL);
    unit_on(&bed.base);
    for (unsigned bit = 0; bit < 256; bit++) {
        bool used = bit < 5 || (bit >= 9 && bit < 52) || (bit >= 66 && bit < 76);
        uint64_t words[4] = {RESPONSE, 0, 0, 0};
        uint8_t iqei = 0xee;
        if (used)
            continue;
        words[bit / 64] |= UINT64_C(1) << (bit % 64);
        assert_int_equal(svasim_invalidate(bed.base.unit, words, &iqei), SVASIM_OK);
        assert_int_equal(iqei, 4);
    }
    assert_int_equal(bed.responses, 0);
    page_close(&bed);
}

/* Without page requests, and in legacy mode, there is no such descriptor. */
static void the_type_may_be_unknown(void **state)
{
    const uint64_t words[4] = {RESPONSE, 0, 0, 0};
    (void)state;
    for (unsigned legacy = 0; legacy < 2; legacy++) {
        struct page_bed bed;
        uint8_t iqei = 0xee;
        page_open(&bed, 1, 0, legacy ? NULL : "cap.sms=off");
        if (legacy)
            bed.base.rtaddr &= ~UINT64_C(0xc00);
        unit_on(&bed.base);
        assert_int_equal(svasim_invalidate(bed.base.unit, words, &iqei), SVASIM_OK);
        assert_int_equal(iqei, legacy ? 3 : 0);
        assert_int_equal(bed.responses, !legacy);
        page_close(&bed);
    }
    struct unit_bed bare;
    uint8_t iqei = 0xee;
    unit_open(&bare, UNIT_SCALABLE, "cap.prs=off cap.sms=off");
    unit_on(&bare);
    assert_int_equal(svasim_invalidate(bare.unit, words, &iqei), SVASIM_OK);
    assert_int_equal(iqei, 3);
    unit_close(&bare);
}

/* unit_bed.h lends no such port. */
static void nobody_need_listen(void **state)
{
    const uint64_t words[4] = {RESPONSE, 0, 0, 0};
    struct unit_bed bed;
    uint8_t iqei = 0xee;
    (void)state;
    unit_open(&bed, UNIT_SCALABLE, NULL);
    unit_on(&bed);
    assert_int_equal(svasim_invalidate(bed.unit, words, &iqei), SVASIM_OK);
    assert_int_equal(iqei, 0);
    unit_close(&bed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(given_at_once),
        cmocka_unit_test(through_the_queue),
        cmocka_unit_test(caches_stay),
        cmocka_unit_test(reserved_bits_are_refused),
        cmocka_unit_test(the_type_may_be_unknown),
        cmocka_unit_test(nobody_need_listen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
