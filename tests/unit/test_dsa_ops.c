/* SPDX-License-Identifier: MIT */
/*
 * test_dsa_ops.c - does the data that each operation leaves behind mean what the operation
 * says?
 */
#include "dsa_operands.h"

static void copies_and_dualcasts(void **state)
{
    struct dsa_host *host = host_simple(8, 0);
    uint8_t bytes[64];

    (void)state;
    host->shuffle = true;
    fill_random(host);
    desc_begin(bytes, SV_DSA_DUALCAST, CR);
    desc_set(bytes, "src", SRC + 13);
    desc_set(bytes, "dst", DST + 50);
    desc_set(bytes, "dst2", DST2 + 50);
    desc_set(bytes, "size", 5001);
    assert_int_equal(host_execute(host, bytes).status, SV_STATUS_SUCCESS);
    assert_memory_equal(host_at(host, SRC + 13), host_at(host, DST + 50), 5001);
    assert_memory_equal(host_at(host, SRC + 13), host_at(host, DST2 + 50), 5001);
    host_destroy(host);
}

static void overlapping_moves_keep_the_data(void **state)
{
    static const int64_t distances[] = {1, 7, 63, 64, 65, 100, 1999, -1, -63, -64, -100, 0};
    static uint8_t before[HOST_BYTES];

    (void)state;
    for (unsigned i = 0; i < sizeof(distances) / sizeof(distances[0]); i++) {
        struct dsa_host *host = host_simple(i % 2 ? 16 : 1, i % 3 * 7);
        svasim_completion done;
        uint8_t bytes[64];

        host->shuffle = true;
        fill_random(host);
        memcpy(before, host->memory, sizeof(before));
        desc_begin(bytes, SV_DSA_MEMMOVE, CR);
        desc_set(bytes, "src", SRC + 29);
        desc_set(bytes, "dst", SRC + 29 + (uint64_t)distances[i]);
        desc_set(bytes, "size", 2000);
        done = host_execute(host, bytes);
        assert_int_equal(done.status, SV_STATUS_SUCCESS);
        assert_int_equal(done.result, distances[i] > 0);
        assert_memory_equal(&before[SRC + 29 - HOST_BASE],
                            host_at(host, SRC + 29 + (uint64_t)distances[i]), 2000);
        host_destroy(host);
    }
}

static void fills_with_both_patterns(void **state)
{
    struct dsa_host *host = host_simple(4, 0);
    uint8_t bytes[64];

    (void)state;
    for (unsigned wide = 0; wide < 2; wide++) {
        desc_begin(bytes, SV_DSA_FILL, CR);
        desc_set(bytes, "dst", DST + 5);
        desc_set(bytes, "size", 333);
        desc_set(bytes, "pattern_lo", UINT64_C(0x0706050403020100));
        if (wide) {
            desc_flag(bytes, SV_FLAG_OP2);
            desc_set(bytes, "pattern_hi", UINT64_C(0x0F0E0D0C0B0A0908));
        }
        assert_int_equal(host_execute(host, bytes).status, SV_STATUS_SUCCESS);
        for (unsigned i = 0; i < 333; i++)
            assert_int_equal(*host_at(host, DST + 5 + i), i % (wide ? 16 : 8));
        assert_int_equal(*host_at(host, DST + 5 + 333), 0);
        assert_int_equal(*host_at(host, DST + 4), 0);
    }
    host_destroy(host);
}

static void compares_find_the_first_difference(void **state)
{
    struct dsa_host *host = host_simple(16, 3);
    svasim_completion done;
    uint8_t bytes[64];

    (void)state;
    host->shuffle = true;
    desc_begin(bytes, SV_DSA_COMPARE, CR);
    desc_set(bytes, "src", SRC + 3);
    desc_set(bytes, "src2", SRC2 + 60);
    desc_set(bytes, "size", 4000);
    done = host_execute(host, bytes);
    assert_int_equal(done.status, SV_STATUS_SUCCESS);
    assert_int_equal(done.result, 0);
    assert_int_equal(done.bytes_completed, 0);
    *host_at(host, SRC2 + 60 + 1234) = 1;
    *host_at(host, SRC2 + 60 + 1300) = 1;
    done = host_execute(host, bytes);
    assert_int_equal(done.result, 1);
    assert_int_equal(done.bytes_completed, 1234);
    assert_int_equal(sv_dsa_get(host_at(host, CR), 4, 4), 1234);
    /* Check Result: equal was expected. */
    desc_flag(bytes, SV_FLAG_CHECK);
    assert_int_equal(host_execute(host, bytes).status, SV_STATUS_FALSE);
    desc_set(bytes, "expected", 1);
    assert_int_equal(host_execute(host, bytes).status, SV_STATUS_SUCCESS);
    /* A difference wins over a failing read behind it. */
    host->fault_first = SRC2 + 60 + 2000;
    host->fault_last = SRC2 + 60 + 2100;
    assert_int_equal(host_execute(host, bytes).status, SV_STATUS_SUCCESS);

    host->fault_last = 0;
    desc_begin(bytes, SV_DSA_COMPARE_PATTERN, CR);
    desc_set(bytes, "src", SRC + 3);
    desc_set(bytes, "size", 100);
    desc_set(bytes, "pattern", UINT64_C(0x2000000000000000));
    done = host_execute(host, bytes);
    assert_int_equal(done.result, 1);
    assert_int_equal(done.bytes_completed, 7);
    host_destroy(host);
}

static void a_delta_record_rebuilds_the_data(void **state)
{
    struct dsa_host *host = host_simple(8, 0);
    svasim_completion done;
    uint8_t bytes[64];

    (void)state;
    host->shuffle = true;
    fill_random(host);
    memcpy(host_at(host, SRC2), host_at(host, SRC), 4096);
    memcpy(host_at(host, DST), host_at(host, SRC), 4096);
    for (unsigned i = 0; i < 4096; i += 8 * (1 + i % 56 / 8))
        *host_at(host, SRC2 + i) ^= 0x55;
    desc_begin(bytes, SV_DSA_CREATE_DELTA, CR);
    desc_set(bytes, "src", SRC);
    desc_set(bytes, "src2", SRC2);
    desc_set(bytes, "size", 4096);
    desc_set(bytes, "delta", DST2 + 6);
    desc_set(bytes, "delta_max", 8000);
    done = host_execute(host, bytes);
    assert_int_equal(done.status, SV_STATUS_SUCCESS);
    assert_int_equal(done.result, 1);
    {
        uint64_t record = sv_dsa_get(host_at(host, CR), 16, 4);

        assert_true(record > 0 && record % 10 == 0);
        desc_begin(bytes, SV_DSA_APPLY_DELTA, CR);
        desc_set(bytes, "delta", DST2 + 6);
        desc_set(bytes, "delta_size", record);
    }
    desc_set(bytes, "dst", DST);
    desc_set(bytes, "size", 4096);
    assert_int_equal(host_execute(host, bytes).status, SV_STATUS_SUCCESS);
    assert_memory_equal(host_at(host, DST), host_at(host, SRC2), 4096);
    /* An offset beyond the region, then one that does not increase. */
    sv_dsa_put(host_at(host, DST2 + 6), 10, 2, 4096 / 8);
    done = host_execute(host, bytes);
    assert_int_equal(done.status, SV_STATUS_DELTA_RANGE);
    assert_int_equal(done.bytes_completed, 10);
    sv_dsa_put(host_at(host, DST2 + 6), 10, 2, 0);
    assert_int_equal(host_execute(host, bytes).status, SV_STATUS_DELTA_ORDER);
    host_destroy(host);
}

static void a_full_delta_record_stops(void **state)
{
    struct dsa_host *host = host_simple(8, 0);
    svasim_completion done;
    uint8_t bytes[64];

    (void)state;
    memset(host_at(host, SRC2), 0xFF, 4096);
    desc_begin(bytes, SV_DSA_CREATE_DELTA, CR);
    desc_set(bytes, "src", SRC);
    desc_set(bytes, "src2", SRC2);
    desc_set(bytes, "size", 4096);
    desc_set(bytes, "delta", DST2);
    desc_set(bytes, "delta_max", 85);
    done = host_execute(host, bytes);
    assert_int_equal(done.status, SV_STATUS_SUCCESS);
    assert_int_equal(done.result, 2);
    assert_int_equal(done.bytes_completed, 64);
    assert_int_equal(sv_dsa_get(host_at(host, CR), 16, 4), 80);
    assert_int_equal(*host_at(host, DST2 + 79), 0xFF);
    assert_int_equal(*host_at(host, DST2 + 80), 0);
    /* Bit n of `expected` accepts result n. */
    desc_flag(bytes, SV_FLAG_CHECK);
    desc_set(bytes, "expected", 3);
    assert_int_equal(host_execute(host, bytes).status, SV_STATUS_FALSE);
    desc_set(bytes, "expected", 4);
    assert_int_equal(host_execute(host, bytes).status, SV_STATUS_SUCCESS);
    host_destroy(host);
}

static void crc_is_the_castagnoli_one(void **state)
{
    struct dsa_host *host = host_simple(8, 0);
    uint8_t bytes[64];
    uint64_t crc;

    (void)state;
    memcpy(host_at(host, SRC + 60), "123456789", 9);
    desc_begin(bytes, SV_DSA_COPY_CRC, CR);
    desc_set(bytes, "src", SRC + 60);
    desc_set(bytes, "dst", DST);
    desc_set(bytes, "size", 9);
    assert_int_equal(host_execute(host, bytes).status, SV_STATUS_SUCCESS);
    assert_int_equal(sv_dsa_get(host_at(host, CR), 16, 8), 0xE3069283u);
    assert_memory_equal(host_at(host, DST), "123456789", 9);
    /* In two parts: the first result is the seed of the second, here from memory. */
    desc_begin(bytes, SV_DSA_CRC, CR);
    desc_set(bytes, "src", SRC + 60);
    desc_set(bytes, "size", 4);
    assert_int_equal(host_execute(host, bytes).status, SV_STATUS_SUCCESS);
    crc = sv_dsa_get(host_at(host, CR), 16, 4);
    sv_dsa_put(host_at(host, SRC2), 0, 4, crc);
    desc_set(bytes, "src", SRC + 64);
    desc_set(bytes, "size", 5);
    desc_flag(bytes, SV_FLAG_OP0);
    desc_set(bytes, "seed_address", SRC2);
    assert_int_equal(host_execute(host, bytes).status, SV_STATUS_SUCCESS);
    assert_int_equal(sv_dsa_get(host_at(host, CR), 16, 8), 0xE3069283u);
    host_destroy(host);
}

static void blocks_gather_and_scatter(void **state)
{
    struct dsa_host *host = host_simple(8, 2);
    uint8_t bytes[64];
    struct sv_plan plan;

    (void)state;
    host->shuffle = true;
    for (unsigned round = 0; round < 20; round++) {
        uint64_t total, list;

        fill_random(host);
        desc_begin(bytes, SV_DSA_GATHER_COPY, CR);
        make_list(host, bytes);
        desc_set(bytes, "dst", DST + 9);
        sv_dsa_plan(bytes, &plan);
        total = plan.entries * plan.block;
        list = sv_dsa_operand(&plan, SV_ROLE_SGL)->address;
        assert_int_equal(host_execute(host, bytes).status, SV_STATUS_SUCCESS);
        for (uint64_t i = 0; i < total; i++) {
            uint64_t entry =
                sv_dsa_get(host_at(host, list), (unsigned)(i / plan.block) * plan.entry_bytes,
                           plan.entry_bytes);
            uint64_t from = sv_dsa_operand(&plan, SV_ROLE_IN1)->address +
                            (plan.by_block ? entry * plan.block : entry) + i % plan.block;

            assert_int_equal(*host_at(host, from), *host_at(host, DST + 9 + i));
        }
    }
    /* Two blocks of three 16-bit elements each, filled from a pattern. */
    memset(host->memory, 0, HOST_BYTES);
    sv_dsa_put(host_at(host, SGL), 0, 4, 5);
    sv_dsa_put(host_at(host, SGL), 4, 4, 1);
    desc_begin(bytes, SV_DSA_SCATTER_FILL, CR);
    desc_set(bytes, "sgl", SGL);
    desc_set(bytes, "sgl_size", 2);
    desc_set(bytes, "sgl_format", 2);
    desc_set(bytes, "base", BLOCKS);
    desc_set(bytes, "in_type", 1);
    desc_set(bytes, "elements", 3);
    desc_set(bytes, "size", 12);
    desc_set(bytes, "pattern", UINT64_C(0x0807060504030201));
    assert_int_equal(host_execute(host, bytes).status, SV_STATUS_SUCCESS);
    assert_memory_equal(host_at(host, BLOCKS + 30), "\1\2\3\4\5\6\0", 7);
    assert_memory_equal(host_at(host, BLOCKS + 6), "\1\2\3\4\5\6\0", 7);
    host_destroy(host);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(copies_and_dualcasts),
        cmocka_unit_test(overlapping_moves_keep_the_data),
        cmocka_unit_test(fills_with_both_patterns),
        cmocka_unit_test(compares_find_the_first_difference),
        cmocka_unit_test(a_delta_record_rebuilds_the_data),
        cmocka_unit_test(a_full_delta_record_stops),
        cmocka_unit_test(crc_is_the_castagnoli_one),
        cmocka_unit_test(blocks_gather_and_scatter),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
