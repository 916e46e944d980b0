/* SPDX-License-Identifier: MIT */
/* fast_and_safe.c - received packets under strict unmapping: each flow writes pages of 4 KiB once,
 * which are unmapped and invalidated when it has been told of them. Throughput follows from the
 * memory reads that walks then need; how many those are, from what the invalidations took away. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "validation.h"

#define PAGE             UINT64_C(0x1000)
#define REGION           UINT64_C(0x200000) /* that one last-level table covers */
#define BUFFERS          UINT64_C(0x10000000)
#define RINGS            UINT64_C(0x4000000) /* stay mapped */
#define TARGET           UINT64_C(0x100000000)
#define WRITE_BYTES      256u
#define WRITES           16u /* of a page */
#define FLOWS_MAX        64
#define PENDING_MAX      64
#define PAGES            6000 /* received and counted, after as many as a fill takes */
#define PAGES_FILL       1000
#define NANOSECONDS_PAGE 65.0
#define NANOSECONDS_READ 197.0

struct traffic {
    unsigned flows;
    double together, acknowledged, regions;
    bool structure_caches;
};

static const struct {
    double misses[4]; /* levels 1 to 3, IOTLB */
    struct traffic traffic;
} measured[] = {
#define MEASURED(flows, m1, m2, m3, m_iotlb, together, acknowledged, regions)                      \
    {{m1, m2, m3, m_iotlb}, {flows, together, acknowledged, regions, true}},
#define SWEEP(flows, together, acknowledged, regions, caches)
#include "fast_and_safe.def"
#undef MEASURED
#undef SWEEP
};

static const struct traffic sweep[] = {
#define MEASURED(flows, m1, m2, m3, m_iotlb, together, acknowledged, regions)
#define SWEEP(flows, together, acknowledged, regions, caches)                                      \
    {flows, together, acknowledged, regions, caches},
#include "fast_and_safe.def"
#undef MEASURED
#undef SWEEP
};
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* What a run gave, per page. */
struct outcome {
    double misses[4]; /* levels 1 to 3, IOTLB */
    double reads, gigabits;
};

struct flow {
    uint64_t pending[PENDING_MAX]; /* pages that wait to be unmapped */
    unsigned count;
};

struct run {
    struct bed bed;
    const struct traffic *traffic;
    struct flow flows[FLOWS_MAX];
    uint64_t random, walked[4]; /* walks by levels that no structure cache had; 3: all walks */
    bool failed;
};

/* --- the device --- */

static void count_walk(void *user, const svasim_response *response)
{
    struct run *run = user;
    run->failed |= response->fault != SVASIM_FAULT_NONE;
    if (response->reads == 0)
        return;
    run->walked[3]++;
    for (unsigned level = 1; level <= 3; level++) /* 1 is the root's entries, read last of all */
        run->walked[level - 1] += response->reads > 4 - level;
}

static void access_page(struct run *run, uint64_t address, uint32_t bytes, unsigned op)
{
    const svasim_request request = {.address = address,
                                    .length = bytes,
                                    .pasid = BED_PASID,
                                    .source_id = BED_SOURCE,
                                    .op = (uint8_t)op};
    while (svasim_submit(run->bed.unit, &request) == SVASIM_BUSY)
        svasim_run_until(run->bed.unit, svasim_next_event(run->bed.unit));
}

/* --- the driver --- */

/* A free page anywhere in the regions that all flows share. */
static uint64_t map_page(struct run *run)
{
    uint64_t pages = (uint64_t)(run->traffic->regions * run->traffic->flows * (REGION / PAGE));
    uint64_t address, found, size;
    do
        address = BUFFERS + draw(&run->random, pages) * PAGE;
    while (svasim_tree_find(run->bed.tables, &run->bed.second, address, &found, &size, &found) ==
           SVASIM_OK);
    run->failed |= !bed_map(&run->bed, &run->bed.second, address, TARGET + address, PAGE, PAGE);
    return address;
}

/* Page-selective in the domain; IH is 0, so the tables above go with the leaf (6.5.2.3). */
static void unmap_page(struct run *run, uint64_t address)
{
    const uint64_t words[4] = {2 | 3u << 4 | (uint64_t)7 << 16, address};
    run->failed |=
        svasim_tree_unmap(run->bed.tables, &run->bed.second, address, PAGE) != SVASIM_OK ||
        svasim_invalidate(run->bed.unit, words, NULL) != SVASIM_OK;
}

/* The driver has seen the page. It unmaps what it has seen in one go: after each page with the
 * chance of one in `together`. */
static void finish_page(struct run *run, struct flow *flow, uint64_t address)
{
    flow->pending[flow->count++] = address;
    double chance = (double)draw(&run->random, 1u << 20) / (1u << 20);
    bool now = run->traffic->together > 0 && chance * run->traffic->together < 1;
    if (!now && flow->count < PENDING_MAX)
        return;
    svasim_drain(run->bed.unit);
    for (unsigned i = 0; i < flow->count; i++)
        unmap_page(run, flow->pending[i]);
    flow->count = 0;
}

/* One page of a flow: data, its completion in the flow's ring, now and then an acknowledgement. */
static void receive(struct run *run, unsigned number)
{
    struct flow *flow = &run->flows[number];
    bool strict = run->traffic->together > 0;
    uint64_t page = strict ? map_page(run) : RINGS + number * PAGE;
    for (unsigned i = 0; i < WRITES; i++)
        access_page(run, page + i * WRITE_BYTES, WRITE_BYTES, SVASIM_WRITE);
    access_page(run, RINGS + number * PAGE, 64, SVASIM_WRITE);
    if ((double)draw(&run->random, 1u << 20) < run->traffic->acknowledged * (1u << 20)) {
        uint64_t sent = map_page(run);
        access_page(run, sent, 64, SVASIM_READ);
        svasim_drain(run->bed.unit);
        finish_page(run, flow, sent);
    }
    if (strict)
        finish_page(run, flow, page);
}

static void receive_pages(struct run *run, unsigned pages)
{
    for (unsigned i = 0; i < pages; i++)
        receive(run, i % run->traffic->flows);
    svasim_drain(run->bed.unit);
}

static bool measure(const struct traffic *traffic, struct outcome *out)
{
    static const char *const off = "ss_pde.enabled=off ss_pdpe.enabled=off ss_pml4e.enabled=off";
    struct run *run = calloc(1, sizeof *run);
    if (!run ||
        !bed_open(&run->bed,
                  preset_load("cascade-lake-strict", traffic->structure_caches ? "" : off), 2, 4)) {
        free(run);
        return false;
    }
    run->traffic = traffic;
    run->bed.respond = count_walk;
    run->bed.user = run;
    run->failed = !bed_map(&run->bed, &run->bed.second, RINGS, TARGET, FLOWS_MAX * PAGE, PAGE);
    receive_pages(run, PAGES_FILL);

    uint64_t reads = counter(run->bed.unit, "iommu_mrds");
    svasim_tick start = svasim_now(run->bed.unit);
    for (unsigned i = 0; i < 4; i++)
        run->walked[i] = 0;
    receive_pages(run, PAGES);
    double ticks = (double)(svasim_now(run->bed.unit) - start);
    double nanoseconds = ticks * 1000 / config_number(run->bed.config, "clock.freq_mhz");
    for (unsigned i = 0; i < 4; i++)
        out->misses[i] = (double)run->walked[i] / PAGES;
    out->reads = (double)(counter(run->bed.unit, "iommu_mrds") - reads) / PAGES;
    out->gigabits = 8.0 * PAGE * PAGES / nanoseconds;
    bool ok = !run->failed;
    bed_close(&run->bed);
    free(run);
    return ok;
}

/* --- the chapter --- */

static double published_gigabits(double reads)
{
    return 8 * (double)PAGE / (NANOSECONDS_PAGE + reads * NANOSECONDS_READ);
}

/* Begin the series of a measurement; returns the memory reads of its misses. */
static double series_named(struct report *report, unsigned flows, double tolerance, bool required,
                           const double misses[4])
{
    char name[32];
    (void)snprintf(name, sizeof name, "%u flows", flows);
    report_series(report, name, tolerance, required);
    return misses[0] + misses[1] + misses[2] + misses[3];
}

bool chapter_fast_and_safe(struct report *report)
{
    static const char *const levels[4] = {"level 1 (512 GiB)", "level 2 (1 GiB)", "level 3 (2 MiB)",
                                          "IOTLB"};
    struct outcome outcomes[COUNT(measured)], curve[COUNT(sweep)];
    for (size_t i = 0; i < COUNT(measured); i++)
        if (!measure(&measured[i].traffic, &outcomes[i]))
            return false;
    for (size_t i = 0; i < COUNT(sweep); i++)
        if (!measure(&sweep[i], &curve[i]))
            return false;

    report_text(
        report,
        "Source: Agarwal et al., \"Fast & Safe IO Memory Protection\", SOSP 2024: misses per "
        "page that they counted, and their cost model,\n"
        "throughput = 4096 bytes / (65 ns + reads * 197 ns), within 10 %% of what they measured; "
        "numbers in\n"
        "[fast_and_safe.def](../tests/validation/fast_and_safe.def), preset "
        "[cascade-lake-strict](../tools/presets/cascade-lake-strict.ini).\n"
        "Flows take turns, a page of 4 KiB each: 16 writes of 256 bytes, a write to the flow's "
        "completion queue, which stays mapped, and for 30 %%\n"
        "of the pages a read of an acknowledgement. What the driver has seen it unmaps with one "
        "page-selective invalidation a page, which\n"
        "also takes the entries above the leaf; IOVAs are drawn from 2 MiB regions that all flows "
        "share.\n\n"
        "Fitted to the misses: how many pages are unmapped together (24 and 1.6), the share of "
        "acknowledgements (0.3), 2 regions per flow,\n"
        "48 entries of the IOTLB. Fitted to the 65 ns: `link.rate`. From the paper: the cost of a "
        "read, 64 entries for level 3. Throughput\n"
        "then follows from the reads that the run itself counted (`iommu_mrds`).");
    report_table(report, "Misses per page of 4 KiB", "cache", "misses");
    for (size_t i = 0; i < COUNT(measured); i++) {
        double reads =
            series_named(report, measured[i].traffic.flows, 25, false, measured[i].misses);
        for (unsigned level = 0; level < 4; level++)
            report_value(report, levels[level], measured[i].misses[level],
                         outcomes[i].misses[level]);
        report_value(report, "memory reads", reads, outcomes[i].reads);
    }
    report_figure(report, &(struct figure){.file = "fast_and_safe",
                                           .title = "Throughput under strict unmapping",
                                           .x_label = "memory reads per page of 4 KiB",
                                           .y_label = "throughput, Gb/s",
                                           .y_scale = SCALE_LOG2});
    for (size_t i = 0; i < COUNT(measured); i++) {
        double reads =
            series_named(report, measured[i].traffic.flows, 10, true, measured[i].misses);
        report_point(report, reads, published_gigabits(reads), outcomes[i].gigabits);
    }
    report_series(report, "the paper's formula", 10, true);
    for (size_t i = 0; i < COUNT(sweep); i++)
        report_point(report, curve[i].reads, published_gigabits(curve[i].reads), curve[i].gigabits);
    return true;
}
