/* SPDX-License-Identifier: MIT */
/* main.c - plays test vectors (svasim vectors) against a unit of the embedding interface: nothing
 * but the JSON lines is known of a scenario, so that this is also the proof that they are complete.
 *
 *   example_vectors [--schema docs/vectors.schema.json] [--set KEY=VALUE]... DIR|FILE.jsonl...
 *
 * With --set the unit is another one than that of the vectors: without a cache, or with an open
 * point decided otherwise. Then `internal` is not compared, nor a step that depends on such things.
 *
 * Exit code: 0 as expected, 1 something differs, 2 wrong usage, 3 a file is not what it should be.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "player.h"

#define SETTINGS_MAX 64

/* How to play, and what became of it. */
struct totals {
    struct setting settings[SETTINGS_MAX + 1]; /* ends with a NULL key */
    unsigned setting_count;
    unsigned long played, differ, malformed, steps, requests, left_out;
};

/* --- lines --- */

/* A line without its end; the caller frees it. NULL at the end of the file. */
static char *read_line(FILE *file)
{
    size_t room = 4096, used = 0;
    char *line = malloc(room);
    int c = EOF;
    while (line && (c = getc(file)) != EOF && c != '\n') {
        if (used + 1 == room) {
            char *larger = realloc(line, room *= 2);
            if (!larger)
                free(line);
            line = larger;
        }
        if (line)
            line[used++] = (char)c;
    }
    if (!line || (c == EOF && used == 0)) {
        free(line);
        return NULL;
    }
    line[used] = 0;
    return line;
}

static int malformed(const struct player *player, const char *where, const char *why)
{
    printf("%s: line %lu: %s%s%s\n", player->path, player->line, where, *where ? ": " : "", why);
    return 3;
}

/* --- one file --- */

static int play_step(struct player *player, const json_t *step)
{
    json_t *wanted = json_deep_copy(json_object_get(step, "expect"));
    json_t *wanted_inside = json_deep_copy(json_object_get(step, "internal"));
    json_t *expect = json_object(), *internal = json_object(), *told = json_array();
    player->step = (unsigned long)number(step, "step");
    player->steps++;
    player->requests +=
        strcmp(text(step, "do"), "request") == 0 || strcmp(text(step, "do"), "page_request") == 0;
    player->world.answers = json_object_get(wanted, "device_invalidations");
    (void)json_object_clear(player->world.effects);
    const char *wrong = step_do(&player->world, step, expect, internal);
    if (!wrong) {
        int free = player->other && json_object_get(step, "depends_on");
        (void)json_object_update(expect, player->world.effects);
        (void)json_array_extend(told, json_object_get(wanted, "registers"));
        (void)json_array_extend(told, json_object_get(wanted_inside, "registers"));
        compare_registers(player, told, json_object_get(wanted, "fault_records"), free);
        (void)json_object_del(wanted, "registers");
        (void)json_object_del(wanted, "fault_records");
        (void)json_object_del(wanted_inside, "registers");
        if (!free && (wanted || json_object_size(expect)))
            compare(player, "expect", wanted, expect);
        if (!player->other && (json_object_size(wanted_inside) || json_object_size(internal)))
            compare(player, "internal", wanted_inside, internal);
    }
    json_decref(wanted);
    json_decref(wanted_inside);
    json_decref(expect);
    json_decref(internal);
    json_decref(told);
    return wrong ? malformed(player, "", wrong) : 0;
}

static int begin(struct player *player, const json_t *header)
{
    const char *wrong = world_open(&player->world, header, player->settings);
    if (wrong)
        return malformed(player, "", wrong);
    player->registers = json_object();
    compare_registers(player, json_object_get(header, "registers"), NULL, 0);
    return 0;
}

/* Kinds of lines in their order: scenario, memory, step, end. */
static int take(struct player *player, const json_t *line, unsigned *memory, int *ended)
{
    const char *kind = text(line, "kind");
    int first = player->line == 1;
    if (*ended || first != (strcmp(kind, "scenario") == 0))
        return malformed(player, "", "a line out of order");
    if (first)
        return begin(player, line);
    if (strcmp(kind, "memory") == 0) {
        const char *wrong = world_store(&player->world, line, "software", 0);
        ++*memory;
        return wrong ? malformed(player, "", wrong) : 0;
    }
    if (strcmp(kind, "step") == 0)
        return play_step(player, line);
    *ended = 1;
    return number(line, "memory") == *memory && number(line, "steps") == player->steps
               ? 0
               : malformed(player, "", "lines are missing");
}

static int play_lines(struct player *player, FILE *file, const json_t *schema)
{
    unsigned memory = 0;
    int code = 0, ended = 0;
    char *raw, where[256] = "";
    while (code == 0 && (raw = read_line(file)) != NULL) {
        json_error_t error;
        json_t *line = json_loads(raw, 0, &error);
        const char *wrong = line ? NULL : error.text;
        player->line++;
        if (line && schema)
            wrong = schema_check(schema, schema, line, where);
        code = wrong ? malformed(player, where, wrong) : take(player, line, &memory, &ended);
        json_decref(line);
        free(raw);
    }
    if (code == 0 && !ended)
        code = malformed(player, "", "the end is missing");
    return code;
}

static int play_file(const char *path, const json_t *schema, struct totals *totals)
{
    struct player player = {
        .path = path, .settings = totals->settings, .other = totals->setting_count != 0};
    FILE *file = fopen(path, "r");
    if (!file) {
        printf("%s: %s\n", path, strerror(errno));
        return 3;
    }
    int code = play_lines(&player, file, schema);
    (void)fclose(file);
    world_close(&player.world);
    json_decref(player.registers);
    totals->played++;
    totals->malformed += code != 0;
    totals->differ += player.differences != 0;
    totals->steps += player.steps;
    totals->requests += player.requests;
    return code ? code : player.differences != 0;
}

/* --- a directory: what its index lists --- */

static int play_entry(const char *directory, const json_t *entry, const json_t *schema,
                      struct totals *totals)
{
    char path[4096];
    if (json_object_get(entry, "left_out")) {
        printf("left out: %s (%s)\n", text(entry, "source"), text(entry, "left_out"));
        totals->left_out++;
        return 0;
    }
    (void)snprintf(path, sizeof path, "%s/%s", directory, text(entry, "file"));
    return play_file(path, schema, totals);
}

static int play_index(const char *directory, const char *path, FILE *file, const json_t *schema,
                      struct totals *totals)
{
    struct player place = {.path = path};
    char *raw, where[256] = "";
    int worst = 0;
    while ((raw = read_line(file)) != NULL) {
        json_error_t error;
        json_t *entry = json_loads(raw, 0, &error);
        const char *wrong = entry ? NULL : error.text;
        place.line++;
        if (entry && schema)
            wrong = schema_check(schema, schema, entry, where);
        int code =
            wrong ? malformed(&place, where, wrong) : play_entry(directory, entry, schema, totals);
        worst = code > worst ? code : worst;
        json_decref(entry);
        free(raw);
    }
    return worst;
}

static int play(const char *path, const json_t *schema, struct totals *totals)
{
    char index[4096];
    (void)snprintf(index, sizeof index, "%s/index.jsonl", path);
    FILE *file = fopen(index, "r");
    if (!file)
        return play_file(path, schema, totals);
    int code = play_index(path, index, file, schema, totals);
    (void)fclose(file);
    return code;
}

static int usage(const char *program)
{
    printf("Usage: %s [--schema SCHEMA.json] [--set KEY=VALUE]... DIR|FILE.jsonl...\n", program);
    return 2;
}

/* KEY=VALUE, taken apart where it stands. */
static int add_setting(struct totals *totals, char *assignment)
{
    char *equals = strchr(assignment, '=');
    if (!equals || totals->setting_count == SETTINGS_MAX)
        return 0;
    *equals = 0;
    totals->settings[totals->setting_count++] = (struct setting){assignment, equals + 1};
    return 1;
}

/* Options come in pairs. */
static int take_option(struct totals *totals, json_t **schema, const char *name, char *value)
{
    json_error_t error;
    if (strcmp(name, "--set") == 0)
        return add_setting(totals, value);
    if (strcmp(name, "--schema") != 0 || *schema)
        return 0;
    *schema = json_load_file(value, 0, &error);
    if (!*schema)
        printf("%s: line %d: %s\n", value, error.line, error.text);
    return *schema != NULL;
}

int main(int argc, char **argv)
{
    struct totals totals = {0};
    json_t *schema = NULL;
    int at = 1, worst = 0;
    for (; at + 1 < argc && strncmp(argv[at], "--", 2) == 0; at += 2)
        if (!take_option(&totals, &schema, argv[at], argv[at + 1]))
            break;
    if (at >= argc || strncmp(argv[at], "--", 2) == 0) {
        json_decref(schema);
        return usage(argv[0]);
    }
    for (; at < argc; at++) {
        int code = play(argv[at], schema, &totals);
        worst = code > worst ? code : worst;
    }
    json_decref(schema);
    printf("%lu scenarios played: %lu as expected, %lu differ, %lu malformed (%lu steps, %lu "
           "requests); %lu left out\n",
           totals.played, totals.played - totals.differ - totals.malformed, totals.differ,
           totals.malformed, totals.steps, totals.requests, totals.left_out);
    return worst;
}
