/* SPDX-License-Identifier: MIT */
/* values.c - numbers of vectors: small ones are JSON integers, others "0x..." texts. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "player.h"

uint64_t number(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    if (json_is_string(value))
        return strtoull(json_string_value(value), NULL, 16);
    return (uint64_t)json_integer_value(value);
}

const char *text(const json_t *object, const char *key)
{
    const char *value = json_string_value(json_object_get(object, key));
    return value ? value : "";
}

int flag(const json_t *object, const char *key)
{
    return json_is_true(json_object_get(object, key));
}

json_t *hex(uint64_t value)
{
    char digits[24];
    (void)snprintf(digits, sizeof digits, "0x%" PRIx64, value);
    return json_string(digits);
}

json_t *pasid_value(uint32_t pasid)
{
    return pasid == SVASIM_NO_PASID ? json_null() : json_integer(pasid);
}

uint32_t pasid_of(const json_t *object)
{
    const json_t *value = json_object_get(object, "pasid");
    return json_is_integer(value) ? (uint32_t)json_integer_value(value) : SVASIM_NO_PASID;
}
