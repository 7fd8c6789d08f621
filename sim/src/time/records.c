/* What a timed launch leaves behind, and the functions that hand it out. */
#include <stdlib.h>

#include "../views/view.h"
#include "engine.h"

enum { MOST_WAVES = 1 << 16 };

struct kept {
    uint64_t order;
    struct gfx950sim_time_wave wave;
};

struct time_records {
    /* of the running launch */
    struct kept *kept;
    size_t nkept;
    uint64_t stride;
    /* of the last one */
    bool any;
    struct gfx950sim_time time;
    struct gfx950sim_time_instruction *profile;
    size_t nprofile;
    char *text;
    struct gfx950sim_time_wave *waves;
    size_t nwaves;
    uint64_t waves_stride;
    struct gfx950sim_time_sample sample[SERIES];
    size_t nsamples;
    uint64_t clocks_per_sample;
};

static struct time_records records;

bool records_begin(struct engine *e) {
    struct time_records *r = e->records = &records;
    if (!r->kept)
        r->kept = malloc(MOST_WAVES * sizeof *r->kept);
    r->nkept = 0;
    r->stride = 1;
    e->profile = calloc(e->code->ninsn + 1u, sizeof *e->profile);
    series_begin(&e->series);
    follow_begin();
    return r->kept && e->profile;
}

static void thin_out(struct time_records *r) {
    size_t n = 0;
    r->stride *= 2;
    for (size_t i = 0; i < r->nkept; i++)
        if (r->kept[i].order % r->stride == 0)
            r->kept[n++] = r->kept[i];
    r->nkept = n;
}

void records_wave(struct engine *e, const struct time_wave *tw, uint64_t end) {
    struct time_records *r = e->records;
    const struct time_cu *cu = tw->simd->cu;
    if (tw->retired > e->t.clocks)
        e->t.clocks = tw->retired;
    e->t.wave_clocks += tw->retired - tw->placed;
    series_span(&e->series, &e->series.waves, tw->launched, end, 1);
    if (r->nkept == MOST_WAVES)
        thin_out(r);
    if (tw->order % r->stride)
        return;
    struct gfx950sim_time_wave w = {.workgroup = tw->group->wg->linear,
                                    .wave = tw->w->id,
                                    .xcd = (uint8_t)cu->xcd,
                                    .se = (uint8_t)cu->se,
                                    .cu = (uint8_t)cu->cu,
                                    .simd = (uint8_t)(tw->simd - cu->simd),
                                    .slot = tw->slot,
                                    .placed = tw->placed,
                                    .start = tw->launched,
                                    .end = end,
                                    .retired = tw->retired};
    r->kept[r->nkept++] = (struct kept){tw->order, w};
}

/* --- the end of a launch --- */

static int by_order(const void *a, const void *b) {
    uint64_t x = ((const struct kept *)a)->order, y = ((const struct kept *)b)->order;
    return x < y ? -1 : x > y;
}

static void keep_waves(struct time_records *r) {
    free(r->waves);
    r->waves = malloc((r->nkept + 1) * sizeof *r->waves);
    r->nwaves = r->waves ? r->nkept : 0;
    r->waves_stride = r->stride;
    qsort(r->kept, r->nkept, sizeof *r->kept, by_order);
    for (size_t i = 0; i < r->nwaves; i++)
        r->waves[i] = r->kept[i].wave;
}

/* Texts are copied: the code object may be gone when they are asked for. */
static void keep_profile(struct engine *e, struct time_records *r) {
    size_t room = 1, at = 0;
    free(r->profile);
    free(r->text);
    r->profile = e->profile;
    r->nprofile = e->code->ninsn;
    e->profile = NULL;
    for (size_t i = 0; i < r->nprofile; i++)
        room += strlen(code_text(e->code, &e->code->insn[i])) + 1;
    r->text = malloc(room);
    for (size_t i = 0; i < r->nprofile; i++) {
        const char *text = code_text(e->code, &e->code->insn[i]);
        size_t n = strlen(text) + 1;
        r->profile[i].pc = e->code->insn[i].pc;
        r->profile[i].text = r->text ? memcpy(r->text + at, text, n) : "";
        at += n;
    }
}

static void keep_series(struct engine *e, struct time_records *r) {
    static double mean[SERIES];
    struct series *s = &e->series;
    uint64_t clocks = e->t.clocks;
    double sum = 0, width = (double)(1ull << s->shift);
    memset(r->sample, 0, sizeof r->sample);
    r->clocks_per_sample = 1ull << s->shift;
    r->nsamples = series_means(s, &s->in_flight, clocks, mean);
    for (size_t i = 0; i < r->nsamples; i++) {
        r->sample[i].bytes_in_flight = mean[i];
        sum += mean[i] * width;
        if (mean[i] > e->t.peak_bytes_in_flight)
            e->t.peak_bytes_in_flight = mean[i];
        for (unsigned l = 0; l < GFX950SIM_LEVELS; l++) {
            r->sample[i].read[l] = s->read[l][i];
            r->sample[i].written[l] = s->written[l][i];
        }
    }
    e->t.mean_bytes_in_flight = clocks ? sum / (double)clocks : 0;
    sum = 0;
    series_means(s, &s->waves, clocks, mean);
    for (size_t i = 0; i < r->nsamples; i++) {
        r->sample[i].waves = mean[i];
        sum += mean[i] * width;
    }
    e->t.mean_waves = clocks ? sum / (double)clocks : 0;
}

void records_finish(struct engine *e, bool aborted, unsigned mode) {
    struct time_records *r = e->records;
    struct gfx950sim_time *t = &e->t;
    const struct launch *l = e->run->launch;
    struct occupancy o = launch_residency(l->kernel, l->block[0] * l->block[1] * l->block[2], l->dynamic_lds);
    t->mode = mode;
    t->aborted = aborted;
    t->core_mhz = e->machine.chip_core_mhz;
    t->modelled_us = (double)t->clocks / t->core_mhz;
    t->launch_us = e->machine.dispatch_packet_to_wave / t->core_mhz;
    t->packet_gap_us = e->machine.dispatch_packet_gap / 1000;
    t->workgroups = e->placed_groups;
    t->waves = e->waves_launched;
    t->wave_instructions = e->issued;
    t->simds = e->nsimds;
    t->cus = e->ncus;
    t->workgroups_per_cu = o.groups;
    t->limited_by = o.limit;
    sample_finish(e);
    for (unsigned i = 0; i < e->xcds; i++)
        t->dirty_bytes += e->xcd[i].l2.dirty_lines * 128;
    keep_series(e, r);
    keep_waves(r);
    keep_profile(e, r);
    follow_finish();
    view_keep_launch(l);
    r->time = *t;
    r->any = true;
}

/* --- handing out --- */

int gfx950sim_get_time(struct gfx950sim_time *time) {
    if (!records.any)
        return -1;
    size_t size = time->size < sizeof records.time ? time->size : sizeof records.time;
    records.time.size = size;
    memcpy(time, &records.time, size);
    return 0;
}

const struct gfx950sim_time_instruction *gfx950sim_time_instructions(size_t *count) {
    *count = records.any ? records.nprofile : 0;
    return records.profile;
}

const struct gfx950sim_time_wave *gfx950sim_time_waves(size_t *count, uint64_t *stride) {
    *count = records.any ? records.nwaves : 0;
    *stride = records.any ? records.waves_stride : 1;
    return records.waves;
}

const struct gfx950sim_time_sample *gfx950sim_time_series(size_t *count, uint64_t *clocks_per_sample) {
    *count = records.any ? records.nsamples : 0;
    *clocks_per_sample = records.any ? records.clocks_per_sample : 0;
    return records.sample;
}

const char *gfx950sim_time_cause_name(unsigned cause) {
    static const char *const names[GFX950SIM_TIME_CAUSES] = {"issue",   "vmcnt",       "lgkmcnt",  "mfma",
                                                             "forward", "arbitration", "queue",    "barrier",
                                                             "fetch",   "sleep",       "dispatch", "tail"};
    return cause < GFX950SIM_TIME_CAUSES ? names[cause] : NULL;
}
