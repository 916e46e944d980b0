/* SPDX-License-Identifier: MIT */
/* device.h - the other side of the bus: what devices send to the unit. */
#ifndef DRIVER_DEVICE_H
#define DRIVER_DEVICE_H

#include "driver.h"

/* One access to memory through the unit; returns how the unit answered. */
svasim_response device_dma(struct driver *driver, uint16_t source_id, uint32_t pasid, svasim_op op,
                           uint64_t address);
/* The same on its way: answered when machine_wait or queue_run lets time pass. */
bool device_dma_start(struct driver *driver, uint16_t source_id, uint32_t pasid, svasim_op op,
                      uint64_t address);
/* Ask for a translation to keep (ATS). Success with rights 0 means: not now, ask for the page. */
svasim_response device_ats(struct driver *driver, uint16_t source_id, uint32_t pasid,
                           uint64_t address);
/* Write to a host address that an earlier translation gave. */
svasim_response device_translated_write(struct driver *driver, uint16_t source_id, uint64_t hpa);
/* Ask software to bring a page in (PRI); true if the request has reached the queue. */
bool device_page_request(struct driver *driver, uint16_t source_id, uint32_t pasid,
                         uint64_t address, uint16_t group);
/* The last page request that a device sends for a PASID; it wants no answer. */
bool device_stop_marker(struct driver *driver, uint16_t source_id, uint32_t pasid);

#endif
