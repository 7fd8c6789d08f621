#include "stats.h"

#include <pthread.h>

#include "gfx950sim/gfx950sim.h"
#include "wave.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct gfx950sim_stats totals;

void stats_add_workgroup(const struct workgroup *wg) {
    pthread_mutex_lock(&lock);
    totals.workgroups++;
    totals.waves += wg->nwaves;
    for (unsigned i = 0; i < wg->nwaves; i++) {
        const struct wave *w = &wg->waves[i];
        totals.wave_instructions += w->instructions;
        totals.valu += w->class_count[0];
        totals.mfma += w->class_count[1];
        totals.salu += w->class_count[2];
        totals.smem += w->class_count[3];
        totals.vmem += w->class_count[4];
        totals.lds += w->class_count[5];
        totals.vmem_read_bytes += w->read_bytes;
        totals.vmem_write_bytes += w->write_bytes;
    }
    pthread_mutex_unlock(&lock);
}

void stats_add_launch(void) {
    pthread_mutex_lock(&lock);
    totals.launches++;
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

int gfx950sim_get_memory_stats(const void *device_ptr, struct gfx950sim_memory_stats *stats) {
    struct mem_alloc *a = mem_find((uintptr_t)device_ptr);
    if (!a)
        return -1;
    struct gfx950sim_memory_stats now = {stats->size, atomic_load(&a->bytes_read), atomic_load(&a->bytes_written)};
    memcpy(stats, &now, stats->size < sizeof now ? stats->size : sizeof now);
    return 0;
}

void gfx950sim_reset(void) {
    pthread_mutex_lock(&lock);
    memset(&totals, 0, sizeof totals);
    pthread_mutex_unlock(&lock);
    report_reset();
}
