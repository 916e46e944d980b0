/* SPDX-License-Identifier: MIT */
/* test_perf_counting.c - what do performance counters count, when do they overflow, freeze and
 * interrupt, and at which tick? Rev 5.10, sections 10.2 to 10.6. Whether counts are those of the
 * unit's own counters is in tests/property/check_performance.c. */
#include "perf_driver.h"
#include "unit_bed.h"

#define ON      "cap.ecmds=on cap.pms=on "
#define EVERY   ON "perf.filters=0x1f perf.filter_pairs=known "
#define ADDRESS UINT64_C(0x300fee0e000)

/* Group, event. */
#define CLOCKS       0, 1u << 0
#define REQUESTS     0, 1u << 1
#define OCCUPANCY    0, 1u << 5
#define READS        1, 1u << 0
#define SS_HIT       2, 1u << 5
#define IOTLB_LOOKUP 3, 1u << 0
#define IOTLB_HIT    3, 1u << 1
#define IOTLB_BOTH   3, 3u

static void open_on(struct unit_bed *bed, unsigned flags, const char *config)
{
    unit_open(bed, flags, config);
    unit_write(bed, PERF_INTRDATA, 4, 0x4155);
    unit_write(bed, PERF_INTRADDR, 8, ADDRESS);
    unit_on(bed);
}

static void set_value(struct unit_bed *bed, unsigned counter, uint64_t value)
{
    unit_write(bed, perf_value_at(bed->unit, counter), 8, value);
}

static void read_page(struct unit_bed *bed, unsigned page)
{
    svasim_response r =
        unit_ask(bed, UNIT_SID, SVASIM_NO_PASID, UNIT_VA + 4096 * page, SVASIM_READ);
    assert_int_equal(r.fault, SVASIM_FAULT_NONE);
}

static void read_pages(struct unit_bed *bed, unsigned times)
{
    while (times-- > 0)
        read_page(bed, 0);
}

/* --- counting --- */

static void counting_begins_and_ends_with_the_commands(void **state)
{
    struct unit_bed bed;
    (void)state;
    open_on(&bed, UNIT_SCALABLE, ON);
    perf_select(bed.unit, 0, IOTLB_LOOKUP, 0);
    read_pages(&bed, 2);
    assert_int_equal(perf_value(bed.unit, 0), 0);
    assert_int_equal(perf_command(bed.unit, PERF_ENABLE, 0), 0);
    read_pages(&bed, 3);
    assert_int_equal(perf_value(bed.unit, 0), 3);
    assert_int_equal(perf_command(bed.unit, PERF_DISABLE, 0), 0);
    read_pages(&bed, 4);
    assert_int_equal(perf_value(bed.unit, 0), 3);
    assert_int_equal(perf_count(bed.unit, 0, IOTLB_HIT, 0), 0); /* goes on from what is there */
    read_pages(&bed, 5);
    assert_int_equal(perf_value(bed.unit, 0), 8);
    assert_int_equal(perf_command(bed.unit, PERF_FREEZE, 0), 0);
    read_pages(&bed, 6);
    assert_int_equal(perf_value(bed.unit, 0), 8);
    set_value(&bed, 0, 20);
    assert_int_equal(perf_command(bed.unit, PERF_UNFREEZE, 0), 0);
    read_pages(&bed, 7);
    assert_int_equal(perf_value(bed.unit, 0), 27);
    set_value(&bed, 0, 1); /* while it counts */
    read_pages(&bed, 1);
    assert_int_equal(perf_value(bed.unit, 0), 2);
    assert_int_equal(unit_read(&bed, perf_value_at(bed.unit, 0), 4), 2);
    assert_int_equal(perf_overflowed(bed.unit), 0);
    unit_close(&bed);
}

static void several_events_add_up(void **state)
{
    struct unit_bed bed;
    (void)state;
    open_on(&bed, UNIT_SCALABLE, ON);
    assert_int_equal(perf_count(bed.unit, 0, IOTLB_LOOKUP, 0), 0);
    assert_int_equal(perf_count(bed.unit, 1, IOTLB_HIT, 0), 0);
    assert_int_equal(perf_count(bed.unit, 2, IOTLB_BOTH, 0), 0);
    for (unsigned i = 0; i < 8; i++)
        read_page(&bed, i % 4);
    assert_int_equal(perf_value(bed.unit, 0), 8);
    assert_int_equal(perf_value(bed.unit, 1), 4);
    assert_int_equal(perf_value(bed.unit, 2), 12);
    unit_close(&bed);
}

/* A counter that is enabled while another is frozen by nothing: freezing is per counter. */
static void disabling_unfreezes_one(void **state)
{
    struct unit_bed bed;
    (void)state;
    open_on(&bed, UNIT_SCALABLE, ON "perf.counters=2");
    assert_int_equal(perf_count(bed.unit, 0, IOTLB_LOOKUP, 0), 0);
    assert_int_equal(perf_count(bed.unit, 1, IOTLB_LOOKUP, 0), 0);
    assert_int_equal(perf_command(bed.unit, PERF_FREEZE, 0), 0);
    assert_int_equal(perf_command(bed.unit, PERF_DISABLE, 1), 0);
    assert_int_equal(perf_frozen(bed.unit), 1);
    assert_int_equal(perf_command(bed.unit, PERF_ENABLE, 1), 0);
    read_pages(&bed, 2);
    assert_int_equal(perf_value(bed.unit, 0), 0);
    assert_int_equal(perf_value(bed.unit, 1), 2);
    unit_close(&bed);
}

/* --- overflow --- */

static void overflow_at_every_width(void **state)
{
    static const struct {
        const char *config;
        uint64_t ones;
    } rows[] = {
        {ON "perf.counter_width=1", 1},
        {ON "perf.counter_width=32", 0xffffffff},
        {ON, UINT64_C(0xffffffffffff)},
        {ON "perf.counter_width=64", UINT64_MAX},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct unit_bed bed;
        open_on(&bed, UNIT_SCALABLE, rows[i].config);
        assert_int_equal(perf_count(bed.unit, 0, IOTLB_LOOKUP, 0), 0);
        assert_int_equal(perf_count(bed.unit, 1, IOTLB_LOOKUP, 0), 0);
        set_value(&bed, 0, rows[i].ones);
        set_value(&bed, 1, rows[i].ones - 1);
        read_pages(&bed, 1);
        assert_int_equal(perf_overflowed(bed.unit), 1);
        assert_int_equal(perf_value(bed.unit, 0), 0); /* and goes on */
        assert_int_equal(perf_value(bed.unit, 1), rows[i].ones);
        read_pages(&bed, 1);
        assert_int_equal(perf_overflowed(bed.unit), 3);
        assert_int_equal(perf_value(bed.unit, 0), 1);
        assert_int_equal(perf_value(bed.unit, 1), 0);
        assert_int_equal(perf_frozen(bed.unit), 0);
        assert_int_equal(unit_read(&bed, PERF_INTRSTS, 4), 0); /* nobody asked */
        unit_close(&bed);
    }
}

/* Past zero by more than one: a lookup that hits counts two. */
static void overflow_past_zero(void **state)
{
    struct unit_bed bed;
    (void)state;
    open_on(&bed, UNIT_SCALABLE, ON);
    read_pages(&bed, 1);
    assert_int_equal(perf_count(bed.unit, 0, IOTLB_BOTH, 0), 0);
    set_value(&bed, 0, UINT64_MAX);
    read_pages(&bed, 1);
    assert_int_equal(perf_value(bed.unit, 0), 1);
    assert_int_equal(perf_overflowed(bed.unit), 1);
    unit_close(&bed);
}

static void overflow_may_freeze_all(void **state)
{
    struct unit_bed bed;
    (void)state;
    open_on(&bed, UNIT_SCALABLE, ON "perf.counters=3");
    assert_int_equal(perf_count(bed.unit, 0, IOTLB_LOOKUP, PERF_GFO), 0);
    assert_int_equal(perf_count(bed.unit, 2, IOTLB_LOOKUP, 0), 0);
    set_value(&bed, 0, UINT64_MAX - 2);
    read_pages(&bed, 10);
    assert_int_equal(perf_frozen(bed.unit), 7); /* also those that are not enabled */
    assert_int_equal(perf_overflowed(bed.unit), 1);
    assert_int_equal(perf_value(bed.unit, 0), 0);
    assert_int_equal(perf_value(bed.unit, 2), 3);
    assert_int_equal(unit_events(&bed, UNIT_MESSAGE), 0);
    assert_int_equal(perf_command(bed.unit, PERF_UNFREEZE, 0), 0);
    read_pages(&bed, 2);
    assert_int_equal(perf_value(bed.unit, 0), 2);
    assert_int_equal(perf_value(bed.unit, 2), 5);
    unit_close(&bed);
}

/* --- interrupts --- */

static void overflow_interrupts_once(void **state)
{
    struct unit_bed bed;
    (void)state;
    open_on(&bed, UNIT_SCALABLE, ON "perf.counter_width=2");
    unit_write(&bed, PERF_INTRCTL, 4, 0);
    assert_int_equal(perf_count(bed.unit, 0, IOTLB_LOOKUP, PERF_IO), 0);
    read_pages(&bed, 3);
    assert_int_equal(unit_events(&bed, UNIT_MESSAGE), 0);
    read_pages(&bed, 1);
    assert_int_equal(unit_events(&bed, UNIT_MESSAGE), 1);
    assert_int_equal(unit_event(&bed, UNIT_MESSAGE, 0)->address, ADDRESS);
    assert_int_equal(unit_event(&bed, UNIT_MESSAGE, 0)->data, 0x4155);
    assert_int_equal(unit_read(&bed, PERF_INTRSTS, 4), 1);
    assert_int_equal(unit_read(&bed, PERF_INTRCTL, 4), 0);
    read_pages(&bed, 40); /* PIS is still set: the same event */
    assert_int_equal(unit_events(&bed, UNIT_MESSAGE), 1);
    unit_write(&bed, PERF_INTRSTS, 4, 0);
    assert_int_equal(unit_read(&bed, PERF_INTRSTS, 4), 1);
    unit_write(&bed, PERF_INTRSTS, 4, UINT32_MAX);
    assert_int_equal(unit_read(&bed, PERF_INTRSTS, 4), 0);
    assert_int_equal(perf_overflowed(bed.unit), 1); /* that one is cleared by itself */
    read_pages(&bed, 4);
    assert_int_equal(unit_events(&bed, UNIT_MESSAGE), 2);
    unit_close(&bed);
}

static void masked_interrupts_wait(void **state)
{
    struct unit_bed bed;
    (void)state;
    open_on(&bed, UNIT_SCALABLE, ON);
    assert_int_equal(perf_count(bed.unit, 0, IOTLB_LOOKUP, PERF_IO), 0);
    set_value(&bed, 0, UINT64_MAX);
    read_pages(&bed, 1);
    assert_int_equal(unit_read(&bed, PERF_INTRCTL, 4), CONTROL_IM | CONTROL_IP);
    unit_write(&bed, PERF_INTRCTL, 4, 0);
    assert_int_equal(unit_events(&bed, UNIT_MESSAGE), 1);
    assert_int_equal(unit_read(&bed, PERF_INTRCTL, 4), 0);
    unit_write(&bed, PERF_INTRCTL, 4, CONTROL_IM);
    unit_write(&bed, PERF_INTRSTS, 4, 1);
    set_value(&bed, 0, UINT64_MAX);
    read_pages(&bed, 1);
    assert_int_equal(unit_read(&bed, PERF_INTRCTL, 4), CONTROL_IM | CONTROL_IP);
    unit_write(&bed, PERF_INTRSTS, 4, 1); /* serviced: nothing is left to send */
    assert_int_equal(unit_read(&bed, PERF_INTRCTL, 4), CONTROL_IM);
    unit_write(&bed, PERF_INTRCTL, 4, 0);
    assert_int_equal(unit_events(&bed, UNIT_MESSAGE), 1);
    unit_close(&bed);
}

static void host_without_interrupts(void **state)
{
    struct unit_bed bed;
    (void)state;
    open_on(&bed, UNIT_SCALABLE | UNIT_DEAF, ON);
    unit_write(&bed, PERF_INTRCTL, 4, 0);
    assert_int_equal(perf_count(bed.unit, 0, IOTLB_LOOKUP, PERF_IO), 0);
    set_value(&bed, 0, UINT64_MAX);
    read_pages(&bed, 1);
    assert_int_equal(unit_read(&bed, PERF_INTRSTS, 4), 1);
    unit_close(&bed);
}

/* --- filters --- */

static svasim_response ask(struct unit_bed *bed, uint16_t sid, uint32_t pasid, uint8_t at)
{
    svasim_response response = {0};
    svasim_request request = unit_request(sid, pasid, UNIT_VA, SVASIM_READ);
    request.at = at;
    assert_int_equal(svasim_translate(bed->unit, &request, &response), SVASIM_OK);
    return response;
}

/* 1, 2, 4, 8 requests of four kinds: a count says which passed. */
static void ask_all(struct unit_bed *bed)
{
    for (unsigned i = 0; i < 8; i++) {
        if (i < 1)
            (void)ask(bed, UNIT_SID, SVASIM_NO_PASID, SVASIM_UNTRANSLATED);
        if (i < 2)
            (void)ask(bed, UNIT_OTHER_SID, UNIT_PASID, SVASIM_UNTRANSLATED);
        if (i < 4)
            (void)ask(bed, UNIT_SID, SVASIM_NO_PASID, SVASIM_TRANSLATION);
        (void)ask(bed, UNIT_SID, UNIT_NO_PASID, SVASIM_TRANSLATED);
    }
}

static void requests_by_their_identity(void **state)
{
    static const struct {
        uint32_t filter, value;
        uint64_t count;
    } rows[] = {
        {PERF_AT_FILTER, 0, 0},
        {PERF_AT_FILTER, 1, 3},
        {PERF_AT_FILTER, 2, 4},
        {PERF_AT_FILTER, 4, 8},
        {PERF_AT_FILTER, 5, 11},
        {PERF_AT_FILTER, 7, 15},
        {PERF_RID_FILTER, UNIT_SID, 13},
        {PERF_RID_FILTER, UNIT_OTHER_SID, 2},
        {PERF_RID_FILTER, UNIT_NO_SID, 0},
        {PERF_RID_FILTER, UNIT_SID ^ 0x8000, 0},
        {PERF_RID_FILTER, UNIT_SID ^ 1, 0},
        {PERF_PASID_FILTER, UNIT_PASID, 2},
        {PERF_PASID_FILTER, UNIT_NO_PASID, 8},
        {PERF_PASID_FILTER, 0, 0},         /* PASID 0 is not "none" */
        {PERF_PASID_FILTER, 1u << 20, 10}, /* any */
        {PERF_PASID_FILTER, 2u << 20, 5},  /* none */
        {PERF_PASID_FILTER, 3u << 20, 0},  /* reserved */
    };
    struct unit_bed bed;
    size_t count = sizeof rows / sizeof rows[0];
    (void)state;
    open_on(&bed, UNIT_SCALABLE, EVERY "perf.counters=20");
    for (size_t i = 0; i < count; i++) {
        perf_filter(bed.unit, (unsigned)i, rows[i].filter, rows[i].value);
        assert_int_equal(perf_count(bed.unit, (unsigned)i, REQUESTS, 0), 0);
    }
    unsigned both = (unsigned)count; /* filters go together */
    perf_filter(bed.unit, both, PERF_RID_FILTER, UNIT_SID);
    perf_filter(bed.unit, both, PERF_AT_FILTER, 3);
    assert_int_equal(perf_count(bed.unit, both, REQUESTS, 0), 0);
    assert_int_equal(perf_count(bed.unit, both + 1, REQUESTS, 0), 0); /* and one without */
    ask_all(&bed);
    for (size_t i = 0; i < count; i++)
        if (perf_value(bed.unit, (unsigned)i) != rows[i].count)
            fail_msg("row %zu: %d", i, (int)perf_value(bed.unit, (unsigned)i));
    assert_int_equal(perf_value(bed.unit, both), 5);
    assert_int_equal(perf_value(bed.unit, both + 1), 15);
    unit_close(&bed);
}

static void hits_by_level_and_domain(void **state)
{
    struct unit_bed bed;
    (void)state;
    open_on(&bed, UNIT_SCALABLE, EVERY "perf.counters=16");
    for (unsigned level = 0; level < 5; level++) {
        perf_filter(bed.unit, level, PERF_PTL_FILTER, 1u << level);
        assert_int_equal(perf_count(bed.unit, level, SS_HIT, 0), 0);
        perf_filter(bed.unit, 5 + level, PERF_PTL_FILTER, 1u << level);
        assert_int_equal(perf_count(bed.unit, 5 + level, IOTLB_HIT, 0), 0);
    }
    perf_filter(bed.unit, 10, PERF_DID_FILTER, UNIT_DID);
    perf_filter(bed.unit, 11, PERF_DID_FILTER, UNIT_OTHER_DID);
    perf_filter(bed.unit, 12, PERF_DID_FILTER, 0);
    for (unsigned i = 10; i < 13; i++)
        assert_int_equal(perf_count(bed.unit, i, IOTLB_HIT, 0), 0);
    perf_filter(bed.unit, 13, PERF_RID_FILTER, UNIT_OTHER_SID);
    assert_int_equal(perf_count(bed.unit, 13, READS, 0), 0);
    for (unsigned i = 0; i < 8; i++)
        read_page(&bed, i % 4); /* a full walk, three from the level-2 entry, four IOTLB hits */
    svasim_response other = unit_ask(&bed, UNIT_OTHER_SID, SVASIM_NO_PASID, UNIT_VA, SVASIM_READ);
    (void)unit_ask(&bed, UNIT_OTHER_SID, SVASIM_NO_PASID, UNIT_VA, SVASIM_READ);
    for (unsigned level = 0; level < 5; level++) {
        assert_int_equal(perf_value(bed.unit, level), level == 1 ? 3 : 0);
        assert_int_equal(perf_value(bed.unit, 5 + level), level == 0 ? 5 : 0);
    }
    assert_int_equal(perf_value(bed.unit, 10), 4);
    assert_int_equal(perf_value(bed.unit, 11), 1);
    assert_int_equal(perf_value(bed.unit, 12), 0);
    assert_int_equal(perf_value(bed.unit, 13), other.reads);
    unit_close(&bed);
}

static void filtered_counters_overflow_too(void **state)
{
    struct unit_bed bed;
    (void)state;
    open_on(&bed, UNIT_SCALABLE, ON);
    unit_write(&bed, PERF_INTRCTL, 4, 0);
    perf_filter(bed.unit, 0, PERF_AT_FILTER, 2);
    assert_int_equal(perf_count(bed.unit, 0, REQUESTS, PERF_IO), 0);
    set_value(&bed, 0, UINT64_MAX);
    read_pages(&bed, 3);
    assert_int_equal(unit_events(&bed, UNIT_MESSAGE), 0);
    (void)ask(&bed, UNIT_SID, SVASIM_NO_PASID, SVASIM_TRANSLATION);
    assert_int_equal(unit_events(&bed, UNIT_MESSAGE), 1);
    unit_close(&bed);
}

/* --- time --- */

static void submit(struct unit_bed *bed, uint64_t address)
{
    svasim_request request = unit_request(UNIT_SID, SVASIM_NO_PASID, address, SVASIM_READ);
    assert_int_equal(svasim_submit(bed->unit, &request), SVASIM_OK);
}

static void clocks_are_the_time(void **state)
{
    struct unit_bed bed;
    (void)state;
    open_on(&bed, UNIT_SCALABLE, ON);
    svasim_run_until(bed.unit, 100);
    assert_int_equal(perf_count(bed.unit, 0, CLOCKS, 0), 0);
    svasim_run_until(bed.unit, 150);
    assert_int_equal(perf_value(bed.unit, 0), 50);
    submit(&bed, UNIT_VA);
    svasim_run_until(bed.unit, 155); /* in the middle of the walk */
    assert_int_equal(perf_value(bed.unit, 0), 55);
    svasim_drain(bed.unit);
    assert_int_equal(perf_value(bed.unit, 0), svasim_now(bed.unit) - 100);
    read_pages(&bed, 3); /* takes no time */
    assert_int_equal(perf_value(bed.unit, 0), svasim_now(bed.unit) - 100);
    unit_close(&bed);
}

static void clocks_overflow_at_their_tick(void **state)
{
    struct unit_bed bed;
    (void)state;
    open_on(&bed, UNIT_SCALABLE, ON);
    unit_write(&bed, PERF_INTRCTL, 4, 0);
    set_value(&bed, 0, UINT64_MAX - 99);
    assert_int_equal(perf_count(bed.unit, 0, CLOCKS, PERF_IO | PERF_GFO), 0);
    assert_int_equal(perf_count(bed.unit, 1, CLOCKS, 0), 0);
    assert_int_equal(svasim_next_event(bed.unit), 100);
    svasim_run_until(bed.unit, 99);
    assert_int_equal(unit_events(&bed, UNIT_MESSAGE), 0);
    svasim_run_until(bed.unit, 5000);
    assert_int_equal(unit_events(&bed, UNIT_MESSAGE), 1);
    assert_int_equal(unit_event(&bed, UNIT_MESSAGE, 0)->tick, 100);
    assert_int_equal(svasim_now(bed.unit), 5000);
    assert_int_equal(perf_value(bed.unit, 0), 0);
    assert_int_equal(perf_value(bed.unit, 1), 100);
    assert_int_equal(svasim_next_event(bed.unit), SVASIM_NEVER);
    assert_int_equal(perf_command(bed.unit, PERF_UNFREEZE, 0), 0);
    svasim_run_until(bed.unit, 5010);
    assert_int_equal(perf_value(bed.unit, 1), 110);
    unit_close(&bed);
}

/* A narrow counter overflows all the time; software sees one event until it clears it. */
static void storms_end(void **state)
{
    struct unit_bed bed;
    (void)state;
    open_on(&bed, UNIT_SCALABLE, ON "perf.counter_width=1");
    unit_write(&bed, PERF_INTRCTL, 4, 0);
    assert_int_equal(perf_count(bed.unit, 0, CLOCKS, PERF_IO), 0);
    svasim_run_until(bed.unit, UINT64_C(1) << 60);
    assert_int_equal(unit_events(&bed, UNIT_MESSAGE), 1);
    assert_int_equal(unit_event(&bed, UNIT_MESSAGE, 0)->tick, 2);
    unit_write(&bed, PERF_INTRSTS, 4, 1);
    svasim_run_until(bed.unit, SVASIM_NEVER);
    assert_int_equal(unit_events(&bed, UNIT_MESSAGE), 2);
    assert_int_equal(unit_event(&bed, UNIT_MESSAGE, 1)->tick, (UINT64_C(1) << 60) + 2);
    unit_close(&bed);
}

/* Two requests at once: the occupancy grows by two per cycle and overflows between events. */
static void levels_overflow_between_events(void **state)
{
    struct unit_bed bed;
    (void)state;
    open_on(&bed, UNIT_SCALABLE, ON "memory.latency=1000 walk.join=off");
    unit_write(&bed, PERF_INTRCTL, 4, 0);
    set_value(&bed, 0, UINT64_MAX - 800);
    assert_int_equal(perf_count(bed.unit, 0, OCCUPANCY, PERF_IO), 0);
    assert_int_equal(perf_count(bed.unit, 1, CLOCKS, 0), 0);
    svasim_run_until(bed.unit, 50); /* empty */
    assert_int_equal(perf_value(bed.unit, 0), UINT64_C(0xffffffffffff) - 800);
    submit(&bed, UNIT_VA);
    svasim_run_until(bed.unit, 51);
    submit(&bed, UNIT_VA + 4096);
    /* 801 short at tick 50, 800 at tick 51: two per cycle from there. */
    svasim_run_until(bed.unit, 450);
    assert_int_equal(unit_events(&bed, UNIT_MESSAGE), 0);
    assert_int_equal(svasim_next_event(bed.unit), 451);
    svasim_drain(bed.unit);
    assert_int_equal(unit_events(&bed, UNIT_MESSAGE), 1);
    assert_int_equal(unit_event(&bed, UNIT_MESSAGE, 0)->tick, 451);
    unit_close(&bed);
}

/* The interrupt of an occurrence carries the tick of the occurrence. */
static void occurrences_interrupt_at_their_tick(void **state)
{
    struct unit_bed bed;
    (void)state;
    open_on(&bed, UNIT_SCALABLE, ON);
    unit_write(&bed, PERF_INTRCTL, 4, 0);
    set_value(&bed, 0, UINT64_MAX);
    set_value(&bed, 1, UINT64_MAX);
    assert_int_equal(perf_count(bed.unit, 0, READS, PERF_IO), 0);
    assert_int_equal(perf_count(bed.unit, 1, REQUESTS, 0), 0);
    svasim_run_until(bed.unit, 10);
    submit(&bed, UNIT_VA);
    assert_int_equal(perf_overflowed(bed.unit), 2); /* accepted, nothing read yet */
    svasim_drain(bed.unit);
    assert_int_equal(perf_overflowed(bed.unit), 3);
    assert_int_equal(unit_events(&bed, UNIT_MESSAGE), 1);
    /* Lookup, context cache, first read: its data after memory.latency. */
    assert_int_equal(unit_event(&bed, UNIT_MESSAGE, 0)->tick, 10 + 1 + 1 + 100);
    unit_close(&bed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counting_begins_and_ends_with_the_commands),
        cmocka_unit_test(several_events_add_up),
        cmocka_unit_test(disabling_unfreezes_one),
        cmocka_unit_test(overflow_at_every_width),
        cmocka_unit_test(overflow_past_zero),
        cmocka_unit_test(overflow_may_freeze_all),
        cmocka_unit_test(overflow_interrupts_once),
        cmocka_unit_test(masked_interrupts_wait),
        cmocka_unit_test(host_without_interrupts),
        cmocka_unit_test(requests_by_their_identity),
        cmocka_unit_test(hits_by_level_and_domain),
        cmocka_unit_test(filtered_counters_overflow_too),
        cmocka_unit_test(clocks_are_the_time),
        cmocka_unit_test(clocks_overflow_at_their_tick),
        cmocka_unit_test(storms_end),
        cmocka_unit_test(levels_overflow_between_events),
        cmocka_unit_test(occurrences_interrupt_at_their_tick),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
