/* Every built-in dense kernel by name, every M that it takes.
 *   test_dense_kernels LIBRARY FIRST STEP   the kernels FIRST, FIRST + STEP, ... */
#include <stdlib.h>

#include "run.h"
#include "test.h"

static void run(struct layer *layer, const struct run_kernel *kernel, int64_t k_splits) {
    const struct run_choice choice = {.kernel = kernel->name, .k_splits = k_splits};
    CHECK(run_layer(layer, &choice, "kernel", NULL), "%s", kernel->name);
}

static int64_t most_splits(const struct run_kernel *kernel, size_t k) {
    int64_t k_splits = 1;
    while (run_least_k(kernel, k_splits + 1) <= k)
        k_splits++;
    return k_splits;
}

/* K from one block to several rounds of the longest loop with each tail, N to one past whole workgroups; scales of
 * every odd row of W start with 0xFF, which must not touch the even rows before them. */
static void test_kernel(const struct run_kernel *kernel) {
    static const size_t ks[] = {32, 64, 1024, 2080, 4064, 8192, 20512}, ns[] = {1, 16, 33, 65};
    for (size_t i = 0; i < sizeof ks / sizeof ks[0]; i++) {
        struct layer layer;
        layer_apart(&layer, kernel->m_tile, ns[i % 4], ks[i], 41 * ks[i]);
        for (size_t row = 1; row < layer.shape.n; row += 2)
            layer.w_scale[row * (ks[i] / 32)] = 0xff;
        layer_upload(&layer);
        /* All M of a small tile, every third of a large one. */
        for (size_t m = kernel->m_tile; m >= 1 && m <= kernel->m_tile; m -= kernel->m_tile > 8 ? 3 : 1) {
            layer.shape.m = m;
            run(&layer, kernel, 0);
            const int64_t most = kernel->splits_k ? most_splits(kernel, ks[i]) : 1;
            if (most > 1)
                run(&layer, kernel, 2);
            if (most > 2)
                run(&layer, kernel, most);
        }
        layer_free(&layer);
    }
}

int main(int argc, char **argv) {
    if (argc != 4)
        return 2;
    run_open(argv[1]);
    const uint32_t first = (uint32_t)strtoul(argv[2], NULL, 10), step = (uint32_t)strtoul(argv[3], NULL, 10);
    struct run_kernel kernel;
    CHECK(run_kernel(first, &kernel), "there is no dense kernel %u", first);
    for (uint32_t i = first; run_kernel(i, &kernel); i += step)
        test_kernel(&kernel);
    run_close();
    return test_result();
}
