/* All instruction families, looked up by mnemonic. */
#include "isa.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define FAMILY(id) extern const struct isa_family isa_family_##id;
#include "isa/families.inc"
#undef FAMILY

const struct isa_family *const isa_families[] = {
#define FAMILY(id) &isa_family_##id,
#include "isa/families.inc"
#undef FAMILY
};
const unsigned isa_family_count = sizeof isa_families / sizeof *isa_families;

static const struct isa_op **sorted;
static unsigned nsorted;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static int compare(const void *a, const void *b) {
    return strcmp((*(const struct isa_op *const *)a)->name, (*(const struct isa_op *const *)b)->name);
}

static void build(void) {
    unsigned n = 0;
    for (unsigned f = 0; f < isa_family_count; f++)
        n += isa_families[f]->count;
    sorted = calloc(n + 1, sizeof *sorted);
    if (!sorted)
        return;
    for (unsigned f = 0; f < isa_family_count; f++)
        for (unsigned i = 0; i < isa_families[f]->count; i++)
            sorted[nsorted++] = &isa_families[f]->ops[i];
    qsort(sorted, nsorted, sizeof *sorted, compare);
}

void isa_init(void) {
    pthread_once(&once, build);
}

const struct isa_op *isa_find(const char *mnemonic) {
    isa_init();
    unsigned lo = 0, hi = nsorted;
    while (lo < hi) {
        unsigned mid = (lo + hi) / 2;
        int c = strcmp(mnemonic, sorted[mid]->name);
        if (c == 0)
            return sorted[mid];
        if (c < 0)
            hi = mid;
        else
            lo = mid + 1;
    }
    return NULL;
}
