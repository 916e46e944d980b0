/* SPDX-License-Identifier: MIT */
/* compare_print.c - the rows of a comparison as a table of at most 110 columns, and as one object
 * of JSON. */
#include <string.h>

#include "compare.h"
#include "report.h"

#define NAME_WIDTH    44
#define VALUE_WIDTH   16
#define PERCENT_WIDTH 12
#define PATH_WIDTH    32
#define CELL          (CLI_COUNT_TEXT + CLI_ROW_TEXT_BYTES)

/* The last `width` characters, with "..." where it was cut. */
static const char *tail(const char *text, char *out, size_t width)
{
    char plain[512];
    size_t length = strlen(text);
    if (length >= sizeof plain)
        text += length - (sizeof plain - 1);
    cli_printable(text, plain, sizeof plain);
    length = strlen(plain);
    if (length <= width)
        (void)snprintf(out, width + 1, "%s", plain);
    else
        (void)snprintf(out, width + 1, "...%s", plain + length - (width - 3));
    return out;
}

/* Keys whose value is not the default one; keys that this svasim does not know count too. */
static size_t keys_set(const json_t *stats, json_t *defaults)
{
    json_t *config = json_object_get(stats, "config");
    size_t count = 0;
    for (void *at = json_object_iter(config); at; at = json_object_iter_next(config, at)) {
        const json_t *initial = json_object_get(defaults, json_object_iter_key(at));
        count += !initial || !json_equal(json_object_iter_value(at), initial);
    }
    return count;
}

static void print_side(const struct cli_comparison *comparison, unsigned i, json_t *defaults)
{
    const json_t *stats = comparison->stats[i];
    const json_t *trace = json_object_get(stats, "file"), *mode = json_object_get(stats, "mode");
    const json_t *files = json_object_get(stats, "config_files");
    char path[PATH_WIDTH + 1], word[16];
    printf("%c  %s: ", "AB"[i], tail(comparison->path[i], path, PATH_WIDTH));
    printf("%s, %s", json_is_string(trace) ? tail(json_string_value(trace), path, PATH_WIDTH) : "?",
           tail(json_string_value(mode), word, sizeof word - 1));
    if (!json_is_true(json_object_get(stats, "complete")))
        printf(", STOPPED AT BAD INPUT");
    putchar('\n');
    for (size_t f = 0; f < json_array_size(files); f++) {
        const json_t *file = json_array_get(files, f);
        printf("   -c %s\n",
               json_is_string(file) ? tail(json_string_value(file), path, PATH_WIDTH) : "?");
    }
    size_t set = keys_set(stats, defaults);
    if (set)
        printf("   %zu key%s not at the default\n", set, set == 1 ? "" : "s");
}

/* --- cells --- */

static void put_number(const struct cli_row *row, double value, bool change, char out[CELL])
{
    char count[CLI_COUNT_TEXT];
    const char *sign = !change ? "" : value < 0 ? "-" : "+";
    double size = value < 0 ? -value : value;
    if (row->kind == CLI_ROW_SHARE)
        (void)snprintf(out, CELL, "%s%.2f %s", sign, size, change ? "pp" : "%");
    else if (size >= 1e11)
        (void)snprintf(out, CELL, "%s%.6e", sign, size);
    else if (row->kind == CLI_ROW_COUNT || size >= 1e5)
        (void)snprintf(out, CELL, "%s%s", sign, cli_count((uint64_t)(size + 0.5), count));
    else
        (void)snprintf(out, CELL, size > 0 && size < 0.001 ? "%s%.1e" : "%s%.3f", sign, size);
}

static void put_side(const struct cli_row *row, unsigned i, char out[CELL])
{
    const struct cli_side *side = &row->side[i];
    if (side->state != CLI_SIDE_VALUE)
        (void)snprintf(out, CELL, "-");
    else if (row->kind == CLI_ROW_TEXT)
        (void)snprintf(out, CELL, "%s", side->text);
    else
        put_number(row, side->value, false, out);
}

/* What took the place of a change: only one file has the key. NULL: both have it. */
static const char *only_in(const struct cli_row *row)
{
    if (row->side[0].state == CLI_SIDE_ABSENT)
        return "only in B";
    return row->side[1].state == CLI_SIDE_ABSENT ? "only in A" : NULL;
}

static void print_row(const struct cli_row *row)
{
    char cell[3][CELL], percent[CELL] = "", line[4 * CELL];
    double change, part;
    put_side(row, 0, cell[0]);
    put_side(row, 1, cell[1]);
    cell[2][0] = 0;
    if (only_in(row))
        (void)snprintf(cell[2], CELL, "%s", only_in(row));
    else if (row->differs && cli_row_change(row, &change))
        put_number(row, change, true, cell[2]);
    if (row->differs && cli_row_percent(row, &part))
        (void)snprintf(percent, CELL, part < 1e6 ? "%+.1f %%" : "%+.2e %%", part);
    int length = snprintf(line, sizeof line, "  %-*.*s%*.*s%*.*s%*s%*s", NAME_WIDTH, NAME_WIDTH,
                          row->name, VALUE_WIDTH, VALUE_WIDTH - 1, cell[0], VALUE_WIDTH,
                          VALUE_WIDTH - 1, cell[1], VALUE_WIDTH, cell[2], PERCENT_WIDTH, percent);
    while (length > 0 && line[length - 1] == ' ')
        line[--length] = 0;
    puts(line);
}

static void print_heading(enum cli_group group)
{
    char title[NAME_WIDTH];
    const char *unit = cli_group_unit(group);
    (void)snprintf(title, sizeof title, "%s%s%s", cli_group_name(group), unit ? ", " : "",
                   unit ? unit : "");
    printf("\n%-*s%*s%*s%*s\n", NAME_WIDTH + 2, title, VALUE_WIDTH, "A", VALUE_WIDTH, "B",
           VALUE_WIDTH, "change");
}

static void print_rows(const struct cli_comparison *comparison)
{
    enum cli_group group = CLI_GROUPS;
    bool differ = false;
    for (size_t i = 0; i < comparison->rows.count; i++) {
        const struct cli_row *row = &comparison->rows.list[i];
        differ |= row->differs;
        if (!cli_row_shown(comparison, row))
            continue;
        if (row->group != group)
            print_heading(row->group);
        group = row->group;
        print_row(row);
    }
    if (!differ)
        printf("\nno differences\n");
}

int cli_compare_print(const struct cli_comparison *comparison)
{
    svasim_config *config = svasim_config_create();
    json_t *defaults = config ? cli_config_json(config) : NULL;
    svasim_config_destroy(config);
    if (!defaults) {
        cli_message("out of memory");
        return CLI_EXIT_SYSTEM;
    }
    print_side(comparison, 0, defaults);
    print_side(comparison, 1, defaults);
    json_decref(defaults);
    print_rows(comparison);
    size_t hidden = cli_compare_hidden(comparison);
    if (hidden)
        printf("\n%zu smaller difference%s not shown\n", hidden, hidden == 1 ? "" : "s");
    return CLI_EXIT_OK;
}

/* --- JSON --- */

/* Whole numbers without a fraction, as far as a double tells them exactly. */
static json_t *number_json(double value)
{
    if (value > -9007199254740992.0 && value < 9007199254740992.0 &&
        !((double)(json_int_t)value < value) && !((double)(json_int_t)value > value))
        return json_integer((json_int_t)value);
    return json_real(value);
}

static json_t *side_json(const struct cli_row *row, unsigned i)
{
    if (row->side[i].state != CLI_SIDE_VALUE)
        return json_null();
    return row->kind == CLI_ROW_TEXT ? json_string(row->side[i].text)
                                     : number_json(row->side[i].value);
}

static json_t *row_json(const struct cli_row *row)
{
    static const char *const units[] = {"number", "number", "percent", "text"};
    double change, percent;
    bool changed = cli_row_change(row, &change), relative = cli_row_percent(row, &percent);
    const char *only = only_in(row);
    return json_pack("{s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:o}", "group",
                     cli_group_name(row->group), "name", row->name, "kind", units[row->kind], "a",
                     side_json(row, 0), "b", side_json(row, 1), "change",
                     changed ? number_json(change) : json_null(), "percent",
                     relative ? number_json(percent) : json_null(), "only",
                     only ? json_string(only + strlen("only in ")) : json_null());
}

static json_t *run_json(const struct cli_comparison *comparison, unsigned i)
{
    static const char *const keys[] = {"file", "mode", "complete", "config_files"};
    json_t *run = json_pack("{s:o}", "stats", cli_json_text(comparison->path[i]));
    for (size_t k = 0; run && k < sizeof keys / sizeof keys[0]; k++) {
        json_t *value = json_object_get(comparison->stats[i], keys[k]);
        if (value && json_object_set(run, keys[k], value) != 0) {
            json_decref(run);
            return NULL;
        }
    }
    return run;
}

int cli_compare_json(const struct cli_comparison *comparison)
{
    json_t *rows = json_array();
    bool ok = rows != NULL;
    for (size_t i = 0; ok && i < comparison->rows.count; i++)
        if (cli_row_shown(comparison, &comparison->rows.list[i]))
            ok = json_array_append_new(rows, row_json(&comparison->rows.list[i])) == 0;
    json_t *all = json_pack("{s:o, s:o, s:I, s:o}", "a", run_json(comparison, 0), "b",
                            run_json(comparison, 1), "hidden",
                            (json_int_t)cli_compare_hidden(comparison), "rows", rows);
    if (!ok || !all) {
        json_decref(all);
        cli_message("out of memory");
        return CLI_EXIT_SYSTEM;
    }
    int code = cli_json_write(all, "-", JSON_COMPACT | JSON_REAL_PRECISION(10));
    json_decref(all);
    return code;
}
