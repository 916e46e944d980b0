/* SPDX-License-Identifier: MIT */
/* check_flags.c - which paging entries get which accessed, dirty and extended-accessed flags, by
 * how many atomic updates, and what happens when an update is refused, loses or fails (sections
 * 3.6.2, 3.7.2, 3.8). */
#define _POSIX_C_SOURCE 200809L
#include "conformance/bed.h"
#include "conformance/suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PRESET_A "first4 a=1; first3 a=1; first2 a=1; "
#define PRESET_S "second4 a=1; second3 a=1; second2 a=1; "
#define UPPER_A  "first4=A first3=A first2=A "
#define UPPER_S  "second4=A second3=A second2=A "
#define NO_FLAGS "first4= first3= first2= first1= "

/* A row begins with this; the next values are those of the fields after `pgtt`. */
#define ROW(type) .pgtt = type

struct flag_case {
    uint8_t pgtt;
    char op;       /* r read, w write, a atomic, z zero-length read, t translation request */
    uint8_t flags; /* of the request */
    svasim_fault fault;
    uint16_t updates;
    const char *after; /* "ENTRY=FLAGS ...": exactly these flags, of A, D, E; ? after the flags:
                          A may or may not be there */
    const char *edits, *config;
    uint8_t shift;      /* page size of both stages */
    const char *before; /* entries that an earlier request is to find: 'r' reads first */
};

static const struct flag_case cases[] = {
    /* first stage */
    {ROW(1), 'r', .updates = 4, .after = UPPER_A "first1=A"},
    {ROW(1), 'w', .updates = 4, .after = UPPER_A "first1=AD"},
    {ROW(1), 'a', .updates = 4, .after = UPPER_A "first1=AD"},
    {ROW(1), 'z', .updates = 4, .after = UPPER_A "first1=A"},
    {ROW(1), 't', .updates = 4, .after = UPPER_A "first1=AD"},
    {ROW(1), 't', SVASIM_NO_WRITE, .updates = 4, .after = UPPER_A "first1=A"},
    {ROW(1), 't', SVASIM_NO_WRITE, .updates = 4, .after = UPPER_A "first1=AD",
     .config = "cap.nwfs=off"},
    {ROW(1), 't', .updates = 4, .after = UPPER_A "first1=A", .edits = "first1 rw=0"},
    {ROW(1), 'w', .updates = 1, .after = UPPER_A "first1=AD", .edits = PRESET_A "first1 a=1"},
    {ROW(1), 'w', .updates = 1, .after = UPPER_A "first1=AD", .edits = PRESET_A "first1 d=1"},
    {ROW(1), 'r', .updates = 0, .after = UPPER_A "first1=A", .edits = PRESET_A "first1 a=1"},
    {ROW(1), 'r', .updates = 3, .after = "first4=A first3=A first2=A", .shift = 21},
    {ROW(1), 'w', .updates = 3, .after = "first4=A first3=A first2=AD", .shift = 21},
    {ROW(1), 'w', .updates = 2, .after = "first4=A first3=AD", .shift = 30},
    {ROW(1), 'r', .updates = 4, .after = "first4=AE first3=AE first2=AE first1=AE",
     .edits = "pasid eafe=1"},
    {ROW(1), 'w', .updates = 4, .after = "first4=AE first3=AE first2=AE first1=ADE",
     .edits = "pasid eafe=1"},
    {ROW(1), 'r', .updates = 4, .after = "first4=AE first3=AE first2=AE first1=AE",
     .edits = "pasid eafe=1; " PRESET_A "first1 a=1"},
    {ROW(1), 'w', SVASIM_PRIV, .updates = 4, .after = UPPER_A "first1=AD", .edits = "first1 rw=0"},
    /* refused: A may be set, D may not */
    {ROW(1), 'w', 0, SVASIM_FAULT_SGN_6, 9, "first4=? first1=?", "first1 rw=0"},
    {ROW(1), 'w', 0, SVASIM_FAULT_SGN_2, 9, "first4=? first1=?", "first1 us=0"},
    {ROW(1), 'w', 0, SVASIM_FAULT_SGN_8_1, 9, "first4=? first1=?", "first1 addr=0xfee00000"},
    {ROW(1), 'w', 0, SVASIM_FAULT_SFS_2, 9, "first4=? first2=?", "first1 p=0"},
    {ROW(1), 't', 0, SVASIM_FAULT_SGN_2, 9, "first4=? first1=?", "first1 us=0"},
    {ROW(1), 't', 0, SVASIM_FAULT_SGN_8_2, 9, "first4=? first1=?", "first1 addr=0xfee00000"},
    /* not snooped: a fault only if a flag is missing */
    {ROW(1), 'r', 0, SVASIM_FAULT_SFS_9, 0, NO_FLAGS, "pasid pwsnp=0"},
    {ROW(1), 'r', 0, SVASIM_FAULT_SFS_9, 0, "first4= first1=A", "pasid pwsnp=0; first1 a=1 d=0"},
    {ROW(1), 'r', 0, SVASIM_FAULT_NONE, 0, UPPER_A "first1=A",
     "pasid pwsnp=0; " PRESET_A "first1 a=1"},
    {ROW(1), 'w', 0, SVASIM_FAULT_SFS_9, 0, UPPER_A "first1=A",
     "pasid pwsnp=0; " PRESET_A "first1 a=1"},
    {ROW(1), 'w', 0, SVASIM_FAULT_NONE, 0, UPPER_A "first1=AD",
     "pasid pwsnp=0; " PRESET_A "first1 a=1 d=1"},
    {ROW(1), 't', 0, SVASIM_FAULT_SFS_9, 0, UPPER_A "first1=A",
     "pasid pwsnp=0; " PRESET_A "first1 a=1"},
    {ROW(1), 't', SVASIM_NO_WRITE, SVASIM_FAULT_NONE, 0, UPPER_A "first1=A",
     "pasid pwsnp=0; " PRESET_A "first1 a=1"},
    {ROW(1), 'r', 0, SVASIM_FAULT_SFS_9, 0, UPPER_A "first1=A",
     "pasid pwsnp=0 eafe=1; " PRESET_A "first1 a=1"},
    /* second stage */
    {ROW(2), 'w', .updates = 0, .after = "second4= second1="},
    {ROW(2), 'r', .updates = 4, .after = UPPER_S "second1=A", .edits = "pasid ssade=1"},
    {ROW(2), 'w', .updates = 4, .after = UPPER_S "second1=AD", .edits = "pasid ssade=1"},
    {ROW(2), 'a', .updates = 4, .after = UPPER_S "second1=AD", .edits = "pasid ssade=1"},
    {ROW(2), 't', .updates = 4, .after = UPPER_S "second1=AD", .edits = "pasid ssade=1"},
    {ROW(2), 't', SVASIM_NO_WRITE, .updates = 4, .after = UPPER_S "second1=A",
     .edits = "pasid ssade=1"},
    {ROW(2), 't', .updates = 4, .after = UPPER_S "second1=A",
     .edits = "pasid ssade=1; second1 w=0"},
    {ROW(2), 'w', .updates = 3, .after = "second4=A second3=A second2=AD", .edits = "pasid ssade=1",
     .shift = 21},
    {ROW(2), 'w', 0, SVASIM_FAULT_SGN_6, 9, "second4=? second1=?", "pasid ssade=1; second1 w=0"},
    {ROW(2), 'a', 0, SVASIM_FAULT_SGN_7, 9, "second4=? second1=?", "pasid ssade=1; second1 r=0"},
    {ROW(2), 'w', 0, SVASIM_FAULT_SGN_8_1, 9, "second1=?",
     "pasid ssade=1; second1 addr=0xfee00000"},
    {ROW(2), 'r', 0, SVASIM_FAULT_SSS_5, 0, "second4= second1=", "pasid ssade=1 pwsnp=0"},
    {ROW(2), 'r', 0, SVASIM_FAULT_NONE, 0, "second1=A",
     "pasid ssade=1 pwsnp=0; " PRESET_S "second1 a=1"},
    {ROW(2), 'w', 0, SVASIM_FAULT_SSS_5, 0, "second1=A",
     "pasid ssade=1 pwsnp=0; " PRESET_S "second1 a=1"},
    {ROW(2), 'w', 0, SVASIM_FAULT_NONE, 0, "second1=AD",
     "pasid ssade=1 pwsnp=0; " PRESET_S "second1 a=1 d=1"},
    {ROW(0), 'w', .updates = 0, .after = "second4= second1="},
    {ROW(4), 'w', .updates = 0, .after = ""},
    /* nested */
    {ROW(3), 'w', .updates = 4, .after = UPPER_A "first1=AD second4@page= second1@page="},
    {ROW(3), 'r',
     .after = UPPER_A "first1=A second1@page=A second4@page=A second1@first4=AD "
                      "second1@first1=AD second2@first1=A",
     .edits = "pasid ssade=1", .updates = 99},
    {ROW(3), 'w', .after = UPPER_A "first1=AD second1@page=AD second1@first4=AD second1@first1=AD",
     .edits = "pasid ssade=1", .updates = 99},
    {ROW(3), 'r', .after = UPPER_A "first1=A second1@page=A second1@first4=A second1@first1=A",
     .edits = "pasid ssade=1; " PRESET_A "first1 a=1",
     .config = "policy.nested_read_sets_dirty=off", .updates = 99},
    {ROW(3), 'r', .after = UPPER_A "first1=A second1@page=A second1@first4=A second1@first1=AD",
     .edits = "pasid ssade=1; " PRESET_A, .config = "policy.nested_read_sets_dirty=off",
     .updates = 99},
    {ROW(3), 'w', .after = UPPER_A "first1=AD second1@page=AD second1@first4=A second1@first1=AD",
     .edits = "pasid ssade=1; " PRESET_A "first1 a=1",
     .config = "policy.nested_read_sets_dirty=off", .updates = 99},
    {ROW(3), 'w', 0, SVASIM_FAULT_SGN_6, 99, "first1=? second1@page=?",
     "pasid ssade=1; second1@page w=0"},
    {ROW(3), 'w', 0, SVASIM_FAULT_SGN_6, 99, "first1=? second1@page=?",
     "pasid ssade=1; first1 rw=0"},
    /* table in a page that the second stage makes read-only: fine while no flag is missing */
    {ROW(3), 'r', 0, SVASIM_FAULT_NONE, 0, "first1=A",
     PRESET_A "first1 a=1; second1@first1 w=0; second1@first4 w=0"},
    {ROW(3), 'w', 0, SVASIM_FAULT_NONE, 0, "first1=AD",
     PRESET_A "first1 a=1 d=1; second1@first1 w=0; second1@first4 w=0"},
    {ROW(3), 'w', 0, SVASIM_FAULT_SFS_8, 0, "first1=A", PRESET_A "first1 a=1; second1@first1 w=0"},
    {ROW(3), 't', 0, SVASIM_FAULT_SFS_8, 0, "first1=A", PRESET_A "first1 a=1; second1@first1 w=0"},
    {ROW(3), 'r', 0, SVASIM_FAULT_SFS_8, 0, "first1=A",
     "pasid eafe=1; first4 a=1 bit10=1; first3 a=1 bit10=1; first2 a=1 bit10=1; first1 a=1; "
     "second1@first1 w=0"},
    /* the first write through an entry that a read filled */
    {ROW(1), 'w', .updates = 1, .after = UPPER_A "first1=AD", .before = "r"},
    {ROW(1), 'a', .updates = 1, .after = UPPER_A "first1=AD", .before = "r"},
    {ROW(1), 'w', .updates = 1, .after = "first3=AD", .before = "r", .shift = 30},
    {ROW(1), 'w', .updates = 0, .after = UPPER_A "first1=AD", .before = "rw"},
    {ROW(1), 'w', .updates = 0, .after = UPPER_A "first1=AD", .before = "t"},
    {ROW(2), 'w', .updates = 1, .after = "second1=AD", .before = "r", .edits = "pasid ssade=1"},
    {ROW(2), 'w', .updates = 0, .after = "second1=", .before = "r"},
    {ROW(3), 'w', .updates = 1, .after = "first1=AD", .before = "r"},
    {ROW(3), 'w', .updates = 2, .after = "first1=AD second1@page=AD", .before = "r",
     .edits = "pasid ssade=1"},
    {ROW(3), 'w', 0, SVASIM_FAULT_SFS_8, 0, "first1=A", PRESET_A "first1 a=1; second1@first1 w=0",
     .before = "r"},
    {ROW(1), 'w', 0, SVASIM_FAULT_SFS_9, 0, "first1=A", "pasid pwsnp=0; " PRESET_A "first1 a=1",
     .before = "r"},
};
#define CASES (int)(sizeof cases / sizeof cases[0])

static svasim_request request_of(const struct bed *bed, char op, uint8_t flags)
{
    svasim_op kind = op == 'w' ? SVASIM_WRITE : op == 'a' ? SVASIM_ATOMIC : SVASIM_READ;
    svasim_request request = bed_request(bed, bed->plan.pgtt ? BED_PASID : SVASIM_NO_PASID, kind);
    request.flags = flags;
    if (op == 'z')
        request.length = 0;
    if (op == 't')
        request.at = SVASIM_TRANSLATION;
    return request;
}

static void expect_entry(struct bed *bed, const char *name, const char *flags)
{
    bool first = strncmp(name, "first", 5) == 0;
    uint64_t entry = bed_entry(bed, name);
    bool accessed = entry >> (first ? 5 : 8) & 1, dirty = entry >> (first ? 6 : 9) & 1;
    if (!strchr(flags, '?'))
        ck_assert_msg(accessed == (strchr(flags, 'A') != NULL), "%s: A is %d", name, accessed);
    ck_assert_msg(dirty == (strchr(flags, 'D') != NULL), "%s: D is %d", name, dirty);
    if (first)
        ck_assert_msg((entry >> 10 & 1) == (strchr(flags, 'E') != NULL), "%s: EA", name);
}

static void expect_entries(struct bed *bed, const char *after)
{
    char text[300], *rest = text;
    (void)snprintf(text, sizeof text, "%s", after);
    for (char *name = strtok_r(text, " ", &rest); name; name = strtok_r(NULL, " ", &rest)) {
        char *flags = strchr(name, '=');
        *flags++ = 0;
        expect_entry(bed, name, flags);
    }
}

static void run_case(const struct flag_case *row, const char *caches)
{
    struct bed bed;
    char config[700];
    (void)snprintf(config, sizeof config, "%s%s", caches, row->config ? row->config : "");
    const struct bed_plan plan = {.pgtt = row->pgtt,
                                  .config = config,
                                  .edits = row->edits,
                                  .first_shift = row->shift,
                                  .second_shift = row->shift};
    bed_open(&bed, &plan);
    for (const char *op = row->before; op && *op; op++) {
        svasim_request before = request_of(&bed, *op, 0);
        ck_assert_uint_eq(bed_ask(&bed, &before).status, SVASIM_STATUS_OK);
    }
    svasim_request request = request_of(&bed, row->op, row->flags);
    uint32_t seen = bed.updates_seen;
    svasim_response r = bed_expect(&bed, &request, row->fault);
    ck_assert_uint_eq(r.updates, bed.updates_seen - seen);
    if (row->updates == 9 || row->updates == 99)
        ck_assert_uint_le(r.updates, row->updates);
    else
        ck_assert_uint_eq(r.updates, row->updates);
    expect_entries(&bed, row->after);
    /* All flags that were due are set now: the same again sets none. */
    seen = bed.updates_seen;
    bed_expect(&bed, &request, row->fault);
    if (row->fault == SVASIM_FAULT_NONE)
        ck_assert_uint_eq(bed.updates_seen, seen);
    bed_close(&bed);
}

START_TEST(flags_without_caches)
{
    run_case(&cases[_i], BED_CACHES_OFF);
}
END_TEST

START_TEST(flags_with_caches)
{
    run_case(&cases[_i], "");
}
END_TEST

/* --- updates that lose against software --- */

struct race {
    uint8_t pgtt;
    char op;
    uint64_t meddle; /* what software changes in the entry just before the first update */
    const char *edits;
    svasim_fault fault;
    const char *entry; /* the one that is changed, and its flags afterwards */
    const char *flags;
    uint64_t target; /* 0: the usual one */
};

#define BIT(n) (UINT64_C(1) << (n))

static const struct race races[] = {
    {1, 'r', BIT(52), NULL, SVASIM_FAULT_NONE, "first4", "A", 0},
    {1, 'r', BIT(0), NULL, SVASIM_FAULT_SFS_2, "first4", "", 0},
    {1, 'r', BIT(7), NULL, SVASIM_FAULT_SFS_3, "first4", "", 0},
    {1, 'r', BIT(52), PRESET_A, SVASIM_FAULT_NONE, "first1", "A", 0},
    {1, 'r', BIT(0), PRESET_A, SVASIM_FAULT_SFS_2, "first1", "", 0},
    {1, 'r', BIT(13), PRESET_A, SVASIM_FAULT_NONE, "first1", "A", BED_HPA + BIT(13) + 0x40},
    {1, 'w', BIT(52), PRESET_A, SVASIM_FAULT_NONE, "first1", "AD", 0},
    {1, 'w', BIT(0), PRESET_A, SVASIM_FAULT_SFS_2, "first1", "", 0},
    {1, 'w', BIT(1), PRESET_A, SVASIM_FAULT_SGN_6, "first1", "?", 0},
    {1, 'w', BIT(13), PRESET_A, SVASIM_FAULT_NONE, "first1", "AD", BED_HPA + BIT(13) + 0x40},
    {1, 'w', BIT(5) | BIT(6), PRESET_A, SVASIM_FAULT_NONE, "first1", "AD", 0},
    {2, 'r', BIT(52), "pasid ssade=1", SVASIM_FAULT_NONE, "second4", "A", 0},
    {2, 'r', BIT(0) | BIT(1), "pasid ssade=1", SVASIM_FAULT_SSS_2, "second4", "", 0},
    {2, 'w', BIT(1), "pasid ssade=1; " PRESET_S, SVASIM_FAULT_SGN_6, "second1", "?", 0},
    {2, 'w', BIT(13), "pasid ssade=1; " PRESET_S, SVASIM_FAULT_NONE, "second1", "AD",
     BED_HPA + BIT(13) + 0x40},
    {3, 'r', BIT(0), NULL, SVASIM_FAULT_SFS_2, "first4", "", 0},
    {3, 'w', BIT(13), PRESET_A, SVASIM_FAULT_SSS_2, "first1", "?", 0},
    {3, 'w', BIT(52), PRESET_A, SVASIM_FAULT_NONE, "first1", "AD", 0},
};
#define RACES (int)(sizeof races / sizeof races[0])

/* trap 2: what software wrote meanwhile is kept and judged. */
START_TEST(lost_update_is_judged_again)
{
    const struct race *race = &races[_i % RACES];
    struct bed bed;
    const struct bed_plan plan = {
        .pgtt = race->pgtt, .edits = race->edits, .config = _i < RACES ? BED_CACHES_OFF : NULL};
    bed_open(&bed, &plan);
    bed.updates = BED_UPDATES_LOSE_ONCE;
    bed.meddle = race->meddle;
    svasim_request request = request_of(&bed, race->op, 0);
    svasim_response r = bed_expect(&bed, &request, race->fault);
    expect_entry(&bed, race->entry, race->flags);
    ck_assert_uint_eq(bed_counter(&bed, "update_lost"), 1);
    if (race->fault == SVASIM_FAULT_NONE)
        ck_assert_uint_eq(r.address,
                          race->target ? race->target : bed_target(&bed, request.address));
    bed_close(&bed);
}
END_TEST

START_TEST(an_update_that_always_loses_ends)
{
    static const struct {
        uint8_t pgtt;
        const char *edits;
        char op;
        svasim_fault fault;
    } rows[] = {{1, NULL, 'r', SVASIM_FAULT_SFS_10},
                {1, PRESET_A, 'w', SVASIM_FAULT_SFS_10},
                {2, "pasid ssade=1", 'r', SVASIM_FAULT_SSS_6},
                {2, "pasid ssade=1; " PRESET_S, 'w', SVASIM_FAULT_SSS_6},
                {3, NULL, 'w', SVASIM_FAULT_SFS_10}};
    static const char *const configs[] = {"policy.update_tries=1", "policy.update_tries=7"};
    struct bed bed;
    const struct bed_plan plan = {
        .pgtt = rows[_i % 5].pgtt, .edits = rows[_i % 5].edits, .config = configs[_i / 5]};
    bed_open(&bed, &plan);
    bed.updates = BED_UPDATES_LOSE;
    svasim_request request = request_of(&bed, rows[_i % 5].op, 0);
    bed_expect(&bed, &request, rows[_i % 5].fault);
    ck_assert_uint_eq(bed.updates_seen, _i < 5 ? 1 : 7);
    bed.updates = BED_UPDATES_WORK;
    bed_expect(&bed, &request, SVASIM_FAULT_NONE);
    bed_close(&bed);
}
END_TEST

/* The IOTLB has the page, and the write walks all the same, once. */
START_TEST(first_write_walks_again)
{
    struct bed bed;
    const struct bed_plan plan = {.pgtt = 1};
    bed_open(&bed, &plan);
    svasim_request request = request_of(&bed, 'r', 0);
    bed_expect(&bed, &request, SVASIM_FAULT_NONE);
    ck_assert_uint_eq(bed_counter(&bed, "rewalks"), 0);
    request.op = SVASIM_WRITE;
    for (unsigned i = 0; i < 2; i++) {
        bed_expect(&bed, &request, SVASIM_FAULT_NONE);
        ck_assert_uint_eq(bed_counter(&bed, "rewalks"), 1);
    }
    ck_assert_uint_eq(bed_counter(&bed, "walks"), 2);
    bed_close(&bed);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("accessed and dirty flags");
    suite_add(suite, "dirty on a hit", first_write_walks_again, 1);
    suite_add(suite, "walks", flags_without_caches, CASES);
    suite_add(suite, "caches", flags_with_caches, CASES);
    suite_add(suite, "races", lost_update_is_judged_again, 2 * RACES);
    suite_add(suite, "hopeless races", an_update_that_always_loses_ends, 10);
    return suite_run(suite);
}
