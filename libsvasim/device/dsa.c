/* SPDX-License-Identifier: MIT */
/*
 * dsa.c - the life of a device: creation, its clock, the answers it is given, and the turn
 * of its engines. What an engine does with its turn is in engine.c.
 */
#include "device/internal.h"

#include "base/alloc.h"

static bool acceptable(const svasim_dsa_setup *setup, const svasim_dsa_ports *ports)
{
    if (setup->engines < 1 || setup->engines > ENGINES_MAX)
        return false;
    if (setup->lines < 1 || setup->lines > LINES_MAX)
        return false;
    if (ports->size < sizeof(*ports) || !sv_dsa_atc_acceptable(&setup->atc))
        return false;
    if (setup->atc.entries && !ports->invalidated)
        return false;
    return ports->dma && ports->read && ports->write && ports->completed && ports->now;
}

static bool allocate(svasim_dsa *dsa)
{
    size_t lines = (size_t)dsa->setup.engines * dsa->setup.lines;

    dsa->engines = sv_alloc_array(&dsa->alloc, dsa->setup.engines, sizeof(*dsa->engines));
    dsa->due = sv_alloc_array(&dsa->alloc, lines, sizeof(*dsa->due));
    if (!dsa->engines || !dsa->due)
        return false;
    for (unsigned i = 0; i < dsa->setup.engines; i++) {
        struct engine *engine = &dsa->engines[i];

        engine->index = (uint8_t)i;
        engine->lines = sv_alloc_array(&dsa->alloc, dsa->setup.lines, sizeof(*engine->lines));
        if (dsa->setup.atc.entries)
            engine->atc = sv_alloc_array(&dsa->alloc, sv_dsa_atc_entries(&dsa->setup.atc),
                                         sizeof(*engine->atc));
        if (!engine->lines || (dsa->setup.atc.entries && !engine->atc))
            return false;
        while (engine->free_count < dsa->setup.lines) {
            engine->free[engine->free_count] =
                (uint16_t)(dsa->setup.lines - 1u - engine->free_count);
            engine->free_count++;
        }
    }
    for (unsigned i = 0; i < SVASIM_DSA_WQS; i++) {
        struct wq *wq = &dsa->wqs[i];

        wq->entries = sv_alloc_array(&dsa->alloc, WQ_ENTRIES_MAX, sizeof(*wq->entries));
        if (!wq->entries)
            return false;
    }
    return true;
}

svasim_dsa *svasim_dsa_create(const svasim_dsa_setup *setup, const svasim_dsa_ports *ports,
                              const svasim_alloc *alloc)
{
    svasim_alloc hooks = sv_alloc_resolve(alloc);
    svasim_dsa *dsa;

    if (!acceptable(setup, ports))
        return NULL;
    dsa = sv_alloc_array(&hooks, 1, sizeof(*dsa));
    if (!dsa)
        return NULL;
    dsa->alloc = hooks;
    dsa->setup = *setup;
    dsa->ports = *ports;
    dsa->wake = SVASIM_NEVER;
    if (!allocate(dsa)) {
        svasim_dsa_destroy(dsa);
        return NULL;
    }
    return dsa;
}

void svasim_dsa_destroy(svasim_dsa *dsa)
{
    svasim_alloc hooks;

    if (!dsa)
        return;
    hooks = dsa->alloc;
    for (unsigned i = 0; i < SVASIM_DSA_WQS; i++)
        sv_alloc_free(&hooks, dsa->wqs[i].entries);
    for (unsigned i = 0; dsa->engines && i < dsa->setup.engines; i++) {
        sv_alloc_free(&hooks, dsa->engines[i].lines);
        sv_alloc_free(&hooks, dsa->engines[i].atc);
    }
    sv_alloc_free(&hooks, dsa->engines);
    sv_alloc_free(&hooks, dsa->due);
    sv_alloc_free(&hooks, dsa);
}

void sv_dsa_pump(svasim_dsa *dsa)
{
    unsigned engines = dsa->setup.engines;
    unsigned idle = 0; /* engines in a row that had nothing to do */

    /* A callback may submit: the loop that is already running takes the new work up. */
    if (dsa->pumping) {
        dsa->again = true;
        return;
    }
    dsa->pumping = true;
    while (idle < engines) {
        struct engine *engine = &dsa->engines[dsa->engine_turn];
        bool acted = sv_dsa_engine_step(dsa, engine);

        idle = acted || dsa->again ? 0 : idle + 1;
        dsa->again = false;
        dsa->engine_turn = (dsa->engine_turn + 1) % engines;
    }
    dsa->pumping = false;
}

static struct engine *engine_of(const svasim_dsa *dsa, uint64_t tag)
{
    unsigned index = (unsigned)(tag >> TAG_SLOT_BITS & ((1u << TAG_ENGINE_BITS) - 1));

    return index < dsa->setup.engines ? &dsa->engines[index] : NULL;
}

/* What comes of an answered request happens after `data_ticks`. */
static void answer_line(svasim_dsa *dsa, struct engine *engine, unsigned slot,
                        const svasim_response *response)
{
    struct line *line = &engine->lines[slot];
    bool ok = response->status == SVASIM_STATUS_OK;

    if (slot >= dsa->setup.lines || line->state != LINE_SENT || line->tag != response->tag)
        return;
    line->failed = !ok;
    line->hpa = response->address;
    line->absorbed = response->flags & SVASIM_INTERRUPT;
    line->state = LINE_DATA;
    if (ok && dsa->setup.data_ticks) {
        uint32_t capacity = (uint32_t)dsa->setup.engines * dsa->setup.lines;

        dsa->due[(dsa->due_head + dsa->due_count++) % capacity] =
            (struct due){.at = dsa->tick + dsa->setup.data_ticks,
                         .engine = engine->index,
                         .line = (uint16_t)slot};
        return;
    }
    sv_dsa_move_data(dsa, engine, line);
    sv_dsa_pump(dsa);
}

void svasim_dsa_answer(svasim_dsa *dsa, const svasim_response *response)
{
    unsigned slot = (unsigned)(response->tag & ((1u << TAG_SLOT_BITS) - 1));
    struct engine *engine = engine_of(dsa, response->tag);

    if (!engine)
        return;
    dsa->tick = dsa->ports.now(dsa->ports.host);
    if (!(response->tag & TAG_MISS)) {
        answer_line(dsa, engine, slot, response);
        return;
    }
    sv_dsa_atc_answer(dsa, engine, slot, response);
    sv_dsa_pump(dsa);
}

uint64_t svasim_dsa_request_id(const svasim_dsa *dsa, uint64_t tag)
{
    const struct engine *engine = engine_of(dsa, tag);

    return engine ? engine->jobs[0].out.id : 0;
}

void svasim_dsa_credit(svasim_dsa *dsa)
{
    dsa->tick = dsa->ports.now(dsa->ports.host);
    if (dsa->blocked) {
        /* Whoever found the port full goes first. */
        dsa->engine_turn = dsa->blocked_engine;
        dsa->blocked = false;
    }
    sv_dsa_pump(dsa);
}

svasim_tick svasim_dsa_next_event(const svasim_dsa *dsa)
{
    svasim_tick next = dsa->due_count ? dsa->due[dsa->due_head].at : SVASIM_NEVER;

    if (dsa->wake < next)
        next = dsa->wake;
    if (dsa->invalidating) {
        svasim_tick over = sv_dsa_invalidation_next(dsa);

        next = over < next ? over : next;
    }
    return next;
}

/* The oldest of the data that is due. */
static void take_data(svasim_dsa *dsa)
{
    uint32_t capacity = (uint32_t)dsa->setup.engines * dsa->setup.lines;
    struct due due = dsa->due[dsa->due_head];
    struct engine *engine = &dsa->engines[due.engine];

    dsa->due_head = (dsa->due_head + 1) % capacity;
    dsa->due_count--;
    sv_dsa_move_data(dsa, engine, &engine->lines[due.line]);
}

void svasim_dsa_run_until(svasim_dsa *dsa, svasim_tick until)
{
    svasim_tick next;

    while ((next = svasim_dsa_next_event(dsa)) <= until && next != SVASIM_NEVER) {
        /* What was to happen before the last answer happens with it. */
        if (next > dsa->tick)
            dsa->tick = next;
        if (dsa->due_count && dsa->due[dsa->due_head].at <= next) {
            take_data(dsa);
        } else if (dsa->wake <= next) {
            dsa->wake = SVASIM_NEVER;
        } else {
            sv_dsa_invalidation_run(dsa);
            continue;
        }
        sv_dsa_pump(dsa);
    }
}

svasim_dsa_counts svasim_dsa_counted(const svasim_dsa *dsa)
{
    return dsa->counts;
}

uint32_t svasim_dsa_pending(const svasim_dsa *dsa)
{
    return dsa->pending;
}
