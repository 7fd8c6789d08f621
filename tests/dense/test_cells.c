/* The cells of configs/cells_dense.csv, which the benches time too: the library's own choice is within the bound and
 * one launch. test_dense_cells LIBRARY all test_dense_cells LIBRARY K N */
#include <stdlib.h>

#include "device.h"
#include "run.h"
#include "test.h"
#include "tune_shapes.h"

/* All M of one K and N, which stand together. Returns how many. */
static size_t test_shape(const struct shape *shapes, size_t count) {
    const struct run_choice own_choice = {.kernel = NULL};
    const size_t k = shapes->k, n = shapes->n;
    struct layer layer;
    size_t i = 0;
    layer_normal(&layer, MOST_M, n, k, 1000 + n + k);
    layer_upload(&layer);
    for (; i < count && shapes[i].k == k && shapes[i].n == n; i++) {
        struct run_outcome outcome;
        const uint64_t before = device_launches();
        layer.shape.m = shapes[i].m;
        CHECK(run_layer(&layer, &own_choice, "cell", &outcome), "K=%zu N=%zu M=%u", k, n, shapes[i].m);
        const uint64_t launches = device_launches() - before;
        CHECK(launches == 1, "K=%zu N=%zu M=%u took %llu launches", k, n, shapes[i].m, (unsigned long long)launches);
        printf("K=%zu N=%zu M=%u %s k_splits %u: bound_ratio %.3f, rel_err %.2e\n", k, n, shapes[i].m, outcome.kernel,
               outcome.k_splits, outcome.check.bound_ratio, outcome.check.rel_err);
    }
    layer_free(&layer);
    return i;
}

int main(int argc, char **argv) {
    if (argc != 4 && (argc != 3 || strcmp(argv[2], "all") != 0))
        return 2;
    const struct tune_options options = {.shapes = SMALLM_CELLS};
    const size_t k = argc == 4 ? strtoul(argv[2], NULL, 10) : 0, n = argc == 4 ? strtoul(argv[3], NULL, 10) : 0;
    struct shape *shapes;
    size_t count, tested = 0;
    if (shapes_read(&shapes, &count, &options) != EXIT_RIGHT)
        return 2;
    run_open(argv[1]);
    for (size_t i = 0; i < count;) {
        if (argc == 3 || (shapes[i].k == k && shapes[i].n == n)) {
            const size_t done = test_shape(shapes + i, count - i);
            i += done;
            tested += done;
        } else {
            i++;
        }
    }
    CHECK(tested > 0, "%s has no cell of K=%zu N=%zu", SMALLM_CELLS, k, n);
    free(shapes);
    run_close();
    return test_result();
}
