/* SPDX-License-Identifier: MIT */
/* schema.c - does a value have the form that a JSON Schema describes? As much of the language as
 * docs/vectors.schema.json uses: $ref to $defs, oneOf, const, enum, type, required, properties,
 * additionalProperties (false or a schema), items, minItems, maxItems, minimum, maximum, pattern.
 */
#define _POSIX_C_SOURCE 200809L
#include <regex.h>
#include <stdio.h>
#include <string.h>

#include "player.h"

#define DEPTH_MAX    32
#define PATTERNS_MAX 8

struct check {
    const json_t *root;
    char *where; /* place of the first mistake, 256 bytes */
    struct {
        const char *text;
        regex_t compiled;
    } pattern[PATTERNS_MAX];
    unsigned patterns;
};

static const char *check(struct check *c, const json_t *schema, const json_t *value, const char *at,
                         unsigned depth);

static const char *mistake(const struct check *c, const char *at, const char *why)
{
    (void)snprintf(c->where, 256, "%s", at);
    return why;
}

static int is_type(const json_t *value, const char *type)
{
    static const struct {
        const char *name;
        json_type type;
    } types[] = {{"object", JSON_OBJECT},
                 {"array", JSON_ARRAY},
                 {"string", JSON_STRING},
                 {"integer", JSON_INTEGER},
                 {"null", JSON_NULL}};
    if (strcmp(type, "boolean") == 0)
        return json_is_boolean(value);
    for (unsigned i = 0; i < sizeof types / sizeof types[0]; i++)
        if (strcmp(type, types[i].name) == 0)
            return json_typeof(value) == types[i].type;
    return 0;
}

static int is_one_of(const json_t *list, const json_t *value)
{
    size_t index;
    json_t *one;
    json_array_foreach (list, index, one)
        if (json_equal(one, value))
            return 1;
    return 0;
}

static int is_some_type(const json_t *types, const json_t *value)
{
    size_t index;
    json_t *one;
    if (json_is_string(types))
        return is_type(value, json_string_value(types));
    json_array_foreach (types, index, one)
        if (is_type(value, json_string_value(one)))
            return 1;
    return 0;
}

static int matches(struct check *c, const char *pattern, const char *string)
{
    unsigned i = 0;
    while (i < c->patterns && c->pattern[i].text != pattern)
        i++;
    if (i == PATTERNS_MAX)
        return 0;
    if (i == c->patterns) {
        if (regcomp(&c->pattern[i].compiled, pattern, REG_EXTENDED | REG_NOSUB) != 0)
            return 0;
        c->pattern[i].text = pattern;
        c->patterns++;
    }
    return regexec(&c->pattern[i].compiled, string, 0, NULL, 0) == 0;
}

static const char *check_scalar(struct check *c, const json_t *schema, const json_t *value,
                                const char *at)
{
    const json_t *is = json_object_get(schema, "const"), *list = json_object_get(schema, "enum");
    const json_t *types = json_object_get(schema, "type");
    const json_t *low = json_object_get(schema, "minimum");
    const json_t *high = json_object_get(schema, "maximum");
    const json_t *pattern = json_object_get(schema, "pattern");
    if (is && !json_equal(is, value))
        return mistake(c, at, "not the one value that may stand here");
    if (list && !is_one_of(list, value))
        return mistake(c, at, "not one of the values that may stand here");
    if (types && !is_some_type(types, value))
        return mistake(c, at, "wrong type");
    if (json_is_integer(value) && ((low && json_integer_value(value) < json_integer_value(low)) ||
                                   (high && json_integer_value(value) > json_integer_value(high))))
        return mistake(c, at, "out of range");
    if (json_is_string(value) && pattern &&
        !matches(c, json_string_value(pattern), json_string_value(value)))
        return mistake(c, at, "does not match the pattern");
    return NULL;
}

static const char *check_object(struct check *c, const json_t *schema, const json_t *value,
                                const char *at, unsigned depth)
{
    const json_t *properties = json_object_get(schema, "properties");
    const json_t *others = json_object_get(schema, "additionalProperties");
    char inner[256];
    size_t index;
    const char *key;
    json_t *one;
    json_array_foreach (json_object_get(schema, "required"), index, one) {
        (void)snprintf(inner, sizeof inner, "%s.%s", at, json_string_value(one));
        if (!json_object_get(value, json_string_value(one)))
            return mistake(c, inner, "missing");
    }
    json_object_foreach ((json_t *)value, key, one) {
        const json_t *rule = json_object_get(properties, key);
        (void)snprintf(inner, sizeof inner, "%s.%s", at, key);
        if (!rule && json_is_false(others))
            return mistake(c, inner, "no such key");
        const char *wrong = check(c, rule ? rule : others, one, inner, depth);
        if (wrong)
            return wrong;
    }
    return NULL;
}

static const char *check_array(struct check *c, const json_t *schema, const json_t *value,
                               const char *at, unsigned depth)
{
    const json_t *low = json_object_get(schema, "minItems");
    const json_t *high = json_object_get(schema, "maxItems");
    char inner[256];
    size_t index;
    json_t *one;
    if ((low && (json_int_t)json_array_size(value) < json_integer_value(low)) ||
        (high && (json_int_t)json_array_size(value) > json_integer_value(high)))
        return mistake(c, at, "too few or too many");
    json_array_foreach (value, index, one) {
        (void)snprintf(inner, sizeof inner, "%s[%zu]", at, index);
        const char *wrong = check(c, json_object_get(schema, "items"), one, inner, depth);
        if (wrong)
            return wrong;
    }
    return NULL;
}

/* "#/$defs/name" */
static const json_t *find(const json_t *root, const char *reference)
{
    static const char start[] = "#/$defs/";
    if (strncmp(reference, start, sizeof start - 1) != 0)
        return NULL;
    return json_object_get(json_object_get(root, "$defs"), reference + sizeof start - 1);
}

/* Does a constant of the schema's properties rule the value out? Saves looking at all of it. */
static int is_other(const struct check *c, const json_t *schema, const json_t *value)
{
    const char *key, *reference = json_string_value(json_object_get(schema, "$ref"));
    json_t *rule;
    if (reference)
        schema = find(c->root, reference);
    json_object_foreach (json_object_get(schema, "properties"), key, rule) {
        const json_t *is = json_object_get(rule, "const"), *has = json_object_get(value, key);
        if (is && has && !json_equal(is, has))
            return 1;
    }
    return 0;
}

static const char *check_one_of(struct check *c, const json_t *list, const json_t *value,
                                const char *at, unsigned depth)
{
    char first[256] = "";
    const char *why = "no alternative fits";
    unsigned matching = 0;
    size_t index;
    json_t *one;
    json_array_foreach (list, index, one) {
        if (is_other(c, one, value))
            continue;
        const char *wrong = check(c, one, value, at, depth);
        matching += !wrong;
        /* The alternative that failed deepest is the one that was meant. */
        if (wrong && strlen(c->where) >= strlen(first)) {
            why = wrong;
            (void)snprintf(first, sizeof first, "%s", c->where);
        }
    }
    if (matching == 1)
        return NULL;
    return matching ? mistake(c, at, "fits several alternatives") : mistake(c, first, why);
}

static const char *check(struct check *c, const json_t *schema, const json_t *value, const char *at,
                         unsigned depth)
{
    if (depth == DEPTH_MAX)
        return mistake(c, at, "nested too deeply");
    depth++;
    if (!json_is_object(schema)) /* no rule, or true */
        return NULL;
    const char *reference = json_string_value(json_object_get(schema, "$ref"));
    const json_t *alternatives = json_object_get(schema, "oneOf");
    const char *wrong = NULL;
    if (reference) {
        const json_t *target = find(c->root, reference);
        wrong = target ? check(c, target, value, at, depth) : mistake(c, at, "no such definition");
    }
    if (!wrong && alternatives)
        wrong = check_one_of(c, alternatives, value, at, depth);
    if (!wrong)
        wrong = check_scalar(c, schema, value, at);
    if (!wrong && json_is_object(value))
        wrong = check_object(c, schema, value, at, depth);
    if (!wrong && json_is_array(value))
        wrong = check_array(c, schema, value, at, depth);
    return wrong;
}

const char *schema_check(const json_t *root, const json_t *schema, const json_t *value,
                         char where[256])
{
    struct check c = {.root = root, .where = where};
    where[0] = 0;
    const char *wrong = check(&c, schema, value, "", 0);
    while (c.patterns)
        regfree(&c.pattern[--c.patterns].compiled);
    return wrong;
}
