/* SPDX-License-Identifier: MIT */
/* test_messages.c - when does the unit send an event message? Mask and pending bits of the fault
 * and the invalidation event, and what counts as a new one (sections 7.3, 6.5.2.8 and 11.4). */
#include "unit_bed.h"

#define FE_ADDRESS UINT64_C(0x100fee0c000)
#define IE_ADDRESS UINT64_C(0x200fee0d004)

static void open_on(struct unit_bed *bed, const char *config)
{
    unit_open(bed, UNIT_SCALABLE, config);
    unit_write(bed, REG_FEDATA, 4, 0xffff4021); /* the upper half is reserved */
    unit_write(bed, REG_FEADDR, 4, (uint32_t)FE_ADDRESS | 3);
    unit_write(bed, REG_FEUADDR, 4, FE_ADDRESS >> 32);
    unit_write(bed, REG_IEDATA, 4, 0x4122);
    unit_write(bed, REG_IEADDR, 8, IE_ADDRESS); /* two neighbours in one access */
    unit_on(bed);
}

static void control_is(const struct unit_bed *bed, uint32_t offset, uint32_t bits)
{
    assert_int_equal(unit_read(bed, offset, 4), bits);
}

static void sent(const struct unit_bed *bed, unsigned count)
{
    assert_int_equal(unit_events(bed, UNIT_MESSAGE), count);
}

static void last_message_is(const struct unit_bed *bed, uint64_t address, uint32_t data)
{
    const struct unit_event *message =
        unit_event(bed, UNIT_MESSAGE, unit_events(bed, UNIT_MESSAGE) - 1);
    assert_int_equal(message->address, address);
    assert_int_equal(message->data, data);
}

static void clear_record(struct unit_bed *bed, unsigned i)
{
    unit_write(bed, REG_FRCD + 16 * i + 12, 4, UINT32_C(1) << 31);
}

/* Stop the queue, which must be on, at a descriptor of type 0. */
static void queue_error(struct unit_bed *bed)
{
    uint32_t head = (uint32_t)unit_read(bed, REG_IQH, 4);
    unit_put(bed, head, true, 0, 0);
    unit_write(bed, REG_IQT, 8, head + 32);
    assert_true(unit_read(bed, REG_FSTS, 4) & FSTS_IQE);
}

/* Repair the bad descriptor; the queue is empty afterwards. */
static void repair(struct unit_bed *bed)
{
    unit_put(bed, (uint32_t)unit_read(bed, REG_IQH, 4), true, INV_WAIT, 0);
    unit_write(bed, REG_FSTS, 4, FSTS_IQE);
    assert_int_equal(unit_read(bed, REG_IQH, 8), unit_read(bed, REG_IQT, 8));
}

/* Pass one wait descriptor with the interrupt flag. */
static void wait_done(struct unit_bed *bed)
{
    uint32_t head = (uint32_t)unit_read(bed, REG_IQH, 4);
    unit_put(bed, head, true, INV_WAIT | INV_WAIT_IF, 0);
    unit_write(bed, REG_IQT, 8, head + 32);
    assert_int_equal(unit_read(bed, REG_IQH, 8), head + 32);
    assert_int_equal(unit_read(bed, REG_ICS, 4), 1);
}

/* --- fault event --- */

static void masked_fault_waits_and_is_sent_once(void **state)
{
    struct unit_bed bed;
    (void)state;
    open_on(&bed, NULL);
    control_is(&bed, REG_FECTL, CONTROL_IM);
    unit_fault(&bed, UNIT_NO_SID);
    control_is(&bed, REG_FECTL, CONTROL_IM | CONTROL_IP);
    sent(&bed, 0);
    unit_write(&bed, REG_FECTL, 4, CONTROL_IM); /* still masked */
    control_is(&bed, REG_FECTL, CONTROL_IM | CONTROL_IP);
    sent(&bed, 0);
    unit_write(&bed, REG_FECTL, 4, 0);
    control_is(&bed, REG_FECTL, 0);
    sent(&bed, 1);
    last_message_is(&bed, FE_ADDRESS, 0x4021);
    unit_write(&bed, REG_FECTL, 4, CONTROL_IM);
    unit_write(&bed, REG_FECTL, 4, 0);
    sent(&bed, 1);
    control_is(&bed, REG_IECTL, CONTROL_IM);
    unit_close(&bed);
}

static void unmasked_fault_is_sent_at_once(void **state)
{
    struct unit_bed bed;
    (void)state;
    open_on(&bed, NULL);
    unit_write(&bed, REG_FECTL, 4, 0);
    sent(&bed, 0);
    unit_fault(&bed, UNIT_NO_SID);
    sent(&bed, 1);
    last_message_is(&bed, FE_ADDRESS, 0x4021);
    control_is(&bed, REG_FECTL, 0);
    unit_close(&bed);
}

/* trap 104: one message. */
static void no_second_event_while_one_is_pending(void **state)
{
    struct unit_bed bed;
    (void)state;
    open_on(&bed, NULL);
    unit_write(&bed, REG_FECTL, 4, 0);
    unit_fault(&bed, UNIT_NO_SID);
    unit_fault(&bed, UNIT_NO_SID);
    sent(&bed, 1);
    clear_record(&bed, 0);
    unit_fault(&bed, UNIT_NO_SID); /* record 1 is still pending */
    sent(&bed, 1);
    clear_record(&bed, 1);
    clear_record(&bed, 2);
    sent(&bed, 1);
    unit_fault(&bed, UNIT_NO_SID);
    sent(&bed, 2);
    unit_close(&bed);
}

/* trap 105: no message is sent. */
static void clearing_all_statuses_drops_the_pending_event(void **state)
{
    struct unit_bed bed;
    (void)state;
    open_on(&bed, NULL);
    unit_fault(&bed, UNIT_NO_SID);
    unit_fault(&bed, UNIT_NO_SID);
    clear_record(&bed, 0);
    control_is(&bed, REG_FECTL, CONTROL_IM | CONTROL_IP); /* one is left */
    clear_record(&bed, 1);
    control_is(&bed, REG_FECTL, CONTROL_IM);
    unit_write(&bed, REG_FECTL, 4, 0);
    sent(&bed, 0);
    unit_close(&bed);
}

static void overflow_is_no_event_but_counts_as_pending(void **state)
{
    struct unit_bed bed;
    (void)state;
    open_on(&bed, "cap.nfr=0");
    unit_queue_on(&bed, 0, true);
    unit_fault(&bed, UNIT_NO_SID);
    unit_write(&bed, REG_FECTL, 4, 0);
    sent(&bed, 1);
    unit_fault(&bed, UNIT_NO_SID);
    assert_int_equal(unit_read(&bed, REG_FSTS, 4), FSTS_PPF | FSTS_PFO);
    sent(&bed, 1);
    clear_record(&bed, 0);
    queue_error(&bed); /* PFO is set: no event */
    sent(&bed, 1);
    repair(&bed);
    unit_write(&bed, REG_FSTS, 4, FSTS_PFO);
    queue_error(&bed);
    sent(&bed, 2);
    unit_close(&bed);
}

static void pending_bit_stays_while_overflow_is_set(void **state)
{
    struct unit_bed bed;
    (void)state;
    open_on(&bed, "cap.nfr=0");
    unit_fault(&bed, UNIT_NO_SID);
    unit_fault(&bed, UNIT_NO_SID);
    clear_record(&bed, 0);
    assert_int_equal(unit_read(&bed, REG_FSTS, 4) & 0xff, FSTS_PFO);
    control_is(&bed, REG_FECTL, CONTROL_IM | CONTROL_IP);
    unit_write(&bed, REG_FSTS, 4, FSTS_PFO);
    control_is(&bed, REG_FECTL, CONTROL_IM);
    unit_close(&bed);
}

static void queue_error_and_fault_share_the_event(void **state)
{
    (void)state;
    for (unsigned fault_first = 0; fault_first < 2; fault_first++) {
        struct unit_bed bed;
        open_on(&bed, NULL);
        unit_queue_on(&bed, 0, true);
        if (fault_first)
            unit_fault(&bed, UNIT_NO_SID);
        queue_error(&bed);
        if (!fault_first)
            unit_fault(&bed, UNIT_NO_SID);
        control_is(&bed, REG_FECTL, CONTROL_IM | CONTROL_IP);
        unit_write(&bed, REG_FSTS, 4, 0xe0); /* ICE and ITE are not set: nothing happens */
        assert_true(unit_read(&bed, REG_FSTS, 4) & FSTS_IQE);
        unit_write(&bed, REG_FECTL, 4, 0);
        sent(&bed, 1);
        repair(&bed);
        queue_error(&bed); /* the record is still pending */
        sent(&bed, 1);
        clear_record(&bed, 0);
        unit_fault(&bed, UNIT_NO_SID); /* IQE is */
        sent(&bed, 1);
        clear_record(&bed, 1);
        repair(&bed);
        sent(&bed, 1);
        queue_error(&bed);
        sent(&bed, 2);
        unit_close(&bed);
    }
}

static void either_status_keeps_the_pending_bit(void **state)
{
    struct unit_bed bed;
    (void)state;
    open_on(&bed, NULL);
    unit_queue_on(&bed, 0, true);
    unit_fault(&bed, UNIT_NO_SID);
    queue_error(&bed);
    clear_record(&bed, 0);
    control_is(&bed, REG_FECTL, CONTROL_IM | CONTROL_IP);
    repair(&bed);
    control_is(&bed, REG_FECTL, CONTROL_IM);
    unit_write(&bed, REG_FECTL, 4, 0);
    sent(&bed, 0);
    unit_close(&bed);
}

/* Clearing IQE fetches again; the same bad descriptor is a new error and a new event. */
static void a_repeated_queue_error_is_a_new_event(void **state)
{
    struct unit_bed bed;
    (void)state;
    open_on(&bed, NULL);
    unit_queue_on(&bed, 0, true);
    unit_write(&bed, REG_FECTL, 4, 0);
    queue_error(&bed);
    sent(&bed, 1);
    unit_write(&bed, REG_FSTS, 4, FSTS_IQE);
    assert_true(unit_read(&bed, REG_FSTS, 4) & FSTS_IQE);
    sent(&bed, 2);
    unit_close(&bed);
}

static void a_timed_fault_is_sent_when_it_is_answered(void **state)
{
    struct unit_bed bed;
    (void)state;
    open_on(&bed, "memory.latency=100");
    unit_write(&bed, REG_FECTL, 4, 0);
    svasim_request request = unit_request(UNIT_NO_SID, SVASIM_NO_PASID, UNIT_VA, SVASIM_READ);
    assert_int_equal(svasim_submit(bed.unit, &request), SVASIM_OK);
    svasim_run_until(bed.unit, 100);
    sent(&bed, 0);
    svasim_drain(bed.unit);
    sent(&bed, 1);
    assert_int_equal(unit_event(&bed, UNIT_MESSAGE, 0)->tick,
                     unit_event(&bed, UNIT_ANSWER, 0)->tick);
    unit_close(&bed);
}

/* --- invalidation event --- */

static void completion_event_is_masked_pending_and_sent(void **state)
{
    struct unit_bed bed;
    (void)state;
    open_on(&bed, NULL);
    unit_queue_on(&bed, 0, true);
    wait_done(&bed);
    control_is(&bed, REG_IECTL, CONTROL_IM | CONTROL_IP);
    control_is(&bed, REG_FECTL, CONTROL_IM);
    sent(&bed, 0);
    unit_write(&bed, REG_IECTL, 4, 0);
    sent(&bed, 1);
    last_message_is(&bed, IE_ADDRESS, 0x4122);
    control_is(&bed, REG_IECTL, 0);
    wait_done(&bed); /* IWC is set already */
    sent(&bed, 1);
    control_is(&bed, REG_IECTL, 0);
    unit_write(&bed, REG_ICS, 4, 0); /* 0 clears nothing */
    assert_int_equal(unit_read(&bed, REG_ICS, 4), 1);
    unit_write(&bed, REG_ICS, 4, 1);
    assert_int_equal(unit_read(&bed, REG_ICS, 4), 0);
    wait_done(&bed);
    sent(&bed, 2);
    unit_close(&bed);
}

static void clearing_the_completion_drops_the_pending_event(void **state)
{
    struct unit_bed bed;
    (void)state;
    open_on(&bed, NULL);
    unit_queue_on(&bed, 0, true);
    wait_done(&bed);
    unit_fault(&bed, UNIT_NO_SID);
    unit_write(&bed, REG_ICS, 4, 1);
    control_is(&bed, REG_IECTL, CONTROL_IM);
    control_is(&bed, REG_FECTL, CONTROL_IM | CONTROL_IP); /* another event */
    unit_write(&bed, REG_IECTL, 4, 0);
    sent(&bed, 0);
    unit_close(&bed);
}

/* --- all of them --- */

static void the_pending_bit_is_read_only(void **state)
{
    static const uint32_t controls[] = {REG_FECTL, REG_IECTL, REG_PECTL};
    (void)state;
    for (unsigned i = 0; i < 3; i++) {
        struct unit_bed bed;
        open_on(&bed, NULL);
        unit_write(&bed, controls[i], 4, 0xffffffff);
        control_is(&bed, controls[i], CONTROL_IM);
        unit_write(&bed, controls[i], 4, 0x7fffffff);
        control_is(&bed, controls[i], 0);
        sent(&bed, 0);
        unit_close(&bed);
    }
}

static void a_host_without_interrupts_is_left_alone(void **state)
{
    struct unit_bed bed;
    (void)state;
    unit_open(&bed, UNIT_SCALABLE | UNIT_DEAF, NULL);
    unit_on(&bed);
    unit_write(&bed, REG_FECTL, 4, 0);
    unit_fault(&bed, UNIT_NO_SID);
    control_is(&bed, REG_FECTL, 0); /* sent as far as the unit knows */
    unit_close(&bed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(masked_fault_waits_and_is_sent_once),
        cmocka_unit_test(unmasked_fault_is_sent_at_once),
        cmocka_unit_test(no_second_event_while_one_is_pending),
        cmocka_unit_test(clearing_all_statuses_drops_the_pending_event),
        cmocka_unit_test(overflow_is_no_event_but_counts_as_pending),
        cmocka_unit_test(pending_bit_stays_while_overflow_is_set),
        cmocka_unit_test(queue_error_and_fault_share_the_event),
        cmocka_unit_test(either_status_keeps_the_pending_bit),
        cmocka_unit_test(a_repeated_queue_error_is_a_new_event),
        cmocka_unit_test(a_timed_fault_is_sent_when_it_is_answered),
        cmocka_unit_test(completion_event_is_masked_pending_and_sent),
        cmocka_unit_test(clearing_the_completion_drops_the_pending_event),
        cmocka_unit_test(the_pending_bit_is_read_only),
        cmocka_unit_test(a_host_without_interrupts_is_left_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
