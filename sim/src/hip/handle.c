#include "front.h"

#include <stdlib.h>

/* A chained hash table, doubled when it is full. */
struct entry {
    struct entry *next;
    const void *key;
    void *value;
    enum handle_kind kind;
};

static pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;
static struct entry **buckets;
static size_t nbuckets, count;

static size_t bucket_of(enum handle_kind kind, const void *key, size_t n) {
    uint64_t h = ((uint64_t)(uintptr_t)key >> 3) * 0x9e3779b97f4a7c15u + (uint64_t)kind;
    return (h >> 20) & (n - 1);
}

static bool grow(void) {
    size_t n = nbuckets ? 2 * nbuckets : 256;
    struct entry **grown = calloc(n, sizeof *grown);
    if (grown == NULL)
        return nbuckets != 0;
    for (size_t i = 0; i < nbuckets; i++)
        while (buckets[i] != NULL) {
            struct entry *e = buckets[i];
            buckets[i] = e->next;
            size_t b = bucket_of(e->kind, e->key, n);
            e->next = grown[b];
            grown[b] = e;
        }
    free(buckets);
    buckets = grown;
    nbuckets = n;
    return true;
}

static struct entry **find(enum handle_kind kind, const void *key) {
    struct entry **e = &buckets[bucket_of(kind, key, nbuckets)];
    while (*e != NULL && ((*e)->key != key || (*e)->kind != kind))
        e = &(*e)->next;
    return e;
}

bool handle_add(enum handle_kind kind, const void *key, void *value) {
    struct entry *e = malloc(sizeof *e);
    if (e == NULL)
        return false;
    pthread_rwlock_wrlock(&lock);
    bool ok = count < nbuckets || grow();
    if (ok) {
        struct entry **at = find(kind, key);
        ok = *at == NULL;
        if (ok) {
            *e = (struct entry){NULL, key, value, kind};
            *at = e;
            count++;
        }
    }
    pthread_rwlock_unlock(&lock);
    if (!ok)
        free(e);
    return ok;
}

void *handle_get(enum handle_kind kind, const void *key) {
    pthread_rwlock_rdlock(&lock);
    struct entry *e = nbuckets ? *find(kind, key) : NULL;
    void *value = e != NULL ? e->value : NULL;
    pthread_rwlock_unlock(&lock);
    return value;
}

void *handle_remove(enum handle_kind kind, const void *key) {
    void *value = NULL;
    pthread_rwlock_wrlock(&lock);
    struct entry **at = nbuckets ? find(kind, key) : NULL;
    if (at != NULL && *at != NULL) {
        struct entry *e = *at;
        *at = e->next;
        value = e->value;
        count--;
        free(e);
    }
    pthread_rwlock_unlock(&lock);
    return value;
}

const void *handle_search(enum handle_kind kind, bool match(const void *key, void *value, void *context),
                          void *context) {
    const void *key = NULL;
    pthread_rwlock_rdlock(&lock);
    for (size_t i = 0; i < nbuckets && key == NULL; i++)
        for (struct entry *e = buckets[i]; e != NULL && key == NULL; e = e->next)
            if (e->kind == kind && match(e->key, e->value, context))
                key = e->key;
    pthread_rwlock_unlock(&lock);
    return key;
}
