/* SPDX-License-Identifier: MIT */
/* departures.c - the conditions of departures.def. Each says as much as it can about its case: a
 * condition that covers more than its reason would hide mistakes of the model. */
#include "compare.h"

#include <stddef.h>

static const struct step *step_of(const struct difference *d)
{
    return &d->scenario->step[d->at];
}

static bool is_dma(const struct difference *d)
{
    return step_of(d)->kind == STEP_READ_DMA || step_of(d)->kind == STEP_WRITE_DMA;
}

static bool reads_register(const struct difference *d, unsigned offset)
{
    return step_of(d)->kind == STEP_GET && step_of(d)->address == offset;
}

static bool seen(const struct difference *d, enum topic topic)
{
    return d->seen >> topic & 1;
}

/* The model blocks, for this reason. */
static bool is_blocked(const struct difference *d, int code)
{
    return is_dma(d) && d->model->dma.outcome == OUTCOME_BLOCKED && d->model->dma.code == code;
}

/* QEMU blocks, and says why or would. */
static bool blames(const struct difference *d, int code)
{
    return is_dma(d) && d->qemu->dma.outcome == OUTCOME_BLOCKED && d->qemu->dma.code == code;
}

/* The model lets it pass, untranslated. */
static bool passes_through(const struct difference *d)
{
    return is_dma(d) && d->model->dma.outcome == OUTCOME_MOVED &&
           d->model->dma.physical == step_of(d)->address;
}

/* So does QEMU. */
static bool qemu_passes_through(const struct difference *d)
{
    return is_dma(d) && d->qemu->dma.outcome == OUTCOME_MOVED &&
           d->qemu->dma.physical == step_of(d)->address;
}

/* The model answers from before a change. */
static bool is_stale(const struct difference *d)
{
    enum departure unused;
    return is_dma(d) && !same_answer(&d->model->fresh, &d->model->dma, &unused);
}

/* The model answers from before a change, where it may, and QEMU looked at tables. */
static bool notices_earlier(const struct difference *d)
{
    return is_stale(d) && !step_of(d)->fresh && !d->qemu->hit;
}

/* --- what is checked --- */

static bool table_mode(const struct difference *d)
{
    return is_blocked(d, 0x30);
}

static bool other_half(const struct difference *d)
{
    return d->scenario->scalable && blames(d, 0x0a) && d->model->dma.code != 0x3a;
}

static bool context_enables(const struct difference *d)
{
    return is_blocked(d, 0x42) && (d->model->entry & 0x1c) && !blames(d, 0x0b);
}

static bool pass_through_pointer(const struct difference *d)
{
    return !d->scenario->scalable && blames(d, 0x0b) &&
           (passes_through(d) || is_blocked(d, 0x03) || is_blocked(d, 0x04));
}

static bool pasid_reserved(const struct difference *d)
{
    return is_blocked(d, 0x5a) || is_blocked(d, 0x52);
}

static bool pasid_type(const struct difference *d)
{
    return is_blocked(d, 0x5b) && !blames(d, 0x58);
}

static bool pasid_width(const struct difference *d)
{
    return d->scenario->scalable && blames(d, 0x58) && (passes_through(d) || is_blocked(d, 0x83));
}

/* Or what the model remembers is older than such an entry. */
static bool pasid_present(const struct difference *d)
{
    return is_dma(d) && (d->model->dma.code == 0x59 || d->model->fresh.code == 0x59 ||
                         (is_stale(d) && !step_of(d)->fresh && seen(d, TOPIC_CHANGE_PASID)));
}

static bool snoop_bit(const struct difference *d)
{
    return d->scenario->unit == UNIT_SCALABLE_48 && ((d->model->entry & 0x800) || is_stale(d)) &&
           (is_blocked(d, 0x7a) || is_blocked(d, 0x0c));
}

/* Somewhere on the way the right is missing, and the model found something else. */
static bool right_first(const struct difference *d)
{
    int refused = step_of(d)->kind == STEP_WRITE_DMA ? 0x05 : 0x06;
    bool later = is_blocked(d, 0x0c) || is_blocked(d, 0x7a) || is_blocked(d, 0x07) ||
                 is_blocked(d, 0x78) || is_blocked(d, 0x0e) || is_blocked(d, 0x87);
    return later && (d->model->lacks_right || is_stale(d)) &&
           d->model->dma.reported == d->qemu->dma.reported &&
           (blames(d, refused) || !d->qemu->dma.reported);
}

static bool large_page_interrupts(const struct difference *d)
{
    bool silent = is_dma(d) && d->qemu->dma.outcome == OUTCOME_BLOCKED && !d->qemu->dma.reported &&
                  !d->qemu->hit; /* FPD */
    return d->model->near_interrupts && (blames(d, 0x0e) || blames(d, 0x87) || silent);
}

static bool interrupt_range(const struct difference *d)
{
    return is_blocked(d, 0x29) && d->qemu->untranslated;
}

static bool pass_through_width(const struct difference *d)
{
    return (is_blocked(d, 0x04) || is_blocked(d, 0x83)) && qemu_passes_through(d);
}

/* --- faults as software sees them --- */

static bool fpd_ignored(const struct difference *d, int code)
{
    return is_dma(d) && d->model->dma.outcome == OUTCOME_BLOCKED && !d->model->dma.reported &&
           d->qemu->dma.reported && blames(d, code);
}

static bool fpd_pasid(const struct difference *d)
{
    return fpd_ignored(d, 0x58);
}

static bool fpd_context(const struct difference *d)
{
    return fpd_ignored(d, 0x0b);
}

static bool lacks_right(const struct dma_answer *answer)
{
    int code = answer->code;
    return answer->outcome == OUTCOME_BLOCKED &&
           (code == 0x05 || code == 0x06 || code == 0x79 || code == 0x85 || code == 0x86);
}

static bool iotlb_denied(const struct difference *d)
{
    const struct dma_answer *qemu = &d->qemu->dma;
    bool lacks = lacks_right(&d->model->dma) || lacks_right(&d->model->fresh) ||
                 (is_stale(d) && !step_of(d)->fresh);
    /* Where there is no memory nobody saw that it did not move. */
    return is_dma(d) && lacks && d->qemu->hit && !qemu->reported &&
           (qemu->outcome == OUTCOME_BLOCKED || !in_memory(qemu->physical));
}

static bool record_pasid(const struct difference *d)
{
    const uint64_t pp = UINT64_C(1) << 31, pasid = UINT64_C(0xffff) << 40;
    uint64_t a = d->model->value, b = d->qemu->value;
    enum departure unused;
    return reads_register(d, REG_FRCD_HIGH) && d->scenario->scalable && !(a & pp) && (b & pp) &&
           ((a ^ b) & ~(pp | pasid | UINT64_C(0xff) << 32)) == 0 &&
           same_reason((int)(a >> 32 & 0xff), (int)(b >> 32 & 0xff), &unused);
}

static bool fault_address(const struct difference *d)
{
    unsigned width = d->scenario->unit == UNIT_LEGACY_39 ? 39 : 48;
    return reads_register(d, REG_FRCD_LOW) &&
           d->model->value == (d->qemu->value & ((UINT64_C(1) << width) - 1));
}

static bool event_stays_pending(const struct difference *d)
{
    const uint64_t pending = UINT64_C(1) << 30;
    return reads_register(d, REG_FECTL) && (d->qemu->value & pending) &&
           (d->model->value ^ d->qemu->value) == pending;
}

/* --- caches --- */

static bool no_structure_caches(const struct difference *d)
{
    return d->scenario->all_caches && notices_earlier(d);
}

static bool no_pasid_cache(const struct difference *d)
{
    return d->scenario->scalable && notices_earlier(d);
}

static bool pass_through_first(const struct difference *d)
{
    return notices_earlier(d) && qemu_passes_through(d);
}

static bool context_any_domain(const struct difference *d)
{
    return !d->scenario->scalable && notices_earlier(d) &&
           (seen(d, TOPIC_CONTEXT_DEVICE) || seen(d, TOPIC_CONTEXT_DOMAIN));
}

static bool pages_masked(const struct difference *d)
{
    return notices_earlier(d) && seen(d, TOPIC_IOTLB_PAGE);
}

static bool pass_through_kept(const struct difference *d)
{
    bool changed =
        seen(d, TOPIC_CHANGE_PASID) || seen(d, TOPIC_CHANGE_CONTEXT) || seen(d, TOPIC_CHANGE_ROOT);
    return !is_stale(d) && changed && d->qemu->untranslated && qemu_passes_through(d);
}

static bool no_pasid_iotlb(const struct difference *d)
{
    return is_dma(d) && d->qemu->hit && seen(d, TOPIC_PASID_IOTLB);
}

static bool context_first(const struct difference *d)
{
    return is_dma(d) && d->scenario->scalable && !is_stale(d) && !step_of(d)->fresh &&
           (seen(d, TOPIC_CHANGE_ROOT) || seen(d, TOPIC_CHANGE_CONTEXT)) &&
           (is_blocked(d, 0x39) || is_blocked(d, 0x41));
}

/* --- invalidation --- */

static bool context_domain_is_global(const struct difference *d)
{
    return reads_register(d, REG_CCMD) && (d->model->value >> 59 & 0x13) == 2 &&
           (d->qemu->value >> 59 & 0x13) == 1;
}

static bool scalable_by_register(const struct difference *d)
{
    return d->scenario->scalable && reads_register(d, REG_CCMD) &&
           (d->model->value >> 59 & 0x13) == 0;
}

/* The model's queue stopped and QEMU's did not, or the other way. */
static bool queue_stops(const struct difference *d, bool of_model)
{
    if (reads_register(d, REG_FSTS))
        return (d->model->value >> 4 & 1) == of_model && (d->qemu->value >> 4 & 1) != of_model;
    return reads_register(d, REG_IQH) &&
           (of_model ? d->model->value < d->qemu->value : d->model->value > d->qemu->value);
}

static bool narrow_queue(const struct difference *d)
{
    return d->scenario->scalable && !d->scenario->wide_queue && queue_stops(d, true);
}

static bool tolerant_queue(const struct difference *d)
{
    return seen(d, TOPIC_TOLERATED) && queue_stops(d, true);
}

static bool fence_alone(const struct difference *d)
{
    return seen(d, TOPIC_FENCE) && queue_stops(d, false);
}

static bool iqercd(const struct difference *d)
{
    return reads_register(d, REG_IQERCD) && d->qemu->value == 0;
}

bool departure_explains(enum departure departure, const struct difference *difference)
{
    static bool (*const conditions[DEPARTURE_COUNT])(const struct difference *) = {
#define CODE(id, model, qemu, section, reason)
#define DEPARTURE(id, condition, ends, section, reason) [DEPARTURE_##id] = condition,
#include "departures.def"
#undef CODE
#undef DEPARTURE
    };
    return conditions[departure] && conditions[departure](difference);
}
