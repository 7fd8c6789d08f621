#define _GNU_SOURCE
#include "pages.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { SMALL = 1 << 18, LARGE_PAGE = 2 << 20 };

static size_t whole(size_t bytes) {
    return (bytes + LARGE_PAGE - 1) / LARGE_PAGE * LARGE_PAGE;
}

void *pages_get(size_t bytes) {
    if (bytes < SMALL)
        return calloc(1, bytes);
    size_t size = whole(bytes), room = size + LARGE_PAGE;
    char *p = mmap(NULL, room, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (p == MAP_FAILED)
        return NULL;
    size_t before = (LARGE_PAGE - (uintptr_t)p % LARGE_PAGE) % LARGE_PAGE;
    if (before)
        munmap(p, before);
    munmap(p + before + size, room - before - size);
    madvise(p + before, size, MADV_HUGEPAGE);
    return p + before;
}

void pages_zero(void *p, size_t bytes) {
    if (bytes < 4 * (size_t)LARGE_PAGE || madvise(p, whole(bytes), MADV_DONTNEED) != 0)
        memset(p, 0, bytes);
}

void pages_free(void *p, size_t bytes) {
    if (p && bytes >= SMALL)
        munmap(p, whole(bytes));
    else
        free(p);
}
