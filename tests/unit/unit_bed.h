/* SPDX-License-Identifier: MIT */
/* unit_bed.h - a unit whose ports write down what they are asked, with tables for two devices, for
 * the tests of the programming interface. Knows the public interface only. */
#ifndef TESTS_UNIT_BED_H
#define TESTS_UNIT_BED_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "svasim/mem.h"
#include "svasim/tables.h"

/* Two devices map the same four pages; nothing else is mapped, and no other device exists. */
#define UNIT_SID       0x0108u
#define UNIT_DID       7u
#define UNIT_OTHER_SID 0x0110u
#define UNIT_OTHER_DID 8u
#define UNIT_NO_SID    0x0120u /* no context entry */
#define UNIT_PASID     5u
#define UNIT_NO_PASID  6u /* no PASID entry */
#define UNIT_VA        UINT64_C(0x1234560000)
#define UNIT_HPA       UINT64_C(0x40000000)
#define UNIT_NOWHERE   UINT64_C(0x1300000000)
#define UNIT_QUEUE     UINT64_C(0x8000000) /* free memory for an invalidation queue */
#define UNIT_STATUS    UINT64_C(0x9000000) /* and for status writes */

/* Register offsets (section 11.4). */
#define REG_VER     0x000u
#define REG_CAP     0x008u
#define REG_ECAP    0x010u
#define REG_GCMD    0x018u
#define REG_GSTS    0x01cu
#define REG_RTADDR  0x020u
#define REG_CCMD    0x028u
#define REG_FSTS    0x034u
#define REG_FECTL   0x038u
#define REG_FEDATA  0x03cu
#define REG_FEADDR  0x040u
#define REG_FEUADDR 0x044u
#define REG_IQH     0x080u
#define REG_IQT     0x088u
#define REG_IQA     0x090u
#define REG_ICS     0x09cu
#define REG_IECTL   0x0a0u
#define REG_IEDATA  0x0a4u
#define REG_IEADDR  0x0a8u
#define REG_IEUADDR 0x0acu
#define REG_IQERCD  0x0b0u
#define REG_PECTL   0x0e0u
#define REG_IVA     0x500u /* IRO is 50h by default */
#define REG_IOTLB   0x508u
#define REG_FRCD    0x1000u /* FRO is 100h by default */

#define GCMD_TE    (1u << 31)
#define GCMD_SRTP  (1u << 30)
#define GCMD_QIE   (1u << 26)
#define FSTS_PFO   (1u << 0)
#define FSTS_PPF   (1u << 1)
#define FSTS_IQE   (1u << 4)
#define FSTS_ICE   (1u << 5)
#define FSTS_ITE   (1u << 6)
#define CONTROL_IM (1u << 31)
#define CONTROL_IP (1u << 30)
#define IQA_WIDE   (1u << 11)

/* Capabilities that go together: all that scalable mode, device TLBs or the queue carry. */
#define UNIT_NO_SMTS                                                                               \
    "cap.smts=off cap.fsts=off cap.nest=off cap.prs=off cap.srs=off cap.smpwcs=off cap.eafs=off "  \
    "cap.ssads=off cap.pasid=off cap.rps=off cap.rprivs=off cap.sms=off cap.fs1gp=off "            \
    "cap.fs5lp=off "
#define UNIT_NO_DT "cap.dt=off cap.nwfs=off cap.dit=off cap.pds=off cap.prs=off cap.sms=off "
#define UNIT_NO_IR "cap.ir=off cap.eim=off cap.pi=off "
#define UNIT_NO_QI UNIT_NO_SMTS UNIT_NO_DT UNIT_NO_IR "cap.qi=off "

/* What a port was asked, in order. */
enum unit_event_kind { UNIT_STORE = 1, UNIT_MESSAGE, UNIT_ANSWER, UNIT_FLUSH };
struct unit_event {
    enum unit_event_kind kind;
    svasim_tick tick;
    uint64_t address;     /* of a store, a message or a flush; tag of an answer */
    uint32_t data, bytes; /* flush: ITag and log2 of its size */
};

struct unit_bed {
    svasim *unit;
    svasim_mem *mem;
    svasim_tables *tables;
    svasim_config *config;
    uint64_t rtaddr;
    uint64_t dead; /* reads that touch this 16-byte block fail; 0: none */
    unsigned reads;
    struct unit_event events[256];
    unsigned event_count;
    svasim_device_invalidation flush; /* the last one */
    bool done_at_once;                /* devices answer flushes before they return */
};

enum {
    UNIT_LEGACY = 0,
    UNIT_SCALABLE = 1,
    UNIT_DEAF = 2 /* no interrupt port */,
    UNIT_DEVICES = 4 /* flushes go out */
};

/* `config`: "key=value key=value" over the defaults; NULL for none. Translation is off. */
void unit_open(struct unit_bed *bed, unsigned flags, const char *config);
/* Latch the root table and enable translation. */
void unit_on(struct unit_bed *bed);
void unit_close(struct unit_bed *bed);

void unit_write(struct unit_bed *bed, uint32_t offset, uint32_t bytes, uint64_t value);
uint64_t unit_read(const struct unit_bed *bed, uint32_t offset, uint32_t bytes);

svasim_request unit_request(uint16_t sid, uint32_t pasid, uint64_t address, svasim_op op);
svasim_response unit_ask(struct unit_bed *bed, uint16_t sid, uint32_t pasid, uint64_t address,
                         svasim_op op);
/* A fault of a device without context entry; it is to be recorded. */
void unit_fault(struct unit_bed *bed, uint16_t sid);
/* Valid entries of a cache; of all caches for NULL. */
uint32_t unit_cached(const struct unit_bed *bed, const char *cache);

/* Events of a kind so far, and the n-th of them. */
unsigned unit_events(const struct unit_bed *bed, enum unit_event_kind kind);
const struct unit_event *unit_event(const struct unit_bed *bed, enum unit_event_kind kind,
                                    unsigned n);

/* Descriptors. */
#define INV_IOTLB_ALL    UINT64_C(0x12)
#define INV_WAIT         UINT64_C(5)
#define INV_WAIT_IF      (UINT64_C(1) << 4)
#define INV_WAIT_SW      (UINT64_C(1) << 5)
#define INV_WAIT_FN      (UINT64_C(1) << 6)
#define INV_WAIT_DATA(d) ((uint64_t)(d) << 32)
/* Put a descriptor at byte `offset` of the queue; `wide`: with an upper half of 0. */
void unit_put(struct unit_bed *bed, uint32_t offset, bool wide, uint64_t low, uint64_t high);
/* A wait that stores `data` at UNIT_STATUS. */
void unit_put_wait(struct unit_bed *bed, uint32_t offset, bool wide, uint32_t data, uint64_t flags);
/* Program the queue (`size`: the QS field) and switch it on; what else is on stays on. */
void unit_queue_on(struct unit_bed *bed, unsigned size, bool wide);

#endif
