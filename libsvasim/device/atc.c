/* SPDX-License-Identifier: MIT */
/*
 * atc.c - the device TLB of an engine: which translations do the operands need now and soon, is
 * one kept, and what is asked of the unit? An operand claims translations in the order of its
 * addresses and holds them until it has passed their pages, as requests in a pipeline would carry
 * theirs along; the entries serve later claims. Nothing here moves data.
 *
 * Model choice: a read asks with NW, so that it makes no page dirty; a later write to the page
 *   asks again. Whether DSA sets NW is not published.
 * Model choice: one translation for each request, and the Global bit is not used: an entry serves
 *   the PASID and the privilege that asked for it.
 * Not modelled: page requests for translations that are refused (block on fault).
 */
#include "device/internal.h"

#include "base/assert.h"

#define NO_SLOT MISSES_MAX

bool sv_dsa_atc_acceptable(const svasim_atc_setup *setup)
{
    if (!setup->entries)
        return true;
    return setup->entries <= ENTRIES_MAX && setup->misses >= 1 && setup->misses <= MISSES_MAX &&
           setup->ahead <= AHEAD_MAX;
}

size_t sv_dsa_atc_entries(const svasim_atc_setup *setup)
{
    return (size_t)setup->entries * (setup->shared ? 1u : ROLE_COUNT);
}

/* --- entries --- */

/* Batch lists and the records of batches were found to leave the entries alone. */
static bool is_kept(struct engine *engine, unsigned role)
{
    return role != SV_ROLE_LIST &&
           !(role == ROLE_RECORD && sv_dsa_job(engine)->bytes[7] == SV_DSA_BATCH);
}

/* The readback follows the write and finds its translation. */
static struct atc_entry *entries_of(const svasim_dsa *dsa, const struct engine *engine,
                                    unsigned role)
{
    const svasim_atc_setup *setup = &dsa->setup.atc;
    unsigned field = role == ROLE_READBACK ? SV_ROLE_OUT1 : role;

    return setup->shared ? engine->atc : engine->atc + (size_t)field * setup->entries;
}

static bool overlap(const struct translation *a, const struct translation *b)
{
    return a->first <= b->last && b->first <= a->last;
}

static void keep(const svasim_dsa *dsa, struct engine *engine, unsigned role,
                 const struct miss *miss, const struct translation *found)
{
    struct atc_entry *entries = entries_of(dsa, engine, role), *place = entries;

    for (unsigned i = 0; i < dsa->setup.atc.entries; i++) {
        struct atc_entry *entry = &entries[i];

        if (entry->valid && entry->pasid == miss->pasid && entry->priv == miss->priv &&
            overlap(&entry->kept, found))
            entry->valid = false;
        if (!place->valid)
            continue;
        if (!entry->valid || entry->used < place->used)
            place = entry;
    }
    *place = (struct atc_entry){.kept = *found,
                                .used = ++engine->atc_used,
                                .pasid = miss->pasid,
                                .valid = true,
                                .priv = miss->priv};
}

/* A zero-length read is content with any right. */
static bool suffices(const struct stream *stream, const struct translation *found)
{
    if (stream->probe)
        return found->rights != 0;
    return found->rights & (stream->write ? SVASIM_W : SVASIM_R);
}

static bool look_up(const svasim_dsa *dsa, struct engine *engine, unsigned role,
                    const struct stream *stream, struct claim *claim)
{
    struct atc_entry *entries = entries_of(dsa, engine, role);
    const svasim_completion *job = &sv_dsa_job(engine)->out;

    for (unsigned i = 0; i < dsa->setup.atc.entries; i++) {
        struct atc_entry *entry = &entries[i];

        if (!entry->valid || entry->pasid != job->pasid || entry->priv != job->privileged ||
            !overlap(&entry->kept, &claim->found) || !suffices(stream, &entry->kept))
            continue;
        entry->used = ++engine->atc_used;
        claim->found = entry->kept;
        return true;
    }
    return false;
}

/* --- asking --- */

/* A request under way whose answer serves this claim, and a free place. */
static unsigned find_miss(const svasim_dsa *dsa, struct engine *engine, bool write,
                          const struct claim *claim, unsigned *out_free)
{
    const svasim_completion *job = &sv_dsa_job(engine)->out;

    *out_free = NO_SLOT;
    for (unsigned i = 0; i < dsa->setup.atc.misses; i++) {
        const struct miss *miss = &engine->misses[i];

        if (!miss->under_way)
            *out_free = *out_free == NO_SLOT ? i : *out_free;
        else if (miss->page == claim->found.first && miss->pasid == job->pasid &&
                 miss->priv == job->privileged && (miss->write || !write) && !miss->stale)
            return i;
    }
    return NO_SLOT;
}

static svasim_err send(svasim_dsa *dsa, struct engine *engine, unsigned slot, bool write,
                       uint64_t page)
{
    const svasim_completion *job = &sv_dsa_job(engine)->out;
    struct miss *miss = &engine->misses[slot];
    svasim_request request = {
        .tag = sv_dsa_tag(dsa, engine, slot) | TAG_MISS,
        .address = page,
        .length = 8,
        .pasid = job->pasid,
        .source_id = dsa->setup.source_id,
        .op = SVASIM_READ,
        .at = SVASIM_TRANSLATION,
        .flags = (uint8_t)((job->privileged ? SVASIM_PRIV : 0u) | (write ? 0u : SVASIM_NO_WRITE)),
    };
    svasim_err err = dsa->ports.dma(dsa->ports.host, &request);

    if (err != SVASIM_OK)
        return err;
    *miss = (struct miss){.tag = request.tag,
                          .page = page,
                          .sent_at = dsa->tick,
                          .pasid = job->pasid,
                          .under_way = true,
                          .priv = job->privileged,
                          .write = write};
    engine->missing++;
    dsa->counts.requests++;
    return SVASIM_OK;
}

/* Status of the descriptor when this operand has no translation. */
static uint8_t refusal(struct engine *engine, unsigned role)
{
    switch (role) {
    case ROLE_RECORD:
        return SV_STATUS_RECORD_FAULT;
    case ROLE_READBACK:
        return SV_STATUS_WRITE_ERROR;
    case SV_ROLE_LIST:
        return SV_STATUS_BATCH_FAULT;
    case SV_ROLE_PROBE:
    case SV_ROLE_PROBE2:
        return sv_dsa_job(engine)->bytes[7] == SV_DSA_DRAIN ? SV_STATUS_READBACK_FAULT
                                                            : SV_STATUS_PAGE_FAULT;
    default:
        return SV_STATUS_PAGE_FAULT;
    }
}

static void refuse(struct engine *engine, unsigned role, struct claim *claim, bool aborted)
{
    claim->state = CLAIM_FAULT;
    claim->status = aborted && role != ROLE_RECORD ? SV_STATUS_ATS_ERROR : refusal(engine, role);
    engine->claims[role].unsettled--;
}

static void hold(struct engine *engine, unsigned role, struct claim *claim)
{
    claim->state = CLAIM_HELD;
    engine->claims[role].unsettled--;
}

/* A miss, or another try: the port was full, or every request is under way. */
static void ask(svasim_dsa *dsa, struct engine *engine, unsigned role, const struct stream *stream,
                struct claim *claim)
{
    unsigned free, slot = find_miss(dsa, engine, stream->write, claim, &free);

    if (slot != NO_SLOT) {
        dsa->counts.joined++;
    } else if (dsa->blocked || free == NO_SLOT) {
        return;
    } else {
        svasim_err err = send(dsa, engine, free, stream->write, claim->found.first);

        if (err == SVASIM_BUSY) {
            dsa->blocked = true;
            dsa->blocked_engine = engine->index;
            return;
        }
        if (err != SVASIM_OK) {
            refuse(engine, role, claim, true);
            return;
        }
        slot = free;
    }
    if (is_kept(engine, role))
        engine->misses[slot].roles |= UINT32_C(1) << role;
    claim->state = CLAIM_WAIT;
    claim->miss = (uint8_t)slot;
}

static void advance_claim(svasim_dsa *dsa, struct engine *engine, unsigned role,
                          const struct stream *stream, struct claim *claim)
{
    if (claim->state != CLAIM_LOOK)
        return;
    if (dsa->tick < claim->ready) {
        sv_dsa_wake(dsa, claim->ready);
        return;
    }
    dsa->counts.lookups += !claim->missed && is_kept(engine, role);
    if (is_kept(engine, role) && look_up(dsa, engine, role, stream, claim)) {
        dsa->counts.hits += !claim->missed;
        hold(engine, role, claim);
        return;
    }
    claim->missed = true;
    ask(dsa, engine, role, stream, claim);
}

/* --- claims --- */

void sv_dsa_claims_clear(struct engine *engine)
{
    for (unsigned role = 0; role < ROLE_COUNT; role++)
        if (role != ROLE_RECORD || !engine->early_record)
            engine->claims[role].head = engine->claims[role].count =
                engine->claims[role].unsettled = 0;
}

static void add_claim(const svasim_dsa *dsa, struct claims *claims, uint64_t address)
{
    struct claim *claim = &claims->ring[(claims->head + claims->count++) % CLAIMS_MAX];

    claim->found.first = address & ~(ATC_PAGE - 1);
    claim->found.last = claim->found.first + (ATC_PAGE - 1);
    claim->ready = dsa->tick + dsa->setup.atc.lookup_ticks;
    claim->state = CLAIM_LOOK;
    claim->missed = false;
    claims->unsettled++;
}

/* How many bytes from the next one on may be claimed: what is under way of a source counts. */
static uint64_t ahead_of(const svasim_dsa *dsa, const struct engine *engine,
                         const struct stream *stream)
{
    uint64_t lines = dsa->setup.atc.ahead;

    if (stream->scattered || stream->left == OPEN)
        return 0;
    if (!stream->write)
        lines = engine->order_count < lines ? lines - engine->order_count : 0;
    return lines * LINE_BYTES < stream->left ? lines * LINE_BYTES : stream->left;
}

/* Claims for `bytes` bytes from the next one on. */
static void extend(const svasim_dsa *dsa, struct claims *claims, const struct stream *stream,
                   uint64_t position, uint64_t bytes)
{
    while (claims->count < CLAIMS_MAX) {
        const struct claim *last = &claims->ring[(claims->head + claims->count - 1u) % CLAIMS_MAX];
        uint64_t edge = stream->down ? last->found.first - 1 : last->found.last + 1;
        uint64_t distance = stream->down ? position - edge : edge - position;

        if (distance >= bytes)
            return;
        add_claim(dsa, claims, edge);
    }
}

static bool covers(const struct claims *claims, uint64_t position)
{
    const struct translation *found = &claims->ring[claims->head % CLAIMS_MAX].found;

    return position >= found->first && position <= found->last;
}

static void translate_operand(svasim_dsa *dsa, struct engine *engine, unsigned role,
                              const struct stream *stream)
{
    struct claims *claims = &engine->claims[role];
    uint64_t position = sv_dsa_position(stream);

    while (claims->count && !covers(claims, position)) {
        if (claims->ring[claims->head].state < CLAIM_HELD)
            claims->unsettled--;
        claims->head = (claims->head + 1) % CLAIMS_MAX;
        claims->count--;
    }
    if (!claims->count)
        add_claim(dsa, claims, position);
    extend(dsa, claims, stream, position, ahead_of(dsa, engine, stream));
    for (unsigned i = 0; claims->unsettled && i < claims->count; i++)
        advance_claim(dsa, engine, role, stream, &claims->ring[(claims->head + i) % CLAIMS_MAX]);
}

void sv_dsa_translate(svasim_dsa *dsa, struct engine *engine)
{
    for (unsigned i = 0; i < engine->open_count; i++) {
        unsigned role = engine->open[i];
        struct stream *stream = &engine->streams[role];
        bool input = !stream->write && role != ROLE_READBACK;

        if (!stream->left || (input && engine->kernel.stopped) ||
            !sv_dsa_enter_block(engine, stream))
            continue;
        translate_operand(dsa, engine, role, stream);
    }
    if (engine->early_record && !engine->streams[ROLE_RECORD].active) {
        const struct stream record = {.next = sv_dsa_get(sv_dsa_job(engine)->bytes, 8, 8),
                                      .left = RECORD_BYTES,
                                      .write = true};

        translate_operand(dsa, engine, ROLE_RECORD, &record);
    }
}

/* --- answers --- */

static struct translation read_answer(const struct miss *miss, const svasim_response *response)
{
    uint64_t page = response->page_bytes > ATC_PAGE ? response->page_bytes : ATC_PAGE;
    uint64_t first = miss->page & ~(page - 1);

    return (struct translation){.first = first,
                                .last = first + (page - 1),
                                .offset = response->address - miss->page,
                                .rights = response->rights,
                                .untranslated = response->flags & SVASIM_UNTRANSLATED_ONLY};
}

static void settle(struct engine *engine, unsigned role, struct claim *claim,
                   const struct translation *found, bool aborted, const struct stream *stream)
{
    if (aborted || !suffices(stream, found)) {
        refuse(engine, role, claim, aborted);
        return;
    }
    claim->found = *found;
    hold(engine, role, claim);
}

static void answer_role(svasim_dsa *dsa, struct engine *engine, unsigned role, unsigned slot,
                        const struct translation *found, bool aborted)
{
    static const struct stream record = {.write = true};
    struct claims *claims = &engine->claims[role];
    const struct stream *stream = role == ROLE_RECORD ? &record : &engine->streams[role];

    for (unsigned i = 0; claims->unsettled && i < claims->count; i++) {
        struct claim *claim = &claims->ring[(claims->head + i) % CLAIMS_MAX];

        if (claim->state != CLAIM_WAIT || claim->miss != slot)
            continue;
        if (engine->misses[slot].stale) {
            claim->state = CLAIM_LOOK;
            claim->ready = dsa->tick;
        } else {
            settle(engine, role, claim, found, aborted, stream);
            dsa->counts.refused += claim->state == CLAIM_FAULT;
        }
    }
}

void sv_dsa_atc_answer(svasim_dsa *dsa, struct engine *engine, unsigned slot,
                       const svasim_response *response)
{
    struct miss *miss = slot < MISSES_MAX ? &engine->misses[slot] : NULL;
    struct translation found;
    bool aborted = response->status != SVASIM_STATUS_OK;

    if (!miss || !miss->under_way || miss->tag != response->tag)
        return;
    miss->under_way = false;
    engine->missing--;
    dsa->counts.occupancy += dsa->tick - miss->sent_at;
    dsa->counts.discarded += miss->stale;
    found = read_answer(miss, response);
    for (unsigned role = 0; role < ROLE_COUNT; role++) {
        if (miss->roles >> role & 1u && !miss->stale && !aborted && found.rights)
            keep(dsa, engine, role, miss, &found);
        answer_role(dsa, engine, role, slot, &found, aborted);
    }
}
