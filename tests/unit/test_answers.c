/* SPDX-License-Identifier: MIT */
/* test_answers.c - what does an answer say besides yes or no? All fields of a translation that is
 * granted, that grants nothing, and of a fault. */
#include "unit_bed.h"

static void set(struct unit_bed *bed, svasim_entry kind, unsigned level, const char *fields)
{
    svasim_entry_ref ref = {.entry = kind,
                            .source_id = UNIT_SID,
                            .pasid = UNIT_PASID,
                            .address = UNIT_VA,
                            .level = (uint8_t)level};
    assert_int_equal(svasim_tables_set(bed->tables, &ref, fields), SVASIM_OK);
}

static svasim_response ats(struct unit_bed *bed, uint64_t address)
{
    svasim_response response = {0};
    svasim_request request = unit_request(UNIT_SID, UNIT_PASID, address, SVASIM_READ);
    request.at = SVASIM_TRANSLATION;
    request.flags = SVASIM_NO_WRITE;
    assert_int_equal(svasim_translate(bed->unit, &request, &response), SVASIM_OK);
    return response;
}

static void granted(const svasim_response *r, unsigned rights)
{
    assert_int_equal(r->status, SVASIM_STATUS_OK);
    assert_int_equal(r->fault, SVASIM_FAULT_NONE);
    assert_int_equal(r->rights, rights);
    assert_int_equal(r->address, UNIT_HPA);
    assert_int_equal(r->page_bytes, 4096);
    assert_int_equal(r->domain_id, UNIT_DID);
    assert_int_equal(r->pgtt, 2);
    assert_int_equal(r->data, 0);
}

static void nothing(const svasim_response *r, svasim_status status, svasim_fault fault)
{
    assert_int_equal(r->status, status);
    assert_int_equal(r->fault, fault);
    assert_int_equal(r->rights, 0);
    assert_int_equal(r->address, 0);
    assert_int_equal(r->page_bytes, 0);
    assert_int_equal(r->domain_id, 0);
}

static void answers_name_the_translation(void **state)
{
    struct unit_bed bed;
    (void)state;
    unit_open(&bed, UNIT_SCALABLE, NULL);
    set(&bed, SVASIM_ENTRY_CONTEXT, 0, "dte=1");
    unit_on(&bed);
    for (unsigned i = 0; i < 2; i++) { /* from the tables, from the IOTLB */
        svasim_response r = unit_ask(&bed, UNIT_SID, UNIT_PASID, UNIT_VA, SVASIM_READ);
        granted(&r, SVASIM_R | SVASIM_W);
        assert_int_equal(r.flags & SVASIM_IOTLB_HIT, i ? SVASIM_IOTLB_HIT : 0);
        r = unit_ask(&bed, UNIT_SID, UNIT_PASID, UNIT_NOWHERE, SVASIM_READ);
        nothing(&r, SVASIM_STATUS_UR, SVASIM_FAULT_SSS_2);
    }
    svasim_response r = ats(&bed, UNIT_VA);
    granted(&r, SVASIM_R);
    r = ats(&bed, UNIT_NOWHERE);
    nothing(&r, SVASIM_STATUS_OK, SVASIM_FAULT_SSS_2);
    unit_close(&bed);
}

/* The page is there, and this request may do nothing with it. */
static void no_right_names_nothing(void **state)
{
    struct unit_bed bed;
    (void)state;
    unit_open(&bed, UNIT_SCALABLE, NULL);
    set(&bed, SVASIM_ENTRY_CONTEXT, 0, "dte=1");
    set(&bed, SVASIM_ENTRY_SECOND, 1, "r=0 w=1");
    unit_on(&bed);
    svasim_response r = ats(&bed, UNIT_VA);
    nothing(&r, SVASIM_STATUS_OK, SVASIM_FAULT_NONE);
    unit_close(&bed);
}

static void untranslated_answers_name_no_type(void **state)
{
    struct unit_bed bed;
    (void)state;
    unit_open(&bed, UNIT_SCALABLE, NULL);
    svasim_response r = unit_ask(&bed, UNIT_SID, UNIT_PASID, UNIT_VA, SVASIM_READ);
    assert_int_equal(r.flags, SVASIM_BYPASS);
    assert_int_equal(r.address, UNIT_VA);
    assert_int_equal(r.pgtt, 0);
    assert_int_equal(r.page_bytes, 0);
    assert_int_equal(r.domain_id, 0);
    unit_close(&bed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_name_the_translation),
        cmocka_unit_test(no_right_names_nothing),
        cmocka_unit_test(untranslated_answers_name_no_type),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
