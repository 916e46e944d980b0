/* SPDX-License-Identifier: MIT */
/* fault_log.c - what software reads of a fault, and when a fault is lost (section 7.2.1). */
#include "arch/fault_log.h"

#include "arch/walk.h"

/* FI: the page of the address, or of an interrupt its index; 0 where it is undefined (reasons 20h
 * and 25h, and those above 28h). */
static uint64_t fault_info(const svasim_request *request, uint8_t reason, unsigned width)
{
    if (reason < 0x20 || reason > 0x2f)
        return request->address & low_mask(width) & sv_fault_record_fi_mask();
    if (reason == 0x20 || reason == 0x25 || reason > 0x28)
        return 0;
    return (uint64_t)(sv_interrupt_index(request) & 0xffff) << 48;
}

void sv_fault_record_of(const svasim_request *request, uint8_t reason, unsigned width,
                        bool has_pasids, bool has_device_tlbs, uint64_t *out)
{
    bool carries = has_pasids && request->pasid != SVASIM_NO_PASID;
    bool reads = request->op == SVASIM_READ;
    bool page = request->at == SV_AT_PAGE;
    out[0] = fault_info(request, reason, width);
    out[1] = 0;
    bits_put(&out[1], sv_fault_record_sid_mask(), request->source_id);
    bits_put(&out[1], sv_fault_record_fr_mask(), reason);
    bits_put(&out[1], sv_fault_record_t1_mask(), request->op != SVASIM_WRITE && !page);
    bits_put(&out[1], sv_fault_record_t2_mask(), request->op == SVASIM_ATOMIC || page);
    if (has_device_tlbs && !page)
        bits_put(&out[1], sv_fault_record_at_mask(), request->at);
    if (carries) {
        bits_put(&out[1], sv_fault_record_pp_mask(), 1);
        bits_put(&out[1], sv_fault_record_pv_mask(), request->pasid);
        bits_put(&out[1], sv_fault_record_priv_mask(), (request->flags & SVASIM_PRIV) != 0);
        bits_put(&out[1], sv_fault_record_exe_mask(), reads && (request->flags & SVASIM_EXEC));
    }
    bits_put(&out[1], sv_fault_record_f_mask(), 1);
}

void sv_fault_log_add(struct sv_fault_log *log, const uint64_t *record, uint64_t *fsts)
{
    if (*fsts & SV_FSTS_PFO)
        return;
    for (unsigned i = 0; log->collapse && i < log->count; i++)
        if (sv_fault_record_f(log->record[i]) &&
            sv_fault_record_sid(log->record[i]) == sv_fault_record_sid(record))
            return;
    uint64_t *slot = log->record[log->next];
    if (sv_fault_record_f(slot)) {
        *fsts |= SV_FSTS_PFO;
        return;
    }
    slot[0] = record[0];
    slot[1] = record[1];
    if (!(*fsts & SV_FSTS_PPF))
        *fsts = (*fsts & ~bits_mask(15, 8)) | SV_FSTS_PPF | (uint64_t)log->next << 8;
    log->next = (uint16_t)((log->next + 1) % log->count);
}

void sv_fault_log_clear(struct sv_fault_log *log, unsigned index, uint64_t *fsts)
{
    log->record[index][1] &= ~sv_fault_record_f_mask();
    for (unsigned i = 0; i < log->count; i++)
        if (sv_fault_record_f(log->record[i]))
            return;
    *fsts &= ~SV_FSTS_PPF;
}
