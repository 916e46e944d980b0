/* SPDX-License-Identifier: MIT */
/* acts.c - what each record kind that changes state does. One function a row; stimulus and
 * expectations have their own files. */
#include "machine/state.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const uint64_t page_sizes[] = {UINT64_C(1) << 12, UINT64_C(1) << 21, UINT64_C(1) << 30};

static uint64_t given(const svasim_record *record, unsigned slot, uint64_t otherwise)
{
    return svasim_record_has(record, slot) ? record->value[slot] : otherwise;
}

/* --- raw state --- */

static svasim_err act_store(svasim_machine *machine, const svasim_record *record)
{
    uint64_t hpa = record->value[SVASIM_F_STORE_address];
    uint64_t value = record->value[SVASIM_F_STORE_value];
    uint64_t size = given(record, SVASIM_F_STORE_size, 8);
    unsigned char bytes[8];
    if (size != 1 && size != 2 && size != 4 && size != 8)
        return sv_machine_fail(machine, SVASIM_EINVAL, "size: %" PRIu64 " is not 1, 2, 4 or 8",
                               size);
    if (hpa % size)
        return sv_machine_fail(machine, SVASIM_EINVAL,
                               "address: 0x%" PRIx64 " is not aligned to %" PRIu64 " bytes", hpa,
                               size);
    for (unsigned i = 0; i < 8; i++)
        bytes[i] = (unsigned char)(value >> 8 * i);
    svasim_err err = svasim_mem_write(machine->mem, hpa, bytes, (size_t)size);
    if (err)
        return sv_machine_fail(machine, err, "address: 0x%" PRIx64 " is outside memory", hpa);
    return SVASIM_OK;
}

static svasim_err act_mem(svasim_machine *machine, const svasim_record *record)
{
    uint64_t hpa = record->value[SVASIM_F_MEM_address];
    svasim_blob data = record->blob[SVASIM_F_MEM_data];
    svasim_err err = svasim_mem_write(machine->mem, hpa, data.data, data.bytes);
    if (err)
        return sv_machine_fail(machine, err, "address: 0x%" PRIx64 " is outside memory", hpa);
    return SVASIM_OK;
}

static svasim_err act_reg(svasim_machine *machine, const svasim_record *record)
{
    uint64_t offset = record->value[SVASIM_F_REG_offset];
    uint64_t size = given(record, SVASIM_F_REG_size, 4);
    if (offset > 0xffffff || (size != 4 && size != 8))
        return sv_machine_fail(machine, SVASIM_EINVAL,
                               "reg: offset 0x%" PRIx64 " size %" PRIu64
                               " is no register access of 4 or 8 bytes",
                               offset, size);
    machine->registers_written = true;
    svasim_err err = sv_machine_write_register(machine, (uint32_t)offset, (uint32_t)size,
                                               record->value[SVASIM_F_REG_value]);
    return err ? sv_machine_fail(machine, err, "%s", svasim_error(machine->unit)) : SVASIM_OK;
}

static svasim_err act_inv(svasim_machine *machine, const svasim_record *record)
{
    uint64_t words[4];
    uint8_t iqei = 0;
    for (unsigned i = 0; i < 4; i++)
        words[i] = record->value[SVASIM_F_INV_q0 + i];
    svasim_err err = sv_machine_invalidate(machine, words, &iqei);
    if (err == SVASIM_BUSY) { /* too many waits are pending */
        err = sv_machine_drain(machine);
        if (!err)
            err = sv_machine_invalidate(machine, words, &iqei);
    }
    machine->stats.invalidations++;
    machine->stats.invalidation_errors += iqei != 0;
    svasim_event event = {
        .kind = SVASIM_EVENT_INVALIDATION,
        .record = record->number,
        .line = record->line,
        .words = words,
        .iqei = iqei,
    };
    sv_machine_emit(machine, &event);
    return err ? sv_machine_fail(machine, err, "%s", svasim_error(machine->unit)) : SVASIM_OK;
}

/* --- built state --- */

static svasim_err act_entry(svasim_machine *machine, const svasim_record *record)
{
    svasim_err err = sv_machine_need_tables(machine);
    svasim_entry_ref ref = {
        .entry = (svasim_entry)record->value[SVASIM_F_ENTRY_which],
        .source_id = (uint16_t)record->value[SVASIM_F_ENTRY_sid],
        .pasid = (uint32_t)record->value[SVASIM_F_ENTRY_pasid],
        .address = record->value[SVASIM_F_ENTRY_address],
        .level = (uint8_t)given(record, SVASIM_F_ENTRY_level, 1),
    };
    return err ? err : sv_machine_set_entry(machine, &ref, record->blob[SVASIM_F_ENTRY_set]);
}

/* --- software acts --- */

static svasim_err sva_failed(svasim_machine *machine, svasim_err err)
{
    return sv_machine_fail(machine, err, "%s", svasim_sva_error(machine->sva));
}

static svasim_err find_space(svasim_machine *machine, svasim_blob name, svasim_space *out)
{
    svasim_err err = sv_machine_need_sva(machine);
    if (err)
        return err;
    if (!sv_names_find(&machine->spaces, name.data, name.bytes, out))
        return sv_machine_fail(machine, SVASIM_EINVAL, "space: \"%.*s\" was not created",
                               (int)(name.bytes < 64 ? name.bytes : 64), name.data);
    return SVASIM_OK;
}

static svasim_err act_space(svasim_machine *machine, const svasim_record *record)
{
    svasim_blob name = record->blob[SVASIM_F_SPACE_name];
    svasim_space space;
    svasim_err err = sv_machine_need_sva(machine);
    if (err)
        return err;
    if (sv_names_find(&machine->spaces, name.data, name.bytes, &space))
        return sv_machine_fail(machine, SVASIM_EINVAL, "space: \"%.*s\" exists already",
                               (int)(name.bytes < 64 ? name.bytes : 64), name.data);
    err =
        svasim_sva_space_create(machine->sva, (svasim_space_kind)record->value[SVASIM_F_SPACE_kind],
                                (uint8_t)given(record, SVASIM_F_SPACE_levels, 4),
                                svasim_record_has(record, SVASIM_F_SPACE_second_stage), &space);
    if (err)
        return sva_failed(machine, err);
    if (!sv_names_add(&machine->spaces, name.data, name.bytes, space))
        return sv_machine_fail(machine, SVASIM_ENOMEM, "out of memory");
    return SVASIM_OK;
}

static uint32_t flush_act(const svasim_record *record, unsigned slot)
{
    return svasim_record_has(record, slot) ? SVASIM_SVA_NO_FLUSH : 0;
}

static svasim_err act_map(svasim_machine *machine, const svasim_record *record)
{
    svasim_space space;
    svasim_err err = find_space(machine, record->blob[SVASIM_F_MAP_space], &space);
    if (err)
        return err;
    uint32_t flags = SVASIM_MAP_READ;
    if (!svasim_record_has(record, SVASIM_F_MAP_read_only))
        flags |= SVASIM_MAP_WRITE;
    uint64_t page_bytes = page_sizes[record->value[SVASIM_F_MAP_page] % 3];
    if (svasim_record_has(record, SVASIM_F_MAP_later)) {
        if (svasim_record_has(record, SVASIM_F_MAP_target))
            return sv_machine_fail(machine, SVASIM_EINVAL,
                                   "later: such a mapping takes fresh memory, not a target");
        err = svasim_sva_map_later(machine->sva, space, record->value[SVASIM_F_MAP_address],
                                   record->value[SVASIM_F_MAP_bytes], page_bytes, flags);
        return err ? sva_failed(machine, err) : SVASIM_OK;
    }
    err = svasim_sva_map(machine->sva, space, record->value[SVASIM_F_MAP_address],
                         given(record, SVASIM_F_MAP_target, UINT64_MAX),
                         record->value[SVASIM_F_MAP_bytes], page_bytes, flags,
                         flush_act(record, SVASIM_F_MAP_no_flush));
    return err ? sva_failed(machine, err) : SVASIM_OK;
}

static svasim_err act_unmap(svasim_machine *machine, const svasim_record *record)
{
    svasim_space space;
    svasim_err err = find_space(machine, record->blob[SVASIM_F_UNMAP_space], &space);
    if (err)
        return err;
    err = svasim_sva_unmap(machine->sva, space, record->value[SVASIM_F_UNMAP_address],
                           record->value[SVASIM_F_UNMAP_bytes],
                           flush_act(record, SVASIM_F_UNMAP_no_flush));
    return err ? sva_failed(machine, err) : SVASIM_OK;
}

static svasim_err act_protect(svasim_machine *machine, const svasim_record *record)
{
    svasim_space space;
    svasim_err err = find_space(machine, record->blob[SVASIM_F_PROTECT_space], &space);
    if (err)
        return err;
    uint32_t flags = SVASIM_MAP_READ;
    if (!svasim_record_has(record, SVASIM_F_PROTECT_read_only))
        flags |= SVASIM_MAP_WRITE;
    err = svasim_sva_protect(machine->sva, space, record->value[SVASIM_F_PROTECT_address],
                             record->value[SVASIM_F_PROTECT_bytes], flags,
                             flush_act(record, SVASIM_F_PROTECT_no_flush));
    return err ? sva_failed(machine, err) : SVASIM_OK;
}

/* A declared device, or a source id written as bb:dd.f. */
static svasim_err find_sid(svasim_machine *machine, svasim_blob name, uint16_t *out)
{
    char text[16];
    if (name.bytes < sizeof text) {
        memcpy(text, name.data, name.bytes);
        text[name.bytes] = 0;
        if (sv_parse_sid(text, out))
            return SVASIM_OK;
    }
    const struct sv_device *found = sv_machine_device(machine, name);
    if (!found)
        return SVASIM_EINVAL;
    *out = found->source_id;
    return SVASIM_OK;
}

static bool has_context(const svasim_machine *machine, uint16_t sid)
{
    svasim_entry_ref ref = {.entry = SVASIM_ENTRY_CONTEXT, .source_id = sid};
    const svasim_layout *layout;
    uint64_t hpa;
    return svasim_tables_locate(machine->tables, &ref, false, &hpa, &layout) == SVASIM_OK &&
           svasim_mem_read64(machine->mem, hpa) & 1u; /* P */
}

/* A driver that attaches a device with a device TLB allows its requests. A context entry that the
   trace made itself stays as it is. */
static svasim_err allow_ats(svasim_machine *machine, uint16_t sid)
{
    svasim_entry_ref ref = {.entry = SVASIM_ENTRY_CONTEXT, .source_id = sid};
    return sv_machine_set_entry(machine, &ref, (svasim_blob){.data = "dte=1", .bytes = 5});
}

static svasim_err act_bind(svasim_machine *machine, const svasim_record *record)
{
    svasim_space space;
    uint16_t sid;
    uint32_t act = 0;
    svasim_err err = find_space(machine, record->blob[SVASIM_F_BIND_space], &space);
    if (!err)
        err = find_sid(machine, record->blob[SVASIM_F_BIND_device], &sid);
    if (err)
        return err;
    if (svasim_record_has(record, SVASIM_F_BIND_supervisor))
        act |= SVASIM_SVA_SUPERVISOR;
    if (svasim_record_has(record, SVASIM_F_BIND_wpe))
        act |= SVASIM_SVA_WPE;
    if (svasim_record_has(record, SVASIM_F_BIND_eafe))
        act |= SVASIM_SVA_EAFE;
    bool attach = sv_machine_ats_device(machine, sid) && !has_context(machine, sid);
    err = svasim_sva_bind(machine->sva, sid, (uint32_t)record->value[SVASIM_F_BIND_pasid], space,
                          act);
    if (err)
        return sva_failed(machine, err);
    return attach ? allow_ats(machine, sid) : SVASIM_OK;
}

static svasim_err act_unbind(svasim_machine *machine, const svasim_record *record)
{
    uint16_t sid;
    svasim_err err = sv_machine_need_sva(machine);
    if (!err)
        err = find_sid(machine, record->blob[SVASIM_F_UNBIND_device], &sid);
    if (err)
        return err;
    uint32_t act = flush_act(record, SVASIM_F_UNBIND_no_flush);
    if (svasim_record_has(record, SVASIM_F_UNBIND_fpd))
        act |= SVASIM_SVA_FPD;
    err = svasim_sva_unbind(machine->sva, sid, (uint32_t)record->value[SVASIM_F_UNBIND_pasid], act);
    return err ? sva_failed(machine, err) : SVASIM_OK;
}

/* Software stores bytes through its own mapping, page by page. */
static svasim_err act_fill(svasim_machine *machine, const svasim_record *record)
{
    svasim_space space;
    svasim_blob data = record->blob[SVASIM_F_FILL_data];
    uint64_t address = record->value[SVASIM_F_FILL_address];
    svasim_err err = find_space(machine, record->blob[SVASIM_F_FILL_space], &space);
    for (uint32_t done = 0; !err && done < data.bytes;) {
        uint64_t hpa;
        uint32_t part = 4096 - (uint32_t)((address + done) & 4095);
        part = part < data.bytes - done ? part : data.bytes - done;
        err = svasim_sva_resolve(machine->sva, space, address + done, &hpa);
        if (err)
            return sva_failed(machine, err);
        err = svasim_mem_write(machine->mem, hpa, data.data + done, part);
        if (err)
            return sv_machine_fail(machine, err, "address: 0x%" PRIx64 " maps outside memory",
                                   address + done);
        done += part;
    }
    return err;
}

/* --- devices --- */

static svasim_err check_wq(svasim_machine *machine, const svasim_record *record)
{
    static const struct {
        unsigned slot;
        uint64_t min, max, otherwise;
        const char *name;
    } ranges[] = {
        {SVASIM_F_WQ_size, 1, 1024, 1, "size"},
        {SVASIM_F_WQ_threshold, 0, 1024, 0, "threshold"},
        {SVASIM_F_WQ_priority, 1, 15, 1, "priority"},
        {SVASIM_F_WQ_pasid, 0, 0xfffff, 0, "pasid"},
        {SVASIM_F_WQ_max_transfer_log2, 12, 31, 31, "max_transfer_log2"},
        {SVASIM_F_WQ_max_batch_log2, 1, 10, 10, "max_batch_log2"},
        {SVASIM_F_WQ_index, 0, SVASIM_DSA_WQS - 1, 0, "index"},
    };
    for (unsigned i = 0; i < sizeof ranges / sizeof ranges[0]; i++) {
        uint64_t value = given(record, ranges[i].slot, ranges[i].otherwise);
        if (value < ranges[i].min || value > ranges[i].max)
            return sv_machine_fail(machine, SVASIM_EINVAL,
                                   "%s: %" PRIu64 " is not %" PRIu64 " to %" PRIu64, ranges[i].name,
                                   value, ranges[i].min, ranges[i].max);
    }
    return SVASIM_OK;
}

static svasim_err act_wq(svasim_machine *machine, const svasim_record *record)
{
    struct sv_device *device = sv_machine_device(machine, record->blob[SVASIM_F_WQ_device]);
    if (!device)
        return SVASIM_EINVAL;
    svasim_err err = check_wq(machine, record);
    if (err)
        return err;
    svasim_wq_setup setup = svasim_wq_setup_default();
    setup.dedicated = record->value[SVASIM_F_WQ_mode] == 1;
    setup.size = (uint16_t)record->value[SVASIM_F_WQ_size];
    setup.threshold = (uint16_t)given(record, SVASIM_F_WQ_threshold, setup.size);
    setup.priority = (uint8_t)given(record, SVASIM_F_WQ_priority, 1);
    setup.pasid = (uint32_t)record->value[SVASIM_F_WQ_pasid];
    setup.pasid_enable = !setup.dedicated || svasim_record_has(record, SVASIM_F_WQ_pasid);
    setup.priv = svasim_record_has(record, SVASIM_F_WQ_priv);
    setup.block_on_fault = svasim_record_has(record, SVASIM_F_WQ_block_on_fault);
    setup.max_transfer_log2 = (uint8_t)given(record, SVASIM_F_WQ_max_transfer_log2, 31);
    setup.max_batch_log2 = (uint8_t)given(record, SVASIM_F_WQ_max_batch_log2, 10);
    uint8_t code =
        svasim_dsa_wq_enable(device->dsa, (unsigned)record->value[SVASIM_F_WQ_index], &setup);
    if (code)
        return sv_machine_fail(machine, SVASIM_EINVAL,
                               "wq: the device refuses to enable it, command error 0x%02x", code);
    return SVASIM_OK;
}

static svasim_err act_drain(svasim_machine *machine, const svasim_record *record)
{
    (void)record;
    return sv_machine_drain(machine);
}

sv_act sv_machine_act_of(unsigned kind)
{
    static const sv_act acts[SVASIM_RECORD_KIND_MAX + 1] = {
        [SVASIM_RECORD_DEVICE] = sv_machine_add_device,
        [SVASIM_RECORD_WQ] = act_wq,
        [SVASIM_RECORD_STORE] = act_store,
        [SVASIM_RECORD_MEM] = act_mem,
        [SVASIM_RECORD_REG] = act_reg,
        [SVASIM_RECORD_ENTRY] = act_entry,
        [SVASIM_RECORD_SPACE] = act_space,
        [SVASIM_RECORD_MAP] = act_map,
        [SVASIM_RECORD_UNMAP] = act_unmap,
        [SVASIM_RECORD_PROTECT] = act_protect,
        [SVASIM_RECORD_BIND] = act_bind,
        [SVASIM_RECORD_UNBIND] = act_unbind,
        [SVASIM_RECORD_SUBMIT] = sv_act_submit,
        [SVASIM_RECORD_DMA] = sv_act_dma,
        [SVASIM_RECORD_INTERRUPT] = sv_act_dma,
        [SVASIM_RECORD_IRTE] = sv_act_irte,
        [SVASIM_RECORD_POSTED] = sv_act_posted,
        [SVASIM_RECORD_PAGE_REQUEST] = sv_act_page_request,
        [SVASIM_RECORD_INV] = act_inv,
        [SVASIM_RECORD_DRAIN] = act_drain,
        [SVASIM_RECORD_EXPECT] = sv_act_expect,
        [SVASIM_RECORD_OBSERVE] = sv_act_expect,
        [SVASIM_RECORD_CACHED] = sv_act_cached,
        [SVASIM_RECORD_LOADED] = sv_act_loaded,
        [SVASIM_RECORD_FILL] = act_fill,
        [SVASIM_RECORD_SEEN] = sv_act_seen,
        [SVASIM_RECORD_FAIL] = sv_act_fail,
        [SVASIM_RECORD_HEAL] = sv_act_heal,
        [SVASIM_RECORD_FLUSH] = sv_act_flush,
        [SVASIM_RECORD_HOLDS] = sv_act_holds,
        [SVASIM_RECORD_REGISTER] = sv_act_register,
        [SVASIM_RECORD_LOGGED] = sv_act_logged,
        [SVASIM_RECORD_INTERRUPTED] = sv_act_interrupted,
        [SVASIM_RECORD_DEVICE_TLB] = sv_act_device_tlb,
        [SVASIM_RECORD_DEVICE_TLB_DONE] = sv_act_device_tlb_done,
        [SVASIM_RECORD_INVALIDATED] = sv_act_invalidated,
    };
    return kind <= SVASIM_RECORD_KIND_MAX ? acts[kind] : NULL;
}
