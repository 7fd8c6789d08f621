#ifndef SMALLM_SRC_DENSE_TUNED_H
#define SMALLM_SRC_DENSE_TUNED_H

#include "dense_choose.h"

/* Does the table's row of this shape decide? Then the choice is filled in. A row that does not is kept in the choice,
 * with the reason. SMALLM_DECLINED if the row says that the caller's own path is faster. */
smallm_status smallm_dense_tuned(bool *decided, struct smallm_dense_choice *choice,
                                 const struct smallm_dense_filter *filter, const smallm_dense_problem *problem,
                                 const struct smallm_dense_table *table);

#endif
