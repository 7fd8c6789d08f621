#include "tune_rank.h"

#include <stdlib.h>
#include <string.h>

#include "smallm/dense.h"

const double rank_margin = 0.01;

/* From 1 workgroup to more than any shape of the envelope gains by. */
static const uint32_t splits[] = {1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 20, 24, 32};
enum { SPLITS = sizeof splits / sizeof splits[0] };

/* `kernel` NULL and `k_splits` 0: the library's own choice. */
static bool ask(smallm_plan_info *info, char kernel[128], smallm_context *context, struct shape shape,
                const char *forced, uint32_t k_splits) {
    smallm_dense_problem problem;
    smallm_dense_problem_init(&problem, sizeof problem);
    problem.m = shape.m;
    problem.n = shape.n;
    problem.k = shape.k;
    problem.kernel = forced;
    problem.k_splits = k_splits;
    problem.ignore_tuning = 1;
    smallm_plan *plan = NULL;
    info->size = sizeof *info;
    const bool found = smallm_dense_plan_create(&plan, context, &problem) == SMALLM_OK &&
                       smallm_plan_get_info(plan, info) == SMALLM_OK && strlen(info->kernel) < 128;
    if (found)
        strcpy(kernel, info->kernel);
    smallm_plan_destroy(plan);
    return found;
}

/* Matrix kernels hold rows in tiles of 16. As the library's own choice does, take none with a tile too many while a
 * smaller kernel holds the shape. */
static bool has_tile_too_many(uint32_t m_tile, int64_t m) {
    bool smaller = false;
    for (uint32_t kernel = 0; kernel < smallm_kernel_count(); kernel++) {
        smallm_kernel_properties properties = {.size = sizeof properties};
        smallm_kernel_get_properties(kernel, &properties);
        smaller |= properties.m_tile >= 16 && properties.m_tile >= m && properties.m_tile < m_tile;
    }
    return smaller;
}

static double fastest; /* of the candidates being sorted */

static int compare(const void *left, const void *right) {
    const struct candidate *a = left, *b = right;
    const double limit = fastest * (1 + rank_margin);
    const bool equal = a->us <= limit && b->us <= limit;
    if (!equal && a->us != b->us)
        return a->us < b->us ? -1 : 1;
    if (a->own != b->own)
        return a->own ? -1 : 1;
    if (a->k_splits != b->k_splits)
        return a->k_splits < b->k_splits ? -1 : 1;
    if (a->m_tile != b->m_tile)
        return a->m_tile < b->m_tile ? -1 : 1;
    return a->kernel < b->kernel ? -1 : a->kernel > b->kernel;
}

size_t rank_candidates(struct candidate best[RANKED], smallm_context *context, struct shape shape) {
    char own[128], name[128];
    smallm_plan_info own_info, info;
    if (!ask(&own_info, own, context, shape, NULL, 0))
        return 0;
    struct candidate *all = malloc(smallm_kernel_count() * SPLITS * sizeof *all);
    if (all == NULL)
        return 0;
    size_t count = 0;
    for (uint32_t kernel = 0; kernel < smallm_kernel_count(); kernel++) {
        smallm_kernel_properties properties = {.size = sizeof properties};
        smallm_kernel_get_properties(kernel, &properties);
        if (shape.m > properties.m_tile || has_tile_too_many(properties.m_tile, shape.m))
            continue;
        for (size_t i = 0; i < SPLITS; i++) {
            if (!ask(&info, name, context, shape, smallm_kernel_name(kernel), splits[i]))
                continue;
            all[count++] = (struct candidate){
                .kernel = kernel,
                .k_splits = splits[i],
                .m_tile = properties.m_tile,
                .own = strcmp(name, own) == 0 && splits[i] == own_info.k_splits,
                .us = info.modelled_microseconds,
            };
        }
    }
    for (size_t i = 0; i < count; i++)
        if (i == 0 || all[i].us < fastest)
            fastest = all[i].us;
    qsort(all, count, sizeof *all, compare);
    if (count > RANKED)
        count = RANKED;
    memcpy(best, all, count * sizeof *best);
    free(all);
    return count;
}
