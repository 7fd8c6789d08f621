; The VALU reads as a constant an SGPR that it wrote just before.
; grid: 1
; block: 64
; args: zero:1024 zero:1024
; preset: own
; expect: valu-sgpr-valu-constant
; at: v_add_u32
; earlier: v_readfirstlane_b32
; lint: yes
.include "fault.inc"
begin
    v_readfirstlane_b32 s8, v0
; fix: s_nop 1
    v_add_u32_e32 v2, s8, v0
finish
