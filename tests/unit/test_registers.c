/* SPDX-License-Identifier: MIT */
/* test_registers.c - which bits of a register can software read and write? Generated
 * from the register table where one rule holds for all (sections 11.2 and 11.4); commands are in
 * test_register_commands.c. The expected masks are typed from the specification. */
#include "unit_bed.h"

#include <string.h>

/* Registers whose bits a plain write stores: MUST hold what is written, and no other bit may.
 * Bits in neither set may do both. Side effects are off while the unit is. */
static const struct {
    const char *name;
    uint64_t must, may;
} storage[] = {
    {"RTADDR_REG", UINT64_C(0x000ffffffffffc00), UINT64_MAX},
    {"FECTL_REG", 0x80000000, 0},
    {"FEDATA_REG", 0xffff, 0},
    {"FEADDR_REG", 0xfffffffc, 0},
    {"FEUADDR_REG", 0xffffffff, 0},
    {"IQT_REG", 0x7fff0, 0},
    {"IQA_REG", UINT64_C(0x000ffffffffff807), UINT64_C(0xfff0000000000000)},
    {"IECTL_REG", 0x80000000, 0},
    {"IEDATA_REG", 0xffff, 0},
    {"IEADDR_REG", 0xfffffffc, 0},
    {"IEUADDR_REG", 0xffffffff, 0},
    {"IRTA_REG", 0, UINT64_C(0xfffffffffffff80f)},
    {"PQH_REG", 0x7ffe0, 0},
    {"PQT_REG", 0x7ffe0, 0},
    {"PQA_REG", UINT64_C(0x000ffffffffff007), UINT64_C(0xfff0000000000000)},
    {"PECTL_REG", 0x80000000, 0},
    {"PEDATA_REG", 0xffff, 0},
    {"PEADDR_REG", 0xfffffffc, 0},
    {"PEUADDR_REG", 0xffffffff, 0},
};

static bool is(const svasim_register_info *info, const char *access)
{
    return strcmp(info->access, access) == 0;
}

static uint64_t value_of(const struct unit_bed *bed, const svasim_register_info *info)
{
    return unit_read(bed, info->offset, info->bytes);
}

static uint64_t ones(const svasim_register_info *info)
{
    return info->bytes == 8 ? UINT64_MAX : UINT32_MAX;
}

static size_t storage_of(const svasim_register_info *info)
{
    for (size_t i = 0; i < sizeof storage / sizeof storage[0]; i++)
        if (strcmp(storage[i].name, info->name) == 0)
            return i;
    fail_msg("%s: no row in this test", info->name);
    return 0;
}

/* Every register but `except` holds its reset value. */
static void others_are_reset(const struct unit_bed *bed, const struct unit_bed *fresh,
                             const svasim_register_info *except)
{
    const svasim_register_info *info;
    for (unsigned i = 0; (info = svasim_register_at(i)) != NULL; i++)
        if (info != except && value_of(bed, info) != value_of(fresh, info))
            fail_msg("%s changed with %s", info->name, except ? except->name : "a hole");
}

/* Where each register lies, and what must be there for it (section 11.4): Q queued invalidation,
 * I interrupt remapping, P page requests. */
static const struct {
    const char *name;
    uint32_t offset, bytes, reset;
    char needs;
} map[] = {
    {"VER_REG", 0x000, 4, 0x60, 0},         {"CAP_REG", 0x008, 8, 0, 0},
    {"ECAP_REG", 0x010, 8, 0, 0},           {"GCMD_REG", 0x018, 4, 0, 0},
    {"GSTS_REG", 0x01c, 4, 0, 0},           {"RTADDR_REG", 0x020, 8, 0, 0},
    {"CCMD_REG", 0x028, 8, 0, 0},           {"FSTS_REG", 0x034, 4, 0, 0},
    {"FECTL_REG", 0x038, 4, 1u << 31, 0},   {"FEDATA_REG", 0x03c, 4, 0, 0},
    {"FEADDR_REG", 0x040, 4, 0, 0},         {"FEUADDR_REG", 0x044, 4, 0, 0},
    {"IQH_REG", 0x080, 8, 0, 'Q'},          {"IQT_REG", 0x088, 8, 0, 'Q'},
    {"IQA_REG", 0x090, 8, 0, 'Q'},          {"ICS_REG", 0x09c, 4, 0, 'Q'},
    {"IECTL_REG", 0x0a0, 4, 1u << 31, 'Q'}, {"IEDATA_REG", 0x0a4, 4, 0, 'Q'},
    {"IEADDR_REG", 0x0a8, 4, 0, 'Q'},       {"IEUADDR_REG", 0x0ac, 4, 0, 'Q'},
    {"IQERCD_REG", 0x0b0, 8, 0, 'Q'},       {"IRTA_REG", 0x0b8, 8, 0, 'I'},
    {"PQH_REG", 0x0c0, 8, 0, 'P'},          {"PQT_REG", 0x0c8, 8, 0, 'P'},
    {"PQA_REG", 0x0d0, 8, 0, 'P'},          {"PRS_REG", 0x0dc, 4, 0, 'P'},
    {"PECTL_REG", 0x0e0, 4, 1u << 31, 'P'}, {"PEDATA_REG", 0x0e4, 4, 0, 'P'},
    {"PEADDR_REG", 0x0e8, 4, 0, 'P'},       {"PEUADDR_REG", 0x0ec, 4, 0, 'P'},
};

/* --- all registers --- */

static void every_register_resets(void **state)
{
    struct unit_bed bed;
    const svasim_register_info *info;
    unsigned count = 0;
    (void)state;
    unit_open(&bed, UNIT_SCALABLE, NULL);
    for (; (info = svasim_register_at(count)) != NULL; count++) {
        bool configured =
            info->offset == REG_VER || info->offset == REG_CAP || info->offset == REG_ECAP;
        bool control = strlen(info->name) == 9 && strcmp(info->name + 2, "CTL_REG") == 0;
        assert_true(info->bytes == 4 || info->bytes == 8);
        assert_int_equal(info->offset % info->bytes, 0);
        assert_int_equal(info->reset, control ? 0x80000000 : 0);
        if (!configured)
            assert_int_equal(value_of(&bed, info), info->reset);
    }
    assert_int_equal(count, 30);
    unit_close(&bed);
}

static const svasim_register_info *named(const char *name)
{
    const svasim_register_info *info;
    for (unsigned i = 0; (info = svasim_register_at(i)) != NULL; i++)
        if (strcmp(info->name, name) == 0)
            return info;
    return NULL;
}

static void registers_lie_where_the_specification_says(void **state)
{
    struct unit_bed bed;
    (void)state;
    unit_open(&bed, UNIT_SCALABLE, "cap.ir=off");
    for (size_t i = 0; i < sizeof map / sizeof map[0]; i++) {
        const svasim_register_info *info = named(map[i].name);
        assert_non_null(info);
        assert_int_equal(info->offset, map[i].offset);
        assert_int_equal(info->bytes, map[i].bytes);
        bool fixed = map[i].offset == REG_CAP || map[i].offset == REG_ECAP;
        bool absent = map[i].needs == 'I';
        if (!fixed)
            assert_int_equal(value_of(&bed, info), absent ? 0 : map[i].reset);
    }
    unit_close(&bed);
}

static void registers_without_their_capability_are_holes(void **state)
{
    static const struct {
        const char *config;
        unsigned flags;
        const char *gone;
    } rows[] = {
        {"cap.ir=off", UNIT_SCALABLE, "I"},
        {"cap.ir=off cap.prs=off cap.sms=off", UNIT_SCALABLE, "IP"},
        {UNIT_NO_QI "cap.ir=off", UNIT_LEGACY, "QIP"},
    };
    (void)state;
    for (size_t r = 0; r < sizeof rows / sizeof rows[0]; r++)
        for (size_t i = 0; i < sizeof map / sizeof map[0]; i++) {
            if (!map[i].needs)
                continue;
            struct unit_bed bed;
            bool gone = strchr(rows[r].gone, map[i].needs) != NULL;
            unit_open(&bed, rows[r].flags, rows[r].config);
            if (gone)
                assert_int_equal(unit_read(&bed, map[i].offset, map[i].bytes), 0);
            else
                assert_int_equal(unit_read(&bed, map[i].offset, map[i].bytes), map[i].reset);
            unit_write(&bed, map[i].offset, 4, UINT32_MAX);
            if (gone)
                assert_int_equal(unit_read(&bed, map[i].offset, map[i].bytes), 0);
            unit_close(&bed);
        }
}

static void read_only_stays(void **state)
{
    struct unit_bed bed, fresh;
    const svasim_register_info *info;
    (void)state;
    unit_open(&bed, UNIT_SCALABLE, NULL);
    unit_open(&fresh, UNIT_SCALABLE, NULL);
    for (unsigned i = 0; (info = svasim_register_at(i)) != NULL; i++) {
        if (!is(info, "ro") && !is(info, "rw1c"))
            continue;
        unit_write(&bed, info->offset, info->bytes, 0);
        unit_write(&bed, info->offset, info->bytes, ones(info));
        for (unsigned half = 0; half < info->bytes; half += 4)
            unit_write(&bed, info->offset + half, 4, UINT32_MAX);
        others_are_reset(&bed, &fresh, NULL);
    }
    unit_close(&fresh);
    unit_close(&bed);
}

static void stored_bits_are_those_of_the_specification(void **state)
{
    struct unit_bed bed, fresh;
    const svasim_register_info *info;
    unsigned seen = 0;
    (void)state;
    unit_open(&fresh, UNIT_SCALABLE, NULL);
    for (unsigned i = 0; (info = svasim_register_at(i)) != NULL; i++) {
        if (!is(info, "rw"))
            continue;
        size_t row = storage_of(info);
        unit_open(&bed, UNIT_SCALABLE, NULL);
        unit_write(&bed, info->offset, info->bytes, ones(info));
        assert_int_equal(value_of(&bed, info) & ~storage[row].may,
                         storage[row].must & ~storage[row].may);
        assert_int_equal(value_of(&bed, info) & storage[row].must, storage[row].must);
        others_are_reset(&bed, &fresh, info);
        unit_write(&bed, info->offset, info->bytes, 0);
        assert_int_equal(value_of(&bed, info), 0);
        unit_close(&bed);
        seen++;
    }
    assert_int_equal(seen, sizeof storage / sizeof storage[0]);
    unit_close(&fresh);
}

static void halves_make_the_whole(void **state)
{
    struct unit_bed bed;
    const svasim_register_info *info;
    (void)state;
    unit_open(&bed, UNIT_SCALABLE, NULL);
    for (unsigned i = 0; (info = svasim_register_at(i)) != NULL; i++) {
        if (!is(info, "rw") || info->bytes != 8)
            continue;
        uint64_t must = storage[storage_of(info)].must;
        uint64_t a = UINT64_C(0x0123456789abcdef), b = UINT64_C(0xfedcba9876543210);
        unit_write(&bed, info->offset, 8, a);
        assert_int_equal(value_of(&bed, info) & must, a & must);
        assert_int_equal(unit_read(&bed, info->offset, 4), value_of(&bed, info) & UINT32_MAX);
        assert_int_equal(unit_read(&bed, info->offset + 4, 4), value_of(&bed, info) >> 32);
        unit_write(&bed, info->offset, 4, (uint32_t)b);
        uint64_t mixed = (a & ~(uint64_t)UINT32_MAX) | (b & UINT32_MAX);
        assert_int_equal(value_of(&bed, info) & must, mixed & must);
        unit_write(&bed, info->offset + 4, 4, b >> 32);
        assert_int_equal(value_of(&bed, info) & must, b & must);
    }
    /* Two neighbours of 32 bits in one access. */
    unit_write(&bed, REG_FEADDR, 8, UINT64_C(0x12345678fee01000));
    assert_int_equal(unit_read(&bed, REG_FEADDR, 4), 0xfee01000);
    assert_int_equal(unit_read(&bed, REG_FEUADDR, 4), 0x12345678);
    assert_int_equal(unit_read(&bed, REG_FEADDR, 8), UINT64_C(0x12345678fee01000));
    unit_close(&bed);
}

static bool is_register(uint32_t offset)
{
    const svasim_register_info *info;
    for (unsigned i = 0; (info = svasim_register_at(i)) != NULL; i++)
        if (offset >= info->offset && offset < info->offset + info->bytes)
            return true;
    return (offset >= REG_IVA && offset < REG_IVA + 16) ||
           (offset >= REG_FRCD && offset < REG_FRCD + 8 * 16);
}

static void holes_read_zero(void **state)
{
    struct unit_bed bed, fresh;
    (void)state;
    unit_open(&bed, UNIT_SCALABLE, NULL);
    unit_open(&fresh, UNIT_SCALABLE, NULL);
    for (uint32_t offset = 0; offset < 0x3000; offset += 4) {
        if (is_register(offset))
            continue;
        unit_write(&bed, offset, 4, UINT32_MAX);
        assert_int_equal(unit_read(&bed, offset, 4), 0);
        if (offset % 8 == 0 && !is_register(offset + 4)) {
            unit_write(&bed, offset, 8, UINT64_MAX);
            assert_int_equal(unit_read(&bed, offset, 8), 0);
        }
    }
    assert_int_equal(unit_read(&bed, 0xfffffff8, 8), 0);
    for (uint32_t offset = REG_FRCD; offset < REG_FRCD + 8 * 16; offset += 4)
        assert_int_equal(unit_read(&bed, offset, 4), 0);
    others_are_reset(&bed, &fresh, NULL);
    unit_close(&fresh);
    unit_close(&bed);
}

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
        {"cap.ssads=off", REG_ECAP, UINT64_C(1) << 45},
        {"cap.rps=off", REG_ECAP, UINT64_C(1) << 49},
        {"cap.adms=off", REG_ECAP, UINT64_C(1) << 52},
        {"cap.rprivs=off", REG_ECAP, UINT64_C(1) << 53},
        {"cap.ptrs=on", REG_ECAP, UINT64_C(1) << 56},
        {"cap.ssirws=on", REG_ECAP, UINT64_C(1) << 57},
        {"cap.sms=off", REG_ECAP, UINT64_C(1) << 58},
        {"cap.prs=off cap.sms=off", REG_ECAP, UINT64_C(1) << 58 | 1 << 29},
        {"cap.srs=off cap.rprivs=off", REG_ECAP, UINT64_C(1) << 53 | UINT64_C(1) << 31},
    };
    struct unit_bed usual;
    (void)state;
    unit_open(&usual, UNIT_SCALABLE, NULL);
    assert_int_equal(unit_read(&usual, REG_VER, 4), 0x60);
    assert_int_equal(unit_read(&usual, REG_CAP, 8), UINT64_C(0xd1d2078d00780e06));
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
        cmocka_unit_test(every_register_resets),
        cmocka_unit_test(registers_lie_where_the_specification_says),
        cmocka_unit_test(registers_without_their_capability_are_holes),
        cmocka_unit_test(read_only_stays),
        cmocka_unit_test(stored_bits_are_those_of_the_specification),
        cmocka_unit_test(halves_make_the_whole),
        cmocka_unit_test(holes_read_zero),
        cmocka_unit_test(odd_accesses_are_refused),
        cmocka_unit_test(capabilities_are_where_software_looks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
