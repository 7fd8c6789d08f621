// Micro-benchmarks of memory and dispatch: what a launch as a whole takes. For a card and for the simulator; all
// that a kernel needs is in the launch: arguments are a pointer, a count and a stride (16 bytes), the rest stands at each
// kernel. To measure, launch a kernel twice with counts that differ: the difference of the times belongs to what is
// in the one and not in the other. Buffers are the caller's; what a kernel
// touches is said in units of its arguments.
.amdgcn_target "amdgcn-amd-amdhsa--gfx950"
.text
.include "micro_kernel.inc"

// 8 loads in flight a wave, more on their way as the oldest return
.macro stream name, place, mods:vararg
kernel \name
  s_load_dwordx4 s[4:7], s[0:1], 0x0
  v_lshlrev_b32 v0, 4, v0
  s_waitcnt lgkmcnt(0)
  s_lshl_b32 s8, s2, \place
  s_add_u32 s4, s4, s8
  s_addc_u32 s5, s5, 0
1:
  .set n, 4
  .rept 8
  s_waitcnt vmcnt(7)
  global_load_dwordx4 v[n:n+3], v0, s[4:5] \mods
  s_add_u32 s4, s4, s7
  s_addc_u32 s5, s5, 0
  .set n, n + 4
  .endr
  s_sub_u32 s6, s6, 1
  s_cmp_lg_u32 s6, 0
  s_cbranch_scc1 1b
  s_waitcnt vmcnt(0)
finish \name
.endm

stream stream, 12
stream stream_nt, 12, nt
// every workgroup reads the same
stream stream_same, 0

// 64 lines an instruction, all in the L1
kernel scatter
  s_load_dwordx4 s[4:7], s[0:1], 0x0
  v_and_b32 v0, 63, v0
  v_lshlrev_b32 v0, 7, v0
  s_waitcnt lgkmcnt(0)
1:
  .set n, 4
  .rept 8
  s_waitcnt vmcnt(7)
  global_load_dword v[n], v0, s[4:5]
  .set n, n + 4
  .endr
  s_sub_u32 s6, s6, 1
  s_cmp_lg_u32 s6, 0
  s_cbranch_scc1 1b
  s_waitcnt vmcnt(0)
finish scatter

// stores of 1 KB after 1 KB
kernel store_stream
  s_load_dwordx4 s[4:7], s[0:1], 0x0
  v_lshlrev_b32 v0, 4, v0
  v_mov_b32 v4, 0
  v_mov_b32 v5, 0
  v_mov_b32 v6, 0
  v_mov_b32 v7, 0
  s_waitcnt lgkmcnt(0)
  s_lshl_b32 s8, s2, 12
  s_add_u32 s4, s4, s8
  s_addc_u32 s5, s5, 0
1:
  .rept 8
  global_store_dwordx4 v0, v[4:7], s[4:5]
  s_add_u32 s4, s4, s7
  s_addc_u32 s5, s5, 0
  .endr
  s_sub_u32 s6, s6, 1
  s_cmp_lg_u32 s6, 0
  s_cbranch_scc1 1b
finish store_stream

// every wave updates the one dword at the base
kernel atomic_stream
  s_load_dwordx4 s[4:7], s[0:1], 0x0
  s_mov_b64 exec, 1
  v_mov_b32 v0, 0
  v_mov_b32 v1, 1
  s_waitcnt lgkmcnt(0)
1:
  .rept 8
  global_atomic_add v0, v1, s[4:5]
  .endr
  s_sub_u32 s6, s6, 1
  s_cmp_lg_u32 s6, 0
  s_cbranch_scc1 1b
finish atomic_stream

// loads to LDS
kernel lds_dma
  s_load_dwordx4 s[4:7], s[0:1], 0x0
  v_lshlrev_b32 v0, 4, v0
  s_mov_b32 m0, 0
  s_waitcnt lgkmcnt(0)
  s_lshl_b32 s8, s2, 12
  s_add_u32 s4, s4, s8
  s_addc_u32 s5, s5, 0
1:
  .rept 8
  s_waitcnt vmcnt(7)
  global_load_lds_dwordx4 v0, s[4:5]
  s_add_u32 s4, s4, s7
  s_addc_u32 s5, s5, 0
  .endr
  s_sub_u32 s6, s6, 1
  s_cmp_lg_u32 s6, 0
  s_cbranch_scc1 1b
  s_waitcnt vmcnt(0)
finish lds_dma, 65536

// nothing at all
kernel nothing
finish nothing

// Every lane its own line: 64 lines an instruction, 8 in flight a wave. Base: of workgroup and wave 8 KB each; the stride
// is that from one load of a wave to its next. scatter_far_sc1 goes past L1 and L2.
.macro scatter_far name, mods:vararg
kernel \name
  s_load_dwordx4 s[4:7], s[0:1], 0x0
  v_lshlrev_b32 v0, 7, v0 // 64 lanes of 128 bytes: 8 KB a wave
  s_waitcnt lgkmcnt(0)
  s_lshl_b32 s8, s2, 15
  s_add_u32 s4, s4, s8
  s_addc_u32 s5, s5, 0
1:
  .set n, 4
  .rept 8
  s_waitcnt vmcnt(7)
  global_load_dword v[n], v0, s[4:5] \mods
  s_add_u32 s4, s4, s7
  s_addc_u32 s5, s5, 0
  .set n, n + 1
  .endr
  s_sub_u32 s6, s6, 1
  s_cmp_lg_u32 s6, 0
  s_cbranch_scc1 1b
  s_waitcnt vmcnt(0)
finish \name
.endm
scatter_far scatter_far
scatter_far scatter_far_sc1, sc1

// Lane 0 of every wave reads the one line at the base, past L1 and L2: 8 in flight a wave.
kernel one_line
  s_load_dwordx4 s[4:7], s[0:1], 0x0
  v_mov_b32 v0, 0
  s_mov_b64 exec, 1
  s_waitcnt lgkmcnt(0)
1:
  .set n, 4
  .rept 8
  s_waitcnt vmcnt(7)
  global_load_dword v[n], v0, s[4:5] sc1
  .set n, n + 1
  .endr
  s_sub_u32 s6, s6, 1
  s_cmp_lg_u32 s6, 0
  s_cbranch_scc1 1b
  s_waitcnt vmcnt(0)
finish one_line

// 1,024 work-items, of whose waves only every fourth goes on, so that they share a SIMD: lane 0 loads a line, 63 in
// flight a wave. The stride is that from 32 lines in a row to the next; a wave has 1 MB from the base on.
kernel one_simd
  s_load_dwordx4 s[4:7], s[0:1], 0x0
  v_readfirstlane_b32 s8, v0
  s_lshr_b32 s8, s8, 6
  s_and_b32 s9, s8, 3
  s_cmp_lg_u32 s9, 0
  s_cbranch_scc1 2f
  v_mov_b32 v0, 0
  s_mov_b64 exec, 1
  s_waitcnt lgkmcnt(0)
  s_lshl_b32 s8, s8, 18
  s_add_u32 s4, s4, s8
  s_addc_u32 s5, s5, 0
1:
  .set n, 4
  .rept 32
  s_waitcnt vmcnt(62)
  global_load_dword v[n], v0, s[4:5] offset:128 * (n - 4)
  .set n, n + 1
  .endr
  s_add_u32 s4, s4, s7
  s_addc_u32 s5, s5, 0
  s_sub_u32 s6, s6, 1
  s_cmp_lg_u32 s6, 0
  s_cbranch_scc1 1b
  s_waitcnt vmcnt(0)
2:
finish one_simd

// Stores of a dword by the lowest lanes, over and over to the same places: lane l of workgroup g at base + l * stride +
// 4 g. The stride's upper half is the number of lanes; at most 32 workgroups, each of a wave.
kernel store_places
  s_load_dwordx4 s[4:7], s[0:1], 0x0
  v_mov_b32 v1, 0
  s_waitcnt lgkmcnt(0)
  s_and_b32 s9, s7, 0xffff
  s_lshr_b32 s10, s7, 16
  v_mul_lo_u32 v0, v0, s9
  s_lshl_b32 s8, s2, 2
  v_add_u32 v0, v0, s8
  s_sub_u32 s10, 64, s10
  s_lshr_b64 exec, -1, s10
1:
  .rept 8
  global_store_dword v0, v1, s[4:5]
  .endr
  s_sub_u32 s6, s6, 1
  s_cmp_lg_u32 s6, 0
  s_cbranch_scc1 1b
finish store_places

// The first load of arguments, and the same time without.
kernel kernarg
  s_load_dwordx4 s[4:7], s[0:1], 0x0
  s_waitcnt lgkmcnt(0)
finish kernarg
kernel no_kernarg
  s_nop 0
  s_nop 0
finish no_kernarg

// Waves that stay for 8,192 clocks and do nothing: for counting how many are resident. With N VGPRs each.
.macro stay name, vgprs
kernel \name
  s_sleep 127
  s_sleep 1
finish \name, 0, \vgprs, 16
.endm
.irp n, 64, 72, 80, 88, 96, 104, 112, 120, 128, 136, 144, 152, 160, 168, 176, 184, 192, 200, 208, 216, 224, 232, 240, 248, 256
stay stay_\n, \n
.endr
