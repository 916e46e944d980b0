/* SPDX-License-Identifier: MIT */
/* answers.c - the answer to a request, in the words of the vectors. */
#include "player.h"

static const char *rights_text(unsigned rights)
{
    if (rights & SVASIM_R)
        return rights & SVASIM_W ? "rw" : "r";
    return rights & SVASIM_W ? "w" : "none";
}

json_t *answer_fault(unsigned fault)
{
    const svasim_fault_info *info = svasim_fault_at(fault);
    if (!info)
        return json_null();
    return json_pack("{s:i, s:s}", "code", info->code, "name", info->name);
}

static json_t *message_of(const svasim_response *response)
{
    static const char *const deliveries[] = {"fixed", "lowest", "smi",       "reserved3",
                                             "nmi",   "init",   "reserved6", "extint"};
    svasim_message message;
    if (response->address == 0) /* posted, and nobody is notified */
        return json_null();
    svasim_message_decode(response->address, response->data, &message);
    return json_pack("{s:o, s:o, s:i, s:o, s:b, s:b, s:s, s:s}", "address", hex(response->address),
                     "data", hex(response->data), "vector", message.vector, "destination",
                     hex(message.destination), "logical", message.logical, "hint", message.hint,
                     "delivery", deliveries[message.delivery & 7], "trigger",
                     message.level ? "level" : "edge");
}

static json_t *completion_of(const svasim_response *response)
{
    return json_pack("{s:s, s:o, s:b, s:b, s:b}", "rights", rights_text(response->rights),
                     "page_bytes", hex(response->page_bytes), "privileged",
                     (response->rights & SVASIM_P) != 0, "untranslated_only",
                     (response->flags & SVASIM_UNTRANSLATED_ONLY) != 0, "must_snoop",
                     (response->flags & SVASIM_SNOOP) != 0);
}

json_t *answer_expect(const svasim_request *request, const svasim_response *response)
{
    static const char *const statuses[] = {"success", "unsupported_request", "completer_abort"};
    static const char *const types[] = {"UC", "WC", "2", "3", "WT", "WP", "WB", "7"};
    int ok = response->status == SVASIM_STATUS_OK;
    int recorded = (response->flags & SVASIM_RECORDED) != 0;
    int translation = request->at == SVASIM_TRANSLATION;
    int has_address = ok && (!translation || ((response->rights & (SVASIM_R | SVASIM_W)) &&
                                              !(response->flags & SVASIM_UNTRANSLATED_ONLY)));
    json_t *expect =
        json_pack("{s:s, s:b, s:o}", "status", statuses[response->status % 3], "recorded", recorded,
                  "fault", recorded ? answer_fault(response->fault) : json_null());
    if (ok && (response->flags & SVASIM_INTERRUPT))
        (void)json_object_set_new(expect, "interrupt",
                                  json_pack("{s:b, s:o}", "posted",
                                            (response->flags & SVASIM_POSTED) != 0, "message",
                                            message_of(response)));
    else
        (void)json_object_set_new(expect, "address",
                                  has_address ? hex(response->address) : json_null());
    if (ok && translation)
        (void)json_object_set_new(expect, "completion", completion_of(response));
    if (ok && response->memory_type != 6)
        (void)json_object_set_new(expect, "memory_type",
                                  json_string(types[response->memory_type & 7]));
    return expect;
}

/* Do the tables say something else by now? */
static int is_stale(svasim *unit, const svasim_request *request, const svasim_response *response)
{
    svasim_response fresh;
    if (svasim_peek(unit, request, &fresh) != SVASIM_OK ||
        (response->flags & fresh.flags & SVASIM_POSTED))
        return 0;
    return response->fault != fresh.fault || response->data != fresh.data ||
           response->address != fresh.address || response->rights != fresh.rights ||
           response->status != fresh.status;
}

json_t *answer_internal(svasim *unit, const svasim_request *request,
                        const svasim_response *response)
{
    return json_pack("{s:o, s:s, s:o, s:i, s:i, s:i, s:i, s:b, s:b, s:b, s:b, s:b}", "fault",
                     answer_fault(response->fault), "rights", rights_text(response->rights),
                     "page_bytes", hex(response->page_bytes), "domain_id", response->domain_id,
                     "translation_type", response->pgtt, "reads", response->reads, "updates",
                     response->updates, "iotlb_hit", (response->flags & SVASIM_IOTLB_HIT) != 0,
                     "must_snoop", (response->flags & SVASIM_SNOOP) != 0, "bypass",
                     (response->flags & SVASIM_BYPASS) != 0, "protected",
                     (response->flags & SVASIM_PROTECTED) != 0, "stale",
                     is_stale(unit, request, response));
}
