/* SPDX-License-Identifier: MIT */
/* front.c - which accesses of the unit fail, and which see old bytes? A short list of ranges; each
 * access looks through all of it. Beside it, the old bytes of lines that are dirty in the CPU's
 * caches, in one open-addressing table. Knows nothing of what is stored. */
#include "svasim/front.h"

#include "base/alloc.h"
#include "base/mem.h"

#include <string.h>

#define RANGES_INITIAL 8u
#define LINES_INITIAL  64u
#define LINE_SHIFT     6u
#define LINE_BYTES     64u

/* Bytes first..last, both included, so that the last byte of the address space can be named. */
struct range {
    uint64_t first, last;
    unsigned accesses;
};

/* What memory holds of a line that is dirty in the CPU's caches. */
struct line {
    uint64_t key; /* line number + 1; 0 = free */
    unsigned char old[LINE_BYTES];
};

struct svasim_front {
    svasim_mem *mem;
    svasim_ports memory;      /* read, write, update and host of the memory behind */
    svasim_mem_watcher other; /* who watched the memory before */
    struct line *lines;
    size_t line_mask, kept;
    svasim_cpu_cache mode;
    bool quiet; /* it is not the CPU that stores */
    struct range *ranges;
    size_t count, capacity;
    svasim_alloc alloc;
};

static void before_store(void *user, uint64_t hpa, size_t bytes);

svasim_front *svasim_front_create(svasim_mem *mem, const svasim_alloc *alloc)
{
    svasim_alloc hooks = sv_alloc_resolve(alloc);
    svasim_front *front = sv_alloc_array(&hooks, 1, sizeof *front);
    if (!front)
        return NULL;
    front->alloc = hooks;
    front->mem = mem;
    svasim_mem_ports(mem, &front->memory);
    front->other = svasim_mem_watch(mem, before_store, front);
    return front;
}

void svasim_front_destroy(svasim_front *front)
{
    if (!front)
        return;
    svasim_alloc hooks = front->alloc;
    (void)svasim_mem_watch(front->mem, front->other.before, front->other.user);
    sv_alloc_free(&hooks, front->ranges);
    sv_alloc_free(&hooks, front->lines);
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
    uint64_t last = hpa + (bytes - 1);
    for (size_t i = 0; i < front->count; i++) {
        const struct range *range = &front->ranges[i];
        if (range->first <= hpa && last <= range->last && !(accesses & ~range->accesses))
            return SVASIM_OK; /* nothing new: a trace may say so without end */
    }
    if (!reserve(front, 1))
        return SVASIM_ENOMEM;
    front->ranges[front->count++] = (struct range){hpa, last, accesses};
    return SVASIM_OK;
}

svasim_err svasim_front_heal(svasim_front *front, uint64_t hpa, uint64_t bytes)
{
    if (bytes != 0 && !is_range(hpa, bytes))
        return SVASIM_EINVAL;
    uint64_t last = bytes ? hpa + (bytes - 1) : UINT64_MAX;
    size_t count = front->count, kept = 0;
    if (count == 0)
        return SVASIM_OK;
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

/* --- lines that are dirty in the CPU's caches --- */

static size_t home_of(uint64_t key, size_t mask)
{
    return (size_t)(key * UINT64_C(0x9e3779b97f4a7c15) >> 32) & mask;
}

static size_t slot_of(const struct line *lines, size_t mask, uint64_t key)
{
    size_t i = home_of(key, mask);
    while (lines[i].key != 0 && lines[i].key != key)
        i = (i + 1) & mask;
    return i;
}

static const struct line *find_line(const svasim_front *front, uint64_t hpa)
{
    uint64_t key = (hpa >> LINE_SHIFT) + 1;
    if (front->kept == 0)
        return NULL;
    const struct line *line = &front->lines[slot_of(front->lines, front->line_mask, key)];
    return line->key ? line : NULL;
}

/* Room for one more line; the table stays half empty. */
static bool reserve_line(svasim_front *front)
{
    if (front->lines && 2 * front->kept <= front->line_mask)
        return true;
    size_t mask = front->lines ? 2 * front->line_mask + 1 : LINES_INITIAL - 1;
    struct line *lines = sv_alloc_array(&front->alloc, mask + 1, sizeof *lines);
    if (!lines)
        return false;
    for (size_t i = 0; front->lines && i <= front->line_mask; i++)
        if (front->lines[i].key)
            lines[slot_of(lines, mask, front->lines[i].key)] = front->lines[i];
    sv_alloc_free(&front->alloc, front->lines);
    front->lines = lines;
    front->line_mask = mask;
    return true;
}

/* Take a line out of the table; those that probed past it move up. */
static void drop_slot(svasim_front *front, size_t hole)
{
    size_t mask = front->line_mask;
    for (size_t i = (hole + 1) & mask; front->lines[i].key; i = (i + 1) & mask) {
        size_t home = home_of(front->lines[i].key, mask);
        if (((i - home) & mask) < ((i - hole) & mask))
            continue;
        front->lines[hole] = front->lines[i];
        hole = i;
    }
    front->lines[hole].key = 0;
    front->kept--;
}

static void before_store(void *user, uint64_t hpa, size_t bytes)
{
    svasim_front *front = user;
    if (front->other.before)
        front->other.before(front->other.user, hpa, bytes);
    if (front->quiet || front->mode == SVASIM_CPU_CACHE_NONE || bytes == 0)
        return;
    if (front->mode == SVASIM_CPU_CACHE_FLUSH) { /* right after: nobody can look in between */
        svasim_front_flush(front, hpa, bytes);
        return;
    }
    uint64_t last = (hpa + (bytes - 1)) >> LINE_SHIFT;
    for (uint64_t number = hpa >> LINE_SHIFT; number <= last; number++) {
        if (find_line(front, number << LINE_SHIFT))
            continue;
        if (!reserve_line(front)) {
            sv_mem_lose(front->mem);
            return;
        }
        struct line *line = &front->lines[slot_of(front->lines, front->line_mask, number + 1)];
        if (svasim_mem_read(front->mem, number << LINE_SHIFT, line->old, LINE_BYTES) != SVASIM_OK)
            continue; /* the end of memory cuts the line */
        line->key = number + 1;
        front->kept++;
    }
}

void svasim_front_flush(svasim_front *front, uint64_t hpa, uint64_t bytes)
{
    uint64_t end = bytes == 0 || bytes - 1 > UINT64_MAX - hpa ? UINT64_MAX : hpa + (bytes - 1);
    uint64_t first = hpa >> LINE_SHIFT, last = end >> LINE_SHIFT;
    if (front->kept == 0)
        return;
    if (last - first < front->line_mask) {
        for (uint64_t number = first; number <= last && front->kept; number++) {
            size_t slot = slot_of(front->lines, front->line_mask, number + 1);
            if (front->lines[slot].key)
                drop_slot(front, slot);
        }
        return;
    }
    for (size_t i = 0; i <= front->line_mask;) {
        uint64_t key = front->lines[i].key;
        if (key && key - 1 >= first && key - 1 <= last)
            drop_slot(front, i); /* another line may have moved here */
        else
            i++;
    }
}

void svasim_front_cpu_cache(svasim_front *front, svasim_cpu_cache mode)
{
    front->mode = mode;
    if (mode == SVASIM_CPU_CACHE_NONE)
        svasim_front_flush(front, 0, 0);
}

uint64_t svasim_front_kept_lines(const svasim_front *front)
{
    return front->kept;
}

svasim_err svasim_front_write(svasim_front *front, uint64_t hpa, const void *data, size_t bytes)
{
    if (bytes)
        svasim_front_flush(front, hpa, bytes);
    front->quiet = true;
    svasim_err err = svasim_mem_write(front->mem, hpa, data, bytes);
    front->quiet = false;
    return err;
}

/* --- the unit's accesses --- */

static int port_read(void *host, uint64_t hpa, void *out, uint32_t bytes)
{
    const svasim_front *front = host;
    if (fails(front, hpa, bytes, SVASIM_FAIL_READ))
        return 1;
    return front->memory.read(front->memory.host, hpa, out, bytes);
}

/* Naturally aligned and at most 64 bytes: one line. */
static int port_read_unsnooped(void *host, uint64_t hpa, void *out, uint32_t bytes)
{
    const svasim_front *front = host;
    if (port_read(host, hpa, out, bytes) != 0)
        return 1;
    const struct line *line = find_line(front, hpa);
    if (line)
        memcpy(out, line->old + (hpa & (LINE_BYTES - 1)), bytes);
    return 0;
}

static int port_write(void *host, uint64_t hpa, const void *data, uint32_t bytes)
{
    svasim_front *front = host;
    if (fails(front, hpa, bytes, SVASIM_FAIL_WRITE))
        return 1;
    return svasim_front_write(front, hpa, data, bytes) != SVASIM_OK;
}

/* A locked access snoops: the line is written back, then changed. */
static svasim_update port_update(void *host, uint64_t hpa, uint64_t expected, uint64_t desired,
                                 uint64_t *seen)
{
    svasim_front *front = host;
    if (fails(front, hpa, 8, SVASIM_FAIL_UPDATE))
        return SVASIM_UPDATE_FAILED;
    svasim_front_flush(front, hpa, 8);
    front->quiet = true;
    svasim_update update = front->memory.update(front->memory.host, hpa, expected, desired, seen);
    front->quiet = false;
    return update;
}

void svasim_front_ports(svasim_front *front, svasim_ports *ports)
{
    ports->host = front;
    ports->read = port_read;
    ports->write = port_write;
    ports->update = port_update;
    ports->read_unsnooped = port_read_unsnooped;
}
