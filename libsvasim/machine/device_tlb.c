/* SPDX-License-Identifier: MIT */
/* device_tlb.c - what devices do with invalidations of their translations: they answer at once,
 * after a while, in several messages, or not at all; and what a trace expects of the messages. */
#include "machine/differ.h"
#include "machine/state.h"

#include <inttypes.h>
#include <string.h>

static uint64_t given(const svasim_record *record, unsigned slot, uint64_t otherwise)
{
    return svasim_record_has(record, slot) ? record->value[slot] : otherwise;
}

static struct sv_tlb_device *find_device(struct sv_device_tlbs *tlbs, uint16_t source_id)
{
    for (uint32_t i = 0; i < tlbs->device_count; i++)
        if (tlbs->device[i].source_id == source_id)
            return &tlbs->device[i];
    return NULL;
}

/* --- messages and answers --- */

/* Has it said so at once? Otherwise its answer is on its way, or never comes. */
static bool completes(svasim_machine *machine, uint16_t source_id, uint8_t itag)
{
    struct sv_device_tlbs *tlbs = &machine->tlbs;
    const struct sv_tlb_device *device = find_device(tlbs, source_id);
    if (!device || (!device->never && device->delay == 0 && device->messages == 1))
        return true;
    if (device->never || tlbs->answer_count == SV_TLB_ANSWERS)
        return false;
    tlbs->answer[tlbs->answer_count++] = (struct sv_tlb_answer){
        .tick = sv_machine_now(machine) + device->delay,
        .order = tlbs->answers++,
        .source_id = source_id,
        .itag = itag,
        .messages = device->messages,
    };
    return false;
}

bool sv_device_tlbs_hear(svasim_machine *machine, const svasim_device_invalidation *message)
{
    struct sv_device_tlbs *tlbs = &machine->tlbs;
    struct sv_tlb_heard *heard = &tlbs->heard[tlbs->heard_count++ % SV_TLB_HEARD];
    tlbs->lost += tlbs->heard_count > SV_TLB_HEARD && !heard->counted;
    *heard = (struct sv_tlb_heard){*message, false};
    struct sv_device *keeper = sv_machine_ats_device(machine, message->source_id);
    if (keeper && !svasim_dsa_invalidate(keeper->dsa, message)) {
        tlbs->waiting++;
        return false;
    }
    return completes(machine, message->source_id, message->itag);
}

void sv_device_tlbs_done(void *device, uint8_t itag)
{
    const struct sv_device *keeper = device;
    svasim_machine *machine = keeper->machine;
    machine->tlbs.waiting--;
    if (completes(machine, keeper->source_id, itag))
        (void)sv_machine_device_done(machine, keeper->source_id, UINT32_C(1) << itag, 1);
}

/* Index of the answer that arrives first; -1 if none is on its way. */
static int next_answer(const struct sv_device_tlbs *tlbs)
{
    int next = -1;
    for (uint32_t i = 0; i < tlbs->answer_count; i++)
        if (next < 0 || tlbs->answer[i].tick < tlbs->answer[next].tick ||
            (tlbs->answer[i].tick == tlbs->answer[next].tick &&
             tlbs->answer[i].order < tlbs->answer[next].order))
            next = (int)i;
    return next;
}

svasim_tick sv_device_tlbs_next(const svasim_machine *machine)
{
    int next = next_answer(&machine->tlbs);
    return next < 0 ? SVASIM_NEVER : machine->tlbs.answer[next].tick;
}

void sv_device_tlbs_run(svasim_machine *machine, svasim_tick tick)
{
    struct sv_device_tlbs *tlbs = &machine->tlbs;
    int next;
    while ((next = next_answer(tlbs)) >= 0 && tlbs->answer[next].tick <= tick) {
        struct sv_tlb_answer answer = tlbs->answer[next];
        tlbs->answer[next] = tlbs->answer[--tlbs->answer_count];
        for (unsigned i = 0; i < answer.messages; i++)
            (void)sv_machine_device_done(machine, answer.source_id, UINT32_C(1) << answer.itag,
                                         answer.messages);
    }
}

/* --- records --- */

static svasim_err check_messages(svasim_machine *machine, uint64_t messages)
{
    if (messages >= 1 && messages <= 8)
        return SVASIM_OK;
    return sv_machine_fail(machine, SVASIM_EINVAL, "messages: %" PRIu64 " is not 1 to 8", messages);
}

svasim_err sv_act_device_tlb(svasim_machine *machine, const svasim_record *record)
{
    struct sv_device_tlbs *tlbs = &machine->tlbs;
    uint16_t source_id = (uint16_t)record->value[SVASIM_F_DEVICE_TLB_sid];
    uint64_t messages = given(record, SVASIM_F_DEVICE_TLB_messages, 1);
    svasim_err err = check_messages(machine, messages);
    if (err)
        return err;
    struct sv_tlb_device *device = find_device(tlbs, source_id);
    if (!device && tlbs->device_count == SV_TLB_DEVICES)
        return sv_machine_fail(machine, SVASIM_EINVAL, "sid: more than %u devices", SV_TLB_DEVICES);
    if (!device)
        device = &tlbs->device[tlbs->device_count++];
    *device = (struct sv_tlb_device){
        .source_id = source_id,
        .messages = (uint8_t)messages,
        .never = svasim_record_has(record, SVASIM_F_DEVICE_TLB_never),
        .delay = (uint32_t)given(record, SVASIM_F_DEVICE_TLB_delay, 0),
    };
    return SVASIM_OK;
}

svasim_err sv_act_device_tlb_done(svasim_machine *machine, const svasim_record *record)
{
    uint64_t messages = given(record, SVASIM_F_DEVICE_TLB_DONE_messages, 1);
    svasim_err err = check_messages(machine, messages);
    if (err)
        return err;
    err = sv_machine_device_done(machine, (uint16_t)record->value[SVASIM_F_DEVICE_TLB_DONE_sid],
                                 (uint32_t)record->value[SVASIM_F_DEVICE_TLB_DONE_itags],
                                 (uint8_t)messages);
    return err ? sv_machine_fail(machine, err, "%s", svasim_error(machine->unit)) : SVASIM_OK;
}

static uint64_t bytes_of(const svasim_device_invalidation *message)
{
    return message->size_log2 < 64 ? UINT64_C(1) << message->size_log2 : 0;
}

static bool matches(const svasim_record *record, const svasim_device_invalidation *message)
{
#define IS(field, actual)                                                                          \
    (!svasim_record_has(record, SVASIM_F_INVALIDATED_##field) ||                                   \
     record->value[SVASIM_F_INVALIDATED_##field] == (actual))
    return IS(itag, message->itag) && IS(pasid, message->pasid) && IS(address, message->address) &&
           IS(bytes, bytes_of(message)) && IS(all_pasids, message->all_pasids);
#undef IS
}

static void append_message(struct sv_differences *d, const svasim_device_invalidation *message)
{
    sv_differ_append(d, " [itag=%u address=0x%" PRIx64 " bytes=0x%" PRIx64, message->itag,
                     message->address, bytes_of(message));
    if (message->pasid != SVASIM_NO_PASID)
        sv_differ_append(d, " pasid=%" PRIu32 " all_pasids=%d", message->pasid,
                         message->all_pasids);
    sv_differ_append(d, "]");
}

svasim_err sv_act_invalidated(svasim_machine *machine, const svasim_record *record)
{
    struct sv_device_tlbs *tlbs = &machine->tlbs;
    char text[512];
    struct sv_differences d;
    uint64_t kept = tlbs->heard_count < SV_TLB_HEARD ? tlbs->heard_count : SV_TLB_HEARD;
    uint64_t count = 0;
    uint16_t source_id = (uint16_t)record->value[SVASIM_F_INVALIDATED_sid];
    struct sv_tlb_heard *heard[SV_TLB_HEARD];
    uint32_t sent = 0;
    sv_differences_begin(&d, text, sizeof text);
    for (uint64_t i = tlbs->heard_count - kept; i < tlbs->heard_count; i++) {
        struct sv_tlb_heard *one = &tlbs->heard[i % SV_TLB_HEARD];
        if (one->counted || one->message.source_id != source_id)
            continue;
        one->counted = true;
        heard[sent++] = one;
        count += matches(record, &one->message);
    }
    if (tlbs->lost)
        sv_differ(&d, "more than %u messages went out: only the last ones are known", SV_TLB_HEARD);
    tlbs->lost = 0;
    sv_differ_field(&d, record, SVASIM_F_INVALIDATED_count, count);
    sv_differ_append(&d, " (%" PRIu32 " sent:", sent);
    for (uint32_t i = 0; i < sent && i < 4; i++)
        append_message(&d, &heard[i]->message);
    sv_differ_append(&d, ")");
    sv_expect_judged(machine, record, 0, &d);
    return SVASIM_OK;
}
