/* SPDX-License-Identifier: MIT */
/* test_core_host_memory.c - a host that models memory itself: it says how long accesses take, or
 * answers them when it likes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "svasim/mem.h"
#include "svasim/tables.h"

#define SID      0x0108u
#define REQUESTS 6u

struct host_bed {
    svasim_mem *mem;
    svasim_tables *tables;
    svasim_config *config;
    svasim *unit;
    svasim_tick ticks; /* that an access takes; SVASIM_NEVER: answered later */
    uint64_t tags[256], hpas[256];
    uint32_t bytes[256];
    unsigned accesses, open, most_open;
    svasim_response answer[REQUESTS];
    unsigned answered;
};

static svasim_tick access_port(void *host, uint64_t hpa, uint32_t bytes, uint64_t tag)
{
    struct host_bed *bed = host;
    assert_true(bed->accesses < 256);
    bed->tags[bed->accesses] = tag;
    bed->hpas[bed->accesses] = hpa;
    bed->bytes[bed->accesses++] = bytes;
    if (bed->ticks == SVASIM_NEVER && ++bed->open > bed->most_open)
        bed->most_open = bed->open;
    return bed->ticks;
}

static int read_port(void *host, uint64_t hpa, void *out, uint32_t bytes)
{
    const struct host_bed *bed = host;
    return svasim_mem_read(bed->mem, hpa, out, bytes) != SVASIM_OK;
}

static svasim_update update_port(void *host, uint64_t hpa, uint64_t expected, uint64_t desired,
                                 uint64_t *seen)
{
    const struct host_bed *bed = host;
    *seen = svasim_mem_read64(bed->mem, hpa);
    if (*seen != expected)
        return SVASIM_UPDATE_LOST;
    return svasim_mem_write64(bed->mem, hpa, desired) == SVASIM_OK ? SVASIM_UPDATE_DONE
                                                                   : SVASIM_UPDATE_FAILED;
}

static void on_respond(void *host, const svasim_response *response)
{
    struct host_bed *bed = host;
    bed->answer[bed->answered++] = *response;
}

static void set(struct host_bed *bed, const char *key, const char *value)
{
    assert_int_equal(svasim_config_set(bed->config, key, value), SVASIM_OK);
}

/* One page per request; nothing is marked as accessed. */
static void open_bed(struct host_bed *bed, bool timed_by_host, const char *depth)
{
    const svasim_tables_setup setup = {0x100000, 0x100000, .scalable = true, .pdts = 7};
    const svasim_entry_ref pasid = {SVASIM_ENTRY_PASID, SID, 5, 0, 0};
    *bed = (struct host_bed){.ticks = 100};
    bed->mem = svasim_mem_create(0, NULL);
    bed->tables = svasim_tables_create(bed->mem, &setup);
    bed->config = svasim_config_create();
    set(bed, "memory.depth", depth);
    set(bed, "memory.interval", "0");
    svasim_ports ports = {.size = sizeof ports,
                          .host = bed,
                          .read = read_port,
                          .update = update_port,
                          .respond = on_respond,
                          .access = timed_by_host ? access_port : NULL};
    assert_int_equal(svasim_create(&bed->unit, bed->config, &ports, NULL), SVASIM_OK);
    assert_int_equal(svasim_tables_set(bed->tables, &pasid, "p=1 pgtt=1 did=7 pwsnp=1"), SVASIM_OK);
    for (unsigned i = 0; i < REQUESTS; i++) {
        const svasim_entry_ref leaf = {SVASIM_ENTRY_FIRST, SID, 5, 0x1000u * (i + 1), 1};
        assert_int_equal(svasim_tables_set(bed->tables, &leaf, "p=1 rw=1 us=1 addr=0x200000"),
                         SVASIM_OK);
    }
    uint64_t root = svasim_tables_root(bed->tables) | 1u << 10;
    assert_int_equal(svasim_mmio_write(bed->unit, 0x20, 8, root), SVASIM_OK);
    assert_int_equal(svasim_mmio_write(bed->unit, 0x18, 4, 1u << 30 | 1u << 31), SVASIM_OK);
}

static void close_bed(struct host_bed *bed)
{
    svasim_destroy(bed->unit);
    svasim_config_destroy(bed->config);
    svasim_tables_destroy(bed->tables);
    svasim_mem_destroy(bed->mem);
}

static void submit(struct host_bed *bed, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        const svasim_request request = {
            .address = 0x1000u * (i + 1), .length = 8, .pasid = 5, .source_id = SID, .tag = i};
        assert_int_equal(svasim_submit(bed->unit, &request), SVASIM_OK);
    }
}

static uint64_t latency(const struct host_bed *bed, unsigned i)
{
    return bed->answer[i].completed_at - bed->answer[i].accepted_at;
}

/* The same times, whoever says that an access takes 100. */
static void host_says_how_long(void **state)
{
    struct host_bed own, host;
    (void)state;
    open_bed(&own, false, "32");
    open_bed(&host, true, "32");
    submit(&own, REQUESTS);
    submit(&host, REQUESTS);
    svasim_drain(own.unit);
    svasim_drain(host.unit);
    assert_int_equal(host.answered, REQUESTS);
    for (unsigned i = 0; i < REQUESTS; i++) {
        assert_int_equal(host.answer[i].completed_at, own.answer[i].completed_at);
        assert_int_equal(host.answer[i].fault, SVASIM_FAULT_NONE);
    }
    assert_int_equal(own.accesses, 0);
    assert_int_equal(host.accesses, svasim_counter_value(host.unit, 5) +     /* iommu_mrds */
                                        svasim_counter_value(host.unit, 6)); /* updates */
    close_bed(&own);
    close_bed(&host);
}

/* 8 reads and 4 accessed flags in a lone walk: sizes, and 5 cycles in the unit. */
static void each_access_is_told(void **state)
{
    struct host_bed bed;
    (void)state;
    open_bed(&bed, true, "1");
    bed.ticks = 7;
    submit(&bed, 1);
    svasim_drain(bed.unit);
    assert_int_equal(bed.accesses, 12);
    assert_int_equal(latency(&bed, 0), 12 * 7 + 5);
    assert_int_equal(bed.bytes[0], 16); /* root entry */
    assert_int_equal(bed.hpas[0], svasim_tables_root(bed.tables) + (SID >> 8) * 16);
    assert_int_equal(bed.bytes[3], 64); /* PASID entry */
    for (unsigned i = 4; i < 12; i++)
        assert_int_equal(bed.bytes[i], 8);
    assert_int_equal(bed.hpas[4], bed.hpas[5]); /* the entry, then its flag */
    close_bed(&bed);
}

/* The host answers when it likes, in any order. */
static void host_answers_later(void **state)
{
    struct host_bed bed;
    (void)state;
    open_bed(&bed, true, "3");
    bed.ticks = SVASIM_NEVER;
    submit(&bed, REQUESTS);
    svasim_drain(bed.unit); /* ends, although nobody is answered */
    assert_int_equal(bed.answered, 0);
    assert_int_equal(svasim_next_event(bed.unit), SVASIM_NEVER);
    assert_int_equal(svasim_in_flight(bed.unit), REQUESTS);
    assert_int_equal(bed.accesses, 3);
    assert_int_equal(svasim_memory_answer(bed.unit, 3), SVASIM_EINVAL);
    assert_int_equal(svasim_memory_answer(bed.unit, UINT64_MAX), SVASIM_EINVAL);
    unsigned next = 0;
    while (bed.answered < REQUESTS) {
        assert_true(next < bed.accesses);
        unsigned young = bed.accesses - 1; /* of those not answered the last first, where it can */
        svasim_run_until(bed.unit, svasim_now(bed.unit) + 50);
        for (unsigned i = young + 1; i-- > next;) {
            bed.open--;
            assert_int_equal(svasim_memory_answer(bed.unit, bed.tags[i]), SVASIM_OK);
            assert_int_equal(svasim_memory_answer(bed.unit, bed.tags[i]), SVASIM_EINVAL);
        }
        next = young + 1;
        svasim_drain(bed.unit);
    }
    assert_int_equal(bed.most_open, 3);
    assert_int_equal(bed.open, 0);
    for (unsigned i = 0; i < REQUESTS; i++)
        assert_int_equal(bed.answer[i].fault, SVASIM_FAULT_NONE);
    close_bed(&bed);
}

static void nothing_to_answer(void **state)
{
    struct host_bed bed;
    (void)state;
    open_bed(&bed, false, "32");
    assert_int_equal(svasim_memory_answer(bed.unit, 0), SVASIM_EINVAL);
    close_bed(&bed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(host_says_how_long),
        cmocka_unit_test(each_access_is_told),
        cmocka_unit_test(host_answers_later),
        cmocka_unit_test(nothing_to_answer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
