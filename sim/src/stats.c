#include "stats.h"

#include <pthread.h>
#include <stdio.h>

#include "check/registers.h"
#include "gfx950sim/gfx950sim.h"
#include "machine.h"
#include "wave.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct gfx950sim_stats totals;
static struct gfx950sim_launch_stats last, current; /* `current` while it runs: instructions only */
static bool launched;

void stats_begin_launch(void) {
    pthread_mutex_lock(&lock);
    memset(&current, 0, sizeof current);
    pthread_mutex_unlock(&lock);
}

void stats_add_workgroup(const struct workgroup *wg) {
    uint64_t n[CLASSES] = {0}, issued = 0, read = 0, written = 0;
    for (unsigned i = 0; i < wg->nwaves; i++) {
        const struct wave *w = &wg->waves[i];
        for (unsigned c = 0; c < CLASSES; c++)
            n[c] += w->class_count[c];
        issued += w->instructions;
        read += w->read_bytes;
        written += w->write_bytes;
    }
    uint64_t mfma = n[CLASS_MFMA_16X16X128] + n[CLASS_MFMA_32X32X64] + n[CLASS_MFMA_OTHER];
    pthread_mutex_lock(&lock);
    totals.workgroups++;
    totals.waves += wg->nwaves;
    totals.vmem_read_bytes += read;
    totals.vmem_write_bytes += written;
#define COUNT(name, value)                                                                                             \
    totals.name += value;                                                                                              \
    current.name += value
    COUNT(wave_instructions, issued);
    COUNT(valu, n[CLASS_VALU]);
    COUNT(mfma, mfma);
    COUNT(salu, n[CLASS_SALU]);
    COUNT(smem, n[CLASS_SMEM]);
    COUNT(vmem, n[CLASS_VMEM]);
    COUNT(lds, n[CLASS_LDS]);
    COUNT(mfma_16x16x128, n[CLASS_MFMA_16X16X128]);
    COUNT(mfma_32x32x64, n[CLASS_MFMA_32X32X64]);
#undef COUNT
    pthread_mutex_unlock(&lock);
}

/* How the launch lies on the machine: XCDs in turn, then the CUs of each in turn. */
static void place(struct gfx950sim_launch_stats *s, const struct launch *l) {
    struct occupancy o = launch_residency(l->kernel, l->block[0] * l->block[1] * l->block[2], l->dynamic_lds);
    uint64_t groups = (uint64_t)l->grid[0] * l->grid[1] * l->grid[2], on_xcd = (groups + XCDS - 1) / XCDS;
    uint64_t on_cu = (on_xcd + CUS / XCDS - 1) / (CUS / XCDS);
    s->waves = o.waves;
    s->workgroups_per_cu_limit = o.groups;
    s->limited_by = o.limit;
    s->cus = CUS;
    s->cus_busy = groups < CUS ? (uint32_t)groups : CUS;
    s->workgroups_per_cu = on_cu < UINT32_MAX ? (uint32_t)on_cu : UINT32_MAX;
    s->resident_workgroups = s->workgroups_per_cu < o.groups ? s->workgroups_per_cu : o.groups;
}

static void describe(struct gfx950sim_launch_stats *s, const struct launch *l) {
    const struct kernel *k = l->kernel;
    struct register_counts registers = kernel_register_counts(k);
    snprintf(s->kernel, sizeof s->kernel, "%s", k->name);
    memcpy(s->grid, l->grid, sizeof s->grid);
    memcpy(s->block, l->block, sizeof s->block);
    s->vgprs = registers.arch_vgprs;
    s->acc_vgprs = registers.acc_vgprs;
    s->sgprs = registers.sgprs;
    s->lds_bytes = k->group_segment_fixed_size + l->dynamic_lds;
    s->scratch_bytes = k->private_segment_fixed_size;
    s->vgpr_spills = k->vgpr_spills;
    s->sgpr_spills = k->sgpr_spills;
    place(s, l);
}

void stats_end_launch(const struct launch *l) {
    pthread_mutex_lock(&lock);
    totals.launches++;
    last = current;
    describe(&last, l);
    launched = true;
    pthread_mutex_unlock(&lock);
}

void gfx950sim_get_stats(struct gfx950sim_stats *stats) {
    size_t size = stats->size < sizeof totals ? stats->size : sizeof totals;
    pthread_mutex_lock(&lock);
    totals.size = size;
    totals.errors = report_errors();
    totals.warnings = report_warnings();
    memcpy(stats, &totals, size);
    pthread_mutex_unlock(&lock);
}

int gfx950sim_get_launch_stats(struct gfx950sim_launch_stats *stats) {
    size_t size = stats->size < sizeof last ? stats->size : sizeof last;
    pthread_mutex_lock(&lock);
    bool any = launched;
    last.size = size;
    if (any)
        memcpy(stats, &last, size);
    pthread_mutex_unlock(&lock);
    return any ? 0 : -1;
}

int gfx950sim_get_memory_stats(const void *device_ptr, struct gfx950sim_memory_stats *stats) {
    struct mem_alloc *a = mem_find((uintptr_t)device_ptr);
    if (!a)
        return -1;
    struct gfx950sim_memory_stats now = {stats->size, atomic_load(&a->bytes_read), atomic_load(&a->bytes_written),
                                         atomic_load(&a->peak_in_flight)};
    memcpy(stats, &now, stats->size < sizeof now ? stats->size : sizeof now);
    return 0;
}

void gfx950sim_reset(void) {
    pthread_mutex_lock(&lock);
    memset(&totals, 0, sizeof totals);
    launched = false;
    pthread_mutex_unlock(&lock);
    mem_reset_counters();
    report_reset();
}
