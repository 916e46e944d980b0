/* SPDX-License-Identifier: MIT */
/* mem.h - what the rooms' own files may do to simulated memory besides svasim/mem.h. */
#ifndef SV_BASE_MEM_H
#define SV_BASE_MEM_H

#include "svasim/mem.h"

/* A store was lost: see svasim_mem_short. */
void sv_mem_lose(svasim_mem *mem);

#endif
