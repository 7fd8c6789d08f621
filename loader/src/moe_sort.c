#include "context_impl.h"
#include "error.h"
#include "guard.h"
#include "kernel_info.h"
#include "launch.h"
#include "magic.h"
#include "moe_block.h"
#include "smallm/moe.h"
#include "smallm_kernargs.h"
#include "struct_size.h"

enum { ARGS_FIRST = sizeof(smallm_moe_sort_args) };

/* The whole array is reached by 32-bit offsets. */
static const int64_t sorted_end = 1 << 29;

static const smallm_moe_sort_args defaults = {
    .size = sizeof defaults,
    .block_m = 64,
    .map_kind = SMALLM_EXPERTS_LOCAL,
};

void smallm_moe_sort_args_init(smallm_moe_sort_args *args, size_t size) {
    smallm_struct_init(args, size, &defaults, sizeof defaults);
}

static smallm_status length_guard(const smallm_moe_sort_args *args) {
    const int64_t least = smallm_moe_sorted_len(args->slots, args->experts, args->block_m);
    if (args->sorted_len >= least)
        return SMALLM_OK;
    return smallm_fail(SMALLM_ERROR_DIMENSION,
                       "sorted_len is %lld; it must be at least smallm_moe_sorted_len(%lld, %lld, %lld) = %lld",
                       (long long)args->sorted_len, (long long)args->slots, (long long)args->experts,
                       (long long)args->block_m, (long long)least);
}

static smallm_status pointer_guard(const char *name, const void *pointer) {
    return smallm_buffer_guard(name, pointer, SMALLM_INDEX_ALIGNMENT, 0, 0);
}

static smallm_status map_guard(const smallm_moe_sort_args *args) {
    if (args->map_kind == SMALLM_EXPERTS_LOCAL)
        return args->expert_map == NULL
                   ? SMALLM_OK
                   : smallm_fail(SMALLM_ERROR_TYPE,
                                 "expert_map is %p, but map_kind is SMALLM_EXPERTS_LOCAL; set one or the other",
                                 args->expert_map);
    smallm_status status = smallm_dimension_guard("experts_global", args->experts_global);
    return status == SMALLM_OK ? pointer_guard("expert_map", args->expert_map) : status;
}

static smallm_status read_args(smallm_moe_sort_args *args, const smallm_moe_sort_args *given) {
    if (given == NULL)
        return smallm_fail(SMALLM_ERROR_NULL_POINTER, "args is NULL; it must be given");
    *args = defaults;
    smallm_status status = smallm_struct_read(args, sizeof *args, ARGS_FIRST, given, "smallm_moe_sort_args");
#define GUARD(call)                                                                                                    \
    if (status == SMALLM_OK)                                                                                           \
        status = call;
    GUARD(smallm_dimension_guard("slots", args->slots))
    GUARD(smallm_dimension_guard("experts", args->experts))
    GUARD(smallm_moe_block_guard(args->block_m, args->sorted_len))
    GUARD(length_guard(args))
    GUARD(smallm_enum_guard("map_kind", "smallm_expert_map", args->map_kind, SMALLM_EXPERTS_LOCAL, SMALLM_EXPERTS_MASK))
    GUARD(map_guard(args))
    GUARD(pointer_guard("topk_ids", args->topk_ids))
    GUARD(pointer_guard("sorted_token_ids", args->sorted_token_ids))
    GUARD(pointer_guard("expert_ids", args->expert_ids))
    GUARD(pointer_guard("num_tokens_post_padded", args->num_tokens_post_padded))
#undef GUARD
    if (args->map_kind == SMALLM_EXPERTS_LOCAL)
        args->experts_global = args->experts;
    return status;
}

static smallm_status limit(const char *name, int64_t value, int64_t most) {
    if (value <= most)
        return SMALLM_OK;
    return smallm_fail(SMALLM_DECLINED, "declined: %s is %lld; one launch sorts up to %lld", name, (long long)value,
                       (long long)most);
}

static smallm_status envelope(const smallm_moe_sort_args *args, int kernel) {
    if (kernel < 0)
        return smallm_fail(SMALLM_DECLINED, "declined: no kernel of the family moe_sort is built in");
    smallm_status status = limit("slots", args->slots, SMALLM_SORT_SLOTS);
    if (status == SMALLM_OK)
        status = limit("experts", args->experts, SMALLM_SORT_EXPERTS);
    if (status == SMALLM_OK)
        status = limit("experts_global", args->experts_global, SMALLM_SORT_EXPERTS);
    if (status == SMALLM_OK)
        status = limit("sorted_len", args->sorted_len, sorted_end - 1);
    return status;
}

smallm_status smallm_moe_sort(smallm_context *context, const smallm_moe_sort_args *given, void *stream) {
    static const uint32_t kinds[] = {
        [SMALLM_EXPERTS_LOCAL] = SMALLM_SORT_MAP_NONE,
        [SMALLM_EXPERTS_MAP] = SMALLM_SORT_MAP_MAP,
        [SMALLM_EXPERTS_MASK] = SMALLM_SORT_MAP_MASK,
    };
    if (context == NULL)
        return smallm_fail(SMALLM_ERROR_NULL_POINTER, "context is NULL; it must be given");
    smallm_moe_sort_args args;
    smallm_status status = read_args(&args, given);
    if (status == SMALLM_OK)
        status = envelope(&args, context->sort_kernel);
    if (status != SMALLM_OK)
        return status;
    const struct smallm_magic magic = smallm_magic((uint32_t)args.block_m);
    struct smallm_moe_sort_kernargs packed = {
        .topk_ids = args.topk_ids,
        .expert_map = args.expert_map,
        .sorted_token_ids = args.sorted_token_ids,
        .expert_ids = args.expert_ids,
        .num_tokens_post_padded = args.num_tokens_post_padded,
        .slots = (uint32_t)args.slots,
        .experts = (uint32_t)args.experts,
        .experts_global = (uint32_t)args.experts_global,
        .block_m = (uint32_t)args.block_m,
        .block_magic = magic.magic,
        .block_shift = magic.shift,
        .em = (uint32_t)args.sorted_len,
        .map_kind = kinds[args.map_kind],
    };
    static const uint32_t grid[3] = {1, 1, 1};
    return smallm_launch(&context->hip, &smallm_kernels[context->sort_kernel],
                         context->kernels[context->sort_kernel].function, grid, &packed, sizeof packed, stream);
}
