/* SPDX-License-Identifier: MIT */
/* test_device_tlb.c - invalidations that go to devices: the message, ITags and their limits, what
 * completes one, what waits for it, time-outs and completions that nobody expects (sections 4.3,
 * 6.5.2.5, 6.5.2.6, 6.5.2.9, 6.5.2.11). */
#include "unit_bed.h"

#include <stdio.h>
#include <string.h>

#define SID(s)       ((uint64_t)(s) << 32)
#define MIP(n)       ((uint64_t)(n) << 16)
#define PFSID(s)     (((uint64_t)(s)&0xf) << 12 | ((uint64_t)(s) >> 4) << 52)
#define DEV_TLB(s)   (UINT64_C(3) | SID(s) | PFSID(s))
#define P_DEV_TLB(s) (UINT64_C(8) | (uint64_t)(s) << 16 | PFSID(s) | (uint64_t)UNIT_PASID << 32)
#define S            UINT64_C(1)
#define P_S          (UINT64_C(1) << 11)
#define GI           UINT64_C(1)
#define ALL          UINT64_C(0x7ffffffffffff000)
#define TIMEOUT      1000u

static void open_on(struct unit_bed *bed, const char *config)
{
    char text[160];
    (void)snprintf(text, sizeof text, "device_tlb.timeout=%u %s", TIMEOUT, config);
    unit_open(bed, UNIT_SCALABLE | UNIT_DEVICES, text);
    unit_on(bed);
    unit_queue_on(bed, 0, true);
}

static void tail(struct unit_bed *bed, uint32_t offset)
{
    unit_write(bed, REG_IQT, 8, offset);
}

/* Head and the three errors of FSTS. */
static void queue_is(const struct unit_bed *bed, uint32_t head, uint32_t errors)
{
    assert_int_equal(unit_read(bed, REG_IQH, 8), head);
    assert_int_equal(unit_read(bed, REG_FSTS, 4), errors);
}

static void done(struct unit_bed *bed, uint16_t sid, uint32_t itags, uint8_t count)
{
    assert_int_equal(svasim_device_tlb_done(bed->unit, sid, itags, count), SVASIM_OK);
}

static void pending_is(const struct unit_bed *bed, uint32_t count)
{
    assert_int_equal(svasim_device_tlb_pending(bed->unit), count);
}

/* --- the message --- */

static void ranges_are_decoded(void **state)
{
    static const struct {
        uint64_t low, high, address;
        unsigned size_log2;
        uint32_t pasid;
        bool all_pasids;
    } rows[] = {
        {DEV_TLB(UNIT_SID), 0x12345000, 0x12345000, 12, SVASIM_NO_PASID, false},
        {DEV_TLB(UNIT_SID), 0x12344000 | S, 0x12344000, 13, SVASIM_NO_PASID, false},
        {DEV_TLB(UNIT_SID), 0x12345000 | S, 0x12344000, 14, SVASIM_NO_PASID, false},
        {DEV_TLB(UNIT_SID), 0x400ff000 | S, 0x40000000, 21, SVASIM_NO_PASID, false},
        {DEV_TLB(UNIT_SID), ALL | S, 0, 64, SVASIM_NO_PASID, false},
        {DEV_TLB(UNIT_SID), ALL | UINT64_C(1) << 63 | S, 0, 64, SVASIM_NO_PASID, false},
        {DEV_TLB(UNIT_SID), 0, 0, 12, SVASIM_NO_PASID, false},
        {P_DEV_TLB(UNIT_SID), 0x12345000, 0x12345000, 12, UNIT_PASID, false},
        {P_DEV_TLB(UNIT_SID), 0x12346000 | P_S, 0x12346000, 13, UNIT_PASID, false},
        {P_DEV_TLB(UNIT_SID), ALL | P_S | GI, 0, 64, UNIT_PASID, true},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct unit_bed bed;
        open_on(&bed, "");
        bed.done_at_once = true;
        unit_put(&bed, 0, true, rows[i].low, rows[i].high);
        tail(&bed, 32);
        queue_is(&bed, 32, 0);
        assert_int_equal(unit_events(&bed, UNIT_FLUSH), 1);
        assert_int_equal(bed.flush.source_id, UNIT_SID);
        assert_true(bed.flush.address == rows[i].address);
        assert_int_equal(bed.flush.size_log2, rows[i].size_log2);
        assert_int_equal(bed.flush.pasid, rows[i].pasid);
        assert_int_equal(bed.flush.all_pasids, rows[i].all_pasids);
        assert_int_equal(bed.flush.itag, 0);
        pending_is(&bed, 0);
        unit_close(&bed);
    }
}

/* --- completion --- */

static void a_wait_completes_with_the_device(void **state)
{
    (void)state;
    for (unsigned count = 1; count <= 8; count++) {
        struct unit_bed bed;
        open_on(&bed, "");
        unit_put_wait(&bed, 0, true, 1, 0);
        unit_put(&bed, 32, true, DEV_TLB(UNIT_SID), 0);
        unit_put_wait(&bed, 64, true, 2, 0);
        unit_put(&bed, 96, true, P_DEV_TLB(UNIT_OTHER_SID), 0);
        unit_put_wait(&bed, 128, true, 3, 0);
        tail(&bed, 160);
        queue_is(&bed, 160, 0);
        pending_is(&bed, 2);
        assert_int_equal(unit_events(&bed, UNIT_STORE), 1);
        done(&bed, UNIT_OTHER_SID, 1, 1); /* the younger one: no wait is free */
        assert_int_equal(unit_events(&bed, UNIT_STORE), 1);
        for (unsigned i = 0; i < count; i++) {
            assert_int_equal(unit_events(&bed, UNIT_STORE), 1);
            done(&bed, UNIT_SID, 1, (uint8_t)count);
        }
        assert_int_equal(unit_events(&bed, UNIT_STORE), 3);
        assert_int_equal(unit_event(&bed, UNIT_STORE, 2)->data, 3);
        pending_is(&bed, 0);
        assert_true(svasim_next_event(bed.unit) == SVASIM_NEVER);
        queue_is(&bed, 160, 0);
        unit_close(&bed);
    }
}

static void a_fence_waits_for_the_device(void **state)
{
    struct unit_bed bed;
    (void)state;
    open_on(&bed, "");
    unit_ask(&bed, UNIT_SID, SVASIM_NO_PASID, UNIT_VA, SVASIM_READ);
    unit_put(&bed, 0, true, DEV_TLB(UNIT_SID), 0);
    unit_put_wait(&bed, 32, true, 1, INV_WAIT_FN);
    unit_put(&bed, 64, true, INV_IOTLB_ALL, 0);
    tail(&bed, 96);
    queue_is(&bed, 64, 0);
    assert_int_equal(unit_cached(&bed, "iotlb_4k"), 1);
    done(&bed, UNIT_SID, 1, 1);
    queue_is(&bed, 96, 0);
    assert_int_equal(unit_cached(&bed, "iotlb_4k"), 0);
    unit_close(&bed);
}

static void requests_and_devices_both_count(void **state)
{
    struct unit_bed bed;
    svasim_request request = unit_request(UNIT_SID, SVASIM_NO_PASID, UNIT_VA, SVASIM_READ);
    (void)state;
    for (unsigned device_first = 0; device_first < 2; device_first++) {
        open_on(&bed, "memory.latency=10");
        unit_put(&bed, 0, true, DEV_TLB(UNIT_SID), 0);
        unit_put_wait(&bed, 32, true, 1, INV_WAIT_IF);
        unit_write(&bed, REG_IECTL, 4, 0);
        assert_int_equal(svasim_submit(bed.unit, &request), SVASIM_OK);
        tail(&bed, 64);
        if (device_first)
            done(&bed, UNIT_SID, 1, 1);
        else
            svasim_drain(bed.unit);
        assert_int_equal(unit_events(&bed, UNIT_STORE), 0);
        if (device_first)
            svasim_drain(bed.unit);
        else
            done(&bed, UNIT_SID, 1, 1);
        assert_int_equal(unit_events(&bed, UNIT_STORE), 1);
        assert_int_equal(unit_events(&bed, UNIT_MESSAGE), 1);
        unit_close(&bed);
    }
}

/* --- ITags --- */

static void limits_hold_the_queue(void **state)
{
    static const struct {
        const char *config;
        uint64_t flags;
        unsigned sent;
        bool shared; /* with the other device, by PFSID */
    } rows[] = {
        {"", 0, 32, false},
        {"device_tlb.itags=3", 0, 3, false},
        {"device_tlb.pending=5", 0, 5, false},
        {"", MIP(2), 2, false},
        {"device_tlb.itags=3", MIP(31), 3, false},
        {"", MIP(4), 4, true},
        {"", 0, 32, true},
        {"cap.dit=off", MIP(4), 4, false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct unit_bed bed;
        bool by_sid = strstr(rows[i].config, "dit") != NULL;
        open_on(&bed, rows[i].config);
        for (unsigned n = 0; n < 40; n++) {
            uint64_t sid = rows[i].shared && n % 2 ? UNIT_OTHER_SID : UNIT_SID;
            unit_put(&bed, 32 * n, true,
                     3 | SID(sid) | (by_sid ? 0 : PFSID(UNIT_SID)) | rows[i].flags, 0);
        }
        unit_put_wait(&bed, 32 * 40, true, 1, 0);
        tail(&bed, 32 * 41);
        queue_is(&bed, 32 * rows[i].sent, 0);
        pending_is(&bed, rows[i].sent);
        /* ITags count per device; the one that gets free is taken again. */
        assert_int_equal(unit_event(&bed, UNIT_FLUSH, 1)->data, rows[i].shared ? 0 : 1);
        done(&bed, UNIT_SID, 2, 1);
        if (!rows[i].shared) {
            queue_is(&bed, 32 * (rows[i].sent + 1), 0);
            assert_int_equal(unit_event(&bed, UNIT_FLUSH, rows[i].sent)->data, 1);
        }
        /* By call it is the same: not now. */
        uint64_t words[4] = {3 | SID(UNIT_SID) | (by_sid ? 0 : PFSID(UNIT_SID)) | rows[i].flags, 0,
                             0, 0};
        assert_int_equal(svasim_invalidate(bed.unit, words, NULL), SVASIM_BUSY);
        for (unsigned n = 0; n < 100 && svasim_device_tlb_pending(bed.unit); n++) {
            done(&bed, UNIT_SID, UINT32_C(0xffffffff), 1);
            done(&bed, UNIT_OTHER_SID, UINT32_C(0xffffffff), 1);
        }
        assert_int_equal(unit_read(&bed, REG_IQH, 8), 32 * 41);
        assert_int_equal(unit_events(&bed, UNIT_FLUSH), 40);
        assert_int_equal(unit_events(&bed, UNIT_STORE), 1);
        unit_close(&bed);
    }
}

/* PFSID is a whole source id, its upper twelve bits apart from the lower four. */
static void limits_tell_every_bit_of_pfsid_apart(void **state)
{
    (void)state;
    for (unsigned bit = 0; bit < 16; bit++) {
        struct unit_bed bed;
        open_on(&bed, "");
        unit_put(&bed, 0, true, 3 | SID(UNIT_SID) | PFSID(0) | MIP(1), 0);
        unit_put(&bed, 32, true, 3 | SID(UNIT_SID) | PFSID(1u << bit) | MIP(1), 0);
        unit_put(&bed, 64, true, 3 | SID(UNIT_SID) | PFSID(0) | MIP(1), 0);
        tail(&bed, 96);
        pending_is(&bed, 2);
        queue_is(&bed, 64, 0);
        unit_close(&bed);
    }
}

static void another_device_has_its_own_limit(void **state)
{
    struct unit_bed bed;
    (void)state;
    open_on(&bed, "device_tlb.itags=1");
    unit_put(&bed, 0, true, DEV_TLB(UNIT_SID), 0);
    unit_put(&bed, 32, true, DEV_TLB(UNIT_OTHER_SID), 0);
    unit_put(&bed, 64, true, DEV_TLB(UNIT_OTHER_SID), 0);
    tail(&bed, 96);
    queue_is(&bed, 64, 0);
    done(&bed, UNIT_SID, 1, 1);
    queue_is(&bed, 64, 0);
    done(&bed, UNIT_OTHER_SID, 1, 1);
    queue_is(&bed, 96, 0);
    unit_close(&bed);
}

/* --- completions that were not expected --- */

static void unknown_itags_are_an_error(void **state)
{
    struct unit_bed bed;
    (void)state;
    open_on(&bed, "");
    unit_write(&bed, REG_FECTL, 4, 0);
    unit_put(&bed, 0, true, DEV_TLB(UNIT_SID), 0);
    unit_put_wait(&bed, 32, true, 1, 0);
    tail(&bed, 64);
    done(&bed, UNIT_OTHER_SID, 1, 1); /* of the wrong device */
    queue_is(&bed, 64, FSTS_ICE);
    pending_is(&bed, 1);
    assert_int_equal(unit_read(&bed, REG_IQERCD, 8) >> 48, UNIT_OTHER_SID);
    assert_int_equal(unit_events(&bed, UNIT_MESSAGE), 1);
    /* ITag 0 is good, ITag 4 is not: the good one counts. The first device stays recorded. */
    done(&bed, UNIT_SID, 0x11, 1);
    pending_is(&bed, 0);
    assert_int_equal(unit_events(&bed, UNIT_STORE), 1);
    assert_int_equal(unit_read(&bed, REG_IQERCD, 8) >> 48, UNIT_OTHER_SID);
    assert_int_equal(unit_events(&bed, UNIT_MESSAGE), 1);
    unit_write(&bed, REG_FSTS, 4, FSTS_ICE);
    queue_is(&bed, 64, 0);
    done(&bed, UNIT_SID, 1, 1); /* twice */
    queue_is(&bed, 64, FSTS_ICE);
    assert_int_equal(unit_read(&bed, REG_IQERCD, 8) >> 48, UNIT_SID);
    assert_int_equal(unit_events(&bed, UNIT_MESSAGE), 2);
    /* The queue goes on. */
    unit_put_wait(&bed, 64, true, 2, 0);
    tail(&bed, 96);
    queue_is(&bed, 96, FSTS_ICE);
    assert_int_equal(unit_events(&bed, UNIT_STORE), 2);
    unit_close(&bed);
}

static void a_call_that_makes_no_sense_is_refused(void **state)
{
    struct unit_bed bed;
    (void)state;
    open_on(&bed, "");
    assert_int_equal(svasim_device_tlb_done(bed.unit, UNIT_SID, 1, 0), SVASIM_EINVAL);
    assert_int_equal(svasim_device_tlb_done(bed.unit, UNIT_SID, 1, 9), SVASIM_EINVAL);
    queue_is(&bed, 0, 0);
    unit_close(&bed);
    unit_open(&bed, UNIT_SCALABLE | UNIT_DEVICES, UNIT_NO_DT);
    assert_int_equal(svasim_device_tlb_done(bed.unit, UNIT_SID, 1, 1), SVASIM_EINVAL);
    unit_close(&bed);
}

/* --- time-outs --- */

static void silence_times_out_at_its_tick(void **state)
{
    struct unit_bed bed;
    (void)state;
    open_on(&bed, "");
    unit_write(&bed, REG_FECTL, 4, 0);
    unit_put_wait(&bed, 0, true, 1, 0);
    unit_put(&bed, 32, true, DEV_TLB(UNIT_SID), 0);
    unit_put_wait(&bed, 64, true, 2, INV_WAIT_FN);
    unit_put_wait(&bed, 96, true, 3, 0);
    svasim_run_until(bed.unit, 50);
    tail(&bed, 128);
    queue_is(&bed, 96, 0);
    assert_int_equal(svasim_next_event(bed.unit), 50 + TIMEOUT);
    svasim_run_until(bed.unit, 49 + TIMEOUT);
    queue_is(&bed, 96, 0);
    pending_is(&bed, 1);
    svasim_run_until(bed.unit, 50 + TIMEOUT);
    queue_is(&bed, 96, FSTS_ITE);
    pending_is(&bed, 0);
    assert_int_equal(unit_read(&bed, REG_IQERCD, 8) >> 32 & 0xffff, UNIT_SID);
    assert_int_equal(unit_event(&bed, UNIT_MESSAGE, 0)->tick, 50 + TIMEOUT);
    assert_true(svasim_next_event(bed.unit) == SVASIM_NEVER);
    /* The tail moves, nothing is fetched. */
    unsigned reads = bed.reads;
    unit_put_wait(&bed, 128, true, 4, 0);
    tail(&bed, 160);
    queue_is(&bed, 96, FSTS_ITE);
    assert_int_equal(bed.reads, reads);
    /* The wait that was pending is gone for good; what was not fetched runs now. */
    unit_write(&bed, REG_FSTS, 4, FSTS_ITE);
    queue_is(&bed, 160, 0);
    assert_int_equal(unit_events(&bed, UNIT_STORE), 3);
    assert_int_equal(unit_event(&bed, UNIT_STORE, 1)->data, 3);
    assert_int_equal(unit_event(&bed, UNIT_STORE, 2)->data, 4);
    unit_close(&bed);
}

/* Completions go on being taken while ITE is set, and the first device stays recorded. */
static void several_time_outs_record_one(void **state)
{
    struct unit_bed bed;
    (void)state;
    open_on(&bed, "");
    unit_put(&bed, 0, true, DEV_TLB(UNIT_SID), 0);
    tail(&bed, 32);
    svasim_run_until(bed.unit, 10);
    unit_put(&bed, 32, true, DEV_TLB(UNIT_OTHER_SID), 0);
    unit_put(&bed, 64, true, DEV_TLB(UNIT_OTHER_SID), 0);
    tail(&bed, 96);
    svasim_run_until(bed.unit, TIMEOUT);
    queue_is(&bed, 96, FSTS_ITE);
    pending_is(&bed, 2);
    done(&bed, UNIT_OTHER_SID, 1, 1);
    pending_is(&bed, 1);
    svasim_run_until(bed.unit, 10 + TIMEOUT);
    pending_is(&bed, 0);
    assert_int_equal(unit_read(&bed, REG_IQERCD, 8) >> 32 & 0xffff, UNIT_SID);
    done(&bed, UNIT_SID, 1, 1); /* too late */
    queue_is(&bed, 96, FSTS_ITE | FSTS_ICE);
    unit_write(&bed, REG_FSTS, 4, FSTS_ITE | FSTS_ICE);
    queue_is(&bed, 96, 0);
    unit_close(&bed);
}

/* A wait that an earlier bad descriptor does not touch is lost with a time-out. */
static void an_earlier_wait_survives_iqe_but_not_ite(void **state)
{
    (void)state;
    for (unsigned silent = 0; silent < 2; silent++) {
        struct unit_bed bed;
        open_on(&bed, "");
        unit_put(&bed, 0, true, DEV_TLB(UNIT_SID), 0);
        unit_put_wait(&bed, 32, true, 1, 0);
        unit_put(&bed, 64, true, 0, 0);
        tail(&bed, 96);
        queue_is(&bed, 64, FSTS_IQE);
        assert_int_equal(unit_events(&bed, UNIT_STORE), 0);
        if (silent)
            svasim_run_until(bed.unit, 2 * TIMEOUT);
        else
            done(&bed, UNIT_SID, 1, 1);
        queue_is(&bed, 64, FSTS_IQE | (silent ? FSTS_ITE : 0));
        assert_int_equal(unit_events(&bed, UNIT_STORE), silent ? 0 : 1);
        /* Both must be cleared before the queue goes on. */
        unit_put_wait(&bed, 64, true, 2, 0);
        unit_write(&bed, REG_FSTS, 4, FSTS_IQE);
        queue_is(&bed, silent ? 64 : 96, silent ? FSTS_ITE : 0);
        unit_write(&bed, REG_FSTS, 4, FSTS_ITE);
        queue_is(&bed, 96, 0);
        assert_int_equal(unit_events(&bed, UNIT_STORE), silent ? 1 : 2);
        unit_close(&bed);
    }
}

/* Requests on their way do not disturb the tick of a time-out, nor it them. */
static void time_outs_and_requests_share_the_clock(void **state)
{
    (void)state;
    for (unsigned drain = 0; drain < 2; drain++) {
        struct unit_bed bed;
        open_on(&bed, "memory.latency=400");
        svasim_request request = unit_request(UNIT_SID, SVASIM_NO_PASID, UNIT_VA, SVASIM_READ);
        unit_write(&bed, REG_FECTL, 4, 0);
        unit_put(&bed, 0, true, DEV_TLB(UNIT_SID), 0);
        assert_int_equal(svasim_submit(bed.unit, &request), SVASIM_OK);
        tail(&bed, 32);
        if (drain)
            svasim_drain(bed.unit);
        else
            svasim_run_until(bed.unit, 100000);
        assert_int_equal(unit_event(&bed, UNIT_MESSAGE, 0)->tick, TIMEOUT);
        assert_true(unit_event(&bed, UNIT_ANSWER, 0)->tick > 4 * 400);
        queue_is(&bed, 32, FSTS_ITE);
        unit_close(&bed);
    }
}

/* A deadline that begins while the unit runs is kept too. */
static void a_deadline_set_on_the_way_is_kept(void **state)
{
    struct unit_bed bed;
    (void)state;
    open_on(&bed, "memory.latency=10");
    svasim_request request = unit_request(UNIT_SID, SVASIM_NO_PASID, UNIT_VA, SVASIM_READ);
    unit_write(&bed, REG_FECTL, 4, 0);
    unit_put_wait(&bed, 0, true, 1, INV_WAIT_FN);
    unit_put(&bed, 32, true, DEV_TLB(UNIT_SID), 0);
    assert_int_equal(svasim_submit(bed.unit, &request), SVASIM_OK);
    tail(&bed, 64);
    queue_is(&bed, 32, 0);
    svasim_run_until(bed.unit, 100000);
    queue_is(&bed, 64, FSTS_ITE);
    assert_int_equal(unit_event(&bed, UNIT_MESSAGE, 0)->tick,
                     unit_event(&bed, UNIT_STORE, 0)->tick + TIMEOUT);
    assert_int_equal(svasim_now(bed.unit), 100000);
    unit_close(&bed);
}

/* --- other hosts, other states --- */

static void completions_are_refused_while_translation_is_off(void **state)
{
    (void)state;
    for (unsigned at_once = 0; at_once < 2; at_once++) {
        struct unit_bed bed;
        open_on(&bed, "");
        bed.done_at_once = at_once;
        unit_write(&bed, REG_GCMD, 4, GCMD_QIE);
        unit_put(&bed, 0, true, DEV_TLB(UNIT_SID), 0);
        tail(&bed, 32);
        done(&bed, UNIT_SID, 1, 1);
        done(&bed, UNIT_SID, 2, 1);
        pending_is(&bed, 1);
        queue_is(&bed, 32, 0);
        svasim_run_until(bed.unit, TIMEOUT);
        queue_is(&bed, 32, FSTS_ITE);
        unit_close(&bed);
    }
}

static void older_hosts_and_hosts_without_devices_get_no_message(void **state)
{
    (void)state;
    for (unsigned old = 0; old < 2; old++) {
        struct unit_bed bed;
        svasim_ports ports = SVASIM_PORTS_INIT;
        svasim *unit = NULL;
        uint64_t words[4] = {DEV_TLB(UNIT_SID), 0, 0, 0};
        uint8_t iqei = 9;
        unit_open(&bed, UNIT_SCALABLE, NULL);
        svasim_mem_ports(bed.mem, &ports);
        if (old) {
            ports.size = offsetof(svasim_ports, device_invalidate);
            /* Behind an older structure there may be anything. */
            memset((char *)&ports + ports.size, 0xff, sizeof ports - ports.size);
        }
        assert_int_equal(svasim_create(&unit, bed.config, &ports, NULL), SVASIM_OK);
        assert_int_equal(svasim_invalidate(unit, words, &iqei), SVASIM_OK);
        assert_int_equal(iqei, 0);
        assert_int_equal(svasim_device_tlb_pending(unit), 0);
        svasim_destroy(unit);
        unit_close(&bed);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ranges_are_decoded),
        cmocka_unit_test(a_wait_completes_with_the_device),
        cmocka_unit_test(a_fence_waits_for_the_device),
        cmocka_unit_test(requests_and_devices_both_count),
        cmocka_unit_test(limits_hold_the_queue),
        cmocka_unit_test(limits_tell_every_bit_of_pfsid_apart),
        cmocka_unit_test(another_device_has_its_own_limit),
        cmocka_unit_test(unknown_itags_are_an_error),
        cmocka_unit_test(a_call_that_makes_no_sense_is_refused),
        cmocka_unit_test(silence_times_out_at_its_tick),
        cmocka_unit_test(several_time_outs_record_one),
        cmocka_unit_test(an_earlier_wait_survives_iqe_but_not_ite),
        cmocka_unit_test(time_outs_and_requests_share_the_clock),
        cmocka_unit_test(a_deadline_set_on_the_way_is_kept),
        cmocka_unit_test(completions_are_refused_while_translation_is_off),
        cmocka_unit_test(older_hosts_and_hosts_without_devices_get_no_message),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
