/* SPDX-License-Identifier: MIT */
/* explain_text.c - an explained request as text for people: one paragraph for each thing that is
 * read, then what came of it. */
#include <inttypes.h>
#include <string.h>

#include "dump.h"
#include "explain.h"

#define COLUMNS 100u
#define INDENT  19u /* where the words of an entry begin */

/* --- paragraphs of words --- */

struct paragraph {
    unsigned indent, column;
    bool open;
};

/* `margin` blanks, the label, and words from column `indent` on. */
static struct paragraph begin(unsigned margin, unsigned indent, const char *label)
{
    printf("%*s%-*s", (int)margin, "", (int)(indent - margin), label);
    return (struct paragraph){indent, indent, false};
}

/* Append text that stays together, behind `before` if it is not the first. */
static void put(struct paragraph *p, const char *before, const char *text)
{
    unsigned length = (unsigned)strlen(text);
    if (p->open) {
        printf("%s", before);
        p->column += (unsigned)strlen(before);
        if (p->column + length + 1 > COLUMNS) {
            printf("\n%*s", (int)p->indent, "");
            p->column = p->indent;
        } else {
            putchar(' ');
            p->column++;
        }
    }
    printf("%s", text);
    p->column += length;
    p->open = true;
}

static void put_words(struct paragraph *p, const char *text)
{
    char word[80];
    while (*text) {
        size_t length = strcspn(text, " ");
        (void)snprintf(word, sizeof word, "%.*s", (int)length, text);
        put(p, "", word);
        text += length + strspn(text + length, " ");
    }
}

/* --- checks --- */

static void print_outcome(const struct explained *explained, struct explain_group group,
                          enum explain_outcome outcome, const char *label)
{
    struct paragraph p = {INDENT, INDENT, false};
    bool any = false;
    for (unsigned i = group.first; i < group.first + group.count; i++) {
        const struct explain_check *check = &explained->checks[i];
        const char *name = svasim_fault_at(check->info->fault)->name;
        char text[160];
        if (check->outcome != outcome)
            continue;
        if (!any)
            p = begin(6, INDENT, label);
        any = true;
        if (outcome == EXPLAIN_NOT_REACHED)
            (void)snprintf(text, sizeof text, "%s", name);
        else if (outcome == EXPLAIN_FAILED)
            (void)snprintf(text, sizeof text, "%s %s (section %s)", name, check->info->says,
                           check->info->section);
        else
            (void)snprintf(text, sizeof text, "%s %s", name, check->info->says);
        put(&p, outcome == EXPLAIN_NOT_REACHED ? "," : ";", text);
    }
    if (any)
        putchar('\n');
}

static void print_checks(const struct explained *explained, struct explain_group group)
{
    print_outcome(explained, group, EXPLAIN_PASSED, "passed");
    print_outcome(explained, group, EXPLAIN_FAILED, "FAILED");
    print_outcome(explained, group, EXPLAIN_NOT_REACHED, "not reached");
}

/* --- steps --- */

static void print_raw(const svasim_step *step)
{
    printf("      %-*s", (int)INDENT - 6, "raw");
    for (unsigned i = 0; i < step->layout->words; i++)
        printf("%s%016" PRIx64, i == 4 ? "\n                   " : i ? " " : "", step->words[i]);
    printf("\n");
}

static void print_step(const struct explained *explained, const struct explain_step *one,
                       unsigned number)
{
    const svasim_step *step = &one->step;
    if (step->is_update) {
        printf("      %-*s", (int)INDENT - 7, "sets");
        cli_dump_fields(step->layout, step->words);
        return;
    }
    if (step->layout)
        printf("  %2u  %s, section %s, at 0x%" PRIx64, number, step->layout->title,
               step->layout->section, step->hpa);
    else
        printf("  %2u  read at 0x%" PRIx64 " failed", number, step->hpa);
    if (step->level)
        printf(", level %u%s", step->level, step->is_nested ? " of the second stage" : "");
    if (step->is_nested)
        printf(" for 0x%" PRIx64, step->input);
    printf("\n");
    if (step->layout) {
        print_raw(step);
        printf("      %-*s", (int)INDENT - 7, "fields");
        cli_dump_fields(step->layout, step->words);
    }
    print_checks(explained, one->checks);
}

static void print_request(const struct explained *explained)
{
    static const char *const ops[] = {"read", "write", "atomic"};
    static const char *const kinds[] = {"", "translation request, ", "translated ", "reserved "};
    const svasim_request *request = &explained->request;
    char sid[CLI_SID_TEXT];
    cli_sid_format(request->source_id, sid);
    printf("request %" PRIu64 ": %s%s by %s at 0x%" PRIx64 ", %" PRIu32 " bytes", explained->id,
           kinds[request->at & 3], ops[request->op % 3], sid, request->address, request->length);
    if (request->pasid == SVASIM_NO_PASID)
        printf(", without PASID");
    else
        printf(", pasid %" PRIu32 "%s", request->pasid,
               request->flags & SVASIM_PRIV ? ", privileged" : ", user");
    if (explain_is_interrupt(request) && request->op == SVASIM_WRITE && request->length == 4 &&
        (request->address & 16))
        printf(", interrupt index %" PRIu32, svasim_interrupt_index(request));
    printf("\n");
}

/* --- what came of it --- */

static const char *status_name(const svasim_response *response)
{
    static const char *const statuses[] = {"success", "Unsupported Request", "Completer Abort"};
    return statuses[response->status % 3];
}

static void print_granted(const svasim_response *response)
{
    char message[CLI_INTERRUPT_TEXT];
    printf("answer  %s", status_name(response));
    if (response->flags & SVASIM_INTERRUPT)
        printf(", %s", cli_interrupt_text(response, message));
    else if (response->status == SVASIM_STATUS_OK)
        printf(", address 0x%" PRIx64 ", page 0x%" PRIx64 ", rights %s%s", response->address,
               response->page_bytes, response->rights & SVASIM_R ? "r" : "-",
               response->rights & SVASIM_W ? "w" : "-");
    if (response->flags & SVASIM_PROTECTED)
        printf(", as it touches protected memory");
    else if (response->flags & SVASIM_BYPASS)
        printf(", passed through untranslated");
    printf("; %u reads, %u updates\n", response->reads, response->updates);
}

static void print_answer(const struct explained *explained)
{
    const svasim_response *response = &explained->response;
    const svasim_fault_info *fault = svasim_fault_at(response->fault);
    if (!fault) {
        print_granted(response);
        return;
    }
    printf("answer  fault %s, reason 0x%02x: %s (section %s)\n", fault->name, fault->code,
           fault->condition, fault->section);
    printf("        the device gets %s", status_name(response));
    if (response->flags & SVASIM_RECORDED)
        printf("; logged\n");
    else if (response->status == SVASIM_STATUS_OK)
        printf(" without rights; not logged, as it can ask for the page\n");
    else
        printf("; not logged, as an entry on the way has FPD set\n");
}

static void print_record(const struct explained *explained)
{
    if (!(explained->response.flags & SVASIM_RECORDED) || !explained->response.fault)
        return;
    if (explained->has_record) {
        printf("record  FRCD[%u]", explained->record);
        cli_dump_fields(svasim_layout_find("fault_record"), explained->record_words);
    } else {
        printf("record  none: the fault recording registers were full\n");
    }
}

static void print_remedy(const struct explained *explained)
{
    const char *remedy = explain_remedy(explained->response.fault);
    if (!remedy)
        return;
    struct paragraph p = begin(0, 8, "remedy");
    put_words(&p, remedy);
    putchar('\n');
}

/* --- the unit with caches and a clock --- */

/* Caches that are asked together have one name when none of them has it. */
static const char *missed_name(unsigned cache)
{
    static const char *const groups[][2] = {{"iotlb_", "iotlb"},
                                            {"fs_", "first-stage tables"},
                                            {"ss_", "second-stage tables"},
                                            {"hpt_l", "host permission tables"},
                                            {"hpt_", "host permissions"}};
    const char *name = svasim_cache_at(cache)->name;
    for (unsigned i = 0; i < sizeof groups / sizeof groups[0]; i++)
        if (strncmp(name, groups[i][0], strlen(groups[i][0])) == 0)
            return groups[i][1];
    return name;
}

static void print_caches(const struct explain_timed *timed)
{
    struct paragraph p = begin(0, 8, "caches");
    for (unsigned i = 0; i < timed->act_count; i++) {
        const struct explain_act *act = &timed->acts[i];
        char text[64];
        const char *name =
            act->fill || act->hit ? svasim_cache_at(act->cache)->name : missed_name(act->cache);
        (void)snprintf(text, sizeof text, "%s %s", name,
                       act->fill  ? "filled"
                       : act->hit ? "hit"
                                  : "missed");
        put(&p, ",", text);
    }
    printf("%s\n", timed->act_count ? "" : "none asked");
}

static void print_time(const struct explain_timed *timed, uint64_t mhz)
{
    const svasim_response *response = &timed->response;
    uint64_t cycles = response->completed_at - response->accepted_at;
    char ns[CLI_COUNT_TEXT];
    printf("time    %" PRIu64 " cycles = %s ns:", cycles, cli_nanoseconds(cycles, mhz, ns));
    for (unsigned i = 0, any = 0; i < SVASIM_STAGE_COUNT; i++)
        if (response->where[i])
            printf("%s %s %" PRIu64, any++ ? "," : "", svasim_stage_name(i), response->where[i]);
    printf("; %u reads, %u updates%s\n", response->reads, response->updates,
           response->flags & SVASIM_JOINED ? "; it joined another one's walk" : "");
}

/* A cache may say something else than the tables. */
static void print_difference(const struct explained *explained)
{
    const svasim_response *a = &explained->response, *b = &explained->timed->response;
    const svasim_fault_info *fault = svasim_fault_at(b->fault);
    if (a->fault == b->fault && a->address == b->address && a->rights == b->rights &&
        a->status == b->status)
        return;
    printf("STALE   the tables say the above, but the unit answered ");
    if (fault)
        printf("%s, from what it had cached\n", fault->name);
    else
        printf("%s, address 0x%" PRIx64 ", rights %s%s, from what it had cached\n", status_name(b),
               b->address, b->rights & SVASIM_R ? "r" : "-", b->rights & SVASIM_W ? "w" : "-");
}

void explain_print(const struct explained *explained)
{
    unsigned number = 0;
    print_request(explained);
    if (explained->before.count)
        printf("   -  before any table is read\n");
    print_checks(explained, explained->before);
    for (unsigned i = 0; i < explained->step_count; i++) {
        number += !explained->steps[i].step.is_update;
        print_step(explained, &explained->steps[i], number);
    }
    if (explained->steps_lost)
        printf("      and %u more steps\n", explained->steps_lost);
    if (explained->result.count)
        printf("   -  what came out\n");
    print_checks(explained, explained->result);
    print_answer(explained);
    print_remedy(explained);
    print_record(explained);
    if (!explained->timed)
        return;
    print_caches(explained->timed);
    print_time(explained->timed, explained->mhz);
    print_difference(explained);
}
