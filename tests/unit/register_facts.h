/* SPDX-License-Identifier: MIT */
/* register_facts.h - the registers of section 11.4 as typed from the specification, for tests that
 * hold registers.def and what the unit does against it. */
#ifndef TESTS_REGISTER_FACTS_H
#define TESTS_REGISTER_FACTS_H

#include "unit_bed.h"

/* Interrupt remapping and what needs it. */
#define REGISTER_IR    "cap.ir=on"
#define REGISTER_NO_IR "cap.ir=off cap.pi=off cap.eim=off cap.eimer=off cap.irreq=off"

enum register_kind {
    REGISTER_RO,
    REGISTER_FIXED,   /* read-only, says what the configuration says */
    REGISTER_RW,      /* a write stores `must` */
    REGISTER_RW1C,    /* test_register_status.c */
    REGISTER_COMMAND, /* write-only or partly: a write may set off something */
};

struct register_fact {
    const char *name;
    uint32_t offset;
    uint8_t bytes;
    enum register_kind kind;
    uint64_t reset;
    /* Bits that hold what is written; bits of which the specification leaves open whether they do.
     * Every other bit reads 0, or what it was. */
    uint64_t must, may;
    const char *with, *without; /* configurations that have and lack it; NULL: any has it */
    bool listed;                /* at a fixed offset: a row of registers.def */
};

extern const struct register_fact register_facts[];
extern const unsigned register_fact_count;

/* Can a unit be configured like that ("key=value key=value"; NULL: the defaults)? */
bool config_is_possible(const char *pairs);
/* All capabilities that add registers, as far as they are modelled. */
const char *register_everything(void);
/* Can a unit have this register at all? Not before its capability is modelled. */
bool register_is_known(const struct register_fact *fact);
const struct register_fact *register_fact_of(const char *name);

/* --- accesses --- */

/* Every way to reach a register: the access, and where the register's bits are in it. */
struct register_access {
    uint32_t offset, bytes;
    unsigned shift;     /* value written = register value << shift ... */
    uint64_t covered;   /* bits of the register that the access reaches */
    unsigned from;      /* ... >> from */
    uint32_t neighbour; /* offset of the other register in a wide access; 0: none */
};
/* The n-th; false past the end. */
bool register_access_at(const struct register_fact *fact, unsigned n, struct register_access *out);
/* Write `value` of the register by that access; a neighbour is given what it reads. */
void register_put(struct unit_bed *bed, const struct register_access *access, uint64_t value);

/* Values of all registers, by double words: those of the fixed page, and fault records. */
#define REGISTER_WORDS (0x1100u / 4)
struct register_picture {
    uint32_t word[REGISTER_WORDS];
};
void register_look(const struct unit_bed *bed, struct register_picture *out);
/* Nothing changed between the two but, if given, this register. */
void register_same(const struct register_picture *before, const struct register_picture *after,
                   const struct register_fact *except, const char *where);

#endif
