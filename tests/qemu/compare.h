/* SPDX-License-Identifier: MIT */
/* compare.h - do both sides agree, and if not, is that how QEMU is known to depart from the
 * specification? */
#ifndef QEMU_COMPARE_H
#define QEMU_COMPARE_H

#include "play.h"

enum departure {
#define CODE(id, model, qemu, section, reason)          DEPARTURE_##id,
#define DEPARTURE(id, condition, ends, section, reason) DEPARTURE_##id,
#include "departures.def"
#undef CODE
#undef DEPARTURE
    DEPARTURE_COUNT
};

struct departure_info {
    const char *name, *section, *reason;
    bool ends;       /* both sides are in different states from here on */
    int model, qemu; /* fault reasons, of a code that QEMU reports in place of another */
};
extern const struct departure_info departure_info[DEPARTURE_COUNT];

/* A step about which the two differ. */
struct difference {
    const struct scenario *scenario;
    unsigned at;
    const struct answer *model, *qemu;
    uint64_t seen; /* topics of this and earlier steps, one bit each */
};
/* Does this departure explain the difference? */
bool departure_explains(enum departure departure, const struct difference *difference);
/* Do two DMA answers agree, but for codes? The code's departure, or DEPARTURE_COUNT, is `out`. */
bool same_answer(const struct dma_answer *model, const struct dma_answer *qemu,
                 enum departure *out);
/* The same fault reason, or one that QEMU reports in its place. */
bool same_reason(int model, int qemu, enum departure *out);

struct tally {
    uint64_t scenarios, steps, answers, dmas, moved, blocked, stale, ended_early;
    uint64_t topic[TOPIC_COUNT];
    uint64_t departure[DEPARTURE_COUNT];
};

struct verdict {
    bool agrees;
    bool at_end; /* memory or messages, not a step */
    unsigned at; /* the first step that disagrees */
    char what[200];
    uint32_t sort; /* of the disagreement: kind of step, register, outcomes */
    uint32_t departures[(DEPARTURE_COUNT + 31) / 32]; /* that were met */
    bool ended_early;
};

void compare(const struct scenario *scenario, const struct result *model, const struct result *qemu,
             const unsigned char *model_ram, const unsigned char *qemu_ram, struct verdict *out);
void answer_print(const struct step *step, const struct answer *answer, bool of_model, FILE *to);

#endif
