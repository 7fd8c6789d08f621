; A scalar load far behind its allocation.
; grid: 1
; block: 64
; args: zero:256 zero:1024
; preset: own
; expect: out-of-bounds
; at: s_load_dwordx4
.include "fault.inc"
begin
    s_load_dwordx4 s[12:15], s[4:5], 0x1000 ; broken
; fix: s_load_dwordx4 s[12:15], s[4:5], 0x0
    s_waitcnt lgkmcnt(0)
finish
