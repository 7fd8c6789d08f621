// Micro-benchmarks of the instruction cache: what a launch of one wave as a whole takes. For a card and for the simulator.
// Of NAME_64 and NAME_128 the difference of the times belongs to 64 more lines of code, of code_walk to what its arguments
// (16 bytes: a pointer, a count, a stride) say.
.amdgcn_target "amdgcn-amd-amdhsa--gfx950"
.text
.include "micro_kernel.inc"

// straight code of 8-byte instructions: 64 and 128 lines of 64 bytes
.irp lines, 64, 128
kernel straight_\lines
  .rept 8 * \lines
  v_mov_b32 v1, 0x12345678
  .endr
finish straight_\lines
.endr

// Code of 64 and 128 lines of 64 bytes, a branch in each to the next.
.irp lines, 64, 128
kernel hop_\lines
  .rept \lines
  s_branch 3f
  .p2align 6
3:
  .endr
finish hop_\lines
.endr

// A walk backwards through 160 KB of code in steps of `stride` bytes (a multiple of 64), from its end on. The lower half
// of the count is the number of steps in a pass, which times the stride is at most 163,840, the upper half the passes.
kernel code_walk
  s_load_dwordx4 s[4:7], s[0:1], 0x0
  s_getpc_b64 s[10:11]
.Lhere:
  s_add_u32 s10, s10, .Lwalk_end - .Lhere
  s_addc_u32 s11, s11, 0
  s_waitcnt lgkmcnt(0)
  s_lshr_b32 s14, s6, 16
  s_and_b32 s6, s6, 0xffff
.Lpass:
  s_sub_u32 s14, s14, 1
  s_cbranch_scc1 .Ldone
  s_mov_b64 s[8:9], s[10:11]
  s_mov_b32 s12, s6
  s_branch .Lwalk
.Ldone:
  s_endpgm
  .p2align 6
  .set n, 0
  .rept 2560
  .if n == 1280 // within reach of all
.Lwalk:
  s_sub_u32 s12, s12, 1
  s_cbranch_scc1 .Lpass_end
  s_sub_u32 s8, s8, s7
  s_subb_u32 s9, s9, 0
  s_setpc_b64 s[8:9]
.Lpass_end:
  s_branch .Lpass
  .p2align 6
  .endif
  s_sub_u32 s12, s12, 1
  s_cbranch_scc1 .Lpass_end
  s_sub_u32 s8, s8, s7
  s_subb_u32 s9, s9, 0
  s_setpc_b64 s[8:9]
  .p2align 6
  .set n, n + 1
  .endr
.Lwalk_end:
finish code_walk
