/* One launch as trace events, for Perfetto (ui.perfetto.dev) and chrome://tracing. A process is an
 * XCD, a thread a wave slot; the chip's counters are a process of their own. */
#define _GNU_SOURCE
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "message.h"
#include "view.h"

struct writer {
    FILE *f;
    double us_per_clock;
    uint64_t events;
    bool ok;
};

enum { CHIP = 1, FIRST_XCD = 2 }; /* process numbers */

/* --- events --- */

/* Writes and deletes it. */
static void put(struct writer *w, cJSON *event) {
    char *text = cJSON_PrintUnformatted(event);
    w->ok = w->ok && text && fprintf(w->f, "%s\n%s", w->events++ ? "," : "", text) > 0;
    free(text);
    cJSON_Delete(event);
}

static cJSON *event(const char *phase, const char *name, unsigned process, unsigned thread) {
    cJSON *e = cJSON_CreateObject();
    cJSON_AddStringToObject(e, "ph", phase);
    cJSON_AddStringToObject(e, "name", name);
    cJSON_AddNumberToObject(e, "pid", process);
    cJSON_AddNumberToObject(e, "tid", thread);
    return e;
}

static cJSON *span(const struct writer *w, const char *category, const char *name, unsigned process, unsigned thread,
                   uint64_t from, uint64_t to) {
    cJSON *e = event("X", name, process, thread);
    cJSON_AddStringToObject(e, "cat", category);
    cJSON_AddNumberToObject(e, "ts", (double)from * w->us_per_clock);
    cJSON_AddNumberToObject(e, "dur", (double)(to - from) * w->us_per_clock);
    return e;
}

static void name_it(struct writer *w, const char *what, unsigned process, unsigned thread, const char *name) {
    cJSON *e = event("M", what, process, thread);
    cJSON_AddStringToObject(cJSON_AddObjectToObject(e, "args"), "name", name);
    put(w, e);
    bool is_thread = strcmp(what, "thread_name") == 0;
    e = event("M", is_thread ? "thread_sort_index" : "process_sort_index", process, thread);
    cJSON_AddNumberToObject(cJSON_AddObjectToObject(e, "args"), "sort_index", is_thread ? thread : process);
    put(w, e);
}

/* --- waves --- */

static unsigned thread_of(const struct gfx950sim_time_wave *v) {
    return (((v->se * 16u + v->cu) * 4u + v->simd) * 8u + v->slot) + 1;
}

static void name_threads(struct writer *w, const struct gfx950sim_time_wave *waves, size_t n) {
    static bool seen[8][8 * 16 * 4 * 8 + 1];
    char name[64];
    memset(seen, 0, sizeof seen);
    for (size_t i = 0; i < n; i++) {
        const struct gfx950sim_time_wave *v = &waves[i];
        bool *it = seen[v->xcd];
        unsigned process = FIRST_XCD + v->xcd;
        if (!it[0]) {
            snprintf(name, sizeof name, "XCD %u (modelled)", v->xcd);
            name_it(w, "process_name", process, 0, name);
            it[0] = true;
        }
        if (it[thread_of(v)])
            continue;
        it[thread_of(v)] = true;
        snprintf(name, sizeof name, "SE %u CU %u SIMD %u slot %u", v->se, v->cu, v->simd, v->slot);
        name_it(w, "thread_name", process, thread_of(v), name);
    }
}

static void put_wave(struct writer *w, const struct gfx950sim_time_wave *v) {
    char name[64];
    snprintf(name, sizeof name, "workgroup %" PRIu64 " wave %u", v->workgroup, v->wave);
    cJSON *e = span(w, "wave", name, FIRST_XCD + v->xcd, thread_of(v), v->start, v->end);
    cJSON *args = cJSON_AddObjectToObject(e, "args");
    const struct {
        const char *name;
        uint64_t value;
    } numbers[] = {{"workgroup", v->workgroup}, {"wave", v->wave},
                   {"placed_clock", v->placed}, {"start_clock", v->start},
                   {"end_clock", v->end},       {"retired_clock", v->retired},
                   {"shader_engine", v->se},    {"cu", v->cu},
                   {"simd", v->simd},           {"slot", v->slot}};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        cJSON_AddNumberToObject(args, numbers[i].name, (double)numbers[i].value);
    put(w, e);
}

static bool before_issue(unsigned cause) {
    return cause != GFX950SIM_TIME_ISSUE && cause != GFX950SIM_TIME_BARRIER && cause != GFX950SIM_TIME_SLEEP &&
           cause != GFX950SIM_TIME_TAIL;
}

static void put_step(struct writer *w, const struct gfx950sim_time_wave *v, const struct gfx950sim_time_step *s,
                     const struct gfx950sim_time_instruction *in) {
    struct gfx950sim_time_instruction waited = {.pc = 0};
    for (unsigned c = 0; c < GFX950SIM_TIME_CAUSES; c++)
        waited.clocks[c] = before_issue(c) ? s->clocks[c] : 0;
    unsigned process = FIRST_XCD + v->xcd, thread = thread_of(v);
    if (s->issue > s->from) {
        cJSON *e =
            span(w, "stall", gfx950sim_time_cause_name(view_main_cause(&waited)), process, thread, s->from, s->issue);
        cJSON *args = cJSON_AddObjectToObject(e, "args");
        cJSON_AddStringToObject(args, "before", in->text);
        cJSON_AddItemToObject(args, "clocks", view_clocks_json(waited.clocks));
        put(w, e);
    }
    cJSON *e = span(w, "instruction", in->text, process, thread, s->issue, s->end);
    cJSON *args = cJSON_AddObjectToObject(e, "args");
    cJSON_AddNumberToObject(args, "pc", (double)in->pc);
    cJSON_AddNumberToObject(args, "issue_clock", (double)s->issue);
    cJSON_AddNumberToObject(args, "result_clock", (double)s->done);
    cJSON_AddNumberToObject(args, "counted_clock", (double)s->counted);
    put(w, e);
}

/* A wave with what it did, if that is known: waves come in order of placement, steps by workgroup and wave. */
static void put_waves(struct writer *w, const struct gfx950sim_time_wave *waves, size_t n) {
    size_t nsteps, ninsn;
    uint64_t dropped;
    const struct gfx950sim_time_step *steps = gfx950sim_time_steps(&nsteps, &dropped);
    const struct gfx950sim_time_instruction *list = gfx950sim_time_instructions(&ninsn);
    for (size_t i = 0; i < n; i++)
        put_wave(w, &waves[i]);
    for (size_t i = 0, end; i < nsteps; i = end) {
        size_t v = 0;
        for (end = i; end < nsteps && steps[end].workgroup == steps[i].workgroup && steps[end].wave == steps[i].wave;)
            end++;
        while (v < n && (waves[v].workgroup != steps[i].workgroup || waves[v].wave != steps[i].wave))
            v++;
        for (size_t k = i; v < n && k < end; k++)
            put_step(w, &waves[v], &steps[k], &list[steps[k].instruction]);
    }
}

/* --- counters --- */

static void put_counter(struct writer *w, const char *name, uint64_t clock, const char *a, double x, const char *b,
                        double y) {
    cJSON *e = event("C", name, CHIP, 0);
    cJSON_AddNumberToObject(e, "ts", (double)clock * w->us_per_clock);
    cJSON *args = cJSON_AddObjectToObject(e, "args");
    cJSON_AddNumberToObject(args, a, x);
    if (b)
        cJSON_AddNumberToObject(args, b, y);
    put(w, e);
}

static void put_counters(struct writer *w, uint64_t clocks) {
    size_t n;
    uint64_t width;
    char name[32];
    static const struct gfx950sim_time_sample nothing;
    const struct gfx950sim_time_sample *s = gfx950sim_time_series(&n, &width);
    name_it(w, "process_name", CHIP, 0, "MI355X (modelled)");
    for (size_t i = 0; i <= n; i++) {
        const struct gfx950sim_time_sample *x = i < n ? &s[i] : &nothing;
        uint64_t at = i < n ? i * width : clocks;
        put_counter(w, "bytes in flight", at, "bytes", x->bytes_in_flight, NULL, 0);
        put_counter(w, "waves", at, "waves", x->waves, NULL, 0);
        for (unsigned l = 0; l < GFX950SIM_LEVELS; l++) {
            snprintf(name, sizeof name, "%s bytes", view_level_name(l));
            put_counter(w, name, at, "read", (double)x->read[l], "written", (double)x->written[l]);
        }
    }
}

/* --- the file --- */

static void put_trace(struct writer *w, const struct view *v) {
    size_t n, samples;
    uint64_t stride, width;
    const struct gfx950sim_time_wave *waves = gfx950sim_time_waves(&n, &stride);
    gfx950sim_time_series(&samples, &width);
    cJSON *about = view_json(v);
    cJSON_AddNumberToObject(about, "waves", (double)v->time.waves);
    cJSON_AddNumberToObject(about, "shown_waves", (double)n);
    cJSON_AddNumberToObject(about, "clocks_per_sample", (double)width);
    char *text = cJSON_PrintUnformatted(about);
    w->ok = text && fprintf(w->f, "{\"displayTimeUnit\":\"ns\",\"otherData\":%s,\n\"traceEvents\":[", text) > 0;
    free(text);
    cJSON_Delete(about);
    put_counters(w, v->time.clocks);
    name_threads(w, waves, n);
    put_waves(w, waves, n);
    w->ok = w->ok && fputs("\n]}\n", w->f) >= 0;
}

int gfx950sim_view_trace(FILE *out, const struct gfx950sim_view_about *about, uint64_t *events) {
    struct view v;
    if (!view_begin(&v, out, about))
        return -1;
    struct writer w = {.f = out, .us_per_clock = 1 / v.time.core_mhz, .ok = true};
    put_trace(&w, &v);
    if (events)
        *events = w.events;
    if (w.ok || ferror(out))
        return view_end(&v);
    message_printf("there is no memory for an event");
    return -1;
}
