; The lane number of v_readlane comes from the VALU.
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
    v_readfirstlane_b32 s8, v0
; fix: s_nop 3
    v_readlane_b32 s9, v1, s8
finish
