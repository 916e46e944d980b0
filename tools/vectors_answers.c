/* SPDX-License-Identifier: MIT */
/* vectors_answers.c - what did a request get? `expect` is what the device and software see, which
 * the specification decides; `internal` is the rest. */
#include "vectors.h"

static const char *rights_name(unsigned rights)
{
    static const char *const names[] = {"none", "r", "w", "rw"};
    return names[(rights & SVASIM_R ? 1u : 0u) | (rights & SVASIM_W ? 2u : 0u)];
}

static const char *status_name(unsigned status)
{
    static const char *const names[] = {"success", "unsupported_request", "completer_abort"};
    return names[status % 3];
}

static json_t *fault_of(struct vectors_run *run, unsigned fault)
{
    const svasim_fault_info *info = svasim_fault_at(fault);
    if (!info)
        return json_null();
    json_t *object = json_object();
    vectors_set(run, object, "code", json_integer(info->code));
    vectors_set(run, object, "name", json_string(info->name));
    return object;
}

/* --- requests --- */

static void tell_input(struct vectors_run *run, json_t *step, const svasim_event *event)
{
    static const char *const ops[] = {"read", "write", "atomic"};
    static const char *const types[] = {"untranslated", "translation", "translated", "reserved"};
    const svasim_request *request = event->request;
    unsigned kind = run->record ? run->record->kind : SVASIM_RECORD_SUBMIT;
    bool direct = kind == SVASIM_RECORD_DMA || kind == SVASIM_RECORD_INTERRUPT;
    vectors_set(run, step, "id", vectors_number(event->id));
    vectors_set(run, step, "of", json_string(direct ? "record" : "descriptor"));
    vectors_set(run, step, "source_id", json_integer(request->source_id));
    vectors_set_pasid(run, step, request->pasid);
    vectors_set(run, step, "privileged", json_boolean(request->flags & SVASIM_PRIV));
    vectors_set(run, step, "execute", json_boolean(request->flags & SVASIM_EXEC));
    vectors_set(run, step, "no_write", json_boolean(request->flags & SVASIM_NO_WRITE));
    vectors_set(run, step, "op", json_string(ops[request->op % 3]));
    vectors_set(run, step, "at", json_string(types[request->at & 3]));
    vectors_set(run, step, "address", vectors_hex(request->address));
    vectors_set(run, step, "length", json_integer(request->length));
    if (kind != SVASIM_RECORD_INTERRUPT)
        return;
    vectors_set(run, step, "data", vectors_hex(request->data));
    run->needs |= VECTORS_INTERRUPTS;
}

/* What the processors get of an interrupt request; null: nothing, it was only recorded. */
static json_t *interrupt_of(struct vectors_run *run, const svasim_response *response)
{
    svasim_message message;
    json_t *object = json_object();
    vectors_set(run, object, "posted", json_boolean(response->flags & SVASIM_POSTED));
    if (response->address == 0) {
        vectors_set(run, object, "message", json_null());
        return object;
    }
    svasim_message_decode(response->address, response->data, &message);
    json_t *part = json_object();
    vectors_set(run, part, "address", vectors_hex(response->address));
    vectors_set(run, part, "data", vectors_hex(response->data));
    vectors_set(run, part, "vector", json_integer(message.vector));
    vectors_set(run, part, "destination", vectors_hex(message.destination));
    vectors_set(run, part, "logical", json_boolean(message.logical));
    vectors_set(run, part, "hint", json_boolean(message.hint));
    vectors_set(run, part, "delivery", json_string(cli_delivery_name(message.delivery)));
    vectors_set(run, part, "trigger", json_string(message.level ? "level" : "edge"));
    vectors_set(run, object, "message", part);
    return object;
}

/* Fields of a translation completion (specification 4.2.3). */
static json_t *completion_of(struct vectors_run *run, const svasim_response *response)
{
    json_t *object = json_object();
    vectors_set(run, object, "rights", json_string(rights_name(response->rights)));
    vectors_set(run, object, "page_bytes", vectors_hex(response->page_bytes));
    vectors_set(run, object, "privileged", json_boolean(response->rights & SVASIM_P));
    vectors_set(run, object, "untranslated_only",
                json_boolean(response->flags & SVASIM_UNTRANSLATED_ONLY));
    vectors_set(run, object, "must_snoop", json_boolean(response->flags & SVASIM_SNOOP));
    return object;
}

/* A completion without rights, or with U, has no address. */
static bool has_address(const svasim_request *request, const svasim_response *response)
{
    return request->at != SVASIM_TRANSLATION || ((response->rights & (SVASIM_R | SVASIM_W)) &&
                                                 !(response->flags & SVASIM_UNTRANSLATED_ONLY));
}

static void tell_expect(struct vectors_run *run, json_t *expect, const svasim_request *request,
                        const svasim_response *response)
{
    static const char *const types[] = {"UC", "WC", "2", "3", "WT", "WP", "WB", "7"};
    bool ok = response->status == SVASIM_STATUS_OK;
    bool recorded = (response->flags & SVASIM_RECORDED) != 0;
    bool granted = ok && has_address(request, response);
    bool interrupt = (response->flags & SVASIM_INTERRUPT) != 0;
    vectors_set(run, expect, "status", json_string(status_name(response->status)));
    if (ok && interrupt)
        vectors_set(run, expect, "interrupt", interrupt_of(run, response));
    else
        vectors_set(run, expect, "address", granted ? vectors_hex(response->address) : json_null());
    if (ok && request->at == SVASIM_TRANSLATION)
        vectors_set(run, expect, "completion", completion_of(run, response));
    if (ok && response->memory_type != 6)
        vectors_set(run, expect, "memory_type", json_string(types[response->memory_type & 7]));
    vectors_set(run, expect, "recorded", json_boolean(recorded));
    vectors_set(run, expect, "fault", recorded ? fault_of(run, response->fault) : json_null());
}

static void tell_internal(struct vectors_run *run, json_t *internal,
                          const svasim_response *response)
{
    vectors_set(run, internal, "fault", fault_of(run, response->fault));
    vectors_set(run, internal, "rights", json_string(rights_name(response->rights)));
    vectors_set(run, internal, "page_bytes", vectors_hex(response->page_bytes));
    vectors_set(run, internal, "domain_id", json_integer(response->domain_id));
    vectors_set(run, internal, "translation_type", json_integer(response->pgtt));
    vectors_set(run, internal, "reads", json_integer(response->reads));
    vectors_set(run, internal, "updates", json_integer(response->updates));
    vectors_set(run, internal, "iotlb_hit", json_boolean(response->flags & SVASIM_IOTLB_HIT));
    vectors_set(run, internal, "must_snoop", json_boolean(response->flags & SVASIM_SNOOP));
    vectors_set(run, internal, "bypass", json_boolean(response->flags & SVASIM_BYPASS));
    vectors_set(run, internal, "protected", json_boolean(response->flags & SVASIM_PROTECTED));
    vectors_set(run, internal, "stale", json_false());
}

void vectors_tell_request(struct vectors_run *run, json_t *step, const svasim_event *event)
{
    tell_input(run, step, event);
    tell_expect(run, vectors_part(run, step, "expect"), event->request, event->response);
    tell_internal(run, vectors_part(run, step, "internal"), event->response);
}

/* --- page requests --- */

void vectors_tell_page_request(struct vectors_run *run, json_t *step, const svasim_event *event)
{
    const svasim_page_request *request = event->page_request;
    vectors_set(run, step, "id", vectors_number(event->id));
    vectors_set(run, step, "source_id", json_integer(request->source_id));
    vectors_set_pasid(run, step, request->pasid);
    vectors_set(run, step, "privileged", json_boolean(request->flags & SVASIM_PAGE_PRIV));
    vectors_set(run, step, "execute", json_boolean(request->flags & SVASIM_PAGE_EXEC));
    vectors_set(run, step, "read", json_boolean(request->flags & SVASIM_PAGE_READ));
    vectors_set(run, step, "write", json_boolean(request->flags & SVASIM_PAGE_WRITE));
    vectors_set(run, step, "last", json_boolean(request->flags & SVASIM_PAGE_LAST));
    vectors_set(run, step, "group", json_integer(request->group));
    vectors_set(run, step, "address", vectors_hex(request->address));
    vectors_set(run, vectors_part(run, step, "expect"), "answer",
                json_string(cli_page_answer_name(event->page_answer)));
    vectors_set(run, vectors_part(run, step, "internal"), "fault", fault_of(run, event->fault));
    run->needs |= VECTORS_PAGE_REQUESTS;
}
