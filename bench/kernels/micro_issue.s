// Micro-benchmarks of issue, units and LDS, for a card and for the simulator. Each comes as NAME_1 and NAME_2, whose
// loops hold 16 and 32 times the same thing; the difference of their times, by 16 times the loop count, is what that
// thing takes, and the loop is not in it. One workgroup of 1 to 16 waves. Arguments (16 bytes): a pointer to 4 KB that
// hold their own address every 8 bytes, the loop count, the stride between lanes in LDS (at most 1,024 bytes).
// What a card does between a matrix instruction and a VALU instruction that reads its result is not documented:
// mfma_result shows it where the card waits by itself, and nothing where it does not.
.amdgcn_target "amdgcn-amd-amdhsa--gfx950"
.text
.include "micro_kernel.inc"

.macro begin name
kernel \name
  s_load_dwordx4 s[4:7], s[0:1], 0x0
  s_mov_b64 vcc, 0
  s_mov_b32 s20, 0
  v_and_b32 v0, 63, v0
  .set n, 1
  .rept 39
  v_mov_b32 v[n], 1.0
  .set n, n + 1
  .endr
  s_waitcnt lgkmcnt(0)
  v_mul_lo_u32 v40, v0, s7 // the lane's place in LDS
  v_mov_b32 v41, 0
  v_mov_b32 v45, 0
  v_mov_b32 v46, 0
  v_mov_b32 v47, 0
  v_mov_b32 v42, s4
  v_mov_b32 v43, s5
  ds_write_b32 v40, v41
  s_waitcnt lgkmcnt(0)
  s_mov_b64 s[12:13], s[4:5]
1:
.endm

.macro finish_loop name
  s_sub_u32 s6, s6, 1
  s_cmp_lg_u32 s6, 0
  s_cbranch_scc1 1b
finish \name, 65536
.endm

// \line is one repetition, in which n counts up and r is a register that 8 neighbours do not share.
.macro bench name, line:vararg
  .irp times, 1, 2
  begin \name\()_\times
  .set n, 0
  .rept 16 * \times
  .set r, 1 + n % 8 * 2
  \line
  .set n, n + 1
  .endr
  finish_loop \name\()_\times
  .endr
.endm

bench valu_chain, v_add_f32 v1, v1, v2
bench valu_free, v_add_f32 v[r], v20, v21
bench valu_packed, v_pk_fma_f32 v[r+1:r+2], v[20:21], v[22:23], v[24:25]
bench valu_trans, v_exp_f32 v[r], v20
bench valu_f64, v_fma_f64 v[r+1:r+2], v[20:21], v[22:23], v[24:25]
bench valu_mul32, v_mul_lo_u32 v[r], v20, v21
bench valu_dot, v_dot2_f32_f16 v[r], v20, v21, v22
bench valu_convert, v_cvt_f32_u32 v[r], v20
bench valu_permute, v_readlane_b32 s20, v20, 1
bench salu_chain, s_add_u32 s20, s20, 1
bench nop, s_nop 0
bench nop4, s_nop 3
bench waitcnt, s_waitcnt vmcnt(0) lgkmcnt(0)
bench barrier, s_barrier
bench sleep, s_sleep 2
bench mfma_chain, v_mfma_f32_16x16x32_f16 v[4:7], v[20:23], v[24:27], v[4:7]
bench mfma_free, v_mfma_f32_16x16x32_f16 v[4 * (n % 4):4 * (n % 4) + 3], v[20:23], v[24:27], v[4 * (n % 4):4 * (n % 4) + 3]
bench mfma_scaled, v_mfma_scale_f32_16x16x128_f8f6f4 v[4 * (n % 2):4 * (n % 2) + 3], v[8:15], v[16:23], v[4 * (n % 2):4 * (n % 2) + 3], v30, v31
bench mfma_fp4, v_mfma_scale_f32_16x16x128_f8f6f4 v[4 * (n % 2):4 * (n % 2) + 3], v[8:11], v[16:19], v[4 * (n % 2):4 * (n % 2) + 3], v30, v31 cbsz:4 blgp:4
bench mfma_32x32, v_mfma_f32_32x32x16_f16 v[0:15], v[20:23], v[24:27], v[0:15]

// published rates by shape and type
bench mfma_scaled_32x32, v_mfma_scale_f32_32x32x64_f8f6f4 v[0:15], v[16:23], v[24:31], v[0:15], v30, v31
bench mfma_fp4_32x32, v_mfma_scale_f32_32x32x64_f8f6f4 v[0:15], v[16:19], v[24:27], v[0:15], v30, v31 cbsz:4 blgp:4
bench mfma_fp8, v_mfma_f32_16x16x32_fp8_fp8 v[4 * (n % 4):4 * (n % 4) + 3], v[20:21], v[24:25], v[4 * (n % 4):4 * (n % 4) + 3]
bench mfma_bf16, v_mfma_f32_16x16x32_bf16 v[4 * (n % 4):4 * (n % 4) + 3], v[20:23], v[24:27], v[4 * (n % 4):4 * (n % 4) + 3]
bench mfma_i8, v_mfma_i32_16x16x64_i8 v[4 * (n % 4):4 * (n % 4) + 3], v[20:23], v[24:27], v[4 * (n % 4):4 * (n % 4) + 3]
bench mfma_f32, v_mfma_f32_16x16x4_f32 v[4 * (n % 4):4 * (n % 4) + 3], v20, v24, v[4 * (n % 4):4 * (n % 4) + 3]
bench mfma_f64, v_mfma_f64_16x16x4_f64 v[8 * (n % 2):8 * (n % 2) + 7], v[20:21], v[24:25], v[8 * (n % 2):8 * (n % 2) + 7]
bench mfma_sparse, v_smfmac_f32_16x16x64_f16 v[4 * (n % 2):4 * (n % 2) + 3], v[20:23], v[8:15], v30

.macro taken
  s_branch 2f
  s_nop 0
2:
.endm
bench branch, taken

// a result that a vector instruction reads, and the matrix instruction behind it that overwrites it
.macro mfma_read
  v_mfma_f32_16x16x32_f16 v[4:7], v[20:23], v[24:27], v[12:15]
  v_add_f32 v8, v4, v4
.endm
bench mfma_result, mfma_read

// under a matrix instruction: what is plain waits for two passes, what never goes along for its end
.macro mfma_plain
  v_mfma_f32_16x16x32_f16 v[4:7], v[20:23], v[24:27], v[12:15]
  v_mov_b32 v8, v9
  s_nop 7
  s_nop 7
.endm
bench mfma_shadow, mfma_plain
.macro mfma_packed
  v_mfma_f32_16x16x32_f16 v[4:7], v[20:23], v[24:27], v[12:15]
  v_pk_mul_f32 v[8:9], v[10:11], v[10:11]
  s_nop 7
  s_nop 7
.endm
bench mfma_never, mfma_packed

.macro to_lds
  v_mov_b32 v41, v40
  ds_read_b32 v44, v41
  s_waitcnt lgkmcnt(0)
  s_nop 7
.endm
bench valu_to_lds, to_lds

.macro to_vmem
  s_mov_b64 s[14:15], s[12:13]
  global_load_dword v44, v41, s[14:15]
  s_waitcnt vmcnt(0)
.endm
bench salu_to_vmem, to_vmem

.macro to_branch
  s_and_saveexec_b64 s[16:17], exec
  s_cbranch_execz 3f
3:
.endm
bench saveexec, to_branch

.macro lds_link
  ds_read_b32 v41, v41
  s_waitcnt lgkmcnt(0)
.endm
bench lds_chase, lds_link

// as the published chase: address arithmetic between
.macro lds_link_add
  ds_read_b32 v41, v41
  s_waitcnt lgkmcnt(0)
  v_lshlrev_b32 v41, 2, v41
.endm
bench lds_chase_add, lds_link_add

// The chases as their source has them (facebookexperimental/triton, amd_latency.py): a loop that is not unrolled, each
// link a gather whose address needs the one of the round before. One and four of them; the loop is in the time.
.macro lds_gather at, outstanding
  s_waitcnt lgkmcnt(\outstanding)
  v_lshlrev_b32 \at, 2, \at
  ds_read_b32 \at, \at
.endm
begin lds_loop
  lds_gather v41, 0
finish_loop lds_loop
begin lds_loop_four
  lds_gather v41, 3
  lds_gather v45, 3
  lds_gather v46, 3
  lds_gather v47, 3
finish_loop lds_loop_four

.macro lds_put
  ds_write_b32 v40, v2
  s_waitcnt lgkmcnt(0)
.endm
bench lds_write, lds_put

// throughput: the counter, which ends at 15, is all that holds a wave back
bench lds_b32, ds_read_b32 v[r], v40
bench lds_b64, ds_read_b64 v[r+1:r+2], v40
bench lds_b96, ds_read_b96 v[r+1:r+3], v40
bench lds_b128, ds_read_b128 v[r+1:r+4], v40
bench lds_put_b32, ds_write_b32 v40, v2
bench lds_put_b64, ds_write_b64 v40, v[2:3]
bench lds_put_b128, ds_write_b128 v40, v[4:7]

.macro scalar_link
  s_load_dwordx2 s[12:13], s[12:13], 0x0
  s_waitcnt lgkmcnt(0)
.endm
bench smem_chase, scalar_link

.macro link
  global_load_dwordx2 v[42:43], v[42:43], off
  s_waitcnt vmcnt(0)
.endm
bench vmem_chase, link

// ... past L1 and L2
.macro link_sc1
  global_load_dwordx2 v[42:43], v[42:43], off sc1
  s_waitcnt vmcnt(0)
.endm
bench vmem_chase_sc1, link_sc1

.macro put
  global_store_dword v0, v1, s[12:13]
  s_waitcnt vmcnt(0)
.endm
bench store, put

.macro count
  global_atomic_add v44, v41, v1, s[12:13] sc0
  s_waitcnt vmcnt(0)
.endm
bench atomic, count

// 16 loads of a line that is there, and a wait
.macro scalar_load
  s_load_dword s[16 + n % 16], s[4:5], 0x0
  .if n % 16 == 15
  s_waitcnt lgkmcnt(0)
  .endif
.endm
bench smem_free, scalar_load

bench empty, s_nop 0
