/* SPDX-License-Identifier: MIT */
/* test_fault_record.c - what does a fault recording register say of a request? Each field against
 * the request that faulted (section 11.4.8). The ring of registers is in test_fault_log.c. */
#include "unit_bed.h"

#define F_BIT (UINT64_C(1) << 63)

/* Upper quadword of a record. `type`: T1 in bit 1, T2 in bit 0. */
static uint64_t upper(uint16_t sid, unsigned reason, unsigned type, unsigned at)
{
    return F_BIT | (uint64_t)(type >> 1) << 62 | (uint64_t)at << 60 | (uint64_t)reason << 32 |
           (uint64_t)(type & 1) << 28 | sid;
}

static uint64_t with_pasid(uint32_t pasid, bool executes, bool privileged)
{
    return (uint64_t)pasid << 40 | UINT64_C(1) << 31 | (uint64_t)executes << 30 |
           (uint64_t)privileged << 29;
}

static uint64_t record(const struct unit_bed *bed, unsigned i, unsigned word)
{
    return unit_read(bed, REG_FRCD + 16 * i + 8 * word, 8);
}

static bool pending(const struct unit_bed *bed, unsigned i)
{
    return (record(bed, i, 1) & F_BIT) != 0;
}

/* Offer `request`, which must fault with `fault`, and be logged. */
static void expect_fault(struct unit_bed *bed, const svasim_request *request, svasim_fault fault)
{
    svasim_response response = {0};
    assert_int_equal(svasim_translate(bed->unit, request, &response), SVASIM_OK);
    assert_int_equal(response.fault, fault);
    assert_true(response.flags & SVASIM_RECORDED);
}

static void fields_follow_the_request(void **state)
{
    static const struct {
        svasim_op op;
        uint32_t pasid;
        uint8_t flags;
        unsigned type;
    } rows[] = {
        {SVASIM_READ, SVASIM_NO_PASID, 0, 2},
        {SVASIM_WRITE, SVASIM_NO_PASID, 0, 0},
        {SVASIM_ATOMIC, SVASIM_NO_PASID, 0, 3},
        {SVASIM_READ, UNIT_NO_PASID, 0, 2},
        {SVASIM_WRITE, UNIT_NO_PASID, 0, 0},
        {SVASIM_ATOMIC, UNIT_NO_PASID, 0, 3},
        {SVASIM_READ, UNIT_NO_PASID, SVASIM_PRIV, 2},
        {SVASIM_WRITE, UNIT_NO_PASID, SVASIM_PRIV, 0},
        {SVASIM_READ, UNIT_NO_PASID, SVASIM_EXEC, 2},
        {SVASIM_READ, UNIT_NO_PASID, SVASIM_EXEC | SVASIM_PRIV, 2},
    };
    (void)state;
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct unit_bed bed;
        bool has_pasid = rows[i].pasid != SVASIM_NO_PASID;
        uint16_t sid = has_pasid ? UNIT_SID : UNIT_NO_SID;
        svasim_request request = unit_request(sid, rows[i].pasid, 0x7654321abcd8, rows[i].op);
        request.flags = rows[i].flags;
        unit_open(&bed, UNIT_SCALABLE, NULL);
        unit_on(&bed);
        expect_fault(&bed, &request, has_pasid ? SVASIM_FAULT_SPT_2 : SVASIM_FAULT_SCT_2);
        uint64_t expected = upper(sid, has_pasid ? 0x59 : 0x41, rows[i].type, 0);
        if (has_pasid)
            expected |= with_pasid(UNIT_NO_PASID, (rows[i].flags & SVASIM_EXEC) != 0,
                                   (rows[i].flags & SVASIM_PRIV) != 0);
        assert_int_equal(record(&bed, 0, 1), expected);
        assert_int_equal(record(&bed, 0, 0), 0x7654321ab000);
        unit_close(&bed);
    }
}

static void pasid_keeps_all_its_bits(void **state)
{
    struct unit_bed bed;
    (void)state;
    unit_open(&bed, UNIT_SCALABLE, NULL);
    unit_on(&bed);
    svasim_request request = unit_request(0xffff, 0xfffff, UNIT_VA, SVASIM_WRITE);
    expect_fault(&bed, &request, SVASIM_FAULT_SRT_2);
    assert_int_equal(record(&bed, 0, 1),
                     upper(0xffff, 0x39, 0, 0) | with_pasid(0xfffff, false, false));
    unit_close(&bed);
}

/* The PASID that RID_PASID supplies did not come with the request.
 * trap 29: PP = 0 and no PASID in the record. */
static void rid_pasid_is_not_recorded(void **state)
{
    struct unit_bed bed;
    (void)state;
    unit_open(&bed, UNIT_SCALABLE, NULL);
    svasim_entry_ref ref = {.entry = SVASIM_ENTRY_CONTEXT, .source_id = UNIT_SID};
    assert_int_equal(svasim_tables_set(bed.tables, &ref, "rid_pasid=5"), SVASIM_OK);
    unit_on(&bed);
    svasim_request request = unit_request(UNIT_SID, SVASIM_NO_PASID, UNIT_NOWHERE, SVASIM_READ);
    expect_fault(&bed, &request, SVASIM_FAULT_SSS_2);
    assert_int_equal(record(&bed, 0, 1), upper(UNIT_SID, 0x79, 2, 0));
    unit_close(&bed);
}

static void address_type_needs_device_tlbs(void **state)
{
    (void)state;
    for (unsigned at = 1; at <= 2; at++)
        for (unsigned has = 0; has < 2; has++) {
            struct unit_bed bed;
            svasim_request request =
                unit_request(UNIT_NO_SID, SVASIM_NO_PASID, UNIT_VA, SVASIM_READ);
            request.at = (uint8_t)at;
            unit_open(&bed, UNIT_SCALABLE, has ? NULL : UNIT_NO_DT);
            unit_on(&bed);
            expect_fault(&bed, &request, SVASIM_FAULT_SCT_2);
            assert_int_equal(record(&bed, 0, 1), upper(UNIT_NO_SID, 0x41, 2, has ? at : 0));
            unit_close(&bed);
        }
}

static void pasid_fields_need_the_capability(void **state)
{
    struct unit_bed bed;
    (void)state;
    unit_open(&bed, UNIT_SCALABLE, "cap.pasid=off");
    unit_on(&bed);
    svasim_request request = unit_request(UNIT_NO_SID, 0xfffff, UNIT_VA, SVASIM_READ);
    svasim_response response = {0};
    request.flags = SVASIM_PRIV | SVASIM_EXEC;
    assert_int_equal(svasim_translate(bed.unit, &request, &response), SVASIM_OK);
    assert_true(response.flags & SVASIM_RECORDED);
    assert_true(pending(&bed, 0));
    assert_int_equal(record(&bed, 0, 1) & UINT64_C(0x0fffff00e0000000), 0);
    unit_close(&bed);
}

static void address_ends_at_the_widest_paging(void **state)
{
    static const struct {
        unsigned flags;
        const char *config;
        uint64_t page;
    } rows[] = {
        {UNIT_SCALABLE, NULL, UINT64_C(0x01fffffffffff000)},
        {UNIT_SCALABLE, "cap.fs5lp=off", UINT64_C(0x01fffffffffff000)},
        {UNIT_SCALABLE, "cap.sagaw=6", UINT64_C(0x01fffffffffff000)},
        {UNIT_SCALABLE, "cap.fs5lp=off cap.sagaw=6", UINT64_C(0x0000fffffffff000)},
        {UNIT_SCALABLE, "cap.fs5lp=off cap.sagaw=2", UINT64_C(0x0000fffffffff000)},
        {UNIT_LEGACY, UNIT_NO_SMTS "cap.sagaw=4", UINT64_C(0x0000fffffffff000)},
        {UNIT_LEGACY, UNIT_NO_SMTS "cap.sagaw=2", UINT64_C(0x0000007ffffff000)},
        {UNIT_LEGACY, UNIT_NO_SMTS "cap.sagaw=8", UINT64_C(0x01fffffffffff000)},
    };
    (void)state;
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct unit_bed bed;
        bool scalable = (rows[i].flags & UNIT_SCALABLE) != 0;
        svasim_request request =
            unit_request(UNIT_NO_SID, SVASIM_NO_PASID, UINT64_C(0xfffffffffffffff0), SVASIM_READ);
        unit_open(&bed, rows[i].flags, rows[i].config);
        unit_on(&bed);
        expect_fault(&bed, &request, scalable ? SVASIM_FAULT_SCT_2 : SVASIM_FAULT_LCT_2);
        assert_int_equal(record(&bed, 0, 0), rows[i].page);
        assert_int_equal(record(&bed, 0, 1), upper(UNIT_NO_SID, scalable ? 0x41 : 0x02, 2, 0));
        unit_close(&bed);
    }
}

static void interrupt_range_has_no_page(void **state)
{
    struct unit_bed bed;
    (void)state;
    unit_open(&bed, UNIT_SCALABLE, NULL);
    unit_on(&bed);
    svasim_request request =
        unit_request(UNIT_SID, SVASIM_NO_PASID, UINT64_C(0xfee01008), SVASIM_READ);
    expect_fault(&bed, &request, SVASIM_FAULT_INT_29);
    assert_int_equal(record(&bed, 0, 0), 0);
    assert_int_equal(record(&bed, 0, 1) >> 32 & 0xff, 0x29);
    assert_int_equal(record(&bed, 0, 1) & 0xffff, UNIT_SID);
    assert_true(pending(&bed, 0));
    unit_close(&bed);
}

static void silenced_faults_leave_no_record(void **state)
{
    struct unit_bed bed;
    (void)state;
    unit_open(&bed, UNIT_SCALABLE, NULL);
    svasim_entry_ref ref = {.entry = SVASIM_ENTRY_CONTEXT, .source_id = UNIT_NO_SID};
    assert_int_equal(svasim_tables_set(bed.tables, &ref, "fpd=1"), SVASIM_OK);
    unit_on(&bed);
    svasim_response response = unit_ask(&bed, UNIT_NO_SID, SVASIM_NO_PASID, UNIT_VA, SVASIM_READ);
    assert_int_equal(response.fault, SVASIM_FAULT_SCT_2);
    assert_int_equal(unit_read(&bed, REG_FSTS, 4), 0);
    assert_false(pending(&bed, 0));
    unit_close(&bed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_follow_the_request),
        cmocka_unit_test(pasid_keeps_all_its_bits),
        cmocka_unit_test(rid_pasid_is_not_recorded),
        cmocka_unit_test(address_type_needs_device_tlbs),
        cmocka_unit_test(pasid_fields_need_the_capability),
        cmocka_unit_test(address_ends_at_the_widest_paging),
        cmocka_unit_test(interrupt_range_has_no_page),
        cmocka_unit_test(silenced_faults_leave_no_record),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
