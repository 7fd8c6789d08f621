// Kernels without atomics, cache control or device-scope accesses: their workgroups run on several host threads (see
// test_races.c). Arguments and registers as in sync.s.
.amdgcn_target "amdgcn-amd-amdhsa--gfx950"
.text

.macro BEGIN name
.globl \name
.p2align 8
.type \name,@function
\name:
  s_load_dwordx4 s[4:7], s[0:1], 0x0
  s_load_dwordx2 s[8:9], s[0:1], 0x10
  v_lshlrev_b32 v1, 2, v0
  v_and_b32 v2, 63, v0
  v_lshlrev_b32 v2, 2, v2
  v_lshrrev_b32 v3, 6, v0
  v_mov_b32 v4, 0
  s_nop 4
  v_readfirstlane_b32 s10, v3
  s_waitcnt lgkmcnt(0)
.endm

.macro FINISH name
  s_endpgm
.section .rodata,"a"
.p2align 6
.amdhsa_kernel \name
  .amdhsa_user_sgpr_kernarg_segment_ptr 1
  .amdhsa_system_sgpr_workgroup_id_x 1
  .amdhsa_kernarg_size 24
  .amdhsa_next_free_vgpr 16
  .amdhsa_next_free_sgpr 32
  .amdhsa_accum_offset 16
  .amdhsa_group_segment_fixed_size 2048
.end_amdhsa_kernel
.text
.endm
.macro STORE_OUT value
  s_waitcnt vmcnt(0) lgkmcnt(0)
  global_store_dword v1, \value, s[8:9]
.endm

// every workgroup its own part, down to halves of a dword
BEGIN grid_disjoint
  s_lshl_b32 s11, s2, 1
  v_add_u32 v5, s11, v1
  v_add_u32 v6, s2, v0
  global_store_short v5, v6, s[4:5]
FINISH grid_disjoint

// workgroup 0 writes, workgroup 1 reads, nothing else
BEGIN grid_racy
  s_cmp_eq_u32 s2, 0
  s_cbranch_scc0 grid_racy_reader
  global_store_dword v1, v0, s[4:5]
  s_endpgm
grid_racy_reader:
  global_load_dword v6, v1, s[4:5]
  STORE_OUT v6
FINISH grid_racy

// workgroup 0 reads, workgroup 1 overwrites
BEGIN grid_overwrite
  s_cmp_eq_u32 s2, 0
  s_cbranch_scc0 grid_overwrite_writer
  global_load_dword v6, v1, s[4:5]
  STORE_OUT v6
  s_endpgm
grid_overwrite_writer:
  v_add_u32 v5, 77, v0
  global_store_dword v1, v5, s[4:5]
FINISH grid_overwrite

// all workgroups write the same value to one place
BEGIN grid_same_value
  v_mov_b32 v5, 1
  global_store_dword v4, v5, s[4:5]
FINISH grid_same_value

// workgroup 0 writes, the others read by scalar loads
BEGIN grid_scalar_racy
  s_cmp_eq_u32 s2, 0
  s_cbranch_scc0 grid_scalar_racy_reader
  global_store_dword v1, v0, s[4:5]
  s_endpgm
grid_scalar_racy_reader:
  s_load_dword s11, s[4:5], 0x8
  s_waitcnt lgkmcnt(0)
  v_mov_b32 v6, s11
  STORE_OUT v6
FINISH grid_scalar_racy
