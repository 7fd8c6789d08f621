/* What the chip has: where waves are placed, and how many are resident at a time. */
#include "micro.h"

enum place { XCD, SE, CU, SIMD, SLOT };

/* Enough waves that stay to fill a chip of the largest size, and the highest place that one was given. */
static double places(enum place place) {
    time_set("time", "cold");
    struct micro_launch l = {micro_memory_code, "stay_64", 10000, 64, 0, {NULL, 0, 0}};
    micro_run(&l);
    size_t n;
    uint64_t stride;
    unsigned most = 0;
    const struct gfx950sim_time_wave *w = gfx950sim_time_waves(&n, &stride);
    for (size_t i = 0; i < n; i++) {
        unsigned at[] = {w[i].xcd, w[i].se, w[i].cu, w[i].simd, w[i].slot};
        most = at[place] > most ? at[place] : most;
    }
    return most + 1.0;
}

static double xcds(const struct micro *m) {
    (void)m;
    return places(XCD);
}
static double shader_engines(const struct micro *m) {
    (void)m;
    return places(SE);
}
static double cus(const struct micro *m) {
    (void)m;
    return places(CU);
}
static double simds(const struct micro *m) {
    (void)m;
    return places(SIMD);
}
static double waves(const struct micro *m) {
    (void)m;
    return places(SLOT);
}

/* Waves of a kernel that stay on one CU at a time. */
static unsigned resident(const char *kernel, unsigned items, uint32_t dynamic_lds) {
    micro_set("chip.xcds", 1);
    micro_set("chip.shader_engines", 1);
    micro_set("chip.cus", 1);
    time_set("time", "cold");
    struct micro_launch l = {micro_memory_code, kernel, 40, items, dynamic_lds, {NULL, 0, 0}};
    unsigned n = micro_run(&l).peak_waves;
    micro_restore();
    return n;
}

/* --- registers --- */

enum { LEAST_VGPRS = 64, MOST_VGPRS = 256, VGPR_STEP = 8 };

static unsigned resident_with(unsigned vgprs) {
    char kernel[16];
    snprintf(kernel, sizeof kernel, "stay_%u", vgprs);
    return resident(kernel, 64, 0) / (unsigned)time_parameter("chip.simds");
}

/* The most registers that the waves of a SIMD hold together. */
static double vgprs(const struct micro *m) {
    (void)m;
    unsigned most = 0;
    for (unsigned v = LEAST_VGPRS; v <= MOST_VGPRS; v += VGPR_STEP) {
        unsigned all = resident_with(v) * v;
        most = all > most ? all : most;
    }
    return most;
}

static unsigned common(unsigned a, unsigned b) {
    return b ? common(b, a % b) : a;
}

/* Kernels that need the most registers with which as many waves are resident need whole granules. */
static double vgpr_granule(const struct micro *m) {
    (void)m;
    unsigned granule = 0, before = resident_with(LEAST_VGPRS);
    for (unsigned v = LEAST_VGPRS + VGPR_STEP; v <= MOST_VGPRS; v += VGPR_STEP) {
        unsigned now = resident_with(v);
        if (now != before)
            granule = common(granule, v - VGPR_STEP);
        before = now;
    }
    return granule;
}

/* --- LDS --- */

/* The most LDS with which n workgroups are resident. */
static unsigned most_lds(unsigned n) {
    unsigned fit = 4, over = 163840 / n + 4;
    while (over - fit > 4) {
        unsigned middle = (fit + over) / 8 * 4;
        if (resident("stay_64", 64, middle) >= n)
            fit = middle;
        else
            over = middle;
    }
    return fit;
}

static double lds_granule(const struct micro *m) {
    (void)m;
    unsigned granule = 0;
    for (unsigned n = 3; n <= 9; n++)
        granule = common(granule, most_lds(n));
    return granule;
}

static double lds_bytes(const struct micro *m) {
    (void)m;
    unsigned most = 0;
    for (unsigned n = 2; n <= 8; n *= 2) {
        unsigned all = n * most_lds(n);
        most = all > most ? all : most;
    }
    return most;
}

static double workgroups(const struct micro *m) {
    (void)m;
    return resident("stay_64", 128, 0) / 2;
}

/* The core's clock beside that of 100 MHz. */
static double core_mhz(const struct micro *m) {
    (void)m;
    uint32_t clocks[2];
    time_set("time", "warm");
    struct micro_launch l = {micro_inside_code, "clock_rate", 1, 64, 0, {(void *)micro_memory_block->base, 8, 0}};
    micro_run(&l);
    memcpy(clocks, (void *)micro_memory_block->base, sizeof clocks);
    memcpy((void *)micro_memory_block->base, &micro_memory_block->base, 8);
    return 100.0 * clocks[0] / clocks[1];
}

const struct micro micro_chip[] = {
    BENCH("chip.xcds", xcds, 4),
    BENCH("chip.shader_engines", shader_engines, 2),
    BENCH("chip.cus", cus, 4),
    BENCH("chip.simds", simds, 2),
    BENCH("chip.waves", waves, 4),
    BENCH("chip.vgprs", vgprs, 384),
    BENCH("chip.vgpr_granule", vgpr_granule, 16),
    BENCH("chip.lds_bytes", lds_bytes, 81920),
    BENCH("chip.lds_granule", lds_granule, 2560),
    BENCH("chip.workgroups", workgroups, 8),
    BENCH("chip.core_mhz", core_mhz, 1800),
    {.parameter = NULL},
};
