#define _GNU_SOURCE
#include "charts.h"

#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "view.h"

/* An area of a drawing with its scales. */
struct plot {
    FILE *f;
    double x, y, width, height; /* in the drawing; y is the top */
    double from[2], to[2];      /* values at its edges: x, y */
    bool log;
};

void html_text(FILE *f, const char *text) {
    for (; *text; text++) {
        if (*text == '&')
            fputs("&amp;", f);
        else if (*text == '<')
            fputs("&lt;", f);
        else if (*text == '>')
            fputs("&gt;", f);
        else if (*text == '"')
            fputs("&quot;", f);
        else
            fputc(*text, f);
    }
}

/* --- scales --- */

static double at(const struct plot *p, unsigned axis, double v) {
    double from = p->from[axis], to = p->to[axis];
    double share = p->log ? log(v / from) / log(to / from) : (v - from) / (to - from);
    return axis ? p->y + p->height * (1 - share) : p->x + p->width * share;
}

static void text(const struct plot *p, double x, double y, const char *anchor, const char *words) {
    fprintf(p->f, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">", x, y, anchor);
    html_text(p->f, words);
    fputs("</text>\n", p->f);
}

/* 1500000 as 1.5M */
static void short_number(char *out, size_t size, double v) {
    static const char *const unit[] = {"", "k", "M", "G", "T"};
    unsigned i = 0;
    while (fabs(v) >= 1000 && i < 4) {
        v /= 1000;
        i++;
    }
    snprintf(out, size, "%.3g%s", v, unit[i]);
}

static void grid_line(const struct plot *p, unsigned axis, double v) {
    char words[32];
    double to = at(p, axis, v);
    short_number(words, sizeof words, v);
    if (axis) {
        fprintf(p->f, "<line class=\"grid\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%.1f\" y2=\"%.1f\"/>\n", p->x, p->x + p->width,
                to, to);
        text(p, p->x - 6, to + 4, "end", words);
    } else {
        fprintf(p->f, "<line class=\"grid\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%.1f\" y2=\"%.1f\"/>\n", to, to, p->y,
                p->y + p->height);
        text(p, to, p->y + p->height + 16, "middle", words);
    }
}

/* A round step that gives at most eight lines. */
static double round_step(double range) {
    double step = pow(10, floor(log10(range / 8)));
    static const double more[] = {1, 2, 5, 10};
    for (unsigned i = 0; i < 4; i++)
        if (range / (step * more[i]) <= 8)
            return step * more[i];
    return step * 10;
}

static void axes(const struct plot *p, const char *x_title, const char *y_title) {
    for (unsigned axis = 0; axis < 2; axis++) {
        double from = p->from[axis], to = p->to[axis];
        if (p->log) {
            for (double v = pow(10, ceil(log10(from) - 1e-9)); v <= to * 1.0001; v *= 10)
                grid_line(p, axis, v);
        } else {
            double step = round_step(to - from);
            for (double v = 0; v <= to * 1.0001; v += step)
                grid_line(p, axis, v);
        }
    }
    fprintf(p->f, "<rect class=\"frame\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>\n", p->x, p->y,
            p->width, p->height);
    text(p, p->x + p->width / 2, p->y + p->height + 34, "middle", x_title);
    fprintf(p->f, "<text transform=\"translate(%.1f %.1f) rotate(-90)\" text-anchor=\"middle\">", p->x - 58,
            p->y + p->height / 2);
    html_text(p->f, y_title);
    fputs("</text>\n", p->f);
}

static void begin(FILE *f, const char *id, unsigned height, const char *title) {
    fprintf(f, "<svg id=\"%s\" class=\"chart\" viewBox=\"0 0 960 %u\" role=\"img\" aria-label=\"%s\">\n", id, height,
            title);
}

/* --- roofline --- */

/* Multiplications and additions of a matrix instruction, from the shape in its name; 0 of others. */
static double matrix_operations(const char *name) {
    unsigned m, n, k, blocks;
    if (strncmp(name, "v_mfma", 6) != 0 && strncmp(name, "v_smfmac", 8) != 0)
        return 0;
    for (const char *c = name; *c && *c != ' '; c++) {
        int length = 0;
        if (*c != '_' || sscanf(c + 1, "%ux%ux%u%n", &m, &n, &k, &length) != 3)
            continue;
        if (sscanf(c + 1 + length, "_%ub_", &blocks) != 1 || !strstr(c + 1 + length, "b_"))
            blocks = 1;
        return 2.0 * m * n * k * blocks;
    }
    return 0;
}

struct work {
    const char *name;
    double operations, busy;
    double roof; /* G operations a second */
};

static void count_work(struct work *matrix, struct work *vector) {
    size_t n;
    const struct gfx950sim_time_instruction *i = gfx950sim_time_instructions(&n);
    for (; n; n--, i++) {
        double operations = matrix_operations(i->text);
        if (operations > 0)
            matrix->operations += operations * (double)i->issues;
        else if (strncmp(i->text, "v_", 2) == 0)
            vector->operations += 64.0 * (double)i->issues;
    }
}

static void bandwidth_roof(const struct plot *p, double gbps, double top, const char *name) {
    char words[64];
    double x[2] = {p->from[0], top / gbps}, y[2] = {x[0] * gbps, top};
    if (y[0] < p->from[1])
        x[0] = p->from[1] / gbps, y[0] = p->from[1];
    if (x[1] > p->to[0])
        x[1] = p->to[0], y[1] = x[1] * gbps;
    fprintf(p->f, "<line class=\"roof\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>\n", at(p, 0, x[0]),
            at(p, 1, y[0]), at(p, 0, x[1]), at(p, 1, y[1]));
    snprintf(words, sizeof words, "%s %.2f TB/s", name, gbps / 1000);
    double middle = sqrt(x[0] * x[1]);
    text(p, at(p, 0, middle) - 8, at(p, 1, middle * gbps) - 4, "end", words);
}

void chart_roofline(FILE *f, const struct gfx950sim_time *t) {
    struct work work[2] = {{.name = "MFMA", .busy = (double)t->mfma_busy},
                           {.name = "VALU", .busy = (double)t->valu_busy}};
    static const unsigned levels[] = {GFX950SIM_HBM, GFX950SIM_L2};
    struct plot p = {.f = f, .x = 80, .y = 12, .width = 860, .height = 360, .log = true};
    double top = 0, seconds = t->modelled_us * 1e-6;
    count_work(&work[0], &work[1]);
    p.from[0] = p.from[1] = 1e30;
    for (unsigned i = 0; i < 2; i++) {
        if (work[i].busy > 0)
            work[i].roof = work[i].operations / work[i].busy * t->simds * t->core_mhz / 1000;
        top = work[i].roof > top ? work[i].roof : top;
    }
    top = top > 0 ? top : 1000;
    p.to[0] = 4 * top / t->roof_gbps[GFX950SIM_HBM];
    for (unsigned i = 0; i < 2; i++)
        for (unsigned l = 0; l < 2; l++) {
            double bytes = (double)(t->level[levels[l]].read + t->level[levels[l]].written);
            if (bytes <= 0 || work[i].operations <= 0)
                continue;
            p.from[0] = fmin(p.from[0], work[i].operations / bytes);
            p.to[0] = fmax(p.to[0], work[i].operations / bytes * 4);
            p.from[1] = fmin(p.from[1], work[i].operations / seconds / 1e9);
        }
    p.from[0] = pow(10, floor(log10(fmin(p.from[0], 0.1 * top / t->roof_gbps[GFX950SIM_L2]))));
    p.from[1] = pow(10, floor(log10(fmin(p.from[1], top / 100))));
    p.to[1] = top * 3;
    begin(f, "roofline", 420, "roofline, modelled");
    axes(&p, "operations per byte at that level", "G operations per second (modelled)");
    bandwidth_roof(&p, t->roof_gbps[GFX950SIM_HBM], top, "HBM");
    bandwidth_roof(&p, t->roof_gbps[GFX950SIM_L2], top, "L2");
    for (unsigned i = 0; i < 2; i++) {
        char words[96];
        if (work[i].roof <= 0)
            continue;
        fprintf(f, "<line class=\"roof\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%.1f\" y2=\"%.1f\"/>\n", p.x, p.x + p.width,
                at(&p, 1, work[i].roof), at(&p, 1, work[i].roof));
        snprintf(words, sizeof words, "%s, this kernel's mixture: %.4g T/s", work[i].name, work[i].roof / 1000);
        text(&p, p.x + p.width - 6, at(&p, 1, work[i].roof) - 5, "end", words);
        for (unsigned l = 0; l < 2; l++) {
            double bytes = (double)(t->level[levels[l]].read + t->level[levels[l]].written);
            double rate = work[i].operations / seconds / 1e9;
            if (bytes <= 0)
                continue;
            snprintf(words, sizeof words, "%s per byte of %s", work[i].name, view_level_name(levels[l]));
            fprintf(f,
                    "<circle class=\"data l%u\" r=\"6\" cx=\"%.1f\" cy=\"%.1f\"><title>%s: %.4g operations a byte, "
                    "%.4g G operations/s, modelled</title></circle>\n",
                    l, at(&p, 0, work[i].operations / bytes), at(&p, 1, rate), words, work[i].operations / bytes, rate);
            text(&p, at(&p, 0, work[i].operations / bytes), at(&p, 1, rate) + (l ? -10 : 20), "middle", words);
        }
    }
    fputs("</svg>\n", f);
}

/* --- waves --- */

/* One of every n / rows, not always the same of them: that would be one XCD's. */
static size_t choose(size_t i, size_t n, size_t rows) {
    size_t from = i * n / rows, of = (i + 1) * n / rows - from;
    return from + (i * 2654435761u >> 7) % of;
}

void chart_waves(FILE *f, const struct gfx950sim_time *t) {
    enum { MOST = 256 };
    size_t n;
    uint64_t stride;
    const struct gfx950sim_time_wave *waves = gfx950sim_time_waves(&n, &stride);
    size_t rows = n < MOST ? n : MOST;
    struct plot p = {.f = f, .x = 80, .y = 12, .width = 860, .height = 380};
    p.to[0] = t->modelled_us;
    p.to[1] = rows ? (double)rows : 1;
    begin(f, "waves", 440, "wave timeline, modelled");
    axes(&p, "us from the first wave's launch (modelled)", "waves, the last placed on top");
    double height = p.height / p.to[1];
    for (size_t i = 0; i < rows; i++) {
        const struct gfx950sim_time_wave *v = &waves[choose(i, n, rows)];
        double y = at(&p, 1, (double)i) - height, mhz = t->core_mhz;
        double start = at(&p, 0, (double)v->start / mhz), end = at(&p, 0, (double)v->end / mhz);
        fprintf(
            f,
            "<rect class=\"data x%u\" x=\"%.2f\" y=\"%.2f\" width=\"%.2f\" height=\"%.2f\"><title>workgroup %" PRIu64
            " wave %u on XCD %u SE %u CU %u SIMD %u: clocks %" PRIu64 " to %" PRIu64 ", retired %" PRIu64
            "</title></rect>\n",
            v->xcd, start, y, end - start, height * 0.9, v->workgroup, v->wave, v->xcd, v->se, v->cu, v->simd, v->start,
            v->end, v->retired);
        if (v->retired > v->end)
            fprintf(f, "<rect class=\"tail\" x=\"%.2f\" y=\"%.2f\" width=\"%.2f\" height=\"%.2f\"/>\n", end, y,
                    at(&p, 0, (double)v->retired / mhz) - end, height * 0.9);
    }
    fputs("</svg>\n", f);
    if (rows < t->waves)
        fprintf(f, "<p>%zu of %" PRIu64 " waves, one of each so many.</p>\n", rows, t->waves);
}

/* --- bytes in flight, rates --- */

static double parameter(const char *name) {
    struct gfx950sim_time_parameter p = {.size = sizeof p};
    for (size_t n = 0; gfx950sim_time_parameter(n, &p) == 0; n++)
        if (strcmp(p.name, name) == 0)
            return p.value;
    return 0;
}

static void level_line(const struct plot *p, double value, const char *words) {
    if (value > p->to[1])
        return;
    fprintf(p->f, "<line class=\"roof\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%.1f\" y2=\"%.1f\"/>\n", p->x, p->x + p->width,
            at(p, 1, value), at(p, 1, value));
    text(p, p->x + p->width - 6, at(p, 1, value) - 4, "end", words);
}

/* Samples in one point: rates are drawn over at least 64 clocks, the interval that the memory system keeps order by. */
static size_t joined(uint64_t clocks) {
    return clocks < 64 ? (size_t)(64 / clocks) : 1;
}

/* Level: GFX950SIM_LEVELS for bytes in flight, else its rate in GB/s; the mean of n samples. */
static double sample_value(const struct gfx950sim_time *t, const struct gfx950sim_time_sample *s, size_t n,
                           uint64_t clocks, unsigned level) {
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += level == GFX950SIM_LEVELS
                   ? s[i].bytes_in_flight
                   : (double)(s[i].read[level] + s[i].written[level]) / (double)clocks * t->core_mhz / 1000;
    return sum / (double)n;
}

/* Draws it, or with class_name NULL only returns the largest value. */
static double draw_series(const struct plot *p, const struct gfx950sim_time *t, unsigned level,
                          const char *class_name) {
    size_t n;
    uint64_t clocks;
    double most = 0;
    const struct gfx950sim_time_sample *s = gfx950sim_time_series(&n, &clocks);
    size_t step = joined(clocks);
    if (class_name)
        fprintf(p->f, "<polyline class=\"data %s\" points=\"", class_name);
    for (size_t i = 0; i < n; i += step) {
        size_t points = i + step < n ? step : n - i;
        double middle = fmin(((double)i + (double)points / 2) * (double)clocks, (double)t->clocks);
        double value = sample_value(t, &s[i], points, clocks, level);
        most = fmax(most, value);
        if (class_name)
            fprintf(p->f, "%s%.1f,%.1f", i ? " " : "", at(p, 0, middle / t->core_mhz), at(p, 1, value));
    }
    if (class_name)
        fputs("\"/>\n", p->f);
    return most;
}

void chart_flight(FILE *f, const struct gfx950sim_time *t) {
    char words[96], number[32];
    double roof = t->roof_gbps[GFX950SIM_HBM], needed = roof * parameter("hbm.latency");
    struct plot p = {.f = f, .x = 80, .y = 12, .width = 860, .height = 220};
    begin(f, "flight", 560, "bytes in flight over time, modelled");
    p.to[0] = t->modelled_us;
    p.to[1] = fmax(fmax(t->peak_bytes_in_flight, needed) * 1.1, 1);
    axes(&p, "us (modelled)", "bytes in flight");
    short_number(number, sizeof number, needed);
    snprintf(words, sizeof words, "HBM roof x HBM latency: %sB", number);
    level_line(&p, needed, words);
    draw_series(&p, t, GFX950SIM_LEVELS, "l0");
    p.y = 300;
    p.height = 210;
    p.to[1] = fmax(draw_series(&p, t, GFX950SIM_HBM, NULL), fmax(draw_series(&p, t, GFX950SIM_L2, NULL), roof)) * 1.1;
    axes(&p, "us (modelled)", "GB/s of HBM and L2");
    level_line(&p, roof, "HBM roof");
    draw_series(&p, t, GFX950SIM_L2, "l1");
    draw_series(&p, t, GFX950SIM_HBM, "l0");
    fputs(
        "</svg>\n<p><span class=\"key l0\"></span> above: bytes in flight; below: HBM. <span class=\"key l1\"></span> "
        "L2.</p>\n",
        f);
}
