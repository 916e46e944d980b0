/* SPDX-License-Identifier: MIT */
/* machine.c - the machine around the driver: memory, register accesses, and the two messages that
 * reach software, interrupts and page group responses. Only this file knows that the unit is a
 * model; on a real machine its functions are readl, writeq and the interrupt controller. */
#include "driver.h"

#include <string.h>

#define FIRST_FRAME UINT64_C(0x100000000)

/* --- the ports of the unit --- */

static int read_memory(void *host, uint64_t hpa, void *out, uint32_t bytes)
{
    const struct driver *driver = host;
    return svasim_mem_read(driver->mem, hpa, out, bytes) != SVASIM_OK;
}

static int write_memory(void *host, uint64_t hpa, const void *data, uint32_t bytes)
{
    const struct driver *driver = host;
    return svasim_mem_write(driver->mem, hpa, data, bytes) != SVASIM_OK;
}

static svasim_update update_memory(void *host, uint64_t hpa, uint64_t expected, uint64_t desired,
                                   uint64_t *seen)
{
    const struct driver *driver = host;
    *seen = svasim_mem_read64(driver->mem, hpa);
    if (*seen != expected)
        return SVASIM_UPDATE_LOST;
    return svasim_mem_write64(driver->mem, hpa, desired) == SVASIM_OK ? SVASIM_UPDATE_DONE
                                                                      : SVASIM_UPDATE_FAILED;
}

/* An interrupt arrives inside of what the unit is doing: note it, and handle it later. */
static void take_interrupt(void *host, uint64_t address, uint32_t data)
{
    struct driver *driver = host;
    (void)address;
    driver->fault_pending |= data == VECTOR_FAULT;
    driver->page_pending |= data == VECTOR_PAGE;
}

static void take_answer(void *host, const svasim_response *response)
{
    struct driver *driver = host;
    driver->answered++;
    driver->last = *response;
}

static void take_response(void *host, const svasim_page_response *response)
{
    struct driver *driver = host;
    driver->responses++;
    driver->response_code = response->code;
}

/* Our devices forget at once, unless they are to be silent. */
static bool take_invalidation(void *host, const svasim_device_invalidation *invalidation)
{
    struct driver *driver = host;
    (void)invalidation;
    if (driver->lost_invalidations == 0)
        return true;
    driver->lost_invalidations--;
    return false;
}

/* --- life --- */

static bool set_all(svasim_config *config, const char *const *settings)
{
    for (; settings && *settings; settings++) {
        char key[64];
        size_t length = strcspn(*settings, "=");
        if (length >= sizeof key)
            return false;
        memcpy(key, *settings, length);
        key[length] = '\0';
        if (svasim_config_set(config, key, *settings + length + 1) != SVASIM_OK)
            return false;
    }
    return true;
}

bool machine_create(struct driver *driver, const char *const *settings)
{
    *driver = (struct driver){.next_frame = FIRST_FRAME};
    driver->mem = svasim_mem_create(0, NULL);
    svasim_config *config = svasim_config_create();
    svasim_ports ports = {
        .size = sizeof ports,
        .host = driver,
        .read = read_memory,
        .write = write_memory,
        .update = update_memory,
        .respond = take_answer,
        .interrupt = take_interrupt,
        .page_response = take_response,
        .device_invalidate = take_invalidation,
    };
    bool ok = driver->mem && config && set_all(config, settings) &&
              svasim_create(&driver->unit, config, &ports, NULL) == SVASIM_OK;
    svasim_config_destroy(config);
    return ok;
}

void machine_destroy(struct driver *driver)
{
    svasim_destroy(driver->unit);
    svasim_mem_destroy(driver->mem);
}

bool machine_wait(struct driver *driver)
{
    svasim_tick next = svasim_next_event(driver->unit);
    if (next == SVASIM_NEVER)
        return false;
    svasim_run_until(driver->unit, next);
    return true;
}

/* --- registers and memory --- */

static uint32_t register_bytes(uint32_t offset)
{
    switch (offset) {
    case REG_CAP:
    case REG_ECAP:
    case REG_RTADDR:
    case REG_IQH:
    case REG_IQT:
    case REG_IQA:
    case REG_IQERCD:
    case REG_PQH:
    case REG_PQT:
    case REG_PQA:
        return 8;
    default:
        return 4;
    }
}

uint64_t reg_read(const struct driver *driver, uint32_t offset)
{
    uint64_t value = 0;
    svasim_mmio_read(driver->unit, offset, register_bytes(offset), &value);
    return value;
}

void reg_write(struct driver *driver, uint32_t offset, uint64_t value)
{
    svasim_mmio_write(driver->unit, offset, register_bytes(offset), value);
}

uint64_t take_frame(struct driver *driver)
{
    uint64_t frame = driver->next_frame;
    driver->next_frame += PAGE_BYTES;
    return frame; /* memory that was never written reads as zeros */
}

uint64_t load(const struct driver *driver, uint64_t address)
{
    return svasim_mem_read64(driver->mem, address);
}

void store(struct driver *driver, uint64_t address, uint64_t value)
{
    (void)svasim_mem_write64(driver->mem, address, value);
}
