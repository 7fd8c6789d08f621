#include "tune_check.h"

#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "dense.h"
#include "quantise.h"
#include "smallm/dense.h"
#include "smallm/workspace.h"
#include "tune_progress.h"

enum tensor { X, X_SCALE, W, W_SCALE, OUT, WORKSPACE, TENSORS };

enum { MFMA_K = 128, SEED = 4 };

static const double x_deviation = 0.5, w_deviation = 0.1;

/* One small problem of a class and everything that must be given back. */
struct trial {
    const struct backend *backend;
    struct shape shape;
    size_t bytes[TENSORS];
    void *host[TENSORS], *device[TENSORS];
    double *sum, *magnitude;
    smallm_plan *plan;
};

enum exit_status checker_open(struct checker *checker, const struct backend *backend) {
    *checker = (struct checker){.backend = backend, .known = calloc(smallm_kernel_count(), CLASSES)};
    return checker->known != NULL ? EXIT_RIGHT : complain(EXIT_BAD_ARGUMENTS, "there is no memory for the verdicts");
}

void checker_close(struct checker *checker) {
    free(checker->known);
}

static unsigned class_of(const smallm_kernel_properties *kernel, uint32_t k_splits, struct shape shape) {
    const unsigned slices = kernel->k_waves * k_splits, steps = (shape.k + kernel->k_step - 1) / kernel->k_step;
    unsigned class = shape.k % MFMA_K / SMALLM_BLOCK_K;
    if (shape.n % kernel->n_tile != 0)
        class += CLASS_N_TAIL;
    if (k_splits > 1)
        class += CLASS_SPLIT;
    if (shape.m < kernel->m_tile)
        class += CLASS_M_TAIL;
    if (steps < slices)
        class += CLASS_IDLE;
    else if (steps <= slices * kernel->depth)
        class += CLASS_SHORT;
    return class;
}

/* Uneven slices wherever the class allows. */
static unsigned small_steps(const smallm_kernel_properties *kernel, unsigned slices, unsigned class) {
    if ((class & CLASS_IDLE) != 0)
        return slices / 2;
    if ((class & CLASS_SHORT) != 0)
        return slices * kernel->depth - (kernel->depth > 1);
    return slices * (kernel->depth + 1) + 1;
}

/* Two tiles of columns; the last K step of a kernel whose steps are longer than a matrix instruction's is not full. */
static struct shape small_shape(const smallm_kernel_properties *kernel, uint32_t k_splits, unsigned class) {
    const unsigned steps = small_steps(kernel, kernel->k_waves * k_splits, class);
    const unsigned tail = class % CLASS_TAILS * SMALLM_BLOCK_K;
    const unsigned last = tail == 0 && kernel->k_step == MFMA_K ? MFMA_K : kernel->k_step - MFMA_K + tail;
    return (struct shape){
        .k = (steps - 1) * kernel->k_step + last,
        .n = 2 * kernel->n_tile - ((class & CLASS_N_TAIL) != 0),
        .m = kernel->m_tile - ((class & CLASS_M_TAIL) != 0),
    };
}

static bool make_inputs(struct trial *trial) {
    const size_t m = trial->shape.m, n = trial->shape.n, k = trial->shape.k, blocks = k / SMALLM_BLOCK_K;
    const size_t bytes[TENSORS] = {m * k, m * blocks, n * k, n * blocks, m * n * sizeof(uint16_t)};
    for (int i = 0; i <= OUT; i++) {
        trial->bytes[i] = bytes[i];
        trial->host[i] = malloc(bytes[i]);
        if (trial->host[i] == NULL)
            return false;
    }
    trial->sum = malloc(m * n * sizeof *trial->sum);
    trial->magnitude = malloc(m * n * sizeof *trial->magnitude);
    if (trial->sum == NULL || trial->magnitude == NULL)
        return false;
    quantise_normal(trial->host[X], trial->host[X_SCALE], m, k, x_deviation, SEED);
    quantise_normal(trial->host[W], trial->host[W_SCALE], n, k, w_deviation, SEED + 1);
    const struct dense_inputs inputs = {
        .m = m,
        .n = n,
        .k = k,
        .ldx = k,
        .ldxs = blocks,
        .x = trial->host[X],
        .x_scale = trial->host[X_SCALE],
        .w = trial->host[W],
        .w_scale = trial->host[W_SCALE],
    };
    return dense_reference(&inputs, trial->sum, trial->magnitude) == 0;
}

static enum exit_status upload(struct trial *trial) {
    const struct backend *backend = trial->backend;
    for (int i = 0; i < TENSORS; i++) {
        if (trial->bytes[i] == 0)
            continue;
        enum exit_status status =
            backend_check(backend, backend->hipMalloc(&trial->device[i], trial->bytes[i]), "hipMalloc");
        if (status == EXIT_RIGHT && i < OUT)
            status = backend_check(
                backend, backend->hipMemcpy(trial->device[i], trial->host[i], trial->bytes[i], hipMemcpyHostToDevice),
                "hipMemcpy to the device");
        /* NaN, so that an element that the kernel leaves out is seen. */
        if (status == EXIT_RIGHT && i == OUT)
            status = backend_check(backend, backend->hipMemset(trial->device[i], 0xff, trial->bytes[i]), "hipMemset");
        if (status == EXIT_RIGHT && i == WORKSPACE)
            status = exit_status_of(smallm_workspace_init(backend->context, trial->device[i], trial->bytes[i], NULL));
        if (status != EXIT_RIGHT)
            return status;
    }
    return EXIT_RIGHT;
}

/* A launch that fails in the simulator is the kernel's fault; on a GPU nothing that follows could be trusted. */
static enum verdict launch(const struct trial *trial, const char *kernel) {
    const struct backend *backend = trial->backend;
    smallm_dense_buffers buffers;
    smallm_dense_buffers_init(&buffers, sizeof buffers);
    buffers.x = trial->device[X];
    buffers.x_scale = trial->device[X_SCALE];
    buffers.w = trial->device[W];
    buffers.w_scale = trial->device[W_SCALE];
    buffers.out = trial->device[OUT];
    smallm_status status =
        smallm_dense_execute(trial->plan, &buffers, trial->device[WORKSPACE], trial->bytes[WORKSPACE], NULL);
    hipError_t error = hipSuccess;
    if (status == SMALLM_OK)
        error = backend->hipDeviceSynchronize();
    if (status == SMALLM_OK && error == hipSuccess)
        return VERDICT_RIGHT;
    const char *why = status != SMALLM_OK ? smallm_last_error() : backend->hipGetErrorString(error);
    progress_clear();
    complain(EXIT_NO_DEVICE, "%s failed at M=%u N=%u K=%u: %s%s%s", kernel, trial->shape.m, trial->shape.n,
             trial->shape.k, why, backend->sim.present ? "; " : "",
             backend->sim.present ? backend->sim.gfx950sim_findings() : "");
    return backend->sim.present ? VERDICT_WRONG : VERDICT_NO_DEVICE;
}

static enum verdict run(struct trial *trial, const char *kernel, uint32_t k_splits) {
    const struct backend *backend = trial->backend;
    smallm_dense_problem problem;
    smallm_dense_problem_init(&problem, sizeof problem);
    problem.m = trial->shape.m;
    problem.n = trial->shape.n;
    problem.k = trial->shape.k;
    problem.kernel = kernel;
    problem.k_splits = k_splits;
    problem.ignore_tuning = 1;
    smallm_plan_info info = {.size = sizeof info};
    if (exit_status_of(smallm_dense_plan_create(&trial->plan, backend->context, &problem)) != EXIT_RIGHT ||
        exit_status_of(smallm_plan_get_info(trial->plan, &info)) != EXIT_RIGHT)
        return VERDICT_WRONG;
    trial->bytes[WORKSPACE] = info.workspace_bytes;
    if (!make_inputs(trial)) {
        complain(EXIT_BAD_ARGUMENTS, "there is no memory for M=%u N=%u K=%u", trial->shape.m, trial->shape.n,
                 trial->shape.k);
        return VERDICT_NO_DEVICE;
    }
    if (upload(trial) != EXIT_RIGHT)
        return VERDICT_NO_DEVICE;
    const enum verdict verdict = launch(trial, kernel);
    if (verdict != VERDICT_RIGHT)
        return verdict;
    hipError_t error =
        backend->hipMemcpy(trial->host[OUT], trial->device[OUT], trial->bytes[OUT], hipMemcpyDeviceToHost);
    if (backend_check(backend, error, "hipMemcpy from the device") != EXIT_RIGHT)
        return VERDICT_NO_DEVICE;
    const size_t m = trial->shape.m, n = trial->shape.n;
    const struct check_result result =
        check_out(SMALLM_TYPE_BF16, trial->host[OUT], n, trial->sum, trial->magnitude, m, n, trial->shape.k);
    if (result.pass)
        return VERDICT_RIGHT;
    progress_clear();
    complain(EXIT_WRONG_RESULT,
             "%s is wrong at M=%zu N=%zu K=%u k_splits=%u: %zu of %zu elements are past their bound, worst at row %zu, "
             "column %zu; rel_err %.3e",
             kernel, m, n, trial->shape.k, k_splits, result.wrong, m * n, result.worst_row, result.worst_column,
             result.rel_err);
    return VERDICT_WRONG;
}

static void give_back(struct trial *trial) {
    for (int i = 0; i < TENSORS; i++) {
        if (trial->device[i] != NULL)
            trial->backend->hipFree(trial->device[i]);
        free(trial->host[i]);
    }
    free(trial->sum);
    free(trial->magnitude);
    smallm_plan_destroy(trial->plan);
}

enum verdict checker_ask(struct checker *checker, const struct candidate *candidate, struct shape shape) {
    smallm_kernel_properties kernel = {.size = sizeof kernel};
    smallm_kernel_get_properties(candidate->kernel, &kernel);
    const unsigned class = class_of(&kernel, candidate->k_splits, shape);
    unsigned char *known = &checker->known[candidate->kernel * CLASSES + class];
    if (*known != VERDICT_UNKNOWN)
        return *known;
    const uint32_t k_splits = candidate->k_splits > 1 ? 2 : 1;
    const char *name = smallm_kernel_name(candidate->kernel);
    struct trial trial = {.backend = checker->backend, .shape = small_shape(&kernel, k_splits, class)};
    checker->checks++;
    *known = (unsigned char)run(&trial, name, k_splits);
    give_back(&trial);
    if (*known == VERDICT_WRONG) {
        checker->wrong++;
        complain(EXIT_WRONG_RESULT, "%s is left out of the table for shapes like M=%u N=%u K=%u with k_splits %u", name,
                 shape.m, shape.n, shape.k, candidate->k_splits);
    }
    return *known;
}
