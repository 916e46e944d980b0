/* SPDX-License-Identifier: MIT */
/* unit.c - discovery, and switching the unit on and off. The order of driver_enable is that of
 * chapter 11: the queue first, because scalable mode has no other way to invalidate; then the
 * events, so that nothing is missed; then the root table; translation last. */
#include "driver.h"

/* One command at a time: repeat the levels, change one bit, wait for its status. */
static bool command(struct driver *driver, uint64_t bit, bool on)
{
    uint64_t levels = reg_read(driver, REG_GSTS) & GSTS_LEVELS;
    reg_write(driver, REG_GCMD, on ? levels | bit : levels & ~bit);
    while (((reg_read(driver, REG_GSTS) & bit) != 0) != on)
        if (!machine_wait(driver))
            return false;
    return true;
}

/* What this driver builds on. Anything else is found out where it is used. */
static bool discover(struct driver *driver)
{
    const uint64_t needed = ECAP_QI | ECAP_SMTS | ECAP_FSTS | ECAP_SMPWCS | ECAP_PASID;
    driver->cap = reg_read(driver, REG_CAP);
    driver->ecap = reg_read(driver, REG_ECAP);
    driver->fault_offset = 16 * (uint32_t)BITS(driver->cap, 33, 24);
    driver->fault_records = 1 + (uint32_t)BITS(driver->cap, 47, 40);
    return (driver->ecap & needed) == needed;
}

/* Everything that was cached under another root table, most general structure first: a later
 * cache may be filled from an earlier one (section 6.5.3.3). */
static bool invalidate_all(struct driver *driver)
{
    static const struct descriptor all[3] = {
        {INV_CC | GRANULARITY(CC_GLOBAL), 0},
        {INV_PC | GRANULARITY(PC_GLOBAL), 0},
        {INV_IOTLB | GRANULARITY(IOTLB_GLOBAL), 0},
    };
    return queue_run(driver, all, 3);
}

bool driver_set_root(struct driver *driver, uint64_t root)
{
    reg_write(driver, REG_RTADDR, root | RTADDR_SCALABLE);
    if (!command(driver, GCMD_SRTP, true))
        return false;
    driver->root = root;
    /* A unit with ESRTPS has just done this by itself. */
    return (driver->cap & CAP_ESRTPS) || invalidate_all(driver);
}

bool driver_enable(struct driver *driver)
{
    if (!discover(driver) || !queue_start(driver) || !command(driver, GCMD_QIE, true))
        return false;
    events_start(driver);
    return driver_set_root(driver, take_frame(driver)) && command(driver, GCMD_TE, true);
}

/* The queue must be idle before it goes: its last descriptor is a wait that has reported. */
bool driver_disable(struct driver *driver)
{
    return command(driver, GCMD_TE, false) &&
           reg_read(driver, REG_IQH) == reg_read(driver, REG_IQT) &&
           command(driver, GCMD_QIE, false);
}
