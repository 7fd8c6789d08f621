/* Sampled runs: the first workgroups of a launch in modelled time, the others without. What is left is extrapolated. A
 * generation is as many workgroups as are resident, in the order of their placement; in the steady state generations
 * are done one after the other at one rate. The first, which starts cold, and the last, behind which the chip runs dry,
 * say nothing about it. */
#include <math.h>
#include <stdlib.h>

#include "engine.h"

enum { WORTH_IT = 2 }; /* times as many workgroups as would be timed */

static uint64_t *done; /* by generation: clock at which all of its workgroups had retired, and all before them */
static uint64_t placed, generation, all;

uint64_t sample_begin(const struct engine *e, uint64_t workgroups) {
    const struct launch *l = e->run->launch;
    free(done);
    done = NULL;
    placed = 0;
    all = workgroups;
    if (!settings.sample)
        return workgroups;
    struct occupancy o = launch_residency(l->kernel, l->block[0] * l->block[1] * l->block[2], l->dynamic_lds);
    generation = (uint64_t)o.groups * e->ncus;
    uint64_t timed = settings.sample * generation;
    if (!timed || workgroups / WORTH_IT < timed)
        return workgroups;
    done = calloc(settings.sample, sizeof *done);
    return done ? timed : workgroups;
}

uint64_t sample_place(void) {
    return placed++;
}

void sample_retire(uint64_t number, uint64_t t) {
    if (done && t > done[number / generation])
        done[number / generation] = t;
}

void sample_finish(struct engine *e) {
    struct gfx950sim_time *t = &e->t;
    if (!done || t->aborted)
        return;
    unsigned n = settings.sample;
    double least = INFINITY, most = 0;
    for (unsigned i = 1; i < n; i++)
        done[i] = done[i] > done[i - 1] ? done[i] : done[i - 1];
    for (unsigned i = 1; i + 1 < n; i++) {
        double clocks = (double)(done[i] - done[i - 1]);
        least = clocks < least ? clocks : least;
        most = clocks > most ? clocks : most;
    }
    double mean = (double)(done[n - 2] - done[0]) / (n - 2), left = (double)(all - placed) / (double)generation;
    double clocks = (double)t->clocks + left * mean;
    /* generations that differ, and that the last is seldom a whole one */
    double error = left * (most - least) / 2 + mean;
    t->modelled_us = clocks / t->core_mhz;
    t->sampled_of = all;
    t->sample_error = error / clocks;
}
