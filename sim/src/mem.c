#define _GNU_SOURCE
#include "mem.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { QUARANTINE = 1024, HITS = 4 };

/* Live allocations by base, and the last freed ranges. A freed range stays reserved while it is remembered, so that no
 * new allocation hides a use after free. */
static struct {
    pthread_rwlock_t lock;
    struct mem_alloc **sorted;
    size_t count, capacity;
    uint32_t next_id;
    atomic_uint_fast64_t generation; /* moves whenever an allocation ends: cached hits are void */
    struct freed {
        uintptr_t base, end;
        void *map;
        size_t map_size;
    } freed[QUARANTINE];
    size_t freed_next;
} heap = {.lock = PTHREAD_RWLOCK_INITIALIZER};

static _Thread_local struct {
    uint_fast64_t generation;
    unsigned next;
    struct hit {
        uintptr_t base, end;
        struct mem_alloc *alloc;
    } hit[HITS];
} cache;

static size_t round_up(size_t n, size_t to) {
    return (n + to - 1) / to * to;
}

/* Index of the first allocation whose base lies past addr. */
static size_t upper_bound(uintptr_t addr) {
    size_t low = 0, high = heap.count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (heap.sorted[middle]->base <= addr)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static struct mem_alloc *holder(uintptr_t addr) {
    size_t i = upper_bound(addr);
    if (i == 0 || addr - heap.sorted[i - 1]->base >= heap.sorted[i - 1]->size)
        return NULL;
    return heap.sorted[i - 1];
}

/* Takes the write lock. False when there is no room or the range meets another allocation. */
static bool insert(struct mem_alloc *a) {
    bool done = false;
    pthread_rwlock_wrlock(&heap.lock);
    if (heap.count == heap.capacity) {
        size_t capacity = heap.capacity ? 2 * heap.capacity : 64;
        struct mem_alloc **grown = realloc(heap.sorted, capacity * sizeof *grown);
        if (grown == NULL)
            goto out;
        heap.sorted = grown;
        heap.capacity = capacity;
    }
    size_t i = upper_bound(a->base);
    bool below = i > 0 && a->base - heap.sorted[i - 1]->base < heap.sorted[i - 1]->size;
    bool above = i < heap.count && heap.sorted[i]->base - a->base < a->size;
    if (below || above)
        goto out;
    memmove(&heap.sorted[i + 1], &heap.sorted[i], (heap.count - i) * sizeof *heap.sorted);
    heap.sorted[i] = a;
    heap.count++;
    a->id = ++heap.next_id;
    done = true;
out:
    pthread_rwlock_unlock(&heap.lock);
    return done;
}

/* An owned allocation is one mapping: red zone, data, red zone, shadow. */
static size_t data_room(size_t size) {
    return round_up(size, MEM_RED_ZONE);
}

static size_t map_size(size_t size) {
    return 2 * MEM_RED_ZONE + 2 * data_room(size);
}

struct mem_alloc *mem_alloc(size_t size, enum mem_kind kind, int device) {
    if (size == 0)
        size = 1;
    if (size > SIZE_MAX / 4)
        return NULL;
    struct mem_alloc *a = calloc(1, sizeof *a);
    if (a == NULL)
        return NULL;
    uint8_t *map =
        mmap(NULL, map_size(size), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (map == MAP_FAILED) {
        free(a);
        return NULL;
    }
    a->base = (uintptr_t)map + MEM_RED_ZONE;
    a->size = size;
    /* the host writes its memory directly, unseen: all of it counts as defined */
    if (kind != MEM_HOST && kind != MEM_MANAGED)
        a->defined = map + 2 * MEM_RED_ZONE + data_room(size);
    a->kind = kind;
    a->device = device;
    a->owned = true;
    if (!insert(a)) {
        munmap(map, map_size(size));
        free(a);
        return NULL;
    }
    return a;
}

struct mem_alloc *mem_register(void *base, size_t size, enum mem_kind kind, int device) {
    if (base == NULL || size == 0 || size > UINTPTR_MAX - (uintptr_t)base)
        return NULL;
    struct mem_alloc *a = calloc(1, sizeof *a);
    if (a == NULL)
        return NULL;
    a->base = (uintptr_t)base;
    a->size = size;
    a->kind = kind;
    a->device = device;
    if (!insert(a)) {
        free(a);
        return NULL;
    }
    return a;
}

/* Memory that the program owns may be anything again once it is unregistered, so only our own is remembered. */
static void remember_freed(const struct mem_alloc *a) {
    if (!a->owned)
        return;
    struct freed *slot = &heap.freed[heap.freed_next++ % QUARANTINE];
    if (slot->map != NULL)
        munmap(slot->map, slot->map_size);
    *slot = (struct freed){.base = a->base, .end = a->base + a->size};
    void *map = (void *)(a->base - MEM_RED_ZONE);
    size_t size = map_size(a->size);
    int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED;
    if (mmap(map, size, PROT_NONE, flags, -1, 0) == MAP_FAILED) {
        munmap(map, size);
        return;
    }
    slot->map = map;
    slot->map_size = size;
}

bool mem_free(void *ptr) {
    pthread_rwlock_wrlock(&heap.lock);
    struct mem_alloc *a = holder((uintptr_t)ptr);
    if (a == NULL || a->base != (uintptr_t)ptr) {
        pthread_rwlock_unlock(&heap.lock);
        return false;
    }
    size_t i = upper_bound(a->base) - 1;
    memmove(&heap.sorted[i], &heap.sorted[i + 1], (heap.count - i - 1) * sizeof *heap.sorted);
    heap.count--;
    atomic_fetch_add(&heap.generation, 1);
    remember_freed(a);
    pthread_rwlock_unlock(&heap.lock);
    free(a);
    return true;
}

struct mem_alloc *mem_find(uintptr_t addr) {
    uint_fast64_t generation = atomic_load_explicit(&heap.generation, memory_order_acquire);
    if (cache.generation == generation) {
        for (unsigned i = 0; i < HITS; i++)
            if (addr - cache.hit[i].base < cache.hit[i].end - cache.hit[i].base)
                return cache.hit[i].alloc;
    } else {
        memset(cache.hit, 0, sizeof cache.hit);
        cache.generation = generation;
    }
    pthread_rwlock_rdlock(&heap.lock);
    struct mem_alloc *a = holder(addr);
    bool cacheable = a != NULL && atomic_load(&heap.generation) == generation;
    if (cacheable)
        cache.hit[cache.next++ % HITS] = (struct hit){a->base, a->base + a->size, a};
    pthread_rwlock_unlock(&heap.lock);
    return a;
}

struct mem_alloc *mem_nearest(uintptr_t addr) {
    pthread_rwlock_rdlock(&heap.lock);
    size_t i = upper_bound(addr);
    struct mem_alloc *below = i > 0 ? heap.sorted[i - 1] : NULL;
    struct mem_alloc *above = i < heap.count ? heap.sorted[i] : NULL;
    pthread_rwlock_unlock(&heap.lock);
    if (below == NULL || above == NULL)
        return below != NULL ? below : above;
    uintptr_t past = addr - below->base < below->size ? 0 : addr - (below->base + below->size);
    return past <= above->base - addr ? below : above;
}

bool mem_was_freed(uintptr_t addr) {
    bool found = false;
    pthread_rwlock_rdlock(&heap.lock);
    for (size_t i = 0; i < QUARANTINE && !found; i++)
        found = addr >= heap.freed[i].base && addr < heap.freed[i].end;
    pthread_rwlock_unlock(&heap.lock);
    return found;
}

/* Bytes of [addr, addr + n) inside the allocation; the shadow ends with it. */
static size_t inside(const struct mem_alloc *a, uintptr_t addr, size_t n) {
    size_t offset = addr - a->base;
    if (offset >= a->size)
        return 0;
    return n < a->size - offset ? n : a->size - offset;
}

void mem_define(struct mem_alloc *a, uintptr_t addr, size_t n, bool defined) {
    if (a->defined != NULL)
        memset(a->defined + (addr - a->base), defined ? 0xff : 0, inside(a, addr, n));
}

size_t mem_first_undefined(const struct mem_alloc *a, uintptr_t addr, size_t n) {
    if (a->defined == NULL)
        return n;
    const uint8_t *shadow = a->defined + (addr - a->base);
    size_t limit = inside(a, addr, n), i = 0;
    for (; i + 8 <= limit; i += 8) {
        uint64_t word;
        memcpy(&word, shadow + i, sizeof word);
        if (word != UINT64_MAX)
            break;
    }
    for (; i < limit; i++)
        if (shadow[i] != 0xff)
            return i;
    return n;
}

void mem_copy(uintptr_t dst, uintptr_t src, size_t n) {
    if (n == 0 || dst == src)
        return;
    memmove((void *)dst, (const void *)src, n);
    struct mem_alloc *to = mem_find(dst), *from = mem_find(src);
    if (to == NULL || to->defined == NULL)
        return;
    if (from == NULL || from->defined == NULL) {
        mem_define(to, dst, n, true);
        return;
    }
    size_t shadowed = inside(to, dst, inside(from, src, n));
    memmove(to->defined + (dst - to->base), from->defined + (src - from->base), shadowed);
}

void mem_fill(uintptr_t dst, unsigned char value, size_t n) {
    if (n == 0)
        return;
    memset((void *)dst, value, n);
    struct mem_alloc *to = mem_find(dst);
    if (to != NULL)
        mem_define(to, dst, n, true);
}

void mem_reset_counters(void) {
    pthread_rwlock_rdlock(&heap.lock);
    for (size_t i = 0; i < heap.count; i++) {
        atomic_store(&heap.sorted[i]->bytes_read, 0);
        atomic_store(&heap.sorted[i]->bytes_written, 0);
        atomic_store(&heap.sorted[i]->peak_in_flight, 0);
    }
    pthread_rwlock_unlock(&heap.lock);
}
