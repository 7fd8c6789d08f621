/* The reference's eight cells, the first of configs/cells_moe.csv, which the benches time too (one has 2.4 GB of
 * weights), and weights of 16 GB: the library's own choice is within the bound and one launch. W is sparse: only
 * experts in use have any. test_routed_cells LIBRARY all test_routed_cells LIBRARY CELL      a number from 0 */
#include <stdlib.h>

#include "device.h"
#include "moe_shapes.h"
#include "run_routed.h"
#include "test.h"

enum { LARGEST_SLOTS = 64, SIXTEEN_GB = 8, CELLS };

/* Not the reference's: 16 GiB. */
static const struct routed_shape largest = {.experts = 256, .n = 4096, .k = 16384, .tokens = 1, .top_k = 2, .a_div = 2};

static struct routed_shape shape_of(const struct moe_shape *cell) {
    return (struct routed_shape){.experts = cell->experts,
                                 .n = cell->n,
                                 .k = cell->k,
                                 .tokens = cell->tokens,
                                 .top_k = cell->top_k,
                                 .a_div = cell->a_div,
                                 .block_m = cell->block_m,
                                 .weighted = cell->weighted != 0,
                                 .combine = cell->combine != 0};
}

static void test_cell(smallm_context *context, struct routed_shape shape, size_t cell) {
    const struct routed_choice own_choice = {.kernel = NULL};
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
    struct moe_shape *cells;
    size_t count;
    if (argc != 3 || moe_shapes_read(&cells, &count, SMALLM_MOE_CELLS) != EXIT_RIGHT || count < SIXTEEN_GB)
        return 2;
    smallm_context *context = run_open(argv[1]);
    const size_t only = strtoul(argv[2], NULL, 10);
    for (size_t cell = 0; cell < CELLS; cell++)
        if (strcmp(argv[2], "all") == 0 || cell == only)
            test_cell(context, cell == SIXTEEN_GB ? largest : shape_of(&cells[cell]), cell);
    free(cells);
    run_close();
    return test_result();
}
