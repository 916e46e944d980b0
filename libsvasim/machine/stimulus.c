/* SPDX-License-Identifier: MIT */
/* stimulus.c - dma, interrupt and submit records: what goes in. */
#include "machine/state.h"

#include <inttypes.h>
#include <string.h>

static svasim_err id_in_use(svasim_machine *machine, uint64_t id)
{
    return sv_machine_fail(machine, SVASIM_EINVAL,
                           "id: %" PRIu64 " (or one %u apart from it) is still in flight", id,
                           SV_KNOWN);
}

/* Make room for what will be known of this id; older requests may have to finish first. */
static struct sv_known *begin(svasim_machine *machine, uint64_t id, unsigned kind)
{
    struct sv_known *known;
    while (!(known = sv_known_begin(machine, id, kind)))
        if (!sv_machine_step(machine, SVASIM_NEVER))
            return NULL;
    return known;
}

const char *svasim_machine_request(const svasim_record *record, svasim_request *out)
{
    if (record->kind == SVASIM_RECORD_INTERRUPT)
        return sv_machine_interrupt_request(record, out);
    const uint64_t *value = record->value;
    uint32_t to_page_end = 4096 - (uint32_t)(value[SVASIM_F_DMA_iova] & 4095);
    *out = (svasim_request){
        .address = value[SVASIM_F_DMA_iova],
        .length = to_page_end < 64 ? to_page_end : 64,
        .pasid = SVASIM_NO_PASID,
        .source_id = (uint16_t)value[SVASIM_F_DMA_sid],
        .op = (uint8_t)value[SVASIM_F_DMA_op],
        .at = (uint8_t)value[SVASIM_F_DMA_at],
    };
    if (svasim_record_has(record, SVASIM_F_DMA_length)) {
        if (value[SVASIM_F_DMA_length] > 4096)
            return "length: above 4096";
        out->length = (uint32_t)value[SVASIM_F_DMA_length];
    }
    if (svasim_record_has(record, SVASIM_F_DMA_pasid)) {
        if (value[SVASIM_F_DMA_pasid] >> 20)
            return "pasid: does not fit 20 bits";
        out->pasid = (uint32_t)value[SVASIM_F_DMA_pasid];
    }
    if (svasim_record_has(record, SVASIM_F_DMA_pr))
        out->flags |= SVASIM_PRIV;
    if (svasim_record_has(record, SVASIM_F_DMA_er))
        out->flags |= SVASIM_EXEC;
    if (svasim_record_has(record, SVASIM_F_DMA_nw))
        out->flags |= SVASIM_NO_WRITE;
    return NULL;
}

svasim_err sv_act_dma(svasim_machine *machine, const svasim_record *record)
{
    svasim_request request;
    uint64_t id = record->value[0]; /* first field of both kinds */
    const char *wrong = svasim_machine_request(record, &request);
    if (wrong)
        return sv_machine_fail(machine, SVASIM_EINVAL, "%s", wrong);
    if (!begin(machine, id, record->kind))
        return id_in_use(machine, id);
    return sv_machine_issue(machine, &request, id);
}

/* --- page requests --- */

static svasim_page_request page_request_of(const svasim_record *record)
{
    static const uint8_t needs[] = {0, SVASIM_PAGE_READ, SVASIM_PAGE_WRITE,
                                    SVASIM_PAGE_READ | SVASIM_PAGE_WRITE};
    const uint64_t *value = record->value;
    bool has_need = svasim_record_has(record, SVASIM_F_PAGE_REQUEST_need);
    svasim_page_request request = {
        .address = value[SVASIM_F_PAGE_REQUEST_address],
        .pasid = svasim_record_has(record, SVASIM_F_PAGE_REQUEST_pasid)
                     ? (uint32_t)value[SVASIM_F_PAGE_REQUEST_pasid]
                     : SVASIM_NO_PASID,
        .source_id = (uint16_t)value[SVASIM_F_PAGE_REQUEST_sid],
        .group = (uint16_t)value[SVASIM_F_PAGE_REQUEST_group],
        .flags = has_need ? needs[value[SVASIM_F_PAGE_REQUEST_need] & 3] : SVASIM_PAGE_READ,
    };
    if (svasim_record_has(record, SVASIM_F_PAGE_REQUEST_pr))
        request.flags |= SVASIM_PAGE_PRIV;
    if (svasim_record_has(record, SVASIM_F_PAGE_REQUEST_er))
        request.flags |= SVASIM_PAGE_EXEC;
    if (!svasim_record_has(record, SVASIM_F_PAGE_REQUEST_more))
        request.flags |= SVASIM_PAGE_LAST;
    return request;
}

svasim_err sv_act_page_request(svasim_machine *machine, const svasim_record *record)
{
    uint64_t id = record->value[SVASIM_F_PAGE_REQUEST_id];
    svasim_page_request request = page_request_of(record);
    svasim_page_answer answer = SVASIM_PAGE_DROPPED;
    uint16_t fault = SVASIM_FAULT_NONE;
    if (record->value[SVASIM_F_PAGE_REQUEST_group] > 511)
        return sv_machine_fail(machine, SVASIM_EINVAL, "group: %" PRIu64 " is not 0 to 511",
                               record->value[SVASIM_F_PAGE_REQUEST_group]);
    struct sv_known *known = begin(machine, id, SVASIM_RECORD_PAGE_REQUEST);
    if (!known)
        return id_in_use(machine, id);
    svasim_tick now = sv_machine_now(machine);
    svasim_err err = svasim_page_ask(machine->unit, &request, &answer, &fault);
    machine->stats.page_requests++;
    svasim_event event = {
        .kind = SVASIM_EVENT_PAGE_REQUEST,
        .id = id,
        .record = record->number,
        .line = record->line,
        .page_request = &request,
        .page_answer = answer,
        .fault = fault,
    };
    if (!err)
        sv_machine_emit(machine, &event);
    known->page_answer = (uint8_t)answer;
    known->response = (svasim_response){.fault = fault, .accepted_at = now, .completed_at = now};
    bool waits = !err && answer == SVASIM_PAGE_QUEUED && sv_service_asked(machine, &request, id);
    if (!waits)
        sv_known_done(machine, known);
    if (err)
        return sv_machine_fail(machine, err, "%s", svasim_error(machine->unit));
    return SVASIM_OK;
}

/* --- submit --- */

static svasim_submit_result attempt(svasim_machine *machine, struct sv_device *device,
                                    const svasim_record *record)
{
    uint8_t bytes[64];
    uint32_t pasid = SVASIM_NO_PASID;
    for (unsigned i = 0; i < 64; i++)
        bytes[i] = (uint8_t)(record->value[SVASIM_F_SUBMIT_w0 + i / 8] >> 8 * (i % 8));
    if (svasim_record_has(record, SVASIM_F_SUBMIT_msr_pasid))
        pasid = (uint32_t)record->value[SVASIM_F_SUBMIT_msr_pasid] & 0xfffff;
    svasim_submit_result result =
        svasim_dsa_submit(device->dsa, (svasim_submit_kind)record->value[SVASIM_F_SUBMIT_kind],
                          (uint32_t)record->value[SVASIM_F_SUBMIT_portal], pasid, bytes,
                          record->value[SVASIM_F_SUBMIT_id]);
    uint64_t *counts[] = {
        [SVASIM_SUBMIT_ACCEPTED] = &machine->stats.accepted,
        [SVASIM_SUBMIT_RETRY] = &machine->stats.retried,
        [SVASIM_SUBMIT_DROPPED] = &machine->stats.dropped,
        [SVASIM_SUBMIT_GP] = &machine->stats.general_protection,
    };
    ++*counts[result];
    return result;
}

/* Wait until some descriptor finishes; false if nothing can. */
static bool progress(svasim_machine *machine)
{
    uint64_t before = machine->completions;
    while (machine->completions == before)
        if (!sv_machine_step(machine, SVASIM_NEVER))
            return false;
    return true;
}

/* Software polls until it is accepted: as often as the record says, or, untimed and without a
 * limit, until nothing moves any more. */
static svasim_submit_result poll(svasim_machine *machine, struct sv_device *device,
                                 const svasim_record *record, uint32_t *out_tries)
{
    uint64_t retries = record->has_time ? 0 : UINT64_MAX;
    if (svasim_record_has(record, SVASIM_F_SUBMIT_retries))
        retries = record->value[SVASIM_F_SUBMIT_retries];
    svasim_submit_result result = attempt(machine, device, record);
    *out_tries = 1;
    while (result == SVASIM_SUBMIT_RETRY && retries && progress(machine)) {
        retries--;
        ++*out_tries;
        result = attempt(machine, device, record);
    }
    return result;
}

svasim_err sv_act_submit(svasim_machine *machine, const svasim_record *record)
{
    uint64_t id = record->value[SVASIM_F_SUBMIT_id];
    struct sv_device *device = sv_machine_device(machine, record->blob[SVASIM_F_SUBMIT_device]);
    if (!device)
        return SVASIM_EINVAL;
    if (record->value[SVASIM_F_SUBMIT_portal] > UINT32_MAX)
        return sv_machine_fail(machine, SVASIM_EINVAL, "portal: 0x%" PRIx64 " is outside BAR2",
                               record->value[SVASIM_F_SUBMIT_portal]);
    struct sv_known *known = begin(machine, id, SVASIM_RECORD_SUBMIT);
    if (!known)
        return id_in_use(machine, id);
    uint32_t tries;
    machine->stats.submits++;
    svasim_submit_result result = poll(machine, device, record, &tries);
    svasim_event event = {
        .kind = SVASIM_EVENT_SUBMIT,
        .id = id,
        .record = record->number,
        .line = record->line,
        .submit_kind = (svasim_submit_kind)record->value[SVASIM_F_SUBMIT_kind],
        .submit_result = result,
        .submit_tries = tries,
    };
    sv_machine_emit(machine, &event);
    known->submit_result = (uint8_t)result;
    known->epoch = machine->epoch;
    if (known->state == SV_KNOWN_PENDING &&
        (result != SVASIM_SUBMIT_ACCEPTED || known->has_completion))
        sv_known_done(machine, known);
    if (machine->options.functional)
        (void)sv_machine_drain(machine);
    return SVASIM_OK;
}
