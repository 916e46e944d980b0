/* SPDX-License-Identifier: MIT */
/*
 * test_dsa_faults.c - what a device does when its surroundings are slow, full or broken:
 * failing accesses, back-pressure, drains, time.
 */
#include "dsa_host.h"

#define LIST (HOST_BASE + 0x1000)
#define SRC  (HOST_BASE + 0x20000)
#define DST  (HOST_BASE + 0x40000)
#define CR   (HOST_BASE + 0xF0000)

static void move(uint8_t bytes[64], uint64_t size)
{
    desc_begin(bytes, SV_DSA_MEMMOVE, CR);
    desc_set(bytes, "src", SRC + 5);
    desc_set(bytes, "dst", DST + 40);
    desc_set(bytes, "size", size);
}

static void faults_at_each_operand(void **state)
{
    struct dsa_host *host = host_simple(8, 5);
    svasim_completion done;
    uint8_t bytes[64];

    (void)state;
    host->shuffle = true;
    move(bytes, 8192);
    memset(host_at(host, SRC), 9, 16384);
    /* Source: stops there, what was read before is written. */
    host->fault_first = SRC + 4096;
    host->fault_last = SRC + 8191;
    done = host_execute(host, bytes);
    assert_int_equal(done.status, SV_STATUS_READ_ERROR);
    assert_int_equal(done.fault_address, SRC + 4096);
    assert_int_equal(done.bytes_completed, 4096 - 5);
    assert_int_equal(*host_at(host, DST + 40 + 4096 - 6), 9);
    assert_int_equal(*host_at(host, DST + 40 + 4096 - 5), 0);
    assert_int_equal(sv_dsa_get(host_at(host, CR), 4, 4), 4096 - 5);
    /* Destination: lost, and nobody tells the device. */
    memset(host_at(host, DST), 0, 16384);
    host->fault_first = DST + 4096;
    host->fault_last = DST + 8191;
    done = host_execute(host, bytes);
    assert_int_equal(done.status, SV_STATUS_SUCCESS);
    assert_int_equal(*host_at(host, DST + 4095), 9);
    assert_int_equal(*host_at(host, DST + 4096), 0);
    assert_int_equal(*host_at(host, DST + 8192), 9);
    /* Record: lost. */
    host->fault_first = host->fault_last = CR;
    done = host_execute(host, bytes);
    assert_int_equal(done.status, SV_STATUS_SUCCESS);
    assert_false(done.record_written);
    host->fault_last = 0;
    /* A good address with bad memory behind it. */
    host->break_first = host->break_last = SRC + 640;
    host->break_first -= 63;
    assert_int_equal(host_execute(host, bytes).status, SV_STATUS_READ_ERROR);
    host->break_first = DST + 640;
    host->break_last = DST + 703;
    assert_int_equal(host_execute(host, bytes).status, SV_STATUS_WRITE_ERROR);
    host->break_first = host->break_last = CR;
    done = host_execute(host, bytes);
    assert_int_equal(done.status, SV_STATUS_SUCCESS);
    assert_false(done.record_written);
    host_destroy(host);
}

static void readbacks_fail_as_writes(void **state)
{
    struct dsa_host *host = host_simple(8, 0);
    uint8_t bytes[64];

    (void)state;
    move(bytes, 100);
    desc_flag(bytes, SV_FLAG_CC2);
    host->fault_first = DST + 139; /* the last byte: write lost, then the readback fails */
    host->fault_last = DST + 139;
    assert_int_equal(host_execute(host, bytes).status, SV_STATUS_WRITE_ERROR);
    assert_int_equal(host->log[host->log_count - 2].address, DST + 139);
    assert_int_equal(host->log[host->log_count - 2].length, 0);
    desc_begin(bytes, SV_DSA_DRAIN, CR);
    desc_flag(bytes, SV_FLAG_OP1);
    desc_set(bytes, "readback2", DST + 139);
    assert_int_equal(host_execute(host, bytes).status, SV_STATUS_WRITE_ERROR);
    desc_begin(bytes, SV_DSA_CACHE_FLUSH, CR);
    desc_set(bytes, "dst", DST + 130);
    desc_set(bytes, "size", 300);
    host->fault_first = DST + 256;
    host->fault_last = DST + 300;
    assert_int_equal(host_execute(host, bytes).status, SV_STATUS_READ_ERROR);
    host_destroy(host);
}

static void seeds_and_lists_can_fail_too(void **state)
{
    static const uint8_t ops[] = {SV_DSA_GATHER_COPY, SV_DSA_SCATTER_COPY, SV_DSA_SCATTER_FILL,
                                  SV_DSA_GATHER_REDUCE};
    struct dsa_host *host = host_simple(4, 0);
    uint8_t bytes[64];

    (void)state;
    host->shuffle = true;
    desc_begin(bytes, SV_DSA_CRC, CR);
    desc_flag(bytes, SV_FLAG_OP0);
    desc_set(bytes, "src", SRC);
    desc_set(bytes, "size", 1000);
    desc_set(bytes, "seed_address", DST);
    host->fault_first = host->fault_last = DST;
    assert_int_equal(host_execute(host, bytes).status, SV_STATUS_READ_ERROR);
    host->fault_first = LIST + 512;
    host->fault_last = LIST + 515;
    for (unsigned i = 0; i < sizeof(ops); i++) {
        svasim_completion done;

        desc_begin(bytes, ops[i], CR);
        desc_set(bytes, "sgl", LIST);
        desc_set(bytes, "sgl_size", 200);
        desc_set(bytes, "sgl_format", 2);
        desc_set(bytes, "base", DST);
        desc_set(bytes, "elements", 4);
        if (ops[i] == SV_DSA_GATHER_REDUCE)
            desc_set(bytes, "compute", 1);
        else
            desc_set(bytes, "size", 800);
        if (ops[i] == SV_DSA_SCATTER_COPY)
            desc_set(bytes, "src", SRC);
        else if (ops[i] != SV_DSA_SCATTER_FILL)
            desc_set(bytes, "dst", SRC);
        done = host_execute(host, bytes);
        assert_int_equal(done.status, SV_STATUS_READ_ERROR);
        assert_int_equal(done.fault_address, LIST + 512);
        if (ops[i] != SV_DSA_GATHER_REDUCE)
            assert_in_range(sv_dsa_get(host_at(host, CR), 20, 2), 0, 128);
    }
    host_destroy(host);
}

static void busy_ports_only_delay(void **state)
{
    svasim_dsa_setup setup = svasim_dsa_setup_default();
    svasim_wq_setup wq = svasim_wq_setup_default();

    (void)state;
    setup.engines = 4;
    for (unsigned capacity = 1; capacity < 40; capacity += 7) {
        struct dsa_host *host = host_create(&setup, capacity);
        uint8_t bytes[64];
        unsigned latest = 0, earliest = UINT32_MAX;

        host->capacity = capacity;
        host->shuffle = true;
        for (unsigned q = 0; q < 4; q++)
            assert_int_equal(svasim_dsa_wq_enable(host->dsa, q, &wq), 0);
        for (unsigned i = 0; i < 4; i++) {
            desc_begin(bytes, SV_DSA_MEMMOVE, CR + 32 * i);
            desc_set(bytes, "src", SRC);
            desc_set(bytes, "dst", DST + 0x10000 * i);
            desc_set(bytes, "size", 20000);
            assert_int_equal(svasim_dsa_submit(host->dsa, SVASIM_ENQCMD, i << 14, 7, bytes, i),
                             SVASIM_SUBMIT_ACCEPTED);
        }
        assert_true(host_run(host, 100000));
        assert_int_equal(host->done_count, 4);
        for (unsigned i = 0; i < 4; i++) {
            unsigned at = (unsigned)host->done[i].completed_at;

            assert_int_equal(host->done[i].status, SV_STATUS_SUCCESS);
            assert_int_equal(host->done[i].dma_requests, 313 + 313 + 1);
            latest = at > latest ? at : latest;
            earliest = at < earliest ? at : earliest;
        }
        /* Nobody starves: all four were served side by side. */
        assert_true(latest - earliest < 400);
        host_destroy(host);
    }
}

static void a_drain_waits_for_its_own(void **state)
{
    svasim_dsa_setup setup = svasim_dsa_setup_default();
    svasim_wq_setup wq = svasim_wq_setup_default();
    struct dsa_host *host;
    uint8_t bytes[64];

    (void)state;
    setup.engines = 3;
    host = host_create(&setup, 1);
    assert_int_equal(svasim_dsa_wq_enable(host->dsa, 0, &wq), 0);
    move(bytes, 8);
    (void)svasim_dsa_submit(host->dsa, SVASIM_ENQCMD, 0, 7, bytes, 1);
    desc_begin(bytes, SV_DSA_DRAIN, CR + 64);
    /* Another PASID's drain does not wait; this one's does. */
    (void)svasim_dsa_submit(host->dsa, SVASIM_ENQCMD, 0, 8, bytes, 2);
    (void)svasim_dsa_submit(host->dsa, SVASIM_ENQCMD, 0, 7, bytes, 3);
    assert_int_equal(host->waiting_count, 2);
    assert_true(host_run(host, 100));
    assert_int_equal(host->done[0].id, 2);
    assert_int_equal(host->done[1].id, 1);
    assert_int_equal(host->done[2].id, 3);
    host_destroy(host);
}

static void data_takes_its_ticks(void **state)
{
    struct dsa_host *host = host_simple(1, 50);
    svasim_response response = {.status = SVASIM_STATUS_OK};
    uint8_t bytes[64];

    (void)state;
    move(bytes, 8);
    (void)svasim_dsa_submit(host->dsa, SVASIM_ENQCMD, 0, 7, bytes, 1);
    assert_int_equal(svasim_dsa_next_event(host->dsa), SVASIM_NEVER);
    assert_int_equal(host->waiting_count, 1);
    host->tick = 2000;
    response.tag = host->waiting[0].tag;
    response.address = host->waiting[0].address + HOST_OFFSET;
    host->waiting_count = 0;
    svasim_dsa_answer(host->dsa, &response);
    /* Answering twice, or for nobody, changes nothing. */
    svasim_dsa_answer(host->dsa, &response);
    response.tag = UINT64_MAX;
    svasim_dsa_answer(host->dsa, &response);
    assert_int_equal(svasim_dsa_next_event(host->dsa), 2050);
    svasim_dsa_run_until(host->dsa, 2049);
    assert_int_equal(host->waiting_count, 0);
    svasim_dsa_run_until(host->dsa, 2050);
    assert_int_equal(host->waiting_count, 1);
    assert_int_equal(host->waiting[0].op, SVASIM_WRITE);
    host_destroy(host);
}

static void never_more_lines_than_configured(void **state)
{
    (void)state;
    for (unsigned lines = 1; lines <= 32; lines *= 2) {
        struct dsa_host *host = host_simple(lines, 0);
        uint8_t bytes[64];

        move(bytes, 30000);
        (void)svasim_dsa_submit(host->dsa, SVASIM_ENQCMD, 0, 7, bytes, 1);
        while (host->waiting_count) {
            assert_true(host->waiting_count <= lines);
            host_answer_one(host);
        }
        assert_int_equal(svasim_dsa_pending(host->dsa), 0);
        host_destroy(host);
    }
}

struct refill {
    struct dsa_host *host;
    unsigned left;
};

static void resubmit(void *user, const svasim_completion *completion)
{
    struct refill *refill = user;
    uint8_t bytes[64];

    assert_int_equal(completion->status, SV_STATUS_SUCCESS);
    desc_begin(bytes, SV_DSA_NOOP, 0);
    if (refill->left-- > 1)
        assert_int_equal(svasim_dsa_submit(refill->host->dsa, SVASIM_ENQCMD, 0, 7, bytes, 1),
                         SVASIM_SUBMIT_ACCEPTED);
}

static svasim_err refuse(void *user, const svasim_request *request)
{
    (void)user, (void)request;
    return SVASIM_EINVAL;
}

static svasim_tick refill_now(void *user)
{
    (void)user;
    return 1;
}

/* A completion may submit the next descriptor, a thousand deep, without a growing stack; a
   port that refuses a request outright makes its access fail. */
static void hosts_may_call_back_and_refuse(void **state)
{
    svasim_dsa_setup setup = svasim_dsa_setup_default();
    svasim_wq_setup wq = svasim_wq_setup_default();
    struct dsa_host host = {.dsa = NULL};
    struct refill refill = {&host, 1000};
    svasim_dsa_ports ports = host_ports(&host);
    uint8_t bytes[64];

    (void)state;
    ports.host = &refill;
    ports.completed = resubmit;
    ports.dma = refuse;
    ports.now = refill_now;
    host.dsa = svasim_dsa_create(&setup, &ports, NULL);
    assert_int_equal(svasim_dsa_wq_enable(host.dsa, 0, &wq), 0);
    desc_begin(bytes, SV_DSA_NOOP, CR);
    (void)svasim_dsa_submit(host.dsa, SVASIM_ENQCMD, 0, 7, bytes, 1);
    assert_int_equal(refill.left, 0);
    assert_int_equal(svasim_dsa_pending(host.dsa), 0);
    svasim_dsa_destroy(host.dsa);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(faults_at_each_operand),
        cmocka_unit_test(readbacks_fail_as_writes),
        cmocka_unit_test(seeds_and_lists_can_fail_too),
        cmocka_unit_test(busy_ports_only_delay),
        cmocka_unit_test(a_drain_waits_for_its_own),
        cmocka_unit_test(data_takes_its_ticks),
        cmocka_unit_test(never_more_lines_than_configured),
        cmocka_unit_test(hosts_may_call_back_and_refuse),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
