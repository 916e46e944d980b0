/* SPDX-License-Identifier: MIT */
/* core.h - what all drivers of a walk share: rules, latched mode, caches, counters, host ports;
 * and the parts of serving a walk that take no time. */
#ifndef SV_UARCH_CORE_H
#define SV_UARCH_CORE_H

#include "arch/registers.h"
#include "uarch/caches.h"

struct sv_core {
    struct sv_rules rules;
    struct sv_mode mode;
    struct sv_registers registers;
    struct sv_caches caches;
    svasim_ports ports;
    uint32_t piece_bytes; /* that arrive at once */
    uint32_t plain_bytes; /* longest read that is one call of ports.read, whatever it is for */
    uint64_t counter[SV_COUNTER_COUNT];
    uint64_t faults[SVASIM_FAULT_COUNT];
    void (*on_act)(void *watcher, const svasim_act *act); /* NULL: nobody watches */
    void *watcher;
};

/* All that a response needs of a request that is done. */
struct sv_ending {
    struct sv_outcome out;
    uint16_t domain_id, updates, reads;
    uint8_t pgtt, page_shift;
    uint8_t memory; /* as arch/memory_type.h has it; only if pgtt is not 0 */
};

/* Ask the IOTLB. True: it answers the request, *out has the ending. False: a walk is needed, and
 * *out_found is what the IOTLB had (NULL: a miss). Only if sv_hit_allowed. */
bool sv_core_hit(struct sv_core *core, const svasim_request *request, struct sv_ending *out,
                 const struct sv_translation **out_found);
/* Begin a walk. `asked`: sv_core_hit was called and `found` is what it gave. */
enum sv_ask sv_core_begin(struct sv_core *core, struct sv_walk *walk, const svasim_request *request,
                          struct sv_ending *out, bool asked, const struct sv_translation *found);
/* With a second level of the IOTLB, a step at a time: begin and ask the first level. SV_ASK_IOTLB:
 * it has nothing, so sv_core_second_level is next. */
enum sv_ask sv_core_first_level(struct sv_core *core, struct sv_walk *walk,
                                const svasim_request *request, struct sv_ending *out, bool asked,
                                const struct sv_translation *found);
enum sv_ask sv_core_second_level(struct sv_core *core, struct sv_walk *walk);
/* How many lookups an answered ask counts as (policy.nonleaf_counting): levels are asked from 2 up
 * to the one that hit, or to the highest. */
static inline unsigned sv_core_lookups(const struct sv_walk *walk, enum sv_ask ask)
{
    if (!walk->rules->nonleaf_by_level || (ask != SV_ASK_TABLE && ask != SV_ASK_HPT_TABLE))
        return 1;
    unsigned highest = ask == SV_ASK_TABLE ? walk->key.level : 4;
    return (walk->found ? walk->found_level : highest) - 1u;
}
/* Serve a cache lookup or a fill. Not for SV_ASK_READ, SV_ASK_UPDATE, SV_ASK_DONE. */
void sv_core_serve_cache(struct sv_core *core, struct sv_walk *walk, enum sv_ask ask);
/* What an SV_ASK_UPDATE is counted as. */
static inline enum sv_counter sv_update_counter(const struct sv_walk *walk)
{
    return walk->reading == SV_READING_POSTED ? SV_COUNT_POSTED_UPDATES : SV_COUNT_AD_UPDATE;
}
/* Serve SV_ASK_READ or SV_ASK_UPDATE through the host's ports. */
void sv_core_serve_memory(struct sv_core *core, struct sv_walk *walk, enum sv_ask ask);
/* A walk is done: complete the ending whose outcome it wrote. */
void sv_core_ending(const struct sv_walk *walk, struct sv_ending *out);
/* Count what an ending means, and log its fault where software is told of it. */
void sv_core_count(struct sv_core *core, const svasim_request *request,
                   const struct sv_ending *ending);
/* Send the event messages that are due. */
void sv_core_send_messages(struct sv_core *core);
/* Put it into a response; times, stages and tag are the caller's. */
void sv_core_describe(const struct sv_core *core, const struct sv_ending *ending,
                      svasim_response *out);

/* Functional driver: everything is answered at once. `walk` is scratch. */
void sv_core_translate(struct sv_core *core, struct sv_walk *walk, const svasim_request *request,
                       struct sv_ending *out);
/* Serve a begun walk until it is done, at once. */
void sv_core_run(struct sv_core *core, struct sv_walk *walk, enum sv_ask ask);
/* Serve SV_ASK_READ without counting. */
void sv_core_read(const struct sv_core *core, struct sv_walk *walk);

/* The memory access that a walk asked for, after a read has its answer. Of an update, `words` has
 * only the quadword that it would store. */
void sv_step_describe(const struct sv_walk *walk, enum sv_ask ask, svasim_step *out);

/* --- memory.c: reads that are not plain --- */

void sv_core_memory_init(struct sv_core *core, const svasim_config *config);
/* Read `bytes` in as many pieces as it takes; nonzero: a piece failed. */
int sv_core_fetch(const struct sv_core *core, bool snoops, uint64_t hpa, void *out, uint32_t bytes);
/* Serve piece `index` of SV_ASK_READ. True: there are more. */
bool sv_core_read_piece(const struct sv_core *core, struct sv_walk *walk, unsigned index);

/* Peek driver: no cache is used or filled, no flag is set, nothing is counted. */
void sv_core_peek(const struct sv_core *core, const svasim_request *request, struct sv_ending *out);
/* The same, and each memory access is told. */
void sv_core_explain(const struct sv_core *core, const svasim_request *request,
                     void (*on_step)(void *user, const svasim_step *step), void *user,
                     struct sv_ending *out);

#endif
