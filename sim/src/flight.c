#include "flight.h"

void flight_raise(struct mem_alloc *a, uint64_t bytes) {
    uint64_t peak = atomic_load_explicit(&a->peak_in_flight, memory_order_relaxed);
    while (bytes > peak && !atomic_compare_exchange_weak_explicit(&a->peak_in_flight, &peak, bytes,
                                                                  memory_order_relaxed, memory_order_relaxed))
        ;
}

unsigned flight_entry(struct wave *w, uint32_t alloc_id) {
    unsigned unused = FLIGHTS;
    for (unsigned i = 0; i < FLIGHTS; i++) {
        if (w->flight[i].alloc_id == alloc_id) {
            w->flight_last = (uint8_t)i;
            return i;
        }
        if (w->flight[i].bytes == 0)
            unused = i;
    }
    if (unused < FLIGHTS) {
        w->flight[unused].alloc_id = alloc_id;
        w->flight_last = (uint8_t)unused;
    }
    return unused;
}
