/* SPDX-License-Identifier: MIT */
/* steps.c - what each step does to the unit, and what came of it. One function a kind. */
#include <string.h>

#include "player.h"

static unsigned index_of(const char *word, const char *const *words, unsigned count)
{
    unsigned i = 0;
    while (i < count && strcmp(word, words[i]) != 0)
        i++;
    return i;
}

static unsigned bit(const json_t *step, const char *key, unsigned mask)
{
    return flag(step, key) ? mask : 0;
}

/* --- requests --- */

static const char *do_request(struct world *world, const json_t *step, json_t *expect,
                              json_t *internal)
{
    static const char *const ops[] = {"read", "write", "atomic"};
    static const char *const types[] = {"untranslated", "translation", "translated", "reserved"};
    svasim_response response = {0};
    const svasim_request request = {
        .address = number(step, "address"),
        .length = (uint32_t)number(step, "length"),
        .pasid = pasid_of(step),
        .source_id = (uint16_t)number(step, "source_id"),
        .op = (uint8_t)index_of(text(step, "op"), ops, 3),
        .at = (uint8_t)index_of(text(step, "at"), types, 4),
        .flags =
            (uint8_t)(bit(step, "privileged", SVASIM_PRIV) | bit(step, "execute", SVASIM_EXEC) |
                      bit(step, "no_write", SVASIM_NO_WRITE)),
        .data = (uint32_t)number(step, "data"),
    };
    if (svasim_translate(world->unit, &request, &response) != SVASIM_OK)
        return svasim_error(world->unit);
    json_t *seen = answer_expect(&request, &response);
    json_t *inside = answer_internal(world->unit, &request, &response);
    (void)json_object_update(expect, seen);
    (void)json_object_update(internal, inside);
    json_decref(seen);
    json_decref(inside);
    return NULL;
}

static const char *do_page_request(struct world *world, const json_t *step, json_t *expect,
                                   json_t *internal)
{
    static const char *const answers[] = {"queued", "success", "invalid", "dropped"};
    const svasim_page_request request = {
        .address = number(step, "address"),
        .pasid = pasid_of(step),
        .source_id = (uint16_t)number(step, "source_id"),
        .group = (uint16_t)number(step, "group"),
        .flags =
            (uint8_t)(bit(step, "read", SVASIM_PAGE_READ) | bit(step, "write", SVASIM_PAGE_WRITE) |
                      bit(step, "privileged", SVASIM_PAGE_PRIV) |
                      bit(step, "execute", SVASIM_PAGE_EXEC) | bit(step, "last", SVASIM_PAGE_LAST)),
    };
    svasim_page_answer answer = SVASIM_PAGE_DROPPED;
    uint16_t fault = SVASIM_FAULT_NONE;
    if (svasim_page_ask(world->unit, &request, &answer, &fault) != SVASIM_OK)
        return svasim_error(world->unit);
    (void)json_object_set_new(expect, "answer", json_string(answers[answer]));
    (void)json_object_set_new(internal, "fault", answer_fault(fault));
    return NULL;
}

/* --- software, devices, time --- */

static const char *do_write_register(struct world *world, const json_t *step)
{
    svasim_err err = svasim_mmio_write(world->unit, (uint32_t)number(step, "offset"),
                                       (uint32_t)number(step, "bytes"), number(step, "value"));
    return err == SVASIM_OK ? NULL : svasim_error(world->unit);
}

/* Given to the unit as its queue would. A model without such a door writes it to the queue. */
static const char *do_invalidate(struct world *world, const json_t *step, json_t *expect)
{
    uint64_t words[4];
    uint8_t iqei = 0;
    for (unsigned i = 0; i < 4; i++) {
        json_t *boxed =
            json_pack("{s:O}", "word", json_array_get(json_object_get(step, "words"), i));
        words[i] = number(boxed, "word");
        json_decref(boxed);
    }
    if (svasim_invalidate(world->unit, words, &iqei) != SVASIM_OK)
        return svasim_error(world->unit);
    (void)json_object_set_new(expect, "iqei", json_integer(iqei));
    return NULL;
}

static const char *do_device_tlb_done(struct world *world, const json_t *step)
{
    svasim_err err =
        svasim_device_tlb_done(world->unit, (uint16_t)number(step, "source_id"),
                               (uint32_t)number(step, "itags"), (uint8_t)number(step, "messages"));
    return err == SVASIM_OK ? NULL : svasim_error(world->unit);
}

static const char *do_store(struct world *world, const json_t *step)
{
    size_t index;
    json_t *run;
    json_array_foreach (json_object_get(step, "runs"), index, run) {
        const char *wrong = world_store(world, run, text(step, "by"), flag(step, "kept"));
        if (wrong)
            return wrong;
    }
    return NULL;
}

static const char *do_fail(struct world *world, const json_t *step)
{
    static const char *const names[] = {"read", "write", "update"};
    unsigned accesses = 0;
    size_t index;
    json_t *word;
    json_array_foreach (json_object_get(step, "accesses"), index, word)
        accesses |= 1u << index_of(json_string_value(word), names, 3);
    svasim_err err =
        svasim_front_fail(world->front, number(step, "address"), number(step, "bytes"), accesses);
    return err == SVASIM_OK ? NULL : "not a range";
}

/* --- looking --- */

static const char *read_register(struct world *world, const json_t *step, json_t *expect)
{
    uint64_t value = 0, mask = number(step, "mask");
    if (svasim_mmio_read(world->unit, (uint32_t)number(step, "offset"),
                         (uint32_t)number(step, "bytes"), &value) != SVASIM_OK)
        return svasim_error(world->unit);
    /* Bits that nobody asks for are as they should be. */
    value = (value & mask) | (number(json_object_get(step, "expect"), "value") & ~mask);
    (void)json_object_set_new(expect, "value", hex(value));
    return NULL;
}

static const char *read_memory(struct world *world, const json_t *step, json_t *expect)
{
    uint64_t mask = number(step, "mask");
    uint64_t value = svasim_mem_read64(world->mem, number(step, "address")) & mask;
    value |= number(json_object_get(step, "expect"), "value") & ~mask;
    (void)json_object_set_new(expect, "value", hex(value));
    return NULL;
}

static const char *read_fault_record(struct world *world, const json_t *step, json_t *expect)
{
    json_t *words = json_array();
    for (uint32_t i = 0; i < 2; i++) {
        uint64_t word = 0;
        (void)svasim_mmio_read(world->unit, (uint32_t)number(step, "offset") + 8 * i, 8, &word);
        (void)json_array_append_new(words, hex(word));
    }
    (void)json_object_set_new(expect, "words", words);
    return NULL;
}

static const char *look_into_cache(struct world *world, const json_t *step, json_t *internal)
{
    bool holds =
        svasim_cache_holds(world->unit, text(step, "cache"), (uint16_t)number(step, "source_id"),
                           pasid_of(step), number(step, "address"));
    (void)json_object_set_new(internal, "present", json_boolean(holds));
    return NULL;
}

/* Of those in `list`: the ones like the step in all `keys` that it has. */
static unsigned count_alike(const json_t *list, const json_t *step, const char *const *keys)
{
    unsigned count = 0;
    size_t index;
    json_t *one;
    json_array_foreach (list, index, one) {
        int alike = 1;
        for (unsigned i = 0; keys[i]; i++)
            if (json_object_get(step, keys[i]))
                alike = alike &&
                        number(step, keys[i]) == (json_is_boolean(json_object_get(one, keys[i]))
                                                      ? (uint64_t)flag(one, keys[i])
                                                      : number(one, keys[i])) &&
                        !json_is_null(json_object_get(one, keys[i]));
        count += (unsigned)alike;
    }
    return count;
}

static const char *count_messages(struct world *world, const json_t *step, json_t *expect)
{
    static const char *const keys[] = {"address", "data", NULL};
    (void)json_object_set_new(expect, "count",
                              json_integer(count_alike(world->messages, step, keys)));
    (void)json_array_clear(world->messages);
    return NULL;
}

static const char *count_device_invalidations(struct world *world, const json_t *step,
                                              json_t *expect)
{
    static const char *const keys[] = {"source_id", "itag",       "pasid", "address",
                                       "size_log2", "all_pasids", NULL};
    (void)json_object_set_new(expect, "count", json_integer(count_alike(world->told, step, keys)));
    for (size_t i = json_array_size(world->told); i-- > 0;)
        if (number(json_array_get(world->told, i), "source_id") == number(step, "source_id"))
            (void)json_array_remove(world->told, i);
    return NULL;
}

const char *step_do(struct world *world, const json_t *step, json_t *expect, json_t *internal)
{
    const char *what = text(step, "do");
#define IS(word) (strcmp(what, word) == 0)
    if (IS("request"))
        return do_request(world, step, expect, internal);
    if (IS("page_request"))
        return do_page_request(world, step, expect, internal);
    if (IS("write_register"))
        return do_write_register(world, step);
    if (IS("invalidate"))
        return do_invalidate(world, step, expect);
    if (IS("device_tlb_done"))
        return do_device_tlb_done(world, step);
    if (IS("store"))
        return do_store(world, step);
    if (IS("fail"))
        return do_fail(world, step);
    if (IS("read_register"))
        return read_register(world, step, expect);
    if (IS("read_memory"))
        return read_memory(world, step, expect);
    if (IS("read_fault_record"))
        return read_fault_record(world, step, expect);
    if (IS("look_into_cache"))
        return look_into_cache(world, step, internal);
    if (IS("count_messages"))
        return count_messages(world, step, expect);
    if (IS("count_device_invalidations"))
        return count_device_invalidations(world, step, expect);
    if (IS("advance")) {
        svasim_run_until(world->unit, number(step, "tick"));
    } else if (IS("flush")) {
        svasim_front_flush(world->front, number(step, "address"), number(step, "bytes"));
    } else if (IS("heal")) {
        if (svasim_front_heal(world->front, number(step, "address"), number(step, "bytes")) !=
            SVASIM_OK)
            return "not a range";
    } else {
        return "no such step";
    }
#undef IS
    return NULL;
}
