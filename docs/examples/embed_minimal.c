/* SPDX-License-Identifier: MIT */
/* embed_minimal.c - from nothing to a first translation: memory, tables, a unit, one page, one
 * request, no time. A real host checks every result as it checks the last one here. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include <svasim/svasim.h>
#include <svasim/tables.h>

int main(void)
{
    /* A machine's memory, and a unit that reads its tables from there. */
    svasim_mem *mem = svasim_mem_create(0, NULL);
    svasim_config *config = svasim_config_create();
    svasim_ports ports = SVASIM_PORTS_INIT;
    svasim *unit = NULL;
    svasim_mem_ports(mem, &ports);
    svasim_create(&unit, config, &ports, NULL);

    /* PASID 5 of device 00:02.0 gets first-stage tables with one page: 0x1000 -> 0xabc000. */
    const svasim_tables_setup setup = {0x100000, 0x100000, .scalable = true, .pdts = 7};
    const svasim_entry_ref pasid_entry = {SVASIM_ENTRY_PASID, .source_id = 0x0010, .pasid = 5};
    svasim_tables *tables = svasim_tables_create(mem, &setup);
    svasim_tree tree = {0};
    char fields[64];
    svasim_tree_create(tables, false, 4, &tree);
    svasim_tree_map(tables, &tree, 0x1000, 0xabc000, 4096, 4096, SVASIM_MAP_USER);
    snprintf(fields, sizeof fields, "pgtt=1 did=1 pwsnp=1 fsptptr=0x%" PRIx64 " p=1", tree.root);
    svasim_tables_set(tables, &pasid_entry, fields);

    /* What a driver does last: root pointer in scalable mode, latch it, enable translation. */
    svasim_mmio_write(unit, 0x20, 8, svasim_tables_root(tables) | 1u << 10);
    svasim_mmio_write(unit, 0x18, 4, UINT64_C(1) << 30);
    svasim_mmio_write(unit, 0x18, 4, UINT64_C(1) << 31);

    svasim_request request = {
        .address = 0x1040, .length = 64, .pasid = 5, .source_id = 0x0010, .op = SVASIM_READ};
    svasim_response response = {0};
    svasim_err err = svasim_translate(unit, &request, &response);
    printf("read  0x1040: host address 0x%" PRIx64 ", %u memory reads\n", response.address,
           response.reads);

    request.op = SVASIM_WRITE; /* the page is read-only */
    svasim_response refused = {0};
    if (err == SVASIM_OK)
        err = svasim_translate(unit, &request, &refused);
    const svasim_fault_info *fault = svasim_fault_at(refused.fault);
    printf("write 0x1040: %s %s\n", fault ? fault->name : "done", fault ? fault->condition : "");

    svasim_destroy(unit);
    svasim_tables_destroy(tables);
    svasim_config_destroy(config);
    svasim_mem_destroy(mem);
    return err == SVASIM_OK && response.address == 0xabc040 && fault ? EXIT_SUCCESS : EXIT_FAILURE;
}
