/* SPDX-License-Identifier: MIT */
/* vectors_registers.c - which registers read otherwise than after the last step? Those of the
 * register table, IOTLB_REG, and the fault recording registers. */
#include <string.h>

#include "vectors.h"

#define CAP_REG  0x8u
#define ECAP_REG 0x10u

static uint64_t read_register(const struct vectors_run *run, uint32_t offset, uint32_t bytes)
{
    uint64_t value = 0;
    (void)svasim_mmio_read(svasim_machine_unit(run->machine), offset, bytes, &value);
    return value;
}

static void add(struct vectors_run *run, const char *name, uint32_t offset, uint32_t bytes)
{
    struct vectors_registers *shown = &run->shown;
    if (shown->count == VECTORS_REGISTERS) {
        run->failed = true;
        return;
    }
    shown->list[shown->count++] = (struct vectors_register){
        .name = name,
        .offset = offset,
        .bytes = bytes,
        .value = read_register(run, offset, bytes),
        .counts = strncmp(name, "PERF", 4) == 0,
    };
}

static json_t *told(struct vectors_run *run, const struct vectors_register *one)
{
    json_t *object = json_object();
    vectors_set(run, object, "name", json_string(one->name));
    vectors_set(run, object, "offset", vectors_hex(one->offset));
    vectors_set(run, object, "bytes", json_integer(one->bytes));
    vectors_set(run, object, "value", vectors_hex(one->value));
    return object;
}

void vectors_registers_open(struct vectors_run *run)
{
    struct vectors_registers *shown = &run->shown;
    const svasim_register_info *info;
    uint64_t cap = read_register(run, CAP_REG, 8), ecap = read_register(run, ECAP_REG, 8);
    for (unsigned i = 0; (info = svasim_register_at(i)) != NULL; i++)
        add(run, info->name, info->offset, info->bytes);
    /* Where the capabilities put them: IRO, FRO and NFR (sections 11.4.2, 11.4.3). */
    add(run, "IOTLB_REG", 16 * (uint32_t)(ecap >> 8 & 0x3ff) + 8, 8);
    shown->fault_offset = 16 * (uint32_t)(cap >> 24 & 0x3ff);
    shown->fault_count = 1 + (unsigned)(cap >> 40 & 0xff);
    run->registers = json_array();
    for (unsigned i = 0; i < shown->count; i++)
        if (shown->list[i].value)
            vectors_append(run, run->registers, told(run, &shown->list[i]));
}

const char *vectors_register_name(const struct vectors_registers *registers, uint32_t offset)
{
    for (unsigned i = 0; i < registers->count; i++)
        if (offset - registers->list[i].offset < registers->list[i].bytes)
            return registers->list[i].name;
    return NULL;
}

static void add_to(struct vectors_run *run, json_t *step, const char *part, const char *key,
                   json_t *value)
{
    json_t *object = vectors_part(run, step, part);
    if (!json_object_get(object, key))
        vectors_set(run, object, key, json_array());
    vectors_append(run, json_object_get(object, key), value);
}

void vectors_registers_tell(struct vectors_run *run, json_t *step)
{
    struct vectors_registers *shown = &run->shown;
    for (unsigned i = 0; i < shown->count; i++) {
        struct vectors_register *one = &shown->list[i];
        uint64_t now = read_register(run, one->offset, one->bytes);
        if (now == one->value)
            continue;
        one->value = now;
        add_to(run, step, one->counts ? "internal" : "expect", "registers", told(run, one));
    }
    for (unsigned i = 0; i < shown->fault_count; i++) {
        uint32_t offset = shown->fault_offset + 16 * i;
        uint64_t words[2] = {read_register(run, offset, 8), read_register(run, offset + 8, 8)};
        if (memcmp(words, shown->fault[i], sizeof words) == 0)
            continue;
        memcpy(shown->fault[i], words, sizeof words);
        json_t *object = json_object(), *list = json_array();
        vectors_set(run, object, "index", json_integer(i));
        vectors_set(run, object, "offset", vectors_hex(offset));
        vectors_append(run, list, vectors_hex(words[0]));
        vectors_append(run, list, vectors_hex(words[1]));
        vectors_set(run, object, "words", list);
        add_to(run, step, "expect", "fault_records", object);
    }
}
