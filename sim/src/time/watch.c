/* Does anything still happen? After a while without effects on memory, every wave's state is remembered where it
 * stands. A wave that comes by there again in the same state goes round in circles; one in another state does not, and
 * with it the launch. When all go round in circles, none can free another. Looking changes nothing. */
#include "engine.h"

enum { FIRST_LOOK = 1 << 19 }; /* instructions; every next look after twice as many */

static uint64_t mix(uint64_t h, const void *p, size_t bytes) {
    const uint64_t *x = p;
    for (size_t i = 0; i < bytes / 8; i++)
        h = (h ^ x[i]) * 0x9e3779b97f4a7c15ull + (h >> 29);
    return h;
}

static uint64_t state(const struct wave *w) {
    const struct register_counts *n = &w->wg->run->registers;
    uint64_t h = mix(w->mode * 2u + w->scc, w->s, sizeof w->s);
    h = mix(h, w->v, sizeof(lane_row) * n->arch_vgprs);
    return mix(h, w->v + REG_ACC0, sizeof(lane_row) * n->acc_vgprs);
}

static uint64_t effects(const struct engine *e) {
    uint64_t n = e->placed_groups - e->live_groups;
    for (unsigned i = 0; i < e->nsimds; i++)
        for (unsigned k = 0; k < e->simd[i].waves; k++)
            n += simd_wave(&e->simd[i], k)->w->side_effects;
    return n;
}

void watch_begin(struct engine *e) {
    e->watching = false;
    e->look_at = FIRST_LOOK;
    e->effects = 0;
}

void watch_wave(struct engine *e, struct time_wave *tw) {
    if (tw->spins || tw->w->index != tw->watch_index)
        return;
    if (state(tw->w) == tw->watch_state)
        tw->spins = true;
    else
        e->watching = false;
}

static void remember(struct engine *e) {
    for (unsigned i = 0; i < e->nsimds; i++)
        for (unsigned k = 0; k < e->simd[i].waves; k++) {
            struct time_wave *tw = simd_wave(&e->simd[i], k);
            tw->watch_index = tw->w->index;
            tw->watch_state = state(tw->w);
            tw->spins = tw->at_barrier;
        }
    e->watching = true;
}

/* The first of the waves when all of them spin. */
static struct time_wave *all_spin(struct engine *e) {
    struct time_wave *first = NULL;
    for (unsigned i = 0; i < e->nsimds; i++)
        for (unsigned k = 0; k < e->simd[i].waves; k++) {
            struct time_wave *tw = simd_wave(&e->simd[i], k);
            if (!tw->spins)
                return NULL;
            first = first ? first : tw;
        }
    return first;
}

struct time_wave *watch_look(struct engine *e) {
    e->look_at = 2 * e->issued;
    uint64_t now = effects(e), before = e->effects;
    e->effects = now;
    if (now != before) {
        e->watching = false;
        return NULL;
    }
    if (e->watching)
        return all_spin(e);
    remember(e);
    return NULL;
}
