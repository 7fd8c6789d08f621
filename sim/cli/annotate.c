/* gfx950sim annotate: the listing of one launch, with what the timing model says beside each line. */
#define _GNU_SOURCE
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "findings_json.h"
#include "timed.h"

struct options {
    struct timed timed;
    bool json;
};

static int take_json(void *own, const char *value) {
    (void)value;
    ((struct options *)own)->json = true;
    return 0;
}

static const struct own_option own_options[] = {TIMED_OPTIONS, {"--json", false, take_json}, {NULL, false, NULL}};

/* --- which lines --- */

/* The offset at which the function after `pc` begins. */
static uint64_t next_function(const struct code *code, uint64_t pc) {
    uint64_t next = UINT64_MAX;
    for (unsigned i = 0; i < code->nfunctions; i++)
        if (code->functions[i] > pc && code->functions[i] < next)
            next = code->functions[i];
    for (unsigned i = 0; i < code->nkernels; i++)
        if (code->kernels[i].entry > pc && code->kernels[i].entry < next)
            next = code->kernels[i].entry;
    return next;
}

typedef void show_line(void *own, const struct gfx950sim_time_instruction *line);

/* All lines of the functions that ran; of each without the padding behind its last line that did. */
static void each_line(const struct code *code, show_line *show, void *own) {
    size_t n;
    const struct gfx950sim_time_instruction *list = gfx950sim_time_instructions(&n);
    for (size_t i = 0, end; i < n; i = end) {
        uint64_t next = next_function(code, list[i].pc);
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

static double share(const struct timed *t, uint64_t clocks) {
    return t->time.wave_clocks ? 100 * (double)clocks / (double)t->time.wave_clocks : 0;
}

/* The two largest causes, in clocks an issue. */
static void causes_text(char *text, size_t size, const struct gfx950sim_time_instruction *line) {
    struct gfx950sim_time_instruction rest = *line;
    size_t at = 0;
    text[0] = '\0';
    for (unsigned k = 0; k < 2; k++) {
        unsigned c = timed_main_cause(&rest);
        if (!rest.clocks[c])
            return;
        at += (size_t)snprintf(text + at, size - at, "%s%s %.1f", k ? ", " : "", gfx950sim_time_cause_name(c),
                               (double)rest.clocks[c] / (double)line->issues);
        rest.clocks[c] = 0;
    }
}

static void print_line(void *own, const struct gfx950sim_time_instruction *line) {
    char causes[80];
    if (!line->issues) {
        printf("%7s %10s %10s %10s  %-34s %6" PRIx64 "  %s\n", "", "0", "", "", "", line->pc, line->text);
        return;
    }
    double n = (double)line->issues;
    causes_text(causes, sizeof causes, line);
    printf("%7.2f %10" PRIu64 " %10.1f %10.1f  %-34s %6" PRIx64 "  %s\n", share(own, timed_clocks(line)), line->issues,
           (double)timed_clocks(line) / n, (double)timed_stalls(line) / n, causes, line->pc, line->text);
}

static void print_text(struct timed *t) {
    printf("%s: modelled %.3f us (%" PRIu64 " clocks at %.0f MHz, %s caches)%s\n", t->prepared.launch.kernel->name,
           t->time.modelled_us, t->time.clocks, t->time.core_mhz, t->mode,
           t->time.aborted ? "; the launch was stopped" : "");
    printf("%" PRIu64 " waves live %" PRIu64
           " clocks in sum; %% is of these, the other figures are clocks an issue\n\n",
           t->time.waves, t->time.wave_clocks);
    printf("%7s %10s %10s %10s  %-34s %6s  %s\n", "%", "issues", "clocks", "stalled", "by the largest causes", "pc",
           "instruction");
    each_line(t->prepared.code, print_line, t);
    fputs(gfx950sim_findings(), stdout);
}

/* --- JSON --- */

struct json_lines {
    const struct timed *t;
    cJSON *array;
};

static void add_line(void *own, const struct gfx950sim_time_instruction *line) {
    struct json_lines *j = own;
    cJSON *o = cJSON_CreateObject();
    double n = line->issues ? (double)line->issues : 1;
    cJSON_AddNumberToObject(o, "pc", (double)line->pc);
    cJSON_AddStringToObject(o, "text", line->text);
    cJSON_AddNumberToObject(o, "issues", (double)line->issues);
    cJSON_AddNumberToObject(o, "clocks_per_issue", (double)timed_clocks(line) / n);
    cJSON_AddNumberToObject(o, "stalled_per_issue", (double)timed_stalls(line) / n);
    cJSON_AddNumberToObject(o, "percent", share(j->t, timed_clocks(line)));
    if (timed_stalls(line))
        cJSON_AddStringToObject(o, "largest_cause", gfx950sim_time_cause_name(timed_main_cause(line)));
    else
        cJSON_AddNullToObject(o, "largest_cause");
    cJSON_AddItemToObject(o, "clocks", timed_clocks_json(line->clocks));
    cJSON_AddItemToArray(j->array, o);
}

static void print_json(struct timed *t) {
    cJSON *root = timed_json(t);
    cJSON_AddNumberToObject(root, "waves", (double)t->time.waves);
    cJSON_AddNumberToObject(root, "wave_clocks", (double)t->time.wave_clocks);
    cJSON_AddItemToObject(root, "clocks_by_cause", timed_clocks_json(t->time.cause_clocks));
    struct json_lines j = {t, cJSON_AddArrayToObject(root, "lines")};
    each_line(t->prepared.code, add_line, &j);
    cli_add_findings(root);
    cli_print_json(root);
}

int cmd_annotate(int argc, char **argv) {
    struct options o = {.json = false};
    int status = timed_begin(&o.timed, "annotate", argc, argv, own_options);
    if (!status)
        status = timed_launch(&o.timed);
    if (!status)
        (o.json ? print_json : print_text)(&o.timed);
    timed_end(&o.timed);
    return status ? status : timed_status();
}
