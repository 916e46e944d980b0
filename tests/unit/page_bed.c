/* SPDX-License-Identifier: MIT */
/* page_bed.c - the tables and ports of page_bed.h. */
#include "page_bed.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* --- ports --- */

static int port_read(void *host, uint64_t hpa, void *out, uint32_t bytes)
{
    const struct page_bed *bed = host;
    return svasim_mem_read(bed->base.mem, hpa, out, bytes) != SVASIM_OK;
}

static int port_write(void *host, uint64_t hpa, const void *data, uint32_t bytes)
{
    struct page_bed *bed = host;
    const unsigned char *from = data;
    uint64_t value = 0;
    for (unsigned i = 0; i < bytes; i++)
        value |= (uint64_t)from[i] << (8 * i);
    if (bed->store_count < sizeof bed->stores / sizeof bed->stores[0])
        bed->stores[bed->store_count] =
            (struct page_store){hpa, value, (uint32_t)unit_read(&bed->base, REG_PQT, 8),
                                unit_cached(&bed->base, "iotlb_4k")};
    bed->store_count++;
    return svasim_mem_write(bed->base.mem, hpa, data, bytes) != SVASIM_OK;
}

static svasim_update port_update(void *host, uint64_t hpa, uint64_t expected, uint64_t desired,
                                 uint64_t *seen)
{
    const struct page_bed *bed = host;
    *seen = svasim_mem_read64(bed->base.mem, hpa);
    if (*seen != expected)
        return SVASIM_UPDATE_LOST;
    return svasim_mem_write64(bed->base.mem, hpa, desired) == SVASIM_OK ? SVASIM_UPDATE_DONE
                                                                        : SVASIM_UPDATE_FAILED;
}

static void port_respond(void *host, const svasim_response *response)
{
    struct page_bed *bed = host;
    assert_true(bed->answers < sizeof bed->answer / sizeof bed->answer[0]);
    bed->answer[bed->answers++] = *response;
}

static void port_interrupt(void *host, uint64_t address, uint32_t data)
{
    struct page_bed *bed = host;
    bed->message.address = address;
    bed->message.data = data;
    bed->messages++;
}

static void port_page_response(void *host, const svasim_page_response *response)
{
    struct page_bed *bed = host;
    bed->response = *response;
    bed->responses++;
}

/* --- tables --- */

void page_set(struct page_bed *bed, svasim_entry entry, uint32_t pasid, const char *fields)
{
    const svasim_entry_ref ref = {.entry = entry, .source_id = UNIT_SID, .pasid = pasid};
    if (svasim_tables_set(bed->base.tables, &ref, fields) != SVASIM_OK)
        fail_msg("%s", svasim_tables_error(bed->base.tables));
}

static void map(struct page_bed *bed, const svasim_tree *tree, uint64_t from, uint64_t to,
                uint64_t bytes)
{
    assert_int_equal(svasim_tree_map(bed->base.tables, tree, from, to, bytes, 4096,
                                     SVASIM_MAP_READ | SVASIM_MAP_WRITE | SVASIM_MAP_USER |
                                         SVASIM_MAP_ACCESSED | SVASIM_MAP_DIRTY),
                     SVASIM_OK);
}

static void build_pasids(struct page_bed *bed, unsigned rid_pgtt)
{
    const struct {
        uint32_t pasid;
        unsigned pgtt, did;
    } rows[] = {
        {0, rid_pgtt, UNIT_DID},
        {PAGE_FIRST, 1, UNIT_DID},
        {PAGE_SECOND, 2, UNIT_DID},
        {PAGE_NESTED, 3, UNIT_DID},
        {PAGE_PASS, 4, UNIT_DID},
        {PAGE_OTHER_PASID, 1, UNIT_DID},
        {PAGE_OTHER_FIRST, 1, UNIT_OTHER_DID},
        {PAGE_OTHER_SECOND, 2, UNIT_OTHER_DID},
    };
    svasim_tree first, guest, second;
    char text[192];
    assert_int_equal(svasim_tree_create(bed->base.tables, false, 4, &first), SVASIM_OK);
    assert_int_equal(svasim_tree_create(bed->base.tables, false, 4, &guest), SVASIM_OK);
    assert_int_equal(svasim_tree_create(bed->base.tables, true, 4, &second), SVASIM_OK);
    map(bed, &first, PAGE_X, UNIT_HPA, 4096);
    map(bed, &first, PAGE_Y, UNIT_HPA + 0x1000, 4096);
    map(bed, &guest, PAGE_X, PAGE_X, 4096); /* one second stage serves nested and plain */
    map(bed, &guest, PAGE_Y, PAGE_Y, 4096);
    map(bed, &second, PAGE_X, UNIT_HPA, 4096);
    map(bed, &second, PAGE_Y, UNIT_HPA + 0x1000, 4096);
    map(bed, &second, 0x100000, 0x100000, 0x100000); /* the tables */
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint64_t root = rows[i].pgtt == 3 ? guest.root : first.root;
        snprintf(text, sizeof text,
                 "p=1 pgtt=%u did=%u aw=2 pwsnp=1 ssptptr=0x%" PRIx64 " fsptptr=0x%" PRIx64,
                 rows[i].pgtt, rows[i].did, second.root, root);
        page_set(bed, SVASIM_ENTRY_PASID, rows[i].pasid, text);
    }
    page_set(bed, SVASIM_ENTRY_CONTEXT, 0, "p=1 dte=1 paside=1 pre=1");
}

void page_open(struct page_bed *bed, unsigned rid_pgtt, unsigned size, const char *config)
{
    svasim_ports ports = SVASIM_PORTS_INIT;
    *bed = (struct page_bed){0};
    unit_open(&bed->base, UNIT_SCALABLE, config);
    svasim_destroy(bed->base.unit);
    build_pasids(bed, rid_pgtt);
    ports.host = bed;
    ports.read = port_read;
    ports.write = port_write;
    ports.update = port_update;
    ports.respond = port_respond;
    ports.interrupt = port_interrupt;
    ports.page_response = port_page_response;
    assert_int_equal(svasim_create(&bed->base.unit, bed->base.config, &ports, NULL), SVASIM_OK);
    unit_write(&bed->base, REG_PQA, 8, PAGE_QUEUE | size);
    unit_write(&bed->base, REG_PECTL, 4, 0);
}

void page_close(struct page_bed *bed)
{
    unit_close(&bed->base);
}

/* --- asking --- */

svasim_page_request page_request(uint32_t pasid, uint64_t address, unsigned flags)
{
    return (svasim_page_request){
        .address = address, .pasid = pasid, .source_id = UNIT_SID, .flags = (uint8_t)flags};
}

svasim_page_answer page_send(struct page_bed *bed, uint32_t pasid, uint64_t address, unsigned flags)
{
    svasim_page_request request = page_request(pasid, address, flags);
    svasim_page_answer answer = SVASIM_PAGE_INVALID;
    uint16_t fault = 0xeeee;
    assert_int_equal(svasim_page_ask(bed->base.unit, &request, &answer, &fault), SVASIM_OK);
    assert_int_equal(fault, SVASIM_FAULT_NONE);
    return answer;
}

void page_expect(struct page_bed *bed, uint32_t pasid, unsigned flags, svasim_page_answer answer)
{
    assert_int_equal(page_send(bed, pasid, PAGE_X, flags), answer);
}

void page_fill(struct page_bed *bed, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        page_expect(bed, PAGE_FIRST, PAGE_R, SVASIM_PAGE_QUEUED);
}

uint64_t page_word(const struct page_bed *bed, unsigned entry, unsigned word)
{
    return svasim_mem_read64(bed->base.mem, PAGE_QUEUE + PAGE_ENTRY * entry + 8 * word);
}

uint64_t page_counter(const struct page_bed *bed, const char *name)
{
    for (unsigned i = 0; svasim_counter_at(i); i++)
        if (strcmp(svasim_counter_at(i)->name, name) == 0)
            return svasim_counter_value(bed->base.unit, i);
    fail_msg("%s: no such counter", name);
    return 0;
}
