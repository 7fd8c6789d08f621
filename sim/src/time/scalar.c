/* Scalar loads through the cache of two CUs; the clocks, the cache controls and the rare stores and atomics beside. */
#include "engine.h"

static uint64_t later(uint64_t a, uint64_t b) {
    return a > b ? a : b;
}

/* One line of the scalar cache: ticks at which the wave may use it. */
static uint64_t line_ready(struct engine *e, struct time_wave *tw, uint64_t line, uint64_t at) {
    struct cache *c = &tw->simd->cu->pair->scalar;
    uint64_t hit = at + e->cost.scalar_hit, victim;
    int64_t found = cache_find(c, line % c->sets, line);
    if (found >= 0) {
        e->t.scalar_hits++;
        return later(hit, c->ready[found]);
    }
    e->t.scalar_misses++;
    uint64_t address = line * (uint64_t)e->machine.scalar_line_bytes;
    struct line_policy p = {.kernarg = time_note.kernarg};
    uint64_t done = l2_serve_read(e, tw->simd->cu->xcd, address / 128, at + e->cost.arrive[GFX950SIM_L2], p);
    found = cache_insert(c, line % c->sets, line, false, &victim);
    c->ready[found] = done;
    return later(hit, done);
}

void smem_complete(struct engine *e, struct time_wave *tw, const struct insn *in, uint64_t t) {
    struct time_pair *pair = tw->simd->cu->pair;
    unsigned counts = e->insn[in - e->code->insn].lgkm;
    uint64_t start = later(pair->scalar_free, t * TICKS), done = start + e->cost.scalar_hit;
    pair->scalar_free = start + e->cost.scalar_interval;
    if (strncmp(in->mnemonic, "s_dcache_inv", 12) == 0)
        cache_clear(&pair->scalar);
    if (time_note.nlines) { /* an atomic: one lane of the vector path */
        for (unsigned i = 0; i < time_note.nlines; i++)
            done = l2_serve_atomic(e, time_note.line[i], 4, start + e->cost.arrive[GFX950SIM_L2]);
    } else if (time_note.lanes_bytes) {
        unsigned size = (unsigned)e->machine.scalar_line_bytes;
        uint64_t last = (time_note.scalar + time_note.lanes_bytes - 1) / size;
        for (uint64_t line = time_note.scalar / size; line <= last; line++) {
            if (time_note.kind == VMEM_STORE)
                done = l2_serve_write(e, tw->simd->cu->xcd, line * size / 128, (unsigned)time_note.lanes_bytes,
                                      start + e->cost.arrive[GFX950SIM_L2], false);
            else
                done = later(done, line_ready(e, tw, line, start));
        }
    }
    if (counts)
        wave_counts_lgkm(tw, (done + TICKS - 1) / TICKS, counts);
    if (time_note.kind == VMEM_STORE && time_note.lanes_bytes)
        tw->retired = later(tw->retired, (done + TICKS - 1) / TICKS);
}
