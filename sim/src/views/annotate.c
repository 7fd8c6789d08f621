/* The listing of one launch, with what the timing model says beside each line. */
#define _GNU_SOURCE
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "findings_json.h"
#include "view.h"

/* --- which lines --- */

/* The offset at which the function after `pc` begins. */
static uint64_t next_function(const struct view_launch *launch, uint64_t pc) {
    uint64_t next = UINT64_MAX;
    for (size_t i = 0; i < launch->nfunctions; i++)
        if (launch->functions[i] > pc && launch->functions[i] < next)
            next = launch->functions[i];
    return next;
}

typedef void show_line(void *own, const struct gfx950sim_time_instruction *line);

/* All lines of the functions that ran; of each without the padding behind its last line that did. */
static void each_line(const struct view_launch *launch, show_line *show, void *own) {
    size_t n;
    const struct gfx950sim_time_instruction *list = gfx950sim_time_instructions(&n);
    for (size_t i = 0, end; i < n; i = end) {
        uint64_t next = next_function(launch, list[i].pc);
        size_t last = i;
        bool ran = false;
        for (end = i; end < n && list[end].pc < next; end++) {
            ran |= list[end].issues > 0;
            if (list[end].issues || strcmp(list[end].text, "s_endpgm") == 0)
                last = end;
        }
        for (size_t k = i; ran && k <= last; k++)
            show(own, &list[k]);
    }
}

/* --- text --- */

/* The two largest causes, in clocks an issue. */
static void causes_text(char *text, size_t size, const struct gfx950sim_time_instruction *line) {
    struct gfx950sim_time_instruction rest = *line;
    size_t at = 0;
    text[0] = '\0';
    for (unsigned k = 0; k < 2; k++) {
        unsigned c = view_main_cause(&rest);
        if (!rest.clocks[c])
            return;
        at += (size_t)snprintf(text + at, size - at, "%s%s %.1f", k ? ", " : "", gfx950sim_time_cause_name(c),
                               (double)rest.clocks[c] / (double)line->issues);
        rest.clocks[c] = 0;
    }
}

static void put_line(void *own, const struct gfx950sim_time_instruction *line) {
    const struct view *v = own;
    char causes[80];
    if (!line->issues) {
        fprintf(v->out, "%7s %10s %10s %10s  %-34s %6" PRIx64 "  %s\n", "", "0", "", "", "", line->pc, line->text);
        return;
    }
    double n = (double)line->issues;
    causes_text(causes, sizeof causes, line);
    fprintf(v->out, "%7.2f %10" PRIu64 " %10.1f %10.1f  %-34s %6" PRIx64 "  %s\n",
            view_share(&v->time, view_clocks(line)), line->issues, (double)view_clocks(line) / n,
            (double)view_stalls(line) / n, causes, line->pc, line->text);
}

static void put_text(struct view *v) {
    const struct gfx950sim_time *t = &v->time;
    fprintf(v->out, "%s: modelled %.3f us (%" PRIu64 " clocks at %.0f MHz, %s caches)%s\n", v->launch->kernel,
            t->modelled_us, t->clocks, t->core_mhz, v->mode, t->aborted ? "; the launch was stopped" : "");
    fprintf(v->out,
            "%" PRIu64 " waves live %" PRIu64
            " clocks in sum; %% is of these, the other figures are clocks an issue\n\n",
            t->waves, t->wave_clocks);
    fprintf(v->out, "%7s %10s %10s %10s  %-34s %6s  %s\n", "%", "issues", "clocks", "stalled", "by the largest causes",
            "pc", "instruction");
    each_line(v->launch, put_line, v);
}

/* --- JSON --- */

struct json_lines {
    const struct view *v;
    cJSON *array;
};

static void add_line(void *own, const struct gfx950sim_time_instruction *line) {
    struct json_lines *j = own;
    cJSON *o = cJSON_CreateObject();
    double n = line->issues ? (double)line->issues : 1;
    cJSON_AddNumberToObject(o, "pc", (double)line->pc);
    cJSON_AddStringToObject(o, "text", line->text);
    cJSON_AddNumberToObject(o, "issues", (double)line->issues);
    cJSON_AddNumberToObject(o, "clocks_per_issue", (double)view_clocks(line) / n);
    cJSON_AddNumberToObject(o, "stalled_per_issue", (double)view_stalls(line) / n);
    cJSON_AddNumberToObject(o, "percent", view_share(&j->v->time, view_clocks(line)));
    if (view_stalls(line))
        cJSON_AddStringToObject(o, "largest_cause", gfx950sim_time_cause_name(view_main_cause(line)));
    else
        cJSON_AddNullToObject(o, "largest_cause");
    cJSON_AddItemToObject(o, "clocks", view_clocks_json(line->clocks));
    cJSON_AddItemToArray(j->array, o);
}

static void put_json(const struct view *v) {
    cJSON *root = view_json(v);
    cJSON_AddNumberToObject(root, "waves", (double)v->time.waves);
    cJSON_AddNumberToObject(root, "wave_clocks", (double)v->time.wave_clocks);
    cJSON_AddItemToObject(root, "clocks_by_cause", view_clocks_json(v->time.cause_clocks));
    struct json_lines j = {v, cJSON_AddArrayToObject(root, "lines")};
    each_line(v->launch, add_line, &j);
    findings_add_json(root);
    view_put_json(v, root);
}

int gfx950sim_view_annotate(FILE *out, const struct gfx950sim_view_about *about, int json) {
    struct view v;
    if (!view_begin(&v, out, about))
        return -1;
    if (json)
        put_json(&v);
    else
        put_text(&v);
    return view_end(&v);
}
