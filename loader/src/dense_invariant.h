/* Batch-invariant choice. The order in which a row's products are added depends, in the family dense_mfma, on K,
 * k_waves and k_splits alone; so these two are chosen without regard to M, and the rest by M. */
#ifndef SMALLM_SRC_DENSE_INVARIANT_H
#define SMALLM_SRC_DENSE_INVARIANT_H

#include "dense_search.h"

/* Narrow the filter to one k_waves and one k_splits, chosen by N, K and what the filter asks for already, so that no M
 * is much slower than it need be. False, with the reason, when nothing fits every M. */
bool smallm_dense_invariant(struct smallm_dense_filter *filter, int64_t n, int64_t k, struct smallm_reason *why);

#endif
