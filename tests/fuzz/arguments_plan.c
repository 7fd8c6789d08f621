#include <stdlib.h>
#include <string.h>

#include "arguments_case.h"
#include "fuzz.h"

smallm_dense_problem with_forced(const smallm_dense_problem *problem) {
    smallm_dense_problem full = *problem;
    if (full.kernel == NULL)
        full.kernel = it.kernel != NULL && kernel_is_dense(it.kernel) ? it.kernel : NULL;
    else if (kernel_find(full.kernel) != NULL)
        full.kernel = kernel_find(full.kernel);
    return full;
}

static bool table_declines(const struct cell *cell, const smallm_dense_problem *problem) {
    return cell != NULL && !cell->use_asm && !problem->ignore_tuning && problem->kernel == NULL &&
           problem->determinism != SMALLM_BATCH_INVARIANT;
}

statuses plan_answers(const smallm_dense_problem *problem) {
    const statuses errors = problem_errors(problem);
    const bool table_is_known = it.table.known || it.table.count == 0;
    if (errors != 0)
        return errors;
    if (problem->kernel != NULL && !kernel_is_dense(problem->kernel))
        return DECLINED;
    if (outside_envelope(problem) || table_declines(table_cell(&it.table, problem), problem))
        return DECLINED;
    return well_inside(problem) && table_is_known ? OK : OK | DECLINED;
}

static void check_tuned(const smallm_dense_problem *problem, const smallm_plan_info *info) {
    const struct cell *cell = table_cell(&it.table, problem);
    if (cell == NULL || !well_inside(problem) || problem->determinism == SMALLM_BATCH_INVARIANT)
        return;
    if (strcmp(info->kernel, cell->kernel) != 0 || info->k_splits != cell->k_splits)
        wrong("the table says %s with k_splits %u, the plan %s with %u", cell->kernel, cell->k_splits, info->kernel,
              info->k_splits);
}

/* Another M, the same order of additions. */
static void check_invariant(const struct held_plan *held) {
    smallm_dense_problem other = held->problem;
    if (other.determinism != SMALLM_BATCH_INVARIANT || !well_inside(&other))
        return;
    other.m = 1 + (int64_t)fuzz_below(kernels_m());
    smallm_plan *plan;
    check("smallm_dense_plan_create", smallm_dense_plan_create(&plan, it.context, &other), OK);
    smallm_plan_info info = {.size = sizeof info};
    check("smallm_plan_get_info", smallm_plan_get_info(plan, &info), OK);
    const struct kernel_shape here = kernel_shape(info.kernel), there = kernel_shape(held->info.kernel);
    if (!here.matrix || here.k_waves != there.k_waves || info.k_splits != held->info.k_splits)
        wrong("batch-invariant: M %lld has %s with k_splits %u, M %lld has %s with %u", (long long)other.m, info.kernel,
              info.k_splits, (long long)held->problem.m, held->info.kernel, held->info.k_splits);
    smallm_plan_destroy(plan);
}

void drop_plan(unsigned index) {
    smallm_plan_destroy(it.plans[index].plan);
    it.plans[index] = it.plans[--it.count];
}

smallm_dense_problem some_problem(void) {
    if (it.table.count > 0 && fuzz_once_in(3)) {
        const struct cell *cell = &it.table.cells[fuzz_below(it.table.count)];
        smallm_dense_problem problem = make_easy_problem();
        problem.m = cell->m, problem.n = cell->n, problem.k = cell->k;
        problem.ldx = problem.ldxs = problem.ldo = 0;
        return problem;
    }
    return make_problem(fuzz_once_in(3));
}

void step_plan(void) {
    const smallm_dense_problem asked = some_problem(), problem = with_forced(&asked);
    struct sized given = sized_copy(&asked, sizeof asked);
    const unsigned null = fuzz_once_in(32) ? 1 + (unsigned)fuzz_below(3) : 0;
    smallm_plan *plan = (smallm_plan *)(void *)&it;
    hip_clear();
    const smallm_status status = smallm_dense_plan_create(null == 1 ? NULL : &plan, null == 2 ? NULL : it.context,
                                                          null == 3 ? NULL : given.memory);
    free(given.memory);
    statuses allowed = null != 0 ? NULL_POINTER : 0;
    if (given.wrong)
        allowed |= STRUCT_SIZE;
    if (allowed != 0)
        allowed |= problem_errors(&problem);
    else
        allowed = plan_answers(&problem);
    check("smallm_dense_plan_create", status, allowed);
    if (hip.calls != 0 || (null != 1 && (plan != NULL) != (status == SMALLM_OK)))
        wrong("a plan %p with %s and %u HIP calls", (void *)plan, smallm_status_string(status), hip.calls);
    if (status != SMALLM_OK)
        return;
    if (it.count == PLANS)
        drop_plan((unsigned)fuzz_below(PLANS));
    struct held_plan *held = &it.plans[it.count++];
    *held = (struct held_plan){.plan = plan, .problem = problem, .info.size = sizeof held->info};
    check("smallm_plan_get_info", smallm_plan_get_info(plan, &held->info), OK);
    judge_plan(&problem, &held->info);
    check_tuned(&problem, &held->info);
    check_invariant(held);
}
