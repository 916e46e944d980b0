/* SPDX-License-Identifier: MIT */
/* hints.h - what the compiler cannot know about how often code runs. */
#ifndef SV_BASE_HINTS_H
#define SV_BASE_HINTS_H

/* Runs seldom: kept out of its callers, whose registers then need no saving. */
#if defined(__GNUC__)
#define SV_SELDOM __attribute__((noinline, cold))
#else
#define SV_SELDOM
#endif

/* Part of the path of each request: inlined although there is a second, rare caller. */
#if defined(__GNUC__)
#define SV_ALWAYS_INLINE inline __attribute__((always_inline))
#else
#define SV_ALWAYS_INLINE inline
#endif

#endif
