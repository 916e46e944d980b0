/* SPDX-License-Identifier: MIT */
/* performance_counters.c - the unit counts for its driver: find the registers, select an event,
 * enable by command, be interrupted when the count is full, read what was counted. Registers only,
 * as on hardware (VT-d specification 10 and 11.4.13). */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include <svasim/svasim.h>
#include <svasim/tables.h>

#define PERFCAP      0x300
#define PERFCFGOFF   0x310
#define PERFOVFOFF   0x318
#define PERFCNTROFF  0x31c
#define PERFINTRSTS  0x324
#define PERFINTRCTL  0x328
#define PERFINTRDATA 0x32c
#define PERFINTRADDR 0x330
#define PERFEVNTCAP  0x380
#define ECMD         0x400
#define ECRSP        0x410

#define ENABLE 240 /* enhanced commands */
#define FREEZE 244

#define IOTLB_GROUP 3 /* table 49 */
#define IOTLB_HIT   (UINT64_C(1) << 1)
#define INTERRUPT   (UINT64_C(1) << 1) /* in the configuration of a counter */

static unsigned interrupts;

static uint64_t get(svasim *unit, uint32_t offset, uint32_t bytes)
{
    uint64_t value = 0;
    svasim_mmio_read(unit, offset, bytes, &value);
    return value;
}

static void put(svasim *unit, uint32_t offset, uint32_t bytes, uint64_t value)
{
    svasim_mmio_write(unit, offset, bytes, value);
}

/* One at a time: write it, then wait until it is not in progress any more. */
static unsigned command(svasim *unit, uint64_t operand, unsigned number)
{
    put(unit, ECMD, 8, operand << 16 | number);
    while (get(unit, ECRSP, 8) & 1)
        svasim_run_until(unit, svasim_now(unit) + 1);
    return get(unit, ECRSP, 8) >> 1 & 0x7f;
}

/* Must not call back into the unit: a handler is work for later. */
static void on_interrupt(void *host, uint64_t address, uint32_t data)
{
    (void)host;
    printf("interrupt 0x%" PRIx64 " 0x%" PRIx32 "\n", address, data);
    interrupts++;
}

/* Two counters of IOTLB hits; the first calls after `period` of them. */
static unsigned start(svasim *unit, uint64_t period)
{
    uint64_t capability = get(unit, PERFCAP, 8);
    unsigned width = capability >> 16 & 0x7f;
    uint32_t config = (uint32_t)get(unit, PERFCFGOFF, 4);
    uint32_t value = (uint32_t)get(unit, PERFCNTROFF, 4);
    uint32_t stride = UINT32_C(1024) << (capability >> 52 & 7);
    printf("%u counters of %u bits, events of group %u: 0x%" PRIx64 "\n",
           (unsigned)(capability & 0xffff), width, IOTLB_GROUP,
           get(unit, PERFEVNTCAP + 8 * IOTLB_GROUP, 8));
    put(unit, PERFINTRDATA, 4, 0x41);
    put(unit, PERFINTRADDR, 8, 0xfee00000);
    put(unit, PERFINTRCTL, 4, 0); /* unmask */
    put(unit, config, 8, IOTLB_HIT << 32 | IOTLB_GROUP << 8 | INTERRUPT);
    put(unit, config + 0x100, 8, IOTLB_HIT << 32 | IOTLB_GROUP << 8);
    put(unit, value, 8, (UINT64_C(1) << width) - period); /* full after so many */
    put(unit, value + stride, 8, 0);
    return command(unit, 0, ENABLE) | command(unit, 1, ENABLE);
}

/* What the interrupt handler does, and the count. */
static uint64_t finish(svasim *unit)
{
    uint32_t overflow = (uint32_t)get(unit, PERFOVFOFF, 4);
    uint32_t stride = UINT32_C(1024) << (get(unit, PERFCAP, 8) >> 52 & 7);
    command(unit, 0, FREEZE);
    printf("overflow status 0x%" PRIx64 "\n", get(unit, overflow, 8));
    put(unit, overflow, 8, get(unit, overflow, 8)); /* write 1 to clear */
    put(unit, PERFINTRSTS, 4, 1);
    return get(unit, (uint32_t)get(unit, PERFCNTROFF, 4) + stride, 8);
}

/* A page that device 00:02.0 reads: 0x1000 -> 0xabc000, with PASID 5. */
static void build(svasim *unit, svasim_tables *tables)
{
    const svasim_entry_ref entry = {SVASIM_ENTRY_PASID, .source_id = 0x0010, .pasid = 5};
    svasim_tree tree = {0};
    char fields[64];
    svasim_tree_create(tables, false, 4, &tree);
    svasim_tree_map(tables, &tree, 0x1000, 0xabc000, 4096, 4096, SVASIM_MAP_USER);
    snprintf(fields, sizeof fields, "pgtt=1 did=1 pwsnp=1 fsptptr=0x%" PRIx64 " p=1", tree.root);
    svasim_tables_set(tables, &entry, fields);
    put(unit, 0x20, 8, svasim_tables_root(tables) | 1u << 10);
    put(unit, 0x18, 4, UINT64_C(1) << 30);
    put(unit, 0x18, 4, UINT64_C(1) << 31);
}

int main(void)
{
    svasim_mem *mem = svasim_mem_create(0, NULL);
    svasim_config *config = svasim_config_create();
    svasim_ports ports = SVASIM_PORTS_INIT;
    svasim *unit = NULL;
    const svasim_tables_setup setup = {0x100000, 0x100000, .scalable = true, .pdts = 7};
    svasim_mem_ports(mem, &ports);
    ports.interrupt = on_interrupt;
    svasim_config_set(config, "cap.ecmds", "on");
    svasim_config_set(config, "cap.pms", "on");
    if (svasim_create(&unit, config, &ports, NULL) != SVASIM_OK)
        return EXIT_FAILURE;
    svasim_tables *tables = svasim_tables_create(mem, &setup);
    build(unit, tables);

    unsigned status = start(unit, 4);
    for (unsigned i = 0; i < 6; i++) {
        svasim_request request = {
            .address = 0x1000 + 64 * i, .length = 64, .pasid = 5, .source_id = 0x0010};
        svasim_response response = {0};
        svasim_translate(unit, &request, &response);
        printf("read 0x%" PRIx64 "%s\n", request.address,
               response.flags & SVASIM_IOTLB_HIT ? ": IOTLB hit" : "");
    }
    uint64_t hits = finish(unit);
    printf("%" PRIu64 " IOTLB hits\n", hits);

    svasim_destroy(unit);
    svasim_tables_destroy(tables);
    svasim_config_destroy(config);
    svasim_mem_destroy(mem);
    return status == 0 && hits == 5 && interrupts == 1 ? EXIT_SUCCESS : EXIT_FAILURE;
}
