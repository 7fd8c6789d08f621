/* Scalar memory accesses: one address, up to sixteen dwords. */
#include "flight.h"
#include "time/note.h"
#include "track.h"
#include "vmem_parts.h"

static struct mem_alloc *target(struct wave *w, const struct insn *in, uint64_t addr, unsigned bytes, unsigned kind) {
    struct mem_alloc *m = mem_find(addr);
    if (m && mem_holds(m, addr, bytes))
        return m;
    struct vmem_access a = {.w = w, .in = in, .kind = (uint8_t)kind, .bytes = (uint8_t)bytes};
    struct mem_faults faults = {0};
    a.addr[0] = addr;
    mem_fault_note(&a, &faults, 0);
    mem_faults_report(&a, &faults);
    return NULL;
}

bool vmem_scalar_load(struct wave *w, const struct insn *in, uint64_t addr, unsigned bytes, uint32_t *value,
                      uint32_t *undef) {
    struct mem_alloc *m = target(w, in, addr, bytes, VMEM_LOAD);
    if (!m) {
        struct vmem_access a = {.w = w, .in = in, .kind = VMEM_LOAD, .bytes = 4};
        lane_row v, u;
        for (unsigned b = 0; b < bytes; b += 4) {
            a.addr[0] = addr + b;
            mem_load_split(&a, 0, &v, &u);
            value[b / 4] = v[0];
            undef[b / 4] = u[0];
        }
        return false;
    }
    memcpy(value, (const void *)(uintptr_t)addr, bytes);
    track_scalar_load(w, in, m, addr, bytes);
    atomic_fetch_add_explicit(&m->bytes_read, bytes, memory_order_relaxed);
    flight_add(w, in, m, bytes);
    if (w->timed)
        time_note_scalar(m, addr, bytes, false);
    if (!m->defined) {
        memset(undef, 0, bytes);
        return true;
    }
    memcpy(undef, m->defined + (addr - m->base), bytes);
    for (unsigned d = 0; d < bytes / 4; d++)
        undef[d] = ~undef[d];
    return true;
}

bool vmem_scalar_store(struct wave *w, const struct insn *in, uint64_t addr, unsigned bytes, const uint32_t *value,
                       const uint32_t *undef) {
    struct mem_alloc *m = target(w, in, addr, bytes, VMEM_STORE);
    if (!m)
        return false;
    memcpy((void *)(uintptr_t)addr, value, bytes);
    atomic_fetch_add_explicit(&m->bytes_written, bytes, memory_order_relaxed);
    if (w->timed)
        time_note_scalar(m, addr, bytes, true);
    if (m->defined)
        for (unsigned d = 0; d < bytes / 4; d++) {
            uint32_t defined = ~undef[d];
            memcpy(m->defined + (addr - m->base) + 4 * d, &defined, 4);
        }
    return true;
}
