/* SPDX-License-Identifier: MIT */
/* page_engine.c - the time that page requests take: one at a time, each the accesses of its walk,
 * cycles of its own, and the write of its queue entry.
 *
 * Model choice: what becomes of a request is decided when it comes, and told to the device then; so
 * are translations dropped and an overflow noted. Only its entry, the tail, PPR and the event wait
 * for the engine. All accesses of a walk count as accesses to the line that it read last. */
#include "base/assert.h"
#include "uarch/engines.h"
#include "uarch/inv_queue.h"
#include "uarch/page_requests.h"
#include "uarch/txn.h"
#include "uarch/watch.h"

/* As many entries as the largest queue can take, one in progress, and a last one without entry. */
#define JOBS (16384u + 2u)

bool sv_page_engine_init(struct sv_page_engine *e, const svasim_config *config,
                         const svasim_alloc *alloc)
{
    *e = (struct sv_page_engine){
        .uses_port = config->value[SV_KEY_PAGE_PORT] != 0,
        .cycles = (uint32_t)config->value[SV_KEY_PAGE_LATENCY],
    };
    e->timed = e->uses_port || e->cycles;
    if (e->timed)
        e->jobs = sv_alloc_array(alloc, JOBS, sizeof *e->jobs);
    return e->jobs || !e->timed;
}

void sv_page_engine_free(struct sv_page_engine *e, const svasim_alloc *alloc)
{
    sv_alloc_free(alloc, e->jobs);
}

static struct sv_page_job *job_of(struct sv_page_engine *e, uint32_t index)
{
    return &e->jobs[(e->first + index) % JOBS];
}

static void count_wait(struct sv_pipeline *p, svasim_tick cycles)
{
    p->stalled[SV_RES_PAGE_REQUEST] += cycles;
    p->core->counter[SV_COUNT_PAGE_STALLED] += cycles;
}

/* Go on with the oldest request as far as that takes no time. */
static void go_on(struct sv_pipeline *p)
{
    struct sv_page_engine *e = &p->pages;
    while (e->count) {
        struct sv_page_job *job = job_of(e, 0);
        if (job->accesses) {
            job->accesses--;
            sv_agent_access(p, SV_AGENT_PAGE_ACCESS, job->hpa);
            return;
        }
        svasim_tick next = p->now + job->cycles;
        job->cycles = 0;
        if (next == p->now && job->has_entry && e->uses_port && !job->posted) {
            job->posted = true;
            next = sv_port_post(p);
        }
        if (next > p->now) {
            sv_agent_at(p, SV_AGENT_PAGE, next);
            return;
        }
        if (p->core->on_act && p->now > e->since)
            sv_watch_engine(p->core, SVASIM_ENGINE_PAGE_REQUEST, e->since, p->now);
        p->busy[SV_RES_PAGE_REQUEST] += p->now - e->since;
        p->core->counter[SV_COUNT_PAGE_BUSY] += p->now - e->since;
        e->since = p->now;
        e->done += job->requests;
        e->entries -= job->has_entry;
        if (job->has_entry)
            sv_page_entry_visible(p, &job->request);
        e->first = (e->first + 1) % JOBS;
        e->count--;
        if (e->count)
            count_wait(p, p->now - job_of(e, 0)->asked);
    }
}

void sv_page_engine_add(struct sv_pipeline *p, const struct sv_walk *walk,
                        const svasim_page_request *entry)
{
    struct sv_page_engine *e = &p->pages;
    uint32_t accesses = e->uses_port ? (uint32_t)walk->reads + walk->updates : 0;
    struct sv_page_job *last = e->count > 1 ? job_of(e, e->count - 1) : NULL;
    bool joins = last && !last->has_entry; /* so those without entry need no places */
    if (!joins) {
        SV_ASSERT(e->count < JOBS);
        last = job_of(e, e->count++);
        *last = (struct sv_page_job){.asked = p->now};
    }
    last->accesses += accesses;
    last->cycles += e->cycles;
    last->hpa = walk->hpa;
    last->requests++;
    e->asked++;
    if (entry) {
        last->has_entry = true;
        last->request = *entry;
        e->entries++;
    }
    if (e->count == 1 && !joins) {
        e->since = p->now;
        go_on(p);
    }
}

void sv_page_engine_due(struct sv_pipeline *p)
{
    go_on(p);
    if (p->wait_count) {
        sv_pipeline_finish_waits(p);
        sv_inv_queue_run(p);
    }
    sv_core_send_messages(p->core);
}
