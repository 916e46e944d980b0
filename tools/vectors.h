/* SPDX-License-Identifier: MIT */
/* vectors.h - a scenario as a list of steps that any model of a unit can be put through: what the
 * files of `svasim vectors` share. */
#ifndef SVASIM_TOOLS_VECTORS_H
#define SVASIM_TOOLS_VECTORS_H

#include <jansson.h>

#include "cli.h"

/* Bits of vectors_run.needs: what a player must be able to do besides requests and registers. */
enum {
    VECTORS_CPU_CACHE = 1u << 0,     /* stores that stay in the CPU's caches */
    VECTORS_ACCESS_ERRORS = 1u << 1, /* accesses that fail */
    VECTORS_DESCRIPTORS = 1u << 2,   /* invalidation descriptors without a queue */
    VECTORS_PAGE_REQUESTS = 1u << 3,
    VECTORS_INTERRUPTS = 1u << 4, /* interrupt requests */
    VECTORS_DEVICE_TLB = 1u << 5, /* devices that are told to forget */
    VECTORS_TIME = 1u << 6        /* ticks of this model's clock */
};

/* Registers whose changes are told; those of a unit, and the largest number there can be. */
#define VECTORS_REGISTERS     256
#define VECTORS_FAULT_RECORDS 256
struct vectors_registers {
    struct vectors_register {
        const char *name;
        uint32_t offset, bytes;
        uint64_t value;
        bool counts; /* of the performance counters */
    } list[VECTORS_REGISTERS];
    unsigned count;
    uint32_t fault_offset;
    unsigned fault_count;
    uint64_t fault[VECTORS_FAULT_RECORDS][2];
};

/* Quadwords that software or a device stored since the unit last looked. */
struct vectors_stores {
    uint64_t *words; /* addresses, in the order of the stores; may repeat */
    size_t count, room;
    bool device, kept;
};

/* One run of one scenario. */
struct vectors_run {
    svasim_machine *machine;
    const svasim_record *record; /* being applied; NULL at the end */
    json_t *image;               /* memory before the unit first looked at it */
    json_t *steps;
    json_t *step;                /* a call that is not over, borrowed from nobody; or NULL */
    json_t *effects;             /* what the unit did since the last step ended */
    json_t *messages, *told;     /* since software last counted them */
    json_t *comments, *asserted; /* asserted: keys of `expect` records by id */
    json_t *registers;           /* as reset left them */
    struct vectors_registers shown;
    struct vectors_stores stores;
    unsigned needs;
    uint64_t requests;
    bool image_done;
    bool only_steps; /* nobody looks at the image */
    bool failed;     /* memory is short */
};

/** vectors_json.c: values, and objects whose failures are remembered in the run. */
json_t *vectors_hex(uint64_t value);
/** An integer, unless it is too large for one in JSON. */
json_t *vectors_number(uint64_t value);
void vectors_set(struct vectors_run *run, json_t *object, const char *key, json_t *value);
void vectors_append(struct vectors_run *run, json_t *array, json_t *value);
/* The text of a key; "" if memory was short when it was set. */
const char *vectors_text(const json_t *object, const char *key);
void vectors_set_pasid(struct vectors_run *run, json_t *object, uint32_t pasid);
/** Put what is asserted at `path` ("expect.status") on a step, once. */
void vectors_assert(struct vectors_run *run, json_t *step, const char *path);
/** The object `key` of `object`, made if it is not there. */
json_t *vectors_part(struct vectors_run *run, json_t *object, const char *key);

/** vectors_record.c: a machine's traffic becomes steps. `options` tells the machine to report. */
void vectors_options(struct vectors_run *run, svasim_machine_options *out);
/** A new step at the end of the list, borrowed. */
json_t *vectors_step(struct vectors_run *run, const char *what);
/** Stores that no step tells of yet get one. */
void vectors_settle(struct vectors_run *run);
/** No more stores go into the image. */
void vectors_image_close(struct vectors_run *run);

/** vectors_answers.c: what a request or page request got, as `expect` and `internal`. */
void vectors_tell_request(struct vectors_run *run, json_t *step, const svasim_event *event);
void vectors_tell_page_request(struct vectors_run *run, json_t *step, const svasim_event *event);

/** vectors_registers.c */
void vectors_registers_open(struct vectors_run *run);
/** Registers that changed since the last call go to the step. */
void vectors_registers_tell(struct vectors_run *run, json_t *step);
const char *vectors_register_name(const struct vectors_registers *registers, uint32_t offset);

/** vectors_checks.c: a record that looks at the unit becomes a step; others do nothing. */
void vectors_check(struct vectors_run *run);
/** Remember what an expect record asserts. */
void vectors_note_expect(struct vectors_run *run);
/** Put it on the requests. */
void vectors_assert_all(struct vectors_run *run);

/** vectors_scenario.c */
struct vectors_scenario {
    const char *path, *name;
    bool depends; /* find out what the values depend on */
    json_t *header, *image, *steps;
    const char *left_out; /* why there are none; NULL if there are */
    uint64_t requests;
    int code; /* enum cli_exit; its messages are printed */
};
void vectors_scenario(const struct cli_pins *pins, struct vectors_scenario *out);
void vectors_scenario_free(struct vectors_scenario *scenario);

/** vectors_header.c: what is known of the scenario before its first step. */
json_t *vectors_header(struct vectors_run *run, const struct vectors_scenario *scenario);

/** vectors_depends.c: run it again with every open point decided otherwise, and without caches;
   what changes is named on the steps. False if memory is short. */
bool vectors_depend(const struct cli_pins *pins, const char *path, const svasim_config *config,
                    json_t *steps);
/** The steps of one run. Without `tell` errors are not printed. Returns an exit code. */
int vectors_play(struct vectors_run *run, const struct cli_pins *pins, const char *path, bool tell);
void vectors_run_free(struct vectors_run *run);

#endif
