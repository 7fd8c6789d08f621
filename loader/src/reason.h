/* Why a kernel cannot do a problem. */
#ifndef SMALLM_SRC_REASON_H
#define SMALLM_SRC_REASON_H

#include <stdbool.h>

/* Where several kernels are asked, the reason of the one that came furthest stays: the highest rank, and the last. */
struct smallm_reason {
    int rank;
    char text[512];
};

/* Returns false. */
__attribute__((format(printf, 3, 4))) bool smallm_no(struct smallm_reason *why, int rank, const char *format, ...);

#endif
