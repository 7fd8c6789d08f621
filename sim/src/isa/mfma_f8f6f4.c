/* Matrix instructions over fp8, bf8, fp6, bf6 and fp4 that cbsz and blgp choose, with and without block scales.
 * passes: of 4-bit and 6-bit formats; mfma_passes doubles them for 8-bit ones. */
#include "../mfma.h"

#define F8F6F4(mnemonic, pass_count, m_, k_, scaled_)                                                                  \
    {                                                                                                                  \
        .name = mnemonic, .flags = F_MFMA | F_NO_EXEC | F_XDL, .passes = pass_count, .exec = mfma_exec,                \
        .aux = &(const struct mfma_shape) {                                                                            \
            .m = m_, .n = m_, .k = k_, .blocks = 1, .f8f6f4 = true, .scaled = scaled_                                  \
        }                                                                                                              \
    }

/* Scales serve the instruction that follows at once, and LLVM prints the two as one v_mfma_scale. By itself this half
 * loads what nothing reads. */
static void ld_scale(struct wave *w, const struct insn *in) {
    (void)w;
    (void)in;
}

static const struct isa_op ops[] = {
    F8F6F4("v_mfma_f32_16x16x128_f8f6f4", 4, 16, 128, false),
    F8F6F4("v_mfma_f32_32x32x64_f8f6f4", 8, 32, 64, false),
    F8F6F4("v_mfma_scale_f32_16x16x128_f8f6f4", 4, 16, 128, true),
    F8F6F4("v_mfma_scale_f32_32x32x64_f8f6f4", 8, 32, 64, true),
    {.name = "v_mfma_ld_scale_b32", .flags = F_VALU | F_NO_EXEC | F_NODST, .exec = ld_scale},
};

ISA_FAMILY(mfma_f8f6f4, ops);
