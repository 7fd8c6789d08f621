// One kernel an instruction, all of one form (see test_mem_ops.c):
//   kernarg: A, D, O, M (pointers), descriptor (4 dwords), soffset, m0
//   before:  v0 lane, v1 = A[lane], v[2:3] = M + A[lane], v[4:7] = D[lane], v[8:11] = 0xc0de0000..3,
//            s[8:9] = M, s[12:15] = descriptor, s16 = soffset, m0
//   after:   O[lane] = v[8:11]
// The LDS kernels copy M's first 4096 bytes into LDS before, and back after.
.amdgcn_target "amdgcn-amd-amdhsa--gfx950"
.text

.macro BEGIN name
.globl \name
.p2align 8
.type \name,@function
\name:
  s_load_dwordx8 s[4:11], s[0:1], 0x0
  s_load_dwordx4 s[12:15], s[0:1], 0x20
  s_load_dwordx2 s[16:17], s[0:1], 0x30
  s_waitcnt lgkmcnt(0)
  s_mov_b64 s[2:3], s[4:5]
  s_mov_b64 s[4:5], s[6:7]
  s_mov_b64 s[6:7], s[8:9]
  s_mov_b64 s[8:9], s[10:11]
  s_mov_b32 m0, s17
  v_lshlrev_b32 v12, 2, v0
  v_lshlrev_b32 v13, 4, v0
  global_load_dword v1, v12, s[2:3]
  global_load_dwordx4 v[4:7], v13, s[4:5]
  s_mov_b32 s18, 0xc0de0000
  v_mov_b32 v8, s18
  v_add_u32 v9, 1, v8
  v_add_u32 v10, 2, v8
  v_add_u32 v11, 3, v8
  s_waitcnt vmcnt(0)
  v_mov_b32 v2, s8
  v_mov_b32 v3, s9
  v_mov_b32 v14, v1
  v_mov_b32 v15, 0
  v_lshl_add_u64 v[2:3], v[14:15], 0, v[2:3]
.endm

.macro DESCRIPTOR name, lds, private
.section .rodata,"a"
.p2align 6
.amdhsa_kernel \name
  .amdhsa_user_sgpr_kernarg_segment_ptr 1
  .amdhsa_kernarg_size 56
  .amdhsa_next_free_vgpr 40
  .amdhsa_next_free_sgpr 48
  .amdhsa_accum_offset 32
  .amdhsa_group_segment_fixed_size \lds
  .amdhsa_private_segment_fixed_size \private
  .amdhsa_enable_private_segment (\private + 127) / 128
.end_amdhsa_kernel
.text
.endm

.macro FINISH name, lds, private
  s_waitcnt vmcnt(0) lgkmcnt(0)
  global_store_dwordx4 v13, v[8:11], s[6:7]
  s_endpgm
DESCRIPTOR \name, \lds, \private
.endm

.macro T name, insn:vararg
BEGIN \name
  \insn
FINISH \name, 0, 0
.endm

.macro COPY_IN
  v_lshlrev_b32 v20, 6, v0
  global_load_dwordx4 v[16:19], v20, s[8:9]
  global_load_dwordx4 v[24:27], v20, s[8:9] offset:16
  s_waitcnt vmcnt(0)
  ds_write_b128 v20, v[16:19]
  ds_write_b128 v20, v[24:27] offset:16
  global_load_dwordx4 v[16:19], v20, s[8:9] offset:32
  global_load_dwordx4 v[24:27], v20, s[8:9] offset:48
  s_waitcnt vmcnt(0)
  ds_write_b128 v20, v[16:19] offset:32
  ds_write_b128 v20, v[24:27] offset:48
  s_waitcnt lgkmcnt(0)
.endm

.macro COPY_OUT
  s_waitcnt vmcnt(0) lgkmcnt(0)
  ds_read_b128 v[16:19], v20
  ds_read_b128 v[24:27], v20 offset:16
  s_waitcnt lgkmcnt(0)
  global_store_dwordx4 v20, v[16:19], s[8:9]
  global_store_dwordx4 v20, v[24:27], s[8:9] offset:16
  s_nop 1
  ds_read_b128 v[16:19], v20 offset:32
  ds_read_b128 v[24:27], v20 offset:48
  s_waitcnt lgkmcnt(0)
  global_store_dwordx4 v20, v[16:19], s[8:9] offset:32
  global_store_dwordx4 v20, v[24:27], s[8:9] offset:48
.endm

.macro L name, insn:vararg
BEGIN \name
  COPY_IN
  \insn
  COPY_OUT
FINISH \name, 4096, 0
.endm

// with some lanes only
.macro LX name, mask, insn:vararg
BEGIN \name
  COPY_IN
  s_mov_b64 exec, \mask
  \insn
  s_mov_b64 exec, -1
  COPY_OUT
FINISH \name, 4096, 0
.endm

// --- loads and stores, by segment -----------------------------------------------------------------
.macro GLOBAL_LOAD op, dst
  T global_load_\op, global_load_\op \dst, v1, s[8:9] offset:-16
  T global_load_\op\()_vaddr, global_load_\op \dst, v[2:3], off offset:8
  T flat_load_\op, flat_load_\op \dst, v[2:3] offset:4
  T buffer_load_\op, buffer_load_\op \dst, v1, s[12:15], s16 offen offset:4
.endm
.macro GLOBAL_STORE op, src
  T global_store_\op, global_store_\op v1, \src, s[8:9] offset:-16
  T flat_store_\op, flat_store_\op v[2:3], \src offset:4
  T buffer_store_\op, buffer_store_\op \src, v1, s[12:15], s16 offen offset:4
.endm
GLOBAL_LOAD ubyte, v8
GLOBAL_LOAD sbyte, v8
GLOBAL_LOAD ushort, v8
GLOBAL_LOAD sshort, v8
GLOBAL_LOAD dword, v8
GLOBAL_LOAD dwordx2, v[8:9]
GLOBAL_LOAD dwordx3, v[8:10]
GLOBAL_LOAD dwordx4, v[8:11]
GLOBAL_LOAD ubyte_d16, v8
GLOBAL_LOAD ubyte_d16_hi, v8
GLOBAL_LOAD sbyte_d16, v8
GLOBAL_LOAD sbyte_d16_hi, v8
GLOBAL_LOAD short_d16, v8
GLOBAL_LOAD short_d16_hi, v8
GLOBAL_STORE byte, v4
GLOBAL_STORE byte_d16_hi, v4
GLOBAL_STORE short, v4
GLOBAL_STORE short_d16_hi, v4
GLOBAL_STORE dword, v4
GLOBAL_STORE dwordx2, v[4:5]
GLOBAL_STORE dwordx3, v[4:6]
GLOBAL_STORE dwordx4, v[4:7]

// AccVGPRs as destination and source of memory
BEGIN acc_load_store
  global_load_dwordx4 a[0:3], v1, s[8:9]
  s_waitcnt vmcnt(0)
  global_store_dwordx4 v13, a[0:3], s[6:7]
  s_waitcnt vmcnt(0)
  s_endpgm
DESCRIPTOR acc_load_store, 0, 0

// --- scratch: store D, then read it back ------------------------------------------------------------
.macro S name, insn:vararg
BEGIN \name
  scratch_store_dwordx4 v1, v[4:7], off offset:16
  s_waitcnt vmcnt(0)
  \insn
FINISH \name, 0, 128
.endm
S scratch_load_dwordx4, scratch_load_dwordx4 v[8:11], v1, off offset:16
S scratch_load_dwordx3, scratch_load_dwordx3 v[8:10], v1, off offset:16
S scratch_load_dwordx2, scratch_load_dwordx2 v[8:9], v1, off offset:16
S scratch_load_dword, scratch_load_dword v8, v1, off offset:16
S scratch_load_ubyte, scratch_load_ubyte v8, v1, off offset:17
S scratch_load_sbyte, scratch_load_sbyte v8, v1, off offset:17
S scratch_load_ushort, scratch_load_ushort v8, v1, off offset:17
S scratch_load_sshort, scratch_load_sshort v8, v1, off offset:17
S scratch_load_ubyte_d16, scratch_load_ubyte_d16 v8, v1, off offset:17
S scratch_load_ubyte_d16_hi, scratch_load_ubyte_d16_hi v8, v1, off offset:17
S scratch_load_sbyte_d16, scratch_load_sbyte_d16 v8, v1, off offset:17
S scratch_load_sbyte_d16_hi, scratch_load_sbyte_d16_hi v8, v1, off offset:17
S scratch_load_short_d16, scratch_load_short_d16 v8, v1, off offset:17
S scratch_load_short_d16_hi, scratch_load_short_d16_hi v8, v1, off offset:17
S scratch_saddr, scratch_load_dword v8, off, s16 offset:-16
S scratch_both, scratch_load_dword v8, v1, s16 offset:-16
S scratch_outside, scratch_load_dword v8, v1, off offset:124
.macro SS op, src
BEGIN scratch_store_\op
  scratch_store_dwordx4 v1, v[8:11], off
  scratch_store_\op v1, \src, off offset:1
  s_waitcnt vmcnt(0)
  scratch_load_dwordx4 v[8:11], v1, off
FINISH scratch_store_\op, 0, 128
.endm
SS byte, v4
SS byte_d16_hi, v4
SS short, v4
SS short_d16_hi, v4
SS dword, v4
SS dwordx2, v[4:5]
SS dwordx3, v[4:6]

// flat accesses of private memory and LDS through the apertures
BEGIN flat_private
  s_mov_b64 s[20:21], src_private_base
  v_mov_b32 v2, v1
  v_mov_b32 v3, s21
  flat_store_dwordx2 v[2:3], v[4:5] offset:8
  s_waitcnt vmcnt(0) lgkmcnt(0)
  scratch_load_dword v8, v1, off offset:8
  flat_load_dword v9, v[2:3] offset:12
FINISH flat_private, 0, 128

BEGIN flat_lds
  COPY_IN
  s_mov_b64 s[20:21], src_shared_base
  v_mov_b32 v2, v1
  v_mov_b32 v3, s21
  flat_load_dwordx2 v[8:9], v[2:3] offset:8
  s_waitcnt vmcnt(0) lgkmcnt(0)
  flat_store_dword v[2:3], v4
  s_waitcnt vmcnt(0) lgkmcnt(0)
  flat_atomic_add v10, v[2:3], v5 sc0
  COPY_OUT
FINISH flat_lds, 4096, 0

// even lanes: LDS; odd lanes: global
BEGIN flat_mixed
  COPY_IN
  s_mov_b64 s[20:21], src_shared_base
  v_and_b32 v14, 1, v0
  v_cmp_eq_u32 vcc, 0, v14
  v_mov_b32 v15, s21
  v_cndmask_b32 v2, v2, v1, vcc
  v_cndmask_b32 v3, v3, v15, vcc
  flat_load_dword v8, v[2:3]
  COPY_OUT
FINISH flat_mixed, 4096, 0

// --- buffer forms -------------------------------------------------------------------------------------
T buffer_off, buffer_load_dword v8, off, s[12:15], s16 offset:12
T buffer_idxen, buffer_load_dwordx2 v[8:9], v1, s[12:15], s16 idxen offset:4
T buffer_both, buffer_load_dword v8, v[4:5], s[12:15], s16 idxen offen offset:4
T buffer_addtid, buffer_load_dword v8, off, s[12:15], s16 offset:4
T buffer_soffset_const, buffer_load_dword v8, v1, s[12:15], 4 offen
T buffer_store_both, buffer_store_dword v6, v[4:5], s[12:15], s16 idxen offen

// --- formats ------------------------------------------------------------------------------------------
T format_xyzw, buffer_load_format_xyzw v[8:11], v1, s[12:15], 0 offen
T format_xyz, buffer_load_format_xyz v[8:10], v1, s[12:15], 0 offen
T format_xy, buffer_load_format_xy v[8:9], v1, s[12:15], 0 offen
T format_x, buffer_load_format_x v8, v1, s[12:15], 0 offen
T format_d16_xyzw, buffer_load_format_d16_xyzw v[8:9], v1, s[12:15], 0 offen
T format_d16_x, buffer_load_format_d16_x v8, v1, s[12:15], 0 offen
T format_d16_hi_x, buffer_load_format_d16_hi_x v8, v1, s[12:15], 0 offen
T format_store_xyzw, buffer_store_format_xyzw v[4:7], v1, s[12:15], 0 offen
T format_store_x, buffer_store_format_x v4, v1, s[12:15], 0 offen
T format_store_d16_xyzw, buffer_store_format_d16_xyzw v[4:5], v1, s[12:15], 0 offen
T tbuffer_rgba8, tbuffer_load_format_xyzw v[8:11], v1, s[12:15], 0 format:[BUF_DATA_FORMAT_8_8_8_8,BUF_NUM_FORMAT_UNORM] offen
T tbuffer_rg16, tbuffer_load_format_xy v[8:9], v1, s[12:15], 0 format:[BUF_DATA_FORMAT_16_16,BUF_NUM_FORMAT_SINT] offen
T tbuffer_store_rgb10a2, tbuffer_store_format_xyzw v[4:7], v1, s[12:15], 0 format:[BUF_DATA_FORMAT_2_10_10_10,BUF_NUM_FORMAT_UINT] offen
T format_d16_xy, buffer_load_format_d16_xy v8, v1, s[12:15], 0 offen
T format_d16_xyz, buffer_load_format_d16_xyz v[8:9], v1, s[12:15], 0 offen
T format_store_xy, buffer_store_format_xy v[4:5], v1, s[12:15], 0 offen
T format_store_xyz, buffer_store_format_xyz v[4:6], v1, s[12:15], 0 offen
T format_store_d16_x, buffer_store_format_d16_x v4, v1, s[12:15], 0 offen
T format_store_d16_hi_x, buffer_store_format_d16_hi_x v4, v1, s[12:15], 0 offen
T format_store_d16_xy, buffer_store_format_d16_xy v4, v1, s[12:15], 0 offen
T format_store_d16_xyz, buffer_store_format_d16_xyz v[4:5], v1, s[12:15], 0 offen
.macro TYPED parts, format, load, load16, store, store16
T tbuffer_load_\parts, tbuffer_load_format_\parts \load, v1, s[12:15], 0 format:[BUF_DATA_FORMAT_\format,BUF_NUM_FORMAT_UINT] offen
T tbuffer_load_d16_\parts, tbuffer_load_format_d16_\parts \load16, v1, s[12:15], 0 format:[BUF_DATA_FORMAT_\format,BUF_NUM_FORMAT_UINT] offen
T tbuffer_store_\parts, tbuffer_store_format_\parts \store, v1, s[12:15], 0 format:[BUF_DATA_FORMAT_\format,BUF_NUM_FORMAT_UINT] offen
T tbuffer_store_d16_\parts, tbuffer_store_format_d16_\parts \store16, v1, s[12:15], 0 format:[BUF_DATA_FORMAT_\format,BUF_NUM_FORMAT_UINT] offen
.endm
TYPED x, 16, v8, v8, v4, v4
TYPED xy, 16_16, v[8:9], v8, v[4:5], v4
TYPED xyz, 32_32_32, v[8:10], v[8:9], v[4:6], v[4:5]
TYPED xyzw, 16_16_16_16, v[8:11], v[8:9], v[4:7], v[4:5]

// --- scalar memory: M at s[8:9]; results s[20:35] go to O[0..15] --------------------------------------
.macro SC_BEGIN name
BEGIN \name
  .irp r,20,21,22,23,24,25,26,27,28,29,30,31,32,33,34,35
  s_mov_b32 s\r, 0x51
  .endr
.endm
.macro SC_FINISH name
  s_waitcnt lgkmcnt(0)
  v_mov_b32 v28, 0
  .irp r,20,24,28,32
  v_mov_b32 v8, s[\r]
  v_mov_b32 v9, s[\r+1]
  v_mov_b32 v10, s[\r+2]
  v_mov_b32 v11, s[\r+3]
  global_store_dwordx4 v28, v[8:11], s[6:7] offset:(\r-20)*4
  s_waitcnt vmcnt(0)
  s_nop 0
  .endr
  s_endpgm
DESCRIPTOR \name, 0, 0
.endm
.macro SC name, insn:vararg
SC_BEGIN \name
  \insn
SC_FINISH \name
.endm
SC s_load_dword, s_load_dword s20, s[8:9], 0x8
SC s_load_dwordx2, s_load_dwordx2 s[20:21], s[8:9], s16
SC s_load_dwordx4, s_load_dwordx4 s[20:23], s[8:9], s16 offset:0x8
SC s_load_dwordx8, s_load_dwordx8 s[20:27], s[8:9], 0x0
SC s_load_dwordx16, s_load_dwordx16 s[20:35], s[8:9], 0x4
SC s_buffer_load_dword, s_buffer_load_dword s20, s[12:15], 0x8
SC s_buffer_load_dwordx2, s_buffer_load_dwordx2 s[20:21], s[12:15], s16
SC s_buffer_load_dwordx4, s_buffer_load_dwordx4 s[20:23], s[12:15], 0x0
SC s_buffer_load_dwordx8, s_buffer_load_dwordx8 s[20:27], s[12:15], 0x0
SC s_buffer_load_dwordx16, s_buffer_load_dwordx16 s[20:35], s[12:15], 0x0
SC s_store_dwordx4, s_store_dwordx4 s[12:15], s[8:9], 0x10
SC s_store_dwordx2, s_store_dwordx2 s[12:13], s[8:9], 0x10
SC s_store_dword, s_store_dword s12, s[8:9], s16
SC s_buffer_store_dword, s_buffer_store_dword s16, s[12:15], 0x8
SC s_buffer_store_dwordx2, s_buffer_store_dwordx2 s[16:17], s[12:15], 0x8
SC s_buffer_store_dwordx4, s_buffer_store_dwordx4 s[12:15], s[12:15], 0x0
SC s_scratch_load_dword, s_scratch_load_dword s20, s[8:9], s16
SC s_scratch_store_dword, s_scratch_store_dword s12, s[8:9], 0x8
.macro SC_ATOMIC op, data, data2
SC_BEGIN s_atomic_\op
  s_mov_b64 s[20:21], s[16:17]
  s_mov_b64 s[24:25], s[16:17]
  s_mov_b64 s[26:27], s[14:15]
  s_atomic_\op \data, s[8:9], 0x8 glc
  s_atomic_\op\()_x2 \data2, s[8:9], 0x10 glc
SC_FINISH s_atomic_\op
.endm
.macro SC_BUFFER_ATOMIC op, data, data2
SC_BEGIN s_buffer_atomic_\op
  s_mov_b64 s[20:21], s[16:17]
  s_mov_b64 s[24:25], s[16:17]
  s_mov_b32 s26, s17
  s_mov_b32 s27, s16
  s_buffer_atomic_\op \data, s[12:15], 0x8 glc
  s_buffer_atomic_\op\()_x2 \data2, s[12:15], 0x10 glc
SC_FINISH s_buffer_atomic_\op
.endm
.irp op,swap,add,sub,smin,umin,smax,umax,and,or,xor,inc,dec
SC_ATOMIC \op, s20, s[24:25]
SC_BUFFER_ATOMIC \op, s20, s[24:25]
.endr
SC_ATOMIC cmpswap, s[20:21], s[24:27]
SC_BUFFER_ATOMIC cmpswap, s[20:21], s[24:27]
SC_BEGIN s_clocks
  s_memtime s[20:21]
  s_waitcnt lgkmcnt(0)
  s_nop 7
  s_nop 7
  s_memtime s[22:23]
  s_memrealtime s[24:25]
SC_FINISH s_clocks
SC_BEGIN s_caches
  s_dcache_inv
  s_dcache_inv_vol
  s_dcache_wb
  s_dcache_wb_vol
  s_dcache_discard s[8:9], 0x0
  s_dcache_discard_x2 s[8:9], 0x0
  s_atc_probe 0, s[8:9], 0x0
  s_atc_probe_buffer 0, s[12:15], 0x0
SC_FINISH s_caches

// --- atomics of vector memory ---------------------------------------------------------------------------
.macro ATOMICS op, dst, data, inout
T global_atomic_\op, global_atomic_\op \dst, v1, \data, s[8:9] sc0
T flat_atomic_\op, flat_atomic_\op \dst, v[2:3], \data sc0
T global_noret_\op, global_atomic_\op v[2:3], \data, off
BEGIN buffer_atomic_\op
  v_mov_b32 v8, v4
  v_mov_b32 v9, v5
  v_mov_b32 v10, v6
  v_mov_b32 v11, v7
  buffer_atomic_\op \inout, v1, s[12:15], s16 offen sc0
FINISH buffer_atomic_\op, 0, 0
.endm
.irp op,swap,add,sub,smin,umin,smax,umax,and,or,xor,inc,dec,add_f32,pk_add_f16,pk_add_bf16
ATOMICS \op, v8, v4, v8
.endr
.irp op,swap_x2,add_x2,sub_x2,smin_x2,umin_x2,smax_x2,umax_x2,and_x2,or_x2,xor_x2,inc_x2,dec_x2,add_f64,min_f64,max_f64
ATOMICS \op, v[8:9], v[4:5], v[8:9]
.endr
ATOMICS cmpswap, v8, v[4:5], v[8:9]
ATOMICS cmpswap_x2, v[8:9], v[4:7], v[8:11]

// --- LDS --------------------------------------------------------------------------------------------------
.macro LDS_READ op, dst
  L ds_read_\op, ds_read_\op \dst, v1 offset:3
.endm
LDS_READ u8, v8
LDS_READ i8, v8
LDS_READ u16, v8
LDS_READ i16, v8
LDS_READ u8_d16, v8
LDS_READ u8_d16_hi, v8
LDS_READ i8_d16, v8
LDS_READ i8_d16_hi, v8
LDS_READ u16_d16, v8
LDS_READ u16_d16_hi, v8
L ds_read_b32, ds_read_b32 v8, v1 offset:4
L ds_read_b64, ds_read_b64 v[8:9], v1 offset:16
L ds_read_b96, ds_read_b96 v[8:10], v1 offset:16
L ds_read_b128, ds_read_b128 v[8:11], v1 offset:16
L ds_read2_b32, ds_read2_b32 v[8:9], v1 offset0:3 offset1:1
L ds_read2_b64, ds_read2_b64 v[8:11], v1 offset0:3 offset1:1
L ds_read2st64_b32, ds_read2st64_b32 v[8:9], v1 offset0:2 offset1:1
L ds_read2st64_b64, ds_read2st64_b64 v[8:11], v1 offset0:2 offset1:1
L ds_read_addtid_b32, ds_read_addtid_b32 v8 offset:4
L ds_write_b8, ds_write_b8 v1, v4 offset:3
L ds_write_b8_d16_hi, ds_write_b8_d16_hi v1, v4 offset:3
L ds_write_b16, ds_write_b16 v1, v4 offset:3
L ds_write_b16_d16_hi, ds_write_b16_d16_hi v1, v4 offset:3
L ds_write_b32, ds_write_b32 v1, v4 offset:4
L ds_write_b64, ds_write_b64 v1, v[4:5] offset:16
L ds_write_b96, ds_write_b96 v1, v[4:6] offset:16
L ds_write_b128, ds_write_b128 v1, v[4:7] offset:16
L ds_write2_b32, ds_write2_b32 v1, v4, v5 offset0:3 offset1:1
L ds_write2_b64, ds_write2_b64 v1, v[4:5], v[6:7] offset0:3 offset1:1
L ds_write2st64_b32, ds_write2st64_b32 v1, v4, v5 offset0:2 offset1:1
L ds_write2st64_b64, ds_write2st64_b64 v1, v[4:5], v[6:7] offset0:2 offset1:1
L ds_write_addtid_b32, ds_write_addtid_b32 v4 offset:4
L ds_outside, ds_read_b32 v8, v1 offset:4092
L ds_crooked, ds_read_b64 v[8:9], v1 offset:4

.irp op,add,sub,rsub,inc,dec
L ds_\op\()_rtn_u32, ds_\op\()_rtn_u32 v8, v1, v4 offset:4
L ds_\op\()_rtn_u64, ds_\op\()_rtn_u64 v[8:9], v1, v[4:5] offset:8
L ds_\op\()_u32, ds_\op\()_u32 v1, v4 offset:4
L ds_\op\()_u64, ds_\op\()_u64 v1, v[4:5] offset:8
.endr
.irp op,and,or,xor
L ds_\op\()_rtn_b32, ds_\op\()_rtn_b32 v8, v1, v4 offset:4
L ds_\op\()_rtn_b64, ds_\op\()_rtn_b64 v[8:9], v1, v[4:5] offset:8
L ds_\op\()_b32, ds_\op\()_b32 v1, v4 offset:4
L ds_\op\()_b64, ds_\op\()_b64 v1, v[4:5] offset:8
.endr
.irp op,min,max
L ds_\op\()_rtn_i32, ds_\op\()_rtn_i32 v8, v1, v4 offset:4
L ds_\op\()_rtn_i64, ds_\op\()_rtn_i64 v[8:9], v1, v[4:5] offset:8
L ds_\op\()_rtn_u32, ds_\op\()_rtn_u32 v8, v1, v4 offset:4
L ds_\op\()_rtn_u64, ds_\op\()_rtn_u64 v[8:9], v1, v[4:5] offset:8
L ds_\op\()_rtn_f32, ds_\op\()_rtn_f32 v8, v1, v4 offset:4
L ds_\op\()_rtn_f64, ds_\op\()_rtn_f64 v[8:9], v1, v[4:5] offset:8
L ds_\op\()_i32, ds_\op\()_i32 v1, v4 offset:4
L ds_\op\()_i64, ds_\op\()_i64 v1, v[4:5] offset:8
L ds_\op\()_u32, ds_\op\()_u32 v1, v4 offset:4
L ds_\op\()_u64, ds_\op\()_u64 v1, v[4:5] offset:8
L ds_\op\()_f32, ds_\op\()_f32 v1, v4 offset:4
L ds_\op\()_f64, ds_\op\()_f64 v1, v[4:5] offset:8
.endr
L ds_add_rtn_f32, ds_add_rtn_f32 v8, v1, v4 offset:4
L ds_add_f32, ds_add_f32 v1, v4 offset:4
L ds_add_rtn_f64, ds_add_rtn_f64 v[8:9], v1, v[4:5] offset:8
L ds_add_f64, ds_add_f64 v1, v[4:5] offset:8
L ds_pk_add_rtn_f16, ds_pk_add_rtn_f16 v8, v1, v4 offset:4
L ds_pk_add_f16, ds_pk_add_f16 v1, v4 offset:4
L ds_pk_add_rtn_bf16, ds_pk_add_rtn_bf16 v8, v1, v4 offset:4
L ds_pk_add_bf16, ds_pk_add_bf16 v1, v4 offset:4
L ds_wrxchg_rtn_b32, ds_wrxchg_rtn_b32 v8, v1, v4 offset:4
L ds_wrxchg_rtn_b64, ds_wrxchg_rtn_b64 v[8:9], v1, v[4:5] offset:8
L ds_wrxchg2_rtn_b32, ds_wrxchg2_rtn_b32 v[8:9], v1, v4, v5 offset0:3 offset1:1
L ds_wrxchg2_rtn_b64, ds_wrxchg2_rtn_b64 v[8:11], v1, v[4:5], v[6:7] offset0:3 offset1:1
L ds_wrxchg2st64_rtn_b32, ds_wrxchg2st64_rtn_b32 v[8:9], v1, v4, v5 offset0:2 offset1:1
L ds_wrxchg2st64_rtn_b64, ds_wrxchg2st64_rtn_b64 v[8:11], v1, v[4:5], v[6:7] offset0:2 offset1:1
L ds_mskor_rtn_b32, ds_mskor_rtn_b32 v8, v1, v4, v5 offset:4
L ds_mskor_b32, ds_mskor_b32 v1, v4, v5 offset:4
L ds_mskor_rtn_b64, ds_mskor_rtn_b64 v[8:9], v1, v[4:5], v[6:7] offset:8
L ds_mskor_b64, ds_mskor_b64 v1, v[4:5], v[6:7] offset:8
L ds_cmpst_rtn_b32, ds_cmpst_rtn_b32 v8, v1, v4, v5 offset:4
L ds_cmpst_b32, ds_cmpst_b32 v1, v4, v5 offset:4
L ds_cmpst_rtn_b64, ds_cmpst_rtn_b64 v[8:9], v1, v[4:5], v[6:7] offset:8
L ds_cmpst_b64, ds_cmpst_b64 v1, v[4:5], v[6:7] offset:8
L ds_cmpst_rtn_f32, ds_cmpst_rtn_f32 v8, v1, v4, v5 offset:4
L ds_cmpst_f32, ds_cmpst_f32 v1, v4, v5 offset:4
L ds_cmpst_rtn_f64, ds_cmpst_rtn_f64 v[8:9], v1, v[4:5], v[6:7] offset:8
L ds_cmpst_f64, ds_cmpst_f64 v1, v[4:5], v[6:7] offset:8
L ds_wrap_rtn_b32, ds_wrap_rtn_b32 v8, v1, v4, v5 offset:4
L ds_condxchg32_rtn_b64, ds_condxchg32_rtn_b64 v[8:9], v1, v[4:5] offset:8
LX ds_append, 0xff0, ds_append v8 offset:4
LX ds_consume, 0xff0, ds_consume v8 offset:4

T ds_bpermute, ds_bpermute_b32 v8, v1, v4 offset:4
T ds_permute, ds_permute_b32 v8, v1, v4 offset:4
LX ds_bpermute_exec, 0xf0f0, ds_bpermute_b32 v8, v1, v4
T ds_swizzle_quad, ds_swizzle_b32 v8, v4 offset:swizzle(QUAD_PERM,3,0,2,1)
T ds_swizzle_mask, ds_swizzle_b32 v8, v4 offset:swizzle(BITMASK_PERM,"01pi0")
T ds_swizzle_broadcast, ds_swizzle_b32 v8, v4 offset:swizzle(BROADCAST,8,5)
T ds_swizzle_swap, ds_swizzle_b32 v8, v4 offset:swizzle(SWAP,16)
T ds_swizzle_reverse, ds_swizzle_b32 v8, v4 offset:swizzle(REVERSE,8)
T ds_swizzle_rotate, ds_swizzle_b32 v8, v4 offset:swizzle(ROTATE,0,3)
T ds_swizzle_rotate_right, ds_swizzle_b32 v8, v4 offset:swizzle(ROTATE,1,5)
T ds_swizzle_fft, ds_swizzle_b32 v8, v4 offset:swizzle(FFT,0)

L ds_read_b64_tr_b16, ds_read_b64_tr_b16 v[8:9], v1
L ds_read_b64_tr_b8, ds_read_b64_tr_b8 v[8:9], v1 offset:8
L ds_read_b64_tr_b4, ds_read_b64_tr_b4 v[8:9], v1
L ds_read_b96_tr_b6, ds_read_b96_tr_b6 v[8:10], v1
LX ds_tr_partial_exec, 0xffff, ds_read_b64_tr_b16 v[8:9], v1

// --- loads to LDS: the memory is D (64 * 16 bytes) ------------------------------------------------------
.irp op,ubyte,sbyte,ushort,sshort,dword,dwordx3,dwordx4
L dma_global_\op, global_load_lds_\op v1, s[4:5] offset:4
L dma_buffer_\op, buffer_load_\op v1, s[12:15], s16 offen offset:4 lds
.endr
LX dma_exec, 0xff00, global_load_lds_dword v1, s[4:5]
BEGIN dma_nowait
  COPY_IN
  global_load_lds_dword v1, s[4:5]
  ds_read_b32 v8, v12
  COPY_OUT
FINISH dma_nowait, 4096, 0
L dma_format, buffer_load_format_x v1, s[12:15], s16 offen lds

// --- faults -------------------------------------------------------------------------------------------------
T load_outside, global_load_dword v8, v1, s[8:9]
T store_outside, global_store_dword v1, v4, s[8:9]
T load_null, global_load_dword v8, v[22:23], off
T atomic_crooked, global_atomic_add v1, v4, s[8:9]
T scalar_crooked, s_load_dword s20, s[8:9], 0x2
