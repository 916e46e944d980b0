/* SPDX-License-Identifier: MIT */
/* fault_log.h - the ring of fault recording registers, section 7.2.1. The only writer of fault
 * records. */
#ifndef SV_ARCH_FAULT_LOG_H
#define SV_ARCH_FAULT_LOG_H

#include "spec/layout.h"
#include "svasim/svasim.h"

#define SV_FAULT_RECORDS_MAX 256u

/* Bits of FSTS_REG. */
#define SV_FSTS_PFO    (UINT64_C(1) << 0)
#define SV_FSTS_PPF    (UINT64_C(1) << 1)
#define SV_FSTS_IQE    (UINT64_C(1) << 4)
#define SV_FSTS_ICE    (UINT64_C(1) << 5)
#define SV_FSTS_ITE    (UINT64_C(1) << 6)
#define SV_FSTS_EVENTS (SV_FSTS_PPF | SV_FSTS_IQE | SV_FSTS_ICE | SV_FSTS_ITE)
#define SV_FSTS_ANY    (SV_FSTS_EVENTS | SV_FSTS_PFO)

struct sv_fault_log {
    uint64_t record[SV_FAULT_RECORDS_MAX][2];
    uint16_t count; /* registers that exist: NFR + 1 */
    uint16_t next;  /* where the next fault goes */
    bool collapse;  /* a source id with a pending record adds no other */
};

/* Turn a faulted request into a record with F set. `width`: address bits that FI can show. */
void sv_fault_record_of(const svasim_request *request, uint8_t reason, unsigned width,
                        bool has_pasids, bool has_device_tlbs, uint64_t *out);
/* Log a record; updates PFO, PPF and FRI in *fsts. */
void sv_fault_log_add(struct sv_fault_log *log, const uint64_t *record, uint64_t *fsts);
/* Software cleared F of a record: recompute PPF. */
void sv_fault_log_clear(struct sv_fault_log *log, unsigned index, uint64_t *fsts);

#endif
