; The last lanes load a little more than there is.
; grid: 1
; block: 64
; args: zero:256 zero:1024
; preset: own
; expect: over-read
; at: global_load_dwordx4
.include "fault.inc"
begin
    global_load_dwordx4 v[4:7], v1, s[4:5] ; broken
; fix: global_load_dword v4, v1, s[4:5]
    s_waitcnt vmcnt(0)
finish
