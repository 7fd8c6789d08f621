/* The rules of the public headers once more, as a judge: which answers a call may give, and what a right launch is.
 * Written from the headers and the kernels' documented bounds, and not from the library's code. */
#ifndef TESTS_FUZZ_ARGUMENTS_RULES_H
#define TESTS_FUZZ_ARGUMENTS_RULES_H

#include <stdbool.h>
#include <stdint.h>

#include "arguments_hip.h"
#include "smallm/smallm.h"

/* A set of statuses: bit number s is status s. */
typedef uint64_t statuses;

#define STATUS_SET(status) ((statuses)1 << (status))

/* The parameters in a kernel's name. */
struct kernel_shape {
    bool matrix; /* dense_mfma or moe_mfma, else dense_gemv or moe_gemv */
    unsigned m_tile, n_rows, k_lanes, k_waves, depth;
    unsigned n_tile, block, k_step;
};
struct kernel_shape kernel_shape(const char *name);

/* Does it compute dense problems, or MoE problems? */
bool kernel_is_dense(const char *name);
bool kernel_is_moe(const char *name);

/* The library's own copy of the name of a kernel that is built in, or NULL. */
const char *kernel_find(const char *name);

/* The most rows of any dense kernel that is built in, and whether there is any of family dense_mfma. */
unsigned kernels_m(void);
bool kernels_have_matrix(void);

enum { X, X_SCALE, W, W_SCALE, BIAS, OUT, BUFFERS };

/* Bytes of each buffer; nonsense, but no crash, where the problem is not valid. */
void buffer_needs(const smallm_dense_problem *problem, uint64_t bytes[BUFFERS]);

struct workspace {
    void *memory;
    uint64_t bytes;
};

/* The problem with its leading dimensions filled in. */
smallm_dense_problem full_problem(const smallm_dense_problem *problem);

/* Errors of the arguments alone; 0: they are valid. The field size is not looked at. buffers_errors is for valid
 * problems. */
statuses problem_errors(const smallm_dense_problem *problem);
statuses buffers_errors(const smallm_dense_problem *problem, const smallm_dense_buffers *buffers);
statuses workspace_errors(const smallm_plan_info *info, const struct workspace *workspace);

/* Of valid arguments: are they outside what the library ever takes, and so small that it must take them? */
bool outside_envelope(const smallm_dense_problem *problem);
bool well_inside(const smallm_dense_problem *problem);

/* Ends the program if the plan cannot be right for the problem. */
void judge_plan(const smallm_dense_problem *problem, const smallm_plan_info *info);

/* Ends the program if the launch is not what computes the problem. */
void judge_launch(const struct launch *launch, const smallm_dense_problem *problem, const smallm_dense_buffers *buffers,
                  const struct workspace *workspace, void *stream);

#endif
