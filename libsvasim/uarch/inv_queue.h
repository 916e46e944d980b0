/* SPDX-License-Identifier: MIT */
/* inv_queue.h - the invalidation queue in memory (section 6.5.2): fetch, check, apply, in order. */
#ifndef SV_UARCH_INV_QUEUE_H
#define SV_UARCH_INV_QUEUE_H

#include "uarch/pipeline.h"

/* Apply one decoded descriptor. False: a wait or a request for a device that cannot be taken now;
 * nothing was done. */
bool sv_invalidation_apply(struct sv_pipeline *pipeline, const struct sv_invalidation *inv);
/* Process the queue until it is empty, stops with an error, or waits for requests in flight. */
void sv_inv_queue_run(struct sv_pipeline *pipeline);
/* Register-based invalidation: what a CCMD or IOTLB write asks for. */
void sv_inv_registers_run(struct sv_pipeline *pipeline, unsigned actions);

#endif
