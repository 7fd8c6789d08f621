/* MoE problems: plans, launches and the one-call form, by the rules of moe.h once more. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "arguments_case.h"
#include "count_alloc.h"
#include "fuzz.h"
#include "smallm_kernargs.h"

#define PICK(array) ((array)[fuzz_below(sizeof(array) / sizeof *(array))])

enum { TICKETS = 4096 };

/* The problem, with the forced kernel, and the buffers of the call under way. */
static struct {
    smallm_moe_problem problem;
    smallm_moe_buffers buffers;
    void *workspace, *stream;
} now;

static int64_t up_to(int64_t most) {
    return 1 + (int64_t)fuzz_below((uint64_t)most);
}

static int64_t log_up_to(int64_t most) {
    return up_to(1ll << fuzz_below((uint64_t)(64 - __builtin_clzll((uint64_t)most))));
}

static uint64_t up(uint64_t a, uint64_t b) {
    return a / b + (a % b != 0);
}

static unsigned type_bytes(int32_t type) {
    static const unsigned bytes[] = {0, 1, 2, 2, 4};
    return bytes[type];
}

static smallm_moe_problem full(const smallm_moe_problem *problem) {
    smallm_moe_problem p = *problem;
    p.ldx = p.ldx == 0 ? p.k : p.ldx;
    p.ldxs = p.ldxs == 0 ? p.k / 32 : p.ldxs;
    p.ldo = p.ldo == 0 ? p.n : p.ldo;
    return p;
}

/* --- rules --- */

static bool is_dimension(int64_t value) {
    return value >= 1 && value <= INT32_MAX;
}

static bool is_leading(int64_t given, int64_t row, int64_t multiple) {
    return given == 0 ? row % multiple == 0 : given >= row && given <= INT32_MAX && given % multiple == 0;
}

static bool is_type(int32_t type) {
    return type >= SMALLM_TYPE_E4M3 && type <= SMALLM_TYPE_F32;
}

static statuses moe_problem_errors(const smallm_moe_problem *p) {
    statuses errors = 0;
    const int64_t dimensions[] = {p->experts, p->n, p->k, p->x_rows, p->slots, p->a_div, p->block_m, p->sorted_len};
    bool right = p->k_splits >= 0 && p->k_splits <= INT32_MAX && p->top_k >= 0 && p->top_k <= INT32_MAX;
    for (size_t i = 0; i < sizeof dimensions / sizeof *dimensions; i++)
        right = right && is_dimension(dimensions[i]);
    if (!right || p->block_m % 4 != 0 || p->sorted_len % p->block_m != 0 || (p->top_k > 0 && p->slots % p->top_k != 0))
        errors |= SET(SMALLM_ERROR_DIMENSION);
    if (p->k % 32 != 0)
        errors |= SET(SMALLM_ERROR_K_MULTIPLE);
    if (!is_leading(p->ldx, p->k, 16) || !is_leading(p->ldxs, p->k / 32, 1) || !is_leading(p->ldo, p->n, 1))
        errors |= SET(SMALLM_ERROR_LEADING_DIMENSION);
    if (!is_type(p->x_type) || !is_type(p->w_type) || !is_type(p->out_type) || p->determinism < SMALLM_FASTEST ||
        p->determinism > SMALLM_BATCH_INVARIANT)
        errors |= SET(SMALLM_ERROR_TYPE);
    if (p->kernel != NULL && kernel_find(p->kernel) == NULL)
        errors |= SET(SMALLM_ERROR_KERNEL_NAME);
    return errors;
}

static bool has_kernel(void) {
    for (uint32_t i = 0; i < smallm_kernel_count(); i++)
        if (strncmp(smallm_kernel_name(i), "smallm_moe_mfma_", 16) == 0)
            return true;
    return false;
}

/* Of a valid problem. */
static statuses plan_of(const smallm_moe_problem *problem) {
    const smallm_moe_problem p = full(problem);
    const int64_t bound = 1ll << 31;
    if (!has_kernel() || (p.kernel != NULL && !kernel_is_moe(p.kernel)) || p.x_type != SMALLM_TYPE_E4M3 ||
        p.w_type != SMALLM_TYPE_E4M3 || p.out_type == SMALLM_TYPE_E4M3 || p.experts * p.n >= bound ||
        p.sorted_len >= 1 << 29 || (p.top_k != 0 && p.slots > 4096))
        return DECLINED;
    const bool inside = p.k < 1 << 24 && p.n <= 1 << 15 && p.x_rows <= 4096 && p.ldx <= 1 << 18 && p.ldxs <= 1 << 18 &&
                        p.slots <= 4096 && p.ldo <= 1 << 16 && p.kernel == NULL && p.k_splits == 0;
    const struct moe_cell *cell = moe_table_cell(&it.moe_table, problem);
    if (inside && cell != NULL && !cell->use_asm && !p.ignore_tuning && p.determinism != SMALLM_BATCH_INVARIANT)
        return DECLINED;
    const bool table_is_known = it.moe_table.known || it.moe_table.count == 0;
    return inside && table_is_known ? OK : OK | DECLINED;
}

/* Matrix kernels without splits can follow every row that is for them. */
static void check_tuned(const smallm_moe_problem *problem, const smallm_plan_info *info) {
    const struct moe_cell *cell = moe_table_cell(&it.moe_table, problem);
    if (cell == NULL || plan_of(problem) != OK || problem->determinism == SMALLM_BATCH_INVARIANT ||
        problem->x_rows * problem->k >= 1ll << 31 || !kernel_shape(cell->kernel).matrix || cell->k_splits != 1)
        return;
    if (strcmp(info->kernel, cell->kernel) != 0 || info->k_splits != 1)
        wrong("the table says %s, the plan %s with k_splits %u", cell->kernel, info->kernel, info->k_splits);
}

static uint64_t workspace_need(const smallm_moe_problem *p, const struct kernel_shape *shape, uint64_t workgroups,
                               uint64_t k_splits) {
    const uint64_t chunks = up((uint64_t)p->block_m, shape->m_tile);
    const uint64_t partials = k_splits > 1 ? workgroups * chunks * shape->m_tile * shape->n_tile : 0;
    const uint64_t rows = p->top_k != 0 ? (uint64_t)(p->slots * p->n) : 0;
    return partials + rows == 0 ? 0 : TICKET_BYTES + 4 * (partials + rows);
}

static void judge_shape(const smallm_moe_problem *problem, const char *kernel, uint64_t tiles, uint64_t blocks,
                        uint64_t k_splits) {
    const smallm_moe_problem p = full(problem);
    const struct kernel_shape shape = kernel_shape(kernel);
    const uint64_t end = 1ull << 31, chunks = up((uint64_t)p.block_m, shape.m_tile);
    const uint64_t out_rows = (uint64_t)(p.top_k != 0 ? p.slots / p.top_k : p.slots);
#define RULE(condition)                                                                                                \
    if (!(condition))                                                                                                  \
        wrong("%s with k_splits %llu for E %lld, N %lld, K %lld, slots %lld, block_m %lld: not %s", kernel,            \
              (unsigned long long)k_splits, (long long)p.experts, (long long)p.n, (long long)p.k, (long long)p.slots,  \
              (long long)p.block_m, #condition);
    RULE(kernel_is_moe(kernel))
    RULE(p.kernel == NULL || strcmp(p.kernel, kernel) == 0)
    RULE(p.k_splits == 0 || (uint64_t)p.k_splits == k_splits)
    RULE(p.determinism != SMALLM_BATCH_INVARIANT || shape.matrix)
    RULE((uint64_t)p.k < (shape.matrix ? 1u << 25 : 1u << 29))
    RULE((uint64_t)(p.experts * p.n) < end)
    RULE((uint64_t)(p.x_rows * p.ldx) < end && (uint64_t)(p.x_rows * p.ldxs) < end)
    RULE(out_rows * (uint64_t)p.ldo < end / type_bytes(p.out_type))
    RULE(p.sorted_len < 1 << 29)
    RULE(p.top_k == 0 || (p.slots <= 4096 && tiles <= TICKETS && (uint64_t)(p.slots * p.n) < end / 4))
    RULE(tiles == up((uint64_t)p.n, shape.n_tile) && tiles * shape.block <= UINT32_MAX)
    RULE(blocks >= 1 && blocks <= 65535 && blocks <= (uint64_t)(p.sorted_len / p.block_m))
    RULE(tiles * blocks * k_splits <= UINT32_MAX)
    RULE(k_splits == 1 || (tiles * blocks * chunks <= TICKETS && k_splits <= 65535))
    RULE(k_splits == 1 || up((uint64_t)p.k, shape.k_step) >= k_splits * shape.k_waves)
#undef RULE
}

static void judge_moe(const struct launch *launch) {
    struct smallm_moe_args a;
    const smallm_moe_problem p = full(&now.problem);
    const struct kernel_shape shape = kernel_shape(launch->kernel);
    if (launch->argument_bytes != sizeof a)
        wrong("%s gets %zu bytes of arguments", launch->kernel, launch->argument_bytes);
    memcpy(&a, launch->arguments, sizeof a);
    judge_shape(&now.problem, launch->kernel, launch->grid[0], launch->grid[1], launch->grid[2]);
    const uint64_t steps = up(a.k, shape.k_step), slices = (uint64_t)shape.k_waves * a.k_splits;
    const uint32_t number = (uint32_t)fuzz_below(1u << 31);
    static const unsigned out_codes[] = {9, 9, 0, 1, 2};
#define SAME(condition)                                                                                                \
    if (!(condition))                                                                                                  \
        wrong("launch of %s: not %s", launch->kernel, #condition);
    SAME(launch->grid[1] == a.grid_y && launch->grid[2] == a.k_splits)
    SAME(launch->block[0] == shape.block && launch->shared_bytes == 0 && launch->stream == now.stream)
    SAME(a.slice_steps * slices + a.slice_rem == steps && a.slice_rem < slices)
    SAME((uint64_t)a.slice_steps1 * shape.k_waves + a.slice_rem1 == steps && a.slice_rem1 < shape.k_waves)
    SAME(a.n == p.n && a.k == p.k && a.experts == p.experts && a.slots == p.slots && a.x_rows == p.x_rows)
    SAME(a.block_m == p.block_m && a.em == p.sorted_len && a.ldx == p.ldx && a.ldxs == p.ldxs && a.ldo == p.ldo)
    SAME((uint32_t)((uint64_t)(2 * number) * a.div_magic >> 32) >> a.div_shift == number / (uint32_t)p.a_div)
    SAME(p.top_k == 0 ||
         (uint32_t)((uint64_t)(2 * number) * a.block_magic >> 32) >> a.block_shift == number / (uint32_t)p.block_m)
    SAME(p.top_k == 0 || (a.top_k == p.top_k && a.tokens == p.slots / p.top_k))
    SAME(a.format == (out_codes[p.out_type] | (p.weighted ? 16u : 0) | (p.top_k != 0 ? 32u : 0)))
    SAME(a.x == now.buffers.x && a.x_scale == now.buffers.x_scale && a.w == now.buffers.w)
    SAME(a.w_scale == now.buffers.w_scale && a.out == now.buffers.out)
    SAME(a.sorted_token_ids == now.buffers.sorted_token_ids && a.expert_ids == now.buffers.expert_ids)
    SAME(a.num_tokens_post_padded == now.buffers.num_tokens_post_padded)
    SAME(!p.weighted || a.weights == now.buffers.weights)
    SAME(workspace_need(&p, &shape, (uint64_t)launch->grid[0] * launch->grid[1] * launch->grid[2], a.k_splits) == 0 ||
         a.workspace == now.workspace)
#undef SAME
}

/* --- arguments --- */

static smallm_moe_problem make(bool wild) {
    static const int64_t odd[] = {0,         -1,        1,         3,         4,        33,
                                  4096,      4097,      65536,     1 << 24,   1 << 25,  1 << 29,
                                  INT32_MAX, 1ll << 31, 1ll << 33, INT64_MIN, INT64_MAX};
    smallm_moe_problem p;
    smallm_moe_problem_init(&p, sizeof p);
    p.experts = log_up_to(1 << 11);
    p.n = log_up_to(1 << 15);
    p.k = 32 * log_up_to(1 << 10);
    p.slots = log_up_to(1 << 12);
    p.x_rows = log_up_to(1 << 12);
    p.a_div = log_up_to(64);
    p.block_m = 4 * log_up_to(64);
    p.top_k = fuzz_once_in(2) ? 0 : log_up_to(16);
    p.slots = p.top_k > 0 ? (p.slots + p.top_k - 1) / p.top_k * p.top_k : p.slots;
    p.slots = p.slots > 4096 ? p.top_k : p.slots;
    p.sorted_len = fuzz_once_in(4) ? p.block_m * up_to(9) : smallm_moe_sorted_len(p.slots, p.experts, p.block_m);
    p.weighted = (int32_t)fuzz_below(2);
    p.out_type = (int32_t)(SMALLM_TYPE_BF16 + fuzz_below(3));
    p.determinism = (int32_t)fuzz_below(3);
    p.ldx = fuzz_once_in(3) ? (p.k + 15) / 16 * 16 + 16 * log_up_to(1 << 12) : 0;
    p.ldo = fuzz_once_in(3) ? p.n + log_up_to(1 << 12) : 0;
    if (fuzz_once_in(4))
        p.kernel = make_kernel_name(false);
    if (fuzz_once_in(4))
        p.k_splits = up_to(20);
    p.ignore_tuning = (int32_t)fuzz_below(2);
    if (it.moe_table.count > 0 && fuzz_once_in(3))
        meet_moe_cell(&p, &it.moe_table.cells[fuzz_below(it.moe_table.count)]);
    int64_t *const numbers[] = {&p.experts, &p.n,          &p.k,   &p.x_rows, &p.slots, &p.a_div,   &p.block_m,
                                &p.top_k,   &p.sorted_len, &p.ldx, &p.ldxs,   &p.ldo,   &p.k_splits};
    int32_t *const options[] = {&p.x_type, &p.w_type, &p.out_type, &p.determinism};
    for (uint64_t n = wild ? 1 + fuzz_below(3) : 0; n > 0; n--) {
        if (fuzz_once_in(4))
            *PICK(options) = (int32_t)fuzz_below(7) - 1;
        else if (fuzz_once_in(8))
            p.kernel = make_kernel_name(true);
        else
            *PICK(numbers) = PICK(odd);
    }
    return p;
}

static void *some_pointer(void) {
    return (void *)(uintptr_t)((fuzz_next() >> 17 & ~255ull) + 256);
}

/* Of a valid problem. Returns the errors that follow. */
static statuses make_moe_buffers(smallm_moe_buffers *b, const smallm_moe_problem *problem) {
    const smallm_moe_problem p = full(problem);
    const uint64_t out_rows = (uint64_t)(p.top_k != 0 ? p.slots / p.top_k : p.slots), size = type_bytes(p.out_type);
    const uint64_t rows = (uint64_t)p.x_rows - 1, all = (uint64_t)(p.experts * p.n), ids = (uint64_t)p.sorted_len;
    smallm_moe_buffers_init(b, sizeof *b);
    const struct {
        const void **pointer;
        uint64_t *bytes, need;
        unsigned alignment;
    } of[] = {{&b->x, &b->x_bytes, rows * (uint64_t)p.ldx + (uint64_t)p.k, 16},
              {&b->x_scale, &b->x_scale_bytes, rows * (uint64_t)p.ldxs + (uint64_t)p.k / 32, 4},
              {&b->w, &b->w_bytes, all * (uint64_t)p.k, 16},
              {&b->w_scale, &b->w_scale_bytes, all * ((uint64_t)p.k / 32), 4},
              {&b->sorted_token_ids, &b->sorted_token_ids_bytes, ids * 4, 4},
              {&b->expert_ids, &b->expert_ids_bytes, ids / (uint64_t)p.block_m * 4, 4},
              {(const void **)&b->out, &b->out_bytes, ((out_rows - 1) * (uint64_t)p.ldo + (uint64_t)p.n) * size,
               (unsigned)size},
              {&b->weights, &b->weights_bytes, (uint64_t)p.slots * 4, 4}};
    const size_t count = p.weighted ? 8 : 7;
    for (size_t i = 0; i < count; i++) {
        *of[i].pointer = some_pointer();
        *of[i].bytes = fuzz_once_in(2) ? of[i].need : 0;
    }
    b->num_tokens_post_padded = some_pointer();
    if (!fuzz_once_in(3))
        return 0;
    const size_t i = fuzz_below(count);
    switch (fuzz_below(p.weighted ? 4 : 5)) {
    case 0:
        *of[i].pointer = NULL;
        return NULL_POINTER;
    case 1:
        *of[i].pointer = (const char *)some_pointer() + 1;
        return of[i].alignment > 1 ? SET(SMALLM_ERROR_ALIGNMENT) : 0;
    case 2:
        *of[i].bytes = of[i].need - 1;
        return of[i].need > 1 ? SET(SMALLM_ERROR_BUFFER_SIZE) : 0;
    case 3:
        b->num_tokens_post_padded = fuzz_once_in(2) ? NULL : (char *)some_pointer() + 2;
        return b->num_tokens_post_padded == NULL ? (statuses)NULL_POINTER : SET(SMALLM_ERROR_ALIGNMENT);
    default:
        b->weights = some_pointer();
        return SET(SMALLM_ERROR_TYPE);
    }
}

/* --- steps --- */

static void disarm(const char *name, smallm_status status) {
    other_judge = NULL;
    quiet = false;
    hip.fail_in = -1;
    if ((status == SMALLM_OK) != (hip.launches == 1 && !hip.failed) || hip.launches > 1 || hip.others != 0)
        wrong("%s: %s with %u launches and %u other HIP calls", name, smallm_status_string(status), hip.launches,
              hip.others);
    progress->launched += hip.launches;
}

static void execute(const smallm_plan *plan, const smallm_plan_info *info, statuses errors) {
    const struct workspace workspace = make_workspace(info->workspace_bytes, fuzz_once_in(4));
    statuses allowed = errors | workspace_errors(info, &workspace);
    now.workspace = workspace.memory;
    maybe_fail(1);
    other_judge = judge_moe;
    quiet = true;
    const unsigned long long before = alloc_calls();
    const smallm_status status = smallm_moe_execute(plan, &now.buffers, workspace.memory, workspace.bytes, now.stream);
    const unsigned long long allocations = alloc_calls() - before;
    if (allowed == 0)
        allowed = hip.failed ? HIP : OK;
    disarm("smallm_moe_execute", status);
    check("smallm_moe_execute", status, allowed);
    if (allocations != 0 || hip.capture_questions != 0)
        wrong("smallm_moe_execute made %llu allocations", allocations);
    const smallm_dense_buffers dense = {.size = sizeof dense};
    hip_clear();
    check("smallm_dense_execute", smallm_dense_execute(plan, &dense, NULL, 0, NULL), SET(SMALLM_ERROR_OPERATION));
}

/* Unprepared during a capture, then prepared, then during a capture again. */
static void one_call(const smallm_moe_problem *asked, statuses errors) {
    void *const streams[] = {&hip_capturing_stream, &hip_stream, &hip_capturing_stream};
    now.workspace = some_pointer();
    for (int i = 0; i < 3; i++) {
        now.stream = streams[i];
        hip_clear();
        other_judge = judge_moe;
        const smallm_status status = smallm_moe(it.context, asked, &now.buffers, now.workspace, 1ull << 50, streams[i]);
        const unsigned questions = hip.capture_questions;
        disarm("smallm_moe", status);
        const statuses fine = errors != 0 ? errors : OK;
        check("smallm_moe", status, i == 0 && questions != 0 ? CAPTURE : fine);
        if (i == 2 && questions != 0)
            wrong("smallm_moe of a known problem asks HIP");
    }
}

void step_moe(void) {
    const smallm_moe_problem asked = make(fuzz_once_in(3));
    now.problem = asked;
    now.stream = &hip_stream;
    if (asked.kernel == NULL)
        now.problem.kernel = it.kernel != NULL && kernel_is_moe(it.kernel) ? it.kernel : NULL;
    else if (kernel_find(asked.kernel) != NULL)
        now.problem.kernel = kernel_find(asked.kernel);
    struct sized given = sized_copy(&asked, sizeof asked);
    const statuses errors = moe_problem_errors(&now.problem);
    statuses allowed = errors | (given.wrong ? STRUCT_SIZE : 0);
    if (allowed == 0)
        allowed = plan_of(&now.problem);
    smallm_plan *plan = (smallm_plan *)(void *)&it;
    hip_clear();
    const smallm_status status = smallm_moe_plan_create(&plan, it.context, given.memory);
    free(given.memory);
    check("smallm_moe_plan_create", status, allowed);
    if (hip.calls != 0 || (plan != NULL) != (status == SMALLM_OK))
        wrong("a plan %p with %s and %u HIP calls", (void *)plan, smallm_status_string(status), hip.calls);
    if (status != SMALLM_OK)
        return;
    smallm_plan_info info = {.size = sizeof info};
    check("smallm_plan_get_info", smallm_plan_get_info(plan, &info), OK);
    check_tuned(&now.problem, &info);
    const struct kernel_shape shape = kernel_shape(info.kernel);
    const smallm_moe_problem p = full(&now.problem);
    const uint64_t tiles = up((uint64_t)p.n, shape.n_tile);
    judge_shape(&now.problem, info.kernel, tiles, info.workgroups / (tiles * info.k_splits), info.k_splits);
    if (info.workspace_bytes != workspace_need(&p, &shape, info.workgroups, info.k_splits) ||
        info.workgroup_size != shape.block || info.explanation[0] == '\0' || !isfinite(info.modelled_microseconds) ||
        info.modelled_microseconds <= 0)
        wrong("the plan of %s: %llu bytes, %g us, \"%s\"", info.kernel, (unsigned long long)info.workspace_bytes,
              info.modelled_microseconds, info.explanation);
    const statuses buffers = make_moe_buffers(&now.buffers, &now.problem);
    execute(plan, &info, buffers);
    if (fuzz_once_in(2))
        one_call(&asked, buffers);
    smallm_plan_destroy(plan);
}
