/* Simulated device memory: bounds, red zones, shadows, lookup by many threads. */
#include "mem.h"

#include <pthread.h>
#include <stdlib.h>

#include "check.h"

static void test_bounds(void) {
    static const size_t sizes[] = {1, 255, 4096, 4097, 1000003};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        struct mem_alloc *a = mem_alloc(sizes[i], MEM_DEVICE, 3);
        CHECK(a != NULL && a->base % 256 == 0, "size %zu", sizes[i]);
        CHECK(a->size == sizes[i] && a->device == 3 && a->kind == MEM_DEVICE && a->owned, "size %zu", sizes[i]);
        CHECK(mem_find(a->base) == a && mem_find(a->base + sizes[i] - 1) == a, "size %zu", sizes[i]);
        for (size_t past = 0; past < MEM_RED_ZONE; past += 511) {
            CHECK(mem_find(a->base + sizes[i] + past) == NULL, "%zu bytes past %zu", past, sizes[i]);
            CHECK(mem_find(a->base - 1 - past) == NULL, "%zu bytes before %zu", past, sizes[i]);
        }
        CHECK(mem_nearest(a->base + sizes[i] + 5) == a && mem_nearest(a->base - 5) == a, "size %zu", sizes[i]);
    }
    CHECK(mem_alloc(0, MEM_DEVICE, 0) != NULL, "size 0 is one byte");
    CHECK(mem_alloc(SIZE_MAX / 2, MEM_DEVICE, 0) == NULL, "more than there are addresses");
}

static void test_sparse(void) {
    struct mem_alloc *a = mem_alloc((size_t)16 << 30, MEM_DEVICE, 0);
    CHECK(a != NULL, "16 GB that are never written");
    if (a == NULL)
        return;
    uintptr_t middle = a->base + ((size_t)8 << 30);
    mem_fill(middle, 7, 100);
    CHECK(mem_first_undefined(a, middle, 100) == 100 && mem_first_undefined(a, middle - 1, 100) == 0,
          "a shadow per byte");
    CHECK(mem_free((void *)a->base), "free");
}

static void test_free(void) {
    struct mem_alloc *a = mem_alloc(100, MEM_DEVICE, 0);
    uintptr_t base = a->base;
    CHECK(!mem_free((void *)(base + 1)), "not the base");
    CHECK(!mem_was_freed(base), "alive");
    CHECK(mem_free((void *)base), "free");
    CHECK(mem_find(base) == NULL && mem_was_freed(base) && mem_was_freed(base + 99) && !mem_was_freed(base + 100),
          "remembered to its end");
    CHECK(!mem_free((void *)base), "freed twice");
    for (int i = 0; i < 500; i++)
        CHECK(mem_alloc(100, MEM_DEVICE, 0)->base != base, "a freed range is not handed out again at once");
    for (int i = 0; i < 3000; i++)
        mem_free((void *)mem_alloc(1, MEM_DEVICE, 0)->base);
    CHECK(!mem_was_freed(base + 99), "what is remembered is bounded");
}

static void test_shadow(void) {
    struct mem_alloc *a = mem_alloc(1000, MEM_DEVICE, 0), *b = mem_alloc(1000, MEM_DEVICE, 0);
    CHECK(mem_first_undefined(a, a->base, 1000) == 0, "fresh memory is undefined");
    mem_define(a, a->base, 1000, true);
    mem_define(a, a->base + 37, 1, false);
    CHECK(mem_first_undefined(a, a->base, 1000) == 37, "one byte");
    CHECK(mem_first_undefined(a, a->base + 38, 962) == 962, "past it");
    CHECK(mem_first_undefined(a, a->base + 10, 27) == 27, "before it");
    a->defined[99] = 0xfe;
    CHECK(mem_first_undefined(a, a->base + 38, 962) == 61, "one bit");
    mem_copy(b->base + 1, a->base, 999);
    CHECK(mem_first_undefined(b, b->base + 1, 999) == 37 && b->defined[100] == 0xfe, "a copy carries the shadow");
    char host[1000] = {1};
    mem_copy(b->base, (uintptr_t)host, 1000);
    CHECK(mem_first_undefined(b, b->base, 1000) == 1000, "what comes from the host is defined");
    mem_copy((uintptr_t)host, a->base, 1000); /* the host has no shadow to write */
    mem_define(a, a->base + 990, 500, true);
    CHECK(a->defined[999] == 0xff, "the shadow ends with the allocation");
    struct mem_alloc *pinned = mem_alloc(64, MEM_HOST, 0);
    CHECK(mem_first_undefined(pinned, pinned->base, 64) == 64, "the host writes its memory unseen");
}

static void test_register(void) {
    char *host = malloc(10000);
    struct mem_alloc *a = mem_register(host + 100, 5000, MEM_HOST, 1);
    CHECK(a != NULL && !a->owned && mem_find((uintptr_t)host + 5099) == a && mem_find((uintptr_t)host + 5100) == NULL,
          "registered");
    CHECK(mem_register(host, 101, MEM_HOST, 1) == NULL && mem_register(host + 5099, 1, MEM_HOST, 1) == NULL &&
              mem_register(host + 50, 9000, MEM_HOST, 1) == NULL,
          "no overlap");
    CHECK(mem_register(host, 100, MEM_HOST, 1) != NULL, "side by side");
    CHECK(mem_free(host + 100) && !mem_was_freed((uintptr_t)host + 100), "unregistered memory is the program's");
    CHECK(mem_free(host), "free");
    free(host);
}

/* Readers look up stable allocations while others come and go. */
enum { STABLE = 32, READERS = 3, LOOKUPS = 100000 };
static struct mem_alloc *stable[STABLE];

static void *read_stable(void *data) {
    unsigned seed = (unsigned)(uintptr_t)data;
    size_t wrong = 0;
    for (int i = 0; i < LOOKUPS; i++) {
        seed = seed * 1664525u + 1013904223u;
        struct mem_alloc *a = stable[(seed >> 16) % STABLE];
        wrong += mem_find(a->base + (seed >> 8) % a->size) != a;
        wrong += mem_find(a->base + a->size) != NULL;
    }
    return (void *)wrong;
}

static void test_threads(void) {
    pthread_t threads[READERS];
    for (int i = 0; i < STABLE; i++)
        stable[i] = mem_alloc(1000 + (size_t)i, MEM_DEVICE, 0);
    for (size_t i = 0; i < READERS; i++)
        pthread_create(&threads[i], NULL, read_stable, (void *)(i + 1));
    for (int i = 0; i < 2000; i++) {
        struct mem_alloc *a = mem_alloc(1 + (size_t)i * 7, MEM_DEVICE, 0);
        CHECK(mem_find(a->base) == a, "round %d", i);
        CHECK(mem_free((void *)a->base), "round %d", i);
    }
    for (int i = 0; i < READERS; i++) {
        void *wrong;
        pthread_join(threads[i], &wrong);
        CHECK(wrong == NULL, "%zu lookups went wrong", (size_t)wrong);
    }
}

int main(void) {
    test_bounds();
    test_sparse();
    test_free();
    test_shadow();
    test_register();
    test_threads();
    return check_result();
}
