/* SPDX-License-Identifier: MIT */
/* main.c - the life of a unit as a driver leads it, told step by step: docs/driver.md. */
#include "device.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define DISK        0x0008 /* 00:01.0, translates nothing itself, sends no PASIDs */
#define ACCELERATOR 0x0100 /* 01:00.0, with ATS, page requests and PASIDs */
#define PASID       5
#define IOVA        UINT64_C(0x7f0012345000)
#define BUFFER      UINT64_C(0x200000000)

static const char *answer(svasim_response response, char *out, size_t bytes)
{
    if (response.status == SVASIM_STATUS_OK)
        snprintf(out, bytes, "0x%" PRIx64, response.address);
    else
        snprintf(out, bytes, "blocked, %s", svasim_fault_at(response.fault)->name);
    return out;
}

static void say_dma(const char *what, svasim_response response)
{
    char text[64];
    printf("  %-34s -> %s\n", what, answer(response, text, sizeof text));
}

static void say_fault(const struct driver *driver)
{
    const struct log *log = &driver->log;
    char pasid[24] = "no PASID";
    if (log->pasid != SVASIM_NO_PASID)
        snprintf(pasid, sizeof pasid, "PASID %" PRIu32, log->pasid);
    printf("  fault record: reason %02Xh, %s of 0x%" PRIx64 " by %02x:%02x.%x, %s\n", log->reason,
           log->writes ? "write" : "read", log->address, log->source_id >> 8,
           log->source_id >> 3 & 0x1fu, log->source_id & 7u, pasid);
}

static bool switch_on(struct driver *driver)
{
    if (!machine_create(driver, NULL) || !driver_enable(driver))
        return false;
    printf("Switch on\n");
    printf("  version %" PRIu64 ", addresses up to %" PRIu64 " bits, PASIDs of %" PRIu64 " bits\n",
           reg_read(driver, REG_VER) >> 4, BITS(driver->cap, 21, 16) + 1,
           BITS(driver->ecap, 39, 35) + 1);
    printf("  %" PRIu32 " fault records at 0x%" PRIx32 ", root table at 0x%" PRIx64 "\n",
           driver->fault_records, driver->fault_offset, driver->root);
    printf("  GSTS 0x%" PRIx64 "\n", reg_read(driver, REG_GSTS));
    return device_add(driver, DISK, DEVICE_PLAIN) && device_add(driver, ACCELERATOR, DEVICE_ATS);
}

/* Map, use, unmap: what the DMA API does for each buffer of a device without PASIDs. */
static bool dma_api(struct driver *driver, const char *title, uint64_t type, uint16_t domain_id)
{
    struct space domain;
    printf("%s\n", title);
    space_create(driver, &domain, type, domain_id);
    if (!pasid_attach(driver, DISK, 0, &domain))
        return false;
    space_map(driver, &domain, IOVA, BUFFER, true);
    say_dma("DMA write, page mapped",
            device_dma(driver, DISK, SVASIM_NO_PASID, SVASIM_WRITE, IOVA));
    space_unmap_unflushed(driver, &domain, IOVA);
    say_dma("unmapped, IOTLB not told",
            device_dma(driver, DISK, SVASIM_NO_PASID, SVASIM_WRITE, IOVA));
    if (!space_flush_page(driver, &domain, IOVA))
        return false;
    say_dma("page invalidated", device_dma(driver, DISK, SVASIM_NO_PASID, SVASIM_WRITE, IOVA));
    events_handle(driver);
    say_fault(driver);
    return driver->log.reason == (type == PGTT_FIRST ? 0x71 : 0x79) &&
           pasid_detach(driver, DISK, 0);
}

/* A process and its device work on one page table; the device may meet pages that are not there. */
static bool shared_memory(struct driver *driver, struct space *process)
{
    char text[64];
    printf("Shared virtual addressing\n");
    space_create(driver, process, PGTT_FIRST, 1);
    process->grows_on_fault = true;
    if (!pasid_attach(driver, ACCELERATOR, PASID, process))
        return false;
    svasim_response first = device_ats(driver, ACCELERATOR, PASID, IOVA);
    printf("  translation request                -> rights %d: the page is not there\n",
           first.rights);
    bool queued = device_page_request(driver, ACCELERATOR, PASID, IOVA, 7);
    printf("  page request                       -> queue tail 0x%" PRIx64 "\n",
           reg_read(driver, REG_PQT));
    events_handle(driver);
    printf("  page group response                -> code %d\n", driver->response_code);
    svasim_response second = device_ats(driver, ACCELERATOR, PASID, IOVA);
    printf("  translation request                -> %s, rights %d\n",
           answer(second, text, sizeof text), second.rights);
    say_dma("write to the translated address",
            device_translated_write(driver, ACCELERATOR, second.address));
    return queued && first.rights == 0 && driver->responses == 1 &&
           second.rights == (SVASIM_R | SVASIM_W);
}

static bool process_ends(struct driver *driver)
{
    printf("The process ends\n");
    unsigned faults = driver->log.faults;
    bool ok = device_page_request(driver, ACCELERATOR, PASID, IOVA + PAGE_BYTES, 8) &&
              pasid_silence(driver, ACCELERATOR, PASID);
    say_dma("DMA after the PASID was silenced",
            device_dma(driver, ACCELERATOR, PASID, SVASIM_READ, IOVA));
    events_handle(driver);
    printf("  fault records since                -> %u\n", driver->log.faults - faults);
    ok = ok && pasid_detach(driver, ACCELERATOR, PASID);
    printf("  drained                            -> page requests answered: %u\n",
           driver->responses);
    return ok && driver->log.faults == faults && driver->responses == 2;
}

static bool bad_descriptor(struct driver *driver)
{
    static const struct descriptor bad[1] = {{INV_CC | BIT(6), 0}}; /* bit 6 is reserved */
    bool refused = !queue_run(driver, bad, 1);
    printf("A descriptor with a reserved bit\n");
    printf("  error %" PRIu64 ", repaired, and the queue is %s\n",
           BITS(reg_read(driver, REG_IQERCD), 3, 0),
           reg_read(driver, REG_IQH) == reg_read(driver, REG_IQT) ? "empty" : "stuck");
    return refused && driver->log.repaired == 1;
}

int main(void)
{
    struct driver driver;
    struct space process;
    bool ok = switch_on(&driver) && dma_api(&driver, "DMA API, first stage", PGTT_FIRST, 2) &&
              dma_api(&driver, "DMA API, second stage", PGTT_SECOND, 3) &&
              shared_memory(&driver, &process) && process_ends(&driver) && bad_descriptor(&driver);
    if (ok && driver_disable(&driver))
        printf("Switched off, GSTS 0x%" PRIx64 "\n", reg_read(&driver, REG_GSTS));
    else
        ok = false;
    machine_destroy(&driver);
    ok = scripts_run() && ok;
    return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}
