/* SPDX-License-Identifier: MIT */
/* device_tlb.h - invalidation requests to devices that keep translations: ITags, completions and
 * time-outs (sections 4.3 and 6.5.2.11). */
#ifndef SV_UARCH_DEVICE_TLB_H
#define SV_UARCH_DEVICE_TLB_H

#include "uarch/pipeline.h"

/* Send a request. False: it has to wait for an ITag; nothing was done. */
bool sv_device_tlb_send(struct sv_pipeline *pipeline, const struct sv_invalidation *inv);
/* A completion message arrived: each ITag of `itags` is complete after `count` of them. */
void sv_device_tlb_done(struct sv_pipeline *pipeline, uint16_t source_id, uint32_t itags,
                        unsigned count);
/* Time out what is due now. */
void sv_device_tlb_expire(struct sv_pipeline *pipeline);
/* Requests sent before the oldest one that is not complete; UINT64_MAX if all are. */
uint64_t sv_device_tlb_oldest(const struct sv_pipeline *pipeline);

#endif
