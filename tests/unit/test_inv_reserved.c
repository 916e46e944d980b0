/* SPDX-License-Identifier: MIT */
/* test_inv_reserved.c - each bit of each descriptor type, set in a queue of either width: reserved
 * ones stop the queue with error 4, the others never do (sections 6.5.2.1 to 6.5.2.9, 7.6.1). The
 * masks stand here a second time on purpose, typed from the specification. */
#include "unit_bed.h"

#define TYPE       UINT64_C(0xe0f) /* bits 11:9 and 3:0: set, they make another type */
#define BITS(h, l) ((UINT64_MAX >> (63 - (h))) & (UINT64_MAX << (l)))

static const struct {
    uint64_t base;      /* a descriptor without an error */
    uint64_t low, high; /* fields and ignored bits, without the type */
    bool narrow;        /* exists in legacy mode and in queues of 128 bits */
} types[] = {
    {0x11, BITS(5, 4) | BITS(49, 16), 0, true},
    {0x12, BITS(7, 4) | BITS(31, 16), BITS(63, 12) | BITS(6, 0), true},
    {0x03, BITS(20, 12) | BITS(47, 32) | BITS(63, 52), BITS(63, 12) | 1, true},
    {0x04, BITS(4, 4) | BITS(47, 27), 0, true},
    {0x05, BITS(7, 4) | BITS(63, 32), BITS(63, 2), true},
    {0x26, BITS(5, 4) | BITS(51, 16), BITS(63, 12) | BITS(6, 0), false},
    {0x37, BITS(5, 4) | BITS(51, 16), 0, false},
    {0x08, BITS(8, 4) | BITS(63, 12), BITS(63, 11) | 1, false},
    {0x09, BITS(4, 4) | BITS(51, 12), BITS(11, 2), false},
    {0x1a, BITS(5, 4) | BITS(31, 16), BITS(63, 12) | BITS(7, 0), false},
};

/* The error that the queue stops with at a descriptor; 0: none. Leaves the queue empty. */
static unsigned error_of(struct unit_bed *bed, bool wide, const uint64_t *words)
{
    uint32_t size = wide ? 32 : 16;
    unit_write(bed, REG_IQT, 8, 0);
    unit_queue_on(bed, 0, wide);
    for (unsigned i = 0; i < size / 8; i++)
        assert_int_equal(svasim_mem_write64(bed->mem, UNIT_QUEUE + 8 * i, words[i]), SVASIM_OK);
    unit_write(bed, REG_IQT, 8, size);
    bool stopped = unit_read(bed, REG_FSTS, 4) & FSTS_IQE;
    unsigned iqei = stopped ? (unsigned)unit_read(bed, REG_IQERCD, 8) & 0xf : 0;
    assert_int_equal(unit_read(bed, REG_IQH, 8), stopped ? 0 : size);
    unit_write(bed, REG_GCMD, 4, 0);
    unit_write(bed, REG_IQT, 8, 0);
    unit_write(bed, REG_FSTS, 4, FSTS_IQE);
    return iqei;
}

static void check_type(struct unit_bed *bed, size_t type, bool wide)
{
    for (unsigned bit = 0; bit < (wide ? 256u : 128u); bit++) {
        uint64_t words[4] = {types[type].base, 0, 0, 0};
        const uint64_t fields[4] = {types[type].low, types[type].high, 0, 0};
        uint64_t one = UINT64_C(1) << (bit & 63);
        if (bit < 64 && ((TYPE | types[type].base) & one))
            continue;
        assert_int_equal(error_of(bed, wide, words), 0);
        words[bit / 64] |= one;
        unsigned iqei = error_of(bed, wide, words);
        if ((fields[bit / 64] & one) ? iqei == 4 : iqei != 4)
            fail_msg("descriptor type %u, %s queue, bit %u: error %u",
                     (unsigned)types[type].base & 15, wide ? "wide" : "narrow", bit, iqei);
    }
}

static void reserved_bits_of_narrow_queues(void **state)
{
    struct unit_bed bed;
    (void)state;
    unit_open(&bed, UNIT_LEGACY, NULL);
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (types[i].narrow)
            check_type(&bed, i, false);
    unit_close(&bed);
}

static void reserved_bits_of_wide_queues(void **state)
{
    (void)state;
    for (unsigned scalable = 0; scalable < 2; scalable++) {
        struct unit_bed bed;
        unit_open(&bed, scalable ? UNIT_SCALABLE : UNIT_LEGACY, "cap.hpts=on");
        unit_write(&bed, REG_RTADDR, 8, bed.rtaddr);
        unit_write(&bed, REG_GCMD, 4, GCMD_SRTP);
        for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
            if (scalable || types[i].narrow)
                check_type(&bed, i, true);
        unit_close(&bed);
    }
}

/* A type of 128 bits in a slot of 256: any bit of the upper half makes another error, by policy. */
static void padding_has_its_own_error(void **state)
{
    struct unit_bed bed;
    (void)state;
    unit_open(&bed, UNIT_SCALABLE, "policy.padded_descriptor=iqei3");
    unit_write(&bed, REG_RTADDR, 8, bed.rtaddr);
    unit_write(&bed, REG_GCMD, 4, GCMD_SRTP);
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        for (unsigned bit = 128; bit < 256 && types[i].base != 0x1a; bit++) {
            uint64_t words[4] = {types[i].base, 0, 0, 0};
            words[bit / 64] |= UINT64_C(1) << (bit & 63);
            assert_int_equal(error_of(&bed, true, words), types[i].narrow ? 3 : 4);
        }
    unit_close(&bed);
}

/* The fields that stand for an absent feature are reserved too. */
static void fields_without_their_capability_are_reserved(void **state)
{
    struct unit_bed bed;
    (void)state;
    unit_open(&bed, UNIT_SCALABLE, "cap.dit=off cap.pds=off");
    unit_write(&bed, REG_RTADDR, 8, bed.rtaddr);
    unit_write(&bed, REG_GCMD, 4, GCMD_SRTP);
    for (unsigned bit = 0; bit < 64; bit++) {
        bool pfsid = (BITS(15, 12) | BITS(63, 52)) >> bit & 1;
        uint64_t device[4] = {3, 0, 0, 0}, p_device[4] = {8, 0, 0, 0};
        device[0] |= UINT64_C(1) << bit;
        p_device[0] |= UINT64_C(1) << bit;
        if (pfsid) {
            assert_int_equal(error_of(&bed, true, device), 4);
            assert_int_equal(error_of(&bed, true, p_device), 4);
        }
    }
    uint64_t wait[4] = {INV_WAIT | 1 << 7, 0, 0, 0};
    assert_int_equal(error_of(&bed, true, wait), 4);
    unit_close(&bed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reserved_bits_of_narrow_queues),
        cmocka_unit_test(reserved_bits_of_wide_queues),
        cmocka_unit_test(padding_has_its_own_error),
        cmocka_unit_test(fields_without_their_capability_are_reserved),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
