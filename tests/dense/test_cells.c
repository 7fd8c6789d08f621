/* The reference's 105 cells, 15 (K, N) with seven M each: the library's own choice is within the bound and one launch.
 *   test_dense_cells LIBRARY all
 *   test_dense_cells LIBRARY K N */
#include <stdlib.h>

#include "device.h"
#include "run.h"
#include "test.h"

static const size_t cells[][2] = {{6144, 9216}, {6144, 4608}, {6144, 2304}, {6144, 1152}, {6144, 6144},
                                  {6144, 3072}, {6144, 1536}, {6144, 768},  {8192, 6144}, {4096, 6144},
                                  {2048, 6144}, {1024, 6144}, {3072, 6144}, {1536, 6144}, {768, 6144}};
static const size_t ms[] = {1, 2, 4, 8, 16, 32, 64};

static void test_shape(size_t k, size_t n) {
    const struct run_choice own_choice = {.kernel = NULL};
    struct layer layer;
    layer_normal(&layer, 64, n, k, 1000 + n + k);
    layer_upload(&layer);
    for (size_t i = 0; i < sizeof ms / sizeof ms[0]; i++) {
        struct run_outcome outcome;
        const uint64_t before = device_launches();
        layer.shape.m = ms[i];
        CHECK(run_layer(&layer, &own_choice, "cell", &outcome), "K=%zu N=%zu M=%zu", k, n, ms[i]);
        const uint64_t launches = device_launches() - before;
        CHECK(launches == 1, "K=%zu N=%zu M=%zu took %llu launches", k, n, ms[i], (unsigned long long)launches);
        printf("K=%zu N=%zu M=%zu %s k_splits %u: bound_ratio %.3f, rel_err %.2e\n", k, n, ms[i], outcome.kernel,
               outcome.k_splits, outcome.check.bound_ratio, outcome.check.rel_err);
    }
    layer_free(&layer);
}

int main(int argc, char **argv) {
    if (argc != 4 && (argc != 3 || strcmp(argv[2], "all") != 0))
        return 2;
    run_open(argv[1]);
    if (argc == 4)
        test_shape(strtoul(argv[2], NULL, 10), strtoul(argv[3], NULL, 10));
    else
        for (size_t i = 0; i < sizeof cells / sizeof cells[0]; i++)
            test_shape(cells[i][0], cells[i][1]);
    run_close();
    return test_result();
}
