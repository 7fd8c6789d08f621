; A memory instruction reads an SGPR that the VALU wrote just before.
; grid: 1
; block: 64
; args: zero:1024 zero:1024
; preset: own
; expect: valu-sgpr-vmem
; at: global_load_dword v4
; earlier: v_readfirstlane_b32
; lint: yes
.include "fault.inc"
begin
    v_mov_b32_e32 v2, s4
    v_mov_b32_e32 v3, s5
    s_nop 0
    v_readfirstlane_b32 s8, v2
    v_readfirstlane_b32 s9, v3
; fix: s_nop 4
    global_load_dword v4, v1, s[8:9]
    s_waitcnt vmcnt(0)
finish
