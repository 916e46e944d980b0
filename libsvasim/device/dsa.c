/* SPDX-License-Identifier: MIT */
/*
 * dsa.c - the life of a device: creation, its clock, the answers it is given, and the turn
 * of its engines. What an engine does with its turn is in engine.c.
 */
#include "device/internal.h"

#include "base/alloc.h"

#define TAG_LINE_BITS   8
#define TAG_ENGINE_BITS 4

svasim_dsa_setup svasim_dsa_setup_default(void)
{
    svasim_dsa_setup setup = {.engines = 1, .lines = 16, .pasid_enable = true, .priv_enable = true};
    const svasim_opcode_info *row;

    for (unsigned i = 0; (row = svasim_opcode_at(i)) != NULL; i++)
        if (!(sv_dsa_op(row->opcode)->traits & (SV_TRAIT_NO_DEVICE | SV_TRAIT_IDPT)))
            setup.opcodes[row->opcode / 32] |= UINT32_C(1) << row->opcode % 32;
    return setup;
}

static bool acceptable(const svasim_dsa_setup *setup, const svasim_dsa_ports *ports)
{
    if (setup->engines < 1 || setup->engines > ENGINES_MAX)
        return false;
    if (setup->lines < 1 || setup->lines > LINES_MAX)
        return false;
    if (ports->size < sizeof(*ports))
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
        if (!engine->lines)
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
    for (unsigned i = 0; dsa->engines && i < dsa->setup.engines; i++)
        sv_alloc_free(&hooks, dsa->engines[i].lines);
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

void svasim_dsa_answer(svasim_dsa *dsa, const svasim_response *response)
{
    unsigned line_index = (unsigned)(response->tag & ((1u << TAG_LINE_BITS) - 1));
    unsigned engine_index =
        (unsigned)(response->tag >> TAG_LINE_BITS & ((1u << TAG_ENGINE_BITS) - 1));
    struct engine *engine;
    struct line *line;
    bool ok = response->status == SVASIM_STATUS_OK;

    if (engine_index >= dsa->setup.engines || line_index >= dsa->setup.lines)
        return;
    engine = &dsa->engines[engine_index];
    line = &engine->lines[line_index];
    if (line->state != LINE_SENT || line->tag != response->tag)
        return;
    dsa->tick = dsa->ports.now(dsa->ports.host);
    line->failed = !ok;
    line->hpa = response->address;
    line->absorbed = response->flags & SVASIM_INTERRUPT;
    line->state = LINE_DATA;
    if (ok && dsa->setup.data_ticks) {
        uint32_t capacity = (uint32_t)dsa->setup.engines * dsa->setup.lines;

        dsa->due[(dsa->due_head + dsa->due_count++) % capacity] =
            (struct due){.at = dsa->tick + dsa->setup.data_ticks,
                         .engine = (uint16_t)engine_index,
                         .line = (uint16_t)line_index};
        return;
    }
    sv_dsa_move_data(dsa, engine, line);
    sv_dsa_pump(dsa);
}

uint64_t svasim_dsa_request_id(const svasim_dsa *dsa, uint64_t tag)
{
    unsigned index = (unsigned)(tag >> TAG_LINE_BITS & ((1u << TAG_ENGINE_BITS) - 1));

    return index < dsa->setup.engines ? dsa->engines[index].jobs[0].out.id : 0;
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
    return dsa->due_count ? dsa->due[dsa->due_head].at : SVASIM_NEVER;
}

void svasim_dsa_run_until(svasim_dsa *dsa, svasim_tick until)
{
    uint32_t capacity = (uint32_t)dsa->setup.engines * dsa->setup.lines;

    while (dsa->due_count && dsa->due[dsa->due_head].at <= until) {
        struct due due = dsa->due[dsa->due_head];
        struct engine *engine = &dsa->engines[due.engine];

        dsa->due_head = (dsa->due_head + 1) % capacity;
        dsa->due_count--;
        dsa->tick = due.at;
        sv_dsa_move_data(dsa, engine, &engine->lines[due.line]);
        sv_dsa_pump(dsa);
    }
}

uint32_t svasim_dsa_pending(const svasim_dsa *dsa)
{
    return dsa->pending;
}
