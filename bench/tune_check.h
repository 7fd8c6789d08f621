/* Is a kernel right? Asked once for each kernel and class of shapes, on a small shape of that class. */
#ifndef SMALLM_BENCH_TUNE_CHECK_H
#define SMALLM_BENCH_TUNE_CHECK_H

#include "backend.h"
#include "tune_rank.h"

enum {
    CLASS_TAILS = 4,    /* K % 128: 0, 32, 64, 96 */
    CLASS_N_TAIL = 4,   /* N no multiple of the kernel's n_tile */
    CLASS_SPLIT = 8,    /* several workgroups share the K of a tile */
    CLASS_VARIANT = 16, /* dense: M below the kernel's m_tile; MoE: weighted */
    CLASS_SHORT = 32,   /* no wave has more K steps than it holds in flight: no loop */
    CLASS_IDLE = 64,    /* instead: waves without any K step */
    CLASSES = 96
};

/* N and K of a trial whose kernel, class and k_splits are set: the smallest of that class. */
void trial_make_small(struct trial *trial);

struct checker {
    const struct backend *backend;
    const struct tune_kind *kind;
    unsigned char *known; /* [kernels][CLASSES], of enum verdict */
    size_t checks, wrong;
};

enum verdict { VERDICT_UNKNOWN, VERDICT_RIGHT, VERDICT_WRONG, VERDICT_NO_DEVICE };

enum exit_status checker_open(struct checker *checker, const struct tune_kind *kind, const struct backend *backend);
void checker_close(struct checker *checker);

/* Says on stderr what is wrong, the first time. VERDICT_NO_DEVICE: no more can be asked. */
enum verdict checker_ask(struct checker *checker, const struct candidate *candidate, const struct cell *cell);

#endif
