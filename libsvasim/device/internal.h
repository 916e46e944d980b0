/* SPDX-License-Identifier: MIT */
/**
 * internal.h - the parts of a DSA device and how they talk: portals fill queues, an arbiter
 * feeds engines, an engine moves lines through kernels. Nothing here knows a remapping unit.
 *
 *   portal.c  admission and arbitration      check.c   is a descriptor legal?
 *   dsa.c     life of a device, time         engine.c  phases of a descriptor, batches
 *   lines.c   64-byte DMA requests           kernel.c  what the bytes mean to an operation
 *   record.c  status and completion record   bytes.c   byte queues, CRC
 *   setup.c   configuration
 *   atc.c     translations of operands       atc_invalidate.c  forgetting them
 */
#ifndef SV_DEVICE_INTERNAL_H
#define SV_DEVICE_INTERNAL_H

#include "device/atc.h"
#include "spec/dsa.h"

#define ENGINES_MAX       16u
#define LINES_MAX         256u
#define WQ_ENTRIES_MAX    1024u
#define LINE_BYTES        64u
#define FIFO_BYTES        256u
#define RECORD_BYTES      32u
#define SGL_AHEAD         64u /* list entries kept ready */
#define BATCH_WINDOW      16u /* descriptors fetched at a time */
#define INTERRUPT_HANDLES 9   /* MSI-X entries */
#define DELTA_ITEM        10u
#define OPEN              UINT64_MAX /* length of an output that only its kernel knows */

/* Roles of the two accesses that every operation may end with. */
enum { ROLE_READBACK = SV_ROLE_COUNT, ROLE_RECORD, ROLE_COUNT };

struct wq_entry {
    uint8_t bytes[64];
    uint64_t id, sequence;
    svasim_tick submitted_at, ready_at;
};

struct wq {
    svasim_wq_setup setup;
    struct wq_entry *entries; /* ring of WQ_ENTRIES_MAX */
    uint32_t head, count;
    uint8_t credits; /* dispatches left in this arbitration round */
    bool enabled;
};

struct fifo {
    uint8_t bytes[FIFO_BYTES];
    unsigned start, count;
};

enum line_state { LINE_FREE, LINE_SENT, LINE_DATA, LINE_READY };

/* One DMA request of an engine. */
struct line {
    uint64_t tag, address, hpa;
    uint8_t state; /* enum line_state */
    uint8_t role, length;
    bool write, failed;
    bool absorbed; /* an interrupt message: there is no data behind it */
    bool translated;
    uint8_t status; /* of the descriptor, if its translation failed */
    uint32_t held;  /* invalidations that wait for it, bit n = ITag n */
    uint8_t data[LINE_BYTES];
};

/* How far one operand has been issued. */
struct stream {
    uint64_t next;       /* next byte; with `down` the byte after it */
    uint64_t left;       /* bytes not issued yet, or OPEN */
    uint64_t issued;     /* bytes issued */
    uint64_t block_left; /* of the current scattered block */
    uint64_t base;       /* of scattered blocks */
    bool active, write, probe, down, scattered;
};

/* A descriptor on its way through an engine. */
struct job {
    uint8_t bytes[64];
    svasim_completion out;
    uint64_t sequence;
};

/* What an operation remembers between lines. */
struct kernel {
    uint64_t consumed, produced; /* bytes of source 1, bytes of output 1 */
    uint64_t total;              /* bytes of source 1 */
    uint64_t last_written;       /* address of the last byte written, if any_written */
    uint32_t crc;
    uint32_t delta_bytes, delta_offset; /* record written; previous offset plus 1 */
    unsigned block_at;                  /* position in the protected block */
    bool any_written;
    bool ended;   /* no more output will be produced */
    bool stopped; /* no more input is wanted */
};

enum phase {
    PHASE_IDLE,
    PHASE_DISPATCH, /* on its way from the queue */
    PHASE_WAIT,
    PHASE_LIST,
    PHASE_RUN,
    PHASE_READBACK,
    PHASE_RECORD,
    PHASE_SEEN /* the record is written, and nobody has seen it yet */
};

/* The batch an engine is working through. */
struct batch {
    uint8_t window[BATCH_WINDOW * 64];
    uint32_t total, started, fetched; /* descriptors; fetched counts good ones */
    bool any_failed, list_failed;
};

struct engine {
    uint8_t phase; /* enum phase */
    uint8_t depth; /* 0 the descriptor itself, 1 a batch member */
    uint8_t index;
    struct job jobs[2];
    struct batch batch;
    struct sv_plan plan;
    struct stream streams[ROLE_COUNT];
    struct kernel kernel;
    struct fifo in[2], out[2];
    uint64_t sgl[SGL_AHEAD]; /* ring of block offsets */
    unsigned sgl_head, sgl_count, sgl_flying;
    uint64_t sgl_known; /* entries that have arrived */
    struct fifo sgl_bytes;
    uint8_t record[RECORD_BYTES];
    uint32_t invalid_flags;
    struct line *lines;
    uint16_t order[LINES_MAX]; /* ring: reads in issue order */
    unsigned order_head, order_count;
    unsigned busy; /* lines not free */
    uint16_t free[LINES_MAX];
    unsigned free_count;
    svasim_tick until;     /* end of PHASE_DISPATCH and PHASE_SEEN */
    svasim_tick next_line; /* when the next request may leave */
    uint8_t open[ROLE_COUNT];
    uint8_t open_count;    /* operands of this phase */
    bool faulted_write;    /* the page fault is that of a write */
    bool early_record;     /* the record's address is translated ahead */
    struct atc_entry *atc; /* NULL: no device TLB, requests leave untranslated */
    uint64_t atc_used;     /* lookups so far */
    struct claims claims[ROLE_COUNT];
    struct miss misses[MISSES_MAX];
    unsigned missing; /* misses under way */
};

/* A translated access waiting for its data. */
struct due {
    svasim_tick at;
    uint16_t engine, line;
};

struct svasim_dsa {
    svasim_alloc alloc;
    svasim_dsa_setup setup;
    svasim_dsa_ports ports;
    svasim_tick tick;
    uint64_t sequence, tag_serial;
    uint32_t pending;
    struct wq wqs[SVASIM_DSA_WQS];
    unsigned wq_turn;
    struct engine *engines;
    unsigned engine_turn;
    bool blocked; /* the dma port is full */
    uint8_t blocked_engine;
    bool pumping, again;
    struct due *due; /* ring of engines * lines */
    uint32_t due_head, due_count;
    svasim_tick wake; /* when an engine that waits for time has to be looked at again */
    struct invalidation invalidations[INVALIDATIONS];
    uint32_t invalidating; /* of them active */
    svasim_dsa_counts counts;
};

/* portal.c */
bool sv_dsa_arbitrate(svasim_dsa *dsa, struct job *out);
/* check.c: 0, or the status of the first rule that the job breaks. */
uint8_t sv_dsa_check(const svasim_dsa *dsa, const struct job *job, const struct sv_plan *plan,
                     uint32_t *invalid_flags);
bool sv_dsa_overlap(uint64_t a, uint64_t a_bytes, uint64_t b, uint64_t b_bytes);
/* engine.c: do the next thing; false if there is nothing to do now. */
bool sv_dsa_engine_step(svasim_dsa *dsa, struct engine *engine);
/* dsa.c: let every engine act until none can. */
void sv_dsa_pump(svasim_dsa *dsa);

/* Look at the engines again at `tick`. */
static inline void sv_dsa_wake(svasim_dsa *dsa, svasim_tick tick)
{
    if (tick < dsa->wake)
        dsa->wake = tick;
}

/* lines.c */
/* Give a scattered stream its next block. False: the list entry has not arrived. */
bool sv_dsa_enter_block(struct engine *engine, struct stream *stream);
void sv_dsa_stream_open(struct engine *engine, unsigned role, uint64_t address, uint64_t bytes,
                        bool write, bool probe);
/* Issue one request if any stream wants one; true if the port took it. */
bool sv_dsa_issue(svasim_dsa *dsa, struct engine *engine);
/* Take in finished reads in issue order; true if there were any. */
bool sv_dsa_retire(struct engine *engine);
/* Nothing left to issue and nothing in flight? */
bool sv_dsa_quiet(const struct engine *engine);
/* The data of an answered request moves. */
void sv_dsa_move_data(svasim_dsa *dsa, struct engine *engine, struct line *line);
void sv_dsa_line_free(struct engine *engine, struct line *line);
/* Stop the operation with this status unless it has failed already. */
void sv_dsa_fail(struct engine *engine, uint8_t status, uint64_t address);

/* kernel.c */
void sv_dsa_kernel_begin(struct engine *engine);
/* Turn input bytes into output bytes as far as room allows. */
void sv_dsa_kernel_run(struct engine *engine);

/* record.c: status, result and bytes completed of a finished operation. */
void sv_dsa_kernel_finish(struct engine *engine);
/* Fill the completion record; `executed`: the operation ran and has something to say. */
void sv_dsa_record_fill(struct engine *engine, bool executed);
bool sv_dsa_record_due(const struct job *job);

/* bytes.c */
unsigned sv_fifo_room(const struct fifo *fifo);
void sv_fifo_push(struct fifo *fifo, const uint8_t *bytes, unsigned count);
void sv_fifo_push_byte(struct fifo *fifo, uint8_t byte, unsigned count);
void sv_fifo_pop(struct fifo *fifo, uint8_t *out, unsigned count);
uint32_t sv_crc32c_begin(uint32_t seed, bool raw);
uint32_t sv_crc32c_add(uint32_t crc, const uint8_t *bytes, unsigned count, bool raw_data);
uint32_t sv_crc32c_end(uint32_t crc, bool raw);

/* What a line's tag says: line or miss, engine, and whether it is a translation request. */
#define TAG_SLOT_BITS   8
#define TAG_ENGINE_BITS 4
#define TAG_MISS        (UINT64_C(1) << (TAG_SLOT_BITS + TAG_ENGINE_BITS))
#define TAG_SERIAL      (TAG_SLOT_BITS + TAG_ENGINE_BITS + 1)

static inline uint64_t sv_dsa_tag(svasim_dsa *dsa, const struct engine *engine, unsigned slot)
{
    return dsa->tag_serial++ << TAG_SERIAL | (uint64_t)engine->index << TAG_SLOT_BITS | slot;
}

/* The address of the stream's next byte. */
static inline uint64_t sv_dsa_position(const struct stream *stream)
{
    return stream->down ? stream->next - 1 : stream->next;
}

static inline struct job *sv_dsa_job(struct engine *engine)
{
    return &engine->jobs[engine->depth];
}

#endif
