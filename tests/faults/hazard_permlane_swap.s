; v_permlane32_swap reads what the VALU wrote just before.
; grid: 1
; block: 64
; args: zero:1024 zero:1024
; preset: own
; expect: valu-permlane-swap
; at: v_permlane32_swap
; earlier: v_mov_b32
; lint: yes
.include "fault.inc"
begin
    v_mov_b32_e32 v3, 1
    v_mov_b32_e32 v2, v0
; fix: s_nop 1
    v_permlane32_swap_b32 v2, v3
finish
