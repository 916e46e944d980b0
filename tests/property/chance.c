/* SPDX-License-Identifier: MIT */
/* chance.c - draws tables and requests; see chance.h. */
#define _POSIX_C_SOURCE 200809L
#include "property/chance.h"

#include "base/bits.h"

#include <check.h>
#include <stdlib.h>

uint64_t chance_seed(int round)
{
    const char *text = getenv("SVASIM_SEED");
    uint64_t seed = text ? strtoull(text, NULL, 0) : UINT64_C(20210513);
    return mix64(seed + UINT64_C(0x9e3779b97f4a7c15) * (uint64_t)(round + 1));
}

bool chance_is(struct sv_rng *rng, uint32_t percent)
{
    return sv_rng_below(rng, 100) < percent;
}

static const char *const configs[] = {
    "",
    BED_CACHES_OFF,
    ("iotlb_4k.sets=1 iotlb_4k.ways=1 context.sets=1 context.ways=1 pasid.sets=1 pasid.ways=1 "
     "fs_pde.sets=1 fs_pde.ways=1 ss_pde.sets=1 ss_pde.ways=1"),
    "iotlb_4k.enabled=off iotlb_2m.enabled=off iotlb_1g.enabled=off",
    "policy.us_check=early policy.iotlb_denied=walk",
    "policy.nested_read_sets_dirty=off policy.nested_read_only_table=sfs67 cap.nwfs=off",
    "cap.haw=46 cap.mgaw=46 cap.zlr=off cap.fs1gp=off cap.sslps=1",
    "iotlb_4k.policy=random context.enabled=off fs_pdpe.enabled=off ss_pdpe.enabled=off",
    "pasid.enabled=off fs_pde.enabled=off fs_pml4e.enabled=off ss_pde.enabled=off cap.sc=off",
    "cap.hpts=on cap.hpt1gps=on cap.ptrs=on hpt_4k.sets=1 hpt_4k.ways=1",
};
#define WITH_PERMISSIONS (sizeof configs / sizeof configs[0] - 1)

/* With the configuration that has host permissions. */
static const char *const permissions[] = {
    "context hpte=1; hpt1 pp7=3 pp8=1",
    "context hpte=1; hpt1 pp7=2; hpt2 pp2=3",
    "context hpte=1; hpt3 pp0=1 pp3=2; pasid hptsz=1",
    "context hpte=1; hpt1 pp7=1; pasid fpd=1",
};

static const char *const edits[] = {
    NULL,
    "pasid ssade=1",
    "pasid eafe=1 wpe=1",
    "pasid ssade=1 eafe=1 pwsnp=0",
    "context rid_priv=1; pasid wpe=1",
    "pasid ssade=1 wpe=1 fpd=1",
    "context fpd=1",
};

void chance_plan(struct sv_rng *rng, struct bed_plan *out)
{
    static const uint8_t shifts[4] = {12, 12, 21, 30};
    static const uint8_t pgtts[8] = {1, 1, 2, 2, 3, 3, 4, 0};
    uint32_t choice = sv_rng_below(rng, sizeof configs / sizeof configs[0]);
    const char *config = configs[choice];
    uint8_t pgtt = pgtts[sv_rng_below(rng, 8)];
    *out = (struct bed_plan){
        .config = config,
        .pgtt = pgtt,
        .first_levels = (uint8_t)(4 + sv_rng_below(rng, 2)),
        .second_levels = (uint8_t)(3 + sv_rng_below(rng, 3)),
        .first_shift = shifts[sv_rng_below(rng, 4)],
        .second_shift = shifts[sv_rng_below(rng, 4)],
        .preset = chance_is(rng, 30) ? SVASIM_MAP_ACCESSED | SVASIM_MAP_DIRTY : 0,
        .edits = pgtt ? edits[sv_rng_below(rng, sizeof edits / sizeof edits[0])] : NULL,
    };
    if (choice == WITH_PERMISSIONS && pgtt)
        out->edits = permissions[sv_rng_below(rng, sizeof permissions / sizeof permissions[0])];
}

static uint64_t chance_address(struct sv_rng *rng, const struct bed *bed)
{
    uint64_t offset = sv_rng_next(rng) & 0xff8;
    switch (sv_rng_below(rng, 16)) {
    case 0:
        return bed->plan.address + 0x1000 + offset;
    case 1:
        return bed->plan.address + (sv_rng_next(rng) & 0x1ff000) + offset;
    case 2:
        return (UINT64_C(1) << sv_rng_below(rng, 64)) + offset;
    case 3:
        return sv_rng_next(rng) & ~UINT64_C(7);
    case 4:
        return 0xfee00000 + offset;
    case 5:
        return bed->plan.address ^ (UINT64_C(1) << (12 + sv_rng_below(rng, 52)));
    case 6:
        return BED_HPA + offset;
    default:
        return bed->plan.address + offset;
    }
}

svasim_request chance_request(struct sv_rng *rng, const struct bed *bed)
{
    static const uint8_t ats[16] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 2, 3};
    static const uint32_t lengths[4] = {1, 4, 8, 64};
    svasim_request request = {.tag = sv_rng_next(rng),
                              .address = chance_address(rng, bed),
                              .length = lengths[sv_rng_below(rng, 4)],
                              .pasid = SVASIM_NO_PASID,
                              .source_id = bed->plan.sid,
                              .op = (uint8_t)sv_rng_below(rng, 3),
                              .at = ats[sv_rng_below(rng, 16)]};
    if ((request.address & 0xfff) + request.length > 4096)
        request.length = 1;
    if (chance_is(rng, bed->plan.pgtt ? 60 : 3)) {
        request.pasid = chance_is(rng, 94) ? BED_PASID : sv_rng_below(rng, 0x4000);
        if (chance_is(rng, 30))
            request.flags |= SVASIM_PRIV;
        if (chance_is(rng, 3))
            request.flags |= SVASIM_EXEC;
    }
    if (request.at == SVASIM_TRANSLATION) {
        if (!chance_is(rng, 5))
            request.op = SVASIM_READ;
        if (chance_is(rng, 40))
            request.flags |= SVASIM_NO_WRITE;
    }
    if (request.op == SVASIM_READ && chance_is(rng, 10))
        request.length = 0;
    if (chance_is(rng, 4))
        request.source_id ^= (uint16_t)(1u << sv_rng_below(rng, 16));
    return request;
}

/* --- tables --- */

static void load(struct bed *bed, unsigned char *bytes, uint64_t length)
{
    ck_assert(svasim_mem_read(bed->mem, BED_FRAMES, bytes, length) == SVASIM_OK);
}

void chance_save(struct chance_tables *saved, struct bed *bed)
{
    saved->length = svasim_tables_frame(bed->tables, 1) - BED_FRAMES;
    ck_assert_uint_lt(saved->length, BED_FRAME_BYTES);
    saved->bytes = malloc(saved->length);
    saved->scratch = malloc(2 * saved->length);
    ck_assert(saved->bytes && saved->scratch);
    load(bed, saved->bytes, saved->length);
}

void chance_restore(const struct chance_tables *saved, struct bed *bed)
{
    ck_assert(svasim_mem_write(bed->mem, BED_FRAMES, saved->bytes, saved->length) == SVASIM_OK);
}

void chance_free(struct chance_tables *saved)
{
    free(saved->bytes);
    free(saved->scratch);
}

bool chance_same(const struct chance_tables *saved, struct bed *a, struct bed *b)
{
    load(a, saved->scratch, saved->length);
    load(b, saved->scratch + saved->length, saved->length);
    return memcmp(saved->scratch, saved->scratch + saved->length, saved->length) == 0;
}

/* A quadword that is in use, if one is near. */
static uint64_t chance_entry(struct sv_rng *rng, const struct chance_tables *saved)
{
    uint64_t count = saved->length / 8;
    uint64_t at = sv_rng_next(rng) % count;
    for (uint64_t i = 0; i < count && !chance_is(rng, 1); i++) {
        if (load_le64(saved->bytes + 8 * at))
            break;
        at = (at + 1) % count;
    }
    return 8 * at;
}

void chance_flip(struct sv_rng *rng, const struct chance_tables *saved, struct bed **beds)
{
    uint64_t at = chance_entry(rng, saved);
    uint64_t value = load_le64(saved->bytes + at);
    uint32_t how = sv_rng_below(rng, 20);
    if (how == 0)
        value = sv_rng_next(rng);
    else if (how == 1)
        value = 0;
    else if (how == 2)
        value = UINT64_MAX;
    else
        value ^= UINT64_C(1) << sv_rng_below(rng, how < 12 ? 13 : 64);
    for (; *beds; beds++)
        ck_assert(svasim_mem_write64((*beds)->mem, BED_FRAMES + at, value) == SVASIM_OK);
}
