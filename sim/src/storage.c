#define _GNU_SOURCE
/* Storage that workgroups are done with is kept for the next ones, those of later launches too: the pages that it has
 * are dearer than what they hold. */
#include "storage.h"

#include <pthread.h>
#include <stdbool.h>
#include <sys/mman.h>

#include "machine.h"

/* Of one size, the last that was asked for. */
static struct {
    size_t bytes;
    unsigned n;
    void *list[MAX_RESIDENT];
} kept;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void *take(size_t bytes) {
    void *p = NULL;
    pthread_mutex_lock(&lock);
    if (kept.bytes != bytes) {
        while (kept.n)
            munmap(kept.list[--kept.n], kept.bytes);
        kept.bytes = bytes;
    }
    if (kept.n)
        p = kept.list[--kept.n];
    pthread_mutex_unlock(&lock);
    return p;
}

void *storage_get(size_t bytes) {
    void *p = take(bytes);
    if (p)
        return p;
    p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return p == MAP_FAILED ? NULL : p;
}

void storage_put(void *p, size_t bytes) {
    if (!p)
        return;
    pthread_mutex_lock(&lock);
    bool room = kept.bytes == bytes && kept.n < MAX_RESIDENT;
    if (room)
        kept.list[kept.n++] = p;
    pthread_mutex_unlock(&lock);
    if (!room)
        munmap(p, bytes);
}
