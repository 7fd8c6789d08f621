; A branch on a register that nothing has written.
; grid: 1
; block: 64
; args: zero:1024 zero:1024
; preset: own
; expect: uninit-branch
; at: s_cbranch_scc1
.include "fault.inc"
begin
; fix: s_mov_b32 s20, 0
    s_cmp_eq_u32 s20, 0
    s_cbranch_scc1 .Lthere
    s_nop 0
.Lthere:
finish
