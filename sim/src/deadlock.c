/* Is a wave going round in circles? It is when it comes back to exactly the same state without having changed memory:
 * then only another wave can free it. */
#include "deadlock.h"

#include <stdlib.h>

enum { LOOK_AHEAD = 1 << 14 };

static bool same_state(const struct wave *w, const struct wave *was, const uint32_t *rows, unsigned arch,
                       unsigned acc) {
    if (w->index != was->index || w->scc != was->scc || w->mode != was->mode || memcmp(w->s, was->s, sizeof w->s) != 0)
        return false;
    return memcmp(w->v, rows, sizeof(lane_row) * arch) == 0 &&
           memcmp(w->v + REG_ACC0, rows + (size_t)arch * LANES, sizeof(lane_row) * acc) == 0;
}

bool wave_spins(struct wave *w, uint64_t *issued) {
    if (w->done || w->at_barrier)
        return true;
    unsigned arch = w->wg->run->registers.arch_vgprs, acc = w->wg->run->registers.acc_vgprs;
    struct wave *was = malloc(sizeof *was);
    uint32_t *rows = malloc(sizeof(lane_row) * (arch + acc) + 1);
    bool spins = false;
    if (was && rows) {
        pending_drain(w);
        *was = *w;
        memcpy(rows, w->v, sizeof(lane_row) * arch);
        memcpy(rows + (size_t)arch * LANES, w->v + REG_ACC0, sizeof(lane_row) * acc);
        for (unsigned i = 0; i < LOOK_AHEAD && !w->done && !w->at_barrier; i++) {
            wave_run(w, 1);
            ++*issued;
            if (w->side_effects != was->side_effects)
                break;
            if (same_state(w, was, rows, arch, acc)) {
                spins = true;
                break;
            }
        }
    }
    free(was);
    free(rows);
    return spins;
}
