/* SPDX-License-Identifier: MIT */
/* process.h - one QEMU as a child: its memory, its registers over the qtest protocol, and what its
 * trace says. Every answer has a deadline; whatever goes wrong ends in qemu_died, with the child's
 * last words. No guest runs: the processor halts in a ROM of three instructions, and the driver
 * acts in its place. */
#ifndef QEMU_PROCESS_H
#define QEMU_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define QEMU_RAM_BYTES (UINT64_C(32) << 20)

struct qemu {
    pid_t pid;
    int to, from, errors;    /* pipes: commands, answers, trace and error messages */
    unsigned char *ram;      /* guest memory, shared with the child */
    size_t out_used;         /* commands not sent yet */
    unsigned pending;        /* answers not read yet */
    size_t in_used, in_next; /* answers read, answers consumed */
    size_t words_used, words_next;
    char out[8192], in[8192];
    char words[65536]; /* the trace, newest last */
};

/* First line of `program --version` into `out`; false if there is no such program. */
bool qemu_version(const char *program, char *out, size_t bytes);
/* Start `program` with a board of its own plus `arguments` (NULL-terminated). Dies with us. */
void qemu_start(struct qemu *qemu, const char *program, const char *const *arguments);
/* Kill the child and give everything back. */
void qemu_stop(struct qemu *qemu);

/* Commands; they go out with the next read or flush, in order. */
void qemu_store32(struct qemu *qemu, uint64_t address, uint32_t value);
void qemu_store64(struct qemu *qemu, uint64_t address, uint64_t value);
void qemu_out32(struct qemu *qemu, uint16_t port, uint32_t value);
uint64_t qemu_load32(struct qemu *qemu, uint64_t address);
uint64_t qemu_load64(struct qemu *qemu, uint64_t address);
/* All commands are done, and what they traced can be read. */
void qemu_flush(struct qemu *qemu);
/* Next line of the trace, NULL if there is none; valid until the next call of this file. */
const char *qemu_trace(struct qemu *qemu);

/* Say what happened and what the child said last, then end this process. */
_Noreturn void qemu_died(struct qemu *qemu, const char *what);

#endif
