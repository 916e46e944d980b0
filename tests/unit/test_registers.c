/* SPDX-License-Identifier: MIT */
/* test_registers.c - which accesses are refused, and where does software read the capabilities
 * (sections 11.2, 11.4.2 and 11.4.3)? What the registers hold is in test_register_access.c, status
 * in test_register_status.c, commands in test_register_commands.c. */
#include "unit_bed.h"

#include <string.h>

static void odd_accesses_are_refused(void **state)
{
    static const struct {
        uint32_t offset, bytes;
    } rows[] = {{REG_FEDATA, 1},     {REG_FEDATA, 2},     {REG_FEDATA, 0},     {REG_FEDATA, 16},
                {REG_FEDATA + 2, 4}, {REG_FEDATA + 1, 4}, {REG_FEADDR + 2, 8}, {REG_FEDATA, 8}};
    struct unit_bed bed;
    (void)state;
    unit_open(&bed, UNIT_SCALABLE, NULL);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint64_t value = 42;
        assert_int_equal(svasim_mmio_write(bed.unit, rows[i].offset, rows[i].bytes, UINT64_MAX),
                         SVASIM_EINVAL);
        assert_true(strlen(svasim_error(bed.unit)) > 0);
        assert_int_equal(svasim_mmio_read(bed.unit, rows[i].offset, rows[i].bytes, &value),
                         SVASIM_EINVAL);
        assert_int_equal(value, 42);
    }
    assert_int_equal(unit_read(&bed, REG_FEDATA, 4), 0);
    unit_close(&bed);
}

/* --- capabilities --- */

/* Each key changes exactly its own bits of CAP or ECAP against the default. */
static void capabilities_are_where_software_looks(void **state)
{
    static const struct {
        const char *config;
        uint32_t offset;
        uint64_t change;
    } rows[] = {
        {"cap.cm=on", REG_CAP, UINT64_C(1) << 7},
        {"cap.zlr=off", REG_CAP, UINT64_C(1) << 22},
        {"cap.psi=off", REG_CAP, UINT64_C(1) << 39},
        {"cap.fs1gp=off", REG_CAP, UINT64_C(1) << 56},
        {"cap.fs5lp=off", REG_CAP, UINT64_C(1) << 60},
        {"cap.esirtps=off", REG_CAP, UINT64_C(1) << 62},
        {"cap.esrtps=off", REG_CAP, UINT64_C(1) << 63},
        {"cap.nd=5", REG_CAP, 6 ^ 5},
        {"cap.sagaw=2", REG_CAP, 0xc00},
        {"cap.mgaw=56", REG_CAP, (56 ^ 55) << 16},
        {"cap.sslps=1", REG_CAP, UINT64_C(2) << 34},
        {"cap.nfr=0", REG_CAP, UINT64_C(7) << 40},
        {"cap.mamv=9", REG_CAP, UINT64_C(27) << 48},
        {"cap.fro=0x123", REG_CAP, 0x23 << 24},
        {"cap.version_major=1", REG_CAP, UINT64_C(3) << 54},
        {"cap.c=off", REG_ECAP, 1},
        {"cap.pt=off", REG_ECAP, 1 << 6},
        {"cap.sc=off", REG_ECAP, 1 << 7},
        {"cap.iro=0x51", REG_ECAP, 1 << 8},
        {"cap.mts=on", REG_ECAP, 1 << 25},
        {"cap.nest=off", REG_ECAP, 1 << 26},
        {"cap.nwfs=off", REG_ECAP, UINT64_C(1) << 33},
        {"cap.eafs=off", REG_ECAP, UINT64_C(1) << 34},
        {"cap.pss=18", REG_ECAP, UINT64_C(1) << 35},
        {"cap.pasid=off", REG_ECAP, UINT64_C(1) << 40},
        {"cap.dit=off", REG_ECAP, UINT64_C(1) << 41},
        {"cap.pds=off", REG_ECAP, UINT64_C(1) << 42},
        {"cap.vcs=on", REG_ECAP, UINT64_C(1) << 44},
        {"cap.ssads=off", REG_ECAP, UINT64_C(1) << 45},
        {"cap.rps=off", REG_ECAP, UINT64_C(1) << 49},
        {"cap.adms=off", REG_ECAP, UINT64_C(1) << 52},
        {"cap.rprivs=off", REG_ECAP, UINT64_C(1) << 53},
        {"cap.ptrs=on", REG_ECAP, UINT64_C(1) << 56},
        {"cap.ssirws=on", REG_ECAP, UINT64_C(1) << 57},
        {"cap.rdts=on", REG_ECAP, UINT64_C(1) << 60},
        {"cap.tdxcs=on", REG_ECAP, UINT64_C(1) << 50},
        {"cap.plmr=on", REG_CAP, 1 << 5},
        {"cap.phmr=on", REG_CAP, 1 << 6},
        {"cap.sms=off", REG_ECAP, UINT64_C(1) << 58},
        {"cap.prs=off cap.sms=off", REG_ECAP, UINT64_C(1) << 58 | 1 << 29},
        {"cap.ecmds=on", REG_CAP, UINT64_C(1) << 61},
        {"cap.pi=off", REG_CAP, UINT64_C(1) << 59},
        {"cap.eimer=on", REG_ECAP, UINT64_C(1) << 61},
        {"cap.mhmv=0", REG_ECAP, 0xf << 20},
        {"cap.mhmv=14", REG_ECAP, 1 << 20},
        {"cap.irreq=on", REG_ECAP, UINT64_C(1) << 62},
        {"cap.srs=off cap.rprivs=off", REG_ECAP, UINT64_C(1) << 53 | UINT64_C(1) << 31},
    };
    struct unit_bed usual;
    (void)state;
    unit_open(&usual, UNIT_SCALABLE, NULL);
    assert_int_equal(unit_read(&usual, REG_VER, 4), 0x60);
    assert_int_equal(unit_read(&usual, REG_CAP, 8), UINT64_C(0xd9d2078d00780e06));
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct unit_bed bed;
        unit_open(&bed, UNIT_SCALABLE, rows[i].config);
        assert_int_equal(unit_read(&bed, rows[i].offset, 8) ^ unit_read(&usual, rows[i].offset, 8),
                         rows[i].change);
        uint32_t other = rows[i].offset ^ REG_CAP ^ REG_ECAP;
        assert_int_equal(unit_read(&bed, other, 8), unit_read(&usual, other, 8));
        unit_close(&bed);
    }
    unit_close(&usual);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(odd_accesses_are_refused),
        cmocka_unit_test(capabilities_are_where_software_looks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
