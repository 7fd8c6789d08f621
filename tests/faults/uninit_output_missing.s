; Some lanes do not store, and the host reads what they should have written.
; grid: 1
; block: 64
; args: zero:1024 out:256:OUT
; preset: own
; expect: uninit-output
; place: host
.include "fault.inc"
begin
    s_mov_b64 exec, 0xff ; broken
    global_store_dword v1, v0, s[6:7]
finish
