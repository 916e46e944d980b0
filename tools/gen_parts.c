/* SPDX-License-Identifier: MIT */
/* gen_parts.c - the records that synthetic traces are made of. */
#include "gen.h"

#include <string.h>

uint64_t cli_gen_page_bytes(const struct gen *gen)
{
    static const unsigned shifts[] = {12, 21, 30};
    return UINT64_C(1) << shifts[gen->page];
}

uint64_t cli_gen_whole_pages(const struct gen *gen, uint64_t bytes)
{
    uint64_t page = cli_gen_page_bytes(gen);
    return (bytes + page - 1) / page * page;
}

void cli_gen_device(struct gen *gen)
{
    struct cli_builder *to = gen->to;
    cli_build(to, SVASIM_RECORD_DEVICE);
    cli_build_text(to, SVASIM_F_DEVICE_name, GEN_DEVICE);
    cli_build_number(to, SVASIM_F_DEVICE_sid, GEN_SID);
    cli_build_number(to, SVASIM_F_DEVICE_engines, 4);
    cli_build_number(to, SVASIM_F_DEVICE_lines, 32);
    cli_build_put(to);
    cli_build(to, SVASIM_RECORD_WQ);
    cli_build_text(to, SVASIM_F_WQ_device, GEN_DEVICE);
    cli_build_number(to, SVASIM_F_WQ_index, 0);
    cli_build_choice(to, SVASIM_F_WQ_mode, "shared");
    cli_build_number(to, SVASIM_F_WQ_size, 64);
    cli_build_put(to);
}

void cli_gen_space(struct gen *gen, const char *name, const char *kind)
{
    cli_build(gen->to, SVASIM_RECORD_SPACE);
    cli_build_text(gen->to, SVASIM_F_SPACE_name, name);
    cli_build_choice(gen->to, SVASIM_F_SPACE_kind, kind);
    cli_build_put(gen->to);
}

void cli_gen_map(struct gen *gen, const char *space, uint64_t address, uint64_t bytes,
                 unsigned page, bool read_only)
{
    cli_build(gen->to, SVASIM_RECORD_MAP);
    cli_build_text(gen->to, SVASIM_F_MAP_space, space);
    cli_build_number(gen->to, SVASIM_F_MAP_address, address);
    cli_build_number(gen->to, SVASIM_F_MAP_bytes, bytes);
    if (page)
        cli_build_number(gen->to, SVASIM_F_MAP_page, page);
    if (read_only)
        cli_build_number(gen->to, SVASIM_F_MAP_read_only, 1);
    cli_build_put(gen->to);
}

void cli_gen_bind(struct gen *gen, const char *space, uint64_t pasid, bool supervisor)
{
    cli_build(gen->to, SVASIM_RECORD_BIND);
    cli_build_text(gen->to, SVASIM_F_BIND_device, GEN_DEVICE);
    cli_build_text(gen->to, SVASIM_F_BIND_space, space);
    cli_build_number(gen->to, SVASIM_F_BIND_pasid, pasid);
    if (supervisor)
        cli_build_number(gen->to, SVASIM_F_BIND_supervisor, 1);
    cli_build_put(gen->to);
}

static uint64_t next_id(struct gen *gen)
{
    if (gen->interval)
        cli_build_time(gen->to, gen->made * gen->interval);
    return ++gen->made;
}

uint64_t cli_gen_length(const struct gen *gen, uint64_t address)
{
    uint64_t room = 4096 - address % 4096;
    return gen->size < room ? gen->size : room;
}

uint64_t cli_gen_dma(struct gen *gen, svasim_op op, uint16_t sid, uint64_t iova)
{
    struct cli_builder *to = gen->to;
    cli_build(to, SVASIM_RECORD_DMA);
    uint64_t id = next_id(gen);
    cli_build_number(to, SVASIM_F_DMA_id, id);
    cli_build_number(to, SVASIM_F_DMA_op, op);
    cli_build_number(to, SVASIM_F_DMA_sid, sid);
    cli_build_number(to, SVASIM_F_DMA_iova, iova);
    cli_build_number(to, SVASIM_F_DMA_length, cli_gen_length(gen, iova));
    return id;
}

/* --- descriptors --- */

struct gen_descriptor cli_descriptor(const char *operation)
{
    struct gen_descriptor descriptor = {.opcode = 0};
    const svasim_opcode_info *info;
    for (unsigned i = 0; (info = svasim_opcode_at(i)) != NULL; i++)
        if (strcmp(info->name, operation) == 0)
            descriptor.opcode = info->opcode;
    cli_descriptor_set(&descriptor, "op", descriptor.opcode);
    return descriptor;
}

static const svasim_desc_field *field_of(uint8_t opcode, const char *name)
{
    const svasim_desc_field *field;
    for (unsigned i = 0; (field = svasim_desc_field_at(opcode, i)) != NULL; i++)
        if (strcmp(field->name, name) == 0)
            return field;
    return NULL;
}

void cli_descriptor_set(struct gen_descriptor *descriptor, const char *name, uint64_t value)
{
    const svasim_desc_field *field = field_of(descriptor->opcode, name);
    if (field)
        (void)svasim_desc_set(field, descriptor->bytes, value);
}

void cli_descriptor_record(struct gen_descriptor *descriptor, uint64_t address)
{
    enum { RECORD_VALID = 1 << 2, RECORD_REQUEST = 1 << 3 };
    cli_descriptor_set(descriptor, "flags", RECORD_VALID | RECORD_REQUEST);
    cli_descriptor_set(descriptor, "cr", address);
}

void cli_gen_submit(struct gen *gen, struct gen_descriptor *descriptor, uint64_t pasid,
                    bool supervisor)
{
    struct cli_builder *to = gen->to;
    cli_build(to, SVASIM_RECORD_SUBMIT);
    cli_build_number(to, SVASIM_F_SUBMIT_id, next_id(gen));
    cli_build_choice(to, SVASIM_F_SUBMIT_kind, supervisor ? "enqcmds" : "enqcmd");
    cli_build_text(to, SVASIM_F_SUBMIT_device, GEN_DEVICE);
    cli_build_number(to, SVASIM_F_SUBMIT_portal, 0);
    if (supervisor) {
        cli_descriptor_set(descriptor, "pasid", pasid);
        cli_descriptor_set(descriptor, "priv", 1);
    } else {
        cli_build_number(to, SVASIM_F_SUBMIT_msr_pasid, pasid);
    }
    for (unsigned word = 0; word < 8; word++) {
        uint64_t value = 0;
        for (unsigned byte = 8; byte-- > 0;)
            value = value << 8 | descriptor->bytes[word * 8 + byte];
        cli_build_number(to, SVASIM_F_SUBMIT_w0 + word, value);
    }
    cli_build_put(to);
}
