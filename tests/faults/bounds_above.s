; A load far behind its allocation.
; grid: 1
; block: 64
; args: zero:256 zero:1024
; preset: own
; expect: out-of-bounds
; at: global_load_dword
.include "fault.inc"
begin
    global_load_dword v2, v1, s[4:5] offset:2048 ; broken
; fix: global_load_dword v2, v1, s[4:5]
    s_waitcnt vmcnt(0)
finish
