/* SPDX-License-Identifier: MIT */
/* assert.h - our own invariants, checked in every build. Never used on guest data. */
#ifndef SV_BASE_ASSERT_H
#define SV_BASE_ASSERT_H

#ifdef SVASIM_NO_ASSERT
#define SV_ASSERT(condition) ((void)sizeof(condition))
#else
#define SV_ASSERT(condition)                                                                       \
    ((condition) ? (void)0 : sv_assert_failed(#condition, __FILE__, __LINE__))
#endif

#if defined(__GNUC__)
__attribute__((noreturn, cold))
#endif
void sv_assert_failed(const char *condition, const char *file, int line);

#endif
