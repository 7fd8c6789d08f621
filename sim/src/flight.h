/* Bytes that a wave has asked for and not yet waited for, by allocation: loads from their issue to the wait that covers
 * them (gfx950sim.h, peak_bytes_in_flight). */
#ifndef GFX950SIM_FLIGHT_H
#define GFX950SIM_FLIGHT_H

#include "wave.h"

/* The slow part of flight_add: another allocation than the last one's. FLIGHTS when as many have bytes in flight. */
unsigned flight_entry(struct wave *w, uint32_t alloc_id);
void flight_raise(struct mem_alloc *a, uint64_t bytes);

/* Books bytes of a for the load that was booked last. */
static inline void flight_add(struct wave *w, const struct insn *in, struct mem_alloc *a, uint64_t bytes) {
    struct pending *p = w->npending ? &w->pending[w->npending - 1] : NULL;
    if (!p || p->in != in)
        return;
    unsigned i = w->flight_last;
    uint64_t all = bytes;
    if (w->flight[i].alloc_id != a->id)
        i = flight_entry(w, a->id);
    if (__builtin_expect(i < FLIGHTS, 1)) {
        uint32_t *part = &w->flight_parts[pending_group(w, p)][i];
        *part = (uint32_t)bytes + (p->flights >> i & 1 ? *part : 0);
        p->flights |= (uint16_t)(1u << i);
        all = w->flight[i].bytes += bytes;
    }
    if (__builtin_expect(all > atomic_load_explicit(&a->peak_in_flight, memory_order_relaxed), 0))
        flight_raise(a, all);
}

/* A wait covers p. */
static inline void flight_end(struct wave *w, const struct pending *p, unsigned group) {
    for (unsigned t = p->flights; t; t &= t - 1)
        w->flight[__builtin_ctz(t)].bytes -= w->flight_parts[group][__builtin_ctz(t)];
}

#endif
