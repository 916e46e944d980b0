/* SPDX-License-Identifier: MIT */
/* explain_checks.c - which checks did each entry meet, and how did they end? The order is that of
 * the library's table of checks: what stands before the one that failed has passed, what stands
 * behind it was not reached. */
#include <string.h>

#include "explain.h"

/* --- advice --- */

const char *explain_remedy(unsigned fault)
{
    switch ((svasim_fault)fault) {
#define REMEDY(id, text)                                                                           \
    case SVASIM_FAULT_##id:                                                                        \
        return text;
#include "remedies.def"
    case SVASIM_FAULT_NONE:
    case SVASIM_FAULT_COUNT:
    default:
        return NULL;
    }
}

/* --- where the walk stands --- */

struct place {
    struct explained *explained;
    unsigned kind; /* svasim_kind */
    unsigned when; /* SVASIM_WHEN_ of the request and its translation */
    bool legacy;
    bool first_read, first_leaf, paged; /* seen so far */
    unsigned pgtt;
};

static uint64_t field(const svasim_step *step, const char *name)
{
    const svasim_field *found = step->layout ? svasim_field_find(step->layout, name) : NULL;
    return found ? svasim_field_get(found, step->words) : 0;
}

static bool named(const svasim_step *step, const char *prefix)
{
    return step->layout && strncmp(step->layout->name, prefix, strlen(prefix)) == 0;
}

static bool is_leaf(const svasim_step *step)
{
    return step->layout && strstr(step->layout->name, "_leaf_") != NULL;
}

bool explain_is_interrupt(const svasim_request *request)
{
    return request->at == SVASIM_UNTRANSLATED && request->pasid == SVASIM_NO_PASID &&
           request->address >> 20 == 0xfee;
}

static const svasim_step *read_before(const struct explained *explained, unsigned i)
{
    while (i-- > 0)
        if (!explained->steps[i].step.is_update)
            return &explained->steps[i].step;
    return NULL;
}

/* The stage of an entry that could not be read: it follows from the one before. */
static svasim_check_stage unread_stage(const struct place *place, const svasim_step *step,
                                       const svasim_step *before)
{
    if (step->level && (step->is_nested || place->legacy || place->pgtt == 2))
        return place->legacy ? SVASIM_CHECK_LEGACY_SECOND : SVASIM_CHECK_SECOND;
    if (step->level)
        return place->explained->request.at == SVASIM_TRANSLATED ? SVASIM_CHECK_HOST
                                                                 : SVASIM_CHECK_FIRST;
    if (!before && explain_is_interrupt(&place->explained->request))
        return SVASIM_CHECK_ENTRY;
    if (!before)
        return place->legacy ? SVASIM_CHECK_LEGACY_ROOT : SVASIM_CHECK_ROOT;
    if (named(before, "irte"))
        return SVASIM_CHECK_POSTED;
    if (named(before, "legacy_root"))
        return SVASIM_CHECK_LEGACY_CONTEXT;
    if (named(before, "root"))
        return SVASIM_CHECK_CONTEXT;
    return named(before, "context") ? SVASIM_CHECK_PASID_DIR : SVASIM_CHECK_PASID;
}

static svasim_check_stage stage_of(const struct place *place, const svasim_step *step,
                                   const svasim_step *before)
{
    static const struct {
        const char *prefix;
        svasim_check_stage stage;
    } rows[] = {{"legacy_root", SVASIM_CHECK_LEGACY_ROOT},
                {"root", SVASIM_CHECK_ROOT},
                {"legacy_context", SVASIM_CHECK_LEGACY_CONTEXT},
                {"context", SVASIM_CHECK_CONTEXT},
                {"pasid_dir", SVASIM_CHECK_PASID_DIR},
                {"pasid", SVASIM_CHECK_PASID},
                {"first", SVASIM_CHECK_FIRST},
                {"hpt", SVASIM_CHECK_HOST},
                {"irte", SVASIM_CHECK_ENTRY},
                {"posted", SVASIM_CHECK_POSTED}};
    if (!step->layout)
        return unread_stage(place, step, before);
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (named(step, rows[i].prefix))
            return rows[i].stage;
    return place->legacy ? SVASIM_CHECK_LEGACY_SECOND : SVASIM_CHECK_SECOND;
}

/* What holds for the checks of this entry alone. */
static unsigned when_of(const struct place *place, svasim_check_stage stage,
                        const svasim_step *step, const svasim_step *before)
{
    bool second = stage == SVASIM_CHECK_SECOND || stage == SVASIM_CHECK_LEGACY_SECOND;
    bool top = stage == SVASIM_CHECK_HOST ? step->level == 4 : !place->first_read;
    if (second) /* its own walk goes on where the level falls for the same address */
        top = !before || !named(before, "second") || before->input != step->input ||
              before->level != step->level + 1;
    unsigned when = top ? SVASIM_WHEN_TOP : SVASIM_WHEN_LOWER;
    when |= is_leaf(step) ? SVASIM_WHEN_LEAF : 0;
    when |= place->first_read ? SVASIM_WHEN_READ : SVASIM_WHEN_UNREAD;
    if (second && step->is_nested && !place->first_leaf)
        when |= SVASIM_WHEN_OF_TABLE;
    return when;
}

/* What an entry says of all that comes behind it, or of what is checked with it. */
static void learn(struct place *place, const svasim_step *step)
{
    static const unsigned of_pgtt[5] = {
        0, SVASIM_WHEN_FIRST, SVASIM_WHEN_SECOND | SVASIM_WHEN_ALONE,
        SVASIM_WHEN_FIRST | SVASIM_WHEN_SECOND | SVASIM_WHEN_NESTED, SVASIM_WHEN_PASS};
    if (named(step, "legacy"))
        place->legacy = true;
    if (named(step, "legacy_context"))
        place->when |= field(step, "tt") == 2 || place->explained->request.at == SVASIM_TRANSLATED
                           ? SVASIM_WHEN_PASS
                           : SVASIM_WHEN_SECOND;
    if (named(step, "pasid_entry")) {
        place->pgtt = (unsigned)field(step, "pgtt");
        place->when |= place->pgtt < 5 ? of_pgtt[place->pgtt] : 0;
    }
    if (named(step, "hpt"))
        place->when |= SVASIM_WHEN_HOST;
    place->paged |= step->level != 0;
}

/* --- checks --- */

/* Flags of a page that the request may dirty are set last of all, when nothing else can fail: this
 * is no check of the page's entry then. */
static bool is_late(unsigned fault, unsigned when)
{
    bool flags = fault == SVASIM_FAULT_SFS_8 || fault == SVASIM_FAULT_SFS_9 ||
                 fault == SVASIM_FAULT_SFS_10 || fault == SVASIM_FAULT_SSS_5 ||
                 fault == SVASIM_FAULT_SSS_6;
    return flags && (when & SVASIM_WHEN_LEAF) && (when & SVASIM_WHEN_WRITES) &&
           !(when & SVASIM_WHEN_OF_TABLE);
}

static bool applies(const struct place *place, const svasim_check_info *info,
                    svasim_check_stage stage, unsigned when)
{
    unsigned answer = svasim_fault_at(info->fault)->answer[place->kind];
    /* A row that tells a translation request its rights refuses nothing. */
    return info->stage == stage && (info->when & ~when) == 0 && answer != SVASIM_ANSWER_NEVER &&
           answer != SVASIM_ANSWER_OKE &&
           (stage == SVASIM_CHECK_RESULT || !is_late(info->fault, when));
}

/* List the checks of a stage; those before `failed` have passed. NULL: all have. */
static struct explain_group list(struct place *place, svasim_check_stage stage, unsigned when,
                                 const svasim_check_info *failed)
{
    struct explained *explained = place->explained;
    struct explain_group group = {explained->check_count, 0};
    enum explain_outcome outcome = EXPLAIN_PASSED;
    const svasim_check_info *info;
    for (unsigned i = 0; (info = svasim_check_at(i)) != NULL; i++) {
        if ((info != failed && !applies(place, info, stage, when)) ||
            explained->check_count == EXPLAIN_CHECKS_MAX)
            continue;
        explained->checks[explained->check_count++] =
            (struct explain_check){info, info == failed ? EXPLAIN_FAILED : outcome};
        group.count++;
        if (info == failed)
            outcome = EXPLAIN_NOT_REACHED;
    }
    return group;
}

static const svasim_check_info *row_of(const struct place *place, svasim_check_stage stage,
                                       unsigned when, unsigned fault, bool last)
{
    const svasim_check_info *info, *found = NULL;
    for (unsigned i = 0; (info = svasim_check_at(i)) != NULL; i++)
        if (info->fault == fault && applies(place, info, stage, when) && (!found || last))
            found = info;
    return found;
}

/* Does this second-stage entry grant anything at all? */
static bool grants(const struct explained *explained, const svasim_step *step)
{
    return explained->ssirwe ? field(step, "ir") || field(step, "iw")
                             : field(step, "r") || field(step, "w");
}

/* The row of the last entry's stage that its fault belongs to; NULL: the result's. */
static const svasim_check_info *failure_at(const struct place *place, svasim_check_stage stage,
                                           unsigned when, const svasim_step *step)
{
    unsigned fault = place->explained->response.fault;
    bool rights = fault == SVASIM_FAULT_LGN_2 || fault == SVASIM_FAULT_LGN_3;
    if (fault == SVASIM_FAULT_NONE || (rights && grants(place->explained, step)))
        return NULL; /* of all levels together, or none */
    return row_of(place, stage, when, fault,
                  fault == SVASIM_FAULT_SSS_2 && grants(place->explained, step));
}

static unsigned last_read(const struct explained *explained)
{
    unsigned last = 0;
    for (unsigned i = 0; i < explained->step_count; i++)
        if (!explained->steps[i].step.is_update)
            last = i;
    return last;
}

/* The checks of entry `i`. True: it is where the request failed. */
static bool judge_step(struct place *place, unsigned i, bool is_last)
{
    struct explain_step *one = &place->explained->steps[i];
    const svasim_step *before = read_before(place->explained, i);
    svasim_check_stage stage = stage_of(place, &one->step, before);
    learn(place, &one->step);
    unsigned when = place->when | when_of(place, stage, &one->step, before);
    const svasim_check_info *failed = is_last ? failure_at(place, stage, when, &one->step) : NULL;
    one->checks = list(place, stage, when, failed);
    place->first_read |= stage == SVASIM_CHECK_FIRST;
    place->first_leaf |= stage == SVASIM_CHECK_FIRST && is_leaf(&one->step);
    return failed != NULL;
}

static unsigned when_of_request(const struct explained *explained)
{
    const svasim_request *request = &explained->request;
    bool zero = request->op == SVASIM_READ && request->length == 0;
    bool reads = request->op != SVASIM_WRITE && !(zero && explained->zero_reads_waived);
    bool writes = request->at == SVASIM_TRANSLATION ? !(request->flags & SVASIM_NO_WRITE)
                                                    : request->op != SVASIM_READ;
    return (reads ? SVASIM_WHEN_READS : 0u) | (writes ? SVASIM_WHEN_WRITES : 0u) |
           (zero ? SVASIM_WHEN_ZERO : 0u);
}

void explain_judge(struct explained *explained)
{
    const svasim_request *request = &explained->request;
    unsigned fault = explained->response.fault;
    const svasim_fault_info *info = svasim_fault_at(fault);
    struct place place = {.explained = explained,
                          .kind = 2u * (request->at % 3u) + (request->pasid != SVASIM_NO_PASID),
                          .when = when_of_request(explained),
                          .legacy = info && info->name[0] == 'L'};
    svasim_check_stage before =
        explain_is_interrupt(request) ? SVASIM_CHECK_INTERRUPT : SVASIM_CHECK_INGRESS;
    bool unlooked = explained->step_count == 0 && fault == SVASIM_FAULT_NONE;
    if (unlooked) /* passed through, or refused at the door */
        return;
    const svasim_check_info *failed =
        explained->step_count ? NULL : row_of(&place, before, place.when, fault, false);
    explained->before = list(&place, before, place.when, failed);
    bool done = failed != NULL;
    unsigned last = last_read(explained);
    for (unsigned i = 0; i < explained->step_count; i++)
        if (!explained->steps[i].step.is_update)
            done |= judge_step(&place, i, i == last);
    bool complete = place.paged && fault == SVASIM_FAULT_NONE;
    if (done || (!complete && fault == SVASIM_FAULT_NONE))
        return;
    failed = row_of(&place, SVASIM_CHECK_RESULT, place.when, fault, false);
    for (unsigned i = 0; !failed && !complete && (failed = svasim_check_at(i)) != NULL; i++)
        if (failed->fault == fault) /* met where only a policy makes the unit look */
            break;
        else
            failed = NULL;
    explained->result = list(&place, SVASIM_CHECK_RESULT, place.when, failed);
}
