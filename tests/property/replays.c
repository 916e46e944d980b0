/* SPDX-License-Identifier: MIT */
/* replays.c - see replays.h. */
#define _POSIX_C_SOURCE 200809L
#include "property/replays.h"

#include <check.h>
#include <ctype.h>
#include <glob.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TRACES_MAX 32u

/* --- files --- */

static char *read_all(FILE *file, const char *name, size_t *out_length)
{
    size_t room = 1u << 20, length = 0, got;
    char *bytes = malloc(room);
    ck_assert_msg(file && bytes, "%s: cannot be read", name);
    while ((got = fread(bytes + length, 1, room - length - 1, file)) > 0) {
        length += got;
        if (length == room - 1) {
            room *= 2;
            bytes = realloc(bytes, room);
            ck_assert_ptr_nonnull(bytes);
        }
    }
    bytes[length] = 0;
    *out_length = length;
    return bytes;
}

/* "a/b/c.d" as "c". */
static void short_name(char *out, size_t bytes, const char *path)
{
    const char *slash = strrchr(path, '/');
    (void)snprintf(out, bytes, "%s", slash ? slash + 1 : path);
    char *dot = strrchr(out, '.');
    if (dot)
        *dot = 0;
}

static bool is_race(const struct trace *trace)
{
    static const char mark[] = "config machine.timed_only on";
    for (size_t i = 0; i + sizeof mark <= trace->length; i++)
        if (memcmp(trace->bytes + i, mark, sizeof mark - 1) == 0)
            return true;
    return false;
}

const struct trace *trace_at(unsigned index)
{
    static struct trace traces[TRACES_MAX];
    static unsigned count;
    if (count == 0) {
        glob_t found;
        ck_assert_int_eq(glob("traces/*/*.sv[bt]", 0, NULL, &found), 0);
        ck_assert_uint_lt(found.gl_pathc, TRACES_MAX);
        for (size_t i = 0; i < found.gl_pathc; i++) {
            struct trace *trace = &traces[count];
            FILE *file = fopen(found.gl_pathv[i], "rb");
            short_name(trace->name, sizeof trace->name, found.gl_pathv[i]);
            trace->bytes = read_all(file, trace->name, &trace->length);
            (void)fclose(file);
            if (is_race(trace))
                free(trace->bytes);
            else
                count++;
        }
        globfree(&found);
    }
    return index < count ? &traces[index] : NULL;
}

void trace_generate(struct trace *out, const char *options)
{
    char command[600];
    const char *program = getenv("SVASIM");
    ck_assert_msg(program != NULL, "the environment does not name the program: SVASIM");
    (void)snprintf(command, sizeof command, "'%s' gen %s --binary -o -", program, options);
    (void)snprintf(out->name, sizeof out->name, "gen %s", options);
    FILE *pipe = popen(command, "r");
    out->bytes = read_all(pipe, command, &out->length);
    ck_assert_int_eq(pclose(pipe), 0);
}

/* --- presets --- */

struct preset {
    char name[64];
    char all[8192], timing[8192];
};

static struct preset presets[PRESETS + 1];

static char *trim(char *text)
{
    while (isspace((unsigned char)*text))
        text++;
    size_t length = strlen(text);
    while (length && isspace((unsigned char)text[length - 1]))
        text[--length] = 0;
    return text;
}

static void append(char *list, size_t bytes, const char *key, const char *value)
{
    size_t used = strlen(list);
    int added = snprintf(list + used, bytes - used, "%s=%s ", key, value);
    ck_assert(added > 0 && (size_t)added < bytes - used);
}

/* One line of an INI file; sections are prefixes. */
static void add_line(struct preset *preset, char *line, char *section, size_t section_bytes)
{
    char key[128];
    line[strcspn(line, ";#\n")] = 0;
    line = trim(line);
    char *value = strchr(line, '=');
    if (*line == '[') {
        line[strcspn(line, "]")] = 0;
        (void)snprintf(section, section_bytes, "%s.", line + 1);
    } else if (value) {
        *value++ = 0;
        (void)snprintf(key, sizeof key, "%s%s", section, trim(line));
        append(preset->all, sizeof preset->all, key, trim(value));
        if (strncmp(key, "cap.", 4) != 0)
            append(preset->timing, sizeof preset->timing, key, trim(value));
    }
}

static const struct preset *preset_at(unsigned index)
{
    static unsigned count;
    if (count == 0) {
        glob_t found;
        ck_assert_int_eq(glob("tools/presets/*.ini", 0, NULL, &found), 0);
        ck_assert_uint_le(found.gl_pathc, PRESETS);
        for (; count < found.gl_pathc; count++) {
            char line[512], section[64] = "";
            FILE *file = fopen(found.gl_pathv[count], "r");
            ck_assert_ptr_nonnull(file);
            short_name(presets[count].name, sizeof presets[count].name, found.gl_pathv[count]);
            while (fgets(line, sizeof line, file))
                add_line(&presets[count], line, section, sizeof section);
            (void)fclose(file);
        }
        globfree(&found);
    }
    return index < count ? &presets[index] : NULL;
}

const char *preset_name(unsigned index)
{
    const struct preset *preset = preset_at(index);
    return preset ? preset->name : NULL;
}

const char *preset_pairs(unsigned index, bool capabilities)
{
    const struct preset *preset = preset_at(index);
    ck_assert_ptr_nonnull(preset);
    return capabilities ? preset->all : preset->timing;
}

/* --- runs --- */

static struct outcome *add(struct replay *replay)
{
    if (replay->count == replay->room) {
        replay->room = replay->room ? 2 * replay->room : 1024;
        replay->outcomes = realloc(replay->outcomes, replay->room * sizeof *replay->outcomes);
        ck_assert_ptr_nonnull(replay->outcomes);
    }
    struct outcome *outcome = &replay->outcomes[replay->count++];
    memset(outcome, 0, sizeof *outcome); /* compared as bytes */
    return outcome;
}

static void add_translation(struct replay *replay, const svasim_event *event)
{
    const svasim_request *request = event->request;
    const svasim_response *response = event->response;
    const uint16_t told = SVASIM_RECORDED | SVASIM_UNTRANSLATED_ONLY | SVASIM_SNOOP;
    struct outcome *outcome = add(replay);
    outcome->id = event->id;
    outcome->address = request->address;
    outcome->pa = response->address;
    outcome->page_bytes = response->page_bytes;
    outcome->pasid = request->pasid;
    outcome->more = (uint32_t)response->rights | (uint32_t)response->status << 8 |
                    (uint32_t)response->memory_type << 16;
    outcome->source_id = request->source_id;
    outcome->fault = response->fault;
    outcome->length = (uint16_t)request->length;
    outcome->op = request->op;
    outcome->at = request->at;
    outcome->flags = request->flags;
    outcome->recorded = (uint8_t)(response->flags & told);
}

static void add_completion(struct replay *replay, const svasim_event *event)
{
    const svasim_completion *completion = event->completion;
    struct outcome *outcome = add(replay);
    outcome->id = event->id;
    outcome->address = completion->fault_address;
    outcome->pa = completion->bytes_completed;
    outcome->pasid = completion->pasid;
    outcome->more = (uint32_t)completion->status | (uint32_t)completion->result << 8;
    outcome->length = completion->batch_index;
    outcome->op = completion->opcode;
    outcome->recorded = completion->record_written;
}

static void on_event(void *user, const svasim_event *event)
{
    struct replay *replay = user;
    switch (event->kind) {
    case SVASIM_EVENT_TRANSLATION:
        add_translation(replay, event);
        break;
    case SVASIM_EVENT_COMPLETION:
        add_completion(replay, event);
        break;
    case SVASIM_EVENT_STALE: /* follows the answer that it is about */
        replay->outcomes[replay->count - 1].stale = 1;
        replay->stale++;
        return;
    case SVASIM_EVENT_PAGE_REQUEST:
        add(replay)->id = event->id;
        replay->outcomes[replay->count - 1].more = (uint32_t)event->page_answer;
        replay->outcomes[replay->count - 1].fault = event->fault;
        break;
    case SVASIM_EVENT_SUBMIT:
    case SVASIM_EVENT_INVALIDATION:
    case SVASIM_EVENT_FAILED:
    case SVASIM_EVENT_PAGE_RESPONSE:
    case SVASIM_EVENT_INTERRUPT:
    case SVASIM_EVENT_DIFFERS:
    default:
        return;
    }
    replay->outcomes[replay->count - 1].kind = (uint8_t)event->kind;
}

/* By what was asked: who, and for what. */
static int by_question(const struct outcome *x, const struct outcome *y)
{
    if (x->id != y->id)
        return x->id < y->id ? -1 : 1;
    if (x->kind != y->kind)
        return x->kind < y->kind ? -1 : 1;
    if (x->address != y->address)
        return x->address < y->address ? -1 : 1;
    uint64_t a =
        (uint64_t)x->op << 56 | (uint64_t)x->at << 48 | (uint64_t)x->flags << 40 | x->length;
    uint64_t b =
        (uint64_t)y->op << 56 | (uint64_t)y->at << 48 | (uint64_t)y->flags << 40 | y->length;
    return a != b ? (a < b ? -1 : 1) : 0;
}

static int by_all(const void *a, const void *b)
{
    int order = by_question(a, b);
    return order ? order : memcmp(a, b, sizeof(struct outcome));
}

static void pin(svasim_machine *machine, const char *settings)
{
    char text[8192];
    char *rest = text;
    (void)snprintf(text, sizeof text, "%s", settings ? settings : "");
    for (char *key = strtok_r(text, " ", &rest); key; key = strtok_r(NULL, " ", &rest)) {
        char *value = strchr(key, '=');
        ck_assert_ptr_nonnull(value);
        *value++ = 0;
        ck_assert_msg(svasim_machine_pin(machine, key, value) == SVASIM_OK, "%s",
                      svasim_machine_error(machine));
    }
}

static void apply_all(svasim_machine *machine, const struct trace *trace)
{
    const svasim_record *record;
    svasim_trace_error error = {0};
    svasim_reader *reader = svasim_reader_memory(trace->bytes, trace->length, trace->name, &error);
    ck_assert_msg(reader != NULL, "%s: %s", trace->name, error.text);
    while (svasim_reader_next(reader, &record) == SVASIM_OK && record)
        ck_assert_msg(svasim_machine_apply(machine, record) == SVASIM_OK, "%s: %s", trace->name,
                      svasim_machine_error(machine));
    ck_assert_msg(!record, "%s", svasim_reader_error(reader)->text);
    ck_assert(svasim_machine_finish(machine) == SVASIM_OK);
    svasim_reader_close(reader);
}

void replay_run(struct replay *out, const struct trace *trace, const char *settings,
                const char *more_settings, unsigned how)
{
    const svasim_machine_options options = {
        .functional = (how & REPLAY_FUNCTIONAL) != 0,
        .check_stale = (how & REPLAY_STALE) != 0,
        .on_event = how & REPLAY_TIMES ? NULL : on_event,
        .user = out,
    };
    *out = (struct replay){.outcomes = NULL};
    svasim_machine *machine = svasim_machine_create(&options);
    ck_assert_ptr_nonnull(machine);
    pin(machine, settings);
    pin(machine, more_settings);
    apply_all(machine, trace);
    const svasim *unit = svasim_machine_unit(machine);
    out->cycles = svasim_now(unit);
    out->requests = svasim_machine_statistics(machine)->requests;
    for (unsigned i = 0; svasim_counter_at(i); i++) {
        ck_assert_uint_lt(i, sizeof out->counters / sizeof out->counters[0]);
        out->counters[i] = svasim_counter_value(unit, i);
    }
    for (unsigned i = 0; i < SVASIM_STAGE_COUNT; i++)
        out->stages[i] = svasim_stage_ticks(unit, i);
    svasim_machine_destroy(machine);
}

void replay_free(struct replay *replay)
{
    free(replay->outcomes);
}

static int by_id(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

void replay_forget_devices(struct replay *replay)
{
    uint64_t *ids = calloc(replay->count + 1, sizeof *ids);
    size_t descriptors = 0, kept = 0;
    ck_assert_ptr_nonnull(ids);
    for (size_t i = 0; i < replay->count; i++) {
        struct outcome *outcome = &replay->outcomes[i];
        if (outcome->kind != SVASIM_EVENT_COMPLETION)
            continue;
        ids[descriptors++] = outcome->id;
        if ((outcome->more & 0xff) != 1) {
            outcome->address = outcome->pa = outcome->more = 0;
            outcome->recorded = 0;
        }
    }
    qsort(ids, descriptors, sizeof *ids, by_id);
    for (size_t i = 0; i < replay->count; i++) {
        const struct outcome *outcome = &replay->outcomes[i];
        if (outcome->kind == SVASIM_EVENT_COMPLETION ||
            !bsearch(&outcome->id, ids, descriptors, sizeof *ids, by_id))
            replay->outcomes[kept++] = *outcome;
    }
    replay->count = kept;
    free(ids);
}

uint64_t replay_counter(const struct replay *replay, const char *name)
{
    for (unsigned i = 0; svasim_counter_at(i); i++)
        if (strcmp(svasim_counter_at(i)->name, name) == 0)
            return replay->counters[i];
    ck_abort_msg("%s: no such counter", name);
}

static void describe(char *out, size_t bytes, const struct outcome *o)
{
    (void)snprintf(out, bytes,
                   "id %" PRIu64 " kind %u source %04x pasid %" PRIu32 " address 0x%" PRIx64
                   " op %u at %u flags %u length %u -> pa 0x%" PRIx64 " page 0x%" PRIx64
                   " fault %u more 0x%" PRIx32 " recorded %u",
                   o->id, o->kind, o->source_id, o->pasid, o->address, o->op, o->at, o->flags,
                   o->length, o->pa, o->page_bytes, o->fault, o->more, o->recorded);
}

/* Did the descriptor of this outcome fail? What it still had under way is a matter of time. */
static bool of_failed_descriptor(const struct replay *replay, const struct outcome *outcome)
{
    for (size_t i = 0; i < replay->count; i++)
        if (replay->outcomes[i].id == outcome->id &&
            replay->outcomes[i].kind == SVASIM_EVENT_COMPLETION &&
            (replay->outcomes[i].more & 0xff) != 1)
            return true;
    return false;
}

static void expect_excused(const struct replay *replay, const struct outcome *alone,
                           const char *what)
{
    char text[400];
    if (alone->kind == SVASIM_EVENT_TRANSLATION && of_failed_descriptor(replay, alone))
        return;
    describe(text, sizeof text, alone);
    ck_abort_msg("%s: only in one of the runs:\n  %s", what, text);
}

static void expect_equal(const struct outcome *x, const struct outcome *y, const char *what)
{
    char left[400], right[400];
    if (x->stale || y->stale || memcmp(x, y, sizeof *x) == 0)
        return;
    describe(left, sizeof left, x);
    describe(right, sizeof right, y);
    ck_abort_msg("%s:\n  %s\n  %s", what, left, right);
}

void replay_expect_same(const struct replay *a, const struct replay *b, const char *what)
{
    ck_assert(a->count && b->count);
    qsort(a->outcomes, a->count, sizeof *a->outcomes, by_all);
    qsort(b->outcomes, b->count, sizeof *b->outcomes, by_all);
    const struct outcome *x = a->outcomes, *x_end = x + a->count;
    const struct outcome *y = b->outcomes, *y_end = y + b->count;
    while (x < x_end || y < y_end) {
        int order = x == x_end ? 1 : y == y_end ? -1 : by_question(x, y);
        if (order < 0)
            expect_excused(a, x++, what);
        else if (order > 0)
            expect_excused(b, y++, what);
        else
            expect_equal(x++, y++, what);
    }
}
