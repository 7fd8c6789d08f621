; v_div_fmas reads VCC, which the VALU wrote just before.
; grid: 1
; block: 64
; args: zero:1024 zero:1024
; preset: own
; expect: valu-vcc-div-fmas
; at: v_div_fmas_f32
; earlier: v_cmp_eq_u32
; lint: yes
.include "fault.inc"
begin
    fill 3, 5, 1.0
    v_cmp_eq_u32_e32 vcc, 0, v0
; fix: s_nop 3
    v_div_fmas_f32 v2, v3, v4, v5
finish
