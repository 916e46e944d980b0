/* SPDX-License-Identifier: MIT */
/* vectors_checks.c - what does the scenario itself assert? Records that look at the unit become
 * steps that read the same; expect records mark values of their requests. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "vectors.h"

static bool has(const struct vectors_run *run, unsigned slot)
{
    return svasim_record_has(run->record, slot);
}

static uint64_t given(const struct vectors_run *run, unsigned slot, uint64_t otherwise)
{
    return has(run, slot) ? run->record->value[slot] : otherwise;
}

static json_t *look(struct vectors_run *run, const char *what)
{
    vectors_image_close(run);
    vectors_settle(run);
    return vectors_step(run, what);
}

static void expect_value(struct vectors_run *run, json_t *step, uint64_t mask, uint64_t value)
{
    vectors_set(run, step, "mask", vectors_hex(mask));
    vectors_set(run, vectors_part(run, step, "expect"), "value", vectors_hex(value));
    vectors_assert(run, step, "expect.value");
}

/* --- registers --- */

static void read_register(struct vectors_run *run, uint32_t offset, uint32_t bytes, uint64_t mask)
{
    json_t *step = look(run, "read_register");
    const char *name = vectors_register_name(&run->shown, offset);
    uint64_t value = 0;
    (void)svasim_mmio_read(svasim_machine_unit(run->machine), offset, bytes, &value);
    vectors_set(run, step, "name", name ? json_string(name) : json_null());
    vectors_set(run, step, "offset", vectors_hex(offset));
    vectors_set(run, step, "bytes", json_integer(bytes));
    expect_value(run, step, mask, value);
}

static void check_holds(struct vectors_run *run)
{
    uint32_t bytes = (uint32_t)given(run, SVASIM_F_HOLDS_size, 4);
    read_register(run, (uint32_t)run->record->value[SVASIM_F_HOLDS_offset], bytes,
                  given(run, SVASIM_F_HOLDS_mask, bytes == 4 ? UINT32_MAX : UINT64_MAX));
}

/* Row of a register by its name, with or without _REG. The machine has accepted the record. */
static unsigned register_row(svasim_blob name)
{
    const svasim_register_info *info;
    unsigned row = 0;
    for (; (info = svasim_register_at(row)) != NULL; row++) {
        size_t length = strlen(info->name);
        if (strncasecmp(info->name, name.data, name.bytes) == 0 &&
            (length == name.bytes || strcasecmp(info->name + name.bytes, "_REG") == 0))
            break;
    }
    return row;
}

/* Bits of the fields in "field=value ...". */
static uint64_t mask_of(unsigned row, svasim_blob fields)
{
    const svasim_register_field *field;
    uint64_t mask = 0;
    for (unsigned i = 0; (field = svasim_register_field_at(i)) != NULL; i++) {
        size_t length = strlen(field->name);
        if (field->reg != row)
            continue;
        for (uint32_t at = 0; at + length < fields.bytes; at++)
            if (fields.data[at + length] == '=' && (at == 0 || fields.data[at - 1] == ' ') &&
                strncasecmp(fields.data + at, field->name, length) == 0)
                mask |= (UINT64_MAX >> (63 - field->hi)) & (UINT64_MAX << field->lo);
    }
    return mask;
}

static void check_register(struct vectors_run *run)
{
    unsigned row = register_row(run->record->blob[SVASIM_F_REGISTER_name]);
    const svasim_register_info *info = svasim_register_at(row);
    if (info)
        read_register(run, info->offset, info->bytes,
                      mask_of(row, run->record->blob[SVASIM_F_REGISTER_fields]));
}

static void check_logged(struct vectors_run *run)
{
    uint64_t index = run->record->value[SVASIM_F_LOGGED_index];
    uint32_t offset = run->shown.fault_offset + 16 * (uint32_t)index;
    json_t *step = look(run, "read_fault_record"), *words = json_array();
    vectors_set(run, step, "index", json_integer((json_int_t)index));
    vectors_set(run, step, "offset", vectors_hex(offset));
    for (unsigned i = 0; i < 2; i++) {
        uint64_t word = 0;
        (void)svasim_mmio_read(svasim_machine_unit(run->machine), offset + 8 * i, 8, &word);
        vectors_append(run, words, vectors_hex(word));
    }
    vectors_set(run, vectors_part(run, step, "expect"), "words", words);
    vectors_assert(run, step, "expect.words");
}

/* --- memory, caches --- */

static void check_loaded(struct vectors_run *run)
{
    uint64_t address = run->record->value[SVASIM_F_LOADED_address];
    json_t *step = look(run, "read_memory");
    vectors_set(run, step, "address", vectors_hex(address));
    expect_value(run, step, given(run, SVASIM_F_LOADED_mask, UINT64_MAX),
                 svasim_mem_read64(svasim_machine_mem(run->machine), address));
}

static void check_cached(struct vectors_run *run)
{
    char cache[32] = "";
    svasim_blob name = run->record->blob[SVASIM_F_CACHED_cache];
    uint16_t source_id = (uint16_t)run->record->value[SVASIM_F_CACHED_sid];
    uint32_t pasid = (uint32_t)given(run, SVASIM_F_CACHED_pasid, SVASIM_NO_PASID);
    uint64_t address = run->record->value[SVASIM_F_CACHED_address];
    memcpy(cache, name.data, name.bytes < sizeof cache ? name.bytes : sizeof cache - 1);
    json_t *step = look(run, "look_into_cache");
    vectors_set(run, step, "cache", json_string(cache));
    vectors_set(run, step, "source_id", json_integer(source_id));
    vectors_set_pasid(run, step, pasid);
    vectors_set(run, step, "address", vectors_hex(address));
    vectors_set(run, vectors_part(run, step, "internal"), "present",
                json_boolean(svasim_cache_holds(svasim_machine_unit(run->machine), cache, source_id,
                                                pasid, address)));
    vectors_assert(run, step, "internal.present");
}

/* --- messages --- */

static bool is_number(const json_t *object, const char *key, uint64_t value)
{
    const json_t *is = json_object_get(object, key);
    if (json_is_string(is))
        return strtoull(json_string_value(is), NULL, 16) == value;
    return json_is_boolean(is) ? json_is_true(is) == (value != 0)
                               : json_is_integer(is) && (uint64_t)json_integer_value(is) == value;
}

static void expect_count(struct vectors_run *run, json_t *step, size_t count)
{
    vectors_set(run, vectors_part(run, step, "expect"), "count", json_integer((json_int_t)count));
    vectors_assert(run, step, "expect.count");
}

static void check_interrupted(struct vectors_run *run)
{
    json_t *step = look(run, "count_messages"), *one;
    uint64_t address = run->record->value[SVASIM_F_INTERRUPTED_address];
    uint64_t data = run->record->value[SVASIM_F_INTERRUPTED_data];
    bool by_address = has(run, SVASIM_F_INTERRUPTED_address);
    bool by_data = has(run, SVASIM_F_INTERRUPTED_data);
    size_t index, count = 0;
    if (by_address)
        vectors_set(run, step, "address", vectors_hex(address));
    if (by_data)
        vectors_set(run, step, "data", vectors_hex(data));
    json_array_foreach (run->messages, index, one)
        count += (!by_address || is_number(one, "address", address)) &&
                 (!by_data || is_number(one, "data", data));
    (void)json_array_clear(run->messages);
    expect_count(run, step, count);
}

/* The range of a message has 2^n bytes; a record says how many, 0 for everything. */
static uint64_t size_log2(uint64_t bytes)
{
    unsigned n = 0;
    if (bytes == 0)
        return 64;
    while (bytes >>= 1)
        n++;
    return n;
}

static void check_invalidated(struct vectors_run *run)
{
    static const struct {
        unsigned slot;
        const char *key;
        bool hex;
    } filters[] = {
        {SVASIM_F_INVALIDATED_sid, "source_id", false},
        {SVASIM_F_INVALIDATED_itag, "itag", false},
        {SVASIM_F_INVALIDATED_pasid, "pasid", false},
        {SVASIM_F_INVALIDATED_address, "address", true},
        {SVASIM_F_INVALIDATED_bytes, "size_log2", false},
        {SVASIM_F_INVALIDATED_all_pasids, "all_pasids", false},
    };
    json_t *step = look(run, "count_device_invalidations");
    size_t count = 0;
    for (unsigned i = 0; i < sizeof filters / sizeof filters[0]; i++) {
        uint64_t value = run->record->value[filters[i].slot];
        if (!has(run, filters[i].slot))
            continue;
        if (filters[i].slot == SVASIM_F_INVALIDATED_bytes)
            value = size_log2(value);
        vectors_set(run, step, filters[i].key,
                    filters[i].hex ? vectors_hex(value) : json_integer((json_int_t)value));
    }
    /* Those of this device are counted once. */
    for (size_t at = 0; at < json_array_size(run->told);) {
        const json_t *one = json_array_get(run->told, at);
        bool matches = true;
        if (!is_number(one, "source_id", run->record->value[SVASIM_F_INVALIDATED_sid])) {
            at++;
            continue;
        }
        for (unsigned i = 0; i < sizeof filters / sizeof filters[0]; i++) {
            uint64_t value = run->record->value[filters[i].slot];
            if (filters[i].slot == SVASIM_F_INVALIDATED_bytes)
                value = size_log2(value);
            matches =
                matches && (!has(run, filters[i].slot) || is_number(one, filters[i].key, value));
        }
        count += matches;
        (void)json_array_remove(run->told, at);
    }
    expect_count(run, step, count);
}

void vectors_check(struct vectors_run *run)
{
    static void (*const checks[SVASIM_RECORD_KIND_MAX + 1])(struct vectors_run *) = {
        [SVASIM_RECORD_HOLDS] = check_holds,
        [SVASIM_RECORD_REGISTER] = check_register,
        [SVASIM_RECORD_LOGGED] = check_logged,
        [SVASIM_RECORD_LOADED] = check_loaded,
        [SVASIM_RECORD_CACHED] = check_cached,
        [SVASIM_RECORD_INTERRUPTED] = check_interrupted,
        [SVASIM_RECORD_INVALIDATED] = check_invalidated,
    };
    if (run->record->kind <= SVASIM_RECORD_KIND_MAX && checks[run->record->kind])
        checks[run->record->kind](run);
}

/* --- expect records --- */

/* Where the value of a field stands in a step; NULL: steps have no such value. */
static const char *path_of(unsigned slot, bool page_request, const json_t *step)
{
    const json_t *expect = json_object_get(step, "expect");
    bool recorded = json_is_object(json_object_get(expect, "fault"));
    bool completed = json_is_object(json_object_get(expect, "completion"));
    switch (slot) {
    case SVASIM_F_EXPECT_outcome:
    case SVASIM_F_EXPECT_completion:
        return page_request ? NULL : "expect.status";
    case SVASIM_F_EXPECT_untranslated_only:
        return completed ? "expect.completion.untranslated_only" : NULL;
    case SVASIM_F_EXPECT_priv:
        return completed ? "expect.completion.privileged" : NULL;
    case SVASIM_F_EXPECT_pa:
        return "expect.address";
    case SVASIM_F_EXPECT_page:
        return completed ? "expect.completion.page_bytes" : "internal.page_bytes";
    case SVASIM_F_EXPECT_rights:
        return completed ? "expect.completion.rights" : "internal.rights";
    case SVASIM_F_EXPECT_fault:
    case SVASIM_F_EXPECT_code:
        return recorded ? "expect.fault" : "internal.fault";
    case SVASIM_F_EXPECT_recorded:
        return "expect.recorded";
    case SVASIM_F_EXPECT_reads:
        return "internal.reads";
    case SVASIM_F_EXPECT_updates:
        return "internal.updates";
    case SVASIM_F_EXPECT_stale:
        return "internal.stale";
    case SVASIM_F_EXPECT_answer:
        return "expect.answer";
    case SVASIM_F_EXPECT_vector:
        return "expect.interrupt.message.vector";
    case SVASIM_F_EXPECT_destination:
        return "expect.interrupt.message.destination";
    case SVASIM_F_EXPECT_delivery:
        return "expect.interrupt.message.delivery";
    case SVASIM_F_EXPECT_trigger:
        return "expect.interrupt.message.trigger";
    case SVASIM_F_EXPECT_logical:
        return "expect.interrupt.message.logical";
    case SVASIM_F_EXPECT_hint:
        return "expect.interrupt.message.hint";
    case SVASIM_F_EXPECT_posted:
        return "expect.interrupt.posted";
    case SVASIM_F_EXPECT_message:
        return "expect.interrupt.message";
    default:
        return NULL;
    }
}

/* An id as a key. */
static void id_key(const json_t *id, char out[24])
{
    if (json_is_string(id))
        (void)snprintf(out, 24, "%s", json_string_value(id));
    else
        (void)snprintf(out, 24, "%" JSON_INTEGER_FORMAT, json_integer_value(id));
}

void vectors_note_expect(struct vectors_run *run)
{
    char key[24];
    if (run->record->kind != SVASIM_RECORD_EXPECT)
        return;
    json_t *id = vectors_number(run->record->value[SVASIM_F_EXPECT_id]);
    id_key(id, key);
    json_decref(id);
    json_int_t before = json_integer_value(json_object_get(run->asserted, key));
    vectors_set(run, run->asserted, key, json_integer(before | (json_int_t)run->record->present));
}

void vectors_assert_all(struct vectors_run *run)
{
    json_t *step;
    size_t index;
    char key[24];
    json_array_foreach (run->steps, index, step) {
        bool page_request = strcmp(vectors_text(step, "do"), "page_request") == 0;
        if (!page_request && strcmp(vectors_text(step, "of"), "record") != 0)
            continue;
        id_key(json_object_get(step, "id"), key);
        json_int_t present = json_integer_value(json_object_get(run->asserted, key));
        for (unsigned slot = 0; slot < SVASIM_RECORD_FIELDS_MAX; slot++) {
            const char *path = present >> slot & 1 ? path_of(slot, page_request, step) : NULL;
            if (path)
                vectors_assert(run, step, path);
        }
    }
}
