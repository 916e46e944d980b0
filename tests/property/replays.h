/* SPDX-License-Identifier: MIT */
/* replays.h - whole traces replayed in this process, and what comes out of them: every result, and
 * where the time went. Traces are those of traces/, and some that `svasim gen` makes; settings are
 * pairs "key=value", of presets those of the files in tools/presets. */
#ifndef TESTS_REPLAYS_H
#define TESTS_REPLAYS_H

#include "svasim/machine.h"

/* --- traces --- */

struct trace {
    char name[64];
    char *bytes;
    size_t length;
};

/* Those of traces/, in alphabetical order, but for those that are races on purpose and say so
 * (machine.timed_only): their results are a matter of time. NULL past the end. The first call loads
 * them. */
const struct trace *trace_at(unsigned index);
/* What `svasim gen OPTIONS` writes. The program is named by the environment, SVASIM. */
void trace_generate(struct trace *out, const char *options);

/* --- presets --- */

/* Files of tools/presets, in alphabetical order; NULL past the end. Never more than this. */
#define PRESETS 32
const char *preset_name(unsigned index);
/* "key=value key=value", with the keys whose name begins with "cap." or without them. */
const char *preset_pairs(unsigned index, bool capabilities);

/* --- runs --- */

/* What one request, descriptor or page request came to. Times are no part of it. */
struct outcome {
    uint64_t id, address, pa, page_bytes;
    uint32_t pasid, more; /* more: rights, status, bytes completed, ... */
    uint16_t source_id, fault, length;
    uint8_t kind, op, at, flags, recorded, stale;
};

struct replay {
    struct outcome *outcomes; /* as they came */
    size_t count, room;
    uint64_t stale;
    uint64_t cycles, requests;
    uint64_t counters[128]; /* as svasim_counter_at */
    uint64_t stages[SVASIM_STAGE_COUNT];
};

/* Of a run: without time; every answer compared with the tables; times and counters alone. */
enum { REPLAY_FUNCTIONAL = 1, REPLAY_STALE = 2, REPLAY_TIMES = 4 };

/* Replay with settings over what the trace says; both lists may be NULL. */
void replay_run(struct replay *out, const struct trace *trace, const char *settings,
                const char *more_settings, unsigned how);
void replay_free(struct replay *replay);
/* Forget the requests that descriptors made, and keep what these came to; of those that failed,
 * that they did. */
void replay_forget_devices(struct replay *replay);
uint64_t replay_counter(const struct replay *replay, const char *name);
/* The same outcomes? Otherwise says of the first that differs. Two things may differ: what is stale
 * in either (REPLAY_STALE), and how many requests a descriptor that fails had still under way. */
void replay_expect_same(const struct replay *a, const struct replay *b, const char *what);

#endif
