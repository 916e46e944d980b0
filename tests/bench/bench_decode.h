/* SPDX-License-Identifier: MIT */
/* bench_decode.h - how fast a trace is read back. */
#ifndef BENCH_DECODE_H
#define BENCH_DECODE_H

#include <stdint.h>

/**
 * Write `records` dma records (random 4 KiB pages of 64 MiB, four devices) to a temporary file
 * once, then read the whole file `runs` times.
 * @param form "text" or "binary"
 * @param out_bytes receives the size of the file; may be NULL
 * @return records per second of the fastest run; negative if a file could not be had
 */
double bench_decode(const char *form, uint64_t records, unsigned runs, uint64_t *out_bytes);

#endif
