/* SPDX-License-Identifier: MIT */
/* checks.c - what is a request checked against, in which order, and what does each invalidation
 * remove? Two pages of docs/generated from svasim/facts.h. */
#include "docgen.h"
#include "svasim/facts.h"

static const char *const stages[SVASIM_CHECK_STAGES] = {
    [SVASIM_CHECK_INGRESS] = "Before any table",
    [SVASIM_CHECK_INTERRUPT] = "Requests in the interrupt range, before any table",
    [SVASIM_CHECK_LEGACY_ROOT] = "Root entry, legacy mode",
    [SVASIM_CHECK_ROOT] = "Root entry",
    [SVASIM_CHECK_LEGACY_CONTEXT] = "Context entry, legacy mode, and what it lets the request do",
    [SVASIM_CHECK_CONTEXT] = "Context entry, and what it lets the request do",
    [SVASIM_CHECK_PASID_DIR] = "PASID directory entry",
    [SVASIM_CHECK_PASID] = "PASID entry, and what it lets the request do",
    [SVASIM_CHECK_FIRST] = "First-stage entry",
    [SVASIM_CHECK_LEGACY_SECOND] = "Second-stage entry, legacy mode",
    [SVASIM_CHECK_SECOND] = "Second-stage entry",
    [SVASIM_CHECK_HOST] = "Host permission entry",
    [SVASIM_CHECK_ENTRY] = "Interrupt remapping table entry",
    [SVASIM_CHECK_POSTED] = "Posted-interrupt descriptor",
    [SVASIM_CHECK_RESULT] = "What came out",
};

static void put_when(FILE *out, unsigned when)
{
    static const char *const words[] = {"top entry",
                                        "lower entry",
                                        "entry of a page",
                                        "first stage",
                                        "second stage",
                                        "nested",
                                        "second stage alone",
                                        "pass-through",
                                        "for a first-stage table",
                                        "its top",
                                        "one below its top",
                                        "request reads",
                                        "request writes",
                                        "zero-length",
                                        "host permission table"};
    bool any = false;
    for (unsigned i = 0; i < sizeof words / sizeof words[0]; i++)
        if (when >> i & 1u) {
            (void)fprintf(out, "%s%s", any ? ", " : "", words[i]);
            any = true;
        }
}

bool sv_doc_checks(FILE *out, const char *source)
{
    const svasim_check_info *row;
    unsigned stage = SVASIM_CHECK_STAGES;
    (void)source;
    (void)fputs(
        "<!-- Written by svasim-docgen; edit the rows of libsvasim/spec/checks.def. -->\n"
        "# Checks\n\n"
        "Every check of a request in the order in which the model makes it, and the fault of one\n"
        "that does not pass. `svasim explain` lists those that a request meets. Kinds of request\n"
        "for which [faults.md](faults.md) has no answer are not checked. *When*: only then.\n",
        out);
    for (unsigned i = 0; (row = svasim_check_at(i)) != NULL; i++) {
        if (row->stage != stage)
            (void)fprintf(out,
                          "\n## %s\n\n| Passes if | When | Fault | Section |\n|---|---|---|---|\n",
                          stages[row->stage]);
        stage = row->stage;
        (void)fprintf(out, "| %s | ", row->says);
        put_when(out, row->when);
        (void)fprintf(out, " | %s | %s |\n", svasim_fault_at(row->fault)->name, row->section);
    }
    return true;
}

bool sv_doc_invalidation(FILE *out, const char *source)
{
    const svasim_scope_info *row;
    (void)source;
    (void)fputs(
        "<!-- Written by svasim-docgen; edit the rows of libsvasim/spec/scopes.def. -->\n"
        "# Invalidation\n\n"
        "What each granularity of an invalidation removes from which cache (specification 6.2,\n"
        "6.5.2): ALL entries, or those that agree in S source id under the function mask, D "
        "domain\n"
        "id, P PASID, A block of addresses, I interrupt index under its mask. IH: not if the\n"
        "descriptor says that only leaves changed. LEGACY_D: the domain id in legacy mode,\n"
        "everything in scalable mode.\n\n"
        "| Descriptor | G | context | PASID | IOTLB, PGTT 2, 4, legacy | IOTLB, PGTT 1, 3 | "
        "first-stage "
        "tables | second-stage tables | host permissions | interrupts |\n"
        "|---|---|---|---|---|---|---|---|---|---|\n",
        out);
    for (unsigned i = 0; (row = svasim_scope_at(i)) != NULL; i++) {
        (void)fprintf(out, "| `%s` | %u |", row->descriptor, row->granularity);
        for (unsigned k = 0; k < SVASIM_REACH_COUNT; k++) {
            (void)fputc(' ', out);
            for (const char *at = row->removes[k][0] == 'N' ? "-" : row->removes[k]; *at; at++)
                if (*at == '|')
                    (void)fputs("\\|", out); /* no end of a cell */
                else
                    (void)fputc(*at, out);
            (void)fputs(" |", out);
        }
        (void)fputc('\n', out);
    }
    return true;
}
