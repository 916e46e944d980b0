/* SPDX-License-Identifier: MIT */
/* walk.h - one translation as a resumable asker (ADR 0002). A driver calls sv_walk_begin, then
 * serves what is asked and calls sv_walk_answer until SV_ASK_DONE. The walk knows the rules of
 * the specification and nothing of time, cache storage or who serves it; it never allocates. */
#ifndef SV_ARCH_WALK_H
#define SV_ARCH_WALK_H

#include "arch/interrupt.h"
#include "arch/protected.h"
#include "arch/rules.h"
#include "svasim/svasim.h"

/* Address type of a page request message, which has none of its own (section 7.4): the walk ends
 * at the PASID entry. Never given by a host. */
#define SV_AT_PAGE 4

/* What the walk needs next. */
enum sv_ask {
    SV_ASK_IOTLB,   /* look up `key` in the IOTLB: set `found` */
    SV_ASK_CONTEXT, /* look up `key` in the context cache: set `found` */
    SV_ASK_PASID,   /* look up `key` in the PASID cache: set `found` */
    SV_ASK_TABLE,   /* deepest hit in the structure caches of `stage`: set `found`, `found_level` */
    SV_ASK_HPT_LEAF,  /* look up `key` in the host permission caches: set `found` */
    SV_ASK_HPT_TABLE, /* deepest hit in their structure caches: set `found`, `found_level` */
    SV_ASK_IEC,       /* look up `key` in the interrupt entry cache: set `found` */
    SV_ASK_FILL,      /* put `fill` into cache `fill_cache` under `key`; nothing to answer */
    SV_ASK_READ,      /* read `bytes` at `hpa` into `words`: set `ok` */
    SV_ASK_UPDATE,    /* compare-exchange at `hpa`: set `update`, and `words[0]` if lost */
    SV_ASK_DONE
};

/* Which structure a read is for; for whoever explains a walk. */
enum sv_reading {
    SV_READING_ROOT,
    SV_READING_CONTEXT,
    SV_READING_PASID_DIR,
    SV_READING_PASID,
    SV_READING_FIRST,
    SV_READING_SECOND,
    SV_READING_HPT,
    SV_READING_IRTE,
    SV_READING_POSTED /* posted-interrupt descriptor; its updates too */
};

/* What a lookup compares. Each cache uses the parts that caches.def names. */
struct sv_lookup {
    uint64_t address; /* input address (guest address for the second stage), or interrupt index */
    uint32_t pasid;   /* effective PASID */
    uint16_t source_id;
    uint16_t domain_id;
    uint8_t has_pasid;  /* entry type: filled by a request-with-PASID */
    uint8_t level;      /* structure caches: level of the entry that points to the table */
    uint8_t stage;      /* 1 or 2 */
    uint8_t page_shift; /* IOTLB fills: 12, 21, 30 */
};

/* A decoded context entry. In legacy mode it carries the second stage itself. */
struct sv_context {
    uint64_t table; /* PASIDDIRPTR, or SSPTPTR in legacy mode */
    uint32_t rid_pasid;
    uint16_t domain_id; /* legacy */
    uint8_t pdts, tt, width, levels;
    bool fpd, dte, paside, pre, hpte, eptr, rid_priv;
};

/* A decoded PASID entry. */
struct sv_pasid {
    uint64_t first_root, second_root, hpt_root;
    uint16_t domain_id, hpt_domain_id;
    uint8_t hpt_width; /* address bits that the host permission table covers */
    uint8_t pgtt;
    uint8_t first_levels;  /* 4 or 5 */
    uint8_t second_levels; /* 3..5, 0 if there is no second stage */
    uint8_t width;         /* input bits of the second stage: min(MGAW, AGAW) */
    bool fpd, sre, wpe, eafe, ssade, pwsnp, pgsnp, cd, emte;
    uint32_t pat; /* eight memory types, four bits each */
};

/* Where a structure-cache entry leads, and what the path to it grants. */
struct sv_table {
    uint64_t base;     /* host address of the next table */
    uint64_t base_gpa; /* first stage: its address as the entry has it (a guest one if nested) */
    uint64_t granted;  /* AND over the entries so far: their right bits count */
    bool writable;     /* nested: the second stage lets the next table be written */
    bool dirty;        /* nested: the second-stage leaf of the next table is already dirty */
};

/* A finished translation: what the IOTLB holds. Rights of the two stages stay apart, because a
 * supervisor write with WPE = 0 needs only the second stage's. */
struct sv_translation {
    uint64_t frame; /* host address of the page */
    uint32_t pasid; /* effective PASID, for invalidation */
    uint16_t domain_id;
    uint16_t flags;     /* SV_T_* */
    uint8_t page_shift; /* 12, 21 or 30 */
    uint8_t pgtt;       /* 0: legacy mode */
};

enum {
    SV_T_FS_RW = 1u << 0, /* R/W over the first stage */
    SV_T_FS_US = 1u << 1, /* U/S over the first stage */
    SV_T_SS_R = 1u << 2,
    SV_T_SS_W = 1u << 3,
    SV_T_FS_DIRTY = 1u << 4, /* nothing left to set in the leaf, or there is none */
    SV_T_SS_DIRTY = 1u << 5,
    SV_T_SRE = 1u << 6, /* copies of the PASID entry and of what was latched on the way */
    SV_T_WPE = 1u << 7,
    SV_T_FPD = 1u << 8,
    SV_T_SNOOP = 1u << 9,
    SV_T_RID_PRIV = 1u << 10,
    SV_T_FIRST = 1u << 11, /* has a first stage */
    SV_T_MEMORY_SHIFT = 12 /* upper four bits: memory type (arch/memory_type.h) */
};
#define SV_T_PLAIN (SV_T_FS_RW | SV_T_FS_US | SV_T_SS_R | SV_T_SS_W | SV_T_FS_DIRTY | SV_T_SS_DIRTY)

/* The permission of a host page, or a host permission entry that leads to a table. */
struct sv_permission {
    uint64_t words[2]; /* structure caches: the entry */
    uint16_t domain_id;
    uint8_t level;  /* of the entry it comes from */
    uint8_t rights; /* SVASIM_R | SVASIM_W */
    bool fpd;       /* latched on the way to it */
};

/* How a request ends. */
struct sv_outcome {
    uint64_t pa;    /* of an interrupt: address of the message */
    uint16_t data;  /* of an interrupt: bits 15:0 of the message */
    uint16_t fault; /* svasim_fault */
    uint16_t flags; /* of svasim_response, as the next two */
    uint8_t rights, status;
};

struct sv_walk;
typedef enum sv_ask (*sv_judge)(struct sv_walk *walk);

/* Progress of one stage. */
struct sv_stage_state {
    uint64_t address;   /* what this stage translates */
    uint64_t table;     /* host address of the table being read */
    uint64_t table_gpa; /* first stage: the same as the entry above has it */
    uint64_t entry;     /* the leaf, or the entry under judgement, with the flags set in it */
    uint64_t hpa;       /* where that entry lies */
    uint64_t granted;   /* AND over the entries so far: their right bits count */
    uint64_t target;    /* finished: address of the translated byte */
    uint8_t level;      /* of the entry being read; the leaf's when finished */
    uint8_t shift;      /* finished: page size */
};

struct sv_walk {
    /* what is asked */
    uint64_t hpa, expected, desired;
    struct sv_lookup key;
    uint8_t bytes;
    uint8_t reading;    /* enum sv_reading */
    uint8_t fill_cache; /* enum sv_cache_id; for tables: stage and level in `key` */
    const void *fill;
    sv_judge judge; /* takes the answer */

    /* the answer */
    const void *found;
    uint8_t found_level;
    bool ok;
    uint8_t update; /* svasim_update */
    uint64_t words[8];

    /* the request */
    const struct sv_rules *rules;
    const svasim_request *request;
    const struct sv_protected *protect; /* as it is when the walk ends */
    uint64_t root;                      /* RTADDR as latched when the walk began */
    uint32_t pasid;                     /* effective: of the request, or RID_PASID */
    uint8_t kind;                       /* svasim_kind */
    bool has_pasid;                     /* the request carried one */
    bool privileged;                    /* effective PR */
    bool legacy, ssirwe;

    /* on the way */
    bool fpd;
    bool skip_iotlb;              /* walk although the IOTLB has an entry */
    bool no_fill;                 /* an invalidation overtook this walk: it may not fill caches */
    const struct sv_plain *plain; /* first stage: entries to accept at a glance; NULL: none */
    uint8_t purpose;              /* of the second-stage walk under way */
    bool holder_writable, holder_dirty; /* second-stage rights of the first-stage table's page */
    uint16_t updates, tries, reads;
    sv_judge then; /* resumes after a second-stage walk */
    struct sv_context context;
    struct sv_pasid entry;
    union {
        struct sv_stage_state fs;
        struct sv_interrupt interrupt; /* of an interrupt request, which has no stages */
    };
    struct sv_stage_state ss;
    struct sv_table table_fill;
    struct sv_permission permission;
    struct sv_translation result;

    struct sv_outcome *out;
};

/* Does the read that the walk asks for snoop the CPU's caches (section 3.10)? Without SMPWCS no
 * PASID entry has PWSNP. Posted descriptors are always snooped (section 5.2.3). */
static inline bool sv_walk_snoops(const struct sv_walk *walk)
{
    if (walk->reading == SV_READING_POSTED)
        return true;
    if (walk->legacy || walk->reading < SV_READING_FIRST || walk->reading == SV_READING_IRTE)
        return sv_rules_has(walk->rules, SV_CAP_C);
    return walk->entry.pwsnp;
}

/* RTADDR and IRTA fields as latched by the last SRTP and SIRTP, and the levels of GCMD. */
struct sv_mode {
    uint64_t root;
    uint32_t generation; /* counts changes */
    uint8_t ttm;
    bool ssirwe;
    bool enabled;
    bool monitored; /* counters are told of each step: no request may take a short way */
    struct sv_interrupt_mode interrupts;
    struct sv_protected protect;
    /* By sv_mode_settle, for untranslated requests without and with PASID that do not execute and
     * are no interrupts: */
    bool open[2]; /* they pass every check of the mode */
    bool hits;    /* such a request may be answered by the IOTLB before anything else is done */
};

/* Column of the fault table that a DMA request belongs to. */
static inline uint8_t sv_request_kind(const svasim_request *request)
{
    if (request->at == SV_AT_PAGE)
        return SVASIM_KIND_PR;
    return (uint8_t)(2 * (request->at % 3) + (request->pasid != SVASIM_NO_PASID));
}

/* --- requests that the IOTLB can answer (hit.c) --- */

enum sv_hit { SV_HIT_DONE, SV_HIT_WALK };

/* Recompute what follows from a changed mode. */
void sv_mode_settle(struct sv_mode *mode, const struct sv_rules *rules);
/* Told of each step from now on, or not any more. */
void sv_mode_monitor(struct sv_mode *mode, const struct sv_rules *rules, bool monitored);
/* Does the mode let this request through to the tables without a closer look? */
static inline bool sv_mode_open(const struct sv_mode *mode, const svasim_request *request)
{
    bool has_pasid = request->pasid != SVASIM_NO_PASID;
    bool special = !has_pasid && sv_is_interrupt_range(request->address);
    return mode->open[has_pasid] && request->at == SVASIM_UNTRANSLATED && !special &&
           !(request->flags & SVASIM_EXEC);
}
/* May the IOTLB be asked about this request at all, before anything else is looked at? */
static inline bool sv_hit_allowed(const struct sv_mode *mode, const svasim_request *request)
{
    return sv_mode_open(mode, request) && mode->hits;
}
/* What the IOTLB compares. */
struct sv_lookup sv_hit_key(const svasim_request *request);
/* A user's page that grants everything, with no dirty flag left to set, at an address that is no
 * interrupt: no test of rights can object. */
static inline bool sv_grants_all(const struct sv_translation *t, const svasim_request *request,
                                 bool privileged, uint64_t pa)
{
    return (t->flags & SV_T_PLAIN) == SV_T_PLAIN && !privileged &&
           !(request->flags & SVASIM_EXEC) && !sv_is_interrupt_range(pa);
}
/* Judge a found translation: done (granted, or a fault), or the tables must be walked all the
 * same (a dirty flag to set, or policy.iotlb_denied). Section 6.2.4. */
enum sv_hit sv_hit(const struct sv_rules *rules, const svasim_request *request,
                   const struct sv_translation *t, struct sv_outcome *out);

/* Start. The request's ranges were checked by the caller; it and *out live as long as the walk. */
enum sv_ask sv_walk_begin(struct sv_walk *walk, const struct sv_rules *rules,
                          const struct sv_mode *mode, const svasim_request *request,
                          struct sv_outcome *out);
/* Continue after the answer was stored. */
static inline enum sv_ask sv_walk_answer(struct sv_walk *walk)
{
    return walk->judge(walk);
}

/* Continue with another request's finished translation of the same page, as if the IOTLB had
 * answered. Also allowed while SV_ASK_IOTLB or the first ask after it is open. */
enum sv_ask sv_walk_join(struct sv_walk *walk, const struct sv_translation *translation);

/* --- between the files of arch/ --- */

enum sv_purpose { SV_PURPOSE_TABLE_READ, SV_PURPOSE_TABLE_WRITE, SV_PURPOSE_PAGE };

enum sv_ask sv_walk_fault(struct sv_walk *walk, svasim_fault fault);
enum sv_ask sv_walk_done(struct sv_walk *walk);
enum sv_ask sv_walk_tables(struct sv_walk *walk); /* from the root entry on, skipping the IOTLB */
enum sv_ask sv_first_stage(struct sv_walk *walk); /* first stage or nested, from the top */
enum sv_ask sv_second_stage(struct sv_walk *walk, uint64_t gpa, enum sv_purpose purpose,
                            sv_judge then);
enum sv_ask sv_second_only(struct sv_walk *walk); /* second stage without a first */
enum sv_ask sv_pass_through(struct sv_walk *walk);
/* A translated request whose device is subject to the host permission table: from the leaf caches
 * on, and from its PASID entry on (host_permission.c). */
enum sv_ask sv_host_permission(struct sv_walk *walk);
enum sv_ask sv_host_permission_tables(struct sv_walk *walk);
enum sv_ask sv_walk_pasid(struct sv_walk *walk); /* the PASID entry of walk->pasid, and on */
/* An interrupt request, from its format on (interrupt.c). */
enum sv_ask sv_interrupt_begin(struct sv_walk *walk, const struct sv_interrupt_mode *mode);
/* Both stages are done: rights, interrupt range, dirty flags, fill. */
enum sv_ask sv_finish(struct sv_walk *walk);
/* Rights test of a found translation; SVASIM_FAULT_NONE if the request may proceed. */
svasim_fault sv_check_rights(const struct sv_rules *rules, const svasim_request *request,
                             bool privileged, const struct sv_translation *t, uint8_t *out_rights);
/* Does this request set dirty flags where it may write? */
bool sv_wants_dirty(const struct sv_rules *rules, const svasim_request *request);
/* End with a fault: how it is answered and whether it is logged (section 7.1.3). */
void sv_outcome_fault(struct sv_outcome *out, svasim_fault fault, const svasim_request *request,
                      bool fpd);

/* Does a second-stage entry, or the AND over several, let reads and writes through? (9.8) */
static inline bool sv_second_reads(const struct sv_walk *walk, uint64_t e)
{
    return (e & (walk->ssirwe ? sv_second_table_ir_mask() : sv_second_table_r_mask())) != 0;
}

static inline bool sv_second_writes(const struct sv_walk *walk, uint64_t e)
{
    return (e & (walk->ssirwe ? sv_second_table_iw_mask() : sv_second_table_w_mask())) != 0;
}

static inline enum sv_ask sv_ask_read(struct sv_walk *walk, enum sv_reading reading, uint64_t hpa,
                                      uint8_t bytes, sv_judge judge)
{
    walk->reading = (uint8_t)reading;
    walk->hpa = hpa;
    walk->bytes = bytes;
    walk->judge = judge;
    walk->reads++;
    return SV_ASK_READ;
}

static inline enum sv_ask sv_ask_update(struct sv_walk *walk, uint64_t hpa, uint64_t expected,
                                        uint64_t desired, sv_judge judge)
{
    walk->hpa = hpa;
    walk->expected = expected;
    walk->desired = desired;
    walk->judge = judge;
    walk->updates++;
    return SV_ASK_UPDATE;
}

/* Leave the walk with the named fault unless a condition of the specification holds. */
#define REQUIRE(walk, condition, fault)                                                            \
    do {                                                                                           \
        if (!(condition))                                                                          \
            return sv_walk_fault((walk), SVASIM_FAULT_##fault);                                    \
    } while (0)

#endif
