/* 300 random cells: experts, shapes, routes (skewed, empty, duplicate, elsewhere), blocks, weights, types, forced
 * kernels of every family, forced numbers of splits, orders of execution and of addition. A cell is made from its
 * number alone. test_routed_random LIBRARY all          the 300 test_routed_random LIBRARY FIRST STEP   FIRST, FIRST +
 * STEP, ... below 300 test_routed_random LIBRARY CELL         one, printed */
#include <stdlib.h>

#include "device.h"
#include "element.h"
#include "random.h"
#include "run_routed.h"
#include "test.h"

enum { CELLS = 300, MOST_TOKENS = 64, MOST_TOP_K = 8, MOST_WORK = 60000000 };

static struct random_state random_numbers;
static unsigned forced[2], split, planned, combined, remote; /* cells: forced by family (gemv, mfma), ... */

static size_t below(size_t bound) {
    return (size_t)random_below(&random_numbers, bound);
}

/* From 1 to `most`, evenly over the logarithm, so that small ones are many. */
static size_t mostly_small(size_t most) {
    size_t octave = 1;
    while (octave < most && below(7) != 0)
        octave *= 2;
    return 1 + below(octave > most ? most : octave);
}

static size_t pick_k(void) {
    static const size_t ks[] = {192, 384, 576, 768, 2880, 6144};
    return below(3) == 0 ? ks[below(6)] : 32 * mostly_small(128);
}

static struct routed_shape pick_shape(size_t cell) {
    static const size_t blocks[] = {4, 8, 12, 16, 20, 32, 64, 64, 100, 128};
    static const smallm_type types[] = {SMALLM_TYPE_BF16, SMALLM_TYPE_F16, SMALLM_TYPE_F32};
    struct routed_shape shape = {.seed = cell};
    shape.experts = mostly_small(512);
    shape.tokens = 1 + below(below(2) ? MOST_TOKENS : 8);
    shape.top_k = 1 + below(MOST_TOP_K);
    shape.k = pick_k();
    shape.n = mostly_small(1200);
    const size_t slots = shape.tokens * shape.top_k;
    while (slots * shape.n * shape.k > MOST_WORK && shape.n > 1)
        shape.n = (shape.n + 1) / 2;
    shape.a_div = below(3) == 0 ? 1 + below(slots + 3) : below(2) ? shape.top_k : 1;
    shape.x_rows = below(10) == 0 ? 1 + below(slots) : 0;
    shape.block_m = blocks[below(10)];
    shape.weighted = below(2) == 0;
    shape.combine = below(3) == 0;
    shape.out_type = types[below(3)];
    shape.determinism = (smallm_determinism)below(3);
    const int64_t least = smallm_moe_sorted_len((int64_t)slots, (int64_t)shape.experts, (int64_t)shape.block_m);
    shape.sorted_len = (size_t)least + shape.block_m * below(4);
    return shape;
}

static void pick_gaps(struct routed_shape *shape) {
    if (below(2) == 0)
        return;
    shape->ldx = shape->k + 16 * below(5);
    shape->ldxs = shape->k / 32 + below(9);
    shape->ldo = shape->n + below(70);
}

/* Experts of all slots. */
static void pick_route(const struct routed_shape *shape, int32_t *ids) {
    const size_t kind = below(7), experts = shape->experts, slots = shape->tokens * shape->top_k;
    static const int32_t elsewhere[] = {-1, -1, -1, INT32_MIN, INT32_MAX};
    route_make(kind == 0   ? ROUTE_BALANCED
               : kind == 1 ? ROUTE_ONE
                           : ROUTE_RANDOM,
               ids, shape->tokens, shape->top_k, experts, shape->seed);
    for (size_t slot = 0; slot < slots; slot++) {
        if (kind == 3 && below(10) != 0) /* skewed */
            ids[slot] = (int32_t)below(experts < 3 ? experts : 3);
        else if (kind == 4) /* a token may name an expert twice */
            ids[slot] = (int32_t)below(experts < 4 ? experts : 4);
        else if (kind == 5 && below(2) == 0)
            ids[slot] = elsewhere[below(5)];
        else if (kind == 6 && shape->seed % 3 == 0) /* nothing is here */
            ids[slot] = -1;
    }
    remote += kind == 5;
}

/* K grows where it must be shared. */
static int64_t pick_splits(const struct moe_kernel *kernel, struct routed_shape *shape) {
    static const int64_t splits[] = {0, 2, 3, 8};
    const int64_t k_splits = splits[below(4)];
    const size_t least = k_splits == 0 ? 0 : moe_least_k(kernel, k_splits), work = shape->n * shape->tokens * least;
    if (k_splits == 0 || !kernel->splits_k || work * shape->top_k > MOST_WORK)
        return 0;
    if (shape->k < least)
        shape->k = least + 32 * below(8);
    return k_splits;
}

static struct routed_choice pick_choice(struct moe_kernel *kernel, struct routed_shape *shape) {
    struct routed_choice choice = {.kernel = NULL};
    const uint32_t count = moe_kernel_count();
    if (below(3) == 0 || count == 0)
        return choice;
    moe_kernel((uint32_t)below(count), kernel);
    choice.kernel = kernel->name;
    choice.k_splits = pick_splits(kernel, shape);
    return choice;
}

static void set_order(size_t cell) {
    static const char *const orders[] = {"run-to-barrier", "reversed", "lock-step", "shuffle"};
    char seed[32];
    snprintf(seed, sizeof seed, "%zu", cell);
    device_set("seed", seed);
    device_set("order", orders[below(4)]);
    device_set("mfma", below(2) == 0 ? "chain" : "pairwise");
}

static void test_cell(smallm_context *context, size_t cell, bool print) {
    int32_t ids[MOST_TOKENS * MOST_TOP_K];
    struct moe_kernel kernel = {.name = NULL};
    random_seed(&random_numbers, cell);
    struct routed_shape shape = pick_shape(cell);
    pick_route(&shape, ids);
    struct routed_choice choice = pick_choice(&kernel, &shape);
    pick_gaps(&shape);
    set_order(cell);
    struct routed routed;
    struct routed_outcome outcome;
    routed_make(&routed, &shape);
    routed_sort(&routed, ids);
    routed_upload(&routed);
    routed_relax(context, &routed, &choice);
    CHECK(run_routed(&routed, context, &choice, "cell", &outcome),
          "cell %zu; to repeat: test_routed_random LIBRARY %zu", cell, cell);
    planned += choice.kernel == NULL;
    forced[strcmp(kernel.family, "mfma") == 0] += choice.kernel != NULL;
    split += outcome.k_splits > 1;
    combined += shape.combine;
    if (print)
        printf("cell %zu: E=%zu N=%zu K=%zu T=%zu top_k=%zu a_div=%zu block_m=%zu weighted %d combine %d out %s, %zu "
               "rows, %s k_splits %u: bound_ratio %.3f, rel_err %.2e\n",
               cell, shape.experts, shape.n, shape.k, shape.tokens, shape.top_k, shape.a_div, shape.block_m,
               shape.weighted, shape.combine, element_name(shape.out_type), routed.rows.count, outcome.kernel,
               outcome.k_splits, outcome.check.bound_ratio, outcome.check.rel_err);
    routed_free(&routed);
}

int main(int argc, char **argv) {
    if (argc != 3 && argc != 4)
        return 2;
    smallm_context *context = run_open(argv[1]);
    const bool all = strcmp(argv[2], "all") == 0;
    const size_t first = all ? 0 : strtoul(argv[2], NULL, 10), step = argc == 4 ? strtoul(argv[3], NULL, 10) : 1;
    const size_t end = all || argc == 4 ? CELLS : first + 1;
    for (size_t cell = first; cell < end; cell += step)
        test_cell(context, cell, end == first + 1);
    printf(
        "%u cells of moe_gemv by name, %u of moe_mfma by name, %u as the library chose; %u split over workgroups, %u "
        "combined, %u with experts elsewhere\n",
        forced[0], forced[1], planned, split, combined, remote);
    if (all)
        CHECK(forced[0] > 40 && forced[1] > 40 && planned > 40 && split > 20 && combined > 60 && remote > 20,
              "too few cells of a kind");
    run_close();
    return test_result();
}
