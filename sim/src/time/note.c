/* Lane addresses to cache lines: each line once an instruction, in the order of lanes. */
#include "note.h"

#include "engine.h"

struct time_note time_note;

enum { LINE = 128, HASH = 1024 };

/* Lines of the instruction, by hash: valid where the generation is the current one. */
static struct {
    uint64_t line;
    uint32_t generation;
} seen[HASH];
static uint32_t generation;

void note_begin(void) {
    time_note.nlines = 0;
    time_note.lanes_bytes = 0;
    time_note.kernarg = false;
    time_note.lds_ticks = time_note.lds_least = 0;
    time_note.lds_write = false;
    if (++generation == 0) {
        memset(seen, 0, sizeof seen);
        generation = 1;
    }
}

static void add_line(uint64_t line) {
    unsigned i = (unsigned)((line * 0x9e3779b97f4a7c15ull) >> 54);
    while (seen[i].generation == generation) {
        if (seen[i].line == line)
            return;
        i = (i + 1) % HASH;
    }
    if (time_note.nlines == NOTE_LINES)
        return;
    seen[i].line = line;
    seen[i].generation = generation;
    time_note.line[time_note.nlines++] = line;
}

/* Host addresses differ from run to run. An allocation gets its place in the modelled memory when a timed launch first
 * touches it; places of 2 MB and more begin where a large page does. A cold launch, which finds nothing in any cache,
 * deals them out anew, so that it does not matter what ran before. */
static uint64_t next_place = 1ull << 32;
static uint32_t places;

void note_places_anew(void) {
    next_place = 1ull << 32;
    places++;
}

static uint64_t place(struct mem_alloc *m) {
    if (!m->place || m->places != places) {
        uint64_t page = m->size >= (2u << 20) ? 2u << 20 : 4096;
        next_place = (next_place + page - 1) / page * page;
        m->place = next_place + (m->base & 255);
        m->places = places;
        next_place += m->size + 256;
    }
    return m->place;
}

void time_note_vector(const struct vmem_access *a, const struct mem_group *g) {
    uint64_t delta = place(g->alloc) - g->alloc->base, last = UINT64_MAX;
    time_note.kind = a->kind;
    time_note.lanes_bytes += (uint64_t)__builtin_popcountll(g->lanes) * a->bytes;
    if (g->alloc->kind == MEM_SCRATCH) {
        /* Hardware interleaves the lanes of private memory by dword. */
        uint64_t step = a->w->wg->scratch_lane_bytes;
        for (uint64_t t = g->lanes; t && step; t &= t - 1) {
            uint64_t offset = g->addr[__builtin_ctzll(t)] - g->alloc->base, lane = offset / step;
            uint64_t at = place(g->alloc) + lane / LANES * LANES * step + lane % LANES * 4;
            for (unsigned b = 0; b < a->bytes; b += 4)
                add_line((at + (offset % step + b) / 4 * 4 * LANES) / LINE);
        }
        return;
    }
    for (uint64_t t = g->lanes; t; t &= t - 1) {
        uint64_t at = g->addr[__builtin_ctzll(t)] + delta, line = at / LINE, end = (at + a->bytes - 1) / LINE;
        if (line != last)
            add_line(line);
        if (end != line)
            add_line(end);
        last = end;
    }
}

void time_note_scalar(struct mem_alloc *m, uint64_t addr, unsigned bytes, bool store) {
    time_note.kind = store ? VMEM_STORE : VMEM_LOAD;
    time_note.kernarg = m->kind == MEM_KERNARG;
    time_note.scalar = place(m) + (addr - m->base);
    time_note.lanes_bytes = bytes;
}
