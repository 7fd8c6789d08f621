#ifndef SMALLM_SRC_TUNED_H
#define SMALLM_SRC_TUNED_H

#include "choose.h"

/* Does the table's row of this problem decide? Then the choice is filled in. A row that does not is kept in the choice,
 * with the reason. SMALLM_DECLINED if the row says that the caller's own path is faster. */
smallm_status smallm_tuned(bool *decided, struct smallm_choice *choice, const struct smallm_filter *filter,
                           const struct smallm_question *question);

#endif
