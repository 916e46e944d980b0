/* SPDX-License-Identifier: MIT */
/* queue.c - the invalidation queue, section 6.5.2. A ring of 256-bit descriptors: software writes
 * at the tail, the unit reads at the head. That the head has moved only says that a descriptor
 * was taken; that it is done is what a wait descriptor reports. */
#include "driver.h"

#define SLOT_BYTES 32u

bool queue_start(struct driver *driver)
{
    driver->queue = take_frame(driver);
    driver->status = take_frame(driver);
    reg_write(driver, REG_IQT, 0);
    /* Size 0 is one page. Wide descriptors must be chosen before scalable mode is. */
    reg_write(driver, REG_IQA, driver->queue | IQA_WIDE);
    return reg_read(driver, REG_IQH) == 0;
}

static void put(struct driver *driver, uint64_t slot, uint64_t low, uint64_t high)
{
    store(driver, driver->queue + slot, low);
    store(driver, driver->queue + slot + 8, high);
    store(driver, driver->queue + slot + 16, 0);
    store(driver, driver->queue + slot + 24, 0);
}

static void append(struct driver *driver, uint64_t low, uint64_t high)
{
    put(driver, driver->queue_tail, low, high);
    driver->queue_tail = (driver->queue_tail + SLOT_BYTES) % QUEUE_BYTES;
}

static uint64_t wait_word(const struct driver *driver)
{
    return INV_WAIT | WAIT_STATUS | (uint64_t)driver->status_value << 32;
}

/* The unit has stopped at a descriptor that it refuses. Put a harmless one in its place, and let
 * the unit fetch again: clearing the error resumes at the same slot (section 6.5.2). */
static void repair(struct driver *driver)
{
    put(driver, reg_read(driver, REG_IQH), INV_WAIT, 0);
    driver->log.repaired++;
    reg_write(driver, REG_FSTS, FSTS_IQE);
}

/* A device has not answered in time. The unit has dropped the waits that were pending, and nothing
 * from the first unanswered request on is sure to have happened. */
static void note_silence(struct driver *driver)
{
    driver->log.silent++;
    driver->log.silent_id = (uint16_t)BITS(reg_read(driver, REG_IQERCD), 47, 32);
    reg_write(driver, REG_FSTS, FSTS_ITE);
}

/* Submit, and wait for the status. False if it will not come, because a device was silent. */
static bool submit(struct driver *driver, const struct descriptor *descriptors, unsigned count,
                   uint64_t wait_bits)
{
    for (unsigned i = 0; i < count; i++)
        append(driver, descriptors[i].low, descriptors[i].high);
    driver->status_value++;
    append(driver, wait_word(driver) | wait_bits, driver->status);
    reg_write(driver, REG_IQT, driver->queue_tail);

    while ((uint32_t)load(driver, driver->status) != driver->status_value) {
        uint64_t status = reg_read(driver, REG_FSTS);
        if (status & FSTS_IQE)
            repair(driver);
        else if (status & FSTS_ITE)
            note_silence(driver);
        else if (!machine_wait(driver))
            return false;
    }
    return true;
}

bool queue_run_wait(struct driver *driver, const struct descriptor *descriptors, unsigned count,
                    uint64_t wait_bits)
{
    unsigned repaired = driver->log.repaired;
    for (unsigned tries = 0; tries < 2; tries++)
        if (submit(driver, descriptors, count, wait_bits))
            return driver->log.repaired == repaired;
    return false;
}

bool queue_run(struct driver *driver, const struct descriptor *descriptors, unsigned count)
{
    return queue_run_wait(driver, descriptors, count, 0);
}
