/* SPDX-License-Identifier: MIT */
/*
 * test_dsa_hostile.c - whatever 64 bytes are submitted and however answers come back, does
 * every accepted descriptor complete exactly once, after bounded work?
 */
#include "dsa_host.h"

#define DESCRIPTORS 100000u
#define QUEUES      4u
#define IDS         64u

static const uint64_t seeds[] = {1, 0x5eed};

/* Bits set in one descriptor out of two, so that many pass some of their checks. */
static void random_bytes(struct dsa_host *host, uint8_t bytes[64])
{
    static const uint32_t flags[] = {0, 0x4, 0xC, 0xC, 0x400C, 0x1000C, 0x3000C};
    uint64_t style = sv_rng_next(&host->rng) % 4;
    uint8_t op = (uint8_t)(sv_rng_next(&host->rng) % 0x28);

    for (unsigned i = 0; i < 64; i += 8)
        sv_dsa_put(bytes, i, 8, style ? 0 : sv_rng_next(&host->rng));
    bytes[7] = op;
    if (!style)
        return;
    sv_dsa_put(bytes, 4, 3, flags[sv_rng_next(&host->rng) % 7]);
    for (unsigned i = 0;; i++) {
        const svasim_desc_field *field = svasim_desc_field_at(op, i);
        uint64_t value = sv_rng_next(&host->rng);

        if (!field)
            break;
        if (!strcmp(field->name, "flags") || !strcmp(field->name, "op") || value % 8 == 0)
            continue;
        if (field->bits == 64)
            value = HOST_BASE + value % (HOST_BYTES + 64) / 32 * 32;
        else
            value = value % (field->bits < 16 ? 4 : 1100);
        (void)svasim_desc_set(field, bytes,
                              field->bits < 64 ? value % (UINT64_C(1) << field->bits) : value);
    }
    if (!(sv_dsa_flags(bytes) & SV_FLAG_CRAV))
        sv_dsa_put(bytes, 8, 8, 0);
    sv_dsa_put(bytes, 36, 2, 0);
}

/* Memory holds descriptors too, so that batches find some. */
static void random_memory(struct dsa_host *host)
{
    for (unsigned i = 0; i < HOST_BYTES; i += 64)
        random_bytes(host, &host->memory[i]);
}

struct ledger {
    unsigned open[IDS]; /* accepted and not completed, by id */
};

static void settle(struct dsa_host *host, struct ledger *ledger)
{
    for (unsigned i = 0; i < host->done_count; i++) {
        const svasim_completion *done = &host->done[i];

        assert_true(done->id < IDS);
        assert_true(ledger->open[done->id] > 0);
        assert_int_not_equal(done->status, 0);
        assert_true(done->submitted_at <= done->started_at);
        assert_true(done->started_at <= done->completed_at);
        if (done->batch_index == UINT16_MAX)
            ledger->open[done->id]--;
    }
    host->done_count = 0;
}

/* `atc`: with a device TLB, while mappings change. */
static void hammer(uint64_t seed, unsigned engines, unsigned lines, uint32_t ticks,
                   const svasim_atc_setup *atc)
{
    svasim_dsa_setup setup = svasim_dsa_setup_default();
    svasim_wq_setup wq = svasim_wq_setup_default();
    struct ledger ledger = {{0}};
    struct dsa_host *host;
    unsigned accepted = 0;

    setup.engines = (uint16_t)engines;
    setup.lines = (uint16_t)lines;
    setup.data_ticks = ticks;
    if (atc) {
        setup.atc = *atc;
        setup.submit_ticks = 3;
        setup.dispatch_ticks = 5;
        setup.line_ticks = 2;
        setup.record_ticks = 7;
    }
    setup.opcodes[0] = setup.opcodes[1] = UINT32_MAX;
    host = host_create(&setup, seed);
    host->shuffle = true;
    host->capacity = engines * lines / 2 + 1;
    host->fault_first = HOST_BASE + 0x80000;
    host->fault_last = HOST_BASE + 0x8FFFF;
    host->break_first = HOST_BASE + 0xC0000;
    host->break_last = HOST_BASE + 0xC7FFF;
    wq.max_transfer_log2 = 12;
    wq.max_batch_log2 = 3;
    wq.max_sgl_log2 = 6;
    for (unsigned i = 0; i < QUEUES; i++) {
        wq.dedicated = i == 3;
        assert_int_equal(svasim_dsa_wq_enable(host->dsa, i, &wq), 0);
    }
    for (unsigned i = 0; accepted < DESCRIPTORS / 4; i++) {
        uint8_t bytes[64];
        uint32_t queue = (uint32_t)(sv_rng_next(&host->rng) % QUEUES);
        svasim_submit_kind kind = queue == 3 ? SVASIM_MOVDIR64B
                                  : i % 2    ? SVASIM_ENQCMD
                                             : SVASIM_ENQCMDS;

        if (i % 4096 == 0)
            random_memory(host);
        random_bytes(host, bytes);
        bytes[2] &= 0x0F, bytes[3] &= 0x80;
        if (svasim_dsa_submit(host->dsa, kind, queue << 14, 5, bytes, i % IDS) ==
            SVASIM_SUBMIT_ACCEPTED) {
            ledger.open[i % IDS]++;
            accepted++;
        }
        if (atc && i % 7 == 0)
            host_remap(host);
        /* Sometimes let work pile up, sometimes catch up. */
        if (i % 16 == 0)
            assert_true(host_run(host, 400000));
        settle(host, &ledger);
    }
    assert_true(host_run(host, 400000));
    settle(host, &ledger);
    for (unsigned i = 0; i < IDS; i++)
        assert_int_equal(ledger.open[i], 0);
    assert_int_equal(host->waiting_count, 0);
    assert_int_equal(svasim_dsa_pending(host->dsa), 0);
    assert_int_equal(host->itags, 0);
    host_destroy(host);
}

static void every_descriptor_completes_once(void **state)
{
    (void)state;
    for (unsigned i = 0; i < sizeof(seeds) / sizeof(seeds[0]); i++) {
        hammer(seeds[i], 1, 1, 0, NULL);
        hammer(seeds[i], 3, 7, 11, NULL);
    }
}

/* The host checks that nothing uses what an invalidation took away. */
static void mappings_change_under_the_device_tlb(void **state)
{
    static const svasim_atc_setup atc[] = {
        {.entries = 1, .misses = 1},
        {.entries = 1, .misses = 16, .ahead = 100, .lookup_ticks = 2, .invalidate_ticks = 9},
        {.entries = 4, .shared = true, .misses = 2, .ahead = 256},
    };

    (void)state;
    for (unsigned i = 0; i < sizeof(atc) / sizeof(atc[0]); i++) {
        hammer(seeds[0], 1, 1, 0, &atc[i]);
        hammer(seeds[1], 3, 7, 11, &atc[i]);
    }
}

/* The footprint of arbitrary bytes never writes past the room it is given. */
static void footprints_of_anything(void **state)
{
    struct dsa_host *host = host_simple(1, 0);

    (void)state;
    for (unsigned i = 0; i < DESCRIPTORS; i++) {
        svasim_footprint rows[3];
        uint8_t bytes[64];

        random_bytes(host, bytes);
        bytes[7] = (uint8_t)i;
        rows[2].operand = NULL;
        assert_true(svasim_desc_footprint(bytes, rows, 2) <= 6);
        assert_null(rows[2].operand);
    }
    host_destroy(host);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_descriptor_completes_once),
        cmocka_unit_test(mappings_change_under_the_device_tlb),
        cmocka_unit_test(footprints_of_anything),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
