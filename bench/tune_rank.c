#include "tune_rank.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const double rank_margin = 0.01;

/* From 1 workgroup to more than any shape of the envelope gains by. */
static const uint32_t splits[] = {1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 20, 24, 32};
enum { SPLITS = sizeof splits / sizeof splits[0], NAME_BYTES = 128 };

struct answer {
    char kernel[NAME_BYTES];
    uint32_t k_splits;
    double us;
};

struct question {
    smallm_context *context;
    const struct tune_kind *kind;
    const struct cell *cell;
    struct answer *own; /* [cell->problems], the library's */
};

/* `kernel` NULL and `k_splits` 0: the library's own choice. */
static bool ask(struct answer *answer, const struct question *question, size_t at, const char *kernel,
                uint32_t k_splits) {
    smallm_plan *plan = NULL;
    smallm_plan_info info = {.size = sizeof info};
    const bool found =
        question->kind->plan(&plan, question->context, question->cell, at, kernel, k_splits) == SMALLM_OK &&
        smallm_plan_get_info(plan, &info) == SMALLM_OK && strlen(info.kernel) < NAME_BYTES;
    if (found) {
        strcpy(answer->kernel, info.kernel);
        answer->k_splits = info.k_splits;
        answer->us = info.modelled_microseconds;
    }
    smallm_plan_destroy(plan);
    return found;
}

static bool is_of(uint32_t kernel, const struct tune_kind *kind) {
    char prefix[NAME_BYTES];
    snprintf(prefix, sizeof prefix, "smallm_%s_", kind->name);
    return strncmp(smallm_kernel_name(kernel), prefix, strlen(prefix)) == 0;
}

/* Matrix kernels hold rows in tiles of 16. As the library's own choice does, take none with a tile too many while a
 * smaller kernel holds the rows. */
static bool has_tile_too_many(uint32_t m_tile, const struct question *question) {
    const unsigned rows = question->kind->rows(question->cell);
    bool smaller = false;
    for (uint32_t kernel = 0; kernel < smallm_kernel_count(); kernel++) {
        smallm_kernel_properties properties = {.size = sizeof properties};
        smallm_kernel_get_properties(kernel, &properties);
        smaller |= is_of(kernel, question->kind) && properties.m_tile >= 16 && properties.m_tile >= rows &&
                   properties.m_tile < m_tile;
    }
    return smaller;
}

/* False where it does none of the problems. */
static bool judge(struct candidate *candidate, const struct question *question,
                  const smallm_kernel_properties *properties) {
    const char *name = smallm_kernel_name(candidate->kernel);
    bool any = false;
    candidate->own = 0;
    candidate->us = candidate->worst = 0;
    for (size_t at = 0; at < question->cell->problems; at++) {
        const struct answer *own = &question->own[at];
        struct answer answer;
        const bool takes = own->us > 0 && question->kind->follows(question->cell, at, properties) &&
                           ask(&answer, question, at, name, candidate->k_splits);
        any |= takes;
        if (!takes)
            answer = *own;
        else if (answer.us > candidate->us)
            candidate->us = answer.us;
        candidate->own += takes && strcmp(answer.kernel, own->kernel) == 0 && answer.k_splits == own->k_splits;
        if (own->us > 0 && answer.us / own->us > candidate->worst)
            candidate->worst = answer.us / own->us;
    }
    return any;
}

static int prefer(const struct candidate *a, const struct candidate *b) {
    if (a->own != b->own)
        return a->own > b->own ? -1 : 1;
    if (a->k_splits != b->k_splits)
        return a->k_splits < b->k_splits ? -1 : 1;
    if (a->m_tile != b->m_tile)
        return a->m_tile < b->m_tile ? -1 : 1;
    return a->kernel < b->kernel ? -1 : a->kernel > b->kernel;
}

bool rank_prefers(const struct candidate *a, const struct candidate *b) {
    return prefer(a, b) < 0;
}

static double least; /* `worst` of the candidates being sorted */

static int compare(const void *left, const void *right) {
    const struct candidate *a = left, *b = right;
    const double limit = least * (1 + rank_margin);
    const bool equal = a->worst <= limit && b->worst <= limit;
    if (!equal && a->worst != b->worst)
        return a->worst < b->worst ? -1 : 1;
    return prefer(a, b);
}

static size_t judge_all(struct candidate *all, const struct question *question) {
    size_t count = 0;
    for (uint32_t kernel = 0; kernel < smallm_kernel_count(); kernel++) {
        smallm_kernel_properties properties = {.size = sizeof properties};
        smallm_kernel_get_properties(kernel, &properties);
        if (!is_of(kernel, question->kind) || has_tile_too_many(properties.m_tile, question))
            continue;
        for (size_t i = 0; i < (properties.splits_k ? SPLITS : 1); i++) {
            all[count] = (struct candidate){.kernel = kernel, .k_splits = splits[i], .m_tile = properties.m_tile};
            count += judge(&all[count], question, &properties);
        }
    }
    return count;
}

static void find_ends(struct ranking *ranking, const struct question *question) {
    const struct answer *own = question->own;
    ranking->slowest = ranking->quickest = 0;
    for (size_t at = 0; at < question->cell->problems; at++) {
        if (own[at].us > own[ranking->slowest].us)
            ranking->slowest = at;
        if (own[at].us > 0 && (own[ranking->quickest].us == 0 || own[at].us < own[ranking->quickest].us))
            ranking->quickest = at;
    }
}

static size_t rank(struct ranking *ranking, const struct question *question) {
    bool any = false;
    for (size_t at = 0; at < question->cell->problems; at++)
        any |= ask(&question->own[at], question, at, NULL, 0);
    find_ends(ranking, question);
    struct candidate *all = any ? malloc((smallm_kernel_count() * SPLITS + 1) * sizeof *all) : NULL;
    if (all == NULL)
        return 0;
    size_t count = judge_all(all, question);
    for (size_t i = 0; i < count; i++)
        if (i == 0 || all[i].worst < least)
            least = all[i].worst;
    qsort(all, count, sizeof *all, compare);
    if (count > RANKED)
        count = RANKED;
    memcpy(ranking->best, all, count * sizeof *all);
    free(all);
    return count;
}

size_t rank_candidates(struct ranking *ranking, smallm_context *context, const struct tune_kind *kind,
                       const struct cell *cell) {
    struct question question = {context, kind, cell, calloc(cell->problems, sizeof *question.own)};
    ranking->count = question.own == NULL ? 0 : rank(ranking, &question);
    free(question.own);
    return ranking->count;
}
