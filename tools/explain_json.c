/* SPDX-License-Identifier: MIT */
/* explain_json.c - an explained request as one JSON object on one line. The keys are a contract:
 * docs/cli.md. */
#include <inttypes.h>
#include <jansson.h>

#include "explain.h"

static json_t *hex(uint64_t value)
{
    char text[24];
    (void)snprintf(text, sizeof text, "0x%" PRIx64, value);
    return json_string(text);
}

static json_t *number(uint64_t value)
{
    return json_integer((json_int_t)value);
}

static json_t *text_or_null(const char *text)
{
    return text ? json_string(text) : json_null();
}

/* Keys are added one by one; what fails is seen by who puts the whole together. */
static void set(json_t *object, const char *key, json_t *value)
{
    (void)json_object_set_new(object, key, value);
}

static json_t *request_json(const struct explained *explained)
{
    static const char *const ops[] = {"read", "write", "atomic"};
    static const char *const kinds[] = {"untranslated", "translation", "translated", "reserved"};
    const svasim_request *request = &explained->request;
    json_t *object = json_object();
    char sid[CLI_SID_TEXT];
    cli_sid_format(request->source_id, sid);
    set(object, "op", json_string(ops[request->op % 3]));
    set(object, "at", json_string(kinds[request->at & 3]));
    set(object, "sid", json_string(sid));
    set(object, "pasid", request->pasid == SVASIM_NO_PASID ? json_null() : number(request->pasid));
    set(object, "privileged", json_boolean(request->flags & SVASIM_PRIV));
    set(object, "address", hex(request->address));
    set(object, "length", number(request->length));
    return object;
}

static json_t *checks_json(const struct explained *explained, struct explain_group group)
{
    static const char *const outcomes[EXPLAIN_OUTCOMES] = {"passed", "failed", "not_reached"};
    json_t *array = json_array();
    for (unsigned i = group.first; i < group.first + group.count; i++) {
        const struct explain_check *check = &explained->checks[i];
        json_t *object = json_object();
        set(object, "fault", json_string(svasim_fault_at(check->info->fault)->name));
        set(object, "says", json_string(check->info->says));
        set(object, "section", json_string(check->info->section));
        set(object, "outcome", json_string(outcomes[check->outcome]));
        (void)json_array_append_new(array, object);
    }
    return array;
}

static json_t *fields_json(const svasim_layout *layout, const uint64_t *words)
{
    json_t *object = json_object();
    for (unsigned i = 0; i < layout->field_count; i++) {
        const svasim_field *field = &layout->fields[i];
        if (field->name[0])
            set(object, field->name, hex(svasim_field_get(field, words)));
    }
    return object;
}

static json_t *step_json(const struct explained *explained, const struct explain_step *one)
{
    const svasim_step *step = &one->step;
    json_t *object = json_object(), *raw = json_array();
    for (unsigned i = 0; step->layout && i < step->layout->words; i++)
        (void)json_array_append_new(raw, hex(step->words[i]));
    set(object, "kind", json_string(step->is_update ? "update" : "read"));
    set(object, "structure", text_or_null(step->layout ? step->layout->name : NULL));
    set(object, "section", text_or_null(step->layout ? step->layout->section : NULL));
    set(object, "address", hex(step->hpa));
    set(object, "level", step->level ? number(step->level) : json_null());
    set(object, "input", step->level ? hex(step->input) : json_null());
    set(object, "nested", json_boolean(step->is_nested));
    set(object, "raw", raw);
    set(object, "fields", step->layout ? fields_json(step->layout, step->words) : json_object());
    if (!step->is_update)
        set(object, "checks", checks_json(explained, one->checks));
    return object;
}

static json_t *answer_json(const svasim_response *response)
{
    static const char *const statuses[] = {"success", "unsupported_request", "completer_abort"};
    const svasim_fault_info *info = svasim_fault_at(response->fault);
    json_t *object = json_object(), *fault = info ? json_object() : json_null();
    char rights[3] = {response->rights & SVASIM_R ? 'r' : '-',
                      response->rights & SVASIM_W ? 'w' : '-', 0};
    if (info) {
        set(fault, "name", json_string(info->name));
        set(fault, "code", hex(info->code));
        set(fault, "condition", json_string(info->condition));
        set(fault, "recorded", json_boolean(response->flags & SVASIM_RECORDED));
    }
    set(object, "status", json_string(statuses[response->status % 3]));
    set(object, "fault", fault);
    set(object, "address", hex(response->address));
    set(object, "page_bytes", number(response->page_bytes));
    set(object, "rights", json_string(rights));
    set(object, "reads", number(response->reads));
    set(object, "updates", number(response->updates));
    return object;
}

static json_t *record_json(const struct explained *explained)
{
    if (!explained->has_record)
        return json_null();
    json_t *object = json_object();
    set(object, "index", number(explained->record));
    set(object, "fields", fields_json(svasim_layout_find("fault_record"), explained->record_words));
    return object;
}

static json_t *timed_json(const struct explain_timed *timed)
{
    if (!timed)
        return json_null();
    const svasim_response *response = &timed->response;
    json_t *object = json_object(), *where = json_object(), *caches = json_array();
    for (unsigned i = 0; i < SVASIM_STAGE_COUNT; i++)
        if (response->where[i])
            set(where, svasim_stage_name(i), number(response->where[i]));
    for (unsigned i = 0; i < timed->act_count; i++) {
        const struct explain_act *act = &timed->acts[i];
        json_t *one = json_object();
        set(one, "cache", json_string(svasim_cache_at(act->cache)->name));
        set(one, "act", json_string(act->fill ? "fill" : act->hit ? "hit" : "miss"));
        (void)json_array_append_new(caches, one);
    }
    set(object, "cycles", number(response->completed_at - response->accepted_at));
    set(object, "where", where);
    set(object, "caches", caches);
    set(object, "joined", json_boolean(response->flags & SVASIM_JOINED));
    set(object, "answer", answer_json(response));
    return object;
}

bool explain_print_json(const struct explained *explained)
{
    json_t *object = json_object(), *steps = json_array();
    for (unsigned i = 0; i < explained->step_count; i++)
        (void)json_array_append_new(steps, step_json(explained, &explained->steps[i]));
    set(object, "id", number(explained->id));
    set(object, "request", request_json(explained));
    set(object, "before", checks_json(explained, explained->before));
    set(object, "steps", steps);
    set(object, "result", checks_json(explained, explained->result));
    set(object, "answer", answer_json(&explained->response));
    set(object, "remedy", text_or_null(explain_remedy(explained->response.fault)));
    set(object, "record", record_json(explained));
    set(object, "timed", timed_json(explained->timed));
    char *text = json_dumps(object, JSON_COMPACT);
    bool ok = text && puts(text) >= 0;
    json_decref(object);
    free(text);
    return ok;
}
