/* 500 random cells: shapes, types, bias, leading dimensions, forced kernels of every family, forced numbers of splits,
 * orders of execution and of addition. A cell is made from its number alone.
 *   test_dense_random LIBRARY all          the 500
 *   test_dense_random LIBRARY FIRST STEP   FIRST, FIRST + STEP, ... below 500
 *   test_dense_random LIBRARY CELL         one, printed */
#include <stdlib.h>

#include "device.h"
#include "element.h"
#include "random.h"
#include "run.h"
#include "test.h"

enum { CELLS = 500, LARGEST_K = 8192 };

static struct random_state random_numbers;
static unsigned forced[2], split, planned; /* cells: forced by family (gemv, mfma), forced to split, free */

static size_t below(size_t bound) {
    return (size_t)random_below(&random_numbers, bound);
}

/* From 1 to `most`, evenly over the logarithm, so that small ones are many. */
static size_t mostly_small(size_t most) {
    size_t octave = 1;
    while (octave < most && below(6) != 0)
        octave *= 2;
    const size_t end = octave > most ? most : octave;
    return 1 + below(end);
}

/* A kernel of the family that takes m rows, NULL if there is none. */
static const char *pick_kernel(const char *family, size_t m, struct run_kernel *kernel) {
    uint32_t fits = 0;
    for (uint32_t i = 0; run_kernel(i, kernel); i++)
        fits += strcmp(kernel->family, family) == 0 && kernel->m_tile >= m;
    if (fits == 0)
        return NULL;
    size_t left = below(fits);
    for (uint32_t i = 0; run_kernel(i, kernel); i++)
        if (strcmp(kernel->family, family) == 0 && kernel->m_tile >= m && left-- == 0)
            break;
    return kernel->name;
}

static struct layer_shape pick_shape(size_t cell) {
    static const smallm_type types[] = {SMALLM_TYPE_NONE, SMALLM_TYPE_BF16, SMALLM_TYPE_F16, SMALLM_TYPE_F32};
    struct layer_shape shape = {.seed = cell};
    shape.m = 1 + below(below(2) ? 64 : 16);
    /* One cell in twenty is anywhere in the range. */
    shape.n = below(20) == 0 ? 1 + below(9000) : mostly_small(1000);
    shape.k = 32 * (below(4) == 0 ? 1 + below(256) : mostly_small(256));
    shape.out_type = types[1 + below(3)];
    shape.bias_type = below(2) == 0 ? SMALLM_TYPE_NONE : types[1 + below(3)];
    shape.determinism = (smallm_determinism)below(3);
    return shape;
}

static void pick_gaps(struct layer_shape *shape) {
    if (below(2) == 0) {
        shape->ldx = shape->k + 16 * below(5);
        shape->ldxs = shape->k / 32 + below(9);
        shape->ldo = shape->n + below(70);
    }
    shape->trailing = below(2) == 0 ? 0 : 64 * shape->k;
}

/* Every K step of 128 of the longest K for one wave is the most that can be shared. K grows where it must. */
static int64_t pick_splits(const struct run_kernel *kernel, struct layer_shape *shape) {
    static const int64_t numbers[] = {0, 2, 3, 8};
    const int64_t k_splits = numbers[below(4)];
    if (k_splits == 0 || !kernel->splits_k || run_least_k(kernel, k_splits) > LARGEST_K)
        return 0;
    const size_t least = run_least_k(kernel, k_splits);
    if (shape->k < least)
        shape->k = least + 32 * below((LARGEST_K - least) / 32 < 8 ? (LARGEST_K - least) / 32 + 1 : 8);
    split++;
    return k_splits;
}

/* Two cells in five for each family by name, the rest for the library to choose. */
static struct run_choice pick_choice(struct layer_shape *shape) {
    struct run_choice choice = {.kernel = NULL};
    struct run_kernel kernel;
    const size_t kind = below(5);
    if (kind < 2 && shape->determinism != SMALLM_BATCH_INVARIANT) {
        shape->m = 1 + (shape->m - 1) % 16;
        choice.kernel = pick_kernel("gemv", shape->m, &kernel);
    } else if (kind == 2 || kind == 3)
        choice.kernel = pick_kernel("mfma", shape->m, &kernel);
    if (choice.kernel == NULL) {
        planned++;
        return choice;
    }
    forced[kind / 2]++;
    choice.k_splits = pick_splits(&kernel, shape);
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

static void test_cell(size_t cell, bool print) {
    char what[32];
    snprintf(what, sizeof what, "cell %zu", cell);
    random_seed(&random_numbers, cell);
    struct layer_shape shape = pick_shape(cell);
    const struct run_choice choice = pick_choice(&shape);
    pick_gaps(&shape);
    set_order(cell);
    struct layer layer;
    struct run_outcome outcome;
    layer_make(&layer, &shape);
    layer_upload(&layer);
    CHECK(run_layer(&layer, &choice, what, &outcome), "cell %zu; to repeat: test_dense_random LIBRARY %zu", cell, cell);
    if (print)
        printf("cell %zu: M=%zu N=%zu K=%zu out %s bias %s %s k_splits %u: bound_ratio %.3f, rel_err %.2e\n", cell,
               shape.m, shape.n, shape.k, element_name(layer.shape.out_type), element_name(shape.bias_type),
               outcome.kernel, outcome.k_splits, outcome.check.bound_ratio, outcome.check.rel_err);
    layer_free(&layer);
}

int main(int argc, char **argv) {
    if (argc != 3 && argc != 4)
        return 2;
    run_open(argv[1]);
    const bool all = strcmp(argv[2], "all") == 0;
    const size_t first = all ? 0 : strtoul(argv[2], NULL, 10), step = argc == 4 ? strtoul(argv[3], NULL, 10) : 1;
    const size_t end = all || argc == 4 ? CELLS : first + 1;
    for (size_t cell = first; cell < end; cell += step)
        test_cell(cell, end == first + 1);
    printf("%u cells of dense_gemv by name, %u of dense_mfma by name, %u with a number of splits by name, %u as the "
           "library chose\n",
           forced[0], forced[1], split, planned);
    if (all)
        CHECK(forced[0] > 50 && forced[1] > 50 && split > 50 && planned > 50, "too few cells of a kind");
    run_close();
    return test_result();
}
