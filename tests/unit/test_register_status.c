/* SPDX-License-Identifier: MIT */
/* test_register_status.c - status that the unit sets and software clears by writing ones, fault
 * records, and the command bits of GCMD (sections 11.4.4, 11.4.7 to 11.4.11). Every bit is written
 * by every access that reaches it. */
#include "page_bed.h"
#include "register_facts.h"

#include <stdio.h>
#include <string.h>

/* --- write one to clear --- */

/* Every status that there is: a fault too many, an invalid descriptor, a finished wait, page
 * requests in the queue and one too many. */
static void everything_pending(struct page_bed *bed)
{
    static const uint64_t wait[4] = {INV_WAIT | INV_WAIT_IF};
    page_open(bed, 1, 0, "cap.nfr=0");
    unit_on(&bed->base);
    for (unsigned i = 0; i < 2; i++)
        (void)unit_ask(&bed->base, UNIT_NO_SID, SVASIM_NO_PASID, UNIT_VA, SVASIM_READ);
    assert_int_equal(svasim_invalidate(bed->base.unit, wait, NULL), SVASIM_OK);
    page_fill(bed, 127);
    page_expect(bed, PAGE_FIRST, PAGE_RL, SVASIM_PAGE_SUCCESS);
    unit_queue_on(&bed->base, 0, true);
    unit_write(&bed->base, REG_IQT, 8, 32); /* type 0 */
}

static const struct {
    const char *name;
    uint32_t pending, clears;
} statuses[] = {
    {"FSTS_REG", FSTS_PFO | FSTS_PPF | FSTS_IQE, 0x71}, /* PFO, IQE, ICE, ITE */
    {"ICS_REG", 1, 1},
    {"PRS_REG", PRS_PPR | PRS_PRO, 3},
};

static uint32_t pattern(unsigned n)
{
    static const uint32_t rest[] = {0, UINT32_MAX, 0x55555555, 0xaaaaaaaa};
    return n < 32 ? UINT32_C(1) << n : rest[n - 32];
}
#define PATTERNS 36u

static void clear_one(unsigned row, const struct register_access *access, uint32_t value)
{
    struct page_bed bed;
    struct register_picture before, after;
    const struct register_fact *fact = register_fact_of(statuses[row].name);
    uint32_t clears = value & statuses[row].clears;
    everything_pending(&bed);
    assert_int_equal(unit_read(&bed.base, fact->offset, 4), statuses[row].pending);
    register_look(&bed.base, &before);
    /* The queue goes on when its error is cleared: let it find a descriptor that is legal. */
    unit_put_wait(&bed.base, 0, true, 1, 0);
    register_put(&bed.base, access, value);
    if (unit_read(&bed.base, fact->offset, 4) != (statuses[row].pending & ~clears))
        fail_msg("%s: %08x written by %u bytes leaves %08x", fact->name, (unsigned)value,
                 (unsigned)access->bytes, (unsigned)unit_read(&bed.base, fact->offset, 4));
    register_look(&bed.base, &after);
    if (!clears)
        register_same(&before, &after, NULL, fact->name);
    for (unsigned i = 0; i < sizeof statuses / sizeof statuses[0]; i++)
        if (i != row)
            assert_int_equal(unit_read(&bed.base, register_fact_of(statuses[i].name)->offset, 4),
                             statuses[i].pending);
    page_close(&bed);
}

static void ones_clear_and_zeros_do_not(void **state)
{
    struct register_access access;
    (void)state;
    for (unsigned row = 0; row < sizeof statuses / sizeof statuses[0]; row++) {
        const struct register_fact *fact = register_fact_of(statuses[row].name);
        for (unsigned n = 0; register_access_at(fact, n, &access); n++)
            for (unsigned p = 0; p < PATTERNS; p++)
                clear_one(row, &access, pattern(p));
    }
}

/* --- fault records --- */

/* In a record only F, the last bit, can be written, and only to be cleared. */
static void write_record(uint32_t at, uint32_t bytes, uint64_t value)
{
    struct unit_bed bed;
    struct register_picture before, after;
    unit_open(&bed, UNIT_SCALABLE, NULL);
    unit_on(&bed);
    unit_fault(&bed, UNIT_NO_SID);
    unit_fault(&bed, UNIT_NO_SID);
    register_look(&bed, &before);
    unit_write(&bed, REG_FRCD + at, bytes, value);
    register_look(&bed, &after);
    bool clears = at + bytes == 16 && value >> (8 * bytes - 1);
    uint32_t high = before.word[(REG_FRCD + 12) / 4];
    assert_true(high >> 31);
    if (clears)
        before.word[(REG_FRCD + 12) / 4] = high & 0x7fffffff;
    register_same(&before, &after, NULL, "fault record");
    unit_close(&bed);
}

static void of_a_record_only_the_fault_bit(void **state)
{
    (void)state;
    for (uint32_t bytes = 4; bytes <= 8; bytes += 4)
        for (uint32_t at = 0; at < 16; at += bytes) {
            for (unsigned bit = 0; bit < 8 * bytes; bit++)
                write_record(at, bytes, UINT64_C(1) << bit);
            write_record(at, bytes, 0);
            write_record(at, bytes, bytes == 8 ? UINT64_MAX : UINT32_MAX);
        }
}

/* --- GCMD --- */

/* Section 11.4.4: bits of GCMD with their effect on GSTS. A level follows the bit; a one-shot
 * command is done at once here, which its status says from then on. Others do nothing. */
static const struct {
    unsigned bit;
    bool level;
    const char *with, *without;
} commands[] = {
    {31, true, NULL, NULL},                   /* TE */
    {30, false, NULL, NULL},                  /* SRTP */
    {26, true, NULL, UNIT_NO_QI},             /* QIE */
    {25, true, REGISTER_IR, REGISTER_NO_IR},  /* IRE */
    {24, false, REGISTER_IR, REGISTER_NO_IR}, /* SIRTP */
    {23, true, REGISTER_IR, REGISTER_NO_IR},  /* CFI */
};
#define COMMANDS (sizeof commands / sizeof commands[0])

/* Write one bit alone, by 4 or 8 bytes, then none. */
static void command(const char *config, unsigned flags, unsigned bit, bool works, bool level)
{
    for (uint32_t bytes = 4; bytes <= 8; bytes += 4) {
        struct unit_bed bed;
        uint32_t expected = works ? UINT32_C(1) << bit : 0;
        unit_open(&bed, flags, config);
        unit_write(&bed, REG_RTADDR, 8, bed.rtaddr);
        unit_write(&bed, REG_GCMD, bytes, UINT32_C(1) << bit);
        if (unit_read(&bed, REG_GSTS, 4) != expected)
            fail_msg("GCMD bit %u with %s: GSTS %08x", bit, config ? config : "the defaults",
                     (unsigned)unit_read(&bed, REG_GSTS, 4));
        assert_int_equal(unit_read(&bed, REG_GCMD, 4), 0); /* write-only */
        unit_write(&bed, REG_GCMD, bytes, 0);
        assert_int_equal(unit_read(&bed, REG_GSTS, 4), level ? 0 : expected);
        unit_close(&bed);
    }
}

static void every_bit_of_the_command_register(void **state)
{
    (void)state;
    for (unsigned bit = 0; bit < 32; bit++) {
        unsigned row = 0;
        while (row < COMMANDS && commands[row].bit != bit)
            row++;
        bool is_command = row < COMMANDS;
        bool level = is_command && commands[row].level;
        if (!is_command || config_is_possible(commands[row].with))
            command(is_command ? commands[row].with : register_everything(), UNIT_SCALABLE, bit,
                    is_command, level);
        if (is_command && commands[row].without)
            command(commands[row].without,
                    strcmp(commands[row].without, UNIT_NO_QI) == 0 ? UNIT_LEGACY : UNIT_SCALABLE,
                    bit, false, level);
    }
}

/* --- registers that the capabilities place --- */

static void records_and_iotlb_registers_move(void **state)
{
    struct unit_bed bed;
    (void)state;
    unit_open(&bed, UNIT_SCALABLE, "cap.nfr=255 cap.fro=0x180 cap.iro=0x60");
    unit_on(&bed);
    unit_fault(&bed, UNIT_NO_SID);
    assert_int_equal(unit_read(&bed, REG_CAP, 8) >> 24 & 0x3ff, 0x180);
    assert_int_equal(unit_read(&bed, REG_CAP, 8) >> 40 & 0xff, 255);
    assert_int_equal(unit_read(&bed, REG_ECAP, 8) >> 8 & 0x3ff, 0x60);
    assert_int_equal(unit_read(&bed, 0x1808, 8) & 0xffff, UNIT_NO_SID);
    for (uint32_t offset = 0x1000; offset < 0x1800; offset += 4)
        assert_int_equal(unit_read(&bed, offset, 4), 0);
    for (uint32_t offset = 0x1810; offset < 0x1800 + 257 * 16; offset += 4) {
        unit_write(&bed, offset, 4, UINT32_MAX);
        assert_int_equal(unit_read(&bed, offset, 4), 0);
    }
    unit_write(&bed, 0x608, 8, UINT64_C(0x3003ffff) << 32);
    assert_int_equal(unit_read(&bed, 0x608, 8), UINT64_C(0x3003ffff) << 32);
    assert_int_equal(unit_read(&bed, REG_IOTLB, 8), 0);
    unit_write(&bed, REG_IOTLB, 8, UINT64_MAX);
    assert_int_equal(unit_read(&bed, REG_IOTLB, 8), 0);
    unit_close(&bed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ones_clear_and_zeros_do_not),
        cmocka_unit_test(of_a_record_only_the_fault_bit),
        cmocka_unit_test(every_bit_of_the_command_register),
        cmocka_unit_test(records_and_iotlb_registers_move),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
