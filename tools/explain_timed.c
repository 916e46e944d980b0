/* SPDX-License-Identifier: MIT */
/* explain_timed.c - what a unit with caches and a clock did: runs the trace once with full timing
 * and keeps answers, lookups and fills of the requests that are asked for. */
#include <stdlib.h>

#include "explain.h"

struct explain_runs {
    struct explain_timed *list;
    size_t count, room;
    const uint64_t *id; /* NULL: all */
    bool found;         /* the wanted one is answered */
    bool broken;        /* memory was short */
};

static bool same_request(const svasim_request *a, const svasim_request *b)
{
    return a->address == b->address && a->length == b->length && a->pasid == b->pasid &&
           a->source_id == b->source_id && a->op == b->op && a->at == b->at && a->flags == b->flags;
}

static bool wanted(const struct explain_runs *runs, uint64_t id)
{
    return id != 0 && (!runs->id || *runs->id == id);
}

/* The one under way with this id and content; a new one if there is none. */
static struct explain_timed *open_run(struct explain_runs *runs, uint64_t id,
                                      const svasim_request *request)
{
    for (size_t i = runs->count; i-- > 0;)
        if (runs->list[i].id == id && !runs->list[i].answered &&
            same_request(&runs->list[i].request, request))
            return &runs->list[i];
    if (runs->count == runs->room) {
        size_t room = runs->room ? 2 * runs->room : 16;
        struct explain_timed *list = realloc(runs->list, room * sizeof *list);
        if (!list) {
            runs->broken = true;
            return NULL;
        }
        runs->list = list;
        runs->room = room;
    }
    runs->list[runs->count] = (struct explain_timed){.id = id, .request = *request};
    return &runs->list[runs->count++];
}

static void on_act(void *user, uint64_t id, const svasim_act *act)
{
    struct explain_runs *runs = user;
    bool lookup = act->kind == SVASIM_ACT_LOOKUP;
    if (!wanted(runs, id) || (!lookup && act->kind != SVASIM_ACT_FILL))
        return;
    struct explain_timed *run = open_run(runs, id, act->request);
    if (!run)
        return;
    if (run->act_count == run->act_room) {
        unsigned room = run->act_room ? 2 * run->act_room : 16;
        struct explain_act *acts = realloc(run->acts, room * sizeof *acts);
        if (!acts) {
            runs->broken = true;
            return;
        }
        run->acts = acts;
        run->act_room = room;
    }
    run->acts[run->act_count++] =
        (struct explain_act){.cache = act->cache, .fill = !lookup, .hit = act->hit};
}

static void on_event(void *user, const svasim_event *event)
{
    struct explain_runs *runs = user;
    if (event->kind != SVASIM_EVENT_TRANSLATION || !wanted(runs, event->id))
        return;
    struct explain_timed *run = open_run(runs, event->id, event->request);
    if (!run)
        return;
    run->response = *event->response;
    run->answered = true;
    runs->found = true;
}

/* Did the host fail, and not the trace? What is wrong with a trace is told by the other run. */
static bool is_system(svasim_err err)
{
    return err == SVASIM_ENOMEM || err == SVASIM_EIO;
}

/* Until what is wanted is answered and nothing is under way, or to the end. */
static void run_trace(struct explain_runs *runs, svasim_machine *machine, svasim_reader *reader)
{
    const svasim_record *record;
    svasim_err err = SVASIM_OK;
    while (!(runs->id && runs->found && svasim_machine_idle(machine)) &&
           (err = svasim_reader_next(reader, &record)) == SVASIM_OK && record)
        if ((err = svasim_machine_apply(machine, record)) != SVASIM_OK)
            break;
    runs->broken |= is_system(err) || is_system(svasim_machine_finish(machine));
}

static bool apply_pins(struct explain_runs *runs, const struct cli_pins *pins,
                       svasim_machine *machine)
{
    bool ok = true;
    for (size_t i = 0; i < pins->count; i++) {
        svasim_err err = svasim_machine_pin(machine, pins->list[i].key, pins->list[i].value);
        runs->broken |= is_system(err);
        ok = err == SVASIM_OK && ok;
    }
    return ok;
}

struct explain_runs *explain_runs_make(const char *path, const struct cli_pins *pins,
                                       const uint64_t *id)
{
    struct explain_runs *runs = calloc(1, sizeof *runs);
    svasim_machine_options options = {.on_event = on_event, .on_act = on_act, .user = runs};
    svasim_machine *machine = runs ? svasim_machine_create(&options) : NULL;
    svasim_reader *reader = machine ? svasim_reader_open(path, NULL) : NULL;
    if (runs) {
        runs->id = id;
        runs->broken = !reader;
    }
    if (reader && apply_pins(runs, pins, machine))
        run_trace(runs, machine, reader);
    svasim_reader_close(reader);
    svasim_machine_destroy(machine);
    if (runs && runs->broken) {
        explain_runs_free(runs);
        return NULL;
    }
    return runs;
}

void explain_runs_free(struct explain_runs *runs)
{
    for (size_t i = 0; runs && i < runs->count; i++)
        free(runs->list[i].acts);
    if (runs)
        free(runs->list);
    free(runs);
}

const struct explain_timed *explain_runs_find(struct explain_runs *runs, uint64_t id,
                                              const svasim_request *request)
{
    for (size_t i = 0; i < runs->count; i++) {
        struct explain_timed *run = &runs->list[i];
        if (run->id != id || run->used || !run->answered || !same_request(&run->request, request))
            continue;
        run->used = true;
        return run;
    }
    return NULL;
}
