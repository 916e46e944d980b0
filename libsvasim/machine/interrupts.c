/* SPDX-License-Identifier: MIT */
/* interrupts.c - interrupt, irte and posted records: the requests, and the structures that remap
 * and post them. The first irte record makes the table and switches interrupt remapping on. */
#include "machine/state.h"

#include <inttypes.h>
#include <string.h>

#define GCMD  0x18
#define GSTS  0x1c
#define IRTA  0xb8
#define IRE   (UINT64_C(1) << 25)
#define SIRTP (UINT64_C(1) << 24)
#define EIME  (UINT64_C(1) << 11)
/* Status bits that are levels, to be repeated in every command (section 11.4.4.2). */
#define LEVELS UINT64_C(0x96800000)

#define INTERRUPT_BASE UINT64_C(0xfee00000)
#define REMAPPABLE     (UINT64_C(1) << 4)
#define SHV            (UINT64_C(1) << 3)

/* --- requests --- */

/* Address of a request in remappable format (section 5.1.2.2). */
static uint64_t address_of(uint64_t handle, bool has_subhandle)
{
    return INTERRUPT_BASE | REMAPPABLE | (handle & 0x7fff) << 5 | (handle >> 15) << 2 |
           (has_subhandle ? SHV : 0);
}

const char *sv_machine_interrupt_request(const svasim_record *record, svasim_request *out)
{
    const uint64_t *value = record->value;
    bool has_index = svasim_record_has(record, SVASIM_F_INTERRUPT_index);
    bool has_sub = svasim_record_has(record, SVASIM_F_INTERRUPT_sub);
    if (has_index == svasim_record_has(record, SVASIM_F_INTERRUPT_address))
        return "interrupt: give either index or address";
    if (has_sub && !has_index)
        return "sub: only with index";
    if (value[SVASIM_F_INTERRUPT_index] > 0xffff || value[SVASIM_F_INTERRUPT_sub] > 0xffff)
        return "index, sub: do not fit 16 bits";
    uint64_t address = has_index ? address_of(value[SVASIM_F_INTERRUPT_index], has_sub)
                                 : value[SVASIM_F_INTERRUPT_address];
    if (address >> 20 != INTERRUPT_BASE >> 20 || address % 4)
        return "address: not a multiple of 4 from 0xfee00000 to 0xfeeffffc";
    *out = (svasim_request){
        .address = address,
        .length = 4,
        .pasid = SVASIM_NO_PASID,
        .source_id = (uint16_t)value[SVASIM_F_INTERRUPT_sid],
        .op = SVASIM_WRITE,
        .data = (uint32_t)value[SVASIM_F_INTERRUPT_sub],
    };
    if (svasim_record_has(record, SVASIM_F_INTERRUPT_data))
        out->data = (uint32_t)value[SVASIM_F_INTERRUPT_data];
    return NULL;
}

/* --- structures --- */

/* Point the unit to the table and switch remapping on, as a driver would. */
static void enable(svasim_machine *machine)
{
    uint64_t status = 0, size = 0;
    uint32_t entries;
    uint64_t irta = svasim_tables_interrupts(machine->tables, &entries);
    if (sv_machine_config_is(machine, "machine.apic", "x2apic") &&
        sv_machine_config_is(machine, "cap.eim", "on"))
        irta |= EIME;
    while (UINT32_C(2) << size < entries)
        size++;
    (void)sv_machine_write_register(machine, IRTA, 8, irta | size);
    (void)svasim_mmio_read(machine->unit, GSTS, 4, &status);
    (void)sv_machine_write_register(machine, GCMD, 4, (status & LEVELS) | SIRTP);
    (void)sv_machine_write_register(machine, GCMD, 4, (status & LEVELS) | IRE);
}

svasim_err sv_act_irte(svasim_machine *machine, const svasim_record *record)
{
    uint32_t entries;
    svasim_entry_ref ref = {.entry = SVASIM_ENTRY_IRTE,
                            .address = record->value[SVASIM_F_IRTE_index]};
    svasim_err err = sv_machine_need_builder(machine);
    if (err)
        return err;
    bool first = svasim_tables_interrupts(machine->tables, &entries) == 0;
    err = sv_machine_set_entry(machine, &ref, record->blob[SVASIM_F_IRTE_set]);
    if (!err && first && !machine->registers_written &&
        sv_machine_config_is(machine, "machine.auto_enable", "on"))
        enable(machine);
    return err;
}

svasim_err sv_act_posted(svasim_machine *machine, const svasim_record *record)
{
    svasim_entry_ref ref = {.entry = SVASIM_ENTRY_POSTED,
                            .address = record->value[SVASIM_F_POSTED_address]};
    svasim_err err = sv_machine_need_builder(machine);
    return err ? err : sv_machine_set_entry(machine, &ref, record->blob[SVASIM_F_POSTED_set]);
}
