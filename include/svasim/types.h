/* SPDX-License-Identifier: MIT */
/** types.h - what every public header needs: errors, time, allocator, visibility. */
#ifndef SVASIM_TYPES_H
#define SVASIM_TYPES_H

#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__) && !defined(SVASIM_NO_VISIBILITY)
#define SVASIM_API __attribute__((visibility("default")))
#else
#define SVASIM_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

/** One cycle of the unit's clock. */
typedef uint64_t svasim_tick;
#define SVASIM_NEVER UINT64_MAX

/** What the caller did wrong or lacks. A translation fault is never one of these. */
typedef enum svasim_err {
    SVASIM_OK = 0,
    SVASIM_BUSY,   /**< no room now, nothing was taken: try again later */
    SVASIM_EINVAL, /**< an argument outside its stated range; nothing changed */
    SVASIM_ENOMEM, /**< the allocator returned NULL */
    SVASIM_EIO,    /**< reading or writing a file failed */
    SVASIM_EDATA   /**< a file's content is malformed, truncated or corrupt */
} svasim_err;

/** Per-object allocator. `allocate` returns zero-filled memory or NULL. */
typedef struct svasim_alloc {
    void *(*allocate)(void *user, size_t bytes);
    void (*release)(void *user, void *memory);
    void *user;
} svasim_alloc;

#ifdef __cplusplus
}
#endif
#endif
