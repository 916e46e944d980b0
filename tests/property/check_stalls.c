/* SPDX-License-Identifier: MIT */
/* check_stalls.c - occupancy and stalls against the sums that they must be: counted tick by tick
 * from outside, and stage by stage. */
#define _POSIX_C_SOURCE 200809L
#include "conformance/suite.h"
#include "property/load.h"

#define REQUESTS 800u

static svasim_request some(struct load *load, unsigned index)
{
    uint64_t random = (index + 1) * UINT64_C(0x9e3779b97f4a7c15) >> 20;
    svasim_request request =
        bed_request(&load->bed, BED_PASID, random >> 30 & 1 ? SVASIM_WRITE : SVASIM_READ);
    request.address = BED_VA + random % 100 * UINT64_C(0x1000);
    request.length = 64;
    return request;
}

static const char *const configs[] = {
    NULL,
    "walk.walkers=1 walk.pending=1",
    "walk.walkers=2 walk.pending=3 walk.join=off iotlb_4k.latency=5",
    "lookup.width=4 walk.pending=2 iotlb_4k.sets=1 iotlb_4k.ways=2",
    BED_CACHES_OFF "memory.depth=1 walk.walkers=4",
    BED_CACHES_OFF "memory.interval=40 walk.walkers=16 memory.depth=3",
    BED_CACHES_OFF "dram.banks=2 memory.depth=2 walk.walkers=8 port.credits=20",
    "respond.width=1 lookup.width=8 respond.latency=3",
    "iotlb2_4k.enabled=on iotlb_4k.sets=1 iotlb_4k.ways=2 iotlb2_4k.sets=4 walk.pending=3",
    "link.latency=30 link.rate=900 link.interval=3 port.credits=40",
    "link.gap=9 data.latency=20 walk.walkers=2 walk.pending=4",
    BED_CACHES_OFF "data.interval=30 data.latency=5 memory.interval=3 walk.walkers=4",
};
#define CONFIGS (int)(sizeof configs / sizeof configs[0])

static uint64_t stall(const struct load *load, svasim_stall why)
{
    return svasim_stall_ticks(load->bed.unit, why);
}

static uint64_t stage(const struct load *load, svasim_stage which)
{
    return svasim_stage_ticks(load->bed.unit, which);
}

/* Run tick by tick; what was where at the end of each tick, summed. `full`: of the queue, while as
 * many misses wait as may. */
static void count_each_tick(struct load *load, uint64_t sums[SVASIM_OCCUPANT_COUNT], uint64_t *full)
{
    svasim *unit = load->bed.unit;
    uint64_t pending = load_config(load, "walk.pending");
    load->wanted = REQUESTS;
    load_feed(load);
    svasim_run_until(unit, svasim_now(unit)); /* what is due at once */
    while (svasim_in_flight(unit)) {
        uint32_t here[SVASIM_OCCUPANT_COUNT];
        for (unsigned i = 0; i < SVASIM_OCCUPANT_COUNT; i++)
            sums[i] += here[i] = svasim_occupancy(unit, (svasim_occupant)i);
        if (here[SVASIM_OCCUPANT_MISSES] + here[SVASIM_OCCUPANT_LOOKUPS] >= pending)
            *full += here[SVASIM_OCCUPANT_QUEUE];
        svasim_run_until(unit, svasim_now(unit) + 1);
    }
    ck_assert_uint_eq(load->answered, REQUESTS);
}

START_TEST(occupancy_adds_up_to_stages)
{
    struct load load;
    uint64_t sums[SVASIM_OCCUPANT_COUNT] = {0}, full = 0;
    load_open_pages(&load, configs[_i]);
    load.next = some;
    count_each_tick(&load, sums, &full);
    ck_assert_uint_eq(sums[SVASIM_OCCUPANT_IN_FLIGHT], load.latencies);
    ck_assert_uint_eq(sums[SVASIM_OCCUPANT_QUEUE], stage(&load, SVASIM_STAGE_QUEUE));
    ck_assert_uint_eq(sums[SVASIM_OCCUPANT_LOOKUPS], stage(&load, SVASIM_STAGE_LOOKUP));
    ck_assert_uint_eq(sums[SVASIM_OCCUPANT_MISSES], stage(&load, SVASIM_STAGE_WALKER_WAIT));
    ck_assert_uint_eq(sums[SVASIM_OCCUPANT_MEMORY_QUEUE], stall(&load, SVASIM_STALL_MEMORY_DEPTH));
    ck_assert_uint_eq(sums[SVASIM_OCCUPANT_WALKERS], stage(&load, SVASIM_STAGE_WALK_LOOKUP) +
                                                         stage(&load, SVASIM_STAGE_MEMORY_QUEUE) +
                                                         stage(&load, SVASIM_STAGE_MEMORY));
    ck_assert_uint_eq(sums[SVASIM_OCCUPANT_MEMORY],
                      stage(&load, SVASIM_STAGE_MEMORY) + stall(&load, SVASIM_STALL_MEMORY_SLOT));
    ck_assert_uint_eq(full, stall(&load, SVASIM_STALL_MISSES_FULL));
    for (unsigned i = 0; i < SVASIM_OCCUPANT_COUNT; i++)
        ck_assert_uint_eq(svasim_occupancy(load.bed.unit, (svasim_occupant)i), 0);
    load_close(&load);
}
END_TEST

/* The reasons of a stage exclude each other and leave it its own latency. */
START_TEST(stalls_stay_within_their_stage)
{
    struct load load;
    uint64_t waited[SVASIM_STAGE_COUNT] = {0};
    load_open_pages(&load, configs[_i]);
    load.next = some;
    load_run(&load, REQUESTS);
    for (unsigned i = 0; i < SVASIM_STALL_COUNT; i++)
        waited[svasim_stall_at(i)->stage] += stall(&load, (svasim_stall)i);
    const svasim_stage nothing_else[] = {SVASIM_STAGE_QUEUE, SVASIM_STAGE_JOIN,
                                         SVASIM_STAGE_WALKER_WAIT, SVASIM_STAGE_MEMORY_QUEUE};
    for (unsigned i = 0; i < sizeof nothing_else / sizeof nothing_else[0]; i++)
        ck_assert_uint_eq(waited[nothing_else[i]], stage(&load, nothing_else[i]));
    ck_assert_uint_eq(waited[SVASIM_STAGE_RESPOND] +
                          REQUESTS * load_config(&load, "respond.latency"),
                      stage(&load, SVASIM_STAGE_RESPOND));
    ck_assert_uint_le(waited[SVASIM_STAGE_LINK], stage(&load, SVASIM_STAGE_LINK));
    ck_assert_uint_le(waited[SVASIM_STAGE_DATA], stage(&load, SVASIM_STAGE_DATA));
    ck_assert_uint_le(waited[SVASIM_STAGE_RETURN], stage(&load, SVASIM_STAGE_RETURN));
    load_close(&load);
}
END_TEST

/* A narrow resource is the reason that is told, by a closed formula where there is one. */
static svasim_request one_page(struct load *load, unsigned index)
{
    svasim_request request = some(load, index);
    request.address = BED_VA;
    request.op = SVASIM_WRITE;
    return request;
}

static const struct {
    const char *config;
    svasim_stall why;
    uint64_t ticks; /* of 100 hits offered at once */
} narrow[] = {
    {"lookup.width=1 respond.width=2", SVASIM_STALL_LOOKUP_SLOT, 99 * 100 / 2},
    {"lookup.width=4 respond.width=4", SVASIM_STALL_LOOKUP_SLOT, 4 * 24 * 25 / 2},
    {"lookup.width=50 respond.width=1", SVASIM_STALL_RESPOND_SLOT, 99 * 100 / 2 - 50},
    {"link.interval=7", SVASIM_STALL_LINK_UP, 7 * 99 * 100 / 2},
    {"link.latency=5 link.gap=3", SVASIM_STALL_LINK_UP, 3 * 99 * 100 / 2},
};

START_TEST(the_narrowest_is_the_reason)
{
    struct load load;
    load_open_pages(&load, narrow[_i].config);
    load.next = one_page;
    load_run(&load, 1);
    load_reset(&load);
    svasim_run_until(load.bed.unit, svasim_now(load.bed.unit) + 1000);
    uint64_t before = stall(&load, narrow[_i].why);
    load_run(&load, 100);
    ck_assert_uint_eq(stall(&load, narrow[_i].why) - before, narrow[_i].ticks);
    load_close(&load);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("stalls");
    suite_add(suite, "occupancy", occupancy_adds_up_to_stages, CONFIGS);
    suite_add(suite, "stages", stalls_stay_within_their_stage, CONFIGS);
    suite_add(suite, "narrow", the_narrowest_is_the_reason,
              (int)(sizeof narrow / sizeof narrow[0]));
    return suite_run(suite);
}
