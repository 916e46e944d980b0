/* SPDX-License-Identifier: MIT */
/* scenario.h - what both sides are given: a memory image and steps. A step is raw, as hardware
 * would see it, so that it can be replayed, dropped and printed without knowing why it is there. */
#ifndef QEMU_SCENARIO_H
#define QEMU_SCENARIO_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* The two units that are compared. The second also takes legacy root tables. */
enum unit_kind {
    UNIT_LEGACY_39,   /* address width 39, legacy mode only */
    UNIT_SCALABLE_48, /* address width 48, scalable mode, second stage */
    UNIT_COUNT
};

/* Registers at the places where QEMU has them; the model is configured to agree. */
enum {
    REG_GCMD = 0x18,
    REG_GSTS = 0x1c,
    REG_RTADDR = 0x20,
    REG_CCMD = 0x28,
    REG_FSTS = 0x34,
    REG_FECTL = 0x38,
    REG_FEDATA = 0x3c,
    REG_FEADDR = 0x40,
    REG_IQH = 0x80,
    REG_IQT = 0x88,
    REG_IQA = 0x90,
    REG_ICS = 0x9c,
    REG_IECTL = 0xa0,
    REG_IQERCD = 0xb0,
    REG_IVA = 0xf0,
    REG_IOTLB = 0xf8,
    REG_FRCD_LOW = 0x220,
    REG_FRCD_HIGH = 0x228
};

#define GCMD_TE   (UINT64_C(1) << 31)
#define GCMD_SRTP (UINT64_C(1) << 30)
#define GCMD_QIE  (UINT64_C(1) << 26)

/* Physical memory, where both sides have it. */
#define TABLES_BASE  UINT64_C(0x1000000) /* tables, one page after the other */
#define TABLES_PAGES 192u
#define QUEUE_BASE   UINT64_C(0x1200000) /* the invalidation queue, one page */
#define STATUS_BASE  UINT64_C(0x1201000) /* where wait descriptors write */
#define DATA_BASE    UINT64_C(0x1800000) /* what devices read and write */
#define DATA_BYTES   UINT64_C(0x400000)
#define NOWHERE      UINT64_C(0x1000000000) /* no memory there */
#define STEPS_MAX    320u
#define STORES_MAX   600u
#define REQUESTERS   5u

enum step_kind { STEP_STORE, STEP_READ_DMA, STEP_WRITE_DMA, STEP_SET, STEP_GET, STEP_KINDS };

/* What a step is about, for counts, and for departures that need it to have happened. */
enum topic {
#define TOPIC(id, text) TOPIC_##id,
#include "topics.def"
#undef TOPIC
    TOPIC_COUNT
};

struct step {
    uint8_t kind;
    uint8_t requester; /* index, of a DMA */
    uint8_t bytes;     /* 4 or 8, of a register */
    uint8_t topic;
    bool fresh;       /* DMA: caches must not matter, whatever they hold */
    uint64_t address; /* in memory, of the DMA, or offset of a register */
    uint64_t value;   /* stored or set; a DMA of 4 bytes moves the low half */
};

struct store {
    uint64_t address, value;
};

struct scenario {
    uint64_t seed;
    uint64_t number;
    uint8_t unit;    /* unit_kind */
    bool scalable;   /* root table mode */
    bool all_caches; /* the model has caches that QEMU has not */
    bool wide_queue; /* 256-bit descriptors */
    uint64_t rtaddr;
    unsigned stores, steps;
    struct store store[STORES_MAX];
    struct step step[STEPS_MAX];
};

/* Source ids of the requesters, in the order of their indices. */
extern const uint16_t requester_sid[REQUESTERS];

/* Scenario `number` of `seed`: a pure function of both. */
void scenario_make(struct scenario *scenario, uint64_t seed, uint64_t number);

const char *topic_text(unsigned topic);
void scenario_print(const struct scenario *scenario, FILE *to);
void step_print(const struct step *step, FILE *to);

#endif
