#include "arguments_rules.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "smallm_kernargs.h"

/* As the listings' headers and HIP state them. */
static const uint64_t GEMV_K = 1ull << 29, MATRIX_K = 1ull << 25, MOST_N = 1ull << 29;
static const uint64_t TICKETS = 4096, MOST_WORK_ITEMS = 0xffffffffull, MOST_GRID_Y = 65536;

static uint64_t up(uint64_t a, uint64_t b) {
    return a / b + (a % b != 0);
}

bool kernel_is_dense(const char *name) {
    return strncmp(name, "smallm_dense_", strlen("smallm_dense_")) == 0;
}

bool kernel_is_moe(const char *name) {
    return strncmp(name, "smallm_moe_mfma_", strlen("smallm_moe_mfma_")) == 0 ||
           strncmp(name, "smallm_moe_gemv_", strlen("smallm_moe_gemv_")) == 0;
}

struct kernel_shape kernel_shape(const char *name) {
    struct kernel_shape shape = {0};
    char family[8];
    int end = 0;
    const char *rest = strncmp(name, "smallm_dense_", 13) == 0 ? name + 13 : name + strlen("smallm_moe_");
    if ((!kernel_is_dense(name) && !kernel_is_moe(name)) ||
        sscanf(rest, "%4[a-z]_m%u_r%u_l%u_w%u_d%u%n", family, &shape.m_tile, &shape.n_rows, &shape.k_lanes,
               &shape.k_waves, &shape.depth, &end) != 6 ||
        rest[end] != '\0')
        wrong("the kernel name %s has no parameters", name);
    shape.matrix = strcmp(family, "mfma") == 0;
    if (!shape.matrix && strcmp(family, "gemv") != 0)
        wrong("the kernel %s is of no known family", name);
    const unsigned waves = shape.matrix ? shape.k_waves : 4, group = shape.matrix ? 16 : 64 / shape.k_lanes;
    shape.n_tile = waves / shape.k_waves * shape.n_rows * group;
    shape.block = 64 * waves;
    shape.k_step = shape.matrix ? 128 : 32 * shape.k_lanes;
    return shape;
}

const char *kernel_find(const char *name) {
    for (uint32_t i = 0; i < smallm_kernel_count(); i++)
        if (strcmp(smallm_kernel_name(i), name) == 0)
            return smallm_kernel_name(i);
    return NULL;
}

unsigned kernels_m(void) {
    unsigned most = 0;
    for (uint32_t i = 0; i < smallm_kernel_count(); i++) {
        if (!kernel_is_dense(smallm_kernel_name(i)))
            continue;
        const unsigned m = kernel_shape(smallm_kernel_name(i)).m_tile;
        most = m > most ? m : most;
    }
    return most;
}

bool kernels_have_matrix(void) {
    for (uint32_t i = 0; i < smallm_kernel_count(); i++)
        if (kernel_is_dense(smallm_kernel_name(i)) && kernel_shape(smallm_kernel_name(i)).matrix)
            return true;
    return false;
}

static unsigned type_bytes(int32_t type) {
    static const unsigned bytes[] = {0, 1, 2, 2, 4};
    return type >= SMALLM_TYPE_NONE && type <= SMALLM_TYPE_F32 ? bytes[type] : 0;
}

smallm_dense_problem full_problem(const smallm_dense_problem *problem) {
    smallm_dense_problem full = *problem;
    full.ldx = full.ldx == 0 ? full.k : full.ldx;
    full.ldxs = full.ldxs == 0 ? full.k / 32 : full.ldxs;
    full.ldo = full.ldo == 0 ? full.n : full.ldo;
    return full;
}

static bool is_dimension(int64_t value) {
    return value >= 1 && value <= INT32_MAX;
}

static bool is_leading(int64_t given, int64_t row, int64_t multiple) {
    return given == 0 ? row % multiple == 0 : given >= row && given <= INT32_MAX && given % multiple == 0;
}

statuses problem_errors(const smallm_dense_problem *p) {
    statuses errors = 0;
    if (!is_dimension(p->m) || !is_dimension(p->n) || !is_dimension(p->k) || p->k_splits < 0 || p->k_splits > INT32_MAX)
        errors |= STATUS_SET(SMALLM_ERROR_DIMENSION);
    if (p->k % 32 != 0)
        errors |= STATUS_SET(SMALLM_ERROR_K_MULTIPLE);
    if (!is_leading(p->ldx, p->k, 16) || !is_leading(p->ldxs, p->k / 32, 1) || !is_leading(p->ldo, p->n, 1))
        errors |= STATUS_SET(SMALLM_ERROR_LEADING_DIMENSION);
    const int32_t types[] = {p->x_type, p->w_type, p->out_type};
    for (int i = 0; i < 3; i++)
        if (types[i] < SMALLM_TYPE_E4M3 || types[i] > SMALLM_TYPE_F32)
            errors |= STATUS_SET(SMALLM_ERROR_TYPE);
    if (p->bias_type < SMALLM_TYPE_NONE || p->bias_type > SMALLM_TYPE_F32 || p->determinism < SMALLM_FASTEST ||
        p->determinism > SMALLM_BATCH_INVARIANT)
        errors |= STATUS_SET(SMALLM_ERROR_TYPE);
    if (p->kernel != NULL && kernel_find(p->kernel) == NULL)
        errors |= STATUS_SET(SMALLM_ERROR_KERNEL_NAME);
    return errors;
}

struct buffer {
    const void *pointer;
    unsigned alignment;
    uint64_t given;
};

static statuses buffer_errors(const struct buffer *buffer, uint64_t need) {
    if (buffer->pointer == NULL)
        return STATUS_SET(SMALLM_ERROR_NULL_POINTER);
    statuses errors = 0;
    if ((uintptr_t)buffer->pointer % buffer->alignment != 0)
        errors |= STATUS_SET(SMALLM_ERROR_ALIGNMENT);
    if (buffer->given != 0 && buffer->given < need)
        errors |= STATUS_SET(SMALLM_ERROR_BUFFER_SIZE);
    return errors;
}

void buffer_needs(const smallm_dense_problem *problem, uint64_t bytes[BUFFERS]) {
    const smallm_dense_problem p = full_problem(problem);
    const uint64_t m = (uint64_t)p.m, n = (uint64_t)p.n, k = (uint64_t)p.k;
    bytes[X] = (m - 1) * (uint64_t)p.ldx + k;
    bytes[X_SCALE] = (m - 1) * (uint64_t)p.ldxs + k / 32;
    bytes[W] = n * k;
    bytes[W_SCALE] = n * (k / 32);
    bytes[BIAS] = n * type_bytes(p.bias_type);
    bytes[OUT] = type_bytes(p.out_type) * ((m - 1) * (uint64_t)p.ldo + n);
}

statuses buffers_errors(const smallm_dense_problem *problem, const smallm_dense_buffers *b) {
    const bool bias = problem->bias_type != SMALLM_TYPE_NONE;
    uint64_t needs[BUFFERS];
    buffer_needs(problem, needs);
    const struct buffer buffers[BUFFERS] = {
        [X] = {b->x, 16, b->x_bytes},
        [X_SCALE] = {b->x_scale, 4, b->x_scale_bytes},
        [W] = {b->w, 16, b->w_bytes},
        [W_SCALE] = {b->w_scale, 4, b->w_scale_bytes},
        [BIAS] = {b->bias, type_bytes(problem->bias_type), b->bias_bytes},
        [OUT] = {b->out, type_bytes(problem->out_type), b->out_bytes},
    };
    statuses errors = 0;
    for (int i = 0; i < BUFFERS; i++)
        if (i != BIAS || bias)
            errors |= buffer_errors(&buffers[i], needs[i]);
    if (!bias && b->bias != NULL)
        errors |= STATUS_SET(SMALLM_ERROR_TYPE);
    return errors;
}

statuses workspace_errors(const smallm_plan_info *info, const struct workspace *workspace) {
    statuses errors = 0;
    if (info->workspace_bytes == 0)
        return 0;
    if (workspace->memory == NULL || workspace->bytes < info->workspace_bytes)
        errors |= STATUS_SET(SMALLM_ERROR_WORKSPACE);
    if ((uintptr_t)workspace->memory % 256 != 0)
        errors |= STATUS_SET(SMALLM_ERROR_ALIGNMENT);
    return errors;
}

bool outside_envelope(const smallm_dense_problem *p) {
    return p->m > 64 || p->x_type != SMALLM_TYPE_E4M3 || p->w_type != SMALLM_TYPE_E4M3 ||
           p->out_type == SMALLM_TYPE_E4M3 || p->bias_type == SMALLM_TYPE_E4M3;
}

/* The largest of each that every kernel's bounds hold, with 64 rows of X and 32-bit outputs. */
bool well_inside(const smallm_dense_problem *problem) {
    const smallm_dense_problem p = full_problem(problem);
    return !outside_envelope(&p) && p.m <= kernels_m() && p.kernel == NULL && p.k_splits == 0 && p.k < 1 << 24 &&
           p.n < 1 << 22 && p.ldx < 1 << 24 && p.ldxs < 1 << 24 && p.ldo < 1 << 22 &&
           (p.determinism != SMALLM_BATCH_INVARIANT || kernels_have_matrix());
}

static uint64_t workspace_need(const struct kernel_shape *shape, uint64_t tiles, uint64_t k_splits) {
    return k_splits == 1 ? 0 : 32768 + tiles * k_splits * shape->m_tile * shape->n_tile * 4;
}

static void judge_shape(const char *kernel, const struct kernel_shape *shape, const smallm_dense_problem *problem,
                        uint64_t k_splits) {
    const smallm_dense_problem p = full_problem(problem);
    const uint64_t k = (uint64_t)p.k, n = (uint64_t)p.n, tiles = up(n, shape->n_tile);
    const uint64_t x_rows =
        (shape->matrix ? shape->m_tile : (uint64_t)p.m - 1) * (uint64_t)(p.ldx > p.ldxs ? p.ldx : p.ldxs);
    const uint64_t out = shape->m_tile * (uint64_t)p.ldo * type_bytes(p.out_type);
#define RULE(condition)                                                                                                \
    if (!(condition))                                                                                                  \
        wrong("%s with k_splits %llu for m %lld, n %lld, k %lld, ldx %lld, ldxs %lld, ldo %lld, out_type %d: not %s",  \
              kernel, (unsigned long long)k_splits, (long long)p.m, (long long)p.n, (long long)p.k, (long long)p.ldx,  \
              (long long)p.ldxs, (long long)p.ldo, p.out_type, #condition);
    RULE(!outside_envelope(&p))
    RULE(p.m <= shape->m_tile)
    RULE(n <= MOST_N)
    RULE(k < (shape->matrix ? MATRIX_K : GEMV_K))
    RULE(x_rows < (shape->matrix ? 1ull << 31 : 1ull << 32))
    RULE(!shape->matrix || out < 1ull << 31)
    RULE(tiles * shape->block <= MOST_WORK_ITEMS)
    RULE(k_splits >= 1 && k_splits <= MOST_GRID_Y)
    RULE(k_splits == 1 || (shape->matrix && tiles <= TICKETS))
    RULE(k_splits == 1 || up(k, shape->k_step) >= k_splits * shape->k_waves)
    RULE(p.kernel == NULL || strcmp(p.kernel, kernel) == 0)
    RULE(p.k_splits == 0 || (uint64_t)p.k_splits == k_splits)
    RULE(p.determinism != SMALLM_BATCH_INVARIANT || shape->matrix)
#undef RULE
}

void judge_plan(const smallm_dense_problem *problem, const smallm_plan_info *info) {
    if (kernel_find(info->kernel) == NULL)
        wrong("a plan with the kernel %s, which is not built in", info->kernel);
    const struct kernel_shape shape = kernel_shape(info->kernel);
    const uint64_t tiles = up((uint64_t)problem->n, shape.n_tile);
    judge_shape(info->kernel, &shape, problem, info->k_splits);
    if (info->workgroups != tiles * info->k_splits || info->workgroup_size != shape.block ||
        info->workspace_bytes != workspace_need(&shape, tiles, info->k_splits))
        wrong("the plan of %s says %u workgroups of %u and %llu bytes of workspace", info->kernel, info->workgroups,
              info->workgroup_size, (unsigned long long)info->workspace_bytes);
    if (info->explanation[0] == '\0' || !isfinite(info->modelled_microseconds) || info->modelled_microseconds <= 0)
        wrong("the plan of %s explains \"%s\", %g us", info->kernel, info->explanation, info->modelled_microseconds);
}

static void judge_slices(const struct smallm_dense_args *a, const struct kernel_shape *shape, const char *kernel) {
    const uint64_t slices = (uint64_t)shape->k_waves * a->k_splits, steps = up(a->k, shape->k_step);
    const uint32_t longer = a->m_rem >> 8;
    if (longer >= slices || a->slice_steps * slices + longer != steps)
        wrong("%s: %llu slices of %u steps and %u more, K has %llu", kernel, (unsigned long long)slices, a->slice_steps,
              longer, (unsigned long long)steps);
}

void judge_launch(const struct launch *launch, const smallm_dense_problem *problem, const smallm_dense_buffers *buffers,
                  const struct workspace *workspace, void *stream) {
    struct smallm_dense_args a;
    const smallm_dense_problem p = full_problem(problem);
    const struct kernel_shape shape = kernel_shape(launch->kernel);
    if (launch->argument_bytes != sizeof a)
        wrong("%s gets %zu bytes of arguments", launch->kernel, launch->argument_bytes);
    memcpy(&a, launch->arguments, sizeof a);
    judge_shape(launch->kernel, &shape, problem, a.k_splits);
    judge_slices(&a, &shape, launch->kernel);
    const uint64_t tiles = up(a.n, shape.n_tile);
#define SAME(condition)                                                                                                \
    if (!(condition))                                                                                                  \
        wrong("launch of %s: not %s", launch->kernel, #condition);
    SAME(launch->grid[0] == tiles && launch->grid[1] == a.k_splits && launch->grid[2] == 1)
    SAME(launch->block[0] == shape.block && launch->block[1] == 1 && launch->block[2] == 1)
    SAME(launch->shared_bytes == 0 && launch->stream == stream)
    SAME((a.m_rem & 255) == p.m && a.n == p.n && a.k == p.k)
    SAME(a.ldx == p.ldx && a.ldxs == p.ldxs && a.ldo == p.ldo)
    SAME(a.x == buffers->x && a.x_scale == buffers->x_scale && a.out == buffers->out)
    SAME(a.w == buffers->w && a.w_scale == buffers->w_scale)
    static const unsigned out_codes[] = {9, 9, 0, 1, 2}, bias_codes[] = {0, 9, 1, 2, 3};
    SAME(a.format == (out_codes[p.out_type] | bias_codes[p.bias_type] << 2))
    SAME(p.bias_type == SMALLM_TYPE_NONE || a.bias == buffers->bias)
    const uint64_t need = workspace_need(&shape, tiles, a.k_splits);
    SAME(need == 0 ||
         (a.workspace == workspace->memory && workspace->bytes >= need && (uintptr_t)a.workspace % 256 == 0))
#undef SAME
    if (problem_errors(problem) != 0 || buffers_errors(problem, buffers) != 0)
        wrong("%s is launched with arguments that are not valid", launch->kernel);
}
