/* SPDX-License-Identifier: MIT */
/**
 * facts.h - the tables the model is built from, for tools: bit layouts, faults,
 * stages, counters, caches, registers. Read only; valid for the life of the
 * program.
 */
#ifndef SVASIM_FACTS_H
#define SVASIM_FACTS_H

#include <stdbool.h>
#include <stdint.h>

#include "svasim/types.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Pipeline stages, in the order of a request; rows of spec/stages.def. */
typedef enum svasim_stage {
#define STAGE(id, name, meaning) SVASIM_STAGE_##id,
#include "svasim/stages.def"
#undef STAGE
    SVASIM_STAGE_COUNT
} svasim_stage;

/** What fills and empties inside a unit; rows of svasim/occupants.def. */
typedef enum svasim_occupant {
#define OCCUPANT(id, name, bound, meaning) SVASIM_OCCUPANT_##id,
#include "svasim/occupants.def"
#undef OCCUPANT
    SVASIM_OCCUPANT_COUNT
} svasim_occupant;

/** Why requests stand still; rows of svasim/stalls.def. */
typedef enum svasim_stall {
#define STALL(id, stage, key, meaning) SVASIM_STALL_##id,
#include "svasim/stalls.def"
#undef STALL
    SVASIM_STALL_COUNT
} svasim_stall;

/** Fault conditions by their specification names; rows of spec/faults.def. */
typedef enum svasim_fault {
    SVASIM_FAULT_NONE = 0,
#define FAULT(id, code, name, qualified, u, up, t, tp, x, xp, pr, section, condition)              \
    SVASIM_FAULT_##id,
#include "svasim/faults.def"
#undef FAULT
    SVASIM_FAULT_COUNT
} svasim_fault;

/** How a fault answers one kind of request (columns of the fault table). */
typedef enum svasim_answer {
    SVASIM_ANSWER_NEVER, /**< this kind of request cannot meet the fault */
    SVASIM_ANSWER_UR,
    SVASIM_ANSWER_CA,
    SVASIM_ANSWER_OK0,  /**< success without rights; recoverable, not logged */
    SVASIM_ANSWER_OK0L, /**< success without rights, and logged */
    SVASIM_ANSWER_OKE,  /**< success with the effective rights; not logged */
    SVASIM_ANSWER_IR    /**< page request: Invalid Request if last in group */
} svasim_answer;

/** Kinds of request, the columns of the fault table. */
typedef enum svasim_kind {
    SVASIM_KIND_U,  /**< untranslated without PASID */
    SVASIM_KIND_UP, /**< untranslated with PASID */
    SVASIM_KIND_T,  /**< translation request without PASID */
    SVASIM_KIND_TP, /**< translation request with PASID */
    SVASIM_KIND_X,  /**< translated without PASID */
    SVASIM_KIND_XP, /**< translated with PASID */
    SVASIM_KIND_PR, /**< page request */
    SVASIM_KIND_COUNT
} svasim_kind;

typedef struct svasim_fault_info {
    const char *name;                  /**< "SPT.6" */
    const char *condition;             /**< one phrase */
    const char *section;               /**< of the VT-d specification rev 5.10 */
    uint8_t code;                      /**< reason code as software reads it */
    bool qualified;                    /**< FPD silences it */
    uint8_t answer[SVASIM_KIND_COUNT]; /**< svasim_answer */
} svasim_fault_info;

/** Row of `fault`; NULL if it is NONE or out of range. */
SVASIM_API const svasim_fault_info *svasim_fault_at(unsigned fault);
/** Fault named `name` ("SPT.6", any case); SVASIM_FAULT_NONE if there is none. */
SVASIM_API svasim_fault svasim_fault_find(const char *name);

/** What a bit range of an entry is. */
typedef enum svasim_field_kind {
    SVASIM_FIELD_VALUE,    /**< a named field */
    SVASIM_FIELD_ADDRESS,  /**< address bits in place; at and above HAW they are reserved */
    SVASIM_FIELD_WIDE,     /**< address bits in place, never reserved (descriptors) */
    SVASIM_FIELD_DOMAIN,   /**< domain id; bits above the ND width are reserved */
    SVASIM_FIELD_RESERVED, /**< must be 0 */
    SVASIM_FIELD_IGNORED   /**< hardware never looks */
} svasim_field_kind;

typedef struct svasim_field {
    const char *name;      /**< "pgtt"; "" for reserved and ignored ranges */
    const char *spec_name; /**< "PGTT" */
    const char *meaning;
    const char *unless;   /**< reserved unless these capabilities; "" = always there */
    uint64_t unless_caps; /**< the same as internal capability bits */
    uint8_t kind;         /**< svasim_field_kind */
    uint8_t word, hi, lo; /**< quadword, and bits inside it */
} svasim_field;

/** One in-memory structure or descriptor. Entries are little-endian quadwords. */
typedef struct svasim_layout {
    const char *name;    /**< "pasid_entry" */
    const char *title;   /**< "Scalable-mode PASID-table entry" */
    const char *section; /**< of the VT-d specification rev 5.10 */
    const svasim_field *fields;
    uint16_t field_count;
    uint8_t words; /**< length in quadwords */
} svasim_layout;

SVASIM_API const svasim_layout *svasim_layout_at(unsigned index); /**< NULL past the end */
SVASIM_API const svasim_layout *svasim_layout_find(const char *name);
/** Named field of a layout (any case); NULL if there is none. */
SVASIM_API const svasim_field *svasim_field_find(const svasim_layout *layout, const char *name);
/** Value of a field in an entry given as host-order quadwords. An ADDRESS or WIDE field is
    returned in place (low bits 0), every other one shifted down. */
SVASIM_API uint64_t svasim_field_get(const svasim_field *field, const uint64_t *words);
/** Set a field; bits of `value` that do not fit are refused (false, unchanged). */
SVASIM_API bool svasim_field_set(const svasim_field *field, uint64_t *words, uint64_t value);

SVASIM_API const char *svasim_stage_name(unsigned stage); /**< NULL past the end */
SVASIM_API const char *svasim_stage_meaning(unsigned stage);

/** A row of occupants.def. */
typedef struct svasim_occupant_info {
    const char *name;  /**< "walkers" */
    const char *bound; /**< the key that bounds it */
    const char *meaning;
} svasim_occupant_info;
SVASIM_API const svasim_occupant_info *svasim_occupant_at(unsigned index); /**< NULL past the end */

/** A row of stalls.def. */
typedef struct svasim_stall_info {
    svasim_stage stage; /**< whose cycles these are */
    const char *key;    /**< what decides about it, "walk.pending" */
    const char *meaning;
} svasim_stall_info;
SVASIM_API const svasim_stall_info *svasim_stall_at(unsigned index); /**< NULL past the end */

typedef struct svasim_counter_info {
    const char *name; /**< Linux dmar PMU event name where one exists */
    const char *meaning;
} svasim_counter_info;
SVASIM_API const svasim_counter_info *svasim_counter_at(unsigned index); /**< NULL past the end */

typedef struct svasim_cache_info {
    const char *name; /**< also the prefix of its config keys */
    const char *tag;  /**< what a lookup compares */
    const char *holds;
} svasim_cache_info;
SVASIM_API const svasim_cache_info *svasim_cache_at(unsigned index); /**< NULL past the end */

/** Columns of the table of invalidations: what an invalidation can reach. */
typedef enum svasim_reach {
    SVASIM_REACH_CONTEXT,       /**< context entries */
    SVASIM_REACH_PASID,         /**< PASID entries */
    SVASIM_REACH_IOTLB_SECOND,  /**< IOTLB entries of PGTT 2 and 4, and of legacy mode */
    SVASIM_REACH_IOTLB_FIRST,   /**< IOTLB entries of PGTT 1 and 3 */
    SVASIM_REACH_FIRST_TABLES,  /**< first-stage structure caches */
    SVASIM_REACH_SECOND_TABLES, /**< second-stage structure caches */
    SVASIM_REACH_PERMISSIONS,   /**< host permissions, pages and tables */
    SVASIM_REACH_INTERRUPTS,    /**< interrupt entries */
    SVASIM_REACH_COUNT
} svasim_reach;

/** What one granularity of an invalidation removes (rev 5.10, sections 6.2 and 6.5.2). */
typedef struct svasim_scope_info {
    const char *descriptor;                  /**< layout: "inv_iotlb" */
    uint8_t granularity;                     /**< field G */
    const char *removes[SVASIM_REACH_COUNT]; /**< "NONE", "ALL", or the tags compared: "D | P" */
} svasim_scope_info;
SVASIM_API const svasim_scope_info *svasim_scope_at(unsigned index); /**< NULL past the end */

typedef struct svasim_register_info {
    const char *name;
    const char *meaning;
    uint32_t offset;
    uint8_t bytes;
    const char *access; /**< "ro", "rw", "wo", "rw1c", "mixed" */
    uint64_t reset;
} svasim_register_info;
SVASIM_API const svasim_register_info *svasim_register_at(unsigned index); /**< NULL past the end */

/** How a field of a register is written. */
typedef enum svasim_bits_kind {
    SVASIM_BITS_NUMBER,  /**< shifted down */
    SVASIM_BITS_ADDRESS, /**< in place, low bits 0 */
    SVASIM_BITS_SOURCE   /**< a source id, shifted down */
} svasim_bits_kind;

typedef struct svasim_register_field {
    const char *name; /**< "iqei" */
    const char *meaning;
    uint8_t reg;  /**< index of its register, see svasim_register_at */
    uint8_t kind; /**< svasim_bits_kind */
    uint8_t hi, lo;
} svasim_register_field;
/** Row `index` of all fields, those of one register together; NULL past the end. Capability
    registers have none here: see svasim_capability_at. */
SVASIM_API const svasim_register_field *svasim_register_field_at(unsigned index);

/** A filter of a performance counter, as a bit (rev 5.10, section 10.4). */
enum {
    SVASIM_PERF_REQUESTER = 1u << 0,
    SVASIM_PERF_DOMAIN = 1u << 1,
    SVASIM_PERF_PASID = 1u << 2,
    SVASIM_PERF_ADDRESS_TYPE = 1u << 3,
    SVASIM_PERF_LEVEL = 1u << 4
};

/** What a performance counter can count (table 49). */
typedef struct svasim_perf_event_info {
    const char *name;   /**< mnemonic: "IOTLB_HIT" */
    unsigned counter;   /**< index of the counter that counts the same */
    uint8_t group, bit; /**< how it is selected */
    bool level;         /**< added up every cycle, not once per occurrence */
    uint8_t pairs;      /**< filters the specification allows with it */
    uint8_t knows;      /**< filters that perf.filter_pairs=known allows */
} svasim_perf_event_info;
/** NULL past the end */
SVASIM_API const svasim_perf_event_info *svasim_perf_event_at(unsigned index);

/** What a request is checked against, in the order in which a request meets them. */
typedef enum svasim_check_stage {
    SVASIM_CHECK_INGRESS,   /**< the table mode, before any table is read */
    SVASIM_CHECK_INTERRUPT, /**< a request in the interrupt range, before any table is read */
    SVASIM_CHECK_LEGACY_ROOT,
    SVASIM_CHECK_ROOT,
    SVASIM_CHECK_LEGACY_CONTEXT, /**< with what a legacy entry lets this request do */
    SVASIM_CHECK_CONTEXT,        /**< likewise */
    SVASIM_CHECK_PASID_DIR,
    SVASIM_CHECK_PASID,         /**< with what it lets this request do */
    SVASIM_CHECK_FIRST,         /**< a first-stage entry */
    SVASIM_CHECK_LEGACY_SECOND, /**< a second-stage entry */
    SVASIM_CHECK_SECOND,
    SVASIM_CHECK_HOST,   /**< a host permission entry */
    SVASIM_CHECK_ENTRY,  /**< an interrupt entry */
    SVASIM_CHECK_POSTED, /**< a posted-interrupt descriptor */
    SVASIM_CHECK_RESULT, /**< what came out, when nothing is left to read */
    SVASIM_CHECK_STAGES
} svasim_check_stage;

/** When a check is made: all of these hold. */
enum {
    SVASIM_WHEN_TOP = 1u << 0,      /**< first entry of its walk */
    SVASIM_WHEN_LOWER = 1u << 1,    /**< any other */
    SVASIM_WHEN_LEAF = 1u << 2,     /**< entry of a page */
    SVASIM_WHEN_FIRST = 1u << 3,    /**< the translation has a first stage */
    SVASIM_WHEN_SECOND = 1u << 4,   /**< it has a second stage */
    SVASIM_WHEN_NESTED = 1u << 5,   /**< it has both */
    SVASIM_WHEN_ALONE = 1u << 6,    /**< it has the second stage only */
    SVASIM_WHEN_PASS = 1u << 7,     /**< pass-through */
    SVASIM_WHEN_OF_TABLE = 1u << 8, /**< nested: where a first-stage entry lies */
    SVASIM_WHEN_UNREAD = 1u << 9,   /**< no first-stage entry was read before */
    SVASIM_WHEN_READ = 1u << 10,    /**< one was */
    SVASIM_WHEN_READS = 1u << 11,   /**< the request reads */
    SVASIM_WHEN_WRITES = 1u << 12,  /**< it writes; or is a translation request for writing */
    SVASIM_WHEN_ZERO = 1u << 13,    /**< it is a zero-length read */
    SVASIM_WHEN_HOST = 1u << 14     /**< the host permission table is in use */
};

/** A check, and the fault of a request that does not pass it. */
typedef struct svasim_check_info {
    const char *section; /**< of the VT-d specification rev 5.10 */
    const char *says;    /**< what holds if it passes: "it is present" */
    uint16_t fault;      /**< svasim_fault */
    uint16_t when;       /**< SVASIM_WHEN_ bits; 0: always */
    uint8_t stage;       /**< svasim_check_stage */
} svasim_check_info;
/** Row `index`: by stage, and in the order in which each stage makes them; NULL past the end. */
SVASIM_API const svasim_check_info *svasim_check_at(unsigned index);

/** Where software reads a capability: a config key as bits of CAP_REG or ECAP_REG. */
typedef struct svasim_capability_info {
    const char *key;  /**< "cap.mgaw" */
    bool extended;    /**< in ECAP_REG */
    uint8_t lo, bits; /**< first bit and width */
    uint8_t add;      /**< config value = register field + add */
} svasim_capability_info;
/** Row `index`; false past the end. */
SVASIM_API bool svasim_capability_at(unsigned index, svasim_capability_info *out);

#ifdef __cplusplus
}
#endif
#endif
