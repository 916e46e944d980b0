/* SPDX-License-Identifier: MIT */
/*
 * test_dsa_atc.c - the device TLB: which translations does the device ask for and keep, what do
 * refused ones end as, and what happens when they are invalidated? Published findings on real
 * devices are told where a test follows one.
 */
#include "dsa_operands.h"

static unsigned asked(const struct dsa_host *host)
{
    unsigned count = 0;

    for (unsigned i = 0; i < host->log_count; i++)
        count += host->log[i].at == SVASIM_TRANSLATION;
    return count;
}

static void move(uint8_t bytes[64], uint64_t src, uint64_t dst, uint64_t size)
{
    desc_begin(bytes, SV_DSA_MEMMOVE, CR);
    desc_set(bytes, "src", src);
    desc_set(bytes, "dst", dst);
    desc_set(bytes, "size", size);
}

/* One page for each field of a descriptor; another page in the field takes its place. */
static void one_slot_for_each_field(void **state)
{
    struct dsa_host *host = host_with_atc(8, 1, 0);
    uint8_t bytes[64];

    (void)state;
    move(bytes, SRC, DST, 256);
    assert_int_equal(host_execute(host, bytes).status, SV_STATUS_SUCCESS);
    assert_int_equal(asked(host), 3);
    assert_int_equal(host_execute(host, bytes).status, SV_STATUS_SUCCESS);
    assert_int_equal(asked(host), 0);
    move(bytes, SRC + 4096, DST, 256);
    assert_int_equal(host_execute(host, bytes).status, SV_STATUS_SUCCESS);
    assert_int_equal(asked(host), 1);
    move(bytes, SRC, DST, 256);
    assert_int_equal(host_execute(host, bytes).status, SV_STATUS_SUCCESS);
    assert_int_equal(asked(host), 1);
    /* The source's page as destination: a field of its own, and the right to write. */
    move(bytes, DST, SRC, 256);
    assert_int_equal(host_execute(host, bytes).status, SV_STATUS_SUCCESS);
    assert_int_equal(asked(host), 2);
    host_destroy(host);
}

/* Source 2 and destination do not share: a compare leaves the copy's destination alone. */
static void second_source_is_not_the_destination(void **state)
{
    struct dsa_host *host = host_with_atc(8, 1, 0);
    uint8_t copy[64], compare[64];

    (void)state;
    move(copy, SRC, DST, 256);
    desc_begin(compare, SV_DSA_COMPARE, CR);
    desc_set(compare, "src", SRC);
    desc_set(compare, "src2", SRC2);
    desc_set(compare, "size", 256);
    (void)host_execute(host, copy);
    (void)host_execute(host, compare);
    assert_int_equal(asked(host), 1);
    (void)host_execute(host, copy);
    assert_int_equal(asked(host), 0);
    (void)host_execute(host, compare);
    assert_int_equal(asked(host), 0);
    host_destroy(host);
}

/* Shared entries: the least recently used makes room. */
static void shared_entries_serve_all_fields(void **state)
{
    svasim_dsa_setup setup = svasim_dsa_setup_default();
    svasim_wq_setup wq = svasim_wq_setup_default();
    struct dsa_host *host;
    uint8_t bytes[64];

    (void)state;
    setup.atc = (svasim_atc_setup){.entries = 4, .shared = true, .misses = 1};
    host = host_create(&setup, 1);
    assert_int_equal(svasim_dsa_wq_enable(host->dsa, 0, &wq), 0);
    move(bytes, SRC, DST, 64);
    (void)host_execute(host, bytes);
    move(bytes, SRC + 4096, DST, 64);
    (void)host_execute(host, bytes);
    assert_int_equal(asked(host), 1);
    move(bytes, SRC, DST, 64);
    (void)host_execute(host, bytes);
    assert_int_equal(asked(host), 0);
    move(bytes, SRC + 8192, DST, 64); /* in the place of SRC + 4096 */
    (void)host_execute(host, bytes);
    assert_int_equal(asked(host), 1);
    move(bytes, SRC, DST, 64);
    (void)host_execute(host, bytes);
    assert_int_equal(asked(host), 0);
    move(bytes, SRC + 4096, DST, 64);
    (void)host_execute(host, bytes);
    assert_int_equal(asked(host), 1);
    host_destroy(host);
}

/* Neither the list nor the record of a batch hits or takes a place; its members do. */
static void batches_leave_the_entries_alone(void **state)
{
    struct dsa_host *host = host_with_atc(8, 1, 0);
    uint8_t batch[64], bytes[64];

    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        desc_begin(bytes, SV_DSA_NOOP, CR);
        memcpy(host_at(host, SGL + 64 * i), bytes, 64);
    }
    desc_begin(batch, SV_DSA_BATCH, CR + 4096);
    desc_set(batch, "list", SGL);
    desc_set(batch, "count", 2);
    assert_int_equal(host_execute(host, batch).status, SV_STATUS_SUCCESS);
    assert_int_equal(asked(host), 3);
    assert_int_equal(host_execute(host, batch).status, SV_STATUS_SUCCESS);
    assert_int_equal(asked(host), 2);
    host_destroy(host);
}

/* PASIDs share the entries but not their contents. */
static void entries_belong_to_a_pasid_and_a_privilege(void **state)
{
    struct dsa_host *host = host_with_atc(8, 1, 0);
    uint8_t bytes[64];

    (void)state;
    desc_begin(bytes, SV_DSA_NOOP, CR);
    (void)host_execute(host, bytes);
    host->log_count = 0;
    assert_int_equal(svasim_dsa_submit(host->dsa, SVASIM_ENQCMD, 0, 8, bytes, 42),
                     SVASIM_SUBMIT_ACCEPTED);
    assert_true(host_run(host, 1000));
    assert_int_equal(asked(host), 1);
    assert_int_equal(host->log[0].pasid, 8);
    sv_dsa_put(bytes, 0, 4, 8 | 1u << 31);
    host->log_count = 0;
    assert_int_equal(svasim_dsa_submit(host->dsa, SVASIM_ENQCMDS, 0, 0, bytes, 42),
                     SVASIM_SUBMIT_ACCEPTED);
    assert_true(host_run(host, 1000));
    assert_int_equal(asked(host), 1);
    assert_true(host->log[0].flags & SVASIM_PRIV);
    host_destroy(host);
}

/* Translated requests carry host addresses, and neither a PASID nor a privilege. */
static void requests_are_translated(void **state)
{
    struct dsa_host *host = host_with_atc(8, 1, 0);
    uint8_t bytes[64];

    (void)state;
    move(bytes, SRC + 100, DST + 4000, 1000);
    (void)host_execute(host, bytes);
    for (unsigned i = 0; i < host->log_count; i++) {
        const svasim_request *request = &host->log[i];

        assert_int_not_equal(request->at, SVASIM_UNTRANSLATED);
        if (request->at == SVASIM_TRANSLATED) {
            assert_int_equal(request->pasid, SVASIM_NO_PASID);
            assert_true(request->address >= HOST_OFFSET);
        } else {
            assert_int_equal(request->address % 4096, 0);
            assert_int_equal(request->pasid, 7);
            assert_int_equal((request->flags & SVASIM_NO_WRITE) != 0, request->address == SRC);
        }
    }
    assert_memory_equal(host_at(host, SRC + 100), host_at(host, DST + 4000), 1000);
    host_destroy(host);
}

/* Large pages need fewer requests, and what is ahead is asked for early. */
static void pages_ahead_and_large_pages(void **state)
{
    struct dsa_host *host = host_with_atc(8, 1, 128);
    uint8_t bytes[64];

    (void)state;
    fill_random(host);
    move(bytes, SRC, DST, 0x8000);
    assert_int_equal(host_execute(host, bytes).status, SV_STATUS_SUCCESS);
    assert_int_equal(asked(host), 8 + 8 + 1);
    assert_memory_equal(host_at(host, SRC), host_at(host, DST), 0x8000);
    /* Two pages of the source, two of the destination and the record's, before any data. */
    for (unsigned i = 0; i < 5; i++)
        assert_int_equal(host->log[i].at, SVASIM_TRANSLATION);
    host->page = 0x10000;
    move(bytes, SRC2, DST2, 0x8000);
    assert_int_equal(host_execute(host, bytes).status, SV_STATUS_SUCCESS);
    assert_in_range(asked(host), 2, 4); /* two of one page may be under way */
    assert_memory_equal(host_at(host, SRC2), host_at(host, DST2), 0x8000);
    host_destroy(host);
}

/* No more translation requests than there is room for. */
static void misses_are_limited(void **state)
{
    svasim_dsa_setup setup = svasim_dsa_setup_default();
    svasim_wq_setup wq = svasim_wq_setup_default();
    struct dsa_host *host;
    uint8_t bytes[64];

    (void)state;
    setup.atc = (svasim_atc_setup){.entries = 1, .misses = 2, .ahead = 256};
    host = host_create(&setup, 1);
    assert_int_equal(svasim_dsa_wq_enable(host->dsa, 0, &wq), 0);
    move(bytes, SRC, DST, 0x8000);
    (void)svasim_dsa_submit(host->dsa, SVASIM_ENQCMD, 0, 7, bytes, 1);
    assert_int_equal(host->waiting_count, 2);
    assert_true(host_run(host, 100000));
    assert_int_equal(svasim_dsa_counted(host->dsa).requests, 17);
    host_destroy(host);
}

static void refused_translations_end_descriptors(void **state)
{
    struct dsa_host *host = host_with_atc(8, 1, 0);
    svasim_completion done;
    uint8_t bytes[64];

    (void)state;
    host->shuffle = true;
    memset(host_at(host, SRC), 9, 0x4000);
    move(bytes, SRC + 5, DST + 40, 8192);
    host->fault_first = SRC + 4096;
    host->fault_last = SRC + 8191;
    done = host_execute(host, bytes);
    assert_int_equal(done.status, SV_STATUS_PAGE_FAULT);
    assert_int_equal(done.fault_address, SRC + 4096);
    assert_int_equal(done.bytes_completed, 4096 - 5);
    assert_int_equal(*host_at(host, CR), SV_STATUS_PAGE_FAULT);
    assert_int_equal(*host_at(host, DST + 40 + 4096 - 6), 9);
    assert_int_equal(*host_at(host, DST + 40 + 4096 - 5), 0);
    /* A destination is not lost without a word: bit 7 of the record's status says write. */
    host->fault_first = DST + 4096;
    host->fault_last = DST + 8191;
    svasim_dsa_invalidate(host->dsa, &(svasim_device_invalidation){.size_log2 = 64, .pasid = 7});
    memset(host_at(host, DST), 0, 0x4000);
    done = host_execute(host, bytes);
    assert_int_equal(done.status, SV_STATUS_PAGE_FAULT);
    assert_int_equal(done.fault_address, DST + 4096);
    assert_int_equal(done.bytes_completed, 4096 - 40);
    assert_int_equal(*host_at(host, CR), SV_STATUS_PAGE_FAULT | 0x80);
    assert_int_equal(sv_dsa_get(host_at(host, CR), 4, 4), 4096 - 40);
    assert_int_equal(*host_at(host, DST + 4095), 9);
    assert_int_equal(*host_at(host, DST + 8192), 0);
    /* The record's page. */
    host->fault_first = host->fault_last = CR;
    svasim_dsa_invalidate(host->dsa, &(svasim_device_invalidation){.size_log2 = 64, .pasid = 7});
    done = host_execute(host, bytes);
    assert_int_equal(done.status, SV_STATUS_RECORD_FAULT);
    assert_false(done.record_written);
    host_destroy(host);
}

static void refusals_of_the_other_operands(void **state)
{
    struct dsa_host *host = host_with_atc(8, 1, 0);
    svasim_completion done;
    uint8_t bytes[64];

    (void)state;
    desc_begin(bytes, SV_DSA_BATCH, CR);
    desc_set(bytes, "list", SGL);
    desc_set(bytes, "count", 2);
    host->fault_first = host->fault_last = SGL;
    assert_int_equal(host_execute(host, bytes).status, SV_STATUS_BATCH_FAULT);
    desc_begin(bytes, SV_DSA_DRAIN, CR);
    desc_flag(bytes, SV_FLAG_OP0);
    desc_set(bytes, "readback1", SGL);
    assert_int_equal(host_execute(host, bytes).status, SV_STATUS_READBACK_FAULT);
    desc_begin(bytes, SV_DSA_CACHE_FLUSH, CR);
    desc_set(bytes, "dst", SGL - 128);
    desc_set(bytes, "size", 256);
    done = host_execute(host, bytes);
    assert_int_equal(done.status, SV_STATUS_PAGE_FAULT);
    assert_int_equal(done.fault_address, SGL);
    host_destroy(host);
}

/* What is not allowed to ask at all gets status 0x22. */
static svasim_err refusing_dma(void *user, const svasim_request *request)
{
    return request->at == SVASIM_TRANSLATION ? SVASIM_EINVAL : host_dma(user, request);
}

static void aborted_translations(void **state)
{
    svasim_dsa_setup setup = svasim_dsa_setup_default();
    svasim_wq_setup wq = svasim_wq_setup_default();
    struct dsa_host *host;
    svasim_dsa_ports ports;
    uint8_t bytes[64];

    (void)state;
    setup.atc.entries = 1;
    host = host_create(&setup, 1);
    ports = host_ports(host);
    ports.dma = refusing_dma;
    svasim_dsa_destroy(host->dsa);
    host->dsa = svasim_dsa_create(&setup, &ports, NULL);
    assert_int_equal(svasim_dsa_wq_enable(host->dsa, 0, &wq), 0);
    move(bytes, SRC, DST, 100);
    sv_dsa_put(bytes, 4, 3, 0);
    desc_set(bytes, "cr", 0);
    assert_int_equal(host_execute(host, bytes).status, SV_STATUS_ATS_ERROR);
    host_destroy(host);
}

/* --- invalidations --- */

static bool invalidate(struct dsa_host *host, uint64_t address, unsigned size_log2, uint32_t pasid)
{
    bool done = svasim_dsa_invalidate(
        host->dsa, &(svasim_device_invalidation){
                       .address = address, .size_log2 = (uint8_t)size_log2, .pasid = pasid});

    if (!done)
        host->itags |= 1;
    return done;
}

static void invalidations_name_pasids_and_ranges(void **state)
{
    static const struct {
        uint64_t address;
        unsigned size_log2;
        uint32_t pasid;
        unsigned again; /* translations asked for again */
    } rows[] = {
        {SRC, 12, 7, 1},
        {SRC + 4096, 12, 7, 0},
        {SRC, 12, 8, 0},
        {DST, 13, 7, 1},
        {0, 64, 7, 3},
        {0, 64, SVASIM_NO_PASID, 0},
        {HOST_BASE, 20, 7, 3},
        {CR, 12, 7, 1},
        {SRC & ~UINT64_C(0xFFFFF), 21, 7, 3},
        {UINT64_C(1) << 40, 40, 7, 0},
    };
    struct dsa_host *host = host_with_atc(8, 1, 0);
    uint8_t bytes[64];

    (void)state;
    move(bytes, SRC, DST, 256);
    (void)host_execute(host, bytes);
    for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_true(invalidate(host, rows[i].address, rows[i].size_log2, rows[i].pasid));
        (void)host_execute(host, bytes);
        assert_int_equal(asked(host), rows[i].again);
    }
    host_destroy(host);
}

/* Complete with the last request that used the old translation, and not before. */
static void invalidation_waits_for_requests_under_way(void **state)
{
    struct dsa_host *host = host_with_atc(4, 1, 0);
    uint8_t bytes[64];
    unsigned before;

    (void)state;
    host->page = 0x10000;
    move(bytes, SRC, DST, 0x1000);
    (void)host_execute(host, bytes);
    (void)svasim_dsa_submit(host->dsa, SVASIM_ENQCMD, 0, 7, bytes, 1);
    assert_int_equal(host->waiting_count, 4); /* reads */
    host->epoch++;
    host->log_count = 0;
    assert_false(invalidate(host, SRC, 12, 7));
    host->itag_epoch[0] = 0; /* the destination still uses the old one */
    before = host->waiting_count;
    for (unsigned i = 0; i < before; i++) {
        assert_true(svasim_dsa_next_event(host->dsa) == SVASIM_NEVER || i == 0);
        if (svasim_dsa_next_event(host->dsa) != SVASIM_NEVER)
            svasim_dsa_run_until(host->dsa, host->tick);
        assert_int_equal(host->itags, 1);
        host_answer_one(host);
    }
    assert_int_equal(svasim_dsa_next_event(host->dsa), host->tick);
    svasim_dsa_run_until(host->dsa, host->tick);
    assert_int_equal(host->itags, 0);
    for (unsigned i = 0; i < host->log_count; i++)
        assert_true(host->log[i].at == SVASIM_TRANSLATION || host->log[i].address >> 32 ||
                    host->log[i].op == SVASIM_WRITE);
    assert_true(host_run(host, 1000));
    assert_int_equal(svasim_dsa_counted(host->dsa).waited, 1);
    assert_int_equal(host->done[host->done_count - 1].status, SV_STATUS_SUCCESS);
    host_destroy(host);
}

/* An answer that was on its way is not used. */
static void late_answers_are_discarded(void **state)
{
    struct dsa_host *host = host_with_atc(4, 1, 0);
    uint8_t bytes[64];

    (void)state;
    desc_begin(bytes, SV_DSA_NOOP, CR);
    (void)svasim_dsa_submit(host->dsa, SVASIM_ENQCMD, 0, 7, bytes, 1);
    assert_int_equal(host->waiting_count, 1);
    assert_true(invalidate(host, CR, 12, 7));
    host_answer_one(host); /* with the old mapping */
    assert_int_equal(host->waiting_count, 1);
    assert_int_equal(host->waiting[0].at, SVASIM_TRANSLATION);
    host->epoch = host->oldest = 1;
    assert_true(host_run(host, 1000));
    assert_int_equal(svasim_dsa_counted(host->dsa).discarded, 1);
    assert_int_equal(asked(host), 2);
    host_destroy(host);
}

static void invalidations_take_their_time(void **state)
{
    svasim_dsa_setup setup = svasim_dsa_setup_default();
    struct dsa_host *host;

    (void)state;
    setup.atc = (svasim_atc_setup){.entries = 1, .misses = 1, .invalidate_ticks = 50};
    host = host_create(&setup, 1);
    assert_false(invalidate(host, 0, 64, 7));
    svasim_dsa_run_until(host->dsa, host->tick + 49);
    assert_int_equal(host->itags, 1);
    assert_int_equal(svasim_dsa_next_event(host->dsa), host->tick + 50);
    svasim_dsa_run_until(host->dsa, host->tick + 50);
    assert_int_equal(host->itags, 0);
    host_destroy(host);
}

static void setups_out_of_range(void **state)
{
    static const svasim_atc_setup bad[] = {
        {.entries = 1025, .misses = 1},
        {.entries = 1, .misses = 0},
        {.entries = 1, .misses = 65},
        {.entries = 1, .misses = 1, .ahead = 257},
    };
    struct dsa_host *host = host_simple(1, 0);
    svasim_dsa_ports ports = host_ports(host);
    svasim_dsa_setup setup = svasim_dsa_setup_default();

    (void)state;
    for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        setup.atc = bad[i];
        assert_null(svasim_dsa_create(&setup, &ports, NULL));
    }
    setup.atc = (svasim_atc_setup){.entries = 1, .misses = 1};
    ports.invalidated = NULL;
    assert_null(svasim_dsa_create(&setup, &ports, NULL));
    host_destroy(host);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_slot_for_each_field),
        cmocka_unit_test(second_source_is_not_the_destination),
        cmocka_unit_test(shared_entries_serve_all_fields),
        cmocka_unit_test(batches_leave_the_entries_alone),
        cmocka_unit_test(entries_belong_to_a_pasid_and_a_privilege),
        cmocka_unit_test(requests_are_translated),
        cmocka_unit_test(pages_ahead_and_large_pages),
        cmocka_unit_test(misses_are_limited),
        cmocka_unit_test(refused_translations_end_descriptors),
        cmocka_unit_test(refusals_of_the_other_operands),
        cmocka_unit_test(aborted_translations),
        cmocka_unit_test(invalidations_name_pasids_and_ranges),
        cmocka_unit_test(invalidation_waits_for_requests_under_way),
        cmocka_unit_test(late_answers_are_discarded),
        cmocka_unit_test(invalidations_take_their_time),
        cmocka_unit_test(setups_out_of_range),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
