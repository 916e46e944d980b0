/* SPDX-License-Identifier: MIT */
/*
 * test_dsa_batch.c - what a batch does with its members: identity, fences, failures, and a list
 * that cannot be read.
 */
#include "dsa_host.h"

#define LIST      (HOST_BASE + 0x1000)
#define DST       (HOST_BASE + 0x40000)
#define MEMBER_CR (HOST_BASE + 0x60000)
#define CR        (HOST_BASE + 0xF0000)

static void put_member(struct dsa_host *host, unsigned index, const uint8_t bytes[64])
{
    memcpy(host_at(host, LIST + UINT64_C(64) * index), bytes, 64);
}

static void member_fill(struct dsa_host *host, unsigned index, uint32_t flags, uint64_t size)
{
    uint8_t bytes[64];

    desc_begin(bytes, SV_DSA_FILL, MEMBER_CR + UINT64_C(32) * index);
    desc_flag(bytes, flags);
    desc_set(bytes, "dst", DST + UINT64_C(128) * index);
    desc_set(bytes, "size", size);
    desc_set(bytes, "pattern_lo", 0x0101010101010101u * (index % 255 + 1));
    /* Ignored inside a batch. */
    sv_dsa_put(bytes, 0, 4, 0x80000999);
    put_member(host, index, bytes);
}

static void batch_of(uint8_t bytes[64], unsigned count)
{
    desc_begin(bytes, SV_DSA_BATCH, CR);
    desc_set(bytes, "list", LIST);
    desc_set(bytes, "count", count);
}

static void members_run_under_the_batch(void **state)
{
    static const unsigned counts[] = {2, 15, 16, 17, 33, 1000};

    (void)state;
    for (unsigned c = 0; c < sizeof(counts) / sizeof(counts[0]); c++) {
        struct dsa_host *host = host_simple(8, c % 2 ? 9 : 0);
        svasim_completion done;
        uint8_t bytes[64];

        host->shuffle = true;
        for (unsigned i = 0; i < counts[c]; i++)
            member_fill(host, i, i % 3 ? SV_FLAG_FENCE : 0, 100);
        batch_of(bytes, counts[c]);
        done = host_execute(host, bytes);
        assert_int_equal(done.status, SV_STATUS_SUCCESS);
        assert_int_equal(done.bytes_completed, counts[c]);
        assert_int_equal(done.batch_index, UINT16_MAX);
        assert_int_equal(done.dma_requests, counts[c] + 1);
        assert_int_equal(host->done_count, counts[c] + 1);
        for (unsigned i = 0; i < counts[c]; i++) {
            assert_int_equal(host->done[i].batch_index, i);
            assert_int_equal(host->done[i].id, 42);
            assert_int_equal(*host_at(host, DST + 128 * i + 99), i % 255 + 1);
            assert_int_equal(*host_at(host, MEMBER_CR + 32 * i), SV_STATUS_SUCCESS);
        }
        for (unsigned i = 0; i < host->log_count; i++) {
            assert_int_equal(host->log[i].pasid, 7);
            assert_int_equal(host->log[i].flags, 0);
        }
        host_destroy(host);
    }
}

static void a_fence_behind_a_failure_ends_the_batch(void **state)
{
    struct dsa_host *host = host_simple(8, 0);
    svasim_completion done;
    uint8_t bytes[64];

    (void)state;
    member_fill(host, 0, 0, 100);
    member_fill(host, 1, 0, 0); /* size 0 fails */
    member_fill(host, 2, 0, 100);
    member_fill(host, 3, SV_FLAG_FENCE, 100);
    member_fill(host, 4, 0, 100);
    batch_of(bytes, 5);
    done = host_execute(host, bytes);
    assert_int_equal(done.status, SV_STATUS_BATCH_FAIL);
    assert_int_equal(done.result, 1);
    assert_int_equal(done.bytes_completed, 3);
    assert_int_equal(host->done_count, 4);
    assert_int_equal(host->done[1].status, SV_STATUS_BAD_SIZE);
    assert_int_equal(*host_at(host, DST + 2 * 128), 3);
    assert_int_equal(*host_at(host, DST + 3 * 128), 0);
    assert_int_equal(*host_at(host, MEMBER_CR + 3 * 32), 0);
    /* Without the fence everybody runs, and the batch still reports the failure. */
    member_fill(host, 3, 0, 100);
    done = host_execute(host, bytes);
    assert_int_equal(done.status, SV_STATUS_BATCH_FAIL);
    assert_int_equal(done.bytes_completed, 5);
    /* A continuation starts as if a member had failed. */
    member_fill(host, 1, SV_FLAG_FENCE, 100);
    desc_flag(bytes, SV_FLAG_OP0);
    done = host_execute(host, bytes);
    assert_int_equal(done.status, SV_STATUS_BATCH_FAIL);
    assert_int_equal(done.bytes_completed, 1);
    host_destroy(host);
}

static void some_operations_are_no_members(void **state)
{
    static const uint8_t ops[] = {SV_DSA_BATCH, SV_DSA_DRAIN, SV_DSA_UPDATE_WINDOW};
    struct dsa_host *host = host_simple(8, 0);
    uint8_t bytes[64];

    (void)state;
    for (unsigned i = 0; i < 3; i++) {
        desc_begin(bytes, ops[i], MEMBER_CR + UINT64_C(32) * i);
        put_member(host, i, bytes);
    }
    batch_of(bytes, 3);
    assert_int_equal(host_execute(host, bytes).status, SV_STATUS_BATCH_FAIL);
    for (unsigned i = 0; i < 3; i++)
        assert_int_equal(host->done[i].status, SV_STATUS_BAD_OPCODE);
    host_destroy(host);
}

static void a_failing_list_read_keeps_what_came_before(void **state)
{
    struct dsa_host *host = host_simple(8, 5);
    svasim_completion done;
    uint8_t bytes[64];

    (void)state;
    host->shuffle = true;
    for (unsigned i = 0; i < 40; i++)
        member_fill(host, i, 0, 10);
    batch_of(bytes, 40);
    host->fault_first = host->fault_last = LIST + 64 * 20;
    done = host_execute(host, bytes);
    assert_int_equal(done.status, SV_STATUS_READ_ERROR);
    assert_int_equal(done.bytes_completed, 20);
    assert_int_equal(done.fault_address, LIST + 64 * 20);
    assert_int_equal(host->done_count, 21);
    host->fault_first = host->fault_last = LIST;
    done = host_execute(host, bytes);
    assert_int_equal(done.status, SV_STATUS_READ_ERROR);
    assert_int_equal(done.bytes_completed, 0);
    host_destroy(host);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_run_under_the_batch),
        cmocka_unit_test(a_fence_behind_a_failure_ends_the_batch),
        cmocka_unit_test(some_operations_are_no_members),
        cmocka_unit_test(a_failing_list_read_keeps_what_came_before),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
