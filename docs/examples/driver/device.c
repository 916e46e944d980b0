/* SPDX-License-Identifier: MIT */
/* device.c - what devices send to the unit. */
#include "device.h"

static svasim_request make(uint16_t source_id, uint32_t pasid, svasim_op op, svasim_at at,
                           uint64_t address)
{
    return (svasim_request){
        .address = address,
        .length = 64,
        .pasid = pasid,
        .source_id = source_id,
        .op = (uint8_t)op,
        .at = (uint8_t)at,
    };
}

static svasim_response ask(struct driver *driver, svasim_request request)
{
    svasim_response response = {.status = SVASIM_STATUS_UR};
    (void)svasim_translate(driver->unit, &request, &response);
    return response;
}

svasim_response device_dma(struct driver *driver, uint16_t source_id, uint32_t pasid, svasim_op op,
                           uint64_t address)
{
    return ask(driver, make(source_id, pasid, op, SVASIM_UNTRANSLATED, address));
}

bool device_dma_start(struct driver *driver, uint16_t source_id, uint32_t pasid, svasim_op op,
                      uint64_t address)
{
    svasim_request request = make(source_id, pasid, op, SVASIM_UNTRANSLATED, address);
    return svasim_submit(driver->unit, &request) == SVASIM_OK;
}

svasim_response device_ats(struct driver *driver, uint16_t source_id, uint32_t pasid,
                           uint64_t address)
{
    return ask(driver, make(source_id, pasid, SVASIM_READ, SVASIM_TRANSLATION, address));
}

svasim_response device_translated_write(struct driver *driver, uint16_t source_id, uint64_t hpa)
{
    return ask(driver, make(source_id, SVASIM_NO_PASID, SVASIM_WRITE, SVASIM_TRANSLATED, hpa));
}

static bool page_ask(struct driver *driver, const svasim_page_request *request)
{
    svasim_page_answer answer = SVASIM_PAGE_DROPPED;
    return svasim_page_ask(driver->unit, request, &answer, NULL) == SVASIM_OK &&
           answer == SVASIM_PAGE_QUEUED;
}

bool device_page_request(struct driver *driver, uint16_t source_id, uint32_t pasid,
                         uint64_t address, uint16_t group)
{
    svasim_page_request request = {
        .address = address,
        .pasid = pasid,
        .source_id = source_id,
        .group = group,
        .flags = SVASIM_PAGE_READ | SVASIM_PAGE_WRITE | SVASIM_PAGE_LAST,
    };
    return page_ask(driver, &request);
}

bool device_stop_marker(struct driver *driver, uint16_t source_id, uint32_t pasid)
{
    svasim_page_request request = {
        .pasid = pasid, .source_id = source_id, .flags = SVASIM_PAGE_LAST};
    return page_ask(driver, &request);
}
