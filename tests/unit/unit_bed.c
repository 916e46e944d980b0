/* SPDX-License-Identifier: MIT */
/* unit_bed.c - ports that write down what they are asked, and the tables of unit_bed.h. */
#define _POSIX_C_SOURCE 200809L
#include "unit_bed.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* --- ports --- */

static void note(struct unit_bed *bed, struct unit_event event)
{
    assert_true(bed->event_count < sizeof bed->events / sizeof bed->events[0]);
    event.tick = svasim_now(bed->unit);
    bed->events[bed->event_count++] = event;
}

static int port_read(void *host, uint64_t hpa, void *out, uint32_t bytes)
{
    struct unit_bed *bed = host;
    bed->reads++;
    /* The promise to hosts: naturally aligned blocks of these sizes and no others. */
    assert_true(bytes == 8 || bytes == 16 || bytes == 32 || bytes == 64);
    assert_int_equal(hpa % bytes, 0);
    if (bed->dead && hpa < bed->dead + 16 && bed->dead < hpa + bytes)
        return 1;
    return svasim_mem_read(bed->mem, hpa, out, bytes) != SVASIM_OK;
}

static int port_write(void *host, uint64_t hpa, const void *data, uint32_t bytes)
{
    const unsigned char *from = data;
    uint32_t value = 0;
    for (unsigned i = 0; i < 4; i++)
        value |= (uint32_t)from[i] << (8 * i);
    note(host, (struct unit_event){UNIT_STORE, 0, hpa, value, bytes});
    return 0;
}

static svasim_update port_update(void *host, uint64_t hpa, uint64_t expected, uint64_t desired,
                                 uint64_t *seen)
{
    struct unit_bed *bed = host;
    *seen = svasim_mem_read64(bed->mem, hpa);
    if (*seen != expected)
        return SVASIM_UPDATE_LOST;
    return svasim_mem_write64(bed->mem, hpa, desired) == SVASIM_OK ? SVASIM_UPDATE_DONE
                                                                   : SVASIM_UPDATE_FAILED;
}

static void port_respond(void *host, const svasim_response *response)
{
    note(host, (struct unit_event){UNIT_ANSWER, 0, response->tag, response->fault, 0});
}

static void port_interrupt(void *host, uint64_t address, uint32_t data)
{
    note(host, (struct unit_event){UNIT_MESSAGE, 0, address, data, 4});
}

static bool port_flush(void *host, const svasim_device_invalidation *request)
{
    struct unit_bed *bed = host;
    note(bed,
         (struct unit_event){UNIT_FLUSH, 0, request->address, request->itag, request->size_log2});
    bed->flush = *request;
    return bed->done_at_once;
}

/* --- building --- */

static void configure(svasim_config *config, const char *pairs)
{
    char text[1024];
    char *rest = text;
    if (!pairs)
        return;
    assert_true(strlen(pairs) < sizeof text);
    memcpy(text, pairs, strlen(pairs) + 1);
    for (char *key = strtok_r(text, " ", &rest); key; key = strtok_r(NULL, " ", &rest)) {
        char *value = strchr(key, '=');
        assert_non_null(value);
        *value++ = 0;
        if (svasim_config_set(config, key, value) != SVASIM_OK)
            fail_msg("%s", svasim_config_error(config));
    }
}

static void set(struct unit_bed *bed, const svasim_entry_ref *ref, const char *fields)
{
    if (svasim_tables_set(bed->tables, ref, fields) != SVASIM_OK)
        fail_msg("%s", svasim_tables_error(bed->tables));
}

static void build_device(struct unit_bed *bed, bool scalable, uint16_t sid, unsigned did,
                         uint64_t root)
{
    char text[128];
    svasim_entry_ref ref = {.entry = SVASIM_ENTRY_CONTEXT, .source_id = sid};
    if (!scalable) {
        snprintf(text, sizeof text, "p=1 tt=0 aw=2 did=%u ssptptr=0x%" PRIx64, did, root);
        set(bed, &ref, text);
        return;
    }
    snprintf(text, sizeof text, "p=1 pgtt=2 aw=2 did=%u ssptptr=0x%" PRIx64, did, root);
    ref.entry = SVASIM_ENTRY_PASID;
    ref.pasid = UNIT_PASID;
    set(bed, &ref, text);
    ref.pasid = 0;
    set(bed, &ref, text);
    ref.entry = SVASIM_ENTRY_CONTEXT;
    set(bed, &ref, "p=1 paside=1");
}

static void build_tables(struct unit_bed *bed, bool scalable)
{
    svasim_tables_setup setup = {
        .frames_base = 0x100000, .frames_bytes = 0x100000, .scalable = scalable};
    svasim_tree tree;
    bed->mem = svasim_mem_create(UINT64_C(1) << 32, NULL);
    assert_non_null(bed->mem);
    bed->tables = svasim_tables_create(bed->mem, &setup);
    assert_non_null(bed->tables);
    bed->rtaddr = svasim_tables_root(bed->tables) | (scalable ? 1u << 10 : 0);
    assert_int_equal(svasim_tree_create(bed->tables, true, 4, &tree), SVASIM_OK);
    assert_int_equal(svasim_tree_map(bed->tables, &tree, UNIT_VA, UNIT_HPA, 4 * 4096, 4096,
                                     SVASIM_MAP_READ | SVASIM_MAP_WRITE),
                     SVASIM_OK);
    build_device(bed, scalable, UNIT_SID, UNIT_DID, tree.root);
    build_device(bed, scalable, UNIT_OTHER_SID, UNIT_OTHER_DID, tree.root);
}

void unit_open(struct unit_bed *bed, unsigned flags, const char *config)
{
    svasim_ports ports = SVASIM_PORTS_INIT;
    *bed = (struct unit_bed){0};
    build_tables(bed, (flags & UNIT_SCALABLE) != 0);
    ports.host = bed;
    ports.read = port_read;
    ports.write = port_write;
    ports.update = port_update;
    ports.respond = port_respond;
    ports.interrupt = flags & UNIT_DEAF ? NULL : port_interrupt;
    ports.device_invalidate = flags & UNIT_DEVICES ? port_flush : NULL;
    bed->config = svasim_config_create();
    assert_non_null(bed->config);
    configure(bed->config, config);
    if (svasim_create(&bed->unit, bed->config, &ports, NULL) != SVASIM_OK)
        fail_msg("%s", svasim_config_error(bed->config));
}

void unit_on(struct unit_bed *bed)
{
    unit_write(bed, REG_RTADDR, 8, bed->rtaddr);
    unit_write(bed, REG_GCMD, 4, GCMD_SRTP);
    unit_write(bed, REG_GCMD, 4, GCMD_TE);
}

void unit_close(struct unit_bed *bed)
{
    svasim_destroy(bed->unit);
    svasim_config_destroy(bed->config);
    svasim_tables_destroy(bed->tables);
    svasim_mem_destroy(bed->mem);
}

/* --- registers and requests --- */

void unit_write(struct unit_bed *bed, uint32_t offset, uint32_t bytes, uint64_t value)
{
    assert_int_equal(svasim_mmio_write(bed->unit, offset, bytes, value), SVASIM_OK);
}

uint64_t unit_read(const struct unit_bed *bed, uint32_t offset, uint32_t bytes)
{
    uint64_t value = UINT64_C(0xeeeeeeeeeeeeeeee);
    assert_int_equal(svasim_mmio_read(bed->unit, offset, bytes, &value), SVASIM_OK);
    return value;
}

svasim_request unit_request(uint16_t sid, uint32_t pasid, uint64_t address, svasim_op op)
{
    return (svasim_request){
        .address = address, .length = 8, .pasid = pasid, .source_id = sid, .op = (uint8_t)op};
}

svasim_response unit_ask(struct unit_bed *bed, uint16_t sid, uint32_t pasid, uint64_t address,
                         svasim_op op)
{
    svasim_response response = {0};
    svasim_request request = unit_request(sid, pasid, address, op);
    assert_int_equal(svasim_translate(bed->unit, &request, &response), SVASIM_OK);
    return response;
}

void unit_fault(struct unit_bed *bed, uint16_t sid)
{
    svasim_response response = unit_ask(bed, sid, SVASIM_NO_PASID, UNIT_VA, SVASIM_READ);
    assert_int_not_equal(response.fault, SVASIM_FAULT_NONE);
    assert_true(response.flags & SVASIM_RECORDED);
}

uint32_t unit_cached(const struct unit_bed *bed, const char *cache)
{
    uint32_t count = 0;
    for (unsigned i = 0; svasim_cache_at(i); i++)
        if (!cache || strcmp(svasim_cache_at(i)->name, cache) == 0)
            count += svasim_cache_entries(bed->unit, i);
    return count;
}

unsigned unit_events(const struct unit_bed *bed, enum unit_event_kind kind)
{
    unsigned count = 0;
    for (unsigned i = 0; i < bed->event_count; i++)
        count += bed->events[i].kind == kind;
    return count;
}

const struct unit_event *unit_event(const struct unit_bed *bed, enum unit_event_kind kind,
                                    unsigned n)
{
    for (unsigned i = 0; i < bed->event_count; i++)
        if (bed->events[i].kind == kind && n-- == 0)
            return &bed->events[i];
    fail_msg("no such event");
    return NULL;
}

/* --- the queue --- */

void unit_put(struct unit_bed *bed, uint32_t offset, bool wide, uint64_t low, uint64_t high)
{
    uint64_t words[4] = {low, high, 0, 0};
    for (unsigned i = 0; i < (wide ? 4u : 2u); i++)
        assert_int_equal(svasim_mem_write64(bed->mem, UNIT_QUEUE + offset + 8 * i, words[i]),
                         SVASIM_OK);
}

void unit_put_wait(struct unit_bed *bed, uint32_t offset, bool wide, uint32_t data, uint64_t flags)
{
    unit_put(bed, offset, wide, INV_WAIT | INV_WAIT_SW | INV_WAIT_DATA(data) | flags, UNIT_STATUS);
}

void unit_queue_on(struct unit_bed *bed, unsigned size, bool wide)
{
    unit_write(bed, REG_IQA, 8, UNIT_QUEUE | (wide ? IQA_WIDE : 0) | size);
    unit_write(bed, REG_GCMD, 4,
               (uint32_t)unit_read(bed, REG_GSTS, 4) & GCMD_TE ? GCMD_TE | GCMD_QIE : GCMD_QIE);
}
