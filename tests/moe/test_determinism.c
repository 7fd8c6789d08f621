/* Bits that must not depend on when what runs, on T, on block_m or on where in the tables a slot stands.
 *   test_routed_determinism LIBRARY runs        the same call again, in other orders, on other numbers of threads
 *   test_routed_determinism LIBRARY timed       with the simulator's timing off and on
 *   test_routed_determinism LIBRARY invariant   rows of T = 1 to 64 */
#include <stdlib.h>

#include "device.h"
#include "element.h"
#include "run_routed.h"
#include "test.h"

enum { MOST_TOKENS = 64, MOST_TOP_K = 4 };

static smallm_context *context;

static void set_order(const char *order, const char *seed, const char *threads) {
    device_set("order", order);
    device_set("seed", seed);
    device_set("threads", threads);
}

static size_t out_bytes(const struct routed *routed) {
    return routed->out_rows * routed->shape.ldo * element_bytes(routed->shape.out_type);
}

static void *copy_of_out(const struct routed *routed) {
    void *copy = malloc(out_bytes(routed));
    if (copy == NULL)
        exit(1);
    return memcpy(copy, routed->out, out_bytes(routed));
}

static void test_orders(struct routed *routed, const struct routed_choice *choice) {
    static const char *const orders[] = {"run-to-barrier", "reversed", "lock-step", "shuffle"};
    static const char *const seeds[] = {"1", "2", "3", "4", "5"}, *const threads[] = {"1", "2", "5"};
    struct routed_outcome outcome;
    set_order("run-to-barrier", "1", "1");
    CHECK(run_routed(routed, context, choice, "first run", &outcome), "%s", outcome.kernel);
    void *first = copy_of_out(routed);
    for (size_t i = 0; i < 4; i++) {
        for (size_t j = 0; j < (i == 3 ? 5 : 2); j++) {
            set_order(orders[i], seeds[j], threads[j % 3]);
            CHECK(run_routed(routed, context, choice, "repeated run", &outcome), "%s", outcome.kernel);
            CHECK(memcmp(routed->out, first, out_bytes(routed)) == 0,
                  "%s with k_splits %u, order %s, seed %s, %s threads: other bits", outcome.kernel, outcome.k_splits,
                  orders[i], seeds[j], threads[j % 3]);
        }
    }
    set_order("run-to-barrier", "1", "2");
    smallm_moe_problem problem = routed_problem(routed);
    smallm_moe_buffers buffers = routed_buffers(routed);
    problem.kernel = choice->kernel;
    problem.k_splits = choice->k_splits;
    problem.ignore_tuning = 1;
    for (int again = 0; again < 2; again++) {
        routed_clear_out(routed);
        void *workspace = outcome.workspace_bytes != 0 ? run_workspace(outcome.workspace_bytes) : NULL;
        CHECK_OK(smallm_moe(context, &problem, &buffers, workspace, outcome.workspace_bytes, NULL));
        CHECK(device_finish() == 0 && routed_check(routed).pass && memcmp(routed->out, first, out_bytes(routed)) == 0,
              "the one-call form of %s, call %d: other bits", outcome.kernel, again);
    }
    free(first);
}

/* Modelled time decides which wave goes first, never what comes out. */
static void test_modes(struct routed *routed, const struct routed_choice *choice) {
    static const char *const modes[] = {"cold", "warm", "flush"};
    struct routed_outcome outcome;
    device_set("time", "off");
    CHECK(run_routed(routed, context, choice, "not timed", &outcome), "%s", outcome.kernel);
    void *first = copy_of_out(routed);
    for (size_t i = 0; i < 3; i++) {
        device_set("time", modes[i]);
        CHECK(run_routed(routed, context, choice, modes[i], &outcome), "%s", outcome.kernel);
        CHECK(memcmp(routed->out, first, out_bytes(routed)) == 0, "%s with k_splits %u, time %s: other bits",
              outcome.kernel, outcome.k_splits, modes[i]);
    }
    free(first);
}

typedef void test_of(struct routed *, const struct routed_choice *);

static void test_run(const struct routed_shape *shape, const struct routed_choice *choice, test_of *test) {
    int32_t ids[MOST_TOKENS * MOST_TOP_K];
    struct routed routed;
    route_make(ROUTE_RANDOM, ids, shape->tokens, shape->top_k, shape->experts, shape->seed);
    routed_make(&routed, shape);
    routed_sort(&routed, ids);
    routed_upload(&routed);
    test(&routed, choice);
    routed_free(&routed);
}

/* The library's own choice at every level, and every kernel of m_tile or family its own, split and combined. */
static void test_runs(test_of *test) {
    const struct routed_choice own_choice = {.kernel = NULL};
    struct routed_shape shape = {.experts = 6,
                                 .n = 70,
                                 .k = 2080,
                                 .tokens = 9,
                                 .top_k = 3,
                                 .a_div = 3,
                                 .block_m = 16,
                                 .weighted = true,
                                 .out_type = SMALLM_TYPE_F32,
                                 .seed = 1};
    for (int level = SMALLM_FASTEST; level <= SMALLM_BATCH_INVARIANT; level++) {
        shape.determinism = (smallm_determinism)level;
        shape.combine = !shape.combine;
        test_run(&shape, &own_choice, test);
    }
    struct moe_kernel kernel;
    unsigned last_tile = 0;
    bool last_splits = false;
    shape.determinism = SMALLM_DETERMINISTIC;
    for (uint32_t i = 0; moe_kernel(i, &kernel); i++) {
        if (kernel.m_tile == last_tile && kernel.splits_k == last_splits)
            continue;
        last_tile = kernel.m_tile;
        last_splits = kernel.splits_k;
        const struct routed_choice choice = {.kernel = kernel.name, .k_splits = kernel.splits_k ? 2 : 0};
        shape.k = kernel.splits_k ? moe_least_k(&kernel, 2) + 160 : 2080;
        shape.combine = !shape.combine;
        test_run(&shape, &choice, test);
    }
}

/* Blocks in reverse, slots in reverse, and pads at both ends of a block. */
static void turn_tables(struct routed *routed) {
    const size_t block_m = routed->shape.block_m, used = (size_t)routed->posts / block_m;
    for (size_t block = 0; block < used / 2; block++) {
        const int32_t expert = routed->expert_ids[block];
        routed->expert_ids[block] = routed->expert_ids[used - 1 - block];
        routed->expert_ids[used - 1 - block] = expert;
    }
    for (size_t i = 0; i < used * block_m / 2; i++) {
        const int32_t id = routed->sorted[i];
        routed->sorted[i] = routed->sorted[used * block_m - 1 - i];
        routed->sorted[used * block_m - 1 - i] = id;
    }
}

static bool same_rows(const struct routed *routed, const uint32_t *all) {
    return memcmp(routed->out, all, out_bytes(routed)) == 0;
}

/* f32, where no rounding hides a difference. Token t has the same experts whatever T is. */
static void test_invariant_shape(struct routed_shape shape) {
    static const size_t blocks[] = {64, 4, 16, 128, 36, 32};
    const struct routed_choice own_choice = {.kernel = NULL};
    int32_t ids[MOST_TOKENS * MOST_TOP_K];
    uint32_t *all = NULL;
    for (size_t slot = 0; slot < MOST_TOKENS * shape.top_k; slot++)
        ids[slot] = (int32_t)((slot * 7 + slot / 11) % shape.experts);
    for (size_t tokens = MOST_TOKENS; tokens >= 1; tokens--) {
        struct routed routed;
        struct routed_outcome outcome;
        shape.tokens = tokens;
        shape.block_m = blocks[tokens % 6];
        routed_make(&routed, &shape);
        routed_sort(&routed, ids);
        if (tokens % 2 == 1)
            turn_tables(&routed);
        routed_upload(&routed);
        device_set("order", tokens % 3 == 0 ? "shuffle" : "run-to-barrier");
        CHECK(run_routed(&routed, context, &own_choice, "batch-invariant", &outcome), "T=%zu", tokens);
        if (all == NULL) {
            all = copy_of_out(&routed);
            printf("E=%zu N=%zu K=%zu T=%zu: %s, k_splits %u\n", shape.experts, shape.n, shape.k, tokens,
                   outcome.kernel, outcome.k_splits);
        }
        CHECK(same_rows(&routed, all),
              "E=%zu N=%zu K=%zu: the bits of T=%zu, block_m=%zu with %s, k_splits %u, are "
              "not those of T=%d",
              shape.experts, shape.n, shape.k, tokens, shape.block_m, outcome.kernel, outcome.k_splits, MOST_TOKENS);
        routed_free(&routed);
    }
    free(all);
}

static void test_invariant(void) {
    static const struct routed_shape shapes[] = {
        {.experts = 5, .n = 50, .k = 2080, .top_k = 2, .a_div = 2, .seed = 1},
        {.experts = 3, .n = 16, .k = 6144, .top_k = 1, .seed = 2},
        {.experts = 40, .n = 100, .k = 384, .top_k = 4, .weighted = true, .combine = true, .seed = 3},
        {.experts = 1, .n = 33, .k = 192, .top_k = 1, .weighted = true, .seed = 4},
    };
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
        struct routed_shape shape = shapes[i];
        shape.out_type = SMALLM_TYPE_F32;
        shape.determinism = SMALLM_BATCH_INVARIANT;
        test_invariant_shape(shape);
    }
}

int main(int argc, char **argv) {
    if (argc != 3)
        return 2;
    context = run_open(argv[1]);
    if (strcmp(argv[2], "runs") == 0)
        test_runs(test_orders);
    else if (strcmp(argv[2], "timed") == 0)
        test_runs(test_modes);
    else if (strcmp(argv[2], "invariant") == 0)
        test_invariant();
    else
        return 2;
    run_close();
    return test_result();
}
