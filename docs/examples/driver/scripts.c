/* SPDX-License-Identifier: MIT */
/* scripts.c - sequences that drivers rely on, as tests: each on a machine of its own, seen from
 * registers, memory and the answers that devices get. */
#include "device.h"

#include <stdio.h>

#define NIC         0x0010
#define ACCELERATOR 0x0100
#define PASID       9
#define IOVA        UINT64_C(0x40200000)
#define TARGET      UINT64_C(0x300000000)

#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: not true: %s\n", __FILE__, __LINE__, #condition);              \
            return false;                                                                          \
        }                                                                                          \
    } while (0)

static bool reads(struct driver *driver, uint16_t source_id, uint32_t pasid, uint64_t address,
                  uint64_t target)
{
    svasim_response r = device_dma(driver, source_id, pasid, SVASIM_READ, address);
    return r.status == SVASIM_STATUS_OK && r.address == target;
}

static bool blocked(struct driver *driver, uint16_t source_id, uint32_t pasid, uint64_t address,
                    svasim_fault fault)
{
    svasim_response r = device_dma(driver, source_id, pasid, SVASIM_READ, address);
    return r.status != SVASIM_STATUS_OK && r.fault == fault;
}

/* The next fault event has exactly one record, with this reason. */
static bool logged(struct driver *driver, uint8_t reason)
{
    unsigned events = driver->log.fault_events, faults = driver->log.faults;
    events_handle(driver);
    return driver->log.fault_events == events + 1 && driver->log.faults == faults + 1 &&
           driver->log.reason == reason && !(reg_read(driver, REG_FSTS) & (FSTS_PPF | FSTS_PFO));
}

/* Enable, map, use, unmap with its invalidation, and the device is out. */
static bool map_and_unmap(struct driver *driver, struct space *domain)
{
    CHECK(driver_enable(driver));
    CHECK(device_add(driver, NIC, DEVICE_PLAIN));
    space_create(driver, domain, PGTT_FIRST, 2);
    CHECK(pasid_attach(driver, NIC, 0, domain));
    CHECK(blocked(driver, NIC, SVASIM_NO_PASID, IOVA, SVASIM_FAULT_SFS_2));
    CHECK(logged(driver, 0x71));
    space_map(driver, domain, IOVA, TARGET, true);
    CHECK(reads(driver, NIC, SVASIM_NO_PASID, IOVA, TARGET));
    CHECK(space_unmap(driver, domain, IOVA));
    CHECK(blocked(driver, NIC, SVASIM_NO_PASID, IOVA, SVASIM_FAULT_SFS_2));
    CHECK(logged(driver, 0x71));
    CHECK(driver->log.source_id == NIC && driver->log.pasid == SVASIM_NO_PASID);
    CHECK(driver->log.address == IOVA && !driver->log.writes);
    return true;
}

/* A second root table without the device: nothing of the first one may still be in use. */
static bool other_root(struct driver *driver)
{
    struct space domain;
    CHECK(map_and_unmap(driver, &domain));
    space_map(driver, &domain, IOVA, TARGET, true);
    CHECK(reads(driver, NIC, SVASIM_NO_PASID, IOVA, TARGET));
    CHECK(driver_set_root(driver, take_frame(driver)));
    CHECK(blocked(driver, NIC, SVASIM_NO_PASID, IOVA, SVASIM_FAULT_SRT_2));
    CHECK(logged(driver, 0x39));
    return driver_disable(driver);
}

/* Without an invalidation the device stays in; a global one puts it out. */
static bool stale_until_global(struct driver *driver)
{
    static const struct descriptor global[1] = {{INV_IOTLB | GRANULARITY(IOTLB_GLOBAL), 0}};
    struct space domain;
    CHECK(driver_enable(driver) && device_add(driver, NIC, DEVICE_PLAIN));
    space_create(driver, &domain, PGTT_SECOND, 2);
    CHECK(pasid_attach(driver, NIC, 0, &domain));
    space_map(driver, &domain, IOVA, TARGET, false);
    CHECK(reads(driver, NIC, SVASIM_NO_PASID, IOVA, TARGET));
    space_unmap_unflushed(driver, &domain, IOVA);
    CHECK(reads(driver, NIC, SVASIM_NO_PASID, IOVA, TARGET));
    CHECK(queue_run(driver, global, 1));
    CHECK(blocked(driver, NIC, SVASIM_NO_PASID, IOVA, SVASIM_FAULT_SSS_2));
    return logged(driver, 0x79);
}

/* A fault that software repairs; then the PASID goes while a page request waits in the queue. */
static bool fault_and_unbind(struct driver *driver)
{
    struct space process;
    CHECK(driver_enable(driver) && device_add(driver, ACCELERATOR, DEVICE_ATS));
    space_create(driver, &process, PGTT_FIRST, 1);
    process.grows_on_fault = true;
    CHECK(pasid_attach(driver, ACCELERATOR, PASID, &process));
    CHECK(device_ats(driver, ACCELERATOR, PASID, IOVA).rights == 0);
    CHECK(device_page_request(driver, ACCELERATOR, PASID, IOVA, 1));
    events_handle(driver);
    CHECK(driver->log.page_events == 1 && driver->responses == 1);
    CHECK(driver->response_code == RESPONSE_SUCCESS);
    svasim_response retry = device_ats(driver, ACCELERATOR, PASID, IOVA);
    CHECK(retry.rights == (SVASIM_R | SVASIM_W));
    CHECK(device_translated_write(driver, ACCELERATOR, retry.address).status == SVASIM_STATUS_OK);

    CHECK(device_page_request(driver, ACCELERATOR, PASID, IOVA + PAGE_BYTES, 2));
    CHECK(device_stop_marker(driver, ACCELERATOR, PASID));
    CHECK(pasid_detach(driver, ACCELERATOR, PASID));
    CHECK(driver->responses == 2 && driver->response_code == RESPONSE_INVALID);
    CHECK(reg_read(driver, REG_PQH) == reg_read(driver, REG_PQT));
    CHECK(blocked(driver, ACCELERATOR, PASID, IOVA, SVASIM_FAULT_SPT_2));
    CHECK(logged(driver, 0x59) && driver->log.pasid == PASID);
    CHECK(!device_page_request(driver, ACCELERATOR, PASID, IOVA, 3)); /* refused by the unit */
    return true;
}

/* A guest edits its own tables and flushes its PASID; the host moves a page of the guest. */
static bool nested(struct driver *driver)
{
    enum { GUEST_PAGES = 64 };
    struct space host, guest;
    CHECK(driver_enable(driver) && (driver->ecap & ECAP_NEST));
    CHECK(device_add(driver, ACCELERATOR, DEVICE_PLAIN));
    space_create(driver, &host, PGTT_SECOND, 4);
    for (uint64_t page = 0; page < GUEST_PAGES; page++)
        space_map(driver, &host, page * PAGE_BYTES, TARGET + page * PAGE_BYTES, true);
    space_create_nested(driver, &guest, &host, TARGET, PAGE_BYTES);
    CHECK(pasid_attach(driver, ACCELERATOR, PASID, &guest));

    space_map(driver, &guest, IOVA, 32 * PAGE_BYTES, true);
    space_map(driver, &guest, IOVA + PAGE_BYTES, 33 * PAGE_BYTES, true);
    CHECK(reads(driver, ACCELERATOR, PASID, IOVA, TARGET + 32 * PAGE_BYTES));
    CHECK(space_unmap(driver, &guest, IOVA));
    CHECK(blocked(driver, ACCELERATOR, PASID, IOVA, SVASIM_FAULT_SFS_2));
    CHECK(logged(driver, 0x71));

    /* The paging-structure caches spare all but the last reads of a neighbour... */
    svasim_response near = device_dma(driver, ACCELERATOR, PASID, SVASIM_READ, IOVA + PAGE_BYTES);
    CHECK(near.address == TARGET + 33 * PAGE_BYTES);
    /* ...until the host's flush of one page takes those of the whole domain: the first stage's
     * entries do not tell which guest pages they came from (section 6.5.2.3). */
    space_unmap_unflushed(driver, &host, 33 * PAGE_BYTES);
    space_map(driver, &host, 33 * PAGE_BYTES, TARGET + 50 * PAGE_BYTES, true);
    CHECK(reads(driver, ACCELERATOR, PASID, IOVA + PAGE_BYTES, TARGET + 33 * PAGE_BYTES));
    CHECK(space_flush_page(driver, &host, 33 * PAGE_BYTES));
    svasim_response far = device_dma(driver, ACCELERATOR, PASID, SVASIM_READ, IOVA + PAGE_BYTES);
    CHECK(far.address == TARGET + 50 * PAGE_BYTES);
    CHECK(far.reads > near.reads);
    return true;
}

/* The process dies while its device works: what is on its way is blocked, and nobody hears of it.
 */
static bool process_exit(struct driver *driver)
{
    struct space process;
    CHECK(driver_enable(driver) && device_add(driver, ACCELERATOR, DEVICE_ATS));
    space_create(driver, &process, PGTT_FIRST, 1);
    CHECK(pasid_attach(driver, ACCELERATOR, PASID, &process));
    space_map(driver, &process, IOVA, TARGET, true);
    CHECK(device_dma_start(driver, ACCELERATOR, PASID, SVASIM_WRITE, IOVA));
    CHECK(pasid_silence(driver, ACCELERATOR, PASID));
    while (driver->answered == 0)
        CHECK(machine_wait(driver));
    CHECK(driver->last.status == SVASIM_STATUS_UR && driver->last.fault == SVASIM_FAULT_SPT_2);
    CHECK(device_dma_start(driver, ACCELERATOR, PASID, SVASIM_WRITE, IOVA));
    while (driver->answered == 1)
        CHECK(machine_wait(driver));
    CHECK(driver->last.status == SVASIM_STATUS_UR);
    CHECK(reg_read(driver, REG_FSTS) == 0 && !driver->fault_pending);
    CHECK(pasid_detach(driver, ACCELERATOR, PASID)); /* the driver's own clean-up, later */
    CHECK(blocked(driver, ACCELERATOR, PASID, IOVA, SVASIM_FAULT_SPT_2));
    return logged(driver, 0x59); /* FPD went with it */
}

/* ATS is switched off in an order that leaves no translation in the device (section 6.5.3.3). */
static bool ats_off(struct driver *driver)
{
    struct space process;
    CHECK(driver_enable(driver) && device_add(driver, ACCELERATOR, DEVICE_ATS));
    space_create(driver, &process, PGTT_FIRST, 1);
    CHECK(pasid_attach(driver, ACCELERATOR, PASID, &process));
    space_map(driver, &process, IOVA, TARGET, true);
    svasim_response kept = device_ats(driver, ACCELERATOR, PASID, IOVA);
    CHECK(kept.address == TARGET && kept.rights == (SVASIM_R | SVASIM_W));
    CHECK(device_ats_off(driver, ACCELERATOR));
    CHECK(device_translated_write(driver, ACCELERATOR, kept.address).fault == SVASIM_FAULT_SCT_5);
    CHECK(logged(driver, 0x44));
    return reads(driver, ACCELERATOR, PASID, IOVA, TARGET);
}

/* The same with a device whose answer is lost once: the driver asks again. One that never answers
 * does not keep the queue from working for others. */
static bool lost_completions(struct driver *driver)
{
    CHECK(driver_enable(driver) && device_add(driver, ACCELERATOR, DEVICE_ATS));
    driver->lost_invalidations = 1;
    CHECK(device_ats_off(driver, ACCELERATOR));
    CHECK(driver->log.silent == 1 && driver->log.silent_id == ACCELERATOR);
    CHECK(reg_read(driver, REG_FSTS) == 0);
    CHECK(driver->fault_pending); /* an error of the queue is a fault event, too */

    CHECK(device_add(driver, NIC, DEVICE_ATS));
    driver->lost_invalidations = 2;
    CHECK(!device_ats_off(driver, NIC));
    CHECK(driver->log.silent == 3 && driver->log.silent_id == NIC);
    CHECK(reg_read(driver, REG_IQH) == reg_read(driver, REG_IQT));
    CHECK(device_ats_off(driver, NIC)); /* reset and well again */
    return driver_disable(driver);
}

bool scripts_run(void)
{
    static const char *const flushes[] = {"cap.esrtps=1", NULL};
    static const char *const keeps[] = {"cap.esrtps=0", NULL};
    static const char *const caching[] = {"cap.cm=1", NULL};
    static const char *const patient[] = {"device_tlb.timeout=5000", NULL};
    static const char *const few[] = {"cap.esrtps=0", "cap.psi=0", "cap.nfr=0", NULL};
    static const struct {
        bool (*run)(struct driver *driver);
        const char *const *settings;
        const char *name;
    } scripts[] = {
        {other_root, flushes, "map, unmap, other root table; SRTP flushes"},
        {other_root, keeps, "the same; the driver flushes"},
        {other_root, caching, "the same in caching mode"},
        {stale_until_global, NULL, "unmap without invalidation"},
        {stale_until_global, few, "the same, no page-selective invalidation"},
        {fault_and_unbind, NULL, "page request, retry, unbind with a request in flight"},
        {fault_and_unbind, caching, "the same in caching mode"},
        {nested, NULL, "nested: guest edits, host edits"},
        {process_exit, NULL, "process exit with DMA in flight"},
        {ats_off, NULL, "ATS switched off"},
        {lost_completions, patient, "the same, and completions get lost"},
    };
    bool ok = true;
    printf("Scripts\n");
    for (unsigned i = 0; i < sizeof scripts / sizeof scripts[0]; i++) {
        struct driver driver;
        bool good = machine_create(&driver, scripts[i].settings) && scripts[i].run(&driver);
        machine_destroy(&driver);
        printf("  %-52s %s\n", scripts[i].name, good ? "ok" : "FAILED");
        ok = ok && good;
    }
    return ok;
}
