/* Batch-invariant choice. The order in which a row's products are added depends, in the families of matrix kernels, on
 * K, k_waves and k_splits alone; so these two are chosen without regard to the number of rows, and the rest by it. */
#ifndef SMALLM_SRC_INVARIANT_H
#define SMALLM_SRC_INVARIANT_H

#include "choose.h"

/* Narrow the filter to one k_waves and one k_splits, chosen by what all of the problems asked have in common and what
 * the filter asks for already, so that none is much slower than it need be. False, with the reason, when nothing fits
 * them all. */
bool smallm_invariant(struct smallm_filter *filter, const struct smallm_question *question, struct smallm_reason *why);

#endif
