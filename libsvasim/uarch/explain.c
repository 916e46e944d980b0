/* SPDX-License-Identifier: MIT */
/* explain.c - the peek driver: the walk on what memory holds now, without caches or effects, with
 * each memory access told to whoever wants to know. */
#include "uarch/core.h"

#include <string.h>

static const svasim_layout *paging_layout(const uint64_t *words, bool first, unsigned level)
{
    static const enum sv_layout_id tables[2][2] = {
        {SV_LAYOUT_second_table, SV_LAYOUT_second_table_top},
        {SV_LAYOUT_first_table, SV_LAYOUT_first_table_top},
    };
    static const enum sv_layout_id leaves[2][4] = {
        {SV_LAYOUT_COUNT, SV_LAYOUT_second_leaf_4k, SV_LAYOUT_second_leaf_2m,
         SV_LAYOUT_second_leaf_1g},
        {SV_LAYOUT_COUNT, SV_LAYOUT_first_leaf_4k, SV_LAYOUT_first_leaf_2m,
         SV_LAYOUT_first_leaf_1g},
    };
    bool leaf = level == 1 || (level <= 3 && (words[0] & sv_first_table_ps_mask()));
    return svasim_layout_at(leaf ? leaves[first][level] : tables[first][level > 3]);
}

static const svasim_layout *layout_of(const struct sv_walk *walk, enum sv_reading reading,
                                      const svasim_step *step)
{
    static const enum sv_layout_id permissions[5] = {SV_LAYOUT_COUNT, SV_LAYOUT_hpt_l1_entry,
                                                     SV_LAYOUT_hpt_l2_entry, SV_LAYOUT_hpt_l3_entry,
                                                     SV_LAYOUT_hpt_l4_entry};
    switch (reading) {
    case SV_READING_ROOT:
        return svasim_layout_at(walk->legacy ? SV_LAYOUT_legacy_root_entry : SV_LAYOUT_root_entry);
    case SV_READING_CONTEXT:
        return svasim_layout_at(walk->legacy ? SV_LAYOUT_legacy_context_entry
                                             : SV_LAYOUT_context_entry);
    case SV_READING_PASID_DIR:
        return svasim_layout_at(SV_LAYOUT_pasid_dir_entry);
    case SV_READING_PASID:
        return svasim_layout_at(SV_LAYOUT_pasid_entry);
    case SV_READING_HPT:
        return svasim_layout_at(permissions[step->level]);
    case SV_READING_IRTE:
        return svasim_layout_at(sv_irte_im(step->words) && sv_rules_has(walk->rules, SV_CAP_PI)
                                    ? SV_LAYOUT_irte_posted
                                    : SV_LAYOUT_irte);
    case SV_READING_POSTED:
        return svasim_layout_at(SV_LAYOUT_posted_descriptor);
    case SV_READING_FIRST:
    case SV_READING_SECOND:
    default:
        return paging_layout(step->words, reading == SV_READING_FIRST, step->level);
    }
}

/* The stage that the access belongs to. A first-stage entry can be updated after the second stage
 * was read. */
static enum sv_reading reading_of(const struct sv_walk *walk, bool is_update)
{
    bool first = walk->entry.pgtt == SV_PGTT_FIRST || walk->entry.pgtt == SV_PGTT_NESTED;
    if (is_update && walk->reading == SV_READING_SECOND && first && walk->hpa == walk->fs.hpa)
        return SV_READING_FIRST;
    return (enum sv_reading)walk->reading;
}

void sv_step_describe(const struct sv_walk *walk, enum sv_ask ask, svasim_step *out)
{
    bool is_update = ask == SV_ASK_UPDATE;
    enum sv_reading reading = reading_of(walk, is_update);
    *out = (svasim_step){.hpa = walk->hpa, .is_update = is_update};
    if (reading == SV_READING_FIRST) {
        out->level = walk->fs.level;
        out->input = walk->fs.address;
    } else if (reading == SV_READING_SECOND || reading == SV_READING_HPT) {
        out->level = walk->ss.level;
        out->input = walk->ss.address;
        out->is_nested = reading == SV_READING_SECOND && walk->entry.pgtt == SV_PGTT_NESTED;
    }
    for (unsigned i = 0; !is_update && i < walk->bytes / 8u; i++)
        out->words[i] = walk->words[i];
    if (is_update)
        out->words[reading == SV_READING_POSTED ? walk->hpa % 64 / 8 : 0] = walk->desired;
    if (is_update || walk->ok)
        out->layout = layout_of(walk, reading, out);
}

void sv_core_explain(const struct sv_core *core, const svasim_request *request,
                     void (*on_step)(void *user, const svasim_step *step), void *user,
                     struct sv_ending *out)
{
    struct sv_walk walk;
    enum sv_ask ask = sv_walk_begin(&walk, &core->rules, &core->mode, request, &out->out);
    while (ask != SV_ASK_DONE) {
        if (ask == SV_ASK_READ)
            sv_core_read(core, &walk);
        walk.found = NULL;
        walk.update = SVASIM_UPDATE_DONE;
        if (on_step && (ask == SV_ASK_READ || ask == SV_ASK_UPDATE)) {
            svasim_step step;
            sv_step_describe(&walk, ask, &step);
            if (step.is_update && walk.reading == SV_READING_POSTED) { /* the descriptor so far */
                walk.words[walk.hpa % 64 / 8] = walk.desired;
                memcpy(step.words, walk.words, sizeof step.words);
            }
            on_step(user, &step);
        }
        ask = sv_walk_answer(&walk);
    }
    sv_core_ending(&walk, out);
}
