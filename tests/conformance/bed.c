/* SPDX-License-Identifier: MIT */
/* bed.c - builds the unit and tables of bed.h through the public interface only. */
#define _POSIX_C_SOURCE 200809L
#include "conformance/bed.h"

#include <check.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MEMORY_LIMIT (UINT64_C(1) << 40)
#define RIGHTS       (SVASIM_MAP_READ | SVASIM_MAP_WRITE | SVASIM_MAP_USER)

/* --- ports --- */

static int port_read(void *host, uint64_t hpa, void *out, uint32_t bytes)
{
    struct bed *bed = host;
    bed->reads_seen++;
    /* Entries and descriptors: whole, and where their size says (chapter 9). */
    ck_assert(bytes >= 8 && bytes <= 64 && (bytes & (bytes - 1)) == 0 && hpa % bytes == 0);
    return svasim_mem_read(bed->mem, hpa, out, bytes) != SVASIM_OK;
}

static int port_write(void *host, uint64_t hpa, const void *data, uint32_t bytes)
{
    struct bed *bed = host;
    return svasim_mem_write(bed->mem, hpa, data, bytes) != SVASIM_OK;
}

static svasim_update port_update(void *host, uint64_t hpa, uint64_t expected, uint64_t desired,
                                 uint64_t *seen)
{
    struct bed *bed = host;
    bool first = bed->updates_seen++ == 0;
    if (bed->updates == BED_UPDATES_FAIL)
        return SVASIM_UPDATE_FAILED;
    uint64_t now = svasim_mem_read64(bed->mem, hpa);
    if (bed->updates == BED_UPDATES_LOSE || (bed->updates == BED_UPDATES_LOSE_ONCE && first)) {
        now ^= bed->meddle;
        (void)svasim_mem_write64(bed->mem, hpa, now);
    }
    *seen = now;
    if (now != expected)
        return SVASIM_UPDATE_LOST;
    return svasim_mem_write64(bed->mem, hpa, desired) == SVASIM_OK ? SVASIM_UPDATE_DONE
                                                                   : SVASIM_UPDATE_FAILED;
}

static void port_respond(void *host, const svasim_response *response)
{
    struct bed *bed = host;
    if (bed->respond)
        bed->respond(bed->user, response);
}

static void port_credit(void *host)
{
    struct bed *bed = host;
    if (bed->on_credit)
        bed->on_credit(bed->user);
}

/* --- building --- */

void bed_configure(svasim_config *config, const char *pairs)
{
    char text[8192];
    char *rest = text;
    if (!pairs)
        return;
    ck_assert_uint_lt(strlen(pairs), sizeof text);
    (void)snprintf(text, sizeof text, "%s", pairs);
    for (char *key = strtok_r(text, " ", &rest); key; key = strtok_r(NULL, " ", &rest)) {
        char *value = strchr(key, '=');
        ck_assert_msg(value != NULL, "%s: no value", key);
        *value++ = 0;
        ck_assert_msg(svasim_config_set(config, key, value) == SVASIM_OK, "%s",
                      svasim_config_error(config));
    }
}

static void map(struct bed *bed, const svasim_tree *tree, uint64_t from, uint64_t to,
                uint64_t bytes, unsigned shift)
{
    svasim_err error = svasim_tree_map(bed->tables, tree, from, to, bytes, UINT64_C(1) << shift,
                                       RIGHTS | bed->plan.preset);
    ck_assert_msg(error == SVASIM_OK, "%s", svasim_tables_error(bed->tables));
}

static void build_trees(struct bed *bed)
{
    const struct bed_plan *plan = &bed->plan;
    bool first = plan->pgtt == 1 || plan->pgtt == 3;
    uint64_t first_page = UINT64_C(1) << plan->first_shift;
    uint64_t second_page = UINT64_C(1) << plan->second_shift;
    if (first) {
        ck_assert(svasim_tree_create(bed->tables, false, plan->first_levels, &bed->first) ==
                  SVASIM_OK);
        map(bed, &bed->first, plan->address & ~(first_page - 1),
            plan->pgtt == 3 ? BED_GPA : BED_HPA, first_page, plan->first_shift);
    }
    if (plan->pgtt == 1 || plan->pgtt == 4)
        return;
    ck_assert(svasim_tree_create(bed->tables, true, plan->second_levels, &bed->second) ==
              SVASIM_OK);
    if (first) {
        uint64_t offset = plan->address & (first_page - 1) & ~(second_page - 1);
        uint64_t tables_bytes = UINT64_C(1) << (plan->second_shift == 12 ? 21 : plan->second_shift);
        map(bed, &bed->second, BED_GPA + offset, BED_HPA + offset, second_page, plan->second_shift);
        map(bed, &bed->second, 0, 0, tables_bytes, plan->second_shift);
    } else {
        map(bed, &bed->second, plan->address & ~(second_page - 1), BED_HPA, second_page,
            plan->second_shift);
    }
}

static void build_entries(struct bed *bed)
{
    char text[512];
    const struct bed_plan *plan = &bed->plan;
    if (plan->pgtt == 0) {
        snprintf(text, sizeof text, "context p=1 tt=1 aw=%d did=%u ssptptr=0x%" PRIx64,
                 plan->second_levels - 2, BED_DID, bed->second.root);
        bed_edit(bed, 0, plan->address, text);
        return;
    }
    snprintf(text, sizeof text,
             "pasid p=1 pgtt=%u did=%u pwsnp=1 sre=1 aw=%d fspm=%d ssptptr=0x%" PRIx64
             " fsptptr=0x%" PRIx64,
             plan->pgtt, BED_DID, plan->second_levels - 2, plan->first_levels - 4, bed->second.root,
             bed->first.root);
    bed_edit(bed, BED_PASID, plan->address, text);
    bed_edit(bed, BED_RID_PASID, plan->address, text);
    bed_edit(bed, BED_PASID, plan->address,
             "context p=1 dte=1 paside=1 eptr=1 rid_pasid=9; dir p=1");
}

static void create_unit(struct bed *bed)
{
    svasim_ports ports = SVASIM_PORTS_INIT;
    ports.host = bed;
    ports.read = port_read;
    ports.write = port_write;
    ports.update = port_update;
    ports.respond = port_respond;
    ports.on_credit = port_credit;
    bed->config = svasim_config_create();
    ck_assert_ptr_nonnull(bed->config);
    bed_configure(bed->config, "cap.ptrs=on");
    bed_configure(bed->config, bed->plan.config);
    ck_assert_msg(svasim_create(&bed->unit, bed->config, &ports, NULL) == SVASIM_OK, "%s",
                  svasim_config_error(bed->config));
}

void bed_open(struct bed *bed, const struct bed_plan *plan)
{
    *bed = (struct bed){.plan = *plan, .meddle = UINT64_C(1) << 52};
    struct bed_plan *p = &bed->plan;
    p->first_levels = p->first_levels ? p->first_levels : 4;
    p->second_levels = p->second_levels ? p->second_levels : 4;
    p->first_shift = p->first_shift ? p->first_shift : 12;
    p->second_shift = p->second_shift ? p->second_shift : 12;
    p->sid = p->sid ? p->sid : BED_SID;
    p->address = p->address ? p->address : BED_VA;
    bed->mem = svasim_mem_create(MEMORY_LIMIT, NULL);
    svasim_tables_setup setup = {
        .frames_base = BED_FRAMES, .frames_bytes = BED_FRAME_BYTES, .scalable = p->pgtt != 0};
    bed->tables = bed->mem ? svasim_tables_create(bed->mem, &setup) : NULL;
    ck_assert_ptr_nonnull(bed->tables);
    bed->root = svasim_tables_root(bed->tables);
    build_trees(bed);
    build_entries(bed);
    create_unit(bed);
    bed_edit(bed, BED_PASID, p->address, p->edits);
    bed_on(bed);
}

void bed_close(struct bed *bed)
{
    svasim_destroy(bed->unit);
    svasim_config_destroy(bed->config);
    svasim_tables_destroy(bed->tables);
    svasim_mem_destroy(bed->mem);
}

void bed_on(struct bed *bed)
{
    uint64_t rtaddr = bed->root | bed->rtaddr_bits | (bed->plan.pgtt ? 1u << 10 : 0);
    ck_assert(svasim_mmio_write(bed->unit, 0x20, 8, rtaddr) == SVASIM_OK);
    ck_assert(svasim_mmio_write(bed->unit, 0x18, 4, 1u << 30 | 1u << 31 | bed->gcmd_bits) ==
              SVASIM_OK);
}

/* --- entries by name --- */

static svasim_entry_ref entry_ref(struct bed *bed, uint32_t pasid, uint64_t address,
                                  const char *name)
{
    static const struct {
        const char *name;
        svasim_entry entry;
    } names[] = {{"root", SVASIM_ENTRY_ROOT},     {"context", SVASIM_ENTRY_CONTEXT},
                 {"dir", SVASIM_ENTRY_PASID_DIR}, {"pasid", SVASIM_ENTRY_PASID},
                 {"first", SVASIM_ENTRY_FIRST},   {"second", SVASIM_ENTRY_SECOND},
                 {"hpt", SVASIM_ENTRY_HPT}};
    svasim_entry_ref ref = {.source_id = bed->plan.sid, .pasid = pasid, .address = address};
    const char *at = strchr(name, '@');
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        size_t length = strlen(names[i].name);
        if (strncmp(name, names[i].name, length) != 0)
            continue;
        ref.entry = names[i].entry;
        ref.level = (uint8_t)strtoul(name + length, NULL, 10);
        if (at && strcmp(at, "@page") == 0)
            ref.address = BED_GPA + (address & ((UINT64_C(1) << bed->plan.first_shift) - 1));
        else if (at)
            ref.address = bed_entry_hpa(bed, pasid, address, at + 1);
        return ref;
    }
    ck_abort_msg("%s: no such entry", name);
}

uint64_t bed_entry_hpa(struct bed *bed, uint32_t pasid, uint64_t address, const char *entry)
{
    uint64_t hpa = 0;
    const svasim_layout *layout = NULL;
    svasim_entry_ref ref = entry_ref(bed, pasid, address, entry);
    ck_assert_msg(svasim_tables_locate(bed->tables, &ref, true, &hpa, &layout) == SVASIM_OK,
                  "%s: %s", entry, svasim_tables_error(bed->tables));
    return hpa;
}

uint64_t bed_entry(struct bed *bed, const char *entry)
{
    return svasim_mem_read64(bed->mem, bed_entry_hpa(bed, BED_PASID, bed->plan.address, entry));
}

static void edit_one(struct bed *bed, uint32_t pasid, uint64_t address, char *text)
{
    text += strspn(text, " ");
    if (!*text)
        return;
    char *fields = strchr(text, ' ');
    ck_assert_msg(fields != NULL, "%s: no fields", text);
    *fields++ = 0;
    if (strcmp(text, "rtaddr") == 0) {
        bed->rtaddr_bits = strtoull(fields, NULL, 0);
    } else if (strcmp(text, "rootat") == 0) {
        bed->root = strtoull(fields, NULL, 0);
    } else {
        svasim_entry_ref ref = entry_ref(bed, pasid, address, text);
        ck_assert_msg(svasim_tables_set(bed->tables, &ref, fields) == SVASIM_OK, "%s %s: %s", text,
                      fields, svasim_tables_error(bed->tables));
    }
}

void bed_edit(struct bed *bed, uint32_t pasid, uint64_t address, const char *edits)
{
    char text[512];
    char *rest = text;
    if (!edits)
        return;
    ck_assert_uint_lt(strlen(edits), sizeof text);
    (void)snprintf(text, sizeof text, "%s", edits);
    for (char *one = strtok_r(text, ";", &rest); one; one = strtok_r(NULL, ";", &rest))
        edit_one(bed, pasid, address, one);
}

/* --- asking --- */

svasim_request bed_request(const struct bed *bed, uint32_t pasid, svasim_op op)
{
    return (svasim_request){.tag = 77,
                            .address = bed->plan.address + 0x40,
                            .length = op == SVASIM_ATOMIC ? 8 : 64,
                            .pasid = pasid,
                            .source_id = bed->plan.sid,
                            .op = (uint8_t)op};
}

svasim_response bed_ask(struct bed *bed, const svasim_request *request)
{
    svasim_response response;
    memset(&response, 0xee, sizeof response);
    ck_assert_msg(svasim_translate(bed->unit, request, &response) == SVASIM_OK, "%s",
                  svasim_error(bed->unit));
    ck_assert_uint_eq(response.tag, request->tag);
    return response;
}

const char *bed_fault_name(unsigned fault)
{
    const svasim_fault_info *info = svasim_fault_at(fault);
    return info ? info->name : "none";
}

svasim_response bed_expect(struct bed *bed, const svasim_request *request, svasim_fault fault)
{
    svasim_response response = bed_ask(bed, request);
    ck_assert_msg(response.fault == fault, "fault %s, expected %s", bed_fault_name(response.fault),
                  bed_fault_name(fault));
    return response;
}

svasim_response bed_read(struct bed *bed, uint32_t pasid, uint64_t address)
{
    svasim_request request = bed_request(bed, pasid, SVASIM_READ);
    request.address = address;
    return bed_ask(bed, &request);
}

uint64_t bed_target(const struct bed *bed, uint64_t address)
{
    bool first = bed->plan.pgtt == 1 || bed->plan.pgtt == 3;
    unsigned shift = first ? bed->plan.first_shift : bed->plan.second_shift;
    return bed->plan.pgtt == 4 ? address : BED_HPA + (address & ((UINT64_C(1) << shift) - 1));
}

uint32_t bed_cached(const struct bed *bed, const char *cache)
{
    for (unsigned i = 0; svasim_cache_at(i); i++)
        if (strcmp(svasim_cache_at(i)->name, cache) == 0)
            return svasim_cache_entries(bed->unit, i);
    ck_abort_msg("%s: no such cache", cache);
}

uint64_t bed_counter(const struct bed *bed, const char *counter)
{
    for (unsigned i = 0; svasim_counter_at(i); i++)
        if (strcmp(svasim_counter_at(i)->name, counter) == 0)
            return svasim_counter_value(bed->unit, i);
    ck_abort_msg("%s: no such counter", counter);
}
