/* SPDX-License-Identifier: MIT */
/*
 * test_dsa_portal.c - which 64-byte writes enter a queue, under whose name their accesses go
 * out, and how queues share an engine. The ports are mocks: nothing is ever answered unless
 * a test says so.
 */
#include "dsa_host.h"

#define LIMITED   0x1000u
#define IMS       0x2000u
#define WQ(n)     ((uint32_t)(n) << 14)
#define RECORD_AT 0x5000u

static svasim_request last_request;

static svasim_err mock_dma(void *host, const svasim_request *request)
{
    (void)host;
    last_request = *request;
    check_expected(request->pasid);
    check_expected(request->flags);
    check_expected(request->address);
    return mock_type(svasim_err);
}

static svasim_err silent_dma(void *host, const svasim_request *request)
{
    (void)host;
    (void)request;
    return SVASIM_BUSY;
}

static int mock_access(void *host, uint64_t hpa, void *out, size_t bytes)
{
    (void)host, (void)hpa, (void)out, (void)bytes;
    return 0;
}

static int mock_store(void *host, uint64_t hpa, const void *data, size_t bytes)
{
    (void)host, (void)hpa, (void)data, (void)bytes;
    return 0;
}

static void mock_completed(void *host, const svasim_completion *completion)
{
    (void)host;
    check_expected(completion->id);
    check_expected(completion->status);
}

static svasim_tick mock_now(void *host)
{
    (void)host;
    return 5;
}

static svasim_dsa_ports mock_ports(svasim_err (*dma)(void *, const svasim_request *))
{
    return (svasim_dsa_ports){.size = sizeof(svasim_dsa_ports),
                              .dma = dma,
                              .read = mock_access,
                              .write = mock_store,
                              .completed = mock_completed,
                              .now = mock_now};
}

static svasim_dsa *device(svasim_err (*dma)(void *, const svasim_request *), bool pasid, bool priv)
{
    svasim_dsa_setup setup = svasim_dsa_setup_default();
    svasim_dsa_ports ports = mock_ports(dma);
    svasim_dsa *dsa;

    setup.pasid_enable = pasid;
    setup.priv_enable = priv;
    dsa = svasim_dsa_create(&setup, &ports, NULL);
    assert_non_null(dsa);
    return dsa;
}

static void enable(svasim_dsa *dsa, unsigned wq, bool dedicated, unsigned size, unsigned threshold)
{
    svasim_wq_setup setup = svasim_wq_setup_default();

    setup.dedicated = dedicated;
    setup.size = (uint16_t)size;
    setup.threshold = (uint16_t)threshold;
    setup.pasid = 0x77;
    assert_int_equal(svasim_dsa_wq_enable(dsa, wq, &setup), 0);
}

/* A no-op that wants a record, so the engine stays busy while the port refuses. */
static void noop(uint8_t bytes[64])
{
    desc_begin(bytes, SV_DSA_NOOP, RECORD_AT);
}

static void setups_out_of_range_are_refused(void **state)
{
    svasim_dsa_ports ports = mock_ports(silent_dma);
    svasim_dsa_setup setup = svasim_dsa_setup_default();

    (void)state;
    setup.engines = 0;
    assert_null(svasim_dsa_create(&setup, &ports, NULL));
    setup.engines = 17;
    assert_null(svasim_dsa_create(&setup, &ports, NULL));
    setup = svasim_dsa_setup_default();
    setup.lines = 257;
    assert_null(svasim_dsa_create(&setup, &ports, NULL));
    setup.lines = 0;
    assert_null(svasim_dsa_create(&setup, &ports, NULL));
    setup.lines = 1;
    ports.dma = NULL;
    assert_null(svasim_dsa_create(&setup, &ports, NULL));
    svasim_dsa_destroy(NULL);
}

struct short_memory {
    unsigned left;
};

static void *short_allocate(void *user, size_t bytes)
{
    struct short_memory *memory = user;

    return memory->left ? memory->left--, calloc(1, bytes) : NULL;
}

static void short_release(void *user, void *memory)
{
    (void)user;
    free(memory);
}

static void every_failing_allocation_is_survived(void **state)
{
    svasim_dsa_ports ports = mock_ports(silent_dma);
    svasim_dsa_setup setup = svasim_dsa_setup_default();
    svasim_dsa *dsa = NULL;
    unsigned failures = 0;

    (void)state;
    while (!dsa) {
        struct short_memory memory = {failures};
        svasim_alloc alloc = {short_allocate, short_release, &memory};

        dsa = svasim_dsa_create(&setup, &ports, &alloc);
        failures += !dsa;
        assert_true(failures < 100);
    }
    assert_true(failures >= 4);
    svasim_dsa_destroy(dsa);
}

static uint8_t enable_with(svasim_dsa *dsa, svasim_wq_setup setup)
{
    return svasim_dsa_wq_enable(dsa, 3, &setup);
}

static void enable_reports_the_command_codes(void **state)
{
    svasim_dsa *dsa = device(silent_dma, true, false);
    svasim_dsa *plain = device(silent_dma, false, false);
    svasim_wq_setup good = svasim_wq_setup_default();
    svasim_wq_setup bad = good;

    (void)state;
    assert_int_equal(svasim_dsa_wq_enable(dsa, SVASIM_DSA_WQS, &good), 0x02);
    bad.size = 0;
    assert_int_equal(enable_with(dsa, bad), 0x22);
    bad.size = 1025;
    assert_int_equal(enable_with(dsa, bad), 0x22);
    bad = good, bad.priority = 0;
    assert_int_equal(enable_with(dsa, bad), 0x23);
    bad = good, bad.block_on_fault = true;
    assert_int_equal(enable_with(dsa, bad), 0x25);
    bad = good, bad.pasid_enable = false;
    assert_int_equal(enable_with(dsa, bad), 0x26);
    assert_int_equal(enable_with(plain, good), 0x26);
    bad = good, bad.max_batch_log2 = 0;
    assert_int_equal(enable_with(dsa, bad), 0x27);
    bad = good, bad.max_sgl_log2 = 16;
    assert_int_equal(enable_with(dsa, bad), 0x27);
    bad = good, bad.max_transfer_log2 = 32;
    assert_int_equal(enable_with(dsa, bad), 0x28);
    bad = good, bad.dedicated = true, bad.priv = true;
    assert_int_equal(enable_with(dsa, bad), 0x2A);
    /* On a shared queue the bit means nothing. */
    bad.dedicated = false;
    assert_int_equal(enable_with(dsa, bad), 0);
    assert_int_equal(enable_with(dsa, good), 0x21);
    bad = good, bad.dedicated = true, bad.pasid_enable = false, bad.priv = true;
    assert_int_equal(enable_with(plain, bad), 0);
    svasim_dsa_destroy(dsa);
    svasim_dsa_destroy(plain);
}

static svasim_submit_result try_submit(svasim_dsa *dsa, svasim_submit_kind kind, uint32_t portal)
{
    uint8_t bytes[64];

    noop(bytes);
    return svasim_dsa_submit(dsa, kind, portal, 7, bytes, 1);
}

/* The rows of the accept / retry / drop table. */
static void admission_table(void **state)
{
    svasim_dsa *dsa = device(silent_dma, true, true);

    (void)state;
    enable(dsa, 0, false, 3, 2);
    enable(dsa, 1, true, 2, 1);
    /* Shared, room: a deferrable write enters, a posted one vanishes. */
    assert_int_equal(try_submit(dsa, SVASIM_MOVDIR64B, WQ(0)), SVASIM_SUBMIT_DROPPED);
    /* The first one goes straight to the engine, so it occupies nothing. */
    assert_int_equal(try_submit(dsa, SVASIM_ENQCMD, WQ(0)), SVASIM_SUBMIT_ACCEPTED);
    assert_int_equal(try_submit(dsa, SVASIM_ENQCMD, WQ(0) | LIMITED), SVASIM_SUBMIT_ACCEPTED);
    assert_int_equal(try_submit(dsa, SVASIM_ENQCMDS, WQ(0) | LIMITED), SVASIM_SUBMIT_ACCEPTED);
    /* Occupancy 2 is the threshold; the unlimited portal goes up to the size. */
    assert_int_equal(try_submit(dsa, SVASIM_ENQCMD, WQ(0) | LIMITED), SVASIM_SUBMIT_RETRY);
    assert_int_equal(try_submit(dsa, SVASIM_ENQCMDS, WQ(0) | 0xFC0), SVASIM_SUBMIT_ACCEPTED);
    assert_int_equal(try_submit(dsa, SVASIM_ENQCMD, WQ(0)), SVASIM_SUBMIT_RETRY);
    assert_int_equal(try_submit(dsa, SVASIM_MOVDIR64B, WQ(0)), SVASIM_SUBMIT_DROPPED);
    /* Dedicated: posted writes only, the limited portal is like the other. */
    assert_int_equal(try_submit(dsa, SVASIM_ENQCMD, WQ(1)), SVASIM_SUBMIT_RETRY);
    assert_int_equal(try_submit(dsa, SVASIM_MOVDIR64B, WQ(1) | LIMITED), SVASIM_SUBMIT_ACCEPTED);
    assert_int_equal(try_submit(dsa, SVASIM_MOVDIR64B, WQ(1) | LIMITED), SVASIM_SUBMIT_ACCEPTED);
    assert_int_equal(try_submit(dsa, SVASIM_MOVDIR64B, WQ(1)), SVASIM_SUBMIT_DROPPED);
    /* Disabled queue, no such queue, no interrupt message store. */
    assert_int_equal(try_submit(dsa, SVASIM_ENQCMD, WQ(2)), SVASIM_SUBMIT_RETRY);
    assert_int_equal(try_submit(dsa, SVASIM_MOVDIR64B, WQ(2)), SVASIM_SUBMIT_DROPPED);
    assert_int_equal(try_submit(dsa, SVASIM_ENQCMDS, WQ(16)), SVASIM_SUBMIT_RETRY);
    assert_int_equal(try_submit(dsa, SVASIM_MOVDIR64B, WQ(0x3FFFF)), SVASIM_SUBMIT_DROPPED);
    assert_int_equal(try_submit(dsa, SVASIM_ENQCMD, WQ(0) | IMS), SVASIM_SUBMIT_RETRY);
    assert_int_equal(try_submit(dsa, SVASIM_MOVDIR64B, WQ(1) | IMS), SVASIM_SUBMIT_DROPPED);
    assert_int_equal(svasim_dsa_pending(dsa), 6);
    svasim_dsa_destroy(dsa);
}

static void threshold_zero_admits_nobody(void **state)
{
    svasim_dsa *dsa = device(silent_dma, true, true);

    (void)state;
    enable(dsa, 0, false, 8, 0);
    assert_int_equal(try_submit(dsa, SVASIM_ENQCMD, WQ(0) | LIMITED), SVASIM_SUBMIT_RETRY);
    assert_int_equal(try_submit(dsa, SVASIM_ENQCMD, WQ(0)), SVASIM_SUBMIT_ACCEPTED);
    svasim_dsa_destroy(dsa);
}

static void operands_that_raise_gp(void **state)
{
    svasim_dsa *dsa = device(silent_dma, true, true);
    uint8_t bytes[64];

    (void)state;
    enable(dsa, 0, false, 8, 8);
    noop(bytes);
    assert_int_equal(svasim_dsa_submit(dsa, SVASIM_ENQCMD, 0, SVASIM_NO_PASID, bytes, 1),
                     SVASIM_SUBMIT_GP);
    assert_int_equal(svasim_dsa_submit(dsa, SVASIM_ENQCMD, 8, 7, bytes, 1), SVASIM_SUBMIT_GP);
    assert_int_equal(svasim_dsa_submit(dsa, SVASIM_MOVDIR64B, 1, 7, bytes, 1), SVASIM_SUBMIT_GP);
    for (unsigned bit = 20; bit < 31; bit++) {
        noop(bytes);
        sv_dsa_put(bytes, 0, 4, UINT32_C(1) << bit);
        assert_int_equal(svasim_dsa_submit(dsa, SVASIM_ENQCMDS, 0, 7, bytes, 1), SVASIM_SUBMIT_GP);
    }
    assert_int_equal(svasim_dsa_pending(dsa), 0);
    svasim_dsa_destroy(dsa);
}

/* Submit a no-op whose first dword is `command` and expect its record write under this name. */
static void expect_identity(svasim_submit_kind kind, const svasim_wq_setup *wq, uint32_t command,
                            uint32_t pasid, unsigned flags)
{
    svasim_dsa *dsa = device(mock_dma, true, true);
    svasim_response response = {.status = SVASIM_STATUS_OK};
    uint8_t bytes[64];

    assert_int_equal(svasim_dsa_wq_enable(dsa, 0, wq), 0);
    noop(bytes);
    sv_dsa_put(bytes, 0, 4, command);
    expect_value(mock_dma, request->pasid, pasid);
    expect_value(mock_dma, request->flags, flags);
    expect_value(mock_dma, request->address, RECORD_AT);
    will_return(mock_dma, SVASIM_OK);
    assert_int_equal(svasim_dsa_submit(dsa, kind, 0, 0x55, bytes, 9), SVASIM_SUBMIT_ACCEPTED);
    expect_value(mock_completed, completion->id, 9);
    expect_value(mock_completed, completion->status, SV_STATUS_SUCCESS);
    response.tag = last_request.tag;
    svasim_dsa_answer(dsa, &response);
    svasim_dsa_destroy(dsa);
}

static void accesses_go_out_under_the_right_name(void **state)
{
    svasim_wq_setup shared = svasim_wq_setup_default();
    svasim_wq_setup dedicated = shared;
    svasim_wq_setup nameless;

    (void)state;
    shared.pasid = 0x99, shared.priv = true;
    dedicated.dedicated = true, dedicated.pasid = 0x77;
    nameless = dedicated, nameless.pasid_enable = false, nameless.priv = true;
    /* ENQCMD: IA32_PASID, never privileged, whatever the source says. */
    expect_identity(SVASIM_ENQCMD, &shared, 0, 0x55, 0);
    expect_identity(SVASIM_ENQCMD, &shared, 0xFFFFFFFF, 0x55, 0);
    /* ENQCMDS: both from the source. */
    expect_identity(SVASIM_ENQCMDS, &shared, 0x123, 0x123, 0);
    expect_identity(SVASIM_ENQCMDS, &shared, 0x80000123, 0x123, SVASIM_PRIV);
    /* Dedicated: the queue decides and the first dword is ignored. */
    expect_identity(SVASIM_MOVDIR64B, &dedicated, 0x80000123, 0x77, 0);
    dedicated.priv = true;
    expect_identity(SVASIM_MOVDIR64B, &dedicated, 0x123, 0x77, SVASIM_PRIV);
    expect_identity(SVASIM_MOVDIR64B, &nameless, 0x80000123, SVASIM_NO_PASID, 0);
}

static void privilege_is_refused_without_the_enable(void **state)
{
    svasim_dsa *dsa = device(mock_dma, true, false);
    uint8_t bytes[64];

    (void)state;
    enable(dsa, 0, false, 8, 8);
    noop(bytes);
    sv_dsa_put(bytes, 0, 4, 0x80000001);
    /* No record: nothing is sent at all. */
    expect_value(mock_completed, completion->id, 4);
    expect_value(mock_completed, completion->status, SV_STATUS_PRIV);
    assert_int_equal(svasim_dsa_submit(dsa, SVASIM_ENQCMDS, 0, 0, bytes, 4),
                     SVASIM_SUBMIT_ACCEPTED);
    assert_int_equal(svasim_dsa_pending(dsa), 0);
    svasim_dsa_destroy(dsa);
}

static void priorities_share_an_engine(void **state)
{
    svasim_dsa_setup setup = svasim_dsa_setup_default();
    struct dsa_host *host = host_create(&setup, 1);
    unsigned first = 0;
    uint8_t bytes[64];

    (void)state;
    for (unsigned wq = 0; wq < 2; wq++) {
        svasim_wq_setup queue = svasim_wq_setup_default();

        queue.size = 64;
        queue.priority = wq ? 2 : 6;
        assert_int_equal(svasim_dsa_wq_enable(host->dsa, wq, &queue), 0);
    }
    desc_begin(bytes, SV_DSA_NOOP, HOST_BASE);
    for (unsigned i = 0; i < 64; i++)
        for (unsigned wq = 0; wq < 2; wq++)
            (void)svasim_dsa_submit(host->dsa, SVASIM_ENQCMD, WQ(wq), 7, bytes, i);
    assert_true(host_run(host, 10000));
    /* 6 : 2 under backlog; the first descriptor met an idle engine. */
    for (unsigned i = 1; i <= 40; i++)
        first += host->done[i].wq == 0;
    assert_in_range(first, 29, 31);
    host_destroy(host);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(setups_out_of_range_are_refused),
        cmocka_unit_test(every_failing_allocation_is_survived),
        cmocka_unit_test(enable_reports_the_command_codes),
        cmocka_unit_test(admission_table),
        cmocka_unit_test(threshold_zero_admits_nobody),
        cmocka_unit_test(operands_that_raise_gp),
        cmocka_unit_test(accesses_go_out_under_the_right_name),
        cmocka_unit_test(privilege_is_refused_without_the_enable),
        cmocka_unit_test(priorities_share_an_engine),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
