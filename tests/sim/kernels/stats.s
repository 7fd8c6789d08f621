// Kernels of test_hip_stats.c: what they have in flight, issue and occupy is written beside the numbers there.
.amdgcn_target "amdgcn-amd-amdhsa--gfx950"
.text

.macro BEGIN name
.globl \name
.p2align 8
.type \name,@function
\name:
.endm

.macro FINISH name, vgprs=32, accum=32, lds=0, scratch=0
  s_endpgm
.section .rodata,"a"
.p2align 6
.amdhsa_kernel \name
  .amdhsa_user_sgpr_kernarg_segment_ptr 1
  .amdhsa_system_sgpr_workgroup_id_x 1
  .amdhsa_kernarg_size 48
  .amdhsa_next_free_vgpr \vgprs
  .amdhsa_next_free_sgpr 32
  .amdhsa_accum_offset \accum
  .amdhsa_group_segment_fixed_size \lds
  .amdhsa_private_segment_fixed_size \scratch
.end_amdhsa_kernel
.text
.endm

// s[4:5] a, s[6:7] b, s[8:9] c, s[10:11] d, s[12:13] e, s[14:15] f; v1 = 16 lane, v2 = 4 lane
.macro ARGUMENTS
  s_load_dwordx8 s[4:11], s[0:1], 0x0
  s_load_dwordx4 s[12:15], s[0:1], 0x20
  v_and_b32 v0, 63, v0
  v_lshlrev_b32 v1, 4, v0
  v_lshlrev_b32 v2, 2, v0
  s_waitcnt lgkmcnt(0)
.endm

// a: three loads, one of them waited for, one more: 3 KB. Workgroup 1 has five in flight. b: one of 4 bytes a lane,
// with half of the lanes, twice.
BEGIN in_flight
  ARGUMENTS
  global_load_dwordx4 v[4:7], v1, s[4:5]
  global_load_dwordx4 v[8:11], v1, s[4:5] offset:1024
  global_load_dwordx4 v[12:15], v1, s[4:5] offset:2048
  s_mov_b64 exec, 0xffffffff
  global_load_dword v16, v2, s[6:7]
  global_load_dword v17, v2, s[6:7]
  s_mov_b64 exec, -1
  s_waitcnt vmcnt(4)
  global_load_dwordx4 v[4:7], v1, s[4:5]
  s_waitcnt vmcnt(0)
  s_cmp_lg_u32 s2, 1
  s_cbranch_scc1 1f
  .irp r, 4, 8, 12, 16, 20
  global_load_dwordx4 v[\r:\r+3], v1, s[4:5]
  .endr
1:
FINISH in_flight

// c: a buffer of 100 bytes, 25 lanes' worth. d: to LDS. e: 32 bytes by a scalar load, then 64 of which nothing is
// waited for before the end. f: an atomic with return and a store, no loads.
BEGIN kinds
  ARGUMENTS
  s_and_b32 s9, s9, 0xffff
  s_mov_b64 s[16:17], s[8:9]
  s_mov_b32 s18, 100
  s_mov_b32 s19, 0x00020000
  buffer_load_dword v4, v2, s[16:19], 0 offen
  s_mov_b32 m0, 0
  s_nop 0
  global_load_lds_dword v2, s[10:11]
  s_load_dwordx8 s[16:23], s[12:13], 0x0
  s_waitcnt vmcnt(0) lgkmcnt(0)
  s_load_dwordx16 s[16:31], s[12:13], 0x0
  v_mov_b32 v5, 1
  global_atomic_add v6, v2, v5, s[14:15] sc0
  global_store_dword v2, v5, s[14:15] offset:256
FINISH kinds, lds=256

// Each lane loads twice from the address that a has for it.
BEGIN many
  ARGUMENTS
  v_lshlrev_b32 v3, 3, v0
  global_load_dwordx2 v[4:5], v3, s[4:5]
  s_waitcnt vmcnt(0)
  global_load_dword v6, v[4:5], off
  global_load_dword v7, v[4:5], off
FINISH many

// 2 + 3 + 1 matrix instructions, 34 moves, one of LDS; s_nop and the end count as scalar.
BEGIN classes
  .set n, 0
  .rept 33
  v_mov_b32 v[n], 1.0
  .set n, n + 1
  .endr
  v_mov_b32 v30, 0
  s_nop 1
  v_mfma_scale_f32_16x16x128_f8f6f4 v[16:19], v[0:7], v[8:15], v[16:19], v32, v32 op_sel_hi:[0,0,0]
  v_mfma_f32_16x16x128_f8f6f4 v[20:23], v[0:7], v[8:15], v[20:23]
  .rept 3
  v_mfma_f32_32x32x64_f8f6f4 v[64:79], v[0:7], v[8:15], 1.0
  .endr
  v_mfma_f32_16x16x32_bf16 v[24:27], v[0:3], v[8:11], v[24:27]
  ds_write_b32 v30, v31 offset:64
FINISH classes, vgprs=80, accum=80, lds=4096

BEGIN large
FINISH large, vgprs=200, accum=152, lds=1281, scratch=24

.amdgpu_metadata
---
amdhsa.version: [1, 2]
amdhsa.target: amdgcn-amd-amdhsa--gfx950
amdhsa.kernels:
  - .name: large
    .symbol: large.kd
    .kernarg_segment_size: 48
    .kernarg_segment_align: 8
    .group_segment_fixed_size: 1281
    .private_segment_fixed_size: 24
    .wavefront_size: 64
    .sgpr_count: 32
    .vgpr_count: 200
    .vgpr_spill_count: 5
    .sgpr_spill_count: 7
    .max_flat_workgroup_size: 1024
...
.end_amdgpu_metadata
