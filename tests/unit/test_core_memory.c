/* SPDX-License-Identifier: MIT */
/* test_core_memory.c - simulated memory at its edges, and what a unit does when the host's memory
 * runs out at any of its allocations. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "svasim/mem.h"

/* Allocator that fails after `left` calls and counts what is alive. */
struct ration {
    unsigned left, live, calls;
};

static void *ration_allocate(void *user, size_t bytes)
{
    struct ration *ration = user;
    if (ration->left == 0)
        return NULL;
    ration->left--;
    ration->live++;
    ration->calls++;
    return calloc(1, bytes);
}

static void ration_release(void *user, void *memory)
{
    struct ration *ration = user;
    if (memory)
        ration->live--;
    free(memory);
}

/* --- memory --- */

static void unwritten_memory_is_zero(void **state)
{
    (void)state;
    unsigned char bytes[200];
    svasim_mem *mem = svasim_mem_create(0, NULL);
    memset(bytes, 0xee, sizeof bytes);
    assert_int_equal(svasim_mem_read(mem, 0xffffffffff80, bytes, sizeof bytes), SVASIM_OK);
    for (size_t i = 0; i < sizeof bytes; i++)
        assert_int_equal(bytes[i], 0);
    assert_int_equal(svasim_mem_footprint_bytes(mem), 0);
    assert_int_equal(svasim_mem_read64(mem, 0x1234), 0);
    svasim_mem_destroy(mem);
    svasim_mem_destroy(NULL);
}

static void values_are_little_endian_at_any_alignment(void **state)
{
    (void)state;
    unsigned char bytes[8];
    svasim_mem *mem = svasim_mem_create(0, NULL);
    for (uint64_t at = 0xfff0; at < 0x10010; at++) { /* across the edge of a chunk */
        assert_int_equal(svasim_mem_write64(mem, at, UINT64_C(0x8877665544332211)), SVASIM_OK);
        assert_int_equal(svasim_mem_read(mem, at, bytes, 8), SVASIM_OK);
        for (unsigned i = 0; i < 8; i++)
            assert_int_equal(bytes[i], 0x11 * (i + 1));
        assert_true(svasim_mem_read64(mem, at) == UINT64_C(0x8877665544332211));
    }
    svasim_mem_destroy(mem);
}

static void long_copies_cross_chunks(void **state)
{
    (void)state;
    enum { LENGTH = 300000 };
    unsigned char *out = malloc(LENGTH), *in = malloc(LENGTH);
    svasim_mem *mem = svasim_mem_create(0, NULL);
    for (unsigned i = 0; i < LENGTH; i++)
        out[i] = (unsigned char)(i * 7 + i / 251);
    assert_int_equal(svasim_mem_write(mem, 0x123456789abcd, out, LENGTH), SVASIM_OK);
    assert_int_equal(svasim_mem_read(mem, 0x123456789abcd, in, LENGTH), SVASIM_OK);
    assert_memory_equal(in, out, LENGTH);
    assert_int_equal(svasim_mem_write(mem, 0, out, 0), SVASIM_OK);
    free(out);
    free(in);
    svasim_mem_destroy(mem);
}

static void the_limit_is_a_wall(void **state)
{
    (void)state;
    uint64_t value = 5;
    static const uint64_t limits[] = {0x5000, UINT64_C(1) << 40, UINT64_MAX, 0x10000};
    for (unsigned i = 0; i < 4; i++) {
        svasim_mem *mem = svasim_mem_create(limits[i], NULL);
        uint64_t last = limits[i] - 8;
        assert_int_equal(svasim_mem_write64(mem, last, 7), SVASIM_OK);
        assert_int_equal(svasim_mem_read64(mem, last), 7);
        assert_int_equal(svasim_mem_write64(mem, last + 1, 7), SVASIM_EINVAL);
        assert_int_equal(svasim_mem_read(mem, last + 1, &value, 8), SVASIM_EINVAL);
        assert_int_equal(svasim_mem_read(mem, limits[i], &value, 1), SVASIM_EINVAL);
        assert_int_equal(svasim_mem_read(mem, UINT64_MAX - 3, &value, 8), SVASIM_EINVAL);
        assert_int_equal(svasim_mem_read(mem, 8, &value, SIZE_MAX), SVASIM_EINVAL);
        assert_int_equal(svasim_mem_read64(mem, last + 1), 0);
        assert_int_equal(value, 5);
        svasim_mem_destroy(mem);
    }
    svasim_mem *mem = svasim_mem_create(0, NULL); /* 0: 2^52 */
    assert_int_equal(svasim_mem_write64(mem, (UINT64_C(1) << 52) - 8, 1), SVASIM_OK);
    assert_int_equal(svasim_mem_write64(mem, UINT64_C(1) << 52, 1), SVASIM_EINVAL);
    svasim_mem_destroy(mem);
}

static void many_chunks_are_found_again(void **state)
{
    (void)state;
    struct ration ration = {.left = UINT32_MAX};
    const svasim_alloc alloc = {ration_allocate, ration_release, &ration};
    svasim_mem *mem = svasim_mem_create(0, &alloc);
    for (uint64_t i = 0; i < 1000; i++)
        assert_int_equal(svasim_mem_write64(mem, i * i * UINT64_C(0x10000) * 977, i + 1),
                         SVASIM_OK);
    for (uint64_t i = 0; i < 1000; i++)
        assert_int_equal(svasim_mem_read64(mem, i * i * UINT64_C(0x10000) * 977), i + 1);
    assert_int_equal(svasim_mem_footprint_bytes(mem), 1000 * 65536);
    svasim_mem_destroy(mem);
    assert_int_equal(ration.live, 0);
}

static void memory_may_be_short(void **state)
{
    (void)state;
    /* One by one at the start and where the table of chunks grows. */
    for (unsigned left = 0; left < 300; left += left < 8 || left % 128 < 4 ? 1 : 4) {
        struct ration ration = {.left = left};
        const svasim_alloc alloc = {ration_allocate, ration_release, &ration};
        svasim_mem *mem = svasim_mem_create(0, &alloc);
        unsigned stored = 0;
        if (!mem) {
            assert_true(left < 2);
            assert_int_equal(ration.live, 0);
            continue;
        }
        while (stored < 280 &&
               svasim_mem_write64(mem, stored * UINT64_C(0x10000), stored + 1) == SVASIM_OK)
            stored++;
        assert_true(stored == 280 ||
                    svasim_mem_write64(mem, stored * UINT64_C(0x10000), 1) == SVASIM_ENOMEM);
        for (unsigned i = 0; i < stored; i++) /* what was stored stays */
            assert_int_equal(svasim_mem_read64(mem, i * UINT64_C(0x10000)), i + 1);
        svasim_mem_destroy(mem);
        assert_int_equal(ration.live, 0);
    }
}

static void ports_reach_the_memory(void **state)
{
    (void)state;
    svasim_ports ports = SVASIM_PORTS_INIT;
    svasim_mem *mem = svasim_mem_create(0x10000, NULL);
    uint64_t value = 9, seen = 0;
    uint32_t word = 0x12345678;
    svasim_mem_ports(mem, &ports);
    assert_int_equal(ports.read(ports.host, 0x2000, &value, 8), 0);
    assert_int_equal(value, 0);
    assert_int_equal(ports.write(ports.host, 0x2004, &word, 4), 0);
    assert_int_equal(svasim_mem_read(mem, 0x2004, &word, 4), SVASIM_OK);
    assert_int_equal(word, 0x12345678);
    assert_int_equal(ports.update(ports.host, 0x3000, 0, 5, &seen), SVASIM_UPDATE_DONE);
    assert_int_equal(ports.update(ports.host, 0x3000, 0, 6, &seen), SVASIM_UPDATE_LOST);
    assert_int_equal(seen, 5);
    assert_int_equal(svasim_mem_read64(mem, 0x3000), 5);
    assert_int_equal(ports.update(ports.host, 0x10000, 0, 5, &seen), SVASIM_UPDATE_FAILED);
    assert_int_not_equal(ports.read(ports.host, 0x10000, &value, 8), 0);
    assert_int_not_equal(ports.read(ports.host, UINT64_MAX - 7, &value, 8), 0);
    assert_int_not_equal(ports.write(ports.host, 0x10000, &word, 4), 0);
    svasim_mem_destroy(mem);
}

/* --- units --- */

static void creation_survives_every_missing_allocation(void **state)
{
    (void)state;
    svasim_config *config = svasim_config_create();
    svasim_mem *mem = svasim_mem_create(0, NULL);
    svasim_ports ports = SVASIM_PORTS_INIT;
    svasim_mem_ports(mem, &ports);
    unsigned left = 0;
    for (;; left++) {
        struct ration ration = {.left = left};
        const svasim_alloc alloc = {ration_allocate, ration_release, &ration};
        svasim *unit = NULL;
        svasim_err error = svasim_create(&unit, config, &ports, &alloc);
        if (error == SVASIM_OK) {
            unsigned calls = ration.calls;
            svasim_request request = {.length = 1, .pasid = SVASIM_NO_PASID};
            svasim_response response;
            assert_int_equal(svasim_translate(unit, &request, &response), SVASIM_OK);
            assert_int_equal(svasim_submit(unit, &request), SVASIM_OK);
            svasim_drain(unit);
            assert_int_equal(ration.calls, calls); /* nothing after creation */
            svasim_destroy(unit);
            assert_int_equal(ration.live, 0);
            break;
        }
        assert_int_equal(error, SVASIM_ENOMEM);
        assert_null(unit);
        assert_int_equal(ration.live, 0);
    }
    assert_in_range(left, 20, 500);
    svasim_destroy(NULL);
    svasim_mem_destroy(mem);
    svasim_config_destroy(config);
}

static void creation_needs_its_arguments(void **state)
{
    (void)state;
    svasim_config *config = svasim_config_create();
    svasim_mem *mem = svasim_mem_create(0, NULL);
    svasim_ports ports = SVASIM_PORTS_INIT, bad;
    svasim *unit = NULL;
    svasim_mem_ports(mem, &ports);
    assert_int_equal(svasim_create(NULL, config, &ports, NULL), SVASIM_EINVAL);
    assert_int_equal(svasim_create(&unit, NULL, &ports, NULL), SVASIM_EINVAL);
    assert_int_equal(svasim_create(&unit, config, NULL, NULL), SVASIM_EINVAL);
    bad = ports, bad.read = NULL;
    assert_int_equal(svasim_create(&unit, config, &bad, NULL), SVASIM_EINVAL);
    bad = ports, bad.update = NULL;
    assert_int_equal(svasim_create(&unit, config, &bad, NULL), SVASIM_EINVAL);
    bad = ports, bad.size = 8;
    assert_int_equal(svasim_create(&unit, config, &bad, NULL), SVASIM_EINVAL);
    assert_null(unit);
    svasim_mem_destroy(mem);
    svasim_config_destroy(config);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unwritten_memory_is_zero),
        cmocka_unit_test(values_are_little_endian_at_any_alignment),
        cmocka_unit_test(long_copies_cross_chunks),
        cmocka_unit_test(the_limit_is_a_wall),
        cmocka_unit_test(many_chunks_are_found_again),
        cmocka_unit_test(memory_may_be_short),
        cmocka_unit_test(ports_reach_the_memory),
        cmocka_unit_test(creation_survives_every_missing_allocation),
        cmocka_unit_test(creation_needs_its_arguments),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
