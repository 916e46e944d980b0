/* SPDX-License-Identifier: MIT */
/* judge.c - one expectation against what is known: which fields differ, in words. */
#include "machine/differ.h"
#include "machine/state.h"

bool sv_is_stale(svasim_machine *machine, const svasim_request *request,
                 const svasim_response *response, svasim_response *out_fresh)
{
    if (svasim_peek(machine->unit, request, out_fresh) != SVASIM_OK)
        return false;
    /* A posted interrupt has changed the descriptor: whether it notified cannot be asked again. */
    if (response->flags & out_fresh->flags & SVASIM_POSTED)
        return false;
    return response->fault != out_fresh->fault || response->data != out_fresh->data ||
           response->address != out_fresh->address || response->rights != out_fresh->rights ||
           response->status != out_fresh->status;
}

enum outcome { OUTCOME_OK, OUTCOME_FAULT, OUTCOME_RETRY, OUTCOME_DROPPED, OUTCOME_GP, OUTCOME_ANY };

static const char *outcome_word(unsigned outcome)
{
    static const char *const words[] = {"ok", "fault", "retry", "dropped", "gp", "any"};
    return words[outcome];
}

static void judge_outcome(struct sv_differences *d, const svasim_record *expect, unsigned outcome)
{
    unsigned expected = (unsigned)expect->value[SVASIM_F_EXPECT_outcome];
    if (!svasim_record_has(expect, SVASIM_F_EXPECT_outcome) || expected == OUTCOME_ANY ||
        expected == outcome)
        return;
    bool unknown = d->unknown; /* this one is not */
    sv_differ(d, "expected %s, got %s", outcome_word(expected), outcome_word(outcome));
    d->unknown = unknown;
    sv_differ_actual(d, "outcome", outcome_word(outcome));
}

static void judge_stale(svasim_machine *machine, struct sv_differences *d,
                        const svasim_record *expect, const struct sv_known *known)
{
    if (!svasim_record_has(expect, SVASIM_F_EXPECT_stale))
        return;
    bool stale = known->stale;
    if (!known->stale_known) {
        svasim_response fresh;
        if (known->epoch != machine->epoch) {
            sv_differ(d, "whether it was stale can no longer be told: put expect before or right "
                         "after the request");
            return;
        }
        stale = sv_is_stale(machine, &known->request, &known->response, &fresh);
    }
    sv_differ_field(d, expect, SVASIM_F_EXPECT_stale, stale);
}

static unsigned rights_choice(const svasim_response *response)
{
    return (response->rights & SVASIM_R ? 1u : 0) | (response->rights & SVASIM_W ? 2u : 0);
}

/* Fields that say something of each kind of stimulus; any other is a mistake of the trace. */
#define SLOT(field) (1u << SVASIM_F_EXPECT_##field)
static uint32_t slots_of(unsigned kind)
{
    const uint32_t all = SLOT(id) | SLOT(outcome);
    if (kind == SVASIM_RECORD_SUBMIT)
        return all | SLOT(status) | SLOT(result) | SLOT(done) | SLOT(fault_address) | SLOT(latency);
    if (kind == SVASIM_RECORD_PAGE_REQUEST)
        return all | SLOT(fault) | SLOT(code) | SLOT(answer) | SLOT(response) | SLOT(latency);
    if (kind == SVASIM_RECORD_INTERRUPT)
        return all | SLOT(fault) | SLOT(code) | SLOT(recorded) | SLOT(reads) | SLOT(updates) |
               SLOT(latency) | SLOT(stale) | SLOT(vector) | SLOT(destination) | SLOT(delivery) |
               SLOT(trigger) | SLOT(logical) | SLOT(hint) | SLOT(posted) | SLOT(message) |
               SLOT(completion);
    return all | SLOT(pa) | SLOT(page) | SLOT(fault) | SLOT(code) | SLOT(recorded) | SLOT(reads) |
           SLOT(updates) | SLOT(latency) | SLOT(stale) | SLOT(rights) | SLOT(completion) |
           SLOT(untranslated_only) | SLOT(priv);
}

static void judge_applicable(struct sv_differences *d, const svasim_record *expect, unsigned kind)
{
    const svasim_record_info *info = svasim_record_info_of(SVASIM_RECORD_EXPECT);
    uint32_t wrong = expect->present & ~slots_of(kind);
    for (unsigned i = 0; i < info->field_count; i++)
        if (wrong >> i & 1u)
            sv_differ(d, "%s= does not apply to a %s record", info->fields[i].name,
                      svasim_record_info_of(kind)->verb);
}

static void judge_dma(svasim_machine *machine, struct sv_differences *d,
                      const svasim_record *expect, const struct sv_known *known)
{
    const svasim_response *r = &known->response;
    const svasim_fault_info *fault = svasim_fault_at(r->fault);
    bool ok = r->fault == SVASIM_FAULT_NONE && r->status == SVASIM_STATUS_OK;
    judge_outcome(d, expect, ok ? OUTCOME_OK : OUTCOME_FAULT);
    sv_differ_field(d, expect, SVASIM_F_EXPECT_fault, r->fault);
    sv_differ_field(d, expect, SVASIM_F_EXPECT_pa, r->address);
    sv_differ_field(d, expect, SVASIM_F_EXPECT_page, r->page_bytes);
    sv_differ_field(d, expect, SVASIM_F_EXPECT_code, fault ? fault->code : 0);
    sv_differ_field(d, expect, SVASIM_F_EXPECT_recorded, (r->flags & SVASIM_RECORDED) != 0);
    sv_differ_field(d, expect, SVASIM_F_EXPECT_reads, r->reads);
    sv_differ_field(d, expect, SVASIM_F_EXPECT_updates, r->updates);
    if (!machine->options.functional)
        sv_differ_field(d, expect, SVASIM_F_EXPECT_latency, r->completed_at - r->accepted_at);
    sv_differ_field(d, expect, SVASIM_F_EXPECT_rights, rights_choice(r));
    sv_differ_field(d, expect, SVASIM_F_EXPECT_completion, r->status);
    sv_differ_field(d, expect, SVASIM_F_EXPECT_untranslated_only,
                    (r->flags & SVASIM_UNTRANSLATED_ONLY) != 0);
    sv_differ_field(d, expect, SVASIM_F_EXPECT_priv, (r->rights & SVASIM_P) != 0);
    judge_stale(machine, d, expect, known);
}

/* What reaches the processors. */
static void judge_interrupt(struct sv_differences *d, const svasim_record *expect,
                            const svasim_response *r)
{
    const uint32_t of_message = SLOT(vector) | SLOT(destination) | SLOT(delivery) | SLOT(trigger) |
                                SLOT(logical) | SLOT(hint);
    svasim_message message;
    sv_differ_field(d, expect, SVASIM_F_EXPECT_posted, (r->flags & SVASIM_POSTED) != 0);
    sv_differ_field(d, expect, SVASIM_F_EXPECT_message, r->address != 0);
    if (r->address == 0) {
        if (expect->present & of_message)
            sv_differ(d, "no message goes to the processors");
        return;
    }
    svasim_message_decode(r->address, r->data, &message);
    sv_differ_field(d, expect, SVASIM_F_EXPECT_vector, message.vector);
    sv_differ_field(d, expect, SVASIM_F_EXPECT_destination, message.destination);
    sv_differ_field(d, expect, SVASIM_F_EXPECT_delivery, message.delivery);
    sv_differ_field(d, expect, SVASIM_F_EXPECT_trigger, message.level);
    sv_differ_field(d, expect, SVASIM_F_EXPECT_logical, message.logical);
    sv_differ_field(d, expect, SVASIM_F_EXPECT_hint, message.hint);
}

static void judge_submit(const svasim_machine *machine, struct sv_differences *d,
                         const svasim_record *expect, const struct sv_known *known)
{
    static const unsigned outcomes[] = {
        [SVASIM_SUBMIT_ACCEPTED] = OUTCOME_OK,
        [SVASIM_SUBMIT_RETRY] = OUTCOME_RETRY,
        [SVASIM_SUBMIT_DROPPED] = OUTCOME_DROPPED,
        [SVASIM_SUBMIT_GP] = OUTCOME_GP,
    };
    const svasim_completion *c = &known->completion;
    unsigned outcome = outcomes[known->submit_result];
    if (outcome == OUTCOME_OK && known->has_completion && c->status != 1 && c->status != 2)
        outcome = OUTCOME_FAULT;
    judge_outcome(d, expect, outcome);
    if (!known->has_completion) {
        if (expect->present & ~(SLOT(id) | SLOT(outcome)))
            sv_differ(d, "the descriptor was not accepted, so it has no completion");
        return;
    }
    sv_differ_field(d, expect, SVASIM_F_EXPECT_status, c->status);
    sv_differ_field(d, expect, SVASIM_F_EXPECT_result, c->result);
    sv_differ_field(d, expect, SVASIM_F_EXPECT_done, c->bytes_completed);
    sv_differ_field(d, expect, SVASIM_F_EXPECT_fault_address, c->fault_address);
    if (!machine->options.functional)
        sv_differ_field(d, expect, SVASIM_F_EXPECT_latency, c->completed_at - c->submitted_at);
}

static void judge_page_request(const svasim_machine *machine, struct sv_differences *d,
                               const svasim_record *expect, const struct sv_known *known)
{
    enum { NONE, SUCCESS, INVALID, FAILURE };
    unsigned response = !known->has_response         ? NONE
                        : known->page_response == 0  ? SUCCESS
                        : known->page_response == 15 ? FAILURE
                                                     : INVALID;
    const svasim_fault_info *fault = svasim_fault_at(known->response.fault);
    judge_outcome(d, expect, fault ? OUTCOME_FAULT : OUTCOME_OK);
    sv_differ_field(d, expect, SVASIM_F_EXPECT_fault, known->response.fault);
    sv_differ_field(d, expect, SVASIM_F_EXPECT_code, fault ? fault->code : 0);
    sv_differ_field(d, expect, SVASIM_F_EXPECT_answer, known->page_answer);
    sv_differ_field(d, expect, SVASIM_F_EXPECT_response, response);
    if (!machine->options.functional)
        sv_differ_field(d, expect, SVASIM_F_EXPECT_latency,
                        known->response.completed_at - known->response.accepted_at);
}

static uint64_t nanoseconds(const svasim_machine *machine, uint64_t ticks)
{
    char text[32] = "1000";
    (void)svasim_config_get(machine->config, "clock.freq_mhz", text, sizeof text);
    return ticks * 1000 / strtoull(text, NULL, 10);
}

/* What a real machine did: the same fields, and a latency that need not be exact. */
static void judge_observation(const svasim_machine *machine, struct sv_differences *d,
                              const svasim_record *observe, const struct sv_known *known)
{
    const svasim_fault_info *fault = svasim_fault_at(known->response.fault);
    uint64_t ticks = known->kind == SVASIM_RECORD_SUBMIT
                         ? known->completion.completed_at - known->completion.submitted_at
                         : known->response.completed_at - known->response.accepted_at;
    if (known->kind == SVASIM_RECORD_SUBMIT && known->has_completion)
        sv_differ_field(d, observe, SVASIM_F_OBSERVE_status, known->completion.status);
    if (known->kind != SVASIM_RECORD_SUBMIT)
        sv_differ_field(d, observe, SVASIM_F_OBSERVE_code, fault ? fault->code : 0);
    if (!machine->options.functional)
        sv_differ_field(d, observe, SVASIM_F_OBSERVE_latency_ns, nanoseconds(machine, ticks));
}

void sv_judge(svasim_machine *machine, const svasim_record *expect, const struct sv_known *known,
              struct sv_differences *d)
{
    if (expect->kind == SVASIM_RECORD_EXPECT)
        judge_applicable(d, expect, known->kind);
    if (expect->kind == SVASIM_RECORD_OBSERVE)
        judge_observation(machine, d, expect, known);
    else if (known->kind == SVASIM_RECORD_SUBMIT)
        judge_submit(machine, d, expect, known);
    else if (known->kind == SVASIM_RECORD_PAGE_REQUEST)
        judge_page_request(machine, d, expect, known);
    else
        judge_dma(machine, d, expect, known);
    if (expect->kind == SVASIM_RECORD_EXPECT && known->kind == SVASIM_RECORD_INTERRUPT)
        judge_interrupt(d, expect, &known->response);
}
