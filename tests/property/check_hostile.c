/* SPDX-License-Identifier: MIT */
/* check_hostile.c - nothing that a guest or a host may do crashes, hangs or loses a request: tables
 * of noise, any configuration that is accepted, random registers, descriptors and requests. Most
 * telling under the address and undefined-behaviour sanitizers. */
#define _POSIX_C_SOURCE 200809L
#include "conformance/suite.h"
#include "perf_driver.h"
#include "property/chance.h"

#include "base/bits.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROUNDS  400
#define ACTIONS 600

/* Memory that is a function of the address, so that it needs no room: noise, or noise bent into
 * entries that look legal and point at each other. */
struct noise {
    struct sv_rng rng;
    svasim *unit;
    uint64_t seed, accepted, answered;
    uint32_t bend;    /* percent of quadwords that are bent */
    uint32_t failing; /* percent of accesses that fail */
    uint8_t updates;  /* 0 done, 1 lost, 2 failed, 3 any */
    uint32_t nested;  /* submissions still allowed from inside respond */
};

static uint64_t noise_at(const struct noise *noise, uint64_t hpa)
{
    uint64_t value = mix64(noise->seed ^ hpa);
    if (mix64(value) % 100 >= noise->bend)
        return value;
    /* Present, all rights, no large page, small address; fits paging entries and pointers. */
    uint64_t bent = (value & UINT64_C(0x3fff000)) | 3;
    switch (value >> 60 & 7) {
    case 0:
        return bent | 0x84; /* leaf */
    case 1:
        return bent | (value >> 30 & 7) << 6; /* translation type */
    case 2:
        return value & UINT64_C(0x1ffffff);
    case 3:
        return 0;
    default:
        return bent | 4 | (value >> 20 & 1) << 5;
    }
}

static int noise_read(void *host, uint64_t hpa, void *out, uint32_t bytes)
{
    struct noise *noise = host;
    ck_assert(bytes == 8 || bytes == 16 || bytes == 32 || bytes == 64);
    ck_assert_uint_eq(hpa % bytes, 0);
    if (chance_is(&noise->rng, noise->failing))
        return 1;
    for (uint32_t i = 0; i < bytes; i += 8)
        store_le64((unsigned char *)out + i, noise_at(noise, hpa + i));
    return 0;
}

static int noise_write(void *host, uint64_t hpa, const void *data, uint32_t bytes)
{
    struct noise *noise = host;
    (void)data;
    ck_assert(bytes == 4 || bytes == 8);
    ck_assert_uint_eq(hpa % bytes, 0);
    return chance_is(&noise->rng, noise->failing);
}

static svasim_update noise_update(void *host, uint64_t hpa, uint64_t expected, uint64_t desired,
                                  uint64_t *seen)
{
    struct noise *noise = host;
    ck_assert_uint_eq(hpa % 8, 0);
    ck_assert_uint_ne(expected, desired);
    *seen = chance_is(&noise->rng, 50) ? expected : sv_rng_next(&noise->rng);
    uint32_t how = noise->updates == 3 ? sv_rng_below(&noise->rng, 3) : noise->updates;
    return (svasim_update)how;
}

static svasim_request noise_request(struct sv_rng *rng, bool legal)
{
    svasim_request request = {.address = sv_rng_next(rng),
                              .length = sv_rng_below(rng, 80),
                              .pasid = chance_is(rng, 40) ? SVASIM_NO_PASID
                                                          : sv_rng_below(rng, 1u << 20),
                              .source_id = (uint16_t)sv_rng_next(rng),
                              .op = (uint8_t)sv_rng_below(rng, 3),
                              .at = (uint8_t)sv_rng_below(rng, 4),
                              .flags = (uint8_t)sv_rng_below(rng, 8)};
    if (chance_is(rng, 70)) { /* few devices, PASIDs and pages, so that caches hit */
        request.source_id &= 3;
        if (request.pasid != SVASIM_NO_PASID)
            request.pasid &= 7;
        request.address &= 0x3fffff;
    }
    if (!legal) {
        if (chance_is(rng, 20))
            request.length = (uint32_t)sv_rng_next(rng);
        if (chance_is(rng, 20))
            request.pasid = (uint32_t)sv_rng_next(rng);
        if (chance_is(rng, 20))
            request.op = (uint8_t)sv_rng_next(rng);
        if (chance_is(rng, 20))
            request.flags = (uint8_t)sv_rng_next(rng);
        return request;
    }
    request.length = request.op == SVASIM_READ ? 0 : 1;
    if (request.pasid == SVASIM_NO_PASID)
        request.flags = 0;
    return request;
}

static void noise_respond(void *host, const svasim_response *response)
{
    struct noise *noise = host;
    uint64_t sum = 0;
    for (unsigned i = 0; i < SVASIM_STAGE_COUNT; i++)
        sum += response->where[i];
    ck_assert_uint_eq(sum, response->completed_at - response->accepted_at);
    ck_assert(response->fault < SVASIM_FAULT_COUNT);
    noise->answered++;
    if (noise->nested && chance_is(&noise->rng, 30)) {
        svasim_request request = noise_request(&noise->rng, true);
        noise->nested--;
        noise->accepted += svasim_submit(noise->unit, &request) == SVASIM_OK;
    }
}

static bool noise_device(void *host, const svasim_device_invalidation *request)
{
    struct noise *noise = host;
    ck_assert_uint_lt(request->itag, 32);
    ck_assert(request->size_log2 >= 12 && request->size_log2 <= 64);
    ck_assert(request->size_log2 == 64
                  ? request->address == 0
                  : request->address >> request->size_log2 << request->size_log2 ==
                        request->address);
    ck_assert(request->pasid == SVASIM_NO_PASID || request->pasid >> 20 == 0);
    return chance_is(&noise->rng, 30);
}

/* --- configurations --- */

/* Any value in range, but tables and delays of a size that a test can afford. */
static uint64_t modest(struct sv_rng *rng, const svasim_config_key *key)
{
    uint64_t max = key->max, span;
    if (strstr(key->name, ".sets"))
        return UINT64_C(1) << sv_rng_below(rng, 7);
    if (strstr(key->name, ".ways") || strstr(key->name, "update_tries"))
        max = 16;
    else if (max - key->min > 3000 && strcmp(key->name, "seed") != 0)
        max = key->min + 3000;
    span = max - key->min;
    return key->min + (span == UINT64_MAX ? sv_rng_next(rng) : sv_rng_next(rng) % (span + 1));
}

static void random_key(struct sv_rng *rng, svasim_config *config)
{
    unsigned count = 0;
    char text[64];
    while (svasim_config_key_at(count))
        count++;
    const svasim_config_key *key = svasim_config_key_at(sv_rng_below(rng, count));
    if (strcmp(key->type, "uint") == 0) {
        snprintf(text, sizeof text, "%" PRIu64, modest(rng, key));
    } else if (strcmp(key->type, "bool") == 0) {
        snprintf(text, sizeof text, "%u", sv_rng_below(rng, 2));
    } else {
        const char *word = key->type;
        for (uint32_t skip = sv_rng_below(rng, 3); skip && strchr(word, '|'); skip--)
            word = strchr(word, '|') + 1;
        snprintf(text, sizeof text, "%.*s", (int)strcspn(word, "|"), word);
    }
    ck_assert_msg(svasim_config_set(config, key->name, text) == SVASIM_OK, "%s",
                  svasim_config_error(config));
}

static svasim *random_unit(struct noise *noise)
{
    svasim_ports ports = SVASIM_PORTS_INIT;
    ports.host = noise;
    ports.read = noise_read;
    ports.write = noise_write;
    ports.update = noise_update;
    ports.respond = noise_respond;
    ports.device_invalidate = chance_is(&noise->rng, 80) ? noise_device : NULL;
    for (;;) {
        svasim *unit = NULL;
        svasim_config *config = svasim_config_create();
        for (uint32_t keys = sv_rng_below(&noise->rng, 40); keys > 0; keys--)
            random_key(&noise->rng, config);
        if (chance_is(&noise->rng, 50)) {
            ck_assert(svasim_config_set(config, "cap.ecmds", "on") == SVASIM_OK);
            ck_assert(svasim_config_set(config, "cap.pms", "on") == SVASIM_OK);
        }
        svasim_err error = svasim_create(&unit, config, &ports, NULL);
        ck_assert(error == SVASIM_OK ||
                  (error == SVASIM_EINVAL && *svasim_config_error(config) != 0));
        svasim_config_destroy(config);
        if (unit)
            return unit;
    }
}

/* --- actions --- */

/* Program counters at random, and give a command that may start or stop them. */
static void random_counter(struct noise *noise)
{
    struct sv_rng *rng = &noise->rng;
    unsigned counter = sv_rng_below(rng, 10);
    uint32_t filter = PERF_RID_FILTER + 4 * sv_rng_below(rng, 5);
    perf_select(noise->unit, counter, sv_rng_below(rng, 5), UINT32_C(1) << sv_rng_below(rng, 8),
                sv_rng_below(rng, 8));
    if (chance_is(rng, 20))
        perf_write(noise->unit, perf_config_at(noise->unit, counter), 8, sv_rng_next(rng));
    perf_write(noise->unit, perf_config_at(noise->unit, counter) + filter, 4,
               chance_is(rng, 30) ? sv_rng_next(rng) : 0);
    perf_write(noise->unit, perf_value_at(noise->unit, counter), 8, 0 - sv_rng_below(rng, 300));
    perf_write(noise->unit, PERF_INTRCTL, 8, sv_rng_next(rng));
    (void)perf_command(noise->unit, chance_is(rng, 60) ? PERF_ENABLE : 239 + sv_rng_below(rng, 8),
                       chance_is(rng, 90) ? counter : sv_rng_next(rng));
    (void)perf_value(noise->unit, sv_rng_below(rng, 70));
}

static void random_register(struct noise *noise)
{
    struct sv_rng *rng = &noise->rng;
    if (chance_is(rng, 30))
        random_counter(noise);
    uint32_t offset = chance_is(rng, 50) ? 4 * sv_rng_below(rng, 0x50) : sv_rng_below(rng, 5000);
    uint32_t bytes = chance_is(rng, 90) ? 4 + 4 * sv_rng_below(rng, 2) : sv_rng_below(rng, 20);
    uint64_t value = 0;
    (void)svasim_mmio_read(noise->unit, offset, bytes, &value);
    (void)svasim_mmio_write(noise->unit, offset, bytes, sv_rng_next(rng));
    if (chance_is(rng, 80)) {
        uint64_t mode = chance_is(rng, 60) ? 1 : sv_rng_below(rng, 4);
        (void)svasim_mmio_write(noise->unit, 0x20, 8, (sv_rng_next(rng) & 0xfffff080) | mode << 10);
        (void)svasim_mmio_write(noise->unit, 0x18, 4, 3u << 30);
    }
}

static void random_descriptor(struct noise *noise)
{
    struct sv_rng *rng = &noise->rng;
    uint64_t words[4] = {sv_rng_next(rng), sv_rng_next(rng), 0, 0};
    if (chance_is(rng, 70)) {
        words[0] &= UINT64_C(0x0000000700070030);
        words[1] &= UINT64_C(0x3ff07f);
        words[0] |= sv_rng_below(rng, 12);
    } else if (chance_is(rng, 50)) {
        words[2] = sv_rng_next(rng);
        words[3] = sv_rng_next(rng);
    }
    uint8_t iqei = 0xff;
    svasim_err error = svasim_invalidate(noise->unit, words, &iqei);
    ck_assert(error == SVASIM_OK || error == SVASIM_BUSY);
    ck_assert_uint_le(iqei, 7);
}

/* Completions of devices, asked for or not. */
static void random_completion(struct noise *noise)
{
    struct sv_rng *rng = &noise->rng;
    uint16_t source_id =
        chance_is(rng, 80) ? (uint16_t)sv_rng_below(rng, 8) : (uint16_t)sv_rng_next(rng);
    (void)svasim_device_tlb_done(noise->unit, source_id, (uint32_t)sv_rng_next(rng),
                                 (uint8_t)sv_rng_below(rng, 10));
    ck_assert_uint_le(svasim_device_tlb_pending(noise->unit), 1024);
}

static void act(struct noise *noise)
{
    struct sv_rng *rng = &noise->rng;
    svasim_response response;
    svasim_request request = noise_request(rng, chance_is(rng, 80));
    switch (sv_rng_below(rng, 16)) {
    case 0:
        random_register(noise);
        break;
    case 1:
        random_descriptor(noise);
        break;
    case 2:
        (void)svasim_peek(noise->unit, &request, &response);
        break;
    case 3:
        svasim_run_until(noise->unit, svasim_now(noise->unit) + sv_rng_below(rng, 500));
        break;
    case 4:
        if (chance_is(rng, 20))
            svasim_drain(noise->unit);
        break;
    case 5:
        (void)svasim_cache_holds(noise->unit, svasim_cache_at(sv_rng_below(rng, 13))->name,
                                 request.source_id, request.pasid, request.address);
        (void)svasim_counter_value(noise->unit, sv_rng_below(rng, 100));
        break;
    case 9:
        random_completion(noise);
        break;
    case 6:
    case 7:
    case 8:
        (void)svasim_translate(noise->unit, &request, &response);
        break;
    default:
        noise->accepted += svasim_submit(noise->unit, &request) == SVASIM_OK;
        break;
    }
}

START_TEST(noise_is_survived)
{
    static const uint32_t bends[] = {0, 50, 95, 100};
    struct noise noise = {.seed = chance_seed(_i)};
    noise.rng.state = noise.seed;
    noise.bend = bends[_i % 4];
    noise.failing = _i % 3 ? 0 : 5;
    noise.updates = (uint8_t)(_i / 4 % 4);
    noise.nested = 200;
    noise.unit = random_unit(&noise);
    random_register(&noise);
    for (int i = 0; i < ACTIONS; i++)
        act(&noise);
    svasim_drain(noise.unit);
    ck_assert_uint_eq(noise.answered, noise.accepted);
    /* And with requests still inside. */
    svasim_request request = noise_request(&noise.rng, true);
    (void)svasim_submit(noise.unit, &request);
    svasim_destroy(noise.unit);
}
END_TEST

/* Far in the future nothing wraps around; "never" is not a time to go to. */
START_TEST(late_times)
{
    static const svasim_tick ends[] = {SVASIM_NEVER, (svasim_tick)UINT32_MAX + 7,
                                       UINT64_C(1) << 62};
    struct bed bed;
    const struct bed_plan plan = {.pgtt = 1};
    bed_open(&bed, &plan);
    svasim_run_until(bed.unit, ends[_i]);
    ck_assert_uint_eq(svasim_now(bed.unit), _i ? ends[_i] : 0);
    svasim_request request = bed_request(&bed, BED_PASID, SVASIM_READ);
    ck_assert(svasim_submit(bed.unit, &request) == SVASIM_OK);
    svasim_drain(bed.unit);
    ck_assert_uint_eq(svasim_in_flight(bed.unit), 0);
    ck_assert_uint_lt(svasim_now(bed.unit) - (_i ? ends[_i] : 0), 2000);
    bed_close(&bed);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("hostile");
    suite_add(suite, "noise", noise_is_survived, ROUNDS);
    suite_add(suite, "late", late_times, 3);
    return suite_run(suite);
}
