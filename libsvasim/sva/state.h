/* SPDX-License-Identifier: MIT */
/* state.h - what the files of this room share: spaces, who uses them, data frames, and the calls
 * between acts, bindings and flushes. It must not know how the unit works inside. */
#ifndef SV_SVA_STATE_H
#define SV_SVA_STATE_H

#include "base/alloc.h"
#include "svasim/sva.h"

#define SV_NONE        UINT32_MAX
#define SV_SVA_MESSAGE 640u
#define SV_PAGE_LEVELS 3u  /* 4 KiB, 2 MiB, 1 GiB */
#define SV_SPACE_BITS  24u /* of a space number inside keys */
#define SV_PASID_BITS  20u
#define SV_DID_SHARED  1u /* every first-stage process and kernel space */
#define SV_DID_DMA     2u /* the first one of DMA domains */
#define SV_DID_LIMIT   65536u
#define SV_PGTT_FIRST  1u
#define SV_PGTT_SECOND 2u
#define SV_PGTT_NESTED 3u
#define SV_ACTS_OF_BIND                                                                            \
    (SVASIM_SVA_SUPERVISOR | SVASIM_SVA_WPE | SVASIM_SVA_NO_FLUSH | SVASIM_SVA_EAFE)

/* Open-addressing table from one number to another. */
struct sv_index_slot {
    uint64_t key, value;
    bool used;
};
struct sv_index {
    svasim_alloc alloc;
    struct sv_index_slot *slots;
    size_t capacity; /* 0 or a power of two */
    size_t used;
};
bool sv_index_reserve(struct sv_index *index, size_t more);
/* Needs room from sv_index_reserve, or a key that is there. */
void sv_index_put(struct sv_index *index, uint64_t key, uint64_t value);
bool sv_index_get(const struct sv_index *index, uint64_t key, uint64_t *out_value);
void sv_index_remove(struct sv_index *index, uint64_t key);
void sv_index_clear(struct sv_index *index);

/* Data frames of one page size that nobody has mapped. The first `usable` may be handed out; the
 * rest were given back by the act under way, whose invalidation is not done yet. */
struct sv_stack {
    uint64_t *frames;
    size_t usable, used, capacity;
    size_t frames_made; /* of this size, handed out or not: `capacity` is never less */
};
/* Frames for mapped pages. Those handed out have an owner: the space and address of the leaf. */
struct sv_data {
    svasim_alloc alloc;
    uint64_t next, end; /* what was never handed out */
    struct sv_stack stacks[SV_PAGE_LEVELS];
    struct sv_index owners;
};
void sv_data_init(struct sv_data *data, const svasim_alloc *alloc, uint64_t base, uint64_t bytes);
void sv_data_clear(struct sv_data *data);
/* How many frames of `level` could be had now (0 = 4 KiB). */
uint64_t sv_data_available(const struct sv_data *data, unsigned level);
/* SVASIM_ENOMEM if the range or the host's memory is used up. */
svasim_err sv_data_take(struct sv_data *data, unsigned level, svasim_space space, uint64_t address,
                        uint64_t *out_frame);
/* If exactly this leaf owns the frame, take it back; usable after sv_data_settle. */
void sv_data_retire(struct sv_data *data, unsigned level, svasim_space space, uint64_t address,
                    uint64_t frame);
void sv_data_settle(struct sv_data *data);

/* An address space. */
struct sv_space {
    svasim_tree tree;
    uint32_t first_user; /* SV_NONE: nobody */
    uint16_t domain_id;
    uint8_t kind; /* svasim_space_kind */
};
/* A PASID that uses a space, on one device or several. */
struct sv_user {
    uint32_t pasid;
    uint32_t space;
    uint32_t first_binding;
    uint32_t next, previous; /* users of the space */
};
/* A PASID entry that this layer wrote. */
struct sv_binding {
    uint32_t pasid;
    uint32_t user;
    uint32_t next, previous; /* bindings of the user */
    uint16_t source_id;
};
/* A mapping whose pages come in when a device asks for them. */
struct sv_later {
    uint64_t first, last, page_bytes;
    svasim_space space;
    uint32_t map_flags;
};
/* A growing array. Vacant items are chained through a field of their own. */
struct sv_pool {
    uint32_t capacity, count, vacant;
};

/* What a driver learns from the capability registers. */
struct sv_abilities {
    bool caching_mode, page_selective, device_tlb, pfsid, coherent_walks;
    unsigned mask_max; /* MAMV */
};
/* Layouts and fields that this layer writes, by name. */
struct sv_sva_fields {
#define SHAPE(layout, type) const svasim_layout *layout;
#define PART(layout, field) const svasim_field *layout##_##field;
#include "sva/fields.def"
#undef SHAPE
#undef PART
};

struct svasim_sva {
    svasim *unit;
    svasim_mem *mem;
    svasim_tables *tables;
    svasim_alloc alloc;
    svasim_sva_setup setup;
    struct sv_abilities abilities;
    struct sv_sva_fields fields;
    struct sv_data data;
    struct sv_space *spaces;
    struct sv_pool space_pool;
    struct sv_user *users;
    struct sv_pool user_pool;
    struct sv_binding *bindings;
    struct sv_pool binding_pool;
    struct sv_later *later; /* in no order */
    struct sv_pool later_pool;
    struct sv_index user_of;    /* space, PASID -> user */
    struct sv_index binding_of; /* source id, PASID -> binding */
    uint32_t next_domain_id;
    char message[SV_SVA_MESSAGE];
};

/* As svasim_sva_create, with hooks for the layer's own storage. */
svasim_sva *sv_sva_create(svasim *unit, svasim_mem *mem, svasim_tables *tables,
                          const svasim_sva_setup *setup, const svasim_alloc *alloc);
/* Keep a message for svasim_sva_error and return `error`. */
#if defined(__GNUC__)
__attribute__((format(printf, 3, 4)))
#endif
svasim_err
sv_sva_fail(svasim_sva *sva, svasim_err error, const char *format, ...);
/* The same with the message of the tables room. SVASIM_OK passes. */
svasim_err sv_sva_pass(svasim_sva *sva, const char *act, svasim_err error);
/* The array with room for one more item: `items` or a copy; NULL, unchanged, if memory is short. */
void *sv_pool_room(const svasim_alloc *alloc, struct sv_pool *pool, void *items, size_t item_bytes);
/* NULL, with a message, if there is no such space. */
struct sv_space *sv_space_at(svasim_sva *sva, svasim_space space);

/* acts.c: svasim_sva_map for a range that later.c knows. */
svasim_err sv_sva_map_now(svasim_sva *sva, svasim_space space, uint64_t address, uint64_t target,
                          uint64_t bytes, uint64_t page_bytes, uint32_t map_flags, uint32_t act);

/* later.c: these pages do not come in any more, whole ones also at the ends. */
svasim_err sv_later_cut(svasim_sva *sva, svasim_space space, uint64_t address, uint64_t bytes);

/* bindings.c: who uses which space; memory is not touched. */
uint32_t sv_binding_find(const svasim_sva *sva, uint16_t source_id, uint32_t pasid);
bool sv_binding_reserve(svasim_sva *sva);
void sv_binding_add(svasim_sva *sva, uint16_t source_id, uint32_t pasid, svasim_space space);
void sv_binding_remove(svasim_sva *sva, uint32_t binding);

/* flush.c: the only file that builds descriptors. Each call is one batch that ends in a wait. */
bool sv_fields_open(struct sv_sva_fields *fields);
void sv_abilities_read(struct sv_abilities *abilities, svasim *unit);
/* Pages first..last of a space changed; `only_leaves`: no entry above them did. */
svasim_err sv_flush_range(svasim_sva *sva, const struct sv_space *space, uint64_t first,
                          uint64_t last, bool only_leaves);
/* A PASID entry became present (caching mode only). */
svasim_err sv_flush_bind(svasim_sva *sva, uint32_t pasid, uint16_t domain_id);
/* A PASID entry lost P. */
svasim_err sv_flush_unbind(svasim_sva *sva, uint16_t source_id, uint32_t pasid, uint16_t domain_id,
                           bool second_stage);

#endif
