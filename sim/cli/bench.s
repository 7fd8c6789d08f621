// Kernels of gfx950sim-bench: a loop each, over registers or over loads of the one argument's 1,024 bytes.
.amdgcn_target "amdgcn-amd-amdhsa--gfx950"
.set ITERATIONS, 2000

.macro begin name
.text
.globl \name
.p2align 8
.type \name,@function
\name:
    .set n, 0
    .rept 64
    v_mov_b32 v[n], 1.0
    .set n, n + 1
    .endr
    v_mov_b32 v40, 0x7f7f7f7f // E8M0: 1
    v_mov_b32 v41, 0x7f7f7f7f
    s_mov_b32 s2, ITERATIONS
    s_mov_b32 s3, 3
1:
.endm

.macro finish name
    s_sub_u32 s2, s2, 1
    s_cmp_lg_u32 s2, 0
    s_cbranch_scc1 1b
    s_endpgm
.section .rodata,"a"
.p2align 6
.amdhsa_kernel \name
    .amdhsa_user_sgpr_kernarg_segment_ptr 1
    .amdhsa_kernarg_size 8
    .amdhsa_next_free_vgpr 64
    .amdhsa_next_free_sgpr 8
    .amdhsa_accum_offset 64
.end_amdhsa_kernel
.endm

begin vmem_load
    s_load_dwordx2 s[4:5], s[0:1], 0x0
    v_mbcnt_lo_u32_b32 v0, -1, 0
    v_mbcnt_hi_u32_b32 v0, -1, v0
    v_lshlrev_b32 v0, 4, v0
    s_waitcnt lgkmcnt(0)
    .set n, 8
    .rept 12
    global_load_dwordx4 v[n:n+3], v0, s[4:5]
    .set n, n + 4
    .endr
    .set n, 11
    .rept 12
    s_waitcnt vmcnt(n)
    .set n, n - 1
    .endr
finish vmem_load

begin valu_float
    .rept 16
    v_fma_f32 v1, v2, v3, v1
    v_mul_f32 v4, v5, v6
    v_add_f32 v7, v8, v9
    v_fmac_f32 v10, v11, v12
    v_max_f32 v13, v14, v15
    v_sub_f32 v16, v17, s3
    v_fma_f32 v18, v19, v20, v21
    v_mul_f32 v22, 0.5, v23
    .endr
finish valu_float

begin valu_integer
    .rept 16
    v_add_u32 v1, v2, v3
    v_lshlrev_b32 v4, 3, v5
    v_and_b32 v6, v7, v8
    v_lshl_add_u32 v9, v10, 2, v11
    v_xor_b32 v12, v13, v14
    v_bfe_u32 v15, v16, 4, 8
    v_cmp_gt_u32 vcc, v17, v18
    v_cndmask_b32 v19, v20, v21, vcc
    .endr
finish valu_integer

begin valu_packed
    .rept 16
    v_pk_fma_f32 v[2:3], v[4:5], v[6:7], v[2:3]
    v_pk_mul_f32 v[8:9], v[10:11], v[12:13]
    v_pk_fma_f16 v14, v15, v16, v17
    v_pk_add_f16 v18, v19, v20
    v_cvt_f32_f16 v21, v22
    v_cvt_f16_f32 v23, v24
    v_add_f32_dpp v25, v26, v27 row_shr:1 row_mask:0xf bank_mask:0xf
    v_mov_b32 v28, v29
    .endr
finish valu_packed

.macro accumulators mnemonic, a, b, modifiers:vararg
    .rept 4
    \mnemonic v[0:3], v[16:\a], v[32:\b], v[0:3]\modifiers
    \mnemonic v[4:7], v[16:\a], v[32:\b], v[4:7]\modifiers
    \mnemonic v[8:11], v[16:\a], v[32:\b], v[8:11]\modifiers
    \mnemonic v[12:15], v[16:\a], v[32:\b], v[12:15]\modifiers
    .endr
.endm

begin mfma_fp8
    accumulators v_mfma_scale_f32_16x16x128_f8f6f4, 23, 39, , v40, v41 op_sel_hi:[0,0,0]
finish mfma_fp8

begin mfma_fp4
    accumulators v_mfma_scale_f32_16x16x128_f8f6f4, 19, 35, , v40, v41 op_sel_hi:[0,0,0] cbsz:4 blgp:4
finish mfma_fp4

begin mfma_bf16
    accumulators v_mfma_f32_16x16x32_bf16, 19, 35
finish mfma_bf16
