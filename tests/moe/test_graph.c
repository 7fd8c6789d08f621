/* Routes that change under a captured graph.
 *   test_routed_graph LIBRARY sort FAMILY K_SPLITS     sorting and product captured; topk_ids change; 100 replays
 *   test_routed_graph LIBRARY tables FAMILY K_SPLITS   the product alone; its tables change
 * FAMILY is gemv or mfma; the output is combined. */
#define __HIP_PLATFORM_AMD__ 1
#include <hip/hip_runtime_api.h>
#include <stdlib.h>

#include "device.h"
#include "random.h"
#include "run_routed.h"
#include "test.h"

enum { REPLAYS = 100, EXPERTS = 12, TOKENS = 7, TOP_K = 3, SLOTS = TOKENS * TOP_K, TICKET_BYTES = 32768 };

#define FUNCTIONS(X)                                                                                                   \
    X(hipStreamCreate)                                                                                                 \
    X(hipStreamDestroy)                                                                                                \
    X(hipStreamSynchronize)                                                                                            \
    X(hipStreamBeginCapture)                                                                                           \
    X(hipStreamEndCapture)                                                                                             \
    X(hipGraphGetNodes)                                                                                                \
    X(hipGraphInstantiate)                                                                                             \
    X(hipGraphLaunch)                                                                                                  \
    X(hipGraphDestroy)                                                                                                 \
    X(hipGraphExecDestroy)

static struct {
#define X(name) __typeof__(name) *name;
    FUNCTIONS(X)
#undef X
} hip;

static smallm_context *context;
static hipStream_t stream;
static void *dtopk_ids;

#define CHECK_HIP(call) CHECK((call) == hipSuccess, "HIP error")

static void sort(const struct routed *routed) {
    smallm_moe_sort_args args;
    smallm_moe_sort_args_init(&args, sizeof args);
    args.slots = SLOTS;
    args.experts = EXPERTS;
    args.block_m = (int64_t)routed->shape.block_m;
    args.sorted_len = (int64_t)routed->shape.sorted_len;
    args.topk_ids = dtopk_ids;
    args.sorted_token_ids = routed->dsorted;
    args.expert_ids = routed->dexpert_ids;
    args.num_tokens_post_padded = routed->dposts;
    CHECK_OK(smallm_moe_sort(context, &args, stream));
}

/* Balanced, random, all on one, half elsewhere, none here. */
static void pick_route(int32_t *ids, uint64_t replay) {
    struct random_state random;
    random_seed(&random, replay);
    route_make((enum route)(replay % 3), ids, TOKENS, TOP_K, EXPERTS, replay);
    for (size_t slot = 0; slot < SLOTS; slot++)
        if ((replay % 7 == 5 && random_below(&random, 2) == 0) || replay % 25 == 24)
            ids[slot] = -1;
}

static void replay_once(hipGraphExec_t executable, struct routed *routed, bool sorts, uint64_t replay) {
    int32_t ids[SLOTS], garbage[SLOTS * 64];
    pick_route(ids, replay);
    routed_sort(routed, ids);
    routed_upload(routed);
    if (sorts) { /* the graph itself must make the tables */
        memset(garbage, 0x5a, sizeof garbage);
        device_upload(dtopk_ids, ids, sizeof ids);
        device_upload(routed->dsorted, garbage, routed->shape.sorted_len * sizeof(int32_t));
        device_upload(routed->dexpert_ids, garbage, routed->blocks * sizeof(int32_t));
        device_upload(routed->dposts, garbage, sizeof(int32_t));
    }
    routed_clear_out(routed);
    CHECK_HIP(hip.hipGraphLaunch(executable, stream));
    CHECK_HIP(hip.hipStreamSynchronize(stream));
    CHECK(device_finish() == 0, "replay %llu", (unsigned long long)replay);
    const struct check_result check = routed_check(routed);
    const char *band = routed_check_bands(routed);
    CHECK(check.pass && band == NULL, "replay %llu: %zu elements wrong; written %s", (unsigned long long)replay,
          check.wrong, band != NULL ? band : "nothing else");
}

static bool find_kernel(const char *family, bool splits, struct moe_kernel *kernel) {
    for (uint32_t i = 0; moe_kernel(i, kernel); i++)
        if (strcmp(kernel->family, family) == 0 && (kernel->splits_k || !splits))
            return true;
    return false;
}

static void check_tickets(const void *workspace) {
    static unsigned char tickets[TICKET_BYTES], zeros[TICKET_BYTES];
    device_download(tickets, workspace, sizeof tickets);
    CHECK(memcmp(tickets, zeros, sizeof zeros) == 0, "tickets are left over");
}

static void test_replay(const char *family, int64_t k_splits, bool sorts) {
    struct moe_kernel kernel;
    if (!find_kernel(family, k_splits > 1, &kernel)) {
        CHECK(false, "there is no kernel of family %s for k_splits %lld", family, (long long)k_splits);
        return;
    }
    const size_t k = k_splits > 1 ? moe_least_k(&kernel, k_splits) : 672;
    struct routed routed;
    routed_make(&routed, &(struct routed_shape){.experts = EXPERTS,
                                                .n = 40,
                                                .k = k,
                                                .tokens = TOKENS,
                                                .top_k = TOP_K,
                                                .a_div = TOP_K,
                                                .block_m = 16,
                                                .weighted = true,
                                                .combine = true,
                                                .seed = 5});
    dtopk_ids = device_alloc(SLOTS * sizeof(int32_t));
    const struct routed_choice choice = {.kernel = kernel.name, .k_splits = k_splits};
    smallm_plan *plan = NULL;
    CHECK_OK(routed_plan(&plan, context, &routed, &choice));
    if (plan == NULL)
        return;
    smallm_plan_info info = {.size = sizeof info};
    CHECK_OK(smallm_plan_get_info(plan, &info));
    CHECK((info.k_splits > 1) == (k_splits > 1) && info.workspace_bytes > 0, "k_splits %u", info.k_splits);
    void *workspace = run_workspace(info.workspace_bytes);
    smallm_moe_buffers buffers = routed_buffers(&routed);

    hipGraph_t graph = NULL;
    hipGraphExec_t executable = NULL;
    size_t nodes = 0;
    CHECK_HIP(hip.hipStreamBeginCapture(stream, hipStreamCaptureModeGlobal));
    if (sorts)
        sort(&routed);
    CHECK_OK(smallm_moe_execute(plan, &buffers, workspace, info.workspace_bytes, stream));
    CHECK_HIP(hip.hipStreamEndCapture(stream, &graph));
    CHECK_HIP(hip.hipGraphGetNodes(graph, NULL, &nodes));
    CHECK(nodes == (sorts ? 2 : 1), "%zu nodes", nodes);
    CHECK_HIP(hip.hipGraphInstantiate(&executable, graph, NULL, NULL, 0));
    CHECK_HIP(hip.hipGraphDestroy(graph));
    for (uint64_t i = 0; i < REPLAYS && test_failures < 10; i++)
        replay_once(executable, &routed, sorts, i);
    check_tickets(workspace);
    CHECK_HIP(hip.hipGraphExecDestroy(executable));
    smallm_plan_destroy(plan);
    device_free(dtopk_ids);
    routed_free(&routed);
}

int main(int argc, char **argv) {
    if (argc != 5 || (strcmp(argv[2], "sort") != 0 && strcmp(argv[2], "tables") != 0))
        return 2;
    context = run_open(argv[1]);
#define X(name) device_function(#name, &hip.name);
    FUNCTIONS(X)
#undef X
    CHECK_HIP(hip.hipStreamCreate(&stream));
    test_replay(argv[3], strtol(argv[4], NULL, 10), strcmp(argv[2], "sort") == 0);
    CHECK_HIP(hip.hipStreamDestroy(stream));
    run_close();
    return test_result();
}
