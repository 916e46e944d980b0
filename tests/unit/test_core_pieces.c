/* SPDX-License-Identifier: MIT */
/* test_core_pieces.c - how a unit reads long structures: in calls of memory.piece bytes, between
 * which the host may change memory, and through which port. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "svasim/mem.h"
#include "svasim/svasim.h"
#include "svasim/tables.h"

#define SID 0x10u

struct pieces_bed {
    svasim_mem *mem;
    svasim_tables *tables;
    svasim_config *config;
    svasim *unit;
    uint64_t meddle_after; /* after a read of this address, store... */
    uint64_t meddle_hpa, meddle_value;
    uint64_t broken;    /* reads of this address fail */
    unsigned calls[65]; /* by size */
    unsigned unsnooped;
};

static int read_port(void *host, uint64_t hpa, void *out, uint32_t bytes)
{
    struct pieces_bed *bed = host;
    bed->calls[bytes]++;
    int failed = svasim_mem_read(bed->mem, hpa, out, bytes) != SVASIM_OK;
    if (bed->meddle_after == hpa)
        (void)svasim_mem_write64(bed->mem, bed->meddle_hpa, bed->meddle_value);
    return failed || hpa == bed->broken;
}

static int read_unsnooped_port(void *host, uint64_t hpa, void *out, uint32_t bytes)
{
    struct pieces_bed *bed = host;
    bed->unsnooped++;
    return read_port(host, hpa, out, bytes);
}

static svasim_update update_port(void *host, uint64_t hpa, uint64_t expected, uint64_t desired,
                                 uint64_t *seen)
{
    struct pieces_bed *bed = host;
    *seen = expected;
    (void)svasim_mem_write64(bed->mem, hpa, desired);
    return SVASIM_UPDATE_DONE;
}

static void set(struct pieces_bed *bed, svasim_entry entry, uint8_t level, const char *fields)
{
    const svasim_entry_ref ref = {
        .entry = entry, .source_id = SID, .pasid = 5, .address = 0x7000, .level = level};
    assert_int_equal(svasim_tables_set(bed->tables, &ref, fields), SVASIM_OK);
}

static uint64_t where(struct pieces_bed *bed, svasim_entry entry)
{
    const svasim_entry_ref ref = {.entry = entry, .source_id = SID, .pasid = 5};
    const svasim_layout *layout;
    uint64_t hpa = 0;
    assert_int_equal(svasim_tables_locate(bed->tables, &ref, false, &hpa, &layout), SVASIM_OK);
    return hpa;
}

static void open_bed(struct pieces_bed *bed, const char *piece, bool coherent, bool second_port,
                     const char *pasid)
{
    const svasim_tables_setup setup = {0x100000, 0x100000, .scalable = true, .pdts = 7};
    svasim_ports ports = SVASIM_PORTS_INIT;
    *bed = (struct pieces_bed){.meddle_after = UINT64_MAX, .broken = UINT64_MAX};
    bed->mem = svasim_mem_create(0, NULL);
    bed->tables = svasim_tables_create(bed->mem, &setup);
    bed->config = svasim_config_create();
    assert_int_equal(svasim_config_set(bed->config, "memory.piece", piece), SVASIM_OK);
    assert_int_equal(svasim_config_set(bed->config, "cap.c", coherent ? "on" : "off"), SVASIM_OK);
    ports.host = bed;
    ports.read = read_port;
    ports.update = update_port;
    ports.read_unsnooped = second_port ? read_unsnooped_port : NULL;
    assert_int_equal(svasim_create(&bed->unit, bed->config, &ports, NULL), SVASIM_OK);
    set(bed, SVASIM_ENTRY_PASID, 0, pasid);
    set(bed, SVASIM_ENTRY_FIRST, 1, "p=1 rw=1 us=1 a=1 d=1 addr=0x200000");
    for (uint8_t level = 2; level <= 4; level++)
        set(bed, SVASIM_ENTRY_FIRST, level, "a=1");
    uint64_t root = svasim_tables_root(bed->tables) | 1u << 10;
    assert_int_equal(svasim_mmio_write(bed->unit, 0x20, 8, root), SVASIM_OK);
    assert_int_equal(svasim_mmio_write(bed->unit, 0x18, 4, 1u << 30 | 1u << 31), SVASIM_OK);
}

static void close_bed(struct pieces_bed *bed)
{
    svasim_destroy(bed->unit);
    svasim_config_destroy(bed->config);
    svasim_tables_destroy(bed->tables);
    svasim_mem_destroy(bed->mem);
}

static svasim_response ask(struct pieces_bed *bed)
{
    const svasim_request request = {.address = 0x7000, .length = 8, .pasid = 5, .source_id = SID};
    svasim_response response;
    assert_int_equal(svasim_translate(bed->unit, &request, &response), SVASIM_OK);
    return response;
}

static void reads_are_cut_into_pieces(void **state)
{
    (void)state;
    static const struct {
        const char *piece;
        unsigned of_64, of_32, of_16;
    } cuts[] = {{"64", 1, 1, 1}, {"32", 0, 3, 1}, {"16", 0, 0, 7}};
    for (size_t i = 0; i < sizeof cuts / sizeof cuts[0]; i++) {
        struct pieces_bed bed;
        open_bed(&bed, cuts[i].piece, true, false, "p=1 pgtt=1 pwsnp=1");
        svasim_response response = ask(&bed);
        assert_int_equal(response.address, 0x200000);
        assert_int_equal(response.reads, 8); /* a piece is no read of its own */
        assert_int_equal(bed.calls[64], cuts[i].of_64);
        assert_int_equal(bed.calls[32], cuts[i].of_32);
        assert_int_equal(bed.calls[16], cuts[i].of_16);
        assert_int_equal(bed.calls[8], 5);
        close_bed(&bed);
    }
}

/* The host stores while the entry is being read: P = 1 was seen, the pointer behind it is new.
 * trap 27: between pieces. */
static void the_host_may_store_between_pieces(void **state)
{
    (void)state;
    for (int torn = 0; torn < 2; torn++) {
        struct pieces_bed bed;
        open_bed(&bed, torn ? "16" : "64", true, false, "p=1 pgtt=1 pwsnp=1");
        bed.meddle_after = where(&bed, SVASIM_ENTRY_PASID);
        bed.meddle_hpa = bed.meddle_after + 16;
        bed.meddle_value = 0x180000; /* an empty table */
        svasim_response response = ask(&bed);
        assert_int_equal(response.fault, torn ? SVASIM_FAULT_SFS_2 : SVASIM_FAULT_NONE);
        close_bed(&bed);
    }
}

/* One bad piece, whichever, makes the whole read fail. */
static void one_bad_piece_is_enough(void **state)
{
    (void)state;
    for (unsigned piece = 0; piece < 4; piece++) {
        struct pieces_bed bed;
        open_bed(&bed, "16", true, false, "p=1 pgtt=1 pwsnp=1");
        bed.broken = where(&bed, SVASIM_ENTRY_PASID) + 16 * piece;
        assert_int_equal(ask(&bed).fault, SVASIM_FAULT_SPT_1);
        close_bed(&bed);
    }
}

/* Who is asked: structures by ECAP.C, page walks by PWSNP. */
static void unsnooped_reads_have_a_port(void **state)
{
    (void)state;
    static const struct {
        bool coherent;
        const char *pasid;
        unsigned unsnooped;
    } cases[] = {
        {true, "p=1 pgtt=1 pwsnp=1", 0},
        {true, "p=1 pgtt=1", 4},
        {false, "p=1 pgtt=1 pwsnp=1", 4},
        {false, "p=1 pgtt=1", 8},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        for (int port = 0; port < 2; port++) {
            struct pieces_bed bed;
            open_bed(&bed, "64", cases[i].coherent, port, cases[i].pasid);
            assert_int_equal(ask(&bed).address, 0x200000);
            assert_int_equal(bed.unsnooped, port ? cases[i].unsnooped : 0);
            close_bed(&bed);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_are_cut_into_pieces),
        cmocka_unit_test(the_host_may_store_between_pieces),
        cmocka_unit_test(one_bad_piece_is_enough),
        cmocka_unit_test(unsnooped_reads_have_a_port),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
