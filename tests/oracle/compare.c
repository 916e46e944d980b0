/* SPDX-License-Identifier: MIT */
/* compare.c - the same damage and the same requests on both sides: are the answers and the memories
 * equal? It must not judge who is right. */
#include "compare.h"

#include <string.h>

static int oracle_read(void *host, uint64_t hpa, uint64_t *out)
{
    return arena_read(host, hpa, out);
}

static int oracle_update(void *host, uint64_t hpa, uint64_t set)
{
    struct arena *memory = host;
    for (unsigned i = 0; i < memory->frozen; i++)
        if (memory->freeze[i] == hpa)
            return 1;
    if (!arena_touch(memory, hpa))
        return 1;
    *arena_word(memory, hpa) |= set;
    return 0;
}

static void count(struct bench *bench, const struct oracle_result *result)
{
    if (result->fault[0] == '\0') {
        bench->granted++;
        return;
    }
    for (unsigned i = 0; oracle_fault_name(i); i++)
        if (oracle_fault_name(i) == result->fault)
            bench->reached[i]++;
}

static const char *differs(const struct oracle_result *o, const struct oracle_result *m)
{
    if (strcmp(o->fault, m->fault) != 0)
        return "fault";
    if (o->code != m->code)
        return "reason code";
    if (o->status != m->status)
        return "status";
    if (o->logged != m->logged)
        return "recorded";
    if (o->interrupt != m->interrupt)
        return "interrupt";
    if (!o->no_data && (o->r != m->r || o->w != m->w))
        return "rights";
    if (o->priv != m->priv)
        return "privileged";
    if (o->u != m->u)
        return "untranslated only";
    if (o->no_data)
        return NULL;
    if (o->address != m->address)
        return "address";
    if (o->page_bytes != m->page_bytes)
        return "page size";
    if (o->snoop != m->snoop)
        return "snoop";
    if (o->fault[0] == '\0' && o->domain_id != m->domain_id)
        return "domain";
    return NULL;
}

/* The first quadword written by either side that differs. */
static bool memory_differs(struct arena *a, struct arena *b, struct verdict *v)
{
    for (unsigned i = 0; i < a->writes; i++) {
        v->hpa = a->written[i];
        v->oracle_word = *arena_word(a, v->hpa);
        v->model_word = *arena_word(b, v->hpa);
        if (v->oracle_word != v->model_word)
            return true;
    }
    for (unsigned i = 0; i < b->writes; i++) {
        v->hpa = b->written[i];
        v->oracle_word = *arena_word(a, v->hpa);
        v->model_word = *arena_word(b, v->hpa);
        if (v->oracle_word != v->model_word)
            return true;
    }
    return false;
}

/* The fault record that software must find, rev 5.10 section 11.4.7.6. */
static const char *record_differs(const struct oracle_caps *caps, const struct oracle_request *q,
                                  const struct oracle_result *o, const uint64_t record[2])
{
    static const uint64_t types[] = {UINT64_C(1) << 62, 0, UINT64_C(1) << 62 | UINT64_C(1) << 28};
    if (!o->logged)
        return record[1] ? "fault record of no fault" : NULL;
    unsigned width = caps->sagaw & 8 ? 57 : caps->sagaw & 4 ? 48 : caps->sagaw & 2 ? 39 : 12;
    uint64_t frame = ((UINT64_C(1) << width) - 1) & ~UINT64_C(0xFFF);
    uint64_t right = UINT64_C(1) << 63 | q->sid | (uint64_t)o->code << 32, seen = ~UINT64_C(0);
    if (strcmp(o->fault, "INT.29") == 0)
        seen = UINT64_C(0x800000FF0000FFFF); /* the rest is not defined */
    else if (((record[0] ^ q->address) & frame) != 0)
        return "address of the fault record";
    right |= types[q->op] | (caps->dt ? (uint64_t)q->at << 60 : 0);
    if (q->has_pasid && caps->pasid) {
        right |= (uint64_t)q->pasid << 40 | UINT64_C(1) << 31 | (uint64_t)q->pr << 29;
        right |= q->op == ORACLE_READ ? (uint64_t)q->er << 30 : 0;
    }
    return (record[1] ^ right) & seen ? "fault record" : NULL;
}

bool compare_one(struct bench *bench, struct model *model, const struct oracle_request *request,
                 struct verdict *v)
{
    const struct oracle_memory memory = {&bench->memory, oracle_read, oracle_update};
    v->oracle = oracle_translate(&bench->machine.caps, &bench->machine.regs, &memory, request);
    if (!model_translate(model, request, &v->model))
        v->what = "request refused";
    else
        v->what = differs(&v->oracle, &v->model.result);
    if (!v->what && memory_differs(&bench->memory, &model->memory, v))
        v->what = "memory";
    if (!v->what && model->stray_writes)
        v->what = "store outside of the tables";
    if (!v->what)
        v->what = record_differs(&bench->machine.caps, request, &v->oracle, v->model.record);
    if (!v->what && v->oracle.fault[0] != '\0' && v->model.raw.domain_id != 0)
        v->what = "domain in spite of a fault";
    return v->what == NULL;
}

struct verdict try_once(struct bench *bench, const struct trial *trial, bool counting)
{
    struct verdict v = {0};
    struct model *model = trial->caches ? &bench->cached : &bench->model;
    const char *error;
    for (unsigned i = 0; i < trial->damages; i++) {
        damage_apply(&bench->machine, &trial->damage[i], &bench->memory);
        damage_apply(&bench->machine, &trial->damage[i], &model->memory);
    }
    if (trial->caches && !model_open(model, &bench->machine, true, &error))
        v.what = error;
    for (unsigned i = 0; i < trial->requests && !v.what; i++) {
        v.request = i;
        compare_one(bench, model, &trial->request[i], &v);
        if (counting)
            count(bench, &v.oracle);
    }
    if (trial->caches && model->unit)
        model_close(model);
    arena_restore(&bench->memory, &bench->machine.memory);
    arena_restore(&model->memory, &bench->machine.memory);
    model->stray_writes = 0;
    return v;
}
