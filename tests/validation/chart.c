/* SPDX-License-Identifier: MIT */
/* chart.c - a line chart in SVG: published as marks, the model as lines. Colours follow the
 * viewer's light or dark mode; marks differ in shape too. */
#include "report.h"

#define WIDTH  860.0
#define HEIGHT 420.0
#define LEFT   70.0
#define RIGHT  600.0 /* of the plot; the legend stands beyond */
#define TOP    40.0
#define BOTTOM 360.0
#define TICKS  10 /* at most */
#define SHAPES 4u

static const char *const colours[] = {"#3b82c4", "#d9792b", "#3f9b5f", "#b05fb3",
                                      "#c44f5d", "#8a8a3a", "#2f9e9e", "#7a6fd0"};
#define COLOURS (sizeof colours / sizeof colours[0])

struct axis {
    enum scale scale;
    double low, high; /* of the scaled values */
    double step;      /* between two ticks */
    double from, to;  /* in the picture */
};

static double scaled(const struct axis *axis, double value)
{
    if (axis->scale == SCALE_LOG2)
        return log2(value);
    return axis->scale == SCALE_LOG10 ? log10(value) : value;
}

static double unscaled(const struct axis *axis, double value)
{
    if (axis->scale == SCALE_LOG2)
        return exp2(value);
    return axis->scale == SCALE_LOG10 ? pow(10, value) : value;
}

static double place(const struct axis *axis, double value)
{
    double part = (scaled(axis, value) - axis->low) / (axis->high - axis->low);
    return axis->from + part * (axis->to - axis->from);
}

/* 1, 2 or 5 times a power of ten. */
static double round_step(double least)
{
    double step = pow(10, floor(log10(least)));
    static const double factors[] = {1, 2, 5, 10};
    unsigned i = 0;
    while (i < 3 && factors[i] * step < least * (1 - 1e-9))
        i++;
    return factors[i] * step;
}

static void widen(struct axis *axis, double value, bool *any)
{
    if (isnan(value) || (axis->scale != SCALE_LINEAR && value <= 0))
        return;
    double at = scaled(axis, value);
    axis->low = !*any || at < axis->low ? at : axis->low;
    axis->high = !*any || at > axis->high ? at : axis->high;
    *any = true;
}

static void settle(struct axis *axis)
{
    if (axis->scale == SCALE_LINEAR) {
        axis->low = axis->low > 0 ? 0 : axis->low;
        if (axis->high <= axis->low)
            axis->high = axis->low + 1;
        axis->step = round_step((axis->high - axis->low) / TICKS);
        axis->high = ceil(axis->high / axis->step - 1e-9) * axis->step;
        axis->low = floor(axis->low / axis->step + 1e-9) * axis->step;
        return;
    }
    axis->low = floor(axis->low + 1e-9);
    axis->high = ceil(axis->high - 1e-9);
    if (axis->high <= axis->low)
        axis->high = axis->low + 1;
    axis->step = ceil((axis->high - axis->low) / (TICKS + 2));
}

static void fit(const struct plot *plot, struct axis *x, struct axis *y)
{
    bool any_x = false, any_y = false;
    *x = (struct axis){.scale = plot->figure.x_scale, .from = LEFT, .to = RIGHT};
    *y = (struct axis){.scale = plot->figure.y_scale, .from = BOTTOM, .to = TOP};
    for (size_t s = 0; s < plot->count; s++) {
        for (size_t i = 0; i < plot->series[s].count; i++) {
            widen(x, plot->series[s].points[i].x, &any_x);
            widen(y, plot->series[s].points[i].published, &any_y);
            widen(y, plot->series[s].points[i].model, &any_y);
        }
    }
    settle(x);
    settle(y);
}

static void add_escaped(struct text *out, const char *string)
{
    for (; *string; string++) {
        if (*string == '&')
            text_add(out, "&amp;");
        else if (*string == '<')
            text_add(out, "&lt;");
        else
            text_add(out, "%c", *string);
    }
}

static void add_label(struct text *out, double x, double y, const char *attributes,
                      const char *string)
{
    text_add(out, "<text x=\"%.1f\" y=\"%.1f\"%s>", x, y, attributes);
    add_escaped(out, string);
    text_add(out, "</text>\n");
}

static void add_ticks(struct text *out, const struct axis *axis, bool upright, bool is_bytes)
{
    unsigned count = (unsigned)floor((axis->high - axis->low) / axis->step + 1e-6);
    for (unsigned i = 0; i <= count; i++) {
        double value = unscaled(axis, axis->low + i * axis->step);
        double at = place(axis, value);
        struct text number = {NULL, 0, 0};
        number_add(&number, value, is_bytes);
        if (upright) {
            text_add(out, "<path class=\"grid\" d=\"M%.1f %.1fH%.1f\"/>\n", LEFT, at, RIGHT);
            add_label(out, LEFT - 8, at + 4, " text-anchor=\"end\"", text_of(&number));
        } else {
            text_add(out, "<path class=\"grid\" d=\"M%.1f %.1fV%.1f\"/>\n", at, TOP, BOTTOM);
            add_label(out, at, BOTTOM + 18, " text-anchor=\"middle\"", text_of(&number));
        }
        text_free(&number);
    }
}

static void add_mark(struct text *out, size_t series, double x, double y)
{
    const char *colour = colours[series % COLOURS];
    switch (series % SHAPES) {
    case 0:
        text_add(out, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"4\" fill=\"%s\"/>\n", x, y, colour);
        break;
    case 1:
        text_add(out, "<path d=\"M%.1f %.1fh8v8h-8z\" fill=\"%s\"/>\n", x - 4, y - 4, colour);
        break;
    case 2:
        text_add(out, "<path d=\"M%.1f %.1fl5 9h-10z\" fill=\"%s\"/>\n", x, y - 6, colour);
        break;
    default:
        text_add(out, "<path d=\"M%.1f %.1fl5 5l-5 5l-5 -5z\" fill=\"%s\"/>\n", x, y - 5, colour);
    }
}

static bool drawable(const struct axis *x, const struct axis *y, double at_x, double at_y)
{
    return !isnan(at_y) && (x->scale == SCALE_LINEAR || at_x > 0) &&
           (y->scale == SCALE_LINEAR || at_y > 0);
}

static void add_line(struct text *out, const struct plot *plot, size_t s, const struct axis *x,
                     const struct axis *y)
{
    const struct series *series = &plot->series[s];
    unsigned drawn = 0;
    double at_x = 0, at_y = 0;
    for (size_t i = 0; i < series->count; i++) {
        const struct point *point = &series->points[i];
        if (!drawable(x, y, point->x, point->model))
            continue;
        at_x = place(x, point->x);
        at_y = place(y, point->model);
        if (drawn++ == 0)
            text_add(out, "<path class=\"line\" stroke=\"%s\" d=\"M", colours[s % COLOURS]);
        else
            text_add(out, "L");
        text_add(out, "%.1f %.1f", at_x, at_y);
    }
    if (drawn == 1) /* a line of one point would not be seen */
        text_add(out, "M%.1f %.1fl14 14m0 -14l-14 14", at_x - 7, at_y - 7);
    if (drawn)
        text_add(out, "\"/>\n");
    for (size_t i = 0; i < series->count; i++) {
        const struct point *point = &series->points[i];
        if (drawable(x, y, point->x, point->published))
            add_mark(out, s, place(x, point->x), place(y, point->published));
    }
}

static void add_legend(struct text *out, const struct plot *plot)
{
    double y = TOP + 10;
    add_label(out, RIGHT + 20, y, "", "marks: published; lines: model");
    for (size_t s = 0; s < plot->count; s++) {
        y += 22;
        text_add(out, "<path class=\"line\" stroke=\"%s\" d=\"M%.1f %.1fh24\"/>\n",
                 colours[s % COLOURS], RIGHT + 20, y - 4);
        add_mark(out, s, RIGHT + 32, y - 4);
        add_label(out, RIGHT + 52, y, "", plot->series[s].name);
    }
}

void chart_draw(struct text *out, const struct plot *plot)
{
    struct axis x, y;
    fit(plot, &x, &y);
    text_add(out,
             "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %.0f %.0f\" role=\"img\">\n"
             "<style>\n"
             "text { font: 12px sans-serif; fill: #24292f; }\n"
             ".back { fill: #ffffff; } .grid { stroke: #d0d7de; stroke-width: 1; }\n"
             ".line { fill: none; stroke-width: 2; stroke-linecap: round; }\n"
             "@media (prefers-color-scheme: dark) {\n"
             "text { fill: #e6edf3; } .back { fill: #0d1117; } .grid { stroke: #30363d; }\n"
             "}\n"
             "</style>\n<title>",
             WIDTH, HEIGHT);
    add_escaped(out, plot->figure.title);
    text_add(out, "</title>\n<rect class=\"back\" width=\"%.0f\" height=\"%.0f\"/>\n", WIDTH,
             HEIGHT);
    add_label(out, LEFT, 22, " style=\"font-weight: bold\"", plot->figure.title);
    add_ticks(out, &x, false, plot->figure.x_is_bytes);
    add_ticks(out, &y, true, false);
    add_label(out, (LEFT + RIGHT) / 2, HEIGHT - 16, " text-anchor=\"middle\"",
              plot->figure.x_label);
    add_label(out, -(TOP + BOTTOM) / 2, 18, " text-anchor=\"middle\" transform=\"rotate(-90)\"",
              plot->figure.y_label);
    for (size_t s = 0; s < plot->count; s++)
        add_line(out, plot, s, &x, &y);
    add_legend(out, plot);
    text_add(out, "</svg>\n");
}
