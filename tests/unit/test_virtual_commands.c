/* SPDX-License-Identifier: MIT */
/* test_virtual_commands.c - which PASIDs do virtual commands hand out and take back, how are they
 * answered, and which write starts one (section 11.4, VCMD_REG to VCCAP_REG)? */
#include "unit_bed.h"

#define VCMD    0xe00u
#define VCMD_EO 0xe08u
#define VCRSP   0xe10u
#define VCCAP   0xe30u

#define ALLOCATE 1u
#define FREE     2u

#define PASID(n)  ((uint64_t)(n) << 16)
#define STATUS(n) ((uint64_t)(n) << 1)
#define NONE      STATUS(1)
#define NO_PASID  STATUS(16)
#define LAST      1023u /* that this model hands out */

static uint64_t command(struct unit_bed *bed, uint64_t value)
{
    unit_write(bed, VCMD, 8, value);
    return unit_read(bed, VCRSP, 8);
}

static void pasids_are_allocated_and_freed(void **state)
{
    struct unit_bed bed;
    (void)state;
    unit_open(&bed, UNIT_SCALABLE, "cap.vcs=on");
    assert_int_equal(unit_read(&bed, VCCAP, 8), 7);
    assert_int_equal(unit_read(&bed, VCRSP, 8), 0);
    for (unsigned n = 1; n < 5; n++)
        assert_int_equal(command(&bed, ALLOCATE), PASID(n));
    assert_int_equal(command(&bed, FREE | PASID(3)), 0);
    assert_int_equal(command(&bed, FREE | PASID(2)), 0);
    assert_int_equal(command(&bed, ALLOCATE), PASID(2)); /* the lowest */
    assert_int_equal(command(&bed, ALLOCATE | PASID(9)), PASID(3));
    assert_int_equal(command(&bed, ALLOCATE), PASID(5));
    assert_int_equal(command(&bed, 0), 0); /* null: clears the response */
    unit_close(&bed);
}

static void invalid_pasids_are_not_freed(void **state)
{
    struct unit_bed bed;
    (void)state;
    unit_open(&bed, UNIT_SCALABLE, "cap.vcs=on");
    assert_int_equal(command(&bed, ALLOCATE), PASID(1));
    static const uint32_t never[] = {0, 2, 65, LAST, LAST + 1, LAST + 2, 0x10001, 0xfffff};
    for (size_t i = 0; i < sizeof never / sizeof never[0]; i++)
        assert_int_equal(command(&bed, FREE | PASID(never[i])), NO_PASID);
    assert_int_equal(command(&bed, FREE | PASID(1) | UINT64_C(1) << 36), 0); /* a bit above it */
    assert_int_equal(command(&bed, FREE | PASID(1)), NO_PASID);              /* twice */
    assert_int_equal(command(&bed, ALLOCATE), PASID(1));
    unit_close(&bed);
}

/* As many as PSS has bits for, and no more than the model has room for. */
static void pasids_run_out(void **state)
{
    static const struct {
        const char *config;
        unsigned last;
    } rows[] = {
        {"cap.vcs=on", LAST},           {"cap.vcs=on cap.pss=10", LAST},
        {"cap.vcs=on cap.pss=9", LAST}, {"cap.vcs=on cap.pss=8", 511},
        {"cap.vcs=on cap.pss=0", 1},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct unit_bed bed;
        unit_open(&bed, UNIT_SCALABLE, rows[i].config);
        for (unsigned n = 1; n <= rows[i].last; n++)
            assert_int_equal(command(&bed, ALLOCATE), PASID(n));
        assert_int_equal(command(&bed, ALLOCATE), NO_PASID);
        assert_int_equal(command(&bed, FREE | PASID(rows[i].last + 1)), NO_PASID);
        assert_int_equal(command(&bed, FREE | PASID(rows[i].last)), 0);
        assert_int_equal(command(&bed, ALLOCATE), PASID(rows[i].last));
        assert_int_equal(command(&bed, ALLOCATE), NO_PASID);
        unit_close(&bed);
    }
}

static void unknown_commands_do_nothing(void **state)
{
    struct unit_bed bed;
    (void)state;
    unit_open(&bed, UNIT_SCALABLE, "cap.vcs=on");
    assert_int_equal(command(&bed, ALLOCATE), PASID(1));
    for (unsigned n = 3; n < 256; n++)
        assert_int_equal(command(&bed, n | PASID(1)), NONE);
    assert_int_equal(command(&bed, FREE | 0xff00 | PASID(1)), 0); /* 15:8 are not looked at */
    assert_int_equal(unit_read(&bed, VCMD, 8), FREE | PASID(1));
    unit_close(&bed);
}

static void without_pasid_there_is_only_the_null_command(void **state)
{
    struct unit_bed bed;
    (void)state;
    unit_open(&bed, UNIT_SCALABLE, "cap.vcs=on cap.pasid=off");
    assert_int_equal(unit_read(&bed, VCCAP, 8), 1);
    assert_int_equal(command(&bed, ALLOCATE), NONE);
    assert_int_equal(command(&bed, FREE | PASID(1)), NONE);
    assert_int_equal(command(&bed, 0), 0);
    unit_close(&bed);
}

static void the_lower_half_starts_a_command(void **state)
{
    struct unit_bed bed;
    (void)state;
    unit_open(&bed, UNIT_SCALABLE, "cap.vcs=on");
    assert_int_equal(command(&bed, ALLOCATE), PASID(1));
    /* Upper half first: PASID 10001h, which there is not, then PASID 1. */
    unit_write(&bed, VCMD + 4, 4, 1);
    assert_int_equal(unit_read(&bed, VCRSP, 8), PASID(1)); /* still of the last command */
    unit_write(&bed, VCMD, 4, FREE | PASID(1));
    assert_int_equal(unit_read(&bed, VCRSP, 8), NO_PASID);
    unit_write(&bed, VCMD + 4, 4, 0);
    assert_int_equal(unit_read(&bed, VCRSP, 4), NO_PASID);
    unit_write(&bed, VCMD, 4, FREE | PASID(1));
    assert_int_equal(unit_read(&bed, VCRSP, 8), 0);
    /* Lower half first: the command runs with the upper half there was. */
    unit_write(&bed, VCMD, 4, ALLOCATE);
    assert_int_equal(unit_read(&bed, VCRSP, 8), PASID(1));
    unit_write(&bed, VCMD, 4, FREE | PASID(1));
    assert_int_equal(unit_read(&bed, VCRSP, 8), 0);
    unit_write(&bed, VCMD + 4, 4, 1);
    assert_int_equal(unit_read(&bed, VCRSP, 8), 0);
    /* Both halves in one write: the operand is the new one. */
    assert_int_equal(command(&bed, ALLOCATE), PASID(1));
    assert_int_equal(command(&bed, FREE | PASID(0x10001)), NO_PASID);
    assert_int_equal(command(&bed, FREE | PASID(1)), 0);
    unit_close(&bed);
}

static void other_registers_start_nothing(void **state)
{
    struct unit_bed bed;
    (void)state;
    unit_open(&bed, UNIT_SCALABLE, "cap.vcs=on");
    unit_write(&bed, VCMD_EO, 8, ALLOCATE);
    unit_write(&bed, VCRSP, 8, UINT64_MAX);
    unit_write(&bed, VCCAP, 8, 0);
    assert_int_equal(unit_read(&bed, VCMD_EO, 8), ALLOCATE);
    assert_int_equal(unit_read(&bed, VCRSP, 8), 0);
    assert_int_equal(unit_read(&bed, VCCAP, 8), 7);
    assert_int_equal(command(&bed, ALLOCATE), PASID(1));
    unit_close(&bed);
    unit_open(&bed, UNIT_SCALABLE, NULL); /* without the interface */
    assert_int_equal(command(&bed, ALLOCATE), 0);
    assert_int_equal(unit_read(&bed, VCMD, 8), 0);
    assert_int_equal(unit_read(&bed, VCCAP, 8), 0);
    unit_close(&bed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pasids_are_allocated_and_freed),
        cmocka_unit_test(invalid_pasids_are_not_freed),
        cmocka_unit_test(pasids_run_out),
        cmocka_unit_test(unknown_commands_do_nothing),
        cmocka_unit_test(without_pasid_there_is_only_the_null_command),
        cmocka_unit_test(the_lower_half_starts_a_command),
        cmocka_unit_test(other_registers_start_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
