/* SPDX-License-Identifier: MIT */
/* hooks.c - the C library's allocator and files with a counter in front. In an ordinary build these
 * functions take the place of the library's for every library of the process, zlib and jansson
 * included; sanitizers have their own, so there the linker wraps ours around those (--wrap), for
 * the project's objects only. */
#define _GNU_SOURCE
#include "hooks.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifdef FAILING_WRAPPED
#define HOOK(name) __wrap_##name
#define REAL(name) __real_##name
#else
#define HOOK(name) name
#define REAL(name) __libc_##name
#endif

struct hooks hooks;

/* Other libraries must find these: hidden functions would be ours alone. */
#pragma GCC visibility push(default)

void *REAL(malloc)(size_t bytes);
void *REAL(calloc)(size_t count, size_t bytes);
void *REAL(realloc)(void *memory, size_t bytes);
void REAL(free)(void *memory);
void *HOOK(malloc)(size_t bytes);
void *HOOK(calloc)(size_t count, size_t bytes);
void *HOOK(realloc)(void *memory, size_t bytes);
void HOOK(free)(void *memory);
ssize_t HOOK(read)(int file, void *to, size_t bytes);
ssize_t HOOK(write)(int file, const void *from, size_t bytes);
int HOOK(close)(int file);
int HOOK(open)(const char *path, int flags, ...);
int HOOK(open64)(const char *path, int flags, ...);
FILE *HOOK(fopen)(const char *path, const char *mode);

static bool fails(enum failing_kind kind)
{
    if (!hooks.armed)
        return false;
    unsigned long call = ++hooks.report->calls[kind];
    if (hooks.plan.kind != kind || hooks.plan.at == 0)
        return false;
    return hooks.plan.onwards ? call >= hooks.plan.at : call == hooks.plan.at;
}

/* --- memory --- */

static void *counted(void *memory)
{
    hooks.live += memory != NULL;
    return memory;
}

void *HOOK(malloc)(size_t bytes)
{
    return fails(FAILING_ALLOCATION) ? (errno = ENOMEM, NULL) : counted(REAL(malloc)(bytes));
}

void *HOOK(calloc)(size_t count, size_t bytes)
{
    return fails(FAILING_ALLOCATION) ? (errno = ENOMEM, NULL) : counted(REAL(calloc)(count, bytes));
}

void *HOOK(realloc)(void *memory, size_t bytes)
{
    if (fails(FAILING_ALLOCATION))
        return errno = ENOMEM, NULL;
    void *moved = REAL(realloc)(memory, bytes);
    return memory ? moved : counted(moved);
}

void HOOK(free)(void *memory)
{
    hooks.live -= memory != NULL;
    REAL(free)(memory);
}

#ifdef FAILING_WRAPPED
char *HOOK(strdup)(const char *text);
char *HOOK(strdup)(const char *text)
{
    size_t bytes = strlen(text) + 1;
    char *copy = HOOK(malloc)(bytes);
    return copy ? memcpy(copy, text, bytes) : NULL;
}
#endif

/* --- files; standard output and error belong to the test --- */

static bool interrupted(void)
{
    return hooks.armed && hooks.plan.interrupted && hooks.turn++ % 2 == 0;
}

ssize_t HOOK(read)(int file, void *to, size_t bytes)
{
    if (fails(FAILING_READ))
        return errno = EIO, -1;
    if (interrupted())
        return errno = EINTR, -1;
    if (hooks.armed && hooks.plan.short_reads && bytes > 1)
        bytes = 1;
    return syscall(SYS_read, file, to, bytes);
}

ssize_t HOOK(write)(int file, const void *from, size_t bytes)
{
    if (fails(FAILING_WRITE))
        return errno = ENOSPC, -1;
    if (interrupted())
        return errno = EINTR, -1;
    if (hooks.armed && hooks.plan.short_reads && bytes > 1)
        bytes = bytes / 2;
    return syscall(SYS_write, file, from, bytes);
}

int HOOK(close)(int file)
{
    bool writes = hooks.armed && (fcntl(file, F_GETFL) & O_ACCMODE) != O_RDONLY;
    int result = (int)syscall(SYS_close, file);
    return writes && fails(FAILING_CLOSE) ? (errno = EIO, -1) : result;
}

int HOOK(open)(const char *path, int flags, ...)
{
    va_list arguments;
    va_start(arguments, flags);
    int mode = flags & O_CREAT ? va_arg(arguments, int) : 0;
    va_end(arguments);
    return fails(FAILING_OPEN) ? (errno = EMFILE, -1)
                               : (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

/* Its name where offsets are asked to have 64 bits. */
int HOOK(open64)(const char *path, int flags, ...)
{
    va_list arguments;
    va_start(arguments, flags);
    int mode = flags & O_CREAT ? va_arg(arguments, int) : 0;
    va_end(arguments);
    return HOOK(open)(path, flags, mode);
}

/* A stream reads by the library's own calls; so it gets these instead. */
static ssize_t stream_read(void *cookie, char *to, size_t bytes)
{
    return HOOK(read)((int)(intptr_t)cookie, to, bytes);
}

static ssize_t stream_write(void *cookie, const char *from, size_t bytes)
{
    size_t done = 0;
    while (done < bytes) {
        ssize_t now = HOOK(write)((int)(intptr_t)cookie, from + done, bytes - done);
        if (now < 0)
            break;
        done += (size_t)now;
    }
    return (ssize_t)done;
}

static int stream_close(void *cookie)
{
    return HOOK(close)((int)(intptr_t)cookie);
}

FILE *HOOK(fopen)(const char *path, const char *mode)
{
    bool reads = mode[0] == 'r';
    int file = HOOK(open)(path, reads ? O_RDONLY : O_WRONLY | O_CREAT | O_TRUNC, 0666);
    if (file < 0)
        return NULL;
    cookie_io_functions_t functions = {
        .read = stream_read, .write = stream_write, .close = stream_close};
    FILE *stream = fopencookie((void *)(intptr_t)file, mode, functions);
    if (!stream) {
        int number = errno;
        (void)syscall(SYS_close, file);
        errno = number;
    }
    return stream;
}

#pragma GCC visibility pop
