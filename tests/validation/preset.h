/* SPDX-License-Identifier: MIT */
/* preset.h - where presets are: the top of the source tree, set once by main. */
#ifndef TESTS_VALIDATION_PRESET_H
#define TESTS_VALIDATION_PRESET_H

extern const char *preset_root;

#endif
