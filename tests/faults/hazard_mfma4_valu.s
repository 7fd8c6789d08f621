; The VALU reads the result of a matrix instruction of 4 passes too early.
; grid: 1
; block: 64
; args: zero:1024 zero:1024
; preset: own
; expect: xdl4-valu
; at: v_add_f32
; earlier: v_mfma
; lint: yes
.include "fault.inc"
begin
    fill 4, 47, 0
    s_nop 1
    v_mfma_f32_16x16x32_f16 v[4:7], v[8:11], v[12:15], v[4:7]
; fix: s_nop 7
    v_add_f32_e32 v2, v4, v4
finish
