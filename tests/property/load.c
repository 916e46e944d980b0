/* SPDX-License-Identifier: MIT */
/* load.c - see load.h. Every answer is checked here: one per request, and no tick unaccounted. */
#define _POSIX_C_SOURCE 200809L
#include "property/load.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static void take_answer(void *user, const svasim_response *r)
{
    struct load *load = user;
    uint64_t latency = r->completed_at - r->accepted_at, sum = 0;
    ck_assert_uint_lt(r->tag, load->sent);
    ck_assert_uint_eq(load->answer[r->tag].tag, UINT64_MAX); /* not answered before */
    ck_assert_uint_eq(r->completed_at, svasim_now(load->bed.unit));
    load->answer[r->tag] = *r;
    for (unsigned i = 0; i < SVASIM_STAGE_COUNT; i++)
        sum += r->where[i];
    ck_assert_uint_eq(sum, latency);
    if (load->answered++ == 0)
        load->first_answer = r->completed_at;
    load->last_answer = r->completed_at;
    load->latencies += latency;
}

static void take_credit(void *user)
{
    struct load *load = user;
    load->credits++;
    ck_assert_uint_lt(svasim_in_flight(load->bed.unit), load_config(load, "port.credits"));
    load_feed(load);
}

void load_open(struct load *load, const struct bed_plan *plan)
{
    *load = (struct load){.next = NULL};
    bed_open(&load->bed, plan);
    load->bed.respond = take_answer;
    load->bed.on_credit = take_credit;
    load->bed.user = load;
    load->answer = malloc(LOAD_MAX * sizeof *load->answer);
    ck_assert_ptr_nonnull(load->answer);
    load_reset(load);
}

void load_reset(struct load *load)
{
    load->wanted = load->sent = load->answered = load->refused = load->credits = 0;
    load->latencies = 0;
    memset(load->answer, 0xff, LOAD_MAX * sizeof *load->answer);
}

void load_open_pages(struct load *load, const char *config)
{
    const uint32_t flags =
        SVASIM_MAP_WRITE | SVASIM_MAP_USER | SVASIM_MAP_ACCESSED | SVASIM_MAP_DIRTY;
    const struct bed_plan plan = {
        .pgtt = 1, .config = config, .preset = SVASIM_MAP_ACCESSED | SVASIM_MAP_DIRTY};
    load_open(load, &plan);
    ck_assert(svasim_tree_map(load->bed.tables, &load->bed.first, BED_VA, BED_HPA,
                              0x1000 * LOAD_PAGES, 0x1000, flags) == SVASIM_OK);
}

void load_close(struct load *load)
{
    free(load->answer);
    bed_close(&load->bed);
}

void load_feed(struct load *load)
{
    while (load->sent < load->wanted) {
        svasim_request request = load->next(load, load->sent);
        request.tag = load->sent;
        svasim_err error = svasim_submit(load->bed.unit, &request);
        if (error == SVASIM_BUSY) {
            load->refused++;
            return;
        }
        ck_assert_msg(error == SVASIM_OK, "%s", svasim_error(load->bed.unit));
        load->sent++;
    }
}

void load_run(struct load *load, unsigned wanted)
{
    ck_assert_uint_le(wanted, LOAD_MAX);
    load->wanted = wanted;
    load_feed(load);
    svasim_drain(load->bed.unit);
    ck_assert_uint_eq(load->sent, wanted);
    ck_assert_uint_eq(load->answered, wanted);
    ck_assert_uint_eq(svasim_in_flight(load->bed.unit), 0);
}

uint64_t load_config(const struct load *load, const char *key)
{
    char text[64];
    ck_assert_msg(svasim_config_get(load->bed.config, key, text, sizeof text) == SVASIM_OK, "%s",
                  key);
    return strcmp(text, "on") == 0 ? 1 : strtoull(text, NULL, 0);
}

svasim_resource load_resource(const struct load *load, const char *name)
{
    svasim_resource found = {0};
    for (unsigned i = 0; i < svasim_resource_count(); i++) {
        ck_assert(svasim_resource_get(load->bed.unit, i, &found) == SVASIM_OK);
        if (strcmp(found.name, name) == 0)
            return found;
    }
    ck_abort_msg("no resource %s", name);
    return found;
}
