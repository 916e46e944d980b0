/* SPDX-License-Identifier: MIT */
/* facts.c - what are the registers, counters, caches and stages? Prints one table of docs/generated
 * for each from svasim/facts.h, and the picture of the pipeline. */
#include <inttypes.h>
#include <string.h>

#include "docgen.h"
#include "svasim/config.h"
#include "svasim/facts.h"

#define WRITTEN_FROM(rows) "<!-- Written by svasim-docgen; edit the rows of " rows ". -->\n"

static void put_register_fields(FILE *out)
{
    static const char *const forms[] = {"number", "address, in place", "source id"};
    const svasim_register_field *row;
    (void)fputs("\n## Fields\n\nFrom `libsvasim/spec/register_fields.def`; `register` records of "
                "traces use these names.\n\n| Register | Field | Bits | Value | Meaning "
                "|\n|---|---|---|---|---|\n",
                out);
    for (unsigned i = 0; (row = svasim_register_field_at(i)) != NULL; i++)
        (void)fprintf(out, "| %s | `%s` | %u:%u | %s | %s |\n", svasim_register_at(row->reg)->name,
                      row->name, row->hi, row->lo, forms[row->kind], row->meaning);
}

bool sv_doc_registers(FILE *out, const char *source)
{
    const svasim_register_info *row;
    (void)source;
    (void)fputs(
        WRITTEN_FROM("libsvasim/spec/registers.def") "# Registers\n\n"
                                                     "VT-d specification revision 5.10, section "
                                                     "11.4. Accesses are 4 or 8 bytes at a\n"
                                                     "multiple of 4; holes read 0. What a write "
                                                     "sets off is in\n"
                                                     "`libsvasim/arch/registers.c`, what does not "
                                                     "happen in\n"
                                                     "[not_modelled.md](not_modelled.md).\n\n"
                                                     "| Offset | Name | Bytes | Access | Reset | "
                                                     "Meaning |\n|---|---|---|---|---|---|\n",
        out);
    for (unsigned i = 0; (row = svasim_register_at(i)) != NULL; i++)
        (void)fprintf(out, "| 0x%03" PRIX32 " | %s | %u | %s | 0x%" PRIx64 " | %s |\n", row->offset,
                      row->name, row->bytes, row->access, row->reset, row->meaning);
    put_register_fields(out);
    return true;
}

bool sv_doc_counters(FILE *out, const char *source)
{
    const svasim_counter_info *row;
    (void)source;
    (void)fputs(
        WRITTEN_FROM("libsvasim/spec/counters.def") "# Counters\n\n"
                                                    "`svasim replay --stats F.json` writes them, "
                                                    "`svasim_counter_value` reads them. Where\n"
                                                    "Linux has a `dmar` PMU event for the same "
                                                    "thing, the counter has its name.\n\n"
                                                    "| Counter | Counts |\n|---|---|\n",
        out);
    for (unsigned i = 0; (row = svasim_counter_at(i)) != NULL; i++)
        (void)fprintf(out, "| `%s` | %s |\n", row->name, row->meaning);
    return true;
}

static bool print_value(FILE *out, const svasim_config *config, const char *cache, const char *part)
{
    char key[96], text[64];
    (void)snprintf(key, sizeof key, "%s.%s", cache, part);
    if (svasim_config_get(config, key, text, sizeof text) != SVASIM_OK) {
        sv_doc_complain(key, "no such key");
        return false;
    }
    (void)fprintf(out, " | %s", text);
    return true;
}

bool sv_doc_caches(FILE *out, const char *source)
{
    const svasim_cache_info *row;
    (void)source;
    svasim_config *config = svasim_config_create();
    if (!config) {
        sv_doc_complain("caches", "out of memory");
        return false;
    }
    (void)fputs(
        WRITTEN_FROM(
            "libsvasim/spec/caches.def") "# Caches\n\n"
                                         "Set-associative, one instance of each per unit. The name "
                                         "is the prefix of the\n"
                                         "cache's keys ([configuration.md](../configuration.md)) "
                                         "and what `cached` records and\n"
                                         "`svasim_cache_holds` call it. The invalidation that "
                                         "removes an entry is looked up in\n"
                                         "`libsvasim/spec/scopes.def`.\n\n"
                                         "| Cache | An entry holds | Found by | Enabled | Sets | "
                                         "Ways | "
                                         "Policy | Cycles |\n"
                                         "|---|---|---|---|---|---|---|---|\n",
        out);
    bool good = true;
    for (unsigned i = 0; good && (row = svasim_cache_at(i)) != NULL; i++) {
        (void)fprintf(out, "| `%s` | %s | %s", row->name, row->holds, row->tag);
        good = print_value(out, config, row->name, "enabled") &&
               print_value(out, config, row->name, "sets") &&
               print_value(out, config, row->name, "ways") &&
               print_value(out, config, row->name, "policy") &&
               print_value(out, config, row->name, "latency");
        (void)fputs(" |\n", out);
    }
    svasim_config_destroy(config);
    return good;
}

/* --- the pipeline --- */

/* Which keys decide how long a request stays; the picture below needs a line for each too. */
static const char *const stage_keys[] = {
    [SVASIM_STAGE_LINK] = "link.latency link.rate link.interval link.write_interval",
    [SVASIM_STAGE_QUEUE] = "lookup.width walk.pending",
    [SVASIM_STAGE_LOOKUP] = ("iotlb_4k.latency iotlb_2m.latency iotlb_1g.latency "
                             "iotlb2_4k.latency iotlb2_2m.latency iotlb2_1g.latency"),
    [SVASIM_STAGE_JOIN] = "walk.join",
    [SVASIM_STAGE_WALKER_WAIT] = "walk.walkers",
    [SVASIM_STAGE_WALK_LOOKUP] = "context.latency pasid.latency fs_pde.latency ss_pde.latency",
    [SVASIM_STAGE_MEMORY_QUEUE] = "memory.interval memory.depth",
    [SVASIM_STAGE_MEMORY] = "memory.latency",
    [SVASIM_STAGE_RESPOND] = "respond.width respond.latency",
    [SVASIM_STAGE_ORDER] = "port.ordered",
    [SVASIM_STAGE_DATA] = "data.latency data.interval data.cached",
    [SVASIM_STAGE_RETURN] = "link.latency link.rate",
};
_Static_assert(sizeof stage_keys / sizeof stage_keys[0] == SVASIM_STAGE_COUNT,
               "a stage without its keys");

static const struct {
    svasim_stage from, to;
    const char *when;
} ways[] = {
    {SVASIM_STAGE_LINK, SVASIM_STAGE_QUEUE, "arrived"},
    {SVASIM_STAGE_QUEUE, SVASIM_STAGE_LOOKUP, "slot"},
    {SVASIM_STAGE_LOOKUP, SVASIM_STAGE_RESPOND, "hit, or no translation needed"},
    {SVASIM_STAGE_LOOKUP, SVASIM_STAGE_JOIN, "miss, page under way"},
    {SVASIM_STAGE_LOOKUP, SVASIM_STAGE_WALKER_WAIT, "miss"},
    {SVASIM_STAGE_JOIN, SVASIM_STAGE_RESPOND, "its walk is done"},
    {SVASIM_STAGE_JOIN, SVASIM_STAGE_WALKER_WAIT, "its walk is of no use"},
    {SVASIM_STAGE_WALKER_WAIT, SVASIM_STAGE_WALK_LOOKUP, "walker free"},
    {SVASIM_STAGE_WALK_LOOKUP, SVASIM_STAGE_MEMORY_QUEUE, "read or A/D update"},
    {SVASIM_STAGE_MEMORY_QUEUE, SVASIM_STAGE_MEMORY, "slot"},
    {SVASIM_STAGE_MEMORY, SVASIM_STAGE_WALK_LOOKUP, "answer"},
    {SVASIM_STAGE_WALK_LOOKUP, SVASIM_STAGE_RESPOND, "walk done"},
    {SVASIM_STAGE_RESPOND, SVASIM_STAGE_DATA, "read, with a link"},
    {SVASIM_STAGE_RESPOND, SVASIM_STAGE_RETURN, "refused, or a translation"},
    {SVASIM_STAGE_RESPOND, SVASIM_STAGE_ORDER, "a posted request is due before"},
    {SVASIM_STAGE_ORDER, SVASIM_STAGE_DATA, "its turn"},
    {SVASIM_STAGE_DATA, SVASIM_STAGE_RETURN, "data"},
};

static bool print_picture(FILE *out)
{
    bool reached[SVASIM_STAGE_COUNT] = {[SVASIM_STAGE_LINK] = true};
    (void)fprintf(out, "```mermaid\nflowchart TD\n    port([request]) --> %s\n",
                  svasim_stage_name(SVASIM_STAGE_LINK));
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        reached[ways[i].to] = true;
        (void)fprintf(out, "    %s -->|%s| %s\n", svasim_stage_name(ways[i].from), ways[i].when,
                      svasim_stage_name(ways[i].to));
    }
    (void)fprintf(out, "    %s -->|posted, or no link| answer([answer])\n",
                  svasim_stage_name(SVASIM_STAGE_RESPOND));
    (void)fprintf(out, "    %s --> answer\n```\n", svasim_stage_name(SVASIM_STAGE_RETURN));
    for (unsigned i = 0; i < SVASIM_STAGE_COUNT; i++)
        if (!reached[i]) {
            sv_doc_complain(svasim_stage_name(i), "no way leads to this stage in facts.c");
            return false;
        }
    return true;
}

static bool print_keys(FILE *out, const svasim_config *config, const char *keys)
{
    const char *separator = "";
    for (const char *at = keys; *at;) {
        char key[64], value[64];
        size_t bytes = strcspn(at, " ");
        (void)snprintf(key, sizeof key, "%.*s", (int)bytes, at);
        if (svasim_config_get(config, key, value, sizeof value) != SVASIM_OK) {
            sv_doc_complain(key, "no such key");
            return false;
        }
        (void)fprintf(out, "%s`%s`", separator, key);
        separator = ", ";
        at += bytes + (at[bytes] == ' ');
    }
    return true;
}

/* What a request can stand still for, by stage. */
static void print_stalls(FILE *out)
{
    const svasim_stall_info *stall;
    (void)fputs(
        "\nOf its cycles in a stage a request may have stood still, for one of these reasons "
        "(`svasim_stall_ticks`,\n`stalls` of `--stats`):\n\n"
        "| Stage | Key that decides about it | Because |\n|---|---|---|\n",
        out);
    for (unsigned i = 0; (stall = svasim_stall_at(i)) != NULL; i++)
        (void)fprintf(out, "| `%s` | `%s` | %s |\n", svasim_stage_name(stall->stage), stall->key,
                      stall->meaning);
}

static void print_occupants(FILE *out)
{
    const svasim_occupant_info *occupant;
    (void)fputs("\nHow many are where (`svasim_occupancy`, `occupancy` of `--stats`):\n\n"
                "| Name | Counts | Bounded by |\n|---|---|---|\n",
                out);
    for (unsigned i = 0; (occupant = svasim_occupant_at(i)) != NULL; i++)
        (void)fprintf(out, "| `%s` | %s | `%s` |\n", occupant->name, occupant->meaning,
                      occupant->bound);
}

bool sv_doc_stages(FILE *out, const char *source)
{
    (void)source;
    svasim_config *config = svasim_config_create();
    if (!config) {
        sv_doc_complain("stages", "out of memory");
        return false;
    }
    (void)fputs(
        WRITTEN_FROM("include/svasim/stages.def") "# Stages\n\n"
                                                  "Every tick between acceptance and answer "
                                                  "belongs to exactly one stage, so the stages\n"
                                                  "of a request (`where` of its response) add up "
                                                  "to its latency. A walk goes round\n"
                                                  "between its caches and memory, once for each "
                                                  "entry it reads.\n\n",
        out);
    bool good = print_picture(out);
    (void)fputs("\n| Stage | A request is | Keys that decide how long |\n|---|---|---|\n", out);
    for (unsigned i = 0; good && i < SVASIM_STAGE_COUNT; i++) {
        (void)fprintf(out, "| `%s` | %s | ", svasim_stage_name(i), svasim_stage_meaning(i));
        good = print_keys(out, config, stage_keys[i]);
        (void)fputs(" |\n", out);
    }
    print_stalls(out);
    print_occupants(out);
    svasim_config_destroy(config);
    return good;
}
