; An offset from memory that nothing has written.
; grid: 1
; block: 64
; args: poison:1024 zero:1024
; fix-args: zero:1024 zero:1024
; preset: own
; expect: uninit-address
; at: global_load_dword v3
.include "fault.inc"
begin
    global_load_dword v2, v1, s[4:5]
    s_waitcnt vmcnt(0)
    global_load_dword v3, v2, s[6:7]
    s_waitcnt vmcnt(0)
finish
