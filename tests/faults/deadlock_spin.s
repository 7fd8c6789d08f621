; A wave waits for a flag that nothing sets.
; grid: 1
; block: 64
; args: zero:1024 zero:1024
; preset: own
; expect: deadlock
; within: 1
.include "fault.inc"
begin
.Lpoll:
    global_load_dword v8, v31, s[4:5] sc1
    s_waitcnt vmcnt(0)
    v_readfirstlane_b32 s11, v8
    s_cmp_eq_u32 s11, 0
    s_cbranch_scc1 .Lpoll ; broken
finish
