; LDS that nothing has written reaches the host.
; grid: 1
; block: 64
; args: zero:1024 out:256:OUT
; preset: own
; expect: uninit-output
; place: host
.include "fault.inc"
begin
; fix: ds_write_b32 v1, v0
    ds_read_b32 v2, v1
    s_waitcnt lgkmcnt(0)
    global_store_dword v1, v2, s[6:7]
finish
