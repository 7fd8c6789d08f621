; The VALU reads the result of a transcendental at once.
; grid: 1
; block: 64
; args: zero:1024 zero:1024
; preset: own
; expect: trans-valu
; at: v_add_f32
; earlier: v_rcp_f32
; lint: yes
.include "fault.inc"
begin
    v_mov_b32_e32 v3, 2.0
    v_rcp_f32_e32 v2, v3
; fix: s_nop 0
    v_add_f32_e32 v4, v2, v2
finish
