/* Bits that must not depend on when what runs, on M, or on the form of the call.
 *   test_dense_determinism LIBRARY runs        the same call again, in other orders, on other numbers of threads
 *   test_dense_determinism LIBRARY timed       with the simulator's timing off and on
 *   test_dense_determinism LIBRARY invariant   rows of M = 1 to 64 */
#include <stdlib.h>

#include "device.h"
#include "element.h"
#include "run.h"
#include "test.h"

static smallm_context *context;

static size_t out_bytes(const struct layer *layer, size_t m) {
    return m * layer->shape.n * element_bytes(layer->shape.out_type);
}

static char *copy_of_out(const struct layer *layer) {
    char *copy = malloc(out_bytes(layer, layer->shape.m));
    if (copy == NULL)
        exit(1);
    memcpy(copy, layer->out, out_bytes(layer, layer->shape.m));
    return copy;
}

static bool rows_equal(const struct layer *layer, const char *copy) {
    return memcmp(layer->out, copy, out_bytes(layer, layer->shape.m)) == 0;
}

static void set_order(const char *order, const char *seed, const char *threads) {
    device_set("order", order);
    device_set("seed", seed);
    device_set("threads", threads);
}

static void test_orders(struct layer *layer, const struct run_choice *choice) {
    static const char *const orders[] = {"run-to-barrier", "reversed", "lock-step", "shuffle"};
    static const char *const seeds[] = {"1", "2", "3", "4", "5", "6", "7", "8"}, *const threads[] = {"1", "2", "5"};
    struct run_outcome outcome;
    set_order("run-to-barrier", "1", "1");
    CHECK(run_layer(layer, choice, "first run", &outcome), "%s", outcome.kernel);
    char *first = copy_of_out(layer);
    for (size_t i = 0; i < 4; i++) {
        for (size_t j = 0; j < (i == 3 ? 8 : 3); j++) {
            set_order(orders[i], seeds[j], threads[j % 3]);
            CHECK(run_layer(layer, choice, "repeated run", &outcome), "%s", outcome.kernel);
            CHECK(rows_equal(layer, first), "%s with k_splits %u, order %s, seed %s, %s threads: other bits",
                  outcome.kernel, outcome.k_splits, orders[i], seeds[j], threads[j % 3]);
        }
    }
    set_order("run-to-barrier", "1", "2");
    smallm_dense_problem problem = layer_problem(layer);
    smallm_dense_buffers buffers = layer_buffers(layer);
    problem.kernel = choice->kernel;
    problem.k_splits = choice->k_splits;
    problem.ignore_tuning = 1;
    for (int again = 0; again < 2; again++) {
        layer_clear_out(layer);
        void *workspace = outcome.workspace_bytes != 0 ? run_workspace(outcome.workspace_bytes) : NULL;
        CHECK_OK(smallm_dense(context, &problem, &buffers, workspace, outcome.workspace_bytes, NULL));
        CHECK(device_finish() == 0 && layer_check(layer).pass && rows_equal(layer, first),
              "the one-call form of %s, call %d: other bits", outcome.kernel, again);
    }
    free(first);
}

typedef void test_of(struct layer *, const struct run_choice *);

/* One kernel of each family and m_tile by name. */
static void each_kernel(test_of *test) {
    struct run_kernel kernel;
    unsigned last_tile = 0;
    bool last_splits = false;
    for (uint32_t i = 0; run_kernel(i, &kernel); i++) {
        if (kernel.m_tile == last_tile && kernel.splits_k == last_splits)
            continue;
        last_tile = kernel.m_tile;
        last_splits = kernel.splits_k;
        const int64_t k_splits = kernel.splits_k ? 5 : 0;
        const struct run_choice choice = {.kernel = kernel.name, .k_splits = k_splits};
        const struct layer_shape shape = {.m = kernel.m_tile,
                                          .n = 100,
                                          .k = kernel.splits_k ? run_least_k(&kernel, k_splits) + 160 : 2080,
                                          .determinism = SMALLM_DETERMINISTIC,
                                          .out_type = SMALLM_TYPE_F32,
                                          .bias_type = SMALLM_TYPE_F32,
                                          .seed = i};
        struct layer layer;
        layer_make(&layer, &shape);
        layer_upload(&layer);
        test(&layer, &choice);
        layer_free(&layer);
    }
}

/* Every level with the library's own choice, and each kernel. */
static void test_runs(test_of *test) {
    static const struct layer_shape shapes[] = {
        {.m = 5, .n = 200, .k = 2080, .determinism = SMALLM_FASTEST, .seed = 1},
        {.m = 1, .n = 100, .k = 4096, .determinism = SMALLM_DETERMINISTIC, .seed = 2},
        {.m = 16, .n = 64, .k = 8192, .determinism = SMALLM_DETERMINISTIC, .out_type = SMALLM_TYPE_F32, .seed = 3},
        {.m = 40, .n = 48, .k = 4096, .determinism = SMALLM_DETERMINISTIC, .out_type = SMALLM_TYPE_F16, .seed = 4},
        {.m = 40, .n = 48, .k = 4096, .determinism = SMALLM_BATCH_INVARIANT, .out_type = SMALLM_TYPE_F32, .seed = 4},
    };
    const struct run_choice own_choice = {.kernel = NULL};
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
        struct layer layer;
        layer_make(&layer, &shapes[i]);
        layer_upload(&layer);
        test(&layer, &own_choice);
        layer_free(&layer);
    }
    each_kernel(test);
}

/* Modelled time decides which wave goes first, never what comes out. */
static void test_modes(struct layer *layer, const struct run_choice *choice) {
    static const char *const modes[] = {"cold", "warm", "flush"};
    struct run_outcome outcome;
    device_set("time", "off");
    CHECK(run_layer(layer, choice, "not timed", &outcome), "%s", outcome.kernel);
    char *first = copy_of_out(layer);
    for (size_t i = 0; i < 3; i++) {
        device_set("time", modes[i]);
        CHECK(run_layer(layer, choice, modes[i], &outcome), "%s", outcome.kernel);
        CHECK(rows_equal(layer, first), "%s with k_splits %u, time %s: other bits", outcome.kernel, outcome.k_splits,
              modes[i]);
    }
    free(first);
}

/* f32, where no rounding hides a difference. */
static void test_invariant(void) {
    static const size_t shapes[][2] = {{100, 2080}, {16, 8192},  {64, 8192}, {576, 7168},
                                       {33, 96},    {305, 1056}, {1, 32}};
    const struct run_choice own_choice = {.kernel = NULL};
    unsigned split = 0;
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
        const struct layer_shape shape = {.m = 64,
                                          .n = shapes[i][0],
                                          .k = shapes[i][1],
                                          .out_type = SMALLM_TYPE_F32,
                                          .bias_type = i % 2 == 0 ? SMALLM_TYPE_F32 : SMALLM_TYPE_NONE,
                                          .determinism = SMALLM_BATCH_INVARIANT,
                                          .seed = i};
        struct layer layer;
        struct run_outcome outcome;
        layer_make(&layer, &shape);
        layer_upload(&layer);
        device_set("order", "run-to-barrier");
        CHECK(run_layer(&layer, &own_choice, "batch-invariant", &outcome), "M=64");
        split += outcome.k_splits > 1;
        printf("N=%zu K=%zu: %s, k_splits %u\n", shape.n, shape.k, outcome.kernel, outcome.k_splits);
        char *all = copy_of_out(&layer);
        for (size_t m = 1; m < 64; m++) {
            layer.shape.m = m;
            device_set("order", m % 3 == 0 ? "shuffle" : "run-to-barrier");
            CHECK(run_layer(&layer, &own_choice, "batch-invariant", &outcome), "M=%zu", m);
            CHECK(rows_equal(&layer, all), "N=%zu K=%zu: the bits of M=%zu with %s, k_splits %u, are not those of M=64",
                  shape.n, shape.k, m, outcome.kernel, outcome.k_splits);
        }
        free(all);
        layer_free(&layer);
    }
    CHECK(split > 0, "no shape was split over workgroups");
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
