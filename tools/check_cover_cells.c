/* SPDX-License-Identifier: MIT */
/* check_cover_cells.c - every cell that scenarios can reach, by number: the rows of the model's own
 * tables, and those of coverage.def. Knows nothing of runs. */
#include <stdlib.h>
#include <string.h>

#include "check_cover.h"

#define LAYOUTS_MAX 64u
#define LEVELS      6u /* 0: none */
#define SCOPES_MAX  32u
#define CACHES_MAX  64u
#define KEYS_MAX    512u
#define MODES       6u /* PGTT 0 (legacy mode) to 4, or any */
#define MODE_ANY    5u

struct cover {
    unsigned count;
    bool full; /* one did not fit */
    int16_t fault[SVASIM_FAULT_COUNT][SVASIM_KIND_COUNT][3];
    int16_t scope[SCOPES_MAX][CACHES_MAX][2][2][4]; /* first stage, legacy mode, outcome */
    int16_t step[LAYOUTS_MAX][LEVELS][MODES][2];
    int16_t cache[CACHES_MAX][MODES][2];
    int16_t key[KEYS_MAX]; /* its first value */
    struct cover_cell cells[COVER_CELLS_MAX];
};

static const char *const group_names[COVER_GROUPS] = {"faults", "invalidation", "steps",
                                                      "configuration"};
static const char *const outcome_names[COVER_OUTCOMES] = {
    "answered", "logged", "silenced", "removes", "keeps", "leaves",
    "hint",     "read",   "update",   "hit",     "fill",  "set"};
static const char *const kind_names[SVASIM_KIND_COUNT] = {
    "untranslated", "untranslated_pasid", "translation", "translation_pasid",
    "translated",   "translated_pasid",   "page_request"};
static const char *const mode_names[MODES] = {"legacy", "first",        "second",
                                              "nested", "pass_through", "any"};

/* --- what no scenario can reach --- */

static const struct beyond {
    enum cover_group group;
    const char *row, *column, *outcome, *why;
} beyond[] = {
#define BEYOND(group, row, column, outcome, why) {COVER_##group, row, column, outcome, why},
#define STEP(layout, level, modes, flags)
#define CACHED(name, modes)
#include "coverage.def"
#undef BEYOND
#undef STEP
#undef CACHED
    {COVER_GROUPS, "", "", "", NULL}};

static bool covers(const char *pattern, const char *text)
{
    return strcmp(pattern, "*") == 0 || strcmp(pattern, text) == 0;
}

static const char *why_beyond(const struct cover_cell *cell)
{
    for (const struct beyond *row = beyond; row->why; row++)
        if (row->group == cell->group && covers(row->row, cell->row) &&
            covers(row->column, cell->column) && covers(row->outcome, outcome_names[cell->outcome]))
            return row->why;
    return NULL;
}

/* --- making cells --- */

static int16_t add(struct cover *cover, enum cover_group group, const char *row, const char *column,
                   enum cover_outcome outcome)
{
    if (cover->count == COVER_CELLS_MAX) {
        cover->full = true;
        return -1;
    }
    struct cover_cell *cell = &cover->cells[cover->count];
    *cell = (struct cover_cell){.group = group, .outcome = outcome};
    (void)snprintf(cell->row, sizeof cell->row, "%s", row);
    (void)snprintf(cell->column, sizeof cell->column, "%s", column);
    cell->beyond = why_beyond(cell);
    return (int16_t)cover->count++;
}

static void add_faults(struct cover *cover)
{
    for (unsigned i = 1; i < SVASIM_FAULT_COUNT; i++) {
        const svasim_fault_info *fault = svasim_fault_at(i);
        bool silenced = false;
        for (unsigned kind = 0; kind < SVASIM_KIND_COUNT; kind++) {
            unsigned answer = fault->answer[kind];
            bool logged = answer != SVASIM_ANSWER_OK0 && answer != SVASIM_ANSWER_OKE;
            if (answer == SVASIM_ANSWER_NEVER)
                continue;
            cover->fault[i][kind][COVER_ANSWERED] =
                add(cover, COVER_FAULTS, fault->name, kind_names[kind], COVER_ANSWERED);
            if (logged)
                cover->fault[i][kind][COVER_LOGGED] =
                    add(cover, COVER_FAULTS, fault->name, kind_names[kind], COVER_LOGGED);
            silenced |= logged && fault->qualified;
        }
        int16_t once =
            silenced ? add(cover, COVER_FAULTS, fault->name, mode_names[MODE_ANY], COVER_SILENCED)
                     : (int16_t)-1;
        for (unsigned kind = 0; kind < SVASIM_KIND_COUNT; kind++)
            cover->fault[i][kind][COVER_SILENCED] = once;
    }
}

/* The column of scopes.def that a cache belongs to. */
static svasim_reach reach_of(const char *cache, bool first)
{
    static const struct {
        const char *prefix;
        svasim_reach reach;
    } rows[] = {{"context", SVASIM_REACH_CONTEXT},  {"pasid", SVASIM_REACH_PASID},
                {"fs_", SVASIM_REACH_FIRST_TABLES}, {"ss_", SVASIM_REACH_SECOND_TABLES},
                {"hpt_", SVASIM_REACH_PERMISSIONS}, {"iec", SVASIM_REACH_INTERRUPTS}};
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (strncmp(cache, rows[i].prefix, strlen(rows[i].prefix)) == 0)
            return rows[i].reach;
    return first ? SVASIM_REACH_IOTLB_FIRST : SVASIM_REACH_IOTLB_SECOND;
}

static void add_removal(struct cover *cover, int16_t *cells, const char *removes, const char *row,
                        const char *column, bool hinted)
{
    if (strcmp(removes, "NONE") == 0) {
        cells[COVER_LEAVES - COVER_REMOVES] =
            add(cover, COVER_INVALIDATION, row, column, COVER_LEAVES);
        return;
    }
    cells[0] = add(cover, COVER_INVALIDATION, row, column, COVER_REMOVES);
    if (strcmp(removes, "ALL") != 0)
        cells[COVER_KEEPS - COVER_REMOVES] =
            add(cover, COVER_INVALIDATION, row, column, COVER_KEEPS);
    if (hinted)
        cells[COVER_HINT - COVER_REMOVES] = add(cover, COVER_INVALIDATION, row, column, COVER_HINT);
}

static void add_scope(struct cover *cover, unsigned scope, unsigned cache)
{
    const svasim_scope_info *info = svasim_scope_at(scope);
    const char *name = svasim_cache_at(cache)->name;
    bool split = strncmp(name, "iotlb", 5) == 0;
    char row[40], column[40];
    (void)snprintf(row, sizeof row, "%s %u", info->descriptor, info->granularity);
    for (unsigned first = 0; first <= (split ? 1u : 0u); first++) {
        svasim_reach reach = reach_of(name, first);
        const char *removes = info->removes[reach];
        /* The level of host permissions that IH names takes part in KEEPS. */
        bool hinted = strstr(removes, "IH") != NULL && reach != SVASIM_REACH_PERMISSIONS;
        int16_t(*cells)[4] = cover->scope[scope][cache][first];
        (void)snprintf(column, sizeof column, "%s%s", name,
                       !split  ? ""
                       : first ? " first"
                               : " second");
        if (!strstr(removes, "LEGACY_D")) {
            add_removal(cover, cells[0], removes, row, column, hinted);
            memcpy(cells[1], cells[0], sizeof cells[1]);
            continue;
        }
        bool all = strcmp(removes, "LEGACY_D") == 0;
        add_removal(cover, cells[0], all ? "ALL" : removes, row, column, hinted);
        (void)snprintf(column, sizeof column, "%s legacy", name);
        add_removal(cover, cells[1], removes, row, column, hinted);
    }
}

static unsigned layout_index(const char *name)
{
    const svasim_layout *layout;
    unsigned i = 0;
    while ((layout = svasim_layout_at(i)) != NULL && strcmp(layout->name, name) != 0)
        i++;
    return layout && i < LAYOUTS_MAX ? i : LAYOUTS_MAX;
}

static unsigned cache_index(const char *name)
{
    const svasim_cache_info *cache;
    unsigned i = 0;
    while ((cache = svasim_cache_at(i)) != NULL && strcmp(cache->name, name) != 0)
        i++;
    return i;
}

static void add_step(struct cover *cover, const char *layout, unsigned level, unsigned modes,
                     bool updates)
{
    unsigned index = layout_index(layout);
    char row[40];
    (void)snprintf(row, sizeof row, level ? "%s level %u" : "%s", layout, level);
    for (unsigned mode = 0; mode < MODES && index < LAYOUTS_MAX; mode++) {
        if (!(modes >> mode & 1))
            continue;
        int16_t *cells = cover->step[index][level][mode];
        cells[0] = add(cover, COVER_STEPS, row, mode_names[mode], COVER_READ);
        if (updates)
            cells[1] = add(cover, COVER_STEPS, row, mode_names[mode], COVER_UPDATE);
    }
}

static void add_cache(struct cover *cover, const char *name, unsigned modes)
{
    unsigned index = cache_index(name);
    for (unsigned mode = 0; mode < MODES && index < CACHES_MAX; mode++) {
        if (!(modes >> mode & 1))
            continue;
        cover->cache[index][mode][0] = add(cover, COVER_STEPS, name, mode_names[mode], COVER_HIT);
        cover->cache[index][mode][1] = add(cover, COVER_STEPS, name, mode_names[mode], COVER_FILL);
    }
}

static void add_steps(struct cover *cover)
{
#define L                                 (1u << 0)
#define P1                                (1u << 1)
#define P2                                (1u << 2)
#define P3                                (1u << 3)
#define P4                                (1u << 4)
#define ANY                               (1u << MODE_ANY)
#define U                                 1
#define STEP(layout, level, modes, flags) add_step(cover, #layout, level, modes, flags);
#define CACHED(name, modes)               add_cache(cover, name, modes);
#define BEYOND(group, row, column, outcome, why)
#include "coverage.def"
#undef L
#undef P1
#undef P2
#undef P3
#undef P4
#undef ANY
#undef U
#undef STEP
#undef CACHED
#undef BEYOND
}

static void add_words(struct cover *cover, const char *key, const char *words)
{
    while (*words) {
        char word[40];
        size_t length = strcspn(words, "|");
        (void)snprintf(word, sizeof word, "%.*s", (int)length, words);
        (void)add(cover, COVER_CONFIG, key, word, COVER_SET);
        words += length + (words[length] == '|');
    }
}

static void add_keys(struct cover *cover)
{
    const svasim_config_key *key;
    for (unsigned i = 0; (key = svasim_config_key_at(i)) != NULL && i < KEYS_MAX; i++) {
        cover->key[i] = (int16_t)cover->count;
        if (strcmp(key->type, "bool") == 0)
            add_words(cover, key->name, "off|on");
        else if (strcmp(key->type, "uint") == 0)
            add_words(cover, key->name, "default|other");
        else
            add_words(cover, key->name, key->type);
    }
}

struct cover *cover_create(void)
{
    struct cover *cover = calloc(1, sizeof *cover);
    if (!cover)
        return NULL;
    memset(cover->fault, -1, sizeof cover->fault);
    memset(cover->scope, -1, sizeof cover->scope);
    memset(cover->step, -1, sizeof cover->step);
    memset(cover->cache, -1, sizeof cover->cache);
    memset(cover->key, -1, sizeof cover->key);
    add_faults(cover);
    for (unsigned i = 0; svasim_scope_at(i) && i < SCOPES_MAX; i++)
        for (unsigned k = 0; svasim_cache_at(k) && k < CACHES_MAX; k++)
            add_scope(cover, i, k);
    add_steps(cover);
    add_keys(cover);
    if (cover->full)
        cli_message("coverage: more than %u cells; the rest is left out", COVER_CELLS_MAX);
    return cover;
}

void cover_destroy(struct cover *cover)
{
    free(cover);
}

unsigned cover_count(const struct cover *cover)
{
    return cover->count;
}

const struct cover_cell *cover_at(const struct cover *cover, unsigned index)
{
    return &cover->cells[index];
}

const char *cover_group_name(enum cover_group group)
{
    return group_names[group];
}

const char *cover_kind_name(unsigned kind)
{
    return kind_names[kind];
}

const char *cover_outcome_name(enum cover_outcome outcome)
{
    return outcome_names[outcome];
}

void cover_add(struct cover *cover, const struct cover_bits *reached, const char *path)
{
    for (unsigned i = 0; i < cover->count; i++) {
        struct cover_cell *cell = &cover->cells[i];
        if (!(reached->word[i / 64] >> i % 64 & 1))
            continue;
        cell->scenarios++;
        if (!cell->first)
            cell->first = path;
    }
}

/* --- finding cells --- */

int cover_fault(const struct cover *cover, unsigned fault, unsigned kind,
                enum cover_outcome outcome)
{
    return cover->fault[fault][kind][outcome];
}

int cover_scope(const struct cover *cover, unsigned scope, unsigned cache, bool first, bool legacy,
                enum cover_outcome outcome)
{
    return scope < SCOPES_MAX ? cover->scope[scope][cache][first][legacy][outcome - COVER_REMOVES]
                              : -1;
}

int cover_step(const struct cover *cover, const char *layout, unsigned level, unsigned pgtt,
               enum cover_outcome outcome)
{
    unsigned index = layout_index(layout);
    if (index == LAYOUTS_MAX || level >= LEVELS || pgtt >= MODE_ANY)
        return -1;
    int16_t any = cover->step[index][level][MODE_ANY][outcome - COVER_READ];
    return any >= 0 ? any : cover->step[index][level][pgtt][outcome - COVER_READ];
}

int cover_cache(const struct cover *cover, unsigned cache, unsigned pgtt,
                enum cover_outcome outcome)
{
    if (cache >= CACHES_MAX || pgtt >= MODE_ANY)
        return -1;
    int16_t any = cover->cache[cache][MODE_ANY][outcome - COVER_HIT];
    return any >= 0 ? any : cover->cache[cache][pgtt][outcome - COVER_HIT];
}

int cover_config(const struct cover *cover, unsigned key, const char *value)
{
    const svasim_config_key *row = svasim_config_key_at(key);
    if (key >= KEYS_MAX || cover->key[key] < 0)
        return -1;
    uint64_t number;
    bool number_key = strcmp(row->type, "uint") == 0;
    if (number_key)
        value = cli_number(value, &number) && number == row->initial ? "default" : "other";
    for (unsigned i = (unsigned)cover->key[key];
         i < cover->count && strcmp(cover->cells[i].row, row->name) == 0; i++)
        if (strcmp(cover->cells[i].column, value) == 0)
            return (int)i;
    return -1;
}
