/* Dense matrix instructions with f32 or i32 results, in the order of ISA table 28. */
#include "../mfma.h"

#define MFMA(mnemonic, class, pass_count, m_, n_, k_, blocks_, a_, b_)                                                 \
    {                                                                                                                  \
        .name = mnemonic, .flags = F_MFMA | F_NO_EXEC | class, .passes = pass_count, .exec = mfma_exec,                \
        .aux = &(const struct mfma_shape) {                                                                            \
            .m = m_, .n = n_, .k = k_, .blocks = blocks_, .a = a_, .b = b_                                             \
        }                                                                                                              \
    }

static const struct isa_op ops[] = {
    MFMA("v_mfma_f32_32x32x1_2b_f32", F_SGEMM, 16, 32, 32, 1, 2, MT_F32, MT_F32),
    MFMA("v_mfma_f32_16x16x1_4b_f32", F_SGEMM, 8, 16, 16, 1, 4, MT_F32, MT_F32),
    MFMA("v_mfma_f32_4x4x1_16b_f32", F_SGEMM, 2, 4, 4, 1, 16, MT_F32, MT_F32),
    MFMA("v_mfma_f32_32x32x2_f32", F_SGEMM, 16, 32, 32, 2, 1, MT_F32, MT_F32),
    MFMA("v_mfma_f32_16x16x4_f32", F_SGEMM, 8, 16, 16, 4, 1, MT_F32, MT_F32),
    MFMA("v_mfma_f32_32x32x4_2b_f16", F_XDL, 16, 32, 32, 4, 2, MT_F16, MT_F16),
    MFMA("v_mfma_f32_16x16x4_4b_f16", F_XDL, 8, 16, 16, 4, 4, MT_F16, MT_F16),
    MFMA("v_mfma_f32_4x4x4_16b_f16", F_XDL, 2, 4, 4, 4, 16, MT_F16, MT_F16),
    MFMA("v_mfma_f32_32x32x8_f16", F_XDL, 8, 32, 32, 8, 1, MT_F16, MT_F16),
    MFMA("v_mfma_f32_16x16x16_f16", F_XDL, 4, 16, 16, 16, 1, MT_F16, MT_F16),
    MFMA("v_mfma_f32_32x32x16_f16", F_XDL, 8, 32, 32, 16, 1, MT_F16, MT_F16),
    MFMA("v_mfma_f32_16x16x32_f16", F_XDL, 4, 16, 16, 32, 1, MT_F16, MT_F16),
    MFMA("v_mfma_f32_32x32x4_2b_bf16", F_XDL, 16, 32, 32, 4, 2, MT_BF16, MT_BF16),
    MFMA("v_mfma_f32_16x16x4_4b_bf16", F_XDL, 8, 16, 16, 4, 4, MT_BF16, MT_BF16),
    MFMA("v_mfma_f32_4x4x4_16b_bf16", F_XDL, 2, 4, 4, 4, 16, MT_BF16, MT_BF16),
    MFMA("v_mfma_f32_32x32x8_bf16", F_XDL, 8, 32, 32, 8, 1, MT_BF16, MT_BF16),
    MFMA("v_mfma_f32_16x16x16_bf16", F_XDL, 4, 16, 16, 16, 1, MT_BF16, MT_BF16),
    MFMA("v_mfma_f32_32x32x16_bf16", F_XDL, 8, 32, 32, 16, 1, MT_BF16, MT_BF16),
    MFMA("v_mfma_f32_16x16x32_bf16", F_XDL, 4, 16, 16, 32, 1, MT_BF16, MT_BF16),
    MFMA("v_mfma_i32_32x32x4_2b_i8", F_XDL, 16, 32, 32, 4, 2, MT_I8, MT_I8),
    MFMA("v_mfma_i32_16x16x4_4b_i8", F_XDL, 8, 16, 16, 4, 4, MT_I8, MT_I8),
    MFMA("v_mfma_i32_4x4x4_16b_i8", F_XDL, 2, 4, 4, 4, 16, MT_I8, MT_I8),
    MFMA("v_mfma_i32_32x32x16_i8", F_XDL, 8, 32, 32, 16, 1, MT_I8, MT_I8),
    MFMA("v_mfma_i32_16x16x32_i8", F_XDL, 4, 16, 16, 32, 1, MT_I8, MT_I8),
    MFMA("v_mfma_i32_32x32x32_i8", F_XDL, 8, 32, 32, 32, 1, MT_I8, MT_I8),
    MFMA("v_mfma_i32_16x16x64_i8", F_XDL, 4, 16, 16, 64, 1, MT_I8, MT_I8),
    MFMA("v_mfma_f32_32x32x16_fp8_fp8", F_XDL, 8, 32, 32, 16, 1, MT_FP8, MT_FP8),
    MFMA("v_mfma_f32_32x32x16_fp8_bf8", F_XDL, 8, 32, 32, 16, 1, MT_FP8, MT_BF8),
    MFMA("v_mfma_f32_32x32x16_bf8_fp8", F_XDL, 8, 32, 32, 16, 1, MT_BF8, MT_FP8),
    MFMA("v_mfma_f32_32x32x16_bf8_bf8", F_XDL, 8, 32, 32, 16, 1, MT_BF8, MT_BF8),
    MFMA("v_mfma_f32_16x16x32_fp8_fp8", F_XDL, 4, 16, 16, 32, 1, MT_FP8, MT_FP8),
    MFMA("v_mfma_f32_16x16x32_fp8_bf8", F_XDL, 4, 16, 16, 32, 1, MT_FP8, MT_BF8),
    MFMA("v_mfma_f32_16x16x32_bf8_fp8", F_XDL, 4, 16, 16, 32, 1, MT_BF8, MT_FP8),
    MFMA("v_mfma_f32_16x16x32_bf8_bf8", F_XDL, 4, 16, 16, 32, 1, MT_BF8, MT_BF8),
};

ISA_FAMILY(mfma_dense, ops);
