/* Accesses outside every allocation: what they are called, and what is said about them. */
#include <stdio.h>

#include "vmem_parts.h"

enum { OVER_READ = 256 }; /* bytes past the end of an allocation that real kernels are known to read */

static const char *verb(unsigned kind) {
    return kind == VMEM_LOAD ? "reads" : kind == VMEM_STORE ? "writes" : "updates";
}

static const char *kind_of_alloc(const struct mem_alloc *a) {
    static const char *const names[] = {"device", "host", "managed", "code", "kernarg", "scratch"};
    return names[a->kind];
}

static unsigned mem_fault_kind(const struct vmem_access *a, uint64_t addr) {
    if (mem_was_freed(addr))
        return CHECK_USE_AFTER_FREE;
    const struct mem_alloc *n = mem_nearest(addr);
    if (a->kind == VMEM_LOAD && n && addr >= n->base && addr + a->bytes - (n->base + n->size) <= OVER_READ)
        return CHECK_OVER_READ;
    return CHECK_OUT_OF_BOUNDS;
}

static void mem_fault_report(const struct vmem_access *a, unsigned check, uint64_t lanes) {
    unsigned lane = (unsigned)__builtin_ctzll(lanes);
    uint64_t addr = a->addr[lane];
    const struct mem_alloc *n = mem_nearest(addr);
    char where[200];
    if (check == CHECK_USE_AFTER_FREE) {
        snprintf(where, sizeof where, "memory that was freed");
    } else if (addr < MEM_RED_ZONE) {
        snprintf(where, sizeof where, "through a null pointer");
    } else if (!n) {
        snprintf(where, sizeof where, "no memory is allocated at all");
    } else if (addr >= n->base) {
        uint64_t end = n->base + n->size;
        snprintf(where, sizeof where, "%llu bytes past the end of allocation #%u (%s, %zu bytes at 0x%llx)",
                 (unsigned long long)(addr + a->bytes - end), n->id, kind_of_alloc(n), n->size,
                 (unsigned long long)n->base);
    } else {
        snprintf(where, sizeof where, "%llu bytes before the start of allocation #%u (%s, %zu bytes at 0x%llx)",
                 (unsigned long long)(n->base - addr), n->id, kind_of_alloc(n), n->size, (unsigned long long)n->base);
    }
    report(a->w, a->in, check, NULL, lanes, "lane %u %s %u bytes at 0x%llx: %s", lane, verb(a->kind), a->bytes,
           (unsigned long long)addr, where);
}

void mem_fault_note(const struct vmem_access *a, struct mem_faults *b, unsigned lane) {
    unsigned c = mem_fault_kind(a, a->addr[lane]);
    b->of[c == CHECK_USE_AFTER_FREE ? 0 : c == CHECK_OVER_READ ? 1 : 2] |= 1ull << lane;
    b->lanes |= 1ull << lane;
}

void mem_faults_report(const struct vmem_access *a, const struct mem_faults *b) {
    static const unsigned checks[3] = {CHECK_USE_AFTER_FREE, CHECK_OVER_READ, CHECK_OUT_OF_BOUNDS};
    for (int i = 0; i < 3; i++)
        if (b->of[i])
            mem_fault_report(a, checks[i], b->of[i]);
}

void mem_load_split(struct vmem_access *a, unsigned lane, lane_row *value, lane_row *undef) {
    uint32_t v[4], u[4];
    memset(v, 0, sizeof v);
    memset(u, 0xff, sizeof u);
    uint64_t addr = a->addr[lane];
    for (unsigned b = 0; b < a->bytes; b++) {
        struct mem_alloc *m = mem_find(addr + b);
        if (!m)
            continue;
        ((uint8_t *)v)[b] = *(const uint8_t *)(uintptr_t)(addr + b);
        ((uint8_t *)u)[b] = m->defined ? (uint8_t)~m->defined[addr + b - m->base] : 0;
    }
    if (a->bytes < 4)
        u[0] &= a->bytes == 1 ? 0xff : 0xffff;
    for (unsigned d = 0; d < mem_dwords(a->bytes); d++) {
        value[d][lane] = v[d];
        undef[d][lane] = u[d];
    }
}
