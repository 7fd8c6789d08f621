/* The figures of one launch. */
#include <inttypes.h>
#include <stdio.h>

#include "findings_json.h"
#include "view.h"

/* --- text --- */

static void put_levels(FILE *f, const struct gfx950sim_time *t) {
    fprintf(f, "%-6s %14s %14s %11s %11s %10s %7s\n", "", "read bytes", "written bytes", "hits", "misses", "GB/s",
            "% roof");
    for (unsigned i = 0; i < GFX950SIM_LEVELS; i++) {
        const struct gfx950sim_time_bytes *l = &t->level[i];
        double rate = view_gbps(t, l->read + l->written);
        fprintf(f, "%-6s %14" PRIu64 " %14" PRIu64 " %11" PRIu64 " %11" PRIu64 " %10.1f %7.1f\n", view_level_name(i),
                l->read, l->written, l->hits, l->misses, rate, 100 * rate / t->roof_gbps[i]);
    }
}

static void put_text(const struct view *v) {
    const struct gfx950sim_time *t = &v->time;
    FILE *f = v->out;
    fprintf(f, "modelled %.3f us (%" PRIu64 " clocks at %.0f MHz, %s caches)%s\n", t->modelled_us, t->clocks,
            t->core_mhz, v->mode, t->aborted ? "; the launch was stopped" : "");
    if (t->sampled_of)
        fprintf(f,
                "sampled: %" PRIu64 " of %" PRIu64 " workgroups were timed, the rest is extrapolated: +- %.1f %%; all "
                "other figures are of those that were timed\n",
                t->workgroups, t->sampled_of, 100 * t->sample_error);
    fprintf(f, "apart: %.3f us from packet to first wave, %.3f us between kernels of a graph\n", t->launch_us,
            t->packet_gap_us);
    fprintf(f,
            "%" PRIu64 " workgroups, %" PRIu64 " waves, %" PRIu64
            " wave-instructions; last workgroup placed at %" PRIu64 "\n",
            t->workgroups, t->waves, t->wave_instructions, t->last_placed);
    fprintf(f, "occupancy: %u workgroups a CU (limit: %s), at most %u waves on the chip, %.1f on average\n",
            t->workgroups_per_cu, t->limited_by, t->peak_waves, t->mean_waves);
    put_levels(f, t);
    fprintf(f, "in flight: %.0f bytes on average, %.0f at most; dirty in L2 at the end: %" PRIu64 " bytes\n",
            t->mean_bytes_in_flight, t->peak_bytes_in_flight, t->dirty_bytes);
    fprintf(f, "busy: VALU %.1f %%, MFMA %.1f %%, SALU %.1f %%, LDS %.1f %%, VMEM %.1f %%\n",
            100 * view_busy(t, t->valu_busy, t->simds), 100 * view_busy(t, t->mfma_busy, t->simds),
            100 * view_busy(t, t->salu_busy, t->simds), 100 * view_busy(t, t->lds_busy, t->cus),
            100 * view_busy(t, t->vmem_busy, t->cus));
    fprintf(f, "clocks of waves (%" PRIu64 "):", t->wave_clocks);
    for (unsigned c = 0; c < GFX950SIM_TIME_CAUSES; c++)
        if (t->cause_clocks[c])
            fprintf(f, " %s %.1f %%", gfx950sim_time_cause_name(c), view_share(t, t->cause_clocks[c]));
    fprintf(f, "\n");
}

/* --- JSON --- */

static void add_levels(cJSON *root, const struct gfx950sim_time *t) {
    cJSON *levels = cJSON_AddObjectToObject(root, "levels");
    for (unsigned i = 0; i < GFX950SIM_LEVELS; i++) {
        const struct gfx950sim_time_bytes *l = &t->level[i];
        cJSON *o = cJSON_AddObjectToObject(levels, view_level_name(i));
        cJSON_AddNumberToObject(o, "read_bytes", (double)l->read);
        cJSON_AddNumberToObject(o, "written_bytes", (double)l->written);
        cJSON_AddNumberToObject(o, "hits", (double)l->hits);
        cJSON_AddNumberToObject(o, "misses", (double)l->misses);
        cJSON_AddNumberToObject(o, "gbps", view_gbps(t, l->read + l->written));
        cJSON_AddNumberToObject(o, "roof_gbps", t->roof_gbps[i]);
    }
}

static void add_instructions(cJSON *root) {
    size_t n;
    const struct gfx950sim_time_instruction *list = gfx950sim_time_instructions(&n);
    cJSON *array = cJSON_AddArrayToObject(root, "instructions");
    for (size_t i = 0; i < n; i++) {
        if (!list[i].issues)
            continue;
        cJSON *o = cJSON_CreateObject();
        cJSON_AddNumberToObject(o, "pc", (double)list[i].pc);
        cJSON_AddStringToObject(o, "text", list[i].text);
        cJSON_AddNumberToObject(o, "issues", (double)list[i].issues);
        cJSON_AddItemToObject(o, "clocks", view_clocks_json(list[i].clocks));
        cJSON_AddItemToArray(array, o);
    }
}

static void add_series(cJSON *root) {
    size_t n;
    uint64_t clocks;
    const struct gfx950sim_time_sample *s = gfx950sim_time_series(&n, &clocks);
    cJSON *o = cJSON_AddObjectToObject(root, "series");
    cJSON_AddNumberToObject(o, "clocks_per_sample", (double)clocks);
    cJSON *flight = cJSON_AddArrayToObject(o, "bytes_in_flight"), *waves = cJSON_AddArrayToObject(o, "waves");
    cJSON *level[GFX950SIM_LEVELS];
    for (unsigned l = 0; l < GFX950SIM_LEVELS; l++)
        level[l] = cJSON_AddArrayToObject(o, view_level_name(l));
    for (size_t i = 0; i < n; i++) {
        cJSON_AddItemToArray(flight, cJSON_CreateNumber(s[i].bytes_in_flight));
        cJSON_AddItemToArray(waves, cJSON_CreateNumber(s[i].waves));
        for (unsigned l = 0; l < GFX950SIM_LEVELS; l++)
            cJSON_AddItemToArray(level[l], cJSON_CreateNumber((double)(s[i].read[l] + s[i].written[l])));
    }
}

static void put_json(const struct view *v) {
    const struct gfx950sim_time *t = &v->time;
    cJSON *root = view_json(v);
    cJSON_AddStringToObject(root, "limited_by", t->limited_by);
    const struct {
        const char *name;
        double value;
    } numbers[] = {{"launch_us", t->launch_us},
                   {"packet_gap_us", t->packet_gap_us},
                   {"workgroups", (double)t->workgroups},
                   {"waves", (double)t->waves},
                   {"wave_instructions", (double)t->wave_instructions},
                   {"last_placed", (double)t->last_placed},
                   {"workgroups_per_cu", t->workgroups_per_cu},
                   {"peak_waves", t->peak_waves},
                   {"mean_waves", t->mean_waves},
                   {"mean_bytes_in_flight", t->mean_bytes_in_flight},
                   {"peak_bytes_in_flight", t->peak_bytes_in_flight},
                   {"dirty_bytes", (double)t->dirty_bytes},
                   {"valu_busy", view_busy(t, t->valu_busy, t->simds)},
                   {"mfma_busy", view_busy(t, t->mfma_busy, t->simds)},
                   {"salu_busy", view_busy(t, t->salu_busy, t->simds)},
                   {"lds_busy", view_busy(t, t->lds_busy, t->cus)},
                   {"vmem_busy", view_busy(t, t->vmem_busy, t->cus)},
                   {"lds_conflict_clocks", (double)t->lds_conflict_clocks},
                   {"atomics", (double)t->atomics},
                   {"wave_clocks", (double)t->wave_clocks}};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        cJSON_AddNumberToObject(root, numbers[i].name, numbers[i].value);
    cJSON_AddItemToObject(root, "clocks_by_cause", view_clocks_json(t->cause_clocks));
    add_levels(root, t);
    add_instructions(root);
    add_series(root);
    findings_add_json(root);
    view_put_json(v, root);
}

int gfx950sim_view_time(FILE *out, const struct gfx950sim_view_about *about, int json) {
    struct view v;
    if (!view_begin(&v, out, about))
        return -1;
    if (json)
        put_json(&v);
    else
        put_text(&v);
    return view_end(&v);
}
