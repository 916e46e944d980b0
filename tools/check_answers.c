/* SPDX-License-Identifier: MIT */
/* check_answers.c - how was a request answered? Remembers the outcome of recent ids, so that a
 * failed expectation can show it. A ring, as traces may be endless. */
#include <inttypes.h>
#include <stdlib.h>

#include "check.h"

#define ANSWERS 8192u /* as many as a machine keeps for expectations */

struct answer {
    uint64_t id;
    svasim_request request; /* the first that faulted, else the last */
    svasim_response response;
    svasim_completion completion;
    svasim_page_request page_request;
    svasim_page_answer page_answer;
    svasim_submit_kind submit_kind;
    svasim_submit_result submit_result;
    uint32_t submit_tries;
    uint16_t page_fault;
    bool translated, submitted, completed, paged;
};

struct check_answers {
    struct answer ring[ANSWERS];
};

struct check_answers *check_answers_create(void)
{
    return calloc(1, sizeof(struct check_answers));
}

void check_answers_destroy(struct check_answers *answers)
{
    free(answers);
}

static void note_translation(struct answer *answer, const svasim_event *event)
{
    if (answer->submitted && answer->translated && answer->response.fault != SVASIM_FAULT_NONE)
        return;
    answer->translated = true;
    answer->request = *event->request;
    answer->response = *event->response;
}

void check_answers_note(struct check_answers *answers, const svasim_event *event)
{
    struct answer *answer = &answers->ring[event->id % ANSWERS];
    bool submit = event->kind == SVASIM_EVENT_SUBMIT;
    bool completion = event->kind == SVASIM_EVENT_COMPLETION;
    bool page = event->kind == SVASIM_EVENT_PAGE_REQUEST;
    if (event->kind != SVASIM_EVENT_TRANSLATION && !submit && !completion && !page)
        return;
    if (answer->id != event->id || (submit && answer->submitted))
        *answer = (struct answer){.id = event->id};
    if (event->kind == SVASIM_EVENT_TRANSLATION) {
        note_translation(answer, event);
    } else if (submit) {
        answer->submitted = true;
        answer->submit_kind = event->submit_kind;
        answer->submit_result = event->submit_result;
        answer->submit_tries = event->submit_tries;
    } else if (page) {
        answer->paged = true;
        answer->page_request = *event->page_request;
        answer->page_answer = event->page_answer;
        answer->page_fault = event->fault;
    } else if (event->completion->batch_index == UINT16_MAX) {
        answer->completed = true;
        answer->completion = *event->completion;
    }
}

/* --- the line --- */

static void tell_pasid(uint32_t pasid, bool privileged)
{
    if (pasid != SVASIM_NO_PASID)
        (void)fprintf(stderr, " pasid %" PRIu32, pasid);
    if (privileged)
        (void)fputs(" priv", stderr);
}

static void tell_request(const svasim_request *request)
{
    char sid[CLI_SID_TEXT];
    cli_sid_format(request->source_id, sid);
    (void)fprintf(stderr, "%s %s", cli_op_name(request), sid);
    tell_pasid(request->pasid, (request->flags & SVASIM_PRIV) != 0);
    (void)fprintf(stderr, " 0x%" PRIx64 ": ", request->address);
}

static void tell_response(const svasim_response *response, bool timed)
{
    static const char *const rights[] = {"none", "r", "w", "rw"};
    static const char *const statuses[] = {"ok", "blocked (UR)", "blocked (CA)"};
    const svasim_fault_info *fault = svasim_fault_at(response->fault);
    char page[CLI_COUNT_TEXT], message[CLI_INTERRUPT_TEXT];
    if (fault)
        (void)fprintf(stderr, "%s (0x%02x%s)", fault->name, fault->code,
                      response->flags & SVASIM_RECORDED ? ", recorded" : "");
    else if (response->status != SVASIM_STATUS_OK)
        (void)fputs(statuses[response->status % 3], stderr);
    else if (response->flags & SVASIM_INTERRUPT)
        (void)fprintf(stderr, "ok, %s", cli_interrupt_text(response, message));
    else
        (void)fprintf(stderr, "ok 0x%" PRIx64 " (%s, %s)", response->address,
                      cli_bytes(response->page_bytes, page), rights[response->rights & 3]);
    (void)fprintf(stderr, ", %u reads, %u updates", response->reads, response->updates);
    if (!timed)
        return;
    (void)fprintf(stderr, ", %" PRIu64 " cycles:", response->completed_at - response->accepted_at);
    for (unsigned i = 0; i < SVASIM_STAGE_COUNT; i++)
        if (response->where[i])
            (void)fprintf(stderr, " %s %" PRIu64, svasim_stage_name(i), response->where[i]);
}

static void tell_descriptor(const struct answer *answer, bool timed)
{
    const svasim_completion *done = &answer->completion;
    (void)fprintf(stderr, "%s %s after %" PRIu32 " tries", cli_submit_name(answer->submit_kind),
                  cli_submit_result_name(answer->submit_result), answer->submit_tries);
    if (answer->completed) {
        const svasim_opcode_info *opcode = svasim_opcode_find(done->opcode);
        (void)fprintf(stderr, "; %s", opcode ? opcode->name : "reserved operation");
        tell_pasid(done->pasid, done->privileged);
        (void)fprintf(stderr,
                      ": %s (0x%02x), result %u, %" PRIu32 " bytes, fault address 0x%" PRIx64
                      ", %" PRIu32 " requests",
                      svasim_dsa_status_name(done->status), done->status, done->result,
                      done->bytes_completed, done->fault_address, done->dma_requests);
        if (timed)
            (void)fprintf(stderr, ", %" PRIu64 " cycles", done->completed_at - done->submitted_at);
    }
    if (answer->translated && answer->response.fault != SVASIM_FAULT_NONE) {
        (void)fputs("; first fault: ", stderr);
        tell_request(&answer->request);
        tell_response(&answer->response, false);
    }
}

static void tell_page_request(const struct answer *answer)
{
    const svasim_page_request *request = &answer->page_request;
    const svasim_fault_info *fault = svasim_fault_at(answer->page_fault);
    char sid[CLI_SID_TEXT];
    cli_sid_format(request->source_id, sid);
    (void)fprintf(stderr, "page request %s", sid);
    tell_pasid(request->pasid, (request->flags & SVASIM_PAGE_PRIV) != 0);
    (void)fprintf(stderr, " 0x%" PRIx64 " %s group %u: %s", request->address,
                  cli_page_need_name(request->flags), request->group,
                  cli_page_answer_name(answer->page_answer));
    if (fault)
        (void)fprintf(stderr, ", %s (0x%02x)", fault->name, fault->code);
}

void check_answers_tell(const struct check_answers *answers, uint64_t id, bool timed)
{
    const struct answer *answer = &answers->ring[id % ANSWERS];
    if (answer->id != id || (!answer->submitted && !answer->paged && !answer->translated))
        return;
    (void)fprintf(stderr, "      id %" PRIu64 ": ", id);
    if (answer->submitted) {
        tell_descriptor(answer, timed);
    } else if (answer->paged) {
        tell_page_request(answer);
    } else {
        tell_request(&answer->request);
        tell_response(&answer->response, timed);
    }
    (void)fputc('\n', stderr);
}
