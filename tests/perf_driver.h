/* SPDX-License-Identifier: MIT */
/* perf_driver.h - performance counters as a driver uses them: places are read from the offset
 * registers, commands go through ECMD (rev 5.10, sections 11.4.13 and 11.4.14). */
#ifndef TESTS_PERF_DRIVER_H
#define TESTS_PERF_DRIVER_H

#include "svasim/svasim.h"

#define PERF_CAP       0x300u
#define PERF_CFGOFF    0x310u
#define PERF_FRZOFF    0x314u
#define PERF_OVFOFF    0x318u
#define PERF_CNTROFF   0x31cu
#define PERF_INTRSTS   0x324u
#define PERF_INTRCTL   0x328u
#define PERF_INTRDATA  0x32cu
#define PERF_INTRADDR  0x330u
#define PERF_INTRUADDR 0x334u
#define PERF_EVNTCAP   0x380u
#define PERF_ECMD      0x400u
#define PERF_ECRSP     0x410u
#define PERF_ECCAP3    0x448u

enum {
    PERF_ENABLE = 240,
    PERF_DISABLE = 241,
    PERF_RESET_CONFIGURATION = 242,
    PERF_RESET_VALUES = 243,
    PERF_FREEZE = 244,
    PERF_UNFREEZE = 245
};

#define PERF_EN           1u
#define PERF_IO           2u
#define PERF_GFO          4u
#define PERF_FILTER_ON    (1u << 31)
#define PERF_RID_FILTER   0x08u
#define PERF_DID_FILTER   0x0cu
#define PERF_PASID_FILTER 0x10u
#define PERF_AT_FILTER    0x14u
#define PERF_PTL_FILTER   0x18u

static inline uint64_t perf_read(svasim *unit, uint32_t offset, uint32_t bytes)
{
    uint64_t value = 0;
    (void)svasim_mmio_read(unit, offset, bytes, &value);
    return value;
}

static inline void perf_write(svasim *unit, uint32_t offset, uint32_t bytes, uint64_t value)
{
    (void)svasim_mmio_write(unit, offset, bytes, value);
}

static inline uint32_t perf_config_at(svasim *unit, unsigned counter)
{
    return (uint32_t)perf_read(unit, PERF_CFGOFF, 4) + 0x100 * counter;
}

static inline uint32_t perf_value_at(svasim *unit, unsigned counter)
{
    unsigned cs = perf_read(unit, PERF_CAP, 8) >> 52 & 7;
    return (uint32_t)perf_read(unit, PERF_CNTROFF, 4) + (1024u << cs) * counter;
}

static inline uint64_t perf_value(svasim *unit, unsigned counter)
{
    return perf_read(unit, perf_value_at(unit, counter), 8);
}

static inline uint64_t perf_frozen(svasim *unit)
{
    return perf_read(unit, (uint32_t)perf_read(unit, PERF_FRZOFF, 4), 8);
}

static inline uint64_t perf_overflowed(svasim *unit)
{
    return perf_read(unit, (uint32_t)perf_read(unit, PERF_OVFOFF, 4), 8);
}

/* Status code of a command, or 256 while it is in progress. */
static inline unsigned perf_command(svasim *unit, unsigned command, uint64_t operand)
{
    perf_write(unit, PERF_ECMD, 8, operand << 16 | command);
    uint64_t response = perf_read(unit, PERF_ECRSP, 8);
    return response & 1 ? 256 : (unsigned)(response >> 1 & 0x7f);
}

/* Select events and what an overflow does; the counter stays off. */
static inline void perf_select(svasim *unit, unsigned counter, unsigned group, uint32_t events,
                               unsigned flags)
{
    perf_write(unit, perf_config_at(unit, counter), 8, (uint64_t)events << 32 | group << 8 | flags);
}

static inline void perf_filter(svasim *unit, unsigned counter, uint32_t filter, uint32_t value)
{
    perf_write(unit, perf_config_at(unit, counter) + filter, 4, PERF_FILTER_ON | value);
}

/* The same, and enabled; the status of the command. */
static inline unsigned perf_count(svasim *unit, unsigned counter, unsigned group, uint32_t events,
                                  unsigned flags)
{
    perf_select(unit, counter, group, events, flags);
    return perf_command(unit, PERF_ENABLE, counter);
}

#endif
