/* SPDX-License-Identifier: MIT */
/* test_inv_waits.c - when is a wait descriptor complete? Status write and interrupt, requests in
 * flight that hold it back, and the fence (section 6.5.2.8). */
#include "unit_bed.h"

static void open_on(struct unit_bed *bed)
{
    unit_open(bed, UNIT_SCALABLE, "memory.latency=100");
    unit_on(bed);
    unit_queue_on(bed, 0, true);
}

static void submit(struct unit_bed *bed, uint64_t tag, unsigned page)
{
    svasim_request request =
        unit_request(UNIT_SID, SVASIM_NO_PASID, UNIT_VA + 4096 * page, SVASIM_READ);
    request.tag = tag;
    assert_int_equal(svasim_submit(bed->unit, &request), SVASIM_OK);
}

static void tail(struct unit_bed *bed, uint32_t offset)
{
    unit_write(bed, REG_IQT, 8, offset);
}

static void head_is(const struct unit_bed *bed, uint32_t offset)
{
    assert_int_equal(unit_read(bed, REG_IQH, 8), offset);
    assert_int_equal(unit_read(bed, REG_FSTS, 4), 0);
}

static void stores_are(const struct unit_bed *bed, unsigned count)
{
    assert_int_equal(unit_events(bed, UNIT_STORE), count);
}

/* trap 90: the write comes before the message. */
static void flags_choose_write_and_interrupt(void **state)
{
    (void)state;
    for (unsigned flags = 0; flags < 4; flags++) {
        struct unit_bed bed;
        uint64_t low = INV_WAIT | INV_WAIT_DATA(0xcafe) | (flags & 1 ? INV_WAIT_SW : 0) |
                       (flags & 2 ? INV_WAIT_IF : 0);
        open_on(&bed);
        unit_write(&bed, REG_IECTL, 4, 0);
        unit_put(&bed, 0, true, low, UNIT_STATUS + 4);
        tail(&bed, 32);
        head_is(&bed, 32);
        stores_are(&bed, flags & 1);
        assert_int_equal(unit_events(&bed, UNIT_MESSAGE), flags >> 1);
        assert_int_equal(unit_read(&bed, REG_ICS, 4), flags >> 1);
        if (flags & 1)
            assert_int_equal(unit_event(&bed, UNIT_STORE, 0)->address, UNIT_STATUS + 4);
        if (flags == 3) /* the write comes first */
            assert_int_equal(bed.events[0].kind, UNIT_STORE);
        unit_close(&bed);
    }
}

static void older_requests_hold_a_wait_back(void **state)
{
    struct unit_bed bed;
    (void)state;
    open_on(&bed);
    unit_put_wait(&bed, 0, true, 1, INV_WAIT_IF);
    submit(&bed, 1, 0);
    svasim_run_until(bed.unit, 50);
    submit(&bed, 2, 1);
    tail(&bed, 32);
    head_is(&bed, 32); /* taken, but not complete */
    stores_are(&bed, 0);
    assert_int_equal(unit_read(&bed, REG_ICS, 4), 0);
    svasim_run_until(bed.unit, 150);
    submit(&bed, 3, 2); /* younger: does not count */
    while (unit_events(&bed, UNIT_ANSWER) < 2) {
        stores_are(&bed, 0);
        svasim_run_until(bed.unit, svasim_next_event(bed.unit));
    }
    stores_are(&bed, 1);
    assert_int_equal(unit_read(&bed, REG_ICS, 4), 1);
    assert_int_equal(svasim_in_flight(bed.unit), 1);
    assert_int_equal(unit_event(&bed, UNIT_STORE, 0)->tick, unit_event(&bed, UNIT_ANSWER, 1)->tick);
    assert_int_equal(unit_event(&bed, UNIT_STORE, 0)->data, 1);
    svasim_drain(bed.unit);
    stores_are(&bed, 1);
    unit_close(&bed);
}

/* The oldest request is answered last: its later joiners and hits must not complete the wait. */
static void answers_out_of_order_do_not_help(void **state)
{
    struct unit_bed bed;
    (void)state;
    open_on(&bed);
    unit_ask(&bed, UNIT_SID, SVASIM_NO_PASID, UNIT_VA, SVASIM_READ);
    unit_put_wait(&bed, 0, true, 1, 0);
    submit(&bed, 1, 1); /* walks */
    submit(&bed, 2, 0); /* hits */
    tail(&bed, 32);
    while (unit_events(&bed, UNIT_ANSWER) < 1)
        svasim_run_until(bed.unit, svasim_next_event(bed.unit));
    assert_int_equal(unit_event(&bed, UNIT_ANSWER, 0)->address, 2);
    stores_are(&bed, 0);
    svasim_drain(bed.unit);
    stores_are(&bed, 1);
    unit_close(&bed);
}

static void a_fence_holds_what_follows(void **state)
{
    (void)state;
    for (unsigned fence = 0; fence < 2; fence++) {
        struct unit_bed bed;
        open_on(&bed);
        unit_ask(&bed, UNIT_SID, SVASIM_NO_PASID, UNIT_VA, SVASIM_READ);
        unit_put_wait(&bed, 0, true, 1, 0);
        unit_put_wait(&bed, 32, true, 2, fence ? INV_WAIT_FN : 0);
        unit_put(&bed, 64, true, INV_IOTLB_ALL, 0);
        unit_put_wait(&bed, 96, true, 3, 0);
        submit(&bed, 1, 1);
        tail(&bed, 128);
        head_is(&bed, fence ? 64 : 128);
        stores_are(&bed, 0);
        assert_int_equal(unit_cached(&bed, "iotlb_4k"), fence ? 1 : 0);
        tail(&bed, 128); /* asking again does not help */
        head_is(&bed, fence ? 64 : 128);
        svasim_drain(bed.unit);
        head_is(&bed, 128);
        stores_are(&bed, 3);
        for (unsigned i = 0; i < 3; i++)
            assert_int_equal(unit_event(&bed, UNIT_STORE, i)->data, i + 1);
        /* Without the fence the request, still in its lookup, came after the invalidation. */
        assert_int_equal(unit_cached(&bed, "iotlb_4k"), fence ? 0 : 1);
        unit_close(&bed);
    }
}

static void a_fence_with_nothing_in_flight_passes(void **state)
{
    struct unit_bed bed;
    (void)state;
    open_on(&bed);
    unit_put_wait(&bed, 0, true, 1, INV_WAIT_FN);
    unit_put_wait(&bed, 32, true, 2, 0);
    tail(&bed, 64);
    head_is(&bed, 64);
    stores_are(&bed, 2);
    unit_close(&bed);
}

/* More waits than the unit can hold: the queue stops at the first it cannot take, and goes on. */
static void too_many_waits_stop_the_queue_for_a_while(void **state)
{
    struct unit_bed bed;
    uint64_t words[4] = {INV_WAIT, 0, 0, 0};
    uint8_t iqei = 9;
    (void)state;
    open_on(&bed);
    for (uint32_t i = 0; i < 100; i++)
        unit_put_wait(&bed, 32 * i, true, i, 0);
    submit(&bed, 1, 0);
    tail(&bed, 3200);
    uint64_t head = unit_read(&bed, REG_IQH, 8);
    assert_in_range(head, 32, 3168);
    assert_int_equal(svasim_invalidate(bed.unit, words, &iqei), SVASIM_BUSY);
    assert_int_equal(iqei, 0);
    tail(&bed, 3200);
    assert_int_equal(unit_read(&bed, REG_IQH, 8), head);
    stores_are(&bed, 0);
    svasim_drain(bed.unit);
    head_is(&bed, 3200);
    stores_are(&bed, 100);
    for (unsigned i = 0; i < 100; i++)
        assert_int_equal(unit_event(&bed, UNIT_STORE, i)->data, i);
    unit_close(&bed);
}

static void waits_by_call_wait_too(void **state)
{
    struct unit_bed bed;
    uint64_t words[4] = {INV_WAIT | INV_WAIT_SW | INV_WAIT_IF | INV_WAIT_DATA(5), UNIT_STATUS, 0,
                         0};
    (void)state;
    open_on(&bed);
    unit_write(&bed, REG_IECTL, 4, 0);
    submit(&bed, 1, 0);
    assert_int_equal(svasim_invalidate(bed.unit, words, NULL), SVASIM_OK);
    stores_are(&bed, 0);
    assert_int_equal(unit_read(&bed, REG_ICS, 4), 0);
    svasim_drain(bed.unit);
    stores_are(&bed, 1);
    assert_int_equal(unit_event(&bed, UNIT_STORE, 0)->data, 5);
    assert_int_equal(unit_events(&bed, UNIT_MESSAGE), 1);
    assert_int_equal(unit_read(&bed, REG_ICS, 4), 1);
    unit_close(&bed);
}

/* Two waits complete together: one message, after both stores. */
static void waits_that_complete_together_share_a_message(void **state)
{
    struct unit_bed bed;
    (void)state;
    open_on(&bed);
    unit_write(&bed, REG_IECTL, 4, 0);
    unit_put_wait(&bed, 0, true, 1, INV_WAIT_IF);
    unit_put_wait(&bed, 32, true, 2, INV_WAIT_IF);
    submit(&bed, 1, 0);
    tail(&bed, 64);
    assert_int_equal(bed.event_count, 0);
    svasim_drain(bed.unit);
    stores_are(&bed, 2);
    assert_int_equal(unit_events(&bed, UNIT_MESSAGE), 1);
    assert_int_equal(unit_event(&bed, UNIT_MESSAGE, 0)->tick,
                     unit_event(&bed, UNIT_ANSWER, 0)->tick);
    unit_close(&bed);
}

/* IVT clears behind the requests before the command; written again too early, the last one counts.
 */
static void the_iotlb_register_waits_for_requests(void **state)
{
    const uint64_t command = UINT64_C(0x9000000000000000), ivt = UINT64_C(1) << 63;
    struct unit_bed bed;
    (void)state;
    unit_open(&bed, UNIT_LEGACY, "cap.version_major=5 memory.latency=100");
    unit_on(&bed);
    unit_write(&bed, REG_IOTLB, 8, command);
    assert_true((unit_read(&bed, REG_IOTLB, 8) & ivt) == 0);
    submit(&bed, 1, 0);
    unit_write(&bed, REG_IOTLB, 8, command);
    assert_true((unit_read(&bed, REG_IOTLB, 8) & ivt) != 0);
    svasim_run_until(bed.unit, 150);
    submit(&bed, 2, 1);
    unit_write(&bed, REG_IOTLB, 8, command);
    while (unit_events(&bed, UNIT_ANSWER) < 2) {
        assert_true((unit_read(&bed, REG_IOTLB, 8) & ivt) != 0);
        svasim_run_until(bed.unit, svasim_next_event(bed.unit));
    }
    assert_true((unit_read(&bed, REG_IOTLB, 8) & ivt) == 0);
    assert_int_equal(unit_read(&bed, REG_IOTLB, 8) >> 57 & 3, 1);
    unit_close(&bed);
}

/* 64 waits by call and the register: each has its place. */
static void the_register_has_a_place_of_its_own(void **state)
{
    struct unit_bed bed;
    uint64_t words[4] = {INV_WAIT | INV_WAIT_SW, UNIT_STATUS, 0, 0};
    (void)state;
    unit_open(&bed, UNIT_LEGACY, "cap.version_major=5 memory.latency=100");
    unit_on(&bed);
    submit(&bed, 1, 0);
    unsigned taken = 0;
    while (svasim_invalidate(bed.unit, words, NULL) == SVASIM_OK)
        taken++;
    unit_write(&bed, REG_IOTLB, 8, UINT64_C(0x9000000000000000));
    unit_write(&bed, REG_IOTLB, 8, UINT64_C(0x9000000000000000));
    assert_int_equal(svasim_invalidate(bed.unit, words, NULL), SVASIM_BUSY);
    svasim_drain(bed.unit);
    stores_are(&bed, taken);
    assert_true(unit_read(&bed, REG_IOTLB, 8) >> 63 == 0);
    assert_int_equal(svasim_invalidate(bed.unit, words, NULL), SVASIM_OK);
    unit_close(&bed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(flags_choose_write_and_interrupt),
        cmocka_unit_test(older_requests_hold_a_wait_back),
        cmocka_unit_test(answers_out_of_order_do_not_help),
        cmocka_unit_test(a_fence_holds_what_follows),
        cmocka_unit_test(a_fence_with_nothing_in_flight_passes),
        cmocka_unit_test(too_many_waits_stop_the_queue_for_a_while),
        cmocka_unit_test(waits_by_call_wait_too),
        cmocka_unit_test(waits_that_complete_together_share_a_message),
        cmocka_unit_test(the_iotlb_register_waits_for_requests),
        cmocka_unit_test(the_register_has_a_place_of_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
