; One path to an instruction has wait states enough, the other has not.
; grid: 1
; block: 64
; args: zero:1024 zero:1024
; preset: own
; expect: valu-sgpr-lane-select
; at: v_readlane_b32
; earlier: v_readfirstlane_b32
; lint: yes
.include "fault.inc"
begin
    s_cmp_eq_u32 s2, 0
    v_readfirstlane_b32 s8, v0
    s_cbranch_scc1 .Lshort
    s_nop 4
.Lshort:
; fix: s_nop 2
    v_readlane_b32 s9, v1, s8
finish
