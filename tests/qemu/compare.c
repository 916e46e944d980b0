/* SPDX-License-Identifier: MIT */
/* compare.c - see compare.h. */
#include "compare.h"

#include <inttypes.h>
#include <string.h>

#define RECORD_F      (UINT64_C(1) << 63)
#define RECORD_REASON UINT64_C(0x000000ff00000000)
#define RECORD_PASID  UINT64_C(0x0fffff0080000000) /* PASID value, and whether there is one */

const struct departure_info departure_info[DEPARTURE_COUNT] = {
#define CODE(id, model, qemu, section, reason)          {#id, section, reason, false, model, qemu},
#define DEPARTURE(id, condition, ends, section, reason) {#id, section, reason, ends, -1, -1},
#include "departures.def"
#undef CODE
#undef DEPARTURE
};

bool same_reason(int model, int qemu, enum departure *out)
{
    *out = DEPARTURE_COUNT;
    if (model == qemu)
        return true;
    for (unsigned i = 0; i < DEPARTURE_COUNT; i++)
        if (departure_info[i].model == model && departure_info[i].qemu == qemu && model >= 0) {
            *out = (enum departure)i;
            return true;
        }
    return false;
}

bool same_answer(const struct dma_answer *model, const struct dma_answer *qemu, enum departure *out)
{
    *out = DEPARTURE_COUNT;
    if (model->outcome != qemu->outcome)
        return false;
    if (model->outcome == OUTCOME_MOVED)
        return model->physical == qemu->physical;
    if (model->reported != qemu->reported)
        return false;
    return !model->reported || same_reason(model->code, qemu->code, out);
}

/* Bits of a register in which the two may differ without a reason. */
static uint64_t ignored_bits(const struct scenario *scenario, const struct step *step)
{
    (void)scenario;
    switch (step->address) {
    case REG_CCMD: /* the command's operands: write-only in part (11.4.5.1) */
        return ~(UINT64_C(0x13) << 59);
    case REG_IOTLB: /* as above: IVT and the granularity that was done */
        return ~(UINT64_C(0x43) << 57);
    default:
        return 0;
    }
}

static bool same_record(const struct scenario *scenario, const struct result *model,
                        const struct result *qemu, unsigned at, enum departure *out)
{
    const struct step *step = &scenario->step[at];
    uint64_t a = model->answer[at].value, b = qemu->answer[at].value;
    *out = DEPARTURE_COUNT;
    if (step->address == REG_FRCD_LOW) {
        bool upper_next = at + 1 < scenario->steps && scenario->step[at + 1].kind == STEP_GET &&
                          scenario->step[at + 1].address == REG_FRCD_HIGH;
        bool full =
            upper_next && ((model->answer[at + 1].value | qemu->answer[at + 1].value) & RECORD_F);
        return !full || a == b; /* of an empty record the rest is undefined */
    }
    if (!((a | b) & RECORD_F))
        return true;
    uint64_t different = (a ^ b) & ~RECORD_REASON;
    if (!((a | b) & UINT64_C(0x80000000)))
        different &= ~RECORD_PASID; /* neither says that there is a PASID */
    return same_reason((int)(a >> 32 & 0xff), (int)(b >> 32 & 0xff), out) && different == 0;
}

static bool same_step(const struct scenario *scenario, const struct result *model,
                      const struct result *qemu, unsigned at, enum departure *out)
{
    const struct step *step = &scenario->step[at];
    const struct answer *a = &model->answer[at], *b = &qemu->answer[at];
    *out = DEPARTURE_COUNT;
    switch (step->kind) {
    case STEP_GET:
        if (step->address == REG_FRCD_LOW || step->address == REG_FRCD_HIGH)
            return same_record(scenario, model, qemu, at, out);
        return ((a->value ^ b->value) & ~ignored_bits(scenario, step)) == 0;
    case STEP_READ_DMA:
    case STEP_WRITE_DMA:
        if (step->fresh && !same_answer(&a->fresh, &a->dma, out))
            return false; /* the model kept what it was told to forget */
        return same_answer(&a->dma, &b->dma, out);
    default:
        return true;
    }
}

static void meet(struct verdict *verdict, unsigned departure)
{
    verdict->departures[departure / 32] |= UINT32_C(1) << departure % 32;
}

/* A row that explains it, or DEPARTURE_COUNT. */
static enum departure explanation(const struct difference *difference)
{
    for (unsigned i = 0; i < DEPARTURE_COUNT; i++)
        if (departure_info[i].model < 0 && departure_explains((enum departure)i, difference))
            return (enum departure)i;
    return DEPARTURE_COUNT;
}

/* Disagreements that are probably one and the same. */
static uint32_t sort_of(const struct step *step, const struct answer *a, const struct answer *b)
{
    if (step->kind == STEP_GET)
        return (uint32_t)step->address;
    return 0x80000000u | (uint32_t)a->dma.outcome << 20 | (uint32_t)b->dma.outcome << 21 |
           (uint32_t)(a->dma.code & 0xff) << 8 | (uint32_t)(b->dma.code & 0xff);
}

static void compare_ends(const struct result *model, const struct result *qemu,
                         const unsigned char *model_ram, const unsigned char *qemu_ram,
                         struct verdict *out)
{
    const struct touched *both[2] = {&model->touched, &qemu->touched};
    out->at_end = true;
    for (unsigned k = 0; k < 2; k++) {
        for (unsigned i = 0; i < both[k]->count; i++) {
            uint64_t at = both[k]->address[i];
            uint32_t a = memory_get(model_ram, at), b = memory_get(qemu_ram, at);
            if (a == b)
                continue;
            out->agrees = false;
            snprintf(out->what, sizeof out->what,
                     "memory at 0x%" PRIx64 ": model 0x%" PRIx32 ", QEMU 0x%" PRIx32, at, a, b);
            return;
        }
    }
    if (model->messages != qemu->messages) {
        out->agrees = false;
        snprintf(out->what, sizeof out->what, "event messages: model %u, QEMU %u", model->messages,
                 qemu->messages);
    }
}

void compare(const struct scenario *scenario, const struct result *model, const struct result *qemu,
             const unsigned char *model_ram, const unsigned char *qemu_ram, struct verdict *out)
{
    uint64_t seen = 0;
    memset(out, 0, sizeof *out);
    out->agrees = true;
    for (unsigned i = 0; i < scenario->steps; i++) {
        enum departure met;
        seen |= UINT64_C(1) << scenario->step[i].topic;
        out->at = i;
        bool same = same_step(scenario, model, qemu, i, &met);
        if (met < DEPARTURE_COUNT)
            meet(out, met);
        if (!same) {
            struct difference difference = {scenario, i, &model->answer[i], &qemu->answer[i], seen};
            met = explanation(&difference);
            if (met < DEPARTURE_COUNT)
                meet(out, met);
        }
        if (!same && met == DEPARTURE_COUNT) {
            out->agrees = false;
            snprintf(out->what, sizeof out->what, "step %u", i);
            out->sort = sort_of(&scenario->step[i], &model->answer[i], &qemu->answer[i]);
            return;
        }
        if (!same && departure_info[met].ends) {
            out->ended_early = true;
            return;
        }
    }
    compare_ends(model, qemu, model_ram, qemu_ram, out);
}

static void dma_print(const struct dma_answer *dma, FILE *to)
{
    if (dma->outcome == OUTCOME_MOVED)
        fprintf(to, "moved at 0x%" PRIx64, dma->physical);
    else if (dma->code >= 0)
        fprintf(to, "blocked, reason 0x%x%s", (unsigned)dma->code,
                dma->reported ? "" : ", not reported");
    else
        fprintf(to, "blocked, not reported");
}

void answer_print(const struct step *step, const struct answer *answer, bool of_model, FILE *to)
{
    enum departure unused;
    if (step->kind == STEP_GET)
        fprintf(to, "0x%" PRIx64, answer->value);
    if (step->kind != STEP_READ_DMA && step->kind != STEP_WRITE_DMA)
        return;
    dma_print(&answer->dma, to);
    if (of_model && !same_answer(&answer->fresh, &answer->dma, &unused)) {
        fprintf(to, "; the tables say: ");
        dma_print(&answer->fresh, to);
    }
    fprintf(to, "%s%s", answer->hit ? ", IOTLB hit" : "",
            answer->untranslated ? ", untranslated" : "");
}
