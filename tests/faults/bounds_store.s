; The last lane stores one dword behind its allocation.
; grid: 1
; block: 64
; args: zero:256 zero:256
; preset: own
; expect: out-of-bounds
; at: global_store_dword
.include "fault.inc"
begin
    global_store_dword v1, v0, s[6:7] offset:4 ; broken
; fix: global_store_dword v1, v0, s[6:7]
finish
