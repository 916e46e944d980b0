/* SPDX-License-Identifier: MIT */
/* driver.h - a small driver for one VT-d unit in scalable mode. It sees what a driver sees: the
 * unit's registers, memory, and interrupts. Functions return false when the hardware does not do
 * what was asked. */
#ifndef DRIVER_DRIVER_H
#define DRIVER_DRIVER_H

#include <stdbool.h>

#include <svasim/mem.h>
#include <svasim/svasim.h>

#include "vtd.h"

/* Interrupt vectors that the driver has given itself. */
enum { VECTOR_FAULT = 0x50, VECTOR_PAGE = 0x51 };

/* What happened last, for whoever tells the story. */
struct log {
    unsigned fault_events, page_events;
    unsigned faults;    /* records read */
    unsigned lost;      /* overflows of the fault records */
    unsigned repaired;  /* queue errors repaired */
    unsigned silent;    /* devices that did not answer an invalidation in time */
    uint16_t silent_id; /* the last of them */
    unsigned unknown;   /* page requests without an address space, answered "invalid" */
    uint8_t reason;     /* of the last record, as its other fields */
    uint16_t source_id;
    uint32_t pasid;
    uint64_t address;
    bool writes;
};

/* An address space: what Linux calls a domain, or a process of which devices see the memory. */
struct space {
    uint64_t type;    /* PGTT_FIRST, PGTT_SECOND, PGTT_NESTED */
    uint64_t root;    /* of the stage that map() edits */
    uint64_t parent;  /* nested: second-stage root */
    uint64_t lies_at; /* added to the address of a table: where guest memory begins */
    uint16_t domain_id;
    bool grows_on_fault; /* page requests are answered with memory */
};

#define BINDINGS 8u

struct binding {
    struct space *space; /* NULL: free */
    uint16_t source_id;
    uint32_t pasid;
};

struct driver {
    svasim *unit;
    svasim_mem *mem;
    uint64_t next_frame;

    /* capabilities */
    uint64_t cap, ecap;
    uint32_t fault_offset, fault_records;

    /* structures */
    uint64_t root;
    uint64_t queue, queue_tail, status; /* invalidation queue, and where waits report */
    uint32_t status_value;
    uint64_t page_queue;
    struct binding bindings[BINDINGS];

    bool fault_pending, page_pending; /* interrupts taken, handlers not yet run */
    unsigned responses;               /* page group responses the devices have seen */
    uint8_t response_code;
    unsigned lost_invalidations; /* that devices will not answer */
    unsigned answered;           /* DMA that was on its way and has ended */
    svasim_response last;        /* how the last of it did */
    struct log log;
};

#define QUEUE_BYTES      UINT64_C(4096)
#define PAGE_QUEUE_BYTES UINT64_C(4096)

/* --- machine.c: the machine around the driver --- */

/* A machine whose unit differs from the default by "key=value" texts; NULL ends the list. */
bool machine_create(struct driver *driver, const char *const *settings);
void machine_destroy(struct driver *driver);
uint64_t reg_read(const struct driver *driver, uint32_t offset);
void reg_write(struct driver *driver, uint32_t offset, uint64_t value);
uint64_t take_frame(struct driver *driver); /* a page of zeros */
uint64_t load(const struct driver *driver, uint64_t address);
void store(struct driver *driver, uint64_t address, uint64_t value);
/* Let the hardware work until something of it is done; false when it never will. */
bool machine_wait(struct driver *driver);

/* --- unit.c: discovery, switching on and off --- */

bool driver_enable(struct driver *driver);
bool driver_disable(struct driver *driver);
/* Point the unit to another root table, while it translates. */
bool driver_set_root(struct driver *driver, uint64_t root);

/* --- queue.c: the invalidation queue --- */

/* The part of a 256-bit descriptor that any of them uses. */
struct descriptor {
    uint64_t low, high;
};

bool queue_start(struct driver *driver);
/* Put descriptors into the queue, then a wait descriptor, and return when it has reported. False
 * if one of them was refused, or if a device is silent even when asked again; the queue goes on
 * without it. */
bool queue_run(struct driver *driver, const struct descriptor *descriptors, unsigned count);
/* The same with more bits in the wait descriptor: WAIT_PAGE_DRAIN. */
bool queue_run_wait(struct driver *driver, const struct descriptor *descriptors, unsigned count,
                    uint64_t wait_bits);

/* --- tables.c: paging structures --- */

void space_create(struct driver *driver, struct space *space, uint64_t type, uint16_t domain_id);
/* A first stage in guest memory, which lies at `parent`'s addresses from 0 on. */
void space_create_nested(struct driver *driver, struct space *space, const struct space *parent,
                         uint64_t lies_at, uint64_t root);
void space_map(struct driver *driver, const struct space *space, uint64_t address, uint64_t target,
               bool writable);
/* Edit the tables only: devices may still use the page. */
void space_unmap_unflushed(struct driver *driver, const struct space *space, uint64_t address);
bool space_flush_page(struct driver *driver, const struct space *space, uint64_t address);
bool space_unmap(struct driver *driver, const struct space *space, uint64_t address);

/* --- devices.c: context entries and PASID entries --- */

enum { DEVICE_PLAIN = 0, DEVICE_ATS = 1 };
bool device_add(struct driver *driver, uint16_t source_id, unsigned kind);
bool pasid_attach(struct driver *driver, uint16_t source_id, uint32_t pasid, struct space *space);
/* The device was told to stop using the PASID: nothing of it is left when this returns. */
bool pasid_detach(struct driver *driver, uint16_t source_id, uint32_t pasid);
/* The process ends and the device still runs: silence first, draining comes later. */
bool pasid_silence(struct driver *driver, uint16_t source_id, uint32_t pasid);
/* May the device have translations of its own? What takes them away: `high` as in DEV_TLB_ALL. */
bool device_has_tlb(const struct driver *driver, uint16_t source_id);
struct descriptor device_tlb(uint16_t source_id, uint32_t pasid, uint64_t high);
/* The device keeps no translations any more; its DMA is translated by the unit. */
bool device_ats_off(struct driver *driver, uint16_t source_id);
struct space *pasid_space(struct driver *driver, uint16_t source_id, uint32_t pasid);

/* --- events.c: faults and page requests --- */

void events_start(struct driver *driver);
/* Run the handlers of the interrupts that have come in. */
void events_handle(struct driver *driver);
void page_requests_handle(struct driver *driver);

/* --- scripts.c --- */

/* Sequences that drivers rely on, each on a machine of its own; false if one fails. */
bool scripts_run(void);

#endif
