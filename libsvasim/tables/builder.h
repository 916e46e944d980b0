/* SPDX-License-Identifier: MIT */
/* builder.h - what the files of this room share: the builder itself, its frames, and the layouts
 * it looks up once. It must not know the unit that will read the structures. */
#ifndef SV_TABLES_BUILDER_H
#define SV_TABLES_BUILDER_H

#include "base/alloc.h"
#include "svasim/tables.h"

#define SV_FRAME_BYTES    UINT64_C(4096)
#define SV_LEVELS_MAX     5u
#define SV_TABLE_ENTRIES  512u
#define SV_ENTRY_WORDS    8u /* quadwords of the longest entry, the PASID entry */
#define SV_TABLES_MESSAGE 512u

/* The 4 KiB frames of one address range. Frames at and above `next` were never handed out; those
 * given back wait on a stack that always has room, because it grows when frames are handed out. */
struct sv_frames {
    svasim_mem *mem;
    svasim_alloc alloc;
    uint64_t base;
    uint64_t count;   /* frames in the range */
    uint64_t next;    /* index of the first frame that was never handed out */
    uint64_t *free;   /* indices given back */
    uint64_t *in_use; /* one bit per frame below `capacity` */
    uint64_t free_count;
    uint64_t capacity; /* frames that `free` and `in_use` have room for; a multiple of 64 */
};

void sv_frames_init(struct sv_frames *frames, svasim_mem *mem, const svasim_alloc *alloc,
                    uint64_t base, uint64_t bytes);
void sv_frames_clear(struct sv_frames *frames);
uint64_t sv_frames_take(struct sv_frames *frames, uint64_t pages);
void sv_frames_give(struct sv_frames *frames, uint64_t frame, uint64_t pages);

/* Forms of a paging entry. A leaf of level n is SV_FORM_LEAF + n - 1. */
enum sv_form {
    SV_FORM_TOP,
    SV_FORM_TABLE,
    SV_FORM_LEAF,
    SV_FORM_LEAF_LARGEST = SV_FORM_LEAF + 2,
    SV_FORM_COUNT
};

/* One form, with the fields that it has (NULL: it has none of that name). */
struct sv_paging {
    const svasim_layout *layout;
    const svasim_field *p, *r, *rw, *w, *us, *a, *d, *ps, *addr;
};

/* Everything that is looked up by name, once. */
struct sv_shapes {
#define SHAPE(layout)       const svasim_layout *layout;
#define PART(layout, field) const svasim_field *layout##_##field;
#include "tables/shapes.def"
#undef SHAPE
#undef PART
    struct sv_paging paging[2][SV_FORM_COUNT]; /* [second stage] */
};
/* False if spec/layouts.def lacks a row that shapes.def or the paging forms name. */
bool sv_shapes_open(struct sv_shapes *shapes);

struct svasim_tables {
    svasim_mem *mem;
    svasim_alloc alloc;
    svasim_tables_setup setup;
    struct sv_frames frames;
    struct sv_shapes shapes;
    uint64_t root;
    uint64_t interrupts; /* interrupt remapping table; 0: not made yet */
    char message[SV_TABLES_MESSAGE];
};

/* As svasim_tables_create, with hooks for the builder's own storage. */
svasim_tables *sv_tables_create(svasim_mem *mem, const svasim_tables_setup *setup,
                                const svasim_alloc *alloc);

/* Keep a message for svasim_tables_error and return `error`. */
#if defined(__GNUC__)
__attribute__((format(printf, 3, 4)))
#endif
svasim_err
sv_tables_fail(svasim_tables *tables, svasim_err error, const char *format, ...);
/* Read an entry of `words` quadwords; what lies outside memory is an error. */
svasim_err sv_entry_load(svasim_tables *tables, uint64_t hpa, unsigned words, uint64_t *out);
/* Store it from the last quadword to the first, which holds P. */
svasim_err sv_entry_store(svasim_tables *tables, uint64_t hpa, unsigned words,
                          const uint64_t *from);

/* Layout of an entry whose place is not known yet; `other` tells leaf from table (PS), and posted
 * from remapped interrupts (IM). NULL: no such. */
const svasim_layout *sv_layout_of(const svasim_tables *tables, const svasim_entry_ref *ref,
                                  bool other);

#endif
