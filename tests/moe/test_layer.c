/* A whole MoE layer as a C user runs it: topk_ids -> sort -> quantise -> gemm1 -> SiLU(gate) * up on the host ->
 * quantise
 * -> gemm2 with weights, combined. Every stage is compared with its model on the bits that the stage before left on the
 * device: sorting and quantising bit for bit, both products against f64.
 *   test_routed_layer LIBRARY all
 *   test_routed_layer LIBRARY NUMBER   one layer, from 0 */
#include <math.h>
#include <stdlib.h>

#include "device.h"
#include "element.h"
#include "quantise.h"
#include "random.h"
#include "run_routed.h"
#include "test.h"

enum { MOST_SLOTS = 64, PATTERN = 0x5a };

/* 12 of the 68 shapes that aiter's configs tune (aiter/configs, model_configs), from the smallest to the largest of
 * each number. */
static const struct moe_layer {
    size_t model_dim, inter_dim, experts, top_k;
    const char *source;
} layers[] = {
    {2048, 128, 512, 10, "qwen3next_80b_fp8_fmoe"},
    {2048, 192, 128, 8, "a8w8_blockscale_fmoe_ds_v3, tuned_fmoe"},
    {2304, 1536, 8, 2, "tuned_fmoe, untuned_fmoe"},
    {3072, 512, 128, 4, "gptoss_a16w4_fmoe, gptoss_fp4_fmoe"},
    {3584, 384, 896, 16, "kimik3_a4w4_fmoe, kimik3_a8w4_fmoe, kimik3_fp4_fmoe"},
    {4096, 2048, 256, 6, "dsv4_fp8fp4_fmoe"},
    {5120, 1024, 128, 1, "a8w8_blockscale_fmoe_ds_v3"},
    {6144, 256, 257, 9, "glm5_mxfp8_fmoe"},
    {6144, 384, 129, 5, "minimax_m3_mxfp8_fmoe"},
    {7168, 256, 385, 9, "kimik2_fp8fp4_fmoe"},
    {7168, 3072, 48, 6, "dsv4_fp8fp4_fmoe"},
    {8192, 256, 513, 11, "qwen3_8_2400b_fp4_fmoe"},
};
enum { LAYERS = sizeof layers / sizeof layers[0] };

static smallm_context *context;

/* Tokens share most of their experts, so that weights stay few: token t has experts first + t, ..., first + t + top_k -
 * 1, in an order of its own. */
static void pick_route(const struct moe_layer *layer, size_t tokens, int32_t *ids, uint64_t seed) {
    struct random_state random;
    random_seed(&random, seed);
    const size_t first = (size_t)random_below(&random, layer->experts);
    for (size_t token = 0; token < tokens; token++) {
        int32_t *own = ids + token * layer->top_k;
        for (size_t j = 0; j < layer->top_k; j++)
            own[j] = (int32_t)((first + token + j) % layer->experts);
        for (size_t j = layer->top_k; j > 1; j--) {
            const size_t other = (size_t)random_below(&random, j);
            const int32_t id = own[j - 1];
            own[j - 1] = own[other];
            own[other] = id;
        }
    }
}

static void spoil(void *memory, size_t bytes) {
    void *pattern = malloc(bytes);
    if (pattern == NULL)
        exit(1);
    memset(pattern, PATTERN, bytes);
    device_upload(memory, pattern, bytes);
    free(pattern);
}

static void compare(const void *memory, const void *wanted, size_t bytes, const char *what) {
    void *got = malloc(bytes);
    if (got == NULL)
        exit(1);
    device_download(got, memory, bytes);
    CHECK(memcmp(got, wanted, bytes) == 0, "%s is not the model's", what);
    free(got);
}

/* The tables of `routed` by the device, over a pattern. */
static void sort_on_device(struct routed *routed, const int32_t *topk_ids) {
    const struct routed_shape *shape = &routed->shape;
    const size_t sorted_bytes = shape->sorted_len * 4, expert_bytes = routed->blocks * 4;
    void *ids = device_alloc(routed->slots * sizeof *topk_ids);
    device_upload(ids, topk_ids, routed->slots * sizeof *topk_ids);
    spoil(routed->dsorted, sorted_bytes);
    spoil(routed->dexpert_ids, expert_bytes);
    spoil(routed->dposts, sizeof(int32_t));
    smallm_moe_sort_args args;
    smallm_moe_sort_args_init(&args, sizeof args);
    args.slots = (int64_t)routed->slots;
    args.experts = (int64_t)shape->experts;
    args.block_m = (int64_t)shape->block_m;
    args.sorted_len = (int64_t)shape->sorted_len;
    args.topk_ids = ids;
    args.sorted_token_ids = routed->dsorted;
    args.expert_ids = routed->dexpert_ids;
    args.num_tokens_post_padded = routed->dposts;
    CHECK_OK(smallm_moe_sort(context, &args, NULL));
    CHECK(device_finish() == 0, "sorting");
    compare(routed->dsorted, routed->sorted, sorted_bytes, "sorted_token_ids");
    compare(routed->dexpert_ids, routed->expert_ids, expert_bytes, "expert_ids");
    compare(routed->dposts, &routed->posts, sizeof(int32_t), "num_tokens_post_padded");
    device_free(ids);
}

/* X of `routed` by the device, from bf16 [x_rows, k]. */
static void quantise_on_device(struct routed *routed, const uint16_t *values) {
    const size_t m = routed->shape.x_rows, k = routed->shape.k;
    void *x = device_alloc(m * k * sizeof *values);
    device_upload(x, values, m * k * sizeof *values);
    spoil(routed->dx, m * k);
    spoil(routed->dx_scale, m * (k / MX_BLOCK));
    smallm_quantise_args args;
    smallm_quantise_args_init(&args, sizeof args);
    args.m = (int64_t)m;
    args.k = (int64_t)k;
    args.x = x;
    args.q = routed->dx;
    args.scale = routed->dx_scale;
    CHECK_OK(smallm_quantise(context, &args, NULL));
    CHECK(device_finish() == 0, "quantising");
    compare(routed->dx, routed->x, m * k, "Q");
    compare(routed->dx_scale, routed->x_scale, m * (k / MX_BLOCK), "scale");
    device_free(x);
}

/* One grouped product whose X and tables the device has made. */
static bool run_product(struct routed *routed, const uint16_t *values, const int32_t *ids, const char *what,
                        struct routed_outcome *outcome) {
    const struct routed_choice own_choice = {.kernel = NULL};
    quantise_matrix(SMALLM_SCALE_CEIL, SMALLM_TYPE_BF16, values, routed->shape.k, routed->shape.x_rows, routed->shape.k,
                    routed->x, routed->x_scale);
    routed_sort(routed, ids);
    routed_upload(routed);
    sort_on_device(routed, ids);
    quantise_on_device(routed, values);
    return run_routed(routed, context, &own_choice, what, outcome);
}

static double silu(double value) {
    return value / (1 + exp(-value));
}

/* bf16 [slots, inter_dim] from bf16 [slots, gate and up]. */
static uint16_t *activate(const struct routed *first, size_t inter_dim) {
    uint16_t *values = malloc(first->slots * inter_dim * sizeof *values);
    if (values == NULL)
        exit(1);
    for (size_t slot = 0; slot < first->slots; slot++) {
        for (size_t i = 0; i < inter_dim; i++) {
            const double gate = element_to_f64(SMALLM_TYPE_BF16, routed_bits(first, slot, i));
            const double up = element_to_f64(SMALLM_TYPE_BF16, routed_bits(first, slot, inter_dim + i));
            values[slot * inter_dim + i] = (uint16_t)element_from_f64(SMALLM_TYPE_BF16, silu(gate) * up);
        }
    }
    return values;
}

static uint16_t *make_hidden(size_t tokens, size_t k, uint64_t seed) {
    uint16_t *values = malloc(tokens * k * sizeof *values);
    struct random_state random;
    random_seed(&random, seed);
    if (values == NULL)
        exit(1);
    for (size_t i = 0; i < tokens * k; i++)
        values[i] = (uint16_t)element_from_f64(SMALLM_TYPE_BF16, random_normal(&random) * 0.5);
    return values;
}

static void test_layer(size_t number, size_t tokens) {
    const struct moe_layer *layer = &layers[number];
    int32_t ids[MOST_SLOTS];
    struct routed first, second;
    struct routed_outcome outcomes[2];
    pick_route(layer, tokens, ids, number + tokens);
    routed_make(&first, &(struct routed_shape){.experts = layer->experts,
                                               .n = 2 * layer->inter_dim,
                                               .k = layer->model_dim,
                                               .tokens = tokens,
                                               .top_k = layer->top_k,
                                               .a_div = layer->top_k,
                                               .seed = 2 * number});
    uint16_t *hidden = make_hidden(tokens, layer->model_dim, number);
    bool right = run_product(&first, hidden, ids, "gemm1", &outcomes[0]);
    uint16_t *activated = activate(&first, layer->inter_dim);
    routed_free(&first);
    routed_make(&second, &(struct routed_shape){.experts = layer->experts,
                                                .n = layer->model_dim,
                                                .k = layer->inter_dim,
                                                .tokens = tokens,
                                                .top_k = layer->top_k,
                                                .weighted = true,
                                                .combine = true,
                                                .seed = 2 * number + 1});
    right = run_product(&second, activated, ids, "gemm2", &outcomes[1]) && right;
    CHECK(right, "layer %zu (%s), T=%zu", number, layer->source, tokens);
    printf("model_dim %zu inter_dim %zu E=%zu top_k=%zu T=%zu:", layer->model_dim, layer->inter_dim, layer->experts,
           layer->top_k, tokens);
    for (int i = 0; i < 2; i++)
        printf(" %s k_splits %u bound_ratio %.3f rel_err %.2e%s", outcomes[i].kernel, outcomes[i].k_splits,
               outcomes[i].check.bound_ratio, outcomes[i].check.rel_err, i == 0 ? ";" : "\n");
    routed_free(&second);
    free(hidden);
    free(activated);
}

int main(int argc, char **argv) {
    if (argc != 3)
        return 2;
    context = run_open(argv[1]);
    const bool all = strcmp(argv[2], "all") == 0;
    for (size_t number = 0; number < LAYERS; number++) {
        if (!all && number != strtoul(argv[2], NULL, 10))
            continue;
        test_layer(number, 1);
        test_layer(number, 4);
    }
    run_close();
    return test_result();
}
