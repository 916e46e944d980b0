/* SPDX-License-Identifier: MIT */
/* report.h - what chapters have reported: figures of series of points, and the pages made of it. */
#ifndef TESTS_VALIDATION_REPORT_H
#define TESTS_VALIDATION_REPORT_H

#include "text.h"
#include "validation.h"

struct point {
    double x, published, model;
    const char *label; /* in place of x; NULL: none */
};

struct series {
    char *name;
    double tolerance_percent;
    bool required;
    struct point *points;
    size_t count;
};

struct plot {
    struct figure figure; /* its strings are ours; file NULL: no chart */
    struct series *series;
    size_t count;
};

/* A file to be written. */
struct page {
    char *path; /* from the top of the source tree */
    struct text text;
};

struct report {
    struct text summary, body; /* of docs/validation.md */
    struct plot plot;          /* the one that is being filled */
    bool has_plot;
    struct page *pages; /* charts */
    size_t page_count;
    unsigned missed; /* points beyond a required tolerance */
};

void report_chapter(struct report *report, const char *title);
/* The figure that is being filled goes to the pages. */
void report_flush(struct report *report);
void report_free(struct report *report);

/* Model over published, in percent; NAN where one of them is missing. */
double difference_percent(const struct point *point);
/* 65536 as "64 KiB" if `is_bytes`, otherwise with as many digits as matter. */
void number_add(struct text *out, double value, bool is_bytes);

/* chart.c */
void chart_draw(struct text *out, const struct plot *plot);

#endif
