/* SPDX-License-Identifier: MIT */
/* builder.c - life of a builder, its messages, and whole-entry reads and writes. It must not know
 * which entry follows which (locate.c, tree.c). */
#include "tables/builder.h"

#include "base/bits.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#define PDTS_MAX       7u
#define INTERRUPTS     256u
#define INTERRUPTS_MAX 65536u

svasim_tables *sv_tables_create(svasim_mem *mem, const svasim_tables_setup *setup,
                                const svasim_alloc *alloc)
{
    uint32_t interrupts = setup && setup->interrupts ? setup->interrupts : INTERRUPTS;
    if (!mem || !setup || setup->pdts > PDTS_MAX || interrupts < 2 || interrupts > INTERRUPTS_MAX ||
        (interrupts & (interrupts - 1)))
        return NULL;
    svasim_alloc hooks = sv_alloc_resolve(alloc);
    svasim_tables *tables = sv_alloc_array(&hooks, 1, sizeof *tables);
    if (!tables)
        return NULL;
    tables->mem = mem;
    tables->alloc = hooks;
    tables->setup = *setup;
    tables->setup.interrupts = interrupts;
    sv_frames_init(&tables->frames, mem, &hooks, setup->frames_base, setup->frames_bytes);
    if (sv_shapes_open(&tables->shapes))
        tables->root = svasim_tables_frame(tables, 1);
    if (tables->root == 0) {
        svasim_tables_destroy(tables);
        return NULL;
    }
    return tables;
}

svasim_tables *svasim_tables_create(svasim_mem *mem, const svasim_tables_setup *setup)
{
    return sv_tables_create(mem, setup, NULL);
}

void svasim_tables_destroy(svasim_tables *tables)
{
    if (!tables)
        return;
    svasim_alloc hooks = tables->alloc;
    sv_frames_clear(&tables->frames);
    sv_alloc_free(&hooks, tables);
}

uint64_t svasim_tables_root(const svasim_tables *tables)
{
    return tables->root;
}

uint64_t svasim_tables_interrupts(const svasim_tables *tables, uint32_t *out_entries)
{
    *out_entries = tables->setup.interrupts;
    return tables->interrupts;
}

uint64_t svasim_tables_frame(svasim_tables *tables, uint32_t pages)
{
    return sv_frames_take(&tables->frames, pages);
}

void svasim_tables_release(svasim_tables *tables, uint64_t frame, uint32_t pages)
{
    sv_frames_give(&tables->frames, frame, pages);
}

const char *svasim_tables_error(const svasim_tables *tables)
{
    return tables->message;
}

svasim_err sv_tables_fail(svasim_tables *tables, svasim_err error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(tables->message, sizeof tables->message, format, arguments);
    va_end(arguments);
    return error;
}

svasim_err sv_entry_load(svasim_tables *tables, uint64_t hpa, unsigned words, uint64_t *out)
{
    unsigned char bytes[SV_ENTRY_WORDS * 8];
    if (svasim_mem_read(tables->mem, hpa, bytes, words * 8u) != SVASIM_OK)
        return sv_tables_fail(tables, SVASIM_EINVAL,
                              "entry at 0x%" PRIx64 ": expected an address inside memory", hpa);
    for (unsigned i = 0; i < words; i++)
        out[i] = load_le64(bytes + i * 8u);
    return SVASIM_OK;
}

svasim_err sv_entry_store(svasim_tables *tables, uint64_t hpa, unsigned words, const uint64_t *from)
{
    for (unsigned i = words; i-- > 0;) {
        svasim_err error = svasim_mem_write64(tables->mem, hpa + i * 8u, from[i]);
        if (error != SVASIM_OK)
            return sv_tables_fail(tables, error, "entry at 0x%" PRIx64 " cannot be written: %s",
                                  hpa,
                                  error == SVASIM_ENOMEM ? "no memory left for a chunk"
                                                         : "expected an address inside memory");
    }
    return SVASIM_OK;
}
