/* SPDX-License-Identifier: MIT */
/* check_interrupt_faults.c - is every row of the interrupt fault table raised by what raises it,
 * logged or silenced by FPD, and recorded with its index (sections 5.1.4.1, 11.4.7.6)? */
#define _POSIX_C_SOURCE 200809L
#include "conformance/bed.h"
#include "conformance/interrupt_cases.h"
#include "conformance/suite.h"

#include <stdio.h>
#include <string.h>

#define INDEX INTERRUPT_CASE_INDEX

static void build(struct ibed *bed, const struct interrupt_case *row, bool fpd)
{
    char fields[128];
    size_t used = 0;
    for (const char *c = row->entry; *c; c++)
        fields[used++] = *c != '%' ? *c : fpd ? '1' : '0';
    fields[used] = 0;
    ibed_open(bed, row->config, row->mode);
    ibed_entry(bed, INDEX, fields);
    if (row->descriptor)
        ibed_descriptor(bed, row->descriptor);
    bed->unreadable = row->table_fails        ? bed->table + 16 * INDEX
                      : row->descriptor_fails ? IBED_DESCRIPTOR + 32
                                              : 0;
    bed->stuck = row->update_fails ? IBED_DESCRIPTOR : 0;
    if (row->off)
        ibed_command(bed, 0);
}

static void judge_record(struct ibed *bed, const struct interrupt_case *row, uint32_t index,
                         bool logged)
{
    uint64_t fsts;
    ck_assert(svasim_mmio_read(bed->unit, 0x34, 4, &fsts) == SVASIM_OK);
    ck_assert_uint_eq(fsts, logged ? 2 : 0);
    if (!logged)
        return;
    ck_assert_uint_eq(ibed_record(bed, 0, 0), row->has_index ? (uint64_t)index << 48 : 0);
    ck_assert_uint_eq(ibed_record(bed, 0, 1),
                      UINT64_C(1) << 63 | (uint64_t)row->code << 32 | IBED_SID);
}

START_TEST(every_fault)
{
    const struct interrupt_case *row = &interrupt_cases[_i / 4];
    bool fpd = _i & 1, timed = _i >> 1 & 1, logged = !(fpd && row->qualified);
    struct ibed bed;
    svasim_response peeked;
    build(&bed, row, fpd);
    svasim_request request = ibed_request(INDEX);
    if (row->address)
        request.address = row->address;
    request.data = row->data;
    ck_assert(svasim_peek(bed.unit, &request, &peeked) == SVASIM_OK);
    if (!row->update_fails) /* which nobody sees without trying */
        ck_assert_msg(peeked.fault == row->fault, "%s", bed_fault_name(peeked.fault));
    svasim_response r = ibed_ask(&bed, &request, timed);
    ck_assert_msg(r.fault == row->fault, "row %d: %s", _i / 4, bed_fault_name(r.fault));
    ck_assert_uint_eq(svasim_fault_at(r.fault)->code, row->code);
    ck_assert_uint_eq(r.status, SVASIM_STATUS_UR);
    ck_assert_uint_eq(r.address | r.data | r.rights, 0);
    ck_assert_uint_eq((r.flags & SVASIM_RECORDED) != 0, logged);
    ck_assert_uint_eq(r.flags & (SVASIM_INTERRUPT | SVASIM_POSTED), 0);
    ck_assert_uint_eq(svasim_fault_count(bed.unit, row->fault), 1);
    ck_assert_uint_eq(ibed_counter(&bed, "interrupts"), 0);
    judge_record(&bed, row, svasim_interrupt_index(&request), logged);
    ck_assert(!ibed_cached(&bed, INDEX));
    ibed_close(&bed);
}
END_TEST

/* A record of an interrupt fault is one like any other: it fills the ring and sets overflow. */
START_TEST(records_share_one_ring)
{
    struct ibed bed;
    uint64_t fsts;
    ibed_open(&bed, "cap.nfr=1", IBED_X2APIC);
    for (unsigned i = 1; i <= 3; i++)
        (void)ibed_expect(&bed, i, false, SVASIM_FAULT_INT_22);
    ck_assert_uint_eq(ibed_record(&bed, 0, 0), UINT64_C(1) << 48);
    ck_assert_uint_eq(ibed_record(&bed, 1, 0), UINT64_C(2) << 48);
    ck_assert(svasim_mmio_read(bed.unit, 0x34, 4, &fsts) == SVASIM_OK);
    ck_assert_uint_eq(fsts, 3);
    ibed_close(&bed);
}
END_TEST

/* The index of a record has 16 bits, even where the sum of handle and subhandle has 17. */
START_TEST(index_of_a_record)
{
    struct ibed bed;
    ibed_open(&bed, NULL, IBED_X2APIC);
    svasim_request request = ibed_request(0xffff);
    request.address |= 8;
    request.data = 6;
    svasim_response r = ibed_ask(&bed, &request, _i);
    ck_assert_uint_eq(r.fault, SVASIM_FAULT_INT_21);
    ck_assert_uint_eq(ibed_record(&bed, 0, 0), UINT64_C(5) << 48);
    ibed_close(&bed);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("interrupt faults");
    suite_add(suite, "faults", every_fault, 4 * (int)interrupt_case_count);
    suite_add(suite, "ring", records_share_one_ring, 1);
    suite_add(suite, "index", index_of_a_record, 2);
    return suite_run(suite);
}
