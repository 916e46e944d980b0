/* SPDX-License-Identifier: MIT */
/* fault_bed.c - builds fault cases; expected records are put together here, bit by bit. */
#include "conformance/fault_bed.h"

#include <check.h>

#define REG_CAP  0x08u
#define REG_ECAP 0x10u
#define REG_FSTS 0x34u
#define FSTS_PPF UINT64_C(2)

static uint64_t read_register(const struct bed *bed, uint32_t offset, uint32_t bytes)
{
    uint64_t value = 0;
    /* Not an assertion: the library writes a file for each one that holds, and there are many. */
    if (svasim_mmio_read(bed->unit, offset, bytes, &value) != SVASIM_OK)
        ck_abort_msg("%s", svasim_error(bed->unit));
    return value;
}

/* --- tables --- */

struct bed_plan fault_bed_plan(const struct fault_case *row)
{
    return (struct bed_plan){.config = row->config,
                             .pgtt = row->pgtt,
                             .second_levels = row->second_levels,
                             .sid = row->sid};
}

void fault_bed_break(struct bed *bed, const struct fault_case *row, bool has_pasid, int fpd)
{
    static const char *const fpd_edits[] = {NULL, "context fpd=1", "dir fpd=1", "pasid fpd=1"};
    uint32_t effective = has_pasid ? BED_PASID : BED_RID_PASID;
    bed->updates = row->updates;
    bed_edit(bed, effective, bed->plan.address, fpd_edits[fpd]);
    bed_edit(bed, effective, bed->plan.address, row->edits);
    bed_on(bed);
}

void fault_bed_open(struct bed *bed, const struct fault_case *row, bool has_pasid, int fpd)
{
    const struct bed_plan plan = fault_bed_plan(row);
    bed_open(bed, &plan);
    fault_bed_break(bed, row, has_pasid, fpd);
}

svasim_request fault_bed_request(const struct bed *bed, const struct fault_case *row, int kind)
{
    bool has_pasid = kind % 2 == 1;
    uint32_t pasid = row->pasid ? row->pasid : BED_PASID;
    svasim_op op = row->op == 'w' ? SVASIM_WRITE : row->op == 'a' ? SVASIM_ATOMIC : SVASIM_READ;
    if (kind == SVASIM_KIND_T || kind == SVASIM_KIND_TP)
        op = SVASIM_READ;
    svasim_request request = bed_request(bed, has_pasid ? pasid : SVASIM_NO_PASID, op);
    if (row->address)
        request.address = row->address;
    if (row->op == 'z')
        request.length = 0;
    request.at = (uint8_t)(kind / 2);
    request.flags = has_pasid ? row->flags : 0;
    return request;
}

/* --- records --- */

bool fault_is_silent(const struct fault_case *row, char answer, int fpd)
{
    bool qualified = svasim_fault_at(row->fault)->qualified;
    return answer == '0' || answer == 'e' || (qualified && fpd > 0 && fpd <= row->fpd_entries);
}

/* Page addresses are shown up to the widest paging that the unit supports; interrupt reasons that
 * name no table index show none. */
static uint64_t fault_information(const struct bed *bed, uint64_t address, uint8_t reason)
{
    uint64_t cap = read_register(bed, REG_CAP, 8), ecap = read_register(bed, REG_ECAP, 8);
    bool first_stage = ecap >> 47 & 1;
    unsigned width = cap >> 60 & 1 || cap >> 11 & 1 ? 57 : first_stage || cap >> 10 & 1 ? 48 : 39;
    if (reason >= 0x20 && reason <= 0x2f)
        return 0;
    return address & ((UINT64_C(1) << width) - 1) & ~UINT64_C(0xfff);
}

static uint64_t identity(const struct bed *bed, uint16_t source_id, uint32_t pasid, bool privileged,
                         uint8_t reason)
{
    bool has_pasid = pasid != SVASIM_NO_PASID && (read_register(bed, REG_ECAP, 8) >> 40 & 1);
    uint64_t high = UINT64_C(1) << 63 | (uint64_t)reason << 32 | source_id;
    if (has_pasid)
        high |= (uint64_t)pasid << 40 | 1u << 31 | (uint64_t)privileged << 29;
    return high;
}

struct fault_record fault_record_of(const struct bed *bed, const svasim_request *request,
                                    svasim_fault fault)
{
    uint8_t reason = svasim_fault_at(fault)->code;
    bool has_pasid = request->pasid != SVASIM_NO_PASID;
    bool executes = request->op == SVASIM_READ && (request->flags & SVASIM_EXEC);
    bool has_device_tlbs = read_register(bed, REG_ECAP, 8) >> 2 & 1;
    struct fault_record record = {.low = fault_information(bed, request->address, reason)};
    record.high = identity(bed, request->source_id, request->pasid,
                           (request->flags & SVASIM_PRIV) != 0, reason);
    /* {T1, T2}: 00 write, 10 read, 11 atomic. */
    record.high |= (uint64_t)(request->op != SVASIM_WRITE) << 62;
    record.high |= (uint64_t)(request->op == SVASIM_ATOMIC) << 28;
    record.high |= (uint64_t)(has_device_tlbs ? request->at : 0) << 60;
    record.high |= (uint64_t)(has_pasid && executes) << 30;
    return record;
}

/* {T1, T2} is 01; AT and EXE mean nothing. */
struct fault_record fault_record_of_page(const struct bed *bed, const svasim_page_request *request,
                                         svasim_fault fault)
{
    uint8_t reason = svasim_fault_at(fault)->code;
    return (struct fault_record){
        .low = fault_information(bed, request->address, reason),
        .high = 1u << 28 | identity(bed, request->source_id, request->pasid,
                                    (request->flags & SVASIM_PAGE_PRIV) != 0, reason),
        .open = UINT64_C(3) << 60 | 1u << 30,
    };
}

void fault_log_holds(const struct bed *bed, const struct fault_record *record, unsigned count,
                     const char *where)
{
    uint64_t cap = read_register(bed, REG_CAP, 8);
    uint32_t offset = 16 * (uint32_t)(cap >> 24 & 0x3ff);
    unsigned records = (unsigned)(cap >> 40 & 0xff) + 1;
    /* The first record is the one that software is pointed to. */
    uint64_t status = read_register(bed, REG_FSTS, 4);
    ck_assert_msg(status == (count ? FSTS_PPF : 0), "%s: FSTS %llx with %u records", where,
                  (unsigned long long)status, count);
    for (unsigned i = 0; i < records; i++, offset += 16) {
        uint64_t low = read_register(bed, offset, 8), high = read_register(bed, offset + 8, 8);
        const struct fault_record expected = i < count ? *record : (struct fault_record){0, 0, 0};
        if (low != expected.low || ((high ^ expected.high) & ~expected.open) != 0)
            ck_abort_msg("%s: record %u is %016llx %016llx, expected %016llx %016llx", where, i,
                         (unsigned long long)high, (unsigned long long)low,
                         (unsigned long long)expected.high, (unsigned long long)expected.low);
    }
}
