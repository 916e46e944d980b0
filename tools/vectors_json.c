/* SPDX-License-Identifier: MIT */
/* vectors_json.c - the JSON values of vectors. A failure is remembered in the run and judged at its
 * end, so that callers need not look after each value. */
#include <inttypes.h>
#include <string.h>

#include "vectors.h"

json_t *vectors_hex(uint64_t value)
{
    char text[24];
    (void)snprintf(text, sizeof text, "0x%" PRIx64, value);
    return json_string(text);
}

json_t *vectors_number(uint64_t value)
{
    return value <= INT64_MAX ? json_integer((json_int_t)value) : vectors_hex(value);
}

void vectors_set(struct vectors_run *run, json_t *object, const char *key, json_t *value)
{
    if (json_object_set_new(object, key, value) != 0)
        run->failed = true;
}

void vectors_append(struct vectors_run *run, json_t *array, json_t *value)
{
    if (json_array_append_new(array, value) != 0)
        run->failed = true;
}

const char *vectors_text(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

void vectors_set_pasid(struct vectors_run *run, json_t *object, uint32_t pasid)
{
    vectors_set(run, object, "pasid",
                pasid == SVASIM_NO_PASID ? json_null() : json_integer((json_int_t)pasid));
}

json_t *vectors_part(struct vectors_run *run, json_t *object, const char *key)
{
    json_t *part = json_object_get(object, key);
    if (!part)
        vectors_set(run, object, key, json_object());
    return part ? part : json_object_get(object, key);
}

void vectors_assert(struct vectors_run *run, json_t *step, const char *path)
{
    json_t *list = json_object_get(step, "asserted"), *one;
    size_t index;
    if (!list)
        vectors_set(run, step, "asserted", json_array());
    json_array_foreach (list, index, one)
        if (strcmp(json_string_value(one), path) == 0)
            return;
    vectors_append(run, json_object_get(step, "asserted"), json_string(path));
}
