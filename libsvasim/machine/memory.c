/* SPDX-License-Identifier: MIT */
/* memory.c - records that make memory imperfect: accesses of the unit that fail, and stores that
 * stay in the CPU's caches. The front that does it stands before the memory from the first such
 * record on, or from the beginning with machine.cpu_cache. */
#include "machine/state.h"

#include <inttypes.h>

svasim_err sv_machine_need_front(svasim_machine *machine)
{
    if (machine->front)
        return SVASIM_OK;
    machine->front = svasim_front_create(machine->mem, NULL);
    if (!machine->front)
        return sv_machine_fail(machine, SVASIM_ENOMEM, "out of memory");
    svasim_front_ports(machine->front, &machine->mem_ports);
    return SVASIM_OK;
}

/* Slots of the fields that name an entry, from the first on. */
enum { ENTRY, SID, PASID, IOVA, LEVEL };

/* Host address and size of the entry that a record names from slot `first` on. */
static svasim_err find_entry(svasim_machine *machine, const svasim_record *record, unsigned first,
                             uint64_t *hpa, uint64_t *bytes)
{
    const uint64_t *value = record->value + first;
    bool has_level = svasim_record_has(record, first + LEVEL);
    const svasim_entry_ref ref = {
        .entry = (svasim_entry)value[ENTRY],
        .source_id = (uint16_t)value[SID],
        .pasid = (uint32_t)value[PASID],
        .address = value[IOVA],
        .level = (uint8_t)(has_level ? value[LEVEL] : 1),
    };
    const svasim_layout *layout;
    if (!svasim_record_has(record, first + SID))
        return sv_machine_fail(machine, SVASIM_EINVAL, "sid: an entry needs it");
    svasim_err err = sv_machine_need_tables(machine);
    if (err)
        return err;
    if (svasim_tables_locate(machine->tables, &ref, false, hpa, &layout) != SVASIM_OK)
        return sv_machine_fail(machine, SVASIM_EINVAL, "entry: %s",
                               svasim_tables_error(machine->tables));
    *bytes = 8u * layout->words;
    return SVASIM_OK;
}

static svasim_err no_range(svasim_machine *machine, svasim_err err, uint64_t hpa, uint64_t bytes)
{
    if (err == SVASIM_ENOMEM)
        return sv_machine_fail(machine, err, "out of memory");
    return sv_machine_fail(machine, err, "bytes: 0x%" PRIx64 " at 0x%" PRIx64 " is no range", bytes,
                           hpa);
}

svasim_err sv_act_fail(svasim_machine *machine, const svasim_record *record)
{
    static const unsigned accesses[] = {SVASIM_FAIL_ALL, SVASIM_FAIL_READ, SVASIM_FAIL_WRITE,
                                        SVASIM_FAIL_UPDATE};
    uint64_t hpa = record->value[SVASIM_F_FAIL_address], bytes = 8;
    bool by_name = svasim_record_has(record, SVASIM_F_FAIL_entry);
    if (by_name == svasim_record_has(record, SVASIM_F_FAIL_address))
        return sv_machine_fail(machine, SVASIM_EINVAL, "fail: give an address or an entry");
    svasim_err err = SVASIM_OK;
    if (by_name)
        err = find_entry(machine, record, SVASIM_F_FAIL_entry, &hpa, &bytes);
    if (!err)
        err = sv_machine_need_front(machine);
    if (err)
        return err;
    if (svasim_record_has(record, SVASIM_F_FAIL_bytes))
        bytes = record->value[SVASIM_F_FAIL_bytes];
    unsigned which = accesses[record->value[SVASIM_F_FAIL_access] % 4];
    sv_machine_cross(
        machine, &(svasim_crossing){
                     .kind = SVASIM_CROSSING_FAIL, .address = hpa, .bytes = bytes, .value = which});
    err = svasim_front_fail(machine->front, hpa, bytes, which);
    return err ? no_range(machine, err, hpa, bytes) : SVASIM_OK;
}

svasim_err sv_act_heal(svasim_machine *machine, const svasim_record *record)
{
    bool everywhere = !svasim_record_has(record, SVASIM_F_HEAL_address);
    uint64_t hpa = record->value[SVASIM_F_HEAL_address], bytes = everywhere ? 0 : 8;
    if (svasim_record_has(record, SVASIM_F_HEAL_bytes))
        bytes = record->value[SVASIM_F_HEAL_bytes];
    if (!everywhere && bytes == 0)
        return sv_machine_fail(machine, SVASIM_EINVAL, "bytes: 0 is no range");
    svasim_err err = sv_machine_need_front(machine);
    if (err)
        return err;
    sv_machine_cross(
        machine, &(svasim_crossing){.kind = SVASIM_CROSSING_HEAL, .address = hpa, .bytes = bytes});
    err = svasim_front_heal(machine->front, hpa, bytes);
    return err ? no_range(machine, err, hpa, bytes) : SVASIM_OK;
}

svasim_err sv_act_flush(svasim_machine *machine, const svasim_record *record)
{
    uint64_t hpa = record->value[SVASIM_F_FLUSH_address], bytes = 8;
    bool by_name = svasim_record_has(record, SVASIM_F_FLUSH_entry);
    bool by_address = svasim_record_has(record, SVASIM_F_FLUSH_address);
    svasim_err err = SVASIM_OK;
    if (by_name && by_address)
        return sv_machine_fail(machine, SVASIM_EINVAL, "flush: give an address or an entry");
    if (by_name)
        err = find_entry(machine, record, SVASIM_F_FLUSH_entry, &hpa, &bytes);
    if (err || !machine->front)
        return err;
    if (svasim_record_has(record, SVASIM_F_FLUSH_bytes))
        bytes = record->value[SVASIM_F_FLUSH_bytes];
    if (by_name || by_address ? bytes == 0 : svasim_record_has(record, SVASIM_F_FLUSH_bytes))
        return no_range(machine, SVASIM_EINVAL, hpa, bytes);
    bytes = by_name || by_address ? bytes : 0;
    sv_machine_cross(
        machine, &(svasim_crossing){.kind = SVASIM_CROSSING_FLUSH, .address = hpa, .bytes = bytes});
    svasim_front_flush(machine->front, hpa, bytes);
    return SVASIM_OK;
}

void sv_machine_cpu_stores(svasim_machine *machine, unsigned kind)
{
    bool raw = kind == SVASIM_RECORD_STORE || kind == SVASIM_RECORD_MEM ||
               kind == SVASIM_RECORD_ENTRY || kind == SVASIM_RECORD_FILL ||
               kind == SVASIM_RECORD_IRTE || kind == SVASIM_RECORD_POSTED;
    machine->keeps = raw && machine->cpu_cache;
    if (machine->cpu_cache)
        svasim_front_cpu_cache(machine->front,
                               raw ? SVASIM_CPU_CACHE_KEEP : SVASIM_CPU_CACHE_FLUSH);
}
