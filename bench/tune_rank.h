/* The cost model's best few for a cell. */
#ifndef SMALLM_BENCH_TUNE_RANK_H
#define SMALLM_BENCH_TUNE_RANK_H

#include "tune_kind.h"

enum { RANKED = 8 };

struct candidate {
    uint32_t kernel; /* as smallm_kernel_name counts */
    uint32_t k_splits;
    uint32_t m_tile;
    size_t own;   /* problems of the cell for which the library takes it where there is no table */
    double us;    /* modelled, of the problem that takes it longest */
    double worst; /* us over those of the library's own choice, of the problem for which that is most */
};

/* Kernels that may lie this much above the fastest and count as equal to it: the model does not see finer. */
extern const double rank_margin;

struct ranking {
    struct candidate best[RANKED];
    size_t count;
    size_t slowest, quickest; /* problems for which the library's own choice takes most and least */
};

/* Of candidates that are equally fast: more problems for which it is the library's own choice, fewer K splits, fewer
 * rows held, the order of configs/kernels.csv. */
bool rank_prefers(const struct candidate *a, const struct candidate *b);

/* Fill in the best first and return how many there are. 0: no kernel does any problem of this cell, and
 * smallm_last_error() says why. A problem that a candidate cannot do keeps the library's own choice, as it will when
 * the table has the row. The order is that of `worst`; those within rank_margin of the least come first, as
 * rank_prefers says. */
size_t rank_candidates(struct ranking *ranking, smallm_context *context, const struct tune_kind *kind,
                       const struct cell *cell);

#endif
