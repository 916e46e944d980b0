/* SPDX-License-Identifier: MIT */
/* state.h - what the files of the machine share: its parts, what is in flight, what is known of
 * finished requests, and the expectations that wait. */
#ifndef SV_MACHINE_STATE_H
#define SV_MACHINE_STATE_H

#include "base/histogram.h"
#include "machine/names.h"
#include "svasim/front.h"
#include "svasim/machine.h"
#include "svasim/sva.h"
#include "svasim/tables.h"

#define SV_DEVICES_MAX 64u
#define SV_KNOWN       8192u /* finished requests that an expectation can still ask for */
#define SV_WAITING     4096u /* expectations whose request is not finished */

/* Host addresses: tables built by name, and fresh memory for mappings above 4 GiB. */
#define SV_FRAMES_BASE  UINT64_C(0x40000000)
#define SV_FRAMES_BYTES UINT64_C(0x80000000)

/* A request inside the unit, found by the tag it was submitted with. */
struct sv_flight {
    svasim_request request; /* tag: as the origin gave it */
    uint64_t id, record, line;
    int32_t device; /* -1: of a dma record */
    uint32_t next;  /* free list */
};

enum sv_known_state { SV_KNOWN_NOTHING, SV_KNOWN_PENDING, SV_KNOWN_DONE };

/* What is known of a dma or submit record. */
struct sv_known {
    uint64_t id, record;
    uint64_t epoch; /* state changes before it was answered */
    svasim_request request;
    svasim_response response;
    svasim_completion completion;
    uint8_t state; /* enum sv_known_state */
    uint8_t kind;  /* record kind: DMA, INTERRUPT, SUBMIT or PAGE_REQUEST */
    bool has_completion, stale, stale_known;
    bool has_response;   /* page request: software has answered, with code `page_response` */
    uint8_t page_answer; /* svasim_page_answer; the fault is in `response` */
    uint8_t page_response;
    uint8_t submit_result; /* svasim_submit_result */
};

/* Interrupt messages since the last record that asked for them; the oldest make room. */
#define SV_MESSAGES 256u
struct sv_messages {
    uint64_t sent;
    struct {
        uint64_t address;
        uint32_t data;
    } last[SV_MESSAGES]; /* message n is at n % SV_MESSAGES */
};

/* Devices that keep translations, as the unit's invalidations meet them. */
#define SV_TLB_DEVICES 64u
#define SV_TLB_ANSWERS 1024u /* as many as the unit can have outstanding */
#define SV_TLB_HEARD   256u
struct sv_device_tlbs {
    struct sv_tlb_device {
        uint16_t source_id;
        uint8_t messages;
        bool never;
        uint32_t delay;
    } device[SV_TLB_DEVICES]; /* those that were described */
    uint32_t device_count;
    struct sv_tlb_answer {
        svasim_tick tick;
        uint64_t order;
        uint16_t source_id;
        uint8_t itag, messages;
    } answer[SV_TLB_ANSWERS]; /* completions on their way, in no order */
    uint32_t answer_count;
    uint64_t answers; /* so far */
    uint32_t waiting; /* invalidations that a device has not completed yet */
    struct sv_tlb_heard {
        svasim_device_invalidation message;
        bool counted;           /* by an expectation */
    } heard[SV_TLB_HEARD];      /* message n is at n % SV_TLB_HEARD */
    uint64_t heard_count, lost; /* lost: no expectation could count them any more */
};

/* An expectation or observation whose request is not finished. */
struct sv_waiting {
    svasim_record record;
    uint32_t next; /* index + 1 in its bucket or in the free list; 0 ends */
};

struct sv_device {
    struct svasim_machine *machine;
    svasim_dsa *dsa;
    char name[64];
    uint16_t source_id;
    uint32_t index;
    bool blocked; /* was told BUSY */
    bool ats;     /* has a device TLB */
};

struct svasim_machine {
    svasim_machine_options options;
    svasim_machine_stats stats;
    char error[320];

    svasim_config *config;
    svasim_config *pins; /* values that the trace may not change */
    struct sv_names pinned;
    svasim_mem *mem;
    svasim *unit;
    svasim_front *front;    /* NULL until memory is not perfect */
    svasim_ports mem_ports; /* of `mem`, or of `front` */
    bool cpu_cache;         /* stores stay in the CPU's caches */
    svasim_tables *tables;
    svasim_sva *sva;
    struct sv_names spaces;
    bool registers_written;           /* by the trace itself */
    bool unjudged;                    /* expectations hold in timed runs only, and this is none */
    bool translates;                  /* the tables for DMA were needed once */
    bool keeps;                       /* the record's stores stay in the CPU's caches */
    bool unit_changes, device_stores; /* who changes memory, if it is not software */

    struct sv_device devices[SV_DEVICES_MAX];
    uint32_t device_count;

    struct sv_flight *flights;
    uint32_t flight_capacity, flight_free, flights_used;
    uint32_t queue_head, queue_count; /* functional: device requests not yet translated */
    uint32_t *queue;
    const struct sv_flight *served; /* functional: being translated */
    svasim_tick functional_now;
    uint64_t completions; /* of descriptors, to see progress */
    uint64_t epoch;       /* counts state changes */

    struct sv_messages messages;
    struct sv_device_tlbs tlbs;
    struct sv_service *service; /* NULL: page requests are left to the trace */
    struct sv_histogram page_latency;
    struct sv_known *known;
    struct sv_waiting *waiting;
    uint32_t *waiting_heads; /* by id */
    uint32_t waiting_free, waiting_used, waiting_count;
    struct sv_histogram descriptor_latency;
    const svasim_record *record; /* being applied */
};

/* machine.c */
/* "bb:dd.f" of exactly these digits. */
bool sv_parse_sid(const char *text, uint16_t *out);
svasim_err sv_machine_fail(svasim_machine *machine, svasim_err err, const char *format, ...)
#if defined(__GNUC__)
    __attribute__((format(printf, 3, 4)))
#endif
    ;
void sv_machine_emit(svasim_machine *machine, svasim_event *event);

/* setup.c: bring parts into being when they are first needed. */
svasim_err sv_machine_need_unit(svasim_machine *machine);
svasim_err sv_machine_need_builder(svasim_machine *machine);
svasim_err sv_machine_need_tables(svasim_machine *machine); /* and translation is on */
svasim_err sv_machine_need_sva(svasim_machine *machine);
/* Set fields of an entry by name. */
svasim_err sv_machine_set_entry(svasim_machine *machine, const svasim_entry_ref *ref,
                                svasim_blob fields);
bool sv_machine_config_is(const svasim_machine *machine, const char *key, const char *word);
struct sv_device *sv_machine_device(svasim_machine *machine, svasim_blob name);
/* The device that keeps translations under this source id; NULL if none does. */
struct sv_device *sv_machine_ats_device(svasim_machine *machine, uint16_t source_id);
svasim_err sv_machine_add_device(svasim_machine *machine, const svasim_record *record);

/* run.c: time. */
svasim_tick sv_machine_now(const svasim_machine *machine);
/* Let the next thing happen, if it is due by `limit`. */
bool sv_machine_step(svasim_machine *machine, svasim_tick limit);
void sv_machine_run_to(svasim_machine *machine, svasim_tick tick);
svasim_err sv_machine_drain(svasim_machine *machine);
svasim_err sv_machine_issue(svasim_machine *machine, const svasim_request *request, uint64_t id);
svasim_ports sv_machine_ports(svasim_machine *machine);
void sv_machine_on_act(void *host, const svasim_act *act);
svasim_dsa_ports sv_machine_device_ports(struct sv_device *device);

/* acts.c, interrupts.c, stimulus.c: one function per record kind. */
typedef svasim_err (*sv_act)(svasim_machine *machine, const svasim_record *record);
sv_act sv_machine_act_of(unsigned kind);
svasim_err sv_act_dma(svasim_machine *machine, const svasim_record *record);
svasim_err sv_act_page_request(svasim_machine *machine, const svasim_record *record);
svasim_err sv_act_irte(svasim_machine *machine, const svasim_record *record);
svasim_err sv_act_posted(svasim_machine *machine, const svasim_record *record);
/* As svasim_machine_request, of an interrupt record. */
const char *sv_machine_interrupt_request(const svasim_record *record, svasim_request *out);
svasim_err sv_act_submit(svasim_machine *machine, const svasim_record *record);

/* memory.c: what makes memory imperfect. */
svasim_err sv_act_fail(svasim_machine *machine, const svasim_record *record);
svasim_err sv_act_heal(svasim_machine *machine, const svasim_record *record);
svasim_err sv_act_flush(svasim_machine *machine, const svasim_record *record);
svasim_err sv_machine_need_front(svasim_machine *machine);
/* A record of this kind acts: raw stores stay in the CPU's caches, acts of software flush. */
void sv_machine_cpu_stores(svasim_machine *machine, unsigned kind);

/* crossing.c: what goes to the unit, and who is told of it. */
void sv_machine_cross(svasim_machine *machine, const svasim_crossing *crossing);
void sv_machine_watch(svasim_machine *machine);
svasim_err sv_machine_write_register(svasim_machine *machine, uint32_t offset, uint32_t bytes,
                                     uint64_t value);
svasim_err sv_machine_invalidate(void *machine, const uint64_t words[4], uint8_t *out_iqei);
svasim_err sv_machine_device_done(svasim_machine *machine, uint16_t source_id, uint32_t itags,
                                  uint8_t messages);
void sv_machine_pass_time(svasim_machine *machine, svasim_tick tick);
/* Ports that tell of the unit's accesses. */
void sv_machine_watched_ports(svasim_ports *ports);

/* expect.c */
bool sv_expect_init(svasim_machine *machine);
svasim_err sv_act_expect(svasim_machine *machine, const svasim_record *record);
svasim_err sv_act_cached(svasim_machine *machine, const svasim_record *record);
svasim_err sv_act_loaded(svasim_machine *machine, const svasim_record *record);
svasim_err sv_act_seen(svasim_machine *machine, const svasim_record *record);
/* An expectation was judged: count it, report it if it is not met. `id`: 0 if it has none. */
void sv_expect_verdict(svasim_machine *machine, const svasim_record *expect, uint64_t id, bool met,
                       const char *text);
/* The same, told by what differs. */
struct sv_differences;
void sv_expect_judged(svasim_machine *machine, const svasim_record *expect, uint64_t id,
                      const struct sv_differences *d);
/* A dma or submit record with this id begins; NULL: the place is taken by an unfinished one. */
struct sv_known *sv_known_begin(svasim_machine *machine, uint64_t id, unsigned kind);
struct sv_known *sv_known_find(svasim_machine *machine, uint64_t id);
/* It is finished: judge the expectations that wait for it. */
void sv_known_done(svasim_machine *machine, struct sv_known *known);
void sv_expect_finish(svasim_machine *machine);

/* inspect.c: expectations on what the unit shows: registers, fault records, messages. */
svasim_err sv_act_holds(svasim_machine *machine, const svasim_record *record);
svasim_err sv_act_register(svasim_machine *machine, const svasim_record *record);
svasim_err sv_act_logged(svasim_machine *machine, const svasim_record *record);
svasim_err sv_act_interrupted(svasim_machine *machine, const svasim_record *record);
void sv_messages_add(struct sv_messages *messages, uint64_t address, uint32_t data);

/* device_tlb.c: devices that keep translations. */
bool sv_device_tlbs_hear(svasim_machine *machine, const svasim_device_invalidation *message);
/* A device has completed an invalidation that it had left open. */
void sv_device_tlbs_done(void *device, uint8_t itag);
/* When the next completion arrives; SVASIM_NEVER if none is on its way. */
svasim_tick sv_device_tlbs_next(const svasim_machine *machine);
void sv_device_tlbs_run(svasim_machine *machine, svasim_tick tick);
svasim_err sv_act_device_tlb(svasim_machine *machine, const svasim_record *record);
svasim_err sv_act_device_tlb_done(svasim_machine *machine, const svasim_record *record);
svasim_err sv_act_invalidated(svasim_machine *machine, const svasim_record *record);

/* service.c: software that answers page requests. */
bool sv_service_init(svasim_machine *machine);
void sv_service_free(svasim_machine *machine);
/* A request was queued. True: a response follows. */
bool sv_service_asked(svasim_machine *machine, const svasim_page_request *request, uint64_t id);
/* A response went out: whom it answers, and after how long. */
void sv_service_answered(svasim_machine *machine, const svasim_page_response *response,
                         svasim_event *event);
/* Read what is in the queue, as far as there is a slot. */
void sv_service_look(svasim_machine *machine);
svasim_tick sv_service_next(const svasim_machine *machine);
bool sv_service_busy(const svasim_machine *machine);
void sv_service_run(svasim_machine *machine, svasim_tick tick);

/* judge.c: compare one expectation with what is known. */
void sv_judge(svasim_machine *machine, const svasim_record *expect, const struct sv_known *known,
              struct sv_differences *d);
bool sv_is_stale(svasim_machine *machine, const svasim_request *request,
                 const svasim_response *response, svasim_response *out_fresh);

#endif
