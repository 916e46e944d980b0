/* SPDX-License-Identifier: MIT */
/* interrupt.c - interrupt requests in the order of sections 5.1.4 and 5.2.3: format, index, entry,
 * source, then a remapped message or a posted one. One judge_* function per thing that is read or
 * updated. Must not know time or cache storage.
 * Model choice: the locked update of a posted descriptor (section 5.2.3) is one read and two
 * 8-byte compare-exchanges, PIR first and then the quadword with ON and SN, which is written even
 * if it does not change. Whoever clears ON before it scans PIR, as software must, loses nothing.
 * Model choice: undefined values of DLM and SVT count as reserved bits (INT.24).
 * Not modelled: the end of a level-triggered interrupt; each request makes one message. */
#include "arch/walk.h"

#include "spec/tables.h"

#define MESSAGE_BASE     UINT64_C(0xfee00000)
#define MESSAGE_ASSERTED (1u << 14)
#define DLM_FIXED        0u
#define DLM_LOWEST       1u

static enum sv_ask judge_cached(struct sv_walk *walk);
static enum sv_ask judge_entry(struct sv_walk *walk);
static enum sv_ask judge_descriptor(struct sv_walk *walk);
static enum sv_ask judge_posted(struct sv_walk *walk);
static enum sv_ask judge_notified(struct sv_walk *walk);

/* --- ends --- */

/* The message leaves as it came. */
static enum sv_ask pass(struct sv_walk *walk)
{
    walk->out->pa = walk->request->address;
    walk->out->data = (uint16_t)walk->request->data;
    walk->out->rights = SVASIM_R | SVASIM_W;
    walk->out->flags |= SVASIM_INTERRUPT;
    return sv_walk_done(walk);
}

static enum sv_ask finish(struct sv_walk *walk)
{
    struct sv_interrupt *state = &walk->interrupt;
    walk->out->rights = SVASIM_R | SVASIM_W;
    walk->out->flags |= SVASIM_INTERRUPT;
    if (state->filled || !walk->rules->has_interrupt_cache)
        return sv_walk_done(walk);
    walk->fill_cache = SV_CACHE_IEC;
    walk->fill = &state->entry;
    walk->judge = sv_walk_done;
    return SV_ASK_FILL;
}

/* The message to the processors: level "asserted"; an x2APIC destination has its upper 24 bits
 * in address bits 63:40, as in the event messages of the unit (section 5.1.6.2). */
static void set_message(struct sv_walk *walk, uint32_t destination, unsigned vector,
                        unsigned delivery, bool level)
{
    walk->out->pa =
        MESSAGE_BASE | (uint64_t)(destination & 0xff) << 12 | (uint64_t)(destination >> 8) << 40;
    walk->out->data = (uint16_t)(vector | delivery << 8 | MESSAGE_ASSERTED | (unsigned)level << 15);
}

/* DST and NDST: in xAPIC mode bits 15:8 alone. */
static uint32_t destination_of(const struct sv_interrupt *state, uint64_t field)
{
    return (uint32_t)(state->extended ? field : field >> 8 & 0xff);
}

static bool destination_is_legal(const struct sv_interrupt *state, uint64_t field)
{
    return state->extended || (field & ~UINT64_C(0xff00)) == 0;
}

/* --- the request, section 5.1.4 --- */

enum sv_ask sv_interrupt_begin(struct sv_walk *walk, const struct sv_interrupt_mode *mode)
{
    const struct sv_rules *rules = walk->rules;
    const svasim_request *request = walk->request;
    struct sv_interrupt *state = &walk->interrupt;
    if (!mode->enabled) {
        REQUIRE(walk, !sv_rules_has(rules, SV_CAP_IRREQ), INT_2B);
        return pass(walk);
    }
    REQUIRE(walk, mode->extended || !sv_rules_has(rules, SV_CAP_EIMER), INT_2A);
    if (!(request->address & SV_INTERRUPT_REMAPPABLE)) {
        REQUIRE(walk, !mode->extended && mode->compatible, INT_25);
        return pass(walk);
    }
    REQUIRE(walk, !(request->address & SV_INTERRUPT_SHV) || request->data >> 16 == 0, INT_20);
    *state = (struct sv_interrupt){
        .table = mode->table,
        .index = sv_interrupt_index(request),
        .extended = mode->extended,
    };
    REQUIRE(walk, state->index < mode->entries, INT_21);
    REQUIRE(walk, fits_width(mode->table + 16u * (uint64_t)state->index, rules->haw), INT_21);
    walk->key.address = state->index;
    walk->judge = judge_cached;
    return rules->has_interrupt_cache ? SV_ASK_IEC : judge_cached(walk);
}

/* --- the entry, sections 9.9 and 9.10 --- */

static bool source_is_accepted(const uint64_t *e, uint16_t source_id)
{
    /* Function bits that SQ excepts, section 9.9. */
    static const uint16_t excepted[4] = {0, 4, 6, 7};
    uint64_t sid = sv_irte_sid(e);
    unsigned bus = source_id >> 8;
    switch (sv_irte_svt(e)) {
    case 1:
        return ((sid ^ source_id) & (uint16_t)~excepted[sv_irte_sq(e)]) == 0;
    case 2:
        return bus >= sid >> 8 && bus <= (sid & 0xff);
    default:
        return true; /* 3 is reserved: there is nothing to compare with */
    }
}

static bool any_set(const uint64_t *words, const uint64_t *mask, unsigned count)
{
    uint64_t bits = 0;
    for (unsigned i = 0; i < count; i++)
        bits |= words[i] & mask[i];
    return bits != 0;
}

static enum sv_ask remap(struct sv_walk *walk)
{
    const struct sv_interrupt *state = &walk->interrupt;
    const uint64_t *e = state->entry.words;
    unsigned delivery = (unsigned)sv_irte_dlm(e);
    REQUIRE(walk, !any_set(e, walk->rules->irte_rsvd, 2), INT_24);
    REQUIRE(walk, destination_is_legal(state, sv_irte_dst(e)), INT_24);
    REQUIRE(walk, sv_irte_svt(e) != 3 && delivery != 3 && delivery != 6, INT_24);
    bool level = sv_irte_tm(e) && (delivery == DLM_FIXED || delivery == DLM_LOWEST);
    set_message(walk, destination_of(state, sv_irte_dst(e)), (unsigned)sv_irte_v(e), delivery,
                level);
    walk->out->pa |= sv_irte_rh(e) << 3 | sv_irte_dm(e) << 2;
    return finish(walk);
}

static enum sv_ask post(struct sv_walk *walk)
{
    struct sv_interrupt *state = &walk->interrupt;
    const uint64_t *e = state->entry.words;
    state->descriptor = sv_irte_posted_pdah(e) << 32 | sv_irte_posted_pdal(e) << 6;
    REQUIRE(walk, !any_set(e, walk->rules->irte_posted_rsvd, 2), INT_24);
    REQUIRE(walk, fits_width(state->descriptor, walk->rules->haw), INT_24);
    REQUIRE(walk, sv_irte_posted_svt(e) != 3, INT_24);
    return sv_ask_read(walk, SV_READING_POSTED, state->descriptor, 64, judge_descriptor);
}

static enum sv_ask check_entry(struct sv_walk *walk)
{
    const uint64_t *e = walk->interrupt.entry.words;
    walk->fpd = sv_irte_fpd(e); /* counts even when P = 0 */
    REQUIRE(walk, sv_irte_p(e), INT_22);
    REQUIRE(walk, source_is_accepted(e, walk->request->source_id), INT_26);
    if (sv_irte_im(e) && sv_rules_has(walk->rules, SV_CAP_PI))
        return post(walk);
    return remap(walk);
}

static enum sv_ask judge_cached(struct sv_walk *walk)
{
    struct sv_interrupt *state = &walk->interrupt;
    if (!walk->rules->has_interrupt_cache || !walk->found)
        return sv_ask_read(walk, SV_READING_IRTE, state->table + 16u * (uint64_t)state->index, 16,
                           judge_entry);
    state->entry = *(const struct sv_irte *)walk->found;
    state->filled = true;
    return check_entry(walk);
}

static enum sv_ask judge_entry(struct sv_walk *walk)
{
    struct sv_irte *entry = &walk->interrupt.entry;
    REQUIRE(walk, walk->ok, INT_23);
    entry->words[0] = walk->words[0];
    entry->words[1] = walk->words[1];
    return check_entry(walk);
}

/* --- posting, section 5.2.3 --- */

/* Set the bit of the virtual vector; `seen` is what its quadword holds. */
static enum sv_ask set_vector(struct sv_walk *walk, uint64_t seen)
{
    const struct sv_interrupt *state = &walk->interrupt;
    unsigned vector = (unsigned)sv_irte_posted_vv(state->entry.words);
    return sv_ask_update(walk, state->descriptor + 8u * (vector / 64), seen,
                         seen | UINT64_C(1) << vector % 64, judge_posted);
}

static enum sv_ask judge_descriptor(struct sv_walk *walk)
{
    struct sv_interrupt *state = &walk->interrupt;
    const uint64_t *d = walk->words;
    REQUIRE(walk, walk->ok, INT_27);
    REQUIRE(walk, !any_set(d, walk->rules->posted_rsvd, 8), INT_28);
    REQUIRE(walk, destination_is_legal(state, sv_posted_descriptor_ndst(d)), INT_28);
    state->control = d[4];
    return set_vector(walk, d[sv_irte_posted_vv(state->entry.words) / 64]);
}

static bool notifies(const struct sv_interrupt *state)
{
    bool urgent = sv_irte_posted_urg(state->entry.words) != 0;
    return !(state->control & sv_posted_descriptor_on_mask()) &&
           (urgent || !(state->control & sv_posted_descriptor_sn_mask()));
}

static enum sv_ask set_outstanding(struct sv_walk *walk)
{
    const struct sv_interrupt *state = &walk->interrupt;
    uint64_t on = notifies(state) ? sv_posted_descriptor_on_mask() : 0;
    return sv_ask_update(walk, state->descriptor + 32, state->control, state->control | on,
                         judge_notified);
}

static bool may_try_again(struct sv_walk *walk)
{
    return walk->update == SVASIM_UPDATE_LOST && ++walk->tries < walk->rules->update_tries;
}

static enum sv_ask judge_posted(struct sv_walk *walk)
{
    if (walk->update == SVASIM_UPDATE_DONE)
        return set_outstanding(walk);
    REQUIRE(walk, may_try_again(walk), INT_27);
    return set_vector(walk, walk->words[0]);
}

static enum sv_ask judge_notified(struct sv_walk *walk)
{
    struct sv_interrupt *state = &walk->interrupt;
    if (walk->update != SVASIM_UPDATE_DONE) {
        REQUIRE(walk, may_try_again(walk), INT_27);
        state->control = walk->words[0];
        return set_outstanding(walk);
    }
    walk->out->flags |= SVASIM_POSTED;
    if (notifies(state)) {
        const uint64_t words[5] = {0, 0, 0, 0, state->control};
        set_message(walk, destination_of(state, sv_posted_descriptor_ndst(words)),
                    (unsigned)sv_posted_descriptor_nv(words), DLM_FIXED, false);
    }
    return finish(walk);
}
