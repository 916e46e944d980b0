/* SPDX-License-Identifier: MIT */
/* test_perf_registers.c - what can software read and write of the performance monitoring registers,
 * and what do enhanced commands answer? Masks and offsets are typed from the specification,
 * sections 10.5, 11.4.13 and 11.4.14. */
#include "perf_driver.h"
#include "unit_bed.h"

#include <stdio.h>

#include "base/bits.h"

#define ON    "cap.ecmds=on cap.pms=on "
#define EVERY ON "perf.filters=0x1f perf.filter_pairs=known "

static void open_with(struct unit_bed *bed, const char *config)
{
    unit_open(bed, UNIT_SCALABLE, config);
}

/* Write and read in one access, and in halves. */
static void is_stored(struct unit_bed *bed, uint32_t offset, uint32_t bytes, uint64_t mask)
{
    unit_write(bed, offset, bytes, UINT64_MAX);
    assert_int_equal(unit_read(bed, offset, bytes), mask);
    unit_write(bed, offset, bytes, 0);
    assert_int_equal(unit_read(bed, offset, bytes), 0);
    for (uint32_t half = 0; half < bytes; half += 4) {
        unit_write(bed, offset + half, 4, UINT32_MAX);
        assert_int_equal(unit_read(bed, offset + half, 4), mask >> 8 * half & UINT32_MAX);
        assert_int_equal(unit_read(bed, offset, bytes), mask & (uint64_t)UINT32_MAX << 8 * half);
        unit_write(bed, offset + half, 4, 0);
    }
}

/* --- capabilities --- */

static void absent_without_capability(void **state)
{
    struct unit_bed bed;
    (void)state;
    open_with(&bed, NULL);
    for (uint32_t offset = PERF_CAP; offset < 0x460; offset += 4) {
        unit_write(&bed, offset, 4, UINT32_MAX);
        assert_int_equal(unit_read(&bed, offset, 4), 0);
    }
    assert_int_equal(unit_read(&bed, 0x4000, 8), 0);
    unit_close(&bed);
    open_with(&bed, "cap.ecmds=on"); /* an interface without commands */
    assert_int_equal(unit_read(&bed, PERF_CAP, 8), 0);
    assert_int_equal(unit_read(&bed, PERF_ECCAP3, 8), 0);
    for (unsigned command = 0; command < 256; command++)
        assert_int_equal(perf_command(bed.unit, command, 0), 1);
    unit_close(&bed);
}

static void capabilities_are_those_of_the_configuration(void **state)
{
    static const struct {
        const char *config;
        uint64_t value;
        unsigned hi, lo;
    } rows[] = {
        {ON, UINT64_C(0xf) << 60, 63, 60},
        {ON, 8, 15, 0},
        {ON "perf.counters=64", 64, 15, 0},
        {ON "perf.counters=1", 1, 15, 0},
        {ON, 48 << 16, 23, 16},
        {ON "perf.counter_width=64", 64 << 16, 23, 16},
        {ON "perf.filters=0", 0, 47, 32},
        {ON "perf.filters=0x15", UINT64_C(0x15) << 32, 47, 32},
        {ON, UINT64_C(7) << 48, 51, 48},
        {ON "perf.write_enabled=off", UINT64_C(6) << 48, 51, 48},
        {ON "perf.freezes=off", UINT64_C(5) << 48, 51, 48},
        {ON "perf.interrupts=off", UINT64_C(3) << 48, 51, 48},
        {ON "perf.limited.counters=1", UINT64_C(0xf) << 48, 51, 48},
        {ON, 0, 59, 52},
        {ON "perf.counter_stride=2", UINT64_C(2) << 52, 59, 52},
        {ON, 0, 31, 29},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct unit_bed bed;
        open_with(&bed, rows[i].config);
        assert_int_equal(unit_read(&bed, PERF_CAP, 8) & bits_mask(rows[i].hi, rows[i].lo),
                         rows[i].value);
        unit_close(&bed);
    }
}

/* Group and bit of every event of table 49 that can be counted. */
static void announced_events_are_those_of_the_table(void **state)
{
    static const struct {
        unsigned group;
        uint32_t events;
    } rows[] = {{0, 0x6f}, {1, 0xe9}, {2, 0x3ff}, {3, 0xf}, {4, 7}};
    struct unit_bed bed;
    const svasim_perf_event_info *event;
    uint32_t listed[16] = {0};
    unsigned groups = 0;
    (void)state;
    for (unsigned i = 0; (event = svasim_perf_event_at(i)) != NULL; i++) {
        assert_int_equal(listed[event->group] >> event->bit & 1, 0);
        assert_int_equal(event->pairs & ~event->knows, 0);
        assert_non_null(svasim_counter_at(event->counter));
        listed[event->group] |= 1u << event->bit;
        groups = event->group >= groups ? event->group + 1u : groups;
    }
    open_with(&bed, ON);
    assert_int_equal(unit_read(&bed, PERF_CAP, 8) >> 24 & 0x1f, groups);
    for (unsigned group = 0; group < groups; group++)
        assert_int_equal(unit_read(&bed, PERF_EVNTCAP + 8 * group, 8), listed[group]);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_int_equal(listed[rows[i].group] & rows[i].events, rows[i].events);
    unit_close(&bed);
    open_with(&bed, ON "perf.groups=8");
    assert_int_equal(unit_read(&bed, PERF_EVNTCAP, 8), 0);
    assert_int_equal(unit_read(&bed, PERF_EVNTCAP + 24, 8), listed[3]);
    assert_int_equal(perf_count(bed.unit, 0, 3, 1, 0), 0);
    assert_int_equal(perf_count(bed.unit, 1, 0, 1, 0), 16);
    unit_close(&bed);
}

static void blocks_lie_where_they_are_said_to(void **state)
{
    struct unit_bed bed;
    (void)state;
    open_with(&bed, ON "perf.config_offset=0x2100 perf.freeze_offset=0x1ff8 "
                       "perf.overflow_offset=0x2000 perf.counter_offset=0xc000 "
                       "perf.counter_stride=3 perf.counters=3");
    assert_int_equal(unit_read(&bed, PERF_CFGOFF, 4), 0x2100);
    assert_int_equal(unit_read(&bed, PERF_FRZOFF, 4), 0x1ff8);
    assert_int_equal(unit_read(&bed, PERF_OVFOFF, 4), 0x2000);
    assert_int_equal(unit_read(&bed, PERF_CNTROFF, 4), 0xc000);
    for (uint32_t offset = 0x1080; offset < 0x14000; offset += 8) {
        bool config = offset >= 0x2100 && offset < 0x2400 && offset % 0x100 < 0x20;
        bool value = offset == 0xc000 || offset == 0xe000 || offset == 0x10000;
        unit_write(&bed, offset, 8, UINT64_MAX);
        assert_true((unit_read(&bed, offset, 8) != 0) ==
                    ((config && offset % 0x100 != 8) || value));
    }
    unit_close(&bed);
}

static void overlaps_are_refused(void **state)
{
    static const struct {
        const char *key, *value, *other, *other_value;
        bool good;
    } rows[] = {
        {"perf.counters", "64", NULL, NULL, true},
        {"perf.freeze_offset", "0x2008", NULL, NULL, false},
        {"perf.freeze_offset", "0x2010", NULL, NULL, true},
        {"perf.freeze_offset", "0x1078", NULL, NULL, false}, /* the last fault record */
        {"perf.freeze_offset", "0x1080", NULL, NULL, true},
        {"perf.freeze_offset", "0x2004", NULL, NULL, false},
        {"perf.overflow_offset", "0x2014", NULL, NULL, false},
        {"perf.config_offset", "0x4080", NULL, NULL, false},
        {"perf.config_offset", "0xf900", NULL, NULL, false},
        {"perf.config_offset", "0xf800", NULL, NULL, true},
        {"perf.counter_offset", "0x10200", NULL, NULL, false},
        {"perf.counter_offset", "0x3c00", NULL, NULL, false},
        {"perf.counter_offset", "0x2400", NULL, NULL, false},
        {"perf.counter_offset", "0x4800", NULL, NULL, true},
        {"perf.counter_stride", "7", NULL, NULL, false},
        {"perf.counter_stride", "7", "perf.counter_offset", "0x20000", true},
        {"perf.limited.counters", "9", NULL, NULL, false},
        {"perf.limited.counters", "8", NULL, NULL, true},
        {"cap.iro", "0x30", NULL, NULL, false},
        {"cap.iro", "0x44", NULL, NULL, false},
        {"cap.iro", "0x45", NULL, NULL, true},
        {"cap.fro", "0x2d", NULL, NULL, false},
    };
    svasim_ports ports = SVASIM_PORTS_INIT;
    svasim_mem *mem = svasim_mem_create(0, NULL);
    (void)state;
    svasim_mem_ports(mem, &ports);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        svasim *unit = NULL;
        svasim_config *config = svasim_config_create();
        assert_int_equal(svasim_config_set(config, "cap.ecmds", "on"), SVASIM_OK);
        assert_int_equal(svasim_config_set(config, "cap.pms", "on"), SVASIM_OK);
        assert_int_equal(svasim_config_set(config, rows[i].key, rows[i].value), SVASIM_OK);
        if (rows[i].other)
            assert_int_equal(svasim_config_set(config, rows[i].other, rows[i].other_value),
                             SVASIM_OK);
        bool made = svasim_create(&unit, config, &ports, NULL) == SVASIM_OK;
        if (made != rows[i].good)
            fail_msg("%s=%s: %s", rows[i].key, rows[i].value, svasim_config_error(config));
        svasim_destroy(unit);
        svasim_config_destroy(config);
    }
    svasim_mem_destroy(mem);
}

/* --- storage --- */

static void configuration_holds_its_fields(void **state)
{
    struct unit_bed bed;
    (void)state;
    open_with(&bed, EVERY);
    for (unsigned i = 0; i < 8; i++) {
        uint32_t at = perf_config_at(bed.unit, i);
        is_stored(&bed, at, 8, UINT64_C(0x0fffffff00000f06));
        is_stored(&bed, at + PERF_RID_FILTER, 4, 0x8000ffff);
        is_stored(&bed, at + PERF_DID_FILTER, 4, 0x8000ffff);
        is_stored(&bed, at + PERF_PASID_FILTER, 4, 0x803fffff);
        is_stored(&bed, at + PERF_PTL_FILTER, 4, 0x8000001f);
        unit_write(&bed, at + PERF_AT_FILTER, 4, 0x80000007);
        assert_int_equal(unit_read(&bed, at + PERF_AT_FILTER, 4), 0x80000007);
        unit_write(&bed, at + PERF_AT_FILTER, 4, 0x7fffffe8);
        assert_int_equal(unit_read(&bed, at + PERF_AT_FILTER, 4), 0);
        for (uint32_t hole = 0x1c; hole < 0x100; hole += 4)
            is_stored(&bed, at + hole, 4, 0);
    }
    assert_int_equal(unit_read(&bed, perf_config_at(bed.unit, 8), 8), 0); /* no such counter */
    unit_close(&bed);
    open_with(&bed, ON "perf.filters=0 perf.interrupts=off");
    is_stored(&bed, perf_config_at(bed.unit, 0), 8, UINT64_C(0x0fffffff00000f04));
    for (uint32_t filter = PERF_RID_FILTER; filter <= PERF_PTL_FILTER; filter += 4)
        is_stored(&bed, perf_config_at(bed.unit, 0) + filter, 4, 0);
    unit_close(&bed);
    open_with(&bed, ON "perf.freezes=off");
    is_stored(&bed, perf_config_at(bed.unit, 0), 8, UINT64_C(0x0fffffff00000f02));
    unit_close(&bed);
}

static void counters_have_their_width(void **state)
{
    static const unsigned widths[] = {1, 31, 32, 33, 48, 63, 64};
    (void)state;
    for (size_t i = 0; i < sizeof widths / sizeof widths[0]; i++) {
        struct unit_bed bed;
        char config[100];
        snprintf(config, sizeof config, ON "perf.counter_width=%u", widths[i]);
        open_with(&bed, config);
        is_stored(&bed, perf_value_at(bed.unit, 0), 8, UINT64_MAX >> (64 - widths[i]));
        is_stored(&bed, perf_value_at(bed.unit, 7), 8, UINT64_MAX >> (64 - widths[i]));
        is_stored(&bed, perf_value_at(bed.unit, 7) + 8, 8, 0);
        unit_close(&bed);
    }
}

static void enabled_counters_are_locked(void **state)
{
    (void)state;
    for (unsigned writable = 0; writable < 2; writable++) {
        struct unit_bed bed;
        open_with(&bed, writable ? EVERY : EVERY "perf.write_enabled=off");
        uint32_t at = perf_config_at(bed.unit, 2);
        perf_filter(bed.unit, 2, PERF_RID_FILTER, UNIT_SID);
        assert_int_equal(perf_count(bed.unit, 2, 3, 1, PERF_IO), 0);
        uint64_t config = unit_read(&bed, at, 8);
        assert_int_equal(config, UINT64_C(1) << 32 | 3 << 8 | PERF_IO | PERF_EN);
        unit_write(&bed, at, 8, 0);
        unit_write(&bed, at, 8, UINT64_MAX);
        assert_int_equal(unit_read(&bed, at, 8), config);
        for (uint32_t filter = PERF_RID_FILTER; filter <= PERF_PTL_FILTER; filter += 4) {
            uint64_t before = unit_read(&bed, at + filter, 4);
            unit_write(&bed, at + filter, 4, ~before);
            assert_int_equal(unit_read(&bed, at + filter, 4), before);
        }
        unit_write(&bed, perf_value_at(bed.unit, 2), 8, 77);
        assert_int_equal(perf_value(bed.unit, 2), writable ? 77 : 0);
        unit_write(&bed, perf_value_at(bed.unit, 1), 8, 78); /* another is free */
        assert_int_equal(perf_value(bed.unit, 1), 78);
        assert_int_equal(perf_command(bed.unit, PERF_DISABLE, 2), 0);
        assert_int_equal(unit_read(&bed, at, 8), config & ~(uint64_t)PERF_EN);
        unit_write(&bed, at, 8, 0);
        assert_int_equal(unit_read(&bed, at, 8), 0);
        unit_write(&bed, perf_value_at(bed.unit, 2), 8, 79);
        assert_int_equal(perf_value(bed.unit, 2), 79);
        unit_close(&bed);
    }
}

/* --- enabling --- */

static void enabling_checks_the_configuration(void **state)
{
    static const struct {
        unsigned group;
        uint32_t events, filter, filter_value;
        unsigned status, status_known; /* with perf.filter_pairs=known */
    } rows[] = {
        {3, 0, 0, 0, 16, 16}, /* nothing selected */
        {3, 1, 0, 0, 0, 0},
        {3, 3, 0, 0, 0, 0},          /* both of them */
        {3, 1u << 27, 0, 0, 16, 16}, /* no such event */
        {3, 3 | 1u << 4, 0, 0, 16, 16},
        {9, 1, 0, 0, 16, 16}, /* no such group */
        {15, 1, 0, 0, 16, 16},
        {0, 1u << 4, 0, 0, 16, 16}, /* unused */
        {0, 0x6f, 0, 0, 0, 0},
        {1, 0xe9, 0, 0, 0, 0},
        {2, 0xff, 0, 0, 0, 0},
        {0, 2, PERF_AT_FILTER, 1, 0, 0},   /* table 49: requests by address type */
        {0, 1, PERF_AT_FILTER, 1, 16, 16}, /* not clocks */
        {0, 3, PERF_AT_FILTER, 1, 16, 16}, /* several events */
        {3, 2, PERF_PTL_FILTER, 1, 0, 0},
        {3, 1, PERF_PTL_FILTER, 1, 16, 16}, /* a lookup has no level yet */
        {2, 0x20, PERF_PTL_FILTER, 1, 0, 0},
        {2, 0x80, PERF_PTL_FILTER, 1, 0, 0},
        {2, 0x40, PERF_PTL_FILTER, 1, 16, 16},
        {2, 0x80, PERF_AT_FILTER, 1, 16, 0},
        {0, 2, PERF_RID_FILTER, 1, 16, 0}, /* the table pairs these with nothing */
        {3, 2, PERF_RID_FILTER, 1, 16, 0},
        {3, 2, PERF_DID_FILTER, 1, 16, 0},
        {3, 2, PERF_PASID_FILTER, 1, 16, 0},
        {3, 1, PERF_DID_FILTER, 1, 16, 16}, /* a domain is known after the lookup */
        {1, 1, PERF_PASID_FILTER, 1, 16, 0},
        {1, 0x40, PERF_RID_FILTER, 1, 16, 16},
    };
    (void)state;
    for (unsigned known = 0; known < 2; known++)
        for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
            struct unit_bed bed;
            open_with(&bed, known ? EVERY : ON "perf.filters=0x1f");
            if (rows[i].filter)
                perf_filter(bed.unit, 5, rows[i].filter, rows[i].filter_value);
            unsigned status = perf_count(bed.unit, 5, rows[i].group, rows[i].events, 0);
            unsigned wanted = known ? rows[i].status_known : rows[i].status;
            if (status != wanted)
                fail_msg("row %zu, known %u: status %u", i, known, status);
            assert_int_equal(unit_read(&bed, perf_config_at(bed.unit, 5), 4) & 1, wanted == 0);
            unit_close(&bed);
        }
}

static void counters_without_a_filter_enabled_ignore_it(void **state)
{
    struct unit_bed bed;
    (void)state;
    open_with(&bed, EVERY);
    unit_write(&bed, perf_config_at(bed.unit, 0) + PERF_PTL_FILTER, 4, 0x1f); /* EN is 0 */
    assert_int_equal(perf_count(bed.unit, 0, 3, 3, 0), 0);
    unit_close(&bed);
}

static void there_are_so_many_counters(void **state)
{
    struct unit_bed bed;
    (void)state;
    open_with(&bed, ON "perf.counters=3");
    for (uint64_t i = 0; i < 6; i++) {
        perf_select(bed.unit, (unsigned)i, 3, 1, 0);
        assert_int_equal(perf_command(bed.unit, PERF_ENABLE, i), i < 3 ? 0 : 16);
        assert_int_equal(perf_command(bed.unit, PERF_ENABLE, i), i < 3 ? 0 : 16); /* again */
        assert_int_equal(perf_command(bed.unit, PERF_DISABLE, i), i < 3 ? 0 : 16);
    }
    assert_int_equal(perf_command(bed.unit, PERF_ENABLE, UINT64_C(1) << 47), 16);
    assert_int_equal(perf_command(bed.unit, PERF_FREEZE, 0), 0);
    assert_int_equal(perf_frozen(bed.unit), 7); /* no bits of counters that are not there */
    unit_close(&bed);
}

static void as_many_as_there_can_be(void **state)
{
    struct unit_bed bed;
    (void)state;
    open_with(&bed, ON "perf.counters=64");
    for (unsigned i = 0; i < 64; i++) {
        perf_select(bed.unit, i, 3, 1, 0);
        assert_int_equal(perf_command(bed.unit, PERF_ENABLE, i), 0);
    }
    perf_select(bed.unit, 64, 3, 1, 0);
    assert_int_equal(perf_command(bed.unit, PERF_ENABLE, 64), 16);
    assert_int_equal(perf_command(bed.unit, PERF_FREEZE, 0), 0);
    assert_int_equal(perf_frozen(bed.unit), UINT64_MAX);
    assert_int_equal(perf_command(bed.unit, PERF_DISABLE, 63), 0);
    unit_close(&bed);
}

static void limited_counters_say_what_they_can(void **state)
{
    struct unit_bed bed;
    (void)state;
    open_with(&bed, ON "perf.counters=4 perf.limited.counters=1 perf.limited.width=20 "
                       "perf.limited.groups=0xa");
    for (unsigned i = 0; i < 3; i++) {
        for (uint32_t at = 0x80; at < 0x100; at += 4) /* PCC = 0 */
            assert_int_equal(unit_read(&bed, perf_config_at(bed.unit, i) + at, 4), 0);
        assert_int_equal(perf_count(bed.unit, i, 0, 1, PERF_IO | PERF_GFO), 0);
    }
    uint32_t at = perf_config_at(bed.unit, 3);
    uint64_t group1 = unit_read(&bed, PERF_EVNTCAP + 8, 8);
    uint64_t group3 = unit_read(&bed, PERF_EVNTCAP + 24, 8);
    assert_int_equal(unit_read(&bed, at + 0x80, 4), 2u << 28 | 20 << 8 | 1);
    assert_int_equal(unit_read(&bed, at + 0x84, 4), 1u << 28 | group1);
    assert_int_equal(unit_read(&bed, at + 0x88, 4), 3u << 28 | group3);
    assert_int_equal(unit_read(&bed, at + 0x8c, 4), 0);
    unit_write(&bed, at + 0x80, 8, 0); /* read-only */
    assert_int_equal(unit_read(&bed, at + 0x80, 4), 2u << 28 | 20 << 8 | 1);
    is_stored(&bed, at, 8, UINT64_C(0x0fffffff00000f00)); /* IO and GFO are reserved */
    is_stored(&bed, perf_value_at(bed.unit, 3), 8, 0xfffff);
    is_stored(&bed, perf_value_at(bed.unit, 2) + 8, 8, 0);
    assert_int_equal(perf_count(bed.unit, 3, 0, 1, 0), 16);
    assert_int_equal(perf_count(bed.unit, 3, 3, 3, 0), 0);
    unit_close(&bed);
}

/* --- commands --- */

static void commands_that_are_not_there(void **state)
{
    struct unit_bed bed;
    (void)state;
    open_with(&bed, ON);
    assert_int_equal(unit_read(&bed, PERF_ECCAP3, 8), UINT64_C(0x3f) << 48);
    for (unsigned command = 0; command < 256; command++)
        if (command < PERF_ENABLE || command > PERF_UNFREEZE)
            assert_int_equal(perf_command(bed.unit, command, 0), 1);
    unit_close(&bed);
    for (unsigned n = 0; n < 6; n++) {
        char config[100];
        snprintf(config, sizeof config, ON "command.set=%u", 0x3f & ~(1u << n));
        open_with(&bed, config);
        perf_select(bed.unit, 0, 3, 1, 0);
        assert_int_equal(unit_read(&bed, PERF_ECCAP3, 8), (UINT64_C(0x3f) & ~(1u << n)) << 48);
        for (unsigned i = 0; i < 6; i++)
            assert_int_equal(perf_command(bed.unit, PERF_ENABLE + i, 0), i == n ? 1 : 0);
        unit_close(&bed);
    }
}

static void reset_commands_reset_what_they_say(void **state)
{
    struct unit_bed bed;
    (void)state;
    open_with(&bed, EVERY);
    unit_on(&bed);
    for (unsigned i = 0; i < 8; i++) {
        perf_filter(bed.unit, i, PERF_PTL_FILTER, 1);
        assert_int_equal(perf_count(bed.unit, i, 3, 2, PERF_IO | PERF_GFO), 0);
        unit_write(&bed, perf_value_at(bed.unit, i), 8, 100 + i);
    }
    unit_write(&bed, perf_value_at(bed.unit, 7), 8, UINT64_MAX);
    (void)unit_ask(&bed, UNIT_SID, SVASIM_NO_PASID, UNIT_VA, SVASIM_READ);
    (void)unit_ask(&bed, UNIT_SID, SVASIM_NO_PASID, UNIT_VA, SVASIM_READ);
    assert_int_equal(perf_overflowed(bed.unit), 0x80);
    assert_int_equal(perf_frozen(bed.unit), 0xff);
    assert_int_equal(perf_value(bed.unit, 3), 104);
    assert_int_equal(perf_command(bed.unit, PERF_RESET_VALUES, 0), 0);
    for (unsigned i = 0; i < 8; i++) {
        assert_int_equal(perf_value(bed.unit, i), 0);
        assert_int_not_equal(unit_read(&bed, perf_config_at(bed.unit, i), 8), 0);
        unit_write(&bed, perf_value_at(bed.unit, i), 8, 100 + i);
    }
    assert_int_equal(perf_overflowed(bed.unit), 0x80);
    assert_int_equal(perf_command(bed.unit, PERF_RESET_CONFIGURATION, 0), 0);
    for (unsigned i = 0; i < 8; i++) {
        for (uint32_t at = 0; at < 0x20; at += 4)
            assert_int_equal(unit_read(&bed, perf_config_at(bed.unit, i) + at, 4), 0);
        assert_int_equal(perf_value(bed.unit, i), 100 + i);
    }
    assert_int_equal(perf_overflowed(bed.unit), 0);
    assert_int_equal(perf_frozen(bed.unit), 0);
    assert_int_equal(unit_read(&bed, PERF_INTRSTS, 4), 1); /* that is software's to clear */
    unit_close(&bed);
}

static void status_registers_take_what_they_should(void **state)
{
    struct unit_bed bed;
    (void)state;
    open_with(&bed, ON "perf.counters=40 perf.counter_width=8");
    unit_on(&bed);
    for (unsigned i = 0; i < 40; i++) {
        assert_int_equal(perf_count(bed.unit, i, 3, 1, 0), 0);
        unit_write(&bed, perf_value_at(bed.unit, i), 8, 255);
    }
    (void)unit_ask(&bed, UNIT_SID, SVASIM_NO_PASID, UNIT_VA, SVASIM_READ);
    uint64_t all = bits_mask(39, 0);
    uint32_t overflow = (uint32_t)unit_read(&bed, PERF_OVFOFF, 4);
    uint32_t freeze = (uint32_t)unit_read(&bed, PERF_FRZOFF, 4);
    assert_int_equal(perf_overflowed(bed.unit), all);
    unit_write(&bed, overflow, 8, 0);
    assert_int_equal(perf_overflowed(bed.unit), all);
    unit_write(&bed, overflow, 4, 0x80000001);
    assert_int_equal(perf_overflowed(bed.unit), all & ~UINT64_C(0x80000001));
    unit_write(&bed, overflow + 4, 4, 0x80);
    assert_int_equal(perf_overflowed(bed.unit), all & ~UINT64_C(0x8080000001));
    assert_int_equal(unit_read(&bed, overflow + 4, 4), 0x7f);
    unit_write(&bed, overflow, 8, UINT64_MAX);
    assert_int_equal(perf_overflowed(bed.unit), 0);
    unit_write(&bed, freeze, 8, UINT64_MAX); /* read-only */
    assert_int_equal(perf_frozen(bed.unit), 0);
    assert_int_equal(perf_command(bed.unit, PERF_FREEZE, 0), 0);
    assert_int_equal(perf_frozen(bed.unit), all);
    assert_int_equal(unit_read(&bed, freeze + 4, 4), 0xff);
    unit_write(&bed, freeze, 8, UINT64_MAX);
    unit_write(&bed, freeze, 8, 0);
    assert_int_equal(perf_frozen(bed.unit), all);
    assert_int_equal(perf_command(bed.unit, PERF_DISABLE, 3), 0);
    assert_int_equal(perf_frozen(bed.unit), all & ~UINT64_C(8));
    assert_int_equal(perf_command(bed.unit, PERF_UNFREEZE, 0), 0);
    assert_int_equal(perf_frozen(bed.unit), 0);
    unit_close(&bed);
}

/* The lower half starts the command: 32-bit software writes the upper half first. */
static void operands_come_first(void **state)
{
    struct unit_bed bed;
    (void)state;
    open_with(&bed, ON);
    perf_select(bed.unit, 3, 3, 1, 0);
    unit_write(&bed, PERF_ECMD + 4, 4, 0);
    assert_int_equal(unit_read(&bed, PERF_ECRSP, 8), 0);
    unit_write(&bed, PERF_ECMD, 4, 3u << 16 | PERF_ENABLE);
    assert_int_equal(unit_read(&bed, PERF_ECRSP, 8), 0);
    assert_int_equal(unit_read(&bed, perf_config_at(bed.unit, 3), 4) & 1, 1);
    unit_write(&bed, PERF_ECMD + 4, 4, 1); /* operand bits 47:16: no such counter */
    unit_write(&bed, PERF_ECMD, 4, 3u << 16 | PERF_DISABLE);
    assert_int_equal(unit_read(&bed, PERF_ECRSP, 8), 16 << 1);
    unit_write(&bed, PERF_ECMD, 8, 3u << 16 | PERF_DISABLE);
    assert_int_equal(unit_read(&bed, PERF_ECRSP, 8), 0);
    /* Nothing of an operand is left in the next one. */
    unit_write(&bed, PERF_ECMD, 8, ~UINT64_C(0xffff) | PERF_DISABLE);
    assert_int_equal(unit_read(&bed, PERF_ECRSP, 4), 16 << 1);
    unit_write(&bed, PERF_ECMD, 8, 3u << 16 | PERF_DISABLE);
    assert_int_equal(unit_read(&bed, PERF_ECRSP, 8), 0);
    unit_write(&bed, PERF_ECMD, 8, UINT64_C(1) << 32 | 3u << 16 | PERF_DISABLE);
    assert_int_equal(unit_read(&bed, PERF_ECRSP, 4), 16 << 1);
    assert_int_equal(unit_read(&bed, PERF_ECMD, 8), 0); /* write-only */
    unit_write(&bed, PERF_ECMD + 8, 8, UINT64_MAX);
    assert_int_equal(unit_read(&bed, PERF_ECMD + 8, 8), 0);
    unit_write(&bed, PERF_ECRSP, 8, UINT64_MAX);
    assert_int_equal(unit_read(&bed, PERF_ECRSP, 8), 16 << 1);
    unit_close(&bed);
}

static void commands_take_their_time(void **state)
{
    struct unit_bed bed;
    (void)state;
    open_with(&bed, ON "command.latency=50");
    assert_int_equal(svasim_next_event(bed.unit), SVASIM_NEVER);
    perf_select(bed.unit, 1, 3, 1, 0);
    svasim_run_until(bed.unit, 10);
    assert_int_equal(perf_command(bed.unit, PERF_ENABLE, 1), 256);
    assert_int_equal(unit_read(&bed, PERF_ECRSP, 8), 1);
    assert_int_equal(svasim_next_event(bed.unit), 60);
    unit_write(&bed, PERF_ECMD, 8, PERF_FREEZE); /* dropped, and so is its operand */
    unit_write(&bed, PERF_ECMD + 4, 4, 99);
    svasim_run_until(bed.unit, 59);
    assert_int_equal(unit_read(&bed, PERF_ECRSP, 8), 1);
    assert_int_equal(unit_read(&bed, perf_config_at(bed.unit, 1), 4) & 1, 0);
    svasim_run_until(bed.unit, 60);
    assert_int_equal(unit_read(&bed, PERF_ECRSP, 8), 0);
    assert_int_equal(unit_read(&bed, perf_config_at(bed.unit, 1), 4) & 1, 1);
    assert_int_equal(perf_frozen(bed.unit), 0);
    assert_int_equal(svasim_next_event(bed.unit), SVASIM_NEVER);
    unit_write(&bed, PERF_ECMD, 4, 9u << 16 | PERF_DISABLE); /* the operand's upper half is 0 */
    assert_int_equal(unit_read(&bed, PERF_ECRSP, 8), 1);
    svasim_run_until(bed.unit, SVASIM_NEVER);
    assert_int_equal(svasim_now(bed.unit), 110);
    assert_int_equal(unit_read(&bed, PERF_ECRSP, 8), 16 << 1);
    unit_close(&bed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(absent_without_capability),
        cmocka_unit_test(capabilities_are_those_of_the_configuration),
        cmocka_unit_test(announced_events_are_those_of_the_table),
        cmocka_unit_test(blocks_lie_where_they_are_said_to),
        cmocka_unit_test(overlaps_are_refused),
        cmocka_unit_test(configuration_holds_its_fields),
        cmocka_unit_test(counters_have_their_width),
        cmocka_unit_test(enabled_counters_are_locked),
        cmocka_unit_test(enabling_checks_the_configuration),
        cmocka_unit_test(counters_without_a_filter_enabled_ignore_it),
        cmocka_unit_test(there_are_so_many_counters),
        cmocka_unit_test(as_many_as_there_can_be),
        cmocka_unit_test(limited_counters_say_what_they_can),
        cmocka_unit_test(commands_that_are_not_there),
        cmocka_unit_test(reset_commands_reset_what_they_say),
        cmocka_unit_test(status_registers_take_what_they_should),
        cmocka_unit_test(operands_come_first),
        cmocka_unit_test(commands_take_their_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
