; The VALU overwrites the accumulator that a matrix instruction is still reading.
; grid: 1
; block: 64
; args: zero:1024 zero:1024
; preset: own
; expect: xdl4-srcc-war
; at: v_mov_b32
; earlier: v_mfma
; lint: yes
.include "fault.inc"
begin
    fill 4, 47, 0
    s_nop 1
    v_mfma_f32_16x16x32_f16 v[16:19], v[8:11], v[12:15], v[4:7]
; fix: s_nop 2
    v_mov_b32_e32 v5, 1
finish
