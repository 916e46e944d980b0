/* SPDX-License-Identifier: MIT */
/* events.c - what the unit has to say: faults that nobody can repair (section 7.2), and page
 * requests, which are faults that software can (7.4). */
#include "driver.h"

/* Where the unit writes its interrupt messages: the processor with APIC id 0. */
#define MESSAGE_ADDRESS UINT64_C(0xfee00000)

static void aim(struct driver *driver, uint32_t data, uint32_t vector)
{
    reg_write(driver, data, vector);
    reg_write(driver, data + 4, MESSAGE_ADDRESS);
    reg_write(driver, data + 8, 0);
}

static void read_faults(struct driver *driver);

void events_start(struct driver *driver)
{
    aim(driver, REG_FEDATA, VECTOR_FAULT);
    read_faults(driver); /* what an earlier driver has left behind */
    driver->log = (struct log){0};
    reg_write(driver, REG_FECTL, 0);
    if (!(driver->ecap & ECAP_PRS))
        return;
    /* The queue of page requests has no switch of its own: PRE of the context entries is it. */
    driver->page_queue = take_frame(driver);
    reg_write(driver, REG_PQH, 0);
    reg_write(driver, REG_PQT, 0);
    reg_write(driver, REG_PQA, driver->page_queue);
    aim(driver, REG_PEDATA, VECTOR_PAGE);
    reg_write(driver, REG_PRS, PRS_PPR | PRS_PRO);
    reg_write(driver, REG_PECTL, 0);
}

/* --- faults --- */

static uint32_t record_read(const struct driver *driver, uint32_t index, uint32_t word)
{
    return (uint32_t)reg_read(driver, driver->fault_offset + 16 * index + 4 * word);
}

/* Read and clear the record; false if it is empty. Its last DWORD has F, and is read first. */
static bool read_record(struct driver *driver, uint32_t index)
{
    struct log *log = &driver->log;
    uint32_t last = record_read(driver, index, 3), third = record_read(driver, index, 2);
    if (!(last >> 31))
        return false;
    log->faults++;
    log->reason = (uint8_t)last;
    log->source_id = (uint16_t)third;
    log->pasid = third >> 31 ? last >> 8 & 0xfffffu : SVASIM_NO_PASID;
    log->writes = !(last >> 30 & 1u); /* T1 */
    log->address = (uint64_t)record_read(driver, index, 1) << 32 | record_read(driver, index, 0);
    reg_write(driver, driver->fault_offset + 16 * index + 12, BIT(31));
    return true;
}

static void read_faults(struct driver *driver)
{
    uint64_t status = reg_read(driver, REG_FSTS);
    uint32_t index = (uint32_t)BITS(status, 15, 8); /* the oldest */
    if (status & FSTS_PPF)
        while (read_record(driver, index))
            index = (index + 1) % driver->fault_records;
    /* Only after the records: as long as the overflow bit stands, faults are not recorded. */
    driver->log.lost += (status & FSTS_PFO) != 0;
    reg_write(driver, REG_FSTS, FSTS_PFO);
}

/* --- page requests --- */

/* The processor's page-fault code would do this: bring the page in. */
static bool provide(struct driver *driver, struct space *space, uint64_t address)
{
    if (!space || !space->grows_on_fault)
        return false;
    space_map(driver, space, address, take_frame(driver), true);
    return true;
}

static void respond(struct driver *driver, uint64_t low, uint64_t high, unsigned code)
{
    struct descriptor response[1] = {{INV_RESPONSE | (uint64_t)code << 12, BITS(high, 11, 3) << 3}};
    response[0].low |= BITS(low, 31, 16) << 16; /* who asked */
    if (low & PAGE_REQUEST_PP)
        response[0].low |= BIT(4) | INV_PASID(BITS(low, 51, 32));
    (void)queue_run(driver, response, 1);
}

/* One response for each group: when its last request is in. A stop marker wants none. */
static void handle_page_request(struct driver *driver, uint64_t low, uint64_t high)
{
    bool accesses = (high & (PAGE_REQUEST_READ | PAGE_REQUEST_WRITE)) != 0;
    if (!accesses && (high & PAGE_REQUEST_LAST))
        return;
    struct space *space = NULL;
    if ((low & PAGE_REQUEST_PP) && !(low & PAGE_REQUEST_PRIV))
        space = pasid_space(driver, (uint16_t)BITS(low, 31, 16), (uint32_t)BITS(low, 51, 32));
    bool provided = provide(driver, space, high & ~(PAGE_BYTES - 1));
    driver->log.unknown += !provided;
    if (high & PAGE_REQUEST_LAST)
        respond(driver, low, high, provided ? RESPONSE_SUCCESS : RESPONSE_INVALID);
}

/* The status is cleared before the tail is read: a request that comes in between raises a new
 * interrupt. Overflow is cleared last, when there is room. */
void page_requests_handle(struct driver *driver)
{
    reg_write(driver, REG_PRS, PRS_PPR);
    uint64_t head = reg_read(driver, REG_PQH), tail = reg_read(driver, REG_PQT);
    while (head != tail) {
        uint64_t at = driver->page_queue + head;
        handle_page_request(driver, load(driver, at), load(driver, at + 8));
        head = (head + PAGE_REQUEST_BYTES) % PAGE_QUEUE_BYTES;
    }
    reg_write(driver, REG_PQH, tail);
    if (reg_read(driver, REG_PRS) & PRS_PRO)
        reg_write(driver, REG_PRS, PRS_PRO);
}

void events_handle(struct driver *driver)
{
    if (driver->fault_pending) {
        driver->fault_pending = false;
        driver->log.fault_events++;
        read_faults(driver);
    }
    if (driver->page_pending) {
        driver->page_pending = false;
        driver->log.page_events++;
        page_requests_handle(driver);
    }
}
