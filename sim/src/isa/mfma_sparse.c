/* Matrix instructions with a 4:2 sparse A (ISA 7.5): D += A B, operand 3 holds the indices of the stored elements. */
#include "../mfma.h"

#define SMFMAC(mnemonic, pass_count, m_, k_, a_, b_)                                                                   \
    {                                                                                                                  \
        .name = mnemonic, .flags = F_MFMA | F_NO_EXEC | F_XDL, .passes = pass_count, .exec = mfma_exec,                \
        .aux = &(const struct mfma_shape) {                                                                            \
            .m = m_, .n = m_, .k = k_, .blocks = 1, .a = a_, .b = b_, .sparse = true                                   \
        }                                                                                                              \
    }

static const struct isa_op ops[] = {
    SMFMAC("v_smfmac_f32_16x16x32_f16", 4, 16, 32, MT_F16, MT_F16),
    SMFMAC("v_smfmac_f32_32x32x16_f16", 8, 32, 16, MT_F16, MT_F16),
    SMFMAC("v_smfmac_f32_16x16x64_f16", 4, 16, 64, MT_F16, MT_F16),
    SMFMAC("v_smfmac_f32_32x32x32_f16", 8, 32, 32, MT_F16, MT_F16),
    SMFMAC("v_smfmac_f32_16x16x32_bf16", 4, 16, 32, MT_BF16, MT_BF16),
    SMFMAC("v_smfmac_f32_32x32x16_bf16", 8, 32, 16, MT_BF16, MT_BF16),
    SMFMAC("v_smfmac_f32_16x16x64_bf16", 4, 16, 64, MT_BF16, MT_BF16),
    SMFMAC("v_smfmac_f32_32x32x32_bf16", 8, 32, 32, MT_BF16, MT_BF16),
    SMFMAC("v_smfmac_i32_16x16x64_i8", 4, 16, 64, MT_I8, MT_I8),
    SMFMAC("v_smfmac_i32_32x32x32_i8", 8, 32, 32, MT_I8, MT_I8),
    SMFMAC("v_smfmac_i32_16x16x128_i8", 4, 16, 128, MT_I8, MT_I8),
    SMFMAC("v_smfmac_i32_32x32x64_i8", 8, 32, 64, MT_I8, MT_I8),
    SMFMAC("v_smfmac_f32_16x16x64_fp8_fp8", 4, 16, 64, MT_FP8, MT_FP8),
    SMFMAC("v_smfmac_f32_16x16x64_fp8_bf8", 4, 16, 64, MT_FP8, MT_BF8),
    SMFMAC("v_smfmac_f32_16x16x64_bf8_fp8", 4, 16, 64, MT_BF8, MT_FP8),
    SMFMAC("v_smfmac_f32_16x16x64_bf8_bf8", 4, 16, 64, MT_BF8, MT_BF8),
    SMFMAC("v_smfmac_f32_32x32x32_fp8_fp8", 8, 32, 32, MT_FP8, MT_FP8),
    SMFMAC("v_smfmac_f32_32x32x32_fp8_bf8", 8, 32, 32, MT_FP8, MT_BF8),
    SMFMAC("v_smfmac_f32_32x32x32_bf8_fp8", 8, 32, 32, MT_BF8, MT_FP8),
    SMFMAC("v_smfmac_f32_32x32x32_bf8_bf8", 8, 32, 32, MT_BF8, MT_BF8),
    SMFMAC("v_smfmac_f32_16x16x128_fp8_fp8", 4, 16, 128, MT_FP8, MT_FP8),
    SMFMAC("v_smfmac_f32_16x16x128_fp8_bf8", 4, 16, 128, MT_FP8, MT_BF8),
    SMFMAC("v_smfmac_f32_16x16x128_bf8_fp8", 4, 16, 128, MT_BF8, MT_FP8),
    SMFMAC("v_smfmac_f32_16x16x128_bf8_bf8", 4, 16, 128, MT_BF8, MT_BF8),
    SMFMAC("v_smfmac_f32_32x32x64_fp8_fp8", 8, 32, 64, MT_FP8, MT_FP8),
    SMFMAC("v_smfmac_f32_32x32x64_fp8_bf8", 8, 32, 64, MT_FP8, MT_BF8),
    SMFMAC("v_smfmac_f32_32x32x64_bf8_fp8", 8, 32, 64, MT_BF8, MT_FP8),
    SMFMAC("v_smfmac_f32_32x32x64_bf8_bf8", 8, 32, 64, MT_BF8, MT_BF8),
};

ISA_FAMILY(mfma_sparse, ops);
