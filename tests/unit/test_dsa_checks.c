/* SPDX-License-Identifier: MIT */
/*
 * test_dsa_checks.c - does every illegal descriptor end with the status that names its fault,
 * reported where it should be? One row per rule.
 */
#include "dsa_host.h"

#define A (HOST_BASE + 0x10000)
#define C (HOST_BASE + 0xF0000)

struct change {
    const char *field;
    uint64_t value;
};

struct row {
    uint8_t status, op;
    uint32_t flags; /* beyond CRAV and RCR */
    struct change changes[9];
};

#define F(bit) (UINT32_C(1) << (bit))
#define MOVE                                                                                       \
    {"src", A}, {"dst", A + 0x8000},                                                               \
    {                                                                                              \
        "size", 64                                                                                 \
    }
#define TWO                                                                                        \
    {"src", A},                                                                                    \
    {                                                                                              \
        "src2", A + 0x1000                                                                         \
    }
#define LISTED                                                                                     \
    {"sgl", A}, {"base", A + 0x4000}, {"sgl_size", 2}, {"in_type", 2},                             \
    {                                                                                              \
        "elements", 4                                                                              \
    }

static const struct row rows[] = {
    {0x10, 0x0B, 0, {{0}}},
    {0x10, SV_DSA_TRANSLATION_FETCH, 0, {{"size", 4096}}},
    {0x10, SV_DSA_ID_COPY, 0, {{"size", 64}}},
    {0x11, SV_DSA_MEMMOVE, F(0), {MOVE}},
    {0x11, SV_DSA_MEMMOVE, F(1), {MOVE}},
    {0x11, SV_DSA_MEMMOVE, F(6), {MOVE}},
    {0x11, SV_DSA_MEMMOVE, F(7), {MOVE}},
    {0x11, SV_DSA_MEMMOVE, F(15), {MOVE}},
    {0x11, SV_DSA_MEMMOVE, F(18), {MOVE}},
    {0x11, SV_DSA_MEMMOVE, F(5) | F(8), {MOVE}},
    {0x11, SV_DSA_MEMMOVE, F(5) | F(8) | F(14), {MOVE}},
    {0x01, SV_DSA_MEMMOVE, F(5), {MOVE}},
    {0x01, SV_DSA_MEMMOVE, F(8) | F(14), {MOVE}},
    {0x01, SV_DSA_MEMMOVE, F(9) | F(10) | F(12) | F(13), {MOVE}},
    {0x11, SV_DSA_MEMMOVE, F(11), {MOVE}},
    {0x11, SV_DSA_CACHE_FLUSH, F(8), {{"dst", A}, {"size", 64}}},
    {0x01, SV_DSA_CACHE_FLUSH, F(14), {{"dst", A}, {"size", 64}}},
    {0x11, SV_DSA_NOOP, F(13), {{0}}},
    {0x11, SV_DSA_DRAIN, F(9), {{0}}},
    {0x01, SV_DSA_DRAIN, F(9) | F(16), {{"readback1", A}}},
    {0x11, SV_DSA_CRC, F(11), {{"src", A}, {"size", 64}}},
    {0x11, SV_DSA_CRC, F(19), {{"src", A}, {"size", 64}}},
    {0x11, SV_DSA_GATHER_COPY, F(16), {LISTED, {"sgl_format", 1}, {"size", 32}, {"dst", A}}},
    {0x12, SV_DSA_MEMMOVE, 0, {MOVE, {"handle", 1}}},
    {0x12, SV_DSA_FILL, 0, {{"dst", A}, {"size", 8}, {"pattern_hi", 1}}},
    {0x01, SV_DSA_FILL, F(18), {{"dst", A}, {"size", 8}, {"pattern_hi", 1}}},
    {0x12, SV_DSA_CRC, 0, {{"src", A}, {"size", 64}, {"seed_address", A}}},
    {0x12, SV_DSA_CRC, F(16), {{"src", A}, {"size", 64}, {"seed", 1}, {"seed_address", A}}},
    {0x12, SV_DSA_CRC, 0, {{"src", A}, {"size", 64}, {"seed", UINT64_C(1) << 32}}},
    {0x13, SV_DSA_MEMMOVE, 0, {{"src", A}, {"dst", A + 64}}},
    {0x13, SV_DSA_MEMMOVE, 0, {{"src", A}, {"dst", A + 64}, {"size", 65537}}},
    {0x13, SV_DSA_CREATE_DELTA, 0, {TWO, {"size", 0}, {"delta_max", 80}}},
    {0x13, SV_DSA_DIF_CHECK, 0, {{"src", A}, {"size", 521}}},
    {0x13, SV_DSA_DIF_INSERT, 0, {{"src", A}, {"dst", A + 0x4000}, {"size", 520}}},
    {0x13, SV_DSA_TYPE_CONVERT, 0, {{"src", A}, {"dst", A + 0x4000}}},
    {0x13, SV_DSA_TYPE_CONVERT, 0, {{"elements", 65536}, {"in_type", 1}}},
    {0x13, SV_DSA_GATHER_COPY, 0, {LISTED, {"sgl_format", 1}, {"size", 31}, {"dst", A + 512}}},
    {0x13,
     SV_DSA_GATHER_REDUCE,
     0,
     {{"sgl", A},
      {"sgl_size", 1},
      {"in_type", 0},
      {"elements", 40000},
      {"sgl_format", 1},
      {"compute", 1},
      {"dst", A + 0x400}}},
    {0x14, SV_DSA_BATCH, 0, {{"list", A}, {"count", 0}}},
    {0x14, SV_DSA_BATCH, 0, {{"list", A}, {"count", 1}}},
    {0x14, SV_DSA_BATCH, 0, {{"list", A}, {"count", 17}}},
    {0x14, SV_DSA_GATHER_COPY, 0, {{"sgl_format", 1}, {"size", 32}, {"elements", 1}}},
    {0x14,
     SV_DSA_GATHER_COPY,
     0,
     {{"sgl_format", 1}, {"size", 32}, {"elements", 1}, {"sgl_size", 17}}},
    {0x15, SV_DSA_CREATE_DELTA, 0, {TWO, {"size", 64}, {"delta_max", 79}}},
    {0x15, SV_DSA_CREATE_DELTA, 0, {TWO, {"size", 64}, {"delta_max", 65537}}},
    {0x15, SV_DSA_APPLY_DELTA, 0, {{"delta", A}, {"dst", A + 64}, {"size", 64}, {"delta_size", 9}}},
    {0x15, SV_DSA_TYPE_CONVERT, 0, {{"elements", 1}, {"in_type", 10}}},
    {0x15, SV_DSA_TYPE_CONVERT, 0, {{"elements", 1}, {"in_type", 2}, {"out_type", 8}}},
    {0x15, SV_DSA_TYPE_CONVERT, 0, {{"elements", 1}, {"compute_flags", 2}}},
    {0x15, SV_DSA_TYPE_CONVERT, 0, {{"elements", 1}, {"compute_flags", 0x40}}},
    {0x15, SV_DSA_REDUCE, 0, {{"elements", 1}, {"compute", 0}}},
    {0x15, SV_DSA_REDUCE, 0, {{"elements", 1}, {"compute", 2}}},
    {0x15, SV_DSA_REDUCE, 0, {{"elements", 1}, {"compute", 8}}},
    {0x15, SV_DSA_GATHER_COPY, 0, {LISTED, {"size", 32}}},
    {0x15, SV_DSA_GATHER_COPY, 0, {LISTED, {"size", 32}, {"sgl_format", 4}}},
    {0x16, SV_DSA_COPY_CRC, 0, {{"src", A}, {"dst", A + 63}, {"size", 64}}},
    {0x16, SV_DSA_DUALCAST, 0, {{"src", A}, {"dst", A + 32}, {"dst2", A + 0x1020}, {"size", 64}}},
    {0x16,
     SV_DSA_DUALCAST,
     0,
     {{"src", A}, {"dst", A + 0x4000}, {"dst2", A + 0x5000}, {"size", 8192}}},
    {0x16, SV_DSA_CREATE_DELTA, 0, {TWO, {"size", 64}, {"delta_max", 80}, {"delta", A + 0xFC0}}},
    {0x16,
     SV_DSA_APPLY_DELTA,
     0,
     {{"delta", A + 60}, {"dst", A}, {"size", 64}, {"delta_size", 10}}},
    {0x16, SV_DSA_DIF_STRIP, 0, {{"src", A}, {"dst", A + 519}, {"size", 520}}},
    {0x16, SV_DSA_TYPE_CONVERT, 0, {{"src", A}, {"dst", A + 8}, {"elements", 16}}},
    {0x16, SV_DSA_TYPE_CONVERT, 0, {{"src", A}, {"dst", A}, {"elements", 16}, {"out_type", 1}}},
    {0x01, SV_DSA_TYPE_CONVERT, 0, {{"src", A}, {"dst", A}, {"elements", 16}}},
    {0x16, SV_DSA_GATHER_COPY, 0, {LISTED, {"sgl_format", 1}, {"size", 32}, {"dst", A + 15}}},
    {0x17,
     SV_DSA_DUALCAST,
     0,
     {{"src", A}, {"dst", A + 0x4000}, {"dst2", A + 0x5001}, {"size", 64}}},
    {0x17,
     SV_DSA_REDUCE_DUALCAST,
     0,
     {TWO, {"dst", A + 0x4000}, {"dst2", A + 0x5001}, {"elements", 4}, {"compute", 1}}},
    {0x18, SV_DSA_BATCH, 0, {{"list", A + 32}, {"count", 2}}},
    {0x19, SV_DSA_NOOP, F(4), {{"handle", 9}}},
    {0x01, SV_DSA_NOOP, F(4), {{"handle", 8}}},
    {0x1C, SV_DSA_CREATE_DELTA, 0, {{"src", A + 4}, {"size", 64}, {"delta_max", 80}}},
    {0x1C, SV_DSA_CREATE_DELTA, 0, {TWO, {"size", 60}, {"delta_max", 80}}},
    {0x1C, SV_DSA_APPLY_DELTA, 0, {{"dst", A + 1}, {"size", 64}, {"delta_size", 10}}},
    {0x1C, SV_DSA_CRC, F(16), {{"src", A}, {"size", 64}, {"seed_address", A + 2}}},
    {0x1C, SV_DSA_DIX_GENERATE, 0, {{"src", A}, {"dst", A + 0x1004}, {"size", 512}}},
    {0x1C,
     SV_DSA_REDUCE,
     0,
     {{"src", A},
      {"src2", A + 2},
      {"in_type", 8},
      {"out_type", 8},
      {"elements", 4},
      {"compute", 1}}},
};

static struct dsa_host *small_queue(void)
{
    svasim_dsa_setup setup = svasim_dsa_setup_default();
    svasim_wq_setup wq = svasim_wq_setup_default();
    struct dsa_host *host = host_create(&setup, 1);

    wq.max_transfer_log2 = 16;
    wq.max_batch_log2 = 4;
    wq.max_sgl_log2 = 4;
    assert_int_equal(svasim_dsa_wq_enable(host->dsa, 0, &wq), 0);
    return host;
}

static void each_rule_has_its_status(void **state)
{
    struct dsa_host *host = small_queue();

    (void)state;
    for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        svasim_completion done;
        uint8_t bytes[64];

        desc_begin(bytes, rows[i].op, C);
        desc_flag(bytes, rows[i].flags);
        for (const struct change *change = rows[i].changes; change->field; change++)
            desc_set(bytes, change->field, change->value);
        done = host_execute(host, bytes);
        if (done.status != rows[i].status)
            fail_msg("row %u: op 0x%02x status 0x%02x, not 0x%02x", i, rows[i].op, done.status,
                     rows[i].status);
        /* Failed checks are told in the record and touch nothing else. */
        assert_true(done.record_written);
        assert_int_equal(*host_at(host, C), rows[i].status);
        if (rows[i].status != SV_STATUS_SUCCESS) {
            assert_int_equal(host->log_count, 1);
            assert_int_equal(done.bytes_completed, 0);
        }
        if (rows[i].status == SV_STATUS_BAD_FLAGS)
            assert_int_not_equal(sv_dsa_get(host_at(host, C), 16, 3), 0);
    }
    host_destroy(host);
}

static void every_reserved_byte_is_checked(void **state)
{
    struct dsa_host *host = small_queue();
    const svasim_opcode_info *row;

    (void)state;
    for (unsigned i = 0; (row = svasim_opcode_at(i)) != NULL; i++) {
        const struct sv_dsa_op *op = sv_dsa_op(row->opcode);

        if (op->traits & (SV_TRAIT_IDPT | SV_TRAIT_NO_DEVICE))
            continue;
        for (unsigned byte = 0; byte < 64; byte++) {
            uint8_t bytes[64];

            if (!(op->zero >> byte & 1))
                continue;
            desc_begin(bytes, row->opcode, C);
            bytes[byte] = 0x80;
            assert_int_equal(host_execute(host, bytes).status, SV_STATUS_NONZERO);
        }
    }
    host_destroy(host);
}

static void mandatory_records_and_orphans(void **state)
{
    struct dsa_host *host = small_queue();
    uint8_t bytes[64];
    svasim_completion done;

    (void)state;
    desc_begin(bytes, SV_DSA_COMPARE, 0);
    done = host_execute(host, bytes);
    assert_int_equal(done.status, SV_STATUS_BAD_FLAGS);
    assert_false(done.record_written);
    assert_int_equal(host->log_count, 0);
    desc_begin(bytes, SV_DSA_DRAIN, 0);
    assert_int_equal(host_execute(host, bytes).status, SV_STATUS_BAD_FLAGS);
    /* Without a valid record address nothing else about it may be set. */
    desc_begin(bytes, SV_DSA_NOOP, 0);
    desc_flag(bytes, SV_FLAG_RCR);
    assert_int_equal(host_execute(host, bytes).status, SV_STATUS_BAD_FLAGS);
    desc_begin(bytes, SV_DSA_NOOP, 0);
    desc_flag(bytes, SV_FLAG_TCR);
    assert_int_equal(host_execute(host, bytes).status, SV_STATUS_BAD_FLAGS);
    desc_begin(bytes, SV_DSA_NOOP, 0);
    desc_set(bytes, "cr", C);
    assert_int_equal(host_execute(host, bytes).status, SV_STATUS_NONZERO);
    /* Misaligned: nowhere to write it. */
    desc_begin(bytes, SV_DSA_NOOP, C + 16);
    done = host_execute(host, bytes);
    assert_int_equal(done.status, SV_STATUS_RECORD_ALIGN);
    assert_false(done.record_written);
    assert_int_equal(host->log_count, 0);
    host_destroy(host);
}

static void records_follow_the_request_rule(void **state)
{
    struct dsa_host *host = small_queue();
    uint8_t bytes[64];
    svasim_completion done;

    (void)state;
    /* Address valid, not requested: written only when something went wrong. */
    desc_begin(bytes, SV_DSA_MEMMOVE, C);
    sv_dsa_put(bytes, 4, 3, SV_FLAG_CRAV);
    desc_set(bytes, "src", A);
    desc_set(bytes, "dst", A + 4096);
    desc_set(bytes, "size", 64);
    done = host_execute(host, bytes);
    assert_int_equal(done.status, SV_STATUS_SUCCESS);
    assert_false(done.record_written);
    assert_int_equal(host->log_count, 2);
    desc_set(bytes, "size", 0);
    done = host_execute(host, bytes);
    assert_int_equal(done.status, SV_STATUS_BAD_SIZE);
    assert_true(done.record_written);
    host_destroy(host);
}

static void window_operations_need_a_window(void **state)
{
    static const uint8_t ops[] = {SV_DSA_UPDATE_WINDOW, SV_DSA_ID_COPY, SV_DSA_ID_FILL,
                                  SV_DSA_ID_COMPARE, SV_DSA_ID_COMPARE_PATTERN};
    svasim_dsa_setup setup = svasim_dsa_setup_default();
    svasim_wq_setup shared = svasim_wq_setup_default();
    svasim_wq_setup nameless = shared;
    struct dsa_host *host;
    uint8_t bytes[64];

    (void)state;
    setup.opcodes[1] = 0xFF;
    nameless.dedicated = true;
    nameless.pasid_enable = false;
    host = host_create(&setup, 1);
    assert_int_equal(svasim_dsa_wq_enable(host->dsa, 0, &shared), 0);
    assert_int_equal(svasim_dsa_wq_enable(host->dsa, 1, &nameless), 0);
    for (unsigned i = 0; i < sizeof(ops); i++) {
        desc_begin(bytes, ops[i], C);
        if (ops[i] == SV_DSA_ID_FILL)
            desc_flag(bytes, SV_FLAG_OP1);
        if (ops[i] == SV_DSA_ID_COMPARE_PATTERN)
            desc_flag(bytes, SV_FLAG_OP0);
        assert_int_equal(host_execute(host, bytes).status, SV_STATUS_IDPT_HANDLE);
        assert_int_equal(svasim_dsa_submit(host->dsa, SVASIM_MOVDIR64B, 1 << 14, 0, bytes, 1),
                         SVASIM_SUBMIT_ACCEPTED);
        assert_true(host_run(host, 100));
        assert_int_equal(host->done[host->done_count - 1].status, SV_STATUS_NEED_PASID);
    }
    host_destroy(host);
}

static void ranges_that_wrap_still_overlap(void **state)
{
    struct dsa_host *host = small_queue();
    uint8_t bytes[64];

    (void)state;
    desc_begin(bytes, SV_DSA_COPY_CRC, C);
    desc_set(bytes, "src", UINT64_MAX - 10);
    desc_set(bytes, "dst", 5);
    desc_set(bytes, "size", 64);
    assert_int_equal(host_execute(host, bytes).status, SV_STATUS_OVERLAP);
    host_destroy(host);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_rule_has_its_status),
        cmocka_unit_test(every_reserved_byte_is_checked),
        cmocka_unit_test(mandatory_records_and_orphans),
        cmocka_unit_test(records_follow_the_request_rule),
        cmocka_unit_test(window_operations_need_a_window),
        cmocka_unit_test(ranges_that_wrap_still_overlap),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
