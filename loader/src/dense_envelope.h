#ifndef SMALLM_SRC_DENSE_ENVELOPE_H
#define SMALLM_SRC_DENSE_ENVELOPE_H

#include "smallm/dense.h"

/* Are types and M such that some kernel could do it? SMALLM_DECLINED with the reason if not. The problem has passed its
 * guards. */
smallm_status smallm_dense_envelope(const smallm_dense_problem *problem);

#endif
