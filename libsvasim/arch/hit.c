/* SPDX-License-Identifier: MIT */
/* hit.c - what a finished translation grants to a request: rights (sections 3.6.1, 3.7.1), how a
 * fault is answered (7.1.3), and the tests that are still due when another request filled the
 * IOTLB entry (6.2.4). The walk ends here too, so hits and walks cannot disagree. */
#include "arch/walk.h"

#include "spec/tables.h"

void sv_outcome_fault(struct sv_outcome *out, svasim_fault fault, const svasim_request *request,
                      bool fpd)
{
    const svasim_fault_info *row = &sv_faults[fault];
    bool logged = !(row->qualified && fpd);
    out->fault = (uint16_t)fault;
    out->pa = 0;
    out->rights = 0;
    switch ((svasim_answer)row->answer[sv_request_kind(request)]) {
    case SVASIM_ANSWER_CA:
        out->status = SVASIM_STATUS_CA;
        break;
    case SVASIM_ANSWER_OK0:
    case SVASIM_ANSWER_OKE:
        logged = false;
        out->status = SVASIM_STATUS_OK;
        break;
    case SVASIM_ANSWER_OK0L:
        out->status = SVASIM_STATUS_OK;
        break;
    case SVASIM_ANSWER_NEVER:
    case SVASIM_ANSWER_IR:
    case SVASIM_ANSWER_UR:
    default:
        out->status = SVASIM_STATUS_UR;
        break;
    }
    if (out->status == SVASIM_STATUS_OK && (request->flags & SVASIM_PRIV))
        out->rights = SVASIM_P;
    if (logged)
        out->flags |= SVASIM_RECORDED;
}

bool sv_wants_dirty(const struct sv_rules *rules, const svasim_request *request)
{
    if (request->at == SVASIM_TRANSLATION)
        return !(request->flags & SVASIM_NO_WRITE) || !sv_rules_has(rules, SV_CAP_NWFS);
    return request->op != SVASIM_READ;
}

/* The first right that the request needs and does not have. */
static svasim_fault missing_right(const struct sv_rules *rules, const svasim_request *request,
                                  const struct sv_translation *t, bool reads, bool writes)
{
    bool legacy = t->pgtt == 0;
    if (request->op != SVASIM_READ && !writes)
        return legacy ? SVASIM_FAULT_LGN_2 : SVASIM_FAULT_SGN_6;
    if (request->op == SVASIM_WRITE || reads)
        return SVASIM_FAULT_NONE;
    /* What is not readable is writable, or there would be no translation. */
    bool waived = request->length == 0 && sv_rules_has(rules, SV_CAP_ZLR);
    if (waived)
        return SVASIM_FAULT_NONE;
    return legacy ? SVASIM_FAULT_LGN_3 : SVASIM_FAULT_SGN_7;
}

svasim_fault sv_check_rights(const struct sv_rules *rules, const svasim_request *request,
                             bool privileged, const struct sv_translation *t, uint8_t *out_rights)
{
    unsigned flags = t->flags;
    if ((request->flags & SVASIM_EXEC) && !sv_rules_has(rules, SV_CAP_ERS))
        return SVASIM_FAULT_SPT_5;
    if (privileged && !(flags & SV_T_SRE))
        return SVASIM_FAULT_SPT_6;
    bool reads = (flags & SV_T_SS_R) != 0, writes = (flags & SV_T_SS_W) != 0;
    if (flags & SV_T_FIRST) {
        if (!privileged && !(flags & SV_T_FS_US))
            return SVASIM_FAULT_SGN_2;
        writes = writes && ((flags & SV_T_FS_RW) || (privileged && !(flags & SV_T_WPE)));
    }
    *out_rights = (uint8_t)(reads | writes << 1); /* SVASIM_R, SVASIM_W */
    if ((reads && writes) || request->at == SVASIM_TRANSLATION)
        return SVASIM_FAULT_NONE; /* a translation request is told its rights */
    return missing_right(rules, request, t, reads, writes);
}

static void allow_hits(struct sv_mode *mode, const struct sv_rules *rules)
{
    bool scalable = mode->ttm == SV_TTM_SCALABLE && sv_rules_has(rules, SV_CAP_SMTS);
    bool legacy = mode->ttm == SV_TTM_LEGACY && !mode->ssirwe;
    mode->open[false] = mode->enabled && (scalable || legacy);
    mode->open[true] = mode->enabled && scalable;
    mode->hits = rules->has_iotlb && !mode->monitored && !mode->protect.on;
}

void sv_mode_settle(struct sv_mode *mode, const struct sv_rules *rules)
{
    allow_hits(mode, rules);
    mode->generation++;
}

void sv_mode_monitor(struct sv_mode *mode, const struct sv_rules *rules, bool monitored)
{
    mode->monitored = monitored;
    allow_hits(mode, rules);
}

struct sv_lookup sv_hit_key(const svasim_request *request)
{
    bool has_pasid = request->pasid != SVASIM_NO_PASID;
    return (struct sv_lookup){
        .address = request->address,
        .pasid = has_pasid ? request->pasid : 0,
        .source_id = request->source_id,
        .has_pasid = has_pasid,
    };
}

static inline void grant(struct sv_outcome *out, const struct sv_translation *t, uint64_t pa,
                         uint8_t rights)
{
    out->fault = SVASIM_FAULT_NONE;
    out->status = SVASIM_STATUS_OK;
    out->pa = pa;
    out->rights = rights;
    out->flags = t->flags & SV_T_SNOOP ? SVASIM_IOTLB_HIT | SVASIM_SNOOP : SVASIM_IOTLB_HIT;
}

enum sv_hit sv_hit(const struct sv_rules *rules, const svasim_request *request,
                   const struct sv_translation *t, struct sv_outcome *out)
{
    bool has_pasid = request->pasid != SVASIM_NO_PASID;
    bool privileged =
        has_pasid ? (request->flags & SVASIM_PRIV) != 0 : (t->flags & SV_T_RID_PRIV) != 0;
    uint64_t pa = t->frame | (request->address & low_mask(t->page_shift));
    /* Most hits: a user's page that grants everything and has no flag left to set. */
    if (sv_grants_all(t, request, privileged, pa)) {
        grant(out, t, pa, SVASIM_R | SVASIM_W);
        return SV_HIT_DONE;
    }
    uint8_t rights = 0;
    svasim_fault fault = sv_check_rights(rules, request, privileged, t, &rights);
    if (fault != SVASIM_FAULT_NONE) {
        if (rules->denied_walks)
            return SV_HIT_WALK;
    } else if (sv_wants_dirty(rules, request) && (~t->flags & (SV_T_FS_DIRTY | SV_T_SS_DIRTY))) {
        return SV_HIT_WALK;
    } else if (sv_is_interrupt_range(pa)) {
        fault = t->pgtt ? SVASIM_FAULT_SGN_8_1 : SVASIM_FAULT_LGN_4;
    }
    out->flags = 0;
    if (fault != SVASIM_FAULT_NONE) {
        sv_outcome_fault(out, fault, request, (t->flags & SV_T_FPD) != 0);
        return SV_HIT_DONE;
    }
    grant(out, t, pa, rights);
    return SV_HIT_DONE;
}
