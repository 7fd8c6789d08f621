// Kernels for tests of the timing model alone, and with them the micro-benchmarks of memory.
.include "micro_memory.s"

// one wave in four spins until the first has stored its flag: progress across workgroups
kernel hand_off
  s_load_dwordx2 s[4:5], s[0:1], 0x0
  v_mov_b32 v0, 0
  v_mov_b32 v1, 1
  s_waitcnt lgkmcnt(0)
  s_cmp_lg_u32 s2, 0
  s_cbranch_scc1 2f
  s_sleep 100
  global_atomic_add v0, v1, s[4:5]
  s_endpgm
2:
  global_load_dword v2, v0, s[4:5] sc1
  s_waitcnt vmcnt(0)
  v_readfirstlane_b32 s8, v2
  s_cmp_eq_u32 s8, 0
  s_cbranch_scc1 2b
finish hand_off

// Two waves: every lane mixes its dword at the base with that of the other wave through LDS, sums over a matrix
// instruction and stores behind the input of the whole grid (count: its bytes).
kernel mix
  s_load_dwordx4 s[4:7], s[0:1], 0x0
  v_lshlrev_b32 v1, 2, v0
  v_xor_b32 v2, 0x100, v1
  s_waitcnt lgkmcnt(0)
  s_lshl_b32 s8, s2, 9
  s_add_u32 s4, s4, s8
  s_addc_u32 s5, s5, 0
  global_load_dword v4, v1, s[4:5]
  s_waitcnt vmcnt(0)
  ds_write_b32 v1, v4
  s_waitcnt lgkmcnt(0)
  s_barrier
  ds_read_b32 v5, v2
  s_waitcnt lgkmcnt(0)
  v_mad_u32_u24 v6, v4, v5, v4
  v_and_b32 v6, 0x3bff3bff, v6 // halves below 1
  v_mov_b32 v7, v6
  v_mov_b32 v8, v6
  v_mov_b32 v9, v6
  v_mov_b32 v12, 0
  v_mov_b32 v13, 0
  v_mov_b32 v14, 0
  v_mov_b32 v15, 0
  s_nop 1
  v_mfma_f32_16x16x32_f16 v[12:15], v[6:9], v[6:9], v[12:15]
  s_nop 11
  v_add_f32 v12, v12, v13
  v_exp_f32 v12, v12
  s_nop 0
  v_add_f32 v12, v12, v14
  s_add_u32 s4, s4, s6
  s_addc_u32 s5, s5, 0
  global_store_dword v1, v12, s[4:5]
finish mix, 512

// sets an error: reads past the end of every allocation
kernel astray
  v_mov_b32 v0, 64
  v_mov_b32 v1, 0
  global_load_dword v2, v[0:1], off
  s_waitcnt vmcnt(0)
finish astray

// one wave waits for ever for a flag that nobody sets
kernel for_ever
  s_load_dwordx2 s[4:5], s[0:1], 0x0
  v_mov_b32 v0, 0
  s_waitcnt lgkmcnt(0)
2:
  global_load_dword v2, v0, s[4:5] sc1
  s_waitcnt vmcnt(0)
  v_readfirstlane_b32 s8, v2
  s_cmp_eq_u32 s8, 0
  s_cbranch_scc1 2b
finish for_ever

// clocks between two s_memtime with 100 additions between them, to the base
kernel clocks
  s_load_dwordx2 s[4:5], s[0:1], 0x0
  v_mov_b32 v0, 0
  v_mov_b32 v1, 0
  s_memtime s[8:9]
  s_waitcnt lgkmcnt(0)
  .rept 100
  v_add_u32 v1, v1, v1
  .endr
  s_memtime s[10:11]
  s_waitcnt lgkmcnt(0)
  s_sub_u32 s10, s10, s8
  v_mov_b32 v1, s10
  global_store_dword v0, v1, s[4:5]
finish clocks
