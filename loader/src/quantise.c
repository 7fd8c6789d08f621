#include "smallm/quantise.h"

#include "context_impl.h"
#include "element_type.h"
#include "error.h"
#include "guard.h"
#include "kernel_info.h"
#include "launch.h"
#include "machine.h"
#include "smallm/types.h"
#include "smallm_kernargs.h"
#include "struct_size.h"

enum { ARGS_FIRST = sizeof(smallm_quantise_args) };

/* A row of f32 is reached by 32-bit offsets. */
static const int64_t k_end = 1 << 30;

static const smallm_quantise_args defaults = {
    .size = sizeof defaults,
    .x_type = SMALLM_TYPE_BF16,
    .rule = SMALLM_SCALE_CEIL,
};

void smallm_quantise_args_init(smallm_quantise_args *args, size_t size) {
    smallm_struct_init(args, size, &defaults, sizeof defaults);
}

static smallm_status read_args(smallm_quantise_args *args, const smallm_quantise_args *given) {
    if (given == NULL)
        return smallm_fail(SMALLM_ERROR_NULL_POINTER, "args is NULL; it must be given");
    *args = defaults;
    smallm_status status = smallm_struct_read(args, sizeof *args, ARGS_FIRST, given, "smallm_quantise_args");
#define GUARD(call)                                                                                                    \
    if (status == SMALLM_OK)                                                                                           \
        status = call;
    GUARD(smallm_dimension_guard("m", args->m))
    GUARD(smallm_dimension_guard("k", args->k))
    GUARD(smallm_k_guard(args->k))
    GUARD(smallm_leading_guard("ldx", &args->ldx, "k", args->k, 1))
    GUARD(smallm_leading_guard("ldq", &args->ldq, "k", args->k, 1))
    GUARD(smallm_leading_guard("lds", &args->lds, "k / 32", args->k / SMALLM_BLOCK_K, 1))
    GUARD(smallm_enum_guard("x_type", "smallm_type", args->x_type, SMALLM_TYPE_E4M3, SMALLM_TYPE_F32))
    GUARD(smallm_enum_guard("rule", "smallm_scale_rule", args->rule, SMALLM_SCALE_CEIL, SMALLM_SCALE_FLOOR))
    GUARD(smallm_null_guard("x", args->x))
    GUARD(smallm_alignment_guard("x", args->x, smallm_type_bytes(args->x_type)))
    GUARD(smallm_null_guard("q", args->q))
    GUARD(smallm_null_guard("scale", args->scale))
#undef GUARD
    return status;
}

static smallm_status envelope(const smallm_quantise_args *args, int kernel) {
    if (kernel < 0)
        return smallm_fail(SMALLM_DECLINED, "declined: no kernel of the family quantise is built in");
    if (args->x_type == SMALLM_TYPE_E4M3)
        return smallm_fail(SMALLM_DECLINED, "declined: x_type is %d, E4M3; the kernel takes BF16, F16 and F32",
                           args->x_type);
    if (args->m > smallm_machine.grid_rows)
        return smallm_fail(SMALLM_DECLINED, "declined: m is %lld; one launch takes up to %u rows", (long long)args->m,
                           smallm_machine.grid_rows);
    if (args->k >= k_end)
        return smallm_fail(SMALLM_DECLINED, "declined: k is %lld; the kernel takes less than %lld", (long long)args->k,
                           (long long)k_end);
    return SMALLM_OK;
}

static uint32_t format_of(const smallm_quantise_args *args) {
    static const uint32_t formats[] = {
        [SMALLM_TYPE_BF16] = SMALLM_QUANTISE_BF16,
        [SMALLM_TYPE_F16] = SMALLM_QUANTISE_F16,
        [SMALLM_TYPE_F32] = SMALLM_QUANTISE_F32,
    };
    return formats[args->x_type] | (args->rule == SMALLM_SCALE_FLOOR ? SMALLM_QUANTISE_FLOOR : 0);
}

smallm_status smallm_quantise(smallm_context *context, const smallm_quantise_args *given, void *stream) {
    if (context == NULL)
        return smallm_fail(SMALLM_ERROR_NULL_POINTER, "context is NULL; it must be given");
    smallm_quantise_args args;
    smallm_status status = read_args(&args, given);
    if (status == SMALLM_OK)
        status = envelope(&args, context->quantise_kernel);
    if (status != SMALLM_OK)
        return status;
    const struct smallm_kernel_info *kernel = &smallm_kernels[context->quantise_kernel];
    struct smallm_quantise_kernargs packed = {
        .x = args.x,
        .q = args.q,
        .scale = args.scale,
        .k = (uint32_t)args.k,
        .ldx = (uint32_t)args.ldx,
        .ldq = (uint32_t)args.ldq,
        .lds = (uint32_t)args.lds,
        .format = format_of(&args),
    };
    /* k_lanes lanes share a block. */
    const uint32_t columns = kernel->block / kernel->k_lanes * SMALLM_BLOCK_K;
    const uint32_t grid[3] = {((uint32_t)args.k + columns - 1) / columns, (uint32_t)args.m, 1};
    return smallm_launch(&context->hip, kernel, context->kernels[context->quantise_kernel].function, grid, &packed,
                         sizeof packed, stream);
}
