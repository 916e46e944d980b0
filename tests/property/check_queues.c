/* SPDX-License-Identifier: MIT */
/* check_queues.c - queues obey their laws: a saturated resource serves slots over service time and
 * is reported as busy all the time; in every stage, requests inside are rate times stay (Little),
 * and never more than there is room for; under every preset each accepted request is answered once.
 */
#define _POSIX_C_SOURCE 200809L
#include "conformance/suite.h"
#include "property/chance.h"
#include "property/load.h"
#include "property/replays.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static svasim_request page(struct load *load, unsigned index, unsigned op)
{
    svasim_request request = bed_request(&load->bed, BED_PASID, op);
    request.address = BED_VA + (index % LOAD_PAGES) * UINT64_C(0x1000);
    return request;
}

static svasim_request pages(struct load *load, unsigned index)
{
    return page(load, index, SVASIM_READ);
}

static svasim_request one_page(struct load *load, unsigned index)
{
    (void)index;
    return page(load, 0, SVASIM_READ);
}

static svasim_request one_page_written(struct load *load, unsigned index)
{
    (void)index;
    return page(load, 0, SVASIM_WRITE);
}

/* --- resources --- */

struct resource {
    const char *name, *config;
    svasim_request (*next)(struct load *load, unsigned index);
    double service; /* ticks of one slot that a request takes */
};

/* Without caches a walk is 8 accesses. A packet has a header of 24 bytes, a request 64 of data. */
#define WALKS BED_CACHES_OFF "walk.join=off memory.latency=50 "
#define MANY  "walk.walkers=200 memory.depth=1000 "

static const struct resource resources[] = {
    {"lookup.width", "lookup.width=1 respond.width=8", one_page, 1},
    {"lookup.width", "lookup.width=3 respond.width=8", one_page, 1},
    {"respond.width", "lookup.width=8 respond.width=1", one_page, 1},
    {"respond.width", "lookup.width=8 respond.width=3", one_page, 1},
    {"port.credits", "port.credits=1", one_page, 2},
    {"port.credits", "port.credits=12 lookup.width=9 respond.width=9 respond.latency=5", one_page,
     6},
    {"walk.walkers", WALKS "walk.walkers=1", pages, 400},
    {"walk.walkers", WALKS "walk.walkers=7", pages, 400},
    {"memory.interval", WALKS MANY "memory.interval=5", pages, 8 * 5},
    {"memory.depth", WALKS "walk.walkers=200 memory.depth=1 memory.interval=0", pages, 8 * 50},
    {"memory.depth", WALKS "walk.walkers=200 memory.depth=5 memory.interval=0", pages, 8 * 50},
    {"dram.bus", WALKS MANY "memory.interval=0 dram.banks=4096 dram.hit=1 dram.miss=1 dram.bus=9",
     pages, 8 * 9},
    {"link.up", "link.rate=8800 lookup.width=4 respond.width=4", one_page_written, 10},
    {"link.up", "link.rate=4400 lookup.width=4 link.gap=4", one_page_written, 24},
    {"link.down", "link.rate=8800 lookup.width=4 respond.width=4", one_page, 10},
};

static svasim_resource resource_of(const struct load *load, const char *name)
{
    svasim_resource resource;
    for (unsigned i = 0; i < svasim_resource_count(); i++)
        if (svasim_resource_get(load->bed.unit, i, &resource) == SVASIM_OK &&
            strcmp(resource.name, name) == 0)
            return resource;
    ck_abort_msg("%s: no such resource", name);
}

START_TEST(saturated_resource)
{
    const struct resource *row = &resources[_i];
    struct load load;
    load_open_pages(&load, row->config);
    load.next = row->next;
    load_run(&load, 1);
    load_reset(&load);
    svasim_run_until(load.bed.unit, svasim_now(load.bed.unit) + 1000);
    svasim_tick start = svasim_now(load.bed.unit);
    uint64_t busy = resource_of(&load, row->name).busy_ticks;
    unsigned requests = row->service > 50 ? 2000 : 12000;
    load_run(&load, requests);
    svasim_resource resource = resource_of(&load, row->name);
    double ticks = (double)(load.last_answer - start), slots = (double)resource.slots;
    double rate = requests / ticks, used = (double)(resource.busy_ticks - busy) / ticks / slots;
    ck_assert_msg(fabs(rate * row->service / slots - 1) < 0.01, "%f per tick, expected %f", rate,
                  slots / row->service);
    ck_assert_msg(fabs(used - 1) < 0.01, "%s: busy %f of the time", row->name, used);
    load_close(&load);
}
END_TEST

/* --- stages --- */

#define TICKS 400000u

/* Requests in each stage, tick by tick, as the unit tells of their ways. */
struct timeline {
    struct load load;
    int32_t *change[SVASIM_STAGE_COUNT]; /* of the number inside, by tick */
    uint64_t visits[SVASIM_STAGE_COUNT];
};

static void on_act(void *user, const svasim_act *act)
{
    struct timeline *line = user;
    if (act->kind != SVASIM_ACT_STAGE || act->stage >= SVASIM_STAGE_COUNT)
        return;
    ck_assert(act->since <= act->until && act->until < TICKS);
    line->visits[act->stage]++;
    line->change[act->stage][act->since]++;
    line->change[act->stage][act->until]--;
}

static const char *const loads[] = {
    "walk.join=off walk.pending=3 port.credits=24 walk.walkers=2",
    BED_CACHES_OFF "walk.join=off port.credits=40 walk.walkers=9 memory.depth=3 memory.interval=2",
    "walk.join=on port.credits=16 memory.latency=20 lookup.width=2 iotlb_4k.latency=4",
    BED_CACHES_OFF "walk.join=off link.rate=900 link.latency=40 data.latency=90 port.credits=30",
    "iotlb_4k.sets=1 iotlb_4k.ways=2 respond.width=1 respond.latency=9 lookup.width=5",
    BED_CACHES_OFF "dram.banks=2 dram.row=128 llc.sets=2 walk.lines=2 walk.join=off",
};

/* Some pages more often than others, some absent. */
static svasim_request uneven(struct load *load, unsigned index)
{
    uint64_t random = (index + 1) * UINT64_C(0x9e3779b97f4a7c15) >> 24;
    svasim_request request = page(load, random & 1 ? random >> 1 & 7 : random >> 1 & 0x1ff,
                                  random >> 20 & 1 ? SVASIM_WRITE : SVASIM_READ);
    if (random % 11 == 0)
        request.address += UINT64_C(1) << 40;
    return request;
}

static void timeline_open(struct timeline *line, const char *config)
{
    memset(line, 0, sizeof *line);
    for (unsigned i = 0; i < SVASIM_STAGE_COUNT; i++) {
        line->change[i] = calloc(TICKS, sizeof *line->change[i]);
        ck_assert_ptr_nonnull(line->change[i]);
    }
    load_open_pages(&line->load, config);
    line->load.next = uneven;
    svasim_watch(line->load.bed.unit, on_act, line);
    load_run(&line->load, 1500);
    svasim_watch(line->load.bed.unit, NULL, NULL);
}

static void timeline_close(struct timeline *line)
{
    for (unsigned i = 0; i < SVASIM_STAGE_COUNT; i++)
        free(line->change[i]);
    load_close(&line->load);
}

/* Mean number inside = visits per tick * mean stay, where the stays are what answers say. */
START_TEST(littles_law_of_each_stage)
{
    struct timeline line;
    timeline_open(&line, loads[_i]);
    double ticks = (double)svasim_now(line.load.bed.unit);
    for (unsigned stage = 0; stage < SVASIM_STAGE_COUNT; stage++) {
        uint64_t inside = 0, stay = 0;
        int64_t now = 0;
        for (unsigned tick = 0; tick < TICKS; tick++)
            inside += (uint64_t)(now += line.change[stage][tick]);
        ck_assert_int_eq(now, 0);
        for (unsigned i = 0; i < line.load.answered; i++)
            stay += line.load.answer[i].where[stage];
        ck_assert_uint_eq(svasim_stage_ticks(line.load.bed.unit, stage), stay);
        if (!line.visits[stage])
            continue;
        double rate = (double)line.visits[stage] / ticks;
        double mean = (double)stay / (double)line.visits[stage];
        ck_assert_msg(fabs((double)inside / ticks - rate * mean) <= 0.01 * rate * mean,
                      "stage %u: %f inside, expected %f", stage, (double)inside / ticks,
                      rate * mean);
    }
    timeline_close(&line);
}
END_TEST

/* The largest number that several stages ever held together. */
static int64_t fullest(const struct timeline *line, unsigned first, unsigned last)
{
    int64_t now = 0, most = 0;
    for (unsigned tick = 0; tick < TICKS; tick++) {
        for (unsigned stage = first; stage <= last; stage++)
            now += line->change[stage][tick];
        most = now > most ? now : most;
    }
    return most;
}

static void expect_room(const struct timeline *line, unsigned first, unsigned last, const char *key)
{
    int64_t room = (int64_t)load_config(&line->load, key);
    ck_assert_msg(fullest(line, first, last) <= room, "%s: %d inside", key,
                  (int)fullest(line, first, last));
}

START_TEST(no_more_inside_than_there_is_room)
{
    struct timeline line;
    timeline_open(&line, loads[_i]);
    expect_room(&line, 0, SVASIM_STAGE_COUNT - 1, "port.credits");
    expect_room(&line, SVASIM_STAGE_WALK_LOOKUP, SVASIM_STAGE_MEMORY, "walk.walkers");
    expect_room(&line, SVASIM_STAGE_MEMORY, SVASIM_STAGE_MEMORY, "memory.depth");
    if (!load_config(&line.load, "walk.join")) /* joined requests may need walks beyond it */
        expect_room(&line, SVASIM_STAGE_WALKER_WAIT, SVASIM_STAGE_WALKER_WAIT, "walk.pending");
    timeline_close(&line);
}
END_TEST

/* --- presets --- */

static svasim_request random_request(struct load *load, unsigned index)
{
    struct sv_rng rng = {chance_seed((int)index) ^ load->seed};
    return chance_request(&rng, &load->bed);
}

/* load.c expects one answer for each request, and no tick unaccounted. */
START_TEST(each_preset_answers_everything)
{
    static const uint8_t types[4] = {1, 2, 3, 0};
    unsigned preset = (unsigned)_i / 4;
    if (!preset_name(preset))
        return;
    struct load load;
    const struct bed_plan plan = {.pgtt = types[_i % 4], .config = preset_pairs(preset, true)};
    load_open(&load, &plan);
    load.next = random_request;
    load.seed = (uint64_t)_i;
    load_run(&load, 700);
    ck_assert_uint_eq(bed_counter(&load.bed, "iommu_requests"), 700);
    uint64_t samples = 0;
    for (unsigned kind = 0; kind < svasim_latency_kinds(); kind++)
        samples += svasim_latency_samples(load.bed.unit, kind);
    ck_assert_uint_eq(samples, 700);
    ck_assert_uint_eq(svasim_next_event(load.bed.unit), SVASIM_NEVER);
    load_close(&load);
}
END_TEST

START_TEST(presets_are_found)
{
    ck_assert_ptr_nonnull(preset_name(3));
    ck_assert_ptr_null(preset_name(PRESETS));
}
END_TEST

#define COUNT(list) (int)(sizeof(list) / sizeof(list)[0])

int main(void)
{
    Suite *suite = suite_create("queues");
    suite_add(suite, "resources", saturated_resource, COUNT(resources));
    suite_add(suite, "Little", littles_law_of_each_stage, COUNT(loads));
    suite_add(suite, "room", no_more_inside_than_there_is_room, COUNT(loads));
    suite_add(suite, "presets", each_preset_answers_everything, 4 * PRESETS);
    suite_add(suite, "all presets", presets_are_found, 1);
    return suite_run(suite);
}
