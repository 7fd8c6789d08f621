; A load through a null pointer.
; grid: 1
; block: 64
; args: null zero:1024
; fix-args: zero:1024 zero:1024
; preset: own
; expect: out-of-bounds
; at: global_load_dword
.include "fault.inc"
begin
    global_load_dword v2, v1, s[4:5]
    s_waitcnt vmcnt(0)
finish
