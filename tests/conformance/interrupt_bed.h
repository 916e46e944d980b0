/* SPDX-License-Identifier: MIT */
/* interrupt_bed.h - a unit that remaps interrupts, its table and one posted descriptor, for tests
 * that state chapter 5 of the specification. Must not know how the unit works inside. */
#ifndef TESTS_INTERRUPT_BED_H
#define TESTS_INTERRUPT_BED_H

#include "svasim/mem.h"
#include "svasim/tables.h"

#define IBED_SID        0x0010u /* 00:02.0 */
#define IBED_ENTRIES    256u
#define IBED_DESCRIPTOR UINT64_C(0x200000)
#define IBED_POSTED     "p=1 im=1 pdal=0x8000 " /* points there */

enum { IBED_XAPIC, IBED_X2APIC };

struct ibed {
    svasim *unit;
    svasim_mem *mem;
    svasim_tables *tables;
    svasim_config *config;
    uint64_t table;
    uint64_t unreadable;        /* reads of this host address fail */
    uint64_t stuck;             /* updates of this host address fail */
    uint64_t meddle_at, meddle; /* software xors this quadword before each of the next updates of */
    uint32_t meddle_times;      /* it */
    svasim_response last;       /* of timed requests */
    uint32_t answered;
};

/* config: "key=value ..." over the defaults. Remapping is on, with `mode` destinations. */
void ibed_open(struct ibed *bed, const char *config, int mode);
void ibed_close(struct ibed *bed);
/* Write IRTA and set it with SIRTP; IRE stays as it is. */
void ibed_point(struct ibed *bed, uint64_t irta);
void ibed_command(struct ibed *bed, uint32_t gcmd);
/* Fields as svasim_tables_set; what is not named is 0. */
void ibed_entry(struct ibed *bed, uint32_t index, const char *fields);
void ibed_descriptor(struct ibed *bed, const char *fields);
uint64_t ibed_word(const struct ibed *bed, unsigned quadword); /* of the descriptor */

/* A request in remappable format without subhandle. */
svasim_request ibed_request(uint32_t index);
/* Ask the functional driver, the timed one with `timed`. */
svasim_response ibed_ask(struct ibed *bed, const svasim_request *request, bool timed);
/* The same for an index, and the fault must be this one. */
svasim_response ibed_expect(struct ibed *bed, uint32_t index, bool timed, svasim_fault fault);
uint64_t ibed_counter(const struct ibed *bed, const char *name);
bool ibed_cached(const struct ibed *bed, uint32_t index);
/* Quadword `half` of fault record `n`. */
uint64_t ibed_record(struct ibed *bed, unsigned n, unsigned half);
void ibed_invalidate(struct ibed *bed, uint64_t word);

#endif
