/* SPDX-License-Identifier: MIT */
/* scenario.c - a trial as a text scenario for `svasim check`: configuration, raw memory, registers,
 * requests, and the oracle's answer to the one that matters. */
#include "compare.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static void put_setting(void *to, const char *key, uint64_t value)
{
    fprintf(to, "config %s %" PRIu64 "\n", key, value);
}

static void put_memory(FILE *to, const struct arena *memory)
{
    for (unsigned page = 0; page < memory->pages; page++)
        for (unsigned i = 0; i < 512; i++)
            if (memory->words[page][i])
                fprintf(to, "store 0x%" PRIx64 " 0x%" PRIx64 "\n", memory->base[page] + 8 * i,
                        memory->words[page][i]);
    for (unsigned i = 0; i < memory->poisoned; i++)
        fprintf(to, "fail 0x%" PRIx64 " bytes=8\n", memory->poison[i]);
    for (unsigned i = 0; i < memory->frozen; i++)
        fprintf(to, "fail 0x%" PRIx64 " bytes=8 access=update\n", memory->freeze[i]);
}

static void put_request(FILE *to, unsigned id, const struct oracle_request *q)
{
    static const char *const ats[] = {"", " at=translation", " at=translated", " at=reserved"};
    static const char *const ops[] = {"read", "write", "atomic"};
    fprintf(to, "dma id=%u %s %02x:%02x.%u 0x%" PRIx64 " length=%" PRIu32, id, ops[q->op],
            (unsigned)q->sid >> 8, q->sid >> 3 & 31u, q->sid & 7u, q->address, q->length);
    if (q->has_pasid)
        fprintf(to, " pasid=%" PRIu32, q->pasid);
    fprintf(to, "%s%s%s%s\n", q->pr ? " pr" : "", q->er ? " er" : "", q->nw ? " nw" : "",
            ats[q->at & 3]);
}

static void put_expectation(FILE *to, unsigned id, const struct oracle_result *r)
{
    static const char *const rights[] = {"none", "r", "w", "rw"};
    static const char *const completions[] = {"success", "ur", "ca"};
    bool ok = r->status == ORACLE_OK && r->fault[0] == '\0';
    fprintf(to, "expect %u %s completion=%s recorded=%d", id, ok ? "ok" : "fault",
            completions[r->status], r->logged);
    if (r->fault[0])
        fprintf(to, " fault=%s code=0x%x", r->fault, r->code);
    if (!r->no_data && !r->interrupt)
        fprintf(to, " rights=%s priv=%d untranslated_only=%d pa=0x%" PRIx64 " page=0x%" PRIx64,
                rights[r->r | r->w << 1], r->priv, r->u, r->address, r->page_bytes);
    fprintf(to, "\n");
}

bool scenario_write(struct bench *bench, const struct trial *trial, const struct verdict *v,
                    const char *path)
{
    const struct oracle_regs *regs = &bench->machine.regs;
    struct arena *memory = &bench->memory;
    FILE *to = fopen(path, "w");
    if (!to)
        return false;
    fprintf(to, "svasim-trace 1\n# Seed %" PRIu64 ": what the oracle says", bench->seed);
    fprintf(to, v->what ? "; the model disagreed about: %s\n" : "\n", v->what ? v->what : "");
    model_settings(&bench->machine.caps, trial->caches, put_setting, to);
    if (memory->limit >> bench->machine.caps.haw == 0)
        put_setting(to, "machine.memory", memory->limit);
    for (unsigned i = 0; i < trial->damages; i++)
        damage_apply(&bench->machine, &trial->damage[i], memory);
    put_memory(to, memory);
    arena_restore(memory, &bench->machine.memory);
    fprintf(to, "reg 0x20 0x%" PRIx64 " size=8\nreg 0x18 0x40000000\n",
            regs->rta | (uint64_t)regs->ttm << 10 | (uint64_t)regs->ssirwe << 7);
    if (regs->tes)
        fprintf(to, "reg 0x18 0x80000000\n");
    for (unsigned i = 0; i <= v->request; i++) {
        put_request(to, i + 1, &trial->request[i]);
        if (i == v->request)
            put_expectation(to, i + 1, &v->oracle);
        fprintf(to, "drain\n");
    }
    if (v->what && strcmp(v->what, "memory") == 0)
        fprintf(to, "loaded 0x%" PRIx64 " 0x%" PRIx64 "\n", v->hpa, v->oracle_word);
    bool good = !ferror(to);
    return fclose(to) == 0 && good;
}
