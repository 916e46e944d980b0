/* SPDX-License-Identifier: MIT */
/* test_page_queue.c - does the page request queue fill, overflow and resume as software expects,
 * and when is an event sent (sections 7.4, 7.5, 11.4.12)? What a request looks like and removes is
 * the subject of test_page_requests.c. */
#include "page_bed.h"

#define EVENT_ADDRESS UINT64_C(0x300fee0e000)
#define EVENT_DATA    0x4133u
#define USABLE        127u /* of the smallest queue */

static void on(struct page_bed *bed, const char *config)
{
    page_open(bed, 1, 0, config);
    unit_write(&bed->base, REG_PEDATA, 4, 0xffff0000u | EVENT_DATA); /* upper half reserved */
    unit_write(&bed->base, REG_PEADDR, 4, (uint32_t)EVENT_ADDRESS | 3);
    unit_write(&bed->base, REG_PEUADDR, 4, EVENT_ADDRESS >> 32);
    unit_on(&bed->base);
}

static void status_is(const struct page_bed *bed, unsigned status)
{
    assert_int_equal(unit_read(&bed->base, REG_PRS, 4), status);
}

static void clear(struct page_bed *bed, unsigned status)
{
    unit_write(&bed->base, REG_PRS, 4, status);
}

static void tail_is(const struct page_bed *bed, unsigned entry)
{
    assert_int_equal(unit_read(&bed->base, REG_PQT, 8), PAGE_ENTRY * entry);
}

static void head(struct page_bed *bed, unsigned entry)
{
    unit_write(&bed->base, REG_PQH, 8, PAGE_ENTRY * entry);
}

static void control_is(const struct page_bed *bed, uint32_t bits)
{
    assert_int_equal(unit_read(&bed->base, REG_PECTL, 4), bits);
}

/* Refused for lack of room, whatever the reason: success if last, silence if not. */
static void overflows(struct page_bed *bed)
{
    uint64_t tail = unit_read(&bed->base, REG_PQT, 8);
    unsigned stores = bed->store_count;
    page_expect(bed, PAGE_FIRST, PAGE_RL, SVASIM_PAGE_SUCCESS);
    page_expect(bed, PAGE_FIRST, PAGE_R, SVASIM_PAGE_DROPPED);
    assert_int_equal(unit_read(&bed->base, REG_PQT, 8), tail);
    assert_int_equal(bed->store_count, stores);
}

/* --- registers --- */

static void registers_keep_their_fields(void **state)
{
    const uint64_t all = UINT64_MAX;
    struct page_bed bed;
    (void)state;
    page_open(&bed, 1, 0, NULL);
    unit_write(&bed.base, REG_PQH, 8, all);
    assert_int_equal(unit_read(&bed.base, REG_PQH, 8), 0x7ffe0);
    unit_write(&bed.base, REG_PQT, 8, all);
    assert_int_equal(unit_read(&bed.base, REG_PQT, 8), 0x7ffe0);
    unit_write(&bed.base, REG_PQA, 8, UINT64_C(0xabcdef12345ff));
    assert_true(unit_read(&bed.base, REG_PQA, 8) == UINT64_C(0xabcdef1234007));
    unit_write(&bed.base, REG_PECTL, 4, all & 0xffffffff);
    control_is(&bed, CONTROL_IM);
    unit_write(&bed.base, REG_PEDATA, 4, all & 0xffffffff);
    assert_int_equal(unit_read(&bed.base, REG_PEDATA, 4), 0xffff);
    unit_write(&bed.base, REG_PEADDR, 4, all & 0xffffffff);
    assert_int_equal(unit_read(&bed.base, REG_PEADDR, 4), 0xfffffffc);
    unit_write(&bed.base, REG_PRS, 4, all & 0xffffffff); /* written bits are cleared, never set */
    status_is(&bed, 0);
    page_close(&bed);
}

static void the_event_starts_masked(void **state)
{
    struct unit_bed bed;
    (void)state;
    unit_open(&bed, UNIT_SCALABLE, NULL);
    assert_int_equal(unit_read(&bed, REG_PECTL, 4), CONTROL_IM);
    assert_int_equal(unit_read(&bed, REG_PQA, 8), 0);
    unit_close(&bed);
}

static void without_the_capability_there_is_nothing(void **state)
{
    struct unit_bed bed;
    svasim_page_request request = page_request(PAGE_FIRST, PAGE_X, PAGE_RL);
    svasim_page_answer answer = SVASIM_PAGE_SUCCESS;
    uint16_t fault = 0xeeee;
    (void)state;
    unit_open(&bed, UNIT_SCALABLE, "cap.prs=off cap.sms=off");
    unit_on(&bed);
    for (uint32_t offset = REG_PQH; offset <= REG_PEUADDR; offset += 4) {
        if (offset == 0xd8)
            continue; /* not of this group */
        unit_write(&bed, offset, 4, 0xffffffff);
        assert_int_equal(unit_read(&bed, offset, 4), 0);
    }
    assert_int_equal(svasim_page_ask(bed.unit, &request, &answer, &fault), SVASIM_EINVAL);
    assert_int_equal(answer, SVASIM_PAGE_SUCCESS);
    assert_int_equal(fault, 0xeeee);
    unit_close(&bed);
}

/* --- the ring --- */

static void one_entry_less_than_its_size_is_usable(void **state)
{
    (void)state;
    for (unsigned size = 0; size < 8; size++) {
        struct page_bed bed;
        unsigned entries = 128u << size;
        page_open(&bed, 1, size, NULL);
        unit_on(&bed.base);
        page_fill(&bed, entries - 1);
        tail_is(&bed, entries - 1);
        status_is(&bed, PRS_PPR);
        assert_int_equal(page_word(&bed, entries - 2, 0) & 0xff, 1);
        overflows(&bed);
        tail_is(&bed, entries - 1);
        assert_int_equal(page_word(&bed, entries - 1, 0), 0);
        status_is(&bed, PRS_PPR | PRS_PRO);
        assert_int_equal(page_counter(&bed, "pg_req_posted"), entries - 1);
        assert_int_equal(page_counter(&bed, "pg_req_overflow"), 1);
        page_close(&bed);
    }
}

static void behind_the_last_entry_comes_the_first(void **state)
{
    (void)state;
    for (unsigned size = 0; size < 8; size += 7) {
        struct page_bed bed;
        unsigned last = (128u << size) - 1;
        page_open(&bed, 1, size, NULL);
        unit_on(&bed.base);
        head(&bed, last);
        unit_write(&bed.base, REG_PQT, 8, PAGE_ENTRY * last);
        page_expect(&bed, PAGE_FIRST, PAGE_R, SVASIM_PAGE_QUEUED);
        tail_is(&bed, 0);
        page_expect(&bed, PAGE_SECOND, PAGE_R, SVASIM_PAGE_QUEUED);
        tail_is(&bed, 1);
        assert_int_equal(page_word(&bed, last, 0) >> 32, PAGE_FIRST);
        assert_int_equal(page_word(&bed, 0, 0) >> 32, PAGE_SECOND);
        for (unsigned word = 0; word < 4; word++)
            assert_int_equal(page_word(&bed, last + 1, word), 0);
        /* Full in the middle: head at 5, tail goes to 4. */
        head(&bed, 5);
        page_fill(&bed, 3);
        overflows(&bed);
        tail_is(&bed, 4);
        page_close(&bed);
    }
}

/* --- overflow --- */

/* trap 106: until PRO is cleared. */
static void room_alone_does_not_resume(void **state)
{
    struct page_bed bed;
    (void)state;
    on(&bed, NULL);
    page_fill(&bed, USABLE);
    overflows(&bed);
    status_is(&bed, PRS_PPR | PRS_PRO);
    head(&bed, USABLE); /* software took all */
    overflows(&bed);
    clear(&bed, PRS_PPR);
    overflows(&bed);
    status_is(&bed, PRS_PRO);
    clear(&bed, PRS_PRO);
    status_is(&bed, 0);
    page_expect(&bed, PAGE_FIRST, PAGE_RL, SVASIM_PAGE_QUEUED);
    tail_is(&bed, 0);
    status_is(&bed, PRS_PPR);
    assert_int_equal(page_counter(&bed, "pg_req_overflow"), 3);
    page_close(&bed);
}

static void cleared_while_full_it_overflows_again(void **state)
{
    struct page_bed bed;
    (void)state;
    on(&bed, NULL);
    page_fill(&bed, USABLE);
    overflows(&bed);
    clear(&bed, PRS_PRO);
    status_is(&bed, PRS_PPR);
    page_expect(&bed, PAGE_FIRST, PAGE_R, SVASIM_PAGE_DROPPED); /* it need not be the last */
    status_is(&bed, PRS_PPR | PRS_PRO);
    overflows(&bed);
    page_close(&bed);
}

static void an_overflow_removes_nothing(void **state)
{
    struct page_bed bed;
    (void)state;
    on(&bed, NULL);
    head(&bed, 1);
    for (unsigned round = 0; round < 2; round++) { /* full, then PRO with room */
        unit_ask(&bed.base, UNIT_SID, PAGE_FIRST, PAGE_X, SVASIM_READ);
        uint64_t removed = page_counter(&bed, "invalidated");
        overflows(&bed);
        status_is(&bed, PRS_PRO);
        assert_int_equal(page_counter(&bed, "invalidated"), removed);
        assert_true(svasim_cache_holds(bed.base.unit, "iotlb_4k", UNIT_SID, PAGE_FIRST, PAGE_X));
        head(&bed, 0);
    }
    page_close(&bed);
}

static void an_overflow_is_no_fault(void **state)
{
    struct page_bed bed;
    (void)state;
    on(&bed, NULL);
    head(&bed, 1);
    overflows(&bed);
    assert_int_equal(unit_read(&bed.base, REG_FSTS, 4), 0);
    assert_int_equal(page_counter(&bed, "faults"), 0);
    page_close(&bed);
}

/* --- stop markers --- */

static void a_stop_marker_is_queued_if_there_is_room(void **state)
{
    (void)state;
    for (unsigned sms = 0; sms < 2; sms++) {
        struct page_bed bed;
        on(&bed, sms ? NULL : "cap.sms=off");
        unit_ask(&bed.base, UNIT_SID, PAGE_FIRST, PAGE_X, SVASIM_READ);
        page_expect(&bed, PAGE_FIRST, PAGE_END, SVASIM_PAGE_QUEUED);
        assert_true(page_word(&bed, 0, 0) ==
                    (1 | 1u << 8 | UNIT_SID << 16 | (uint64_t)PAGE_FIRST << 32));
        assert_true((page_word(&bed, 0, 1) & ~UINT64_C(0xff8)) == (PAGE_X | 4));
        status_is(&bed, PRS_PPR);
        assert_int_equal(bed.messages, 1);
        page_close(&bed);
    }
}

/* trap 109: no answer and no overflow. */
static void a_stop_marker_without_room_vanishes(void **state)
{
    struct page_bed bed;
    (void)state;
    on(&bed, NULL);
    head(&bed, 1);
    page_expect(&bed, PAGE_FIRST, PAGE_END, SVASIM_PAGE_DROPPED);
    status_is(&bed, 0); /* not even an overflow */
    assert_int_equal(bed.messages, 0);
    overflows(&bed);
    head(&bed, 0);
    page_expect(&bed, PAGE_FIRST, PAGE_END, SVASIM_PAGE_DROPPED); /* PRO */
    tail_is(&bed, 0);
    assert_int_equal(page_counter(&bed, "pg_req_overflow"), 1);
    page_close(&bed);
}

/* Without a PASID, or asking for something, it is an ordinary request. */
static void what_is_no_stop_marker_overflows(void **state)
{
    static const struct {
        uint32_t pasid;
        unsigned flags;
    } rows[] = {{SVASIM_NO_PASID, PAGE_END},
                {PAGE_FIRST, SVASIM_PAGE_READ | SVASIM_PAGE_LAST},
                {PAGE_FIRST, SVASIM_PAGE_WRITE | SVASIM_PAGE_LAST}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct page_bed bed;
        on(&bed, NULL);
        head(&bed, 1);
        page_expect(&bed, rows[i].pasid, rows[i].flags, SVASIM_PAGE_SUCCESS);
        status_is(&bed, PRS_PRO);
        page_close(&bed);
    }
}

/* --- events --- */

static void one_event_until_both_are_clear(void **state)
{
    struct page_bed bed;
    (void)state;
    on(&bed, NULL);
    page_fill(&bed, 3);
    assert_int_equal(bed.messages, 1);
    assert_true(bed.message.address == EVENT_ADDRESS);
    assert_int_equal(bed.message.data, EVENT_DATA);
    control_is(&bed, 0);
    clear(&bed, PRS_PPR);
    page_fill(&bed, 1);
    assert_int_equal(bed.messages, 2);
    head(&bed, 5); /* full: PRO on top of PPR is no new event */
    overflows(&bed);
    status_is(&bed, PRS_PPR | PRS_PRO);
    assert_int_equal(bed.messages, 2);
    clear(&bed, PRS_PRO); /* PPR is left: again none */
    overflows(&bed);
    assert_int_equal(bed.messages, 2);
    clear(&bed, PRS_PPR | PRS_PRO);
    overflows(&bed); /* PRO alone is one */
    status_is(&bed, PRS_PRO);
    assert_int_equal(bed.messages, 3);
    page_close(&bed);
}

static void masked_it_waits(void **state)
{
    struct page_bed bed;
    (void)state;
    on(&bed, NULL);
    unit_write(&bed.base, REG_PECTL, 4, CONTROL_IM);
    page_fill(&bed, 2);
    assert_int_equal(bed.messages, 0);
    control_is(&bed, CONTROL_IM | CONTROL_IP);
    unit_write(&bed.base, REG_PECTL, 4, 0);
    assert_int_equal(bed.messages, 1);
    assert_true(bed.message.address == EVENT_ADDRESS);
    control_is(&bed, 0);
    unit_write(&bed.base, REG_PECTL, 4, 0); /* nothing is left to send */
    assert_int_equal(bed.messages, 1);
    page_close(&bed);
}

static void cleared_while_masked_it_is_forgotten(void **state)
{
    struct page_bed bed;
    (void)state;
    on(&bed, NULL);
    unit_write(&bed.base, REG_PECTL, 4, CONTROL_IM);
    page_fill(&bed, 1);
    head(&bed, 2);
    overflows(&bed);
    clear(&bed, PRS_PPR); /* PRO still asks for it */
    control_is(&bed, CONTROL_IM | CONTROL_IP);
    clear(&bed, PRS_PRO);
    control_is(&bed, CONTROL_IM);
    unit_write(&bed.base, REG_PECTL, 4, 0);
    assert_int_equal(bed.messages, 0);
    page_close(&bed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(registers_keep_their_fields),
        cmocka_unit_test(the_event_starts_masked),
        cmocka_unit_test(without_the_capability_there_is_nothing),
        cmocka_unit_test(one_entry_less_than_its_size_is_usable),
        cmocka_unit_test(behind_the_last_entry_comes_the_first),
        cmocka_unit_test(room_alone_does_not_resume),
        cmocka_unit_test(cleared_while_full_it_overflows_again),
        cmocka_unit_test(an_overflow_removes_nothing),
        cmocka_unit_test(an_overflow_is_no_fault),
        cmocka_unit_test(a_stop_marker_is_queued_if_there_is_room),
        cmocka_unit_test(a_stop_marker_without_room_vanishes),
        cmocka_unit_test(what_is_no_stop_marker_overflows),
        cmocka_unit_test(one_event_until_both_are_clear),
        cmocka_unit_test(masked_it_waits),
        cmocka_unit_test(cleared_while_masked_it_is_forgotten),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
