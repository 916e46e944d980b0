/* SPDX-License-Identifier: MIT */
/* report.c - from a disagreement to a minimal reproducer that a person can follow: less damage, a
 * simpler request, then capabilities, every entry on the way, and both answers. */
#include "compare.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* The same kind of disagreement, so that shrinking does not slide into another one. */
static bool is_alike(const struct verdict *a, const struct verdict *b)
{
    return a->what && b->what && strcmp(a->what, b->what) == 0 &&
           strcmp(a->oracle.fault, b->oracle.fault) == 0 &&
           strcmp(a->model.result.fault, b->model.result.fault) == 0;
}

static bool keep_if_fails(struct bench *bench, struct trial *trial, const struct trial *candidate)
{
    if (memcmp(trial, candidate, sizeof *trial) == 0 || candidate->requests == 0)
        return false;
    struct verdict old = try_once(bench, trial, false), v = try_once(bench, candidate, false);
    if (!is_alike(&v, &old))
        return false;
    *trial = *candidate;
    return true;
}

static bool shrink_request(struct bench *bench, struct trial *trial, unsigned i)
{
    bool smaller = false;
    for (unsigned step = 0; step < 8; step++) {
        struct trial t = *trial;
        struct oracle_request *q = &t.request[i];
        switch (step) {
        case 0:
            q->er = false;
            break;
        case 1:
            q->pr = false;
            break;
        case 2:
            q->nw = false;
            break;
        case 3:
            q->length = 64;
            q->address &= ~UINT64_C(63);
            break;
        case 4:
            q->op = ORACLE_READ;
            break;
        case 5:
            q->has_pasid = q->pr = q->er = false;
            q->pasid = 0;
            break;
        case 6:
            q->address &= ~UINT64_C(0xFFF);
            break;
        default:
            q->at = ORACLE_UNTRANSLATED;
            q->nw = false;
            break;
        }
        smaller |= keep_if_fails(bench, trial, &t);
    }
    return smaller;
}

static void shrink(struct bench *bench, struct trial *trial)
{
    bool smaller = true;
    while (smaller) {
        smaller = false;
        for (unsigned i = 0; i < trial->damages; i++) {
            struct trial t = *trial;
            t.damage[i] = t.damage[--t.damages];
            smaller |= keep_if_fails(bench, trial, &t);
        }
        for (unsigned i = 0; i < trial->requests; i++) {
            struct trial t = *trial;
            memmove(&t.request[i], &t.request[i + 1], (t.requests - i - 1) * sizeof t.request[0]);
            t.requests--;
            smaller |= keep_if_fails(bench, trial, &t);
        }
        for (unsigned i = 0; i < trial->requests; i++)
            smaller |= shrink_request(bench, trial, i);
    }
}

static const char *const status_names[] = {"OK", "UR", "CA"};

void print_result(const char *who, const struct oracle_result *r)
{
    printf("  %-7s %s fault=%s code=0x%02x%s rights=%s%s%s address=0x%" PRIx64 " page=0x%" PRIx64
           " did=%u%s%s%s\n",
           who, status_names[r->status], r->fault[0] ? r->fault : "none", r->code,
           r->logged ? " recorded" : "", r->r ? "R" : "-", r->w ? "W" : "-", r->priv ? "P" : "-",
           r->address, r->page_bytes, r->domain_id, r->u ? " U" : "", r->snoop ? " snoop" : "",
           r->interrupt ? " interrupt" : "");
}

void print_request(const struct oracle_request *q)
{
    static const char *const ats[] = {"untranslated", "translation", "translated", "reserved"};
    static const char *const ops[] = {"read", "write", "atomic"};
    printf("  request sid=%04x %s %s address=0x%" PRIx64 " length=%u", q->sid, ats[q->at],
           ops[q->op], q->address, q->length);
    if (q->has_pasid)
        printf(" pasid=0x%x", q->pasid);
    printf("%s%s%s\n", q->pr ? " PR" : "", q->er ? " ER" : "", q->nw ? " NW" : "");
}

void print_caps(const struct oracle_caps *c, const struct oracle_regs *r, uint64_t limit)
{
    printf("  caps haw=%u mgaw=%u sagaw=%u sslps=%u pss=%u nd=%u major=%u", c->haw, c->mgaw,
           c->sagaw, c->sslps, c->pss, c->nd, c->major);
    const struct {
        const char *name;
        bool on;
    } flags[] = {
        {"zlr", c->zlr},       {"fs1gp", c->fs1gp},   {"fs5lp", c->fs5lp}, {"dt", c->dt},
        {"pt", c->pt},         {"sc", c->sc},         {"mts", c->mts},     {"nest", c->nest},
        {"prs", c->prs},       {"srs", c->srs},       {"nwfs", c->nwfs},   {"eafs", c->eafs},
        {"pasid", c->pasid},   {"smts", c->smts},     {"ssads", c->ssads}, {"ssts", c->ssts},
        {"fsts", c->fsts},     {"smpwcs", c->smpwcs}, {"rps", c->rps},     {"adms", c->adms},
        {"rprivs", c->rprivs}, {"hpts", c->hpts},     {"ptrs", c->ptrs},   {"ssirws", c->ssirws}};
    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++)
        printf(" %s%s", flags[i].on ? "" : "!", flags[i].name);
    printf("\n  registers rta=0x%" PRIx64 " ttm=%u ssirwe=%d tes=%d memory=0x%" PRIx64 "\n", r->rta,
           r->ttm, r->ssirwe, r->tes, limit);
}

static void print_failure(struct bench *bench, const struct trial *trial, const struct verdict *v)
{
    static const char *const kinds[] = {"root", "context", "directory", "pasid", "first", "second"};
    struct arena *memory = &bench->memory;
    printf("disagreement: %s (caches %s)\n", v->what, trial->caches ? "on" : "off");
    print_caps(&bench->machine.caps, &bench->machine.regs, memory->limit);
    for (unsigned i = 0; i < trial->damages; i++)
        damage_apply(&bench->machine, &trial->damage[i], memory);
    for (unsigned i = 0; i < bench->machine.words; i++) {
        const struct word *word = &bench->machine.word[i];
        uint64_t value;
        bool bad = arena_read(memory, word->hpa, &value) != 0;
        if (value == 0 && !bad)
            continue;
        printf("  0x%013" PRIx64 " %-9s", word->hpa, kinds[word->kind]);
        printf(word->level ? " L%u" : "[%u]", word->level ? word->level : word->index);
        printf(" 0x%016" PRIx64 "%s", value, bad ? " (unreadable)" : "");
        for (unsigned k = 0; k < memory->frozen; k++)
            printf("%s", memory->freeze[k] == word->hpa ? " (cannot be updated)" : "");
        for (unsigned k = 0; k < memory->writes; k++)
            printf("%s", memory->written[k] == word->hpa ? " (damaged)" : "");
        printf("\n");
    }
    arena_restore(memory, &bench->machine.memory);
    for (unsigned i = 0; i <= v->request; i++)
        print_request(&trial->request[i]);
    print_result("oracle", &v->oracle);
    print_result("model", &v->model.result);
    if (strstr(v->what, "fault record"))
        printf("  fault record 0x%016" PRIx64 " 0x%016" PRIx64 "\n", v->model.record[1],
               v->model.record[0]);
    if (strcmp(v->what, "memory") == 0)
        printf("  0x%013" PRIx64 " oracle 0x%016" PRIx64 " model 0x%016" PRIx64 "\n", v->hpa,
               v->oracle_word, v->model_word);
}

/* True for the first disagreement of its kind. */
static bool is_new(struct bench *bench, const struct verdict *v)
{
    struct kind *kind = bench->kind;
    for (; kind < bench->kind + bench->kinds; kind++)
        if (strcmp(kind->what, v->what) == 0 && strcmp(kind->oracle, v->oracle.fault) == 0 &&
            strcmp(kind->model, v->model.result.fault) == 0) {
            kind->count++;
            return false;
        }
    if (bench->kinds == PRINTED_MAX)
        return false;
    *kind = (struct kind){v->what, v->oracle.fault, v->model.result.fault, 1};
    bench->kinds++;
    return true;
}

void report(struct bench *bench, struct trial *trial, const struct verdict *v)
{
    bench->failed++;
    if (!is_new(bench, v))
        return;
    shrink(bench, trial);
    struct verdict least = try_once(bench, trial, false);
    if (!least.what) /* it took the unit's history to fail */
        least = *v;
    print_failure(bench, trial, &least);
    char path[80];
    (void)snprintf(path, sizeof path, "oracle-%" PRIu64 "-%u.svt", bench->seed, bench->kinds);
    bool written = scenario_write(bench, trial, &least, path);
    printf(written ? "  scenario: %s\n" : "  %s cannot be written\n", path);
}

void print_kinds(const struct bench *bench)
{
    for (unsigned i = 0; i < bench->kinds; i++) {
        const struct kind *kind = &bench->kind[i];
        printf("disagreed on %s, oracle %s, model %s: %" PRIu64 " times\n", kind->what,
               kind->oracle[0] ? kind->oracle : "none", kind->model[0] ? kind->model : "none",
               kind->count);
    }
}

bool print_coverage(const struct bench *bench)
{
    bool complete = true;
    for (unsigned i = 0; oracle_fault_name(i); i++) {
        printf("%-8s%8" PRIu64 "%s", oracle_fault_name(i), bench->reached[i],
               i % 5 == 4 ? "\n" : "   ");
        complete &= bench->reached[i] != 0;
    }
    printf("\nno fault %" PRIu64 "\n", bench->granted);
    return complete;
}
