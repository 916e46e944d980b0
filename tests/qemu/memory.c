/* SPDX-License-Identifier: MIT */
/* memory.c - what both sides' memories hold. */
#include "play.h"

#include <string.h>

/* A word of the data area says where it lies, so that what a device read tells where from. */
uint32_t pristine(uint64_t address)
{
    if (address - DATA_BASE >= DATA_BYTES)
        return 0;
    return 0xda000000u | (uint32_t)(address - DATA_BASE);
}

bool in_memory(uint64_t address)
{
    return address < QEMU_RAM_BYTES - 3 && address >= UINT64_C(0x100000);
}

uint32_t memory_get(const unsigned char *ram, uint64_t address)
{
    const unsigned char *at = ram + address;
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

void memory_put(unsigned char *ram, uint64_t address, uint32_t value)
{
    for (unsigned i = 0; i < 4; i++)
        ram[address + i] = (unsigned char)(value >> 8 * i);
}

void memory_fill(unsigned char *ram)
{
    for (uint64_t at = DATA_BASE; at < DATA_BASE + DATA_BYTES; at += 4)
        memory_put(ram, at, pristine(at));
}

void touch(struct touched *touched, uint64_t address)
{
    if (touched->count < TOUCHED_MAX)
        touched->address[touched->count++] = address;
}

void memory_restore(unsigned char *ram, const struct touched *touched)
{
    for (unsigned i = 0; i < touched->count; i++)
        memory_put(ram, touched->address[i], pristine(touched->address[i]));
}
