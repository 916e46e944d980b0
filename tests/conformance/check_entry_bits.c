/* SPDX-License-Identifier: MIT */
/* check_entry_bits.c - which bits of a table entry must be 0, and which may be anything? Every bit
 * of every entry, against masks typed from chapter 9. */
#define _POSIX_C_SOURCE 200809L
#include "conformance/bed.h"
#include "conformance/suite.h"

/* Bits hi..lo. */
#define B(hi, lo) ((~UINT64_C(0) >> (63 - (hi))) & (~UINT64_C(0) << (lo)))
#define ALL       (~UINT64_C(0))

/* Narrow enough that addresses and domain ids have reserved bits above them. */
#define NARROW "cap.haw=46 cap.nd=4 cap.hpts=off cap.mts=off cap.ssirws=off "
#define HAW    B(51, 46) /* of paging entries; the software-visible bits above are ignored */
#define HAW64  B(63, 46)

#define FIRST_IGNORED  (B(4, 3) | B(6, 6) | B(11, 8) | B(63, 52))
#define SECOND_IGNORED (B(6, 2) | B(10, 8) | B(61, 52) | B(63, 63))
#define SECOND_IW      B(62, 62) /* I/O write: reserved while SSIRWE is off */

static const struct bits_case {
    const char *entry;
    uint8_t pgtt, shift, levels; /* of the stage that the entry belongs to */
    svasim_fault fault;          /* for a bit of `reserved` */
    uint64_t reserved[8], ignored[8];
} cases[] = {
    {"root", 1, 0, 0, SVASIM_FAULT_SRT_3, {B(11, 1) | HAW64}, {0, ALL}},
    {"context", 1, 0, 0, SVASIM_FAULT_SCT_3, {B(8, 7) | B(5, 5) | HAW64, B(63, 21), ALL, ALL}, {0}},
    {"dir", 1, 0, 0, SVASIM_FAULT_SPD_3, {B(11, 2) | HAW64}, {0}},
    {"pasid",
     1,
     0,
     0,
     SVASIM_FAULT_SPT_3,
     {B(5, 5) | B(11, 10) | HAW64, B(22, 12) | B(63, 25), B(1, 1) | B(11, 8) | HAW64, ALL, ALL, ALL,
      ALL, ALL},
     {B(4, 2) | B(9, 9) | B(45, 12), 0, B(0, 0) | B(6, 5)}},
    {"pasid",
     2,
     0,
     0,
     SVASIM_FAULT_SPT_3,
     {B(5, 5) | B(11, 10) | HAW64, B(22, 12) | B(63, 25), B(1, 1) | B(11, 8) | HAW64, ALL, ALL, ALL,
      ALL, ALL},
     {0, 0, B(0, 0) | B(7, 2) | B(45, 12)}},
    {"first5", 1, 12, 5, SVASIM_FAULT_SFS_3, {B(7, 7) | HAW}, {FIRST_IGNORED}},
    {"first4", 1, 12, 4, SVASIM_FAULT_SFS_3, {B(7, 7) | HAW}, {FIRST_IGNORED}},
    {"first3", 1, 12, 4, SVASIM_FAULT_SFS_3, {HAW}, {FIRST_IGNORED}},
    {"first2", 1, 12, 4, SVASIM_FAULT_SFS_3, {HAW}, {FIRST_IGNORED}},
    {"first1", 1, 12, 4, SVASIM_FAULT_SFS_3, {HAW}, {FIRST_IGNORED | B(7, 7)}},
    {"first2", 1, 21, 4, SVASIM_FAULT_SFS_3, {B(20, 13) | HAW}, {FIRST_IGNORED | B(12, 12)}},
    {"first3", 1, 30, 4, SVASIM_FAULT_SFS_3, {B(29, 13) | HAW}, {FIRST_IGNORED | B(12, 12)}},
    {"second5",
     2,
     12,
     5,
     SVASIM_FAULT_SSS_3,
     {B(7, 7) | B(11, 11) | HAW | SECOND_IW},
     {SECOND_IGNORED}},
    {"second4",
     2,
     12,
     4,
     SVASIM_FAULT_SSS_3,
     {B(7, 7) | B(11, 11) | HAW | SECOND_IW},
     {SECOND_IGNORED}},
    {"second3", 2, 12, 4, SVASIM_FAULT_SSS_3, {B(11, 11) | HAW | SECOND_IW}, {SECOND_IGNORED}},
    {"second2", 2, 12, 4, SVASIM_FAULT_SSS_3, {B(11, 11) | HAW | SECOND_IW}, {SECOND_IGNORED}},
    {"second1",
     2,
     12,
     4,
     SVASIM_FAULT_SSS_3,
     {HAW | SECOND_IW},
     {SECOND_IGNORED | B(7, 7) | B(11, 11)}},
    {"second2",
     2,
     21,
     4,
     SVASIM_FAULT_SSS_3,
     {B(20, 12) | HAW | SECOND_IW},
     {SECOND_IGNORED | B(11, 11)}},
    {"second3",
     2,
     30,
     4,
     SVASIM_FAULT_SSS_3,
     {B(29, 12) | HAW | SECOND_IW},
     {SECOND_IGNORED | B(11, 11)}},
    {"root", 0, 0, 0, SVASIM_FAULT_LRT_3, {B(11, 1) | HAW64, ALL}, {0}},
    {"context", 0, 0, 0, SVASIM_FAULT_LCT_3, {B(11, 4) | HAW64, B(7, 7) | B(63, 20)}, {0, B(6, 3)}},
    {"second4",
     0,
     12,
     4,
     SVASIM_FAULT_LSS_2,
     {B(7, 7) | B(11, 11) | HAW | SECOND_IW},
     {SECOND_IGNORED}},
    {"second1",
     0,
     12,
     4,
     SVASIM_FAULT_LSS_2,
     {HAW | SECOND_IW},
     {SECOND_IGNORED | B(7, 7) | B(11, 11)}},
};

static void try_bits(struct bed *bed, const svasim_request *request, uint64_t hpa, uint64_t bits,
                     svasim_fault expected)
{
    uint64_t entry = svasim_mem_read64(bed->mem, hpa);
    for (unsigned bit = 0; bit < 64; bit++) {
        svasim_response response = {0};
        if (!(bits >> bit & 1))
            continue;
        svasim_mem_write64(bed->mem, hpa, entry ^ UINT64_C(1) << bit);
        ck_assert(svasim_peek(bed->unit, request, &response) == SVASIM_OK);
        ck_assert_msg(response.fault == expected, "bit %u: %s instead of %s", bit,
                      bed_fault_name(response.fault), bed_fault_name(expected));
    }
    svasim_mem_write64(bed->mem, hpa, entry);
}

/* Host permission entries, section 9.12: two bits for each page and two reserved ones beside them.
 */
static const struct {
    const char *entry;
    uint64_t reserved[2], ignored[2];
} permission_cases[] = {
    {"hpt4", {ALL, B(11, 1) | HAW}, {0, B(63, 52)}},
    {"hpt3", {UINT64_C(0xcccccccc) | B(63, 32), B(11, 1) | HAW}, {0, B(63, 52)}},
    {"hpt2", {UINT64_C(0xcccccccccccccccc), B(11, 1) | HAW}, {0, B(63, 52)}},
    {"hpt1", {UINT64_C(0xcccccccccccccccc), UINT64_C(0xcccccccccccccccc)}, {0, 0}},
};

START_TEST(every_bit_of_permissions)
{
    struct bed bed;
    const struct bed_plan plan = {
        .config = "cap.haw=46 cap.hpts=on cap.hpt1gps=on",
        .pgtt = 1,
        .edits = "context hpte=1",
    };
    bed_open(&bed, &plan);
    bed_edit(&bed, BED_RID_PASID, bed.plan.address, "hpt1 pp7=3"); /* BED_VA is the eighth page */
    svasim_request request = bed_request(&bed, SVASIM_NO_PASID, SVASIM_READ);
    request.at = SVASIM_TRANSLATED;
    uint64_t hpa = bed_entry_hpa(&bed, BED_RID_PASID, bed.plan.address, permission_cases[_i].entry);
    for (unsigned word = 0; word < 2; word++) {
        try_bits(&bed, &request, hpa + 8 * word, permission_cases[_i].reserved[word],
                 SVASIM_FAULT_HPT_2);
        try_bits(&bed, &request, hpa + 8 * word, permission_cases[_i].ignored[word],
                 SVASIM_FAULT_NONE);
    }
    bed_close(&bed);
}
END_TEST

START_TEST(every_bit)
{
    const struct bits_case *row = &cases[_i];
    struct bed bed;
    struct bed_plan plan = {
        .config = NARROW, .pgtt = row->pgtt, .preset = SVASIM_MAP_ACCESSED | SVASIM_MAP_DIRTY};
    plan.first_shift = plan.second_shift = row->shift;
    plan.first_levels = plan.second_levels = row->levels;
    bed_open(&bed, &plan);
    svasim_request request =
        bed_request(&bed, row->pgtt ? BED_PASID : SVASIM_NO_PASID, SVASIM_READ);
    uint64_t hpa = bed_entry_hpa(&bed, BED_PASID, bed.plan.address, row->entry);
    for (unsigned word = 0; word < 8; word++) {
        try_bits(&bed, &request, hpa + 8 * word, row->reserved[word], row->fault);
        try_bits(&bed, &request, hpa + 8 * word, row->ignored[word], SVASIM_FAULT_NONE);
    }
    bed_close(&bed);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("bits of entries");
    suite_add(suite, "every bit", every_bit, (int)(sizeof cases / sizeof cases[0]));
    suite_add(suite, "every bit of host permissions", every_bit_of_permissions,
              (int)(sizeof permission_cases / sizeof permission_cases[0]));
    return suite_run(suite);
}
