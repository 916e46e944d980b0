/* SPDX-License-Identifier: MIT */
/**
 * atc.h - an engine's device TLB: what it keeps, what it has asked for, and what the operands of
 * the descriptor under way hold of it. See internal.h for the rest of the device.
 */
#ifndef SV_DEVICE_ATC_H
#define SV_DEVICE_ATC_H

#include "svasim/device.h"

#define ATC_PAGE      UINT64_C(4096) /* smallest unit of a translation */
#define CLAIMS_MAX    8u             /* translations that an operand holds at once */
#define AHEAD_MAX     256u           /* lines: five pages and the one in use fit into the claims */
#define MISSES_MAX    64u
#define ENTRIES_MAX   1024u
#define INVALIDATIONS 32u /* that a device can have outstanding, one for each ITag */

struct svasim_dsa;
struct engine;

/* A range of addresses that have the same distance to their host addresses. */
struct translation {
    uint64_t first, last, offset; /* offset: host address minus address, modulo 2^64 */
    uint8_t rights;               /* SVASIM_R | SVASIM_W */
    bool untranslated;            /* U: the pages are accessed untranslated */
};

struct atc_entry {
    struct translation kept;
    uint64_t used; /* when, by the engine's count of lookups */
    uint32_t pasid;
    bool valid, priv;
};

enum claim_state {
    CLAIM_LOOK, /* is being looked up, or waits for room to ask */
    CLAIM_WAIT, /* has been asked for */
    CLAIM_HELD,
    CLAIM_FAULT
};

/* A translation that an operand needs now or soon. */
struct claim {
    struct translation found; /* until it is found: the page that is asked for */
    svasim_tick ready;        /* when the lookup is over */
    uint8_t state;            /* enum claim_state */
    uint8_t miss;             /* WAIT: which one */
    uint8_t status;           /* FAULT: of the descriptor */
    bool missed;              /* the lookup has been counted */
};

/* The claims of one operand in the order of its addresses. */
struct claims {
    struct claim ring[CLAIMS_MAX];
    uint8_t head, count;
    uint8_t unsettled; /* claims to look up or ask for */
};

/* A translation request under way. */
struct miss {
    uint64_t tag, page;
    svasim_tick sent_at;
    uint32_t roles; /* whose entries the answer fills, bit n = role n */
    uint32_t pasid;
    bool under_way, priv, write;
    bool stale; /* invalidated since: the answer is not used */
};

/* An invalidation that waits for requests under way, or for its latency. */
struct invalidation {
    svasim_tick due; /* SVASIM_NEVER while requests are under way */
    uint32_t requests;
    bool active;
};

/* atc.c */
/* Look up and ask for what the operands need. */
void sv_dsa_translate(struct svasim_dsa *dsa, struct engine *engine);
/* The answer to a translation request. */
void sv_dsa_atc_answer(struct svasim_dsa *dsa, struct engine *engine, unsigned slot,
                       const svasim_response *response);
bool sv_dsa_atc_acceptable(const svasim_atc_setup *setup);
/* How many an engine has. */
size_t sv_dsa_atc_entries(const svasim_atc_setup *setup);
/* The translation of the operand's next byte; NULL: not known yet, or the access cannot leave. */
static inline const struct claim *sv_dsa_claim(const struct claims *claims, uint64_t position)
{
    const struct claim *claim = &claims->ring[claims->head % CLAIMS_MAX];

    if (!claims->count || claim->state < CLAIM_HELD || position < claim->found.first ||
        position > claim->found.last)
        return NULL;
    return claim;
}
/* A new descriptor: nothing is held. */
void sv_dsa_claims_clear(struct engine *engine);

/* atc_invalidate.c */
/* When the next invalidation is over; SVASIM_NEVER if none waits for time. */
svasim_tick sv_dsa_invalidation_next(const struct svasim_dsa *dsa);
/* Tell the host of those that are over by now. */
void sv_dsa_invalidation_run(struct svasim_dsa *dsa);
/* A request that invalidations `itags` waited for is over. */
void sv_dsa_invalidation_release(struct svasim_dsa *dsa, uint32_t itags);

#endif
