#include "count_alloc.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>

static atomic_ullong calls;

#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define COUNTED 1

/* glibc's own names for what is replaced below. */
void *__libc_malloc(size_t bytes);
void *__libc_calloc(size_t n, size_t bytes);
void *__libc_realloc(void *memory, size_t bytes);
void *__libc_memalign(size_t alignment, size_t bytes);
void __libc_free(void *memory);

static void note(void) {
    atomic_fetch_add_explicit(&calls, 1, memory_order_relaxed);
}

#define SEEN __attribute__((visibility("default")))

SEEN void *malloc(size_t bytes) {
    note();
    return __libc_malloc(bytes);
}

SEEN void *calloc(size_t n, size_t bytes) {
    note();
    return __libc_calloc(n, bytes);
}

SEEN void *realloc(void *memory, size_t bytes) {
    note();
    return __libc_realloc(memory, bytes);
}

SEEN void *memalign(size_t alignment, size_t bytes) {
    note();
    return __libc_memalign(alignment, bytes);
}

SEEN void *aligned_alloc(size_t alignment, size_t bytes) {
    note();
    return __libc_memalign(alignment, bytes);
}

SEEN int posix_memalign(void **memory, size_t alignment, size_t bytes) {
    note();
    *memory = __libc_memalign(alignment, bytes);
    return *memory != NULL ? 0 : ENOMEM;
}

SEEN void free(void *memory) {
    if (memory != NULL)
        note();
    __libc_free(memory);
}
#else
#define COUNTED 0
#endif

bool alloc_counted(void) {
    if (!COUNTED)
        return false;
    const unsigned long long before = alloc_calls();
    void *volatile memory = malloc(1);
    free(memory);
    return alloc_calls() - before >= 2;
}

unsigned long long alloc_calls(void) {
    return atomic_load_explicit(&calls, memory_order_relaxed);
}
