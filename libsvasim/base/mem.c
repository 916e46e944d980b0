/* SPDX-License-Identifier: MIT */
/* mem.c - sparse physical memory: where does byte X live? Chunks of 64 KiB in one open-addressing
 * table, allocated on the first write. Knows nothing of what is stored. */
#include "base/mem.h"

#include "base/alloc.h"
#include "base/bits.h"
#include "base/hints.h"

#define CHUNK_SHIFT   16u
#define CHUNK_BYTES   (UINT64_C(1) << CHUNK_SHIFT)
#define SLOTS_INITIAL 256u
#define LIMIT_DEFAULT (UINT64_C(1) << 52)

struct slot {
    uint64_t key; /* chunk number + 1; 0 = free */
    unsigned char *bytes;
};

#define HOT_SLOTS 64u

struct svasim_mem {
    struct slot hot[HOT_SLOTS]; /* chunks the unit read last, direct-mapped */
    struct slot *slots;
    size_t slot_mask;
    size_t used;
    uint64_t limit;
    svasim_alloc alloc;
    svasim_mem_watcher watcher;
    bool lost; /* a store */
};

static size_t slot_of(const struct slot *slots, size_t mask, uint64_t key)
{
    size_t i = (size_t)(key * UINT64_C(0x9e3779b97f4a7c15) >> 40) & mask;
    while (slots[i].key != 0 && slots[i].key != key)
        i = (i + 1) & mask;
    return i;
}

svasim_mem *svasim_mem_create(uint64_t limit_bytes, const svasim_alloc *alloc)
{
    svasim_alloc hooks = sv_alloc_resolve(alloc);
    svasim_mem *mem = sv_alloc_array(&hooks, 1, sizeof *mem);
    if (!mem)
        return NULL;
    mem->alloc = hooks;
    mem->limit = limit_bytes ? limit_bytes : LIMIT_DEFAULT;
    mem->slot_mask = SLOTS_INITIAL - 1;
    mem->slots = sv_alloc_array(&hooks, SLOTS_INITIAL, sizeof *mem->slots);
    if (!mem->slots) {
        sv_alloc_free(&hooks, mem);
        return NULL;
    }
    return mem;
}

void svasim_mem_destroy(svasim_mem *mem)
{
    if (!mem)
        return;
    for (size_t i = 0; i <= mem->slot_mask; i++)
        sv_alloc_free(&mem->alloc, mem->slots[i].bytes);
    sv_alloc_free(&mem->alloc, mem->slots);
    svasim_alloc hooks = mem->alloc;
    sv_alloc_free(&hooks, mem);
}

static bool grow(svasim_mem *mem)
{
    size_t mask = mem->slot_mask * 2 + 1;
    struct slot *slots = sv_alloc_array(&mem->alloc, mask + 1, sizeof *slots);
    if (!slots)
        return false;
    for (size_t i = 0; i <= mem->slot_mask; i++)
        if (mem->slots[i].key)
            slots[slot_of(slots, mask, mem->slots[i].key)] = mem->slots[i];
    sv_alloc_free(&mem->alloc, mem->slots);
    mem->slots = slots;
    mem->slot_mask = mask;
    return true;
}

static unsigned char *chunk_for_write(svasim_mem *mem, uint64_t hpa)
{
    uint64_t key = (hpa >> CHUNK_SHIFT) + 1;
    size_t i = slot_of(mem->slots, mem->slot_mask, key);
    if (mem->slots[i].key)
        return mem->slots[i].bytes;
    if (mem->used * 2 > mem->slot_mask) {
        if (!grow(mem))
            return NULL;
        i = slot_of(mem->slots, mem->slot_mask, key);
    }
    unsigned char *bytes = sv_alloc_array(&mem->alloc, CHUNK_BYTES, 1);
    if (!bytes)
        return NULL;
    mem->slots[i] = (struct slot){key, bytes};
    mem->used++;
    return bytes;
}

static const unsigned char *chunk_for_read(const svasim_mem *mem, uint64_t hpa)
{
    return mem->slots[slot_of(mem->slots, mem->slot_mask, (hpa >> CHUNK_SHIFT) + 1)].bytes;
}

static bool inside(const svasim_mem *mem, uint64_t hpa, size_t bytes)
{
    return hpa < mem->limit && bytes <= mem->limit - hpa;
}

svasim_err svasim_mem_read(const svasim_mem *mem, uint64_t hpa, void *out, size_t bytes)
{
    if (!inside(mem, hpa, bytes))
        return SVASIM_EINVAL;
    unsigned char *to = out;
    while (bytes) {
        uint64_t offset = hpa & (CHUNK_BYTES - 1);
        size_t part = CHUNK_BYTES - offset < bytes ? (size_t)(CHUNK_BYTES - offset) : bytes;
        const unsigned char *chunk = chunk_for_read(mem, hpa);
        if (chunk)
            memcpy(to, chunk + offset, part);
        else
            memset(to, 0, part);
        to += part;
        hpa += part;
        bytes -= part;
    }
    return SVASIM_OK;
}

svasim_err svasim_mem_write(svasim_mem *mem, uint64_t hpa, const void *data, size_t bytes)
{
    if (!inside(mem, hpa, bytes))
        return SVASIM_EINVAL;
    if (mem->watcher.before)
        mem->watcher.before(mem->watcher.user, hpa, bytes);
    const unsigned char *from = data;
    while (bytes) {
        uint64_t offset = hpa & (CHUNK_BYTES - 1);
        size_t part = CHUNK_BYTES - offset < bytes ? (size_t)(CHUNK_BYTES - offset) : bytes;
        unsigned char *chunk = chunk_for_write(mem, hpa);
        if (!chunk) {
            sv_mem_lose(mem);
            return SVASIM_ENOMEM;
        }
        memcpy(chunk + offset, from, part);
        from += part;
        hpa += part;
        bytes -= part;
    }
    return SVASIM_OK;
}

uint64_t svasim_mem_read64(const svasim_mem *mem, uint64_t hpa)
{
    unsigned char bytes[8] = {0};
    (void)svasim_mem_read(mem, hpa, bytes, sizeof bytes);
    return load_le64(bytes);
}

svasim_err svasim_mem_write64(svasim_mem *mem, uint64_t hpa, uint64_t value)
{
    unsigned char bytes[8];
    store_le64(bytes, value);
    return svasim_mem_write(mem, hpa, bytes, sizeof bytes);
}

svasim_mem_watcher svasim_mem_watch(svasim_mem *mem,
                                    void (*before)(void *user, uint64_t hpa, size_t bytes),
                                    void *user)
{
    svasim_mem_watcher previous = mem->watcher;
    mem->watcher = (svasim_mem_watcher){before, user};
    return previous;
}

void sv_mem_lose(svasim_mem *mem)
{
    mem->lost = true;
}

bool svasim_mem_short(const svasim_mem *mem)
{
    return mem->lost;
}

uint64_t svasim_mem_footprint_bytes(const svasim_mem *mem)
{
    return mem->used * CHUNK_BYTES;
}

/* A read that the hot slots cannot serve. */
static SV_SELDOM int read_cold(svasim_mem *mem, uint64_t hpa, void *out, uint32_t bytes)
{
    if (!inside(mem, hpa, bytes))
        return 1;
    uint64_t key = (hpa >> CHUNK_SHIFT) + 1;
    const struct slot *slot = &mem->slots[slot_of(mem->slots, mem->slot_mask, key)];
    if (!slot->key) {
        memset(out, 0, bytes);
        return 0;
    }
    if (mem->limit % CHUNK_BYTES == 0) /* the whole chunk lies below the limit */
        mem->hot[key % HOT_SLOTS] = *slot;
    memcpy(out, slot->bytes + (hpa & (CHUNK_BYTES - 1)), bytes);
    return 0;
}

/* The unit's reads are aligned and never cross a chunk. */
static int port_read(void *host, uint64_t hpa, void *out, uint32_t bytes)
{
    svasim_mem *mem = host;
    uint64_t key = (hpa >> CHUNK_SHIFT) + 1;
    const struct slot *hot = &mem->hot[key % HOT_SLOTS];
    if (hot->key != key)
        return read_cold(mem, hpa, out, bytes);
    const unsigned char *from = hot->bytes + (hpa & (CHUNK_BYTES - 1));
    if (bytes == 8)
        memcpy(out, from, 8);
    else
        memcpy(out, from, bytes);
    return 0;
}

static int port_write(void *host, uint64_t hpa, const void *data, uint32_t bytes)
{
    return svasim_mem_write(host, hpa, data, bytes) != SVASIM_OK;
}

static svasim_update port_update(void *host, uint64_t hpa, uint64_t expected, uint64_t desired,
                                 uint64_t *seen)
{
    svasim_mem *mem = host;
    if (!inside(mem, hpa, 8))
        return SVASIM_UPDATE_FAILED;
    uint64_t now = svasim_mem_read64(mem, hpa);
    *seen = now;
    if (now != expected)
        return SVASIM_UPDATE_LOST;
    return svasim_mem_write64(mem, hpa, desired) == SVASIM_OK ? SVASIM_UPDATE_DONE
                                                              : SVASIM_UPDATE_FAILED;
}

void svasim_mem_ports(svasim_mem *mem, svasim_ports *ports)
{
    ports->host = mem;
    ports->read = port_read;
    ports->write = port_write;
    ports->update = port_update;
}
