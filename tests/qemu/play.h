/* SPDX-License-Identifier: MIT */
/* play.h - a scenario is played on each side; one answer per step comes back. */
#ifndef QEMU_PLAY_H
#define QEMU_PLAY_H

#include "process.h"
#include "scenario.h"

#include <svasim/svasim.h>

enum outcome { OUTCOME_MOVED, OUTCOME_BLOCKED };

/* What became of a DMA. */
struct dma_answer {
    uint8_t outcome;
    bool reported;     /* a fault was reported to software, recorded or not */
    int code;          /* its reason; -1: there is none, or nobody knows */
    uint64_t physical; /* where the data went or came from */
};

struct answer {
    uint64_t value; /* of a register that was read */
    struct dma_answer dma;
    /* The model only: what its tables say now, whatever its caches hold; */
    struct dma_answer fresh;
    bool lacks_right;     /* some entry on that way lacks the right asked for; */
    uint64_t entry;       /* the last entry on that way; */
    bool near_interrupts; /* a large page that it leads to, or that was used, touches that range. */
    /* QEMU only: the device did not go through the remapping unit, or found it in the IOTLB. */
    bool untranslated, hit;
};

#define TOUCHED_MAX (STORES_MAX + 2 * STEPS_MAX)

/* Words of memory that a scenario may have changed. */
struct touched {
    unsigned count;
    uint64_t address[TOUCHED_MAX];
};

struct result {
    unsigned messages; /* event messages that were sent */
    struct touched touched;
    struct answer answer[STEPS_MAX];
};

/* --- memory of both sides --- */

/* Words in a device from which it writes, and as many into which it reads. */
#define SLOTS                   500u
#define MARKER(requester, slot) (0x5e000000u | (uint32_t)(requester) << 16 | (uint32_t)(slot))

/* Contents of a word that no scenario has touched. */
uint32_t pristine(uint64_t address);
bool in_memory(uint64_t address);
uint32_t memory_get(const unsigned char *ram, uint64_t address);
void memory_put(unsigned char *ram, uint64_t address, uint32_t value);
void memory_fill(unsigned char *ram);
void touch(struct touched *touched, uint64_t address);
void memory_restore(unsigned char *ram, const struct touched *touched);

/* --- players --- */

struct qemu_player;
/* NULL-safe stop; start ends the process if QEMU does. */
struct qemu_player *qemu_player_start(const char *program, enum unit_kind unit);
void qemu_player_stop(struct qemu_player *player);
unsigned char *qemu_player_ram(struct qemu_player *player);
uint64_t qemu_player_register(struct qemu_player *player, uint64_t offset);
/* Memory is left as the scenario has it; memory_restore is the caller's. */
void qemu_play(struct qemu_player *player, const struct scenario *scenario, struct result *out);

struct model_player;
struct model_player *model_player_start(enum unit_kind unit);
void model_player_stop(struct model_player *player);
unsigned char *model_player_ram(struct model_player *player);
uint64_t model_player_register(struct model_player *player, uint64_t offset);
void model_play(struct model_player *player, const struct scenario *scenario, struct result *out);

#endif
