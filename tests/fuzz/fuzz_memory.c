/* SPDX-License-Identifier: MIT */
/* fuzz_memory.c - tables of any content. Legal tables of a kind that the first bytes choose get the
 * quadwords that the input says, and requests go to two units over two copies of that memory: one
 * answers at once, one with time. Answers and memories must be the same, and the first answer after
 * the caches were emptied is what the tables say. */
#include "fuzz.h"

#include "conformance/bed.h"

#include <string.h>

#define ACTIONS_MAX 200u

static const char *const configs[] = {
    "",
    BED_CACHES_OFF,
    ("iotlb_4k.sets=1 iotlb_4k.ways=1 context.sets=1 context.ways=1 pasid.sets=1 pasid.ways=1 "
     "fs_pde.sets=1 fs_pde.ways=1 ss_pde.sets=1 ss_pde.ways=1"),
    "policy.us_check=early policy.iotlb_denied=walk policy.no_common_right=early",
    "policy.nested_read_sets_dirty=off policy.nested_read_only_table=sfs67 cap.nwfs=off",
    "cap.haw=46 cap.mgaw=46 cap.zlr=off cap.fs1gp=off cap.sslps=1 cap.sagaw=6 cap.fs5lp=off",
    "cap.hpts=on cap.hpt1gps=on hpt_4k.sets=1 hpt_4k.ways=1 policy.hpt_cache_denied=off",
    "cap.plmr=on cap.phmr=on cap.mts=on cap.ssirws=on policy.root_both_halves=on",
};

struct pair {
    struct bed functional, timed;
    svasim_response answer;
    unsigned answers;
    uint64_t length; /* of the tables */
    unsigned char contents[2][1u << 17];
};

static void take_answer(void *user, const svasim_response *response)
{
    struct pair *pair = user;
    pair->answer = *response;
    pair->answers++;
}

static void store(struct pair *pair, uint64_t hpa, uint64_t value)
{
    (void)svasim_mem_write64(pair->functional.mem, hpa, value);
    (void)svasim_mem_write64(pair->timed.mem, hpa, value);
}

/* --- tables --- */

static struct bed_plan plan_of(struct fuzz_input *input)
{
    static const uint8_t pgtts[8] = {1, 2, 3, 3, 4, 0, 1, 3};
    static const uint8_t shifts[4] = {12, 12, 21, 30};
    static const char *const edits[8] = {NULL,
                                         "pasid ssade=1",
                                         "pasid eafe=1 wpe=1",
                                         "pasid ssade=1 eafe=1 pwsnp=0",
                                         "context rid_priv=1; pasid wpe=1 sre=0",
                                         "pasid ssade=1 wpe=1 fpd=1",
                                         "context hpte=1; hpt1 pp7=3 pp8=1",
                                         "context hpte=1; hpt3 pp0=1 pp3=2; pasid hptsz=1"};
    unsigned kind = (unsigned)fuzz_take(input, 1), shape = (unsigned)fuzz_take(input, 1);
    struct bed_plan plan = {.config = configs[kind >> 3 & 7],
                            .pgtt = pgtts[kind & 7],
                            .first_levels = 4,
                            .second_levels = 4,
                            .first_shift = 12,
                            .second_shift = 12};
    bool small = (kind >> 3 & 7) == 5; /* a unit without 5 levels and 1 GiB pages */
    if (!small) {
        plan.first_levels = (uint8_t)(4 + (kind >> 6 & 1));
        plan.second_levels = (uint8_t)(3 + (shape & 3) % 3);
        plan.first_shift = shifts[shape >> 2 & 3];
        plan.second_shift = shifts[shape >> 4 & 3];
    }
    plan.preset = kind & 0x80 ? SVASIM_MAP_ACCESSED | SVASIM_MAP_DIRTY : 0;
    unsigned edit = fuzz_below(input, 8);
    bool permissions = (kind >> 3 & 7) == 6;
    if (plan.pgtt && (edit < 6 || permissions))
        plan.edits = edits[edit];
    return plan;
}

/* The quadword that the walk of the mapped page meets n-th, so that few bytes reach far. */
static uint64_t entry_on_the_way(struct pair *pair, unsigned n)
{
    static const char *const names[] = {"root",    "context", "dir",     "pasid",
                                        "first1",  "first2",  "first3",  "first4",
                                        "second1", "second2", "second3", "second4"};
    struct bed *bed = &pair->functional;
    const char *name = names[n % (sizeof names / sizeof names[0])];
    svasim_entry_ref ref = {
        .source_id = bed->plan.sid, .pasid = BED_PASID, .address = bed->plan.address};
    static const svasim_entry kinds[] = {SVASIM_ENTRY_ROOT, SVASIM_ENTRY_CONTEXT,
                                         SVASIM_ENTRY_PASID_DIR, SVASIM_ENTRY_PASID};
    uint64_t hpa = 0;
    const svasim_layout *layout;
    unsigned index = n % (sizeof names / sizeof names[0]);
    ref.entry = index < 4 ? kinds[index] : index < 8 ? SVASIM_ENTRY_FIRST : SVASIM_ENTRY_SECOND;
    ref.level = index < 4 ? 0 : (uint8_t)(name[strlen(name) - 1] - '0');
    if (ref.entry == SVASIM_ENTRY_SECOND && bed->plan.pgtt == 3)
        ref.address = BED_GPA;
    return svasim_tables_locate(bed->tables, &ref, false, &hpa, &layout) == SVASIM_OK ? hpa : 0;
}

static void change(struct pair *pair, struct fuzz_input *input, unsigned action)
{
    uint64_t hpa, value;
    if (action & 0x80)
        hpa = entry_on_the_way(pair, (unsigned)fuzz_take(input, 1));
    else
        hpa = BED_FRAMES + fuzz_take(input, 2) * 8 % pair->length;
    if (hpa == 0)
        return;
    hpa += action & 0x40 ? 8 * (fuzz_take(input, 1) & 7) : 0;
    value = svasim_mem_read64(pair->functional.mem, hpa);
    switch (action >> 4 & 3) {
    case 0: /* one bit */
        value ^= UINT64_C(1) << fuzz_below(input, 64);
        break;
    case 1: /* what it points to */
        value = (value & 0xfff) | (BED_FRAMES + (fuzz_take(input, 1) << 12) % pair->length);
        break;
    case 2:
        value = fuzz_take(input, 8);
        break;
    default: /* flags */
        value ^= fuzz_take(input, 2) & 0xfff;
        break;
    }
    store(pair, hpa, value);
}

/* --- requests --- */

static svasim_request request_of(const struct pair *pair, struct fuzz_input *input)
{
    unsigned shape = (unsigned)fuzz_take(input, 1), place = (unsigned)fuzz_take(input, 1);
    svasim_request request = {.address = pair->functional.plan.address + 0x40,
                              .source_id = pair->functional.plan.sid,
                              .op = (uint8_t)(shape % 3),
                              .at = (uint8_t)((shape / 3) % 8 < 5 ? 0 : (shape / 3) % 8 - 4),
                              .pasid = SVASIM_NO_PASID,
                              .length = 4};
    switch (place & 7) {
    case 0:
        request.address = fuzz_take(input, 8);
        request.length = 1;
        break;
    case 1:
        request.address ^= UINT64_C(1) << (12 + (place >> 3));
        break;
    case 2:
        request.address = 0xfee00000 + 4 * (place >> 3);
        break;
    case 3:
        request.address = BED_HPA + 0x80;
        break;
    default:
        break;
    }
    if (shape / 24 % 4) {
        request.pasid = shape / 24 % 4 == 3 ? (uint32_t)fuzz_take(input, 3) & 0xfffff : BED_PASID;
        request.flags = place >> 4 & 3;
    }
    if (request.at == SVASIM_TRANSLATION && place & 0x80)
        request.flags |= SVASIM_NO_WRITE;
    if (request.op == SVASIM_READ && (place & 0x48) == 0x48)
        request.length = 0;
    return request;
}

static void same(const svasim_response *f, const svasim_response *t)
{
    FUZZ_REQUIRE(f->fault == t->fault);
    FUZZ_REQUIRE(f->status == t->status);
    FUZZ_REQUIRE(f->address == t->address);
    FUZZ_REQUIRE(f->rights == t->rights);
    FUZZ_REQUIRE(f->domain_id == t->domain_id);
    FUZZ_REQUIRE(f->page_bytes == t->page_bytes);
    FUZZ_REQUIRE(f->flags == t->flags);
    FUZZ_REQUIRE(f->reads == t->reads);
    FUZZ_REQUIRE(f->updates == t->updates);
    FUZZ_REQUIRE(f->pgtt == t->pgtt);
    FUZZ_REQUIRE(f->memory_type == t->memory_type);
    FUZZ_REQUIRE(f->data == t->data);
}

static void ask(struct pair *pair, struct fuzz_input *input, bool emptied)
{
    svasim_request request = request_of(pair, input);
    svasim_response peek, response;
    svasim_err err = svasim_peek(pair->functional.unit, &request, &peek);
    if (err) {
        FUZZ_REQUIRE(err == SVASIM_EINVAL && svasim_error(pair->functional.unit)[0]);
        FUZZ_REQUIRE(svasim_submit(pair->timed.unit, &request) == SVASIM_EINVAL);
        return;
    }
    FUZZ_REQUIRE(svasim_translate(pair->functional.unit, &request, &response) == SVASIM_OK);
    if (emptied) {
        FUZZ_REQUIRE(peek.fault == response.fault && peek.status == response.status);
        FUZZ_REQUIRE(peek.address == response.address && peek.rights == response.rights);
        FUZZ_REQUIRE(peek.page_bytes == response.page_bytes);
    }
    pair->answers = 0;
    FUZZ_REQUIRE(svasim_submit(pair->timed.unit, &request) == SVASIM_OK);
    svasim_drain(pair->timed.unit);
    FUZZ_REQUIRE(pair->answers == 1);
    same(&response, &pair->answer);
}

static void load(struct pair *pair, unsigned which, const struct bed *bed)
{
    FUZZ_REQUIRE(svasim_mem_read(bed->mem, BED_FRAMES, pair->contents[which], pair->length) ==
                 SVASIM_OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    static struct pair pair;
    struct fuzz_input input = {data, bytes};
    struct bed_plan plan = plan_of(&input);
    bool emptied = true;
    bed_open(&pair.functional, &plan);
    bed_open(&pair.timed, &plan);
    pair.timed.respond = take_answer;
    pair.timed.user = &pair;
    pair.length = svasim_tables_frame(pair.functional.tables, 1) - BED_FRAMES;
    FUZZ_REQUIRE(pair.length <= sizeof pair.contents[0]);
    for (unsigned i = 0; i < ACTIONS_MAX && input.left > 0; i++) {
        unsigned action = (unsigned)fuzz_take(&input, 1);
        if ((action & 15) == 0) {
            bed_on(&pair.functional);
            bed_on(&pair.timed);
            emptied = true;
        } else if ((action & 15) < 8) {
            change(&pair, &input, action);
        } else {
            ask(&pair, &input, emptied);
            emptied = false;
        }
    }
    load(&pair, 0, &pair.functional);
    load(&pair, 1, &pair.timed);
    FUZZ_REQUIRE(memcmp(pair.contents[0], pair.contents[1], pair.length) == 0);
    bed_close(&pair.functional);
    bed_close(&pair.timed);
    return 0;
}
