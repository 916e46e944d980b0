/* SPDX-License-Identifier: MIT */
/* print.c - scenarios as text. */
#include "scenario.h"

#include <inttypes.h>

static const char *const topics[TOPIC_COUNT] = {
#define TOPIC(id, text) text,
#include "topics.def"
#undef TOPIC
};

const char *topic_text(unsigned topic)
{
    return topic < TOPIC_COUNT ? topics[topic] : "";
}

static const char *register_name(uint64_t offset)
{
    static const struct {
        unsigned offset;
        const char *name;
    } names[] = {{REG_GCMD, "GCMD"},
                 {REG_GSTS, "GSTS"},
                 {REG_RTADDR, "RTADDR"},
                 {REG_CCMD, "CCMD"},
                 {REG_FSTS, "FSTS"},
                 {REG_FECTL, "FECTL"},
                 {REG_FEDATA, "FEDATA"},
                 {REG_FEADDR, "FEADDR"},
                 {REG_IQH, "IQH"},
                 {REG_IQT, "IQT"},
                 {REG_IQA, "IQA"},
                 {REG_ICS, "ICS"},
                 {REG_IECTL, "IECTL"},
                 {REG_IQERCD, "IQERCD"},
                 {REG_IVA, "IVA"},
                 {REG_IOTLB, "IOTLB"},
                 {REG_FRCD_LOW, "FRCD low"},
                 {REG_FRCD_HIGH, "FRCD high"},
                 {REG_FRCD_HIGH + 4, "FRCD 127:96"}};
    for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++)
        if (names[i].offset == offset)
            return names[i].name;
    return "?";
}

void step_print(const struct step *step, FILE *to)
{
    unsigned sid = step->requester < REQUESTERS ? requester_sid[step->requester] : 0;
    switch (step->kind) {
    case STEP_STORE:
        fprintf(to, "store 0x%" PRIx64 " 0x%" PRIx64, step->address, step->value);
        break;
    case STEP_READ_DMA:
    case STEP_WRITE_DMA:
        fprintf(to, "%02x:%02x.%x %s 0x%" PRIx64 "%s", sid >> 8, sid >> 3 & 31, sid & 7,
                step->kind == STEP_READ_DMA ? "reads" : "writes", step->address,
                step->fresh ? " (nothing stale)" : "");
        break;
    case STEP_SET:
        fprintf(to, "set %s 0x%" PRIx64, register_name(step->address), step->value);
        break;
    default:
        fprintf(to, "get %s", register_name(step->address));
        break;
    }
}

void scenario_print(const struct scenario *scenario, FILE *to)
{
    fprintf(to, "scenario %" PRIu64 " of seed %" PRIu64 ": %s, %s tables, root 0x%" PRIx64 "%s\n",
            scenario->number, scenario->seed,
            scenario->unit == UNIT_LEGACY_39 ? "legacy unit, 39 bits" : "scalable unit, 48 bits",
            scenario->scalable ? "scalable" : "legacy", scenario->rtaddr,
            scenario->all_caches ? ", all caches of the model" : "");
    for (unsigned i = 0; i < scenario->stores; i++)
        fprintf(to, "    memory 0x%" PRIx64 " = 0x%" PRIx64 "\n", scenario->store[i].address,
                scenario->store[i].value);
}
