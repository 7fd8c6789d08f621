/* One launch as a page that needs nothing but itself. */
#define _GNU_SOURCE
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "charts.h"
#include "view.h"

static const char style[] =
    "body{font:15px/1.5 system-ui,sans-serif;max-width:1000px;margin:2em auto;padding:0 1em;color:#222;"
    "background:#fff}\n"
    "h1{font-size:1.4em}h2{font-size:1.1em;margin-top:2em}\n"
    "table{border-collapse:collapse;font-size:13px}td,th{padding:2px 10px 2px 0;text-align:right;"
    "border-bottom:1px solid #ddd}\n"
    "td.t,th.t{text-align:left}td.c{font-family:monospace;white-space:pre-wrap;text-align:left}\n"
    "th{cursor:pointer}.L td{background:#fff3e0}.wide{overflow-x:auto}\n"
    ".modelled{background:#fff3e0;padding:.6em 1em;border-left:4px solid #d9822b}\n"
    ".chart{width:100%;height:auto}.chart text{font:12px system-ui,sans-serif;fill:#444}\n"
    ".grid{stroke:#e4e4e4}.frame{fill:none;stroke:#999}.roof{stroke:#b03a2e;stroke-dasharray:5 3}\n"
    "polyline{fill:none;stroke-width:1.5}polyline.l0{stroke:#1f5fa8}polyline.l1{stroke:#d9822b}\n"
    "circle.l0,.key.l0{fill:#1f5fa8;background:#1f5fa8}circle.l1,.key.l1{fill:#d9822b;background:#d9822b}\n"
    ".key{display:inline-block;width:1em;height:.7em}.tail{fill:#bbb}\n"
    ".x0{fill:#1f77b4}.x1{fill:#ff7f0e}.x2{fill:#2ca02c}.x3{fill:#d62728}.x4{fill:#9467bd}.x5{fill:#8c564b}"
    ".x6{fill:#e377c2}.x7{fill:#17becf}\n";

/* Tables sort by the column that is clicked. Without it the page is the same. */
static const char script[] =
    "document.querySelectorAll('th').forEach(function(h){h.addEventListener('click',function(){\n"
    "var b=h.closest('table').tBodies[0],i=h.cellIndex,v=function(r){return r.cells[i].textContent};\n"
    "Array.from(b.rows).sort(function(x,y){var d=parseFloat(v(y))-parseFloat(v(x));\n"
    "return isNaN(d)?v(x).localeCompare(v(y)):d}).forEach(function(r){b.appendChild(r)})})});\n";

/* --- sections --- */

static void put_head(FILE *f, const struct view *v) {
    const struct gfx950sim_time *m = &v->time;
    fputs("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>", f);
    html_text(f, v->launch->kernel);
    fprintf(f, ", modelled</title>\n<style>\n%s</style></head><body>\n<h1>", style);
    html_text(f, v->launch->kernel);
    fprintf(f, ": %.3f µs (modelled)</h1>\n", m->modelled_us);
    fputs(
        "<p class=\"modelled\">Every figure on this page is <b>modelled</b> for an MI355X; none is measured.</p>\n<p>",
        f);
    const char *const said[] = {v->problem, v->file};
    for (unsigned i = 0; i < 2; i++)
        if (said[i]) {
            html_text(f, said[i]);
            fputs(": ", f);
        }
    const uint32_t *g = v->launch->grid, *b = v->launch->block;
    fprintf(f,
            "grid %u × %u × %u workgroups of %u × %u × %u work-items, %s caches. %" PRIu64
            " clocks at %.0f MHz from the first wave's launch to the last store's retirement; before that %.3f µs from "
            "the packet to the first wave.%s</p>\n",
            g[0], g[1], g[2], b[0], b[1], b[2], v->mode, m->clocks, m->core_mhz, m->launch_us,
            m->aborted ? " The launch was stopped by an error: the figures cover what ran." : "");
    fprintf(f,
            "<p>%" PRIu64 " workgroups, %" PRIu64 " waves, %" PRIu64
            " wave-instructions. A CU holds %u workgroups (limit: %s); at most %u waves on the chip, %.1f on average. "
            "Busy: VALU %.1f %%, MFMA %.1f %%, SALU %.1f %%, LDS %.1f %%, VMEM %.1f %%.</p>\n",
            m->workgroups, m->waves, m->wave_instructions, m->workgroups_per_cu, m->limited_by, m->peak_waves,
            m->mean_waves, 100 * view_busy(m, m->valu_busy, m->simds), 100 * view_busy(m, m->mfma_busy, m->simds),
            100 * view_busy(m, m->salu_busy, m->simds), 100 * view_busy(m, m->lds_busy, m->cus),
            100 * view_busy(m, m->vmem_busy, m->cus));
}

static void put_levels(FILE *f, const struct gfx950sim_time *t) {
    fputs("<table id=\"levels\"><thead><tr><th class=\"t\">level</th><th>bytes read</th><th>bytes "
          "written</th><th>GB/s</th><th>roof GB/s</th><th>% of roof</th></tr></thead><tbody>\n",
          f);
    for (unsigned i = 0; i < GFX950SIM_LEVELS; i++) {
        const struct gfx950sim_time_bytes *l = &t->level[i];
        double rate = view_gbps(t, l->read + l->written);
        fprintf(f,
                "<tr><td class=\"t\">%s</td><td>%" PRIu64 "</td><td>%" PRIu64
                "</td><td>%.1f</td><td>%.0f</td><td>%.1f</td></tr>\n",
                view_level_name(i), l->read, l->written, rate, t->roof_gbps[i], 100 * rate / t->roof_gbps[i]);
    }
    fputs("</tbody></table>\n", f);
}

static void put_causes(FILE *f, const struct gfx950sim_time *t) {
    fputs("<table id=\"causes\"><thead><tr><th class=\"t\">the waves' clocks went to</th><th>clocks</th><th>%</th></tr>"
          "</thead><tbody>\n",
          f);
    for (unsigned c = 0; c < GFX950SIM_TIME_CAUSES; c++)
        if (t->cause_clocks[c])
            fprintf(f, "<tr><td class=\"t\">%s</td><td>%" PRIu64 "</td><td>%.1f</td></tr>\n",
                    gfx950sim_time_cause_name(c), t->cause_clocks[c],
                    100 * (double)t->cause_clocks[c] / (double)t->wave_clocks);
    fputs("</tbody></table>\n", f);
}

static int hotter(const void *a, const void *b) {
    const struct gfx950sim_time_instruction *x = *(const struct gfx950sim_time_instruction *const *)a;
    const struct gfx950sim_time_instruction *y = *(const struct gfx950sim_time_instruction *const *)b;
    uint64_t p = view_clocks(x), q = view_clocks(y);
    return p != q ? (p < q ? 1 : -1) : (x->pc > y->pc) - (x->pc < y->pc);
}

static void put_hottest(FILE *f, const struct gfx950sim_time *t) {
    enum { MOST = 25 };
    size_t n, issued = 0;
    const struct gfx950sim_time_instruction *list = gfx950sim_time_instructions(&n);
    const struct gfx950sim_time_instruction **line = malloc((n + 1) * sizeof *line);
    if (!line)
        return;
    for (size_t i = 0; i < n; i++)
        if (list[i].issues)
            line[issued++] = &list[i];
    qsort(line, issued, sizeof *line, hotter);
    fputs(
        "<div class=\"wide\"><table id=\"hottest\"><thead><tr><th>% of wave clocks</th><th>issues</th><th>clocks an "
        "issue</th><th>stalled</th><th class=\"t\">mostly</th><th>pc</th><th class=\"t\">instruction</th></tr></thead>"
        "<tbody>\n",
        f);
    for (size_t i = 0; i < issued && i < MOST; i++) {
        double issues = (double)line[i]->issues;
        const char *cause = view_stalls(line[i]) ? gfx950sim_time_cause_name(view_main_cause(line[i])) : "issue";
        fprintf(f,
                "<tr><td>%.2f</td><td>%" PRIu64 "</td><td>%.1f</td><td>%.1f</td><td class=\"t\">%s</td><td>%" PRIx64
                "</td><td class=\"c\">",
                100 * (double)view_clocks(line[i]) / (double)t->wave_clocks, line[i]->issues,
                (double)view_clocks(line[i]) / issues, (double)view_stalls(line[i]) / issues, cause, line[i]->pc);
        html_text(f, line[i]->text);
        fputs("</td></tr>\n", f);
    }
    fputs("</tbody></table></div>\n", f);
    if (issued > MOST)
        fprintf(f, "<p>The first %d of %zu lines that ran; <code>gfx950sim annotate</code> prints all.</p>\n", MOST,
                issued);
    free(line);
}

static void put_machine(FILE *f) {
    struct gfx950sim_time_parameter p = {.size = sizeof p};
    fputs(
        "<p>Confidence: H measured or documented for this chip, M for a sibling or by one source, L assumed "
        "(shaded).</p>\n<div class=\"wide\"><table id=\"machine\"><thead><tr><th class=\"t\">parameter</th>"
        "<th>value</th><th class=\"t\">unit</th><th class=\"t\">confidence</th><th class=\"t\">source</th></tr></thead>"
        "<tbody>\n",
        f);
    for (size_t n = 0; gfx950sim_time_parameter(n, &p) == 0; n++) {
        fprintf(f, "<tr class=\"%c\"><td class=\"t\">%s</td><td>%.9g</td><td class=\"t\">", p.confidence, p.name,
                p.value);
        html_text(f, p.unit);
        fprintf(f, "</td><td class=\"t\">%c</td><td class=\"t\">", p.confidence);
        html_text(f, p.source);
        fputs("</td></tr>\n", f);
    }
    fputs("</tbody></table></div>\n", f);
}

static void put_page(FILE *f, const struct view *v) {
    put_head(f, v);
    fputs("<h2>Roofline (modelled)</h2>\n", f);
    chart_roofline(f, &v->time);
    fputs(
        "<p>An operation of the MFMA is one multiplication or addition, of the VALU one lane of one instruction. Their "
        "roofs are what all SIMDs would do if they did nothing but this kernel's own mixture.</p>\n",
        f);
    put_levels(f, &v->time);
    fputs("<h2>Waves (modelled)</h2>\n", f);
    chart_waves(f, &v->time);
    fputs("<p>A colour is an XCD; grey is a wave that has ended and whose stores have not.</p>\n", f);
    put_causes(f, &v->time);
    fputs("<h2>Bytes in flight (modelled)</h2>\n", f);
    chart_flight(f, &v->time);
    fputs("<h2>Hottest lines (modelled)</h2>\n", f);
    put_hottest(f, &v->time);
    fputs("<h2>The machine</h2>\n", f);
    put_machine(f);
    fprintf(f, "<script>\n%s</script>\n</body></html>\n", script);
}

int gfx950sim_view_report(FILE *out, const struct gfx950sim_view_about *about) {
    struct view v;
    if (!view_begin(&v, out, about))
        return -1;
    put_page(out, &v);
    return view_end(&v);
}
