#include "run_routed.h"

#include <stdio.h>
#include <string.h>

#include "device.h"
#include "element.h"

bool moe_kernel(uint32_t index, struct moe_kernel *kernel) {
    for (uint32_t i = 0; i < smallm_kernel_count(); i++) {
        *kernel = (struct moe_kernel){.name = smallm_kernel_name(i)};
        if (sscanf(kernel->name, "smallm_moe_%7[a-z]_m%u_r%u_l%u_w%u_d%u", kernel->family, &kernel->m_tile,
                   &kernel->n_rows, &kernel->k_lanes, &kernel->k_waves, &kernel->depth) != 6)
            continue;
        smallm_kernel_properties properties = {.size = sizeof properties};
        if (index-- == 0 && smallm_kernel_get_properties(i, &properties) == SMALLM_OK) {
            kernel->splits_k = properties.splits_k != 0;
            return true;
        }
    }
    return false;
}

uint32_t moe_kernel_count(void) {
    struct moe_kernel kernel;
    uint32_t count = 0;
    while (moe_kernel(count, &kernel))
        count++;
    return count;
}

size_t moe_least_k(const struct moe_kernel *kernel, int64_t k_splits) {
    enum { K_STEP = 128, BLOCK = 32 };
    return K_STEP * ((size_t)k_splits * kernel->k_waves - 1) + BLOCK;
}

smallm_status routed_plan(smallm_plan **plan, smallm_context *context, const struct routed *routed,
                          const struct routed_choice *choice) {
    smallm_moe_problem problem = routed_problem(routed);
    problem.kernel = choice->kernel;
    problem.k_splits = choice->k_splits;
    problem.ignore_tuning = 1;
    return smallm_moe_plan_create(plan, context, &problem);
}

void routed_relax(smallm_context *context, const struct routed *routed, struct routed_choice *choice) {
    for (;;) {
        smallm_plan *plan = NULL;
        const smallm_status status = routed_plan(&plan, context, routed, choice);
        smallm_plan_destroy(plan);
        if (status != SMALLM_DECLINED || choice->kernel == NULL)
            return;
        if (choice->k_splits == 0)
            choice->kernel = NULL;
        choice->k_splits = 0;
    }
}

static bool wrong(const struct routed *routed, const struct routed_choice *choice, const struct routed_outcome *outcome,
                  const char *what) {
    const struct routed_shape *shape = &routed->shape;
    fprintf(stderr,
            "%s: E=%zu N=%zu K=%zu T=%zu top_k=%zu a_div=%zu x_rows=%zu block_m=%zu sorted_len=%zu ldx=%zu ldxs=%zu "
            "ldo=%zu weighted=%d combine=%d out=%s determinism=%d seed=%llu posts=%d, kernel %s (asked for %s), "
            "k_splits %u (asked for %lld): ",
            what, shape->experts, shape->n, shape->k, shape->tokens, shape->top_k, shape->a_div, shape->x_rows,
            shape->block_m, shape->sorted_len, shape->ldx, shape->ldxs, shape->ldo, shape->weighted, shape->combine,
            element_name(shape->out_type), (int)shape->determinism, (unsigned long long)shape->seed, routed->posts,
            outcome->kernel, choice->kernel != NULL ? choice->kernel : "any", outcome->k_splits,
            (long long)choice->k_splits);
    return false;
}

static smallm_status execute(struct routed *routed, smallm_context *context, const struct routed_choice *choice,
                             struct routed_outcome *outcome) {
    smallm_plan *plan;
    smallm_status status = routed_plan(&plan, context, routed, choice);
    if (status != SMALLM_OK)
        return status;
    smallm_plan_info info = {.size = sizeof info};
    smallm_plan_get_info(plan, &info);
    snprintf(outcome->kernel, sizeof outcome->kernel, "%s", info.kernel);
    outcome->k_splits = info.k_splits;
    outcome->workspace_bytes = info.workspace_bytes;
    routed_clear_out(routed);
    smallm_moe_buffers buffers = routed_buffers(routed);
    void *space = info.workspace_bytes != 0 ? run_workspace(info.workspace_bytes) : NULL;
    status = smallm_moe_execute(plan, &buffers, space, info.workspace_bytes, NULL);
    smallm_plan_destroy(plan);
    return status;
}

bool run_routed(struct routed *routed, smallm_context *context, const struct routed_choice *choice, const char *what,
                struct routed_outcome *given) {
    struct routed_outcome own = {.kernel = "none"}, *outcome = given != NULL ? given : &own;
    *outcome = own;
    const smallm_status status = execute(routed, context, choice, outcome);
    const int finished = device_finish();
    if (status != SMALLM_OK || finished != 0) {
        wrong(routed, choice, outcome, what);
        fprintf(stderr, "%s %s\n", smallm_status_string(status),
                status != SMALLM_OK ? smallm_last_error() : "the launch failed or the simulator found something");
        return false;
    }
    outcome->check = routed_check(routed);
    const struct check_result *check = &outcome->check;
    if (choice->many_scales ? check->wrong != 0 : !check->pass) {
        wrong(routed, choice, outcome, what);
        fprintf(stderr, "%zu elements wrong, worst %g times its bound at row %zu, column %zu, rel_err %g\n",
                check->wrong, check->bound_ratio, check->worst_row, check->worst_column, check->rel_err);
        return false;
    }
    const char *band = routed_check_bands(routed);
    if (band != NULL) {
        wrong(routed, choice, outcome, what);
        fprintf(stderr, "something was written %s\n", band);
    }
    return band == NULL;
}
