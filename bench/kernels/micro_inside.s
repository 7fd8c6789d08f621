// Micro-benchmarks that take the time from inside, by s_memtime, and store clocks as dwords. Arguments (16 bytes): a
// pointer, a count, a stride. For a card and for the simulator.
.amdgcn_target "amdgcn-amd-amdhsa--gfx950"
.text
.include "micro_kernel.inc"

.macro begin name
kernel \name
  s_load_dwordx4 s[4:7], s[0:1], 0x0
.endm

// s[10:11] - s[8:9] of the wave to the dword of the wave behind the first 8 KB of the pointer
.macro store_difference
  s_waitcnt lgkmcnt(0)
  s_sub_u32 s10, s10, s8
  v_lshrrev_b32 v2, 6, v0
  v_lshlrev_b32 v2, 2, v2
  v_add_u32 v2, 0x2000, v2
  v_mov_b32 v3, s10
  s_mov_b64 exec, 1
  global_store_dword v2, v3, s[4:5]
.endm

// Four waves, 11 LDS reads each, every one with 64 addresses in one bank: clocks until a wave has issued its own. What
// the queue holds issues at once, the others as places become free.
begin queue_lds
  v_and_b32 v1, 63, v0
  v_lshlrev_b32 v1, 8, v1
  ds_write_b32 v1, v1
  s_waitcnt lgkmcnt(0)
  s_barrier
  s_memtime s[8:9]
  .set n, 8
  .rept 11 // with two s_memtime all that lgkmcnt counts
  ds_read_b32 v[n], v1
  .set n, n + 1
  .endr
  s_memtime s[10:11]
  store_difference
finish queue_lds, 65536

// The same of the address pipeline of vector memory: 64 lines an instruction, all in the L1. 8 KB from the pointer on.
begin queue_vmem
  v_and_b32 v1, 63, v0
  v_lshlrev_b32 v1, 7, v1
  s_waitcnt lgkmcnt(0)
  global_load_dword v8, v1, s[4:5]
  s_waitcnt vmcnt(0)
  s_barrier
  s_memtime s[8:9]
  .set n, 8
  .rept 12
  global_load_dword v[n], v1, s[4:5]
  .set n, n + 1
  .endr
  s_memtime s[10:11]
  s_waitcnt vmcnt(0)
  store_difference
finish queue_vmem

// Clocks, and ticks of 100 MHz, of one and the same time: `count` sleeps of 8,128 clocks. To the pointer.
begin clock_rate
  v_mov_b32 v0, 0
  s_waitcnt lgkmcnt(0)
  s_memtime s[8:9]
  s_memrealtime s[12:13]
  s_waitcnt lgkmcnt(0)
1:
  s_sleep 127
  s_sub_u32 s6, s6, 1
  s_cmp_lg_u32 s6, 0
  s_cbranch_scc1 1b
  s_memtime s[10:11]
  s_memrealtime s[14:15]
  s_waitcnt lgkmcnt(0)
  s_sub_u32 s10, s10, s8
  s_sub_u32 s14, s14, s12
  v_mov_b32 v2, s10
  v_mov_b32 v3, s14
  s_mov_b64 exec, 1
  global_store_dwordx2 v0, v[2:3], s[4:5]
finish clock_rate

// A chain of `count` links from the pointer on through the L2, by scalar loads, and then clocks of one more load of the
// first link: is it still in the L2? To the 8 bytes behind the first link.
begin evicted
  v_mov_b32 v0, 0
  s_waitcnt lgkmcnt(0)
  s_mov_b64 s[12:13], s[4:5]
1:
  s_load_dwordx2 s[12:13], s[12:13], 0x0
  s_waitcnt lgkmcnt(0)
  s_sub_u32 s6, s6, 1
  s_cmp_lg_u32 s6, 0
  s_cbranch_scc1 1b
  s_dcache_inv
  s_waitcnt lgkmcnt(0)
  s_memtime s[8:9]
  s_waitcnt lgkmcnt(0)
  s_load_dword s16, s[4:5], 0x0
  s_waitcnt lgkmcnt(0)
  s_memtime s[10:11]
  s_waitcnt lgkmcnt(0)
  s_sub_u32 s10, s10, s8
  v_mov_b32 v2, s10
  s_mov_b64 exec, 1
  global_store_dword v0, v2, s[4:5] offset:8
finish evicted
