/* SPDX-License-Identifier: MIT */
/* check_descriptors.c - which invalidation descriptors are refused, and with which IQEI code
 * (sections 6.5.2, 11.4.9.9)? A refused descriptor must remove nothing. */
#define _POSIX_C_SOURCE 200809L
#include "conformance/bed.h"
#include "conformance/suite.h"

#include <string.h>

#define PFSID_LO (UINT64_C(1) << 12)
#define PFSID_HI (UINT64_C(1) << 52)

struct descriptor_case {
    const char *config, *edits;
    bool legacy;
    uint8_t iqei;
    uint64_t words[4];
};

#define CASE(mode, code, word0, word1) .legacy = mode, .iqei = code, .words = {word0, word1, 0, 0}

static const struct descriptor_case cases[] = {
    /* types; bits 11:9 belong to the type */
    {CASE(false, 3, 0, 0)},
    {CASE(false, 3, 11, 0)},
    {CASE(false, 3, 15, 0)},
    {CASE(false, 3, 1 | 1u << 4 | 1u << 9, 0)},
    {CASE(false, 3, 2 | 1u << 4 | 4u << 9, 0)},
    {CASE(false, 3, 5 | 7u << 9, 0)},
    {CASE(true, 3, 6 | 2u << 4, 0)},
    {CASE(true, 3, 7 | 3u << 4, 0)},
    {CASE(true, 3, 8, 0)},
    {CASE(true, 3, 9, 0)},
    {CASE(true, 3, 10 | 1u << 4, 0)},
    {CASE(true, 0, 1 | 1u << 4, 0)},
    {CASE(true, 0, 2 | 1u << 4, 0)},
    {CASE(true, 0, 3, 0)},
    {CASE(true, 0, 4, 0)},
    {CASE(true, 0, 5, 0)},
    {CASE(false, 3, 10 | 1u << 4, 0)}, /* HPTS = 0 */
    {CASE(false, 0, 10 | 1u << 4, 0), .config = "cap.hpts=on"},
    {CASE(false, 0, 10 | 2u << 4, 0xc0), .config = "cap.hpts=on"},
    {CASE(false, 0, 10 | 3u << 4, ~UINT64_C(0xf00)), .config = "cap.hpts=on cap.mamv=0"},
    {CASE(false, 3, 10, 0), .config = "cap.hpts=on"},
    {CASE(true, 3, 10 | 1u << 4, 0), .config = "cap.hpts=on"},
    {CASE(false, 4, 10 | 1u << 4 | 1u << 6, 0), .config = "cap.hpts=on"},
    {CASE(false, 4, 10 | 1u << 4 | UINT64_C(1) << 32, 0), .config = "cap.hpts=on"},
    {CASE(false, 4, 10 | 1u << 4, 1u << 8), .config = "cap.hpts=on"},
    {CASE(false, 3, 3, 0), .config = "cap.dt=off cap.prs=off cap.sms=off cap.nwfs=off cap.dit=off "
                                     "cap.pds=off cap.ptrs=off"},
    {CASE(false, 3, 8, 0), .config = "cap.dt=off cap.prs=off cap.sms=off cap.nwfs=off cap.dit=off "
                                     "cap.pds=off cap.ptrs=off"},
    {CASE(false, 3, 9, 0), .config = "cap.prs=off cap.sms=off"},
    {CASE(false, 0, 9, 0)},
    /* granularities */
    {CASE(false, 3, 1, 0)},
    {CASE(false, 3, 2, 0)},
    {CASE(false, 3, 6, 0)},
    {CASE(false, 3, 6 | 1u << 4, 0)},
    {CASE(false, 3, 7 | 2u << 4, 0)},
    {CASE(false, 0, 7, 0)},
    {CASE(false, 4, 7 | 2u << 4, 0), .config = "policy.bad_granularity=iqei4"},
    {CASE(false, 3, 2 | 3u << 4, 0), .config = "cap.psi=off"},
    {CASE(false, 0, 6 | 3u << 4, 0), .config = "cap.psi=off"},
    /* address masks */
    {CASE(false, 0, 2 | 3u << 4, 18)},
    {CASE(false, 4, 2 | 3u << 4, 19)},
    {CASE(false, 3, 2 | 3u << 4, 19), .config = "policy.am_above_mamv=iqei3"},
    {CASE(false, 0, 2 | 3u << 4, 19), .config = "policy.am_above_mamv=accept"},
    {CASE(false, 0, 2 | 2u << 4, 63)},
    {CASE(false, 0, 2 | 1u << 4, 63)},
    {CASE(false, 0, 6 | 3u << 4, 63), .config = "cap.mamv=0"},
    /* fields that the granularity does not use are not looked at */
    {CASE(false, 0, 2 | 1u << 4 | 0xffff0000u, ~UINT64_C(0xf80))},
    {CASE(false, 0, 6 | 2u << 4, ~UINT64_C(0xf80))},
    {CASE(false, 0, 7 | 3u << 4 | UINT64_C(0xfffff) << 32 | 0xffff0000u, 0)},
    {CASE(false, 0, 1 | 1u << 4 | UINT64_C(0x3ffffffff) << 16, 0)},
    /* reserved fields */
    {CASE(false, 4, 1 | 1u << 4 | 1u << 6, 0)},
    {CASE(false, 4, 1 | 1u << 4 | 1u << 12, 0)},
    {CASE(false, 4, 1 | 1u << 4 | UINT64_C(1) << 50, 0)},
    {CASE(false, 4, 1 | 1u << 4, 1)},
    {CASE(false, 4, 2 | 1u << 4 | 1u << 8, 0)},
    {CASE(false, 4, 2 | 1u << 4 | UINT64_C(1) << 32, 0)},
    {CASE(false, 4, 2 | 1u << 4, 1u << 7)},
    {CASE(false, 0, 2 | 1u << 4 | 3u << 6, 0)}, /* DR, DW */
    {CASE(false, 4, 6 | 2u << 4 | 1u << 6, 0)},
    {CASE(false, 4, 6 | 2u << 4 | UINT64_C(1) << 52, 0)},
    {CASE(false, 4, 7 | 3u << 4 | UINT64_C(1) << 63, 0)},
    {CASE(false, 4, 7 | 3u << 4, UINT64_C(1) << 63)},
    {CASE(false, 4, 3 | 1u << 4, 0)},
    {CASE(false, 4, 3, 2)},
    {CASE(false, 0, 3 | 0x1fu << 16 | PFSID_LO | PFSID_HI, 1)},
    {CASE(false, 0, 3, 0), .config = "cap.dit=off"},
    {CASE(false, 0, 8, 0), .config = "cap.dit=off"},
    {CASE(false, 4, 3 | PFSID_LO, 0), .config = "cap.dit=off"},
    {CASE(false, 4, 3 | PFSID_HI, 0), .config = "cap.dit=off"},
    {CASE(false, 4, 8 | PFSID_LO, 0), .config = "cap.dit=off"},
    {CASE(false, 4, 8 | PFSID_HI, 0), .config = "cap.dit=off"},
    {CASE(false, 0, 8 | PFSID_LO | PFSID_HI, 0x801)},
    {CASE(false, 4, 8, 2)},
    {CASE(false, 4, 4 | 1u << 5, 0)},
    {CASE(false, 0, 4 | 1u << 4 | UINT64_C(0x1ffef) << 27, 0)}, /* IM 15, IIDX 0xfff */
    {CASE(false, 4, 4 | 1u << 4 | UINT64_C(16) << 27, 0)},      /* IM above MHMV */
    {CASE(false, 4, 4 | 1u << 4 | UINT64_C(8) << 27, 0), .config = "cap.mhmv=7"},
    {CASE(false, 0, 4 | 1u << 4 | UINT64_C(7) << 27, 0), .config = "cap.mhmv=7"},
    {CASE(false, 0, 4 | UINT64_C(8) << 27, 0), .config = "cap.mhmv=7"}, /* global: IM ignored */
    {CASE(false, 3, 4 | 1u << 4 | UINT64_C(16) << 27, 0), .config = "policy.am_above_mamv=iqei3"},
    {CASE(false, 0, 4 | 1u << 4 | UINT64_C(31) << 27, 0), .config = "policy.am_above_mamv=accept"},
    {CASE(false, 4, 9, 1)},
    {CASE(false, 0, 9, 4)}, /* bit 66 is ignored since rev 5.10 */
    {CASE(false, 4, 9 | 1u << 5, 0)},
    /* waits */
    {CASE(false, 0, 5, 0)},
    {CASE(false, 0, 5 | 7u << 4, UINT64_C(0x200000))},
    {CASE(false, 0, 5 | 1u << 7, 0)},
    {CASE(false, 4, 5 | 1u << 7, 0), .config = "cap.pds=off"},
    {CASE(false, 4, 5 | 1u << 8, 0)},
    {CASE(false, 4, 5, 3)},
    /* upper half of a 128-bit type in a 256-bit queue; all of a 256-bit one */
    {.iqei = 4, .words = {1 | 1u << 4, 0, 1, 0}},
    {.iqei = 4, .words = {2 | 1u << 4, 0, 0, UINT64_C(1) << 63}},
    {.iqei = 4, .words = {5, 0, 1, 0}},
    {.iqei = 4, .words = {6 | 2u << 4, 0, 1, 0}},
    {.iqei = 4, .words = {7 | 3u << 4, 0, 0, 1}},
    /* table modes: 10b; 11b without ADMS; 01b without SMTS */
    {CASE(true, 7, 2 | 1u << 4, 0), .edits = "rtaddr 0x800"},
    {CASE(true, 7, 15, 0), .edits = "rtaddr 0x800"},
    {CASE(false, 7, 2 | 1u << 4, 0), .edits = "rtaddr 0xc00", .config = "cap.adms=off"},
    {CASE(false, 7, 2 | 1u << 4, 0),
     .config = "cap.smts=off cap.mts=off cap.fsts=off cap.nest=off cap.fs1gp=off cap.fs5lp=off "
               "cap.prs=off cap.srs=off cap.smpwcs=off cap.eafs=off cap.ssads=off cap.pasid=off "
               "cap.rps=off cap.rprivs=off cap.sms=off cap.ptrs=off"},
    {CASE(false, 0, 6 | 2u << 4, 0), .edits = "rtaddr 0xc00"}, /* abort mode takes all types */
};

START_TEST(error_codes)
{
    const struct descriptor_case *row = &cases[_i];
    struct bed bed;
    uint8_t iqei = 0xff;
    const struct bed_plan plan = {
        .pgtt = row->legacy ? 0 : 1, .config = row->config, .edits = row->edits};
    bed_open(&bed, &plan);
    (void)bed_read(&bed, row->legacy ? SVASIM_NO_PASID : BED_PASID, BED_VA);
    uint32_t before = bed_cached(&bed, "iotlb_4k") + bed_cached(&bed, "context");
    ck_assert(svasim_invalidate(bed.unit, row->words, &iqei) == SVASIM_OK);
    ck_assert_uint_eq(iqei, row->iqei);
    if (iqei) {
        ck_assert_uint_eq(bed_cached(&bed, "iotlb_4k") + bed_cached(&bed, "context"), before);
        ck_assert_uint_eq(bed_counter(&bed, "invalidations"), 0);
    } else {
        ck_assert_uint_eq(bed_counter(&bed, "invalidations"), 1);
    }
    bed_close(&bed);
}
END_TEST

/* Bits lo..hi. */
#define B(hi, lo) ((~UINT64_C(0) >> (63 - (hi))) & (~UINT64_C(0) << (lo)))

/* Fields of each descriptor in its two lower quadwords, and bits that are ignored (section 6.5.2);
 * all others are reserved. TYPE and granularity are left as they are. */
static const struct {
    const char *name;
    uint64_t valid, kept, fields[2];
} bits[] = {
    {"cc", 1 | 1u << 4, B(5, 4), {B(31, 16) | B(47, 32) | B(49, 48), 0}},
    {"iotlb", 2 | 1u << 4, B(5, 4), {B(7, 6) | B(31, 16), B(6, 0) | B(63, 12)}},
    {"dev_tlb", 3, 0, {B(20, 16) | B(15, 12) | B(47, 32) | B(63, 52), 1 | B(63, 12)}},
    {"iec", 4, 0, {B(4, 4) | B(31, 27) | B(47, 32), 0}},
    {"wait", 5, 0, {B(7, 4) | B(63, 32), B(63, 2)}},
    {"p_iotlb", 6 | 2u << 4, B(5, 4), {B(31, 16) | B(51, 32), B(6, 0) | B(63, 12)}},
    {"pc", 7, B(5, 4), {B(31, 16) | B(51, 32), 0}},
    {"p_dev_tlb", 8, 0, {B(8, 4) | B(31, 12) | B(63, 32), 1 | B(11, 11) | B(63, 12)}},
    {"page_grp_resp", 9, 0, {B(4, 4) | B(51, 12), B(11, 2)}},
};

START_TEST(every_bit)
{
    const uint64_t kept = B(3, 0) | B(11, 9) | bits[_i].kept;
    struct bed bed;
    const struct bed_plan plan = {.pgtt = 1};
    bed_open(&bed, &plan);
    for (unsigned bit = 0; bit < 256; bit++) {
        uint64_t words[4] = {bits[_i].valid, 0, 0, 0};
        uint64_t mask = UINT64_C(1) << bit % 64;
        bool reserved = bit >= 128 || !(bits[_i].fields[bit / 64] & mask);
        uint8_t iqei = 0xff;
        if (bit < 64 && (kept & mask))
            continue;
        words[bit / 64] |= mask;
        ck_assert(svasim_invalidate(bed.unit, words, &iqei) == SVASIM_OK);
        ck_assert_msg(iqei == (reserved ? 4 : 0), "%s bit %u: IQEI %u", bits[_i].name, bit, iqei);
    }
    bed_close(&bed);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("invalidation descriptors");
    suite_add(suite, "errors", error_codes, (int)(sizeof cases / sizeof cases[0]));
    suite_add(suite, "bits", every_bit, (int)(sizeof bits / sizeof bits[0]));
    return suite_run(suite);
}
