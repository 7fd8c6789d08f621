/* The kernels that feed and route: bit for bit what the reference makes. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "element.h"
#include "moe_route.h"
#include "quantise.h"
#include "random.h"
#include "selftest_parts.h"

enum { MOST_BUFFERS = 4, SEED = 6 };

/* What one launch reads and writes: host memory with what is right, and its copy on the device. */
struct feed {
    const struct backend *backend;
    size_t bytes[MOST_BUFFERS];
    void *host[MOST_BUFFERS], *device[MOST_BUFFERS];
    unsigned inputs, buffers;
};

static bool make(struct feed *feed) {
    for (unsigned i = 0; i < feed->buffers; i++)
        if ((feed->host[i] = malloc(feed->bytes[i])) == NULL)
            return false;
    return true;
}

static void release(struct feed *feed) {
    for (unsigned i = 0; i < feed->buffers; i++) {
        if (feed->device[i] != NULL)
            feed->backend->hipFree(feed->device[i]);
        free(feed->host[i]);
    }
}

static enum exit_status place(struct feed *feed) {
    enum exit_status status = EXIT_RIGHT;
    for (unsigned i = 0; i < feed->buffers && status == EXIT_RIGHT; i++)
        status = backend_place(feed->backend, &feed->device[i], i < feed->inputs ? feed->host[i] : NULL, 0x55,
                               feed->bytes[i]);
    return status;
}

/* A launch that fails is the kernel's fault on the simulator, and the end of it on a GPU. */
static enum exit_status compare(struct selftest_trial *trial, const struct feed *feed, smallm_status launched) {
    const struct backend *backend = feed->backend;
    enum exit_status status = backend_finish(backend, exit_status_of(launched));
    if (status != EXIT_RIGHT)
        return backend->sim.present ? EXIT_RIGHT : status;
    for (unsigned i = feed->inputs; i < feed->buffers && status == EXIT_RIGHT; i++) {
        unsigned char *got = malloc(feed->bytes[i]);
        if (got == NULL)
            return complain(EXIT_BAD_ARGUMENTS, "there is no memory for %zu bytes", feed->bytes[i]);
        status = backend_fetch(backend, got, feed->device[i], feed->bytes[i]);
        for (size_t at = 0; at < feed->bytes[i] && status == EXIT_RIGHT; at++)
            trial->wrong += got[at] != ((const unsigned char *)feed->host[i])[at];
        free(got);
    }
    trial->compared = status == EXIT_RIGHT;
    trial->pass = trial->compared && trial->wrong == 0;
    return status;
}

static enum exit_status no_memory(struct feed *feed) {
    release(feed);
    return complain(EXIT_BAD_ARGUMENTS, "there is no memory for a small problem");
}

/* Rows of many magnitudes; bf16 by the ceil rule, f32 by the floor rule. */
enum exit_status selftest_quantise(struct selftest_trial *trial, const struct backend *backend, unsigned at) {
    const size_t m = 3, k = at == 0 ? 1120 : 96;
    const smallm_type type = at == 0 ? SMALLM_TYPE_BF16 : SMALLM_TYPE_F32;
    const smallm_scale_rule rule = at == 0 ? SMALLM_SCALE_CEIL : SMALLM_SCALE_FLOOR;
    struct feed feed = {backend, {m * k * element_bytes(type), m * k, m * (k / MX_BLOCK)}, {0}, {0}, 1, 3};
    snprintf(trial->shape, sizeof trial->shape, "M=%zu K=%zu %s %s", m, k, element_name(type),
             rule == SMALLM_SCALE_CEIL ? "ceil" : "floor");
    if (!make(&feed))
        return no_memory(&feed);
    struct random_state random;
    random_seed(&random, SEED);
    for (size_t i = 0; i < m * k; i++)
        element_put(type, feed.host[0], i,
                    element_from_f64(type, ldexp(random_normal(&random), (int)(i / MX_BLOCK % 19) - 9)));
    quantise_matrix(rule, type, feed.host[0], k, m, k, feed.host[1], feed.host[2]);
    enum exit_status status = place(&feed);
    if (status == EXIT_RIGHT) {
        smallm_quantise_args args;
        smallm_quantise_args_init(&args, sizeof args);
        args.m = (int64_t)m;
        args.k = (int64_t)k;
        args.x_type = type;
        args.rule = rule;
        args.x = feed.device[0];
        args.q = feed.device[1];
        args.scale = feed.device[2];
        status = compare(trial, &feed, smallm_quantise(backend->context, &args, NULL));
    }
    release(&feed);
    return status;
}

enum exit_status selftest_moe_sort(struct selftest_trial *trial, const struct backend *backend, unsigned at) {
    const size_t tokens = at == 0 ? 7 : 130, top_k = 5, experts = at == 0 ? 129 : 9, slots = tokens * top_k;
    const int64_t block_m = at == 0 ? 64 : 12;
    const size_t sorted_len = (size_t)smallm_moe_sorted_len((int64_t)slots, (int64_t)experts, block_m);
    struct feed feed = {backend,
                        {slots * sizeof(int32_t), sorted_len * sizeof(int32_t),
                         sorted_len / (size_t)block_m * sizeof(int32_t), sizeof(int32_t)},
                        {0},
                        {0},
                        1,
                        4};
    snprintf(trial->shape, sizeof trial->shape, "slots=%zu E=%zu block_m=%lld", slots, experts, (long long)block_m);
    if (!make(&feed))
        return no_memory(&feed);
    route_make(ROUTE_RANDOM, feed.host[0], tokens, top_k, experts, SEED);
    smallm_moe_sort_args args;
    smallm_moe_sort_args_init(&args, sizeof args);
    args.slots = (int64_t)slots;
    args.experts = (int64_t)experts;
    args.block_m = block_m;
    args.sorted_len = (int64_t)sorted_len;
    args.topk_ids = feed.host[0];
    args.sorted_token_ids = feed.host[1];
    args.expert_ids = feed.host[2];
    args.num_tokens_post_padded = feed.host[3];
    if (moe_sort_model(&args) != 0)
        return no_memory(&feed);
    enum exit_status status = place(&feed);
    if (status == EXIT_RIGHT) {
        args.topk_ids = feed.device[0];
        args.sorted_token_ids = feed.device[1];
        args.expert_ids = feed.device[2];
        args.num_tokens_post_padded = feed.device[3];
        status = compare(trial, &feed, smallm_moe_sort(backend->context, &args, NULL));
    }
    release(&feed);
    return status;
}
