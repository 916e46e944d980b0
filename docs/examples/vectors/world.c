/* SPDX-License-Identifier: MIT */
/* world.c - a fresh unit with memory, and what it does there, noted as the vectors note it. */
#include <string.h>

#include "player.h"

static void note(struct world *world, const char *key, json_t *one)
{
    json_t *list = json_object_get(world->effects, key);
    if (!list) {
        (void)json_object_set_new(world->effects, key, json_array());
        list = json_object_get(world->effects, key);
    }
    (void)json_array_append_new(list, one);
}

/* --- memory --- */

static int on_read(void *host, uint64_t hpa, void *out, uint32_t bytes)
{
    const struct world *world = host;
    return world->through.read(world->through.host, hpa, out, bytes);
}

static int on_read_unsnooped(void *host, uint64_t hpa, void *out, uint32_t bytes)
{
    const struct world *world = host;
    return world->through.read_unsnooped(world->through.host, hpa, out, bytes);
}

static uint64_t value_at(const struct world *world, uint64_t hpa, uint32_t bytes)
{
    uint64_t value = 0;
    unsigned char raw[8] = {0};
    (void)svasim_mem_read(world->mem, hpa, raw, bytes);
    for (unsigned i = 8; i-- > 0;)
        value = value << 8 | raw[i];
    return value;
}

static void note_change(struct world *world, uint64_t hpa, uint32_t bytes, uint64_t old, int locked)
{
    note(world, "changes",
         json_pack("{s:o, s:i, s:o, s:o, s:b}", "address", hex(hpa), "bytes", (int)bytes, "old",
                   hex(old), "new", hex(value_at(world, hpa, bytes)), "locked", locked));
}

static int on_write(void *host, uint64_t hpa, const void *data, uint32_t bytes)
{
    struct world *world = host;
    uint64_t old = value_at(world, hpa, bytes);
    int failed = world->through.write(world->through.host, hpa, data, bytes);
    if (!failed)
        note_change(world, hpa, bytes, old, 0);
    return failed;
}

static svasim_update on_update(void *host, uint64_t hpa, uint64_t expected, uint64_t desired,
                               uint64_t *seen)
{
    struct world *world = host;
    svasim_update result = world->through.update(world->through.host, hpa, expected, desired, seen);
    if (result == SVASIM_UPDATE_DONE)
        note_change(world, hpa, 8, expected, 1);
    return result;
}

/* --- messages --- */

static void on_interrupt(void *host, uint64_t address, uint32_t data)
{
    struct world *world = host;
    json_t *one = json_pack("{s:o, s:o}", "address", hex(address), "data", hex(data));
    (void)json_array_append(world->messages, one);
    note(world, "messages", one);
}

static void on_page_response(void *host, const svasim_page_response *response)
{
    note(host, "page_responses",
         json_pack("{s:i, s:o, s:i, s:i}", "source_id", response->source_id, "pasid",
                   pasid_value(response->pasid), "group", response->group, "code", response->code));
}

/* Whether the device is done at once is the device's business: the vectors say so. */
static bool on_device_invalidate(void *host, const svasim_device_invalidation *message)
{
    struct world *world = host;
    const json_t *so_far = json_object_get(world->effects, "device_invalidations");
    const json_t *answer = json_array_get(world->answers, json_array_size(so_far));
    int done = flag(answer, "done");
    json_t *one = json_pack("{s:i, s:i, s:o, s:b, s:o, s:i, s:b}", "source_id", message->source_id,
                            "itag", message->itag, "pasid", pasid_value(message->pasid),
                            "all_pasids", message->all_pasids, "address", hex(message->address),
                            "size_log2", message->size_log2, "done", done);
    (void)json_array_append(world->told, one);
    note(world, "device_invalidations", one);
    return done;
}

/* --- life --- */

static const char *configure(struct world *world, const json_t *header,
                             const struct setting *settings)
{
    const char *key;
    json_t *value;
    world->config = svasim_config_create();
    json_object_foreach (json_object_get(header, "config"), key, value)
        if (svasim_config_set(world->config, key, json_string_value(value)) != SVASIM_OK)
            return svasim_config_error(world->config);
    for (; settings->key; settings++)
        if (svasim_config_set(world->config, settings->key, settings->value) != SVASIM_OK)
            return svasim_config_error(world->config);
    return NULL;
}

const char *world_open(struct world *world, const json_t *header, const struct setting *settings)
{
    svasim_ports ports = SVASIM_PORTS_INIT;
    const char *wrong = configure(world, header, settings);
    if (wrong)
        return wrong;
    world->mem = svasim_mem_create(number(header, "memory_bytes"), NULL);
    world->front = svasim_front_create(world->mem, NULL);
    svasim_front_ports(world->front, &world->through);
    ports.host = world;
    ports.read = on_read;
    ports.read_unsnooped = on_read_unsnooped;
    ports.write = on_write;
    ports.update = on_update;
    ports.interrupt = on_interrupt;
    ports.page_response = on_page_response;
    ports.device_invalidate = on_device_invalidate;
    world->effects = json_object();
    world->messages = json_array();
    world->told = json_array();
    if (svasim_create(&world->unit, world->config, &ports, NULL) != SVASIM_OK)
        return svasim_config_error(world->config);
    return NULL;
}

void world_close(struct world *world)
{
    svasim_destroy(world->unit);
    svasim_front_destroy(world->front);
    svasim_mem_destroy(world->mem);
    svasim_config_destroy(world->config);
    json_decref(world->effects);
    json_decref(world->messages);
    json_decref(world->told);
}

/* Quadwords from an address on. What a device stores is in memory at once; what software stores
   may wait in the CPU's caches until a flush. */
const char *world_store(struct world *world, const json_t *run, const char *by, int kept)
{
    uint64_t hpa = number(run, "address");
    int device = strcmp(by, "device") == 0;
    size_t index;
    json_t *word;
    svasim_front_cpu_cache(world->front, kept ? SVASIM_CPU_CACHE_KEEP : SVASIM_CPU_CACHE_FLUSH);
    json_array_foreach (json_object_get(run, "words"), index, word) {
        json_t *boxed = json_pack("{s:O}", "word", word);
        uint64_t value = number(boxed, "word");
        unsigned char raw[8];
        json_decref(boxed);
        for (unsigned i = 0; i < 8; i++)
            raw[i] = (unsigned char)(value >> 8 * i);
        svasim_err err = device ? svasim_front_write(world->front, hpa + 8 * index, raw, 8)
                                : svasim_mem_write(world->mem, hpa + 8 * index, raw, 8);
        if (err != SVASIM_OK)
            return "a store outside memory";
    }
    return NULL;
}
