/* SPDX-License-Identifier: MIT */
/* report.c - points become tables in Markdown, each figure a table and a chart. */
#include "report.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *copy(const char *string)
{
    struct text text = {NULL, 0, 0};
    text_add(&text, "%s", string);
    return text.bytes;
}

/* --- filling --- */

void report_text(struct report *report, const char *format, ...)
{
    report_flush(report);
    char paragraph[8000];
    va_list list;
    va_start(list, format);
    int bytes = vsnprintf(paragraph, sizeof paragraph, format, list);
    va_end(list);
    if (bytes < 0 || (size_t)bytes >= sizeof paragraph) {
        fprintf(stderr, "validate: a paragraph is too long\n");
        exit(4);
    }
    text_add(&report->body, "%s\n\n", paragraph);
}

void report_chapter(struct report *report, const char *title)
{
    report_text(report, "## %s", title);
    text_add(&report->summary, "| **%s** | | | | | |\n", title);
}

void report_figure(struct report *report, const struct figure *figure)
{
    report_flush(report);
    report->has_plot = true;
    report->plot.figure = *figure;
    report->plot.figure.file = figure->file ? copy(figure->file) : NULL;
    report->plot.figure.title = copy(figure->title);
    report->plot.figure.x_label = copy(figure->x_label);
    report->plot.figure.y_label = copy(figure->y_label);
}

void report_table(struct report *report, const char *title, const char *x_label,
                  const char *y_label)
{
    report_figure(report, &(struct figure){.title = title, .x_label = x_label, .y_label = y_label});
}

void report_series(struct report *report, const char *name, double tolerance_percent, bool required)
{
    struct plot *plot = &report->plot;
    plot->series = grown(plot->series, plot->count, sizeof *plot->series);
    plot->series[plot->count++] = (struct series){copy(name), tolerance_percent, required, NULL, 0};
}

static void add_point(struct report *report, struct point point)
{
    struct series *series = &report->plot.series[report->plot.count - 1];
    series->points = grown(series->points, series->count, sizeof *series->points);
    series->points[series->count++] = point;
}

void report_point(struct report *report, double x, double published, double model)
{
    add_point(report, (struct point){x, published, model, NULL});
}

void report_value(struct report *report, const char *label, double published, double model)
{
    add_point(report, (struct point){0, published, model, copy(label)});
}

/* --- numbers --- */

double difference_percent(const struct point *point)
{
    return 100 * (point->model / point->published - 1);
}

void number_add(struct text *out, double value, bool is_bytes)
{
    static const char *const units[] = {" B", " KiB", " MiB", " GiB"};
    unsigned unit = 0;
    while (is_bytes && unit < 3 && value >= 1024) {
        value /= 1024;
        unit++;
    }
    char text[64];
    double size = fabs(value);
    (void)snprintf(text, sizeof text, "%.*f", size >= 1000 ? 0 : size >= 10 ? 1 : 2, value);
    if (strchr(text, '.')) {
        char *end = text + strlen(text);
        while (end[-1] == '0')
            *--end = 0;
        if (end[-1] == '.')
            end[-1] = 0;
    }
    text_add(out, "%s%s", text, is_bytes ? units[unit] : "");
}

/* What prints as 0.0 has no sign. */
static double without_minus(double percent)
{
    return fabs(percent) < 0.05 ? 0 : percent;
}

/* --- tables --- */

static void add_optional(struct text *out, double value)
{
    text_add(out, " ");
    if (!isnan(value))
        number_add(out, value, false);
    text_add(out, " |");
}

static void add_row(struct report *report, const struct plot *plot, const struct series *series,
                    const struct point *point)
{
    struct text *out = &report->body;
    double off = difference_percent(point);
    text_add(out, "| %s | ", series->name);
    if (point->label)
        text_add(out, "%s", point->label);
    else
        number_add(out, point->x, plot->figure.x_is_bytes);
    text_add(out, " |");
    add_optional(out, point->published);
    add_optional(out, point->model);
    if (isnan(off)) {
        text_add(out, " | |\n");
        return;
    }
    const char *verdict = "";
    if (series->tolerance_percent > 0) {
        bool inside = fabs(off) <= series->tolerance_percent;
        verdict = inside ? "ok" : series->required ? "**missed**" : "off";
        report->missed += !inside && series->required;
    }
    text_add(out, " %+.1f | %s |\n", without_minus(off), verdict);
}

static void summarise(struct report *report, const struct series *series)
{
    unsigned compared = 0, inside = 0;
    double worst = 0, sum = 0;
    for (size_t i = 0; i < series->count; i++) {
        double off = difference_percent(&series->points[i]);
        if (isnan(off))
            continue;
        compared++;
        inside += fabs(off) <= series->tolerance_percent;
        sum += fabs(off);
        if (fabs(off) > fabs(worst))
            worst = off;
    }
    if (compared == 0)
        return;
    text_add(&report->summary, "| %s: %s | %u |", report->plot.figure.title, series->name,
             compared);
    if (series->tolerance_percent > 0)
        text_add(&report->summary, " %g %%%s | %u |", series->tolerance_percent,
                 series->required ? ", required" : "", inside);
    else
        text_add(&report->summary, " | |");
    text_add(&report->summary, " %.1f %% | %+.1f %% |\n", sum / compared, without_minus(worst));
}

static void tabulate(struct report *report)
{
    const struct plot *plot = &report->plot;
    text_add(&report->body, "| Series | %s | published | model | difference, %% | verdict |\n",
             plot->figure.x_label);
    text_add(&report->body, "|---|---:|---:|---:|---:|---|\n");
    for (size_t s = 0; s < plot->count; s++) {
        for (size_t i = 0; i < plot->series[s].count; i++)
            add_row(report, plot, &plot->series[s], &plot->series[s].points[i]);
        summarise(report, &plot->series[s]);
    }
    text_add(&report->body, "\n");
}

static void add_chart(struct report *report)
{
    const struct figure *figure = &report->plot.figure;
    struct text path = {NULL, 0, 0};
    text_add(&path, "docs/validation/%s.svg", figure->file);
    report->pages = grown(report->pages, report->page_count, sizeof *report->pages);
    struct page *page = &report->pages[report->page_count++];
    *page = (struct page){path.bytes, {NULL, 0, 0}};
    chart_draw(&page->text, &report->plot);
    text_add(&report->body, "![%s](validation/%s.svg)\n\n", figure->title, figure->file);
}

static void plot_free(struct plot *plot)
{
    for (size_t s = 0; s < plot->count; s++) {
        struct series *series = &plot->series[s];
        for (size_t i = 0; i < series->count; i++)
            free((char *)series->points[i].label);
        free(series->points);
        free(series->name);
    }
    free(plot->series);
    free((char *)plot->figure.file);
    free((char *)plot->figure.title);
    free((char *)plot->figure.x_label);
    free((char *)plot->figure.y_label);
    *plot = (struct plot){.series = NULL};
}

void report_flush(struct report *report)
{
    if (!report->has_plot)
        return;
    report->has_plot = false;
    text_add(&report->body, "**%s** (%s)\n\n", report->plot.figure.title,
             report->plot.figure.y_label);
    if (report->plot.figure.file)
        add_chart(report);
    tabulate(report);
    plot_free(&report->plot);
}

void report_free(struct report *report)
{
    plot_free(&report->plot);
    for (size_t i = 0; i < report->page_count; i++) {
        free(report->pages[i].path);
        text_free(&report->pages[i].text);
    }
    free(report->pages);
    text_free(&report->summary);
    text_free(&report->body);
}
