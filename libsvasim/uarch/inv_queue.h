/* SPDX-License-Identifier: MIT */
/* inv_queue.h - the invalidation queue in memory (section 6.5.2): fetch, check, apply, in order. */
#ifndef SV_UARCH_INV_QUEUE_H
#define SV_UARCH_INV_QUEUE_H

#include "uarch/pipeline.h"

/* Apply one decoded descriptor. False: a wait or a request for a device that cannot be taken now;
 * nothing was done. */
bool sv_invalidation_apply(struct sv_pipeline *pipeline, const struct sv_invalidation *inv);
/* The same for one that the host has given to the engine: applied at once, but the engine is
 * occupied, and a status that it writes follows then. */
bool sv_inv_direct(struct sv_pipeline *pipeline, const struct sv_invalidation *inv);
/* Process the queue until it is empty, stops with an error, waits for requests in flight, or for
 * the engine. */
void sv_inv_queue_run(struct sv_pipeline *pipeline);
/* Descriptors have arrived. */
void sv_inv_queue_fetched(struct sv_pipeline *pipeline);
/* The descriptor at the head is carried out; or the command of a register is. */
void sv_inv_queue_carried(struct sv_pipeline *pipeline);
void sv_inv_command_done(struct sv_pipeline *pipeline, enum sv_agent agent);
/* The queue stops: forget what is fetched, or being carried out, but not complete. */
void sv_inv_queue_abandon(struct sv_pipeline *pipeline);
/* Register-based invalidation: what a CCMD or IOTLB write asks for. */
void sv_inv_registers_run(struct sv_pipeline *pipeline, unsigned actions);

#endif
