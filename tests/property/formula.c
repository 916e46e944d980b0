/* SPDX-License-Identifier: MIT */
/* formula.c - see formula.h. Lookups in parallel cost the slowest, everything else adds up. */
#define _POSIX_C_SOURCE 200809L
#include "property/formula.h"

#include <stdio.h>

const char *const formula_iotlbs[] = {"iotlb_4k", "iotlb_2m", "iotlb_1g", NULL};
const char *const formula_contexts[] = {"context", NULL};
const char *const formula_pasids[] = {"pasid", NULL};
static const char *const firsts[] = {"fs_pde", "fs_pdpe", "fs_pml4e", "fs_pml5e", NULL};
static const char *const seconds[] = {"ss_pde", "ss_pdpe", "ss_pml4e", "ss_pml5e", NULL};
static const char *const tables[] = {"fs_pde",  "fs_pdpe",  "fs_pml4e", "fs_pml5e", "ss_pde",
                                     "ss_pdpe", "ss_pml4e", "ss_pml5e", NULL};

static bool is_on(const struct load *load, const char *cache)
{
    char key[40];
    snprintf(key, sizeof key, "%s.enabled", cache);
    return load_config(load, key) != 0;
}

bool formula_any(const struct load *load, const char *const *caches)
{
    for (; *caches; caches++)
        if (is_on(load, *caches))
            return true;
    return false;
}

uint64_t formula_slowest(const struct load *load, const char *const *caches)
{
    uint64_t latency = 0;
    char key[40];
    for (; *caches; caches++) {
        snprintf(key, sizeof key, "%s.latency", *caches);
        if (is_on(load, *caches) && load_config(load, key) > latency)
            latency = load_config(load, key);
    }
    return latency;
}

uint64_t formula_hit(const struct load *load)
{
    return formula_slowest(load, formula_iotlbs) + load_config(load, "respond.latency");
}

uint64_t formula_context(const struct load *load, unsigned accesses)
{
    return formula_hit(load) + formula_slowest(load, formula_contexts) +
           accesses * load_config(load, "memory.latency");
}

uint64_t formula_pasid(const struct load *load, unsigned accesses)
{
    return formula_context(load, accesses) +
           (load->bed.plan.pgtt ? formula_slowest(load, formula_pasids) : 0);
}

uint64_t formula_walk(const struct load *load, unsigned first_lookups, unsigned second_lookups,
                      unsigned accesses)
{
    unsigned lookups = (formula_any(load, firsts) ? first_lookups : 0) +
                       (formula_any(load, seconds) ? second_lookups : 0);
    return formula_pasid(load, accesses) + lookups * formula_slowest(load, tables);
}
