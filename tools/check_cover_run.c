/* SPDX-License-Identifier: MIT */
/* check_cover_run.c - what one run reaches: the machine's events and the unit's acts become cells.
 * Changes nothing. */
#include <string.h>

#include "check_cover.h"

static void reach(struct cover_run *run, int cell)
{
    if (cell >= 0)
        run->reached->word[cell / 64] |= UINT64_C(1) << cell % 64;
}

/* --- faults --- */

static uint64_t counter(const struct cover_run *run, const char *name)
{
    const svasim_counter_info *info;
    for (unsigned i = 0; (info = svasim_counter_at(i)) != NULL; i++)
        if (strcmp(info->name, name) == 0)
            return svasim_counter_value(svasim_machine_unit(run->machine), i);
    return 0;
}

static void reach_fault(struct cover_run *run, unsigned fault, unsigned kind, bool recorded)
{
    unsigned answer = svasim_fault_at(fault)->answer[kind];
    reach(run, cover_fault(run->cover, fault, kind, COVER_ANSWERED));
    if (recorded)
        reach(run, cover_fault(run->cover, fault, kind, COVER_LOGGED));
    else if (answer != SVASIM_ANSWER_OK0 && answer != SVASIM_ANSWER_OKE)
        reach(run, cover_fault(run->cover, fault, kind, COVER_SILENCED));
}

/* Is this how the fault table answers? */
static bool as_the_table_says(unsigned answer, svasim_status status)
{
    return status == (answer == SVASIM_ANSWER_UR   ? SVASIM_STATUS_UR
                      : answer == SVASIM_ANSWER_CA ? SVASIM_STATUS_CA
                                                   : SVASIM_STATUS_OK);
}

/* A translation request is not refused for a missing right but told which rights there are
 * (section 4.2.3): rows that are answered with them show no fault. */
static void reach_effective_rights(struct cover_run *run, const svasim_request *request,
                                   const svasim_response *response, unsigned kind)
{
    bool legacy = response->pgtt == 0;
    if (request->at != SVASIM_TRANSLATION || response->page_bytes == 0)
        return;
    if (!(response->rights & SVASIM_W) && !(request->flags & SVASIM_NO_WRITE))
        reach_fault(run, legacy ? SVASIM_FAULT_LGN_2 : SVASIM_FAULT_SGN_6, kind, false);
    if (!(response->rights & SVASIM_R))
        reach_fault(run, legacy ? SVASIM_FAULT_LGN_3 : SVASIM_FAULT_SGN_7, kind, false);
}

static void on_translation(struct cover_run *run, const svasim_request *request,
                           const svasim_response *response)
{
    unsigned kind = 2u * request->at + (request->pasid != SVASIM_NO_PASID);
    bool recorded = (response->flags & SVASIM_RECORDED) != 0;
    const svasim_fault_info *fault = svasim_fault_at(response->fault);
    run->recorded += recorded;
    reach_effective_rights(run, request, response, kind);
    if (fault && request->at <= SVASIM_TRANSLATED &&
        as_the_table_says(fault->answer[kind], (svasim_status)response->status))
        reach_fault(run, response->fault, kind, recorded);
}

void cover_on_event(struct cover_run *run, const svasim_event *event)
{
    if (event->kind == SVASIM_EVENT_TRANSLATION) {
        on_translation(run, event->request, event->response);
    } else if (event->kind == SVASIM_EVENT_PAGE_REQUEST) {
        /* The event does not say whether software was told; the counter does. */
        uint64_t recorded = counter(run, "faults_recorded");
        if (event->fault != SVASIM_FAULT_NONE)
            reach_fault(run, event->fault, SVASIM_KIND_PR, recorded > run->recorded);
        run->recorded = recorded;
    }
}

/* --- invalidations --- */

static void count_entries(const svasim *unit, unsigned cache, uint32_t *out)
{
    svasim_cache_entry entry;
    bool split = strncmp(svasim_cache_at(cache)->name, "iotlb", 5) == 0;
    out[0] = out[1] = 0;
    for (uint32_t slot = 0; svasim_cache_next(unit, cache, &slot, &entry);)
        out[split && (entry.pgtt == 1 || entry.pgtt == 3)]++;
}

/* Cells that a row does not have are no cells: NONE has only LEAVES, and so on. */
static void judge_cache(struct cover_run *run, const svasim_act *act, unsigned cache, bool first,
                        uint32_t after)
{
    const struct cover *cover = run->cover;
    uint32_t before = run->before[cache][first];
    if (before == 0)
        return;
    bool removed = after < before;
    reach(run, cover_scope(cover, act->scope, cache, first, act->legacy,
                           removed ? COVER_REMOVES : COVER_LEAVES));
    if (act->hint && !removed)
        reach(run, cover_scope(cover, act->scope, cache, first, act->legacy, COVER_HINT));
    if (!act->hint && after > 0)
        reach(run, cover_scope(cover, act->scope, cache, first, act->legacy, COVER_KEEPS));
}

static void on_invalidation(struct cover_run *run, const svasim_act *act)
{
    const svasim *unit = svasim_machine_unit(run->machine);
    unsigned room = sizeof run->before / sizeof run->before[0];
    for (unsigned i = 0; svasim_cache_at(i) && i < room; i++) {
        uint32_t entries[2];
        count_entries(unit, i, entries);
        for (unsigned first = 0; act->kind == SVASIM_ACT_INVALIDATED && first < 2; first++)
            judge_cache(run, act, i, first, entries[first]);
        memcpy(run->before[i], entries, sizeof entries);
    }
}

/* --- walks --- */

void cover_on_act(struct cover_run *run, const svasim_act *act)
{
    const struct cover *cover = run->cover;
    switch (act->kind) {
    case SVASIM_ACT_READ:
    case SVASIM_ACT_UPDATE:
        if (act->step.layout)
            reach(run, cover_step(cover, act->step.layout->name, act->step.level, act->pgtt,
                                  act->kind == SVASIM_ACT_READ ? COVER_READ : COVER_UPDATE));
        break;
    case SVASIM_ACT_LOOKUP:
        if (act->hit)
            reach(run, cover_cache(cover, act->cache, act->pgtt, COVER_HIT));
        break;
    case SVASIM_ACT_FILL:
        reach(run, cover_cache(cover, act->cache, act->pgtt, COVER_FILL));
        break;
    case SVASIM_ACT_STAGE:
    case SVASIM_ACT_WALK:
    case SVASIM_ACT_ENGINE:
        break;
    case SVASIM_ACT_INVALIDATE:
    case SVASIM_ACT_INVALIDATED:
    default:
        on_invalidation(run, act);
    }
}

/* --- configuration --- */

void cover_finish(struct cover_run *run)
{
    const svasim_config *config = svasim_machine_config(run->machine);
    const svasim_config_key *key;
    for (unsigned i = 0; (key = svasim_config_key_at(i)) != NULL; i++) {
        char text[64] = "";
        (void)svasim_config_get(config, key->name, text, sizeof text);
        reach(run, cover_config(run->cover, i, text));
    }
}
