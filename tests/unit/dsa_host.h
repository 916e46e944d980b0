/* SPDX-License-Identifier: MIT */
/**
 * dsa_host.h - stands in for everything around a DSA device: memory, a remapping unit that
 * answers when told to, and a list of what the device asked for. Knows no svasim unit.
 */
#ifndef TESTS_DSA_HOST_H
#define TESTS_DSA_HOST_H

#include "base/rng.h"
#include "spec/dsa.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define HOST_BASE   UINT64_C(0x100000)
#define HOST_BYTES  (1u << 20)
#define HOST_OFFSET UINT64_C(0x40000000) /* host address = I/O address + this */
#define HOST_QUEUE  8192u
#define HOST_LOG    (1u << 16)
#define HOST_DONE   2048u

struct dsa_host {
    svasim_dsa *dsa;
    struct sv_rng rng;
    svasim_tick tick;
    uint8_t memory[HOST_BYTES];
    svasim_request waiting[HOST_QUEUE];
    unsigned waiting_count, capacity; /* capacity: BUSY from here on */
    bool owes_credit, shuffle;
    svasim_request log[HOST_LOG];
    unsigned log_count;
    svasim_completion done[HOST_DONE];
    unsigned done_count;
    uint64_t fault_first, fault_last; /* translation fails */
    uint64_t break_first, break_last; /* the access behind a good translation fails */
    uint64_t page;                    /* of translations, if no fault is near; 0: 4 KiB */
    uint64_t epoch;          /* the mapping changes with it: bits 63:32 of host addresses */
    uint64_t oldest;         /* epoch that a translated request may still carry */
    uint64_t itag_epoch[32]; /* of invalidations under way */
    uint32_t itags;          /* under way */
};

static inline svasim_err host_dma(void *user, const svasim_request *request)
{
    struct dsa_host *host = user;

    if (host->waiting_count >= host->capacity) {
        host->owes_credit = true;
        return SVASIM_BUSY;
    }
    assert_true(request->length <= 64);
    assert_true((request->address & 63) + request->length <= 64);
    if (request->at == SVASIM_TRANSLATED)
        assert_true(request->address >> 32 >= host->oldest);
    host->waiting[host->waiting_count++] = *request;
    if (host->log_count < HOST_LOG)
        host->log[host->log_count++] = *request;
    return SVASIM_OK;
}

static inline uint8_t *host_at(struct dsa_host *host, uint64_t iova)
{
    assert_in_range(iova, HOST_BASE, HOST_BASE + HOST_BYTES - 1);
    return &host->memory[iova - HOST_BASE];
}

/* Whatever the mapping was then. */
static inline uint64_t host_iova(uint64_t hpa)
{
    return (hpa & UINT32_MAX) - HOST_OFFSET;
}

static inline bool host_broken(const struct dsa_host *host, uint64_t hpa)
{
    uint64_t iova = host_iova(hpa);

    return host->break_last && iova >= host->break_first && iova <= host->break_last;
}

static inline int host_read(void *user, uint64_t hpa, void *out, size_t bytes)
{
    struct dsa_host *host = user;

    memcpy(out, host_at(host, host_iova(hpa)), bytes);
    return host_broken(host, hpa);
}

static inline int host_write(void *user, uint64_t hpa, const void *data, size_t bytes)
{
    struct dsa_host *host = user;

    if (host_broken(host, hpa))
        return 1;
    memcpy(host_at(host, host_iova(hpa)), data, bytes);
    return 0;
}

static inline void host_completed(void *user, const svasim_completion *completion)
{
    struct dsa_host *host = user;

    assert_true(host->done_count < HOST_DONE);
    host->done[host->done_count++] = *completion;
}

/* An invalidation of everything is over: nothing of the mapping before it is used any more. */
static inline void host_forgot(struct dsa_host *host, uint64_t epoch)
{
    if (epoch > host->oldest)
        host->oldest = epoch;
    for (unsigned i = 0; i < host->waiting_count; i++)
        if (host->waiting[i].at == SVASIM_TRANSLATED)
            assert_true(host->waiting[i].address >> 32 >= host->oldest);
}

static inline void host_invalidated(void *user, uint8_t itag)
{
    struct dsa_host *host = user;

    assert_true(host->itags >> itag & 1u);
    host->itags &= ~(UINT32_C(1) << itag);
    host_forgot(host, host->itag_epoch[itag]);
}

/* The mapping changes, and software says so. */
static inline void host_remap(struct dsa_host *host)
{
    svasim_device_invalidation all = {
        .size_log2 = 64, .pasid = SVASIM_NO_PASID, .all_pasids = true};

    while (host->itags >> all.itag & 1u)
        if (++all.itag == 32)
            return;
    host->epoch++;
    host->itags |= UINT32_C(1) << all.itag;
    host->itag_epoch[all.itag] = host->epoch;
    if (svasim_dsa_invalidate(host->dsa, &all))
        host_invalidated(host, all.itag);
}

static inline svasim_tick host_now(void *user)
{
    return ((struct dsa_host *)user)->tick;
}

static inline svasim_dsa_ports host_ports(struct dsa_host *host)
{
    return (svasim_dsa_ports){.size = sizeof(svasim_dsa_ports),
                              .host = host,
                              .dma = host_dma,
                              .read = host_read,
                              .write = host_write,
                              .completed = host_completed,
                              .now = host_now,
                              .invalidated = host_invalidated};
}

static inline struct dsa_host *host_create(const svasim_dsa_setup *setup, uint64_t seed)
{
    struct dsa_host *host = calloc(1, sizeof(*host));
    svasim_dsa_ports ports = host_ports(host);

    assert_non_null(host);
    host->rng.state = seed;
    host->capacity = HOST_QUEUE;
    host->tick = 1000;
    host->dsa = svasim_dsa_create(setup, &ports, NULL);
    assert_non_null(host->dsa);
    return host;
}

static inline void host_destroy(struct dsa_host *host)
{
    svasim_dsa_destroy(host->dsa);
    free(host);
}

static inline bool host_fault_in(const struct dsa_host *host, uint64_t first, uint64_t last)
{
    if (first < HOST_BASE || last >= HOST_BASE + HOST_BYTES || last < first)
        return true;
    return host->fault_last && first <= host->fault_last && last >= host->fault_first;
}

static inline bool host_faults(const struct dsa_host *host, const svasim_request *request)
{
    return host_fault_in(host, request->address,
                         request->address + (request->length ? request->length - 1 : 0));
}

/* To a translation request: a faulting page has no rights. */
static inline void host_translate(const struct dsa_host *host, const svasim_request *request,
                                  svasim_response *response)
{
    uint64_t page = host->page ? host->page : 4096, first = request->address & ~(page - 1);

    if (host_fault_in(host, request->address, request->address + 4095))
        return;
    response->address = request->address + HOST_OFFSET + (host->epoch << 32);
    response->page_bytes = host_fault_in(host, first, first + page - 1) ? 4096 : page;
    response->rights = request->flags & SVASIM_NO_WRITE ? SVASIM_R : SVASIM_R | SVASIM_W;
}

/* Answer one request and pass the credit on if it is owed. */
static inline void host_answer_one(struct dsa_host *host)
{
    unsigned index = host->shuffle ? (unsigned)(sv_rng_next(&host->rng) % host->waiting_count) : 0;
    svasim_request request = host->waiting[index];
    svasim_response response = {.tag = request.tag};

    memmove(&host->waiting[index], &host->waiting[index + 1],
            (--host->waiting_count - index) * sizeof(request));
    if (request.at == SVASIM_TRANSLATION) {
        host_translate(host, &request, &response);
    } else if (request.at == SVASIM_TRANSLATED) {
        response.address = request.address;
    } else if (host_faults(host, &request)) {
        response.status = SVASIM_STATUS_UR;
    } else {
        response.address = request.address + HOST_OFFSET;
        response.page_bytes = 4096;
    }
    host->tick++;
    svasim_dsa_answer(host->dsa, &response);
    if (host->owes_credit) {
        host->owes_credit = false;
        svasim_dsa_credit(host->dsa);
    }
}

/* Run until the device has nothing to do; false if that takes more than `limit` steps. */
static inline bool host_run(struct dsa_host *host, unsigned limit)
{
    for (; limit; limit--) {
        svasim_tick next = svasim_dsa_next_event(host->dsa);

        if (host->waiting_count && (next > host->tick || sv_rng_next(&host->rng) % 2)) {
            host_answer_one(host);
        } else if (next != SVASIM_NEVER) {
            host->tick = next > host->tick ? next : host->tick;
            svasim_dsa_run_until(host->dsa, host->tick);
        } else {
            return svasim_dsa_pending(host->dsa) == 0;
        }
    }
    return false;
}

/* Set a field by name. */
static inline void desc_set(uint8_t bytes[64], const char *name, uint64_t value)
{
    const svasim_desc_field *field;

    for (unsigned i = 0; (field = svasim_desc_field_at(bytes[7], i)) != NULL; i++) {
        if (strcmp(field->name, name) == 0) {
            assert_true(svasim_desc_set(field, bytes, value));
            return;
        }
    }
    fail_msg("operation 0x%02x has no field %s", bytes[7], name);
}

/* A descriptor that asks for its record at `cr` (0: no record). */
static inline void desc_begin(uint8_t bytes[64], unsigned op, uint64_t cr)
{
    memset(bytes, 0, 64);
    desc_set(bytes, "op", op);
    desc_set(bytes, "flags", cr ? SV_FLAG_CRAV | SV_FLAG_RCR : 0);
    desc_set(bytes, "cr", cr);
}

static inline void desc_flag(uint8_t bytes[64], uint32_t flags)
{
    sv_dsa_put(bytes, 4, 3, sv_dsa_flags(bytes) | flags);
}

/* Submit to shared queue 0 with PASID 7, run, and return how it ended. */
static inline svasim_completion host_execute(struct dsa_host *host, const uint8_t bytes[64])
{
    host->done_count = 0;
    host->log_count = 0;
    assert_int_equal(svasim_dsa_submit(host->dsa, SVASIM_ENQCMD, 0, 7, bytes, 42),
                     SVASIM_SUBMIT_ACCEPTED);
    assert_true(host_run(host, 1u << 20));
    assert_true(host->done_count >= 1);
    assert_int_equal(host->waiting_count, 0);
    return host->done[host->done_count - 1];
}

/* A device with one engine, `entries` in its device TLB, and shared queue 0. */
static inline struct dsa_host *host_with_atc(unsigned lines, unsigned entries, unsigned ahead)
{
    svasim_dsa_setup setup = svasim_dsa_setup_default();
    svasim_wq_setup wq = svasim_wq_setup_default();
    struct dsa_host *host;

    setup.lines = (uint16_t)lines;
    setup.atc.entries = (uint16_t)entries;
    setup.atc.ahead = (uint16_t)ahead;
    host = host_create(&setup, 1);
    assert_int_equal(svasim_dsa_wq_enable(host->dsa, 0, &wq), 0);
    return host;
}

/* A device with one engine and shared queue 0. */
static inline struct dsa_host *host_simple(unsigned lines, uint32_t data_ticks)
{
    svasim_dsa_setup setup = svasim_dsa_setup_default();
    svasim_wq_setup wq = svasim_wq_setup_default();
    struct dsa_host *host;

    setup.lines = (uint16_t)lines;
    setup.data_ticks = data_ticks;
    host = host_create(&setup, 1);
    assert_int_equal(svasim_dsa_wq_enable(host->dsa, 0, &wq), 0);
    return host;
}

#endif
