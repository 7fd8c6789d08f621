/* From the packet to the first wave, from wave to wave, and from s_endpgm to the end. */
#include "micro.h"

static struct gfx950sim_time nothing(const char *mode, unsigned groups, unsigned items) {
    time_set("time", mode);
    struct micro_launch l = {micro_memory_code, "nothing", groups, items, 0, {NULL, 0, 0}};
    micro_run(&l);
    return micro_run(&l);
}

/* What is reported beside a launch; a card shows it as the time of an empty kernel, and of two in a graph. */
static double packet_to_wave(const struct micro *m) {
    (void)m;
    struct gfx950sim_time t = nothing("warm", 1, 64);
    return t.launch_us * t.core_mhz;
}

static double packet_gap(const struct micro *m) {
    (void)m;
    return nothing("warm", 1, 64).packet_gap_us * 1000;
}

/* 32 workgroups of each shader engine, one after the other. */
static double workgroup_interval(const struct micro *m) {
    (void)m;
    size_t n;
    uint64_t stride;
    unsigned engines = (unsigned)(time_parameter("chip.xcds") * time_parameter("chip.shader_engines"));
    nothing("warm", 32 * engines, 64);
    const struct gfx950sim_time_wave *w = gfx950sim_time_waves(&n, &stride);
    return (double)(w[n - 1].start - w[0].start) / 31;
}

static double wave_interval(const struct micro *m) {
    (void)m;
    size_t n;
    uint64_t stride;
    nothing("warm", 1, 1024);
    const struct gfx950sim_time_wave *w = gfx950sim_time_waves(&n, &stride);
    return (double)(w[n - 1].start - w[0].start) / (double)(n - 1);
}

/* A wave that does nothing but end. */
static double wave_end(const struct micro *m) {
    (void)m;
    return (double)nothing("warm", 1, 64).clocks;
}

const struct micro micro_launch[] = {
    BENCH("dispatch.packet_to_wave", packet_to_wave, 3000),
    BENCH("dispatch.packet_gap", packet_gap, 2000),
    BENCH("dispatch.workgroup_interval", workgroup_interval, 40),
    BENCH("dispatch.wave_interval", wave_interval, 10),
    BENCH("dispatch.wave_end", wave_end, 12),
    {.parameter = NULL},
};
