/* The reference's eight MoE cells, the one of 2.4 GB of weights among them, and weights of 16 GB: the library's own
 * choice is within the bound and one launch. W is sparse: only experts in use have any.
 *   test_routed_cells LIBRARY all
 *   test_routed_cells LIBRARY CELL      a number from 0 */
#include <stdlib.h>

#include "device.h"
#include "run_routed.h"
#include "test.h"

enum { LARGEST_SLOTS = 64 };

/* experts, N, K, a_div, weighted, T, top_k: ROCm/aiter pull request 3783; block_m 64. */
static const struct routed_shape cells[] = {
    {.experts = 128, .n = 1536, .k = 6144, .tokens = 4, .top_k = 4, .a_div = 4},
    {.experts = 128, .n = 6144, .k = 768, .tokens = 8, .top_k = 1, .weighted = true},
    {.experts = 128, .n = 6144, .k = 768, .tokens = 8, .top_k = 1},
    {.experts = 32, .n = 1536, .k = 6144, .tokens = 4, .top_k = 4, .a_div = 4},
    {.experts = 64, .n = 6144, .k = 768, .tokens = 8, .top_k = 1, .weighted = true},
    {.experts = 128, .n = 1536, .k = 6144, .tokens = 16, .top_k = 4, .a_div = 4},
    {.experts = 32, .n = 768, .k = 6144, .tokens = 4, .top_k = 4, .a_div = 4},
    {.experts = 256, .n = 1536, .k = 6144, .tokens = 2, .top_k = 4, .a_div = 4},
    /* Not the reference's: 16 GiB. */
    {.experts = 256, .n = 4096, .k = 16384, .tokens = 1, .top_k = 2, .a_div = 2},
};
enum { CELLS = sizeof cells / sizeof cells[0], SIXTEEN_GB = CELLS - 1 };

static void test_cell(smallm_context *context, size_t cell) {
    const struct routed_choice own_choice = {.kernel = NULL};
    struct routed_shape shape = cells[cell];
    shape.seed = 100 + cell;
    struct routed routed;
    struct routed_outcome outcome;
    int32_t topk_ids[LARGEST_SLOTS];
    routed_make(&routed, &shape);
    route_make(ROUTE_RANDOM, topk_ids, shape.tokens, shape.top_k, shape.experts, shape.seed);
    /* The first and the last of the weights' bytes. */
    if (cell == SIXTEEN_GB) {
        CHECK(shape.experts * shape.n * shape.k >= (size_t)16 << 30, "the weights have less than 16 GiB");
        topk_ids[0] = (int32_t)shape.experts - 1;
        topk_ids[1] = 0;
    }
    routed_sort(&routed, topk_ids);
    routed_upload(&routed);
    const uint64_t before = device_launches();
    CHECK(run_routed(&routed, context, &own_choice, "cell", &outcome), "cell %zu", cell);
    const uint64_t launches = device_launches() - before;
    CHECK(launches == 1, "cell %zu took %llu launches", cell, (unsigned long long)launches);
    printf("E=%zu N=%zu K=%zu T=%zu top_k=%zu %s k_splits %u: bound_ratio %.3f, rel_err %.2e\n", shape.experts, shape.n,
           shape.k, shape.tokens, shape.top_k, outcome.kernel, outcome.k_splits, outcome.check.bound_ratio,
           outcome.check.rel_err);
    routed_free(&routed);
}

int main(int argc, char **argv) {
    if (argc != 3)
        return 2;
    smallm_context *context = run_open(argv[1]);
    const size_t only = strtoul(argv[2], NULL, 10);
    for (size_t cell = 0; cell < CELLS; cell++)
        if (strcmp(argv[2], "all") == 0 || cell == only)
            test_cell(context, cell);
    run_close();
    return test_result();
}
