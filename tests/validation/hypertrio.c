/* SPDX-License-Identifier: MIT */
/* hypertrio.c - closed forms of the HyperTRIO simulator's constants beside what the preset
 * hypertrio gives, one request at a time. */
#include "validation.h"

#define VA     UINT64_C(0x7f0000000000)
#define TARGET UINT64_C(0x40000000)

enum { NESTED_READS, NESTED_TIME, LEVEL2_TIME, LEVEL3_TIME, CONSTANTS };

static const struct {
    double published;
    const char *meaning;
} constants[CONSTANTS] = {
#define CONSTANT(id, published, meaning) [id] = {published, meaning},
#include "hypertrio.def"
#undef CONSTANT
};

static void keep(void *user, const svasim_response *response)
{
    *(svasim_response *)user = *response;
}

/* A lone read; the answer stays in `out`. */
static bool read_once(struct bed *bed, uint64_t address, svasim_response *out)
{
    const svasim_request request = {
        .address = address, .length = 64, .pasid = BED_PASID, .source_id = BED_SOURCE};
    bed->respond = keep;
    bed->user = out;
    if (svasim_submit(bed->unit, &request) != SVASIM_OK)
        return false;
    svasim_drain(bed->unit);
    return out->fault == SVASIM_FAULT_NONE;
}

static double latency(const svasim_response *response)
{
    return (double)(response->completed_at - response->accepted_at);
}

static void report_constant(struct report *report, unsigned id, double model)
{
    report_value(report, constants[id].meaning, constants[id].published, model);
}

/* Context and PASID entry are cached by a first request, paging structures by nothing. */
static bool nested_walk(svasim_response *out)
{
    struct bed bed;
    if (!bed_open(&bed,
                  preset_load("hypertrio", "fs_pde.enabled=off fs_pdpe.enabled=off "
                                           "ss_pde.enabled=off ss_pdpe.enabled=off"),
                  3, 4))
        return false;
    bool ok = bed_map(&bed, &bed.first, VA, TARGET, 0x2000, 0x1000) &&
              bed_map(&bed, &bed.second, 0, 0, 0x6000000, 0x1000) &&
              bed_map(&bed, &bed.second, TARGET, TARGET, 0x2000, 0x1000) &&
              read_once(&bed, VA, out) && read_once(&bed, VA + 0x1000, out);
    bed_close(&bed);
    return ok;
}

/* The walk of a first page leaves the tables above; the next one lies `away` from it. */
static bool second_stage_walk(uint64_t away, svasim_response *out)
{
    struct bed bed;
    if (!bed_open(&bed, preset_load("hypertrio", NULL), 2, 4))
        return false;
    bool ok = bed_map(&bed, &bed.second, 0, TARGET, 0x1000, 0x1000) &&
              bed_map(&bed, &bed.second, away, TARGET, 0x1000, 0x1000) && read_once(&bed, 0, out) &&
              read_once(&bed, away, out);
    bed_close(&bed);
    return ok;
}

bool chapter_hypertrio(struct report *report)
{
    svasim_response nested, level2, level3;
    if (!nested_walk(&nested) || !second_stage_walk(0x1000, &level2) ||
        !second_stage_walk(0x200000, &level3))
        return false;
    report_text(
        report,
        "Source: the simulator of the HyperTRIO study (ISCA 2020), repository "
        "PrincetonUniversity/hypersio, `defines.h`; numbers in\n"
        "[hypertrio.def](../tests/validation/hypertrio.def), preset "
        "[hypertrio](../tools/presets/hypertrio.ini). It charges what a request\n"
        "misses, and nothing for the search that missed: the model's times also hold the IOTLB "
        "lookup (2 ns), the context lookup (1 ns)\n"
        "and the page caches' (5 ns). Its walk of 24 accesses is the two-dimensional one of four "
        "levels by four; scalable mode reads\n"
        "the PASID structures besides, which are cached here.");
    report_table(report, "Closed forms", "quantity", "accesses, or ns");
    report_series(report, "accesses", 0.001, true);
    report_constant(report, NESTED_READS, nested.reads);
    report_series(report, "latency", 2, true);
    report_constant(report, NESTED_TIME, latency(&nested));
    report_constant(report, LEVEL2_TIME, latency(&level2));
    report_constant(report, LEVEL3_TIME, latency(&level3));
    return true;
}
