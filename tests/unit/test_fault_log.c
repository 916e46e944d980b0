/* SPDX-License-Identifier: MIT */
/* test_fault_log.c - when is a fault recorded, where, and when is it lost? The ring of fault
 * recording registers, overflow, and how software empties it (sections 7.2.1 and 11.4.8). What a
 * record says is in test_fault_record.c. */
#include "unit_bed.h"

#define F_BIT (UINT64_C(1) << 63)

static uint64_t record(const struct unit_bed *bed, unsigned i, unsigned word)
{
    return unit_read(bed, REG_FRCD + 16 * i + 8 * word, 8);
}

static bool pending(const struct unit_bed *bed, unsigned i)
{
    return (record(bed, i, 1) & F_BIT) != 0;
}

static void clear(struct unit_bed *bed, unsigned i)
{
    unit_write(bed, REG_FRCD + 16 * i + 12, 4, UINT32_C(1) << 31);
}

static void status_is(const struct unit_bed *bed, unsigned bits, unsigned index)
{
    uint64_t status = unit_read(bed, REG_FSTS, 4);
    assert_int_equal(status & 0xffff00ff, bits);
    if (bits & FSTS_PPF)
        assert_int_equal(status >> 8 & 0xff, index);
}

static void only_the_fault_bit_can_be_written(void **state)
{
    struct unit_bed bed;
    (void)state;
    unit_open(&bed, UNIT_SCALABLE, NULL);
    unit_on(&bed);
    unit_fault(&bed, UNIT_NO_SID);
    uint64_t low = record(&bed, 0, 0), high = record(&bed, 0, 1);
    for (unsigned at = 0; at < 12; at += 4) {
        unit_write(&bed, REG_FRCD + at, 4, 0);
        unit_write(&bed, REG_FRCD + at, 4, 0xffffffff);
    }
    unit_write(&bed, REG_FRCD, 8, UINT64_MAX);
    unit_write(&bed, REG_FRCD + 8, 8, ~F_BIT); /* 0 to F does nothing */
    unit_write(&bed, REG_FRCD + 12, 4, 0x7fffffff);
    assert_int_equal(record(&bed, 0, 0), low);
    assert_int_equal(record(&bed, 0, 1), high);
    assert_int_equal(unit_read(&bed, REG_FRCD, 4), low & UINT32_MAX);
    assert_int_equal(unit_read(&bed, REG_FRCD + 4, 4), low >> 32);
    assert_int_equal(unit_read(&bed, REG_FRCD + 8, 4), high & UINT32_MAX);
    assert_int_equal(unit_read(&bed, REG_FRCD + 12, 4), high >> 32);
    unit_write(&bed, REG_FSTS, 4, FSTS_PPF); /* read-only */
    status_is(&bed, FSTS_PPF, 0);
    clear(&bed, 0);
    assert_int_equal(record(&bed, 0, 1), high & ~F_BIT);
    assert_int_equal(record(&bed, 0, 0), low);
    unit_close(&bed);
}

static void pending_fault_and_index_follow_the_records(void **state)
{
    struct unit_bed bed;
    (void)state;
    unit_open(&bed, UNIT_SCALABLE, NULL);
    unit_on(&bed);
    status_is(&bed, 0, 0);
    unit_fault(&bed, UNIT_NO_SID);
    status_is(&bed, FSTS_PPF, 0);
    unit_fault(&bed, UNIT_NO_SID);
    assert_true(pending(&bed, 1));
    status_is(&bed, FSTS_PPF, 0); /* the oldest that is pending */
    clear(&bed, 0);
    status_is(&bed, FSTS_PPF, 0); /* record 1 is still there; FRI does not move */
    clear(&bed, 0);
    status_is(&bed, FSTS_PPF, 0);
    unit_write(&bed, REG_FRCD + 16 + 8, 8, F_BIT);
    assert_false(pending(&bed, 1));
    status_is(&bed, 0, 0);
    unit_fault(&bed, UNIT_NO_SID);
    assert_true(pending(&bed, 2));
    status_is(&bed, FSTS_PPF, 2);
    unit_close(&bed);
}

static void the_ring_wraps(void **state)
{
    struct unit_bed bed;
    (void)state;
    unit_open(&bed, UNIT_SCALABLE, "cap.nfr=2");
    unit_on(&bed);
    for (unsigned i = 0; i < 8; i++) {
        unit_fault(&bed, UNIT_NO_SID);
        status_is(&bed, FSTS_PPF, i % 3);
        assert_true(pending(&bed, i % 3));
        clear(&bed, i % 3);
        status_is(&bed, 0, 0);
    }
    assert_int_equal(unit_read(&bed, REG_FRCD + 3 * 16, 8), 0); /* there is no fourth */
    assert_int_equal(unit_read(&bed, REG_FRCD + 3 * 16 + 8, 8), 0);
    unit_close(&bed);
}

/* The index has eight bits, and a new fault replaces all of them. */
static void the_index_counts_to_255(void **state)
{
    struct unit_bed bed;
    (void)state;
    unit_open(&bed, UNIT_SCALABLE, "cap.nfr=255");
    unit_on(&bed);
    for (unsigned i = 0; i < 260; i++) {
        unit_fault(&bed, UNIT_NO_SID);
        status_is(&bed, FSTS_PPF, i % 256);
        clear(&bed, i % 256);
    }
    unit_close(&bed);
}

/* trap 143: PFO alone. */
static void overflow_blocks_until_cleared(void **state)
{
    struct unit_bed bed;
    (void)state;
    unit_open(&bed, UNIT_SCALABLE, "cap.nfr=1");
    unit_on(&bed);
    unit_fault(&bed, UNIT_NO_SID);
    unit_fault(&bed, UNIT_NO_SID + 1);
    status_is(&bed, FSTS_PPF, 0);
    unit_fault(&bed, UNIT_NO_SID + 2); /* no room: lost, nothing is overwritten */
    status_is(&bed, FSTS_PPF | FSTS_PFO, 0);
    assert_int_equal(record(&bed, 0, 1) & 0xffff, UNIT_NO_SID);
    assert_int_equal(record(&bed, 1, 1) & 0xffff, UNIT_NO_SID + 1);
    clear(&bed, 0);
    unit_fault(&bed, UNIT_NO_SID + 3); /* there is room, but PFO blocks */
    assert_false(pending(&bed, 0));
    clear(&bed, 1);
    status_is(&bed, FSTS_PFO, 0);
    unit_fault(&bed, UNIT_NO_SID + 4);
    status_is(&bed, FSTS_PFO, 0);
    unit_write(&bed, REG_FSTS, 4, 0);
    status_is(&bed, FSTS_PFO, 0);
    unit_write(&bed, REG_FSTS, 4, FSTS_PFO);
    status_is(&bed, 0, 0);
    unit_fault(&bed, UNIT_NO_SID + 5); /* the lost ones have not moved the index */
    status_is(&bed, FSTS_PPF, 0);
    assert_int_equal(record(&bed, 0, 1) & 0xffff, UNIT_NO_SID + 5);
    assert_false(pending(&bed, 1));
    unit_close(&bed);
}

static void a_free_record_elsewhere_is_not_used(void **state)
{
    struct unit_bed bed;
    (void)state;
    unit_open(&bed, UNIT_SCALABLE, "cap.nfr=1");
    unit_on(&bed);
    unit_fault(&bed, UNIT_NO_SID);
    unit_fault(&bed, UNIT_NO_SID);
    clear(&bed, 1);
    unit_fault(&bed, UNIT_NO_SID);
    status_is(&bed, FSTS_PPF | FSTS_PFO, 0);
    assert_false(pending(&bed, 1));
    clear(&bed, 0);
    unit_write(&bed, REG_FSTS, 4, FSTS_PFO);
    unit_fault(&bed, UNIT_NO_SID);
    status_is(&bed, FSTS_PPF, 0);
    unit_close(&bed);
}

/* Interrupt remapping cannot be on in this model, so translation decides alone. */
static void index_starts_over_when_translation_goes_off(void **state)
{
    struct unit_bed bed;
    (void)state;
    unit_open(&bed, UNIT_SCALABLE, NULL);
    unit_on(&bed);
    unit_fault(&bed, UNIT_NO_SID);
    clear(&bed, 0);
    unit_write(&bed, REG_GCMD, 4, GCMD_TE | GCMD_QIE); /* none of these is a reason */
    unit_write(&bed, REG_GCMD, 4, GCMD_TE);
    unit_write(&bed, REG_GCMD, 4, GCMD_TE | GCMD_SRTP);
    unit_fault(&bed, UNIT_NO_SID);
    status_is(&bed, FSTS_PPF, 1);
    unit_write(&bed, REG_GCMD, 4, 0);
    status_is(&bed, FSTS_PPF, 1); /* records stay */
    unit_on(&bed);
    unit_fault(&bed, UNIT_NO_SID);
    assert_true(pending(&bed, 0));
    assert_false(pending(&bed, 2));
    status_is(&bed, FSTS_PPF, 1);
    unit_fault(&bed, UNIT_NO_SID); /* runs into the record from before */
    status_is(&bed, FSTS_PPF | FSTS_PFO, 1);
    unit_close(&bed);
}

/* Reason 29h is logged with translation off too; then no command is a reason to start over. */
static void index_stays_while_translation_is_off(void **state)
{
    struct unit_bed bed;
    (void)state;
    unit_open(&bed, UNIT_SCALABLE, NULL);
    for (unsigned i = 0; i < 3; i++) {
        unit_ask(&bed, UNIT_SID, SVASIM_NO_PASID, UINT64_C(0xfee00000), SVASIM_READ);
        status_is(&bed, FSTS_PPF, i);
        clear(&bed, i);
        unit_write(&bed, REG_GCMD, 4, i & 1 ? 0 : GCMD_QIE);
    }
    unit_close(&bed);
}

static void collapsing_spares_records(void **state)
{
    (void)state;
    for (unsigned on = 0; on < 2; on++) {
        struct unit_bed bed;
        unit_open(&bed, UNIT_SCALABLE, on ? "policy.collapse_faults=on" : NULL);
        unit_on(&bed);
        unit_ask(&bed, UNIT_SID, UNIT_NO_PASID, UNIT_VA, SVASIM_WRITE);
        uint64_t first = record(&bed, 0, 1);
        unit_ask(&bed, UNIT_SID, SVASIM_NO_PASID, UNIT_NOWHERE, SVASIM_READ);
        unit_ask(&bed, UNIT_SID, SVASIM_NO_PASID, UINT64_C(0xfee00000), SVASIM_READ);
        unit_fault(&bed, UNIT_NO_SID);
        assert_int_equal(record(&bed, 0, 1), first);
        assert_int_equal(record(&bed, on ? 1 : 3, 1) & 0xffff, UNIT_NO_SID);
        assert_true(pending(&bed, 2) == !on);
        clear(&bed, 0);
        unit_ask(&bed, UNIT_SID, UNIT_NO_PASID, UNIT_VA, SVASIM_WRITE);
        assert_true(pending(&bed, 2)); /* no pending record of this source: logged again */
        status_is(&bed, FSTS_PPF, 0);
        unit_close(&bed);
    }
}

static void any_pending_record_of_the_source_counts(void **state)
{
    struct unit_bed bed;
    (void)state;
    unit_open(&bed, UNIT_SCALABLE, "policy.collapse_faults=on cap.nfr=3");
    unit_on(&bed);
    for (unsigned i = 0; i < 4; i++)
        unit_fault(&bed, (uint16_t)(UNIT_NO_SID + i));
    for (unsigned i = 0; i < 4; i++) {
        unit_fault(&bed, (uint16_t)(UNIT_NO_SID + i));
        status_is(&bed, FSTS_PPF, 0);
    }
    unit_close(&bed);
}

static void collapsing_comes_before_overflow(void **state)
{
    struct unit_bed bed;
    (void)state;
    unit_open(&bed, UNIT_SCALABLE, "policy.collapse_faults=on cap.nfr=0");
    unit_on(&bed);
    unit_fault(&bed, UNIT_NO_SID);
    unit_fault(&bed, UNIT_NO_SID);
    status_is(&bed, FSTS_PPF, 0);
    unit_fault(&bed, UNIT_NO_SID + 1);
    status_is(&bed, FSTS_PPF | FSTS_PFO, 0);
    unit_close(&bed);
}

static void records_lie_where_the_capability_says(void **state)
{
    struct unit_bed bed;
    (void)state;
    unit_open(&bed, UNIT_SCALABLE, "cap.fro=0x20 cap.nfr=255 cap.iro=0x200");
    unit_on(&bed);
    for (unsigned i = 0; i < 256; i++)
        unit_fault(&bed, (uint16_t)(UNIT_NO_SID + i % 16));
    assert_int_equal(unit_read(&bed, 0x200 + 16 * 255 + 8, 8),
                     F_BIT | UINT64_C(1) << 62 | UINT64_C(0x41) << 32 | (UNIT_NO_SID + 15));
    status_is(&bed, FSTS_PPF, 0);
    unit_write(&bed, 0x200 + 16 * 0 + 12, 4, UINT32_C(1) << 31);
    unit_fault(&bed, UNIT_NO_SID);
    unit_fault(&bed, UNIT_NO_SID);
    status_is(&bed, FSTS_PPF | FSTS_PFO, 0);
    unit_close(&bed);
}

static void other_registers_may_follow_at_once(void **state)
{
    struct unit_bed bed;
    (void)state;
    unit_open(&bed, UNIT_SCALABLE, "cap.fro=0x100 cap.nfr=15 cap.iro=0x110");
    unit_on(&bed);
    for (unsigned i = 0; i < 16; i++)
        unit_fault(&bed, UNIT_NO_SID);
    unit_write(&bed, 0x1108, 8, UINT64_C(3) << 60);
    assert_int_equal(unit_read(&bed, 0x1108, 8), UINT64_C(3) << 60);
    assert_true(pending(&bed, 15));
    clear(&bed, 15);
    assert_false(pending(&bed, 15));
    assert_int_equal(unit_read(&bed, 0x1108, 8), UINT64_C(3) << 60);
    unit_close(&bed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_the_fault_bit_can_be_written),
        cmocka_unit_test(pending_fault_and_index_follow_the_records),
        cmocka_unit_test(the_ring_wraps),
        cmocka_unit_test(the_index_counts_to_255),
        cmocka_unit_test(overflow_blocks_until_cleared),
        cmocka_unit_test(a_free_record_elsewhere_is_not_used),
        cmocka_unit_test(index_starts_over_when_translation_goes_off),
        cmocka_unit_test(index_stays_while_translation_is_off),
        cmocka_unit_test(collapsing_spares_records),
        cmocka_unit_test(any_pending_record_of_the_source_counts),
        cmocka_unit_test(collapsing_comes_before_overflow),
        cmocka_unit_test(other_registers_may_follow_at_once),
        cmocka_unit_test(records_lie_where_the_capability_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
