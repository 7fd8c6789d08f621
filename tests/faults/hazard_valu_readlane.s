; v_readlane reads what the VALU wrote just before.
; grid: 1
; block: 64
; args: zero:1024 zero:1024
; preset: own
; expect: valu-vgpr-readlane
; at: v_readlane_b32
; earlier: v_mov_b32_e32 v2
; lint: yes
.include "fault.inc"
begin
    v_mov_b32_e32 v2, v0
; fix: s_nop 0
    v_readlane_b32 s8, v2, 3
finish
