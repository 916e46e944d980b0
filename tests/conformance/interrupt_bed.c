/* SPDX-License-Identifier: MIT */
/* interrupt_bed.c - builds the unit of interrupt_bed.h through the public interface only. */
#define _POSIX_C_SOURCE 200809L
#include "conformance/interrupt_bed.h"

#include "conformance/bed.h"

#include <check.h>
#include <string.h>

#define EIME  (UINT64_C(1) << 11)
#define SIRTP (1u << 24)
#define IRE   (1u << 25)

static int port_read(void *host, uint64_t hpa, void *out, uint32_t bytes)
{
    struct ibed *bed = host;
    if (bed->unreadable && hpa <= bed->unreadable && bed->unreadable < hpa + bytes)
        return 1;
    return svasim_mem_read(bed->mem, hpa, out, bytes) != SVASIM_OK;
}

static int port_write(void *host, uint64_t hpa, const void *data, uint32_t bytes)
{
    struct ibed *bed = host;
    return svasim_mem_write(bed->mem, hpa, data, bytes) != SVASIM_OK;
}

static svasim_update port_update(void *host, uint64_t hpa, uint64_t expected, uint64_t desired,
                                 uint64_t *seen)
{
    struct ibed *bed = host;
    if (bed->stuck && bed->stuck == hpa)
        return SVASIM_UPDATE_FAILED;
    *seen = svasim_mem_read64(bed->mem, hpa);
    if (bed->meddle_at == hpa && bed->meddle_times) {
        bed->meddle_times--;
        *seen ^= bed->meddle;
        ck_assert(svasim_mem_write64(bed->mem, hpa, *seen) == SVASIM_OK);
    }
    if (*seen != expected)
        return SVASIM_UPDATE_LOST;
    ck_assert(svasim_mem_write64(bed->mem, hpa, desired) == SVASIM_OK);
    return SVASIM_UPDATE_DONE;
}

static void port_respond(void *host, const svasim_response *response)
{
    struct ibed *bed = host;
    bed->last = *response;
    bed->answered++;
}

void ibed_open(struct ibed *bed, const char *config, int mode)
{
    svasim_ports ports = SVASIM_PORTS_INIT;
    svasim_tables_setup setup = {
        .frames_base = BED_FRAMES, .frames_bytes = BED_FRAME_BYTES, .interrupts = IBED_ENTRIES};
    uint32_t entries;
    *bed = (struct ibed){.mem = svasim_mem_create(UINT64_C(1) << 40, NULL),
                         .config = svasim_config_create()};
    bed->tables = svasim_tables_create(bed->mem, &setup);
    ck_assert_ptr_nonnull(bed->tables);
    ports.host = bed;
    ports.read = port_read;
    ports.write = port_write;
    ports.update = port_update;
    ports.respond = port_respond;
    bed_configure(bed->config, config);
    ck_assert_msg(svasim_create(&bed->unit, bed->config, &ports, NULL) == SVASIM_OK, "%s",
                  svasim_config_error(bed->config));
    ibed_entry(bed, 0, "p=0");
    bed->table = svasim_tables_interrupts(bed->tables, &entries);
    ck_assert_uint_eq(entries, IBED_ENTRIES);
    ibed_point(bed, bed->table | (mode == IBED_X2APIC ? EIME : 0) | 7);
    ibed_command(bed, IRE);
}

void ibed_close(struct ibed *bed)
{
    svasim_destroy(bed->unit);
    svasim_config_destroy(bed->config);
    svasim_tables_destroy(bed->tables);
    svasim_mem_destroy(bed->mem);
}

void ibed_command(struct ibed *bed, uint32_t gcmd)
{
    ck_assert(svasim_mmio_write(bed->unit, 0x18, 4, gcmd) == SVASIM_OK);
}

void ibed_point(struct ibed *bed, uint64_t irta)
{
    uint64_t status;
    ck_assert(svasim_mmio_read(bed->unit, 0x1c, 4, &status) == SVASIM_OK);
    ck_assert(svasim_mmio_write(bed->unit, 0xb8, 8, irta) == SVASIM_OK);
    ibed_command(bed, ((uint32_t)status & ~SIRTP) | SIRTP);
}

static void set(struct ibed *bed, svasim_entry kind, uint64_t address, const char *fields)
{
    svasim_entry_ref ref = {.entry = kind, .address = address};
    ck_assert_msg(svasim_tables_set(bed->tables, &ref, fields) == SVASIM_OK, "%s",
                  svasim_tables_error(bed->tables));
}

void ibed_entry(struct ibed *bed, uint32_t index, const char *fields)
{
    set(bed, SVASIM_ENTRY_IRTE, index, "raw0=0 raw1=0");
    set(bed, SVASIM_ENTRY_IRTE, index, fields);
}

void ibed_descriptor(struct ibed *bed, const char *fields)
{
    set(bed, SVASIM_ENTRY_POSTED, IBED_DESCRIPTOR,
        "raw0=0 raw1=0 raw2=0 raw3=0 raw4=0 raw5=0 raw6=0 raw7=0");
    set(bed, SVASIM_ENTRY_POSTED, IBED_DESCRIPTOR, fields);
}

uint64_t ibed_word(const struct ibed *bed, unsigned quadword)
{
    return svasim_mem_read64(bed->mem, IBED_DESCRIPTOR + 8 * quadword);
}

svasim_request ibed_request(uint32_t index)
{
    return (svasim_request){
        .address = UINT64_C(0xfee00010) | (uint64_t)(index & 0x7fff) << 5 | (index >> 15 & 1) << 2,
        .length = 4,
        .pasid = SVASIM_NO_PASID,
        .source_id = IBED_SID,
        .op = SVASIM_WRITE,
    };
}

svasim_response ibed_ask(struct ibed *bed, const svasim_request *request, bool timed)
{
    svasim_response response;
    if (!timed) {
        ck_assert(svasim_translate(bed->unit, request, &response) == SVASIM_OK);
        return response;
    }
    uint32_t before = bed->answered;
    ck_assert(svasim_submit(bed->unit, request) == SVASIM_OK);
    svasim_drain(bed->unit);
    ck_assert_uint_eq(bed->answered, before + 1);
    return bed->last;
}

svasim_response ibed_expect(struct ibed *bed, uint32_t index, bool timed, svasim_fault fault)
{
    svasim_request request = ibed_request(index);
    svasim_response r = ibed_ask(bed, &request, timed);
    ck_assert_msg(r.fault == fault, "index %u: %s, expected %s", index, bed_fault_name(r.fault),
                  bed_fault_name(fault));
    ck_assert_uint_eq(r.status, fault ? SVASIM_STATUS_UR : SVASIM_STATUS_OK);
    ck_assert_uint_eq((r.flags & SVASIM_INTERRUPT) != 0, fault == SVASIM_FAULT_NONE);
    ck_assert_uint_eq(r.rights, fault ? 0 : SVASIM_R | SVASIM_W);
    if (fault)
        ck_assert(r.address == 0 && r.data == 0 && r.rights == 0 && !(r.flags & SVASIM_POSTED));
    return r;
}

uint64_t ibed_counter(const struct ibed *bed, const char *name)
{
    const svasim_counter_info *row;
    for (unsigned i = 0; (row = svasim_counter_at(i)) != NULL; i++)
        if (strcmp(row->name, name) == 0)
            return svasim_counter_value(bed->unit, i);
    ck_abort_msg("no counter %s", name);
    return 0;
}

bool ibed_cached(const struct ibed *bed, uint32_t index)
{
    return svasim_cache_holds(bed->unit, "iec", 0, SVASIM_NO_PASID, index);
}

uint64_t ibed_record(struct ibed *bed, unsigned n, unsigned half)
{
    uint64_t value;
    ck_assert(svasim_mmio_read(bed->unit, 0x1000 + 16 * n + 8 * half, 8, &value) == SVASIM_OK);
    return value;
}

void ibed_invalidate(struct ibed *bed, uint64_t word)
{
    const uint64_t words[4] = {word, 0, 0, 0};
    uint8_t iqei;
    ck_assert(svasim_invalidate(bed->unit, words, &iqei) == SVASIM_OK);
    ck_assert_uint_eq(iqei, 0);
}
