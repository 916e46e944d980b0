/* SPDX-License-Identifier: MIT */
/* test_register_access.c - does every row of registers.def lie where the specification puts it, and
 * does it hold exactly the bits that it should, through every width of access, with and without the
 * capability it belongs to (sections 11.2 and 11.4)? */
#include "register_facts.h"

#include <stdio.h>
#include <string.h>

static uint64_t width_of(const struct register_fact *fact)
{
    return fact->bytes == 8 ? UINT64_MAX : UINT32_MAX;
}

static uint64_t value_of(const struct unit_bed *bed, const struct register_fact *fact)
{
    return unit_read(bed, fact->offset, fact->bytes);
}

/* --- the table --- */

static const char *const access_names[] = {[REGISTER_RO] = "ro",
                                           [REGISTER_FIXED] = "ro",
                                           [REGISTER_RW] = "rw",
                                           [REGISTER_RW1C] = "rw1c",
                                           [REGISTER_COMMAND] = "wo mixed"};

static void the_table_is_that_of_the_specification(void **state)
{
    const svasim_register_info *info;
    bool found[256] = {false};
    (void)state;
    for (unsigned i = 0; (info = svasim_register_at(i)) != NULL; i++) {
        const struct register_fact *fact = register_fact_of(info->name);
        if (info->offset != fact->offset || info->bytes != fact->bytes ||
            info->reset != fact->reset || !strstr(access_names[fact->kind], info->access))
            fail_msg("%s: row differs from the specification", info->name);
        found[fact - register_facts] = true;
    }
    for (unsigned i = 0; i < register_fact_count; i++)
        if (register_facts[i].listed && register_is_known(&register_facts[i]) && !found[i])
            fail_msg("%s: no row in registers.def", register_facts[i].name);
}

static void values_after_reset(void **state)
{
    struct unit_bed bed;
    (void)state;
    unit_open(&bed, UNIT_SCALABLE, register_everything());
    for (unsigned i = 0; i < register_fact_count; i++)
        if (register_facts[i].kind != REGISTER_FIXED && register_is_known(&register_facts[i]) &&
            value_of(&bed, &register_facts[i]) != register_facts[i].reset)
            fail_msg("%s is not reset", register_facts[i].name);
    unit_close(&bed);
}

/* --- bits --- */

static void check_value(const struct unit_bed *bed, const struct register_fact *fact,
                        const struct register_access *access, uint64_t written, uint64_t before)
{
    bool stores = fact->kind == REGISTER_RW || fact->kind == REGISTER_COMMAND;
    uint64_t must = stores ? fact->must & access->covered : 0;
    uint64_t may = stores ? fact->may & access->covered : 0;
    uint64_t expected = (before & ~must) | (written & must);
    uint64_t value = value_of(bed, fact);
    if ((value ^ expected) & ~may & width_of(fact))
        fail_msg("%s: %016llx written by %u bytes at %03x reads %016llx, expected %016llx",
                 fact->name, (unsigned long long)written, (unsigned)access->bytes,
                 (unsigned)access->offset, (unsigned long long)value, (unsigned long long)expected);
}

/* Single bits first, then none, all, and two halves. */
static uint64_t pattern(unsigned n)
{
    static const uint64_t rest[] = {0, UINT64_MAX, UINT64_C(0x5555555555555555),
                                    UINT64_C(0xaaaaaaaaaaaaaaaa)};
    return n < 64 ? UINT64_C(1) << n : rest[n - 64];
}
#define PATTERNS 68u

static void write_patterns(struct unit_bed *bed, const struct register_fact *fact,
                           const struct register_access *access)
{
    struct register_picture before, after;
    char where[100];
    (void)snprintf(where, sizeof where, "%s, %u bytes at %03x", fact->name, (unsigned)access->bytes,
                   (unsigned)access->offset);
    register_look(bed, &before);
    for (unsigned n = 0; n < 2 * PATTERNS; n++) {
        uint64_t value = pattern(n % PATTERNS) & access->covered;
        uint64_t old = value_of(bed, fact);
        register_put(bed, access, value);
        check_value(bed, fact, access, value, old);
    }
    register_look(bed, &after);
    register_same(&before, &after, fact, where);
    unit_write(bed, fact->offset, fact->bytes, fact->reset);
}

/* Commands whose writes do more have tests of their own: GCMD, enhanced and virtual commands. Those
 * of register-based invalidation are refused by this unit's version, and only clear themselves. */
static bool has_effects(const struct register_fact *fact)
{
    return strcmp(fact->name, "GCMD_REG") == 0 || fact->name[0] == 'E' || fact->name[0] == 'V';
}

static void every_bit_by_every_access(void **state)
{
    struct unit_bed bed;
    struct register_access access;
    (void)state;
    unit_open(&bed, UNIT_SCALABLE, register_everything());
    for (unsigned i = 0; i < register_fact_count; i++) {
        const struct register_fact *fact = &register_facts[i];
        if (!register_is_known(fact) || (fact->kind == REGISTER_COMMAND && has_effects(fact)))
            continue;
        for (unsigned n = 0; register_access_at(fact, n, &access); n++)
            write_patterns(&bed, fact, &access);
    }
    unit_close(&bed);
}

/* Any 64-bit access is the two 32-bit ones, in holes too; the lower one comes first. */
static void wide_accesses_are_two_narrow_ones(void **state)
{
    static const uint64_t values[] = {UINT64_MAX, UINT64_C(0x0123456789abcdef),
                                      UINT64_C(0xfedcba9876543210), 0};
    struct unit_bed wide, narrow;
    struct register_picture a, b;
    (void)state;
    unit_open(&wide, UNIT_SCALABLE, register_everything());
    unit_open(&narrow, UNIT_SCALABLE, register_everything());
    for (uint32_t offset = 0; offset < 4 * REGISTER_WORDS; offset += 8) {
        char where[40];
        if ((offset >= 0x400 && offset < 0x450) || offset == 0xe00)
            continue; /* enhanced and virtual commands take the upper half first */
        (void)snprintf(where, sizeof where, "wide write at %03x", (unsigned)offset);
        for (unsigned i = 0; i < sizeof values / sizeof values[0]; i++) {
            unit_write(&wide, offset, 8, values[i]);
            unit_write(&narrow, offset, 4, values[i] & UINT32_MAX);
            unit_write(&narrow, offset + 4, 4, values[i] >> 32);
            assert_int_equal(unit_read(&wide, offset, 8),
                             unit_read(&wide, offset, 4) | unit_read(&wide, offset + 4, 4) << 32);
        }
        register_look(&wide, &a);
        register_look(&narrow, &b);
        register_same(&a, &b, NULL, where);
    }
    unit_close(&narrow);
    unit_close(&wide);
}

static bool is_register(uint32_t offset)
{
    for (unsigned i = 0; i < register_fact_count; i++)
        if (offset >= register_facts[i].offset &&
            offset < register_facts[i].offset + register_facts[i].bytes)
            return true;
    return offset >= REG_FRCD && offset < REG_FRCD + 8 * 16;
}

static void holes_read_zero(void **state)
{
    struct unit_bed bed;
    struct register_picture fresh, after;
    (void)state;
    unit_open(&bed, UNIT_SCALABLE, NULL);
    register_look(&bed, &fresh);
    for (uint32_t offset = 0; offset < 0x3000; offset += 4) {
        if (is_register(offset))
            continue;
        unit_write(&bed, offset, 4, UINT32_MAX);
        assert_int_equal(unit_read(&bed, offset, 4), 0);
    }
    assert_int_equal(unit_read(&bed, 0xfffffff8, 8), 0);
    register_look(&bed, &after);
    register_same(&fresh, &after, NULL, "holes");
    unit_close(&bed);
}

/* --- capabilities --- */

/* Without its capability a register reads 0 and stores nothing; the others are as ever. */
static void lacks(const struct register_fact *fact)
{
    struct unit_bed bed;
    struct register_picture fresh, after;
    struct register_access access;
    unsigned flags = strcmp(fact->without, UNIT_NO_QI) == 0 ? UNIT_LEGACY : UNIT_SCALABLE;
    unit_open(&bed, flags, fact->without);
    register_look(&bed, &fresh);
    for (unsigned n = 0; register_access_at(fact, n, &access); n++)
        for (unsigned p = 0; p < PATTERNS; p++) {
            register_put(&bed, &access, pattern(p) & access.covered);
            if (value_of(&bed, fact) != 0)
                fail_msg("%s is there with %s", fact->name, fact->without);
        }
    register_look(&bed, &after);
    register_same(&fresh, &after, NULL, fact->name);
    for (unsigned i = 0; i < register_fact_count; i++) {
        const struct register_fact *other = &register_facts[i];
        if (!other->without && other->kind != REGISTER_FIXED)
            assert_int_equal(value_of(&bed, other), other->reset);
    }
    unit_close(&bed);
}

static void absent_without_the_capability(void **state)
{
    (void)state;
    for (unsigned i = 0; i < register_fact_count; i++)
        if (register_facts[i].without && register_is_known(&register_facts[i]))
            lacks(&register_facts[i]);
}

static void fields_of_capabilities(void **state)
{
    static const struct {
        const char *with, *without, *name;
        uint64_t bits;
    } rows[] = {
        {"cap.ssirws=on", "cap.ssirws=off", "RTADDR_REG", 0x80},
        {"cap.ir=on cap.eim=on", "cap.ir=on cap.eim=off", "IRTA_REG", 0x800},
    };
    (void)state;
    for (unsigned i = 0; i < 2 * sizeof rows / sizeof rows[0]; i++) {
        struct unit_bed bed;
        bool has = i % 2;
        const struct register_fact *fact = register_fact_of(rows[i / 2].name);
        unit_open(&bed, UNIT_SCALABLE, has ? rows[i / 2].with : rows[i / 2].without);
        unit_write(&bed, fact->offset, fact->bytes, UINT64_MAX);
        assert_int_equal(value_of(&bed, fact) & rows[i / 2].bits, has ? rows[i / 2].bits : 0);
        unit_write(&bed, fact->offset, 4, UINT32_MAX);
        assert_int_equal(value_of(&bed, fact) & rows[i / 2].bits, has ? rows[i / 2].bits : 0);
        unit_close(&bed);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_table_is_that_of_the_specification),
        cmocka_unit_test(values_after_reset),
        cmocka_unit_test(every_bit_by_every_access),
        cmocka_unit_test(wide_accesses_are_two_narrow_ones),
        cmocka_unit_test(holes_read_zero),
        cmocka_unit_test(absent_without_the_capability),
        cmocka_unit_test(fields_of_capabilities),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
