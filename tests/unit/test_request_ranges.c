/* SPDX-License-Identifier: MIT */
/* test_request_ranges.c - does every way to hand in a request refuse the same requests, name the
 * field, and leave the unit untouched? (The public header's ranges of svasim_request.) */
#include "unit_bed.h"

#include <string.h>

struct row {
    svasim_request request;
    const char *names; /* the field in the message; NULL: the request is inside its ranges */
};

#define AT_PAGE .source_id = UNIT_SID, .address = UNIT_VA

static const struct row rows[] = {
    {{AT_PAGE, .length = 4096, .pasid = UNIT_PASID}, NULL},
    {{AT_PAGE, .length = 0, .pasid = UNIT_PASID}, NULL},
    {{AT_PAGE, .length = 1, .pasid = 0xfffff}, NULL},
    {{AT_PAGE, .length = 8, .pasid = UNIT_PASID, .op = SVASIM_ATOMIC}, NULL},
    {{AT_PAGE, .length = 8, .pasid = UNIT_PASID, .at = SVASIM_AT_RESERVED}, NULL},
    {{AT_PAGE, .length = 8, .pasid = UNIT_PASID, .flags = 7}, NULL},
    {{AT_PAGE, .length = 8, .pasid = SVASIM_NO_PASID, .flags = SVASIM_NO_WRITE}, NULL},
    {{AT_PAGE, .length = 8, .pasid = UNIT_PASID, .op = 3}, "op:"},
    {{AT_PAGE, .length = 8, .pasid = UNIT_PASID, .op = 255}, "op:"},
    {{AT_PAGE, .length = 8, .pasid = UNIT_PASID, .at = 4}, "at:"},
    {{AT_PAGE, .length = 8, .pasid = UNIT_PASID, .at = 255}, "at:"},
    {{AT_PAGE, .length = 8, .pasid = 0x100000}, "pasid:"},
    {{AT_PAGE, .length = 8, .pasid = SVASIM_NO_PASID - 1}, "pasid:"},
    {{AT_PAGE, .length = 8, .pasid = SVASIM_NO_PASID, .flags = SVASIM_PRIV}, "flags:"},
    {{AT_PAGE, .length = 8, .pasid = SVASIM_NO_PASID, .flags = SVASIM_EXEC}, "flags:"},
    {{AT_PAGE, .length = 8, .pasid = UNIT_PASID, .flags = 8}, "flags:"},
    {{AT_PAGE, .length = 8, .pasid = SVASIM_NO_PASID, .flags = 0x80}, "flags:"},
    {{AT_PAGE, .length = 0, .pasid = UNIT_PASID, .op = SVASIM_WRITE}, "length:"},
    {{AT_PAGE, .length = 0, .pasid = UNIT_PASID, .op = SVASIM_ATOMIC}, "length:"},
    {{AT_PAGE, .length = 4097, .pasid = UNIT_PASID}, "length:"},
    {{AT_PAGE, .length = UINT32_MAX, .pasid = UNIT_PASID}, "length:"},
    {{.source_id = UNIT_SID, .address = UNIT_VA + 4095, .length = 2, .pasid = UNIT_PASID},
     "length:"},
};

enum { TRANSLATE, PEEK, EXPLAIN, SUBMIT, WAYS };

static svasim_err hand_in(svasim *unit, int way, const svasim_request *request)
{
    svasim_response response;
    switch (way) {
    case TRANSLATE:
        return svasim_translate(unit, request, &response);
    case PEEK:
        return svasim_peek(unit, request, &response);
    case EXPLAIN:
        return svasim_explain(unit, request, NULL, NULL, &response);
    default:
        return svasim_submit(unit, request);
    }
}

static void every_way_refuses_the_same(void **state)
{
    (void)state;
    for (int way = 0; way < WAYS; way++) {
        struct unit_bed bed;
        unit_open(&bed, UNIT_SCALABLE, NULL);
        unit_on(&bed);
        for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
            unsigned reads = bed.reads;
            svasim_err err = hand_in(bed.unit, way, &rows[i].request);
            svasim_drain(bed.unit);
            if (rows[i].names) {
                assert_int_equal(err, SVASIM_EINVAL);
                assert_ptr_equal(strstr(svasim_error(bed.unit), rows[i].names),
                                 svasim_error(bed.unit));
                assert_int_equal(bed.reads, reads);
            } else {
                assert_int_equal(err, SVASIM_OK);
            }
        }
        unit_close(&bed);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_way_refuses_the_same)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
