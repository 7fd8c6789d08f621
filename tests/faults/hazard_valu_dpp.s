; A DPP source was written by the VALU just before.
; grid: 1
; block: 64
; args: zero:1024 zero:1024
; preset: own
; expect: valu-vgpr-dpp
; at: v_mov_b32_dpp
; earlier: v_mov_b32_e32 v2
; lint: yes
.include "fault.inc"
begin
    v_mov_b32_e32 v2, v0
; fix: s_nop 1
    v_mov_b32_dpp v3, v2 quad_perm:[1,0,3,2] row_mask:0xf bank_mask:0xf
finish
