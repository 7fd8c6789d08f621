/* Every built-in grouped kernel by name: rows of an expert from one to past a block, tails of K, splits, combined and
 * not. The scales of every odd row of W start with 0xFF, which must not touch the even rows before them.
 *   test_routed_kernels LIBRARY FIRST STEP   the kernels FIRST, FIRST + STEP, ... */
#include <stdlib.h>

#include "run_routed.h"
#include "test.h"

enum { TOKENS = 37, TOP_K = 2, SLOTS = TOKENS * TOP_K };

static smallm_context *context;

static int64_t most_splits(const struct moe_kernel *kernel, size_t k) {
    int64_t k_splits = 1;
    while (kernel->splits_k && moe_least_k(kernel, k_splits + 1) <= k)
        k_splits++;
    return k_splits;
}

/* Expert e has 1, 2, 3, 5, 9, 17, then all the rest of the slots. */
static void pick_route(int32_t *ids) {
    static const size_t ends[] = {1, 3, 6, 11, 20, 37, SLOTS};
    int32_t expert = 0;
    for (size_t slot = 0; slot < SLOTS; slot++) {
        expert += slot == ends[expert];
        ids[slot] = expert;
    }
}

static void spoil_odd_rows(struct routed *routed) {
    const size_t blocks = routed->shape.k / 32;
    for (size_t expert = 0; expert < routed->shape.experts; expert++) {
        routed_need_w(routed, expert);
        for (size_t row = 1; row < routed->shape.n; row += 2)
            routed->w_scale[expert][row * blocks] = 0xff;
    }
}

static void test_kernel(const struct moe_kernel *kernel) {
    static const size_t ks[] = {32, 192, 384, 1024, 2080, 2880, 6144}, ns[] = {1, 16, 33, 65};
    static const size_t blocks[] = {64, 4, 12, 16, 128};
    for (size_t i = 0; i < sizeof ks / sizeof ks[0]; i++) {
        int32_t ids[SLOTS];
        struct routed routed;
        routed_make(&routed, &(struct routed_shape){.experts = 7,
                                                    .n = ns[i % 4],
                                                    .k = ks[i],
                                                    .tokens = TOKENS,
                                                    .top_k = TOP_K,
                                                    .a_div = TOP_K,
                                                    .block_m = blocks[i % 5],
                                                    .weighted = i % 2 == 0,
                                                    .combine = i % 3 == 2,
                                                    .seed = 41 * i});
        spoil_odd_rows(&routed);
        pick_route(ids);
        routed_sort(&routed, ids);
        routed_upload(&routed);
        const int64_t most = most_splits(kernel, ks[i]), splits[] = {0, 2, most};
        for (size_t j = 0; j < 3 && (j == 0 || (size_t)most > j); j++) {
            const struct routed_choice choice = {.kernel = kernel->name, .k_splits = splits[j]};
            CHECK(run_routed(&routed, context, &choice, "kernel", NULL), "%s", kernel->name);
        }
        routed_free(&routed);
    }
}

int main(int argc, char **argv) {
    if (argc != 4)
        return 2;
    context = run_open(argv[1]);
    const uint32_t first = (uint32_t)strtoul(argv[2], NULL, 10), step = (uint32_t)strtoul(argv[3], NULL, 10);
    CHECK(first < moe_kernel_count(), "there are %u kernels", moe_kernel_count());
    struct moe_kernel kernel;
    for (uint32_t i = first; moe_kernel(i, &kernel); i += step)
        test_kernel(&kernel);
    run_close();
    return test_result();
}
