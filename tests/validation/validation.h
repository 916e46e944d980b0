/* SPDX-License-Identifier: MIT */
/* validation.h - what a chapter of docs/validation.md is made with. A chapter runs the model under
 * the conditions of published measurements and reports points: x, published, model. To add one:
 * a file here that defines `bool chapter_NAME(struct report *)`, and a row CHAPTER(NAME, "title")
 * in chapters.def. Published numbers are rows of .def files that name their source. */
#ifndef TESTS_VALIDATION_H
#define TESTS_VALIDATION_H

#include <math.h>
#include <stdbool.h>

#include "svasim/tables.h"

/* --- the report --- */

struct report;

/* False: something went wrong that is no deviation; stderr knows what. */
struct chapter {
    const char *name; /* of its file, and of its function after chapter_ */
    const char *title;
    bool (*run)(struct report *report);
};

#define CHAPTER(name, title) bool chapter_##name(struct report *report);
#include "chapters.def"
#undef CHAPTER

enum scale { SCALE_LINEAR, SCALE_LOG2, SCALE_LOG10 };

struct figure {
    const char *file;    /* docs/validation/FILE.svg */
    const char *title;   /* of chart and table */
    const char *x_label; /* quantity and unit, "window, bytes"; axis and column */
    const char *y_label;
    enum scale x_scale, y_scale;
    bool x_is_bytes; /* 65536 is written 64 KiB */
};

/* A paragraph, list or heading in Markdown; lines are taken as they are, a blank line follows. */
void report_text(struct report *report, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Begin a figure: the series that follow belong to it, until text or another figure. Strings are
 * copied. */
void report_figure(struct report *report, const struct figure *figure);
/* A table without a chart. */
void report_table(struct report *report, const char *title, const char *x_label,
                  const char *y_label);
/* Begin a series. `tolerance_percent` 0: differences are shown and not judged. `required`: a point
 * beyond the tolerance makes `validate` fail. */
void report_series(struct report *report, const char *name, double tolerance_percent,
                   bool required);
/* `published` or `model` may be NAN: there is none at this x. Points in the order of x. */
void report_point(struct report *report, double x, double published, double model);
/* The same in a table without a chart: what the number is called. */
void report_value(struct report *report, const char *label, double published, double model);

/* --- the model --- */

/* The defaults, or those of tools/presets/PRESET.ini, then "key=value key=value"; both may be
 * NULL. NULL: stderr has the reason. */
svasim_config *preset_load(const char *preset, const char *settings);

/* A number of the configuration, or of a counter, by name. */
double config_number(const svasim_config *config, const char *key);
uint64_t counter(const svasim *unit, const char *name);

#define BED_SOURCE 0x0010
#define BED_PASID  5

/* A unit with memory and tables, translation enabled. The device BED_SOURCE has PASID BED_PASID
 * with the trees `first` and `second`, as `pgtt` says (1 first stage, 2 second stage, 3 nested);
 * the trees are empty. */
struct bed {
    svasim_mem *mem;
    svasim_tables *tables;
    svasim *unit;
    svasim_config *config;
    svasim_tree first, second;
    /* Called by the unit for each answer and when it has room again; may be set at any time. */
    void (*respond)(void *user, const svasim_response *response);
    void (*on_credit)(void *user);
    void *user;
};

/* Takes the configuration over, also when it fails. */
bool bed_open(struct bed *bed, svasim_config *config, unsigned pgtt, unsigned levels);
void bed_close(struct bed *bed);
/* Map pages in a tree of the bed, accessed and dirty flags set already. */
bool bed_map(struct bed *bed, const svasim_tree *tree, uint64_t address, uint64_t target,
             uint64_t bytes, uint64_t page_bytes);
/* A pseudo-random number below `bound`; `state` is any number. */
uint64_t draw(uint64_t *state, uint64_t bound);

#endif
