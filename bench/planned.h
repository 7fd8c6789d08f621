/* A plan of the benches, dense or grouped, with what a launch of it needs beside the tensors. */
#ifndef SMALLM_BENCH_PLANNED_H
#define SMALLM_BENCH_PLANNED_H

#include "backend.h"
#include "smallm/plan.h"

struct planned {
    const struct backend *backend;
    smallm_plan *plan;
    smallm_plan_info info;
    void *workspace;
};

/* With what the creation of the plan gave: its info, and a workspace that is ready. EXIT_DECLINED without a word, with
 * smallm_last_error() set, where there is no plan. planned_free is needed also where this fails. */
enum exit_status planned_finish(struct planned *planned, const struct backend *backend, smallm_plan *plan,
                                smallm_status created);
void planned_free(struct planned *planned);

#endif
