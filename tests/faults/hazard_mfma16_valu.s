; The VALU reads the result of a matrix instruction of 16 passes too early.
; grid: 1
; block: 64
; args: zero:1024 zero:1024
; preset: own
; expect: xdl16-valu
; at: v_add_f32
; earlier: v_mfma
; lint: yes
.include "fault.inc"
begin
    fill 4, 47, 0
    s_nop 1
    v_mfma_f32_32x32x4_2b_f16 v[4:35], v[36:37], v[38:39], v[4:35]
    s_nop 3
; fix: s_nop 15
    v_add_f32_e32 v2, v4, v4
finish
