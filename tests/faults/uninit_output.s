; A register that nothing has written is copied, stored and read by the host.
; grid: 1
; block: 64
; args: zero:1024 out:256:OUT
; preset: own
; expect: uninit-output
; place: host
.include "fault.inc"
begin
; fix: v_mov_b32_e32 v9, 7
    v_mov_b32_e32 v8, v9
    s_nop 0
    global_store_dword v1, v8, s[6:7]
finish
