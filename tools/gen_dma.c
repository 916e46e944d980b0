/* SPDX-License-Identifier: MIT */
/* gen_dma.c - traces of single requests: a window, many tenants, and a storm of faults. */
#include <stdlib.h>
#include <string.h>

#include "gen.h"

static svasim_op random_op(struct gen *gen)
{
    return cli_random_below(gen, 100) < gen->reads ? SVASIM_READ : SVASIM_WRITE;
}

/* A cache line of [base, base + bytes). */
static uint64_t random_line(struct gen *gen, uint64_t base, uint64_t bytes)
{
    return base + cli_random_below(gen, bytes / 64) * 64;
}

int cli_gen_window(struct gen *gen)
{
    uint64_t bytes = cli_gen_whole_pages(gen, gen->window);
    cli_gen_device(gen);
    cli_gen_space(gen, "app", "user");
    cli_gen_map(gen, "app", GEN_USER, bytes, gen->page, false);
    cli_gen_bind(gen, "app", 1, false);
    while (gen->made < gen->count && gen->to->code == CLI_EXIT_OK) {
        uint64_t address = random_line(gen, GEN_USER, bytes);
        (void)cli_gen_dma(gen, random_op(gen), GEN_SID, address);
        cli_build_number(gen->to, SVASIM_F_DMA_pasid, 1);
        cli_build_put(gen->to);
    }
    return gen->to->code;
}

int cli_gen_tenants(struct gen *gen)
{
    uint64_t bytes = cli_gen_whole_pages(gen, gen->window);
    uint64_t *weights = cli_zipf_create(gen->pasids, gen->zipf_percent);
    if (!weights) {
        cli_message("out of memory");
        return CLI_EXIT_SYSTEM;
    }
    cli_gen_device(gen);
    for (uint64_t i = 0; i < gen->pasids && gen->to->code == CLI_EXIT_OK; i++) {
        char name[32];
        (void)snprintf(name, sizeof name, "tenant%u", (unsigned)i + 1);
        cli_gen_space(gen, name, "user");
        cli_gen_map(gen, name, GEN_USER, bytes, gen->page, false);
        cli_gen_bind(gen, name, i + 1, false);
    }
    while (gen->made < gen->count && gen->to->code == CLI_EXIT_OK) {
        uint64_t tenant = cli_zipf_rank(gen, weights, gen->pasids);
        uint64_t address = random_line(gen, GEN_USER, bytes);
        (void)cli_gen_dma(gen, random_op(gen), GEN_SID, address);
        cli_build_number(gen->to, SVASIM_F_DMA_pasid, tenant + 1);
        cli_build_put(gen->to);
    }
    free(weights);
    return gen->to->code;
}

/* --- faults: each row is a request and how it must end --- */

#define READ_ONLY   UINT64_C(0x7f4000000000)
#define UNMAPPED    UINT64_C(0x7f8000000000)
#define NOT_CANON   UINT64_C(0x0000900000000000)
#define OTHER_SID   0x0010 /* same bus, no context entry */
#define OTHER_BUS   0x0700
#define SECRET      2   /* PASID of the kernel's own space, bound without SRE */
#define ABSENT      40  /* no PASID entry */
#define FAR_ABSENT  500 /* not even a directory entry */
#define FAULT_BYTES UINT64_C(0x10000)

static const struct fault_row {
    uint64_t base;
    uint16_t sid;
    uint32_t pasid;
    unsigned weight; /* of 100 */
    bool privileged;
    uint8_t op;
    const char *fault; /* NULL: none */
} fault_rows[] = {
    {GEN_USER, GEN_SID, 1, 40, false, SVASIM_READ, NULL},
    {GEN_USER, GEN_SID, 1, 10, false, SVASIM_WRITE, NULL},
    {UNMAPPED, GEN_SID, 1, 10, false, SVASIM_READ, "SFS.2"},
    {READ_ONLY, GEN_SID, 1, 10, false, SVASIM_WRITE, "SGN.6"},
    {GEN_VMALLOC, GEN_SID, SECRET, 8, false, SVASIM_READ, "SGN.2"},
    {GEN_VMALLOC, GEN_SID, SECRET, 5, true, SVASIM_READ, "SPT.6"},
    {NOT_CANON, GEN_SID, 1, 4, false, SVASIM_READ, "SGN.1"},
    {GEN_USER, GEN_SID, ABSENT, 5, false, SVASIM_READ, "SPT.2"},
    {GEN_USER, GEN_SID, FAR_ABSENT, 4, false, SVASIM_READ, "SPD.2"},
    {GEN_USER, OTHER_SID, 1, 2, false, SVASIM_READ, "SCT.2"},
    {GEN_USER, OTHER_BUS, 1, 2, false, SVASIM_READ, "SRT.2"},
};

static void put_fault_request(struct gen *gen, const struct fault_row *row)
{
    uint64_t address = random_line(gen, row->base, FAULT_BYTES);
    uint64_t id = cli_gen_dma(gen, (svasim_op)row->op, row->sid, address);
    cli_build_number(gen->to, SVASIM_F_DMA_pasid, row->pasid);
    if (row->privileged)
        cli_build_number(gen->to, SVASIM_F_DMA_pr, 1);
    cli_build_put(gen->to);
    cli_build(gen->to, SVASIM_RECORD_EXPECT);
    cli_build_number(gen->to, SVASIM_F_EXPECT_id, id);
    cli_build_choice(gen->to, SVASIM_F_EXPECT_outcome, row->fault ? "fault" : "ok");
    if (row->fault)
        cli_build_number(gen->to, SVASIM_F_EXPECT_fault, svasim_fault_find(row->fault));
    cli_build_put(gen->to);
}

int cli_gen_faults(struct gen *gen)
{
    cli_gen_device(gen);
    cli_gen_space(gen, "app", "user");
    cli_gen_map(gen, "app", GEN_USER, FAULT_BYTES, 0, false);
    cli_gen_map(gen, "app", READ_ONLY, FAULT_BYTES, 0, true);
    cli_gen_bind(gen, "app", 1, false);
    cli_gen_space(gen, "kernel", "kernel");
    cli_gen_map(gen, "kernel", GEN_VMALLOC, FAULT_BYTES, 0, false);
    cli_gen_bind(gen, "kernel", SECRET, false);
    while (gen->made < gen->count && gen->to->code == CLI_EXIT_OK) {
        uint64_t point = cli_random_below(gen, 100);
        const struct fault_row *row = fault_rows;
        while (point >= row->weight)
            point -= row++->weight;
        put_fault_request(gen, row);
    }
    return gen->to->code;
}
