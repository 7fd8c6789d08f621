/* The dynamic instructions of single waves, for views that show them one by one. */
#include <stdlib.h>

#include "engine.h"

enum { MOST_STEPS = 1 << 18 };

static struct gfx950sim_time_follow wanted;
static struct gfx950sim_time_step *steps;
static size_t nsteps, room;
static uint64_t dropped, waves;

int gfx950sim_time_follow(const struct gfx950sim_time_follow *follow) {
    struct gfx950sim_time_follow f = {.wave = -1};
    memcpy(&f, follow, follow->size < sizeof f ? follow->size : sizeof f);
    if (f.wave < -1)
        return -1;
    wanted = f;
    return 0;
}

void follow_begin(void) {
    nsteps = 0;
    dropped = waves = 0;
}

bool follow_wave(const struct time_wave *tw) {
    uint64_t group = tw->group->wg->linear;
    if (group < wanted.workgroup || group - wanted.workgroup >= wanted.workgroups ||
        (wanted.wave >= 0 && (uint64_t)wanted.wave != tw->w->id) || (wanted.waves && waves >= wanted.waves))
        return false;
    waves++;
    return true;
}

static struct gfx950sim_time_step *open_step(const struct time_wave *tw) {
    return tw->step ? &steps[tw->step - 1] : NULL;
}

static bool make_room(void) {
    if (nsteps < room)
        return true;
    size_t more = room ? room * 2 : 1024;
    void *grown = more <= MOST_STEPS ? realloc(steps, more * sizeof *steps) : NULL;
    if (!grown)
        return false;
    steps = grown;
    room = more;
    return true;
}

void follow_next(struct time_wave *tw) {
    struct gfx950sim_time_step *s = open_step(tw);
    if (s)
        s->end = tw->since;
    tw->step = 0;
    if (!make_room()) {
        dropped++;
        return;
    }
    steps[nsteps] = (struct gfx950sim_time_step){.workgroup = tw->group->wg->linear,
                                                 .wave = tw->w->id,
                                                 .instruction = tw->next,
                                                 .from = tw->since,
                                                 .issue = UINT64_MAX};
    tw->step = (uint32_t)++nsteps;
}

void follow_charge(struct time_wave *tw, unsigned cause, uint64_t clocks) {
    struct gfx950sim_time_step *s = open_step(tw);
    if (s)
        s->clocks[cause] += (uint32_t)clocks;
}

void follow_issue(struct time_wave *tw, uint64_t t, uint64_t end) {
    struct gfx950sim_time_step *s = open_step(tw);
    if (!s)
        return;
    s->issue = t;
    s->end = end;
    s->done = tw->done;
    s->counted = tw->counted;
}

static int by_wave(const void *a, const void *b) {
    const struct gfx950sim_time_step *x = a, *y = b;
    if (x->workgroup != y->workgroup)
        return x->workgroup < y->workgroup ? -1 : 1;
    if (x->wave != y->wave)
        return x->wave < y->wave ? -1 : 1;
    return x->issue < y->issue ? -1 : x->issue > y->issue;
}

/* Without those that a launch that was stopped never issued. */
void follow_finish(void) {
    size_t n = 0;
    for (size_t i = 0; i < nsteps; i++)
        if (steps[i].issue != UINT64_MAX)
            steps[n++] = steps[i];
    nsteps = n;
    if (n)
        qsort(steps, n, sizeof *steps, by_wave);
}

const struct gfx950sim_time_step *gfx950sim_time_steps(size_t *count, uint64_t *dropped_steps) {
    *count = nsteps;
    *dropped_steps = dropped;
    return steps;
}
