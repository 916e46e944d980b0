/* SPDX-License-Identifier: MIT */
/* front.c - which accesses of the unit fail? A short list of ranges in front of the memory; each
 * access looks through all of it. Knows nothing of what is stored. */
#include "svasim/front.h"

#include "base/alloc.h"

#include <string.h>

#define RANGES_INITIAL 8u

/* Bytes first..last, both included, so that the last byte of the address space can be named. */
struct range {
    uint64_t first, last;
    unsigned accesses;
};

struct svasim_front {
    svasim_ports memory; /* read, write, update and host of the memory behind */
    struct range *ranges;
    size_t count, capacity;
    svasim_alloc alloc;
};

svasim_front *svasim_front_create(svasim_mem *mem, const svasim_alloc *alloc)
{
    svasim_alloc hooks = sv_alloc_resolve(alloc);
    svasim_front *front = sv_alloc_array(&hooks, 1, sizeof *front);
    if (!front)
        return NULL;
    front->alloc = hooks;
    svasim_mem_ports(mem, &front->memory);
    return front;
}

void svasim_front_destroy(svasim_front *front)
{
    if (!front)
        return;
    svasim_alloc hooks = front->alloc;
    sv_alloc_free(&hooks, front->ranges);
    sv_alloc_free(&hooks, front);
}

/* --- ranges --- */

/* Room for `more` further ranges. */
static bool reserve(svasim_front *front, size_t more)
{
    if (front->capacity - front->count >= more)
        return true;
    size_t capacity = front->capacity ? 2 * front->capacity : RANGES_INITIAL;
    while (capacity - front->count < more)
        capacity *= 2;
    struct range *ranges = sv_alloc_array(&front->alloc, capacity, sizeof *ranges);
    if (!ranges)
        return false;
    if (front->count)
        memcpy(ranges, front->ranges, front->count * sizeof *ranges);
    sv_alloc_free(&front->alloc, front->ranges);
    front->ranges = ranges;
    front->capacity = capacity;
    return true;
}

static bool is_range(uint64_t hpa, uint64_t bytes)
{
    return bytes != 0 && bytes - 1 <= UINT64_MAX - hpa;
}

svasim_err svasim_front_fail(svasim_front *front, uint64_t hpa, uint64_t bytes, unsigned accesses)
{
    if (!is_range(hpa, bytes) || accesses == 0 || accesses > SVASIM_FAIL_ALL)
        return SVASIM_EINVAL;
    if (!reserve(front, 1))
        return SVASIM_ENOMEM;
    front->ranges[front->count++] = (struct range){hpa, hpa + (bytes - 1), accesses};
    return SVASIM_OK;
}

svasim_err svasim_front_heal(svasim_front *front, uint64_t hpa, uint64_t bytes)
{
    if (bytes != 0 && !is_range(hpa, bytes))
        return SVASIM_EINVAL;
    uint64_t last = bytes ? hpa + (bytes - 1) : UINT64_MAX;
    size_t count = front->count, kept = 0;
    if (!reserve(front, count)) /* each range can fall into two */
        return SVASIM_ENOMEM;
    for (size_t i = 0; i < count; i++) {
        struct range range = front->ranges[i];
        bool outside = last < range.first || hpa > range.last;
        if (outside || range.first < hpa)
            front->ranges[kept++] =
                (struct range){range.first, outside ? range.last : hpa - 1, range.accesses};
        if (!outside && range.last > last)
            front->ranges[front->count++] = (struct range){last + 1, range.last, range.accesses};
    }
    memmove(front->ranges + kept, front->ranges + count,
            (front->count - count) * sizeof *front->ranges);
    front->count -= count - kept;
    return SVASIM_OK;
}

static bool fails(const svasim_front *front, uint64_t hpa, uint32_t bytes, unsigned access)
{
    for (size_t i = 0; i < front->count; i++) {
        const struct range *range = &front->ranges[i];
        if ((range->accesses & access) && hpa <= range->last &&
            (hpa >= range->first || bytes > range->first - hpa))
            return true;
    }
    return false;
}

/* --- the unit's accesses --- */

static int port_read(void *host, uint64_t hpa, void *out, uint32_t bytes)
{
    const svasim_front *front = host;
    if (fails(front, hpa, bytes, SVASIM_FAIL_READ))
        return 1;
    return front->memory.read(front->memory.host, hpa, out, bytes);
}

static int port_write(void *host, uint64_t hpa, const void *data, uint32_t bytes)
{
    const svasim_front *front = host;
    if (fails(front, hpa, bytes, SVASIM_FAIL_WRITE))
        return 1;
    return front->memory.write(front->memory.host, hpa, data, bytes);
}

static svasim_update port_update(void *host, uint64_t hpa, uint64_t expected, uint64_t desired,
                                 uint64_t *seen)
{
    const svasim_front *front = host;
    if (fails(front, hpa, 8, SVASIM_FAIL_UPDATE))
        return SVASIM_UPDATE_FAILED;
    return front->memory.update(front->memory.host, hpa, expected, desired, seen);
}

void svasim_front_ports(svasim_front *front, svasim_ports *ports)
{
    ports->host = front;
    ports->read = port_read;
    ports->write = port_write;
    ports->update = port_update;
}
