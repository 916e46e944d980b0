/* SPDX-License-Identifier: MIT */
/* explain.c - the peek driver: the walk on what memory holds now, without caches or effects, with
 * each memory access told to whoever wants to know. */
#include "uarch/core.h"

static const svasim_layout *paging_layout(const struct sv_walk *walk, bool first, unsigned level)
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
    bool leaf = level == 1 || (level <= 3 && (walk->words[0] & sv_first_table_ps_mask()));
    return svasim_layout_at(leaf ? leaves[first][level] : tables[first][level > 3]);
}

static const svasim_layout *layout_of(const struct sv_walk *walk, const svasim_step *step)
{
    static const enum sv_layout_id permissions[5] = {SV_LAYOUT_COUNT, SV_LAYOUT_hpt_l1_entry,
                                                     SV_LAYOUT_hpt_l2_entry, SV_LAYOUT_hpt_l3_entry,
                                                     SV_LAYOUT_hpt_l4_entry};
    switch ((enum sv_reading)walk->reading) {
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
        return svasim_layout_at(sv_irte_im(walk->words) && sv_rules_has(walk->rules, SV_CAP_PI)
                                    ? SV_LAYOUT_irte_posted
                                    : SV_LAYOUT_irte);
    case SV_READING_POSTED:
        return svasim_layout_at(SV_LAYOUT_posted_descriptor);
    case SV_READING_FIRST:
    case SV_READING_SECOND:
    default:
        return paging_layout(walk, walk->reading == SV_READING_FIRST, step->level);
    }
}

static svasim_step step_of(const struct sv_walk *walk)
{
    svasim_step step = {.hpa = walk->hpa};
    if (walk->reading == SV_READING_FIRST) {
        step.level = walk->fs.level;
        step.input = walk->fs.address;
    } else if (walk->reading == SV_READING_SECOND || walk->reading == SV_READING_HPT) {
        step.level = walk->ss.level;
        step.input = walk->ss.address;
        step.is_nested = walk->reading == SV_READING_SECOND && walk->entry.pgtt == SV_PGTT_NESTED;
    }
    return step;
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
            svasim_step step = step_of(&walk);
            step.is_update = ask == SV_ASK_UPDATE;
            step.layout = ask == SV_ASK_UPDATE || walk.ok ? layout_of(&walk, &step) : NULL;
            if (ask == SV_ASK_UPDATE && walk.reading == SV_READING_POSTED)
                walk.words[walk.hpa % 64 / 8] = walk.desired; /* the descriptor so far */
            for (unsigned i = 0; i < 8; i++)
                step.words[i] = i < walk.bytes / 8u ? walk.words[i] : 0;
            if (step.is_update && walk.reading != SV_READING_POSTED)
                step.words[0] = walk.desired;
            on_step(user, &step);
        }
        ask = sv_walk_answer(&walk);
    }
    sv_core_ending(&walk, out);
}
